//! How each partition is doing, for readiness, operators and tests.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

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

impl State {
    /// The names of all states, for metrics.
    pub(crate) const NAMES: [&str; 4] = ["recovering", "running", "waiting", "stopped"];

    /// Its name.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            State::Recovering { .. } => Self::NAMES[0],
            State::Running { .. } => Self::NAMES[1],
            State::Waiting { .. } => Self::NAMES[2],
            State::Stopped { .. } => Self::NAMES[3],
        }
    }
}

/// One partition's state.
#[derive(Clone, Debug)]
pub struct PartitionStatus {
    /// What it is doing.
    pub state: State,
    /// The log may be trimmed up to here and not further: the older snapshot starts from it.
    pub keep_from: Offset,
    /// For how long it has stood still: no record taken, not even a tick, though it should have. None: it moves.
    pub still: Option<Duration>,
    /// Under which epoch it is owned here; none until its fence is in the facts, and after it has stopped.
    pub epoch: Option<u64>,
    /// The earliest instant, by the owner's clock, at which something may fall due, as of the records taken.
    pub next_due: Option<Timestamp>,
}

type Partitions = BTreeMap<Partition, watch::Sender<PartitionStatus>>;

/// The states of the partitions that are supervised here. Clones show the same.
#[derive(Clone, Debug, Default)]
pub struct Status(Arc<RwLock<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    /// Whether it is known what is supervised here: the group has settled on it.
    settled: bool,
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

    /// These are supervised here from now on, and no others; if that is not settled, others may come at any moment.
    pub(crate) fn assign(&self, partitions: &BTreeSet<Partition>, settled: bool) {
        let mut inner = self.0.write().unwrap_or_else(PoisonError::into_inner);
        inner.settled = settled;
        inner.partitions.retain(|p, _| partitions.contains(p));
        for partition in partitions {
            let first = || PartitionStatus {
                state: State::Recovering { done: 0, total: 0 },
                keep_from: Offset::ZERO,
                still: None,
                epoch: None,
                next_due: None,
            };
            let sender = || watch::Sender::new(first());
            inner.partitions.entry(*partition).or_insert_with(sender);
        }
    }

    /// Whether it is known what is supervised here, and that is nothing: there are more processes than partitions.
    pub fn stands_by(&self) -> bool {
        self.read(|inner| inner.settled && inner.partitions.is_empty())
    }

    /// Why this process is not ready, partition by partition; empty when it is: every partition follows its log and moves.
    pub fn unready(&self) -> Vec<String> {
        let mut reasons = Vec::new();
        if !self.read(|inner| inner.settled) {
            reasons.push("no partitions are assigned to this process yet".to_owned());
        }
        for (partition, PartitionStatus { state, still, .. }) in self.all() {
            match (state, still) {
                (State::Running { .. }, None) => {}
                (State::Running { offset, .. }, Some(still)) => {
                    reasons.push(format!(
                        "partition {partition} stands still: for {} s it has not got past offset {offset}",
                        still.as_secs()
                    ));
                }
                (State::Recovering { done, total }, _) => {
                    reasons.push(format!(
                        "partition {partition} recovers: {done} of {total} records"
                    ));
                }
                (State::Waiting { hash }, _) => {
                    reasons.push(format!(
                        "partition {partition} lacks the definitions {hash}"
                    ));
                }
                (State::Stopped { error: None }, _) => {
                    reasons.push(format!("partition {partition} was stopped"))
                }
                (State::Stopped { error: Some(error) }, _) => {
                    reasons.push(format!("partition {partition} stopped: {error}"));
                }
            }
        }
        reasons
    }

    fn change(&self, partition: Partition, change: impl FnOnce(&mut PartitionStatus)) {
        if let Some(sender) = self.sender(partition) {
            sender.send_modify(change);
        }
    }

    pub(crate) fn set(&self, partition: Partition, state: State) {
        self.change(partition, |status| {
            if matches!(state, State::Stopped { .. }) {
                status.epoch = None;
            }
            status.state = state;
        });
    }

    pub(crate) fn owned(&self, partition: Partition, epoch: u64) {
        self.change(partition, |status| status.epoch = Some(epoch));
    }

    pub(crate) fn next_due(&self, partition: Partition, next_due: Option<Timestamp>) {
        self.change(partition, |status| status.next_due = next_due);
    }

    pub(crate) fn still(&self, partition: Partition, still: Option<Duration>) {
        self.change(partition, |status| status.still = still);
    }

    pub(crate) fn keep_from(&self, partition: Partition, offset: Offset) {
        self.change(partition, |status| status.keep_from = offset);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_nothing_for_the_time_being_is_not_ready_and_who_has_nothing_for_good_stands_by() {
        let (status, nothing) = (Status::new(), BTreeSet::new());
        let ready = |status: &Status| (status.unready().is_empty(), status.stands_by());
        assert_eq!(ready(&status), (false, false));
        for (settled, expected) in [(true, (true, true)), (false, (false, false))] {
            status.assign(&nothing, settled);
            assert_eq!(ready(&status), expected);
        }
    }
}
