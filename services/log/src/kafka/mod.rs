//! The adapter for a cluster: log and tables in topics of Apache Kafka, through librdkafka.
//!
//! ```text
//! append, put ─▶ queue (bounded in bytes) ─▶ writer thread: a round = one record batch a partition, flushed, reported
//! read ─▶ window of the newest records (one thread for all) ─▶ wait for news
//!      └▶ further back: a cursor, a consumer for one reader at a time
//! bounds, trim ─▶ the partition's leader
//! get, scan, watch ─▶ view in memory, kept by one thread; put answers when the view has its write
//! ```
//!
//! Offsets are Kafka's own. A call is never cut over two record batches, which a broker takes whole and shows whole; the end
//! that a reader is told is the high watermark, which stands between batches. `acks=all`, an idempotent
//! producer, and at least two copies in step, or a flush to the disk where there is one copy only.
//!
//! The log's identity is made of the ids that the cluster gave its topics when they were created. A topic
//! that was removed and made anew has another one, and a thread looks every second whether that happened under an open
//! log. Nothing is kept in consumer groups, and a position that is gone is an error.
//!
//! Needs Apache Kafka 3.0 or later, for topic ids. After a broker's crash a partition may begin again a little before where it
//! was trimmed to: the broker writes that down once a minute.

mod cluster;
mod config;
mod cursor;
mod group;
pub mod inbox;
mod native;
mod speaker;
mod table;
mod tail;
mod topics;
mod writer;

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use mingjing_domain::ids::Partition;
use rdkafka::admin::AdminClient;
use rdkafka::error::KafkaError;
use tokio::sync::watch;

use crate::port::{check_append_size, check_entry_size, check_table_name};
use crate::shard::Shard;
use crate::watchers::Watching;
use crate::{Batch, Bounds, Error, Log, LogId, Offset, Record, Result, StoredRecord, Table, Topic};

use cluster::{Admin, Cluster};
pub use config::Config;
use cursor::Cursors;
pub use group::Member;
use table::Tables;
use tail::{Look, NEAR, Tail};
use writer::{Entry, Writer};

/// Why a log could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A setting that cannot be used. Its value is not shown, for it may be a secret.
    #[error("the setting {setting:?} cannot be used: {reason}")]
    Setting {
        /// Its name.
        setting: String,
        /// Why, and what to do.
        reason: String,
    },
    /// Topics are not there and are not created.
    #[error("the cluster has no topic {topics}, {why}")]
    Missing {
        /// Their names.
        topics: String,
        /// What stands against creating them.
        why: &'static str,
    },
    /// The number of partitions is fixed when a log is created.
    #[error(
        "topic {topic} has {found} partitions, not {asked}: set `partitions` to {found}, or name another `prefix`"
    )]
    PartitionCount {
        /// The topic.
        topic: String,
        /// The number it has.
        found: usize,
        /// The number asked for.
        asked: u16,
    },
    /// A topic has fewer copies than asked for.
    #[error(
        "topic {topic} has {found} copies of a partition, not {asked}: reassign its partitions, or set `replication` to {found}"
    )]
    Copies {
        /// The topic.
        topic: String,
        /// The number it has.
        found: usize,
        /// The number asked for.
        asked: u16,
    },
    /// A topic is set so that the log would lose records or tear calls.
    #[error(
        "topic {topic} has {setting}={found}, but the log needs {wanted}; mend it with: {mend}"
    )]
    TopicSetting {
        /// The topic.
        topic: String,
        /// The setting.
        setting: &'static str,
        /// Its value.
        found: String,
        /// What it must be.
        wanted: String,
        /// The command that sets it.
        mend: String,
    },
    /// The cluster is too old: it gives topics no ids.
    #[error("the cluster gave topic {topic} no id; the log needs Apache Kafka 3.0 or later")]
    NoTopicIds {
        /// The topic.
        topic: String,
    },
    /// The cluster did not answer, or refused.
    #[error("{attempted} failed")]
    Kafka {
        /// What was to be done.
        attempted: String,
        /// The client's error.
        #[source]
        source: KafkaError,
    },
    /// The topics are right, but the log could not be taken into use.
    #[error("the log could not be taken into use")]
    Start(#[from] Error),
}

impl OpenError {
    fn of(attempted: impl Into<String>) -> impl FnOnce(KafkaError) -> OpenError {
        let attempted = attempted.into();
        |source| OpenError::Kafka { attempted, source }
    }
}

/// No answer within the time that the configuration allows.
#[derive(Debug, thiserror::Error)]
#[error("the cluster did not answer within {0:?}")]
struct TimedOut(Duration);

/// Says what was attempted when the cluster fails.
fn failed(attempted: String, source: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Storage {
        attempted,
        source: Arc::new(source),
    }
}

/// How much a read takes at most.
#[derive(Clone, Copy)]
struct Limits {
    records: usize,
    bytes: usize,
}

/// The records of an answer as it grows.
struct Taker {
    limits: Limits,
    records: Vec<StoredRecord>,
    bytes: usize,
}

/// No answer is larger than this, however much was asked for.
const ANSWER_BYTES: usize = 16 * 1024 * 1024;

impl Limits {
    fn taker(self) -> Taker {
        Taker {
            limits: self,
            records: Vec::new(),
            bytes: 0,
        }
    }
}

impl Taker {
    fn fits(&self, record: &StoredRecord) -> bool {
        let size = record.key.len() + record.value.len();
        self.records.is_empty()
            || (self.records.len() < self.limits.records && self.bytes + size <= self.limits.bytes)
    }

    fn take(&mut self, record: StoredRecord) {
        self.bytes += record.key.len() + record.value.len();
        self.records.push(record);
    }

    /// Whether nothing more fits for certain.
    fn full(&self) -> bool {
        !self.records.is_empty()
            && (self.records.len() >= self.limits.records || self.bytes >= self.limits.bytes)
    }
}

/// A log and its tables in a Kafka cluster. Dropping it writes what is queued, as long as the cluster answers.
pub struct KafkaLog {
    // In this order: the writer still tells the tail and the cluster.
    writer: Writer,
    tables: Tables,
    cursors: Arc<Cursors>,
    tail: Arc<Tail>,
    cluster: Arc<Cluster>,
    guard: Option<JoinHandle<()>>,
}

impl KafkaLog {
    /// Opens the log in a cluster; creates its topics if they are missing and may be created, and checks them.
    ///
    /// # Errors
    /// [`OpenError`]: a setting or a topic is wrong, or the cluster does not answer in time.
    pub async fn open(config: Config) -> std::result::Result<KafkaLog, OpenError> {
        config.check()?;
        let admin: AdminClient<speaker::Speaker> = config
            .base()
            .create_with_context(speaker::Speaker)
            .map_err(config::property)?;
        let admin: Admin = Arc::new(admin);
        let ids = topics::ensure(&config, &admin).await?;
        let cluster = Arc::new(Cluster::new(config, admin, ids));
        let starting = || "starting the log's threads".to_owned();
        let tail = Arc::new(Tail::start(Arc::clone(&cluster))?);
        let writer = Writer::start(Arc::clone(&cluster), Arc::clone(&tail));
        let writer = writer.map_err(|source| failed(starting(), source))?;
        let tables = Tables::start(Arc::clone(&cluster)).await?;
        let guard = cluster
            .guard()
            .map_err(|source| failed(starting(), source))?;
        tracing::info!(log = %cluster.id, config = ?cluster.config, "log opened");
        Ok(KafkaLog {
            writer,
            tables,
            cursors: Arc::new(Cursors::new(Arc::clone(&cluster))),
            tail,
            cluster,
            guard: Some(guard),
        })
    }

    fn shard(&self, topic: Topic, partition: Partition) -> Result<Shard> {
        Shard::of(topic, partition, self.partitions())
    }

    /// Refuses an offset that is not there, or a partition that is not what it was.
    async fn check_read(&self, shard: Shard, from: Offset) -> Result<()> {
        let Err(broken) = self.cluster.check_read(shard) else {
            return Ok(());
        };
        if matches!(broken, Error::Damaged { .. }) {
            // A position beyond the end says more precisely what is missing.
            shard.check(self.cluster.ask(shard).await?, from)?;
        }
        Err(broken)
    }
}

impl Drop for KafkaLog {
    fn drop(&mut self) {
        self.cluster.close();
        if let Some(guard) = self.guard.take() {
            guard.thread().unpark();
            if guard.join().is_err() {
                tracing::error!("the guard of the log's topics ended with a panic");
            }
        }
    }
}

#[async_trait]
impl Log for KafkaLog {
    fn id(&self) -> LogId {
        self.cluster.id
    }

    fn partitions(&self) -> u16 {
        self.cluster.config.partitions
    }

    async fn append(
        &self,
        topic: Topic,
        partition: Partition,
        records: Vec<Record>,
    ) -> Result<Offset> {
        let shard = self.shard(topic, partition)?;
        check_append_size(topic, partition, &records)?;
        self.cluster
            .check_write(|| format!("appending to {shard}"))?;
        if records.is_empty() {
            return Ok(self.cluster.ask(shard).await?.end);
        }
        self.writer.append(shard, records).await
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
        let shard = self.shard(topic, partition)?;
        let limits = Limits {
            records: max_records,
            bytes: max_bytes.min(ANSWER_BYTES),
        };
        let reader = Reader {
            log: self,
            shard,
            from,
            limits,
        };
        reader.read(wait).await
    }

    async fn bounds(&self, topic: Topic, partition: Partition) -> Result<Bounds> {
        let shard = self.shard(topic, partition)?;
        let bounds = self.cluster.ask(shard).await?;
        self.cluster.check_read(shard)?;
        Ok(bounds)
    }

    async fn trim(&self, topic: Topic, partition: Partition, before: Offset) -> Result<()> {
        let shard = self.shard(topic, partition)?;
        self.cluster
            .check_write(|| format!("trimming {shard} before {before}"))?;
        let Bounds { start, end } = self.cluster.ask(shard).await?;
        if before > end {
            return shard.check(Bounds { start, end }, before);
        }
        if before <= start {
            return Ok(());
        }
        self.cluster.delete_before(shard, before).await
    }
}

/// One read on its way to an answer.
struct Reader<'a> {
    log: &'a KafkaLog,
    shard: Shard,
    from: Offset,
    limits: Limits,
}

impl Reader<'_> {
    async fn read(&self, wait: Option<Duration>) -> Result<Batch> {
        let Reader {
            log,
            shard,
            from,
            limits,
        } = *self;
        // A wait that no clock can hold is one without end.
        let wait_until = wait.map(|wait| Instant::now().checked_add(wait));
        let mut asked = false;
        loop {
            log.check_read(shard, from).await?;
            let known = log.cluster.known(shard);
            if from < known.start {
                shard.check(known, from)?;
            }
            match log.tail.look(shard, from, limits) {
                Look::Found(batch) => return Ok(batch),
                Look::Coming(some, news) => {
                    if let Some(batch) = self.coming(some, news).await? {
                        return Ok(batch);
                    }
                }
                Look::AtEnd(news) if asked || wait.is_some() => {
                    let over = match wait_until {
                        None => true,
                        Some(until) => !woken(news, until).await,
                    };
                    // The last thing learnt may be that there is more.
                    if over && log.cluster.known(shard).end <= from {
                        return Ok(self.nothing());
                    }
                    asked = false;
                }
                look => {
                    // Known to be there, and far from where the windows are: no need to ask.
                    let followed = !matches!(look, Look::NotFollowed);
                    let bounds = match from < known.end {
                        true => known,
                        false => log.cluster.ask(shard).await?,
                    };
                    log.check_read(shard, from).await?;
                    shard.check(bounds, from)?;
                    log.tail.saw_end(shard, bounds.end);
                    asked = true;
                    if matches!(look, Look::AtEnd(_)) {
                        continue;
                    }
                    if from == bounds.end && wait.is_none() {
                        return Ok(self.nothing());
                    }
                    if followed && from < bounds.end {
                        return log.cursors.read(shard, from, bounds, limits).await;
                    }
                    // Following begins slowly, so what a cursor has before it is read to the end that was known; then
                    // what has come meanwhile decides.
                    let far = bounds.end.0 - from.0 > NEAR;
                    if far || (from < known.end && log.cursors.stand_at(shard, from)) {
                        return log.cursors.read(shard, from, bounds, limits).await;
                    }
                    log.tail.follow(shard, from, bounds)?;
                }
            }
        }
    }

    fn nothing(&self) -> Batch {
        Batch {
            records: Vec::new(),
            end: self.from,
        }
    }

    /// Waits for records that are known to be there. An answer is what had come if no more comes.
    async fn coming(
        &self,
        some: Option<Batch>,
        news: watch::Receiver<()>,
    ) -> Result<Option<Batch>> {
        const MOMENT: Duration = Duration::from_secs(1);
        let timeout = self.log.cluster.config.timeout;
        let patience = if some.is_some() { MOMENT } else { timeout };
        if woken(news, Instant::now().checked_add(patience)).await {
            return Ok(None);
        }
        match some {
            Some(batch) => Ok(Some(batch)),
            None => Err(failed(
                format!("reading {} from {}", self.shard, self.from),
                TimedOut(timeout),
            )),
        }
    }
}

/// Whether there was news in time.
async fn woken(mut news: watch::Receiver<()>, until: Option<Instant>) -> bool {
    match until {
        // The window is gone: that is news too.
        None => drop(news.changed().await),
        Some(until) => {
            return tokio::time::timeout_at(until.into(), news.changed())
                .await
                .is_ok();
        }
    }
    true
}

#[async_trait]
impl Table for KafkaLog {
    async fn put(&self, table: &str, key: Bytes, value: Option<Bytes>) -> Result<()> {
        check_table_name(table)?;
        check_entry_size(table, &key, value.as_deref())?;
        let attempted = || format!("writing to table {table}");
        self.cluster.check_write(attempted)?;
        let key = table::key(table, &key);
        let at = self.writer.put(Entry { key, value }, attempted()).await?;
        self.tables.caught_up(at.next(), attempted()).await
    }

    async fn create(&self, table: &str, key: Bytes, value: Bytes) -> Result<bool> {
        check_table_name(table)?;
        check_entry_size(table, &key, Some(&value))?;
        let attempted = || format!("creating an entry of table {table}");
        self.cluster.check_write(attempted)?;
        if self.tables.get(table, &key).is_some() {
            return Ok(false);
        }
        let claim = table::Claim::draw().map_err(|source| failed(attempted(), source))?;
        let record = Entry {
            key: claim.key(table, &key),
            value: Some(value),
        };
        let at = self.writer.put(record, attempted()).await?;
        self.tables.caught_up(at.next(), attempted()).await?;
        Ok(self.tables.won(table, &key, &claim))
    }

    async fn get(&self, table: &str, key: &[u8]) -> Result<Option<Bytes>> {
        check_table_name(table)?;
        Ok(self.tables.get(table, key))
    }

    async fn scan(&self, table: &str) -> Result<Vec<(Bytes, Bytes)>> {
        check_table_name(table)?;
        Ok(self.tables.scan(table))
    }

    fn watch(&self, table: &str) -> Watching {
        check_table_name(table)?;
        Ok(self.tables.watchers().watch(table))
    }
}
