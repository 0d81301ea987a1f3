//! Whether the partitions' owners are alive, seen by someone who is none: an owner writes a tick into `mj.log` at least every
//! second, so a partition without a new one stands still, whoever owns it, and also if nobody does.
//!
//! What counts is when a tick comes, not the time it carries: that is the platform's, which in a demonstration hurries or waits.
//! While the platform's clock stands no tick is owed, and that time does not count. The archive's own readers cannot be
//! asked, because they wait while ClickHouse is away.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures::future::join_all;
use mingjing_domain::Timestamp;
use mingjing_log::{Log, Offset, Partition, Standstill, Topic, Turn};
use mingjing_wire::LogRecord;
use tokio::sync::watch;

use crate::{Config, Error, Metrics, PlatformClock, stopped};

/// How often the age of the newest tick is told.
const TELL_EVERY: Duration = Duration::from_millis(500);
/// How long to wait before a log that cannot be read is tried again.
const AGAIN: Duration = Duration::from_secs(1);

/// Follows the ticks of these partitions until stopped.
pub async fn watch_ticks(
    log: Arc<dyn Log>,
    metrics: Arc<Metrics>,
    config: Config,
    clock: PlatformClock,
    partitions: Vec<Partition>,
    mut stop: watch::Receiver<bool>,
) -> Result<(), Error> {
    let followers = partitions.iter().map(|&partition| {
        let follower = Follower {
            log: &*log,
            metrics: &metrics,
            clock: &clock,
            partition,
            stall_after: config.stall_after,
        };
        follower.run()
    });
    tokio::select! {
        biased;
        () = stopped(&mut stop) => Ok(()),
        _ = join_all(followers) => Ok(()),
    }
}

struct Follower<'a> {
    log: &'a dyn Log,
    metrics: &'a Metrics,
    clock: &'a PlatformClock,
    partition: Partition,
    stall_after: Duration,
}

impl Follower<'_> {
    async fn run(self) {
        let ticks = AtomicU64::new(0);
        tokio::join!(self.read(&ticks), self.tell(&ticks));
    }

    /// Counts the ticks that come until they are told of, from the end of the log on.
    async fn read(&self, ticks: &AtomicU64) {
        let mut from = None;
        let mut newest = 0;
        loop {
            match self.read_on(from, &mut newest).await {
                Ok((next, came)) => {
                    from = Some(next);
                    ticks.fetch_add(came, Ordering::Relaxed);
                }
                Err(error) => {
                    tracing::debug!(partition = %self.partition, %error, "ticks cannot be read, trying again");
                    // What lies further back says nothing of now.
                    from = None;
                    tokio::time::sleep(AGAIN).await;
                }
            }
        }
    }

    async fn read_on(
        &self,
        from: Option<Offset>,
        newest: &mut u64,
    ) -> Result<(Offset, u64), mingjing_log::Error> {
        const RECORDS: usize = 4_000;
        const BYTES: usize = 1 << 20;
        let from = match from {
            Some(from) => from,
            None => self.log.bounds(Topic::Events, self.partition).await?.end,
        };
        let wait = Some(Duration::from_secs(10));
        let read = self
            .log
            .read(Topic::Events, self.partition, from, RECORDS, BYTES, wait);
        let records = read.await?.records;
        let next = records.last().map_or(from, |last| last.offset.next());
        let mut came = 0;
        // Departments' events have keys.
        for record in records.iter().filter(|record| record.key.is_empty()) {
            if let Ok(LogRecord::Tick { epoch, .. }) =
                LogRecord::parse(&record.value, Timestamp::MIN)
                && epoch >= *newest
            {
                // One of an owner that does not know yet that it is none any more is no sign of life.
                *newest = epoch;
                came += 1;
            }
        }
        Ok((next, came))
    }

    async fn tell(&self, ticks: &AtomicU64) {
        let mut standing = Standstill::new(self.stall_after, Instant::now());
        let mut at = (self.clock)();
        loop {
            tokio::time::sleep(TELL_EVERY).await;
            let came = ticks.swap(0, Ordering::Relaxed) > 0;
            let now = (self.clock)();
            let passes = now > std::mem::replace(&mut at, now);
            let turn = standing.look(Instant::now(), came, passes);
            self.metrics.ticked(
                self.partition,
                standing.still(),
                standing.stands().is_some(),
            );
            match turn {
                Some(Turn::Stopped) => tracing::warn!(
                    partition = self.partition.0,
                    "a partition stands still: its owner writes no tick, or it has none"
                ),
                Some(Turn::Moved(still)) => tracing::info!(
                    partition = self.partition.0,
                    seconds = still.as_secs(),
                    "ticks come again for a partition that stood still"
                ),
                None => {}
            }
        }
    }
}
