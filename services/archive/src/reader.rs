//! Reads one partition of one topic and hands its rows to the topic's writer.

use std::sync::Arc;
use std::time::Duration;

use mingjing_log::{Log, Offset, Partition, Topic};
use mingjing_store::Batch;
use mingjing_wire::chain::Chain;
use mingjing_wire::facts::Fences;
use tokio::sync::{mpsc, watch};

use crate::clock::LogClock;
use crate::decode::{self, Come, Origin};
use crate::start::Position;
use crate::{Config, Error, Metrics, now, stopped};

/// How long one read waits at the end. Only bounds how long a lost wake-up could go unnoticed.
const READ_WAIT: Duration = Duration::from_secs(10);

/// The rows of some records of a partition that follow each other.
#[derive(Debug)]
pub struct Chunk {
    /// The partition.
    pub partition: Partition,
    /// The offset after the last record.
    pub next: Offset,
    /// The epoch of the owner whose facts count there; 0 in other topics.
    pub epoch: u64,
    /// The log's clock there; says nothing in other topics.
    pub clock: LogClock,
    /// The hash chain there; none of `mj.rejects`.
    pub chain: Option<Chain>,
    /// How many records.
    pub records: usize,
    /// Their size in the log, in bytes: what bounds the memory.
    pub bytes: usize,
    /// Their rows.
    pub rows: Batch,
}

/// What a reader needs.
pub struct Reader {
    pub log: Arc<dyn Log>,
    pub topic: Topic,
    pub partition: Partition,
    pub config: Config,
    pub metrics: Arc<Metrics>,
    pub chunks: mpsc::Sender<Chunk>,
}

impl Reader {
    /// Reads from `from` until stopped or until the writer is gone.
    pub async fn run(self, from: Position, mut stop: watch::Receiver<bool>) -> Result<(), Error> {
        let (fences, chain) = (Fences::from_epoch(from.epoch), from.chain);
        let mut from = from.offset;
        let clock = tokio::select! {
            biased;
            () = stopped(&mut stop) => return Ok(()),
            clock = self.clock_before(from) => clock?,
        };
        let mut come = Come {
            fences,
            clock,
            chain: chain.map(|begun| begun.chain),
        };
        loop {
            let chunk = tokio::select! {
                biased;
                () = stopped(&mut stop) => return Ok(()),
                chunk = self.next_chunk(from, come) => chunk?,
            };
            let Some(chunk) = chunk else { continue };
            from = chunk.next;
            come = Come {
                fences: Fences::from_epoch(chunk.epoch),
                clock: chunk.clock,
                chain: chunk.chain,
            };
            // The writer's inbox is full while ClickHouse is away: reading waits with it.
            if self.chunks.send(chunk).await.is_err() {
                return Ok(());
            }
        }
    }

    /// What the partition's clock said before the first record to be read.
    async fn clock_before(&self, from: Offset) -> Result<LogClock, Error> {
        let (topic, partition) = (self.topic, self.partition);
        if topic != Topic::Events {
            return Ok(LogClock::default());
        }
        loop {
            match LogClock::before(&*self.log, partition, from).await {
                Ok(clock) => return Ok(clock),
                Err(error @ mingjing_log::Error::Storage { .. }) => {
                    self.metrics.failed("reading the log", &error);
                    tokio::time::sleep(self.config.backoff.most).await;
                }
                Err(source) => {
                    return Err(Error::Log {
                        topic,
                        partition,
                        source,
                    });
                }
            }
        }
    }

    async fn next_chunk(&self, from: Offset, mut come: Come) -> Result<Option<Chunk>, Error> {
        let (topic, partition) = (self.topic, self.partition);
        let read = self
            .log
            .read(
                topic,
                partition,
                from,
                self.config.read_records,
                self.config.read_bytes,
                Some(READ_WAIT),
            )
            .await;
        let records = match read {
            Ok(batch) => batch.records,
            Err(error @ mingjing_log::Error::Storage { .. }) => {
                self.metrics.failed("reading the log", &error);
                tokio::time::sleep(self.config.backoff.most).await;
                return Ok(None);
            }
            Err(source) => {
                return Err(Error::Log {
                    topic,
                    partition,
                    source,
                });
            }
        };
        let Some(last) = records.last() else {
            return Ok(None);
        };
        let next = last.offset.next();
        let origin = Origin {
            log_id: self.log.id(),
            topic,
            partition,
        };
        let met_at = now();
        let mut rows = Batch::default();
        for record in &records {
            if let Some(reason) = decode::add(origin, record, met_at, &mut come, &mut rows) {
                self.metrics.refused(topic, &reason);
                tracing::warn!(%topic, %partition, offset = record.offset.0, reason, "record refused");
            }
        }
        let bytes = records.iter().map(|r| r.key.len() + r.value.len()).sum();
        Ok(Some(Chunk {
            partition,
            next,
            epoch: come.fences.epoch(),
            clock: come.clock,
            chain: come.chain,
            records: records.len(),
            bytes,
            rows,
        }))
    }
}
