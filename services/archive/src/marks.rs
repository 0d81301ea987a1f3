//! Where the hash chains of this process's partitions stand: as they were begun, and as the last watermarks that were written have them. What
//! is published of a chain is read here, so that no head runs ahead of a watermark.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use mingjing_domain::Timestamp;
use mingjing_log::{LogId, Offset, Partition, Topic};
use mingjing_store::ChainMark;
use mingjing_wire::chain::{Chain, Place};
use mingjing_wire::facts::FactPosition;

use crate::Error;
use crate::start::Positions;

/// A chain and when it was begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Begun {
    /// As far as it has come.
    pub chain: Chain,
    /// By the platform's clock.
    pub at: Timestamp,
}

impl Begun {
    /// The chain as a watermark has it; where it has none, one that begins there.
    ///
    /// # Errors
    /// [`Error::Chain`]: what the watermark has is no hash. Beginning anew would hide that somebody changed it.
    pub fn of(
        log: LogId,
        topic: Topic,
        partition: Partition,
        offset: Offset,
        mark: Option<&ChainMark>,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let Some(mark) = mark else {
            if offset > Offset::ZERO {
                tracing::info!(
                    %topic, partition = partition.0, offset = offset.0,
                    "the hash chain begins here: what lies before was archived without one"
                );
            }
            let chain = Chain::begin(&log.to_string(), topic.name(), partition.0, offset.0);
            return Ok(Self { chain, at: now });
        };
        let hash = mark.hash.parse().map_err(|source| Error::Chain {
            topic,
            partition,
            source,
        })?;
        let last = mark.last.map(|(offset, n)| FactPosition { offset, n });
        Ok(Self {
            chain: Chain {
                since: mark.since,
                records: mark.records,
                last,
                hash,
            },
            at: mark.begun_at,
        })
    }
}

/// Where both chains of a partition stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Of `mj.log`.
    pub events: Place,
    /// Of `mj.facts`.
    pub facts: Place,
    /// When the later of them was begun, by the platform's clock.
    pub begun_at: Timestamp,
}

type ByPlace<T> = BTreeMap<(Topic, Partition), T>;

/// The chains of this process's partitions. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Marks {
    begun_at: Arc<ByPlace<Timestamp>>,
    written: Arc<Mutex<ByPlace<Place>>>,
}

impl Marks {
    /// As they lie in the watermarks that reading begins at.
    pub fn of(positions: &Positions) -> Self {
        let begun = || {
            positions
                .iter()
                .filter_map(|(at, position)| Some((*at, position, position.chain?)))
        };
        let place = |(at, position, begun): (_, &crate::start::Position, Begun)| {
            let place = Place {
                next_offset: position.offset.0,
                epoch: position.epoch,
                chain: begun.chain,
            };
            (at, place)
        };
        Self {
            begun_at: Arc::new(begun().map(|(at, _, begun)| (at, begun.at)).collect()),
            written: Arc::new(Mutex::new(begun().map(place).collect())),
        }
    }

    /// What goes into a watermark.
    pub fn mark(&self, topic: Topic, partition: Partition, chain: &Chain) -> ChainMark {
        ChainMark {
            hash: chain.hash.to_string(),
            since: chain.since,
            records: chain.records,
            last: chain.last.map(|last| (last.offset, last.n)),
            begun_at: self.begun_at(topic, partition),
        }
    }

    /// A watermark was written.
    pub fn written(&self, topic: Topic, partition: Partition, place: Option<Place>) {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        written.extend(place.map(|place| ((topic, partition), place)));
    }

    /// Where a partition's chains stand; none where this process has it not.
    pub fn standing(&self, partition: Partition) -> Option<Standing> {
        let written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let place = |topic| written.get(&(topic, partition)).copied();
        let begun_at = |topic| self.begun_at(topic, partition);
        Some(Standing {
            events: place(Topic::Events)?,
            facts: place(Topic::Facts)?,
            begun_at: begun_at(Topic::Events).max(begun_at(Topic::Facts)),
        })
    }

    fn begun_at(&self, topic: Topic, partition: Partition) -> Timestamp {
        let begun = self.begun_at.get(&(topic, partition));
        begun.copied().unwrap_or(Timestamp::MIN)
    }
}
