//! Contradictions in the register, in standards and plans: each is told with its line, and what merely is not kept is a
//! note.

use mingjing_domain::definitions::{DefinitionFile, DefinitionSet};
use mingjing_engine::notes;

use crate::world::{compile, definitions};

/// Problems of a permit's definitions with this text behind them, as `line: message`.
fn problems(text: &str) -> Vec<String> {
    let all = format!("{}\n---\n{text}", definitions("", "", ""));
    let before = definitions("", "", "").lines().count() as u32 + 1;
    let found = compile(&all).map(|_| ()).expect_err("it has a problem");
    found
        .iter()
        .map(|p| format!("{}: {}", p.line - before, p.message))
        .collect()
}

const BODY: &str = "kind: body
code: scj
name: 市场监督管理局
region: '510500'
register_from: 2026-01-01
posts:
  - {code: desk, steps: [accept]}
offices:
  - code: window
    name: 窗口
    officers:
";

#[test]
fn an_officer_stands_once_at_a_time_and_a_certificate_belongs_to_one() {
    let text = format!(
        "{BODY}      - {{id: a, post: desk, until: 2026-06-30, cert_no: C-1, cert_from: 2024-01-01, cert_until: 2028-01-01}}
      - {{id: a, post: desk, from: 2026-07-01}}
      - {{id: a, from: 2026-12-31}}
      - {{id: b, cert_no: C-1, cert_from: 2024-01-01, cert_until: 2028-01-01}}
      - {{id: c, cert_no: C-2, cert_until: 2028-01-01}}
      - {{id: d, post: throne}}
      - {{id: e, cert_fields: [食品]}}
"
    );
    assert_eq!(
        problems(&text),
        [
            "14: officer \"a\" stands here twice at one time (also at line 42); end the first entry or use `posts`",
            "15: certificate \"C-1\" already belongs to \"a\" at permit.yaml:41",
            "16: certificate \"C-2\" needs the dates it is valid from and until",
            "17: unknown post \"throne\"; list it under `posts` with its steps",
            "18: officer \"e\": a certificate without `cert_no`",
        ]
    );
}

#[test]
fn a_person_is_in_post_at_one_body_and_a_post_does_steps_that_exist() {
    let text = format!(
        "{BODY}      - {{id: a, post: desk}}\n---\n{}",
        BODY.replace("scj", "szj").replace(
            "steps: [accept]",
            "steps: [permit/accept, permit/tea, other/accept]"
        ) + "      - {id: a, post: desk}\n"
    );
    assert_eq!(
        problems(&text),
        [
            "20: no flowchart has the step \"other/accept\"",
            "20: no flowchart has the step \"permit/tea\"",
            "25: officer \"a\" is at the same time in the register of \"scj\" at permit.yaml:41",
        ]
    );
    let text = format!("{BODY}      - {{id: a}}\n").replace("steps: [accept]", "steps: []");
    assert_eq!(
        problems(&text),
        ["7: post \"desk\" may do no step; list its `steps`"]
    );
}

#[test]
fn an_entrusted_body_names_who_entrusted_it() {
    let text = "kind: body
code: gs
name: 检测公司
region: '510500'
nature: entrusted
---
kind: body
code: dd
name: 执法大队
region: '510500'
nature: entrusted
entrusted_by: [nobody]
";
    assert_eq!(
        problems(text),
        [
            "2: an entrusted body needs `entrusted_by`: it acts in another's name",
            "12: unknown body \"nobody\"",
        ]
    );
}

#[test]
fn a_tier_has_one_form_and_a_version_its_own_day() {
    let table = |version: &str, tiers: &str| {
        format!(
            "kind: discretion\nid: food\nversion: '{version}'\neffective_from: 2026-01-01\nacts:\n  - code: A\n    name: 甲\n    tiers:\n{tiers}"
        )
    };
    let text = format!(
        "{}---\n{}",
        table(
            "1",
            "      - {code: a, name: 一, fixed: 1, range: {from: 1, to: 2}}\n      - {code: b, name: 二, range: {from: 2, to: 1}}\n      - {code: b, name: 三, fixed: -1}\n"
        ),
        table("2", "      - {code: a, name: 一}\n")
    );
    assert_eq!(
        problems(&text),
        [
            "9: tier \"a\" has more than one of `fixed`, `range`, `ratio`",
            "10: tier \"b\": `to` is less than `from`",
            "11: tier \"b\" is listed twice",
            "11: tier \"b\": money is not negative",
            "14: \"food\" has another version from the same day at permit.yaml:31",
        ]
    );
}

#[test]
fn what_an_item_and_a_plan_refer_to_exists() {
    let text = "kind: item
code: JC-1
name: 检查
power_type: inspection
level: city
region: '510500'
executing_body: zjj
acting_bodies:
  - {body: nobody, ground: entrusted}
  - {body: zjj, ground: one_window}
  - {body: zjj, ground: one_window, steps: [tea]}
legal_basis: [依据]
effective_from: 2026-01-01
flowchart: permit
discretion: none
fees: none
---
kind: inspection_plan
id: P-1
name: 计划
body: nobody
items: [JC-9]
from: 2026-02-01
until: 2026-01-01
";
    assert_eq!(
        problems(text),
        [
            "9: unknown body \"nobody\"",
            "10: a window takes and hands out: list the `steps` it may do",
            "11: the item's flowchart has no step \"tea\"",
            "15: unknown discretion standard \"none\"",
            "16: unknown fee standard \"none\"",
            "19: `until` lies before `from`",
            "21: unknown body \"nobody\"",
            "22: unknown item \"JC-9\"",
        ]
    );
}

#[test]
fn a_rank_that_no_special_procedure_asks_for_is_refused() {
    let points = "  - {id: rank, name: 级别, check: {approver_rank: {}}}\n";
    let found = compile(&definitions("", "", points)).map(|_| ());
    let found = found.expect_err("nothing to compare with");
    assert!(found[0].message.contains("approver_rank"), "{found:?}");
}

#[test]
fn what_cannot_be_judged_for_want_of_a_register_is_a_note() {
    let points = "  - {id: post, name: 非本岗, check: {not_assigned: {on: [accepted]}}}
  - {id: two, name: 不足两人, check: {too_few_officers: {on: [accepted]}}}
  - {id: tier, name: 档次, check: {discretion_tier: {on: [decided]}}}\n";
    let notes_of = |text: &str| -> Vec<String> {
        let file = DefinitionFile {
            name: "permit.yaml".into(),
            text: text.into(),
        };
        let (set, problems) = DefinitionSet::read(vec![file]);
        assert_eq!(problems, []);
        notes(&set).iter().map(ToString::to_string).collect()
    };
    let text = definitions("", "", points);
    assert_eq!(
        notes_of(&text),
        [
            "permit.yaml:7: the body \"zjj\" of item \"XK-1\" keeps no register of officers (`register_from`); not judged: A4, A8",
            "permit.yaml:7: item \"XK-1\" has no `discretion`; not judged: D2",
        ]
    );
    let kept = text.replacen("name: 住建局", "name: 住建局\nregister_from: 2026-01-01", 1);
    assert_eq!(notes_of(&kept).len(), 1);
    assert_eq!(notes_of(&definitions("", "", "")), Vec::<String>::new());
}

#[test]
fn what_a_source_cannot_say_is_told_once_of_the_source() {
    let points = "  - {id: signed, name: 缺经办人, check: {missing_field: {on: [decided], fields: [actor.id]}}}
  - {id: told, name: 未告知, check: {requires_before: {event: [decided], before: [notice]}}}
  - {id: accepted, name: 缺受理人, check: {missing_field: {on: [accepted], fields: [actor.id]}}}\n";
    let source =
        "---\nkind: source\nid: front\nlacks: {events: [notice], fields: ['decided:actor.id']}\n";
    let file = DefinitionFile {
        name: "permit.yaml".into(),
        text: definitions("", "", points) + source,
    };
    let (set, problems) = DefinitionSet::read(vec![file]);
    assert_eq!(problems, []);
    let notes: Vec<String> = notes(&set).iter().map(ToString::to_string).collect();
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert!(
        notes[0].contains("permit/signed, permit/told; ask"),
        "{notes:?}"
    );
    let misspelt = definitions("", "", points) + &source.replace("actor.id", "actor.name");
    let problems = compile(&misspelt).err().unwrap_or_default();
    assert_eq!(problems.len(), 1, "{problems:?}");
}
