//! What the receiver answers: noted as done, and committed.

use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

use rdkafka::consumer::{CommitMode, Consumer};
use rdkafka::error::KafkaResult;
use rdkafka::{Offset, TopicPartitionList};

use super::client::Reader;
use super::desk::Desk;
use super::start::Done;
use super::{Answered, Mark, Spot};

/// What has become of the answer that is due.
pub(super) enum Due {
    Done(Vec<(Spot, Duration)>),
    Waiting,
    /// It came, and was seen to by someone else.
    Settled,
    /// The receiver is gone.
    Dropped,
}

/// Waits for the answer that is due, and notes what it says is done.
pub(super) fn due(desk: &Desk, patience: Duration) -> Due {
    let Some(receiver) = desk.state().due.take() else {
        return Due::Settled;
    };
    // Not under the lock.
    let Answered { marks, doubted } = match receiver.recv_timeout(patience) {
        Ok(answered) => answered,
        Err(RecvTimeoutError::Disconnected) => return Due::Dropped,
        Err(RecvTimeoutError::Timeout) => {
            desk.state().due = Some(receiver);
            return Due::Waiting;
        }
    };
    let mut state = desk.state();
    state.beginning |= doubted;
    let mut rests = Vec::new();
    for Mark {
        spot,
        next,
        note,
        rest,
    } in marks
    {
        let topic_id = match (state.begun.remove(&spot), state.done.get(&spot)) {
            (Some(begun), _) => Some(begun.topic_id),
            (None, done) => done.map(|done| done.topic_id),
        };
        if let Some(topic_id) = topic_id {
            let done = Done {
                topic_id,
                next,
                note,
            };
            state.done.insert(spot.clone(), done);
        }
        rests.extend(rest.map(|rest| (spot, rest)));
    }
    Due::Done(rests)
}

/// Commits all that is done.
pub(super) fn commit(consumer: &Reader, desk: &Desk, mode: CommitMode) -> KafkaResult<()> {
    let done = desk.state().done.clone();
    if done.is_empty() {
        return Ok(());
    }
    let mut places = TopicPartitionList::new();
    for (spot, done) in &done {
        let mut place = places.add_partition(&spot.topic, spot.partition);
        place.set_offset(Offset::Offset(done.next))?;
        place.set_metadata(done.metadata());
    }
    consumer.commit(&places, mode)?;
    if let CommitMode::Sync = mode {
        desk.state().kept.extend(done.into_keys());
    }
    Ok(())
}
