//! The archive of this process's share of the partitions: begun anew whenever the share changes, which costs nothing but some
//! rows written again.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use mingjing_archive::{Config, Heads, Metrics, PlatformClock};
use mingjing_log::{Log, Membership, Partition};
use mingjing_store::Store;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What an archive works with.
#[derive(Clone)]
pub struct Parts {
    pub log: Arc<dyn Log>,
    pub store: Store,
    pub metrics: Arc<Metrics>,
    pub clock: PlatformClock,
    pub heads: Heads,
    pub stall_after: Duration,
}

/// How many partitions this process archives; none: that is not settled yet, or not at the moment.
pub type ShareSize = watch::Sender<Option<usize>>;

/// Archives what `membership` gives until `stop` turns true, or until the archive ends with an error.
pub async fn run(
    parts: Parts,
    share_size: ShareSize,
    mut membership: Box<dyn Membership>,
    stop: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let mut stopping = stop;
    let mut share: Option<Share> = None;
    let mut may_change = true;
    loop {
        tokio::select! {
            biased;
            () = stopped(&mut stopping) => return end(share.take()).await,
            ended = ended(&mut share) => return ended,
            changed = membership.changed(), if may_change => match changed.context("the group of archives cannot be reached")? {
                None => may_change = false,
                Some(assignment) => {
                    end(share.take()).await?;
                    let partitions: Vec<Partition> = assignment.partitions.iter().copied().collect();
                    share_size.send_replace(assignment.settled.then_some(partitions.len()));
                    assignment.drained();
                    if !partitions.is_empty() {
                        share = Some(Share::begin(&parts, partitions));
                    }
                }
            },
        }
    }
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

struct Share {
    stop: watch::Sender<bool>,
    work: JoinHandle<Result<(), mingjing_archive::Error>>,
}

impl Share {
    fn begin(parts: &Parts, partitions: Vec<Partition>) -> Self {
        let (stop, stopping) = watch::channel(false);
        let config = Config {
            partitions: Some(partitions),
            stall_after: parts.stall_after,
            ..Config::default()
        };
        let work = mingjing_archive::run(
            parts.log.clone(),
            parts.store.clone(),
            config,
            parts.metrics.clone(),
            parts.clock.clone(),
            Some(parts.heads.clone()),
            stopping,
        );
        Self {
            stop,
            work: tokio::spawn(work),
        }
    }
}

/// Waits for the archive to end by itself; for ever while there is none.
async fn ended(share: &mut Option<Share>) -> anyhow::Result<()> {
    match share {
        Some(share) => Ok((&mut share.work).await.context("the archive panicked")??),
        None => std::future::pending().await,
    }
}

async fn end(share: Option<Share>) -> anyhow::Result<()> {
    let Some(share) = share else { return Ok(()) };
    let _ = share.stop.send(true);
    Ok(share.work.await.context("the archive panicked")??)
}
