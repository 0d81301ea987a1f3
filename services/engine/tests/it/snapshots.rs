//! Snapshots: an engine goes on as it was, and bytes that are none are refused.

use mingjing_domain::event::EventKind::{Accepted, Closed, Note, StepStart};
use mingjing_engine::{ENGINE_VERSION, Engine};

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
