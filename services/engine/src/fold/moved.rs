//! Starts that were told later than they had been told before: the clock keeps the earlier one.
//!
//! Else the day of acceptance could be moved on and on while a limit runs, and nothing would ever be late. What is put right within
//! the source's delay allowance after it was first told is taken without a word. When something was told is when it was first
//! received: that the department does not write itself.

use mingjing_domain::Timestamp;
use mingjing_domain::event::EventKind;

use super::Context;
use crate::history::Event;

/// What a case has once: another record of it, once the first is taken back, is the same told anew.
const ONCE: [EventKind; 3] = [EventKind::Applied, EventKind::Accepted, EventKind::Filed];

/// An earlier time than the one that is told now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) at: Timestamp,
    /// When the later time was told, or the earlier record taken back.
    pub(crate) told_at: Timestamp,
}

impl Context<'_> {
    /// When what an event starts began: as it was told first, where the later time came too late.
    pub(super) fn begins_at(&self, event: &Event<'_>) -> Timestamp {
        self.held(event).map_or(event.occurred_at, |held| held.at)
    }

    /// The earlier time that an event keeps; none where it was told no other, or put right in time.
    pub(crate) fn held(&self, event: &Event<'_>) -> Option<Held> {
        // An import brings everything at once: when it came says nothing about when it was changed.
        if self.declared {
            return None;
        }
        let told_later = self.told_later(event).into_iter();
        told_later
            .chain(self.told_anew(event))
            .min_by_key(|held| (held.at, held.told_at))
    }

    /// An earlier version of the same record had the earlier time.
    fn told_later(&self, event: &Event<'_>) -> Option<Held> {
        if !self.history.holds_replaced() {
            return None;
        }
        let versions = self.history.versions_of(event);
        let told_at = self.first_told(event);
        let step = self.step_symbol(event);
        let earlier = versions.into_iter().filter(|v| {
            v.occurred_at < event.occurred_at && v.kind == event.kind && self.step_symbol(v) == step
        });
        let late = earlier.filter(|v| self.is_too_late(told_at, v));
        let held = late.map(|v| Held {
            at: v.occurred_at,
            told_at,
        });
        held.min_by_key(|held| held.at)
    }

    /// A record of the same kind with the earlier time was taken back, and this one is there in its place.
    fn told_anew(&self, event: &Event<'_>) -> Option<Held> {
        if !ONCE.contains(&event.kind) || !self.history.holds_corrections() {
            return None;
        }
        let mut before = self.history.before(event.place);
        if before.any(|e| e.kind == event.kind) {
            return None;
        }
        let taken_back = self.history.taken_back();
        let same = |place: u32| taken_back.iter().filter(move |(e, _)| e.place == place);
        let earlier = taken_back.iter().map(|(e, _)| e);
        let earlier = earlier.filter(|e| e.kind == event.kind && e.occurred_at < event.occurred_at);
        // Taken back twice is taken back the first time.
        let held = earlier.filter_map(|e| {
            let told = same(e.place).map(|(_, correction)| self.first_told(correction));
            Some((e, told.min()?))
        });
        let late = held.filter(|(e, told_at)| self.is_too_late(*told_at, e));
        late.map(|(e, told_at)| Held {
            at: e.occurred_at,
            told_at,
        })
        .min_by_key(|held| (held.at, held.told_at))
    }

    /// What was taken back later than the allowance after it was told.
    pub(super) fn taken_back_too_late(&self) -> Vec<Event<'_>> {
        if self.declared || !self.history.holds_corrections() {
            return Vec::new();
        }
        let all = self.history.taken_back();
        let told = |place: u32| {
            let same = all.iter().filter(|(e, _)| e.place == place);
            same.map(|(_, correction)| self.first_told(correction))
                .min()
        };
        let late = all.iter().map(|(e, _)| *e);
        late.filter(|e| told(e.place).is_some_and(|told_at| self.is_too_late(told_at, e)))
            .collect()
    }

    fn is_too_late(&self, told_at: Timestamp, earlier: &Event<'_>) -> bool {
        told_at > self.first_told(earlier).plus_millis(self.allowance_ms)
    }

    /// When a record was first received with the time that it has.
    fn first_told(&self, event: &Event<'_>) -> Timestamp {
        let versions = self.history.versions_of(event).into_iter();
        let same = versions.filter(|v| v.occurred_at == event.occurred_at);
        let told = same.map(|v| v.received_at()).min();
        told.unwrap_or_else(|| event.received_at())
    }
}
