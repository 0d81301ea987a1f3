//! How the reading of the departments' topics goes, for readiness.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// So long may tries fail before reading is not ready.
const FAILING_MAX: Duration = Duration::from_secs(15);

/// How the reading of topics goes.
#[derive(Default)]
pub(crate) struct TopicsStatus(Mutex<Status>);

/// What is known.
#[derive(Default)]
pub(crate) struct Status {
    /// Since when nothing can be stored.
    pub failing_since: Option<Instant>,
    /// Partitions that are read here.
    pub partitions: usize,
    /// Why sources and topics could not be looked for, the last time.
    pub look_failed: Option<String>,
    /// What is wrong with single topics, by name.
    pub complaints: BTreeMap<String, String>,
    /// The client's last error.
    pub last_error: Option<String>,
}

impl TopicsStatus {
    pub fn with<T>(&self, work: impl FnOnce(&mut Status) -> T) -> T {
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
    pub fn complain(&self, topic: &str, complaint: String) -> bool {
        self.with(|status| {
            let before = status
                .complaints
                .insert(topic.to_owned(), complaint.clone());
            before.is_none_or(|before| before != complaint)
        })
    }
}
