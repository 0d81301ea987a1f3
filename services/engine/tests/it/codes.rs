//! A source that puts something new into every code: numbers of 16 bits run out, and nothing breaks.

use mingjing_domain::alert::Status;
use mingjing_domain::event::EventKind::{Accepted, Note, StepEnd, StepStart};
use mingjing_engine::Engine;

use crate::world::{
    alerts, compile, definitions, engine, event, say, tick, with_attribute, with_step,
};

const LIMIT: &str = "{id: review, name: 审查, kind: step, step: review, statutory: 1wd}";
const LATE: &str = "  - {id: late, name: 超期, check: {overdue: {limit: review}}}
  - {id: nowhere, name: 流程外, check: not_in_flowchart}\n";

/// More codes than 16 bits hold, as steps, results and names of attributes.
fn flood(engine: &mut Engine) {
    for n in 0..70_000 {
        let mut event = event(&format!("f{n}"), Note, 0);
        event.case_no = format!("flood-{}", n % 700).into();
        event.source_seq = n as u64;
        event.data.step_code = (n % 3 == 0).then(|| format!("step {n}").into());
        event.data.result_code = (n % 3 == 1).then(|| format!("result {n}").into());
        let event = if n % 3 == 2 {
            with_attribute(event, &format!("name {n}"), n)
        } else {
            event
        };
        say(engine, &event);
    }
}

#[test]
fn the_steps_of_the_rules_are_judged_after_the_codes_have_run_out() {
    let text = definitions("", LIMIT, LATE);
    let mut engine = engine(&text);
    flood(&mut engine);
    say(&mut engine, &event("1", Accepted, 0));
    say(&mut engine, &with_step(event("2", StepStart, 1), "review"));
    say(&mut engine, &with_step(event("3", StepEnd, 80), "review"));
    say(
        &mut engine,
        &with_step(event("4", StepStart, 81), "a step that nobody knows"),
    );
    tick(&mut engine, 300);
    let wanted = [
        ("late".into(), Status::Issued, 39),
        ("nowhere".into(), Status::Issued, 81),
    ];
    assert_eq!(alerts(&engine), wanted);
    assert_eq!(engine.counts().events, 70_004);
}

#[test]
fn a_snapshot_of_a_flooded_engine_restores_under_rules_with_new_steps() {
    let mut engine = engine(&definitions("", "", ""));
    flood(&mut engine);
    let rules = compile(&definitions("", LIMIT, LATE)).unwrap_or_else(|p| panic!("{p:?}"));
    let mut restored = Engine::restore(rules, &engine.snapshot()).unwrap();
    assert_eq!(restored.case_count(), 700);
    say(
        &mut restored,
        &with_step(event("2", StepStart, 1), "review"),
    );
    tick(&mut restored, 300);
    assert_eq!(restored.counts().events, 70_001);
}
