//! Licences by the common procedure (公共场所卫生许可, 排水许可): review, check on site, others told where their interests are at stake, decision
//! within 10 working days promised and 20 lawful.

use mingjing_domain::event::{EventKind, Value};

use super::Fault;
use crate::demo::story::{Story, attribute, document, result, together};

pub(super) fn tell(story: &mut Story<'_>, fault: Option<Fault>) {
    let clerk = story.any_of("window", 2);
    story.tell(EventKind::Applied, &clerk);
    let event = story.shortly().tell(EventKind::Accepted, &clerk);
    document(event, "receipt");
    let accepted = story.date();
    let third_party = fault == Some(Fault::NotTold) || (fault.is_none() && story.dice.once_in(6));
    inquire(story, third_party, fault);

    let extended = fault.is_none() && story.dice.once_in(20);
    if extended {
        let reviewer = story.any_of("review", 3);
        let basis = "行政许可法第四十二条第一款";
        story.shortly().extend("10wd", basis, &reviewer);
    }
    if extended || fault == Some(Fault::OverPromise) {
        story.wait_until(story.days.after(accepted, 11));
    }
    let head = story.any_of("approve", 2);
    story.shortly().begin("approve", &head);
    let event = story.wait(1).tell(EventKind::Decided, &head);
    result(event, "granted", "行政许可法第三十八条第一款");
    story.wait_some(1..=3).tell(EventKind::Delivered, &clerk);
    let publisher = story.any_of("review", 3);
    story
        .wait_some(0..=2)
        .tell(EventKind::Published, &publisher);
    story.shortly().tell(EventKind::Closed, &clerk);
}

fn inquire(story: &mut Story<'_>, third_party: bool, fault: Option<Fault>) {
    let reviewer = story.any_of("review", 3);
    let checker = story.any_of("survey", 3);
    story.shortly().begin("review", &reviewer);
    let event = story.wait(1).end("review", &reviewer);
    attribute(event, "third_party", Value::Bool(third_party));
    story.shortly().begin("survey", &checker);
    let second = story.colleague(&checker, 3);
    let event = story.wait_some(1..=2).end("survey", &checker);
    if fault != Some(Fault::OneOfficer) {
        together(event, second);
    }
    if third_party && fault != Some(Fault::NotTold) {
        story.shortly().tell(EventKind::Notice, &reviewer);
        story.wait_some(1..=2);
    }
}
