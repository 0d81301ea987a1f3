//! Scores over HTTP: a sheet follows its cards from confirmation through appeal to withdrawal, opens to the rows that made it, takes marks by
//! hand that the body may appeal, and shows persons to few.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::people::{Cookie, SETTINGS, Site, open, ready};
use crate::platform::{PATIENCE, Platform};

const SOURCE: &str = "office";
const SET: &str = include_str!("definitions/licence.yaml");
const MORE: &str = "
---
kind: body
code: qu-a
name: 甲区审批局
region: '510502'
register_from: 2020-01-01
offices: [{code: window, name: 窗口, officers: [{id: wang-qu-a}]}, {code: files, name: 档案室}]
---
kind: body
code: qu-b
name: 乙区审批局
region: '510503'
---
kind: body
code: tax
name: 税务局
region: '510502'
vertical: true
---
kind: score_model
id: monthly
version: '1'
name: 月度考评
effective_from: 2020-01-01
period: month
subject: body
min_base: 0
appeal_within: 5wd
grades: {excellent: 95, good: 85, qualified: 60}
parts:
  - {id: time, name: 期限, points: 20, items: [{id: overdue, name: 超期, count: {of: overdue_cases, points: -5}}]}
  - {id: procedure, name: 程序, points: 70, items: [{id: cards, name: 程序红黄牌, count: {of: alerts, rules: [P], points: -10}}]}
  - {id: service, name: 服务, points: 10, items: [{id: hand, name: 窗口巡查, manual: {min: -6}}]}
bonuses: [{id: reform, name: 改革, max: 3}]
classes: [{id: county, name: 区县, level: county}]
---
kind: score_model
id: personal
version: '1'
name: 个人考评
effective_from: 2020-01-01
period: month
subject: officer
min_base: 0
appeal_within: 5wd
grades: {excellent: 95, good: 85, qualified: 60}
parts: [{id: all, name: 全部, points: 100, items: [{id: cards, name: 红黄牌, count: {of: alerts, points: -10}}]}]
---
kind: score_model
id: offices
version: '1'
name: 科室考评
effective_from: 2020-01-01
period: month
subject: office
min_base: 0
appeal_within: 5wd
grades: {excellent: 95, good: 85, qualified: 60}
parts: [{id: all, name: 全部, points: 100, items: [{id: cards, name: 程序红黄牌, count: {of: alerts, rules: [P], points: -10}}]}]
";

/// The kind of an event, and its day and time.
type Happened = (&'static str, &'static str);

/// What happened in March 2026. Five working days are promised and ten given from acceptance to decision; a review has to come before it.
const SCRIPT: &[(&str, &str, &[Happened])] = &[
    // Not reviewed.
    (
        "qu-a",
        "a-1",
        &[("accepted", "03-02 09:00"), ("decided", "03-03 10:00")],
    ),
    // Late.
    (
        "qu-a",
        "a-2",
        &[
            ("accepted", "03-02 09:00"),
            ("step_start", "03-02 10:00"),
            ("step_end", "03-03 10:00"),
            ("decided", "03-20 10:00"),
        ],
    ),
    // As it should be.
    (
        "qu-b",
        "b-1",
        &[
            ("accepted", "03-02 09:00"),
            ("step_start", "03-02 10:00"),
            ("step_end", "03-03 10:00"),
            ("decided", "03-04 10:00"),
        ],
    ),
];

struct Here<'a> {
    site: &'a Site,
    /// Who supervises the city.
    city: Cookie,
    /// A colleague.
    colleague: Cookie,
    /// The supervisor of the district's body.
    own: Cookie,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sheet_follows_its_cards_and_its_marks() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let platform = Platform::start(folder.path(), &SETTINGS)?;
    platform.until_ready(true).await?;
    let site = Site::of(&platform)?;
    told(&site).await?;
    let mut opening = open("own", "zhang", &["department_supervisor"], "510502");
    opening["rights"]["body"] = json!("qu-a");
    let here = Here {
        city: ready(&site, &open("city", "s-1", &["supervision"], "")).await?,
        colleague: ready(&site, &open("chen", "s-2", &["supervision"], "")).await?,
        own: ready(&site, &opening).await?,
        site: &site,
    };
    an_appeal_withdraws_a_card_and_the_score_follows(&here).await?;
    an_overdue_case_counts_in_the_month_in_which_it_became_late(&here).await?;
    marks_by_hand_are_given_appealed_and_decided_by_others(&here).await?;
    everybody_sees_their_own_with_the_rank_among_all(&here).await?;
    persons_are_shown_to_few_and_leave_a_trace(&here).await?;
    what_cannot_be_meant_is_refused(&here).await?;
    platform.stop().await
}

async fn told(site: &Site) -> Result<()> {
    let folder = |text: String| {
        json!({
            "files": [{ "name": "licence.yaml", "text": text }], "who": { "person": "e2e" }, "why": "试验",
        })
    };
    let text = format!("{}{MORE}", SET.trim_end());
    // A model that pays for speed is none.
    let speed = text.replace(
        "{id: reform, name: 改革, max: 3}",
        "{id: reform, name: 提前办结率, max: 3}",
    );
    let speed = folder(speed);
    let (status, told) = site.by_key("POST", "/v1/definitions", &speed).await?;
    ensure!(
        (400..500).contains(&status) && told.to_string().contains("提速"),
        "{status} {told:#}"
    );
    let text = folder(text);
    let (status, told) = site.by_key("POST", "/v1/definitions", &text).await?;
    ensure!(status == 200, "{status} {told:#}");
    let source = json!({ "id": SOURCE, "clock": "declared" });
    let (status, told) = site.by_key("POST", "/v1/sources", &source).await?;
    ensure!(status == 201, "{status} {told:#}");
    let key = told["key"].as_str().context("a key")?;
    let mut events = Vec::new();
    for (org, case, script) in SCRIPT {
        let region = if *org == "qu-a" { "510502" } else { "510503" };
        for (kind, at) in *script {
            let mut data = json!({
                "item_code": "e2e-licence", "org_code": org, "region_code": region, "actor": { "id": format!("wang-{org}") },
            });
            if kind.starts_with("step") {
                data["step_code"] = json!("review");
            }
            events.push(json!({
                "specversion": "1.0", "type": format!("cn.mingjing.case.{kind}.v1"), "source": SOURCE,
                "id": format!("{case}-{kind}"), "subject": case,
                "time": format!("2026-{}:00+08:00", at.replace(' ', "T")), "data": data,
            }));
        }
    }
    let until = mingjing_domain::Timestamp::parse("2026-04-01T00:00:00+08:00")?;
    events.push(serde_json::from_slice(
        &mingjing_wire::cloudevents::encode_complete_until(SOURCE, until),
    )?);
    let request = site.request("POST", "/v1/events").bearer_auth(key);
    let request = request
        .header("content-type", "application/cloudevents-batch+json")
        .body(serde_json::to_vec(&events)?);
    let (status, told) = site.answer(request).await?;
    ensure!(status == 200, "{status} {told:#}");
    Ok(())
}

impl Here<'_> {
    async fn ask(&self, person: &Cookie, path: &str) -> Result<Value> {
        let (status, told) = self.site.answer(person.get(self.site, path)).await?;
        ensure!(status == 200, "{path} {status} {told:#}");
        Ok(told)
    }

    async fn send(&self, person: &Cookie, path: &str, body: &Value) -> Result<(u16, Value)> {
        let request = person.send(self.site, "POST", path, body);
        self.site.answer(request).await
    }

    /// The alert about a case as soon as it went out, and the month in which it did.
    async fn alert(&self, point: &str, case: &str) -> Result<(String, String)> {
        let path = format!("/api/v1/alerts?control_point={point}&case_no={case}");
        let began = Instant::now();
        loop {
            let page = self.ask(&self.city, &path).await?;
            let alerts = page["alerts"].as_array().context("alerts")?;
            let out = |alert: &&Value| alert["issued_at"].is_string() && alert["level"] != "notice";
            if let Some(found) = alerts.iter().find(out) {
                let id = found["alert_id"].as_str().context("an id")?;
                let issued = found["issued_at"].as_str().context("an instant")?;
                return Ok((id.to_owned(), issued[..7].to_owned()));
            }
            ensure!(began.elapsed() < PATIENCE, "{page:#}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    async fn sheet(&self, query: &str) -> Result<Value> {
        let path = format!("/api/v1/scores/qu-a?model=monthly{query}");
        self.ask(&self.city, &path).await
    }

    /// Until the sheet of the district's body is as told.
    async fn until(&self, query: &str, is: impl Fn(&Value) -> bool) -> Result<Value> {
        let began = Instant::now();
        loop {
            let told = self.sheet(query).await?;
            if is(&told["sheet"]) {
                return Ok(told);
            }
            ensure!(began.elapsed() < PATIENCE, "{query} {told:#}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

/// The item of this id of a sheet.
fn item<'v>(sheet: &'v Value, id: &str) -> &'v Value {
    let parts = sheet["parts"].as_array().into_iter().flatten();
    let mut items = parts.flat_map(|part| part["items"].as_array().into_iter().flatten());
    items.find(|item| item["id"] == id).unwrap_or(&Value::Null)
}

fn count(item: &Value, of: &str) -> usize {
    item[of].as_array().map_or(0, Vec::len)
}

async fn an_appeal_withdraws_a_card_and_the_score_follows(here: &Here<'_>) -> Result<()> {
    let told = here.ask(&here.city, "/api/v1/scores/models").await?;
    ensure!(count(&told, "models") == 3, "{told:#}");
    let (alert, month) = here.alert("unreviewed", "a-1").await?;
    let query = format!("&period={month}");
    let told = here
        .until(&query, |sheet| count(item(sheet, "cards"), "open") == 1)
        .await?;
    let sheet = &told["sheet"];
    ensure!(
        sheet["total"] == 100.0
            && sheet["rank"] == 1
            && sheet["ranked"] == 2
            && sheet["open"].as_u64() >= Some(1),
        "what nobody decided takes nothing: {sheet:#}"
    );

    let confirm = json!({ "why": "经核实未经审查", "key": "c-1" });
    let path = format!("/api/v1/alerts/{alert}");
    let (status, answered) = here
        .send(&here.city, &format!("{path}/confirm"), &confirm)
        .await?;
    ensure!(status == 200, "{status} {answered:#}");
    let told = here.until(&query, |sheet| sheet["total"] == 90.0).await?;
    let cards = item(&told["sheet"], "cards");
    ensure!(
        cards["marks"] == -10.0
            && cards["rows"][0]["id"] == alert.as_str()
            && cards["rows"][0]["case_no"] == "a-1"
            && told["sheet"]["alerts"][&alert]["conclusion"] == "subjective"
            && told["sheet"]["grade"] == "good"
            && told["sheet"]["rank"] == 2,
        "{told:#}"
    );
    an_office_answers_for_its_own_cards(here, &month, &alert).await?;

    let appeal = json!({ "why": "已在线下审查，记录未报送", "key": "a-1" });
    let (status, answered) = here
        .send(&here.own, &format!("{path}/appeal"), &appeal)
        .await?;
    ensure!(status == 200, "{status} {answered:#}");
    let told = here.until(&query, |sheet| sheet["total"] == 100.0).await?;
    let cards = item(&told["sheet"], "cards");
    ensure!(
        count(cards, "appealed") == 1
            && count(cards, "rows") == 0
            && told["sheet"]["appealed"] == 1,
        "{told:#}"
    );

    let withdraw = json!({ "why": "审查记录属实", "key": "w-1", "conclusion": "data" });
    let (status, answered) = here
        .send(&here.colleague, &format!("{path}/withdraw"), &withdraw)
        .await?;
    ensure!(status == 200, "{status} {answered:#}");
    let told = here
        .until(&query, |sheet| count(item(sheet, "cards"), "appealed") == 0)
        .await?;
    let cards = item(&told["sheet"], "cards");
    ensure!(
        told["sheet"]["total"] == 100.0
            && ["rows", "open", "appealed", "excused"]
                .iter()
                .all(|of| count(cards, of) == 0)
            && told["sheet"]["rank"] == 1,
        "{told:#}"
    );
    Ok(())
}

/// The card is of the office in which the register has whoever acted; the body's other office has none of it.
async fn an_office_answers_for_its_own_cards(
    here: &Here<'_>,
    month: &str,
    alert: &str,
) -> Result<()> {
    let of =
        |office: &str| format!("/api/v1/scores/qu-a?model=offices&period={month}&office={office}");
    for person in [&here.city, &here.own] {
        let window = here.ask(person, &of("window")).await?;
        let cards = item(&window["sheet"], "cards");
        ensure!(
            window["sheet"]["office"] == "window"
                && window["sheet"]["total"] == 90.0
                && count(cards, "rows") == 1
                && cards["rows"][0]["id"] == alert,
            "{window:#}"
        );
        let files = here.ask(person, &of("files")).await?;
        let cards = item(&files["sheet"], "cards");
        ensure!(
            files["sheet"]["total"] == 100.0 && count(cards, "rows") == 0,
            "{files:#}"
        );
    }
    let list = format!("/api/v1/scores?model=offices&period={month}&org=qu-a");
    let told = here.ask(&here.city, &list).await?;
    let offices = told["sheets"].as_array().context("sheets")?;
    let offices: Vec<&Value> = offices.iter().map(|sheet| &sheet["office"]).collect();
    ensure!(
        offices.len() == 2 && offices.iter().any(|office| **office == "window"),
        "{told:#}"
    );
    Ok(())
}

async fn an_overdue_case_counts_in_the_month_in_which_it_became_late(
    here: &Here<'_>,
) -> Result<()> {
    let query = "&period=2026-03";
    let told = here.sheet(query).await?;
    let overdue = item(&told["sheet"], "overdue");
    ensure!(
        told["sheet"]["total"] == 100.0
            && told["sheet"]["base"] == 2.0
            && overdue["open"][0]["id"] == "office/a-2",
        "{told:#}"
    );
    let (alert, _) = here.alert("decision-late", "a-2").await?;
    let confirm = json!({ "why": "无正当理由", "key": "c-2" });
    let path = format!("/api/v1/alerts/{alert}/confirm");
    let (status, answered) = here.send(&here.city, &path, &confirm).await?;
    ensure!(status == 200, "{status} {answered:#}");
    let told = here.until(query, |sheet| sheet["total"] == 95.0).await?;
    let overdue = item(&told["sheet"], "overdue");
    ensure!(
        overdue["rows"][0]["case_no"] == "a-2" && overdue["rows"][0]["alerts"][0] == alert.as_str(),
        "{told:#}"
    );
    // In no other month.
    let told = here.sheet("&period=2026-04").await?;
    ensure!(told["sheet"]["parts"][0]["score"] == 20.0, "{told:#}");
    Ok(())
}

fn mark(item: &str, points: f64, key: &str) -> Value {
    json!({
        "model": "monthly", "period": "2026-03", "item": item, "points": points, "why": "巡查记录第7号", "key": key,
    })
}

async fn marks_by_hand_are_given_appealed_and_decided_by_others(here: &Here<'_>) -> Result<()> {
    const MARKS: &str = "/api/v1/scores/qu-a/marks";
    let mut opening = open("inside", "s-3", &["supervision"], "");
    opening["rights"]["body"] = json!("qu-a");
    let inside = ready(here.site, &opening).await?;
    let legal = ready(here.site, &open("fz", "f-1", &["legal"], "")).await?;
    let refused = async |person: &Cookie, path: &str, body: Value, reason: &str| -> Result<()> {
        let (status, told) = here.send(person, path, &body).await?;
        ensure!(
            told["reason"] == reason,
            "{path} {status} {told:#}, not {reason}"
        );
        Ok(())
    };
    refused(&inside, MARKS, mark("hand", -2.0, "m-0"), "own_body").await?;
    refused(&here.city, MARKS, mark("hand", -7.0, "m-0"), "bad_request").await?;
    refused(&here.city, MARKS, mark("cards", -1.0, "m-0"), "bad_request").await?;
    refused(&here.own, MARKS, mark("hand", -2.0, "m-0"), "not_allowed").await?;

    let (status, given) = here
        .send(&here.city, MARKS, &mark("hand", -2.0, "m-1"))
        .await?;
    ensure!(
        status == 200 && given["state"] == "counts",
        "{status} {given:#}"
    );
    let (_, again) = here
        .send(&here.city, MARKS, &mark("hand", -2.0, "m-1"))
        .await?;
    ensure!(again["id"] == given["id"], "{again:#}");
    refused(&here.city, MARKS, mark("hand", -3.0, "m-1"), "key_reused").await?;
    let (status, bonus) = here
        .send(&here.city, MARKS, &mark("reform", 1.5, "m-2"))
        .await?;
    ensure!(status == 200, "{status} {bonus:#}");
    let told = here.sheet("&period=2026-03").await?;
    // 95 − 2 + 1.5.
    ensure!(
        told["sheet"]["total"] == 94.5 && count(&told, "marks") == 2,
        "{told:#}"
    );

    let id = given["id"].as_str().context("an id")?;
    let (appeal, decide) = (
        format!("/api/v1/score-marks/{id}/appeal"),
        format!("/api/v1/score-marks/{id}/decide"),
    );
    let why = |key: &str| json!({ "why": "当日窗口在岗", "key": key });
    let decided = |key: &str| json!({ "why": "监控显示在岗", "key": key, "upheld": false });
    refused(&legal, &decide, decided("d-0"), "wrong_state").await?;
    let (status, told) = here.send(&here.own, &appeal, &why("p-1")).await?;
    ensure!(
        status == 200 && told["state"] == "appealed",
        "{status} {told:#}"
    );
    let told = here.sheet("&period=2026-03").await?;
    ensure!(told["sheet"]["total"] == 96.5, "{told:#}");
    refused(&here.city, &decide, decided("d-1"), "same_person").await?;
    refused(&inside, &decide, decided("d-1"), "same_person").await?;
    refused(&here.own, &decide, decided("d-1"), "not_allowed").await?;
    let (status, told) = here.send(&legal, &decide, &decided("d-1")).await?;
    ensure!(
        status == 200 && told["state"] == "withdrawn" && count(&told, "after") == 2,
        "{status} {told:#}"
    );
    refused(&here.own, &appeal, why("p-2"), "wrong_state").await?;
    let told = here.sheet("&period=2026-03").await?;
    ensure!(told["sheet"]["total"] == 96.5, "{told:#}");

    // A bonus given in error is taken back by who gave it.
    let void = format!(
        "/api/v1/score-marks/{}/void",
        bonus["id"].as_str().context("an id")?
    );
    refused(&here.colleague, &void, why("v-1"), "not_who_gave_it").await?;
    let (status, told) = here.send(&here.city, &void, &why("v-1")).await?;
    ensure!(
        status == 200 && told["state"] == "voided",
        "{status} {told:#}"
    );
    let told = here
        .ask(
            &here.city,
            "/api/v1/scores/qu-a/history?model=monthly&within=2026-Q1",
        )
        .await?;
    let months = told["periods"].as_array().context("periods")?;
    let totals: Vec<&Value> = months.iter().map(|month| &month["total"]).collect();
    ensure!(
        totals == [&json!(100.0), &json!(100.0), &json!(95.0)]
            && told["mean"] == 98.33
            && told["grade"] == "excellent",
        "{told:#}"
    );
    Ok(())
}

async fn everybody_sees_their_own_with_the_rank_among_all(here: &Here<'_>) -> Result<()> {
    let mut opening = open("han", "h-1", &["department_handler"], "510502");
    opening["rights"]["body"] = json!("qu-a");
    let handler = ready(here.site, &opening).await?;
    let leader = ready(here.site, &open("lin", "l-1", &["leadership"], "510500")).await?;
    let path = "/api/v1/scores?model=monthly&period=2026-03";
    for (person, bodies) in [
        (&handler, &["qu-a"][..]),
        (&here.own, &["qu-a"]),
        // Best first within a class; what belongs to none stands last.
        (&leader, &["qu-b", "qu-a", "e2e-body", "tax"]),
    ] {
        let told = here.ask(person, path).await?;
        let sheets = told["sheets"].as_array().context("sheets")?;
        let named: Vec<&str> = sheets
            .iter()
            .filter_map(|sheet| sheet["body"].as_str())
            .collect();
        ensure!(named == bodies, "{told:#}");
        // Who has no rank is told why: the city's body fits no class, and the tax office is of no government of the region.
        let why: Vec<&Value> = sheets.iter().map(|sheet| &sheet["unranked"]).collect();
        let wanted = json!([null, null, "no_class", "vertical"]);
        let wanted: Vec<&Value> = wanted.as_array().into_iter().flatten().collect();
        ensure!(why == wanted[..bodies.len()], "{told:#}");
        let mine = sheets
            .iter()
            .find(|sheet| sheet["body"] == "qu-a")
            .context("theirs")?;
        ensure!(
            mine["rank"] == 2
                && mine["ranked"] == 2
                && mine["class"]["name"] == "区县"
                && mine["name"] == "甲区审批局",
            "{mine:#}"
        );
    }
    let beyond = here.site.status(handler.get(
        here.site,
        "/api/v1/scores/qu-b?model=monthly&period=2026-03",
    ));
    ensure!(beyond.await? == 404);
    Ok(())
}

async fn persons_are_shown_to_few_and_leave_a_trace(here: &Here<'_>) -> Result<()> {
    let of_body = |account: &str, role: &str, body: &str| {
        let mut opening = open(account, account, &[role], "510500");
        opening["rights"]["body"] = json!(body);
        opening
    };
    let other = ready(
        here.site,
        &of_body("other", "department_supervisor", "qu-b"),
    )
    .await?;
    let handler = ready(here.site, &of_body("handler", "department_handler", "qu-a")).await?;
    let leader = ready(here.site, &open("chief", "l-2", &["leadership"], "")).await?;
    let auditor = ready(here.site, &open("wen", "u-2", &["auditor"], "")).await?;
    let list = "/api/v1/scores?model=personal&period=2026-03&org=qu-a";
    for (person, wanted) in [
        (&here.city, 200),
        (&here.own, 200),
        (&other, 403),
        (&handler, 403),
        (&leader, 403),
        (&auditor, 403),
    ] {
        let (status, told) = here.site.answer(person.get(here.site, list)).await?;
        ensure!(status == wanted, "{status}, not {wanted}: {told:#}");
        ensure!(
            status != 200 || told["sheets"][0]["officer"] == "wang-qu-a",
            "{told:#}"
        );
    }
    let sheet = "/api/v1/scores/qu-a?model=personal&period=2026-03&officer=wang-qu-a";
    for (person, wanted) in [(&here.own, 200), (&handler, 403), (&other, 404)] {
        let status = here.site.status(person.get(here.site, sheet)).await?;
        ensure!(status == wanted, "{status}, not {wanted}");
    }
    let trail = here.ask(&auditor, "/api/v1/audit").await?;
    let entries = trail["entries"].as_array().context("entries")?;
    let looked = |path: &str| {
        entries
            .iter()
            .filter(|entry| entry["path"] == path && entry["status"] == 200)
            .count()
    };
    ensure!(looked(list) == 2 && looked(sheet) == 1, "{trail:#}");
    Ok(())
}

async fn what_cannot_be_meant_is_refused(here: &Here<'_>) -> Result<()> {
    for query in [
        "",
        "?model=nobodys",
        "?model=monthly&period=2026-Q1",
        "?model=monthly&period=2999-01",
        "?model=monthly&period=2019-12",
        "?model=monthly&class=city",
        "?model=personal",
    ] {
        let path = format!("/api/v1/scores{query}");
        let (status, told) = here.site.answer(here.city.get(here.site, &path)).await?;
        ensure!(status == 400, "{path} {status} {told:#}");
    }
    let nobody = here.site.status(
        here.city
            .get(here.site, "/api/v1/scores/nobody?model=monthly"),
    );
    ensure!(nobody.await? == 404);
    Ok(())
}
