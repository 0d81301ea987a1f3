//! Which item a case was of before, where it was told of another.

use mingjing_domain::Timestamp;
use mingjing_domain::deadline;
use mingjing_domain::event::EventKind;
use mingjing_domain::source::SourceClock;

use super::{CaseIx, Engine};
use crate::fold::{BEGUN_BY, Former, case_budget};
use crate::history::Event;
use crate::rules::ENDED_OTHERWISE;

impl Engine {
    /// Whether records of a case, whether they count or not, name different items.
    pub(super) fn names_several_items(&self, ix: CaseIx) -> bool {
        let case = &self.cases[ix];
        let state = &self.sources[usize::from(case.source)];
        let profiles = state.profiles(self.profiles.all());
        let history = case.history.read(state.acts(self.acts.all()));
        let items = history.every_version();
        let mut items = items.map(|e| profiles[e.profile as usize].item);
        let first = items.find(|item| *item != 0).unwrap_or(0);
        items.any(|item| item != 0 && item != first)
    }

    /// The item that a case was of before, where another was told of it later than the allowance after: of several the one whose
    /// clock runs out first. None of a case that was not accepted or filed by then: until then it is being sorted.
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
        let (told_at, _) = *said.iter().find(|(_, now)| *now == item && item != 0)?;
        let begins = |e: &Event<'_>| BEGUN_BY.contains(&e.kind);
        let begun = history.every_version().filter(begins);
        let begun_at = begun.map(|e| e.occurred_at).min()?;
        if begun_at > told_at {
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
        let allowance_ms = state.source.delay_allowance_ms();
        let mut former: Option<(Timestamp, Former)> = None;
        for (at, other) in said {
            if other == 0 || other == item || told_at <= at.plus_millis(allowance_ms) {
                continue;
            }
            let plan = self.plan_of(ix, other, decisive_at);
            let plan = self.rules.plan(plan);
            let Some(budget) = case_budget(plan) else {
                continue;
            };
            let none = deadline::Ledger::default();
            let due_at = deadline::deadline(&plan.calendar, begun_at, budget, &none).due_at;
            if former.is_none_or(|(earliest, _)| due_at < earliest) {
                let item = other;
                let found = Former {
                    item,
                    begun_at,
                    told_at,
                    budget,
                    open,
                };
                former = Some((due_at, found));
            }
        }
        former.map(|(_, former)| former)
    }
}
