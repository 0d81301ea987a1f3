//! `/api/v1/events/export`: the events of whole cases, for process-mining tools, one CloudEvent a line.

use std::io;

use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State as Here};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use mingjing_domain::Timestamp;
use mingjing_store::{CasesAsked, Error, Sight, Store};
use mingjing_wire::cloudevents::encode_event;
use mingjing_wire::export::{Selection, outgoing};

use crate::people::gate::Caller;
use crate::{ApiError, State, query};

/// Cases read from ClickHouse at a time. With some dozen events each it is about as much as one answer may hold in memory.
const CASES_A_PAGE: u32 = 500;

/// `GET /api/v1/events/export?source=&item=&from=&to=`: whole cases that began from one day or instant up to, for instants not including,
/// another; of each event what counts, in the order in which it is judged, without free text and without what refers to parties. Answered
/// once the first page is there; what breaks off later is cut, so that it does not look whole.
pub(crate) async fn export(
    Here(state): Here<State>,
    caller: Caller,
    RawQuery(asked): RawQuery,
) -> Result<Response, ApiError> {
    let mut asked = query::pairs(asked.as_deref(), &["source", "item", "from", "to"])?;
    let zone = state.zone;
    let instant = |field: &str, text: &str, whole_day: bool| -> Result<Timestamp, ApiError> {
        if let Ok(day) = text.parse::<NaiveDate>() {
            let day = if whole_day {
                day.succ_opt().unwrap_or(day)
            } else {
                day
            };
            return Ok(Timestamp::start_of(day, zone));
        }
        let wrong = |_| ApiError::bad(field, "应为日期（如 2026-07-01）或带时区的时刻");
        Timestamp::parse(text).map_err(wrong)
    };
    let mut pages = Pages {
        store: state.store.clone(),
        sight: caller.sight(),
        selection: Selection {
            from: asked
                .get("from")
                .map(|text| instant("from", text, false))
                .transpose()?,
            before: asked
                .get("to")
                .map(|text| instant("to", text, true))
                .transpose()?,
            source: asked.remove("source"),
            item: asked.remove("item"),
        },
        after: None,
    };
    let first = pages.next().await?;
    let lines = futures::stream::try_unfold((first, pages), |(now, mut pages)| async move {
        let Some(page) = now else { return Ok(None) };
        let next = pages.next().await.map_err(|error| {
            tracing::error!(%error, "an export broke off");
            io::Error::other(error)
        })?;
        Ok::<_, io::Error>(Some((page, (next, pages))))
    });
    let kind = [(header::CONTENT_TYPE, "application/x-ndjson; charset=utf-8")];
    Ok((kind, Body::from_stream(lines)).into_response())
}

/// What is left to be read.
struct Pages {
    store: Store,
    sight: Sight,
    selection: Selection,
    /// The last case that was read.
    after: Option<(String, String)>,
}

impl Pages {
    /// The lines of the next cases; empty where none of a page is meant, none where there are no more.
    async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        let asked = CasesAsked {
            source: self.selection.source.as_deref(),
            item: self.selection.item.as_deref(),
            from: self.selection.from,
            before: self.selection.before,
            sight: Some(&self.sight),
        };
        let after = self.after.as_ref();
        let after = after.map(|(source, case_no)| (source.as_str(), case_no.as_str()));
        let page = self
            .store
            .events_of_cases(asked, after, CASES_A_PAGE)
            .await?;
        let Some(last) = page.last() else {
            return Ok(None);
        };
        self.after = Some((last.source.to_string(), last.case_no.to_string()));
        let mut lines = Vec::new();
        for case in page.chunk_by(|a, b| (&a.source, &a.case_no) == (&b.source, &b.case_no)) {
            if self.selection.takes(case) {
                for event in case {
                    lines.extend(encode_event(&outgoing(event.clone())));
                    lines.push(b'\n');
                }
            }
        }
        Ok(Some(lines.into()))
    }
}
