//! A partition's clock as its log tells it: the greatest tick read. Kept beside each event and control record, so that what was
//! known at an instant can be asked later.

use mingjing_domain::Timestamp;
use mingjing_log::{Log, Offset, Partition, Topic};
use mingjing_wire::LogRecord;

/// How far back one look goes. An owner ticks at least every second, so the first look nearly always finds one.
const LOOK_BACK: u64 = 4_000;
const LOOK_BYTES: usize = 8 << 20;

/// The greatest tick so far. One of an older epoch is void, as in judging.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogClock {
    at: Option<Timestamp>,
    epoch: u64,
}

impl LogClock {
    /// What it says; none before the first tick.
    pub fn at(&self) -> Option<Timestamp> {
        self.at
    }

    /// Takes a tick.
    pub fn tick(&mut self, at: Timestamp, epoch: u64) {
        if epoch >= self.epoch {
            self.epoch = epoch;
            self.at = self.at.max(Some(at));
        }
    }

    /// The clock as it stood before an offset: found by looking back, so that reading again finds the same.
    pub async fn before(
        log: &dyn Log,
        partition: Partition,
        offset: Offset,
    ) -> mingjing_log::Result<Self> {
        let start = log.bounds(Topic::Events, partition).await?.start;
        let mut end = offset;
        while end > start {
            let from = Offset(end.0.saturating_sub(LOOK_BACK)).max(start);
            let clock = between(log, partition, from, end).await?;
            if clock.at.is_some() {
                return Ok(clock);
            }
            end = from;
        }
        Ok(Self::default())
    }
}

async fn between(
    log: &dyn Log,
    partition: Partition,
    from: Offset,
    end: Offset,
) -> mingjing_log::Result<LogClock> {
    let (mut clock, mut at) = (LogClock::default(), from);
    while at < end {
        let most = (end.0 - at.0) as usize;
        let batch = log
            .read(Topic::Events, partition, at, most, LOOK_BYTES, None)
            .await?;
        let Some(last) = batch.records.last() else {
            break;
        };
        at = last.offset.next();
        for record in batch.records.iter().filter(|r| r.offset < end) {
            if let Ok(LogRecord::Tick { at, epoch }) =
                LogRecord::parse(&record.value, Timestamp::MIN)
            {
                clock.tick(at, epoch);
            }
        }
    }
    Ok(clock)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_never_goes_back_and_believes_no_older_epoch() {
        let mut clock = LogClock::default();
        let at = |s: i64| Timestamp::from_millis(s * 1000);
        clock.tick(at(10), 2);
        clock.tick(at(5), 2);
        clock.tick(at(99), 1);
        assert_eq!(clock.at(), Some(at(10)));
        clock.tick(at(11), 3);
        assert_eq!(clock.at(), Some(at(11)));
    }
}
