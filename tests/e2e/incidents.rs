//! Alerts of one cause over HTTP: they lie in one open incident at most, whoever adds them at once; one act is done to each in its own name, as far
//! as whoever gives it sees; and what breaks off half-way is gone on with and done once.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::disposed::{HANGS, command, four_alerts, said, until_archived};
use crate::people::{Cookie, SETTINGS, Site, open, ready};
use crate::people_see::{send_of, source, until_alert};
use crate::platform::{PATIENCE, Platform};

const SOURCE: &str = "office";
const INCIDENTS: &str = "/api/v1/incidents";

#[tokio::test(flavor = "multi_thread")]
async fn one_cause_is_worked_by_one_act_and_each_alert_keeps_its_own_record() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let platform = Platform::start(folder.path(), &SETTINGS)?;
    platform.until_ready(true).await?;
    let site = Site::of(&platform)?;
    let key = source(&site, &json!({ "id": SOURCE, "clock": "declared" })).await?;
    let cases = [
        ("a-1", "510502", "qu-a"),
        ("a-2", "510502", "qu-a"),
        ("b-1", "510503", "qu-b"),
    ];
    send_of(&site, SOURCE, &key, &cases, 2).await?;
    let city = ready(&site, &open("city", "s-1", &["supervision"], "510500")).await?;
    let mut alerts = Vec::new();
    for (case, ..) in cases {
        alerts.push(until_alert(&site, &city, case).await?);
    }

    let id = opened_once(&site, &city, &alerts).await?;
    one_at_most(&site, &city, &alerts).await?;
    seen_as_far_as_each_sees(&site, &id, &alerts).await?;
    done_to_all(&site, &city, &id, &alerts).await?;
    send_of(&site, SOURCE, &key, &[("a-3", "510502", "qu-a")], 4).await?;
    let later = until_alert(&site, &city, "a-3").await?;
    offered_and_concluded(&site, &city, &id, &alerts, &later).await?;
    platform.stop().await
}

fn opening(key: &str, alerts: &[String]) -> Value {
    json!({
        "title": "审批系统接口断报", "cause": { "kind": "source_down", "source": SOURCE }, "org_code": "qu-a",
        "alerts": alerts, "why": "接口停机，经双方核对", "key": key,
    })
}

async fn post(site: &Site, person: &Cookie, path: &str, body: &Value) -> Result<(u16, Value)> {
    site.answer(person.send(site, "POST", path, body)).await
}

async fn taken(site: &Site, person: &Cookie, path: &str, body: &Value) -> Result<Value> {
    let (status, told) = post(site, person, path, body).await?;
    ensure!(status == 200, "{path} {body} {status} {told:#}");
    Ok(told)
}

async fn got(site: &Site, person: &Cookie, path: &str) -> Result<Value> {
    let (status, told) = site.answer(person.get(site, path)).await?;
    ensure!(status == 200, "{path} {status} {told:#}");
    Ok(told)
}

fn id_of(told: &Value) -> Result<String> {
    Ok(told["id"].as_str().context("an id")?.to_owned())
}

async fn opened_once(site: &Site, city: &Cookie, alerts: &[String]) -> Result<String> {
    let asked = opening("o-1", alerts);
    let told = taken(site, city, INCIDENTS, &asked).await?;
    ensure!(
        told["state"] == "open" && told["alerts"] == 3 && told["left"] == json!([]),
        "{told:#}"
    );
    let again = taken(site, city, INCIDENTS, &asked).await?;
    ensure!(again == told, "sent again it is the same: {again:#}");
    for (change, wanted) in [
        (json!({ "title": "另一事件" }), 409),
        (json!({ "org_code": "nowhere", "key": "o-2" }), 400),
        (json!({ "alerts": ["00ff"], "key": "o-2" }), 404),
        (
            json!({ "cause": { "kind": "fault", "rule": "" }, "key": "o-2" }),
            400,
        ),
    ] {
        let mut asked = asked.clone();
        let (all, more) = (asked.as_object_mut(), change.as_object());
        all.context("an object")?
            .extend(more.context("an object")?.clone());
        let (status, told) = post(site, city, INCIDENTS, &asked).await?;
        ensure!(status == wanted, "{change} {status} {told:#}");
    }
    let listed = got(site, city, INCIDENTS).await?;
    ensure!(
        listed["tally"] == json!({ "open": 1, "closed": 0 }),
        "what was refused left nothing: {listed:#}"
    );
    id_of(&told)
}

/// What lies in one comes into no other; of two that take the same at once one has it.
async fn one_at_most(site: &Site, city: &Cookie, alerts: &[String]) -> Result<()> {
    let told = taken(site, city, INCIDENTS, &opening("o-3", &alerts[..1])).await?;
    ensure!(
        told["alerts"] == 0 && told["left"][0]["alert_id"] == alerts[0].as_str(),
        "{told:#}"
    );
    let second = id_of(&told)?;
    let first = id_of(&taken(site, city, INCIDENTS, &opening("o-1", alerts)).await?)?;
    let out = json!({ "alerts": [alerts[2]], "why": "试移出", "key": "m-1" });
    let path = |id: &str, act: &str| format!("{INCIDENTS}/{id}/{act}");
    taken(site, city, &path(&first, "remove"), &out).await?;
    let back = |key: &str| json!({ "alerts": [alerts[2]], "why": "同因", "key": key });
    let (to_first, to_second) = (path(&first, "add"), path(&second, "add"));
    let (for_first, for_second) = (back("m-2"), back("m-3"));
    let (one, other) = tokio::join!(
        taken(site, city, &to_first, &for_first),
        taken(site, city, &to_second, &for_second)
    );
    let (one, other) = (one?, other?);
    let left = [&one, &other].map(|told| told["left"].as_array().map_or(9, Vec::len));
    ensure!(left[0] + left[1] == 1, "{one:#}\n{other:#}");
    if left[0] == 1 {
        taken(site, city, &path(&second, "remove"), &back("m-4")).await?;
        taken(site, city, &to_first, &back("m-5")).await?;
    }
    let end = json!({ "conclusion": "data", "why": "重复立项", "key": "c-0" });
    taken(site, city, &path(&second, "close"), &end).await?;
    let marks = got(
        site,
        city,
        &format!("{INCIDENTS}/marks?alerts={}", alerts.join(",")),
    )
    .await?;
    for alert in alerts {
        ensure!(marks["marks"][alert]["id"] == first.as_str(), "{marks:#}");
    }
    Ok(())
}

async fn seen_as_far_as_each_sees(site: &Site, id: &str, alerts: &[String]) -> Result<()> {
    let path = format!("{INCIDENTS}/{id}");
    for (account, role, region, body, wanted) in [
        ("qu-a", "supervision", "510502", "jw", Some((2, 1, true))),
        ("qu-b", "supervision", "510503", "jw", Some((1, 2, false))),
        (
            "han",
            "department_handler",
            "510503",
            "qu-b",
            Some((1, 2, false)),
        ),
        ("lin", "leadership", "510500", "zf", Some((3, 0, true))),
        ("else", "supervision", "510504", "jw", None),
    ] {
        let mut opening = open(account, account, &[role], region);
        opening["rights"]["body"] = json!(body);
        let person = ready(site, &opening).await?;
        let (status, told) = site.answer(person.get(site, &path)).await?;
        let Some((alerts_seen, beyond, yours)) = wanted else {
            ensure!(status == 404, "{account}: {status} {told:#}");
            let listed = got(site, &person, INCIDENTS).await?;
            ensure!(listed["incidents"] == json!([]), "{listed:#}");
            continue;
        };
        ensure!(
            told["alerts"] == alerts_seen
                && told["alerts_beyond"] == beyond
                && told["yours"] == yours,
            "{account}: {status} {told:#}"
        );
        if region == "510503" {
            for what in ["", "/members"] {
                let (_, text) = site
                    .text(person.get(site, &format!("{path}{what}")))
                    .await?;
                ensure!(!text.contains(&alerts[0]), "{account}: {text}");
            }
            let marks = format!("{INCIDENTS}/marks?alerts={},{}", alerts[0], alerts[2]);
            let marks = got(site, &person, &marks).await?;
            ensure!(
                marks["marks"].as_object().map(serde_json::Map::len) == Some(1),
                "{marks:#}"
            );
            let end = json!({ "conclusion": "data", "why": "结", "key": "c-9" });
            let (status, told) = post(site, &person, &format!("{path}/close"), &end).await?;
            ensure!(matches!(status, 403 | 409), "{account}: {status} {told:#}");
        }
    }
    let shen = ready(site, &open("shen", "a-1", &["auditor"], "")).await?;
    ensure!(site.status(shen.get(site, &path)).await? == 403);
    Ok(())
}

async fn done_to_all(site: &Site, city: &Cookie, id: &str, alerts: &[String]) -> Result<()> {
    let path = |act: &str| format!("{INCIDENTS}/{id}/members/{act}");
    let data = |key: &str| json!({ "conclusion": "data", "why": "断报期间记录未到", "key": key });
    // Whoever sees one acts upon that one, and is told of the others.
    let district = site.sign_in("qu-b", crate::people::PASSWORD).await?;
    let told = taken(site, &district, &path("dismiss"), &data("d-1")).await?;
    let run = &told["acts"][0];
    ensure!(
        told["done"] == true && run["applied"] == 1 && run["targets"] == 1,
        "{told:#}"
    );
    let (status, told) = post(site, &district, &path("appeal"), &data("d-2")).await?;
    ensure!(status == 403, "each on its own: {status} {told:#}");

    let told = taken(site, city, &path("dismiss"), &data("d-3")).await?;
    let run = &told["acts"][1];
    ensure!(
        told["done"] == true && run["applied"] == 2 && run["before"] == 1 && run["refused"] == 0,
        "{told:#}"
    );
    let again = taken(site, city, &path("dismiss"), &data("d-3")).await?;
    ensure!(again == told, "sent again it is the same: {again:#}");
    let mut other = data("d-3");
    other["conclusion"] = json!("rule");
    let (status, told) = post(site, city, &path("dismiss"), &other).await?;
    ensure!(
        status == 409 && told["reason"] == "key_reused",
        "{status} {told:#}"
    );
    // What cannot be done is told, with why.
    let told = taken(
        site,
        city,
        &path("close"),
        &json!({ "why": "办结", "key": "d-4" }),
    )
    .await?;
    let run = &told["acts"][2];
    ensure!(
        run["refused"] == 3
            && run["reasons"][0]["reason"] == "no_order"
            && run["refusals"].as_array().map(Vec::len) == Some(3),
        "{told:#}"
    );
    for (alert, who) in alerts.iter().zip(["s-1", "s-1", "qu-b"]) {
        let shown = until(site, city, &format!("/api/v1/alerts/{alert}"), |told| {
            told["alert"]["disposition"]["state"] == "dismissed"
        })
        .await?;
        let by = &shown["alert"]["disposition"]["decision"]["by"];
        let reason = by["reason"].as_str().unwrap_or_default();
        ensure!(
            by["person"] == who
                && reason.contains("同因事件“审批系统接口断报”")
                && reason.contains("断报期间记录未到"),
            "{by:#}"
        );
    }
    for (query, wanted) in [
        (format!("incident={id}"), 3),
        ("incident=any".to_owned(), 3),
        ("incident=none&control_point=unreviewed".to_owned(), 0),
    ] {
        let page = got(site, city, &format!("/api/v1/alerts?{query}")).await?;
        let found = page["alerts"].as_array().map(Vec::len);
        ensure!(found == Some(wanted), "{query}: {page:#}");
    }
    let counts = got(site, city, &format!("{INCIDENTS}/counts?open=false")).await?;
    let single = counts["alerts"].as_u64().unwrap_or(0) - 3;
    ensure!(
        counts["in_incidents"] == 3
            && counts["incidents"] == 1
            && counts["causes"] == single + 1
            && counts["by_cause"][0]["cause"] == "source_down",
        "{counts:#}"
    );
    Ok(())
}

/// What comes later is offered and added when somebody says so; a conclusion ends it and frees its alerts.
async fn offered_and_concluded(
    site: &Site,
    city: &Cookie,
    id: &str,
    alerts: &[String],
    later: &str,
) -> Result<()> {
    let path = |act: &str| format!("{INCIDENTS}/{id}/{act}");
    let offered = got(site, city, &path("offered")).await?;
    ensure!(
        offered["total"] == 1 && offered["alerts"][0]["alert_id"] == later,
        "{offered:#}"
    );
    let span = json!({ "from": null, "until": "2026-03-02T23:00:00+08:00", "why": "日志所见", "key": "p-1" });
    taken(site, city, &path("span"), &span).await?;
    let none = got(site, city, &path("offered")).await?;
    ensure!(none["total"] == 0, "beyond its end: {none:#}");
    let add = json!({ "alerts": [later], "why": "同因", "key": "p-2" });
    let told = taken(site, city, &path("add"), &add).await?;
    ensure!(told["alerts"] == 4, "{told:#}");
    let members = got(site, city, &path("members?limit=3")).await?;
    let next = members["next"].as_str().context("a next page")?;
    let rest = got(site, city, &path(&format!("members?limit=3&cursor={next}"))).await?;
    ensure!(
        rest["members"].as_array().map(Vec::len) == Some(1) && rest["next"] == Value::Null,
        "{rest:#}"
    );
    let end = json!({ "conclusion": "data", "why": "接口已恢复，数据已补齐", "key": "p-3" });
    let told = taken(site, city, &path("close"), &end).await?;
    ensure!(
        told["state"] == "closed" && told["closed"]["conclusion_zh"] == "数据问题",
        "{told:#}"
    );
    let (status, told) = post(site, city, &path("remove"), &add).await?;
    ensure!(status == 409, "{status} {told:#}");
    let told = taken(site, city, INCIDENTS, &opening("o-9", &alerts[..1])).await?;
    ensure!(
        told["alerts"] == 1,
        "a closed one frees its alerts: {told:#}"
    );
    let proposed = got(site, city, &format!("{INCIDENTS}/proposals")).await?;
    ensure!(proposed["proposals"].is_array(), "{proposed:#}");
    Ok(())
}

async fn until(
    site: &Site,
    person: &Cookie,
    path: &str,
    is: impl Fn(&Value) -> bool,
) -> Result<Value> {
    let began = Instant::now();
    loop {
        let told = got(site, person, path).await?;
        if is(&told) {
            return Ok(told);
        }
        ensure!(began.elapsed() < PATIENCE, "{told:#}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_act_that_was_killed_half_way_is_gone_on_with_and_done_once() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path();
    let platform = Platform::up(data)?;
    let alerts = four_alerts(&platform).await?;
    let opening = said(
        "li",
        "o-1",
        json!({
            "title": "规则有误", "cause": { "kind": "fault", "rule": "P1" }, "org_code": "e2e-body", "alerts": alerts,
        }),
    );
    let (status, told) = send(&platform, INCIDENTS, &opening).await?;
    ensure!(status == 200 && told["alerts"] == 4, "{status} {told:#}");
    let id = id_of(&told)?;
    let path = format!("{INCIDENTS}/{id}/members/dismiss");
    platform.stop().await?;

    // An owner takes a command and decides nothing any more.
    let mut platform = Platform::start(data, &[HANGS])?;
    platform.until_ready(true).await?;
    let dismiss = said("li", "d-1", json!({ "conclusion": "rule" }));
    let (status, told) = send(&platform, &path, &dismiss).await?;
    let left = told["acts"][0]["left"].as_u64().unwrap_or(0);
    ensure!(
        status == 200 && told["done"] == false && left >= 1,
        "{status} {told:#}"
    );
    let other = said("li", "d-2", json!({}));
    let confirm = path.replace("dismiss", "confirm");
    let (status, told) = send(&platform, &confirm, &other).await?;
    ensure!(
        status == 409 && told["reason"] == "act_under_way",
        "{status} {told:#}"
    );
    platform.kill()?;
    platform.ended().await?;

    let platform = Platform::up(data)?;
    let began = Instant::now();
    let told = loop {
        let (status, told) = send(&platform, &path, &dismiss).await?;
        ensure!(status == 200, "{status} {told:#}");
        if told["done"] == true {
            break told;
        }
        ensure!(began.elapsed() < PATIENCE, "{told:#}");
    };
    let run = &told["acts"][0];
    ensure!(
        run["applied"] == 4
            && run["refused"] == 0
            && told["acts"].as_array().map(Vec::len) == Some(1),
        "{told:#}"
    );
    for alert in &alerts {
        let shown = until_archived(&platform, alert, "dismissed").await?;
        let history = shown["history"].as_array().into_iter().flatten();
        let commands = history.filter(|change| change["cause"]["kind"] == "command");
        ensure!(commands.count() == 1, "once: {shown:#}");
    }
    by_the_command(&platform, &id, &alerts)?;
    platform.stop().await
}

/// Listed, concluded, merged anew and worked as one, by lines.
fn by_the_command(platform: &Platform, id: &str, alerts: &[String]) -> Result<()> {
    let run = |line: &[&str]| {
        let by = ["--who", "li@sfj/执法监督科", "--why", "经核实"];
        let by = match line[0] {
            "list" => &[][..],
            _ => &by[..],
        };
        command(platform, &[&["incidents"][..], line, by].concat())
    };
    let listed = run(&["list", "--state", "open", "--cause", "fault"])?;
    ensure!(
        listed.lines().count() == 1 && listed.contains(id) && listed.contains("规则有误"),
        "{listed}"
    );
    let two = [alerts[0].as_str(), alerts[1].as_str()];
    let opening = [
        "--title", "另立", "--cause", "other", "--body", "e2e-body", "--json",
    ];
    let told = run(&[&["merge"][..], &two[..], &opening[..]].concat())?;
    let told: Value = serde_json::from_str(&told)?;
    ensure!(
        told["alerts"] == 0 && told["left"].as_array().map(Vec::len) == Some(2),
        "an alert lies in one at most: {told:#}"
    );
    let other = id_of(&told)?;
    let told = run(&["act", id, "close", "--conclusion", "rule"])?;
    ensure!(told.contains("办结 规则问题"), "{told}");
    let told = run(&[&["merge"][..], &two[..], &["--into", &other]].concat())?;
    ensure!(told.contains("预警 2 条"), "{told}");
    let told = run(&["all", &other, "hold"])?;
    ensure!(
        told.contains("统一处置 hold：执行 0 条，拒绝 2 条，未办 0 条"),
        "what is issued is not held: {told}"
    );
    Ok(())
}

async fn send(platform: &Platform, path: &str, body: &Value) -> Result<(u16, Value)> {
    let url = platform.url().context("it is up")?;
    let request = reqwest::Client::new().post(format!("{url}{path}"));
    let answer = request.json(body).send().await?;
    let (status, text) = (answer.status().as_u16(), answer.text().await?);
    let told = serde_json::from_str(&text).with_context(|| text.clone())?;
    Ok((status, told))
}
