//! 主体与人员 A1–A11: who may act, and with whom.

use super::Rule;

/// Rules of this family.
pub(super) const RULES: &[Rule] = &[];

/// Ids that definitions may name already, though their rows are still to be written.
pub(super) const TO_COME: &[&str] = &[
    "A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8", "A9", "A10", "A11",
];
