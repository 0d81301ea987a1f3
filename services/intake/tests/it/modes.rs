//! The ways to send events, and what is answered item by item.

use mingjing_domain::Timestamp;
use mingjing_domain::ids::Slot;
use mingjing_wire::LogRecord;
use serde_json::{Value, json};

use crate::platform::{BATCH, NOW, PARTITIONS, Platform, STRUCTURED, event};

#[tokio::test]
async fn every_content_mode_is_taken_stamped_and_put_into_the_partition_of_its_case() {
    let platform = Platform::start().await;
    let key = platform.source("zjj").await;
    let batch = json!([event("zjj", "b1", "c1"), event("zjj", "b2", "c2")]);
    let mut stamped = event("zjj", "s", "c3");
    stamped["receivedat"] = "2020-01-01T00:00:00Z".into();
    let answers = [
        platform.one(&key, &stamped).await,
        platform.post(&key, BATCH, batch.to_string()).await,
        platform
            .lines(&key, &[event("zjj", "n1", "c4"), event("zjj", "n2", "c5")])
            .await,
        platform.post(&key, "application/json", "").await,
    ];
    let outcomes: Vec<_> = answers
        .iter()
        .take(3)
        .map(|a| (a.status, a.outcomes()))
        .collect();
    assert_eq!(
        outcomes,
        [
            (200, vec!["accepted"]),
            (200, vec!["accepted"; 2]),
            (200, vec!["accepted"; 2]),
        ]
    );
    assert_eq!(
        (answers[3].status, answers[3].reason()),
        (415, "unsupported_content_type")
    );
    let binary = platform
        .request(&key, "application/json")
        .header("ce-specversion", "1.0")
        .header("ce-type", "cn.mingjing.case.accepted.v1")
        .header("ce-source", "zjj")
        .header("ce-id", "bin%20%E5%8A%9E")
        .header("ce-subject", "c6")
        .header("ce-time", "2026-11-23T09:00:00+08:00")
        .body(r#"{"item_code":"5105020001"}"#);
    let binary = crate::platform::Answer::of(binary.send().await.unwrap()).await;
    assert_eq!((binary.status, binary.outcomes()), (200, vec!["accepted"]));
    assert_eq!(binary.json["items"][0]["id"], "bin 办");
    assert_eq!(
        platform.event_ids().await,
        ["b1", "b2", "bin 办", "n1", "n2", "s"]
    );
    for (partition, record) in platform.records().await {
        let LogRecord::Event(event) = record else {
            panic!("{record:?}")
        };
        assert_eq!(
            partition,
            Slot::of("zjj", &event.case_no).partition(PARTITIONS)
        );
        assert_eq!(event.received_at, Timestamp::parse(NOW).unwrap());
    }
    assert_eq!(platform.metric("accepted_total", "zjj"), 6.0);
}

#[tokio::test]
async fn the_good_items_of_a_batch_are_taken_and_the_bad_ones_say_field_reason_and_remedy() {
    let platform = Platform::start().await;
    let key = platform.source("zjj").await;
    let mut bad = event("zjj", "2", "c");
    bad["data"]["amounts"] = json!({"paid": "7"});
    let batch = json!([event("zjj", "1", "c"), bad, 5, event("zjj", "4", "c")]);
    let answer = platform.post(&key, BATCH, batch.to_string()).await;
    assert_eq!(answer.status, 207);
    assert_eq!(
        answer.outcomes(),
        ["accepted", "wrong_type", "not_cloudevent", "accepted"]
    );
    assert_eq!(
        (&answer.json["accepted"], &answer.json["refused"]),
        (&json!(2), &json!(2))
    );
    let item = &answer.json["items"][1];
    assert_eq!(
        (&item["index"], &item["id"], &item["status"]),
        (&json!(1), &json!("2"), &json!("refused"))
    );
    assert_eq!(item["field"], "data.amounts.paid");
    for told in ["message_zh", "message_en", "help"] {
        assert!(
            item[told].as_str().is_some_and(|text| !text.is_empty()),
            "{told}"
        );
    }
    assert_eq!(platform.event_ids().await, ["1", "4"]);
}

#[tokio::test]
async fn an_event_sent_again_is_appended_again_for_the_engine_to_recognise() {
    let platform = Platform::start().await;
    let key = platform.source("zjj").await;
    for _ in 0..2 {
        let twice = [event("zjj", "1", "c"), event("zjj", "1", "c")];
        let answer = platform.lines(&key, &twice).await;
        assert_eq!(
            (answer.status, answer.outcomes()),
            (200, vec!["accepted", "duplicate-ok"])
        );
    }
    assert_eq!(platform.event_ids().await, ["1", "1"]);
    assert_eq!(platform.metric("duplicates_total", "zjj"), 2.0);
}

#[tokio::test]
async fn a_large_request_is_taken_whole_and_in_order_within_each_case() {
    let platform = Platform::start().await;
    let key = platform.source("zjj").await;
    let events: Vec<Value> = (0..10_000)
        .map(|n| event("zjj", &format!("{n:05}"), &format!("c{}", n % 7)))
        .collect();
    let answer = platform.lines(&key, &events).await;
    assert_eq!(
        (answer.status, &answer.json["accepted"]),
        (200, &json!(10_000))
    );
    let mut last = std::collections::BTreeMap::new();
    let mut number = 0;
    for (_, record) in platform.records().await {
        let LogRecord::Event(event) = record else {
            panic!("{record:?}")
        };
        let before = last.insert(event.case_no.to_string(), event.event_id.to_string());
        assert!(before < Some(event.event_id.to_string()));
        number += 1;
    }
    assert_eq!(number, 10_000);
}

#[tokio::test]
async fn foreign_attributes_that_the_platform_has_no_use_for_are_kept() {
    let platform = Platform::start().await;
    let key = platform.source("zjj").await;
    let mut traced = event("zjj", "1", "c");
    traced["traceparent"] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".into();
    traced["sequence"] = "17".into();
    assert_eq!(
        platform
            .post(&key, STRUCTURED, traced.to_string())
            .await
            .status,
        200
    );
    assert!(platform.on_disk("0af7651916cd43dd8448eb211c80319c"));
    let records = platform.records().await;
    let LogRecord::Event(event) = &records[0].1 else {
        panic!("{records:?}")
    };
    assert_eq!(event.source_seq, 17);
}
