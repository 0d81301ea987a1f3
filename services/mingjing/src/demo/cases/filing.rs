//! 竣工验收备案: received, looked at for completeness, filed within 3 working days. It is no permit.

use mingjing_domain::event::EventKind;

use super::Fault;
use crate::demo::story::{Story, result};

pub(super) fn tell(story: &mut Story<'_>, fault: Option<Fault>) {
    let clerk = story.any_of("window", 3);
    let checker = story.any_of("survey", 3);
    story.tell(EventKind::Applied, &clerk);
    story.shortly().tell(EventKind::Accepted, &clerk);
    story.shortly().begin("check", &checker);
    story.wait(1).end("check", &checker);
    if fault == Some(Fault::OverPromise) {
        story.wait(4);
    }
    let event = story.shortly().tell(EventKind::Decided, &checker);
    if fault == Some(Fault::Refused) {
        result(event, "refused", "内部会议要求");
        event.data.reason = Some("未缴清配套费，不予备案".into());
    } else {
        result(event, "filed", "建设工程质量管理条例第四十九条");
    }
    story.wait(1).tell(EventKind::Delivered, &clerk);
    story.shortly().tell(EventKind::Closed, &clerk);
}
