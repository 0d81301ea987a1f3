//! `/api/v1/complaints`: complaints and ratings are taken in, listed, and worked to their end.
//!
//! What is said is an event in the log, of the case that it is about or of a case of its own, and so is what is done about it: C1–C4 judge
//! these events and nothing beside them. This composes the events; how one stands is read out of the archived ones (`domain::voice`).
//! A request is pinned under the client's key before it is written, so that said again it is the same event. No name and no telephone
//! number of whoever complains is kept: free text is masked as at intake, and who it was stays with the office that took it in, under its
//! own number (`reference`).

mod asked;
mod record;
mod show;

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State as Here};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use mingjing_domain::Timestamp;
use mingjing_domain::alert::AlertRecord;
use mingjing_domain::event::CaseEvent;
use mingjing_domain::fact::CaseRecord;
use mingjing_domain::life::{Actor, Refusal};
use mingjing_domain::voice::{
    self, Act, EVENT_PREFIX, Kind, RECEIPT_NO, SOURCE, State as Standing, Voice, voices,
};
use mingjing_store::{InvalidCursor, Sight, VoiceCursor, VoiceFilter};
use serde_json::{Value, json};

use crate::life::said::{self, SaidFields, read};
use crate::people::gate::Caller;
use crate::{ApiError, Operator, State, query};
pub(crate) use asked::{About, Spoken};
use asked::{Done, Opening};
use record::Request;
use show::Shown;

/// On a page where nothing is said.
const LIMIT_DEFAULT: usize = 50;
/// Openings looked at for one page that asks for a state: so many at a time, so often.
const LOOKED_AT: u32 = 500;
const LOOKS_MAX: usize = 20;

/// The routes.
pub(crate) fn routes() -> Router<State> {
    Router::new()
        .route("/api/v1/complaints", get(list).post(register))
        .route("/api/v1/complaints/{source}/{case_no}/{event_id}", get(one))
        .route(
            "/api/v1/complaints/{source}/{case_no}/{event_id}/{act}",
            post(act),
        )
}

/// What a request for a page asks for.
#[derive(Debug, Default, PartialEq)]
struct Asked {
    filter: VoiceFilter,
    state: Option<Standing>,
    open: Option<bool>,
    cursor: Option<VoiceCursor>,
    limit: Option<usize>,
}

const PARAMETERS: &[&str] = &[
    "kind",
    "state",
    "open",
    "receipt_no",
    "case_no",
    "org_code",
    "region",
    "cursor",
    "limit",
];

/// Reads the query. What is empty was left out of a form.
fn asked(query: Option<&str>) -> Result<Asked, ApiError> {
    let mut asked = Asked::default();
    for (name, value) in query::pairs(query, PARAMETERS)? {
        if value.is_empty() {
            continue;
        }
        let filter = &mut asked.filter;
        match name.as_str() {
            "kind" => {
                let kind = Kind::from_code(&value);
                let kind =
                    kind.ok_or_else(|| ApiError::bad("kind", "应为 complaint 或者 rating"))?;
                filter.kind = Some(kind);
            }
            "state" => {
                let state = Standing::from_code(&value);
                let known = Standing::ALL.map(Standing::code).join("、");
                let wrong = || ApiError::bad("state", format!("可用的是 {known}"));
                asked.state = Some(state.ok_or_else(wrong)?);
            }
            "open" => asked.open = Some(query::flag(&name, &value)?),
            "receipt_no" => filter.receipt_no = Some(value),
            "case_no" => filter.case_no = Some(value),
            "org_code" => filter.org_code = Some(value),
            "region" => filter.region_prefix = Some(query::region(&name, &value)?),
            "cursor" => {
                let cursor = value.parse();
                let wrong = |e: InvalidCursor| ApiError::bad("cursor", e.to_string());
                asked.cursor = Some(cursor.map_err(wrong)?);
            }
            _ => {
                let limit = value.parse().ok().filter(|n| (1..=200).contains(n));
                let limit = limit.ok_or_else(|| ApiError::bad("limit", "应为 1 至 200 的整数"))?;
                asked.limit = Some(limit);
            }
        }
    }
    Ok(asked)
}

/// `GET /api/v1/complaints`: a page, the last first.
async fn list(
    Here(state): Here<State>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let mut asked = asked(query.as_deref())?;
    asked.filter.sight = caller.sight();
    let limit = asked.limit.unwrap_or(LIMIT_DEFAULT);
    let shown = Shown::now(&state).await?;
    let mut cursor = asked.cursor.clone();
    let mut found: Vec<Value> = Vec::new();
    // How one stands is known only when all that was said about it was read: openings are looked at until a page is full.
    for _ in 0..LOOKS_MAX {
        let openings = state
            .store
            .voices(&asked.filter, cursor.as_ref(), LOOKED_AT);
        let openings = openings.await?;
        let more = openings.len() == LOOKED_AT as usize;
        let (said, cases) = about(&state, &openings).await?;
        for opening in &openings {
            if found.len() == limit {
                return Ok(page(found, cursor));
            }
            cursor = Some(VoiceCursor::of(opening));
            let place = place_of(opening);
            let of_case = said.get(&place).map_or(&[][..], Vec::as_slice);
            let Some(voice) = voice_of(of_case, opening) else {
                continue;
            };
            let in_state = asked.state.is_none_or(|state| state == voice.state);
            let as_open = asked.open.is_none_or(|open| open == voice.state.is_open());
            if in_state && as_open {
                found.push(shown.brief(&voice, cases.get(&place)));
            }
        }
        if !more {
            return Ok(page(found, None));
        }
    }
    Ok(page(found, cursor))
}

fn page(found: Vec<Value>, next: Option<VoiceCursor>) -> Json<Value> {
    let next = next.map(|cursor| cursor.to_string());
    Json(json!({ "complaints": found, "next": next }))
}

/// Source and number of a case.
type Place = (String, String);
type Said = BTreeMap<Place, Vec<CaseEvent<'static>>>;
type Cases = BTreeMap<Place, CaseRecord>;

fn place_of(event: &CaseEvent<'_>) -> Place {
    (event.source.to_string(), event.case_no.to_string())
}

/// All that was said in the cases that these lie in, and the cases.
async fn about(state: &State, openings: &[CaseEvent<'static>]) -> Result<(Said, Cases), ApiError> {
    let mut cases: Vec<(&str, &str)> = openings.iter().map(|o| (&*o.source, &*o.case_no)).collect();
    cases.sort_unstable();
    cases.dedup();
    let mut said = Said::new();
    for event in state.store.said_about_voices(&cases).await? {
        said.entry(place_of(&event)).or_default().push(event);
    }
    let records = state.store.cases_of(&cases).await?;
    let records = records
        .into_iter()
        .map(|case| ((case.source.clone(), case.case_no.clone()), case));
    Ok((said, records.collect()))
}

fn voice_of<'e>(events: &'e [CaseEvent<'static>], opening: &CaseEvent<'_>) -> Option<Voice<'e>> {
    let mut all = voices(events).into_iter();
    all.find(|voice| voice.opening.event_id == opening.event_id)
}

/// Whether somebody sees one: as its own body and region say, as those of its case, or because it was handed to their body.
fn in_sight(sight: &Sight, voice: &Voice<'_>, case: Option<&CaseRecord>) -> bool {
    let data = &voice.opening.data;
    let handed = sight.body.is_some() && voice.handed_to == sight.body;
    handed
        || sight.sees(data.region_code.as_deref(), &[data.org_code.as_deref()])
        || case.is_some_and(|case| sight.sees_case(case))
}

/// `GET /api/v1/complaints/{source}/{case_no}/{event_id}`
async fn one(
    Here(state): Here<State>,
    caller: Caller,
    Path((source, case_no, event_id)): Path<(String, String, String)>,
) -> Result<Json<Value>, ApiError> {
    let found = Found::read(&state, &source, &case_no).await?;
    let voice = found.voice(&event_id, &caller.sight())?;
    let shown = Shown::now(&state).await?;
    Ok(Json(shown.whole(
        &voice,
        found.case.as_ref(),
        &found.alerts,
        &state,
    )))
}

/// A case with all that was said in it.
struct Found {
    source: String,
    case_no: String,
    events: Vec<CaseEvent<'static>>,
    case: Option<CaseRecord>,
    alerts: Vec<AlertRecord>,
}

impl Found {
    async fn read(state: &State, source: &str, case_no: &str) -> Result<Self, ApiError> {
        let found = state.store.case(source, case_no).await?;
        let (events, case, alerts) = match found {
            Some(found) => (found.events, found.case, found.alerts),
            None => Default::default(),
        };
        Ok(Self {
            source: source.to_owned(),
            case_no: case_no.to_owned(),
            events,
            case,
            alerts: alerts.into_iter().map(|found| found.alert).collect(),
        })
    }

    /// One of its complaints or ratings, if somebody sees it.
    fn voice(&self, event_id: &str, sight: &Sight) -> Result<Voice<'_>, ApiError> {
        let mut all = voices(&self.events).into_iter();
        let voice = all.find(|voice| &*voice.opening.event_id == event_id);
        let voice = voice.filter(|voice| in_sight(sight, voice, self.case.as_ref()));
        voice.ok_or_else(|| ApiError::NotFound {
            what: format!("投诉或者评价 {}/{}/{event_id}", self.source, self.case_no),
        })
    }
}

/// `POST /api/v1/complaints`
async fn register(
    Here(state): Here<State>,
    _: Operator,
    caller: Caller,
    body: Bytes,
) -> Result<Response, ApiError> {
    let (fields, opening): (SaidFields, Opening) = read(&body)?;
    let said = fields.by(&caller)?.said("complaint")?;
    let request = Request::of(&said, "register", &body)?;
    let opening = opening
        .checked(&state, &caller.sight(), request.receipt())
        .await?;
    let event = |at| opening.event(&said, at);
    record::answer(&state, &request, event).await
}

/// What the public is told of what it said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Heard {
    pub receipt_no: String,
    pub kind: Kind,
    pub state: Standing,
    pub said_at: Timestamp,
    pub accepted_at: Option<Timestamp>,
    pub answered_at: Option<Timestamp>,
    pub rectified_at: Option<Timestamp>,
}

/// Takes in what somebody of the public says. Sent again under the same key it is the same; `body` is what was sent. Whether the archive has it
/// already is not waited for.
pub(crate) async fn take_in(
    state: &State,
    spoken: Spoken,
    (key, text): (String, String),
    body: &Bytes,
) -> Result<(String, Timestamp), ApiError> {
    let said = said::Said {
        who: Actor::default(),
        why: text,
        key: Some(key),
        about: "complaint".to_owned(),
    };
    let request = Request::of(&said, "public", body)?;
    let opening = Opening::from(spoken);
    let everything = Sight::default();
    let opening = opening
        .checked(state, &everything, request.receipt())
        .await?;
    let event = record::write(state, &request, |at| opening.event(&said, at)).await?;
    let receipt = voice::text(&event, RECEIPT_NO).unwrap_or_default();
    Ok((receipt.to_owned(), event.occurred_at))
}

/// How what was said under a receipt number stands; none where there is none.
pub(crate) async fn heard(state: &State, receipt_no: &str) -> Result<Option<Heard>, ApiError> {
    let filter = VoiceFilter {
        receipt_no: Some(receipt_no.to_owned()),
        ..VoiceFilter::default()
    };
    let openings = state.store.voices(&filter, None, 1).await?;
    // A source's own numbers may be guessed, the platform's may not.
    let ours = |opening: &&CaseEvent<'_>| opening.event_id.starts_with(EVENT_PREFIX);
    let Some(opening) = openings.first().filter(ours) else {
        return Ok(None);
    };
    let (said, _) = about(state, &openings).await?;
    let of_case = said.get(&place_of(opening)).map_or(&[][..], Vec::as_slice);
    let voice = voice_of(of_case, opening);
    Ok(voice.map(|voice| Heard {
        receipt_no: receipt_no.to_owned(),
        kind: voice.kind,
        state: voice.state,
        said_at: voice.opening.occurred_at,
        accepted_at: voice.accepted_at,
        answered_at: voice.answered_at,
        rectified_at: voice.rectified_at,
    }))
}

/// `POST /api/v1/complaints/{source}/{case_no}/{event_id}/{act}`
async fn act(
    Here(state): Here<State>,
    Path((source, case_no, event_id, act)): Path<(String, String, String, String)>,
    _: Operator,
    caller: Caller,
    body: Bytes,
) -> Result<Response, ApiError> {
    let act = Act::from_code(&act).ok_or_else(|| ApiError::NotFound {
        what: format!(
            "操作 {act}；可用的是 {}",
            Act::ALL.map(Act::code).join("、")
        ),
    })?;
    let (fields, done): (SaidFields, Done) = read(&body)?;
    let said = fields.by(&caller)?.said(act.code())?;
    let about = format!("{source}/{case_no}/{event_id}/{}", act.code());
    let request = Request::of(&said, &about, &body)?;
    let found = Found::read(&state, &source, &case_no).await?;
    let voice = found.voice(&event_id, &caller.sight())?;
    let done = done.checked(act, &state).await?;
    // What was said before under this key is not asked again whether it can be: it was done.
    if !request.is_known(&state).await?
        && let Some(why) = act.refused(&voice)
    {
        return Err(ApiError::Refused(vec![Refusal::new(
            "wrong_state",
            "",
            why,
            "请按该件当前的办理状态处理",
        )]));
    }
    let own = &*voice.opening.source == SOURCE;
    let event = |at| done.event(&voice, &said, at, &request, own);
    record::answer(&state, &request, event).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_asked_for_by_kind_and_state_and_misspelt_words_are_refused() {
        let read = asked(Some("kind=rating&state=to_rectify&org_code=&limit=5")).unwrap();
        assert_eq!(read.filter.kind, Some(Kind::Rating));
        assert_eq!(
            (read.state, read.limit),
            (Some(Standing::ToRectify), Some(5))
        );
        assert_eq!(read.filter.org_code, None);
        assert_eq!(asked(None).unwrap(), Asked::default());
        for wrong in [
            "kind=x",
            "state=done",
            "open=maybe",
            "limit=0",
            "cursor=x",
            "who=me",
        ] {
            let refused = asked(Some(wrong));
            assert!(
                matches!(refused, Err(ApiError::BadRequest { .. })),
                "{wrong}"
            );
        }
    }
}
