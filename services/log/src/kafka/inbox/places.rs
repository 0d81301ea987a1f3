//! Where the partitions that were assigned are to begin, as the cluster says.

use std::collections::{BTreeMap, BTreeSet};

use rdkafka::consumer::Consumer;
use rdkafka::error::{KafkaError, KafkaResult};

use super::client::{Reader, list};
use super::start::{Done, Held, start};
use super::{Begun, QUESTION, Spot};
use crate::kafka::native;

/// What the cluster does not say of some partitions.
pub(super) type Unknown = Vec<(Spot, KafkaError)>;

/// Asks the cluster where each partition is to begin.
pub(super) fn begins(
    consumer: &Reader,
    spots: &BTreeSet<Spot>,
    known: &BTreeMap<Spot, Done>,
) -> KafkaResult<(Vec<Begun>, Unknown)> {
    if spots.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let spots: Vec<Spot> = spots.iter().cloned().collect();
    let names: BTreeSet<&str> = spots.iter().map(|spot| &*spot.topic).collect();
    let names: Vec<&str> = names.into_iter().collect();
    let shapes = native::describe(consumer.client(), &names, QUESTION)?;
    let committed = consumer.committed_offsets(list(&spots)?, QUESTION)?;
    let mut begun = Vec::with_capacity(spots.len());
    let mut unknown = Vec::new();
    for spot in &spots {
        let shape = match shapes.get(&*spot.topic) {
            Some(Ok(Some(shape))) => *shape,
            // Gone. The group will say so; if it comes again, it is another.
            Some(Ok(None)) | None => continue,
            Some(Err(error)) => {
                unknown.push((spot.clone(), error.clone()));
                continue;
            }
        };
        let topic_id = shape.id;
        let place = committed.find_partition(&spot.topic, spot.partition);
        let told = place.as_ref().map_or(Ok(()), |place| place.error());
        let bounds = consumer.fetch_watermarks(&spot.topic, spot.partition, QUESTION);
        let (low, high) = match told.and(bounds) {
            Ok(bounds) => bounds,
            Err(error) => {
                unknown.push((spot.clone(), error));
                continue;
            }
        };
        let committed = place.and_then(|place| {
            let next = place.offset().to_raw().filter(|next| *next >= 0)?;
            Some(Done::read(next, place.metadata(), topic_id))
        });
        let done = known.get(spot).cloned().or(committed);
        let held = Held {
            topic_id,
            low,
            high,
        };
        let (at, loss) = start(done.as_ref(), held);
        begun.push(Begun {
            spot: spot.clone(),
            topic_id,
            partitions: shape.partitions,
            at,
            end: high,
            note: done.map(|done| done.note).unwrap_or_default(),
            loss,
        });
    }
    Ok((begun, unknown))
}

pub(super) fn done_of(begun: &Begun) -> Done {
    Done {
        topic_id: begun.topic_id,
        next: begun.at,
        note: begun.note.clone(),
    }
}
