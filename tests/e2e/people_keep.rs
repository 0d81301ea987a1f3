//! What a signed-in administrator looks after, and an auditor reads: keys of sources, notifications, the audit trail as a file. To nobody else.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::people::{Cookie, SETTINGS, Site, open, ready};
use crate::platform::Platform;

const SOURCE: &str = "office";
const KEYS: &str = "/api/v1/sources/office/keys";

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_keeps_keys_and_notifications_and_an_auditor_the_trail() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let platform = Platform::start(folder.path(), &SETTINGS)?;
    platform.until_ready(true).await?;
    let site = Site::of(&platform)?;
    let declared = json!({ "id": SOURCE, "clock": "live" });
    let (status, told) = site.by_key("POST", "/v1/sources", &declared).await?;
    ensure!(status == 201, "{status} {told:#}");
    let first = told["key"].as_str().context("a key")?.to_owned();
    let zhao = ready(&site, &open("zhao", "xt-01", &["administrator"], "")).await?;
    let li = ready(&site, &open("li", "fz-07", &["supervision"], "")).await?;
    let lu = ready(&site, &open("lu", "sj-01", &["auditor"], "")).await?;

    keys(&site, &zhao, &first).await?;
    for (method, path) in [
        ("GET", KEYS),
        ("POST", KEYS),
        ("POST", "/api/v1/sources/office/keys/0/retire"),
        ("GET", "/api/v1/notifications"),
        ("GET", "/api/v1/dead-letters"),
        ("POST", "/api/v1/dead-letters/replay"),
        ("POST", "/api/v1/dead-letters/forget"),
        ("GET", "/api/v1/audit/export?from=2026-01-01&to=2026-01-02"),
    ] {
        let asked = li.send(&site, method, path, &json!({ "end_earlier": true }));
        let (status, told) = site.answer(asked).await?;
        ensure!(status == 403, "{method} {path}: {status} {told:#}");
    }
    let (status, told) = site
        .answer(zhao.get(&site, "/api/v1/notifications"))
        .await?;
    ensure!(
        status == 200 && told["configured"].is_null() && told["channels"] == json!([]),
        "{told:#}"
    );
    let letters = zhao.send(&site, "POST", "/api/v1/dead-letters/forget", &json!({}));
    let (status, told) = site.answer(letters).await?;
    ensure!(status == 200 && told["forgotten"] == json!([]), "{told:#}");
    trail(&site, &lu).await?;
    let metrics = platform.get("/metrics").await?;
    ensure!(
        metrics.contains("\nmingjing_api_audit_entries_waiting "),
        "{metrics}"
    );
    platform.stop().await
}

/// One more beside the first, the first one's end, and one in place of all.
async fn keys(site: &Site, zhao: &Cookie, first: &str) -> Result<()> {
    ensure!(works(site, first).await?);
    let second = issued(site, zhao, false).await?;
    ensure!(works(site, first).await? && works(site, &second).await?);
    let (status, told) = site.answer(zhao.get(site, KEYS)).await?;
    let listed = told["keys"].as_array().context("keys")?;
    ensure!(status == 200 && listed.len() == 2, "{told:#}");
    let secret = second.rsplit('_').next().context("a secret")?;
    ensure!(!told.to_string().contains(secret), "{told:#}");

    let id = first.split('_').nth(1).context("its id")?;
    let retire = format!("{KEYS}/{id}/retire");
    for expected in [200, 404] {
        let asked = zhao.send(site, "POST", &retire, &json!({}));
        let (status, told) = site.answer(asked).await?;
        ensure!(status == expected, "{status} {told:#}");
    }
    ensure!(!works(site, first).await? && works(site, &second).await?);

    let third = issued(site, zhao, true).await?;
    ensure!(!works(site, &second).await? && works(site, &third).await?);
    for _ in 0..4 {
        issued(site, zhao, false).await?;
    }
    let more = zhao.send(site, "POST", KEYS, &json!({ "end_earlier": false }));
    let (status, told) = site.answer(more).await?;
    ensure!(status == 409, "{status} {told:#}");
    let unknown = zhao.get(site, "/api/v1/sources/nobodys/keys");
    ensure!(site.status(unknown).await? == 404);
    Ok(())
}

async fn issued(site: &Site, zhao: &Cookie, end_earlier: bool) -> Result<String> {
    let asked = zhao.send(site, "POST", KEYS, &json!({ "end_earlier": end_earlier }));
    let (status, told) = site.answer(asked).await?;
    let key = told["key"].as_str();
    let key = key.with_context(|| format!("{status} {told:#}"))?;
    Ok(key.to_owned())
}

/// Whether intake takes what comes with a key: an empty batch says nothing and is answered all the same.
async fn works(site: &Site, key: &str) -> Result<bool> {
    let request = site.request("POST", "/v1/events").bearer_auth(key);
    let request = request.header("content-type", "application/cloudevents-batch+json");
    let (status, told) = site.answer(request.body("[]")).await?;
    ensure!(status != 503, "{told:#}");
    Ok(status != 401)
}

/// By who, by what, newest first, in pages, and as a file.
async fn trail(site: &Site, lu: &Cookie) -> Result<()> {
    let path = "/api/v1/audit?account=zhao&what=changes&path=/keys&newest=true&limit=2";
    let (status, told) = site.answer(lu.get(site, path)).await?;
    ensure!(status == 200, "{status} {told:#}");
    let entries = told["entries"].as_array().context("entries")?;
    ensure!(
        entries.len() == 2 && told["next"] == 2 && told["total"].as_u64() > Some(2),
        "{told:#}"
    );
    let at = |entry: &Value| entry["at"].as_str().map(str::to_owned);
    ensure!(at(&entries[0]) >= at(&entries[1]), "{told:#}");
    ensure!(
        told["broken"] == json!([]) && told["journals"] == 1,
        "{told:#}"
    );

    let day = told["day"].as_str().context("a day")?;
    let file = format!("/api/v1/audit/export?from={day}&to={day}&what=refused");
    let (status, text) = site.text(lu.get(site, &file)).await?;
    ensure!(status == 200, "{status} {text}");
    let refused = text.lines().any(|line| {
        line.contains(",li,fz-07,127.0.0.1,") && line.contains(KEYS) && line.ends_with(",403")
    });
    ensure!(refused && !text.contains(",200\r\n"), "{text}");
    // Also over days on which there was nothing; but not over a year.
    let earlier = day.parse::<chrono::NaiveDate>()? - chrono::Days::new(3);
    let of_zhao = |from: &str| {
        let path = format!("/api/v1/audit?day={from}&until={day}&account=zhao");
        site.answer(lu.get(site, &path))
    };
    let (_, alone) = of_zhao(day).await?;
    let (status, some) = of_zhao(&earlier.to_string()).await?;
    ensure!(
        status == 200 && some["total"] == alone["total"] && some["until"] == json!(day),
        "{some:#}"
    );
    ensure!(some["blocks"].as_u64() > Some(5), "{some:#}");
    // What was walked for the page before is known; what was written since is walked beside it.
    ensure!(
        some["blocks"].as_u64() > alone["blocks"].as_u64() && some["broken"] == json!([]),
        "{some:#}"
    );
    ensure!(some["verified_at"].is_string(), "{some:#}");
    let backwards = format!("/api/v1/audit?day={day}&until=2026-01-01");
    ensure!(site.status(lu.get(site, &backwards)).await? == 400);
    let long = "/api/v1/audit/export?from=2026-01-01&to=2026-03-01";
    ensure!(site.status(lu.get(site, long)).await? == 400);
    Ok(())
}
