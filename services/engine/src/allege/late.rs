//! What is alleged of records that were told late, or told anew: limits in time by them alone, another item, other values.

use mingjing_domain::Timestamp;
use mingjing_domain::alert::Level;

use super::{Allegation, Origin, State, Times};
use crate::fold::{BEGUN_BY, Context, Fold};
use crate::rules::Check;

/// Records that were sent again after the course had ended: of each point the first that it may speak of.
pub(super) fn resent(context: &Context<'_>, times: &mut Times<'_>, out: &mut Vec<Allegation>) {
    for (at, point) in context.plan.points.iter().enumerate() {
        let Check::ResentAfter { after, lifted_by } = point.check else {
            continue;
        };
        let Some(found) = context.first_resent(point, after, lifted_by) else {
            continue;
        };
        out.push(Allegation {
            point: at as u16,
            step: 0,
            visit: 1,
            level: match found.excused {
                true => Level::Review,
                false => point.level,
            },
            state: State::Stands,
            due_at: None,
            breached_at: Some(found.told_at),
            completed_at: None,
            settled: times.settle(found.told_at),
            silent: times.silent(found.told_at),
            origin: Origin::Resent { event: found.event },
        });
    }
}

/// A case that was told to be of an item with a longer clock, too late.
pub(super) fn item_changed(
    context: &Context<'_>,
    times: &mut Times<'_>,
    out: &mut Vec<Allegation>,
) {
    let Some((former, due_at)) = context.item_changed() else {
        return;
    };
    let known = || context.history.known();
    // Where none names an item any more, the acceptance is what the case is told by.
    let named = known().find(|e| context.profile(e).item != 0);
    let Some(event) = named.or_else(|| known().find(|e| BEGUN_BY.contains(&e.kind))) else {
        return;
    };
    for (at, point) in context.plan.points.iter().enumerate() {
        if !matches!(point.check, Check::ItemChanged) {
            continue;
        }
        out.push(Allegation {
            point: at as u16,
            step: 0,
            visit: 1,
            level: point.level,
            state: State::Stands,
            due_at: Some(due_at),
            breached_at: Some(former.told_at),
            completed_at: None,
            settled: times.settle(former.told_at),
            silent: times.silent(former.told_at),
            origin: Origin::OtherItem { event: event.place },
        });
    }
}

/// Limits that would be past due but for what was told late.
pub(super) fn saved_by_late_entry(
    fold: &Fold,
    context: &Context<'_>,
    times: &mut Times<'_>,
    out: &mut Vec<Allegation>,
) {
    let mut saved = fold.saved(context);
    saved.sort_by_key(|saved| (saved.due_at, saved.place));
    for (at, point) in context.plan.points.iter().enumerate() {
        if !matches!(point.check, Check::SavedByLateEntry) {
            continue;
        }
        for saved in &saved {
            let stay = &fold.stays[saved.place];
            let over_at = match stay.is_done() {
                true => Some(stay.done_at),
                false => stay.fell_at(context.history),
            };
            let until = over_at.map_or(times.knowledge.clock, Timestamp::floor_second);
            let late_at = saved.late_at();
            if over_at.is_none() {
                times.await_instant(late_at);
            }
            let same = |a: &Allegation| {
                usize::from(a.point) == at && a.step == stay.step && a.visit == stay.visit
            };
            if late_at > until || out.iter().any(same) {
                continue;
            }
            out.push(Allegation {
                point: at as u16,
                step: stay.step,
                visit: stay.visit,
                level: point.level,
                state: State::Stands,
                due_at: Some(saved.due_at),
                breached_at: Some(late_at),
                completed_at: None,
                settled: times.settle(late_at),
                silent: times.silent(late_at),
                origin: Origin::Saved { place: saved.place },
            });
        }
    }
}
