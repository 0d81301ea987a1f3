//! One source cannot take the platform away from another.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use mingjing_intake::Config;
use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::platform::{NDJSON, Platform, event, ndjson};

const MIB: usize = 1024 * 1024;

#[tokio::test]
async fn a_source_over_its_rate_is_told_when_to_come_again_and_others_are_not() {
    let config = Config {
        events_per_second: 10,
        burst: 20,
        ..Config::default()
    };
    let platform = Platform::with(config).await;
    let (loud, quiet) = (
        platform.source("loud").await,
        platform.source("quiet").await,
    );
    let events: Vec<Value> = (0..50)
        .map(|n| event("loud", &n.to_string(), "c"))
        .collect();
    assert_eq!(platform.lines(&loud, &events).await.status, 200);
    let answer = platform.lines(&loud, &events).await;
    assert_eq!((answer.status, answer.reason()), (429, "rate_limited"));
    let wait: u64 = answer.headers["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((2..=4).contains(&wait), "{wait}");
    assert_eq!(
        platform.one(&quiet, &event("quiet", "1", "c")).await.status,
        200
    );
    assert_eq!(platform.metric("rate_limited_total", "loud"), 1.0);
    assert_eq!(platform.event_ids().await.len(), 51);
    // Nothing of it was refused as an item: the sender has it all.
    assert!(platform.rejects().await.is_empty());
}

#[tokio::test]
async fn a_source_that_hangs_with_all_its_requests_leaves_room_for_another() {
    let config = Config {
        body_bytes_max: MIB,
        source_bytes_max: 2 * MIB,
        bytes_max: 4 * MIB,
        source_requests_max: 3,
        source_waiting_max: 2,
        turn_wait: Duration::from_secs(60),
        body_idle: Duration::from_secs(60),
        ..Config::default()
    };
    let platform = Platform::with(config).await;
    let (loud, quiet) = (
        platform.source("loud").await,
        platform.source("quiet").await,
    );
    let mut hanging = Vec::new();
    for _ in 0..12 {
        let mut stream = TcpStream::connect(platform.address).await.unwrap();
        let head = format!(
            "POST /v1/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {loud}\r\n\
             content-type: {NDJSON}\r\ncontent-length: {MIB}\r\nexpect: 100-continue\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        hanging.push(stream);
    }
    // Two have room, one has a place and waits for room, four wait for a place: the others are told to come again.
    platform.metric_reaches("rate_limited_total", 5.0).await;
    assert_eq!(platform.metric("in_flight_requests", ""), 7.0);
    assert_eq!(platform.metric("in_flight_bytes", ""), (2 * MIB) as f64);
    for n in 0..20 {
        let answer = platform
            .one(&quiet, &event("quiet", &n.to_string(), "c"))
            .await;
        assert_eq!(answer.status, 200);
    }
    drop(hanging);
    while platform.metric("in_flight_requests", "") > 0.0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(platform.metric("in_flight_bytes", ""), 0.0);
    assert_eq!(
        platform.one(&loud, &event("loud", "1", "c")).await.status,
        200
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_floods_slows_another_but_does_not_starve_it() {
    let config = Config {
        events_per_second: 10_000_000,
        burst: 10_000_000,
        ..Config::default()
    };
    let platform = Arc::new(Platform::with(config).await);
    let (loud, quiet) = (
        platform.source("loud").await,
        platform.source("quiet").await,
    );
    let body = ndjson(
        &(0..2_000)
            .map(|n| event("loud", &n.to_string(), "c"))
            .collect::<Vec<_>>(),
    );
    let (stop, taken) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicU64::new(0)),
    );
    let flood: Vec<_> = (0..12)
        .map(|_| {
            let (platform, key, body) = (Arc::clone(&platform), loud.clone(), body.clone());
            let (stop, taken) = (Arc::clone(&stop), Arc::clone(&taken));
            tokio::spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    let answer = platform.post(&key, NDJSON, body.clone()).await;
                    assert!(matches!(answer.status, 200 | 429), "{}", answer.status);
                    taken.fetch_add(u64::from(answer.status == 200), Ordering::Relaxed);
                }
            })
        })
        .collect();
    while taken.load(Ordering::Relaxed) < 2 {
        tokio::task::yield_now().await;
    }
    let mut slowest = Duration::ZERO;
    for n in 0..15 {
        let begun = Instant::now();
        let answer = platform
            .one(&quiet, &event("quiet", &n.to_string(), "c"))
            .await;
        assert_eq!(answer.status, 200);
        slowest = slowest.max(begun.elapsed());
    }
    stop.store(true, Ordering::Relaxed);
    for task in flood {
        task.await.unwrap();
    }
    println!(
        "{} requests of the flood taken; the other waited {slowest:?} at most",
        taken.load(Ordering::Relaxed)
    );
    // Behind the four requests of the flood that are worked on, never behind the dozen that want to be; generous for a busy machine.
    assert!(slowest < Duration::from_secs(5), "{slowest:?}");
}
