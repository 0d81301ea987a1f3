//! The instants a stay lives on: its due instants with what its ledger credits, and when its rungs are reached.

use mingjing_domain::Timestamp;
use mingjing_domain::alert::Level;
use mingjing_domain::deadline::{self, Deadline};
use mingjing_domain::definitions::{REVIEW_AFTER, RungAt};
use mingjing_domain::limit::Budget;

use super::ledger::{Ledger, end_of_day};
use super::stay::{NEVER, Stay};
use super::{Context, Fold};
use crate::condition::Attr;
use crate::history::Event;
use crate::rules::{Ladder, OwnDeadline, SpecialWatch, TimedKind, TimedPoint};

/// When a suspension without maximum is asked after.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Review {
    /// The last second in which it may be open unasked.
    pub(crate) due_at: Timestamp,
    /// How long that is after it began.
    pub(crate) after: Budget,
}

impl Fold {
    /// Computes the instants of a stay's rungs anew.
    pub(super) fn time_stay(&mut self, at: usize, context: &Context<'_>) {
        let stay = &self.stays[at];
        let timed = &context.plan.timed[usize::from(stay.timed)];
        self.stays[at].rungs = self.rungs(stay, timed, context);
    }

    fn rungs(&self, stay: &Stay, timed: &TimedPoint, context: &Context<'_>) -> [Timestamp; 3] {
        let mut rungs = [NEVER; 3];
        if stay.stopped {
            return rungs;
        }
        let ledger = self.ledger();
        match &timed.kind {
            TimedKind::TooEarly(at_least, in_full) => {
                let lawful_from = match in_full {
                    true => deadline::run_out,
                    false => deadline::earliest,
                };
                rungs[0] = with_ledger(stay, timed, ledger, context, |ledger| {
                    lawful_from(&context.plan.calendar, stay.start_at, *at_least, ledger)
                });
            }
            TimedKind::Watched(used) => {
                let breach = RungAt::Statutory;
                let breach = match timed.statutory {
                    Some(_) => breach,
                    None => RungAt::Promised,
                };
                let alone = Ladder {
                    rungs: vec![(Level::Notice, breach)],
                };
                if let Some(at) = self.rung(RungAt::Used(*used), &alone, stay, timed, context) {
                    rungs[0] = at;
                }
            }
            TimedKind::Special(watch) => {
                if let Some(review) = self.review(stay, watch, context) {
                    rungs[0] = deadline::first_late_instant(review.due_at);
                }
                let planned = ledger
                    .and_then(|l| l.begun_by(stay.start_event))
                    .and_then(|s| s.planned_end);
                if let Some(planned) = planned {
                    let calendar = &context.plan.calendar;
                    let due_at = end_of_day(planned, calendar);
                    rungs[1] = deadline::first_late_instant(due_at);
                    if let Some(before) = watch.remind {
                        let due = Deadline {
                            due_at,
                            due_date: due_at.local_date(calendar.tz()),
                            provisional: false,
                        };
                        rungs[0] = rungs[0].min(deadline::last_reminder(calendar, &due, before));
                    }
                }
            }
            TimedKind::EndedBefore { within, .. } => {
                let none = Ladder { rungs: Vec::new() };
                let breach = measured_against(*within, &none, timed);
                let from = self.rung(*within, &none, stay, timed, context);
                let late = self.rung(breach, &none, stay, timed, context);
                if let Some((from, late)) = from.zip(late) {
                    (rungs[0], rungs[1]) = (from, late);
                }
            }
            TimedKind::Overdue(ladder) => {
                for (slot, (_, at)) in rungs.iter_mut().zip(&ladder.rungs) {
                    if let Some(instant) = self.rung(*at, ladder, stay, timed, context) {
                        *slot = instant;
                    }
                }
            }
        }
        if let (Some(deemed), true) = (&timed.deemed, stay.begun.is_from_application()) {
            // While the answer may still come in time, nothing is late and nothing near.
            let calendar = &context.plan.calendar;
            let none = deadline::Ledger::default();
            let answer = deadline::deadline(calendar, stay.start_at, deemed.within, &none);
            let earliest = deadline::first_late_instant(answer.due_at);
            for rung in rungs.iter_mut().filter(|rung| **rung != NEVER) {
                *rung = earliest.max(*rung);
            }
        }
        rungs
    }

    /// When a suspension without maximum is asked after, and after how long that is; none where it is to end by then.
    pub(crate) fn review(
        &self,
        stay: &Stay,
        watch: &SpecialWatch,
        context: &Context<'_>,
    ) -> Option<Review> {
        let suspension = self.ledger()?.begun_by(stay.start_event)?;
        let special = &context.plan.specials[usize::from(suspension.special)];
        if special.maximum.is_some() {
            return None;
        }
        let calendar = &context.plan.calendar;
        let after = watch.review_after.or(special.review_after);
        let after = after.unwrap_or(REVIEW_AFTER);
        let none = deadline::Ledger::default();
        let due_at = deadline::deadline(calendar, suspension.from, after, &none).due_at;
        let ends = suspension.planned_end.map(|at| end_of_day(at, calendar));
        let review = Review { due_at, after };
        (ends.is_none_or(|ends| ends > due_at)).then_some(review)
    }

    fn rung(
        &self,
        at: RungAt,
        ladder: &Ladder,
        stay: &Stay,
        timed: &TimedPoint,
        context: &Context<'_>,
    ) -> Option<Timestamp> {
        let calendar = &context.plan.calendar;
        let breach = measured_against(at, ladder, timed);
        let due = self.due(breach, stay, timed, context)?;
        if due.is_never() {
            return None;
        }
        match at {
            RungAt::Statutory | RungAt::Promised => Some(deadline::first_late_instant(due.due_at)),
            RungAt::Before(before) => Some(deadline::last_reminder(calendar, &due, before)),
            RungAt::Used(percent) => {
                let budget = match breach {
                    RungAt::Promised => timed.promised?,
                    _ => timed.statutory?,
                };
                Some(with_ledger(stay, timed, self.ledger(), context, |ledger| {
                    deadline::used_share_instant(
                        calendar,
                        stay.start_at,
                        &due,
                        percent,
                        budget,
                        ledger,
                    )
                }))
            }
        }
    }

    /// The due instant that a breach rung stands on; none while time stands still or it is unknown.
    pub(crate) fn due(
        &self,
        breach: RungAt,
        stay: &Stay,
        timed: &TimedPoint,
        context: &Context<'_>,
    ) -> Option<Deadline> {
        self.due_by(self.ledger(), breach, stay, timed, context)
    }

    /// The same of a limit that fell away at an instant: what stood still then ended with it.
    pub(crate) fn due_when_it_fell(
        &self,
        fell_at: Timestamp,
        breach: RungAt,
        stay: &Stay,
        timed: &TimedPoint,
        context: &Context<'_>,
    ) -> Option<Deadline> {
        let ended = self.ledger().map(|ledger| ledger.ended_by(fell_at));
        self.due_by(ended.as_ref(), breach, stay, timed, context)
    }

    fn due_by(
        &self,
        ledger: Option<&Ledger>,
        breach: RungAt,
        stay: &Stay,
        timed: &TimedPoint,
        context: &Context<'_>,
    ) -> Option<Deadline> {
        if let Some(own) = timed.own_deadline {
            let instant = match own {
                OwnDeadline::Event(place) => {
                    carried_instant(&context.history.event(stay.done_event), place, context)?
                }
                OwnDeadline::Case(place) => match self.attributes[usize::from(place)] {
                    Attr::Instant(at) => at,
                    _ => return None,
                },
            };
            let calendar = &context.plan.calendar;
            let due_at = end_of_day(instant, calendar);
            let due_date = due_at.local_date(calendar.tz());
            return Some(Deadline {
                due_at,
                due_date,
                provisional: false,
            });
        }
        let budget = match breach {
            RungAt::Promised => timed.promised?,
            _ => timed.statutory?,
        };
        Some(stay_deadline(stay, timed, budget, ledger, context))
    }
}

/// The instant that an event carries in a declared attribute.
pub(super) fn carried_instant(
    event: &Event<'_>,
    attribute: u16,
    context: &Context<'_>,
) -> Option<Timestamp> {
    match context.carried(event, attribute)? {
        Attr::Instant(at) => Some(at),
        _ => None,
    }
}

/// The deadline of a stay's budget with what its ledger credits.
pub(crate) fn stay_deadline(
    stay: &Stay,
    timed: &TimedPoint,
    budget: Budget,
    ledger: Option<&Ledger>,
    context: &Context<'_>,
) -> Deadline {
    with_ledger(stay, timed, ledger, context, |ledger| {
        deadline::deadline(&context.plan.calendar, stay.start_at, budget, ledger)
    })
}

/// Runs `f` with the suspensions and extensions credited to a stay.
pub(crate) fn with_ledger<T>(
    stay: &Stay,
    timed: &TimedPoint,
    ledger: Option<&Ledger>,
    context: &Context<'_>,
    f: impl FnOnce(&deadline::Ledger<'_>) -> T,
) -> T {
    let Some(ledger) = ledger else {
        return f(&deadline::Ledger::default());
    };
    let until = stay.entries_until();
    let mut suspensions = Vec::new();
    for entry in &ledger.suspensions {
        if timed.suspended_by >> entry.special & 1 == 0 || entry.event >= until {
            continue;
        }
        suspensions.push(deadline::Suspension {
            from: entry.from,
            to: entry.credited_until(until),
            label: &context.plan.specials[usize::from(entry.special)].name,
        });
    }
    let extensions: Vec<_> = ledger
        .extensions
        .iter()
        .enumerate()
        .filter(|(place, entry)| {
            *place < 32 && stay.extensions >> place & 1 == 1 && entry.event < until
        })
        .map(|(_, entry)| deadline::Extension {
            budget: entry.budget,
            label: &context.plan.specials[usize::from(entry.special)].name,
        })
        .collect();
    f(&deadline::Ledger {
        suspensions: &suspensions,
        extensions: &extensions,
    })
}

/// The breach rung whose limit a rung is measured by: its own, or for a reminder the ladder's first.
pub(crate) fn measured_against(at: RungAt, ladder: &Ladder, timed: &TimedPoint) -> RungAt {
    let breach = |at: &RungAt| matches!(at, RungAt::Promised | RungAt::Statutory);
    if breach(&at) {
        return at;
    }
    let first = ladder.rungs.iter().map(|(_, at)| *at).find(breach);
    first.unwrap_or(if timed.promised.is_some() {
        RungAt::Promised
    } else {
        RungAt::Statutory
    })
}
