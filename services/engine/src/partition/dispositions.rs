//! What people command about alerts of this partition: found, decided, answered; and how recovery knows what was answered.

use std::collections::BTreeSet;
use std::sync::Arc;

use mingjing_domain::Timestamp;
use mingjing_domain::command::{Act, Command};
use mingjing_domain::disposition::{Conclusion, Disposal, Refused, RefusedBecause};
use mingjing_domain::fact::{Cause, Fact};

use super::Engine;
use super::orders::Ordered;
use crate::dispose::{Answered, refused};
use crate::life::Published;

/// What recovery has read and not decided: commands in the log's order, and which of them were answered.
#[derive(Default)]
pub(super) struct Unanswered {
    commands: Vec<Command>,
    answered: BTreeSet<(String, String)>,
}

impl Engine {
    /// Decides a command about an alert and answers it. Said again it is answered the same.
    pub(super) fn dispose(
        &mut self,
        command: &Command,
        alert_id: &str,
        disposal: &Disposal,
        facts: &mut Vec<Fact>,
    ) {
        let at = match self.clock {
            Timestamp::MIN => command.at,
            clock => clock,
        };
        let rules = Arc::clone(&self.rules);
        let conclusion = disposal.conclusion();
        let Some(alert) =
            self.published_mut(&command.subject.source, &command.subject.key, alert_id)
        else {
            let refused = refused(RefusedBecause::NoSuchAlert, "该分区没有这条预警");
            facts.push(decision(command, conclusion, Some(refused), at));
            return;
        };
        let outcome = alert.dispose(command, disposal, &rules);
        if let Some(change) = outcome.change {
            facts.push(Fact::Alert {
                change,
                cause: Cause::Command {
                    id: command.id.clone(),
                },
                at,
                revision: alert.revision,
                alert: Box::new(alert.said().clone()),
            });
            let cause = Cause::Command {
                id: command.id.clone(),
            };
            let disposed = Ordered::of(&command.subject, alert_id);
            let about = self.ordered_about(&disposed);
            self.follow_order(disposed, &cause, facts);
            // An appeal against the alert about an order holds what was to come of it.
            if let Some(about) = about {
                self.follow_order(about, &cause, facts);
            }
        }
        facts.push(decision(command, conclusion, outcome.refused, at));
    }

    /// An alert that was published at least once.
    pub(crate) fn published(&self, source: &str, key: &str, alert_id: &str) -> Option<&Published> {
        if let Some(known) = self.findings.get(alert_id) {
            return known.published.as_ref();
        }
        if let Some(owed) = self.owed.get(alert_id) {
            return Some(owed);
        }
        let source = *self.source_ix.get(source)?;
        let ix = self.find_case(source, key)?;
        let alerts = &self.cases[ix].alerts;
        alerts.iter().find(|p| p.record.alert_id == alert_id)
    }

    /// The same, to write.
    pub(crate) fn published_mut(
        &mut self,
        source: &str,
        key: &str,
        alert_id: &str,
    ) -> Option<&mut Published> {
        if self.findings.contains_key(alert_id) {
            return self.findings.get_mut(alert_id)?.published.as_mut();
        }
        if self.owed.contains_key(alert_id) {
            return self.owed.get_mut(alert_id);
        }
        let source = *self.source_ix.get(source)?;
        let ix = self.find_case(source, key)?;
        let alerts = &mut self.cases[ix].alerts;
        alerts.iter_mut().find(|p| p.record.alert_id == alert_id)
    }

    /// Takes a command without deciding it: it may have been answered.
    pub(super) fn note_disposal(&mut self, command: &Command) {
        self.unanswered.commands.push(command.clone());
    }

    /// Takes an answer for what it is.
    pub(super) fn fold_decision(&mut self, fact: &Fact) {
        let Fact::Decision {
            command,
            digest,
            alert_id,
            source,
            case_no,
            refused,
            ..
        } = fact
        else {
            return;
        };
        let answered = (command.clone(), digest.clone());
        self.unanswered.answered.insert(answered);
        let of_this_content = refused.as_ref().map(|r| r.reason) != Some(RefusedBecause::KeyReused);
        if let Some(alert) = self.published_mut(source, case_no, alert_id)
            && of_this_content
        {
            alert.handled.get_or_insert_default().remember(Answered {
                command: command.clone(),
                digest: digest.clone(),
                refused: refused.clone(),
            });
        }
    }

    /// Decides what recovery has read and nobody answered.
    pub(super) fn answer_the_rest(&mut self, facts: &mut Vec<Fact>) {
        let Unanswered { commands, answered } = std::mem::take(&mut self.unanswered);
        for command in &commands {
            let is_answered = answered.contains(&(command.id.clone(), command.digest()));
            match &command.what {
                _ if is_answered => {}
                Act::Dispose { alert_id, disposal } => {
                    self.dispose(command, alert_id, disposal, facts);
                }
                Act::Raise { alert } => self.raise(command, alert, facts),
                Act::Found { .. } | Act::NotFound { .. } | Act::Over { .. } => {}
            }
        }
    }
}

pub(super) fn decision(
    command: &Command,
    conclusion: Option<Conclusion>,
    refused: Option<Refused>,
    at: Timestamp,
) -> Fact {
    Fact::Decision {
        at,
        command: command.id.clone(),
        digest: command.digest(),
        alert_id: command.alert_id(),
        source: command.subject.source.clone(),
        case_no: command.subject.key.clone(),
        act: command.what.code().into(),
        conclusion,
        refused,
    }
}
