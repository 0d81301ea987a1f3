//! Supervision: one task owns one partition of the log, judges what it reads and publishes what follows, exactly once.
//!
//! ```text
//!            ┌──────────────── one task a partition ────────────────┐
//! mj.log ──▶ │ read a batch ─▶ judge (engine) ─▶ one append of facts │ ──▶ mj.facts
//!    ▲       │      ▲                                   │            │
//!    │       │      └───────── only then the next ──────┘            │ ──▶ snapshots (object store)
//!    └────── │ a tick every second and when something falls due      │
//!            └───────────────────────────────────────────────────────┘
//! ```
//!
//! Reading alone goes ahead: the next batch is fetched while one is judged and published.
//!
//! It owns no rule of judging: those are the engine's. It decides who may move the clock, when definitions come
//! into force, and that each conclusion is published once.
//!
//! # Exactly once
//!
//! A fact has a position: the offset of the log record that led to it, and a running number. The facts of one batch of the log
//! are one append, which is whole or absent, and the last of them says that it ends a batch. Where a batch has more facts
//! than an append takes, or the log cannot promise that an append is whole, a crash may leave a batch *torn*: its last
//! published fact does not end a batch.
//!
//! A snapshot holds the state between two batches: the offset of the next record, and the end of the facts topic then.
//! **Recovery judges again.** From the snapshot on the same engine reads the same records and comes to the same conclusions with
//! the same causes; up to the last published position they are recognised and dropped, in a torn batch what is missing
//! is published, and from there on everything is new. So an event that came late leads to review whether or not the
//! process died over it.
//!
//! Judging is a function of the log only because whatever else decided is in the facts too: whether a tick is believed depends
//! on the owner's time, so a tick that is not is refused *with a fact*, and is refused again because that fact is there,
//! whatever time it is by then.
//!
//! What is concluded again is held against what was published. If they differ, or the snapshot is of another engine version,
//! the partition **reconciles** instead: it takes the history without judging, takes the published facts as what
//! was alleged, judges every case once, and publishes the difference with the upgrade as its cause. Should a crash
//! have torn a batch just then, what is missing of it has that cause too.
//!
//! States of cases and of sources are whole in each fact; those of a torn batch may be published twice.
//!
//! # One owner at a time
//!
//! Whoever takes a partition writes a *fence* into its facts first, whose place is the owner's epoch, and recovers from what lies
//! before it. Facts carry the epoch: what an earlier owner, paused past its time, still writes behind the fence counts for
//! nobody, and neither do its ticks. It notices at its next append, which does not follow its last one, and stops; a
//! snapshot is only written of what was appended without a gap.
//!
//! # Rules it keeps
//!
//! - **Stop rather than start over.** Snapshots of another log, a log that ends before what was known or begins after what
//!   is needed: the partition stops with an error that says so.
//! - **A poison record never stops a partition.** It is refused with a fact that says why.
//! - **A broken snapshot is set aside** with an alarm, and the older one taken; two are kept.
//! - **What a newer program wrote is not broken.** A snapshot that is whole and cannot be read here is left alone, with an alarm, and its
//!   owner is not fenced off: an older program that is given the partition waits.
//! - **Definitions that the log names and the table lacks are waited for**, with an alarm, not skipped.
//! - **A partition that stops does not stop the others**; [`Status`] and the log say so.
//! - **A partition that stands still is told within seconds**, from beside its task: in [`Status`], in the metrics, and by one line in
//!   the log when it begins and one when it ends.
//!
//! # What is deliberately absent
//!
//! Deciding which process works on what (a [`Membership`](mingjing_log::Membership) does), trimming the log ([`PartitionStatus::keep_from`] says how
//! far it may go), and any lock on the state of cases.

mod clock;
mod crew;
mod definitions;
mod failpoint;
mod fence;
mod judge;
mod metrics;
mod publish;
mod recover;
mod said;
mod shelf;
mod snapshot;
mod status;
mod task;
mod ticks;
mod watchdog;

use std::sync::Arc;
use std::time::Duration;

use mingjing_domain::definitions::Problem;
use mingjing_log::{
    Log, LogId, MAX_APPEND_BYTES, MAX_APPEND_RECORDS, Offset, Partition, Table, Topic,
};
use object_store::ObjectStore;
use tokio::sync::watch;

pub use clock::{Clock, HandMoved, Scaled, System};
pub use crew::run;
pub use definitions::{
    Active, PublishError, TABLE as DEFINITIONS_TABLE, Upon, files_in_force, publish_definitions,
    wanted_definitions,
};
pub use failpoint::{Failpoint, VARIABLE as FAIL_AT};
pub use metrics::Metrics;
pub use status::{PartitionStatus, State, Status};

/// What supervision works on.
#[derive(Clone)]
pub struct Ports {
    /// Where records come from and facts go.
    pub log: Arc<dyn Log>,
    /// Definitions.
    pub table: Arc<dyn Table>,
    /// Where snapshots go. A local one should write with fsync.
    pub snapshots: Arc<dyn ObjectStore>,
    /// The owner's clock.
    pub clock: Arc<dyn Clock>,
}

/// How supervision works. The defaults suit one machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The most records of one batch: what follows from it is published together, so a large one costs fewer writes to the disk and
    /// fewer states of cases, and one that follows the log closely is small by itself …
    pub batch_records: usize,
    /// … and the most bytes.
    pub batch_bytes: usize,
    /// The most facts of one append …
    pub append_records: usize,
    /// … and the most bytes. No more than the log allows.
    pub append_bytes: usize,
    /// How often a tick is written at least. Real time, whatever the clock's speed.
    pub tick_every: Duration,
    /// How far apart ticks are at least, however many instants fall due. Real time.
    pub tick_gap: Duration,
    /// How far ahead of the owner's clock a tick may be. Real time.
    pub tick_ahead_max: Duration,
    /// A snapshot is written after so many records …
    pub snapshot_records: u64,
    /// … or after so long, if anything was read.
    pub snapshot_every: Duration,
    /// How often definitions are compared with the table, and holdings are counted.
    pub upkeep_every: Duration,
    /// How long to wait before a partition whose log failed is tried again.
    pub retry_after: Duration,
    /// A partition that takes no record for so long, not even a tick, stands still. Real time; more than some of `tick_every`.
    pub stall_after: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            batch_records: 10_000,
            batch_bytes: 8 << 20,
            append_records: MAX_APPEND_RECORDS,
            append_bytes: MAX_APPEND_BYTES,
            tick_every: Duration::from_secs(1),
            tick_gap: Duration::from_millis(100),
            tick_ahead_max: Duration::from_secs(5),
            snapshot_records: 500_000,
            snapshot_every: Duration::from_secs(600),
            upkeep_every: Duration::from_secs(10),
            retry_after: Duration::from_secs(2),
            stall_after: Duration::from_secs(5),
        }
    }
}

/// Why a partition stopped.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There are snapshots of another log.
    #[error(
        "partition {partition} has snapshots of log {remembered}, but this is log {found}: bring that log back, or move \
         its snapshots away to begin anew"
    )]
    UnknownLog {
        /// The partition.
        partition: Partition,
        /// The log they belong to.
        remembered: String,
        /// The log that is open.
        found: LogId,
    },
    /// A snapshot is whole, but another program wrote it and this one cannot read it: most likely a newer one has worked on the
    /// partition. It is left as it is, and the partition to that program.
    #[error(
        "the snapshot {path} of partition {partition} cannot be read here: {writer} wrote it. Let that program go on with the \
         partition; if there is none any more, move the snapshot away to judge the log anew"
    )]
    OthersSnapshot {
        /// The partition.
        partition: Partition,
        /// Where the snapshot lies in the store.
        path: String,
        /// Who wrote it.
        writer: String,
    },
    /// The log ends before what is known of it: it lost records, or an older copy was put in its place.
    #[error(
        "{topic}/{partition} is known up to offset {known}, but it ends at {end}: the log has lost records"
    )]
    LogEndsBefore {
        /// The topic.
        topic: Topic,
        /// The partition.
        partition: Partition,
        /// The offset up to which it is known.
        known: Offset,
        /// Where it ends.
        end: Offset,
    },
    /// Retention has removed records that are needed.
    #[error(
        "{topic}/{partition} is needed from offset {needed} on, but it begins at {start}: records in between are lost"
    )]
    LogBeginsAfter {
        /// The topic.
        topic: Topic,
        /// The partition.
        partition: Partition,
        /// The offset it is needed from.
        needed: Offset,
        /// Where it begins.
        start: Offset,
    },
    /// Another owner has taken the partition.
    #[error("partition {partition} was taken over: our epoch is {own}, the newest {newest}")]
    Superseded {
        /// The partition.
        partition: Partition,
        /// Our epoch.
        own: u64,
        /// The newest epoch.
        newest: u64,
    },
    /// Definitions that are in force cannot be used by this engine.
    #[error("the definitions {hash} cannot be used, the first problem: {}", problems.first().map(ToString::to_string).unwrap_or_default())]
    Definitions {
        /// Their hash.
        hash: String,
        /// What is wrong with them.
        problems: Vec<Problem>,
    },
    /// The log or a table failed.
    #[error("{attempted}: the log failed")]
    Log {
        /// What was to be done.
        attempted: &'static str,
        /// What the log says.
        #[source]
        source: mingjing_log::Error,
    },
    /// A table holds something else than it should.
    #[error("table {table} holds something unreadable under {key}")]
    Table {
        /// The table.
        table: &'static str,
        /// The key.
        key: String,
        /// What is wrong.
        #[source]
        source: serde_json::Error,
    },
    /// A published fact cannot be read.
    #[error("fact {offset} of partition {partition} cannot be read")]
    Fact {
        /// The partition.
        partition: Partition,
        /// The offset in the facts topic.
        offset: Offset,
        /// What is wrong.
        #[source]
        source: serde_json::Error,
    },
    /// The object store failed.
    #[error("{attempted}: the object store failed")]
    Snapshots {
        /// What was to be done.
        attempted: &'static str,
        /// What the store says.
        #[source]
        source: object_store::Error,
    },
    /// A snapshot was not read back as it was written.
    #[error(
        "the snapshot of partition {partition} at offset {next} does not read back as it was written"
    )]
    NotReadBack {
        /// The partition.
        partition: Partition,
        /// Its offset.
        next: Offset,
    },
    /// Judging panicked: a defect of this program.
    #[error("judging partition {partition} panicked: {message}")]
    Panicked {
        /// The partition.
        partition: Partition,
        /// What is known of it.
        message: String,
    },
}

impl Error {
    /// Whether trying again may help: the log or the snapshots could not be reached, the owner before us was just
    /// clearing an old snapshot away, or another program may still write one that we can read.
    pub fn passes(&self) -> bool {
        match self {
            Error::Log { source, .. } => matches!(source, mingjing_log::Error::Storage { .. }),
            Error::Snapshots { .. } | Error::OthersSnapshot { .. } => true,
            _ => false,
        }
    }
}

/// Ends when the flag is true, or when nobody is left who could raise it.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

/// An error with its causes, for logs and status.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text += &format!(": {inner}");
        cause = inner.source();
    }
    text
}
