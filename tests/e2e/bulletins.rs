//! A bulletin over HTTP, from the draft made of data to the frozen paper: the figures are the same twice, a number cannot be edited, whoever is named is heard
//! before anybody signs, and each step is another person's.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::people::{Cookie, SETTINGS, Site, open, ready};
use crate::people_see::{send_of, source, until_alert};
use crate::platform::{PATIENCE, Platform};

const BULLETINS: &str = "/api/v1/bulletins";
const SOURCE: &str = "office-b";

#[tokio::test(flavor = "multi_thread")]
async fn a_bulletin_goes_from_data_to_a_frozen_paper() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let platform = Platform::start(folder.path(), &SETTINGS)?;
    platform.until_ready(true).await?;
    let site = Site::of(&platform)?;
    let declared =
        json!({ "id": SOURCE, "clock": "declared", "region": "510503", "org_code": "qu-b" });
    let key = source(&site, &declared).await?;
    send_of(&site, SOURCE, &key, &[("b-1", "510503", "qu-b")], 2).await?;
    let city = ready(&site, &open("city", "s-1", &["supervision"], "510500")).await?;
    let legal = ready(&site, &open("fazhi", "f-1", &["legal"], "510500")).await?;
    let leader = ready(&site, &open("leader", "l-1", &["leadership"], "510500")).await?;
    let mut opening = open("qu-b", "b-9", &["department_supervisor"], "510503");
    opening["rights"]["body"] = json!("qu-b");
    let department = ready(&site, &opening).await?;
    let mut opening = open("qu-a", "a-9", &["department_supervisor"], "510502");
    opening["rights"]["body"] = json!("qu-a");
    let other = ready(&site, &opening).await?;
    let alert = until_alert(&site, &city, "b-1").await?;
    let confirm = json!({ "why": "经核实", "key": "k-1" });
    let path = format!("/api/v1/alerts/{alert}/confirm");
    let (status, told) = post(&site, &city, &path, &confirm).await?;
    ensure!(status == 200, "{status} {told:#}");

    let drafted = until_named(&site, &city).await?;
    let at = address(&drafted);
    ensure!(
        drafted["state"] == "draft" && drafted["published"].is_null(),
        "{drafted:#}"
    );
    let text = drafted["document"].to_string();
    ensure!(text.contains("共收件") || text.contains("受理"), "{text}");
    the_same_period_has_the_same_figures(&site, &city, &drafted).await?;
    nobody_else_sees_a_draft(&site, &[&department, &other], &at).await?;
    a_number_is_not_edited(&site, &city, &drafted).await?;

    // Whoever wrote it does not review it, and nobody signs before who is named was heard.
    refused(&site, &city, &at, "review", "核稿").await?;
    done(&site, &legal, &at, "review", json!({})).await?;
    refused(&site, &leader, &at, "sign", "听取意见").await?;
    let asked = done(&site, &city, &at, "ask", json!({})).await?;
    ensure!(
        asked["state"] == "hearing" && asked["hearing_until"].is_string(),
        "{asked:#}"
    );
    refused(&site, &leader, &at, "sign", "期限未到").await?;
    heard(&site, &department, &other, &at).await?;
    done(&site, &leader, &at, "sign", json!({})).await?;
    refused(&site, &city, &at, "publish", "发文字号").await?;
    let wrong = json!({ "why": "编号", "key": "n-0", "number": "泸府办函(2026)31号" });
    let (status, told) = post(&site, &city, &format!("{at}/number"), &wrong).await?;
    ensure!(status == 409, "{status} {told:#}");
    done(
        &site,
        &city,
        &at,
        "number",
        json!({ "number": "泸府办函〔2026〕31号" }),
    )
    .await?;
    let published = done(&site, &city, &at, "publish", json!({})).await?;
    ensure!(
        published["state"] == "published"
            && published["published"]["number"] == "泸府办函〔2026〕31号"
            && published["published"]["sha256"]
                .as_str()
                .is_some_and(|s| s.len() == 64),
        "{published:#}"
    );
    frozen(&site, &city, &department, &other, &published).await?;
    platform.stop().await
}

pub async fn post(site: &Site, person: &Cookie, path: &str, body: &Value) -> Result<(u16, Value)> {
    site.answer(person.send(site, "POST", path, body)).await
}

pub fn address(bulletin: &Value) -> String {
    format!(
        "{BULLETINS}/{}",
        bulletin["id"].as_str().unwrap_or_default()
    )
}

fn drafting(key: &str) -> Value {
    json!({ "kind": "bulletin", "period": "2026-03", "region": "510503", "why": "按月编制", "key": key })
}

/// Drafts until the archive has what was confirmed.
async fn until_named(site: &Site, city: &Cookie) -> Result<Value> {
    let began = Instant::now();
    for n in 0.. {
        let (status, told) = post(site, city, BULLETINS, &drafting(&format!("d-{n}"))).await?;
        ensure!(status == 200, "{status} {told:#}");
        if told["named"][0]["org_code"] == "qu-b" {
            return Ok(told);
        }
        ensure!(began.elapsed() < PATIENCE, "{told:#}");
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    unreachable!("it goes on until it is named")
}

async fn figures(site: &Site, person: &Cookie, at: &str) -> Result<Value> {
    let (status, told) = site
        .answer(person.get(site, &format!("{at}/figures.json")))
        .await?;
    ensure!(status == 200, "{status} {told:#}");
    Ok(told)
}

async fn the_same_period_has_the_same_figures(
    site: &Site,
    city: &Cookie,
    drafted: &Value,
) -> Result<()> {
    let (status, again) = post(site, city, BULLETINS, &drafting("again")).await?;
    ensure!(status == 200 && again["id"] != drafted["id"], "{again:#}");
    let mut both = [
        figures(site, city, &address(drafted)).await?,
        figures(site, city, &address(&again)).await?,
    ];
    for figures in &mut both {
        let all = figures.as_object_mut().context("figures")?;
        // When they were taken, and how far the logs were read then.
        all.remove("as_of");
        all.remove("positions");
    }
    ensure!(both[0] == both[1], "{:#} {:#}", both[0], both[1]);
    let (_, same) = post(site, city, BULLETINS, &drafting("again")).await?;
    ensure!(same == again, "sent again it is the same");
    Ok(())
}

async fn nobody_else_sees_a_draft(site: &Site, people: &[&Cookie], at: &str) -> Result<()> {
    for person in people {
        for path in [at.to_owned(), format!("{at}/internal.pdf")] {
            let status = site.status(person.get(site, &path)).await?;
            ensure!(status == 404, "{path}: {status}");
        }
        let (_, listed) = site.answer(person.get(site, BULLETINS)).await?;
        ensure!(listed["bulletins"] == json!([]), "{listed:#}");
    }
    Ok(())
}

async fn a_number_is_not_edited(site: &Site, city: &Cookie, drafted: &Value) -> Result<()> {
    let mut document = drafted["document"].clone();
    let sections = document["sections"].as_array_mut().context("sections")?;
    let spans = sections
        .iter_mut()
        .flat_map(|section| section["parts"].as_array_mut().into_iter().flatten())
        .flat_map(|part| part["spans"].as_array_mut().into_iter().flatten());
    let mut figures = spans.filter(|span| span["query"].is_string());
    let figure = figures.next().context("a number in the text")?;
    figure["text"] = json!("99999件");
    let at = address(drafted);
    let body = json!({ "why": "改数", "key": "e-0", "document": document });
    let (status, told) = post(site, city, &format!("{at}/edit"), &body).await?;
    ensure!(
        status == 400 && told.to_string().contains("99999件"),
        "{status} {told:#}"
    );
    let mut document = drafted["document"].clone();
    document["to"] = json!("各单位");
    let edited = done(site, city, &at, "edit", json!({ "document": document })).await?;
    ensure!(edited["document"]["to"] == "各单位", "{edited:#}");
    Ok(())
}

async fn heard(site: &Site, department: &Cookie, other: &Cookie, at: &str) -> Result<()> {
    let (status, own) = site.answer(department.get(site, at)).await?;
    ensure!(
        status == 200 && own["document"].is_null(),
        "{status} {own:#}"
    );
    ensure!(
        own["passages"][0]
            .as_str()
            .is_some_and(|text| text.contains("乙区")),
        "{own:#}"
    );
    let status = site
        .status(department.get(site, &format!("{at}/internal.pdf")))
        .await?;
    ensure!(status == 404, "{status}");
    let statement = json!({ "why": "情况属实，已整改", "key": "t-1" });
    let (status, told) = post(site, other, &format!("{at}/state"), &statement).await?;
    ensure!(status == 404, "{status} {told:#}");
    let (status, told) = post(site, department, &format!("{at}/state"), &statement).await?;
    ensure!(
        status == 200 && told["named"][0]["stated"] == 1,
        "{status} {told:#}"
    );
    Ok(())
}

pub async fn done(site: &Site, person: &Cookie, at: &str, act: &str, more: Value) -> Result<Value> {
    let mut body = json!({ "why": "试验", "key": format!("k-{act}") });
    if let (Some(body), Value::Object(more)) = (body.as_object_mut(), more) {
        body.extend(more);
    }
    let (status, told) = post(site, person, &format!("{at}/{act}"), &body).await?;
    ensure!(status == 200, "{act}: {status} {told:#}");
    Ok(told)
}

async fn refused(site: &Site, person: &Cookie, at: &str, act: &str, why: &str) -> Result<()> {
    let body = json!({ "why": "试验", "key": format!("r-{act}") });
    let (status, told) = post(site, person, &format!("{at}/{act}"), &body).await?;
    ensure!(
        status == 409 && told.to_string().contains(why),
        "{act}: {status} {told:#}"
    );
    Ok(())
}

/// What is published is seen by whom it concerns, is every kind of file, and does not change.
async fn frozen(
    site: &Site,
    city: &Cookie,
    department: &Cookie,
    other: &Cookie,
    published: &Value,
) -> Result<()> {
    let at = address(published);
    for (file, begins) in [
        ("internal.pdf", "%PDF"),
        ("public.pdf", "%PDF"),
        ("internal.docx", "PK"),
        ("public.docx", "PK"),
        ("internal.xlsx", "PK"),
        ("public.xlsx", "PK"),
    ] {
        let answer = department.get(site, &format!("{at}/{file}")).send().await?;
        ensure!(answer.status() == 200, "{file}: {}", answer.status());
        let bytes = answer.bytes().await?;
        ensure!(bytes.starts_with(begins.as_bytes()), "{file}");
        let again = city.get(site, &format!("{at}/{file}")).send().await?;
        ensure!(again.bytes().await? == bytes, "{file} is the same twice");
    }
    let status = site.status(other.get(site, &at)).await?;
    ensure!(status == 404, "another district's: {status}");
    for act in ["review", "publish", "discard", "return"] {
        refused(site, city, &at, act, "已经印发").await?;
    }
    let (_, listed) = site.answer(department.get(site, BULLETINS)).await?;
    let listed = listed["bulletins"].as_array().context("bulletins")?;
    ensure!(
        listed.len() == 1 && listed[0]["id"] == published["id"],
        "{listed:#?}"
    );
    Ok(())
}
