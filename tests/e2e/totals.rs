//! 对账 from end to end: a department writes its events and its control totals to its own topic, the console shows what differs, an
//! inspection tells it, and what comes after all ends that.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use mingjing_testkit::kafka::Broker;
use serde_json::{Value, json};

use crate::cluster::Start;
use crate::department::{self, Department, bare};
use crate::platform::{PATIENCE, Platform};

const SOURCE: &str = "counted";
const DAY: &str = "2026-03-10";

const DEFINITIONS: &str = "\
kind: body
code: yhz
name: 演示乙镇
region: '510525'
---
kind: item
code: GF-1
name: 临时救助
power_type: payment
level: township
region: '510525'
executing_body: yhz
legal_basis: [社会救助暂行办法]
effective_from: 2015-07-01
flowchart: relief
---
kind: flowchart
id: relief
version: '1'
name: 救助流程
effective_from: 2015-07-01
steps:
  - {code: review, name: 审核, no_limit: 由办结时限约束}
limits:
  - {id: whole, name: 办结, kind: case, from: [accepted], to: [closed], statutory: 20wd}
";

fn event(case: u32) -> Value {
    json!({
        "specversion": "1.0", "type": "cn.mingjing.case.accepted.v1", "source": SOURCE, "id": format!("e{case}"),
        "subject": format!("case-{case}"), "time": format!("{DAY}T09:00:00+08:00"),
        "data": { "item_code": "GF-1", "org_code": "yhz", "region_code": "510525" },
    })
}

fn totals(version: u32, made: u32) -> Value {
    json!({
        "specversion": "1.0", "type": "cn.mingjing.source.totals.v1", "source": SOURCE, "id": format!("totals-{version}"),
        "data": { "day": DAY, "data_version": version, "totals": [{ "item_code": "GF-1", "type": "accepted", "events": made }] },
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topics_totals_are_held_against_what_came_and_a_late_event_ends_what_differed()
-> Result<()> {
    let broker = tokio::task::spawn_blocking(Broker::start).await??;
    let folder = tempfile::tempdir()?;
    let site = Start::new(folder.path(), &broker, "")?;
    let platform = Platform::start(folder.path(), &site.environment())?;
    platform.until_ready(true).await?;
    let definitions = folder.path().join("definitions");
    std::fs::create_dir(&definitions)?;
    std::fs::write(definitions.join("township.yaml"), DEFINITIONS)?;
    platform.register(SOURCE, &definitions).await?;
    let url = platform.url().context("it is up")?.to_owned();
    let client = reqwest::Client::new();
    let live = json!({ "id": SOURCE, "name": "乙镇办件系统", "clock": "live", "org_code": "yhz" });
    let declared = client.post(format!("{url}/v1/sources")).json(&live);
    let declared = declared.send().await?;
    ensure!(declared.status().is_success(), "{}", declared.text().await?);

    let topic = department::topic_of(&platform, SOURCE).await?;
    platform
        .until_metric("mingjing_intake_topic_partitions", |n| n == 1)
        .await?;
    let writer = Department::new(&broker.address(), &topic, &[])?;
    // Says too many at first and corrects itself: the greater version counts.
    let records = [event(1), event(2), totals(1, 7), totals(2, 3)];
    writer.write(&records.iter().map(bare).collect::<Vec<_>>())?;
    let shown = until_day(&platform, |day| day["made"] == 3 && day["taken"] == 2).await?;
    let differing = &shown["differences"];
    ensure!(
        differing[0]["type"] == "accepted" && differing[0]["which_way"] == "platform_has_fewer",
        "{shown}"
    );

    let found = inspect(&platform).await?;
    let command = &found["commands"][0];
    ensure!(
        command["act"] == "found" && found["findings"].as_array().map(Vec::len) == Some(1),
        "{found}"
    );
    let alert_id = command["alert_id"].as_str().context("an alert")?;
    let alert = until_status(&platform, alert_id, "issued").await?;
    let message = alert["message"].as_str().unwrap_or_default();
    for part in [
        "乙镇办件系统",
        DAY,
        "申报当日产生事件 3 条",
        "收到 2 条",
        "少收 1 条",
        "GF-1",
        "受理",
    ] {
        ensure!(message.contains(part), "{part} is not in {message}");
    }
    ensure!(
        alert["subject_kind"] == "source"
            && alert["source"] == SOURCE
            && alert["org_code"] == "yhz",
        "{alert}"
    );
    let again = inspect(&platform).await?;
    ensure!(
        again["commands"] == json!([]),
        "running it again says {again}"
    );

    writer.write(&[bare(&event(3))])?;
    until_day(&platform, |day| day["taken"] == 3).await?;
    let cured = inspect(&platform).await?;
    ensure!(cured["commands"][0]["act"] == "over", "{cured}");
    until_status(&platform, alert_id, "ended").await?;
    platform.stop().await
}

async fn inspect(platform: &Platform) -> Result<Value> {
    let url = platform.url().context("it is up")?;
    let asked = json!({ "from": DAY, "to": DAY });
    let request = reqwest::Client::new()
        .post(format!("{url}/api/v1/inspections/Q14"))
        .json(&asked);
    let answer = request.send().await?;
    let (status, text) = (answer.status(), answer.text().await?);
    ensure!(status.is_success(), "{status}: {text}");
    let answer: Value = serde_json::from_str(&text)?;
    Ok(answer["windows"][0].clone())
}

/// Waits until the console shows the day so.
async fn until_day(platform: &Platform, wanted: impl Fn(&Value) -> bool) -> Result<Value> {
    let began = Instant::now();
    loop {
        let path = format!("/api/v1/sources/{SOURCE}?days=3000");
        let (_, text) = platform.answer(&path).await?;
        let shown: Value = serde_json::from_str(&text).unwrap_or_default();
        let days = shown["control_totals"].as_array();
        let day = days.and_then(|days| days.iter().find(|day| day["day"] == DAY));
        if let Some(day) = day.filter(|day| wanted(day)) {
            return Ok(day.clone());
        }
        ensure!(began.elapsed() < PATIENCE, "not shown so: {text}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn until_status(platform: &Platform, alert_id: &str, status: &str) -> Result<Value> {
    let began = Instant::now();
    loop {
        let (_, text) = platform
            .answer(&format!("/api/v1/alerts/{alert_id}"))
            .await?;
        let shown: Value = serde_json::from_str(&text).unwrap_or_default();
        if shown["alert"]["status"] == status {
            return Ok(shown["alert"].clone());
        }
        ensure!(
            began.elapsed() < PATIENCE,
            "{alert_id} is not {status}: {text}"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
