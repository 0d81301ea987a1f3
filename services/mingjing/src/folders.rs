//! Definitions from here into the log's tables: folders that are installed whole, and sets that were composed of what was published.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use chrono_tz::Tz;
use mingjing_api::{ActivateError, Activated, Activator, InstallError, Installer};
use mingjing_domain::definitions::{DefinitionFile, DefinitionSet};
use mingjing_domain::life::Installing;
use mingjing_domain::source::Source;
use mingjing_intake::{Folder, PublishError, Published, Publisher};
use mingjing_supervise::Upon;

use crate::log_port::OpenLog;

/// Installs folders at intake, and knows what sources the set in force declares.
pub struct Folders {
    log: OpenLog,
    installer: Installer,
    /// The sources of the set that was in force when it was last asked for, with its hash.
    sources: Mutex<Option<(String, DefinedSources)>>,
}

type DefinedSources = Arc<BTreeMap<String, Source>>;

impl Folders {
    /// Those of a log; `zone` is where people work.
    pub fn new(log: OpenLog, installing: Installing, zone: Tz) -> Self {
        let active = Arc::new(Active(log.clone()));
        Self {
            installer: Installer::new(log.table.clone(), active, installing, zone),
            log,
            sources: Mutex::default(),
        }
    }

    /// The sources of a set, if it is the one that was asked for last.
    fn known_sources(&self, hash: &str) -> Option<DefinedSources> {
        let known = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
        let (of, sources) = known.as_ref()?;
        (of == hash).then(|| sources.clone())
    }
}

#[async_trait]
impl Publisher for Folders {
    async fn publish(&self, folder: Folder) -> Result<Published, PublishError> {
        let Folder {
            files,
            who,
            why,
            at,
        } = folder;
        let installed = self.installer.install(files, &who, &why, at).await;
        match installed {
            Ok(active) => Ok(Published {
                hash: active.hash,
                version: active.version,
            }),
            Err(InstallError::Problems(problems)) => Err(PublishError::Problems(problems)),
            Err(InstallError::Refused(refusal)) => Err(PublishError::Refused(refusal)),
            Err(error) => Err(PublishError::Storage(Box::new(error))),
        }
    }

    async fn sources(&self) -> Result<DefinedSources, PublishError> {
        let table = &*self.log.table;
        let storage = |e: mingjing_supervise::Error| PublishError::Storage(Box::new(e));
        let active = mingjing_supervise::wanted_definitions(table).await;
        let Some(active) = active.map_err(storage)? else {
            return Ok(DefinedSources::default());
        };
        if let Some(sources) = self.known_sources(&active.hash) {
            return Ok(sources);
        }
        let files = mingjing_supervise::files_in_force(table)
            .await
            .map_err(storage)?;
        let read = move || {
            let (set, _) = DefinitionSet::read(files);
            (set.hash(), set.sources)
        };
        let read = tokio::task::spawn_blocking(read).await;
        let (hash, sources) = read.map_err(|error| PublishError::Storage(Box::new(error)))?;
        let sources = sources.into_iter().map(|s| (s.value.id.clone(), s.value));
        let sources: DefinedSources = Arc::new(sources.collect());
        let mut known = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
        *known = Some((hash, sources.clone()));
        Ok(sources)
    }
}

/// Publishes a set as it is: who composed it knows what else is in force.
pub struct Active(pub OpenLog);

#[async_trait]
impl Activator for Active {
    async fn activate(
        &self,
        files: Vec<DefinitionFile>,
        upon: Option<&str>,
    ) -> Result<Activated, ActivateError> {
        let (log, table) = (&*self.0.log, &*self.0.table);
        match mingjing_supervise::publish_definitions(table, log, files, Upon::Set(upon)).await {
            Ok(active) => Ok(Activated {
                hash: active.hash,
                version: active.version,
            }),
            Err(mingjing_supervise::PublishError::Problems(problems)) => {
                Err(ActivateError::Problems(problems))
            }
            Err(mingjing_supervise::PublishError::Moved) => Err(ActivateError::Moved),
            Err(error) => Err(ActivateError::Storage(Box::new(error))),
        }
    }
}
