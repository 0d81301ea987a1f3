//! Where it begins, and when it refuses to.

use std::path::Path;

use mingjing_archive::Error;
use mingjing_log::{Log, Offset, Topic};
use mingjing_store::Store;

use crate::engine;
use crate::scenario::*;

async fn archive_all(folder: &Path, store: &Store) {
    let log = open(folder).await;
    let running = start(log.clone(), store, config());
    running.until_level(&log, store).await;
    running.stop().await;
}

#[tokio::test]
async fn it_goes_on_from_its_watermark_and_reads_nothing_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path()).await;
    fill(&log, 0..10).await;
    drop(log);
    let store = Store::connect(&engine::config());
    archive_all(folder.path(), &store).await;
    let log = open(folder.path()).await;
    // What is archived may be given up: reading it again would now be an error.
    for topic in [Topic::Events, Topic::Facts] {
        for partition in (0..PARTITIONS).map(mingjing_log::Partition) {
            let end = log.bounds(topic, partition).await.unwrap().end;
            log.trim(topic, partition, end).await.unwrap();
        }
    }
    fill(&log, 10..20).await;
    drop(log);
    archive_all(folder.path(), &store).await;
    assert_eq!(store.counts(at(0)).await.unwrap().cases, 20);
}

#[tokio::test]
async fn a_database_of_another_log_is_refused() {
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fill(&*open(first.path()).await, 0..2).await;
    let store = Store::connect(&engine::config());
    archive_all(first.path(), &store).await;
    let log = open(second.path()).await;
    let ended = start(log.clone(), &store, config()).ended().await;
    let Error::UnknownLog { remembered, found } = &ended else {
        panic!("{ended:?}")
    };
    assert_eq!((remembered.len(), *found), (1, log.id()));
    assert!(ended.to_string().contains(&remembered[0]), "{ended}");
}

#[tokio::test]
async fn a_log_put_back_from_an_older_copy_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (live, copy) = (folder.path().join("live"), folder.path().join("copy"));
    fill(&*open(&live).await, 0..2).await;
    let copied = std::process::Command::new("cp")
        .arg("-r")
        .args([&live, &copy])
        .status()
        .unwrap();
    assert!(copied.success());
    fill(&*open(&live).await, 2..6).await;
    let store = Store::connect(&engine::config());
    archive_all(&live, &store).await;
    let ended = start(open(&copy).await, &store, config()).ended().await;
    assert!(
        matches!(ended, Error::LogEndsBeforeWatermark { .. }),
        "{ended:?}"
    );
}

#[tokio::test]
async fn a_log_that_gave_up_what_was_not_archived_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path()).await;
    fill(&log, 0..2).await;
    log.trim(Topic::Facts, partition_of(0), Offset(1))
        .await
        .unwrap();
    let store = Store::connect(&engine::config());
    let ended = start(log, &store, config()).ended().await;
    assert!(
        matches!(
            ended,
            Error::LogBeginsAfterWatermark {
                watermark: Offset(0),
                start: Offset(1),
                ..
            }
        ),
        "{ended:?}"
    );
}
