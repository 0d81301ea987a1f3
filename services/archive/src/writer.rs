//! Writes the rows of all partitions of one topic, round by round, and then how far they have come.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use mingjing_log::{LogId, Offset, Partition, Topic};
use mingjing_store::{Batch, Store, Watermark};
use mingjing_wire::chain::{Chain, Place};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

use crate::marks::Marks;
use crate::reader::Chunk;
use crate::{Config, Error, Metrics, now, stopped};

/// What a writer needs.
pub struct Writer {
    pub store: Store,
    pub log_id: LogId,
    pub topic: Topic,
    pub config: Config,
    pub metrics: Arc<Metrics>,
    pub marks: Marks,
    pub inbox: mpsc::Receiver<Chunk>,
    /// The partitions of which a watermark was written. The first does not wait: it says since when there is a chain.
    pub marked: BTreeSet<Partition>,
}

/// What is to be written next.
#[derive(Default)]
struct Round {
    rows: Batch,
    next: BTreeMap<Partition, Offset>,
    epochs: BTreeMap<Partition, u64>,
    chains: BTreeMap<Partition, Chain>,
    records: usize,
    bytes: usize,
}

impl Round {
    fn add(&mut self, chunk: Chunk) {
        self.next.insert(chunk.partition, chunk.next);
        self.epochs.insert(chunk.partition, chunk.epoch);
        self.chains
            .extend(chunk.chain.map(|chain| (chunk.partition, chain)));
        self.records += chunk.records;
        self.bytes += chunk.bytes;
        self.rows.append(chunk.rows);
    }
}

/// What to do when.
enum Due {
    /// Nothing is waiting.
    Never,
    /// Not before this instant.
    At(Instant),
    /// The round is full; no more may be added.
    Full,
}

impl Writer {
    /// Writes until stopped, or until ClickHouse refuses a round.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) -> Result<(), Error> {
        let mut round = Round::default();
        let mut written_at = Instant::now();
        loop {
            let (due, full) = match self.due(&round, written_at) {
                Due::Never => (None, false),
                Due::At(instant) => (Some(instant), false),
                Due::Full => (Some(Instant::now()), true),
            };
            let flush = tokio::select! {
                biased;
                () = stopped(&mut stop) => return Ok(()),
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => true,
                chunk = self.inbox.recv(), if !full => match chunk {
                    Some(chunk) => {
                        round.add(chunk);
                        if round.rows.rows() == 0 {
                            self.metrics.reached(self.topic, &round.next);
                        }
                        false
                    }
                    // All readers are gone: stopped, or about to report why.
                    None => return Ok(()),
                },
            };
            if flush {
                match self.flush(&round, &stop).await {
                    Ok(()) => self.marked.extend(round.next.keys()),
                    Err(mingjing_store::Error::Stopped) => return Ok(()),
                    Err(source) => {
                        self.metrics.failed("archiving", &source);
                        return Err(Error::Store {
                            topic: self.topic,
                            source,
                        });
                    }
                }
                round = Round::default();
                written_at = Instant::now();
            }
        }
    }

    /// Rows wait for company, but only since the last round: the first after a pause goes at once. Positions alone,
    /// as ticks leave them, can wait: reading some ticks again costs nothing.
    fn due(&self, round: &Round, written_at: Instant) -> Due {
        let unmarked = |partition: &Partition| !self.marked.contains(partition);
        if round.records >= self.config.round_records || round.bytes >= self.config.round_bytes {
            Due::Full
        } else if round.rows.rows() > 0 || round.next.keys().any(unmarked) {
            Due::At(written_at + self.config.linger)
        } else if !round.next.is_empty() {
            Due::At(written_at + self.config.idle_watermark)
        } else {
            Due::Never
        }
    }

    async fn flush(
        &self,
        round: &Round,
        stop: &watch::Receiver<bool>,
    ) -> Result<(), mingjing_store::Error> {
        let written_at = now();
        let watermarks: Vec<Watermark> = round
            .next
            .iter()
            .map(|(partition, next)| Watermark {
                log_id: self.log_id.to_string(),
                topic: self.topic.name().into(),
                partition: partition.0,
                next_offset: next.0,
                epoch: round.epochs.get(partition).copied().unwrap_or(0),
                written_at,
                chain: round
                    .chains
                    .get(partition)
                    .map(|chain| self.marks.mark(self.topic, *partition, chain)),
            })
            .collect();
        self.store
            .insert_batch(
                &round.rows,
                &watermarks,
                self.config.backoff,
                stop,
                &*self.metrics,
            )
            .await?;
        for (partition, next) in &round.next {
            let place = round.chains.get(partition).map(|chain| Place {
                next_offset: next.0,
                epoch: round.epochs.get(partition).copied().unwrap_or(0),
                chain: *chain,
            });
            self.marks.written(self.topic, *partition, place);
        }
        self.metrics.round(self.topic, round.records, &round.next);
        tracing::debug!(topic = %self.topic, records = round.records, rows = round.rows.rows(), "archived");
        Ok(())
    }
}
