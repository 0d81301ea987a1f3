//! Queries for the API. Values travel as server-side parameters; the only text put together here are fixed
//! conditions.
//!
//! All read with `FINAL`: see `0002_views.sql` for the measurement against `argMax`.

mod alerts;
mod among;
mod brought;
mod case;
mod case_log;
mod cases;
mod causes;
mod counts;
mod deciders;
mod decisions;
mod events;
mod filter;
mod foresight;
mod given;
mod gravest;
mod items_run;
mod kept;
mod past;
mod population;
mod quality;
mod scored;
mod sight;
mod sort;
mod sources;
mod voices;

pub use alerts::{AlertPage, AlertStream, AlertView, ChangePlace};
pub use among::{Among, IDS_MAX};
pub use brought::Brought;
pub use case::CaseView;
pub use case_log::{CaseLogView, PlacedEvent};
pub use cases::{CaseCursor, CaseFilter, CasePage};
pub use causes::{CauseFilter, Crowded, Daily, PlaceCount, Placed};
pub use counts::{Counts, LevelCount, OrgCount, RegionCount, Tallies};
pub use deciders::{Decided, Deciders, TakenBack, Unconcluded};
pub use events::CasesAsked;
pub use filter::{AlertFilter, InvalidCursor, OrderState};
pub use foresight::{ITEMS_MAX, OPEN_MAX, OpenCases};
pub use items_run::{BorneCode, ItemRun};
pub use kept::{RowDifference, RowFault, Span};
pub use past::{Horizon, Past, PastAlert, PastAsked, PastEvent};
pub use population::{PopulationFilter, PopulationRow};
pub use quality::RuleQuality;
pub use scored::{SCORED_MAX, Scored, ScoredAsked, Whose};
pub use sight::Sight;
pub use sort::{AlertCursor, AlertSort};
pub use sources::{ControlTotal, RejectCount, SentCode};
pub use voices::{VoiceCursor, VoiceFilter};

/// The most rows on one page.
const PAGE_MAX: u32 = 1000;
