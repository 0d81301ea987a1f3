//! What a record makes of a draft.

use super::{Given, Life, Notice, Shadow, State};
use crate::life::{Act, Record, Verdict};

impl Life {
    /// Takes a record. The only writer of a life's state; whatever does not fit leaves it as it was and stays listed.
    pub(super) fn apply(&mut self, record: Record) {
        let who = record.who.clone();
        match &record.act {
            Act::Drafted { .. } => {}
            Act::Revised { subjects, text } => {
                self.subjects.clone_from(subjects);
                self.text.clone_from(text);
                if !self.authors.contains(&who) {
                    self.authors.push(who);
                }
                self.state = State::Drafting;
                self.plan.clear();
                self.questions.clear();
                self.changes.clear();
                self.given.clear();
            }
            Act::Submitted {
                plan,
                due,
                questions,
                changes,
            } => {
                self.plan.clone_from(plan);
                self.questions.clone_from(questions);
                self.changes.clone_from(changes);
                self.given.clear();
                self.state = match due {
                    Some(due) => State::InReview {
                        stage: 0,
                        due: *due,
                    },
                    None => State::Approved,
                };
            }
            Act::Reviewed {
                role,
                verdict,
                opinion,
                next_due,
                ..
            } => {
                let late = self.is_overdue(record.day);
                self.given.push(Given {
                    role: *role,
                    who,
                    verdict: *verdict,
                    at: record.at,
                    opinion: opinion.clone(),
                    late,
                });
                let State::InReview { stage, .. } = self.state else {
                    self.records.push(record);
                    return;
                };
                if *verdict == Verdict::Object {
                    self.state = State::Returned {
                        by: *role,
                        opinion: opinion.clone(),
                    };
                } else if let Some(due) = next_due {
                    self.state = State::InReview {
                        stage: stage + 1,
                        due: *due,
                    };
                } else if self.awaited().is_empty() {
                    self.state = State::Approved;
                }
            }
            Act::PublicationDecided { effective_from } => {
                self.decided_at = Some(record.at);
                self.shadow = None;
                self.state = State::Publishing {
                    effective_from: *effective_from,
                };
            }
            Act::Published { set, version } => {
                if let State::Publishing { effective_from } = self.state {
                    self.published = Some((record.at, version.clone()));
                    self.state = State::Published {
                        effective_from,
                        set: set.clone(),
                    };
                }
            }
            Act::Noticed { place, on } => self.notices.push(Notice {
                place: place.clone(),
                on: *on,
                who,
                at: record.at,
            }),
            Act::Retired { from } => {
                if let State::Published {
                    effective_from,
                    set,
                } = &self.state
                {
                    self.state = State::Retired {
                        from: *from,
                        effective_from: *effective_from,
                        set: set.clone(),
                    };
                }
            }
            Act::Withdrawn => {
                self.state = State::Withdrawn;
                self.shadow = None;
            }
            Act::ShadowBegun { since } => {
                self.shadow = Some(Shadow {
                    since: *since,
                    who,
                    at: record.at,
                });
            }
            Act::ShadowEnded => self.shadow = None,
        }
        self.records.push(record);
    }
}
