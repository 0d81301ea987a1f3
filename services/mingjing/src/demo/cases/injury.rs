//! 工伤认定: 15 days where the facts are clear, else 60.

use chrono::NaiveDate;
use mingjing_domain::event::EventKind;
use mingjing_domain::time::HOUR_MS;

use super::Fault;
use crate::demo::days;
use crate::demo::story::{Story, result, together};

pub(super) fn tell(story: &mut Story<'_>, fault: Option<Fault>) {
    let clerk = story.any_of("window", 3);
    story.tell(EventKind::Applied, &clerk);
    if fault.is_none() && story.dice.once_in(15) {
        let event = story.wait_some(1..=2).tell(EventKind::NotAccepted, &clerk);
        result(event, "not_accepted", "工伤认定办法第七条");
        event.data.reason = Some("超过一年申请时限且无正当理由".into());
        story.wait(0).tell(EventKind::Closed, &clerk);
        return;
    }
    accept(story, &clerk, fault);
}

fn accept(story: &mut Story<'_>, clerk: &str, fault: Option<Fault>) {
    let clear = fault.is_some() || story.dice.once_in(2);
    if fault == Some(Fault::TimeReversed) {
        // Accepted, as the clerk typed it, two hours before the application.
        story.now = story.now.plus_millis(-2 * HOUR_MS);
    } else {
        story.wait_some(1..=3);
    }
    story.tell(EventKind::Accepted, clerk);
    let decision = if clear {
        short_way(story, fault)
    } else {
        long_way(story)
    };
    story.wait_until(decision);
    decide(story, clerk, fault);
}

/// Facts are clear: found so on the day of acceptance. The day of the decision.
fn short_way(story: &mut Story<'_>, fault: Option<Fault>) -> NaiveDate {
    let accepted = story.date();
    let officer = story.any_of("injury", 4);
    story.shortly().begin("clear", &officer);
    let days_taken = story.dice.roll(2..=5);
    let decision = if fault == Some(Fault::OverPromise) {
        story.days.first_from(days::plus(accepted, 17))
    } else {
        // A holiday may take most of the 12 days before the reminder.
        let wanted = story.days.after(accepted, days_taken);
        story.days.last_until(wanted.min(days::plus(accepted, 10)))
    };
    story.wait_until(decision.min(story.days.after(accepted, 1)));
    story.shortly().end("clear", &officer);
    decision
}

/// An inquiry, and what the employer has to prove. The day of the decision.
fn long_way(story: &mut Story<'_>) -> NaiveDate {
    let accepted = story.date();
    let officer = story.any_of("injury", 4);
    story.wait(0).begin("verify", &officer);
    story.shortly().begin("proof", &officer);
    let second = story.colleague(&officer, 4);
    together(story.wait_some(2..=3).end("verify", &officer), second);
    story.wait_some(0..=1).end("proof", &officer);
    story.wait(0).end("review", &officer);
    let days_taken = story.dice.roll(6..=12);
    story.days.after(accepted, days_taken)
}

fn decide(story: &mut Story<'_>, clerk: &str, fault: Option<Fault>) {
    let decider = story.any_of("approve", 2);
    let event = story.shortly().tell(EventKind::Decided, &decider);
    result(event, "recognised", "工伤保险条例第十四条");
    if fault == Some(Fault::NoResult) {
        event.data.result_code = None;
    }
    story.wait_some(1..=5).tell(EventKind::Delivered, clerk);
    story.wait(0).tell(EventKind::Closed, clerk);
}
