//! The public portal on a platform that is full of what nobody may see there: every public endpoint is asked, each answer has the documented
//! fields and no other, and nothing that was sent about people comes out.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use chrono::{TimeDelta, Utc};
use serde_json::{Map, Value, json};

use crate::people::{SETTINGS, Site};
use crate::platform::{PATIENCE, Platform};

const SOURCE: &str = "zjj-system";
const QUERY_KEY: &str = "1=the key of this trial's acceptance slips";
/// It stands in whatever a source, a definition or the public may write and the portal must not show.
const HOSTILE: &str = "不得外泄";
/// An officer, who is a person.
const OFFICER: &str = "jing-guan-007";
/// A party, as a keyed hash.
const PARTY: &str = "5f4dcc3b5aa765d61d8327deb882cf99";

const SET: &str = "kind: body
code: zjj
name: 住房和城乡建设局
region: '510500'
phone: 0830-2345678
posts: [{code: post, name: 不得外泄岗, steps: [review]}]
offices:
  - code: window
    name: 政务服务窗口
    phone: 0830-2345679
    officers: [{id: jing-guan-007, post: post}]
---
kind: item
code: XK-1
name: 试验施工许可
power_type: licence
level: city
region: '510500'
executing_body: zjj
legal_basis: [建筑法第七条]
supervision_method: 电话 12345
effective_from: 2020-01-01
flowchart: permit
enforcement_field: 不得外泄领域
responsibilities: [{duty: 依法受理, basis: 行政许可法第三十二条, accountability: 不得外泄问责}]
---
kind: item
code: XK-2
name: 不入清单的许可
power_type: licence
level: city
region: '510500'
executing_body: zjj
legal_basis: [建筑法第七条]
effective_from: 2020-01-01
public: false
flowchart: permit
---
kind: item
code: JC-1
name: 试验检查
power_type: inspection
level: city
region: '510500'
executing_body: zjj
legal_basis: [建筑法第七条]
effective_from: 2020-01-01
flowchart: permit
---
kind: flowchart
id: permit
version: '1'
name: 试验许可流程
effective_from: 2020-01-01
steps:
  - code: review
    name: 审查
    office: window
    first: true
    repeatable: true
    risk_points: [{name: 不得外泄风险, grade: high, control: 不得外泄防控}]
limits:
  - {id: decision, name: 许可决定, kind: case, from: [accepted], to: [decided], statutory: 20wd, promised: 10wd, legal_basis: 行政许可法第四十二条}
special_procedures:
  - {kind: expert, name: 专家评审, effect: suspend, maximum: 30wd, legal_basis: 行政许可法第四十五条}
control_points:
  - {id: decision-late, name: 不得外泄监察点, check: {overdue: {limit: decision}}}
";

#[tokio::test(flavor = "multi_thread")]
async fn nothing_personal_and_nothing_secret_leaves_by_any_public_endpoint() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut settings = SETTINGS.to_vec();
    settings.push(("MINGJING__PORTAL__ITEMS", "in_force"));
    settings.push(("MINGJING__PORTAL__QUERY_KEYS", QUERY_KEY));
    let platform = Platform::start(folder.path(), &settings)?;
    platform.until_ready(true).await?;
    let site = Site::of(&platform)?;
    let key = set_up(&site).await?;
    let portal = Portal::of(&site).await?;

    the_power_list(&portal).await?;
    cases_by_their_slips(&portal, &key).await?;
    complaints(&portal, &key).await?;
    portal.everything_was_asked()?;
    guessing(&portal, &key).await?;
    platform.stop().await
}

/// Definitions, a source, and cases that are full of what is not for the public. Answers the source's key.
async fn set_up(site: &Site) -> Result<String> {
    let folder = json!({
        "files": [{ "name": "all.yaml", "text": SET }], "who": { "person": "e2e" }, "why": "试验",
    });
    let (status, told) = site.by_key("POST", "/v1/definitions", &folder).await?;
    ensure!(status == 200, "{status} {told:#}");
    let (status, told) = site
        .by_key("POST", "/v1/sources", &json!({ "id": SOURCE }))
        .await?;
    ensure!(status == 201, "{status} {told:#}");
    let key = told["key"].as_str().context("a key")?.to_owned();
    let day = 24;
    let suspended = json!({ "special": {
        "kind": "expert", "basis": HOSTILE, "approver": OFFICER, "notice_no": HOSTILE,
        "planned_end": (Utc::now() + TimeDelta::days(5)).to_rfc3339(),
    } });
    let reason = |text: &str| json!({ "attributes": { "overdue_reason": text } });
    let events = [
        event("PAUSED", "XK-1", "accepted", 3, json!({})),
        event("PAUSED", "XK-1", "suspend", 2, suspended),
        event("LATE", "XK-1", "accepted", 60 * day, json!({})),
        event(
            "LATE",
            "XK-1",
            "step_start",
            59 * day,
            json!({ "step_code": "review" }),
        ),
        event("LATE", "XK-1", "note", 2, reason(HOSTILE)),
        event("HIDDEN", "XK-2", "accepted", 3, json!({})),
        event("CHECKED", "JC-1", "accepted", 3, json!({})),
    ];
    let request = site.request("POST", "/v1/events").bearer_auth(&key);
    let request = request
        .header("content-type", "application/cloudevents-batch+json")
        .body(serde_json::to_vec(&events)?);
    let (status, told) = site.answer(request).await?;
    ensure!(status == 200, "{status} {told:#}");
    Ok(key)
}

/// An event with something hostile in each field that takes a text.
fn event(case_no: &str, item: &str, kind: &str, hours: i64, more: Value) -> Value {
    let mut data = json!({
        "item_code": item, "org_code": "zjj", "region_code": "510500", "party_ref": PARTY, "party_kind": "person",
        "actor": { "id": OFFICER, "role": HOSTILE, "cert_no": HOSTILE },
        "co_actors": [{ "id": OFFICER }],
        "result_code": HOSTILE, "reason": HOSTILE, "legal_basis": HOSTILE,
        "attachments": [{ "kind": HOSTILE }],
        "attributes": { "title": HOSTILE },
    });
    if let (Some(data), Value::Object(more)) = (data.as_object_mut(), more) {
        data.extend(more);
    }
    json!({
        "specversion": "1.0", "type": format!("cn.mingjing.case.{kind}.v1"), "source": SOURCE,
        "id": format!("{case_no}-{kind}-{hours}"), "subject": case_no,
        "time": (Utc::now() - TimeDelta::hours(hours)).to_rfc3339(), "data": data,
    })
}

/// The public endpoints as the document has them, and which were asked.
struct Portal<'a> {
    site: &'a Site,
    paths: Map<String, Value>,
    asked: std::sync::Mutex<BTreeSet<(String, String)>>,
}

impl<'a> Portal<'a> {
    async fn of(site: &'a Site) -> Result<Self> {
        let (_, document) = site
            .answer(site.request("GET", "/api/v1/openapi.json"))
            .await?;
        let paths = document["paths"].as_object().context("it has paths")?;
        let public = paths
            .iter()
            .filter(|(path, _)| path.starts_with("/api/public/"));
        Ok(Self {
            site,
            paths: public
                .map(|(path, told)| (path.clone(), told.clone()))
                .collect(),
            asked: std::sync::Mutex::default(),
        })
    }

    /// Asks, without being anybody. Whatever the answer is, nothing is in it that must not be; of a good one each field is documented.
    async fn ask(
        &self,
        method: &str,
        path: &str,
        filled: &str,
        body: Option<&Value>,
    ) -> Result<(u16, Value)> {
        let request = self.site.request(&method.to_uppercase(), filled);
        let request = request.header("x-requested-with", "mingjing");
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        let (status, told) = self.site.answer(request).await?;
        let text = told.to_string();
        for secret in [
            HOSTILE,
            OFFICER,
            PARTY,
            SOURCE,
            "decision-late",
            "XK-2",
            "不入清单",
            "不得",
        ] {
            ensure!(
                !text.contains(secret),
                "{method} {filled} tells {secret}: {told:#}"
            );
        }
        let operation = &self.paths.get(path).context("it is documented")?[method];
        if status == 200 {
            let schema = &operation["responses"]["200"]["content"]["application/json"]["schema"];
            only_what_is_documented(schema, &told, filled)?;
            let mut asked = self
                .asked
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            asked.insert((path.to_owned(), method.to_owned()));
        } else {
            let refusal: BTreeSet<&str> = told
                .as_object()
                .into_iter()
                .flatten()
                .map(|(name, _)| name.as_str())
                .collect();
            ensure!(
                refusal == BTreeSet::from(["message_en", "message_zh", "reason"]),
                "{told:#}"
            );
        }
        Ok((status, told))
    }

    async fn get(&self, path: &str, filled: &str) -> Result<(u16, Value)> {
        self.ask("get", path, filled, None).await
    }

    async fn post(&self, path: &str, body: &Value) -> Result<(u16, Value)> {
        self.ask("post", path, path, Some(body)).await
    }

    async fn progress(&self, case_no: &str, code: &str) -> Result<(u16, Value)> {
        let body = json!({ "case_no": case_no, "code": code });
        self.post("/api/public/v1/progress", &body).await
    }

    /// A public endpoint that this test does not ask fails it.
    fn everything_was_asked(&self) -> Result<()> {
        let asked = self
            .asked
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        ensure!(self.paths.len() >= 6, "{:?}", self.paths.keys());
        for (path, operations) in &self.paths {
            for method in operations.as_object().context("operations")?.keys() {
                ensure!(
                    asked.contains(&(path.clone(), method.clone())),
                    "{method} {path} was not asked, or never answered"
                );
            }
        }
        Ok(())
    }
}

/// A list of what may be there, and not of what may not.
fn only_what_is_documented(schema: &Value, told: &Value, place: &str) -> Result<()> {
    match told {
        Value::Object(fields) => {
            let known = schema["properties"].as_object();
            let known =
                known.with_context(|| format!("{place}: an object that is not documented"))?;
            for (name, value) in fields {
                let inner = known.get(name);
                let inner = inner
                    .with_context(|| format!("{place}: {name} is not documented: {told:#}"))?;
                only_what_is_documented(inner, value, &format!("{place}.{name}"))?;
            }
            Ok(())
        }
        Value::Array(items) => items.iter().try_for_each(|item| {
            ensure!(
                !schema["items"].is_null(),
                "{place}: a list that is not documented"
            );
            only_what_is_documented(&schema["items"], item, place)
        }),
        _ => Ok(()),
    }
}

async fn the_power_list(portal: &Portal<'_>) -> Result<()> {
    let (status, told) = portal
        .get("/api/public/v1/about", "/api/public/v1/about")
        .await?;
    ensure!(
        status == 200 && told["progress"] == true,
        "{status} {told:#}"
    );
    const LIST: &str = "/api/public/v1/items";
    let (status, told) = portal.get(LIST, LIST).await?;
    let names = |told: &Value| {
        let items = told["items"].as_array().cloned().unwrap_or_default();
        items
            .iter()
            .map(|item| item["code"].as_str().unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    ensure!(
        status == 200 && names(&told) == ["JC-1", "XK-1"],
        "{status} {told:#}"
    );
    let (_, found) = portal
        .get(LIST, &format!("{LIST}?q=我要办施工许可"))
        .await?;
    ensure!(names(&found) == ["XK-1"], "{found:#}");
    const ONE: &str = "/api/public/v1/items/{code}";
    let (status, told) = portal.get(ONE, "/api/public/v1/items/XK-1").await?;
    ensure!(
        status == 200 && told["body"]["phone"] == "0830-2345678",
        "{told:#}"
    );
    ensure!(told["supervision_method"] == "电话 12345", "{told:#}");
    ensure!(
        told["flowchart"]["terms"][0]["promised"] == "10个工作日",
        "{told:#}"
    );
    // One that is not public, and one that there is not.
    let (status, hidden) = portal.get(ONE, "/api/public/v1/items/XK-2").await?;
    let (unknown_status, unknown) = portal.get(ONE, "/api/public/v1/items/XK-9").await?;
    ensure!(
        (status, &hidden) == (404, &unknown) && unknown_status == 404,
        "{hidden:#} {unknown:#}"
    );
    Ok(())
}

/// The codes that the source prints.
async fn codes(portal: &Portal<'_>, key: &str, case_nos: &[&str]) -> Result<Vec<String>> {
    let request = portal
        .site
        .request("POST", "/v1/query-codes")
        .bearer_auth(key);
    let request = request.json(&json!({ "case_nos": case_nos }));
    let (status, told) = portal.site.answer(request).await?;
    ensure!(status == 200, "{status} {told:#}");
    let codes = told["codes"].as_array().context("codes")?.iter();
    codes
        .map(|one| Ok(one["code"].as_str().context("a code")?.to_owned()))
        .collect()
}

async fn cases_by_their_slips(portal: &Portal<'_>, key: &str) -> Result<()> {
    let all = codes(
        portal,
        key,
        &["PAUSED", "LATE", "HIDDEN", "CHECKED", "NONE"],
    )
    .await?;
    let paused = told_of(portal, "PAUSED", &all[0]).await?;
    ensure!(paused["state"]["code"] == "paused", "{paused:#}");
    let pause = &paused["pauses"][0];
    ensure!(
        pause["reason"] == "专家评审" && pause["running"] == true,
        "{paused:#}"
    );
    ensure!(pause["planned_until"].is_string(), "{paused:#}");
    ensure!(
        paused["body"]["phone"] == "0830-2345678" && paused["item"]["name"] == "试验施工许可",
        "{paused:#}"
    );
    let late = told_of(portal, "LATE", &all[1]).await?;
    ensure!(
        late["state"]["code"] == "handling" && late["step"] == "审查",
        "{late:#}"
    );
    ensure!(late["office"]["phone"] == "0830-2345679", "{late:#}");
    ensure!(
        late["late"]["by"] == "statutory" && late["late"]["days"].as_i64() > Some(10),
        "{late:#}"
    );
    // What was written does not pass, that something was said does.
    ensure!(late["late"]["reason"]["code"] == "other", "{late:#}");
    their_own_of_an_item_that_is_not_listed(portal, &all[2]).await?;
    // Never told, not there, a wrong code of what is not listed, and a wrong code: one answer.
    let (_, wrong) = portal.progress("PAUSED", "1AAAA-AAAAA").await?;
    for (case_no, code) in [
        ("HIDDEN", &all[0]),
        ("CHECKED", &all[3]),
        ("NONE", &all[4]),
        ("LATE", &all[0]),
    ] {
        let (status, told) = portal.progress(case_no, code).await?;
        ensure!(
            status == 404 && told == wrong,
            "{case_no}: {status} {told:#}"
        );
    }
    Ok(())
}

/// The item is in no list; who has the slip of a case of it is told of that case, and of nothing that others are not told either.
async fn their_own_of_an_item_that_is_not_listed(portal: &Portal<'_>, code: &str) -> Result<()> {
    let slip = json!({ "case_no": "HIDDEN", "code": code });
    let began = Instant::now();
    let told = loop {
        let request = portal.site.request("POST", "/api/public/v1/progress");
        let request = request.header("x-requested-with", "mingjing").json(&slip);
        let (status, told) = portal.site.answer(request).await?;
        if status == 200 {
            break told;
        }
        ensure!(began.elapsed() < PATIENCE, "{status} {told:#}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    ensure!(
        told["item"]["code"] == "XK-2" && told["state"]["code"] == "handling",
        "{told:#}"
    );
    let text = told.to_string();
    for secret in [HOSTILE, OFFICER, PARTY, SOURCE] {
        ensure!(!text.contains(secret), "it tells {secret}: {told:#}");
    }
    Ok(())
}

/// As soon as the archive has it.
async fn told_of(portal: &Portal<'_>, case_no: &str, code: &str) -> Result<Value> {
    let began = Instant::now();
    loop {
        let (status, told) = portal.progress(case_no, code).await?;
        let judged = case_no != "LATE" || told["late"]["reason"].is_object();
        if status == 200 && judged {
            return Ok(told);
        }
        ensure!(began.elapsed() < PATIENCE, "{case_no}: {status} {told:#}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn complaints(portal: &Portal<'_>, key: &str) -> Result<()> {
    const SAID: &str = "/api/public/v1/complaints";
    const STATUS: &str = "/api/public/v1/complaints/status";
    let code = codes(portal, key, &["PAUSED"]).await?.remove(0);
    let said = json!({
        "key": "0123456789abcdef", "kind": "complaint", "topic": "slow", "text": format!("{HOSTILE} 13912345678"),
        "case_no": "PAUSED", "code": code,
    });
    let (status, receipt) = portal.post(SAID, &said).await?;
    ensure!(status == 200, "{status} {receipt:#}");
    let (_, again) = portal.post(SAID, &said).await?;
    ensure!(again["receipt_no"] == receipt["receipt_no"], "{again:#}");
    let number = receipt["receipt_no"].as_str().context("a number")?;
    // It is an event of the case, as one from a window; the number that was written is masked.
    let path = format!("/api/v1/complaints?receipt_no={number}");
    let began = Instant::now();
    let found = loop {
        let (_, found) = portal.site.by_key("GET", &path, &json!({})).await?;
        if !found["complaints"][0].is_null() {
            break found;
        }
        ensure!(began.elapsed() < PATIENCE, "{found:#}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    let first = &found["complaints"][0];
    ensure!(
        first["case_no"] == "PAUSED" && !found.to_string().contains("13912345678"),
        "{found:#}"
    );
    let (status, told) = portal
        .post(STATUS, &json!({ "receipt_no": number.to_lowercase() }))
        .await?;
    ensure!(
        status == 200 && told["state"]["code"] == "received",
        "{status} {told:#}"
    );
    let (status, _) = portal
        .post(STATUS, &json!({ "receipt_no": "TS-0000000000" }))
        .await?;
    ensure!(status == 404, "{status}");
    let rating =
        json!({ "key": "fedcba9876543210", "kind": "rating", "grade": 5, "item_code": "XK-1" });
    let (status, told) = portal.post(SAID, &rating).await?;
    ensure!(status == 200, "{status} {told:#}");
    many_of_one_device(portal, &rating).await?;
    for (why, changed) in [
        (
            "a case without its code",
            json!({ "key": "a".repeat(16), "kind": "complaint", "topic": "slow", "text": "x", "case_no": "PAUSED" }),
        ),
        (
            "a wrong code",
            json!({ "key": "b".repeat(16), "kind": "complaint", "topic": "slow", "text": "x", "case_no": "PAUSED", "code": "1AAAA-AAAAA" }),
        ),
        (
            "an item that is not public",
            json!({ "key": "c".repeat(16), "kind": "rating", "grade": 1, "item_code": "XK-2" }),
        ),
        (
            "no words",
            json!({ "key": "d".repeat(16), "kind": "complaint", "topic": "slow", "text": " ", "item_code": "XK-1" }),
        ),
        (
            "something unknown",
            json!({ "key": "e".repeat(16), "kind": "rating", "grade": 1, "item_code": "XK-1", "party_ref": PARTY }),
        ),
    ] {
        let (status, _) = portal.post(SAID, &changed).await?;
        ensure!(matches!(status, 400 | 404), "{why}: {status}");
    }
    let large = json!({ "key": "f".repeat(16), "kind": "rating", "grade": 1, "item_code": "XK-1", "text": "长".repeat(20_000) });
    let request = portal
        .site
        .request("POST", SAID)
        .header("x-requested-with", "mingjing");
    let (status, told) = portal.site.text(request.json(&large)).await?;
    ensure!(status == 413 && told.contains("过大"), "{status} {told}");
    // What another site's page makes a browser send has no header of ours.
    let bare = portal.site.request("POST", SAID).json(&rating);
    ensure!(portal.site.status(bare).await? == 403);
    Ok(())
}

/// Of one device five ratings an hour count; what is beyond waits for a review, and whoever gave it is told nothing of that.
async fn many_of_one_device(portal: &Portal<'_>, rating: &Value) -> Result<()> {
    let mut receipts = Vec::new();
    for n in 2..=6 {
        let mut again = rating.clone();
        again["key"] = json!(format!("fedcba987654321-{n}"));
        let (status, told) = portal.post("/api/public/v1/complaints", &again).await?;
        ensure!(status == 200, "{status} {told:#}");
        receipts.push(told["receipt_no"].clone());
    }
    let path = "/api/v1/complaints?kind=rating&state=to_review";
    let began = Instant::now();
    let found = loop {
        let (_, found) = portal.site.by_key("GET", path, &json!({})).await?;
        if !found["complaints"][0].is_null() {
            break found;
        }
        ensure!(began.elapsed() < PATIENCE, "{found:#}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    let waits = found["complaints"].as_array().map_or(0, Vec::len);
    let first = &found["complaints"][0];
    ensure!(
        waits == 1 && first["burst"] == 6 && first["receipt_no"] == receipts[4],
        "{found:#}"
    );
    let asked = json!({ "receipt_no": receipts[4] });
    let (status, told) = portal
        .post("/api/public/v1/complaints/status", &asked)
        .await?;
    ensure!(
        status == 200 && told["state"]["code"] == "recorded",
        "{status} {told:#}"
    );
    Ok(())
}

/// Five wrong codes lock a case out for this address; the right one then opens nothing either.
async fn guessing(portal: &Portal<'_>, key: &str) -> Result<()> {
    let code = codes(portal, key, &["LATE"]).await?.remove(0);
    let mut answers = Vec::new();
    for n in 0..10 {
        let (status, _) = portal.progress("LATE", &format!("1ZZZZ-ZZZZ{n}")).await?;
        answers.push(status);
    }
    ensure!(
        answers.first() == Some(&404) && answers.last() == Some(&429),
        "{answers:?}"
    );
    let (status, _) = portal.progress("LATE", &code).await?;
    ensure!(status == 429, "{status}");
    let (status, _) = portal
        .progress("PAUSED", &codes(portal, key, &["PAUSED"]).await?[0])
        .await?;
    ensure!(status == 200, "{status}: another case is locked too");
    Ok(())
}
