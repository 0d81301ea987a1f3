//! Who looks after the platform over HTTP: whom the API's gate let in, since his roles or his key allow it; and where accounts are off, or a
//! process has no gate, the administrator as at intake.

use std::sync::Arc;

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use mingjing_intake::{AdminKey, is_administrator};
use serde_json::json;

/// What is served by a key.
pub trait HasKey {
    /// The administrator's; none: whoever asks from this machine.
    fn admin_key(&self) -> Option<&AdminKey>;
}

/// Whoever may look after it.
pub struct Admin;

impl<S: HasKey + Send + Sync> FromRequestParts<Arc<S>> for Admin {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, served: &Arc<S>) -> Result<Self, Refused> {
        match mingjing_api::let_in(parts) || is_administrator(served.admin_key(), parts) {
            true => Ok(Admin),
            false => Err(Refused::new(
                StatusCode::FORBIDDEN,
                "需要管理员密钥；未设置密钥时只接受来自本机的请求",
                "The administrator's key is needed; where none is set, requests from this machine",
            )),
        }
    }
}

/// An answer that is none: the status, and why in words.
pub struct Refused {
    status: StatusCode,
    zh: String,
    en: String,
}

impl Refused {
    /// In both languages.
    pub fn new(status: StatusCode, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            status,
            zh: zh.into(),
            en: en.into(),
        }
    }

    /// The tables are away.
    pub fn away() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "记录暂不可用，请稍后再试",
            "The tables are away; try again later",
        )
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let body = json!({ "error": self.zh, "message_zh": self.zh, "message_en": self.en });
        (self.status, Json(body)).into_response()
    }
}
