//! The ledger over HTTP: what was done is entered once, stands as its day says, is closed by its result; and a lead that was handed over is seen
//! by those only who may.

use anyhow::{Context, Result, ensure};
use chrono::{NaiveDate, TimeDelta, Utc};
use chrono_tz::Asia::Shanghai;
use serde_json::{Value, json};

use crate::people::{Cookie, SETTINGS, Site, open, ready};
use crate::platform::Platform;

const SET: &str = include_str!("definitions/licence.yaml");
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
";
const LEDGER: &str = "/api/v1/ledger";

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_is_entered_once_and_closed_by_its_result() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let platform = Platform::start(folder.path(), &SETTINGS)?;
    platform.until_ready(true).await?;
    let site = Site::of(&platform)?;
    let text = format!("{}{BODIES}", SET.trim_end());
    let folder = json!({
        "files": [{ "name": "licence.yaml", "text": text }],
        "who": { "person": "e2e" }, "why": "试验",
    });
    let (status, told) = site.by_key("POST", "/v1/definitions", &folder).await?;
    ensure!(status == 200, "{status} {told:#}");
    let city = ready(&site, &open("city", "s-1", &["supervision"], "510500")).await?;
    let legal = ready(&site, &open("fazhi", "f-1", &["legal"], "510500")).await?;

    let asked = interview("k-1", json!({ "due": day(-20), "officer": "wang" }));
    let overdue = entered(&site, &city, &asked).await?;
    ensure!(
        overdue["state"] == "overdue"
            && overdue["working_days_left"]
                .as_i64()
                .is_some_and(|d| d < -5),
        "{overdue:#}"
    );
    ensure!(overdue["region"] == "510502", "{overdue:#}");
    ensure!(
        entered(&site, &city, &asked).await? == overdue,
        "sent again it is the same"
    );
    let other = interview("k-1", json!({ "due": day(-19), "officer": "wang" }));
    let (status, told) = post(&site, &city, LEDGER, &other).await?;
    ensure!(
        status == 409 && told["reason"] == "key_reused",
        "{status} {told:#}"
    );
    let advised = interview(
        "k-2",
        json!({ "kind": "recommendation", "document_no": "泸府监建〔2026〕3号", "due": day(30) }),
    );
    let advised = entered(&site, &legal, &advised).await?;
    ensure!(advised["state"] == "open", "{advised:#}");
    let lead = json!({
        "kind": "clue", "org_code": "qu-a", "officer": "wang", "on": day(-3), "handed_to": "甲区纪委监委",
        "why": "涉嫌收受服务对象财物", "key": "k-3",
    });
    let (status, told) = post(&site, &legal, LEDGER, &lead).await?;
    ensure!(
        status == 403,
        "who supervises hands over: {status} {told:#}"
    );
    let lead = entered(&site, &city, &lead).await?;
    ensure!(
        lead["state"] == "open" && lead["due"] == Value::Null,
        "{lead:#}"
    );

    nothing_is_entered_that_cannot_be_meant(&site, &city).await?;
    who_sees_what(&site, [&overdue, &advised, &lead]).await?;
    closed_by_its_result(&site, &city, &overdue, &lead).await?;
    told_in_pages(&site, &city).await?;
    looked_at_is_told(&site, &lead).await?;
    platform.stop().await
}

/// So many days from the platform's today, in the zone of the built-in calendar.
fn day(from_today: i64) -> NaiveDate {
    Utc::now().with_timezone(&Shanghai).date_naive() + TimeDelta::days(from_today)
}

fn interview(key: &str, more: Value) -> Value {
    let mut asked = json!({
        "kind": "interview", "org_code": "qu-a", "on": day(-40), "present": ["分管副局长"],
        "demand": "超期办件全部办结", "due": day(-20), "why": "连续三个月超期", "key": key,
    });
    if let (Some(asked), Value::Object(more)) = (asked.as_object_mut(), more) {
        asked.extend(more);
    }
    asked
}

async fn post(site: &Site, person: &Cookie, path: &str, body: &Value) -> Result<(u16, Value)> {
    site.answer(person.send(site, "POST", path, body)).await
}

async fn entered(site: &Site, person: &Cookie, asked: &Value) -> Result<Value> {
    let (status, told) = post(site, person, LEDGER, asked).await?;
    ensure!(status == 200, "{asked} {status} {told:#}");
    Ok(told)
}

fn address(entry: &Value) -> String {
    format!("{LEDGER}/{}", entry["id"].as_str().unwrap_or_default())
}

async fn nothing_is_entered_that_cannot_be_meant(site: &Site, city: &Cookie) -> Result<()> {
    for (more, wanted) in [
        (json!({ "due": null }), 400),
        (json!({ "on": day(2) }), 400),
        (json!({ "org_code": "nowhere" }), 400),
        (json!({ "kind": "praise" }), 400),
        (json!({ "alerts": ["0123456789abcdef"] }), 404),
        (
            json!({ "cases": [{ "source": "office", "case_no": "none" }] }),
            404,
        ),
    ] {
        let asked = interview("wrong", more);
        let (status, told) = post(site, city, LEDGER, &asked).await?;
        ensure!(status == wanted, "{asked} {status} {told:#}");
    }
    let (_, listed) = site.answer(city.get(site, LEDGER)).await?;
    ensure!(
        listed["tally"] == json!({ "open": 2, "overdue": 1, "closed": 0, "void": 0 }),
        "{listed:#}"
    );
    Ok(())
}

/// By roles and reach: what each gets of the interview, the recommendation and the lead, alone and in the list.
async fn who_sees_what(site: &Site, entries: [&Value; 3]) -> Result<()> {
    let both = [200, 200, 404];
    let all = [200, 200, 200];
    let none = [404, 404, 404];
    let closed = [403, 403, 403];
    for (account, role, region, body, wanted) in [
        ("fa", "legal", "510500", "sfj", both),
        ("lin", "leadership", "510500", "zf", both),
        ("bu-a", "department_supervisor", "510502", "qu-a", both),
        ("bu-b", "department_supervisor", "510503", "qu-b", none),
        ("han", "department_handler", "510502", "qu-a", closed),
        ("zf", "government_services", "510500", "zf", closed),
        ("guan", "administrator", "", "zf", closed),
        ("shen", "auditor", "", "sj", all),
        ("qu-a", "supervision", "510502", "jw", all),
        ("qu-b", "supervision", "510503", "jw", none),
        // It is about them.
        ("wang", "supervision", "510502", "jw", both),
    ] {
        let mut opening = open(account, account, &[role], region);
        opening["rights"]["body"] = json!(body);
        let person = ready(site, &opening).await?;
        for (entry, wanted) in entries.iter().zip(wanted) {
            let (status, told) = site.answer(person.get(site, &address(entry))).await?;
            ensure!(
                status == wanted,
                "{account} {}: {status} {told:#}",
                entry["kind"]
            );
        }
        let (status, listed) = site.text(person.get(site, LEDGER)).await?;
        for (entry, wanted) in entries.iter().zip(wanted) {
            let id = entry["id"].as_str().context("an id")?;
            ensure!(
                listed.contains(id) == (wanted == 200),
                "{account}: {status} {listed}"
            );
        }
        // Of what they do not see they change nothing, whatever they may.
        let result = json!({ "on": day(0), "by": "甲区", "why": "已办结", "key": "theirs" });
        for (entry, wanted) in entries.iter().zip(wanted) {
            let path = format!("{}/result", address(entry));
            if wanted != 200 || ["leadership", "auditor", "department_supervisor"].contains(&role) {
                let (status, told) = post(site, &person, &path, &result).await?;
                ensure!(matches!(status, 403 | 404), "{account}: {status} {told:#}");
            }
        }
        let asked = interview("theirs", json!({}));
        if !["supervision", "legal"].contains(&role) || region == "510503" {
            let (status, told) = post(site, &person, LEDGER, &asked).await?;
            ensure!(matches!(status, 400 | 403), "{account}: {status} {told:#}");
        }
    }
    // Nobody gets it by a key either.
    let (status, _) = site.by_key("GET", LEDGER, &json!({})).await?;
    ensure!(status == 403, "{status}");
    Ok(())
}

async fn closed_by_its_result(
    site: &Site,
    city: &Cookie,
    overdue: &Value,
    lead: &Value,
) -> Result<()> {
    let path = format!("{}/result", address(overdue));
    let result = |on: NaiveDate, key: &str| json!({ "on": on, "by": "甲区审批局", "evidence": ["0f".repeat(32)], "why": "超期办件已全部办结", "key": key });
    let (status, told) = post(site, city, &path, &result(day(1), "r-1")).await?;
    ensure!(status == 400, "not yet: {status} {told:#}");
    let (status, told) = post(site, city, &path, &result(day(-41), "r-2")).await?;
    ensure!(
        status == 409 && told["reason"] == "wrong_state",
        "{status} {told:#}"
    );
    let good = result(day(-1), "r-3");
    let (status, told) = post(site, city, &path, &good).await?;
    ensure!(
        status == 200 && told["state"] == "closed" && told["result"]["late"] == true,
        "{status} {told:#}"
    );
    ensure!(
        told["result"]["entered_by"]["person"] == "s-1" && told["facts"] == "连续三个月超期",
        "{told:#}"
    );
    let (status, again) = post(site, city, &path, &good).await?;
    ensure!(status == 200 && again == told, "said again it was done");
    let (status, _) = post(site, city, &path, &result(day(0), "r-4")).await?;
    ensure!(status == 409, "it has one result: {status}");
    let path = format!("{}/void", address(lead));
    let (status, told) = post(
        site,
        city,
        &path,
        &json!({ "why": "重复登记", "key": "v-1" }),
    )
    .await?;
    ensure!(
        status == 200 && told["state"] == "void" && told["voided"]["why"] == "重复登记",
        "{status} {told:#}"
    );
    Ok(())
}

/// The last day first; each once, whatever the page's length.
async fn told_in_pages(site: &Site, city: &Cookie) -> Result<()> {
    let (_, whole) = site.answer(city.get(site, LEDGER)).await?;
    let ids = |page: &Value| -> Vec<Value> {
        let entries = page["entries"].as_array().into_iter().flatten();
        entries.map(|entry| entry["id"].clone()).collect()
    };
    let (mut turned, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("{LEDGER}?limit=1&cursor={cursor}");
        let (status, page) = site.answer(city.get(site, &path)).await?;
        ensure!(status == 200, "{status} {page:#}");
        turned.extend(ids(&page));
        match page["next"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    ensure!(turned == ids(&whole) && turned.len() == 3, "{turned:?}");
    for (query, wanted) in [
        ("state=closed", 1),
        ("state=overdue", 0),
        ("kind=recommendation", 1),
        ("org_code=qu-b", 0),
    ] {
        let path = format!("{LEDGER}?{query}");
        let (_, page) = site.answer(city.get(site, &path)).await?;
        ensure!(ids(&page).len() == wanted, "{query} {page:#}");
    }
    let (status, _) = site
        .answer(city.get(site, &format!("{LEDGER}?cursor=ffff")))
        .await?;
    ensure!(status == 400, "{status}");
    Ok(())
}

async fn looked_at_is_told(site: &Site, lead: &Value) -> Result<()> {
    let shen = site.sign_in("shen", crate::people::PASSWORD).await?;
    let (status, trail) = site.answer(shen.get(site, "/api/v1/audit")).await?;
    ensure!(status == 200, "{status} {trail:#}");
    let entries = trail["entries"].as_array().context("entries")?;
    for (account, method, path, status) in [
        ("city", "POST", LEDGER.to_owned(), 200),
        ("fazhi", "POST", LEDGER.to_owned(), 403),
        ("qu-a", "GET", address(lead), 200),
        ("fa", "GET", address(lead), 404),
        ("city", "POST", format!("{}/void", address(lead)), 200),
    ] {
        let found = entries.iter().any(|entry| {
            entry["account"] == account
                && entry["method"] == method
                && entry["path"] == path
                && entry["status"] == status
        });
        ensure!(found, "{account} {method} {path} {status}: {trail:#}");
    }
    Ok(())
}
