//! A few cases and alerts set up by hand, with the numbers that a person comes to.

use mingjing_domain::Timestamp;
use mingjing_domain::alert::{AlertRecord, Level, Status};
use mingjing_domain::event::EventKind;
use mingjing_domain::fact::{CaseRecord, StepVisit};
use mingjing_domain::measures::{CaseMeasures, LimitMeasure, MeasureUnit};
use mingjing_store::metrics::{Asked, Dimension, Known, Value, metric};

use super::asked;
use super::world::World;
use crate::samples::{bare_alert, bare_case, store};

fn at(day: &str) -> Option<Timestamp> {
    let text = match day.len() {
        10 => format!("{day}T10:00:00+08:00"),
        _ => format!("{day}:00+08:00"),
    };
    (!day.is_empty()).then(|| Timestamp::parse(&text).unwrap())
}

/// Received, ended, due (the law's), done; an empty day is none.
fn case(no: &str, org: &str, [received, ended, due, done]: [&str; 4]) -> CaseRecord {
    let due_at = at(&format!("{due}T23:59")).map(|at| at.plus_millis(59_000));
    CaseRecord {
        source: "s".into(),
        case_no: no.into(),
        org_code: Some(org.into()),
        region_code: Some("510502".into()),
        item_code: Some("i1".into()),
        opened_at: at(received),
        accepted_at: at(received),
        closed_at: at(ended),
        events: 10,
        measures: CaseMeasures {
            received_at: at(received),
            ending: at(ended).map(|_| EventKind::Closed),
            ended_at: at(ended),
            limit: Some(LimitMeasure {
                unit: MeasureUnit::WorkingDays,
                started_at: at(received).unwrap(),
                statutory: Some(20),
                promised: None,
                used: at(done).map(|_| 5),
                statutory_due_at: due_at,
                promised_due_at: None,
                done_at: at(done),
                fell_at: None,
            }),
            ..CaseMeasures::default()
        },
        ..bare_case("")
    }
}

fn alert(n: u32, level: Level, status: Status, issued: &str) -> AlertRecord {
    AlertRecord {
        alert_id: format!("{n:032x}"),
        source: "s".into(),
        org_code: Some("o1".into()),
        region_code: Some("510502".into()),
        rule: "T3".into(),
        level,
        status,
        raised_at: at(issued).unwrap(),
        issued_at: at(issued),
        ..bare_alert("a")
    }
}

fn world() -> World {
    let mut cases = vec![
        // In time.
        case(
            "a",
            "o1",
            ["2026-10-01", "2026-10-20", "2026-10-29", "2026-10-20"],
        ),
        // Late: due on the 8th, done on the 9th.
        case(
            "b",
            "o1",
            ["2026-09-10", "2026-10-09", "2026-10-08", "2026-10-09"],
        ),
        // In time with its last second.
        case(
            "c",
            "o2",
            ["2026-09-20", "2026-10-21", "2026-10-20", "2026-10-20T23:59"],
        ),
        // Left open past its due day: that does not help.
        case("d", "o1", ["2026-09-01", "", "2026-10-10", ""]),
        // Closed after the month: open and past due at its end.
        case(
            "e",
            "o1",
            ["2026-09-01", "2026-11-05", "2026-10-10", "2026-11-05"],
        ),
        // Open and not due.
        case("f", "o2", ["2026-10-30", "", "2026-11-27", ""]),
        // Voided in the month.
        case("g", "o2", ["2026-10-05", "2026-10-06", "2026-11-02", ""]),
        // Of last year's October.
        case(
            "h",
            "o2",
            ["2025-10-05", "2025-10-06", "2025-11-02", "2025-10-06"],
        ),
    ];
    cases[6].measures.ending = Some(EventKind::Voided);
    cases[6].closed_at = None;
    cases[0].measures.delivered_at = at("2026-10-22");
    cases[0].measures.events_late = 4;
    cases[0].visits = vec![StepVisit {
        step: "审查".into(),
        visit: 1,
        started_at: at("2026-10-02").unwrap(),
        ended_at: at("2026-10-03"),
        due_at: None,
        office: None,
        actor: None,
    }];
    World {
        cases,
        alerts: vec![
            alert(1, Level::Yellow, Status::Issued, "2026-10-09"),
            alert(2, Level::Red, Status::Ended, "2026-10-10"),
            alert(3, Level::Red, Status::Withdrawn, "2026-10-11"),
            alert(4, Level::Notice, Status::Issued, "2026-11-01"),
            alert(5, Level::Review, Status::Issued, "2026-10-12"),
        ],
        decisions: Vec::new(),
        events: Vec::new(),
        samples: Vec::new(),
        known: Known::default(),
    }
}

/// By hand, of October 2026 as it stands on 10 December.
#[tokio::test]
async fn a_month_that_a_person_can_count() {
    let store = store().await;
    let world = world();
    world.write(&store).await;
    let october = asked("2026-10", "2026-12-10T09:00:00+08:00", &world);
    let total = store.statistics(&october).await.unwrap().total;
    for (id, value, numerator, base) in [
        ("received", 3.0, 3.0, None),
        ("closed", 3.0, 3.0, None),
        ("open", 3.0, 3.0, None),
        ("ended_otherwise", 1.0, 1.0, None),
        ("voided_share", 0.25, 1.0, Some(4.0)),
        // Four ended, three accepted: more than all.
        ("completion_rate", 4.0 / 3.0, 4.0, Some(3.0)),
        ("on_time_rate", 2.0 / 3.0, 2.0, Some(3.0)),
        // b closed late, d and e open past due; a and c in time.
        ("overdue_rate", 0.6, 3.0, Some(5.0)),
        ("statutory_speedup", 0.75, 45.0, Some(3.0)),
        // a 21 days to delivery, b 29, c 31.
        ("median_total_days", 29.0, 0.0, Some(3.0)),
        ("p90_total_days", 30.6, 0.0, Some(3.0)),
        ("median_step_hours", 24.0, 0.0, Some(1.0)),
        ("alerts_issued", 3.0, 3.0, None),
        ("alerts_withdrawn", 1.0, 1.0, None),
        ("alerts_net", 2.0, 2.0, None),
        ("yellow", 1.0, 1.0, None),
        ("red", 1.0, 1.0, None),
        ("alert_rate", 1.0 / 3.0, 1.0, Some(3.0)),
        ("late_entry_rate", 4.0 / 30.0, 4.0, Some(30.0)),
        ("late_case_share", 1.0 / 3.0, 1.0, Some(3.0)),
    ] {
        let told = total[id];
        let same = |a: Option<f64>, b: Option<f64>| match (a, b) {
            (Some(a), Some(b)) => (a - b).abs() < 1e-9,
            (a, b) => a == b,
        };
        assert!(same(told.value, Some(value)), "{id}: {told:?}");
        assert!(same(told.base, base), "{id}: {told:?}");
        assert!(
            told.numerator
                .is_none_or(|n| same(Some(n), Some(numerator))),
            "{id}: {told:?}"
        );
    }
    let closed = total["closed"];
    assert_eq!(closed.previous.unwrap().value, Some(0.0));
    assert_eq!(closed.last_year.unwrap().value, Some(1.0));
}

#[tokio::test]
async fn a_small_base_hides_the_rate_and_never_the_count() {
    let store = store().await;
    let world = world();
    world.write(&store).await;
    let asked = Asked {
        by: Some(Dimension::Org),
        min_base: 3,
        metrics: ["closed", "on_time_rate"]
            .map(|id| metric(id).unwrap())
            .to_vec(),
        ..asked("2026-10", "2026-12-10T09:00:00+08:00", &world)
    };
    let answer = store.statistics(&asked).await.unwrap();
    let told: Vec<(&str, Value, Value)> = answer
        .rows
        .iter()
        .map(|row| (&*row.key, row.values["closed"], row.values["on_time_rate"]))
        .collect();
    assert_eq!(told.len(), 2);
    for (key, closed, rate) in told {
        let of = if key == "o1" { 2.0 } else { 1.0 };
        assert_eq!(closed.value, Some(of));
        assert_eq!(
            (rate.value, rate.hidden, rate.base),
            (None, true, Some(of)),
            "{key}"
        );
    }
    let total = answer.total["on_time_rate"];
    assert!(total.value.is_some() && !total.hidden);
    // Nothing to count is not hidden, it is nothing.
    assert_eq!(total.previous.unwrap().base, Some(0.0));
    assert_eq!(total.previous.unwrap().value, None);
}

#[tokio::test]
async fn how_the_cases_of_an_item_went_is_told_by_step_and_way() {
    let store = store().await;
    let mut world = world();
    let stay = |step: &str, visit, from, to| StepVisit {
        step: step.into(),
        visit,
        started_at: at(from).unwrap(),
        ended_at: at(to),
        due_at: at("2026-10-04"),
        office: None,
        actor: None,
    };
    world.cases[0].visits = vec![
        stay("受理", 1, "2026-10-01", "2026-10-02"),
        stay("审查", 1, "2026-10-03", "2026-10-05"),
        stay("审查", 2, "2026-10-06", "2026-10-07"),
    ];
    world.cases[6].visits = vec![stay("受理", 1, "2026-10-05", "")];
    world.write(&store).await;
    let mut asked = asked("2026-10", "2026-12-10T09:00:00+08:00", &world);
    asked.filter.item_code = Some("i1".into());
    let process = store.process(&asked).await.unwrap();
    assert_eq!(process.cases, 3);
    let steps: Vec<_> = process
        .steps
        .iter()
        .map(|s| {
            (
                &*s.step,
                s.visits,
                s.cases,
                s.open,
                s.median_hours,
                s.over_limit,
            )
        })
        .collect();
    // The stay that nobody ended was over when its case was.
    assert_eq!(
        steps,
        [
            ("受理", 2, 2, 0, Some(24.0), 1),
            ("审查", 2, 1, 0, Some(36.0), 2)
        ]
    );
    let flows: Vec<_> = process
        .flows
        .iter()
        .map(|f| (&*f.from, &*f.to, f.cases))
        .collect();
    assert_eq!(
        flows,
        [
            ("", "受理", 2),
            ("受理", "", 1),
            ("受理", "审查", 1),
            ("审查", "", 1),
            ("审查", "审查", 1)
        ]
    );
    let way = process
        .flows
        .iter()
        .find(|f| f.from == "受理" && f.to == "审查")
        .unwrap();
    assert_eq!(way.median_hours, Some(48.0));
    let variants: Vec<_> = process
        .variants
        .iter()
        .map(|v| (v.steps.len(), v.cases))
        .collect();
    assert_eq!(variants.iter().map(|(_, n)| n).sum::<u64>(), 2);
}
