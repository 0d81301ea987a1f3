//! Requests in every content mode: items stand alone, and nothing a client sends makes a panic.

use mingjing_domain::Timestamp;
use mingjing_wire::cloudevents::{Binding, Limits, Mode, Received, read_request};
use mingjing_wire::{ReasonCode, Refusal, encode_event};
use proptest::prelude::*;
use serde_json::json;

use crate::scripts::event;

const NOW: Timestamp = Timestamp::from_millis(1_795_000_000_000);

fn send(content_type: &str, headers: &[(&str, &str)], body: &[u8]) -> Result<Received, Refusal> {
    let all = std::iter::once(("Content-Type", content_type.as_bytes())).chain(
        headers
            .iter()
            .map(|(name, value)| (*name, value.as_bytes())),
    );
    read_request(Binding::Http, all, body, NOW, Limits::default())
}

fn outline(received: &Received) -> Vec<Result<String, (ReasonCode, Option<String>)>> {
    let item = |item: &Result<_, Refusal>| match item {
        Ok(mingjing_wire::IncomingEvent { event, .. }) => Ok(event.event_id.to_string()),
        Err(refusal) => Err((refusal.reason, refusal.event_id.clone().map(String::from))),
    };
    received.items.iter().map(item).collect()
}

fn one(id: &str) -> serde_json::Value {
    json!({"specversion": "1.0", "type": "cn.mingjing.case.note.v1", "source": "zjj", "id": id,
           "subject": "c", "time": "2026-11-23T09:30:00+08:00", "data": {}})
}

#[test]
fn the_good_items_of_a_batch_are_taken_and_the_bad_one_names_its_place() {
    let mut bad = one("b");
    bad["data"]["org_code"] = 7.into();
    let body = format!("[{},\n{},\n5,\n{}]", one("a"), bad, one("c"));
    let received = send(
        "application/cloudevents-batch+json; charset=UTF-8",
        &[],
        body.as_bytes(),
    )
    .unwrap();
    assert_eq!(received.mode, Mode::Batch);
    assert_eq!(
        outline(&received),
        [
            Ok("a".into()),
            Err((ReasonCode::WrongType, Some("b".into()))),
            Err((ReasonCode::NotCloudevent, None)),
            Ok("c".into()),
        ]
    );
    let places: Vec<_> = received
        .items
        .iter()
        .filter_map(|i| i.as_ref().err())
        .map(|r| r.at.unwrap().line)
        .collect();
    assert_eq!(places, [2, 3]);
    assert!(
        send("application/cloudevents-batch+json", &[], b"[]")
            .unwrap()
            .items
            .is_empty()
    );
}

#[test]
fn a_batch_that_is_no_json_is_refused_whole() {
    let refused = |body: &[u8]| {
        send("application/cloudevents-batch+json", &[], body)
            .unwrap_err()
            .reason
    };
    assert_eq!(refused(b"[{},"), ReasonCode::MalformedJson);
    assert_eq!(refused(b"{}"), ReasonCode::NotCloudevent);
    assert_eq!(refused(b""), ReasonCode::EmptyBody);
    let many = format!("[{}1]", "1,".repeat(10_000));
    assert_eq!(refused(many.as_bytes()), ReasonCode::TooLarge);
}

#[test]
fn lines_stand_alone_and_blank_ones_do_not_count() {
    let body = format!("{}\r\n\n{{\"id\":\"x\"\n{}\n", one("a"), one("b"));
    let received = send("application/x-ndjson", &[], body.as_bytes()).unwrap();
    assert_eq!(
        outline(&received),
        [
            Ok("a".into()),
            Err((ReasonCode::MalformedJson, None)),
            Ok("b".into())
        ]
    );
    assert_eq!(received.items[1].as_ref().unwrap_err().at.unwrap().line, 3);
    assert_eq!(
        send("application/jsonl", &[], b"\n \n").unwrap_err().reason,
        ReasonCode::EmptyBody
    );
}

#[test]
fn binary_mode_takes_attributes_from_headers_in_any_case() {
    let headers = [
        ("CE-SpecVersion", "1.0"),
        ("ce-type", "cn.mingjing.case.closed.v1"),
        ("ce-source", "zjj"),
        ("ce-id", "e-1"),
        ("ce-subject", "%E5%8A%9E%E4%BB%B6-1"),
        ("ce-time", "2026-11-23T09:30:00+08:00"),
        ("ce-sequence", "9"),
        ("ce-traceparent", "00-1"),
        ("user-agent", "x"),
    ];
    let body = r#"{"org_code":"510500-ZJJ"}"#.as_bytes();
    let received = send("application/json; charset=utf-8", &headers, body).unwrap();
    assert_eq!(received.mode, Mode::Binary);
    let incoming = received.items[0].as_ref().unwrap();
    assert_eq!(&*incoming.event.case_no, "办件-1");
    assert_eq!(incoming.event.source_seq, 9);
    assert_eq!(incoming.event.data.org_code.as_deref(), Some("510500-ZJJ"));
    assert_eq!(incoming.extensions.len(), 1);

    let refused = |content_type: &str, headers: &[(&str, &str)], body: &[u8]| {
        let received = send(content_type, headers, body);
        received.map_or_else(|r| r, |r| r.items[0].clone().unwrap_err())
    };
    let text = refused("text/plain", &headers, b"hello");
    assert_eq!(
        (text.reason, text.event_id.as_deref()),
        (ReasonCode::UnsupportedContentType, Some("e-1"))
    );
    let broken = refused("application/json", &headers, br#"{"org_code":}"#);
    assert_eq!(
        (broken.reason, broken.source.as_deref()),
        (ReasonCode::MalformedJson, Some("zjj"))
    );
    let twice = [headers.as_slice(), &[("CE-ID", "2")]].concat();
    assert_eq!(
        refused("application/json", &twice, body).reason,
        ReasonCode::DuplicateField
    );
    let double = [
        headers.as_slice(),
        &[("ce-datacontenttype", "application/json")],
    ]
    .concat();
    assert_eq!(
        refused("application/json", &double, body).reason,
        ReasonCode::BadHeader
    );
    assert_eq!(
        refused("application/json", &headers[1..], body).reason,
        ReasonCode::NotCloudevent
    );
}

#[test]
fn content_types_nobody_knows_are_refused_with_the_list_of_those_we_do() {
    for content_type in [
        "application/json",
        "text/html",
        "",
        "application/cloudevents+avro",
        "application/cloudevents+json; charset=gb18030",
    ] {
        let refusal = send(content_type, &[], one("a").to_string().as_bytes()).unwrap_err();
        assert_eq!(
            refusal.reason,
            ReasonCode::UnsupportedContentType,
            "{content_type}"
        );
        assert!(
            refusal
                .message_zh()
                .contains("application/cloudevents-batch+json")
        );
    }
}

#[test]
fn an_event_beyond_the_limit_is_too_large_and_its_neighbours_are_taken() {
    let mut big = one("big");
    big["data"]["attributes"]["x"] = "x".repeat(300_000).into();
    let body = format!("[{},{}]", big, one("a"));
    let received = send("application/cloudevents-batch+json", &[], body.as_bytes()).unwrap();
    assert_eq!(
        outline(&received),
        [Err((ReasonCode::TooLarge, None)), Ok("a".into())]
    );
}

proptest! {
    #[test]
    fn any_batch_of_events_comes_back_in_order(events in proptest::collection::vec(event(), 0..5)) {
        let bodies: Vec<_> = events
            .iter()
            .map(|event| String::from_utf8(encode_event(event)).unwrap())
            .collect();
        let batch = format!("[{}]", bodies.join(","));
        let batch = send("application/cloudevents-batch+json", &[], batch.as_bytes()).unwrap();
        let ids: Vec<_> = batch.items.into_iter().map(|i| i.unwrap().event.event_id).collect();
        prop_assert_eq!(ids, events.iter().map(|e| e.event_id.clone()).collect::<Vec<_>>());
    }

    #[test]
    fn no_request_makes_a_panic(
        content_type in prop_oneof![
            Just("application/cloudevents+json".to_owned()), Just("application/cloudevents-batch+json".to_owned()),
            Just("application/x-ndjson".to_owned()), Just("application/json".to_owned()), ".{0,40}",
        ],
        headers in proptest::collection::vec(("(ce-)?[a-z]{0,11}", ".{0,30}"), 0..6),
        body in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..200),
            "[\\[\\]{}\",:0-9a-z\\\\ue\\n .-]{0,200}".prop_map(String::into_bytes),
        ],
    ) {
        let headers: Vec<_> = headers.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        if let Ok(received) = send(&content_type, &headers, &body) {
            for item in received.items {
                if let Err(refusal) = item { prop_assert!(!refusal.message_zh().is_empty()); }
            }
        }
    }
}
