//! The checked-in schemas are the generated ones, and what we write and refuse agrees with them.

use std::path::PathBuf;

use mingjing_domain::Timestamp;
use mingjing_wire::cloudevents::read_event;
use mingjing_wire::encode_event;
use mingjing_wire::import::Mapping;
use mingjing_wire::schema;
use proptest::prelude::*;
use serde_json::Value;

use crate::scripts::event;

fn compare(path: &str, generated: &Value) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../schemas")
        .join(path);
    let text = serde_json::to_string_pretty(generated).unwrap() + "\n";
    if std::env::var_os("UPDATE_SCHEMAS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &text).unwrap();
    }
    let checked_in = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        checked_in == text,
        "{} is not what the types say; run UPDATE_SCHEMAS=1 cargo test --release -p mingjing-wire",
        path.display()
    );
}

#[test]
fn the_schemas_that_are_checked_in_are_the_generated_ones() {
    compare("events/case-event.v1.json", &schema::case_event());
    compare("events/source-totals.v1.json", &schema::source_totals());
    compare("mapping.v1.json", &Mapping::json_schema());
}

#[test]
fn every_field_of_an_event_is_described_in_both_languages() {
    let schema = schema::case_event();
    let mut described = 0;
    let objects = schema["$defs"]
        .as_object()
        .unwrap()
        .values()
        .chain([&schema]);
    for (name, property) in objects
        .filter_map(|o| o["properties"].as_object())
        .flatten()
    {
        if name == "data" {
            continue;
        }
        let words = property["description"]
            .as_str()
            .unwrap_or_else(|| panic!("{name} is not described"));
        let (zh, en) = words
            .split_once(" · ")
            .unwrap_or_else(|| panic!("{name}: {words}"));
        assert!(
            zh.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)),
            "{name}: {zh}"
        );
        assert!(en.is_ascii() && en.len() > 5, "{name}: {en}");
        described += 1;
    }
    for (name, definition) in schema["$defs"].as_object().unwrap() {
        let words = definition["description"].as_str().unwrap_or_default();
        assert!(words.contains(" · "), "{name}: {words:?}");
    }
    assert!(described > 45, "{described}");
}

#[test]
fn every_key_of_a_mapping_is_described_in_both_languages() {
    let schema = Mapping::json_schema();
    let objects = schema["$defs"]
        .as_object()
        .unwrap()
        .values()
        .chain([&schema]);
    for (name, property) in objects
        .filter_map(|o| o["properties"].as_object())
        .flatten()
    {
        let words = property["description"].as_str().unwrap_or_default();
        assert!(words.contains(" · "), "{name}: {words:?}");
    }
}

fn validator() -> jsonschema::Validator {
    jsonschema::draft202012::options()
        .should_validate_formats(true)
        .build(&schema::case_event())
        .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn what_we_write_satisfies_the_schema(event in event()) {
        let schema = validator();
        let json: Value = serde_json::from_slice(&encode_event(&event)).unwrap();
        let outcome = schema.validate(&json).map_err(|e| format!("{e} at {}", e.instance_path()));
        prop_assert_eq!(outcome, Ok(()));
    }
}

#[test]
fn the_schema_and_the_reader_refuse_the_same_mistakes() {
    let schema = validator();
    let good: Value = serde_json::from_str(
        r#"{"specversion":"1.0","type":"cn.mingjing.case.accepted.v1","source":"zjj","id":"1","subject":"c",
            "time":"2026-11-23T09:30:00+08:00","traceparent":"00","data":{"actor":{"id":"7"},"amounts":{"paid":1},
            "attachments":[{"kind":"a"}],"attributes":{"a":1,"b":"x","c":true,"d":1.5}}}"#,
    )
    .unwrap();
    assert!(schema.is_valid(&good));
    let wrong = [
        ("/type", "\"cn.mingjing.case.x.v1\""),
        ("/specversion", "\"0.3\""),
        ("/subject", "\"\""),
        ("/time", "\"2026-02-30T00:00:00Z\""),
        ("/data/actor", "{}"),
        ("/data/actor", "[\"7\"]"),
        ("/data/amounts/paid", "1.5"),
        ("/data/attachments", "[7]"),
        ("/data/attachments", "[{\"kind\":\"a\",\"sha256\":\"x\"}]"),
        ("/data/attributes/a", "null"),
        ("/data/attributes/a", "{}"),
        ("/data", "[]"),
    ];
    for (pointer, value) in wrong {
        let mut event = good.clone();
        *event.pointer_mut(pointer).unwrap() = serde_json::from_str(value).unwrap();
        assert!(
            !schema.is_valid(&event),
            "the schema takes {pointer} = {value}"
        );
        let read = read_event(event.to_string().as_bytes(), Timestamp::from_millis(0));
        assert!(read.is_err(), "the reader takes {pointer} = {value}");
    }
    let mut event = good.clone();
    event["data"]["orgcode"] = 1.into();
    assert!(!schema.is_valid(&event));
}
