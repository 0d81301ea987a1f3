//! Snapshots: kept, broken, foreign, of another engine.

use std::path::Path;

use mingjing_domain::fact::{Cause, Fact};
use mingjing_log::{Log, Offset, Record, Topic};
use mingjing_supervise::{Error, State};
use mingjing_wire::facts::{FactPosition, FactRecord};
use tempfile::TempDir;

use crate::judged::{rules, verify};
use crate::world::{ONLY, World, at, chart};

/// Enough records for a few snapshots, with alerts in them.
async fn busy(dir: &Path) -> World {
    let world = World::begun(dir, at("2026-07-01 09:00")).await;
    for case in 0..12 {
        let script = format!(
            "source s live allowance 6h\nitem XK-1\ncase c{case}\n2026-07-{:02} 09:00  accepted id a{case}\ntick 2026-07-{:02} 12:00\n",
            case + 1,
            case + 1,
        );
        world.script(&script).await;
    }
    world.script("tick 2026-07-25 00:00\n").await;
    world
}

async fn unchanged(world: &World, before: usize) {
    assert_eq!(
        world.facts(ONLY).await.len(),
        before,
        "nothing is said twice"
    );
    verify(world, &rules(&[chart("5wd")]), "").await;
}

#[tokio::test]
async fn a_graceful_end_leaves_nothing_to_read_again_and_two_snapshots() {
    let dir = TempDir::new().unwrap();
    let mut world = busy(dir.path()).await;
    world.stop().await;
    let (end, facts) = (
        world.end_of(Topic::Events, ONLY).await,
        world.facts(ONLY).await.len(),
    );
    let files = world.snapshot_files();
    assert_eq!(files.len(), 2, "{files:?}");
    assert!(
        files[1]
            .file_name()
            .unwrap()
            .to_str()
            .unwrap()
            .starts_with(&format!("{:020}", end.0))
    );
    world.start();
    world.settled().await;
    let status = world
        .wait_for(|s| matches!(s.state, State::Running { .. }))
        .await;
    let older = files[0]
        .file_stem()
        .unwrap()
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(status.keep_from, Offset(older));
    world.stop().await;
    unchanged(&world, facts).await;
}

#[tokio::test]
async fn a_broken_snapshot_is_set_aside_and_the_older_one_taken() {
    let dir = TempDir::new().unwrap();
    let mut world = busy(dir.path()).await;
    world.stop().await;
    let facts = world.facts(ONLY).await.len();
    let newest = world.snapshot_files().pop().unwrap();
    let mut bytes = std::fs::read(&newest).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&newest, bytes).unwrap();
    world.start();
    world.settled().await;
    world.crash().await;
    assert!(newest.with_extension("snapshot.broken").exists());
    unchanged(&world, facts).await;
}

#[tokio::test]
async fn without_any_readable_snapshot_the_log_is_judged_from_its_beginning() {
    let dir = TempDir::new().unwrap();
    let mut world = busy(dir.path()).await;
    world.stop().await;
    let facts = world.facts(ONLY).await.len();
    for file in world.snapshot_files() {
        std::fs::write(file, b"mingjing-snapshot 1 none\n").unwrap();
    }
    world.start();
    world.settled().await;
    world.stop().await;
    unchanged(&world, facts).await;
}

#[tokio::test]
async fn snapshots_of_another_log_stop_the_partition() {
    let dir = TempDir::new().unwrap();
    let mut world = busy(dir.path()).await;
    world.stop().await;
    let old = world.log.id();
    drop(world);
    std::fs::remove_dir_all(dir.path().join("log")).unwrap();
    let mut world = World::begun(dir.path(), at("2026-08-01 09:00")).await;
    let error = world.error().await;
    assert!(
        matches!(&error, Error::UnknownLog { remembered, .. } if *remembered == old.to_string()),
        "{error}"
    );
    assert_eq!(world.facts(ONLY).await.len(), 0);
}

#[tokio::test]
async fn a_log_that_lost_its_end_stops_the_partition() {
    let (dir, copy) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let mut world = World::begun(dir.path(), at("2026-07-01 09:00")).await;
    world.settled().await;
    world.stop().await;
    drop(world);
    copy_folder(&dir.path().join("log"), &copy.path().join("log"));
    let mut world = World::open(dir.path(), 1, at("2026-07-02 09:00")).await;
    world.start();
    world
        .script("item XK-1\n2026-07-02 09:00  accepted\ntick 2026-07-04 00:00\n")
        .await;
    world.stop().await;
    drop(world);
    // An older copy of the same log is put in place of it.
    std::fs::remove_dir_all(dir.path().join("log")).unwrap();
    copy_folder(&copy.path().join("log"), &dir.path().join("log"));
    let mut world = World::open(dir.path(), 1, at("2026-07-05 09:00")).await;
    world.start();
    let error = world.error().await;
    assert!(matches!(error, Error::LogEndsBefore { .. }), "{error}");
}

#[tokio::test]
async fn a_trimmed_log_without_its_snapshots_stops_the_partition() {
    let dir = TempDir::new().unwrap();
    let mut world = busy(dir.path()).await;
    world.stop().await;
    for file in world.snapshot_files() {
        std::fs::remove_file(file).unwrap();
    }
    world
        .log
        .trim(Topic::Events, ONLY, Offset(10))
        .await
        .unwrap();
    world.start();
    let error = world.error().await;
    assert!(
        matches!(
            error,
            Error::LogBeginsAfter {
                start: Offset(10),
                ..
            }
        ),
        "{error}"
    );
}

#[tokio::test]
async fn a_snapshot_of_another_engine_is_reconciled_and_nothing_is_said_twice() {
    let dir = TempDir::new().unwrap();
    let mut world = busy(dir.path()).await;
    world.stop().await;
    // The older snapshot is taken for one of engine 0, so that there is something after it to fold.
    world.pretend_an_older_engine_wrote_the_older_snapshot();
    let facts = world.facts(ONLY).await;
    let alerts = |facts: &[FactRecord]| {
        facts
            .iter()
            .filter(|r| matches!(r.facts, Fact::Alert { .. }))
            .count()
    };
    world.start();
    world.settled().await;
    world.crash().await;
    assert_eq!(
        alerts(&world.facts(ONLY).await),
        alerts(&facts),
        "this engine sees nothing otherwise"
    );

    // A snapshot of this engine has taken its place, and later starts find what they expect.
    world.start();
    world
        .script(
            "source s\nitem XK-1\ncase c0\n2026-07-26 09:00  decided received 2026-07-26 09:00\n",
        )
        .await;
    world.stop().await;
    world.start();
    world.settled().await;
    world.stop().await;
    verify_alerts_rise(&world.facts(ONLY).await);
    assert!(alerts(&world.facts(ONLY).await) > alerts(&facts));
}

#[tokio::test]
async fn what_a_later_program_wrote_is_left_alone_and_its_owner_is_not_fenced_off() {
    let dir = TempDir::new().unwrap();
    let mut world = busy(dir.path()).await;
    world.stop().await;
    let (epochs, files) = (world.epochs(ONLY).await, world.snapshot_files());
    let ours = std::fs::read(&files[1]).unwrap();
    let newest = world.pretend_a_later_engine_wrote_the_newest_snapshot();
    let theirs = std::fs::read(&newest).unwrap();

    // The group gives it to a process of the older program.
    world.in_group = true;
    world.config.retry_after = std::time::Duration::from_millis(20);
    world.start();
    let told = "a program with engine later wrote it";
    world
        .wait_for(
            |s| matches!(&s.state, State::Stopped { error: Some(error) } if error.contains(told)),
        )
        .await;
    let tries = "snapshot_failures_total{what=\"other_version\"} 3";
    while !world.metrics().contains(tries) {
        tokio::task::yield_now().await;
    }
    assert_eq!(world.snapshot_files(), files, "nothing is set aside");
    assert_eq!(std::fs::read(&newest).unwrap(), theirs);
    assert_eq!(world.epochs(ONLY).await, epochs);
    assert!(
        world
            .metrics()
            .contains("snapshot_failures_total{what=\"broken\"} 0")
    );

    // Once there is one that it can read, it goes on by itself.
    let written = newest.with_extension("ours");
    std::fs::write(&written, ours).unwrap();
    std::fs::rename(&written, &newest).unwrap();
    world.settled().await;
    world.stop().await;
}

#[tokio::test]
async fn facts_that_do_not_follow_from_the_log_are_taken_back() {
    let dir = TempDir::new().unwrap();
    let mut world = busy(dir.path()).await;
    world.crash().await;
    for file in world.snapshot_files() {
        std::fs::remove_file(file).unwrap();
    }
    // As if an engine of the same version had judged otherwise.
    world.may_reconcile = true;
    let facts = world.facts(ONLY).await;
    let last = facts.last().unwrap().position;
    let issued = facts
        .iter()
        .find(|r| matches!(&r.facts, Fact::Alert { alert, .. } if alert.issued_at.is_some()));
    let mut foreign = issued.unwrap().clone();
    if let Fact::Alert {
        alert, revision, ..
    } = &mut foreign.facts
    {
        (alert.alert_id, alert.control_point) = ("foreign".into(), "foreign".into());
        *revision = 1;
    }
    foreign.position = FactPosition {
        offset: last.offset,
        n: last.n + 1,
    };
    foreign.ends_batch = true;
    let record = Record {
        key: bytes::Bytes::new(),
        value: foreign.encode().into(),
    };
    world
        .log
        .append(Topic::Facts, ONLY, vec![record])
        .await
        .unwrap();

    for _ in 0..2 {
        world.start();
        world.settled().await;
        world.crash().await;
    }
    let about: Vec<_> = world
        .facts(ONLY)
        .await
        .into_iter()
        .filter_map(|r| match r.facts {
            Fact::Alert { alert, cause, .. } if alert.alert_id == "foreign" => {
                Some((cause, alert.status.code()))
            }
            _ => None,
        })
        .collect();
    assert_eq!(about.len(), 2, "{about:?}");
    assert!(
        matches!(&about[1], (Cause::EngineChange { .. }, "withdrawn")),
        "{about:?}"
    );
    verify_alerts_rise(&world.facts(ONLY).await);
}

/// Each alert's revisions are 1, 2, 3 …, and positions only rise.
fn verify_alerts_rise(facts: &[FactRecord]) {
    let mut revisions = std::collections::BTreeMap::new();
    for record in facts {
        if let Fact::Alert {
            alert, revision, ..
        } = &record.facts
        {
            let known = revisions.entry(&alert.alert_id).or_insert(0);
            *known += 1;
            assert_eq!(revision, known, "{}", alert.alert_id);
        }
    }
    assert!(
        facts
            .windows(2)
            .all(|pair| pair[0].position < pair[1].position)
    );
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a file");
    for entry in std::fs::read_dir(from).expect("a file") {
        let entry = entry.expect("a file");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a file").is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a file");
        }
    }
}
