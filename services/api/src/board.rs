//! The console's files, compiled into the binary.

use axum::extract::State as Here;
use axum::http::{Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use crate::{ApiError, State};

/// One file.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    /// Its path, like `/assets/index-1b2c.js`; `/` is the first page.
    pub path: &'static str,
    /// Its media type.
    pub media_type: &'static str,
    /// Its bytes.
    pub bytes: &'static [u8],
}

/// All files.
pub type Assets = &'static [Asset];

/// Under this path a file's name changes with its content.
const HASHED: &str = "/assets/";

/// What the console's pages may do: run and show what is the platform's own. Its libraries set styles in place; a drawing is an image of its
/// own data.
const CONSOLE: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

/// Everything that is not the API.
pub async fn serve(Here(state): Here<State>, method: Method, uri: Uri) -> Response {
    let asked = match uri.path() {
        "/public/" => "/public",
        path => path,
    };
    let asset = state.assets.iter().find(|asset| asset.path == asked);
    let Some(asset) = asset else {
        return ApiError::NotFound {
            what: uri.path().to_owned(),
        }
        .into_response();
    };
    if method != Method::GET && method != Method::HEAD {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let keep = match asset.path.starts_with(HASHED) {
        true => "public, max-age=31536000, immutable",
        false => "no-cache",
    };
    let headers = [
        (header::CONTENT_TYPE, asset.media_type),
        (header::CACHE_CONTROL, keep),
        (header::CONTENT_SECURITY_POLICY, CONSOLE),
    ];
    (headers, asset.bytes).into_response()
}
