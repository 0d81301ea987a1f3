//! Partitions that stand still are noticed: by their owner when its task hangs, by someone else when the owner is frozen.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use mingjing_testkit::kafka::Broker;
use serde_json::Value;

use crate::clickhouse_away::free_address;
use crate::cluster::Start;
use crate::platform::{Engine, PATIENCE, Platform};
use crate::sender::Sender;

const OWNED: &str = "mingjing_supervise_partitions_owned";
const OWNER_STILL: &str = "mingjing_archive_owner_standing_still";
const PARTITION_STILL: &str = "mingjing_supervise_partition_standing_still";

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_owner_is_noticed_by_another_process_until_someone_takes_over() -> Result<()> {
    let broker = tokio::task::block_in_place(Broker::start)?;
    let folder = tempfile::tempdir()?;
    let address = free_address()?;
    let engine = Engine::start_at(&address, folder.path()).await?;
    let mut site = Start::new(folder.path(), &broker, &format!("http://{address}"))?;
    site.set("MINGJING__PARTITIONS", "2");
    let frozen = site.role("supervise")?;
    let archive = site.role("archive")?;
    frozen.until_metric(OWNED, |owned| owned == 2).await?;
    archive.until_ready(true).await?;
    archive
        .until_metric(OWNER_STILL, |still| still == 0)
        .await?;

    frozen.signal("STOP")?;
    archive
        .until_metric(OWNER_STILL, |still| still == 2)
        .await?;
    archive
        .until_metric("mingjing_archive_tick_age_seconds", |age| age >= 2 * 5)
        .await?;
    ensure!(
        archive.metric("mingjing_archive_standing_still").await? == 0,
        "the archive itself has nothing to do and nothing that stands still"
    );

    let heir = site.role("supervise")?;
    heir.until_metric(OWNED, |owned| owned == 2).await?;
    archive
        .until_metric(OWNER_STILL, |still| still == 0)
        .await?;
    frozen.signal("CONT")?;
    let third = site.role("supervise")?;
    one_stands_by(&[&frozen, &heir, &third]).await?;
    archive
        .until_metric(OWNER_STILL, |still| still == 0)
        .await?;
    for process in [frozen, heir, third, archive] {
        process.stop().await?;
    }
    drop(engine);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_hangs_is_named_by_its_process_and_told_once() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let hang = [("MINGJING_FAIL_AT", "after-read:20:hang")];
    let mut platform = Platform::start(folder.path(), &hang)?;
    platform
        .until_metric(PARTITION_STILL, |still| still == 1)
        .await?;
    let said = platform.until_ready(false).await?;
    let supervision = detail(&said, "supervision")?;
    ensure!(
        supervision.contains("stands still") && supervision.matches("partition").count() == 1,
        "one partition of four hangs, and is named: {supervision}"
    );
    // Nobody writes its ticks; the others move.
    platform
        .until_metric(OWNER_STILL, |still| still == 1)
        .await?;
    platform
        .until_metric(
            "mingjing_supervise_deadline_unfired_sampled_seconds_count",
            |n| n > 60,
        )
        .await?;
    ensure!(platform.metric(PARTITION_STILL).await? == 1);
    for line in ["it takes no record", "its owner writes no tick"] {
        let told = platform.errors().matches(line).count();
        ensure!(
            told == 1,
            "{line:?} is told {told} times:\n{}",
            platform.errors()
        );
    }
    // It cannot end in order: a task never comes back.
    platform.kill()?;

    let again = Platform::up(folder.path())?;
    again.until_ready(true).await?;
    again
        .until_metric(PARTITION_STILL, |still| still == 0)
        .await?;
    again.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn restoring_after_a_kill_is_measured() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut platform = Platform::up(folder.path())?;
    let mut sender = Sender::register(&platform).await?;
    sender.send_all(platform.url().context("it is up")?).await?;
    platform
        .until_metric("mingjing_supervise_facts_total", |facts| facts > 100)
        .await?;
    platform.kill()?;
    let platform = Platform::up(folder.path())?;
    platform.until_ready(true).await?;
    for phase in ["load", "judge_again"] {
        let count = format!("mingjing_supervise_restore_seconds_count{{phase=\"{phase}\"}}");
        platform.until_metric(&count, |n| n == 4).await?;
    }
    platform
        .until_metric("mingjing_supervise_restored_records_total", |n| n > 100)
        .await?;
    platform
        .until_metric("mingjing_supervise_owner_epoch", |sum| sum > 4)
        .await?;
    platform.stop().await
}

/// Waits until the partitions are shared and exactly one process has none, is ready and says so. While the group is between two
/// assignments several have none.
async fn one_stands_by(processes: &[&Platform]) -> Result<()> {
    let began = Instant::now();
    loop {
        let (mut idle, mut owned) = (0, 0);
        for process in processes {
            let (status, text) = process.answer("/readyz").await?;
            let said: Value = serde_json::from_str(&text)?;
            let stands_by = detail(&said, "supervision")?.contains("stands by");
            idle += usize::from(status == 200 && stands_by);
            owned += process.metric(OWNED).await?;
        }
        if (idle, owned) == (1, 2) {
            return Ok(());
        }
        ensure!(
            began.elapsed() < PATIENCE * 2,
            "{idle} of {} stand by, {owned} partitions are owned",
            processes.len()
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn detail<'a>(said: &'a Value, check: &str) -> Result<&'a str> {
    let checks = said["checks"].as_array().context("checks are listed")?;
    let found = checks.iter().find(|c| c["name"] == check);
    found
        .and_then(|c| c["detail"].as_str())
        .with_context(|| format!("{check} is not in {said}"))
}
