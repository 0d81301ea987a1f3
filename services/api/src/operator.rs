//! Who may change something through the API. A handler that changes something takes an [`Operator`]: where accounts are required, whomever
//! the gate let through; where they are off, the administrator, as at intake, and who it is that he speaks for stands in every request.

use std::fmt;
use std::net::SocketAddr;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::header;
use axum::http::request::Parts;
use mingjing_wire::asker::{Asker, PROXIED};

use crate::people::gate::Caller;
use crate::{ApiError, Denied, State};

/// The operator's key. Prints stars.
#[derive(Clone, PartialEq, Eq)]
pub struct OperatorKey(String);

impl OperatorKey {
    /// From its text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub(crate) fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for OperatorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Someone who may do what the route does.
pub struct Operator;

impl FromRequestParts<State> for Operator {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, ApiError> {
        if state.people.required() {
            return match parts.extensions.get::<Caller>() {
                Some(Caller::Key | Caller::Person(_)) => Ok(Operator),
                Some(Caller::Anybody) | None => Err(ApiError::Access(Denied::NotSignedIn)),
            };
        }
        let header = |name| {
            parts
                .headers
                .get(name)
                .and_then(|value| value.to_str().ok())
        };
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let asker = Asker {
            authorization: header(header::AUTHORIZATION),
            peer: peer.map(|ConnectInfo(peer)| peer.ip()),
            host: header(header::HOST),
            proxied: PROXIED.iter().any(|name| parts.headers.contains_key(*name)),
        };
        let key = state.operator_key.as_ref().map(OperatorKey::text);
        asker
            .is_administrator(key)
            .map(|()| Operator)
            .map_err(ApiError::NotAllowed)
    }
}
