//! Suspensions as disjoint stretches of days or seconds.

use super::Ledger;
use crate::calendar::{WorkCalendar, held};

/// Days or seconds that are not counted, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stop<'a> {
    pub first: i64,
    pub last: i64,
    pub label: &'a str,
}

/// The local days that are not counted: from the day a suspension begins to the day it ends.
pub(super) fn stopped_days<'a>(cal: &WorkCalendar, ledger: &Ledger<'a>) -> Vec<Stop<'a>> {
    let running = ledger.suspensions.iter().filter(|s| s.from <= s.to);
    let stop = |s: &super::Suspension<'a>| Stop {
        first: cal.zone().day_of(s.from),
        last: cal.zone().day_of(s.to),
        label: s.label,
    };
    disjoint(running.map(stop).collect())
}

/// The seconds since the epoch that are not counted: every second that a suspension touches.
pub(super) fn stopped_seconds<'a>(ledger: &Ledger<'a>) -> Vec<Stop<'a>> {
    let running = ledger.suspensions.iter().filter(|s| s.from < s.to);
    let stop = |s: &super::Suspension<'a>| Stop {
        first: held(s.from).millis().div_euclid(1000),
        last: (held(s.to).millis() - 1).div_euclid(1000),
        label: s.label,
    };
    disjoint(running.map(stop).collect())
}

/// In order and without overlap; where two overlap, the one that began first keeps the days.
fn disjoint(mut stops: Vec<Stop<'_>>) -> Vec<Stop<'_>> {
    stops.sort_by_key(|stop| stop.first);
    let mut end = i64::MIN;
    stops.retain_mut(|stop| {
        stop.first = stop.first.max(end.saturating_add(1));
        end = end.max(stop.last);
        stop.first <= stop.last
    });
    stops
}
