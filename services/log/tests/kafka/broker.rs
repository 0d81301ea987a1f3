//! The broker of this test binary, and logs on it.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use mingjing_log::conformance::{Factory, Ports};
use mingjing_log::kafka::{Config, KafkaLog};
use mingjing_testkit::kafka::Broker;
use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions};
use rdkafka::client::DefaultClientContext;

/// The address of the broker that all tests share; the first that asks starts it.
pub fn shared() -> String {
    broker().address()
}

/// The file in which that broker keeps the first partition of a topic, from its first record on.
pub fn segment(topic: &str) -> PathBuf {
    let folder = broker().data().join(format!("{topic}-0"));
    folder.join(format!("{:020}.log", 0))
}

fn broker() -> &'static Broker {
    static BROKER: OnceLock<Broker> = OnceLock::new();
    BROKER.get_or_init(|| Broker::start().expect("a broker starts"))
}

/// A configuration whose topics no other test has.
pub fn config(name: &str, partitions: u16) -> Config {
    static LOGS: AtomicUsize = AtomicUsize::new(0);
    let number = LOGS.fetch_add(1, Ordering::Relaxed);
    let mut config = Config::new(shared());
    config.prefix = format!("t{number}.{name}.");
    config.partitions = partitions;
    config
}

pub fn admin(address: &str) -> AdminClient<DefaultClientContext> {
    ClientConfig::new()
        .set("bootstrap.servers", address)
        .create()
        .expect("an administrative client")
}

/// The names of a log's topics.
pub fn topics(config: &Config) -> Vec<String> {
    ["mj.log", "mj.facts", "mj.rejects", "mj.tables"]
        .map(|name| format!("{}{name}", config.prefix))
        .into()
}

/// Removes topics and waits until the broker knows them no more.
pub async fn delete(address: &str, topics: &[String]) {
    let admin = admin(address);
    let names: Vec<&str> = topics.iter().map(String::as_str).collect();
    let answers = admin.delete_topics(&names, &AdminOptions::new()).await;
    for answer in answers.expect("topics are removed") {
        answer.expect("the topic is removed");
    }
    let began = Instant::now();
    loop {
        let all = admin.inner().fetch_metadata(None, Duration::from_secs(10));
        let all = all.expect("the broker lists its topics");
        if !all.topics().iter().any(|t| names.contains(&t.name())) {
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "topics stay");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Each factory has a prefix of its own; each name is a log below it.
pub struct Clusters {
    config: Config,
}

impl Clusters {
    pub fn new() -> Self {
        Clusters {
            config: config("suite", 1),
        }
    }

    fn of(&self, name: &str, partitions: u16) -> Config {
        let mut config = self.config.clone();
        config.prefix += name;
        config.prefix += ".";
        config.partitions = partitions;
        config
    }
}

#[async_trait]
impl Factory for Clusters {
    async fn open(&self, name: &str, partitions: u16) -> Ports {
        let opened = KafkaLog::open(self.of(name, partitions)).await;
        let log = Arc::new(opened.expect("the log opens"));
        Ports {
            log: log.clone(),
            table: log,
        }
    }

    async fn destroy(&self, name: &str, ports: Ports) {
        drop(ports);
        let config = self.of(name, 1);
        delete(&config.brokers, &topics(&config)).await;
    }
}
