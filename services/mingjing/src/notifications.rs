//! Notifications: their configuration, what they have to know of the site, and over HTTP how they stand and the messages that could not be
//! delivered. For the administrator alone.

use std::collections::BTreeSet;
use std::path::Path as FilePath;
use std::sync::Arc;

use anyhow::Context as _;
use async_trait::async_trait;
use axum::extract::{Query, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use mingjing_domain::Timestamp;
use mingjing_domain::calendar::{WorkCalendar, built_in};
use mingjing_domain::definitions::DefinitionSet;
use mingjing_domain::source::{Source, SourceClock};
use mingjing_intake::AdminKey;
use mingjing_log::Table;
use mingjing_notify::{
    Config, DeadLetter, Known, Published, SecretRef, Site, SiteError, dead_letters, forget, replay,
    standing,
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::administrator::{Admin, HasKey, Refused};
use crate::log_port::OpenLog;

/// The table of registered sources, by id (`intake::sources`).
const SOURCES: &str = "sources";

/// Reads a configuration, and the secrets that it names.
pub fn read(path: &FilePath) -> anyhow::Result<Config> {
    let text = std::fs::read_to_string(path).with_context(|| {
        format!(
            "cannot read the configuration of notifications {}",
            path.display()
        )
    })?;
    Config::read(&text, &secret).with_context(|| path.display().to_string())
}

fn secret(reference: &SecretRef) -> Result<String, String> {
    match reference {
        SecretRef::Environment(name) => {
            std::env::var(name).map_err(|_| format!("the environment variable {name} is not set"))
        }
        SecretRef::File(path) => std::fs::read_to_string(path)
            .map_err(|error| format!("the file {path} cannot be read: {error}")),
    }
}

/// What is known of the site, as the tables have it.
pub struct OfTables {
    log: OpenLog,
    kept: Mutex<Option<Kept>>,
}

struct Kept {
    /// Of the definitions.
    hash: String,
    known: Arc<Known>,
    /// Sources that the definitions declare, with their clocks.
    defined: Vec<Source>,
}

impl OfTables {
    /// Of these.
    pub fn new(log: OpenLog) -> Self {
        Self {
            log,
            kept: Mutex::default(),
        }
    }

    /// Sources whose clock is declared: by the definitions, which alone count where they name one, and by whoever registered it.
    async fn declared(&self, defined: &[Source]) -> Result<BTreeSet<String>, SiteError> {
        let mut sources = defined.to_vec();
        for (_, entry) in self.log.table.scan(SOURCES).await? {
            let source: Source = serde_json::from_slice(&entry)?;
            if defined.iter().all(|d| d.id != source.id) {
                sources.push(source);
            }
        }
        let declared = sources
            .into_iter()
            .filter(|source| source.clock == SourceClock::Declared);
        Ok(declared.map(|source| source.id).collect())
    }
}

#[async_trait]
impl Site for OfTables {
    async fn known(&self) -> Result<Arc<Known>, SiteError> {
        let table = &*self.log.table;
        let active = mingjing_supervise::wanted_definitions(table).await?;
        let hash = active.map_or_else(String::new, |active| active.hash);
        let mut kept = self.kept.lock().await;
        let (known, defined) = match kept.take() {
            Some(kept) if kept.hash == hash => (kept.known, kept.defined),
            _ => {
                let files = mingjing_supervise::files_in_force(table).await?;
                tokio::task::spawn_blocking(move || defined_by(&DefinitionSet::read(files).0))
                    .await??
            }
        };
        let declared = self.declared(&defined).await?;
        let known = match known.declared == declared {
            true => known,
            false => Arc::new(Known {
                declared,
                ..(*known).clone()
            }),
        };
        *kept = Some(Kept {
            hash,
            known: known.clone(),
            defined,
        });
        Ok(known)
    }

    async fn published(&self) -> Result<Vec<Published>, SiteError> {
        let found = mingjing_api::published_bulletins(self.log.table.clone()).await?;
        let published = found.into_iter().map(|bulletin| Published {
            id: bulletin.id,
            kind: bulletin.kind,
            title: bulletin.title,
            number: bulletin.number,
            period: bulletin.period,
            region: bulletin.region,
            at: bulletin.at,
        });
        Ok(published.collect())
    }
}

/// Names, calendar and sources of a set. What of it could not be read has no name here, and is told by its code.
fn defined_by(set: &DefinitionSet) -> Result<(Arc<Known>, Vec<Source>), SiteError> {
    let mut own = set.calendars.iter().map(|d| &d.value);
    let own = own.find(|calendar| calendar.id == "cn");
    let calendar = own
        .or_else(|| built_in("cn"))
        .ok_or("there is no calendar cn")?;
    let calendar = WorkCalendar::compile(calendar, None).map_err(|problems| {
        let problems: Vec<&str> = problems.iter().map(|p| p.problem.as_str()).collect();
        format!("the calendar cn cannot be used: {}", problems.join("; "))
    })?;
    let items = set.items.iter().map(|item| &item.value);
    let bodies = || set.bodies.iter().map(|body| &body.value);
    let regions = set.regions.iter().flat_map(|list| &list.value.regions);
    let known = Known {
        items: items
            .map(|i| (i.code.text.clone(), i.name.clone()))
            .collect(),
        bodies: bodies()
            .map(|b| (b.code.text.clone(), b.name.clone()))
            .collect(),
        regions_of_bodies: bodies()
            .map(|b| (b.code.text.clone(), b.region.clone()))
            .collect(),
        regions: regions
            .map(|r| (r.code.text.clone(), r.name.clone()))
            .collect(),
        declared: BTreeSet::new(),
        calendar: Arc::new(calendar),
    };
    let sources = set.sources.iter().map(|source| source.value.clone());
    Ok((Arc::new(known), sources.collect()))
}

struct Served {
    table: Arc<dyn Table>,
    admin_key: Option<AdminKey>,
    now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
}

/// The routes.
pub fn router(
    table: Arc<dyn Table>,
    admin_key: Option<AdminKey>,
    now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
) -> Router {
    let served = Arc::new(Served {
        table,
        admin_key,
        now,
    });
    let routes = Router::new()
        .route("/api/v1/notifications", get(stand))
        .route("/api/v1/dead-letters", get(list))
        .route("/api/v1/dead-letters/replay", post(replay_all))
        .route("/api/v1/dead-letters/forget", post(forget_all))
        .with_state(served);
    mingjing_api::bounded(routes)
}

impl HasKey for Served {
    fn admin_key(&self) -> Option<&AdminKey> {
        self.admin_key.as_ref()
    }
}

fn failed(error: mingjing_log::Error) -> Refused {
    tracing::warn!(%error, "what became of notifications is not to be had");
    Refused::away()
}

/// Which dead letters are meant; what is not said, all.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Which {
    id: Option<String>,
    channel: Option<String>,
    reason: Option<String>,
}

impl Which {
    fn means(&self, letter: &DeadLetter) -> bool {
        let fits = |asked: &Option<String>, found: &str| {
            asked.as_deref().is_none_or(|asked| asked == found)
        };
        fits(&self.id, &letter.delivery.id)
            && fits(&self.channel, &letter.delivery.channel)
            && fits(&self.reason, &letter.reason)
    }
}

/// `GET /api/v1/notifications`
async fn stand(_: Admin, State(served): State<Arc<Served>>) -> Result<Json<Value>, Refused> {
    let standing = standing(&*served.table).await.map_err(failed)?;
    Ok(Json(json!(standing)))
}

/// `GET /api/v1/dead-letters`
async fn list(
    _: Admin,
    State(served): State<Arc<Served>>,
    Query(which): Query<Which>,
) -> Result<Json<Value>, Refused> {
    let letters = dead_letters(&*served.table).await.map_err(failed)?;
    let letters = letters.iter().filter(|letter| which.means(letter));
    let shown: Vec<Value> = letters.map(shown).collect();
    Ok(Json(json!({ "dead_letters": shown })))
}

fn shown(letter: &DeadLetter) -> Value {
    let delivery = &letter.delivery;
    json!({
        "id": delivery.id,
        "at": letter.at,
        "reason": letter.reason,
        "detail": letter.detail,
        "channel": delivery.channel,
        "route": delivery.route,
        "to": delivery.to,
        "made_at": delivery.made_at,
        "attempts": delivery.attempts,
        "title": delivery.message.title,
    })
}

/// `POST /api/v1/dead-letters/replay`
async fn replay_all(
    _: Admin,
    State(served): State<Arc<Served>>,
    Json(which): Json<Which>,
) -> Result<Json<Value>, Refused> {
    let letters = dead_letters(&*served.table).await.map_err(failed)?;
    let mut replayed = Vec::new();
    for letter in letters.iter().filter(|letter| which.means(letter)) {
        let id = &letter.delivery.id;
        let sent = replay(&*served.table, id, (served.now)()).await;
        if sent.map_err(failed)? {
            replayed.push(id.clone());
        }
    }
    tracing::info!(count = replayed.len(), "dead letters are sent again");
    Ok(Json(json!({ "replayed": replayed })))
}

/// `POST /api/v1/dead-letters/forget`
async fn forget_all(
    _: Admin,
    State(served): State<Arc<Served>>,
    Json(which): Json<Which>,
) -> Result<Json<Value>, Refused> {
    let letters = dead_letters(&*served.table).await.map_err(failed)?;
    let mut forgotten = Vec::new();
    for letter in letters.iter().filter(|letter| which.means(letter)) {
        let id = &letter.delivery.id;
        if forget(&*served.table, id).await.map_err(failed)? {
            forgotten.push(id.clone());
        }
    }
    tracing::info!(count = forgotten.len(), "dead letters are forgotten");
    Ok(Json(json!({ "forgotten": forgotten })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_a_site_is_taken() {
        let text = include_str!("../../../deploy/example/notify.toml");
        // Whatever is referred to is a key of enough bytes, and no address but those that stand there.
        let lookup = |reference: &SecretRef| match reference {
            SecretRef::Environment(name) if name.ends_with("_URL") => {
                Ok("https://chat.example/send?key=k".to_owned())
            }
            _ => Ok("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned()),
        };
        let config = Config::read(text, &lookup).unwrap();
        assert!(!config.routes.is_empty() && !config.channels.is_empty());
    }
}
