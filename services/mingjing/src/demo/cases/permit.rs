//! 施工许可: accepted at once, reviewed (and surveyed), decided within 6 working days, delivered and published.

use chrono::NaiveDate;
use mingjing_domain::event::{Actor, EventKind, Value};

use super::Fault;
use crate::demo::city::officer;
use crate::demo::story::{Story, amount, attribute, by_body, document, result, together};

/// Above this a site must be surveyed, in square metres.
const LARGE_AREA: i64 = 20_000;

pub(super) fn tell(story: &mut Story<'_>, fault: Option<Fault>) {
    let clerk = story.any_of("window", 3);
    let area = story.dice.roll(3..=60) * 1000;
    story
        .tell(EventKind::Applied, &clerk)
        .data
        .attributes
        .insert("area".into(), Value::Int(area));
    if fault.is_none() && story.dice.once_in(8) {
        supplement(story, &clerk);
    }
    let event = story.shortly().tell(EventKind::Accepted, &clerk);
    document(event, "receipt");
    if fault == Some(Fault::Fee) {
        amount(
            story.shortly().tell(EventKind::Paid, &clerk),
            "fee",
            300_000,
        );
    }
    let accepted = story.date();
    let reviewer = match fault {
        // The window's clerk does the reviewer's work.
        Some(Fault::OtherPost) => clerk.clone(),
        _ => story.any_of("review", 4),
    };
    review(story, &reviewer, area > LARGE_AREA, fault);
    let decider = match fault {
        Some(Fault::OneHand) => clerk.clone(),
        _ => story.any_of("approve", 2),
    };
    decide(story, accepted, &decider, fault);
    finish(story, &clerk, fault);
}

fn supplement(story: &mut Story<'_>, clerk: &str) {
    let notice = story.shortly().tell(EventKind::SupplementNotice, clerk);
    notice.data.reason = Some("施工合同和质量安全措施材料不全，一次性告知补正".into());
    attribute(
        notice,
        "demands",
        Value::Text("施工合同、质量安全措施".into()),
    );
    story
        .wait_some(1..=3)
        .tell(EventKind::SupplementDone, clerk);
}

/// Review, and beside it the survey where the site is large: over by the second working day.
fn review(story: &mut Story<'_>, reviewer: &str, large: bool, fault: Option<Fault>) {
    story.shortly().begin("review", reviewer);
    if large {
        let surveyor = story.any_of("survey", 3);
        story.shortly().begin("survey", &surveyor);
        let days = i64::from(fault != Some(Fault::PublishedOnLastDay));
        let second = story.colleague(&surveyor, 3);
        let event = story.wait(days).end("survey", &surveyor);
        together(event, second);
        attribute(event, "surveyed", Value::Bool(true));
        story.shortly().end("review", reviewer);
    } else {
        story.wait(0).end("review", reviewer);
    }
    if fault == Some(Fault::SuspendedTooLong) {
        experts(story, reviewer, 4, 8);
    } else if fault.is_none() && story.dice.once_in(10) {
        experts(story, reviewer, 6, 4);
    }
}

/// 专家评审: planned for some working days, over after others.
fn experts(story: &mut Story<'_>, reviewer: &str, planned: i64, took: i64) {
    story.wait(0);
    let end = story.days.after(story.date(), planned);
    story.suspend("expert-review", "行政许可法第四十五条", end, reviewer);
    story.wait(took).resume("expert-review", reviewer);
}

fn decide(story: &mut Story<'_>, accepted: NaiveDate, decider: &str, fault: Option<Fault>) {
    // The working day after acceptance on which the decision is made.
    let day = match fault {
        Some(Fault::LastDay) => 6,
        Some(Fault::OverPromise) => 7,
        Some(Fault::OverLaw) => 10,
        Some(Fault::PublishedOnLastDay) => 1,
        _ => story.dice.roll(2..=3),
    };
    let approver = story.any_of("approve", 2);
    let decision = story.days.after(accepted, day);
    if fault != Some(Fault::OverLaw) {
        story.wait_until(story.days.after(decision, -1));
    }
    story.wait(0).begin("approve", &approver);
    let granted = fault.is_some() || !story.dice.once_in(30);
    let other = if story.region == "510502" {
        "510504-zjj"
    } else {
        "510502-zjj"
    };
    story.wait_until(decision);
    let event = story.shortly().tell(EventKind::Decided, decider);
    if granted {
        result(event, "granted", "行政许可法第三十八条第一款");
    } else {
        result(event, "refused", "行政许可法第三十八条第二款");
        event.data.reason = Some("施工图审查未合格，告知申请复议或者诉讼的权利".into());
    }
    if fault == Some(Fault::WrongBody) {
        by_body(event, other);
        let id = officer(other, "approve", 1).into();
        event.data.actor = Some(Actor {
            id,
            ..Actor::default()
        });
    }
}

/// Delivery, publication, closing; sometimes a rating.
fn finish(story: &mut Story<'_>, clerk: &str, fault: Option<Fault>) {
    let decided = story.date();
    let reviewer = story.any_of("review", 4);
    let publication = match fault {
        Some(Fault::PublishedLate) => 9,
        Some(Fault::PublishedOnLastDay) => 7,
        _ => story.dice.roll(1..=3),
    };
    story.wait(1).tell(EventKind::Delivered, clerk);
    story.wait_until(story.days.after(decided, publication));
    story.shortly().tell(EventKind::Published, &reviewer);
    story.wait(0).tell(EventKind::Closed, clerk);
    if fault == Some(Fault::BadRating) {
        let event = story.wait(1).tell(EventKind::Rated, clerk);
        event.data.result_code = Some("5".into());
    }
    if fault.is_none() && story.dice.once_in(3) {
        let grade = if story.dice.once_in(20) { "3" } else { "1" };
        story
            .wait_some(1..=2)
            .tell(EventKind::Rated, clerk)
            .data
            .result_code = Some(grade.into());
    }
}
