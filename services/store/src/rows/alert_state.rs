//! `alert_states`: every state that an alert had, with what decides whether it counts: what statistics say of its case at any position of the log.

use super::AlertRow;
use crate::table::{Millis, table};

table! {
    /// An alert as it was known at a position of the log.
    AlertStateRow in "alert_states" {
        /// As in [`AlertRow::source`].
        source: String,
        /// As in [`AlertRow::case_no`].
        case_no: String,
        /// As in [`AlertRow::alert_id`].
        alert_id: String,
        /// As in [`AlertRow::subject_kind`].
        subject_kind: String,
        /// As in [`AlertRow::level`].
        level: String,
        /// As in [`AlertRow::status`].
        status: String,
        /// As in [`AlertRow::issued_at`].
        issued_at: Option<Millis>,
        /// As in [`AlertRow::disposition`].
        disposition: String,
        /// As in [`AlertRow::log_id`].
        log_id: String,
        /// As in [`AlertRow::log_partition`].
        log_partition: u16,
        /// As in [`AlertRow::version`].
        version: u64,
    }
}

impl From<&AlertRow> for AlertStateRow {
    fn from(row: &AlertRow) -> Self {
        AlertStateRow {
            source: row.source.clone(),
            case_no: row.case_no.clone(),
            alert_id: row.alert_id.clone(),
            subject_kind: row.subject_kind.clone(),
            level: row.level.clone(),
            status: row.status.clone(),
            issued_at: row.issued_at,
            disposition: row.disposition.clone(),
            log_id: row.log_id.clone(),
            log_partition: row.log_partition,
            version: row.version,
        }
    }
}
