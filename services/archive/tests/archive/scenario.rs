//! A log with events and facts in it, and what lies in the database afterwards.

use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use mingjing_archive::{Config, Error, FactPosition, FactRecord, Heads, Metrics, PlatformClock};
use mingjing_domain::Timestamp;
use mingjing_domain::alert::{AlertRecord, Evidence, Level, Status};
use mingjing_domain::event::{CaseData, CaseEvent, EventKind};
use mingjing_domain::fact::{CaseRecord, Cause, Change, Fact, StepVisit};
use mingjing_domain::ids::{Slot, alert_id};
use mingjing_log::embedded::EmbeddedLog;
use mingjing_log::{Log, Partition, Record, Topic};
use mingjing_store::{Backoff, Store};
use mingjing_wire::LogRecord;
use prometheus::Registry;
use std::sync::Arc;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub const PARTITIONS: u16 = 4;
pub const SOURCE: &str = "泸州住建";
pub const CASES: u32 = 60;

/// Small rounds and short waits, so that a test sees many of them.
pub fn config() -> Config {
    Config {
        read_records: 7,
        round_records: 40,
        linger: Duration::from_millis(10),
        idle_watermark: Duration::from_millis(20),
        lag_every: Duration::from_millis(20),
        heads_every: Duration::from_millis(20),
        backoff: Backoff {
            first: Duration::from_millis(5),
            most: Duration::from_millis(100),
        },
        ..Config::default()
    }
}

pub async fn open(folder: &Path) -> Arc<EmbeddedLog> {
    Arc::new(EmbeddedLog::open(folder, PARTITIONS).await.unwrap())
}

pub fn at(seconds: i64) -> Timestamp {
    Timestamp::parse("2026-11-23T09:30:00+08:00")
        .unwrap()
        .plus_millis(seconds * 1000)
}

pub fn case_no(case: u32) -> String {
    format!("施许-2026-{case:04}")
}

pub fn partition_of(case: u32) -> Partition {
    Slot::of(SOURCE, &case_no(case)).partition(PARTITIONS)
}

pub async fn append(log: &EmbeddedLog, topic: Topic, partition: Partition, values: Vec<Vec<u8>>) {
    let record = |value: Vec<u8>| Record {
        key: Bytes::new(),
        value: value.into(),
    };
    log.append(topic, partition, values.into_iter().map(record).collect())
        .await
        .unwrap();
}

/// Events, a tick, a poison record, and what an engine would have concluded: every third case gets an alert that is
/// raised, issued and ended; every case is told of three times; one record is refused; the source is told of.
pub async fn fill(log: &EmbeddedLog, cases: std::ops::Range<u32>) {
    for case in cases {
        let (mut events, mut told) = (Vec::new(), Vec::new());
        fill_values(case, &mut events, &mut told);
        append(log, Topic::Events, partition_of(case), events).await;
        append(log, Topic::Facts, partition_of(case), told).await;
    }
}

/// The same for one case, to be appended by the caller.
pub fn fill_values(case: u32, events: &mut Vec<Vec<u8>>, told: &mut Vec<Vec<u8>>) {
    let first = events.len();
    let kinds = [EventKind::Applied, EventKind::Accepted, EventKind::Closed];
    events.extend(kinds.map(|kind| event(case, kind).encode()));
    // The same event once more, and the partition's clock.
    events.push(events[first].clone());
    events.push(
        LogRecord::Tick {
            at: at(i64::from(case)),
            epoch: 1,
        }
        .encode(),
    );
    if case.is_multiple_of(10) {
        events.push(format!("毒 {case}").into_bytes());
    }
    for (n, facts) in facts(case).into_iter().enumerate() {
        let position = FactPosition {
            offset: u64::from(case),
            n: n as u32,
        };
        told.push(
            FactRecord {
                position,
                facts,
                epoch: 0,
                ends_batch: false,
            }
            .encode(),
        );
    }
}

pub fn event(case: u32, kind: EventKind) -> LogRecord<'static> {
    LogRecord::Event(CaseEvent {
        event_id: format!("{case}-{}", kind.code()).into(),
        source: SOURCE.into(),
        source_seq: kind as u64,
        data_version: 1,
        kind,
        occurred_at: at(kind as i64),
        entered_at: None,
        sent_at: None,
        received_at: at(kind as i64 + 1),
        case_no: case_no(case).into(),
        data: CaseData {
            item_code: Some("施工许可".into()),
            ..CaseData::default()
        },
    })
}

pub fn facts(case: u32) -> Vec<Fact> {
    let mut facts = Vec::new();
    for told in 1..=3 {
        facts.push(Fact::Case {
            at: at(told),
            case: Box::new(case_record(case, told as u32)),
        });
        if case.is_multiple_of(3) {
            let steps = [
                (Change::Raised, Status::Pending),
                (Change::Issued, Status::Issued),
                (Change::Ended, Status::Ended),
            ];
            let (change, status) = steps[told as usize - 1];
            let (alert, cause) = (Box::new(alert(case, status)), Cause::Clock);
            facts.push(Fact::Alert {
                change,
                cause,
                at: at(told),
                revision: told as u32,
                alert,
            });
        }
    }
    if case % 20 == 7 {
        facts.push(Fact::Refused {
            at: at(9),
            reason: "tick_of_an_older_epoch".into(),
            detail: "旧纪元".into(),
            source: None,
            case_no: None,
            event_id: None,
        });
    }
    facts.push(Fact::Source {
        at: at(10),
        source: SOURCE.into(),
        complete_until: Some(at(i64::from(case))),
        last_received_at: Some(at(1)),
        events: u64::from(case),
    });
    facts
}

fn case_record(case: u32, told: u32) -> CaseRecord {
    let visit = |visit: u32| StepVisit {
        step: "审查".into(),
        visit: visit as u16,
        started_at: at(i64::from(visit)),
        ended_at: (visit < told).then(|| at(i64::from(visit) + 1)),
        due_at: None,
        office: None,
        actor: Some("officer-7".into()),
    };
    CaseRecord {
        source: SOURCE.into(),
        case_no: case_no(case),
        item_code: Some("施工许可".into()),
        org_code: None,
        region_code: Some("510502".into()),
        flowchart: Some("施工许可@3".into()),
        opened_at: Some(at(0)),
        accepted_at: Some(at(1)),
        closed_at: (told == 3).then(|| at(3)),
        due_at: Some(at(1000)),
        events: told,
        step: Some("审查".into()),
        visits: (1..=told).map(visit).collect(),
        measures: mingjing_domain::measures::CaseMeasures::default(),
    }
}

pub fn alert(case: u32, status: Status) -> AlertRecord {
    AlertRecord {
        alert_id: alert_id(SOURCE, &case_no(case), "许可-决定超期", "审查", 1),
        subject_kind: "case".into(),
        source: SOURCE.into(),
        case_no: case_no(case),
        item_code: Some("施工许可".into()),
        org_code: None,
        region_code: Some("510502".into()),
        responsible_org: None,
        responsible_office: None,
        responsible_actor: None,
        control_point: "许可-决定超期".into(),
        rule: "T3".into(),
        step: "审查".into(),
        visit: 1,
        level: Level::Yellow,
        status,
        due_at: Some(at(1000)),
        breached_at: Some(at(1001)),
        raised_at: at(1),
        issued_at: (status != Status::Pending).then(|| at(2)),
        completed_at: None,
        ended_at: (status == Status::Ended).then(|| at(3)),
        ended_reason: None,
        withdrawn_at: None,
        withdrawn_reason: None,
        statutory: Some(true),
        legal_basis: None,
        limit: Some("20wd".into()),
        answer_due_at: None,
        definitions_version: "1".into(),
        calendar_version: "1".into(),
        engine_version: "1".into(),
        message: "超期".into(),
        evidence: vec![Evidence::Note {
            text: "说明".into(),
        }],
        disposition: None,
    }
}

/// The archive as a task.
pub struct Running {
    pub metrics: Arc<Metrics>,
    pub registry: Registry,
    stop: watch::Sender<bool>,
    task: JoinHandle<Result<(), Error>>,
}

pub fn start(log: Arc<EmbeddedLog>, store: &Store, config: Config) -> Running {
    let clock: PlatformClock = Arc::new(|| Timestamp::from_millis(0));
    start_with(log, store, config, clock, None)
}

/// The same by another clock, with heads published.
pub fn start_with(
    log: Arc<EmbeddedLog>,
    store: &Store,
    config: Config,
    clock: PlatformClock,
    heads: Option<Heads>,
) -> Running {
    let registry = Registry::new();
    let metrics = Arc::new(Metrics::new(&registry).unwrap());
    let (stop, stopped) = watch::channel(false);
    let task = tokio::spawn(mingjing_archive::run(
        log,
        store.clone(),
        config,
        Arc::clone(&metrics),
        clock,
        heads,
        stopped,
    ));
    Running {
        metrics,
        registry,
        stop,
        task,
    }
}

impl Running {
    /// Waits until everything in the log is archived, or the archive ends by itself.
    pub async fn until_level(&self, log: &EmbeddedLog, store: &Store) {
        while !level(log, store).await {
            assert!(
                !self.task.is_finished(),
                "the archive ended: {:?}",
                self.metrics.last_error()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub async fn stop(self) {
        self.stop.send_replace(true);
        self.task.await.unwrap().unwrap();
    }

    /// How it ended by itself.
    pub async fn ended(self) -> Error {
        self.task.await.unwrap().unwrap_err()
    }
}

/// Whether the watermarks have reached the ends of the log.
pub async fn level(log: &EmbeddedLog, store: &Store) -> bool {
    let Ok(watermarks) = store.watermarks().await else {
        return false;
    };
    for topic in Topic::ALL {
        for partition in (0..PARTITIONS).map(Partition) {
            let end = log.bounds(topic, partition).await.unwrap().end.0;
            let reached = watermarks
                .iter()
                .find(|w| w.topic == topic.name() && w.partition == partition.0)
                .map_or(0, |w| w.next_offset);
            if reached != end {
                return false;
            }
        }
    }
    true
}

/// What a reader sees: every table with FINAL, every column but those that tell when the archive itself did
/// something.
pub async fn contents(config: &mingjing_store::Config) -> Vec<String> {
    let client = clickhouse::Client::default()
        .with_url(&config.url)
        .with_database(&config.database);
    let tables = [
        "events",
        "cases",
        "alerts",
        "alert_history",
        "case_states",
        "alert_states",
        "rejects",
        "source_health",
        "watermarks",
    ];
    let mut contents = Vec::new();
    for table in tables {
        let own_time = match table {
            "rejects" => "EXCEPT rejected_at",
            "watermarks" => "EXCEPT written_at",
            _ => "",
        };
        let sql =
            format!("SELECT '{table}' AS table, * {own_time} FROM {table} FINAL ORDER BY ALL");
        let mut text = client.query_raw(&sql).fetch_bytes("TSVWithNames").unwrap();
        let text = text.collect().await.unwrap();
        contents.extend(
            String::from_utf8(text.to_vec())
                .unwrap()
                .lines()
                .map(str::to_owned),
        );
    }
    contents
}
