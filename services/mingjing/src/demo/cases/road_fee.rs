//! 道路占用、挖掘收费: area by price, checked by a second person, paid into the account, receipted.

use mingjing_domain::event::{EventKind, Fee, Quantity, Value};

use super::Fault;
use crate::demo::story::{Story, amount, attribute, result};

/// What a square metre costs, in fen: digging, occupying.
const PRICES: (i64, i64) = (42_000, 3_000);

/// 抢险抢修工程.
const RELIEF: &str = "emergency_repair";

pub(super) fn tell(story: &mut Story<'_>, fault: Option<Fault>) {
    let clerk = story.any_of("window", 2);
    let cashier = story.any_of("finance", 2);
    let area = story.dice.roll(8..=160);
    let price = if story.item.ends_with("ZS-0601") {
        PRICES.0
    } else {
        PRICES.1
    };
    story.tell(EventKind::Applied, &clerk);
    story.shortly().tell(EventKind::Accepted, &clerk);
    let relief = match fault {
        Some(Fault::ReliefUnapproved) => area * price * 3 / 10,
        None if story.dice.once_in(6) => area * price / 2,
        _ => 0,
    };
    assess(story, &cashier, (area, price), fault);
    if relief > 0 {
        grant(story, relief, fault);
    }
    let due = area * price - relief;
    let receivable = if fault == Some(Fault::OffStandard) {
        due * 8 / 10
    } else {
        due
    };
    let code = if story.item.ends_with("ZS-0601") {
        "SF-0601"
    } else {
        "SF-0602"
    };
    let ground = (relief > 0 && fault != Some(Fault::ReliefUnapproved)).then_some(RELIEF);
    let event = story.shortly().tell(EventKind::Decided, &cashier);
    result(event, "assessed", "城市道路管理条例第三十七条");
    event.data.fee = Some(Box::new(Fee {
        code: code.into(),
        quantity: Some(Quantity {
            thousandths: area * 1000,
        }),
        relief_ground: ground.map(Into::into),
    }));
    if relief > 0 {
        amount(event, "relief", relief);
    }
    amount(event, "receivable", receivable);
    let event = story.wait_some(1..=4).tell(EventKind::Paid, &cashier);
    amount(event, "paid", receivable);
    story.shortly().end("receipt", &cashier);
    story.wait(1).end("archive", &cashier);
    story.shortly().tell(EventKind::Closed, &cashier);
}

fn assess(story: &mut Story<'_>, cashier: &str, (area, price): (i64, i64), fault: Option<Fault>) {
    let assessor = story.any_of("road", 3);
    story.shortly().begin("assess", &assessor);
    let event = story.wait(1).end("assess", &assessor);
    attribute(event, "area", Value::Int(area));
    amount(event, "unit_price", price);
    let checker = if fault == Some(Fault::OneHand) {
        assessor
    } else {
        cashier.to_owned()
    };
    story.shortly().begin("check", &checker);
    story.shortly().end("check", &checker);
}

/// 减免: approved by the head, or, where it was not, simply taken off.
fn grant(story: &mut Story<'_>, relief: i64, fault: Option<Fault>) {
    let head = story.any_of("approve", 2);
    if fault == Some(Fault::ReliefUnapproved) {
        let event = story.shortly().tell(EventKind::Note, &head);
        event.data.reason = Some("口头同意减免".into());
        amount(event, "relief", relief);
        return;
    }
    story.shortly().begin("relief", &head);
    let event = story.wait(1).end("relief", &head);
    event.data.reason = Some("抢险抢修工程".into());
    amount(event, "relief", relief);
    attribute(event, "relief_approved", Value::Bool(true));
}
