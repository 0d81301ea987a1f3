//! Where to begin: the watermarks of this log, or a clear end.

use std::collections::BTreeMap;

use mingjing_log::{Log, Offset, Partition, Topic};
use mingjing_store::{Store, Watermark};
use tokio::sync::watch;

use crate::marks::Begun;
use crate::{Config, Error, Metrics, PlatformClock, now, stopped};

/// Where a partition of a topic is read from.
#[derive(Clone, Copy, Debug, Default)]
pub struct Position {
    /// The next record.
    pub offset: Offset,
    /// The epoch of the owner whose facts count there; 0 in other topics.
    pub epoch: u64,
    /// The hash chain there; none of `mj.rejects`.
    pub chain: Option<Begun>,
}

/// Where each partition of each topic is read from.
pub type Positions = BTreeMap<(Topic, Partition), Position>;

/// Waits for ClickHouse, brings its database up to date, and finds where to begin. None: stopped before that.
pub async fn positions(
    log: &dyn Log,
    store: &Store,
    config: &Config,
    metrics: &Metrics,
    clock: &PlatformClock,
    stop: &watch::Receiver<bool>,
) -> Result<Option<Positions>, Error> {
    let mut stop = stop.clone();
    let mut wait = config.backoff.first;
    let watermarks = loop {
        let error = tokio::select! {
            biased;
            () = stopped(&mut stop) => return Ok(None),
            read = migrated(store) => match read {
                Ok(watermarks) => break watermarks,
                Err(error) if error.passes() => error,
                Err(error) => return Err(Error::Database(error)),
            },
        };
        metrics.failed("waiting for ClickHouse", &error);
        tokio::select! {
            biased;
            () = stopped(&mut stop) => return Ok(None),
            () = tokio::time::sleep(wait) => {}
        }
        wait = wait.saturating_mul(2).min(config.backoff.most);
    };
    let watermarks = of_this_log(log, watermarks)?;
    let partitions = config.partitions(log);
    let mut positions = Positions::new();
    for topic in Topic::ALL {
        for &partition in &partitions {
            let written = watermarks
                .iter()
                .find(|w| w.topic == topic.name() && w.partition == partition.0);
            let offset = Offset(written.map_or(0, |w| w.next_offset));
            let from = Position {
                offset,
                epoch: written.map_or(0, |w| w.epoch),
                chain: match topic {
                    Topic::Events | Topic::Facts => {
                        let mark = written.and_then(|w| w.chain.as_ref());
                        Some(Begun::of(
                            log.id(),
                            topic,
                            partition,
                            offset,
                            mark,
                            clock(),
                        )?)
                    }
                    Topic::Rejects => None,
                },
            };
            loop {
                let error = match check(log, topic, partition, from.offset).await {
                    Ok(()) => break,
                    // As when records are read: it is asked again until it answers.
                    Err(
                        error @ Error::Log {
                            source: mingjing_log::Error::Storage { .. },
                            ..
                        },
                    ) => error,
                    Err(error) => return Err(error),
                };
                metrics.failed("asking what the log holds", &error);
                tokio::select! {
                    biased;
                    () = stopped(&mut stop) => return Ok(None),
                    () = tokio::time::sleep(config.backoff.most) => {}
                }
            }
            positions.insert((topic, partition), from);
        }
    }
    Ok(Some(positions))
}

async fn migrated(store: &Store) -> Result<Vec<Watermark>, mingjing_store::Error> {
    for applied in store.migrate(now()).await? {
        tracing::info!(migration = applied.name, "applied");
    }
    store.watermarks().await
}

fn of_this_log(log: &dyn Log, watermarks: Vec<Watermark>) -> Result<Vec<Watermark>, Error> {
    let id = log.id().to_string();
    let mut others: Vec<String> = watermarks
        .iter()
        .filter(|w| w.log_id != id)
        .map(|w| w.log_id.clone())
        .collect();
    others.dedup();
    let ours: Vec<Watermark> = watermarks.into_iter().filter(|w| w.log_id == id).collect();
    if ours.is_empty() && !others.is_empty() {
        return Err(Error::UnknownLog {
            remembered: others,
            found: log.id(),
        });
    }
    Ok(ours)
}

async fn check(
    log: &dyn Log,
    topic: Topic,
    partition: Partition,
    watermark: Offset,
) -> Result<(), Error> {
    let bounds = log
        .bounds(topic, partition)
        .await
        .map_err(|source| Error::Log {
            topic,
            partition,
            source,
        })?;
    if watermark > bounds.end {
        return Err(Error::LogEndsBeforeWatermark {
            topic,
            partition,
            watermark,
            end: bounds.end,
        });
    }
    if watermark < bounds.start {
        return Err(Error::LogBeginsAfterWatermark {
            topic,
            partition,
            watermark,
            start: bounds.start,
        });
    }
    Ok(())
}
