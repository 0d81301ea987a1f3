//! The port behind `POST /v1/definitions`: who checks and publishes is not intake's matter.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use mingjing_domain::Timestamp;
use mingjing_domain::definitions::{DefinitionFile, Problem};
use mingjing_domain::life::{Actor, Refusal};
use mingjing_domain::source::Source;

/// A folder to put in force as it is, and on whose word.
#[derive(Clone, Debug)]
pub struct Folder {
    /// Its files.
    pub files: Vec<DefinitionFile>,
    /// Who; nobody where that was not said.
    pub who: Actor,
    /// Why; empty where that was not said.
    pub why: String,
    /// When.
    pub at: Timestamp,
}

/// Checks definitions and puts them in force.
#[async_trait]
pub trait Publisher: Send + Sync {
    /// Publishes the folder whole, or nothing of it.
    ///
    /// # Errors
    /// [`PublishError`]; nothing is in force then that was not before.
    async fn publish(&self, folder: Folder) -> Result<Published, PublishError>;

    /// The sources that the definitions in force declare, by id. Asked with every request: to be answered from memory where nothing
    /// has changed.
    ///
    /// # Errors
    /// [`PublishError::Storage`].
    async fn sources(&self) -> Result<Arc<BTreeMap<String, Source>>, PublishError>;
}

/// What is in force now.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Published {
    /// SHA-256 of the set, 64 hexadecimal digits.
    pub hash: String,
    /// For people; alerts carry it.
    pub version: String,
}

/// Why definitions were not published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// They are wrong; every problem, with file and line.
    #[error("the definitions have {} problems", .0.len())]
    Problems(Vec<Problem>),
    /// Not by this way, as things stand.
    #[error("refused: {}", .0.reason)]
    Refused(Refusal),
    /// They could not be stored.
    #[error("the definitions cannot be stored")]
    Storage(#[source] Box<dyn std::error::Error + Send + Sync>),
}
