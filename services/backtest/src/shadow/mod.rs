//! 影子运行: drafts judged by beside what is in force, pass by pass, alerting nobody.
//!
//! A pass judges every case that began since the shadow's beginning anew, by the draft and by what is in force, as of now and by what the
//! archive holds now, and writes what differs. The whole window each time: what a pass finds follows from its instant and its horizon
//! alone, so that nothing is carried over which could be lost or counted twice. What bounds it is the number of events in the window.

mod failpoint;
mod metrics;
mod pass;
mod runner;

pub use metrics::Metrics;
pub use runner::{Config, Drafts, DraftsError, Parts, Sets, Shadow, Shadows, run};
