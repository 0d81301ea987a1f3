//! Putting rules in force: the tables that tie codes to steps, and which plan a case is under.

use std::sync::Arc;

use mingjing_domain::Timestamp;
use mingjing_domain::event::EventKind;
use mingjing_domain::source::Source;

use super::{CaseIx, Engine, SourceIx};
use crate::history::{Event, KeptCodes};
use crate::rules::{PlanIx, Rules};
use crate::symbols::Symbol;

impl Engine {
    /// Puts other rules in force.
    pub(super) fn put_in_force(&mut self, rules: Arc<Rules>) {
        let all = self.cases.all().collect();
        self.telling(all, |engine| engine.install(rules));
    }

    /// Takes what a source now says of itself.
    pub(super) fn redeclare(&mut self, ix: SourceIx, source: Source) {
        self.sources[usize::from(ix)].touched = true;
        let own = self.cases.of_source(ix).collect();
        self.telling(own, |engine| engine.set_source(ix, source));
    }

    /// Changes what cases are read by. One that reads otherwise then (another calendar moves its due instants, another register its
    /// office, a back-fill has no late entries) is told of anew: statistics count by what was last said of it.
    fn telling(&mut self, cases: Vec<CaseIx>, change: impl FnOnce(&mut Self)) {
        let before: Vec<u64> = cases.iter().map(|ix| self.case_digest(*ix)).collect();
        change(self);
        for (ix, before) in cases.into_iter().zip(before) {
            self.cases[ix].stale = true;
            if self.case_digest(ix) != before {
                self.touch(ix);
            }
        }
    }

    fn case_digest(&mut self, ix: CaseIx) -> u64 {
        let said = format!("{:?}", self.case_record(ix));
        xxhash_rust::xxh3::xxh3_64(said.as_bytes())
    }

    /// Puts rules in force: the tables that tie codes to their steps follow, and every case is to be walked anew.
    pub(crate) fn install(&mut self, rules: Arc<Rules>) {
        for source in rules.sources() {
            let ix = self.source(&source.id);
            self.set_source(ix, source.clone());
        }
        for case in self.cases.iter_mut() {
            case.stale = true;
        }
        let codes = &mut self.codes;
        self.kept = KeptCodes::intern(codes);
        let plans = || (0..rules.plan_count()).map(|plan| rules.plan(plan as PlanIx));
        self.step_symbols = plans()
            .map(|plan| {
                plan.steps
                    .iter()
                    .map(|s| codes.intern_code(&s.code))
                    .collect()
            })
            .collect();
        for step in plans().flat_map(|plan| &plan.steps) {
            codes.intern_code(&step.name);
        }
        for special in plans().flat_map(|plan| &plan.specials) {
            // Special procedures name the stays of their own limits.
            codes.intern_code(&special.kind);
        }
        for timed in plans().flat_map(|plan| &plan.timed) {
            if let Some(duty) = &timed.duty {
                codes.intern_code(&duty.id);
            }
        }
        for attribute in plans().flat_map(|plan| &plan.attributes) {
            codes.intern_code(&attribute.name);
        }
        self.attribute_of = plans()
            .map(|plan| codes.all().map(|code| plan.attribute(code)).collect())
            .collect();
        // Codes that come later are none of these rules' steps.
        self.step_of = plans()
            .map(|plan| {
                codes
                    .all()
                    .map(|code| plan.step_by_code.get(code).copied())
                    .collect()
            })
            .collect();
        self.named_steps = plans()
            .zip(&self.step_symbols)
            .map(|(plan, symbols)| {
                let own = |code: usize| u16::try_from(code).unwrap_or(u16::MAX);
                let codes = codes.all().enumerate();
                codes
                    .map(|(code, said)| match plan.step_named(said) {
                        Some(step) => symbols[usize::from(step)],
                        None => own(code),
                    })
                    .collect()
            })
            .collect();
        self.rules = rules;
    }

    /// The plan of a case: the one it was walked under, while that is still so.
    pub(super) fn plan(&self, ix: CaseIx) -> PlanIx {
        let case = &self.cases[ix];
        if case.stale {
            self.plan_anew(ix)
        } else {
            case.fold.plan
        }
    }

    /// The plan in force for what is known of a case.
    pub(super) fn plan_anew(&self, ix: CaseIx) -> PlanIx {
        let (item, at) = self.decisive(ix);
        self.plan_of(ix, item, at)
    }

    /// The plan that a case would be under if it were of an item, and accepted (or begun) at an instant.
    pub(super) fn plan_of(&self, ix: CaseIx, item: Symbol, at: Timestamp) -> PlanIx {
        let source = &self.sources[usize::from(self.cases[ix].source)].source;
        self.rules
            .plan_for(&source.id, self.texts.option(item), |tz| at.local_date(tz))
    }

    /// The item that a case is of, 0 where none was named; and when it was accepted, or else begun.
    pub(super) fn decisive(&self, ix: CaseIx) -> (Symbol, Timestamp) {
        let case = &self.cases[ix];
        let state = &self.sources[usize::from(case.source)];
        let profiles = state.profiles(self.profiles.all());
        let mut item = 0;
        let mut decisive: Option<Event<'_>> = None;
        for event in case.history.read(state.acts(self.acts.all())).known() {
            if item == 0 {
                item = profiles[event.profile as usize].item;
            }
            if decisive.is_none_or(|d| event.kind == EventKind::Accepted && d.kind != event.kind) {
                decisive = Some(event);
            }
            if item != 0 && decisive.is_some_and(|d| d.kind == EventKind::Accepted) {
                break;
            }
        }
        (item, decisive.map_or(Timestamp::MIN, |e| e.occurred_at))
    }
}
