//! `/api/v1/scores`: 效能评估: score sheets by the published models, the rows that made them, marks by hand, and appeals against these.
//!
//! Nothing is scored here: rows come from the store, numbers from its dictionary, the sheet from `domain::score`. Marks by hand are journals of
//! records (`book`), one a sheet. What follows from an alert is appealed at the alert, and the sheet follows; a mark by hand is appealed here.
//!
//! A sheet is whole or not shown: who sees a body sees what its score is made of. Scores of officers stay in the personnel scope (domain study
//! 11.12): with who supervises and the supervisors of their own body, and each such answer is an entry of the audit trail.

mod asked;
mod book;
mod counted;
mod kept;
mod show;

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State as Here};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use mingjing_domain::definitions::{Points, ScoreModel, ScoreSubject};
use mingjing_domain::life::Refusal;
use mingjing_domain::period::Period;
use mingjing_domain::score::mean;
use mingjing_log::Journals;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::definitions::InForce;
use crate::dispositions::needed;
use crate::life::said::{Said, read};
use crate::people::Denied;
use crate::people::gate::{Caller, Officers};
use crate::{ApiError, Operator, State, query};
use asked::{Doing, Marking, Question};
use book::{Act, Given, Of, Record, Refused};
use counted::{One, Wanted};
pub(crate) use kept::{Standing, of_bodies};

/// The journals' table.
const SCORES: &str = "scores";
/// Somebody else may add a record meanwhile; so often it is tried.
const TRIES: usize = 8;

/// The routes.
pub(crate) fn routes() -> Router<State> {
    Router::new()
        .route("/api/v1/scores", get(list))
        .route("/api/v1/scores/models", get(models))
        .route("/api/v1/scores/{body}", get(one))
        .route("/api/v1/scores/{body}/history", get(history))
        .route("/api/v1/scores/{body}/marks", post(give))
        .route("/api/v1/score-marks/{id}/{act}", post(act))
}

fn books(state: &State) -> Journals {
    Journals::new(state.definitions.shared_table(), SCORES)
}

fn decoded<T: DeserializeOwned>(records: &[Bytes]) -> Result<Vec<T>, ApiError> {
    let read = |bytes: &Bytes| {
        serde_json::from_slice(bytes).map_err(|error| {
            ApiError::Failed(format!("a record of table {SCORES}: {error}").into())
        })
    };
    records.iter().map(read).collect()
}

/// `GET /api/v1/scores/models`: every version of every published model.
async fn models(
    Here(state): Here<State>,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, ApiError> {
    query::pairs(query.as_deref(), &[])?;
    let in_force = state.definitions.in_force().await?;
    let models = in_force
        .set
        .score_models
        .iter()
        .map(|document| &document.value);
    let mut models: Vec<&ScoreModel> = models.collect();
    models.sort_by(|a, b| (&*a.id.text, b.effective_from).cmp(&(&*b.id.text, a.effective_from)));
    let told: Vec<Value> = models.into_iter().map(show::model).collect();
    Ok(Json(json!({ "models": told })))
}

/// `GET /api/v1/scores`: sheets of a period, best first within each class.
async fn list(
    Here(state): Here<State>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let in_force = state.definitions.in_force().await?;
    let question = Question::of_list(query.as_deref(), &in_force, (state.now)(), state.zone)?;
    let model = question.model;
    let officers = allowed(&caller, model, question.org.as_deref())?;
    let wanted = Wanted {
        model,
        period: question.period,
        org: question.org.as_deref(),
        region_prefix: question.region_prefix.as_deref(),
    };
    let mut all = counted::count(&state, &in_force, &wanted).await?;
    let sight = caller.sight();
    all.retain(|one| {
        let class = question.class.as_ref();
        sight.sees(Some(&one.region), &[Some(&one.of.body)])
            && class.is_none_or(|class| one.class.as_ref() == Some(class))
    });
    let place = |one: &One| {
        model
            .classes
            .iter()
            .position(|c| Some(&c.id.text) == one.class.as_ref())
    };
    all.sort_by_key(|one| {
        let place = place(one).unwrap_or(usize::MAX);
        let rank = one.rank.unwrap_or(usize::MAX);
        (place, rank, -one.sheet.total, one.of.clone())
    });
    let names = state.names.current();
    let sheets: Vec<Value> = all
        .iter()
        .map(|one| show::line(one, model, &names))
        .collect();
    let mut told = show::head(model, &question.period, &state);
    told.insert("sheets".into(), json!(sheets));
    Ok(with(officers, told.into()))
}

/// `GET /api/v1/scores/{body}`: one sheet with everything that it is made of.
async fn one(
    Here(state): Here<State>,
    caller: Caller,
    Path(body): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let in_force = state.definitions.in_force().await?;
    in_sight(&in_force, &caller, &body)?;
    let question = Question::of_sheet(
        query.as_deref(),
        &body,
        &in_force,
        (state.now)(),
        state.zone,
    )?;
    let model = question.model;
    let officers = allowed(&caller, model, Some(&body))?;
    let org = (model.subject != ScoreSubject::Body).then_some(&*body);
    let wanted = Wanted {
        model,
        period: question.period,
        org,
        region_prefix: None,
    };
    let all = counted::count(&state, &in_force, &wanted).await?;
    let mine = all.iter().find(|one| {
        let of = &one.of;
        (&of.body, &of.office, &of.officer) == (&body, &question.office, &question.officer)
    });
    let mine = mine.ok_or_else(|| not_found(&body, &question.office, &question.officer))?;
    let names = state.names.current();
    let records: Vec<Record> = decoded(&books(&state).read(&mine.of.id()).await?)?;
    let marks: Vec<Value> = book::marks(&records)
        .iter()
        .map(|given| show::mark(given, &state))
        .collect();
    let mut told = show::head(model, &question.period, &state);
    told.insert("sheet".into(), show::sheet(mine, model, &names));
    told.insert("marks".into(), json!(marks));
    Ok(with(officers, told.into()))
}

/// `GET /api/v1/scores/{body}/history`: the totals of every period that lies in another, and their mean.
async fn history(
    Here(state): Here<State>,
    caller: Caller,
    Path(body): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let in_force = state.definitions.in_force().await?;
    in_sight(&in_force, &caller, &body)?;
    let pairs = query::pairs(query.as_deref(), &["model", "within", "office", "officer"])?;
    let said = |name: &str| pairs.get(name).cloned().unwrap_or_default();
    let (now, zone) = ((state.now)(), state.zone);
    let whole: Period = match said("within").as_str() {
        "" => now.local_date(zone).format("%Y").to_string().parse(),
        text => text.parse(),
    }
    .map_err(|error: mingjing_domain::period::BadPeriod| {
        ApiError::bad("within", error.to_string())
    })?;
    if (whole.last_day() - whole.first_day()).num_days() > 366 {
        return Err(ApiError::bad("within", "最多一年"));
    }
    let (latest, _) = asked::of_period(&in_force, &said("model"), None, now, zone)?;
    let officers = allowed(&caller, latest, Some(&body))?;
    let (office, officer) = (said("office"), said("officer"));
    let mut periods = Vec::new();
    let mut totals: Vec<Points> = Vec::new();
    for (model, period) in asked::within(&in_force, &said("model"), &whole, now, zone)? {
        let wanted = Wanted {
            model,
            period,
            org: Some(&body),
            region_prefix: None,
        };
        let all = counted::count(&state, &in_force, &wanted).await?;
        let mine = all
            .iter()
            .find(|one| one.of.office == office && one.of.officer == officer);
        let Some(mine) = mine else { continue };
        let running = period.running(now, zone);
        if !running {
            totals.push(mine.sheet.total);
        }
        periods.push(json!({
            "period": period.to_string(),
            "label": period.label(),
            "running": running,
            "version": model.version,
            "total": mine.sheet.total,
            "grade": mine.sheet.grade.code(),
            "base": mine.sheet.base,
            "base_small": mine.sheet.base_small,
        }));
    }
    // Several periods are scored by their mean, by the grades of the version now in force.
    let mean = mean(&totals);
    let told = json!({
        "within": whole.to_string(),
        "label": whole.label(),
        "periods": periods,
        "mean": mean,
        "grade": mean.map(|mean| latest.grades.of(mean).code()),
    });
    Ok(with(officers, told))
}

fn not_found(body: &str, office: &str, officer: &str) -> ApiError {
    let named = [body, office, officer]
        .into_iter()
        .filter(|part| !part.is_empty());
    ApiError::NotFound {
        what: format!("考评对象 {}", named.collect::<Vec<_>>().join("/")),
    }
}

/// Whether somebody sees a body; to others there is none.
fn in_sight(in_force: &InForce, caller: &Caller, body: &str) -> Result<(), ApiError> {
    let found = in_force.body(body).ok();
    let seen = found.is_some_and(|one| caller.sight().sees(Some(&one.region), &[Some(body)]));
    match seen {
        true => Ok(()),
        false => Err(not_found(body, "", "")),
    }
}

/// Whether a model's sheets show persons, if whoever asks may see them. Offices and officers are told of one body at a time.
fn allowed(caller: &Caller, model: &ScoreModel, org: Option<&str>) -> Result<Officers, ApiError> {
    let org = match (model.subject, org) {
        (ScoreSubject::Body, _) => return Ok(Officers::None),
        (_, Some(org)) => org,
        (subject, None) => {
            return Err(ApiError::bad(
                "org",
                format!(
                    "该办法考评{}，在一个单位之内列出，请给出 org",
                    subject.name_zh()
                ),
            ));
        }
    };
    match model.subject {
        ScoreSubject::Officer if caller.sees_officers_of(org) => Ok(Officers::Shown),
        ScoreSubject::Officer => Err(ApiError::Access(Denied::NotYours)),
        ScoreSubject::Body | ScoreSubject::Office => Ok(Officers::None),
    }
}

fn with(officers: Officers, told: Value) -> Response {
    let mut answer = Json(told).into_response();
    answer.extensions_mut().insert(officers);
    answer
}

/// `POST /api/v1/scores/{body}/marks`: a mark or a bonus by hand.
async fn give(
    Here(state): Here<State>,
    _: Operator,
    caller: Caller,
    Path(body): Path<String>,
    bytes: Bytes,
) -> Result<Json<Value>, ApiError> {
    let (fields, asked): (_, Marking) = read(&bytes)?;
    let fields: crate::life::said::SaidFields = fields;
    let said = fields.by(&caller)?.said("score")?;
    let key = needed(said.key.clone())?;
    let in_force = state.definitions.in_force().await?;
    in_sight(&in_force, &caller, &body)?;
    let (now, zone) = ((state.now)(), state.zone);
    let (model, period) =
        asked::of_period(&in_force, &asked.model, Some(&asked.period), now, zone)?;
    let points = asked.points(model)?;
    subject(&in_force, &caller, model, &body, &asked)?;
    if said.who.body == body {
        return Err(refused(
            "own_body",
            "who.body",
            "本单位的人员不得给本单位评分".to_owned(),
            "请由监察部门的人员评分",
        ));
    }
    let calendar = state.lives.calendar().await?;
    let days = i64::from(model.appeal_within.count);
    let today = now.local_date(calendar.tz());
    let of = Of {
        model: model.id.text.clone(),
        period: period.to_string(),
        body: body.clone(),
        office: asked.office.clone(),
        officer: asked.officer.clone(),
    };
    let what = Act::Marked {
        of: of.clone(),
        version: model.version.clone(),
        item: asked.item.clone(),
        points,
        appeal_until: calendar.add_working_days(today, days),
    };
    let id = of.id();
    for _ in 0..TRIES {
        let mut records: Vec<Record> = decoded(&books(&state).read(&id).await?)?;
        let before = records
            .iter()
            .position(|record| record.key == key && record.who == said.who);
        let number = match before {
            Some(number) if same_mark(&records[number], &what, &said) => number,
            Some(_) => return Err(key_reused()),
            None => {
                let record = record(&state, &said, key.clone(), what.clone());
                if !books(&state)
                    .add(&id, records.len(), encoded(&record)?)
                    .await?
                {
                    continue;
                }
                records.push(record);
                records.len() - 1
            }
        };
        return shown(&records, number, &state);
    }
    Err(ApiError::Failed(
        "a book is written to without an end".into(),
    ))
}

/// Whether a record says the same; until when it can be appealed is of then.
fn same_mark(record: &Record, what: &Act, said: &Said) -> bool {
    let plain = |act: &Act| match act {
        Act::Marked {
            of, item, points, ..
        } => Some((of.clone(), item.clone(), *points)),
        _ => None,
    };
    plain(&record.what) == plain(what) && record.why == said.why
}

/// Who is marked has to be there, and to be seen as a person where it is one.
fn subject(
    in_force: &InForce,
    caller: &Caller,
    model: &ScoreModel,
    body: &str,
    asked: &Marking,
) -> Result<(), ApiError> {
    allowed(caller, model, Some(body))?;
    let of = in_force.body(body)?;
    let (office, officer) = (&asked.office, &asked.officer);
    let known = match model.subject {
        ScoreSubject::Body => office.is_empty() && officer.is_empty(),
        ScoreSubject::Office => {
            officer.is_empty() && of.offices.iter().any(|one| *one.code.text == **office)
        }
        ScoreSubject::Officer => {
            let mut officers = of.offices.iter().flat_map(|office| &office.officers);
            office.is_empty() && officers.any(|one| *one.id.text == **officer)
        }
    };
    match (known, model.subject) {
        (true, _) => Ok(()),
        (false, ScoreSubject::Body) => {
            Err(ApiError::bad("office", "该办法考评单位，不写科室和个人"))
        }
        (false, ScoreSubject::Office) => Err(ApiError::bad(
            "office",
            "该单位没有这个科室，或者还写了个人",
        )),
        (false, ScoreSubject::Officer) => Err(ApiError::bad(
            "officer",
            "该单位没有这名人员，或者还写了科室",
        )),
    }
}

/// `POST /api/v1/score-marks/{id}/{act}`: an appeal against a mark, its decision; or that it was given in error.
async fn act(
    Here(state): Here<State>,
    Path((id, act)): Path<(String, String)>,
    _: Operator,
    caller: Caller,
    bytes: Bytes,
) -> Result<Json<Value>, ApiError> {
    let (fields, doing): (crate::life::said::SaidFields, Doing) = read(&bytes)?;
    let said = fields.by(&caller)?.said(&act)?;
    let key = needed(said.key.clone())?;
    let nothing = || ApiError::NotFound {
        what: format!("评分 {id}"),
    };
    let (book, number) = book::named(&id).ok_or_else(nothing)?;
    let what = doing.act(&act, number)?;
    let in_force = state.definitions.in_force().await?;
    let calendar = state.lives.calendar().await?;
    let today = (state.now)().local_date(calendar.tz());
    for _ in 0..TRIES {
        let mut records: Vec<Record> = decoded(&books(&state).read(book).await?)?;
        let marks = book::marks(&records);
        let given = marks.iter().find(|given| given.number == number);
        let given = given.ok_or_else(nothing)?;
        // Who does not see the body, or the person, has no such mark.
        in_sight(&in_force, &caller, &given.of.body).map_err(|_| nothing())?;
        if !given.of.officer.is_empty() && !caller.sees_officers_of(&given.of.body) {
            return Err(nothing());
        }
        let mut before = records.iter();
        if let Some(same) = before.find(|record| record.key == key && record.who == said.who) {
            return match same.what == what && same.why == said.why {
                true => shown(&records, number, &state),
                false => Err(key_reused()),
            };
        }
        if let Some(why) = given.refused(&what, &said.who, today) {
            return Err(of_mark(&why));
        }
        let record = record(&state, &said, key.clone(), what.clone());
        if books(&state)
            .add(book, records.len(), encoded(&record)?)
            .await?
        {
            records.push(record);
            return shown(&records, number, &state);
        }
    }
    Err(ApiError::Failed(
        "a book is written to without an end".into(),
    ))
}

fn shown(records: &[Record], number: usize, state: &State) -> Result<Json<Value>, ApiError> {
    let marks = book::marks(records);
    let given: Option<&Given<'_>> = marks.iter().find(|given| given.number == number);
    let given = given.ok_or_else(|| ApiError::Failed("a mark that was not given".into()))?;
    Ok(Json(show::mark(given, state)))
}

fn of_mark(why: &Refused) -> ApiError {
    let (reason, message, remedy) = why.told();
    refused(reason, "", message, remedy)
}

fn key_reused() -> ApiError {
    refused(
        "key_reused",
        "key",
        "同一 key 之前提交过不同的内容".to_owned(),
        "内容不同的请求请换一个 key",
    )
}

fn refused(reason: &'static str, field: &'static str, message: String, remedy: &str) -> ApiError {
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
