//! Bulletins 通报 that were published, to those whose routes ask for them.
//!
//! A publication is no fact of the log, so nothing is followed: whoever notifies looks every few seconds which bulletins there are. What it has seen to
//! is kept by bulletin, with the routes that wait for offices to open:
//!
//! | table | key | value |
//! |---|---|---|
//! | `notify_announced` | the bulletin's id | the routes that still wait |
//! | `notify_announced` | `/begun` | that those published before were passed over |
//!
//! Messages lie in the outbox before that is written, under ids made of bulletin, route and address: killed anywhere, the same message goes out once
//! more under the same id. Bulletins are few, so that they are never put together. As with alerts, the past is announced to nobody.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use mingjing_domain::Timestamp;
use mingjing_domain::bulletin::Kind;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::config::{Config, When};
use crate::desk::Desk;
use crate::plan::{Delivery, deliveries};
use crate::site::Known;
use crate::words::{Field, Message};
use crate::{Error, Parts, failpoint};

const TABLE: &str = "notify_announced";
const BEGUN: &[u8] = b"/begun";
/// How often is looked which bulletins there are.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// A bulletin that was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// Its id.
    pub id: String,
    /// What kind of paper.
    pub kind: Kind,
    /// 标题.
    pub title: String,
    /// 发文字号.
    pub number: String,
    /// The period as people call it, 2026年10月.
    pub period: String,
    /// 行政区划代码 of whose it is.
    pub region: String,
    /// When it was published.
    pub at: Timestamp,
}

/// What is known of a bulletin that was seen to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Seen {
    /// Routes that wait for offices to open.
    waiting: Vec<String>,
}

/// What becomes of a bulletin now.
#[derive(Debug, Default, PartialEq)]
struct Planned {
    deliveries: Vec<Delivery>,
    waiting: Vec<String>,
}

/// Announces bulletins.
pub(crate) struct Announcer {
    parts: Parts,
    desk: Arc<Desk>,
    /// By bulletin; none before the table was read.
    seen: Option<BTreeMap<String, Seen>>,
}

impl Announcer {
    pub(crate) fn new(parts: Parts, desk: Arc<Desk>) -> Self {
        Self {
            parts,
            desk,
            seen: None,
        }
    }

    /// Looks for ever. Dropping it is as safe as a kill.
    pub(crate) async fn run(mut self) -> Result<(), Error> {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            self.look().await?;
        }
    }

    /// Looks once. A site that does not answer is asked again at the next look, and holds up no alert.
    pub(crate) async fn look(&mut self) -> Result<(), Error> {
        let published = match self.parts.site.published().await {
            Ok(published) => published,
            Err(error) => {
                tracing::warn!(%error, "the bulletins cannot be read, trying again");
                return Ok(());
            }
        };
        let mut seen = match self.seen.take() {
            Some(seen) => seen,
            None => self.restored(&published).await?,
        };
        let looked = self.announce(&published, &mut seen).await;
        self.seen = Some(seen);
        looked
    }

    /// What was seen to before; where nobody has announced before, all that is published.
    async fn restored(&self, published: &[Published]) -> Result<BTreeMap<String, Seen>, Error> {
        let (mut seen, mut begun) = (BTreeMap::new(), false);
        for (key, value) in self.desk.scan(TABLE).await? {
            if &key[..] == BEGUN {
                begun = true;
                continue;
            }
            let key = String::from_utf8_lossy(&key).into_owned();
            let read = serde_json::from_slice(&value).unwrap_or_else(|error| {
                tracing::error!(key, %error, "what was announced of a bulletin cannot be read: it is announced to nobody more");
                self.parts.metrics.passed_over("unreadable", 1);
                Seen::default()
            });
            seen.insert(key, read);
        }
        if begun {
            return Ok(seen);
        }
        for bulletin in published {
            self.keep(&bulletin.id, &Seen::default()).await?;
            seen.insert(bulletin.id.clone(), Seen::default());
        }
        self.desk
            .write(
                TABLE,
                Bytes::from_static(BEGUN),
                Some(Bytes::from_static(b"{}")),
            )
            .await?;
        Ok(seen)
    }

    async fn announce(
        &self,
        published: &[Published],
        seen: &mut BTreeMap<String, Seen>,
    ) -> Result<(), Error> {
        let open = |bulletin: &&Published| {
            let before = seen.get(&bulletin.id);
            before.is_none_or(|before| !before.waiting.is_empty())
        };
        let open: Vec<&Published> = published.iter().filter(open).collect();
        if open.is_empty() {
            return Ok(());
        }
        let known = match self.parts.site.known().await {
            Ok(known) => known,
            Err(error) => {
                tracing::warn!(%error, "the site's definitions cannot be read, trying again");
                return Ok(());
            }
        };
        let (config, now) = (&self.parts.config, (self.parts.clock)());
        for bulletin in open {
            let before = seen.get(&bulletin.id);
            let oldest = now.plus_millis(-config.age_max_ms);
            let too_old = before.is_none() && bulletin.at < oldest;
            let planned = match too_old {
                true => Planned::default(),
                false => plan(config, bulletin, before, &known, now),
            };
            if before.is_none() && planned == Planned::default() {
                let reason = if too_old { "too_old" } else { "no_route" };
                self.parts.metrics.passed_over(reason, 1);
            }
            let after = Seen {
                waiting: planned.waiting,
            };
            if before == Some(&after) {
                continue;
            }
            self.desk.take(planned.deliveries).await?;
            failpoint::reached("announced");
            self.keep(&bulletin.id, &after).await?;
            seen.insert(bulletin.id.clone(), after);
        }
        Ok(())
    }

    async fn keep(&self, id: &str, seen: &Seen) -> Result<(), Error> {
        let value = serde_json::to_vec(seen).expect("it has only text keys");
        let key = Bytes::from(id.to_owned());
        self.desk.write(TABLE, key, Some(value.into())).await
    }
}

impl When {
    /// Whether it is about a bulletin: one of its kinds, of a region that lies in one of its regions or has one of them within. What a city publishes concerns
    /// its counties.
    fn tells(&self, bulletin: &Published) -> bool {
        use mingjing_domain::definitions::regions::covers;
        let region = bulletin.region.as_str();
        let near = |area: &String| covers(area, region) || covers(region, area);
        self.bulletins.contains(&bulletin.kind)
            && (self.regions.is_empty() || self.regions.iter().any(near))
    }
}

/// What goes out about a bulletin now and what waits; `before` says what has waited since an earlier look.
fn plan(
    config: &Config,
    bulletin: &Published,
    before: Option<&Seen>,
    known: &Known,
    now: Timestamp,
) -> Planned {
    let mut planned = Planned::default();
    for route in &config.routes {
        let concerned = match before {
            Some(before) => before.waiting.contains(&route.id),
            None => route.when.tells(bulletin),
        };
        if !concerned {
            continue;
        }
        if route.quiet && config.hours.open_next(&known.calendar, now).is_some() {
            planned.waiting.push(route.id.clone());
            continue;
        }
        let message = message(bulletin, &route.show, known, config.console.as_deref());
        let what = ["bulletin", bulletin.id.as_str()];
        planned
            .deliveries
            .extend(deliveries(route, &what, &message, now));
    }
    planned
}

/// What is said of a bulletin: no more than the route shows. Its text is read at the console, by whoever signs in.
fn message(
    bulletin: &Published,
    show: &BTreeSet<Field>,
    known: &Known,
    console: Option<&str>,
) -> Message {
    let shown = |field| show.contains(&field);
    let (mut lines, mut data) = (Vec::new(), Map::new());
    data.insert("kind".into(), json!(bulletin.kind.code()));
    data.insert(
        "published_at".into(),
        json!(bulletin.at.to_rfc3339(known.calendar.tz())),
    );
    let happened = format!("【{}】印发", bulletin.kind.name_zh());
    let title = match shown(Field::Title) {
        true => format!("{happened}：{}", bulletin.title),
        false => happened,
    };
    if shown(Field::Title) {
        data.insert("title".into(), json!(bulletin.title));
    }
    if shown(Field::Number) {
        lines.push(format!("发文字号：{}", bulletin.number));
        data.insert("number".into(), json!(bulletin.number));
    }
    if shown(Field::Period) {
        lines.push(format!("期间：{}", bulletin.period));
        data.insert("period".into(), json!(bulletin.period));
    }
    if shown(Field::Region) {
        let region = &bulletin.region;
        data.insert("region_code".into(), json!(region));
        match known.regions.get(region) {
            Some(name) => {
                lines.push(format!("行政区划：{name}（{region}）"));
                data.insert("region_name".into(), json!(name));
            }
            None => lines.push(format!("行政区划：{region}")),
        }
    }
    let mut link = None;
    if shown(Field::BulletinId) {
        data.insert("bulletin_id".into(), json!(bulletin.id));
        link = console.map(|console| format!("{console}/#/bulletins/{}", bulletin.id));
    }
    Message {
        kind: "bulletin.published".to_owned(),
        title,
        lines,
        link,
        data: Value::Object(data),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Route;
    use crate::made::{at, known, route};
    use crate::quiet::Hours;

    fn bulletin() -> Published {
        Published {
            id: "b1".into(),
            kind: Kind::Bulletin,
            title: "关于2026年10月泸州市行政效能情况的通报".into(),
            number: "泸府办函〔2026〕31号".into(),
            period: "2026年10月".into(),
            region: "510502".into(),
            at: at("2026-11-27T10:00:00+08:00"),
        }
    }

    fn told(id: &str, kinds: &[Kind], regions: &[&str]) -> Route {
        Route {
            when: When {
                bulletins: kinds.iter().copied().collect(),
                regions: regions.iter().map(|region| (*region).to_owned()).collect(),
                ..route(id).when
            },
            ..route(id)
        }
    }

    fn config(routes: Vec<Route>) -> Config {
        Config {
            console: None,
            hours: Hours::USUAL,
            waiting_max: 100,
            dead_max: 100,
            age_max_ms: i64::MAX,
            channels: BTreeMap::new(),
            routes,
        }
    }

    #[test]
    fn a_bulletin_is_told_on_the_routes_that_ask_for_its_kind_near_its_region() {
        let all = [Kind::Bulletin, Kind::Report, Kind::Correction];
        let routes = vec![
            told("everywhere", &all, &[]),
            told("city", &all, &["510500"]),
            told("town", &all, &["510502001"]),
            told("neighbour", &all, &["510503"]),
            told("corrections", &[Kind::Correction], &[]),
            told("alerts alone", &[], &[]),
        ];
        let now = at("2026-11-27T10:00:01+08:00");
        let told = plan(&config(routes.clone()), &bulletin(), None, &known(), now);
        let on: Vec<&str> = told.deliveries.iter().map(|d| d.route.as_str()).collect();
        assert_eq!(on, ["everywhere", "city", "town"]);
        // Read again it is the same messages, under the same ids.
        let again = plan(&config(routes), &bulletin(), None, &known(), now);
        assert_eq!(told, again);
    }

    #[test]
    fn what_is_quiet_waits_for_offices_to_open_and_goes_once() {
        let quiet = Route {
            quiet: true,
            ..told("quiet", &[Kind::Bulletin], &[])
        };
        let config = config(vec![quiet, told("now", &[Kind::Bulletin], &[])]);
        let night = at("2026-11-27T22:00:00+08:00");
        let first = plan(&config, &bulletin(), None, &known(), night);
        assert_eq!(first.deliveries.len(), 1);
        assert_eq!(first.waiting, ["quiet"]);
        let seen = Seen {
            waiting: first.waiting,
        };
        let morning = at("2026-11-30T08:30:00+08:00");
        let second = plan(&config, &bulletin(), Some(&seen), &known(), morning);
        assert_eq!(second.deliveries.len(), 1);
        assert_eq!(second.deliveries[0].route, "quiet");
        assert!(second.waiting.is_empty());
        let done = Seen::default();
        let third = plan(&config, &bulletin(), Some(&done), &known(), morning);
        assert_eq!(third, Planned::default());
    }

    #[test]
    fn a_message_says_no_more_than_its_route_shows() {
        let usual: BTreeSet<Field> = Field::USUAL.into_iter().collect();
        let said = message(&bulletin(), &usual, &known(), Some("https://mj"));
        assert_eq!(said.kind, "bulletin.published");
        assert_eq!(
            said.title,
            "【通报】印发：关于2026年10月泸州市行政效能情况的通报"
        );
        assert_eq!(
            said.lines,
            [
                "发文字号：泸府办函〔2026〕31号",
                "期间：2026年10月",
                "行政区划：江阳区（510502）",
            ]
        );
        assert_eq!(said.link.as_deref(), Some("https://mj/#/bulletins/b1"));
        let little = BTreeSet::from([Field::Period]);
        let said = message(&bulletin(), &little, &known(), Some("https://mj"));
        assert_eq!((said.title.as_str(), said.link), ("【通报】印发", None));
        let text = said.data.to_string();
        assert!(!text.contains("泸") && !text.contains("b1"), "{text}");
    }
}
