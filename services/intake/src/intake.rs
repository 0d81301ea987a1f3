//! What all requests share.

use std::sync::Arc;

use mingjing_log::kafka::inbox::Topics;
use mingjing_log::{Log, Table};

use crate::admission::Admission;
use crate::error::ApiError;
use crate::metrics::Metrics;
use crate::numbers::Registry as Numbers;
use crate::topics_status::TopicsStatus;
use crate::{BadConfig, Clock, Config, Publisher, SourceError, Sources};

/// What intake works on, made by the binary.
pub struct Parts {
    /// Where events and refusals go.
    pub log: Arc<dyn Log>,
    /// Where sources and keys lie.
    pub table: Arc<dyn Table>,
    /// Who publishes definitions.
    pub publisher: Arc<dyn Publisher>,
    /// The platform's time, which stamps receipts.
    pub clock: Clock,
    /// Where departments may have topics of their own: the log's cluster. None where the log lies in no cluster.
    pub topics: Option<Topics>,
}

/// Why intake does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Its settings cannot work.
    #[error(transparent)]
    Config(#[from] BadConfig),
    /// Its metrics cannot be registered.
    #[error("the metrics of intake cannot be registered")]
    Metrics(#[source] prometheus::Error),
}

/// The front door. Make one, serve its [`router`](crate::router), and [`stop`](Intake::stop) it at the end.
pub struct Intake {
    pub(crate) log: Arc<dyn Log>,
    pub(crate) publisher: Arc<dyn Publisher>,
    pub(crate) clock: Clock,
    pub(crate) config: Config,
    pub(crate) metrics: Metrics,
    pub(crate) admission: Admission,
    pub(crate) sources: Sources,
    pub(crate) numbers: Numbers,
    pub(crate) topics: Option<Topics>,
    pub(crate) topics_status: TopicsStatus,
}

impl Intake {
    /// Ready to serve; its metrics are in `registry`.
    ///
    /// # Errors
    /// [`StartError`].
    pub fn new(
        parts: Parts,
        config: Config,
        registry: &prometheus::Registry,
    ) -> Result<Arc<Self>, StartError> {
        config.check()?;
        let metrics = Metrics::register(registry).map_err(StartError::Metrics)?;
        let admission = Admission::new(
            config.clone(),
            metrics.in_flight_bytes.clone(),
            metrics.in_flight_requests.clone(),
        );
        let numbers = Numbers::new(Arc::clone(&parts.table));
        let sources = Sources::new(
            parts.table,
            Arc::clone(&parts.log),
            Arc::clone(&parts.publisher),
        );
        Ok(Arc::new(Self {
            log: parts.log,
            publisher: parts.publisher,
            clock: parts.clock,
            config,
            metrics,
            admission,
            sources,
            numbers,
            topics: parts.topics,
            topics_status: TopicsStatus::default(),
        }))
    }

    /// The registered sources: for the demo, which registers its own.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// How the reading of topics goes: whether it goes on, and what is to be said of it. None where there are no topics.
    pub fn topics_check(&self) -> Option<(bool, String)> {
        self.topics.as_ref().map(|_| self.topics_status.check())
    }

    /// Answers new requests 503, and waits until those that have begun are durable and answered, also those whose
    /// client has gone.
    pub async fn stop(&self) {
        self.admission.close().await;
    }
}

impl From<SourceError> for ApiError {
    fn from(error: SourceError) -> Self {
        match error {
            SourceError::Refused(refusal) => (*refusal).into(),
            failed => ApiError::unavailable("looking after sources", &failed),
        }
    }
}
