//! Bulletins that are drafted by themselves: one of a kind, period and region, whenever the process is killed and however often it begins again; none beside one
//! that somebody drafted by hand.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use chrono_tz::Asia::Shanghai;
use mingjing_domain::period::Period;
use serde_json::{Value, json};

use crate::platform::{PATIENCE, Platform};

const BULLETINS: &str = "/api/v1/bulletins";
/// Of the month before this one, or of the one before that: due since midnight of a first working day.
const PLANS: (&str, &str) = (
    "MINGJING__BULLETINS__PLANS",
    "{monthly = {every = \"month\", regions = \"510500,510503\", day = 1, at = \"0:00\", to = \"各单位\", copies = \"市委办公室\"}}",
);

#[tokio::test(flavor = "multi_thread")]
async fn a_planned_bulletin_is_drafted_once_through_kills_and_beside_none_by_hand() -> Result<()> {
    let folder = tempfile::tempdir()?;
    // Killed at whatever place it has come to.
    for wait in [0, 150, 400] {
        let mut platform = Platform::start(folder.path(), &[PLANS])?;
        platform.until_ready(true).await?;
        tokio::time::sleep(Duration::from_millis(wait)).await;
        platform.kill()?;
        platform.ended().await?;
    }
    let platform = Platform::start(folder.path(), &[PLANS])?;
    platform.until_ready(true).await?;
    let drafted = until_drafted(&platform, 2).await?;
    for bulletin in &drafted {
        ensure!(
            bulletin["state"] == "draft"
                && bulletin["kind"] == "bulletin"
                && bulletin["drafted_by"]["person"] == "mingjing",
            "{bulletin:#}"
        );
    }
    let regions: Vec<&str> = drafted
        .iter()
        .filter_map(|b| b["region"].as_str())
        .collect();
    ensure!(
        regions.contains(&"510500") && regions.contains(&"510503"),
        "{drafted:#?}"
    );
    let id = drafted[0]["id"].as_str().context("an id")?;
    let whole = platform.get(&format!("{BULLETINS}/{id}")).await?;
    let whole: Value = serde_json::from_str(&whole)?;
    ensure!(
        whole["document"]["to"] == "各单位" && whole["document"]["copies"] == "市委办公室",
        "{whole:#}"
    );
    platform.stop().await?;

    // What was discarded is not made again.
    let platform = Platform::start(folder.path(), &[PLANS])?;
    platform.until_ready(true).await?;
    let said = json!({ "who": { "person": "s-1" }, "why": "不印发", "key": "d-1" });
    let (status, told) = post(&platform, &format!("{BULLETINS}/{id}/discard"), &said).await?;
    ensure!(status == 200, "{status} {told:#}");
    platform.stop().await?;
    let platform = Platform::start(folder.path(), &[PLANS])?;
    platform.until_ready(true).await?;
    // The first look is at once; nothing tells of one that finds nothing to do.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let again = until_drafted(&platform, 2).await?;
    ensure!(
        again.iter().any(|one| one["state"] == "discarded"),
        "{again:#?}"
    );
    ensure!(platform.metric("mingjing_api_bulletins_undrafted").await? == 0);
    platform.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_drafted_beside_what_somebody_drafted() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let platform = Platform::start(folder.path(), &[])?;
    platform.until_ready(true).await?;
    // Whichever of the two last months is due.
    let month = Period::month_of(chrono::Utc::now().into(), Shanghai);
    for (n, period) in [month.previous(), month.previous().previous()]
        .into_iter()
        .enumerate()
    {
        let said = json!({
            "kind": "bulletin", "period": period.to_string(), "region": "510500",
            "who": { "person": "s-1" }, "key": format!("h-{n}"),
        });
        let (status, told) = post(&platform, BULLETINS, &said).await?;
        ensure!(status == 200, "{status} {told:#}");
    }
    platform.stop().await?;
    let platform = Platform::start(folder.path(), &[PLANS])?;
    platform.until_ready(true).await?;
    // That of the other region comes after this one was looked at.
    let drafted = until_drafted(&platform, 3).await?;
    let planned: Vec<&Value> = drafted
        .iter()
        .filter(|one| one["drafted_by"]["person"] == "mingjing")
        .collect();
    ensure!(
        planned.len() == 1 && planned[0]["region"] == "510503",
        "{drafted:#?}"
    );
    platform.stop().await
}

/// The bulletins there are, as soon as there are so many; more are never right.
async fn until_drafted(platform: &Platform, count: usize) -> Result<Vec<Value>> {
    let began = Instant::now();
    loop {
        let told: Value = serde_json::from_str(&platform.get(BULLETINS).await?)?;
        let found = told["bulletins"].as_array().context("bulletins")?;
        ensure!(found.len() <= count, "{found:#?}");
        if found.len() == count {
            return Ok(found.clone());
        }
        ensure!(began.elapsed() < PATIENCE, "{found:#?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn post(platform: &Platform, path: &str, body: &Value) -> Result<(u16, Value)> {
    let url = platform.url().context("it listens")?;
    let request = reqwest::Client::new().post(format!("{url}{path}"));
    let request = request.header("x-requested-with", "mingjing").json(body);
    let answer = request.send().await?;
    let status = answer.status().as_u16();
    Ok((status, answer.json().await?))
}
