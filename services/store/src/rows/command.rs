//! `commands`: one row a command.

use mingjing_domain::command::{Author, Command};

use super::to_json;
use crate::table::{Millis, table};

table! {
    /// A command with its position.
    CommandRow in "commands" {
        /// See [`Command::id`].
        command_id: String,
        /// The code of its act.
        act: String,
        /// `inspection` or `person`.
        author_kind: String,
        /// Who.
        author: String,
        /// The body and office a person acted for.
        office: String,
        /// See [`Command::at`].
        decided_at: Millis,
        /// See [`Command::reason`].
        reason: String,
        /// The code of its subject's kind.
        subject_kind: String,
        /// Its subject's source.
        source: String,
        /// Its subject's key.
        subject_key: String,
        /// The rule that an inspection speaks about.
        rule: String,
        /// The label of the window.
        window: String,
        /// See [`Command::alert_id`].
        alert_id: String,
        /// All of it, as JSON.
        body: String,
        /// The incarnation of the log.
        log_id: String,
        /// The partition of `mj.log`.
        log_partition: u16,
        /// The offset in `mj.log`.
        log_offset: u64,
        /// The first of two counts.
        version: u64,
    }
}

impl CommandRow {
    /// The row of a command at this position.
    pub fn new(command: &Command, log_id: &str, partition: u16, offset: u64) -> Self {
        let (author_kind, author, office) = match &command.by {
            Author::Inspection { run_by } => ("inspection", run_by.clone(), String::new()),
            Author::Person { id, body, office } if body.is_empty() => {
                ("person", id.clone(), office.clone())
            }
            Author::Person { id, body, office } => {
                ("person", id.clone(), format!("{body}/{office}"))
            }
        };
        let (rule, window) = command.what.about().unwrap_or_default();
        CommandRow {
            command_id: command.id.clone(),
            act: command.what.code().into(),
            author_kind: author_kind.into(),
            author,
            office,
            decided_at: command.at.into(),
            reason: command.reason.clone(),
            subject_kind: command.subject.kind.code().into(),
            source: command.subject.source.clone(),
            subject_key: command.subject.key.clone(),
            rule: rule.into(),
            window: window.into(),
            alert_id: command.alert_id(),
            body: to_json(command),
            log_id: log_id.into(),
            log_partition: partition,
            log_offset: offset,
            version: u64::MAX - offset,
        }
    }
}
