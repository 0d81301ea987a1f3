//! `/api/v1/cases/{source}/{case_no}`: a case with its timeline.

use axum::Json;
use axum::extract::{Path, State as Here};
use mingjing_store::{CaseView, Sight};
use serde_json::{Value, json};

use crate::people::gate::Caller;
use crate::{ApiError, Names, State, view};

/// `GET /api/v1/cases/{source}/{case_no}`
pub(crate) async fn one(
    Here(state): Here<State>,
    caller: Caller,
    Path((source, case_no)): Path<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    let found = state.store.case(&source, &case_no).await?;
    let found = found.filter(|found| in_sight(&caller.sight(), found));
    let found = found.ok_or_else(|| ApiError::NotFound {
        what: format!("办件 {source}/{case_no}"),
    })?;
    let alerts: Vec<Value> = found
        .alerts
        .iter()
        .map(|a| {
            json!({
                "alert": view::json_in(&a.alert, state.zone),
                "account": view::account(&a.alert),
                "history": view::json_in(&a.history, state.zone),
            })
        })
        .collect();
    let mut timeline = timeline(&found, &state.names);
    timeline.sort_by_key(|entry| (entry.0, entry.1));
    let timeline: Vec<Value> = timeline
        .into_iter()
        .map(|(_, _, entry)| view::json_in(&entry, state.zone))
        .collect();
    Ok(Json(json!({
        "source": source,
        "case_no": case_no,
        "case": found.case.as_ref().map(|c| view::json_in(c, state.zone)),
        "events": found.events.len(),
        "timeline": timeline,
        "alerts": alerts,
    })))
}

/// Whether somebody sees a case. Before it is judged nobody knows where it belongs.
pub(crate) fn in_sight(sight: &Sight, found: &CaseView) -> bool {
    let case = found.case.as_ref();
    sight.is_everything() || case.is_some_and(|case| sight.sees_case(case))
}

/// Events and changes of alerts in one order: (instant, events before alerts, entry).
fn timeline(found: &CaseView, names: &Names) -> Vec<(i64, u8, Value)> {
    let names = names.current();
    let flowchart = found
        .case
        .as_ref()
        .and_then(|case| case.flowchart.as_deref());
    let flowchart = flowchart
        .and_then(|name| name.split_once('@'))
        .map(|(id, _)| id);
    let steps = flowchart
        .and_then(|id| names.flowchart_steps.get(id))
        .unwrap_or(&names.steps);
    let events = found.events.iter().map(|e| {
        let step = e.data.step_code.as_deref();
        let entry = json!({
            "kind": "event",
            "at": e.occurred_at,
            "event_id": &*e.event_id,
            "event_type": e.kind.code(),
            "title_zh": e.kind.name_zh(),
            "title_en": e.kind.code(),
            "step": step,
            "step_zh": step.and_then(|s| steps.get(s)),
            "actor": e.data.actor.as_ref().map(|a| &*a.id),
            "result_code": e.data.result_code.as_deref(),
            "reason": e.data.reason.as_deref(),
            "special": e.data.special.as_ref().map(|s| &*s.kind),
            "entered_at": e.entered_at,
            "received_at": e.received_at,
        });
        (e.occurred_at.millis(), 0, entry)
    });
    let changes = found.alerts.iter().flat_map(|alert| {
        alert.history.iter().map(move |change| {
            let mut entry = serde_json::to_value(change).expect("a change has only text keys");
            entry["kind"] = "alert".into();
            entry["alert_id"] = alert.alert.alert_id.clone().into();
            entry["control_point"] = alert.alert.control_point.clone().into();
            // A message begins with its control point's name, as published in the case's own flowchart, or as a reminder.
            let name = alert.alert.message.split('：').next();
            entry["title_zh"] = name.unwrap_or(&alert.alert.control_point).into();
            (change.at.millis(), 1, entry)
        })
    });
    events.chain(changes).collect()
}
