//! A draft's state, and what may be done in it.
//!
//! ```text
//!  起草 ──submit──▶ 审核 (stage by stage) ──all agree──▶ 待公布 ──publish──▶ 公布中 ──in force──▶ 已公布 ──retire──▶ 废止
//!   ▲  ▲             │ someone objects                    │
//!   │  └──revise── 退回 ◀┘                                   │
//!   └──────────────revise (all reviews anew)───────────────┘      withdraw: from anywhere before 公布中 ──▶ 撤回
//! ```
//! Beside this a draft that is not published may be in shadow: judged by, heard by nobody ([`Shadow`]).

mod apply;
mod command;
mod decide;
mod refusal;
mod review;

use chrono::NaiveDate;

use super::{Act, Actor, Kind, Question, Record, Role, Subject, Verdict};
use crate::Timestamp;

pub use command::Command;
pub use refusal::Refusal;

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
}

#[cfg(test)]
mod tests;
