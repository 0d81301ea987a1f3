//! How intake is set: limits, times, the administrator's key. Values only; reading files is the binary's matter.

use std::fmt;
use std::time::Duration;

use mingjing_log::MAX_APPEND_BYTES;
use mingjing_wire::query_code::QueryKeys;

/// The administrator's key. Prints stars.
#[derive(Clone, PartialEq, Eq)]
pub struct AdminKey(String);

impl AdminKey {
    /// From its text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub(crate) fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for AdminKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// How intake works. The defaults suit one machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Who may register sources and publish definitions; `None`: whoever comes from this machine.
    pub admin_key: Option<AdminKey>,
    /// Largest body of one request, in bytes.
    pub body_bytes_max: usize,
    /// Most items in one request.
    pub events_max: usize,
    /// Largest single item, in bytes.
    pub event_bytes_max: usize,
    /// Items a source may send in a second, in the long run.
    pub events_per_second: u32,
    /// Items a source may send at once after a pause. A larger request is taken whole too, and paid off by waiting.
    pub burst: u32,
    /// Requests of one source that are worked on at once.
    pub source_requests_max: usize,
    /// Requests of one source that may wait for that; one more is answered 429.
    pub source_waiting_max: usize,
    /// Bytes of bodies that one source may have in memory at once.
    pub source_bytes_max: usize,
    /// Bytes of bodies in memory at once, of all sources. What is read from a body takes some four times as much.
    pub bytes_max: usize,
    /// How long a request waits for its turn before it is answered 429 or 503.
    pub turn_wait: Duration,
    /// How long a client may take over one piece of a body.
    pub body_idle: Duration,
    /// How long a client may take over a whole body.
    pub body_deadline: Duration,
    /// How far `time` may lie after the receipt: clocks are never quite right.
    pub ahead_max: Duration,
    /// How far `entered_at` and `sent_at` may lie after the receipt. Wider, for a wrong one is a finding, not a reason to
    /// lose the event.
    pub stamp_ahead_max: Duration,
    /// How far "complete until" may lie after the receipt.
    pub complete_ahead_max: Duration,
    /// By which codes of acceptance slips are derived. Empty: there are none.
    pub query_keys: QueryKeys,
}

impl Default for Config {
    fn default() -> Self {
        const MIB: usize = 1024 * 1024;
        Self {
            admin_key: None,
            body_bytes_max: 16 * MIB,
            events_max: 10_000,
            event_bytes_max: MIB,
            events_per_second: 20_000,
            burst: 100_000,
            source_requests_max: 4,
            source_waiting_max: 32,
            source_bytes_max: 32 * MIB,
            bytes_max: 128 * MIB,
            turn_wait: Duration::from_secs(10),
            body_idle: Duration::from_secs(10),
            body_deadline: Duration::from_secs(120),
            ahead_max: Duration::from_secs(600),
            stamp_ahead_max: Duration::from_secs(24 * 3600),
            complete_ahead_max: Duration::from_secs(60),
            query_keys: QueryKeys::default(),
        }
    }
}

/// Settings that cannot work, all of them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the intake cannot work like this: {}", .0.join("; "))]
pub struct BadConfig(pub Vec<String>);

impl Config {
    /// Refuses settings that contradict each other.
    ///
    /// # Errors
    /// [`BadConfig`] with every problem.
    pub fn check(&self) -> Result<(), BadConfig> {
        let positive = [
            ("body_bytes_max", self.body_bytes_max),
            ("events_max", self.events_max),
            ("event_bytes_max", self.event_bytes_max),
            ("events_per_second", self.events_per_second as usize),
            ("burst", self.burst as usize),
            ("source_requests_max", self.source_requests_max),
        ];
        let mut problems: Vec<String> = positive
            .into_iter()
            .filter(|(_, value)| *value == 0)
            .map(|(name, _)| format!("{name} must be at least 1"))
            .collect();
        let ordered = [
            (
                "body_bytes_max",
                self.body_bytes_max,
                "source_bytes_max",
                self.source_bytes_max,
            ),
            (
                "source_bytes_max",
                self.source_bytes_max,
                "bytes_max",
                self.bytes_max,
            ),
            ("bytes_max", self.bytes_max, "4 GiB", u32::MAX as usize),
            // The record is the item with a few words more.
            (
                "event_bytes_max",
                self.event_bytes_max,
                "half an append",
                MAX_APPEND_BYTES / 2,
            ),
        ];
        problems.extend(
            ordered
                .into_iter()
                .filter(|(_, less, _, more)| less > more)
                .map(|(less, a, more, b)| format!("{less} ({a}) is more than {more} ({b})")),
        );
        if self
            .admin_key
            .as_ref()
            .is_some_and(|key| key.text().len() < 16)
        {
            problems.push("admin_key is shorter than 16 characters".into());
        }
        if problems.is_empty() {
            Ok(())
        } else {
            Err(BadConfig(problems))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_work_and_every_contradiction_is_told_at_once() {
        Config::default().check().unwrap();
        let config = Config {
            admin_key: Some(AdminKey::new("short")),
            events_max: 0,
            source_bytes_max: 1,
            ..Config::default()
        };
        assert_eq!(config.check().unwrap_err().0.len(), 3);
        assert!(!format!("{config:?}").contains("short"));
    }
}
