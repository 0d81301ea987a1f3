//! `/api/v1/session`: signing in and out, who is signed in, one's own password. By a provider: see `oidc`.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State as Here;
use axum::http::header::{self, HeaderMap};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::account::Account;
use super::gate::{self, Address, Caller};
use super::{Denied, millis, password};
use crate::{ApiError, State};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SigningIn {
    account: String,
    password: String,
    /// The token is answered, for a program to send it, instead of a cookie being set.
    #[serde(default)]
    bearer: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPassword {
    old: String,
    new: String,
}

/// `GET /api/v1/session`: who is signed in; what the console asks first.
pub(crate) async fn who(
    Here(state): Here<State>,
    headers: HeaderMap,
) -> Result<Json<Value>, ApiError> {
    if !state.people.required() {
        return Ok(Json(json!({ "accounts": "off" })));
    }
    match gate::identify(&state, &Method::GET, &headers).await? {
        Caller::Person(person) => Ok(Json(told(&person.account))),
        Caller::Key => Ok(Json(json!({ "accounts": "required", "key": true }))),
        Caller::Anybody => Err(ApiError::Access(Denied::NotSignedIn)),
    }
}

/// `POST /api/v1/session`
pub(crate) async fn sign_in(
    Here(state): Here<State>,
    Address(from): Address,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    let people = &*state.people;
    if !people.required() {
        return Err(ApiError::Access(Denied::Off));
    }
    // Nobody is signed in as somebody else by another site's page.
    gate::own_page(&headers, people, false)?;
    let asked: SigningIn = read(&body)?;
    let account = people.check(&asked.account, &asked.password, from).await?;
    let token = people.begin_session(&account, false).await?;
    let mut answer = told(&account);
    if asked.bearer {
        answer["token"] = json!(token);
        return Ok(Json(answer).into_response());
    }
    let cookie = [(header::SET_COOKIE, cookie(&state, &token, true))];
    Ok((cookie, Json(answer)).into_response())
}

/// `DELETE /api/v1/session`: whoever came by the provider is told where to go on, so that the provider forgets them, too.
pub(crate) async fn sign_out(
    Here(state): Here<State>,
    caller: Caller,
) -> Result<Response, ApiError> {
    let Caller::Person(person) = caller else {
        return Err(ApiError::Access(Denied::Off));
    };
    let people = &*state.people;
    people.end_session(&person.session).await?;
    let cookie = [(header::SET_COOKIE, cookie(&state, "", false))];
    let on = match &people.oidc {
        Some(oidc) if person.by_provider => oidc.leave(people.now()).await,
        _ => None,
    };
    match on {
        Some(on) => Ok((cookie, Json(json!({ "continue": on }))).into_response()),
        None => Ok((StatusCode::NO_CONTENT, cookie).into_response()),
    }
}

/// `POST /api/v1/session/password`: the old one proves that it is they; every session of before ends.
pub(crate) async fn change_password(
    Here(state): Here<State>,
    caller: Caller,
    Address(from): Address,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    let Caller::Person(person) = caller else {
        return Err(ApiError::Access(Denied::Off));
    };
    let people = &*state.people;
    let asked: NewPassword = read(&body)?;
    let id = &person.account.id;
    if let Some(problem) = password::problem(&asked.new, id) {
        return Err(ApiError::bad("new", problem));
    }
    if asked.new == asked.old {
        return Err(ApiError::bad("new", "新口令与原口令相同"));
    }
    let account = people.check(id, &asked.old, from).await?;
    let why = match people.aged(&account, people.now()) {
        true => "口令到期，本人修改口令",
        false => "本人修改口令",
    };
    let changed = people
        .set_password(&account, asked.new, false, id, why)
        .await?;
    let token = people.begin_session(&changed, false).await?;
    let mut answer = told(&changed);
    if headers.contains_key(header::AUTHORIZATION) {
        answer["token"] = json!(token);
        return Ok(Json(answer).into_response());
    }
    let cookie = [(header::SET_COOKIE, cookie(&state, &token, true))];
    Ok((cookie, Json(answer)).into_response())
}

/// Who it is, and what the console has to offer them.
fn told(account: &Account) -> Value {
    json!({
        "accounts": "required",
        "account": account.id,
        "rights": account.rights,
        "roles_zh": account.rights.roles.iter().map(|role| role.name_zh()).collect::<Vec<_>>(),
        "change_password": account.temporary,
    })
}

/// The cookie that holds the token, or that takes it away. No script reads it, and no other site's page sends it.
pub(super) fn cookie(state: &State, token: &str, kept: bool) -> String {
    let people = &*state.people;
    let seconds = match kept {
        true => millis(people.config.session_most) / 1000,
        false => 0,
    };
    let secure = if people.secure() { "; Secure" } else { "" };
    let name = people.cookie_name();
    format!("{name}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}")
}

/// Reads a body. Its text is not repeated: it holds a password.
fn read<T: serde::de::DeserializeOwned>(body: &Bytes) -> Result<T, ApiError> {
    serde_json::from_slice(body).map_err(|error| {
        ApiError::bad(
            "body",
            format!(
                "第 {} 行第 {} 列不是所要的 JSON",
                error.line(),
                error.column()
            ),
        )
    })
}
