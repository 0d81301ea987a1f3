//! Which item a case was of before, where it was told of another.

use mingjing_domain::Timestamp;
use mingjing_domain::deadline;
use mingjing_domain::event::EventKind;
use mingjing_domain::source::SourceClock;

use super::{CaseIx, Engine};
use crate::fold::{BEGUN_BY, Former, case_limit};
use crate::history::Event;
use crate::rules::{ENDED_OTHERWISE, PlanIx};
use crate::symbols::Symbol;

impl Engine {
    /// Whether records of a case, whether they count or not, name different items, or none of those that count names one any more.
    pub(super) fn names_several_items(&self, ix: CaseIx) -> bool {
        let case = &self.cases[ix];
        let state = &self.sources[usize::from(case.source)];
        let profiles = state.profiles(self.profiles.all());
        let history = case.history.read(state.acts(self.acts.all()));
        let item = |e: Event<'_>| profiles[e.profile as usize].item;
        let mut named = history.every_version().map(item).filter(|item| *item != 0);
        let Some(first) = named.next() else {
            return false;
        };
        named.any(|item| item != first) || history.known().all(|e| item(e) == 0)
    }

    /// The item that a case was of before, where another, or none, was told of it later than the allowance after: of several the one
    /// whose clock runs out first. None of a case that was not accepted or filed by then: until then it is being sorted.
    pub(super) fn former(&self, ix: CaseIx) -> Option<Former> {
        let case = &self.cases[ix];
        let state = &self.sources[usize::from(case.source)];
        // An import brings everything at once: when it came says nothing about when it was changed.
        if state.source.clock == SourceClock::Declared || !self.names_several_items(ix) {
            return None;
        }
        let (item, decisive_at) = self.decisive(ix);
        let profiles = state.profiles(self.profiles.all());
        let history = case.history.read(state.acts(self.acts.all()));
        let said = history.first_said(|e| profiles[e.profile as usize].item);
        let begins = |e: &Event<'_>| BEGUN_BY.contains(&e.kind);
        let told_at = match item {
            0 => no_more_since(&said).filter(|_| history.known().any(|e| begins(&e)))?,
            item => said.iter().find(|(_, now)| *now == item)?.0,
        };
        let allowance_ms = state.source.delay_allowance_ms();
        let begun = history.every_version().filter(begins);
        let begun = begun.filter(|e| !history.was_put_right(e, allowance_ms, &|a, b| a == b));
        if begun.map(|e| e.occurred_at).min()? > told_at {
            return None;
        }
        let turns = |e: &Event<'_>| {
            let ends = matches!(e.kind, EventKind::Decided | EventKind::Closed);
            let by_then = e.occurred_at <= told_at;
            by_then && (ends || begins(e) || ENDED_OTHERWISE.contains(&e.kind))
        };
        let open = history
            .known()
            .filter(turns)
            .last()
            .is_none_or(|e| begins(&e));
        let mut former: Option<(Timestamp, Former)> = None;
        for (at, other) in said {
            if other == 0 || other == item || told_at <= at.plus_millis(allowance_ms) {
                continue;
            }
            let place = self.plan_of(ix, other, decisive_at);
            let plan = self.rules.plan(place);
            let Some((timed, budget)) = case_limit(plan) else {
                continue;
            };
            let history = history.with_names(&self.named_steps[place as usize]);
            let starts = |e: &Event<'_>| {
                let step = self.plan_step(place, e);
                let marks = plan.marks[plan.table_place(e.kind, step)];
                timed.from == 0 || marks & timed.from != 0
            };
            let started = history.every_version().filter(starts);
            let started =
                started.filter(|e| !history.was_put_right(e, allowance_ms, &|a, b| a == b));
            // Where its clock has not begun, nothing was taken from anybody yet.
            let Some(runs_from) = started.map(|e| e.occurred_at).min() else {
                continue;
            };
            let none = deadline::Ledger::default();
            let due_at = deadline::deadline(&plan.calendar, runs_from, budget, &none).due_at;
            if former.is_none_or(|(earliest, _)| due_at < earliest) {
                let item = other;
                let found = Former {
                    item,
                    runs_from,
                    told_at,
                    budget,
                    open,
                };
                former = Some((due_at, found));
            }
        }
        former.map(|(_, former)| former)
    }

    /// The step of a plan that an event belongs to.
    fn plan_step(&self, plan: PlanIx, event: &Event<'_>) -> Option<u16> {
        if event.step == 0 {
            return self.rules.plan(plan).step_by_kind[event.kind as usize];
        }
        let steps = &self.step_of[plan as usize];
        steps.get(usize::from(event.step)).copied().flatten()
    }
}

/// Since when no item was named any more, in what was known after each receipt.
fn no_more_since(said: &[(Timestamp, Symbol)]) -> Option<Timestamp> {
    let named = said.iter().rposition(|(_, item)| *item != 0)?;
    said.get(named + 1).map(|(at, _)| *at)
}
