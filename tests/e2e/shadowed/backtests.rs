//! A backtest asked for over HTTP: it finds what the shadow finds, belongs to the text that it was run on, and one that is killed says so.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::*;

fn of(id: &str) -> String {
    format!("/api/v1/drafts/{id}/backtests")
}

/// Run to its end over the shadow's window: both judge the same by the same.
pub async fn found_as_the_shadow(
    platform: &Platform,
    id: &str,
    since: &str,
    outcome: &Value,
) -> Result<()> {
    let path = of(id);
    let none = got(platform, &path).await?;
    ensure!(
        none["runs"] == json!([]) && none["found"].is_null(),
        "{none:#}"
    );
    ensure!(got(platform, &format!("/api/v1/drafts/{id}")).await?["backtest"].is_null());
    refused(platform, id, since).await?;
    let body = said_by(json!({"from": since, "key": "once"}));
    done(platform, &path, &body).await?;
    let shown = until(platform, &path, |shown| shown["runs"][0]["state"] == "done").await?;
    let found = &shown["found"];
    ensure!(
        found["cases"] == 40 && found["events"] == outcome["events"],
        "{shown:#}"
    );
    for field in ["raised", "withdrawn", "changed", "same"] {
        ensure!(
            found["total"][field] == outcome["total"][field],
            "{field}: {shown:#}"
        );
    }
    let point = list(found, "by_control_point").find(|p| p["control_point"] == "decision-late");
    let point = point.context("the point is told")?;
    ensure!(
        point["tally"]["raised"] == 10 && point["rule"].as_str() > Some(""),
        "{point:#}"
    );
    let items: Vec<&Value> = list(found, "by_item").collect();
    ensure!(
        items.len() == 1 && items[0]["item_code"] == "e2e-licence",
        "{shown:#}"
    );
    ensure!(items[0]["tally"] == found["total"], "{shown:#}");
    // Five of each kind are shown, the rest is counted.
    let shown_of = |kind: &str| {
        let examples = list(found, "examples");
        examples
            .filter(|e| e["difference"] == kind && e["control_point"] == "decision-late")
            .count()
    };
    ensure!(
        shown_of("raised") == 5 && shown_of("changed") == 5,
        "{found:#}"
    );
    let differing: u64 = ["raised", "withdrawn", "changed"]
        .into_iter()
        .filter_map(|kind| found["total"][kind].as_u64())
        .sum();
    let told = list(found, "examples").count() as u64;
    ensure!(found["examples_left_out"] == differing - told, "{found:#}");
    let due = found["examples"][0]["would"]["due_at"].as_str();
    ensure!(due.is_some_and(|due| due.ends_with("+08:00")), "{found:#}");

    // What was asked under one key is asked once; of a region where nothing lies nothing is found.
    let again = done(platform, &path, &body).await?;
    ensure!(list(&again, "runs").count() == 1, "{again:#}");
    let elsewhere = said_by(json!({"from": since, "region": "510600"}));
    done(platform, &path, &elsewhere).await?;
    let shown = until(platform, &path, |shown| {
        shown["runs"][0]["run"] == 2 && shown["runs"][0]["state"] == "done"
    })
    .await?;
    ensure!(
        shown["shown"] == 2 && shown["found"]["cases"] == 0,
        "{shown:#}"
    );
    let first = got(platform, &format!("{path}?run=1")).await?;
    ensure!(
        first["shown"] == 1 && first["found"]["cases"] == 40,
        "{first:#}"
    );
    let draft = got(platform, &format!("/api/v1/drafts/{id}")).await?;
    let run = &draft["backtest"];
    ensure!(
        run["run"] == 2
            && run["of_present_text"] == true
            && run["text_sha256"] == draft["text_sha256"]
            && run["who"]["person"] == "fg-01",
        "{draft:#}"
    );
    Ok(())
}

async fn refused(platform: &Platform, id: &str, since: &str) -> Result<()> {
    let path = of(id);
    let cancel = format!("{path}/cancel");
    for (path, body, status, told) in [
        (&path, said_by(json!({})), 400, "请写明自何日起"),
        (
            &path,
            said_by(json!({"from": since, "to": day(2)})),
            400,
            "终点尚未到来",
        ),
        (
            &path,
            said_by(json!({"from": day(-1), "to": since})),
            400,
            "起点应当早于终点",
        ),
        (
            &path,
            said_by(json!({"from": since, "region": "泸州"})),
            400,
            "行政区划代码",
        ),
        (&path, json!({"from": since}), 400, "who.person"),
        (&cancel, said_by(json!({})), 409, "没有正在进行的回测"),
    ] {
        let (found, answer) = ask(platform, Method::POST, path, Some(&body)).await?;
        let message = answer["message_zh"].as_str().unwrap_or_default();
        ensure!(
            found == status && message.contains(told),
            "{body}: {answer:#}"
        );
    }
    let (status, answer) = ask(platform, Method::GET, &format!("{path}?run=9"), None).await?;
    ensure!(status == 404, "{answer:#}");
    Ok(())
}

/// Begun on a platform that dies as soon as one runs.
pub async fn killed(platform: &mut Platform, id: &str, since: &str) -> Result<()> {
    // Whether it answers first is a matter of chance.
    let body = said_by(json!({"from": since}));
    let _ = ask(platform, Method::POST, &of(id), Some(&body)).await;
    platform.ended().await?;
    Ok(())
}

/// The one that was killed says so, and hides nothing of those before.
pub async fn cut_off(platform: &Platform, id: &str) -> Result<()> {
    let shown = until(platform, &of(id), |shown| {
        shown["runs"][0]["state"] == "cut_off"
    })
    .await?;
    ensure!(
        shown["runs"][0]["run"] == 3 && shown["shown"] == 2,
        "{shown:#}"
    );
    let problem = shown["runs"][0]["problem"].as_str().unwrap_or_default();
    ensure!(problem.contains("请重新回测"), "{shown:#}");
    Ok(())
}

/// What was found belongs to the text of then.
pub async fn of_an_earlier_text(platform: &Platform, id: &str) -> Result<()> {
    let draft = got(platform, &format!("/api/v1/drafts/{id}")).await?;
    let run = &draft["backtest"];
    ensure!(
        run["of_present_text"] == false && run["text_sha256"] != draft["text_sha256"],
        "{draft:#}"
    );
    Ok(())
}

/// Once it is published nobody decides upon it any more.
pub async fn over(platform: &Platform, id: &str, since: &str) -> Result<()> {
    let body = said_by(json!({"from": since}));
    let (status, answer) = ask(platform, Method::POST, &of(id), Some(&body)).await?;
    ensure!(
        status == 409 && answer["reason"] == "wrong_state",
        "{answer:#}"
    );
    Ok(())
}
