//! A flowchart, a case and what is said of it.

use std::sync::Arc;

use mingjing_domain::Timestamp;
use mingjing_domain::alert::Status;
use mingjing_domain::definitions::{DefinitionFile, DefinitionSet, Problem};
use mingjing_domain::event::{CaseData, CaseEvent, EventKind, Value};
use mingjing_domain::fact::Fact;
use mingjing_engine::{Engine, Input, Rules};

/// 2026-07-01 09:00 in Luzhou, a Wednesday.
pub const BEGIN: i64 = 1_782_867_600_000;
pub const HOUR: i64 = 3_600_000;

/// A permit whose flowchart has these under `attributes` and `limits`, and these lines under `control_points`.
pub fn definitions(attributes: &str, limits: &str, points: &str) -> String {
    let points = if points.is_empty() { "  []" } else { points };
    format!(
        "kind: body
code: zjj
name: 住建局
region: \"510500\"
---
kind: item
code: XK-1
name: 施工许可
power_type: licence
level: city
region: \"510500\"
executing_body: zjj
legal_basis: [建筑法第七条]
effective_from: 2015-08-15
flowchart: permit
---
kind: flowchart
id: permit
version: \"1\"
name: 施工许可
effective_from: 2015-08-15
attributes: [{attributes}]
steps:
  - {{code: accept, name: 受理, first: true, done_by: [accepted], next: [review]}}
  - {{code: review, name: 审查, next: []}}
limits: [{limits}]
control_points:
{points}"
    )
}

pub fn compile(text: &str) -> Result<Arc<Rules>, Vec<Problem>> {
    let file = DefinitionFile {
        name: "permit.yaml".into(),
        text: text.into(),
    };
    let (set, problems) = DefinitionSet::read(vec![file]);
    assert_eq!(problems, [], "{text}");
    Rules::compile(&set).map(Arc::new)
}

pub fn engine(text: &str) -> Engine {
    Engine::new(compile(text).unwrap_or_else(|problems| panic!("{problems:?}")))
}

/// An event of case 1, so many hours after [`BEGIN`], received at once.
pub fn event(id: &str, kind: EventKind, hour: i64) -> CaseEvent<'static> {
    let at = Timestamp::from_millis(BEGIN + hour * HOUR);
    CaseEvent {
        event_id: id.to_owned().into(),
        source: "zjj-permit".into(),
        source_seq: 0,
        data_version: 1,
        kind,
        occurred_at: at,
        entered_at: None,
        sent_at: None,
        received_at: at,
        case_no: "1".into(),
        data: CaseData {
            item_code: Some("XK-1".into()),
            ..CaseData::default()
        },
    }
}

pub fn with_step(mut event: CaseEvent<'static>, step: &str) -> CaseEvent<'static> {
    event.data.step_code = Some(step.to_owned().into());
    event
}

pub fn with_attribute(mut event: CaseEvent<'static>, name: &str, value: i64) -> CaseEvent<'static> {
    event
        .data
        .attributes
        .insert(name.to_owned().into(), Value::Int(value));
    event
}

pub fn say(engine: &mut Engine, event: &CaseEvent<'_>) -> Vec<Fact> {
    let mut facts = Vec::new();
    engine.handle(Input::Event(event), &mut facts);
    facts
}

pub fn tick(engine: &mut Engine, hour: i64) -> Vec<Fact> {
    let mut facts = Vec::new();
    engine.handle(
        Input::Tick(Timestamp::from_millis(BEGIN + hour * HOUR)),
        &mut facts,
    );
    facts
}

/// (control point, status, hours after [`BEGIN`] of the breach).
pub fn alerts(engine: &Engine) -> Vec<(String, Status, i64)> {
    let hour = |at: Timestamp| (at.millis() - BEGIN) / HOUR;
    let shown = engine.alerts().map(|a| {
        (
            a.control_point.clone(),
            a.status,
            a.breached_at.map_or(i64::MIN, hour),
        )
    });
    let mut shown: Vec<_> = shown.collect();
    shown.sort();
    shown
}
