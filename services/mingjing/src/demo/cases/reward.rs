//! 举报奖励: graded, reviewed, decided, the one who reported told, claimed, paid out.

use mingjing_domain::event::{EventKind, Value};

use super::Fault;
use crate::demo::story::{Story, amount, attribute, result};

/// By grade: hundredths of the penalty, and the least that is paid, in fen.
const GRADES: [(i64, i64); 3] = [(5, 500_000), (3, 300_000), (1, 100_000)];

pub(super) fn tell(story: &mut Story<'_>, fault: Option<Fault>) {
    let clerk = story.any_of("reward", 2);
    let reviewer = story.any_of("legal", 2);
    let grade = story.dice.roll(1..=3);
    let penalty = story.dice.roll(20..=400) * 100_000;
    let (hundredths, least) = GRADES[grade as usize - 1];
    let lawful = (penalty * hundredths / 100).max(least);
    let reward = match fault {
        Some(Fault::AboveStandard) => lawful * 2,
        _ => lawful,
    };
    story.tell(EventKind::Accepted, &clerk);
    let accepted = story.date();
    story.shortly().begin("grade", &clerk);
    let event = story.wait_some(1..=2).end("grade", &clerk);
    attribute(event, "grade", Value::Int(grade));
    amount(event, "penalty", penalty);
    story.shortly().begin("review", &reviewer);
    story.wait_some(1..=2).end("review", &reviewer);
    if fault == Some(Fault::OverPromise) {
        story.wait_until(story.days.after(accepted, 17));
    }
    let head = story.any_of("approve", 2);
    let event = story.wait(1).tell(EventKind::Decided, &head);
    result(
        event,
        "rewarded",
        "市场监管领域重大违法行为举报奖励暂行办法",
    );
    amount(event, "reward", reward);
    story.wait_some(1..=2).tell(EventKind::Delivered, &clerk);
    story.wait_some(1..=6).end("claim", &clerk);
    let paid = if fault == Some(Fault::PaidOtherwise) {
        reward * 7 / 10
    } else {
        reward
    };
    let cashier = story.any_of("finance", 2);
    let event = story.wait_some(1..=3).tell(EventKind::Executed, &cashier);
    amount(event, "paid", paid);
    story.shortly().tell(EventKind::Closed, &clerk);
}
