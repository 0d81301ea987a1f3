//! The log and the tables: where everything that changes a case is written first, in order and for good.
//!
//! This crate owns the ports ([`Log`], [`Table`], and [`Membership`] for who works on what), the adapters for one machine
//! ([`embedded`]) and for a cluster ([`kafka`]), and the suite that every adapter must pass ([`conformance`], behind the
//! feature of that name). It does not know what a record means:
//! keys and values are bytes, and the formats belong to others.
//!
//! # What an adapter owes
//!
//! - **Durable before acknowledged.** `append` and `put` answer only when the data survives the loss of the process
//!   and of the machine's power. A failed write is never acknowledged; one that failed *may* still turn up later, so
//!   callers write things that can be recognised when they come twice (derived ids).
//! - **One order per partition.** Offsets count from 0 without a gap. The records of one call lie next to each other.
//!   A call is seen whole or not at all: `end` never falls inside one, not even after a crash.
//! - **Loud about loss.** Reading after the end is [`Error::OffsetBeyondEnd`], reading before the start
//!   [`Error::OffsetTrimmed`], and positions of another incarnation are [`Error::UnknownLog`] (see [`LogId`]). There is no
//!   "earliest" or "latest" to fall back to.
//! - **Bounded.** Calls have limits; a slow disk makes `append` wait, a slow watcher gets [`Lagged`]; nothing piles up.
//! - **Woken, not polled.** A read at the end sleeps until there is something to read.
//!
//! A position is (log id, topic, partition, offset). In Kafka terms a topic and a partition are just that; one call
//! is one record batch, which the broker numbers and shows as one piece; the id is made of the ids that the cluster gave the
//! topics; the tables are a compacted topic with a view of it in memory, and `put` answers when the view has caught up
//! with the write.
//!
//! # What is deliberately absent
//!
//! Consumer groups and committed offsets (every consumer keeps its own watermark with its own effects), transactions
//! across partitions, and time: a record has no timestamp but the ones in its value. Topics of others, which are not the log, are
//! read otherwise: see [`kafka::inbox`].

#[cfg(feature = "conformance")]
pub mod conformance;
pub mod embedded;
mod error;
mod journal;
pub mod kafka;
mod membership;
mod port;
mod progress;
mod queue;
mod record;
mod shard;
mod watchers;

pub use error::{Error, Lagged, Result};
pub use journal::Journals;
pub use membership::{Alone, Assignment, Membership};
pub use mingjing_domain::ids::Partition;
pub use port::{
    Change, Log, MAX_TABLE_KEY_BYTES, MAX_TABLE_VALUE_BYTES, Table, WATCH_CAPACITY,
    check_append_size, check_entry_size, check_table_name,
};
pub use progress::{Behind, Standstill, Turn};
pub use record::{
    Batch, Bounds, InvalidLogId, LogId, MAX_APPEND_BYTES, MAX_APPEND_RECORDS, Offset, Record,
    StoredRecord, Topic,
};
