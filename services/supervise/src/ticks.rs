//! When an owner writes a tick into its partition, and under which epoch.

use bytes::Bytes;
use mingjing_domain::Timestamp;
use mingjing_log::{Partition, Record, Table};
use mingjing_wire::cloudevents::encode_tick;
use serde::{Deserialize, Serialize};

use crate::Error;

/// The table of owners: partition → its newest epoch.
pub(crate) const TABLE: &str = "owners";

#[derive(Serialize, Deserialize)]
struct Ownership {
    epoch: u64,
}

/// Begins a new epoch of a partition: ticks of earlier owners are void once one of this epoch was read.
pub(crate) async fn begin_epoch(table: &dyn Table, partition: Partition) -> Result<u64, Error> {
    let epoch = newest_epoch(table, partition).await? + 1;
    let value = serde_json::to_vec(&Ownership { epoch }).expect("a number");
    let put = table.put(TABLE, key(partition), Some(value.into())).await;
    put.map_err(|source| Error::Log {
        attempted: "beginning an epoch",
        source,
    })?;
    Ok(epoch)
}

/// The newest epoch that an owner of a partition began; 0 before the first.
pub(crate) async fn newest_epoch(table: &dyn Table, partition: Partition) -> Result<u64, Error> {
    let got = table.get(TABLE, &key(partition)).await;
    let value = got.map_err(|source| Error::Log {
        attempted: "reading the epoch",
        source,
    })?;
    let Some(value) = value else { return Ok(0) };
    let owner: Result<Ownership, _> = serde_json::from_slice(&value);
    let key = partition.to_string();
    Ok(owner
        .map_err(|source| Error::Table {
            table: TABLE,
            key,
            source,
        })?
        .epoch)
}

fn key(partition: Partition) -> Bytes {
    format!("{:04}", partition.0).into()
}

/// When the next tick is due. All in the time of the owner's clock.
#[derive(Clone, Debug)]
pub(crate) struct Schedule {
    /// How long without a tick, in milliseconds.
    pub(crate) every_ms: i64,
    /// How long between two ticks at least, in milliseconds: due instants may lie close together.
    pub(crate) gap_ms: i64,
    pub(crate) epoch: u64,
    /// The last tick written.
    pub(crate) written: Option<Timestamp>,
}

impl Schedule {
    /// When a tick should be written, as the earliest due instant of the partition is `next_due`.
    pub(crate) fn due_at(&self, next_due: Option<Timestamp>) -> Timestamp {
        let Some(written) = self.written else {
            return Timestamp::MIN;
        };
        let regular = written.plus_millis(self.every_ms);
        // What was due by the last tick fires when that tick is read: the log may be behind.
        match next_due.filter(|due| *due > written) {
            Some(due) => regular.min(due.max(written.plus_millis(self.gap_ms))),
            None => regular,
        }
    }

    /// The tick for `now`, which counts as written.
    pub(crate) fn tick(&mut self, now: Timestamp) -> Record {
        self.written = Some(now);
        Record {
            key: Bytes::new(),
            value: encode_tick(now, self.epoch).into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tick_is_due_every_second_and_when_something_falls_due_but_not_in_a_flood() {
        let at = Timestamp::from_millis;
        let mut schedule = Schedule {
            every_ms: 1000,
            gap_ms: 100,
            epoch: 1,
            written: None,
        };
        assert_eq!(schedule.due_at(None), Timestamp::MIN);
        schedule.tick(at(5000));
        let cases = [
            (None, 6000),
            (Some(at(9000)), 6000),
            (Some(at(5500)), 5500),
            (Some(at(5001)), 5100),
            (Some(at(5000)), 6000),
            (Some(at(10)), 6000),
        ];
        for (next_due, wanted) in cases {
            assert_eq!(schedule.due_at(next_due), at(wanted), "{next_due:?}");
        }
    }
}
