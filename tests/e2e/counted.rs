//! Statistics over HTTP: the numbers are what the script of cases says, each opens to its cases, everybody counts what they see, and how
//! cases fall to officers is for few.

use std::collections::BTreeSet;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
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
const STATISTICS: &str = "/api/v1/statistics";

/// What happened, and when.
type Told = (&'static str, &'static str);

/// Of March 2026: body, its region, case, and what was told of it. Ten working days are given from acceptance to decision.
const SCRIPT: [(&str, &str, &str, &[Told]); 5] = [
    (
        "qu-a",
        "510502",
        "a-1",
        // Five working days.
        &[
            ("applied", "03-02 09:00"),
            ("accepted", "03-03 09:00"),
            ("step_start", "03-03 10:00"),
            ("step_end", "03-05 10:00"),
            ("decided", "03-10 10:00"),
            ("closed", "03-10 16:00"),
            ("delivered", "03-11 09:00"),
        ],
    ),
    (
        "qu-a",
        "510502",
        "a-2",
        // Eleven: one too many.
        &[
            ("applied", "03-02 10:00"),
            ("accepted", "03-02 11:00"),
            ("decided", "03-17 10:00"),
            ("closed", "03-17 11:00"),
        ],
    ),
    // Left open.
    (
        "qu-a",
        "510502",
        "a-3",
        &[("applied", "03-04 09:00"), ("accepted", "03-04 10:00")],
    ),
    (
        "qu-b",
        "510503",
        "b-1",
        // One.
        &[
            ("applied", "03-05 09:00"),
            ("accepted", "03-05 10:00"),
            ("decided", "03-06 10:00"),
            ("closed", "03-06 11:00"),
        ],
    ),
    (
        "qu-b",
        "510503",
        "b-2",
        &[
            ("applied", "03-09 09:00"),
            ("accepted", "03-09 10:00"),
            ("withdrawn", "03-10 09:00"),
        ],
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn numbers_are_what_the_script_says_and_open_to_its_cases() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let settings: Vec<(&str, &str)> = SETTINGS
        .into_iter()
        .chain([("MINGJING__STATISTICS__MIN_BASE", "3")])
        .collect();
    let platform = Platform::start(folder.path(), &settings)?;
    platform.until_ready(true).await?;
    let site = Site::of(&platform)?;
    told(&site).await?;
    let city = ready(&site, &open("city", "s-1", &["supervision"], "510500")).await?;
    until_counted(&site, &city).await?;

    whole_city(&site, &city).await?;
    opened(&site, &city).await?;
    went(&site, &city).await?;
    seen_in_part(&site).await?;
    officers(&site, &city).await?;
    refused(&site, &city).await?;
    platform.stop().await
}

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
    let mut events = Vec::new();
    for (org, region, case, script) in SCRIPT {
        for (kind, at) in script {
            let mut data = json!({
                "item_code": "e2e-licence", "org_code": org, "region_code": region, "actor": { "id": format!("wang-{org}") },
            });
            if kind.starts_with("step") {
                data["step_code"] = json!("review");
            }
            events.push(json!({
                "specversion": "1.0", "type": format!("cn.mingjing.case.{kind}.v1"), "source": SOURCE,
                "id": format!("{case}-{kind}"), "subject": case,
                "time": format!("2026-{}:00+08:00", at.replace(' ', "T")),
                "data": data,
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

async fn ask(site: &Site, person: &Cookie, query: &str) -> Result<Value> {
    let path = format!("{STATISTICS}{query}");
    let (status, told) = site.answer(person.get(site, &path)).await?;
    ensure!(status == 200, "{path} {status} {told:#}");
    Ok(told)
}

/// Until the archive has all of it.
async fn until_counted(site: &Site, city: &Cookie) -> Result<()> {
    let began = Instant::now();
    loop {
        let told = ask(
            site,
            city,
            "?period=2026-03&metrics=received,closed,ended_otherwise",
        )
        .await?;
        let number = |id: &str| told["total"][id]["value"].as_f64();
        let all = ["received", "closed", "ended_otherwise"].map(number);
        if all == [Some(5.0), Some(3.0), Some(1.0)] {
            return Ok(());
        }
        ensure!(began.elapsed() < PATIENCE, "{told:#}");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
}

async fn whole_city(site: &Site, city: &Cookie) -> Result<()> {
    let told = ask(site, city, "?period=2026-03&compare=true").await?;
    ensure!(
        told["period"]["label"] == "2026年3月"
            && told["period"]["running"] == false
            && told["min_base"] == 3,
        "{told:#}"
    );
    let dictionary = ask(site, city, "/metrics").await?;
    ensure!(
        told["dictionary_version"] == dictionary["version"],
        "{told:#}"
    );
    let listed = dictionary["metrics"].as_array().context("metrics")?;
    let total = told["total"].as_object().context("a total")?;
    ensure!(
        listed.len() == total.len(),
        "{} of {}",
        total.len(),
        listed.len()
    );
    for (id, value, base) in [
        ("accepted", json!(5.0), json!(null)),
        ("open", json!(1.0), json!(null)),
        ("on_time_rate", json!(2.0 / 3.0), json!(3.0)),
        // Late a-2, and a-3 that nobody closed, of three that were closed and one that is late.
        ("overdue_rate", json!(0.5), json!(4.0)),
        ("completion_rate", json!(0.8), json!(5.0)),
        // Thirty days were given, five, eleven and one used.
        ("statutory_speedup", json!(13.0 / 30.0), json!(3.0)),
        ("late_case_share", json!(1.0), json!(3.0)),
        // Of one item and one stay there is no rate to show.
        ("online_rate", json!(null), json!(1.0)),
        ("median_step_hours", json!(null), json!(1.0)),
    ] {
        let number = &told["total"][id];
        ensure!(
            number["value"] == value && number["base"] == base,
            "{id}: {number:#}"
        );
    }
    let closed = &told["total"]["closed"];
    ensure!(
        closed["previous"]["value"] == 0.0 && closed["last_year"]["value"] == 0.0,
        "{closed:#}"
    );

    let by = ask(
        site,
        city,
        "?period=2026-03&by=org&metrics=received,on_time_rate",
    )
    .await?;
    let rows = by["rows"].as_array().context("rows")?;
    let brief: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                &row["name"],
                &row["values"]["received"]["value"],
                &row["values"]["on_time_rate"]["hidden"],
            )
        })
        .collect();
    let wanted = [("甲区审批局", 3.0), ("乙区审批局", 2.0)];
    ensure!(brief.len() == 2, "{by:#}");
    for ((name, received, hidden), (body, of)) in brief.into_iter().zip(wanted) {
        ensure!(
            *name == body && *received == of && *hidden == true,
            "{by:#}"
        );
    }
    Ok(())
}

/// Each number opens to its cases.
async fn opened(site: &Site, city: &Cookie) -> Result<()> {
    for (query, wanted) in [
        ("metric=overdue_rate&part=numerator", vec!["a-2", "a-3"]),
        (
            "metric=overdue_rate&part=base",
            vec!["a-1", "a-2", "a-3", "b-1"],
        ),
        ("metric=open", vec!["a-3"]),
        ("metric=received&by=org&key=qu-b", vec!["b-1", "b-2"]),
        ("metric=received&region=510503", vec!["b-1", "b-2"]),
    ] {
        let told = ask(site, city, &format!("/rows?period=2026-03&{query}")).await?;
        let rows = told["rows"].as_array().context("rows")?;
        let cases: Vec<&str> = rows
            .iter()
            .filter_map(|row| row["case_no"].as_str())
            .collect();
        ensure!(
            cases == wanted && told["next"].is_null(),
            "{query}: {told:#}"
        );
        for row in rows {
            let path = format!(
                "/api/v1/cases/{SOURCE}/{}",
                row["case_no"].as_str().unwrap_or_default()
            );
            ensure!(site.status(city.get(site, &path)).await? == 200, "{path}");
        }
    }
    let mut seen = BTreeSet::new();
    let mut after = String::new();
    loop {
        let query = format!("/rows?period=2026-03&metric=received&limit=2&after={after}");
        let told = ask(site, city, &query).await?;
        for row in told["rows"].as_array().context("rows")? {
            ensure!(seen.insert(row["case_no"].to_string()), "{told:#}");
        }
        match told["next"].as_str() {
            Some(next) => after = next.to_owned(),
            None => break,
        }
    }
    ensure!(seen.len() == 5, "{seen:?}");
    Ok(())
}

async fn went(site: &Site, city: &Cookie) -> Result<()> {
    let told = ask(site, city, "/process?period=2026-03&item_code=e2e-licence").await?;
    ensure!(
        told["cases"] == 5 && told["flowchart"] == "e2e-licence",
        "{told:#}"
    );
    let step = &told["steps"][0];
    ensure!(
        step["step"] == "review"
            && step["name"] == "审查"
            && step["visits"] == 1
            && step["median_hours"] == 48.0,
        "{told:#}"
    );
    Ok(())
}

/// A district counts its own, and a department too.
async fn seen_in_part(site: &Site) -> Result<()> {
    let district = ready(site, &open("qu", "s-2", &["supervision"], "510502")).await?;
    let mut opening = open("han", "h-1", &["department_handler"], "510503");
    opening["rights"]["body"] = json!("qu-b");
    let department = ready(site, &opening).await?;
    let leader = ready(site, &open("lin", "l-1", &["leadership"], "510500")).await?;
    let auditor = ready(site, &open("shen", "u-1", &["auditor"], "")).await?;
    for (person, received) in [
        (&district, 3.0),
        (&department, 2.0),
        (&leader, 5.0),
        (&auditor, 5.0),
    ] {
        let told = ask(site, person, "?period=2026-03&metrics=received").await?;
        ensure!(told["total"]["received"]["value"] == received, "{told:#}");
        // Another's region is nothing to them.
        let others = ask(
            site,
            person,
            "?period=2026-03&metrics=received&region=510504",
        )
        .await?;
        ensure!(others["total"]["received"]["value"] == 0.0, "{others:#}");
    }
    let told = ask(
        site,
        &district,
        "/rows?period=2026-03&metric=received&region=510503",
    )
    .await?;
    ensure!(told["rows"] == json!([]), "{told:#}");
    Ok(())
}

/// How cases fall to officers: for who supervises and their own supervisors, who leave a trace.
async fn officers(site: &Site, city: &Cookie) -> Result<()> {
    let of_body = |account: &str, role: &str, body: &str| {
        let mut opening = open(account, account, &[role], "510500");
        opening["rights"]["body"] = json!(body);
        opening
    };
    let own = ready(site, &of_body("own", "department_supervisor", "qu-a")).await?;
    let other = ready(site, &of_body("other", "department_supervisor", "qu-b")).await?;
    let handler = ready(site, &of_body("handler", "department_handler", "qu-a")).await?;
    let leader = ready(site, &open("chen", "l-2", &["leadership"], "")).await?;
    let auditor = ready(site, &open("wen", "u-2", &["auditor"], "")).await?;
    let query = "?period=2026-03&by=handler&org=qu-a&metrics=received";
    let path = format!("{STATISTICS}{query}");
    for (person, wanted) in [
        (city, 200),
        (&own, 200),
        (&other, 403),
        (&handler, 403),
        (&leader, 403),
        (&auditor, 403),
    ] {
        let (status, told) = site.answer(person.get(site, &path)).await?;
        ensure!(status == wanted, "{status}, not {wanted}: {told:#}");
        if status == 200 {
            let row = &told["rows"][0];
            ensure!(
                row["key"] == "wang-qu-a" && row["values"]["received"]["value"] == 3.0,
                "{told:#}"
            );
        }
    }
    let path = format!("{STATISTICS}?period=2026-03&by=handler");
    ensure!(
        site.status(city.get(site, &path)).await? == 400,
        "of one body only"
    );
    let (status, trail) = site.answer(auditor.get(site, "/api/v1/audit")).await?;
    ensure!(status == 200, "{status} {trail:#}");
    let entries = trail["entries"].as_array().context("entries")?;
    let looks = entries.iter().filter(|entry| {
        let path = entry["path"].as_str().unwrap_or_default();
        path.starts_with(STATISTICS) && entry["status"] == 200
    });
    ensure!(looks.count() == 2, "{trail:#}");
    Ok(())
}

async fn refused(site: &Site, city: &Cookie) -> Result<()> {
    for query in [
        "?period=2026-13",
        "?metrics=speed",
        "?by=level&metrics=closed",
        "/rows?part=base",
        "/process?period=2026-03",
    ] {
        let path = format!("{STATISTICS}{query}");
        let (status, told) = site.answer(city.get(site, &path)).await?;
        ensure!(status == 400, "{path} {status} {told:#}");
    }
    Ok(())
}
