//! Looks at the partitions from beside their tasks, which cannot tell that they hang: does each move, how far is it behind, how
//! long has its oldest deadline been due.
//!
//! A partition moves when it takes records. Its owner's ticks are records too and come at least every second, so one that takes
//! none for longer stands still, whatever the cause: its task hangs, its reads get nothing, its appends are not answered, it waits
//! for definitions, it has stopped. While the owner's clock stands and no record waits, there is nothing to take. A partition
//! that is restored tells how far that is; the time for it does not count here.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::join_all;
use mingjing_domain::Timestamp;
use mingjing_log::{Behind, Offset, Partition, Standstill, Topic, Turn};
use tokio::task::JoinSet;

use crate::status::{PartitionStatus, State, Status};
use crate::{Config, Metrics, Ports};

/// How often it is looked whether partitions move.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How often unmet deadlines are sampled.
const SAMPLE_EVERY: u32 = 2;
/// How often the log is asked where it ends.
const LAG_EVERY: Duration = Duration::from_secs(2);

/// Watches until it is dropped.
pub(crate) fn begin(
    ports: &Ports,
    config: &Config,
    metrics: &Arc<Metrics>,
    status: &Status,
) -> JoinSet<()> {
    let watch = Watch {
        ports: ports.clone(),
        stall_after: config.stall_after,
        metrics: Arc::clone(metrics),
        status: status.clone(),
    };
    let mut tasks = JoinSet::new();
    tasks.spawn(watch.clone().movement());
    // Apart, because a log that does not answer must not hold up the other.
    tasks.spawn(watch.lag());
    tasks
}

#[derive(Clone)]
struct Watch {
    ports: Ports,
    stall_after: Duration,
    metrics: Arc<Metrics>,
    status: Status,
}

/// A partition as it was when last looked at.
struct Seen {
    standing: Standstill,
    next: Option<Offset>,
    clock: Timestamp,
}

impl Watch {
    async fn movement(self) {
        let mut seen: BTreeMap<Partition, Seen> = BTreeMap::new();
        let mut every = tokio::time::interval(LOOK_EVERY);
        every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        for round in 0_u32.. {
            every.tick().await;
            let all = self.status.all();
            let gone: Vec<Partition> = seen
                .keys()
                .filter(|known| !all.iter().any(|(partition, _)| partition == *known))
                .copied()
                .collect();
            for partition in gone {
                seen.remove(&partition);
                self.metrics.forget(partition);
            }
            let owned = all.iter().filter(|(_, s)| s.epoch.is_some()).count();
            self.metrics.owns(self.ports.log.partitions(), owned);
            for (partition, status) in all {
                let now = Instant::now();
                let seen = seen.entry(partition).or_insert_with(|| Seen {
                    standing: Standstill::new(self.stall_after, now),
                    next: None,
                    clock: Timestamp::MIN,
                });
                self.look(partition, &status, seen, now);
                if round.is_multiple_of(SAMPLE_EVERY) {
                    self.metrics
                        .unfired(partition, status.next_due, &*self.ports.clock);
                }
            }
        }
    }

    fn look(&self, partition: Partition, status: &PartitionStatus, seen: &mut Seen, now: Instant) {
        let clock = self.ports.clock.now();
        let passes = clock > std::mem::replace(&mut seen.clock, clock);
        let (moved, should) = match &status.state {
            State::Running { offset, lag, .. } => {
                let moved = seen.next.replace(*offset) != Some(*offset);
                (moved, passes || *lag > 0)
            }
            State::Recovering { .. } => (false, false),
            State::Waiting { .. } | State::Stopped { .. } => (false, true),
        };
        match seen.standing.look(now, moved, should) {
            Some(Turn::Stopped) => tracing::warn!(
                partition = partition.0,
                next = seen.next.map(|next| next.0),
                state = status.state.name(),
                "a partition stands still: it takes no record"
            ),
            Some(Turn::Moved(still)) => tracing::info!(
                partition = partition.0,
                seconds = still.as_secs(),
                "a partition moves again that stood still"
            ),
            None => {}
        }
        let still = seen.standing.stands();
        if still != status.still {
            self.status.still(partition, still);
        }
        self.metrics
            .looks(partition, &status.state, status.epoch, still.is_some());
    }

    /// The log is asked and not the task, which may hang.
    async fn lag(self) {
        let mut behind: BTreeMap<Partition, Behind> = BTreeMap::new();
        loop {
            let partitions: Vec<Partition> =
                self.status.all().into_iter().map(|(p, _)| p).collect();
            behind.retain(|partition, _| partitions.contains(partition));
            let asked = partitions.iter().map(|partition| {
                let log = &self.ports.log;
                async move { (*partition, log.bounds(Topic::Events, *partition).await) }
            });
            for (partition, bounds) in join_all(asked).await {
                // A log that does not answer is the task's matter to report; the lag stays as it was.
                let Ok(bounds) = bounds else { continue };
                let state = self.status.get(partition).map(|status| status.state);
                let Some(State::Running { offset, .. }) = state else {
                    continue;
                };
                let behind = behind.entry(partition).or_default();
                let oldest = behind.look(Instant::now(), offset, bounds.end);
                let records = bounds.end.0.saturating_sub(offset.0);
                self.metrics.lags(partition, records, oldest);
            }
            tokio::time::sleep(LAG_EVERY).await;
        }
    }
}
