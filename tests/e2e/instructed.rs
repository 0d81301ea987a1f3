//! A leader's words about an alert: who supervises orders upon them once, the order says whose they are, and the department learns of them by
//! the order alone.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::people::{Cookie, SETTINGS, Site, open, ready};
use crate::people_see::{send_of, source, until_alert};
use crate::platform::{PATIENCE, Platform};

const SOURCE: &str = "office";
const LEDGER: &str = "/api/v1/ledger";

#[tokio::test(flavor = "multi_thread")]
async fn an_order_follows_from_a_leaders_words() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let platform = Platform::start(folder.path(), &SETTINGS)?;
    platform.until_ready(true).await?;
    let site = Site::of(&platform)?;
    let key = source(&site, &json!({ "id": SOURCE, "clock": "declared" })).await?;
    let cases = [("a-1", "510502", "qu-a"), ("b-1", "510503", "qu-b")];
    send_of(&site, SOURCE, &key, &cases, 2).await?;
    let city = ready(&site, &open("city", "s-1", &["supervision"], "510500")).await?;
    let leader = ready(&site, &open("lin", "l-1", &["leadership"], "510500")).await?;
    let mut opening = open("han", "h-1", &["department_supervisor"], "510502");
    opening["rights"]["body"] = json!("qu-a");
    let department = ready(&site, &opening).await?;
    let (about, other) = (
        until_alert(&site, &city, "a-1").await?,
        until_alert(&site, &city, "b-1").await?,
    );

    let asked = words(&about, "qu-a", "w-1");
    for (person, asked, wanted) in [
        (&city, words(&about, "qu-a", "w-0"), 403),
        (&department, words(&about, "qu-a", "w-0"), 403),
        (&leader, words(&about, "qu-b", "w-0"), 400),
        (&leader, words("0123", "qu-a", "w-0"), 404),
    ] {
        let (status, told) = site
            .answer(person.send(&site, "POST", LEDGER, &asked))
            .await?;
        ensure!(status == wanted, "{asked} {status} {told:#}");
    }
    let written = post(&site, &leader, LEDGER, &asked).await?;
    ensure!(
        written["state"] == "open" && written["order"] == Value::Null,
        "{written:#}"
    );
    let id = written["id"].as_str().context("an id")?;
    let address = format!("{LEDGER}/{id}");
    let status = site.status(department.get(&site, &address)).await?;
    ensure!(status == 404, "not before an order is given: {status}");

    ordered_once(&site, &city, &leader, id, [&about, &other]).await?;

    // By the order, and by nothing else.
    let reason = until_ordered(&site, &department, &about).await?;
    ensure!(
        reason == "落实领导批示（l-1，2026-03-10）：请查明原因，限期整改。请于期限内反馈",
        "{reason}"
    );
    let (_, listed) = site.text(department.get(&site, LEDGER)).await?;
    ensure!(!listed.contains(id), "{listed}");
    // To the leader, with what became of it.
    let path = format!("{LEDGER}?alert_id={about}&kind=instruction");
    let (_, listed) = site.answer(leader.get(&site, &path)).await?;
    ensure!(
        listed["entries"][0]["id"] == id && listed["entries"][0]["order"]["state"] == "applied",
        "{listed:#}"
    );
    // With the order's closing the words are done, and the leader is told when, by whom and with what result.
    let path = |act: &str| format!("/api/v1/alerts/{about}/{act}");
    let answer = json!({ "why": "已补办", "key": "a-1" });
    post(&site, &department, &path("answer"), &answer).await?;
    let open = done(&site, &leader, &address).await?;
    ensure!(open["state"] == "open", "an answer is no closing: {open:#}");
    let close = json!({ "why": "情况属实", "key": "c-1" });
    post(&site, &city, &path("close"), &close).await?;
    let began = Instant::now();
    let closed = loop {
        let told = done(&site, &leader, &address).await?;
        if told["state"] == "closed" {
            break told;
        }
        ensure!(began.elapsed() < PATIENCE, "{told:#}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    ensure!(
        closed["order_closed"]["why"] == "情况属实"
            && closed["order_closed"]["by"]["person"] == "s-1"
            && closed["result"] == Value::Null,
        "{closed:#}"
    );
    let alert = done(&site, &department, &format!("/api/v1/alerts/{about}")).await?;
    let acts: Vec<[&Value; 3]> = alert["acts"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|act| [&act["act"], &act["by"]["reason"], &act["to"]])
        .collect();
    ensure!(
        matches!(&acts[..], [[order, _, to], [answer, done, _], [close, found, _]]
            if *order == "order" && *to == "qu-a" && *answer == "answer" && *done == "已补办"
                && *close == "close" && *found == "情况属实"),
        "{alert:#}"
    );
    let list = format!("{LEDGER}?kind=instruction&state=closed");
    let (_, listed) = site.answer(leader.get(&site, &list)).await?;
    ensure!(
        listed["entries"][0]["id"] == id && listed["tally"]["closed"] == 1,
        "{listed:#}"
    );
    // What somebody reports beside it goes before.
    let result = json!({ "on": "2026-03-20", "by": "甲区审批局", "why": "已整改", "key": "r-1" });
    let path = format!("{address}/result");
    let (status, _) = site
        .answer(leader.send(&site, "POST", &path, &result))
        .await?;
    ensure!(status == 403, "who supervises reports: {status}");
    let closed = post(&site, &city, &path, &result).await?;
    ensure!(
        closed["state"] == "closed" && closed["result"]["on"] == "2026-03-20",
        "{closed:#}"
    );
    platform.stop().await
}

/// An entry of the ledger as somebody is told it now.
async fn done(site: &Site, person: &Cookie, address: &str) -> Result<Value> {
    let (status, told) = site.answer(person.get(site, address)).await?;
    ensure!(status == 200, "{status} {told:#}");
    Ok(told)
}

/// Why an order was given, as soon as the archive has it.
async fn until_ordered(site: &Site, person: &Cookie, alert: &str) -> Result<String> {
    let path = format!("/api/v1/alerts/{alert}");
    let began = Instant::now();
    loop {
        let (_, told) = site.answer(person.get(site, &path)).await?;
        let reason = &told["alert"]["disposition"]["order"]["by"]["reason"];
        if let Some(reason) = reason.as_str() {
            return Ok(reason.to_owned());
        }
        ensure!(began.elapsed() < PATIENCE, "{told:#}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn words(alert: &str, body: &str, key: &str) -> Value {
    json!({
        "kind": "instruction", "org_code": body, "on": "2026-03-10", "alerts": [alert],
        "why": "请查明原因，限期整改。", "key": key,
    })
}

async fn post(site: &Site, person: &Cookie, path: &str, body: &Value) -> Result<Value> {
    let (status, told) = site.answer(person.send(site, "POST", path, body)).await?;
    ensure!(status == 200, "{path} {body} {status} {told:#}");
    Ok(told)
}

/// Sent again it is the same order; beside it there is no other, and about another alert there is none.
async fn ordered_once(
    site: &Site,
    city: &Cookie,
    leader: &Cookie,
    id: &str,
    [about, other]: [&str; 2],
) -> Result<()> {
    let order =
        |key: &str| json!({ "to": "qu-a", "why": "请于期限内反馈", "key": key, "instruction": id });
    let path = |alert: &str, act: &str| format!("/api/v1/alerts/{alert}/{act}");
    for (person, alert, act, wanted) in [
        (leader, about, "order", 403),
        (city, other, "order", 400),
        (city, about, "close", 400),
    ] {
        let mut body = order("o-0");
        if act == "close" {
            body = json!({ "why": "办结", "key": "o-0", "instruction": id });
        }
        let request = person.send(site, "POST", &path(alert, act), &body);
        let (status, told) = site.answer(request).await?;
        ensure!(status == wanted, "{act} {alert}: {status} {told:#}");
    }
    // What goes to nobody is no order, and another may follow.
    let mut nobody = order("o-n");
    nobody["to"] = json!("nowhere");
    let request = city.send(site, "POST", &path(about, "order"), &nobody);
    let (status, told) = site.answer(request).await?;
    ensure!(
        status == 409 && told["reason"] == "no_such_body",
        "{status} {told:#}"
    );
    let address = format!("{LEDGER}/{id}");
    let (_, told) = site.answer(city.get(site, &address)).await?;
    ensure!(told["order"] == Value::Null, "{told:#}");
    let given = post(site, city, &path(about, "order"), &order("o-1")).await?;
    let again = post(site, city, &path(about, "order"), &order("o-1")).await?;
    ensure!(
        given["command_id"] == again["command_id"] && given["state"] == "applied",
        "{given:#} {again:#}"
    );
    let request = city.send(site, "POST", &path(about, "order"), &order("o-2"));
    let (status, told) = site.answer(request).await?;
    ensure!(
        status == 409 && told["reason"] == "already_ordered",
        "{status} {told:#}"
    );
    let (_, told) = site.answer(city.get(site, &address)).await?;
    ensure!(
        told["order"]["state"] == "applied"
            && told["order"]["command_id"] == given["command_id"]
            && told["order"]["to"] == "qu-a",
        "{told:#}"
    );
    Ok(())
}
