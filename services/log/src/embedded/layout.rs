//! What the store consists of: its keyspaces, its identity, and how both are made.
//!
//! One keyspace per topic holds segments; `tables` holds table name, a zero byte and the key; `meta` holds the identity
//! and the starts that retention has moved.

use std::collections::BTreeMap;
use std::path::Path;

use fjall::{Database, Keyspace, KeyspaceCreateOptions, KvSeparationOptions, PersistMode};
use mingjing_domain::ids::Partition;

use super::Options;
use super::segment::last_offset;
use super::store::Shard;
use crate::{Bounds, LogId, Offset, Topic};

/// The format of everything in the store; raised when an older version could not read it.
const FORMAT: u8 = 1;

/// Values from this size on lie in files of their own, which sorting never rewrites: nearly all of a busy log.
const SEPARATE_FROM_BYTES: u32 = 1024;

/// The journal is kept up to this size, which bounds what recovery has to read. The store's least is 64 MiB.
const JOURNAL_BYTES: u64 = 128 * 1024 * 1024;

/// Memory for unwritten tables and meta data, each.
const SMALL_MEMTABLE_BYTES: u64 = 4 * 1024 * 1024;

const META: &str = "meta";
const META_FORMAT: &[u8] = b"format";
const META_ID: &[u8] = b"id";
const META_PARTITIONS: &[u8] = b"partitions";
const META_MEMTABLE: &[u8] = b"memtable";

/// What was fixed when the log was created.
#[derive(Clone, Copy, Debug)]
pub(super) struct Identity {
    pub(super) id: LogId,
    pub(super) partitions: u16,
    /// The store keeps it with its keyspaces and does not tell.
    pub(super) memtable_bytes: u64,
}

/// Opens the database in a folder, or makes an empty one.
pub(super) fn database(folder: &Path, options: Options) -> fjall::Result<Database> {
    Database::builder(folder)
        .cache_size(options.cache_bytes)
        .max_journaling_size(JOURNAL_BYTES)
        .open()
}

/// Makes a complete store in a folder that is not there yet, and closes it.
pub(super) fn create(folder: &Path, partitions: u16, options: Options) -> fjall::Result<()> {
    let mut id = [0; 16];
    getrandom::fill(&mut id).map_err(std::io::Error::other)?;
    let db = database(folder, options)?;
    let meta = Keyspaces::open(&db, options.memtable_bytes)?.meta;
    let mut batch = db.batch().durability(Some(PersistMode::SyncAll));
    batch.insert(&meta, META_FORMAT, [FORMAT]);
    batch.insert(&meta, META_ID, id);
    batch.insert(&meta, META_PARTITIONS, partitions.to_be_bytes());
    batch.insert(&meta, META_MEMTABLE, options.memtable_bytes.to_be_bytes());
    batch.commit()
}

/// The store's identity, or what it has instead if it is none of ours. Changes nothing.
pub(super) fn identity(db: &Database) -> fjall::Result<Result<Identity, String>> {
    if !db.keyspace_exists(META) {
        return Ok(Err(format!("it has no keyspace {META:?}")));
    }
    let meta = db.keyspace(META, KeyspaceCreateOptions::default)?;
    let format = meta.get(META_FORMAT)?;
    if format.as_deref() != Some(&[FORMAT]) {
        return Ok(Err(format!("format {format:?} instead of {FORMAT}")));
    }
    let id = meta.get(META_ID)?.and_then(|v| v.as_ref().try_into().ok());
    let partitions = meta
        .get(META_PARTITIONS)?
        .and_then(|v| v.as_ref().try_into().ok());
    let (Some(id), Some(partitions), Some(memtable_bytes)) =
        (id, partitions, number(meta.get(META_MEMTABLE)?))
    else {
        return Ok(Err("its identity is incomplete".to_owned()));
    };
    Ok(Ok(Identity {
        id: LogId(u128::from_be_bytes(id)),
        partitions: u16::from_be_bytes(partitions),
        memtable_bytes,
    }))
}

fn number(value: Option<fjall::Slice>) -> Option<u64> {
    Some(u64::from_be_bytes(value?.as_ref().try_into().ok()?))
}

/// The parts of the store.
pub(super) struct Keyspaces {
    pub(super) topics: BTreeMap<Topic, Keyspace>,
    pub(super) tables: Keyspace,
    pub(super) meta: Keyspace,
}

impl Keyspaces {
    /// Opens them, or makes them with the given size of memtables.
    pub(super) fn open(db: &Database, memtable_bytes: u64) -> fjall::Result<Keyspaces> {
        let small = || KeyspaceCreateOptions::default().max_memtable_size(SMALL_MEMTABLE_BYTES);
        let segments = || {
            let separation =
                KvSeparationOptions::default().separation_threshold(SEPARATE_FROM_BYTES);
            KeyspaceCreateOptions::default()
                .max_memtable_size(memtable_bytes)
                .with_kv_separation(Some(separation))
        };
        let topics = Topic::ALL
            .into_iter()
            .map(|t| Ok((t, db.keyspace(t.name(), segments)?)));
        Ok(Keyspaces {
            topics: topics.collect::<fjall::Result<_>>()?,
            tables: db.keyspace("tables", small)?,
            meta: db.keyspace(META, small)?,
        })
    }

    /// Every keyspace.
    pub(super) fn all(&self) -> impl Iterator<Item = &Keyspace> {
        self.topics.values().chain([&self.tables, &self.meta])
    }

    /// What a shard holds: from the start that retention has moved to the last row.
    pub(super) fn bounds(&self, shard: Shard) -> fjall::Result<Bounds> {
        let start = Offset(number(self.meta.get(start_key(shard))?).unwrap_or(0));
        let last = self.topics[&shard.topic]
            .prefix(partition_key(shard.partition))
            .next_back();
        let last = last.map(fjall::Guard::key).transpose()?;
        let end = last
            .and_then(|key| last_offset(&key))
            .map_or(start, Offset::next);
        Ok(Bounds {
            start,
            end: end.max(start),
        })
    }
}

fn partition_key(partition: Partition) -> [u8; 2] {
    partition.0.to_be_bytes()
}

/// Where `meta` keeps the start that retention has moved.
pub(super) fn start_key(shard: Shard) -> Vec<u8> {
    format!("start/{shard}").into_bytes()
}

/// Where `tables` keeps an entry. A table's name has no zero byte, so no table is a prefix of another.
pub(super) fn table_key(table: &str, key: &[u8]) -> Vec<u8> {
    [table.as_bytes(), &[0], key].concat()
}
