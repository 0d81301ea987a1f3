//! Where a partition's task begins: at its newest readable snapshot, and from there to the end of what was published.

use std::sync::Arc;
use std::time::Instant;

use mingjing_domain::fact::Cause;
use mingjing_engine::{ENGINE_VERSION, Engine, Rules};
use mingjing_log::{Offset, StoredRecord, Topic};
use mingjing_wire::facts::{FactRecord, Fences};

use crate::judge::Judge;
use crate::metrics::Phase;
use crate::said::{Diverged, Said, each_fact};
use crate::shelf::Named;
use crate::snapshot::{Broken, Snapshot, Writer};
use crate::status::State;
use crate::task::{Task, blocking};
use crate::{Error, chain};

/// A partition that may take new records.
pub(crate) struct Recovered {
    pub(crate) judge: Judge,
    /// The end of the facts topic.
    pub(crate) facts_end: Offset,
    /// The snapshot it came from is of another engine: replace it soon.
    pub(crate) from_other_engine: bool,
}

struct Start {
    judge: Judge,
    facts_offset: Offset,
    /// Which facts count from there on.
    fences: Fences,
    /// The engine that wrote the snapshot; none where there is none.
    engine_version: Option<String>,
}

impl Task {
    /// Brings the partition to where it had published everything, and publishes what was left out of a batch that was cut
    /// short. The new owner's fence is there already: what comes behind it from earlier ones counts no more.
    pub(crate) async fn recover(&self, epoch: u64) -> Result<Recovered, Error> {
        let began = Instant::now();
        let start = self.start().await?;
        self.metrics.restored(
            Phase::Load,
            began.elapsed(),
            start.judge.engine.case_count() as u64,
            0,
        );
        let (began, first) = (Instant::now(), start.judge.next);
        self.check(Topic::Facts, start.facts_offset, start.facts_offset)
            .await?;
        let said = Said::read(
            &*self.ports.log,
            self.partition,
            (start.facts_offset, start.fences),
            epoch,
            &self.config,
        )
        .await?;
        let judged = said
            .last()
            .map_or(Offset::ZERO, |last| Offset(last.offset + 1));
        self.check(
            Topic::Events,
            start.judge.next,
            start.judge.next.max(judged),
        )
        .await?;
        let upgrade = start
            .engine_version
            .as_deref()
            .and_then(Engine::upgrade_cause);
        let (start, cause) = match upgrade {
            Some(cause) => (start, cause),
            None => match self.judge_again(start.judge, said, epoch).await? {
                Ok(recovered) => {
                    self.metrics.recovered("judged_again");
                    self.restored(Phase::JudgeAgain, began, first, &recovered);
                    return Ok(recovered);
                }
                Err(Diverged { offset }) => {
                    let (partition, offset) = (self.partition.0, offset.0);
                    tracing::error!(
                        partition,
                        offset,
                        "judging again does not give what was published: reconciling"
                    );
                    let cause = Cause::EngineChange {
                        version: ENGINE_VERSION.to_owned(),
                    };
                    (self.start().await?, cause)
                }
            },
        };
        let said = Said::read(
            &*self.ports.log,
            self.partition,
            (start.facts_offset, start.fences),
            epoch,
            &self.config,
        )
        .await?;
        let recovered = self.reconcile(start, said, cause, epoch).await?;
        self.metrics.recovered("reconciled");
        self.restored(Phase::Reconcile, began, first, &recovered);
        Ok(recovered)
    }

    fn restored(&self, phase: Phase, began: Instant, first: Offset, recovered: &Recovered) {
        let records = recovered.judge.next.0 - first.0;
        self.metrics.restored(phase, began.elapsed(), 0, records);
    }

    /// An error if the newest snapshot is another program's and we cannot read it: then the partition is that program's, and must
    /// not be taken from it. Nothing is written or renamed.
    pub(crate) async fn may_take(&self) -> Result<(), Error> {
        let Some(newest) = self.shelf.list().await?.into_iter().next() else {
            return Ok(());
        };
        if self.shelf.of_this_engine(&newest).await? {
            return Ok(());
        }
        match self.unpack(&newest).await? {
            Err(Broken::Other(writer)) => Err(self.others(&newest, writer)),
            Ok(_) | Err(_) => Ok(()),
        }
    }

    fn others(&self, named: &Named, writer: Writer) -> Error {
        self.metrics.snapshot_failed("other_version");
        Error::OthersSnapshot {
            partition: self.partition,
            path: named.path.to_string(),
            writer: writer.to_string(),
        }
    }

    async fn unpack(&self, named: &Named) -> Result<Result<Start, Broken>, Error> {
        match self.shelf.read(named).await? {
            Ok(snapshot) => self.open(snapshot).await,
            Err(broken) => Ok(Err(broken)),
        }
    }

    /// The newest readable snapshot, or the beginning of the log where there is none.
    async fn start(&self) -> Result<Start, Error> {
        let named = self.shelf.list().await?;
        self.status.keep_from(
            self.partition,
            named.get(1).map_or(Offset::ZERO, |older| older.next),
        );
        for named in named {
            match self.unpack(&named).await? {
                Ok(start) => {
                    let written_at = self.shelf.written_at(&named).await?;
                    self.metrics.snapshot_written(self.partition, written_at);
                    return Ok(start);
                }
                Err(Broken::Other(writer)) => return Err(self.others(&named, writer)),
                Err(broken) => {
                    let (partition, path) = (self.partition.0, named.path.as_ref());
                    tracing::error!(
                        partition,
                        path,
                        error = chain(&broken),
                        "a snapshot is broken and set aside"
                    );
                    self.metrics.snapshot_failed("broken");
                    self.shelf.set_aside(&named).await?;
                }
            }
        }
        tracing::info!(
            partition = self.partition.0,
            "no snapshot: starting at the beginning of the log"
        );
        Ok(Start {
            judge: Judge::new(),
            facts_offset: Offset::ZERO,
            fences: Fences::default(),
            engine_version: None,
        })
    }

    async fn open(&self, snapshot: Snapshot) -> Result<Result<Start, Broken>, Error> {
        let Snapshot { header, engine } = snapshot;
        let rules: Arc<Rules> = match &header.definitions {
            Some(active) => self.definitions(&active.hash).await?,
            None => Judge::new().engine.rules().clone(),
        };
        let restored = blocking(self.partition, move || Engine::restore(rules, &engine)).await?;
        let unreadable = |failure| match &*header.engine_version {
            ENGINE_VERSION => Broken::Engine(failure),
            other => Broken::Other(Writer::Engine(other.to_owned())),
        };
        Ok(restored.map_err(unreadable).map(|engine| Start {
            judge: Judge::with(
                engine,
                header.next_offset,
                header.last_fact,
                header.epoch,
                header.definitions,
            ),
            facts_offset: header.facts_offset,
            fences: Fences::from_epoch(header.owner),
            engine_version: Some(header.engine_version),
        }))
    }

    /// What is needed and what is known must still be there.
    async fn check(&self, topic: Topic, needed: Offset, known: Offset) -> Result<(), Error> {
        let partition = self.partition;
        let bounds = self.ports.log.bounds(topic, partition).await;
        let bounds = bounds.map_err(|source| Error::Log {
            attempted: "asking what the log holds",
            source,
        })?;
        if known > bounds.end {
            return Err(Error::LogEndsBefore {
                topic,
                partition,
                known,
                end: bounds.end,
            });
        }
        if needed < bounds.start {
            return Err(Error::LogBeginsAfter {
                topic,
                partition,
                needed,
                start: bounds.start,
            });
        }
        Ok(())
    }

    /// The same engine as before: what it judges again is what was published, so only what follows is new.
    async fn judge_again(
        &self,
        mut judge: Judge,
        mut said: Said,
        epoch: u64,
    ) -> Result<Result<Recovered, Diverged>, Error> {
        let until = said.last().map_or(0, |last| last.offset + 1);
        let first = judge.next;
        let mut missing: Vec<FactRecord> = Vec::new();
        while judge.next.0 < until {
            self.progress(first, judge.next, until);
            let records = self.read_up_to(judge.next, until).await?;
            let rules = Arc::clone(&self.rules);
            let result;
            (judge, said, missing, result) = blocking(self.partition, move || {
                let result = judge.take_again(
                    &records,
                    &mut said,
                    &|hash| rules.loaded(hash),
                    &mut missing,
                );
                (judge, said, missing, result)
            })
            .await?;
            match result {
                Ok(None) => {}
                Ok(Some(hash)) => drop(self.definitions(&hash).await?),
                Err(diverged) => return Ok(Err(diverged)),
            }
        }
        if let Err(diverged) = said.finish() {
            return Ok(Err(diverged));
        }
        judge.last = judge.last.max(said.last());
        if said.torn() {
            judge.end_batch(&mut missing);
        }
        let facts_end = self.publish(&missing, epoch, said.end()).await?;
        Ok(Ok(Recovered {
            judge,
            facts_end,
            from_other_engine: false,
        }))
    }

    /// Another engine: take the history without judging, take what was published as alleged, and judge once. What is
    /// then missing is said with the upgrade as its cause.
    async fn reconcile(
        &self,
        start: Start,
        said: Said,
        cause: Cause,
        epoch: u64,
    ) -> Result<Recovered, Error> {
        let Start {
            mut judge,
            facts_offset,
            fences,
            ..
        } = start;
        let until = said.last().map_or(0, |last| last.offset + 1);
        let (first, mut said) = (judge.next, said);
        while judge.next.0 < until {
            self.progress(first, judge.next, until);
            let records = self.read_up_to(judge.next, until).await?;
            let rules = Arc::clone(&self.rules);
            let needs;
            (judge, said, needs) = blocking(self.partition, move || {
                let needs = judge.note(&records, &said, &|hash| rules.loaded(hash));
                (judge, said, needs)
            })
            .await?;
            if let Some(hash) = needs {
                self.definitions(&hash).await?;
            }
        }
        let fold = |fact: FactRecord| judge.engine.fold_fact(&fact.facts);
        each_fact(
            &*self.ports.log,
            self.partition,
            (facts_offset, fences),
            epoch,
            &self.config,
            fold,
        )
        .await?;
        judge.last = judge.last.max(said.last());
        let (judge, facts) = blocking(self.partition, move || {
            let (mut facts, mut records) = (Vec::new(), Vec::new());
            judge.engine.rejudge(&cause, &mut facts);
            judge.append(facts, &mut records);
            judge.end_batch(&mut records);
            (judge, records)
        })
        .await?;
        tracing::info!(
            partition = self.partition.0,
            facts = facts.len(),
            "reconciled with another engine's facts"
        );
        let facts_end = self.publish(&facts, epoch, said.end()).await?;
        Ok(Recovered {
            judge,
            facts_end,
            from_other_engine: true,
        })
    }

    async fn read_up_to(&self, from: Offset, until: u64) -> Result<Vec<StoredRecord>, Error> {
        let left = usize::try_from(until - from.0).unwrap_or(usize::MAX);
        let batch = self
            .read(from, left.min(self.config.batch_records), None)
            .await?;
        Ok(batch.records)
    }

    fn progress(&self, first: Offset, next: Offset, until: u64) {
        let (done, total) = (next.0 - first.0, until - first.0);
        self.status
            .set(self.partition, State::Recovering { done, total });
    }
}
