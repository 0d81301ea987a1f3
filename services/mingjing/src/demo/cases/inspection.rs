//! Inspections by the common procedure: building sites, polluters.

use mingjing_domain::event::{EventKind, Inspection, Value};

use super::Fault;
use crate::demo::story::{Story, attribute, result, together};

pub(super) fn tell(story: &mut Story<'_>, fault: Option<Fault>) {
    let inspector = story.any_of("inspect", 4);
    let publisher = story.any_of("legal", 2);
    let faults = story.dice.roll(0..=2);
    if fault != Some(Fault::Unplanned) {
        story.end("plan", &inspector);
        story.wait(1);
    }
    let plan = (fault != Some(Fault::Unplanned)).then(|| format!("{}-JH", story.body));
    let event = story.begin("inspect", &inspector);
    event.data.inspection = plan.map(|number| {
        Box::new(Inspection {
            plan_no: Some(number.into()),
            cause: None,
        })
    });
    let second = story.colleague(&inspector, 4);
    let event = story.shortly().end("inspect", &inspector);
    if fault != Some(Fault::OneOfficer) {
        together(event, second);
    }
    attribute(event, "faults", Value::Int(faults));
    match fault {
        Some(Fault::OverPromise) => story.wait(7),
        _ => story.wait_some(1..=2),
    };
    let code = if faults == 0 {
        "passed"
    } else {
        "to_be_corrected"
    };
    let basis = if story.item.ends_with("JC-0703") {
        "环境保护法第二十四条"
    } else {
        "建设工程质量管理条例第四十三条"
    };
    result(story.tell(EventKind::Decided, &inspector), code, basis);
    story
        .wait_some(1..=6)
        .tell(EventKind::Published, &publisher);
    if faults > 0 {
        story.wait_some(5..=12).end("recheck", &inspector);
    }
    story.shortly().tell(EventKind::Closed, &inspector);
}
