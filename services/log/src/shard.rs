//! One partition of one topic, as the adapters name it among themselves.

use std::fmt;

use mingjing_domain::ids::Partition;

use crate::{Bounds, Error, Offset, Result, Topic};

/// One partition of one topic of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Shard {
    pub(crate) topic: Topic,
    pub(crate) partition: Partition,
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.topic, self.partition)
    }
}

impl Shard {
    /// The shard of a topic and partition of a log with this number of partitions.
    pub(crate) fn of(topic: Topic, partition: Partition, partitions: u16) -> Result<Shard> {
        if partition.0 < partitions {
            return Ok(Shard { topic, partition });
        }
        Err(Error::UnknownPartition {
            topic,
            partition,
            partitions,
        })
    }

    /// Refuses an offset to read from that is not there.
    pub(crate) fn check(self, bounds: Bounds, offset: Offset) -> Result<()> {
        let Shard { topic, partition } = self;
        if offset > bounds.end {
            return Err(Error::OffsetBeyondEnd {
                topic,
                partition,
                offset,
                end: bounds.end,
            });
        }
        if offset < bounds.start {
            let start = bounds.start;
            return Err(Error::OffsetTrimmed {
                topic,
                partition,
                offset,
                start,
            });
        }
        Ok(())
    }
}
