//! How the reading of the departments' topics goes, for readiness.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use mingjing_log::kafka::inbox::Spot;
use tokio::time::Instant;

/// So long may tries fail before reading is not ready.
const FAILING_MAX: Duration = Duration::from_secs(15);

/// So long the group may take to take this process in: another member may take up to a minute to let its partitions go, and a
/// dead one is missed after ten seconds.
const UNJOINED_MAX: Duration = Duration::from_secs(90);

/// How the reading of topics goes.
#[derive(Default)]
pub(crate) struct TopicsStatus(Mutex<Status>);

#[derive(Default)]
struct Status {
    failing_since: Option<Instant>,
    /// Why sources and topics could not be looked for, the last time.
    look_failed: Option<String>,
    /// What is wrong with single topics, by name.
    complaints: BTreeMap<String, String>,
    looks: Looks,
}

/// How the reader looks at this moment.
#[derive(Default)]
pub(crate) struct Looks {
    /// Partitions that are read here.
    pub partitions: usize,
    /// For how long the group has not taken this process in.
    pub unjoined: Option<Duration>,
    /// For how long it could not be found out where to begin, and why.
    pub beginning: Option<(Duration, String)>,
    /// Partitions that stand still, and what is to be said of them.
    pub still: BTreeMap<Spot, String>,
    /// The client's last error.
    pub last_error: Option<String>,
}

impl TopicsStatus {
    fn with<T>(&self, work: impl FnOnce(&mut Status) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether reading goes on, and what is to be said of it. One department's topic that does not get on is told and does not make the
    /// process unready: it would be taken from all others.
    pub fn check(&self) -> (bool, String) {
        self.with(|status| {
            let mut ready = true;
            let mut said = format!("{} partitions of delivered topics", status.looks.partitions);
            let failing = status.failing_since.map(|since| since.elapsed());
            let longer = |time: Option<Duration>, most| time.is_some_and(|time| time >= most);
            if let Some(failing) = failing {
                said += &format!("; nothing can be stored since {} s", failing.as_secs());
            }
            ready &= !longer(failing, FAILING_MAX);
            let Looks {
                unjoined,
                beginning,
                still,
                last_error,
                ..
            } = &status.looks;
            if longer(*unjoined, UNJOINED_MAX) {
                let seconds = unjoined.unwrap_or_default().as_secs();
                said += &format!("; the group has not taken this process in since {seconds} s");
                ready = false;
            }
            if let Some((since, why)) = beginning.as_ref().filter(|(t, _)| *t >= FAILING_MAX) {
                let seconds = since.as_secs();
                said += &format!("; where to begin cannot be found out since {seconds} s: {why}");
                ready = false;
            }
            for (spot, why) in still {
                said += &format!("; {spot} {why}");
            }
            for (topic, complaint) in &status.complaints {
                said += &format!("; {topic}: {complaint}");
            }
            if let Some(error) = &status.look_failed {
                said += &format!("; topics cannot be looked for: {error}");
            }
            if let Some(error) = last_error {
                said += &format!("; last error: {error}");
            }
            (ready, said)
        })
    }

    /// A try to store something has failed.
    pub fn failed(&self) {
        self.with(|status| {
            status.failing_since.get_or_insert_with(Instant::now);
        });
    }

    /// One has succeeded.
    pub fn stored(&self) {
        self.with(|status| status.failing_since = None);
    }

    /// Sources and topics were looked for; why that failed, if it did.
    pub fn looked(&self, failed: Option<String>) {
        self.with(|status| status.look_failed = failed);
    }

    /// So the reader looks.
    pub fn looks(&self, looks: Looks) {
        self.with(|status| status.looks = looks);
    }

    /// Whether this complaint is a new one.
    pub fn complain(&self, topic: &str, complaint: String) -> bool {
        self.with(|status| {
            let before = status
                .complaints
                .insert(topic.to_owned(), complaint.clone());
            before.is_none_or(|before| before != complaint)
        })
    }

    /// Nothing is wrong any more with these topics.
    pub fn settled(&self, well: impl Fn(&str) -> bool) {
        self.with(|status| status.complaints.retain(|name, _| !well(name)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn who_is_not_taken_in_by_the_group_or_cannot_begin_for_long_is_not_ready_and_says_why() {
        let status = TopicsStatus::default();
        let check = |looks: Looks| {
            status.looks(looks);
            status.check()
        };
        for (unjoined, ready) in [(5, true), (89, true), (90, false)] {
            let looks = Looks {
                unjoined: Some(seconds(unjoined)),
                ..Looks::default()
            };
            let (found, said) = check(looks);
            assert_eq!((found, said.contains("has not taken")), (ready, !ready));
        }
        for (failing, ready) in [(14, true), (15, false)] {
            let looks = Looks {
                beginning: Some((seconds(failing), "no answer".into())),
                ..Looks::default()
            };
            let (found, said) = check(looks);
            assert_eq!((found, said.contains("no answer")), (ready, !ready));
        }
        assert!(check(Looks::default()).0);
    }

    #[test]
    fn one_topic_that_stands_still_is_told_and_holds_up_no_other() {
        let status = TopicsStatus::default();
        let spot = Spot {
            topic: "in.zjj".into(),
            partition: 0,
        };
        let said = "stands still since 31 s".to_owned();
        status.looks(Looks {
            still: BTreeMap::from([(spot, said)]),
            ..Looks::default()
        });
        let (ready, said) = status.check();
        assert!(ready && said.contains("in.zjj/0 stands still"), "{said}");
    }
}
