//! Folders installed whole (`POST /v1/definitions` at intake): set-up and imports, which no reviewer is asked about. Whether one may be
//! installed is `domain::life`'s to say; each is recorded, with who, when, why and what it changed, before it takes effect. A record whose
//! set never came into force belongs to a process that died in between; the request is simply sent again.

use std::sync::Arc;

use axum::Json;
use axum::extract::State as Here;
use axum::response::{IntoResponse, Response};
use chrono_tz::Tz;
use mingjing_domain::Timestamp;
use mingjing_domain::definitions::{DefinitionFile, DefinitionSet, Problem};
use mingjing_domain::life::{
    Actor, Installation, Installing, Refusal, beside, installs, may_install,
};
use mingjing_log::{Journals, Table};
use serde_json::{Value, json};

use super::decisions::Decision;
use super::{
    ActivateError, Activated, Activator, DECISIONS, JOURNALS, TRIES, decoded, drafts, encoded,
    officers, show,
};
use crate::people::gate::{Caller, Officers};
use crate::{ApiError, Definitions, State};

/// Installs folders, upon what was decided and installed before.
pub struct Installer {
    journals: Journals,
    definitions: Definitions,
    activator: Arc<dyn Activator>,
    installing: Installing,
    zone: Tz,
}

/// Why a folder was not installed.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// It may not be, as things stand.
    #[error("refused: {}", .0.reason)]
    Refused(Refusal),
    /// The definitions are wrong.
    #[error("the definitions have {} problems", .0.len())]
    Problems(Vec<Problem>),
    /// Records or definitions could not be stored.
    #[error("the definitions cannot be stored")]
    Storage(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<ApiError> for InstallError {
    fn from(error: ApiError) -> Self {
        match error {
            ApiError::Problems(problems) => InstallError::Problems(problems),
            other => InstallError::Storage(Box::new(other)),
        }
    }
}

impl Installer {
    /// The one of a table. `zone` is where people work.
    pub fn new(
        table: Arc<dyn Table>,
        activator: Arc<dyn Activator>,
        installing: Installing,
        zone: Tz,
    ) -> Self {
        Self {
            journals: Journals::new(table.clone(), JOURNALS),
            definitions: Definitions::new(table),
            activator,
            installing,
            zone,
        }
    }

    /// Puts a folder beside the others in force, in the place of the one of its name.
    ///
    /// # Errors
    /// [`InstallError`]; nothing is in force then that was not before.
    pub async fn install(
        &self,
        files: Vec<DefinitionFile>,
        who: &Actor,
        why: &str,
        now: Timestamp,
    ) -> Result<Activated, InstallError> {
        for _ in 0..TRIES {
            // First, so that whatever is decided after this look at things takes the number.
            let records = self.journals.read(DECISIONS).await;
            let records: Vec<Decision> = decoded(&records.map_err(ApiError::from)?)?;
            let in_force = self.definitions.in_force().await.map_err(ApiError::from)?;
            let after = beside(&in_force.files, &files).map_err(InstallError::Refused)?;
            let changes = installs(&in_force.files, &after);
            let reviewed = records.iter().any(|d| d.publication().is_some());
            let empty = in_force.files.is_empty();
            may_install(self.installing, empty, reviewed, who, why, &changes)
                .map_err(InstallError::Refused)?;
            drafts::works(after.clone()).await?;
            let (set, _) = DefinitionSet::read(after.clone());
            let installed = Installation {
                at: now,
                day: now.local_date(self.zone),
                who: who.clone(),
                why: why.to_owned(),
                set: set.hash(),
                version: set.version(),
                changes,
            };
            if !installed.changes.is_empty() && !is_last(&records, &installed) {
                let value = encoded(&Decision::Installation { installed }).into();
                let added = self.journals.add(DECISIONS, records.len(), value).await;
                if !added.map_err(ApiError::from)? {
                    continue;
                }
            }
            let upon = in_force.hash.as_deref();
            match self.activator.activate(after, upon).await {
                Ok(activated) => return Ok(activated),
                // A publication came into force in between: the folder is put beside that.
                Err(ActivateError::Moved) => {}
                Err(ActivateError::Problems(problems)) => {
                    return Err(InstallError::Problems(problems));
                }
                Err(storage) => return Err(InstallError::Storage(Box::new(storage))),
            }
        }
        Err(InstallError::Storage(
            "definitions are changed without an end".into(),
        ))
    }
}

/// Whether this is the request that made the last record, sent again.
fn is_last(records: &[Decision], installed: &Installation) -> bool {
    let last = records.last().and_then(Decision::installation);
    last.is_some_and(|last| {
        (&last.set, &last.who, &last.why) == (&installed.set, &installed.who, &installed.why)
    })
}

/// `GET /api/v1/installations`: folders that were installed, newest first: by whom, when, why, and what they changed.
pub(crate) async fn list(Here(state): Here<State>, caller: Caller) -> Result<Response, ApiError> {
    let records: Vec<Decision> = state.lives.records(DECISIONS).await?;
    let in_force = state.lives.in_force().await?;
    let installations = records.iter().filter_map(Decision::installation).rev();
    let mut officers = Officers::LeftOut;
    let installations: Vec<Value> = installations
        .map(|installed| {
            let (changes, of_officers) = officers::of_folder(&caller, &installed.changes);
            if of_officers == Officers::Shown {
                officers = Officers::Shown;
            }
            json!({
                "at": installed.at.to_rfc3339(state.zone),
                "who": show::actor(&installed.who),
                "why": installed.why,
                "set": installed.set,
                "version": installed.version,
                "changes": changes,
                "in_force": in_force.hash.as_deref() == Some(&installed.set),
            })
        })
        .collect();
    let told = Json(json!({ "installations": installations }));
    Ok((officers::marked(officers), told).into_response())
}
