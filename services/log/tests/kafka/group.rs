//! Several members of one group share the partitions, and what one gives away it has let go of first.

use std::collections::BTreeSet;
use std::time::Duration;

use mingjing_log::kafka::{Config, KafkaLog, Member};
use mingjing_log::{Assignment, Membership};

use crate::broker;

const PATIENCE: Duration = Duration::from_secs(60);

async fn next(member: &mut Member) -> Assignment {
    let changed = tokio::time::timeout(PATIENCE, member.changed()).await;
    changed
        .expect("the group assigns in time")
        .expect("the group is reached")
        .expect("a group has no last assignment")
}

/// Follows a member until it holds so many partitions.
async fn until(member: &mut Member, count: usize) -> BTreeSet<u16> {
    loop {
        let assignment = next(member).await;
        let held: BTreeSet<u16> = assignment.partitions.iter().map(|p| p.0).collect();
        assert!(assignment.settled || held.is_empty(), "{assignment:?}");
        assignment.drained();
        if held.len() == count {
            return held;
        }
    }
}

async fn log(name: &str) -> (Config, KafkaLog) {
    let config = broker::config(name, 4);
    let log = KafkaLog::open(config.clone()).await.expect("a log");
    (config, log)
}

#[tokio::test(flavor = "multi_thread")]
async fn partitions_are_shared_and_come_back_from_who_leaves() {
    let (config, _log) = log("share").await;
    let mut one = Member::join(&config, "supervise").expect("it joins");
    assert_eq!(until(&mut one, 4).await, (0..4).collect());

    let mut other = Member::join(&config, "supervise").expect("it joins");
    let (of_one, of_other) = tokio::join!(until(&mut one, 2), until(&mut other, 2));
    assert!(of_one.is_disjoint(&of_other), "{of_one:?} {of_other:?}");

    tokio::task::spawn_blocking(move || drop(other))
        .await
        .expect("it leaves");
    assert_eq!(until(&mut one, 4).await, (0..4).collect());
    tokio::task::spawn_blocking(move || drop(one))
        .await
        .expect("it leaves");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_a_partition_before_its_owner_has_let_go_of_it() {
    let (config, _log) = log("drain").await;
    let mut one = Member::join(&config, "supervise").expect("it joins");
    until(&mut one, 4).await;
    let mut other = Member::join(&config, "supervise").expect("it joins");
    let revoked = next(&mut one).await;
    assert!(revoked.partitions.is_empty() && !revoked.settled);
    // While this one still works on them, the other waits; it would have them at once otherwise.
    let early = tokio::time::timeout(Duration::from_secs(3), other.changed()).await;
    assert!(early.is_err(), "{early:?}");
    revoked.drained();
    let (of_one, of_other) = tokio::join!(until(&mut one, 2), until(&mut other, 2));
    assert!(of_one.is_disjoint(&of_other));
    tokio::task::spawn_blocking(move || drop((one, other)))
        .await
        .expect("they leave");
}
