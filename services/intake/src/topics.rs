//! Events that departments write to a topic of their own, in the cluster that holds the log.
//!
//! The topic says who speaks: the brokers let a department write to its own only. An item that names another source is refused,
//! like one that comes with another's key. Each record is read as a request is ([`sort`](crate::sort::sort)), many are made durable in one
//! go, and only then does the group commit their offsets; a record that is read again leads to the same records and rejects.
//!
//! # Rules
//!
//! - **One topic a source**: `<prefix>in.<source>`; see [`topic_of`]. Every registered source's topic is read if it is there, from
//!   its oldest record on. Where topics may be created, it is made with the source: one partition, stamped by the broker.
//! - **Received is when the broker had it**, if the topic is stamped by the broker: a delay of ours is not the department's.
//! - **Nothing stops a partition**: what cannot be read lies in the rejects, with its place.
//! - **Complete** is said in the topic, after the events. It is taken if nothing before it is missing since the source was last complete,
//!   or if it says how much is (`data.not_taken`): who sends to a topic sees no answers, and an event that is missing must
//!   never become an alert. The number is committed with the offset. Records that the topic lost count too. In a topic of several partitions
//!   nothing is before anything, so it is refused there; by HTTP it is refused while a topic of the source has records.
//! - **Too fast is slow**: a source beyond its rate is read later; nothing is refused for it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::future::join_all;
use mingjing_domain::Timestamp;
use mingjing_domain::ids::derived_id;
use mingjing_domain::source::Source;
use mingjing_log::kafka::inbox::{
    Begun, Delivered, Handed, Inbox, Known, Loss, LossKind, Mark, News, Spot, Topics,
};
use mingjing_wire::cloudevents::Binding;
use mingjing_wire::refusal::Words;
use mingjing_wire::{ReasonCode, Refusal};
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior};

use crate::error::ApiError;
use crate::intake::Intake;
use crate::sort::{Completing, Incoming, Origin, Place, Sorted, Step, Whole, sort};
use crate::take::take;
use crate::{body, failpoint};

/// How often sources and their topics are looked at.
const LOOK: Duration = Duration::from_secs(2);

/// Between two tries to make something durable, at first and at last.
const RETRY: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(5));

/// So long may tries fail before reading is not ready.
const FAILING_MAX: Duration = Duration::from_secs(15);

/// A topic's name holds at most so many characters (Kafka's limit).
const NAME_CHARS_MAX: usize = 249;

/// The topic that a source may write to. An id that can be part of a topic's name is; others (addresses, Chinese names) are
/// replaced by `x-` and a digest of 32 hexadecimal digits.
pub(crate) fn topic_of(prefix: &str, source: &str) -> String {
    let legal = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    let whole = format!("{prefix}in.{source}");
    if source.bytes().all(legal) && whole.len() <= NAME_CHARS_MAX {
        return whole;
    }
    let digest = derived_id(&["topic of a source", source]);
    format!("{prefix}in.x-{digest}")
}

impl Intake {
    /// The topic that a source may write to; none where there are no topics.
    pub(crate) fn topic_of(&self, source: &str) -> Option<String> {
        let topics = self.topics.as_ref()?;
        Some(topic_of(topics.prefix(), source))
    }
}

/// The source's topic, if anything was ever written to it.
pub(crate) async fn in_use(intake: &Intake, source: &str) -> Result<Option<String>, ApiError> {
    let (Some(topics), Some(name)) = (&intake.topics, intake.topic_of(source)) else {
        return Ok(None);
    };
    let written = topics.written_to(&name).await;
    let written = written
        .map_err(|error| ApiError::unavailable("looking for the topic of a source", &error))?;
    Ok(written.then_some(name))
}

/// How the reading of topics goes.
#[derive(Default)]
pub(crate) struct TopicsStatus(Mutex<Status>);

#[derive(Default)]
struct Status {
    failing_since: Option<Instant>,
    partitions: usize,
    /// Why sources and topics could not be looked for, the last time.
    look_failed: Option<String>,
    /// What is wrong with single topics, by name.
    complaints: BTreeMap<String, String>,
    last_error: Option<String>,
}

impl TopicsStatus {
    fn with<T>(&self, work: impl FnOnce(&mut Status) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether reading goes on, and what is to be said of it.
    pub fn check(&self) -> (bool, String) {
        self.with(|status| {
            let failing = status.failing_since.map(|since| since.elapsed());
            let ready = failing.is_none_or(|failing| failing < FAILING_MAX);
            let mut said = format!("{} partitions of delivered topics", status.partitions);
            if let Some(failing) = failing {
                said += &format!("; nothing can be stored since {} s", failing.as_secs());
            }
            for (topic, complaint) in &status.complaints {
                said += &format!("; {topic}: {complaint}");
            }
            if let Some(error) = &status.look_failed {
                said += &format!("; topics cannot be looked for: {error}");
            }
            if let Some(error) = &status.last_error {
                said += &format!("; last error: {error}");
            }
            (ready, said)
        })
    }

    /// Whether this complaint is a new one.
    fn complain(&self, topic: &str, complaint: String) -> bool {
        self.with(|status| {
            let before = status
                .complaints
                .insert(topic.to_owned(), complaint.clone());
            before.is_none_or(|before| before != complaint)
        })
    }
}

/// The reader of topics has ended, though nobody stopped it.
#[derive(Debug, thiserror::Error)]
#[error("the reader of delivered topics has ended")]
pub struct ReadingEnded;

/// Reads the topics of the sources until `stop` turns true.
///
/// # Errors
/// [`ReadingEnded`].
pub async fn read_topics(
    intake: Arc<Intake>,
    mut inbox: Inbox,
    mut stop: watch::Receiver<bool>,
) -> Result<(), ReadingEnded> {
    let Some(topics) = intake.topics.clone() else {
        return Ok(());
    };
    let mut reading = Reading {
        intake,
        topics,
        sources: BTreeMap::new(),
        spots: BTreeMap::new(),
        shown: BTreeSet::new(),
    };
    let mut look = tokio::time::interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let next = tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => return Ok(()),
            _ = look.tick() => None,
            handed = inbox.next() => Some(handed.ok_or(ReadingEnded)?),
        };
        let Some(Handed { news, answer }) = next else {
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return Ok(()),
                () = reading.look(&inbox) => {}
            }
            // One that took long must not be followed by another before anything is read.
            look.reset();
            continue;
        };
        tokio::select! {
            // What is under way may become durable or not: it is not committed, so it comes again.
            _ = stop.wait_for(|stop| *stop) => return Ok(()),
            marks = reading.receive(news) => {
                failpoint::durable();
                answer.done(marks);
            }
        }
    }
}

struct Reading {
    intake: Arc<Intake>,
    topics: Topics,
    /// By topic.
    sources: BTreeMap<String, String>,
    spots: BTreeMap<Spot, State>,
    /// Sources whose gauges are shown.
    shown: BTreeSet<String>,
}

/// What is known of a partition.
#[derive(Clone, Debug)]
struct State {
    source: String,
    topic_id: u128,
    partitions: usize,
    /// Items that were not taken since the source was last complete.
    not_taken: u64,
    /// Whether the topic's id is remembered.
    remembered: bool,
}

impl State {
    fn note(&self) -> String {
        format!("not_taken={}", self.not_taken)
    }

    fn completing(&self, not_taken: u64) -> Completing {
        match self.partitions {
            1 => Completing::After { not_taken },
            several => Completing::Unordered(several),
        }
    }
}

/// The number in a note; an unknown note says nothing.
fn not_taken_in(note: &str) -> u64 {
    let number = note.strip_prefix("not_taken=");
    number.and_then(|n| n.parse().ok()).unwrap_or(0)
}

impl Reading {
    /// Follows the topics of the sources that there are now, and shows how far they are read.
    async fn look(&mut self, inbox: &Inbox) {
        let looked = match self.look_for_topics(inbox).await {
            Ok(()) => self.remember(inbox).await,
            failed => failed,
        };
        let failed = looked.err().map(|error| chain(&error));
        if let Some(error) = &failed {
            tracing::warn!(error, "the topics of sources could not be looked for");
        }
        let status = &self.intake.topics_status;
        status.with(|status| status.look_failed = failed);
        self.show(inbox);
    }

    async fn look_for_topics(&mut self, inbox: &Inbox) -> Result<(), crate::SourceError> {
        let ids = self.intake.sources.ids().await?;
        let named = ids
            .into_iter()
            .map(|id| (topic_of(self.topics.prefix(), &id), id));
        self.sources = named.collect();
        let failed = |source| crate::SourceError::Log {
            attempted: "looking for the topics of sources",
            source,
        };
        let names = self.sources.keys().cloned().collect();
        let known = self.topics.known(names).await.map_err(failed)?;
        let mut followed = BTreeMap::new();
        for (name, known) in known {
            match known {
                Known::There(id) => {
                    followed.insert(name, id);
                }
                Known::Absent if self.topics.create() => {
                    if let Err(error) = self.topics.make(&name).await {
                        self.complain(&name, chain(&error));
                    }
                }
                Known::Absent => {}
                Known::Hidden(why) => self.complain(&name, why),
            }
        }
        let status = &self.intake.topics_status;
        status.with(|status| {
            status
                .complaints
                .retain(|name, _| !followed.contains_key(name))
        });
        inbox.follow(followed);
        Ok(())
    }

    /// Remembers the ids of topics that are read, once what was found at their beginning is kept with the group's offsets: a
    /// loss that is remembered only here would be known to nobody.
    async fn remember(&mut self, inbox: &Inbox) -> Result<(), crate::SourceError> {
        let standings = inbox.standings();
        for (spot, state) in &mut self.spots {
            let kept = standings.get(spot).is_some_and(|standing| standing.kept);
            if kept && !state.remembered {
                let sources = &self.intake.sources;
                sources.see_topic(&state.source, state.topic_id).await?;
                state.remembered = true;
            }
        }
        Ok(())
    }

    fn complain(&self, topic: &str, why: String) {
        if self.intake.topics_status.complain(topic, why.clone()) {
            tracing::warn!(topic, why, "the topic of a source cannot be read");
        }
    }

    fn show(&mut self, inbox: &Inbox) {
        let metrics = &self.intake.metrics;
        let standings = inbox.standings();
        metrics.topic_partitions.set(standings.len() as i64);
        let mut lags: BTreeMap<&str, i64> = BTreeMap::new();
        for (spot, standing) in &standings {
            if let Some(source) = self.sources.get(&*spot.topic) {
                *lags.entry(source).or_default() += standing.end - standing.next;
            }
        }
        // What went to another process is shown there.
        for gone in self.shown.iter().filter(|s| !lags.contains_key(s.as_str())) {
            let _ = metrics.topic_lag.remove_label_values(&[gone]);
            let _ = metrics.topic_not_taken.remove_label_values(&[gone]);
        }
        for (source, lag) in &lags {
            metrics.topic_lag.with_label_values(&[source]).set(*lag);
        }
        self.shown = lags.into_keys().map(str::to_owned).collect();
        let (errors, last) = inbox.errors();
        metrics
            .topic_errors
            .set(i64::try_from(errors).unwrap_or(i64::MAX));
        self.intake.topics_status.with(|status| {
            status.partitions = standings.len();
            status.last_error = last;
        });
    }

    /// Answers when all of it is durable, however long that takes.
    async fn receive(&mut self, news: News) -> Vec<Mark> {
        match news {
            News::Assigned(begun) => {
                self.spots.clear();
                let mut marks = Vec::with_capacity(begun.len());
                for begun in begun {
                    marks.extend(self.begin(begun).await);
                }
                marks
            }
            News::Records(records) => {
                let read = records.into_iter().filter_map(|(spot, records)| {
                    let state = self.spots.get(&spot)?.clone();
                    Some(self.take(spot, state, records))
                });
                let read = join_all(read.collect::<Vec<_>>()).await;
                let mut marks = Vec::with_capacity(read.len());
                for (state, mark) in read {
                    self.show_not_taken(&state);
                    self.spots.insert(mark.spot.clone(), state);
                    marks.push(mark);
                }
                marks
            }
        }
    }

    async fn begin(&mut self, begun: Begun) -> Option<Mark> {
        let source = self.sources.get(&*begun.spot.topic)?.clone();
        let mut retry = self.retry();
        let seen = loop {
            let seen = self.intake.sources.topic_seen(&source);
            if let Some(seen) = retry.over(seen.await.map_err(ApiError::from)).await {
                break seen;
            }
        };
        let remade = Loss {
            kind: LossKind::Remade,
            records: 1,
        };
        let loss = match (begun.loss, seen) {
            // A cluster forgets what was committed of a topic together with the topic.
            (None, Some(seen)) if seen != begun.topic_id && begun.note.is_empty() => Some(remade),
            (loss, _) => loss,
        };
        let mut state = State {
            topic_id: begun.topic_id,
            partitions: begun.partitions,
            not_taken: not_taken_in(&begun.note),
            source,
            remembered: false,
        };
        if let Some(loss) = loss {
            self.lost(&begun, &state.source, loss);
            state.not_taken += loss.records;
        }
        self.show_not_taken(&state);
        let mark = Mark {
            spot: begun.spot.clone(),
            next: begun.at,
            note: state.note(),
            rest: None,
        };
        self.spots.insert(begun.spot, state);
        Some(mark)
    }

    fn show_not_taken(&self, state: &State) {
        let not_taken = i64::try_from(state.not_taken).unwrap_or(i64::MAX);
        let gauge = &self.intake.metrics.topic_not_taken;
        gauge.with_label_values(&[&state.source]).set(not_taken);
    }

    fn lost(&self, begun: &Begun, source: &str, loss: Loss) {
        let metrics = &self.intake.metrics;
        let counter = match loss.kind {
            LossKind::Retention => &metrics.topic_records_lost,
            LossKind::Remade | LossKind::Shrunk => &metrics.topics_remade,
        };
        counter.with_label_values(&[source]).inc_by(loss.records);
        tracing::error!(
            source,
            topic = %begun.spot.topic,
            partition = begun.spot.partition,
            kind = ?loss.kind,
            records = loss.records,
            from = begun.at,
            "records of a source's topic were lost before they were read; the department has to send them again"
        );
    }

    /// Takes the records of one partition.
    async fn take(&self, spot: Spot, mut state: State, records: Vec<Delivered>) -> (State, Mark) {
        let next = records.last().map_or(0, |record| record.offset + 1);
        let number = records.len() as u64;
        let mut retry = self.retry();
        let speaker = loop {
            let speaker = self.speaker(&state.source).await;
            if let Some(speaker) = retry.over(speaker).await {
                break Arc::new(speaker);
            }
        };
        let lane = self.intake.admission.lane(&speaker.id);
        let mut records = records.into_iter();
        // Piece by piece: a record may hold as many items as a request, and all refused.
        while records.len() > 0 {
            let (intake, of, before) = (self.intake.clone(), speaker.clone(), state.clone());
            let place = spot.clone();
            let sorting = move || {
                let batch = sort_records(&intake, &of, &before, &place, &mut records);
                (batch, records)
            };
            let sorted = tokio::task::spawn_blocking(sorting).await;
            let (batch, rest) =
                sorted.unwrap_or_else(|failed| std::panic::resume_unwind(failed.into_panic()));
            records = rest;
            let Batch {
                steps,
                mut parcels,
                not_taken,
                items,
            } = batch;
            let mut retry = self.retry();
            loop {
                let taken = take(&self.intake, &speaker, &steps, &mut parcels).await;
                if retry.over(taken).await.is_some() {
                    break;
                }
            }
            lane.charge(items, Instant::now());
            state.not_taken = not_taken;
        }
        let read = &self.intake.metrics.topic_records;
        read.with_label_values(&[&speaker.id]).inc_by(number);
        let mark = Mark {
            spot,
            next,
            note: state.note(),
            rest: lane.wait(Instant::now()),
        };
        (state, mark)
    }

    fn retry(&self) -> Retry<'_> {
        Retry {
            intake: &self.intake,
            pause: RETRY.0,
        }
    }

    async fn speaker(&self, id: &str) -> Result<Source, ApiError> {
        let source = self.intake.sources.get(id).await?;
        source.ok_or_else(|| Refusal::bad_value(ReasonCode::UnknownSource, "id", id).into())
    }
}

/// Something that is tried until it succeeds.
struct Retry<'a> {
    intake: &'a Intake,
    pause: Duration,
}

impl Retry<'_> {
    /// What one try came to; none if there must be another, after a pause that was waited for.
    async fn over<T>(&mut self, tried: Result<T, ApiError>) -> Option<T> {
        let status = &self.intake.topics_status;
        match tried {
            Ok(done) => {
                status.with(|status| status.failing_since = None);
                Some(done)
            }
            Err(error) => {
                let text = error.refusal.message_en();
                tracing::warn!(text, "records of a topic are not durable yet; trying again");
                self.intake.metrics.topic_retries.inc();
                status.with(|status| {
                    status.failing_since.get_or_insert_with(Instant::now);
                });
                tokio::time::sleep(self.pause).await;
                self.pause = (self.pause * 2).min(RETRY.1);
                None
            }
        }
    }
}

/// Some records of one partition, sorted out.
struct Batch {
    steps: Vec<Step>,
    parcels: Vec<Sorted>,
    not_taken: u64,
    /// How many items they held, at least one each.
    items: usize,
}

/// Sorts records out until they hold as many items as one request may.
fn sort_records(
    intake: &Intake,
    speaker: &Arc<Source>,
    state: &State,
    spot: &Spot,
    records: &mut std::vec::IntoIter<Delivered>,
) -> Batch {
    let mut batch = Batch {
        steps: Vec::new(),
        parcels: Vec::with_capacity(records.len()),
        not_taken: state.not_taken,
        items: 0,
    };
    let now = (intake.clock)();
    while batch.items < intake.config.events_max
        && let Some(record) = records.next()
    {
        let origin = Origin::Topic(Place {
            topic: spot.topic.clone(),
            topic_id: state.topic_id,
            partition: spot.partition,
            offset: record.offset,
        });
        // The broker's clock may be ahead of ours, but nothing is received before now.
        let appended_at = record.appended_at.map(Timestamp::from_millis);
        let received_at = appended_at.map_or(now, |at| at.min(now));
        let before = batch.not_taken;
        let sorted = match unreadable(&record, intake.config.body_bytes_max) {
            Some(refusal) => Err(Box::new(Whole {
                refusal,
                excerpt: None,
            })),
            None => {
                let incoming = Incoming {
                    binding: Binding::Kafka,
                    headers: record.headers,
                    body: record.value.unwrap_or_default(),
                    speaker: speaker.clone(),
                    received_at,
                    origin: origin.clone(),
                    completing: state.completing(before),
                };
                sort(&incoming, &intake.config, intake.log.partitions())
            }
        };
        let mut sorted = sorted.unwrap_or_else(|whole| {
            let mut refused = Sorted::refused(*whole, origin, received_at);
            refused.not_taken += before;
            refused
        });
        batch.not_taken = sorted.not_taken;
        for step in sorted.steps.drain(..) {
            match (batch.steps.last_mut(), step) {
                (Some(Step::Events(records)), Step::Events(more)) => records.extend(more),
                (_, step) => batch.steps.push(step),
            }
        }
        batch.items += sorted.items.len().max(1);
        batch.parcels.push(sorted);
    }
    batch
}

/// What is refused without being read.
fn unreadable(record: &Delivered, bytes_max: usize) -> Option<Refusal> {
    let Some(value) = &record.value else {
        let detail = Words::new(
            "a record without a value (a tombstone)",
            "没有值的消息（墓碑消息）",
        );
        return Some(Refusal::new(ReasonCode::EmptyBody, detail));
    };
    (value.len() > bytes_max).then(|| body::too_large(Some(value.len()), bytes_max))
}

fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text += &format!(": {inner}");
        cause = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_writes_to_a_topic_of_its_name_or_of_its_digest() {
        assert_eq!(topic_of("mingjing.", "zjj"), "mingjing.in.zjj");
        assert_eq!(topic_of("", "tax_bureau-2.x"), "in.tax_bureau-2.x");
        for odd in [
            "https://zjj.luzhou.gov.cn/住建",
            "住建",
            &"x".repeat(250),
            "a/b",
        ] {
            let name = topic_of("mingjing.", odd);
            assert!(
                name.starts_with("mingjing.in.x-") && name.len() < 60,
                "{name}"
            );
        }
        assert_ne!(topic_of("", "a/b"), topic_of("", "a:b"));
        let long = "p".repeat(200);
        assert!(topic_of(&long, &"s".repeat(100)).len() <= NAME_CHARS_MAX);
    }

    #[test]
    fn a_note_reads_back_and_another_says_nothing() {
        let state = State {
            source: "zjj".into(),
            topic_id: 1,
            partitions: 1,
            not_taken: 12,
            remembered: true,
        };
        assert_eq!(not_taken_in(&state.note()), 12);
        assert_eq!(not_taken_in(""), 0);
        assert_eq!(not_taken_in("what"), 0);
    }
}
