//! The answers to `POST /v1/events`: one line an item, in the order sent.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use mingjing_wire::{ReasonCode, Refusal};
use serde::Serialize;

use crate::error::{ApiError, status_of};

/// Why something was refused, as it is told.
#[derive(Debug, Serialize)]
pub(crate) struct Reason<'a> {
    reason: ReasonCode,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    message_zh: String,
    message_en: String,
    help: String,
}

impl<'a> Reason<'a> {
    /// In both languages.
    pub fn of(refusal: &'a Refusal) -> Self {
        Self {
            reason: refusal.reason,
            field: refusal.field.as_deref(),
            message_zh: refusal.message_zh(),
            message_en: refusal.message_en(),
            help: format!("{} / {}", refusal.help_zh(), refusal.help_en()),
        }
    }
}

/// What became of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is durable.
    Accepted,
    /// The very same stands earlier in the request, and is durable.
    DuplicateOk,
    /// It was not taken.
    Refused(Box<Refusal>),
}

/// What became of one item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    /// Its id, where it could be read.
    pub id: Option<String>,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a request's items, in their order.
#[derive(Debug)]
pub(crate) struct Answer(pub Vec<Item>);

impl Answer {
    fn refusals(&self) -> impl Iterator<Item = &Refusal> {
        self.0.iter().filter_map(|item| match &item.outcome {
            Outcome::Refused(refusal) => Some(&**refusal),
            Outcome::Accepted | Outcome::DuplicateOk => None,
        })
    }

    /// 200: all taken; 207: some; otherwise what their reasons have in common, or 400.
    fn status(&self) -> StatusCode {
        let refused = self.refusals().count();
        if refused == 0 {
            return StatusCode::OK;
        }
        if refused < self.0.len() {
            return StatusCode::MULTI_STATUS;
        }
        let mut statuses = self.refusals().map(|refusal| status_of(refusal.reason));
        let first = statuses.next().unwrap_or(StatusCode::BAD_REQUEST);
        if statuses.all(|status| status == first) {
            first
        } else {
            StatusCode::BAD_REQUEST
        }
    }
}

#[derive(Serialize)]
struct Body<'a> {
    accepted: usize,
    refused: usize,
    items: Vec<Line<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Reason<'a>>,
}

#[derive(Serialize)]
struct Line<'a> {
    index: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    status: &'static str,
    #[serde(flatten)]
    reason: Option<Reason<'a>>,
}

impl<'a> Line<'a> {
    fn of((index, item): (usize, &'a Item)) -> Self {
        let (status, reason) = match &item.outcome {
            Outcome::Accepted => ("accepted", None),
            Outcome::DuplicateOk => ("duplicate-ok", None),
            Outcome::Refused(refusal) => ("refused", Some(Reason::of(refusal))),
        };
        Self {
            index,
            id: item.id.as_deref(),
            status,
            reason,
        }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let refused = self.refusals().count();
        let items = self.0.iter().enumerate().map(Line::of).collect();
        let body = Body {
            accepted: self.0.len() - refused,
            refused,
            items,
            error: None,
        };
        (self.status(), Json(body)).into_response()
    }
}

/// A request for events that was refused whole: the same shape, without items, the reason under `error`.
#[derive(Debug)]
pub(crate) struct EventsError(pub ApiError);

impl<E: Into<ApiError>> From<E> for EventsError {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for EventsError {
    fn into_response(self) -> Response {
        let error = Some(self.0.reason());
        self.0.dress(Body {
            accepted: 0,
            refused: 0,
            items: Vec::new(),
            error,
        })
    }
}

#[cfg(test)]
mod tests {
    use mingjing_wire::refusal::Words;

    use super::*;

    fn status(reasons: &[Option<ReasonCode>]) -> u16 {
        let outcome = |reason: &Option<ReasonCode>| match reason {
            None => Outcome::Accepted,
            Some(reason) => Outcome::Refused(Box::new(Refusal::new(*reason, Words::new("", "")))),
        };
        let items = reasons.iter().map(|reason| Item {
            id: None,
            outcome: outcome(reason),
        });
        Answer(items.collect()).status().as_u16()
    }

    #[test]
    fn the_status_tells_all_some_or_why_none() {
        use ReasonCode::*;
        assert_eq!(status(&[]), 200);
        assert_eq!(status(&[None, None]), 200);
        assert_eq!(status(&[None, Some(Secret)]), 207);
        assert_eq!(status(&[Some(WrongSource), Some(UnknownSource)]), 403);
        assert_eq!(status(&[Some(TooLarge)]), 413);
        assert_eq!(status(&[Some(TooLarge), Some(WrongSource)]), 400);
        assert_eq!(status(&[Some(MalformedJson)]), 400);
    }
}
