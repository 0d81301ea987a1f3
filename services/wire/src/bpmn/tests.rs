//! Models of our own and of the interchange working group, there and back.

mod charts;
mod miwg;

use mingjing_domain::definitions::{DefinitionFile, DefinitionSet, Flowchart};

use crate::datum::Datum;
use crate::xml::{self, Element, Node};

use super::*;

const LICENCE: &str = include_str!("tests/licence.bpmn");

fn options() -> Options {
    Options {
        process: None,
        id: None,
        effective_from: "2026-01-01".into(),
    }
}

fn import(bytes: &[u8]) -> Derived {
    let model = Model::read(bytes).unwrap_or_else(|e| panic!("{:?}", e.problems));
    model.flowcharts(&options())
}

/// The definition file of flowcharts.
fn yaml(charts: &[Datum]) -> String {
    let document = |chart: &Datum| format!("kind: flowchart\n{}", chart.to_yaml().expect("YAML"));
    charts
        .iter()
        .map(document)
        .collect::<Vec<_>>()
        .join("---\n")
}

/// Flowcharts as the domain reads them.
fn typed(charts: &[Datum]) -> Vec<Flowchart> {
    read(yaml(charts))
}

fn read(text: String) -> Vec<Flowchart> {
    let name = "a.yaml".to_owned();
    let (set, problems) = DefinitionSet::read(vec![DefinitionFile {
        name,
        text: text.clone(),
    }]);
    assert_eq!(problems, [], "{text}");
    set.flowcharts.into_iter().map(|d| d.value).collect()
}

/// Limits stand with their steps in a drawing, so their order is no part of what goes there and back.
fn in_order(mut charts: Vec<Flowchart>) -> Vec<Flowchart> {
    for chart in &mut charts {
        chart.limits.sort_by(|a, b| a.id.text.cmp(&b.id.text));
    }
    charts
}

/// Exports into the drawing and imports again: the same flowcharts, the same notes, and every element of the model.
fn goes_there_and_back(bytes: &[u8]) -> Derived {
    let first = import(bytes);
    let exported =
        export(&first.flowcharts, Some(bytes), &Offices::new()).expect("it can be exported");
    assert_eq!(exported.redrawn, []);
    let again = import(exported.xml.as_bytes());
    assert_eq!(
        typed(&again.flowcharts),
        typed(&first.flowcharts),
        "{}",
        exported.xml
    );
    let plain = |d: &Derived| -> Vec<_> {
        d.notes
            .iter()
            .map(|n| (n.id.clone(), n.coverage, n.meaning.clone()))
            .collect()
    };
    assert_eq!(plain(&again), plain(&first));
    let twice = export(
        &again.flowcharts,
        Some(exported.xml.as_bytes()),
        &Offices::new(),
    );
    assert_eq!(twice.expect("again").xml, exported.xml);
    let before = xml::parse(bytes).expect("XML");
    let after = xml::parse(exported.xml.as_bytes()).expect("our XML");
    assert_eq!(stripped(&after), stripped(&before));
    first
}

/// A model as text without what is ours and without blank space between elements.
fn stripped(element: &Element) -> String {
    fn strip(element: &Element) -> Element {
        let mut kept = element.clone();
        kept.attributes.retain(|(name, _)| name != "xmlns:mingjing");
        kept.children = element
            .children
            .iter()
            .filter_map(|node| match node {
                Node::Element(e) if &*e.namespace == MINGJING => None,
                Node::Element(e) => {
                    let inner = strip(e);
                    let empty = inner.children.is_empty() && !e.children.is_empty();
                    (!(empty && e.is(BPMN, "extensionElements"))).then_some(Node::Element(inner))
                }
                Node::Text(text) if text.trim().is_empty() => None,
                other => Some(other.clone()),
            })
            .collect();
        kept
    }
    xml::write(&strip(element))
}

#[test]
fn a_model_becomes_steps_ways_offices_limits_and_points() {
    let derived = goes_there_and_back(LICENCE.as_bytes());
    let want = r#"kind: flowchart
id: 建设工程许可
version: "1"
name: 建设工程许可
effective_from: 2026-01-01
steps:
  - {code: 受理-登记, name: 受理 登记, office: window, requirement: 材料齐全的当场受理, first: true, next: [review, survey]}
  - {code: review, name: 审查, office: 建管科, parallel_with: [survey, remind], next: [remind, decide]}
  - {code: survey, name: 踏勘, office: 建管科, repeatable: true, next: [decide]}
  - {code: remind, name: 催办, parallel_with: [decide], next: []}
  - {code: decide, name: 决定, office: 建管科, next: [print, refuse]}
  - {code: print, name: 制证, next: [hand]}
  - {code: hand, name: 送达, next: []}
  - {code: refuse, name: 不予许可告知, next: []}
limits:
  - id: timer-publicity
    name: 公示期：等满7日
    kind: stage
    from: [step_end:review, step_end:survey]
    to: [step_start:decide, step_end:decide]
    at_least: 7cd
    judged: when_done
  - {id: timer-review, name: 审查环节时限, kind: step, step: review, promised: 3cd}
control_points:
  - {id: off-flowchart, name: 不按流程图办理, name_en: Outside the flowchart, check: not_in_flowchart}
  - {id: timer-review-late, name: 审查超时, check: {overdue: {limit: timer-review}}}
  - {id: join-2-1, name: 未办「审查」即办「决定」, check: {requires_before: {event: [step_start:decide, step_end:decide], before: [step_end:review]}}}
  - {id: join-2-2, name: 未办「踏勘」即办「决定」, check: {requires_before: {event: [step_start:decide, step_end:decide], before: [step_end:survey]}}}
  - {id: timer-publicity-early, name: 未等满7日即办理, check: {too_early: {limit: timer-publicity}}}
"#;
    assert_eq!(
        typed(&derived.flowcharts),
        read(want.into()),
        "{}",
        yaml(&derived.flowcharts)
    );
    let notes: Vec<String> = derived
        .notes
        .iter()
        .map(|n| {
            format!(
                "{}:{} {} {:?}",
                n.at.line, n.at.column, n.element, n.coverage
            )
        })
        .collect();
    assert_eq!(
        notes,
        [
            "6:5 messageFlow NotEnforced",
            "24:31 other:x Kept",
            "28:42 multiInstanceLoopCharacteristics Partly",
            "60:7 conditionExpression NotEnforced",
            "66:5 textAnnotation Kept",
        ]
    );
}

#[test]
fn broken_models_are_told_by_line_and_column() {
    for (from, to, want) in [
        (
            "targetRef=\"fork\" />",
            "targetRef=\"nowhere\" />",
            "51:5: targetRef=\"nowhere\"",
        ),
        (
            "attachedToRef=\"review\"",
            "attachedToRef=\"fork\"",
            "29:5: attachedToRef=\"fork\"",
        ),
        (
            "<bpmn:userTask id=\"refuse\"",
            "<bpmn:userTask",
            "48:5: 此 <userTask> 没有标识",
        ),
        (
            "id=\"refuse\"",
            "id=\"decide\"",
            "48:5: 标识 \"decide\" 在第 37 行已使用",
        ),
        (
            "20100524/MODEL",
            "20060501/MODEL",
            "2:1: 根元素是 <bpmn:definitions>",
        ),
        ("</bpmn:subProcess>", "", "67:3: XML 格式不正确"),
        ("&#10;", "&nbsp;", "22:5: XML 格式不正确"),
    ] {
        let text = LICENCE.replacen(from, to, 1);
        assert_ne!(text, LICENCE);
        let refused = Model::read(text.as_bytes()).expect_err(want);
        let told = refused.problems[0].to_string();
        assert!(told.starts_with(want), "{told}");
    }
}

#[test]
fn what_the_definition_says_now_goes_into_its_drawing() {
    let model = Model::read(LICENCE.as_bytes()).expect("a model");
    let charts = model.flowcharts(&options()).flowcharts;
    let companion = companion(&model, &options(), &charts).expect("it can be annotated");
    let mut text = yaml(&charts);
    for (from, to) in [
        ("promised: 3cd", "promised: 3wd"),
        ("name: 踏勘", "name: 现场踏勘"),
        (
            "effective_from: \"2026-01-01\"",
            "effective_from: \"2027-01-01\"\ncalendar: cn",
        ),
    ] {
        assert!(text.contains(from), "{text}");
        text = text.replacen(from, to, 1);
    }
    let mut edited = Datum::from_yaml(&text).expect("YAML");
    edited.take("kind");
    let exported =
        export(&[edited], Some(companion.as_bytes()), &Offices::new()).expect("it can be exported");
    assert_eq!(exported.redrawn, []);
    assert!(
        exported.xml.contains("name=\"现场踏勘\"") && exported.xml.contains("promised=\"3wd\"")
    );
    let again = import(exported.xml.as_bytes());
    assert_eq!(in_order(typed(&again.flowcharts)), in_order(read(text)));
}

#[test]
fn a_definition_that_left_its_drawing_is_drawn_anew() {
    let charts = import(LICENCE.as_bytes()).flowcharts;
    let text = yaml(&charts)
        .replace("code: survey", "code: visit")
        .replace("- survey", "- visit")
        .replace(":survey", ":visit");
    let mut edited = Datum::from_yaml(&text).expect("YAML");
    edited.take("kind");
    let exported =
        export(&[edited], Some(LICENCE.as_bytes()), &Offices::new()).expect("it can be exported");
    let (id, reasons) = &exported.redrawn[0];
    assert_eq!(id, "建设工程许可");
    assert!(
        reasons[0].contains("visit") && reasons[1].contains("survey"),
        "{reasons:?}"
    );
    let again = import(exported.xml.as_bytes());
    assert_eq!(in_order(typed(&again.flowcharts)), in_order(read(text)));
}
