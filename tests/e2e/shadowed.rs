//! A stricter draft in shadow while events flow: what it would allege is what a backtest of it finds, nothing live is touched, a kill in a
//! pass shows nobody a half, a revised draft is another shadow, and publication ends it.

mod backtests;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use chrono_tz::Asia::Shanghai;
use mingjing_domain::Timestamp;
use mingjing_domain::time::DAY_MS;
use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::alerts;
use crate::platform::{Engine, PATIENCE, Platform, place};

const SET: &str = include_str!("definitions/licence.yaml");
const SOURCE: &str = "office";
/// Thirty were decided without a review; and as all are told a month late, each was overdue when it became known, thirty until the decision
/// was known, too.
const LIVE: usize = 70;
/// Looks twice a second and judges at each look.
const OFTEN: [(&str, &str); 2] = [
    ("MINGJING__INSPECT__EVERY", "500ms"),
    ("MINGJING__SHADOW__EVERY", "500ms"),
];
/// Looks twice a second; what was judged is not judged again.
const RARELY: [(&str, &str); 2] = [
    ("MINGJING__INSPECT__EVERY", "500ms"),
    ("MINGJING__SHADOW__EVERY", "2h"),
];

fn now() -> Timestamp {
    let since = std::time::UNIX_EPOCH.elapsed().unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(0))
}

fn day(after: i64) -> String {
    now()
        .plus_millis(after * DAY_MS)
        .local_date(Shanghai)
        .to_string()
}

/// The set's flowchart with another promise, as a version of its own.
fn chart(promised: &str, from: &str) -> String {
    let chart = SET
        .split("---\n")
        .find(|text| text.contains("kind: flowchart"));
    chart
        .expect("the set has a flowchart")
        .replace("version: '1'", "version: '2'")
        .replace(
            "effective_from: 2020-01-01",
            &format!("effective_from: {from}"),
        )
        .replace("promised: 5wd", &format!("promised: {promised}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_in_shadow_finds_what_a_backtest_finds_and_touches_nothing() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path();
    let platform = Platform::start(data, &OFTEN)?;
    let key = register(&platform).await?;
    send(&platform, &key, 0..20).await?;

    // Stricter, from tomorrow on: in shadow it counts since forty days ago.
    let file = data.join("draft.yaml");
    std::fs::write(&file, chart("3wd", &day(1)))?;
    let file = file.to_str().context("a path of UTF-8")?.to_owned();
    let by = ["--who", "fg-01@e2e-body/法规科", "--why", "试行"];
    let said = command(
        &platform,
        &[&["definitions", "draft", &file][..], &by].concat(),
    )?;
    let id = said
        .split_whitespace()
        .nth(1)
        .context("the draft's id")?
        .to_owned();
    let not_yet = command(&platform, &["definitions", "shadow", &id])?;
    ensure!(not_yet.contains("现在没有影子运行"), "{not_yet}");
    let since = day(-40);
    let begin = [
        "definitions",
        "shadow",
        id.as_str(),
        "--since",
        since.as_str(),
    ];
    let shown = command(&platform, &[&begin[..], &by].concat())?;
    ensure!(
        shown.contains("影子运行：自 ") && shown.contains("法规科 fg-01"),
        "{shown}"
    );
    refusals(&platform, &id).await?;

    // Events flow while it is judged by.
    send(&platform, &key, 20..40).await?;
    let sent = 40 + 30;
    let outcome = judged_all(&platform, &id, sent).await?;
    ensure!(
        outcome["in_force_from"] == since && outcome["cases"] == 40,
        "{outcome:#}"
    );
    let of = |point: &str| {
        let found = list(&outcome, "by_control_point").find(|p| p["control_point"] == point);
        found
            .map(|point| point["tally"].clone())
            .unwrap_or_default()
    };
    // Ten were decided on the fifth working day: late by the draft alone. Ten on the seventh: late by both, by another due day. Ten never,
    // and what the law allows is over: late by both alike.
    ensure!(
        of("decision-late") == json!({"raised": 10, "withdrawn": 0, "changed": 10, "same": 10}),
        "{outcome:#}"
    );
    for differing in list(&outcome, "differences") {
        let account = list(&differing["would"], "account").count();
        ensure!(account > 3, "each has its account: {differing:#}");
    }
    ensure!(
        list(&outcome["horizon"], "positions").any(|p| p["offset"].as_u64() > Some(0)),
        "{outcome:#}"
    );
    let told = command(&platform, &["definitions", "shadow", &id])?;
    ensure!(
        told.contains("【decision-late】决定超期：将新增 10，将消失 0，将改变 10，不变 10")
            && told.contains("   e2e-body：将新增 10"),
        "{told}"
    );
    ensure!(command(&platform, &["definitions", "shadows"])?.contains(&id));
    ensure!(command(&platform, &["definitions", "show", &id])?.contains("影子运行：自 "));
    ensure!(command(&platform, &["definitions", "list"])?.contains("影子运行"));

    backtests::found_as_the_shadow(&platform, &id, &since, &outcome).await?;

    // Nothing live knows of it: the alerts are those of a platform without a shadow.
    let live = settled(&platform).await?;
    let before = platform.get("/api/v1/alerts/export").await?;
    let facts = platform
        .metric("mingjing_supervise_alert_changes_total")
        .await?;
    let later = judged_after(&platform, &id, &outcome).await?;
    ensure!(later["total"] == outcome["total"], "{later:#}");
    ensure!(platform.get("/api/v1/alerts/export").await? == before);
    ensure!(
        platform
            .metric("mingjing_supervise_alert_changes_total")
            .await?
            == facts
    );
    platform.stop().await?;
    same_without_shadow(&live).await?;

    // What it found last is what a backtest of the same draft over the same window finds.
    let dying = [RARELY[0], RARELY[1], ("MINGJING_LIFE_FAIL_AT", "backtest")];
    let mut platform = Platform::start(data, &dying)?;
    let last = outcome_of(&platform, &id).await?;
    backtests::killed(&mut platform, &id, &since).await?;
    backtested(data, &since, &last).await?;

    // Killed in a pass, when its rows are there: nobody sees them.
    let fail = [OFTEN[0], OFTEN[1], ("MINGJING_SHADOW_FAIL_AT", "rows")];
    let mut platform = Platform::start(data, &fail)?;
    platform.ended().await?;
    let platform = Platform::start(data, &RARELY)?;
    ensure!(outcome_of(&platform, &id).await? == last, "as it was");
    backtests::cut_off(&platform, &id).await?;
    platform.stop().await?;
    let half = "SELECT count() FROM shadow_tallies WHERE judged_at NOT IN (SELECT judged_at FROM shadow_passes)";
    ensure!(
        Engine::start(data).await?.ask(half).await?.trim() != "0",
        "it was killed in a pass"
    );
    let platform = Platform::start(data, &OFTEN)?;
    let again = judged_after(&platform, &id, &last).await?;
    ensure!(again["total"] == last["total"], "{again:#}");

    // Another text, a laxer one, is another shadow; what was found of the first stays under its hash.
    let text = chart("6wd", &day(1));
    let body = said_by(json!({ "text": text }));
    done(&platform, &format!("/api/v1/drafts/{id}/revise"), &body).await?;
    backtests::of_an_earlier_text(&platform, &id).await?;
    let outcome = judged_all(&platform, &id, sent).await?;
    ensure!(
        outcome["text_sha256"] != last["text_sha256"] && outcome["total"] != last["total"],
        "{outcome:#}"
    );
    let shown = got(&platform, &format!("/api/v1/drafts/{id}/shadow")).await?;
    ensure!(
        list(&shown, "earlier")
            .any(|e| e["text_sha256"] == last["text_sha256"] && e["total"] == last["total"]),
        "{shown:#}"
    );
    let hash = last["text_sha256"].as_str().context("a hash")?;
    let old = got(
        &platform,
        &format!("/api/v1/drafts/{id}/shadow?text={hash}"),
    )
    .await?;
    ensure!(
        list(&old["outcome"], "differences").count() == 20,
        "with its cases: {old:#}"
    );

    published(&platform, &id).await?;
    backtests::over(&platform, &id, &since).await?;
    let shadows = got(&platform, "/api/v1/definitions/shadows").await?;
    ensure!(shadows["shadows"] == json!([]), "{shadows:#}");
    platform
        .until_metric("mingjing_shadow_drafts", |n| n == 0)
        .await?;
    let shown = got(&platform, &format!("/api/v1/drafts/{id}/shadow")).await?;
    ensure!(
        shown["draft"]["shadow"].is_null() && shown["outcome"]["total"] == outcome["total"],
        "{shown:#}"
    );
    platform.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_holds_too_much_is_refused_with_what_to_do_and_an_alarm_sees_it() -> Result<()>
{
    let folder = tempfile::tempdir()?;
    let settings = [OFTEN[0], OFTEN[1], ("MINGJING__SHADOW__EVENTS_MAX", "30")];
    let platform = Platform::start(folder.path(), &settings)?;
    let key = register(&platform).await?;
    send(&platform, &key, 0..20).await?;
    let body = said_by(json!({ "text": chart("3wd", &day(1)) }));
    let id = done(&platform, "/api/v1/drafts", &body).await?["id"].clone();
    let id = id.as_str().context("an id")?;
    let path = format!("/api/v1/drafts/{id}/shadow");
    done(&platform, &path, &said_by(json!({ "since": day(-40) }))).await?;
    platform
        .until_metric("mingjing_shadow_too_large", |n| n == 1)
        .await?;
    let shown = got(&platform, &path).await?;
    let message = shown["problem"]["message"].as_str().unwrap_or_default();
    ensure!(
        message.contains("起点以来的事件有 35 条，超过一次判断的上限 30 条"),
        "{shown:#}"
    );
    // A later beginning holds less.
    done(&platform, &path, &said_by(json!({ "since": day(-3) }))).await?;
    platform
        .until_metric("mingjing_shadow_too_large", |n| n == 0)
        .await?;
    let shown = until(&platform, &path, |shown| shown["outcome"].is_object()).await?;
    ensure!(shown["problem"].is_null(), "{shown:#}");
    done(
        &platform,
        &format!("/api/v1/drafts/{id}/end_shadow"),
        &said_by(json!({})),
    )
    .await?;
    platform
        .until_metric("mingjing_shadow_drafts", |n| n == 0)
        .await?;
    platform.stop().await
}

async fn refusals(platform: &Platform, id: &str) -> Result<()> {
    for (body, status, told) in [
        (said_by(json!({ "since": day(2) })), 400, "起点尚未到来"),
        (said_by(json!({ "since": "gestern" })), 400, "RFC 3339"),
        (
            said_by(json!({ "since": day(-40) })),
            409,
            "已经自这一时点起",
        ),
        (json!({ "since": day(-1) }), 400, "who.person"),
    ] {
        let path = format!("/api/v1/drafts/{id}/shadow");
        let (found, answer) = ask(platform, Method::POST, &path, Some(&body)).await?;
        let message = answer["message_zh"].as_str().unwrap_or_default();
        ensure!(
            found == status && message.contains(told),
            "{body}: {answer:#}"
        );
    }
    Ok(())
}

/// The same events without a shadow lead to the same alerts.
async fn same_without_shadow(wanted: &alerts::Alerts) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let platform = Platform::up(folder.path())?;
    let key = register(&platform).await?;
    send(&platform, &key, 0..20).await?;
    send(&platform, &key, 20..40).await?;
    let began = Instant::now();
    while platform.alerts(SOURCE).await? != *wanted && began.elapsed() < PATIENCE {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    alerts::ensure_equal("live alerts", &platform.alerts(SOURCE).await?, wanted)?;
    platform.stop().await
}

/// The live alerts, once they are all there.
async fn settled(platform: &Platform) -> Result<alerts::Alerts> {
    let began = Instant::now();
    loop {
        let found = platform.alerts(SOURCE).await?;
        if found.len() == LIVE {
            return Ok(found);
        }
        ensure!(began.elapsed() < PATIENCE, "{found:#?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Holds an outcome to `mingjing backtest` of the draft against what is in force.
async fn backtested(data: &Path, since: &str, outcome: &Value) -> Result<()> {
    let folder = |name: &str, texts: &[String]| -> Result<PathBuf> {
        let folder = data.join(name);
        std::fs::create_dir_all(&folder)?;
        for (nth, text) in texts.iter().enumerate() {
            std::fs::write(folder.join(format!("{nth}.yaml")), text)?;
        }
        Ok(folder)
    };
    let in_force = folder("in-force", &[SET.to_owned()])?;
    let draft = folder("with-draft", &[SET.to_owned(), chart("3wd", since)])?;
    let engine = Engine::start(data).await?;
    let until = outcome["judged_at"].as_str().context("judged_at")?;
    let output = Command::new(place::program()?)
        .arg("backtest")
        .arg("--draft")
        .arg(draft)
        .arg("--against")
        .arg(in_force)
        .args([
            "--from",
            since,
            "--to",
            until,
            "--json",
            "--examples",
            "1000",
        ])
        .args(["--clickhouse", engine.address()])
        .stdin(Stdio::null())
        .output()?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{errors}");
    let report: Value = serde_json::from_slice(&output.stdout)?;
    for field in [
        "cases",
        "events",
        "total",
        "by_control_point_and_org",
        "unjudged_conditions",
    ] {
        ensure!(
            report[field] == outcome[field] && !report[field].is_null(),
            "{field}: {:#} {:#}",
            report[field],
            outcome[field]
        );
    }
    let by_both: Vec<(String, String)> = list(outcome, "differences")
        .map(|d| (d["case_no"].to_string(), d["difference"].to_string()))
        .collect();
    let examples = list(&report["by_control_point"]["decision-late"], "examples");
    let examples: Vec<(String, String)> = examples
        .map(|e| (e["case_no"].to_string(), e["difference"].to_string()))
        .collect();
    let sorted = |mut cases: Vec<(String, String)>| {
        cases.sort();
        cases
    };
    ensure!(sorted(examples) == sorted(by_both), "case by case");
    Ok(())
}

async fn published(platform: &Platform, id: &str) -> Result<()> {
    let of = |act: &str| format!("/api/v1/drafts/{id}/{act}");
    done(platform, &of("submit"), &said_by(json!({}))).await?;
    let review = json!({"role": "legal", "verdict": "agree", "why": "法制审核",
        "who": {"person": "fz-07", "body": "sfj", "office": "执法监督科"}});
    done(platform, &of("review"), &review).await?;
    done(platform, &of("publish"), &said_by(json!({}))).await?;
    until(platform, &format!("/api/v1/drafts/{id}"), |shown| {
        shown["state"] == "published"
    })
    .await?;
    Ok(())
}

/// The last whole pass, when it has judged so many events of the draft's present text.
async fn judged_all(platform: &Platform, id: &str, events: u64) -> Result<Value> {
    let path = format!("/api/v1/drafts/{id}/shadow?limit=200");
    let shown = until(platform, &path, |shown| {
        shown["outcome"]["events"] == events
    })
    .await?;
    Ok(shown["outcome"].clone())
}

/// The last whole pass, when it is a later one.
async fn judged_after(platform: &Platform, id: &str, before: &Value) -> Result<Value> {
    let path = format!("/api/v1/drafts/{id}/shadow?limit=200");
    let later = |shown: &Value| {
        let at = |value: &Value| Timestamp::parse(value.as_str().unwrap_or_default()).ok();
        at(&shown["outcome"]["judged_at"]) > at(&before["judged_at"])
    };
    Ok(until(platform, &path, later).await?["outcome"].clone())
}

async fn outcome_of(platform: &Platform, id: &str) -> Result<Value> {
    let path = format!("/api/v1/drafts/{id}/shadow?limit=200");
    Ok(got(platform, &path).await?["outcome"].clone())
}

async fn until(platform: &Platform, path: &str, wanted: impl Fn(&Value) -> bool) -> Result<Value> {
    let began = Instant::now();
    loop {
        let shown = got(platform, path).await?;
        if wanted(&shown) {
            return Ok(shown);
        }
        ensure!(
            began.elapsed() < PATIENCE,
            "{path} stays {shown:#}\n{}",
            platform.errors()
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn register(platform: &Platform) -> Result<String> {
    platform.until_ready(true).await?;
    let files = json!({"files": [{"name": format!("{SOURCE}/licence.yaml"), "text": SET}]});
    done(platform, "/v1/definitions", &files).await?;
    let source = json!({"id": SOURCE, "clock": "live"});
    let answer = done(platform, "/v1/sources", &source).await?;
    Ok(answer["key"].as_str().context("a key")?.to_owned())
}

/// Cases accepted a month ago: of four one is decided on the first working day, one on the fifth, one on the seventh, one never.
async fn send(platform: &Platform, key: &str, cases: std::ops::Range<u32>) -> Result<()> {
    let calendar = mingjing_domain::calendar::china();
    let calendar = mingjing_domain::calendar::WorkCalendar::compile(calendar, None)
        .map_err(|problems| anyhow::anyhow!("{problems:?}"))?;
    let accepted =
        calendar.add_working_days(now().plus_millis(-30 * DAY_MS).local_date(Shanghai), 1);
    let mut events = Vec::new();
    for case in cases {
        let mut event = |nth: u32, kind: &str, day: chrono::NaiveDate| {
            events.push(json!({
                "specversion": "1.0", "id": format!("{case}-{nth}"), "source": SOURCE,
                "subject": format!("case-{case:03}"), "type": format!("cn.mingjing.case.{kind}.v1"),
                "time": format!("{day}T09:00:00+08:00"), "datacontenttype": "application/json",
                "data": {"item_code": "e2e-licence", "org_code": "e2e-body"},
            }));
        };
        event(1, "accepted", accepted);
        match case % 4 {
            0 => event(2, "decided", calendar.add_working_days(accepted, 1)),
            1 => event(2, "decided", calendar.add_working_days(accepted, 5)),
            2 => event(2, "decided", calendar.add_working_days(accepted, 7)),
            _ => {}
        }
    }
    let url = platform.url().context("it is up")?;
    let request = Client::new()
        .post(format!("{url}/v1/events"))
        .bearer_auth(key)
        .header("content-type", "application/cloudevents-batch+json");
    let answer = request.body(json!(events).to_string()).send().await?;
    let status = answer.status();
    let text = answer.text().await?;
    ensure!(
        status.is_success() && !text.contains("\"refused\":1"),
        "{status}: {text}"
    );
    Ok(())
}

fn said_by(more: Value) -> Value {
    let mut said =
        json!({"who": {"person": "fg-01", "body": "e2e-body", "office": "法规科"}, "why": "试行"});
    let (all, more) = (said.as_object_mut(), more.as_object().cloned());
    all.expect("an object").extend(more.unwrap_or_default());
    said
}

fn list<'v>(value: &'v Value, field: &str) -> impl Iterator<Item = &'v Value> {
    value[field].as_array().into_iter().flatten()
}

async fn got(platform: &Platform, path: &str) -> Result<Value> {
    Ok(serde_json::from_str(&platform.get(path).await?)?)
}

async fn done(platform: &Platform, path: &str, body: &Value) -> Result<Value> {
    let (status, answer) = ask(platform, Method::POST, path, Some(body)).await?;
    ensure!(
        (200..300).contains(&status),
        "{path} {body}: {status} {answer:#}"
    );
    Ok(answer)
}

async fn ask(
    platform: &Platform,
    method: Method,
    path: &str,
    body: Option<&Value>,
) -> Result<(u16, Value)> {
    let url = platform.url().context("it is up")?;
    let mut request = Client::new().request(method, format!("{url}{path}"));
    if let Some(body) = body {
        request = request.json(body);
    }
    let answer = request.send().await?;
    let status = answer.status().as_u16();
    let text = answer.text().await?;
    Ok((
        status,
        serde_json::from_str(&text).with_context(|| text.clone())?,
    ))
}

fn command(platform: &Platform, arguments: &[&str]) -> Result<String> {
    let output = Command::new(place::program()?)
        .args(arguments)
        .args(["--api", platform.url().context("it is up")?])
        .stdin(Stdio::null())
        .output()?;
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.success(), "{arguments:?}: {errors}");
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
