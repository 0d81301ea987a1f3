//! Sharing the partitions among processes: a consumer group of Kafka's, of which only the assignment is used.
//!
//! Nothing is read or committed through it. A member subscribes to `mj.log`, pauses what it is given, and is polled by a thread
//! of its own to stay alive; records are read through the log's own readers.
//!
//! ```text
//! broker ── rebalance ─▶ revoke: the callback waits until this process has drained ─▶ assign
//! ```
//!
//! Drain first: while the callback of a revocation waits, the broker gives the partitions to nobody else. It waits no longer than
//! [`DRAIN_MAX`]; a process that takes longer, or that was paused past its session, is told nothing in time and is fenced off by
//! whoever comes next.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use async_trait::async_trait;
use mingjing_domain::ids::Partition;
use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext, Rebalance};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use tokio::sync::{mpsc, oneshot};

use super::{Config, OpenError, speaker};
use crate::{Assignment, Membership, Result, Topic};

/// How long a revocation waits for what is being worked on. Well below the time a member may take between two polls.
const DRAIN_MAX: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(200);

/// A place in a group. Dropping it leaves the group.
pub struct Member {
    assignments: mpsc::Receiver<Assignment>,
    closing: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Member {
    /// Joins the group of this name in a log's cluster. The log's topics must be there.
    ///
    /// # Errors
    /// [`OpenError`]: the settings are wrong. A cluster that cannot be reached is tried for ever.
    pub fn join(config: &Config, group: &str) -> std::result::Result<Member, OpenError> {
        config.check()?;
        let (told, assignments) = mpsc::channel(1);
        let closing = Arc::new(AtomicBool::new(false));
        let context = Group {
            topic: config.topic(Topic::Events),
            told,
            held: Mutex::default(),
            untold: AtomicBool::new(false),
            drain_max: DRAIN_MAX,
            closing: closing.clone(),
        };
        let session = config.session.as_millis();
        let mut client = config.consumer();
        client
            .set("group.id", format!("{}mingjing.{group}", config.prefix))
            .set("partition.assignment.strategy", "range")
            .set("session.timeout.ms", session.to_string())
            .set("heartbeat.interval.ms", (session / 4).to_string())
            .set(
                "max.poll.interval.ms",
                (4 * DRAIN_MAX.as_millis()).to_string(),
            );
        let consumer: BaseConsumer<Group> = client
            .create_with_context(context)
            .map_err(super::config::property)?;
        let topic = config.topic(Topic::Events);
        consumer
            .subscribe(&[&topic])
            .map_err(OpenError::of(format!("joining the group {group}")))?;
        let ending = closing.clone();
        let thread = std::thread::Builder::new()
            .name(format!("group-{group}"))
            .spawn(move || poll(&consumer, &ending))
            .expect("the system has a thread left");
        Ok(Member {
            assignments,
            closing,
            thread: Some(thread),
        })
    }
}

fn poll(consumer: &BaseConsumer<Group>, closing: &AtomicBool) {
    use RDKafkaErrorCode::{AllBrokersDown, AutoOffsetReset, BrokerTransportFailure};
    let mut said = None;
    while !closing.load(Ordering::Relaxed) {
        match consumer.poll(POLL) {
            // What was fetched before it was paused.
            None | Some(Ok(_)) => {}
            Some(Err(KafkaError::MessageConsumption(AutoOffsetReset))) => {}
            Some(Err(error)) => match error.rdkafka_error_code() {
                Some(AllBrokersDown | BrokerTransportFailure) => {
                    tracing::debug!(%error, "the group's client reports");
                }
                // Such as a session the brokers do not take, or a group that this user may not join: it is tried for
                // ever, and said once.
                code if code != said => {
                    said = code;
                    tracing::error!(%error, "the group does not take this process in");
                }
                _ => {}
            },
        }
        consumer.client().context().tell_late();
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        self.closing.store(true, Ordering::Relaxed);
        // Whoever waits for the receiver to drain is not kept waiting.
        self.assignments.close();
        while self.assignments.try_recv().is_ok() {}
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[async_trait]
impl Membership for Member {
    async fn changed(&mut self) -> Result<Option<Assignment>> {
        Ok(self.assignments.recv().await)
    }
}

struct Group {
    topic: String,
    told: mpsc::Sender<Assignment>,
    /// What the group has given; none while it is being divided anew.
    held: Mutex<Option<BTreeSet<Partition>>>,
    /// Whether the receiver has not been told what is held now, because it was too busy for too long.
    untold: AtomicBool,
    /// How long a callback waits.
    drain_max: Duration,
    closing: Arc<AtomicBool>,
}

impl ClientContext for Group {
    fn log(&self, level: RDKafkaLogLevel, _: &str, text: &str) {
        speaker::log(level, text);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(%error, reason, "the group's client reports");
    }
}

impl ConsumerContext for Group {
    fn pre_rebalance(&self, _: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        if let Rebalance::Revoke(_) = rebalance {
            *self.held() = None;
            self.tell();
        }
    }

    fn post_rebalance(&self, consumer: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        match rebalance {
            Rebalance::Assign(list) => {
                // Records come through the log's own readers.
                if let Err(error) = consumer.pause(list) {
                    tracing::warn!(%error, "what the group assigned cannot be paused");
                }
                let elements = list.elements();
                let of_log = elements.iter().filter(|e| e.topic() == self.topic);
                let partitions = of_log.filter_map(|e| u16::try_from(e.partition()).ok());
                *self.held() = Some(partitions.map(Partition).collect());
                self.tell();
            }
            Rebalance::Revoke(_) => {}
            Rebalance::Error(error) => tracing::warn!(%error, "the group could not be rebalanced"),
        }
    }
}

impl Group {
    /// Tells what could not be told in time. It must not be forgotten: the group believes that it is worked on.
    fn tell_late(&self) {
        if !self.untold.load(Ordering::Relaxed) {
            return;
        }
        let (assignment, _) = self.assignment();
        if self.told.try_send(assignment).is_ok() {
            self.untold.store(false, Ordering::Relaxed);
        }
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Option<BTreeSet<Partition>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn assignment(&self) -> (Assignment, oneshot::Receiver<()>) {
        match self.held().clone() {
            Some(partitions) => Assignment::new(partitions),
            None => Assignment::interim(),
        }
    }

    /// Tells what is held now, and waits until the rest is let go of.
    fn tell(&self) {
        let (mut assignment, mut done) = self.assignment();
        let waits = Waits::until(self.drain_max);
        // The receiver may be busy with what it was told before.
        loop {
            match self.told.try_send(assignment) {
                Ok(()) => break,
                Err(mpsc::error::TrySendError::Closed(_)) => return,
                Err(mpsc::error::TrySendError::Full(again)) => assignment = again,
            }
            if !waits.on(&self.closing) {
                self.untold.store(true, Ordering::Relaxed);
                return;
            }
        }
        self.untold.store(false, Ordering::Relaxed);
        while matches!(done.try_recv(), Err(oneshot::error::TryRecvError::Empty)) {
            if !waits.on(&self.closing) {
                return;
            }
        }
    }
}

/// A bounded wait inside a callback.
struct Waits {
    since: std::time::Instant,
    most: Duration,
}

impl Waits {
    fn until(most: Duration) -> Self {
        Self {
            since: std::time::Instant::now(),
            most,
        }
    }

    fn on(&self, closing: &AtomicBool) -> bool {
        std::thread::sleep(Duration::from_millis(10));
        if self.since.elapsed() > self.most {
            tracing::error!(
                "partitions were not let go of in time: whoever gets them fences this process off"
            );
            return false;
        }
        !closing.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receiver_that_was_too_busy_is_told_at_last_what_is_held_now() {
        let (told, mut assignments) = mpsc::channel(1);
        let group = Group {
            topic: String::new(),
            told,
            held: Mutex::default(),
            untold: AtomicBool::new(false),
            drain_max: Duration::from_millis(20),
            closing: Arc::default(),
        };
        let held = |partitions: &[u16]| -> BTreeSet<Partition> {
            partitions.iter().copied().map(Partition).collect()
        };
        // Nobody receives while the group gives, takes and gives.
        for now in [Some(held(&[0, 1])), None, Some(held(&[2, 3]))] {
            *group.held() = now;
            group.tell();
        }
        group.tell_late();
        let mut received = Vec::new();
        while let Ok(assignment) = assignments.try_recv() {
            received.push(assignment.partitions);
            group.tell_late();
        }
        assert_eq!(received, [held(&[0, 1]), held(&[2, 3])]);
    }
}
