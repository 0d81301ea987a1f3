//! Topics of others: records that are delivered to this cluster in topics that are not the log's.
//!
//! ```text
//! broker ─▶ one consumer on a thread of its own ─▶ a piece of news at a time ─▶ receiver
//!      ◀─ committed: next offset, topic id, a note ─ marks ◀──── answered when its effects are durable ┘
//! ```
//!
//! Several processes share the partitions as a consumer group, and here, unlike for the log, the group's committed offsets are what is
//! gone by: nothing of these topics is ours, and their effects, written under derived ids, may come twice. With each offset goes
//! the id of the topic that it counts in and a note of the receiver's, in one piece.
//!
//! - **Committed is done.** A mark is committed after the receiver has answered for everything before it. Before partitions go to
//!   another process the thread waits for the answer that is due, and commits it.
//! - **Loud about loss.** Where a topic no longer has what comes next, or is another topic of the same name, that is told as a
//!   [`Loss`] and reading goes on from the oldest record there is. The first time begins there too.
//! - **Bounded.** One piece of news at a time, of at most [`RECORDS_MAX`] records or [`BYTES_MAX`]; the client fetches ahead so much
//!   again. A receiver that takes long leaves the records with the broker; the thread goes on polling meanwhile, with all partitions paused,
//!   so that the group does not lose it. Single partitions are paused as long as the receiver asks.

mod answers;
mod client;
mod desk;
mod follow;
mod places;
mod start;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::thread::JoinHandle;
use std::time::Duration;

use bytes::Bytes;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::types::RDKafkaErrorCode;
use tokio::sync::mpsc;

use super::cluster::Admin;
use super::{Config, OpenError, config, failed, native, speaker};
use crate::Result;

use desk::Desk;
pub use start::{Loss, LossKind};

/// Records in one piece of news, at most.
pub const RECORDS_MAX: usize = 5_000;
/// Bytes of values and headers in one piece of news, at most, but for a single larger record.
pub const BYTES_MAX: usize = 8 * 1024 * 1024;

/// How long the cluster may take over a question about a topic.
const QUESTION: Duration = Duration::from_secs(5);

/// How long a new topic keeps its records: so long may we be away.
const RETENTION_MS: i64 = 30 * 24 * 3600 * 1000;

/// A partition of a topic.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// The topic's name in the cluster.
    pub topic: Arc<str>,
    /// The partition.
    pub partition: i32,
}

impl std::fmt::Display for Spot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.topic, self.partition)
    }
}

/// A partition that is read from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    /// Which.
    pub spot: Spot,
    /// The id that the cluster gave the topic.
    pub topic_id: u128,
    /// How many partitions the topic has.
    pub partitions: usize,
    /// The first offset that will be given.
    pub at: i64,
    /// Where the partition ended when that was found out.
    pub end: i64,
    /// The note that was committed with it; empty where there is none.
    pub note: String,
    /// What is missing before it.
    pub loss: Option<Loss>,
}

/// A record as it lies in a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivered {
    /// Its offset.
    pub offset: i64,
    /// When the broker appended it, in milliseconds since 1970, if the topic is set so that the broker says it.
    pub appended_at: Option<i64>,
    /// Its headers in order, but for those without a value.
    pub headers: Vec<(String, Bytes)>,
    /// Its value; none for a tombstone.
    pub value: Option<Bytes>,
}

impl Delivered {
    fn size(&self) -> usize {
        let headers = self.headers.iter().map(|(name, v)| name.len() + v.len());
        self.value.as_ref().map_or(0, Bytes::len) + headers.sum::<usize>() + 64
    }
}

/// What the receiver is told.
#[derive(Debug)]
pub enum News {
    /// These partitions are read from now on, and no others.
    Assigned(Vec<Begun>),
    /// Records, those of a partition in their order.
    Records(BTreeMap<Spot, Vec<Delivered>>),
}

/// What the receiver has done with a partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Which.
    pub spot: Spot,
    /// Everything before this offset is done.
    pub next: i64,
    /// What to remember with it.
    pub note: String,
    /// It wants no more of it for so long.
    pub rest: Option<Duration>,
}

/// A piece of news that waits for its answer.
#[derive(Debug)]
pub struct Handed {
    /// What it says.
    pub news: News,
    /// Takes the answer.
    pub answer: Answer,
}

/// Takes the answer to a piece of news. Dropped without one, nothing of it is committed and the reader ends.
#[derive(Debug)]
pub struct Answer(SyncSender<Vec<Mark>>);

impl Answer {
    /// Says that all of it is durable.
    pub fn done(self, marks: Vec<Mark>) {
        // Has room for the one answer; a thread that is gone needs none.
        let _ = self.0.try_send(marks);
    }
}

/// How far a partition has been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The next offset to be done.
    pub next: i64,
    /// The partition's end, as far as known.
    pub end: i64,
    /// Whether the cluster has taken what was answered since the partition was assigned: the note of its beginning at least.
    pub kept: bool,
}

/// The topics that are followed. Dropping it leaves the group.
pub struct Inbox {
    news: mpsc::Receiver<Handed>,
    desk: Arc<Desk>,
    thread: Option<JoinHandle<()>>,
}

impl Inbox {
    /// Joins the group of this name. Nothing is read until [`Inbox::follow`] names topics.
    ///
    /// # Errors
    /// [`OpenError`]: the settings are wrong. A cluster that cannot be reached is tried for ever.
    pub fn open(config: &Config, group: &str) -> std::result::Result<Inbox, OpenError> {
        config.check()?;
        let (told, news) = mpsc::channel(1);
        let desk = Arc::new(Desk::default());
        let consumer = client::consumer(config, group, Arc::clone(&desk))?;
        let at_desk = Arc::clone(&desk);
        let thread = std::thread::Builder::new()
            .name(format!("inbox-{group}"))
            .spawn(move || follow::run(&consumer, &at_desk, &told))
            .expect("the system has a thread left");
        Ok(Inbox {
            news,
            desk,
            thread: Some(thread),
        })
    }

    /// The next piece of news; the one before must have been answered. None: the thread has ended.
    pub async fn next(&mut self) -> Option<Handed> {
        self.news.recv().await
    }

    /// Follows these topics and no others; each with the id under which the cluster knows it.
    pub fn follow(&self, topics: BTreeMap<String, u128>) {
        self.desk.follow(topics);
    }

    /// How far each partition that this process has been given has been read.
    pub fn standings(&self) -> BTreeMap<Spot, Standing> {
        self.desk.standings()
    }

    /// How often the client has reported an error of the consumer, and the last one.
    pub fn errors(&self) -> (u64, Option<String>) {
        self.desk.errors()
    }
}

impl Drop for Inbox {
    fn drop(&mut self) {
        self.desk.close();
        self.news.close();
        while self.news.try_recv().is_ok() {}
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the reader of delivered topics ended with a panic");
        }
    }
}

/// What the cluster knows of a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// It is there, under this id.
    There(u128),
    /// It is not there.
    Absent,
    /// The cluster does not say, as where we have no permission.
    Hidden(String),
}

/// Asks about topics of others, and creates them.
#[derive(Clone)]
pub struct Topics {
    config: Config,
    admin: Admin,
}

impl Topics {
    /// In a log's cluster.
    ///
    /// # Errors
    /// [`OpenError::Setting`].
    pub fn of(config: &Config) -> std::result::Result<Self, OpenError> {
        config.check()?;
        let admin: AdminClient<speaker::Speaker> = config
            .base()
            .create_with_context(speaker::Speaker)
            .map_err(config::property)?;
        Ok(Self {
            config: config.clone(),
            admin: Arc::new(admin),
        })
    }

    /// What the names of the log's topics begin with.
    pub fn prefix(&self) -> &str {
        &self.config.prefix
    }

    /// Whether topics that are missing may be created.
    pub fn create(&self) -> bool {
        self.config.create
    }

    /// What the cluster knows of these topics: the id, nothing for one that is not there, or why it does not say.
    ///
    /// # Errors
    /// [`Error::Storage`](crate::Error::Storage) when the cluster does not answer.
    pub async fn known(&self, names: Vec<String>) -> Result<BTreeMap<String, Known>> {
        if names.is_empty() {
            return Ok(BTreeMap::new());
        }
        let found = self.ask("asking for topics", move |admin| {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            native::describe(admin.inner(), &names, QUESTION)
        });
        let known = |id: rdkafka::error::KafkaResult<Option<u128>>| match id {
            Ok(Some(id)) => Known::There(id),
            Ok(None) => Known::Absent,
            Err(error) => Known::Hidden(error.to_string()),
        };
        let found = found.await?.into_iter();
        Ok(found.map(|(name, id)| (name, known(id))).collect())
    }

    /// Whether the topic is there and anything was ever written to it.
    ///
    /// # Errors
    /// [`Error::Storage`](crate::Error::Storage) when the cluster does not answer, or does not say.
    pub async fn written_to(&self, name: &str) -> Result<bool> {
        let known = self.known(vec![name.to_owned()]).await?;
        match known.get(name) {
            Some(Known::There(_)) => {}
            Some(Known::Hidden(why)) => {
                let source = std::io::Error::other(why.clone());
                return Err(failed(
                    format!("asking whether there is a topic {name}"),
                    source,
                ));
            }
            Some(Known::Absent) | None => return Ok(false),
        }
        let name = name.to_owned();
        self.ask("asking for the end of a topic", move |admin| {
            let client = admin.inner();
            let metadata = client.fetch_metadata(Some(&name), QUESTION)?;
            let partitions = metadata
                .topics()
                .first()
                .map_or(0, |t| t.partitions().len());
            for partition in 0..i32::try_from(partitions).unwrap_or(i32::MAX) {
                if client.fetch_watermarks(&name, partition, QUESTION)?.1 > 0 {
                    return Ok(true);
                }
            }
            Ok(false)
        })
        .await
    }

    /// Creates a topic of one partition that stamps records with the broker's time, unless it is there.
    ///
    /// # Errors
    /// [`Error::Storage`](crate::Error::Storage): the cluster refuses, or does not answer.
    pub async fn make(&self, name: &str) -> Result<()> {
        let copies = TopicReplication::Fixed(i32::from(self.config.replication));
        let retention = RETENTION_MS.to_string();
        let in_step = if self.config.replication > 1 {
            "2"
        } else {
            "1"
        };
        let topic = NewTopic::new(name, 1, copies)
            .set("cleanup.policy", "delete")
            .set("retention.ms", &retention)
            .set("min.insync.replicas", in_step)
            .set("message.timestamp.type", "LogAppendTime");
        let options = AdminOptions::new()
            .request_timeout(Some(QUESTION))
            .operation_timeout(Some(QUESTION));
        let attempted = || format!("creating topic {name}");
        let answers = self.admin.create_topics(&[topic], &options).await;
        for answer in answers.map_err(|source| failed(attempted(), source))? {
            match answer {
                Ok(_) => tracing::info!(topic = name, "topic created"),
                Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
                Err((_, code)) => {
                    let source = rdkafka::error::KafkaError::AdminOp(code);
                    return Err(failed(attempted(), source));
                }
            }
        }
        Ok(())
    }

    async fn ask<T: Send + 'static>(
        &self,
        attempted: &'static str,
        ask: impl FnOnce(&AdminClient<speaker::Speaker>) -> rdkafka::error::KafkaResult<T>
        + Send
        + 'static,
    ) -> Result<T> {
        let admin = Arc::clone(&self.admin);
        let answer = tokio::task::spawn_blocking(move || ask(&admin)).await;
        let answer = answer.map_err(|source| failed(attempted.to_owned(), source))?;
        answer.map_err(|source| failed(attempted.to_owned(), source))
    }
}
