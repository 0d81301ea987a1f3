//! 人工预警: what a person raises about a case or a body, with reasons and by which article, that no rule found.

use serde::{Deserialize, Serialize};

use crate::alert::Level;
use crate::command::Subject;
use crate::ids::{alert_id, derived_id};

/// The control point of alerts that people raise. No definition can name it, since names hold no slash.
pub const MANUAL_POINT: &str = "disposition/manual";
/// What stands where a rule of the catalogue would.
pub const MANUAL_RULE: &str = "MANUAL";
/// Characters of a label: one in 2^48 is enough to tell the alerts about one subject apart.
const LABEL_CHARS: usize = 12;

/// What is alleged by hand; why stands in the command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManualAlert {
    /// What tells it from others about the same subject; it is the alert's step.
    pub label: String,
    /// What it is called, Chinese.
    pub title: String,
    /// How grave.
    pub level: Level,
    /// 依据: the article that was not kept.
    pub legal_basis: String,
    /// Who answers for it, a body's code; none: who handles the case, or the body it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// SHA-256 of the files that show it, 64 hexadecimal digits each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
}

/// The label under the key that a person chose: said again under it, it is the same alert.
pub fn manual_label(person: &str, key: &str) -> String {
    let whole = derived_id(&["manual", person, key]);
    whole.chars().take(LABEL_CHARS).collect()
}

/// The id of what a person raised about a subject.
pub fn manual_id(subject: &Subject, label: &str) -> String {
    alert_id(&subject.source, &subject.key, MANUAL_POINT, label, 1)
}
