//! 统计单元: what metrics of cases and of their stays in steps add up, kept by day and by month and by what dashboards tell apart, so that a
//! question reads some thousand sums instead of every case.
//!
//! ```text
//! case_states, alert_states ──with a sign──▶ marks in time ──the dictionary's pieces──▶ cells of a pass, added to those before
//!       └── what changed since the last pass, by the same pieces (`fresh`) ──▶ + ──▶ the answer, equal to that of rows
//! ```
//!
//! # Rules they keep
//!
//! - **No second definition.** Cells are counted by the pieces of SQL that rows are counted by, over the same population (`pieces`, `sql`).
//!   A dictionary that says something else makes other cells: passes bear a digest, and those of another one are not read.
//! - **Equal to the row-level answer at any time.** Whoever reads adds what changed since the last pass: of each such case what it is now,
//!   less what it was. Numbers are whole, so the order in which they are added does not matter.
//! - **A month is the sum of its days.** A pass adds up by month what it has just written by day. What lies in a month that no question cuts is
//!   read by month, else by day; both have the same names but for one constant (`grain::name`).
//! - **What is not told apart is the sum of what is.** A pass adds up what it has just written once more by region and body, and by region
//!   alone, under names of their own. A question reads the coarsest grain that has the columns it is about (`grain::Grain::of`).
//! - **A kill anywhere is harmless.** A pass writes its cells first and itself last, under a number of its own, and names the one that it
//!   adds to (`passes`, `chain`).
//! - **What cells do not tell is asked of rows**: which cases were rated (of how many is in cells), all that is told apart or narrowed by
//!   item, office or officer, metrics of anything but these, stock at an instant within a day that was over when the chain was
//!   made from nothing, and everything while the archive is far ahead of them, more has changed since than the program counts, or there
//!   is anything of a partition whose first watermark is not there yet.

mod chain;
mod fresh;
mod grain;
mod intervals;
mod passes;
mod pieces;
mod reach;
mod read;
mod sql;

pub(crate) use fresh::Kept;
pub use passes::{CellPass, CellsChecked, CellsMade};
pub(super) use read::{Cells, beside, fit, tell};
