//! The public portal: what anybody may read without signing in. The power list as it was published, and how one's own case stands.
//!
//! Nothing secret and nothing personal leaves through it. What it answers is made of structs of its own, field by field, from published
//! definitions and from codes that have words here; no text that somebody wrote about a case passes through. A case is shown to whoever
//! has its number and the code of its acceptance slip ([`mingjing_wire::query_code`]); a wrong code and a case that there is not are answered
//! alike, and upon a wrong code nothing is looked up at all. What the public says (a complaint, a rating) becomes the event that it becomes
//! at a window.

mod devices;
mod items;
mod listing;
mod progress;
mod rate;
mod search;
mod standing;
mod voices;
mod words;

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use mingjing_domain::Timestamp;
use mingjing_log::Table;
use mingjing_wire::query_code::QueryKeys;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::people::attempts::{Guesses, Try};
use crate::{ApiError, State, body};
use devices::Devices;
use listing::Listing;
use rate::Rate;

pub(crate) use devices::Device;

/// Of one request.
const BODY_BYTES_MAX: usize = 8 * 1024;
/// Cases that are explained at once. Explaining reads a case's whole log; who works at the platform must not wait for the public.
const EXPLAINED_MAX: usize = 4;
/// How long somebody waits for their turn.
const PATIENCE: Duration = Duration::from_secs(5);

/// Which items the public sees, of those that are marked public.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listed {
    /// Those of the publication record.
    Published,
    /// Also those that a folder put in force: where a list was published before the platform began.
    InForce,
}

/// How a site's portal is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortalConfig {
    /// Which items are shown.
    pub listed: Listed,
    /// By which codes of acceptance slips are derived. Empty: no progress is told.
    pub query_keys: QueryKeys,
    /// So many ratings of one device within an hour count without a look. None: devices are not looked at.
    pub ratings_of_device: Option<u32>,
}

/// The portal of a platform.
pub struct Portal {
    config: PortalConfig,
    /// The machine's: lock-outs run in people's time.
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    guesses: Guesses,
    said: Mutex<Rate>,
    devices: Devices,
    explaining: Semaphore,
    listing: Mutex<Option<Arc<Listing>>>,
}

impl Portal {
    /// As a site has set it. Wrong codes are counted in a table, over all processes.
    ///
    /// # Errors
    /// When the machine has no random numbers.
    pub fn new(
        table: Arc<dyn Table>,
        config: PortalConfig,
        clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    ) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self {
            devices: Devices::new(table.clone(), config.ratings_of_device),
            config,
            clock,
            guesses: Guesses::new("portal", table)?,
            said: Mutex::default(),
            explaining: Semaphore::new(EXPLAINED_MAX),
            listing: Mutex::default(),
        })
    }

    /// By which codes of acceptance slips are derived.
    pub(crate) fn query_keys(&self) -> &QueryKeys {
        &self.config.query_keys
    }

    /// Counts a try at a case, as if it were in vain.
    async fn guess(&self, case_no: &str, from: IpAddr) -> Result<Try, ApiError> {
        let begun = self.guesses.begin(case_no, from, (self.clock)()).await?;
        begun.map_err(|seconds| ApiError::TooOften { seconds })
    }

    /// It was in vain, or was not.
    async fn guessed(&self, tried: Try, right: bool) {
        let now = (self.clock)();
        match right {
            true => self.guesses.succeeded(tried, now).await,
            false => self.guesses.failed(tried, now).await,
        }
    }

    /// Counts something that somebody says to a body.
    fn says(&self, from: IpAddr) -> Result<(), ApiError> {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let counted = said.take(from, (self.clock)());
        counted.map_err(|seconds| ApiError::TooOften { seconds })
    }

    async fn turn(&self) -> Result<SemaphorePermit<'_>, ApiError> {
        match tokio::time::timeout(PATIENCE, self.explaining.acquire()).await {
            Ok(Ok(turn)) => Ok(turn),
            _ => Err(ApiError::Busy),
        }
    }
}

/// The routes.
pub(crate) fn routes() -> Router<State> {
    let routes = Router::new()
        .route("/api/public/v1/about", get(items::about))
        .route("/api/public/v1/items", get(items::list))
        .route("/api/public/v1/items/{code}", get(items::one))
        .route("/api/public/v1/progress", post(progress::progress))
        .route("/api/public/v1/complaints", post(voices::speak))
        .route("/api/public/v1/complaints/status", post(voices::status));
    body::bounded_by(BODY_BYTES_MAX, routes)
}
