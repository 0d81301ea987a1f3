//! What departments get wrong, one thing at a time, and what they are told.

use mingjing_domain::Timestamp;
use mingjing_wire::cloudevents::read_event;
use mingjing_wire::{ReasonCode, Refusal, parse_event};
use serde_json::{Value, json};

const NOW: Timestamp = Timestamp::from_millis(1_795_000_000_000);

fn good() -> Value {
    json!({
        "specversion": "1.0", "type": "cn.mingjing.case.accepted.v1", "source": "zjj", "id": "e-1",
        "subject": "510500-2026-0001", "time": "2026-11-23T09:30:00+08:00",
        "data": { "item_code": "510500-XK-0012", "org_code": "510500-ZJJ", "amounts": {"receivable": 1200},
                  "actor": {"id": "007"} }
    })
}

fn refusal(json: &str) -> Refusal {
    let refusal = read_event(json.as_bytes(), NOW).unwrap_err();
    // Whatever the fast reader refuses too, it refuses in the same words.
    if let Err(fast) = parse_event(json.as_bytes(), NOW) {
        assert_eq!(fast.message_zh(), refusal.message_zh());
    }
    refusal
}

#[track_caller]
fn check(change: impl FnOnce(&mut Value), reason: ReasonCode, field: &str) -> Refusal {
    let mut event = good();
    change(&mut event);
    let refusal = refusal(&event.to_string());
    assert_eq!(
        (refusal.reason, refusal.field.as_deref()),
        (reason, Some(field)),
        "{}",
        refusal.message_en()
    );
    assert_eq!(
        refusal.event_id.as_deref(),
        event["id"].as_str().filter(|id| !id.is_empty())
    );
    refusal
}

#[test]
fn a_good_event_is_taken_and_stamped_by_us_alone() {
    let mut json = good();
    json["receivedat"] = "2020-01-01T00:00:00Z".into();
    json["sequence"] = "0042".into();
    json["traceparent"] = "00-4bf9".into();
    let incoming = read_event(json.to_string().as_bytes(), NOW).unwrap();
    assert_eq!(incoming.event.received_at, NOW);
    assert_eq!(incoming.event.source_seq, 42);
    assert_eq!(
        incoming.extensions.keys().collect::<Vec<_>>(),
        ["traceparent"]
    );
    let bytes = incoming.encode();
    assert_eq!(parse_event(&bytes, Timestamp::MIN).unwrap(), incoming.event);
    assert!(
        String::from_utf8(bytes)
            .unwrap()
            .contains(r#""traceparent":"00-4bf9""#)
    );
}

#[test]
fn fees_collection_jurisdiction_and_inspection_are_read_and_written_as_they_were_said() {
    let mut json = good();
    for (field, value) in [
        ("act_at", json!("2025-03-01T00:00:00+08:00")),
        (
            "fee",
            json!({"code": "SF-2", "quantity": 2.5, "relief_ground": "抢险救灾"}),
        ),
        (
            "collection",
            json!({"collector": "zhang", "ground": "small_fine"}),
        ),
        (
            "jurisdiction",
            json!({"ground": "designated", "document": "〔2026〕5号"}),
        ),
        (
            "inspection",
            json!({"plan_no": "〔2026〕1号", "cause": "complaint"}),
        ),
    ] {
        json["data"][field] = value;
    }
    let event = read_event(json.to_string().as_bytes(), NOW).unwrap();
    let fee = event.event.data.fee.as_ref().expect("a fee");
    assert_eq!(
        (&*fee.code, fee.quantity.map(|q| q.thousandths)),
        ("SF-2", Some(2500))
    );
    let bytes = event.encode();
    assert_eq!(parse_event(&bytes, Timestamp::MIN).unwrap(), event.event);
    let written: Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(written["data"]["fee"], json["data"]["fee"]);
    for field in ["fee", "collection", "jurisdiction", "inspection"] {
        let wanted = format!("data.{field}");
        check(
            |e| e["data"][field] = json!([]),
            ReasonCode::WrongType,
            &wanted,
        );
    }
}

#[test]
fn each_mistake_is_told_by_field_and_reason() {
    use ReasonCode::*;
    check(
        |e| e["type"] = "cn.mingjing.case.aproved.v1".into(),
        UnknownType,
        "type",
    );
    check(
        |e| e["type"] = "cn.mingjing.case.accepted.v2".into(),
        UnknownType,
        "type",
    );
    check(|e| e["subject"] = Value::Null, MissingField, "subject");
    check(|e| e["time"] = Value::Null, MissingField, "time");
    check(
        |e| e["time"] = "2026-11-31T09:30:00+08:00".into(),
        ImpossibleDate,
        "time",
    );
    check(
        |e| e["time"] = "2026-11-23 09:30:00".into(),
        ImpossibleDate,
        "time",
    );
    check(
        |e| e["time"] = "0001-01-01T00:00:00Z".into(),
        ImpossibleDate,
        "time",
    );
    check(
        |e| e["data"]["sent_at"] = "9999-12-31T00:00:00Z".into(),
        ImpossibleDate,
        "data.sent_at",
    );
    check(|e| e["time"] = 5.into(), WrongType, "time");
    check(
        |e| e["data"]["amounts"]["receivable"] = "12.00".into(),
        WrongType,
        "data.amounts.receivable",
    );
    check(
        |e| e["data"]["amounts"]["receivable"] = 12.5.into(),
        WrongType,
        "data.amounts.receivable",
    );
    check(
        |e| e["data"]["amounts"]["receivable"] = json!(1e30),
        OutOfRange,
        "data.amounts.receivable",
    );
    check(
        |e| e["data"]["orgcode"] = "x".into(),
        UnknownField,
        "data.orgcode",
    );
    check(
        |e| e["data"]["actor"] = json!(["007"]),
        WrongType,
        "data.actor",
    );
    check(|e| e["data"] = json!([]), WrongType, "data");
    check(|e| e["data"] = "text".into(), WrongType, "data");
    check(
        |e| e["data"]["co_actors"] = json!([{"id": "1"}, ["2"]]),
        WrongType,
        "data.co_actors[1]",
    );
    check(
        |e| e["data"]["attributes"] = json!({"note": "a\u{0}b"}),
        ControlCharacter,
        "data.attributes.note",
    );
    check(|e| e["sequence"] = json!(-1), WrongType, "sequence");
    check(|e| e["source"] = "住建局 系统".into(), WrongType, "source");
    let long = "x".repeat(300);
    let mut event = good();
    event["id"] = long.into();
    let told = refusal(&event.to_string());
    assert_eq!((told.reason, told.event_id), (TooLarge, None));
}

#[test]
fn a_secret_item_is_refused_and_nothing_of_it_is_told() {
    let mut json = good();
    json["data"]["secrecy"] = "机密".into();
    json["data"]["reason"] = "内容".into();
    let refusal = refusal(&json.to_string());
    assert_eq!(refusal.reason, ReasonCode::Secret);
    let told = serde_json::to_string(&refusal).unwrap() + &refusal.message_zh();
    assert!(!told.contains("机密") && !told.contains("内容"));
    json["data"]["secrecy"] = "none".into();
    read_event(json.to_string().as_bytes(), NOW).unwrap();
}

#[test]
fn personal_values_are_never_repeated() {
    for (field, value) in [
        ("reason", json!(["张三丰"])),
        ("party_ref", json!({"name": "张三丰"})),
        ("actor", json!("张三丰")),
    ] {
        let mut json = good();
        json["data"][field] = value;
        let refusal = read_event(json.to_string().as_bytes(), NOW).unwrap_err();
        let told = serde_json::to_string(&refusal).unwrap()
            + &refusal.message_zh()
            + &refusal.message_en();
        assert!(!told.contains("张三丰"), "{told}");
    }
}

#[test]
fn texts_that_are_no_event_at_all_are_told_apart() {
    use ReasonCode::*;
    let cases: [(&[u8], ReasonCode); 12] = [
        (b"", EmptyBody),
        (b"   ", EmptyBody),
        (b"\xEF\xBB\xBF{}", ByteOrderMark),
        (b"{\"id\":\"\xff\"}", InvalidUtf8),
        (b"{", MalformedJson),
        (b"{\"id\":\"\\ud800\"}", MalformedJson),
        (b"{\"id\":\"a\x00b\"}", MalformedJson),
        (b"{\"id\":1e999}", OutOfRange),
        (b"[]", NotCloudevent),
        (b"null", NotCloudevent),
        (b"{}", NotCloudevent),
        (br#"{"id":"a","id":"b"}"#, DuplicateField),
    ];
    for (bytes, reason) in cases {
        assert_eq!(
            read_event(bytes, NOW).unwrap_err().reason,
            reason,
            "{:?}",
            String::from_utf8_lossy(bytes)
        );
        assert_eq!(
            parse_event(bytes, NOW).unwrap_err().reason,
            reason,
            "{:?}",
            String::from_utf8_lossy(bytes)
        );
    }
    for open in ["[", "{\"a\":"] {
        let deep = open.repeat(500_000);
        assert_eq!(
            read_event(deep.as_bytes(), NOW).unwrap_err().reason,
            TooDeep
        );
        assert_eq!(
            parse_event(deep.as_bytes(), NOW).unwrap_err().reason,
            TooDeep
        );
    }
}

#[test]
fn the_place_of_a_mistake_in_data_is_its_place_in_the_whole() {
    let json = "{\"specversion\":\"1.0\",\"type\":\"cn.mingjing.case.note.v1\",\"source\":\"s\",\"id\":\"1\",\n\
                \"subject\":\"c\",\"time\":\"2026-01-01T00:00:00Z\",\n\"data\":{\n  \"org_code\": 12}}";
    let at = read_event(json.as_bytes(), NOW).unwrap_err().at.unwrap();
    assert_eq!(at.line, 4);
    assert!((15..=17).contains(&at.column), "{at:?}");
}
