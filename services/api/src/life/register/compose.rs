//! `POST /api/v1/register/{body}/change`: what a change would make of a body's register, for a form. It changes nothing: the text that it answers
//! is sent by `PUT /api/v1/register/{body}`, as any other, with who says it and why, and with what it was made from.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State as Here};
use chrono::NaiveDate;
use mingjing_domain::definitions::{Body, DefinitionFile, Officer, Problem};
use mingjing_domain::life::{Content, Kind, Refusal, Subject, document_of, effect};
use mingjing_wire::datum::Datum;
use serde_json::{Value, json};

use super::super::{drafts, sha256};
use super::change::Change;
use super::shown;
use crate::definitions::InForce;
use crate::life::said::read;
use crate::{ApiError, State, error};

/// What a change comes to.
enum Composed {
    /// It can be said so.
    Made {
        text: String,
        /// Officers as they stood, and as they would stand: those alone that differ.
        before: Value,
        after: Value,
    },
    /// It cannot be meant, or not as things stand.
    Refused(Vec<Refusal>),
    /// The definitions would not work with it.
    Wrong(Vec<Problem>),
}

/// The handler.
pub(crate) async fn compose(
    Here(state): Here<State>,
    Path(code): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let (_, change): (_, Change) = read(&body)?;
    let today = state.lives.today((state.now)()).await?;
    let base = state.lives.base().await?;
    let old = text_of(&base, &code)?;
    let composed = composed(&base, &code, old, &change, today).await?;
    let mut told = json!({
        "body": code, "on": today, "base": sha256(old),
        "text": null, "changes": [], "before": [], "after": [], "refusals": [], "problems": [],
    });
    match composed {
        Composed::Made {
            text,
            before,
            after,
        } => {
            told["changes"] = json!(drafts::told(&base.files, &text));
            told["text"] = json!(text);
            told["before"] = before;
            told["after"] = after;
        }
        Composed::Refused(refusals) => {
            told["refusals"] = refusals.iter().map(error::refusal).collect();
        }
        Composed::Wrong(problems) => {
            told["problems"] = problems.iter().map(error::problem).collect();
        }
    }
    Ok(Json(told))
}

async fn composed(
    base: &InForce,
    code: &str,
    old: &str,
    change: &Change,
    today: NaiveDate,
) -> Result<Composed, ApiError> {
    let was = base.body(code)?;
    let refused = change.refused(was, today);
    if !refused.is_empty() {
        return Ok(Composed::Refused(refused));
    }
    let failed = |why: String| ApiError::Failed(why.into());
    let mut document = Datum::from_yaml(old).map_err(|error| failed(error.to_string()))?;
    change
        .write(&mut document)
        .ok_or_else(|| failed(format!("the document of body {code} is no register")))?;
    let mut text = document
        .to_yaml()
        .map_err(|error| failed(error.to_string()))?;
    if !text.ends_with('\n') {
        text.push('\n');
    }
    let content = match Content::read("text", &text) {
        Ok(content) => content,
        Err(problems) => return Ok(Composed::Wrong(problems)),
    };
    if let Err(refused) = effect::lawful(&content, &base.set, today) {
        return Ok(Composed::Refused(refused));
    }
    match drafts::works(with(&base.files, old, &text)).await {
        Ok(()) => {
            let is = content.set.bodies.first().map(|document| &document.value);
            Ok(Composed::Made {
                before: is.map_or(Value::Null, |is| beyond(was, is, today)),
                after: is.map_or(Value::Null, |is| beyond(is, was, today)),
                text,
            })
        }
        Err(ApiError::Problems(problems)) => Ok(Composed::Wrong(problems)),
        Err(other) => Err(other),
    }
}

/// The entries of officers of a body that are not the same in the other.
fn beyond(body: &Body, other: &Body, on: NaiveDate) -> Value {
    let mut told = Vec::new();
    for office in &body.offices {
        let mut there = other.offices.iter();
        let there = there.find(|there| there.code == office.code);
        let same = |officer: &&Officer| there.is_some_and(|there| there.officers.contains(officer));
        for officer in office.officers.iter().filter(|officer| !same(officer)) {
            told.push(json!({
                "office": office.code.text, "office_name": office.name, "officer": shown(officer, on),
            }));
        }
    }
    Value::Array(told)
}

/// The files with one document in the place of another.
fn with(files: &[DefinitionFile], old: &str, new: &str) -> Vec<DefinitionFile> {
    let mut files = files.to_vec();
    if let Some(file) = files.iter_mut().find(|file| file.text.contains(old)) {
        file.text = file.text.replacen(old, new, 1);
    }
    files
}

/// A body's document.
fn text_of<'f>(base: &'f InForce, code: &str) -> Result<&'f str, ApiError> {
    let subject = Subject {
        kind: Kind::Body,
        id: code.to_owned(),
        version: None,
        name: String::new(),
        effective_from: None,
    };
    document_of(&base.files, &subject).ok_or_else(|| ApiError::NotFound {
        what: format!("机构 {code}"),
    })
}

/// Refuses a text that was made from another register than the one there is: it would take back what was changed meanwhile. One that was sent
/// already is there, and is no other.
///
/// # Errors
/// [`ApiError::Refused`], [`ApiError::NotFound`].
pub(super) fn made_from(
    base: &InForce,
    code: &str,
    made_from: &str,
    text: &str,
) -> Result<(), ApiError> {
    let now = text_of(base, code)?;
    match sha256(now) == made_from || now.trim() == text.trim() {
        true => Ok(()),
        false => Err(ApiError::Refused(vec![Refusal::new(
            "stale",
            "text",
            format!("机构 {code} 的名册在填写期间已由他人变动"),
            "请刷新页面，核对之后重新填写",
        )])),
    }
}
