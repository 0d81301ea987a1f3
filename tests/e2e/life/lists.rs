//! The power list, the register of officers and the milestones.

use anyhow::{Context, Result, ensure};
use reqwest::Method;
use serde_json::{Value, json};

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn the_list_the_register_and_the_milestones_live_too() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let platform = Platform::up(folder.path())?;
    register(&platform).await?;
    read(&platform).await?;
    transfer(&platform).await?;
    register_of_officers(&platform).await?;
    milestones(&platform).await?;
    platform.stop().await
}

/// What is in force, as people read it.
async fn read(platform: &Platform) -> Result<()> {
    let items = got(platform, "/api/v1/items?q=试验&power_type=licence").await?;
    let row = &items["items"][0];
    ensure!(
        items["total"] == 1
            && row["executing_body_name"] == "审批局"
            && row["promised_zh"] == "5个工作日"
            && items["next"].is_null(),
        "{items:#}"
    );
    let item = got(platform, "/api/v1/items/e2e-licence").await?;
    let late = &item["chart"]["control_points"][0];
    ensure!(
        late["rule"] == "T3" && late["limit_name"] == "许可决定" && late["checks"].is_string(),
        "{late:#}"
    );
    ensure!(item["chart"]["steps"][0]["name"] == "审查", "{item:#}");
    let rules = got(platform, "/api/v1/rules").await?;
    let of_time = &rules["families"][0]["rules"];
    ensure!(
        of_time
            .as_array()
            .is_some_and(|rules| rules.iter().any(|rule| rule["id"] == "T3")),
        "{of_time:#}"
    );
    let year = got(platform, "/api/v1/calendars/cn?year=2020&version=2020.1").await?;
    ensure!(
        year["year"]["days"]
            .as_array()
            .is_some_and(|days| days.len() == 366)
            && year["year"]["provisional"] == false,
        "{year:#}"
    );
    let text = platform
        .get("/api/v1/definitions/flowchart/e2e-licence/text?version=1")
        .await?;
    ensure!(text.contains("id: e2e-licence"), "{text}");
    for (address, wanted) in [
        ("/api/v1/items/none", 404),
        ("/api/v1/items?limit=0", 400),
        ("/api/v1/items?power_type=magic", 400),
        ("/api/v1/calendars/cn?version=none", 404),
        ("/api/v1/calendars/cn?year=20206", 400),
        ("/api/v1/definitions/flowchart/e2e-licence/text", 400),
    ] {
        let (status, answer) = platform.answer(address).await?;
        ensure!(status == wanted, "{address}: {status} {answer}");
    }
    Ok(())
}

/// 下放: a draft of both items, led, joined, approved; the receiver is live on the day after.
async fn transfer(platform: &Platform) -> Result<()> {
    let item = SET
        .split("---\n")
        .find(|text| text.contains("kind: item"))
        .context("an item")?;
    let giver = format!(
        "{item}status: transferred\neffective_to: {}\nrunning_cases: hand_over\ntransferred_to: county-licence\n",
        day(30)
    );
    let receiver = |from: &str| {
        item.replace("code: e2e-licence", "code: county-licence")
            .replace("level: city", "level: county")
            .replace(
                "effective_from: 2020-01-01",
                &format!("effective_from: {from}"),
            )
    };
    let author = who("bb-1", "e2e-body", "综合科");
    let draft = json!({"text": format!("{giver}---\n{}", receiver(&day(40))), "who": author, "why": "川府发〔2026〕1号"});
    let drafted = done(platform, Method::POST, "/api/v1/drafts", &draft).await?;
    let id = drafted["id"].as_str().context("an id")?.to_owned();
    let of = |act: &str| format!("/api/v1/drafts/{id}/{act}");
    let submit = json!({"who": author, "why": "送审"});
    let (status, answer) = ask(platform, Method::POST, &of("submit"), &submit).await?;
    ensure!(
        status == 409 && answer["reason"] == "no_receiver",
        "a day without anybody: {answer:#}"
    );
    let revise = json!({"text": format!("{giver}---\n{}", receiver(&day(31))), "who": author, "why": "改正承接日期"});
    done(platform, Method::POST, &of("revise"), &revise).await?;
    let shown = done(platform, Method::POST, &of("submit"), &submit).await?;
    let changes = shown["changes"].to_string();
    ensure!(
        changes.contains("在办件处理新增：移交承接机关") && changes.contains("新设权力事项"),
        "{changes}"
    );
    for (role, person, body) in [
        ("affairs", "a", "zwfw"),
        ("staffing", "b", "bb"),
        ("legal", "c", "sfj"),
    ] {
        let review = json!({"role": role, "verdict": "agree", "who": who(person, body, "一科"), "why": "会同审核"});
        done(platform, Method::POST, &of("review"), &review).await?;
    }
    let waiting = got(platform, "/api/v1/drafts?state=in_review&kind=item").await?;
    ensure!(
        waiting["drafts"][0]["awaited"][0]["code"] == "government",
        "{waiting:#}"
    );
    let approve = json!({"who": who("g", "zf", "办公室"), "why": "市政府常务会议"});
    done(platform, Method::POST, &of("approve"), &approve).await?;
    let publish = json!({"who": who("op", "", ""), "why": "公布"});
    let shown = done(platform, Method::POST, &of("publish"), &publish).await?;
    ensure!(shown["state"] == "published", "{shown:#}");
    let listed = got(platform, "/api/v1/definitions?kind=item").await?;
    let files: Vec<&str> = list(&listed, "definitions")
        .filter_map(|d| d["file"].as_str())
        .collect();
    ensure!(
        files.len() == 2
            && files
                .iter()
                .all(|file| *file == format!("published/item/{id}.yaml")),
        "the old text has made room: {listed:#}"
    );
    // An ended item is not opened again, and the folder it came from cannot bring it back: reviewers have spoken.
    let files = json!([{"name": format!("{SOURCE}/licence.yaml"), "text": SET}]);
    let folder = json!({"files": files, "who": who("op", "", ""), "why": "重装"});
    let (status, answer) = ask(platform, Method::POST, "/v1/definitions", &folder).await?;
    ensure!(
        status == 409 && answer["error"]["reason"] == "needs_review",
        "{answer:#}"
    );
    Ok(())
}

async fn register_of_officers(platform: &Platform) -> Result<()> {
    let body = |officers: &str| {
        format!(
            "kind: body\ncode: e2e-body\nname: 审批局\nregion: '510500'\noffices:\n  - code: w\n    name: 窗口\n    officers: [{officers}]\n"
        )
    };
    let put = |text: String, key: &str| json!({"text": text, "who": who("rs-1", "e2e-body", "人事科"), "why": "任职通知", "key": key});
    let path = "/api/v1/register/e2e-body";
    let certified = format!(
        "{{id: a, from: {}, cert_no: ZJ-1, cert_fields: [审批], cert_until: {}}}",
        day(0),
        day(10)
    );
    let first = body(&certified);
    let shown = done(platform, Method::PUT, path, &put(first.clone(), "r1")).await?;
    ensure!(shown["state"] == "published", "{shown:#}");
    let again = done(platform, Method::PUT, path, &put(first, "r1")).await?;
    ensure!(again["history"] == shown["history"], "{again:#}");
    let both = body(&format!("{certified}, {{id: b, from: {}}}", day(1)));
    done(platform, Method::PUT, path, &put(both, "r2")).await?;
    let now = got(platform, path).await?;
    let on = got(platform, &format!("{path}?on={}", day(0))).await?;
    let officers = |of: &Value| list(&of["offices"][0], "officers").count();
    ensure!(officers(&now) == 2 && officers(&on) == 1, "{now:#}\n{on:#}");
    let everyone = got(platform, &format!("{path}?on={}&everyone=true", day(0))).await?;
    ensure!(
        officers(&everyone) == 2 && everyone["offices"][0]["officers"][1]["in_post"] == false,
        "{everyone:#}"
    );
    certificates(platform).await?;
    for (text, reason) in [
        (body(&format!("{{id: b, from: {}}}", day(1))), "history"),
        (body("").replace("审批局", "行政审批局"), "needs_review"),
    ] {
        let (status, answer) = ask(platform, Method::PUT, path, &put(text, reason)).await?;
        ensure!(status == 409 && answer["reason"] == reason, "{answer:#}");
    }
    let history = got(platform, &format!("{path}/history")).await?;
    ensure!(list(&history, "changes").count() == 2, "{history:#}");
    composed_for_a_form(platform, path).await
}

/// What a form asks: refused at its field, else the text with the change in it, which is taken once and not over what somebody else changed.
async fn composed_for_a_form(platform: &Platform, path: &str) -> Result<()> {
    let change = |until: String| {
        let entry = json!({ "office": "w", "officer": "b", "since": day(1) });
        json!({ "what": "end_officer", "entry": entry, "until": until })
    };
    let asked = format!("{path}/change");
    let refused = done(platform, Method::POST, &asked, &change(day(0))).await?;
    ensure!(
        refused["text"].is_null() && refused["refusals"][0]["field"] == "until",
        "{refused:#}"
    );
    let made = done(platform, Method::POST, &asked, &change(day(9))).await?;
    let (before, after) = (&made["before"][0]["officer"], &made["after"][0]["officer"]);
    ensure!(
        before["until"].is_null() && after["until"] == day(9) && list(&made, "after").count() == 1,
        "{made:#}"
    );
    let put = |base: &Value, key: &str| {
        json!({
            "text": made["text"], "base": base, "who": who("rs-1", "e2e-body", "人事科"), "why": "离岗", "key": key,
        })
    };
    let other = put(&json!("00"), "r3");
    let (status, answer) = ask(platform, Method::PUT, path, &other).await?;
    ensure!(status == 409 && answer["reason"] == "stale", "{answer:#}");
    let first = put(&made["base"], "r4");
    let shown = done(platform, Method::PUT, path, &first).await?;
    let again = done(platform, Method::PUT, path, &first).await?;
    ensure!(
        shown["state"] == "published" && again["history"] == shown["history"],
        "{again:#}"
    );
    Ok(())
}

/// Whose certificate ends soon or has ended is counted body by body, and whoever is looked for is found in whatever register.
async fn certificates(platform: &Platform) -> Result<()> {
    for (on, ending, ended) in [(0, 1, 0), (10, 1, 0), (11, 0, 1)] {
        let listed = got(platform, &format!("/api/v1/register?on={}", day(on))).await?;
        let body = list(&listed, "bodies")
            .find(|body| body["code"] == "e2e-body")
            .context("listed")?;
        ensure!(
            body["certificates_ending"] == ending && body["certificates_ended"] == ended,
            "{on}: {body:#}"
        );
        ensure!(listed["officers"].is_null(), "{listed:#}");
    }
    for (asked, found) in [
        ("q=zj-1", 1),
        ("certificates=ending", 1),
        ("certificates=ended", 0),
        ("q=%E7%AA%97%E5%8F%A3&certificates=ending", 1),
        ("q=nobody", 0),
    ] {
        let told = got(platform, &format!("/api/v1/register?{asked}")).await?;
        let officers: Vec<&Value> = list(&told, "officers").collect();
        ensure!(
            told["officers_found"] == found && officers.len() == found,
            "{asked}: {told:#}"
        );
        ensure!(
            officers.iter().all(|one| {
                one["body_name"] == "审批局"
                    && one["officer"]["id"] == "a"
                    && one["officer"]["certificates"][0]["standing"] == "ending"
            }),
            "{asked}: {told:#}"
        );
    }
    let (status, answer) = platform.answer("/api/v1/register?certificates=old").await?;
    ensure!(status == 400, "{status} {answer}");
    Ok(())
}

async fn milestones(platform: &Platform) -> Result<()> {
    let said = |more: Value| {
        let mut said = json!({"who": who("m", "zwfw", "一科"), "why": "工作方案"});
        said.as_object_mut()
            .expect("an object")
            .extend(more.as_object().cloned().unwrap_or_default());
        said
    };
    let path = "/api/v1/milestones/e2e-body";
    for milestone in ["on_platform", "flowchart", "responsibility_list"] {
        done(
            platform,
            Method::POST,
            path,
            &said(json!({"milestone": milestone, "due": day(-1)})),
        )
        .await?;
    }
    let overdue = got(platform, "/api/v1/milestones?overdue=true").await?;
    let names = |of: &Value| {
        list(&of["bodies"][0], "milestones")
            .map(|m| m["milestone"].to_string())
            .collect::<Vec<_>>()
            .join(",")
    };
    ensure!(
        names(&overdue) == "\"on_platform\",\"responsibility_list\"",
        "{overdue:#}"
    );
    done(
        platform,
        Method::POST,
        path,
        &said(json!({"milestone": "on_platform", "done": day(0)})),
    )
    .await?;
    let claimed = done(
        platform,
        Method::POST,
        path,
        &said(json!({"milestone": "responsibility_list", "done": day(0)})),
    )
    .await?;
    let duties = list(&claimed["bodies"][0], "milestones")
        .find(|m| m["milestone"] == "responsibility_list")
        .context("listed")?;
    ensure!(
        duties["contradicted"] == true && duties["overdue"] == true,
        "no item has a duty: {duties:#}"
    );
    let told = command(platform, &["milestones", "list", "--overdue"])?;
    ensure!(
        told.contains("公布责任清单") && told.contains("已逾期"),
        "{told}"
    );
    Ok(())
}
