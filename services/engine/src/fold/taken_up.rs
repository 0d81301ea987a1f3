//! Cases that ended otherwise than by what is owed, and are taken up again: their clock goes on, or begins anew.
//!
//! Who voids or returns a case and goes on with it under its number must not escape its limit (domain study 11.13).

use mingjing_domain::definitions::{LimitKind, Occurrence};
use mingjing_domain::event::EventKind;

use super::stay::Fallen;
use super::{Context, Fold, Stay, Taken};
use crate::history::{Event, present};
use crate::rules::{ENDED_OTHERWISE, TimedPoint};

/// What nobody does with a case that has ended. Ends of steps and of special procedures are none of it: whoever ends a case
/// closes what is open.
const HANDLING: [EventKind; 10] = [
    EventKind::Accepted,
    EventKind::Filed,
    EventKind::SupplementNotice,
    EventKind::SupplementDone,
    EventKind::Suspend,
    EventKind::Extend,
    EventKind::Hearing,
    EventKind::LegalReview,
    EventKind::CollectiveDiscussion,
    EventKind::Decided,
];

/// Whether it may follow the end of a case without going on with it.
pub(crate) fn winds_up(kind: EventKind) -> bool {
    use EventKind::{
        CalledBack, Closed, Complaint, ComplaintAccepted, ComplaintAnswered, Corrected, Delivered,
        Note, Published, Rated, Rectified, Resume, StepEnd, Unpublished,
    };
    let told = [Delivered, Published, Unpublished, Closed, Corrected, Note];
    let voices = [Rated, Complaint, ComplaintAccepted, ComplaintAnswered];
    let open = [StepEnd, Resume, CalledBack, Rectified];
    ENDED_OTHERWISE.contains(&kind)
        || told.contains(&kind)
        || voices.contains(&kind)
        || open.contains(&kind)
}

/// Whether the applicant withdrew, and there is a document of it.
pub(crate) fn withdrawn_by_document(event: &Event<'_>) -> bool {
    event.kind == EventKind::Withdrawn && event.present & present::ATTACHMENT != 0
}

impl Taken<'_> {
    /// Whether the event ends the case otherwise. Once a case is accepted, refusing to accept it ends nothing.
    pub(super) fn ends_otherwise(&self, accepted: bool) -> bool {
        let refused_late = self.event.kind == EventKind::NotAccepted && accepted;
        ENDED_OTHERWISE.contains(&self.event.kind) && !refused_late
    }
}

impl Fold {
    /// Lets the duties go on that fell away when a case was voided, returned, or withdrawn without a document, where the event goes on
    /// with the case: from their first start, as if nothing had been. Answers their places.
    pub(super) fn take_back_falls(&mut self, taken: &Taken<'_>) -> Vec<usize> {
        let mut back = Vec::new();
        for at in 0..self.stays.len() {
            let timed = &taken.context.plan.timed[usize::from(self.stays[at].timed)];
            if timed.limit_kind == LimitKind::Case
                && timed.occurrence == Occurrence::First
                && self.stays[at].may_go_on(timed, taken.context)
                && self.goes_on(timed, taken)
            {
                let stay = &mut self.stays[at];
                (stay.fallen, stay.fell_event) = (Fallen::No, super::NONE);
                back.push(at);
            }
        }
        back
    }

    fn goes_on(&mut self, timed: &TimedPoint, taken: &Taken<'_>) -> bool {
        let kind = taken.event.kind;
        let leads = || taken.step.is_some_and(|step| timed.leading.contains(&step));
        HANDLING.contains(&kind)
            || (kind == EventKind::StepStart && leads())
            || (self.begins_again(timed, taken) && self.starts(timed, taken))
    }

    /// Whether an event of `from` begins something, rather than being told of a case that has ended.
    fn begins_again(&self, timed: &TimedPoint, taken: &Taken<'_>) -> bool {
        taken.marks & timed.from != 0 && !winds_up(taken.event.kind)
    }

    /// Whether the limit's own condition lets an event of `from` start it.
    pub(super) fn starts(&mut self, timed: &TimedPoint, taken: &Taken<'_>) -> bool {
        match &timed.starts_when {
            Some(condition) => self.holds_with(condition, taken),
            None => true,
        }
    }

    /// The number of the stay that an event of `from` opens once the case had ended otherwise during the last one.
    pub(super) fn next_visit(&self, at: u16, timed: &TimedPoint, taken: &Taken<'_>) -> Option<u16> {
        let stays = self.stays.iter().filter(|s| s.timed == at);
        let last = stays.max_by_key(|s| s.visit)?;
        let ended = last.ended_otherwise(timed, taken.context);
        (ended && self.begins_again(timed, taken)).then(|| last.visit.saturating_add(1))
    }
}

impl Stay {
    /// Whether the case ended otherwise, and the duty with it.
    pub(super) fn ended_otherwise(&self, timed: &TimedPoint, context: &Context<'_>) -> bool {
        self.ended_by(timed, context)
            .is_some_and(|e| ENDED_OTHERWISE.contains(&e.kind))
    }

    /// Whether the end is one that going on with the case belies.
    fn may_go_on(&self, timed: &TimedPoint, context: &Context<'_>) -> bool {
        self.ended_by(timed, context).is_some_and(|e| {
            let empty = matches!(
                e.kind,
                EventKind::Voided | EventKind::Returned | EventKind::Withdrawn
            );
            empty && !withdrawn_by_document(&e)
        })
    }

    /// The event that ended the duty for good; none where a condition did before.
    fn ended_by<'h>(&self, timed: &TimedPoint, context: &Context<'h>) -> Option<Event<'h>> {
        if self.is_done() || self.fallen != Fallen::ForGood {
            return None;
        }
        let event = context.history.event(self.fell_event);
        (context.marks(&event) & timed.falls_away_on != 0).then_some(event)
    }
}
