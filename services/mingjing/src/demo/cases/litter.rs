//! 当场处罚: everything on the spot, the cash handed in within two working days, the decision reported for the record.

use mingjing_domain::event::{EventKind, Value};

use super::Fault;
use crate::demo::city::BANK;
use crate::demo::story::{Story, amount, attribute, by_tier, collected, result, together};

pub(super) fn tell(story: &mut Story<'_>, fault: Option<Fault>) {
    let officer = story.any_of("enforce", 6);
    let clerk = story.any_of("legal", 2);
    // Ten to two hundred yuan; the summary procedure ends at two hundred for a citizen (行政处罚法 art. 51).
    let fine = if fault == Some(Fault::BeyondSummary) {
        50_000
    } else {
        story.dice.roll(2..=20) * 1000
    };
    let fine = match fault {
        Some(Fault::CashTaken) => fine.max(15_000),
        _ => fine,
    };
    // On the spot only up to a hundred yuan (art. 68).
    let cash = fine <= 10_000 || matches!(fault, Some(Fault::CashLate | Fault::CashTaken));
    let fine = match fault {
        Some(Fault::CashLate) => fine.min(10_000),
        _ => fine,
    };
    let second = story.colleague(&officer, 6);
    together(story.end("verify", &officer), second);
    story.shortly().tell(EventKind::Notice, &officer);
    let event = story.shortly().tell(EventKind::Decided, &officer);
    result(event, "fined", "城市市容和环境卫生管理条例第三十四条");
    event.data.party_kind = Some("citizen".into());
    amount(event, "fine", fine);
    let tier = match fine {
        ..=5_000 => "light",
        5_001..=10_000 => "normal",
        _ => "heavy",
    };
    by_tier(event, "HW-34", tier);
    story.shortly().tell(EventKind::Delivered, &officer);
    let body = story.body.clone();
    if cash {
        let event = story.shortly().tell(EventKind::Paid, &officer);
        amount(event, "paid", fine);
        attribute(event, "cash", Value::Bool(true));
        collected(event, body, Some("small_fine"));
        let days = if fault == Some(Fault::CashLate) { 5 } else { 1 };
        if days > 1 {
            story.wait(1).end("record", &clerk);
        }
        story.wait(days).end("hand-in", &officer);
        if days == 1 {
            story.shortly().end("record", &clerk);
        }
    } else {
        story.wait(1).end("record", &clerk);
        let event = story.wait_some(1..=5).tell(EventKind::Paid, &officer);
        amount(event, "paid", fine);
        collected(event, BANK.into(), None);
    }
    story.shortly().tell(EventKind::Closed, &officer);
}
