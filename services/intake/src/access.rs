//! Who asks: a source by its key, the administrator by his. A handler without one of these gets nothing.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::header;
use axum::http::request::Parts;
use mingjing_domain::source::Source;
use mingjing_wire::asker::{Asker, NoAdministrator, PROXIED};
use mingjing_wire::refusal::Words;
use mingjing_wire::{ReasonCode, Refusal};

use crate::answer::EventsError;
use crate::config::AdminKey;
use crate::error::ApiError;
use crate::intake::Intake;

/// The source whose key came with the request.
pub(crate) struct Speaker(pub Source);

impl FromRequestParts<Arc<Intake>> for Speaker {
    type Rejection = EventsError;

    async fn from_request_parts(
        parts: &mut Parts,
        intake: &Arc<Intake>,
    ) -> Result<Self, Self::Rejection> {
        let found = match asker(parts).bearer() {
            None => Err(bad_key("no key", "没有密钥")),
            Some(key) => match intake.sources.of_key(key, (intake.clock)()).await {
                Ok(Some(source)) => return Ok(Speaker(source)),
                Ok(None) => Err(bad_key("a key that opens nothing", "无效的密钥")),
                Err(error) => Err(ApiError::from(error)),
            },
        };
        found.map_err(|error| {
            intake.metrics.turned_away(error.refusal.reason);
            EventsError(error)
        })
    }
}

/// Whether a request is the administrator's: it carries his key, or, where none is set, comes from this machine.
pub fn is_administrator(key: Option<&AdminKey>, parts: &Parts) -> bool {
    let key = key.map(|key| key.text());
    asker(parts).is_administrator(key).is_ok()
}

/// Someone who may register sources and publish definitions.
pub(crate) struct Admin {
    /// From which address; empty where it is not known.
    pub from: String,
}

impl FromRequestParts<Arc<Intake>> for Admin {
    type Rejection = ApiError;

    async fn from_request_parts(
        parts: &mut Parts,
        intake: &Arc<Intake>,
    ) -> Result<Self, Self::Rejection> {
        let key = intake.config.admin_key.as_ref().map(|key| key.text());
        let asker = asker(parts);
        let from = asker.peer.map_or(String::new(), |peer| peer.to_string());
        let allowed = asker.is_administrator(key);
        let allowed = allowed.map(|()| Admin { from }).map_err(|why| match why {
            NoAdministrator::WrongKey => {
                bad_key("another key than the administrator's", "不是管理员密钥")
            }
            NoAdministrator::NoKey => bad_key("no key", "没有密钥"),
            NoAdministrator::NotLocal => {
                let detail = Words::new("a request from another machine", "来自其他机器的请求");
                Refusal::new(ReasonCode::NotAllowed, detail).into()
            }
        });
        allowed.inspect_err(|error| intake.metrics.turned_away(error.refusal.reason))
    }
}

fn bad_key(en: &str, zh: &str) -> ApiError {
    Refusal::new(ReasonCode::BadKey, Words::new(en, zh)).into()
}

fn asker(parts: &Parts) -> Asker<'_> {
    let header = |name| {
        parts
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    Asker {
        authorization: header(header::AUTHORIZATION),
        peer: peer.map(|ConnectInfo(peer)| peer.ip()),
        host: header(header::HOST),
        proxied: PROXIED.iter().any(|name| parts.headers.contains_key(*name)),
    }
}
