//! People work alerts over HTTP and by the command: what is asked lies in the log, its partition's owner decides, and whoever dies in
//! between loses nothing and does nothing twice.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use mingjing_domain::Timestamp;
use mingjing_wire::cloudevents::encode_complete_until;
use serde_json::{Value, json};

use crate::platform::{PATIENCE, Platform, place};

const SOURCE: &str = "office";
const SET: &str = include_str!("definitions/licence.yaml");
/// 逐级升级, as the site has it.
pub const LADDER: &str = "\
---
kind: rule_settings
id: orders
version: '1'
effective_from: 2020-01-01
where: {region: '510500'}
set:
  - {rule: T15, with: {escalate: '1wd before: department_supervisor; late: supervision; 5wd: supervision_above, leadership'}}
";
/// The owner comes to the facts of the first command and goes no further.
pub const HANGS: (&str, &str) = ("MINGJING_FAIL_AT", "before-publish:1:hang");

#[tokio::test(flavor = "multi_thread")]
async fn what_is_decided_about_alerts_is_decided_once_through_races_and_kills() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path();
    let platform = Platform::up(data)?;
    let alerts = four_alerts(&platform).await?;
    let [first, raced, killed, appealed] = &alerts[..] else {
        anyhow::bail!("four alerts, not {alerts:?}")
    };

    // Confirmed, and confirmed again by a client that did not hear the answer.
    let confirm = said("li", "k1", json!({}));
    let (status, done) = act(&platform, first, "confirm", &confirm).await?;
    ensure!(
        status == 200 && done["state"] == "applied",
        "{status} {done:#}"
    );
    ensure!(
        done["alert"]["disposition"]["state"] == "confirmed",
        "{done:#}"
    );
    let (status, again) = act(&platform, first, "confirm", &confirm).await?;
    ensure!(
        status == 200 && again["command_id"] == done["command_id"],
        "{status} {again:#}"
    );
    for (act_name, body, status, reason) in [
        ("confirm", said("li", "", json!({})), 400, "bad_request"),
        ("approve", said("li", "k", json!({})), 404, "not_found"),
        (
            "confirm",
            said("wang", "k2", json!({})),
            409,
            "already_decided",
        ),
        (
            "dismiss",
            said("wang", "k3", json!({"conclusion": "subjective"})),
            409,
            "contradiction",
        ),
        (
            "dismiss",
            said("wang", "k5", json!({"conclusion": "objective"})),
            400,
            "bad_request",
        ),
        ("uphold", said("wang", "k4", json!({})), 409, "no_appeal"),
        (
            "order",
            said("li", "k1", json!({"to": "e2e-body"})),
            409,
            "key_reused",
        ),
    ] {
        let (answered, told) = act(&platform, first, act_name, &body).await?;
        ensure!(
            answered == status && told["reason"] == reason,
            "{act_name} {body}: {answered} {told:#}"
        );
        let words = told["message_zh"].as_str().unwrap_or_default();
        ensure!(!words.is_empty(), "{told:#}");
    }

    // Two at once: one is applied, the other is told so.
    let (li, wang) = (
        said("li", "r1", json!({})),
        said("wang", "r2", json!({"conclusion": "data"})),
    );
    let (one, other) = tokio::join!(
        act(&platform, raced, "confirm", &li),
        act(&platform, raced, "dismiss", &wang)
    );
    let (one, other) = (one?, other?);
    let mut statuses = [one.0, other.0];
    statuses.sort_unstable();
    ensure!(statuses == [200, 409], "{one:?}\n{other:?}");

    // An appeal by the command, with a file as its proof; whoever confirmed does not decide it.
    let (status, _) = act(&platform, appealed, "confirm", &said("li", "a1", json!({}))).await?;
    ensure!(status == 200);
    let proof = data.join("proof.pdf");
    std::fs::write(&proof, "abc")?;
    let proof = proof.to_str().context("a path of UTF-8")?;
    let by = ["--who", "zhang@e2e-body", "--why", "系统升级停机，附说明"];
    let appeal = [
        &["dispose", appealed, "appeal", "--evidence", proof][..],
        &by[..],
    ]
    .concat();
    let told = command(&platform, &appeal)?;
    ensure!(told.contains("appealed"), "{told}");
    ensure!(
        command(&platform, &appeal)? == told,
        "repeated, it is the same"
    );
    let withdraw = json!({"conclusion": "objective", "cause": "system_failure", "evidence": ["0e".repeat(32)]});
    let by_li = said("li", "a2", withdraw);
    let (status, told) = act(&platform, appealed, "withdraw", &by_li).await?;
    ensure!(
        status == 409 && told["reason"] == "own_decision",
        "{status} {told:#}"
    );
    let objective = "--conclusion objective --cause system_failure --who chen@sfj --why 情况属实";
    let mut by_chen = vec!["dispose", appealed, "withdraw", "--evidence", proof];
    by_chen.extend(objective.split(' '));
    let told = command(&platform, &by_chen)?;
    ensure!(told.contains("withdrawn_on_appeal"), "{told}");
    let shown = until_archived(&platform, appealed, "withdrawn_on_appeal").await?;
    in_a_table(&platform, appealed).await?;
    let decision = &shown["alert"]["disposition"]["decision"];
    ensure!(
        decision["cause"] == "system_failure"
            && list(decision, "evidence")
                .eq([&shown["alert"]["disposition"]["appeal"]["evidence"][0]]),
        "{decision:#}"
    );
    let appeal = &shown["alert"]["disposition"]["appeal"];
    ensure!(
        appeal["evidence"][0] == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
            && appeal["outcome"]["upheld"] == false,
        "{appeal:#}"
    );
    platform.stop().await?;

    // The owner dies between taking a command and deciding it.
    let mut platform = Platform::start(data, &[HANGS])?;
    platform.until_ready(true).await?;
    let dismiss = said("li", "d1", json!({"conclusion": "rule"}));
    let began = Instant::now();
    let (status, accepted) = act(&platform, killed, "dismiss", &dismiss).await?;
    ensure!(
        status == 202
            && accepted["state"] == "accepted"
            && began.elapsed() >= Duration::from_secs(5),
        "{status} {accepted:#}"
    );
    let place = accepted["status_address"].as_str().context("an address")?;
    until_state(&platform, place, "accepted").await?;
    platform.kill()?;
    platform.ended().await?;

    let platform = Platform::up(data)?;
    until_state(&platform, place, "applied").await?;
    let (status, done) = act(&platform, killed, "dismiss", &dismiss).await?;
    ensure!(
        status == 200 && done["command_id"] == accepted["command_id"],
        "{status} {done:#}"
    );
    let shown = until_archived(&platform, killed, "dismissed").await?;
    let by_command = list(&shown, "history").filter(|h| h["cause"]["kind"] == "command");
    ensure!(by_command.count() == 1, "applied once: {shown:#}");
    ensure!(
        shown["alert"]["disposition"]["automatic"]["status"] == "issued",
        "{shown:#}"
    );

    quality(&platform).await?;
    let told = command(&platform, &["rules", "--quality"])?;
    let line = told.lines().find(|line| line.contains("unreviewed"));
    ensure!(line.is_some_and(|line| line.contains('4')), "{told}");
    unanswered(&platform, first).await?;
    raised_by_the_command(&platform)?;
    platform.stop().await
}

/// What no rule finds is raised by a line, once however often the line is sent.
fn raised_by_the_command(platform: &Platform) -> Result<()> {
    let raise = |about: &[&str]| {
        let raise = "alerts raise --title 超范围检查 --level yellow --basis 行政检查办法第八条 --who li@sfj/执法监督科 --why 群众反映";
        let raise: Vec<&str> = raise.split(' ').collect();
        command(platform, &[&raise[..], about].concat())
    };
    let told = raise(&["--case", "office/case-1"])?;
    ensure!(told.contains("已执行") && told.contains("issued"), "{told}");
    ensure!(raise(&["--case", "office/case-1"])? == told, "{told}");
    let other = raise(&["--body", "e2e-body", "--json"])?;
    let other: Value = serde_json::from_str(&other)?;
    ensure!(
        other["alert"]["subject_kind"] == "org" && other["alert"]["level"] == "yellow",
        "{other:#}"
    );
    Ok(())
}

/// An order that nobody answers has an alert of its own once its time has passed, and the answer ends that.
async fn unanswered(platform: &Platform, alert: &str) -> Result<()> {
    let due_at = (chrono::Utc::now() + chrono::TimeDelta::seconds(2)).to_rfc3339();
    let by_li = [
        "--who",
        "li@sfj/执法监督科",
        "--why",
        "说明未审查即决定的原因",
    ];
    let order = [
        "dispose",
        alert,
        "order",
        "--to",
        "e2e-body",
        "--due-at",
        due_at.as_str(),
    ];
    command(platform, &[&order[..], &by_li[..]].concat())?;
    let told = until_told(platform, "issued").await?;
    let message = told["message"].as_str().unwrap_or_default();
    ensure!(
        told["level"] == "yellow"
            && told["responsible_org"] == "e2e-body"
            && message.contains("说明未审查即决定的原因")
            && message.contains("已逐级报告本级监察机关。"),
        "{told:#}"
    );
    // On which rung of the ladder it stands, and what comes next when and before whom.
    let id = told["alert_id"].as_str().unwrap_or_default();
    let found: Value = serde_json::from_str(&platform.get(&format!("/api/v1/alerts/{id}")).await?)?;
    let mut evidence = list(&found["alert"], "evidence");
    let ladder = evidence.find(|one| one["kind"] == "escalation");
    let ladder = ladder.with_context(|| format!("{found:#}"))?;
    let rungs: Vec<&Value> = list(ladder, "rungs").collect();
    let [before, late, next] = rungs[..] else {
        anyhow::bail!("{ladder:#}")
    };
    ensure!(
        before["reached"] == false
            && before.get("at").is_none()
            && late["reached"] == true
            && late["before"] == json!([{ "instance": "supervision", "region": "510500" }])
            && next["reached"] == false
            && next["at"].is_string()
            && next["before"][0] == json!({ "instance": "supervision_above", "region": "510000" }),
        "{ladder:#}"
    );
    // It lies before that instance alone, and until it is answered.
    ensure!(lies_before(platform, "supervision@510500", id).await?);
    for other in [
        "supervision@510502",
        "supervision_above@510000,leadership",
        "department_supervisor@e2e-body",
    ] {
        ensure!(!lies_before(platform, other, id).await?, "{other}");
    }
    let by_zhang = ["--who", "zhang@e2e-body", "--why", "已补办审查"];
    command(
        platform,
        &[&["dispose", alert, "answer"][..], &by_zhang[..]].concat(),
    )?;
    let told = until_told(platform, "ended").await?;
    ensure!(
        told["completed_at"].is_string()
            && !lies_before(platform, "supervision@510500", id).await?,
        "{told:#}"
    );
    Ok(())
}

/// Whether an open alert is among those that were brought before this instance; each tells its ladder.
async fn lies_before(platform: &Platform, instance: &str, alert: &str) -> Result<bool> {
    let asked = format!("/api/v1/alerts?open=true&brought_before={instance}");
    let page: Value = serde_json::from_str(&platform.get(&asked).await?)?;
    let found = list(&page, "alerts").find(|one| one["alert_id"] == alert);
    if let Some(found) = found {
        let mut rungs = list(found, "ladder");
        let reached = rungs.any(|rung| rung["reached"] == true && rung["at"].is_string());
        ensure!(reached && found["evidence"].is_null(), "{found:#}");
    }
    Ok(found.is_some())
}

/// The alert about the order, as soon as it stands so.
async fn until_told(platform: &Platform, status: &str) -> Result<Value> {
    let began = Instant::now();
    loop {
        let page = platform
            .get("/api/v1/alerts?control_point=disposition/T15")
            .await?;
        let page: Value = serde_json::from_str(&page)?;
        if let Some(alert) = list(&page, "alerts").find(|a| a["status"] == status) {
            return Ok(alert.clone());
        }
        ensure!(began.elapsed() < PATIENCE, "{page:#}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Beside an objective conclusion stands its cause; no other has one.
async fn in_a_table(platform: &Platform, objective: &str) -> Result<()> {
    let table = platform
        .get("/api/v1/alerts/export?format=csv&control_point=unreviewed")
        .await?;
    let mut lines = table.lines().map(|line| line.split(','));
    let mut heads = lines.next().context("headings")?;
    let place = heads.position(|head| head == "客观原因的种类");
    let place = place.with_context(|| table.clone())?;
    let mut named = 0;
    for mut line in lines {
        let concerns = line.next() == Some(objective);
        let mut cells = line.skip(place - 2);
        let (conclusion, cause) = (cells.next(), cells.next());
        let expected = match concerns {
            true => conclusion == Some("客观原因") && cause == Some("网络、系统故障"),
            false => cause == Some(""),
        };
        ensure!(expected, "{conclusion:?} {cause:?} in {table}");
        named += usize::from(concerns);
    }
    ensure!(named == 1, "{table}");
    Ok(())
}

/// What people made of the control point's alerts.
async fn quality(platform: &Platform) -> Result<()> {
    let told: Value = serde_json::from_str(&platform.get("/api/v1/rules/quality").await?)?;
    let point = list(&told, "rules").find(|rule| rule["control_point"] == "unreviewed");
    let point = point.with_context(|| format!("{told:#}"))?;
    let count = |name: &str| point[name].as_u64().unwrap_or(99);
    deciders(platform).await?;
    let confirmed_or_data = count("confirmed") + count("dismissed_data");
    ensure!(
        count("issued") == 4
            && confirmed_or_data == 2
            && count("dismissed_rule") == 1
            && count("dismissed_objective") == 1
            && (
                count("appealed"),
                count("withdrawn_on_appeal"),
                count("upheld")
            ) == (1, 1, 0)
            && count("withdrawn_by_platform") == 0,
        "{point:#}"
    );
    Ok(())
}

/// The same by who decided: chen took back what li had confirmed.
async fn deciders(platform: &Platform) -> Result<()> {
    let page = platform
        .get("/api/v1/alerts?control_point=unreviewed")
        .await?;
    let page: Value = serde_json::from_str(&page)?;
    let issued = page["alerts"][0]["issued_at"].as_str();
    let year = issued.and_then(|at| at.get(..4)).context("it went out")?;
    let path = format!("/api/v1/statistics/deciders?period={year}");
    let told: Value = serde_json::from_str(&platform.get(&path).await?)?;
    let of = |person: &str| {
        let one = list(&told, "deciders").find(|one| one["person"] == person);
        one.with_context(|| format!("{person} in {told:#}"))
    };
    let (chen, li) = (of("chen")?, of("li")?);
    ensure!(
        chen["withdrawn"]["objective"] == 1
            && chen["objective"] == 1
            && li["dismissed"]["rule"] == 1
            && li["taken_back"] == 1
            && told["total"]["concluded"] == 4
            && told["taken_back"]
                == json!([{ "person": "chen", "confirmed_by": "li", "alerts": 1 }]),
        "{told:#}"
    );
    Ok(())
}

/// Four cases that were decided without having been reviewed.
pub async fn four_alerts(platform: &Platform) -> Result<Vec<String>> {
    let url = platform.url().context("it is up")?;
    let folder = tempfile::tempdir()?;
    std::fs::write(folder.path().join("licence.yaml"), format!("{SET}{LADDER}"))?;
    let key = platform.register(SOURCE, folder.path()).await?;
    let mut events = Vec::new();
    for case in 1..=4 {
        for (kind, time) in [("accepted", "09:00"), ("decided", "10:00")] {
            events.push(json!({
                "specversion": "1.0", "type": format!("cn.mingjing.case.{kind}.v1"), "source": SOURCE,
                "id": format!("{case}-{kind}"), "subject": format!("case-{case}"),
                "time": format!("2026-03-02T{time}:00+08:00"),
                "data": { "item_code": "e2e-licence", "org_code": "e2e-body", "region_code": "510500",
                          "actor": { "id": "wang" } },
            }));
        }
    }
    let until = Timestamp::parse("2026-03-03T00:00:00+08:00")?;
    events.push(serde_json::from_slice(&encode_complete_until(
        SOURCE, until,
    ))?);
    let sent = reqwest::Client::new()
        .post(format!("{url}/v1/events"))
        .bearer_auth(&key)
        .header("content-type", "application/cloudevents-batch+json")
        .json(&events)
        .send()
        .await?;
    ensure!(sent.status().is_success(), "{}", sent.text().await?);
    let began = Instant::now();
    loop {
        let page = platform
            .get("/api/v1/alerts?control_point=unreviewed&status=issued")
            .await?;
        let page: Value = serde_json::from_str(&page)?;
        let mut found: Vec<(String, String)> = list(&page, "alerts")
            .map(|a| {
                let text = |field: &str| a[field].as_str().unwrap_or_default().to_owned();
                (text("case_no"), text("alert_id"))
            })
            .collect();
        found.sort();
        if found.len() == 4 {
            return Ok(found.into_iter().map(|(_, id)| id).collect());
        }
        ensure!(began.elapsed() < PATIENCE, "{page:#}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

pub fn said(person: &str, key: &str, more: Value) -> Value {
    let mut said = json!({
        "who": { "person": person, "body": "sfj", "office": "执法监督科" }, "why": "经核实", "key": key,
    });
    if let (Some(all), Value::Object(more)) = (said.as_object_mut(), more) {
        all.extend(more);
    }
    said
}

pub async fn act(
    platform: &Platform,
    alert: &str,
    act: &str,
    body: &Value,
) -> Result<(u16, Value)> {
    let url = platform.url().context("it is up")?;
    let request = reqwest::Client::new().post(format!("{url}/api/v1/alerts/{alert}/{act}"));
    let answer = request.json(body).send().await?;
    let (status, text) = (answer.status().as_u16(), answer.text().await?);
    let told = serde_json::from_str(&text).with_context(|| text.clone())?;
    Ok((status, told))
}

async fn until_state(platform: &Platform, path: &str, wanted: &str) -> Result<()> {
    let began = Instant::now();
    loop {
        let (status, text) = platform.answer(path).await?;
        let told: Value = serde_json::from_str(&text).unwrap_or_default();
        if status == 200 && told["state"] == wanted {
            return Ok(());
        }
        ensure!(began.elapsed() < PATIENCE, "{path} stays {status}: {text}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// The alert, as soon as it is archived as it should stand.
pub async fn until_archived(platform: &Platform, alert: &str, state: &str) -> Result<Value> {
    let began = Instant::now();
    loop {
        let shown = platform.get(&format!("/api/v1/alerts/{alert}")).await?;
        let shown: Value = serde_json::from_str(&shown)?;
        if shown["alert"]["disposition"]["state"] == state {
            return Ok(shown);
        }
        ensure!(began.elapsed() < PATIENCE, "{shown:#}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

pub fn command(platform: &Platform, arguments: &[&str]) -> Result<String> {
    let url = platform.url().context("it is up")?;
    let ran = Command::new(place::program()?)
        .args(arguments)
        .args(["--api", url])
        .stdin(Stdio::null())
        .output()?;
    ensure!(
        ran.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&ran.stderr)
    );
    Ok(String::from_utf8(ran.stdout)?)
}

fn list<'a>(value: &'a Value, field: &str) -> impl Iterator<Item = &'a Value> {
    value[field].as_array().into_iter().flatten()
}
