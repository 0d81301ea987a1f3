//! Findings: what an event completes, once it is there.

use mingjing_domain::Timestamp;
use mingjing_domain::alert::Level;
use mingjing_domain::definitions::{Anchor, ControlPoint, Name, PointKind, Step};
use mingjing_domain::event::EventKind;
use mingjing_domain::source::SourceClock;

use super::authority::query_ends;
use super::history::Case;
use super::values::{case_holds, event_holds, holds_afterwards, holds_with_event};
use super::{Moment, SlowEvaluator, State, Wanted, Watch, course, flow, level_of, suspensions};

/// One finding of a control point.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    /// The event that completes it.
    pub index: usize,
    /// The step, empty for the whole case.
    pub step: String,
    /// From 1.
    pub visit: u16,
    /// For an item that is off the list, a step that nobody knows and the like: until then it is a query to the department.
    pub grace_ends: Option<Timestamp>,
    /// For what is alleged more mildly than the control point's level.
    pub level: Option<Level>,
}

impl Finding {
    /// A finding about the whole case.
    pub fn of_case(index: usize) -> Self {
        Self {
            index,
            step: String::new(),
            visit: 1,
            grace_ends: None,
            level: None,
        }
    }

    /// A finding about one event by itself.
    pub fn of_event(case: &Case<'_>, index: usize) -> Self {
        let step = case.steps[index].unwrap_or_default().to_owned();
        Self {
            index,
            step,
            visit: case.occurrence(index),
            grace_ends: None,
            level: None,
        }
    }
}

impl SlowEvaluator<'_> {
    /// What a control point finds that is no limit.
    pub(super) fn findings(
        &self,
        case: &Case<'_>,
        watch: &Watch<'_>,
        moment: Moment<'_>,
    ) -> Vec<Wanted> {
        if let PointKind::ResentAfter { after, lifted_by } = &watch.point.check {
            return self.resent(case, watch, moment, after, lifted_by);
        }
        if let PointKind::StartMoved { on } = &watch.point.check {
            return self.start_moved(case, watch, moment, on);
        }
        let found = match &watch.point.check {
            PointKind::RequiresBefore { each, .. } => scoped(
                case,
                course::requires_before(case, &watch.point.check),
                *each,
            ),
            PointKind::WrongOrder { first, then } => wrong_order(case, first, then),
            PointKind::NotTogether { groups } => not_together(case, groups),
            PointKind::NothingAfter { each, .. } => {
                scoped(case, course::nothing_after(case, &watch.point.check), *each)
            }
            PointKind::Repeated { .. } => case_wide(course::repeated(case, &watch.point.check)),
            PointKind::AmountsDiffer { .. } => {
                case_wide(course::amounts_differ(case, &watch.point.check))
            }
            PointKind::NotInFlowchart => {
                asked_first(case, watch, flow::breaches(case).not_in_flowchart)
            }
            PointKind::StartedTooSoon => {
                asked_first(case, watch, flow::breaches(case).started_too_soon)
            }
            PointKind::RequiredStep { steps, at, unless } => {
                let mut found = self.required_step(case, steps, at, unless.as_ref());
                for finding in &mut found {
                    let steps = case.flowchart.into_iter().flat_map(|f| &f.steps);
                    let mut missing = steps.filter(|s| *s.code == *finding.step);
                    let protects = |step: &Step| {
                        use EventKind::{CollectiveDiscussion, Hearing, LegalReview, Notice};
                        let kinds = &step.done_by;
                        let of = |kind| kinds.contains(&kind);
                        of(Notice) || of(Hearing) || of(LegalReview) || of(CollectiveDiscussion)
                    };
                    finding.level = missing.next().and_then(|step| {
                        let by_kind = watch.point.level.is_none() && protects(step);
                        step.if_missing.or(by_kind.then_some(Level::Red))
                    });
                }
                asked_first(case, watch, found)
            }
            PointKind::TimeReversed => case_wide(flow::time_reversed(case)),
            PointKind::UnfoundedSuspension { notice } => {
                let mut found = suspensions::unfounded(case, watch.calendar, *notice);
                for finding in &mut found {
                    if suspensions::names_none(case, finding.index) {
                        let at = case.events[finding.index].occurred_at;
                        finding.grace_ends = Some(query_ends(watch, at));
                    }
                }
                found
            }
            PointKind::FrequentSuspension {
                count,
                limit,
                share,
                last,
            } => {
                let of_limit = limit.as_ref().map(|name| suspensions::OfLimit {
                    name,
                    share: share.map_or(50, |s| s.0),
                    last: last.map_or(10, |l| l.0),
                });
                self.too_frequent(case, watch.calendar, count.unwrap_or(2), of_limit)
            }
            PointKind::Condition { on, when, each } => {
                let condition = self.definitions.condition(when);
                let holds = |i: &usize| event_holds(&condition, case, *i);
                scoped(
                    case,
                    case.all(on).into_iter().filter(holds).collect(),
                    *each,
                )
            }
            _ => self.of_records(case, watch, moment),
        };
        found
            .into_iter()
            .filter(|finding| self.may_speak(case, &watch.point, finding.index))
            .map(|finding| {
                let index = finding.index;
                let wanted = self.as_wanted(case, &watch.point, moment, finding);
                self.weighed(case, &watch.point, index, wanted)
            })
            .collect()
    }

    /// For a person, where a lawful exception of the event was shown after it.
    pub(super) fn weighed(
        &self,
        case: &Case<'_>,
        point: &ControlPoint,
        index: usize,
        mut wanted: Wanted,
    ) -> Wanted {
        let shown = |text: &Name| holds_afterwards(&self.definitions.condition(text), case, index);
        if point.unless.iter().any(shown) {
            wanted.level = Level::Review;
        }
        wanted
    }

    /// The first record that was told anew after the course had ended.
    fn resent(
        &self,
        case: &Case<'_>,
        watch: &Watch<'_>,
        moment: Moment<'_>,
        after: &[Anchor],
        lifted_by: &[Anchor],
    ) -> Vec<Wanted> {
        if moment.source.clock == SourceClock::Declared {
            return Vec::new();
        }
        let told = course::resent(case, after, lifted_by);
        let meant = ControlPoint {
            unless: Vec::new(),
            ..(*watch.point).clone()
        };
        let plainly = told
            .iter()
            .find(|r| self.may_speak(case, &watch.point, r.index));
        // What weighs is never excused: a person looks at it.
        let excused = || {
            told.iter()
                .find(|r| r.weighs && self.may_speak(case, &meant, r.index))
        };
        let (first, level) = match plainly {
            Some(plainly) => (Some(plainly), None),
            None => (excused(), Some(Level::Review)),
        };
        let first = first.map(|resent| {
            let finding = Finding {
                level,
                ..Finding::of_case(resent.index)
            };
            Wanted {
                state: moment.state(case, &watch.point, resent.told_at),
                breached_at: Some(resent.told_at),
                ..self.as_wanted(case, &watch.point, moment, finding)
            }
        });
        first.into_iter().collect()
    }

    /// The first start that was told later than it had been told before.
    fn start_moved(
        &self,
        case: &Case<'_>,
        watch: &Watch<'_>,
        moment: Moment<'_>,
        on: &[Anchor],
    ) -> Vec<Wanted> {
        use EventKind::{Accepted, Applied, Filed};
        let asked = |i: &usize| match on {
            [] => matches!(case.events[*i].kind, Applied | Accepted | Filed),
            anchors => case.matches_any(*i, anchors),
        };
        let moved = |i: usize| Some((i, case.held(i)?.1));
        let mut found = (0..case.events.len()).filter(asked).filter_map(moved);
        let first = found.find(|(i, _)| self.may_speak(case, &watch.point, *i));
        let first = first.map(|(index, told_at)| {
            let wanted = Wanted {
                state: moment.state(case, &watch.point, told_at),
                breached_at: Some(told_at),
                ..self.as_wanted(case, &watch.point, moment, Finding::of_case(index))
            };
            self.weighed(case, &watch.point, index, wanted)
        });
        first.into_iter().collect()
    }

    /// Whether a point's own conditions let it speak of an event.
    pub(super) fn may_speak(&self, case: &Case<'_>, point: &ControlPoint, index: usize) -> bool {
        let holds = |text: &Name| holds_with_event(&self.definitions.condition(text), case, index);
        point.only_when.as_ref().is_none_or(holds) && !point.unless.iter().any(holds)
    }

    fn as_wanted(
        &self,
        case: &Case<'_>,
        point: &ControlPoint,
        moment: Moment<'_>,
        finding: Finding,
    ) -> Wanted {
        let instant = case.events[finding.index].occurred_at;
        let state = match finding.grace_ends {
            Some(end) if moment.clock < end.plus_millis(1000) => State::Pending,
            Some(_) => moment.state_when_settled(case, point),
            None => moment.state(case, point, instant),
        };
        Wanted {
            control_point: point.id.text.clone(),
            step: finding.step,
            visit: finding.visit,
            level: finding.level.unwrap_or_else(|| level_of(point)),
            state,
            due_at: None,
            breached_at: Some(instant),
            completed_at: None,
        }
    }

    /// One finding for each step that should be there when the case closes; none where the duty fell away before.
    fn required_step(
        &self,
        case: &Case<'_>,
        steps: &[Name],
        at: &[Anchor],
        unless: Option<&Name>,
    ) -> Vec<Finding> {
        let closing = match at {
            [] => case.first_of(EventKind::Closed),
            anchors => case.first(anchors),
        };
        let Some(closing) = closing else {
            return Vec::new();
        };
        if case.stands_ended(closing) {
            return Vec::new();
        }
        self.missing_at(case, closing, steps, unless)
    }

    /// One finding for each step that should be there by an event.
    pub(super) fn missing_at(
        &self,
        case: &Case<'_>,
        closing: usize,
        steps: &[Name],
        unless: Option<&Name>,
    ) -> Vec<Finding> {
        if unless
            .is_some_and(|text| case_holds(&self.definitions.condition(text), case, closing + 1))
        {
            return Vec::new();
        }
        let marked = case
            .flowchart
            .into_iter()
            .flat_map(|f| &f.steps)
            .filter(|s| s.required)
            .map(|s| &s.code);
        let wanted: Vec<&Name> = if steps.is_empty() {
            marked.collect()
        } else {
            steps.iter().collect()
        };
        let is_there = |step: &str| {
            case.visits
                .iter()
                .any(|v| v.step == step && v.entered <= closing)
        };
        wanted
            .into_iter()
            .filter(|step| !is_there(step) && !cannot_be_told(case, step))
            .map(|step| Finding {
                step: step.text.clone(),
                ..Finding::of_case(closing)
            })
            .collect()
    }
}

/// Of a case that has called a step by a word which its flowchart does not have, nothing is held against the flowchart before two
/// working days have passed.
fn asked_first(case: &Case<'_>, watch: &Watch<'_>, mut found: Vec<Finding>) -> Vec<Finding> {
    let known = |said: &str| case.chart.steps.iter().any(|s| *s.code == *said);
    let unknown = |step: &Option<&str>| step.is_some_and(|said| !said.is_empty() && !known(said));
    for finding in &mut found {
        if case.steps[..=finding.index].iter().any(unknown) {
            let at = case.events[finding.index].occurred_at;
            finding.grace_ends = Some(query_ends(watch, at));
        }
    }
    found
}

/// Whether a step is done by nothing that its source can say.
fn cannot_be_told(case: &Case<'_>, step: &str) -> bool {
    let steps = case.flowchart.into_iter().flat_map(|f| &f.steps);
    let mut named = steps.into_iter().filter(|s| *s.code == *step);
    named.any(|s| {
        !s.done_by.is_empty()
            && s.done_by
                .iter()
                .all(|kind| case.lacks.events.contains(kind))
    })
}

/// Every event by itself, or the first alone.
fn scoped(case: &Case<'_>, indices: Vec<usize>, each: bool) -> Vec<Finding> {
    match each {
        true => indices
            .into_iter()
            .map(|i| Finding::of_event(case, i))
            .collect(),
        false => case_wide(indices),
    }
}

/// Events that complete it, in order, each as a finding about the whole case: of those that the point may speak of,
/// the first is alleged.
pub(super) fn case_wide(mut indices: Vec<usize>) -> Vec<Finding> {
    indices.sort_unstable();
    indices.into_iter().map(Finding::of_case).collect()
}

fn wrong_order(case: &Case<'_>, first: &[Anchor], then: &[Anchor]) -> Vec<Finding> {
    let Some(first) = case.first(first) else {
        return Vec::new();
    };
    match (0..first).any(|earlier| case.matches_any(earlier, then)) {
        true => vec![Finding::of_case(first)],
        false => Vec::new(),
    }
}

fn not_together(case: &Case<'_>, groups: &[Vec<Anchor>]) -> Vec<Finding> {
    let mut firsts: Vec<usize> = groups
        .iter()
        .filter_map(|group| case.first(group))
        .collect();
    firsts.sort_unstable();
    firsts
        .get(1)
        .map(|second| Finding::of_case(*second))
        .into_iter()
        .collect()
}
