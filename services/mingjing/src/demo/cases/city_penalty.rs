//! Penalties by the common procedure: building without a permit (one to two hundredths of the contract price), digging up roads (up to
//! twenty thousand yuan).

use mingjing_domain::event::{EventKind, Value};

use super::Fault;
use super::penalty::other_head;
use crate::demo::city::{BANK, officer};
use crate::demo::story::{Story, amount, attribute, by_tier, collected, result, together};

/// Fines above this are on the list of what the legal office reviews, in fen.
const MAJOR: i64 = 5_000_000;
/// And above this the heads discuss them.
const GRAVE: i64 = 10_000_000;

/// 建设工程质量管理条例 art. 57.
const UNPERMITTED: &str = "建设工程质量管理条例第五十七条";
/// 城市道路管理条例 art. 42.
const ROADS: &str = "城市道路管理条例第四十二条";

pub(super) fn tell(story: &mut Story<'_>, fault: Option<Fault>) {
    let head = story.any_of("approve", 2);
    let investigator = story.any_of("enforce", 4);
    let reviewer = story.any_of("legal", 2);
    let building = story.item.ends_with("CF-0202");
    let contract = story.dice.roll(200..=900) * 1_000_000;
    let (fine, basis, act, tier) = if building {
        let thousandths = story.dice.roll(10..=19);
        let fine = contract * thousandths / 1000;
        (fine, UNPERMITTED, "JS-57", tier(thousandths, [13, 17]))
    } else {
        let hundreds = story.dice.roll(20..=180);
        (hundreds * 10_000, ROADS, "DL-42", tier(hundreds, [60, 140]))
    };
    story.end("clue", &investigator);
    story.wait_some(0..=2).tell(EventKind::Filed, &head);
    story.shortly().begin("investigate", &investigator);
    let second = match fault {
        // The one whose certificate has run out.
        Some(Fault::CertificateExpired) => officer(&story.body, "enforce", 9),
        _ => story.colleague(&investigator, 4),
    };
    let event = story.wait_some(3..=8).end("investigate", &investigator);
    together(event, second);
    attribute(event, "major", Value::Bool(fine > MAJOR));
    attribute(event, "grave", Value::Bool(fine > GRAVE));
    if building {
        amount(event, "contract_price", contract);
    }
    let event = story
        .wait_some(1..=2)
        .tell(EventKind::Notice, &investigator);
    let told = match fault {
        Some(Fault::TierChanged) if tier == "heavy" => "light",
        Some(Fault::TierChanged) => "heavy",
        _ => tier,
    };
    by_tier(event, act, told);
    if fault == Some(Fault::NoHearing) {
        // Whatever the fine, what is taken away as well gives the right to be heard (行政处罚法 art. 63).
        attribute(event, "penalty_kind", Value::Text("confiscate".into()));
    }
    let asked = fault == Some(Fault::NoHearing) || (fault.is_none() && story.dice.once_in(8));
    answer(story, &investigator, &reviewer, asked, fault);
    if fine > MAJOR || asked {
        let review = story
            .wait_some(1..=2)
            .tell(EventKind::LegalReview, &reviewer);
        review.data.result_code = Some("passed".into());
    }
    if fine > GRAVE {
        story.shortly().tell(EventKind::CollectiveDiscussion, &head);
    }
    let event = story.wait(1).tell(EventKind::Decided, &other_head(&head));
    result(event, "fined", basis);
    amount(event, "fine", fine);
    by_tier(event, act, tier);
    story
        .wait_some(1..=2)
        .tell(EventKind::Delivered, &investigator);
    story.wait_some(0..=2).tell(EventKind::Published, &reviewer);
    let paid = if fault == Some(Fault::PaidOtherwise) {
        fine / 2
    } else {
        fine
    };
    let event = story.wait_some(1..=4).tell(EventKind::Paid, &investigator);
    amount(event, "paid", paid);
    collected(event, BANK.into(), None);
    story.shortly().tell(EventKind::Closed, &investigator);
    if fault == Some(Fault::SentAgain) {
        story.wait(2).tell_again(EventKind::Decided, |event| {
            amount(event, "fine", fine / 2);
        });
    }
}

/// The tier of a fine, by what its first two end at.
fn tier(measure: i64, [light, normal]: [i64; 2]) -> &'static str {
    match measure {
        _ if measure <= light => "light",
        _ if measure <= normal => "normal",
        _ => "heavy",
    }
}

/// Five working days to ask for a hearing; where it was asked for, seven more from its notice.
fn answer(
    story: &mut Story<'_>,
    investigator: &str,
    reviewer: &str,
    asked: bool,
    fault: Option<Fault>,
) {
    if !asked {
        story.wait_some(5..=6);
        return;
    }
    story
        .wait_some(2..=3)
        .tell(EventKind::HearingRequested, investigator);
    if fault == Some(Fault::NoHearing) {
        story.wait(4);
        return;
    }
    story.wait(1).tell(EventKind::HearingNotice, reviewer);
    story.wait_some(8..=10).tell(EventKind::Hearing, reviewer);
}
