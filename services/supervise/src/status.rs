//! How each partition is doing, for readiness, operators and tests.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use mingjing_domain::Timestamp;
use mingjing_log::{Offset, Partition};
use tokio::sync::watch;

/// What a partition's task is doing.
///
/// ```text
///  Recovering ──▶ Running ◀──▶ Waiting (definitions that the log names are not in the table)
///       └────────────┴──────────▶ Stopped (with an error, or on request)
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Reads again what was judged before.
    Recovering {
        /// Records read again.
        done: u64,
        /// Records to read again.
        total: u64,
    },
    /// Follows the log.
    Running {
        /// The next record to take.
        offset: Offset,
        /// Records that wait.
        lag: u64,
        /// The partition's clock; none before the first tick.
        clock: Option<Timestamp>,
    },
    /// Cannot go on without these definitions.
    Waiting {
        /// Their hash.
        hash: String,
    },
    /// Ended.
    Stopped {
        /// Why, if not on request.
        error: Option<String>,
    },
}

/// One partition's state, and how fresh it is.
#[derive(Clone, Debug)]
pub struct PartitionStatus {
    /// What it is doing.
    pub state: State,
    /// When its task last came round.
    pub looped_at: Instant,
    /// The log may be trimmed up to here and not further: the older snapshot starts from it.
    pub keep_from: Offset,
}

type Partitions = BTreeMap<Partition, watch::Sender<PartitionStatus>>;

/// The states of the partitions that are supervised here. Clones show the same.
#[derive(Clone, Debug, Default)]
pub struct Status(Arc<RwLock<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    /// Whether it is known what is supervised here.
    assigned: bool,
    partitions: Partitions,
}

impl Status {
    /// Of a process that has not been told yet what to supervise.
    pub fn new() -> Self {
        Self::default()
    }

    fn read<T>(&self, f: impl FnOnce(&Inner) -> T) -> T {
        f(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn sender(&self, partition: Partition) -> Option<watch::Sender<PartitionStatus>> {
        self.read(|inner| inner.partitions.get(&partition).cloned())
    }

    /// One partition's; none if it is not supervised here.
    pub fn get(&self, partition: Partition) -> Option<PartitionStatus> {
        self.sender(partition).map(|sender| sender.borrow().clone())
    }

    /// All of them.
    pub fn all(&self) -> Vec<(Partition, PartitionStatus)> {
        self.read(|inner| {
            let partitions = inner.partitions.iter();
            partitions
                .map(|(partition, sender)| (*partition, sender.borrow().clone()))
                .collect()
        })
    }

    /// Follows one partition.
    pub fn watch(&self, partition: Partition) -> Option<watch::Receiver<PartitionStatus>> {
        self.sender(partition).map(|sender| sender.subscribe())
    }

    /// These are supervised here from now on, and no others.
    pub(crate) fn assign(&self, partitions: &BTreeSet<Partition>) {
        let mut inner = self.0.write().unwrap_or_else(PoisonError::into_inner);
        inner.assigned = true;
        inner.partitions.retain(|p, _| partitions.contains(p));
        for partition in partitions {
            let first = || PartitionStatus {
                state: State::Recovering { done: 0, total: 0 },
                looped_at: Instant::now(),
                keep_from: Offset::ZERO,
            };
            let sender = || watch::Sender::new(first());
            inner.partitions.entry(*partition).or_insert_with(sender);
        }
    }

    /// Why this process is not ready, partition by partition; empty when it is: every partition follows its log and has come round
    /// within `age_max`.
    pub fn unready(&self, age_max: Duration) -> Vec<String> {
        let mut reasons = Vec::new();
        if !self.read(|inner| inner.assigned) {
            reasons.push("no partitions are assigned to this process yet".to_owned());
        }
        for (partition, status) in self.all() {
            let age = status.looped_at.elapsed();
            match status.state {
                State::Running { .. } if age <= age_max => {}
                State::Running { .. } => {
                    reasons.push(format!(
                        "partition {partition} has not come round for {} s",
                        age.as_secs()
                    ));
                }
                State::Recovering { done, total } => {
                    reasons.push(format!(
                        "partition {partition} recovers: {done} of {total} records"
                    ));
                }
                State::Waiting { hash } => {
                    reasons.push(format!(
                        "partition {partition} lacks the definitions {hash}"
                    ));
                }
                State::Stopped { error: None } => {
                    reasons.push(format!("partition {partition} was stopped"))
                }
                State::Stopped { error: Some(error) } => {
                    reasons.push(format!("partition {partition} stopped: {error}"));
                }
            }
        }
        reasons
    }

    pub(crate) fn set(&self, partition: Partition, state: State) {
        if let Some(sender) = self.sender(partition) {
            sender.send_modify(|status| {
                status.state = state;
                status.looped_at = Instant::now();
            });
        }
    }

    pub(crate) fn keep_from(&self, partition: Partition, offset: Offset) {
        if let Some(sender) = self.sender(partition) {
            sender.send_modify(|status| status.keep_from = offset);
        }
    }
}
