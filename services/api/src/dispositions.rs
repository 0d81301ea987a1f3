//! `POST /api/v1/alerts/{alert_id}/{act}`: people work an alert; `/api/v1/commands/{command_id}`: what became of what they asked for.
//!
//! Nothing is decided here. What is asked becomes a command in the log of the alert's partition, and its owner decides; this waits for the
//! answer among the facts and passes it on. After [`PATIENCE`] it says where the answer will stand. The client's key makes the command's
//! id: whoever did not hear the answer asks the same again, is answered the same, and nothing is done twice.

mod addressee;
mod asked;

use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State as Here};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use mingjing_domain::Timestamp;
use mingjing_domain::alert::AlertRecord;
use mingjing_domain::command::{Act, Author, Command, Subject, SubjectKind};
use mingjing_domain::disposition::{Disposal, RefusedBecause};
use mingjing_domain::life::{Actor, Refusal};
use mingjing_log::{Record, Topic};
use mingjing_store::{CommandOutcome, Sight};
use mingjing_wire::cloudevents::encode_command;
use mingjing_wire::facts::case_key;
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;

use crate::life::said::{SaidFields, read};
use crate::people::gate::Caller;
use crate::{ApiError, Operator, State, ledger, view};

pub(crate) use asked::{Asked, hashes};

/// So long an answer is waited for; then the client is told where it will stand.
const PATIENCE: Duration = Duration::from_secs(5);

/// `POST /api/v1/alerts/{alert_id}/{act}`
pub(crate) async fn act(
    Here(state): Here<State>,
    Path((alert_id, act)): Path<(String, String)>,
    _: Operator,
    caller: Caller,
    body: Bytes,
) -> Result<Response, ApiError> {
    let (fields, mut asked): (SaidFields, Asked) = read(&body)?;
    let instruction = asked.instruction(&act);
    let disposal = asked.disposal(&act)?;
    let mut said = fields.by(&caller)?.said(&act)?;
    if let Some(id) = instruction {
        said = ledger::upon(&state, &caller, &id, &alert_id, &disposal, said).await?;
    }
    let key = needed(said.key)?;
    let alert = known_alert(&state, &alert_id, &caller.sight()).await?;
    let sight = caller.sight();
    let command =
        command_about(&state, &alert, &key, &said.who, said.why, disposal, &sight).await?;
    put(&state, &command).await
}

/// What a person does about an alert as a command under their key; refused where it goes to nobody, or beyond what they see.
async fn command_about(
    state: &State,
    alert: &AlertRecord,
    key: &str,
    who: &Actor,
    why: String,
    disposal: Disposal,
    sight: &Sight,
) -> Result<Command, ApiError> {
    let by = Author::Person {
        id: who.person.clone(),
        body: who.body.clone(),
        office: who.office.clone(),
    };
    let refused = addressee::refused(state, alert, &disposal, sight).await?;
    let alert_id = alert.alert_id.clone();
    let what = Act::Dispose { alert_id, disposal };
    let at = after(alert, (state.now)());
    let command = Command::keyed(key, by, at, why, subject_of(alert)?, what);
    // What was decided while there was somebody of that code is answered as it was.
    if let Some(refusal) = refused
        && decided(state, &command).await.is_none()
    {
        state.metrics.command_refused(refusal.reason);
        return Err(ApiError::Refused(vec![refusal]));
    }
    Ok(command)
}

/// What became of an act upon one of many alerts; none while its partition's owner has not decided.
pub(crate) async fn dispose(
    state: &State,
    alert: &AlertRecord,
    key: &str,
    who: &Actor,
    why: String,
    disposal: Disposal,
    sight: &Sight,
) -> Result<Option<CommandOutcome>, ApiError> {
    let command = command_about(state, alert, key, who, why, disposal, sight).await?;
    settle(state, &command).await
}

/// Whoever acts upon what another did acts after it, also where the clock of this process is a little behind, or stands.
fn after(alert: &AlertRecord, now: Timestamp) -> Timestamp {
    let last = alert.disposition.as_ref().map(|done| done.last.0);
    last.map_or(now, |last| now.max(last.plus_millis(1)))
}

/// Puts a command into the log and answers with what became of it, or where that will stand.
pub(crate) async fn put(state: &State, command: &Command) -> Result<Response, ApiError> {
    match settle(state, command).await? {
        Some(outcome) => answered(state, &outcome).await,
        None => Ok(accepted(&command.id)),
    }
}

/// A key, without which nothing is put into the log.
pub(crate) fn needed(key: Option<String>) -> Result<String, ApiError> {
    key.ok_or_else(|| {
        ApiError::bad(
            "key",
            "请给出客户端自定的键：未收到答复时以同一键重发，只算一次",
        )
    })
}

/// `GET /api/v1/commands/{command_id}`
pub(crate) async fn outcome(
    Here(state): Here<State>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let mut outcomes = state.hub.outcomes_of(&id);
    if outcomes.is_empty() {
        outcomes = state.store.command_outcomes(&id).await?;
    }
    // Of one key that came with several contents only the first was decided; the others were told so.
    let reused = |o: &CommandOutcome| {
        let reason = o.refused.as_ref().map(|refused| refused.reason);
        reason == Some(RefusedBecause::KeyReused)
    };
    outcomes.sort_by_key(reused);
    let sight = caller.sight();
    if !sight.is_everything() {
        for outcome in &outcomes {
            known_alert(&state, &outcome.alert_id, &sight).await?;
        }
    }
    let outcomes: Vec<Value> = outcomes.iter().map(|o| told(&state, o)).collect();
    let state_of = match outcomes.first() {
        Some(first) => first["state"].clone(),
        None if state.store.knows_command(&id).await? => json!("accepted"),
        None => {
            return Err(ApiError::NotFound {
                what: format!("指令 {id}（刚刚提交的，请稍后再查）"),
            });
        }
    };
    Ok(Json(
        json!({ "command_id": id, "state": state_of, "outcomes": outcomes }),
    ))
}

/// Puts the command into the log and waits for its answer, unless it has been answered before.
async fn settle(state: &State, command: &Command) -> Result<Option<CommandOutcome>, ApiError> {
    let mut answers = state.hub.answers();
    if let Some(known) = decided(state, command).await {
        return Ok(Some(known));
    }
    let digest = command.digest();
    let is_answer = |o: &CommandOutcome| o.command_id == command.id && o.digest == digest;
    let subject = &command.subject;
    let record = Record {
        key: case_key(&subject.source, &subject.key).into(),
        value: encode_command(command).into(),
    };
    let partition = subject.slot().partition(state.partitions);
    let appended = state.log.append(Topic::Events, partition, vec![record]);
    appended.await?;
    let answer = async {
        loop {
            match answers.recv().await {
                Ok(outcome) if is_answer(&outcome) => return Some((*outcome).clone()),
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => {
                    let known = state.hub.outcomes_of(&command.id);
                    if let Some(known) = known.into_iter().find(is_answer) {
                        return Some(known);
                    }
                }
                Err(RecvError::Closed) => return None,
            }
        }
    };
    Ok(tokio::time::timeout(PATIENCE, answer).await.ok().flatten())
}

/// What became of a command, where that was decided before.
async fn decided(state: &State, command: &Command) -> Option<CommandOutcome> {
    let digest = command.digest();
    let is_answer = |o: &CommandOutcome| o.command_id == command.id && o.digest == digest;
    let known = state.hub.outcomes_of(&command.id);
    if let Some(known) = known.into_iter().find(is_answer) {
        return Some(known);
    }
    // What was answered before this process began. Where the archive is away the owner answers again.
    let archived = state.store.command_outcomes(&command.id).await;
    archived.unwrap_or_default().into_iter().find(is_answer)
}

/// An alert that there is, and that somebody sees.
pub(crate) async fn known_alert(
    state: &State,
    alert_id: &str,
    sight: &Sight,
) -> Result<AlertRecord, ApiError> {
    let found = match state.hub.alert(alert_id) {
        Some(alert) => Some(AlertRecord::clone(&alert)),
        None => state.store.alert(alert_id).await?.map(|found| found.alert),
    };
    let found = found.filter(|alert| sight.sees_alert(alert));
    found.ok_or_else(|| ApiError::NotFound {
        what: format!("预警 {alert_id}"),
    })
}

fn subject_of(alert: &AlertRecord) -> Result<Subject, ApiError> {
    let kind = SubjectKind::from_code(&alert.subject_kind);
    let kind = kind.ok_or_else(|| {
        ApiError::Failed(format!("an alert about a {:?}", alert.subject_kind).into())
    })?;
    Ok(Subject {
        kind,
        source: alert.source.clone(),
        key: alert.case_no.clone(),
    })
}

async fn answered(state: &State, outcome: &CommandOutcome) -> Result<Response, ApiError> {
    if let Some(refused) = &outcome.refused {
        return Err(ApiError::Refused(vec![Refusal::new(
            refused.reason.code(),
            "",
            refused.message.clone(),
            refused.reason.remedy_zh(),
        )]));
    }
    let alert = known_alert(state, &outcome.alert_id, &Sight::default()).await?;
    let mut answer = told(state, outcome);
    answer["alert"] = view::brief(&alert, state.zone);
    Ok(Json(answer).into_response())
}

fn told(state: &State, outcome: &CommandOutcome) -> Value {
    let mut told = json!({
        "command_id": outcome.command_id,
        "alert_id": outcome.alert_id,
        "act": outcome.act,
        "state": match outcome.refused { None => "applied", Some(_) => "refused" },
        "decided_at": outcome.at.to_rfc3339(state.zone),
    });
    if let Some(refused) = &outcome.refused {
        told["reason"] = json!(refused.reason.code());
        told["message"] = json!(refused.message);
        told["remedy"] = json!(refused.reason.remedy_zh());
    }
    told
}

/// It lies in the log and will be decided; where the answer will stand.
fn accepted(command_id: &str) -> Response {
    let place = format!("/api/v1/commands/{command_id}");
    let body = json!({
        "command_id": command_id,
        "state": "accepted",
        "status_address": place,
        "message_zh": "指令已记入日志，尚未作出决定，请按 status_address 查询结果；以同一键重发不会重复处置",
        "message_en": "the command is in the log and not decided yet; ask at status_address, sending it again under its key does nothing twice",
    });
    (
        StatusCode::ACCEPTED,
        [(header::LOCATION, place)],
        Json(body),
    )
        .into_response()
}
