//! `/api/v1/statistics`: the metrics dictionary, what it counts, the rows behind each number, and how cases of an item really went.
//!
//! Nothing is counted here: a question is read, narrowed to what whoever asks sees, and handed to the store, whose dictionary is the only
//! implementation; names are put beside the codes of the answer. Which officers cases are told apart by is for who supervises and for the
//! supervisors of the officers' own body, and each such answer is an entry of the audit trail. What is counted of samples is for who reads samples.

mod asked;
mod known;
mod named;
mod show;

use axum::extract::{RawQuery, State as Here};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use mingjing_store::metrics::{DICTIONARY_VERSION, Dimension, METRICS};
use serde_json::{Value, json};

use crate::people::Denied;
use crate::people::gate::{Caller, Officers};
use crate::{ApiError, State, query};
use asked::{Question, Rows};
use named::Named;

pub(crate) use known::known;

/// The routes.
pub(crate) fn routes() -> Router<State> {
    Router::new()
        .route("/api/v1/statistics", get(statistics))
        .route("/api/v1/statistics/metrics", get(metrics))
        .route("/api/v1/statistics/rows", get(rows))
        .route("/api/v1/statistics/process", get(process))
}

/// `GET /api/v1/statistics/metrics`: the dictionary.
async fn metrics(RawQuery(query): RawQuery) -> Result<Json<Value>, ApiError> {
    query::pairs(query.as_deref(), &[])?;
    let metrics: Vec<Value> = METRICS.iter().map(|metric| show::metric(metric)).collect();
    Ok(Json(
        json!({ "version": DICTIONARY_VERSION, "metrics": metrics }),
    ))
}

/// `GET /api/v1/statistics`: numbers.
async fn statistics(
    Here(state): Here<State>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let question = Question::of(query.as_deref(), (state.now)(), state.zone)?;
    let question = seen(question, &caller)?;
    let officers = allowed(&caller, question.shows_officers(), question.org())?;
    let in_force = state.definitions.in_force().await?;
    let asked = question.asked(
        caller.sight(),
        known(&in_force, &question.period),
        state.min_base,
    );
    let answer = state.store.statistics(&asked).await?;
    let named = Named::new(&in_force, &state, asked.filter.org.as_deref());
    Ok(with(officers, show::answer(&asked, &answer, &named)))
}

/// `GET /api/v1/statistics/rows`: what is behind a number.
async fn rows(
    Here(state): Here<State>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let Rows {
        question,
        metric,
        part,
        after,
        limit,
    } = Rows::of(query.as_deref(), (state.now)(), state.zone)?;
    let question = seen(question, &caller)?;
    let officers = allowed(&caller, question.shows_officers(), question.org())?;
    let in_force = state.definitions.in_force().await?;
    let asked = question.asked(
        caller.sight(),
        known(&in_force, &question.period),
        state.min_base,
    );
    let records = state
        .store
        .statistics_rows(metric, part, &asked, after.as_ref(), limit)
        .await?;
    let named = Named::new(&in_force, &state, asked.filter.org.as_deref());
    let rows: Vec<Value> = records
        .records
        .iter()
        .map(|record| show::record(record, &named, state.zone))
        .collect();
    let told = json!({
        "metric": metric.id,
        "part": part.code(),
        "over": metric.over.code(),
        "rows": rows,
        "next": records.next.map(|cursor| cursor.to_string()),
    });
    Ok(with(officers, told))
}

/// `GET /api/v1/statistics/process`: how the cases of an item went.
async fn process(
    Here(state): Here<State>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let question = Question::of_process(query.as_deref(), (state.now)(), state.zone)?;
    let Some(item) = question.filter.item_code.clone() else {
        return Err(ApiError::bad("item_code", "请给出事项编码"));
    };
    let asked = question.asked(caller.sight(), Default::default(), state.min_base);
    let process = state.store.process(&asked).await?;
    let names = state.names.current();
    Ok(Json(show::process(&item, &asked, &process, &names)))
}

/// A question without what whoever asks does not see: samples are for few, who is drawn should not learn it here.
fn seen(question: Question, caller: &Caller) -> Result<Question, ApiError> {
    match caller.reads_samples() {
        true => Ok(question),
        false => (question.without_samples()).ok_or(ApiError::Access(Denied::NotYours)),
    }
}

/// Whether the answer shows persons, if whoever asks may see them.
fn allowed(caller: &Caller, shows: bool, org: Option<&str>) -> Result<Officers, ApiError> {
    if !shows {
        return Ok(Officers::None);
    }
    let Some(org) = org else {
        let by = Dimension::Handler.code();
        return Err(ApiError::bad(
            "by",
            format!("按经办人（{by}）统计只在一个单位之内进行，请同时给出 org"),
        ));
    };
    match caller.sees_officers_of(org) {
        true => Ok(Officers::Shown),
        false => Err(ApiError::Access(Denied::NotYours)),
    }
}

fn with(officers: Officers, told: Value) -> Response {
    let mut answer = Json(told).into_response();
    answer.extensions_mut().insert(officers);
    answer
}
