//! `alerts`: one row an alert, as it stands now.

use mingjing_domain::Timestamp;
use mingjing_domain::alert::AlertRecord;

use super::{Place, from_code, from_json, to_json};
use crate::Error;
use crate::table::{Millis, Table, instant, millis, table};

table! {
    /// An alert: the columns of the export record, then its revision and position.
    AlertRow in "alerts" {
        /// See [`AlertRecord::alert_id`].
        alert_id: String,
        /// See [`AlertRecord::subject_kind`].
        subject_kind: String,
        /// See [`AlertRecord::source`].
        source: String,
        /// See [`AlertRecord::case_no`].
        case_no: String,
        /// See [`AlertRecord::item_code`].
        item_code: Option<String>,
        /// See [`AlertRecord::org_code`].
        org_code: Option<String>,
        /// See [`AlertRecord::region_code`].
        region_code: Option<String>,
        /// See [`AlertRecord::responsible_org`].
        responsible_org: Option<String>,
        /// See [`AlertRecord::responsible_office`].
        responsible_office: Option<String>,
        /// See [`AlertRecord::responsible_actor`].
        responsible_actor: Option<String>,
        /// See [`AlertRecord::control_point`].
        control_point: String,
        /// See [`AlertRecord::rule`].
        rule: String,
        /// See [`AlertRecord::step`].
        step: String,
        /// See [`AlertRecord::visit`].
        visit: u16,
        /// The code of [`AlertRecord::level`].
        level: String,
        /// The code of [`AlertRecord::status`].
        status: String,
        /// See [`AlertRecord::due_at`].
        due_at: Option<Millis>,
        /// See [`AlertRecord::breached_at`].
        breached_at: Option<Millis>,
        /// See [`AlertRecord::raised_at`].
        raised_at: Millis,
        /// See [`AlertRecord::issued_at`].
        issued_at: Option<Millis>,
        /// See [`AlertRecord::completed_at`].
        completed_at: Option<Millis>,
        /// See [`AlertRecord::ended_at`].
        ended_at: Option<Millis>,
        /// See [`AlertRecord::ended_reason`].
        ended_reason: Option<String>,
        /// See [`AlertRecord::withdrawn_at`].
        withdrawn_at: Option<Millis>,
        /// See [`AlertRecord::withdrawn_reason`].
        withdrawn_reason: Option<String>,
        /// See [`AlertRecord::statutory`].
        statutory: Option<bool>,
        /// See [`AlertRecord::legal_basis`].
        legal_basis: Option<String>,
        /// See [`AlertRecord::limit`].
        limit: Option<String>,
        /// See [`AlertRecord::answer_due_at`].
        answer_due_at: Option<Millis>,
        /// See [`AlertRecord::definitions_version`].
        definitions_version: String,
        /// See [`AlertRecord::calendar_version`].
        calendar_version: String,
        /// See [`AlertRecord::engine_version`].
        engine_version: String,
        /// See [`AlertRecord::message`].
        message: String,
        /// [`AlertRecord::evidence`] as a JSON array.
        evidence: String,
        /// The code of the status that the platform alone would give it; empty where it is the same.
        automatic: String,
        /// The code of where it stands with people; empty where nobody did anything.
        disposition: String,
        /// The code of the conclusion that carries; empty where none does.
        conclusion: String,
        /// [`AlertRecord::disposition`] as a JSON object; empty where nobody did anything.
        handling: String,
        /// How many times it has changed, from 1.
        revision: u32,
        /// The partition's clock when that was concluded.
        updated_at: Millis,
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

impl AlertRow {
    /// What to select for lists: without the evidence, which no list shows and which is the most of what lies in the table. Reading
    /// it only to drop it was a third of the cost of a page of 100,000 alerts.
    pub(crate) fn select_list_in_brief() -> String {
        Self::select_list().replace("`evidence`", "'[]' AS `evidence`")
    }

    /// The row of an alert that was concluded at `place` when the partition's clock stood at `at`.
    pub fn new(alert: AlertRecord, revision: u32, at: Timestamp, place: &Place) -> Self {
        AlertRow {
            level: alert.level.code().into(),
            status: alert.status.code().into(),
            due_at: millis(alert.due_at),
            breached_at: millis(alert.breached_at),
            raised_at: alert.raised_at.into(),
            issued_at: millis(alert.issued_at),
            completed_at: millis(alert.completed_at),
            ended_at: millis(alert.ended_at),
            withdrawn_at: millis(alert.withdrawn_at),
            answer_due_at: millis(alert.answer_due_at),
            evidence: to_json(&alert.evidence),
            automatic: automatic_code(&alert).into(),
            disposition: disposition_code(&alert).into(),
            conclusion: conclusion_code(&alert).into(),
            handling: alert.disposition.as_ref().map_or(String::new(), to_json),
            alert_id: alert.alert_id,
            subject_kind: alert.subject_kind,
            source: alert.source,
            case_no: alert.case_no,
            item_code: alert.item_code,
            org_code: alert.org_code,
            region_code: alert.region_code,
            responsible_org: alert.responsible_org,
            responsible_office: alert.responsible_office,
            responsible_actor: alert.responsible_actor,
            control_point: alert.control_point,
            rule: alert.rule,
            step: alert.step,
            visit: alert.visit,
            ended_reason: alert.ended_reason,
            withdrawn_reason: alert.withdrawn_reason,
            statutory: alert.statutory,
            legal_basis: alert.legal_basis,
            limit: alert.limit,
            definitions_version: alert.definitions_version,
            calendar_version: alert.calendar_version,
            engine_version: alert.engine_version,
            message: alert.message,
            revision,
            updated_at: at.into(),
            log_id: place.log_id.clone(),
            log_partition: place.partition,
            log_offset: place.offset,
            log_n: place.n,
            version: place.fact_offset,
        }
    }
}

impl TryFrom<AlertRow> for AlertRecord {
    type Error = Error;

    /// # Errors
    /// [`Error::Damaged`] for a level, a status or evidence this version does not know.
    fn try_from(row: AlertRow) -> Result<Self, Error> {
        Ok(AlertRecord {
            level: from_code(AlertRow::TABLE, "level", &row.level)?,
            status: from_code(AlertRow::TABLE, "status", &row.status)?,
            evidence: from_json(AlertRow::TABLE, "evidence", &row.evidence)?,
            disposition: match row.handling.as_str() {
                "" => None,
                json => Some(from_json(AlertRow::TABLE, "handling", json)?),
            },
            due_at: instant(row.due_at),
            breached_at: instant(row.breached_at),
            raised_at: row.raised_at.into(),
            issued_at: instant(row.issued_at),
            completed_at: instant(row.completed_at),
            ended_at: instant(row.ended_at),
            withdrawn_at: instant(row.withdrawn_at),
            answer_due_at: instant(row.answer_due_at),
            alert_id: row.alert_id,
            subject_kind: row.subject_kind,
            source: row.source,
            case_no: row.case_no,
            item_code: row.item_code,
            org_code: row.org_code,
            region_code: row.region_code,
            responsible_org: row.responsible_org,
            responsible_office: row.responsible_office,
            responsible_actor: row.responsible_actor,
            control_point: row.control_point,
            rule: row.rule,
            step: row.step,
            visit: row.visit,
            ended_reason: row.ended_reason,
            withdrawn_reason: row.withdrawn_reason,
            statutory: row.statutory,
            legal_basis: row.legal_basis,
            limit: row.limit,
            definitions_version: row.definitions_version,
            calendar_version: row.calendar_version,
            engine_version: row.engine_version,
            message: row.message,
        })
    }
}

/// The code of the status that the platform alone would give an alert; empty where it is the one it has.
pub(super) fn automatic_code(alert: &AlertRecord) -> &'static str {
    match alert.automatic_status() {
        same if same == alert.status => "",
        other => other.code(),
    }
}

/// The code of where an alert stands with people; empty where nobody did anything.
pub(super) fn disposition_code(alert: &AlertRecord) -> &'static str {
    alert.disposition.as_ref().map_or("", |d| d.state.code())
}

fn conclusion_code(alert: &AlertRecord) -> &'static str {
    let conclusion = alert.disposition.as_ref().and_then(|d| d.conclusion());
    conclusion.map_or("", |c| c.code())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_reads_everything_but_the_evidence() {
        let (whole, brief) = (AlertRow::select_list(), AlertRow::select_list_in_brief());
        let columns = |list: &str| list.split(", ").map(str::to_owned).collect::<Vec<_>>();
        let pairs = columns(&whole).into_iter().zip(columns(&brief));
        let other: Vec<_> = pairs.filter(|(whole, brief)| whole != brief).collect();
        let evidence = ("`evidence`".to_owned(), "'[]' AS `evidence`".to_owned());
        assert_eq!(other, [evidence]);
        assert_eq!(columns(&whole).len(), columns(&brief).len());
    }
}
