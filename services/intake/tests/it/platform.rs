//! An intake on its own log, folder and port, and a client.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use mingjing_domain::Timestamp;
use mingjing_domain::definitions::DefinitionSet;
use mingjing_domain::life::Refusal;
use mingjing_domain::source::{Source, SourceClock};
use mingjing_intake::{Config, Folder, Intake, Parts, PublishError, Published, Publisher, router};
use mingjing_log::embedded::EmbeddedLog;
use mingjing_log::{Log, Offset, Partition, StoredRecord, Topic};
use mingjing_wire::LogRecord;
use mingjing_wire::rejects::RejectRecord;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// What the platform's clock says until a test moves it.
pub const NOW: &str = "2026-11-23T09:30:00+08:00";
pub const PARTITIONS: u16 = 4;

pub const STRUCTURED: &str = "application/cloudevents+json";
pub const BATCH: &str = "application/cloudevents-batch+json";
pub const NDJSON: &str = "application/x-ndjson";

pub struct Platform {
    pub intake: Arc<Intake>,
    pub log: Arc<EmbeddedLog>,
    pub address: SocketAddr,
    pub folder: tempfile::TempDir,
    pub registry: prometheus::Registry,
    pub client: reqwest::Client,
    pub published: Arc<Definitions>,
    clock: Arc<AtomicI64>,
    server: JoinHandle<()>,
}

impl Drop for Platform {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Definitions as the binary publishes them, but kept in memory.
#[derive(Default)]
pub struct Definitions(pub Mutex<Vec<String>>, Mutex<Arc<BTreeMap<String, Source>>>);

#[async_trait::async_trait]
impl Publisher for Definitions {
    async fn publish(&self, folder: Folder) -> Result<Published, PublishError> {
        if folder.files.iter().any(|file| file.name == "reviewed.yaml") {
            let why = "已经按审核程序公布";
            return Err(PublishError::Refused(Refusal::new(
                "needs_review",
                "files",
                why,
                "请起草",
            )));
        }
        let (set, problems) = DefinitionSet::read(folder.files);
        if !problems.is_empty() {
            return Err(PublishError::Problems(problems));
        }
        self.0.lock().unwrap().push(set.hash());
        let sources = set.sources.iter().map(|s| &s.value);
        *self.1.lock().unwrap() = Arc::new(sources.map(|s| (s.id.clone(), s.clone())).collect());
        Ok(Published {
            hash: set.hash(),
            version: set.version(),
        })
    }

    async fn sources(&self) -> Result<Arc<BTreeMap<String, Source>>, PublishError> {
        Ok(self.1.lock().unwrap().clone())
    }
}

/// An answer: status and body.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub json: Value,
}

impl Answer {
    pub async fn of(response: reqwest::Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap();
        let json = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{status} {e}: {text}"));
        Self {
            status,
            headers,
            json,
        }
    }

    /// What became of each item: its status, or the reason it was refused for.
    pub fn outcomes(&self) -> Vec<&str> {
        let items = self.json["items"].as_array().expect("an answer has items");
        items
            .iter()
            .map(|item| item["reason"].as_str().or(item["status"].as_str()).unwrap())
            .collect()
    }

    /// The reason the whole request was refused for.
    pub fn reason(&self) -> &str {
        self.json["error"]["reason"]
            .as_str()
            .unwrap_or_else(|| panic!("{self:?}"))
    }
}

impl Platform {
    pub async fn start() -> Self {
        Self::with(Config::default()).await
    }

    pub async fn with(config: Config) -> Self {
        Self::around(config, |log| log).await
    }

    /// With something put around the real log.
    pub async fn around(config: Config, wrap: impl FnOnce(Arc<dyn Log>) -> Arc<dyn Log>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let log = Arc::new(EmbeddedLog::open(folder.path(), PARTITIONS).await.unwrap());
        Self::on(log, folder, config, wrap).await
    }

    /// Another process on the same log.
    pub async fn beside(&self) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::on(self.log.clone(), folder, Config::default(), |log| log).await
    }

    async fn on(
        log: Arc<EmbeddedLog>,
        folder: tempfile::TempDir,
        config: Config,
        wrap: impl FnOnce(Arc<dyn Log>) -> Arc<dyn Log>,
    ) -> Self {
        let clock = Arc::new(AtomicI64::new(Timestamp::parse(NOW).unwrap().millis()));
        let registry = prometheus::Registry::new();
        let published = Arc::new(Definitions::default());
        let hand = Arc::clone(&clock);
        let parts = Parts {
            log: wrap(log.clone()),
            table: log.clone(),
            publisher: published.clone(),
            clock: Arc::new(move || Timestamp::from_millis(hand.load(Ordering::Relaxed))),
            topics: None,
        };
        let intake = Intake::new(parts, config, &registry).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let routes = router(intake.clone()).into_make_service_with_connect_info::<SocketAddr>();
        let server = tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        let client = reqwest::Client::new();
        Self {
            intake,
            log,
            address,
            folder,
            registry,
            client,
            published,
            clock,
            server,
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn set_clock(&self, now: &str) {
        self.clock
            .store(Timestamp::parse(now).unwrap().millis(), Ordering::Relaxed);
    }

    /// Registers a live source and answers its key.
    pub async fn source(&self, id: &str) -> String {
        self.declare(&Source::new(id, SourceClock::Live)).await
    }

    pub async fn declare(&self, source: &Source) -> String {
        let answer = self
            .admin("/v1/sources", serde_json::to_value(source).unwrap())
            .await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json["key"]
            .as_str()
            .expect("a new source gets a key")
            .to_owned()
    }

    pub async fn admin(&self, path: &str, body: Value) -> Answer {
        Answer::of(
            self.client
                .post(self.url(path))
                .body(body.to_string())
                .send()
                .await
                .unwrap(),
        )
        .await
    }

    pub fn request(&self, key: &str, content_type: &str) -> reqwest::RequestBuilder {
        self.client
            .post(self.url("/v1/events"))
            .header("authorization", format!("Bearer {key}"))
            .header("content-type", content_type)
    }

    pub async fn post(&self, key: &str, content_type: &str, body: impl Into<Vec<u8>>) -> Answer {
        let request = self.request(key, content_type).body(body.into());
        Answer::of(request.send().await.unwrap()).await
    }

    /// Posts one event in structured mode.
    pub async fn one(&self, key: &str, event: &Value) -> Answer {
        self.post(key, STRUCTURED, event.to_string()).await
    }

    /// Posts events line by line.
    pub async fn lines(&self, key: &str, events: &[Value]) -> Answer {
        self.post(key, NDJSON, ndjson(events)).await
    }

    /// Everything that lies in a topic, with its partition, in order.
    pub async fn stored(&self, topic: Topic) -> Vec<(Partition, StoredRecord)> {
        let mut found = Vec::new();
        for partition in (0..PARTITIONS).map(Partition) {
            let mut from = Offset::ZERO;
            loop {
                let batch = self
                    .log
                    .read(topic, partition, from, 10_000, 8 << 20, None)
                    .await
                    .unwrap();
                let Some(last) = batch.records.last() else {
                    break;
                };
                from = last.offset.next();
                found.extend(batch.records.into_iter().map(|record| (partition, record)));
            }
        }
        found
    }

    /// The log's records but for declarations.
    pub async fn records(&self) -> Vec<(Partition, LogRecord<'static>)> {
        let stored = self.stored(Topic::Events).await;
        let read = stored.iter().map(|(partition, record)| {
            let read = LogRecord::parse(&record.value, Timestamp::MIN).unwrap();
            (*partition, read.into_owned())
        });
        read.filter(|(_, record)| !matches!(record, LogRecord::SourceDeclared(_)))
            .collect()
    }

    /// The ids of the events in the log, sorted.
    pub async fn event_ids(&self) -> Vec<String> {
        let mut ids: Vec<_> = self
            .records()
            .await
            .into_iter()
            .filter_map(|(_, record)| match record {
                LogRecord::Event(event) => Some(event.event_id.to_string()),
                _ => None,
            })
            .collect();
        ids.sort();
        ids
    }

    pub async fn rejects(&self) -> Vec<RejectRecord> {
        let stored = self.stored(Topic::Rejects).await;
        stored
            .iter()
            .map(|(_, record)| RejectRecord::parse(&record.value).unwrap())
            .collect()
    }

    /// The value of a counter or gauge: of the series with this label value, or of all together if it is empty.
    pub fn metric(&self, name: &str, label: &str) -> f64 {
        let text = prometheus::TextEncoder::new()
            .encode_to_string(&self.registry.gather())
            .unwrap();
        let series = text.lines().filter_map(|line| {
            let rest = line.strip_prefix("mingjing_intake_")?.strip_prefix(name)?;
            let (labels, value) = rest.rsplit_once(' ')?;
            let whole_name = labels.is_empty() || labels.starts_with('{');
            let wanted = label.is_empty() || labels.contains(&format!("\"{label}\""));
            (whole_name && wanted).then(|| value.parse::<f64>().unwrap())
        });
        series.sum()
    }

    /// Waits until a metric has reached a level.
    pub async fn metric_reaches(&self, name: &str, level: f64) {
        while self.metric(name, "") < level {
            tokio::task::yield_now().await;
        }
    }

    /// Whether these bytes lie anywhere in the data folder.
    pub fn on_disk(&self, needle: &str) -> bool {
        fn holds(folder: &Path, needle: &[u8]) -> bool {
            std::fs::read_dir(folder).unwrap().any(|entry| {
                let path = entry.unwrap().path();
                match path.is_dir() {
                    true => holds(&path, needle),
                    // A file that is gone by now holds nothing.
                    false => std::fs::read(&path).is_ok_and(|bytes| contains(&bytes, needle)),
                }
            })
        }
        holds(self.folder.path(), needle.as_bytes())
    }
}

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    let first = needle[0];
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|b| *b == first) {
        rest = &rest[at..];
        if rest.starts_with(needle) {
            return true;
        }
        rest = &rest[1..];
    }
    false
}

/// A good event of case `case`.
pub fn event(source: &str, id: &str, case: &str) -> Value {
    json!({"specversion": "1.0", "type": "cn.mingjing.case.accepted.v1", "source": source, "id": id, "subject": case,
           "time": "2026-11-23T09:00:00+08:00", "data": {"item_code": "5105020001", "org_code": "510502"}})
}

pub fn complete(source: &str, until: &str) -> Value {
    json!({"specversion": "1.0", "type": "cn.mingjing.source.complete_until.v1", "source": source, "id": "complete",
           "data": {"until": until}})
}

pub fn ndjson(events: &[Value]) -> String {
    events.iter().map(|event| format!("{event}\n")).collect()
}
