//! The specification's own schema, examples and conformance data.

use std::path::{Path, PathBuf};
use std::process::Command;

use mingjing_domain::Timestamp;
use mingjing_wire::cloudevents::{Binding, CloudEvent, Data, Extension, read_binary};
use mingjing_wire::{ReasonCode, encode_event};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use crate::scripts::{event, real_logs, record};

/// The two archives, unpacked to a folder that goes when dropped.
struct Archives(tempfile::TempDir);

impl Archives {
    fn open() -> Option<Self> {
        let folder = real_logs("cloudevents")?;
        let unpacked = tempfile::tempdir().unwrap();
        for name in [
            "cloudevents-spec-data.tar.xz",
            "cloudevents-conformance-data.tar.xz",
        ] {
            let status = Command::new("tar")
                .args(["-xJf".as_ref(), folder.join(name).as_os_str()])
                .args(["-C".as_ref(), unpacked.path().as_os_str()])
                .status()
                .expect("tar can be started");
            assert!(
                status.success(),
                "tar could not unpack {name}; it needs xz (Debian: xz-utils)"
            );
        }
        Some(Self(unpacked))
    }

    fn text(&self, path: &str) -> String {
        std::fs::read_to_string(self.0.path().join(path)).unwrap()
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

fn schema(archives: &Archives) -> jsonschema::Validator {
    let schema =
        serde_json::from_str(&archives.text("cloudevents/formats/cloudevents.json")).unwrap();
    jsonschema::draft7::options()
        .should_validate_formats(true)
        .build(&schema)
        .unwrap()
}

#[test]
fn what_we_write_satisfies_the_specifications_schema() {
    let Some(archives) = Archives::open() else {
        return;
    };
    let schema = schema(&archives);
    let mut runner = TestRunner::deterministic();
    for _ in 0..300 {
        // The schema wants ASCII URI references; a registered source may be Chinese, so it is named here.
        let mut event = event().new_tree(&mut runner).unwrap().current();
        event.source = "https://zjj.luzhou.gov.cn/system".into();
        let json = serde_json::from_slice(&encode_event(&event)).unwrap();
        schema
            .validate(&json)
            .unwrap_or_else(|e| panic!("{e}: {json}"));
        let record = record().new_tree(&mut runner).unwrap().current();
        let json: serde_json::Value = serde_json::from_slice(&record.encode()).unwrap();
        if json["source"].as_str().unwrap().is_ascii() {
            schema
                .validate(&json)
                .unwrap_or_else(|e| panic!("{e}: {json}"));
        }
    }
}

#[test]
fn the_schema_and_we_agree_on_what_is_an_event() {
    let Some(archives) = Archives::open() else {
        return;
    };
    let schema = schema(&archives);
    let good = serde_json::json!({"specversion": "1.0", "id": "1", "source": "/s", "type": "t"});
    let values = [
        serde_json::json!(""),
        5.into(),
        serde_json::json!({}),
        serde_json::Value::Null,
        "x".into(),
    ];
    let names = [
        "id",
        "source",
        "type",
        "specversion",
        "subject",
        "datacontenttype",
        "data_base64",
        "time",
        "data",
    ];
    let mut compared = 0;
    for name in names {
        for value in &values {
            let mut event = good.clone();
            event[name] = value.clone();
            let ours = CloudEvent::from_json(event.to_string().as_bytes());
            let theirs = schema.is_valid(&event);
            // Where we are stricter, the text of the specification is: only "1.0" is a version we read,
            // and the draft-07 schema leaves Base64 unchecked.
            if theirs && ours.is_err() {
                assert!(
                    ["specversion", "data_base64"].contains(&name),
                    "{event}: {ours:?}"
                );
            } else {
                assert_eq!(theirs, ours.is_ok(), "{event}: {ours:?}");
            }
            compared += 1;
        }
    }
    assert_eq!(compared, 45);
}

/// The fenced blocks of a Markdown page: (language, text).
fn blocks(page: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if let Some(language) = line.strip_prefix("```") {
            let text: Vec<_> = lines
                .by_ref()
                .take_while(|l| !l.starts_with("```"))
                .collect();
            blocks.push((language.to_ascii_lowercase(), text.join("\n")));
        }
    }
    blocks
}

#[test]
fn every_json_example_of_the_format_page_is_read_and_written_back() {
    let Some(archives) = Archives::open() else {
        return;
    };
    let page = archives.text("cloudevents/formats/json-format.md");
    let mut read = 0;
    for (language, text) in blocks(&page) {
        if language != "json" {
            continue;
        }
        // The page writes a placeholder where Base64 stands.
        let text = text.replace("... base64 encoded string ...", "AAEC");
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        let items = json.as_array().cloned().unwrap_or_else(|| vec![json]);
        for item in items {
            let event = CloudEvent::from_json(item.to_string().as_bytes()).unwrap();
            assert_eq!(event.id, item["id"].as_str().unwrap());
            assert_eq!(event.subject.as_deref(), item["subject"].as_str());
            assert!(!event.extensions.contains_key("unsetextension"));
            if let Some(number) = item.get("comexampleothervalue") {
                assert_eq!(
                    event.extensions["comexampleothervalue"],
                    Extension::Int(number.as_i64().unwrap())
                );
            }
            match (&event.data, item.get("data"), item.get("data_base64")) {
                (Some(Data::Json(raw)), Some(data), None) => {
                    assert_eq!(
                        &serde_json::from_str::<serde_json::Value>(raw.get()).unwrap(),
                        data
                    );
                }
                (Some(Data::Text(text)), Some(data), None) => {
                    assert_eq!(Some(text.as_str()), data.as_str())
                }
                (Some(Data::Binary(bytes)), None, Some(_)) => assert!(!bytes.is_empty()),
                other => panic!("{other:?}"),
            }
            assert_eq!(CloudEvent::from_json(&event.to_json()).unwrap(), event);
            read += 1;
        }
    }
    assert!(read >= 8, "only {read} examples found");
}

/// A `POST` as the feature files and the binding page write it.
fn http_message(text: &str) -> Option<(Vec<(String, String)>, String)> {
    let text: Vec<_> = text.trim().lines().map(str::trim).collect();
    if !text.first()?.starts_with("POST") {
        return None;
    }
    let end = text.iter().position(|line| line.is_empty())?;
    let headers = text[1..end]
        .iter()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    Some((headers, text[end + 1..].join("\n")))
}

#[test]
fn the_conformance_features_of_the_http_binding_hold() {
    let Some(archives) = Archives::open() else {
        return;
    };
    let feature = archives.text("features/http-protocol-binding.feature");
    let mut run = 0;
    for outline in feature.split("Scenario Outline: ").skip(1) {
        let quoted: Vec<_> = outline.split("\"\"\"").collect();
        let data: serde_json::Value = serde_json::from_str(quoted[3]).unwrap();
        let row = |line: &str| -> Vec<String> {
            line.trim()
                .trim_matches('|')
                .split('|')
                .map(|c| c.trim().to_owned())
                .collect()
        };
        let wanted = quoted[2]
            .lines()
            .filter(|l| l.trim().starts_with('|'))
            .map(row)
            .skip(1);
        let wanted: Vec<_> = wanted.collect();
        for content_type in quoted[4]
            .lines()
            .filter(|l| l.trim().starts_with('|'))
            .map(row)
            .skip(1)
        {
            let fill = |text: &str| text.replace("<contentType>", &content_type[0]);
            let (headers, body) = http_message(&fill(quoted[1])).unwrap();
            let structured = outline.starts_with("Structured");
            let event = if structured {
                CloudEvent::from_json(body.as_bytes()).unwrap()
            } else {
                let headers = headers.iter().map(|(n, v)| (n.as_str(), v.as_bytes()));
                read_binary(Binding::Http, headers, body.as_bytes()).unwrap()
            };
            for pair in &wanted {
                let found = match pair[0].as_str() {
                    "id" => Some(event.id.clone()),
                    "specversion" => Some("1.0".to_owned()),
                    "type" => Some(event.kind.clone()),
                    "source" => Some(event.source.clone()),
                    "time" => event.time.clone(),
                    "datacontenttype" => event.datacontenttype.clone(),
                    other => panic!("{other}"),
                };
                assert_eq!(
                    found.as_deref(),
                    Some(fill(&pair[1]).as_str()),
                    "{}",
                    pair[0]
                );
            }
            let Some(Data::Json(raw)) = &event.data else {
                panic!("{:?}", event.data)
            };
            assert_eq!(
                serde_json::from_str::<serde_json::Value>(raw.get()).unwrap(),
                data
            );
            run += 1;
        }
    }
    assert_eq!(run, 4);
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
    found.sort();
    found
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Sample {
    context_attributes: std::collections::BTreeMap<String, serde_json::Value>,
    data: String,
}

#[test]
fn the_conformance_samples_are_taken_in_binary_mode_and_version_0_3_is_refused() {
    let Some(archives) = Archives::open() else {
        return;
    };
    let (mut taken, mut refused) = (0, 0);
    for path in yaml_files(&archives.path().join("yaml")) {
        let text = std::fs::read_to_string(&path).unwrap();
        for sample in serde_saphyr::from_multiple::<Sample>(&text).unwrap() {
            let mut headers = Vec::new();
            let mut add = |name: &str, value: &serde_json::Value| {
                let value = value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned);
                let value = if name == "specversion" && value == "1" {
                    "1.0".to_owned()
                } else {
                    value
                };
                let value = value
                    .trim()
                    .replace('%', "%25")
                    .replace('"', "%22")
                    .replace(' ', "%20");
                match name {
                    "datacontenttype" => {
                        headers.push(("content-type".to_owned(), value.replace("%20", " ")))
                    }
                    name => headers.push((format!("ce-{name}"), value)),
                }
            };
            for (name, value) in &sample.context_attributes {
                match value.as_object() {
                    Some(extensions) => extensions
                        .iter()
                        .for_each(|(n, v)| add(&n.to_lowercase(), v)),
                    None => add(name, value),
                }
            }
            let event = read_binary(
                Binding::Http,
                headers.iter().map(|(n, v)| (n.as_str(), v.as_bytes())),
                sample.data.as_bytes(),
            );
            if sample.context_attributes["specversion"]
                .to_string()
                .contains("0.3")
            {
                assert_eq!(event.unwrap_err().reason, ReasonCode::NotCloudevent);
                refused += 1;
                continue;
            }
            let event = event.unwrap();
            assert_eq!(event.id, sample.context_attributes["id"].as_str().unwrap());
            assert_eq!(CloudEvent::from_json(&event.to_json()).unwrap(), event);
            taken += 1;
        }
    }
    assert_eq!((taken, refused), (8, 7));
}

#[test]
fn a_stamp_is_ours_and_in_utc() {
    let mut runner = TestRunner::deterministic();
    let mut event = event().new_tree(&mut runner).unwrap().current();
    event.received_at = Timestamp::from_millis(0);
    let json: serde_json::Value = serde_json::from_slice(&encode_event(&event)).unwrap();
    assert_eq!(json["receivedat"], "1970-01-01T00:00:00+00:00");
}
