//! Who works in a body: read by who reads the register, each time recorded, and by nobody else by whatever route a body's definition, or a
//! draft of it, is asked for.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::people::{Cookie, SETTINGS, Site, open, ready};
use crate::platform::{PATIENCE, Platform};

const SET: &str = include_str!("definitions/licence.yaml");
const BODY: &str = "kind: body
code: e2e-register
name: 登记局
region: '510500'
address: 江阳区一号
register_from: 2020-01-01
posts:
  - { code: reviewer, name: 审查岗, steps: [review] }
offices:
  - code: window
    name: 登记窗口
    officers:
      - { id: o-7788, post: reviewer, cert_no: E-7788, cert_from: 2025-01-01, cert_until: 2029-12-31 } # 王7788
";
/// What nobody of whom this is not the business may find anywhere.
const PERSONS: [&str; 5] = ["o-7788", "E-7788", "王7788", "o-7799", "E-7799"];

#[tokio::test(flavor = "multi_thread")]
async fn officers_are_left_out_of_definitions_for_all_who_may_not_read_the_register() -> Result<()>
{
    let folder = tempfile::tempdir()?;
    let platform = Platform::start(folder.path(), &SETTINGS)?;
    platform.until_ready(true).await?;
    let site = Site::of(&platform)?;
    let more = BODY.replace(
        "} # 王7788",
        "}\n      - { id: o-7799, post: reviewer, cert_no: E-7799, cert_from: 2025-01-01, cert_until: 2029-11-30 }",
    );
    // The second folder tells what it changed of the first.
    for body in [BODY, &more] {
        let text = format!("{}\n---\n{body}", SET.trim_end());
        let said = json!({ "files": [{ "name": "set.yaml", "text": text }], "who": { "person": "e2e" }, "why": "试验" });
        let (status, told) = site.by_key("POST", "/v1/definitions", &said).await?;
        ensure!(status == 200, "{status} {told:#}");
    }
    let staffing = ready(&site, &open("bian", "bz-1", &["establishment"], "")).await?;
    let moved = more.replace("江阳区一号", "江阳区二号");
    let moved = moved.replace("2029-11-30", "2030-01-01");
    let first = drafted(&site, &staffing, &more, "d-1").await?;
    let draft = drafted(&site, &staffing, &moved, "d-2").await?;
    let path = format!("/api/v1/drafts/{draft}/submit");
    let said = json!({ "why": "送审", "key": "s-1" });
    let (status, told) = site
        .answer(staffing.send(&site, "POST", &path, &said))
        .await?;
    ensure!(
        status == 200 && told.to_string().contains("o-7799"),
        "{told:#}"
    );

    let everyone = [
        ("han", "department_handler", "510500"),
        ("gong", "information_disclosure", ""),
        ("zheng", "government_services", ""),
        ("ling", "leadership", ""),
        ("shen", "auditor", ""),
        ("guan", "administrator", ""),
        // Of one region: the register is of all.
        ("qu", "supervision", "510502"),
    ];
    for (account, role, region) in everyone {
        let mut opening = open(account, &format!("n-{account}"), &[role], region);
        if role == "department_handler" {
            opening["rights"]["body"] = json!("e2e-body");
        }
        let person = ready(&site, &opening).await?;
        // Who works with cases of all regions is told there who the officers are that cases name.
        let named = matches!(role, "government_services" | "leadership");
        // They follow the definitions a moment after those are in force.
        let began = Instant::now();
        loop {
            let names = site.text(person.get(&site, "/api/v1/platform")).await?.1;
            if names.contains("登记窗口") {
                ensure!(names_officer(&names) == named, "{account}: {names}");
                break;
            }
            ensure!(began.elapsed() < PATIENCE, "{names}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let answered = by_every_route(&site, &person, &[&first, &draft]).await?;
        ensure!(answered > 10, "{account}: {answered}");
        let path = "/api/v1/definitions/body/e2e-register/text";
        let (status, text) = site.text(person.get(&site, path)).await?;
        ensure!(
            status == 200 && text.contains("登记窗口") && text.contains("江阳区一号"),
            "what is public of a body is read by everybody: {text}"
        );
        let says = json!({ "text": moved, "why": "试", "key": "k" });
        let request = person.send(&site, "POST", "/api/v1/drafts", &says);
        let (status, told) = site.text(request).await?;
        ensure!(
            status == 403 && !names_officer(&told),
            "{account} {status} {told}"
        );
    }

    looked_at_and_recorded(&site, &staffing, &draft).await?;
    platform.stop().await
}

fn names_officer(text: &str) -> bool {
    PERSONS.iter().any(|number| text.contains(number))
}

async fn drafted(site: &Site, by: &Cookie, text: &str, key: &str) -> Result<String> {
    let says = json!({ "text": text, "why": "变动", "key": key });
    let (status, told) = site
        .answer(by.send(site, "POST", "/api/v1/drafts", &says))
        .await?;
    ensure!(status == 201, "{status} {told:#}");
    Ok(told["id"].as_str().context("an id")?.to_owned())
}

/// Every operation that reads, of the body and of both drafts of it; answers how many were answered.
async fn by_every_route(site: &Site, person: &Cookie, drafts: &[&str; 2]) -> Result<u32> {
    let (_, document) = site
        .answer(person.get(site, "/api/v1/openapi.json"))
        .await?;
    let paths = document["paths"].as_object().context("it has paths")?;
    let (mut answered, [one, other]) = (0, drafts);
    let between = format!("?from=draft:{one}&to=draft:{other}");
    for (path, operations) in paths {
        if operations["get"].is_null() || path.ends_with("/stream") || path == "/api/v1/platform" {
            continue;
        }
        let of_body = path.replace("{kind}", "body");
        for id in ["e2e-register", one, other] {
            let asked = of_body
                .replace("{id}", id)
                .replace("{body}", "e2e-register");
            let asked = asked.replace(['{', '}'], "");
            for query in ["", "?kind=body", "?version=1", &between] {
                let request = person.get(site, &format!("{asked}{query}"));
                let (status, text) = site.text(request).await?;
                ensure!(!names_officer(&text), "{asked}{query} {status}: {text}");
                answered += u32::from(status == 200);
            }
        }
    }
    Ok(answered)
}

/// Who may: the whole text, and an entry in the audit trail for it; none for what is nobody's.
async fn looked_at_and_recorded(site: &Site, staffing: &Cookie, draft: &str) -> Result<()> {
    let shows = [
        "/api/v1/definitions/body/e2e-register/text".to_owned(),
        "/api/v1/definitions/body/e2e-register".to_owned(),
        format!("/api/v1/drafts/{draft}"),
        format!("/api/v1/drafts/{draft}/text"),
        "/api/v1/installations".to_owned(),
    ];
    for path in &shows {
        let (status, text) = site.text(staffing.get(site, path)).await?;
        ensure!(status == 200 && names_officer(&text), "{path}: {text}");
    }
    let chart = "/api/v1/definitions/flowchart/e2e-licence/text?version=1";
    ensure!(site.status(staffing.get(site, chart)).await? == 200);
    let auditor = ready(site, &open("lu", "sj-09", &["auditor"], "")).await?;
    let (_, trail) = site
        .answer(auditor.get(site, "/api/v1/audit?account=bian"))
        .await?;
    let entries: Vec<&Value> = trail["entries"].as_array().into_iter().flatten().collect();
    let recorded = |path: &str| {
        let is = |entry: &&&Value| entry["method"] == "GET" && entry["path"] == path;
        entries.iter().filter(is).count()
    };
    for path in &shows {
        ensure!(recorded(path) > 0, "{path}: {trail:#}");
    }
    ensure!(
        recorded("/api/v1/definitions/flowchart/e2e-licence/text") == 0,
        "{trail:#}"
    );
    Ok(())
}
