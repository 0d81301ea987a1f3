//! `Poller`: one database, one source, one state; rounds over all tables, and what is said of them.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use mingjing_domain::Timestamp;
use mingjing_wire::import::Preset;
use prometheus::Registry;

use crate::config::Config;
use crate::database::{Access, Database, DatabaseError};
use crate::intake::{Intake, IntakeError};
use crate::metrics::Metrics;
use crate::state::{State, StateError};
use crate::table::{self, OpenError, Polled, TableError};

/// Why a round did not end well. Whatever it is, the next one begins where this one got to.
#[derive(Debug, thiserror::Error)]
pub enum PollError {
    /// The database.
    #[error("the department's database")]
    Database(#[from] DatabaseError),
    /// A table does not fit.
    #[error("a table cannot be polled")]
    Table(#[from] TableError),
    /// Intake.
    #[error("intake")]
    Intake(#[from] IntakeError),
    /// The state.
    #[error("what must outlive the process")]
    State(#[from] StateError),
    /// The metrics are registered already.
    #[error("the metrics")]
    Metrics(#[from] prometheus::Error),
    /// Nothing may be lost, so it goes no further.
    #[error(
        "{table}: more than {most} rows are refused or wait for refused ones; correct them, or bring a preset that knows their codes"
    )]
    TooManyRefused {
        /// The table.
        table: String,
        /// The setting `read.held_max`.
        most: usize,
    },
    /// Rows that cannot be told from each other.
    #[error("{table}: a whole page of rows has nothing in the columns of its key")]
    NoKeys {
        /// The table.
        table: String,
    },
}

impl PollError {
    /// For the metric.
    fn what(&self) -> &'static str {
        match self {
            PollError::Database(_) => "database",
            PollError::Table(_) | PollError::NoKeys { .. } => "table",
            PollError::Intake(_) => "intake",
            PollError::State(_) => "state",
            PollError::Metrics(_) => "metrics",
            PollError::TooManyRefused { .. } => "refused",
        }
    }
}

/// What a round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RoundDone {
    /// Rows read.
    pub read: u64,
    /// Rows that intake took.
    pub taken: u64,
    /// Rows refused for the first time, or for another reason.
    pub refused: u64,
    /// Rows that are refused or wait for refused ones, after it.
    pub held: usize,
    /// Up to when the source is said to be complete.
    pub complete_until: Option<Timestamp>,
}

/// Polls.
pub struct Poller {
    pub(crate) config: Config,
    preset: Preset,
    access: Access,
    pub(crate) intake: Intake,
    pub(crate) state: State,
    session: Option<Session>,
    pub(crate) status: Arc<Status>,
    /// Refused rows are tried at once after a start: what they are read by may have changed.
    pub(crate) retried: bool,
}

/// A connection and the tables that were found through it.
pub(crate) struct Session {
    pub database: Database,
    pub tables: Vec<Polled>,
}

impl Poller {
    /// Opens the state; connects to nothing yet.
    ///
    /// # Errors
    /// The state is another's, damaged or held by another process; the metrics are registered already.
    pub fn new(
        config: Config,
        preset: Preset,
        database_url: String,
        key: String,
        registry: &Registry,
    ) -> Result<Self, PollError> {
        let status = Arc::new(Status {
            metrics: Metrics::register(registry)?,
            patience: config.read.every * 3 + Duration::from_secs(60),
            inner: Mutex::new(Inner {
                since: Instant::now(),
                began: None,
                error: None,
            }),
        });
        let poller = Self {
            access: Access {
                url: database_url,
                tls: config.database.tls,
                ca_file: config.database.ca_file.clone(),
                zone: config.database.time_zone,
                timeout: config.database.timeout,
            },
            intake: Intake::new(&config.intake, key)?,
            state: State::open(&config.state, &config.source)?,
            config,
            preset,
            session: None,
            status,
            retried: false,
        };
        poller.tell_held();
        Ok(poller)
    }

    /// What is said of it, for [`crate::router`].
    pub fn status(&self) -> Arc<Status> {
        Arc::clone(&self.status)
    }

    /// All rows are read again in the next round.
    ///
    /// # Errors
    /// The state cannot be written.
    pub fn forget_positions(&mut self) -> Result<(), PollError> {
        self.state.forget_positions();
        Ok(self.state.save()?)
    }

    /// Reads what is new in all tables and posts it.
    ///
    /// # Errors
    /// Something is away or does not fit. What was taken before it stays taken.
    pub async fn round(&mut self) -> Result<RoundDone, PollError> {
        let began = Instant::now();
        let done = self.attempt().await;
        self.tell_held();
        let metrics = &self.status.metrics;
        match &done {
            Ok(_) => {
                metrics.rounds.inc();
                let now = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
                metrics.last_success.set(now.as_secs_f64());
                self.status.went_well(began);
            }
            Err(error) => {
                metrics
                    .rounds_failed
                    .with_label_values(&[error.what()])
                    .inc();
                self.status.failed(error);
            }
        }
        done
    }

    async fn attempt(&mut self) -> Result<RoundDone, PollError> {
        let mut session = match self.session.take() {
            Some(session) => session,
            None => self.connect().await?,
        };
        let done = self.over_all(&mut session).await;
        // A connection that failed once is not used again.
        if matches!(done, Err(PollError::Database(_))) {
            self.status.metrics.connected.set(0);
        } else {
            self.session = Some(session);
        }
        done
    }

    async fn connect(&mut self) -> Result<Session, PollError> {
        let mut database = Database::connect(&self.access).await?;
        let tables = table::open(&self.preset, &self.config, &mut database).await;
        let tables = tables.map_err(|e| match e {
            OpenError::Table(e) => PollError::Table(e),
            OpenError::Database(e) => PollError::Database(e),
        })?;
        self.status.metrics.connected.set(1);
        for table in &tables {
            tracing::info!(
                table = table.name,
                place = format!("{}.{}", table.place.schema, table.place.table),
                position = table.position.name,
                read_to = self.state.position(&table.name).map(|p| p.at.as_str()),
                "polling"
            );
        }
        Ok(Session { database, tables })
    }

    fn tell_held(&self) {
        let gauge = &self.status.metrics.rows_held;
        for table in self.preset.tables().iter().filter(|t| t.tells_events()) {
            let held = self.state.held().iter();
            let held = held.filter(|h| h.table == table.name).count();
            gauge
                .with_label_values(&[&table.name])
                .set(i64::try_from(held).unwrap_or(i64::MAX));
        }
    }
}

/// How polling goes.
pub struct Status {
    pub(crate) metrics: Metrics,
    /// Without a round that ended well for so long, it is not ready.
    patience: Duration,
    inner: Mutex<Inner>,
}

struct Inner {
    since: Instant,
    /// When the last round that ended well began.
    began: Option<Instant>,
    error: Option<String>,
}

impl Status {
    fn inner(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn went_well(&self, began: Instant) {
        let mut inner = self.inner();
        inner.began = Some(began);
        inner.error = None;
    }

    fn failed(&self, error: &PollError) {
        let mut text = error.to_string();
        let mut cause = std::error::Error::source(error);
        while let Some(next) = cause {
            text = format!("{text}: {next}");
            cause = next.source();
        }
        self.inner().error = Some(text);
    }

    /// What is not well.
    pub fn problems(&self) -> Vec<String> {
        let inner = self.inner();
        let mut problems: Vec<String> = inner.error.iter().cloned().collect();
        let idle = inner.began.unwrap_or(inner.since).elapsed();
        if inner.began.is_none() && inner.error.is_none() {
            problems.push("no round has ended yet".to_owned());
        } else if idle > self.patience {
            problems.push(format!("no round has ended well for {} s", idle.as_secs()));
        }
        problems
    }

    pub(crate) fn refresh(&self) {
        let inner = self.inner();
        let lag = inner.began.unwrap_or(inner.since).elapsed();
        self.metrics.lag.set(lag.as_secs_f64());
    }
}
