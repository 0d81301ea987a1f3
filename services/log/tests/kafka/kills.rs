//! Brokers that are killed, and a disk that lost its end. Each test has a broker of its own.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::future::join_all;
use mingjing_log::kafka::{Config, KafkaLog};
use mingjing_log::{Error, Log, Offset, Partition, Record, StoredRecord, Table, Topic};
use mingjing_testkit::kafka::Broker;
use tokio::task::{JoinSet, spawn_blocking};

const PARTITIONS: u16 = 4;
const CALL: usize = 40;

fn call(name: &str) -> Vec<Record> {
    (0..CALL)
        .map(|n| Record {
            key: Bytes::copy_from_slice(name.as_bytes()),
            value: Bytes::from(format!("{n} {}", "x".repeat(200))),
        })
        .collect()
}

async fn broker() -> Broker {
    let started = spawn_blocking(Broker::start).await.expect("it ran");
    started.expect("a broker starts")
}

fn config(broker: &Broker) -> Config {
    let mut config = Config::new(broker.address());
    config.partitions = PARTITIONS;
    config.timeout = Duration::from_secs(60);
    config
}

async fn read_all(log: &dyn Log, partition: Partition) -> Vec<StoredRecord> {
    let end = log
        .bounds(Topic::Events, partition)
        .await
        .expect("bounds")
        .end;
    let mut all: Vec<StoredRecord> = Vec::new();
    while (all.len() as u64) < end.0 {
        let next = Offset(all.len() as u64);
        let batch = log
            .read(Topic::Events, partition, next, 10_000, 1 << 20, None)
            .await;
        let batch = batch.expect("it reads");
        assert_eq!(batch.records.first().map(|r| r.offset), Some(next));
        all.extend(batch.records);
    }
    all
}

/// The calls in a partition, in their order; fails on one that is not whole.
fn calls(records: &[StoredRecord]) -> Vec<String> {
    let whole = |chunk: &[StoredRecord]| {
        let name = String::from_utf8(chunk[0].key.to_vec()).expect("a name");
        let expected = call(&name);
        let found = chunk.iter().map(|r| (&r.key, &r.value));
        assert!(
            found.eq(expected.iter().map(|r| (&r.key, &r.value))),
            "{name} is torn"
        );
        name
    };
    assert_eq!(records.len() % CALL, 0);
    records.chunks(CALL).map(whole).collect()
}

/// What was acknowledged is there, where the answers said, in order and whole, with the broker killed under the
/// appends; and the writers, a waiting reader and a table live through it without an error.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn appends_outlive_kills_of_the_broker() {
    const KILLS: usize = 2;
    let mut broker = broker().await;
    let log = Arc::new(
        KafkaLog::open(config(&broker))
            .await
            .expect("the log opens"),
    );
    let rounds = Arc::new(AtomicUsize::new(0));
    let mut writers = JoinSet::new();
    for writer in 0..8_u16 {
        let (log, rounds) = (Arc::clone(&log), Arc::clone(&rounds));
        writers.spawn(async move {
            let partition = Partition(writer % PARTITIONS);
            let mut acknowledged = Vec::new();
            while rounds.load(Ordering::Relaxed) < KILLS {
                let name = format!("{writer}-{:06}", acknowledged.len());
                let first = log.append(Topic::Events, partition, call(&name)).await;
                acknowledged.push((first.expect("it appends, kill or not"), name));
                log.put(
                    "t",
                    Bytes::from(format!("{writer}")),
                    Some(Bytes::from_static(b"v")),
                )
                .await
                .expect("it puts, kill or not");
            }
            (partition, acknowledged)
        });
    }
    let follower = {
        let (log, rounds) = (Arc::clone(&log), Arc::clone(&rounds));
        tokio::spawn(async move {
            let mut seen = Vec::new();
            let wait = Some(Duration::from_millis(500));
            loop {
                let over = rounds.load(Ordering::Relaxed) >= KILLS;
                let next = Offset(seen.len() as u64);
                let batch = log
                    .read(Topic::Events, Partition(0), next, 5_000, 1 << 20, wait)
                    .await;
                let batch = batch.expect("it reads, kill or not");
                if over && batch.records.is_empty() {
                    return seen;
                }
                assert_eq!(batch.end.0 % CALL as u64, 0, "an end inside a call");
                seen.extend(batch.records);
            }
        })
    };
    for _ in 0..KILLS {
        tokio::time::sleep(Duration::from_millis(700)).await;
        broker = spawn_blocking(move || {
            broker.kill().expect("it is killed");
            broker.restart().expect("it starts again");
            broker
        })
        .await
        .expect("it ran");
        tokio::time::sleep(Duration::from_millis(700)).await;
        rounds.fetch_add(1, Ordering::Relaxed);
    }
    let acknowledged = writers.join_all().await;
    let seen = follower.await.expect("the follower lived");
    let mut count = 0;
    for partition in (0..PARTITIONS).map(Partition) {
        let records = read_all(&*log, partition).await;
        let calls = calls(&records);
        if partition == Partition(0) {
            assert!(
                seen == records,
                "the follower saw {} of {}",
                seen.len(),
                records.len()
            );
        }
        let here = acknowledged.iter().filter(|(p, _)| *p == partition);
        let mut expected: Vec<_> = here.flat_map(|(_, calls)| calls.clone()).collect();
        expected.sort();
        // Nothing failed, so nothing is there that was not acknowledged, and nothing twice.
        assert_eq!(
            calls.len(),
            expected.len(),
            "calls of partition {partition}"
        );
        for (at, (first, name)) in expected.into_iter().enumerate() {
            assert_eq!((first, &calls[at]), (Offset((at * CALL) as u64), &name));
        }
        count += calls.len();
    }
    println!("{count} calls over {KILLS} kills");
    assert_eq!(log.scan("t").await.expect("it scans").len(), 8);
    drop(log);
    let again = KafkaLog::open(config(&broker))
        .await
        .expect("it opens again");
    assert_eq!(again.scan("t").await.expect("it scans").len(), 8);
}

/// A broker that stays away is an error within the time allowed, and the log goes on when it is back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_that_stays_away_is_an_error_and_not_the_end() {
    let mut broker = broker().await;
    let mut config = config(&broker);
    config.timeout = Duration::from_secs(5);
    let log = KafkaLog::open(config).await.expect("the log opens");
    let append = |name: &'static str| log.append(Topic::Events, Partition(1), call(name));
    append("before").await.expect("it appends");
    broker.kill().expect("it is killed");
    let began = Instant::now();
    let refused = join_all([append("lost-1"), append("lost-2")]).await;
    for answer in refused {
        assert!(matches!(answer, Err(Error::Storage { .. })), "{answer:?}");
    }
    let read = log
        .read(Topic::Events, Partition(1), Offset(CALL as u64), 1, 1, None)
        .await;
    assert!(matches!(read, Err(Error::Storage { .. })), "{read:?}");
    assert!(
        began.elapsed() < Duration::from_secs(30),
        "{:?}",
        began.elapsed()
    );
    broker = spawn_blocking(move || {
        broker.restart().expect("it starts again");
        broker
    })
    .await
    .expect("it ran");
    let began = Instant::now();
    while let Err(error) = append("after").await {
        assert!(matches!(error, Error::Storage { .. }), "{error:?}");
        assert!(began.elapsed() < Duration::from_secs(30), "{error:?}");
    }
    let found = calls(&read_all(&log, Partition(1)).await);
    assert_eq!(found.first().map(String::as_str), Some("before"));
    assert_eq!(found.last().map(String::as_str), Some("after"));
    drop(log);
    drop(broker);
}

/// A disk that lost the last records: whoever knows more is told, and nothing is written over the hole.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_partition_that_lost_its_end_is_noticed() {
    let mut broker = broker().await;
    let config = config(&broker);
    let log = KafkaLog::open(config.clone()).await.expect("the log opens");
    let (events, p0, p1) = (Topic::Events, Partition(0), Partition(1));
    let end = Offset(20 * CALL as u64);
    for partition in [p0, p1] {
        for number in 0..20 {
            let first = log
                .append(events, partition, call(&number.to_string()))
                .await;
            first.expect("it appends");
        }
        let wait = Some(Duration::ZERO);
        let read = log.read(events, partition, end, 10, 1000, wait).await;
        assert!(read.expect("it reads").records.is_empty());
    }
    let data = broker.data();
    broker = spawn_blocking(move || {
        broker.kill().expect("it is killed");
        cut(&data.join("mj.log-0"));
        broker.restart().expect("it starts again");
        broker
    })
    .await
    .expect("it ran");

    let bounds = loop {
        // The first answers after the start may still be that there is no leader.
        if let Ok(bounds) = log.bounds(events, p0).await {
            assert!(bounds.end < end, "nothing was cut off");
        } else {
            break KafkaLog::open(config.clone())
                .await
                .expect("it opens")
                .bounds(events, p0)
                .await;
        }
    };
    let left = bounds.expect("bounds").end;
    assert_eq!(left.0 % CALL as u64, 0);
    for _ in 0..2 {
        let read = log
            .read(events, p0, end, 10, 1000, Some(Duration::from_secs(600)))
            .await;
        assert!(
            matches!(read, Err(Error::OffsetBeyondEnd { offset, end: found, .. }) if offset == end && found == left),
            "{read:?}"
        );
    }
    let write = log.append(events, p0, call("over it")).await;
    assert!(matches!(write, Err(Error::Stopped { .. })), "{write:?}");
    let read = log.read(events, p0, Offset(0), 10, 1000, None).await;
    assert!(matches!(read, Err(Error::Damaged { .. })), "{read:?}");
    log.read(events, p1, Offset(0), 10, 1000, None)
        .await
        .expect("the other partition is as it was");
    drop(log);

    let log = KafkaLog::open(config).await.expect("it opens again");
    let read = log.read(events, p0, end, 10, 1000, None).await;
    assert!(
        matches!(read, Err(Error::OffsetBeyondEnd { .. })),
        "{read:?}"
    );
    drop(log);
    drop(broker);
}

/// Takes the last half of a partition's segment; the broker drops what is no whole batch.
fn cut(folder: &Path) {
    for entry in std::fs::read_dir(folder).expect("the partition's folder") {
        let path = entry.expect("an entry").path();
        let name = path
            .extension()
            .and_then(|e| e.to_str())
            .unwrap_or_default();
        match name {
            "log" => {
                let file = std::fs::File::options()
                    .write(true)
                    .open(&path)
                    .expect("a segment");
                let length = file.metadata().expect("its length").len();
                file.set_len(length / 2).expect("it is cut");
            }
            "index" | "timeindex" | "snapshot" => {
                std::fs::remove_file(&path).expect("it is removed")
            }
            _ => {}
        }
    }
}
