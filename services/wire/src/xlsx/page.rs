//! A sheet of a workbook as a bounded table, with merged cells filled and its heading row found.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::refusal::Words;

use super::book::{Book, Unreadable};
use super::package::{Broken, UNPACKED_MAX};
use super::{Problem, cell_name};

/// Rows that are read; nobody has a power list this long.
pub(super) const ROWS_MAX: u32 = 200_000;
/// Columns that are read.
pub(super) const COLUMNS_MAX: u32 = 256;
/// Headings stand within the first rows: above them there may be a title.
const HEADING_ROWS: u32 = 20;

/// What a cell holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Empty,
    Text(String),
    Number(f64),
    Truth(bool),
    /// A day, and whether there is a time with it.
    Date(NaiveDate, bool),
    /// What a formula shows that failed.
    Error(String),
}

/// From one cell to another.
pub(super) type Area = ((u32, u32), (u32, u32));

/// Where merged cells of one column end, and whether those of other columns are among them.
#[derive(Clone, Copy, Debug)]
struct Merged {
    bottom: u32,
    across: bool,
}

/// The cells of a sheet that hold something.
#[derive(Clone, Debug, Default)]
pub(super) struct Grid {
    pub(super) cells: BTreeMap<(u32, u32), Value>,
    /// Cells that hold a formula.
    pub(super) formulas: BTreeSet<(u32, u32)>,
    /// By column and first row. Of two that cover one cell, which no spreadsheet program writes, the lower one is taken.
    merged: BTreeMap<(u32, u32), Merged>,
    /// The first cell beyond what is read.
    pub(super) beyond: Option<(u32, u32)>,
}

impl Grid {
    pub(super) fn merge(&mut self, area: Area) {
        let ((top, left), (bottom, right)) = area;
        let across = left != right;
        for column in left..=right.min(COLUMNS_MAX) {
            self.merged.insert((column, top), Merged { bottom, across });
        }
    }

    /// The first row of the merged cells that a cell lies in.
    fn merged_at(&self, row: u32, column: u32) -> Option<(u32, Merged)> {
        let (at, merged) = self.merged.range(..=(column, row)).next_back()?;
        (at.0 == column && row <= merged.bottom).then_some((at.1, *merged))
    }
}

/// The table of a sheet.
#[derive(Clone, Debug)]
pub(super) struct Page {
    pub(super) title: String,
    grid: Grid,
}

static EMPTY: Value = Value::Empty;

impl Page {
    /// The value of a cell; that of the first where several are merged in one column.
    pub(super) fn cell(&self, row: u32, column: u32) -> &Value {
        let down = self.grid.merged_at(row, column);
        let row = down
            .filter(|(_, merged)| !merged.across)
            .map_or(row, |(top, _)| top);
        self.grid.cells.get(&(row, column)).unwrap_or(&EMPTY)
    }

    /// A formula whose result the file does not hold.
    pub(super) fn uncomputed(&self, row: u32, column: u32) -> bool {
        self.grid.formulas.contains(&(row, column)) && !self.grid.cells.contains_key(&(row, column))
    }

    /// A cell merged with others beside it.
    pub(super) fn merged_across(&self, row: u32, column: u32) -> bool {
        let merged = self.grid.merged_at(row, column);
        merged.is_some_and(|(_, merged)| merged.across)
    }

    /// Rows with something in them, after a row.
    pub(super) fn rows_after(&self, row: u32) -> BTreeSet<u32> {
        let cells = self.grid.cells.keys().chain(&self.grid.formulas);
        cells.map(|(r, _)| *r).filter(|r| *r > row).collect()
    }

    /// The row with most of these headings, and its cells by column.
    pub(super) fn headings(
        &self,
        known: &dyn Fn(&str) -> bool,
    ) -> Option<(u32, BTreeMap<u32, String>)> {
        let mut best: Option<(usize, u32, BTreeMap<u32, String>)> = None;
        for row in 0..HEADING_ROWS {
            let columns: BTreeMap<u32, String> = self
                .grid
                .cells
                .range((row, 0)..(row + 1, 0))
                .filter_map(|((_, column), cell)| match cell {
                    Value::Text(text) => Some((*column, heading(text))),
                    _ => None,
                })
                .filter(|(_, text)| !text.is_empty())
                .collect();
            let count = columns.values().filter(|text| known(text)).count();
            if count > best.as_ref().map_or(0, |(count, ..)| *count) {
                best = Some((count, row, columns));
            }
        }
        best.map(|(_, row, columns)| (row, columns))
    }
}

/// A heading without the marks and blanks that people put into it.
fn heading(text: &str) -> String {
    let kept = text
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '*' | '＊'));
    kept.collect::<String>()
        .replace('(', "（")
        .replace(')', "）")
}

/// The sheets of a workbook.
pub(super) fn pages(bytes: &[u8]) -> Result<Vec<Page>, Problem> {
    let mut book = Book::open(bytes).map_err(|e| problem("", e))?;
    let mut pages = Vec::new();
    for (title, part) in book.sheets.clone() {
        let grid = book.grid(&part).map_err(|e| problem(&title, e))?;
        if let Some((row, column)) = grid.beyond {
            return Err(problem(&title, Unreadable::Beyond(row, column)));
        }
        pages.push(Page { title, grid });
    }
    Ok(pages)
}

fn problem(sheet: &str, unreadable: Unreadable) -> Problem {
    let what = match unreadable {
        Unreadable::Package(Broken::TooLarge) => Words::new(
            format!(
                "unpacked and written out cell by cell it is larger than {UNPACKED_MAX} bytes; part it"
            ),
            format!("解压并逐格展开后超过 {UNPACKED_MAX} 字节；请拆分"),
        ),
        Unreadable::Beyond(row, column) => {
            let cell = cell_name(row, column);
            Words::new(
                format!(
                    "there is something in {cell}; at most {ROWS_MAX} rows and {COLUMNS_MAX} columns are read: delete what lies beyond the table"
                ),
                format!(
                    "{cell} 有内容；最多读取 {ROWS_MAX} 行、{COLUMNS_MAX} 列，请删除表格以外的内容"
                ),
            )
        }
        Unreadable::Package(Broken::Damaged(what)) => no_workbook(what),
        Unreadable::Part(what) => no_workbook(&what),
    };
    Problem {
        sheet: sheet.to_owned(),
        cell: None,
        what,
    }
}

fn no_workbook(what: &str) -> Words {
    Words::new(
        format!(
            "no readable .xlsx workbook ({what}); open it in a spreadsheet program and save it as .xlsx without a password"
        ),
        format!("不是可读取的 .xlsx 工作簿（{what}）；请用表格软件打开后另存为不加密的 .xlsx"),
    )
}
