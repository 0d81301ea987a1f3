//! Reading what lies further back: a few consumers, each for one reader at a time.
//!
//! A cursor stays where its last read ended, so a reader that goes on finds the one it had, with what was fetched ahead.
//! Nothing is paused: what is not polled waits in the client, which fetches no more than fits.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::{Offset as Place, TopicPartitionList};
use tokio::sync::Semaphore;

use super::cluster::{Cluster, position_gone};
use super::speaker::Speaker;
use super::tail::stored;
use super::{Limits, failed};
use crate::shard::Shard;
use crate::{Batch, Bounds, Error, Offset, Result, StoredRecord};

/// Readers that catch up at the same time; more of them take turns.
const CURSORS: usize = 16;

/// A cursor that nobody has used for so long is closed by the next read.
const IDLE: Duration = Duration::from_secs(30);

const POLL: Duration = Duration::from_millis(100);

/// The cursors that are not in use, and how many more may be.
pub(super) struct Cursors {
    cluster: Arc<Cluster>,
    idle: Mutex<Vec<Cursor>>,
    room: Arc<Semaphore>,
}

struct Cursor {
    consumer: BaseConsumer<Speaker>,
    /// The next offset that it gives, if it is anywhere.
    at: Option<(Shard, Offset)>,
    /// A record that did not fit into the last answer.
    left: Option<StoredRecord>,
    used: Instant,
}

impl Cursors {
    pub(super) fn new(cluster: Arc<Cluster>) -> Cursors {
        Cursors {
            cluster,
            idle: Mutex::default(),
            room: Arc::new(Semaphore::new(CURSORS)),
        }
    }

    /// Reads from an offset that lies within the bounds.
    pub(super) async fn read(
        self: &Arc<Self>,
        shard: Shard,
        from: Offset,
        bounds: Bounds,
        limits: Limits,
    ) -> Result<Batch> {
        let stopped = |reason: &str| Error::Stopped {
            attempted: format!("reading {shard} from {from}"),
            reason: reason.to_owned(),
        };
        let room = Arc::clone(&self.room).acquire_owned().await;
        let room = room.map_err(|_| stopped("the log is closed"))?;
        let cursors = Arc::clone(self);
        let reading = tokio::task::spawn_blocking(move || {
            let batch = cursors.read_blocking(shard, from, bounds, limits);
            drop(room);
            batch
        });
        match reading.await {
            Ok(batch) => batch,
            Err(failure) if failure.is_panic() => std::panic::resume_unwind(failure.into_panic()),
            Err(_) => Err(stopped("the runtime is shutting down")),
        }
    }

    /// Whether a cursor that is free stands there.
    pub(super) fn stand_at(&self, shard: Shard, from: Offset) -> bool {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.iter().any(|cursor| cursor.at == Some((shard, from)))
    }

    fn read_blocking(
        &self,
        shard: Shard,
        from: Offset,
        bounds: Bounds,
        limits: Limits,
    ) -> Result<Batch> {
        let mut cursor = self.take(shard, from)?;
        let answer = cursor.read(&self.cluster, shard, from, bounds, limits);
        // After an error it is not known where it stands.
        if answer.is_ok() {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            idle.push(cursor);
        }
        answer
    }

    /// The cursor that stands there, or one that is free, or a new one.
    fn take(&self, shard: Shard, from: Offset) -> Result<Cursor> {
        let mut old = Vec::new();
        let found = {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            let there = idle.iter().position(|c| c.at == Some((shard, from)));
            let found = match there {
                Some(at) => Some(idle.swap_remove(at)),
                // With room for another, those of other readers are left where they are.
                None if idle.len() < CURSORS / 2 => None,
                None => {
                    let oldest = (0..idle.len()).min_by_key(|at| idle[*at].used);
                    oldest.map(|at| idle.swap_remove(at))
                }
            };
            while let Some(at) = idle.iter().position(|c| c.used.elapsed() > IDLE) {
                old.push(idle.swap_remove(at));
            }
            found
        };
        // Closing takes a moment; nobody waits for it but this reader.
        drop(old);
        if let Some(cursor) = found {
            return Ok(cursor);
        }
        let consumer = self.cluster.config.consumer().create_with_context(Speaker);
        let attempted = || format!("reading {shard} from {from}");
        Ok(Cursor {
            consumer: consumer.map_err(|source| failed(attempted(), source))?,
            at: None,
            left: None,
            used: Instant::now(),
        })
    }
}

impl Cursor {
    fn read(
        &mut self,
        cluster: &Cluster,
        shard: Shard,
        from: Offset,
        bounds: Bounds,
        limits: Limits,
    ) -> Result<Batch> {
        let attempted = || format!("reading {shard} from {from}");
        if self.at != Some((shard, from)) {
            self.go(cluster, shard, from)
                .map_err(|source| failed(attempted(), source))?;
        }
        let (mut next, end) = (from, bounds.end);
        let mut taker = limits.taker();
        let mut deadline = Instant::now() + cluster.config.timeout;
        let mut last_error = None;
        if let Some(record) = self.left.take() {
            next = next.next();
            taker.take(record);
        }
        while next < end && !taker.full() {
            let record = match self.consumer.poll(POLL) {
                Some(Ok(message)) => stored(cluster, &message).filter(|(s, _)| *s == shard),
                Some(Err(error)) if position_gone(&error) => {
                    shard.check(cluster.ask_blocking(shard)?, from)?;
                    return Err(failed(attempted(), error));
                }
                Some(Err(error)) => {
                    last_error = Some(error);
                    None
                }
                None => None,
            };
            let Some((_, record)) = record.filter(|(_, record)| record.offset >= next) else {
                if Instant::now() > deadline {
                    return match last_error {
                        Some(error) => Err(failed(attempted(), error)),
                        None => Err(failed(attempted(), super::TimedOut(cluster.config.timeout))),
                    };
                }
                continue;
            };
            if record.offset > next {
                // Retention has taken what lay between; or there is a hole, which the log never makes.
                shard.check(cluster.ask_blocking(shard)?, from)?;
                return Err(Error::Damaged {
                    attempted: attempted(),
                    found: format!("{} where {next} should be", record.offset),
                });
            }
            if !taker.fits(&record) {
                self.left = Some(record);
                break;
            }
            taker.take(record);
            next = next.next();
            deadline = Instant::now() + cluster.config.timeout;
        }
        self.at = Some((shard, next));
        self.used = Instant::now();
        Ok(Batch {
            records: taker.records,
            end,
        })
    }

    fn go(
        &mut self,
        cluster: &Cluster,
        shard: Shard,
        from: Offset,
    ) -> rdkafka::error::KafkaResult<()> {
        self.at = None;
        self.left = None;
        let mut list = TopicPartitionList::new();
        let offset = Place::Offset(i64::try_from(from.0).unwrap_or(i64::MAX));
        let partition = i32::from(shard.partition.0);
        list.add_partition_offset(cluster.name(shard.topic), partition, offset)?;
        self.consumer.assign(&list)
    }
}
