//! 不动产登记: accepted at once, examined, entered by another registrar, certificate.

use mingjing_domain::event::{EventKind, Fee};

use super::Fault;
use crate::demo::city::officer;
use crate::demo::story::{Story, amount, result};

/// 登记费, in fen: for homes, and for whatever else.
const FEES: [(&str, i64); 2] = [("SF-0401", 8_000), ("SF-0402", 55_000)];

pub(super) fn tell(story: &mut Story<'_>, fault: Option<Fault>) {
    let clerk = story.any_of("window", 3);
    let number = story.dice.roll(1..=4);
    let examiner = officer(&story.body, "registry", number);
    let registrar = match fault {
        Some(Fault::OneHand) => examiner.clone(),
        _ => officer(&story.body, "registry", number % 4 + 1),
    };
    story.tell(EventKind::Applied, &clerk);
    story.shortly().tell(EventKind::Accepted, &clerk);
    let accepted = story.date();
    story.shortly().begin("examine", &examiner);
    story.wait_some(0..=1).end("examine", &examiner);
    if fault == Some(Fault::OverPromise) {
        story.wait_until(story.days.after(accepted, 7));
    }
    let event = story.shortly().tell(EventKind::Decided, &registrar);
    result(event, "registered", "不动产登记暂行条例第二十条");
    let (code, price) = FEES[usize::from(story.dice.once_in(4))];
    let event = story.wait(0).tell(EventKind::Paid, &clerk);
    event.data.fee = Some(Box::new(Fee {
        code: code.into(),
        ..Fee::default()
    }));
    amount(event, "receivable", price);
    amount(event, "paid", price);
    story.wait_some(1..=2).tell(EventKind::Delivered, &clerk);
    story.shortly().tell(EventKind::Closed, &clerk);
    if fault.is_none() && story.dice.once_in(4) {
        let event = story.wait_some(1..=2).tell(EventKind::Rated, &clerk);
        event.data.result_code = Some("1".into());
    }
}
