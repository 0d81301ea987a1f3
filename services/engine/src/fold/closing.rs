//! What a case should have had by the time it closes.

use super::{Finding, Fold, NONE, Taken};
use crate::rules::{Amounts, Check};

impl Fold {
    /// Looks at a closing event with a point that asks what the case should have by then, after the event has changed
    /// the case.
    pub(super) fn look_at_closing(&mut self, point: u16, taken: &Taken<'_>) {
        let plan = taken.context.plan;
        let asked = &plan.points[usize::from(point)];
        let (Check::RequiredStep { at, .. } | Check::AmountsDiffer(Amounts { at, .. })) =
            &asked.check
        else {
            return;
        };
        let first_closing = taken.marks & at != 0 && self.seen() & at == 0;
        if !first_closing || self.ended {
            return;
        }
        match &asked.check {
            Check::RequiredStep { steps, unless, .. } => {
                let excused = unless
                    .as_ref()
                    .is_some_and(|c| self.condition_holds(c, taken));
                if !excused && self.may_speak(asked, taken) {
                    self.look_for_steps(point, steps, taken);
                }
            }
            Check::AmountsDiffer(amounts) => {
                let balance = taken.context.balance(amounts, taken.event.place);
                if balance.is_some_and(|b| !b.is_even()) && self.may_speak(asked, taken) {
                    self.found(Finding {
                        point,
                        step: 0,
                        visit: 1,
                        event: taken.event.place,
                        other: balance.map_or(NONE, |b| b.owed_by),
                        detail: 0,
                    });
                }
            }
            _ => {}
        }
    }

    fn look_for_steps(&mut self, point: u16, steps: &[u16], taken: &Taken<'_>) {
        for step in steps {
            let symbol = taken.context.step_symbol[usize::from(*step)];
            let done_by = &taken.context.plan.steps[usize::from(*step)].done_by;
            let lacks = taken.context.lacks;
            let cannot_come =
                !done_by.is_empty() && done_by.iter().all(|kind| lacks.has_event(*kind));
            if !cannot_come && !self.steps.iter().any(|s| s.step == symbol) {
                self.found(Finding {
                    point,
                    step: symbol,
                    visit: 1,
                    event: taken.event.place,
                    other: NONE,
                    detail: *step,
                });
            }
        }
    }
}
