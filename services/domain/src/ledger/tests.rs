use super::*;
use crate::calendar::china;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn calendar() -> WorkCalendar {
    WorkCalendar::compile(china(), None).unwrap()
}

fn entry(kind: Kind, on: &str, due: Option<&str>) -> Act {
    Act::Entered(Box::new(Entry {
        kind,
        body: "zjj".into(),
        region: "510502".into(),
        officer: String::new(),
        on: day(on),
        document_no: String::new(),
        handed_to: String::new(),
        legal_basis: String::new(),
        present: Vec::new(),
        demand: String::new(),
        due: due.map(day),
        alerts: Vec::new(),
        cases: Vec::new(),
        passage: None,
    }))
}

fn assigned(due: &str) -> Act {
    Act::Assigned(Assigned {
        to: "zjj".into(),
        due: day(due),
    })
}

fn result(on: &str) -> Act {
    Act::Resulted(Outcome {
        on: day(on),
        by: "住建局".into(),
        evidence: Vec::new(),
    })
}

fn journal(acts: &[Act]) -> Vec<Record> {
    let record = |what: &Act| Record {
        at: Timestamp::from_millis(0),
        who: Actor::default(),
        why: "事由".into(),
        key: "k".into(),
        what: what.clone(),
    };
    acts.iter().map(record).collect()
}

/// 2026-10-01 to 07 is off; the 8th, a Thursday, is worked.
#[test]
fn a_day_that_is_not_worked_hands_over_to_the_next_that_is_and_what_is_over_then_is_overdue() {
    let calendar = calendar();
    for (due, last) in [
        ("2026-09-30", "2026-09-30"),
        ("2026-10-01", "2026-10-08"),
        ("2026-10-06", "2026-10-08"),
        ("2026-11-28", "2026-11-30"),
    ] {
        let records = journal(&[entry(Kind::Interview, "2026-09-01", Some(due))]);
        let matter = Matter::of(&records).unwrap();
        let (last, after) = (day(last), day(last).succ_opt().unwrap());
        assert_eq!(matter.last_day(&calendar), Some(last), "{due}");
        assert_eq!(matter.standing(last, &calendar), Standing::Open, "{due}");
        assert_eq!(
            matter.standing(after, &calendar),
            Standing::Overdue,
            "{due}"
        );
        assert_eq!(matter.working_days_left(last, &calendar), Some(0), "{due}");
    }
    let records = journal(&[entry(Kind::Interview, "2026-09-01", Some("2026-09-29"))]);
    let matter = Matter::of(&records).unwrap();
    let left = |today: &str| matter.working_days_left(day(today), &calendar);
    assert_eq!(left("2026-09-28"), Some(1));
    assert_eq!(left("2026-10-08"), Some(-2));
}

#[test]
fn what_has_no_day_is_never_overdue() {
    let calendar = calendar();
    let records = journal(&[entry(Kind::Clue, "2024-01-02", None)]);
    let matter = Matter::of(&records).unwrap();
    let today = day("2026-11-27");
    assert_eq!(matter.standing(today, &calendar), Standing::Open);
    assert_eq!(matter.working_days_left(today, &calendar), None);
    assert!(!matter.late(&calendar));
}

#[test]
fn a_result_closes_it_once_and_tells_whether_it_came_in_time() {
    let calendar = calendar();
    let today = day("2026-11-27");
    let begun = entry(Kind::Recommendation, "2026-09-01", Some("2026-10-01"));
    for (on, late) in [("2026-10-08", false), ("2026-10-09", true)] {
        let records = journal(&[begun.clone(), result(on)]);
        let matter = Matter::of(&records).unwrap();
        assert_eq!(matter.standing(today, &calendar), Standing::Closed);
        assert_eq!(matter.late(&calendar), late, "{on}");
        assert_eq!(matter.working_days_left(today, &calendar), None);
        assert!(matter.refused(&result("2026-11-02")).is_some());
        assert_eq!(matter.refused(&Act::Voided), None);
    }
    let records = journal(&[begun]);
    let matter = Matter::of(&records).unwrap();
    assert!(matter.refused(&result("2026-08-31")).is_some());
    assert_eq!(matter.refused(&result("2026-09-01")), None);
}

#[test]
fn an_order_follows_from_an_instruction_alone_and_before_its_result() {
    let ordered = Act::Ordered(Ordered {
        command: "c".into(),
        to: "zjj".into(),
        due_at: None,
    });
    for kind in Kind::ALL {
        let records = journal(&[entry(kind, "2026-09-01", None)]);
        let matter = Matter::of(&records).unwrap();
        let refused = matter.refused(&ordered).is_some();
        assert_eq!(refused, kind != Kind::Instruction, "{kind:?}");
    }
    let begun = entry(Kind::Instruction, "2026-09-01", None);
    let records = journal(&[begun.clone(), ordered.clone(), ordered.clone()]);
    let matter = Matter::of(&records).unwrap();
    assert_eq!(matter.orders.len(), 2);
    assert_eq!(
        matter.standing(day("2026-11-27"), &calendar()),
        Standing::Open
    );
    let records = journal(&[begun, ordered.clone(), result("2026-09-20")]);
    let matter = Matter::of(&records).unwrap();
    assert!(matter.refused(&ordered).is_some());
}

#[test]
fn what_was_entered_in_error_stays_and_takes_nothing_more() {
    let begun = entry(Kind::Interview, "2026-09-01", Some("2026-09-02"));
    let records = journal(&[begun, Act::Voided]);
    let matter = Matter::of(&records).unwrap();
    let today = day("2026-11-27");
    assert_eq!(matter.standing(today, &calendar()), Standing::Void);
    assert!(matter.refused(&Act::Voided).is_some());
    assert!(matter.refused(&result("2026-09-02")).is_some());
    assert_eq!(Matter::of(&records[1..]), None);
}

/// What was written once is read for ever.
#[test]
fn a_record_is_read_back_and_its_form_stays() {
    let records = journal(&[
        entry(Kind::Clue, "2026-09-01", None),
        result("2026-09-02"),
        Act::Voided,
    ]);
    for record in &records {
        let text = serde_json::to_string(record).unwrap();
        assert_eq!(&serde_json::from_str::<Record>(&text).unwrap(), record);
    }
    let text = serde_json::to_value(&records[1]).unwrap();
    let wanted = serde_json::json!({ "act": "resulted", "on": "2026-09-02", "by": "住建局", "evidence": [] });
    assert_eq!(text["what"], wanted);
    for kind in Kind::ALL {
        assert_eq!(Kind::from_code(kind.code()), Some(kind));
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.code());
    }
    for standing in Standing::ALL {
        assert_eq!(Standing::from_code(standing.code()), Some(standing));
    }
}

#[test]
fn an_instruction_about_a_passage_is_assigned_once_and_is_due_on_the_day_of_that() {
    let calendar = calendar();
    let Act::Entered(plain) = entry(Kind::Instruction, "2026-11-20", None) else {
        panic!("an entry")
    };
    let about = Entry {
        passage: Some(Passage {
            bulletin: "b1".into(),
            text: "零办件单位5个。".into(),
        }),
        ..(*plain).clone()
    };
    let begun = [Act::Entered(Box::new(about.clone()))];
    let records = journal(&begun);
    let matter = Matter::of(&records).unwrap();
    assert_eq!(matter.refused(&assigned("2026-12-04")), None);
    assert_eq!(matter.last_day(&calendar), None);

    let records = journal(&[Act::Entered(Box::new(about)), assigned("2026-12-04")]);
    let matter = Matter::of(&records).unwrap();
    assert_eq!(matter.last_day(&calendar), Some(day("2026-12-04")));
    let standing = |today: &str| matter.standing(day(today), &calendar);
    assert_eq!(standing("2026-12-04"), Standing::Open);
    assert_eq!(standing("2026-12-05"), Standing::Overdue);
    assert!(matter.refused(&assigned("2026-12-11")).is_some());
    assert_eq!(matter.refused(&result("2026-12-03")), None);

    // One about an alert is ordered at the alert.
    let records = journal(&[Act::Entered(plain)]);
    let matter = Matter::of(&records).unwrap();
    assert!(matter.refused(&assigned("2026-12-04")).is_some());
}

#[test]
fn an_entry_from_before_there_were_passages_is_read_and_written_as_it_was() {
    let old = serde_json::to_string(&entry(Kind::Clue, "2026-11-20", None)).unwrap();
    assert!(!old.contains("passage"), "{old}");
    let read: Act = serde_json::from_str(&old).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), old);
}

#[test]
fn an_instruction_is_done_when_the_order_upon_it_is_closed() {
    let calendar = calendar();
    let ordered = Act::Ordered(Ordered {
        command: "c".into(),
        to: "zjj".into(),
        due_at: None,
    });
    let begun = entry(Kind::Instruction, "2026-09-01", Some("2026-09-18"));
    let records = journal(&[begun.clone(), ordered.clone()]);
    let mut matter = Matter::of(&records).unwrap();
    let today = day("2026-11-27");
    assert_eq!(matter.done_by(), Some("c"));
    assert_eq!(matter.standing(today, &calendar), Standing::Overdue);
    for (closed, late) in [("2026-09-18", false), ("2026-09-21", true)] {
        matter.order_closed = Some(day(closed));
        assert_eq!(matter.standing(today, &calendar), Standing::Closed);
        assert_eq!(matter.working_days_left(today, &calendar), None);
        assert_eq!(matter.late(&calendar), late, "{closed}");
    }
    // What somebody entered goes before, and may be entered still.
    assert_eq!(matter.refused(&result("2026-09-22")), None);
    let records = journal(&[begun.clone(), ordered.clone(), result("2026-09-10")]);
    let mut matter = Matter::of(&records).unwrap();
    assert_eq!(matter.done_by(), None);
    matter.order_closed = Some(day("2026-09-21"));
    assert_eq!(matter.done_on(), Some(day("2026-09-10")));
    let records = journal(&[begun, ordered, Act::Voided]);
    let mut matter = Matter::of(&records).unwrap();
    assert_eq!(matter.done_by(), None);
    matter.order_closed = Some(day("2026-09-21"));
    assert_eq!(matter.standing(today, &calendar), Standing::Void);
}
