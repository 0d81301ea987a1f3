//! Records of a topic, read as requests are. Pure but for the clock.

use std::sync::Arc;

use mingjing_domain::Timestamp;
use mingjing_domain::numbers::Taken;
use mingjing_domain::source::Source;
use mingjing_log::kafka::inbox::{Delivered, Spot};
use mingjing_wire::cloudevents::Binding;
use mingjing_wire::refusal::Words;
use mingjing_wire::{ReasonCode, Refusal};

use super::partition::State;
use crate::body;
use crate::intake::Intake;
use crate::sort::{Incoming, Origin, Place, Sorted, Step, Whole, sort};

/// Some records of one partition, sorted out.
pub(super) struct Batch {
    pub steps: Vec<Step>,
    pub parcels: Vec<Sorted>,
    pub not_taken: u64,
    /// How many items they held, at least one each.
    pub items: usize,
}

/// Sorts records out until they hold as many items as one request may.
pub(super) fn sort_records(
    intake: &Intake,
    speaker: &Arc<Source>,
    state: &State,
    spot: &Spot,
    mut numbers: Option<Taken>,
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
        batch.not_taken += record.lost;
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
                    numbers: numbers.clone(),
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
        for number in &sorted.numbers {
            if let Some(taken) = &mut numbers {
                taken.add(*number);
            }
        }
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
