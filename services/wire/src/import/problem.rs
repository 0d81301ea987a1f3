//! `ImportProblem` and `Counts`: what of a log was not taken, and how much of it was.

use std::collections::BTreeMap;
use std::fmt;

use crate::refusal::{ReasonCode, Refusal};

/// Something in a log that was not taken, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportProblem {
    /// The line, from 1.
    pub line: Option<u64>,
    /// The byte, from 0, in the unpacked text.
    pub byte: Option<u64>,
    /// The case, where it is known.
    pub case_no: Option<String>,
    /// Which entry of its case, from 1, where it is one.
    pub entry: Option<u32>,
    /// Why, and what to do.
    pub refusal: Box<Refusal>,
    /// Nothing after it can be read.
    pub fatal: bool,
}

impl ImportProblem {
    pub(super) fn at_line(line: u64, refusal: Refusal) -> Self {
        let refusal = Box::new(refusal);
        Self {
            line: Some(line),
            byte: None,
            case_no: None,
            entry: None,
            refusal,
            fatal: false,
        }
    }

    pub(super) fn of_case(mut self, case_no: &str) -> Self {
        self.case_no = Some(case_no.to_owned());
        self
    }

    pub(super) fn of_entry(mut self, entry: u32) -> Self {
        self.entry = Some(entry);
        self
    }

    pub(super) fn fatal_at(mut self, byte: Option<u64>) -> Self {
        self.fatal = true;
        self.byte = byte;
        self
    }

    /// The reason's stable code.
    pub fn reason(&self) -> ReasonCode {
        self.refusal.reason
    }
}

impl fmt::Display for ImportProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}")?;
        }
        if let Some(byte) = self.byte {
            write!(f, " (byte {byte})")?;
        }
        if let Some(case_no) = &self.case_no {
            write!(f, ", case {case_no}")?;
        }
        if let Some(entry) = self.entry {
            write!(f, ", entry {entry}")?;
        }
        write!(f, ": {}", self.refusal.message_en())
    }
}

impl std::error::Error for ImportProblem {}

/// How much of a log was read and what became of it. Every entry is in one place:
/// `entries` = (`events` − `from_cases`) + all of `skipped` + `refused`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Cases met.
    pub cases: u64,
    /// Entries met: events of an XES log, rows or lines that are events. A row that is a case is none.
    pub entries: u64,
    /// Case events delivered.
    pub events: u64,
    /// Of these, events that attributes of cases stand for.
    pub from_cases: u64,
    /// Of these, entries that no rule fitted and that were taken as notes.
    pub noted: u64,
    /// Entries refused, each with a problem.
    pub refused: u64,
    /// Entries left out on purpose, by why.
    pub skipped: BTreeMap<&'static str, u64>,
    /// Problems delivered, by reason.
    pub problems: BTreeMap<ReasonCode, u64>,
}

impl Counts {
    pub(super) fn skip(&mut self, why: &'static str, how_many: u64) {
        if how_many > 0 {
            *self.skipped.entry(why).or_default() += how_many;
        }
    }
}
