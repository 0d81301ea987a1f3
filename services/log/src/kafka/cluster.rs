//! What the parts of an open log share: the cluster's administrative client, the ends that are known, and whether the
//! log is still the one that was opened.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rdkafka::admin::{AdminClient, AdminOptions};
use rdkafka::error::KafkaError;
use rdkafka::{Offset as Place, TopicPartitionList};

use super::config::Config;
use super::speaker::Speaker;
use super::topics::{self, Ids};
use super::{failed, native};
use crate::shard::Shard;
use crate::{Bounds, Error, LogId, Offset, Result, Topic};

/// The client for everything but records; shared with the threads that wait for its answers.
pub(super) type Admin = Arc<AdminClient<Speaker>>;

/// How often the topics' ids are compared with those the log was opened with.
const GUARD_PAUSE: Duration = Duration::from_secs(1);

/// How long one question to the cluster may take before it is asked again.
const QUESTION: Duration = Duration::from_secs(5);

/// Between two times that it is asked.
const PAUSE: Duration = Duration::from_millis(50);

/// Why this log is no longer what was opened.
#[derive(Clone, Debug)]
enum Broken {
    /// A topic was made anew.
    Remade(LogId),
    /// A topic is gone, or a partition's end has moved back.
    Lost(Option<Shard>, Arc<str>),
}

/// An open log's cluster.
pub(super) struct Cluster {
    pub(super) config: Config,
    pub(super) id: LogId,
    admin: Admin,
    ids: Ids,
    /// The names of the topics in the cluster.
    names: BTreeMap<Topic, String>,
    known: BTreeMap<Topic, Vec<Mutex<Known>>>,
    broken: OnceLock<Broken>,
    closing: AtomicBool,
}

/// What is known of a partition.
#[derive(Clone, Copy, Default)]
struct Known {
    bounds: Bounds,
    /// After the last record that this process was told is written.
    acknowledged: Offset,
}

impl Cluster {
    pub(super) fn new(config: Config, admin: Admin, ids: Ids) -> Cluster {
        let partitions = usize::from(config.partitions);
        let known = || (0..partitions).map(|_| Mutex::default()).collect();
        Cluster {
            id: topics::log_id(&config, &ids),
            admin,
            ids,
            names: Topic::ALL.map(|topic| (topic, config.topic(topic))).into(),
            known: Topic::ALL.map(|topic| (topic, known())).into(),
            broken: OnceLock::new(),
            closing: AtomicBool::new(false),
            config,
        }
    }

    /// The topic's name in the cluster.
    pub(super) fn name(&self, topic: Topic) -> &str {
        &self.names[&topic]
    }

    /// The topic of that name.
    pub(super) fn topic(&self, name: &str) -> Option<Topic> {
        let mut names = self.names.iter();
        names.find(|(_, n)| *n == name).map(|(topic, _)| *topic)
    }

    fn with<T>(&self, shard: Shard, work: impl FnOnce(&mut Known) -> T) -> T {
        let known = &self.known[&shard.topic][usize::from(shard.partition.0)];
        work(&mut known.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The bounds as far as known, without asking.
    pub(super) fn known(&self, shard: Shard) -> Bounds {
        self.with(shard, |known| known.bounds)
    }

    /// A later end was seen.
    pub(super) fn saw_end(&self, shard: Shard, end: Offset) {
        self.with(shard, |known| known.bounds.end = known.bounds.end.max(end));
    }

    /// Records were written. Fails if they lie where others were acknowledged before.
    pub(super) fn acknowledge(
        &self,
        shard: Shard,
        first: Offset,
        records: u64,
    ) -> std::result::Result<(), Arc<str>> {
        let end = first.plus(records);
        let before = self.with(shard, |known| {
            let before = known.acknowledged;
            known.acknowledged = before.max(end);
            known.bounds.end = known.bounds.end.max(end);
            before
        });
        if first >= before {
            return Ok(());
        }
        Err(self.lost(shard, before, first))
    }

    /// Remembers that an end has moved back.
    fn lost(&self, shard: Shard, known: Offset, found: Offset) -> Arc<str> {
        let why = format!(
            "the end of {shard} went back from {known} to {found}: records that were acknowledged are missing"
        );
        let why: Arc<str> = why.into();
        self.break_with(Broken::Lost(Some(shard), Arc::clone(&why)));
        why
    }

    /// The log cannot be relied on any more, for a reason outside its partitions.
    pub(super) fn give_up(&self, why: String) {
        self.break_with(Broken::Lost(None, why.into()));
    }

    fn break_with(&self, broken: Broken) {
        if self.broken.set(broken.clone()).is_ok() {
            tracing::error!(log = %self.id, ?broken, "the log is not what it was; it takes no more writes");
        }
    }

    /// Refuses to write to a log that is not what it was.
    pub(super) fn check_write(&self, attempted: impl FnOnce() -> String) -> Result<()> {
        match self.broken.get() {
            None => Ok(()),
            Some(Broken::Remade(found)) => Err(self.remade(*found)),
            Some(Broken::Lost(_, why)) => Err(Error::Stopped {
                attempted: attempted(),
                reason: why.to_string(),
            }),
        }
    }

    /// Refuses to read what is not what it was; partitions that nothing happened to go on.
    pub(super) fn check_read(&self, shard: Shard) -> Result<()> {
        match self.broken.get() {
            Some(Broken::Remade(found)) => Err(self.remade(*found)),
            Some(Broken::Lost(place, why)) if place.is_none_or(|place| place == shard) => {
                Err(Error::Damaged {
                    attempted: format!("reading {shard}"),
                    found: why.to_string(),
                })
            }
            _ => Ok(()),
        }
    }

    fn remade(&self, found: LogId) -> Error {
        Error::UnknownLog {
            remembered: self.id,
            found,
        }
    }

    /// The bounds as the partition's leader tells them; asks again over a broker's restart.
    pub(super) async fn ask(self: &Arc<Self>, shard: Shard) -> Result<Bounds> {
        let cluster = Arc::clone(self);
        match tokio::task::spawn_blocking(move || cluster.ask_blocking(shard)).await {
            Ok(bounds) => bounds,
            Err(failure) if failure.is_panic() => std::panic::resume_unwind(failure.into_panic()),
            Err(_) => Err(Error::Stopped {
                attempted: format!("asking for the bounds of {shard}"),
                reason: "the runtime is shutting down".to_owned(),
            }),
        }
    }

    /// As [`ask`](Cluster::ask), on a thread that may block.
    pub(super) fn ask_blocking(&self, shard: Shard) -> Result<Bounds> {
        let deadline = Instant::now() + self.config.timeout;
        let partition = i32::from(shard.partition.0);
        loop {
            if let Some(Broken::Remade(found)) = self.broken.get() {
                return Err(self.remade(*found));
            }
            let before = self.known(shard).end;
            let client = self.admin.inner();
            match client.fetch_watermarks(self.name(shard.topic), partition, QUESTION) {
                Ok((start, end)) => {
                    let offset = |n: i64| Offset(u64::try_from(n).unwrap_or(0));
                    let bounds = Bounds {
                        start: offset(start),
                        end: offset(end),
                    };
                    if bounds.end < before {
                        self.lost(shard, before, bounds.end);
                    } else {
                        self.with(shard, |known| {
                            known.bounds.start = known.bounds.start.max(bounds.start);
                            known.bounds.end = known.bounds.end.max(bounds.end);
                        });
                    }
                    return Ok(bounds);
                }
                Err(source) if Instant::now() > deadline => {
                    return Err(failed(format!("asking for the bounds of {shard}"), source));
                }
                Err(_) => std::thread::sleep(PAUSE),
            }
        }
    }

    /// Where the topic of the tables begins.
    pub(super) async fn tables_start(self: &Arc<Self>) -> Result<Offset> {
        let cluster = Arc::clone(self);
        let asking = tokio::task::spawn_blocking(move || {
            let deadline = Instant::now() + cluster.config.timeout;
            let name = cluster.config.tables();
            loop {
                match cluster.admin.inner().fetch_watermarks(&name, 0, QUESTION) {
                    // A new topic's leader takes a moment to know that it is one.
                    Err(_) if Instant::now() < deadline => std::thread::sleep(PAUSE),
                    answer => return answer,
                }
            }
        });
        let attempted = || "asking where the tables begin".to_owned();
        let answer = asking.await.map_err(|source| failed(attempted(), source))?;
        let (start, _) = answer.map_err(|source| failed(attempted(), source))?;
        Ok(Offset(u64::try_from(start).unwrap_or(0)))
    }

    /// Gives up the records before an offset, which lies within the bounds.
    pub(super) async fn delete_before(&self, shard: Shard, before: Offset) -> Result<()> {
        let attempted = || format!("trimming {shard} before {before}");
        let mut list = TopicPartitionList::new();
        let offset = Place::Offset(i64::try_from(before.0).unwrap_or(i64::MAX));
        let partition = i32::from(shard.partition.0);
        list.add_partition_offset(self.name(shard.topic), partition, offset)
            .map_err(|source| failed(attempted(), source))?;
        let timeout = Some(self.config.timeout);
        let options = AdminOptions::new()
            .request_timeout(timeout)
            .operation_timeout(timeout);
        let answer = self.admin.delete_records(&list, &options).await;
        let answer = answer.map_err(|source| failed(attempted(), source))?;
        for place in answer.elements() {
            place
                .error()
                .map_err(|source| failed(attempted(), source))?;
        }
        self.with(shard, |known| {
            known.bounds.start = known.bounds.start.max(before);
        });
        Ok(())
    }

    /// Starts the thread that notices when a topic was removed or made anew while the log is open.
    pub(super) fn guard(self: &Arc<Self>) -> std::io::Result<JoinHandle<()>> {
        let cluster = Arc::clone(self);
        std::thread::Builder::new()
            .name("mingjing-kafka-guard".to_owned())
            .spawn(move || {
                let mut absences = 0;
                while !cluster.closing() {
                    cluster.compare(&mut absences);
                    std::thread::park_timeout(GUARD_PAUSE);
                }
            })
    }

    fn compare(&self, absences: &mut u32) {
        let names: Vec<&str> = self.ids.keys().map(String::as_str).collect();
        let Ok(found) = native::topic_ids(self.admin.inner(), &names, QUESTION) else {
            // Nobody answers: the calls that need an answer say so themselves.
            return;
        };
        let mut remade = self.ids.clone();
        let mut absent = Vec::new();
        for (name, id) in found {
            match id {
                Some(id) => drop(remade.insert(name, id)),
                None => absent.push(name),
            }
        }
        if remade != self.ids {
            let id = topics::log_id(&self.config, &remade);
            if id == self.id {
                self.give_up("the topic of the tables was removed and made anew".to_owned());
            } else {
                self.break_with(Broken::Remade(id));
            }
        }
        // Once may be a broker that has just started and does not know yet.
        *absences = if absent.is_empty() { 0 } else { *absences + 1 };
        if *absences > 1 {
            self.give_up(format!("there is no topic {} any more", absent.join(", ")));
        }
    }

    /// Whether the log is being closed.
    pub(super) fn closing(&self) -> bool {
        self.closing.load(Ordering::Relaxed)
    }

    /// Tells the threads to end.
    pub(super) fn close(&self) {
        self.closing.store(true, Ordering::Relaxed);
    }
}

/// Whether an error of a consumer says that its position is not there (any more).
pub(super) fn position_gone(error: &KafkaError) -> bool {
    use rdkafka::types::RDKafkaErrorCode as Code;
    matches!(
        error,
        KafkaError::MessageConsumption(
            Code::AutoOffsetReset | Code::OffsetOutOfRange | Code::LogTruncation
        )
    )
}
