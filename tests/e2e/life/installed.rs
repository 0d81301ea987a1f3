//! Folders without reviews: how a platform is set up, and what they may not do once reviewers have spoken. And a publication that cannot
//! be put in force, which is not silent.

use anyhow::{Result, ensure};
use reqwest::Method;
use serde_json::{Value, json};

use super::*;

fn folder(text: &str, said: Value) -> Value {
    let mut folder = json!({"files": [{"name": format!("{SOURCE}/licence.yaml"), "text": text}]});
    if let (Some(all), Value::Object(said)) = (folder.as_object_mut(), said) {
        all.extend(said);
    }
    folder
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_sets_a_platform_up_and_changes_nothing_that_was_reviewed() -> Result<()> {
    let data = tempfile::tempdir()?;
    let platform = Platform::up(data.path())?;
    let install = async |body: &Value| ask(&platform, Method::POST, "/v1/definitions", body).await;
    let said = json!({"who": who("op", "", ""), "why": "平台设立"});
    // The first folder needs no name; a change does.
    ensure!(install(&folder(SET, json!({}))).await?.0 == 200);
    let renamed = SET.replace("name: 审批局", "name: 行政审批局");
    let (status, answer) = install(&folder(&renamed, json!({}))).await?;
    ensure!(
        status == 400 && answer["error"]["field"] == "who.person",
        "{answer:#}"
    );
    ensure!(install(&folder(&renamed, said.clone())).await?.0 == 200);
    ensure!(install(&folder(&renamed, said.clone())).await?.0 == 200);
    let listed = got(&platform, "/api/v1/installations").await?;
    let told: Vec<&Value> = list(&listed, "installations").collect();
    ensure!(
        told.len() == 2
            && told[0]["in_force"] == true
            && told[0]["who"]["person"] == "op"
            && told[0]["why"] == "平台设立"
            && told[0]["changes"][0]
                == "行使主体“行政审批局”（e2e-body）：名称由“审批局”改为“行政审批局”",
        "sent twice it is recorded once: {listed:#}"
    );
    let said_by_command = command(&platform, &["definitions", "installations"])?;
    ensure!(
        said_by_command.contains("平台设立") && said_by_command.contains("改为“行政审批局”"),
        "{said_by_command}"
    );

    // From the first reviewed publication on.
    publish(&platform, &shorter("2", &day(1))).await?;
    ensure!(
        install(&folder(&renamed, json!({}))).await?.0 == 200,
        "what changes nothing is taken"
    );
    let longer = renamed.replace("promised: 5wd", "promised: 9wd");
    let (status, answer) = install(&folder(&longer, said.clone())).await?;
    ensure!(
        status == 409
            && answer["error"]["reason"] == "needs_review"
            && answer.to_string().contains("改为9个工作日"),
        "{answer:#}"
    );
    let own = json!({"files": [{"name": "published/flowchart/x.yaml", "text": longer}], "who": who("op", "", ""), "why": "x"});
    let (status, answer) = install(&own).await?;
    ensure!(status == 422, "the platform's own folder: {answer:#}");
    let listed = got(&platform, "/api/v1/installations").await?;
    ensure!(list(&listed, "installations").count() == 2, "{listed:#}");
    platform.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publication_that_cannot_be_put_in_force_rings_and_says_why_until_it_is() -> Result<()> {
    let data = tempfile::tempdir()?;
    let calendar = |id: &str| {
        format!(
            "---\nkind: calendar\nid: {id}\nname: 试验日历\ntime_zone: Asia/Shanghai\nplain: true\n"
        )
    };
    let rehearsal = ("MINGJING__LIFE__INSTALL", "always");
    // It is decided, and the process gets no further.
    let platform = Platform::start(data.path(), &[rehearsal, ("MINGJING_LIFE_FAIL_AT", "held")])?;
    let said = json!({"who": who("op", "", ""), "why": "演练"});
    let with = format!("{SET}{}", calendar("own"));
    done(
        &platform,
        Method::POST,
        "/v1/definitions",
        &folder(&with, said.clone()),
    )
    .await?;
    let chart =
        shorter("2", &day(1)).replace("name: 试验许可流程", "name: 试验许可流程\ncalendar: own");
    let id = publish(&platform, &chart).await?;
    let draft = format!("/api/v1/drafts/{id}");
    let shown = got(&platform, &draft).await?;
    ensure!(
        shown["state"] == "publishing" && shown["hindered"]["why"] != Value::Null,
        "{shown:#}"
    );
    until_metric(&platform, "mingjing_api_publications_waiting 1").await?;
    until_metric(
        &platform,
        "mingjing_api_publication_hindered{reason=\"storage\"} 1",
    )
    .await?;
    // Meanwhile the calendar that it counts by goes away.
    done(
        &platform,
        Method::POST,
        "/v1/definitions",
        &folder(SET, said.clone()),
    )
    .await?;
    drop(platform);
    let platform = Platform::start(data.path(), &[rehearsal])?;
    until_metric(
        &platform,
        "mingjing_api_publication_hindered{reason=\"definitions\"} 1",
    )
    .await?;
    until_metric(&platform, "mingjing_api_publications_waiting 1").await?;
    until_metric(&platform, "mingjing_api_publications_late 0").await?;
    let told = command(&platform, &["definitions", "show", &id])?;
    ensure!(
        told.contains("尚未生效") && told.contains("own"),
        "the draft says what is in its way: {told}"
    );
    drop(platform);
    // A day later it should have been in force.
    let platform = Platform::start(data.path(), &[rehearsal, AHEAD])?;
    until_metric(&platform, "mingjing_api_publications_late 1").await?;
    done(
        &platform,
        Method::POST,
        "/v1/definitions",
        &folder(&with, said),
    )
    .await?;
    until_state(&platform, &id, "published").await?;
    for quiet in [
        "mingjing_api_publications_waiting 0",
        "mingjing_api_publications_late 0",
        "mingjing_api_publication_hindered{reason=\"definitions\"} 0",
    ] {
        until_metric(&platform, quiet).await?;
    }
    platform.stop().await
}

async fn until_metric(platform: &Platform, line: &str) -> Result<()> {
    let began = Instant::now();
    loop {
        let metrics = platform.get("/metrics").await?;
        if metrics.lines().any(|told| told == line) {
            return Ok(());
        }
        let found: Vec<&str> = metrics
            .lines()
            .filter(|told| told.starts_with("mingjing_api_publication"))
            .collect();
        ensure!(began.elapsed() < PATIENCE, "{line}: {found:#?}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}
