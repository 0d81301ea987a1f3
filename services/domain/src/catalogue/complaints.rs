//! 投诉与评价 C1–C4.

use super::Rule;

/// Rules of this family.
pub(super) const RULES: &[Rule] = &[];

/// Ids that definitions may name already, though their rows are still to be written.
pub(super) const TO_COME: &[&str] = &["C1", "C2", "C3", "C4"];
