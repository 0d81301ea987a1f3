//! The ends of all partitions that someone follows: one consumer, one thread, and a window of the newest records for each.
//!
//! The thread takes whatever the brokers send and never waits for a reader. A window that is full lets its oldest records go;
//! a reader that needed them reads on with a [cursor](super::cursor) of its own until it has caught up. So nothing has
//! to be paused, and a slow reader slows nobody.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use bytes::Bytes;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::BorrowedMessage;
use rdkafka::{Message, Offset as Place, TopicPartitionList};
use tokio::sync::watch;

use super::cluster::{Cluster, position_gone};
use super::speaker::Speaker;
use super::{Limits, failed, native};
use crate::shard::Shard;
use crate::{Batch, Bounds, Offset, Partition, Result, StoredRecord};

/// Bytes of records that one window keeps, and all together.
const WINDOW_BYTES: usize = 4 * 1024 * 1024;
const WINDOWS_BYTES: usize = 128 * 1024 * 1024;

/// A reader this close to the end begins in the window; from further back it comes with a cursor, which takes it to the end it knew.
pub(super) const NEAR: u64 = 2_000;

/// A partition that nobody has read for so long is not followed any more.
const IDLE: Duration = Duration::from_secs(60);

/// The thread's poll ends after this if nothing comes, to look whether it should end.
const POLL: Duration = Duration::from_millis(100);

/// The windows, their consumer and its thread.
pub(super) struct Tail {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    cluster: Arc<Cluster>,
    consumer: BaseConsumer<Speaker>,
    windows: Mutex<Windows>,
}

#[derive(Default)]
struct Windows {
    by_shard: BTreeMap<Shard, Window>,
    bytes: usize,
}

/// The records from `start` on, without a gap, and the end as far as known.
struct Window {
    start: Offset,
    records: VecDeque<StoredRecord>,
    bytes: usize,
    /// An end that the partition had: never inside a call. Records up to it may still be on their way.
    end: Offset,
    used: Instant,
    /// Wakes whoever waits here; gone when the window is.
    news: watch::Sender<()>,
}

/// What a window has for a reader.
pub(super) enum Look {
    /// Records.
    Found(Batch),
    /// There are records after those at hand, if any, and they are on their way.
    Coming(Option<Batch>, watch::Receiver<()>),
    /// This is the end as far as known.
    AtEnd(watch::Receiver<()>),
    /// The offset is not in the window.
    Elsewhere,
    /// The partition is not followed.
    NotFollowed,
}

impl Window {
    fn next(&self) -> Offset {
        self.start.plus(self.records.len() as u64)
    }

    fn push(&mut self, record: StoredRecord) {
        self.bytes += record.key.len() + record.value.len();
        self.records.push_back(record);
    }

    /// Lets go of the oldest record.
    fn shrink(&mut self) -> usize {
        let Some(record) = self.records.pop_front() else {
            return 0;
        };
        self.start = self.start.next();
        let bytes = record.key.len() + record.value.len();
        self.bytes -= bytes;
        bytes
    }

    fn look(&mut self, from: Offset, limits: Limits) -> Look {
        self.used = Instant::now();
        if from < self.start {
            return Look::Elsewhere;
        }
        let next = self.next();
        if from >= next {
            return match from < self.end {
                true => Look::Coming(None, self.news.subscribe()),
                false if from == self.end => Look::AtEnd(self.news.subscribe()),
                false => Look::Elsewhere,
            };
        }
        let mut taker = limits.taker();
        let skipped = (from.0 - self.start.0) as usize;
        let shown = self
            .records
            .range(skipped..)
            .take_while(|record| record.offset < self.end);
        let mut full = false;
        for record in shown {
            full = !taker.fits(record);
            if full {
                break;
            }
            taker.take(record.clone());
        }
        full |= taker.full();
        let batch = Batch {
            records: taker.records,
            end: self.end,
        };
        match full || next >= self.end {
            true => Look::Found(batch),
            false => Look::Coming(Some(batch), self.news.subscribe()),
        }
    }
}

impl Tail {
    pub(super) fn start(cluster: Arc<Cluster>) -> Result<Tail> {
        let attempted = || "starting the reader of the ends".to_owned();
        let consumer = cluster.config.consumer().create_with_context(Speaker);
        let shared = Arc::new(Shared {
            consumer: consumer.map_err(|source| failed(attempted(), source))?,
            cluster,
            windows: Mutex::default(),
        });
        let follower = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("mingjing-kafka-tail".to_owned())
            .spawn(move || follower.run())
            .map_err(|source| failed(attempted(), source))?;
        Ok(Tail {
            shared,
            thread: Some(thread),
        })
    }

    /// What the window has from an offset on.
    pub(super) fn look(&self, shard: Shard, from: Offset, limits: Limits) -> Look {
        match self.shared.windows().by_shard.get_mut(&shard) {
            Some(window) => window.look(from, limits),
            None => Look::NotFollowed,
        }
    }

    /// An end that was learnt elsewhere, from the partition's leader.
    pub(super) fn saw_end(&self, shard: Shard, end: Offset) {
        if let Some(window) = self.shared.windows().by_shard.get_mut(&shard) {
            window.end = window.end.max(end);
        }
    }

    /// Follows the partition from an offset on, unless it is followed already.
    pub(super) fn follow(&self, shard: Shard, from: Offset, bounds: Bounds) -> Result<()> {
        let mut windows = self.shared.windows();
        if windows.by_shard.contains_key(&shard) {
            return Ok(());
        }
        let list = self.shared.place(shard, Place::Offset(from.0 as i64));
        // Under the lock, so that nobody else does it at the same time; librdkafka only notes it.
        let assigned = list.and_then(|list| self.shared.consumer.incremental_assign(&list));
        assigned.map_err(|source| failed(format!("following {shard} from {from}"), source))?;
        let window = Window {
            start: from,
            records: VecDeque::new(),
            bytes: 0,
            end: bounds.end,
            used: Instant::now(),
            news: watch::Sender::new(()),
        };
        windows.by_shard.insert(shard, window);
        Ok(())
    }
}

impl Drop for Tail {
    fn drop(&mut self) {
        self.shared.cluster.close();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the reader of the log's ends ended with a panic");
        }
    }
}

impl Shared {
    fn windows(&self) -> MutexGuard<'_, Windows> {
        self.windows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn place(
        &self,
        shard: Shard,
        offset: Place,
    ) -> rdkafka::error::KafkaResult<TopicPartitionList> {
        let mut list = TopicPartitionList::new();
        let topic = self.cluster.name(shard.topic);
        list.add_partition_offset(topic, i32::from(shard.partition.0), offset)?;
        Ok(list)
    }

    fn run(&self) {
        let mut looked_for_idle = Instant::now();
        while !self.cluster.closing() {
            match self.consumer.poll(POLL) {
                Some(Ok(message)) => self.take(&message),
                Some(Err(error)) => self.complain(&error),
                None => {}
            }
            if looked_for_idle.elapsed() > IDLE / 8 {
                looked_for_idle = Instant::now();
                self.forget_idle();
            }
        }
    }

    fn take(&self, message: &BorrowedMessage<'_>) {
        let Some((shard, record)) = stored(&self.cluster, message) else {
            return;
        };
        let mut guard = self.windows();
        let windows = &mut *guard;
        let Some(window) = windows.by_shard.get_mut(&shard) else {
            return;
        };
        let next = window.next();
        if record.offset < next {
            return;
        }
        if record.offset > next {
            // Retention has overtaken the window. Whoever waits here finds out by asking for the bounds.
            self.forget(windows, shard);
            return;
        }
        if record.offset >= window.end {
            let partition = i32::from(shard.partition.0);
            let topic = self.cluster.name(shard.topic);
            let told = native::fetched_end(self.consumer.client(), topic, partition);
            // The fetch that brought the record also told of an end behind it.
            let end = Offset(told.unwrap_or(0)).max(record.offset.next());
            window.end = end;
            self.cluster.saw_end(shard, end);
        }
        window.push(record);
        windows.bytes += window.bytes_of_last();
        while window.bytes > WINDOW_BYTES || windows.bytes > WINDOWS_BYTES {
            match window.shrink() {
                0 if window.records.is_empty() => break,
                bytes => windows.bytes -= bytes,
            }
        }
        window.news.send_replace(());
    }

    fn complain(&self, error: &KafkaError) {
        if !position_gone(error) {
            tracing::debug!(%error, "the reader of the log's ends goes on");
            return;
        }
        // The client does not say of which partition; all are asked about again by those who wait for them.
        tracing::warn!(%error, "a position at the end of the log is gone");
        let mut windows = self.windows();
        let shards: Vec<Shard> = windows.by_shard.keys().copied().collect();
        for shard in shards {
            self.forget(&mut windows, shard);
        }
    }

    fn forget_idle(&self) {
        let mut windows = self.windows();
        let idle: Vec<Shard> = windows
            .by_shard
            .iter()
            .filter(|(_, w)| w.used.elapsed() > IDLE && w.news.receiver_count() == 0)
            .map(|(shard, _)| *shard)
            .collect();
        for shard in idle {
            self.forget(&mut windows, shard);
        }
    }

    fn forget(&self, windows: &mut Windows, shard: Shard) {
        if let Some(window) = windows.by_shard.remove(&shard) {
            windows.bytes -= window.bytes;
        }
        let list = self.place(shard, Place::Invalid);
        if let Err(error) = list.and_then(|list| self.consumer.incremental_unassign(&list)) {
            tracing::warn!(%error, %shard, "the reader of the log's ends could not let go");
        }
    }
}

impl Window {
    fn bytes_of_last(&self) -> usize {
        self.records
            .back()
            .map_or(0, |r| r.key.len() + r.value.len())
    }
}

/// The record in a message, and where it lies. Key and value share one piece of memory.
pub(super) fn stored(
    cluster: &Cluster,
    message: &BorrowedMessage<'_>,
) -> Option<(Shard, StoredRecord)> {
    let topic = cluster.topic(message.topic())?;
    let partition = Partition(u16::try_from(message.partition()).ok()?);
    let offset = Offset(u64::try_from(message.offset()).ok()?);
    let key = message.key().unwrap_or_default();
    let value = message.payload().unwrap_or_default();
    let mut both = Bytes::from([key, value].concat());
    let value = both.split_off(key.len());
    let record = StoredRecord {
        offset,
        key: both,
        value,
    };
    Some((Shard { topic, partition }, record))
}
