//! Records that cannot be read.

use mingjing_domain::fact::Fact;
use mingjing_log::{Partition, Topic};
use mingjing_store::Store;
use mingjing_wire::rejects::RejectRecord;

use crate::engine;
use crate::scenario::*;

#[tokio::test]
async fn a_poison_record_becomes_a_reject_and_stops_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path()).await;
    let partition = partition_of(1);
    let poison = || {
        vec![
            Vec::new(),
            vec![0xff; 4096],
            b"{\"position\":{\"offset\":1,\"n\":0},\"facts\":{\"fact\":\"\xe6\x9c\xba\xe5\xaf\x86\"}}".to_vec(),
            b"[[[[".to_vec(),
        ]
    };
    for topic in Topic::ALL {
        append(&log, topic, partition, poison()).await;
    }
    let refusal = RejectRecord {
        id: "0123".into(),
        at: at(5),
        reason: "unknown_source".into(),
        detail: "未登记的来源".into(),
        source: Some("谁".into()),
        case_no: None,
        event_id: Some("e".into()),
        field: None,
        place: None,
        excerpt: Some("摘录".into()),
    };
    // Intake's append was repeated: one item, two records.
    append(
        &log,
        Topic::Rejects,
        partition,
        vec![refusal.encode(), refusal.encode()],
    )
    .await;
    fill(&log, 1..2).await;

    let database = engine::config();
    let store = Store::connect(&database);
    let running = start(log.clone(), &store, config());
    running.until_level(&log, &store).await;
    running.stop().await;

    assert!(
        store
            .case(SOURCE, &case_no(1))
            .await
            .unwrap()
            .unwrap()
            .case
            .is_some()
    );
    let rejects: Vec<String> = contents(&database)
        .await
        .into_iter()
        .filter(|line| line.starts_with("rejects\t"))
        .collect();
    assert_eq!(rejects.len(), 13, "{rejects:#?}");
    assert_eq!(
        rejects
            .iter()
            .filter(|line| line.contains("unknown_source"))
            .count(),
        1
    );
    assert!(
        rejects
            .iter()
            .all(|line| !line.contains("机密") && !line.contains("摘录")),
        "{rejects:#?}"
    );
}

/// Supervise and the archive both meet a record of `mj.log` that cannot be read: it is one reject.
#[tokio::test]
async fn a_record_refused_twice_is_one_reject() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path()).await;
    append(
        &log,
        Topic::Events,
        Partition(0),
        vec![b"nonsense".to_vec()],
    )
    .await;
    let refused = Fact::Refused {
        at: at(5),
        reason: "unreadable".into(),
        detail: "无法读取".into(),
        source: None,
        case_no: None,
        event_id: None,
    };
    let position = mingjing_archive::FactPosition { offset: 0, n: 0 };
    let fact = mingjing_archive::FactRecord {
        position,
        facts: refused,
        epoch: 0,
        ends_batch: true,
    };
    append(
        &log,
        Topic::Facts,
        Partition(0),
        vec![serde_json::to_vec(&fact).unwrap()],
    )
    .await;
    let database = engine::config();
    let store = Store::connect(&database);
    let running = start(log.clone(), &store, config());
    running.until_level(&log, &store).await;
    running.stop().await;
    let rejects: Vec<String> = contents(&database)
        .await
        .into_iter()
        .filter(|line| line.starts_with("rejects\t"))
        .collect();
    assert_eq!(rejects.len(), 1);
    assert!(rejects[0].contains("无法读取"), "{rejects:?}");
}
