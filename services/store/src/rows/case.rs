//! `cases`: one row a case, its stays in steps inside.

use mingjing_domain::Timestamp;
use mingjing_domain::definitions::PowerType;
use mingjing_domain::event::EventKind;
use mingjing_domain::fact::{CaseRecord, StepVisit};
use mingjing_domain::measures::{CaseMeasures, LimitMeasure, MeasureUnit};

use super::Place;
use crate::native::Native;
use crate::table::{Millis, instant, millis, table};

table! {
    /// A case as known now.
    CaseRow in "cases" {
        /// See [`CaseRecord::source`].
        source: String,
        /// See [`CaseRecord::case_no`].
        case_no: String,
        /// See [`CaseRecord::item_code`].
        item_code: Option<String>,
        /// See [`CaseRecord::org_code`].
        org_code: Option<String>,
        /// See [`CaseRecord::region_code`].
        region_code: Option<String>,
        /// See [`CaseRecord::flowchart`].
        flowchart: Option<String>,
        /// See [`CaseRecord::opened_at`].
        opened_at: Option<Millis>,
        /// See [`CaseRecord::accepted_at`].
        accepted_at: Option<Millis>,
        /// See [`CaseRecord::closed_at`].
        closed_at: Option<Millis>,
        /// See [`CaseRecord::due_at`].
        due_at: Option<Millis>,
        /// See [`CaseRecord::events`].
        events: u32,
        /// See [`CaseRecord::step`].
        step: Option<String>,
        /// See [`CaseRecord::visits`].
        visits: Vec<VisitRow>,
        /// See [`CaseMeasures::power_type`].
        power_type: Option<String>,
        /// See [`CaseMeasures::case_kind`].
        case_kind: Option<String>,
        /// See [`CaseMeasures::channel`].
        channel: Option<String>,
        /// See [`CaseMeasures::office`].
        office: Option<String>,
        /// See [`CaseMeasures::handler`].
        handler: Option<String>,
        /// See [`CaseMeasures::received_at`].
        received_at: Option<Millis>,
        /// See [`CaseMeasures::decided_at`].
        decided_at: Option<Millis>,
        /// See [`CaseMeasures::delivered_at`].
        delivered_at: Option<Millis>,
        /// See [`CaseMeasures::ending`].
        ending: Option<String>,
        /// See [`CaseMeasures::ended_at`].
        ended_at: Option<Millis>,
        /// See [`CaseMeasures::result`].
        result: Option<String>,
        /// See [`LimitMeasure::unit`].
        limit_unit: Option<String>,
        /// See [`LimitMeasure::started_at`].
        limit_started_at: Option<Millis>,
        /// See [`LimitMeasure::statutory`].
        statutory_limit: Option<u32>,
        /// See [`LimitMeasure::promised`].
        promised_limit: Option<u32>,
        /// See [`LimitMeasure::used`].
        used: Option<u32>,
        /// See [`LimitMeasure::statutory_due_at`].
        statutory_due_at: Option<Millis>,
        /// See [`LimitMeasure::promised_due_at`].
        promised_due_at: Option<Millis>,
        /// See [`LimitMeasure::done_at`].
        limit_done_at: Option<Millis>,
        /// See [`LimitMeasure::fell_at`].
        limit_fell_at: Option<Millis>,
        /// See [`CaseMeasures::suspended_ms`].
        suspended_ms: u64,
        /// See [`CaseMeasures::suspensions`].
        suspensions: u32,
        /// See [`CaseMeasures::extensions`].
        extensions: u32,
        /// See [`CaseMeasures::supplements`].
        supplements: u32,
        /// See [`CaseMeasures::events_late`].
        events_late: u32,
        /// See [`CaseMeasures::events_resent`].
        events_resent: u32,
        /// See [`CaseMeasures::events_reversed`].
        events_reversed: u32,
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

/// A stay in a step: a tuple inside its case's row, one row in the view `step_visits`.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
#[serde(from = "VisitTuple")]
pub struct VisitRow {
    /// See [`StepVisit::step`].
    pub step: String,
    /// See [`StepVisit::visit`].
    pub visit: u16,
    /// See [`StepVisit::started_at`].
    pub started_at: Millis,
    /// See [`StepVisit::ended_at`].
    pub ended_at: Option<Millis>,
    /// See [`StepVisit::due_at`].
    pub due_at: Option<Millis>,
    /// See [`StepVisit::office`].
    pub office: Option<String>,
    /// See [`StepVisit::actor`].
    pub actor: Option<String>,
}

/// A stay as the client hands it over: it knows tuples by place, not by name.
type VisitTuple = (
    String,
    u16,
    Millis,
    Option<Millis>,
    Option<Millis>,
    Option<String>,
    Option<String>,
);

impl From<VisitTuple> for VisitRow {
    fn from(tuple: VisitTuple) -> Self {
        let (step, visit, started_at, ended_at, due_at, office, actor) = tuple;
        VisitRow {
            step,
            visit,
            started_at,
            ended_at,
            due_at,
            office,
            actor,
        }
    }
}

impl Native for VisitRow {
    fn type_name() -> String {
        let instant = Millis::type_name();
        format!(
            "Tuple(String, UInt16, {instant}, Nullable({instant}), Nullable({instant}), Nullable(String), Nullable(String))"
        )
    }

    fn read_as() -> Option<String> {
        Some(Self::type_name())
    }

    fn write<'a>(values: impl Iterator<Item = &'a Self> + Clone, out: &mut Vec<u8>) {
        Native::write(values.clone().map(|v| &v.step), out);
        Native::write(values.clone().map(|v| &v.visit), out);
        Native::write(values.clone().map(|v| &v.started_at), out);
        Native::write(values.clone().map(|v| &v.ended_at), out);
        Native::write(values.clone().map(|v| &v.due_at), out);
        Native::write(values.clone().map(|v| &v.office), out);
        Native::write(values.map(|v| &v.actor), out);
    }
}

impl CaseRow {
    /// The row of a case that was concluded at `place` when the partition's clock stood at `at`.
    pub fn new(case: CaseRecord, at: Timestamp, place: &Place) -> Self {
        let measures = case.measures;
        let limit = measures.limit.as_ref();
        CaseRow {
            power_type: measures.power_type.map(|kind| kind.code().to_owned()),
            limit_unit: limit.map(|l| l.unit.code().to_owned()),
            limit_started_at: millis(limit.map(|l| l.started_at)),
            statutory_limit: limit.and_then(|l| l.statutory),
            promised_limit: limit.and_then(|l| l.promised),
            used: limit.and_then(|l| l.used),
            statutory_due_at: millis(limit.and_then(|l| l.statutory_due_at)),
            promised_due_at: millis(limit.and_then(|l| l.promised_due_at)),
            limit_done_at: millis(limit.and_then(|l| l.done_at)),
            limit_fell_at: millis(limit.and_then(|l| l.fell_at)),
            case_kind: measures.case_kind,
            channel: measures.channel,
            office: measures.office,
            handler: measures.handler,
            received_at: millis(measures.received_at),
            decided_at: millis(measures.decided_at),
            delivered_at: millis(measures.delivered_at),
            ending: measures.ending.map(|kind| kind.code().to_owned()),
            ended_at: millis(measures.ended_at),
            result: measures.result,
            suspended_ms: measures.suspended_ms,
            suspensions: measures.suspensions,
            extensions: measures.extensions,
            supplements: measures.supplements,
            events_late: measures.events_late,
            events_resent: measures.events_resent,
            events_reversed: measures.events_reversed,
            opened_at: millis(case.opened_at),
            accepted_at: millis(case.accepted_at),
            closed_at: millis(case.closed_at),
            due_at: millis(case.due_at),
            visits: case.visits.into_iter().map(VisitRow::from).collect(),
            source: case.source,
            case_no: case.case_no,
            item_code: case.item_code,
            org_code: case.org_code,
            region_code: case.region_code,
            flowchart: case.flowchart,
            events: case.events,
            step: case.step,
            updated_at: at.into(),
            log_id: place.log_id.clone(),
            log_partition: place.partition,
            log_offset: place.offset,
            log_n: place.n,
            version: place.fact_offset,
        }
    }
}

impl From<CaseRow> for CaseRecord {
    fn from(row: CaseRow) -> Self {
        let unit = row.limit_unit.as_deref().and_then(MeasureUnit::from_code);
        let limit = unit.and_then(|unit| {
            Some(LimitMeasure {
                unit,
                started_at: instant(row.limit_started_at)?,
                statutory: row.statutory_limit,
                promised: row.promised_limit,
                used: row.used,
                statutory_due_at: instant(row.statutory_due_at),
                promised_due_at: instant(row.promised_due_at),
                done_at: instant(row.limit_done_at),
                fell_at: instant(row.limit_fell_at),
            })
        });
        let measures = CaseMeasures {
            power_type: row.power_type.as_deref().and_then(PowerType::from_code),
            case_kind: row.case_kind,
            channel: row.channel,
            office: row.office,
            handler: row.handler,
            received_at: instant(row.received_at),
            decided_at: instant(row.decided_at),
            delivered_at: instant(row.delivered_at),
            ending: row.ending.as_deref().and_then(EventKind::from_code),
            ended_at: instant(row.ended_at),
            result: row.result,
            limit,
            suspended_ms: row.suspended_ms,
            suspensions: row.suspensions,
            extensions: row.extensions,
            supplements: row.supplements,
            events_late: row.events_late,
            events_resent: row.events_resent,
            events_reversed: row.events_reversed,
        };
        CaseRecord {
            measures,
            opened_at: instant(row.opened_at),
            accepted_at: instant(row.accepted_at),
            closed_at: instant(row.closed_at),
            due_at: instant(row.due_at),
            visits: row.visits.into_iter().map(StepVisit::from).collect(),
            source: row.source,
            case_no: row.case_no,
            item_code: row.item_code,
            org_code: row.org_code,
            region_code: row.region_code,
            flowchart: row.flowchart,
            events: row.events,
            step: row.step,
        }
    }
}

impl From<StepVisit> for VisitRow {
    fn from(visit: StepVisit) -> Self {
        VisitRow {
            step: visit.step,
            visit: visit.visit,
            started_at: visit.started_at.into(),
            ended_at: millis(visit.ended_at),
            due_at: millis(visit.due_at),
            office: visit.office,
            actor: visit.actor,
        }
    }
}

impl From<VisitRow> for StepVisit {
    fn from(row: VisitRow) -> Self {
        StepVisit {
            step: row.step,
            visit: row.visit,
            started_at: row.started_at.into(),
            ended_at: instant(row.ended_at),
            due_at: instant(row.due_at),
            office: row.office,
            actor: row.actor,
        }
    }
}
