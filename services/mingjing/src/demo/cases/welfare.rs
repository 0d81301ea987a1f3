//! 残疾人两项补贴、高龄津贴: the town accepts and checks, the county examines, confirms and pays.

use mingjing_domain::event::EventKind;

use super::Fault;
use crate::demo::city::{officer, town};
use crate::demo::days;
use crate::demo::story::{Story, amount, by_body, result};

pub(super) fn tell(story: &mut Story<'_>, fault: Option<Fault>) {
    let town = town(story.region);
    let clerk = officer(&town, "window", story.dice.roll(1..=2));
    let checker = officer(&town, "affairs", story.dice.roll(1..=3));
    by_body(story.tell(EventKind::Applied, &clerk), &town);
    by_body(story.shortly().tell(EventKind::Accepted, &clerk), &town);
    by_body(story.shortly().begin("check", &checker), &town);
    by_body(story.wait_some(1..=2).end("check", &checker), &town);
    if story.item.ends_with("JF-0503") {
        // 高龄津贴: the names stand in the village for five days and more.
        by_body(story.shortly().begin("publicity", &checker), &town);
        let over = story.days.first_from(days::plus(story.date(), 6));
        story.wait_until(over);
        by_body(story.shortly().end("publicity", &checker), &town);
    }
    let examiner = story.any_of("relief", 3);
    if fault != Some(Fault::Unexamined) {
        story.shortly().begin("examine", &examiner);
        story.wait_some(1..=2).end("examine", &examiner);
    }
    let head = story.any_of("approve", 2);
    // Eighty to two hundred yuan a month.
    let monthly = if fault == Some(Fault::AboveStandard) {
        30_000
    } else {
        story.dice.roll(8..=20) * 1000
    };
    let event = story.wait_some(1..=2).tell(EventKind::Decided, &head);
    result(event, "confirmed", "国发〔2015〕52号");
    amount(event, "monthly", monthly);
    story.wait_some(1..=4).tell(EventKind::Executed, &examiner);
    story.shortly().tell(EventKind::Closed, &examiner);
}
