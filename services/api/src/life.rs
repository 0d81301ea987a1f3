//! Definitions with a life, over HTTP: drafts and their reviews, publication and what becomes public of it, the register, milestones.
//!
//! What may be done is decided by `domain::life`; here its records are kept, and what was decided is carried out. A draft is a
//! journal (`log::Journals`): of two who act at once, through one process or two, the second decides again upon what the
//! first did. Publications are decided one after the other, over all drafts, each upon what the earlier ones make of the set. Publication is decided by a record and carried out by [`settle`], which compares what was
//! decided with what is in force and puts in force what is missing: whoever dies in between is followed by whoever looks next, here or in
//! another process, and both do the same.
//!
//! | table | key | value |
//! |---|---|---|
//! | `life` | `draft/<id>/<n>` | the draft's `n`-th record as JSON |
//! | `life` | `backtest/<draft>/<n>` | a draft's `n`-th record of its backtests |
//! | `life` | `decisions/<n>` | the `n`-th decision to publish, or the `n`-th folder that was installed |
//! | `life` | `milestones/<body>/<n>` | a body's `n`-th record |
//! | `life_texts` | SHA-256 | a draft's text |
//! | `life_texts` | `bpmn/<SHA-256>` | the drawing of a flowchart with that text, where somebody drew it |
//! | `life_texts` | `backtest/<draft>/<run>` | what a backtest of a draft found |
//! | `life_texts` | `backtest/<draft>/<run>/beat` | how far a backtest has come that runs, and when it was last heard of |

mod backtests;
mod canvas;
mod decisions;
mod drafts;
mod drawing;
mod failpoint;
mod install;
mod milestones;
mod officers;
pub(crate) mod publications;
mod register;
pub(crate) mod said;
mod settle;
mod shadow;
mod show;
mod unused;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use axum::routing::{get, post};
use bytes::Bytes;
use chrono_tz::Tz;
use mingjing_domain::Timestamp;
use mingjing_domain::calendar::{WorkCalendar, china};
use mingjing_domain::definitions::{DefinitionFile, DefinitionSet, Problem};
use mingjing_domain::life::{Act, Command, Days, Life, Record};
use mingjing_log::{Journals, Table};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use tokio::sync::Mutex;

use crate::definitions::{DefinitionsError, InForce};
use crate::{ApiError, Definitions, Metrics, State};
use said::Said;

pub use backtests::{
    BacktestAsked, BacktestError, BacktestExample, BacktestFound, BacktestItem,
    BacktestLevelChange, BacktestPoint, BacktestProgress, BacktestStands, BacktestTally,
    Backtester, Backtests,
};
pub use install::{InstallError, Installer};
use settle::Stuck;
pub use settle::settle;
pub use shadow::{InShadow, ShadowSets};

/// The journals' table.
const JOURNALS: &str = "life";
/// The texts' table.
const TEXTS: &str = "life_texts";
/// The journal of decisions to publish.
const DECISIONS: &str = "decisions";
/// Decisions upon a journal that others write to, too: so often one is made anew. Beyond it somebody floods it.
const TRIES: usize = 64;

/// Puts definitions in force. The binary's matter, which knows who judges.
#[async_trait]
pub trait Activator: Send + Sync {
    /// Puts the files in force, as one set, everywhere; or nothing of them. Doing it again changes nothing. They were composed `upon` the
    /// set with this hash (none: nothing was in force), and take the place of no other.
    ///
    /// # Errors
    /// [`ActivateError`].
    async fn activate(
        &self,
        files: Vec<DefinitionFile>,
        upon: Option<&str>,
    ) -> Result<Activated, ActivateError>;
}

/// What is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activated {
    /// SHA-256 of the set, 64 hexadecimal digits.
    pub hash: String,
    /// For people.
    pub version: String,
}

/// Why definitions are not in force.
#[derive(Debug, thiserror::Error)]
pub enum ActivateError {
    /// They are wrong.
    #[error("the definitions have {} problems", .0.len())]
    Problems(Vec<Problem>),
    /// They could not be stored, or not everywhere.
    #[error("the definitions cannot be stored")]
    Storage(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Somebody else put another set in force meanwhile: to be composed anew, upon that.
    #[error("other definitions came into force meanwhile")]
    Moved,
}

/// The drafts of a platform.
pub struct Lives {
    journals: Journals,
    table: Arc<dyn Table>,
    definitions: Arc<Definitions>,
    activator: Arc<dyn Activator>,
    days: Days,
    /// Whom to tell how publications stand; only who carries them out knows.
    metrics: Option<Arc<Metrics>>,
    /// One carries out at a time in this process; processes need not wait for each other. Holds why the last attempt did not succeed.
    settling: Mutex<()>,
    stuck: std::sync::Mutex<Option<Stuck>>,
}

impl Lives {
    /// Those of a table.
    pub fn new(
        table: Arc<dyn Table>,
        definitions: Arc<Definitions>,
        activator: Arc<dyn Activator>,
        days: Days,
    ) -> Self {
        Self {
            journals: Journals::new(table.clone(), JOURNALS),
            table,
            definitions,
            activator,
            days,
            metrics: None,
            settling: Mutex::new(()),
            stuck: std::sync::Mutex::default(),
        }
    }

    /// The same, which tells by these metrics how publications stand.
    #[must_use]
    pub fn told_to(mut self, metrics: Arc<Metrics>) -> Self {
        self.metrics = Some(metrics);
        self
    }

    /// The set in force.
    async fn in_force(&self) -> Result<Arc<InForce>, ApiError> {
        Ok(self.definitions.in_force().await?)
    }

    /// One draft.
    async fn one(&self, id: &str) -> Result<Life, ApiError> {
        let records = self.journals.read(&draft_journal(id)).await?;
        Life::of(id, decoded(&records)?).ok_or_else(|| ApiError::NotFound {
            what: format!("草案 {id}"),
        })
    }

    /// Every draft, by id.
    async fn all(&self) -> Result<Vec<Life>, ApiError> {
        let mut lives = Vec::new();
        for (journal, records) in self.journals.read_all().await? {
            if let Some(id) = journal.strip_prefix("draft/") {
                lives.extend(Life::of(id, decoded(&records)?));
            }
        }
        Ok(lives)
    }

    /// Every draft that was published, retired ones among them.
    pub(crate) async fn published(&self) -> Result<Vec<Life>, ApiError> {
        let mut lives = self.all().await?;
        lives.retain(|life| life.published.is_some());
        Ok(lives)
    }

    /// The records of a journal that is no draft's.
    async fn records<T: DeserializeOwned>(&self, journal: &str) -> Result<Vec<T>, ApiError> {
        decoded(&self.journals.read(journal).await?)
    }

    /// Every journal whose name begins so, by the rest of its name.
    async fn journals<T: DeserializeOwned>(
        &self,
        prefix: &str,
    ) -> Result<BTreeMap<String, Vec<T>>, ApiError> {
        let mut found = BTreeMap::new();
        for (journal, records) in self.journals.read_all().await? {
            if let Some(rest) = journal.strip_prefix(prefix) {
                found.insert(rest.to_owned(), decoded(&records)?);
            }
        }
        Ok(found)
    }

    /// Adds to a journal what `next` makes of its records, however many others write to it.
    async fn add<T: Serialize + DeserializeOwned>(
        &self,
        journal: &str,
        mut next: impl FnMut(&[T]) -> Result<Option<T>, ApiError>,
    ) -> Result<Vec<T>, ApiError> {
        for _ in 0..TRIES {
            let mut records = decoded(&self.journals.read(journal).await?)?;
            let Some(record) = next(&records)? else {
                return Ok(records);
            };
            let value = Bytes::from(encoded(&record));
            if self.journals.add(journal, records.len(), value).await? {
                records.push(record);
                return Ok(records);
            }
        }
        Err(ApiError::Failed(
            "a journal is written to without an end".into(),
        ))
    }

    /// Does what is said with a draft. What was said before under the same key is not done again.
    async fn act(
        &self,
        id: &str,
        said: &Said,
        now: Timestamp,
        command: impl Fn(&Life) -> Result<Command, ApiError>,
    ) -> Result<Life, ApiError> {
        let calendar = self.calendar().await?;
        let day = now.local_date(calendar.tz());
        let records = self
            .add(&draft_journal(id), |records: &[Record]| {
                let life = Life::of(id, records.to_vec()).ok_or_else(|| ApiError::NotFound {
                    what: format!("草案 {id}"),
                })?;
                if said
                    .key
                    .as_deref()
                    .is_some_and(|key| life.record_of(key).is_some())
                {
                    return Ok(None);
                }
                let act = life
                    .decide(command(&life)?, &said.who, day, self.days, &calendar)
                    .map_err(|refusal| ApiError::Refused(vec![refusal]))?;
                Ok(Some(said.record(now, day, act)))
            })
            .await?;
        Life::of(id, records).ok_or_else(|| ApiError::NotFound {
            what: format!("草案 {id}"),
        })
    }

    /// The set as it is once everything that was decided is in force.
    async fn base(&self) -> Result<Arc<InForce>, ApiError> {
        let in_force = self.in_force().await?;
        let files = settle::wanted(self, &in_force.files).await?;
        if files == in_force.files {
            return Ok(in_force);
        }
        let (set, _) = DefinitionSet::read(files.clone());
        Ok(Arc::new(InForce {
            hash: Some(set.hash()),
            files,
            set,
        }))
    }

    /// Begins a draft. The same key, or the same text by the same person in the same second, is the same draft.
    async fn begin(&self, said: &Said, now: Timestamp, act: Act) -> Result<Life, ApiError> {
        let id = said.draft_id(now);
        let day = now.local_date(self.calendar().await?.tz());
        let records = self
            .add(&draft_journal(&id), |records: &[Record]| {
                Ok(records
                    .is_empty()
                    .then(|| said.record(now, day, act.clone())))
            })
            .await?;
        let life = Life::of(&id, records);
        life.ok_or_else(|| ApiError::Failed("a draft that does not begin with one".into()))
    }

    /// Keeps a text; answers its SHA-256.
    async fn keep(&self, text: &str) -> Result<String, ApiError> {
        if text.len() > mingjing_log::MAX_TABLE_VALUE_BYTES {
            let most = mingjing_log::MAX_TABLE_VALUE_BYTES / 1024;
            return Err(ApiError::bad(
                "text",
                format!("草案文本超过 {most} KiB，请分成几份草案"),
            ));
        }
        let hash = sha256(text);
        let value = Some(Bytes::copy_from_slice(text.as_bytes()));
        self.table
            .put(TEXTS, Bytes::from(hash.clone()), value)
            .await?;
        Ok(hash)
    }

    /// The text that was kept under this hash.
    async fn text(&self, hash: &str) -> Result<String, ApiError> {
        let value = self.table.get(TEXTS, hash.as_bytes()).await?;
        let text = value.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        text.ok_or_else(|| ApiError::Failed(format!("the text {hash} is not there").into()))
    }

    /// Keeps the drawing of a text.
    async fn keep_drawing(&self, text: &str, drawing: String) -> Result<(), ApiError> {
        if drawing.len() > mingjing_log::MAX_TABLE_VALUE_BYTES {
            let most = mingjing_log::MAX_TABLE_VALUE_BYTES / 1024;
            return Err(ApiError::bad("xml", format!("图超过 {most} KiB，请简化")));
        }
        let key = Bytes::from(drawing_key(text));
        let value = Some(Bytes::from(drawing));
        Ok(self.table.put(TEXTS, key, value).await?)
    }

    /// The drawing of the text with this hash; none where nobody drew it.
    async fn drawing(&self, text: &str) -> Result<Option<Vec<u8>>, ApiError> {
        let value = self.table.get(TEXTS, drawing_key(text).as_bytes()).await?;
        Ok(value.map(|bytes| bytes.to_vec()))
    }

    /// The calendar that due dates are counted in: `cn` as the definitions in force have it, else the built-in one.
    pub(crate) async fn calendar(&self) -> Result<WorkCalendar, ApiError> {
        let in_force = self.in_force().await?;
        let written = in_force
            .set
            .calendars
            .iter()
            .map(|document| &document.value);
        let written = written.into_iter().find(|calendar| calendar.id == "cn");
        let compiled = WorkCalendar::compile(written.unwrap_or_else(|| china()), None);
        compiled.or_else(|_| {
            WorkCalendar::compile(china(), None)
                .map_err(|_| ApiError::Failed("the built-in calendar cannot be used".into()))
        })
    }

    /// The local day, where people work.
    pub(crate) async fn today(&self, now: Timestamp) -> Result<chrono::NaiveDate, ApiError> {
        Ok(now.local_date(self.zone().await?))
    }

    async fn zone(&self) -> Result<Tz, ApiError> {
        Ok(self.calendar().await?.tz())
    }
}

fn draft_journal(id: &str) -> String {
    format!("draft/{id}")
}

fn drawing_key(text: &str) -> String {
    format!("bpmn/{text}")
}

fn sha256(text: &str) -> String {
    let digest = Sha256::digest(text);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn encoded(record: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(record).expect("text, numbers and dates only")
}

fn decoded<T: DeserializeOwned>(records: &[Bytes]) -> Result<Vec<T>, ApiError> {
    let read = |bytes: &Bytes| {
        serde_json::from_slice(bytes).map_err(|source| {
            ApiError::Definitions(DefinitionsError::Entry {
                key: JOURNALS.to_owned(),
                source,
            })
        })
    };
    records.iter().map(read).collect()
}

/// The routes.
pub(crate) fn routes() -> Router<State> {
    Router::new()
        .route("/api/v1/drafts", get(drafts::list).post(drafts::draft))
        .route("/api/v1/drafts/{id}", get(drafts::one))
        .route("/api/v1/drafts/{id}/text", get(drafts::text))
        .route(
            "/api/v1/drafts/{id}/shadow",
            get(shadow::one).post(drafts::shadow),
        )
        .route(
            "/api/v1/drafts/{id}/bpmn",
            get(canvas::one).post(canvas::save),
        )
        .route("/api/v1/drafts/{id}/check", get(drafts::check))
        .route(
            "/api/v1/drafts/{id}/backtests",
            get(backtests::list).post(backtests::begin),
        )
        .route(
            "/api/v1/drafts/{id}/backtests/cancel",
            post(backtests::cancel),
        )
        .route("/api/v1/drafts/{id}/{act}", post(drafts::act))
        .route("/api/v1/definitions", get(publications::list))
        .route("/api/v1/definitions/unused", get(unused::list))
        .route("/api/v1/definitions/shadows", get(shadow::list))
        .route(
            "/api/v1/definitions/{kind}/{id}",
            get(publications::history),
        )
        .route(
            "/api/v1/definitions/{kind}/{id}/diff",
            get(publications::diff),
        )
        .route("/api/v1/definitions/{kind}/{id}/bpmn", get(drawing::bpmn))
        .route(
            "/api/v1/definitions/{kind}/{id}/text",
            get(publications::text),
        )
        .route("/api/v1/publications", get(publications::record))
        .route("/api/v1/installations", get(install::list))
        .route(
            "/api/v1/responsibilities",
            get(publications::responsibilities),
        )
        .route("/api/v1/register", get(register::list))
        .route(
            "/api/v1/register/{body}",
            get(register::one).put(register::put),
        )
        .route("/api/v1/register/{body}/change", post(register::compose))
        .route("/api/v1/register/{body}/history", get(register::history))
        .route("/api/v1/milestones", get(milestones::list))
        .route("/api/v1/milestones/{body}", post(milestones::act))
}
