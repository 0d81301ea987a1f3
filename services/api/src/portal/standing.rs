//! How a case stands, for its applicant. Pure.
//!
//! When it is due, whether time stands still and whether it is late is what the engine says ([`Explanation`]); here it is put into words. Of what a
//! source sent only kinds, instants and codes are read.

use std::collections::BTreeSet;

use chrono_tz::Tz;
use mingjing_domain::Timestamp;
use mingjing_domain::definitions::{DefinitionSet, Effect, Flowchart, LimitKind, PowerItem};
use mingjing_domain::event::{CaseEvent, EventKind, Value};
use mingjing_domain::fact::CaseRecord;
use mingjing_domain::limit::Budget;
use mingjing_engine::explain::{Explanation, LimitStory, Measure};
use serde::Serialize;

use super::listing::body_of;
use super::words::{Phase, Words, overdue_reason};

/// What is known of a case.
pub(super) struct Known<'a> {
    pub record: &'a CaseRecord,
    /// In the order in which they are judged.
    pub events: &'a [CaseEvent<'static>],
    pub told: &'a Explanation,
    pub item: &'a PowerItem,
    pub set: &'a DefinitionSet,
    pub now: Timestamp,
    pub zone: Tz,
}

/// What its applicant is told. Every field is made of a published definition, an instant, a count or a code with words of its own.
#[derive(Debug, Serialize)]
pub(super) struct Progress {
    case_no: String,
    item: Named,
    body: Option<Reached>,
    office: Option<Reached>,
    state: Words,
    /// 环节, by its published name.
    step: Option<String>,
    steps: Vec<Stay>,
    received_at: Option<String>,
    accepted_at: Option<String>,
    closed_at: Option<String>,
    due_at: Option<String>,
    /// `promised` or `statutory`.
    due_by: Option<&'static str>,
    statutory_due_at: Option<String>,
    /// As published: `10个工作日`.
    limit: Option<String>,
    late: Option<Late>,
    pauses: Vec<Pause>,
}

#[derive(Debug, Serialize)]
struct Named {
    code: String,
    name: String,
}

#[derive(Debug, Serialize)]
struct Reached {
    name: String,
    phone: Option<String>,
    address: Option<String>,
}

/// One stay in a step.
#[derive(Debug, Serialize)]
struct Stay {
    name: String,
    from: String,
    until: Option<String>,
}

/// 超期.
#[derive(Debug, Serialize)]
struct Late {
    /// `promised` or `statutory`: what was overrun.
    by: &'static str,
    /// Calendar days.
    days: i64,
    /// What the office says of it; none where it has said nothing.
    reason: Option<Words>,
}

/// 暂停计时.
#[derive(Debug, Serialize)]
struct Pause {
    /// The special procedure, by its published name.
    reason: String,
    basis: Option<String>,
    from: String,
    until: Option<String>,
    planned_until: Option<String>,
    /// Calendar days so far.
    days: i64,
    running: bool,
}

/// Puts it into words.
pub(super) fn progress(known: &Known<'_>) -> Progress {
    let record = known.record;
    let counted = counted(known);
    let chart = chart_of(known);
    let pauses = pauses(known, &counted, chart);
    let run = run(known, chart);
    let phase = phase(&counted);
    let paused = pauses.iter().any(|pause| pause.running);
    let phase = match phase {
        Phase::Handling if paused => Phase::Paused,
        other => other,
    };
    let at = |instant: Timestamp| instant.to_rfc3339(known.zone);
    let step_name = |code: &str| {
        let steps = chart.map(|chart| chart.steps.iter());
        let found = steps.and_then(|mut steps| steps.find(|step| step.code.text == code));
        found.map(|step| step.name.clone())
    };
    let stays = record.visits.iter().filter_map(|visit| {
        Some(Stay {
            name: step_name(&visit.step)?,
            from: at(visit.started_at),
            until: visit.ended_at.map(at),
        })
    });
    let (body, office) = offices(known, chart);
    let due = run.due(record);
    Progress {
        case_no: record.case_no.clone(),
        item: Named {
            code: known.item.code.text.clone(),
            name: known.item.name.clone(),
        },
        body,
        office,
        state: phase.words(),
        step: record.step.as_deref().and_then(step_name),
        steps: stays.collect(),
        received_at: record.opened_at.map(at),
        accepted_at: record.accepted_at.map(at),
        closed_at: record.closed_at.map(at),
        due_at: due.map(|(due, _)| at(due)),
        due_by: due.map(|(_, by)| by),
        statutory_due_at: run.statutory.map(at),
        limit: run.limit(),
        late: run.late(known, &counted),
        pauses,
    }
}

/// The events that are part of the history that is judged: what was corrected, or is not to have happened yet, is not.
fn counted<'a>(known: &Known<'a>) -> Vec<&'a CaseEvent<'static>> {
    let stories = known.told.events.iter().filter(|story| story.counts);
    let ids: BTreeSet<&str> = stories.map(|story| story.event_id.as_str()).collect();
    let events = known.events.iter();
    events
        .filter(|event| ids.contains(&*event.event_id))
        .collect()
}

/// The version of the flowchart that the case is judged by.
fn chart_of<'a>(known: &Known<'a>) -> Option<&'a Flowchart> {
    let (id, version) = known.record.flowchart.as_deref()?.split_once('@')?;
    let charts = known.set.flowcharts.iter().map(|document| &document.value);
    charts
        .into_iter()
        .find(|chart| chart.id.text == id && chart.version == version)
}

/// What an ending leaves standing is the ending; what goes on with a case takes it back.
fn phase(counted: &[&CaseEvent<'_>]) -> Phase {
    counted
        .iter()
        .fold(Phase::Received, |phase, event| match event.kind {
            // Before it is accepted, or once it is begun again.
            EventKind::Applied if phase.ends_it() => Phase::Received,
            EventKind::SupplementDone if phase == Phase::Supplement => Phase::Received,
            EventKind::SupplementNotice if phase == Phase::Received => Phase::Supplement,
            EventKind::NotAccepted => Phase::NotAccepted,
            EventKind::Accepted | EventKind::Filed => Phase::Handling,
            EventKind::Decided => Phase::Decided,
            EventKind::Delivered if phase == Phase::Decided => Phase::Delivered,
            EventKind::Withdrawn => Phase::Withdrawn,
            EventKind::Voided => Phase::Voided,
            EventKind::Returned => Phase::Returned,
            EventKind::Transferred => Phase::Transferred,
            EventKind::Terminated => Phase::Terminated,
            EventKind::Merged => Phase::Merged,
            // Whoever ends a case otherwise closes its file too.
            EventKind::Closed if !phase.ends_it() => Phase::Closed,
            _ => phase,
        })
}

fn pauses(known: &Known<'_>, counted: &[&CaseEvent<'_>], chart: Option<&Flowchart>) -> Vec<Pause> {
    let mut found: Vec<(&CaseEvent<'_>, Option<Timestamp>)> = Vec::new();
    for event in counted {
        let kind = event.data.special.as_ref().map(|special| &*special.kind);
        match event.kind {
            EventKind::Suspend => found.push((*event, None)),
            EventKind::Resume => {
                let mut open = found.iter_mut().rev().filter(|(_, until)| until.is_none());
                let ended = open.find(|(begun, _)| {
                    let of = begun.data.special.as_ref().map(|special| &*special.kind);
                    kind.is_none() || kind == of
                });
                if let Some((_, until)) = ended {
                    *until = Some(event.occurred_at);
                }
            }
            _ => {}
        }
    }
    let ends =
        |event: &&&CaseEvent<'_>| matches!(event.kind, EventKind::Decided | EventKind::Closed);
    let over_at = counted.iter().rfind(ends).map(|event| event.occurred_at);
    let told = found.into_iter().map(|(begun, resumed_at)| {
        let special = begun.data.special.as_ref();
        let named = special.and_then(|special| {
            let mut all = chart?
                .special_procedures
                .iter()
                .filter(|one| one.effect == Effect::Suspend);
            all.find(|one| *one.kind.text == *special.kind || *one.name == *special.kind)
        });
        let planned_at = special.and_then(|special| special.planned_end);
        // Only planned time is credited, and none after the case is decided.
        let ends = [
            resumed_at,
            planned_at,
            over_at.filter(|over| *over >= begun.occurred_at),
        ];
        let until = ends
            .into_iter()
            .flatten()
            .min()
            .filter(|until| *until <= known.now);
        let at = |instant: Timestamp| instant.to_rfc3339(known.zone);
        Pause {
            reason: named.map_or_else(|| "特别程序".to_owned(), |one| one.name.clone()),
            basis: named.and_then(|one| one.legal_basis.clone()),
            from: at(begun.occurred_at),
            until: until.map(at),
            planned_until: planned_at.map(at),
            days: days(begun.occurred_at, until.unwrap_or(known.now), known.zone),
            running: until.is_none(),
        }
    });
    told.collect()
}

/// From one local day to another.
fn days(from: Timestamp, until: Timestamp, zone: Tz) -> i64 {
    (until.local_date(zone) - from.local_date(zone)).num_days()
}

/// The run of the limit of the whole case that counts: the one that is open, else the last.
#[derive(Default)]
struct Run {
    promised: Option<Timestamp>,
    statutory: Option<Timestamp>,
    stopped: bool,
    fell_away: bool,
    done_at: Option<Timestamp>,
    budget: Option<String>,
}

fn run(known: &Known<'_>, chart: Option<&Flowchart>) -> Run {
    let limits = chart.into_iter().flat_map(|chart| &chart.limits);
    let of_case = limits.filter(|limit| limit.kind == LimitKind::Case);
    let names: BTreeSet<&str> = of_case.map(|limit| limit.name.as_str()).collect();
    let stories = known.told.limits.iter();
    let of_case =
        stories.filter(|story| story.step.is_empty() && names.contains(story.limit.as_str()));
    let all: Vec<&LimitStory> = of_case.collect();
    let runs = |story: &&&LimitStory| matches!(story.state.as_str(), "open" | "stopped");
    let Some(counts) = all.iter().find(runs).or(all.last()) else {
        return Run::default();
    };
    // A promise and what the law sets may be watched apart.
    let same = all
        .iter()
        .filter(|story| (story.started_at, story.visit) == (counts.started_at, counts.visit));
    let same: Vec<&&LimitStory> = same.collect();
    let measures = || same.iter().flat_map(|story| &story.measures);
    let due = |of: &[&str]| {
        let mut of_basis = measures().filter(|m: &&Measure| of.contains(&m.basis.as_str()));
        of_basis.find_map(|m| m.due_at)
    };
    let budget = |of: &[&str]| {
        measures()
            .find(|m: &&Measure| of.contains(&m.basis.as_str()))
            .and_then(|m| m.limit.clone())
    };
    Run {
        promised: due(&["promised"]),
        statutory: due(&["statutory", "own_deadline"]),
        stopped: counts.state == "stopped",
        fell_away: counts.state == "fell_away",
        done_at: counts.done_at,
        budget: budget(&["promised"]).or_else(|| budget(&["statutory"])),
    }
}

impl Run {
    /// The earlier of what was promised and what the law sets; else what the case is known to be due by.
    fn due(&self, record: &CaseRecord) -> Option<(Timestamp, &'static str)> {
        if self.stopped {
            return None;
        }
        let promised = self.promised.map(|due| (due, "promised"));
        let statutory = self.statutory.map(|due| (due, "statutory"));
        let both = promised.into_iter().chain(statutory);
        both.min_by_key(|(due, _)| *due)
            .or(record.due_at.map(|due| (due, "statutory")))
    }

    fn limit(&self) -> Option<String> {
        let budget: Option<Budget> = self.budget.as_deref().and_then(|text| text.parse().ok());
        budget.map(Budget::text_zh)
    }

    /// Whether it is, or was done, beyond its day: the law's before the promised one, which is the graver.
    fn late(&self, known: &Known<'_>, counted: &[&CaseEvent<'_>]) -> Option<Late> {
        if self.stopped || self.fell_away {
            return None;
        }
        let by_law = self.statutory.map(|due| (due, "statutory"));
        let by_promise = self.promised.map(|due| (due, "promised"));
        let end = self.done_at.unwrap_or(known.now);
        let mut overrun = by_law
            .into_iter()
            .chain(by_promise)
            .filter(|(due, _)| end > *due);
        let (due, by) = overrun.next()?;
        let said = counted.iter().rev().find_map(|event| {
            match event.data.attributes.get("overdue_reason")? {
                Value::Text(code) => Some(overdue_reason(code)),
                _ => None,
            }
        });
        Some(Late {
            by,
            days: days(due, end, known.zone),
            reason: said,
        })
    }
}

/// The body and the office where the case lies, by their published names and numbers.
fn offices(known: &Known<'_>, chart: Option<&Flowchart>) -> (Option<Reached>, Option<Reached>) {
    let record = known.record;
    let own = record
        .org_code
        .as_deref()
        .and_then(|code| body_of(known.set, code));
    let body = own.or_else(|| body_of(known.set, &known.item.executing_body.text));
    let visited = record
        .visits
        .last()
        .and_then(|visit| visit.office.as_deref());
    let of_step = record.step.as_deref().and_then(|code| {
        let step = chart?.steps.iter().find(|step| step.code.text == code)?;
        step.office.as_deref()
    });
    let code = visited.or(of_step);
    let office = body.and_then(|body| {
        body.offices
            .iter()
            .find(|office| Some(office.code.text.as_str()) == code)
    });
    let told_body = body.map(|body| Reached {
        name: body.name.clone(),
        phone: body.phone.as_ref().map(ToString::to_string),
        address: body.address.clone(),
    });
    let told_office = office.map(|office| Reached {
        name: office.name.clone(),
        phone: office.phone.as_ref().map(ToString::to_string),
        address: None,
    });
    (told_body, told_office)
}
