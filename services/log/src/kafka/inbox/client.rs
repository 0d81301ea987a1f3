//! The client that reads, and the callbacks that run in its polls: partitions come and go.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::TopicPartitionList;
use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer, ConsumerContext};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::types::RDKafkaRespErr;

use super::answers::{Due, commit, due};
use super::desk::Desk;
use super::follow::POLL;
use super::{BYTES_MAX, Spot};
use crate::kafka::{Config, OpenError, config, speaker};

/// How long a member may be silent before the group goes on without it.
const SESSION: Duration = Duration::from_secs(10);
/// How long partitions that go to another process are kept for the answer that is due.
const DRAIN_MAX: Duration = Duration::from_secs(60);

pub(super) type Reader = BaseConsumer<Context>;

pub(super) struct Context {
    desk: Arc<Desk>,
}

/// The client. `roundrobin`, because `range` would give the one partition of every topic to the same process.
pub(super) fn consumer(config: &Config, group: &str, desk: Arc<Desk>) -> Result<Reader, OpenError> {
    let mut client = config.consumer();
    client
        .set("group.id", format!("{}mingjing.{group}", config.prefix))
        .set("partition.assignment.strategy", "roundrobin")
        .set("session.timeout.ms", SESSION.as_millis().to_string())
        .set(
            "heartbeat.interval.ms",
            (SESSION.as_millis() / 4).to_string(),
        )
        .set(
            "max.poll.interval.ms",
            (4 * DRAIN_MAX.as_millis()).to_string(),
        )
        .set("topic.metadata.refresh.interval.ms", "5000")
        // A topic's end must be known in time for the lag to be true; fetches of a quiet one need not be frequent.
        .set("fetch.wait.max.ms", "500")
        .set("queued.max.messages.kbytes", (BYTES_MAX / 1024).to_string());
    client
        .create_with_context(Context { desk })
        .map_err(config::property)
}

impl ClientContext for Context {
    fn log(&self, level: RDKafkaLogLevel, _: &str, text: &str) {
        speaker::log(level, text);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(%error, reason, "the reader of delivered topics reports");
        self.desk.error(format!("{error}: {reason}"));
    }
}

impl ConsumerContext for Context {
    /// What is assigned is begun by the thread, once it knows where.
    fn rebalance(
        &self,
        consumer: &BaseConsumer<Self>,
        code: RDKafkaRespErr,
        list: &mut TopicPartitionList,
    ) {
        if code == RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS {
            let elements = list.elements();
            let spots = elements.iter().map(|element| Spot {
                topic: element.topic().into(),
                partition: element.partition(),
            });
            let mut state = self.desk.state();
            state.assigned = spots.collect();
            (state.joined, state.unjoined) = (true, None);
            state.generation += 1;
            state.beginning = true;
            return;
        }
        self.let_go(consumer);
        if let Err(error) = consumer.unassign() {
            tracing::warn!(%error, "delivered topics could not be let go of");
        }
    }

    fn commit_callback(&self, result: KafkaResult<()>, _: &TopicPartitionList) {
        if let Err(error) = result {
            // They are read again, by us or by whoever has them now.
            tracing::debug!(%error, "offsets of delivered topics were not committed");
        }
    }
}

impl Context {
    /// Waits for what is being worked on, and commits it, while the group gives the partitions to nobody else.
    fn let_go(&self, consumer: &BaseConsumer<Self>) {
        let began = Instant::now();
        loop {
            match due(&self.desk, POLL) {
                Due::Done(_) | Due::Settled | Due::Dropped => break,
                Due::Waiting if self.desk.closing() => break,
                Due::Waiting if began.elapsed() > DRAIN_MAX => {
                    tracing::warn!(
                        "delivered topics were not let go of in time: another process takes their last records again"
                    );
                    break;
                }
                Due::Waiting => {}
            }
        }
        if !consumer.assignment_lost()
            && let Err(error) = commit(consumer, &self.desk, CommitMode::Sync)
        {
            tracing::debug!(%error, "offsets of delivered topics were not committed");
        }
        let mut state = self.desk.state();
        (state.joined, state.unjoined) = (false, Some(Instant::now()));
        state.assigned.clear();
        state.begins_not = None;
        state.unbegun.clear();
        state.begun.clear();
        state.done.clear();
        state.kept.clear();
        state.ends.clear();
        state.generation += 1;
        state.beginning = false;
    }
}

pub(super) fn list(spots: &[Spot]) -> KafkaResult<TopicPartitionList> {
    let mut list = TopicPartitionList::with_capacity(spots.len());
    for spot in spots {
        list.add_partition(&spot.topic, spot.partition);
    }
    Ok(list)
}
