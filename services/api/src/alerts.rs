//! `/api/v1/alerts`: a page, one with its account and history, all as NDJSON; and the counts.

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State as Here};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use mingjing_domain::alert::{Level, Status};
use mingjing_domain::disposition::DispositionState;
use mingjing_store::{AlertCursor, AlertFilter};
use mingjing_wire::alerts::write_alert;
use serde_json::{Value, json};

use crate::people::gate::Caller;
use crate::query::{flag, instant};
use crate::{ApiError, State, view};

/// Alerts on a page where nothing is said.
const LIMIT_DEFAULT: u32 = 50;

/// What a request asks for.
#[derive(Debug, Default, PartialEq)]
struct Asked {
    filter: AlertFilter,
    cursor: Option<AlertCursor>,
    limit: Option<u32>,
}

/// `GET /api/v1/alerts`
pub(crate) async fn list(
    Here(state): Here<State>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let mut asked = asked(query.as_deref().unwrap_or_default())?;
    asked.filter.sight = caller.sight();
    let limit = asked.limit.unwrap_or(LIMIT_DEFAULT);
    let page = state
        .store
        .alerts(&asked.filter, asked.cursor.as_ref(), limit)
        .await?;
    let alerts: Vec<Value> = page
        .alerts
        .iter()
        .map(|a| view::brief(a, state.zone))
        .collect();
    Ok(Json(
        json!({ "alerts": alerts, "next": page.next.map(|n| n.to_string()) }),
    ))
}

/// `GET /api/v1/alerts/{alert_id}`
pub(crate) async fn one(
    Here(state): Here<State>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let found = state.store.alert(&id).await?;
    let found = found.filter(|found| caller.sight().sees_alert(&found.alert));
    let found = found.ok_or_else(|| ApiError::NotFound {
        what: format!("预警 {id}"),
    })?;
    Ok(Json(json!({
        "alert": view::json_in(&found.alert, state.zone),
        "account": view::account(&found.alert),
        "history": view::json_in(&found.history, state.zone),
    })))
}

/// `GET /api/v1/alerts/export`: every alert asked for, whatever its status, one JSON object a line. Answered only once
/// ClickHouse has begun to, so that one who asks while it is away is told so and not cut off.
pub(crate) async fn export(
    Here(state): Here<State>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let mut asked = asked(query.as_deref().unwrap_or_default())?;
    asked.filter.sight = caller.sight();
    let mut alerts = state.store.alerts_export(&asked.filter)?;
    let first = alerts.next().await?;
    let zone = state.zone;
    let lines = futures::stream::try_unfold((first, alerts), move |(now, mut alerts)| async move {
        let Some(alert) = now else { return Ok(None) };
        let line = Bytes::from(write_alert(&alert, zone) + "\n");
        // An export that breaks off must not look whole: the connection is cut.
        let next = alerts.next().await.map_err(|error| {
            tracing::error!(%error, "an export broke off");
            std::io::Error::other(error)
        })?;
        Ok::<_, std::io::Error>(Some((line, (next, alerts))))
    });
    let kind = [(header::CONTENT_TYPE, "application/x-ndjson; charset=utf-8")];
    Ok((kind, Body::from_stream(lines)).into_response())
}

/// `GET /api/v1/counts`
pub(crate) async fn counts(
    Here(state): Here<State>,
    caller: Caller,
) -> Result<Json<Value>, ApiError> {
    let counts = state.store.counts_in(&caller.sight()).await?;
    Ok(Json(counts_json(&counts)))
}

/// Counts as JSON, for the endpoint and the live stream.
pub fn counts_json(counts: &mingjing_store::Counts) -> Value {
    json!({
        "cases": counts.cases,
        "cases_open": counts.cases_open,
        "alerts": counts.alerts.iter().map(|c| json!({
            "level": c.level.code(), "status": c.status.code(), "alerts": c.alerts,
        })).collect::<Vec<_>>(),
        "by_org": counts.by_org.iter().map(|c| json!({
            "org_code": c.org_code, "level": c.level.code(), "alerts": c.alerts,
        })).collect::<Vec<_>>(),
    })
}

/// Reads the query. A parameter nobody knows is refused: a misspelt filter would answer with everything.
fn asked(query: &str) -> Result<Asked, ApiError> {
    let pairs: Vec<(String, String)> =
        serde_urlencoded::from_str(query).map_err(|e| ApiError::bad("query", e.to_string()))?;
    let mut asked = Asked::default();
    for (name, value) in pairs.into_iter().filter(|(_, value)| !value.is_empty()) {
        let filter = &mut asked.filter;
        match name.as_str() {
            "status" => filter.status = many(&name, &value, status)?,
            "level" => filter.level = many(&name, &value, level)?,
            "control_point" => filter.control_point = Some(value),
            "rule" => filter.rule = Some(value),
            "source" => filter.source = Some(value),
            "org_code" => filter.org_code = Some(value),
            "region" => filter.region_prefix = Some(value),
            "item_code" => filter.item_code = Some(value),
            "case_no" => filter.case_no = Some(value),
            "raised_from" => filter.raised_from = Some(instant(&name, &value)?),
            "raised_before" => filter.raised_before = Some(instant(&name, &value)?),
            "open" => filter.open_only = flag(&name, &value)?,
            "disposition" => filter.disposition = many(&name, &value, disposition)?,
            "to_review" => filter.to_review = flag(&name, &value)?,
            "cursor" => {
                let cursor = value.parse().map_err(|e: mingjing_store::InvalidCursor| {
                    ApiError::bad("cursor", e.to_string())
                })?;
                asked.cursor = Some(cursor);
            }
            "limit" => {
                let limit = value.parse().ok().filter(|n| (1..=1000).contains(n));
                asked.limit = Some(
                    limit.ok_or_else(|| ApiError::bad("limit", "a whole number from 1 to 1000"))?,
                );
            }
            other => {
                return Err(ApiError::bad(
                    other,
                    "unknown parameter; known are status, level, control_point, rule, source, org_code, \
                     region, item_code, case_no, raised_from, raised_before, open, to_review, disposition, cursor, limit",
                ));
            }
        }
    }
    Ok(asked)
}

fn many<T>(name: &str, value: &str, one: fn(&str) -> Option<T>) -> Result<Vec<T>, ApiError> {
    let read = |code: &str| {
        one(code).ok_or_else(|| ApiError::bad(name, format!("unknown {name} {code:?}")))
    };
    value.split(',').map(read).collect()
}

fn status(code: &str) -> Option<Status> {
    use Status::{Cancelled, Ended, Issued, Pending, Review, Withdrawn};
    [Pending, Issued, Ended, Withdrawn, Cancelled, Review]
        .into_iter()
        .find(|s| s.code() == code)
}

fn disposition(code: &str) -> Option<DispositionState> {
    let mut all = DispositionState::ALL.into_iter();
    all.find(|state| state.code() == code)
}

fn level(code: &str) -> Option<Level> {
    use Level::{Notice, Red, Review, Yellow};
    [Review, Notice, Yellow, Red]
        .into_iter()
        .find(|l| l.code() == code)
}

#[cfg(test)]
mod tests {
    use mingjing_domain::Timestamp;

    use super::*;

    #[test]
    fn filters_are_read_and_misspelt_ones_refused() {
        let read = asked("status=issued,pending&level=red&open=true&limit=5&region=5105").unwrap();
        assert_eq!(read.filter.status, [Status::Issued, Status::Pending]);
        assert_eq!(read.filter.level, [Level::Red]);
        assert!(read.filter.open_only);
        assert_eq!(
            (read.limit, read.filter.region_prefix.as_deref()),
            (Some(5), Some("5105"))
        );
        for wrong in [
            "levle=red",
            "level=pink",
            "limit=0",
            "cursor=x",
            "raised_from=today",
            "open=yes",
            "to_review=maybe",
            "disposition=forgiven",
        ] {
            assert!(
                matches!(asked(wrong), Err(ApiError::BadRequest { .. })),
                "{wrong}"
            );
        }
    }

    #[test]
    fn an_unencoded_plus_still_is_an_offset() {
        let read = asked("raised_from=2026-11-23T09:30:00+08:00").unwrap();
        assert_eq!(
            read.filter.raised_from,
            Timestamp::parse("2026-11-23T09:30:00+08:00").ok()
        );
    }
}
