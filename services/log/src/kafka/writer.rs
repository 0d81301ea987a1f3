//! The writer: the one thread that changes the log, in rounds.
//!
//! A call must be one record batch, or part of one: that is what a broker takes whole, numbers and shows in one piece.
//! librdkafka cuts its queue into batches by itself, when `linger.ms` is over, when a batch is full, or when told to
//! flush. So the linger never ends and no batch can get full: a round enqueues whole calls, less than a batch for each
//! partition, and only then flushes and waits for the reports. Its timeouts are off too, for it applies them record by
//! record and would drop the head of a call and send the rest; when a round takes too long the whole client is thrown
//! away. A call that failed so may still turn up later, as the port says.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use bytes::Bytes;
use rdkafka::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::message::{DeliveryResult, Message};
use rdkafka::producer::{BaseRecord, Producer, ProducerContext, ThreadedProducer};
use tokio::sync::{mpsc, oneshot};

use super::cluster::Cluster;
use super::config::MAX_BATCH_BYTES;
use super::tail::Tail;
use super::{TimedOut, native, speaker};
use crate::queue::{Queue, Queued};
use crate::shard::Shard;
use crate::{Error, Offset, Record, Result};

/// What a round writes to one partition at most: three quarters of the largest batch, so that Kafka's additions fit.
const PLACE_BYTES: usize = MAX_BATCH_BYTES / 4 * 3;
const PLACE_RECORDS: usize = 100_000;

/// A round takes no further call once it is this large.
const ROUND_BYTES: usize = 16 * 1024 * 1024;

/// More than Kafka adds to a record: lengths, differences of time and offset.
const RECORD_OVERHEAD: usize = 64;

/// Where a call's records go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    Shard(Shard),
    Tables,
}

/// A key, and a value if it is not a removal.
pub(super) struct Entry {
    pub(super) key: Bytes,
    pub(super) value: Option<Bytes>,
}

struct Work {
    place: Place,
    entries: Vec<Entry>,
    reply: Reply,
}

type Reply = oneshot::Sender<std::result::Result<Offset, Cause>>;

/// Why a call was not done; what was attempted is for the caller to add.
#[derive(Clone)]
enum Cause {
    Failed(Arc<dyn std::error::Error + Send + Sync>),
    Stopped(Arc<str>),
}

impl Cause {
    fn of(self, attempted: String) -> Error {
        match self {
            Cause::Failed(source) => Error::Storage { attempted, source },
            Cause::Stopped(reason) => Error::Stopped {
                attempted,
                reason: reason.to_string(),
            },
        }
    }
}

/// The callers' end.
pub(super) struct Writer {
    queue: Queue<Work>,
    cluster: Arc<Cluster>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(cluster: Arc<Cluster>, tail: Arc<Tail>) -> std::io::Result<Writer> {
        let (queue, receiver) = Queue::new();
        let scribe = Scribe {
            cluster: Arc::clone(&cluster),
            tail,
            queue: receiver,
            held: None,
            producer: None,
        };
        let thread = std::thread::Builder::new()
            .name("mingjing-kafka-writer".to_owned())
            .spawn(move || scribe.run())?;
        Ok(Writer {
            queue,
            cluster,
            thread: Some(thread),
        })
    }

    pub(super) async fn append(&self, shard: Shard, records: Vec<Record>) -> Result<Offset> {
        let bytes = records.iter().map(Record::size).sum();
        let entries = records.into_iter().map(|record| Entry {
            key: record.key,
            value: Some(record.value),
        });
        let attempted = format!("appending to {shard}");
        self.submit(Place::Shard(shard), entries.collect(), bytes, attempted)
            .await
    }

    pub(super) async fn put(&self, entry: Entry, attempted: String) -> Result<Offset> {
        let bytes = entry.key.len() + entry.value.as_ref().map_or(0, Bytes::len);
        self.submit(Place::Tables, vec![entry], bytes, attempted)
            .await
    }

    async fn submit(
        &self,
        place: Place,
        entries: Vec<Entry>,
        bytes: usize,
        attempted: String,
    ) -> Result<Offset> {
        let (reply, answer) = oneshot::channel();
        let work = Work {
            place,
            entries,
            reply,
        };
        self.queue.push(work, bytes).await;
        // Without an answer the thread has ended, which it does only by a panic.
        let gone = || Err(Cause::Stopped("its writer ended unexpectedly".into()));
        let answer = answer.await.unwrap_or_else(|_| gone());
        answer.map_err(|cause| {
            // A topic made anew while the call was on its way explains the failure better than the client does.
            let broken = self.cluster.check_write(|| attempted.clone()).err();
            broken.unwrap_or_else(|| cause.of(attempted))
        })
    }
}

impl Drop for Writer {
    /// Waits until what is queued is written, or has failed.
    fn drop(&mut self) {
        self.queue.close();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the log's writer ended with a panic");
        }
    }
}

/// The thread's own state.
struct Scribe {
    cluster: Arc<Cluster>,
    tail: Arc<Tail>,
    queue: mpsc::UnboundedReceiver<Queued<Work>>,
    /// A call that did not fit into the last round.
    held: Option<Queued<Work>>,
    producer: Option<ThreadedProducer<Reports>>,
}

impl Scribe {
    fn run(mut self) {
        while let Some(first) = self.held.take().or_else(|| self.queue.blocking_recv()) {
            let round = self.gather(first);
            self.write(round);
        }
    }

    /// Whatever has queued up meanwhile and fits: less than a batch for each partition.
    fn gather(&mut self, first: Queued<Work>) -> Vec<Queued<Work>> {
        let mut bytes = first.bytes;
        let mut sizes: BTreeMap<Place, (usize, usize)> = BTreeMap::new();
        let mut round = Vec::new();
        let mut next = Some(first);
        while let Some(queued) = next.take() {
            let place = sizes.entry(queued.work.place).or_default();
            let records = queued.work.entries.len();
            place.0 += records;
            place.1 += queued.bytes + records * RECORD_OVERHEAD;
            let fits = place.0 <= PLACE_RECORDS && place.1 <= PLACE_BYTES;
            if !fits && !round.is_empty() {
                self.held = Some(queued);
                break;
            }
            bytes += queued.bytes;
            round.push(queued);
            if bytes < ROUND_BYTES {
                next = self.queue.try_recv().ok();
            }
        }
        round
    }

    fn write(&mut self, round: Vec<Queued<Work>>) {
        // The room in the queue is held until the round is done: it bounds the memory of both.
        let (work, _rooms): (Vec<_>, Vec<_>) = round.into_iter().map(|q| (q.work, q.room)).unzip();
        let deadline = Instant::now() + self.cluster.config.timeout;
        // A log that is being closed while nobody answers does not try again for every call that still waits.
        let patient = !(self.queue.is_closed() && self.producer.is_none());
        let ready = match self.cluster.check_write(String::new) {
            Err(error) => Err(Cause::Stopped(error.to_string().into())),
            Ok(()) if patient => self.ready(deadline),
            Ok(()) => Err(Cause::Stopped("it is being closed".into())),
        };
        let producer = match ready {
            Ok(producer) => producer,
            Err(cause) => {
                for work in work {
                    drop(work.reply.send(Err(cause.clone())));
                }
                return;
            }
        };
        let reports = Arc::clone(producer.context());
        let sent = reports.send(producer, work);
        let left = deadline.saturating_duration_since(Instant::now());
        let done = sent.is_ok() && native::flush(producer.client(), left);
        let fatal = producer.client().fatal_error();
        if done && fatal.is_none() {
            return;
        }
        let cause = match (sent, fatal) {
            (Err(error), _) => Cause::Failed(Arc::new(error)),
            (_, Some((code, _))) => Cause::Failed(Arc::new(KafkaError::MessageProduction(code))),
            _ => Cause::Failed(Arc::new(TimedOut(self.cluster.config.timeout))),
        };
        tracing::warn!("a round of appends did not end well; the log's writer begins anew");
        reports.fail(&cause);
        // What it still holds goes with it.
        self.producer = None;
    }

    /// The client, made anew if need be, once it knows all partitions: what is enqueued before that waits elsewhere
    /// in the client and comes to its partition record by record, under a flush too.
    fn ready(
        &mut self,
        deadline: Instant,
    ) -> std::result::Result<&ThreadedProducer<Reports>, Cause> {
        if self.producer.is_none() {
            self.producer = Some(
                self.make(deadline)
                    .map_err(|e| Cause::Failed(Arc::new(e)))?,
            );
        }
        self.producer
            .as_ref()
            .ok_or_else(|| Cause::Stopped("there is no client".into()))
    }

    fn make(&self, deadline: Instant) -> KafkaResult<ThreadedProducer<Reports>> {
        let reports = Reports {
            cluster: Arc::clone(&self.cluster),
            tail: Arc::clone(&self.tail),
            calls: Mutex::default(),
        };
        let config = self.cluster.config.producer();
        let producer: ThreadedProducer<Reports> = config.create_with_context(reports)?;
        for name in super::topics::names(&self.cluster.config) {
            loop {
                let answer = producer
                    .client()
                    .fetch_metadata(Some(&name), Duration::from_secs(5));
                let known = answer.map(|m| {
                    m.topics()
                        .iter()
                        .any(|t| t.error().is_none() && !t.partitions().is_empty())
                });
                match known {
                    Ok(true) => break,
                    Err(error) if Instant::now() > deadline => return Err(error),
                    Ok(false) if Instant::now() > deadline => {
                        let code = rdkafka::types::RDKafkaErrorCode::UnknownTopicOrPartition;
                        return Err(KafkaError::MetadataFetch(code));
                    }
                    _ => std::thread::sleep(Duration::from_millis(100)),
                }
            }
        }
        Ok(producer)
    }
}

/// One call of the round, as its reports come in.
struct Call {
    place: Place,
    records: usize,
    reported: usize,
    first: Option<Offset>,
    failure: Option<KafkaError>,
    reply: Option<Reply>,
}

/// Takes the delivery reports, on the client's own thread.
struct Reports {
    cluster: Arc<Cluster>,
    tail: Arc<Tail>,
    calls: Mutex<Vec<Call>>,
}

/// Bits of a report's tag for the record's place in its call; the rest says which call.
const RECORD_BITS: u32 = 20;

impl Reports {
    /// Enqueues a round. After an error some of it may be enqueued, and must not be flushed.
    fn send(&self, producer: &ThreadedProducer<Reports>, work: Vec<Work>) -> KafkaResult<()> {
        let mut all_entries = Vec::with_capacity(work.len());
        let mut calls = Vec::with_capacity(work.len());
        for Work {
            place,
            entries,
            reply,
        } in work
        {
            calls.push(Call {
                place,
                records: entries.len(),
                reported: 0,
                first: None,
                failure: None,
                reply: Some(reply),
            });
            all_entries.push((place, entries));
        }
        *self.calls.lock().unwrap_or_else(PoisonError::into_inner) = calls;
        let tables: OnceLock<String> = OnceLock::new();
        for (call, (place, entries)) in all_entries.into_iter().enumerate() {
            let (topic, partition) = match place {
                Place::Shard(shard) => {
                    (self.cluster.name(shard.topic), i32::from(shard.partition.0))
                }
                Place::Tables => {
                    let name = tables.get_or_init(|| self.cluster.config.tables());
                    (name.as_str(), 0)
                }
            };
            for (at, entry) in entries.into_iter().enumerate() {
                let mut record: BaseRecord<'_, [u8], [u8], usize> =
                    BaseRecord::with_opaque_to(topic, call << RECORD_BITS | at)
                        .partition(partition)
                        .key(&entry.key);
                if let Some(value) = &entry.value {
                    record = record.payload(value);
                }
                producer.send(record).map_err(|(error, _)| error)?;
            }
        }
        Ok(())
    }

    /// Answers the calls that have no answer yet.
    fn fail(&self, cause: &Cause) {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        for reply in calls.drain(..).filter_map(|call| call.reply) {
            drop(reply.send(Err(cause.clone())));
        }
    }

    /// All reports of a call are there. A caller that gave up waiting for its answer is no error.
    fn conclude(&self, call: &mut Call) {
        let Some(reply) = call.reply.take() else {
            return;
        };
        let answer = match (call.first, call.failure.take()) {
            (Some(first), None) => self.written(call.place, first, call.records),
            (_, failure) => {
                let failure = failure.unwrap_or(KafkaError::MessageProduction(
                    rdkafka::types::RDKafkaErrorCode::Unknown,
                ));
                Err(Cause::Failed(Arc::new(failure)))
            }
        };
        drop(reply.send(answer));
    }

    fn written(
        &self,
        place: Place,
        first: Offset,
        records: usize,
    ) -> std::result::Result<Offset, Cause> {
        if let Place::Shard(shard) = place {
            let records = records as u64;
            self.cluster
                .acknowledge(shard, first, records)
                .map_err(Cause::Stopped)?;
            self.tail.saw_end(shard, first.plus(records));
        }
        Ok(first)
    }
}

impl ClientContext for Reports {
    fn log(&self, level: RDKafkaLogLevel, _: &str, text: &str) {
        speaker::log(level, text);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(%error, reason, "the Kafka client reports");
    }
}

impl ProducerContext for Reports {
    type DeliveryOpaque = usize;

    fn delivery(&self, report: &DeliveryResult<'_>, tag: usize) {
        let (call, at) = (tag >> RECORD_BITS, tag & ((1 << RECORD_BITS) - 1));
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        // Gone when the round was given up: its calls have their answer.
        let Some(call) = calls.get_mut(call) else {
            return;
        };
        call.reported += 1;
        match report {
            Ok(message) => match u64::try_from(message.offset()) {
                Ok(offset) => {
                    let first = Offset(offset.wrapping_sub(at as u64));
                    if *call.first.get_or_insert(first) != first {
                        // Cannot be, as long as a call is in one batch; if it ever is, it must not be acknowledged.
                        tracing::error!(place = ?call.place, offset, "a call was torn apart");
                        call.failure = Some(KafkaError::MessageProduction(
                            rdkafka::types::RDKafkaErrorCode::BadMessage,
                        ));
                    }
                }
                // Written, but at a retry so late that the broker does not tell any more where.
                Err(_) => {
                    call.failure = Some(KafkaError::MessageProduction(
                        rdkafka::types::RDKafkaErrorCode::DuplicateSequenceNumber,
                    ));
                }
            },
            Err((error, _)) => call.failure = Some(error.clone()),
        }
        if call.reported == call.records {
            self.conclude(call);
        }
    }
}
