//! Identities derived from what they are about, so that replay writes the same ones again.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Cases hash to this many fixed slots; slots map to partitions, so the partition count can change.
pub const SLOTS: u16 = 1024;

/// A case's fixed slot, 0..1024.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(pub u16);

impl Slot {
    /// The slot of a case. Stable for ever: the hash (XXH3-64 over source, a zero byte, case number)
    /// is part of the stored format.
    pub fn of(source: &str, case_no: &str) -> Self {
        let mut hash = xxhash_rust::xxh3::Xxh3::new();
        hash.update(source.as_bytes());
        hash.update(&[0]);
        hash.update(case_no.as_bytes());
        Slot((hash.digest() % u64::from(SLOTS)) as u16)
    }

    /// The partition this slot lies in when there are `partitions` of them (1..=1024).
    pub fn partition(self, partitions: u16) -> Partition {
        Partition(self.0 % partitions.max(1))
    }
}

/// One partition of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Partition(pub u16);

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// 128 bits of SHA-256 over length-prefixed parts, as 32 hexadecimal digits.
pub fn derived_id(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    let digest = hash.finalize();
    digest[..16].iter().map(|b| format!("{b:02x}")).collect()
}

/// The id of the alert that `control_point` raises for this visit of this step of this case.
pub fn alert_id(
    source: &str,
    case_no: &str,
    control_point: &str,
    step: &str,
    visit: u16,
) -> String {
    derived_id(&[
        "alert",
        source,
        case_no,
        control_point,
        step,
        &visit.to_string(),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_and_alert_ids_never_change() {
        assert_eq!(Slot::of("zjj", "2026-0001"), Slot(110));
        assert_eq!(
            alert_id("zjj", "2026-0001", "decision-late", "", 1),
            "2a4c5ffab62c7e4343e68ac919403ed1"
        );
        assert_ne!(
            alert_id("a", "bc", "d", "", 1),
            alert_id("ab", "c", "d", "", 1)
        );
    }
}
