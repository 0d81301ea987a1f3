//! The administrator's requests: sources, their keys, definitions.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use mingjing_domain::definitions::DefinitionFile;
use mingjing_domain::life::Actor;
use mingjing_domain::source::Source;
use mingjing_wire::cloudevents::read_json;
use mingjing_wire::refusal::Words;
use mingjing_wire::{ReasonCode, Refusal};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::access::Admin;
use crate::body;
use crate::error::ApiError;
use crate::intake::Intake;
use crate::publish::{Folder, PublishError, Published};
use crate::sources::{Done, KeyShown, Rotation, SourceError};

#[derive(Serialize)]
struct Registered {
    source: Source,
    /// Shown once; null for a source that has one.
    key: Option<String>,
    /// The topic that it may write to, where the log lies in a Kafka cluster.
    #[serde(skip_serializing_if = "Option::is_none")]
    topic: Option<String>,
}

#[derive(Serialize)]
struct Listed {
    #[serde(flatten)]
    source: Source,
    /// How many keys it has.
    keys: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    topic: Option<String>,
}

#[derive(Serialize)]
struct List {
    sources: Vec<Listed>,
}

#[derive(Serialize)]
struct Keys {
    source: String,
    /// The oldest first.
    keys: Vec<KeyShown>,
    /// All that was done with keys of this source.
    done: Vec<Done>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Files {
    files: Vec<DefinitionFile>,
    /// Needed where something is in force that this changes.
    #[serde(default)]
    who: Actor,
    #[serde(default)]
    why: String,
}

/// `POST /v1/sources`.
pub(crate) async fn declare_source(
    State(intake): State<Arc<Intake>>,
    Admin { from }: Admin,
    request: Request,
) -> Result<Response, ApiError> {
    let working = intake.admission.begin()?;
    let source: Source = read(&intake, request).await?;
    // Carried on even if the client goes: half a declaration is worse than an unread answer.
    let task = tokio::spawn(async move {
        let _working = working;
        let now = (intake.clock)();
        let declared = intake.sources.declare(&source, &from, now).await?;
        let status = if declared.created {
            StatusCode::CREATED
        } else {
            StatusCode::OK
        };
        Ok((
            status,
            Json(Registered {
                topic: intake.topic_of(&source.id),
                source,
                key: declared.key,
            }),
        )
            .into_response())
    });
    finished(task.await)
}

/// `GET /v1/sources`.
pub(crate) async fn list_sources(
    State(intake): State<Arc<Intake>>,
    _: Admin,
) -> Result<Response, ApiError> {
    let sources = intake.sources.list((intake.clock)()).await?.into_iter();
    let sources = sources
        .map(|(source, keys)| Listed {
            topic: intake.topic_of(&source.id),
            source,
            keys,
        })
        .collect();
    Ok(Json(List { sources }).into_response())
}

/// `POST /v1/sources/{id}/keys`: a fresh key; without a body the earlier ones end at once.
pub(crate) async fn rotate_key(
    State(intake): State<Arc<Intake>>,
    Admin { from }: Admin,
    Path(source): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    let working = intake.admission.begin()?;
    let asked: Rotation = read_or_default(&intake, request).await?;
    let task = tokio::spawn(async move {
        let _working = working;
        let now = (intake.clock)();
        let given = intake.sources.rotate(&source, asked, &from, now).await;
        Ok(Json(given.map_err(of_a_source)?).into_response())
    });
    finished(task.await)
}

/// `GET /v1/sources/{id}/keys`.
pub(crate) async fn list_keys(
    State(intake): State<Arc<Intake>>,
    _: Admin,
    Path(source): Path<String>,
) -> Result<Response, ApiError> {
    let found = intake.sources.keys_of(&source, (intake.clock)()).await;
    let (keys, done) = found.map_err(of_a_source)?;
    Ok(Json(Keys { source, keys, done }).into_response())
}

/// `DELETE /v1/sources/{id}/keys/{key}`.
pub(crate) async fn revoke_key(
    State(intake): State<Arc<Intake>>,
    Admin { from }: Admin,
    Path((source, key)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let working = intake.admission.begin()?;
    let task = tokio::spawn(async move {
        let _working = working;
        let now = (intake.clock)();
        let retired = intake.sources.retire(&source, &key, &from, now).await;
        match retired.map_err(of_a_source)? {
            true => Ok(StatusCode::NO_CONTENT),
            false => {
                let refusal = Refusal::bad_value(ReasonCode::UnknownKey, "key", &key);
                Err(ApiError::from(refusal).not_found())
            }
        }
    });
    finished(task.await)
}

/// What the path names may not be there.
fn of_a_source(error: SourceError) -> ApiError {
    let error = ApiError::from(error);
    match error.refusal.reason {
        ReasonCode::UnknownSource => error.not_found(),
        _ => error,
    }
}

/// `POST /v1/definitions`.
pub(crate) async fn publish_definitions(
    State(intake): State<Arc<Intake>>,
    _: Admin,
    request: Request,
) -> Result<Json<Published>, ApiError> {
    let working = intake.admission.begin()?;
    let Files { files, who, why } = read(&intake, request).await?;
    let task = tokio::spawn(async move {
        let _working = working;
        let folder = Folder {
            files,
            who,
            why,
            at: (intake.clock)(),
        };
        intake
            .publisher
            .publish(folder)
            .await
            .map(Json)
            .map_err(|error| match error {
                PublishError::Problems(problems) => ApiError::problems(problems),
                PublishError::Refused(refusal) => refused(&refusal),
                failed @ PublishError::Storage(_) => {
                    ApiError::unavailable("publishing definitions", &failed)
                }
            })
    });
    finished(task.await)
}

/// Why a folder is not put in force, as intake's own refusals are told.
fn refused(refusal: &mingjing_domain::life::Refusal) -> ApiError {
    let (reason, en) = match refusal.reason {
        "needs_review" => (
            ReasonCode::NeedsReview,
            "definitions were published by review here",
        ),
        "reserved" => (
            ReasonCode::WrongDefinitions,
            "this folder is the platform's own",
        ),
        _ => (
            ReasonCode::MissingField,
            "say who changes what is in force, and why",
        ),
    };
    let words = Words::new(en, format!("{}；{}", refusal.message, refusal.remedy));
    Refusal::new(reason, words).field(refusal.field).into()
}

pub(crate) async fn read<T: DeserializeOwned>(
    intake: &Intake,
    request: Request,
) -> Result<T, ApiError> {
    Ok(read_json(&body_of(intake, request).await?)?)
}

/// The same of a request that may have no body.
async fn read_or_default<T: DeserializeOwned + Default>(
    intake: &Intake,
    request: Request,
) -> Result<T, ApiError> {
    let body = body_of(intake, request).await?;
    match body.is_empty() {
        true => Ok(T::default()),
        false => Ok(read_json(&body)?),
    }
}

async fn body_of(intake: &Intake, request: Request) -> Result<Bytes, ApiError> {
    let config = &intake.config;
    let announced = body::announced(request.headers());
    if announced.is_some_and(|bytes| bytes > config.body_bytes_max) {
        return Err(body::too_large(announced, config.body_bytes_max).into());
    }
    Ok(body::read(request.into_body(), config.body_bytes_max, config).await?)
}

/// The result of work that goes on without its client.
pub(crate) fn finished<T>(
    ended: Result<Result<T, ApiError>, tokio::task::JoinError>,
) -> Result<T, ApiError> {
    ended.unwrap_or_else(|failed| Err(ApiError::unavailable("working on a request", &failed)))
}
