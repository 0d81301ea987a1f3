//! What is sorted out: a request or a record, and where it came from.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use mingjing_domain::Timestamp;
use mingjing_domain::numbers::Taken;
use mingjing_domain::source::Source;
use mingjing_wire::cloudevents::Binding;

/// A request or a record, received whole.
pub(crate) struct Incoming {
    /// What carried it.
    pub binding: Binding,
    /// Its headers: content type, and in binary mode the event's attributes.
    pub headers: Vec<(String, Bytes)>,
    /// Its body.
    pub body: Bytes,
    /// The source whose key came with it, or whose topic it lies in.
    pub speaker: Arc<Source>,
    /// When it was received.
    pub received_at: Timestamp,
    /// Where it came from.
    pub origin: Origin,
    /// Whether the source may be said to be complete.
    pub completing: Completing,
    /// Which numbers of the source's sequence were taken before; none where it does not number its records.
    pub numbers: Option<Taken>,
}

/// Where something came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A request.
    Request,
    /// A record of a topic.
    Topic(Place),
}

/// The place of a record in a source's topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The topic's name.
    pub topic: Arc<str>,
    /// The id that the cluster gave it.
    pub topic_id: u128,
    /// The partition.
    pub partition: i32,
    /// The offset.
    pub offset: i64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place {
            topic,
            partition,
            offset,
            ..
        } = self;
        write!(f, "{topic} partition {partition} offset {offset}")
    }
}

/// Whether the source may be said to be complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Completing {
    /// Where its sender knows of all that was not taken.
    After {
        /// Items before this request or record that were not taken since the source was last complete.
        not_taken: u64,
    },
    /// Not in a request: events on their way through this topic would come after it.
    Elsewhere(String),
    /// Not in a topic of so many partitions, for nothing is before anything there.
    Unordered(usize),
}
