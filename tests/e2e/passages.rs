//! A leader's words about a passage of a bulletin: who supervises gives an order upon them once, with an owner and a day, the owner learns of them by the order, and the ledger
//! keeps what came of it.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::bulletins::{address, done, post};
use crate::people::{Cookie, SETTINGS, Site, open, ready};
use crate::people_see::{send_of, source, until_alert};
use crate::platform::Platform;

const SOURCE: &str = "office-p";
const LEDGER: &str = "/api/v1/ledger";

#[tokio::test(flavor = "multi_thread")]
async fn an_order_with_owner_and_day_follows_from_words_about_a_passage() -> Result<()> {
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
    // As soon as there is something to be counted.
    until_alert(&site, &city, "b-1").await?;

    let wanted = json!({
        "kind": "bulletin", "period": "2026-03", "region": "510503", "why": "按月编制", "key": "d-1",
    });
    let (status, drafted) = post(&site, &city, "/api/v1/bulletins", &wanted).await?;
    ensure!(status == 200, "{status} {drafted:#}");
    let at = address(&drafted);
    let passage = first_paragraph(&drafted)?;
    let asked = |key: &str| {
        json!({
            "kind": "instruction", "org_code": "qu-a", "on": "2026-03-10", "why": "请查明原因，专题报告。", "key": key,
            "passage": { "bulletin": drafted["id"], "text": passage },
        })
    };
    let (status, told) = post(&site, &leader, LEDGER, &asked("w-0")).await?;
    ensure!(
        status == 400,
        "not before it is published: {status} {told:#}"
    );
    done(&site, &legal, &at, "review", json!({})).await?;
    done(&site, &leader, &at, "sign", json!({})).await?;
    let number = json!({ "number": "泸府办函〔2026〕31号" });
    done(&site, &city, &at, "number", number).await?;
    done(&site, &city, &at, "publish", json!({})).await?;

    what_cannot_be_meant(&site, &city, &leader, &asked).await?;
    let (status, written) = post(&site, &leader, LEDGER, &asked("w-1")).await?;
    ensure!(
        status == 200 && written["passage"]["text"] == passage.as_str(),
        "{status} {written:#}"
    );
    let entry = format!("{LEDGER}/{}", written["id"].as_str().context("an id")?);
    let status = site.status(department.get(&site, &entry)).await?;
    ensure!(status == 404, "not before an order is given: {status}");

    let order =
        |key: &str| json!({ "to": "qu-b", "due": "2099-12-31", "why": "请按期报送", "key": key });
    let path = format!("{entry}/order");
    let (status, told) = post(&site, &leader, &path, &order("o-0")).await?;
    ensure!(status == 403, "who supervises orders: {status} {told:#}");
    let mut nobody = order("o-n");
    nobody["to"] = json!("nowhere");
    let (status, told) = post(&site, &city, &path, &nobody).await?;
    ensure!(status == 400, "{status} {told:#}");
    let (status, given) = post(&site, &city, &path, &order("o-1")).await?;
    ensure!(
        status == 200
            && given["assigned"]["to"] == "qu-b"
            && given["last_day"] == "2099-12-31"
            && given["state"] == "open",
        "{status} {given:#}"
    );
    let (status, again) = post(&site, &city, &path, &order("o-1")).await?;
    ensure!(status == 200 && again == given, "{status} {again:#}");
    let (status, told) = post(&site, &city, &path, &order("o-2")).await?;
    ensure!(
        status == 409 && told.to_string().contains("已经交办"),
        "{status} {told:#}"
    );

    // The owner learns of it by the order, and what came of it closes it.
    let (status, own) = site.answer(department.get(&site, &entry)).await?;
    ensure!(
        status == 200 && own["assigned"]["due"] == "2099-12-31",
        "{status} {own:#}"
    );
    // It is found under the body that it is about, and under the one that has to answer now.
    for (body, wanted) in [("qu-a", 1), ("qu-b", 1), ("shi", 0)] {
        let path = format!("{LEDGER}?org_code={body}");
        let (status, page) = site.answer(city.get(&site, &path)).await?;
        let found = page["entries"].as_array().map(Vec::len);
        ensure!(status == 200 && found == Some(wanted), "{body} {page:#}");
    }
    let result =
        json!({ "on": "2026-03-20", "by": "乙区审批局", "why": "已专题报告", "key": "r-1" });
    let (status, closed) = post(&site, &city, &format!("{entry}/result"), &result).await?;
    ensure!(
        status == 200 && closed["state"] == "closed",
        "{status} {closed:#}"
    );
    platform.stop().await
}

fn first_paragraph(drafted: &Value) -> Result<String> {
    let sections = drafted["document"]["sections"].as_array();
    let parts = sections
        .into_iter()
        .flatten()
        .flat_map(|section| section["parts"].as_array().into_iter().flatten());
    let paragraph = parts.into_iter().find(|part| part["part"] == "paragraph");
    let spans = paragraph.context("a paragraph")?["spans"].as_array();
    let texts = spans
        .into_iter()
        .flatten()
        .filter_map(|span| span["text"].as_str());
    Ok(texts.collect())
}

async fn what_cannot_be_meant(
    site: &Site,
    city: &Cookie,
    leader: &Cookie,
    asked: &impl Fn(&str) -> Value,
) -> Result<()> {
    let (status, told) = post(site, city, LEDGER, &asked("w-2")).await?;
    ensure!(status == 403, "leaders write: {status} {told:#}");
    let mut other = asked("w-3");
    other["passage"]["text"] = json!("通报里没有的一段话。");
    let mut both = asked("w-4");
    both["alerts"] = json!(["0123"]);
    let mut neither = asked("w-5");
    neither["passage"] = Value::Null;
    let mut unknown = asked("w-6");
    unknown["passage"]["bulletin"] = json!("0123456789ab");
    for (body, wanted) in [(other, 400), (both, 400), (neither, 400), (unknown, 404)] {
        let (status, told) = post(site, leader, LEDGER, &body).await?;
        ensure!(status == wanted, "{body} {status} {told:#}");
    }
    Ok(())
}
