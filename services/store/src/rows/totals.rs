//! `control_totals`: how many events a source says it has made on a day.

use crate::table::table;

table! {
    /// One line of a source's control totals.
    TotalsRow in "control_totals" {
        /// The source.
        source: String,
        /// The local day on which the events occurred, like `2026-11-26`.
        day: String,
        /// Of one day the greatest counts, of equal ones the last.
        data_version: u32,
        /// As the source sends it; empty: events that name no item.
        item_code: String,
        /// The type's code; empty in the row that says that the day was told at all.
        kind: String,
        /// Events made.
        events: u64,
        /// The incarnation of the log.
        log_id: String,
        /// The partition of `mj.log`.
        log_partition: u16,
        /// The offset in `mj.log`.
        log_offset: u64,
        /// The offset in `mj.log`.
        version: u64,
    }
}

/// What a source says of one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayTotals {
    /// The source.
    pub source: String,
    /// The day, like `2026-11-26`.
    pub day: String,
    /// Of one day the greatest counts.
    pub data_version: u32,
    /// Item (empty: none), type, events.
    pub lines: Vec<(String, String, u64)>,
}

impl TotalsRow {
    /// The rows of a record at this position: one for the day, and one a line.
    pub fn of(totals: DayTotals, log_id: &str, partition: u16, offset: u64) -> Vec<Self> {
        let row = |(item_code, kind, events): (String, String, u64)| TotalsRow {
            source: totals.source.clone(),
            day: totals.day.clone(),
            data_version: totals.data_version,
            item_code,
            kind,
            events,
            log_id: log_id.into(),
            log_partition: partition,
            log_offset: offset,
            version: offset,
        };
        let told = std::iter::once((String::new(), String::new(), 0));
        told.chain(totals.lines.clone()).map(row).collect()
    }
}
