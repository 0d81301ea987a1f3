//! `POST /api/public/v1/progress`: how a case stands, to whoever has its number and the code of its acceptance slip.

use std::collections::BTreeSet;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State as Here;
use axum::http::header::{CACHE_CONTROL, HeaderName};
use mingjing_domain::definitions::PowerType;
use mingjing_engine::explain::{Asked, Known};
use serde::Deserialize;

use super::standing::{self, Progress};
use crate::explain::Loaded;
use crate::names::SOURCES;
use crate::people::gate::Address;
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
    body: Bytes,
) -> Result<([(HeaderName, &'static str); 1], Json<Progress>), ApiError> {
    let portal = &*state.portal;
    if portal.config.query_keys.is_empty() {
        return Err(ApiError::NotFound {
            what: "办件进度查询，本站尚未启用".into(),
        });
    }
    let slip: Slip = serde_json::from_slice(&body)
        .map_err(|_| ApiError::bad("body", "应为 {\"case_no\":\"…\",\"code\":\"…\"}"))?;
    let case_no = slip.case_no.trim();
    let fits = |text: &str| !text.is_empty() && text.chars().count() <= CHARS_MAX;
    if !fits(case_no) || !fits(slip.code.trim()) {
        return Err(ApiError::bad("case_no", "请填写受理单上的办件编号和查询码"));
    }
    portal.guess(case_no, from)?;
    let found = look_up(&state, case_no, &slip.code).await;
    // What failed was no guess.
    if !matches!(found, Ok(None)) {
        portal.guessed(case_no, from);
    }
    let found = found?.ok_or_else(|| ApiError::NotFound {
        what: "与所填办件编号、查询码相符的办件，请核对受理单".into(),
    })?;
    Ok(([(CACHE_CONTROL, "no-store")], Json(found)))
}

async fn look_up(state: &State, typed: &str, code: &str) -> Result<Option<Progress>, ApiError> {
    let keys = &state.portal.config.query_keys;
    let sources = sources(state).await?;
    // Numbers are often typed in small letters.
    let numbers = BTreeSet::from([typed.to_owned(), typed.to_uppercase()]);
    let opened = numbers.iter().find_map(|number| {
        let source = keys.source_of(sources.iter().map(String::as_str), number, code)?;
        Some((source, number))
    });
    let Some((source, case_no)) = opened else {
        return Ok(None);
    };
    let _turn = state.portal.turn().await?;
    told(state, source, case_no).await
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
    let Some(item) = item.filter(|item| item.public && has_slips(item.power_type)) else {
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
