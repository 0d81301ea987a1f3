//! Reads the facts of one partition and hands on what somebody may have to be told.

use std::sync::Arc;
use std::time::{Duration, Instant};

use mingjing_domain::Timestamp;
use mingjing_domain::alert::AlertRecord;
use mingjing_domain::fact::Fact;
use mingjing_log::{Behind, Log, Offset, Partition, Standstill, StoredRecord, Topic, Turn};
use mingjing_wire::facts::{Fences, Read};
use tokio::sync::{mpsc, watch};

use crate::kind::Kind;
use crate::position::Start;
use crate::{Error, Metrics};

/// What one read asks for.
const READ: (usize, usize) = (1_000, 1 << 20);
/// How long one read waits at the end.
const READ_WAIT: Duration = Duration::from_secs(10);
/// How long to wait before the log is tried again.
const AGAIN: Duration = Duration::from_secs(1);
/// How often it is looked how far reading is behind …
const WATCH_EVERY: Duration = Duration::from_secs(2);
/// … and for how long it may get nowhere though facts wait.
const STALL_AFTER: Duration = Duration::from_secs(30);

/// A change of an alert, and where it lies.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) offset: u64,
    pub(crate) kind: Kind,
    pub(crate) revision: u32,
    pub(crate) at: Timestamp,
    pub(crate) alert: Box<AlertRecord>,
}

/// Changes of some facts of a partition that follow each other.
#[derive(Debug)]
pub(crate) struct Chunk {
    pub(crate) partition: Partition,
    pub(crate) next: Offset,
    pub(crate) epoch: u64,
    pub(crate) changes: Vec<Change>,
}

pub(crate) struct Follower {
    pub(crate) log: Arc<dyn Log>,
    pub(crate) partition: Partition,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) chunks: mpsc::Sender<Chunk>,
}

impl Follower {
    /// Reads until nobody takes what it reads.
    pub(crate) async fn run(self, start: Start) -> Result<(), Error> {
        let (mut next, mut fences) = (start.read_from, Fences::from_epoch(start.epoch));
        loop {
            let (records, bytes) = READ;
            let read = self.log.read(
                Topic::Facts,
                self.partition,
                next,
                records,
                bytes,
                Some(READ_WAIT),
            );
            let records = match read.await {
                Ok(batch) => batch.records,
                Err(error @ mingjing_log::Error::Storage { .. }) => {
                    tracing::warn!(partition = %self.partition, %error, "facts cannot be read, trying again");
                    tokio::time::sleep(AGAIN).await;
                    continue;
                }
                Err(source) => {
                    return Err(Error::Log {
                        partition: self.partition,
                        source,
                    });
                }
            };
            let Some(last) = records.last() else { continue };
            next = last.offset.next();
            let changes = self.changes(&records, &mut fences, start.tell_from);
            let chunk = Chunk {
                partition: self.partition,
                next,
                epoch: fences.epoch(),
                changes,
            };
            if next > start.tell_from && self.chunks.send(chunk).await.is_err() {
                return Ok(());
            }
        }
    }

    fn changes(
        &self,
        records: &[StoredRecord],
        fences: &mut Fences,
        tell_from: Offset,
    ) -> Vec<Change> {
        let mut changes = Vec::new();
        for record in records {
            match fences.read(record.offset.0, &record.value) {
                Ok(Read::Fact(read)) if record.offset >= tell_from => {
                    changes.extend(change(record.offset.0, read.facts));
                }
                Ok(_) => {}
                Err(error) => {
                    // What it would have said is told by nobody; the archive keeps it among the rejects.
                    tracing::error!(partition = %self.partition, offset = %record.offset, line = error.line(), "a fact cannot be read");
                    self.metrics.passed_over("unreadable", 1);
                }
            }
        }
        changes
    }
}

fn change(offset: u64, fact: Fact) -> Option<Change> {
    let Fact::Alert {
        change,
        cause,
        at,
        revision,
        alert,
    } = fact
    else {
        return None;
    };
    Some(Change {
        offset,
        kind: Kind::of(change, &cause, &alert),
        revision,
        at,
        alert,
    })
}

/// Measures how far a partition's facts are looked at. The log is asked and not the reader.
pub(crate) async fn measure(
    log: Arc<dyn Log>,
    metrics: Arc<Metrics>,
    partition: Partition,
    reached: watch::Receiver<Offset>,
) {
    let (mut behind, mut seen) = (Behind::default(), Offset::ZERO);
    let mut standing = Standstill::new(STALL_AFTER, Instant::now());
    loop {
        tokio::time::sleep(WATCH_EVERY).await;
        let Ok(bounds) = log.bounds(Topic::Facts, partition).await else {
            continue;
        };
        let (now, next) = (Instant::now(), *reached.borrow());
        let records = bounds.end.0.saturating_sub(next.0);
        let moved = std::mem::replace(&mut seen, next) != next || records == 0;
        match standing.look(now, moved, true) {
            Some(Turn::Stopped) => {
                tracing::warn!(%partition, records, "notifications of a partition stand still");
            }
            Some(Turn::Moved(still)) => {
                let seconds = still.as_secs();
                tracing::info!(%partition, seconds, "notifications of a partition move again");
            }
            None => {}
        }
        metrics.lag(partition, records, behind.look(now, next, bounds.end));
        metrics.stands(partition, standing.stands());
    }
}
