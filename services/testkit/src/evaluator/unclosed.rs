//! Cases that were decided and left open, and what is asked of them then.

use mingjing_domain::Timestamp;
use mingjing_domain::alert::Level;
use mingjing_domain::deadline::{self, Ledger};
use mingjing_domain::definitions::{Anchor, Judged, PointKind};
use mingjing_domain::event::EventKind;
use mingjing_domain::limit::{Budget, Unit};

use super::codes::cannot_come;
use super::course::differs_at;
use super::findings::Finding;
use super::history::Case;
use super::ladder::NEVER;
use super::ledger::all_suspensions;
use super::{Moment, SlowEvaluator, State, Wanted, Watch, level_of};

/// A case that was left open.
struct Left {
    /// The first second in which it was left for too long.
    late_at: Timestamp,
    /// What closed it or ended it after all.
    over: Option<usize>,
}

impl<'a> SlowEvaluator<'a> {
    /// What a point on cases that are left open finds.
    pub(super) fn unclosed(
        &self,
        case: &Case<'a>,
        watch: &Watch<'_>,
        moment: Moment<'_>,
    ) -> Vec<Wanted> {
        if case.lacks.events.contains(&EventKind::Closed) {
            return Vec::new();
        }
        let Some(left) = self.left_open(case, watch, moment) else {
            return Vec::new();
        };
        let closed = |i: &usize| case.events[*i].kind == EventKind::Closed;
        let standing = moment.state(case, &watch.point, left.late_at);
        let ended = left.over.is_some_and(|i| !closed(&i));
        let completed = left.over.filter(closed);
        vec![Wanted {
            control_point: watch.point.id.text.clone(),
            step: String::new(),
            visit: 1,
            level: level_of(&watch.point),
            state: match standing {
                State::Pending => State::Pending,
                _ if ended => State::Ended,
                standing => standing,
            },
            due_at: Some(left.late_at.plus_millis(-1000)),
            breached_at: Some(left.late_at),
            completed_at: completed.map(|i| case.events[i].occurred_at),
        }]
    }

    /// What a point that asks at the closing finds of a case that was left open, as it stood then.
    pub(super) fn asked_unclosed(
        &self,
        case: &Case<'a>,
        watch: &Watch<'_>,
        moment: Moment<'_>,
    ) -> Vec<Wanted> {
        let (PointKind::RequiredStep { at, .. } | PointKind::AmountsDiffer { at, .. }) =
            &watch.point.check
        else {
            return Vec::new();
        };
        let at_closing = |anchor: &Anchor| {
            anchor.step.is_none() && anchor.kind.is_none_or(|kind| kind == EventKind::Closed)
        };
        if !at.is_empty() && !at.iter().any(at_closing) {
            return Vec::new();
        }
        let watches = self.watches(case, moment.source).into_iter();
        let mut left = watches
            .filter(|other| matches!(other.point.check, PointKind::Unclosed { .. }))
            .filter_map(|other| self.left_open(case, &other, moment));
        let Some(Left { late_at, over }) = left.next() else {
            return Vec::new();
        };
        let events = 0..case.events.len();
        let known = events.take_while(|i| case.second(*i) < late_at).count();
        let found = self.asked_after(case, watch, at, known);
        let until = over.unwrap_or(case.events.len());
        let is_answered = |finding: &Finding| {
            (known..until).any(|i| {
                let still = self.asked_after(case, watch, at, i + 1);
                !still.iter().any(|f| f.step == finding.step)
            })
        };
        let wanted = found.into_iter().map(|finding| {
            let state = match moment.state(case, &watch.point, late_at) {
                State::Pending => State::Pending,
                // What the closing finds is alleged by itself, before this.
                _ if over.is_some() || is_answered(&finding) => State::Ended,
                standing => standing,
            };
            Wanted {
                control_point: watch.point.id.text.clone(),
                step: finding.step,
                visit: finding.visit,
                level: Level::Review,
                state,
                due_at: None,
                breached_at: Some(late_at),
                completed_at: None,
            }
        });
        wanted.collect()
    }

    /// What a closing after the first `known` events would find, where nothing has closed the case.
    fn asked_after(
        &self,
        case: &Case<'a>,
        watch: &Watch<'_>,
        at: &[Anchor],
        known: usize,
    ) -> Vec<Finding> {
        let Some(last) = known.checked_sub(1) else {
            return Vec::new();
        };
        let closed = (0..known).any(|i| match at {
            [] => case.events[i].kind == EventKind::Closed,
            anchors => case.matches_any(i, anchors),
        });
        if closed || !self.may_speak(case, &watch.point, last) {
            return Vec::new();
        }
        let then = case.before(known);
        match &watch.point.check {
            PointKind::RequiredStep { steps, unless, .. } => {
                self.missing_at(&then, last, steps, unless.as_ref())
            }
            check if differs_at(&then, check, last) => vec![Finding::of_case(last)],
            _ => Vec::new(),
        }
    }

    fn left_open(&self, case: &Case<'a>, watch: &Watch<'_>, moment: Moment<'_>) -> Option<Left> {
        let PointKind::Unclosed { after, within } = &watch.point.check else {
            return None;
        };
        let within = within.unwrap_or(Budget::new(30, Unit::WorkingDays));
        let leads = |i: usize| match after.as_slice() {
            [] => case.events[i].kind == EventKind::Decided,
            anchors => case.matches_any(i, anchors),
        };
        let acts = |i: &usize| !is_said(case.events[*i].kind);
        let all = 0..case.events.len();
        for act in all.clone().filter(acts) {
            let closed = (0..=act).any(|i| case.events[i].kind == EventKind::Closed);
            if closed || !(0..=act).any(leads) || case.stands_ended(act) {
                continue;
            }
            let next = (act + 1..case.events.len()).find(acts);
            let until = next.map_or(moment.clock.floor_second(), |i| case.second(i));
            let Some(late_at) = self.left_at(case, act, within) else {
                continue;
            };
            if until < late_at {
                continue;
            }
            let earlier = |at: Timestamp| {
                let known = all.clone().take_while(|i| case.second(*i) < at);
                known.count()
            };
            // While a limit is waited for, its end is waited for too.
            let later = all.clone().map(|i| case.second(i).plus_millis(1000));
            let mut looked_at = std::iter::once(late_at)
                .chain(later.filter(|at| *at > late_at))
                .filter(|at| *at <= until);
            let over = |at: &Timestamp| {
                let then = case.before(earlier(*at));
                !self.is_waited_for(case, &then, moment)
            };
            let Some(late_at) = looked_at.find(over) else {
                continue;
            };
            let known = earlier(late_at);
            if known == 0 || !self.may_speak(case, &watch.point, known - 1) {
                continue;
            }
            let over = (act + 1..case.events.len()).find(|i| {
                let kind = case.events[*i].kind;
                let ends = EventKind::ENDED_OTHERWISE.contains(&kind);
                kind == EventKind::Closed || (ends && kind != EventKind::NotAccepted)
            });
            return Some(Left { late_at, over });
        }
        None
    }

    /// From when on it is too long since an act; none while time stands still.
    fn left_at(&self, case: &Case<'a>, act: usize, within: Budget) -> Option<Timestamp> {
        let calendar = self.definitions.calendar_of(case, &case.chart.calendar);
        let entered = all_suspensions(case, case.chart, case.events.len(), calendar);
        let suspensions: Vec<_> = entered.into_iter().map(|entry| entry.suspension).collect();
        let ledger = Ledger {
            suspensions: &suspensions,
            extensions: &[],
        };
        let from = case.events[act].occurred_at;
        let due_at = deadline::deadline(calendar, from, within, &ledger).due_at;
        (due_at < NEVER).then(|| due_at.plus_millis(1000))
    }

    /// Whether a limit that speaks of open cases is open in the case as it stood.
    fn is_waited_for(&self, case: &Case<'a>, then: &Case<'a>, moment: Moment<'_>) -> bool {
        let watches = self.watches(case, moment.source).into_iter();
        let mut overdue =
            watches.filter(|watch| matches!(watch.point.check, PointKind::Overdue { .. }));
        overdue.any(|watch| {
            let Some(limit) = watch.limit.as_deref() else {
                return false;
            };
            let voice = |anchor: &Anchor| {
                let said = |kind| kind != EventKind::Applied && is_said(kind);
                anchor.kind.is_some_and(said)
            };
            // What runs from a complaint or a rating keeps no case open.
            let of_voices = !limit.from.is_empty() && limit.from.iter().all(voice);
            let speaks = limit.judged != Judged::WhenDone
                && !of_voices
                && !cannot_come(case.lacks, &limit.to);
            let stays = self.stays(then, then.chart, limit).into_iter();
            let mut courses = stays.map(|stay| self.course(then, limit, &stay));
            speaks && courses.any(|course| course.end().is_none())
        })
    }
}

/// What is said about a case, and is no act in it.
fn is_said(kind: EventKind) -> bool {
    use EventKind::{
        Applied, CalledBack, Complaint, ComplaintAccepted, ComplaintAnswered, Corrected, Note,
        Rated, Rectified,
    };
    let plain = matches!(kind, Applied | Note | Corrected);
    let voices = matches!(
        kind,
        Rated | Complaint | ComplaintAccepted | ComplaintAnswered
    );
    plain || voices || matches!(kind, CalledBack | Rectified)
}
