//! 督办: an order about an alert as a tree, what was answered, and how its day was put off.
//!
//! ```text
//!  supervision office ──order──▶ department ──pass_on──▶ officer ──pass_on──▶ officer
//!                     ◀─answer──  supervisor ◀──report──        ◀──report──
//! ```
//! The order itself is between two bodies and answered by whoever passed it on; what was passed on is between persons of the department.
//! Each has a day of its own, and none has a later one than what it hangs from had when it was given.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Signature;
use crate::time::Timestamp;

/// 反馈.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Who, when, what: the answer is the reason given.
    pub by: Signature,
    /// SHA-256 of the files that prove it.
    pub evidence: Vec<String>,
}

/// 转办: an order, or what was passed on of it, given on to a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PassedOn {
    /// Who, when, what is asked.
    pub by: Signature,
    /// Which one of this order, from 1.
    pub nth: u16,
    /// What it hangs from: the number of what was passed on to who passes on; none: the order itself.
    pub under: Option<u16>,
    /// To whom: a person.
    pub to: String,
    /// When it is to be reported on; none: no later than the order is to be answered, which has no day itself.
    #[schemars(with = "Option<String>")]
    pub due_at: Option<Timestamp>,
    /// What was reported to who passed it on, in order.
    pub reports: Vec<Answer>,
    /// Whether the same person was given it anew: the later one counts.
    pub replaced: bool,
}

impl PassedOn {
    /// Whether a report on it is still owed.
    pub fn is_open(&self) -> bool {
        self.reports.is_empty() && !self.replaced
    }
}

/// What became of a request for more time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExtensionOutcome {
    /// Who, when, why.
    pub by: Signature,
    /// Until when it was granted, which need not be what was asked for; none: it was refused.
    #[schemars(with = "Option<String>")]
    pub until: Option<Timestamp>,
}

/// 申请延期.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExtensionAsked {
    /// Who, when, why.
    pub by: Signature,
    /// Until when more time is asked for.
    #[schemars(with = "String")]
    pub until: Timestamp,
    /// None while it waits to be decided.
    pub outcome: Option<ExtensionOutcome>,
}

/// 督办.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// Who, when, what is asked.
    pub by: Signature,
    /// Which order about this alert, from 1.
    #[serde(default = "first")]
    pub nth: u16,
    /// To whom: a body's code.
    pub to: String,
    /// When the answer is due.
    #[schemars(with = "Option<String>")]
    pub due_at: Option<Timestamp>,
    /// Every later day it was put off to, by whom and why: an extension, or an appeal that was turned down.
    pub extended: Vec<Signature>,
    /// How often more time was asked for, in order, and what was said to that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extensions_asked: Vec<ExtensionAsked>,
    /// To whom it was passed on, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passed_on: Vec<PassedOn>,
    /// The answers, in order.
    pub answers: Vec<Answer>,
    /// Who closed it, when, with what result.
    pub closed: Option<Signature>,
}

/// Records from before orders were counted hold the only one there was.
fn first() -> u16 {
    1
}

impl Order {
    /// The request for more time that waits to be decided.
    pub fn extension_waiting(&self) -> Option<&ExtensionAsked> {
        let last = self.extensions_asked.last();
        last.filter(|asked| asked.outcome.is_none())
    }

    /// What was passed on to a person last, and counts.
    pub fn passed_on_to(&self, person: &str) -> Option<&PassedOn> {
        let all = self.passed_on.iter().rev();
        all.filter(|leg| !leg.replaced).find(|leg| leg.to == person)
    }

    /// Whether a person may answer the order itself: once it is passed on, who passed it on does.
    pub fn is_answered_by(&self, person: &str) -> bool {
        let mut from_the_order = self.passed_on.iter().filter(|leg| leg.under.is_none());
        self.passed_on.is_empty() || from_the_order.any(|leg| leg.by.person == person)
    }

    /// Whether a person had a hand in how something passed on came to where it is: who holds it, and everybody above.
    pub fn came_through(&self, leg: Option<u16>, person: &str) -> bool {
        let mut above = leg;
        while let Some(nth) = above {
            let Some(leg) = self.passed_on.iter().find(|leg| leg.nth == nth) else {
                return false;
            };
            if leg.to == person || leg.by.person == person {
                return true;
            }
            // A leg hangs from an earlier one: this ends.
            above = leg.under.filter(|under| *under < nth);
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_from_before_there_were_trees_reads_as_one_nobody_passed_on() {
        let old = r#"{"by":{"person":"li","body":"sfj","office":"","at":"2026-07-10T01:00:00Z","reason":"r","command":"c"},
            "to":"zjj","due_at":null,"extended":[],"answers":[],"closed":null}"#;
        let order: Order = serde_json::from_str(old).unwrap();
        assert_eq!((order.nth, order.passed_on.len()), (1, 0));
        assert!(order.extension_waiting().is_none() && order.is_answered_by("anybody"));
        let written = serde_json::to_value(&order).unwrap();
        assert!(written.get("passed_on").is_none() && written.get("extensions_asked").is_none());
    }
}
