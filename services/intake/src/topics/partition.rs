//! What is known of one partition of a source's topic, and what of it is committed with its offset.

use crate::sort::Completing;

/// What is known of a partition.
#[derive(Clone, Debug)]
pub(super) struct State {
    pub source: String,
    pub topic_id: u128,
    pub partitions: usize,
    /// Items that were not taken since the source was last complete.
    pub not_taken: u64,
    /// Whether the topic's id is remembered.
    pub remembered: bool,
}

impl State {
    pub fn note(&self) -> String {
        format!("not_taken={}", self.not_taken)
    }

    pub fn completing(&self, not_taken: u64) -> Completing {
        match self.partitions {
            1 => Completing::After { not_taken },
            several => Completing::Unordered(several),
        }
    }
}

/// The number in a note; an unknown note says nothing.
pub(super) fn not_taken_in(note: &str) -> u64 {
    let number = note.strip_prefix("not_taken=");
    number.and_then(|n| n.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_reads_back_and_another_says_nothing() {
        let state = State {
            source: "zjj".into(),
            topic_id: 1,
            partitions: 1,
            not_taken: 12,
            remembered: true,
        };
        assert_eq!(not_taken_in(&state.note()), 12);
        assert_eq!(not_taken_in(""), 0);
        assert_eq!(not_taken_in("what"), 0);
    }
}
