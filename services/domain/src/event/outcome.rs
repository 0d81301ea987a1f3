//! How cases and decisions end otherwise than as they were meant to: lists that judging and inspections share.

use super::EventKind;

impl EventKind {
    /// What ends a case's duties without a decision.
    pub const ENDED_OTHERWISE: [EventKind; 7] = [
        EventKind::Withdrawn,
        EventKind::Voided,
        EventKind::Returned,
        EventKind::Transferred,
        EventKind::Terminated,
        EventKind::Merged,
        EventKind::NotAccepted,
    ];
}

/// Results of a review or a lawsuit after which a decision no longer stands as it was: annulled, taken back, changed, found unlawful,
/// to be made anew. Sources differ in the word.
pub const OVERTURNED: &[&str] = &[
    "annulled", "revoked", "changed", "illegal", "unlawful", "redo",
];
