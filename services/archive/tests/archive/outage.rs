//! ClickHouse goes away and comes back.

use std::process::Command;
use std::time::Duration;

use mingjing_clickhouse_embedded::child::State;
use mingjing_store::Store;

use crate::engine;
use crate::scenario::*;

/// `kill -9` of the engine while the archive writes, four times; the log grows meanwhile.
#[tokio::test]
async fn an_engine_killed_and_away_for_a_while_is_caught_up_with() {
    let data = tempfile::tempdir().unwrap();
    let child = engine::start(Some(data.path())).await;
    let database = mingjing_store::Config::local(child.url());
    let store = Store::connect(&database);
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path()).await;
    let running = start(log.clone(), &store, config());
    let mut state = child.state();
    for kill in 0..4 {
        fill(&log, kill * 15..(kill + 1) * 15).await;
        let State::Running { pid } = *state.borrow_and_update() else {
            panic!("the engine is not there")
        };
        assert!(
            Command::new("kill")
                .args(["-9", &pid.to_string()])
                .status()
                .unwrap()
                .success()
        );
        state.wait_for(|s| matches!(s, State::Down)).await.unwrap();
        state
            .wait_for(|s| matches!(s, State::Running { .. }))
            .await
            .unwrap();
    }
    running.until_level(&log, &store).await;
    assert!(running.metrics.last_error().is_some());
    assert_eq!(child.restarts(), 4);
    let after = contents(&database).await;
    running.stop().await;
    child.stop().await;

    let undisturbed = engine::config();
    let store = Store::connect(&undisturbed);
    let running = start(log.clone(), &store, config());
    running.until_level(&log, &store).await;
    running.stop().await;
    assert_eq!(after, contents(&undisturbed).await);
}

/// Started before ClickHouse: waits, says so, and measures how far it is behind once it is there.
#[tokio::test]
async fn a_start_without_clickhouse_waits_for_it() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path()).await;
    fill(&log, 0..3).await;
    let config = engine::config();
    let store = Store::connect(&mingjing_store::Config {
        url: format!("http://{address}"),
        ..config
    });
    let running = start(log.clone(), &store, crate::scenario::config());
    while running.metrics.last_error().is_none() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let mut passing = tokio::spawn(async move {
        let listener = tokio::net::TcpListener::bind(address).await.unwrap();
        loop {
            let (mut near, _) = listener.accept().await.unwrap();
            let mut far = tokio::net::TcpStream::connect(engine::address())
                .await
                .unwrap();
            tokio::spawn(async move { tokio::io::copy_bidirectional(&mut near, &mut far).await });
        }
    });
    tokio::select! {
        () = running.until_level(&log, &store) => {}
        ended = &mut passing => panic!("{ended:?}"),
    }
    assert_eq!(store.counts(at(0)).await.unwrap().cases, 3);
    running.stop().await;
    passing.abort();
}
