//! Why an operation on a log or a table was refused or failed.

use std::sync::Arc;

use mingjing_domain::ids::Partition;

use crate::{LogId, Offset, Topic};

/// What went wrong, with what was attempted.
///
/// A refusal ([`UnknownPartition`](Error::UnknownPartition), [`TooLarge`](Error::TooLarge),
/// [`InvalidTable`](Error::InvalidTable) and the offset errors) changed nothing. After
/// [`Storage`](Error::Storage) or [`Stopped`](Error::Stopped) a write is *not acknowledged*: it may or may not be
/// there later, whole or not at all.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// The log has no such partition.
    #[error("{topic} has no partition {partition}: this log has {partitions}, counted from 0")]
    UnknownPartition {
        /// The topic asked for.
        topic: Topic,
        /// The partition asked for.
        partition: Partition,
        /// How many there are.
        partitions: u16,
    },
    /// The offset lies after the partition's end: what was once there is lost, or this is another log.
    /// A consumer must stop on it, never start over.
    #[error(
        "{topic}/{partition}: offset {offset} lies beyond the end {end}; records known before are missing"
    )]
    OffsetBeyondEnd {
        /// The topic asked for.
        topic: Topic,
        /// The partition asked for.
        partition: Partition,
        /// The offset asked for.
        offset: Offset,
        /// Where the partition ends.
        end: Offset,
    },
    /// Retention has removed the record at this offset.
    #[error(
        "{topic}/{partition}: offset {offset} was removed by retention; the oldest kept is {start}"
    )]
    OffsetTrimmed {
        /// The topic asked for.
        topic: Topic,
        /// The partition asked for.
        partition: Partition,
        /// The offset asked for.
        offset: Offset,
        /// The oldest offset that is left.
        start: Offset,
    },
    /// Positions remembered from another incarnation of the log mean nothing in this one.
    #[error("this is log {found}, but the positions at hand belong to log {remembered}")]
    UnknownLog {
        /// The id that came with the positions.
        remembered: LogId,
        /// The id of the log that is open.
        found: LogId,
    },
    /// One call, key or value is over its limit.
    #[error("{attempted}: {size} {unit} are too many, the limit is {limit}")]
    TooLarge {
        /// What was to be done.
        attempted: String,
        /// `bytes` or `records`.
        unit: &'static str,
        /// How many there were.
        size: usize,
        /// How many are allowed.
        limit: usize,
    },
    /// A table's name is 1 to 64 of `a-z 0-9 . _ -`.
    #[error("{table:?} is no name for a table: 1 to 64 of a-z, 0-9, '.', '_', '-' are")]
    InvalidTable {
        /// The name given.
        table: String,
    },
    /// What was read back is not what was written.
    #[error("{attempted}: the stored log is damaged: {found}")]
    Damaged {
        /// What was to be done.
        attempted: String,
        /// What was found instead.
        found: String,
    },
    /// The store underneath failed, for instance because the disk is full.
    #[error("{attempted}: the store failed")]
    Storage {
        /// What was to be done.
        attempted: String,
        /// The store's own error.
        #[source]
        source: Arc<dyn std::error::Error + Send + Sync>,
    },
    /// The log takes no more writes because an earlier one failed; it must be opened anew.
    #[error("{attempted}: the log takes no more writes since {reason}")]
    Stopped {
        /// What was to be done.
        attempted: String,
        /// The first failure.
        reason: String,
    },
}

/// The result of an operation on a log or a table.
pub type Result<T> = std::result::Result<T, Error>;

/// A watcher fell behind and changes were lost to it. It scans the table again and then watches on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the watcher fell behind and missed {missed} changes: the table must be scanned again")]
pub struct Lagged {
    /// How many changes it missed.
    pub missed: u64,
}
