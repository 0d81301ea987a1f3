//! Limits that are in time only because of what was told late: suspensions, extensions, and a later day for a deadline that the case
//! carries itself.
//!
//! What is told later than the source's delay allowance after it happened counts; but the card that it saves is for a person to look at
//! (domain study 11.1).

use mingjing_domain::Timestamp;
use mingjing_domain::deadline;
use mingjing_domain::definitions::Judged;

use super::deadlines::stay_deadline;
use super::ledger::{Extension, Ledger, Suspension, Told};
use super::stay::{Begun, Stay};
use super::{Context, Fold};
use crate::rules::{TimedKind, TimedPoint};

/// When a limit would have been due without what was told late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Saved {
    /// The stay's place.
    pub(crate) place: usize,
    /// The last second in time.
    pub(crate) due_at: Timestamp,
}

impl Fold {
    /// The stays whose first due instant what was told late puts off.
    pub(crate) fn saved(&self, context: &Context<'_>) -> Vec<Saved> {
        let mut saved = self.saved_by_entries(context);
        let own = self.stays.iter().enumerate().filter_map(|(place, stay)| {
            let timed = &context.plan.timed[usize::from(stay.timed)];
            let earlier = context
                .earlier_deadline(stay, timed)
                .filter(|_| is_plain(stay, timed))?;
            let due_at = earlier.due_at;
            Some(Saved { place, due_at })
        });
        saved.extend(own);
        saved
    }

    fn saved_by_entries(&self, context: &Context<'_>) -> Vec<Saved> {
        let Some(ledger) = self.ledger().filter(|ledger| ledger.holds_late()) else {
            return Vec::new();
        };
        let suspensions = ledger.suspensions.iter();
        let extensions = ledger.extensions.iter();
        let punctual = Ledger {
            suspensions: suspensions
                .filter_map(Suspension::as_told_in_time)
                .collect(),
            extensions: extensions.map(Extension::as_told_in_time).collect(),
        };
        let late = ledger.extensions.iter().zip(0..32u32);
        let late = late.fold(0u32, |bits, (entry, place)| {
            bits | u32::from(entry.told == Told::Late) << place
        });
        let saved = |(place, stay): (usize, &Stay)| {
            let timed = &context.plan.timed[usize::from(stay.timed)];
            let counted = timed.own_deadline.is_none() && is_plain(stay, timed);
            let budget = timed.promised.or(timed.statutory).filter(|_| counted)?;
            let without = Stay {
                extensions: stay.extensions & !late,
                ..stay.clone()
            };
            let due = stay_deadline(&without, timed, budget, Some(&punctual), context);
            let as_told = stay_deadline(stay, timed, budget, Some(ledger), context);
            let put_off = !due.is_never() && due.due_at < as_told.due_at;
            put_off.then_some(Saved {
                place,
                due_at: due.due_at,
            })
        };
        self.stays.iter().enumerate().filter_map(saved).collect()
    }
}

/// Whether a stay is one that runs from what its limit runs from, and is late by the clock.
fn is_plain(stay: &Stay, timed: &TimedPoint) -> bool {
    matches!(timed.kind, TimedKind::Overdue(_))
        && timed.judged == Judged::Always
        && stay.begun == Begun::Plainly
        && !stay.stopped
}

impl Saved {
    /// The second from which it would have been late.
    pub(crate) fn late_at(&self) -> Timestamp {
        deadline::first_late_instant(self.due_at)
    }
}
