//! 查封扣押: approved before, or within 24 hours where it could not wait; handled within 30 days.

use chrono::NaiveDate;
use mingjing_domain::event::{EventKind, Value};

use super::Fault;
use crate::demo::days;
use crate::demo::story::{Story, amount, result, together};

pub(super) fn tell(story: &mut Story<'_>, fault: Option<Fault>) {
    let working = story.days.works(story.date());
    let urgent = !working || (fault.is_none() && story.dice.once_in(4));
    let head = story.any_of("approve", 2);
    let officer = story.any_of("enforce", 6);
    if urgent {
        // At night or on a day off: that is why it could not wait.
        let evening = story.dice.roll(19 * 60..=22 * 60);
        story.now = days::at(story.date(), evening);
    } else if fault != Some(Fault::NoApproval) {
        story
            .end("request", &head)
            .data
            .attributes
            .insert("approved".into(), Value::Bool(true));
        story.wait(0);
    }
    seize(story, &officer, urgent);
    let seized = story.date();
    story.shortly().end("inventory", &officer);
    story.shortly().end("record", &officer);
    if urgent {
        let next_morning = story.dice.roll(9 * 60..=10 * 60);
        story.now = days::at(days::plus(seized, 1), next_morning);
        story
            .end("approval", &head)
            .data
            .attributes
            .insert("approved".into(), Value::Bool(true));
    }
    appraise(story, &officer, fault);
    handle(story, seized, &head, &officer, fault);
}

fn seize(story: &mut Story<'_>, officer: &str, urgent: bool) {
    let goods = story.dice.roll(1..=30) * 100_000;
    let second = story.colleague(officer, 6);
    let event = story.end("seize", officer);
    together(event, second);
    event
        .data
        .attributes
        .insert("urgent".into(), Value::Bool(urgent));
    amount(event, "goods_value", goods);
}

/// 检验鉴定: with its time told to the party.
fn appraise(story: &mut Story<'_>, officer: &str, fault: Option<Fault>) {
    let too_long = fault == Some(Fault::SuspendedTooLong);
    if !too_long && (fault.is_some() || !story.dice.once_in(4)) {
        return;
    }
    story.wait(1).begin("appraise", officer);
    let planned = story.days.after(story.date(), if too_long { 4 } else { 6 });
    story.suspend("testing", "行政强制法第二十五条第三款", planned, officer);
    story
        .wait(if too_long { 8 } else { 4 })
        .resume("testing", officer);
    story.shortly().end("appraise", officer);
}

fn handle(
    story: &mut Story<'_>,
    seized: NaiveDate,
    head: &str,
    officer: &str,
    fault: Option<Fault>,
) {
    match fault {
        Some(Fault::OverLaw) => story.wait_until(story.days.first_from(days::plus(seized, 34))),
        // The term does not roll: be it a holiday, somebody comes in.
        Some(Fault::LastDay) => story.wait_until(days::plus(seized, 30)),
        _ => story.wait_some(4..=8),
    };
    let lifted = story.dice.once_in(2);
    let (code, basis) = if lifted {
        ("lifted", "行政强制法第二十八条第一款")
    } else {
        ("confiscated", "行政强制法第二十七条")
    };
    result(story.shortly().tell(EventKind::Decided, head), code, basis);
    story.wait_some(1..=2).tell(EventKind::Executed, officer);
    let publisher = story.any_of("legal", 2);
    story.shortly().tell(EventKind::Published, &publisher);
    story.shortly().tell(EventKind::Closed, officer);
}
