//! How cases end otherwise than by what is owed, and what takes them up again.

use mingjing_domain::definitions::{Flowchart, Limit, LimitKind, Occurrence};
use mingjing_domain::event::EventKind;

use super::SlowEvaluator;
use super::history::Case;
use super::stays::{Stay, falls_away_on};
use super::values::{Condition, case_holds};
use super::voices::Abouts;

/// How a case ends otherwise: a duty falls away upon it where the limit names nothing.
const ENDS: [EventKind; 7] = [
    EventKind::Withdrawn,
    EventKind::Voided,
    EventKind::Returned,
    EventKind::Transferred,
    EventKind::Terminated,
    EventKind::Merged,
    EventKind::NotAccepted,
];

impl Case<'_> {
    /// Whether an event ends the case otherwise. What is accepted can no more be refused acceptance.
    pub(super) fn ends_otherwise(&self, index: usize) -> bool {
        let kind = self.events[index].kind;
        let accepted = self.events[..index]
            .iter()
            .any(|e| e.kind == EventKind::Accepted);
        ENDS.contains(&kind) && !(accepted && kind == EventKind::NotAccepted)
    }

    /// Whether the case stands ended otherwise with this event: it has not been accepted or filed since.
    pub(super) fn stands_ended(&self, index: usize) -> bool {
        for i in (0..=index).rev() {
            if self.ends_otherwise(i) {
                return true;
            }
            if matches!(self.events[i].kind, EventKind::Accepted | EventKind::Filed) {
                return false;
            }
        }
        false
    }

    /// Whether the applicant withdrew, and there is a document of it.
    pub(super) fn withdrawn_by_document(&self, index: usize) -> bool {
        let event = self.events[index];
        event.kind == EventKind::Withdrawn && !event.data.attachments.is_empty()
    }

    /// An end that is belied by whoever goes on with the case.
    fn is_empty_end(&self, index: usize) -> bool {
        use EventKind::{Returned, Voided, Withdrawn};
        let kind = self.events[index].kind;
        matches!(kind, Voided | Returned | Withdrawn) && !self.withdrawn_by_document(index)
    }
}

/// What is told of a case that has ended, and goes on with nothing.
fn winds_up(kind: EventKind) -> bool {
    use EventKind::*;
    ENDS.contains(&kind)
        || matches!(
            kind,
            Delivered | Published | Unpublished | Closed | Corrected | Note
        )
        || matches!(
            kind,
            Rated | Complaint | ComplaintAccepted | ComplaintAnswered
        )
        || matches!(kind, CalledBack | Rectified | StepEnd | Resume)
}

/// How a duty stands after some events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Owed,
    Done(usize),
    /// A condition excused it; what is done all the same is judged.
    Excused(usize),
    /// An event ended it for good; the second: a condition had before, and when.
    Ended(usize, Option<usize>),
}

impl SlowEvaluator<'_> {
    /// How a stay's duty stands in the end, one event after the other.
    pub(super) fn stands(&self, case: &Case<'_>, limit: &Limit, stay: &Stay) -> Standing {
        let runs_once = limit.occurrence == Occurrence::First
            && matches!(limit.kind, LimitKind::Stage | LimitKind::Case);
        let condition = limit
            .falls_away_when
            .as_ref()
            .map(|text| self.definitions.condition(text));
        let each = limit.occurrence == Occurrence::Each;
        let of_rating = stay
            .start
            .filter(|start| each && case.events[*start].kind == EventKind::Rated);
        let abouts = of_rating
            .filter(|_| condition.is_some())
            .map(|_| Abouts::of(case));
        let holds = |condition: &Condition, i: usize| {
            let others = match (of_rating, &abouts) {
                (Some(start), Some(abouts)) => abouts.changes_of_others(start, i),
                _ => Vec::new(),
            };
            match others.as_slice() {
                [] => case_holds(condition, case, i + 1),
                others => case_holds(condition, &case.without(others), i + 1 - others.len()),
            }
        };
        // What is owed for another bad rating is owed once, where the limit runs from that one.
        let replaced = |i: usize| match (of_rating, &abouts) {
            (Some(start), Some(abouts)) => {
                abouts.replaces(case, start, i) && self.starts(case, limit).contains(&i)
            }
            _ => false,
        };
        let mut standing = Standing::Owed;
        for i in stay.start.unwrap_or(0)..case.events.len() {
            if let Standing::Ended(by, None) = standing
                && runs_once
                && limit.kind == LimitKind::Case
                && case.is_empty_end(by)
                && self.goes_on(case, limit, i)
            {
                standing = Standing::Owed;
            }
            let over = matches!(standing, Standing::Ended(..));
            let does = match runs_once {
                true => case.matches_any(i, &limit.to),
                false => stay.done == Some(i),
            };
            if does && !over {
                return Standing::Done(i);
            }
            if !over && falls_away_on(case, limit, i) {
                standing = match standing {
                    Standing::Excused(since) => Standing::Ended(i, Some(since)),
                    _ => Standing::Ended(i, None),
                };
            }
            let excuses = || {
                condition
                    .as_ref()
                    .is_some_and(|c| holds(c, i) || replaced(i))
            };
            if standing == Standing::Owed && excuses() {
                standing = Standing::Excused(i);
            }
        }
        standing
    }

    /// Whether an event goes on with a case that has ended.
    fn goes_on(&self, case: &Case<'_>, limit: &Limit, index: usize) -> bool {
        use EventKind::*;
        let kind = case.events[index].kind;
        let intake = matches!(kind, Accepted | Filed | SupplementNotice | SupplementDone);
        let course = matches!(
            kind,
            Suspend | Extend | Hearing | LegalReview | CollectiveDiscussion
        );
        let leads = || {
            let step = case.steps[index].unwrap_or_default();
            let flowchart = case.flowchart;
            flowchart.is_some_and(|f| leads_to_end(f, limit, step, &mut Vec::new()))
        };
        intake
            || course
            || kind == Decided
            || (kind == StepStart && leads())
            || (self.starts(case, limit).contains(&index) && !winds_up(kind))
    }

    /// The stays that begin where the case is taken up again after it had ended during the last one.
    pub(super) fn further_stays(&self, case: &Case<'_>, limit: &Limit, first: Stay) -> Vec<Stay> {
        let mut all = vec![first];
        loop {
            let last = &all[all.len() - 1];
            let Standing::Ended(by, None) = self.stands(case, limit, last) else {
                return all;
            };
            let starts = self.starts(case, limit);
            let start = starts
                .into_iter()
                .find(|i| *i > by && !winds_up(case.events[*i].kind));
            let is_end = ENDS.contains(&case.events[by].kind);
            let Some(start) = start.filter(|_| is_end) else {
                return all;
            };
            let next = Stay {
                visit: last.visit + 1,
                start: Some(start),
                ..last.clone()
            };
            all.push(next);
        }
    }
}

/// Whether the flowchart leads from a step to one that does what is owed, as far as it says where steps lead.
fn leads_to_end<'f>(
    flowchart: &'f Flowchart,
    limit: &Limit,
    step: &str,
    been: &mut Vec<&'f str>,
) -> bool {
    let Some(step) = flowchart.steps.iter().find(|s| *s.code == *step) else {
        return false;
    };
    if been.contains(&&*step.code) {
        return false;
    }
    been.push(&step.code);
    let is_end = limit
        .to
        .iter()
        .any(|anchor| match (&anchor.step, anchor.kind) {
            (Some(code), _) => *code == *step.code,
            (None, Some(kind)) => step.done_by.contains(&kind) && !winds_up(kind),
            (None, None) => false,
        });
    let mut next = step.next.iter().flatten();
    is_end || next.any(|next| leads_to_end(flowchart, limit, next, been))
}
