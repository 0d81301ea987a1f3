//! Starts that were told later than they had been told before: the clock keeps the earlier one.
//!
//! Else the day of acceptance could be moved on and on while a limit runs, and nothing would ever be late. What is put right within
//! the source's delay allowance after it was first told is taken without a word. When something was told is when it was first
//! received: that the department does not write itself.

use mingjing_domain::Timestamp;
use mingjing_domain::event::EventKind;

use super::Context;
use crate::history::Event;

/// What a case has once: another record of it, once the first is taken back or says something else, is the same told anew.
const ONCE: [EventKind; 3] = [EventKind::Applied, EventKind::Accepted, EventKind::Filed];

/// An earlier time than the one that is told now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) at: Timestamp,
    /// When the later time was told, or the earlier record taken back or made one of something else.
    pub(crate) told_at: Timestamp,
}

impl Context<'_> {
    /// When what an event starts began: as it was told first, where the later time came too late.
    pub(super) fn begins_at(&self, event: &Event<'_>) -> Timestamp {
        self.held(event).map_or(event.occurred_at, |held| held.at)
    }

    /// The earlier time that an event keeps; none where it was told no other, or put right in time.
    pub(crate) fn held(&self, event: &Event<'_>) -> Option<Held> {
        if !self.may_be_gone() {
            return None;
        }
        let told_later = self.told_later(event).into_iter();
        told_later
            .chain(self.told_anew(event))
            .min_by_key(|held| (held.at, held.told_at))
    }

    /// When the case was applied for, accepted or filed first, up to a place and as early as was told for longer than the allowance.
    pub(super) fn begun_at(&self, place: u32) -> Option<Timestamp> {
        let begins = |e: &Event<'_>| e.place <= place && ONCE.contains(&e.kind);
        if !self.may_be_gone() {
            let begun = self.history.up_to(place).filter(begins);
            return begun.map(|e| e.occurred_at).min();
        }
        let same = |a, b| self.means_same_special(a, b);
        let begun = self.history.every_version().filter(begins);
        let stood = begun.filter(|e| !self.history.was_put_right(e, self.allowance_ms, &same));
        stood.map(|e| e.occurred_at).min()
    }

    /// Whether anything may have been told that is told so no more.
    fn may_be_gone(&self) -> bool {
        // An import brings everything at once: when it came says nothing about when it was changed.
        !self.declared && self.history.may_hold_gone()
    }

    /// An earlier version of the same record had the earlier time.
    fn told_later(&self, event: &Event<'_>) -> Option<Held> {
        let same = |a, b| self.means_same_special(a, b);
        let told_at = self.history.first_told(event, &same);
        let step = self.step_symbol(event);
        let versions = self.history.versions_of(event).into_iter();
        let earlier = versions.filter(|v| {
            v.occurred_at < event.occurred_at && v.kind == event.kind && self.step_symbol(v) == step
        });
        let late = earlier.filter(|v| self.gone_too_late(v).is_some());
        let held = late.map(|v| Held {
            at: v.occurred_at,
            told_at,
        });
        held.min_by_key(|held| held.at)
    }

    /// Another record told of the same with the earlier time, and does so no more: this one is there in its place.
    fn told_anew(&self, event: &Event<'_>) -> Option<Held> {
        let mut before = self.history.before(event.place);
        if !ONCE.contains(&event.kind) || before.any(|e| e.kind == event.kind) {
            return None;
        }
        let versions = self.history.every_version();
        let earlier = versions.filter(|v| {
            v.kind == event.kind && v.occurred_at < event.occurred_at && !v.is_of_record(event)
        });
        let late = earlier.filter_map(|v| {
            Some(Held {
                at: v.occurred_at,
                told_at: self.gone_too_late(&v)?,
            })
        });
        late.min_by_key(|held| (held.at, held.told_at))
    }

    /// The versions that are told so no more, and were for longer than the allowance.
    pub(super) fn all_gone_too_late(&self) -> Vec<Event<'_>> {
        if !self.may_be_gone() {
            return Vec::new();
        }
        let versions = self.history.every_version();
        versions
            .filter(|v| self.gone_too_late(v).is_some())
            .collect()
    }

    /// When a version was told so no more, where that was later than the allowance after it was told.
    fn gone_too_late(&self, version: &Event<'_>) -> Option<Timestamp> {
        self.history
            .gone_too_late(version, self.allowance_ms, &|a, b| {
                self.means_same_special(a, b)
            })
    }

    /// Whether two codes mean the same special procedure, where the flowchart has it.
    fn means_same_special(&self, a: u16, b: u16) -> bool {
        let listed = || self.special(a).filter(|_| a != 0 && b != 0);
        a == b || listed().is_some_and(|special| self.special(b) == Some(special))
    }
}
