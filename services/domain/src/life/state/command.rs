//! What somebody wants done with a draft.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::Timestamp;
use crate::life::{Question, Role, Subject, Verdict};

/// What somebody wants done. What it needs to know of the definitions in force is part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Change the text.
    Revise {
        /// The new text's documents.
        subjects: Vec<Subject>,
        /// Its SHA-256.
        text: String,
    },
    /// Send it to its reviewers.
    Submit {
        /// Who they are ([`super::plan`]).
        plan: Vec<Vec<Role>>,
        /// What they must answer.
        questions: Vec<Question>,
        /// What it changes, in words.
        changes: Vec<String>,
    },
    /// Conclude in a role.
    Review {
        /// In which.
        role: Role,
        /// The conclusion.
        verdict: Verdict,
        /// 意见.
        opinion: String,
        /// Answers by question.
        answers: BTreeMap<String, String>,
    },
    /// Put it in force. Its effect was found lawful ([`super::effect`]).
    Publish {
        /// From when on it has effect.
        effective_from: NaiveDate,
    },
    /// It is in force: the platform's own.
    Confirm {
        /// SHA-256 of the set.
        set: String,
        /// The set's version.
        version: String,
    },
    /// Say where the public can read it.
    Notice {
        /// Where.
        place: String,
        /// Since when.
        on: NaiveDate,
    },
    /// End it. Nothing needs it from then on ([`super::effect::retirement`]).
    Retire {
        /// The first day without it.
        from: NaiveDate,
    },
    /// Give the draft up.
    Withdraw,
    /// Judge by it beside what is in force.
    BeginShadow {
        /// Cases that began at this instant or later.
        since: Timestamp,
    },
    /// Judge by it no longer.
    EndShadow,
}
