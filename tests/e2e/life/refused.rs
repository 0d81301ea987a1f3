//! What may not be done with a draft.

use anyhow::{Context, Result, ensure};
use reqwest::Method;
use serde_json::{Value, json};

use super::*;

/// What may not be done is refused, with what, why and what to do; and leaves no record.
pub async fn refusals(platform: &Platform, id: &str) -> Result<()> {
    let of = |act: &str| format!("/api/v1/drafts/{id}/{act}");
    let said = |more: Value| {
        let mut said = json!({"who": who("x", "sfj", "执法监督科"), "why": "试"});
        let (all, more) = (said.as_object_mut(), more.as_object().cloned());
        all.expect("an object").extend(more.unwrap_or_default());
        said
    };
    let draft = |text: String| said(json!({"text": text}));
    let before = got(platform, &format!("/api/v1/drafts/{id}")).await?;
    let chart = shorter("3", &day(1));
    for (path, body, status, reason, told) in [
        (
            of("publish"),
            said(json!({})),
            409,
            "wrong_state",
            "审核还没有完成",
        ),
        (
            of("review"),
            json!({"why": "x"}),
            400,
            "bad_request",
            "who.person",
        ),
        (
            of("review"),
            json!({"who": who("x", "b", "o")}),
            400,
            "bad_request",
            "why",
        ),
        (
            of("review"),
            said(json!({"verdict": "agree"})),
            400,
            "bad_request",
            "role",
        ),
        (
            of("review"),
            said(json!({"role": "court", "verdict": "agree"})),
            400,
            "bad_request",
            "court",
        ),
        (
            of("review"),
            said(json!({"role": "staffing", "verdict": "agree"})),
            409,
            "not_your_turn",
            "法制部门",
        ),
        (
            of("review"),
            said(json!({"role": "legal", "verdict": "object"})),
            409,
            "incomplete",
            "opinion",
        ),
        (
            of("submit"),
            said(json!({"text": "x"})),
            400,
            "bad_request",
            "text",
        ),
        (of("dance"), said(json!({})), 404, "not_found", "revise"),
        (
            "/api/v1/drafts/none/submit".into(),
            said(json!({})),
            404,
            "not_found",
            "none",
        ),
        (
            "/api/v1/drafts".into(),
            said(json!({})),
            400,
            "bad_request",
            "text",
        ),
        (
            "/api/v1/drafts".into(),
            said(json!({"text": "x", "colour": 1})),
            400,
            "bad_request",
            "colour",
        ),
        (
            "/api/v1/drafts".into(),
            draft("kind: flowchart\nid: [".into()),
            422,
            "wrong_definitions",
            "text:",
        ),
        (
            "/api/v1/drafts".into(),
            draft(format!(
                "{chart}---\nkind: body\ncode: b\nname: b\nregion: '5'\n"
            )),
            422,
            "wrong_definitions",
            "分开起草",
        ),
    ] {
        let (found, answer) = ask(platform, Method::POST, &path, &body).await?;
        ensure!(
            found == status && answer["reason"] == reason && answer.to_string().contains(told),
            "{path} {body}: {found} {answer:#}"
        );
    }
    // What could never be published is not sent to reviewers.
    for (text, reason) in [
        (shorter("3", &day(0)), "retroactive"),
        (shorter("1", &day(1)), "published"),
        (
            chart.replace("calendar: cn", "").replace(
                "name: 试验许可流程",
                "name: 试验许可流程\ncalendar: nowhere",
            ),
            "wrong_definitions",
        ),
    ] {
        let drafted = done(platform, Method::POST, "/api/v1/drafts", &draft(text)).await?;
        let id = drafted["id"].as_str().context("an id")?;
        let (_, answer) = ask(
            platform,
            Method::POST,
            &format!("/api/v1/drafts/{id}/submit"),
            &said(json!({})),
        )
        .await?;
        ensure!(answer["reason"] == reason, "{answer:#}");
        done(
            platform,
            Method::POST,
            &format!("/api/v1/drafts/{id}/withdraw"),
            &said(json!({})),
        )
        .await?;
    }
    let after = got(platform, &format!("/api/v1/drafts/{id}")).await?;
    ensure!(before == after, "refused is not recorded: {after:#}");
    Ok(())
}
