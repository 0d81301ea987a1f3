//! The task that owns one partition: read, judge, publish, and only then read on; beside it ticks, snapshots, definitions.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use mingjing_domain::Timestamp;
use mingjing_engine::{ENGINE_VERSION, Rules};
use mingjing_log::{Batch, Offset, Partition, StoredRecord, Topic};
use mingjing_wire::facts::FactRecord;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::definitions::{RulesCache, activate, wanted_definitions};
use crate::failpoint::Failpoint;
use crate::fence;
use crate::judge::{Judge, Owner};
use crate::metrics::{Holdings, Metrics};
use crate::publish::{Piece, encode};
use crate::recover::Recovered;
use crate::shelf::Shelf;
use crate::snapshot::{self, Header};
use crate::status::{State, Status};
use crate::ticks::Schedule;
use crate::{Config, Error, Ports, chain, stopped};

/// How long one read waits at the end. Only bounds how long a lost wake-up could go unnoticed.
const READ_WAIT: Duration = Duration::from_secs(10);

/// How long the last snapshot may hold up who comes next; half of what a group waits for.
const LEAVE_MAX: Duration = Duration::from_secs(30);

/// What a partition's task works with.
#[derive(Clone)]
pub(crate) struct Task {
    pub(crate) partition: Partition,
    pub(crate) ports: Ports,
    pub(crate) shelf: Shelf,
    pub(crate) rules: Arc<RulesCache>,
    pub(crate) config: Config,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) status: Status,
}

impl Task {
    /// Supervises the partition until stopped, or until something happens that does not pass.
    pub(crate) async fn run(self, mut stop: watch::Receiver<bool>) -> Result<(), Error> {
        let begin = async {
            self.may_take().await?;
            let now = self.ports.clock.now();
            let epoch = fence::raise(&*self.ports.log, self.partition, now).await?;
            self.status.owned(self.partition, epoch);
            Ok((epoch, self.recover(epoch).await?))
        };
        // Nothing is lost by breaking off: what was published is published, and the rest is judged next time.
        let (epoch, recovered) = tokio::select! {
            biased;
            () = stopped(&mut stop) => return Ok(()),
            begun = begin => begun?,
        };
        let mut owned = Owned::new(self, epoch, recovered);
        owned.follow(&mut stop).await?;
        let partition = owned.task.partition.0;
        let metrics = owned.task.metrics.clone();
        if tokio::time::timeout(LEAVE_MAX, owned.leave())
            .await
            .is_err()
        {
            metrics.snapshot_failed("write");
            tracing::error!(
                partition,
                "no snapshot at the end: the object store does not answer in time"
            );
        }
        Ok(())
    }

    pub(crate) async fn read(
        &self,
        from: Offset,
        records: usize,
        wait: Option<Duration>,
    ) -> Result<Batch, Error> {
        let log = &self.ports.log;
        let read = log
            .read(
                Topic::Events,
                self.partition,
                from,
                records,
                self.config.batch_bytes,
                wait,
            )
            .await;
        read.map_err(|source| Error::Log {
            attempted: "reading the log",
            source,
        })
    }

    /// Writes an owner's facts, durably, at the end of the facts topic as it knows it. Answers the new end.
    pub(crate) async fn publish(
        &self,
        facts: &[FactRecord],
        epoch: u64,
        end: Offset,
    ) -> Result<Offset, Error> {
        let appends = encode(facts, epoch, self.config.piece());
        if appends.is_empty() {
            return Ok(end);
        }
        Failpoint::BeforePublish.pass();
        let mut end = end;
        for (at, records) in appends.into_iter().enumerate() {
            if at > 0 {
                Failpoint::Publish.pass();
            }
            let count = records.len() as u64;
            let appended = self
                .ports
                .log
                .append(Topic::Facts, self.partition, records)
                .await;
            let first = appended.map_err(|source| Error::Log {
                attempted: "publishing facts",
                source,
            })?;
            if first != end {
                self.still_owned(epoch, end, Some(first)).await?;
            }
            end = first.plus(count);
        }
        Failpoint::AfterPublish.pass();
        self.metrics.published(facts);
        Ok(end)
    }

    /// An error if another owner's fence lies in this stretch of the facts topic.
    async fn still_owned(
        &self,
        epoch: u64,
        from: Offset,
        until: Option<Offset>,
    ) -> Result<(), Error> {
        let (log, partition) = (&*self.ports.log, self.partition);
        fence::none_within(log, partition, epoch, from, until, &self.config).await
    }

    /// Loads definitions. While the table lacks them the partition waits and says so.
    pub(crate) async fn definitions(&self, hash: &str) -> Result<Arc<Rules>, Error> {
        let missing = || {
            tracing::error!(
                partition = self.partition.0,
                hash,
                "the log names definitions that the table lacks: waiting"
            );
            self.metrics.definitions_missing();
            self.status.set(
                self.partition,
                State::Waiting {
                    hash: hash.to_owned(),
                },
            );
        };
        self.rules.wait_for(hash, missing).await
    }
}

/// A partition whose state is here.
struct Owned {
    task: Task,
    /// Away only while a blocking thread works on it.
    judge: Option<Judge>,
    facts_end: Offset,
    schedule: Schedule,
    lag: u64,
    /// What was read while the batch before it was worked on: the log is behind then.
    ahead: Option<Batch>,
    /// Definitions that the next record needs.
    needs: Option<String>,
    /// The hash last written into the log because it was missing there.
    asked_for: Option<String>,
    upkeep_at: Instant,
    snapshot_at: Instant,
    records_since_snapshot: u64,
    snapshot_now: bool,
    writing: JoinSet<()>,
}

impl Owned {
    fn new(task: Task, epoch: u64, recovered: Recovered) -> Self {
        let schedule = Schedule {
            every: task.config.tick_every,
            gap: task.config.tick_gap,
            epoch,
            written: None,
        };
        Self {
            task,
            judge: Some(recovered.judge),
            facts_end: recovered.facts_end,
            schedule,
            lag: 0,
            ahead: None,
            needs: None,
            asked_for: None,
            upkeep_at: Instant::now(),
            snapshot_at: Instant::now(),
            records_since_snapshot: 0,
            snapshot_now: recovered.from_other_engine,
            writing: JoinSet::new(),
        }
    }

    async fn follow(&mut self, stop: &mut watch::Receiver<bool>) -> Result<(), Error> {
        loop {
            self.tick().await?;
            if Instant::now() >= self.upkeep_at {
                self.upkeep().await?;
            }
            self.snapshot_if_due().await?;
            if let Some(hash) = self.needs.take() {
                tokio::select! {
                    biased;
                    () = stopped(stop) => return Ok(()),
                    loaded = self.task.definitions(&hash) => drop(loaded?),
                }
            }
            self.report();
            let (next, wake) = (self.judge().next, self.tick_due_at());
            let (task, config) = (&self.task, &self.task.config);
            let batch = match self
                .ahead
                .take()
                .filter(|batch| begins(batch) == Some(next))
            {
                Some(_) if *stop.borrow() => return Ok(()),
                Some(batch) => batch,
                None => tokio::select! {
                    biased;
                    () = stopped(stop) => return Ok(()),
                    batch = task.read(next, config.batch_records, Some(READ_WAIT)) => batch?,
                    () = task.ports.clock.until(wake) => continue,
                    // A clock whose speed has changed since says another instant for the next tick.
                    () = tokio::time::sleep(config.tick_every) => continue,
                    () = tokio::time::sleep_until(self.upkeep_at) => continue,
                },
            };
            self.take(batch).await?;
        }
    }

    /// Judges a batch and publishes what follows from it, whole, before anything else is judged. What lies behind it in the
    /// log is read meanwhile.
    async fn take(&mut self, batch: Batch) -> Result<(), Error> {
        let mut end = batch.end.0;
        if let Some(last) = batch.records.last() {
            let began = Instant::now();
            Failpoint::AfterRead.pass();
            let next = last.offset.next();
            let behind = next < batch.end;
            let task = self.task.clone();
            let read_on = async {
                let records = task.config.batch_records;
                // A read that fails now is tried again when it is needed, and fails then.
                match behind {
                    true => task.read(next, records, None).await.ok(),
                    false => None,
                }
            };
            let (published, ahead) = tokio::join!(self.judge_and_publish(batch.records), read_on);
            published?;
            end = ahead.as_ref().map_or(end, |ahead| ahead.end.0);
            self.ahead = ahead;
            self.task.metrics.batch(began.elapsed());
        }
        self.lag = end.saturating_sub(self.judge().next.0);
        Ok(())
    }

    async fn judge_and_publish(&mut self, records: Vec<StoredRecord>) -> Result<(), Error> {
        let clock = &self.task.ports.clock;
        let owner = Owner {
            now: clock.now(),
            epoch: self.schedule.epoch,
            ahead_ms_max: (self.task.config.tick_ahead_max.as_millis() as f64 * clock.speed())
                as i64,
        };
        let rules = Arc::clone(&self.task.rules);
        let before = self.judge().next.0;
        let taken = self
            .blocking(move |judge| judge.take(&records, &owner, &|hash| rules.loaded(hash)))
            .await?;
        let epoch = self.schedule.epoch;
        if taken.newer_epoch.is_some() {
            // A tick of an epoch that nobody was given is refused; one of an epoch that another was given ends us.
            self.task.still_owned(epoch, self.facts_end, None).await?;
        }
        let published = self.task.publish(&taken.facts, epoch, self.facts_end);
        self.facts_end = published.await?;
        self.task
            .metrics
            .taken(self.task.partition, &taken, self.task.ports.clock.speed());
        self.records_since_snapshot += self.judge().next.0 - before;
        self.needs = taken.needs;
        Ok(())
    }

    async fn tick(&mut self) -> Result<(), Error> {
        let now = self.task.ports.clock.now();
        if now < self.tick_due_at() {
            return Ok(());
        }
        let tick = self.schedule.tick(now);
        let appended = self
            .task
            .ports
            .log
            .append(Topic::Events, self.task.partition, vec![tick])
            .await;
        appended.map_err(|source| Error::Log {
            attempted: "writing a tick",
            source,
        })?;
        Failpoint::Tick.pass();
        Ok(())
    }

    fn tick_due_at(&self) -> Timestamp {
        let speed = self.task.ports.clock.speed();
        self.schedule.due_at(self.judge().engine.next_due(), speed)
    }

    /// What wants doing every few seconds.
    async fn upkeep(&mut self) -> Result<(), Error> {
        self.upkeep_at = Instant::now() + self.task.config.upkeep_every;
        let holdings = self.blocking(|judge| Holdings::of(&judge.engine)).await?;
        self.task.metrics.holds(self.task.partition, &holdings);
        self.reconcile_definitions().await
    }

    /// Definitions that should be in force and are not named by this log yet are written into it. Doing so twice is
    /// harmless: naming what is in force changes nothing.
    async fn reconcile_definitions(&mut self) -> Result<(), Error> {
        let Some(wanted) = wanted_definitions(&*self.task.ports.table).await? else {
            return Ok(());
        };
        let in_force = self
            .judge()
            .definitions
            .as_ref()
            .is_some_and(|active| active.hash == wanted.hash);
        let asked = self.asked_for.as_deref() == Some(&*wanted.hash);
        if in_force || (asked && self.lag > 0) {
            return Ok(());
        }
        let partition = self.task.partition;
        tracing::info!(
            partition = partition.0,
            version = wanted.version,
            "putting definitions in force"
        );
        let written = activate(&*self.task.ports.log, partition, &wanted).await;
        written.map_err(|source| Error::Log {
            attempted: "putting definitions in force",
            source,
        })?;
        self.asked_for = Some(wanted.hash);
        Ok(())
    }

    async fn snapshot_if_due(&mut self) -> Result<(), Error> {
        while self.writing.try_join_next().is_some() {}
        let Config {
            snapshot_records,
            snapshot_every,
            ..
        } = self.task.config;
        let read = self.records_since_snapshot;
        let due =
            read >= snapshot_records || (read > 0 && self.snapshot_at.elapsed() >= snapshot_every);
        if self.writing.is_empty() && (due || self.snapshot_now) {
            self.snapshot().await?;
        }
        Ok(())
    }

    /// Takes a snapshot of what is published; writing it out goes on beside the work.
    async fn snapshot(&mut self) -> Result<(), Error> {
        (
            self.snapshot_at,
            self.records_since_snapshot,
            self.snapshot_now,
        ) = (Instant::now(), 0, false);
        let (log_id, partition, facts_offset) =
            (self.task.shelf.log_id, self.task.partition, self.facts_end);
        let owner = self.schedule.epoch;
        let (next, bytes) = self
            .blocking(move |judge| {
                let header = Header {
                    log_id,
                    partition,
                    next_offset: judge.next,
                    facts_offset,
                    last_fact: judge.last,
                    owner,
                    epoch: judge.epoch,
                    clock: clock_of(judge),
                    definitions: judge.definitions.clone(),
                    engine_version: ENGINE_VERSION.to_owned(),
                    cases: judge.engine.case_count(),
                };
                (
                    judge.next,
                    snapshot::encode(&header, &judge.engine.snapshot()),
                )
            })
            .await?;
        self.writing
            .spawn(write_out(self.task.clone(), next, bytes));
        Ok(())
    }

    /// A graceful end: the next start has nothing to read again.
    async fn leave(&mut self) {
        while self.writing.join_next().await.is_some() {}
        if self.records_since_snapshot > 0
            && let Err(error) = self.snapshot().await
        {
            tracing::error!(
                partition = self.task.partition.0,
                error = chain(&error),
                "no snapshot at the end"
            );
        }
        while self.writing.join_next().await.is_some() {}
    }

    fn report(&self) {
        let (judge, partition) = (self.judge(), self.task.partition);
        let (clock, next_due) = (clock_of(judge), judge.engine.next_due());
        let owner = &*self.task.ports.clock;
        self.task.metrics.follows(partition, self.lag, clock, owner);
        self.task.status.next_due(partition, next_due);
        self.task.status.set(
            partition,
            State::Running {
                offset: judge.next,
                lag: self.lag,
                clock,
            },
        );
    }

    fn judge(&self) -> &Judge {
        self.judge
            .as_ref()
            .expect("it is away only within `blocking`")
    }

    /// Works on the partition's state off the async threads: judging a batch may take long.
    async fn blocking<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut Judge) -> T + Send + 'static,
    ) -> Result<T, Error> {
        let mut judge = self
            .judge
            .take()
            .expect("it is away only within `blocking`");
        let (judge, result) = blocking(self.task.partition, move || {
            let result = work(&mut judge);
            (judge, result)
        })
        .await?;
        self.judge = Some(judge);
        Ok(result)
    }
}

/// Writes a snapshot out. A failure is an alarm and no end: the log still has everything.
async fn write_out(task: Task, next: Offset, bytes: Bytes) {
    let (began, size) = (Instant::now(), bytes.len());
    let partition = task.partition;
    match task.shelf.write(next, bytes).await {
        Ok(keep_from) => {
            task.status.keep_from(partition, keep_from);
            task.metrics.snapshot(partition, size, began.elapsed());
            tracing::debug!(
                partition = partition.0,
                next = next.0,
                bytes = size,
                "snapshot written"
            );
        }
        Err(error) => {
            task.metrics.snapshot_failed("write");
            tracing::error!(
                partition = partition.0,
                error = chain(&error),
                "a snapshot could not be written"
            );
        }
    }
}

/// Where a batch begins; none where it is empty.
fn begins(batch: &Batch) -> Option<Offset> {
    batch.records.first().map(|record| record.offset)
}

fn clock_of(judge: &Judge) -> Option<Timestamp> {
    Some(judge.engine.clock()).filter(|clock| *clock != Timestamp::MIN)
}

/// Runs work on a blocking thread. A panic in it stops this partition and no other.
pub(crate) async fn blocking<T: Send + 'static>(
    partition: Partition,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    let failed = |failure: tokio::task::JoinError| Error::Panicked {
        partition,
        message: failure.to_string(),
    };
    tokio::task::spawn_blocking(work).await.map_err(failed)
}

impl Config {
    fn piece(&self) -> Piece {
        Piece {
            records: self.append_records,
            bytes: self.append_bytes,
        }
    }
}
