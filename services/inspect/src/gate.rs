//! Whether the archive holds everything that the log held: before that nothing is inspected.

use mingjing_domain::ids::Partition;
use mingjing_log::{Log, Topic};
use mingjing_store::Store;

use crate::error::Error;

/// Where the log ended, by partition, at some instant.
pub(crate) struct Ends(Vec<(u16, u64)>);

impl Ends {
    /// Where it ends now.
    pub(crate) async fn now(log: &dyn Log) -> Result<Self, Error> {
        let mut ends = Vec::new();
        for partition in 0..log.partitions() {
            let bounds = log.bounds(Topic::Events, Partition(partition)).await;
            let bounds = bounds.map_err(|source| Error::Log {
                attempted: "asking where the log ends",
                source,
            })?;
            ends.push((partition, bounds.end.0));
        }
        Ok(Self(ends))
    }

    /// The partitions whose records before these ends, or what follows from them, are not archived yet.
    pub(crate) async fn missing(&self, log: &dyn Log, store: &Store) -> Result<Vec<u16>, Error> {
        let log_id = log.id().to_string();
        let archived = store.watermarks().await?;
        let behind = |partition: u16, end: u64| {
            let mark = archived.iter().find(|mark| {
                mark.log_id == log_id
                    && mark.topic == Topic::Events.name()
                    && mark.partition == partition
            });
            end > 0 && mark.is_none_or(|mark| mark.next_offset < end)
        };
        let mut missing: Vec<u16> = self
            .0
            .iter()
            .filter(|(partition, end)| behind(*partition, *end))
            .map(|(partition, _)| *partition)
            .collect();
        if missing.is_empty() {
            missing = store.conclusions_behind(&log_id, &self.0).await?;
        }
        Ok(missing)
    }
}
