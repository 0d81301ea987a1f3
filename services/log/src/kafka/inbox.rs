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
//!   A batch whose checksum does not hold holds the partition up (librdkafka 2.12 does not get past it) until somebody removes it, which
//!   is a loss like any; should the client pass over one, how many records that were comes with the next one ([`Delivered::lost`]).
//! - **Loud about standing still.** A group that does not take this process in, a place to begin at that cannot be found out, a batch that
//!   cannot be unpacked: [`Inbox::health`] tells them.
//! - **Bounded.** One piece of news at a time, of at most [`RECORDS_MAX`] records or [`BYTES_MAX`]; the client fetches ahead so much
//!   again. A receiver that takes long leaves the records with the broker; the thread goes on polling meanwhile, with all partitions paused,
//!   so that the group does not lose it. Single partitions are paused as long as the receiver asks.

mod answers;
mod client;
mod desk;
mod follow;
mod gaps;
mod places;
mod start;
mod topics;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::thread::JoinHandle;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc;

use super::{Config, OpenError};

pub use super::native::Shape;
use desk::Desk;
pub use start::{Loss, LossKind};
pub use topics::{Known, Topics};

/// Records in one piece of news, at most.
pub const RECORDS_MAX: usize = 5_000;
/// Bytes of values and headers in one piece of news, at most, but for a single larger record.
pub const BYTES_MAX: usize = 8 * 1024 * 1024;

/// How long the cluster may take over a question about a topic.
const QUESTION: Duration = Duration::from_secs(5);

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
    /// Records right before it that could not be read: their batch is damaged. Where the sender writes in transactions, their marks
    /// may be counted with them.
    pub lost: u64,
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
pub struct Answer(SyncSender<Answered>);

/// What the receiver says of a piece of news.
#[derive(Debug)]
pub(super) struct Answered {
    marks: Vec<Mark>,
    /// Something was not taken, because the topic it lies in seems to have changed.
    doubted: bool,
}

impl Answer {
    /// Says that all of it is durable.
    pub fn done(self, marks: Vec<Mark>) {
        self.say(marks, false);
    }

    /// Says that what is marked is durable, and that the rest was not taken, because its topic is not the one that was begun, or has
    /// more partitions: all are begun anew, each after its last mark.
    pub fn doubted(self, marks: Vec<Mark>) {
        self.say(marks, true);
    }

    fn say(self, marks: Vec<Mark>, doubted: bool) {
        // Has room for the one answer; a thread that is gone needs none.
        let _ = self.0.try_send(Answered { marks, doubted });
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

/// What keeps the reading from going on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// For how long the group has not taken this process in, though there are topics to follow.
    pub unjoined: Option<Duration>,
    /// For how long it could not be found out where anything begins, and why.
    pub beginning: Option<(Duration, String)>,
    /// The same of single partitions.
    pub unbegun: BTreeMap<Spot, (Duration, String)>,
    /// What the client says of a batch that it cannot read, if it has said so lately. It does not say of which partition: of one that
    /// does not get on.
    pub unreadable: Option<String>,
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

    /// What keeps the reading from going on.
    pub fn health(&self) -> Health {
        self.desk.health()
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
