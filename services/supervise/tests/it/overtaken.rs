//! A log in which another owner takes a partition at the worst of moments: right behind the fence of one that begins.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use mingjing_domain::Timestamp;
use mingjing_log::embedded::EmbeddedLog;
use mingjing_log::{
    Alone, Assignment, Batch, Bounds, Log, LogId, Membership, Offset, Partition, Record, Result,
    Topic,
};
use mingjing_wire::facts::encode_fence;

/// A group that gives all partitions, a moment later the same again, and then might change its mind but does not.
pub struct Group {
    first: Alone,
    again: Option<Alone>,
}

impl Group {
    pub fn of(log: &dyn Log) -> Self {
        Self {
            first: Alone::with(log),
            again: Some(Alone::with(log)),
        }
    }
}

#[async_trait]
impl Membership for Group {
    async fn changed(&mut self) -> Result<Option<Assignment>> {
        if let Some(given) = self.first.changed().await? {
            return Ok(Some(given));
        }
        if let Some(mut again) = self.again.take() {
            tokio::time::sleep(Duration::from_millis(500)).await;
            return again.changed().await;
        }
        std::future::pending().await
    }
}

/// The first append of facts is followed at once by another owner's fence.
pub struct Overtaken {
    log: Arc<EmbeddedLog>,
    done: AtomicBool,
}

impl Overtaken {
    pub fn on(log: Arc<EmbeddedLog>) -> Self {
        Self {
            log,
            done: AtomicBool::new(false),
        }
    }
}

#[async_trait]
impl Log for Overtaken {
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
        let offset = self.log.append(topic, partition, records).await?;
        if topic == Topic::Facts && !self.done.swap(true, Ordering::Relaxed) {
            let fence = Record {
                key: bytes::Bytes::new(),
                value: encode_fence(Timestamp::from_millis(0)).into(),
            };
            self.log.append(topic, partition, vec![fence]).await?;
        }
        Ok(offset)
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
