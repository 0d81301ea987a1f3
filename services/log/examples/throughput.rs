//! Measures the embedded log on this machine: `cargo run --release -p mingjing-log --example throughput [DIR]`.
//!
//! Durable appends of 500-byte records, in calls of 100 and one by one, and reading them back.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use mingjing_log::embedded::EmbeddedLog;
use mingjing_log::{Log, Offset, Partition, Record, Topic};
use tokio::task::JoinSet;

const RECORD_BYTES: usize = 500;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dir = std::env::args()
        .nth(1)
        .map_or_else(std::env::temp_dir, Into::into);
    let dir = dir.join(format!("mingjing-log-throughput-{}", std::process::id()));
    let result = measure(&dir).await;
    std::fs::remove_dir_all(&dir)?;
    result
}

async fn measure(dir: &std::path::Path) -> Result<(), Box<dyn std::error::Error>> {
    let log = Arc::new(EmbeddedLog::open(dir, 4).await?);
    for (callers, per_call, calls, partition) in [
        (8, 100, 2_500, 0),
        (1, 100, 2_000, 1),
        (64, 1, 2_000, 2),
        (1, 1, 2_000, 3),
    ] {
        append(&log, Partition(partition), callers, per_call, calls).await?;
    }
    for partition in [0, 2] {
        read(&*log, Partition(partition), "read back").await?;
    }
    drop(log);
    let began = Instant::now();
    let log = EmbeddedLog::open(dir, 4).await?;
    println!("reopened in {:.2} s", began.elapsed().as_secs_f64());
    for partition in [0, 2] {
        read(&log, Partition(partition), "read after reopening").await?;
    }
    println!(
        "disk {} MB, {}",
        log.disk_bytes().await? / 1_000_000,
        peak_memory()
    );
    Ok(())
}

async fn append(
    log: &Arc<EmbeddedLog>,
    partition: Partition,
    callers: usize,
    per_call: usize,
    calls: usize,
) -> Result<(), Box<dyn std::error::Error>> {
    let value = Bytes::from(
        (0..RECORD_BYTES - 20)
            .map(|i| (i * 31) as u8)
            .collect::<Vec<_>>(),
    );
    let record = Record {
        key: Bytes::from_static(b"zjj/2026-0000000001.."),
        value,
    };
    let before = log.stats();
    let began = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..callers {
        let (log, record) = (Arc::clone(log), record.clone());
        tasks.spawn(async move {
            for _ in 0..calls {
                log.append(Topic::Events, partition, vec![record.clone(); per_call])
                    .await?;
            }
            Ok::<(), mingjing_log::Error>(())
        });
    }
    for result in tasks.join_all().await {
        result?;
    }
    let seconds = began.elapsed().as_secs_f64();
    let records = callers * per_call * calls;
    let groups = log.stats().groups - before.groups;
    println!(
        "append, {callers} callers, {per_call} records a call: {:.0} records/s ({records} in {seconds:.2} s, {groups} \
         fsyncs of {:.0} us)",
        records as f64 / seconds,
        seconds * 1e6 / groups as f64,
    );
    Ok(())
}

async fn read(
    log: &dyn Log,
    partition: Partition,
    what: &str,
) -> Result<(), Box<dyn std::error::Error>> {
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
        "{what}: {:.0} records/s ({next} in {seconds:.2} s)",
        next.0 as f64 / seconds
    );
    Ok(())
}

fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    line.map_or_else(String::new, |line| {
        format!("peak memory{}", line.trim_start_matches("VmHWM:"))
    })
}
