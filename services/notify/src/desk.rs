//! The desk: messages that are not delivered yet, in memory by channel and in a table for good.
//!
//! | table | key | value |
//! |---|---|---|
//! | `notify_outbox` | `send/` and the message's id | a [`Delivery`] |
//! | `notify_outbox` | `digest/`, the route, `/`, why | a digest that is still being put together |
//! | `notify_dead` | the message's id | a [`DeadLetter`] |
//! | `notify_positions` | the partition | how far its facts were looked at |
//!
//! What lies here is written down before the position moves, and taken away after its receiver has taken it: whoever dies in between
//! delivers once more, under the same id. There is one desk at a time in the whole platform; one that is superseded and does not know it
//! yet sends doubles, and does no other harm.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use mingjing_domain::Timestamp;
use mingjing_log::Table;
use tokio::sync::Notify;

use crate::channel::Failure;
use crate::config::Config;
use crate::dead::{DEAD, DeadLetter};
use crate::plan::{Delivery, Digest, DigestKey};
use crate::{Error, Metrics, PlatformClock};

/// The table of what is not delivered.
pub(crate) const OUTBOX: &str = "notify_outbox";

pub(crate) const SEND: &str = "send/";
pub(crate) const DIGEST: &str = "digest/";

/// How long to wait before the table is tried again.
const AGAIN: Duration = Duration::from_secs(1);
/// The longest wait between two looks at a queue: the platform's clock may run otherwise than ours.
const LOOK_EVERY: Duration = Duration::from_millis(500);

pub(crate) fn delivery_key(id: &str) -> Bytes {
    format!("{SEND}{id}").into()
}

fn digest_key((route, why): &DigestKey) -> Bytes {
    format!("{DIGEST}{route}/{}", why.code()).into()
}

/// Messages of one channel, by when each is tried next.
type Queue = BTreeMap<(Timestamp, String), Delivery>;

#[derive(Default)]
struct Waiting {
    queues: BTreeMap<String, Queue>,
    /// By message: when it is tried next; none while it is written down.
    ids: BTreeMap<String, Option<Timestamp>>,
    /// By channel: how many are being written down.
    coming: BTreeMap<String, usize>,
    /// Dead letters that are known of, oldest first.
    dead: BTreeSet<(Timestamp, String)>,
}

/// See the module.
pub(crate) struct Desk {
    table: Arc<dyn Table>,
    config: Arc<Config>,
    metrics: Arc<Metrics>,
    clock: PlatformClock,
    waiting: Mutex<Waiting>,
    woken: BTreeMap<String, Notify>,
}

impl Desk {
    /// What is left of the desk before, and the digests that lay there.
    pub(crate) async fn restored(
        table: Arc<dyn Table>,
        config: Arc<Config>,
        metrics: Arc<Metrics>,
        clock: PlatformClock,
    ) -> Result<(Arc<Self>, Vec<Digest>), Error> {
        let woken = config.channels.keys().map(|id| (id.clone(), Notify::new()));
        let desk = Arc::new(Self {
            table,
            metrics,
            clock,
            waiting: Mutex::default(),
            woken: woken.collect(),
            config,
        });
        desk.count_dead().await?;
        let mut digests = Vec::new();
        for (key, value) in desk.scan(OUTBOX).await? {
            match read(&key, &value) {
                Some(Kept::Delivery(delivery)) => desk.restore(delivery).await?,
                Some(Kept::Digest(digest)) => digests.push(digest),
                None => {
                    let key = String::from_utf8_lossy(&key);
                    tracing::error!(%key, "an entry of the outbox cannot be read: it stays, and is not sent");
                    desk.metrics.passed_over("unreadable", 1);
                }
            }
        }
        Ok((desk, digests))
    }

    /// Looks how many dead letters there are: others send them again, or forget them.
    pub(crate) async fn count_dead(&self) -> Result<(), Error> {
        let entries = self.scan(DEAD).await?;
        let dead = entries.iter().map(|(key, value)| {
            let at = serde_json::from_slice::<DeadLetter>(value).map(|letter| letter.at);
            let id = String::from_utf8_lossy(key).into_owned();
            (at.unwrap_or(Timestamp::MIN), id)
        });
        let mut waiting = self.waiting();
        waiting.dead = dead.collect();
        self.metrics.dead_letters.set(as_count(waiting.dead.len()));
        Ok(())
    }

    async fn restore(&self, delivery: Delivery) -> Result<(), Error> {
        if self.config.channels.contains_key(&delivery.channel) {
            self.enqueue(delivery, Timestamp::MIN);
            return Ok(());
        }
        let gone = Failure::lasting("channel_gone", "its channel is not configured any more");
        self.bury(&delivery, &gone).await
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a digest down as it is now.
    pub(crate) async fn keep(&self, key: &DigestKey, digest: &Digest) -> Result<(), Error> {
        self.write(OUTBOX, digest_key(key), Some(json(digest)))
            .await
    }

    /// A digest has become messages, which are written down.
    pub(crate) async fn forget(&self, key: &DigestKey) -> Result<(), Error> {
        self.write(OUTBOX, digest_key(key), None).await
    }

    /// Writes messages down, and has them delivered. One that waits already stays as it is.
    pub(crate) async fn take(&self, deliveries: Vec<Delivery>) -> Result<(), Error> {
        let each = deliveries
            .into_iter()
            .map(|delivery| self.take_one(delivery));
        // Together: the table writes them with one turn of the disk.
        futures::future::try_join_all(each).await?;
        Ok(())
    }

    async fn take_one(&self, delivery: Delivery) -> Result<(), Error> {
        let full = {
            let mut waiting = self.waiting();
            if waiting.ids.contains_key(&delivery.id) {
                return Ok(());
            }
            let queued = waiting.queues.get(&delivery.channel).map_or(0, Queue::len);
            let coming = waiting.coming.entry(delivery.channel.clone()).or_default();
            let full = queued + *coming >= self.config.waiting_max;
            if !full {
                *coming += 1;
                waiting.ids.insert(delivery.id.clone(), None);
            }
            full
        };
        if full {
            let failure = Failure::lasting("queue_full", "too many messages wait for this channel");
            return self.bury(&delivery, &failure).await;
        }
        self.write(OUTBOX, delivery_key(&delivery.id), Some(json(&delivery)))
            .await?;
        if let Some(coming) = self.waiting().coming.get_mut(&delivery.channel) {
            *coming -= 1;
        }
        self.enqueue(delivery, Timestamp::MIN);
        Ok(())
    }

    /// What somebody else has put into the outbox: a dead letter that is sent again.
    pub(crate) async fn changed(&self, key: &[u8]) -> Result<(), Error> {
        let text = std::str::from_utf8(key).unwrap_or_default();
        let Some(id) = text.strip_prefix(SEND) else {
            return Ok(());
        };
        if self.waiting().ids.contains_key(id) {
            return Ok(());
        }
        // Asked anew: what we wrote ourselves, and have delivered since, is there no more.
        let found = loop {
            match self.table.get(OUTBOX, key).await {
                Ok(found) => break found,
                Err(error) => self.again("reading the outbox", error).await?,
            }
        };
        match found.as_deref().and_then(|value| read(key, value)) {
            Some(Kept::Delivery(delivery)) if !self.waiting().ids.contains_key(id) => {
                self.restore(delivery).await
            }
            _ => Ok(()),
        }
    }

    fn enqueue(&self, delivery: Delivery, next_at: Timestamp) {
        let channel = delivery.channel.clone();
        {
            let mut waiting = self.waiting();
            let before = waiting.ids.insert(delivery.id.clone(), Some(next_at));
            let queue = waiting.queues.entry(channel.clone()).or_default();
            if let Some(Some(before)) = before {
                queue.remove(&(before, delivery.id.clone()));
            }
            queue.insert((next_at, delivery.id.clone()), delivery);
        }
        if let Some(woken) = self.woken.get(&channel) {
            woken.notify_one();
        }
    }

    /// The next message of a channel, as soon as one is to be tried. It stays here until it is [delivered](Self::delivered),
    /// [tried again](Self::later) or [buried](Self::bury).
    pub(crate) async fn next(&self, channel: &str) -> Delivery {
        loop {
            let woken = self.woken.get(channel).map(Notify::notified);
            let now = (self.clock)();
            let found = {
                let waiting = self.waiting();
                let first = waiting
                    .queues
                    .get(channel)
                    .and_then(|q| q.first_key_value());
                first
                    .filter(|((at, _), _)| *at <= now)
                    .map(|(_, delivery)| delivery.clone())
            };
            match (found, woken) {
                (Some(delivery), _) => return delivery,
                (None, Some(woken)) => {
                    let _ = tokio::time::timeout(LOOK_EVERY, woken).await;
                }
                (None, None) => tokio::time::sleep(LOOK_EVERY).await,
            }
        }
    }

    /// Its receiver has taken it.
    pub(crate) async fn delivered(&self, delivery: &Delivery) -> Result<(), Error> {
        self.write(OUTBOX, delivery_key(&delivery.id), None).await?;
        self.leave(delivery);
        self.metrics.delivered(&delivery.channel);
        Ok(())
    }

    /// It is tried again, not before an instant.
    pub(crate) async fn later(&self, delivery: &Delivery, next_at: Timestamp) -> Result<(), Error> {
        let tried = Delivery {
            attempts: delivery.attempts + 1,
            ..delivery.clone()
        };
        self.write(OUTBOX, delivery_key(&tried.id), Some(json(&tried)))
            .await?;
        self.enqueue(tried, next_at);
        Ok(())
    }

    /// It is given up: a dead letter, which somebody may send again.
    pub(crate) async fn bury(&self, delivery: &Delivery, why: &Failure) -> Result<(), Error> {
        let letter = DeadLetter {
            at: (self.clock)(),
            reason: why.reason.to_owned(),
            detail: why.detail.clone(),
            delivery: delivery.clone(),
        };
        let id = delivery.id.clone();
        self.write(DEAD, id.clone().into(), Some(json(&letter)))
            .await?;
        self.write(OUTBOX, delivery_key(&id), None).await?;
        self.leave(delivery);
        self.metrics.dead(&delivery.channel, why.reason);
        tracing::warn!(
            id,
            channel = delivery.channel,
            route = delivery.route,
            reason = why.reason,
            detail = why.detail,
            "a notification is given up"
        );
        let oldest = {
            let mut waiting = self.waiting();
            waiting.dead.insert((letter.at, id));
            let oldest = match waiting.dead.len() > self.config.dead_max {
                true => waiting.dead.pop_first(),
                false => None,
            };
            self.metrics.dead_letters.set(as_count(waiting.dead.len()));
            oldest
        };
        if let Some((_, id)) = oldest {
            self.write(DEAD, id.into(), None).await?;
            self.metrics.forgotten(&delivery.channel);
        }
        Ok(())
    }

    /// Messages of a channel that have been tried for as long as they may be.
    pub(crate) fn expired(&self, channel: &str, made_before: Timestamp) -> Vec<Delivery> {
        let waiting = self.waiting();
        let queue = waiting.queues.get(channel).into_iter().flatten();
        queue
            .map(|(_, delivery)| delivery)
            .filter(|delivery| delivery.made_at <= made_before)
            .cloned()
            .collect()
    }

    fn leave(&self, delivery: &Delivery) {
        let mut waiting = self.waiting();
        let Some(Some(at)) = waiting.ids.remove(&delivery.id) else {
            return;
        };
        if let Some(queue) = waiting.queues.get_mut(&delivery.channel) {
            queue.remove(&(at, delivery.id.clone()));
        }
    }

    /// Tells the gauges how much waits.
    pub(crate) fn measure(&self) {
        let now = (self.clock)();
        let waiting = self.waiting();
        for channel in self.config.channels.keys() {
            let queue = waiting.queues.get(channel);
            let oldest = queue.into_iter().flatten().map(|(_, d)| d.made_at).min();
            let age_ms = oldest.map_or(0, |at| now.millis().saturating_sub(at.millis()));
            let age = Duration::from_millis(u64::try_from(age_ms).unwrap_or(0));
            self.metrics
                .waiting(channel, queue.map_or(0, BTreeMap::len), age);
        }
    }

    /// Writes, for as long as it takes.
    pub(crate) async fn write(
        &self,
        table: &str,
        key: Bytes,
        value: Option<Bytes>,
    ) -> Result<(), Error> {
        loop {
            match self.table.put(table, key.clone(), value.clone()).await {
                Ok(()) => return Ok(()),
                Err(error) => self.again("writing down what is to be sent", error).await?,
            }
        }
    }

    pub(crate) async fn scan(&self, table: &str) -> Result<Vec<(Bytes, Bytes)>, Error> {
        loop {
            match self.table.scan(table).await {
                Ok(entries) => return Ok(entries),
                Err(error) => self.again("reading what is to be sent", error).await?,
            }
        }
    }

    /// Waits where the store failed, which passes; any other error does not.
    async fn again(
        &self,
        attempted: &'static str,
        source: mingjing_log::Error,
    ) -> Result<(), Error> {
        match source {
            mingjing_log::Error::Storage { .. } => {
                tracing::warn!(error = %source, attempted, "the table fails, trying again");
                tokio::time::sleep(AGAIN).await;
                Ok(())
            }
            source => Err(Error::Table { attempted, source }),
        }
    }
}

fn as_count(len: usize) -> i64 {
    i64::try_from(len).unwrap_or(i64::MAX)
}

enum Kept {
    Delivery(Delivery),
    Digest(Digest),
}

fn read(key: &[u8], value: &[u8]) -> Option<Kept> {
    let key = std::str::from_utf8(key).ok()?;
    if key.starts_with(SEND) {
        serde_json::from_slice(value).ok().map(Kept::Delivery)
    } else if key.starts_with(DIGEST) {
        serde_json::from_slice(value).ok().map(Kept::Digest)
    } else {
        None
    }
}

fn json(value: &impl serde::Serialize) -> Bytes {
    let bytes = serde_json::to_vec(value).expect("these have only text keys");
    bytes.into()
}
