//! The real log behind a gate: shows what is asked of it in which order, and holds it up or breaks it when a test wants.

use std::sync::{Arc, Mutex};

use mingjing_log::conformance::around::{Around, Wrapped};
use mingjing_log::{Error, Log, Offset, Partition, Record, Result, Topic};
use tokio::sync::{Semaphore, watch};

pub struct Gate {
    open: Semaphore,
    begun: watch::Sender<Vec<(Topic, Partition)>>,
    broken: Mutex<bool>,
}

impl Gate {
    /// An open one, and the log behind it.
    pub fn around(log: Arc<dyn Log>) -> (Arc<Self>, Arc<dyn Log>) {
        let around = Arc::new(Self {
            open: Semaphore::new(1),
            begun: watch::Sender::default(),
            broken: Mutex::default(),
        });
        let behind = Arc::new(Wrapped {
            log,
            around: around.clone(),
        });
        (around, behind)
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
impl Around for Gate {
    async fn append(
        &self,
        log: &dyn Log,
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
        log.append(topic, partition, records).await
    }
}
