//! A real log with something done around its appends: what a test wants to see, hold up or break.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::{Batch, Bounds, Log, LogId, Offset, Partition, Record, Result, Topic};

/// What is done around each append.
#[async_trait]
pub trait Around: Send + Sync {
    /// Appends to the log, or does not.
    ///
    /// # Errors
    /// The log's, or what the test wants.
    async fn append(
        &self,
        log: &dyn Log,
        topic: Topic,
        partition: Partition,
        records: Vec<Record>,
    ) -> Result<Offset>;
}

/// The log with it.
pub struct Wrapped<A> {
    /// The real one.
    pub log: Arc<dyn Log>,
    /// What is done.
    pub around: Arc<A>,
}

#[async_trait]
impl<A: Around> Log for Wrapped<A> {
    fn id(&self) -> LogId {
        self.log.id()
    }

    fn partitions(&self) -> u16 {
        self.log.partitions()
    }

    async fn append(
        &self,
        topic: Topic,
        partition: Partition,
        records: Vec<Record>,
    ) -> Result<Offset> {
        let appended = self.around.append(&*self.log, topic, partition, records);
        appended.await
    }

    async fn read(
        &self,
        topic: Topic,
        partition: Partition,
        from: Offset,
        max_records: usize,
        max_bytes: usize,
        wait: Option<Duration>,
    ) -> Result<Batch> {
        let read = self
            .log
            .read(topic, partition, from, max_records, max_bytes, wait);
        read.await
    }

    async fn bounds(&self, topic: Topic, partition: Partition) -> Result<Bounds> {
        self.log.bounds(topic, partition).await
    }

    async fn trim(&self, topic: Topic, partition: Partition, before: Offset) -> Result<()> {
        self.log.trim(topic, partition, before).await
    }
}
