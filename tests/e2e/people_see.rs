//! How far people see: whoever is of one district and one body gets nothing of another's by any route, and the live stream ends with the
//! session.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use mingjing_domain::Timestamp;
use mingjing_wire::cloudevents::encode_complete_until;
use serde_json::{Value, json};

use crate::people::{Cookie, SETTINGS, Site, open, ready};
use crate::platform::{PATIENCE, Platform};

const SOURCE: &str = "office";
const SET: &str = include_str!("definitions/licence.yaml");
/// Two bodies in two districts.
const BODIES: &str = "
---
kind: body
code: qu-a
name: 甲区审批局
region: '510502'
---
kind: body
code: qu-b
name: 乙区审批局
region: '510503'
---
kind: score_model
id: monthly
version: '1'
name: 月度考评
effective_from: 2020-01-01
period: month
subject: body
min_base: 1
appeal_within: 5wd
grades: {excellent: 95, good: 85, qualified: 60}
parts: [{id: all, name: 全部, points: 100, items: [{id: hand, name: 巡查, manual: {min: -10}}]}]
";

#[tokio::test(flavor = "multi_thread")]
async fn a_handler_of_one_district_sees_nothing_of_anothers_by_any_route() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let platform = Platform::start(folder.path(), &SETTINGS)?;
    platform.until_ready(true).await?;
    let site = Site::of(&platform)?;
    let declared = json!({ "id": SOURCE, "clock": "declared" });
    let key = source(&site, &declared).await?;
    send(
        &site,
        &key,
        &[("a-1", "510502", "qu-a"), ("b-1", "510503", "qu-b")],
        2,
    )
    .await?;
    let city = ready(&site, &open("city", "s-1", &["supervision"], "")).await?;
    let theirs = until_alert(&site, &city, "b-1").await?;
    let own = until_alert(&site, &city, "a-1").await?;

    let mut opening = open("han", "h-1", &["department_handler"], "510502");
    opening["rights"]["body"] = json!("qu-a");
    let han = ready(&site, &opening).await?;
    let district = ready(&site, &open("qu", "s-2", &["supervision"], "510500")).await?;
    let sees_both = site.text(district.get(&site, "/api/v1/alerts")).await?;
    ensure!(
        sees_both.1.contains("a-1") && sees_both.1.contains("b-1"),
        "a city holds its districts: {}",
        sees_both.1
    );
    let district = ready(&site, &open("qu-a", "s-3", &["supervision"], "510502")).await?;

    let confirm = json!({ "why": "经核实", "key": "k-1" });
    let path = format!("/api/v1/alerts/{theirs}/confirm");
    let (status, told) = site
        .answer(city.send(&site, "POST", &path, &confirm))
        .await?;
    ensure!(status == 200, "{status} {told:#}");
    ensure!(
        told["alert"]["disposition"]["state"] == "confirmed",
        "{told:#}"
    );
    let command = told["command_id"].as_str().context("a command")?;
    for person in [&han, &district] {
        by_every_route(&site, person, &theirs, command).await?;
        let (status, page) = site.answer(person.get(&site, "/api/v1/alerts")).await?;
        let found: Vec<&Value> = page["alerts"].as_array().into_iter().flatten().collect();
        ensure!(
            status == 200
                && found.iter().any(|alert| alert["alert_id"] == own.as_str())
                && found.iter().all(|alert| alert["case_no"] == "a-1"),
            "{page:#}"
        );
        gravest_of_what_is_seen(&site, person).await?;
        let (_, counts) = site.answer(person.get(&site, "/api/v1/counts")).await?;
        let mut bodies = counts["by_org"].as_array().into_iter().flatten();
        ensure!(
            counts["cases"] == 1 && bodies.all(|of| of["org_code"] == "qu-a"),
            "{counts:#}"
        );
    }
    asked_by_name(&site, &han, &theirs).await?;
    a_region_is_asked_for_with_what_lies_in_it(&site, &city).await?;
    as_oneself(&site, &han, &own).await?;
    the_live_stream(&site, &key, &city, &han).await?;
    platform.stop().await
}

/// Of each case the gravest: no alert that is not seen stands for one that is, or is counted behind it.
async fn gravest_of_what_is_seen(site: &Site, person: &Cookie) -> Result<()> {
    let path = "/api/v1/alerts?top_of_case=true&total=true&limit=1000";
    let (status, page) = site.answer(person.get(site, path)).await?;
    let rows: Vec<&Value> = page["alerts"].as_array().into_iter().flatten().collect();
    let others: Option<u64> = rows.iter().map(|row| row["others"].as_u64()).sum();
    let count = rows.len() as u64;
    ensure!(
        status == 200
            && count > 0
            && page["rows"] == count
            && others.is_some_and(|others| page["total"] == count + others)
            && rows.iter().all(|row| row["case_no"] == "a-1"),
        "{page:#}"
    );
    Ok(())
}

/// Every operation that reads: what answers names nothing of the other district's.
async fn by_every_route(site: &Site, person: &Cookie, alert: &str, command: &str) -> Result<()> {
    let (_, document) = site
        .answer(site.request("GET", "/api/v1/openapi.json"))
        .await?;
    let paths = document["paths"].as_object().context("it has paths")?;
    let mut answered = 0;
    for (path, operations) in paths {
        // The stream does not end; it is looked at apart.
        if operations["get"].is_null() || path.ends_with("/stream") {
            continue;
        }
        let asked = path
            .replace("{alert_id}", alert)
            .replace("{command_id}", command)
            .replace("{case_no}", "b-1")
            .replace("{source}", SOURCE)
            .replace(['{', '}'], "");
        for query in ["", "?case_no=b-1", "?region=510503", "?org_code=qu-b"] {
            let request = person.get(site, &format!("{asked}{query}"));
            let (status, text) = site.text(request).await?;
            if status == 200 {
                answered += 1;
                ensure!(
                    !text.contains(alert) && !names_case(&text),
                    "{asked}{query}: {text}"
                );
            }
        }
    }
    ensure!(answered > 10, "only {answered} were answered");
    Ok(())
}

/// Whether a text names the other's case otherwise than by repeating what it was asked.
fn names_case(text: &str) -> bool {
    text.contains("\"b-1\"")
}

async fn asked_by_name(site: &Site, han: &Cookie, alert: &str) -> Result<()> {
    let appeal = json!({ "why": "不服", "key": "k-2" });
    for (method, path) in [
        ("GET", format!("/api/v1/alerts/{alert}")),
        ("GET", format!("/api/v1/alerts/{alert}/evidence")),
        ("GET", format!("/api/v1/cases/{SOURCE}/b-1")),
        ("GET", format!("/api/v1/cases/{SOURCE}/b-1/explain")),
        ("POST", format!("/api/v1/alerts/{alert}/appeal")),
        ("GET", "/api/v1/alerts/00ff00ff".to_owned()),
    ] {
        let request = match method {
            "GET" => han.get(site, &path),
            _ => han.send(site, method, &path, &appeal),
        };
        let (status, told) = site.answer(request).await?;
        ensure!(
            status == 404 && told["reason"] == "not_found",
            "{method} {path}: {status} {told:#}"
        );
    }
    let (_, found) = site
        .answer(han.get(site, "/api/v1/cases?case_no=b-1"))
        .await?;
    ensure!(found == json!({ "cases": [], "next": null }), "{found:#}");
    let (_, found) = site
        .answer(han.get(site, "/api/v1/cases?limit=1000"))
        .await?;
    let listed: Vec<&Value> = found["cases"].as_array().into_iter().flatten().collect();
    ensure!(
        !listed.is_empty() && listed.iter().all(|case| case["org_code"] == "qu-a"),
        "they see their own cases and no other: {found:#}"
    );
    let (status, _) = site
        .answer(han.get(site, &format!("/api/v1/cases/{SOURCE}/a-1/explain")))
        .await?;
    ensure!(status == 200, "their own case is theirs: {status}");
    Ok(())
}

/// Lists are narrowed to a region as what an account sees is: a city's code holds its districts, in every list alike.
async fn a_region_is_asked_for_with_what_lies_in_it(site: &Site, city: &Cookie) -> Result<()> {
    for (list, [one, other]) in [
        ("alerts", ["\"a-1\"", "\"b-1\""]),
        ("cases", ["\"a-1\"", "\"b-1\""]),
        ("register", ["\"qu-a\"", "\"qu-b\""]),
        (
            "scores?model=monthly&period=2026-03",
            ["\"qu-a\"", "\"qu-b\""],
        ),
    ] {
        let and = if list.contains('?') { '&' } else { '?' };
        for (region, wanted) in [
            ("510500", [true, true]),
            ("5105", [true, true]),
            ("510503", [false, true]),
            ("510600", [false, false]),
        ] {
            let path = format!("/api/v1/{list}{and}region={region}");
            let (status, text) = site.text(city.get(site, &path)).await?;
            let found = [text.contains(one), text.contains(other)];
            ensure!(status == 200 && found == wanted, "{path}: {status} {text}");
        }
        let path = format!("/api/v1/{list}{and}region=5105031");
        let (status, told) = site.answer(city.get(site, &path)).await?;
        let words = told["message_zh"].as_str().unwrap_or_default();
        ensure!(
            status == 400 && words.contains("行政区划代码"),
            "{path}: {status} {told:#}"
        );
    }
    Ok(())
}

/// Nobody acts in another's name, and what is recorded is who signed in.
async fn as_oneself(site: &Site, han: &Cookie, own: &str) -> Result<()> {
    let path = format!("/api/v1/alerts/{own}/answer");
    let mut body = json!({ "why": "已补正", "key": "k-3", "who": { "person": "s-1" } });
    let (status, told) = site.answer(han.send(site, "POST", &path, &body)).await?;
    ensure!(status == 400, "{status} {told:#}");
    body["who"] = json!({ "person": "h-1" });
    let (status, told) = site.answer(han.send(site, "POST", &path, &body)).await?;
    ensure!(status == 200, "{status} {told:#}");
    let shown = told["alert"]["disposition"].to_string();
    ensure!(shown.contains("h-1") && !shown.contains("s-1"), "{shown}");
    Ok(())
}

async fn the_live_stream(site: &Site, key: &str, city: &Cookie, han: &Cookie) -> Result<()> {
    let stream = han.get(site, "/api/v1/alerts/stream").send().await?;
    ensure!(stream.status() == 200, "{}", stream.status());
    let mut stream = stream;
    send(site, key, &[("b-2", "510503", "qu-b")], 4).await?;
    until_alert(site, city, "b-2").await?;
    send(site, key, &[("a-2", "510502", "qu-a")], 6).await?;
    let mut text = String::new();
    let began = Instant::now();
    while !text.contains("\"a-2\"") {
        ensure!(began.elapsed() < PATIENCE, "no alert of their own: {text}");
        let chunk = tokio::time::timeout(PATIENCE, stream.chunk()).await??;
        text += &String::from_utf8_lossy(&chunk.context("it goes on")?);
    }
    ensure!(!text.contains("b-2"), "{text}");
    // Put out of work, they are told no more.
    let why = json!({ "why": "调离" });
    let (status, _) = site
        .by_key("POST", "/api/v1/accounts/han/disable", &why)
        .await?;
    ensure!(status == 200);
    let over = async { while stream.chunk().await.is_ok_and(|chunk| chunk.is_some()) {} };
    tokio::time::timeout(PATIENCE, over)
        .await
        .context("the stream goes on")?;
    ensure!(site.answer(han.get(site, "/api/v1/alerts/stream")).await?.0 == 401);
    Ok(())
}

/// Puts definitions in force and registers a source; answers its key.
pub async fn source(site: &Site, declared: &Value) -> Result<String> {
    let text = format!("{}{BODIES}", SET.trim_end());
    let folder = json!({
        "files": [{ "name": "licence.yaml", "text": text }],
        "who": { "person": "e2e" }, "why": "试验",
    });
    let (status, told) = site.by_key("POST", "/v1/definitions", &folder).await?;
    ensure!(status == 200, "{status} {told:#}");
    let (status, told) = site.by_key("POST", "/v1/sources", declared).await?;
    ensure!(status == 201, "{status} {told:#}");
    Ok(told["key"].as_str().context("a key")?.to_owned())
}

/// Cases that are decided without a review, and the source complete after them.
async fn send(site: &Site, key: &str, cases: &[(&str, &str, &str)], day: u32) -> Result<()> {
    send_of(site, SOURCE, key, cases, day).await
}

/// The same of another source.
pub async fn send_of(
    site: &Site,
    source: &str,
    key: &str,
    cases: &[(&str, &str, &str)],
    day: u32,
) -> Result<()> {
    let mut events = Vec::new();
    for (case, region, org) in cases {
        for (kind, time) in [("accepted", "09:00"), ("decided", "10:00")] {
            events.push(json!({
                "specversion": "1.0", "type": format!("cn.mingjing.case.{kind}.v1"), "source": source,
                "id": format!("{case}-{kind}"), "subject": case,
                "time": format!("2026-03-0{day}T{time}:00+08:00"),
                "data": { "item_code": "e2e-licence", "org_code": org, "region_code": region,
                          "actor": { "id": "wang" } },
            }));
        }
    }
    let until = Timestamp::parse(&format!("2026-03-0{}T00:00:00+08:00", day + 1))?;
    events.push(serde_json::from_slice(&encode_complete_until(
        source, until,
    ))?);
    let request = site.request("POST", "/v1/events").bearer_auth(key);
    let request = request
        .header("content-type", "application/cloudevents-batch+json")
        .body(serde_json::to_vec(&events)?);
    let (status, told) = site.answer(request).await?;
    ensure!(status == 200, "{status} {told:#}");
    Ok(())
}

/// The alert about a case, as soon as it went out.
pub async fn until_alert(site: &Site, city: &Cookie, case: &str) -> Result<String> {
    let path = format!("/api/v1/alerts?control_point=unreviewed&status=issued&case_no={case}");
    let began = Instant::now();
    loop {
        let (_, page) = site.answer(city.get(site, &path)).await?;
        if let Some(id) = page["alerts"][0]["alert_id"].as_str() {
            return Ok(id.to_owned());
        }
        ensure!(began.elapsed() < PATIENCE, "{page:#}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
