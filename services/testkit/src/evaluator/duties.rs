//! Duties of the responsibility list: what is owed once something has happened.

use mingjing_domain::deadline::{self, Ledger};
use mingjing_domain::definitions::{Anchor, Expectation};

use super::codes::cannot_come;
use super::history::Case;
use super::ladder::{Step, allege};
use super::stays::{Course, Stay};
use super::voices::Abouts;
use super::{Moment, SlowEvaluator, Wanted, Watch, level_of};

impl SlowEvaluator<'_> {
    /// Every duty of the case's item, for each time it was triggered.
    pub(super) fn duties(
        &self,
        case: &Case<'_>,
        watch: &Watch<'_>,
        moment: Moment<'_>,
    ) -> Vec<Wanted> {
        let responsibilities = case.item.map_or(&[][..], |item| &item.responsibilities);
        let expectations = responsibilities
            .iter()
            .filter_map(|r| r.expectation.as_ref());
        let set = watch.point.parameters.get("within");
        let within = set.map(|within| within.0.parse().expect("a time"));
        let mut found = Vec::new();
        for expectation in expectations {
            let owed = expectation.owed.iter();
            if cannot_come(case.lacks, owed.filter(|a| is_known(case, a))) {
                continue;
            }
            let triggers = (0..case.events.len()).filter(|i| meant(case, *i, &expectation.trigger));
            for (start, visit) in triggers.zip(1..) {
                let (course, perhaps) = course(case, expectation, start);
                let calendar = case.flowchart.map_or(watch.calendar, |f| {
                    self.definitions.calendar_of(case, &f.calendar)
                });
                let due_at = deadline::deadline(
                    calendar,
                    case.events[start].occurred_at,
                    within.unwrap_or(expectation.within),
                    &Ledger::default(),
                )
                .due_at;
                let stay = Stay {
                    step: expectation.id.text.clone(),
                    visit,
                    start: Some(start),
                    done: course.done,
                    perhaps,
                    own: None,
                };
                let breach = Step {
                    level: level_of(&watch.point),
                    at: due_at.plus_millis(1000),
                    due_at: Some(due_at),
                    breach: true,
                    asked: false,
                };
                let judged = mingjing_domain::definitions::Judged::Always;
                found.extend(allege(
                    case,
                    watch,
                    moment,
                    judged,
                    &stay,
                    &course,
                    &[breach],
                ));
            }
        }
        found
    }
}

/// A step that the flowchart does not have is no step of its anchors.
fn meant(case: &Case<'_>, index: usize, anchors: &[Anchor]) -> bool {
    let mut known = anchors.iter().filter(|a| is_known(case, a));
    known.any(|a| case.matches(index, a))
}

fn is_known(case: &Case<'_>, anchor: &Anchor) -> bool {
    anchor.step.as_ref().is_none_or(|step| {
        let steps = case.flowchart.into_iter().flat_map(|f| &f.steps);
        steps.into_iter().any(|s| s.code.text == *step)
    })
}

/// What became of a duty, and the event that may have done it before.
fn course(case: &Case<'_>, expectation: &Expectation, start: usize) -> (Course, Option<usize>) {
    let does = (start + 1..case.events.len()).filter(|i| meant(case, *i, &expectation.owed));
    let (owed, perhaps) = Abouts::of(case).done(case, start, does);
    let falls = |i: &usize| {
        if let Some(anchors) = &expectation.falls_away_on {
            return meant(case, *i, anchors);
        }
        let kind = case.events[*i].kind;
        let named = expectation.trigger.iter().chain(&expectation.owed);
        let named = named
            .filter(|a| a.step.is_none())
            .any(|a| a.kind == Some(kind));
        case.ends_otherwise(*i) && !named
    };
    let for_good = (start..case.events.len()).find(falls);
    let done = owed.filter(|i| for_good.is_none_or(|end| *i <= end));
    let course = Course {
        start: Some(start),
        done,
        fallen: for_good.filter(|_| done.is_none()),
    };
    (course, perhaps)
}
