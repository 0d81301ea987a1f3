//! One machine's worth of supervision in a temporary folder, that can be stopped, dropped in the middle and started again.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use mingjing_domain::Timestamp;
use mingjing_domain::definitions::DefinitionFile;
use mingjing_domain::fact::Fact;
use mingjing_log::embedded::EmbeddedLog;
use mingjing_log::{Alone, Log, Offset, Partition, Record, StoredRecord, Topic};
use mingjing_supervise::{
    Active, Config, Error, HandMoved, Metrics, PartitionStatus, Ports, State, Status, Upon,
    publish_definitions,
};
use mingjing_testkit::script::{Input, Line, parse};
use mingjing_wire::cloudevents::{encode_command, encode_complete_until, encode_source};
use mingjing_wire::encode_event;
use mingjing_wire::facts::{FactRecord, Fences, Read, encode_fence, epoch_of_fence};
use object_store::local::LocalFileSystem;
use prometheus::Registry;
use sha2::{Digest, Sha256};
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::overtaken::{Group, Overtaken};

pub const ONLY: Partition = Partition(0);

/// Long enough for any machine; only a failure waits so long.
const PATIENCE: Duration = Duration::from_secs(40);

/// A licence whose decision is promised within `promised` and due by law within ten working days, with a few more points.
pub fn chart(promised: &str) -> DefinitionFile {
    let text = format!(
        "\
kind: body
code: zjj
name: 住房和城乡建设局
region: '510500'
---
kind: item
code: XK-1
name: 建筑工程施工许可
power_type: licence
level: city
region: '510500'
executing_body: zjj
legal_basis: [建筑法第七条]
effective_from: 2015-07-01
flowchart: licence
---
kind: flowchart
id: licence
version: '1'
name: 施工许可流程
effective_from: 2015-07-01
special_procedures:
  - {{kind: hearing, name: 听证, effect: suspend, maximum: 30cd}}
limits:
  - {{id: decision, name: 办结时限, kind: case, from: [accepted], to: [decided], promised: {promised}, statutory: 10wd}}
control_points:
  - {{id: late, name: 超期, check: {{overdue: {{limit: decision, levels: [{{level: notice, at: 2wd before}}, {{level: yellow, at: promised}}, {{level: red, at: statutory}}]}}}}}}
  - {{id: unaccepted, name: 未受理先决定, check: {{requires_before: {{event: [decided], before: [accepted]}}}}}}
  - {{id: after-close, name: 办结后又有决定, check: {{requires_before: {{event: [delivered], before: [decided], each: true}}}}}}
"
    );
    DefinitionFile {
        name: "licence.yaml".into(),
        text,
    }
}

/// Small enough that batches, appends and snapshots of short histories are many.
pub fn config() -> Config {
    Config {
        batch_records: 7,
        append_records: 3,
        tick_gap: Duration::from_millis(1),
        snapshot_records: 20,
        upkeep_every: Duration::from_millis(200),
        ..Config::default()
    }
}

pub struct World {
    pub log: Arc<EmbeddedLog>,
    pub clock: Arc<HandMoved>,
    pub config: Config,
    /// The metrics of the last start.
    pub registry: Registry,
    /// Judging again must give what was published, unless the test has seen to it that it cannot.
    pub may_reconcile: bool,
    /// At the next start another owner comes right behind this one.
    pub overtaken: bool,
    /// A group gives the partitions; otherwise there is no other process.
    pub in_group: bool,
    snapshots: PathBuf,
    running: Option<Running>,
}

/// A run has a runtime of its own, so that dropping it ends all its tasks before anything else happens, as the death of a
/// process would.
struct Running {
    status: Status,
    stop: watch::Sender<bool>,
    task: JoinHandle<Result<(), Error>>,
    runtime: Runtime,
}

impl Running {
    async fn gone(self) {
        let ended = tokio::task::spawn_blocking(move || self.runtime.shutdown_timeout(PATIENCE));
        ended.await.expect("it shuts down");
    }
}

impl World {
    /// Opens the log in `dir/log`; snapshots go to `dir/snapshots`.
    pub async fn open(dir: &Path, partitions: u16, now: Timestamp) -> Self {
        let snapshots = dir.join("snapshots");
        std::fs::create_dir_all(&snapshots).expect("a folder");
        let log = EmbeddedLog::open(dir.join("log"), partitions)
            .await
            .expect("the log opens");
        Self {
            log: Arc::new(log),
            clock: Arc::new(HandMoved::new(now)),
            config: config(),
            registry: Registry::new(),
            may_reconcile: false,
            overtaken: false,
            in_group: false,
            snapshots,
            running: None,
        }
    }

    /// A world with the chart in force, running.
    pub async fn begun(dir: &Path, now: Timestamp) -> Self {
        let mut world = Self::open(dir, 1, now).await;
        world.publish(chart("5wd")).await;
        world.start();
        world
    }

    pub async fn publish(&self, file: DefinitionFile) -> Active {
        publish_definitions(&*self.log, &*self.log, vec![file], Upon::Whatever)
            .await
            .expect("the definitions are right")
    }

    pub fn start(&mut self) {
        assert!(self.running.is_none(), "it runs already");
        let store = LocalFileSystem::new_with_prefix(&self.snapshots).expect("a folder");
        let log: Arc<dyn Log> = match std::mem::take(&mut self.overtaken) {
            true => Arc::new(Overtaken::on(self.log.clone())),
            false => self.log.clone(),
        };
        let ports = Ports {
            log,
            table: self.log.clone(),
            snapshots: Arc::new(store.with_fsync(true)),
            clock: self.clock.clone(),
        };
        self.registry = Registry::new();
        let metrics = Arc::new(Metrics::new(&self.registry).expect("a fresh registry"));
        let status = Status::new();
        let (stop, stopping) = watch::channel(false);
        let run = mingjing_supervise::run(
            ports,
            self.config.clone(),
            metrics,
            status.clone(),
            match self.in_group {
                true => Box::new(Group::of(&*self.log)),
                false => Box::new(Alone::with(&*self.log)),
            },
            stopping,
        );
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime");
        let task = runtime.spawn(run);
        self.running = Some(Running {
            status,
            stop,
            task,
            runtime,
        });
    }

    /// Stops gracefully.
    pub async fn stop(&mut self) {
        let running = self.running.as_ref().expect("it runs");
        running.stop.send_replace(true);
        self.ended().await.expect("it stops without an error");
    }

    /// Waits until every partition stopped by itself, and answers why.
    pub async fn error(&mut self) -> Error {
        self.ended().await.expect_err("it ends with an error")
    }

    async fn ended(&mut self) -> Result<(), Error> {
        let mut running = self.running.take().expect("it runs");
        let ended = tokio::time::timeout(PATIENCE, &mut running.task)
            .await
            .expect("it ends");
        running.gone().await;
        ended.expect("it does not panic")
    }

    /// Drops everything wherever it is.
    pub async fn crash(&mut self) {
        self.running.take().expect("it runs").gone().await;
    }

    pub async fn wait_for(&self, wanted: impl Fn(&PartitionStatus) -> bool) -> PartitionStatus {
        self.wait_for_in(ONLY, wanted).await
    }

    async fn wait_for_in(
        &self,
        partition: Partition,
        wanted: impl Fn(&PartitionStatus) -> bool,
    ) -> PartitionStatus {
        let status = &self.running.as_ref().expect("it runs").status;
        let assigned = async {
            loop {
                match status.watch(partition) {
                    Some(watch) => break watch,
                    None => tokio::time::sleep(Duration::from_millis(1)).await,
                }
            }
        };
        let mut watch = tokio::time::timeout(PATIENCE, assigned)
            .await
            .expect("it is supervised");
        // What a group gave is taken up again.
        let ended =
            |s: &PartitionStatus| matches!(s.state, State::Stopped { .. }) && !self.in_group;
        let found = tokio::time::timeout(PATIENCE, watch.wait_for(|s| wanted(s) || ended(s))).await;
        let Ok(found) = found else {
            panic!("waited in vain: {:?}", status.get(partition))
        };
        let found = found.expect("the status outlives the wait").clone();
        assert!(wanted(&found), "it stopped: {:?}", found.state);
        found
    }

    /// Waits until everything in the log is judged and published, and the partitions' clocks stand at the owner's.
    pub async fn settled(&self) {
        use mingjing_supervise::Clock;
        let now = self.clock.now();
        for partition in (0..self.log.partitions()).map(Partition) {
            let end = self.end_of(Topic::Events, partition).await;
            let done = |s: &PartitionStatus| match &s.state {
                State::Running { offset, clock, .. } => {
                    *offset >= end && clock.is_some_and(|c| c >= now)
                }
                _ => false,
            };
            self.wait_for_in(partition, done).await;
        }
        let reconciled = self
            .metrics()
            .contains("recoveries_total{how=\"reconciled\"}");
        assert!(
            self.may_reconcile || !reconciled,
            "judging again did not give what was published"
        );
    }

    /// The metrics as operators get them.
    pub fn metrics(&self) -> String {
        prometheus::TextEncoder::new()
            .encode_to_string(&self.registry.gather())
            .expect("text")
    }

    pub async fn append(&self, partition: Partition, value: impl Into<Bytes>) -> Offset {
        self.append_keyed(partition, Bytes::new(), value.into())
            .await
    }

    pub async fn append_keyed(&self, partition: Partition, key: Bytes, value: Bytes) -> Offset {
        self.log
            .append(Topic::Events, partition, vec![Record { key, value }])
            .await
            .expect("the log takes it")
    }

    /// Runs a case script, each line judged before the next. Expectations are for other tests.
    pub async fn script(&self, script: &str) {
        for input in inputs(script) {
            self.make(input).await;
            self.settled().await;
        }
    }

    /// Does what a script says without waiting for what comes of it.
    pub async fn send(&self, script: &str) {
        for input in inputs(script) {
            self.make(input).await;
        }
    }

    async fn make(&self, input: Input) {
        match input {
            Input::Event(event) => drop(self.append(ONLY, encode_event(&event)).await),
            Input::Declared(source) => drop(self.append(ONLY, encode_source(&source)).await),
            Input::CompleteUntil(source, until) => {
                self.append(ONLY, encode_complete_until(&source, until))
                    .await;
            }
            Input::Command(command) => drop(self.append(ONLY, encode_command(&command)).await),
            Input::Tick(at) => self.clock.set(at),
            Input::Activate(file) => drop(self.publish(file).await),
        }
    }

    pub async fn end_of(&self, topic: Topic, partition: Partition) -> Offset {
        self.log
            .bounds(topic, partition)
            .await
            .expect("a partition")
            .end
    }

    pub async fn records(&self, topic: Topic, partition: Partition) -> Vec<StoredRecord> {
        let mut all = Vec::new();
        loop {
            let from = Offset(all.len() as u64);
            let batch = self
                .log
                .read(topic, partition, from, 10_000, 1 << 26, None)
                .await
                .expect("readable");
            if batch.records.is_empty() {
                return all;
            }
            all.extend(batch.records);
        }
    }

    /// The facts that count.
    pub async fn facts(&self, partition: Partition) -> Vec<FactRecord> {
        let records = self.records(Topic::Facts, partition).await;
        let mut fences = Fences::default();
        let read = records.iter().map(|r| {
            fences
                .read(r.offset.0, &r.value)
                .expect("a fact or a fence")
        });
        read.filter_map(|read| match read {
            Read::Fact(fact) => Some(fact),
            Read::Fence | Read::Stale => None,
        })
        .collect()
    }

    /// Another owner takes a partition, and does nothing more. Answers its epoch.
    pub async fn take_over(&self, partition: Partition) -> u64 {
        let record = Record {
            key: Bytes::new(),
            value: encode_fence(Timestamp::from_millis(0)).into(),
        };
        let offset = self.log.append(Topic::Facts, partition, vec![record]).await;
        epoch_of_fence(offset.expect("it appends").0)
    }

    /// The epochs of all owners so far, in order.
    pub async fn epochs(&self, partition: Partition) -> Vec<u64> {
        let records = self.records(Topic::Facts, partition).await;
        let fences = records
            .iter()
            .filter(|r| r.value.starts_with(b"{\"fence\""));
        fences.map(|r| epoch_of_fence(r.offset.0)).collect()
    }

    /// `change level` of every alert fact, in order.
    pub async fn story(&self) -> Vec<String> {
        let facts = self.facts(ONLY).await;
        let told = facts.iter().filter_map(|record| match &record.facts {
            Fact::Alert { change, alert, .. } => Some(format!("{change:?} {}", alert.level.code())),
            _ => None,
        });
        told.collect()
    }

    /// The refusals' reasons, in order.
    pub async fn refusals(&self) -> Vec<String> {
        let facts = self.facts(ONLY).await;
        let reasons = facts.into_iter().filter_map(|record| match record.facts {
            Fact::Refused { reason, .. } => Some(reason),
            _ => None,
        });
        reasons.collect()
    }

    /// Leaves the older snapshot alone, as if engine 0 had written it. What was published since is folded then.
    pub fn pretend_an_older_engine_wrote_the_older_snapshot(&mut self) {
        self.may_reconcile = true;
        let mut files = self.snapshot_files();
        std::fs::remove_file(files.pop().expect("two snapshots")).expect("it is there");
        pretend(&files.pop().expect("two snapshots"), "0", None);
    }

    /// The newest snapshot, made into one of a later engine that has another layout.
    pub fn pretend_a_later_engine_wrote_the_newest_snapshot(&self) -> PathBuf {
        let newest = self.snapshot_files().pop().expect("a snapshot");
        pretend(&newest, "later", Some(b"in another layout"));
        newest
    }

    /// The snapshot files of partition 0, oldest first.
    pub fn snapshot_files(&self) -> Vec<PathBuf> {
        let folder = self
            .snapshots
            .join("snapshots/0000")
            .join(self.log.id().to_string());
        let Ok(entries) = std::fs::read_dir(folder) else {
            return Vec::new();
        };
        let mut files: Vec<_> = entries
            .map(|entry| entry.expect("an entry").path())
            .collect();
        files.retain(|path| path.extension().is_some_and(|e| e == "snapshot"));
        files.sort();
        files
    }
}

/// Writes a snapshot anew as if this engine had written it, with this body where one is given.
fn pretend(file: &Path, engine: &str, body: Option<&[u8]>) {
    let bytes = std::fs::read(file).expect("it is there");
    let mut lines = bytes.splitn(3, |b| *b == b'\n');
    let (_, header) = (lines.next(), lines.next().expect("a header"));
    let body = body.unwrap_or_else(|| lines.next().expect("a body"));
    let mut header: serde_json::Value = serde_json::from_slice(header).expect("JSON");
    header["engine_version"] = engine.into();
    let rest = [format!("{header}\n").as_bytes(), body].concat();
    let hash: String = Sha256::digest(&rest)
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    let bytes = [format!("mingjing-snapshot 1 {hash}\n").as_bytes(), &rest].concat();
    std::fs::write(file, bytes).expect("it is written");
}

fn inputs(script: &str) -> Vec<Input> {
    let (_, lines) = parse(script).expect("a script");
    let inputs = lines.into_iter().map(|(_, line)| match line {
        Line::Input(input) => input,
        Line::Expect(_) | Line::Answered(_) | Line::Inspect(..) | Line::Told(_) => {
            panic!("expectations are for other tests")
        }
    });
    inputs.collect()
}

/// An instant in Luzhou, like `2026-07-01 09:00`.
pub fn at(text: &str) -> Timestamp {
    Timestamp::parse(&format!("{}:00+08:00", text.replace(' ', "T"))).expect("an instant")
}
