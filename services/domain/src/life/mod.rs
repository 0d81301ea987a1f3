//! Definitions with a life: draft, the reviews that each kind needs, publication with effective dates, retirement
//! (domain study 11.4, 11.5; design decision 13).
//!
//! Everything here is a function of records. A draft's journal holds who did what, when and why, each record once and for
//! ever; [`Life`] is what follows from it, [`Life::decide`] says whether something may be done next. Publication itself composes the
//! files in force with those of the draft ([`compose`]); whoever judges sees nothing of drafts.
//!
//! What a published definition may become is in [`effect`]: a published version never changes, and nothing but a calendar works
//! backwards. Before it is published, a draft may be judged by as if it were in force ([`as_if_in_force`]). What changed is told in words ([`changes`]); a new item that looks like one that was cancelled is put to the
//! reviewers ([`alike`]).

pub mod alike;
mod compose;
pub mod effect;
mod install;
mod milestone;
mod record;
mod register;
mod review;
mod shadow;
mod state;
mod subject;
mod words;

pub use compose::{compose, document_of, documents, published_name};
pub use install::{Installation, Installing, beside, installs, may_install};
pub use milestone::{Milestone, MilestoneAct, MilestoneRecord, MilestoneStanding, milestones};
pub use record::{Act, Actor, Question, Record, Verdict};
pub use register::register_changes;
pub use review::{Days, Role, Touch, plan};
pub use shadow::as_if_in_force;
pub use state::{Command, Given, Life, Notice, Refusal, Shadow, State};
pub use subject::{Content, Kind, Subject};
pub use words::{changes, without_officers};
