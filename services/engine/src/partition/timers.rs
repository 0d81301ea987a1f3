//! Instants at which cases are to be looked at again, in order.

use std::collections::BTreeSet;

use mingjing_domain::Timestamp;

use super::CaseIx;
use crate::fold::NEVER;

/// (instant, case): what comes first is taken first.
pub(crate) type Timers = BTreeSet<(Timestamp, CaseIx)>;

/// Takes out all timers up to an instant, in order. Their cases have none until they are armed again.
pub(super) fn take_up_to(timers: &mut Timers, until: Timestamp) -> Vec<(Timestamp, CaseIx)> {
    let mut due = Vec::new();
    while let Some(first) = timers.first().copied().filter(|(at, _)| *at <= until) {
        timers.pop_first();
        due.push(first);
    }
    due
}

/// Moves a case's timer; [`NEVER`] is none.
pub(super) fn move_timer(timers: &mut Timers, ix: CaseIx, from: Timestamp, to: Timestamp) {
    if from == to {
        return;
    }
    if from != NEVER {
        timers.remove(&(from, ix));
    }
    if to != NEVER {
        timers.insert((to, ix));
    }
}
