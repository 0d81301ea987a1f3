//! Who did what with a draft, when and why. Records are written once and never change; a draft is what follows from its own.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Role, Subject};
use crate::Timestamp;

/// Who acts: a person of an office of a body. Ids or posts; no names are needed.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Actor {
    /// 人员编号.
    pub person: String,
    /// 机构代码.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub body: String,
    /// 内设机构.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub office: String,
}

impl Actor {
    /// The platform itself, which only carries out what was decided.
    pub fn platform() -> Self {
        Self {
            person: "mingjing".into(),
            ..Self::default()
        }
    }
}

/// One record of a draft's journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// When.
    pub at: Timestamp,
    /// The local day of that, by which due dates and effective dates are held.
    pub day: NaiveDate,
    /// Who.
    pub who: Actor,
    /// Why.
    pub why: String,
    /// The client's own key for this act: the same act sent twice is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// What.
    pub act: Act,
}

/// Something that reviewers have to answer before they agree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// What an answer names.
    pub id: String,
    /// The question, with what it rests on.
    pub text: String,
}

/// A reviewer's conclusion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// 同意.
    Agree,
    /// 不同意: back to whoever drafts.
    Object,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum Act {
    /// 起草.
    Drafted {
        /// Its documents.
        subjects: Vec<Subject>,
        /// SHA-256 of the text, 64 hexadecimal digits.
        text: String,
    },
    /// 修改.
    Revised {
        /// Its documents.
        subjects: Vec<Subject>,
        /// SHA-256 of the text.
        text: String,
    },
    /// 送审.
    Submitted {
        /// Who reviews: stage after stage, the roles of one side by side. Empty: nobody has to.
        plan: Vec<Vec<Role>>,
        /// When the first stage has to be done.
        due: Option<NaiveDate>,
        /// What has to be answered.
        questions: Vec<Question>,
        /// What it changes, in words.
        changes: Vec<String>,
    },
    /// 审核、批准.
    Reviewed {
        /// In which role.
        role: Role,
        /// The conclusion.
        verdict: Verdict,
        /// 意见.
        opinion: String,
        /// Answers by the question's id.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        answers: BTreeMap<String, String>,
        /// When the next stage has to be done, where this opens one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next_due: Option<NaiveDate>,
    },
    /// 决定公布: from here on it is put in force, whatever happens to who decided.
    PublicationDecided {
        /// From when on it has effect.
        effective_from: NaiveDate,
    },
    /// 已公布: it is in force everywhere, from its dates on.
    Published {
        /// SHA-256 of the set it came into force with.
        set: String,
        /// For people; alerts carry it.
        version: String,
    },
    /// 公示: where the public can read it.
    Noticed {
        /// Where: an address, a gazette.
        place: String,
        /// Since when.
        on: NaiveDate,
    },
    /// 废止 from a day on.
    Retired {
        /// The first day without it.
        from: NaiveDate,
    },
    /// 撤回, before publication.
    Withdrawn,
    /// 影子运行: from here on it is judged by beside what is in force, and alerts nobody.
    ShadowBegun {
        /// Cases that began at this instant or later, as if it had been in force since then.
        since: Timestamp,
    },
    /// 结束影子运行, before publication or withdrawal ends it.
    ShadowEnded,
}
