use super::*;
use crate::life::{Kind, Role, plan};

const BEFORE: &str = "kind: body
code: b
name: 住建局
region: '510500'
---
kind: item
code: x
name: 施工许可
power_type: licence
level: city
region: '510500'
executing_body: b
legal_basis: [行政许可法]
effective_from: 2020-01-01
flowchart: f
---
kind: flowchart
id: f
version: '1'
name: 施工许可
effective_from: 2020-01-01
steps: [{code: accept, name: 受理}]
limits: [{id: d, name: 决定, kind: case, from: [accepted], to: [decided], promised: 20wd}]
control_points: [{id: late, name: 超期, check: {overdue: {limit: d}}}]
---
kind: calendar
id: local
name: 地方
time_zone: Asia/Shanghai
versions:
  - {version: a, published_at: '2026-01-01T00:00:00+08:00', basis: 通知}
";

fn set(text: &str) -> DefinitionSet {
    let file = crate::definitions::DefinitionFile {
        name: "a.yaml".into(),
        text: text.into(),
    };
    let (set, problems) = DefinitionSet::read(vec![file]);
    assert_eq!(problems, []);
    set
}

/// The document of BEFORE that has this in it, changed.
fn draft(of: &str, change: &[(&str, &str)]) -> Content {
    let documents = crate::definitions::split_documents(BEFORE);
    let found = documents.iter().find(|text| text.contains(of));
    let mut text = (*found.expect("a document")).to_owned();
    for (from, to) in change {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    Content::read("draft.yaml", &text).expect("it reads")
}

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 7, 1).expect("a date")
}

fn reasons(content: &Content) -> Vec<&'static str> {
    let refused = lawful(content, &set(BEFORE), today()).err();
    refused
        .unwrap_or_default()
        .iter()
        .map(|r| r.reason)
        .collect()
}

#[test]
fn a_new_version_begins_on_a_later_day_than_its_publication() {
    for (version, from, wanted) in [
        ("'2'", "2026-07-02", vec![]),
        ("'2'", "2026-07-01", vec!["retroactive"]),
        ("'2'", "2025-01-01", vec!["retroactive"]),
        ("'1'", "2026-08-01", vec!["published"]),
        ("'2'", "2020-01-01", vec!["same_day", "retroactive"]),
    ] {
        let change = [
            ("version: '1'", &*format!("version: {version}")),
            ("2020-01-01", from),
        ];
        assert_eq!(
            reasons(&draft("kind: flowchart", &change)),
            wanted,
            "{version} {from}"
        );
    }
    let next = draft(
        "kind: flowchart",
        &[
            ("version: '1'", "version: '2'"),
            ("2020-01-01", "2026-09-01"),
        ],
    );
    assert_eq!(
        lawful(&next, &set(BEFORE), today()),
        Ok(NaiveDate::from_ymd_opt(2026, 9, 1).expect("a date"))
    );
}

#[test]
fn an_item_keeps_what_its_running_cases_are_judged_by() {
    for (change, wanted) in [
        (("name: 施工许可", "name: 建筑工程施工许可"), vec![]),
        (
            ("power_type: licence", "power_type: other"),
            vec!["published"],
        ),
        (("flowchart: f", "flowchart: g"), vec!["published"]),
        (
            ("effective_from: 2020-01-01", "effective_from: 2020-01-02"),
            vec!["published"],
        ),
    ] {
        assert_eq!(
            reasons(&draft("kind: item", &[change])),
            wanted,
            "{change:?}"
        );
    }
}

#[test]
fn an_item_that_ends_says_what_its_running_cases_do_and_who_receives_it() {
    let ends = |rest: &str| {
        draft(
            "kind: item",
            &[("flowchart: f\n", &*format!("flowchart: f\n{rest}"))],
        )
    };
    for (rest, wanted) in [
        (
            "status: cancelled\neffective_to: 2026-12-31\nrunning_cases: finish\n",
            vec![],
        ),
        (
            "status: cancelled\neffective_to: 2026-12-31\n",
            vec!["incomplete"],
        ),
        (
            "status: cancelled\neffective_to: 2026-06-30\nrunning_cases: terminate\n",
            vec!["retroactive"],
        ),
        (
            "status: cancelled\neffective_to: 2026-12-31\nrunning_cases: hand_over\n",
            vec!["incomplete"],
        ),
        (
            "status: transferred\neffective_to: 2026-12-31\nrunning_cases: hand_over\n",
            vec!["incomplete"],
        ),
        (
            "status: transferred\neffective_to: 2026-12-31\nrunning_cases: hand_over\ntransferred_to: y\n",
            vec!["no_receiver"],
        ),
    ] {
        assert_eq!(reasons(&ends(rest)), wanted, "{rest}");
    }
}

#[test]
fn the_receiver_is_live_on_the_day_after_the_giver_ends() {
    let giver = BEFORE.split("---\n").nth(1).expect("the item").to_owned()
        + "status: transferred\neffective_to: 2026-12-31\nrunning_cases: hand_over\ntransferred_to: y\n";
    for (from, wanted) in [
        ("2027-01-01", vec![]),
        ("2026-08-01", vec![]),
        ("2027-01-02", vec!["no_receiver"]),
    ] {
        let receiver = BEFORE.split("---\n").nth(1).expect("the item");
        let receiver = receiver
            .replace("code: x", "code: y")
            .replace("2020-01-01", from);
        let content = Content::read("draft.yaml", &format!("{giver}---\n{receiver}"));
        assert_eq!(reasons(&content.expect("it reads")), wanted, "{from}");
    }
}

#[test]
fn a_calendar_may_work_backwards_and_keeps_its_versions() {
    let more = "basis: 通知}\n  - {version: b, published_at: '2026-02-01T00:00:00+08:00', basis: 补充通知}";
    assert_eq!(
        reasons(&draft("kind: calendar", &[("basis: 通知}", more)])),
        [""; 0]
    );
    assert_eq!(
        reasons(&draft(
            "kind: calendar",
            &[("basis: 通知}", "basis: 别的}")]
        )),
        ["published"]
    );
}

#[test]
fn supervision_reviews_a_flowchart_where_its_points_change() {
    let of = |change: &[(&str, &str)]| {
        let content = draft("kind: flowchart", change);
        plan(Kind::Flowchart, touch(&content, &set(BEFORE)))
    };
    assert_eq!(
        of(&[("promised: 20wd", "promised: 15wd")]),
        [vec![Role::Legal]]
    );
    let both = [vec![Role::Legal, Role::Supervision]];
    assert_eq!(of(&[("name: 超期", "name: 决定超期")]), both);
    let risk = "name: 受理, risk_points: [{name: 选择性受理, grade: high, control: 双人复核}]}";
    assert_eq!(of(&[("name: 受理}", risk)]), both);
}

#[test]
fn a_change_of_nothing_but_duties_goes_the_way_of_the_responsibility_list() {
    let duties = "flowchart: f\nresponsibilities: [{duty: 按时作出决定}]";
    let content = draft("kind: item", &[("flowchart: f", duties)]);
    let short = plan(Kind::Item, touch(&content, &set(BEFORE)));
    assert_eq!(short, [vec![Role::Staffing], vec![Role::Government]]);
    let more = draft(
        "kind: item",
        &[("flowchart: f", duties), ("name: 施工许可", "name: 许可")],
    );
    assert_eq!(plan(Kind::Item, touch(&more, &set(BEFORE))).len(), 2);
    assert_eq!(plan(Kind::Item, touch(&more, &set(BEFORE)))[0].len(), 3);
}

#[test]
fn what_is_in_use_does_not_retire() {
    let charts = draft("kind: flowchart", &[]).subjects;
    let from = NaiveDate::from_ymd_opt(2027, 1, 1).expect("a date");
    let refused = retirement(&charts, &set(BEFORE), from).expect_err("its item needs it");
    assert!(refused.message.contains("仍有适用：x"), "{refused}");
    let next = BEFORE.split("---\n").nth(2).expect("the chart");
    let next = next
        .replace("version: '1'", "version: '2'")
        .replace("2020-01-01", "2026-12-01");
    let both = set(&format!("{BEFORE}---\n{next}"));
    assert_eq!(retirement(&charts, &both, from), Ok(()));
}
