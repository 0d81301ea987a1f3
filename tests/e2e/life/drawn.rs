//! A flowchart that is drawn: what comes back from a canvas is the draft's text, shapes stay where they were put until it is published and
//! after, and what the text has wrong is told before anybody reviews it.

use anyhow::{Context, Result, ensure};
use reqwest::Method;
use serde_json::{Value, json};

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_drawn_becomes_the_text_and_shapes_stay_where_they_were_put() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let platform = Platform::up(folder.path())?;
    register(&platform).await?;
    let author = who("fg-01", "e2e-body", "法规科");
    let draft = json!({"text": shorter("2", &day(3)), "who": author, "why": "试验"});
    let drafted = done(&platform, Method::POST, "/api/v1/drafts", &draft).await?;
    let id = drafted["id"].as_str().context("an id")?.to_owned();
    let address = format!("/api/v1/drafts/{id}/bpmn");
    let drawn = platform.get(&address).await?;

    // A shape that is moved changes nothing of what is judged by, and no record is made of it.
    let (place, moved) = moved(&drawn)?;
    let saved = save(&platform, &address, &moved, "k-moved").await?;
    ensure!(
        saved["unchanged"] == true && saved["draft"]["text_sha256"] == drafted["text_sha256"],
        "{saved:#}"
    );
    ensure!(list(&saved["draft"], "history").count() == 1, "{saved:#}");
    let again = platform.get(&address).await?;
    ensure!(again.contains(&place), "it was moved back: {again}");

    // A step that is renamed on the canvas is renamed in the text; sent twice under one key it is done once.
    let renamed = again.replace("name=\"复核\"", "name=\"复核意见\"");
    ensure!(renamed != again, "{again}");
    for _ in 0..2 {
        let saved = save(&platform, &address, &renamed, "k-renamed").await?;
        ensure!(list(&saved["draft"], "history").count() == 2, "{saved:#}");
        let changes = saved["draft"]["changes"].to_string();
        ensure!(changes.contains("复核意见"), "{changes}");
    }
    let text = platform.get(&format!("/api/v1/drafts/{id}/text")).await?;
    ensure!(
        text.contains("复核意见") && text.contains("3wd"),
        "the limits stay: {text}"
    );

    // What would keep it from its reviewers is told with its line.
    let broken = text.replace("limit: review", "limit: nowhere");
    ensure!(broken != text, "{text}");
    let line = 1 + broken
        .lines()
        .position(|line| line.contains("limit: nowhere"))
        .context("a line")?;
    let revise = format!("/api/v1/drafts/{id}/revise");
    let of = |text: &str| json!({"text": text, "who": author, "why": "试写"});
    done(&platform, Method::POST, &revise, &of(&broken)).await?;
    let check = format!("/api/v1/drafts/{id}/check");
    let told = got(&platform, &check).await?;
    ensure!(told["problems"][0]["line"] == line, "line {line}: {told:#}");
    // The text that is published at last is another than the one that was drawn.
    let text = text.replace("3wd", "4wd");
    done(&platform, Method::POST, &revise, &of(&text)).await?;
    let told = got(&platform, &check).await?;
    ensure!(told == json!({"problems": [], "refusals": []}), "{told:#}");

    // Published, it is drawn as it was left.
    let submit = json!({"who": author, "why": "送审"});
    let of = |act: &str| format!("/api/v1/drafts/{id}/{act}");
    done(&platform, Method::POST, &of("submit"), &submit).await?;
    let review = json!({"role": "legal", "verdict": "agree", "who": who("fz", "sfj", "一科"), "why": "审核"});
    done(&platform, Method::POST, &of("review"), &review).await?;
    done(&platform, Method::POST, &of("publish"), &submit).await?;
    until_state(&platform, &id, "published").await?;
    let published = platform
        .get("/api/v1/definitions/flowchart/e2e-licence/bpmn?version=2")
        .await?;
    ensure!(
        published.contains(&place) && published.contains("复核意见"),
        "{published}"
    );
    let late = json!({"xml": renamed, "who": author, "why": "再改", "key": "k-late"});
    let (status, answer) = ask(&platform, Method::POST, &address, &late).await?;
    ensure!(status == 409, "{status} {answer:#}");

    let no_drawing = json!({"xml": "<definitions/>", "who": author, "why": "试写"});
    let (status, answer) = ask(&platform, Method::POST, &address, &no_drawing).await?;
    ensure!(
        status == 422 && answer["problems"][0]["line"] == 1,
        "{status} {answer:#}"
    );
    platform.stop().await
}

async fn save(platform: &Platform, address: &str, xml: &str, key: &str) -> Result<Value> {
    let author = who("fg-01", "e2e-body", "法规科");
    let body = json!({"xml": xml, "who": author, "why": "画布", "key": key});
    done(platform, Method::POST, address, &body).await
}

/// The drawing with its last shape seven further to the right; and where that is.
fn moved(drawn: &str) -> Result<(String, String)> {
    const BOUNDS: &str = "<dc:Bounds x=\"";
    let (before, rest) = drawn.rsplit_once(BOUNDS).context("shapes")?;
    let (x, rest) = rest.split_once('"').context("a place")?;
    let x: f64 = x.parse()?;
    let place = format!("{BOUNDS}{}\"", x + 7.0);
    Ok((place.clone(), format!("{before}{place}{rest}")))
}
