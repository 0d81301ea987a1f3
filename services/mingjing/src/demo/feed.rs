//! What is due to be sent, in order of time. Pure: the plan's days are told as the clock reaches them.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use mingjing_domain::Timestamp;

use super::city::SYSTEMS;
use super::days;
use super::plan::Plan;
use super::story::Dispatch;

/// Sources say how far they are at every half hour of the clock, and that is half an hour before: by then clerks have
/// typed in and systems have sent what happened.
const HALF_HOUR_MS: i64 = 30 * 60_000;

/// Records on their way to be sent.
#[derive(Debug)]
pub struct Feed {
    plan: Plan,
    /// By instant, source and event id, so that their order never depends on when a day was told.
    waiting: BTreeMap<(Timestamp, String, u64), Dispatch>,
    /// The next day to be told.
    next: NaiveDate,
    /// Records before this were sent, and more than that.
    from: Timestamp,
    /// By source: the half hour at which it last said how far it is.
    said: BTreeMap<&'static str, Timestamp>,
}

/// What one source has to send.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Due {
    /// Records, oldest first.
    pub dispatches: Vec<Dispatch>,
    /// To be said after them: everything up to here was sent.
    pub complete_until: Option<Timestamp>,
}

impl Feed {
    /// What is sent from `from` on, which may have been sent in part before.
    pub fn new(plan: Plan, origin: Timestamp, from: Timestamp) -> Self {
        Self {
            plan,
            waiting: BTreeMap::new(),
            next: days::day(origin),
            from,
            said: BTreeMap::new(),
        }
    }

    /// The city's plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Takes what is due at `now`, by source. Sources without anything to send are not there.
    pub fn take_due(&mut self, now: Timestamp) -> BTreeMap<&'static str, Due> {
        self.tell_days(now);
        let later = self
            .waiting
            .split_off(&(now.plus_millis(1), String::new(), 0));
        let due = std::mem::replace(&mut self.waiting, later);
        let mut by_source: BTreeMap<&'static str, Due> = BTreeMap::new();
        for dispatch in due.into_values() {
            if let Some(system) = SYSTEMS
                .into_iter()
                .find(|id| *id == &*dispatch.event.source)
            {
                by_source
                    .entry(system)
                    .or_default()
                    .dispatches
                    .push(dispatch);
            }
        }
        let half_hour =
            Timestamp::from_millis(now.millis().div_euclid(HALF_HOUR_MS) * HALF_HOUR_MS);
        for system in SYSTEMS {
            let said = self.said.get(system).copied().unwrap_or(self.from);
            if half_hour > said && !self.plan.is_silent(system, now) {
                self.said.insert(system, half_hour);
                by_source.entry(system).or_default().complete_until =
                    Some(half_hour.plus_millis(-HALF_HOUR_MS));
            }
        }
        by_source
    }

    /// When something is due next, at the latest at the next half hour.
    pub fn next_due(&self, now: Timestamp) -> Timestamp {
        let half_hour = (now.millis().div_euclid(HALF_HOUR_MS) + 1) * HALF_HOUR_MS;
        let first = self
            .waiting
            .first_key_value()
            .map_or(Timestamp::MAX, |((at, ..), _)| *at);
        first.min(Timestamp::from_millis(half_hour))
    }

    fn tell_days(&mut self, now: Timestamp) {
        while self.next <= days::day(now) {
            for dispatch in self.plan.day(self.next) {
                if dispatch.at >= self.from {
                    let key = (
                        dispatch.at,
                        dispatch.event.case_no.to_string(),
                        dispatch.event.source_seq,
                    );
                    self.waiting.insert(key, dispatch);
                }
            }
            self.next = days::plus(self.next, 1);
        }
    }
}
