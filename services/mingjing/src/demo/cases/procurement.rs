//! 政府采购投诉: accepted, served, answered, examined; decided within 30 working days of receipt by law and 25 by promise.

use mingjing_domain::event::EventKind;

use super::Fault;
use crate::demo::story::{Story, result};

pub(super) fn tell(story: &mut Story<'_>, fault: Option<Fault>) {
    let handler = story.any_of("procurement", 3);
    let head = story.any_of("approve", 2);
    story.tell(EventKind::Applied, &handler);
    story.wait_some(1..=2).tell(EventKind::Accepted, &handler);
    match fault {
        Some(Fault::ServedLate) => story.wait(10),
        _ => story.wait_some(1..=3),
    };
    story.end("serve", &handler);
    story.shortly().begin("examine", &handler);
    story.wait_some(2..=4).end("answer", &handler);
    story.wait_some(2..=6).end("examine", &handler);
    let upheld = story.dice.once_in(3);
    let event = story.wait_some(1..=2).tell(EventKind::Decided, &head);
    let code = if upheld { "upheld" } else { "rejected" };
    result(event, code, "政府采购法第五十六条");
    story.wait(1).tell(EventKind::Delivered, &handler);
    story.wait_some(0..=2).tell(EventKind::Published, &handler);
    story.shortly().tell(EventKind::Closed, &handler);
}
