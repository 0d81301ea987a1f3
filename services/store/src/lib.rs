//! ClickHouse: numbered migrations, typed rows, inserts that are never lost, queries for the API.
//!
//! This crate owns every SQL text of the platform and the shape of every table (`schemas/clickhouse/`). Rows are
//! structs of their own with conversions to and from the domain; domain types do not know ClickHouse.
//!
//! # Rules it keeps
//!
//! - **Exactly-once effect.** Every table is a `ReplacingMergeTree` keyed by a derived id or a natural key with a
//!   log position as version, so writing a record again changes nothing; but for `case_cells`, which hold nothing that they were not
//!   made from (`metrics::cells`), and `audit_entries`, which are in no log and need no version, since rows of one key never differ; the version of
//!   `sampled_cases` is a place in a sample's journal. A [`Batch`] is written table by table and its watermarks last; whoever stops in between starts again from the old watermark.
//! - **One block an insert.** Rows are encoded once, in ClickHouse's Native format, and a retry sends the same bytes
//!   under the same deduplication token; `audit_entries` have none, since a retry that was taken for a copy could lose the only one.
//! - **Nothing is dropped.** What may pass is tried again until it does or the caller stops; what ClickHouse refuses
//!   comes back as [`Error::Refused`].
//! - **Values are parameters.** No query is put together from values.
//!
//! # What is deliberately absent
//!
//! A connection pool (the `clickhouse` crate keeps one), materialized views, partitions by business time (see
//! `0001_tables.sql`), and any reading of the clock: instants are arguments.

mod audit;
mod batch;
mod error;
mod insert;
mod inspection;
pub mod metrics;
mod migrate;
mod native;
mod query;
mod rows;
mod sampled;
mod shadow;
mod store;
mod table;

pub use audit::{AuditFilter, AuditKind, AuditRow, AuditRun};
pub use batch::{Batch, Block};
pub use error::Error;
pub use insert::{Backoff, Observer};
pub use inspection::{
    Asked, Found, FoundRecord, Inspection, LastSaid, ROWS_MAX, Standing, Supervised, TreasuryTotal,
};
pub use migrate::{Applied, MigrationError, SCHEMA_NUMBER};
pub use query::{
    AlertCursor, AlertFilter, AlertPage, AlertSort, AlertStream, AlertView, Among, BorneCode,
    Brought, CaseCursor, CaseFilter, CaseLogView, CasePage, CaseView, CasesAsked, CauseFilter,
    ChangePlace, ControlTotal, Counts, Crowded, Daily, Decided, Deciders, Horizon, IDS_MAX,
    ITEMS_MAX, InvalidCursor, ItemRun, LevelCount, OPEN_MAX, OpenCases, OrderState, OrgCount, Past,
    PastAlert, PastAsked, PastEvent, PlaceCount, Placed, PlacedEvent, PopulationFilter,
    PopulationRow, RegionCount, RejectCount, RowDifference, RowFault, RuleQuality, SCORED_MAX,
    Scored, ScoredAsked, SentCode, Sight, Span, TakenBack, Tallies, Unconcluded, VoiceCursor,
    VoiceFilter, Whose,
};
pub use rows::{
    AlertHistoryRow, AlertRow, CaseRow, ChainMark, CommandOutcome, CommandRow, Control, ControlRow,
    DayTotals, DecisionRow, EventRow, HistoryEntry, Place, PlacedControl, RejectRow, SourceHealth,
    SourceHealthRow, TotalsRow, VisitRow, Watermark, WatermarkRow, reject_id,
};
pub use sampled::SampledCaseRow;
pub use shadow::{DifferenceFilter, ShadowDifferenceRow, ShadowId, ShadowPassRow, ShadowTallyRow};
pub use store::{Config, Password, Store};
pub use table::{Millis, Table};
