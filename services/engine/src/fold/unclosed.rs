//! Cases that were decided, in which nothing more happened, and which nobody closed.
//!
//! What is asked when a case closes is never asked of a case that is not closed: so leaving out the closing would be a way round it.

use mingjing_domain::Timestamp;
use mingjing_domain::deadline;
use mingjing_domain::definitions::{Judged, RungAt};
use mingjing_domain::event::EventKind;
use mingjing_domain::limit::Budget;

use super::points::at_least_ms;
use super::stay::{NEVER, NONE};
use super::{BEGUN_BY, Context, Fold, Seen, Stay};
use crate::condition::Condition;
use crate::history::Event;
use crate::rules::{Check, ENDED_OTHERWISE, Point, TimedKind};

/// What is said about a case, and is no act in it.
const SAID: [EventKind; 9] = [
    EventKind::Applied,
    EventKind::Note,
    EventKind::Corrected,
    EventKind::Rated,
    EventKind::Complaint,
    EventKind::ComplaintAccepted,
    EventKind::ComplaintAnswered,
    EventKind::CalledBack,
    EventKind::Rectified,
];

/// A case that was left open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unclosed {
    /// The place of the last act in it.
    pub(crate) event: u32,
    /// The first second in which it was left for too long.
    pub(crate) late_at: Timestamp,
    /// What closed it or ended it after all, or [`NONE`].
    pub(crate) over: u32,
}

impl Fold {
    /// The first act after which the case was left for too long; and where there is none, when to look again.
    pub(crate) fn unclosed(
        &self,
        point: &Point,
        clock: Timestamp,
        context: &Context<'_>,
    ) -> (Option<Unclosed>, Timestamp) {
        let Check::Unclosed { after, within } = point.check else {
            return (None, NEVER);
        };
        if self.seen() & after == 0 {
            return (None, NEVER);
        }
        let (mut led_to, mut accepted, mut ended) = (false, false, false);
        let mut last: Option<Event<'_>> = None;
        for event in context.history.known() {
            led_to |= context.marks(&event) & after != 0;
            if SAID.contains(&event.kind) {
                continue;
            }
            if let Some(act) = last.take() {
                let until = event.occurred_at.floor_second();
                if let Ok(found) = self.left_after(&act, within, point, until, context) {
                    return (Some(found), NEVER);
                }
            }
            if event.kind == EventKind::Closed {
                return (None, NEVER);
            }
            let refused_late = event.kind == EventKind::NotAccepted && accepted;
            let begins = BEGUN_BY.contains(&event.kind);
            ended = (ended && !begins) || (ENDED_OTHERWISE.contains(&event.kind) && !refused_late);
            accepted |= event.kind == EventKind::Accepted;
            last = (led_to && !ended).then_some(event);
        }
        let Some(act) = last else {
            return (None, NEVER);
        };
        match self.left_after(&act, within, point, clock, context) {
            Ok(found) => (Some(found), NEVER),
            Err(again) => (None, again),
        }
    }

    /// The case as left after an act, where that is too long by an instant; else when it may be.
    fn left_after(
        &self,
        act: &Event<'_>,
        within: Budget,
        point: &Point,
        until: Timestamp,
        context: &Context<'_>,
    ) -> Result<Unclosed, Timestamp> {
        let earliest = act.occurred_at.plus_millis(at_least_ms(within));
        if until < earliest {
            return Err(earliest);
        }
        let entered = self.ledger().into_iter().flat_map(|l| &l.suspensions);
        let suspensions: Vec<_> = entered
            .map(|entry| deadline::Suspension {
                from: entry.from,
                to: entry.credited_until(NONE),
                label: &context.plan.specials[usize::from(entry.special)].name,
            })
            .collect();
        let stood_still = deadline::Ledger {
            suspensions: &suspensions,
            extensions: &[],
        };
        let calendar = &context.plan.calendar;
        let due = deadline::deadline(calendar, act.occurred_at, within, &stood_still);
        if due.is_never() {
            return Err(NEVER);
        }
        let late_at = deadline::first_late_instant(due.due_at);
        if until < late_at {
            return Err(late_at);
        }
        let (late_at, by_then, last) = self.no_more_waited_for(late_at, until, context)?;
        if !last.is_some_and(|last| by_then.lets_speak(point, last, context)) {
            return Err(NEVER);
        }
        let mut later = context.history.known().filter(|e| e.place > act.place);
        let over = later.find(|e| {
            let ends = ENDED_OTHERWISE.contains(&e.kind) && e.kind != EventKind::NotAccepted;
            ends || e.kind == EventKind::Closed
        });
        Ok(Unclosed {
            event: act.place,
            late_at,
            over: over.map_or(NONE, |e| e.place),
        })
    }

    /// From when on after an instant no limit is waited for any more, and the case as it stood then; else when to look again.
    fn no_more_waited_for<'h>(
        &self,
        late_at: Timestamp,
        until: Timestamp,
        context: &Context<'h>,
    ) -> Result<(Timestamp, Fold, Option<Event<'h>>), Timestamp> {
        let (mut by_then, mut last) = self.as_of(late_at, context);
        let mut at = late_at;
        let second = |event: &Event<'_>| event.occurred_at.floor_second();
        let known = context.history.known();
        let mut later = known.skip_while(|e| second(e) < late_at).peekable();
        while by_then.is_waited_for(context) {
            at = second(later.peek().ok_or(NEVER)?).plus_millis(1000);
            if at > until {
                return Err(at);
            }
            while let Some(event) = later.next_if(|e| second(e) < at) {
                by_then.apply(event, context);
                last = Some(event);
            }
        }
        Ok((at, by_then, last))
    }

    /// The case as it stood before an instant, by what is known now, and its last event then.
    pub(super) fn as_of<'h>(
        &self,
        at: Timestamp,
        context: &Context<'h>,
    ) -> (Fold, Option<Event<'h>>) {
        let mut by_then = Fold::new(self.plan, context);
        let mut last = None;
        let known = context.history.known();
        for event in known.take_while(|e| e.occurred_at.floor_second() < at) {
            by_then.apply(event, context);
            last = Some(event);
        }
        (by_then, last)
    }

    /// Whether a point's own conditions let it speak of the case as it stands with its last event.
    pub(super) fn lets_speak(&self, point: &Point, last: Event<'_>, context: &Context<'_>) -> bool {
        let seen = Seen {
            attributes: &self.attributes,
            event: last,
            context,
            with_event: true,
        };
        let holds = |condition: &Condition| condition.holds(&seen) == Ok(true);
        point.only_when.as_ref().is_none_or(holds) && !point.unless.iter().any(holds)
    }

    /// Whether a limit that speaks of open cases is open: its own point speaks of it. What runs from a complaint or a rating keeps no
    /// case open.
    fn is_waited_for(&self, context: &Context<'_>) -> bool {
        self.stays.iter().any(|stay: &Stay| {
            let timed = &context.plan.timed[usize::from(stay.timed)];
            let speaks = matches!(timed.kind, TimedKind::Overdue(_))
                && timed.judged != Judged::WhenDone
                && timed.duty.is_none();
            let known = timed.own_deadline.is_none()
                || self.due(RungAt::Statutory, stay, timed, context).is_some();
            let voice = |kind| kind != EventKind::Applied && SAID.contains(&kind);
            let mut kinds = context.plan.kinds_of(timed.from).peekable();
            let of_voices = kinds.peek().is_some() && kinds.all(voice);
            speaks && stay.is_open() && known && !of_voices
        })
    }
}
