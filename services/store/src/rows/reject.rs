//! `rejects`: one row a record that could not be used.

use mingjing_domain::Timestamp;
use mingjing_domain::ids::derived_id;

use crate::table::{Millis, table};

/// The topic whose records supervise reads; a refusal it concludes is about a record there.
const LOG: &str = "mj.log";

table! {
    /// A record that could not be used, and why. Never the record itself.
    RejectRow in "rejects" {
        /// See [`reject_id`].
        reject_id: String,
        /// A reason code, like `unreadable`.
        reason: String,
        /// What was wrong and what to do, for people.
        detail: String,
        /// The source, where it could be read.
        source: Option<String>,
        /// The case, where it could be read.
        case_no: Option<String>,
        /// The event id, where it could be read.
        event_id: Option<String>,
        /// When it was met.
        rejected_at: Millis,
        /// The topic the record lies in.
        topic: String,
        /// The incarnation of the log.
        log_id: String,
        /// The partition.
        log_partition: u16,
        /// The offset in that topic.
        log_offset: u64,
        /// Which row stays, of several about one record.
        version: u64,
    }
}

/// The id of the refusal of the record at a position. One record is refused once, whoever notices it.
pub fn reject_id(log_id: &str, topic: &str, partition: u16, offset: u64) -> String {
    derived_id(&[
        "reject",
        log_id,
        topic,
        &partition.to_string(),
        &offset.to_string(),
    ])
}

impl RejectRow {
    /// A record in `topic` that the archive could not use.
    pub fn met(
        reason: &str,
        detail: String,
        at: Timestamp,
        topic: &str,
        log_id: &str,
        partition: u16,
        offset: u64,
    ) -> Self {
        RejectRow {
            reject_id: reject_id(log_id, topic, partition, offset),
            reason: reason.into(),
            detail,
            source: None,
            case_no: None,
            event_id: None,
            rejected_at: at.into(),
            topic: topic.into(),
            log_id: log_id.into(),
            log_partition: partition,
            log_offset: offset,
            version: 0,
        }
    }

    /// A record of `mj.log` at `place` that supervise refused: it stays over what the archive saw itself.
    pub fn concluded(reason: String, detail: String, at: Timestamp, place: &super::Place) -> Self {
        let mut row = Self::met(
            &reason,
            detail,
            at,
            LOG,
            &place.log_id,
            place.partition,
            place.offset,
        );
        row.version = place.fact_offset + 1;
        row
    }
}
