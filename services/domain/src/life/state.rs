//! A draft's state, and what may be done in it.
//!
//! ```text
//!  起草 ──submit──▶ 审核 (stage by stage) ──all agree──▶ 待公布 ──publish──▶ 公布中 ──in force──▶ 已公布 ──retire──▶ 废止
//!   ▲  ▲             │ someone objects                    │
//!   │  └──revise── 退回 ◀┘                                   │
//!   └──────────────revise (all reviews anew)───────────────┘      withdraw: from anywhere before 公布中 ──▶ 撤回
//! ```
//! Beside this a draft that is not published may be in shadow: judged by, heard by nobody ([`Shadow`]).

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{Act, Actor, Days, Kind, Question, Record, Role, Subject, Verdict};
use crate::Timestamp;
use crate::calendar::WorkCalendar;

/// Where a draft stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// 起草.
    Drafting,
    /// 审核.
    InReview {
        /// Which stage of the plan, from 0.
        stage: usize,
        /// When it has to be done.
        due: NaiveDate,
    },
    /// 退回.
    Returned {
        /// Who objected.
        by: Role,
        /// Why.
        opinion: String,
    },
    /// 待公布.
    Approved,
    /// 公布中: decided, and not in force everywhere yet.
    Publishing {
        /// From when on it has effect.
        effective_from: NaiveDate,
    },
    /// 已公布.
    Published {
        /// From when on it has effect.
        effective_from: NaiveDate,
        /// The set it came into force with.
        set: String,
    },
    /// 废止.
    Retired {
        /// The first day without it.
        from: NaiveDate,
        /// From when on it had effect.
        effective_from: NaiveDate,
        /// The set it came into force with.
        set: String,
    },
    /// 撤回.
    Withdrawn,
}

impl State {
    /// The word in answers.
    pub const fn code(&self) -> &'static str {
        match self {
            State::Drafting => "drafting",
            State::InReview { .. } => "in_review",
            State::Returned { .. } => "returned",
            State::Approved => "approved",
            State::Publishing { .. } => "publishing",
            State::Published { .. } => "published",
            State::Retired { .. } => "retired",
            State::Withdrawn => "withdrawn",
        }
    }

    /// The field's term.
    pub const fn name_zh(&self) -> &'static str {
        match self {
            State::Drafting => "起草",
            State::InReview { .. } => "审核",
            State::Returned { .. } => "退回",
            State::Approved => "待公布",
            State::Publishing { .. } => "公布中",
            State::Published { .. } => "已公布",
            State::Retired { .. } => "废止",
            State::Withdrawn => "撤回",
        }
    }
}

/// Why something is not done: what, where, and what to do instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}；{remedy}")]
pub struct Refusal {
    /// For programs: `wrong_state`, `not_your_turn`, `same_person` …
    pub reason: &'static str,
    /// The field of the request it is about.
    pub field: &'static str,
    /// What is not possible and why, in Chinese.
    pub message: String,
    /// What to do, in Chinese.
    pub remedy: String,
}

impl Refusal {
    /// A refusal.
    pub fn new(
        reason: &'static str,
        field: &'static str,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            reason,
            field,
            message: message.into(),
            remedy: remedy.into(),
        }
    }
}

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

/// A conclusion that was given in the present round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// In which role.
    pub role: Role,
    /// By whom.
    pub who: Actor,
    /// What.
    pub verdict: Verdict,
    /// When.
    pub at: Timestamp,
    /// In words.
    pub opinion: String,
    /// Whether it came after the day it was due.
    pub late: bool,
}

/// 公示记录: where the public can read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Where.
    pub place: String,
    /// Since when.
    pub on: NaiveDate,
    /// Who said so.
    pub who: Actor,
    /// When it was recorded.
    pub at: Timestamp,
}

/// 影子运行: since when a draft is judged by beside what is in force. It goes on with another text where the draft is revised, and ends
/// where its publication is decided or the draft is given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shadow {
    /// Cases that began at this instant or later.
    pub since: Timestamp,
    /// Who began it.
    pub who: Actor,
    /// When it was begun.
    pub at: Timestamp,
}

/// A draft, as its records leave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Life {
    /// Its id.
    pub id: String,
    /// Its kind.
    pub kind: Kind,
    /// Its documents, as last revised.
    pub subjects: Vec<Subject>,
    /// SHA-256 of its text, as last revised.
    pub text: String,
    /// Who wrote it, revisions included.
    pub authors: Vec<Actor>,
    /// When it was begun.
    pub drafted_at: Timestamp,
    /// Where it stands.
    pub state: State,
    /// Who reviews it, once it was submitted.
    pub plan: Vec<Vec<Role>>,
    /// What must be answered.
    pub questions: Vec<Question>,
    /// What it changes, in words, as submitted.
    pub changes: Vec<String>,
    /// Conclusions of the present round.
    pub given: Vec<Given>,
    /// When publication was decided.
    pub decided_at: Option<Timestamp>,
    /// When it was in force everywhere, and the set's version.
    pub published: Option<(Timestamp, String)>,
    /// Where the public can read it.
    pub notices: Vec<Notice>,
    /// Whether it is in shadow.
    pub shadow: Option<Shadow>,
    /// Its records, in order.
    pub records: Vec<Record>,
}

impl Life {
    /// What a journal says; none where it does not begin with a draft.
    pub fn of(id: &str, records: Vec<Record>) -> Option<Self> {
        let mut records = records.into_iter();
        let first = records.next()?;
        let Act::Drafted { subjects, text } = &first.act else {
            return None;
        };
        let mut life = Life {
            id: id.to_owned(),
            kind: subjects.first()?.kind,
            subjects: subjects.clone(),
            text: text.clone(),
            authors: vec![first.who.clone()],
            drafted_at: first.at,
            state: State::Drafting,
            plan: Vec::new(),
            questions: Vec::new(),
            changes: Vec::new(),
            given: Vec::new(),
            decided_at: None,
            published: None,
            notices: Vec::new(),
            shadow: None,
            records: vec![first],
        };
        records.for_each(|record| life.apply(record));
        Some(life)
    }

    /// The roles whose conclusion is awaited now.
    pub fn awaited(&self) -> Vec<Role> {
        let State::InReview { stage, .. } = self.state else {
            return Vec::new();
        };
        let roles = self.plan.get(stage).into_iter().flatten().copied();
        roles
            .filter(|role| !self.given.iter().any(|given| given.role == *role))
            .collect()
    }

    /// Whether a review is awaited that should have been given before this day.
    pub fn is_overdue(&self, today: NaiveDate) -> bool {
        matches!(self.state, State::InReview { due, .. } if today > due)
    }

    /// The record with a client's key.
    pub fn record_of(&self, key: &str) -> Option<&Record> {
        let keyed = |record: &&Record| record.key.as_deref() == Some(key);
        self.records.iter().find(keyed)
    }

    /// What doing this leads to, on `today`. Reads nothing but its arguments.
    ///
    /// # Errors
    /// [`Refusal`]: nothing is to be written then.
    pub fn decide(
        &self,
        command: Command,
        who: &Actor,
        today: NaiveDate,
        days: Days,
        calendar: &WorkCalendar,
    ) -> Result<Act, Refusal> {
        let due = |stage: &[Role]| calendar.add_working_days(today, days.of(stage).into());
        match (&self.state, command) {
            (
                State::Drafting | State::InReview { .. } | State::Returned { .. } | State::Approved,
                Command::Revise { subjects, text },
            ) => {
                self.same_subjects(&subjects)?;
                if text == self.text {
                    return Err(Refusal::new(
                        "unchanged",
                        "text",
                        "文本与现有草案相同",
                        "无需修改，请直接送审",
                    ));
                }
                Ok(Act::Revised { subjects, text })
            }
            (
                State::Drafting,
                Command::Submit {
                    plan,
                    questions,
                    changes,
                },
            ) => Ok(Act::Submitted {
                due: plan.first().map(|stage| due(stage)),
                plan,
                questions,
                changes,
            }),
            (
                State::InReview { stage, .. },
                Command::Review {
                    role,
                    verdict,
                    opinion,
                    answers,
                },
            ) => {
                self.may_review(*stage, role, who, verdict, &opinion, &answers)?;
                let completes = verdict == Verdict::Agree && self.awaited() == [role];
                let next = self.plan.get(stage + 1).filter(|_| completes);
                Ok(Act::Reviewed {
                    role,
                    verdict,
                    opinion,
                    answers,
                    next_due: next.map(|stage| due(stage)),
                })
            }
            (State::Approved, Command::Publish { effective_from }) => {
                Ok(Act::PublicationDecided { effective_from })
            }
            (State::Publishing { .. }, Command::Confirm { set, version }) => {
                Ok(Act::Published { set, version })
            }
            (State::Published { .. } | State::Retired { .. }, Command::Notice { place, on }) => {
                if on > today {
                    return Err(Refusal::new(
                        "not_yet",
                        "on",
                        format!("公示日期 {on} 尚未到来"),
                        "公示之后再登记",
                    ));
                }
                Ok(Act::Noticed { place, on })
            }
            (State::Published { effective_from, .. }, Command::Retire { from }) => {
                if from <= today || from <= *effective_from {
                    let after = today.max(*effective_from);
                    return Err(Refusal::new(
                        "retroactive",
                        "from",
                        format!("废止不得溯及既往：{from} 不晚于 {after}"),
                        format!("请把废止日期定在 {after} 之后"),
                    ));
                }
                Ok(Act::Retired { from })
            }
            (
                State::Drafting | State::InReview { .. } | State::Returned { .. } | State::Approved,
                Command::Withdraw,
            ) => Ok(Act::Withdrawn),
            (
                State::Drafting | State::InReview { .. } | State::Returned { .. } | State::Approved,
                Command::BeginShadow { since },
            ) => match &self.shadow {
                Some(shadow) if shadow.since == since => Err(Refusal::new(
                    "unchanged",
                    "since",
                    "草案已经自这一时点起影子运行",
                    "无需再设；要换起点请另给 since",
                )),
                _ => Ok(Act::ShadowBegun { since }),
            },
            (
                State::Drafting | State::InReview { .. } | State::Returned { .. } | State::Approved,
                Command::EndShadow,
            ) => match self.shadow {
                Some(_) => Ok(Act::ShadowEnded),
                None => Err(Refusal::new(
                    "not_in_shadow",
                    "",
                    "草案没有在影子运行",
                    "无需结束",
                )),
            },
            (state, command) => Err(wrong_state(state, &command)),
        }
    }

    /// Documents may be added to a draft or taken out of it; what it is about does not change.
    fn same_subjects(&self, subjects: &[Subject]) -> Result<(), Refusal> {
        let about = |subject: &Subject| (subject.kind, subject.id.clone());
        let kept = subjects
            .iter()
            .any(|new| self.subjects.iter().any(|old| about(old) == about(new)));
        match kept {
            true => Ok(()),
            false => Err(Refusal::new(
                "other_subject",
                "text",
                format!("修改后的文本不再是{}", list(&self.subjects)),
                "另起一份草案，原草案可以撤回",
            )),
        }
    }

    fn may_review(
        &self,
        stage: usize,
        role: Role,
        who: &Actor,
        verdict: Verdict,
        opinion: &str,
        answers: &BTreeMap<String, String>,
    ) -> Result<(), Refusal> {
        let awaited = self.awaited();
        if !awaited.contains(&role) {
            let names: Vec<String> = awaited.iter().map(ToString::to_string).collect();
            let message = match self.given.iter().any(|given| given.role == role) {
                true => format!("{role} 已经出具过意见"),
                false => format!("现阶段不由 {role} 审核"),
            };
            let remedy = format!("现在等待的是：{}", names.join("、"));
            return Err(Refusal::new("not_your_turn", "role", message, remedy));
        }
        if who.body.is_empty() || who.office.is_empty() {
            return Err(Refusal::new(
                "incomplete",
                "who",
                "审核意见须写明机构与内设机构",
                "请在 who 中补上 body 与 office",
            ));
        }
        if self
            .authors
            .iter()
            .any(|author| author.person == who.person)
        {
            return Err(Refusal::new(
                "same_person",
                "who.person",
                format!("{} 是起草人，不得审核自己起草的内容", who.person),
                "请由另一人审核",
            ));
        }
        for given in &self.given {
            if given.who.person == who.person {
                return Err(Refusal::new(
                    "same_person",
                    "who.person",
                    format!(
                        "{} 已经以{}的身份出具过意见",
                        who.person,
                        given.role.name_zh()
                    ),
                    "同一人不得兼任两个角色，请由另一人审核",
                ));
            }
            if given.who.body == who.body && given.who.office == who.office {
                return Err(Refusal::new(
                    "same_office",
                    "who.office",
                    format!(
                        "{} 的 {} 已经以{}的身份出具过意见",
                        who.body,
                        who.office,
                        given.role.name_zh()
                    ),
                    "同一机关兼有两个角色时，须由两个内设机构、两名人员分别审核",
                ));
            }
        }
        if verdict == Verdict::Object && opinion.trim().is_empty() {
            return Err(Refusal::new(
                "incomplete",
                "opinion",
                "不同意须写明意见",
                "请在 opinion 中写明何处不妥、应如何修改",
            ));
        }
        let leads = stage == 0 && self.plan.first().and_then(|stage| stage.first()) == Some(&role);
        if leads && verdict == Verdict::Agree {
            let open: Vec<&str> = self
                .questions
                .iter()
                .filter(|q| answers.get(&q.id).is_none_or(|a| a.trim().is_empty()))
                .map(|q| q.id.as_str())
                .collect();
            if !open.is_empty() {
                return Err(Refusal::new(
                    "unanswered",
                    "answers",
                    format!("尚有必答的问题未答：{}", open.join("、")),
                    "请在 answers 中逐一作答；问题全文见草案的 questions",
                ));
            }
        }
        let unknown = answers
            .keys()
            .find(|id| !self.questions.iter().any(|q| q.id == **id));
        match unknown {
            Some(id) => Err(Refusal::new(
                "unknown_question",
                "answers",
                format!("草案没有问题 {id}"),
                "问题的编号见草案的 questions",
            )),
            None => Ok(()),
        }
    }

    /// Takes a record. The only writer of a life's state; whatever does not fit leaves it as it was and stays listed.
    fn apply(&mut self, record: Record) {
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

fn list(subjects: &[Subject]) -> String {
    let told: Vec<String> = subjects.iter().map(ToString::to_string).collect();
    told.join("、")
}

fn wrong_state(state: &State, command: &Command) -> Refusal {
    let wanted = match command {
        Command::Revise { .. } => "修改",
        Command::Submit { .. } => "送审",
        Command::Review { .. } => "审核",
        Command::Publish { .. } => "公布",
        Command::Confirm { .. } => "确认生效",
        Command::Notice { .. } => "登记公示",
        Command::Retire { .. } => "废止",
        Command::Withdraw => "撤回",
        Command::BeginShadow { .. } => "影子运行",
        Command::EndShadow => "结束影子运行",
    };
    let remedy = match state {
        State::Drafting => "草案还没有送审，请先送审（submit）",
        State::InReview { .. } => "审核还没有完成；需要改动时请先修改（revise），各审核重新进行",
        State::Returned { .. } => "草案已被退回，请按意见修改（revise）后重新送审",
        State::Approved => "审核已全部通过，可以公布（publish）",
        State::Publishing { .. } => "正在公布，平台会自行完成，请稍后再看",
        State::Published { .. } | State::Retired { .. } => {
            "已公布的版本不得改动；需要改变时请另起新版本的草案"
        }
        State::Withdrawn => "草案已撤回，请另起一份",
    };
    Refusal::new(
        "wrong_state",
        "",
        format!("处于“{}”的草案不能{wanted}", state.name_zh()),
        remedy,
    )
}

#[cfg(test)]
mod tests;
