//! A department that writes to its own topic, with the producers that departments have.

use std::ffi::OsString;
use std::io::Write;
use std::os::unix::ffi::OsStringExt;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use mingjing_testkit::kafka::Broker;
use rdkafka::ClientConfig;
use rdkafka::ClientContext;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{DeliveryResult, Header, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer, ProducerContext};
use serde_json::Value;

use crate::platform::{PATIENCE, Platform};

/// Every codec that a producer may use.
pub const CODECS: [&str; 5] = ["none", "gzip", "snappy", "lz4", "zstd"];

/// A record: its headers, and its value.
pub type Record = (Vec<(&'static str, String)>, Option<Vec<u8>>);

/// One event as the value.
pub fn structured(event: &Value) -> Record {
    let content_type = "application/cloudevents+json; charset=UTF-8".to_owned();
    (
        vec![("content-type", content_type)],
        Some(event.to_string().into_bytes()),
    )
}

/// Several events in one record.
pub fn batch(events: &[Value]) -> Record {
    let content_type = "application/cloudevents-batch+json".to_owned();
    let value = Value::from(events.to_vec()).to_string().into_bytes();
    (vec![("content-type", content_type)], Some(value))
}

/// The event's attributes in headers, its data as the value.
pub fn binary(event: &Value) -> Record {
    let mut headers = vec![("content-type", "application/json".to_owned())];
    for (header, attribute) in [
        ("ce_specversion", "specversion"),
        ("ce_type", "type"),
        ("ce_source", "source"),
        ("ce_id", "id"),
        ("ce_subject", "subject"),
        ("ce_time", "time"),
    ] {
        let value = event[attribute].as_str().expect("an attribute is text");
        headers.push((header, value.to_owned()));
    }
    (headers, Some(event["data"].to_string().into_bytes()))
}

/// An event as the value, and nothing that says so.
pub fn bare(event: &Value) -> Record {
    (Vec::new(), Some(event.to_string().into_bytes()))
}

/// A producer of librdkafka's.
pub struct Department {
    producer: BaseProducer<Reports>,
    topic: String,
}

#[derive(Default)]
struct Reports(Mutex<Vec<RDKafkaErrorCode>>);

impl ClientContext for Reports {}

impl ProducerContext for Reports {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        if let Err((KafkaError::MessageProduction(code), _)) = result {
            self.0.lock().expect("no test has panicked").push(*code);
        }
    }
}

impl Department {
    /// With these settings of the client, by `brokers`.
    pub fn new(brokers: &str, topic: &str, settings: &[(&str, &str)]) -> Result<Self> {
        let mut config = ClientConfig::new();
        config
            .set("bootstrap.servers", brokers)
            .set("message.max.bytes", "20000000")
            .set("message.timeout.ms", "30000");
        for (key, value) in settings {
            config.set(*key, *value);
        }
        Ok(Self {
            producer: config.create_with_context(Reports::default())?,
            topic: topic.to_owned(),
        })
    }

    /// Writes the records in order and waits until the brokers have them; errs with the first that they do not take.
    pub fn write(&self, records: &[Record]) -> Result<()> {
        for (headers, value) in records {
            let mut all = OwnedHeaders::new();
            for (key, value) in headers {
                all = all.insert(Header {
                    key,
                    value: Some(value.as_bytes()),
                });
            }
            let mut record = BaseRecord::<(), [u8]>::to(&self.topic).headers(all);
            record.payload = value.as_deref();
            let sent = self.producer.send(record);
            sent.map_err(|(error, _)| error)?;
        }
        self.producer.flush(PATIENCE)?;
        self.producer.poll(Duration::ZERO);
        let refused = std::mem::take(
            &mut *self
                .producer
                .context()
                .0
                .lock()
                .expect("no test has panicked"),
        );
        match refused.first() {
            Some(code) => Err(KafkaError::MessageProduction(*code).into()),
            None => Ok(()),
        }
    }
}

/// Writes with kcat: one record a line, with headers that all of them have. A header is bytes to it.
pub fn kcat(
    broker: &str,
    topic: &str,
    codec: &str,
    headers: &[Vec<u8>],
    lines: &str,
) -> Result<()> {
    let mut command = Command::new("kcat");
    command.args(["-P", "-b", broker, "-t", topic, "-z", codec]);
    for header in headers {
        command.arg("-H").arg(OsString::from_vec(header.clone()));
    }
    fed(command, lines).context("kcat; it is installed by: bash deploy/setup/kafka.sh")
}

/// Writes with the Java client, through Kafka's own console producer; headers as the records have them.
pub fn java(broker: &Broker, topic: &str, codec: &str, records: &[Record]) -> Result<()> {
    let mut lines = String::new();
    for (headers, value) in records {
        let headers: Vec<String> = headers
            .iter()
            .map(|(key, value)| format!("{key}:{value}"))
            .collect();
        let value = value.as_deref().context("the console writes values")?;
        lines += &format!("{}\t{}\n", headers.join(","), std::str::from_utf8(value)?);
    }
    let mut command = broker.tool("org.apache.kafka.tools.ConsoleProducer");
    command
        .args(["--bootstrap-server", &broker.address(), "--topic", topic])
        .args(["--compression-codec", codec])
        .args(["--reader-property", "parse.headers=true"]);
    fed(command, &lines).context("the console producer")
}

fn fed(mut command: Command, input: &str) -> Result<()> {
    let mut process = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut stdin = process.stdin.take().context("stdin is piped")?;
    stdin.write_all(input.as_bytes())?;
    drop(stdin);
    let output = process.wait_with_output()?;
    ensure!(
        output.status.success(),
        "{}: {}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

/// The topic that a source may write to, as a department is told.
pub async fn topic_of(platform: &Platform, source: &str) -> Result<String> {
    let listed: Value = serde_json::from_str(&platform.get("/v1/sources").await?)?;
    let sources = listed["sources"].as_array().context("a list")?;
    let found = sources.iter().find(|s| s["id"] == source);
    let topic = found.and_then(|source| source["topic"].as_str());
    Ok(topic.context("a source has a topic")?.to_owned())
}
