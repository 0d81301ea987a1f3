//! What keeps an inspection from running.

use mingjing_domain::calendar::CalendarProblem;

use crate::window::BadWindow;

/// What keeps an inspection from running. It is tried again.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The log did not answer.
    #[error("the log failed while {attempted}")]
    Log {
        /// What was tried.
        attempted: &'static str,
        /// Why.
        #[source]
        source: mingjing_log::Error,
    },
    /// ClickHouse did not answer.
    #[error("clickhouse failed")]
    Store(#[from] mingjing_store::Error),
    /// The definitions in force cannot be read.
    #[error("the definitions in force cannot be read")]
    Definitions(#[source] DefinitionsError),
    /// The work calendar cannot be read.
    #[error("the work calendar cannot be read: {} problem(s)", .0.len())]
    Calendar(Vec<CalendarProblem>),
    /// The archive has not caught up.
    #[error("the archive of {} partition(s) has not caught up", .partitions.len())]
    Behind {
        /// Which.
        partitions: Vec<u16>,
    },
    /// No inspection is of this rule.
    #[error("no inspection is of rule {rule:?}")]
    UnknownRule {
        /// As it was asked for.
        rule: String,
    },
    /// The days asked for hold no window.
    #[error(transparent)]
    Window(#[from] BadWindow),
    /// A window that was asked for is not over.
    #[error("the window {label} is not over yet")]
    NotOver {
        /// Which.
        label: String,
    },
}

/// Why definitions cannot be read.
pub type DefinitionsError = Box<dyn std::error::Error + Send + Sync>;

/// An error with what is underneath.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        source = inner.source();
    }
    text
}
