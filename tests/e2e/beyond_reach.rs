//! Every operation of the OpenAPI document that takes somebody's id, asked with the id of another district's: by each role, it answers that
//! there is nothing, or that they may not. A new operation has to say here which id that is, or this fails.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use mingjing_domain::disposition::Disposal;
use serde_json::{Value, json};

use crate::people::{Cookie, SETTINGS, Site, is_public, open, ready};
use crate::people_see::{send_of, source, until_alert};
use crate::platform::{PATIENCE, Platform};

/// The other district's system.
const SOURCE: &str = "office-b";

/// What belongs to no district: what was published is for everyone to read, and drafts for all who review them.
const EVERYONES: [&str; 10] = [
    "/api/v1/calendars/{id}",
    "/api/v1/definitions/{kind}/{id}",
    "/api/v1/definitions/{kind}/{id}/bpmn",
    "/api/v1/definitions/{kind}/{id}/diff",
    "/api/v1/definitions/{kind}/{id}/text",
    "/api/v1/drafts/{id}",
    "/api/v1/drafts/{id}/bpmn",
    "/api/v1/drafts/{id}/check",
    "/api/v1/drafts/{id}/text",
    "/api/v1/items/{code}",
];

const COMPLAINTS: &str = "/api/v1/complaints";
const SAMPLES: &str = "/api/v1/samples";
const LEDGER: &str = "/api/v1/ledger";
const INCIDENTS: &str = "/api/v1/incidents";
const BULLETINS: &str = "/api/v1/bulletins";
/// The kind of papers that a confirmed alert may have.
const OPINION: &str = "opinion";

/// One's own session has no id.
const OWN: &str = "/api/v1/session";

const ROLES: [&str; 10] = [
    "supervision",
    "legal",
    "establishment",
    "government_services",
    "information_disclosure",
    "department_supervisor",
    "department_handler",
    "leadership",
    "auditor",
    "administrator",
];

#[tokio::test(flavor = "multi_thread")]
async fn no_operation_takes_an_id_of_another_district() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let platform = Platform::start(folder.path(), &SETTINGS)?;
    platform.until_ready(true).await?;
    let site = Site::of(&platform)?;
    let declared =
        json!({ "id": SOURCE, "clock": "declared", "region": "510503", "org_code": "qu-b" });
    let key = source(&site, &declared).await?;
    closed(&site, &key).await?;
    send_of(&site, SOURCE, &key, &[("b-1", "510503", "qu-b")], 2).await?;
    let city = ready(&site, &open("city", "s-1", &["supervision"], "")).await?;
    let alert = until_alert(&site, &city, "b-1").await?;
    let confirm = json!({ "why": "经核实", "key": "k-1" });
    let path = format!("/api/v1/alerts/{alert}/confirm");
    let request = city.send(&site, "POST", &path, &confirm);
    let (status, told) = site.answer(request).await?;
    ensure!(status == 200, "{status} {told:#}");
    let command = told["command_id"].as_str().context("a command")?;
    let services = ready(&site, &open("zf", "zf-1", &["government_services"], "")).await?;
    let complaint = complaining("c-1");
    let request = services.send(&site, "POST", COMPLAINTS, &complaint);
    let (status, told) = site.answer(request).await?;
    ensure!(status == 200, "{status} {told:#}");
    let voice = told["event_id"].as_str().context("an event")?;
    let interview = interviewed(&alert);
    let request = city.send(&site, "POST", LEDGER, &interview);
    let (status, told) = site.answer(request).await?;
    ensure!(status == 200, "{status} {told:#}");
    let entry = told["id"].as_str().context("an entry")?;
    let request = city.send(&site, "POST", INCIDENTS, &of_one_cause(&alert));
    let (status, told) = site.answer(request).await?;
    ensure!(status == 200, "{status} {told:#}");
    let incident = told["id"].as_str().context("an incident")?;
    let request = city.send(&site, "POST", BULLETINS, &bulletin());
    let (status, told) = site.answer(request).await?;
    ensure!(status == 200, "{status} {told:#}");
    let bulletin = told["id"].as_str().context("a bulletin")?;
    let theirs = Theirs {
        bulletin: bulletin.to_owned(),
        command: command.to_owned(),
        voice: voice.to_owned(),
        entry: entry.to_owned(),
        incident: incident.to_owned(),
        paper: papered(&site, &city, &alert).await?,
        alert,
        sample: sampled(&site, &city).await?,
        mark: marked(&site, &city).await?,
    };

    let asked = asked(&site, &theirs).await?;
    // Whom it does concern is answered: what is asked for is there.
    for path in [
        "/api/v1/alerts/{alert_id}",
        "/api/v1/alerts/{alert_id}/evidence",
        "/api/v1/commands/{command_id}",
        "/api/v1/cases/{source}/{case_no}",
        "/api/v1/cases/{source}/{case_no}/explain",
        "/api/v1/sources/{source}",
        "/api/v1/complaints/{source}/{case_no}/{event_id}",
        "/api/v1/samples/{id}",
        "/api/v1/ledger/{id}",
        "/api/v1/bulletins/{id}",
        "/api/v1/incidents/{id}",
        "/api/v1/incidents/{id}/members",
        "/api/v1/alerts/{alert_id}/papers",
        "/api/v1/papers/{file}",
    ] {
        let status = site.status(city.get(&site, &theirs.filled(path)?)).await?;
        ensure!(status == 200, "{path}: {status} to the city");
    }
    for role in ROLES {
        let mut opening = open(&role.replace('_', "-"), role, &[role], "510502");
        opening["rights"]["body"] = json!("qu-a");
        let person = ready(&site, &opening).await?;
        for one in &asked {
            beyond(&site, role, &person, one, &theirs).await?;
        }
    }
    platform.stop().await
}

/// What is the other district's.
struct Theirs {
    alert: String,
    command: String,
    /// The event of a complaint.
    voice: String,
    /// A sample that was drawn from their cases.
    sample: String,
    /// Of the ledger, about their alert.
    entry: String,
    /// Of their district.
    bulletin: String,
    /// Of their alert alone.
    incident: String,
    /// What was issued about it.
    paper: String,
    /// On their score sheet.
    mark: String,
}

/// Their case is closed, which is told before the rest of it.
async fn closed(site: &Site, key: &str) -> Result<()> {
    let event = json!({
        "specversion": "1.0", "type": "cn.mingjing.case.closed.v1", "source": SOURCE, "id": "b-1-closed",
        "subject": "b-1", "time": "2026-03-02T11:00:00+08:00",
        "data": { "item_code": "e2e-licence", "org_code": "qu-b", "region_code": "510503", "actor": { "id": "wang" } },
    });
    let request = site.request("POST", "/v1/events").bearer_auth(key);
    let request = request
        .header("content-type", "application/cloudevents+json")
        .body(event.to_string());
    let (status, told) = site.answer(request).await?;
    ensure!(status == 200, "{status} {told:#}");
    Ok(())
}

/// Draws from their cases, as soon as one lies in the archive.
async fn sampled(site: &Site, city: &Cookie) -> Result<String> {
    let plan = json!({
        "title": "抽查", "region": "510503", "from": "2020-01-01T00:00:00+08:00", "until": "2026-11-01T00:00:00+08:00",
        "strata": "body", "per_stratum": 1, "checks": ["是否送达"], "why": "试验", "key": "s-1",
    });
    let began = Instant::now();
    loop {
        let request = city.send(site, "POST", SAMPLES, &plan);
        let (status, told) = site.answer(request).await?;
        if status == 200 {
            return Ok(told["id"].as_str().context("a sample")?.to_owned());
        }
        ensure!(
            status == 409 && began.elapsed() < PATIENCE,
            "{status} {told:#}"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// A mark on their sheet of a month.
fn marking(key: &str) -> Value {
    json!({
        "model": "monthly", "period": "2026-03", "item": "hand", "points": -1, "why": "巡查发现", "key": key,
    })
}

async fn marked(site: &Site, city: &Cookie) -> Result<String> {
    let path = "/api/v1/scores/qu-b/marks";
    let request = city.send(site, "POST", path, &marking("m-1"));
    let (status, told) = site.answer(request).await?;
    ensure!(status == 200, "{status} {told:#}");
    for path in [
        "/api/v1/scores/qu-b?model=monthly&period=2026-03",
        "/api/v1/scores/qu-b/history?model=monthly",
    ] {
        let status = site.status(city.get(site, path)).await?;
        ensure!(status == 200, "{path}: {status} to the city");
    }
    Ok(told["id"].as_str().context("a mark")?.to_owned())
}

/// A complaint about their case.
fn complaining(key: &str) -> Value {
    json!({
        "kind": "complaint", "source": SOURCE, "case_no": "b-1", "topic": "slow", "why": "慢", "key": key,
    })
}

/// An interview about their alert.
fn interviewed(alert: &str) -> Value {
    json!({
        "kind": "interview", "org_code": "qu-b", "on": "2026-03-10", "demand": "限期办结", "due": "2026-03-20",
        "alerts": [alert], "cases": [{ "source": SOURCE, "case_no": "b-1" }], "why": "超期", "key": "t-1",
    })
}

/// Issues the opinion about their alert, as soon as what it rests on lies in the archive.
async fn papered(site: &Site, city: &Cookie, alert: &str) -> Result<String> {
    let path = format!("/api/v1/alerts/{alert}/papers");
    let began = Instant::now();
    loop {
        let request = city.send(site, "POST", &path, &json!({ "kind": OPINION }));
        let (status, told) = site.answer(request).await?;
        if status == 200 {
            return Ok(told["id"].as_str().context("a paper")?.to_owned());
        }
        ensure!(
            status == 409 && began.elapsed() < PATIENCE,
            "{status} {told:#}"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// A bulletin of their district.
fn bulletin() -> Value {
    json!({ "kind": "bulletin", "period": "2026-03", "region": "510503", "why": "试验", "key": "u-1" })
}

/// Their alert made an incident.
fn of_one_cause(alert: &str) -> Value {
    json!({
        "title": "乙区接口断报", "cause": { "kind": "source_down", "source": SOURCE }, "org_code": "qu-b",
        "alerts": [alert], "why": "接口停机", "key": "i-1",
    })
}

impl Theirs {
    /// A path with its ids; an id that nobody said here what it is fails.
    fn filled(&self, path: &str) -> Result<String> {
        let parts = path.split('/').map(|part| {
            let name = part.strip_prefix('{').and_then(|p| p.strip_suffix('}'));
            Ok(match name {
                None => part,
                Some("alert_id") => self.alert.as_str(),
                Some("command_id") => self.command.as_str(),
                Some("source") => SOURCE,
                Some("case_no") => "b-1",
                Some("body") => "qu-b",
                Some("account") => "city",
                Some("rule") => "P1",
                Some("kind") => "flowchart",
                Some("key") => "0011223344556677",
                Some("file") => self.paper.as_str(),
                Some("event_id") => self.voice.as_str(),
                Some("code") => "e2e-licence",
                Some("id") if path.starts_with("/v1/sources/") => SOURCE,
                Some("id") if path.starts_with("/api/v1/samples/") => self.sample.as_str(),
                Some("id") if path.starts_with("/api/v1/ledger/") => self.entry.as_str(),
                Some("id") if path.starts_with("/api/v1/bulletins/") => self.bulletin.as_str(),
                Some("id") if path.starts_with("/api/v1/incidents/") => self.incident.as_str(),
                Some("id") if path.starts_with("/api/v1/score-marks/") => self.mark.as_str(),
                Some("id") if of_none(path) => "e2e-licence",
                // Filled by whoever asks.
                Some("act") => part,
                Some(other) => bail!(
                    "{path}: say here which {other} is another district's, so that it is asked for it"
                ),
            })
        });
        Ok(parts.collect::<Result<Vec<&str>>>()?.join("/"))
    }

    /// Whether a text tells something of theirs, otherwise than by repeating what it was asked.
    fn told_in(&self, text: &str) -> bool {
        text.contains(&self.alert) || text.contains("\"b-1\"")
    }
}

/// Whether an id there is one of a definition or a draft.
fn of_none(path: &str) -> bool {
    let kinds = ["definitions", "drafts", "calendars"];
    let mut kinds = kinds.iter().map(|kind| format!("/api/v1/{kind}/"));
    kinds.any(|begins| path.starts_with(&begins))
}

/// One request.
struct Asked {
    method: String,
    /// As the document has it.
    named: String,
    path: String,
    body: Value,
}

/// Every operation but what is public and one's own session; of those with acts each act.
async fn asked(site: &Site, theirs: &Theirs) -> Result<Vec<Asked>> {
    let (_, document) = site
        .answer(site.request("GET", "/api/v1/openapi.json"))
        .await?;
    let paths = document["paths"].as_object().context("it has paths")?;
    let stale: BTreeSet<&str> = EVERYONES
        .into_iter()
        .filter(|path| !paths.contains_key(*path))
        .collect();
    ensure!(stale.is_empty(), "no operations any more: {stale:?}");
    let mut asked = Vec::new();
    for (named, operations) in paths {
        let own = named == OWN || named.starts_with(&format!("{OWN}/"));
        if is_public(named) || own {
            continue;
        }
        let path = theirs.filled(named)?;
        for method in operations.as_object().context("operations")?.keys() {
            for act in acts(named)? {
                let body = match named.as_str() {
                    LEDGER => interviewed(&theirs.alert),
                    BULLETINS => bulletin(),
                    INCIDENTS => of_one_cause(&theirs.alert),
                    named if named.starts_with(INCIDENTS) => worked(named, act, &theirs.alert),
                    named => body(named, act),
                };
                asked.push(Asked {
                    method: method.to_uppercase(),
                    named: named.clone(),
                    path: path.replace("{act}", act),
                    body,
                });
            }
        }
    }
    ensure!(asked.len() > 60, "only {} requests", asked.len());
    Ok(asked)
}

/// The acts of a path that has them; one that is none for the others.
fn acts(path: &str) -> Result<&'static [&'static str]> {
    const NO_ACT: &[&str] = &[""];
    const OF_ALERTS: &[&str] = &Disposal::CODES;
    const OF_ACCOUNTS: &[&str] = &["change", "password", "disable", "enable", "end_sessions"];
    const OF_SAMPLES: &[&str] = &["find", "close"];
    const OF_LEDGER: &[&str] = &["order", "result", "void"];
    const OF_BULLETINS: &[&str] = &[
        "internal.pdf",
        "figures.json",
        "edit",
        "review",
        "ask",
        "state",
        "return",
        "sign",
        "number",
        "publish",
        "discard",
    ];
    const OF_INCIDENTS: &[&str] = &["add", "remove", "state", "span", "halt", "close"];
    const OF_MEMBERS: &[&str] = &[
        "hold", "issue", "confirm", "dismiss", "order", "answer", "close",
    ];
    const OF_MARKS: &[&str] = &["appeal", "decide", "void"];
    const OF_VOICES: &[&str] = &[
        "accept",
        "refuse",
        "transfer",
        "answer",
        "call_back",
        "rectify",
        "review",
        "withdraw",
    ];
    const OF_DRAFTS: &[&str] = &[
        "approve",
        "revise",
        "submit",
        "review",
        "publish",
        "notice",
        "retire",
        "withdraw",
        "end_shadow",
    ];
    Ok(match path {
        "/api/v1/alerts/{alert_id}/{act}" => OF_ALERTS,
        "/api/v1/accounts/{account}/{act}" => OF_ACCOUNTS,
        "/api/v1/drafts/{id}/{act}" => OF_DRAFTS,
        "/api/v1/complaints/{source}/{case_no}/{event_id}/{act}" => OF_VOICES,
        "/api/v1/samples/{id}/{act}" => OF_SAMPLES,
        "/api/v1/ledger/{id}/{act}" => OF_LEDGER,
        "/api/v1/score-marks/{id}/{act}" => OF_MARKS,
        "/api/v1/bulletins/{id}/{act}" => OF_BULLETINS,
        "/api/v1/incidents/{id}/{act}" => OF_INCIDENTS,
        "/api/v1/incidents/{id}/members/{act}" => OF_MEMBERS,
        other if other.contains("{act}") => bail!("{other}: say here which acts it has"),
        _ => NO_ACT,
    })
}

/// What has to be said for the request to be a good one, so that nothing else is refused than whose it is.
fn body(path: &str, act: &str) -> Value {
    if path == "/api/v1/alerts" {
        return json!({
            "why": "试验", "key": "beyond-raise", "title": "试验", "level": "yellow", "legal_basis": "试验",
            "subject": { "kind": "case", "source": SOURCE, "key": "b-1" },
        });
    }
    let mut body = json!({ "why": "试验", "key": format!("beyond-{act}") });
    match path {
        "/api/v1/alerts/{alert_id}/{act}" => match act {
            "dismiss" | "withdraw" => body["conclusion"] = json!("data"),
            "order" | "pass_up" => body["to"] = json!("qu-b"),
            "pass_on" => body["to"] = json!("h-1"),
            "rectify" => body["evidence"] = json!(["0f".repeat(32)]),
            "extend" | "ask_extension" => body["due_at"] = json!("2026-12-04T18:00:00+08:00"),
            _ => {}
        },
        "/api/v1/complaints/{source}/{case_no}/{event_id}/{act}" => match act {
            "transfer" => body["to"] = json!("qu-b"),
            "review" => body["outcome"] = json!("malicious"),
            _ => {}
        },
        "/api/v1/samples/{id}/{act}" if act == "find" => {
            body["source"] = json!(SOURCE);
            body["case_no"] = json!("b-1");
            body["verdicts"] = json!(["pass"]);
        }
        "/api/v1/samples/{id}/{act}" => {}
        "/api/v1/ledger/{id}/{act}" if act == "result" => {
            body["on"] = json!("2026-03-19");
            body["by"] = json!("乙区审批局");
        }
        "/api/v1/ledger/{id}/{act}" if act == "order" => {
            body["to"] = json!("qu-b");
            body["due"] = json!("2099-12-31");
        }
        "/api/v1/ledger/{id}/{act}" | "/api/v1/bulletins/{id}/{act}" => {}
        "/api/v1/score-marks/{id}/{act}" if act == "decide" => body["upheld"] = json!(true),
        "/api/v1/score-marks/{id}/{act}" => {}
        "/api/v1/scores/{body}/marks" => return marking("beyond"),
        COMPLAINTS => return complaining("beyond"),
        "/api/v1/alerts/{alert_id}/papers" => body["kind"] = json!(OPINION),
        _ => return json!({}),
    }
    body
}

/// What is said to work an incident, or the alerts in it.
fn worked(path: &str, act: &str, alert: &str) -> Value {
    let mut body = json!({ "why": "试验", "key": format!("beyond-{act}") });
    match act {
        "add" | "remove" => body["alerts"] = json!([alert]),
        "span" => body["from"] = json!("2026-03-02T09:00:00+08:00"),
        "dismiss" => body["conclusion"] = json!("data"),
        "close" if !path.contains("/members/") => body["conclusion"] = json!("data"),
        "answer" => body["evidence"] = json!(["0f".repeat(32)]),
        _ => {}
    }
    body
}

async fn beyond(
    site: &Site,
    role: &str,
    person: &Cookie,
    asked: &Asked,
    theirs: &Theirs,
) -> Result<()> {
    let Asked {
        method,
        named,
        path,
        body,
    } = asked;
    // The stream does not end; `people_see` reads it.
    if named.ends_with("/stream") {
        return Ok(());
    }
    let request = match method.as_str() {
        "GET" => person.get(site, path),
        _ => person.send(site, method, path, body),
    };
    let (status, text) = site.text(request).await?;
    let names_one = named.contains('{') && !EVERYONES.contains(&named.as_str());
    let refused = matches!(status, 401 | 403 | 404);
    ensure!(
        refused || !names_one,
        "{role}: {method} {path}: {status} {text}"
    );
    // What has no id in its address answers without theirs, and changes nothing for somebody of one district alone.
    let repeats = status == 404;
    ensure!(
        repeats || !theirs.told_in(&text),
        "{role}: {method} {path}: {status} {text}"
    );
    ensure!(
        status >= 400 || method == "GET",
        "{role}: {method} {path}: {status} {text}"
    );
    Ok(())
}
