//! How fast the archive is, and how soon a fact can be read. Run it for the figures:
//! `cargo test --release -p mingjing-archive rate -- --ignored --nocapture`.

use std::time::{Duration, Instant};

use mingjing_archive::Config;
use mingjing_log::Topic;
use mingjing_store::Store;

use crate::engine;
use crate::scenario::*;

const CASES: u32 = 40_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement, not a check"]
async fn rate_of_a_backlog_and_delay_of_a_single_fact() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path()).await;
    let mut values = vec![(Vec::new(), Vec::new()); usize::from(PARTITIONS)];
    for case in 0..CASES {
        let (events, told) = &mut values[usize::from(partition_of(case).0)];
        fill_values(case, events, told);
    }
    let mut records = 0;
    for (partition, (events, told)) in values.into_iter().enumerate() {
        let partition = mingjing_log::Partition(partition as u16);
        for (topic, values) in [(Topic::Events, events), (Topic::Facts, told)] {
            records += values.len();
            for some in values.chunks(5_000) {
                append(&log, topic, partition, some.to_vec()).await;
            }
        }
    }
    let store = Store::connect(&engine::config());
    let begun = Instant::now();
    let running = start(
        log.clone(),
        &store,
        Config {
            idle_watermark: Duration::from_millis(50),
            ..Config::default()
        },
    );
    running.until_level(&log, &store).await;
    let took = begun.elapsed().as_secs_f64();
    println!(
        "{records} records in {took:.1} s: {:.0} a second",
        records as f64 / took
    );
    let mut delays = Vec::new();
    for case in CASES..CASES + 20 {
        tokio::time::sleep(Duration::from_millis(300)).await;
        fill(&log, case..case + 1).await;
        let begun = Instant::now();
        while store
            .case(SOURCE, &case_no(case))
            .await
            .unwrap()
            .is_none_or(|view| view.case.is_none())
        {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        delays.push(begun.elapsed());
    }
    delays.sort();
    println!(
        "from append to readable: median {:?}, longest {:?}",
        delays[10], delays[19]
    );
    running.stop().await;
}
