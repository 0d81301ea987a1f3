//! Visits of steps, and whether each may be entered where it is.

use mingjing_domain::Timestamp;
use mingjing_domain::event::EventKind;

use super::{BEGUN_BY, Context, Finding, Fold, NONE, Taken};
use crate::history::Event;
use crate::rules::Check;

/// How often a step was entered. Its open visits are always the last ones: ends close the oldest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StepState {
    /// Step symbol.
    pub(crate) step: u16,
    pub(crate) count: u16,
    pub(crate) open: u16,
    told: Told,
}

/// What the latest visit was told by, once it is over. Some sources tell a step's end and its milestone too (受理环节办结 and
/// 受理): the second of the two is no other visit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Told {
    end: bool,
    milestone: bool,
    /// The instant of a milestone that told all of the visit: a start at this very instant is its own.
    alone_at: Option<Timestamp>,
}

/// What an event told of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tells {
    /// The visit that is over, once more.
    Again,
    /// The end of this visit.
    End(u16),
    /// A visit that begins, and ends where the event ends one.
    Visit(u16),
}

impl StepState {
    pub(crate) fn new(step: u16) -> Self {
        StepState {
            step,
            count: 0,
            open: 0,
            told: Told::default(),
        }
    }

    /// Takes a start, an end or a milestone of the step.
    pub(crate) fn take(&mut self, event: &Event<'_>) -> Tells {
        let starts = event.kind == EventKind::StepStart;
        let by_end = event.kind == EventKind::StepEnd;
        let is_over = self.count > 0 && self.open == 0;
        if is_over && self.is_told_again(event) {
            self.told.end |= by_end;
            self.told.milestone |= !by_end && !starts;
            return Tells::Again;
        }
        let ends_open = !starts && self.open > 0;
        self.told = Told {
            end: by_end,
            milestone: !by_end && !starts,
            alone_at: (!by_end && !starts && !ends_open).then_some(event.occurred_at),
        };
        if ends_open {
            let visit = self.count - self.open + 1;
            self.open -= 1;
            return Tells::End(visit);
        }
        self.count = self.count.saturating_add(1);
        self.open += u16::from(starts);
        Tells::Visit(self.count)
    }

    fn is_told_again(&self, event: &Event<'_>) -> bool {
        match event.kind {
            EventKind::StepStart => self.told.alone_at == Some(event.occurred_at) && !self.told.end,
            EventKind::StepEnd => !self.told.end,
            _ => !self.told.milestone,
        }
    }
}

/// What an event did to a visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Visit {
    None,
    /// It opened this visit.
    Opened {
        step: u16,
        visit: u16,
    },
    /// It ended this visit, which had a start.
    Ended {
        step: u16,
        visit: u16,
    },
    /// The end of a step told all there is of this visit.
    Alone {
        step: u16,
        visit: u16,
    },
}

impl<'a> Context<'a> {
    /// What led to a step before an event: the latest end of a step that leads to it or of itself, else the acceptance. What an
    /// applicant takes to supplement is nobody's time: without either there is nothing to count from.
    pub(super) fn led_to(&self, step: u16, event: &Event<'_>) -> Option<Event<'a>> {
        let before = || self.history.before(event.place);
        let leads = |e: &Event<'_>| {
            let ended = self.step(e).filter(|_| self.ends_visit(e));
            ended.is_some_and(|ended| {
                let next = &self.plan.steps[usize::from(ended)].next;
                ended == step || next.as_ref().is_none_or(|next| next.contains(&step))
            })
        };
        let begins = |e: &Event<'_>| BEGUN_BY.contains(&e.kind);
        let led = before().filter(leads).last();
        led.or_else(|| before().find(begins))
    }
}

impl Fold {
    /// The earlier start of the step that this event only tells again: the flowchart lets the step run once at a time, it has not
    /// ended, and nobody else started it. Two officers at work on one step are two visits.
    pub(super) fn started_already(&self, taken: &Taken<'_>) -> Option<u32> {
        let (event, context) = (&taken.event, taken.context);
        let step = taken.step.filter(|_| event.kind == EventKind::StepStart)?;
        let symbol = context.step_symbol(event);
        let runs = self.steps.iter().any(|s| s.step == symbol && s.open > 0);
        if context.plan.steps[usize::from(step)].repeatable || !runs {
            return None;
        }
        let before = context.history.before(event.place);
        let starts =
            |e: &Event<'_>| e.kind == EventKind::StepStart && context.step_symbol(e) == symbol;
        let last = before.filter(starts).last()?;
        (last.actor == event.actor).then_some(last.place)
    }

    /// Whether the event ends a visit of which nobody told the start.
    pub(super) fn ends_unstarted(&self, taken: &Taken<'_>) -> bool {
        let (event, context) = (&taken.event, taken.context);
        let symbol = context.step_symbol(event);
        if symbol == 0 || event.kind == EventKind::StepStart || !context.ends_visit(event) {
            return false;
        }
        let known = self.steps.iter().find(|s| s.step == symbol);
        let mut state = known.copied().unwrap_or(StepState::new(symbol));
        matches!(state.take(event), Tells::Visit(_))
    }

    /// Opens or ends the visit that an event speaks of.
    pub(super) fn step(&mut self, taken: &Taken<'_>) -> Visit {
        let (event, context) = (&taken.event, taken.context);
        let starts = event.kind == EventKind::StepStart;
        let ends = context.ends_visit(event);
        let symbol = context.step_symbol(event);
        if symbol == 0 || !(starts || ends) {
            return Visit::None;
        }
        let at = self
            .steps
            .iter()
            .position(|s| s.step == symbol)
            .unwrap_or_else(|| {
                self.steps.push(StepState::new(symbol));
                self.steps.len() - 1
            });
        if starts && self.started_already(taken).is_some() {
            // Told twice, not entered twice: the visit goes on.
            return Visit::None;
        }
        let visit = match self.steps[at].take(event) {
            Tells::Again => return Visit::None,
            Tells::End(visit) => Visit::Ended {
                step: symbol,
                visit,
            },
            Tells::Visit(visit) => {
                if context.plan.watches_transitions {
                    self.enter(symbol, visit, taken);
                }
                match starts {
                    true => Visit::Opened {
                        step: symbol,
                        visit,
                    },
                    false if event.kind == EventKind::StepEnd => Visit::Alone {
                        step: symbol,
                        visit,
                    },
                    false => Visit::None,
                }
            }
        };
        if ends
            && context.plan.watches_transitions
            && let Some(step) = taken.step
        {
            self.enable_after(step, context);
        }
        visit
    }

    fn enter(&mut self, symbol: u16, visit: u16, taken: &Taken<'_>) {
        let plan = taken.context.plan;
        let allowed = match taken.step {
            None => plan.flowchart.is_none().then_some(()).ok_or(None),
            Some(step) => self.may_enter(step, symbol, taken.context),
        };
        self.entered_any = true;
        let Err(waits_for) = allowed else { return };
        let too_soon = waits_for.is_some();
        for (at, point) in plan.points.iter().enumerate() {
            let speaks = match point.check {
                Check::NotInFlowchart => !too_soon,
                Check::StartedTooSoon => too_soon,
                _ => false,
            };
            if speaks && self.may_speak(point, taken) {
                self.found(Finding {
                    point: at as u16,
                    step: symbol,
                    visit,
                    event: taken.event.place,
                    other: NONE,
                    detail: waits_for.unwrap_or(0),
                });
            }
        }
    }

    /// With a step: that one leads here and has not ended. With none: the flowchart has no way here.
    fn may_enter(
        &mut self,
        step: u16,
        symbol: u16,
        context: &Context<'_>,
    ) -> Result<(), Option<u16>> {
        let plan_step = &context.plan.steps[usize::from(step)];
        if !self.entered_any {
            return if plan_step.first { Ok(()) } else { Err(None) };
        }
        if let Some((_, by)) = self.enabled.iter().copied().find(|(s, _)| *s == step) {
            // The other ways out of the same step are closed, but for those that may run at the same time.
            self.enabled.retain(|(other, from)| {
                *from != by || (*other != step && plan_step.parallel.contains(other))
            });
            return Ok(());
        }
        let entered_before = self.steps.iter().any(|s| s.step == symbol && s.count > 1);
        if plan_step.repeatable && entered_before {
            return Ok(());
        }
        let leads_here = |p: &u16| {
            let next = &context.plan.steps[usize::from(*p)].next;
            *p != step && next.as_ref().is_none_or(|next| next.contains(&step))
        };
        let open = self.steps.iter().filter(|state| state.open > 0);
        let waits_for = open
            .filter_map(|state| *context.step_of.get(usize::from(state.step))?)
            .find(leads_here);
        Err(waits_for)
    }

    fn enable_after(&mut self, step: u16, context: &Context<'_>) {
        let next = &context.plan.steps[usize::from(step)].next;
        let all: Vec<u16> = match next {
            Some(next) => next.clone(),
            None => (0..context.plan.steps.len() as u16).collect(),
        };
        for to in all {
            if !self.enabled.contains(&(to, step)) {
                self.enabled.push((to, step));
            }
        }
    }
}
