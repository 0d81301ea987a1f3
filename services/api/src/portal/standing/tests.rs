use chrono_tz::Asia::Shanghai;
use mingjing_domain::definitions::DefinitionFile;
use mingjing_domain::event::{CaseData, Special};
use mingjing_domain::text::Text;
use serde_json::json;

use super::*;

const SET: &str = "kind: body
code: zjj
name: 住房和城乡建设局
region: '510500'
phone: 0830-2345678
offices: [{code: window, name: 政务服务窗口, phone: '12345'}]
---
kind: item
code: XK-1
name: 施工许可
power_type: licence
level: city
region: '510500'
executing_body: zjj
legal_basis: [建筑法第七条]
effective_from: 2015-07-01
flowchart: permit
---
kind: flowchart
id: permit
version: '1'
name: 许可
effective_from: 2015-07-01
steps: [{code: accept, name: 受理, office: window}]
limits: [{id: whole, name: 办理时限, kind: case, from: [accepted], to: [decided], statutory: 20wd, promised: 10wd}]
special_procedures: [{kind: expert, name: 专家评审, effect: suspend, legal_basis: 行政许可法第四十五条}]
";
const NOW: &str = "2026-07-20T12:00:00+08:00";

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("an instant")
}

/// At noon of a day of July.
fn noon(day: u32) -> String {
    format!("2026-07-{day:02}T12:00:00+08:00")
}

fn event(kind: EventKind, day: u32) -> CaseEvent<'static> {
    CaseEvent {
        event_id: Text::from(format!("{}-{day}", kind.code())),
        source: Text::from("zjj"),
        source_seq: 0,
        data_version: 1,
        kind,
        occurred_at: at(&noon(day)),
        entered_at: None,
        sent_at: None,
        received_at: at(&noon(day)),
        case_no: Text::from("SG-1"),
        data: CaseData::default(),
    }
}

/// An event of a special procedure that is planned to end on some day.
fn special(
    kind: EventKind,
    day: u32,
    of: &'static str,
    planned: Option<u32>,
) -> CaseEvent<'static> {
    let mut made = event(kind, day);
    made.data.special = Some(Special {
        kind: Text::from(of),
        planned_end: planned.map(|day| at(&noon(day))),
        basis: Some(Text::from("不得外泄")),
        ..Special::default()
    });
    made
}

/// What is told of a case with these events, of which those named do not count, and with these limits.
fn told(
    events: &[CaseEvent<'static>],
    not_counted: &[&str],
    limits: serde_json::Value,
) -> serde_json::Value {
    let file = DefinitionFile {
        name: "a.yaml".into(),
        text: SET.into(),
    };
    let (set, problems) = DefinitionSet::read(vec![file]);
    assert!(problems.is_empty(), "{problems:?}");
    let stories = events.iter().map(|event| {
        json!({
            "event_id": &*event.event_id, "data_version": 1, "kind": event.kind.code(), "kind_zh": "",
            "occurred_at": event.occurred_at, "received_at": event.received_at, "log_offset": 0, "known": true,
            "counts": !not_counted.contains(&&*event.event_id), "effects": [],
        })
    });
    let explanation: Explanation = serde_json::from_value(json!({
        "source": "zjj", "case_no": "SG-1", "at": NOW, "view": "course", "engine_version": "0",
        "definitions": { "version": "", "calendar": "cn", "time_zone": "Asia/Shanghai" },
        "known": { "delay_allowance_hours": 24, "declared": false },
        "attributes": {}, "events": stories.collect::<Vec<_>>(), "limits": limits,
        "points": [], "alerts": [], "changes": [], "notes": ["不得外泄"],
    }))
    .expect("an explanation");
    let record: CaseRecord = serde_json::from_value(json!({
        "source": "zjj", "case_no": "SG-1", "item_code": "XK-1", "org_code": "zjj", "flowchart": "permit@1",
        "opened_at": noon(1), "events": events.len(), "step": "accept",
        "visits": [
            { "step": "accept", "visit": 1, "started_at": noon(1), "office": "window", "actor": "不得外泄" },
            { "step": "不得外泄", "visit": 1, "started_at": noon(2) },
        ],
    }))
    .expect("a case");
    let told = progress(&Known {
        record: &record,
        events,
        told: &explanation,
        item: &set.items[0].value,
        set: &set,
        now: at(NOW),
        zone: Shanghai,
    });
    let told = serde_json::to_value(told).expect("it is JSON");
    assert!(!told.to_string().contains("不得外泄"), "{told:#}");
    told
}

fn state(events: &[CaseEvent<'static>]) -> String {
    let told = told(events, &[], json!([]));
    told["state"]["code"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

fn whole_case(
    state: &str,
    started: u32,
    due: Option<u32>,
    promised: Option<u32>,
) -> serde_json::Value {
    json!({
        "limit": "办理时限", "control_points": [], "step": "", "visit": 1, "state": state, "started_at": noon(started),
        "measures": [
            { "basis": "promised", "basis_zh": "", "limit": "10wd", "due_at": promised.map(noon) },
            { "basis": "statutory", "basis_zh": "", "limit": "20wd", "due_at": due.map(noon) },
        ],
    })
}

#[test]
fn a_case_stands_where_its_last_step_put_it_and_an_end_is_an_end() {
    use EventKind::*;
    for (kinds, expected) in [
        (&[][..], "received"),
        (&[Applied][..], "received"),
        (&[Applied, SupplementNotice][..], "supplement"),
        (&[Applied, SupplementNotice, SupplementDone][..], "received"),
        (&[Applied, NotAccepted, Closed][..], "not_accepted"),
        (&[Applied, Accepted][..], "handling"),
        (&[Applied, Accepted, SupplementDone][..], "handling"),
        (&[Accepted, Decided][..], "decided"),
        (&[Accepted, Decided, Delivered][..], "delivered"),
        (&[Accepted, Decided, Delivered, Closed][..], "closed"),
        (&[Accepted, Withdrawn, Closed][..], "withdrawn"),
        (&[Accepted, Returned, Applied, Accepted][..], "handling"),
        (&[Accepted, Transferred][..], "transferred"),
        (&[Accepted, Complaint, Rated, Note][..], "handling"),
    ] {
        let events: Vec<CaseEvent<'static>> = (1..)
            .zip(kinds)
            .map(|(day, kind)| event(*kind, day))
            .collect();
        assert_eq!(state(&events), expected, "{kinds:?}");
    }
}

#[test]
fn what_was_corrected_is_not_told() {
    let events = [event(EventKind::Accepted, 1), event(EventKind::Decided, 2)];
    let told = told(&events, &["decided-2"], json!([]));
    assert_eq!(told["state"]["code"], "handling");
}

#[test]
fn a_pause_has_its_published_reason_and_ends_when_it_was_planned_to() {
    use EventKind::{Accepted, Decided, Resume, Suspend};
    let begun = || event(Accepted, 1);
    let running = told(
        &[begun(), special(Suspend, 10, "expert", Some(30))],
        &[],
        json!([]),
    );
    assert_eq!(running["state"]["code"], "paused");
    let pause = &running["pauses"][0];
    assert_eq!(pause["reason"], "专家评审");
    assert_eq!(pause["basis"], "行政许可法第四十五条");
    assert_eq!(
        (&pause["days"], &pause["running"]),
        (&json!(10), &json!(true))
    );

    let over = told(
        &[begun(), special(Suspend, 5, "expert", Some(8))],
        &[],
        json!([]),
    );
    assert_eq!(over["state"]["code"], "handling");
    assert_eq!(over["pauses"][0]["days"], 3);

    let resumed = [
        begun(),
        special(Suspend, 5, "expert", None),
        special(Resume, 9, "expert", None),
    ];
    assert_eq!(told(&resumed, &[], json!([]))["pauses"][0]["days"], 4);

    // Named by its name, or not in the list at all; the decision ends it.
    let other = told(
        &[
            begun(),
            special(Suspend, 5, "专家评审", None),
            event(Decided, 6),
        ],
        &[],
        json!([]),
    );
    assert_eq!(other["pauses"][0]["reason"], "专家评审");
    assert_eq!(other["pauses"][0]["running"], false);
    let unknown = told(
        &[begun(), special(Suspend, 5, "不得外泄", None)],
        &[],
        json!([]),
    );
    assert_eq!(unknown["pauses"][0]["reason"], "特别程序");
}

#[test]
fn a_case_is_due_by_what_was_promised_and_late_by_what_the_engine_says() {
    let events = [event(EventKind::Accepted, 1)];
    let open = told(
        &events,
        &[],
        json!([whole_case("open", 1, Some(29), Some(25))]),
    );
    assert_eq!(
        (&open["due_at"], &open["due_by"]),
        (&json!(noon(25)), &json!("promised"))
    );
    assert_eq!(open["statutory_due_at"], noon(29));
    assert_eq!(open["limit"], "10个工作日");
    assert!(open["late"].is_null());

    let promised = told(
        &events,
        &[],
        json!([whole_case("open", 1, Some(29), Some(15))]),
    );
    assert_eq!(
        promised["late"],
        json!({ "by": "promised", "days": 5, "reason": null })
    );

    let mut said = events.to_vec();
    let mut note = event(EventKind::Note, 19);
    note.data.attributes.insert(
        Text::from("overdue_reason"),
        Value::Text(Text::from("site")),
    );
    said.push(note);
    let by_law = told(
        &said,
        &[],
        json!([whole_case("open", 1, Some(18), Some(15))]),
    );
    assert_eq!(
        (&by_law["late"]["by"], &by_law["late"]["days"]),
        (&json!("statutory"), &json!(2))
    );
    assert_eq!(by_law["late"]["reason"]["code"], "site");

    let mut done = whole_case("done", 1, Some(18), Some(15));
    done["done_at"] = json!(noon(14));
    assert!(told(&events, &[], json!([done]))["late"].is_null());

    // Taken up again: the run that is open counts.
    let anew = json!([
        whole_case("fell_away", 1, Some(5), Some(3)),
        whole_case("open", 10, Some(30), Some(25))
    ]);
    assert_eq!(told(&events, &[], anew)["due_at"], noon(25));
    let stopped = told(&events, &[], json!([whole_case("stopped", 1, None, None)]));
    assert!(stopped["due_at"].is_null() && stopped["late"].is_null());
}

#[test]
fn whom_to_ring_is_the_office_where_it_lies_and_steps_have_their_published_names() {
    let told = told(&[event(EventKind::Accepted, 1)], &[], json!([]));
    assert_eq!(told["body"]["phone"], "0830-2345678");
    assert_eq!(
        (&told["office"]["name"], &told["office"]["phone"]),
        (&json!("政务服务窗口"), &json!("12345"))
    );
    assert_eq!(told["step"], "受理");
    assert_eq!(told["steps"].as_array().map(Vec::len), Some(1));
}
