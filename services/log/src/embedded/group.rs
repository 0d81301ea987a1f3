//! A group of calls that becomes durable together: one batch of the store, one fsync.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use fjall::{Keyspace, OwnedWriteBatch, PersistMode};

use super::layout::{start_key, table_key};
use super::segment::{Chunk, Packer};
use super::store::{Shard, Store};
use super::writer::{Cause, Reply, Work};
use crate::port::Change;
use crate::{Bounds, Offset, Result};

/// The writer waits for the store to write files while it has this many memtables of a topic's size in memory (one is
/// being filled for each topic anyway), or this many sealed ones of one keyspace. The store has a brake of its own at 4 sealed
/// ones, but that one waits for ever if the disk is full.
const UNFLUSHED_MEMTABLES: u64 = 6;
const SEALED_MEMTABLES: usize = 3;
const UNFLUSHED_PAUSE: Duration = Duration::from_millis(2);

/// A call that waits for its answer.
pub(super) enum Pending {
    Append(Reply<Offset>, Offset),
    Create(Reply<bool>, bool),
    Other(Reply<()>),
}

// Everywhere below: a caller that gave up waiting for its answer is no error.
impl Pending {
    /// A call of which nothing has been done.
    pub(super) fn of(work: Work) -> Pending {
        match work {
            Work::Append { reply, .. } => Pending::Append(reply, Offset::ZERO),
            Work::Create { reply, .. } => Pending::Create(reply, false),
            Work::Put { reply, .. } | Work::Trim { reply, .. } => Pending::Other(reply),
        }
    }

    fn succeed(self) {
        match self {
            Pending::Append(reply, first) => drop(reply.send(Ok(first))),
            Pending::Create(reply, created) => drop(reply.send(Ok(created))),
            Pending::Other(reply) => drop(reply.send(Ok(()))),
        }
    }

    /// Answers that the call was not done.
    pub(super) fn fail(self, cause: Cause) {
        match self {
            Pending::Append(reply, _) => drop(reply.send(Err(cause))),
            Pending::Create(reply, _) => drop(reply.send(Err(cause))),
            Pending::Other(reply) => drop(reply.send(Err(cause))),
        }
    }
}

/// What a group does to the store, gathered call by call.
pub(super) struct Group<'a> {
    store: &'a Store,
    batch: OwnedWriteBatch,
    records: u64,
    packers: BTreeMap<Shard, Packer>,
    starts: BTreeMap<Shard, Offset>,
    /// The last value of each table entry: a key may come only once in a batch of the store.
    entries: BTreeMap<Vec<u8>, Option<Bytes>>,
    changes: Vec<(String, Change)>,
    pending: Vec<Pending>,
}

/// A group that could not be made durable, and who is to be told.
pub(super) struct Failed {
    pub(super) source: fjall::Error,
    pub(super) pending: Vec<Pending>,
}

/// What came of a group.
pub(super) enum Done {
    /// It changed nothing.
    Nothing,
    /// It is durable and can be shown.
    Durable(Durable),
}

/// A durable group: what readers may now see, and who is to be told.
pub(super) struct Durable {
    bounds: BTreeMap<Shard, Bounds>,
    changes: Vec<(String, Change)>,
    pending: Vec<Pending>,
}

impl<'a> Group<'a> {
    /// A group without calls.
    pub(super) fn new(store: &'a Store) -> Self {
        Group {
            store,
            batch: store.db.batch().durability(Some(PersistMode::SyncData)),
            records: 0,
            packers: BTreeMap::new(),
            starts: BTreeMap::new(),
            entries: BTreeMap::new(),
            changes: Vec::new(),
            pending: Vec::new(),
        }
    }

    /// Records that it appends.
    pub(super) fn records(&self) -> u64 {
        self.records
    }

    /// Takes a call, or refuses it at once.
    pub(super) fn add(&mut self, work: Work) {
        match work {
            Work::Append {
                shard,
                chunks,
                reply,
            } => {
                let first = self.append(shard, &chunks);
                self.pending.push(Pending::Append(reply, first));
            }
            Work::Put {
                table,
                change,
                reply,
            } => {
                self.entries
                    .insert(table_key(&table, &change.key), change.value.clone());
                self.changes.push((table, change));
                self.pending.push(Pending::Other(reply));
            }
            Work::Create {
                table,
                change,
                reply,
            } => match self.holds(&table, &change.key) {
                Ok(true) => self.pending.push(Pending::Create(reply, false)),
                Ok(false) => {
                    self.entries
                        .insert(table_key(&table, &change.key), change.value.clone());
                    self.changes.push((table, change));
                    self.pending.push(Pending::Create(reply, true));
                }
                Err(error) => Pending::Create(reply, false).fail(Cause::Refused(error)),
            },
            Work::Trim {
                shard,
                before,
                reply,
            } => {
                let pending = Pending::Other(reply);
                match self.trim(shard, before) {
                    Ok(()) => self.pending.push(pending),
                    Err(error) => pending.fail(Cause::Refused(error)),
                }
            }
        }
    }

    /// Whether a table's key has a value, by the calls of this group or before it.
    fn holds(&self, table: &str, key: &[u8]) -> Result<bool> {
        match self.entries.get(&table_key(table, key)) {
            Some(value) => Ok(value.is_some()),
            None => Ok(self.store.get(table, key)?.is_some()),
        }
    }

    fn append(&mut self, shard: Shard, chunks: &[Chunk]) -> Offset {
        let end = || self.store.bounds(shard).end;
        let packer = self
            .packers
            .entry(shard)
            .or_insert_with(|| Packer::new(shard.partition, end()));
        let first = packer.next();
        for chunk in chunks {
            if let Some((key, value)) = packer.push(chunk) {
                self.batch
                    .insert(&self.store.keyspaces.topics[&shard.topic], key, value);
            }
        }
        self.records += packer.next().0 - first.0;
        first
    }

    fn trim(&mut self, shard: Shard, before: Offset) -> Result<()> {
        let Bounds { start, end } = self.store.bounds(shard);
        let end = self.packers.get(&shard).map_or(end, Packer::next);
        if before > end {
            return shard.check(Bounds { start, end }, before);
        }
        if before > start {
            let moved = self.starts.entry(shard).or_insert(before);
            *moved = before.max(*moved);
        }
        Ok(())
    }

    /// Makes the group durable.
    pub(super) fn commit(mut self) -> std::result::Result<Done, Failed> {
        if self.pending.is_empty() {
            return Ok(Done::Nothing);
        }
        let bounds = self.finish();
        let committed = wait_for_flush(self.store).and_then(|()| self.batch.commit());
        let (changes, pending) = (self.changes, self.pending);
        match committed {
            Ok(()) => Ok(Done::Durable(Durable {
                bounds,
                changes,
                pending,
            })),
            Err(source) => Err(Failed { source, pending }),
        }
    }

    /// Completes the batch and answers the bounds it will lead to.
    fn finish(&mut self) -> BTreeMap<Shard, Bounds> {
        let store = self.store;
        let mut bounds = BTreeMap::new();
        for (shard, packer) in &mut self.packers {
            if let Some((key, value)) = packer.finish() {
                self.batch
                    .insert(&store.keyspaces.topics[&shard.topic], key, value);
            }
            bounds.insert(
                *shard,
                Bounds {
                    end: packer.next(),
                    ..store.bounds(*shard)
                },
            );
        }
        for (shard, start) in &self.starts {
            self.batch.insert(
                &store.keyspaces.meta,
                start_key(*shard),
                start.0.to_be_bytes(),
            );
            bounds
                .entry(*shard)
                .or_insert_with(|| store.bounds(*shard))
                .start = *start;
        }
        for (key, value) in std::mem::take(&mut self.entries) {
            match value {
                Some(value) => self
                    .batch
                    .insert(&store.keyspaces.tables, key, value.as_ref()),
                None => self.batch.remove(&store.keyspaces.tables, key),
            }
        }
        bounds
    }
}

/// Waits while the store has too much in memory that is not yet in files. Fails when the store has failed.
fn wait_for_flush(store: &Store) -> fjall::Result<()> {
    let unflushed_bytes = UNFLUSHED_MEMTABLES * store.identity.memtable_bytes.max(4 << 20);
    let sealed = |keyspace: &Keyspace| keyspace.sealed_memtable_count() >= SEALED_MEMTABLES;
    let behind =
        || store.db.write_buffer_size() > unflushed_bytes || store.keyspaces.all().any(sealed);
    while behind() {
        // Answers with an error if the thread that writes the files has died.
        store.db.persist(PersistMode::Buffer)?;
        std::thread::sleep(UNFLUSHED_PAUSE);
    }
    Ok(())
}

impl Durable {
    /// Lets readers and watchers see the group, then answers its calls.
    pub(super) fn publish(self, store: &Store) {
        for (shard, bounds) in self.bounds {
            store.publish(shard, bounds);
        }
        for (table, change) in self.changes {
            store.watchers.announce(&table, change);
        }
        self.pending.into_iter().for_each(Pending::succeed);
    }
}
