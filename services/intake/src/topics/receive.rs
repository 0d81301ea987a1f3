//! What is done with the news of the topics: beginnings and records are taken until they are durable.

use std::sync::Arc;

use futures::future::join_all;
use mingjing_domain::source::Source;
use mingjing_log::kafka::inbox::{Begun, Delivered, Loss, LossKind, Mark, News, Shape, Spot};
use mingjing_wire::{ReasonCode, Refusal};
use tokio::time::Instant;

use super::Reading;
use super::partition::{State, not_taken_in};
use super::records::{Batch, sort_records};
use super::retry::Retry;
use crate::error::ApiError;
use crate::sort::Step;
use crate::take::take;

/// What became of a piece of news.
pub(super) struct Received {
    /// What is durable.
    pub marks: Vec<Mark>,
    /// Something was not taken: its topic has changed since it was begun.
    pub doubted: bool,
}

impl Reading {
    /// Answers when all of it is durable, however long that takes.
    pub(super) async fn receive(&mut self, news: News) -> Received {
        match news {
            News::Assigned(begun) => {
                self.spots.clear();
                let mut marks = Vec::with_capacity(begun.len());
                for begun in begun {
                    marks.extend(self.begin(begun).await);
                }
                Received {
                    marks,
                    doubted: false,
                }
            }
            News::Records(records) => {
                let read = records.into_iter().filter_map(|(spot, records)| {
                    let state = self.spots.get(&spot)?.clone();
                    Some(self.take(spot, state, records))
                });
                let read = join_all(read.collect::<Vec<_>>()).await;
                let doubted = read.iter().any(Option::is_none);
                let mut marks = Vec::with_capacity(read.len());
                for (state, mark) in read.into_iter().flatten() {
                    self.show_not_taken(&state);
                    self.spots.insert(mark.spot.clone(), state);
                    marks.push(mark);
                }
                Received { marks, doubted }
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

    /// Takes the records of one partition; none if its topic has changed meanwhile, and they are to be read again from where it is begun
    /// anew.
    async fn take(
        &self,
        spot: Spot,
        mut state: State,
        records: Vec<Delivered>,
    ) -> Option<(State, Mark)> {
        let next = records.last().map_or(0, |record| record.offset + 1);
        let number = records.len() as u64;
        let damaged: u64 = records.iter().map(|record| record.lost).sum();
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
            let mut retry = self.retry();
            let numbers = loop {
                let numbers = self.intake.numbers.taken(&speaker).await;
                if let Some(numbers) = retry.over(numbers.map_err(ApiError::from)).await {
                    break numbers;
                }
            };
            let (intake, of, before) = (self.intake.clone(), speaker.clone(), state.clone());
            let place = spot.clone();
            let sorting = move || {
                let batch = sort_records(&intake, &of, &before, &place, numbers, &mut records);
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
            // Of the batch: its parcels have given their steps away.
            let completes = |step: &Step| matches!(step, Step::Complete(_));
            if steps.iter().any(completes) && !self.unchanged(&spot, &state).await {
                return None;
            }
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
        if damaged > 0 {
            self.damaged(&spot, &state.source, damaged);
        }
        let read = &self.intake.metrics.topic_records;
        read.with_label_values(&[&speaker.id]).inc_by(number);
        let mark = Mark {
            spot,
            next,
            note: state.note(),
            rest: lane.wait(Instant::now()),
        };
        Some((state, mark))
    }

    /// Whether a partition's topic is at this moment the one that was begun, and has as many partitions. What was made anew may have grown
    /// past our place, and where another partition was added, what is in it may come before what we read. Both are found out in
    /// seconds anyway; "complete until" cannot wait for that.
    async fn unchanged(&self, spot: &Spot, state: &State) -> bool {
        let mut retry = self.retry();
        let shape = loop {
            let asked = self.topics.shape(&spot.topic).await;
            let asked = asked
                .map_err(|error| ApiError::unavailable("asking for the topic of a source", &error));
            if let Some(shape) = retry.over(asked).await {
                break shape;
            }
        };
        let begun = Shape {
            id: state.topic_id,
            partitions: state.partitions,
        };
        if shape == Some(begun) {
            return true;
        }
        let (source, topic) = (&state.source, &spot.topic);
        tracing::warn!(
            source,
            %topic,
            "a source is not said to be complete before its topic was begun anew: it has changed"
        );
        false
    }

    fn damaged(&self, spot: &Spot, source: &str, records: u64) {
        let lost = &self.intake.metrics.topic_records_lost;
        lost.with_label_values(&[source]).inc_by(records);
        tracing::error!(
            source,
            topic = %spot.topic,
            partition = spot.partition,
            records,
            "records of a source's topic are damaged where the brokers keep them; the department has to send them again"
        );
    }

    fn retry(&self) -> Retry<'_> {
        Retry::new(&self.intake)
    }

    async fn speaker(&self, id: &str) -> Result<Source, ApiError> {
        let source = self.intake.sources.get(id).await?;
        source.ok_or_else(|| Refusal::bad_value(ReasonCode::UnknownSource, "id", id).into())
    }
}
