//! What is concluded of a case is a function of what is known of it, in whatever order it came.

use mingjing_domain::alert::Status;
use mingjing_domain::event::CaseEvent;
use mingjing_domain::event::EventKind::{Accepted, Closed, Corrected, Note, StepEnd, StepStart};
use mingjing_domain::fact::Fact;

use crate::world::{alerts, definitions, engine, event, say, tick, with_attribute, with_step};

fn orders(events: &[CaseEvent<'static>]) -> Vec<Vec<CaseEvent<'static>>> {
    let Some((first, rest)) = events.split_first() else {
        return vec![vec![]];
    };
    let mut all = Vec::new();
    for order in orders(rest) {
        for place in 0..=order.len() {
            let mut order = order.clone();
            order.insert(place, first.clone());
            all.push(order);
        }
    }
    all
}

#[test]
fn every_order_of_arrival_gives_the_same_alerts_and_the_same_case() {
    let limits = "{id: all, name: 办结, kind: case, from: [accepted], to: [closed], statutory: 1wd}, \
                  {id: review, name: 审查, kind: step, step: review, statutory: 1wd}";
    let points = "  - {id: late, name: 超期, check: {overdue: {limit: all}}}
  - {id: review-late, name: 审查超期, check: {overdue: {limit: review}}}
  - {id: large, name: 大, check: {condition: {on: [closed], when: \"case.area > 5\"}}}
  - {id: unreviewed, name: 未审, check: {requires_before: {event: [closed], before: [\"step_end:review\"]}}}\n";
    let text = definitions("{name: area, type: int, default: 0}", limits, points);
    let events = [
        event("1", Accepted, 0),
        with_step(event("2", StepStart, 1), "review"),
        with_step(event("3", StepEnd, 90), "review"),
        with_attribute(event("4", Note, 91), "area", 9),
        event("5", Closed, 92),
    ];
    let mut seen = Vec::new();
    for order in orders(&events) {
        let mut engine = engine(&text);
        for event in &order {
            say(&mut engine, event);
        }
        tick(&mut engine, 300);
        let mut facts = Vec::new();
        engine.flush_cases(&mut facts);
        facts.retain(|fact| matches!(fact, Fact::Case { .. }));
        // What was cancelled or withdrawn on the way differs by the way.
        let mut alleged = alerts(&engine);
        alleged.retain(|(_, status, _)| *status == Status::Issued);
        seen.push((alleged, facts));
    }
    assert_eq!(seen.len(), 120);
    let alleged: Vec<_> = seen[0].0.iter().map(|(point, ..)| point.as_str()).collect();
    assert_eq!(alleged, ["large", "late", "review-late"]);
    assert!(seen.iter().all(|other| *other == seen[0]));
}

#[test]
fn a_case_of_which_all_is_taken_back_has_not_begun() {
    let mut engine = engine(&definitions("", "", ""));
    let mut takes_itself_back = event("1", Corrected, 0);
    takes_itself_back.data.corrects = Some("1".into());
    say(&mut engine, &takes_itself_back);
    let mut facts = Vec::new();
    engine.flush_cases(&mut facts);
    let case = facts.iter().find_map(|fact| match fact {
        Fact::Case { case, .. } => Some(case),
        _ => None,
    });
    assert_eq!(case.map(|c| (c.events, c.opened_at)), Some((0, None)));
}
