//! `/api/v1/alerts/{alert_id}/evidence`: one signed file that stands in an appeal; `/api/v1/evidence-key`: with what it is verified.
//!
//! | part | holds |
//! |---|---|
//! | `report.html` | all of it for people, in Chinese |
//! | `alert.json` | the alert and every change of it, with positions in the log |
//! | `issued.json` | the explanation as known when it went out (else when it was first raised) |
//! | `now.json` | the explanation as known when the package was made |
//! | `events.ndjson` | the case's events as received: position, SHA-256 of the log's record, and what the record says but for who the party is, free text and certificates |
//! | `definitions.json` | every file of the definitions in force, with its SHA-256 |
//! | `definitions/…` | the texts that were used: flowchart, general points, calendar, item, source; and what the alert's check read: discretion standard, fees, inspection plans, and of registers the entries of the persons of the case |
//!
//! No personal data beyond what alerts carry: of a register nobody is told but whom the case's events name, by number and certificate; the
//! file that the extract is from is told by its hash.

mod basis;
mod html;
mod texts;

use axum::Json;
use axum::extract::{Path, State as Here};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use mingjing_domain::Timestamp;
use mingjing_domain::alert::Status;
use mingjing_domain::event::CaseEvent;
use mingjing_engine::ENGINE_VERSION;
use mingjing_engine::explain::{Asked, Explanation, Known};
use mingjing_store::{AlertView, CaseLogView, ChangePlace};
use mingjing_wire::encode_event;
use mingjing_wire::evidence::{About, DOMAIN, Part, sha256_hex};
use serde::Serialize;
use serde_json::{Value, json};

use crate::explain::Loaded;
use crate::people::gate::Caller;
use crate::{ApiError, State, view};

/// `GET /api/v1/evidence-key`
pub async fn key(Here(state): Here<State>) -> Json<Value> {
    Json(json!({
        "algorithm": "Ed25519",
        "format": DOMAIN,
        "public_key": state.signer.public_key(),
    }))
}

/// `GET /api/v1/alerts/{alert_id}/evidence`
pub(crate) async fn package(
    Here(state): Here<State>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let alert = state.store.alert(&id).await?;
    let alert = alert.filter(|found| caller.sight().sees_alert(&found.alert));
    let alert = alert.ok_or_else(|| ApiError::NotFound {
        what: format!("预警 {id}"),
    })?;
    let places = state.store.alert_places(&id).await?;
    let loaded = Loaded::read(&state, &alert.alert.source, &alert.alert.case_no).await?;
    let made_at = (state.now)();
    let gathered = Gathered {
        issued: loaded.explain(decisive(&places, made_at)).await?,
        now: loaded
            .explain(Asked {
                at: made_at,
                known: Known::Everything,
            })
            .await?,
        alert,
        places,
        made_at,
    };
    let about = About {
        alert_id: id.clone(),
        made_at,
        engine_version: ENGINE_VERSION.into(),
        program_version: env!("CARGO_PKG_VERSION").into(),
        log_id: loaded.log().log_id.clone(),
    };
    let parts = gathered.parts(&state, &loaded).await?;
    let signer = state.signer.clone();
    let signing = tokio::task::spawn_blocking(move || signer.sign(about, parts).to_bytes());
    let bytes = signing
        .await
        .map_err(|error| ApiError::Failed(Box::new(error)))?;
    let headers = [
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"evidence-{}.json\"", file_name(&id)),
        ),
    ];
    Ok((headers, bytes).into_response())
}

/// Alert ids are derived and plain; whatever else came here is not repeated in a header.
fn file_name(id: &str) -> String {
    id.chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
        .collect()
}

/// When it went out to anybody; of one that never did, when it was first raised.
fn decisive(places: &[ChangePlace], made_at: Timestamp) -> Asked {
    let out =
        |p: &&ChangePlace| matches!(p.status, Status::Issued | Status::Review | Status::Ended);
    match places.iter().find(out).or(places.first()) {
        Some(place) => Asked {
            at: place.at,
            known: Known::Position(place.offset),
        },
        None => Asked {
            at: made_at,
            known: Known::Everything,
        },
    }
}

/// Everything a package is made of.
struct Gathered {
    alert: AlertView,
    places: Vec<ChangePlace>,
    issued: Explanation,
    now: Explanation,
    made_at: Timestamp,
}

impl Gathered {
    async fn parts(&self, state: &State, loaded: &Loaded) -> Result<Vec<Part>, ApiError> {
        let zone = state.zone;
        let places: Vec<Value> = self
            .places
            .iter()
            .map(|p| json!({ "revision": p.revision, "log_partition": p.partition, "log_offset": p.offset }))
            .collect();
        let alert = json!({
            "alert": view::json_in(&self.alert.alert, zone),
            "history": view::json_in(&self.alert.history, zone),
            "positions": places,
        });
        let events = events(loaded.log());
        let mut hashes = Vec::new();
        for used in [&self.issued.definitions, &self.now.definitions] {
            if let Some(hash) = &used.hash
                && !hashes.contains(hash)
            {
                hashes.push(hash.clone());
            }
        }
        let told = loaded.log().events.iter().map(|placed| &placed.event);
        let definitions = texts::used(state, &hashes, self, told).await?;
        let report = html::report(self, &events, &definitions.listed, state.watermark, zone);
        let mut parts = vec![
            part("report.html", "text/html; charset=utf-8", report),
            part("alert.json", JSON, pretty(&alert)),
            part(
                "issued.json",
                JSON,
                pretty(&view::json_in(&self.issued, zone)),
            ),
            part("now.json", JSON, pretty(&view::json_in(&self.now, zone))),
            part("events.ndjson", "application/x-ndjson", lines(&events)),
            part("definitions.json", JSON, pretty(&definitions.listed)),
        ];
        parts.extend(definitions.parts);
        Ok(parts)
    }
}

const JSON: &str = "application/json";

fn part(name: &str, media_type: &str, text: String) -> Part {
    Part {
        name: name.into(),
        media_type: media_type.into(),
        text,
    }
}

fn pretty(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).expect("records have only text keys")
}

fn lines(values: &[Value]) -> String {
    values.iter().map(|value| format!("{value}\n")).collect()
}

/// The events in the log's order, each with its position and the hash of the log's record of it.
fn events(log: &CaseLogView) -> Vec<Value> {
    let told = log.events.iter().map(|placed| {
        json!({
            "log_id": log.log_id,
            "log_partition": log.partition,
            "log_offset": placed.offset,
            "clock_at": placed.clock_at,
            "record_sha256": sha256_hex(&encode_event(&placed.event)),
            "event": said(&placed.event),
        })
    });
    told.collect()
}

/// What an event says, without the party, free text, certificates and further persons.
fn said(event: &CaseEvent<'_>) -> Value {
    let data = &event.data;
    json!({
        "event_id": &*event.event_id,
        "data_version": event.data_version,
        "source_seq": event.source_seq,
        "kind": event.kind.code(),
        "kind_zh": event.kind.name_zh(),
        "occurred_at": event.occurred_at,
        "entered_at": event.entered_at,
        "sent_at": event.sent_at,
        "received_at": event.received_at,
        "item_code": data.item_code.as_deref(),
        "org_code": data.org_code.as_deref(),
        "region_code": data.region_code.as_deref(),
        "step_code": data.step_code.as_deref(),
        "actor": data.actor.as_ref().map(|a| &*a.id),
        "co_actors": data.co_actors.iter().map(|a| &*a.id).collect::<Vec<_>>(),
        "result_code": data.result_code.as_deref(),
        "legal_basis": data.legal_basis.as_deref(),
        "special_kind": data.special.as_ref().map(|s| &*s.kind),
        "special_planned_end_at": data.special.as_ref().and_then(|s| s.planned_end),
        "special_granted": data.special.as_ref().and_then(|s| s.granted.as_deref()),
        "special_approver": data.special.as_ref().and_then(|s| s.approver.as_deref()),
        "special_approver_rank": data.special.as_ref().and_then(|s| s.approver_rank.as_deref()),
        "special_notice_no": data.special.as_ref().and_then(|s| s.notice_no.as_deref()),
        "amounts": data.amounts,
        "act_at": data.act_at,
        "discretion_act": data.discretion_act.as_deref(),
        "discretion_tier": data.discretion_tier.as_deref(),
        "fee": data.fee.as_ref().map(|f| json!({
            "code": &*f.code,
            "quantity_thousandths": f.quantity.map(|q| q.thousandths),
            "relief_ground": f.relief_ground.as_deref(),
        })),
        "collection": data.collection.as_ref().map(|c| json!({
            "collector": &*c.collector,
            "ground": c.ground.as_deref(),
        })),
        "inspection_plan_no": data.inspection.as_ref().and_then(|i| i.plan_no.as_deref()),
        "inspection_cause": data.inspection.as_ref().and_then(|i| i.cause.as_deref()),
        "jurisdiction_ground": data.jurisdiction.as_ref().map(|j| &*j.ground),
        "corrects": data.corrects.as_deref(),
        "attachments": data.attachments.iter().map(|a| json!({
            "kind": &*a.kind,
            "sha256": a.sha256.as_deref(),
        })).collect::<Vec<_>>(),
    })
}
