//! Who may change something through the API: the operator, as at intake. A handler that changes something takes an [`Operator`]; accounts with
//! roles take its place one day. Who it is that the operator speaks for stands in every request, and in every record.

use std::fmt;
use std::net::SocketAddr;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::header;
use axum::http::request::Parts;
use mingjing_wire::asker::{Asker, PROXIED};

use crate::{ApiError, State};

/// The operator's key. Prints stars.
#[derive(Clone, PartialEq, Eq)]
pub struct OperatorKey(String);

impl OperatorKey {
    /// From its text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for OperatorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Someone who may change definitions.
pub struct Operator;

impl FromRequestParts<State> for Operator {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, ApiError> {
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
        let key = state.operator_key.as_ref().map(|key| key.0.as_str());
        asker
            .is_administrator(key)
            .map(|()| Operator)
            .map_err(ApiError::NotAllowed)
    }
}
