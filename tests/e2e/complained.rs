//! Complaints and ratings over HTTP: they are events of the case that they are about and are judged as such, they are worked to their end, and
//! nobody sees those of another district.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};

use crate::people::{Cookie, SETTINGS, Site, open, ready};
use crate::platform::{PATIENCE, Platform, place};

const SOURCE: &str = "office";
const SET: &str = include_str!("definitions/licence.yaml");
/// Two bodies in two districts, and what is judged of complaints.
const VOICES: &str = "
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
kind: general_points
id: voices
version: '1'
attributes:
  - { name: topic, type: text }
control_points:
  - { id: contradiction, name: 投诉与数据矛盾, rule: C4, with: { topic: not_handled }, only_when: 'has(event.topic) && event.topic == parameter.topic', check: { nothing_after: { after: [closed], what: [complaint] } } }
";
const COMPLAINTS: &str = "/api/v1/complaints";

#[tokio::test(flavor = "multi_thread")]
async fn complaints_are_judged_worked_to_their_end_and_seen_by_those_concerned() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let platform = Platform::start(folder.path(), &SETTINGS)?;
    platform.until_ready(true).await?;
    let site = Site::of(&platform)?;
    closed_case(&site).await?;

    let services = ready(
        &site,
        &open("zf", "zf-1", &["government_services"], "510500"),
    )
    .await?;
    let mut opening = open("han", "h-1", &["department_supervisor"], "510502");
    opening["rights"]["body"] = json!("qu-a");
    let han = ready(&site, &opening).await?;
    let mut opening = open("qin", "q-1", &["department_supervisor"], "510503");
    opening["rights"]["body"] = json!("qu-b");
    let qin = ready(&site, &opening).await?;

    let linked = about_a_closed_case(&site, &services).await?;
    let alone = about_no_case(&site, &services).await?;
    what_is_refused(&site, &services, &han).await?;
    worked_to_its_end(&site, &services, &han, &linked).await?;
    handed_on(&site, &services, &han, &qin, &alone).await?;
    a_bad_rating_is_reviewed(&site, &services, &han).await?;
    by_the_command(&platform, &linked)?;
    platform.stop().await
}

/// The operator's command lists them, with the administrator's key, and decides nothing: that is for a person.
fn by_the_command(platform: &Platform, linked: &Value) -> Result<()> {
    let url = platform.url().context("it is up")?;
    let receipt = linked["receipt_no"].as_str().context("a receipt number")?;
    let run = |arguments: &[&str]| -> Result<(bool, String)> {
        let done = Command::new(place::program()?)
            .args(["complaints"])
            .args(arguments)
            .args(["--api", url])
            .env("MINGJING_ADMIN_KEY", SETTINGS[1].1)
            .output()?;
        let told = [done.stdout, done.stderr].concat();
        Ok((
            done.status.success(),
            String::from_utf8_lossy(&told).into_owned(),
        ))
    };
    let (good, told) = run(&["list", "--kind", "complaint"])?;
    ensure!(
        good && told.lines().count() == 2 && told.contains(receipt) && told.contains("已答复"),
        "{told}"
    );
    let (good, told) = run(&["act", receipt, "call_back", "--who", "x", "--why", "y"])?;
    ensure!(!good && told.contains("403"), "{told}");
    let rating = ["register", "rating", "--body", "qu-b", "--grade", "2"];
    let by = ["--who", "zf-1@sfj", "--why", "尚可"];
    let (good, told) = run(&[&rating[..], &by[..]].concat())?;
    ensure!(good && told.contains("PJ-"), "{told}");
    Ok(())
}

/// A case that its department closed two hours ago, as soon as it is judged.
async fn closed_case(site: &Site) -> Result<()> {
    let text = format!("{}{VOICES}", SET.trim_end());
    let folder = json!({
        "files": [{ "name": "licence.yaml", "text": text }],
        "who": { "person": "e2e" }, "why": "试验",
    });
    let (status, told) = site.by_key("POST", "/v1/definitions", &folder).await?;
    ensure!(status == 200, "{status} {told:#}");
    let (status, told) = site
        .by_key("POST", "/v1/sources", &json!({ "id": SOURCE }))
        .await?;
    ensure!(status == 201, "{status} {told:#}");
    let key = told["key"].as_str().context("a key")?;
    let event = |kind: &str, hours: i64| {
        json!({
            "specversion": "1.0", "type": format!("cn.mingjing.case.{kind}.v1"), "source": SOURCE,
            "id": format!("a-1-{kind}"), "subject": "a-1",
            "time": (Utc::now() - TimeDelta::hours(hours)).to_rfc3339(),
            "data": { "org_code": "qu-a", "region_code": "510502", "actor": { "id": "wang" } },
        })
    };
    let request = site.request("POST", "/v1/events").bearer_auth(key);
    let request = request
        .header("content-type", "application/cloudevents-batch+json")
        .body(serde_json::to_vec(&[
            event("accepted", 3),
            event("closed", 2),
        ])?);
    let (status, told) = site.answer(request).await?;
    ensure!(status == 200, "{status} {told:#}");
    let began = Instant::now();
    loop {
        let (_, found) = site
            .by_key("GET", "/api/v1/cases/office/a-1", &json!({}))
            .await?;
        if !found["case"]["closed_at"].is_null() {
            return Ok(());
        }
        ensure!(began.elapsed() < PATIENCE, "{found:#}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Takes one in; answers where it stands.
async fn register(site: &Site, person: &Cookie, body: &Value) -> Result<Value> {
    let (status, told) = site
        .answer(person.send(site, "POST", COMPLAINTS, body))
        .await?;
    ensure!(
        status == 200 && told["state"] == "recorded",
        "{body} {status} {told:#}"
    );
    Ok(told)
}

fn address(registered: &Value) -> String {
    let part = |name: &str| registered[name].as_str().unwrap_or_default().to_owned();
    format!(
        "{COMPLAINTS}/{}/{}/{}",
        part("source"),
        part("case_no"),
        part("event_id")
    )
}

async fn shown(site: &Site, person: &Cookie, address: &str) -> Result<Value> {
    let (status, told) = site.answer(person.get(site, address)).await?;
    ensure!(status == 200, "{address} {status} {told:#}");
    Ok(told)
}

/// Does something about one and answers what the platform says.
async fn act(
    site: &Site,
    person: &Cookie,
    address: &str,
    act: &str,
    more: Value,
) -> Result<(u16, Value)> {
    let mut body = json!({ "why": format!("办理：{act}"), "key": format!("{act}-1") });
    if let (Some(body), Value::Object(more)) = (body.as_object_mut(), more) {
        body.extend(more);
    }
    site.answer(person.send(site, "POST", &format!("{address}/{act}"), &body))
        .await
}

/// It lies in the case, and contradicts its record. Sent again it is the same, and its numbers are masked.
async fn about_a_closed_case(site: &Site, services: &Cookie) -> Result<Value> {
    let body = json!({
        "kind": "complaint", "source": SOURCE, "case_no": "a-1", "topic": "not_handled", "channel": "hotline",
        "reference": "12345-2026-7", "why": "至今没有办理，电话13912345678", "key": "c-1",
    });
    let told = register(site, services, &body).await?;
    let again = register(site, services, &body).await?;
    ensure!(told == again, "{told:#} {again:#}");
    let mut other = body.clone();
    other["why"] = json!("另一件事");
    let (status, refused) = site
        .answer(services.send(site, "POST", COMPLAINTS, &other))
        .await?;
    ensure!(
        status == 409 && refused["reason"] == "key_reused",
        "{status} {refused:#}"
    );

    let receipt = told["receipt_no"].as_str().context("a receipt number")?;
    ensure!(
        receipt.starts_with("TS-") && told["source"] == SOURCE,
        "{told:#}"
    );
    let found = shown(site, services, &address(&told)).await?;
    ensure!(found["text"] == "至今没有办理，电话***", "{found:#}");
    ensure!(
        found["org_code"] == "qu-a" && found["state"] == "received",
        "{found:#}"
    );
    let terms = found["terms"].as_array().context("terms")?;
    let told_of: Vec<(&Value, &Value)> = terms
        .iter()
        .map(|t| (&t["within_zh"], &t["source"]))
        .collect();
    ensure!(
        told_of
            == [
                (&json!("5个工作日"), &json!("S14")),
                (&json!("10个工作日"), &json!("S10"))
            ],
        "{found:#}"
    );
    let basis = terms[0]["basis_zh"].as_str().unwrap_or_default();
    ensure!(
        terms[0]["rule_zh"] == "投诉超时" && basis.contains("投诉的受理和答复时限"),
        "an officer reads by what: {found:#}"
    );

    let began = Instant::now();
    loop {
        let path = "/api/v1/alerts?control_point=contradiction&case_no=a-1";
        let (_, page) = site.answer(services.get(site, path)).await?;
        if page["alerts"][0]["level"] == "review" {
            break;
        }
        ensure!(began.elapsed() < PATIENCE, "{page:#}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let found = shown(site, services, &address(&told)).await?;
    ensure!(found["alerts"][0]["rule"] == "C4", "{found:#}");
    Ok(told)
}

/// It lies in a case of its own, which belongs to the body.
async fn about_no_case(site: &Site, services: &Cookie) -> Result<Value> {
    let body = json!({
        "kind": "complaint", "org_code": "qu-a", "topic": "attitude", "anonymous": true, "why": "窗口无人", "key": "c-2",
    });
    let told = register(site, services, &body).await?;
    ensure!(
        told["source"] == "complaints" && told["case_no"] == told["receipt_no"],
        "{told:#}"
    );
    let found = shown(site, services, &address(&told)).await?;
    ensure!(
        found["linked"] == false && found["region_code"] == "510502",
        "{found:#}"
    );
    // Nobody is there to be answered.
    ensure!(
        found["terms"]
            .as_array()
            .is_some_and(|terms| terms.len() == 1),
        "{found:#}"
    );
    Ok(told)
}

async fn what_is_refused(site: &Site, services: &Cookie, han: &Cookie) -> Result<()> {
    let whole = json!({ "kind": "complaint", "org_code": "qu-a", "topic": "slow", "why": "慢", "key": "c-3" });
    for (field, value, status) in [
        ("kind", json!("praise"), 400),
        ("topic", json!("weather"), 400),
        ("grade", json!(5), 400),
        ("org_code", json!("nobody"), 404),
        ("item_code", json!("e2e-licence"), 400),
        ("case_no", json!("a-1"), 400),
        ("party_ref", json!("张三"), 400),
        ("key", json!(""), 400),
    ] {
        let mut body = whole.clone();
        body[field] = value;
        let (answered, told) = site
            .answer(services.send(site, "POST", COMPLAINTS, &body))
            .await?;
        ensure!(answered == status, "{body} {answered} {told:#}");
    }
    // A department answers; it takes nothing in.
    let (status, told) = site
        .answer(han.send(site, "POST", COMPLAINTS, &whole))
        .await?;
    ensure!(status == 403, "{status} {told:#}");
    Ok(())
}

async fn worked_to_its_end(
    site: &Site,
    services: &Cookie,
    han: &Cookie,
    linked: &Value,
) -> Result<()> {
    let address = address(linked);
    let (status, told) = act(
        site,
        han,
        &address,
        "review",
        json!({ "outcome": "malicious" }),
    )
    .await?;
    ensure!(status == 403, "{status} {told:#}");
    let (status, told) = act(
        site,
        services,
        &address,
        "review",
        json!({ "outcome": "malicious" }),
    )
    .await?;
    ensure!(
        status == 409 && told["reason"] == "wrong_state",
        "{status} {told:#}"
    );
    for (person, name, state) in [
        (han, "accept", "accepted"),
        (han, "answer", "answered"),
        (services, "call_back", "answered"),
    ] {
        let (status, told) = act(site, person, &address, name, json!({})).await?;
        ensure!(status == 200, "{name} {status} {told:#}");
        let found = shown(site, services, &address).await?;
        ensure!(found["state"] == state, "{name} {found:#}");
    }
    // Said again under its key it was done; under another it cannot be done any more.
    let (status, _) = act(site, han, &address, "answer", json!({})).await?;
    ensure!(status == 200);
    let (status, told) = act(site, han, &address, "answer", json!({ "key": "answer-2" })).await?;
    ensure!(
        status == 409 && told["reason"] == "wrong_state",
        "{status} {told:#}"
    );
    let found = shown(site, services, &address).await?;
    let thread = found["thread"].as_array().context("a thread")?;
    let told: Vec<(&Value, &Value)> = thread
        .iter()
        .map(|entry| (&entry["act"], &entry["by"]))
        .collect();
    let wanted = [("accept", "h-1"), ("answer", "h-1"), ("call_back", "zf-1")]
        .map(|(act, by)| (json!(act), json!(by)));
    ensure!(
        told == wanted.iter().map(|(act, by)| (act, by)).collect::<Vec<_>>(),
        "{found:#}"
    );
    ensure!(
        found["terms"]
            .as_array()
            .is_some_and(|terms| terms.iter().all(|t| t["late"] == false)),
        "{found:#}"
    );
    Ok(())
}

/// Whom it is handed to sees it from then on, and nobody of another district before.
async fn handed_on(
    site: &Site,
    services: &Cookie,
    han: &Cookie,
    qin: &Cookie,
    alone: &Value,
) -> Result<()> {
    let address = address(alone);
    shown(site, han, &address).await?;
    for path in [address.as_str(), "/api/v1/complaints/office/a-1/a-1-closed"] {
        let (status, _) = site.answer(qin.get(site, path)).await?;
        ensure!(status == 404, "{path} {status}");
    }
    let (status, told) = act(site, qin, &address, "accept", json!({})).await?;
    ensure!(status == 404, "{status} {told:#}");
    let (_, page) = site.answer(qin.get(site, COMPLAINTS)).await?;
    ensure!(
        page == json!({ "complaints": [], "next": null }),
        "{page:#}"
    );
    let (_, page) = site.answer(han.get(site, COMPLAINTS)).await?;
    ensure!(
        page["complaints"]
            .as_array()
            .is_some_and(|found| found.len() == 2),
        "{page:#}"
    );
    let (_, page) = site
        .answer(han.get(site, &format!("{COMPLAINTS}?open=true&kind=complaint")))
        .await?;
    ensure!(
        page["complaints"]
            .as_array()
            .is_some_and(|found| found.len() == 1)
            && page["complaints"][0]["receipt_no"] == alone["receipt_no"],
        "{page:#}"
    );
    let (status, told) = act(
        site,
        services,
        &address,
        "transfer",
        json!({ "to": "qu-b" }),
    )
    .await?;
    ensure!(status == 200, "{status} {told:#}");
    let found = shown(site, qin, &address).await?;
    ensure!(found["responsible_org"] == "qu-b", "{found:#}");
    let (_, page) = site.answer(qin.get(site, COMPLAINTS)).await?;
    ensure!(
        page["complaints"][0]["receipt_no"] == alone["receipt_no"],
        "{page:#}"
    );
    let (status, told) = act(site, qin, &address, "refuse", json!({})).await?;
    ensure!(status == 200, "{status} {told:#}");
    let found = shown(site, qin, &address).await?;
    ensure!(
        found["state"] == "refused" && found["open"] == false,
        "{found:#}"
    );
    Ok(())
}

async fn a_bad_rating_is_reviewed(site: &Site, services: &Cookie, han: &Cookie) -> Result<()> {
    let body =
        json!({ "kind": "rating", "org_code": "qu-a", "grade": 5, "why": "差", "key": "r-1" });
    let rated = register(site, services, &body).await?;
    let good =
        json!({ "kind": "rating", "org_code": "qu-a", "grade": 1, "why": "好", "key": "r-2" });
    register(site, services, &good).await?;
    let address = address(&rated);
    let found = shown(site, han, &address).await?;
    ensure!(
        found["bad"] == true && found["state"] == "to_rectify",
        "{found:#}"
    );
    let (status, told) = act(
        site,
        han,
        &address,
        "rectify",
        json!({ "evidence": ["a".repeat(64)] }),
    )
    .await?;
    ensure!(status == 200, "{status} {told:#}");
    let (status, told) = act(
        site,
        services,
        &address,
        "review",
        json!({ "outcome": "malicious" }),
    )
    .await?;
    ensure!(status == 200, "{status} {told:#}");
    let found = shown(site, han, &address).await?;
    ensure!(
        found["state"] == "set_aside" && found["thread"][0]["evidence"][0] == "a".repeat(64),
        "{found:#}"
    );
    let (_, page) = site
        .answer(services.get(site, &format!("{COMPLAINTS}?kind=rating&state=recorded")))
        .await?;
    ensure!(
        page["complaints"]
            .as_array()
            .is_some_and(|found| found.len() == 1),
        "{page:#}"
    );
    Ok(())
}
