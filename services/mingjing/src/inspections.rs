//! Periodic inspections over HTTP: how far they have come, one run by hand, and the treasury's totals. For the administrator alone.

use std::sync::Arc;

use async_trait::async_trait;
use axum::body::Bytes;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::NaiveDate;
use mingjing_domain::Timestamp;
use mingjing_domain::definitions::DefinitionSet;
use mingjing_inspect::{DefinitionsError, DefinitionsSource, Error, Inspector, Outcome};
use mingjing_intake::{AdminKey, is_administrator};
use mingjing_store::{Store, TreasuryTotal};
use mingjing_wire::treasury::read_month_totals;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::log_port::OpenLog;

/// The definitions in force, as they lie in the table.
pub struct InForce(pub OpenLog);

#[async_trait]
impl DefinitionsSource for InForce {
    async fn in_force(&self) -> Result<DefinitionSet, DefinitionsError> {
        let files = mingjing_supervise::files_in_force(&*self.0.table).await?;
        let (set, problems) = DefinitionSet::read(files);
        match problems.first() {
            None => Ok(set),
            Some(problem) => Err(problem.to_string().into()),
        }
    }
}

struct Served {
    inspector: Arc<Inspector>,
    store: Store,
    admin_key: Option<AdminKey>,
    now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
}

/// The routes.
pub fn router(
    inspector: Arc<Inspector>,
    store: Store,
    admin_key: Option<AdminKey>,
    now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
) -> Router {
    let served = Arc::new(Served {
        inspector,
        store,
        admin_key,
        now,
    });
    let routes = Router::new()
        .route("/api/v1/inspections", get(states))
        .route("/api/v1/inspections/{rule}", post(by_hand))
        .route("/api/v1/treasury-totals", post(treasury))
        .with_state(served);
    mingjing_api::bounded(routes)
}

/// Whoever may run inspections.
struct Admin;

impl FromRequestParts<Arc<Served>> for Admin {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, served: &Arc<Served>) -> Result<Self, Refused> {
        match is_administrator(served.admin_key.as_ref(), parts) {
            true => Ok(Admin),
            false => Err(refused(
                StatusCode::FORBIDDEN,
                "需要管理员密钥；未设置密钥时只接受来自本机的请求".into(),
            )),
        }
    }
}

/// An answer that is none: the status, and why in words.
struct Refused {
    status: StatusCode,
    body: Value,
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.status, Json(self.body)).into_response()
    }
}

fn refused(status: StatusCode, message: String) -> Refused {
    let body = json!({ "error": message });
    Refused { status, body }
}

/// `GET /api/v1/inspections`
async fn states(_: Admin, State(served): State<Arc<Served>>) -> Result<Json<Value>, Refused> {
    let states = served.inspector.states().await.map_err(failed)?;
    let states: Vec<Value> = states
        .into_iter()
        .map(|(rule, state)| json!({ "rule": rule, "state": state }))
        .collect();
    Ok(Json(json!({ "inspections": states })))
}

/// What is asked for by hand.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ByHand {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// Says nothing to anybody.
    #[serde(default)]
    pub dry_run: bool,
}

/// `POST /api/v1/inspections/{rule}`
async fn by_hand(
    _: Admin,
    State(served): State<Arc<Served>>,
    Path(rule): Path<String>,
    Json(asked): Json<ByHand>,
) -> Result<Json<Value>, Refused> {
    let days = (asked.from, asked.to);
    let outcomes = served
        .inspector
        .by_hand(&rule, days, asked.dry_run, "administrator")
        .await
        .map_err(failed)?;
    let outcomes: Vec<Value> = outcomes.iter().map(shown).collect();
    Ok(Json(
        json!({ "dry_run": asked.dry_run, "windows": outcomes }),
    ))
}

fn shown(outcome: &Outcome) -> Value {
    let findings: Vec<Value> = outcome
        .findings
        .iter()
        .map(|(subject, finding)| json!({ "subject": subject, "finding": finding }))
        .collect();
    let commands: Vec<Value> = outcome
        .commands
        .iter()
        .map(|said| {
            let command = &said.command;
            json!({ "id": command.id, "act": command.what.code(), "subject": command.subject, "alert_id": command.alert_id() })
        })
        .collect();
    json!({ "rule": outcome.rule, "window": outcome.window, "findings": findings, "commands": commands })
}

/// `POST /api/v1/treasury-totals`, CSV
async fn treasury(
    _: Admin,
    State(served): State<Arc<Served>>,
    body: Bytes,
) -> Result<Json<Value>, Refused> {
    let totals = read_month_totals(&body).map_err(|problems| {
        let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
        let body = json!({ "error": "文件未导入", "problems": problems });
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        Refused { status, body }
    })?;
    let totals: Vec<TreasuryTotal> = totals
        .into_iter()
        .map(|total| TreasuryTotal {
            org_code: total.org_code,
            month: total.month,
            collected: total.collected,
            refunded: total.refunded,
            in_transit: total.in_transit,
            note: total.note,
        })
        .collect();
    let digest = ring::digest::digest(&ring::digest::SHA256, &body);
    let digest: String = digest.as_ref().iter().map(|b| format!("{b:02x}")).collect();
    let now = (served.now)();
    let put = served
        .store
        .put_treasury_totals(&totals, &digest, "administrator", now);
    put.await.map_err(|error| failed(error.into()))?;
    Ok(Json(json!({ "imported": totals.len(), "sha256": digest })))
}

fn failed(error: Error) -> Refused {
    let status = match &error {
        Error::UnknownRule { .. } => StatusCode::NOT_FOUND,
        Error::Window(_) | Error::NotOver { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        Error::Behind { .. } | Error::Store(_) | Error::Log { .. } => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        Error::Definitions(_) | Error::Calendar(_) => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let error = anyhow::Error::new(error);
    tracing::warn!(error = format!("{error:#}"), "an inspection by hand failed");
    refused(status, error.to_string())
}
