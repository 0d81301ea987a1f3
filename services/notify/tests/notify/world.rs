//! A log with facts, a site, and notifying on them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use mingjing_domain::Timestamp;
use mingjing_domain::alert::AlertRecord;
use mingjing_domain::calendar::{WorkCalendar, built_in};
use mingjing_domain::fact::{Cause, Change, Fact};
use mingjing_domain::ids::Partition;
use mingjing_log::embedded::EmbeddedLog;
use mingjing_log::{Alone, Log as _, Record, Topic};
use mingjing_notify::{
    Config, DeadLetter, Known, Metrics, Parts, Published, SecretRef, Site, SiteError, dead_letters,
    run,
};
use mingjing_wire::facts::{FactPosition, FactRecord};
use prometheus::Registry;
use serde_json::json;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How long anything may take that must come.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A key as a webhook wants it.
pub const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

pub fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("a test writes instants")
}

struct Fixed {
    known: Arc<Known>,
    published: Bulletins,
}

/// What was published.
type Bulletins = Arc<Mutex<Vec<Published>>>;

#[async_trait]
impl Site for Fixed {
    async fn known(&self) -> Result<Arc<Known>, SiteError> {
        Ok(self.known.clone())
    }

    async fn published(&self) -> Result<Vec<Published>, SiteError> {
        let published = self.published.lock();
        Ok(published.unwrap_or_else(PoisonError::into_inner).clone())
    }
}

/// Everything but the receivers.
pub struct World {
    log: Arc<EmbeddedLog>,
    clock: Arc<AtomicI64>,
    stop: watch::Sender<bool>,
    work: Option<JoinHandle<Result<(), mingjing_notify::Error>>>,
    registry: Registry,
    written: u64,
    published: Bulletins,
}

impl World {
    /// Notifying by a configuration, at an instant; ready to be told of facts.
    pub async fn begin(folder: &Path, config: &str, now: &str) -> Self {
        let mut world = Self::made(folder, now).await;
        world.start(config).await;
        world
    }

    async fn made(folder: &Path, now: &str) -> Self {
        let log = EmbeddedLog::open(folder, 2).await.expect("a log");
        Self {
            log: Arc::new(log),
            clock: Arc::new(AtomicI64::new(at(now).millis())),
            stop: watch::Sender::new(false),
            work: None,
            registry: Registry::new(),
            written: 0,
            published: Bulletins::default(),
        }
    }

    /// The same, where a bulletin was published before.
    pub async fn begin_after(folder: &Path, config: &str, now: &str, published: &str) -> Self {
        let mut world = Self::made(folder, now).await;
        world.publish(published);
        world.start(config).await;
        world
    }

    /// Another life of notifying, on the same log.
    pub async fn again(&mut self, config: &str) {
        self.end().await;
        self.start(config).await;
    }

    /// It ends in order; somebody else goes on.
    pub async fn end(&mut self) {
        let _ = self.stop.send(true);
        if let Some(work) = self.work.take() {
            let ended = work.await.expect("it does not panic");
            ended.expect("it ends well");
        }
    }

    async fn start(&mut self, config: &str) {
        let (parts, registry) = self.parts(config);
        self.registry = registry;
        let metrics = parts.metrics.clone();
        let (stop, stopping) = watch::channel(false);
        self.stop = stop;
        let membership = Box::new(Alone::with(&*self.log));
        self.work = Some(tokio::spawn(run(parts, membership, stopping)));
        until("notifying begins", || metrics.works().then_some(())).await;
    }

    /// What notifying on this log works with, and where it counts.
    pub fn parts(&self, config: &str) -> (Parts, Registry) {
        let lookup = |reference: &SecretRef| match reference {
            SecretRef::Environment(name) if name == "KEY" => Ok(KEY.to_owned()),
            other => Err(format!("{other:?} is not there")),
        };
        let config = Config::read(config, &lookup).expect("a configuration");
        let calendar = built_in("cn").expect("the national calendar is built in");
        let known = Known {
            items: BTreeMap::from([("licence".to_owned(), "建筑工程施工许可".to_owned())]),
            bodies: BTreeMap::new(),
            regions_of_bodies: BTreeMap::new(),
            regions: BTreeMap::new(),
            declared: BTreeSet::from(["paper".to_owned()]),
            calendar: Arc::new(WorkCalendar::compile(calendar, None).expect("it compiles")),
        };
        let registry = Registry::new();
        let clock = self.clock.clone();
        let parts = Parts {
            log: self.log.clone(),
            table: self.log.clone(),
            site: Arc::new(Fixed {
                known: Arc::new(known),
                published: self.published.clone(),
            }),
            config: Arc::new(config),
            metrics: Arc::new(Metrics::new(&registry).expect("metrics")),
            clock: Arc::new(move || Timestamp::from_millis(clock.load(Ordering::SeqCst))),
        };
        (parts, registry)
    }

    /// Waits until a counter of this life, over its labels, is so high.
    pub async fn until_counted(&self, name: &str, count: u64) {
        let counted = || {
            let families = self.registry.gather();
            let of_name = families.iter().filter(|family| family.name() == name);
            let values = of_name.flat_map(|family| family.get_metric());
            let sum: f64 = values.map(|metric| metric.get_counter().get_value()).sum();
            (sum as u64 == count).then_some(())
        };
        until(name, counted).await;
    }

    pub fn move_clock(&self, seconds: i64) {
        self.clock.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    pub fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.clock.load(Ordering::SeqCst))
    }

    /// Cards that went out just now, of these levels.
    pub async fn issue(&mut self, levels: &[&str]) {
        for level in levels {
            self.tell("office", level).await;
        }
    }

    pub async fn tell(&mut self, source: &str, level: &str) {
        self.tell_at(source, level, self.now()).await;
    }

    /// A card of a source that went out at an instant.
    pub async fn tell_at(&mut self, source: &str, level: &str, now: Timestamp) {
        let number = self.written + 1;
        let alert = card(&format!("alert-{number}"), &format!("case-{number}"), now);
        let alert = AlertRecord {
            source: source.into(),
            level: serde_json::from_value(json!(level)).expect("a level"),
            ..alert
        };
        let partition = u16::try_from(number % 2).expect("0 or 1");
        self.say(partition, Change::Issued, Cause::Clock, 1, alert)
            .await;
    }

    /// An appeal against an alert, to be decided by a day; or that it was decided.
    pub async fn appeal(&mut self, alert: &str, due_at: &str, decided_at: Option<&str>) {
        let by = |command: &str, at: Timestamp| json!({ "person": "p", "body": "b", "office": "", "at": at, "reason": "r", "command": command });
        let now = self.now();
        let outcome =
            decided_at.map(|decided| json!({ "upheld": true, "by": by("c-decided", at(decided)) }));
        let disposition = json!({
            "state": if outcome.is_some() { "upheld" } else { "appealed" },
            "decision": null, "recheck_reason": null, "order": null, "confirmed_by": [],
            "appeal": {
                "by": by("c-appeal", now), "evidence": [], "due_at": at(due_at), "passed_up": [], "outcome": outcome,
            },
            "automatic": {
                "status": "issued", "issued_at": now, "answer_due_at": null, "withdrawn_at": null, "withdrawn_reason": null,
            },
            "last": [now, "c"],
        });
        let record = AlertRecord {
            disposition: Some(serde_json::from_value(disposition).expect("a disposition")),
            ..card(alert, alert, now)
        };
        let (revision, command) = match decided_at {
            None => (2, "c-appeal"),
            Some(_) => (3, "c-decided"),
        };
        let cause = Cause::Command { id: command.into() };
        self.say(1, Change::Disposed, cause, revision, record).await;
    }

    async fn say(
        &mut self,
        partition: u16,
        change: Change,
        cause: Cause,
        revision: u32,
        alert: AlertRecord,
    ) {
        self.written += 1;
        let fact = FactRecord {
            position: FactPosition {
                offset: self.written,
                n: 0,
            },
            facts: Fact::Alert {
                change,
                cause,
                at: alert.raised_at,
                revision,
                alert: Box::new(alert),
            },
            epoch: 1,
            ends_batch: true,
        };
        let record = Record {
            key: Vec::new().into(),
            value: fact.encode().into(),
        };
        let appended = self
            .log
            .append(Topic::Facts, Partition(partition), vec![record]);
        appended.await.expect("it is appended");
    }

    /// A bulletin is published now.
    pub fn publish(&self, id: &str) {
        let bulletin = Published {
            id: id.into(),
            kind: mingjing_domain::bulletin::Kind::Bulletin,
            title: format!("通报{id}"),
            number: "泸府办函〔2026〕31号".into(),
            period: "2026年10月".into(),
            region: "510500".into(),
            at: self.now(),
        };
        let published = self.published.lock();
        published
            .unwrap_or_else(PoisonError::into_inner)
            .push(bulletin);
    }

    pub async fn dead(&self) -> Vec<DeadLetter> {
        dead_letters(&*self.log).await.expect("the table is read")
    }

    /// Waits for so many dead letters.
    pub async fn until_dead(&self, count: usize) -> Vec<DeadLetter> {
        let began = Instant::now();
        loop {
            let dead = self.dead().await;
            if dead.len() == count {
                return dead;
            }
            assert!(
                began.elapsed() < PATIENCE,
                "not {count} dead letters: {dead:?}"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// A red card of the source `office` that went out at an instant.
fn card(alert_id: &str, case_no: &str, now: Timestamp) -> AlertRecord {
    serde_json::from_value(json!({
        "alert_id": alert_id, "subject_kind": "case", "source": "office",
        "case_no": case_no, "item_code": "licence", "org_code": "zjj",
        "region_code": "510502", "control_point": "decision-late", "rule": "T2", "step": "", "visit": 1,
        "level": "red", "status": "issued", "raised_at": now, "definitions_version": "d",
        "calendar_version": "c", "engine_version": "5", "message": "张某的申请超期", "evidence": [],
    }))
    .expect("an alert")
}

/// Waits for a level.
pub async fn until<T>(what: &str, mut found: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = found() {
            return found;
        }
        assert!(
            began.elapsed() < PATIENCE,
            "not within {PATIENCE:?}: {what}"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
