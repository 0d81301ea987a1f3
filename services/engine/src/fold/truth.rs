//! What a record's own times say against it: it was typed in late, or it lies before what must precede it.

use mingjing_domain::deadline;
use mingjing_domain::event::EventKind;
use mingjing_domain::limit::Budget;

use super::points::at_least_ms;
use super::{Context, NONE};
use crate::history::Event;

impl Context<'_> {
    /// Whether an event was there to be read later than so long after it happened. A source that is declared as a back-fill is exempt.
    pub(crate) fn enters_late(&self, event: &Event<'_>, over: Budget) -> bool {
        if self.declared {
            return false;
        }
        let occurred = event.occurred_at;
        let entered = event.known_at();
        if entered.millis() - occurred.millis() <= at_least_ms(over) {
            return false;
        }
        let none = deadline::Ledger::default();
        let due = deadline::deadline(&self.plan.calendar, occurred, over, &none);
        deadline::is_late(entered, due.due_at)
    }

    /// Acceptance before application, decision before acceptance, a step's end before its start, a suspension's before it: the other
    /// event, or [`NONE`] where the event speaks against itself.
    pub(crate) fn time_reversed(&self, event: &Event<'_>) -> Option<u32> {
        match event.kind {
            EventKind::Applied => self.first_though_after(event, EventKind::Accepted),
            EventKind::Accepted => self.first_though_after(event, EventKind::Decided),
            EventKind::StepStart => self.end_before_this_start(event),
            EventKind::Suspend => ends_before_it_begins(event).then_some(NONE),
            _ => None,
        }
    }

    /// For the first event of its kind: an earlier one of the kind that should have followed.
    fn first_though_after(&self, event: &Event<'_>, kind: EventKind) -> Option<u32> {
        let mut before = self.history.before(event.place);
        if before.any(|e| e.kind == event.kind) {
            return None;
        }
        let mut before = self.history.before(event.place);
        let earlier = before.find(|e| e.kind == kind && e.occurred_at < event.occurred_at);
        earlier.map(|e| e.place)
    }

    /// An end of the same step that no start precedes, that happened before this start and that the source sent after it: by its
    /// numbers, or where both have the same, by when they came. An end with a start before it is that visit's, however numbers
    /// are given: tables number all their ends after all their starts.
    fn end_before_this_start(&self, this: &Event<'_>) -> Option<u32> {
        let step = self.step_symbol(this);
        let mut open = 0u32;
        for e in self.history.before(this.place) {
            if self.step_symbol(&e) != step {
                continue;
            }
            let ends = e.kind == EventKind::StepEnd;
            let sent_after = e.source_seq > this.source_seq
                || (e.source_seq == this.source_seq && e.received_at() >= this.received_at());
            if ends && open == 0 && e.occurred_at < this.occurred_at && sent_after {
                return Some(e.place);
            }
            match e.kind {
                EventKind::StepStart => open += 1,
                _ if self.ends_visit(&e) => open = open.saturating_sub(1),
                _ => {}
            }
        }
        None
    }
}

/// A suspension that was to end before it began.
fn ends_before_it_begins(event: &Event<'_>) -> bool {
    let planned = event.special().and_then(|entry| entry.planned_end);
    planned.is_some_and(|end| end < event.occurred_at)
}
