//! A receiver that never answers.

use tokio::net::TcpListener;

use crate::receivers::Receiver;
use crate::world::World;

#[tokio::test]
async fn a_receiver_that_never_answers_holds_up_nobody_else_and_fills_no_memory() {
    let (receiver, folder) = (Receiver::start().await, tempfile::tempdir().unwrap());
    // It takes connections and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let config = format!(
        r#"
waiting_max = 5
[[channel]]
id = "silent"
kind = "webhook"
url = "http://{}/"
secret = "env:KEY"
timeout = "1h"
[[channel]]
id = "oa"
kind = "webhook"
url = "http://{}/oa"
secret = "env:KEY"
[[route]]
id = "to-silent"
channel = "silent"
digest = {{ more_than = 1000, within = "10min" }}
[[route]]
id = "to-oa"
channel = "oa"
levels = ["red"]
digest = {{ more_than = 1000, within = "10min" }}
"#,
        silent.local_addr().unwrap(),
        receiver.address
    );
    let now = "2026-11-27T10:00:00+08:00";
    let mut world = World::begin(folder.path(), &config, now).await;
    world.issue(&["yellow"; 8]).await;
    world.issue(&["red"; 2]).await;
    receiver.until(2).await;
    // Five wait; what came after them is laid aside.
    let dead = world.until_dead(5).await;
    assert!(
        dead.iter()
            .all(|d| d.reason == "queue_full" && d.delivery.channel == "silent")
    );
}
