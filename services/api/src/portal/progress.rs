//! `POST /api/public/v1/progress`: how a case stands, to whoever has its number and the code of its acceptance slip.

use std::collections::BTreeSet;
use std::net::IpAddr;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State as Here;
use axum::http::HeaderMap;
use axum::http::header::{CACHE_CONTROL, HeaderName};
use mingjing_domain::definitions::PowerType;
use mingjing_engine::explain::{Asked, Known};
use serde::Deserialize;

use super::standing::{self, Progress};
use crate::explain::Loaded;
use crate::names::SOURCES;
use crate::people::gate::{Address, public_page};
use crate::{ApiError, State};

/// Of a case number, and of a code as it may be typed.
const CHARS_MAX: usize = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Slip {
    case_no: String,
    code: String,
}

/// Answers, or says that there is no such case with such a code: which of both is not told, and is not known where the code is wrong.
pub(super) async fn progress(
    Here(state): Here<State>,
    Address(from): Address,
    headers: HeaderMap,
    body: Bytes,
) -> Result<([(HeaderName, &'static str); 1], Json<Progress>), ApiError> {
    // No other site's page lets its readers guess for it.
    public_page(&headers, &state.people)?;
    let portal = &*state.portal;
    if portal.config.query_keys.is_empty() {
        return Err(ApiError::NotFound {
            what: "办件进度查询，本站尚未启用".into(),
        });
    }
    let slip: Slip = serde_json::from_slice(&body)
        .map_err(|_| ApiError::bad("body", "应为 {\"case_no\":\"…\",\"code\":\"…\"}"))?;
    let case_no = slip.case_no.trim();
    let opened = open(&state, case_no, &slip.code, from).await?;
    let found = match opened {
        Some((source, case_no)) => {
            let _turn = portal.turn().await?;
            told(&state, &source, &case_no).await?
        }
        None => None,
    };
    let found = found.ok_or_else(no_match)?;
    Ok(([(CACHE_CONTROL, "no-store")], Json(found)))
}

/// What is answered where a number and a code open no case that may be told of.
pub(super) fn no_match() -> ApiError {
    ApiError::NotFound {
        what: "与所填办件编号、查询码相符的办件，请核对受理单".into(),
    }
}

/// Source and number of the case that a code opens, if it opens one. Counts as a guess where it does not.
pub(super) async fn open(
    state: &State,
    typed: &str,
    code: &str,
    from: IpAddr,
) -> Result<Option<(String, String)>, ApiError> {
    let keys = &state.portal.config.query_keys;
    // What is counted is kept for a while, so it is short.
    let fits = |text: &str| !text.is_empty() && text.chars().count() <= CHARS_MAX;
    if !fits(typed) || !fits(code.trim()) {
        return Err(ApiError::bad("case_no", "请填写受理单上的办件编号和查询码"));
    }
    // Numbers are often typed in small letters. However one is spelt, it is one that is guessed at.
    let upper = typed.to_uppercase();
    let tried = state.portal.guess(&upper, from).await?;
    let sources = sources(state).await?;
    let numbers = BTreeSet::from([typed.to_owned(), upper]);
    let opened = numbers.into_iter().find_map(|number| {
        let source = keys.source_of(sources.iter().map(String::as_str), &number, code)?;
        Some((source.to_owned(), number))
    });
    state.portal.guessed(tried, opened.is_some()).await;
    Ok(opened)
}

/// Every source that may have sent a case.
async fn sources(state: &State) -> Result<BTreeSet<String>, ApiError> {
    let registered = state.definitions.table().scan(SOURCES).await?;
    let registered = registered
        .iter()
        .map(|(id, _)| String::from_utf8_lossy(id).into_owned());
    let in_force = state.definitions.in_force().await?;
    let declared = in_force
        .set
        .sources
        .iter()
        .map(|document| document.value.id.clone());
    Ok(registered.chain(declared).collect())
}

/// None also where the case is not one to be told of.
async fn told(state: &State, source: &str, case_no: &str) -> Result<Option<Progress>, ApiError> {
    let Some(found) = state.store.case(source, case_no).await? else {
        return Ok(None);
    };
    let Some(record) = &found.case else {
        return Ok(None);
    };
    let in_force = state.definitions.in_force().await?;
    let items = in_force.set.items.iter().map(|document| &document.value);
    let item = items
        .into_iter()
        .find(|item| Some(item.code.text.as_str()) == record.item_code.as_deref());
    // What is not in the public list has applicants too, and the code of a slip opens nothing but the own case.
    let Some(item) = item.filter(|item| has_slips(item.power_type)) else {
        return Ok(None);
    };
    let now = (state.now)();
    let asked = Asked {
        at: now,
        known: Known::Everything,
    };
    let loaded = match Loaded::read(state, source, case_no).await {
        Err(ApiError::NotFound { .. }) => return Ok(None),
        other => other?,
    };
    let explanation = match loaded.explain(asked).await {
        Err(ApiError::NotFound { .. }) => return Ok(None),
        other => other?,
    };
    Ok(Some(standing::progress(&standing::Known {
        record,
        events: &found.events,
        told: &explanation,
        item,
        set: &in_force.set,
        now,
        zone: state.zone,
    })))
}

/// Whether cases of a category begin with an application and so with a slip. Running penalties, coercion and inspections are told to
/// nobody here: an inspection must not be known before it comes, and their parties are served with papers (domain study 11.11).
const fn has_slips(power_type: PowerType) -> bool {
    !matches!(
        power_type,
        PowerType::Penalty | PowerType::Coercion | PowerType::Inspection
    )
}
