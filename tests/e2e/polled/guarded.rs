//! Polling over TLS, by a sequence, and saying that a source is complete: against the real databases.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use mingjing_domain::Timestamp;
use serde_json::Value;

use super::site::{Running, Site};
use super::{SOURCE, complete, definitions, events, until_events};
use crate::alerts::ensure_equal;
use crate::front::{Department, Front, Kind, TABLES};
use crate::platform::{PATIENCE, Platform};

#[tokio::test(flavor = "multi_thread")]
async fn postgresql_over_a_network_has_to_show_a_certificate_that_is_trusted() -> Result<()> {
    has_to_show_a_certificate(Kind::Postgres).await
}

#[tokio::test(flavor = "multi_thread")]
async fn mariadb_over_a_network_has_to_show_a_certificate_that_is_trusted() -> Result<()> {
    has_to_show_a_certificate(Kind::MariaDb).await
}

async fn has_to_show_a_certificate(kind: Kind) -> Result<()> {
    let mut front = Front::over_network(kind).await?;
    let mut department = Department::new(&front, 2, 5)?;
    while department.write(&front, 50)? {}
    let mut site = Site::new(&front)?;
    let platform = Platform::up(&site.data())?;
    let key = platform.register(SOURCE, &definitions()).await?;

    site.address = front.network_address("localhost")?;
    let untrusted = site.fails(&platform, &key)?;
    ensure!(untrusted.contains("database.ca_file"), "{untrusted}");

    let issuer = front.issuer().display().to_string();
    site.database = format!("ca_file = '{issuer}'\n");
    site.address = front.network_address("127.0.0.1")?;
    let another = site.fails(&platform, &key)?;
    ensure!(another.contains("made out for another name"), "{another}");

    site.address = front.network_address("localhost")?;
    let taken = site.once(&platform, &key)?;
    ensure!(!taken.contains(" 0 taken"), "{taken}");
    ensure!(
        events(&platform).await? > 0 || platform_has_some(&platform).await?,
        "nothing came"
    );

    // A server that has no TLS is not spoken to unless that is said in so many words.
    front.without_tls().await?;
    let plain = site.fails(&platform, &key)?;
    ensure!(plain.contains("offers no TLS"), "{plain}");
    site.database = "tls = 'off'\n".into();
    site.once(&platform, &key)?;
    platform.stop().await
}

/// The archive follows a moment later.
async fn platform_has_some(platform: &Platform) -> Result<bool> {
    let began = Instant::now();
    while events(platform).await? == 0 {
        if began.elapsed() > PATIENCE {
            return Ok(false);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(true)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postgresql_read_by_a_sequence_raises_what_replay_raises_of_its_dump() -> Result<()> {
    read_by_a_sequence(Kind::Postgres).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mariadb_read_by_a_sequence_raises_what_replay_raises_of_its_dump() -> Result<()> {
    read_by_a_sequence(Kind::MariaDb).await
}

/// Each write gets a number, and nothing is known of when; a number that was drawn early is committed late.
async fn read_by_a_sequence(kind: Kind) -> Result<()> {
    let front = Front::start(kind).await?;
    let mut department = Department::new(&front, 8, 5)?;
    for table in TABLES {
        front.number(table)?;
    }
    let mut site = Site::new(&front)?;
    site.read += "overlap_numbers = 5\n";
    for table in TABLES {
        site.tables += &format!("[tables.{table}]\nposition = 'written_no'\n");
    }
    let platform = Platform::up(&site.data())?;
    let key = platform.register(SOURCE, &definitions()).await?;
    while department.write(&front, 9)? {
        site.once(&platform, &key)?;
    }
    let said = site.once(&platform, &key)?;
    ensure!(!said.contains("are held"), "all is corrected: {said}");
    complete(&platform, &key).await?;
    let before = events(&platform).await?;
    front.write(
        "INSERT INTO up_pro_result (row_guid, project_no, cd_operation, cd_time, result_date, result_type, written_no) SELECT \
         'late', 'P0000', 'I', max(cd_time), max(cd_time), '补录', max(written_no) - 3 FROM up_pro_result;",
    )?;
    site.once(&platform, &key)?;
    // A row of a result says two things: decided, and closed.
    until_events(&platform, before + 2).await?;
    complete(&platform, &key).await?;
    for table in TABLES {
        front.no_numbers(table)?;
    }
    let (expected, found) = (site.replay_of_dump(&front)?, platform.alerts(SOURCE).await?);
    ensure!(!expected.is_empty(), "the department breaks nothing");
    ensure_equal("by a sequence", &expected, &found)?;
    platform.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_is_said_to_be_complete_some_time_after_and_never_while_a_row_is_held()
-> Result<()> {
    let front = Front::start(Kind::Postgres).await?;
    let mut department = Department::new(&front, 4, 5)?;
    while department.write(&front, 50)? {}
    let mut site = Site::new(&front)?;
    site.read += "overlap = '1s'\ncomplete_after = '1s'\n";
    let platform = Platform::up(&site.data())?;
    let key = platform.register(SOURCE, &definitions()).await?;
    let began = Timestamp::parse(&now(&platform).await?)?;
    let poll = Running::start(&site, &platform, &key).await?;
    let first = until_complete(&platform, began.plus_millis(-60_000)).await?;
    ensure!(
        first <= Timestamp::parse(&now(&platform).await?)?,
        "{first} is to come"
    );
    until_complete(&platform, first.plus_millis(1_000)).await?;

    front.write("UPDATE up_pro_accept SET project_type = '7', cd_time = cd_time + interval '1 second' WHERE project_no = 'P0003';")?;
    poll.until_metric("mingjing_poll_rows_held", |held| held > 0.0)
        .await?;
    let rounds = "mingjing_poll_rounds_total";
    let so_far = poll.metric(rounds).await?;
    let held_at = poll
        .metric("mingjing_poll_complete_until_timestamp_seconds")
        .await?;
    poll.until_metric(rounds, |now| now > so_far + 20.0).await?;
    ensure!(
        poll.metric("mingjing_poll_complete_until_timestamp_seconds")
            .await?
            == held_at,
        "it is said to be complete while a row is held"
    );
    front.write("UPDATE up_pro_accept SET project_type = '2' WHERE project_no = 'P0003';")?;
    let until = Timestamp::from_millis((held_at * 1_000.0) as i64 + 1_000);
    until_complete(&platform, until).await?;
    drop(poll);
    platform.stop().await
}

async fn now(platform: &Platform) -> Result<String> {
    let answer: Value = serde_json::from_str(&platform.get("/api/v1/platform").await?)?;
    Ok(answer["now_at"].as_str().context("a clock")?.to_owned())
}

/// Waits until all partitions know the source complete up to then.
async fn until_complete(platform: &Platform, until: Timestamp) -> Result<Timestamp> {
    let began = Instant::now();
    loop {
        let (_, text) = platform
            .answer(&format!("/api/v1/sources/{SOURCE}"))
            .await?;
        let said: Value = serde_json::from_str(&text)?;
        let known = said["complete_until"]
            .as_str()
            .map(Timestamp::parse)
            .transpose()?;
        if let Some(known) = known.filter(|known| *known >= until) {
            return Ok(known);
        }
        ensure!(
            began.elapsed() < PATIENCE,
            "not complete until {until}: {text}"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
