//! The API's one error: a public message, and the inner cause for the log.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// Why a request got no answer.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The request cannot be meant.
    #[error("{field}: {detail}")]
    BadRequest {
        /// The parameter.
        field: String,
        /// What is wrong and what to do.
        detail: String,
    },
    /// There is no such thing.
    #[error("{what} not found")]
    NotFound {
        /// What was asked for.
        what: String,
    },
    /// ClickHouse is away or refused.
    #[error("the store did not answer")]
    Store(#[from] mingjing_store::Error),
    /// The definitions of then cannot be had.
    #[error("the definitions cannot be had")]
    Definitions(#[from] crate::DefinitionsError),
    /// What should not happen.
    #[error("it failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl ApiError {
    /// A parameter that cannot be meant.
    pub fn bad(field: &str, detail: impl Into<String>) -> Self {
        ApiError::BadRequest {
            field: field.into(),
            detail: detail.into(),
        }
    }

    fn parts(&self) -> (StatusCode, &'static str, String, String) {
        match self {
            ApiError::BadRequest { field, detail } => (
                StatusCode::BAD_REQUEST,
                "bad_request",
                format!("参数 {field} 有误：{detail}"),
                format!("{field}: {detail}"),
            ),
            ApiError::NotFound { what } => (
                StatusCode::NOT_FOUND,
                "not_found",
                format!("未找到：{what}"),
                format!("not found: {what}"),
            ),
            ApiError::Store(_) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "store_unavailable",
                "数据库暂时不可用，平台会自动重试，请稍后再查".into(),
                "the database is away for the moment; nothing is lost, ask again shortly".into(),
            ),
            ApiError::Definitions(error) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "definitions_unavailable",
                format!("当时生效的定义暂时读不出：{error}"),
                format!("the definitions of then cannot be read: {error}"),
            ),
            ApiError::Failed(_) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "failed",
                "平台内部出错，请将时间与所查编号告知运维人员".into(),
                "the platform failed; tell its operators when and what you asked".into(),
            ),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, reason, message_zh, message_en) = self.parts();
        if status.is_server_error() {
            let mut chain = Vec::new();
            let mut source: Option<&dyn std::error::Error> = Some(&self);
            while let Some(error) = source {
                chain.push(error.to_string());
                source = error.source();
            }
            tracing::error!(reason, chain = chain.join(": "), "request failed");
        }
        let body = json!({ "reason": reason, "message_zh": message_zh, "message_en": message_en });
        (status, Json(body)).into_response()
    }
}
