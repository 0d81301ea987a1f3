//! `/api/v1/alerts/stream`: alerts as they happen, over server-sent events.
//!
//! One hub reads `mj.facts` for all readers. An event's id holds a position per partition (`0:12,1:5`): a reader that
//! comes back with it as `Last-Event-ID` gets what it missed, as far as the hub remembers; one that missed more,
//! or reads too slowly, is told to `resync` and loads its page anew. Counts are coalesced: at most one a second, and counted once for
//! all who read.
//!
//! Events: `hello` (positions), `alert` (a change), `counts`, `resync`.

mod counted;
mod reader;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures::future::join_all;
use mingjing_domain::alert::AlertRecord;
use mingjing_domain::fact::{Change, Fact};
use mingjing_domain::ids::Partition;
use mingjing_log::{Behind, Bounds, Log, MAX_APPEND_RECORDS, Offset, Standstill, Topic, Turn};
use mingjing_store::CommandOutcome;
use mingjing_wire::facts::{Fences, Read};
use tokio::sync::broadcast;

use counted::Counted;
pub(crate) use reader::stream;

use crate::Metrics;

/// Answers to commands that the hub remembers, for those who ask again.
const ANSWERS_REMEMBERED: usize = 4096;
/// Changes the hub remembers for readers that come back.
const REMEMBERED: usize = 4096;
/// How often it is looked whether the hub moves …
const WATCH_EVERY: Duration = Duration::from_secs(2);
/// … and for how long it may get nowhere though facts wait.
const STALL_AFTER: Duration = Duration::from_secs(5);
/// So many facts are read back to find out whose facts count. An owner that has lost its partition notices it at its next append,
/// so at most one append of each such owner lies behind its successor's fence: among more than that are the successor's own.
const READ_BACK: u64 = 2 * MAX_APPEND_RECORDS as u64;
/// What one read asks for.
const READ: (usize, usize) = (1000, 1 << 20);

/// A change of an alert, and where in the log it stands.
#[derive(Clone, Debug)]
struct Told {
    partition: Partition,
    offset: Offset,
    change: Change,
    alert: Arc<AlertRecord>,
}

/// What all live readers share.
pub struct Hub {
    changes: broadcast::Sender<Told>,
    /// What became of commands.
    answers: broadcast::Sender<Arc<CommandOutcome>>,
    memory: Mutex<Memory>,
    counted: Counted,
}

#[derive(Default)]
struct Memory {
    /// By partition: the offset after the last record read.
    positions: Vec<Offset>,
    /// By partition: the offset before which nothing is remembered.
    remembered_from: Vec<Offset>,
    recent: VecDeque<Told>,
    answers: VecDeque<Arc<CommandOutcome>>,
}

/// The hub and the task that feeds it.
pub fn follow(
    log: Arc<dyn Log>,
    metrics: Arc<Metrics>,
    capacity: usize,
) -> (Arc<Hub>, impl Future<Output = ()> + Send) {
    let (changes, _) = broadcast::channel(capacity.max(16));
    let (answers, _) = broadcast::channel(capacity.max(16));
    let hub = Arc::new(Hub {
        changes,
        answers,
        memory: Mutex::new(Memory::default()),
        counted: Counted::default(),
    });
    let task = feed(hub.clone(), log, metrics);
    (hub, task)
}

async fn feed(hub: Arc<Hub>, log: Arc<dyn Log>, metrics: Arc<Metrics>) {
    let partitions = log.partitions();
    {
        let mut memory = hub.memory();
        memory.positions = vec![Offset::ZERO; usize::from(partitions)];
        memory.remembered_from = memory.positions.clone();
    }
    let readers = (0..partitions).map(|p| read_partition(hub.clone(), log.clone(), Partition(p)));
    let watched = (0..partitions).map(|p| watch_partition(&hub, &*log, &metrics, Partition(p)));
    futures::future::join(join_all(readers), join_all(watched)).await;
}

/// Measures how far the reader of a partition is behind and whether it moves. The log is asked and not the reader.
async fn watch_partition(hub: &Hub, log: &dyn Log, metrics: &Metrics, partition: Partition) {
    let (mut behind, mut seen) = (Behind::default(), Offset::ZERO);
    let mut standing = Standstill::new(STALL_AFTER, Instant::now());
    loop {
        tokio::time::sleep(WATCH_EVERY).await;
        let Ok(bounds) = log.bounds(Topic::Facts, partition).await else {
            continue;
        };
        let (now, next) = (Instant::now(), hub.position(partition));
        let records = bounds.end.0.saturating_sub(next.0);
        let moved = std::mem::replace(&mut seen, next) != next || records == 0;
        match standing.look(now, moved, true) {
            Some(Turn::Stopped) => {
                tracing::warn!(%partition, records, "the live stream of a partition stands still");
            }
            Some(Turn::Moved(still)) => {
                let seconds = still.as_secs();
                tracing::info!(%partition, seconds, "the live stream of a partition moves again");
            }
            None => {}
        }
        let oldest = behind.look(now, next, bounds.end);
        metrics.live(partition, records, oldest, standing.stands().is_some());
    }
}

/// Reads one partition from its end on; what lies before is the store's to tell.
async fn read_partition(hub: Arc<Hub>, log: Arc<dyn Log>, partition: Partition) {
    let bounds = loop {
        match log.bounds(Topic::Facts, partition).await {
            Ok(bounds) => break bounds,
            Err(error) => pause(partition, &error).await,
        }
    };
    let mut next = bounds.end;
    hub.begin(partition, next);
    let mut fences = loop {
        match whose_facts_count(&*log, partition, bounds, READ_BACK).await {
            Ok(fences) => break fences,
            Err(error) => pause(partition, &error).await,
        }
    };
    loop {
        let (records, bytes) = READ;
        let wait = Some(Duration::from_secs(30));
        match log
            .read(Topic::Facts, partition, next, records, bytes, wait)
            .await
        {
            Ok(batch) => {
                for record in batch.records {
                    next = record.offset.next();
                    let read = fences.read(record.offset.0, &record.value);
                    hub.tell(partition, record.offset, read);
                }
            }
            Err(error) => pause(partition, &error).await,
        }
    }
}

/// Whose facts count at the end of a partition: the last fence says it, or where none lies among the last `most` records, the greatest
/// epoch of a fact. An earlier owner may still be writing.
async fn whose_facts_count(
    log: &dyn Log,
    partition: Partition,
    bounds: Bounds,
    most: u64,
) -> mingjing_log::Result<Fences> {
    let mut fences = Fences::default();
    let mut next = Offset(bounds.end.0.saturating_sub(most)).max(bounds.start);
    while next < bounds.end {
        // Retention may have moved the start on meanwhile.
        let start = log.bounds(Topic::Facts, partition).await?.start;
        next = next.max(start);
        let (records, bytes) = READ;
        let batch = log.read(Topic::Facts, partition, next, records, bytes, None);
        let batch = batch.await?;
        let Some(last) = batch.records.last() else {
            break;
        };
        next = last.offset.next();
        for record in &batch.records {
            // What cannot be read is said where it is told.
            let _ = fences.read(record.offset.0, &record.value);
        }
    }
    Ok(fences)
}

async fn pause(partition: Partition, error: &mingjing_log::Error) {
    tracing::warn!(%partition, %error, "the live stream cannot read the log, trying again");
    tokio::time::sleep(Duration::from_secs(1)).await;
}

impl Hub {
    fn memory(&self) -> std::sync::MutexGuard<'_, Memory> {
        self.memory
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn position(&self, partition: Partition) -> Offset {
        self.memory().positions[usize::from(partition.0)]
    }

    fn begin(&self, partition: Partition, at: Offset) {
        let mut memory = self.memory();
        memory.positions[usize::from(partition.0)] = at;
        memory.remembered_from[usize::from(partition.0)] = at;
    }

    fn tell(&self, partition: Partition, offset: Offset, read: Result<Read, serde_json::Error>) {
        let fact = read.map(|read| match read {
            Read::Fact(record) => Some(record.facts),
            Read::Fence | Read::Stale => None,
        });
        let mut answer = None;
        let told = match fact {
            Ok(Some(fact @ Fact::Decision { .. })) => {
                answer = outcome(fact).map(Arc::new);
                None
            }
            Ok(Some(Fact::Alert { change, alert, .. })) => Some(Told {
                partition,
                offset,
                change,
                alert: Arc::from(alert),
            }),
            Ok(_) => None,
            Err(error) => {
                tracing::error!(%partition, %offset, %error, "a fact cannot be read");
                None
            }
        };
        let mut memory = self.memory();
        memory.positions[usize::from(partition.0)] = offset.next();
        if let Some(answer) = answer {
            memory.answers.push_back(answer.clone());
            if memory.answers.len() > ANSWERS_REMEMBERED {
                memory.answers.pop_front();
            }
            // Nobody waiting is no error.
            let _ = self.answers.send(answer);
        }
        let Some(told) = told else { return };
        memory.recent.push_back(told.clone());
        if memory.recent.len() > REMEMBERED
            && let Some(old) = memory.recent.pop_front()
        {
            memory.remembered_from[usize::from(old.partition.0)] = old.offset.next();
        }
        // Nobody listening is no error.
        let _ = self.changes.send(told);
    }

    /// Answers to commands from now on.
    pub(crate) fn answers(&self) -> broadcast::Receiver<Arc<CommandOutcome>> {
        self.answers.subscribe()
    }

    /// What became of a command lately, newest answer first.
    pub(crate) fn outcomes_of(&self, command_id: &str) -> Vec<CommandOutcome> {
        let memory = self.memory();
        let of_command = |o: &&Arc<CommandOutcome>| o.command_id == command_id;
        let found = memory.answers.iter().rev().filter(of_command);
        found.map(|outcome| (**outcome).clone()).collect()
    }

    /// An alert as it was last told, where that was lately.
    pub(crate) fn alert(&self, alert_id: &str) -> Option<Arc<AlertRecord>> {
        let memory = self.memory();
        let mut recent = memory.recent.iter().rev();
        let told = recent.find(|told| told.alert.alert_id == alert_id);
        told.map(|told| told.alert.clone())
    }

    /// What a reader that has seen up to `seen` missed, the positions now, and what comes; none where too much was
    /// missed.
    fn join(&self, seen: Option<&[Offset]>) -> Joined {
        let memory = self.memory();
        let coming = self.changes.subscribe();
        let positions = memory.positions.clone();
        let missed = seen.map(|seen| {
            let covered = seen.len() == positions.len()
                && seen
                    .iter()
                    .zip(&memory.remembered_from)
                    .all(|(seen, from)| seen >= from)
                && seen.iter().zip(&positions).all(|(seen, end)| seen <= end);
            covered.then(|| {
                let newer = |t: &&Told| t.offset >= seen[usize::from(t.partition.0)];
                memory.recent.iter().filter(newer).cloned().collect()
            })
        });
        Joined {
            positions,
            missed,
            coming,
        }
    }
}

fn outcome(fact: Fact) -> Option<CommandOutcome> {
    match fact {
        Fact::Decision {
            at,
            command,
            digest,
            alert_id,
            act,
            refused,
            ..
        } => Some(CommandOutcome {
            command_id: command,
            digest,
            alert_id,
            act,
            at,
            refused,
        }),
        _ => None,
    }
}

struct Joined {
    positions: Vec<Offset>,
    /// None: a new reader. Some(None): it missed too much.
    missed: Option<Option<Vec<Told>>>,
    coming: broadcast::Receiver<Told>,
}
