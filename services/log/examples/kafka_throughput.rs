//! Measures the Kafka adapter with a broker of its own on this machine:
//! `cargo run --release -p mingjing-log --example kafka_throughput`.
//!
//! Durable appends (one copy, so each batch is flushed to the disk) of 500-byte records, in calls of 100 and one by
//! one, writes to a table, and reading back from the beginning.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use mingjing_log::kafka::{Config, KafkaLog};
use mingjing_log::{Log, Offset, Partition, Record, Table, Topic};
use mingjing_testkit::kafka::Broker;
use tokio::task::JoinSet;

const RECORD_BYTES: usize = 500;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let broker = Broker::start()?;
    let mut config = Config::new(broker.address());
    config.partitions = 4;
    let began = Instant::now();
    let log = Arc::new(KafkaLog::open(config.clone()).await?);
    println!(
        "opened and created in {:.2} s",
        began.elapsed().as_secs_f64()
    );
    for (callers, per_call, calls, partition) in [
        (8, 100, 500, 0),
        (1, 100, 500, 1),
        (64, 1, 100, 2),
        (1, 1, 500, 3),
    ] {
        append(&log, Partition(partition), callers, per_call, calls).await?;
    }
    let began = Instant::now();
    for number in 0..200 {
        let value = Bytes::from(number.to_string());
        log.put("t", Bytes::from_static(b"k"), Some(value)).await?;
    }
    println!(
        "put: {:.1} ms each",
        began.elapsed().as_secs_f64() * 1e3 / 200.0
    );
    drop(log);
    let began = Instant::now();
    let log = KafkaLog::open(config).await?;
    println!("reopened in {:.2} s", began.elapsed().as_secs_f64());
    for partition in [0, 2] {
        read(&log, Partition(partition)).await?;
    }
    Ok(())
}

async fn append(
    log: &Arc<KafkaLog>,
    partition: Partition,
    callers: usize,
    per_call: usize,
    calls: usize,
) -> Result<(), Box<dyn std::error::Error>> {
    let value: Vec<u8> = (0..RECORD_BYTES - 20).map(|i| (i * 31) as u8).collect();
    let record = Record {
        key: Bytes::from_static(b"zjj/2026-0000000001.."),
        value: value.into(),
    };
    let began = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..callers {
        let (log, record) = (Arc::clone(log), record.clone());
        tasks.spawn(async move {
            for _ in 0..calls {
                let records = vec![record.clone(); per_call];
                log.append(Topic::Events, partition, records).await?;
            }
            Ok::<(), mingjing_log::Error>(())
        });
    }
    for result in tasks.join_all().await {
        result?;
    }
    let seconds = began.elapsed().as_secs_f64();
    let records = callers * per_call * calls;
    println!(
        "append, {callers} callers, {per_call} records a call: {:.0} records/s ({records} in {seconds:.2} s, {:.1} ms a call)",
        records as f64 / seconds,
        seconds * 1e3 / calls as f64,
    );
    Ok(())
}

async fn read(log: &dyn Log, partition: Partition) -> Result<(), Box<dyn std::error::Error>> {
    let began = Instant::now();
    let mut next = Offset::ZERO;
    loop {
        let batch = log
            .read(Topic::Events, partition, next, 10_000, 1 << 20, None)
            .await?;
        let Some(last) = batch.records.last() else {
            break;
        };
        next = last.offset.next();
    }
    let seconds = began.elapsed().as_secs_f64();
    println!(
        "read back: {:.0} records/s ({next} in {seconds:.2} s)",
        next.0 as f64 / seconds
    );
    Ok(())
}
