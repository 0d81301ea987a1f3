//! Records of a topic in every content mode of the CloudEvents Kafka binding, and as common producers write them.

use mingjing_domain::Timestamp;
use mingjing_wire::cloudevents::{Binding, Limits, Mode, read_request};
use serde_json::json;

const NOW: Timestamp = Timestamp::from_millis(1_795_000_000_000);

const STRUCTURED: (&str, &[u8]) = ("content-type", b"application/cloudevents+json");

fn event(id: &str) -> serde_json::Value {
    json!({"specversion": "1.0", "type": "cn.mingjing.case.note.v1", "source": "zjj", "id": id,
           "subject": "办件 1", "time": "2026-11-23T09:30:00+08:00", "data": {}})
}

fn attributes() -> Vec<(&'static str, &'static [u8])> {
    vec![
        ("ce_specversion", b"1.0"),
        ("ce_type", b"cn.mingjing.case.note.v1"),
        ("ce_source", b"zjj"),
        ("ce_id", b"1"),
        ("ce_subject", "办件 1".as_bytes()),
        ("ce_time", b"2026-11-23T09:30:00+08:00"),
    ]
}

/// The mode and what became of each item: the subject, or the reason and the field.
fn read(headers: &[(&str, &[u8])], value: &[u8]) -> (Option<Mode>, Vec<String>) {
    let said = |refusal: &mingjing_wire::Refusal| {
        let field = refusal.field.as_deref().unwrap_or("-");
        format!("{} {field}", refusal.reason.code())
    };
    let headers = headers.iter().copied();
    match read_request(Binding::Kafka, headers, value, NOW, Limits::default()) {
        Err(refusal) => (None, vec![said(&refusal)]),
        Ok(received) => {
            let item = |item: &Result<mingjing_wire::IncomingEvent, _>| match item {
                Ok(read) => read.event.case_no.to_string(),
                Err(refusal) => said(refusal),
            };
            (
                Some(received.mode),
                received.items.iter().map(item).collect(),
            )
        }
    }
}

#[test]
fn a_records_headers_say_how_it_carries_its_events() {
    let one = event("1").to_string().into_bytes();
    let two = json!([event("1"), event("2")]).to_string().into_bytes();
    let json: (&str, &[u8]) = ("content-type", b"application/json");
    let mut typed = attributes();
    typed.push(json);
    let ok = || "办件 1".to_owned();
    for (what, headers, value, mode, items) in [
        (
            "structured",
            vec![STRUCTURED],
            &one[..],
            Mode::Structured,
            vec![ok()],
        ),
        (
            "with parameters, in another case",
            vec![(
                "Content-Type",
                &b"Application/CloudEvents+JSON; charset=UTF-8"[..],
            )],
            &one,
            Mode::Structured,
            vec![ok()],
        ),
        // The content type decides, as the binding says; attributes beside it are not looked at.
        (
            "structured with attributes beside",
            [vec![STRUCTURED], attributes()].concat(),
            &one,
            Mode::Structured,
            vec![ok()],
        ),
        ("binary", typed.clone(), b"{}", Mode::Binary, vec![ok()]),
        (
            "batch",
            vec![("content-type", &b"application/cloudevents-batch+json"[..])],
            &two,
            Mode::Batch,
            vec![ok(), ok()],
        ),
        (
            "lines",
            vec![("content-type", &b"application/x-ndjson"[..])],
            &one,
            Mode::Ndjson,
            vec![ok()],
        ),
        ("no headers", vec![], &one, Mode::Structured, vec![ok()]),
        (
            "no headers, an array",
            vec![],
            &two,
            Mode::Batch,
            vec![ok(), ok()],
        ),
        (
            "JSON and no attributes",
            vec![json],
            &one,
            Mode::Structured,
            vec![ok()],
        ),
        (
            "headers of others",
            vec![
                ("traceparent", &b"00-1"[..]),
                ("contentType", b"text/plain"),
            ],
            &one,
            Mode::Structured,
            vec![ok()],
        ),
        // Not as HTTP has them.
        (
            "ce- headers",
            vec![("ce-id", &b"1"[..])],
            b"{}",
            Mode::Structured,
            vec!["not_cloudevent specversion".to_owned()],
        ),
        (
            "nothing",
            vec![],
            b"",
            Mode::Structured,
            vec!["empty_body -".to_owned()],
        ),
        (
            "no JSON",
            vec![],
            b"hello",
            Mode::Structured,
            vec!["malformed_json -".to_owned()],
        ),
        (
            "a byte order mark",
            vec![],
            b"\xEF\xBB\xBF{}",
            Mode::Structured,
            vec!["byte_order_mark -".to_owned()],
        ),
    ] {
        assert_eq!(read(&headers, value), (Some(mode), items), "{what}");
    }
}

#[test]
fn header_values_are_utf_8_and_not_percent_encoded() {
    let mut headers = attributes();
    headers[4].1 = b"100%25 %zz";
    // Data without a type are bytes.
    assert_eq!(
        read(&headers, b"{}").1,
        ["unsupported_content_type datacontenttype"]
    );
    headers.push(("content-type", b"application/json"));
    assert_eq!(read(&headers, b"{}").1, ["100%25 %zz"]);
    headers[4].1 = b"\xB0\xEC";
    assert_eq!(read(&headers, b"{}").1, ["bad_header ce_subject"]);
}

#[test]
fn headers_that_cannot_be_meant_are_refused_by_name() {
    let with = |name, value: &'static [u8]| {
        let mut headers = attributes();
        headers.push((name, value));
        read(&headers, b"{}").1
    };
    assert_eq!(with("ce_id", b"2"), ["duplicate_field ce_id"]);
    assert_eq!(
        with("content-type", b"application/cloudevents+avro"),
        ["unsupported_content_type content-type"]
    );
    let avro: (&str, &[u8]) = ("content-type", b"application/avro");
    assert_eq!(
        read(&[avro], b"{}").1,
        ["unsupported_content_type content-type"]
    );
    assert_eq!(
        with("ce_datacontenttype", b"application/json"),
        ["bad_header ce_datacontenttype"]
    );
}
