//! What a department writes to its own PostgreSQL or MariaDB is alleged as if it had dumped its tables and had them replayed:
//! whatever dies in between, once and all of it.

mod guarded;
mod site;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use mingjing_domain::Timestamp;
use mingjing_wire::cloudevents::encode_complete_until;
use serde_json::Value;

use crate::alerts::ensure_equal;
use crate::corpus::{self, Dice};
use crate::front::{Department, Front, Kind};
use crate::platform::{PATIENCE, Platform};

use site::{Running, Site};

const SOURCE: &str = "front";
/// As of when everything is judged.
const UNTIL: &str = "2025-06-01T00:00:00+08:00";
const CASES: i64 = 60;

#[tokio::test(flavor = "multi_thread")]
async fn a_polled_postgresql_raises_what_replay_raises_of_its_dump_whatever_dies() -> Result<()> {
    whatever_dies(Kind::Postgres).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_polled_mariadb_raises_what_replay_raises_of_its_dump_whatever_dies() -> Result<()> {
    whatever_dies(Kind::MariaDb).await
}

/// Ten kills of the poll at any moment, one of the database and one of the platform, while the department writes.
async fn whatever_dies(kind: Kind) -> Result<()> {
    let mut dice = Dice::new(corpus::seed()?);
    let mut front = Front::start(kind).await?;
    let mut department = Department::new(&front, CASES, 11)?;
    let site = Site::new(&front)?;
    let mut platform = Platform::up(&site.data())?;
    let key = platform.register(SOURCE, &definitions()).await?;
    for kill in 0..10 {
        department.write(&front, 11)?;
        let mut poll = site.poll(&platform, &key, &["--listen", "127.0.0.1:0"])?;
        // Any moment: of its start, of a page, of a request, of the state's writing.
        tokio::time::sleep(Duration::from_millis(dice.below(400))).await;
        if kill == 4 {
            front.restart().await?;
        }
        if kill == 7 {
            platform.kill()?;
            platform.ended().await?;
        }
        poll.kill()?;
        poll.wait()?;
        if kill == 7 {
            drop(platform);
            platform = Platform::up(&site.data())?;
        }
    }
    while department.write(&front, 11)? {}
    let said = site.once(&platform, &key)?;
    ensure!(!said.contains("are held"), "all is corrected: {said}");
    complete(&platform, &key).await?;
    let expected = site.replay_of_dump(&front)?;
    for point in ["front-late", "front-review-late", "front-unreviewed"] {
        ensure!(
            expected.keys().any(|about| about.contains(point)),
            "the department breaks no {point}"
        );
    }
    let found = platform.alerts(SOURCE).await?;
    ensure_equal("polled", &expected, &found)?;
    // All rows once more: nothing is new.
    let all = site.run(&platform, &key, &["--once", "--again"])?;
    ensure!(all.contains("taken"), "{all}");
    complete(&platform, &key).await?;
    let found = platform.alerts(SOURCE).await?;
    ensure_equal("polled twice", &expected, &found)?;
    platform.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_row_is_told_and_kept_with_its_case_until_it_is_corrected() -> Result<()> {
    let front = Front::start(Kind::Postgres).await?;
    let mut department = Department::new(&front, 5, 5)?;
    department.write(&front, 1)?;
    // As it was before its correction.
    front.write("UPDATE up_pro_accept SET project_type = '7' WHERE project_no = 'P0003';")?;
    let site = Site::new(&front)?;
    let platform = Platform::up(&site.data())?;
    let key = platform.register(SOURCE, &definitions()).await?;
    let poll = Running::start(&site, &platform, &key).await?;
    let held = poll
        .until_metric("mingjing_poll_rows_held", |held| held > 1.0)
        .await?;
    ensure!(held > 1.0, "the case's other rows wait");
    ensure!(
        poll.metric("mingjing_poll_rows_refused_total").await? == 1.0,
        "told once"
    );
    let told = poll.errors();
    for part in ["up_pro_accept", "P0003-a", "project_type", "unmapped_value"] {
        ensure!(told.contains(part), "{part} is not told:\n{told}");
    }
    ensure!(!told.contains("张三"), "nobody's name is told");
    poll.until_ready().await?;
    let (status, _) = platform.answer("/api/v1/cases/front/P0003").await?;
    ensure!(
        status == 404,
        "half a case would look like a fault: {status}"
    );
    // Without a new update time: it is found by its key.
    front.write("UPDATE up_pro_accept SET project_type = '2' WHERE project_no = 'P0003';")?;
    poll.until_metric("mingjing_poll_rows_held", |held| held == 0.0)
        .await?;
    drop(poll);
    complete(&platform, &key).await?;
    ensure_equal(
        "corrected",
        &site.replay_of_dump(&front)?,
        &platform.alerts(SOURCE).await?,
    )?;
    platform.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_committed_later_than_it_says_is_not_passed_over() -> Result<()> {
    let front = Front::start(Kind::Postgres).await?;
    let mut department = Department::new(&front, 2, 5)?;
    department.write(&front, 1)?;
    let site = Site::new(&front)?;
    let platform = Platform::up(&site.data())?;
    let key = platform.register(SOURCE, &definitions()).await?;
    site.once(&platform, &key)?;
    complete(&platform, &key).await?;
    let before = events(&platform).await?;
    front.write(
        "INSERT INTO up_pro_result (row_guid, project_no, cd_operation, cd_time, result_date, result_type) SELECT 'late', \
         'P0000', 'I', max(cd_time) - interval '4 minutes', max(cd_time), '补录' FROM up_pro_result;",
    )?;
    site.once(&platform, &key)?;
    until_events(&platform, before + 2).await?;
    platform.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_away_is_told_and_comes_back() -> Result<()> {
    let mut front = Front::start(Kind::MariaDb).await?;
    let mut department = Department::new(&front, 3, 5)?;
    department.write(&front, 2)?;
    let site = Site::new(&front)?;
    let platform = Platform::up(&site.data())?;
    let key = platform.register(SOURCE, &definitions()).await?;
    let poll = Running::start(&site, &platform, &key).await?;
    poll.until_ready().await?;
    let taken = poll.metric("mingjing_poll_rows_taken_total").await?;
    front.restart().await?;
    department.write(&front, 2)?;
    poll.until_metric("mingjing_poll_rows_taken_total", |now| now > taken)
        .await?;
    poll.until_ready().await?;
    ensure!(
        poll.metric("mingjing_poll_rounds_failed_total").await? >= 1.0,
        "it was noticed"
    );
    platform.stop().await?;
    front.write("UPDATE up_pro_accept SET cd_time = cd_time + interval 1 hour;")?;
    poll.until_said("intake cannot be reached").await
}

fn definitions() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("e2e/front/definitions")
}

/// How many events of the first case are archived.
async fn events(platform: &Platform) -> Result<u64> {
    let (_, text) = platform.answer("/api/v1/cases/front/P0000").await?;
    let found: Value = serde_json::from_str(&text)?;
    Ok(found["events"].as_u64().unwrap_or_default())
}

async fn until_events(platform: &Platform, wanted: u64) -> Result<()> {
    let began = Instant::now();
    loop {
        let found = events(platform).await?;
        if found == wanted {
            return Ok(());
        }
        ensure!(began.elapsed() < PATIENCE, "{found} of {wanted} events");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Says that the source is complete, and waits until that is judged and archived.
async fn complete(platform: &Platform, key: &str) -> Result<()> {
    let until = Timestamp::parse(UNTIL)?;
    let url = platform.url().context("it is up")?;
    let answer = reqwest::Client::new()
        .post(format!("{url}/v1/events"))
        .bearer_auth(key)
        .header("content-type", "application/cloudevents+json")
        .body(encode_complete_until(SOURCE, until))
        .send()
        .await?;
    ensure!(answer.status().is_success(), "{}", answer.text().await?);
    let began = Instant::now();
    loop {
        let (_, text) = platform
            .answer(&format!("/api/v1/sources/{SOURCE}"))
            .await?;
        let said: Value = serde_json::from_str(&text)?;
        let judged = said["complete_until"].as_str().map(Timestamp::parse);
        if judged.transpose()?.is_some_and(|at| at >= until) {
            return Ok(());
        }
        ensure!(began.elapsed() < PATIENCE, "it is not judged: {text}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
