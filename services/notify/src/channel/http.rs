//! One HTTP request, and what its failure means.

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response};

use super::{CONNECT, Failure, TIMEOUT};

/// A client whose requests take no longer than this and follow nobody elsewhere: a message goes where the site says.
pub(super) fn client(timeout: Duration) -> Result<Client, reqwest::Error> {
    Client::builder()
        .timeout(timeout)
        .redirect(Policy::none())
        .user_agent(concat!("mingjing/", env!("CARGO_PKG_VERSION")))
        .build()
}

/// The answer to a request, where it is a good one.
pub(super) async fn answer(request: RequestBuilder) -> Result<Response, Failure> {
    let answer = request.send().await.map_err(failure)?;
    let status = answer.status();
    if status.is_success() {
        return Ok(answer);
    }
    let detail = format!("HTTP {}", status.as_u16());
    Err(match status.as_u16() {
        429 => Failure::passing("rate_limited", detail),
        408 => Failure::passing(TIMEOUT, detail),
        500.. => Failure::passing("http_5xx", detail),
        300..=399 => Failure::lasting("http_3xx", detail),
        _ => Failure::lasting("http_4xx", detail),
    })
}

/// What a client's error means. Its own words may hold the address, which may hold a key.
pub(super) fn failure(error: reqwest::Error) -> Failure {
    let reason = match (error.is_timeout(), error.is_connect()) {
        (true, _) => TIMEOUT,
        (_, true) => CONNECT,
        _ => "broken_off",
    };
    Failure::passing(reason, error.without_url().to_string())
}
