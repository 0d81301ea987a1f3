//! A city's October: figures with every kind of gap that a bulletin meets.

use mingjing_bulletin::{
    Asked, Dates, Direction, Earlier, Figures, Kind, Metric, Owing, Position, Problem, Row, Scope,
    Unit, Value, Values,
};

const METRICS: &[(&str, &str, Unit, Direction, &str)] = &[
    ("received", "收件", Unit::Count, Direction::None, "cases"),
    ("accepted", "受理", Unit::Count, Direction::None, "cases"),
    ("closed", "办结", Unit::Count, Direction::None, "cases"),
    ("open", "在办", Unit::Count, Direction::None, "cases"),
    (
        "ended_otherwise",
        "非正常终结",
        Unit::Count,
        Direction::None,
        "cases",
    ),
    (
        "on_time_rate",
        "按时办结率",
        Unit::Share,
        Direction::Higher,
        "cases",
    ),
    (
        "late_case_share",
        "补录办件占比",
        Unit::Share,
        Direction::Lower,
        "cases",
    ),
    (
        "overdue_rate",
        "超期率",
        Unit::Share,
        Direction::Lower,
        "cases",
    ),
    (
        "promise_kept_rate",
        "承诺兑现率",
        Unit::Share,
        Direction::Higher,
        "cases",
    ),
    (
        "statutory_speedup",
        "法定提速率",
        Unit::Share,
        Direction::None,
        "cases",
    ),
    (
        "median_total_days",
        "用时中位数",
        Unit::Days,
        Direction::Lower,
        "cases",
    ),
    (
        "p90_total_days",
        "九成办件用时",
        Unit::Days,
        Direction::Lower,
        "cases",
    ),
    (
        "median_acceptance_days",
        "受理前等待",
        Unit::Days,
        Direction::Lower,
        "cases",
    ),
    (
        "negative_rate",
        "结果否定率",
        Unit::Share,
        Direction::None,
        "cases",
    ),
    (
        "supplement_rate",
        "补正率",
        Unit::Share,
        Direction::None,
        "cases",
    ),
    (
        "alerts_issued",
        "发出预警",
        Unit::Count,
        Direction::None,
        "alerts",
    ),
    (
        "alerts_withdrawn",
        "撤销预警",
        Unit::Count,
        Direction::None,
        "alerts",
    ),
    (
        "alerts_net",
        "净预警",
        Unit::Count,
        Direction::None,
        "alerts",
    ),
    (
        "alert_rate",
        "预警率",
        Unit::Share,
        Direction::Lower,
        "cases",
    ),
    (
        "alert_withdrawn_rate",
        "预警撤销率",
        Unit::Share,
        Direction::None,
        "alerts",
    ),
    ("yellow", "黄牌", Unit::Count, Direction::None, "alerts"),
    ("red", "红牌", Unit::Count, Direction::None, "alerts"),
    (
        "alerts_confirmed",
        "确认预警",
        Unit::Count,
        Direction::None,
        "alerts",
    ),
    (
        "confirmed_subjective",
        "主观责任",
        Unit::Count,
        Direction::None,
        "alerts",
    ),
    (
        "conclusions_open",
        "未作结论",
        Unit::Count,
        Direction::None,
        "alerts",
    ),
    ("orders", "督办", Unit::Count, Direction::None, "orders"),
    (
        "answered_on_time_rate",
        "按期反馈率",
        Unit::Share,
        Direction::Higher,
        "orders",
    ),
    ("appeals", "申诉", Unit::Count, Direction::None, "appeals"),
    (
        "appeals_upheld",
        "申诉成立",
        Unit::Count,
        Direction::None,
        "appeals",
    ),
    (
        "complaints",
        "投诉",
        Unit::Count,
        Direction::None,
        "complaints",
    ),
    (
        "complaints_answered_on_time",
        "投诉按期答复率",
        Unit::Share,
        Direction::Higher,
        "complaints",
    ),
    ("ratings", "评价数", Unit::Count, Direction::None, "ratings"),
    (
        "rating_coverage",
        "评议率",
        Unit::Share,
        Direction::None,
        "cases",
    ),
    (
        "satisfied_rate",
        "满意率",
        Unit::Share,
        Direction::Higher,
        "ratings",
    ),
    (
        "bad_ratings",
        "差评数",
        Unit::Count,
        Direction::Lower,
        "ratings",
    ),
    (
        "online_rate",
        "上网运行率",
        Unit::Share,
        Direction::Higher,
        "items",
    ),
    (
        "late_entry_rate",
        "补录率",
        Unit::Share,
        Direction::Lower,
        "events",
    ),
    (
        "resent_rate",
        "重复报送率",
        Unit::Share,
        Direction::Lower,
        "events",
    ),
    (
        "bulk_entry_findings",
        "批量补录",
        Unit::Count,
        Direction::Lower,
        "bodies",
    ),
];

fn count(now: f64, previous: f64, last_year: f64) -> Value {
    let earlier = |value: f64| {
        Some(Earlier {
            value: Some(value),
            base: None,
        })
    };
    Value {
        value: Some(now),
        previous: earlier(previous),
        last_year: earlier(last_year),
        ..Value::default()
    }
}

/// A share with its base; of fewer than five it is hidden, as the dictionary has it.
pub fn share(numerator: f64, base: f64) -> Value {
    let hidden = base < 5.0;
    Value {
        value: (!hidden).then(|| numerator / base),
        numerator: Some(numerator),
        base: Some(base),
        hidden,
        previous: None,
        last_year: None,
    }
}

fn against(value: Value, previous: (f64, f64)) -> Value {
    let (numerator, base) = previous;
    Value {
        previous: Some(Earlier {
            value: Some(numerator / base),
            base: Some(base),
        }),
        ..value
    }
}

fn days(days: f64, base: f64) -> Value {
    Value {
        value: Some(days),
        base: Some(base),
        ..Value::default()
    }
}

fn values<const N: usize>(values: [(&str, Value); N]) -> Values {
    values
        .into_iter()
        .map(|(id, value)| (id.to_owned(), value))
        .collect()
}

/// A body: how many it accepted, closed, closed in time, and closed with something entered afterwards.
pub fn body(key: &str, name: &str, class: &str, [accepted, closed, timely, late]: [f64; 4]) -> Row {
    Row {
        key: key.into(),
        name: name.into(),
        class: class.into(),
        values: values([
            ("accepted", count(accepted, accepted, accepted)),
            ("closed", count(closed, closed, closed)),
            ("on_time_rate", share(timely, closed)),
            ("late_case_share", share(late, closed)),
            ("overdue_rate", share(closed - timely, closed)),
            ("alerts_net", count(closed - timely, 0.0, 0.0)),
            ("median_total_days", days(4.5, closed)),
        ]),
    }
}

fn power_type(key: &str, name: &str, received: f64, closed: f64, timely: f64) -> Row {
    Row {
        key: key.into(),
        name: name.into(),
        class: String::new(),
        values: values([
            ("received", count(received, received, received)),
            ("closed", count(closed, closed, closed)),
            ("on_time_rate", share(timely, closed)),
            ("late_case_share", share(closed / 10.0, closed)),
            ("overdue_rate", share(closed - timely, closed)),
            ("median_total_days", days(3.0, closed)),
        ]),
    }
}

fn rule(key: &str, name: &str, issued: f64, withdrawn: f64) -> Row {
    Row {
        key: key.into(),
        name: name.into(),
        class: String::new(),
        values: values([
            ("alerts_issued", count(issued, 0.0, 0.0)),
            ("alerts_withdrawn", count(withdrawn, 0.0, 0.0)),
            ("alerts_net", count(issued - withdrawn, 0.0, 0.0)),
            ("alert_withdrawn_rate", share(withdrawn, issued)),
        ]),
    }
}

fn total() -> Values {
    values([
        ("received", count(3120.0, 2980.0, 2700.0)),
        ("accepted", count(3010.0, 2890.0, 2650.0)),
        ("closed", count(2999.0, 2900.0, 2600.0)),
        ("open", count(211.0, 190.0, 180.0)),
        ("ended_otherwise", count(23.0, 20.0, 3.0)),
        (
            "on_time_rate",
            against(share(2921.0, 2999.0), (2850.0, 2900.0)),
        ),
        ("late_case_share", share(1140.0, 2999.0)),
        ("overdue_rate", share(90.0, 3011.0)),
        ("promise_kept_rate", share(2998.0, 2999.0)),
        ("statutory_speedup", share(800.0, 1000.0)),
        ("median_total_days", days(4.0, 2999.0)),
        ("p90_total_days", days(9.5, 2999.0)),
        ("median_acceptance_days", days(1.2, 3010.0)),
        ("negative_rate", share(60.0, 2999.0)),
        ("supplement_rate", share(180.0, 3120.0)),
        ("alerts_issued", count(94.0, 90.0, 101.0)),
        ("alerts_withdrawn", count(6.0, 4.0, 2.0)),
        ("alerts_net", count(88.0, 86.0, 99.0)),
        ("alert_rate", share(80.0, 3010.0)),
        ("alert_withdrawn_rate", share(6.0, 94.0)),
        ("yellow", count(70.0, 60.0, 80.0)),
        ("red", count(18.0, 26.0, 19.0)),
        ("alerts_confirmed", count(31.0, 20.0, 20.0)),
        ("confirmed_subjective", count(12.0, 10.0, 11.0)),
        ("conclusions_open", count(40.0, 0.0, 0.0)),
        ("orders", count(21.0, 19.0, 25.0)),
        ("answered_on_time_rate", share(18.0, 20.0)),
        ("appeals", count(7.0, 5.0, 0.0)),
        ("appeals_upheld", count(3.0, 1.0, 0.0)),
        ("complaints", count(4.0, 9.0, 2.0)),
        ("complaints_answered_on_time", share(3.0, 4.0)),
        ("ratings", count(260.0, 300.0, 100.0)),
        ("rating_coverage", share(255.0, 2999.0)),
        ("satisfied_rate", share(257.0, 260.0)),
        ("bad_ratings", count(3.0, 1.0, 0.0)),
        ("online_rate", share(560.0, 610.0)),
        ("late_entry_rate", share(4100.0, 21000.0)),
        ("resent_rate", share(12.0, 21000.0)),
        ("bulk_entry_findings", count(1.0, 0.0, 0.0)),
    ])
}

/// The figures.
pub fn figures() -> Figures {
    let metrics = METRICS
        .iter()
        .map(|(id, name, unit, direction, over)| Metric {
            id: (*id).into(),
            name: (*name).into(),
            definition: format!("{name}的定义"),
            formula: format!("{name}的算法"),
            base: if *unit == Unit::Count {
                String::new()
            } else {
                "办结件".into()
            },
            unit: *unit,
            direction: *direction,
            pitfalls: format!("{name}的局限"),
            over: (*over).into(),
        });
    let city = "市级部门";
    let county = "县（区）";
    Figures {
        period: "2026-10".parse().unwrap(),
        scope: Scope {
            region: "510500".into(),
            name: "泸州市".into(),
            parts: county.into(),
        },
        as_of: "2026-11-05T00:00:00+08:00".into(),
        positions: vec![Position {
            log: "log-1".into(),
            partition: 0,
            offset: 12,
        }],
        dictionary_version: "1".into(),
        metrics: metrics.collect(),
        min_base: 5,
        total: total(),
        power_types: vec![
            power_type("licence", "行政许可", 2000.0, 1950.0, 1900.0),
            power_type("penalty", "行政处罚", 700.0, 650.0, 640.0),
            power_type("payment", "行政给付", 400.0, 396.0, 396.0),
            power_type("coercion", "行政强制", 20.0, 3.0, 3.0),
            power_type("ruling", "行政裁决", 0.0, 0.0, 0.0),
        ],
        departments: vec![
            body(
                "zjj",
                "市住房和城乡建设局",
                city,
                [620.0, 600.0, 560.0, 300.0],
            ),
            body(
                "scjg",
                "市市场监督管理局",
                city,
                [810.0, 800.0, 798.0, 80.0],
            ),
            body(
                "rsj",
                "市人力资源和社会保障局",
                city,
                [400.0, 396.0, 396.0, 12.0],
            ),
            body("mzj", "市民政局", city, [210.0, 205.0, 201.0, 150.0]),
            body(
                "zrj",
                "市自然资源和规划局",
                city,
                [330.0, 320.0, 310.0, 90.0],
            ),
            body("jtj", "市交通运输局", city, [150.0, 148.0, 147.0, 4.0]),
            body("wlj", "市文化广播电视和旅游局", city, [4.0, 4.0, 2.0, 0.0]),
            body(
                "tax",
                "国家税务总局泸州市税务局",
                "垂直管理单位",
                [90.0, 90.0, 80.0, 0.0],
            ),
        ],
        regions: vec![
            body("510502", "江阳区", county, [900.0, 890.0, 880.0, 90.0]),
            body("510503", "纳溪区", county, [500.0, 490.0, 485.0, 45.0]),
            body("510504", "龙马潭区", county, [700.0, 680.0, 673.0, 20.0]),
            body("510525", "古蔺县", county, [300.0, 290.0, 270.0, 200.0]),
        ],
        rules: vec![
            rule("T4", "全程超过法定时限", 40.0, 1.0),
            rule("P2", "环节缺失", 30.0, 3.0),
            rule("T15", "督办逾期未反馈", 24.0, 2.0),
            rule("A6", "一人办理全程", 0.0, 0.0),
        ],
        months: (8..=10)
            .map(|month| Row {
                key: format!("2026-{month:02}"),
                name: format!("{month}月"),
                class: String::new(),
                values: values([("closed", count(2500.0 + 100.0 * f64::from(month), 0.0, 0.0))]),
            })
            .collect(),
        zero_volume: vec![
            ("dzj".into(), "市地震局".into()),
            ("daj".into(), "市档案局".into()),
        ],
        problems: vec![Problem {
            alert: "a1".into(),
            source: "zjj-sys".into(),
            case_no: "ZJ-2026-000123".into(),
            body: "zjj".into(),
            body_name: "市住房和城乡建设局".into(),
            item: "建筑工程施工许可证核发".into(),
            level: "红牌".into(),
            point: "全程超过法定时限".into(),
            facts: "应于2026年10月12日办结，实际于10月23日办结，超过法定时限7个工作日".into(),
            basis: "《中华人民共和国建筑法》第八条".into(),
            conclusion: "主观责任".into(),
        }],
        appealed: Some(2),
        owing: vec![Owing {
            body: "mzj".into(),
            name: "市民政局".into(),
            orders: 2,
        }],
    }
}

/// What is asked of them.
pub fn asked(kind: Kind) -> Asked {
    Asked {
        kind,
        to: match kind {
            Kind::Report => "泸州市人民政府".into(),
            _ => "各区县人民政府，市级各部门".into(),
        },
        copies: String::new(),
        on: "2026-11-05".parse().unwrap(),
        dates: Dates {
            answer: "2026-11-12".parse().unwrap(),
            data: "2026-11-19".parse().unwrap(),
            mend: "2026-11-26".parse().unwrap(),
        },
    }
}
