//! 表彰奖励: announced, applied for, judged, made known for five working days, decided, awarded.

use mingjing_domain::event::EventKind;

use super::Fault;
use crate::demo::story::{Story, amount, result};

pub(super) fn tell(story: &mut Story<'_>, fault: Option<Fault>) {
    let clerk = story.any_of("affairs", 3);
    let head = story.any_of("approve", 2);
    let reward = story.dice.roll(2..=10) * 100_000;
    story.end("announce", &clerk);
    story.wait_some(3..=5).tell(EventKind::Accepted, &clerk);
    story.wait_some(1..=2).begin("assess", &clerk);
    story.wait_some(2..=5).end("assess", &clerk);
    story.wait(1).begin("publicity", &clerk);
    match fault {
        Some(Fault::PublicityCut) => story.wait(2),
        _ => story.wait_some(6..=7),
    };
    story.end("publicity", &clerk);
    let event = story.wait_some(1..=2).tell(EventKind::Decided, &head);
    result(event, "rewarded", "义务教育法第十条");
    amount(event, "reward", reward);
    story.wait_some(0..=2).tell(EventKind::Published, &clerk);
    let event = story.wait_some(2..=6).tell(EventKind::Executed, &clerk);
    amount(event, "paid", reward);
    story.shortly().tell(EventKind::Closed, &clerk);
}
