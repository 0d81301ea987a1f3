//! 土地权属裁决: the bureau accepts, serves, investigates and mediates for weeks; where no agreement is found the county's government rules.

use mingjing_domain::event::EventKind;

use super::Fault;
use crate::demo::city::{government, officer};
use crate::demo::story::{Story, by_body, result, together};

pub(super) fn tell(story: &mut Story<'_>, fault: Option<Fault>) {
    let handler = story.any_of("dispute", 4);
    story.tell(EventKind::Applied, &handler);
    match fault {
        Some(Fault::AcceptedLate) => story.wait(9),
        _ => story.wait_some(1..=4),
    };
    story.tell(EventKind::Accepted, &handler);
    if fault != Some(Fault::NotServed) {
        story.wait_some(1..=2).end("serve", &handler);
    }
    story.shortly().begin("investigate", &handler);
    if fault != Some(Fault::NotServed) {
        story.wait_some(5..=9).end("answer", &handler);
    }
    let second = story.colleague(&handler, 4);
    together(story.wait_some(3..=8).end("investigate", &handler), second);
    story.shortly().begin("mediate", &handler);
    story.wait_some(2..=6).end("mediate", &handler);
    if fault.is_none() && story.dice.once_in(2) {
        story.wait_some(1..=2).end("close-by-agreement", &handler);
        story.shortly().tell(EventKind::Closed, &handler);
        return;
    }
    story.shortly().begin("opinion", &handler);
    story.wait_some(3..=8).end("opinion", &handler);
    rule(story);
    story.wait_some(1..=2).tell(EventKind::Delivered, &handler);
    story.shortly().tell(EventKind::Closed, &handler);
}

fn rule(story: &mut Story<'_>) {
    let county = government(story.region);
    let leader = officer(&county, "leaders", story.dice.roll(1..=2));
    let event = story.wait_some(4..=10).tell(EventKind::Decided, &leader);
    by_body(event, &county);
    result(event, "ruled", "土地管理法第十四条");
}
