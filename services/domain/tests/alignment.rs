//! A county's definitions held against a base.

use mingjing_domain::definitions::{DefinitionFile, DefinitionSet, differences};

const BASE: &str = "\
kind: item
code: JB-1
name: 施工许可
power_type: licence
level: county
region: '510000'
executing_body: any
legal_basis: [建筑法第七条]
effective_from: 2015-07-01
flowchart: permit
---
kind: item
code: JB-2
name: 广告设置审批
power_type: licence
level: county
region: '510000'
executing_body: any
legal_basis: [广告法]
effective_from: 2015-07-01
effective_to: 2020-12-31
status: cancelled
flowchart: permit
---
kind: item
code: JB-3
name: 市级事项
power_type: licence
level: city
region: '510000'
executing_body: any
legal_basis: [x]
effective_from: 2015-07-01
flowchart: permit
---
kind: flowchart
id: permit
version: '1'
name: 许可
effective_from: 2015-07-01
steps:
  - {code: accept, name: 受理, required: true}
  - {code: review, name: 审查, required: true}
  - {code: survey, name: 勘验}
limits:
  - {id: decision, name: 办结, kind: case, from: [accepted], to: [decided], promised: 10wd, statutory: 20wd}
  - {id: delivery, name: 送达, kind: stage, from: [decided], to: [delivered], statutory: 10wd}
";

const LOCAL: &str = "\
kind: item
code: '510502-1'
base_code: JB-1
name: 施工许可
power_type: licence
level: county
region: '510502'
executing_body: any
legal_basis: [建筑法第七条]
effective_from: 2015-07-01
flowchart: local
---
kind: flowchart
id: local
version: '1'
name: 许可
effective_from: 2015-07-01
steps:
  - {code: accept, name: 受理, required: true}
  - {code: check, name: 审查, required: true}
limits:
  - {id: all, name: 办结, kind: case, from: [accepted], to: [decided], promised: 7wd, statutory: 20wd}
  - {id: send, name: 送达, kind: stage, from: [decided], to: [delivered], statutory: 10wd}
";

fn found(local: &str) -> Vec<(&'static str, u32, String)> {
    let read = |name: &str, text: &str| {
        let file = DefinitionFile {
            name: name.into(),
            text: text.into(),
        };
        let (set, problems) = DefinitionSet::read(vec![file]);
        assert_eq!(problems, []);
        set
    };
    let differences = differences(&read("local.yaml", local), &read("base.yaml", BASE));
    differences
        .into_iter()
        .map(|d| (d.rule, d.problem.line, d.problem.message))
        .collect()
}

fn rules(local: &str) -> Vec<&'static str> {
    found(local).into_iter().map(|(rule, ..)| rule).collect()
}

#[test]
fn a_list_as_the_base_wants_it_with_a_shorter_promise_and_another_code_for_a_step_differs_in_nothing()
 {
    assert_eq!(found(LOCAL), []);
}

#[test]
fn what_is_missing_and_what_is_there_besides_is_told_by_region() {
    let other = LOCAL
        .replace("base_code: JB-1\n", "")
        .replace("name: 施工许可", "name: 店招许可");
    let found = found(&other);
    let rules: Vec<_> = found.iter().map(|(rule, ..)| *rule).collect();
    assert_eq!(rules, ["G1", "G2"]);
    assert!(
        found[0].2.contains("区划 510502") && found[0].2.contains("JB-1"),
        "{found:?}"
    );
    assert!(found[1].2.contains("建筑法第七条"), "{found:?}");
}

#[test]
fn other_limits_are_told_and_shorter_promises_are_not() {
    let text = LOCAL.replace(
        "promised: 7wd, statutory: 20wd",
        "promised: 12wd, statutory: 30wd",
    );
    let found = found(&text);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(
        found
            .iter()
            .all(|(rule, line, _)| *rule == "G3" && *line == 22),
        "{found:?}"
    );
    assert_eq!(rules(&LOCAL.replace("  - {id: send, name: 送达, kind: stage, from: [decided], to: [delivered], statutory: 10wd}\n", "")), ["G3"]);
    assert_eq!(rules(&LOCAL.replace("promised: 7wd, ", "")), ["G3"]);
}

#[test]
fn other_steps_are_told() {
    let more = LOCAL.replace(
        "required: true}\nlimits",
        "required: true}\n  - {code: stamp, name: 盖章, required: true}\nlimits",
    );
    assert_eq!(rules(&more), ["G4"]);
    let fewer = LOCAL.replace("  - {code: check, name: 审查, required: true}\n", "");
    assert_eq!(rules(&fewer), ["G4"]);
    let optional = LOCAL.replace("name: 审查, required: true", "name: 审查");
    assert_eq!(rules(&optional), ["G4"]);
}

#[test]
fn an_item_under_another_category_or_one_that_the_base_has_cancelled_is_told() {
    assert_eq!(
        rules(&LOCAL.replace("power_type: licence", "power_type: other")),
        ["G5"]
    );
    let cancelled = LOCAL.replace("base_code: JB-1", "base_code: JB-2");
    let found = found(&cancelled);
    let rules: Vec<_> = found.iter().map(|(rule, ..)| *rule).collect();
    assert_eq!(rules, ["G1", "G5"], "{found:?}");
    let same_name = LOCAL.replace("base_code: JB-1", "base_code: JB-9");
    assert!(found_message(&same_name).contains("变相设立"));
}

fn found_message(local: &str) -> String {
    found(local)
        .into_iter()
        .map(|(.., message)| message)
        .collect::<Vec<_>>()
        .join("\n")
}
