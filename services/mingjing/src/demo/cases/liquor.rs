//! 白酒生产企业检查: planned, inspected, sampled now and then, judged, published; what is wrong is put right and looked at again.

use mingjing_domain::event::{EventKind, Inspection, Value};

use super::Fault;
use crate::demo::story::{Story, attribute, result, together};

pub(super) fn tell(story: &mut Story<'_>, fault: Option<Fault>) {
    let inspector = story.any_of("inspect", 4);
    let faults = match fault {
        Some(Fault::NotFollowedUp) => 3,
        _ => story.dice.roll(0..=2),
    };
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
    let event = story.wait_some(0..=1).end("inspect", &inspector);
    together(event, second);
    attribute(event, "faults", Value::Int(faults));
    if fault.is_none() && story.dice.once_in(4) {
        sample(story, &inspector);
    }
    let event = story.wait_some(1..=2).tell(EventKind::Decided, &inspector);
    let code = if faults == 0 {
        "passed"
    } else {
        "passed_in_part"
    };
    result(event, code, "食品安全法第一百一十条");
    if faults > 0 {
        story.wait(1).end("rectify", &inspector);
    }
    story
        .wait_some(1..=5)
        .tell(EventKind::Published, &inspector);
    if faults > 0 {
        match fault {
            Some(Fault::NotFollowedUp) => story.wait(23),
            _ => story.wait_some(4..=10),
        };
        story.end("recheck", &inspector);
    }
    story.shortly().tell(EventKind::Closed, &inspector);
}

/// 抽样检验, planned for ten working days and over after five to eight.
fn sample(story: &mut Story<'_>, inspector: &str) {
    story.shortly().begin("sampling", inspector);
    let planned = story.days.after(story.date(), 10);
    story.suspend("testing", "食品安全抽样检验管理办法", planned, inspector);
    story.wait_some(5..=8).resume("testing", inspector);
    story.shortly().end("sampling", inspector);
}
