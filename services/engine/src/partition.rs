//! One partition's cases: inputs in, facts out.

mod lookup;
mod pack;
mod view;

use std::collections::BTreeSet;
use std::hash::{BuildHasher, Hash};
use std::sync::Arc;

use hashbrown::HashTable;
use mingjing_domain::Timestamp;
use mingjing_domain::alert::AlertRecord;
use mingjing_domain::event::{CaseEvent, EventKind};
use mingjing_domain::fact::{Cause, Fact};
use mingjing_domain::source::{Source, SourceClock};
use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::ENGINE_VERSION;
use crate::allege::{Allegation, Knowledge, allege};
use crate::fold::{Fold, NEVER, Profile};
use crate::history::{Arrival, Event, History};
use crate::life::{Occasion, Published, Surroundings, reconcile};
use crate::rules::{PlanIx, Rules};
use crate::symbols::Symbols;

/// What the engine is told.
pub enum Input<'a> {
    /// A department said something.
    Event(&'a CaseEvent<'a>),
    /// A source says it is complete up to an instant.
    CompleteUntil {
        /// The source.
        source: &'a str,
        /// Everything that happened up to here has been sent.
        until: Timestamp,
    },
    /// A source declares itself (anew).
    Declared(&'a Source),
    /// The partition's clock. One that is not greater than the last does nothing.
    Tick(Timestamp),
    /// Definitions or calendars came into force.
    Activated(Arc<Rules>),
}

/// What a case looks like from outside, for counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CaseSummary {
    /// Events that count.
    pub events: usize,
    /// Alerts of any status.
    pub alerts: usize,
}

/// Counts since the engine was made; nothing is dropped uncounted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Events taken in.
    pub events: u64,
    /// Events known already.
    pub duplicates: u64,
    /// Events with a known id and version but another content.
    pub conflicts: u64,
    /// Events that were not last in order, so that their case was walked anew.
    pub walked_anew: u64,
    /// Times a case was judged.
    pub judged: u64,
    /// Events of declared sources, exempt from late-entry checks.
    pub exempt_from_late_entry: u64,
}

pub(crate) type CaseIx = u32;
pub(crate) type SourceIx = u16;

pub(crate) struct Case {
    pub(crate) case_no: Box<str>,
    pub(crate) history: History,
    pub(crate) fold: Fold,
    pub(crate) alerts: Vec<Published>,
    /// When its answer may next differ by time alone.
    pub(crate) next: Timestamp,
    /// Up to when its source must be complete for something to settle.
    pub(crate) unsettled: Timestamp,
    pub(crate) source: SourceIx,
    /// Events were taken since it was walked.
    pub(crate) stale: bool,
    pub(crate) touched: bool,
}

pub(crate) struct SourceState {
    pub(crate) source: Source,
    pub(crate) complete_until: Timestamp,
    pub(crate) last_received_at: Timestamp,
    pub(crate) events: u64,
    /// Declared sources: cases to judge at the next completion, whatever the time.
    pub(crate) waiting: Vec<CaseIx>,
    /// Cases with something unsettled, by the instant up to which the source must be complete.
    pub(crate) unsettled: BTreeSet<(Timestamp, CaseIx)>,
    /// Declared sources: their own timers.
    pub(crate) timers: BTreeSet<(Timestamp, CaseIx)>,
    pub(crate) touched: bool,
}

/// The cases of one partition.
pub struct Engine {
    pub(crate) rules: Arc<Rules>,
    pub(crate) codes: Symbols,
    pub(crate) texts: Symbols,
    pub(crate) profiles: Vec<Profile>,
    profile_ix: FxHashMap<Profile, u32>,
    /// By plan and code symbol: the plan's step.
    step_of: Vec<Vec<Option<u16>>>,
    /// By plan and step: its code symbol.
    step_symbols: Vec<Vec<u16>>,
    pub(crate) cases: Vec<Case>,
    case_ix: HashTable<CaseIx>,
    pub(crate) sources: Vec<SourceState>,
    source_ix: FxHashMap<Box<str>, SourceIx>,
    /// Live sources' timers.
    pub(crate) timers: BTreeSet<(Timestamp, CaseIx)>,
    pub(crate) clock: Timestamp,
    pub(crate) counts: Counts,
    touched: Vec<CaseIx>,
    scratch: Vec<Allegation>,
    bytes: Vec<u8>,
}

impl Engine {
    /// An engine that knows no case.
    pub fn new(rules: Arc<Rules>) -> Self {
        let mut engine = Engine {
            rules: rules.clone(),
            codes: Symbols::new(),
            texts: Symbols::new(),
            profiles: Vec::new(),
            profile_ix: FxHashMap::default(),
            step_of: Vec::new(),
            step_symbols: Vec::new(),
            cases: Vec::new(),
            case_ix: HashTable::new(),
            sources: Vec::new(),
            source_ix: FxHashMap::default(),
            timers: BTreeSet::new(),
            clock: Timestamp::MIN,
            counts: Counts::default(),
            touched: Vec::new(),
            scratch: Vec::new(),
            bytes: Vec::new(),
        };
        engine.install(rules);
        engine
    }

    /// Takes an input and writes what follows from it.
    pub fn handle(&mut self, input: Input<'_>, facts: &mut Vec<Fact>) {
        match input {
            Input::Event(event) => self.event(event, facts),
            Input::CompleteUntil { source, until } => self.complete_until(source, until, facts),
            Input::Declared(source) => self.declared(source, facts),
            Input::Tick(at) => self.tick(at, facts),
            Input::Activated(rules) => self.activated(rules, facts),
        }
    }

    /// The partition's clock; [`Timestamp::MIN`] before the first tick.
    pub fn clock(&self) -> Timestamp {
        self.clock
    }

    /// The earliest instant at which something may fall due.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.timers.first().map(|(at, _)| *at)
    }

    /// Every alert known, of any status, in order of first sight of its case.
    pub fn alerts(&self) -> impl Iterator<Item = &AlertRecord> {
        self.cases
            .iter()
            .flat_map(|case| case.alerts.iter().map(|a| &*a.record))
    }

    /// How many cases are known.
    pub fn case_count(&self) -> usize {
        self.cases.len()
    }

    /// Cases with events that wait for their declared source's completion.
    pub fn waiting_count(&self) -> usize {
        self.sources.iter().map(|s| s.waiting.len()).sum()
    }

    /// Conditions that could not be judged for want of a value, over all cases.
    pub fn unjudged_conditions(&self) -> u64 {
        self.cases.iter().map(|c| u64::from(c.fold.unjudged)).sum()
    }

    /// Counts since the engine was made.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// The definitions in force.
    pub fn rules(&self) -> &Arc<Rules> {
        &self.rules
    }

    /// A case at a glance.
    pub fn case(&self, source: &str, case_no: &str) -> Option<CaseSummary> {
        let source = *self.source_ix.get(source)?;
        let case = &self.cases[self.find_case(source, case_no)? as usize];
        Some(CaseSummary {
            events: case.history.len(),
            alerts: case.alerts.len(),
        })
    }

    /// Takes a published alert fact as alleged, without judging. Recovery folds with this what was published after
    /// the snapshot; [`Engine::rejudge`] then writes what is missing.
    pub fn fold_fact(&mut self, fact: &Fact) {
        let Fact::Alert {
            revision, alert, ..
        } = fact
        else {
            return;
        };
        let source = self.source(&alert.source);
        let ix = self.case_or_new(source, &alert.case_no);
        let case = &mut self.cases[ix as usize];
        let alleged = is_alleged(alert);
        match case
            .alerts
            .iter_mut()
            .find(|p| p.record.alert_id == alert.alert_id)
        {
            Some(known) if known.revision < *revision => {
                *known = Published {
                    record: alert.clone(),
                    revision: *revision,
                    alleged,
                };
            }
            Some(_) => {}
            None => {
                case.alerts.push(Published {
                    record: alert.clone(),
                    revision: *revision,
                    alleged,
                });
            }
        }
    }

    /// Takes an event into its case's history without judging; see [`Engine::rejudge`].
    pub fn take_without_judging(&mut self, event: &CaseEvent<'_>) {
        let (ix, _, _) = self.take(event);
        self.cases[ix as usize].stale = true;
        self.touch(ix);
        if self.is_declared(self.cases[ix as usize].source) {
            let source = usize::from(self.cases[ix as usize].source);
            self.sources[source].waiting.push(ix);
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
            Input::Declared(source) => {
                let ix = self.source(&source.id);
                self.redeclare(ix, source);
                self.sources[usize::from(ix)].touched = true;
            }
            Input::Tick(at) => self.clock = self.clock.max(at),
            Input::Activated(rules) => self.install(rules),
        }
    }

    /// Judges every case that does not wait for its declared source's completion. After recovery this writes what was
    /// concluded before and not yet published; after an upgrade of the engine, what the new one sees otherwise.
    pub fn rejudge(&mut self, cause: &Cause, facts: &mut Vec<Fact>) {
        let waiting: BTreeSet<CaseIx> = self
            .sources
            .iter()
            .flat_map(|s| s.waiting.iter().copied())
            .collect();
        let cases = (0..self.cases.len() as CaseIx)
            .filter(|ix| !waiting.contains(ix))
            .collect();
        self.judge_anew(cases, cause, facts);
    }

    fn judge_anew(&mut self, cases: Vec<CaseIx>, cause: &Cause, facts: &mut Vec<Fact>) {
        let mut order = cases;
        self.in_key_order(&mut order);
        for ix in order {
            self.cases[ix as usize].stale = true;
            if self.may_judge(ix) {
                self.judge(ix, cause.clone(), true, facts);
            }
        }
    }

    /// The cause to give when this engine takes over from another version; none when it is the same.
    pub fn upgrade_cause(previous_version: &str) -> Option<Cause> {
        (previous_version != ENGINE_VERSION).then(|| Cause::EngineChange {
            version: ENGINE_VERSION.into(),
        })
    }

    /// Writes the present state of every case and source touched since the last call.
    pub fn flush_cases(&mut self, facts: &mut Vec<Fact>) {
        let mut touched = std::mem::take(&mut self.touched);
        self.in_key_order(&mut touched);
        for ix in touched {
            self.cases[ix as usize].touched = false;
            let at = self.now_for(ix);
            let case = Box::new(self.case_record(ix));
            facts.push(Fact::Case { at, case });
        }
        let clock = self.clock;
        for state in &mut self.sources {
            if std::mem::take(&mut state.touched) {
                facts.push(Fact::Source {
                    at: if clock == Timestamp::MIN {
                        state.last_received_at
                    } else {
                        clock
                    },
                    source: state.source.id.clone(),
                    complete_until: (state.complete_until != Timestamp::MIN)
                        .then_some(state.complete_until),
                    last_received_at: (state.last_received_at != Timestamp::MIN)
                        .then_some(state.last_received_at),
                    events: state.events,
                });
            }
        }
    }

    // ---- inputs ----

    fn event(&mut self, event: &CaseEvent<'_>, facts: &mut Vec<Fact>) {
        let (ix, arrival, replaced_at) = self.take(event);
        match arrival {
            Arrival::Duplicate => return,
            Arrival::Conflict => {}
            Arrival::Appended if !self.cases[ix as usize].stale => self.append(ix),
            Arrival::Appended => {}
            Arrival::Changed => {
                self.counts.walked_anew += 1;
                self.cases[ix as usize].stale = true;
            }
        }
        self.touch(ix);
        let source = self.cases[ix as usize].source;
        if self.is_declared(source) {
            self.counts.exempt_from_late_entry += 1;
            self.cases[ix as usize].stale = true;
            self.sources[usize::from(source)].waiting.push(ix);
            return;
        }
        let withdraws = self.came_in_time(ix, event, replaced_at);
        self.judge_event(ix, event, withdraws, facts);
    }

    /// Whether the event came within its source's allowance of its business time. What replaces or corrects
    /// another counts from the other's business time: else back-dating would be a correction.
    fn came_in_time(
        &self,
        ix: CaseIx,
        event: &CaseEvent<'_>,
        replaced_at: Option<Timestamp>,
    ) -> bool {
        let case = &self.cases[ix as usize];
        let corrected = event
            .data
            .corrects
            .as_deref()
            .and_then(|id| case.history.by_id(id));
        let mut base = event.occurred_at;
        if let Some(replaced) = replaced_at {
            base = base.min(replaced);
        }
        if event.kind == EventKind::Corrected
            && let Some(corrected) = corrected
        {
            base = corrected.occurred_at;
        }
        let latest = base.plus_millis(
            self.sources[usize::from(case.source)]
                .source
                .delay_allowance_ms(),
        );
        event.received_at <= latest && event.entered_at.is_none_or(|entered| entered <= latest)
    }

    fn judge_event(
        &mut self,
        ix: CaseIx,
        event: &CaseEvent<'_>,
        withdraws: bool,
        facts: &mut Vec<Fact>,
    ) {
        // The id is copied only where something is alleged: most events allege nothing.
        let before = facts.len();
        let cause = Cause::Event {
            event_id: String::new(),
        };
        self.judge(ix, cause, withdraws, facts);
        for fact in &mut facts[before..] {
            if let Fact::Alert {
                cause: Cause::Event { event_id },
                alert,
                ..
            } = fact
            {
                event_id.push_str(&event.event_id);
                fill_event_id(alert, &event.event_id);
            }
        }
        if facts.len() > before {
            for published in &mut self.cases[ix as usize].alerts {
                fill_event_id(&mut published.record, &event.event_id);
            }
        }
    }

    fn complete_until(&mut self, source: &str, until: Timestamp, facts: &mut Vec<Fact>) {
        let source = self.source(source);
        let state = &mut self.sources[usize::from(source)];
        state.touched = true;
        if until <= state.complete_until && state.waiting.is_empty() {
            return;
        }
        state.complete_until = state.complete_until.max(until);
        let until = state.complete_until;
        let mut due: Vec<CaseIx> = std::mem::take(&mut state.waiting);
        let declared = state.source.clock == SourceClock::Declared;
        take_up_to(&mut state.unsettled, until, &mut due);
        if declared {
            take_up_to(&mut state.timers, until, &mut due);
        }
        self.in_key_order(&mut due);
        for ix in due {
            self.judge(ix, Cause::SourceComplete, true, facts);
        }
    }

    fn declared(&mut self, source: &Source, facts: &mut Vec<Fact>) {
        let ix = self.source(&source.id);
        if self.sources[usize::from(ix)].source == *source {
            return;
        }
        let mut own = self.redeclare(ix, source);
        self.sources[usize::from(ix)].touched = true;
        self.in_key_order(&mut own);
        let cause = Cause::DefinitionsChange {
            version: self.rules.definitions_version().to_owned(),
        };
        for case in own {
            self.cases[case as usize].stale = true;
            if self.may_judge(case) {
                self.judge(case, cause.clone(), true, facts);
            }
        }
    }

    /// Takes over what a source declares, and answers its cases. Their timers lie with the clock they were judged by until
    /// now: they are taken out, and judging puts them where they belong.
    fn redeclare(&mut self, ix: SourceIx, source: &Source) -> Vec<CaseIx> {
        let own: Vec<CaseIx> = (0..self.cases.len() as CaseIx)
            .filter(|c| self.cases[*c as usize].source == ix)
            .collect();
        if self.sources[usize::from(ix)].source.clock != source.clock {
            for case in &own {
                self.arm(*case, NEVER, NEVER);
            }
        }
        self.sources[usize::from(ix)].source = source.clone();
        own
    }

    fn tick(&mut self, at: Timestamp, facts: &mut Vec<Fact>) {
        if at <= self.clock {
            return;
        }
        self.clock = at;
        // In (due, case) order: what fell due first is said first.
        let mut due = Vec::new();
        while let Some((instant, ix)) = self.timers.first().copied() {
            if instant > at {
                break;
            }
            self.timers.pop_first();
            due.push((instant, ix));
        }
        due.sort_by(|(a, x), (b, y)| a.cmp(b).then_with(|| self.key(*x).cmp(&self.key(*y))));
        for (_, ix) in due {
            self.judge(ix, Cause::Clock, true, facts);
        }
    }

    fn activated(&mut self, rules: Arc<Rules>, facts: &mut Vec<Fact>) {
        let only_calendars = rules.calendar_versions() != self.rules.calendar_versions();
        let cause = if only_calendars {
            Cause::CalendarChange {
                version: rules.calendar_versions().to_owned(),
            }
        } else {
            Cause::DefinitionsChange {
                version: rules.definitions_version().to_owned(),
            }
        };
        self.install(rules);
        self.judge_anew((0..self.cases.len() as CaseIx).collect(), &cause, facts);
    }

    // ---- judging ----

    /// Applies the last event of a case that was walked up to it.
    fn append(&mut self, ix: CaseIx) {
        let plan = self.plan_of(ix);
        if plan != self.cases[ix as usize].fold.plan {
            self.cases[ix as usize].stale = true;
            return;
        }
        let (case, context) = self.case_and_context(ix, plan, false);
        if let Some((last, _)) = context.history.known().next_back() {
            case.fold.apply(last, &context);
        }
    }

    fn judge(&mut self, ix: CaseIx, cause: Cause, withdraws: bool, facts: &mut Vec<Fact>) {
        self.counts.judged += 1;
        let plan = self.plan_of(ix);
        let knowledge = self.knowledge(ix);
        let now = self.now_for(ix);
        let mut scratch = std::mem::take(&mut self.scratch);
        let source_id = self.sources[usize::from(self.cases[ix as usize].source)]
            .source
            .id
            .clone();
        let supervised_from = self.sources[usize::from(self.cases[ix as usize].source)]
            .source
            .supervised_from;
        let (case, context) = self.case_and_context(ix, plan, false);
        if case.stale || case.fold.plan != plan {
            *case.fold = Fold::walk(plan, &context);
            *case.stale_flag = false;
        }
        let (next, unsettled) = allege(case.fold, &context, &knowledge, &mut scratch);
        let mut changed = false;
        if !scratch.is_empty() || !case.alerts.is_empty() {
            let began = context.history.first().map(|e| e.occurred_at);
            let occasion = Occasion {
                cause,
                withdraws,
                now,
                never_issue: supervised_from.is_some_and(|from| began.is_some_and(|b| b < from)),
            };
            let around = Surroundings {
                fold: case.fold,
                context: &context,
                source: &source_id,
                case_no: case.case_no,
            };
            let before = facts.len();
            reconcile(case.alerts, &scratch, &occasion, &around, facts);
            changed = facts.len() > before;
        }
        scratch.clear();
        self.scratch = scratch;
        self.arm(ix, next, unsettled);
        if changed {
            self.touch(ix);
        }
    }

    fn arm(&mut self, ix: CaseIx, next: Timestamp, unsettled: Timestamp) {
        let case = &mut self.cases[ix as usize];
        let old = (case.next, case.unsettled);
        (case.next, case.unsettled) = (next, unsettled);
        let state = &mut self.sources[usize::from(case.source)];
        let timers = if state.source.clock == SourceClock::Declared {
            &mut state.timers
        } else {
            &mut self.timers
        };
        move_timer(timers, old.0, next, ix);
        move_timer(&mut state.unsettled, old.1, unsettled, ix);
    }

    /// Computes a case's timers without judging it, after a restore.
    pub(crate) fn rearm(&mut self, ix: CaseIx) {
        if !self.may_judge(ix) {
            return;
        }
        let plan = self.plan_of(ix);
        let knowledge = self.knowledge(ix);
        let mut scratch = std::mem::take(&mut self.scratch);
        let (case, context) = self.case_and_context(ix, plan, false);
        *case.fold = Fold::walk(plan, &context);
        *case.stale_flag = false;
        let (next, unsettled) = allege(case.fold, &context, &knowledge, &mut scratch);
        scratch.clear();
        self.scratch = scratch;
        self.arm(ix, next, unsettled);
    }

    fn knowledge(&self, ix: CaseIx) -> Knowledge {
        let state = &self.sources[usize::from(self.cases[ix as usize].source)];
        let clock = match state.source.clock {
            SourceClock::Live => self.clock,
            SourceClock::Declared => state.complete_until,
        };
        Knowledge {
            clock,
            complete_until: state.complete_until,
            allowance_ms: state.source.delay_allowance_ms(),
        }
    }

    /// When something is concluded of a case: its clock, or before any tick its latest event's receipt.
    fn now_for(&self, ix: CaseIx) -> Timestamp {
        let state = &self.sources[usize::from(self.cases[ix as usize].source)];
        let clock = match state.source.clock {
            SourceClock::Live => self.clock,
            SourceClock::Declared => state.complete_until,
        };
        if clock == Timestamp::MIN {
            state.last_received_at
        } else {
            clock
        }
    }

    fn is_declared(&self, source: SourceIx) -> bool {
        self.sources[usize::from(source)].source.clock == SourceClock::Declared
    }

    /// A declared source's case is judged only once the source has been complete.
    fn may_judge(&self, ix: CaseIx) -> bool {
        let state = &self.sources[usize::from(self.cases[ix as usize].source)];
        state.source.clock == SourceClock::Live || state.complete_until != Timestamp::MIN
    }

    fn plan_of(&self, ix: CaseIx) -> PlanIx {
        let case = &self.cases[ix as usize];
        let mut item = 0;
        let mut accepted = false;
        let mut decisive: Option<&Event> = None;
        for (_, event) in case.history.known() {
            if item == 0 {
                item = self.profiles[event.profile as usize].item;
            }
            let first_accepted = event.kind == EventKind::Accepted && !accepted;
            accepted |= first_accepted;
            if decisive.is_none() || first_accepted {
                decisive = Some(event);
            }
            if accepted && item != 0 {
                break;
            }
        }
        let at = decisive.map_or(Timestamp::MIN, |e| e.occurred_at);
        let source = &self.sources[usize::from(case.source)].source.id;
        self.rules
            .plan_for(source, self.texts.option(item), |tz| at.local_date(tz))
    }
}

/// The parts of a case that judging writes.
struct CaseParts<'a> {
    stale: bool,
    fold: &'a mut Fold,
    alerts: &'a mut Vec<Published>,
    stale_flag: &'a mut bool,
    case_no: &'a str,
}

/// Whether an alert, as published, was alleged when it was published.
pub(crate) fn is_alleged(record: &AlertRecord) -> bool {
    use mingjing_domain::alert::Status;
    match record.status {
        Status::Withdrawn | Status::Cancelled => false,
        Status::Review => record.withdrawn_reason.is_none(),
        Status::Pending | Status::Issued | Status::Ended => true,
    }
}

fn fill_event_id(record: &mut AlertRecord, id: &str) {
    if let Some(reason) = &mut record.withdrawn_reason
        && reason.contains("（）")
    {
        *reason = reason.replacen("（）", &format!("（{id}）"), 1);
    }
}

fn take_up_to(set: &mut BTreeSet<(Timestamp, CaseIx)>, until: Timestamp, out: &mut Vec<CaseIx>) {
    while let Some((at, ix)) = set.first().copied() {
        if at > until {
            break;
        }
        set.pop_first();
        out.push(ix);
    }
}

fn move_timer(
    timers: &mut BTreeSet<(Timestamp, CaseIx)>,
    from: Timestamp,
    to: Timestamp,
    ix: CaseIx,
) {
    // An entry may have been taken out by the sweep that led here: insert anew even where it is the same.
    if from != to && from != NEVER {
        timers.remove(&(from, ix));
    }
    if to != NEVER {
        timers.insert((to, ix));
    }
}

fn case_hash(source: SourceIx, case_no: &str) -> u64 {
    hash_of(&(source, case_no))
}

fn hash_of<T: Hash>(value: &T) -> u64 {
    FxBuildHasher.hash_one(value)
}
