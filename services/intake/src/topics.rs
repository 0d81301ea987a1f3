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
//!   nothing is before anything, so it is refused there; by HTTP it is refused while a topic of the source has records. Before one is
//!   taken the cluster is asked whether the topic is still the one that was begun, with as many partitions.
//! - **A topic that keeps only the newest record of a key is not read**: nobody could say what it has lost.
//! - **Too fast is slow**: a source beyond its rate is read later; nothing is refused for it.

mod partition;
mod receive;
mod records;
mod retry;
mod standing;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use mingjing_domain::ids::derived_id;
use mingjing_log::kafka::inbox::{Handed, Inbox, Known, Spot, Topics};
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

use crate::error::ApiError;
use crate::failpoint;
use crate::intake::Intake;
use crate::topics_status::Looks;

use partition::State;
use receive::Received;
use standing::Watched;

/// How often sources and their topics are looked at.
const LOOK: Duration = Duration::from_secs(2);

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
        watched: Watched::default(),
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
            Received { marks, doubted } = reading.receive(news) => {
                failpoint::durable();
                match doubted {
                    true => answer.doubted(marks),
                    false => answer.done(marks),
                }
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
    /// Which partitions get on.
    watched: Watched,
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
        self.intake.topics_status.looked(failed);
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
                Known::There(shape) => {
                    followed.insert(name, shape.id);
                }
                Known::Unfit(why) => self.complain(&name, why),
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
        status.settled(|name| followed.contains_key(name));
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
        let (standings, health) = (inbox.standings(), inbox.health());
        let still = self.watched.look(Instant::now(), &standings, &health);
        metrics.topic_partitions.set(standings.len() as i64);
        let mut of_sources: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
        for (spot, standing) in &standings {
            if let Some(source) = self.sources.get(&*spot.topic) {
                of_sources.entry(source).or_default().0 += standing.end - standing.next;
            }
        }
        for spot in still.keys() {
            if let Some(source) = self.sources.get(&*spot.topic) {
                of_sources.entry(source).or_default().1 += 1;
            }
        }
        // What went to another process is shown there.
        for gone in &self.shown {
            if !of_sources.contains_key(gone.as_str()) {
                let _ = metrics.topic_lag.remove_label_values(&[gone]);
                let _ = metrics.topic_not_taken.remove_label_values(&[gone]);
                let _ = metrics.topic_standing_still.remove_label_values(&[gone]);
            }
        }
        for (source, (lag, still)) in &of_sources {
            metrics.topic_lag.with_label_values(&[source]).set(*lag);
            // A counter that appears with its first count has not risen for who asks by how much it rose.
            metrics.topic_records_lost.with_label_values(&[source]);
            metrics.topics_remade.with_label_values(&[source]);
            let gauge = &metrics.topic_standing_still;
            gauge.with_label_values(&[source]).set(*still);
        }
        self.shown = of_sources.into_keys().map(str::to_owned).collect();
        let (errors, last) = inbox.errors();
        metrics
            .topic_errors
            .set(i64::try_from(errors).unwrap_or(i64::MAX));
        let unjoined = health.unjoined.unwrap_or_default().as_secs();
        let unjoined = i64::try_from(unjoined).unwrap_or(i64::MAX);
        metrics.topic_group_unjoined.set(unjoined);
        self.intake.topics_status.looks(Looks {
            partitions: standings.len(),
            unjoined: health.unjoined,
            beginning: health.beginning,
            still,
            last_error: last,
        });
    }
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
}
