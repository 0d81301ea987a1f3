//! 责任清单: duties that go with a power, and what can be expected of each.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Anchor, Name};
use crate::limit::Budget;

/// 责任事项: one duty of the responsibility list of an item.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Responsibility {
    /// The duty, in words.
    pub duty: String,
    /// 依据.
    #[serde(default)]
    pub basis: Option<String>,
    /// 责任主体: a body's code. Absent: the body that handles the case.
    #[serde(default)]
    pub body: Option<Name>,
    /// 追责情形: who neglects it answers how.
    #[serde(default)]
    pub accountability: Option<String>,
    /// What a case shows where the duty is done. Without it the duty is text only.
    #[serde(default)]
    pub expectation: Option<Expectation>,
}

/// 应为: what somebody owes once something has happened, and by when. Not done in time is 不作为.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// Its id within the item; alerts carry it as their step.
    pub id: Name,
    /// What makes the duty due; each occurrence anew.
    pub trigger: Vec<Anchor>,
    /// What fulfils it; any of them, a reasoned refusal to act too.
    pub owed: Vec<Anchor>,
    /// By when. No special procedure stops it.
    #[schemars(with = "String")]
    pub within: Budget,
    /// Events upon which it falls away for good. Absent: `withdrawn`, `voided`, `returned`, `transferred`,
    /// `terminated`, `merged` and `not_accepted`, but for those that trigger or fulfil it.
    #[serde(default)]
    pub falls_away_on: Option<Vec<Anchor>>,
}
