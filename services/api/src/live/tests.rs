//! The hub on a real log.

use std::sync::Arc;

use bytes::Bytes;
use mingjing_domain::Timestamp;
use mingjing_domain::alert::AlertRecord;
use mingjing_domain::disposition::{Refused, RefusedBecause};
use mingjing_domain::fact::{Cause, Change, Fact};
use mingjing_domain::ids::Partition;
use mingjing_log::embedded::EmbeddedLog;
use mingjing_log::{Log, Offset, Record, Topic};
use mingjing_store::Sight;
use mingjing_wire::facts::{FactPosition, FactRecord, encode_fence, epoch_of_fence};
use prometheus::Registry;
use serde_json::json;

use super::reader::opening;
use super::{Hub, follow, whose_facts_count};
use crate::Metrics;

const ONLY: Partition = Partition(0);

struct World {
    log: Arc<EmbeddedLog>,
    hub: Arc<Hub>,
    _folder: tempfile::TempDir,
}

impl World {
    /// A hub that begins where two owners have followed each other, and the epochs of both.
    async fn begun() -> (Self, [u64; 2]) {
        let folder = tempfile::tempdir().expect("a folder");
        let log = EmbeddedLog::open(folder.path(), 1).await;
        let log = Arc::new(log.expect("the log opens"));
        let epochs = [fence(&log).await, fence(&log).await];
        let metrics = Metrics::new(&Registry::new()).expect("a fresh registry");
        let (hub, feeding) = follow(log.clone(), Arc::new(metrics), 16);
        tokio::spawn(feeding);
        let world = Self {
            log,
            hub,
            _folder: folder,
        };
        world.read_up_to(2).await;
        (world, epochs)
    }

    async fn read_up_to(&self, end: u64) {
        let read = || self.hub.memory().positions.first() == Some(&Offset(end));
        while !read() {
            tokio::task::yield_now().await;
        }
    }

    fn told(&self) -> Vec<String> {
        let memory = self.hub.memory();
        let told = memory.recent.iter();
        told.map(|told| told.alert.alert_id.clone()).collect()
    }
}

async fn append(log: &EmbeddedLog, value: Vec<u8>) -> u64 {
    let record = Record {
        key: Bytes::new(),
        value: value.into(),
    };
    let offset = log.append(Topic::Facts, ONLY, vec![record]).await;
    offset.expect("it is appended").0
}

async fn fence(log: &EmbeddedLog) -> u64 {
    epoch_of_fence(append(log, encode_fence(Timestamp::from_millis(0))).await)
}

/// An alert is raised, says an owner of this epoch.
async fn fact(log: &EmbeddedLog, epoch: u64, alert_id: &str) -> u64 {
    let alert: AlertRecord = serde_json::from_value(json!({
        "alert_id": alert_id, "subject_kind": "case", "source": "zjj", "case_no": "c", "control_point": "late",
        "rule": "T3", "step": "", "visit": 1, "level": "yellow", "status": "issued",
        "raised_at": "2026-11-23T09:30:00+08:00", "definitions_version": "1", "calendar_version": "1",
        "engine_version": "1", "message": "", "evidence": [],
    }))
    .expect("an alert");
    let record = FactRecord {
        position: FactPosition { offset: 0, n: 0 },
        facts: Fact::Alert {
            change: Change::Raised,
            cause: Cause::Clock,
            at: Timestamp::from_millis(0),
            revision: 1,
            alert: Box::new(alert),
        },
        epoch,
        ends_batch: true,
    };
    append(log, record.encode()).await
}

/// A command was refused, says an owner of this epoch.
async fn answer(log: &EmbeddedLog, epoch: u64, message: &str) {
    let refused = Refused {
        reason: RefusedBecause::AlreadyDecided,
        message: message.into(),
    };
    let record = FactRecord {
        position: FactPosition { offset: 0, n: 0 },
        facts: Fact::Decision {
            at: Timestamp::from_millis(0),
            command: "c1".into(),
            digest: "d1".into(),
            alert_id: "a".into(),
            source: "zjj".into(),
            case_no: "c".into(),
            act: "confirm".into(),
            conclusion: None,
            refused: Some(refused),
        },
        epoch,
        ends_batch: true,
    };
    append(log, record.encode()).await;
}

#[tokio::test]
async fn answers_to_commands_are_remembered_and_told_and_only_the_owners() {
    let (world, [earlier, now]) = World::begun().await;
    let mut answers = world.hub.answers();
    answer(&world.log, earlier, "of nobody").await;
    answer(&world.log, now, "of the owner").await;
    world.read_up_to(4).await;
    let told = answers.recv().await.expect("an answer");
    assert_eq!(world.hub.outcomes_of("c1"), [(*told).clone()]);
    assert_eq!(world.hub.outcomes_of("c2"), []);
    let message = told.refused.as_ref().map(|refused| &*refused.message);
    assert_eq!(message, Some("of the owner"));
}

#[tokio::test]
async fn what_an_earlier_owner_still_says_right_after_the_start_is_not_told() {
    let (world, [earlier, now]) = World::begun().await;
    fact(&world.log, earlier, "of nobody").await;
    fact(&world.log, now, "true").await;
    world.read_up_to(4).await;
    assert_eq!(world.told(), ["true"]);
}

#[tokio::test]
async fn whose_facts_count_is_known_by_them_where_the_fence_lies_too_far_back() {
    let (world, [earlier, now]) = World::begun().await;
    fact(&world.log, now, "true").await;
    fact(&world.log, earlier, "of nobody").await;
    let bounds = world.log.bounds(Topic::Facts, ONLY).await.expect("bounds");
    for (most, epoch) in [(0, 0), (1, earlier), (2, now), (3, now), (100, now)] {
        let fences = whose_facts_count(&*world.log, ONLY, bounds, most).await;
        assert_eq!(fences.expect("readable").epoch(), epoch, "{most}");
    }
}

#[tokio::test]
async fn a_reader_that_comes_back_and_goes_again_misses_nothing() {
    let (world, [_, epoch]) = World::begun().await;
    for alert in ["a", "b", "c"] {
        fact(&world.log, epoch, alert).await;
    }
    world.read_up_to(5).await;
    let ids = |seen: Option<u64>| -> Vec<(&'static str, Option<String>)> {
        let seen = seen.map(|offset| vec![Offset(offset)]);
        let joined = world.hub.join(seen.as_deref());
        let opening = opening(seen, &joined, &Sight::default(), chrono_tz::Asia::Shanghai);
        opening.into_iter().map(|s| (s.event, s.id)).collect()
    };
    let at = |offset: u64| Some(format!("0:{offset}"));
    assert_eq!(ids(None), [("hello", at(5))]);
    // Whatever it got last, it comes back for what follows.
    assert_eq!(
        ids(Some(3)),
        [("hello", at(3)), ("alert", at(4)), ("alert", at(5))]
    );
    // Too much was missed: until it is told so, it has not seen more than before.
    assert_eq!(ids(Some(0)), [("hello", None), ("resync", at(5))]);
}

#[tokio::test]
async fn who_sees_a_district_is_told_of_nothing_else_and_loses_no_place() {
    let (world, [_, epoch]) = World::begun().await;
    for alert in ["a", "b"] {
        fact(&world.log, epoch, alert).await;
    }
    world.read_up_to(4).await;
    let joined = world.hub.join(Some(&[Offset(2)]));
    let told = |sight: &Sight| -> Vec<(&'static str, Option<String>)> {
        let seen = Some(vec![Offset(2)]);
        let opening = opening(seen, &joined, sight, chrono_tz::Asia::Shanghai);
        opening.into_iter().map(|s| (s.event, s.id)).collect()
    };
    // These alerts say no region: only who sees everything is told of them.
    let district = Sight {
        region_prefix: Some("510502".into()),
        body: None,
    };
    assert_eq!(told(&Sight::default()).len(), 3);
    assert_eq!(told(&district), [("hello", Some("0:2".to_owned()))]);
}
