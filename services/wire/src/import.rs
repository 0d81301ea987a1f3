//! Logs of other systems, read for replay and import: XES, CSV and NDJSON become case events.
//!
//! [`open`] tells the format by the content and gives a [`LogReader`]: an iterator of events and problems in
//! document order, with counts and progress. What becomes what is said by a [`mapping::Mapping`]. Files are
//! read as streams; nothing is held but the case in hand, the numbers of the cases met, and, for logs in
//! rows, events that stand for case attributes.

mod apply;
mod check;
mod convert;
mod exchange;
mod input;
pub mod mapping;
mod plan;
mod problem;
mod reader;
mod row;
mod rows;
mod scope;
mod xes;

pub use exchange::{Folder, FolderError, PRESETS, Preset, RowRead, Table, TableError, TableReader};
pub use mapping::{Mapping, MappingError};
pub use problem::{Counts, ImportProblem};
pub use reader::{LogReader, OpenError, open};
