//! The two ports. What each method owes is said here; the conformance suite holds every adapter to it.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use mingjing_domain::ids::Partition;

use crate::{Batch, Bounds, Error, Lagged, LogId, Offset, Record, Result, Topic};

/// Changes that may wait for a watcher before it counts as [`Lagged`].
pub const WATCH_CAPACITY: usize = 1024;

/// The longest key of a table, in bytes.
pub const MAX_TABLE_KEY_BYTES: usize = 1024;

/// The longest value of a table, in bytes.
pub const MAX_TABLE_VALUE_BYTES: usize = 1024 * 1024;

/// A partitioned, append-only log.
#[async_trait]
pub trait Log: Send + Sync {
    /// The identity of this incarnation of the log.
    fn id(&self) -> LogId;

    /// How many partitions each topic has; they are numbered from 0 and their number never changes.
    fn partitions(&self) -> u16;

    /// Appends the records, in their order and next to each other, and answers the offset of the first.
    ///
    /// Answers only when they are durable (fsync here, `acks=all` there). The call is whole or absent, for
    /// readers and after a crash. Calls on one partition are written in the order they were made. No records: answers
    /// the end and writes nothing.
    ///
    /// A call whose future is dropped half-way may still be written.
    ///
    /// # Errors
    /// [`Error::UnknownPartition`], [`Error::TooLarge`] beyond [`MAX_APPEND_RECORDS`](crate::MAX_APPEND_RECORDS) or
    /// [`MAX_APPEND_BYTES`](crate::MAX_APPEND_BYTES): nothing was written. [`Error::Storage`], [`Error::Stopped`]: not acknowledged.
    async fn append(
        &self,
        topic: Topic,
        partition: Partition,
        records: Vec<Record>,
    ) -> Result<Offset>;

    /// Reads on from an offset, up to `max_records` and `max_bytes` of keys and values, but always at least one
    /// record if there is one. At the end it waits up to `wait` for an append (woken, not polling) and then answers
    /// without records; without `wait` it answers at once. Only durable records are seen.
    ///
    /// # Errors
    /// [`Error::OffsetBeyondEnd`], [`Error::OffsetTrimmed`], [`Error::UnknownPartition`], [`Error::Storage`], [`Error::Damaged`].
    async fn read(
        &self,
        topic: Topic,
        partition: Partition,
        from: Offset,
        max_records: usize,
        max_bytes: usize,
        wait: Option<Duration>,
    ) -> Result<Batch>;

    /// What the partition holds now.
    ///
    /// # Errors
    /// [`Error::UnknownPartition`], [`Error::Storage`].
    async fn bounds(&self, topic: Topic, partition: Partition) -> Result<Bounds>;

    /// Retention: gives up the records before an offset. Never moves the start backwards and never moves the
    /// end, which a log that was trimmed to nothing still remembers.
    ///
    /// # Errors
    /// [`Error::OffsetBeyondEnd`] if `before` is after the end; otherwise as [`append`](Log::append).
    async fn trim(&self, topic: Topic, partition: Partition, before: Offset) -> Result<()>;

    /// Refuses positions that belong to another incarnation of the log. Every reader that kept a position calls this
    /// before it reads on from it.
    ///
    /// # Errors
    /// [`Error::UnknownLog`].
    fn check_id(&self, remembered: LogId) -> Result<()> {
        let found = self.id();
        if remembered == found {
            Ok(())
        } else {
            Err(Error::UnknownLog { remembered, found })
        }
    }
}

/// One change of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The key that was written or removed.
    pub key: Bytes,
    /// Its new value, or none if it was removed.
    pub value: Option<Bytes>,
}

/// Small named tables that everyone reads whole and follows: accounts, sources, definitions.
#[async_trait]
pub trait Table: Send + Sync {
    /// Writes a value, or removes the key if there is none. Durable when it answers, and from then on every `get` and
    /// `scan` through this port sees it. Writes to one key take effect in the order they were made.
    ///
    /// # Errors
    /// [`Error::InvalidTable`], [`Error::TooLarge`] beyond [`MAX_TABLE_KEY_BYTES`] or [`MAX_TABLE_VALUE_BYTES`], or
    /// as [`Log::append`].
    async fn put(&self, table: &str, key: Bytes, value: Option<Bytes>) -> Result<()>;

    /// Writes a value where the key has none, and answers whether it did. Of several who create one key, in one process or in
    /// many, exactly one does, and the key keeps that value for ever: a key is created or `put`, never both. Durable when it answers
    /// (that of the other, where it answers false), and seen by every `get` and `scan` through this port from then on.
    ///
    /// A call that failed may still have written its value: who repeats it compares what is there with its own.
    ///
    /// # Errors
    /// As [`put`](Table::put).
    async fn create(&self, table: &str, key: Bytes, value: Bytes) -> Result<bool>;

    /// The key's value.
    ///
    /// # Errors
    /// [`Error::InvalidTable`], [`Error::Storage`].
    async fn get(&self, table: &str, key: &[u8]) -> Result<Option<Bytes>>;

    /// The whole table in the order of its keys' bytes; a table never written to is empty.
    ///
    /// # Errors
    /// [`Error::InvalidTable`], [`Error::Storage`].
    async fn scan(&self, table: &str) -> Result<Vec<(Bytes, Bytes)>>;

    /// The changes from now on, each key's in order. To follow a table without a gap: watch first, then scan, then
    /// apply the changes; one already in the scan may come again, and applying it again is harmless.
    ///
    /// More than [`WATCH_CAPACITY`] changes behind, the watcher gets [`Lagged`]: it must scan again; the stream goes on with
    /// the changes after that notice. The stream ends when the table is closed.
    ///
    /// # Errors
    /// [`Error::InvalidTable`].
    fn watch(&self, table: &str)
    -> Result<BoxStream<'static, std::result::Result<Change, Lagged>>>;
}

/// Refuses a name that not every adapter can hold: it becomes part of keys and of topic names.
///
/// # Errors
/// [`Error::InvalidTable`].
pub fn check_table_name(table: &str) -> Result<()> {
    let fits = (1..=64).contains(&table.len())
        && table
            .bytes()
            .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-'));
    if fits {
        Ok(())
    } else {
        Err(Error::InvalidTable {
            table: table.to_owned(),
        })
    }
}

/// Refuses a key or value over its limit.
///
/// # Errors
/// [`Error::TooLarge`].
pub fn check_entry_size(table: &str, key: &[u8], value: Option<&[u8]>) -> Result<()> {
    let parts = [
        ("key", key.len(), MAX_TABLE_KEY_BYTES),
        ("value", value.map_or(0, <[u8]>::len), MAX_TABLE_VALUE_BYTES),
    ];
    for (part, size, limit) in parts {
        if size > limit {
            let attempted = format!("writing a {part} to table {table}");
            return Err(Error::TooLarge {
                attempted,
                unit: "bytes",
                size,
                limit,
            });
        }
    }
    Ok(())
}

/// Refuses an append over the limits of one call.
///
/// # Errors
/// [`Error::TooLarge`].
pub fn check_append_size(topic: Topic, partition: Partition, records: &[Record]) -> Result<()> {
    let bytes = records.iter().map(Record::size).sum();
    let parts = [
        ("records", records.len(), crate::MAX_APPEND_RECORDS),
        ("bytes", bytes, crate::MAX_APPEND_BYTES),
    ];
    for (unit, size, limit) in parts {
        if size > limit {
            let attempted = format!("appending to {topic}/{partition} in one call");
            return Err(Error::TooLarge {
                attempted,
                unit,
                size,
                limit,
            });
        }
    }
    Ok(())
}
