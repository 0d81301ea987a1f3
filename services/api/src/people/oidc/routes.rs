//! `/api/v1/session/ways`, `/api/v1/session/oidc`: how one may sign in; to the provider and back.

use axum::Json;
use axum::extract::{RawQuery, State as Here};
use axum::http::StatusCode;
use axum::http::header::{self, HeaderMap, HeaderName};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::super::gate::{self, Address};
use super::super::session;
use super::{Begun, NotSignedIn, Oidc, Returned, SECRET_BYTES};
use crate::{ApiError, State};

/// How long somebody may take at the provider's, in seconds.
const UNDER_WAY_S: u32 = 600;

/// `GET /api/v1/session/ways`: what the page for signing in offers.
pub(crate) async fn ways(Here(state): Here<State>) -> Json<Value> {
    let people = &*state.people;
    let oidc = people.oidc.as_ref();
    Json(json!({
        "password": people.required(),
        "oidc": oidc.map(|oidc| json!({ "name": oidc.config.name })),
    }))
}

/// `GET /api/v1/session/oidc`: to the provider.
pub(crate) async fn begin(Here(state): Here<State>) -> Result<Response, ApiError> {
    let oidc = configured(&state)?;
    let begun = Begun::new()?;
    let answer = match oidc.begin(&begun, state.people.now()).await {
        Ok(url) => {
            let headers = [
                (header::SET_COOKIE, under_way(&state, &begun.0, UNDER_WAY_S)),
                (header::LOCATION, url),
            ];
            (StatusCode::SEE_OTHER, headers).into_response()
        }
        Err(error) => back(&state, &error),
    };
    Ok(answer)
}

/// `GET /api/v1/session/oidc/callback`: back from the provider, with a code.
pub(crate) async fn finish(
    Here(state): Here<State>,
    Address(from): Address,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let (oidc, people) = (configured(&state)?, &*state.people);
    let secret = gate::cookie(&headers, name(&state)).filter(|secret| {
        secret.len() == 2 * SECRET_BYTES && secret.bytes().all(|b| b.is_ascii_hexdigit())
    });
    let returned = Returned::read(query.as_deref().unwrap_or_default());
    let (Some(secret), Some(returned)) = (secret, returned) else {
        return Ok(back(&state, &NotSignedIn::NotBegun));
    };
    let begun = Begun(secret.to_owned());
    let account = match oidc.finish(people, &begun, returned).await {
        Ok(account) => account,
        Err(error) => return Ok(back(&state, &error)),
    };
    let token = people.signed_in_by_provider(&account, from).await?;
    let headers = [
        (header::SET_COOKIE, session::cookie(&state, &token, true)),
        (header::LOCATION, "/".to_owned()),
    ];
    let mut answer = (StatusCode::SEE_OTHER, headers).into_response();
    forget(&state, &mut answer);
    Ok(answer)
}

fn configured(state: &State) -> Result<&Oidc, ApiError> {
    state
        .people
        .oidc
        .as_ref()
        .ok_or_else(|| ApiError::NotFound {
            what: "统一身份认证：本站未设置（oidc.issuer）".into(),
        })
}

/// To the page for signing in, which says why.
fn back(state: &State, error: &NotSignedIn) -> Response {
    let mut chain = Vec::new();
    let mut source: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = source {
        chain.push(error.to_string());
        source = error.source();
    }
    let reason = error.code();
    tracing::warn!(
        reason,
        chain = chain.join(": "),
        "a sign-in by the provider came to nothing"
    );
    let headers: [(HeaderName, String); 1] = [(header::LOCATION, format!("/?sign_in={reason}"))];
    let mut answer = (StatusCode::SEE_OTHER, headers).into_response();
    forget(state, &mut answer);
    answer
}

/// What was under way is over.
fn forget(state: &State, answer: &mut Response) {
    if let Ok(value) = under_way(state, "", 0).parse() {
        answer.headers_mut().append(header::SET_COOKIE, value);
    }
}

fn name(state: &State) -> &'static str {
    match state.people.secure() {
        true => "__Host-mingjing_sign_in",
        false => "mingjing_sign_in",
    }
}

/// The cookie of a sign-in that is under way. It has to come back with the provider's redirect, which another site's page causes: `Lax`, and
/// not `Strict` as a session's.
fn under_way(state: &State, secret: &str, seconds: u32) -> String {
    let secure = if state.people.secure() {
        "; Secure"
    } else {
        ""
    };
    let name = name(state);
    format!("{name}={secret}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}")
}
