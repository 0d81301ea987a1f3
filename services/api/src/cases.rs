//! `/api/v1/cases`: a page of cases; `/api/v1/cases/{source}/{case_no}`: a case with its timeline.

use axum::Json;
use axum::extract::{Path, RawQuery, State as Here};
use chrono_tz::Tz;
use mingjing_domain::fact::CaseRecord;
use mingjing_store::{CaseCursor, CaseFilter, CaseView, InvalidCursor, Sight};
use serde_json::{Value, json};

use crate::people::gate::Caller;
use crate::{ApiError, Names, State, foresight, query, view};

/// Cases on a page where nothing is said.
const LIMIT_DEFAULT: u32 = 50;

/// What a request for a page asks for.
#[derive(Debug, Default, PartialEq)]
struct Asked {
    filter: CaseFilter,
    cursor: Option<CaseCursor>,
    limit: Option<u32>,
    /// Whether it asks how likely each is to miss its limit.
    foresight: bool,
}

/// `GET /api/v1/cases`: a page, the last to begin first; of a number, the sources that know a case of it.
pub(crate) async fn list(
    Here(state): Here<State>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let mut asked = asked(query.as_deref())?;
    asked.filter.sight = caller.sight();
    let limit = asked.limit.unwrap_or(LIMIT_DEFAULT);
    let page = state
        .store
        .cases(&asked.filter, asked.cursor.as_ref(), limit)
        .await?;
    let next = page.next.map(|n| n.to_string());
    let cases: Vec<Value> = if asked.foresight {
        let told = foresight::tell(&state, page.cases, (state.now)()).await?;
        let foreseen = told.iter().map(|told| {
            let mut case = brief(&told.case, state.zone);
            case["foresight"] = foresight::beside(told, state.zone);
            case
        });
        foreseen.collect()
    } else {
        page.cases.iter().map(|c| brief(c, state.zone)).collect()
    };
    Ok(Json(json!({ "cases": cases, "next": next })))
}

/// A case with the channel by which its application came. What else statistics count of it stands in no answer about it.
fn told(case: &CaseRecord, zone: Tz) -> Value {
    let mut value = view::json_in(case, zone);
    if let Some(fields) = value.as_object_mut() {
        fields.remove("measures");
        fields.insert("channel".into(), json!(case.measures.channel));
    }
    value
}

/// A case for lists: without its stays in steps, and so without who worked on it.
fn brief(case: &CaseRecord, zone: Tz) -> Value {
    let mut value = told(case, zone);
    if let Some(fields) = value.as_object_mut() {
        fields.remove("visits");
    }
    value
}

const PARAMETERS: &[&str] = &[
    "case_no",
    "case_no_part",
    "source",
    "org_code",
    "region",
    "item_code",
    "open",
    "opened_from",
    "opened_before",
    "foresight",
    "cursor",
    "limit",
];

/// Reads the query. What is empty was left out of a form.
fn asked(query: Option<&str>) -> Result<Asked, ApiError> {
    let mut asked = Asked::default();
    for (name, value) in query::pairs(query, PARAMETERS)? {
        if value.is_empty() {
            continue;
        }
        let filter = &mut asked.filter;
        match name.as_str() {
            "case_no" => filter.case_no = Some(value),
            "case_no_part" => filter.case_no_part = Some(value),
            "source" => filter.source = Some(value),
            "org_code" => filter.org_code = Some(value),
            "region" => filter.region_prefix = Some(query::region(&name, &value)?),
            "item_code" => filter.item_code = Some(value),
            "open" => filter.open = Some(query::flag(&name, &value)?),
            "opened_from" => filter.opened_from = Some(query::instant(&name, &value)?),
            "opened_before" => filter.opened_before = Some(query::instant(&name, &value)?),
            "foresight" => asked.foresight = query::flag(&name, &value)?,
            "cursor" => {
                let cursor = value.parse();
                let cursor =
                    cursor.map_err(|e: InvalidCursor| ApiError::bad("cursor", e.to_string()))?;
                asked.cursor = Some(cursor);
            }
            _ => {
                let limit = value.parse().ok().filter(|n| (1..=1000).contains(n));
                let limit = limit.ok_or_else(|| ApiError::bad("limit", "应为 1 至 1000 的整数"))?;
                asked.limit = Some(limit);
            }
        }
    }
    Ok(asked)
}

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
        "case": found.case.as_ref().map(|c| told(c, state.zone)),
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

#[cfg(test)]
mod tests {
    use mingjing_domain::measures::CaseMeasures;

    use super::*;

    #[test]
    fn a_case_tells_its_channel_and_a_list_not_who_worked_on_it() {
        let measures = CaseMeasures {
            channel: Some("online".into()),
            handler: Some("wang".into()),
            ..CaseMeasures::default()
        };
        let case = CaseRecord {
            source: "office".into(),
            case_no: "a-1".into(),
            item_code: None,
            org_code: None,
            region_code: None,
            flowchart: None,
            opened_at: None,
            accepted_at: None,
            closed_at: None,
            due_at: None,
            events: 1,
            step: None,
            visits: Vec::new(),
            measures,
        };
        let zone = chrono_tz::Asia::Shanghai;
        let listed = brief(&case, zone);
        assert_eq!(listed["channel"], "online");
        assert!(!listed.to_string().contains("wang"), "{listed}");
        let measures = CaseMeasures::default();
        let case = CaseRecord { measures, ..case };
        assert_eq!(told(&case, zone)["channel"], Value::Null);
    }

    #[test]
    fn filters_of_cases_are_read_and_misspelt_ones_refused() {
        let read = asked(Some(
            "case_no_part=SG-2026&open=false&region=5105&org_code=&limit=5",
        ));
        let read = read.unwrap();
        assert_eq!(read.filter.case_no_part.as_deref(), Some("SG-2026"));
        assert_eq!((read.filter.open, read.limit), (Some(false), Some(5)));
        assert_eq!(read.filter.region_prefix.as_deref(), Some("5105"));
        assert_eq!(read.filter.org_code, None);
        assert_eq!(asked(None).unwrap(), Asked::default());
        for wrong in [
            "case=1",
            "open=maybe",
            "limit=0",
            "limit=many",
            "cursor=x",
            "opened_from=today",
            "source=a&source=b",
        ] {
            assert!(
                matches!(asked(Some(wrong)), Err(ApiError::BadRequest { .. })),
                "{wrong}"
            );
        }
    }
}
