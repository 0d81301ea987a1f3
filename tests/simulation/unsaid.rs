//! An explanation says why a control point is silent where the source cannot say what it asks for, and which words of the source lead
//! nowhere.

use chrono_tz::Asia::Shanghai;
use mingjing_domain::Timestamp;
use mingjing_domain::definitions::DefinitionFile;
use mingjing_engine::explain::{
    Asked, CaseLog, Entry, Explanation, InForce, Known, Said, explain, text_zh,
};
use mingjing_testkit::script::{Input, Line, compiled, definitions, parse};

use crate::charts::chart;

const CHART: &str = "\
steps:
  - {code: accept, name: 受理, first: true, next: [review], done_by: [accepted]}
  - {code: review, name: 资料审查, next: [decide]}
  - {code: decide, name: 审批决定, next: [], done_by: [decided]}
  - {code: publish, name: 公示, required: true, done_by: [published]}
special_procedures:
  - {kind: expert-review, name: 专家评审, effect: suspend, maximum: 10wd}
limits:
  - {id: delivery, name: 送达期限, kind: stage, from: [decided], to: [delivered], statutory: 2wd}
control_points:
  - {id: undelivered, name: 送达超期, check: {overdue: {limit: delivery}}}
  - {id: missing, name: 缺环节, check: {required_step: {}}}
  - {id: unsigned, name: 缺经办人, check: {missing_field: {on: [accepted, decided], fields: [actor.id]}}}
  - {id: untold, name: 未告知, check: {requires_before: {event: [decided], before: [notice]}}}
  - {id: officers, name: 不足两人, check: {too_few_officers: {on: [decided]}}}
";

const LACKS: &str = "\
---
kind: source
id: s
lacks: {events: [delivered, notice, published], fields: [co_actors, 'decided:actor.id']}
";

const CASE: &str = "
item XK-1
2026-07-01 09:00  accepted by a
2026-07-02 09:00  step_end:资料审查 by b
2026-07-03 09:00  decided
2026-07-03 10:00  closed
";

/// The case `1` of the source `s` as it stands in September.
fn explained(yaml: &str, script: &str) -> Explanation {
    let rules = compiled(&definitions(vec![DefinitionFile {
        name: "definitions.yaml".into(),
        text: yaml.into(),
    }]));
    let (_, lines) = parse(script).expect("a script");
    let at = Timestamp::parse("2026-09-01T00:00:00+08:00").expect("an instant");
    let mut entries = vec![Entry {
        offset: 0,
        clock_at: None,
        said: Said::Activated(InForce {
            hash: "0".repeat(64),
            rules,
            recorded: true,
        }),
    }];
    for (offset, (_, line)) in (1..).zip(lines) {
        let Line::Input(Input::Event(event)) = line else {
            panic!("events alone are written here")
        };
        entries.push(Entry {
            offset,
            clock_at: Some(event.received_at),
            said: Said::Event(event),
        });
    }
    let asked = Asked {
        at,
        known: Known::Everything,
    };
    explain(&CaseLog::new("s", "1", entries), &asked).expect("the case is known")
}

/// What a control point says first: its outcome and words.
fn verdict(told: &Explanation, point: &str) -> (String, String) {
    let mut points = told.points.iter();
    let point = points.find(|p| p.control_point == point).expect("a point");
    let verdict = &point.verdicts[0];
    (verdict.outcome.clone(), verdict.text.clone())
}

#[test]
fn a_point_that_asks_for_what_the_format_lacks_says_so() {
    let told = explained(&(chart(CHART) + LACKS), CASE);
    for (point, lacked) in [
        ("undelivered", "不能表达“送达”，本监察点对其办件不作判断"),
        ("missing", "不能表达环节“公示”"),
        ("unsigned", "不能表达经办人（actor.id）"),
        ("untold", "不能表达“告知”"),
        ("officers", "不能表达协办人员（co_actors）"),
    ] {
        let (outcome, text) = verdict(&told, point);
        assert_eq!(outcome, "not_asked", "{point}: {text}");
        assert!(text.contains(lacked), "{point}: {text}");
    }
    let text = text_zh(&told, Shanghai);
    assert!(
        text.contains("注意：来源申报其报送格式不能表达“送达”、“告知”、“公示”、协办人员（co_actors）、“决定”的经办人（actor.id）"),
        "{text}"
    );

    // A source that says nothing of its format is asked for all of it.
    let told = explained(&chart(CHART), CASE);
    for point in ["undelivered", "missing", "unsigned", "untold", "officers"] {
        assert_eq!(verdict(&told, point).0, "alleged", "{point}");
    }
    assert!(!text_zh(&told, Shanghai).contains("报送格式"));
}

#[test]
fn a_case_that_its_source_cannot_close_is_said_not_to_be_asked() {
    let yaml = chart(CHART) + "  - {id: left-open, name: 长期未办结, check: {unclosed: {}}}\n";
    let open = CASE.replace("10:00  closed", "10:00  delivered");
    let lacks = "---\nkind: source\nid: s\nlacks: {events: [closed]}\n";
    let (outcome, text) = verdict(&explained(&(yaml.clone() + lacks), &open), "left-open");
    assert_eq!(outcome, "not_asked", "{text}");
    assert!(
        text.contains("不能表达“办结”，本监察点对其办件不作判断"),
        "{text}"
    );
    assert_eq!(verdict(&explained(&yaml, &open), "left-open").0, "alleged");
}

#[test]
fn a_name_that_leads_nowhere_is_told_at_its_event_and_once_for_the_case() {
    let wrong = CASE.replace("资料审查", "材料审查").replace(
        "2026-07-03 10:00",
        "2026-07-02 10:00  suspend special 技术评审\n2026-07-03 10:00",
    );
    let told = explained(&chart(CHART), &wrong);
    let unknown: Vec<(&str, &str)> = told
        .events
        .iter()
        .flat_map(|event| event.effects.iter().map(move |e| (event, e)))
        .filter(|(_, effect)| effect.what.starts_with("unknown_"))
        .map(|(event, effect)| (event.kind.as_str(), effect.what.as_str()))
        .collect();
    assert_eq!(
        unknown,
        [("step_end", "unknown_step"), ("suspend", "unknown_special")]
    );
    let text = text_zh(&told, Shanghai);
    assert!(
        text.contains("注意：来源所报的“材料审查”、“技术评审”在流程图 licence@1 中没有对应"),
        "{text}"
    );

    // By its name in the flowchart, or by the source's own code for it.
    for (said, mapping) in [
        ("资料审查", ""),
        ("4711", "mapping: {steps: {'4711': review}}\n"),
    ] {
        let yaml = chart(CHART) + "---\nkind: source\nid: s\n" + mapping;
        let told = explained(&yaml, &CASE.replace("资料审查", said));
        assert_eq!(told.events[1].step.as_deref(), Some("资料审查"));
        assert!(!text_zh(&told, Shanghai).contains("没有对应"));
    }
}
