//! 裁量与钱款 D1–D9: tiers, fines, fees.

use super::Rule;

/// Rules of this family.
pub(super) const RULES: &[Rule] = &[];

/// Ids that definitions may name already, though their rows are still to be written.
pub(super) const TO_COME: &[&str] = &["D1", "D2", "D3", "D4", "D5", "D6", "D7", "D8", "D9"];
