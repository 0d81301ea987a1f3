//! The port behind `POST /v1/definitions`: who checks and publishes is not intake's matter.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use mingjing_domain::definitions::{DefinitionFile, Problem};
use mingjing_domain::source::Source;

/// Checks definitions and puts them in force.
#[async_trait]
pub trait Publisher: Send + Sync {
    /// Publishes the files as one set, or nothing of them.
    ///
    /// # Errors
    /// [`PublishError`]; nothing is in force then that was not before.
    async fn publish(&self, files: Vec<DefinitionFile>) -> Result<Published, PublishError>;

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
    /// They could not be stored.
    #[error("the definitions cannot be stored")]
    Storage(#[source] Box<dyn std::error::Error + Send + Sync>),
}
