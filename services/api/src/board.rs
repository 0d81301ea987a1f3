//! The console's files, compiled into the binary.

use axum::extract::State as Here;
use axum::http::{Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use crate::{ApiError, State};

/// One file.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    /// Its path, like `/board.js`; `/` is the first page.
    pub path: &'static str,
    /// Its media type.
    pub media_type: &'static str,
    /// Its bytes.
    pub bytes: &'static [u8],
}

/// All files.
pub type Assets = &'static [Asset];

/// Everything that is not the API.
pub async fn serve(Here(state): Here<State>, method: Method, uri: Uri) -> Response {
    let asset = state.assets.iter().find(|asset| asset.path == uri.path());
    let Some(asset) = asset else {
        return ApiError::NotFound {
            what: uri.path().to_owned(),
        }
        .into_response();
    };
    if method != Method::GET && method != Method::HEAD {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let headers = [
        (header::CONTENT_TYPE, asset.media_type),
        (header::CACHE_CONTROL, "no-cache"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:",
        ),
    ];
    (headers, asset.bytes).into_response()
}
