//! The process that is killed: it writes as much as it can and says what was acknowledged, after it was.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use mingjing_log::embedded::EmbeddedLog;
use mingjing_log::{Bounds, Error, Log, Offset, Partition, Record, Table, Topic};

use crate::call::{CallId, Random};
use crate::{OPTIONS, PARTITIONS, TABLE};

const TASKS: u64 = 6;

/// Says something to the parent in one piece.
fn say(line: std::fmt::Arguments<'_>) {
    // The line break before it ends whatever the test harness may have printed.
    let text = format!("\n{line}\n");
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .expect("the parent listens");
}

/// Appends, puts and trims until the kill comes.
pub async fn write_until_killed(dir: &Path, run: u64) {
    let log = EmbeddedLog::open_with(dir, PARTITIONS, OPTIONS)
        .await
        .expect("the log opens");
    let log = Arc::new(log);
    say(format_args!("opened {}", log.id()));
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| tokio::spawn(write_calls(Arc::clone(&log), run, task)))
        .chain([tokio::spawn(put_and_trim(Arc::clone(&log), run))])
        .collect();
    for task in tasks {
        task.await.expect("it writes until it is killed");
    }
}

async fn write_calls(log: Arc<EmbeddedLog>, run: u64, task: u64) {
    let mut random = Random::new(run * 1000 + task + 1);
    for number in 0.. {
        let partition = Partition(random.below(u64::from(PARTITIONS)) as u16);
        let id = CallId { run, task, number };
        let records = id.records(&mut random);
        let first = log
            .append(Topic::Events, partition, records)
            .await
            .expect("it appends");
        say(format_args!("appended {partition} {first} {task} {number}"));
    }
}

async fn put_and_trim(log: Arc<EmbeddedLog>, run: u64) {
    let mut random = Random::new(run + 77);
    for number in 0_u64.. {
        let key = format!("{}", random.below(20));
        let value = (random.below(5) > 0).then(|| Bytes::from(format!("{run}-{number}")));
        log.put(TABLE, Bytes::from(key.clone()), value.clone())
            .await
            .expect("it puts");
        say(format_args!(
            "put {key} {}",
            value.map_or("-".into(), |_| format!("{run}-{number}"))
        ));
        if number % 16 == 15 {
            let partition = Partition(random.below(u64::from(PARTITIONS)) as u16);
            let Bounds { start, end } = log.bounds(Topic::Events, partition).await.expect("bounds");
            let before = start.plus((end.0 - start.0) / 4);
            log.trim(Topic::Events, partition, before)
                .await
                .expect("it trims");
            say(format_args!("trimmed {partition} {before}"));
        }
    }
}

/// Appends until the disk takes no more, and checks what the log says then.
pub async fn write_until_the_disk_is_full(dir: &Path) {
    let log = EmbeddedLog::open_with(dir, PARTITIONS, OPTIONS)
        .await
        .expect("the log opens");
    let mut random = Random::new(5);
    for number in 0..100_000 {
        let id = CallId {
            run: 0,
            task: 0,
            number,
        };
        match log
            .append(Topic::Events, Partition(0), id.records(&mut random))
            .await
        {
            Ok(first) => say(format_args!("appended 0 {first} 0 {number}")),
            Err(error) => {
                assert!(matches!(error, Error::Storage { .. }), "{error:?}");
                break;
            }
        }
    }
    // It stays refused, for every kind of write, and what there is can still be read.
    let end = log
        .bounds(Topic::Events, Partition(0))
        .await
        .expect("bounds")
        .end;
    let again = log.append(Topic::Events, Partition(1), vec![]).await;
    assert!(again.is_ok(), "writing nothing is no write");
    let record = Record {
        key: Bytes::new(),
        value: Bytes::new(),
    };
    let again = log.append(Topic::Events, Partition(1), vec![record]).await;
    assert!(matches!(again, Err(Error::Stopped { .. })), "{again:?}");
    let again = log.put(TABLE, Bytes::new(), None).await;
    assert!(matches!(again, Err(Error::Stopped { .. })), "{again:?}");
    let last = Offset(end.0 - 1);
    let read = log
        .read(Topic::Events, Partition(0), last, 1, 1, None)
        .await
        .expect("it reads");
    assert_eq!(read.records.len(), 1);
    drop(log);
    say(format_args!("failed as it should"));
}
