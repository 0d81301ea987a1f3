//! The nouns of supervision: events, definitions, work calendars, deadlines, alerts.
//!
//! Pure: no IO, no clock, no threads. Every instant is an argument.

pub mod alert;
pub mod bulletin;
pub mod calendar;
pub mod catalogue;
pub mod codes;
pub mod command;
pub mod deadline;
pub mod definitions;
pub mod disposition;
pub mod event;
pub mod fact;
pub mod foresight;
pub mod ids;
pub mod incident;
pub mod ledger;
pub mod life;
pub mod limit;
pub mod measures;
pub mod numbers;
pub mod period;
pub mod sampling;
pub mod score;
pub mod source;
pub mod text;
pub mod time;
pub mod voice;

pub use time::Timestamp;
