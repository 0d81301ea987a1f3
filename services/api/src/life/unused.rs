//! `/api/v1/definitions/unused`: items of the list that were never run (domain study 7, no. 16: the list is not what is run).

use axum::Json;
use axum::extract::{RawQuery, State as Here};
use chrono::{Days, NaiveDate};
use mingjing_domain::Timestamp;
use mingjing_domain::definitions::Usage;
use serde_json::{Value, json};

use crate::{ApiError, State, query};

/// A year is looked at where nothing is said.
const DAYS: u64 = 365;

/// `GET /api/v1/definitions/unused?from=&to=`: days, both inclusive.
pub async fn list(
    Here(state): Here<State>,
    RawQuery(asked): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let asked = query::pairs(asked.as_deref(), &["from", "to"])?;
    let day = |field: &str| -> Result<Option<NaiveDate>, ApiError> {
        let parsed = asked.get(field).map(|text| text.parse());
        parsed
            .transpose()
            .map_err(|_| ApiError::bad(field, "应为日期，如 2026-07-01"))
    };
    let zone = state.lives.zone().await?;
    let to = day("to")?.unwrap_or((state.now)().local_date(zone));
    let from = day("from")?.unwrap_or(to - Days::new(DAYS));
    if from > to {
        return Err(ApiError::bad("from", "应不晚于 to"));
    }
    let end = Timestamp::start_of(to.succ_opt().unwrap_or(to), zone);
    let run = state
        .store
        .items_run(Timestamp::start_of(from, zone), end)
        .await?;
    let usage = Usage {
        from,
        to,
        run: run
            .into_iter()
            .map(|item| (item.item_code, item.cases))
            .collect(),
        borne: Vec::new(),
    };
    let in_force = state.lives.in_force().await?;
    let count = usage.listed(&in_force.set).count();
    let unused: Vec<Value> = usage
        .never_run(&in_force.set)
        .into_iter()
        .map(|document| {
            let item = &document.value;
            json!({
                "item": item.code.text,
                "name": item.name,
                "power_type": item.power_type.name_zh(),
                "executing_body": item.executing_body.text,
                "in_list_from": item.effective_from.max(from),
            })
        })
        .collect();
    Ok(Json(
        json!({ "from": from, "to": to, "items": count, "unused": unused }),
    ))
}
