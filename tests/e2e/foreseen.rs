//! Foresight over HTTP: an open case has beside it what like cases say, with what that stands on; everybody sees their own cases, and one
//! case has one number whoever looks.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use chrono::{Days, NaiveDate, Utc};
use chrono_tz::Asia::Shanghai;
use mingjing_domain::calendar::{WorkCalendar, china};
use serde_json::{Value, json};

use crate::people::{Cookie, SETTINGS, Site, open, ready};
use crate::platform::{PATIENCE, Platform};

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
const FORESIGHT: &str = "/api/v1/foresight";

/// Cases that were decided in time, and as many that were late.
const EACH: usize = 12;

#[tokio::test(flavor = "multi_thread")]
async fn what_like_cases_say_stands_beside_an_open_case() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let platform = Platform::start(folder.path(), &SETTINGS)?;
    platform.until_ready(true).await?;
    let site = Site::of(&platform)?;
    told(&site).await?;
    let city = ready(&site, &open("city", "s-1", &["supervision"], "510500")).await?;
    until_archived(&site, &city).await?;

    let told = ask(&site, &city, FORESIGHT).await?;
    ensure!(told["total"] == 2 && told["said"] == 2, "{told:#}");
    ensure!(told["least"] == 20 && told["more"] == false, "{told:#}");
    ensure!(told["next"].is_null(), "{told:#}");
    let cases = told["cases"].as_array().context("cases")?;
    let wanted = json!({ "likelihood": 0.5, "base": 2 * EACH, "undecided": 0, "likeness": "step", "due": "promised", "unsaid": null });
    for case in cases {
        for (field, value) in wanted.as_object().context("fields")? {
            ensure!(case["foresight"][field] == *value, "{field}: {case:#}");
        }
        let text = case.to_string();
        ensure!(!text.contains("wang"), "an officer is shown: {case:#}");
    }
    ensure!(
        cases.iter().any(|case| case["case_no"] == "open-qu-b"),
        "{told:#}"
    );
    let first = ask(&site, &city, &format!("{FORESIGHT}?limit=1")).await?;
    let next = first["next"].as_str().context("a next page")?;
    let second = ask(&site, &city, &format!("{FORESIGHT}?limit=1&cursor={next}")).await?;
    ensure!(second["cases"] == json!([cases[1]]), "{second:#}");

    // The same beside a list of cases, where it is asked for, and with the reason where there is none.
    let listed = ask(&site, &city, "/api/v1/cases?foresight=true&limit=100").await?;
    for case in listed["cases"].as_array().context("cases")? {
        let foresight = &case["foresight"];
        let open = case["closed_at"].is_null();
        let wanted = if open { json!(0.5) } else { json!(null) };
        let why = if open { json!(null) } else { json!("over") };
        ensure!(
            foresight["likelihood"] == wanted && foresight["unsaid"] == why,
            "{case:#}"
        );
    }
    let plain = ask(&site, &city, "/api/v1/cases?limit=1").await?;
    ensure!(plain["cases"][0].get("foresight").is_none(), "{plain:#}");

    // A district sees its own case, by the number that the city sees, and not the other's.
    let own = open("qu-a", "a-1", &["supervision"], "510502");
    let own = ready(&site, &own).await?;
    let seen = ask(&site, &own, FORESIGHT).await?;
    ensure!(seen["total"] == 1, "{seen:#}");
    ensure!(seen["cases"][0]["case_no"] == "open-qu-a", "{seen:#}");
    ensure!(
        seen["cases"][0]["foresight"]["base"] == 2 * EACH,
        "{seen:#}"
    );
    let one = |case_no: &str| format!("{FORESIGHT}?source={SOURCE}&case_no={case_no}");
    let others = ask(&site, &own, &one("open-qu-b")).await?;
    ensure!(others["cases"] == json!([]), "{others:#}");
    let over = ask(&site, &city, &one("late-0")).await?;
    ensure!(
        over["cases"][0]["foresight"]["unsaid"] == "over",
        "{over:#}"
    );

    for wrong in ["?case_no=open-qu-a", "?limit=0", "?likely=true"] {
        let request = city.get(&site, &format!("{FORESIGHT}{wrong}"));
        let status = site.status(request).await?;
        ensure!(status == 400, "{wrong}: {status}");
    }
    let auditor = open("auditor", "z-1", &["auditor"], "510500");
    let auditor = ready(&site, &auditor).await?;
    let status = site.status(auditor.get(&site, FORESIGHT)).await?;
    ensure!(status == 403, "{status} to an auditor");
    platform.stop().await
}

/// Of each body one case that is open since yesterday; before, cases that took three working days and cases that took twenty. Five are
/// promised.
async fn told(site: &Site) -> Result<()> {
    let text = format!("{}{BODIES}", SET.trim_end());
    let folder = json!({
        "files": [{ "name": "licence.yaml", "text": text }],
        "who": { "person": "e2e" }, "why": "试验",
    });
    let (status, told) = site.by_key("POST", "/v1/definitions", &folder).await?;
    ensure!(status == 200, "{status} {told:#}");
    let source = json!({ "id": SOURCE });
    let (status, told) = site.by_key("POST", "/v1/sources", &source).await?;
    ensure!(status == 201, "{status} {told:#}");
    let key = told["key"].as_str().context("a key")?;

    let calendar = WorkCalendar::compile(china(), None);
    let calendar = calendar.map_err(|problems| anyhow::anyhow!("{problems:?}"))?;
    let today = Utc::now().with_timezone(&Shanghai).date_naive();
    let began = today - Days::new(70);
    let mut events = Vec::new();
    for n in 0..EACH {
        let body = if n % 2 == 0 { "qu-a" } else { "qu-b" };
        for (name, days) in [("early", 3), ("late", 20)] {
            let done = calendar.add_working_days(began, days);
            case(&mut events, &format!("{name}-{n}"), body, began, Some(done));
        }
    }
    for body in ["qu-a", "qu-b"] {
        let began = today - Days::new(1);
        case(&mut events, &format!("open-{body}"), body, began, None);
    }
    let request = site.request("POST", "/v1/events").bearer_auth(key);
    let request = request
        .header("content-type", "application/cloudevents-batch+json")
        .body(serde_json::to_vec(&events)?);
    let (status, told) = site.answer(request).await?;
    ensure!(status == 200, "{status} {told:#}");
    Ok(())
}

/// Accepted and begun to be reviewed on one day, decided and closed on another.
fn case(
    events: &mut Vec<Value>,
    case_no: &str,
    body: &str,
    began: NaiveDate,
    done: Option<NaiveDate>,
) {
    let region = if body == "qu-a" { "510502" } else { "510503" };
    let begun = [
        ("accepted", began, "09:00:00"),
        ("step_start", began, "09:30:00"),
    ];
    let ended = done.map(|day| {
        [
            ("step_end", day, "10:00:00"),
            ("decided", day, "10:30:00"),
            ("closed", day, "11:00:00"),
        ]
    });
    for (kind, day, time) in begun.into_iter().chain(ended.into_iter().flatten()) {
        let mut data = json!({
            "item_code": "e2e-licence", "org_code": body, "region_code": region, "actor": { "id": format!("wang-{body}") },
        });
        if kind.starts_with("step") {
            data["step_code"] = json!("review");
        }
        events.push(json!({
            "specversion": "1.0", "type": format!("cn.mingjing.case.{kind}.v1"), "source": SOURCE,
            "id": format!("{case_no}-{kind}"), "subject": case_no,
            "time": format!("{day}T{time}+08:00"),
            "data": data,
        }));
    }
}

async fn ask(site: &Site, person: &Cookie, path: &str) -> Result<Value> {
    let (status, told) = site.answer(person.get(site, path)).await?;
    ensure!(status == 200, "{path} {status} {told:#}");
    Ok(told)
}

/// Until the archive has all of it: foresight keeps for a while what it has read.
async fn until_archived(site: &Site, city: &Cookie) -> Result<()> {
    let began = Instant::now();
    loop {
        let told = ask(site, city, "/api/v1/cases?limit=100").await?;
        let cases = told["cases"].as_array().context("cases")?;
        let closed = cases.iter().filter(|case| !case["closed_at"].is_null());
        if (cases.len(), closed.count()) == (2 * EACH + 2, 2 * EACH) {
            return Ok(());
        }
        ensure!(began.elapsed() < PATIENCE, "{told:#}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
