//! How far the facts of each partition were looked at: durable, and written after what they led to.

use bytes::Bytes;
use mingjing_log::{Bounds, Log, LogId, MAX_APPEND_RECORDS, Offset, Partition};
use serde::{Deserialize, Serialize};

use crate::desk::Desk;
use crate::{Error, Metrics};

const TABLE: &str = "notify_positions";

/// So many facts are read back to find out whose facts count at a place where nobody has been before: an owner that has lost its partition
/// has at most one append behind its successor's fence.
const READ_BACK: u64 = 2 * MAX_APPEND_RECORDS as u64;

/// A position as it lies in the table.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    log: LogId,
    next: u64,
    epoch: u64,
}

/// Where reading begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Start {
    /// The first fact to be read.
    pub(crate) read_from: Offset,
    /// The first fact that anybody is told of.
    pub(crate) tell_from: Offset,
    /// The epoch of the owner whose facts count at `read_from`; 0 where that is found out by reading.
    pub(crate) epoch: u64,
}

fn key(partition: Partition) -> Bytes {
    partition.to_string().into()
}

/// Where a partition is begun with: where it was left, or at the end where nobody has notified before: the past notifies nobody. That is
/// written down at once, so that nothing after it is missed.
pub(crate) async fn begin(
    log: &dyn Log,
    desk: &Desk,
    metrics: &Metrics,
    partition: Partition,
    bounds: Bounds,
) -> Result<Start, Error> {
    let entries = desk.scan(TABLE).await?;
    let found = entries.iter().find(|(k, _)| *k == key(partition));
    let Some((_, value)) = found else {
        keep(log, desk, partition, bounds.end, 0).await?;
        let back = Offset(bounds.end.0.saturating_sub(READ_BACK)).max(bounds.start);
        return Ok(Start {
            read_from: back,
            tell_from: bounds.end,
            epoch: 0,
        });
    };
    let kept: Kept =
        serde_json::from_slice(value).map_err(|source| Error::Position { partition, source })?;
    log.check_id(kept.log)
        .map_err(|source| Error::Log { partition, source })?;
    start(kept, partition, bounds, metrics)
}

fn start(
    kept: Kept,
    partition: Partition,
    bounds: Bounds,
    metrics: &Metrics,
) -> Result<Start, Error> {
    let next = Offset(kept.next);
    if next > bounds.end {
        return Err(Error::Lost {
            partition,
            position: next,
            end: bounds.end,
        });
    }
    if next < bounds.start {
        // Whoever was away for longer than the log is kept has missed what the console still shows.
        let missed = bounds.start.0 - next.0;
        tracing::warn!(%partition, missed, "facts were trimmed before anybody was told of them");
        metrics.passed_over("trimmed", missed);
        return Ok(Start {
            read_from: bounds.start,
            tell_from: bounds.start,
            epoch: kept.epoch,
        });
    }
    Ok(Start {
        read_from: next,
        tell_from: next,
        epoch: kept.epoch,
    })
}

/// Writes a position down.
pub(crate) async fn keep(
    log: &dyn Log,
    desk: &Desk,
    partition: Partition,
    next: Offset,
    epoch: u64,
) -> Result<(), Error> {
    let kept = Kept {
        log: log.id(),
        next: next.0,
        epoch,
    };
    let value = serde_json::to_vec(&kept).expect("a position has only text keys");
    desk.write(TABLE, key(partition), Some(value.into())).await
}

#[cfg(test)]
mod tests {
    use prometheus::Registry;

    use super::*;

    fn at(next: u64, start_: u64, end: u64) -> Result<Start, Error> {
        let kept = Kept {
            log: LogId(1),
            next,
            epoch: 4,
        };
        let bounds = Bounds {
            start: Offset(start_),
            end: Offset(end),
        };
        let metrics = Metrics::new(&Registry::new()).unwrap();
        start(kept, Partition(0), bounds, &metrics)
    }

    #[test]
    fn reading_goes_on_where_it_was_left_and_never_before_what_is_there() {
        let begun = at(7, 0, 9).unwrap();
        assert_eq!(
            (begun.read_from, begun.tell_from, begun.epoch),
            (Offset(7), Offset(7), 4)
        );
        assert_eq!(at(7, 8, 9).unwrap().read_from, Offset(8));
        assert!(matches!(at(10, 0, 9), Err(Error::Lost { .. })));
    }
}
