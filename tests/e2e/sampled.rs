//! Samples over HTTP: drawn by a recorded seed, drawn again the same, checked case by case, closed when all are checked, and counted by
//! statistics, once each.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};

use crate::people::{Cookie, PASSWORD, SETTINGS, Site, open, ready};
use crate::platform::{PATIENCE, Platform, place};

const SOURCE: &str = "office";
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
const SAMPLES: &str = "/api/v1/samples";
const STATISTICS: &str = "/api/v1/statistics";
/// Of each body.
const CASES: usize = 12;

#[tokio::test(flavor = "multi_thread")]
async fn a_sample_is_drawn_again_the_same_and_closed_when_each_case_was_checked() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut platform = Platform::start(folder.path(), &SETTINGS)?;
    platform.until_ready(true).await?;
    let site = Site::of(&platform)?;
    let key = source(&site).await?;
    for (org, region) in [("qu-a", "510502"), ("qu-b", "510503")] {
        let numbers: Vec<String> = (0..CASES).map(|n| format!("{org}-{n:02}")).collect();
        closed(&site, &key, org, region, &numbers).await?;
    }
    let city = ready(&site, &open("city", "s-1", &["supervision"], "510500")).await?;
    until_closed(&site, &city, 2 * CASES).await?;

    let asked = plan("k-1", json!({ "seed": "03 17 22 28 30 31" }));
    let drawn = draw(&site, &city, &asked).await?;
    ensure!(drawn["population"] == 2 * CASES, "{drawn:#}");
    let per_body = |sample: &Value, org: &str| {
        let cases = sample["cases"].as_array().into_iter().flatten();
        cases.filter(|case| case["stratum"] == org).count()
    };
    ensure!(
        per_body(&drawn, "qu-a") == 3 && per_body(&drawn, "qu-b") == 3,
        "{drawn:#}"
    );
    ensure!(
        draw(&site, &city, &asked).await? == drawn,
        "sent again it is the same"
    );
    let (status, told) = site
        .answer(city.send(
            &site,
            "POST",
            SAMPLES,
            &plan("k-1", json!({ "title": "另一次" })),
        ))
        .await?;
    ensure!(
        status == 409 && told["reason"] == "key_reused",
        "{status} {told:#}"
    );
    let again = draw(
        &site,
        &city,
        &plan("k-2", json!({ "seed": "03 17 22 28 30 31" })),
    )
    .await?;
    ensure!(
        again["cases"] == drawn["cases"] && again["id"] != drawn["id"],
        "{again:#}"
    );
    let other = draw(&site, &city, &plan("k-3", json!({}))).await?;
    ensure!(
        other["seed"].as_str().is_some_and(|seed| seed.len() == 32),
        "{other:#}"
    );

    who_sees_it(&site, &city, &drawn).await?;
    checked_and_closed(&site, &city, &drawn).await?;
    // Of six of each of three samples of the city and three of a district's, six were checked, and one failed a point.
    counted(&site, &city, [6, 1, 6, 1, 15]).await?;
    drawn_again(&site, &city, &key, &drawn).await?;
    by_the_command(&platform, &site).await?;
    counted(&site, &city, [7, 2, 7, 2, 15]).await?;

    // What was entered as the platform died is counted when it is back, and nothing is counted twice.
    let case = &again["cases"][0];
    let finding = json!({
        "why": "调阅案卷", "key": "killed", "source": case["source"], "case_no": case["case_no"], "verdicts": ["fail", "fail"],
    });
    let path = format!("{}/find", address(&again));
    let (status, told) = site
        .answer(city.send(&site, "POST", &path, &finding))
        .await?;
    platform.kill()?;
    ensure!(status == 200, "{status} {told:#}");
    platform.ended().await?;
    let platform = Platform::start(folder.path(), &SETTINGS)?;
    platform.until_ready(true).await?;
    let site = Site::of(&platform)?;
    let city = site.sign_in("city", PASSWORD).await?;
    counted(&site, &city, [8, 3, 8, 4, 14]).await?;
    platform.stop().await
}

/// Waits until statistics say so many were checked, so many of these failed of how many, so many points failed, and so many were drawn and not
/// checked.
async fn counted(site: &Site, person: &Cookie, wanted: [u64; 5]) -> Result<()> {
    let path = format!("{}&by=org", of_samples());
    let began = Instant::now();
    loop {
        let (status, told) = site.answer(person.get(site, &path)).await?;
        let total = &told["total"];
        let number = |metric: &str, part: &str| total[metric][part].as_f64().unwrap_or(-1.0);
        let found = [
            number("samples_checked", "value"),
            number("samples_failed_share", "numerator"),
            number("samples_failed_share", "base"),
            number("samples_findings", "value"),
            number("samples_unchecked", "value"),
        ];
        if status == 200 && found == wanted.map(|count| count as f64) {
            let rows = told["rows"].as_array().into_iter().flatten();
            let checked = rows.filter_map(|row| row["values"]["samples_checked"]["value"].as_f64());
            ensure!(checked.sum::<f64>() == found[0], "by body: {told:#}");
            break;
        }
        ensure!(
            began.elapsed() < PATIENCE,
            "{wanted:?} {found:?} {status} {told:#}"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    // The number opens to its cases, each under its sample.
    let rows = format!("{STATISTICS}/rows?metric=samples_findings&{}", days());
    let (status, told) = site.answer(person.get(site, &rows)).await?;
    let amounts = told["rows"].as_array().into_iter().flatten();
    let amounts = amounts.filter_map(|row| row["amount"].as_f64());
    ensure!(
        status == 200 && amounts.sum::<f64>() == wanted[3] as f64,
        "{status} {told:#}"
    );
    Ok(())
}

/// Days around today.
fn days() -> String {
    let today = Utc::now().date_naive();
    let (from, until) = (today - TimeDelta::days(1), today + TimeDelta::days(2));
    format!("period={from}..{until}")
}

fn of_samples() -> String {
    let metrics = "samples_checked,samples_failed_share,samples_findings,samples_unchecked";
    format!("{STATISTICS}?metrics={metrics}&{}", days())
}

/// A sample from its draw to its end, by lines of somebody who signed in.
async fn by_the_command(platform: &Platform, site: &Site) -> Result<()> {
    let signing_in = json!({ "account": "city", "password": PASSWORD, "bearer": true });
    let request = site.request("POST", "/api/v1/session");
    let request = request.header("x-requested-with", "mingjing");
    let (status, told) = site.answer(request.json(&signing_in)).await?;
    let token = told["token"].as_str();
    let token = token.with_context(|| format!("{status} {told:#}"))?;
    let url = platform.url().context("it is up")?;
    let run = |line: &str| -> Result<String> {
        let ran = Command::new(place::program()?)
            .arg("samples")
            .args(line.split(' '))
            .args(["--api", url])
            .env("MINGJING_TOKEN", token)
            .output()?;
        let errors = String::from_utf8_lossy(&ran.stderr);
        ensure!(ran.status.success(), "{line}: {errors}");
        Ok(String::from_utf8(ran.stdout)?)
    };
    let why = "--who s-1 --why 调阅案卷";
    let until = (Utc::now().date_naive() + TimeDelta::days(2)).format("%Y-%m-%dT00:00:00+08:00");
    let drawn = run(&format!(
        "draw --title 命令抽查 --from 2020-01-01T00:00:00+08:00 --until {until} --per-stratum 1 --check 依法送达 --json {why}"
    ))?;
    let drawn: Value = serde_json::from_str(&drawn)?;
    let id = drawn["id"].as_str().context("an id")?;
    let case = &drawn["cases"][0]["case_no"];
    let case = case.as_str().with_context(|| format!("{drawn:#}"))?;
    ensure!(run(&format!("show {id}"))?.contains("未查"));
    ensure!(run(&format!("redraw {id}"))?.contains("抽取结果相同"));
    let told = run(&format!("find {id} {SOURCE}/{case} --verdict fail {why}"))?;
    ensure!(
        told.contains("有问题 1 件") && told.contains("不符合"),
        "{told}"
    );
    let told = run(&format!("close {id} {why}"))?;
    ensure!(told.contains("办结"), "{told}");
    let listed = run("list")?;
    ensure!(
        listed.lines().next().is_some_and(|line| line.contains(id)),
        "the last drawn first: {listed}"
    );
    Ok(())
}

async fn source(site: &Site) -> Result<String> {
    let text = format!("{}{BODIES}", SET.trim_end());
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
    Ok(told["key"].as_str().context("a key")?.to_owned())
}

/// Cases that were accepted and closed an hour ago.
async fn closed(site: &Site, key: &str, org: &str, region: &str, numbers: &[String]) -> Result<()> {
    let mut events = Vec::new();
    for case in numbers {
        for (kind, minutes) in [("accepted", 120), ("closed", 60)] {
            events.push(json!({
                "specversion": "1.0", "type": format!("cn.mingjing.case.{kind}.v1"), "source": SOURCE,
                "id": format!("{case}-{kind}"), "subject": case,
                "time": (Utc::now() - TimeDelta::minutes(minutes)).to_rfc3339(),
                "data": { "org_code": org, "region_code": region, "actor": { "id": "wang" } },
            }));
        }
    }
    let request = site.request("POST", "/v1/events").bearer_auth(key);
    let request = request
        .header("content-type", "application/cloudevents-batch+json")
        .body(serde_json::to_vec(&events)?);
    let (status, told) = site.answer(request).await?;
    ensure!(status == 200, "{status} {told:#}");
    Ok(())
}

async fn until_closed(site: &Site, city: &Cookie, wanted: usize) -> Result<()> {
    let began = Instant::now();
    loop {
        let (_, page) = site
            .answer(city.get(site, "/api/v1/cases?open=false&limit=1000"))
            .await?;
        if page["cases"]
            .as_array()
            .is_some_and(|cases| cases.len() == wanted)
        {
            return Ok(());
        }
        ensure!(began.elapsed() < PATIENCE, "{page:#}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn plan(key: &str, more: Value) -> Value {
    let mut plan = json!({
        "title": "四季度抽查", "from": "2020-01-01T00:00:00+08:00",
        "until": (Utc::now().date_naive() + TimeDelta::days(2)).format("%Y-%m-%dT00:00:00+08:00").to_string(),
        "strata": "body", "per_stratum": 3, "checks": ["材料齐全", "依法送达"], "why": "年度抽查计划", "key": key,
    });
    if let (Some(plan), Value::Object(more)) = (plan.as_object_mut(), more) {
        plan.extend(more);
    }
    plan
}

async fn draw(site: &Site, person: &Cookie, plan: &Value) -> Result<Value> {
    let (status, told) = site
        .answer(person.send(site, "POST", SAMPLES, plan))
        .await?;
    ensure!(status == 200, "{plan} {status} {told:#}");
    Ok(told)
}

fn address(sample: &Value) -> String {
    format!("{SAMPLES}/{}", sample["id"].as_str().unwrap_or_default())
}

/// A department learns nothing of it, a district nothing of the city's, and draws from itself only.
async fn who_sees_it(site: &Site, city: &Cookie, drawn: &Value) -> Result<()> {
    let mut opening = open("han", "h-1", &["department_supervisor"], "510502");
    opening["rights"]["body"] = json!("qu-a");
    let han = ready(site, &opening).await?;
    for path in [SAMPLES.to_owned(), address(drawn), of_samples()] {
        let (status, told) = site.answer(han.get(site, &path)).await?;
        ensure!(status == 403, "{path} {status} {told:#}");
    }
    let path = format!("{STATISTICS}?{}", days());
    let (status, told) = site.answer(han.get(site, &path)).await?;
    let total = &told["total"];
    ensure!(
        status == 200 && total["closed"].is_object() && total["samples_unchecked"].is_null(),
        "all but samples: {status} {told:#}"
    );
    let district = ready(site, &open("qu", "s-2", &["supervision"], "510502")).await?;
    let (status, _) = site.answer(district.get(site, &address(drawn))).await?;
    ensure!(status == 404, "{status}");
    let (_, listed) = site.answer(district.get(site, SAMPLES)).await?;
    ensure!(listed == json!({ "samples": [] }), "{listed:#}");
    let own = draw(site, &district, &plan("d-1", json!({}))).await?;
    ensure!(
        own["population"] == CASES && own["region"] == "510502",
        "{own:#}"
    );
    let (status, told) = site
        .answer(district.send(
            site,
            "POST",
            SAMPLES,
            &plan("d-2", json!({ "region": "510503" })),
        ))
        .await?;
    ensure!(status == 400, "{status} {told:#}");
    let (_, listed) = site.answer(city.get(site, SAMPLES)).await?;
    ensure!(
        listed["samples"]
            .as_array()
            .is_some_and(|all| all.len() == 4),
        "{listed:#}"
    );
    let leader = ready(site, &open("lin", "l-1", &["leadership"], "510500")).await?;
    let (status, _) = site.answer(leader.get(site, &address(drawn))).await?;
    ensure!(status == 200, "{status}");
    let (status, _) = site
        .answer(leader.send(site, "POST", SAMPLES, &plan("l-1", json!({}))))
        .await?;
    ensure!(status == 403, "a leader reads: {status}");
    Ok(())
}

async fn checked_and_closed(site: &Site, city: &Cookie, drawn: &Value) -> Result<()> {
    let post = async |act: &str, body: Value| {
        let path = format!("{}/{act}", address(drawn));
        site.answer(city.send(site, "POST", &path, &body)).await
    };
    let close = json!({ "why": "总体规范", "key": "close" });
    let (status, told) = post("close", close.clone()).await?;
    ensure!(
        status == 409 && told["reason"] == "wrong_state",
        "{status} {told:#}"
    );
    let strange = json!({ "why": "查", "key": "f", "source": SOURCE, "case_no": "qu-a-99", "verdicts": ["pass", "pass"] });
    let (status, _) = post("find", strange).await?;
    ensure!(
        status == 409,
        "a case that was not drawn is not checked: {status}"
    );
    let cases = drawn["cases"].as_array().context("cases")?;
    for (n, case) in cases.iter().enumerate() {
        let verdict = if n == 0 { "fail" } else { "pass" };
        let finding = json!({
            "why": "调阅案卷", "key": format!("f-{n}"), "source": case["source"], "case_no": case["case_no"],
            "verdicts": [verdict, "not_applicable"],
        });
        let (status, told) = post("find", finding).await?;
        ensure!(status == 200, "{status} {told:#}");
        ensure!(told["tally"]["checked"] == n + 1, "{told:#}");
    }
    let (status, told) = post("close", close.clone()).await?;
    ensure!(
        status == 200 && told["result"] == "总体规范",
        "{status} {told:#}"
    );
    ensure!(
        told["tally"]
            == json!({ "cases": 6, "checked": 6, "failed": 1, "by_check": [[1, 6], [0, 0]] }),
        "{told:#}"
    );
    let (status, _) = post("close", close).await?;
    ensure!(status == 200, "said again it was done: {status}");
    let late = json!({ "why": "改", "key": "late", "source": SOURCE, "case_no": cases[0]["case_no"], "verdicts": ["pass", "pass"] });
    let (status, _) = post("find", late).await?;
    ensure!(status == 409, "what is closed stays as it is: {status}");
    Ok(())
}

/// With the same population it is the same; a case that is told later shows.
async fn drawn_again(site: &Site, city: &Cookie, key: &str, drawn: &Value) -> Result<()> {
    let path = format!("{}/redraw", address(drawn));
    let (status, told) = site.answer(city.get(site, &path)).await?;
    ensure!(
        status == 200 && told["same_population"] == true && told["same_sample"] == true,
        "{status} {told:#}"
    );
    closed(site, key, "qu-a", "510502", &["late".to_owned()]).await?;
    until_closed(site, city, 2 * CASES + 1).await?;
    let (_, told) = site.answer(city.get(site, &path)).await?;
    ensure!(
        told["same_population"] == false && told["population"] == 2 * CASES + 1,
        "{told:#}"
    );
    Ok(())
}
