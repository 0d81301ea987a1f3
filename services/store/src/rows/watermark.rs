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
    }
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
}

impl From<Watermark> for WatermarkRow {
    fn from(w: Watermark) -> Self {
        WatermarkRow {
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
        Watermark {
            log_id: row.log_id,
            topic: row.topic,
            partition: row.log_partition,
            next_offset: row.next_offset,
            epoch: row.epoch,
            written_at: row.written_at.into(),
        }
    }
}
