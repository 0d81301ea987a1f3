//! Snapshots: an engine goes on as it was, and bytes that are none are refused.

use mingjing_domain::alert::Level;
use mingjing_domain::command::{Act, Author, Command, Finding, Subject, SubjectKind, Window};
use mingjing_domain::disposition::{Conclusion, Disposal};
use mingjing_domain::event::EventKind::{
    Accepted, Closed, Complaint, ComplaintAnswered, Note, StepStart,
};
use mingjing_domain::event::Value;
use mingjing_domain::fact::{Cause, Fact};
use mingjing_engine::{ENGINE_VERSION, Engine, Input};

use crate::world::{compile, definitions, engine, event, say, tick, with_attribute, with_step};

const LIMITS: &str =
    "{id: all, name: 办结, kind: case, from: [accepted], to: [closed], statutory: 1wd}";
const POINTS: &str = "  - {id: late, name: 超期, check: {overdue: {limit: all}}}
  - {id: twice, name: 矛盾, check: conflict}\n";

fn text() -> String {
    definitions("{name: area, type: int}", LIMITS, POINTS)
}

fn told() -> Engine {
    let mut engine = engine(&text());
    say(&mut engine, &event("1", Accepted, 0));
    say(
        &mut engine,
        &with_attribute(
            event("6f1c0c9e-1111-4a5b-8c7d-00000000000f", Note, 1),
            "area",
            3,
        ),
    );
    say(
        &mut engine,
        &with_attribute(event("1", Accepted, 0), "area", 4),
    );
    say(&mut engine, &with_step(event("3", StepStart, 2), "review"));
    tick(&mut engine, 30);
    engine
}

#[test]
fn an_engine_goes_on_from_a_snapshot_with_the_same_facts() {
    let mut engine = told();
    let bytes = engine.snapshot();
    assert_eq!(Engine::version_of(&bytes).unwrap(), ENGINE_VERSION);
    let rules = compile(&text()).unwrap_or_else(|p| panic!("{p:?}"));
    let mut restored = Engine::restore(rules, &bytes).unwrap();
    assert_eq!(restored.snapshot(), bytes);
    let go_on = |engine: &mut Engine| {
        let mut facts = tick(engine, 90);
        facts.extend(say(engine, &event("9", Closed, 91)));
        engine.flush_cases(&mut facts);
        facts
    };
    let facts = go_on(&mut engine);
    assert!(facts.len() >= 4, "{facts:?}");
    assert_eq!(go_on(&mut restored), facts);
}

/// What a complaint's answer names is kept as every attribute is, by engines that did not read it, too.
#[test]
fn which_complaint_was_answered_is_known_after_a_restart() {
    let text = definitions(
        "",
        "{id: answer, name: 答复, kind: stage, from: [complaint], to: [complaint_answered], occurrence: each, statutory: 1wd}",
        "  - {id: late, name: 答复超时, check: {overdue: {limit: answer}}}\n",
    );
    let mut engine = engine(&text);
    say(&mut engine, &event("a", Complaint, 0));
    say(&mut engine, &event("b", Complaint, 1));
    let mut answer = event("c", ComplaintAnswered, 2);
    let about = Value::Text("b".into());
    answer.data.attributes.insert("about".into(), about);
    say(&mut engine, &answer);
    let rules = compile(&text).unwrap_or_else(|p| panic!("{p:?}"));
    let mut restored = Engine::restore(rules, &engine.snapshot()).unwrap();
    for engine in [&mut engine, &mut restored] {
        tick(engine, 90);
        let late: Vec<u16> = engine.alerts().map(|alert| alert.visit).collect();
        assert_eq!(late, [1], "the other was answered");
    }
}

#[test]
fn findings_outlive_a_restart_and_a_snapshot_without_any_ends_as_it_always_did() {
    let mut engine = told();
    let before = engine.snapshot();
    let subject = Subject {
        kind: SubjectKind::Org,
        source: String::new(),
        key: "zjj".into(),
    };
    let finding = Box::new(Finding {
        rule: "Q6".into(),
        window: Window {
            label: "2026-01".into(),
            from: engine.clock(),
            until: engine.clock(),
        },
        level: Level::Notice,
        breached_at: None,
        item_code: None,
        org_code: Some("zjj".into()),
        region_code: None,
        actor: None,
        legal_basis: None,
        message: "本月没有办件".into(),
        figures: [("count".to_owned(), "0".to_owned())].into(),
        parameters: [].into(),
        settings: Vec::new(),
        total: 0,
        rows: Vec::new(),
    });
    let by = Author::Inspection {
        run_by: "mingjing".into(),
    };
    let at = engine.clock();
    let command = Command::new(by, at, "月度巡检".into(), subject, Act::Found { finding });
    let mut facts = Vec::new();
    engine.handle(Input::Command(&command), &mut facts);
    assert_eq!(facts.len(), 1, "{facts:?}");
    let bytes = engine.snapshot();
    assert!(bytes.starts_with(&before) && bytes.len() > before.len());
    let rules = compile(&text()).unwrap_or_else(|p| panic!("{p:?}"));
    let mut restored = Engine::restore(rules, &bytes).unwrap();
    assert_eq!(restored.snapshot(), bytes);
    facts.clear();
    restored.handle(Input::Command(&command), &mut facts);
    restored.rejudge(&Cause::Clock, &mut facts);
    assert_eq!(facts, [], "running it again changes nothing");
}

/// What is decided of the late alert, and something that is refused.
fn disposed(engine: &mut Engine) -> Vec<Fact> {
    tick(engine, 72);
    let late = engine.alerts().find(|a| a.control_point == "late");
    let late = late.expect("it is late").clone();
    let mut facts = Vec::new();
    for (key, disposal) in [
        ("k1", Disposal::Confirm),
        (
            "k2",
            Disposal::Dismiss {
                conclusion: Conclusion::Data,
                cause: None,
                evidence: Vec::new(),
            },
        ),
    ] {
        let by = Author::Person {
            id: "li".into(),
            body: "sfj".into(),
            office: "监督科".into(),
        };
        let subject = Subject {
            kind: SubjectKind::Case,
            source: late.source.clone(),
            key: late.case_no.clone(),
        };
        let what = Act::Dispose {
            alert_id: late.alert_id.clone(),
            disposal,
        };
        let command = Command::keyed(key, by, engine.clock(), "核实".into(), subject, what);
        engine.handle(Input::Command(&command), &mut facts);
    }
    facts
}

#[test]
fn dispositions_outlive_a_restart_and_an_engine_that_knows_none_refuses_the_snapshot() {
    let mut engine = told();
    let without = engine.snapshot();
    let facts = disposed(&mut engine);
    assert!(
        matches!(
            &facts[..],
            [
                Fact::Alert { .. },
                Fact::Decision { refused: None, .. },
                Fact::Decision {
                    refused: Some(_),
                    ..
                }
            ]
        ),
        "{facts:?}"
    );
    let bytes = engine.snapshot();
    let rules = compile(&text()).unwrap_or_else(|p| panic!("{p:?}"));
    let mut restored = Engine::restore(rules.clone(), &bytes).unwrap();
    assert_eq!(restored.snapshot(), bytes);
    assert_eq!(
        disposed(&mut restored)[..],
        facts[1..],
        "said again it is answered the same"
    );
    let mut more = Vec::new();
    restored.rejudge(&Cause::Clock, &mut more);
    assert_eq!(more, []);
    // Where older engines look for the number of findings they find one that no bytes can hold.
    let image = without.len().min(bytes.len());
    let tail = bytes
        .windows(10)
        .skip(image / 2)
        .position(|w| w == [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]);
    assert!(tail.is_some(), "the tail begins with the greatest number");
    for end in bytes.len() - 200..bytes.len() {
        assert!(
            Engine::restore(rules.clone(), &bytes[..end]).is_err(),
            "cut at {end}"
        );
    }
}

#[test]
fn bytes_that_are_no_snapshot_are_refused_without_panic() {
    let bytes = told().snapshot();
    let rules = compile(&text()).unwrap_or_else(|p| panic!("{p:?}"));
    for end in 0..bytes.len() {
        assert!(
            Engine::restore(rules.clone(), &bytes[..end]).is_err(),
            "cut at {end}"
        );
    }
    let mut foreign = bytes.clone();
    foreign.splice(0..1, [200, 1]);
    assert!(Engine::restore(rules, &foreign).is_err());
}
