//! What a browser is told and what it may send: the headers of every kind of answer, nothing changed by another site's page at any address,
//! and a session that nobody else has chosen. And what it is let in to, by each role (`permitted`).

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use reqwest::Response;
use serde_json::{Value, json};

use crate::people::{Cookie, PASSWORD, SETTINGS, Site, is_public, open, ready};
use crate::permitted::every_row_opens_to_its_roles_and_to_nobody_else;
use crate::platform::Platform;

const SESSION: &str = "/api/v1/session";
/// Where keys are asked for, whatever accounts there are.
const BY_KEY: [&str; 3] = ["/v1/", "/api/v1/inspections", "/api/v1/treasury-totals"];

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_runs_frames_and_sends_nothing_that_is_not_ours() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let platform = Platform::start(folder.path(), &SETTINGS)?;
    platform.until_ready(true).await?;
    let site = Arc::new(Site::of(&platform)?);
    let zhao = ready(&site, &open("zhao", "xt-01", &["administrator"], "")).await?;

    every_kind_of_answer_has_its_headers(&site, &zhao, false).await?;
    no_address_takes_a_change_from_another_sites_page(&site, &zhao).await?;
    a_session_is_never_the_one_that_was_there_before(&site).await?;
    let li = ready(&site, &open("li", "fz-07", &["supervision"], "")).await?;
    for person in [&zhao, &li] {
        an_answer_never_repeats_what_was_asked_as_a_page(&site, person).await?;
    }
    every_row_opens_to_its_roles_and_to_nobody_else(&site).await?;
    platform.stop().await?;

    // Reached over TLS: browsers ask for nothing else from then on, and keep the cookie to this very host.
    let origin = ("MINGJING__API__ORIGIN", "https://mj.example.gov.cn");
    let platform = Platform::start(folder.path(), &[&SETTINGS[..], &[origin]].concat())?;
    platform.until_ready(true).await?;
    let site = Site::of(&platform)?;
    let answer = site.try_sign_in("zhao", PASSWORD).await?;
    let set = header(&answer, "set-cookie")?.to_owned();
    ensure!(
        set.starts_with("__Host-mingjing_session=mjs_") && set.contains("; Secure"),
        "{set}"
    );
    let zhao = Cookie(set.split(';').next().unwrap_or_default().to_owned());
    every_kind_of_answer_has_its_headers(&site, &zhao, true).await?;
    // The port it listens on is not the origin that people see.
    let why = json!({ "why": "试验" });
    let path = "/api/v1/accounts/zhao/end_sessions";
    let (status, told) = site.answer(zhao.send(&site, "POST", path, &why)).await?;
    ensure!(
        status == 403 && told["reason"] == "foreign_page",
        "{status} {told:#}"
    );
    platform.stop().await
}

fn header<'a>(answer: &'a Response, name: &str) -> Result<&'a str> {
    let value = answer.headers().get(name);
    let value = value.with_context(|| format!("{}: no {name}", answer.url()))?;
    Ok(value.to_str()?)
}

/// A page, a script, an answer, a refusal, what there is not, what intake says, and what operators ask.
async fn every_kind_of_answer_has_its_headers(
    site: &Site,
    person: &Cookie,
    tls: bool,
) -> Result<()> {
    let page = site.text(site.request("GET", "/")).await?.1;
    let script = page.split('"').find(|part| part.starts_with("/assets/"));
    let script = script.context("the page has a script")?;
    for path in [
        "/",
        script,
        "/nowhere",
        "/api/v1/session",
        "/api/v1/alerts",
        "/api/v1/alerts/export",
        "/api/v1/accounts",
        "/api/v1/openapi.json",
        "/api/v1/session/oidc",
        "/v1/sources",
        "/v1/events",
        "/api/v1/inspections",
        "/api/v1/dead-letters",
        "/healthz",
        "/readyz",
        "/metrics",
    ] {
        let answer = person.get(site, path).send().await?;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            ensure!(header(&answer, name)? == value, "{path}: {name}");
        }
        let policy = header(&answer, "content-security-policy")?;
        for part in ["default-src '", "frame-ancestors 'none'", "base-uri 'none'"] {
            ensure!(policy.contains(part), "{path}: {policy}");
        }
        // No script but from a file of ours, and nothing at all in what is no page.
        let ours = path == "/" || path == script;
        ensure!(
            policy.contains(if ours {
                "default-src 'self'"
            } else {
                "default-src 'none'"
            }) && !policy.contains("script-src")
                && !policy.contains("unsafe-eval"),
            "{path}: {policy}"
        );
        let strict = answer.headers().get("strict-transport-security");
        ensure!(
            strict.is_some() == tls,
            "{path}: over TLS {tls}, and {strict:?}"
        );
    }
    Ok(())
}

/// Every operation that changes something, by the cookie of somebody who may do all of it that his role allows.
async fn no_address_takes_a_change_from_another_sites_page(
    site: &Site,
    zhao: &Cookie,
) -> Result<()> {
    let (_, document) = site
        .answer(site.request("GET", "/api/v1/openapi.json"))
        .await?;
    let paths = document["paths"].as_object().context("it has paths")?;
    let mut foreign = 0;
    for (path, operations) in paths {
        // Whoever asks there is nobody, whatever cookie comes along.
        if is_public(path) {
            continue;
        }
        // Intake and what operators ask know keys only: a cookie is nobody there.
        let by_key = BY_KEY.iter().any(|begins| path.starts_with(begins));
        let act = match path.as_str() {
            "/api/v1/alerts/{alert_id}/{act}" => "confirm",
            "/api/v1/complaints/{source}/{case_no}/{event_id}/{act}" => "accept",
            "/api/v1/drafts/{id}/{act}" => "submit",
            "/api/v1/samples/{id}/{act}" => "find",
            "/api/v1/ledger/{id}/{act}" => "result",
            "/api/v1/score-marks/{id}/{act}" => "decide",
            "/api/v1/bulletins/{id}/{act}" => "review",
            "/api/v1/incidents/{id}/{act}" => "add",
            "/api/v1/incidents/{id}/members/{act}" => "confirm",
            _ => "disable",
        };
        let asked = path.replace("{act}", act).replace(['{', '}'], "");
        for method in operations.as_object().context("operations")?.keys() {
            if method == "get" {
                continue;
            }
            let method = method.to_uppercase();
            // As a form of another site sends it, as its script tries to, and as a page in a sandbox does.
            for origin in ["https://evil.example", "null"] {
                for (name, value) in [
                    ("content-type", "text/plain"),
                    ("x-requested-with", "mingjing"),
                ] {
                    let request = site
                        .request(&method, &asked)
                        .header("cookie", &zhao.0)
                        .header("origin", origin)
                        .header(name, value)
                        .body(r#"{"account":"zhao","password":"x","why":"试验"}"#);
                    let (status, told) = site.answer(request).await?;
                    let refused = told["reason"] == "foreign_page" && status == 403;
                    foreign += usize::from(refused);
                    ensure!(
                        refused || (by_key && matches!(status, 401 | 403)),
                        "{method} {path} from {origin}: {status} {told:#}"
                    );
                }
            }
        }
    }
    ensure!(foreign >= 4 * 10, "only {foreign} were refused as foreign");
    ensure!(site.status(zhao.get(site, SESSION)).await? == 200);
    Ok(())
}

/// What was planted in a browser before somebody signs in is theirs neither before nor after.
async fn a_session_is_never_the_one_that_was_there_before(site: &Site) -> Result<()> {
    let planted = Cookie(format!("mingjing_session=mjs_{}", "ab".repeat(32)));
    let signing = json!({ "account": "zhao", "password": PASSWORD });
    let mut before = planted.0.clone();
    for _ in 0..2 {
        let holder = Cookie(before.clone());
        let answer = holder.send(site, "POST", SESSION, &signing).send().await?;
        let set = header(&answer, "set-cookie")?.to_owned();
        let fresh = set.split(';').next().unwrap_or_default().to_owned();
        ensure!(answer.status() == 200 && fresh != before, "{set}");
        ensure!(
            site.status(Cookie(fresh.clone()).get(site, SESSION))
                .await?
                == 200
        );
        before = fresh;
    }
    ensure!(site.status(planted.get(site, SESSION)).await? == 401);
    Ok(())
}

/// In an address, in a parameter, in an id: it comes back as JSON, which no browser takes for a page.
async fn an_answer_never_repeats_what_was_asked_as_a_page(
    site: &Site,
    person: &Cookie,
) -> Result<()> {
    const SCRIPT: &str = "%3Cscript%3Ealert(1)%3C%2Fscript%3E";
    for path in [
        format!("/{SCRIPT}"),
        format!("/api/v1/alerts/{SCRIPT}"),
        format!("/api/v1/alerts?{SCRIPT}=1"),
        format!("/api/v1/accounts/{SCRIPT}"),
        format!("/api/v1/definitions/flowchart/{SCRIPT}"),
        format!("/api/v1/definitions/{SCRIPT}/x"),
        format!("/api/v1/session/oidc/callback?error={SCRIPT}&state={SCRIPT}"),
        format!("/v1/sources/{SCRIPT}/keys"),
    ] {
        let answer = person.get(site, &path).send().await?;
        let kind = answer.headers().get("content-type");
        let kind = kind.map_or("", |kind| kind.to_str().unwrap_or_default());
        let (status, kind) = (answer.status(), kind.to_owned());
        ensure!(!status.is_success(), "{path}: {status}");
        let text = answer.text().await?;
        ensure!(
            text.is_empty() || kind == "application/json",
            "{path}: {kind}: {text}"
        );
        let told: Value = serde_json::from_str(&text).unwrap_or_default();
        ensure!(text.is_empty() || told.is_object(), "{path}: {text}");
    }
    Ok(())
}
