//! When an owner writes a tick into its partition.

use bytes::Bytes;
use mingjing_domain::Timestamp;
use mingjing_log::Record;
use mingjing_wire::cloudevents::encode_tick;

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
