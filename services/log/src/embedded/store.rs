//! The open store: what its readers see, and reading it. Writing is the writer's, but for the removal of trimmed rows.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use fjall::Database;
use mingjing_domain::ids::{Partition, SLOTS};
use tokio::sync::watch;

use super::Options;
use super::folder::{FolderLock, OpenError, store_folder};
use super::layout::{self, Identity, Keyspaces, table_key};
use super::segment::{Segment, row_key};
pub(super) use crate::shard::Shard;
use crate::watchers::Watchers;
use crate::{Bounds, Error, Offset, Result, StoredRecord, Topic};

/// Rows removed in one batch of a trim.
const REMOVE_AT_ONCE: usize = 1024;

/// The open store with what its readers and its writer share.
pub(super) struct Store {
    pub(super) identity: Identity,
    pub(super) keyspaces: Keyspaces,
    pub(super) db: Database,
    /// The bounds that readers may see, by topic and then partition; the writer alone moves them.
    bounds: BTreeMap<Topic, Vec<watch::Sender<Bounds>>>,
    pub(super) watchers: Watchers,
    // Last, so that it is let go after the store is closed.
    _lock: FolderLock,
}

impl Store {
    /// Opens the store in a folder, or creates it.
    pub(super) fn open(
        dir: &Path,
        partitions: u16,
        options: Options,
    ) -> std::result::Result<Store, OpenError> {
        if !(1..=SLOTS).contains(&partitions) {
            let (asked, limit) = (partitions, SLOTS);
            return Err(OpenError::InvalidPartitionCount { asked, limit });
        }
        let dir_name = || dir.to_owned();
        let failed = |attempted| {
            move |source: fjall::Error| {
                let source = Arc::new(source);
                OpenError::Storage {
                    attempted,
                    dir: dir_name(),
                    source,
                }
            }
        };
        let lock = FolderLock::take(dir)?;
        let folder = store_folder(dir, |new| {
            layout::create(new, partitions, options).map_err(failed("creating the store"))
        })?;
        let db = layout::database(&folder, options).map_err(failed("opening the store"))?;
        let identity = layout::identity(&db).map_err(failed("reading the identity"))?;
        let identity = identity.map_err(|found| OpenError::UnknownFormat {
            dir: dir_name(),
            found,
        })?;
        if identity.partitions != partitions {
            let (found, asked) = (identity.partitions, partitions);
            return Err(OpenError::PartitionCount {
                dir: dir_name(),
                found,
                asked,
            });
        }
        let keyspaces = Keyspaces::open(&db, identity.memtable_bytes)
            .map_err(failed("opening the keyspaces"))?;
        let bounds =
            published_bounds(&keyspaces, partitions).map_err(failed("finding the ends"))?;
        tracing::info!(log = %identity.id, partitions, dir = %dir.display(), "log opened");
        Ok(Store {
            identity,
            keyspaces,
            db,
            bounds,
            watchers: Watchers::default(),
            _lock: lock,
        })
    }

    /// The shard of a topic and partition of this log.
    pub(super) fn shard(&self, topic: Topic, partition: Partition) -> Result<Shard> {
        Shard::of(topic, partition, self.identity.partitions)
    }

    fn published(&self, shard: Shard) -> &watch::Sender<Bounds> {
        &self.bounds[&shard.topic][usize::from(shard.partition.0)]
    }

    /// What readers may see of a shard.
    pub(super) fn bounds(&self, shard: Shard) -> Bounds {
        *self.published(shard).borrow()
    }

    /// The bounds and every later change of them.
    pub(super) fn subscribe(&self, shard: Shard) -> watch::Receiver<Bounds> {
        self.published(shard).subscribe()
    }

    /// Lets readers see new bounds, and wakes them.
    pub(super) fn publish(&self, shard: Shard, bounds: Bounds) {
        self.published(shard).send_replace(bounds);
    }

    /// Reads the records from `from`, which lies within the bounds seen, up to `end`.
    pub(super) fn read(
        &self,
        shard: Shard,
        from: Offset,
        end: Offset,
        max_records: usize,
        max_bytes: usize,
    ) -> Result<Vec<StoredRecord>> {
        let result = self.read_rows(shard, from, end, max_records, max_bytes);
        // A trim that overtook this read took rows away under it; that is not damage.
        if let Err(Error::Damaged { .. }) = result {
            shard.check(self.bounds(shard), from)?;
        }
        result
    }

    fn read_rows(
        &self,
        shard: Shard,
        from: Offset,
        end: Offset,
        max_records: usize,
        max_bytes: usize,
    ) -> Result<Vec<StoredRecord>> {
        let damaged = |found: String| Error::Damaged {
            attempted: format!("reading {shard} from {from}"),
            found,
        };
        let mut records: Vec<StoredRecord> = Vec::new();
        let (mut next, mut bytes) = (from, 0);
        let range = row_key(shard.partition, from)..=row_key(shard.partition, Offset(u64::MAX));
        for row in self.keyspaces.topics[&shard.topic].range(range) {
            let (key, value) = row
                .into_inner()
                .map_err(storage(|| format!("reading {shard} from {from}")))?;
            let mut segment = Segment::open(&key, &value)
                .ok_or_else(|| damaged(format!("a malformed segment where {next} should be")))?;
            if segment.next() > next {
                return Err(damaged(format!(
                    "{} where {next} should be",
                    segment.next()
                )));
            }
            while !segment.is_done() && next < end {
                let record = segment
                    .take()
                    .ok_or_else(|| damaged(format!("a malformed record where {next} should be")))?;
                if record.offset < next {
                    continue;
                }
                let size = record.key.len() + record.value.len();
                if !records.is_empty() && (records.len() >= max_records || bytes + size > max_bytes)
                {
                    return Ok(records);
                }
                bytes += size;
                next = next.next();
                records.push(record);
            }
            if next == end {
                return Ok(records);
            }
        }
        Err(damaged(format!("nothing where {next} should be")))
    }

    /// Removes the rows whose records all lie before an offset. The start has been moved already.
    pub(super) fn remove_rows(&self, shard: Shard, before: Offset) -> Result<()> {
        let attempted = || format!("removing the records of {shard} before {before}");
        let keyspace = &self.keyspaces.topics[&shard.topic];
        loop {
            let mut batch = self.db.batch();
            let range = row_key(shard.partition, Offset::ZERO)..row_key(shard.partition, before);
            for row in keyspace.range(range).take(REMOVE_AT_ONCE) {
                batch.remove(keyspace, row.key().map_err(storage(attempted))?);
            }
            let removed = batch.len();
            batch.commit().map_err(storage(attempted))?;
            if removed < REMOVE_AT_ONCE {
                return Ok(());
            }
        }
    }

    /// A table's value.
    pub(super) fn get(&self, table: &str, key: &[u8]) -> Result<Option<Bytes>> {
        let value = self.keyspaces.tables.get(table_key(table, key));
        let value = value.map_err(storage(|| format!("reading table {table}")))?;
        Ok(value.map(|v| Bytes::copy_from_slice(&v)))
    }

    /// A table's entries in the order of their keys.
    pub(super) fn scan(&self, table: &str) -> Result<Vec<(Bytes, Bytes)>> {
        let prefix = table_key(table, &[]);
        let entries = self.keyspaces.tables.prefix(&prefix).map(|entry| {
            let (key, value) = entry
                .into_inner()
                .map_err(storage(|| format!("scanning table {table}")))?;
            Ok((
                Bytes::copy_from_slice(&key[prefix.len()..]),
                Bytes::copy_from_slice(&value),
            ))
        });
        entries.collect()
    }

    /// Bytes on disk.
    pub(super) fn disk_bytes(&self) -> Result<u64> {
        self.db
            .disk_space()
            .map_err(storage(|| "measuring the log".to_owned()))
    }
}

fn published_bounds(
    keyspaces: &Keyspaces,
    partitions: u16,
) -> fjall::Result<BTreeMap<Topic, Vec<watch::Sender<Bounds>>>> {
    let of_topic = |topic| {
        let all = (0..partitions).map(|p| {
            let partition = Partition(p);
            Ok(watch::Sender::new(
                keyspaces.bounds(Shard { topic, partition })?,
            ))
        });
        Ok((topic, all.collect::<fjall::Result<_>>()?))
    };
    Topic::ALL.into_iter().map(of_topic).collect()
}

/// Says what was attempted when the store fails.
pub(super) fn storage(attempted: impl FnOnce() -> String) -> impl FnOnce(fjall::Error) -> Error {
    |source| Error::Storage {
        attempted: attempted(),
        source: Arc::new(source),
    }
}
