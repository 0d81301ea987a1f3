//! What comes of sorting: what to write, and each item's outcome.

use mingjing_domain::Timestamp;
use mingjing_log::{Partition, Record};
use mingjing_wire::Refusal;
use mingjing_wire::personal::Masked;

use super::incoming::Origin;
use crate::answer::{Item, Outcome};

/// One thing to write before the next.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Events, each to its partition.
    Events(Vec<(Partition, Record)>),
    /// The source is complete up to here: to every partition.
    Complete(Timestamp),
}

/// What is kept of a refused item besides its refusal.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Kept {
    /// The item's place in the request, from 0.
    pub index: usize,
    /// The case, where it could be read.
    pub case_no: Option<String>,
    /// The beginning of what was sent, where it may be kept.
    pub excerpt: Option<String>,
}

/// A request or a record sorted out.
#[derive(Debug)]
pub(crate) struct Sorted {
    /// Where it came from.
    pub origin: Origin,
    /// When it was received.
    pub received_at: Timestamp,
    /// What to write.
    pub steps: Vec<Step>,
    /// Each item's outcome, should the writing succeed.
    pub items: Vec<Item>,
    /// Of the refused ones, in their order.
    pub kept: Vec<Kept>,
    /// Numbers masked.
    pub masked: Masked,
    /// Items not taken since the source was last complete: those before, and those in here.
    pub not_taken: u64,
    /// The numbers of the events taken, of a source that numbers its records.
    pub numbers: Vec<u64>,
}

impl Sorted {
    pub(super) fn nothing(origin: Origin, received_at: Timestamp, not_taken: u64) -> Self {
        Self {
            origin,
            received_at,
            steps: Vec::new(),
            items: Vec::new(),
            kept: Vec::new(),
            masked: Masked::default(),
            not_taken,
            numbers: Vec::new(),
        }
    }

    /// Something that was refused whole, as one item.
    pub fn refused(whole: Whole, origin: Origin, received_at: Timestamp) -> Self {
        let Whole { refusal, excerpt } = whole;
        let mut sorted = Self::nothing(origin, received_at, 1);
        sorted.items.push(Item {
            id: refusal.event_id.clone().map(String::from),
            outcome: Outcome::Refused(Box::new(refusal)),
        });
        sorted.kept.push(Kept {
            excerpt,
            ..Kept::default()
        });
        sorted
    }

    /// Whether a source is said to be complete.
    pub fn completes(&self) -> bool {
        self.steps
            .iter()
            .any(|step| matches!(step, Step::Complete(_)))
    }
}

/// A request or a record that was refused whole.
#[derive(Debug)]
pub(crate) struct Whole {
    /// Why.
    pub refusal: Refusal,
    /// The beginning of what was sent, where it may be kept.
    pub excerpt: Option<String>,
}
