//! Sources that number their records, and what they say they have made.

use mingjing_domain::Timestamp;
use mingjing_log::Topic;
use mingjing_wire::LogRecord;
use serde_json::{Value, json};

use crate::platform::{Platform, event};

fn numbered(id: &str, number: u64) -> Value {
    let mut event = event("zjj", id, "c");
    event["sequence"] = number.to_string().into();
    event
}

fn complete() -> Value {
    json!({"specversion": "1.0", "type": "cn.mingjing.source.complete_until.v1", "source": "zjj", "id": "done",
           "data": {"until": "2026-11-23T09:00:00+08:00"}})
}

async fn numbering() -> (Platform, String) {
    let platform = Platform::start().await;
    let declared = json!({"id": "zjj", "numbered_from": 1});
    let answer = platform.admin("/v1/sources", declared).await;
    let key = answer.json["key"].as_str().unwrap().to_owned();
    (platform, key)
}

#[tokio::test]
async fn a_source_is_not_complete_while_a_number_is_missing() {
    let (platform, key) = numbering().await;
    let first = platform
        .lines(&key, &[numbered("a", 1), numbered("b", 4), complete()])
        .await;
    assert_eq!(
        first.outcomes(),
        ["accepted", "accepted", "numbers_missing"]
    );
    let told = first.json["items"][2]["message_zh"].as_str().unwrap();
    assert!(told.contains("2–3"), "{told}");
    // One of them comes, in another request; then the other, in the very one that says so.
    let second = platform.lines(&key, &[numbered("c", 3), complete()]).await;
    assert_eq!(second.outcomes(), ["accepted", "numbers_missing"]);
    let gauge = |name: &str| platform.metric(name, "zjj");
    assert_eq!(gauge("sequence_gaps"), 1.0);
    assert_eq!(gauge("sequence_missing_records"), 1.0);
    let third = platform.lines(&key, &[numbered("d", 2), complete()]).await;
    assert_eq!(third.outcomes(), ["accepted", "accepted"]);
    assert_eq!(gauge("sequence_gaps"), 0.0);
    assert_eq!(gauge("sequence_gap_since_seconds"), 0.0);
}

#[tokio::test]
async fn a_refused_record_leaves_a_gap_until_it_is_sent_again() {
    let (platform, key) = numbering().await;
    let mut bad = numbered("a", 1);
    bad["data"] = 5.into();
    let first = platform.lines(&key, &[bad, numbered("b", 2)]).await;
    assert_eq!(first.outcomes(), ["wrong_type", "accepted"]);
    assert_eq!(
        platform.lines(&key, &[complete()]).await.outcomes(),
        ["numbers_missing"]
    );
    let mended = platform.lines(&key, &[numbered("a", 1), complete()]).await;
    assert_eq!(mended.outcomes(), ["accepted", "accepted"]);
}

#[tokio::test]
async fn a_record_without_its_number_is_refused_and_one_sent_twice_is_no_gap() {
    let (platform, key) = numbering().await;
    let answer = platform
        .lines(
            &key,
            &[event("zjj", "a", "c"), numbered("b", 1), numbered("b", 1)],
        )
        .await;
    assert_eq!(
        answer.outcomes(),
        ["missing_field", "accepted", "duplicate-ok"]
    );
    assert_eq!(answer.json["items"][0]["field"], "sequence");
    assert_eq!(
        platform.lines(&key, &[complete()]).await.outcomes(),
        ["accepted"]
    );
}

#[tokio::test]
async fn what_one_process_took_another_knows() {
    let (one, key) = numbering().await;
    let other = one.beside().await;
    one.lines(&key, &[numbered("a", 1)]).await;
    other.lines(&key, &[numbered("b", 2)]).await;
    one.lines(&key, &[numbered("c", 3)]).await;
    let third = one.beside().await;
    for platform in [&third, &other, &one] {
        let answer = platform.lines(&key, &[complete()]).await;
        assert_eq!(answer.outcomes(), ["accepted"]);
    }
    other.lines(&key, &[numbered("e", 5)]).await;
    assert_eq!(
        one.lines(&key, &[complete()]).await.outcomes(),
        ["numbers_missing"]
    );
}

#[tokio::test]
async fn control_totals_are_one_record_and_wrong_ones_are_refused() {
    let (platform, key) = numbering().await;
    let totals = |data: Value| json!({"specversion": "1.0", "type": "cn.mingjing.source.totals.v1", "source": "zjj", "id": "t", "data": data});
    let good = totals(json!({"day": "2026-11-22", "totals": [
        {"item_code": "4451", "type": "accepted", "events": 12},
        {"type": "note", "events": 0},
    ]}));
    let twice = totals(json!({"day": "2026-11-22", "totals": [
        {"type": "note", "events": 0}, {"type": "note", "events": 1},
    ]}));
    let unknown =
        totals(json!({"day": "2026-11-22", "totals": [{"type": "nothing", "events": 0}]}));
    let no_day = totals(json!({"day": "2026-11-32", "totals": []}));
    let answer = platform.lines(&key, &[good, twice, unknown, no_day]).await;
    assert_eq!(
        answer.outcomes()[..3],
        ["accepted", "duplicate_field", "unknown_type"]
    );
    assert_ne!(answer.outcomes()[3], "accepted");
    let stored = platform.stored(Topic::Events).await;
    let said: Vec<_> = stored
        .iter()
        .filter_map(
            |(_, record)| match LogRecord::parse(&record.value, Timestamp::MIN) {
                Ok(LogRecord::SourceTotals { source, totals }) => Some((source, totals)),
                _ => None,
            },
        )
        .collect();
    let [(source, totals)] = &said[..] else {
        panic!("{said:?}")
    };
    assert_eq!((source.as_str(), totals.totals.len()), ("zjj", 2));
    assert_eq!(totals.day.to_string(), "2026-11-22");
}
