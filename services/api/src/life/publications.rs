//! What is in force and what was: versions, their differences in words, the publication record, the responsibility list.

use axum::Json;
use axum::extract::{Path, RawQuery, State as Here};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use mingjing_domain::definitions::{Anchor, DefinitionSet, Flowchart, PowerItem, Responsibility};
use mingjing_domain::life::{
    Kind, Life, Subject, changes, document_of, documents, published_name, without_officers,
};
use serde_json::{Value, json};

use super::drafts::kind_of;
use super::{officers, show};
use crate::lists::{anchor_zh, chart_on};
use crate::people::gate::{Caller, Officers};
use crate::{ApiError, State, query};

/// `GET /api/v1/definitions?kind=`: what is in the set now, each document with the file it stands in.
pub async fn list(
    Here(state): Here<State>,
    RawQuery(asked): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let asked = query::pairs(asked.as_deref(), &["kind"])?;
    let kind = asked.get("kind").map(|code| kind_of(code)).transpose()?;
    let in_force = state.lives.in_force().await?;
    let today = state.lives.today((state.now)()).await?;
    let mut found: Vec<(Subject, &str)> = Vec::new();
    for file in &in_force.files {
        for (subject, _) in documents(&file.text) {
            if kind.is_none_or(|kind| kind == subject.kind) {
                found.push((subject, &file.name));
            }
        }
    }
    found.sort();
    let lives = state.lives.all().await?;
    let listed: Vec<Value> = found
        .iter()
        .map(|(subject, file)| {
            let mut listed = show::subject(subject);
            let draft = lives
                .iter()
                .find(|life| published_name(life.kind, &life.id) == **file);
            let later = found.iter().map(|(other, _)| other).filter(|other| {
                (other.kind, &other.id) == (subject.kind, &subject.id)
                    && other.effective_from > subject.effective_from
                    && other.effective_from <= Some(today)
            });
            let superseded_by = later.max_by_key(|other| other.effective_from);
            listed["file"] = json!(file);
            listed["draft"] = json!(draft.map(|life| &life.id));
            listed["superseded_by"] = json!(superseded_by.and_then(|other| other.version.clone()));
            listed["in_force"] = json!(
                superseded_by.is_none() && subject.effective_from.is_none_or(|from| from <= today)
            );
            listed
        })
        .collect();
    let version = in_force.hash.as_deref().and_then(|hash| hash.get(..12));
    Ok(Json(
        json!({ "set": in_force.hash, "version": version, "definitions": listed }),
    ))
}

/// `GET /api/v1/definitions/{kind}/{id}`: every version and every record of one definition.
pub(crate) async fn history(
    Here(state): Here<State>,
    Path((kind, id)): Path<(String, String)>,
    caller: Caller,
) -> Result<Response, ApiError> {
    let kind = kind_of(&kind)?;
    let officers = officers::for_caller(&caller, kind);
    let in_force = state.lives.in_force().await?;
    let today = state.lives.today((state.now)()).await?;
    let is = |subject: &Subject| subject.kind == kind && subject.id == id;
    let mut versions: Vec<Subject> = Vec::new();
    for file in in_force.files.iter().filter(|file| file.text.contains(&id)) {
        versions.extend(documents(&file.text).into_iter().map(|(s, _)| s).filter(is));
    }
    versions.sort_by_key(|subject| subject.effective_from);
    let mut drafts = state.lives.all().await?;
    drafts.retain(|life| life.subjects.iter().any(is));
    drafts.sort_by(|a, b| (a.drafted_at, &a.id).cmp(&(b.drafted_at, &b.id)));
    if versions.is_empty() && drafts.is_empty() {
        return Err(not_found(kind, &id));
    }
    let whole = |life: &Life| show::whole(&officers::life(officers, life), today, state.zone);
    let shown = Json(json!({
        "kind": kind.code(),
        "id": id,
        "versions": versions.iter().map(show::subject).collect::<Vec<_>>(),
        "drafts": drafts.iter().map(whole).collect::<Vec<_>>(),
    }));
    Ok((officers::marked(officers), shown).into_response())
}

/// `GET /api/v1/definitions/{kind}/{id}/diff?from=&to=`: versions, or drafts as `draft:<id>`.
pub(crate) async fn diff(
    Here(state): Here<State>,
    Path((kind, id)): Path<(String, String)>,
    caller: Caller,
    RawQuery(asked): RawQuery,
) -> Result<Response, ApiError> {
    let kind = kind_of(&kind)?;
    let officers = officers::for_caller(&caller, kind);
    let asked = query::pairs(asked.as_deref(), &["from", "to"])?;
    let given = |field: &str| {
        let help = "请给出版本号，或者 draft:草案编号（不分版本的定义用草案编号）";
        asked
            .get(field)
            .cloned()
            .ok_or_else(|| ApiError::bad(field, help))
    };
    let (from, to) = (given("from")?, given("to")?);
    let old = version_text(&state, kind, &id, &from).await?;
    let new = version_text(&state, kind, &id, &to).await?;
    let all = changes(&old, &new);
    let told = match officers {
        Officers::LeftOut => without_officers(&all),
        Officers::Shown | Officers::None => all,
    };
    let shown = Json(json!({
        "kind": kind.code(),
        "id": id,
        "from": from,
        "to": to,
        "changes": told,
    }));
    Ok((officers::marked(officers), shown).into_response())
}

/// `GET /api/v1/definitions/{kind}/{id}/text?version=`: one version as it is written; a body's without its officers, but for those who may
/// read the register. Kinds without versions need none.
pub(crate) async fn text(
    Here(state): Here<State>,
    Path((kind, id)): Path<(String, String)>,
    caller: Caller,
    RawQuery(asked): RawQuery,
) -> Result<Response, ApiError> {
    let kind = kind_of(&kind)?;
    let officers = officers::for_caller(&caller, kind);
    let asked = query::pairs(asked.as_deref(), &["version"])?;
    let version = match asked.get("version") {
        Some(version) => version.as_str(),
        None if kind.has_versions() => {
            return Err(ApiError::bad("version", "请给出版本号"));
        }
        None => "",
    };
    let text = published_text(&state, kind, &id, version).await?;
    let text = officers::text(officers, &text)?;
    let yaml = [(header::CONTENT_TYPE, "application/yaml; charset=utf-8")];
    Ok((officers::marked(officers), yaml, text).into_response())
}

/// The document of one version, or of one draft.
async fn version_text(
    state: &State,
    kind: Kind,
    id: &str,
    version: &str,
) -> Result<String, ApiError> {
    let missing = || not_found(kind, &format!("{id}@{version}"));
    if let Some(draft) = version.strip_prefix("draft:") {
        let life = state.lives.one(draft).await?;
        let text = state.lives.text(&life.text).await?;
        let found = documents(&text)
            .into_iter()
            .find(|(subject, _)| subject.kind == kind && subject.id == id);
        return found.map(|(_, text)| text.to_owned()).ok_or_else(missing);
    }
    published_text(state, kind, id, version).await
}

/// The document of one version in the set.
pub(super) async fn published_text(
    state: &State,
    kind: Kind,
    id: &str,
    version: &str,
) -> Result<String, ApiError> {
    let in_force = state.lives.in_force().await?;
    let wanted = Subject {
        kind,
        id: id.to_owned(),
        version: Some(version.to_owned()),
        name: String::new(),
        effective_from: None,
    };
    let found = document_of(&in_force.files, &wanted).map(str::to_owned);
    found.ok_or_else(|| not_found(kind, &format!("{id}@{version}")))
}

fn not_found(kind: Kind, what: &str) -> ApiError {
    ApiError::NotFound {
        what: format!("{} {what}", kind.name_zh()),
    }
}

/// `GET /api/v1/publications`: 公示记录, for the public portal; newest first.
pub async fn record(Here(state): Here<State>) -> Result<Json<Value>, ApiError> {
    let mut lives = state.lives.all().await?;
    lives.retain(|life| life.published.is_some());
    lives.sort_by(|a, b| (&b.published, &b.id).cmp(&(&a.published, &a.id)));
    let today = state.lives.today((state.now)()).await?;
    let publications: Vec<Value> = lives
        .iter()
        .map(|life| {
            let brief = show::whole(life, today, state.zone);
            // The next to be published of what this one is about.
            let later = lives.iter().rev().find(|other| {
                other.published > life.published
                    && other.subjects.iter().any(|new| {
                        life.subjects
                            .iter()
                            .any(|old| (old.kind, &old.id) == (new.kind, &new.id))
                    })
            });
            json!({
                "draft": life.id,
                "kind": brief["kind"],
                "kind_zh": brief["kind_zh"],
                "subjects": brief["subjects"],
                "published_at": brief["published_at"],
                "effective_from": brief["effective_from"],
                "retired_from": brief["retired_from"],
                "sha256": life.text,
                "set": brief["set"],
                "version": brief["version"],
                "places": brief["notices"],
                "superseded_by": later.map(|other| &other.id),
            })
        })
        .collect();
    Ok(Json(json!({ "publications": publications })))
}

/// `GET /api/v1/responsibilities?body=&item=`: 责任清单.
pub async fn responsibilities(
    Here(state): Here<State>,
    RawQuery(asked): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let asked = query::pairs(asked.as_deref(), &["body", "item"])?;
    let in_force = state.lives.in_force().await?;
    let today = state.lives.today((state.now)()).await?;
    let items = in_force.set.items.iter().map(|document| &document.value);
    let items: Vec<Value> = items
        .filter(|item| {
            let of = |wanted: &String, is: &str| wanted == is;
            asked
                .get("body")
                .is_none_or(|body| of(body, &item.executing_body))
                && asked.get("item").is_none_or(|code| of(code, &item.code))
        })
        .map(|item| listed(item, &in_force.set, today))
        .collect();
    Ok(Json(json!({ "items": items })))
}

fn listed(item: &PowerItem, set: &DefinitionSet, today: NaiveDate) -> Value {
    let chart = chart_on(set, &item.flowchart, today);
    let duties = item.responsibilities.iter();
    json!({
        "item": item.code.text,
        "name": item.name,
        "power_type": item.power_type.name_zh(),
        "executing_body": item.executing_body.text,
        "responsibilities": duties.map(|duty| duty_of(item, duty, chart)).collect::<Vec<_>>(),
    })
}

/// One duty of an item; steps by the names of its flowchart.
pub(crate) fn duty_of(item: &PowerItem, duty: &Responsibility, chart: Option<&Flowchart>) -> Value {
    let anchors = |list: &[Anchor]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
    let in_words = |list: &[Anchor]| -> Vec<String> {
        let told = list.iter().map(|anchor| anchor_zh(anchor, chart));
        told.collect()
    };
    json!({
        "duty": duty.duty,
        "basis": duty.basis,
        "body": duty.body.as_ref().unwrap_or(&item.executing_body).text,
        "accountability": duty.accountability,
        "expectation": duty.expectation.as_ref().map(|owed| json!({
            "id": owed.id.text,
            "trigger": anchors(&owed.trigger),
            "owed": anchors(&owed.owed),
            "trigger_zh": in_words(&owed.trigger),
            "owed_zh": in_words(&owed.owed),
            "within": owed.within.to_string(),
            "within_zh": owed.within.text_zh(),
        })),
    })
}
