//! The stays of a limit: from where to where it runs, and what ends it.

use mingjing_domain::Timestamp;
use mingjing_domain::calendar::WorkCalendar;
use mingjing_domain::definitions::{Effect, Flowchart, Limit, LimitKind, Name, Occurrence};
use mingjing_domain::event::EventKind;

use super::SlowEvaluator;
use super::history::{Case, Visit, is_done_by, local_date};
use super::ledger::{legal_budget, lists, planned, resumes};
use super::suspensions::is_told;
use super::taken_up::Standing;
use super::values::{Known, carried, holds_with_event, value_after};
use super::voices::Abouts;

/// One run of a limit.
#[derive(Clone, Debug)]
pub(super) struct Stay {
    /// The step it is about, or nothing.
    pub step: String,
    /// From 1.
    pub visit: u16,
    /// Where it starts; none where it needs no start.
    pub start: Option<usize>,
    /// The event that does what is owed, judged or not.
    pub done: Option<usize>,
    /// The first event before it that may have done so already.
    pub perhaps: Option<usize>,
    /// The deadline it carries itself.
    pub own: Option<Timestamp>,
}

/// How a stay stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Course {
    /// The event it runs from; none where it needs no start.
    pub start: Option<usize>,
    /// What was done, where it is judged.
    pub done: Option<usize>,
    /// The event upon which the duty fell away, where nothing was done.
    pub fallen: Option<usize>,
}

impl SlowEvaluator<'_> {
    /// All stays of a limit in a case.
    pub(super) fn stays(&self, case: &Case<'_>, flowchart: &Flowchart, limit: &Limit) -> Vec<Stay> {
        match limit.kind {
            LimitKind::Step => {
                let step = limit.step.as_ref().expect("a step limit names its step");
                case.visits
                    .iter()
                    .filter(|v| *v.step == **step && v.ended != Some(v.entered))
                    .map(of_visit)
                    .collect()
            }
            LimitKind::Event => of_events(case, flowchart, limit, self.zone(flowchart)),
            LimitKind::Stage | LimitKind::Case if limit.occurrence == Occurrence::Each => {
                each(case, limit, &self.starts(case, limit))
            }
            LimitKind::Stage | LimitKind::Case => {
                let plain = self.starts(case, limit).first().copied();
                let deemed = self.deemed(case, flowchart, limit);
                let start = deemed.map_or(plain, |(application, _)| Some(application));
                let own = self.own_deadline(case, flowchart, limit);
                if limit.own_deadline.is_some() && own.is_none() {
                    return Vec::new();
                }
                if start.is_none() && !(limit.from.is_empty() && own.is_some()) {
                    return Vec::new();
                }
                let done = case.first(&limit.to);
                if start.is_some() && done < start && done.is_some() {
                    return Vec::new(); // what is owed came first: there is nothing to wait for
                }
                let first = Stay {
                    step: String::new(),
                    visit: 1,
                    start,
                    done,
                    perhaps: None,
                    own,
                };
                self.further_stays(case, limit, first)
            }
        }
    }

    /// The application that nobody answered in time, and the last second in which an answer would have been: the limit runs from
    /// it. None where it runs as usual.
    pub(super) fn deemed(
        &self,
        case: &Case<'_>,
        flowchart: &Flowchart,
        limit: &Limit,
    ) -> Option<(usize, Timestamp)> {
        let rule = limit.deemed_from.as_ref()?;
        let application = case.first(&rule.from)?;
        if case
            .first(&limit.from)
            .is_some_and(|usual| usual <= application)
        {
            return None;
        }
        let calendar = self.definitions.calendar_of(case, &flowchart.calendar);
        let received_at = case.begins_at(application);
        let none = mingjing_domain::deadline::Ledger::default();
        let end =
            mingjing_domain::deadline::deadline(calendar, received_at, rule.within, &none).due_at;
        let answer =
            (application + 1..case.events.len()).find(|i| case.matches_any(*i, &rule.answered_by));
        match answer {
            Some(answer) if case.second(answer) <= end => None,
            _ => Some((application, end)),
        }
    }

    /// The events that start a limit.
    pub(super) fn starts(&self, case: &Case<'_>, limit: &Limit) -> Vec<usize> {
        let mut starts = case.all(&limit.from);
        if let Some(text) = &limit.starts_when {
            let condition = self.definitions.condition(text);
            starts.retain(|i| holds_with_event(&condition, case, *i));
        }
        starts
    }

    pub(super) fn zone(&self, flowchart: &Flowchart) -> chrono_tz::Tz {
        self.definitions.zone(&flowchart.calendar)
    }

    fn own_deadline(
        &self,
        case: &Case<'_>,
        flowchart: &Flowchart,
        limit: &Limit,
    ) -> Option<Timestamp> {
        let name = limit.own_deadline.as_ref()?.strip_prefix("case.")?;
        let attribute = flowchart.attributes.iter().find(|a| *a.name == *name)?;
        instant(value_after(case, attribute, case.events.len())?)
            .map(|at| end_of_day(at, self.zone(flowchart)))
    }

    /// What became of a stay.
    pub(super) fn course(&self, case: &Case<'_>, limit: &Limit, stay: &Stay) -> Course {
        let (done, fallen) = match self.stands(case, limit, stay) {
            Standing::Owed => (None, None),
            Standing::Done(at) => (Some(at), None),
            Standing::Excused(at) | Standing::Ended(_, Some(at)) | Standing::Ended(at, None) => {
                (None, Some(at))
            }
        };
        Course {
            start: stay.start,
            done,
            fallen,
        }
    }

    /// The start of a stay as supplements moved it; none while one is awaited. A notice counts only before
    /// acceptance and while the limit is not overdue; acceptance ends the waiting of what is not done by it.
    pub(super) fn restarted(
        &self,
        case: &Case<'_>,
        flowchart: &Flowchart,
        limit: &Limit,
        course: &Course,
    ) -> Option<Course> {
        if !limit.supplement_rebases {
            return Some(*course);
        }
        let accepted = case.first_of(EventKind::Accepted);
        let before_acceptance = accepted.unwrap_or(case.events.len());
        let mut running = *course;
        loop {
            let from = running.start?;
            let next = |kind, after: usize| {
                (after + 1..before_acceptance).find(move |i| case.events[*i].kind == kind)
            };
            let notice = next(EventKind::SupplementNotice, from)
                .filter(|i| course.end().is_none_or(|end| *i < end));
            let Some(notice) = notice else {
                return Some(running);
            };
            let budget = legal_budget(limit)?;
            let due = self
                .due(case, flowchart, limit, &running, budget)
                .deadline
                .due_at;
            if case.second(notice) > due {
                return Some(running);
            }
            match (next(EventKind::SupplementDone, notice), accepted) {
                (Some(supplied), _) if course.end().is_none_or(|end| supplied < end) => {
                    running.start = Some(supplied);
                }
                (None, Some(accepted)) if course.end().is_none_or(|end| accepted < end) => {
                    return Some(running);
                }
                _ => return None,
            }
        }
    }
}

impl Stay {
    /// The event that may have done what is owed before it was over.
    pub fn perhaps_by(&self, course: &Course) -> Option<usize> {
        let over = course.end();
        self.perhaps.filter(|at| over.is_none_or(|over| *at < over))
    }
}

impl Course {
    /// The event that ends it.
    pub fn end(&self) -> Option<usize> {
        self.done.or(self.fallen)
    }

    pub fn start_at(&self, case: &Case<'_>) -> Timestamp {
        self.start.map_or(Timestamp::MIN, |i| case.begins_at(i))
    }
}

/// Visits of a limit's step of which only the end was told, as if they had begun when what leads to the step ended.
pub(super) fn stays_before(case: &Case<'_>, limit: &Limit) -> Vec<(Stay, Course)> {
    let cannot_tell = case.lacks.events.contains(&EventKind::StepStart);
    let (LimitKind::Step, Some(step), false) = (limit.kind, &limit.step, cannot_tell) else {
        return Vec::new();
    };
    let alone = |v: &&Visit<'_>| {
        let told = case.events[v.entered].kind == EventKind::StepEnd;
        *v.step == **step && v.ended == Some(v.entered) && told
    };
    let stay = |visit: &Visit<'_>| {
        let start = Some(led_to(case, step, visit.entered)?);
        let stay = Stay {
            start,
            ..of_visit(visit)
        };
        let course = Course {
            start,
            done: Some(visit.entered),
            fallen: None,
        };
        Some((stay, course))
    };
    case.visits.iter().filter(alone).filter_map(stay).collect()
}

/// The latest end of a step that leads to this one, or of itself, before an event, else the acceptance.
fn led_to(case: &Case<'_>, step: &str, index: usize) -> Option<usize> {
    let steps = case.flowchart.map_or(&[][..], |f| &f.steps);
    let leads = |i: &usize| {
        let (code, kind) = (case.steps[*i], case.events[*i].kind);
        let ended = steps.iter().find(|s| code == Some(&*s.code));
        ended.is_some_and(|s| {
            let ends = kind == EventKind::StepEnd || s.done_by.contains(&kind);
            let leads = s
                .next
                .as_ref()
                .is_none_or(|next| next.iter().any(|n| **n == *step));
            ends && (leads || *s.code == *step)
        })
    };
    let begins = |i: &usize| {
        let kind = case.events[*i].kind;
        matches!(kind, EventKind::Accepted | EventKind::Filed)
    };
    let led = (0..index).rev().find(leads);
    led.or_else(|| (0..index).find(begins))
}

fn of_visit(visit: &Visit<'_>) -> Stay {
    Stay {
        step: visit.step.to_owned(),
        visit: visit.number,
        start: Some(visit.entered),
        done: visit.ended,
        perhaps: None,
        own: None,
    }
}

fn each(case: &Case<'_>, limit: &Limit, starts: &[usize]) -> Vec<Stay> {
    let ends = case.all(&limit.to);
    let abouts = Abouts::of(case);
    let numbered = starts.iter().copied().zip(1..);
    numbered
        .map(|(start, visit)| {
            let (done, perhaps) = abouts.done(case, start, ends.iter().copied());
            let falls = limit.falls_away_when.is_some();
            let changed = falls
                .then(|| abouts.perhaps_changed(case, start, starts))
                .flatten();
            let perhaps = perhaps.into_iter().chain(changed).min();
            Stay {
                step: String::new(),
                visit,
                start: Some(start),
                done,
                perhaps,
                own: None,
            }
        })
        .collect()
}

fn of_events(
    case: &Case<'_>,
    flowchart: &Flowchart,
    limit: &Limit,
    zone: chrono_tz::Tz,
) -> Vec<Stay> {
    let name = limit
        .own_deadline
        .as_ref()
        .and_then(|n| n.strip_prefix("event."))
        .expect("event.<attribute>");
    let attribute = flowchart
        .attributes
        .iter()
        .find(|a| *a.name == *name)
        .expect("a declared attribute");
    let stay = |index: usize| {
        let own = instant(carried(case.events[index], attribute)?)?;
        Some(Stay {
            step: case.steps[index].unwrap_or_default().to_owned(),
            visit: case.occurrence(index),
            start: Some(index),
            done: Some(index),
            perhaps: None,
            own: Some(end_of_day(own, zone)),
        })
    };
    case.all(&limit.to).into_iter().filter_map(stay).collect()
}

pub(super) fn instant(value: Known) -> Option<Timestamp> {
    match value {
        Known::Instant(at) => Some(at),
        _ => None,
    }
}

/// The last second of the local day of an instant.
pub(super) fn end_of_day(at: Timestamp, zone: chrono_tz::Tz) -> Timestamp {
    let next = at.local_date(zone).succ_opt().expect("inside the calendar");
    Timestamp::start_of(next, zone).plus_millis(-1000)
}

pub(super) fn falls_away_on(case: &Case<'_>, limit: &Limit, index: usize) -> bool {
    if let Some(anchors) = &limit.falls_away_on {
        return case.matches_any(index, anchors);
    }
    let kind = case.events[index].kind;
    let fulfils = match &limit.step {
        Some(step) if limit.kind == LimitKind::Step => {
            case.steps[index] == Some(step.text.as_str()) && is_done_by(case.flowchart, step, kind)
        }
        _ => case.matches_any(index, &limit.to),
    };
    let over = match &limit.step {
        Some(step) if limit.kind == LimitKind::Step => over_with_the_case(case, step, kind),
        _ => false,
    };
    over || (case.ends_otherwise(index) && !fulfils)
}

/// Whether an event of this kind ends a step though nobody told its end: the closing, and the decision where the flowchart's
/// arrows lead from the step to it and not back.
fn over_with_the_case(case: &Case<'_>, step: &str, kind: EventKind) -> bool {
    let Some(flowchart) = case.flowchart else {
        return false;
    };
    if is_done_by(case.flowchart, step, kind) {
        return false;
    }
    let decides = flowchart
        .steps
        .iter()
        .find(|s| s.done_by.contains(&EventKind::Decided));
    match (kind, decides) {
        (EventKind::Closed, _) => true,
        (EventKind::Decided, Some(decides)) => {
            after(flowchart, step).contains(&&*decides.code)
                && !after(flowchart, &decides.code).contains(&step)
        }
        _ => false,
    }
}

/// The steps that arrows lead to from a step, however far.
fn after<'a>(flowchart: &'a Flowchart, step: &str) -> Vec<&'a str> {
    let mut found: Vec<&str> = Vec::new();
    loop {
        let from =
            |s: &&mingjing_domain::definitions::Step| *s.code == *step || found.contains(&&*s.code);
        let names = flowchart
            .steps
            .iter()
            .filter(from)
            .flat_map(|s| s.next.iter().flatten());
        let new: Vec<&str> = names.map(|n| &**n).filter(|n| !found.contains(n)).collect();
        if new.is_empty() {
            return found;
        }
        found.extend(new);
    }
}

/// The stays of special procedures, with the end of those that have one. Of a kind without maximum, a new notice in writing prolongs
/// it, and is what was owed.
pub(super) fn special_stays(case: &Case<'_>, kinds: &[Name], calendar: &WorkCalendar) -> Vec<Stay> {
    let procedures = case.flowchart.map_or(&[][..], |f| &f.special_procedures);
    let mut stays = Vec::new();
    for procedure in procedures.iter().filter(|p| p.effect == Effect::Suspend) {
        if !kinds.is_empty() && !lists(kinds, &procedure.kind) {
            continue;
        }
        let of_kind = |i: &usize| {
            let event = case.events[*i];
            let special = event.data.special.as_ref();
            event.kind == EventKind::Suspend && special.is_some_and(|s| *s.kind == *procedure.kind)
        };
        for (start, visit) in (0..case.events.len()).filter(of_kind).zip(1..) {
            let event = case.events[start];
            let special = event.data.special.as_ref().expect("of this kind");
            let end = planned(event.occurred_at, special, procedure, calendar);
            if end.is_some_and(|end| end < event.occurred_at) {
                continue; // told wrongly: late for nothing
            }
            let prolongs =
                |i: &usize| of_kind(i) && procedure.maximum.is_none() && is_told(case, *i);
            let over = |i: &usize| resumes(case, *i, &procedure.kind) || prolongs(i);
            stays.push(Stay {
                step: procedure.kind.text.clone(),
                visit,
                start: Some(start),
                done: (start + 1..case.events.len()).find(over),
                perhaps: None,
                own: end.map(|at| end_of_day(at, calendar.tz())),
            });
        }
    }
    stays
}

/// The local date of the first event, for rules about when a case began.
pub(super) fn begun_on(case: &Case<'_>, zone: chrono_tz::Tz) -> Option<chrono::NaiveDate> {
    case.events.first().map(|event| local_date(event, zone))
}
