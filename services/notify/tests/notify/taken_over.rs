//! Who notifies, of several processes.

use std::collections::BTreeSet;

use async_trait::async_trait;
use mingjing_log::{Assignment, Membership, Partition};
use mingjing_notify::run;
use tokio::sync::{mpsc, watch};

use crate::receivers::Receiver;
use crate::world::{World, until};

/// A place in a group that a test divides.
struct Given(mpsc::Receiver<BTreeSet<Partition>>);

#[async_trait]
impl Membership for Given {
    async fn changed(&mut self) -> mingjing_log::Result<Option<Assignment>> {
        let given = self.0.recv().await;
        Ok(given.map(|partitions| Assignment::new(partitions).0))
    }
}

#[tokio::test]
async fn one_stands_by_until_the_first_partition_is_its_own_and_goes_on_where_the_other_was() {
    let (receiver, folder) = (Receiver::start().await, tempfile::tempdir().unwrap());
    let config = format!(
        "[[channel]]\nid = \"oa\"\nkind = \"webhook\"\nurl = \"http://{}/oa\"\nsecret = \"env:KEY\"\n[[route]]\nid = \"all\"\nchannel = \"oa\"\n",
        receiver.address
    );
    let mut world = World::begin(folder.path(), &config, "2026-11-27T10:00:00+08:00").await;
    // Another process of the same group.
    let (parts, _registry) = world.parts(&config);
    let metrics = parts.metrics.clone();
    let (give, given) = mpsc::channel(1);
    let (_stop, stopping) = watch::channel(false);
    let other = tokio::spawn(run(parts, Box::new(Given(given)), stopping));
    give.send(BTreeSet::from([Partition(1)])).await.unwrap();

    world.issue(&["red"; 3]).await;
    receiver.until(3).await;
    assert!(!metrics.works(), "it stands by");
    world
        .until_counted("mingjing_notify_delivered_total", 3)
        .await;
    world.end().await;
    world.issue(&["yellow"; 2]).await;
    give.send(BTreeSet::from([Partition(0), Partition(1)]))
        .await
        .unwrap();
    until("it takes over", || metrics.works().then_some(())).await;
    let taken = receiver.until(5).await;
    let levels = taken
        .iter()
        .map(|t| t.body["data"]["said"]["level"].clone());
    let levels: Vec<_> = levels.collect();
    assert_eq!(levels, ["red", "red", "red", "yellow", "yellow"]);
    assert!(!other.is_finished());
    give.send(BTreeSet::new()).await.unwrap();
    until("it stands by again", || (!metrics.works()).then_some(())).await;
}
