//! `watermarks`: how far the archive has come, one row a topic and partition of a log.

use mingjing_domain::Timestamp;

use crate::table::{Millis, table};

table! {
    /// How far one partition of one topic is archived.
    WatermarkRow in "watermarks" {
        /// The incarnation of the log.
        log_id: String,
        /// The topic's name.
        topic: String,
        /// The partition.
        log_partition: u16,
        /// Every record before it lies in the tables.
        next_offset: u64,
        /// See [`Watermark::epoch`].
        epoch: u64,
        /// When the archive wrote it.
        written_at: Millis,
        /// See [`ChainMark::hash`]; empty where there is no chain.
        chain_hash: String,
        /// See [`ChainMark::since`].
        chain_since: u64,
        /// See [`ChainMark::records`].
        chain_records: u64,
        /// See [`ChainMark::last`].
        chain_offset: Option<u64>,
        /// See [`ChainMark::last`].
        chain_n: u32,
        /// See [`ChainMark::begun_at`].
        chain_begun_at: Millis,
    }
}

/// Where the hash chain of a partition stands at its watermark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainMark {
    /// The last link, 64 hexadecimal digits.
    pub hash: String,
    /// The first offset that it covers.
    pub since: u64,
    /// How many records are links.
    pub records: u64,
    /// Offset and number of the last fact; none in other topics than `mj.facts`, and before the first.
    pub last: Option<(u64, u32)>,
    /// When the chain began, by the platform's clock.
    pub begun_at: Timestamp,
}

/// How far one partition of one topic is archived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watermark {
    /// The incarnation of the log, 32 hexadecimal digits.
    pub log_id: String,
    /// The topic's name, like `mj.facts`.
    pub topic: String,
    /// The partition.
    pub partition: u16,
    /// Every record before it lies in the tables.
    pub next_offset: u64,
    /// The epoch of the owner whose facts count there; 0 in other topics than `mj.facts`.
    pub epoch: u64,
    /// When the archive wrote it.
    pub written_at: Timestamp,
    /// The hash chain there; none of `mj.rejects`, and where it was written before there were chains.
    pub chain: Option<ChainMark>,
}

impl From<Watermark> for WatermarkRow {
    fn from(w: Watermark) -> Self {
        let chain = w.chain;
        let last = chain.as_ref().and_then(|chain| chain.last);
        let number = |of: fn(&ChainMark) -> u64| chain.as_ref().map_or(0, of);
        WatermarkRow {
            chain_since: number(|chain| chain.since),
            chain_records: number(|chain| chain.records),
            chain_offset: last.map(|(offset, _)| offset),
            chain_n: last.map_or(0, |(_, n)| n),
            chain_begun_at: chain
                .as_ref()
                .map(|chain| chain.begun_at.into())
                .unwrap_or_default(),
            chain_hash: chain.map(|chain| chain.hash).unwrap_or_default(),
            log_id: w.log_id,
            topic: w.topic,
            log_partition: w.partition,
            next_offset: w.next_offset,
            epoch: w.epoch,
            written_at: w.written_at.into(),
        }
    }
}

impl From<WatermarkRow> for Watermark {
    fn from(row: WatermarkRow) -> Self {
        let chain = (!row.chain_hash.is_empty()).then(|| ChainMark {
            hash: row.chain_hash,
            since: row.chain_since,
            records: row.chain_records,
            last: row.chain_offset.map(|offset| (offset, row.chain_n)),
            begun_at: row.chain_begun_at.into(),
        });
        Watermark {
            chain,
            log_id: row.log_id,
            topic: row.topic,
            partition: row.log_partition,
            next_offset: row.next_offset,
            epoch: row.epoch,
            written_at: row.written_at.into(),
        }
    }
}
