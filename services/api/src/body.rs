//! How much a request may carry. It is read here, whole and within a bound, before whoever answers it sees it: so one that is too large is told so
//! in our own words, whatever its handler is and however it reads.

use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, FromRequest, MatchedPath, Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;

use crate::ApiError;

/// Of one request: the files of a draft, or the register of a body with all of its officers.
const BYTES_MAX: usize = 2 * 1024 * 1024;

/// Whoever takes longer to send it has gone, or wants a place kept.
const READ_WITHIN: Duration = Duration::from_secs(60);

/// Routes of which one request carries no more than 2 MiB.
pub fn bounded<S>(routes: Router<S>) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    bounded_by(BYTES_MAX, routes)
}

/// Routes of which one request carries no more than this many bytes.
pub(crate) fn bounded_by<S>(bytes_max: usize, routes: Router<S>) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    routes.layer(from_fn_with_state(bytes_max, read))
}

async fn read(
    State(bytes_max): State<usize>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let mut unread = Request::new(body);
    DefaultBodyLimit::max(bytes_max).apply(&mut unread);
    let whole = Bytes::from_request(unread, &());
    let Ok(whole) = tokio::time::timeout(READ_WITHIN, whole).await else {
        return Err(ApiError::bad("body", "迟迟没有发完，没有收下，请重新提交"));
    };
    let whole = match whole {
        Ok(whole) => whole,
        Err(refused) if refused.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            return Err(ApiError::TooLarge {
                route: route_of(&parts),
                bytes_max,
            });
        }
        Err(_) => return Err(ApiError::bad("body", "没有收完就中断了，请重新提交")),
    };
    let mut request = Request::from_parts(parts, Body::from(whole));
    // It is within the bound already; what a handler takes by itself is no other one.
    DefaultBodyLimit::disable().apply(&mut request);
    Ok(next.run(request).await)
}

/// `POST /api/v1/ledger/{id}/{act}`: of bounded length, and it names nobody.
fn route_of(parts: &Parts) -> String {
    let path = parts.extensions.get::<MatchedPath>();
    let path = path.map_or(parts.uri.path(), MatchedPath::as_str);
    format!("{} {path}", parts.method)
}
