use std::sync::Arc;

use mingjing_domain::Timestamp;
use mingjing_domain::source::{Source, SourceClock};
use mingjing_wire::cloudevents::{Binding, COMPLETE_UNTIL};
use serde_json::{Value, json};

use super::*;

const NOW: &str = "2026-11-23T09:30:00+08:00";

fn sorted(lines: &[Value]) -> Sorted {
    let body: String = lines.iter().map(|line| format!("{line}\n")).collect();
    sort(&request(body), &Config::default(), 4).unwrap()
}

fn request(body: String) -> Incoming {
    let content_type = Bytes::from_static(b"application/x-ndjson");
    Incoming {
        binding: Binding::Http,
        headers: vec![("content-type".into(), content_type)],
        body: body.into(),
        speaker: Arc::new(Source::new("zjj", SourceClock::Live)),
        received_at: Timestamp::parse(NOW).unwrap(),
        origin: Origin::Request,
        completing: Completing::After { not_taken: 0 },
        numbers: None,
    }
}

fn event(id: &str) -> Value {
    json!({"specversion": "1.0", "type": "cn.mingjing.case.note.v1", "source": "zjj", "id": id,
           "subject": "c", "time": NOW, "data": {}})
}

fn complete(until: &str) -> Value {
    json!({"specversion": "1.0", "type": COMPLETE_UNTIL, "source": "zjj", "id": "done", "data": {"until": until}})
}

fn reasons(sorted: &Sorted) -> Vec<&'static str> {
    let outcome = |item: &Item| match &item.outcome {
        Outcome::Accepted => "accepted",
        Outcome::DuplicateOk => "duplicate-ok",
        Outcome::Refused(refusal) => refusal.reason.code(),
    };
    sorted.items.iter().map(outcome).collect()
}

#[test]
fn a_completion_comes_after_the_events_before_it() {
    let sorted = sorted(&[event("1"), event("2"), complete(NOW), event("3")]);
    let shape = sorted.steps.iter().map(|step| match step {
        Step::Events(records) => records.len(),
        Step::Complete(_) => 0,
    });
    assert_eq!(shape.collect::<Vec<_>>(), [2, 0, 1]);
}

#[test]
fn a_source_is_not_complete_after_a_refused_item_nor_in_the_future_nor_for_another() {
    let mut bad = event("2");
    bad["data"] = 5.into();
    assert_eq!(
        reasons(&sorted(&[bad, complete(NOW)])),
        ["wrong_type", "earlier_refused"]
    );
    assert_eq!(
        reasons(&sorted(&[complete("2026-11-23T09:31:00+08:00")])),
        ["accepted"]
    );
    assert_eq!(
        reasons(&sorted(&[complete("2026-11-23T09:31:00.001+08:00")])),
        ["impossible_date"]
    );
    assert_eq!(reasons(&sorted(&[complete("soon")])), ["impossible_date"]);
    let mut other = complete(NOW);
    other["source"] = "rsj".into();
    assert_eq!(reasons(&sorted(&[other])), ["wrong_source"]);
    let mut tick = complete(NOW);
    tick["type"] = "cn.mingjing.tick.v1".into();
    assert_eq!(reasons(&sorted(&[tick])), ["unknown_type"]);
}

#[test]
fn who_knows_what_was_not_taken_may_say_that_the_source_is_complete() {
    let sorted = |completing: Completing, lines: &[Value]| {
        let body: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let incoming = Incoming {
            completing,
            ..request(body)
        };
        let sorted = sort(&incoming, &Config::default(), 4).unwrap();
        (reasons(&sorted), sorted.not_taken)
    };
    let after = |not_taken| Completing::After { not_taken };
    let knowing = |not_taken: u64| {
        let mut complete = complete(NOW);
        complete["data"]["not_taken"] = not_taken.into();
        complete
    };
    let bad = json!(5);
    assert_eq!(
        sorted(
            after(2),
            &[bad.clone(), complete(NOW), knowing(2), knowing(4)]
        ),
        (
            vec![
                "not_cloudevent",
                "earlier_refused",
                "earlier_refused",
                "earlier_refused"
            ],
            3
        )
    );
    // Known of once, it is behind; said once more, as a producer's second try does, it is true still.
    assert_eq!(
        sorted(after(2), &[knowing(2), complete(NOW), knowing(2), bad]),
        (
            vec!["accepted", "accepted", "accepted", "not_cloudevent"],
            1
        )
    );
    for (never, reason) in [
        (Completing::Elsewhere("in.zjj".into()), "said_elsewhere"),
        (Completing::Unordered(3), "several_partitions"),
    ] {
        assert_eq!(
            sorted(never, &[event("1"), complete(NOW)]),
            (vec!["accepted", reason], 0)
        );
    }
}

#[test]
fn the_very_same_event_twice_is_written_once_and_a_changed_one_again() {
    let mut changed = event("1");
    changed["data"]["reason"] = "x".into();
    let sorted = sorted(&[event("1"), event("1"), changed]);
    assert_eq!(reasons(&sorted), ["accepted", "duplicate-ok", "accepted"]);
    assert!(matches!(&sorted.steps[..], [Step::Events(records)] if records.len() == 2));
}

#[test]
fn a_secret_item_that_is_broken_too_is_secret_and_nothing_of_it_is_kept() {
    let mut secret = event("1");
    secret["data"] = json!({"secrecy": "机密", "org_code": 7, "reason": "绝不外传"});
    let sorted = sorted(&[secret, json!(5)]);
    assert_eq!(reasons(&sorted), ["secret", "not_cloudevent"]);
    assert!(
        sorted
            .kept
            .iter()
            .all(|kept| kept.excerpt.is_none() && kept.case_no.is_none())
    );
}

#[test]
fn a_secrecy_mark_in_a_records_header_is_one() {
    let header = |name: &str, value: &'static str| (name.to_owned(), Bytes::from(value));
    for body in ["{}", "{\"reason\": \"绝不外传"] {
        let incoming = Incoming {
            binding: Binding::Kafka,
            headers: vec![
                header("content-type", "application/json"),
                header("ce_specversion", "1.0"),
                header("ce_type", "cn.mingjing.case.note.v1"),
                header("ce_source", "zjj"),
                header("ce_id", "1"),
                header("ce_subject", "c"),
                header("ce_time", NOW),
                header("CE_Secrecy", "机密"),
            ],
            ..request(body.to_owned())
        };
        let sorted = sort(&incoming, &Config::default(), 4).unwrap();
        assert_eq!(reasons(&sorted), ["secret"], "{body}");
        assert!(sorted.kept[0].excerpt.is_none());
    }
}

#[test]
fn of_a_refused_item_the_case_and_the_beginning_are_kept() {
    let mut bad = event("1");
    bad["data"]["reason"] = "电话13912345678".into();
    bad["data"]["org_code"] = 7.into();
    let sorted = sorted(&[bad]);
    let kept = &sorted.kept[0];
    assert_eq!(kept.case_no.as_deref(), Some("c"));
    assert!(kept.excerpt.as_deref().unwrap().contains("电话***"));
}
