//! A case's own part of the log, read again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use mingjing_domain::Timestamp;
use mingjing_domain::definitions::DefinitionSet;
use mingjing_domain::event::CaseEvent;
use mingjing_domain::fact::{Cause, Fact};
use mingjing_domain::source::{Source, SourceClock};

use super::{Asked, DefinitionsUsed, View};
use crate::partition::{Engine, Input};
use crate::rules::Rules;

/// What the log of a case's partition holds that bears on the case.
pub struct CaseLog<'a> {
    /// The source.
    pub source: &'a str,
    /// 办件编号.
    pub case_no: &'a str,
    entries: Vec<Entry<'a>>,
    /// By offset: when a record of a declared source was known, by that source's own clock.
    declared: BTreeMap<u64, Timestamp>,
}

/// One record of the log.
pub struct Entry<'a> {
    /// Its position.
    pub offset: u64,
    /// The partition's clock when it was read; none where that is not known.
    pub clock_at: Option<Timestamp>,
    /// What it says.
    pub said: Said<'a>,
}

/// What a record says.
pub enum Said<'a> {
    /// An event of the case.
    Event(Box<CaseEvent<'a>>),
    /// What its source declares.
    Declared(Box<Source>),
    /// Its source is complete up to here.
    CompleteUntil(Timestamp),
    /// Definitions came into force.
    Activated(InForce),
}

/// Definitions as an activation names them.
#[derive(Clone)]
pub struct InForce {
    /// SHA-256 of the set.
    pub hash: String,
    /// Compiled.
    pub rules: Arc<Rules>,
    /// Whether the log itself says so; else they are assumed.
    pub recorded: bool,
}

/// A state of knowledge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// All there is.
    Everything,
    /// What the platform had taken by this instant of its own clock.
    Until(Timestamp),
    /// What stands in the log up to and with this offset.
    Position(u64),
}

/// The log as read for a question.
pub(super) struct Read {
    pub(super) engine: Engine,
    pub(super) facts: Vec<Fact>,
    pub(super) in_force: Option<DefinitionsUsed>,
    pub(super) view: View,
    pub(super) notes: Vec<String>,
}

impl<'a> CaseLog<'a> {
    /// A log from its entries, in whatever order.
    pub fn new(source: &'a str, case_no: &'a str, mut entries: Vec<Entry<'a>>) -> Self {
        entries.sort_by_key(|e| e.offset);
        CaseLog {
            source,
            case_no,
            declared: by_declared_clock(source, &entries),
            entries,
        }
    }

    /// When the platform had a record.
    fn taken_at(&self, entry: &Entry<'_>) -> Option<Timestamp> {
        let declared = self.declared.get(&entry.offset).copied();
        declared.or_else(|| entry.taken_at())
    }

    /// Whether a record was known.
    pub(super) fn is_known(&self, entry: &Entry<'_>, known: Known) -> bool {
        match known {
            Known::Everything => true,
            Known::Until(at) => self.taken_at(entry).is_none_or(|taken| taken <= at),
            Known::Position(offset) => entry.offset <= offset,
        }
    }

    /// Its events, in the log's order.
    pub(super) fn events(&self) -> impl Iterator<Item = (&Entry<'a>, &CaseEvent<'a>)> {
        self.entries.iter().filter_map(|entry| match &entry.said {
            Said::Event(event) => Some((entry, &**event)),
            _ => None,
        })
    }
}

/// A declared source has a clock of its own, by which its cases are judged and their changes are dated: how far it was complete.
/// What stands in the log before that first stood somewhere was known when it did.
fn by_declared_clock(id: &str, entries: &[Entry<'_>]) -> BTreeMap<u64, Timestamp> {
    let mut known_at = BTreeMap::new();
    let mut declared = false;
    // Where the definitions declare the source, they are the one place that does.
    let mut defined = false;
    let mut complete: Option<Timestamp> = None;
    let mut waiting: Vec<u64> = Vec::new();
    for entry in entries {
        match &entry.said {
            Said::Declared(source) if !defined => {
                declared = source.clock == SourceClock::Declared;
            }
            Said::Activated(set) => {
                let source = set.rules.source(id);
                defined = source.is_some();
                declared = source.map_or(declared, |s| s.clock == SourceClock::Declared);
            }
            Said::CompleteUntil(until) => complete = complete.max(Some(*until)),
            Said::Event(_) | Said::Declared(_) => {}
        }
        waiting.push(entry.offset);
        if let Some(complete) = complete.filter(|_| declared) {
            known_at.extend(waiting.drain(..).map(|offset| (offset, complete)));
        }
    }
    known_at
}

impl Entry<'_> {
    /// When it was read: by the platform's clock, else by the receipt.
    fn taken_at(&self) -> Option<Timestamp> {
        self.clock_at.or(match &self.said {
            Said::Event(event) => Some(event.received_at),
            _ => None,
        })
    }
}

/// Reads what was known, in the view that the question asks for.
pub(super) fn read(log: &CaseLog<'_>, asked: &Asked) -> Read {
    let known: Vec<&Entry<'_>> = log
        .entries
        .iter()
        .filter(|e| log.is_known(e, asked.known))
        .collect();
    let last = match asked.known {
        Known::Until(at) => Some(at),
        Known::Everything => known.iter().filter_map(|e| log.taken_at(e)).max(),
        // What stood in the log then is read as it was then.
        Known::Position(_) => None,
    };
    let view = match last.is_some_and(|last| asked.at < last) {
        true => View::Hindsight,
        false => View::Course,
    };
    let mut facts = Vec::new();
    let engine = match view {
        View::Course => course(log, &known, asked.at, &mut facts),
        View::Hindsight => hindsight(log, &known, asked.at, &mut facts),
    };
    let in_force = in_force(&known);
    let mut notes = Vec::new();
    let recorded = |e: &&Entry<'_>| !matches!(&e.said, Said::Activated(set) if !set.recorded);
    if !known.iter().all(recorded) {
        notes.push("日志档案中没有定义生效的记录，按现行定义解释。".into());
    }
    if view == View::Hindsight {
        notes.push(
            "所问时点早于已知情况：按现在所知，只计该时点之前发生的事项，以该时点重新判断；这不是当时已发布的预警。".into(),
        );
    }
    Read {
        engine,
        facts,
        in_force,
        view,
        notes,
    }
}

/// As the partition's owner read it, with its clock at every instant at which something may have fallen due.
fn course(log: &CaseLog<'_>, known: &[&Entry<'_>], at: Timestamp, facts: &mut Vec<Fact>) -> Engine {
    let mut engine = Engine::new(no_rules());
    for entry in known {
        if let Some(clock) = entry.taken_at() {
            tick_through(&mut engine, clock, facts);
        }
        match &entry.said {
            Said::Event(event) => engine.handle(Input::Event(event), facts),
            Said::Declared(source) => engine.handle(Input::Declared(source), facts),
            Said::CompleteUntil(until) => engine.handle(
                Input::CompleteUntil {
                    source: log.source,
                    until: *until,
                },
                facts,
            ),
            Said::Activated(set) => engine.handle(Input::Activated(set.rules.clone()), facts),
        }
    }
    tick_through(&mut engine, at, facts);
    engine
}

fn tick_through(engine: &mut Engine, until: Timestamp, facts: &mut Vec<Fact>) {
    while let Some(due) = engine
        .next_due()
        .filter(|due| *due < until && *due > engine.clock())
    {
        engine.handle(Input::Tick(due), facts);
    }
    engine.handle(Input::Tick(until), facts);
}

/// What had happened by `at`, judged once as of then.
fn hindsight(
    log: &CaseLog<'_>,
    known: &[&Entry<'_>],
    at: Timestamp,
    facts: &mut Vec<Fact>,
) -> Engine {
    let mut engine = Engine::new(no_rules());
    let had_happened = had_happened(known, at);
    let mut complete = None;
    for entry in known {
        match &entry.said {
            Said::Event(event) if had_happened.contains(&*event.event_id) => {
                engine.note(Input::Event(event));
            }
            Said::Event(_) => {}
            Said::Declared(source) => engine.note(Input::Declared(source)),
            Said::CompleteUntil(until) => complete = complete.max(Some((*until).min(at))),
            Said::Activated(set) => engine.note(Input::Activated(set.rules.clone())),
        }
    }
    if let Some(until) = complete {
        engine.note(Input::CompleteUntil {
            source: log.source,
            until,
        });
    }
    engine.note(Input::Tick(at));
    engine.rejudge(&Cause::Clock, facts);
    engine
}

/// The ids of events that had happened by `at` and that nothing known takes back.
fn had_happened<'e>(known: &[&'e Entry<'_>], at: Timestamp) -> BTreeSet<&'e str> {
    let mut latest: BTreeMap<&str, &CaseEvent<'_>> = BTreeMap::new();
    for entry in known {
        let Said::Event(event) = &entry.said else {
            continue;
        };
        let slot = latest.entry(&event.event_id).or_insert(event);
        if event.data_version > slot.data_version {
            *slot = event;
        }
    }
    let corrected: BTreeSet<&str> = latest
        .values()
        .filter_map(|e| e.data.corrects.as_deref())
        .collect();
    latest
        .into_iter()
        .filter(|(id, event)| event.occurred_at <= at && !corrected.contains(id))
        .map(|(id, _)| id)
        .collect()
}

/// The definitions in force at the end, and since when.
fn in_force(known: &[&Entry<'_>]) -> Option<DefinitionsUsed> {
    let mut found: Option<DefinitionsUsed> = None;
    for entry in known {
        let Said::Activated(set) = &entry.said else {
            continue;
        };
        let calendars = set.rules.calendar_versions();
        let before = found.take();
        let same = before.as_ref().filter(|b| b.calendar == calendars);
        found = Some(DefinitionsUsed {
            version: set.rules.definitions_version().into(),
            hash: Some(set.hash.clone()),
            activated_at: entry.clock_at,
            activated_offset: set.recorded.then_some(entry.offset),
            calendar_since_at: same.map_or(entry.clock_at, |b| b.calendar_since_at),
            // Of all calendars, until the case's own is known.
            calendar: calendars.into(),
            ..DefinitionsUsed::default()
        });
    }
    found
}

/// Rules that watch nothing: in force until definitions are.
fn no_rules() -> Arc<Rules> {
    let rules = Rules::compile(&DefinitionSet::default()).map_err(|problems| problems.len());
    Arc::new(rules.expect("definitions that say nothing have no problems"))
}
