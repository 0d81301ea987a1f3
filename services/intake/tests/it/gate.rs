//! The real log behind a gate: shows what is asked of it in which order, and holds it up or breaks it when a test wants.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use mingjing_log::{Batch, Bounds, Error, Log, LogId, Offset, Partition, Record, Result, Topic};
use tokio::sync::{Semaphore, watch};

pub struct Gate {
    log: Arc<dyn Log>,
    open: Semaphore,
    begun: watch::Sender<Vec<(Topic, Partition)>>,
    broken: Mutex<bool>,
}

impl Gate {
    /// An open one.
    pub fn around(log: Arc<dyn Log>) -> Arc<Self> {
        let open = Semaphore::new(1);
        Arc::new(Self {
            log,
            open,
            begun: watch::Sender::default(),
            broken: Mutex::default(),
        })
    }

    /// No append passes while this is held.
    pub async fn shut(&self) -> tokio::sync::SemaphorePermit<'_> {
        self.open.acquire().await.unwrap()
    }

    /// Every append fails from now on.
    pub fn break_down(&self) {
        *self.broken.lock().unwrap() = true;
    }

    /// Waits until so many appends have begun, and tells all that have.
    pub async fn begun(&self, number: usize) -> Vec<(Topic, Partition)> {
        let mut begun = self.begun.subscribe();
        begun
            .wait_for(|begun| begun.len() >= number)
            .await
            .unwrap()
            .clone()
    }
}

#[async_trait::async_trait]
impl Log for Gate {
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
        self.begun
            .send_modify(|begun| begun.push((topic, partition)));
        if *self.broken.lock().unwrap() {
            let (attempted, reason) = ("appending".to_owned(), "the disk is full".to_owned());
            return Err(Error::Stopped { attempted, reason });
        }
        drop(self.open.acquire().await.unwrap());
        self.log.append(topic, partition, records).await
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
        self.log
            .read(topic, partition, from, max_records, max_bytes, wait)
            .await
    }

    async fn bounds(&self, topic: Topic, partition: Partition) -> Result<Bounds> {
        self.log.bounds(topic, partition).await
    }

    async fn trim(&self, topic: Topic, partition: Partition, before: Offset) -> Result<()> {
        self.log.trim(topic, partition, before).await
    }
}
