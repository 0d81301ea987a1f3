use proptest::prelude::*;

use super::*;
use crate::definitions::{DefinitionFile, DefinitionSet, Grade, ScoreModel};

/// Two parts: time limits (14) by alerts and overdue cases, service (10) by hand and by formula; bonuses up to 3.
const MODEL: &str = "\
kind: score_model
id: test
version: '1'
name: 测试办法
effective_from: 2026-01-01
period: month
subject: body
min_base: 10
appeal_within: 5wd
grades: {excellent: 22, good: 18, qualified: 12}
bonus_max: 3
parts:
  - id: time
    name: 期限合法
    points: 14
    items:
      - {id: overdue, name: 超期办件, count: {of: overdue_cases, points: -2}}
      - {id: orders, name: 督办逾期未反馈, count: {of: unanswered_orders, points: -1.5, min: -3}}
      - {id: procedure, name: 程序红黄牌, count: {of: alerts, rules: [P, D2], points: -5}}
  - id: service
    name: 群众评价
    points: 10
    items:
      - {id: satisfied, name: 满意率, formula: {plus: -10, terms: [{metric: satisfied_rate, times: 10}], min: -6, max: 0}}
      - {id: attitude, name: 服务态度, manual: {min: -4}}
      - {id: share, name: 数据红黄牌, count: {of: alerts, rules: [Q], points: -1, per: {base: accepted, each: 100}}}
bonuses:
  - {id: reform, name: 改革创新, max: 2}
  - {id: model, name: 典型推广, max: 2}
conversions:
  - {body: half, factor: '0.5', reason: 试点期间}
";

fn model() -> ScoreModel {
    let file = DefinitionFile {
        name: "model.yaml".into(),
        text: MODEL.into(),
    };
    let (set, problems) = DefinitionSet::read(vec![file]);
    assert!(problems.is_empty(), "{problems:?}");
    set.score_models[0].value.clone()
}

/// An alert as `id rule level status conclusion`, with `申诉` behind it while it is appealed.
fn alert(text: &str) -> CountedAlert {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [id, rule, level, status, conclusion, rest @ ..] = &words[..] else {
        panic!("{text:?}")
    };
    CountedAlert {
        alert_id: (*id).into(),
        source: "s".into(),
        case_no: format!("case-{id}"),
        level: match *level {
            "黄" => Level::Yellow,
            "红" => Level::Red,
            "提醒" => Level::Notice,
            _ => panic!("{level}"),
        },
        rule: (*rule).into(),
        status: match *status {
            "已发" => Status::Issued,
            "已结束" => Status::Ended,
            "撤销" => Status::Withdrawn,
            "待发" => Status::Pending,
            "待核" => Status::Review,
            _ => panic!("{status}"),
        },
        conclusion: match *conclusion {
            "主观" => Some(Conclusion::Subjective),
            "客观" => Some(Conclusion::Objective),
            "数据" => Some(Conclusion::Data),
            "-" => None,
            _ => panic!("{conclusion}"),
        },
        appealed: *rest == ["申诉"],
    }
}

fn row(id: &str, alerts: &[&str]) -> CountedRow {
    CountedRow {
        id: id.into(),
        source: "s".into(),
        case_no: id.into(),
        alerts: alerts.iter().map(|text| alert(text)).collect(),
    }
}

fn mark(id: &str, item: &str, points: f64) -> Mark {
    Mark {
        id: id.into(),
        item: item.into(),
        points: Points::exactly(points).unwrap(),
        reason: "理由".into(),
        appealed: false,
    }
}

fn metric(value: f64, base: Option<f64>) -> Metric {
    Metric {
        value: Some(value),
        base,
        ..Metric::default()
    }
}

/// A month in which everything is well.
fn clean() -> Inputs {
    Inputs {
        metrics: [
            ("accepted".into(), metric(200.0, None)),
            ("satisfied_rate".into(), metric(1.0, Some(50.0))),
        ]
        .into(),
        ..Inputs::default()
    }
}

fn total(inputs: &Inputs) -> f64 {
    score(&model(), "body", inputs).total.number()
}

#[test]
fn a_month_without_faults_keeps_every_point() {
    let sheet = score(&model(), "body", &clean());
    assert_eq!(sheet.total, model().full());
    assert_eq!(sheet.grade, Grade::Excellent);
    assert!(!sheet.base_small);
}

/// What one alert about procedure (−5 each) does to the 24 points, by what it came down to.
#[test]
fn only_subjective_responsibility_takes_points() {
    for (is, left, apart) in [
        ("a P3 红 已发 主观", 19.0, ""),
        ("a P3 黄 已结束 主观", 19.0, ""),
        ("a D2 红 已发 主观", 19.0, ""),
        ("a P3 红 已发 客观", 24.0, "excused"),
        ("a P3 红 已发 数据", 24.0, "excused"),
        ("a P3 红 已发 -", 24.0, "open"),
        ("a P3 红 待核 主观", 24.0, "open"),
        ("a P3 红 已发 主观 申诉", 24.0, "appealed"),
        ("a P3 红 撤销 主观", 24.0, ""),
        ("a P3 红 待发 -", 24.0, ""),
        ("a P3 提醒 已发 主观", 24.0, ""),
        ("a D1 红 已发 主观", 24.0, ""),
        ("a L-P3 红 已发 主观", 24.0, ""),
    ] {
        let inputs = Inputs {
            alerts: vec![alert(is)],
            ..clean()
        };
        let sheet = score(&model(), "body", &inputs);
        assert_eq!(sheet.total.number(), left, "{is}");
        let item = &sheet.parts[0].items[2];
        let told = [
            ("open", &item.apart.open),
            ("appealed", &item.apart.appealed),
            ("excused", &item.apart.excused),
        ];
        for (what, rows) in told {
            assert_eq!(rows.len(), usize::from(what == apart), "{is}: {what}");
        }
        assert_eq!(item.rows.len(), usize::from(left < 24.0), "{is}");
    }
}

/// An overdue case (−2) comes down to the gravest of what its alerts about time come down to.
#[test]
fn an_overdue_case_counts_by_its_alerts() {
    for (alerts, left) in [
        (&["a T3 红 已发 主观"][..], 22.0),
        (&["a T2 黄 已发 客观", "b T3 红 已发 主观"], 22.0),
        (&["a T2 黄 已发 客观", "b T3 红 撤销 主观"], 24.0),
        (&["a T2 黄 已发 客观", "b T3 红 已发 主观 申诉"], 24.0),
        (&["a T4 黄 已发 主观"], 24.0),
        (&[], 24.0),
    ] {
        let inputs = Inputs {
            overdue_cases: vec![row("c", alerts)],
            ..clean()
        };
        assert_eq!(total(&inputs), left, "{alerts:?}");
    }
}

/// `rows` faults and what is left of 24 points.
#[test]
fn limits_floors_and_bases_hold_the_marks() {
    let orders = |count: usize| Inputs {
        unanswered_orders: (0..count)
            .map(|n| row(&format!("o{n}"), &["a T15 黄 已发 主观"]))
            .collect(),
        ..clean()
    };
    // 1.5 each, 3 at most.
    for (count, left) in [(1, 22.5), (2, 21.0), (3, 21.0)] {
        assert_eq!(total(&orders(count)), left, "{count} orders");
    }
    assert!(score(&model(), "body", &orders(3)).parts[0].items[1].held);
    // The part has 14 points and no less than none.
    let many = Inputs {
        overdue_cases: (0..30)
            .map(|n| row(&format!("c{n}"), &["a T3 红 已发 主观"]))
            .collect(),
        ..clean()
    };
    assert_eq!(total(&many), 10.0);
    // One point for each in a hundred accepted; two of two hundred are one.
    let data = |count: usize, accepted: f64| {
        let mut inputs = clean();
        inputs.alerts = (0..count)
            .map(|n| alert(&format!("q{n} Q2 黄 已发 主观")))
            .collect();
        inputs
            .metrics
            .insert("accepted".into(), metric(accepted, None));
        total(&inputs)
    };
    assert_eq!(data(2, 200.0), 23.0);
    assert_eq!(data(2, 1000.0), 23.8);
}

#[test]
fn a_formula_is_held_by_its_limits_and_silent_on_a_small_base() {
    let with = |accepted: f64, rate: f64, rated: f64| {
        let mut inputs = clean();
        inputs
            .metrics
            .insert("accepted".into(), metric(accepted, None));
        inputs
            .metrics
            .insert("satisfied_rate".into(), metric(rate, Some(rated)));
        score(&model(), "body", &inputs)
    };
    // −10 + 10 × 0.95 = −0.5.
    assert_eq!(with(200.0, 0.95, 50.0).total.number(), 23.5);
    assert_eq!(with(200.0, 0.0, 50.0).total.number(), 18.0);
    let few_rated = with(200.0, 0.0, 3.0);
    assert_eq!(
        (few_rated.total.number(), few_rated.base_small),
        (24.0, false)
    );
    let few_cases = with(9.0, 0.0, 50.0);
    assert_eq!(
        (few_cases.total.number(), few_cases.base_small),
        (24.0, true)
    );
}

#[test]
fn marks_by_hand_stay_within_their_limits_and_wait_for_their_appeal() {
    let with = |marks: Vec<Mark>| total(&Inputs { marks, ..clean() });
    assert_eq!(with(vec![mark("1", "attitude", -1.5)]), 22.5);
    assert_eq!(
        with(vec![
            mark("1", "attitude", -3.0),
            mark("2", "attitude", -3.0)
        ]),
        20.0
    );
    let appealed = Mark {
        appealed: true,
        ..mark("1", "attitude", -1.5)
    };
    let inputs = Inputs {
        marks: vec![appealed],
        ..clean()
    };
    let sheet = score(&model(), "body", &inputs);
    assert_eq!(sheet.total.number(), 24.0);
    assert_eq!(sheet.parts[1].items[1].apart.marks_appealed, ["1"]);
    // Two bonuses of two points each, three of all together.
    assert_eq!(with(vec![mark("1", "reform", 5.0)]), 26.0);
    assert_eq!(
        with(vec![mark("1", "reform", 2.0), mark("2", "model", 2.0)]),
        27.0
    );
}

#[test]
fn a_conversion_factor_is_a_bodys_own() {
    assert_eq!(score(&model(), "half", &clean()).total.number(), 12.0);
    assert_eq!(score(&model(), "half", &clean()).grade, Grade::Qualified);
    assert_eq!(score(&model(), "other", &clean()).total.number(), 24.0);
}

#[test]
fn ranks_are_given_within_a_class_and_never_on_a_small_base() {
    let sheet = |faults: usize, accepted: f64| {
        let mut inputs = clean();
        inputs
            .metrics
            .insert("accepted".into(), metric(accepted, None));
        inputs.alerts = (0..faults)
            .map(|n| alert(&format!("a{n} P3 黄 已发 主观")))
            .collect();
        score(&model(), "body", &inputs)
    };
    let (best, worse, small) = (sheet(0, 200.0), sheet(1, 200.0), sheet(0, 3.0));
    let asked = [
        (Some("city"), &worse),
        (Some("city"), &best),
        (Some("city"), &best),
        (Some("city"), &small),
        (Some("county"), &best),
        (None, &best),
    ];
    let told = [Some(3), Some(1), Some(1), None, None, None];
    assert_eq!(ranks(&asked), told);
    assert_eq!(
        mean(&[best.total, worse.total]),
        Some(Points::exactly(21.5).unwrap())
    );
    assert_eq!(mean(&[]), None);
}

/// The same score by hand and slowly: each row asked by itself, in hundredths of a point.
fn slowly(inputs: &Inputs) -> i64 {
    let counts = |alert: &CountedAlert| {
        matches!(alert.level, Level::Yellow | Level::Red)
            && matches!(alert.status, Status::Issued | Status::Ended)
            && alert.conclusion == Some(Conclusion::Subjective)
            && !alert.appealed
    };
    let of = |rows: &[CountedRow], rules: &[&str]| {
        let mut found = 0;
        for row in rows {
            let mine: Vec<_> = row
                .alerts
                .iter()
                .filter(|a| rules.contains(&a.rule.as_str()))
                .collect();
            found += i64::from(mine.iter().any(|a| counts(a)));
        }
        found
    };
    let mut time = 1400;
    time -= 200 * of(&inputs.overdue_cases, &["T2", "T3"]);
    time -= (150 * of(&inputs.unanswered_orders, &["T15"])).min(300);
    let mut service = 1000;
    let mut data = 0;
    for alert in inputs.alerts.iter().filter(|a| counts(a)) {
        if alert.rule.starts_with('P') || alert.rule == "D2" {
            time -= 500;
        }
        if alert.rule.starts_with('Q') {
            data += 1;
        }
    }
    let accepted = inputs.metrics["accepted"].value.unwrap();
    if accepted > 0.0 {
        service -= (f64::from(data) * 100.0 / accepted * 100.0).round() as i64;
    } else {
        service -= i64::from(data) * 100;
    }
    let satisfied = inputs.metrics["satisfied_rate"];
    if accepted >= 10.0 && satisfied.base.unwrap() >= 10.0 {
        let marks = ((-10.0 + 10.0 * satisfied.value.unwrap()) * 100.0).round() as i64;
        service += marks.clamp(-600, 0);
    }
    let hand = |item: &str| -> i64 {
        let mine = inputs.marks.iter().filter(|m| m.item == item);
        let live = mine.filter(|m| !(m.appealed && m.points.hundredths < 0));
        live.map(|m| m.points.hundredths).sum()
    };
    service += hand("attitude").clamp(-400, 0);
    let bonus = hand("reform").clamp(0, 200) + hand("model").clamp(0, 200);
    time.max(0) + service.max(0) + bonus.min(300)
}

fn alerts() -> impl Strategy<Value = CountedAlert> {
    let rules = [
        "T2", "T3", "T4", "T15", "P3", "P11", "D2", "D1", "Q2", "L-own",
    ];
    let levels = [Level::Review, Level::Notice, Level::Yellow, Level::Red];
    let statuses = [
        Status::Pending,
        Status::Issued,
        Status::Ended,
        Status::Withdrawn,
        Status::Cancelled,
        Status::Review,
    ];
    let conclusions = [
        None,
        Some(Conclusion::Subjective),
        Some(Conclusion::Subjective),
        Some(Conclusion::Objective),
    ];
    (
        0..u32::MAX,
        prop::sample::select(rules.to_vec()),
        prop::sample::select(levels.to_vec()),
        prop::sample::select(statuses.to_vec()),
        prop::sample::select(conclusions.to_vec()),
        prop::bool::weighted(0.2),
    )
        .prop_map(
            |(id, rule, level, status, conclusion, appealed)| CountedAlert {
                alert_id: format!("a{id}"),
                source: "s".into(),
                case_no: format!("{id}"),
                level,
                rule: rule.into(),
                status,
                conclusion,
                appealed,
            },
        )
}

fn counted() -> impl Strategy<Value = CountedRow> {
    (0..u32::MAX, prop::collection::vec(alerts(), 0..3)).prop_map(|(id, alerts)| CountedRow {
        id: format!("c{id}"),
        source: "s".into(),
        case_no: format!("{id}"),
        alerts,
    })
}

fn marks() -> impl Strategy<Value = Mark> {
    let items = ["attitude", "reform", "model", "unknown"];
    let item = prop::sample::select(items.to_vec());
    (0..u32::MAX, item, 0..600_i64, any::<bool>()).prop_map(|(id, item, hundredths, appealed)| {
        let sign = if item == "attitude" { -1 } else { 1 };
        Mark {
            id: format!("m{id}"),
            item: item.into(),
            points: Points {
                hundredths: sign * hundredths,
            },
            reason: "理由".into(),
            appealed,
        }
    })
}

fn inputs() -> impl Strategy<Value = Inputs> {
    (
        prop::collection::vec(alerts(), 0..8),
        prop::collection::vec(counted(), 0..6),
        prop::collection::vec(counted(), 0..4),
        prop::collection::vec(marks(), 0..5),
        0..400_u32,
        0..=100_u32,
        0..60_u32,
    )
        .prop_map(
            |(alerts, overdue, orders, marks, accepted, rate, rated)| Inputs {
                alerts,
                overdue_cases: overdue,
                unanswered_orders: orders,
                metrics: [
                    ("accepted".into(), metric(f64::from(accepted), None)),
                    (
                        "satisfied_rate".into(),
                        metric(f64::from(rate) / 100.0, Some(f64::from(rated))),
                    ),
                ]
                .into(),
                marks,
            },
        )
}

proptest! {
    #[test]
    fn a_sheet_is_what_a_slow_computation_says(inputs in inputs()) {
        let sheet = score(&model(), "body", &inputs);
        prop_assert_eq!(sheet.total.hundredths, slowly(&inputs));
        let parts: Points = sheet.parts.iter().map(|part| part.score).sum();
        prop_assert_eq!(parts + sheet.bonus, sheet.total);
        for part in &sheet.parts {
            prop_assert!(part.score >= Points::ZERO && part.score <= part.points);
        }
    }

    /// Withdrawing an alert, or opening an appeal against it, takes nothing from anybody.
    #[test]
    fn a_withdrawal_only_ever_raises_the_score(inputs in inputs(), at in any::<prop::sample::Index>()) {
        let before = score(&model(), "body", &inputs).total;
        let mut after = inputs;
        let ids: Vec<String> = every_alert(&mut after).map(|alert| alert.alert_id.clone()).collect();
        if ids.is_empty() {
            return Ok(());
        }
        let id = &ids[at.index(ids.len())];
        for alert in every_alert(&mut after).filter(|alert| alert.alert_id == *id) {
            alert.status = Status::Withdrawn;
        }
        prop_assert!(score(&model(), "body", &after).total >= before);
    }
}

fn every_alert(inputs: &mut Inputs) -> impl Iterator<Item = &mut CountedAlert> {
    let rows = inputs
        .overdue_cases
        .iter_mut()
        .chain(&mut inputs.unanswered_orders);
    inputs
        .alerts
        .iter_mut()
        .chain(rows.flat_map(|row| &mut row.alerts))
}
