//! `/healthz`, `/readyz`, `/metrics`.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prometheus::{Registry, TextEncoder};
use serde_json::json;

use crate::poller::Status;

#[derive(Clone)]
struct Operation {
    status: Arc<Status>,
    registry: Registry,
}

/// What an operator asks a process that polls.
pub fn router(status: Arc<Status>, registry: Registry) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(Operation { status, registry })
}

async fn ready(State(operation): State<Operation>) -> Response {
    let problems = operation.status.problems();
    let status = if problems.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let said = json!({ "ready": problems.is_empty(), "problems": problems });
    (status, axum::Json(said)).into_response()
}

async fn metrics(State(operation): State<Operation>) -> Response {
    operation.status.refresh();
    match TextEncoder::new().encode_to_string(&operation.registry.gather()) {
        Ok(text) => {
            let plain = [(header::CONTENT_TYPE, "text/plain; version=0.0.4")];
            (plain, text).into_response()
        }
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}
