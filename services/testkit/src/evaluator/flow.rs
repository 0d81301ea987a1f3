//! The way through the flowchart: steps that are unknown, not allowed here, or begun too soon; times reversed.

use mingjing_domain::definitions::{Flowchart, Step};
use mingjing_domain::event::EventKind;

use super::findings::Finding;
use super::history::{Case, Visit, is_done_by};

/// What is wrong with the way a case took.
#[derive(Default)]
pub(super) struct Breaches {
    pub not_in_flowchart: Vec<Finding>,
    pub started_too_soon: Vec<Finding>,
}

/// "`by` ended, so `step` may be entered."
#[derive(Clone, Copy, PartialEq, Eq)]
struct Enabling<'a> {
    step: &'a str,
    by: &'a str,
}

/// Walks the case's events and asks of every visit whether the flowchart allows it there.
pub(super) fn breaches(case: &Case<'_>) -> Breaches {
    let mut breaches = Breaches::default();
    let Some(flowchart) = case.flowchart else {
        return breaches;
    };
    let mut enablings: Vec<Enabling<'_>> = Vec::new();
    for index in 0..case.events.len() {
        for visit in case.visits.iter().filter(|v| v.entered == index) {
            let finding = Finding {
                step: visit.step.to_owned(),
                visit: visit.number,
                ..Finding::of_case(index)
            };
            match verdict(case, flowchart, visit, &mut enablings) {
                Verdict::Allowed => {}
                Verdict::TooSoon => breaches.started_too_soon.push(finding),
                Verdict::NotHere => breaches.not_in_flowchart.push(finding),
            }
        }
        for visit in case.visits.iter().filter(|v| v.ended == Some(index)) {
            let Some(ended) = step(flowchart, visit.step) else {
                continue;
            };
            for next in flowchart
                .steps
                .iter()
                .filter(|next| leads_to(ended, &next.code))
            {
                let enabling = Enabling {
                    step: &next.code,
                    by: &ended.code,
                };
                if !enablings.contains(&enabling) {
                    enablings.push(enabling);
                }
            }
        }
    }
    breaches
}

enum Verdict {
    Allowed,
    TooSoon,
    NotHere,
}

fn verdict<'a>(
    case: &Case<'a>,
    flowchart: &'a Flowchart,
    visit: &Visit<'a>,
    enablings: &mut Vec<Enabling<'a>>,
) -> Verdict {
    let Some(entered) = step(flowchart, visit.step) else {
        return Verdict::NotHere;
    };
    let before: Vec<&Visit<'_>> = case
        .visits
        .iter()
        .filter(|v| v.entered < visit.entered)
        .collect();
    if before.is_empty() && is_first(flowchart, entered) {
        return Verdict::Allowed;
    }
    if let Some(enabling) = enablings.iter().find(|e| e.step == visit.step).copied() {
        let stays = |e: &Enabling<'_>| {
            e.by != enabling.by
                || (e.step != visit.step && are_parallel(flowchart, e.step, visit.step))
        };
        enablings.retain(stays);
        return Verdict::Allowed;
    }
    if entered.repeatable && before.iter().any(|v| v.step == visit.step) {
        return Verdict::Allowed;
    }
    let is_open = |v: &Visit<'_>| v.ended.is_none_or(|end| end > visit.entered);
    let leads_here = |v: &&&Visit<'_>| {
        v.step != visit.step
            && is_open(v)
            && step(flowchart, v.step).is_some_and(|s| leads_to(s, visit.step))
    };
    match before.iter().any(|v| leads_here(&v)) {
        true => Verdict::TooSoon,
        false => Verdict::NotHere,
    }
}

fn step<'a>(flowchart: &'a Flowchart, code: &str) -> Option<&'a Step> {
    flowchart.steps.iter().find(|s| *s.code == *code)
}

fn is_first(flowchart: &Flowchart, step: &Step) -> bool {
    match flowchart.steps.iter().any(|s| s.first) {
        true => step.first,
        false => flowchart.steps.first().is_some_and(|s| s.code == step.code),
    }
}

fn leads_to(step: &Step, next: &str) -> bool {
    step.next
        .as_ref()
        .is_none_or(|names| names.iter().any(|name| **name == *next))
}

fn are_parallel(flowchart: &Flowchart, one: &str, other: &str) -> bool {
    let lists = |a: &str, b: &str| {
        step(flowchart, a).is_some_and(|s| s.parallel_with.iter().any(|n| **n == *b))
    };
    lists(one, other) || lists(other, one)
}

/// Whether every start of an end's step before it had its own end.
fn nothing_open(case: &Case<'_>, index: usize) -> bool {
    let mut open = 0;
    for i in (0..index).filter(|i| case.steps[*i] == case.steps[index]) {
        let kind = case.events[i].kind;
        let ends = kind == EventKind::StepEnd
            || case.steps[i].is_some_and(|step| is_done_by(case.flowchart, step, kind));
        match kind {
            EventKind::StepStart => open += 1,
            _ if ends && open > 0 => open -= 1,
            _ => {}
        }
    }
    open == 0
}

/// Events at which a case's times turn out to run backwards.
pub(super) fn time_reversed(case: &Case<'_>) -> Vec<usize> {
    let mut found = Vec::new();
    let happened_before = |kind: EventKind, index: usize| {
        case.events
            .iter()
            .any(|e| e.kind == kind && e.occurred_at < case.events[index].occurred_at)
    };
    for (later, earlier) in [
        (EventKind::Applied, EventKind::Accepted),
        (EventKind::Accepted, EventKind::Decided),
    ] {
        found.extend(
            case.first_of(later)
                .filter(|index| happened_before(earlier, *index)),
        );
    }
    for (index, event) in case.events.iter().enumerate() {
        let planned = event.data.special.as_ref().and_then(|s| s.planned_end);
        if event.kind == EventKind::Suspend && planned.is_some_and(|end| end < event.occurred_at) {
            found.push(index);
        }
    }
    for (index, start) in case
        .events
        .iter()
        .enumerate()
        .filter(|(_, e)| e.kind == EventKind::StepStart)
    {
        let ended_before = case.events.iter().enumerate().any(|(other, e)| {
            e.kind == EventKind::StepEnd
                && case.steps[other] == case.steps[index]
                && e.occurred_at < start.occurred_at
                && nothing_open(case, other)
                && (e.source_seq > start.source_seq
                    || (e.source_seq == start.source_seq
                        && case.earliest_times(other).1.floor_second()
                            >= case.earliest_times(index).1.floor_second()))
        });
        if ended_before {
            found.push(index);
        }
    }
    found
}
