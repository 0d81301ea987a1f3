//! The CloudEvents specification's own examples and conformance data, through HTTP.
//!
//! They are events of other types than ours, so a valid one is refused as `unknown_type`, item by item; given our type, source
//! and subject, the same messages are taken.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::platform::{Answer, Platform, STRUCTURED};

/// The two archives, unpacked to a folder that goes when dropped.
fn archives() -> Option<tempfile::TempDir> {
    let folder = std::env::var_os("MINGJING_REAL_LOGS").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    let folder = folder.join("cloudevents");
    if !folder.exists() {
        eprintln!(
            "SKIPPED: {} is not there; set MINGJING_REAL_LOGS",
            folder.display()
        );
        return None;
    }
    let unpacked = tempfile::tempdir().unwrap();
    for name in [
        "cloudevents-spec-data.tar.xz",
        "cloudevents-conformance-data.tar.xz",
    ] {
        let mut tar = Command::new("tar");
        tar.arg("-xJf")
            .arg(folder.join(name))
            .arg("-C")
            .arg(unpacked.path());
        let status = tar.status().expect("tar can be started");
        assert!(
            status.success(),
            "tar could not unpack {name}; it needs xz (Debian: xz-utils)"
        );
    }
    Some(unpacked)
}

/// An HTTP message as the conformance features write it: headers and body.
struct Message {
    headers: Vec<(String, String)>,
    body: String,
}

/// The messages of the HTTP binding's features, for each of their content types.
fn messages(feature: &str) -> Vec<Message> {
    let mut found = Vec::new();
    for outline in feature.split("Scenario Outline: ").skip(1) {
        let quoted: Vec<_> = outline.split("\"\"\"").collect();
        let rows = quoted[4]
            .lines()
            .filter_map(|line| line.trim().strip_prefix('|'))
            .skip(1);
        for row in rows {
            let content_type = row.trim_end_matches('|').trim();
            let text = quoted[1].replace("<contentType>", content_type);
            let lines: Vec<_> = text.trim().lines().map(str::trim).collect();
            let end = lines.iter().position(|line| line.is_empty()).unwrap();
            let header = |line: &&str| {
                line.split_once(": ")
                    .map(|(n, v)| (n.to_owned(), v.to_owned()))
            };
            let headers = lines[1..end].iter().filter_map(header);
            let headers = headers.filter(|(name, _)| {
                !["host", "content-length"].contains(&name.to_lowercase().as_str())
            });
            found.push(Message {
                headers: headers.collect(),
                body: lines[end + 1..].join("\n"),
            });
        }
    }
    found
}

async fn send(platform: &Platform, key: &str, message: &Message) -> Answer {
    let mut request = platform
        .client
        .post(platform.url("/v1/events"))
        .bearer_auth(key);
    for (name, value) in &message.headers {
        request = request.header(name, value);
    }
    Answer::of(request.body(message.body.clone()).send().await.unwrap()).await
}

/// The same message about one of our cases.
fn as_ours(message: &Message) -> Message {
    let (mut headers, mut body) = (Vec::new(), message.body.clone());
    let mut binary = false;
    for (name, value) in &message.headers {
        binary |= name.starts_with("ce-");
        let value = match name.as_str() {
            "ce-type" => "cn.mingjing.case.note.v1",
            "ce-source" => "zjj",
            _ => value,
        };
        headers.push((name.clone(), value.to_owned()));
    }
    if binary {
        headers.push(("ce-subject".into(), "c".into()));
        body = r#"{"reason":"x"}"#.into();
    } else {
        let mut json: Value = serde_json::from_str(&body).unwrap();
        for (name, value) in [
            ("type", "cn.mingjing.case.note.v1"),
            ("source", "zjj"),
            ("subject", "c"),
        ] {
            json[name] = value.into();
        }
        json["data"] = serde_json::json!({"reason": "x"});
        body = json.to_string();
    }
    Message { headers, body }
}

#[tokio::test]
async fn the_messages_of_the_http_bindings_features_are_read_in_both_modes() {
    let Some(archives) = archives() else { return };
    let platform = Platform::start().await;
    let key = platform.source("zjj").await;
    let feature = archives
        .path()
        .join("features/http-protocol-binding.feature");
    let messages = messages(&std::fs::read_to_string(feature).unwrap());
    assert_eq!(messages.len(), 4);
    for message in &messages {
        let foreign = send(&platform, &key, message).await;
        assert_eq!(
            (foreign.status, foreign.outcomes()),
            (400, vec!["unknown_type"])
        );
        assert!(foreign.json["items"][0]["id"].is_string());
        let ours = send(&platform, &key, &as_ours(message)).await;
        assert_eq!(
            (ours.status, ours.outcomes()),
            (200, vec!["accepted"]),
            "{ours:?}"
        );
    }
    assert_eq!(platform.event_ids().await.len(), 4);
    assert_eq!(platform.rejects().await.len(), 4);
}

#[tokio::test]
async fn every_example_of_the_json_format_is_answered_as_an_event_of_an_unknown_type() {
    let Some(archives) = archives() else { return };
    let platform = Platform::start().await;
    let key = platform.source("zjj").await;
    let page = std::fs::read_to_string(archives.path().join("cloudevents/formats/json-format.md"))
        .unwrap();
    let blocks = page.split("```").skip(1).step_by(2);
    let mut sent = 0;
    for block in blocks {
        let Some((language, text)) = block.split_once('\n') else {
            continue;
        };
        if !language.eq_ignore_ascii_case("json") {
            continue;
        }
        // The page writes a placeholder where Base64 stands.
        let text = text.replace("... base64 encoded string ...", "AAEC");
        let json: Value = serde_json::from_str(&text).unwrap();
        let (content_type, number) = match json.as_array() {
            Some(items) => (crate::platform::BATCH, items.len()),
            None => (STRUCTURED, 1),
        };
        let answer = platform.post(&key, content_type, text).await;
        assert_eq!(
            answer.outcomes(),
            vec!["unknown_type"; number],
            "{answer:?}"
        );
        sent += number;
    }
    assert!(sent >= 8, "only {sent} examples found");
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Sample {
    context_attributes: std::collections::BTreeMap<String, Value>,
    data: String,
}

fn yaml_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(yaml_files(&path));
        } else if path.extension().is_some_and(|e| e == "yaml") {
            found.push(path);
        }
    }
    found
}

#[tokio::test]
async fn the_conformance_samples_are_answered_and_other_versions_refused() {
    let Some(archives) = archives() else { return };
    let platform = Platform::start().await;
    let key = platform.source("zjj").await;
    let mut reasons = std::collections::BTreeMap::new();
    for path in yaml_files(&archives.path().join("yaml")) {
        let text = std::fs::read_to_string(&path).unwrap();
        for sample in serde_saphyr::from_multiple::<Sample>(&text).unwrap() {
            let mut message = Message {
                headers: Vec::new(),
                body: sample.data,
            };
            for (name, value) in sample.context_attributes {
                let Some(value) = value
                    .as_str()
                    .map(str::to_owned)
                    .or_else(|| value.as_f64().map(|n| format!("{n:.1}")))
                else {
                    continue;
                };
                let value = value.trim().replace('%', "%25").replace('"', "%22");
                match name.as_str() {
                    "datacontenttype" => message.headers.push(("content-type".into(), value)),
                    name => message
                        .headers
                        .push((format!("ce-{name}"), value.replace(' ', "%20"))),
                }
            }
            let answer = send(&platform, &key, &message).await;
            assert!((400..500).contains(&answer.status), "{answer:?}");
            let item = answer.json["items"][0]["reason"].as_str();
            let reason = item.unwrap_or_else(|| answer.reason()).to_owned();
            *reasons.entry(reason).or_insert(0) += 1;
        }
    }
    // Version 1.0 is read as far as its type; 0.3 is none of ours.
    assert!(
        reasons.get("unknown_type").is_some_and(|n| *n > 0),
        "{reasons:?}"
    );
    assert!(
        reasons.get("not_cloudevent").is_some_and(|n| *n > 0),
        "{reasons:?}"
    );
    assert!(
        reasons
            .keys()
            .all(|r| r == "unknown_type" || r == "not_cloudevent"),
        "{reasons:?}"
    );
}
