//! What a site's configuration says and how its channels stand, for those who look after it: in the tables, so that a process that does not
//! notify can show it. Addresses and secrets are no part of it.
//!
//! | table | key | value |
//! |---|---|---|
//! | `notify_told` | `config` | the configuration of whoever began to notify last |

use std::collections::BTreeMap;

use bytes::Bytes;
use mingjing_domain::Timestamp;
use mingjing_log::{Result, Table};
use serde::Serialize;
use serde_json::{Value, json};

use crate::config::{Channel, Chat, Config, How, Route};
use crate::dead::dead_letters;
use crate::desk::{DIGEST, OUTBOX, SEND};
use crate::plan::Delivery;

const TOLD: &str = "notify_told";
const CONFIG: &[u8] = b"config";

/// Writes down what is configured; none: nobody is notified at this site.
///
/// # Errors
/// As [`Table::put`].
pub async fn tell(table: &dyn Table, config: Option<&Config>, now: Timestamp) -> Result<()> {
    let value = config.map(|config| Bytes::from(shown(config, now).to_string()));
    let there = table.get(TOLD, CONFIG).await?;
    if there.is_none() && value.is_none() {
        return Ok(());
    }
    table.put(TOLD, Bytes::from_static(CONFIG), value).await
}

/// How notifications stand.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Standing {
    /// What whoever began to notify last was told; none: nobody is notified.
    pub configured: Option<Value>,
    /// By channel, those that are configured and those that something still waits for.
    pub channels: Vec<OfChannel>,
    /// Digests that are being put together.
    pub digests: usize,
}

/// How one channel stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct OfChannel {
    /// Its id.
    pub channel: String,
    /// Messages that are not delivered yet.
    pub waiting: usize,
    /// When the oldest of them was made.
    pub oldest_at: Option<Timestamp>,
    /// Messages that were given up.
    pub dead: usize,
}

/// How notifications stand. What cannot be read is left out.
///
/// # Errors
/// As [`Table::scan`].
pub async fn standing(table: &dyn Table) -> Result<Standing> {
    let configured = table.get(TOLD, CONFIG).await?;
    let configured = configured.and_then(|text| serde_json::from_slice::<Value>(&text).ok());
    let mut channels: BTreeMap<String, OfChannel> = BTreeMap::new();
    let named = configured
        .as_ref()
        .and_then(|all| all["channels"].as_array());
    for id in named.into_iter().flatten().filter_map(|c| c["id"].as_str()) {
        of(&mut channels, id);
    }
    let mut digests = 0;
    for (key, value) in table.scan(OUTBOX).await? {
        digests += usize::from(key.starts_with(DIGEST.as_bytes()));
        if !key.starts_with(SEND.as_bytes()) {
            continue;
        }
        if let Ok(delivery) = serde_json::from_slice::<Delivery>(&value) {
            let found = of(&mut channels, &delivery.channel);
            found.waiting += 1;
            let oldest = found.oldest_at.unwrap_or(delivery.made_at);
            found.oldest_at = Some(oldest.min(delivery.made_at));
        }
    }
    for letter in dead_letters(table).await? {
        of(&mut channels, &letter.delivery.channel).dead += 1;
    }
    Ok(Standing {
        configured,
        channels: channels.into_values().collect(),
        digests,
    })
}

fn of<'c>(channels: &'c mut BTreeMap<String, OfChannel>, id: &str) -> &'c mut OfChannel {
    let entry = channels.entry(id.to_owned());
    entry.or_insert_with(|| OfChannel {
        channel: id.to_owned(),
        ..OfChannel::default()
    })
}

fn shown(config: &Config, now: Timestamp) -> Value {
    let channels: Vec<Value> = config.channels.values().map(channel).collect();
    let routes: Vec<Value> = config.routes.iter().map(route).collect();
    json!({
        "told_at": now,
        "hours": { "from": config.hours.from.to_string(), "until": config.hours.until.to_string() },
        "age_max_ms": config.age_max_ms,
        "channels": channels,
        "routes": routes,
    })
}

fn channel(channel: &Channel) -> Value {
    let kind = match &channel.how {
        How::Webhook { .. } => "webhook",
        How::Mail { .. } => "mail",
        How::Sms { .. } => "sms",
        How::Chat { service, .. } => match service {
            Chat::Wecom => "wecom",
            Chat::Dingtalk => "dingtalk",
            Chat::Feishu => "feishu",
        },
    };
    json!({ "id": channel.id, "kind": kind, "give_up_after_ms": channel.give_up_after_ms })
}

fn route(route: &Route) -> Value {
    let when = &route.when;
    json!({
        "id": route.id,
        "channel": route.channel,
        "receivers": route.to.len(),
        "levels": when.levels,
        "regions": when.regions,
        "before": when.before,
        "bodies": when.bodies,
        "offices": when.offices,
        "items": when.items,
        "rules": when.rules,
        "control_points": when.control_points,
        "changes": when.changes,
        "bulletins": when.bulletins,
        "quiet": route.quiet,
        "urgent": route.urgent,
        "digest": { "more_than": route.digest.more_than, "within_ms": route.digest.within_ms },
    })
}

#[cfg(test)]
mod tests {
    use mingjing_log::embedded::EmbeddedLog;

    use super::*;
    use crate::config::SecretRef;
    use crate::dead::{DEAD, DeadLetter};
    use crate::desk::delivery_key;
    use crate::made::at;
    use crate::words::Message;

    const FILE: &str = r#"
        [[channel]]
        id = "duty"
        kind = "webhook"
        url = "env:DUTY_URL"
        secret = "env:DUTY_KEY"

        [[route]]
        id = "red"
        channel = "duty"
        levels = ["red"]
        quiet = true
        urgent = ["red"]
    "#;

    fn config() -> Config {
        let lookup = |reference: &SecretRef| match reference {
            SecretRef::Environment(name) if name.ends_with("_URL") => {
                Ok("https://duty.example/hook?key=hidden".to_owned())
            }
            _ => Ok("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned()),
        };
        Config::read(FILE, &lookup).unwrap()
    }

    fn delivery(id: &str, made_at: Timestamp) -> Delivery {
        Delivery {
            id: id.into(),
            route: "red".into(),
            channel: "duty".into(),
            to: None,
            made_at,
            attempts: 1,
            message: Message {
                kind: "alert.issued".into(),
                title: "红牌".into(),
                lines: Vec::new(),
                link: None,
                data: json!({}),
            },
        }
    }

    #[tokio::test]
    async fn what_is_configured_is_told_without_its_secrets_and_what_waits_is_counted() {
        let folder = tempfile::tempdir().unwrap();
        let log = EmbeddedLog::open(folder.path(), 1).await.unwrap();
        assert_eq!(standing(&log).await.unwrap(), Standing::default());

        let (early, late) = (
            at("2026-11-27T09:00:00+08:00"),
            at("2026-11-27T10:00:00+08:00"),
        );
        tell(&log, Some(&config()), late).await.unwrap();
        for (id, made_at) in [("a", late), ("b", early)] {
            let value = serde_json::to_vec(&delivery(id, made_at)).unwrap();
            let put = log.put(OUTBOX, delivery_key(id), Some(value.into()));
            put.await.unwrap();
        }
        let letter = DeadLetter {
            at: late,
            reason: "timeout".into(),
            detail: String::new(),
            delivery: delivery("c", early),
        };
        let value = serde_json::to_vec(&letter).unwrap();
        let put = log.put(DEAD, Bytes::from_static(b"c"), Some(value.into()));
        put.await.unwrap();

        let told = standing(&log).await.unwrap();
        assert_eq!(
            told.channels,
            [OfChannel {
                channel: "duty".into(),
                waiting: 2,
                oldest_at: Some(early),
                dead: 1,
            }]
        );
        let configured = told.configured.unwrap();
        assert_eq!(configured["routes"][0]["urgent"], json!(["red"]));
        assert_eq!(configured["channels"][0]["kind"], "webhook");
        let text = configured.to_string();
        assert!(
            !text.contains("hidden") && !text.contains("whsec"),
            "{text}"
        );

        // A site that tells nobody any more says so.
        tell(&log, None, late).await.unwrap();
        assert_eq!(standing(&log).await.unwrap().configured, None);
    }
}
