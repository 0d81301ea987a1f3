//! Definitions with a life, as the offices of a city live it: drafted, reviewed, published with an effective date, by the command and over
//! HTTP; the platform is killed in between, and nothing is lost or done twice. A case keeps the version that was in force when it was accepted. What
//! stands here is what the tests below share.

mod drawn;
mod installed;
mod judged;
mod lists;
mod published;
mod refused;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use chrono_tz::Asia::Shanghai;
use mingjing_domain::Timestamp;
use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::platform::{PATIENCE, Platform, place};

const SET: &str = include_str!("definitions/licence.yaml");
const SOURCE: &str = "office";
const AHEAD: (&str, &str) = ("MINGJING_CLOCK_AHEAD", "26h");

/// So many days after today, where people work.
fn day(after: i64) -> String {
    let now_ms = i64::try_from(
        std::time::UNIX_EPOCH
            .elapsed()
            .unwrap_or_default()
            .as_millis(),
    );
    let now = Timestamp::from_millis(now_ms.unwrap_or(0)).plus_millis(after * 86_400_000);
    now.local_date(Shanghai).to_string()
}

/// The flowchart of the set with a shorter promise, as a version of its own.
fn shorter(version: &str, from: &str) -> String {
    let chart = SET
        .split("---\n")
        .find(|text| text.contains("kind: flowchart"));
    chart
        .expect("the set has a flowchart")
        .replace("version: '1'", &format!("version: '{version}'"))
        .replace(
            "effective_from: 2020-01-01",
            &format!("effective_from: {from}"),
        )
        .replace("promised: 5wd", "promised: 3wd")
}

fn who(person: &str, body: &str, office: &str) -> Value {
    json!({"person": person, "body": body, "office": office})
}

fn list<'v>(value: &'v Value, field: &str) -> impl Iterator<Item = &'v Value> {
    value[field].as_array().into_iter().flatten()
}

/// Publishes the set and registers a live source; answers its key.
async fn register(platform: &Platform) -> Result<String> {
    let files = json!({"files": [{"name": format!("{SOURCE}/licence.yaml"), "text": SET}]});
    done(platform, Method::POST, "/v1/definitions", &files).await?;
    let source = json!({"id": SOURCE, "clock": "live"});
    let answer = done(platform, Method::POST, "/v1/sources", &source).await?;
    Ok(answer["key"].as_str().context("a key")?.to_owned())
}

/// A case that is accepted now, by a clock that is so many hours ahead.
async fn send(platform: &Platform, key: &str, case: &str, ahead_hours: i64) -> Result<()> {
    let now_ms = i64::try_from(std::time::UNIX_EPOCH.elapsed()?.as_millis())?;
    let at = Timestamp::from_millis(now_ms).plus_millis(ahead_hours * 3_600_000);
    let event = json!({
        "specversion": "1.0", "id": format!("{case}-1"), "source": SOURCE, "subject": case,
        "type": "cn.mingjing.case.accepted.v1", "time": at.to_rfc3339(Shanghai),
        "datacontenttype": "application/json",
        "data": {"item_code": "e2e-licence", "org_code": "e2e-body"},
    });
    let url = platform.url().context("it is up")?;
    let request = Client::new()
        .post(format!("{url}/v1/events"))
        .bearer_auth(key)
        .header("content-type", "application/cloudevents+json");
    let answer = request.body(event.to_string()).send().await?;
    let status = answer.status();
    ensure!(status.is_success(), "{status}: {}", answer.text().await?);
    Ok(())
}

/// The flowchart that a case is judged by, once it is archived.
async fn flowchart_of(platform: &Platform, case: &str) -> Result<String> {
    let began = Instant::now();
    loop {
        let (status, text) = platform
            .answer(&format!("/api/v1/cases/{SOURCE}/{case}/explain"))
            .await?;
        let told: Value = serde_json::from_str(&text).unwrap_or_default();
        if let Some(flowchart) = told["definitions"]["flowchart"].as_str()
            && status == 200
        {
            return Ok(flowchart.to_owned());
        }
        ensure!(began.elapsed() < PATIENCE, "{case}: {status}: {text}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

/// Drafted, reviewed by all who have to, and published; answers its id.
async fn publish(platform: &Platform, text: &str) -> Result<String> {
    let author = who("fg-01", "e2e-body", "法规科");
    let draft = json!({"text": text, "who": author, "why": "试验"});
    let drafted = done(platform, Method::POST, "/api/v1/drafts", &draft).await?;
    let id = drafted["id"].as_str().context("an id")?.to_owned();
    let of = |act: &str| format!("/api/v1/drafts/{id}/{act}");
    let said = json!({"who": author, "why": "试验"});
    let mut shown = done(platform, Method::POST, &of("submit"), &said).await?;
    while let Some(role) = shown["awaited"][0]["code"].as_str() {
        let by = who(role, role, "一科");
        shown = match role {
            "government" => {
                let approve = json!({"who": by, "why": "批准"});
                done(platform, Method::POST, &of("approve"), &approve).await?
            }
            _ => {
                let review = json!({"role": role, "verdict": "agree", "who": by, "why": "审核"});
                done(platform, Method::POST, &of("review"), &review).await?
            }
        };
    }
    let publish = json!({"who": who("op-1", "", ""), "why": "公布"});
    done(platform, Method::POST, &of("publish"), &publish).await?;
    Ok(id)
}

async fn until_state(platform: &Platform, id: &str, wanted: &str) -> Result<Value> {
    let began = Instant::now();
    loop {
        let shown = got(platform, &format!("/api/v1/drafts/{id}")).await?;
        if shown["state"] == wanted {
            return Ok(shown);
        }
        ensure!(began.elapsed() < PATIENCE, "{shown:#}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

async fn got(platform: &Platform, path: &str) -> Result<Value> {
    Ok(serde_json::from_str(&platform.get(path).await?)?)
}

/// What it answers, good or bad.
async fn ask(
    platform: &Platform,
    method: Method,
    path: &str,
    body: &Value,
) -> Result<(u16, Value)> {
    let url = platform.url().context("it is up")?;
    let answer = Client::new()
        .request(method, format!("{url}{path}"))
        .json(body)
        .send()
        .await?;
    let status = answer.status().as_u16();
    let text = answer.text().await?;
    Ok((
        status,
        serde_json::from_str(&text).with_context(|| text.clone())?,
    ))
}

async fn done(platform: &Platform, method: Method, path: &str, body: &Value) -> Result<Value> {
    let (status, answer) = ask(platform, method, path, body).await?;
    ensure!(
        (200..300).contains(&status),
        "{path} {body}: {status} {answer:#}"
    );
    Ok(answer)
}

fn command(platform: &Platform, arguments: &[&str]) -> Result<String> {
    let output = Command::new(place::program()?)
        .args(arguments)
        .args(["--api", platform.url().context("it is up")?])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .stdin(Stdio::null())
        .output()?;
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.success(), "{arguments:?}: {errors}");
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
