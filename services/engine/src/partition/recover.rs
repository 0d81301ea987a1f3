//! Recovery: what was judged and published before is taken as it was, then everything is judged once.

use std::collections::BTreeSet;

use mingjing_domain::alert::{AlertRecord, Status};
use mingjing_domain::command::Act;
use mingjing_domain::event::CaseEvent;
use mingjing_domain::fact::{Cause, Fact};

use super::findings::is_inspections;
use super::judge::Upon;
use super::manual::is_manual;
use super::orders::is_about_order;
use super::{CaseIx, Engine, Input};
use crate::ENGINE_VERSION;
use crate::life::Published;

impl Engine {
    /// Takes a published alert fact as alleged, without judging. Recovery folds with this what was published after
    /// the snapshot; [`Engine::rejudge`] then writes what is missing.
    pub fn fold_fact(&mut self, fact: &Fact) {
        let Fact::Alert {
            revision, alert, ..
        } = fact
        else {
            return self.fold_decision(fact);
        };
        if is_about_order(alert) || is_manual(alert) {
            return self.fold_order(alert, *revision);
        }
        if is_inspections(alert) {
            return self.fold_finding(alert, *revision);
        }
        let source = self.source(&alert.source);
        let ix = self.case_or_new(source, &alert.case_no);
        let case = &mut self.cases[ix];
        let alleged = is_alleged(alert);
        match case
            .alerts
            .iter_mut()
            .find(|p| p.record.alert_id == alert.alert_id)
        {
            Some(known) if known.revision < *revision => known.retake(alert, *revision, alleged),
            Some(_) => {}
            None => case
                .alerts
                .push(Published::of_published(alert, *revision, alleged)),
        }
    }

    /// Takes an event into its case's history without judging; see [`Engine::rejudge`].
    pub fn take_without_judging(&mut self, event: &CaseEvent<'_>) {
        let (ix, _) = self.take(event);
        self.cases[ix].stale = true;
        self.touch(ix);
        let source = self.cases[ix].source;
        if self.is_declared(source) {
            self.sources[usize::from(source)].waiting.push(ix);
        }
    }

    /// Takes an input without judging. Recovery reads with this what was judged and published before by another engine,
    /// folds the facts ([`Engine::fold_fact`]) and then judges once ([`Engine::rejudge`]).
    pub fn note(&mut self, input: Input<'_>) {
        match input {
            Input::Event(event) => self.take_without_judging(event),
            Input::CompleteUntil { source, until } => {
                let ix = self.source(source);
                let state = &mut self.sources[usize::from(ix)];
                state.complete_until = state.complete_until.max(until);
                state.waiting.clear();
                state.touched = true;
            }
            Input::Declared(source) if self.rules.source(&source.id).is_some() => {}
            Input::Declared(source) => {
                let ix = self.source(&source.id);
                self.redeclare(ix, source.clone());
            }
            Input::Command(command)
                if matches!(command.what, Act::Dispose { .. } | Act::Raise { .. }) =>
            {
                self.note_disposal(command);
            }
            Input::Command(command) => {
                self.note_command(command);
            }
            Input::Tick(at) => self.clock = self.clock.max(at),
            Input::Activated(rules) => self.put_in_force(rules),
        }
    }

    /// Judges every case that does not wait for its declared source's completion, what inspections found, and what was ordered. After recovery this writes what was
    /// concluded before and not yet published; after an upgrade of the engine, what the new one sees otherwise.
    pub fn rejudge(&mut self, cause: &Cause, facts: &mut Vec<Fact>) {
        self.judge_anew(self.cases.all().collect(), cause, facts);
        self.judge_findings(cause, facts);
        self.answer_the_rest(facts);
        self.follow_all_orders(cause, facts);
    }

    /// Judges these cases from the beginning, but for those that wait: half of what happened is no ground for a verdict.
    pub(super) fn judge_anew(
        &mut self,
        mut cases: Vec<CaseIx>,
        cause: &Cause,
        facts: &mut Vec<Fact>,
    ) {
        let waiting: BTreeSet<CaseIx> = self
            .sources
            .iter()
            .flat_map(|s| s.waiting.iter().copied())
            .collect();
        self.in_key_order(&mut cases);
        for ix in cases {
            self.cases[ix].stale = true;
            if self.may_judge(ix) && !waiting.contains(&ix) {
                self.judge(ix, cause.clone(), Upon::NothingTold, facts);
            }
        }
    }

    /// The cause to give when this engine takes over from another version; none when it is the same.
    pub fn upgrade_cause(previous_version: &str) -> Option<Cause> {
        (previous_version != ENGINE_VERSION).then(|| Cause::EngineChange {
            version: ENGINE_VERSION.into(),
        })
    }
}

/// Whether an alert, as published, was alleged when it was published.
fn is_alleged(record: &AlertRecord) -> bool {
    let reason = match &record.disposition {
        Some(disposition) => &disposition.automatic.withdrawn_reason,
        None => &record.withdrawn_reason,
    };
    match record.automatic_status() {
        Status::Withdrawn | Status::Cancelled => false,
        Status::Review => reason.is_none(),
        Status::Pending | Status::Issued | Status::Ended => true,
    }
}
