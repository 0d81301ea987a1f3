//! The site's configuration: channels, audiences, routes. One TOML file; every problem is told at once.
//!
//! Secrets stand elsewhere: the file names an environment variable (`env:NAME`) or a file (`file:PATH`), and what was read there is never
//! printed.

mod channel;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use mingjing_domain::alert::{AlertRecord, Level};
use mingjing_domain::bulletin::Kind as BulletinKind;
use mingjing_domain::definitions::regions::{covers, head};
use mingjing_domain::disposition::Instance;
use mingjing_domain::time::TimeOfDay;
use serde::Deserialize;

use crate::kind::Kind;
use crate::quiet::Hours;
use crate::words::Field;

pub use channel::{Channel, Chat, How, MailTls};
pub use text::Secret;

use channel::{ChannelFile, mailbox};
use text::duration;

/// Reads what a reference names: an environment variable or a file.
pub type Lookup<'a> = &'a dyn Fn(&SecretRef) -> Result<String, String>;

/// Where a secret stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretRef {
    /// In the environment.
    Environment(String),
    /// In a file.
    File(String),
}

/// A checked configuration.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where messages link to: the console's address, without a slash at the end.
    pub console: Option<String>,
    /// When offices are open.
    pub hours: Hours,
    /// Messages that may wait for one channel; of more each is laid aside as a dead letter.
    pub waiting_max: usize,
    /// Dead letters that are kept; of more the oldest is forgotten, and counted.
    pub dead_max: usize,
    /// What happened longer ago is told to nobody, in milliseconds: after a long standstill the console tells it better.
    pub age_max_ms: i64,
    /// By their ids.
    pub channels: BTreeMap<String, Channel>,
    /// In the order of the file.
    pub routes: Vec<Route>,
}

/// Who is told of what, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    /// Its name.
    pub id: String,
    /// The channel's id.
    pub channel: String,
    /// Addresses, for channels that have some; each gets a message of its own.
    pub to: Vec<String>,
    /// Of what.
    pub when: When,
    /// What of it is shown.
    pub show: BTreeSet<Field>,
    /// Whether it waits for offices to open …
    pub quiet: bool,
    /// … but for these levels.
    pub urgent: BTreeSet<Level>,
    /// From when on messages are put together.
    pub digest: DigestAfter,
}

/// More messages than so many within so long become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DigestAfter {
    /// So many go out by themselves.
    pub more_than: usize,
    /// Milliseconds.
    pub within_ms: i64,
}

impl DigestAfter {
    const USUAL: DigestAfter = DigestAfter {
        more_than: 20,
        within_ms: 600_000,
    };
}

/// What a route is about. An empty list asks for nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct When {
    /// Levels.
    pub levels: Vec<Level>,
    /// Regions, each with all below it; where `before` says something, those alone whose instances are told, and of appeals that nobody has decided
    /// by their day those alone whose supervision offices have to.
    pub regions: Vec<String>,
    /// 逐级升级: of unanswered orders that were brought before one of these, and of nothing else. Empty: of any alert.
    pub before: Vec<Instance>,
    /// Bodies that answer for it.
    pub bodies: Vec<String>,
    /// 内设机构: their offices that answer for it, by code, as the flowchart or the register of officers has it.
    pub offices: Vec<String>,
    /// Power items.
    pub items: Vec<String>,
    /// Rules, like `T2`.
    pub rules: Vec<String>,
    /// Control points.
    pub control_points: Vec<String>,
    /// Kinds of change.
    pub changes: BTreeSet<Kind>,
    /// Kinds of bulletins that are told of when they are published; of what is said besides only the regions narrow these. Empty: none.
    pub bulletins: BTreeSet<BulletinKind>,
}

impl When {
    /// Whether it is about this.
    pub fn matches(&self, kind: Kind, alert: &AlertRecord) -> bool {
        let region = alert.region_code.as_deref();
        let in_region = |area: &String| region.is_some_and(|region| covers(area, region));
        let here = match self.before.is_empty() {
            true => self.regions.is_empty() || self.regions.iter().any(in_region),
            false => self.was_brought(alert),
        };
        here && self.asks_for(kind, alert)
    }

    /// Whether it is about an appeal that nobody has decided: in `regions` stand those alone whose offices have to decide. `office`: the region of that one.
    pub(crate) fn matches_undecided(
        &self,
        kind: Kind,
        alert: &AlertRecord,
        office: Option<&str>,
    ) -> bool {
        self.before.is_empty() && self.is_of(office) && self.asks_for(kind, alert)
    }

    /// Whether it is about this, wherever that is.
    fn asks_for(&self, kind: Kind, alert: &AlertRecord) -> bool {
        let any = |list: &[String], found: Option<&str>| {
            list.is_empty() || found.is_some_and(|found| list.iter().any(|l| l == found))
        };
        let body = alert
            .responsible_org
            .as_deref()
            .or(alert.org_code.as_deref());
        self.changes.contains(&kind)
            && (self.levels.is_empty() || self.levels.contains(&alert.level))
            && any(&self.bodies, body)
            && any(&self.offices, alert.responsible_office.as_deref())
            && any(&self.items, alert.item_code.as_deref())
            && any(&self.rules, Some(&alert.rule))
            && any(&self.control_points, Some(&alert.control_point))
    }

    /// Whether an order was brought before one of those whom it is about. Who was told on an earlier rung hears of later ones, and of its end.
    fn was_brought(&self, alert: &AlertRecord) -> bool {
        alert
            .brought_before()
            .any(|told| self.before.contains(&told.instance) && self.is_of(told.region.as_deref()))
    }

    /// Whether it is about the offices of this very region, which may be written like areas are: 5105, 510500 or with twelve digits.
    fn is_of(&self, region: Option<&str>) -> bool {
        let is = |region: &str| self.regions.iter().any(|named| head(named) == head(region));
        self.regions.is_empty() || region.is_some_and(is)
    }
}

/// A configuration that cannot be meant: all its problems.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} problem(s) in the configuration of notifications:\n  {}", .0.len(), .0.join("\n  "))]
pub struct BadConfig(pub Vec<String>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    console: Option<String>,
    #[serde(default)]
    hours: HoursFile,
    waiting_max: Option<usize>,
    dead_max: Option<usize>,
    age_max: Option<String>,
    #[serde(default)]
    channel: Vec<ChannelFile>,
    #[serde(default)]
    audience: Vec<AudienceFile>,
    #[serde(default)]
    route: Vec<RouteFile>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct HoursFile {
    from: Option<TimeOfDay>,
    until: Option<TimeOfDay>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AudienceFile {
    id: String,
    #[serde(default)]
    mail: Vec<String>,
    #[serde(default)]
    phones: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RouteFile {
    id: String,
    channel: String,
    #[serde(default)]
    to: Vec<String>,
    #[serde(default)]
    levels: Vec<Level>,
    #[serde(default)]
    regions: Vec<String>,
    #[serde(default)]
    before: Vec<Instance>,
    #[serde(default)]
    bodies: Vec<String>,
    #[serde(default)]
    offices: Vec<String>,
    #[serde(default)]
    items: Vec<String>,
    #[serde(default)]
    rules: Vec<String>,
    #[serde(default)]
    control_points: Vec<String>,
    changes: Option<BTreeSet<Kind>>,
    #[serde(default)]
    bulletins: BTreeSet<BulletinKind>,
    show: Option<BTreeSet<Field>>,
    #[serde(default)]
    quiet: bool,
    #[serde(default)]
    urgent: BTreeSet<Level>,
    digest: Option<DigestFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DigestFile {
    more_than: usize,
    within: String,
}

impl Config {
    /// Reads a file's text; `lookup` reads what it refers to.
    ///
    /// # Errors
    /// [`BadConfig`] with every problem; what is no TOML, or holds an unknown key, is told alone.
    pub fn read(text: &str, lookup: Lookup<'_>) -> Result<Self, BadConfig> {
        let file: File =
            toml::from_str(text).map_err(|error| BadConfig(vec![error.to_string()]))?;
        let mut problems = Vec::new();
        let hours = hours(&file.hours, &mut problems);
        let mut channels = BTreeMap::new();
        for channel in file.channel {
            let read = channel.checked(lookup, &mut problems);
            if let Some(read) = read
                && let Some(twice) = channels.insert(read.id.clone(), read)
            {
                problems.push(format!("channel {}: there are two of this id", twice.id));
            }
        }
        let audiences = audiences(file.audience, &mut problems);
        let mut routes: Vec<Route> = Vec::new();
        for route in file.route {
            if routes.iter().any(|r| r.id == route.id) {
                problems.push(format!("route {}: there are two of this id", route.id));
            }
            routes.extend(checked(route, &channels, &audiences, &mut problems));
        }
        let age_max = file.age_max.as_deref().unwrap_or("3d");
        let age_max_ms = duration(age_max).unwrap_or_else(|problem| {
            problems.push(format!("age_max: {problem}"));
            0
        });
        if problems.is_empty() {
            return Ok(Self {
                console: file.console.map(|url| url.trim_end_matches('/').to_owned()),
                hours,
                waiting_max: file.waiting_max.unwrap_or(10_000),
                dead_max: file.dead_max.unwrap_or(10_000),
                age_max_ms,
                channels,
                routes,
            });
        }
        Err(BadConfig(problems))
    }
}

fn hours(file: &HoursFile, problems: &mut Vec<String>) -> Hours {
    let hours = Hours {
        from: file.from.unwrap_or(Hours::USUAL.from),
        until: file.until.unwrap_or(Hours::USUAL.until),
    };
    if hours.from >= hours.until {
        problems.push("hours: `from` must lie before `until`".into());
    }
    hours
}

fn audiences(
    files: Vec<AudienceFile>,
    problems: &mut Vec<String>,
) -> BTreeMap<String, AudienceFile> {
    let mut audiences = BTreeMap::new();
    for audience in files {
        if audience.mail.is_empty() && audience.phones.is_empty() {
            problems.push(format!("audience {}: it is nobody", audience.id));
        }
        for problem in audience.mail.iter().filter_map(|to| mailbox(to).err()) {
            problems.push(format!("audience {}: {problem}", audience.id));
        }
        if let Some(twice) = audiences.insert(audience.id.clone(), audience) {
            problems.push(format!("audience {}: there are two of this id", twice.id));
        }
    }
    audiences
}

fn checked(
    file: RouteFile,
    channels: &BTreeMap<String, Channel>,
    audiences: &BTreeMap<String, AudienceFile>,
    problems: &mut Vec<String>,
) -> Option<Route> {
    let found = problems.len();
    let place = format!("route {}", file.id);
    let how = channels.get(&file.channel).map(|channel| &channel.how);
    let mut to = BTreeSet::new();
    match how {
        // It may be there with a problem of its own, which is told.
        None => problems.push(format!(
            "{place}: there is no usable channel {:?}",
            file.channel
        )),
        Some(how) if !how.addressed() && !file.to.is_empty() => problems.push(format!(
            "{place}: the channel {} has one receiver, `to` says nothing there",
            file.channel
        )),
        Some(how) => {
            for id in &file.to {
                match audiences.get(id) {
                    None => problems.push(format!("{place}: there is no audience {id:?}")),
                    Some(audience) => to.extend(how.addresses_of(audience).iter().cloned()),
                }
            }
            if how.addressed() && to.is_empty() {
                problems.push(format!(
                    "{place}: `to` names nobody whom the channel reaches"
                ));
            }
        }
    }
    for rule in &file.rules {
        if !mingjing_domain::catalogue::is_known(rule) {
            problems.push(format!("{place}: there is no rule {rule:?}"));
        }
    }
    let digest = match &file.digest {
        None => DigestAfter::USUAL,
        Some(digest) => DigestAfter {
            more_than: digest.more_than,
            within_ms: duration(&digest.within).unwrap_or_else(|problem| {
                problems.push(format!("{place}: digest.within: {problem}"));
                0
            }),
        },
    };
    if problems.len() > found {
        return None;
    }
    Some(Route {
        id: file.id,
        channel: file.channel,
        to: to.into_iter().collect(),
        when: When {
            levels: file.levels,
            regions: file.regions,
            before: file.before,
            bodies: file.bodies,
            offices: file.offices,
            items: file.items,
            rules: file.rules,
            control_points: file.control_points,
            changes: file
                .changes
                .unwrap_or_else(|| Kind::USUAL.into_iter().collect()),
            bulletins: file.bulletins,
        },
        show: file
            .show
            .unwrap_or_else(|| Field::USUAL.into_iter().collect()),
        quiet: file.quiet,
        urgent: file.urgent,
        digest,
    })
}

#[cfg(test)]
mod tests;
