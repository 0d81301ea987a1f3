//! The embedded adapter against the suite, and what is its own: its folder, its lock, its groups, its disk.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures::future::join_all;
use mingjing_log::conformance::{Factory, Ports};
use mingjing_log::embedded::{EmbeddedLog, OpenError, Options};
use mingjing_log::{Journals, Log, Offset, Partition, Record, Table, Topic};
use tempfile::TempDir;

mod suite {
    use super::Folders;

    mingjing_log::conformance_suite!(Folders::new());
}

/// Each name is a folder below one temporary folder.
struct Folders {
    below: TempDir,
}

impl Folders {
    fn new() -> Self {
        Folders {
            below: TempDir::new().expect("a temporary folder"),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.below.path().join(name)
    }
}

#[async_trait]
impl Factory for Folders {
    async fn open(&self, name: &str, partitions: u16) -> Ports {
        let opened = EmbeddedLog::open(self.path(name), partitions).await;
        let log = Arc::new(opened.expect("the log opens"));
        Ports {
            log: log.clone(),
            table: log,
        }
    }

    async fn destroy(&self, name: &str, ports: Ports) {
        drop(ports);
        std::fs::remove_dir_all(self.path(name)).expect("the folder is free");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_of_one_journal_number_their_records_without_losing_any() {
    const WRITERS: usize = 8;
    const EACH: usize = 25;
    let folders = Folders::new();
    let ports = folders.open("journal", 1).await;
    let journals = Journals::new(ports.table.clone(), "j");
    let writers = (0..WRITERS).map(|writer| {
        let journals = journals.clone();
        tokio::spawn(async move {
            for n in 0..EACH {
                loop {
                    let known = journals.read("draft").await.expect("it reads").len();
                    let value = Bytes::from(format!("{writer}:{n}"));
                    if journals.add("draft", known, value).await.expect("it adds") {
                        break;
                    }
                }
            }
        })
    });
    for writer in join_all(writers).await {
        writer.expect("it wrote");
    }
    assert!(
        journals
            .add("other", 0, Bytes::from_static(b"x"))
            .await
            .expect("it adds")
    );
    assert!(
        !journals
            .add("other", 0, Bytes::from_static(b"y"))
            .await
            .expect("it answers")
    );
    assert!(
        journals
            .add("other", 0, Bytes::from_static(b"x"))
            .await
            .expect("a repeated call")
    );

    let all = journals.read_all().await.expect("it reads");
    assert_eq!(all.keys().collect::<Vec<_>>(), ["draft", "other"]);
    let draft = &all["draft"];
    assert_eq!(*draft, journals.read("draft").await.expect("it reads"));
    for writer in 0..WRITERS {
        let own = draft
            .iter()
            .filter(|v| v.starts_with(format!("{writer}:").as_bytes()));
        let expected: Vec<Bytes> = (0..EACH).map(|n| format!("{writer}:{n}").into()).collect();
        assert!(
            own.eq(expected.iter()),
            "each writer's records, once and in its order"
        );
    }
    drop(journals);
    folders.destroy("journal", ports).await;
}

fn records(count: usize, bytes: usize) -> Vec<Record> {
    let value = Bytes::from((0..bytes).map(|i| (i * 7) as u8).collect::<Vec<_>>());
    (0..count)
        .map(|_| Record {
            key: Bytes::from_static(b"key"),
            value: value.clone(),
        })
        .collect()
}

#[tokio::test]
async fn a_log_is_open_once_at_a_time_and_the_refusal_names_the_holder() {
    let dir = TempDir::new().expect("a temporary folder");
    let first = EmbeddedLog::open(dir.path(), 1)
        .await
        .expect("the log opens");
    let Err(refused) = EmbeddedLog::open(dir.path(), 1).await else {
        panic!("opened twice")
    };
    assert!(matches!(refused, OpenError::Locked { .. }), "{refused:?}");
    let message = refused.to_string();
    assert!(
        message.contains(&std::process::id().to_string()),
        "{message}"
    );
    assert!(
        message.contains(&dir.path().display().to_string()),
        "{message}"
    );
    drop(first);
    EmbeddedLog::open(dir.path(), 1)
        .await
        .expect("it is free again");
}

#[tokio::test]
async fn the_number_of_partitions_is_checked_when_a_log_is_opened_again() {
    let dir = TempDir::new().expect("a temporary folder");
    for asked in [0, 1025] {
        let answer = EmbeddedLog::open(dir.path(), asked).await.map(drop);
        assert!(
            matches!(answer, Err(OpenError::InvalidPartitionCount { .. })),
            "{answer:?}"
        );
    }
    drop(
        EmbeddedLog::open(dir.path(), 4)
            .await
            .expect("the log opens"),
    );
    let answer = EmbeddedLog::open(dir.path(), 5).await.map(drop);
    assert!(
        matches!(
            answer,
            Err(OpenError::PartitionCount {
                found: 4,
                asked: 5,
                ..
            })
        ),
        "{answer:?}"
    );
    EmbeddedLog::open(dir.path(), 4)
        .await
        .expect("it opens as it was created");
}

#[tokio::test]
async fn an_unfinished_creation_is_made_anew() {
    let dir = TempDir::new().expect("a temporary folder");
    let unfinished = dir.path().join("store.creating");
    std::fs::create_dir_all(unfinished.join("keyspaces")).expect("a folder");
    std::fs::write(unfinished.join("0.jnl"), b"half a journal").expect("a file");
    let log = EmbeddedLog::open(dir.path(), 1)
        .await
        .expect("the log opens");
    log.append(Topic::Events, Partition(0), records(1, 1))
        .await
        .expect("it appends");
    assert!(!unfinished.exists());
}

#[tokio::test]
async fn a_store_that_is_none_of_ours_is_refused_and_left_alone() {
    let dir = TempDir::new().expect("a temporary folder");
    let store = dir.path().join("store");
    let db = fjall::Database::builder(&store)
        .open()
        .expect("a store of someone else's");
    drop(db);
    let answer = EmbeddedLog::open(dir.path(), 1).await.map(drop);
    assert!(
        matches!(answer, Err(OpenError::UnknownFormat { .. })),
        "{answer:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_callers_of_all_partitions_share_their_fsyncs() {
    let dir = TempDir::new().expect("a temporary folder");
    let log = EmbeddedLog::open(dir.path(), 8)
        .await
        .expect("the log opens");
    let callers = (0..64_u16).map(|caller| {
        let log = &log;
        async move {
            for _ in 0..20 {
                let partition = Partition(caller % 8);
                log.append(Topic::Events, partition, records(1, 500))
                    .await
                    .expect("it appends");
            }
        }
    });
    join_all(callers).await;
    let stats = log.stats();
    assert_eq!((stats.calls, stats.records), (1280, 1280));
    assert!(
        stats.groups <= 320,
        "1280 calls took {} fsyncs",
        stats.groups
    );
}

#[tokio::test]
async fn retention_frees_the_disk_and_keeps_what_it_should() {
    const KEPT: u64 = 2_000;
    let dir = TempDir::new().expect("a temporary folder");
    // Small, so that the log is written out to files and sorted all the while.
    let options = Options {
        memtable_bytes: 1 << 20,
        cache_bytes: 1 << 20,
    };
    let log = EmbeddedLog::open_with(dir.path(), 2, options)
        .await
        .expect("the log opens");
    let partitions = [Partition(0), Partition(1)];
    let batch = records(100, 1000);
    for round in 1..=600_u64 {
        for partition in partitions {
            let first = log.append(Topic::Events, partition, batch.clone()).await;
            assert_eq!(first.expect("it appends"), Offset((round - 1) * 100));
            let before = Offset((round * 100).saturating_sub(KEPT));
            log.trim(Topic::Events, partition, before)
                .await
                .expect("it trims");
        }
    }
    drop(log);
    let files = bytes_below(&dir.path().join("store/keyspaces"));
    assert!(
        files < 60_000_000,
        "of 120 MB written and 4 MB kept, {files} bytes are on disk"
    );

    let log = EmbeddedLog::open_with(dir.path(), 2, options)
        .await
        .expect("it reopens");
    for partition in partitions {
        let mut next = log
            .bounds(Topic::Events, partition)
            .await
            .expect("bounds")
            .start;
        assert_eq!(next, Offset(60_000 - KEPT));
        while next < Offset(60_000) {
            let read = log
                .read(Topic::Events, partition, next, 300, 1 << 20, None)
                .await;
            for record in read.expect("it reads").records {
                assert_eq!((record.offset, &record.value), (next, &batch[0].value));
                next = next.next();
            }
        }
    }
}

fn bytes_below(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|e| e.expect("an entry"));
    let sizes = entries.map(|entry| {
        let kind = entry.metadata().expect("its kind");
        if kind.is_dir() {
            bytes_below(&entry.path())
        } else {
            kind.len()
        }
    });
    sizes.sum()
}

#[tokio::test]
async fn dropping_the_log_writes_what_is_queued() {
    let dir = TempDir::new().expect("a temporary folder");
    let log = Arc::new(
        EmbeddedLog::open(dir.path(), 1)
            .await
            .expect("the log opens"),
    );
    for _ in 0..50 {
        // The caller gives up as soon as its call is queued.
        let call = log.append(Topic::Events, Partition(0), records(3, 100));
        let _ = futures::future::poll_immediate(call).await;
    }
    log.put(
        "t",
        Bytes::from_static(b"k"),
        Some(Bytes::from_static(b"v")),
    )
    .await
    .expect("it puts");
    drop(log);
    let log = EmbeddedLog::open(dir.path(), 1).await.expect("it reopens");
    let bounds = log
        .bounds(Topic::Events, Partition(0))
        .await
        .expect("bounds");
    assert_eq!(bounds.end, Offset(150));
    assert_eq!(
        log.get("t", b"k").await.expect("it reads").as_deref(),
        Some(b"v".as_slice())
    );
}
