//! An order goes to a body that there is, and is passed on to a person who can answer; whom nobody knows is refused, counted, and can be
//! named anew under the same key.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::people::{Cookie, SETTINGS, Site, open, ready};
use crate::people_see::{send_of, source, until_alert};
use crate::platform::{PATIENCE, Platform};

const SOURCE: &str = "office-b";
const COUNTED: &str = "mingjing_api_commands_refused_total";

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_handed_to_a_body_or_a_person_that_there_is_not() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let platform = Platform::start(folder.path(), &SETTINGS)?;
    platform.until_ready(true).await?;
    let site = Site::of(&platform)?;
    let declared =
        json!({ "id": SOURCE, "clock": "declared", "region": "510503", "org_code": "qu-b" });
    let key = source(&site, &declared).await?;
    send_of(&site, SOURCE, &key, &[("b-1", "510503", "qu-b")], 2).await?;
    let city = ready(&site, &open("city", "s-1", &["supervision"], "")).await?;
    let alert = until_alert(&site, &city, "b-1").await?;
    until_registered(&site, &city, "qu-b").await?;

    // A code mistyped is told at once, and the same key says it right.
    let told = act(&site, &city, &alert, "order", "qu-bb", 409).await?;
    ensure!(told["reason"] == "no_such_body", "{told:#}");
    let refusal = &told["refusals"][0];
    let words = told["message_zh"].as_str().unwrap_or_default();
    ensure!(
        refusal["field"] == "to" && words.contains("qu-bb") && words.contains("请核对机构代码"),
        "{told:#}"
    );
    ensure!(platform.metric(COUNTED).await? == 1, "it was not counted");
    let told = act(&site, &city, &alert, "order", "qu-b", 200).await?;
    ensure!(
        told["alert"]["disposition"]["order"]["to"] == "qu-b",
        "{told:#}"
    );

    let mut opening = open("sun", "sun-1", &["department_supervisor"], "510503");
    opening["rights"]["body"] = json!("qu-b");
    let sun = ready(&site, &opening).await?;
    let told = act(&site, &sun, &alert, "pass_on", "wang-9", 409).await?;
    ensure!(told["reason"] == "no_such_person", "{told:#}");
    ensure!(platform.metric(COUNTED).await? == 2, "it was not counted");
    let mut opening = open("wang", "wang-9", &["department_handler"], "510503");
    opening["rights"]["body"] = json!("qu-b");
    ready(&site, &opening).await?;
    let told = act(&site, &sun, &alert, "pass_on", "wang-9", 200).await?;
    let legs = &told["alert"]["disposition"]["order"]["passed_on"];
    ensure!(legs[0]["to"] == "wang-9", "{told:#}");
    ensure!(platform.metric(COUNTED).await? == 2);

    // Who supervises one district orders nothing of a body in another one; nor does its department hand anything to an officer there.
    until_registered(&site, &city, "qu-a").await?;
    let district = ready(&site, &open("district", "s-2", &["supervision"], "510503")).await?;
    let told = act(&site, &district, &alert, "order", "qu-a", 409).await?;
    ensure!(told["reason"] == "beyond_region", "{told:#}");
    let words = told["message_zh"].as_str().unwrap_or_default();
    ensure!(
        words.contains("qu-a") && words.contains("报上级监察机关交办"),
        "{told:#}"
    );
    ensure!(platform.metric(COUNTED).await? == 3, "it was not counted");
    // Its own is within reach: what stands against it is that an order is open.
    let told = act(&site, &district, &alert, "order", "qu-b", 409).await?;
    ensure!(told["reason"] == "order_open", "{told:#}");
    platform.stop().await
}

/// The names of bodies follow the definitions a moment after they are in force.
async fn until_registered(site: &Site, person: &Cookie, body: &str) -> Result<()> {
    let began = Instant::now();
    loop {
        let (_, told) = site.answer(person.get(site, "/api/v1/platform")).await?;
        if told["names"]["orgs"][body].is_string() {
            return Ok(());
        }
        ensure!(began.elapsed() < PATIENCE, "{told:#}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Hands it to somebody, always under the same key.
async fn act(
    site: &Site,
    person: &Cookie,
    alert: &str,
    act: &str,
    to: &str,
    wanted: u16,
) -> Result<Value> {
    let path = format!("/api/v1/alerts/{alert}/{act}");
    let body = json!({ "why": "请说明原因", "key": format!("{act}-1"), "to": to });
    let request = person.send(site, "POST", &path, &body);
    let (status, told) = site.answer(request).await?;
    ensure!(status == wanted, "{act} to {to}: {status} {told:#}");
    Ok(told)
}
