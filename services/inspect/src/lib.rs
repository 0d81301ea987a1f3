//! Periodic inspections 定期巡检: checks over many cases, by the calendar, over the archive.
//!
//! # Rules it keeps
//!
//! - **Only finished windows.** A window is a civil day or month of China. It is inspected when it is over, some hours have passed for
//!   what was still under way, and the archive holds everything that the log held then (`gate`).
//! - **Twice is once.** What is found goes into the log as commands ([`mingjing_domain::command`]); the alert's id is derived from rule,
//!   subject and window, and what stands already is not said again. Any number of processes may run this.
//! - **Late data are heard.** the last windows are inspected again every day; what is found no more is withdrawn with the reason, or over where it was true (Q14).
//! - **Small bases are silent.** Each text has a least base; thresholds are the catalogue's or a place's rule settings.
//!
//! The SQL lies in **store**, what a finding becomes in **engine**; this crate owns when and on what, and the words.

mod agenda;
mod error;
mod gate;
mod list;
mod metrics;
mod parts;
mod pass;
mod question;
mod runner;
mod settings;
mod silence;
mod standing;
mod window;
mod words;

pub use error::{DefinitionsError, Error};
pub use list::{Every, PLANS, Plan};
pub use metrics::Metrics;
pub use parts::{Config, DefinitionsSource, Parts};
pub use pass::{Known, Outcome, Said, inspect};
pub use runner::{Inspector, run};
pub use silence::look as silences;
pub use window::{BadWindow, window_of, windows_between};
