//! Polls a department's front-end database, PostgreSQL or MySQL, for new rows of exchange tables and posts them to intake as
//! one of its sources.
//!
//! **Once, and none lost.** A position, the place in the order of (update time or sequence, key) up to which rows were read, is
//! written only after intake has answered for every row before it. A round begins a little before it (the overlap), for a
//! transaction may commit later than it says. What is read twice is sent twice at worst, and counts once: an event's id is made of
//! its row's key, its version of the row's update time or version.
//!
//! **Refused rows are kept.** What cannot be converted, or intake does not take, is written down by table and key, told with
//! column and reason, and tried again; the other rows of its case wait for it, for half a case looks like a fault of its
//! body. The source is not said to be complete while anything is kept. Only keys are written down, never what a row holds.
//!
//! **Least rights.** Nothing is written to the database, and only the columns that the preset names are read. Rows that are removed
//! from a table are not seen to be gone: the department sends a correction.

mod config;
mod database;
mod intake;
mod metrics;
mod operation;
mod poller;
mod round;
mod sql;
mod state;
mod table;

pub use config::{Config, ConfigError, Tls};
pub use database::DatabaseError;
pub use intake::IntakeError;
pub use operation::router;
pub use poller::{PollError, Poller, RoundDone, Status};
pub use state::StateError;
pub use table::TableError;
