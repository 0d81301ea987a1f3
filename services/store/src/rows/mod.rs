//! The rows of every table, with conversions from and to the domain.
//!
//! `Nullable` columns are `Option`s; what has structure beyond columns (evidence, amounts, an event's data) is JSON
//! text in the domain's own serialization.

mod alert;
mod alert_state;
mod case;
mod case_state;
mod command;
mod control;
mod decision;
mod event;
mod history;
mod reject;
mod source;
mod totals;
mod watermark;

pub use alert::AlertRow;
pub use alert_state::AlertStateRow;
pub use case::{CaseRow, VisitRow};
pub use case_state::CaseStateRow;
pub use command::CommandRow;
pub use control::{Control, ControlRow, PlacedControl};
pub use decision::{CommandOutcome, DecisionRow};
pub use event::EventRow;
pub use history::{AlertHistoryRow, HistoryEntry};
pub use reject::{RejectRow, reject_id};
pub use source::{SourceHealth, SourceHealthRow};
pub use totals::{DayTotals, TotalsRow};
pub use watermark::{ChainMark, Watermark, WatermarkRow};

/// Where a fact was concluded: a position in `mj.log`, and the fact's own place in `mj.facts`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The incarnation of the log, 32 hexadecimal digits.
    pub log_id: String,
    /// The partition, the same in both topics.
    pub partition: u16,
    /// The offset in `mj.log` at which it was concluded.
    pub offset: u64,
    /// Its running number among the facts of that offset.
    pub n: u32,
    /// Its offset in `mj.facts`: the version of what it says.
    pub fact_offset: u64,
}

/// The value with this code, where codes are what `serde` writes.
pub(crate) fn from_code<T: serde::de::DeserializeOwned>(
    table: &'static str,
    column: &'static str,
    code: &str,
) -> Result<T, crate::Error> {
    serde_json::from_value(serde_json::Value::from(code))
        .map_err(|_| crate::Error::damaged(table, column, code))
}

/// The JSON in a text column.
pub(crate) fn from_json<T: serde::de::DeserializeOwned>(
    table: &'static str,
    column: &'static str,
    text: &str,
) -> Result<T, crate::Error> {
    serde_json::from_str(text).map_err(|_| crate::Error::damaged(table, column, text))
}

/// JSON for a text column.
pub(crate) fn to_json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value)
        .expect("domain values are trees with text keys, which JSON can always write")
}
