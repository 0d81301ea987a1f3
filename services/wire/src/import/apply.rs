//! A plan at work on rows: entries of a log become case events, with ids and order.
//!
//! What an entry becomes is [`super::scope`]'s matter; order and derived ids depend on what came before in the
//! document, which [`Work`] keeps. Nothing is left out uncounted.

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};

use mingjing_domain::Timestamp;
use mingjing_domain::event::CaseEvent;

use crate::refusal::Refusal;

use super::plan::Plan;
use super::problem::{Counts, ImportProblem};
use super::row::Row;
use super::scope::{Outcome, Scope};

/// One item of a log: an event, or a problem with its place.
pub(super) type Item = Result<CaseEvent<'static>, ImportProblem>;

/// One entry of a case and the line it stands on.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) row: Row,
    pub(super) line: u64,
}

/// A plan at work on one log.
pub(super) struct Work {
    pub(super) plan: Plan,
    pub(super) counts: Counts,
    pub(super) out: VecDeque<Item>,
    cases: HashMap<String, CaseState>,
    /// Events from case attributes of a log in rows: they come after all its entries.
    late: Vec<CaseEvent<'static>>,
    seq: u64,
}

/// What has been met of a case so far.
#[derive(Clone, Copy, Debug, Default)]
struct CaseState {
    entries: u32,
    /// How often the case itself was met: a log may hold the same case in two traces or rows.
    times: u32,
    /// Its attributes have been attached to an event.
    attached: bool,
}

impl Work {
    pub(super) fn new(plan: Plan) -> Self {
        let (counts, out) = (Counts::default(), VecDeque::new());
        Self {
            plan,
            counts,
            out,
            cases: HashMap::new(),
            late: Vec::new(),
            seq: 0,
        }
    }

    /// A whole case with its entries, in document order.
    pub(super) fn case(&mut self, case: &Row, entries: &[Entry], line: u64) {
        self.counts.entries += entries.len() as u64;
        let case_no = match self.case_no(case, case) {
            Ok(case_no) => case_no,
            Err(refusal) => {
                self.counts
                    .skip("case_without_number", entries.len() as u64);
                return self.problem(ImportProblem::at_line(line, refusal));
            }
        };
        let mut state = self.met(&case_no);
        state.times += 1;
        let mut items: Vec<Item> = Vec::with_capacity(entries.len() + self.plan.case_rules.len());
        for entry in entries {
            state.entries += 1;
            items.extend(self.entry(&case_no, case, entry, state.entries));
        }
        for item in self.case_events(&case_no, case, line, state.times) {
            items.push(item.map(|event| self.numbered(event)));
        }
        let earliest = items.iter_mut().filter_map(|item| item.as_mut().ok());
        let earliest = earliest.min_by_key(|event| (event.occurred_at, event.source_seq));
        if let Some(event) = earliest
            && let Err(refusal) = self.plan.attach(&mut event.data, case)
        {
            items.push(Err(ImportProblem::at_line(line, refusal).of_case(&case_no)));
        }
        self.cases.insert(case_no, state);
        self.deliver(items);
    }

    /// One row of a log that is no more than rows: an entry, or a whole case where there are no entry rules.
    pub(super) fn row(&mut self, entry: &Entry) {
        if self.plan.rules.is_empty() {
            return self.case(&entry.row, &[], entry.line);
        }
        self.counts.entries += 1;
        let row = &entry.row;
        let case_no = match self.case_no(row, row) {
            Ok(case_no) => case_no,
            Err(refusal) => {
                self.counts.refused += 1;
                return self.problem(ImportProblem::at_line(entry.line, refusal));
            }
        };
        let mut state = self.met(&case_no);
        state.entries += 1;
        let mut items: Vec<Item> = self
            .entry(&case_no, row, entry, state.entries)
            .into_iter()
            .collect();
        if let Some(Ok(event)) = items.first_mut()
            && !state.attached
        {
            state.attached = true;
            if let Err(refusal) = self.plan.attach(&mut event.data, row) {
                items.push(Err(
                    ImportProblem::at_line(entry.line, refusal).of_case(&case_no)
                ));
            }
        }
        if state.times == 0 {
            state.times = 1;
            for item in self.case_events(&case_no, row, entry.line, 1) {
                match item {
                    Ok(event) => self.late.push(event),
                    problem => items.push(problem),
                }
            }
        }
        self.cases.insert(case_no, state);
        self.deliver(items);
    }

    /// An item that needed no mapping; none for a record that is no case event.
    pub(super) fn taken(&mut self, item: Option<Item>) {
        self.counts.entries += 1;
        match item {
            None => self.counts.skip("control_record", 1),
            Some(item) => {
                match &item {
                    Err(_) => self.counts.refused += 1,
                    Ok(event) => {
                        let state = self.met(&event.case_no);
                        self.cases.insert(event.case_no.to_string(), state);
                    }
                }
                self.deliver(vec![item]);
            }
        }
    }

    /// No more comes.
    pub(super) fn finish(&mut self) {
        for event in std::mem::take(&mut self.late) {
            let event = self.numbered(event);
            self.deliver(vec![Ok(event)]);
        }
    }

    /// The event of a case's attribute, in its place.
    fn numbered(&mut self, mut event: CaseEvent<'static>) -> CaseEvent<'static> {
        self.seq += 1;
        event.source_seq = self.seq;
        self.counts.from_cases += 1;
        event
    }

    /// A problem that ends the reading, or one with an entry that could not be read. False for the former.
    pub(super) fn unreadable(&mut self, problem: ImportProblem) -> bool {
        let more = !problem.fatal;
        self.counts.entries += u64::from(more);
        self.counts.refused += u64::from(more);
        self.problem(problem);
        more
    }

    /// A problem, counted.
    fn problem(&mut self, problem: ImportProblem) {
        *self.counts.problems.entry(problem.reason()).or_default() += 1;
        self.out.push_back(Err(problem));
    }

    fn deliver(&mut self, items: Vec<Item>) {
        for item in items {
            match item {
                Ok(event) => {
                    self.counts.events += 1;
                    self.out.push_back(Ok(event));
                }
                Err(problem) => self.problem(problem),
            }
        }
    }

    fn met(&mut self, case_no: &str) -> CaseState {
        let state = self.cases.get(case_no).copied();
        if state.is_none() {
            self.counts.cases += 1;
        }
        state.unwrap_or_default()
    }

    fn case_no(&self, case: &Row, entry: &Row) -> Result<String, Refusal> {
        let scope = Scope {
            plan: &self.plan,
            case,
            entry,
        };
        let case_no = scope.text("case_no", &self.plan.case_no)?;
        case_no.map(Cow::into_owned).ok_or_else(|| {
            Refusal::missing("case_no").help(
                "the case has no number; see `case_no` in the mapping",
                "该办件没有编号；请检查映射中的 `case_no`",
            )
        })
    }

    fn entry(&mut self, case_no: &str, case: &Row, entry: &Entry, index: u32) -> Option<Item> {
        let scope = Scope {
            plan: &self.plan,
            case,
            entry: &entry.row,
        };
        match scope.entry(case_no, index) {
            Ok(Outcome::Event(mut event, noted)) => {
                self.seq += 1;
                if self.plan.order.is_none() {
                    event.source_seq = self.seq;
                }
                self.counts.noted += u64::from(noted);
                Some(Ok(*event))
            }
            Ok(Outcome::Skipped(why)) => {
                self.counts.skip(why, 1);
                None
            }
            Err(refusal) => {
                self.counts.refused += 1;
                let problem = ImportProblem::at_line(entry.line, refusal);
                Some(Err(problem.of_case(case_no).of_entry(index)))
            }
        }
    }

    /// Events that attributes of the case stand for, in order of time.
    fn case_events(&self, case_no: &str, case: &Row, line: u64, times: u32) -> Vec<Item> {
        let scope = Scope {
            plan: &self.plan,
            case,
            entry: case,
        };
        let mut items: Vec<Item> = Vec::new();
        for case_rule in &self.plan.case_rules {
            let id = match times {
                1 => format!("{case_no}/{}", case_rule.attr),
                times => format!("{case_no}/{}/{times}", case_rule.attr),
            };
            match scope.case_event(case_no, id, &case_rule.rule) {
                Ok(None) => {}
                Ok(Some(event)) => items.push(Ok(*event)),
                Err(refusal) => {
                    items.push(Err(ImportProblem::at_line(line, refusal).of_case(case_no)))
                }
            }
        }
        items.sort_by_key(|item| {
            item.as_ref()
                .map_or(Timestamp::MAX, |event| event.occurred_at)
        });
        items
    }
}
