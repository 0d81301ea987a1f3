//! The tables: one compacted topic for all of them, and a view of it in memory that a thread keeps.
//!
//! One topic, because tables are small, their names may differ by what Kafka's topic names may not (`.` and `_`), and a
//! table then needs nothing created. A record's key is the table's name, a zero byte and the entry's key.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::Duration;

use bytes::Bytes;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::BorrowedMessage;
use rdkafka::{Message, Offset as Place, TopicPartitionList};
use tokio::sync::watch;

use super::cluster::{Cluster, position_gone};
use super::speaker::Speaker;
use super::{TimedOut, failed};
use crate::port::Change;
use crate::watchers::Watchers;
use crate::{Offset, Result};

const POLL: Duration = Duration::from_millis(100);

/// The view and the thread that keeps it.
pub(super) struct Tables {
    view: Arc<View>,
    thread: Option<JoinHandle<()>>,
}

struct View {
    cluster: Arc<Cluster>,
    entries: RwLock<BTreeMap<Bytes, Bytes>>,
    pub(super) watchers: Watchers,
    /// The offset after the last record taken; nothing until the view was whole for the first time.
    taken: watch::Sender<Option<Offset>>,
}

/// The key of an entry in the topic.
pub(super) fn key(table: &str, key: &[u8]) -> Bytes {
    [table.as_bytes(), &[0], key].concat().into()
}

impl Tables {
    /// Starts the thread and waits until the view is whole.
    pub(super) async fn start(cluster: Arc<Cluster>) -> Result<Tables> {
        let attempted = || "reading the tables".to_owned();
        let mut config = cluster.config.consumer();
        config.set("enable.partition.eof", "true");
        let consumer: BaseConsumer<Speaker> = config
            .create_with_context(Speaker)
            .map_err(|source| failed(attempted(), source))?;
        // As a number: for the word "beginning" the client, which knows no leader yet, would wait half a second.
        let start = cluster.tables_start().await?.0;
        let start = Place::Offset(i64::try_from(start).unwrap_or(0));
        let mut list = TopicPartitionList::new();
        list.add_partition_offset(&cluster.config.tables(), 0, start)
            .and_then(|()| consumer.assign(&list))
            .map_err(|source| failed(attempted(), source))?;
        let view = Arc::new(View {
            cluster,
            entries: RwLock::default(),
            watchers: Watchers::default(),
            taken: watch::Sender::new(None),
        });
        let follower = Arc::clone(&view);
        let thread = std::thread::Builder::new()
            .name("mingjing-kafka-tables".to_owned())
            .spawn(move || follower.run(&consumer))
            .map_err(|source| failed(attempted(), source))?;
        let tables = Tables {
            view,
            thread: Some(thread),
        };
        tables.caught_up(Offset::ZERO, attempted()).await?;
        Ok(tables)
    }

    /// Waits until the view has every record before an offset.
    pub(super) async fn caught_up(&self, end: Offset, attempted: String) -> Result<()> {
        let mut taken = self.view.taken.subscribe();
        let timeout = self.view.cluster.config.timeout;
        let there = taken.wait_for(|taken| taken.is_some_and(|taken| taken >= end));
        match tokio::time::timeout(timeout, there).await {
            Ok(_) => Ok(()),
            Err(_) => Err(failed(attempted, TimedOut(timeout))),
        }
    }

    pub(super) fn get(&self, table: &str, entry: &[u8]) -> Option<Bytes> {
        self.view.read().get(&key(table, entry)).cloned()
    }

    pub(super) fn scan(&self, table: &str) -> Vec<(Bytes, Bytes)> {
        let prefix = key(table, &[]);
        let entries = self.view.read();
        entries
            .range(prefix.clone()..)
            .take_while(|(key, _)| key.starts_with(&prefix))
            .map(|(key, value)| (key.slice(prefix.len()..), value.clone()))
            .collect()
    }

    pub(super) fn watchers(&self) -> &Watchers {
        &self.view.watchers
    }
}

impl Drop for Tables {
    fn drop(&mut self) {
        self.view.cluster.close();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the follower of the tables ended with a panic");
        }
    }
}

impl View {
    fn read(&self) -> std::sync::RwLockReadGuard<'_, BTreeMap<Bytes, Bytes>> {
        self.entries.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, consumer: &BaseConsumer<Speaker>) {
        while !self.cluster.closing() {
            match consumer.poll(POLL) {
                Some(Ok(message)) => self.take(&message),
                Some(Err(KafkaError::PartitionEOF(_))) => {
                    self.taken.send_if_modified(|taken| {
                        let first = taken.is_none();
                        taken.get_or_insert(Offset::ZERO);
                        first
                    });
                }
                Some(Err(error)) if position_gone(&error) => {
                    let why = format!("the topic of the tables has lost records: {error}");
                    self.cluster.give_up(why);
                    return;
                }
                Some(Err(error)) => tracing::debug!(%error, "the follower of the tables goes on"),
                None => {}
            }
        }
    }

    fn take(&self, message: &BorrowedMessage<'_>) {
        let key = Bytes::copy_from_slice(message.key().unwrap_or_default());
        let value = message.payload().map(Bytes::copy_from_slice);
        let zero = key.iter().position(|byte| *byte == 0);
        let named = zero.and_then(|at| Some((at, std::str::from_utf8(&key[..at]).ok()?)));
        match named {
            Some((at, table)) => {
                let change = Change {
                    key: key.slice(at + 1..),
                    value: value.clone(),
                };
                {
                    let entries = &mut self.entries.write().unwrap_or_else(PoisonError::into_inner);
                    match value {
                        Some(value) => drop(entries.insert(key.clone(), value)),
                        None => drop(entries.remove(&key)),
                    }
                }
                self.watchers.announce(table, change);
            }
            None => {
                tracing::warn!(
                    offset = message.offset(),
                    "a record of the tables names no table; it is passed over"
                );
            }
        }
        let next = Offset(u64::try_from(message.offset()).unwrap_or(0)).next();
        // Not before the first end: until then the view is not whole.
        self.taken.send_if_modified(|taken| match taken {
            Some(taken) => {
                *taken = next;
                true
            }
            None => false,
        });
    }
}
