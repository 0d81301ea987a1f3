//! What people decide about an alert, laid over what the platform alone says of it.
//!
//! The life of alerts ([`crate::life`]) goes on beneath as if nobody had done anything; [`compose`] lays the last decision over it. That
//! is a function of both and nothing else, so whatever came in between and in whatever order: if the alert comes to the same, so does
//! what is published of it. What a decision carries is compared with what it was made on:
//!
//! - *confirmed*, *issued*: as long as the same is alleged (level, due instant, breach) and no later entry has put it into doubt that was
//!   not in doubt then. Graver: the graver card goes out, and waits for a decision of its own. Else 待核, with the reason. What a person sent out
//!   while it was pending goes by itself if it was not so after all: its time was decided, not its truth.
//! - *dismissed*: as long as the same or less is alleged, or nothing. Else 待核, once its source is known complete.
//! - *held*: does not go out; what is taken back meanwhile is cancelled.
//!
//! Commands are decided in the order of the log. One that was given before another that is applied, by `(at, id)`, is refused.

mod compose;
mod decide;
mod owed;

use mingjing_domain::alert::{AlertRecord, Status};
use mingjing_domain::command::Command;
use mingjing_domain::disposition::{Disposal, Refused, RefusedBecause};
use mingjing_domain::fact::Change;

use crate::life::Published;
use crate::rules::Rules;
use compose::{change_between, compose};

pub(crate) use owed::Owed;

/// Refusals that are remembered of one alert; of more the oldest is forgotten, and its command decided anew if it is said again.
const REFUSALS_KEPT: usize = 64;

/// What people did about an alert, and what they were answered.
#[derive(Clone, Debug, Default)]
pub(crate) struct Handled {
    /// The alert as published, where anything was applied.
    pub(crate) said: Option<Box<AlertRecord>>,
    /// In the order of the log.
    pub(crate) answers: Vec<Answered>,
}

/// A command that was decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answered {
    pub(crate) command: String,
    pub(crate) digest: String,
    pub(crate) refused: Option<Refused>,
}

/// What became of a command.
pub(crate) struct Outcome {
    /// What became of the alert, where the command was applied just now.
    pub(crate) change: Option<Change>,
    pub(crate) refused: Option<Refused>,
}

impl Handled {
    pub(crate) fn answer_to(&self, command: &str) -> Option<&Answered> {
        self.answers.iter().find(|a| a.command == command)
    }

    /// Remembers an answer, once.
    pub(crate) fn remember(&mut self, answered: Answered) {
        if self.answer_to(&answered.command).is_some() {
            return;
        }
        let refusal = |a: &Answered| a.refused.is_some();
        if refusal(&answered) && self.answers.iter().filter(|a| refusal(a)).count() >= REFUSALS_KEPT
        {
            let oldest = self.answers.iter().position(refusal);
            oldest.map(|at| self.answers.remove(at));
        }
        self.answers.push(answered);
    }
}

fn took_back(status: Status) -> bool {
    matches!(status, Status::Withdrawn | Status::Cancelled)
}

impl Published {
    /// The alert as published.
    pub(crate) fn said(&self) -> &AlertRecord {
        let said = self.handled.as_ref().and_then(|h| h.said.as_deref());
        said.unwrap_or(&self.record)
    }

    /// Brings what is published to what the platform alone says now; answers with what became of it for a reader.
    pub(crate) fn follow(&mut self, change: Change) -> Change {
        let said = self.handled.as_mut().and_then(|h| h.said.as_deref_mut());
        let Some(said) = said else { return change };
        let (was, level) = (said.status, said.level);
        if let Some(disposition) = said.disposition.take() {
            *said = compose(&self.record, *disposition);
        }
        match (was == said.status, change) {
            // What people took back is brought before nobody.
            (true, Change::Escalated) if took_back(was) && said.level == level => Change::Revised,
            (true, Change::Escalated) => Change::Escalated,
            (true, _) => Change::Revised,
            (false, _) => change_between(was, said),
        }
    }

    /// Decides a command about this alert. Said twice it is decided once.
    pub(crate) fn dispose(
        &mut self,
        command: &Command,
        disposal: &Disposal,
        rules: &Rules,
    ) -> Outcome {
        let digest = command.digest();
        let known = self.handled.as_ref().and_then(|h| h.answer_to(&command.id));
        if let Some(known) = known {
            let refused = match known.digest == digest {
                true => known.refused.clone(),
                false => Some(refused(
                    RefusedBecause::KeyReused,
                    "同一 key 之前提交过不同的内容",
                )),
            };
            return Outcome {
                change: None,
                refused,
            };
        }
        let decided = decide::decide(&self.record, self.said(), command, disposal, rules);
        let handled = self.handled.get_or_insert_default();
        let answered = |refused: Option<&Refused>| Answered {
            command: command.id.clone(),
            digest,
            refused: refused.cloned(),
        };
        match decided {
            Err(refused) => {
                handled.remember(answered(Some(&refused)));
                Outcome {
                    change: None,
                    refused: Some(refused),
                }
            }
            Ok(disposition) => {
                let was = handled
                    .said
                    .as_ref()
                    .map_or(self.record.status, |s| s.status);
                let said = compose(&self.record, disposition);
                let change = match was == said.status {
                    true => Change::Disposed,
                    false => change_between(was, &said),
                };
                handled.said = Some(Box::new(said));
                handled.remember(answered(None));
                self.revision += 1;
                Outcome {
                    change: Some(change),
                    refused: None,
                }
            }
        }
    }

    /// Takes what was published for what it is.
    pub(crate) fn of_published(record: &AlertRecord, revision: u32, alleged: bool) -> Self {
        let mut published = Published {
            record: Box::new(record.automatic()),
            revision,
            alleged,
            handled: None,
        };
        published.take_said(record);
        published
    }

    /// As [`Published::of_published`], keeping what was answered before.
    pub(crate) fn retake(&mut self, record: &AlertRecord, revision: u32, alleged: bool) {
        *self.record = record.automatic();
        (self.revision, self.alleged) = (revision, alleged);
        self.take_said(record);
    }

    fn take_said(&mut self, record: &AlertRecord) {
        if record.disposition.is_some() {
            self.handled.get_or_insert_default().said = Some(Box::new(record.clone()));
        }
    }
}

pub(crate) fn refused(reason: RefusedBecause, message: impl Into<String>) -> Refused {
    Refused {
        reason,
        message: message.into(),
    }
}
