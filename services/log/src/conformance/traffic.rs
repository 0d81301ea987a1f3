//! Checks of the log with many callers at once: waiting, waking, order, and calls that stay whole.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::{join_all, poll_immediate};
use tokio::task::JoinSet;

use super::{EVENTS, Factory, P0, PATIENCE, append, call, contents, read_all, read_on};
use crate::{Error, Log, Offset, Partition, Record, StoredRecord};

/// Longer than a check may take: a read that polls or is not woken fails the check.
const LONG: Option<Duration> = Some(Duration::from_secs(3600));

/// The reader sleeps until there is something, and gets it.
pub async fn a_waiting_read_wakes_on_an_append(factory: &dyn Factory) {
    let ports = factory.open("wakes", 1).await;
    let log = &*ports.log;
    for round in 0..20 {
        let mut waiting = log.read(EVENTS, P0, Offset(round * 2), 10, 1000, LONG);
        assert!(
            poll_immediate(&mut waiting).await.is_none(),
            "there is nothing to read yet"
        );
        append(log, P0, call("a", 2)).await;
        let batch = waiting.await.expect("it reads");
        assert_eq!(contents(&batch.records), call("a", 2));
        assert_eq!(batch.end, Offset(round * 2 + 2));
    }
    factory.destroy("wakes", ports).await;
}

/// Several readers of a partition do not take each other's wake-up.
pub async fn one_append_wakes_every_reader(factory: &dyn Factory) {
    let ports = factory.open("wakes-all", 1).await;
    let mut readers = JoinSet::new();
    for _ in 0..50 {
        let log = Arc::clone(&ports.log);
        readers.spawn(async move { log.read(EVENTS, P0, Offset(0), 10, 1000, LONG).await });
    }
    append(&*ports.log, P0, call("a", 3)).await;
    for batch in readers.join_all().await {
        assert_eq!(contents(&batch.expect("it reads").records), call("a", 3));
    }
    factory.destroy("wakes-all", ports).await;
}

/// However many write at once: every acknowledged call is there once, in one piece, where its answer said.
pub async fn concurrent_appenders_each_keep_their_records_together(factory: &dyn Factory) {
    let mut ports = factory.open("concurrent", 2).await;
    let mut appenders = JoinSet::new();
    for task in 0..32_usize {
        let log = Arc::clone(&ports.log);
        appenders.spawn(async move {
            let mut acknowledged = Vec::new();
            for number in 0..20_usize {
                let partition = Partition((task % 2) as u16);
                let records = call(&format!("{task}-{number}"), 1 + (task + number) % 7);
                let first = append(&*log, partition, records.clone()).await;
                acknowledged.push((partition, first, records));
            }
            acknowledged
        });
    }
    let acknowledged: Vec<_> = appenders.join_all().await.concat();
    for _ in 0..2 {
        let mut left: BTreeMap<_, _> = BTreeMap::new();
        for partition in [P0, Partition(1)] {
            left.insert(partition, read_all(&*ports.log, partition).await);
        }
        let written: usize = acknowledged
            .iter()
            .map(|(_, _, records)| records.len())
            .sum();
        assert_eq!(left.values().map(Vec::len).sum::<usize>(), written);
        for (partition, first, records) in &acknowledged {
            let from = first.0 as usize;
            let there = &left[partition][from..from + records.len()];
            assert_eq!(contents(there), *records, "at {partition}/{first}");
        }
        ports = factory.reopen("concurrent", 2, ports).await;
    }
    factory.destroy("concurrent", ports).await;
}

/// Calls that were made one after the other, without waiting in between, are written in that order; also when they
/// are so many and so large that they have to wait for room.
pub async fn calls_of_one_caller_keep_their_order(factory: &dyn Factory) {
    let ports = factory.open("order", 1).await;
    let log = &*ports.log;
    let size = |n: usize| 1 + n % 3;
    let calls = (0..300).map(|n| {
        let mut records = call(&n.to_string(), size(n));
        if n % 5 == 0 {
            records[0].value = vec![0; 1 << 20].into();
        }
        append(log, P0, records)
    });
    let firsts = join_all(calls).await;
    let mut expected = Offset(0);
    for (n, first) in firsts.into_iter().enumerate() {
        assert_eq!(first, expected, "call {n}");
        expected = first.plus(size(n) as u64);
    }
    factory.destroy("order", ports).await;
}

/// While calls are being written, no reader ever finds an end or a last record inside one.
pub async fn a_call_is_seen_whole_or_not_at_all(factory: &dyn Factory) {
    const CALLS: usize = 150;
    const RECORDS: usize = 200;
    let ports = factory.open("whole", 1).await;
    let total = Offset((CALLS * RECORDS) as u64);
    let mut appenders = JoinSet::new();
    for task in 0..3 {
        let log = Arc::clone(&ports.log);
        appenders.spawn(async move {
            for number in 0..CALLS / 3 {
                append(&*log, P0, call(&format!("{task}-{number}"), RECORDS)).await;
            }
        });
    }
    let log = Arc::clone(&ports.log);
    let reader = tokio::spawn(async move {
        let mut next = Offset(0);
        while next < total {
            let bounds = log.bounds(EVENTS, P0).await.expect("bounds");
            assert_whole(bounds.end, RECORDS);
            let batch = log
                .read(EVENTS, P0, next, usize::MAX, usize::MAX, LONG)
                .await
                .expect("it reads");
            assert_whole(batch.end, RECORDS);
            assert_eq!(
                batch.records.last().map(|r| r.offset.next()),
                Some(batch.end)
            );
            next = batch.end;
        }
    });
    appenders.join_all().await;
    reader.await.expect("the reader saw whole calls only");
    factory.destroy("whole", ports).await;
}

fn assert_whole(end: Offset, records: usize) {
    assert_eq!(
        end.0 % records as u64,
        0,
        "the end {end} lies inside a call"
    );
}

/// Sixty-four partitions, each with its own order.
pub async fn many_partitions_are_written_and_read_at_once(factory: &dyn Factory) {
    const PARTITIONS: u16 = 64;
    let ports = factory.open("many", PARTITIONS).await;
    let mut ports = ports;
    for round in 0..2_u64 {
        let mut tasks = JoinSet::new();
        for partition in (0..PARTITIONS).map(Partition) {
            let log = Arc::clone(&ports.log);
            tasks.spawn(async move {
                for number in 0..5 {
                    let expected = Offset((round * 5 + number) * 2);
                    let waiting = log.read(EVENTS, partition, expected, 10, 1000, LONG);
                    let name = format!("{partition}-{round}-{number}");
                    let (first, batch) =
                        tokio::join!(append(&*log, partition, call(&name, 2)), waiting);
                    assert_eq!(first, expected);
                    assert_eq!(contents(&batch.expect("it reads").records), call(&name, 2));
                }
            });
        }
        tasks.join_all().await;
        ports = factory.reopen("many", PARTITIONS, ports).await;
    }
    for partition in (0..PARTITIONS).map(Partition) {
        assert_eq!(read_all(&*ports.log, partition).await.len(), 20);
    }
    factory.destroy("many", ports).await;
}

/// A consumer that reads on from where it stopped, waiting at the end, misses nothing and gets nothing twice.
pub async fn a_reader_that_follows_sees_every_record_once(factory: &dyn Factory) {
    const CALLS: usize = 300;
    let ports = factory.open("follow", 1).await;
    let follower = tokio::spawn(follow(Arc::clone(&ports.log), CALLS * 3));
    let mut written = Vec::new();
    for number in 0..CALLS {
        written.extend(call(&number.to_string(), 3));
        append(&*ports.log, P0, call(&number.to_string(), 3)).await;
    }
    let followed = follower.await.expect("the follower reached the end");
    assert_eq!(contents(&followed), written);
    factory.destroy("follow", ports).await;
}

async fn follow(log: Arc<dyn Log>, records: usize) -> Vec<StoredRecord> {
    let mut followed: Vec<StoredRecord> = Vec::new();
    while followed.len() < records {
        let next = Offset(followed.len() as u64);
        let batch = log
            .read(EVENTS, P0, next, 7, 200, LONG)
            .await
            .expect("it reads");
        assert_eq!(batch.records.first().map(|r| r.offset), Some(next));
        followed.extend(batch.records);
    }
    followed
}

/// Retention under readers gives them records or a clear answer, never a gap or a false alarm.
pub async fn a_log_is_read_while_it_is_trimmed(factory: &dyn Factory) {
    const CALLS: u64 = 200;
    const RECORDS: u64 = 10;
    let ports = factory.open("trim-under", 1).await;
    for number in 0..CALLS {
        append(&*ports.log, P0, call(&number.to_string(), RECORDS as usize)).await;
    }
    let log = Arc::clone(&ports.log);
    let reader = tokio::spawn(async move {
        let began = Instant::now();
        let (mut next, mut trimmed) = (Offset(0), 0);
        while next < Offset(CALLS * RECORDS) && began.elapsed() < PATIENCE {
            match log.read(EVENTS, P0, next, 3, 1 << 20, None).await {
                Ok(batch) => {
                    let first = &batch.records[0];
                    assert_eq!(first.offset, next);
                    next = next.plus(batch.records.len() as u64);
                }
                Err(Error::OffsetTrimmed { start, .. }) => {
                    assert!(start > next);
                    trimmed += 1;
                    next = start;
                }
                Err(error) => panic!("reading from {next}: {error}"),
            }
        }
        trimmed
    });
    for before in (0..=CALLS * RECORDS).step_by(25) {
        ports
            .log
            .trim(EVENTS, P0, Offset(before))
            .await
            .expect("it trims");
    }
    let trimmed: u64 = reader.await.expect("the reader went on");
    assert!(trimmed <= CALLS * RECORDS / 25);
    let left: Vec<Record> =
        contents(&read_on(&*ports.log, EVENTS, P0, Offset(CALLS * RECORDS)).await);
    assert!(left.is_empty());
    factory.destroy("trim-under", ports).await;
}
