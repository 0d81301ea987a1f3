//! Real logs: every case and event is read, exactly, and fast enough.

use std::collections::BTreeMap;
use std::time::Instant;

use mingjing_domain::event::{CaseEvent, EventKind, Value};
use mingjing_wire::import::{Counts, Mapping, open};

use crate::scripts::real_logs;

fn read(part: &str, mapping: &str) -> Option<(Vec<CaseEvent<'static>>, Counts)> {
    let path = real_logs(part)?;
    let mapping = Mapping::from_yaml(mapping).unwrap();
    let begun = Instant::now();
    let mut reader = open(&path, Some(&mapping)).unwrap();
    let events: Vec<_> = reader
        .by_ref()
        .map(|item| item.unwrap_or_else(|e| panic!("{e}")))
        .collect();
    let counts = reader.counts().clone();
    assert_eq!(reader.bytes_read(), reader.bytes_total());
    eprintln!(
        "{part}: {} cases, {} events in {:?}",
        counts.cases,
        events.len(),
        begun.elapsed()
    );
    Some((events, counts))
}

const ROAD_FINES: &str = r#"
source: road-fines
time_zone: Europe/Rome
case_no: {from: "concept:name"}
item: IT-FINE
occurred_at: {from: "time:timestamp", format: rfc3339}
actor: {id: {from: "org:resource"}}
amounts:
  amount: {from: amount, scale: 100}
  expense: {from: expense, scale: 100}
  payment: {from: paymentAmount, scale: 100}
  total_paid: {from: totalPaymentAmount, scale: 100}
attributes:
  dismissal: {from: dismissal}
  article: {from: article}
events:
  - kind: step_end
    step: {from: "concept:name", slug: true}
"#;

#[test]
fn the_road_fines_are_read_to_the_cent() {
    let Some((events, counts)) = read("road-traffic-fines/log.xes.gz", ROAD_FINES) else {
        return;
    };
    assert_eq!(
        (counts.cases, counts.entries, counts.events),
        (50_194, 187_501, 187_501)
    );
    assert!(counts.problems.is_empty() && counts.skipped.is_empty());
    assert!(
        events
            .iter()
            .zip(1u64..)
            .all(|(event, seq)| event.source_seq == seq)
    );
    let first = &events[0];
    assert_eq!((&*first.case_no, &*first.event_id), ("A10000", "A10000/1"));
    assert_eq!(
        first.occurred_at.to_rfc3339(chrono_tz::Europe::Rome),
        "2007-03-09T00:00:00+01:00"
    );
    assert_eq!(first.data.amounts["amount"], 3600);
    assert_eq!(first.data.attributes["article"], Value::Int(157));
    assert_eq!(events[4].data.amounts["payment"], 8700);
    let steps = events.iter().fold(
        BTreeMap::new(),
        |mut steps: BTreeMap<String, u32>, event| {
            *steps
                .entry(event.data.step_code.as_ref().unwrap().to_string())
                .or_default() += 1;
            steps
        },
    );
    assert_eq!((steps.len(), steps["create-fine"]), (11, 50_194));
}

const PERMITS: &str = r#"
source: permits
time_zone: Europe/Amsterdam
case_no: {from: "case:concept:name"}
occurred_at: {from: "time:timestamp"}
attributes:
  dueDate: {from: dueDate, type: instant}
  finished: {from: dateFinished, type: date}
case_attributes:
  leges: {from: SUMleges, type: float}
  parts: {from: parts}
events:
  - kind: step_end
    step: {from: "concept:name"}
"#;

#[test]
fn the_building_permits_are_read_with_their_due_dates() {
    let Some((events, counts)) = read("permits-bpic15-1/log.xes.gz", PERMITS) else {
        return;
    };
    assert_eq!((counts.cases, counts.events), (1_199, 52_217));
    let with = |name: &str| {
        events
            .iter()
            .filter(|event| event.data.attributes.contains_key(name))
            .count()
    };
    assert_eq!(
        (
            with("dueDate"),
            with("finished"),
            with("leges"),
            with("parts")
        ),
        (3_340, 52_217, 906, 1_197)
    );
    assert_eq!(
        events[0].data.attributes["dueDate"],
        Value::Text("2014-04-17T09:30:39+02:00".into())
    );
    assert_eq!(
        events[0].data.attributes["finished"],
        Value::Text("2014-04-14".into())
    );
}

const RECEIPTS: &str = r#"
source: receipts
time_zone: Europe/Amsterdam
case_no: {from: "case:concept:name"}
occurred_at: {from: "time:timestamp"}
actor: {id: {from: "org:resource"}}
case_attributes:
  deadline: {from: deadline, type: instant}
events:
  - kind: step_end
    step: {from: "concept:name", slug: true}
case_events:
  - {from: enddate, kind: closed}
"#;

#[test]
fn the_permit_receipts_are_read_with_the_events_their_attributes_stand_for() {
    let Some((events, counts)) = read("permit-receipt/log.xes.gz", RECEIPTS) else {
        return;
    };
    assert_eq!(
        (counts.cases, counts.entries, counts.events),
        (1_434, 8_577, 8_577 + 1_329)
    );
    assert_eq!(
        events
            .iter()
            .filter(|e| e.kind == EventKind::Closed)
            .count(),
        1_329
    );
    assert_eq!(
        events
            .iter()
            .filter(|e| e.data.attributes.contains_key("deadline"))
            .count(),
        1_434
    );
    // In each case the deadline is on the earliest event, and the closing comes after all of its instant.
    let mut cases: BTreeMap<&str, Vec<&CaseEvent<'_>>> = BTreeMap::new();
    events
        .iter()
        .for_each(|event| cases.entry(&event.case_no).or_default().push(event));
    for (case_no, mut events) in cases {
        if let Some(closed) = events.iter().find(|e| e.kind == EventKind::Closed) {
            assert!(
                events.iter().all(|e| e.source_seq <= closed.source_seq),
                "{case_no}"
            );
        }
        events.sort_by_key(|e| (e.occurred_at, e.source_seq));
        assert!(
            events[0].data.attributes.contains_key("deadline"),
            "{case_no}"
        );
    }
}

const MESSAGES: &str = r#"
source: messages
time_zone: Asia/Shanghai
case_no: {from: message_no}
case_attributes:
  days: {from: working_days_cn, type: int}
case_events:
  - {from: asked_at, kind: accepted}
  - {from: answered_at, kind: closed, step: answer}
"#;

#[test]
fn the_citizens_messages_are_cases_of_two_events() {
    let Some((events, counts)) = read("citizen-messages-cn/messages.csv", MESSAGES) else {
        return;
    };
    assert_eq!(
        (counts.cases, counts.entries, counts.events),
        (1_408, 0, 2_816)
    );
    assert_eq!(
        events[0].occurred_at.to_rfc3339(chrono_tz::Asia::Shanghai),
        "2019-04-25T09:32:09+08:00"
    );
    assert_eq!(events[0].data.attributes["days"], Value::Int(10));
    assert_eq!(
        (&*events[1].event_id, events[1].kind),
        ("2549/answered_at", EventKind::Closed)
    );
}

#[test]
fn the_xes_certification_logs_are_read_whole() {
    const LEVEL: &str = r#"
source: certification
case_no: {from: "case:concept:name"}
occurred_at: {from: "time:timestamp", default: "2020-01-01T00:00:00Z"}
actor: {id: {from: "org:resource"}}
events:
  - when: {attr: "lifecycle:transition", is: start}
    kind: step_start
    step: {from: "concept:name", slug: true}
  - kind: step_end
    step: {from: "concept:name", slug: true}
"#;
    for (level, starts, actors) in [("A1", 0, 0), ("B1", 4_122, 0), ("C1", 0, 11_855)] {
        let Some((events, counts)) = read(&format!("xes-certification/Level{level}.xes.gz"), LEVEL)
        else {
            return;
        };
        assert_eq!((counts.cases, counts.events), (1_104, 11_855));
        assert_eq!(
            events
                .iter()
                .filter(|e| e.kind == EventKind::StepStart)
                .count(),
            starts,
            "{level}"
        );
        assert_eq!(
            events.iter().filter(|e| e.data.actor.is_some()).count(),
            actors,
            "{level}"
        );
    }
}
