//! The tables: one compacted topic for all of them, and a view of it in memory that a thread keeps.
//!
//! One topic, because tables are small, their names may differ by what Kafka's topic names may not (`.` and `_`), and a
//! table then needs nothing created. A record's key is the table's name, a zero byte and the entry's key.
//!
//! Whoever creates an entry writes a record of its own: the name, a byte 1, the length of the entry's key, that key, and 16
//! drawn bytes, its claim. Of several claims to one entry the first in the topic has it, which all views see alike, for
//! compaction keeps the order of what it keeps, and no claim takes another's place.

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
    /// Whose claim has an entry that was created, by the entry's key.
    claims: RwLock<BTreeMap<Bytes, Claim>>,
    pub(super) watchers: Watchers,
    /// The offset after the last record taken; nothing until the view was whole for the first time.
    taken: watch::Sender<Option<Offset>>,
}

/// The key of an entry in the topic.
pub(super) fn key(table: &str, key: &[u8]) -> Bytes {
    [table.as_bytes(), &[0], key].concat().into()
}

/// Who created an entry.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Claim([u8; 16]);

impl Claim {
    /// One that nobody else has.
    pub(super) fn draw() -> std::result::Result<Self, getrandom::Error> {
        let mut claim = [0; 16];
        getrandom::fill(&mut claim)?;
        Ok(Claim(claim))
    }

    /// The key of its record in the topic.
    pub(super) fn key(&self, table: &str, entry: &[u8]) -> Bytes {
        let length = u16::try_from(entry.len()).unwrap_or(u16::MAX);
        [
            table.as_bytes(),
            &[CLAIMED],
            &length.to_be_bytes(),
            entry,
            &self.0,
        ]
        .concat()
        .into()
    }
}

/// After the table's name in the key of an entry's record.
const PUT: u8 = 0;
/// After the table's name in the key of a claim's record.
const CLAIMED: u8 = 1;

/// What the key of a record names.
struct Named<'a> {
    table: &'a str,
    entry: &'a [u8],
    /// Set where the entry was to be created.
    claim: Option<Claim>,
}

impl<'a> Named<'a> {
    fn parse(key: &'a [u8]) -> Option<Self> {
        let at = key.iter().position(|byte| matches!(*byte, PUT | CLAIMED))?;
        let table = std::str::from_utf8(&key[..at]).ok()?;
        let rest = &key[at + 1..];
        if key[at] == PUT {
            return Some(Named {
                table,
                entry: rest,
                claim: None,
            });
        }
        let (length, rest) = rest.split_first_chunk::<2>()?;
        let (entry, claim) = rest.split_at_checked(u16::from_be_bytes(*length).into())?;
        let claim = Some(Claim(claim.try_into().ok()?));
        Some(Named {
            table,
            entry,
            claim,
        })
    }
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
            claims: RwLock::default(),
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

    /// Whether this claim has the entry.
    pub(super) fn won(&self, table: &str, entry: &[u8], claim: &Claim) -> bool {
        let claims = self.view.claims.read();
        let claims = claims.unwrap_or_else(PoisonError::into_inner);
        claims.get(&key(table, entry)) == Some(claim)
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
        let value = message.payload().map(Bytes::copy_from_slice);
        match Named::parse(message.key().unwrap_or_default()) {
            Some(named) => self.change(&named, value),
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

    fn change(&self, named: &Named<'_>, value: Option<Bytes>) {
        let place = key(named.table, named.entry);
        {
            let entries = &mut self.entries.write().unwrap_or_else(PoisonError::into_inner);
            match (&value, named.claim) {
                (Some(_), Some(_)) if entries.contains_key(&place) => return,
                (Some(value), claim) => {
                    if let Some(claim) = claim {
                        let claims = self.claims.write();
                        let mut claims = claims.unwrap_or_else(PoisonError::into_inner);
                        claims.insert(place.clone(), claim);
                    }
                    entries.insert(place, value.clone());
                }
                // A claim is never taken back.
                (None, Some(_)) => return,
                (None, None) => drop(entries.remove(&place)),
            }
        }
        let key = Bytes::copy_from_slice(named.entry);
        self.watchers.announce(named.table, Change { key, value });
    }
}
