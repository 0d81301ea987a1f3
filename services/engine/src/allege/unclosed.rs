//! What is alleged of cases that were decided and left open.

use mingjing_domain::Timestamp;
use mingjing_domain::alert::Level;
use mingjing_domain::event::EventKind;

use super::{Allegation, Ending, Origin, State, Times};
use crate::fold::{Context, Fold, NONE};
use crate::rules::Check;

/// Since when a case was left open, and when that was over.
#[derive(Clone, Copy)]
pub(super) struct Left {
    late_at: Timestamp,
    /// The place of what it was over with, or [`NONE`].
    over_with: u32,
    over: Option<(Timestamp, Ending)>,
}

/// Cases that were decided and left open. Answers since when, by the first point that says so.
pub(super) fn unclosed(
    fold: &Fold,
    context: &Context<'_>,
    times: &mut Times<'_>,
    out: &mut Vec<Allegation>,
) -> Option<Left> {
    let mut first = None;
    for (at, point) in context.plan.points.iter().enumerate() {
        if !matches!(point.check, Check::Unclosed { .. }) {
            continue;
        }
        let (found, again) = fold.unclosed(point, times.knowledge.clock, context);
        times.await_instant(again);
        let Some(found) = found else {
            continue;
        };
        let over = (found.over != NONE).then(|| context.history.event(found.over));
        first = first.or(Some(Left {
            late_at: found.late_at,
            over_with: found.over,
            over: over.map(|event| match event.kind {
                EventKind::Closed => (event.occurred_at, Ending::NoLongerOpen),
                _ => (event.occurred_at, Ending::Event),
            }),
        }));
        if context.lacks.has_event(EventKind::Closed) {
            continue;
        }
        let (state, completed_at) = match over {
            Some(event) if event.kind == EventKind::Closed => {
                (State::Stands, Some(event.occurred_at))
            }
            Some(event) => {
                let (at, why) = (event.occurred_at, Ending::Event);
                (State::Ended { at, why }, None)
            }
            None => (State::Stands, None),
        };
        out.push(Allegation {
            point: at as u16,
            step: 0,
            visit: 1,
            level: point.level,
            state,
            due_at: Some(found.late_at.plus_millis(-1000)),
            breached_at: Some(found.late_at),
            completed_at,
            settled: times.settle(found.late_at),
            silent: times.silent(found.late_at),
            origin: Origin::Unclosed { event: found.event },
        });
    }
    first
}

/// What is asked at the closing, of a case that was left open: a person looks, since it may not be over. It is over when a later
/// record answers it, else with the case; and where the closing itself finds the same, that is alleged already.
pub(super) fn asked_unclosed(
    left: Left,
    fold: &Fold,
    context: &Context<'_>,
    times: &mut Times<'_>,
    out: &mut Vec<Allegation>,
) {
    let Left { late_at, over, .. } = left;
    for (finding, answered) in fold.asked_unclosed(late_at, left.over_with, context) {
        let over = answered.map(|at| (at, Ending::NoLongerOpen)).or(over);
        let same = |a: &Allegation| {
            a.point == finding.point && a.step == finding.step && a.visit == finding.visit
        };
        if out.iter().any(same) {
            continue;
        }
        out.push(Allegation {
            point: finding.point,
            step: finding.step,
            visit: finding.visit,
            level: Level::Review,
            state: over.map_or(State::Stands, |(at, why)| State::Ended { at, why }),
            due_at: None,
            breached_at: Some(late_at),
            completed_at: None,
            settled: times.settle(late_at),
            silent: times.silent(late_at),
            origin: Origin::AskedUnclosed {
                event: finding.event,
                other: finding.other,
                detail: finding.detail,
            },
        });
    }
}
