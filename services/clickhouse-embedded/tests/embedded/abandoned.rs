//! Clients that go before they are answered.

use std::time::Duration;

use reqwest::Client;

use crate::support::{eventually, run, start, with_database};

/// Takes hours.
const ENDLESS: &str = "SELECT count() FROM numbers(4000000000000) WHERE sipHash64(number) = 1";

/// Asks it and goes.
async fn ask_and_go(url: &str) {
    let asked = Client::new().post(url).body(ENDLESS);
    let answer = asked.timeout(Duration::from_secs(1)).send().await;
    assert!(answer.is_err(), "it is answered");
}

#[test]
fn a_question_whose_client_has_gone_is_cancelled() {
    with_database(async |database| {
        ask_and_go(&database.url).await;
        let running = "SELECT count() FROM system.processes WHERE query LIKE 'SELECT count() FROM numbers(4000000000000)%'";
        eventually(0, async || {
            let asked = database.client.query(running).fetch_one::<u64>();
            asked.await.unwrap()
        })
        .await;
    });
}

#[test]
fn a_server_stops_in_order_although_a_question_was_left_behind() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let server = start(folder.path(), &[]).await;
        ask_and_go(&server.url()).await;
        let began = std::time::Instant::now();
        server.stop().await;
        // Its grace for what runs is 20 s, and then it is ended as it stands.
        assert!(
            began.elapsed() < Duration::from_secs(15),
            "{:?}",
            began.elapsed()
        );
    });
}
