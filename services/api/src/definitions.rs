//! Definitions from the Table port by their hash: as texts, and compiled for explaining.
//!
//! The table is supervision's (`supervise::definitions` says what lies where); it is only read here.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use mingjing_domain::definitions::{Body, DefinitionFile, DefinitionSet, Problem};
use mingjing_engine::Rules;
use mingjing_log::Table;

use crate::ApiError;

/// The table that holds definitions, and the key in it that names those in force.
pub(crate) const DEFINITIONS: &str = "definitions";
const ACTIVE: &[u8] = b"active";

/// Compiled sets kept at most. A case rarely lives through more; one that does compiles some anew.
const KEPT_MAX: usize = 8;

/// The fields this reads of what supervision writes.
#[derive(serde::Deserialize)]
struct Active {
    hash: String,
}

#[derive(serde::Deserialize)]
struct Manifest {
    files: usize,
}

/// Why definitions cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum DefinitionsError {
    /// The table cannot be read.
    #[error("reading the definitions")]
    Log(#[from] mingjing_log::Error),
    /// It holds something else.
    #[error("the definitions' entry {key} cannot be read")]
    Entry {
        /// The key.
        key: String,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// They were published once and are not usable now: the table was tampered with, or they are of another time.
    #[error("the definitions {hash} are not usable: {why}")]
    Unusable {
        /// Their hash.
        hash: String,
        /// What is wrong.
        why: String,
    },
}

/// The hash of the set in force; none before any is.
pub(crate) async fn hash_in_force(table: &dyn Table) -> Result<Option<String>, DefinitionsError> {
    let Some(active) = table.get(DEFINITIONS, ACTIVE).await? else {
        return Ok(None);
    };
    let Active { hash } = entry("active", &active)?;
    Ok(Some(hash))
}

/// The files of a set; none while the table lacks any of them.
pub(crate) async fn files_of(
    table: &dyn Table,
    hash: &str,
) -> Result<Option<Vec<DefinitionFile>>, DefinitionsError> {
    let Some(manifest) = table.get(DEFINITIONS, hash.as_bytes()).await? else {
        return Ok(None);
    };
    let Manifest { files: count } = entry(hash, &manifest)?;
    let mut files: Vec<DefinitionFile> = Vec::with_capacity(count);
    for n in 0..count {
        let key = format!("{hash}/{n:06}");
        let Some(file) = table.get(DEFINITIONS, key.as_bytes()).await? else {
            return Ok(None);
        };
        files.push(entry(&key, &file)?);
    }
    Ok(Some(files))
}

fn entry<T: serde::de::DeserializeOwned>(key: &str, bytes: &[u8]) -> Result<T, DefinitionsError> {
    serde_json::from_slice(bytes).map_err(|source| DefinitionsError::Entry {
        key: key.to_owned(),
        source,
    })
}

/// Compiled definitions by hash.
pub struct Definitions {
    table: Arc<dyn Table>,
    kept: Mutex<Kept>,
    lately: Mutex<Option<Arc<InForce>>>,
}

/// Rules that were used lately.
#[derive(Default)]
struct Kept {
    /// How many uses there were.
    uses: u64,
    /// By hash, with the number of the last use.
    by_hash: BTreeMap<String, (u64, Arc<Rules>)>,
}

/// The set in force, read.
pub(crate) struct InForce {
    /// Its hash; none before anything was published.
    pub hash: Option<String>,
    /// Its files.
    pub files: Vec<DefinitionFile>,
    /// What they say.
    pub set: DefinitionSet,
}

impl InForce {
    /// One of its bodies.
    pub fn body(&self, code: &str) -> Result<&Body, ApiError> {
        let bodies = self.set.bodies.iter().map(|document| &document.value);
        let body = bodies.into_iter().find(|body| body.code.text == code);
        body.ok_or_else(|| ApiError::NotFound {
            what: format!("机构 {code}"),
        })
    }
}

impl Definitions {
    /// The set in force now.
    ///
    /// # Errors
    /// [`DefinitionsError`].
    pub(crate) async fn in_force(&self) -> Result<Arc<InForce>, DefinitionsError> {
        let hash = hash_in_force(&*self.table).await?;
        let lately = || self.lately.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lately().as_ref().filter(|known| known.hash == hash) {
            return Ok(known.clone());
        }
        let files = match &hash {
            Some(hash) => files_of(&*self.table, hash).await?.unwrap_or_default(),
            None => Vec::new(),
        };
        let (set, _) = DefinitionSet::read(files.clone());
        let read = Arc::new(InForce { hash, files, set });
        *lately() = Some(read.clone());
        Ok(read)
    }

    /// Those of a table.
    pub fn new(table: Arc<dyn Table>) -> Self {
        Self {
            table,
            kept: Mutex::default(),
            lately: Mutex::default(),
        }
    }

    /// The table itself.
    pub(crate) fn table(&self) -> &dyn Table {
        &*self.table
    }

    /// The same, for those who keep journals beside them.
    pub(crate) fn shared_table(&self) -> Arc<dyn Table> {
        self.table.clone()
    }

    /// The rules of a set; none where the table does not have it.
    ///
    /// # Errors
    /// [`DefinitionsError`].
    pub async fn rules(&self, hash: &str) -> Result<Option<Arc<Rules>>, DefinitionsError> {
        if let Some(rules) = self.used(hash) {
            return Ok(Some(rules));
        }
        let Some(files) = files_of(&*self.table, hash).await? else {
            return Ok(None);
        };
        let wanted = hash.to_owned();
        let compiled = tokio::task::spawn_blocking(move || compile(&wanted, files)).await;
        let rules = compiled.map_err(|error| DefinitionsError::Unusable {
            hash: hash.to_owned(),
            why: error.to_string(),
        })??;
        Ok(Some(self.keep(hash, rules)))
    }

    fn used(&self, hash: &str) -> Option<Arc<Rules>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.uses += 1;
        let now = kept.uses;
        let (used, rules) = kept.by_hash.get_mut(hash)?;
        *used = now;
        Some(rules.clone())
    }

    fn keep(&self, hash: &str, rules: Arc<Rules>) -> Arc<Rules> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.uses += 1;
        let now = kept.uses;
        kept.by_hash.insert(hash.to_owned(), (now, rules.clone()));
        while kept.by_hash.len() > KEPT_MAX {
            let oldest = kept.by_hash.iter().min_by_key(|(_, (used, _))| *used);
            let Some(oldest) = oldest.map(|(hash, _)| hash.clone()) else {
                break;
            };
            kept.by_hash.remove(&oldest);
        }
        rules
    }
}

fn compile(hash: &str, files: Vec<DefinitionFile>) -> Result<Arc<Rules>, DefinitionsError> {
    let unusable = |why: String| DefinitionsError::Unusable {
        hash: hash.to_owned(),
        why,
    };
    let first = |problems: &[Problem]| problems.first().map(ToString::to_string);
    let (set, problems) = DefinitionSet::read(files);
    if let Some(problem) = first(&problems) {
        return Err(unusable(problem));
    }
    if set.hash() != hash {
        return Err(unusable("they were changed after publication".into()));
    }
    let rules =
        Rules::compile(&set).map_err(|problems| unusable(first(&problems).unwrap_or_default()))?;
    Ok(Arc::new(rules))
}
