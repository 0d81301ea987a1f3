//! What keeps the past from being judged.

use mingjing_domain::definitions::Problem;

/// What keeps the past from being judged.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// ClickHouse did not answer, or holds what this version does not know.
    #[error("clickhouse failed")]
    Store(#[from] mingjing_store::Error),
    /// A thread ended otherwise than it should.
    #[error("a thread that judges died")]
    Died(#[from] tokio::task::JoinError),
    /// Definitions cannot be used.
    #[error("the definitions have {} problem(s), first: {}", .0.len(), .0.first().map(ToString::to_string).unwrap_or_default())]
    Definitions(Vec<Problem>),
    /// The drafts cannot be read.
    #[error("the drafts in shadow cannot be read")]
    Drafts(#[source] crate::DraftsError),
    /// More than may be judged in one go.
    #[error("the window holds {events} events, at most {most} are judged")]
    TooLarge {
        /// As many as there are, at most.
        events: u64,
        /// The setting.
        most: u64,
    },
}
