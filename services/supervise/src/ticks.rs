//! When an owner writes a tick into its partition.

use std::time::Duration;

use bytes::Bytes;
use mingjing_domain::Timestamp;
use mingjing_log::Record;
use mingjing_wire::cloudevents::encode_tick;

/// When the next tick is due.
#[derive(Clone, Debug)]
pub(crate) struct Schedule {
    /// How long without a tick, in real time.
    pub(crate) every: Duration,
    /// How long between two ticks at least, in real time: due instants may lie close together.
    pub(crate) gap: Duration,
    pub(crate) epoch: u64,
    /// The last tick written.
    pub(crate) written: Option<Timestamp>,
}

impl Schedule {
    /// When a tick should be written, by the owner's clock, of which `speed` seconds pass in one of ours, as the earliest due
    /// instant of the partition is `next_due`.
    pub(crate) fn due_at(&self, next_due: Option<Timestamp>, speed: f64) -> Timestamp {
        let Some(written) = self.written else {
            return Timestamp::MIN;
        };
        let in_clock_ms = |real: Duration| (real.as_millis() as f64 * speed).round() as i64;
        let regular = written.plus_millis(in_clock_ms(self.every));
        let gap_ms = in_clock_ms(self.gap).max(1);
        // What was due by the last tick fires when that tick is read: the log may be behind.
        match next_due.filter(|due| *due > written) {
            Some(due) => regular.min(due.max(written.plus_millis(gap_ms))),
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
            every: Duration::from_secs(1),
            gap: Duration::from_millis(100),
            epoch: 1,
            written: None,
        };
        assert_eq!(schedule.due_at(None, 1.0), Timestamp::MIN);
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
            assert_eq!(schedule.due_at(next_due, 1.0), at(wanted), "{next_due:?}");
        }
        // The clock hurries: a real second is a minute of it.
        assert_eq!(schedule.due_at(None, 60.0), at(65_000));
        assert_eq!(schedule.due_at(Some(at(5001)), 60.0), at(11_000));
    }
}
