//! Whatever is sent: a clear answer, a count, and the next good event is judged.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use mingjing_domain::Timestamp;
use mingjing_wire::cloudevents::encode_complete_until;
use reqwest::Client;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::corpus::{self, Dice};
use crate::platform::Platform;

const MIB: usize = 1024 * 1024;
const ONE: &str = "application/cloudevents+json";
/// 2025-06-03 09:00 at Shanghai.
const AT_MS: i64 = 1_748_912_400_000;

struct Bad {
    what: &'static str,
    content_type: &'static str,
    body: Vec<u8>,
    status: u16,
    reason: &'static str,
}

/// A good event with one thing changed.
fn with(path: &[&str], value: Value) -> Vec<u8> {
    let mut event = good("bad", "accepted");
    let mut place = &mut event;
    for name in path {
        place = &mut place[*name];
    }
    *place = value;
    event.to_string().into_bytes()
}

fn good(id: &str, kind: &str) -> Value {
    corpus::event(id, "c-bad", kind, AT_MS, json!({}))
}

fn table() -> Vec<Bad> {
    let bad = |what, body, status, reason| Bad {
        what,
        content_type: ONE,
        body,
        status,
        reason,
    };
    let whole = good("cut", "accepted").to_string().into_bytes();
    let mut dice = Dice::new(1);
    let noise: Vec<u8> = (0..64 * 1024).map(|_| dice.next() as u8).collect();
    vec![
        bad(
            "JSON cut off",
            whole[..whole.len() / 2].to_vec(),
            400,
            "malformed_json",
        ),
        bad("nothing", Vec::new(), 400, "empty_body"),
        bad(
            "another thing in JSON",
            b"[1, 2".to_vec(),
            400,
            "malformed_json",
        ),
        bad(
            "a number for the case",
            with(&["subject"], json!(7)),
            400,
            "wrong_type",
        ),
        bad(
            "text for data",
            with(&["data"], json!("x")),
            400,
            "wrong_type",
        ),
        bad(
            "a list for the step",
            with(&["data", "step_code"], json!([1])),
            400,
            "wrong_type",
        ),
        bad(
            "an unknown source",
            with(&["source"], json!("nobody")),
            403,
            "unknown_source",
        ),
        bad(
            "30 February",
            with(&["time"], json!("2025-02-30T09:00:00+08:00")),
            400,
            "impossible_date",
        ),
        bad(
            "no offset",
            with(&["time"], json!("2025-02-03 09:00:00")),
            400,
            "impossible_date",
        ),
        bad(
            "25 o'clock",
            with(&["data", "entered_at"], json!("2025-02-03T25:00:00+08:00")),
            400,
            "impossible_date",
        ),
        bad(
            "an unknown type",
            with(&["type"], json!("cn.mingjing.case.lunch.v1")),
            400,
            "unknown_type",
        ),
        bad("noise as an event", noise.clone(), 400, "invalid_utf8"),
        Bad {
            what: "noise",
            content_type: "application/octet-stream",
            body: noise,
            status: 415,
            reason: "unsupported_content_type",
        },
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_input_gets_a_clear_answer_and_the_next_good_event_is_judged() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let platform = Platform::up(folder.path())?;
    let key = platform
        .register(corpus::SOURCE, &corpus::definitions())
        .await?;
    let url = platform.url().context("it is up")?;
    let mut kept = 0;
    let mut wrong = Vec::new();
    for bad in table() {
        let (status, answer) = post(url, &key, bad.content_type, bad.body)
            .await
            .context(bad.what)?;
        wrong.extend(complaint(
            bad.what,
            (bad.status, bad.reason),
            status,
            &answer,
        ));
        kept += 1;
    }
    for (what, chunked) in [("100 MB announced", false), ("100 MB streamed", true)] {
        let (status, answer) = hundred_megabytes(url, &key, chunked).await.context(what)?;
        wrong.extend(complaint(what, (413, "too_large"), status, &answer));
        kept += 1;
    }
    // Who is not known leaves nothing behind.
    for stranger in ["mjk_0000000000000000_0", "x", &key.replace("mjk_", "mjk_0")] {
        let (status, answer) =
            post(url, stranger, ONE, good("k", "accepted").to_string().into()).await?;
        wrong.extend(complaint("a wrong key", (401, "bad_key"), status, &answer));
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    let metrics = platform.get("/metrics").await?;
    let counted = metrics
        .lines()
        .find_map(|l| l.strip_prefix("mingjing_intake_rejects_written_total "));
    ensure!(
        counted == Some(&kept.to_string()),
        "{counted:?} rejects were kept, not {kept}"
    );
    for reason in [
        "malformed_json",
        "impossible_date",
        "too_large",
        "unknown_source",
    ] {
        let source = corpus::SOURCE;
        let line =
            format!("mingjing_intake_refused_total{{reason=\"{reason}\",source=\"{source}\"}}");
        ensure!(metrics.contains(&line), "{line} is not counted");
    }
    too_large_for_any_route(&platform, url).await?;
    a_good_event_is_judged(&platform, url, &key).await
}

/// Whatever of the platform's own takes a body says of which route it is that takes no more, as it says everything else.
async fn too_large_for_any_route(platform: &Platform, url: &str) -> Result<()> {
    let documented: Value = serde_json::from_str(&platform.get("/api/v1/openapi.json").await?)?;
    let paths = documented["paths"].as_object().context("paths")?;
    let client = Client::new();
    let (mut asked, mut wrong) = (0, Vec::new());
    for (path, methods) in paths.iter().filter(|(path, _)| path.starts_with("/api/")) {
        let bytes_max = match path.starts_with("/api/public/") {
            true => 8 * 1024,
            false => 2 * MIB,
        };
        let methods = methods.as_object().context("methods")?;
        for (method, _) in methods.iter().filter(|(_, m)| m["requestBody"].is_object()) {
            let method = method.to_uppercase();
            let request = client
                .request(method.parse()?, format!("{url}{}", filled(path)))
                .header("content-type", "application/json")
                .header("x-requested-with", "mingjing");
            let answer = request.body(vec![b' '; bytes_max + 1]).send().await?;
            let (status, text) = (answer.status().as_u16(), answer.text().await?);
            let told: Value = serde_json::from_str(&text).unwrap_or_default();
            let words = told["message_zh"].as_str().unwrap_or_default();
            let where_and_why = format!("{method} {path} 一次最多接收 {} KB", bytes_max / 1024);
            if (status, told["reason"].as_str()) != (413, Some("too_large"))
                || !words.contains(&where_and_why)
            {
                wrong.push(format!("{method} {path}: {status} {text}"));
            }
            asked += 1;
        }
    }
    ensure!(wrong.is_empty() && asked > 30, "{asked}: {wrong:#?}");
    // One that is not too large reaches whoever reads it.
    let request = client.post(format!("{url}/api/v1/ledger"));
    let answer = request.body(vec![b' '; 2 * MIB]).send().await?;
    let (status, text) = (answer.status().as_u16(), answer.text().await?);
    ensure!(status == 400, "{status} {text}");
    Ok(())
}

/// A path with something for each of its parameters.
fn filled(path: &str) -> String {
    let parts = path.split('/');
    let parts = parts.map(|part| if part.starts_with('{') { "x" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// What an answer lacks.
fn complaint(what: &str, expected: (u16, &str), status: u16, answer: &Value) -> Option<String> {
    let told = if answer["error"].is_object() {
        &answer["error"]
    } else {
        &answer["items"][0]
    };
    let texts = ["message_zh", "message_en", "help"];
    let clear = texts
        .iter()
        .all(|name| told[name].as_str().is_some_and(|text| !text.is_empty()));
    let right = (status, told["reason"].as_str()) == (expected.0, Some(expected.1));
    (!clear || !right).then(|| format!("{what}: expected {expected:?}, answered {status} {answer}"))
}

async fn post(url: &str, key: &str, content_type: &str, body: Vec<u8>) -> Result<(u16, Value)> {
    let request = Client::new()
        .post(format!("{url}/v1/events"))
        .bearer_auth(key);
    let answer = request
        .header("content-type", content_type)
        .body(body)
        .send()
        .await?;
    let status = answer.status().as_u16();
    let text = answer.text().await?;
    let json =
        serde_json::from_str(&text).with_context(|| format!("{status}: no JSON: {text:?}"))?;
    Ok((status, json))
}

/// Sends by hand, so that the answer is read though it comes before the end of the body.
async fn hundred_megabytes(url: &str, key: &str, chunked: bool) -> Result<(u16, Value)> {
    let address = url.strip_prefix("http://").context("http")?;
    let (mut from, mut to) = TcpStream::connect(address).await?.into_split();
    let length = if chunked {
        "transfer-encoding: chunked".into()
    } else {
        format!("content-length: {}", 100 * MIB)
    };
    let head = format!(
        "POST /v1/events HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {key}\r\n\
         content-type: application/x-ndjson\r\nconnection: close\r\n{length}\r\n\r\n"
    );
    let sending = tokio::spawn(async move {
        to.write_all(head.as_bytes()).await?;
        let piece = vec![b'x'; MIB];
        for _ in 0..100 {
            if chunked {
                to.write_all(format!("{MIB:x}\r\n").as_bytes()).await?;
            }
            to.write_all(&piece).await?;
            if chunked {
                to.write_all(b"\r\n").await?;
            }
        }
        if chunked {
            to.write_all(b"0\r\n\r\n").await?;
        }
        Ok::<_, std::io::Error>(to)
    });
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(60), from.read_to_end(&mut answer)).await?;
    // It may hang up on a body that it does not want; the answer has come by then.
    let _ = sending.await?;
    let text = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = text
        .split_once("\r\n\r\n")
        .with_context(|| format!("no answer ({read:?}): {text:?}"))?;
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|code| code.parse().ok())
        .context("a status line")?;
    let json = serde_json::from_str(body.trim()).with_context(|| format!("no JSON: {text}"))?;
    Ok((status, json))
}

async fn a_good_event_is_judged(platform: &Platform, url: &str, key: &str) -> Result<()> {
    let mut body = good("good", "decided").to_string().into_bytes();
    body.push(b'\n');
    body.extend(encode_complete_until(
        corpus::SOURCE,
        Timestamp::from_millis(AT_MS + 1000),
    ));
    let (status, answer) = post(url, key, "application/x-ndjson", body).await?;
    ensure!(status == 200, "a good event is taken: {status} {answer}");
    let began = Instant::now();
    loop {
        let alerts = platform.alerts(corpus::SOURCE).await?;
        if alerts
            .keys()
            .any(|about| about.contains("c-bad") && about.contains("unreviewed"))
        {
            return Ok(());
        }
        ensure!(
            began.elapsed() < Duration::from_secs(30),
            "the good event was not judged: {alerts:?}"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
