//! `alert_history`: one row a change of an alert.

use mingjing_domain::Timestamp;
use mingjing_domain::alert::{AlertRecord, Level, Status};
use mingjing_domain::disposition::DispositionState;
use mingjing_domain::fact::{Cause, Change};

use super::alert::{automatic_code, disposition_code};
use super::{Place, from_code};
use crate::Error;
use crate::table::{Millis, Table, instant, millis, table};

table! {
    /// A change of an alert.
    AlertHistoryRow in "alert_history" {
        /// The alert.
        alert_id: String,
        /// From 1; with the alert's id it names the change.
        revision: u32,
        /// The alert's source.
        source: String,
        /// The alert's case.
        case_no: String,
        /// The code of what became of it.
        change: String,
        /// The kind of cause.
        cause: String,
        /// The event's id, or the version now in force.
        cause_ref: Option<String>,
        /// The partition's clock when it was concluded.
        changed_at: Millis,
        /// The code of its level since then.
        level: String,
        /// The code of its status since then.
        status: String,
        /// The deadline as known then.
        due_at: Option<Millis>,
        /// The breach as known then.
        breached_at: Option<Millis>,
        /// The completion as known then.
        completed_at: Option<Millis>,
        /// Why it ended or was withdrawn.
        reason: Option<String>,
        /// The code of the status that the platform alone would give it; empty where it is the same.
        automatic: String,
        /// The code of where it stands with people; empty where nobody did anything.
        disposition: String,
        /// See [`Place::log_id`].
        log_id: String,
        /// See [`Place::partition`].
        log_partition: u16,
        /// See [`Place::offset`].
        log_offset: u64,
        /// See [`Place::n`].
        log_n: u32,
        /// See [`Place::fact_offset`].
        version: u64,
    }
}

/// A change of an alert, as a reader of its history sees it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct HistoryEntry {
    /// From 1.
    pub revision: u32,
    /// What became of it.
    pub change: Change,
    /// Why.
    pub cause: Cause,
    /// The partition's clock when it was concluded.
    pub at: Timestamp,
    /// Its level since then.
    pub level: Level,
    /// Its status since then.
    pub status: Status,
    /// The deadline as known then.
    pub due_at: Option<Timestamp>,
    /// The breach as known then.
    pub breached_at: Option<Timestamp>,
    /// The completion as known then.
    pub completed_at: Option<Timestamp>,
    /// Why it ended or was withdrawn.
    pub reason: Option<String>,
    /// The status that the platform alone would give it since then.
    pub automatic: Status,
    /// Where it stands with people since then; none where nobody did anything.
    pub disposition: Option<DispositionState>,
}

impl AlertHistoryRow {
    /// The row of a change that was concluded at `place` when the partition's clock stood at `at`.
    pub fn new(
        alert: &AlertRecord,
        change: Change,
        cause: &Cause,
        revision: u32,
        at: Timestamp,
        place: &Place,
    ) -> Self {
        let (cause, cause_ref) = cause_columns(cause);
        let recheck = alert.disposition.as_ref().map(|d| &d.recheck_reason);
        let reason = match alert.status {
            Status::Ended => &alert.ended_reason,
            Status::Withdrawn | Status::Cancelled => &alert.withdrawn_reason,
            Status::Pending | Status::Issued | Status::Review => recheck.unwrap_or(&None),
        };
        AlertHistoryRow {
            alert_id: alert.alert_id.clone(),
            revision,
            source: alert.source.clone(),
            case_no: alert.case_no.clone(),
            change: change_code(change).into(),
            cause: cause.into(),
            cause_ref,
            changed_at: at.into(),
            level: alert.level.code().into(),
            status: alert.status.code().into(),
            due_at: millis(alert.due_at),
            breached_at: millis(alert.breached_at),
            completed_at: millis(alert.completed_at),
            reason: reason.clone(),
            automatic: automatic_code(alert).into(),
            disposition: disposition_code(alert).into(),
            log_id: place.log_id.clone(),
            log_partition: place.partition,
            log_offset: place.offset,
            log_n: place.n,
            version: place.fact_offset,
        }
    }
}

impl TryFrom<AlertHistoryRow> for HistoryEntry {
    type Error = Error;

    /// # Errors
    /// [`Error::Damaged`] for a code this version does not know.
    fn try_from(row: AlertHistoryRow) -> Result<Self, Error> {
        let automatic = match row.automatic.as_str() {
            "" => &row.status,
            other => other,
        };
        let disposition = Some(&*row.disposition).filter(|code| !code.is_empty());
        let disposition =
            disposition.map(|code| from_code(AlertHistoryRow::TABLE, "disposition", code));
        Ok(HistoryEntry {
            automatic: from_code(AlertHistoryRow::TABLE, "automatic", automatic)?,
            disposition: disposition.transpose()?,
            revision: row.revision,
            change: from_code(AlertHistoryRow::TABLE, "change", &row.change)?,
            cause: cause_of(&row.cause, row.cause_ref)?,
            at: row.changed_at.into(),
            level: from_code(AlertHistoryRow::TABLE, "level", &row.level)?,
            status: from_code(AlertHistoryRow::TABLE, "status", &row.status)?,
            due_at: instant(row.due_at),
            breached_at: instant(row.breached_at),
            completed_at: instant(row.completed_at),
            reason: row.reason,
        })
    }
}

const fn change_code(change: Change) -> &'static str {
    match change {
        Change::Raised => "raised",
        Change::Issued => "issued",
        Change::Escalated => "escalated",
        Change::Revised => "revised",
        Change::Ended => "ended",
        Change::Reopened => "reopened",
        Change::Withdrawn => "withdrawn",
        Change::Cancelled => "cancelled",
        Change::SentToReview => "sent_to_review",
        Change::Disposed => "disposed",
    }
}

fn cause_columns(cause: &Cause) -> (&'static str, Option<String>) {
    match cause {
        Cause::Event { event_id } => ("event", Some(event_id.clone())),
        Cause::Clock => ("clock", None),
        Cause::SourceComplete => ("source_complete", None),
        Cause::CalendarChange { version } => ("calendar_change", Some(version.clone())),
        Cause::DefinitionsChange { version } => ("definitions_change", Some(version.clone())),
        Cause::Command { id } => ("command", Some(id.clone())),
        Cause::EngineChange { version } => ("engine_change", Some(version.clone())),
    }
}

fn cause_of(kind: &str, reference: Option<String>) -> Result<Cause, Error> {
    Ok(match (kind, reference) {
        ("event", Some(event_id)) => Cause::Event { event_id },
        ("clock", None) => Cause::Clock,
        ("source_complete", None) => Cause::SourceComplete,
        ("calendar_change", Some(version)) => Cause::CalendarChange { version },
        ("definitions_change", Some(version)) => Cause::DefinitionsChange { version },
        ("command", Some(id)) => Cause::Command { id },
        ("engine_change", Some(version)) => Cause::EngineChange { version },
        (kind, _) => return Err(Error::damaged(AlertHistoryRow::TABLE, "cause", kind)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_change_and_cause_reads_back() {
        for change in [
            Change::Raised,
            Change::Issued,
            Change::Escalated,
            Change::Revised,
            Change::Ended,
            Change::Reopened,
            Change::Withdrawn,
            Change::Cancelled,
            Change::SentToReview,
            Change::Disposed,
        ] {
            assert_eq!(
                from_code::<Change>("t", "c", change_code(change)).unwrap(),
                change
            );
        }
        let version = "2026.2".to_owned();
        for cause in [
            Cause::Event {
                event_id: "e-1".into(),
            },
            Cause::Clock,
            Cause::SourceComplete,
            Cause::CalendarChange {
                version: version.clone(),
            },
            Cause::DefinitionsChange {
                version: version.clone(),
            },
            Cause::Command {
                id: version.clone(),
            },
            Cause::EngineChange { version },
        ] {
            let (kind, reference) = cause_columns(&cause);
            assert_eq!(cause_of(kind, reference).unwrap(), cause);
        }
        assert!(cause_of("event", None).is_err());
    }
}
