//! A log in which another owner takes a partition at the worst of moments: right behind the fence of one that begins.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use mingjing_domain::Timestamp;
use mingjing_log::conformance::around::{Around, Wrapped};
use mingjing_log::embedded::EmbeddedLog;
use mingjing_log::{Alone, Assignment, Log, Membership, Offset, Partition, Record, Result, Topic};
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
#[derive(Default)]
pub struct Overtaken(AtomicBool);

impl Overtaken {
    pub fn on(log: Arc<EmbeddedLog>) -> Wrapped<Self> {
        let around = Arc::default();
        Wrapped { log, around }
    }
}

#[async_trait]
impl Around for Overtaken {
    async fn append(
        &self,
        log: &dyn Log,
        topic: Topic,
        partition: Partition,
        records: Vec<Record>,
    ) -> Result<Offset> {
        let offset = log.append(topic, partition, records).await?;
        if topic == Topic::Facts && !self.0.swap(true, Ordering::Relaxed) {
            let fence = Record {
                key: bytes::Bytes::new(),
                value: encode_fence(Timestamp::from_millis(0)).into(),
            };
            log.append(topic, partition, vec![fence]).await?;
        }
        Ok(offset)
    }
}
