//! The work of the one process that notifies: follows, plans, writes down, and lets its channels deliver.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use futures::stream::BoxStream;
use mingjing_domain::Timestamp;
use mingjing_log::{Bounds, Change as TableChange, Lagged, Offset, Partition, Topic};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::announce::Announcer;
use crate::appeals::Appeals;
use crate::deliver::Deliverer;
use crate::desk::{Desk, OUTBOX};
use crate::follow::{Change, Chunk, Follower, measure};
use crate::plan::{DigestKey, Notice, Planner};
use crate::site::Known;
use crate::{Error, Parts, channel, failpoint, position};

/// How often is looked whether a digest or an appeal is due.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How often positions are written that only passed over what concerns nobody, and dead letters are counted.
const IDLE_POSITION: Duration = Duration::from_secs(30);
/// How long to wait before the site or the log is asked again.
const AGAIN: Duration = Duration::from_secs(1);

/// Work that is under way. Ends when it is dropped.
pub(crate) struct Work(JoinSet<Result<(), Error>>);

impl Work {
    pub(crate) fn begin(parts: Parts) -> Self {
        let mut tasks = JoinSet::new();
        tasks.spawn(notify(parts));
        Self(tasks)
    }
}

/// Waits for the work to end by itself; for ever while there is none.
pub(crate) async fn ended(work: &mut Option<Work>) -> Result<(), Error> {
    let ended = match work {
        Some(work) => work.0.join_next().await,
        None => std::future::pending().await,
    };
    match ended {
        Some(ended) => ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic())),
        None => Ok(()),
    }
}

async fn notify(parts: Parts) -> Result<(), Error> {
    // Watched before it is read: what is sent again in between is seen.
    let replayed = watched(&parts)?;
    let (desk, digests) = Desk::restored(
        Arc::clone(&parts.table),
        Arc::clone(&parts.config),
        Arc::clone(&parts.metrics),
        Arc::clone(&parts.clock),
    )
    .await?;
    let mut tasks = JoinSet::new();
    for channel in parts.config.channels.values() {
        let sender = channel::sender(channel).map_err(|source| Error::Channel {
            channel: channel.id.clone(),
            source,
        })?;
        let deliverer = Deliverer {
            desk: Arc::clone(&desk),
            channel: channel.clone(),
            sender,
            metrics: Arc::clone(&parts.metrics),
            clock: Arc::clone(&parts.clock),
        };
        tasks.spawn(deliverer.run());
    }
    // One chunk waits at most: whoever follows waits with it.
    let (chunks, inbox) = mpsc::channel(1);
    let mut reached = BTreeMap::new();
    for partition in (0..parts.log.partitions()).map(Partition) {
        let bounds = bounds(&parts, partition).await?;
        let start = position::begin(&*parts.log, &desk, &parts.metrics, partition, bounds).await?;
        let (at, watched) = watch::channel(start.tell_from);
        reached.insert(partition, at);
        let follower = Follower {
            log: Arc::clone(&parts.log),
            partition,
            metrics: Arc::clone(&parts.metrics),
            chunks: chunks.clone(),
        };
        tasks.spawn(follower.run(start));
        let (log, metrics) = (Arc::clone(&parts.log), Arc::clone(&parts.metrics));
        tasks.spawn(async move {
            measure(log, metrics, partition, watched).await;
            Ok(())
        });
    }
    drop(chunks);
    let mut announcer = Announcer::new(parts.clone(), Arc::clone(&desk));
    // What was published before anybody announced is looked at before anything is said to work.
    announcer.look().await?;
    tasks.spawn(announcer.run());
    let clerk = Clerk {
        planner: Planner::new(Arc::clone(&parts.config), digests),
        appeals: Appeals::restored(&desk, &parts.metrics).await?,
        metrics_reached: reached,
        unwritten: BTreeMap::new(),
        desk,
        parts: parts.clone(),
    };
    tasks.spawn(clerk.run(inbox, replayed));
    parts.metrics.working.set(1);
    tracing::info!(
        routes = parts.config.routes.len(),
        channels = parts.config.channels.len(),
        "notifying"
    );
    // None of them ends but by an error, which ends the others.
    match tasks.join_next().await {
        Some(ended) => ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic())),
        None => Ok(()),
    }
}

type Replayed = BoxStream<'static, Result<TableChange, Lagged>>;

fn watched(parts: &Parts) -> Result<Replayed, Error> {
    parts.table.watch(OUTBOX).map_err(|source| Error::Table {
        attempted: "watching the outbox",
        source,
    })
}

async fn bounds(parts: &Parts, partition: Partition) -> Result<Bounds, Error> {
    loop {
        match parts.log.bounds(Topic::Facts, partition).await {
            Ok(bounds) => return Ok(bounds),
            Err(error @ mingjing_log::Error::Storage { .. }) => {
                tracing::warn!(%partition, %error, "the log does not answer, trying again");
                tokio::time::sleep(AGAIN).await;
            }
            Err(source) => return Err(Error::Log { partition, source }),
        }
    }
}

/// Plans what comes, and writes it down.
struct Clerk {
    parts: Parts,
    desk: Arc<Desk>,
    planner: Planner,
    appeals: Appeals,
    /// How far each partition was looked at, for those who measure.
    metrics_reached: BTreeMap<Partition, watch::Sender<Offset>>,
    /// Positions that only passed over what concerns nobody.
    unwritten: BTreeMap<Partition, (Offset, u64)>,
}

impl Clerk {
    async fn run(
        mut self,
        mut inbox: mpsc::Receiver<Chunk>,
        mut replayed: Replayed,
    ) -> Result<(), Error> {
        let mut look = tokio::time::interval(LOOK_EVERY);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut idle = tokio::time::interval(IDLE_POSITION);
        idle.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                chunk = inbox.recv() => match chunk {
                    Some(chunk) => self.take(chunk).await?,
                    None => return Ok(()),
                },
                change = replayed.next() => self.replayed(change).await?,
                _ = look.tick() => {
                    self.close_digests().await?;
                    self.remind_of_appeals().await?;
                    self.desk.measure();
                }
                _ = idle.tick() => {
                    for (partition, (next, epoch)) in std::mem::take(&mut self.unwritten) {
                        position::keep(&*self.parts.log, &self.desk, partition, next, epoch).await?;
                    }
                    self.desk.count_dead().await?;
                }
            }
        }
    }

    async fn take(&mut self, chunk: Chunk) -> Result<(), Error> {
        let Chunk {
            partition,
            next,
            epoch,
            changes,
        } = chunk;
        if changes.is_empty() {
            self.unwritten.insert(partition, (next, epoch));
        } else {
            let known = self.known().await;
            self.plan(partition, &changes, &known).await?;
            self.appeals
                .take(partition, &changes, &known, &self.desk)
                .await?;
            failpoint::reached("outbox");
            self.unwritten.remove(&partition);
            position::keep(&*self.parts.log, &self.desk, partition, next, epoch).await?;
        }
        if let Some(reached) = self.metrics_reached.get(&partition) {
            reached.send_replace(next);
        }
        Ok(())
    }

    async fn plan(
        &mut self,
        partition: Partition,
        changes: &[Change],
        known: &Known,
    ) -> Result<(), Error> {
        let now = (self.parts.clock)();
        let (mut deliveries, mut digested) = (Vec::new(), BTreeSet::<DigestKey>::new());
        let metrics = &self.parts.metrics;
        for change in changes {
            if let Some(reason) = self.passed_over(change, known, now) {
                metrics.passed_over(reason, 1);
                continue;
            }
            let notice = Notice {
                partition,
                offset: change.offset,
                kind: change.kind,
                revision: change.revision,
                alert: &change.alert,
            };
            let planned = self.planner.take(&notice, known, now);
            if planned.deliveries.is_empty() && planned.digested.is_empty() {
                metrics.passed_over("no_route", 1);
            }
            for (route, why) in &planned.digested {
                metrics.digested(route, why.code());
            }
            deliveries.extend(planned.deliveries);
            digested.extend(planned.digested);
        }
        for key in &digested {
            if let Some(digest) = self.planner.digest(key) {
                self.desk.keep(key, digest).await?;
            }
        }
        self.desk.take(deliveries).await
    }

    fn passed_over(&self, change: &Change, known: &Known, now: Timestamp) -> Option<&'static str> {
        if known.declared.contains(&change.alert.source) {
            return Some("declared_source");
        }
        let oldest = now.plus_millis(-self.parts.config.age_max_ms);
        (change.at < oldest).then_some("too_old")
    }

    /// What is known of the site; asked until it answers.
    async fn known(&self) -> Arc<Known> {
        loop {
            match self.parts.site.known().await {
                Ok(known) => return known,
                Err(error) => {
                    tracing::warn!(%error, "the site's definitions cannot be read, trying again");
                    tokio::time::sleep(AGAIN).await;
                }
            }
        }
    }

    async fn close_digests(&mut self) -> Result<(), Error> {
        let now = (self.parts.clock)();
        if self.planner.due_at().is_none_or(|due_at| due_at > now) {
            return Ok(());
        }
        for (key, deliveries) in self.planner.close_due(now) {
            if deliveries.is_empty() {
                self.parts.metrics.passed_over("route_gone", 1);
            }
            self.desk.take(deliveries).await?;
            self.desk.forget(&key).await?;
        }
        Ok(())
    }

    async fn remind_of_appeals(&mut self) -> Result<(), Error> {
        let now = (self.parts.clock)();
        for (id, partition) in self.appeals.due(now) {
            let Some(read_to) = self.appeals.read_to(&id) else {
                let end = bounds(&self.parts, partition).await?.end;
                self.appeals.read_first(&id, end);
                continue;
            };
            let reached = self.metrics_reached.get(&partition);
            if reached.is_none_or(|reached| *reached.borrow() < read_to) {
                continue;
            }
            let known = self.known().await;
            let (config, shown) = (&self.parts.config, (&*self.desk, &*self.parts.metrics));
            self.appeals.tell(&id, config, &known, now, shown).await?;
        }
        Ok(())
    }

    async fn replayed(&mut self, change: Option<Result<TableChange, Lagged>>) -> Result<(), Error> {
        match change {
            Some(Ok(TableChange {
                key,
                value: Some(_),
            })) => self.desk.changed(&key).await,
            Some(Ok(_)) => Ok(()),
            Some(Err(lagged)) => {
                tracing::debug!(missed = lagged.missed, "the outbox is read anew");
                for (key, _) in self.desk.scan(OUTBOX).await? {
                    self.desk.changed(&key).await?;
                }
                Ok(())
            }
            None => Err(Error::Table {
                attempted: "watching the outbox",
                source: mingjing_log::Error::Stopped {
                    attempted: "watching the outbox".into(),
                    reason: "the table was closed".into(),
                },
            }),
        }
    }
}
