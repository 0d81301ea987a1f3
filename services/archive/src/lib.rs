//! The archive: what lies in the log, into ClickHouse, with exactly-once effect.
//!
//! ```text
//! mj.log     ── a reader a partition ──┐ rows                         events, log_controls, rejects
//! mj.facts   ── a reader a partition ──┼──────▶ one writer a topic ──▶ alert_history, alerts, cases, source_health, rejects
//! mj.rejects ── a reader a partition ──┘ bounded                      … and when all have answered: watermarks, each with its hash chain
//! ```
//!
//! # Rules it keeps
//!
//! - **A watermark is written last.** A partition is read from the watermark of *this* log on. Killed between any two
//!   inserts, the archive writes some rows again; they have the same keys and versions, so nothing is there twice.
//! - **Stop rather than guess.** A database that belongs to another log, a log that ends before our watermark or begins
//!   after it: the archive ends with an error that says so. Starting over would drop or double what looks "seen".
//! - **ClickHouse may be away.** Inserts are tried again for ever; readers stop reading when their writer is full, so
//!   memory stays bounded, and the log keeps what is not yet written.
//! - **A poison record never stops a partition.** It becomes a row of `rejects`.
//! - **The chain goes with the watermark.** What was read is hashed as it is read (`wire::chain`) and written in the same row; once a day it
//!   is published from there.
//! - **Sums follow the rows.** What statistics are read from is made out of the history of cases beside all this (`cells.rs`); nothing waits
//!   for it, and no answer hangs on how far it has come.
//! - **Who stands still is told within seconds**: a partition whose owner writes no ticks, and a part of the archive that gets nowhere.
//!
//! One writer serves all partitions of a topic, because ClickHouse pays by the insert: few large blocks, not many
//! small ones.
//!
//! # What is deliberately absent
//!
//! Judging, and any change of what the log says. Ticks leave no rows of their own: the clock they tell stands beside each event,
//! declaration, completion and activation.

mod cells;
mod clock;
mod decode;
mod failpoint;
mod heads;
mod input;
mod marks;
mod metrics;
mod reader;
mod start;
mod ticks;
pub mod verify;
mod writer;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use marks::Marks;
use mingjing_domain::Timestamp;
use mingjing_log::{Log, LogId, Offset, Partition, Topic};
use mingjing_store::{Backoff, Store};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

pub use failpoint::VARIABLE as FAIL_AT;
pub use heads::Heads;
pub use input::{FactPosition, FactRecord};
pub use metrics::{LastError, Metrics};

/// How the archive works. The defaults suit one machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The partitions to archive; `None`: all of the log's.
    pub partitions: Option<Vec<Partition>>,
    /// The most records of one read.
    pub read_records: usize,
    /// The most bytes of one read.
    pub read_bytes: usize,
    /// A round is written when it has so many records …
    pub round_records: usize,
    /// … or so many bytes of records …
    pub round_bytes: usize,
    /// … or when so long has passed since the last one. What comes after a pause is written at once.
    pub linger: Duration,
    /// How often a watermark is written for records that leave no rows, like ticks.
    pub idle_watermark: Duration,
    /// How often the lag is measured.
    pub lag_every: Duration,
    /// How long to wait before ClickHouse or the log is tried again.
    pub backoff: Backoff,
    /// How often it is looked whether a day is over whose heads are to be published.
    pub heads_every: Duration,
    /// The least time between two passes that make cells of statistics.
    pub cells_every: Duration,
    /// A partition without a tick for so long stands still, and so does the archive of one that gets nowhere for so long.
    pub stall_after: Duration,
}

/// What the platform's clock says; the demo's is not the machine's.
pub type PlatformClock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

impl Default for Config {
    fn default() -> Self {
        Self {
            partitions: None,
            read_records: 4_000,
            read_bytes: 1 << 20,
            round_records: 50_000,
            round_bytes: 16 << 20,
            linger: Duration::from_millis(200),
            idle_watermark: Duration::from_secs(30),
            lag_every: Duration::from_secs(2),
            backoff: Backoff::default(),
            heads_every: Duration::from_secs(5),
            cells_every: Duration::from_secs(10),
            stall_after: Duration::from_secs(5),
        }
    }
}

impl Config {
    fn partitions(&self, log: &dyn Log) -> Vec<Partition> {
        self.partitions
            .clone()
            .unwrap_or_else(|| (0..log.partitions()).map(Partition).collect())
    }
}

/// Why the archive ended. None of these passes by itself.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database was filled from another log.
    #[error(
        "the database holds the archive of log {}, but this is log {found}: give this log a database of its own",
        remembered.join(", ")
    )]
    UnknownLog {
        /// The ids of the logs it was filled from.
        remembered: Vec<String>,
        /// The id of the log that is open.
        found: LogId,
    },
    /// The log ends before what is archived: it lost records, or an older copy of it was put in its place.
    #[error(
        "{topic}/{partition} is archived up to offset {watermark}, but the log ends at {end}: the log has lost records"
    )]
    LogEndsBeforeWatermark {
        /// The topic.
        topic: Topic,
        /// The partition.
        partition: Partition,
        /// The next offset to archive.
        watermark: Offset,
        /// Where the log ends.
        end: Offset,
    },
    /// Retention has removed records that were not archived.
    #[error(
        "{topic}/{partition} is archived up to offset {watermark}, but the log begins at {start}: records in between are lost"
    )]
    LogBeginsAfterWatermark {
        /// The topic.
        topic: Topic,
        /// The partition.
        partition: Partition,
        /// The next offset to archive.
        watermark: Offset,
        /// Where the log begins.
        start: Offset,
    },
    /// The log cannot be read.
    #[error("{topic}/{partition} cannot be read")]
    Log {
        /// The topic.
        topic: Topic,
        /// The partition.
        partition: Partition,
        /// What the log says.
        #[source]
        source: mingjing_log::Error,
    },
    /// ClickHouse refused what it was given; the watermark has not moved.
    #[error("archiving {topic} cannot go on")]
    Store {
        /// The topic.
        topic: Topic,
        /// What it said.
        #[source]
        source: mingjing_store::Error,
    },
    /// A watermark's chain is no hash: the table was written to by somebody else.
    #[error("the watermark of {topic}/{partition} has a hash chain that cannot be read")]
    Chain {
        /// The topic.
        topic: Topic,
        /// The partition.
        partition: Partition,
        /// What is wrong with it.
        #[source]
        source: mingjing_wire::chain::InvalidHash,
    },
    /// The database is not one that this program can use.
    #[error("the archive's database cannot be used")]
    Database(#[source] mingjing_store::Error),
}

/// Archives until `stop` turns true, or until something happens that does not pass. The heads of the hash chain are published where `heads` says.
///
/// Makes and migrates the database first. A stop does not wait for a round to be written: what is not written is read
/// again next time.
///
/// # Errors
/// [`Error`].
pub async fn run(
    log: Arc<dyn Log>,
    store: Store,
    config: Config,
    metrics: Arc<Metrics>,
    clock: PlatformClock,
    heads: Option<Heads>,
    stop: watch::Receiver<bool>,
) -> Result<(), Error> {
    let partitions = config.partitions(&*log);
    // Watched from the first moment on: whether owners live has nothing to do with ClickHouse.
    let watching = ticks::watch_ticks(
        Arc::clone(&log),
        Arc::clone(&metrics),
        config.clone(),
        clock.clone(),
        partitions.clone(),
        stop.clone(),
    );
    let archiving = archive(log, store, config, Arc::clone(&metrics), clock, heads, stop);
    let ended = tokio::select! {
        ended = archiving => ended,
        Err(error) = watching => Err(error),
    };
    metrics.forget(&partitions);
    ended
}

async fn archive(
    log: Arc<dyn Log>,
    store: Store,
    config: Config,
    metrics: Arc<Metrics>,
    clock: PlatformClock,
    heads: Option<Heads>,
    stop: watch::Receiver<bool>,
) -> Result<(), Error> {
    let begun = start::positions(&*log, &store, &config, &metrics, &clock, &stop).await?;
    let Some(positions) = begun else {
        return Ok(());
    };
    let marks = Marks::of(&positions);
    metrics.begins(&positions);
    tracing::info!(log = %log.id(), partitions = positions.len() / Topic::ALL.len(), "archiving");
    let mut tasks = JoinSet::new();
    for topic in Topic::ALL {
        // One waiting read is enough to keep the writer busy; every reader holds one more.
        let (chunks, inbox) = mpsc::channel(1);
        for (&(_, partition), &from) in positions.iter().filter(|((t, _), _)| *t == topic) {
            let reader = reader::Reader {
                log: Arc::clone(&log),
                topic,
                partition,
                config: config.clone(),
                metrics: Arc::clone(&metrics),
                chunks: chunks.clone(),
            };
            tasks.spawn(reader.run(from, stop.clone()));
        }
        let writer = writer::Writer {
            store: store.clone(),
            log_id: log.id(),
            topic,
            config: config.clone(),
            metrics: Arc::clone(&metrics),
            marks: marks.clone(),
            inbox,
            marked: BTreeSet::new(),
        };
        tasks.spawn(writer.run(stop.clone()));
    }
    if let Some(heads) = heads {
        // One process is enough: the one that has the first partition.
        if config.partitions(&*log).contains(&Partition(0)) {
            let keeper = cells::Keeper {
                store: store.clone(),
                zone: heads.zone,
                clock: clock.clone(),
                metrics: Arc::clone(&metrics),
                every: config.cells_every,
            };
            tasks.spawn(keeper.run(stop.clone()));
        }
        let publisher = heads::Publisher {
            heads,
            log: Arc::clone(&log),
            partitions: config.partitions(&*log),
            marks,
            metrics: Arc::clone(&metrics),
            clock,
            config: config.clone(),
        };
        tasks.spawn(publisher.run(stop.clone()));
    }
    tasks.spawn(metrics::watch_lag(
        log,
        Arc::clone(&metrics),
        positions,
        config.lag_every,
        config.stall_after,
        stop,
    ));
    // The first error ends the others: dropping the set aborts them, which is as safe as a kill.
    while let Some(ended) = tasks.join_next().await {
        ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))?;
    }
    Ok(())
}

/// The wall clock. Only for what is recorded about the archive itself.
fn now() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Ends when the flag is true, or when nobody is left who could raise it.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}
