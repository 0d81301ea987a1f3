//! What supervision does with a case, with definitions and with its clock.

use std::time::Duration;

use mingjing_domain::definitions::{DefinitionFile, DefinitionSet};
use mingjing_domain::fact::{Cause, Fact};
use mingjing_log::{Table, Topic};
use mingjing_supervise::{
    DEFINITIONS_TABLE, PublishError, State, Upon, publish_definitions, wanted_definitions,
};
use mingjing_wire::cloudevents::{encode_activated, encode_tick};
use tempfile::TempDir;

use crate::judged::{rules, verify};
use crate::world::{ONLY, World, at, chart};

const OVERDUE: &str = "
source s live allowance 6h
item XK-1
2026-07-01 09:00  accepted
tick 2026-07-10 00:00
";

#[tokio::test]
async fn limits_fire_without_traffic_and_each_fact_comes_out_once() {
    let dir = TempDir::new().unwrap();
    let mut world = World::begun(dir.path(), at("2026-07-01 09:00")).await;
    world.script(OVERDUE).await;
    world.script("tick 2026-07-20 00:00\n").await;
    assert_eq!(world.story().await, ["Issued yellow", "Escalated red"]);
    world.stop().await;
    verify(&world, &rules(&[chart("5wd")]), "").await;

    // Another start has nothing to add.
    let before = world.facts(ONLY).await.len();
    world.start();
    world.settled().await;
    world.stop().await;
    assert_eq!(world.facts(ONLY).await.len(), before);
}

#[tokio::test]
async fn a_feed_that_is_down_over_a_due_time_and_then_delivers_in_time_events_issues_no_card() {
    let dir = TempDir::new().unwrap();
    let mut world = World::begun(dir.path(), at("2026-07-01 09:00")).await;
    world
        .script(
            "
source s live allowance 24h
item XK-1
2026-07-01 09:00  accepted
tick 2026-07-09 06:00
",
        )
        .await;
    // Supervision goes down too, and comes back to a log in which the decision waits.
    world.crash().await;
    world.clock.set(at("2026-07-20 00:00"));
    world
        .send("source s\nitem XK-1\n2026-07-08 17:00  decided  id late received 2026-07-09 12:00\n")
        .await;
    world.start();
    world.settled().await;
    world.stop().await;
    assert_eq!(
        world.story().await,
        ["Issued notice", "Ended notice"],
        "a reminder, and no card"
    );
    verify(&world, &rules(&[chart("5wd")]), "").await;
}

#[tokio::test]
async fn an_entry_that_comes_too_late_goes_to_review_whether_or_not_the_process_died_over_it() {
    for die in [false, true] {
        let dir = TempDir::new().unwrap();
        let mut world = World::begun(dir.path(), at("2026-07-01 09:00")).await;
        world.script(OVERDUE).await;
        if die {
            world.crash().await;
        }
        world.send("source s\nitem XK-1\n2026-07-08 17:00  decided  id late received 2026-07-10 09:00\n").await;
        if die {
            world.start();
        }
        world.settled().await;
        world.stop().await;
        assert_eq!(
            world.story().await.last().unwrap(),
            "SentToReview yellow",
            "died: {die}"
        );
    }
}

#[tokio::test]
async fn definitions_that_are_put_in_force_judge_every_case_again() {
    let dir = TempDir::new().unwrap();
    let mut world = World::begun(dir.path(), at("2026-07-01 09:00")).await;
    world.script(OVERDUE).await;
    let milder = world.publish(chart("8wd")).await;
    world.settled().await;
    world.stop().await;
    let facts = world.facts(ONLY).await;
    let last = facts.iter().rev().find_map(|record| match &record.facts {
        Fact::Alert { cause, alert, .. } => Some((cause, alert)),
        _ => None,
    });
    let (cause, alert) = last.unwrap();
    assert_eq!(
        *cause,
        Cause::DefinitionsChange {
            version: milder.version.clone()
        }
    );
    assert_eq!(alert.definitions_version, milder.version);
    assert_eq!(wanted_definitions(&*world.log).await.unwrap(), Some(milder));
    verify(&world, &rules(&[chart("5wd"), chart("8wd")]), "").await;
}

#[tokio::test]
async fn wrong_definitions_are_refused_with_every_problem_and_nothing_changes() {
    let dir = TempDir::new().unwrap();
    let world = World::open(dir.path(), 1, at("2026-07-01 09:00")).await;
    let text = chart("5wd")
        .text
        .replace("limit: decision", "limit: decison")
        .replace("flowchart: licence", "flowchart: none");
    let wrong = DefinitionFile {
        name: "wrong.yaml".into(),
        text,
    };
    let refused = publish_definitions(&*world.log, &*world.log, vec![wrong], Upon::Whatever).await;
    let Err(PublishError::Problems(problems)) = refused else {
        panic!("{refused:?}")
    };
    assert!(problems.len() >= 2, "{problems:?}");
    assert_eq!(wanted_definitions(&*world.log).await.unwrap(), None);
    assert_eq!(world.end_of(Topic::Events, ONLY).await.0, 0);
    assert!(world.log.scan(DEFINITIONS_TABLE).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_was_composed_upon_one_set_takes_the_place_of_no_other() {
    let dir = TempDir::new().unwrap();
    let world = World::open(dir.path(), 1, at("2026-07-01 09:00")).await;
    let publish = async |limit: &str, upon: Option<&str>| {
        let upon = Upon::Set(upon);
        publish_definitions(&*world.log, &*world.log, vec![chart(limit)], upon).await
    };
    let first = publish("5wd", None).await.unwrap();
    let second = publish("8wd", Some(&first.hash)).await.unwrap();
    let written = world.end_of(Topic::Events, ONLY).await;
    // Whoever composed upon the first, or upon nothing, while the second came into force.
    for upon in [Some(&*first.hash), None] {
        let late = publish("9wd", upon).await;
        assert!(matches!(late, Err(PublishError::Moved)), "{late:?}");
    }
    let wanted = wanted_definitions(&*world.log).await.unwrap();
    assert_eq!(wanted, Some(second.clone()));
    assert_eq!(world.end_of(Topic::Events, ONLY).await, written);
    // The same twice is no other.
    assert_eq!(publish("8wd", Some(&first.hash)).await.unwrap(), second);
    let third = publish("9wd", Some(&second.hash)).await.unwrap();
    let wanted = wanted_definitions(&*world.log).await.unwrap();
    assert_eq!(wanted, Some(third));
}

#[tokio::test]
async fn an_owner_that_lacks_definitions_waits_for_them() {
    let dir = TempDir::new().unwrap();
    let mut world = World::open(dir.path(), 1, at("2026-07-01 09:00")).await;
    let (set, _) = DefinitionSet::read(vec![chart("5wd")]);
    world
        .append(ONLY, encode_activated(&set.hash(), &set.version()))
        .await;
    world.start();
    let waits = |s: &State| *s == State::Waiting { hash: set.hash() };
    world.wait_for(|s| waits(&s.state)).await;
    world.publish(chart("5wd")).await;
    world.script(OVERDUE).await;
    world.stop().await;
    assert!(world.story().await.contains(&"Issued yellow".to_owned()));
}

#[tokio::test]
async fn definitions_that_the_table_wants_and_the_log_lacks_are_put_in_force() {
    let (dir, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let mut world = World::open(dir.path(), 1, at("2026-07-01 09:00")).await;
    // As after a crash of the publisher between the table and the log.
    let other = World::open(elsewhere.path(), 1, at("2026-07-01 09:00")).await;
    publish_definitions(&*world.log, &*other.log, vec![chart("5wd")], Upon::Whatever)
        .await
        .unwrap();
    world.start();
    world.script(OVERDUE).await;
    world.stop().await;
    assert!(world.story().await.contains(&"Issued yellow".to_owned()));
    let activated = world.records(Topic::Events, ONLY).await;
    let activated = activated.iter().filter(|r| {
        r.value
            .starts_with(br#"{"specversion":"1.0","type":"cn.mingjing.definitions"#)
    });
    assert_eq!(
        activated.count(),
        1,
        "once in force they are not written again"
    );
}

#[tokio::test]
async fn ticks_of_an_older_owner_or_of_nobody_or_from_the_future_do_not_move_the_clock() {
    let dir = TempDir::new().unwrap();
    let mut world = World::begun(dir.path(), at("2026-07-01 09:00")).await;
    world
        .script("item XK-1\n2026-07-01 09:00  accepted\n")
        .await;
    world.stop().await;
    world.start();
    world.settled().await;
    let far = at("2026-12-01 00:00");
    let [first, second] = world.epochs(ONLY).await[..] else {
        panic!("two owners")
    };
    for (epoch, tick) in [
        (first, far),
        (second, far),
        (second + 1, at("2026-07-01 09:00")),
        (1 << 40, far),
    ] {
        world.append(ONLY, encode_tick(tick, epoch)).await;
    }
    world.settled().await;
    let wanted = [
        "stale_epoch",
        "tick_ahead",
        "unknown_epoch",
        "unknown_epoch",
    ];
    assert_eq!(world.refusals().await, wanted);

    // Refused is refused: not even when its time has come is a tick believed on reading it again.
    world.crash().await;
    for snapshot in world.snapshot_files() {
        std::fs::remove_file(snapshot).unwrap();
    }
    world.clock.set(at("2027-01-01 00:00"));
    world.start();
    let running = world
        .wait_for(|s| matches!(s.state, State::Running { .. }))
        .await;
    assert!(
        matches!(running.state, State::Running { clock: Some(clock), .. } if clock < far),
        "{running:?}"
    );
    world.settled().await;
    world.stop().await;
    assert_eq!(world.refusals().await, wanted);
}

#[tokio::test]
async fn an_owner_whose_partition_another_has_taken_stops() {
    let dir = TempDir::new().unwrap();
    let mut world = World::begun(dir.path(), at("2026-07-01 09:00")).await;
    world.settled().await;
    let fence = world.take_over(ONLY).await;
    world
        .append(ONLY, encode_tick(at("2026-07-01 09:00"), fence))
        .await;
    let error = world.error().await;
    assert!(
        matches!(error, mingjing_supervise::Error::Superseded { newest, .. } if newest == fence),
        "{error}"
    );
}

#[tokio::test]
async fn an_owner_that_lost_its_partition_unnoticed_says_nothing_that_counts_and_stops() {
    let dir = TempDir::new().unwrap();
    let mut world = World::begun(dir.path(), at("2026-07-01 09:00")).await;
    world.settled().await;
    let before = world.facts(ONLY).await;
    world.take_over(ONLY).await;
    // It has not heard of it yet, judges and publishes; its appends do not follow each other any more.
    world.append(ONLY, "nonsense").await;
    let error = world.error().await;
    assert!(
        matches!(error, mingjing_supervise::Error::Superseded { .. }),
        "{error}"
    );
    assert_eq!(world.facts(ONLY).await, before);
    // The next owner says it instead.
    world.start();
    world.settled().await;
    world.stop().await;
    assert_eq!(world.refusals().await, ["malformed_json"]);
}

#[tokio::test]
async fn an_owner_that_is_overtaken_while_it_begins_says_nothing_that_counts_and_stops() {
    let dir = TempDir::new().unwrap();
    let mut world = World::begun(dir.path(), at("2026-07-01 09:00")).await;
    world.settled().await;
    world.crash().await;
    world.append(ONLY, "nonsense").await;
    // Both fences lie there before it has read what was published, so its appends follow each other all the same.
    world.overtaken = true;
    world.start();
    let error = world.error().await;
    assert!(
        matches!(error, mingjing_supervise::Error::Superseded { .. }),
        "{error}"
    );
    assert_eq!(world.refusals().await, Vec::<String>::new());
    world.start();
    world.settled().await;
    world.stop().await;
    assert_eq!(world.refusals().await, ["malformed_json"]);
}

#[tokio::test]
async fn a_partition_that_the_group_leaves_with_its_owner_is_taken_back_from_one_that_is_dead() {
    let dir = TempDir::new().unwrap();
    let mut world = World::begun(dir.path(), at("2026-07-01 09:00")).await;
    world.settled().await;
    world.crash().await;
    world.append(ONLY, "nonsense").await;
    (world.overtaken, world.in_group) = (true, true);
    world.config.retry_after = Duration::from_millis(50);
    world.start();
    world.settled().await;
    world.stop().await;
    assert_eq!(world.refusals().await, ["malformed_json"]);
    // Its first life, its fence before the other's, the other's, and the one it took the partition back with.
    assert_eq!(world.epochs(ONLY).await.len(), 4);
}

#[tokio::test]
async fn a_partition_that_is_given_again_before_it_was_tried_again_is_worked_on_once() {
    let dir = TempDir::new().unwrap();
    let mut world = World::begun(dir.path(), at("2026-07-01 09:00")).await;
    world.settled().await;
    world.crash().await;
    (world.overtaken, world.in_group) = (true, true);
    // It is superseded at once, is given the partition again, and only then the time to try again comes.
    world.config.retry_after = Duration::from_secs(2);
    world.start();
    world.settled().await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    world.append(ONLY, "nonsense").await;
    world.settled().await;
    world.stop().await;
    assert_eq!(world.refusals().await, ["malformed_json"]);
    assert_eq!(world.epochs(ONLY).await.len(), 4);
}

#[tokio::test]
async fn operators_see_what_was_taken_said_refused_and_held() {
    let dir = TempDir::new().unwrap();
    let mut world = World::begun(dir.path(), at("2026-07-01 09:00")).await;
    world.script(OVERDUE).await;
    world.append(ONLY, "nonsense").await;
    world.settled().await;
    world.stop().await;
    world.start();
    world.settled().await;
    let held = |text: &str| text.contains("mingjing_supervise_cases{partition=\"0\"} 1");
    let text = loop {
        // The holdings are counted at the first upkeep, which has been by the time the clock was reached.
        let text = world.metrics();
        if held(&text) {
            break text;
        }
        tokio::task::yield_now().await;
    };
    for line in [
        "mingjing_supervise_alerts{partition=\"0\",status=\"issued\"} 1",
        "mingjing_supervise_lag_records{partition=\"0\"} 0",
        "mingjing_supervise_recoveries_total{how=\"judged_again\"} 1",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
    world.append(ONLY, "nonsense").await;
    world.settled().await;
    world.stop().await;
    let text = world.metrics();
    assert!(
        text.contains("mingjing_supervise_refused_total{reason=\"malformed_json\"} 1"),
        "{text}"
    );
    assert!(
        text.contains("mingjing_supervise_records_total{kind=\"refused\"} 1"),
        "{text}"
    );
    assert!(
        text.contains("mingjing_supervise_snapshot_seconds_count 1"),
        "{text}"
    );
}
