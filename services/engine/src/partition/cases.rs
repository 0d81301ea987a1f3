//! Cases and sources: what is kept of each, and how it is found.

use std::hash::{BuildHasher, Hash};
use std::ops::{Index, IndexMut};

use mingjing_domain::Timestamp;
use mingjing_domain::source::{Source, SourceClock};
use rustc_hash::FxBuildHasher;

use super::Engine;
use super::codes::Translated;
use super::timers::Timers;
use crate::fold::{Fold, NEVER};
use crate::history::History;
use crate::life::Published;

pub(crate) type CaseIx = u32;
pub(crate) type SourceIx = u16;

pub(crate) struct Case {
    pub(crate) case_no: Box<str>,
    pub(crate) history: History,
    pub(crate) fold: Fold,
    pub(crate) alerts: Vec<Published>,
    /// When its answer may next differ by time alone: its timer, or [`NEVER`].
    pub(crate) next: Timestamp,
    /// Up to when its source must be complete for something to settle.
    pub(crate) unsettled: Timestamp,
    pub(crate) source: SourceIx,
    /// Events were taken since it was walked.
    pub(crate) stale: bool,
    /// Records of it name different items: another may have decided under which flowchart it is.
    pub(crate) several_items: bool,
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
    pub(super) unsettled: Timers,
    /// Declared sources: their own timers.
    pub(super) timers: Timers,
    pub(super) translated: Translated,
    pub(crate) touched: bool,
}

/// Cases by number, in runs of a fixed length: what grows is never copied, and at most one run is partly empty.
#[derive(Default)]
pub(crate) struct Cases {
    runs: Vec<Vec<Case>>,
}

const RUN: usize = 1024;

impl Cases {
    pub(crate) fn len(&self) -> usize {
        let last = self.runs.last().map_or(0, Vec::len);
        self.runs.len().saturating_sub(1) * RUN + last
    }

    /// Every number, in order of first sight.
    pub(crate) fn all(&self) -> std::ops::Range<CaseIx> {
        0..self.len() as CaseIx
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Case> {
        self.runs.iter().flatten()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Case> {
        self.runs.iter_mut().flatten()
    }

    pub(super) fn of_source(&self, source: SourceIx) -> impl Iterator<Item = CaseIx> {
        self.all().filter(move |ix| self[*ix].source == source)
    }

    fn push(&mut self, case: Case) -> CaseIx {
        let ix = self.len() as CaseIx;
        match self.runs.last_mut().filter(|run| run.len() < RUN) {
            Some(run) => run.push(case),
            None => {
                let mut run = Vec::with_capacity(RUN);
                run.push(case);
                self.runs.push(run);
            }
        }
        ix
    }
}

impl Index<CaseIx> for Cases {
    type Output = Case;
    fn index(&self, ix: CaseIx) -> &Case {
        &self.runs[ix as usize / RUN][ix as usize % RUN]
    }
}

impl IndexMut<CaseIx> for Cases {
    fn index_mut(&mut self, ix: CaseIx) -> &mut Case {
        &mut self.runs[ix as usize / RUN][ix as usize % RUN]
    }
}

impl Engine {
    pub(crate) fn source(&mut self, id: &str) -> SourceIx {
        if let Some(ix) = self.source_ix.get(id) {
            return *ix;
        }
        let ix = self.sources.len() as SourceIx;
        let known = self.rules.source(id).cloned();
        self.sources.push(SourceState {
            source: known.unwrap_or_else(|| Source::new(id, SourceClock::Live)),
            complete_until: Timestamp::MIN,
            last_received_at: Timestamp::MIN,
            events: 0,
            waiting: Vec::new(),
            unsettled: Timers::new(),
            timers: Timers::new(),
            translated: Translated::default(),
            touched: false,
        });
        self.source_ix.insert(id.into(), ix);
        self.translate(ix);
        ix
    }

    /// Puts a source's declaration in force. One that changes its clock takes the timers of the other clock away; cases
    /// of a source that is declared now and was never complete wait until it is.
    pub(super) fn set_source(&mut self, ix: SourceIx, source: Source) {
        let state = &mut self.sources[usize::from(ix)];
        let other_clock = state.source.clock != source.clock;
        let other_codes = state.source.mapping != source.mapping;
        state.source = source;
        if other_codes {
            self.translate_anew(ix);
        }
        if !other_clock {
            return;
        }
        let state = &mut self.sources[usize::from(ix)];
        let own: Vec<CaseIx> = self.cases.of_source(ix).collect();
        for case in &own {
            let next = std::mem::replace(&mut self.cases[*case].next, NEVER);
            self.timers.remove(&(next, *case));
        }
        state.timers.clear();
        state.waiting.clear();
        if state.source.clock == SourceClock::Declared && state.complete_until == Timestamp::MIN {
            state.waiting = own;
        }
    }

    pub(super) fn find_case(&self, source: SourceIx, case_no: &str) -> Option<CaseIx> {
        let same = |ix: &CaseIx| {
            let case = &self.cases[*ix];
            case.source == source && *case.case_no == *case_no
        };
        self.case_ix.find(case_hash(source, case_no), same).copied()
    }

    pub(crate) fn case_or_new(&mut self, source: SourceIx, case_no: &str) -> CaseIx {
        if let Some(ix) = self.find_case(source, case_no) {
            return ix;
        }
        let ix = self.cases.push(Case {
            case_no: case_no.into(),
            history: History::default(),
            fold: Fold::default(),
            alerts: Vec::new(),
            next: NEVER,
            unsettled: NEVER,
            source,
            stale: true,
            several_items: false,
            touched: false,
        });
        let cases = &self.cases;
        self.case_ix
            .insert_unique(case_hash(source, case_no), ix, |ix| {
                let case = &cases[*ix];
                case_hash(case.source, &case.case_no)
            });
        ix
    }

    pub(super) fn key(&self, ix: CaseIx) -> (&str, &str) {
        let case = &self.cases[ix];
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
        if !std::mem::replace(&mut self.cases[ix].touched, true) {
            self.touched.push(ix);
        }
    }

    pub(super) fn is_declared(&self, source: SourceIx) -> bool {
        self.sources[usize::from(source)].source.clock == SourceClock::Declared
    }
}

fn case_hash(source: SourceIx, case_no: &str) -> u64 {
    hash_of(&(source, case_no))
}

fn hash_of<T: Hash>(value: &T) -> u64 {
    FxBuildHasher.hash_one(value)
}
