//! Digests: storms, quiet hours; and who is told of nothing.

use crate::receivers::Receiver;
use crate::world::{World, until};

fn config(receiver: &Receiver, route: &str) -> String {
    format!(
        "[[channel]]\nid = \"oa\"\nkind = \"webhook\"\nurl = \"http://{}/oa\"\nsecret = \"env:KEY\"\n[[route]]\nid = \"all\"\nchannel = \"oa\"\n{route}\n",
        receiver.address
    )
}

#[tokio::test]
async fn a_storm_becomes_a_few_messages_and_one_with_its_number() {
    let (receiver, folder) = (Receiver::start().await, tempfile::tempdir().unwrap());
    let storm = config(&receiver, "digest = { more_than = 3, within = \"10min\" }");
    let now = "2026-11-27T10:00:00+08:00";
    let mut world = World::begin(folder.path(), &storm, now).await;
    world.issue(&["red"; 30]).await;
    receiver.until(3).await;
    world
        .until_counted("mingjing_notify_digested_total", 27)
        .await;
    // Killed and begun anew, it has not forgotten what it put together.
    world.again(&storm).await;
    world.move_clock(601);
    let taken = until("the digest", || {
        let digest = |t: &crate::receivers::Taken| t.body["type"] == "digest";
        Some(receiver.taken()).filter(|taken| taken.iter().any(digest))
    })
    .await;
    let count: u64 = taken
        .iter()
        .map(|taken| taken.body["data"]["said"]["count"].as_u64().unwrap_or(1))
        .sum();
    assert_eq!(count, 30, "each card is told once: {taken:?}");
    let digest = &taken[taken.len() - 1].body["data"];
    assert_eq!(digest["said"]["why"], "storm");
    assert_eq!(digest["said"]["first"].as_array().map(Vec::len), Some(5));
    assert_eq!(taken.len(), 4);
}

#[tokio::test]
async fn by_night_red_cards_pass_and_the_others_come_together_in_the_morning() {
    let (receiver, folder) = (Receiver::start().await, tempfile::tempdir().unwrap());
    let quiet = config(&receiver, "quiet = true\nurgent = [\"red\"]");
    // A Friday night; Monday at half past eight is 58.5 hours away.
    let mut world = World::begin(folder.path(), &quiet, "2026-11-27T22:00:00+08:00").await;
    world.issue(&["yellow", "notice", "red", "yellow"]).await;
    let taken = receiver.until(1).await;
    assert_eq!(taken[0].body["data"]["said"]["level"], "red");
    world
        .until_counted("mingjing_notify_digested_total", 3)
        .await;
    world.again(&quiet).await;
    world.move_clock(58 * 3600 + 1800);
    let taken = receiver.until(2).await;
    let said = &taken[1].body["data"]["said"];
    assert_eq!(
        (said["count"].as_u64(), said["why"].as_str()),
        (Some(3), Some("quiet"))
    );
    assert_eq!(said["levels"]["yellow"], 2);
}

#[tokio::test]
async fn imports_and_what_is_long_past_notify_nobody() {
    let (receiver, folder) = (Receiver::start().await, tempfile::tempdir().unwrap());
    let plain = config(&receiver, "");
    let mut world = World::begin(folder.path(), &plain, "2026-11-27T10:00:00+08:00").await;
    world.tell("paper", "red").await;
    // Older than three days, where the site says nothing else.
    let past = world.now().plus_millis(-4 * 86_400_000);
    world.tell_at("office", "red", past).await;
    world.issue(&["yellow", "yellow"]).await;
    let taken = receiver.until(2).await;
    let levels = taken
        .iter()
        .map(|t| t.body["data"]["said"]["level"].clone());
    assert_eq!(levels.collect::<Vec<_>>(), ["yellow", "yellow"]);
    world
        .until_counted("mingjing_notify_passed_over_total", 2)
        .await;
}
