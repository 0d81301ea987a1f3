//! The thread that polls.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

use rdkafka::consumer::{CommitMode, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::types::RDKafkaErrorCode;
use rdkafka::{Offset, TopicPartitionList};
use tokio::sync::mpsc;

use super::answers::{Due, commit, due};
use super::client::{Reader, list};
use super::desk::Desk;
use super::gaps::{Gaps, unreadable};
use super::places::{Unknown, begins, done_of};
use super::{Answer, BYTES_MAX, Delivered, Handed, News, RECORDS_MAX, Spot};
use crate::kafka::cluster::position_gone;
use crate::kafka::native;

/// How long one poll waits.
pub(super) const POLL: Duration = Duration::from_millis(100);
/// After so long it is asked again where those partitions begin of which the cluster did not say it.
const ASK_AGAIN: Duration = Duration::from_secs(30);
/// An answer that takes longer is waited for with all partitions paused and the group's questions answered.
const SOON: Duration = Duration::from_millis(500);

/// Reads until the desk closes or nobody receives.
pub(super) fn run(consumer: &Reader, desk: &Desk, told: &mpsc::Sender<Handed>) {
    let mut thread = Thread {
        consumer,
        desk,
        told,
        generation: 0,
        subscribed: BTreeSet::new(),
        resting: BTreeMap::new(),
        left: Vec::new(),
        gaps: Gaps::default(),
        ask_again: None,
    };
    while !desk.closing() {
        if thread.round().is_none() {
            break;
        }
    }
    // What was answered meanwhile is still committed, and the group is left: dropping the client does that.
    if let Err(error) = commit(consumer, desk, CommitMode::Sync) {
        tracing::debug!(%error, "the last offsets of delivered topics were not committed");
    }
}

struct Thread<'a> {
    consumer: &'a Reader,
    desk: &'a Desk,
    told: &'a mpsc::Sender<Handed>,
    /// The assignment that `resting` and `left` are of.
    generation: u64,
    subscribed: BTreeSet<String>,
    resting: BTreeMap<Spot, Instant>,
    /// Records that came while an answer was waited for.
    left: Vec<(Spot, Delivered)>,
    gaps: Gaps,
    /// When to begin anew, for some partitions could not be begun.
    ask_again: Option<Instant>,
}

/// None: it is over.
type Goes = Option<()>;

impl Thread<'_> {
    fn round(&mut self) -> Goes {
        self.subscribe();
        self.notice_change();
        self.wake();
        if self.desk.state().beginning {
            return self.begin();
        }
        let records = self.collect();
        self.look_at_ends();
        match records.is_empty() {
            true => Some(()),
            false => self.hand(News::Records(records)),
        }
    }

    fn subscribe(&mut self) {
        let wanted: BTreeSet<String> = self.desk.state().wanted.keys().cloned().collect();
        if wanted == self.subscribed {
            return;
        }
        let names: Vec<&str> = wanted.iter().map(String::as_str).collect();
        let done = match names.is_empty() {
            true => {
                self.consumer.unsubscribe();
                Ok(())
            }
            false => self.consumer.subscribe(&names),
        };
        match done {
            Ok(()) => {
                tracing::info!(
                    topics = names.len(),
                    "the topics that are followed have changed"
                );
                self.subscribed = wanted;
                let mut state = self.desk.state();
                if !state.joined {
                    state.unjoined.get_or_insert_with(Instant::now);
                }
            }
            Err(error) => self.report(&error),
        }
    }

    /// What was kept of another assignment is gone by; a topic whose id is another than that of what was done is begun anew.
    fn notice_change(&mut self) {
        let mut state = self.desk.state();
        if state.generation != self.generation {
            self.generation = state.generation;
            self.left.clear();
            self.gaps.forget();
            self.resting.clear();
            self.ask_again = None;
        }
        if self.ask_again.is_some_and(|at| at <= Instant::now()) {
            self.ask_again = None;
            state.beginning = true;
        }
        if !std::mem::take(&mut state.wanted_changed) {
            return;
        }
        let remade = state.done.iter().any(|(spot, done)| {
            let known = state.wanted.get(&*spot.topic);
            known.is_some_and(|id| *id != done.topic_id)
        });
        state.beginning |= remade;
    }

    /// Lets partitions go on that have rested long enough.
    fn wake(&mut self) {
        let now = Instant::now();
        let rested: Vec<Spot> = self
            .resting
            .iter()
            .filter(|(_, until)| **until <= now)
            .map(|(spot, _)| spot.clone())
            .collect();
        self.resting.retain(|_, until| *until > now);
        if !rested.is_empty() {
            self.resume(&rested);
        }
    }

    fn resume(&mut self, spots: &[Spot]) {
        if let Err(error) = list(spots).and_then(|list| self.consumer.resume(&list)) {
            self.report(&error);
        }
    }

    fn pause(&mut self, spots: &[Spot]) {
        if let Err(error) = list(spots).and_then(|list| self.consumer.pause(&list)) {
            self.report(&error);
        }
    }

    /// Finds out where to begin with what was assigned, begins there, and tells.
    fn begin(&mut self) -> Goes {
        let (generation, spots, known) = {
            let state = self.desk.state();
            (state.generation, state.assigned.clone(), state.done.clone())
        };
        self.left.clear();
        let begun = match begins(self.consumer, &spots, &known) {
            Ok((begun, unknown)) => {
                // The others are not kept waiting for them.
                if !unknown.is_empty() {
                    self.ask_again = Some(Instant::now() + ASK_AGAIN);
                }
                self.note_unbegun(unknown);
                begun
            }
            Err(error) => {
                self.report(&error);
                let mut state = self.desk.state();
                let since = state
                    .begins_not
                    .take()
                    .map_or_else(Instant::now, |(at, _)| at);
                state.begins_not = Some((since, error.to_string()));
                drop(state);
                // Asked again. The group may have something else to say meanwhile.
                self.poll_into_left(POLL);
                return Some(());
            }
        };
        {
            let mut state = self.desk.state();
            if state.generation != generation {
                return Some(());
            }
            state.beginning = false;
            state.begun = begun.iter().map(|b| (b.spot.clone(), done_of(b))).collect();
            let ends = begun.iter().map(|b| (b.spot.clone(), b.end));
            state.ends.extend(ends);
        }
        // A pause outlives an assignment: one that was paused when it went away would be read never more.
        let all: Vec<Spot> = spots.iter().cloned().collect();
        self.resume(&all);
        let mut places = TopicPartitionList::new();
        for b in &begun {
            let place = Offset::Offset(b.at);
            let added = places.add_partition_offset(&b.spot.topic, b.spot.partition, place);
            if let Err(error) = added {
                self.report(&error);
            }
        }
        if let Err(error) = self.consumer.assign(&places) {
            self.report(&error);
            self.desk.state().beginning = true;
            self.poll_into_left(POLL);
            return Some(());
        }
        self.resting.clear();
        self.gaps.begin(&begun);
        self.hand(News::Assigned(begun))
    }

    /// Those of which it could be found out where they begin are no longer told.
    fn note_unbegun(&self, unknown: Unknown) {
        for (spot, error) in &unknown {
            tracing::warn!(%spot, %error, "a delivered topic cannot be read: asking again");
            self.desk.error(format!("{spot}: {error}"));
        }
        let mut state = self.desk.state();
        state.begins_not = None;
        let before = std::mem::take(&mut state.unbegun);
        let since = |spot: &Spot| before.get(spot).map_or_else(Instant::now, |(at, _)| *at);
        let unbegun = unknown.into_iter();
        state.unbegun = unbegun
            .map(|(spot, error)| (spot.clone(), (since(&spot), error.to_string())))
            .collect();
    }

    /// What has come, as far as it is small enough.
    fn collect(&mut self) -> BTreeMap<Spot, Vec<Delivered>> {
        let (consumer, generation) = (self.consumer, self.desk.state().generation);
        let mut records: BTreeMap<Spot, Vec<Delivered>> = BTreeMap::new();
        let (mut count, mut bytes, mut patience) = (0, 0, POLL);
        let left = std::mem::take(&mut self.left);
        let resting = |(spot, _): &(Spot, Delivered)| self.resting.contains_key(spot);
        let (resting, left): (Vec<_>, Vec<_>) = left.into_iter().partition(resting);
        let mut left = left.into_iter();
        while count < RECORDS_MAX && bytes < BYTES_MAX {
            let next = match left.next() {
                Some(record) => Some(record),
                None => match consumer.poll(patience) {
                    None => break,
                    Some(Err(error)) => {
                        self.report(&error);
                        None
                    }
                    Some(Ok(message)) => Some(self.gaps.take_in(&message)),
                },
            };
            let state = self.desk.state();
            if state.generation != generation || state.beginning {
                // What was collected is given again, to whoever has the partition now.
                return BTreeMap::new();
            }
            drop(state);
            let Some((spot, record)) = next else { continue };
            patience = Duration::ZERO;
            count += 1;
            bytes += record.size();
            records.entry(spot).or_default().push(record);
        }
        let state = self.desk.state();
        if state.generation != generation || state.beginning {
            // A poll that brings no record may have let the partitions go.
            return BTreeMap::new();
        }
        drop(state);
        self.left = resting.into_iter().chain(left).collect();
        records
    }

    fn poll_into_left(&mut self, patience: Duration) {
        let consumer = self.consumer;
        match consumer.poll(patience) {
            None => {}
            Some(Ok(message)) => {
                let record = self.gaps.take_in(&message);
                self.left.push(record);
            }
            Some(Err(error)) => self.report(&error),
        }
    }

    fn look_at_ends(&self) {
        let spots: Vec<Spot> = self.desk.state().done.keys().cloned().collect();
        for spot in spots {
            let client = self.consumer.client();
            if let Some(end) = native::fetched_end(client, &spot.topic, spot.partition) {
                let end = i64::try_from(end).unwrap_or(i64::MAX);
                self.desk.state().ends.insert(spot, end);
            }
        }
    }

    /// Hands something over, waits until it is done, and commits it.
    fn hand(&mut self, news: News) -> Goes {
        let beginning = matches!(news, News::Assigned(_));
        let (answer, due) = sync_channel(1);
        self.desk.state().due = Some(due);
        let answer = Answer(answer);
        let handed = Handed { news, answer };
        // There is room: the piece before was answered.
        if self.told.blocking_send(handed).is_err() {
            return None;
        }
        let mut held: Option<Vec<Spot>> = None;
        let outcome = loop {
            match self.due(if held.is_some() { Duration::ZERO } else { SOON }) {
                Due::Done(rests) => break Some(rests),
                // The callback of a revocation has waited for it already.
                Due::Settled => break Some(Vec::new()),
                Due::Dropped => break None,
                Due::Waiting => {}
            }
            if self.desk.closing() {
                break None;
            }
            if held.is_none() {
                let all: Vec<Spot> = self.desk.state().assigned.iter().cloned().collect();
                self.pause(&all);
                held = Some(all);
            }
            self.poll_into_left(POLL);
        };
        let rests = outcome?;
        // A beginning may have found a loss: nothing is read behind it before that is kept.
        let mode = match beginning {
            true => CommitMode::Sync,
            false => CommitMode::Async,
        };
        if let Err(error) = commit(self.consumer, self.desk, mode) {
            self.report(&error);
            if beginning && error.rdkafka_error_code() != Some(RDKafkaErrorCode::NoOffset) {
                self.desk.state().beginning = true;
                // The group may have something to say.
                self.poll_into_left(POLL);
            }
        }
        if held.is_some() {
            // Not those that were paused: what is assigned now is what must not stay paused.
            let all: Vec<Spot> = self.desk.state().assigned.iter().cloned().collect();
            self.resume(&all);
            let resting: Vec<Spot> = self.resting.keys().cloned().collect();
            self.pause(&resting);
        }
        for (spot, rest) in rests {
            self.pause(std::slice::from_ref(&spot));
            self.resting.insert(spot, Instant::now() + rest);
        }
        Some(())
    }

    fn due(&self, patience: Duration) -> Due {
        due(self.desk, patience)
    }

    fn report(&mut self, error: &KafkaError) {
        tracing::info!(%error, "the reader of delivered topics reports");
        self.desk.error(error.to_string());
        if let KafkaError::MessageConsumption(code) = error {
            let now = Instant::now();
            if unreadable(*code) {
                self.desk.state().unreadable = Some((now, error.to_string()));
            }
            if *code == RDKafkaErrorCode::BadMessage {
                self.gaps.damaged(now);
            }
        }
        if position_gone(error) {
            // The client does not say of which partition: all are looked at.
            self.desk.state().beginning = true;
        }
    }
}
