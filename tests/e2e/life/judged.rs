//! Judging reads the register as it was changed through the API (A3, A4, A5, A8): a certificate that ends, a post that is left, and an
//! entrusted body that begins count from their day on, and no earlier.

use anyhow::{Result, ensure};
use reqwest::Method;
use serde_json::json;

use super::*;

/// Whom the item's own body is not.
const STREET: &str = "e2e-street";
/// zhang and li are certified and in post; chen holds nothing yet.
const ENFORCEMENT: &str = include_str!("enforcement.yaml");

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_ends_by_the_register_raises_with_the_next_act_and_none_before()
-> Result<()> {
    let data = tempfile::tempdir()?;
    let platform = Platform::up(data.path())?;
    let files = json!({"files": [{"name": "cgj/all.yaml", "text": ENFORCEMENT}]});
    done(&platform, Method::POST, "/v1/definitions", &files).await?;
    let source = json!({"id": "cgj", "clock": "live", "delay_allowance_hours": 0});
    let answer = done(&platform, Method::POST, "/v1/sources", &source).await?;
    let key = answer["key"].as_str().context("a key")?.to_owned();
    act(&platform, &key, "before", &["li", "zhang"], 0).await?;

    // Li's certificate ends today, and he leaves his post; chen takes both from tomorrow on. By the command.
    let (today, tomorrow) = (day(0), day(1));
    let register = ENFORCEMENT
        .split("---\n")
        .find(|text| text.contains("code: e2e-cgj\n"))
        .context("the body")?;
    let li = "{id: li, post: p, cert_no: E-2, cert_from: 2020-01-01, cert_until: 2099-12-31}";
    ensure!(register.contains(li));
    let changed = register.replace(
        li,
        &format!(
            "{{id: li, post: p, until: {today}, cert_no: E-2, cert_from: 2020-01-01, cert_until: {today}}}\n      \
             - {{id: chen, post: p, from: {tomorrow}, cert_no: E-3, cert_from: {tomorrow}, cert_until: 2099-12-31}}"
        ),
    );
    let file = data.path().join("cgj.yaml");
    std::fs::write(&file, changed)?;
    let file = file.to_str().context("a path of UTF-8")?;
    let said = command(
        &platform,
        &[
            "register",
            "put",
            "e2e-cgj",
            file,
            "--who",
            "rs-1@e2e-cgj/人事科",
            "--why",
            "证件注销、岗位调整",
        ],
    )?;
    ensure!(said.contains("已公布"), "{said}");
    // Still his last day.
    act(&platform, &key, "last-day", &["li", "zhang"], 0).await?;

    // A body that is neither the item's own nor acts in its stead, and which a reviewed change empowers from tomorrow on.
    act_of(&platform, &key, "stranger", STREET, &["x", "y"], 0).await?;
    let item = ENFORCEMENT
        .split("---\n")
        .find(|text| text.contains("kind: item"))
        .context("the item")?;
    let acting = format!(
        "{item}acting_bodies:\n  - {{body: {STREET}, ground: empowered_township, areas: ['510502'], from: {tomorrow}, basis: 赋权清单}}\n"
    );
    publish(&platform, &acting).await?;
    act_of(&platform, &key, "too-early", STREET, &["x", "y"], 0).await?;
    platform.stop().await?;

    let platform = Platform::start(data.path(), &[AHEAD])?;
    act(&platform, &key, "after", &["li", "zhang"], 26).await?;
    act(&platform, &key, "replaced", &["chen", "zhang"], 26).await?;
    act_of(&platform, &key, "empowered", STREET, &["x", "y"], 26).await?;
    let expected = [
        "after certificate",
        "after not-assigned",
        "after two-officers",
        "stranger wrong-body",
        "too-early wrong-body",
    ];
    let began = Instant::now();
    loop {
        let found = alerts(&platform).await?;
        let known = closed(&platform, "replaced").await? && closed(&platform, "empowered").await?;
        if known && found.len() >= expected.len() {
            ensure!(found == expected, "{found:?}");
            break;
        }
        ensure!(began.elapsed() < PATIENCE, "{found:?}");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    platform.stop().await
}

/// Case and control point of every alert that is out, in order.
async fn alerts(platform: &Platform) -> Result<Vec<String>> {
    let text = platform.get("/api/v1/alerts/export?source=cgj").await?;
    let mut found = Vec::new();
    for line in text.lines() {
        let alert: Value = serde_json::from_str(line)?;
        let word = |field: &str| alert[field].as_str().unwrap_or_default().to_owned();
        found.push(format!("{} {}", word("case_no"), word("control_point")));
    }
    found.sort();
    Ok(found)
}

/// Whether the archive has a case's act.
async fn closed(platform: &Platform, case: &str) -> Result<bool> {
    let (status, _) = platform
        .answer(&format!("/api/v1/cases/cgj/{case}/explain"))
        .await?;
    Ok(status == 200)
}

async fn act(
    platform: &Platform,
    key: &str,
    case: &str,
    by: &[&str],
    ahead_hours: i64,
) -> Result<()> {
    act_of(platform, key, case, "e2e-cgj", by, ahead_hours).await
}

/// An investigation that two officers end, so many hours ahead.
async fn act_of(
    platform: &Platform,
    key: &str,
    case: &str,
    body: &str,
    by: &[&str],
    ahead_hours: i64,
) -> Result<()> {
    let now_ms = i64::try_from(std::time::UNIX_EPOCH.elapsed()?.as_millis())?;
    let at = Timestamp::from_millis(now_ms).plus_millis(ahead_hours * 3_600_000);
    let officer = |id: &str| json!({"id": id});
    let region = if body == STREET { "510502" } else { "510500" };
    let event = json!({
        "specversion": "1.0", "id": format!("{case}-1"), "source": "cgj", "subject": case,
        "type": "cn.mingjing.case.step_end.v1", "time": at.to_rfc3339(Shanghai),
        "datacontenttype": "application/json",
        "data": {
            "item_code": "e2e-penalty", "org_code": body, "region_code": region, "step_code": "investigate",
            "actor": officer(by[0]),
            "co_actors": by[1..].iter().map(|id| officer(id)).collect::<Vec<_>>(),
        },
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
