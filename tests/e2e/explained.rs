//! What the platform explains of a case is what it published of it, now and as known at each change; and the command says so to
//! people.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::corpus;
use crate::platform::{self, Log, Platform, place};

/// So many cases are asked about; each is read and judged anew.
const CASES_MAX: usize = 40;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_explained_is_what_was_published() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("log.ndjson");
    corpus::write(&file)?;
    let definitions = corpus::definitions();
    let log = Log {
        file: &file,
        definitions: &definitions,
        mapping: None,
    };
    let platform = Platform::up(folder.path())?;
    platform::import(log, &platform).await?;
    corpus::events_are_there(&platform).await?;
    let cases = cases_with_alerts(&platform).await?;
    ensure!(cases.len() > 5, "only {cases:?} have alerts");
    let mut changes = 0;
    for case in cases.iter().take(CASES_MAX) {
        changes += agrees(&platform, case).await?;
    }
    ensure!(changes > 5, "only {changes} changes were asked about");
    says_so(&platform, cases.first().context("a case")?)?;
    stands_in_an_appeal(&platform, folder.path()).await?;
    platform.stop().await
}

async fn cases_with_alerts(platform: &Platform) -> Result<Vec<String>> {
    let path = format!("/api/v1/alerts?source={}&limit=1000", corpus::SOURCE);
    let page: Value = serde_json::from_str(&platform.get(&path).await?)?;
    let alerts = page["alerts"].as_array().context("a list")?;
    let mut cases: Vec<String> = alerts
        .iter()
        .filter_map(|alert| Some(alert["case_no"].as_str()?.to_owned()))
        .collect();
    cases.sort();
    cases.dedup();
    Ok(cases)
}

/// Explained now and as known at every change: each time what was published by then. Answers how many changes there were.
async fn agrees(platform: &Platform, case: &str) -> Result<usize> {
    let path = format!("/api/v1/cases/{}/{case}", corpus::SOURCE);
    let shown: Value = serde_json::from_str(&platform.get(&path).await?)?;
    let now = explain(platform, &path, "").await?;
    ensure!(now["agrees"] == true, "{now:#}");
    ensure!(
        now["alerts"].as_array().map(Vec::len) == shown["alerts"].as_array().map(Vec::len),
        "{now:#}\n{shown:#}"
    );
    let hash = now["definitions"]["hash"].as_str().unwrap_or_default();
    ensure!(
        hash.len() == 64 && now["definitions"]["activated_offset"].is_u64(),
        "which definitions? {:#}",
        now["definitions"]
    );
    let events = now["events"].as_array().context("events")?;
    ensure!(
        events.iter().all(|e| e["known"] == true),
        "all is known by now: {now:#}"
    );
    let mut changes = 0;
    for alert in shown["alerts"].as_array().into_iter().flatten() {
        for change in alert["history"].as_array().into_iter().flatten() {
            let at = change["at"].as_str().context("an instant")?;
            let at = at.replace('+', "%2B");
            let then = explain(platform, &path, &format!("?as_known_at={at}")).await?;
            ensure!(then["agrees"] == true, "as known at {at}: {then:#}");
            changes += 1;
        }
    }
    Ok(changes)
}

async fn explain(platform: &Platform, case: &str, query: &str) -> Result<Value> {
    let text = platform.get(&format!("{case}/explain{query}")).await?;
    serde_json::from_str(&text).with_context(|| text.clone())
}

/// The command finds the case's source by itself and ends with what people want to know.
fn says_so(platform: &Platform, case: &str) -> Result<()> {
    let output = Command::new(place::program()?)
        .args([
            "explain",
            case,
            "--api",
            platform.url().context("it is up")?,
        ])
        .stdin(Stdio::null())
        .output()?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.success(), "{errors}");
    for part in [
        "一、适用的定义",
        "二、经过",
        "三、期限的逐日计算",
        "四、监察点",
        "五、预警的经过",
        "与平台已发布的预警一致",
    ] {
        ensure!(said.contains(part), "no {part} in:\n{said}");
    }
    Ok(())
}

/// The evidence of an alert verifies by the published key, and no longer once a byte of it has changed.
async fn stands_in_an_appeal(platform: &Platform, folder: &Path) -> Result<()> {
    let page: Value = serde_json::from_str(&platform.get("/api/v1/alerts?limit=1").await?)?;
    let alert = page["alerts"][0]["alert_id"].as_str().context("an alert")?;
    let key: Value = serde_json::from_str(&platform.get("/api/v1/evidence-key").await?)?;
    let key = key["public_key"].as_str().context("a key")?;
    let file = folder.join("evidence.json");
    let name = file.to_str().context("a path")?;
    let url = platform.url().context("it is up")?;
    let (taken, said) = command(&["evidence", alert, "--out", name, "--api", url])?;
    ensure!(taken, "{said}");
    let extracted = folder.join("extracted");
    let to = extracted.to_str().context("a path")?;
    let (believed, said) = command(&["evidence", "verify", name, "--key", key, "--extract", to])?;
    ensure!(believed && said.contains("核验通过"), "{said}");
    let report = std::fs::read_to_string(extracted.join("report.html"))?;
    for part in ["电子监察预警证据", "发出时所知的情况与理由", alert] {
        ensure!(report.contains(part), "no {part} in the report");
    }
    let issued: Value =
        serde_json::from_str(&std::fs::read_to_string(extracted.join("issued.json"))?)?;
    ensure!(
        issued["alerts"]
            .as_array()
            .into_iter()
            .flatten()
            .any(|a| a["alert_id"] == alert),
        "as known when it went out, it was not alleged: {issued:#}"
    );
    let mut bytes = std::fs::read(&file)?;
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&file, bytes)?;
    let (believed, said) = command(&["evidence", "verify", name, "--key", key])?;
    ensure!(!believed && said.contains("核验未通过"), "{said}");
    Ok(())
}

/// Whether the program ended well, and all that it said.
fn command(arguments: &[&str]) -> Result<(bool, String)> {
    let output = Command::new(place::program()?)
        .args(arguments)
        .stdin(Stdio::null())
        .output()?;
    let said = [output.stdout, output.stderr].concat();
    Ok((
        output.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    ))
}
