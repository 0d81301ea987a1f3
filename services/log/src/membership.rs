//! The third, small port: which partitions are this process's, where several share the work.

use std::collections::BTreeSet;

use async_trait::async_trait;
use mingjing_domain::ids::Partition;
use tokio::sync::oneshot;

use crate::{Log, Result};

/// What is this process's from now on.
#[derive(Debug)]
pub struct Assignment {
    /// The partitions. Those of the assignment before that are not among them go to others.
    pub partitions: BTreeSet<Partition>,
    /// Whether the group has settled on this. False: it is being divided anew, everything is taken back for the time being, and
    /// another assignment follows; that there are no partitions says nothing yet.
    pub settled: bool,
    drained: Option<oneshot::Sender<()>>,
}

impl Assignment {
    /// An assignment, and what tells when its receiver has let go of everything else, or is gone.
    pub fn new(partitions: BTreeSet<Partition>) -> (Self, oneshot::Receiver<()>) {
        let (drained, done) = oneshot::channel();
        let assignment = Self {
            partitions,
            settled: true,
            drained: Some(drained),
        };
        (assignment, done)
    }

    /// While the group is divided anew: nothing is this process's until the next assignment.
    pub fn interim() -> (Self, oneshot::Receiver<()>) {
        let (assignment, done) = Self::new(BTreeSet::new());
        let interim = Self {
            settled: false,
            ..assignment
        };
        (interim, done)
    }

    /// Says that nothing is worked on any more but these partitions: others may begin with the rest. Dropping says the
    /// same.
    pub fn drained(mut self) {
        if let Some(drained) = self.drained.take() {
            let _ = drained.send(());
        }
    }
}

/// A place in a group of processes that share the partitions.
///
/// It says who *should* work on a partition. It cannot keep a process that was paused from going on with what it had: whoever
/// must be alone fences the others off by other means.
#[async_trait]
pub trait Membership: Send {
    /// Waits for the next assignment; the first comes when the group has taken this process in. None: there will be no other.
    ///
    /// # Errors
    /// [`Error::Storage`](crate::Error::Storage) when the group cannot be kept up; it may be asked again.
    async fn changed(&mut self) -> Result<Option<Assignment>>;
}

/// The only process there is: everything is its own, for ever.
pub struct Alone(Option<BTreeSet<Partition>>);

impl Alone {
    /// All partitions of a log.
    pub fn with(log: &dyn Log) -> Self {
        Self::of((0..log.partitions()).map(Partition))
    }

    /// These partitions.
    pub fn of(partitions: impl IntoIterator<Item = Partition>) -> Self {
        Self(Some(partitions.into_iter().collect()))
    }
}

#[async_trait]
impl Membership for Alone {
    async fn changed(&mut self) -> Result<Option<Assignment>> {
        Ok(self
            .0
            .take()
            .map(|partitions| Assignment::new(partitions).0))
    }
}
