//! The power and responsibility lists, the register of bodies and officers, discretion tables, fee standards and inspection plans as one workbook.
//!
//! A sheet a kind, and a sheet for each list inside it (offices, officers, tiers), which names what it belongs to by code.
//! Headings are Chinese. What no column holds goes into the last one as JSON, so that a workbook loses nothing: what is written
//! is read back to the same definitions. Whatever cannot be read is told by sheet and cell, all of it at once.
//!
//! Workbooks are read and written here by our own small code over the XML and deflate crates that are there anyway: what we need of
//! the format is little, every cell, formula and merged area has to be known by its place, and a file from outside must not grow
//! beyond a bound while it is read (ARCHITECTURE.md tells which libraries were tried).
//!
//! [`read`] and [`write`] know definitions as plain data only; the domain reads and checks the result.

mod book;
mod cells;
mod columns;
mod grid;
mod order;
mod package;
mod page;
mod paper;
mod read;
mod row;
mod sheets;
mod table;
mod write;

use std::fmt;

use crate::datum::Datum;
use crate::refusal::Words;

pub use read::{Workbook, read};
pub use row::Row;
pub use table::{Cell, Head, ROWS_MAX, Table, tables};
pub use write::{WriteError, write};

/// One definition.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    /// `body`, `item`, `discretion`, `fees` or `inspection_plan`.
    pub kind: String,
    /// What it says, without `kind`.
    pub value: Datum,
}

/// The kinds that a workbook holds.
pub fn kinds() -> impl Iterator<Item = &'static str> {
    sheets::SHEETS
        .iter()
        .filter(|s| s.path.is_empty())
        .map(|s| s.kind)
}

/// Something wrong in a workbook, or worth knowing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The sheet; empty where it concerns the file.
    pub sheet: String,
    /// The cell, like `B7`; none where it concerns the whole sheet.
    pub cell: Option<String>,
    /// What is wrong, and what to do.
    pub what: Words,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Problem { sheet, cell, what } = self;
        if !sheet.is_empty() {
            write!(f, "{sheet}")?;
            if let Some(cell) = cell {
                write!(f, "!{cell}")?;
            }
            write!(f, ": ")?;
        }
        write!(f, "{} ({})", what.zh, what.en)
    }
}

/// A column's letters: 0 is A, 26 is AA.
fn letters(column: u32) -> String {
    let mut rest = column;
    let mut letters = Vec::new();
    loop {
        letters.push(char::from(b'A' + (rest % 26) as u8));
        match rest / 26 {
            0 => break,
            more => rest = more - 1,
        }
    }
    letters.iter().rev().collect()
}

/// A cell as people name it, from row and column counted from 0.
fn cell_name(row: u32, column: u32) -> String {
    format!("{}{}", letters(column), row.saturating_add(1))
}

#[cfg(test)]
mod tests;
