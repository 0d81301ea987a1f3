//! Mapping files: the example of the documentation, and every mistake told with its place.

use mingjing_wire::import::Mapping;

use crate::import::MAPPING;

#[track_caller]
fn check(yaml: &str, wanted: &[&str]) {
    let error = Mapping::from_yaml(yaml).unwrap_err();
    for wanted in wanted {
        assert!(
            error.problems.iter().any(|p| p.contains(wanted)),
            "{wanted:?} not in {:#?}",
            error.problems
        );
    }
    assert_eq!(error.problems.len(), wanted.len(), "{:#?}", error.problems);
}

#[test]
fn the_example_is_a_mapping_and_satisfies_the_schema() {
    Mapping::from_yaml(MAPPING).unwrap();
    let schema = jsonschema::draft202012::new(&Mapping::json_schema()).unwrap();
    let value: serde_json::Value = serde_saphyr::from_str(MAPPING).unwrap();
    schema
        .validate(&value)
        .unwrap_or_else(|e| panic!("{e} at {}", e.instance_path()));
    let wrong: serde_json::Value =
        serde_saphyr::from_str(&MAPPING.replace("unmapped: note", "unmaped: note")).unwrap();
    assert!(!schema.is_valid(&wrong));
}

#[test]
fn all_problems_of_a_file_are_told_at_once() {
    check(
        r#"
source: "two words"
time_zone: Beijing
case_no: {from: a, const: b}
csv: {encoding: klingon, delimiter: "，"}
attributes: {d: {from: d, type: int, format: "%Y"}, x: {from: x}}
case_attributes: {x: {from: x}}
events:
  - kind: step_ended
  - when: {attr: ""}
    occurred_at: {from: t, format: "%Q", default: yesterday}
    kind: {from: k, map: {a: closed, b: nonsense}}
  - {kind: note, skip: true}
  - {}
case_events:
  - {from: enddate, kind: done}
"#,
        &[
            "source: give the source's id",
            "time_zone: \"Beijing\"",
            "case_no: give either a constant or `from`",
            "csv.encoding: \"klingon\"",
            "csv.delimiter: give one ASCII character",
            "attributes.d: `format` goes with type instant or date",
            "case_attributes: \"x\" is among `attributes` too",
            "events[0]: it has no `when`",
            "events[0]: no `occurred_at`",
            "events[0].kind: \"step_ended\" is no event kind",
            "events[1].when: the attribute's name is empty",
            "events[1].when: a condition wants one of",
            "events[1].occurred_at.format: \"%Q\"",
            "events[1].occurred_at.default: not an RFC 3339 instant",
            "events[1].kind: \"nonsense\" is no event kind",
            "events[2]: it has both `kind` and `skip`",
            "events[2]: it has no `when`",
            "events[3]: give `kind`, or `skip: true`",
            "events[3]: no `occurred_at`",
            "case_events[0].kind: \"done\" is no event kind",
        ],
    );
}

#[test]
fn unknown_keys_and_wrong_types_are_told_by_line() {
    check("source: s\ncase_no: {from: a}\nitems: x\n", &["items"]);
    check(
        "source: s\ncase_no: {from: a, form: b}\nevents: [{kind: note}]\n",
        &["form"],
    );
    check(
        "source: s\ncase_no: 012\nevents: [{kind: note}]\n",
        &["in quotes"],
    );
    check("source: s\ncase_no: {from: a\n", &["line"]);
    check("case_no: x\nevents: [{kind: note}]\n", &["source"]);
}

#[test]
fn a_file_without_rules_is_no_mapping() {
    check(
        "source: s\ncase_no: {from: a}\n",
        &["events: there is no rule"],
    );
    check(
        "source: s\ncase_no: {from: a}\ncase_events: [{from: t, kind: closed, attributes: {d: {from: d, type: date}}}]\n",
        &["time_zone: an attribute of type date needs it"],
    );
}

#[test]
fn numbers_and_truth_values_of_yaml_are_texts_to_compare_with() {
    let mapping = Mapping::from_yaml(
        "source: s\ncase_no: {from: a}\noccurred_at: {from: t}\nevents:\n  - when: {attr: n, in: [157, 1.50, true, 007]}\n    kind: note\n",
    )
    .unwrap();
    let conditions = mapping.events[0].when.as_ref().unwrap().as_slice();
    let texts: Vec<_> = conditions[0]
        .one_of
        .as_ref()
        .unwrap()
        .iter()
        .map(|s| s.0.as_str())
        .collect();
    assert_eq!(texts, ["157", "1.50", "true", "007"]);
}
