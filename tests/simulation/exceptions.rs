//! Scripts about lawful exceptions: when a control point is meant, and what excuses.

use mingjing_domain::definitions::DefinitionFile;
use mingjing_engine::Rules;
use mingjing_testkit::script::{check, definitions};

use crate::charts::chart;

#[test]
fn each_exception_is_judged_by_itself_and_an_unknown_value_excuses_nothing() {
    check(
        &chart(
            "\
attributes:
  - {name: waived, type: bool}
  - {name: procedure, type: text}
control_points:
  - {id: alone, name: 未告知, level: red, unless: [case.waived, 'case.procedure == \"simple\"'], check: {requires_before: {event: [decided], before: [notice]}}}
",
        ),
        "
item XK-1
case unknown
2026-07-01 09:00  decided
case waived
2026-07-01 09:00  decided  set waived=true
case simple
2026-07-01 09:00  note     set procedure=simple
2026-07-01 10:00  decided
tick 2026-07-03 00:00
expect unknown/alone red issued breached 2026-07-01 09:00
",
    );
}

#[test]
fn what_a_point_is_meant_for_must_be_known_and_the_first_such_event_is_the_one() {
    check(
        &chart(
            "\
attributes:
  - {name: fine, type: amount}
control_points:
  - {id: alone, name: 未告知, level: red, only_when: 'case.fine >= 1000', check: {requires_before: {event: [decided], before: [notice]}}}
  - {id: unsigned, name: 缺经办人, level: notice, only_when: 'event.kind == \"decided\"', check: {missing_field: {fields: [actor.id]}}}
",
        ),
        "
item XK-1
case grows
2026-07-01 09:00  decided
2026-07-01 10:00  decided  amount fine=500
2026-07-01 11:00  decided  by li amount fine=1000
case known-before
2026-07-01 09:00  note     amount fine=5000
2026-07-01 10:00  decided  by li
tick 2026-07-03 00:00
expect grows/alone red issued breached 2026-07-01 11:00
expect grows/unsigned notice issued breached 2026-07-01 09:00
expect known-before/alone red issued breached 2026-07-01 10:00
",
    );
}

#[test]
fn a_limit_starts_only_at_an_event_that_its_condition_holds_of() {
    check(
        &chart(
            "\
attributes:
  - {name: grade, type: int}
limits:
  - {id: each, name: 每次, kind: stage, from: [rated], to: [rectified], occurrence: each, statutory: 2wd, starts_when: 'event.grade >= 4'}
  - {id: first, name: 首次, kind: stage, from: [rated], to: [rectified], statutory: 3wd, starts_when: 'event.grade >= 4'}
control_points:
  - {id: each, name: 每次, check: {overdue: {limit: each}}}
  - {id: first, name: 首次, check: {overdue: {limit: first}}}
",
        ),
        "
item XK-1
2026-07-01 09:00  rated  set grade=2
2026-07-02 09:00  rated  set grade=5
2026-07-03 09:00  rated
2026-07-06 09:00  rated  set grade=4
tick 2026-07-20 00:00
expect each red issued due 2026-07-06 breached 2026-07-07
expect each#2 red issued due 2026-07-08 breached 2026-07-09
expect first red issued due 2026-07-07 breached 2026-07-08
",
    );
}

#[test]
fn what_cannot_be_meant_is_refused_with_its_line() {
    let problems = |rest: &str| {
        let text = chart(rest);
        let files = vec![DefinitionFile {
            name: "definitions.yaml".into(),
            text: text.clone(),
        }];
        let line = |p: &mingjing_domain::definitions::Problem| {
            let line = text.lines().nth(p.line as usize - 1).unwrap_or_default();
            format!("{} | {}", p.message, line.trim())
        };
        let found = Rules::compile(&definitions(files))
            .err()
            .unwrap_or_default();
        found.iter().map(line).collect::<Vec<_>>().join("\n")
    };
    let limit = "limits:\n  - {id: l, name: 限, kind: stage, from: [accepted], to: [decided], statutory: 5wd}\n";
    for (rest, said) in [
        (
            format!("{limit}control_points:\n  - {{id: p, name: 点, unless: ['true'], check: {{overdue: {{limit: l}}}}}}\n"),
            "falls away by its own `falls_away_when` | - {id: p,",
        ),
        (
            format!("{limit}control_points:\n  - {{id: p, name: 点, check: {{ended_before_due: {{limit: l, within: 2wd before, on: [closed]}}}}}}\n"),
            "does not fall away on `closed`, so nothing can vanish by it | - {id: p,",
        ),
        (
            format!("{limit}control_points:\n  - {{id: p, name: 点, check: {{ended_before_due: {{limit: l, within: promised}}}}}}\n"),
            "write `within` like `2wd before` or `90%` | - {id: p,",
        ),
        (
            "control_points:\n  - {id: p, name: 点, check: {amounts_differ: {owed: fine, paid: paid}}}\n".into(),
            "declare \"fine\" as an attribute of type `amount` | - {id: p,",
        ),
        (
            "control_points:\n  - {id: p, name: 点, check: {condition: {on: [decided], when: 'event.reason == \"x\"'}}}\n".into(),
            "write `has(event.reason)` | - {id: p,",
        ),
    ] {
        let found = problems(&rest);
        assert!(found.contains(said), "{rest}\n{found}");
    }
}

#[test]
fn what_nobody_said_is_asked_after_lazily_and_differs_from_nothing() {
    let chart = |when: &str| {
        chart(&format!(
            "\
attributes:
  - {{name: grade, type: int}}
control_points:
  - {{id: p, name: 点, check: {{condition: {{on: [note], when: '{when}'}}}}}}
"
        ))
    };
    let untold = "item XK-1\n2026-07-01 09:00  note\ntick 2026-07-05 00:00\n";
    let speaks = format!("{untold}expect p yellow issued breached 2026-07-01 09:00\n");
    let silent = format!("{untold}expect nothing\n");
    for (when, script) in [
        ("has(event.grade) && event.grade > 2", &silent),
        ("!(has(event.grade) && event.grade > 2)", &speaks),
        ("!has(event.grade) || event.grade > 2", &speaks),
        ("!(!has(event.grade) || event.grade > 2)", &silent),
        ("has(event.grade) || event.grade != 2", &silent),
        ("!(has(event.grade) || event.grade == 2)", &silent),
    ] {
        check(&chart(when), script);
    }
}
