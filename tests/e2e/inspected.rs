//! From the front door to the API: a township types in a batch of old cases, an inspection finds it, the finding is a command in the log, the
//! alert it leads to is archived and shown, and a second run changes nothing.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::platform::Platform;

const SOURCE: &str = "township";

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
---
kind: rule_settings
id: township
version: '1'
effective_from: 2015-07-01
where: {region: '510525'}
set:
  - {rule: Q2, with: {count: 4}}
";

#[tokio::test(flavor = "multi_thread")]
async fn a_township_that_types_a_batch_in_afterwards_is_found_shown_and_found_once() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let platform = Platform::start(
        folder.path(),
        &[("MINGJING__SUPERVISE__TICK_EVERY", "200ms")],
    )?;
    platform.until_ready(true).await?;
    let definitions = folder.path().join("definitions");
    std::fs::create_dir(&definitions)?;
    std::fs::write(definitions.join("township.yaml"), DEFINITIONS)?;
    let key = platform.register(SOURCE, &definitions).await?;
    let url = platform.url().context("it is up")?.to_owned();
    let client = reqwest::Client::new();
    let live = json!({ "id": SOURCE, "clock": "live" });
    let declared = client
        .post(format!("{url}/v1/sources"))
        .json(&live)
        .send()
        .await?;
    ensure!(declared.status().is_success(), "{}", declared.text().await?);
    let sent = client
        .post(format!("{url}/v1/events"))
        .bearer_auth(&key)
        .header("content-type", "application/cloudevents-batch+json")
        .json(&batch())
        .send()
        .await?;
    ensure!(sent.status().is_success(), "{}", sent.text().await?);

    let run = async |dry_run: bool| -> Result<Value> {
        let asked = json!({ "from": "2026-03-10", "to": "2026-03-10", "dry_run": dry_run });
        let request = client
            .post(format!("{url}/api/v1/inspections/Q2"))
            .json(&asked);
        let answer = request.send().await?;
        let (status, text) = (answer.status(), answer.text().await?);
        ensure!(status.is_success(), "{status}: {text}");
        let answer: Value = serde_json::from_str(&text)?;
        Ok(answer["windows"][0].clone())
    };
    let dry = run(true).await?;
    let found = dry["findings"].as_array().context("findings")?;
    ensure!(found.len() == 1, "{dry}");
    let finding = &found[0]["finding"];
    ensure!(
        finding["total"] == 5 && found[0]["subject"]["key"] == "yhz",
        "{finding}"
    );
    let alerts = platform.get("/api/v1/alerts").await?;
    ensure!(
        !alerts.contains("inspection/Q2"),
        "a dry run says nothing: {alerts}"
    );

    let alert_id = run(false).await?["commands"][0]["alert_id"]
        .as_str()
        .context("a command")?
        .to_owned();
    let alert = shown(&platform, &alert_id).await?;
    let record = alert.get("alert").unwrap_or(&alert);
    ensure!(
        record["rule"] == "Q2" && record["subject_kind"] == "org" && record["status"] == "issued",
        "{record}"
    );
    ensure!(
        record["message"]
            .as_str()
            .is_some_and(|m| m.contains("演示乙镇") && m.contains("2026-03-10")),
        "{record}"
    );
    let again = run(false).await?;
    ensure!(
        again["commands"] == json!([]),
        "running it again says {again}"
    );
    platform.stop().await
}

/// The alert, as soon as it is archived.
async fn shown(platform: &Platform, alert_id: &str) -> Result<Value> {
    let path = format!("/api/v1/alerts/{alert_id}");
    for _ in 0..300 {
        let (status, text) = platform.answer(&path).await?;
        if status == 200 {
            return Ok(serde_json::from_str(&text)?);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    anyhow::bail!("{path} is never there")
}

/// Five cases of a week before, typed in one after the other on the afternoon of 10 March.
fn batch() -> Vec<Value> {
    let mut events = Vec::new();
    for case in 1..=5 {
        let acts = [
            ("accepted", "02", None),
            ("step_start", "03", Some("review")),
            ("step_end", "04", Some("review")),
        ];
        for (nth, (kind, day, step)) in acts.into_iter().enumerate() {
            let mut data = json!({
                "item_code": "GF-1", "org_code": "yhz", "region_code": "510525",
                "actor": { "id": "wang" },
                "entered_at": format!("2026-03-10T15:{:02}:00+08:00", case * 5 + nth),
            });
            if let Some(step) = step {
                data["step_code"] = json!(step);
            }
            events.push(json!({
                "specversion": "1.0", "type": format!("cn.mingjing.case.{kind}.v1"), "source": SOURCE,
                "id": format!("{case}-{nth}"), "subject": format!("case-{case}"),
                "time": format!("2026-03-{day}T09:00:00+08:00"), "data": data,
            }));
        }
    }
    events
}
