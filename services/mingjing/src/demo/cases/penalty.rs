//! 食品经营处罚: lead, filing, investigation, legal review, notice, five working days to answer, decision, delivery, publication,
//! payment.

use mingjing_domain::event::{EventKind, Value};

use super::Fault;
use crate::demo::city::BANK;
use crate::demo::story::{Story, amount, attribute, by_tier, collected, result, together};

pub(super) fn tell(story: &mut Story<'_>, fault: Option<Fault>) {
    let head = story.any_of("approve", 2);
    let investigator = story.any_of("enforce", 6);
    let goods = story.dice.roll(2..=40) * 50_000;
    let fine = match fault {
        // 货值不足一万元，罚款却超过十万元.
        Some(Fault::FineOutOfRange) => 12_000_000,
        _ if goods < 1_000_000 => story.dice.roll(50..=90) * 100_000,
        _ => goods * story.dice.roll(10..=18),
    };
    let goods = if fault == Some(Fault::FineOutOfRange) {
        800_000
    } else {
        goods
    };

    let tier = tier(goods, fine);
    story.end("clue", &investigator);
    story.wait_some(0..=2).tell(EventKind::Filed, &head);
    investigate(story, &investigator, goods, fault);
    let reviewer = story.any_of("legal", 2);
    if fault != Some(Fault::NoLegalReview) {
        story
            .wait(1)
            .tell(EventKind::LegalReview, &reviewer)
            .data
            .result_code = Some("passed".into());
    }
    if fault != Some(Fault::NoNotice) {
        notice(story, &investigator, &reviewer, &head, (fine, tier), fault);
    }
    let decider = if fault == Some(Fault::OneHand) {
        head
    } else {
        other_head(&head)
    };
    let event = story.wait(1).tell(EventKind::Decided, &decider);
    result(event, "fined", "食品安全法第一百二十四条");
    amount(event, "fine", fine);
    let tier = match fault {
        // 口头约定的档次，不在备案的基准之内.
        Some(Fault::TierNotFiled) => "negotiated",
        _ => tier,
    };
    by_tier(event, ACT, tier);
    finish(story, &investigator, &reviewer, fine);
}

/// An act under a code that the power list does not have.
pub(super) fn tell_off_list(story: &mut Story<'_>) {
    story.item = format!("{}-CF-0999", story.region);
    let head = story.any_of("approve", 2);
    story.tell(EventKind::Filed, &head);
    let decider = other_head(&head);
    result(
        story.wait(2).tell(EventKind::Decided, &decider),
        "fined",
        "市容管理规定",
    );
    story.wait(1).tell(EventKind::Closed, &head);
}

/// Filing and deciding are two persons' work: the other of the two heads.
pub(super) fn other_head(head: &str) -> String {
    let (office, number) = head.rsplit_once('-').unwrap_or((head, "1"));
    format!("{office}-{}", if number == "1" { "2" } else { "1" })
}

/// 经营不符合食品安全标准的食品, as the filed standard calls it.
const ACT: &str = "SP-124";

/// The tier that a fine lies in; of one above all of them the last.
fn tier(goods: i64, fine: i64) -> &'static str {
    match (goods < 1_000_000, fine) {
        (true, ..=6_500_000) => "small-light",
        (true, ..=8_500_000) => "small-normal",
        (true, _) => "small-heavy",
        (false, fine) if fine <= goods * 13 => "large-light",
        (false, fine) if fine <= goods * 17 => "large-normal",
        (false, _) => "large-heavy",
    }
}

fn investigate(story: &mut Story<'_>, investigator: &str, goods: i64, fault: Option<Fault>) {
    story.wait(0).begin("investigate", investigator);
    if story.dice.once_in(4) {
        let sampler = story.any_of("enforce", 6);
        story.wait(1).begin("sampling", &sampler);
        story.wait_some(1..=2).end("sampling", &sampler);
    }
    let second = story.colleague(investigator, 6);
    let event = story.wait_some(2..=5).end("investigate", investigator);
    amount(event, "goods_value", goods);
    if fault != Some(Fault::OneOfficer) {
        together(event, second);
    }
}

/// Notice of the intended penalty, the time to answer it, a hearing or a collective discussion where there is one.
fn notice(
    story: &mut Story<'_>,
    investigator: &str,
    reviewer: &str,
    head: &str,
    (fine, tier): (i64, &'static str),
    fault: Option<Fault>,
) {
    let days = i64::from(fault == Some(Fault::NoLegalReview));
    let heard = fault.is_none() && fine > 10_000_000 && story.dice.once_in(3);
    let event = story.wait(days).tell(EventKind::Notice, investigator);
    if fault != Some(Fault::TierNotFiled) {
        by_tier(event, ACT, tier);
    }
    if fault == Some(Fault::DefenceCut) {
        story.wait(1);
        return;
    }
    if heard {
        hear(story, investigator, reviewer);
    } else {
        story.wait_some(5..=6);
    }
    if fine > 10_000_000 {
        let event = story.wait(0).tell(EventKind::CollectiveDiscussion, head);
        attribute(event, "grave", Value::Bool(true));
    }
}

/// Asked for within five working days of the notice, held seven and more after its own, and reviewed again.
fn hear(story: &mut Story<'_>, investigator: &str, reviewer: &str) {
    story
        .wait_some(2..=3)
        .tell(EventKind::HearingRequested, investigator);
    story.wait(1).tell(EventKind::HearingNotice, reviewer);
    story.wait_some(8..=10).tell(EventKind::Hearing, reviewer);
    let event = story.wait_some(1..=2).end("review-heard", reviewer);
    event.data.result_code = Some("passed".into());
}

fn finish(story: &mut Story<'_>, investigator: &str, reviewer: &str, fine: i64) {
    story
        .wait_some(1..=2)
        .tell(EventKind::Delivered, investigator);
    story.wait_some(0..=2).tell(EventKind::Published, reviewer);
    let event = story.wait_some(1..=4).tell(EventKind::Paid, investigator);
    amount(event, "paid", fine);
    collected(event, BANK.into(), None);
    story.wait(0).tell(EventKind::Closed, investigator);
}
