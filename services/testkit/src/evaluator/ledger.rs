//! The ledger of a limit: what stopped it and what lengthened it, and the due instant that follows.

use mingjing_domain::Timestamp;
use mingjing_domain::calendar::WorkCalendar;
use mingjing_domain::deadline::{self, Deadline, Extension, Ledger, Suspension};
use mingjing_domain::definitions::{Effect, Flowchart, Limit, LimitKind, Name, SpecialProcedure};
use mingjing_domain::event::{CaseEvent, EventKind, Special};
use mingjing_domain::limit::Budget;

use super::SlowEvaluator;
use super::history::Case;
use super::stays::Course;

/// A due instant with the ledger that led to it.
pub(super) struct Due {
    pub deadline: Deadline,
    pub suspensions: Vec<Suspension<'static>>,
    pub extensions: Vec<Extension<'static>>,
}

impl Due {
    pub fn ledger(&self) -> Ledger<'_> {
        Ledger {
            suspensions: &self.suspensions,
            extensions: &self.extensions,
        }
    }
}

impl SlowEvaluator<'_> {
    /// The due instant of a stay for one budget.
    pub(super) fn due(
        &self,
        case: &Case<'_>,
        flowchart: &Flowchart,
        limit: &Limit,
        course: &Course,
        budget: Budget,
    ) -> Due {
        self.due_by(case, flowchart, limit, course, budget, Known::Now)
    }

    /// The due instant by what is known of each entry. Whether an extension was granted in time is a matter of what is told now.
    pub(super) fn due_by(
        &self,
        case: &Case<'_>,
        flowchart: &Flowchart,
        limit: &Limit,
        course: &Course,
        budget: Budget,
        known: Known,
    ) -> Due {
        let calendar = self.definitions.calendar_of(case, &flowchart.calendar);
        let start = course.start_at(case);
        let entered = suspensions(case, flowchart, limit, course, calendar);
        let suspensions: Vec<_> = entered.iter().map(|e| e.suspension).collect();
        let mut credited: Vec<usize> = Vec::new();
        let mut extensions: Vec<Extension<'static>> = Vec::new();
        let mut used: Vec<&str> = Vec::new();
        for (index, kind, more) in asked_extensions(case, flowchart, limit, course) {
            let ledger = Ledger {
                suspensions: &suspensions,
                extensions: &extensions,
            };
            let Some(legal) = legal_budget(limit) else {
                break;
            };
            let at = case.events[index].occurred_at;
            let then_due = deadline::deadline(calendar, start, legal, &ledger).due_at;
            if !used.contains(&kind) && at.floor_second() <= then_due {
                used.push(kind);
                credited.push(index);
                extensions.push(Extension {
                    budget: more,
                    label: "",
                });
            }
        }
        let suspension = |entered: Entered<'_>| match known {
            Known::Now => Some(entered.suspension),
            Known::InTime => {
                let suspension = entered.suspension;
                let end = end_in_time(case, flowchart, entered.index, calendar)?;
                let gone = case.gone_too_late().into_iter().map(|(record, _)| record);
                let resumed = gone
                    .filter(|e| e.kind == EventKind::Resume && means(e, entered.kind))
                    .map(|e| e.occurred_at)
                    .filter(|at| *at >= suspension.from);
                let ends = resumed.chain([end, suspension.to]);
                Some(Suspension {
                    to: ends.min()?,
                    ..suspension
                })
            }
        };
        let suspensions: Vec<_> = entered.into_iter().filter_map(suspension).collect();
        let extension = |(index, extension): (usize, Extension<'static>)| match known {
            Known::Now => Some(extension),
            Known::InTime => {
                let count = granted_in_time(case, flowchart, index, extension.budget)?;
                let unit = extension.budget.unit;
                let budget = Budget::new(count.min(extension.budget.count), unit);
                Some(Extension {
                    budget,
                    ..extension
                })
            }
        };
        let credited = credited.into_iter().zip(extensions);
        let extensions: Vec<_> = credited.filter_map(extension).collect();
        let ledger = Ledger {
            suspensions: &suspensions,
            extensions: &extensions,
        };
        Due {
            deadline: deadline::deadline(calendar, start, budget, &ledger),
            suspensions,
            extensions,
        }
    }
}

/// The budget by whose due instant extensions and supplements are in time.
pub(super) fn legal_budget(limit: &Limit) -> Option<Budget> {
    limit.statutory.or(limit.promised).or(limit.at_least)
}

/// What of an entry is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// What is told now.
    Now,
    /// What was told within the source's allowance after it happened.
    InTime,
}

/// The procedure that a record names, where it enters one.
fn entered<'a>(
    record: &'a CaseEvent<'static>,
    flowchart: &'a Flowchart,
) -> Option<(&'a Special<'static>, &'a SpecialProcedure)> {
    let special = record.data.special.as_ref()?;
    let mut procedures = flowchart.special_procedures.iter();
    Some((special, procedures.find(|p| *p.kind == *special.kind)?))
}

/// The versions told in time that enter the same procedure as the event does.
fn told_in_time<'a>(
    case: &'a Case<'_>,
    flowchart: &'a Flowchart,
    index: usize,
) -> Vec<(&'a Special<'static>, &'a SpecialProcedure)> {
    let now = entered(case.events[index], flowchart).map(|(special, _)| &*special.kind);
    let versions = case.told_in_time(index).into_iter();
    let versions = versions.filter_map(|record| entered(record, flowchart));
    versions.filter(|(s, _)| now == Some(&*s.kind)).collect()
}

/// Until when a suspension could last by what was told in time, or before the end that it had then; none where nothing was.
fn end_in_time(
    case: &Case<'_>,
    flowchart: &Flowchart,
    index: usize,
    calendar: &WorkCalendar,
) -> Option<Timestamp> {
    let Some(allowance_ms) = case.allowance_ms else {
        return Some(Timestamp::MAX);
    };
    let event = case.events[index];
    let kind = entered(event, flowchart).map(|(special, _)| &*special.kind);
    let mut ends = Vec::new();
    for record in case.records(&event.event_id) {
        let same = record.kind == event.kind && record.occurred_at == event.occurred_at;
        let entered = entered(record, flowchart).filter(|(s, _)| same && kind == Some(&*s.kind));
        if let Some((special, procedure)) = entered {
            let end = planned(event.occurred_at, special, procedure, calendar);
            let came_at = record.received_at.floor_second();
            ends.push((came_at, end.unwrap_or(Timestamp::MAX)));
        }
    }
    let by = |at: Timestamp| {
        let latest = at.plus_millis(allowance_ms);
        let in_time = ends.iter().filter(|(came_at, _)| *came_at <= latest);
        in_time.map(|(_, end)| *end).max()
    };
    let mut reached = by(event.occurred_at)?;
    while reached < Timestamp::MAX {
        match by(reached).filter(|end| *end > reached) {
            Some(end) => reached = end,
            None => break,
        }
    }
    Some(reached)
}

/// How much of an extension was told in time, in its unit; none where nothing was.
fn granted_in_time(
    case: &Case<'_>,
    flowchart: &Flowchart,
    index: usize,
    now: Budget,
) -> Option<u32> {
    let told = told_in_time(case, flowchart, index).into_iter();
    let granted = told.filter_map(|(special, procedure)| granted(special, procedure));
    let same = granted.filter(|budget| budget.unit == now.unit);
    same.map(|budget| budget.count).max()
}

/// The events of a kind that name a special procedure of this effect, of the first `end` ones.
fn entries<'a>(
    case: &'a Case<'_>,
    flowchart: &'a Flowchart,
    end: usize,
    kind: EventKind,
    effect: Effect,
) -> Vec<(usize, &'a Special<'static>, &'a SpecialProcedure)> {
    let entry = |index: usize| {
        let event = case.events[index];
        let special = event.data.special.as_ref().filter(|_| event.kind == kind)?;
        let procedure = flowchart
            .special_procedures
            .iter()
            .find(|p| *p.kind == *special.kind)?;
        (procedure.effect == effect).then_some((index, special, procedure))
    };
    (0..end).filter_map(entry).collect()
}

/// A suspension that was entered.
pub(super) struct Entered<'a> {
    /// Its event.
    index: usize,
    kind: &'a str,
    pub suspension: Suspension<'static>,
}

fn suspensions<'a>(
    case: &'a Case<'_>,
    flowchart: &'a Flowchart,
    limit: &Limit,
    course: &Course,
    calendar: &WorkCalendar,
) -> Vec<Entered<'a>> {
    let end = course.end().unwrap_or(case.events.len());
    let stops = |kind: &str| match &limit.suspended_by {
        Some(names) => lists(names, kind),
        None => true,
    };
    let all = all_suspensions(case, flowchart, end, calendar).into_iter();
    all.filter(|entered| stops(entered.kind)).collect()
}

/// Every suspension of a listed kind among the first `end` events.
pub(super) fn all_suspensions<'a>(
    case: &'a Case<'_>,
    flowchart: &'a Flowchart,
    end: usize,
    calendar: &WorkCalendar,
) -> Vec<Entered<'a>> {
    let entered = entries(case, flowchart, end, EventKind::Suspend, Effect::Suspend);
    let suspension = |(index, special, procedure): (usize, &'a Special<'static>, _)| {
        let from = case.events[index].occurred_at;
        let resumed = (index + 1..end).find(|i| resumes(case, *i, &special.kind));
        let ends = [
            resumed.map(|i| case.events[i].occurred_at),
            planned(from, special, procedure, calendar),
        ];
        let to = ends.into_iter().flatten().min().unwrap_or(Timestamp::MAX);
        let label = "";
        Entered {
            index,
            kind: &special.kind,
            suspension: Suspension { from, to, label },
        }
    };
    entered.into_iter().map(suspension).collect()
}

/// Extensions that were asked for while the stay was open, in time or not: which event, of which kind, how much.
fn asked_extensions<'a>(
    case: &'a Case<'_>,
    flowchart: &'a Flowchart,
    limit: &Limit,
    course: &Course,
) -> Vec<(usize, &'a str, Budget)> {
    let lengthens = |kind: &str| match &limit.extended_by {
        Some(names) => lists(names, kind),
        None => limit.kind == LimitKind::Case,
    };
    let end = course.end().unwrap_or(case.events.len());
    entries(case, flowchart, end, EventKind::Extend, Effect::Extend)
        .into_iter()
        .filter(|(index, special, _)| {
            lengthens(&special.kind) && course.start.is_none_or(|start| *index > start)
        })
        .filter_map(|(index, special, procedure)| {
            Some((index, &*special.kind, granted(special, procedure)?))
        })
        .collect()
}

pub(super) fn lists(names: &[Name], kind: &str) -> bool {
    names.iter().any(|name| **name == *kind)
}

/// The end that a suspension cannot outlast: as planned, as long as granted, as the procedure may last at most, whichever is first.
pub(super) fn planned(
    from: Timestamp,
    special: &Special<'_>,
    procedure: &SpecialProcedure,
    calendar: &WorkCalendar,
) -> Option<Timestamp> {
    let lasts = |budget| deadline::deadline(calendar, from, budget, &Ledger::default()).due_at;
    let told = special.granted.as_ref();
    let granted = told.and_then(|text| text.parse::<Budget>().ok());
    let ends = [
        special.planned_end,
        granted.map(lasts),
        procedure.maximum.map(lasts),
    ];
    ends.into_iter().flatten().min()
}

/// What an extension grants: no more than the maximum, which also stands in for what cannot be read or compared.
fn granted(special: &Special<'_>, procedure: &SpecialProcedure) -> Option<Budget> {
    let granted = special
        .granted
        .as_ref()
        .and_then(|text| text.parse::<Budget>().ok());
    match (granted, procedure.maximum) {
        (Some(granted), Some(maximum)) if granted.unit == maximum.unit => {
            Some(granted.min(maximum))
        }
        (granted, maximum) => maximum.or(granted),
    }
}

pub(super) fn resumes(case: &Case<'_>, index: usize, kind: &str) -> bool {
    let event = case.events[index];
    event.kind == EventKind::Resume && means(event, kind)
}

/// Whether a resumption is of suspensions of a kind: of that one, or of all.
fn means(event: &CaseEvent<'static>, kind: &str) -> bool {
    let special = event.data.special.as_ref();
    special.is_none_or(|s| *s.kind == *kind)
}
