//! The writer: the one thread that changes the log.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;

use tokio::sync::{mpsc, oneshot};

use super::Counters;
use super::group::{Done, Failed, Group, Pending};
use super::segment::{Chunk, encode};
use super::store::{Shard, Store};
use crate::port::Change;
use crate::queue::{Queue, Queued};
use crate::{Error, Offset, Record, Result};

/// A group takes no further call once it is this large.
const GROUP_BYTES: usize = 4 * 1024 * 1024;

/// One call, on its way to the store.
pub(super) enum Work {
    /// Records for the end of a partition.
    Append {
        shard: Shard,
        chunks: Vec<Chunk>,
        reply: Reply<Offset>,
    },
    /// A change of a table.
    Put {
        table: String,
        change: Change,
        reply: Reply<()>,
    },
    /// A new entry of a table, unless there is one.
    Create {
        table: String,
        change: Change,
        reply: Reply<bool>,
    },
    /// A new start of a partition.
    Trim {
        shard: Shard,
        before: Offset,
        reply: Reply<()>,
    },
}

/// Where the answer to a call goes.
pub(super) type Reply<T> = oneshot::Sender<std::result::Result<T, Cause>>;

/// Why a call was not done; what was attempted is for the caller to add.
#[derive(Clone)]
pub(super) enum Cause {
    /// It cannot be done.
    Refused(Error),
    /// The store failed while doing it.
    Failed(Arc<fjall::Error>),
    /// An earlier call failed.
    Stopped(Arc<str>),
}

impl Cause {
    fn of(self, attempted: String) -> Error {
        match self {
            Cause::Refused(error) => error,
            Cause::Failed(source) => Error::Storage { attempted, source },
            Cause::Stopped(reason) => Error::Stopped {
                attempted,
                reason: reason.as_ref().to_owned(),
            },
        }
    }
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Work::Append { shard, .. } => write!(f, "appending to {shard}"),
            Work::Put { table, .. } => write!(f, "writing to table {table}"),
            Work::Create { table, .. } => write!(f, "creating an entry of table {table}"),
            Work::Trim { shard, before, .. } => write!(f, "trimming {shard} before {before}"),
        }
    }
}

/// The callers' end of the queue.
pub(super) struct Writer {
    queue: Queue<Work>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread.
    pub(super) fn start(store: Arc<Store>, counters: Arc<Counters>) -> std::io::Result<Writer> {
        let (queue, receiver) = Queue::new();
        let scribe = Scribe {
            store,
            counters,
            queue: receiver,
            stopped: None,
        };
        let thread = std::thread::Builder::new()
            .name("mingjing-log".to_owned())
            .spawn(move || scribe.run())?;
        Ok(Writer {
            queue,
            thread: Some(thread),
        })
    }

    pub(super) async fn append(&self, shard: Shard, records: Vec<Record>) -> Result<Offset> {
        let bytes = records.iter().map(Record::size).sum();
        let chunks = encode(&records);
        drop(records);
        let append = |reply| Work::Append {
            shard,
            chunks,
            reply,
        };
        self.submit(bytes, append).await
    }

    pub(super) async fn put(&self, table: &str, change: Change) -> Result<()> {
        let bytes = change.key.len() + change.value.as_ref().map_or(0, |v| v.len());
        let table = table.to_owned();
        let put = |reply| Work::Put {
            table,
            change,
            reply,
        };
        self.submit(bytes, put).await
    }

    pub(super) async fn create(&self, table: &str, change: Change) -> Result<bool> {
        let bytes = change.key.len() + change.value.as_ref().map_or(0, |v| v.len());
        let table = table.to_owned();
        let create = |reply| Work::Create {
            table,
            change,
            reply,
        };
        self.submit(bytes, create).await
    }

    pub(super) async fn trim(&self, shard: Shard, before: Offset) -> Result<()> {
        let trim = |reply| Work::Trim {
            shard,
            before,
            reply,
        };
        self.submit(0, trim).await
    }

    /// Queues work when there is room, in the order of the calls, and waits for the answer.
    async fn submit<T>(&self, bytes: usize, work: impl FnOnce(Reply<T>) -> Work) -> Result<T> {
        let (reply, answer) = oneshot::channel();
        let work = work(reply);
        let attempted = work.to_string();
        self.queue.push(work, bytes).await;
        // Without an answer the thread has ended, which it does only by a panic.
        let gone = || Err(Cause::Stopped("its writer ended unexpectedly".into()));
        answer
            .await
            .unwrap_or_else(|_| gone())
            .map_err(|cause| cause.of(attempted))
    }
}

impl Drop for Writer {
    /// Waits until what is queued is written, so that the folder can be opened again at once.
    fn drop(&mut self) {
        self.queue.close();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the log's writer ended with a panic");
        }
    }
}

/// The thread's own state.
struct Scribe {
    store: Arc<Store>,
    counters: Arc<Counters>,
    queue: mpsc::UnboundedReceiver<Queued<Work>>,
    /// Why nothing more is written: the first failure.
    stopped: Option<Arc<str>>,
}

impl Scribe {
    fn run(mut self) {
        while let Some(first) = self.queue.blocking_recv() {
            let mut bytes = first.bytes;
            let mut calls = vec![first];
            while bytes < GROUP_BYTES {
                let Ok(next) = self.queue.try_recv() else {
                    break;
                };
                bytes += next.bytes;
                calls.push(next);
            }
            self.write(calls);
        }
    }

    fn write(&mut self, calls: Vec<Queued<Work>>) {
        let store = Arc::clone(&self.store);
        let count = calls.len() as u64;
        // The room in the queue is held until the group is written: it bounds the memory of both.
        let mut rooms = Vec::with_capacity(calls.len());
        let mut group = Group::new(&store);
        for Queued { work, room, .. } in calls {
            match &self.stopped {
                Some(reason) => Pending::of(work).fail(Cause::Stopped(Arc::clone(reason))),
                None => group.add(work),
            }
            rooms.push(room);
        }
        let records = group.records();
        match group.commit() {
            Ok(Done::Nothing) => {}
            Ok(Done::Durable(durable)) => {
                self.counters.groups.fetch_add(1, Ordering::Relaxed);
                self.counters.calls.fetch_add(count, Ordering::Relaxed);
                self.counters.records.fetch_add(records, Ordering::Relaxed);
                durable.publish(&store);
            }
            Err(Failed { source, pending }) => {
                tracing::error!(error = %source, "a write to the log failed; it takes no more");
                self.stopped = Some(format!("an earlier write failed: {source}").into());
                let source = Arc::new(source);
                for call in pending {
                    call.fail(Cause::Failed(Arc::clone(&source)));
                }
            }
        }
    }
}
