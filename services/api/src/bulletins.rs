//! `/api/v1/bulletins`: bulletins 通报 and status reports 运行情况报告, from the draft that is made from data to the paper that is published and frozen.
//!
//! A bulletin is a journal (`domain::bulletin`); its figures, its text, and what is frozen of it lie beside it under their SHA-256, so that nothing of them can
//! become something else. What it says is composed by `mingjing_bulletin` and drawn anew whenever a file is asked for.
//!
//! | table | key | value |
//! |---|---|---|
//! | `bulletin_contents` | SHA-256 | figures, a text, or what is frozen, as JSON; see `contents` |
//! | `bulletins` | journal of the bulletin | what was done to it |
//!
//! Departments see what is published; before that one that is named for a fault reads, while it is heard, what is said of it and nothing else.

mod asked;
mod contents;
mod corrections;
mod drafting;
mod figures;
mod published;
mod schedule;
mod scores;

use std::cmp::Reverse;

use axum::body::Bytes;
use axum::extract::{Path, State as Here};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use chrono::NaiveDate;
use mingjing_bulletin::{Document, Figures, Head, Part, SectionId, rewritten, sheet, workbook};
use mingjing_domain::Timestamp;
use mingjing_domain::bulletin::{Act, HEARING_DAYS, Kind, Matter, Record, State as Stage};
use mingjing_domain::life::{Actor, Refusal};
use mingjing_log::Journals;
use mingjing_papers::Stamp;
use serde::Serialize;
use serde_json::{Value, json};

use crate::dispositions::needed;
use crate::life::said::{Said, SaidFields, read};
use crate::papers::attachment;
use crate::people::account::subtree;
use crate::people::gate::Caller;
use crate::{ApiError, Operator, State};
pub(crate) use asked::ALERTS_MAX;
use asked::{Doing, Done, File};
use contents::{content, kept, opened};
pub use published::{PublishedBulletin, published_bulletins};
pub use schedule::draft_by_plan;

const BULLETINS: &str = "bulletins";
/// Somebody else may add a record meanwhile; so often it is tried.
const TRIES: usize = 8;
/// Hexadecimal digits of a bulletin's id.
const ID_DIGITS: usize = 12;
/// What stands across the pages of what is not published.
const DRAFT_MARK: &str = "草稿";

/// The routes.
pub(crate) fn routes() -> Router<State> {
    Router::new()
        .route("/api/v1/bulletins", get(list).post(drafting::draft))
        .route("/api/v1/bulletins/{id}", get(one))
        .route("/api/v1/bulletins/{id}/{act}", get(file).post(act))
}

fn journals(state: &State) -> Journals {
    Journals::new(state.definitions.shared_table(), BULLETINS)
}

fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> ApiError {
    ApiError::Failed(error.into())
}

fn encoded(value: &impl Serialize) -> Result<Bytes, ApiError> {
    Ok(serde_json::to_vec(value).map_err(failed)?.into())
}

fn decoded(records: &[Bytes]) -> Result<Vec<Record>, ApiError> {
    let read = |bytes: &Bytes| {
        let record = serde_json::from_slice(bytes);
        record.map_err(|error| failed(format!("an entry of table {BULLETINS}: {error}")))
    };
    records.iter().map(read).collect()
}

fn refused(reason: &'static str, message: impl Into<String>, remedy: &str) -> ApiError {
    ApiError::Refused(vec![Refusal::new(reason, "", message, remedy)])
}

/// How much somebody sees of a bulletin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seen {
    /// All of it.
    Whole,
    /// As a body that is heard: what is said of it.
    Own,
}

/// Whether and how somebody sees a bulletin: what is published is seen by everybody in its region and above; before, by whoever sees the whole region.
fn seen(caller: &Caller, matter: &Matter<'_>) -> Option<Seen> {
    let sight = caller.sight();
    let region = matter.draft.region.as_str();
    let above = sight.sees(Some(region), &[]) || {
        let near = sight.region_prefix.as_deref();
        sight.body.is_some() && near.is_none_or(|prefix| region.starts_with(prefix))
    };
    let Some(body) = sight.body.as_deref() else {
        let published = matches!(matter.state, Stage::Published { .. });
        return (above || (published && within(&sight, region))).then_some(Seen::Whole);
    };
    match &matter.state {
        Stage::Published { .. } if above || within(&sight, region) => Some(Seen::Whole),
        Stage::Hearing { .. } => {
            let named = matter.draft.named.iter().any(|named| named.body == body);
            named.then_some(Seen::Own)
        }
        _ => None,
    }
}

/// Whether somebody's region lies in a bulletin's.
fn within(sight: &mingjing_store::Sight, region: &str) -> bool {
    let prefix = subtree(region).unwrap_or(region);
    let near = sight.region_prefix.as_deref();
    near.is_none_or(|near| near.starts_with(prefix))
}

async fn records(
    state: &State,
    id: &str,
    caller: &Caller,
) -> Result<(Vec<Record>, Seen), ApiError> {
    let records = decoded(&journals(state).read(id).await?)?;
    let found = Matter::of(&records).and_then(|matter| seen(caller, &matter));
    match found {
        Some(seen) => Ok((records, seen)),
        None => Err(ApiError::NotFound {
            what: format!("通报 {id}"),
        }),
    }
}

fn matter(records: &[Record]) -> Result<Matter<'_>, ApiError> {
    Matter::of(records).ok_or_else(|| failed("a bulletin that was not drafted"))
}

async fn today(state: &State) -> Result<NaiveDate, ApiError> {
    let calendar = state.lives.calendar().await?;
    Ok((state.now)().local_date(calendar.tz()))
}

fn person(who: &Actor) -> Value {
    json!({ "person": who.person, "body": who.body, "office": who.office })
}

/// `GET /api/v1/bulletins`: the archive, the last drafted first.
async fn list(Here(state): Here<State>, caller: Caller) -> Result<Json<Value>, ApiError> {
    let mut found = Vec::new();
    for (id, records) in journals(&state).read_all().await? {
        let records = decoded(&records)?;
        let Some(matter) = Matter::of(&records) else {
            continue;
        };
        if seen(&caller, &matter).is_some() {
            let at = matter.drafted.at;
            found.push((Reverse(at), id.clone(), brief(&id, &matter, &state)));
        }
    }
    found.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
    let found: Vec<Value> = found.into_iter().map(|(_, _, told)| told).collect();
    Ok(Json(json!({ "bulletins": found })))
}

fn brief(id: &str, matter: &Matter<'_>, state: &State) -> Value {
    let instant = |at: Timestamp| at.to_rfc3339(state.zone);
    let draft = matter.draft;
    let published = match &matter.state {
        Stage::Published {
            by,
            number,
            at,
            frozen,
            corrected,
        } => json!({
            "number": number, "signed_by": person(&by.who), "signed_at": instant(by.at),
            "published_at": instant(at.at), "sha256": frozen, "corrected_by": corrected,
        }),
        _ => Value::Null,
    };
    let until = match &matter.state {
        Stage::Hearing { until, .. } => json!(until),
        _ => Value::Null,
    };
    json!({
        "id": id,
        "kind": draft.kind.code(),
        "kind_zh": draft.kind.name_zh(),
        "period": draft.period,
        "region": draft.region,
        "title": matter.title,
        "state": matter.state.code(),
        "state_zh": matter.state.name_zh(),
        "drafted_at": instant(matter.drafted.at),
        "drafted_by": person(&matter.drafted.who),
        "as_of": draft.as_of,
        "dictionary_version": draft.dictionary,
        "figures_sha256": draft.figures,
        "scores_sha256": Some(matter.kept_scores()).filter(|sha256| !sha256.is_empty()),
        "corrects": (!draft.corrects.is_empty()).then_some(&draft.corrects),
        "named": draft.named.iter().map(|named| json!({
            "org_code": named.body, "name": named.name,
            "stated": matter.stated.get(named.body.as_str()).map_or(0, Vec::len),
        })).collect::<Vec<Value>>(),
        "hearing_until": until,
        "published": published,
    })
}

/// `GET /api/v1/bulletins/{id}`
async fn one(
    Here(state): Here<State>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let (records, seen) = records(&state, &id, &caller).await?;
    shown(&state, &id, &records, seen, &caller).await
}

async fn shown(
    state: &State,
    id: &str,
    records: &[Record],
    seen: Seen,
    caller: &Caller,
) -> Result<Json<Value>, ApiError> {
    let matter = matter(records)?;
    let document: Document = opened(state, matter.content).await?;
    let mut told = brief(id, &matter, state);
    if seen == Seen::Own {
        told["passages"] = json!(passages(&document, &matter, caller));
        return Ok(Json(told));
    }
    let history = records.iter().map(|record| {
        let act = serde_json::to_value(&record.what).unwrap_or_default();
        json!({
            "act": act["act"], "why": record.why, "by": person(&record.who),
            "at": record.at.to_rfc3339(state.zone),
        })
    });
    told["history"] = history.collect();
    told["document"] = json!(document);
    Ok(Json(told))
}

/// What is said of the body that somebody speaks for.
fn passages(document: &Document, matter: &Matter<'_>, caller: &Caller) -> Vec<String> {
    let body = caller.sight().body.unwrap_or_default();
    let named = matter.draft.named.iter().find(|named| named.body == body);
    let problems = document
        .sections
        .iter()
        .filter(|section| section.id == SectionId::Problems);
    let texts = problems
        .flat_map(|section| &section.parts)
        .map(|part| match part {
            Part::Paragraph { spans, .. } => spans.iter().map(|span| span.text.as_str()).collect(),
            _ => String::new(),
        });
    texts
        .filter(|text| named.is_some_and(|named| text.contains(&named.name)))
        .collect()
}

/// Whether a published bulletin that somebody reads has this passage.
pub(crate) async fn says(
    state: &State,
    caller: &Caller,
    id: &str,
    text: &str,
) -> Result<bool, ApiError> {
    let (records, seen) = records(state, id, caller).await?;
    let matter = matter(&records)?;
    if seen != Seen::Whole || !matches!(matter.state, Stage::Published { .. }) {
        return Ok(false);
    }
    let document: Document = opened(state, matter.content).await?;
    let parts = document.sections.iter().flat_map(|section| &section.parts);
    let mut passages = parts.filter_map(|part| match part {
        Part::Paragraph { spans, .. } => Some(
            spans
                .iter()
                .map(|span| span.text.as_str())
                .collect::<String>(),
        ),
        _ => None,
    });
    Ok(passages.any(|passage| passage.trim() == text))
}

/// `GET /api/v1/bulletins/{id}/{file}`
async fn file(
    Here(state): Here<State>,
    caller: Caller,
    Path((id, name)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let (records, seen) = records(&state, &id, &caller).await?;
    let file = File::of(&name)?;
    if seen == Seen::Own {
        return Err(ApiError::NotFound {
            what: format!("通报 {id} 的文件：印发前只能查看对本单位的表述"),
        });
    }
    let matter = matter(&records)?;
    let bytes = match file {
        File::Figures => content(&state, &matter.draft.figures).await?.to_vec(),
        File::Scores => scores::file(&state, &caller, &matter).await?,
        File::Xlsx(edition) => {
            let document: Document = opened(&state, matter.content).await?;
            let figures: Figures = opened(&state, &matter.draft.figures).await?;
            workbook(&document, &figures, edition).map_err(failed)?
        }
        File::Pdf(edition) | File::Docx(edition) => {
            let document: Document = opened(&state, matter.content).await?;
            let (number, digest, head) = stamped(&state, &matter);
            let sheet = sheet(&document, edition, &head);
            match file {
                File::Pdf(_) => state.papers.pdf(sheet, number, digest).await?,
                _ => {
                    let stamp = Stamp {
                        number: &number,
                        digest: &digest,
                    };
                    mingjing_papers::docx::write(&sheet, stamp).map_err(failed)?
                }
            }
        }
    };
    let headers = [
        (header::CONTENT_TYPE, file.media_type().to_owned()),
        (
            header::CONTENT_DISPOSITION,
            attachment(
                &format!("{}.{}", matter.title, file.ending()),
                &format!("bulletin-{id}.{}", file.ending()),
            ),
        ),
    ];
    Ok((headers, bytes).into_response())
}

/// Number, digest and head of a bulletin as it stands.
fn stamped(state: &State, matter: &Matter<'_>) -> (String, String, Head) {
    let signed = match &matter.state {
        Stage::Signed { by } => Some((by, "", "")),
        Stage::Numbered { by, number } => Some((by, *number, "")),
        Stage::Published {
            by, number, frozen, ..
        } => Some((by, *number, *frozen)),
        _ => None,
    };
    let (by, number, frozen) = signed.map_or((None, "", ""), |(by, number, frozen)| {
        (Some(*by), number, frozen)
    });
    let mark = match &matter.state {
        Stage::Published { .. } => state.watermark,
        _ => Some(DRAFT_MARK),
    };
    let issuer = state.papers.issuer(&matter.draft.region).to_owned();
    let head = Head {
        head: issuer.clone(),
        signed: issuer.clone(),
        on: by.unwrap_or(matter.drafted).at.local_date(state.zone),
        printed_by: issuer,
        mark: mark.map(str::to_owned),
    };
    (number.to_owned(), frozen.to_owned(), head)
}

/// `POST /api/v1/bulletins/{id}/{act}`
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
    // Whose it is goes before what is wrong with what is asked.
    records(&state, &id, &caller).await?;
    let doing = done.doing(&act)?;
    let journals = journals(&state);
    for _ in 0..TRIES {
        let (mut records, seen) = records(&state, &id, &caller).await?;
        if records
            .iter()
            .any(|record| record.key == key && record.who == said.who)
        {
            return shown(&state, &id, &records, seen, &caller).await;
        }
        let today = today(&state).await?;
        let matter = matter(&records)?;
        if seen == Seen::Own && !matches!(doing, Doing::State { .. }) {
            return Err(ApiError::Access(crate::Denied::NotYours));
        }
        let what = what(&state, &caller, &matter, &doing, &said.who, today).await?;
        if let Some(why) = matter.refused(&what, &said.who, today) {
            return Err(refused("wrong_state", why, "请核对该通报的办理状态"));
        }
        let corrects = matter.draft.corrects.clone();
        let record = record(&state, &said, key.clone(), what);
        if journals.add(&id, records.len(), encoded(&record)?).await? {
            if matches!(record.what, Act::Published { .. }) && !corrects.is_empty() {
                corrections::told_in_the_old(&state, &corrects, &id, &record).await?;
            }
            records.push(record);
            return shown(&state, &id, &records, seen, &caller).await;
        }
    }
    Err(failed("a bulletin is written to without an end"))
}

/// What is written down for what is done.
async fn what(
    state: &State,
    caller: &Caller,
    matter: &Matter<'_>,
    doing: &Doing,
    who: &Actor,
    today: NaiveDate,
) -> Result<Act, ApiError> {
    Ok(match doing {
        Doing::Edit(document) => {
            // Numbers are held against the draft that was made from data, however often the text was edited.
            let draft: Document = opened(state, &matter.draft.content).await?;
            let edited = rewritten(&draft, (**document).clone())
                .map_err(|error| ApiError::bad("document", error.to_string()))?;
            Act::Edited {
                title: edited.title.clone(),
                content: kept(state, &edited).await?,
            }
        }
        Doing::Review => Act::Reviewed,
        Doing::Ask => {
            let calendar = state.lives.calendar().await?;
            Act::Asked {
                until: calendar.add_working_days(today, HEARING_DAYS),
            }
        }
        Doing::State { body } => {
            // Whoever speaks for one body speaks for no other.
            let own = caller.sight().body;
            let body = own.unwrap_or_else(|| body.clone());
            if body.is_empty() {
                return Err(ApiError::bad("org_code", "请写明是哪个单位的意见"));
            }
            Act::Stated { body }
        }
        Doing::Return => Act::Returned,
        Doing::Sign => {
            let unkept = Act::Signed {
                scores: String::new(),
            };
            // A correction re-states scores itself; of what is refused none are counted.
            let refused = matter.refused(&unkept, who, today).is_some();
            if refused || matter.draft.kind == Kind::Correction {
                return Ok(unkept);
            }
            let scores = scores::counted(state, matter.draft).await?;
            Act::Signed {
                scores: kept(state, &scores).await?,
            }
        }
        Doing::Number { number } => Act::Numbered {
            number: number.clone(),
        },
        Doing::Publish => {
            let (number, signed) = match &matter.state {
                Stage::Numbered { by, number } => (*number, by.at),
                _ => ("", matter.drafted.at),
            };
            let frozen = json!({
                "figures_sha256": matter.draft.figures,
                "content_sha256": matter.content,
                "dictionary_version": matter.draft.dictionary,
                "scores_sha256": matter.kept_scores(),
                "as_of": matter.draft.as_of,
                "number": number,
                "signed_at": signed.to_rfc3339(state.zone),
            });
            Act::Published {
                frozen: kept(state, &frozen).await?,
            }
        }
        Doing::Discard => Act::Discarded,
    })
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
