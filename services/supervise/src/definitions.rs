//! Definitions in the Table port: published whole, loaded by hash, compiled once for all partitions.
//!
//! Table `definitions`:
//!
//! | key | value |
//! |---|---|
//! | `<hash>/<n>` | one file as JSON (`DefinitionFile`); `n` has six digits |
//! | `<hash>` | `{"version", "files"}`: how many files; written after them, so that it means they are all there |
//! | `active` | `{"hash", "version"}`: what should be in force everywhere |
//!
//! A file is an entry of its own because a table's value holds a mebibyte and a city's power list is more.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use mingjing_domain::definitions::{DefinitionFile, DefinitionSet, Problem};
use mingjing_engine::Rules;
use mingjing_log::{Log, MAX_TABLE_VALUE_BYTES, Partition, Record, Table, Topic};
use mingjing_wire::cloudevents::encode_activated;
use serde::{Deserialize, Serialize};

use crate::Error;

/// The table's name.
pub const TABLE: &str = "definitions";

/// The key of what should be in force.
const ACTIVE: &str = "active";

/// How long an owner that lacks definitions waits before it looks again, should it miss their coming.
const LOOK_AGAIN: Duration = Duration::from_secs(10);

/// Definitions in force, by content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Active {
    /// SHA-256 of the set, 64 hexadecimal digits.
    pub hash: String,
    /// For people; alerts carry it.
    pub version: String,
}

/// Why definitions were not published. Nothing is in force that was not before.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// They are wrong.
    #[error("the definitions have {} problems, the first: {}", .0.len(), .0.first().map(ToString::to_string).unwrap_or_default())]
    Problems(Vec<Problem>),
    /// The table or the log did not take them.
    #[error("the definitions cannot be stored")]
    Log(#[source] mingjing_log::Error),
    /// Another set is in force than they were composed upon.
    #[error("other definitions came into force meanwhile")]
    Moved,
}

/// What may be in force when a set takes its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upon<'a> {
    /// Anything.
    Whatever,
    /// The set with this hash, which the new one was composed upon; none: nothing.
    Set(Option<&'a str>),
}

#[derive(Serialize, Deserialize)]
struct Manifest {
    version: String,
    files: usize,
}

/// Checks definitions, writes them to the table and puts them in force in every partition. Publishing what is in force
/// already changes nothing.
///
/// Compiling a city's definitions takes a second, in which somebody else may publish: what was composed `upon` a set takes the place of
/// that one alone. Two who publish within the same moment are not told apart: the table has no compare-and-set.
///
/// # Errors
/// [`PublishError`]: with every problem found.
pub async fn publish_definitions(
    table: &dyn Table,
    log: &dyn Log,
    files: Vec<DefinitionFile>,
    upon: Upon<'_>,
) -> Result<Active, PublishError> {
    let (set, _) = check(files).map_err(PublishError::Problems)?;
    let active = Active {
        hash: set.hash(),
        version: set.version(),
    };
    let entries = entries(&set, &active)?;
    for (key, value) in entries {
        table
            .put(TABLE, key, Some(value))
            .await
            .map_err(PublishError::Log)?;
    }
    let before = table.get(TABLE, ACTIVE.as_bytes()).await;
    let before = before.map_err(PublishError::Log)?;
    if let Upon::Set(upon) = upon
        && is_another(before.as_deref(), upon, &active)
    {
        return Err(PublishError::Moved);
    }
    // Should we die before all partitions have the record, their owners see this and write what is missing.
    let wanted = json(&active);
    table
        .put(TABLE, ACTIVE.into(), Some(wanted))
        .await
        .map_err(PublishError::Log)?;
    for partition in (0..log.partitions()).map(Partition) {
        activate(log, partition, &active)
            .await
            .map_err(PublishError::Log)?;
    }
    Ok(active)
}

/// Whether the entry of what is in force is neither of the set that was there nor of the one to come.
fn is_another(entry: Option<&[u8]>, upon: Option<&str>, coming: &Active) -> bool {
    let Some(entry) = entry else {
        return upon.is_some();
    };
    let there: Option<Active> = serde_json::from_slice(entry).ok();
    there.is_none_or(|there| Some(&*there.hash) != upon && there.hash != coming.hash)
}

/// What should be in force everywhere, as last published.
///
/// # Errors
/// [`Error::Log`] if the table cannot be read, [`Error::Table`] if it holds something else.
pub async fn wanted_definitions(table: &dyn Table) -> Result<Option<Active>, Error> {
    let value = get(table, ACTIVE).await?;
    value.map(|bytes| entry(ACTIVE, &bytes)).transpose()
}

/// Writes the record that puts definitions in force in one partition.
pub(crate) async fn activate(
    log: &dyn Log,
    partition: Partition,
    active: &Active,
) -> mingjing_log::Result<()> {
    let value = encode_activated(&active.hash, &active.version).into();
    let record = Record {
        key: Bytes::new(),
        value,
    };
    log.append(Topic::Events, partition, vec![record])
        .await
        .map(|_| ())
}

/// Compiled definitions by hash, shared by all partitions. What was loaded stays: definitions change a few times a year.
pub(crate) struct RulesCache {
    table: Arc<dyn Table>,
    loaded: Mutex<BTreeMap<String, Arc<Rules>>>,
}

impl RulesCache {
    pub(crate) fn new(table: Arc<dyn Table>) -> Self {
        Self {
            table,
            loaded: Mutex::default(),
        }
    }

    /// Rules that are loaded already.
    pub(crate) fn loaded(&self, hash: &str) -> Option<Arc<Rules>> {
        self.loaded
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(hash)
            .cloned()
    }

    /// Loads rules; while the table lacks them it waits, and says so with every look.
    pub(crate) async fn wait_for(
        &self,
        hash: &str,
        missing: impl Fn(),
    ) -> Result<Arc<Rules>, Error> {
        let watched = self.table.watch(TABLE);
        let mut changes = watched.map_err(|source| failed("following the definitions", source))?;
        loop {
            if let Some(rules) = self.load(hash).await? {
                return Ok(rules);
            }
            missing();
            let changed = async {
                if changes.next().await.is_none() {
                    std::future::pending::<()>().await;
                }
            };
            // Either way the table is looked at again.
            let _ = tokio::time::timeout(LOOK_AGAIN, changed).await;
        }
    }

    async fn load(&self, hash: &str) -> Result<Option<Arc<Rules>>, Error> {
        if let Some(rules) = self.loaded(hash) {
            return Ok(Some(rules));
        }
        let Some(files) = files_of(&*self.table, hash).await? else {
            return Ok(None);
        };
        let compiled = tokio::task::spawn_blocking(move || check(files)).await;
        let checked = match compiled.map_err(tokio::task::JoinError::try_into_panic) {
            Ok(checked) => checked,
            Err(Ok(panic)) => std::panic::resume_unwind(panic),
            // The runtime is going away, and this task with it.
            Err(Err(_)) => std::future::pending().await,
        };
        let unusable = |problems| Error::Definitions {
            hash: hash.to_owned(),
            problems,
        };
        let (set, rules) = checked.map_err(unusable)?;
        if set.hash() != hash {
            let found = set.hash();
            let text = format!(
                "the files under {hash} have the hash {found}: they were changed after publication"
            );
            return Err(unusable(vec![Problem {
                file: String::new(),
                line: 0,
                message: text,
            }]));
        }
        let rules = Arc::new(rules);
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Some(loaded.entry(hash.to_owned()).or_insert(rules).clone()))
    }
}

fn check(files: Vec<DefinitionFile>) -> Result<(DefinitionSet, Rules), Vec<Problem>> {
    let (set, problems) = DefinitionSet::read(files);
    if !problems.is_empty() {
        return Err(problems);
    }
    let rules = Rules::compile(&set)?;
    Ok((set, rules))
}

/// The table's entries of a set, its manifest last.
fn entries(set: &DefinitionSet, active: &Active) -> Result<Vec<(Bytes, Bytes)>, PublishError> {
    let mut entries = Vec::new();
    for (n, file) in set.files.iter().enumerate() {
        let value = json(file);
        if value.len() > MAX_TABLE_VALUE_BYTES {
            let message = format!(
                "the file takes {} bytes as JSON, {MAX_TABLE_VALUE_BYTES} are allowed: split it",
                value.len()
            );
            let problem = Problem {
                file: file.name.clone(),
                line: 0,
                message,
            };
            return Err(PublishError::Problems(vec![problem]));
        }
        entries.push((file_key(&active.hash, n).into(), value));
    }
    let manifest = Manifest {
        version: active.version.clone(),
        files: set.files.len(),
    };
    entries.push((active.hash.clone().into(), json(&manifest)));
    Ok(entries)
}

fn file_key(hash: &str, n: usize) -> String {
    format!("{hash}/{n:06}")
}

fn json(value: &impl Serialize) -> Bytes {
    serde_json::to_vec(value)
        .expect("text and numbers only")
        .into()
}

async fn get(table: &dyn Table, key: &str) -> Result<Option<Bytes>, Error> {
    table
        .get(TABLE, key.as_bytes())
        .await
        .map_err(|source| failed("reading the definitions", source))
}

fn entry<T: for<'a> Deserialize<'a>>(key: &str, bytes: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(bytes).map_err(|source| Error::Table {
        table: TABLE,
        key: key.to_owned(),
        source,
    })
}

fn failed(attempted: &'static str, source: mingjing_log::Error) -> Error {
    Error::Log { attempted, source }
}

/// The files of the set that is in force; none where nothing was published yet.
///
/// # Errors
/// [`Error::Log`] if the table cannot be read, [`Error::Table`] if it holds something else.
pub async fn files_in_force(table: &dyn Table) -> Result<Vec<DefinitionFile>, Error> {
    match wanted_definitions(table).await? {
        Some(active) => Ok(files_of(table, &active.hash).await?.unwrap_or_default()),
        None => Ok(Vec::new()),
    }
}

/// The files of a set; none while the table lacks any of them.
async fn files_of(table: &dyn Table, hash: &str) -> Result<Option<Vec<DefinitionFile>>, Error> {
    let Some(manifest) = get(table, hash).await? else {
        return Ok(None);
    };
    let manifest: Manifest = entry(hash, &manifest)?;
    let mut files = Vec::new();
    for n in 0..manifest.files {
        let key = file_key(hash, n);
        let Some(bytes) = get(table, &key).await? else {
            return Ok(None);
        };
        files.push(entry(&key, &bytes)?);
    }
    Ok(Some(files))
}
