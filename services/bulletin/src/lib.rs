//! Bulletins 通报 and status reports 运行情况报告: from the figures of a period to a document, in the standard order of the field.
//!
//! [`Figures`] are all numbers that a bulletin may say, each with its base, the period before and the year before; [`compose`] turns them into a
//! [`Document`]: sections of text in which every number carries the [`Query`] it comes from, and annexes of charts, tables and definitions.
//! [`sheet`] lays a document out for `papers`, [`workbook`] writes all its tables.
//!
//! What a bulletin may not say is kept here: a rate whose base is small is hidden and said to be; nobody is ranked against what is unlike, nor by
//! speed-up, volume or zero; an on-time rate never stands without the share that was entered afterwards; what is not yet concluded, or under appeal, is
//! counted apart and not in the public edition; only what was found to be somebody's fault names anyone (domain study 1.9, 7, 11.10–11.13).
//!
//! Pure: no clock, no file. The same figures give the same bytes.

mod compose;
mod correction;
mod document;
mod figures;
mod lay;
mod numbers;
mod period;
mod query;
mod rank;
mod workbook;

pub use compose::{Asked, BadEdit, compose, rewritten};
pub use correction::{Corrected, Correction, Restated, Score, correct};
pub use document::{Annex, Chart, Document, Edition, Part, Section, SectionId, Span, Table};
pub use figures::{
    Dates, Direction, Earlier, Figures, Metric, Owing, Position, Problem, Row, Scope, UNANSWERED,
    Unit, Value, Values,
};
pub use lay::{Head, sheet};
pub use mingjing_domain::bulletin::Kind;
pub use period::{is_periodic, kind_zh};
pub use query::{Of, Query};
pub use workbook::workbook;
