//! 代履行: reminder, decision, delivery, a last reminder three days before, performance, cost.

use mingjing_domain::event::EventKind;

use super::Fault;
use crate::demo::story::{Story, amount, result};

pub(super) fn tell(story: &mut Story<'_>, fault: Option<Fault>) {
    let officer = story.any_of("enforce", 4);
    let head = story.any_of("approve", 2);
    let estimate = story.dice.roll(10..=90) * 100_000;
    story.begin("check", &officer);
    story.wait_some(1..=2).end("check", &officer);
    if fault == Some(Fault::NotUrged) {
        story.wait(2);
    } else {
        story.wait_some(1..=2).tell(EventKind::Notice, &officer);
        story.wait_some(4..=8);
    }
    let event = story.shortly().tell(EventKind::Decided, &head);
    result(event, "ordered", "行政强制法第五十条");
    amount(event, "estimate", estimate);
    story.wait(1).tell(EventKind::Delivered, &officer);
    let publisher = story.any_of("legal", 2);
    story.shortly().tell(EventKind::Published, &publisher);
    story.wait_some(1..=3).end("remind", &officer);
    match fault {
        Some(Fault::ReminderCut) => story.wait(1),
        _ => story.wait_some(4..=6),
    };
    story.rest_on_holidays().begin("perform", &officer);
    story
        .wait_some(1..=3)
        .rest_on_holidays()
        .tell(EventKind::Executed, &officer);
    let event = story.wait_some(1..=4).end("cost", &officer);
    amount(event, "cost", estimate * 9 / 10);
    story.shortly().tell(EventKind::Closed, &officer);
}
