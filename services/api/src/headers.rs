//! The headers that every answer of the platform carries, so that a browser does with it what it is for and nothing else.
//!
//! An answer that says nothing of its own is data: nothing in it is run, shown in a frame or taken for another type. The console's files
//! say more (`board`).

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderValue};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;

/// For a year a browser asks for nothing but TLS (RFC 6797); of this host alone, others of its domain are not ours.
const TLS_ONLY: &str = "max-age=31536000";

/// What an answer is allowed to do that says nothing else: nothing.
const DATA: &str =
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// On every answer. `x-frame-options` is for browsers that do not know `frame-ancestors`; addresses name cases, so they are told to nobody
/// else.
const ALWAYS: [(&str, &str); 6] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    (
        "permissions-policy",
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];

/// Routes whose every answer carries the headers; `tls`: browsers reach them over TLS.
pub fn protected(routes: Router, tls: bool) -> Router {
    routes.layer(from_fn_with_state(tls, carried))
}

async fn carried(State(tls): State<bool>, request: Request, next: Next) -> Response {
    let mut answer = next.run(request).await;
    let headers = answer.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(DATA));
    if tls {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static(TLS_ONLY),
        );
    }
    answer
}
