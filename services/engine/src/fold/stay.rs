//! A stay: one run of one limit, from its start to where it was done or fell away.

use mingjing_domain::Timestamp;

use crate::history::Reading;

/// No event.
pub(crate) const NONE: u32 = u32::MAX;
/// Never, or not yet.
pub(crate) const NEVER: Timestamp = Timestamp::MAX;

/// Why a duty fell away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fallen {
    No,
    /// A condition held: what is done later is judged all the same.
    Condition,
    /// An event ended it for good.
    ForGood,
}

/// From what a stay runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Begun {
    /// From what its limit runs from.
    Plainly,
    /// From an application that nobody has answered yet: an answer in time ends it without a trace.
    Unanswered,
    /// From an application that was not answered in time.
    Deemed,
    /// From what led to a step of which only the end was told: its start may have been later.
    Before,
}

impl Begun {
    /// From an application rather than from what its limit runs from.
    pub(crate) fn is_from_application(self) -> bool {
        matches!(self, Begun::Unanswered | Begun::Deemed)
    }
}

/// One run of a timed point.
#[derive(Clone, Debug)]
pub(crate) struct Stay {
    pub(crate) start_at: Timestamp,
    pub(crate) done_at: Timestamp,
    /// The instants its rungs are reached, [`NEVER`] while time stands still. `too_early`: the earliest lawful
    /// instant.
    pub(crate) rungs: [Timestamp; 3],
    /// Extensions credited, as bits by place in the ledger.
    pub(crate) extensions: u32,
    pub(crate) start_event: u32,
    pub(crate) done_event: u32,
    pub(crate) fell_event: u32,
    /// The first event that may have done what is owed, and does not say whether it was that; or [`NONE`].
    pub(crate) perhaps_event: u32,
    pub(crate) timed: u16,
    /// Step symbol; 0 for the whole case.
    pub(crate) step: u16,
    pub(crate) visit: u16,
    pub(crate) fallen: Fallen,
    /// 补正 stopped it: it has no due instant, and what is done now is in time.
    pub(crate) stopped: bool,
    pub(crate) begun: Begun,
}

impl Stay {
    pub(super) fn new(timed: u16, step: u16, visit: u16, start: Option<(Timestamp, u32)>) -> Self {
        Stay {
            start_at: start.map_or(Timestamp::MIN, |(at, _)| at),
            done_at: NEVER,
            rungs: [NEVER; 3],
            extensions: 0,
            start_event: start.map_or(NONE, |(_, event)| event),
            done_event: NONE,
            fell_event: NONE,
            perhaps_event: NONE,
            timed,
            step,
            visit,
            fallen: Fallen::No,
            stopped: false,
            begun: Begun::Plainly,
        }
    }

    pub(super) fn done(&mut self, at: Timestamp, event: u32) {
        (self.done_at, self.done_event) = (at, event);
    }

    /// What fell by a condition may later fall for good, as of when it first fell.
    pub(super) fn fall(&mut self, how: Fallen, event: u32) {
        if self.fallen == Fallen::No {
            self.fell_event = event;
        }
        self.fallen = how;
    }

    /// When it fell; none while it has not.
    pub(crate) fn fell_at(&self, history: Reading<'_>) -> Option<Timestamp> {
        (self.fell_event != NONE).then(|| history.event(self.fell_event).occurred_at)
    }

    /// When it was perhaps done already; none where nothing suggests it.
    pub(crate) fn perhaps_at(&self, history: Reading<'_>) -> Option<Timestamp> {
        (self.perhaps_event != NONE).then(|| history.event(self.perhaps_event).occurred_at)
    }

    pub(crate) fn is_done(&self) -> bool {
        self.done_at != NEVER
    }

    /// Done, or fallen for good: what happens later does not end it any more.
    pub(super) fn is_over(&self) -> bool {
        self.is_done() || self.fallen == Fallen::ForGood
    }

    /// Ledger entries at or after this event do not count.
    pub(crate) fn entries_until(&self) -> u32 {
        if self.is_done() {
            self.done_event
        } else {
            self.fell_event // none while it is owed
        }
    }

    /// Still owed.
    pub(crate) fn is_open(&self) -> bool {
        !self.is_done() && self.fallen == Fallen::No
    }
}
