//! `/api/v1/ledger`: the ledger 台账 of interviews, recommendations and leads handed over, and what came of each.
//!
//! An entry is a journal (`domain::ledger`); this checks what it names against what there is and what whoever enters it sees, adds records,
//! and tells how each stands today by the work calendar.
//!
//! A leader's instruction 批示 about an alert is an entry, too; who supervises gives an order upon it (`instructed`), which says whose words
//! it follows from. Departments learn of it by the order, and it is done when that is closed. One about a passage of a bulletin has no alert, and its order 交办 lies in the ledger itself: to whom, until
//! when, and later its result.
//!
//! A lead 移送线索 is seen by who supervises and who audits. Neither the department that it concerns nor the officer learns of it, by whatever
//! route: to them there is no such entry. Where accounts are off nobody knows who asks, so leads are neither taken nor told.

mod asked;
mod instructed;

use std::cmp::Reverse;

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State as Here};
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::NaiveDate;
use mingjing_domain::Timestamp;
use mingjing_domain::calendar::WorkCalendar;
use mingjing_domain::ids::derived_id;
use mingjing_domain::ledger::{Act, Entry, Kind, Matter, Record, Standing};
use mingjing_domain::life::{Actor, Refusal};
use mingjing_log::Journals;
use mingjing_store::Sight;
use serde_json::{Value, json};

use crate::dispositions::{known_alert, needed};
use crate::life::said::{Said, SaidFields, read};
use crate::people::gate::Caller;
use crate::{ApiError, Denied, Operator, State, bulletins, cases};
use asked::{Done, Entering, Wanted};

pub(crate) use instructed::upon;

/// The journals' table.
const LEDGER: &str = "ledger";
/// Somebody else may add a record meanwhile; so often it is tried.
const TRIES: usize = 8;
/// Hexadecimal digits of an entry's id.
const ID_DIGITS: usize = 12;

/// The routes.
pub(crate) fn routes() -> Router<State> {
    Router::new()
        .route("/api/v1/ledger", get(list).post(enter))
        .route("/api/v1/ledger/{id}", get(one))
        .route("/api/v1/ledger/{id}/{act}", post(act))
}

fn journals(state: &State) -> Journals {
    Journals::new(state.definitions.shared_table(), LEDGER)
}

fn decoded(records: &[Bytes]) -> Result<Vec<Record>, ApiError> {
    let read = |bytes: &Bytes| {
        serde_json::from_slice(bytes).map_err(|error| {
            ApiError::Failed(format!("an entry of table {LEDGER}: {error}").into())
        })
    };
    records.iter().map(read).collect()
}

/// The day on which entries stand as they are told.
struct Day {
    today: NaiveDate,
    calendar: WorkCalendar,
}

impl Day {
    async fn now(state: &State) -> Result<Self, ApiError> {
        let calendar = state.lives.calendar().await?;
        let today = (state.now)().local_date(calendar.tz());
        Ok(Self { today, calendar })
    }
}

/// Whether somebody sees an entry: one of their region and, where they see one body alone, of that. Of a leader's words a department learns by the order that it
/// was given upon them.
fn in_sight(caller: &Caller, matter: &Matter<'_>) -> bool {
    let (entry, sight) = (matter.entry, caller.sight());
    let (region, body) = (entry.region.as_str(), entry.body.as_str());
    let ordered = matter.assigned.is_some_and(|(_, assigned)| {
        let own = sight.body.as_deref();
        own == Some(assigned.to.as_str())
    });
    let near = sight.sees(Some(region), &[Some(body)]);
    let department = sight.body.is_some();
    (ordered || (near && !(department && entry.kind.is_internal())))
        && (!entry.kind.is_confidential() || caller.sees_clue_about(&entry.officer))
}

async fn records(state: &State, id: &str, caller: &Caller) -> Result<Vec<Record>, ApiError> {
    let records = decoded(&journals(state).read(id).await?)?;
    let seen = Matter::of(&records).is_some_and(|matter| in_sight(caller, &matter));
    match seen {
        true => Ok(records),
        false => Err(ApiError::NotFound {
            what: format!("台账 {id}"),
        }),
    }
}

/// `GET /api/v1/ledger`: entries, those of the last day first, with how many stand how.
async fn list(
    Here(state): Here<State>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let wanted = Wanted::of(query.as_deref())?;
    let day = Day::now(&state).await?;
    let mut tally = Standing::ALL.map(|standing| (standing, 0_u64));
    let journals = journals(&state).read_all().await?.into_iter();
    let decoded = journals.map(|(id, records)| Ok::<_, ApiError>((id, decoded(&records)?)));
    let decoded: Vec<(String, Vec<Record>)> = decoded.collect::<Result<_, _>>()?;
    let matters = decoded
        .iter()
        .filter_map(|(id, records)| Some((id, Matter::of(records)?)));
    let seen = matters.filter(|(_, matter)| in_sight(&caller, matter) && wanted.concerns(matter));
    let mut seen: Vec<(&String, Matter<'_>)> = seen.collect();
    let closings = instructed::closings(&state, seen.iter().map(|(_, matter)| matter)).await?;
    let mut found = Vec::new();
    for (id, matter) in &mut seen {
        closings.tell(matter, &day);
        let standing = matter.standing(day.today, &day.calendar);
        for (_, count) in tally.iter_mut().filter(|(of, _)| *of == standing) {
            *count += 1;
        }
        if wanted.state.is_none_or(|state| state == standing) {
            let place = (Reverse(matter.entry.on), Reverse(matter.entered.at));
            let mut told = told(id, matter, &day, &state);
            told["order_closed"] = closings.told(matter, &day, &state);
            // Of one alert there are few; what became of each order is asked of the archive.
            if wanted.of_one_alert() {
                told["order"] = instructed::order(&state, matter).await?;
            }
            found.push((place, id.clone(), told));
        }
    }
    found.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
    let start = match &wanted.cursor {
        Some(cursor) => {
            let at = found.iter().position(|(_, id, _)| id == cursor);
            at.map(|at| at + 1)
                .ok_or_else(|| ApiError::bad("cursor", "请用上一页给出的 next，或者从第一页查起"))?
        }
        None => 0,
    };
    let left = found.len() - start;
    let page: Vec<(String, Value)> = found
        .into_iter()
        .skip(start)
        .take(wanted.limit)
        .map(|(_, id, told)| (id, told))
        .collect();
    let next = page.last().filter(|_| page.len() < left);
    let next = next.map(|(id, _)| id.clone());
    let tally = tally.map(|(standing, count)| (standing.code().to_owned(), json!(count)));
    Ok(Json(json!({
        "on": day.today,
        "tally": tally.into_iter().collect::<serde_json::Map<String, Value>>(),
        "next": next,
        "entries": page.into_iter().map(|(_, told)| told).collect::<Vec<Value>>(),
    })))
}

fn told(id: &str, matter: &Matter<'_>, day: &Day, state: &State) -> Value {
    let instant = |at: Timestamp| at.to_rfc3339(state.zone);
    let entry = matter.entry;
    let result = matter.result.map(|(record, outcome)| {
        json!({
            "on": outcome.on,
            "by": outcome.by,
            "text": record.why,
            "evidence": outcome.evidence,
            "late": matter.late(&day.calendar),
            "entered_at": instant(record.at),
            "entered_by": person(&record.who),
        })
    });
    let voided = matter.voided.map(
        |record| json!({ "why": record.why, "at": instant(record.at), "by": person(&record.who) }),
    );
    let assigned = matter.assigned.map(|(record, assigned)| {
        json!({
            "to": assigned.to, "due": assigned.due, "why": record.why,
            "at": instant(record.at), "by": person(&record.who),
        })
    });
    json!({
        "id": id,
        "passage": entry.passage,
        "assigned": assigned,
        "kind": entry.kind.code(),
        "kind_zh": entry.kind.name_zh(),
        "state": matter.standing(day.today, &day.calendar).code(),
        "org_code": entry.body,
        "region": entry.region,
        "officer": entry.officer,
        "on": entry.on,
        "document_no": entry.document_no,
        "handed_to": entry.handed_to,
        "facts": matter.entered.why,
        "legal_basis": entry.legal_basis,
        "present": entry.present,
        "demand": entry.demand,
        "due": entry.due,
        "last_day": matter.last_day(&day.calendar),
        "working_days_left": matter.working_days_left(day.today, &day.calendar),
        "alerts": entry.alerts,
        "cases": entry.cases,
        "entered_at": instant(matter.entered.at),
        "entered_by": person(&matter.entered.who),
        "result": result,
        "voided": voided,
    })
}

fn person(who: &Actor) -> Value {
    json!({ "person": who.person, "body": who.body, "office": who.office })
}

/// `GET /api/v1/ledger/{id}`
async fn one(
    Here(state): Here<State>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let records = records(&state, &id, &caller).await?;
    shown(&id, &records, &state).await
}

async fn shown(id: &str, records: &[Record], state: &State) -> Result<Json<Value>, ApiError> {
    let day = Day::now(state).await?;
    let matter = Matter::of(records);
    let mut matter =
        matter.ok_or_else(|| ApiError::Failed("an entry that was not entered".into()))?;
    let closings = instructed::closings(state, [&matter]).await?;
    closings.tell(&mut matter, &day);
    let mut told = told(id, &matter, &day, state);
    told["order_closed"] = closings.told(&matter, &day, state);
    told["order"] = instructed::order(state, &matter).await?;
    Ok(Json(told))
}

/// The entries of a kind that name an alert and that somebody sees, with their ids, the earliest first; those entered in error left out.
pub(crate) async fn about(
    state: &State,
    caller: &Caller,
    alert: &str,
    kind: Kind,
) -> Result<Vec<(String, Record, Entry)>, ApiError> {
    let mut found = Vec::new();
    for (id, records) in journals(state).read_all().await? {
        let records = decoded(&records)?;
        let seen = Matter::of(&records).filter(|matter| in_sight(caller, matter));
        let Some(matter) = seen.filter(|matter| matter.voided.is_none()) else {
            continue;
        };
        let names = matter.entry.alerts.iter().any(|named| named == alert);
        if names && matter.entry.kind == kind {
            found.push((id, matter.entered.clone(), matter.entry.clone()));
        }
    }
    found.sort_by_key(|(_, entered, _)| entered.at);
    Ok(found)
}

/// `POST /api/v1/ledger`
async fn enter(
    Here(state): Here<State>,
    _: Operator,
    caller: Caller,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let (fields, asked): (SaidFields, Entering) = read(&body)?;
    let said = fields.by(&caller)?.said("ledger")?;
    let key = needed(said.key.clone())?;
    let entry = asked.entry(Day::now(&state).await?.today)?;
    may(caller.enters(entry.kind), &caller, &entry)?;
    let id = derived_id(&["ledger", &said.who.person, &key])[..ID_DIGITS].to_owned();
    let journals = journals(&state);
    let mut kept = decoded(&journals.read(&id).await?)?;
    if kept.is_empty() {
        let region = region_of(&state, &caller.sight(), &entry.body).await?;
        linked(&state, &caller, &entry).await?;
        let entered = Entry {
            region,
            ..entry.clone()
        };
        let record = record(&state, &said, key, Act::Entered(Box::new(entered)));
        journals.add(&id, 0, encoded(&record)?).await?;
        // Of two who sent the same at once, one was first.
        kept = decoded(&journals.read(&id).await?)?;
    }
    if !is_as_said(&kept, &entry, &said) {
        return Err(refused(
            "key_reused",
            "key",
            "同一 key 之前提交过不同的内容",
            "内容不同的请求请换一个 key",
        ));
    }
    shown(&id, &kept, &state).await
}

/// Whether what is kept was entered by the same words; the region is of then.
fn is_as_said(kept: &[Record], entry: &Entry, said: &Said) -> bool {
    Matter::of(kept).is_some_and(|matter| {
        let entered = Entry {
            region: entry.region.clone(),
            ..matter.entry.clone()
        };
        entered == *entry && matter.entered.why == said.why && matter.entered.who == said.who
    })
}

/// Whether the kind allows it; nobody writes about a lead that they would not see.
fn may(allowed: bool, caller: &Caller, entry: &Entry) -> Result<(), ApiError> {
    let clue = entry.kind.is_confidential();
    match caller {
        Caller::Anybody | Caller::Key if clue => Err(ApiError::Access(Denied::Off)),
        _ if allowed && (!clue || caller.sees_clue_about(&entry.officer)) => Ok(()),
        _ => Err(ApiError::Access(Denied::NotYours)),
    }
}

/// The region of a body that somebody sees.
pub(crate) async fn region_of(
    state: &State,
    sight: &Sight,
    body: &str,
) -> Result<String, ApiError> {
    let in_force = state.definitions.in_force().await?;
    let found = in_force.body(body).ok();
    let found = found.filter(|found| sight.sees(Some(found.region.as_str()), &[Some(body)]));
    let region = found.map(|found| found.region.clone());
    region.ok_or_else(|| ApiError::bad("org_code", "没有这个机构，或者不在管辖范围内"))
}

/// An order goes to a body that there is and that whoever gives it sees.
async fn ordered_to(state: &State, caller: &Caller, body: &str) -> Result<(), ApiError> {
    let found = region_of(state, &caller.sight(), body).await;
    match found {
        Err(ApiError::BadRequest { detail, .. }) => Err(ApiError::bad("to", detail)),
        found => found.map(|_| ()),
    }
}

/// Nobody names what there is not, or what they do not see.
async fn linked(state: &State, caller: &Caller, entry: &Entry) -> Result<(), ApiError> {
    let sight = &caller.sight();
    for id in &entry.alerts {
        let alert = known_alert(state, id, sight).await?;
        let bodies = [alert.responsible_org.as_ref(), alert.org_code.as_ref()];
        if entry.kind == Kind::Instruction && !bodies.contains(&Some(&entry.body)) {
            return Err(ApiError::bad(
                "org_code",
                "应为该预警的责任机构或者承办机构",
            ));
        }
    }
    if let Some(passage) = &entry.passage
        && !bulletins::says(state, caller, &passage.bulletin, &passage.text).await?
    {
        return Err(ApiError::bad(
            "passage",
            "该通报没有这一段，或者尚未印发；请原样引用通报全文中的一段",
        ));
    }
    for case in &entry.cases {
        let found = state.store.case(&case.source, &case.case_no).await?;
        let seen = found.filter(|found| cases::in_sight(sight, found));
        seen.ok_or_else(|| ApiError::NotFound {
            what: format!("办件 {}/{}", case.source, case.case_no),
        })?;
    }
    Ok(())
}

/// `POST /api/v1/ledger/{id}/{act}`: an `order` upon an instruction about a bulletin; its `result`; `void`, where it was entered in error.
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
    let journals = journals(&state);
    for _ in 0..TRIES {
        let mut records = records(&state, &id, &caller).await?;
        let today = Day::now(&state).await?.today;
        let what = done.act(&act, today)?;
        let mut before = records.iter();
        if before.any(|r| r.key == key && r.who == said.who && r.why == said.why && r.what == what)
        {
            return shown(&id, &records, &state).await;
        }
        if let Some(matter) = Matter::of(&records) {
            may(caller.works(matter.entry.kind), &caller, matter.entry)?;
            if let Some(why) = matter.refused(&what) {
                return Err(refused("wrong_state", "", why, "请核对该条台账的办理状态"));
            }
            if let Act::Assigned(assigned) = &what {
                ordered_to(&state, &caller, &assigned.to).await?;
            }
        }
        let record = record(&state, &said, key.clone(), what);
        if journals.add(&id, records.len(), encoded(&record)?).await? {
            records.push(record);
            return shown(&id, &records, &state).await;
        }
    }
    Err(ApiError::Failed(
        "an entry is written to without an end".into(),
    ))
}

fn refused(reason: &'static str, field: &'static str, message: &str, remedy: &str) -> ApiError {
    ApiError::Refused(vec![Refusal::new(reason, field, message, remedy)])
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

fn encoded(record: &Record) -> Result<Bytes, ApiError> {
    let bytes = serde_json::to_vec(record);
    let bytes = bytes.map_err(|error| ApiError::Failed(Box::new(error)))?;
    Ok(bytes.into())
}
