//! Definitions with a life, as the offices of a city live it: drafted, reviewed, published with an effective date, by the command and over
//! HTTP; the platform is killed in between, and nothing is lost or done twice. A case keeps the version that was in force when it was accepted.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use chrono_tz::Asia::Shanghai;
use mingjing_domain::Timestamp;
use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::platform::{PATIENCE, Platform, place};

const SET: &str = include_str!("definitions/licence.yaml");
const SOURCE: &str = "office";
const AHEAD: (&str, &str) = ("MINGJING_CLOCK_AHEAD", "26h");

/// So many days after today, where people work.
fn day(after: i64) -> String {
    let now_ms = i64::try_from(
        std::time::UNIX_EPOCH
            .elapsed()
            .unwrap_or_default()
            .as_millis(),
    );
    let now = Timestamp::from_millis(now_ms.unwrap_or(0)).plus_millis(after * 86_400_000);
    now.local_date(Shanghai).to_string()
}

/// The flowchart of the set with a shorter promise, as a version of its own.
fn shorter(version: &str, from: &str) -> String {
    let chart = SET
        .split("---\n")
        .find(|text| text.contains("kind: flowchart"));
    chart
        .expect("the set has a flowchart")
        .replace("version: '1'", &format!("version: '{version}'"))
        .replace(
            "effective_from: 2020-01-01",
            &format!("effective_from: {from}"),
        )
        .replace("promised: 5wd", "promised: 3wd")
}

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
    refusals(&platform, &id).await?;
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

/// What may not be done is refused, with what, why and what to do; and leaves no record.
async fn refusals(platform: &Platform, id: &str) -> Result<()> {
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

#[tokio::test(flavor = "multi_thread")]
async fn the_list_the_register_and_the_milestones_live_too() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let platform = Platform::up(folder.path())?;
    register(&platform).await?;
    transfer(&platform).await?;
    register_of_officers(&platform).await?;
    milestones(&platform).await?;
    platform.stop().await
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
    // An ended item is not opened again, and the folder it came from cannot bring it back.
    let file = json!({"files": [{"name": format!("{SOURCE}/licence.yaml"), "text": SET}]});
    let (status, answer) = ask(platform, Method::POST, "/v1/definitions", &file).await?;
    ensure!(
        status == 422 && answer.to_string().contains("already defined otherwise"),
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
    let first = body(&format!("{{id: a, from: {}}}", day(0)));
    let shown = done(platform, Method::PUT, path, &put(first.clone(), "r1")).await?;
    ensure!(shown["state"] == "published", "{shown:#}");
    let again = done(platform, Method::PUT, path, &put(first, "r1")).await?;
    ensure!(again["history"] == shown["history"], "{again:#}");
    let both = body(&format!(
        "{{id: a, from: {0}}}, {{id: b, from: {1}}}",
        day(0),
        day(1)
    ));
    done(platform, Method::PUT, path, &put(both, "r2")).await?;
    let now = got(platform, path).await?;
    let on = got(platform, &format!("{path}?on={}", day(0))).await?;
    let officers = |of: &Value| list(&of["offices"][0], "officers").count();
    ensure!(officers(&now) == 2 && officers(&on) == 1, "{now:#}\n{on:#}");
    for (text, reason) in [
        (body(&format!("{{id: b, from: {}}}", day(1))), "history"),
        (body("").replace("审批局", "行政审批局"), "needs_review"),
    ] {
        let (status, answer) = ask(platform, Method::PUT, path, &put(text, reason)).await?;
        ensure!(status == 409 && answer["reason"] == reason, "{answer:#}");
    }
    let history = got(platform, &format!("{path}/history")).await?;
    ensure!(list(&history, "changes").count() == 2, "{history:#}");
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

fn who(person: &str, body: &str, office: &str) -> Value {
    json!({"person": person, "body": body, "office": office})
}

fn list<'v>(value: &'v Value, field: &str) -> impl Iterator<Item = &'v Value> {
    value[field].as_array().into_iter().flatten()
}

/// Publishes the set and registers a live source; answers its key.
async fn register(platform: &Platform) -> Result<String> {
    let files = json!({"files": [{"name": format!("{SOURCE}/licence.yaml"), "text": SET}]});
    done(platform, Method::POST, "/v1/definitions", &files).await?;
    let source = json!({"id": SOURCE, "clock": "live"});
    let answer = done(platform, Method::POST, "/v1/sources", &source).await?;
    Ok(answer["key"].as_str().context("a key")?.to_owned())
}

/// A case that is accepted now, by a clock that is so many hours ahead.
async fn send(platform: &Platform, key: &str, case: &str, ahead_hours: i64) -> Result<()> {
    let now_ms = i64::try_from(std::time::UNIX_EPOCH.elapsed()?.as_millis())?;
    let at = Timestamp::from_millis(now_ms).plus_millis(ahead_hours * 3_600_000);
    let event = json!({
        "specversion": "1.0", "id": format!("{case}-1"), "source": SOURCE, "subject": case,
        "type": "cn.mingjing.case.accepted.v1", "time": at.to_rfc3339(Shanghai),
        "datacontenttype": "application/json",
        "data": {"item_code": "e2e-licence", "org_code": "e2e-body"},
    });
    let url = platform.url().context("it is up")?;
    let request = Client::new()
        .post(format!("{url}/v1/events"))
        .bearer_auth(key)
        .header("content-type", "application/cloudevents+json");
    let answer = request.body(event.to_string()).send().await?;
    let status = answer.status();
    ensure!(status.is_success(), "{status}: {}", answer.text().await?);
    Ok(())
}

/// The flowchart that a case is judged by, once it is archived.
async fn flowchart_of(platform: &Platform, case: &str) -> Result<String> {
    let began = Instant::now();
    loop {
        let (status, text) = platform
            .answer(&format!("/api/v1/cases/{SOURCE}/{case}/explain"))
            .await?;
        let told: Value = serde_json::from_str(&text).unwrap_or_default();
        if let Some(flowchart) = told["definitions"]["flowchart"].as_str()
            && status == 200
        {
            return Ok(flowchart.to_owned());
        }
        ensure!(began.elapsed() < PATIENCE, "{case}: {status}: {text}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

async fn until_state(platform: &Platform, id: &str, wanted: &str) -> Result<Value> {
    let began = Instant::now();
    loop {
        let shown = got(platform, &format!("/api/v1/drafts/{id}")).await?;
        if shown["state"] == wanted {
            return Ok(shown);
        }
        ensure!(began.elapsed() < PATIENCE, "{shown:#}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

async fn versions(platform: &Platform) -> Result<Vec<Value>> {
    let history = got(platform, "/api/v1/definitions/flowchart/e2e-licence").await?;
    Ok(list(&history, "versions")
        .map(|v| v["version"].clone())
        .collect())
}

async fn got(platform: &Platform, path: &str) -> Result<Value> {
    Ok(serde_json::from_str(&platform.get(path).await?)?)
}

/// What it answers, good or bad.
async fn ask(
    platform: &Platform,
    method: Method,
    path: &str,
    body: &Value,
) -> Result<(u16, Value)> {
    let url = platform.url().context("it is up")?;
    let answer = Client::new()
        .request(method, format!("{url}{path}"))
        .json(body)
        .send()
        .await?;
    let status = answer.status().as_u16();
    let text = answer.text().await?;
    Ok((
        status,
        serde_json::from_str(&text).with_context(|| text.clone())?,
    ))
}

async fn done(platform: &Platform, method: Method, path: &str, body: &Value) -> Result<Value> {
    let (status, answer) = ask(platform, method, path, body).await?;
    ensure!(
        (200..300).contains(&status),
        "{path} {body}: {status} {answer:#}"
    );
    Ok(answer)
}

fn command(platform: &Platform, arguments: &[&str]) -> Result<String> {
    let output = Command::new(place::program()?)
        .args(arguments)
        .args(["--api", platform.url().context("it is up")?])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .stdin(Stdio::null())
        .output()?;
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.success(), "{arguments:?}: {errors}");
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
