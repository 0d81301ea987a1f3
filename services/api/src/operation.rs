//! For operators: is it alive, is it ready, what does it count, what is it.

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRef, State as Here};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::future::BoxFuture;
use mingjing_store::Store;
use prometheus::{Encoder, Registry, TextEncoder};
use serde::Serialize;
use serde_json::{Value, json};

use crate::State;
use crate::people::gate::Caller;

/// One thing that must be well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What it is, like `clickhouse` or `partition 0`.
    pub name: String,
    /// Whether it is well.
    pub ready: bool,
    /// What it says of itself.
    pub detail: String,
}

/// Tells what must be well before traffic is taken.
pub trait Readiness: Send + Sync {
    /// Every check, made now.
    fn checks(&self) -> BoxFuture<'_, Vec<Check>>;
}

/// What operators ask every process.
#[derive(Clone)]
pub struct Operations {
    /// Everything that counts.
    pub registry: Registry,
    /// What must be well before traffic is taken.
    pub readiness: Arc<dyn Readiness>,
    /// ClickHouse, where the process needs it.
    pub store: Option<Store>,
}

impl FromRef<State> for Operations {
    fn from_ref(state: &State) -> Self {
        Self {
            registry: state.registry.clone(),
            readiness: state.readiness.clone(),
            store: Some(state.store.clone()),
        }
    }
}

/// `GET /healthz`: the process answers.
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: every part is ready, else 503 and which is not.
pub async fn readyz(Here(asked): Here<Operations>) -> Response {
    let mut checks = asked.readiness.checks().await;
    if let Some(store) = &asked.store {
        let answer = store.ping().await;
        checks.push(Check {
            name: "clickhouse".into(),
            ready: answer.is_ok(),
            detail: answer
                .err()
                .map_or_else(|| "answers".into(), |e| e.to_string()),
        });
    }
    let ready = checks.iter().all(|c| c.ready);
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(json!({ "ready": ready, "checks": checks }))).into_response()
}

/// `GET /metrics`: Prometheus text format.
pub async fn metrics(Here(asked): Here<Operations>) -> Response {
    let mut text = Vec::new();
    let encoder = TextEncoder::new();
    match encoder.encode(&asked.registry.gather(), &mut text) {
        Ok(()) => (
            [(header::CONTENT_TYPE, encoder.format_type().to_owned())],
            text,
        )
            .into_response(),
        Err(error) => {
            tracing::error!(%error, "metrics cannot be encoded");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// `GET /api/v1/platform`: what this is, what time it takes it to be, and names for codes. Who holds which post is told to those who work with
/// cases, which name officers by the same numbers, and as far as they see; to others nobody.
pub(crate) async fn platform(Here(state): Here<State>, caller: Caller) -> Json<Value> {
    let now = (state.now)();
    let tables = state.names.current();
    let mut names = serde_json::to_value(&*tables).expect("names have only text keys");
    names["posts"] = match caller.reads_cases() {
        true => json!(tables.posts_within(&caller.sight())),
        false => json!({}),
    };
    Json(json!({
        "name_zh": "明镜",
        "name_en": "Mingjing",
        "version": env!("CARGO_PKG_VERSION"),
        "watermark": state.watermark,
        "now_at": now.to_rfc3339(state.zone),
        "time_zone": state.zone.name(),
        "names": names,
    }))
}
