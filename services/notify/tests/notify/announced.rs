//! Bulletins that were published, to whom routes tell of them.

use crate::receivers::Receiver;
use crate::world::World;

#[tokio::test]
async fn a_bulletin_is_announced_once_and_the_past_to_nobody() {
    let (receiver, folder) = (Receiver::start().await, tempfile::tempdir().unwrap());
    let config = format!(
        "[[channel]]\nid = \"oa\"\nkind = \"webhook\"\nurl = \"http://{}/oa\"\nsecret = \"env:KEY\"\n\
         [[route]]\nid = \"bulletins\"\nchannel = \"oa\"\nchanges = []\nbulletins = [\"bulletin\", \"correction\"]\nshow = [\"title\", \"number\"]\n",
        receiver.address
    );
    let mut world = World::begin(folder.path(), &config, "2026-11-27T10:00:00+08:00").await;
    world.publish("b1");
    let taken = receiver.until(1).await;
    let told = &taken[0].body;
    assert_eq!(told["type"], "bulletin.published");
    assert_eq!(told["data"]["title"], "【通报】印发：通报b1");
    assert_eq!(told["data"]["said"]["number"], "泸府办函〔2026〕31号");
    // No more than the route shows.
    assert!(told["data"]["said"]["period"].is_null(), "{told}");
    assert!(told["data"]["said"]["bulletin_id"].is_null(), "{told}");
    world
        .until_counted("mingjing_notify_delivered_total", 1)
        .await;

    // Another life announces what came meanwhile, and nothing twice.
    world.end().await;
    world.publish("b2");
    world.again(&config).await;
    let taken = receiver.until(2).await;
    assert_eq!(taken[1].body["data"]["title"], "【通报】印发：通报b2");
    world.publish("b3");
    receiver.until(3).await;
    world.end().await;

    // Where nobody has announced before, what is published is the past.
    let other = tempfile::tempdir().unwrap();
    let mut fresh =
        World::begin_after(other.path(), &config, "2026-11-27T10:00:00+08:00", "b0").await;
    fresh.publish("b4");
    let taken = receiver.until(4).await;
    assert_eq!(taken[3].body["data"]["title"], "【通报】印发：通报b4");
    fresh.end().await;
}
