//! Definitions judged over the past in ClickHouse: once (`mingjing backtest`), or standing, as the shadow of a draft 影子运行.
//!
//! # Rules it keeps
//!
//! - **It only reads what is alleged.** No fact, no command, no row of a live alert comes from here; a shadow writes tables of its own.
//! - **Both sides are judged alike.** The same cases, the same knowledge, the same instant, one engine; what differs is the definitions.
//! - **Bounded.** Cases come one after the other in one stream; memory holds a few batches, however long the past is. A shadow whose window
//!   holds too many events is not judged, and says so.
//! - **Only whole passes are seen.** A shadow's pass is written rows first and itself last; running twice or dying in between changes
//!   nothing that a reader sees.
//!
//! What a draft is and whether it is in shadow is the journal's to say (`domain::life`); it is handed in ([`Drafts`]).

mod error;
mod judge;
mod report;
mod run;
mod shadow;
mod span;

pub use error::Error;
pub use judge::{Difference, Example, Judges, Stands, Tally};
pub use report::{Cell, LevelChange, OfItem, OfPoint, Report};
pub use run::{Comparison, backtest, compare};
pub use shadow::{
    Config, Drafts, DraftsError, Metrics, Parts, Sets, Shadow, Shadows, run as run_shadows,
};
pub use span::{CasesOfPast, Counts, Span, Window};
