//! `ApiError`: why a whole request was not done, and its answer.
//!
//! The public part is a [`Refusal`]; what happened inside goes to the log under an incident id, which is all the caller gets.

use std::error::Error;
use std::time::Duration;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use mingjing_domain::definitions::Problem;
use mingjing_wire::refusal::Words;
use mingjing_wire::{ReasonCode, Refusal};
use serde::Serialize;

use crate::answer::Reason;
use crate::keys;

/// Why a request was refused whole.
#[derive(Debug)]
pub(crate) struct ApiError {
    /// For the caller.
    pub refusal: Box<Refusal>,
    status: StatusCode,
    retry_after: Option<Duration>,
    problems: Vec<Problem>,
    incident: Option<String>,
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        let status = status_of(refusal.reason);
        let refusal = Box::new(refusal);
        Self {
            refusal,
            status,
            retry_after: None,
            problems: Vec::new(),
            incident: None,
        }
    }
}

/// The HTTP status that a reason has when it stands for a whole request.
pub(crate) fn status_of(reason: ReasonCode) -> StatusCode {
    match reason {
        ReasonCode::BadKey => StatusCode::UNAUTHORIZED,
        ReasonCode::NotAllowed | ReasonCode::UnknownSource | ReasonCode::WrongSource => {
            StatusCode::FORBIDDEN
        }
        ReasonCode::TimedOut => StatusCode::REQUEST_TIMEOUT,
        ReasonCode::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ReasonCode::UnsupportedContentType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ReasonCode::DeclaredInDefinitions | ReasonCode::NeedsReview => StatusCode::CONFLICT,
        ReasonCode::WrongDefinitions => StatusCode::UNPROCESSABLE_ENTITY,
        ReasonCode::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        ReasonCode::Overloaded | ReasonCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::BAD_REQUEST,
    }
}

impl ApiError {
    /// Something of ours failed while doing `attempted`. The chain goes to the log.
    pub fn unavailable(attempted: &str, error: &(dyn Error + 'static)) -> Self {
        let incident = keys::random::<8>().unwrap_or_else(|_| "unknown".to_owned());
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(inner) = cause {
            text += &format!(": {inner}");
            cause = inner.source();
        }
        tracing::error!(incident, attempted, error = text, "request failed");
        let detail = Words::new(
            format!("incident {incident}"),
            format!("事件编号 {incident}"),
        );
        let mut failed = Self::from(Refusal::new(ReasonCode::Unavailable, detail));
        failed.retry_after = Some(Duration::from_secs(5));
        failed.incident = Some(incident);
        failed
    }

    /// Definitions were not published.
    pub fn problems(problems: Vec<Problem>) -> Self {
        let number = problems.len();
        let detail = Words::new(format!("{number} problems"), format!("{number} 处问题"));
        let mut wrong = Self::from(Refusal::new(ReasonCode::WrongDefinitions, detail));
        wrong.problems = problems;
        wrong
    }

    /// The same, where what the path names is not there.
    pub fn not_found(mut self) -> Self {
        self.status = StatusCode::NOT_FOUND;
        self
    }

    /// The same, with the time after which it is worth trying again.
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// What the caller may know.
    pub fn reason(&self) -> Reason<'_> {
        Reason::of(&self.refusal)
    }

    /// Status and headers on an answer's body.
    pub fn dress(&self, body: impl Serialize) -> Response {
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        if let Some(wait) = self.retry_after {
            // Rounded up: a client that waits exactly as long as it was told must not come too early.
            let seconds = wait.as_millis().div_ceil(1000).max(1) as u64;
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        #[derive(Serialize)]
        struct Place<'a> {
            file: &'a str,
            line: u32,
            message: &'a str,
        }
        #[derive(Serialize)]
        struct Body<'a> {
            error: Reason<'a>,
            #[serde(skip_serializing_if = "Option::is_none")]
            incident: Option<&'a str>,
            #[serde(skip_serializing_if = "Vec::is_empty")]
            problems: Vec<Place<'a>>,
        }
        let problems = self.problems.iter();
        let problems = problems.map(|p| Place {
            file: &p.file,
            line: p.line,
            message: &p.message,
        });
        self.dress(Body {
            error: self.reason(),
            incident: self.incident.as_deref(),
            problems: problems.collect(),
        })
    }
}
