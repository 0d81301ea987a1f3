//! 目录对应: each county's list and flowcharts against the provincial base (domain study 11.14).

use super::Rule;

/// Rules of this family.
pub(super) const RULES: &[Rule] = &[];

/// Ids that definitions may name already, though their rows are still to be written.
pub(super) const TO_COME: &[&str] = &[];
