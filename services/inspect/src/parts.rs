//! What inspections work with, and how they run.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use mingjing_domain::Timestamp;
use mingjing_domain::definitions::DefinitionSet;
use mingjing_log::{Log, Table};
use mingjing_store::Store;

use crate::error::DefinitionsError;
use crate::metrics::Metrics;

/// Where the definitions in force are.
#[async_trait]
pub trait DefinitionsSource: Send + Sync {
    /// What is in force now.
    ///
    /// # Errors
    /// Whatever keeps them from being read.
    async fn in_force(&self) -> Result<DefinitionSet, DefinitionsError>;
}

/// What inspections work with.
pub struct Parts {
    /// Where commands go.
    pub log: Arc<dyn Log>,
    /// Where progress is kept.
    pub table: Arc<dyn Table>,
    /// What is inspected.
    pub store: Store,
    /// The definitions in force.
    pub definitions: Arc<dyn DefinitionsSource>,
    /// The platform's clock.
    pub now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    /// What operators see.
    pub metrics: Arc<Metrics>,
}

/// How inspections run.
#[derive(Clone, Debug)]
pub struct Config {
    /// How often is looked whether something is due, in real time.
    pub every: Duration,
    /// How long the archive is waited for.
    pub settle: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            every: Duration::from_secs(10),
            settle: Duration::from_secs(30),
        }
    }
}
