//! `/api/v1/sources/{source}/keys`: the keys of a source, for administrators at the console. A key is shown once, when it is made.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use mingjing_domain::Timestamp;
use mingjing_intake::{AdminKey, Rotation, SourceError, Sources};
use mingjing_wire::ReasonCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::administrator::{Admin, HasKey, Refused};

struct Served {
    sources: Sources,
    admin_key: Option<AdminKey>,
    now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
}

impl HasKey for Served {
    fn admin_key(&self) -> Option<&AdminKey> {
        self.admin_key.as_ref()
    }
}

/// The routes.
pub fn router(
    sources: Sources,
    admin_key: Option<AdminKey>,
    now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
) -> Router {
    let served = Arc::new(Served {
        sources,
        admin_key,
        now,
    });
    let routes = Router::new()
        .route("/api/v1/sources/{source}/keys", get(list).post(issue))
        .route("/api/v1/sources/{source}/keys/{key}/retire", post(retire))
        .with_state(served);
    mingjing_api::bounded(routes)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// Whether it takes the place of all that there are.
    end_earlier: bool,
}

/// `GET /api/v1/sources/{source}/keys`
async fn list(
    _: Admin,
    State(served): State<Arc<Served>>,
    Path(source): Path<String>,
) -> Result<Json<Value>, Refused> {
    let found = served.sources.keys_of(&source, (served.now)()).await;
    let (keys, done) = found.map_err(refused)?;
    Ok(Json(
        json!({ "source": source, "keys": keys, "done": done }),
    ))
}

/// `POST /api/v1/sources/{source}/keys`
async fn issue(
    _: Admin,
    State(served): State<Arc<Served>>,
    Path(source): Path<String>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Json(asked): Json<Asked>,
) -> Result<Json<Value>, Refused> {
    let (now, from) = ((served.now)(), peer.ip().to_string());
    let sources = &served.sources;
    let key = match asked.end_earlier {
        true => {
            let at_once = Rotation::default();
            let given = sources.rotate(&source, at_once, &from, now).await;
            given.map(|given| given.key)
        }
        false => sources.add_key(&source, &from, now).await,
    };
    let key = key.map_err(refused)?;
    Ok(Json(json!({ "source": source, "key": key })))
}

/// `POST /api/v1/sources/{source}/keys/{key}/retire`
async fn retire(
    _: Admin,
    State(served): State<Arc<Served>>,
    Path((source, key)): Path<(String, String)>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
) -> Result<Json<Value>, Refused> {
    let (now, from) = ((served.now)(), peer.ip().to_string());
    let retired = served.sources.retire(&source, &key, &from, now).await;
    match retired {
        Ok(true) => Ok(Json(json!({ "source": source, "retired": key }))),
        Ok(false) => Err(Refused::new(
            StatusCode::NOT_FOUND,
            format!("来源 {source} 没有密钥 {key}，可能已经停用"),
            format!("source {source} has no key {key}; it may have been retired"),
        )),
        Err(error) => Err(refused(error)),
    }
}

fn refused(error: SourceError) -> Refused {
    match error {
        SourceError::Refused(refusal) => {
            let status = match refusal.reason {
                ReasonCode::UnknownSource => StatusCode::NOT_FOUND,
                _ => StatusCode::CONFLICT,
            };
            Refused::new(status, refusal.message_zh(), refusal.message_en())
        }
        failed => {
            tracing::warn!(error = %failed, "the keys of a source are not to be had");
            Refused::away()
        }
    }
}
