//! Free conditions: refused with their line where they cannot mean anything, counted where they cannot be judged.

use mingjing_domain::alert::Status;
use mingjing_domain::event::EventKind::{Accepted, Closed, Note};

use crate::world::{alerts, compile, definitions, engine, event, say, tick, with_attribute};

fn point(when: &str) -> String {
    format!(
        "  - {{id: large, name: 大, check: {{condition: {{on: [note], when: \"{when}\", each: true}}}}}}\n"
    )
}

#[test]
fn a_condition_without_its_value_is_not_judged_and_counted() {
    let mut engine = engine(&definitions(
        "{name: area, type: int}",
        "",
        &point("case.area > 5"),
    ));
    say(&mut engine, &event("1", Accepted, 0));
    say(&mut engine, &event("2", Note, 1));
    assert_eq!((engine.unjudged_conditions(), alerts(&engine)), (1, vec![]));
    say(
        &mut engine,
        &with_attribute(event("3", Closed, 2), "area", 9),
    );
    say(&mut engine, &event("4", Note, 3));
    tick(&mut engine, 100);
    assert_eq!(engine.unjudged_conditions(), 1);
    assert_eq!(alerts(&engine), [("large".into(), Status::Issued, 3)]);
}

#[test]
fn has_asks_whether_a_value_is_known_and_is_always_judged() {
    let text = definitions("{name: area, type: int}", "", &point("!has(case.area)"));
    let mut engine = engine(&text);
    say(&mut engine, &event("1", Note, 1));
    say(
        &mut engine,
        &with_attribute(event("2", Accepted, 2), "area", 9),
    );
    say(&mut engine, &event("3", Note, 3));
    tick(&mut engine, 100);
    assert_eq!(engine.unjudged_conditions(), 0);
    assert_eq!(alerts(&engine), [("large".into(), Status::Issued, 1)]);
}

#[test]
fn what_a_condition_cannot_mean_is_refused_with_file_and_line() {
    for (when, wanted) in [
        ("case.aera > 5", "unknown attribute `case.aera`"),
        ("event.office == 'a'", "unknown attribute `event.office`"),
        ("area > 5", "unknown name `area`"),
        ("case == 5", "`case` is used whole"),
        ("case.area >", "not a CEL condition"),
        ("case.files.waiver", "write `has(case.files.waiver)`"),
        ("[1, 2].exists(x, x > case.area)", "loops over lists"),
    ] {
        let text = definitions("{name: area, type: int}", "", &point(when));
        let line = 1 + text
            .lines()
            .position(|line| line.contains("id: large"))
            .unwrap() as u32;
        let problems = compile(&text).err().unwrap_or_default();
        let found: Vec<_> = problems.iter().map(|p| (p.file.as_str(), p.line)).collect();
        assert_eq!(found, [("permit.yaml", line)], "{when}");
        assert!(
            problems[0].message.contains(wanted),
            "{when}: {}",
            problems[0].message
        );
    }
}

#[test]
fn a_limit_may_not_fall_away_by_what_one_event_says() {
    let limit = "{id: all, name: 办结, kind: case, from: [accepted], to: [closed], statutory: 5wd, \
                 falls_away_when: \"event.kind == 'note'\"}";
    let late = "  - {id: late, name: 超期, check: {overdue: {limit: all}}}\n";
    let problems = compile(&definitions("", limit, late))
        .err()
        .unwrap_or_default();
    assert_eq!(problems.len(), 1);
    assert!(problems[0].message.contains("no single event is judged"));
}
