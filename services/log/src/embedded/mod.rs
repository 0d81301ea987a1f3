//! The adapter for one machine: log and tables in one folder, on the embedded store fjall.
//!
//! ```text
//! append, put, trim ─▶ queue (bounded in bytes) ─▶ writer thread: one group = one store batch = one fsync
//!                                                     └▶ bounds of the partitions, changes of the tables ─▶ replies
//! read ─▶ bounds ─▶ (wait for a later end) ─▶ blocking pool ─▶ store
//! ```
//!
//! The writer takes whatever has queued up while the last fsync ran, so concurrent callers of all partitions share the
//! next one. A group is one batch of the store's journal, checksummed as a whole: after a crash it is there or not.
//! Readers see a partition only up to the end that the writer published after the fsync.
//!
//! The first failed write stops the writer for good, because the store's memory and disk may then differ. Readers go
//! on; opening the folder again recovers.

mod folder;
mod group;
mod layout;
mod segment;
mod store;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use mingjing_domain::ids::Partition;

use crate::port::{Change, check_append_size, check_entry_size, check_table_name};
use crate::watchers::Watching;
use crate::{Batch, Bounds, Error, Log, LogId, Offset, Record, Result, Table, Topic};

pub use folder::OpenError;
use store::{Shard, Store};
use writer::Writer;

/// How much memory the store may use. The defaults suit one machine that also runs the analytical engine.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Bytes of one topic held in memory before they are written out as a sorted file. Fixed when the folder is
    /// created.
    pub memtable_bytes: u64,
    /// Bytes of file blocks kept for reading.
    pub cache_bytes: u64,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            memtable_bytes: 32 * 1024 * 1024,
            cache_bytes: 32 * 1024 * 1024,
        }
    }
}

/// What the writer has done since the log was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Groups written, each with one fsync.
    pub groups: u64,
    /// Calls of `append`, `put` and `trim` in them.
    pub calls: u64,
    /// Records appended.
    pub records: u64,
}

#[derive(Default)]
struct Counters {
    groups: AtomicU64,
    calls: AtomicU64,
    records: AtomicU64,
}

/// A log and its tables in a folder of this machine. Dropping it writes what is queued and closes the folder.
pub struct EmbeddedLog {
    writer: Writer,
    store: Arc<Store>,
    counters: Arc<Counters>,
}

impl EmbeddedLog {
    /// Opens the log in a folder, or creates it there with this number of partitions (1 to 1,024).
    ///
    /// # Errors
    /// [`OpenError`]: held by another process, another number of partitions, unreadable.
    pub async fn open(
        dir: impl AsRef<Path>,
        partitions: u16,
    ) -> std::result::Result<EmbeddedLog, OpenError> {
        Self::open_with(dir, partitions, Options::default()).await
    }

    /// As [`open`](EmbeddedLog::open), with memory limits of the caller's.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open_with(
        dir: impl AsRef<Path>,
        partitions: u16,
        options: Options,
    ) -> std::result::Result<EmbeddedLog, OpenError> {
        let dir: PathBuf = dir.as_ref().to_owned();
        let opening = tokio::task::spawn_blocking(move || {
            let store = Arc::new(Store::open(&dir, partitions, options)?);
            let counters = Arc::<Counters>::default();
            let writer =
                Writer::start(Arc::clone(&store), Arc::clone(&counters)).map_err(|source| {
                    OpenError::Io {
                        attempted: "starting the writer",
                        dir,
                        source,
                    }
                })?;
            Ok(EmbeddedLog {
                writer,
                store,
                counters,
            })
        });
        opening
            .await
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
    }

    /// What the writer has done since the log was opened.
    pub fn stats(&self) -> Stats {
        Stats {
            groups: self.counters.groups.load(Ordering::Relaxed),
            calls: self.counters.calls.load(Ordering::Relaxed),
            records: self.counters.records.load(Ordering::Relaxed),
        }
    }

    /// Bytes this log takes on disk.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub async fn disk_bytes(&self) -> Result<u64> {
        self.blocking(|store| store.disk_bytes()).await
    }

    /// Runs a read of the store off the async threads.
    async fn blocking<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Store) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let store = Arc::clone(&self.store);
        match tokio::task::spawn_blocking(move || read(&store)).await {
            Ok(result) => result,
            Err(failure) if failure.is_panic() => std::panic::resume_unwind(failure.into_panic()),
            Err(_) => Err(Error::Stopped {
                attempted: "reading the store".to_owned(),
                reason: "the runtime is shutting down".to_owned(),
            }),
        }
    }
}

#[async_trait]
impl Log for EmbeddedLog {
    fn id(&self) -> LogId {
        self.store.identity.id
    }

    fn partitions(&self) -> u16 {
        self.store.identity.partitions
    }

    async fn append(
        &self,
        topic: Topic,
        partition: Partition,
        records: Vec<Record>,
    ) -> Result<Offset> {
        let shard = self.store.shard(topic, partition)?;
        check_append_size(topic, partition, &records)?;
        if records.is_empty() {
            return Ok(self.store.bounds(shard).end);
        }
        self.writer.append(shard, records).await
    }

    async fn read(
        &self,
        topic: Topic,
        partition: Partition,
        from: Offset,
        max_records: usize,
        max_bytes: usize,
        wait: Option<Duration>,
    ) -> Result<Batch> {
        let shard = self.store.shard(topic, partition)?;
        let bounds = self.wait_for_more(shard, from, wait).await?;
        if bounds.end == from {
            return Ok(Batch {
                records: Vec::new(),
                end: bounds.end,
            });
        }
        self.blocking(move |store| {
            let records = store.read(shard, from, bounds.end, max_records, max_bytes)?;
            Ok(Batch {
                records,
                end: bounds.end,
            })
        })
        .await
    }

    async fn bounds(&self, topic: Topic, partition: Partition) -> Result<Bounds> {
        Ok(self.store.bounds(self.store.shard(topic, partition)?))
    }

    async fn trim(&self, topic: Topic, partition: Partition, before: Offset) -> Result<()> {
        let shard = self.store.shard(topic, partition)?;
        self.writer.trim(shard, before).await?;
        // The start is moved and durable. What is left of the rows below it is only disk space, and the next trim
        // would take it too if this one were cut short.
        self.blocking(move |store| store.remove_rows(shard, before))
            .await
    }
}

impl EmbeddedLog {
    /// The bounds once `from` is before the end, or the latest known when the wait is over.
    async fn wait_for_more(
        &self,
        shard: Shard,
        from: Offset,
        wait: Option<Duration>,
    ) -> Result<Bounds> {
        let mut published = self.store.subscribe(shard);
        let bounds = *published.borrow_and_update();
        shard.check(bounds, from)?;
        let Some(wait) = wait.filter(|_| bounds.end == from) else {
            return Ok(bounds);
        };
        let bounds = match tokio::time::timeout(wait, published.wait_for(|b| b.end > from)).await {
            Ok(Ok(bounds)) => *bounds,
            // The time is over; the sender cannot be gone, for it lives in the store we hold.
            Ok(Err(_)) | Err(_) => return Ok(bounds),
        };
        shard.check(bounds, from)?;
        Ok(bounds)
    }
}

#[async_trait]
impl Table for EmbeddedLog {
    async fn put(&self, table: &str, key: Bytes, value: Option<Bytes>) -> Result<()> {
        check_table_name(table)?;
        check_entry_size(table, &key, value.as_deref())?;
        self.writer.put(table, Change { key, value }).await
    }

    async fn create(&self, table: &str, key: Bytes, value: Bytes) -> Result<bool> {
        check_table_name(table)?;
        check_entry_size(table, &key, Some(&value))?;
        let value = Some(value);
        self.writer.create(table, Change { key, value }).await
    }

    async fn get(&self, table: &str, key: &[u8]) -> Result<Option<Bytes>> {
        check_table_name(table)?;
        let (table, key) = (table.to_owned(), key.to_vec());
        self.blocking(move |store| store.get(&table, &key)).await
    }

    async fn scan(&self, table: &str) -> Result<Vec<(Bytes, Bytes)>> {
        check_table_name(table)?;
        let table = table.to_owned();
        self.blocking(move |store| store.scan(&table)).await
    }

    fn watch(&self, table: &str) -> Watching {
        check_table_name(table)?;
        Ok(self.store.watchers.watch(table))
    }
}
