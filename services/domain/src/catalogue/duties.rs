//! 履职 F: duties that were not done (不作为), and approval hidden in a filing (domain study 11.14).

use super::Rule;

/// Rules of this family.
pub(super) const RULES: &[Rule] = &[];

/// Ids that definitions may name already, though their rows are still to be written.
pub(super) const TO_COME: &[&str] = &[];
