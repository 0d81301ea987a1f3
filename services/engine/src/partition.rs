//! One partition's cases: inputs in, facts out.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, Hash};
use std::sync::Arc;

use hashbrown::HashTable;
use mingjing_domain::Timestamp;
use mingjing_domain::alert::AlertRecord;
use mingjing_domain::event::{CaseEvent, EventKind, Value};
use mingjing_domain::fact::{CaseRecord, Cause, Fact, StepVisit};
use mingjing_domain::source::{Source, SourceClock};
use rustc_hash::{FxBuildHasher, FxHashMap};
use xxhash_rust::xxh3::xxh3_64;

use crate::ENGINE_VERSION;
use crate::allege::{Allegation, Knowledge, allege};
use crate::condition::Attr;
use crate::fold::{Context, Fold, NEVER, Profile};
use crate::history::{Arrival, Event, Extra, History, NewEvent, SpecialEntry, present};
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
        self.cases.iter().flat_map(|case| case.alerts.iter().map(|a| &*a.record))
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
        Some(CaseSummary { events: case.history.len(), alerts: case.alerts.len() })
    }

    /// Takes a published alert fact as alleged, without judging. Recovery folds with this what was published after
    /// the snapshot; [`Engine::rejudge`] then writes what is missing.
    pub fn fold_fact(&mut self, fact: &Fact) {
        let Fact::Alert { revision, alert, .. } = fact else { return };
        let source = self.source(&alert.source);
        let ix = self.case_or_new(source, &alert.case_no);
        let case = &mut self.cases[ix as usize];
        let alleged = is_alleged(alert);
        match case.alerts.iter_mut().find(|p| p.record.alert_id == alert.alert_id) {
            Some(known) if known.revision < *revision => {
                *known = Published { record: alert.clone(), revision: *revision, alleged };
            }
            Some(_) => {}
            None => {
                case.alerts.push(Published { record: alert.clone(), revision: *revision, alleged });
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
                self.sources[usize::from(ix)].source = source.clone();
                self.sources[usize::from(ix)].touched = true;
            }
            Input::Tick(at) => self.clock = self.clock.max(at),
            Input::Activated(rules) => self.install(rules),
        }
    }

    /// Judges every case there is. After recovery this writes what was concluded before and not yet published;
    /// after an upgrade of the engine, what the new one sees otherwise.
    pub fn rejudge(&mut self, cause: &Cause, facts: &mut Vec<Fact>) {
        let mut order: Vec<CaseIx> = (0..self.cases.len() as CaseIx).collect();
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
        (previous_version != ENGINE_VERSION)
            .then(|| Cause::EngineChange { version: ENGINE_VERSION.into() })
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
                    at: if clock == Timestamp::MIN { state.last_received_at } else { clock },
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
        let corrected = event.data.corrects.as_deref().and_then(|id| case.history.by_id(id));
        let mut base = event.occurred_at;
        if let Some(replaced) = replaced_at {
            base = base.min(replaced);
        }
        if event.kind == EventKind::Corrected
            && let Some(corrected) = corrected
        {
            base = corrected.occurred_at;
        }
        let latest =
            base.plus_millis(self.sources[usize::from(case.source)].source.delay_allowance_ms());
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
        let cause = Cause::Event { event_id: String::new() };
        self.judge(ix, cause, withdraws, facts);
        for fact in &mut facts[before..] {
            if let Fact::Alert { cause: Cause::Event { event_id }, alert, .. } = fact {
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
        self.sources[usize::from(ix)].source = source.clone();
        self.sources[usize::from(ix)].touched = true;
        let mut own: Vec<CaseIx> = (0..self.cases.len() as CaseIx)
            .filter(|c| self.cases[*c as usize].source == ix)
            .collect();
        self.in_key_order(&mut own);
        let cause =
            Cause::DefinitionsChange { version: self.rules.definitions_version().to_owned() };
        for case in own {
            self.cases[case as usize].stale = true;
            if self.may_judge(case) {
                self.judge(case, cause.clone(), true, facts);
            }
        }
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
            Cause::CalendarChange { version: rules.calendar_versions().to_owned() }
        } else {
            Cause::DefinitionsChange { version: rules.definitions_version().to_owned() }
        };
        self.install(rules);
        self.rejudge(&cause, facts);
    }

    // ---- taking events in ----

    fn take(&mut self, event: &CaseEvent<'_>) -> (CaseIx, Arrival, Option<Timestamp>) {
        let source = self.source(&event.source);
        let ix = self.case_or_new(source, &event.case_no);
        let new = self.pack(event);
        let (arrival, replaced_at) = self.cases[ix as usize].history.take(new);
        let state = &mut self.sources[usize::from(source)];
        state.touched = true;
        state.last_received_at = state.last_received_at.max(event.received_at);
        match arrival {
            Arrival::Duplicate => self.counts.duplicates += 1,
            Arrival::Conflict => self.counts.conflicts += 1,
            Arrival::Appended | Arrival::Changed => {
                state.events += 1;
                self.counts.events += 1;
            }
        }
        (ix, arrival, replaced_at)
    }

    fn pack<'e>(&mut self, event: &'e CaseEvent<'_>) -> NewEvent<'e> {
        let data = &event.data;
        let step = self.code(data.step_code.as_deref());
        let profile = Profile {
            item: self.text(data.item_code.as_deref()),
            org: self.text(data.org_code.as_deref()),
            region: self.text(data.region_code.as_deref()),
            case_kind: self.text(data.case_kind.as_deref()),
        };
        let actor = self.text(data.actor.as_ref().map(|a| &*a.id));
        let result = self.code(data.result_code.as_deref());
        let extra = self.extra(event);
        NewEvent {
            id: &event.event_id,
            occurred_at: event.occurred_at,
            received_at: event.received_at,
            entered_at: event.entered_at,
            source_seq: event.source_seq,
            data_version: event.data_version.min(u32::from(u16::MAX)) as u16,
            content: content_hash(event, &mut self.bytes),
            party: data.party_ref.as_deref().map_or(0, |p| (xxh3_64(p.as_bytes()) as u32).max(1)),
            actor,
            profile: self.profile(profile),
            step,
            result,
            present: present_fields(event),
            kind: event.kind,
            extra,
        }
    }

    fn extra(&mut self, event: &CaseEvent<'_>) -> Option<Box<Extra>> {
        let data = &event.data;
        let has_special = data.special.is_some()
            || matches!(event.kind, EventKind::Suspend | EventKind::Resume | EventKind::Extend);
        if data.amounts.is_empty()
            && data.attributes.is_empty()
            && !has_special
            && data.corrects.is_none()
        {
            return None;
        }
        let mut attributes = Vec::with_capacity(data.amounts.len() + data.attributes.len());
        for (name, amount) in &data.amounts {
            attributes.push((self.codes.intern_code(name), Attr::Int(*amount)));
        }
        for (name, value) in &data.attributes {
            let value = match value {
                Value::Bool(v) => Attr::Bool(*v),
                Value::Int(v) => Attr::Int(*v),
                Value::Float(v) => Attr::Float(*v),
                Value::Text(v) => Attr::Text((&**v).into()),
            };
            let code = self.codes.intern_code(name);
            // A name in both maps is the attribute's.
            attributes.retain(|(known, _)| *known != code);
            attributes.push((code, value));
        }
        let special = data.special.as_ref().map(|s| SpecialEntry {
            kind: self.code(Some(&*s.kind)),
            planned_end: s.planned_end,
            granted: s.granted.as_deref().and_then(|g| g.parse().ok()),
        });
        Some(Box::new(Extra {
            attributes,
            special,
            corrects: data.corrects.as_deref().map(Into::into),
        }))
    }

    fn code(&mut self, text: Option<&str>) -> u16 {
        let Some(text) = text.filter(|t| !t.is_empty()) else { return 0 };
        let known = self.codes.len();
        let code = self.codes.intern_code(text);
        if self.codes.len() != known {
            self.map_steps();
        }
        code
    }

    fn text(&mut self, text: Option<&str>) -> u32 {
        text.filter(|t| !t.is_empty()).map_or(0, |t| self.texts.intern(t))
    }

    pub(crate) fn profile(&mut self, profile: Profile) -> u32 {
        let next = self.profiles.len() as u32;
        *self.profile_ix.entry(profile).or_insert_with(|| {
            self.profiles.push(profile);
            next
        })
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
        let source_id = self.sources[usize::from(self.cases[ix as usize].source)].source.id.clone();
        let supervised_from =
            self.sources[usize::from(self.cases[ix as usize].source)].source.supervised_from;
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
        if clock == Timestamp::MIN { state.last_received_at } else { clock }
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
        let mut decisive: Option<&Event> = None;
        for (_, event) in case.history.known() {
            if item == 0 {
                item = self.profiles[event.profile as usize].item;
            }
            let accepted = event.kind == EventKind::Accepted;
            if decisive.is_none() || accepted {
                decisive = Some(event);
            }
            if accepted && item != 0 {
                break;
            }
        }
        let at = decisive.map_or(Timestamp::MIN, |e| e.occurred_at);
        let source = &self.sources[usize::from(case.source)].source.id;
        self.rules.plan_for(source, self.texts.option(item), |tz| at.local_date(tz))
    }

    // ---- looking things up ----

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

    fn find_case(&self, source: SourceIx, case_no: &str) -> Option<CaseIx> {
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
            fold: Fold { plan: PlanIx::MAX, ..Fold::default() },
            alerts: Vec::new(),
            next: NEVER,
            unsettled: NEVER,
            source,
            stale: true,
            touched: false,
        });
        let cases = &self.cases;
        self.case_ix.insert_unique(case_hash(source, case_no), ix, |ix| {
            let case = &cases[*ix as usize];
            case_hash(case.source, &case.case_no)
        });
        ix
    }

    fn key(&self, ix: CaseIx) -> (&str, &str) {
        let case = &self.cases[ix as usize];
        (&self.sources[usize::from(case.source)].source.id, &case.case_no)
    }

    fn in_key_order(&self, cases: &mut Vec<CaseIx>) {
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
            self.sources[usize::from(ix)].source = source.clone();
        }
        self.rules = rules;
        self.step_of = vec![Vec::new(); self.rules.plan_count()];
        self.step_symbols.clear();
        for plan in 0..self.rules.plan_count() {
            let codes: Vec<String> =
                self.rules.plan(plan as PlanIx).steps.iter().map(|s| s.code.clone()).collect();
            let symbols = codes.iter().map(|c| self.codes.intern_code(c)).collect();
            self.step_symbols.push(symbols);
        }
        // Special procedures name the stays of their own limits.
        for plan in 0..self.rules.plan_count() {
            let kinds: Vec<String> =
                self.rules.plan(plan as PlanIx).specials.iter().map(|s| s.kind.clone()).collect();
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
    fn case_and_context(
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

    /// The present state of a case, for those who read.
    fn case_record(&mut self, ix: CaseIx) -> CaseRecord {
        let plan = self.plan_of(ix);
        let source = self.sources[usize::from(self.cases[ix as usize].source)].source.id.clone();
        let (case, context) = self.case_and_context(ix, plan, true);
        let case_no = case.case_no.to_owned();
        let fold = Fold::walk(plan, &context);
        record_of(source, case_no, &fold, &context)
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

fn record_of(source: String, case_no: String, fold: &Fold, context: &Context<'_>) -> CaseRecord {
    let history = context.history;
    let first_of = |kind: EventKind| {
        history.known().find(|(_, e)| e.kind == kind).map(|(_, e)| e.occurred_at)
    };
    let latest = |of: fn(&Profile) -> u32| {
        let mut named = history.known().rev().map(|(_, e)| of(context.profile(e)));
        named.find(|s| *s != 0).map(|s| context.texts.text(s).to_owned())
    };
    let last = history.known().next_back().map_or(0, |(place, _)| place);
    let due_at = context.plan.case_limit.and_then(|limit| {
        let stay = fold.stays.iter().find(|s| s.timed == limit)?;
        shown_due(fold, stay, context)
    });
    let visits = visits_of(fold, context);
    CaseRecord {
        source,
        case_no,
        item_code: context.texts.option(context.item(last)).map(Into::into),
        org_code: latest(|p| p.org),
        region_code: latest(|p| p.region),
        flowchart: context.plan.flowchart.clone(),
        opened_at: history.first().map_or(Timestamp::MIN, |e| e.occurred_at),
        accepted_at: first_of(EventKind::Accepted),
        closed_at: first_of(EventKind::Closed),
        due_at,
        events: history.len() as u32,
        step: visits.last().map(|v| v.step.clone()),
        visits,
    }
}

/// A stay's statutory due instant, else its promised one; none while time stands still.
fn shown_due(fold: &Fold, stay: &crate::fold::Stay, context: &Context<'_>) -> Option<Timestamp> {
    use mingjing_domain::definitions::RungAt;
    let timed = &context.plan.timed[usize::from(stay.timed)];
    if stay.stopped {
        return None;
    }
    let statutory = timed.statutory.is_some() || timed.own_deadline.is_some();
    let at = if statutory { RungAt::Statutory } else { RungAt::Promised };
    let due = fold.due(at, stay, timed, context)?.due_at;
    (due < FAR_FUTURE).then_some(due)
}

/// 9000-01-01: where a due instant lies beyond, time stands still.
const FAR_FUTURE: Timestamp = Timestamp::from_millis(221_845_392_000_000);

fn visits_of(fold: &Fold, context: &Context<'_>) -> Vec<StepVisit> {
    let mut visits: Vec<StepVisit> = Vec::new();
    for (_, event) in context.history.known() {
        let symbol = context.step_symbol(event);
        let starts = event.kind == EventKind::StepStart;
        let ends = event.kind == EventKind::StepEnd
            || context.step(event).is_some_and(|s| {
                context.plan.steps[usize::from(s)].done_by.contains(&event.kind)
            });
        if symbol == 0 || !(starts || ends) {
            continue;
        }
        let code = context.codes.text(symbol.into());
        let actor = context.texts.option(event.actor).map(str::to_owned);
        if ends
            && let Some(open) =
                visits.iter_mut().find(|v| v.step == code && v.ended_at.is_none())
        {
            open.ended_at = Some(event.occurred_at);
            open.actor = actor.or(open.actor.take());
            continue;
        }
        let visit = visits.iter().filter(|v| v.step == code).count() as u16 + 1;
        let stay = fold.stays.iter().find(|s| {
            s.step == symbol
                && s.visit == visit
                && context.plan.timed[usize::from(s.timed)].step.is_some()
        });
        visits.push(StepVisit {
            step: code.to_owned(),
            visit,
            started_at: event.occurred_at,
            ended_at: ends.then_some(event.occurred_at),
            due_at: stay.and_then(|s| shown_due(fold, s, context)),
            office: context
                .step(event)
                .and_then(|s| context.plan.steps[usize::from(s)].office.clone()),
            actor,
        });
    }
    visits
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

/// A hash of everything a department says in an event, but for when it was sent and received. Part of snapshots:
/// its bytes and function (XXH3-64, folded) never change.
fn content_hash(event: &CaseEvent<'_>, bytes: &mut Vec<u8>) -> u32 {
    let data = &event.data;
    bytes.clear();
    bytes.push(event.kind as u8);
    put_instant(bytes, Some(event.occurred_at));
    put_instant(bytes, event.entered_at);
    bytes.extend_from_slice(&event.source_seq.to_le_bytes());
    for text in [
        &data.step_code,
        &data.prev_step_code,
        &data.item_code,
        &data.item_version,
        &data.org_code,
        &data.region_code,
        &data.case_kind,
        &data.parent_case_no,
        &data.party_ref,
        &data.party_kind,
        &data.result_code,
        &data.reason,
        &data.legal_basis,
        &data.discretion_act,
        &data.discretion_tier,
        &data.corrects,
    ] {
        put_text(bytes, text.as_deref());
    }
    for actor in data.actor.iter().chain(&data.co_actors) {
        put_text(bytes, Some(&actor.id));
        put_text(bytes, actor.role.as_deref());
        put_text(bytes, actor.cert_no.as_deref());
    }
    for (name, amount) in &data.amounts {
        put_text(bytes, Some(name));
        bytes.extend_from_slice(&amount.to_le_bytes());
    }
    for (name, value) in &data.attributes {
        put_text(bytes, Some(name));
        match value {
            Value::Bool(v) => bytes.push(u8::from(*v)),
            Value::Int(v) => bytes.extend_from_slice(&v.to_le_bytes()),
            Value::Float(v) => bytes.extend_from_slice(&v.to_bits().to_le_bytes()),
            Value::Text(v) => put_text(bytes, Some(v)),
        }
    }
    for attachment in &data.attachments {
        put_text(bytes, Some(&attachment.kind));
        put_text(bytes, attachment.sha256.as_deref());
        put_instant(bytes, attachment.uploaded_at);
    }
    if let Some(s) = &data.special {
        put_instant(bytes, s.planned_end);
        put_instant(bytes, s.notice_at);
        put_text(bytes, Some(&s.kind));
        for text in [&s.basis, &s.granted, &s.approver, &s.approver_rank, &s.notice_no] {
            put_text(bytes, text.as_deref());
        }
    }
    let full = xxh3_64(bytes);
    (full ^ (full >> 32)) as u32
}

fn put_instant(bytes: &mut Vec<u8>, at: Option<Timestamp>) {
    bytes.extend_from_slice(&at.map_or(i64::MIN, Timestamp::millis).to_le_bytes());
}

fn put_text(bytes: &mut Vec<u8>, text: Option<&str>) {
    if let Some(text) = text {
        bytes.extend_from_slice(text.as_bytes());
    }
    bytes.push(0xff);
}

fn present_fields(event: &CaseEvent<'_>) -> u16 {
    let data = &event.data;
    let said = |text: &Option<mingjing_domain::text::Text<'_>>, bit: u16| {
        if text.as_deref().is_some_and(|t| !t.is_empty()) { bit } else { 0 }
    };
    let mut bits = said(&data.result_code, present::RESULT)
        | said(&data.reason, present::REASON)
        | said(&data.legal_basis, present::BASIS)
        | said(&data.party_ref, present::PARTY)
        | said(&data.item_code, present::ITEM)
        | said(&data.org_code, present::ORG)
        | said(&data.region_code, present::REGION)
        | said(&data.step_code, present::STEP)
        | said(&data.case_kind, present::CASE_KIND)
        | said(&data.discretion_tier, present::TIER);
    if let Some(actor) = &data.actor {
        bits |= if actor.id.is_empty() { 0 } else { present::ACTOR };
        bits |= said(&actor.cert_no, present::CERT);
    }
    if !data.attachments.is_empty() {
        bits |= present::ATTACHMENT;
    }
    bits
}
