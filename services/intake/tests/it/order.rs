//! Answered means durable, and a completion comes after the events before it.

use std::sync::Arc;

use futures::FutureExt;
use mingjing_domain::ids::Slot;
use mingjing_intake::Config;
use mingjing_log::{Partition, Topic};
use mingjing_wire::LogRecord;

use crate::gate::Gate;
use crate::platform::{NOW, PARTITIONS, Platform, complete, event, ndjson};

async fn behind_a_gate() -> (Platform, Arc<Gate>) {
    let mut gate = None;
    let platform = Platform::around(Config::default(), |log| {
        let (around, behind) = Gate::around(log);
        gate = Some(around);
        behind
    });
    let platform = platform.await;
    (platform, gate.unwrap())
}

#[tokio::test]
async fn nothing_is_answered_before_it_is_durable_and_no_completion_written_before_its_events() {
    let (platform, gate) = behind_a_gate().await;
    let key = platform.source("zjj").await;
    let before = gate.begun(0).await.len();
    let shut = gate.shut().await;
    let body = ndjson(&[
        event("zjj", "1", "c"),
        complete("zjj", NOW),
        event("zjj", "2", "c"),
    ]);
    let answering = platform.post(&key, crate::platform::NDJSON, body);
    let mut answering = std::pin::pin!(answering);
    let begun = tokio::select! {
        begun = gate.begun(before + 1) => begun,
        answer = &mut answering => panic!("answered before anything was written: {answer:?}"),
    };
    let own = Slot::of("zjj", "c").partition(PARTITIONS);
    assert_eq!(begun[before..], [(Topic::Events, own)]);
    assert!(answering.as_mut().now_or_never().is_none());
    drop(shut);
    let answer = answering.await;
    assert_eq!(
        (answer.status, answer.outcomes()),
        (200, vec!["accepted"; 3])
    );
    let records = platform.records().await;
    for partition in (0..PARTITIONS).map(Partition) {
        let here = records.iter().filter(|(p, _)| *p == partition);
        let kinds: Vec<_> = here
            .map(|(_, record)| match record {
                LogRecord::Event(event) => event.event_id.to_string(),
                LogRecord::CompleteUntil { source, .. } => format!("{source} complete"),
                other => panic!("{other:?}"),
            })
            .collect();
        match partition == own {
            true => assert_eq!(kinds, ["1", "zjj complete", "2"]),
            false => assert_eq!(kinds, ["zjj complete"]),
        }
    }
    assert_eq!(platform.metric("completions_total", "zjj"), 1.0);
}

#[tokio::test]
async fn a_log_that_fails_is_answered_with_503_and_what_happened_stays_inside() {
    let (platform, gate) = behind_a_gate().await;
    let key = platform.source("zjj").await;
    gate.break_down();
    let answer = platform.one(&key, &event("zjj", "1", "c")).await;
    assert_eq!((answer.status, answer.reason()), (503, "unavailable"));
    assert!(answer.headers.contains_key("retry-after"));
    assert!(!answer.json.to_string().contains("disk is full"));
    assert_eq!(platform.metric("accepted_total", ""), 0.0);
}

#[tokio::test]
async fn what_a_client_began_is_finished_though_it_goes_away_and_stopping_waits_for_it() {
    let (platform, gate) = behind_a_gate().await;
    let key = platform.source("zjj").await;
    let before = gate.begun(0).await.len();
    let shut = gate.shut().await;
    let request = platform
        .request(&key, crate::platform::STRUCTURED)
        .body(event("zjj", "1", "c").to_string());
    let client = tokio::spawn(request.send());
    gate.begun(before + 1).await;
    client.abort();
    let mut stopping = std::pin::pin!(platform.intake.stop());
    assert!(stopping.as_mut().now_or_never().is_none());
    let answer = platform.one(&key, &event("zjj", "2", "c")).await;
    assert_eq!((answer.status, answer.reason()), (503, "overloaded"));
    drop(shut);
    stopping.await;
    assert_eq!(platform.event_ids().await, ["1"]);
}
