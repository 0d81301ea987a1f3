//! One partition's cases: inputs in, facts out.

mod arrive;
mod cases;
mod codes;
mod dispositions;
mod explain;
mod findings;
mod former;
mod judge;
mod manual;
mod orders;
mod recover;
mod rules_in_force;
mod timers;

use std::collections::BTreeMap;
use std::sync::Arc;

use hashbrown::HashTable;
use mingjing_domain::Timestamp;
use mingjing_domain::alert::AlertRecord;
use mingjing_domain::command::Command;
use mingjing_domain::event::CaseEvent;
use mingjing_domain::fact::{Cause, Fact};
use mingjing_domain::source::{Source, SourceClock};
use rustc_hash::FxHashMap;

use crate::allege::Allegation;
use crate::fold::Profile;
use crate::history::{Act, Arrival, KeptCodes};
use crate::life::Published;
use crate::rules::Rules;
use crate::symbols::{Numbered, Symbols};

pub(crate) use cases::{Case, CaseIx, Cases, SourceIx, SourceState};
pub use codes::UnknownName;
use dispositions::Unanswered;
pub(crate) use explain::Question;
pub(crate) use findings::Known;
use judge::Upon;
use orders::OrderTimers;
pub(crate) use orders::order_is_alleged;
use timers::{Timers, take_up_to};

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
    /// Somebody decided something about a subject of this partition.
    Command(&'a Command),
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

/// The cases of one partition.
pub struct Engine {
    pub(crate) rules: Arc<Rules>,
    /// Steps, special procedures, results, attribute names.
    pub(crate) codes: Symbols,
    /// Officers, bodies, regions, items.
    pub(crate) texts: Symbols,
    pub(crate) profiles: Numbered<Profile>,
    pub(crate) acts: Numbered<Act>,
    /// Codes of our own names for what is kept of events.
    pub(crate) kept: KeptCodes,
    /// By plan and code symbol: the plan's step.
    step_of: Vec<Vec<Option<u16>>>,
    /// By plan and code symbol: the declared attribute of that name.
    attribute_of: Vec<Vec<Option<u16>>>,
    /// By plan and step: its code symbol.
    step_symbols: Vec<Vec<u16>>,
    /// By plan and code symbol: that of the step it names, else itself.
    named_steps: Vec<Vec<u16>>,
    pub(crate) cases: Cases,
    case_ix: HashTable<CaseIx>,
    pub(crate) sources: Vec<SourceState>,
    source_ix: FxHashMap<Box<str>, SourceIx>,
    /// What inspections found, by alert id.
    pub(crate) findings: BTreeMap<String, Known>,
    /// The alerts about unanswered orders, and those that people raised, by alert id.
    pub(crate) owed: BTreeMap<String, Published>,
    order_timers: OrderTimers,
    /// Only while recovering: commands of people that were read and not decided.
    unanswered: Unanswered,
    /// Live sources' timers.
    timers: Timers,
    pub(crate) clock: Timestamp,
    pub(crate) counts: Counts,
    touched: Vec<CaseIx>,
    scratch: Vec<Allegation>,
    bytes: Vec<u8>,
}

impl Engine {
    /// An engine that knows no case.
    pub fn new(rules: Arc<Rules>) -> Self {
        let mut engine = Engine::without_rules(rules.clone());
        engine.install(rules);
        engine
    }

    /// An engine whose tables hold nothing yet; [`Engine::install`] puts the rules in force.
    pub(crate) fn without_rules(rules: Arc<Rules>) -> Self {
        Engine {
            rules,
            codes: Symbols::new(),
            texts: Symbols::new(),
            profiles: Numbered::default(),
            acts: Numbered::default(),
            kept: KeptCodes::default(),
            step_of: Vec::new(),
            attribute_of: Vec::new(),
            step_symbols: Vec::new(),
            named_steps: Vec::new(),
            cases: Cases::default(),
            case_ix: HashTable::new(),
            sources: Vec::new(),
            source_ix: FxHashMap::default(),
            findings: BTreeMap::new(),
            owed: BTreeMap::new(),
            order_timers: OrderTimers::default(),
            unanswered: Unanswered::default(),
            timers: Timers::new(),
            clock: Timestamp::MIN,
            counts: Counts::default(),
            touched: Vec::new(),
            scratch: Vec::new(),
            bytes: Vec::new(),
        }
    }

    /// Takes an input and writes what follows from it.
    pub fn handle(&mut self, input: Input<'_>, facts: &mut Vec<Fact>) {
        match input {
            Input::Event(event) => self.event(event, facts),
            Input::CompleteUntil { source, until } => self.complete_until(source, until, facts),
            Input::Declared(source) => self.declared(source, facts),
            Input::Tick(at) => self.tick(at, facts),
            Input::Command(command) => self.command(command, facts),
            Input::Activated(rules) => self.activated(rules, facts),
        }
    }

    /// The partition's clock; [`Timestamp::MIN`] before the first tick.
    pub fn clock(&self) -> Timestamp {
        self.clock
    }

    /// The earliest instant at which something may fall due.
    pub fn next_due(&self) -> Option<Timestamp> {
        let of_cases = self.timers.first().map(|(at, _)| *at);
        let of_orders = self.order_timers.first();
        of_cases.into_iter().chain(of_orders).min()
    }

    /// Every alert known, of any status, in order of first sight of its case; then those of inspections and those about orders, by id.
    pub fn alerts(&self) -> impl Iterator<Item = &AlertRecord> {
        let of_cases = self.cases.iter().flat_map(|case| case.alerts.iter());
        let of_inspections = self.findings.values().filter_map(|f| f.published.as_ref());
        let all = of_cases.chain(of_inspections).chain(self.owed.values());
        all.map(Published::said)
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
        let case = &self.cases[self.find_case(source, case_no)?];
        let events = case.history.read(self.acts.all()).len();
        Some(CaseSummary {
            events,
            alerts: case.alerts.len(),
        })
    }

    /// Writes the present state of every case and source touched since the last call.
    pub fn flush_cases(&mut self, facts: &mut Vec<Fact>) {
        let mut touched = std::mem::take(&mut self.touched);
        self.in_key_order(&mut touched);
        for ix in touched {
            self.cases[ix].touched = false;
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

    fn event(&mut self, event: &CaseEvent<'_>, facts: &mut Vec<Fact>) {
        let (ix, arrival) = self.take(event);
        let mut replaced_at = None;
        match arrival {
            Arrival::Duplicate => return,
            Arrival::Conflict => {}
            Arrival::Appended { place } if !self.cases[ix].stale => self.append(ix, place),
            Arrival::Appended { .. } => {}
            Arrival::Changed {
                replaced_at: replaced,
            } => {
                self.counts.walked_anew += 1;
                self.cases[ix].stale = true;
                replaced_at = replaced;
            }
        }
        self.touch(ix);
        let source = self.cases[ix].source;
        if self.is_declared(source) {
            self.counts.exempt_from_late_entry += 1;
            self.cases[ix].stale = true;
            self.sources[usize::from(source)].waiting.push(ix);
            return;
        }
        let in_time = self.came_in_time(ix, event, replaced_at);
        self.judge_event(ix, event, in_time, facts);
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
        for (_, ix) in take_up_to(&mut state.unsettled, until) {
            self.cases[ix].unsettled = crate::fold::NEVER;
            due.push(ix);
        }
        if state.source.clock == SourceClock::Declared {
            for (_, ix) in take_up_to(&mut state.timers, until) {
                self.cases[ix].next = crate::fold::NEVER;
                due.push(ix);
            }
        }
        self.in_key_order(&mut due);
        for ix in due {
            self.judge(ix, Cause::SourceComplete, Upon::NothingTold, facts);
        }
    }

    fn declared(&mut self, source: &Source, facts: &mut Vec<Fact>) {
        let ix = self.source(&source.id);
        // Where the definitions declare it, they are the one place that does.
        let declared_there = self.rules.source(&source.id).is_some();
        if declared_there || self.sources[usize::from(ix)].source == *source {
            return;
        }
        self.redeclare(ix, source.clone());
        let cause = Cause::DefinitionsChange {
            version: self.rules.definitions_version().to_owned(),
        };
        self.judge_anew(self.cases.of_source(ix).collect(), &cause, facts);
    }

    fn tick(&mut self, at: Timestamp, facts: &mut Vec<Fact>) {
        if at <= self.clock {
            return;
        }
        self.clock = at;
        // In (due, case) order: what fell due first is said first.
        let mut due = take_up_to(&mut self.timers, at);
        due.sort_by(|(a, x), (b, y)| a.cmp(b).then_with(|| self.key(*x).cmp(&self.key(*y))));
        for (_, ix) in due {
            self.cases[ix].next = crate::fold::NEVER;
            self.judge(ix, Cause::Clock, Upon::NothingTold, facts);
        }
        self.orders_due(at, facts);
    }

    fn activated(&mut self, rules: Arc<Rules>, facts: &mut Vec<Fact>) {
        let calendars_differ = rules.calendar_versions() != self.rules.calendar_versions();
        let cause = if calendars_differ {
            Cause::CalendarChange {
                version: rules.calendar_versions().to_owned(),
            }
        } else {
            Cause::DefinitionsChange {
                version: rules.definitions_version().to_owned(),
            }
        };
        self.put_in_force(rules);
        self.rejudge(&cause, facts);
    }
}
