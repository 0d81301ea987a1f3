//! `source_health`: one row a source and partition.

use mingjing_domain::Timestamp;

use super::Place;
use crate::table::{Millis, instant, millis, table};

table! {
    /// What one partition knows of a source.
    SourceHealthRow in "source_health" {
        /// The source.
        source: String,
        /// See [`Place::partition`].
        log_partition: u16,
        /// Complete up to here, as it last declared.
        complete_until: Option<Millis>,
        /// Receipt of its latest event.
        last_received_at: Option<Millis>,
        /// How many of its events this partition has taken.
        events: u64,
        /// The partition's clock when that was concluded.
        updated_at: Millis,
        /// See [`Place::log_id`].
        log_id: String,
        /// See [`Place::offset`].
        log_offset: u64,
        /// See [`Place::n`].
        log_n: u32,
        /// See [`Place::fact_offset`].
        version: u64,
    }
}

/// What is known of a source in one partition.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct SourceHealth {
    /// The source.
    pub source: String,
    /// The partition.
    pub partition: u16,
    /// Complete up to here, as it last declared.
    pub complete_until: Option<Timestamp>,
    /// Receipt of its latest event.
    pub last_received_at: Option<Timestamp>,
    /// How many of its events this partition has taken.
    pub events: u64,
    /// The partition's clock when that was concluded.
    pub updated_at: Timestamp,
}

impl SourceHealthRow {
    /// The row of what was concluded at `place`, whose partition counts.
    pub fn new(health: SourceHealth, place: &Place) -> Self {
        SourceHealthRow {
            source: health.source,
            log_partition: health.partition,
            complete_until: millis(health.complete_until),
            last_received_at: millis(health.last_received_at),
            events: health.events,
            updated_at: health.updated_at.into(),
            log_id: place.log_id.clone(),
            log_offset: place.offset,
            log_n: place.n,
            version: place.fact_offset,
        }
    }
}

impl From<SourceHealthRow> for SourceHealth {
    fn from(row: SourceHealthRow) -> Self {
        SourceHealth {
            source: row.source,
            partition: row.log_partition,
            complete_until: instant(row.complete_until),
            last_received_at: instant(row.last_received_at),
            events: row.events,
            updated_at: row.updated_at.into(),
        }
    }
}
