//! `/api/v1/incidents`: alerts that come of one cause 同因事件, worked as one.
//!
//! An incident is a journal (`domain::incident`). This checks what is said against what there is and what whoever says it sees, adds
//! records, and tells how each stands. That an alert lies in one open incident at most is kept by [`claims`], however many processes there
//! are. An act upon all is worked by [`work`]: the usual command for each alert, decided by its partition's owner. Nothing runs by itself:
//! an act goes on while somebody asks it to, and what is proposed is looked for when somebody looks.
//!
//! An incident is seen by whoever sees the body that owns it, or one of its alerts; of its alerts everybody sees their own. It is opened,
//! changed and closed by who supervises and sees its body.

mod asked;
mod claims;
mod counts;
mod members;
mod offered;
mod proposals;
mod show;
mod work;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State as Here};
use axum::routing::{get, post};
use axum::{Json, Router};
use mingjing_domain::ids::derived_id;
use mingjing_domain::incident::{Act, Head, Incident, Member, Reach, Record, Refused};
use mingjing_domain::life::Refusal;
use mingjing_log::Journals;
use mingjing_store::Sight;
use serde_json::{Value, json};

use crate::dispositions::needed;
use crate::ledger::region_of;
use crate::life::said::{Said, SaidFields, read};
use crate::people::gate::Caller;
use crate::{ApiError, Operator, State};
use asked::{Done, Opening, Wanted};

pub(crate) use members::among;

/// The journals' table.
const INCIDENTS: &str = "incidents";
/// Somebody else may add a record meanwhile; so often it is tried.
const TRIES: usize = 8;
/// Hexadecimal digits of an incident's id.
const ID_DIGITS: usize = 12;

/// The routes.
pub(crate) fn routes() -> Router<State> {
    Router::new()
        .route("/api/v1/incidents", get(list).post(open))
        .route("/api/v1/incidents/proposals", get(proposals::list))
        .route("/api/v1/incidents/counts", get(counts::counts))
        .route("/api/v1/incidents/marks", get(members::marks))
        .route("/api/v1/incidents/{id}", get(one))
        .route("/api/v1/incidents/{id}/members", get(members::list))
        .route("/api/v1/incidents/{id}/offered", get(offered::list))
        .route("/api/v1/incidents/{id}/{act}", post(act))
        .route("/api/v1/incidents/{id}/members/{act}", post(work::upon_all))
}

fn journals(state: &State) -> Journals {
    Journals::new(state.definitions.shared_table(), INCIDENTS)
}

fn decoded(records: &[Bytes]) -> Result<Vec<Record>, ApiError> {
    let read = |bytes: &Bytes| {
        serde_json::from_slice(bytes).map_err(|error| {
            ApiError::Failed(format!("an entry of table {INCIDENTS}: {error}").into())
        })
    };
    records.iter().map(read).collect()
}

fn encoded(record: &Record) -> Result<Bytes, ApiError> {
    let bytes = serde_json::to_vec(record);
    let bytes = bytes.map_err(|error| ApiError::Failed(Box::new(error)))?;
    Ok(bytes.into())
}

/// Every incident's records, by its id.
async fn everything(state: &State) -> Result<BTreeMap<String, Vec<Record>>, ApiError> {
    let all = journals(state).read_all().await?;
    let decoded = |(id, records): (String, Vec<Bytes>)| Ok((id, decoded(&records)?));
    all.into_iter().map(decoded).collect()
}

fn reach_of(sight: &Sight) -> Reach {
    Reach {
        region_prefix: sight.region_prefix.clone(),
        body: sight.body.clone(),
    }
}

/// Whether somebody sees the body that owns it.
fn owns(sight: &Sight, head: &Head) -> bool {
    sight.sees(Some(&head.region), &[Some(&head.body)])
}

/// Whether somebody sees an incident.
fn in_sight(sight: &Sight, incident: &Incident<'_>) -> bool {
    let reach = reach_of(sight);
    let mut members = incident.members.values();
    owns(sight, incident.head) || members.any(|joined| reach.holds(joined.member))
}

/// The records of one that somebody sees.
async fn records(state: &State, id: &str, sight: &Sight) -> Result<Vec<Record>, ApiError> {
    let records = decoded(&journals(state).read(id).await?)?;
    let seen = Incident::of(&records).is_some_and(|incident| in_sight(sight, &incident));
    match seen {
        true => Ok(records),
        false => Err(not_found(id)),
    }
}

fn not_found(id: &str) -> ApiError {
    ApiError::NotFound {
        what: format!("同因事件 {id}"),
    }
}

fn of(records: &[Record]) -> Result<Incident<'_>, ApiError> {
    let incident = Incident::of(records);
    incident.ok_or_else(|| ApiError::Failed("an incident that was not opened".into()))
}

fn record(state: &State, said: &Said, key: String, what: Act) -> Record {
    Record {
        at: (state.now)(),
        who: said.who.clone(),
        why: said.why.clone(),
        key,
        what,
    }
}

fn refused(why: Refused) -> ApiError {
    ApiError::Refused(vec![Refusal::new(
        why.code(),
        "",
        why.message_zh(),
        why.remedy_zh(),
    )])
}

fn key_reused() -> ApiError {
    ApiError::Refused(vec![Refusal::new(
        "key_reused",
        "key",
        "同一 key 之前提交过不同的内容",
        "内容不同的请求请换一个 key",
    )])
}

fn without_an_end() -> ApiError {
    ApiError::Failed("an incident is written to without an end".into())
}

/// `GET /api/v1/incidents`: the last opened first, with how many are open and closed.
async fn list(
    Here(state): Here<State>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let wanted = Wanted::of(query.as_deref())?;
    let sight = caller.sight();
    let (mut open, mut closed) = (0_u64, 0_u64);
    let mut found = Vec::new();
    for (id, records) in everything(&state).await? {
        let incident = Incident::of(&records).filter(|one| in_sight(&sight, one));
        let Some(incident) = incident.filter(|one| wanted.concerns(one)) else {
            continue;
        };
        let is_open = incident.closed.is_none();
        match is_open {
            true => open += 1,
            false => closed += 1,
        }
        if wanted.open.is_none_or(|open| open == is_open) {
            let told = show::brief(&id, &incident, &sight, &state);
            found.push((Reverse(incident.opened.at), id, told));
        }
    }
    found.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    let start = match &wanted.cursor {
        Some(cursor) => {
            let at = found.iter().position(|(_, id, _)| id == cursor);
            at.map(|at| at + 1)
                .ok_or_else(|| ApiError::bad("cursor", "请用上一页给出的 next，或者从第一页查起"))?
        }
        None => 0,
    };
    let more = found.len() - start > wanted.limit;
    let page: Vec<(String, Value)> = found
        .into_iter()
        .skip(start)
        .take(wanted.limit)
        .map(|(_, id, told)| (id, told))
        .collect();
    let next = page.last().filter(|_| more).map(|(id, _)| id.clone());
    Ok(Json(json!({
        "tally": { "open": open, "closed": closed },
        "next": next,
        "incidents": page.into_iter().map(|(_, told)| told).collect::<Vec<Value>>(),
    })))
}

/// `GET /api/v1/incidents/{id}`
async fn one(
    Here(state): Here<State>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let sight = caller.sight();
    let records = records(&state, &id, &sight).await?;
    Ok(Json(show::whole(&id, &of(&records)?, &sight, &state)))
}

/// `POST /api/v1/incidents`: opened with the alerts that were chosen; what lies in another open one is left, and told.
async fn open(
    Here(state): Here<State>,
    _: Operator,
    caller: Caller,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let (fields, asked): (SaidFields, Opening) = read(&body)?;
    let said = fields.by(&caller)?.said("incident")?;
    let key = needed(said.key.clone())?;
    let (head, alerts) = asked.head()?;
    let id = derived_id(&["incident", &said.who.person, &key])[..ID_DIGITS].to_owned();
    let sight = caller.sight();
    let journals = journals(&state);
    let mut kept = decoded(&journals.read(&id).await?)?;
    if kept.is_empty() {
        let region = region_of(&state, &sight, &head.body).await?;
        // Before it is there: one of nothing would be left if an alert is not.
        members::known(&state, &sight, &alerts).await?;
        let opened = Act::Opened(Head {
            region,
            ..head.clone()
        });
        let record = record(&state, &said, key.clone(), opened);
        journals.add(&id, 0, encoded(&record)?).await?;
        // Of two who sent the same at once, one was first.
        kept = decoded(&journals.read(&id).await?)?;
    }
    if !is_as_said(&kept, &head, &said) {
        return Err(key_reused());
    }
    let left = match alerts.is_empty() {
        true => Vec::new(),
        false => add(&state, &id, &said, &key, &alerts, &sight).await?,
    };
    let kept = decoded(&journals.read(&id).await?)?;
    let mut told = show::whole(&id, &of(&kept)?, &sight, &state);
    told["left"] = json!(left);
    Ok(Json(told))
}

/// Whether what is kept was opened by the same words; the region is of then.
fn is_as_said(kept: &[Record], head: &Head, said: &Said) -> bool {
    Incident::of(kept).is_some_and(|incident| {
        let opened = Head {
            region: head.region.clone(),
            ..incident.head.clone()
        };
        opened == *head && incident.opened.why == said.why && incident.opened.who == said.who
    })
}

/// `POST /api/v1/incidents/{id}/{act}`: `add`, `remove`, `state`, `span`, `halt`, `close`.
async fn act(
    Here(state): Here<State>,
    Path((id, act)): Path<(String, String)>,
    _: Operator,
    caller: Caller,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let (fields, done): (SaidFields, Done) = read(&body)?;
    let said = fields.by(&caller)?.said(&act)?;
    let key = needed(said.key.clone())?;
    let sight = caller.sight();
    let mut left = Vec::new();
    if act == "add" {
        let alerts = done.alerts_to_add()?;
        owned(&records(&state, &id, &sight).await?, &sight, &act)?;
        members::known(&state, &sight, &alerts).await?;
        left = add(&state, &id, &said, &key, &alerts, &sight).await?;
    } else {
        written(&state, &id, &said, &key, done.act(&act)?, &sight, &act).await?;
    }
    let records = records(&state, &id, &sight).await?;
    let mut told = show::whole(&id, &of(&records)?, &sight, &state);
    if act == "add" {
        told["left"] = json!(left);
    }
    Ok(Json(told))
}

/// What is stated is stated by whoever sees it; everything else is for who sees the body that owns it.
fn owned(records: &[Record], sight: &Sight, act: &str) -> Result<(), ApiError> {
    let incident = of(records)?;
    match act == "state" || owns(sight, incident.head) {
        true => Ok(()),
        false => Err(ApiError::Refused(vec![Refusal::new(
            "not_your_incident",
            "",
            "该同因事件的责任单位不在您的管辖范围内",
            "管辖范围内的成员可以统一处置；其余请由管辖该责任单位的监察部门办理",
        )])),
    }
}

/// Adds one record, once.
async fn written(
    state: &State,
    id: &str,
    said: &Said,
    key: &str,
    what: Act,
    sight: &Sight,
    act: &str,
) -> Result<(), ApiError> {
    let journals = journals(state);
    for _ in 0..TRIES {
        let records = records(state, id, sight).await?;
        if let Some(before) = said_before(&records, said, key) {
            return match before.what == what && before.why == said.why {
                true => Ok(()),
                false => Err(key_reused()),
            };
        }
        owned(&records, sight, act)?;
        if let Some(why) = of(&records)?.refused(&what) {
            return Err(refused(why));
        }
        let record = record(state, said, key.to_owned(), what.clone());
        if journals.add(id, records.len(), encoded(&record)?).await? {
            return Ok(());
        }
    }
    Err(without_an_end())
}

/// What somebody said under a key before; the opening apart, which has its key to itself and its first alerts.
fn said_before<'r>(records: &'r [Record], said: &Said, key: &str) -> Option<&'r Record> {
    let mut later = records.iter().skip(1);
    later.find(|record| record.key == key && record.who == said.who)
}

/// Adds alerts, and answers which were left: those of other open incidents.
async fn add(
    state: &State,
    id: &str,
    said: &Said,
    key: &str,
    alerts: &[String],
    sight: &Sight,
) -> Result<Vec<Value>, ApiError> {
    let journals = journals(state);
    for _ in 0..TRIES {
        let records = decoded(&journals.read(id).await?)?;
        let incident = of(&records)?;
        if said_before(&records, said, key).is_some() {
            return claims::left(state, id, &incident, alerts).await;
        }
        let new = |alert: &&String| !incident.members.contains_key(alert.as_str());
        let new: Vec<String> = alerts.iter().filter(new).cloned().collect();
        let mut members: Vec<Member> = Vec::new();
        for alert in members::known(state, sight, &new).await? {
            members.push(members::member(&alert));
        }
        let meant = Act::Added { members };
        if let Some(why) = incident.refused(&meant) {
            return Err(refused(why));
        }
        let Act::Added { members } = meant else {
            return Err(without_an_end());
        };
        let claim = claims::Claim::new(id, records.len(), said, key);
        let (members, left) = claims::claim(state, &claim, members).await?;
        if members.is_empty() {
            return Ok(left);
        }
        let record = record(state, said, key.to_owned(), Act::Added { members });
        if journals.add(id, records.len(), encoded(&record)?).await? {
            return Ok(left);
        }
    }
    Err(without_an_end())
}
