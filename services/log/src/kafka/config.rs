//! Which cluster, and how its clients are set. What the adapter's promises rest on cannot be set from outside.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use mingjing_domain::ids::SLOTS;
use rdkafka::ClientConfig;
use rdkafka::error::KafkaError;
use rdkafka::types::RDKafkaConfRes;

use super::OpenError;
use crate::Topic;

/// Which Kafka cluster holds the log, and how to reach it.
#[derive(Clone)]
pub struct Config {
    /// `host:port` of some of the brokers, separated by commas.
    pub brokers: String,
    /// Put before the names of the topics, so that several logs can share a cluster. May be empty.
    pub prefix: String,
    /// Partitions of each topic, 1 to 1,024. Fixed when the topics are created.
    pub partitions: u16,
    /// Copies of each partition: 3 in production. Topics with one copy are flushed to the disk with every append.
    pub replication: u16,
    /// Whether missing topics are created; otherwise they must be there.
    pub create: bool,
    /// How long an operation may try, over restarts of brokers and changes of leaders, until it is an error.
    pub timeout: Duration,
    /// How long a member of a group may be silent before its partitions go to others. The brokers bound it from below
    /// (`group.min.session.timeout.ms`, 6 s by default).
    pub session: Duration,
    /// Handed to librdkafka as they are: `security.protocol`, `sasl.*`, `ssl.*`, `compression.type` and the like.
    /// Their values are never printed.
    pub properties: BTreeMap<String, String>,
}

/// The limit of a topic's record batches: a call of the largest size with what Kafka adds to its records.
pub(super) const MAX_BATCH_BYTES: usize = 16 * 1024 * 1024;

/// Settings that the adapter's promises rest on, and what they are for.
const OURS: &[(&str, &str)] = &[
    ("bootstrap.servers", "`brokers` names the cluster"),
    ("metadata.broker.list", "`brokers` names the cluster"),
    ("acks", "an append answers when every copy in step has it"),
    (
        "request.required.acks",
        "an append answers when every copy in step has it",
    ),
    (
        "enable.idempotence",
        "a retried call is written once and in its place",
    ),
    ("enable.gapless.guarantee", "a failed call fails alone"),
    ("transactional.id", "the log uses no transactions"),
    ("isolation.level", "the log uses no transactions"),
    ("linger.ms", "a call is one record batch"),
    ("queue.buffering.max.ms", "a call is one record batch"),
    ("batch.size", "a call is one record batch"),
    ("batch.num.messages", "a call is one record batch"),
    ("message.max.bytes", "a call is one record batch"),
    (
        "queue.buffering.max.messages",
        "the adapter bounds its own queue",
    ),
    (
        "queue.buffering.max.kbytes",
        "the adapter bounds its own queue",
    ),
    ("max.in.flight", "the order of calls must outlive a retry"),
    (
        "max.in.flight.requests.per.connection",
        "the order of calls must outlive a retry",
    ),
    (
        "message.timeout.ms",
        "`timeout` says how long to try; records of one call must not time out apart",
    ),
    (
        "delivery.timeout.ms",
        "`timeout` says how long to try; records of one call must not time out apart",
    ),
    ("retries", "`timeout` says how long to try"),
    ("message.send.max.retries", "`timeout` says how long to try"),
    ("partitioner", "the caller names the partition"),
    (
        "allow.auto.create.topics",
        "`create` says whether topics are created",
    ),
    (
        "auto.offset.reset",
        "a position that is gone is an error, never a new beginning",
    ),
    ("group.id", "no position is kept in the cluster"),
    ("group.instance.id", "no position is kept in the cluster"),
    ("group.protocol", "no position is kept in the cluster"),
    (
        "session.timeout.ms",
        "`session` says how long a process may be silent",
    ),
    (
        "heartbeat.interval.ms",
        "`session` says how long a process may be silent",
    ),
    (
        "max.poll.interval.ms",
        "partitions are let go of before others get them",
    ),
    (
        "partition.assignment.strategy",
        "all processes must share in one way",
    ),
    ("enable.auto.commit", "no position is kept in the cluster"),
    (
        "enable.auto.offset.store",
        "no position is kept in the cluster",
    ),
    ("enable.partition.eof", "the adapter finds ends itself"),
    ("check.crcs", "what is read is checked"),
];

impl Config {
    /// A cluster by its brokers, with defaults: no prefix, one partition, one copy, topics created, half a minute.
    pub fn new(brokers: impl Into<String>) -> Config {
        Config {
            brokers: brokers.into(),
            prefix: String::new(),
            partitions: 1,
            replication: 1,
            create: true,
            timeout: Duration::from_secs(30),
            session: Duration::from_secs(10),
            properties: BTreeMap::new(),
        }
    }

    /// Refuses what cannot work, before anything is asked of the cluster.
    pub(super) fn check(&self) -> Result<(), OpenError> {
        let refused = |setting: &str, reason: String| OpenError::Setting {
            setting: setting.to_owned(),
            reason,
        };
        if self.brokers.trim().is_empty() {
            return Err(refused(
                "brokers",
                "name at least one `host:port`".to_owned(),
            ));
        }
        let fits = self.prefix.len() <= 200
            && self
                .prefix
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
        if !fits {
            let reason = "up to 200 of A-Z, a-z, 0-9, '.', '_', '-' can begin a topic's name";
            return Err(refused("prefix", reason.to_owned()));
        }
        if !(1..=SLOTS).contains(&self.partitions) {
            let reason = format!("a log has 1 to {SLOTS} partitions, not {}", self.partitions);
            return Err(refused("partitions", reason));
        }
        if self.replication == 0 || i32::from(self.replication) > i32::from(i16::MAX) {
            let reason = format!(
                "each partition needs a copy at least, not {}",
                self.replication
            );
            return Err(refused("replication", reason));
        }
        for (key, why) in OURS {
            if self.properties.contains_key(*key) {
                let reason = format!("it is not to be set, because {why}; remove it");
                return Err(refused(key, reason));
            }
        }
        self.base()
            .create_native_config()
            .map_err(property)
            .map(drop)
    }

    /// The topic's name in the cluster.
    pub(super) fn topic(&self, topic: Topic) -> String {
        format!("{}{}", self.prefix, topic.name())
    }

    /// The name of the topic that holds all tables.
    pub(super) fn tables(&self) -> String {
        format!("{}mj.tables", self.prefix)
    }

    /// What every client has: the caller's properties, and reconnecting soon after a broker's restart.
    pub(super) fn base(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config
            .set("client.id", "mingjing")
            .set("reconnect.backoff.ms", "50")
            .set("reconnect.backoff.max.ms", "1000")
            .set("socket.connection.setup.timeout.ms", "5000")
            .set("topic.metadata.refresh.interval.ms", "30000");
        for (key, value) in &self.properties {
            config.set(key, value);
        }
        config.set("bootstrap.servers", &self.brokers);
        config
    }

    /// The writer's client. Nothing leaves it but by a flush, and nothing in it expires: see the writer.
    pub(super) fn producer(&self) -> ClientConfig {
        let mut config = self.base();
        config
            .set("enable.idempotence", "true")
            .set("acks", "all")
            .set("linger.ms", "900000")
            .set("message.timeout.ms", "0")
            .set("batch.size", (4 * MAX_BATCH_BYTES).to_string())
            .set("message.max.bytes", (4 * MAX_BATCH_BYTES).to_string())
            .set("batch.num.messages", "1000000")
            .set("queue.buffering.max.messages", "2000000")
            .set("queue.buffering.max.kbytes", "1048576")
            .set("retry.backoff.ms", "50")
            .set("retry.backoff.max.ms", "1000");
        config
    }

    /// A reader's client. The group is only a name that librdkafka insists on: nothing joins it.
    ///
    /// A broker answers a fetch at once when there is something, and a partition that joins the fetches waits for
    /// the one on its way; 50 ms bound that wait.
    pub(super) fn consumer(&self) -> ClientConfig {
        let mut config = self.base();
        config
            .set("group.id", format!("{}mingjing", self.prefix))
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            .set("auto.offset.reset", "error")
            .set("allow.auto.create.topics", "false")
            .set("check.crcs", "true")
            .set("fetch.wait.max.ms", "50")
            .set("fetch.queue.backoff.ms", "5")
            .set("fetch.error.backoff.ms", "100")
            .set("fetch.message.max.bytes", "1048576")
            .set("queued.max.messages.kbytes", "8192");
        config
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<&String> = self.properties.keys().collect();
        f.debug_struct("Config")
            .field("brokers", &self.brokers)
            .field("prefix", &self.prefix)
            .field("partitions", &self.partitions)
            .field("replication", &self.replication)
            .field("create", &self.create)
            .field("timeout", &self.timeout)
            .field("session", &self.session)
            .field("properties", &keys)
            .finish()
    }
}

/// Says which property is wrong, and not its value, which may be a secret.
pub(super) fn property(error: KafkaError) -> OpenError {
    let KafkaError::ClientConfig(answer, _, key, _) = error else {
        return OpenError::Kafka {
            attempted: "setting up the client".to_owned(),
            source: error,
        };
    };
    let reason = match answer {
        RDKafkaConfRes::RD_KAFKA_CONF_UNKNOWN => "librdkafka has no such setting",
        _ => "librdkafka does not take this value",
    };
    OpenError::Setting {
        setting: key,
        reason: reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(key: &str, value: &str) -> String {
        let mut config = Config::new("localhost:9092");
        config.properties.insert(key.to_owned(), value.to_owned());
        config.check().expect_err("it is refused").to_string()
    }

    #[test]
    fn settings_the_adapter_rests_on_and_unknown_ones_are_refused_by_name() {
        for (key, _) in OURS {
            let said = refusal(key, "1");
            assert!(said.contains(key) && said.contains("remove it"), "{said}");
        }
        let said = refusal("linger.mss", "hush");
        assert!(
            said.contains("linger.mss") && !said.contains("hush"),
            "{said}"
        );
        let said = refusal("security.protocol", "hush");
        assert!(
            said.contains("security.protocol") && !said.contains("hush"),
            "{said}"
        );
    }

    #[test]
    fn tls_and_scram_are_taken_and_their_secrets_not_shown() {
        let mut config = Config::new("localhost:9092");
        for (key, value) in [
            ("security.protocol", "SASL_SSL"),
            ("sasl.mechanism", "SCRAM-SHA-512"),
            ("sasl.username", "mingjing"),
            ("sasl.password", "hush"),
        ] {
            config.properties.insert(key.to_owned(), value.to_owned());
        }
        config
            .check()
            .expect("this librdkafka speaks TLS and SCRAM");
        let shown = format!("{config:?}");
        assert!(
            shown.contains("sasl.password") && !shown.contains("hush"),
            "{shown}"
        );
    }
}
