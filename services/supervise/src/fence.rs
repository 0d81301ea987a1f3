//! Who owns a partition: whoever wrote the last fence into its facts.
//!
//! An owner's appends follow each other without a gap, beginning at its fence. A gap means that someone else wrote: either an
//! earlier owner that does not know yet, whose facts count for nobody, or a later one, whose fence ends us.

use mingjing_domain::Timestamp;
use mingjing_log::{Log, Offset, Partition, Record, Topic};
use mingjing_wire::facts::{Fences, Read, encode_fence, epoch_of_fence};

use crate::{Config, Error};

/// Takes a partition: what earlier owners write from now on counts for nobody. Answers the epoch of the new owner.
pub(crate) async fn raise(
    log: &dyn Log,
    partition: Partition,
    now: Timestamp,
) -> Result<u64, Error> {
    let record = Record {
        key: bytes::Bytes::new(),
        value: encode_fence(now).into(),
    };
    let appended = log.append(Topic::Facts, partition, vec![record]).await;
    let offset = appended.map_err(|source| Error::Log {
        attempted: "taking a partition",
        source,
    })?;
    Ok(epoch_of_fence(offset.0))
}

/// Looks for a fence from `from` up to `until` (none: up to the end).
///
/// # Errors
/// [`Error::Superseded`] where there is one.
pub(crate) async fn none_within(
    log: &dyn Log,
    partition: Partition,
    own: u64,
    from: Offset,
    until: Option<Offset>,
    config: &Config,
) -> Result<(), Error> {
    let (mut next, mut fences) = (from, Fences::from_epoch(own));
    while until.is_none_or(|until| next < until) {
        let (records, bytes) = (config.batch_records, config.batch_bytes);
        let read = log.read(Topic::Facts, partition, next, records, bytes, None);
        let batch = read.await.map_err(|source| Error::Log {
            attempted: "looking for another owner",
            source,
        })?;
        if batch.records.is_empty() {
            return Ok(());
        }
        for record in batch.records {
            next = record.offset.next();
            // What cannot be read is no fence.
            if let Ok(Read::Fence) = fences.read(record.offset.0, &record.value) {
                return Err(Error::Superseded {
                    partition,
                    own,
                    newest: fences.epoch(),
                });
            }
        }
    }
    Ok(())
}
