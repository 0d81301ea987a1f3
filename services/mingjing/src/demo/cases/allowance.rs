//! 低保给付: the town accepts, visits, reviews and publishes for seven days; the county tests the means, confirms and pays.

use chrono::NaiveDate;
use mingjing_domain::event::{EventKind, Value};
use mingjing_domain::ids::derived_id;

use super::Fault;
use crate::demo::city::{officer, town};
use crate::demo::days;
use crate::demo::story::{Story, amount, by_body, result, together};

/// What the standard grants one person a month, in fen.
const STANDARD: i64 = 80_000;

pub(super) fn tell(story: &mut Story<'_>, fault: Option<Fault>) {
    let people = Town::of(story);
    let members = story.dice.roll(1..=5);
    let applied = story.tell(EventKind::Applied, &people.clerk);
    by_body(applied, &people.body);
    applied
        .data
        .attributes
        .insert("members".into(), Value::Int(members));
    by_body(
        story
            .wait_some(0..=1)
            .tell(EventKind::Accepted, &people.clerk),
        &people.body,
    );
    let accepted = story.date();
    inquire(story, &people, fault);
    publicise(story, &people, fault);
    confirm(story, accepted, members, fault);
}

/// The town's people in the case.
struct Town {
    body: String,
    clerk: String,
    visitor: String,
}

impl Town {
    fn of(story: &mut Story<'_>) -> Self {
        let body = town(story.region);
        Self {
            clerk: officer(&body, "window", story.dice.roll(1..=2)),
            visitor: officer(&body, "affairs", story.dice.roll(1..=3)),
            body,
        }
    }
}

/// The visit and, at the same time, the means test; then the town's review.
fn inquire(story: &mut Story<'_>, people: &Town, fault: Option<Fault>) {
    let tester = story.any_of("verify", 2);
    by_body(story.wait(0).begin("visit", &people.visitor), &people.body);
    story.wait(0).begin("verify", &tester);
    let second = story.colleague(&people.visitor, 3);
    let visited = story.wait_some(1..=2).end("visit", &people.visitor);
    by_body(visited, &people.body);
    together(visited, second);
    if fault == Some(Fault::OtherParty) {
        // The report of another family under this case's number.
        visited.data.party_ref = Some(derived_id(&["demo party", "another"]).into());
    }
    story.wait_some(0..=1).end("verify", &tester);
    by_body(story.wait(1).end("review", &people.visitor), &people.body);
}

fn publicise(story: &mut Story<'_>, people: &Town, fault: Option<Fault>) {
    by_body(
        story.wait(0).begin("publicity", &people.visitor),
        &people.body,
    );
    let over = if fault == Some(Fault::PublicityCut) {
        // Where a holiday lies in between, it was cut on the last day before it.
        story.days.last_until(days::plus(story.date(), 4))
    } else {
        story.days.first_from(days::plus(story.date(), 8))
    };
    story.wait_until(over);
    by_body(
        story.shortly().end("publicity", &people.visitor),
        &people.body,
    );
}

fn confirm(story: &mut Story<'_>, accepted: NaiveDate, members: i64, fault: Option<Fault>) {
    match fault {
        Some(Fault::LastDay) => story.wait_until(story.days.after(accepted, 20)),
        Some(Fault::OverPromise) => story.wait_until(story.days.after(accepted, 22)),
        _ => story.wait_some(1..=2),
    };
    let head = story.any_of("approve", 2);
    let a_head = if fault == Some(Fault::AboveStandard) {
        STANDARD * 3 / 2
    } else {
        STANDARD * story.dice.roll(5..=10) / 10
    };
    let event = story.shortly().tell(EventKind::Decided, &head);
    result(event, "confirmed", "最低生活保障审核确认办法");
    amount(event, "monthly", a_head * members);
    let payer = story.any_of("relief", 3);
    story.wait_some(1..=3).tell(EventKind::Executed, &payer);
    story.wait(0).tell(EventKind::Closed, &payer);
}
