//! Scripts about rule settings: what a place sets for itself, by category and item, from a day on.

use mingjing_domain::alert::Evidence;
use mingjing_testkit::script::check;

use crate::charts::chart;

const CHART: &str = "\
limits:
  - {id: decision, name: 办结, kind: case, from: [accepted], to: [decided], promised: 10wd, statutory: 20wd}
control_points:
  - {id: decision-late, name: 办结超期, check: {overdue: {limit: decision}}}
  - {id: late-entry, name: 事后补录, check: {late_entry: {}}}
";

fn with(settings: &str) -> String {
    format!("{}---\n{settings}", chart(CHART))
}

#[test]
fn a_place_sets_reminder_level_and_threshold_and_the_alert_says_so() {
    let alerts = check(
        &with(
            "\
kind: rule_settings
id: luzhou
version: '3'
effective_from: 2026-01-01
where: {region: '510500', power_type: licence}
set:
  - {rule: T1, at: 3wd before}
  - {rule: T2, level: red}
  - {rule: Q1, over: 5wd}
",
        ),
        "
item XK-1
2026-07-01 09:00  accepted  entered 2026-07-08 09:00 received 2026-07-08 09:00
tick 2026-07-13 09:00
expect decision-late notice issued due 2026-07-15
tick 2026-08-10 00:00
expect decision-late red issued due 2026-07-15 breached 2026-07-16
",
    );
    let notes: Vec<&str> = alerts[0]
        .evidence
        .iter()
        .filter_map(|piece| match piece {
            Evidence::Note { text } => Some(text.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(notes[0], "适用规则设置：luzhou@3。");
}

#[test]
fn settings_name_the_required_steps_where_the_flowchart_names_none() {
    let steps = "\
steps:
  - {code: review, name: 审查, required: true}
  - {code: survey, name: 踏勘, required: true}
control_points:
  - {id: left-out, name: 漏项, check: {required_step: {}}}
---
kind: rule_settings
id: city
version: '1'
effective_from: 2026-01-01
set:
  - {control_point: left-out, with: {steps: survey}}
";
    check(
        &chart(steps),
        "
item XK-1
2026-07-01 09:00  closed
tick 2026-07-03 00:00
expect left-out@survey yellow issued breached 2026-07-01 09:00
",
    );
}

#[test]
fn the_closest_settings_win_question_by_question() {
    check(
        &with(
            "\
kind: rule_settings
id: item
version: '1'
effective_from: 2026-01-01
where: {item: XK-1}
set:
  - {rule: T2, level: notice}
---
kind: rule_settings
id: province
version: '1'
effective_from: 2026-01-01
where: {region: '510000'}
set:
  - {rule: T2, level: red, confirm: true}
  - {rule: T3, off: true}
---
kind: rule_settings
id: other-city
version: '1'
effective_from: 2026-01-01
where: {region: '510600'}
set:
  - {rule: Q1, off: true}
",
        ),
        "
item XK-1
2026-07-01 09:00  accepted  entered 2026-07-08 09:00 received 2026-07-08 09:00
tick 2026-08-31 00:00
expect decision-late notice review due 2026-07-15 breached 2026-07-16
expect late-entry yellow issued breached 2026-07-01 09:00
",
    );
}

#[test]
fn a_case_keeps_the_settings_in_force_when_it_was_accepted() {
    check(
        &with(
            "\
kind: rule_settings
id: luzhou
version: '1'
effective_from: 2026-01-01
set:
  - {control_point: decision-late, off: true}
---
kind: rule_settings
id: luzhou
version: '2'
effective_from: 2026-07-02
set: []
",
        ),
        "
item XK-1
case old
2026-07-01 09:00  accepted
case new
2026-07-02 09:00  accepted
tick 2026-07-20 00:00
expect new/decision-late yellow issued due 2026-07-16 breached 2026-07-17
",
    );
}

#[test]
fn new_settings_withdraw_what_no_longer_holds() {
    check(
        &chart(CHART),
        "
item XK-1
2026-07-01 09:00  accepted
tick 2026-07-20 00:00
expect decision-late yellow issued due 2026-07-15 breached 2026-07-16
activate settings.yaml
| kind: rule_settings
| id: luzhou
| version: '1'
| effective_from: 2026-01-01
| set:
|   - {rule: T2, off: true}
expect decision-late yellow withdrawn due 2026-07-15 breached 2026-07-16
",
    );
}

#[test]
fn what_cannot_be_set_is_told_with_its_line() {
    let files = vec![mingjing_domain::definitions::DefinitionFile {
        name: "a.yaml".into(),
        text: with(
            "\
kind: rule_settings
id: luzhou
version: '1'
effective_from: 2026-01-01
where: {item: XK-9}
set:
  - {rule: T99, level: red}
  - {rule: Q1, with: {under: 3}}
  - {rule: Q1, over: three}
  - {control_point: nowhere, off: true}
  - {level: red}
",
        ),
    }];
    let (set, problems) = mingjing_domain::definitions::DefinitionSet::read(files);
    assert_eq!(problems, []);
    let base = chart(CHART).lines().count() + 1;
    let found: Vec<(usize, String)> = match mingjing_engine::Rules::compile(&set) {
        Ok(_) => Vec::new(),
        Err(problems) => problems
            .into_iter()
            .map(|p| (p.line as usize - base, p.message))
            .collect(),
    };
    let lines: Vec<usize> = found.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [2, 5, 7, 8, 10], "{found:#?}");
    for (about, (_, message)) in ["rule", "XK-9", "T99", "under", "nowhere"]
        .iter()
        .zip(&found)
    {
        assert!(message.contains(about), "{message} says nothing of {about}");
    }
}

#[test]
fn a_parameter_that_no_point_of_its_rule_takes_is_a_problem_of_the_settings() {
    let chart = chart(
        "\
limits:
  - {id: reply, name: 答复, kind: stage, from: [complaint], to: [complaint_answered], occurrence: each, statutory: 10wd}
control_points:
  - {id: reply-late, name: 答复超时, rule: C1, check: {overdue: {limit: reply}}}
",
    );
    let settings = |set: &str| {
        format!(
            "{chart}---\nkind: rule_settings\nid: city\nversion: '1'\neffective_from: 2026-01-01\nset:\n  - {set}\n"
        )
    };
    let problems = |set: &str| problems_of(&settings(set));
    assert!(
        problems("{rule: C1, with: {answer: 3wd}}").contains("parameter: answer"),
        "the point does not say which of the two terms its limit is"
    );
    assert!(problems("{rule: C1, with: {over: 3wd}}").contains("has no parameter \"over\""));
    assert!(
        problems("{control_point: reply-late, legal_basis: 本市规定}")
            .contains("write `legal_basis` there"),
        "each limit names its own"
    );
    assert_eq!(
        problems("{rule: Q1, over: 3wd}"),
        "",
        "no point of that rule yet"
    );
}

/// The problems of definitions, one a line.
fn problems_of(text: &str) -> String {
    let files = vec![mingjing_domain::definitions::DefinitionFile {
        name: "definitions.yaml".into(),
        text: text.into(),
    }];
    let (set, mut problems) = mingjing_domain::definitions::DefinitionSet::read(files);
    problems.extend(
        mingjing_engine::Rules::compile(&set)
            .err()
            .unwrap_or_default(),
    );
    problems.iter().map(|p| format!("{p}\n")).collect()
}
