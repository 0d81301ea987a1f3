//! 食品经营许可: accepted at once, reviewed, checked on site where that is needed, decided within 8 working days.

use mingjing_domain::event::{EventKind, Value};

use super::Fault;
use crate::demo::city::officer;
use crate::demo::story::{Story, attribute, document, result, together};

pub(super) fn tell(story: &mut Story<'_>, fault: Option<Fault>) {
    let clerk = story.any_of("window", 2);
    story.tell(EventKind::Applied, &clerk);
    if fault.is_none() && story.dice.once_in(8) {
        let notice = story.wait(1).tell(EventKind::SupplementNotice, &clerk);
        notice.data.reason = Some("食品安全管理制度不全，一次性告知补正".into());
        attribute(notice, "demands", Value::Text("食品安全管理制度".into()));
        story
            .wait_some(1..=3)
            .tell(EventKind::SupplementDone, &clerk);
    }
    let event = story.shortly().tell(EventKind::Accepted, &clerk);
    document(event, "receipt");
    let accepted = story.date();
    let on_site = fault == Some(Fault::NotSurveyed) || story.dice.once_in(2);
    inquire(story, on_site, fault);

    let extended = fault.is_none() && story.dice.once_in(20);
    if extended {
        let reviewer = story.any_of("permit", 3);
        let basis = "食品经营许可和备案管理办法";
        story.shortly().extend("5wd", basis, &reviewer);
    }
    if fault == Some(Fault::RankTooLow) {
        // More time, as the head of an office gives it who may not.
        let head = (officer(&story.body, "permit", 3), "office_head");
        let reviewer = story.any_of("permit", 2);
        let basis = "食品经营许可和备案管理办法";
        story.shortly().extend_by(head, "5wd", basis, &reviewer);
    }
    if extended || fault == Some(Fault::OverPromise) {
        story.wait_until(story.days.after(accepted, 8));
    }
    let head = story.any_of("approve", 2);
    story.shortly().begin("approve", &head);
    let event = story.wait(1).tell(EventKind::Decided, &head);
    result(event, "granted", "行政许可法第三十八条第一款");
    story.wait_some(1..=2).tell(EventKind::Delivered, &clerk);
    let publisher = story.any_of("permit", 3);
    story
        .wait_some(0..=2)
        .tell(EventKind::Published, &publisher);
    story.shortly().tell(EventKind::Closed, &clerk);
}

fn inquire(story: &mut Story<'_>, on_site: bool, fault: Option<Fault>) {
    let reviewer = story.any_of("permit", 3);
    story.shortly().begin("review", &reviewer);
    let event = story.wait(1).end("review", &reviewer);
    attribute(event, "on_site", Value::Bool(on_site));
    if on_site && fault != Some(Fault::NotSurveyed) {
        let checker = story.any_of("permit", 3);
        story.shortly().begin("survey", &checker);
        let second = story.colleague(&checker, 3);
        let event = story.wait(1).end("survey", &checker);
        together(event, second);
        attribute(event, "checked_on_site", Value::Bool(true));
    }
}
