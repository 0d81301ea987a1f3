//! `case_states`: every state that a case had: what statistics counted of it at any position of the log.

use super::{CaseRow, VisitRow};
use crate::table::{Millis, table};

table! {
    /// A case as it was known at a position of the log.
    CaseStateRow in "case_states" {
        /// As in [`CaseRow::source`].
        source: String,
        /// As in [`CaseRow::case_no`].
        case_no: String,
        /// As in [`CaseRow::item_code`].
        item_code: Option<String>,
        /// As in [`CaseRow::org_code`].
        org_code: Option<String>,
        /// As in [`CaseRow::region_code`].
        region_code: Option<String>,
        /// As in [`CaseRow::opened_at`].
        opened_at: Option<Millis>,
        /// As in [`CaseRow::accepted_at`].
        accepted_at: Option<Millis>,
        /// As in [`CaseRow::closed_at`].
        closed_at: Option<Millis>,
        /// As in [`CaseRow::events`].
        events: u32,
        /// As in [`CaseRow::visits`].
        visits: Vec<VisitRow>,
        /// How many they are: a program that knows of no stays does not say so, and is refused.
        stays: u32,
        /// As in [`CaseRow::power_type`].
        power_type: Option<String>,
        /// As in [`CaseRow::case_kind`].
        case_kind: Option<String>,
        /// As in [`CaseRow::channel`].
        channel: Option<String>,
        /// As in [`CaseRow::office`].
        office: Option<String>,
        /// As in [`CaseRow::handler`].
        handler: Option<String>,
        /// As in [`CaseRow::received_at`].
        received_at: Option<Millis>,
        /// As in [`CaseRow::decided_at`].
        decided_at: Option<Millis>,
        /// As in [`CaseRow::delivered_at`].
        delivered_at: Option<Millis>,
        /// As in [`CaseRow::ending`].
        ending: Option<String>,
        /// As in [`CaseRow::ended_at`].
        ended_at: Option<Millis>,
        /// As in [`CaseRow::result`].
        result: Option<String>,
        /// As in [`CaseRow::limit_unit`].
        limit_unit: Option<String>,
        /// As in [`CaseRow::limit_started_at`].
        limit_started_at: Option<Millis>,
        /// As in [`CaseRow::statutory_limit`].
        statutory_limit: Option<u32>,
        /// As in [`CaseRow::promised_limit`].
        promised_limit: Option<u32>,
        /// As in [`CaseRow::used`].
        used: Option<u32>,
        /// As in [`CaseRow::statutory_due_at`].
        statutory_due_at: Option<Millis>,
        /// As in [`CaseRow::promised_due_at`].
        promised_due_at: Option<Millis>,
        /// As in [`CaseRow::limit_done_at`].
        limit_done_at: Option<Millis>,
        /// As in [`CaseRow::limit_fell_at`].
        limit_fell_at: Option<Millis>,
        /// As in [`CaseRow::suspended_ms`].
        suspended_ms: u64,
        /// As in [`CaseRow::suspensions`].
        suspensions: u32,
        /// As in [`CaseRow::extensions`].
        extensions: u32,
        /// As in [`CaseRow::supplements`].
        supplements: u32,
        /// As in [`CaseRow::events_late`].
        events_late: u32,
        /// As in [`CaseRow::events_resent`].
        events_resent: u32,
        /// As in [`CaseRow::events_reversed`].
        events_reversed: u32,
        /// As in [`CaseRow::updated_at`].
        updated_at: Millis,
        /// As in [`CaseRow::log_id`].
        log_id: String,
        /// As in [`CaseRow::log_partition`].
        log_partition: u16,
        /// As in [`CaseRow::version`].
        version: u64,
    }
}

impl From<&CaseRow> for CaseStateRow {
    fn from(row: &CaseRow) -> Self {
        CaseStateRow {
            source: row.source.clone(),
            case_no: row.case_no.clone(),
            item_code: row.item_code.clone(),
            org_code: row.org_code.clone(),
            region_code: row.region_code.clone(),
            opened_at: row.opened_at,
            accepted_at: row.accepted_at,
            closed_at: row.closed_at,
            events: row.events,
            visits: row.visits.clone(),
            stays: u32::try_from(row.visits.len()).unwrap_or(u32::MAX),
            power_type: row.power_type.clone(),
            case_kind: row.case_kind.clone(),
            channel: row.channel.clone(),
            office: row.office.clone(),
            handler: row.handler.clone(),
            received_at: row.received_at,
            decided_at: row.decided_at,
            delivered_at: row.delivered_at,
            ending: row.ending.clone(),
            ended_at: row.ended_at,
            result: row.result.clone(),
            limit_unit: row.limit_unit.clone(),
            limit_started_at: row.limit_started_at,
            statutory_limit: row.statutory_limit,
            promised_limit: row.promised_limit,
            used: row.used,
            statutory_due_at: row.statutory_due_at,
            promised_due_at: row.promised_due_at,
            limit_done_at: row.limit_done_at,
            limit_fell_at: row.limit_fell_at,
            suspended_ms: row.suspended_ms,
            suspensions: row.suspensions,
            extensions: row.extensions,
            supplements: row.supplements,
            events_late: row.events_late,
            events_resent: row.events_resent,
            events_reversed: row.events_reversed,
            updated_at: row.updated_at,
            log_id: row.log_id.clone(),
            log_partition: row.log_partition,
            version: row.version,
        }
    }
}
