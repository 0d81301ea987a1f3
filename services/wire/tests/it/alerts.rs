//! Alerts and facts are read as they were written, in any zone.

use chrono_tz::Tz;
use mingjing_domain::Timestamp;
use mingjing_domain::alert::{AlertRecord, Evidence, Level, Status};
use mingjing_domain::disposition::{BroughtBefore, EscalationRung, Instance};
use mingjing_domain::fact::{Cause, Change, Fact};
use mingjing_wire::ReasonCode;
use mingjing_wire::alerts::{
    ReadError, parse_fact, read_alerts, read_facts, write_alert, write_alerts, write_fact,
    write_facts,
};
use proptest::option::of;
use proptest::prelude::*;
use proptest::strategy::ValueTree;

use crate::scripts::text;

/// 1970 to 2199: before, local offsets had seconds, which RFC 3339 cannot say.
fn instant() -> impl Strategy<Value = Timestamp> {
    (0i64..7_258_118_400_000).prop_map(Timestamp::from_millis)
}

fn alert() -> impl Strategy<Value = AlertRecord> {
    let names = (text(), text(), of(text()), text());
    let times = (of(instant()), of(instant()), instant(), of(instant()));
    let kinds = (
        prop::sample::select(vec![
            Level::Review,
            Level::Notice,
            Level::Yellow,
            Level::Red,
        ]),
        prop::sample::select(vec![
            Status::Pending,
            Status::Issued,
            Status::Withdrawn,
            Status::Review,
        ]),
    );
    let evidence = prop::collection::vec(
        prop_oneof![
            (text(), of(text()), instant()).prop_map(|(id, step, at)| Evidence::Event {
                event_id: id.to_string(),
                event_type: "step_end".into(),
                step: step.map(|s| s.to_string()),
                occurred_at: at,
                received_at: at,
                note: "逾期".into(),
            }),
            (text(), text()).prop_map(|(name, value)| Evidence::Condition {
                expression: name.to_string(),
                values: [(name.to_string(), value.to_string())].into(),
            }),
            text().prop_map(|text| Evidence::Note {
                text: text.to_string()
            }),
            (of(instant()), any::<bool>(), of(text())).prop_map(|(at, reached, region)| {
                Evidence::Escalation {
                    rungs: vec![EscalationRung {
                        due: "5wd".into(),
                        at,
                        reached,
                        level: reached.then_some(Level::Red),
                        before: vec![BroughtBefore {
                            instance: Instance::Leadership,
                            region: region.map(|t| t.to_string()),
                        }],
                    }],
                }
            }),
        ],
        0..4,
    );
    (names, times, kinds, evidence, any::<u16>()).prop_map(
        |(names, times, kinds, evidence, visit)| AlertRecord {
            alert_id: "0f".repeat(16),
            subject_kind: "case".into(),
            source: names.0.to_string(),
            case_no: names.1.to_string(),
            item_code: names.2.map(|t| t.to_string()),
            org_code: None,
            region_code: None,
            responsible_org: None,
            responsible_office: None,
            responsible_actor: None,
            control_point: "decision-late".into(),
            rule: "T3".into(),
            step: String::new(),
            visit,
            level: kinds.0,
            status: kinds.1,
            due_at: times.0,
            breached_at: times.1,
            raised_at: times.2,
            issued_at: times.3,
            completed_at: None,
            ended_at: None,
            ended_reason: None,
            withdrawn_at: None,
            withdrawn_reason: None,
            statutory: Some(true),
            legal_basis: None,
            limit: Some("20wd".into()),
            answer_due_at: None,
            definitions_version: "1".into(),
            calendar_version: "1".into(),
            engine_version: "1".into(),
            message: names.3.to_string(),
            evidence,
            disposition: None,
        },
    )
}

fn zone() -> impl Strategy<Value = Tz> {
    prop::sample::select(vec![
        Tz::UTC,
        Tz::Asia__Shanghai,
        Tz::Europe__Rome,
        Tz::Asia__Kathmandu,
    ])
}

proptest! {
    #[test]
    fn alerts_are_read_as_they_were_written_whatever_the_zone(
        alerts in prop::collection::vec(alert(), 0..4), tz in zone(),
    ) {
        let mut file = Vec::new();
        write_alerts(&alerts, tz, &mut file).unwrap();
        let read: Vec<_> = read_alerts(&file[..]).map(Result::unwrap).collect();
        prop_assert_eq!(read, alerts);
    }

    #[test]
    fn facts_are_read_as_they_were_written(
        alert in alert(), at in instant(), revision in any::<u32>(), tz in zone(),
    ) {
        let fact = Fact::Alert {
            change: Change::Raised,
            cause: Cause::Event { event_id: "e-1".into() },
            at,
            revision,
            alert: Box::new(alert),
        };
        prop_assert_eq!(&parse_fact(write_fact(&fact, tz).as_bytes()).unwrap(), &fact);
        let mut file = Vec::new();
        write_facts([&fact, &fact], tz, &mut file).unwrap();
        prop_assert_eq!(read_facts(&file[..]).filter(Result::is_ok).count(), 2);
    }
}

#[test]
fn instants_stand_in_the_zone_that_was_asked_for_and_keys_in_the_contracts_order() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut alert = alert().new_tree(&mut runner).unwrap().current();
    alert.due_at = Some(Timestamp::parse("2026-11-23T15:59:59Z").unwrap());
    let line = write_alert(&alert, Tz::Asia__Shanghai);
    assert!(
        line.contains(r#""due_at":"2026-11-23T23:59:59+08:00""#),
        "{line}"
    );
    assert!(line.starts_with(r#"{"alert_id":""#));
    let place = |key: &str| line.find(&format!("\"{key}\":")).unwrap();
    let order = [
        "alert_id",
        "subject_kind",
        "source",
        "case_no",
        "control_point",
        "status",
        "due_at",
        "raised_at",
        "message",
    ];
    assert!(order.windows(2).all(|pair| place(pair[0]) < place(pair[1])));
}

#[test]
fn a_line_that_is_no_alert_is_told_with_its_place() {
    let file = b"\n{\"alert_id\":7}\nnonsense\n";
    let errors: Vec<_> = read_alerts(&file[..]).map(Result::unwrap_err).collect();
    let [ReadError::Line(first), ReadError::Line(second)] = &errors[..] else {
        panic!("{errors:?}")
    };
    assert_eq!(
        (first.reason, first.at.unwrap().line),
        (ReasonCode::WrongType, 2)
    );
    assert_eq!(
        (second.reason, second.at.unwrap().line),
        (ReasonCode::MalformedJson, 3)
    );
}
