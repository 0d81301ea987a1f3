//! Looking things up: sources, cases, codes, and what a walk reads.

use std::sync::Arc;

use mingjing_domain::Timestamp;
use mingjing_domain::source::{Source, SourceClock};

use super::{Case, CaseIx, CaseParts, Engine, SourceIx, SourceState, case_hash};
use crate::fold::{Context, Fold, NEVER};
use crate::history::History;
use crate::rules::{PlanIx, Rules};
use std::collections::BTreeSet;

impl Engine {
    pub(crate) fn source(&mut self, id: &str) -> SourceIx {
        if let Some(ix) = self.source_ix.get(id) {
            return *ix;
        }
        let ix = self.sources.len() as SourceIx;
        let known = self.rules.sources().iter().find(|s| s.id == id).cloned();
        self.sources.push(SourceState {
            source: known.unwrap_or_else(|| Source::new(id, SourceClock::Live)),
            complete_until: Timestamp::MIN,
            last_received_at: Timestamp::MIN,
            events: 0,
            waiting: Vec::new(),
            unsettled: BTreeSet::new(),
            timers: BTreeSet::new(),
            touched: false,
        });
        self.source_ix.insert(id.into(), ix);
        ix
    }

    pub(super) fn find_case(&self, source: SourceIx, case_no: &str) -> Option<CaseIx> {
        let hash = case_hash(source, case_no);
        let same = |ix: &CaseIx| {
            let case = &self.cases[*ix as usize];
            case.source == source && *case.case_no == *case_no
        };
        self.case_ix.find(hash, same).copied()
    }

    pub(crate) fn case_or_new(&mut self, source: SourceIx, case_no: &str) -> CaseIx {
        if let Some(ix) = self.find_case(source, case_no) {
            return ix;
        }
        let ix = self.cases.len() as CaseIx;
        self.cases.push(Case {
            case_no: case_no.into(),
            history: History::default(),
            fold: Fold {
                plan: PlanIx::MAX,
                ..Fold::default()
            },
            alerts: Vec::new(),
            next: NEVER,
            unsettled: NEVER,
            source,
            stale: true,
            touched: false,
        });
        let cases = &self.cases;
        self.case_ix
            .insert_unique(case_hash(source, case_no), ix, |ix| {
                let case = &cases[*ix as usize];
                case_hash(case.source, &case.case_no)
            });
        ix
    }

    pub(super) fn key(&self, ix: CaseIx) -> (&str, &str) {
        let case = &self.cases[ix as usize];
        (
            &self.sources[usize::from(case.source)].source.id,
            &case.case_no,
        )
    }

    pub(super) fn in_key_order(&self, cases: &mut Vec<CaseIx>) {
        cases.sort_by(|a, b| self.key(*a).cmp(&self.key(*b)));
        cases.dedup();
    }

    pub(crate) fn touch(&mut self, ix: CaseIx) {
        let case = &mut self.cases[ix as usize];
        if !std::mem::replace(&mut case.touched, true) {
            self.touched.push(ix);
        }
    }

    /// Puts rules in force: the tables that tie codes to their steps follow.
    pub(crate) fn install(&mut self, rules: Arc<Rules>) {
        for source in rules.sources() {
            let ix = self.source(&source.id);
            if self.sources[usize::from(ix)].source != *source {
                self.redeclare(ix, source);
            }
        }
        self.rules = rules;
        self.step_of = vec![Vec::new(); self.rules.plan_count()];
        self.step_symbols.clear();
        for plan in 0..self.rules.plan_count() {
            let codes: Vec<String> = self
                .rules
                .plan(plan as PlanIx)
                .steps
                .iter()
                .map(|s| s.code.clone())
                .collect();
            let symbols = codes.iter().map(|c| self.codes.intern_code(c)).collect();
            self.step_symbols.push(symbols);
        }
        // Special procedures name the stays of their own limits.
        for plan in 0..self.rules.plan_count() {
            let kinds: Vec<String> = self
                .rules
                .plan(plan as PlanIx)
                .specials
                .iter()
                .map(|s| s.kind.clone())
                .collect();
            for kind in kinds {
                self.codes.intern_code(&kind);
            }
        }
        self.map_steps();
    }

    pub(crate) fn map_steps(&mut self) {
        for (plan, map) in self.step_of.iter_mut().enumerate() {
            let steps = &self.rules.plan(plan as PlanIx).step_by_code;
            for code in map.len()..self.codes.len() {
                map.push(steps.get(self.codes.text(code as u32)).copied());
            }
        }
    }

    /// A case's parts to write, and what a walk reads, borrowed apart.
    pub(super) fn case_and_context(
        &mut self,
        ix: CaseIx,
        plan: PlanIx,
        keep_all: bool,
    ) -> (CaseParts<'_>, Context<'_>) {
        let declared = self.is_declared(self.cases[ix as usize].source);
        let case = &mut self.cases[ix as usize];
        let context = Context {
            rules: &self.rules,
            plan: self.rules.plan(plan),
            history: &case.history,
            codes: &self.codes,
            texts: &self.texts,
            profiles: &self.profiles,
            step_of: &self.step_of[plan as usize],
            step_symbol: &self.step_symbols[plan as usize],
            declared,
            keep_all,
        };
        let parts = CaseParts {
            stale: case.stale,
            fold: &mut case.fold,
            alerts: &mut case.alerts,
            stale_flag: &mut case.stale,
            case_no: &case.case_no,
        };
        (parts, context)
    }
}
