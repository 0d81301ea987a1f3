//! A draft from the first word to the portal's record, through kills.

use anyhow::{Context, Result, ensure};
use reqwest::Method;
use serde_json::{Value, json};

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_reviewed_and_published_through_kills_and_cases_keep_their_version() -> Result<()>
{
    let folder = tempfile::tempdir()?;
    let data = folder.path();
    let platform = Platform::up(data)?;
    let key = register(&platform).await?;
    send(&platform, &key, "before", 0).await?;
    let flowchart = flowchart_of(&platform, "before").await?;
    ensure!(flowchart == "e2e-licence@1", "{flowchart}");

    // By the command, as an officer gives it.
    let file = data.join("draft.yaml");
    std::fs::write(&file, shorter("2", &day(1)))?;
    let file = file.to_str().context("a path of UTF-8")?;
    let by = [
        "--who",
        "fg-01@e2e-body/法规科",
        "--why",
        "泸府发〔2026〕9号：压缩时限",
    ];
    let said = command(
        &platform,
        &[&["definitions", "draft", file, "--key", "k1"][..], &by[..]].concat(),
    )?;
    ensure!(
        said.contains("时限“许可决定”的承诺时限由5个工作日改为3个工作日"),
        "{said}"
    );
    let again = command(
        &platform,
        &[&["definitions", "draft", file, "--key", "k1"][..], &by[..]].concat(),
    )?;
    ensure!(
        again == said,
        "sent twice under one key, it is one draft:\n{said}\n{again}"
    );
    let id = said
        .split_whitespace()
        .nth(1)
        .context("the draft's id")?
        .to_owned();
    let said = command(
        &platform,
        &[&["definitions", "submit", id.as_str()][..], &by[..]].concat(),
    )?;
    ensure!(
        said.contains("等待审核：法制部门（legal）"),
        "the points are as they were: {said}"
    );
    drop(platform); // killed

    let platform = Platform::start(data, &[("MINGJING_LIFE_FAIL_AT", "decided")])?;
    refused::refusals(&platform, &id).await?;
    let review = json!({"role": "legal", "verdict": "agree", "opinion": "合法", "who": who("fz-07", "sfj", "执法监督科"), "why": "法制审核", "key": "r1"});
    let shown = done(
        &platform,
        Method::POST,
        &format!("/api/v1/drafts/{id}/review"),
        &review,
    )
    .await?;
    ensure!(shown["state"] == "approved", "{shown:#}");
    let publish = json!({"who": who("op-1", "", ""), "why": "公布", "key": "p1"});
    let publishing = format!("/api/v1/drafts/{id}/publish");
    let died = ask(&platform, Method::POST, &publishing, &publish).await;
    ensure!(
        died.is_err(),
        "it dies once the publication is decided: {died:?}"
    );

    // Whoever comes next finds it decided and carries it out, and dies before it says so.
    let mut platform = Platform::start(data, &[("MINGJING_LIFE_FAIL_AT", "activated")])?;
    platform.ended().await?;
    let platform = Platform::up(data)?;
    let published = until_state(&platform, &id, "published").await?;
    let again = done(&platform, Method::POST, &publishing, &publish).await?;
    ensure!(
        again["history"] == published["history"],
        "sent again it is not done again: {again:#}"
    );
    let acts: Vec<&str> = list(&published, "history")
        .map(|r| r["act"]["what"].as_str().unwrap_or(""))
        .collect();
    ensure!(
        acts == [
            "drafted",
            "submitted",
            "reviewed",
            "publication_decided",
            "published"
        ],
        "each once, none lost: {acts:?}"
    );
    ensure!(
        list(&published, "history")
            .all(|r| r["who"]["person"] != "" && r["why"] != "" && r["at"] != "")
    );
    let versions = versions(&platform).await?;
    ensure!(versions == [json!("1"), json!("2")], "{versions:?}");

    // Both versions are in the set, and each case has its own.
    ensure!(flowchart_of(&platform, "before").await? == "e2e-licence@1");
    platform.stop().await?;
    let platform = Platform::start(data, &[AHEAD])?;
    send(&platform, &key, "after", 26).await?;
    ensure!(flowchart_of(&platform, "after").await? == "e2e-licence@2");
    ensure!(flowchart_of(&platform, "before").await? == "e2e-licence@1");

    let unused = got(&platform, "/api/v1/definitions/unused").await?;
    ensure!(
        unused["items"] == 1 && list(&unused, "unused").count() == 0,
        "{unused:#}"
    );
    let unused = got(
        &platform,
        "/api/v1/definitions/unused?from=2021-01-01&to=2021-12-31",
    )
    .await?;
    ensure!(list(&unused, "unused").count() == 1, "{unused:#}");

    // The portal's record, and words between versions.
    let notice = json!({"place": "泸州市人民政府网站", "on": day(0), "who": who("op-1", "", ""), "why": "公示"});
    done(
        &platform,
        Method::POST,
        &format!("/api/v1/drafts/{id}/notice"),
        &notice,
    )
    .await?;
    let record = got(&platform, "/api/v1/publications").await?;
    let first = &record["publications"][0];
    ensure!(
        first["places"][0]["place"] == "泸州市人民政府网站"
            && first["sha256"].as_str().map(str::len) == Some(64),
        "{record:#}"
    );
    let told = command(
        &platform,
        &[
            "definitions",
            "diff",
            "flowchart/e2e-licence",
            "--from",
            "1",
            "--to",
            "2",
        ],
    )?;
    ensure!(
        told.contains("时限“许可决定”的承诺时限由5个工作日改为3个工作日"),
        "{told}"
    );
    let told = command(
        &platform,
        &["definitions", "history", "flowchart/e2e-licence"],
    )?;
    ensure!(told.contains("法制部门同意：合法（法制审核）"), "{told}");
    platform.stop().await
}

async fn versions(platform: &Platform) -> Result<Vec<Value>> {
    let history = got(platform, "/api/v1/definitions/flowchart/e2e-licence").await?;
    Ok(list(&history, "versions")
        .map(|v| v["version"].clone())
        .collect())
}
