//! What a case should have had by the time it closes.

use mingjing_domain::Timestamp;
use mingjing_domain::event::EventKind;

use super::{Context, Finding, Fold, NONE, Seen, Taken};
use crate::condition::Condition;
use crate::history::Event;
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
        for step in self.missing(steps, taken.context) {
            self.found(step_missing(point, step, taken.event.place, taken.context));
        }
    }

    /// Which of these steps the case has not had, though its source could have told them.
    fn missing(&self, steps: &[u16], context: &Context<'_>) -> Vec<u16> {
        let is_missing = |step: &u16| {
            let symbol = context.step_symbol[usize::from(*step)];
            let done_by = &context.plan.steps[usize::from(*step)].done_by;
            let cannot_come =
                !done_by.is_empty() && done_by.iter().all(|kind| context.lacks.has_event(*kind));
            !cannot_come && !self.steps.iter().any(|s| s.step == symbol)
        };
        steps.iter().copied().filter(is_missing).collect()
    }

    /// What is asked when a case closes and would be found of it as it stood at an instant, where nothing had closed it by then; and
    /// when an event up to the one that it is over with had answered it.
    pub(crate) fn asked_unclosed(
        &self,
        at: Timestamp,
        over: u32,
        context: &Context<'_>,
    ) -> Vec<(Finding, Option<Timestamp>)> {
        let (mut by_then, Some(last)) = self.as_of(at, context) else {
            return Vec::new();
        };
        let found = by_then.would_be_asked(last, context).into_iter();
        let mut asked: Vec<(Finding, Option<Timestamp>)> = found.map(|f| (f, None)).collect();
        let known = context.history.known();
        let later = known.skip_while(|e| e.occurred_at.floor_second() < at);
        for event in later.take_while(|e| e.place < over) {
            if asked.iter().all(|(_, answered)| answered.is_some()) {
                break;
            }
            by_then.apply(event, context);
            let still = by_then.would_be_asked(event, context);
            for (finding, answered) in &mut asked {
                let same = |f: &Finding| f.point == finding.point && f.step == finding.step;
                if answered.is_none() && !still.iter().any(same) {
                    *answered = Some(event.occurred_at);
                }
            }
        }
        asked
    }

    /// What a closing after this event would find of the case, where nothing has closed it.
    fn would_be_asked(&self, last: Event<'_>, context: &Context<'_>) -> Vec<Finding> {
        let plan = context.plan;
        let closing = plan.marks[plan.table_place(EventKind::Closed, None)];
        let mut found = Vec::new();
        for (place, point) in (0u16..).zip(&plan.points) {
            let (Check::RequiredStep { at, .. } | Check::AmountsDiffer(Amounts { at, .. })) =
                &point.check
            else {
                continue;
            };
            let asked = at & closing != 0 && self.seen() & at == 0;
            if !asked || !self.lets_speak(point, last, context) {
                continue;
            }
            match &point.check {
                Check::RequiredStep { steps, unless, .. } => {
                    let excused = unless
                        .as_ref()
                        .is_some_and(|c| self.knows(c, last, context));
                    let steps = self.missing(steps, context);
                    let steps = steps.into_iter().filter(|_| !excused);
                    found.extend(steps.map(|s| step_missing(place, s, last.place, context)));
                }
                Check::AmountsDiffer(amounts) => {
                    let balance = context.balance(amounts, last.place);
                    let uneven = balance.filter(|balance| !balance.is_even());
                    found.extend(uneven.map(|balance| Finding {
                        point: place,
                        step: 0,
                        visit: 1,
                        event: last.place,
                        other: balance.owed_by,
                        detail: 0,
                    }));
                }
                _ => {}
            }
        }
        found
    }

    /// Whether a condition over the case holds as it stands with its last event.
    fn knows(&self, condition: &Condition, last: Event<'_>, context: &Context<'_>) -> bool {
        let seen = Seen {
            attributes: &self.attributes,
            event: last,
            context,
            with_event: false,
        };
        condition.holds(&seen) == Ok(true)
    }
}

fn step_missing(point: u16, step: u16, event: u32, context: &Context<'_>) -> Finding {
    Finding {
        point,
        step: context.step_symbol[usize::from(step)],
        visit: 1,
        event,
        other: NONE,
        detail: step,
    }
}
