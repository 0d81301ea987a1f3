//! A 更正通报 over HTTP: a bulletin that names a body is published, the body's appeal is won, and another paper says so with the score as it was and as it is, and whoever
//! subscribes is told of both. Of the old one not a byte changes.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::announced::{KEY, Subscriber};
use crate::bulletins::{address, done, post};
use crate::people::{Cookie, SETTINGS, Site, open, ready};
use crate::people_see::{send_of, until_alert};
use crate::platform::{PATIENCE, Platform};

const BULLETINS: &str = "/api/v1/bulletins";
const SOURCE: &str = "office-c";
const SET: &str = include_str!("definitions/licence.yaml");
/// Two bodies of one class, and a model by which a card for a fault takes ten points.
const MORE: &str = "
---
kind: body
code: qu-a
name: 甲区审批局
region: '510502'
---
kind: body
code: qu-b
name: 乙区审批局
region: '510503'
---
kind: score_model
id: monthly
version: '1'
name: 月度考评办法
effective_from: 2020-01-01
period: month
subject: body
min_base: 0
appeal_within: 5wd
grades: {excellent: 95, good: 85, qualified: 60}
parts: [{id: all, name: 全部, points: 100, items: [{id: cards, name: 程序红黄牌, count: {of: alerts, rules: [P], points: -10}}]}]
classes: [{id: county, name: 区县, level: county}]
";
/// What of a published bulletin is a file.
const FILES: [&str; 5] = [
    "figures.json",
    "scores.json",
    "internal.pdf",
    "public.docx",
    "internal.xlsx",
];

#[tokio::test(flavor = "multi_thread")]
async fn an_appeal_won_after_publication_makes_another_paper_and_a_restated_score() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let subscriber = Subscriber::start().await?;
    let notify = subscriber.config(folder.path())?;
    let [required, key] = SETTINGS;
    let environment = [
        required,
        key,
        ("MINGJING__NOTIFY__CONFIG", notify.as_str()),
        ("E2E_NOTIFY_KEY", KEY),
    ];
    let platform = Platform::start(folder.path(), &environment)?;
    platform.until_ready(true).await?;
    let site = Site::of(&platform)?;
    let key = source(&site).await?;
    send_of(&site, SOURCE, &key, &[("b-1", "510503", "qu-b")], 2).await?;
    let city = ready(&site, &open("city", "s-1", &["supervision"], "510500")).await?;
    let colleague = ready(&site, &open("chen", "s-2", &["supervision"], "510500")).await?;
    let legal = ready(&site, &open("fazhi", "f-1", &["legal"], "510500")).await?;
    let leader = ready(&site, &open("leader", "l-1", &["leadership"], "510500")).await?;
    let mut opening = open("qu-b", "b-9", &["department_supervisor"], "510503");
    opening["rights"]["body"] = json!("qu-b");
    let department = ready(&site, &opening).await?;

    let alert = until_alert(&site, &city, "b-1").await?;
    let period = month_of(&site, &city, &alert).await?;
    let confirm = json!({ "why": "经核实", "key": "k-1" });
    let on_alert = |act: &str| format!("/api/v1/alerts/{alert}/{act}");
    let (status, told) = post(&site, &city, &on_alert("confirm"), &confirm).await?;
    ensure!(status == 200, "{status} {told:#}");
    until_total(&site, &city, &period, 90.0).await?;

    let named = |told: &Value| told["named"][0]["org_code"] == "qu-b";
    let wanted =
        json!({ "kind": "bulletin", "period": period, "region": "510503", "why": "按月编制" });
    let drafted = until_drafted(&site, &city, &wanted, named).await?;
    let old = address(&drafted);
    done(&site, &legal, &old, "review", json!({})).await?;
    done(&site, &city, &old, "ask", json!({})).await?;
    done(&site, &department, &old, "state", json!({})).await?;
    let signed = done(&site, &leader, &old, "sign", json!({})).await?;
    ensure!(signed["scores_sha256"].is_string(), "{signed:#}");
    let number = json!({ "number": "泸府办函〔2026〕31号" });
    done(&site, &city, &old, "number", number).await?;
    done(&site, &city, &old, "publish", json!({})).await?;
    let before = files(&site, &city, &old).await?;
    let kept: Value = serde_json::from_slice(&before[1])?;
    ensure!(
        kept["sheets"][0]["body"] == "qu-b"
            && kept["sheets"][0]["total"] == 90.0
            && kept["sheets"][0]["rank"] == 2,
        "{kept:#}"
    );
    // A department reads the bulletin, and others' sheets where scores are, if at all.
    let of_scores = format!("{old}/scores.json");
    let status = site.status(department.get(&site, &of_scores)).await?;
    ensure!(status == 404, "{status}");
    subscriber.until("泸府办函〔2026〕31号").await?;

    let correction = json!({
        "kind": "correction", "corrects": drafted["id"], "alerts": [alert], "to": "各单位", "why": "申诉成立",
    });
    let mut early = correction.clone();
    early["key"] = json!("c-early");
    let (status, told) = post(&site, &city, BULLETINS, &early).await?;
    ensure!(
        status == 409 && told["reason"] == "no_appeal_won",
        "{status} {told:#}"
    );
    won(&site, &department, &colleague, &on_alert).await?;
    until_total(&site, &city, &period, 100.0).await?;

    let drafted = until_drafted(&site, &city, &correction, |_| true).await?;
    let document = drafted["document"].to_string();
    for said in [
        "申诉成立",
        "（办件编号b-1）",
        "得分由90分更正为100分",
        "等次由良好更正为优秀",
        "名次由第2名（共2个单位）更正为第1名（共2个单位）",
    ] {
        ensure!(document.contains(said), "{said} is missing: {document}");
    }
    let new = address(&drafted);
    done(&site, &legal, &new, "review", json!({})).await?;
    done(&site, &leader, &new, "sign", json!({})).await?;
    let number = json!({ "number": "泸府办函〔2026〕32号" });
    done(&site, &city, &new, "number", number).await?;
    let published = done(&site, &city, &new, "publish", json!({})).await?;
    ensure!(published["state"] == "published", "{published:#}");
    let restated = files(&site, &city, &new).await?;
    let restated: Value = serde_json::from_slice(&restated[1])?;
    ensure!(
        restated["then"] == kept && restated["now"]["sheets"][0]["total"] == 100.0,
        "{restated:#}"
    );
    subscriber.until("泸府办函〔2026〕32号").await?;

    // The old one says which paper corrects it, and is what it was.
    let (_, told) = site.answer(city.get(&site, &old)).await?;
    ensure!(
        told["published"]["corrected_by"] == json!([drafted["id"]]) && told["state"] == "published",
        "{told:#}"
    );
    let after = files(&site, &city, &old).await?;
    for (file, (before, after)) in FILES.iter().zip(before.iter().zip(&after)) {
        ensure!(before == after, "{file} is another one");
    }
    platform.stop().await
}

async fn source(site: &Site) -> Result<String> {
    let text = format!("{}{MORE}", SET.trim_end());
    let folder = json!({
        "files": [{ "name": "licence.yaml", "text": text }], "who": { "person": "e2e" }, "why": "试验",
    });
    let (status, told) = site.by_key("POST", "/v1/definitions", &folder).await?;
    ensure!(status == 200, "{status} {told:#}");
    let declared =
        json!({ "id": SOURCE, "clock": "declared", "region": "510503", "org_code": "qu-b" });
    let (status, told) = site.by_key("POST", "/v1/sources", &declared).await?;
    ensure!(status == 201, "{status} {told:#}");
    Ok(told["key"].as_str().context("a key")?.to_owned())
}

/// The month in which an alert went out.
async fn month_of(site: &Site, city: &Cookie, alert: &str) -> Result<String> {
    let path = format!("/api/v1/alerts/{alert}");
    let (status, told) = site.answer(city.get(site, &path)).await?;
    ensure!(status == 200, "{status} {told:#}");
    let issued = told["alert"]["issued_at"].as_str().context("an instant")?;
    Ok(issued[..7].to_owned())
}

/// Until the sheet of the district's body is as told.
async fn until_total(site: &Site, city: &Cookie, period: &str, total: f64) -> Result<()> {
    let path = format!("/api/v1/scores/qu-b?model=monthly&period={period}");
    let began = Instant::now();
    loop {
        let (status, told) = site.answer(city.get(site, &path)).await?;
        if status == 200 && told["sheet"]["total"] == total {
            return Ok(());
        }
        ensure!(began.elapsed() < PATIENCE, "{status} {told:#}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Drafts until the archive has what it is to be drafted of.
async fn until_drafted(
    site: &Site,
    city: &Cookie,
    wanted: &Value,
    is: impl Fn(&Value) -> bool,
) -> Result<Value> {
    let began = Instant::now();
    let mut n = 0;
    loop {
        let mut said = wanted.clone();
        said["key"] = json!(format!("{}-{n}", wanted["kind"]));
        n += 1;
        let (status, told) = post(site, city, BULLETINS, &said).await?;
        if status == 200 && is(&told) {
            return Ok(told);
        }
        ensure!(
            status == 200 || told["reason"] == "no_appeal_won",
            "{status} {told:#}"
        );
        ensure!(began.elapsed() < PATIENCE, "{status} {told:#}");
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

/// The body appeals, and somebody else than who confirmed withdraws the card.
async fn won(
    site: &Site,
    department: &Cookie,
    colleague: &Cookie,
    on_alert: &impl Fn(&str) -> String,
) -> Result<()> {
    let appeal = json!({ "why": "已在线下审查，记录未报送", "key": "a-1" });
    let (status, told) = post(site, department, &on_alert("appeal"), &appeal).await?;
    ensure!(status == 200, "{status} {told:#}");
    let withdraw = json!({ "why": "审查记录属实", "key": "w-1", "conclusion": "data" });
    let (status, told) = post(site, colleague, &on_alert("withdraw"), &withdraw).await?;
    ensure!(status == 200, "{status} {told:#}");
    Ok(())
}

async fn files(site: &Site, person: &Cookie, at: &str) -> Result<Vec<Vec<u8>>> {
    let mut all = Vec::new();
    for file in FILES {
        let answer = person.get(site, &format!("{at}/{file}")).send().await?;
        ensure!(answer.status() == 200, "{file}: {}", answer.status());
        all.push(answer.bytes().await?.to_vec());
    }
    Ok(all)
}
