//! `/api/v1/register`: bodies, offices, posts and officers, with dates. A change is a draft that nobody has to review, published at once; what it
//! may not touch goes the way of executing bodies.

mod change;
mod compose;
mod find;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State as Here};
use chrono::NaiveDate;
use mingjing_domain::definitions::{Body, CertificateStanding, Document, Officer};
use mingjing_domain::life::{Act, Content, Kind, Life, Refusal, effect, plan};
use serde::Deserialize;
use serde_json::{Value, json};

use super::said::{self, SaidFields};
use super::{drafts, settle, show};
use crate::operator::Operator;
use crate::people::gate::Caller;
use crate::{ApiError, State, query};

pub(crate) use compose::compose;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Put {
    /// The body's whole document.
    text: String,
    /// SHA-256 of the document that it was made from: refused where that is another one by now.
    base: Option<String>,
}

/// `GET /api/v1/register?on=&region=&q=&certificates=`: every body, with how many are in post that day and how many of them hold
/// certificates that end soon or have ended; with `q` or `certificates` also who was looked for, in whatever body.
pub async fn list(
    Here(state): Here<State>,
    RawQuery(asked): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let known = ["region", "q", "certificates"];
    let (asked, on) = on_day(&state, asked.as_deref(), &known).await?;
    let wanted = find::Wanted::of(&asked)?;
    let in_force = state.lives.in_force().await?;
    let bodies = in_force.set.bodies.iter().map(|document| &document.value);
    let region = asked.get("region").filter(|code| !code.is_empty());
    let region = region.map(|code| query::region("region", code));
    let region = region.transpose()?;
    let within = |body: &&Body| {
        let region = region.as_ref();
        region.is_none_or(|prefix| body.region.starts_with(prefix))
    };
    let bodies: Vec<&Body> = bodies.filter(within).collect();
    let listed: Vec<Value> = bodies.iter().map(|body| in_brief(body, on)).collect();
    let mut told = json!({ "on": on, "bodies": listed });
    if let Some(wanted) = wanted {
        let (found, officers) = wanted.among(&bodies, on);
        told["officers_found"] = json!(found);
        told["officers"] = Value::Array(officers);
    }
    Ok(Json(told))
}

fn in_brief(body: &Body, on: NaiveDate) -> Value {
    let officers = body.offices.iter().flat_map(|office| &office.officers);
    let officers: Vec<&Officer> = officers.filter(|officer| in_post(officer, on)).collect();
    let whose_certificates = |standing: CertificateStanding| {
        let whose = officers.iter();
        whose
            .filter(|officer| find::stands(officer, standing, on))
            .count()
    };
    json!({
        "code": body.code.text,
        "name": body.name,
        "region": body.region,
        "nature": body.nature,
        "since": body.since,
        "until": body.until,
        "register_from": body.register_from,
        "offices": body.offices.len(),
        "officers_in_post": officers.len(),
        "certificates_ending": whose_certificates(CertificateStanding::Ending),
        "certificates_ended": whose_certificates(CertificateStanding::Ended),
    })
}

/// `GET /api/v1/register/{body}?on=&everyone=`: offices, posts and officers; with `on`, those in post that day only, unless
/// everyone is asked for.
pub async fn one(
    Here(state): Here<State>,
    Path(code): Path<String>,
    RawQuery(asked): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let (asked, on) = on_day(&state, asked.as_deref(), &["everyone"]).await?;
    let everyone = asked
        .get("everyone")
        .map(|value| query::flag("everyone", value))
        .transpose()?;
    let in_force = state.lives.in_force().await?;
    let body = in_force.body(&code)?;
    let only = asked.contains_key("on") && everyone != Some(true);
    let offices: Vec<Value> = body
        .offices
        .iter()
        .map(|office| {
            let officers = office.officers.iter();
            let officers = officers.filter(|officer| !only || in_post(officer, on));
            json!({
                "code": office.code.text,
                "name": office.name,
                "officers": officers.map(|officer| shown(officer, on)).collect::<Vec<_>>(),
            })
        })
        .collect();
    let posts = body.posts.iter().map(|post| {
        json!({
            "code": post.code.text,
            "name": post.name,
            "steps": post.steps.iter().map(|step| step.text.clone()).collect::<Vec<_>>(),
            "rank": post.rank,
        })
    });
    Ok(Json(json!({
        "code": body.code.text,
        "name": body.name,
        "region": body.region,
        "areas": body.areas,
        "nature": body.nature,
        "since": body.since,
        "until": body.until,
        "register_from": body.register_from,
        "on": on,
        "posts": posts.collect::<Vec<_>>(),
        "offices": offices,
    })))
}

/// `GET /api/v1/register/{body}/history`: every change, with who, when and why.
pub async fn history(
    Here(state): Here<State>,
    Path(code): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let today = state.lives.today((state.now)()).await?;
    let mut lives = state.lives.all().await?;
    let about = |life: &Life| {
        let mut subjects = life.subjects.iter();
        subjects.any(|subject| subject.kind == Kind::Body && subject.id == code)
    };
    lives.retain(about);
    if lives.is_empty() {
        state.lives.in_force().await?.body(&code)?;
    }
    lives.sort_by(|a, b| (a.drafted_at, &a.id).cmp(&(b.drafted_at, &b.id)));
    let shown = lives
        .iter()
        .map(|life| show::whole(life, today, state.zone));
    Ok(Json(
        json!({ "body": code, "changes": shown.collect::<Vec<_>>() }),
    ))
}

/// `PUT /api/v1/register/{body}`: the body's document with other posts, offices or officers.
pub(crate) async fn put(
    Here(state): Here<State>,
    Path(code): Path<String>,
    _: Operator,
    caller: Caller,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let (fields, Put { text, base }): (SaidFields, Put) = said::read(&body)?;
    let said = fields.by(&caller)?.said(&text)?;
    let content = Content::read("text", &text).map_err(ApiError::Problems)?;
    let alone = match content.subjects.as_slice() {
        [subject] => subject.kind == Kind::Body && subject.id == code,
        _ => false,
    };
    if !alone {
        return Err(ApiError::bad(
            "text",
            format!("应当是机构 {code} 的一份文档（kind: body）"),
        ));
    }
    let lives = &*state.lives;
    let now = (state.now)();
    if let Some(made_from) = &base {
        compose::made_from(&*lives.base().await?, &code, made_from, &text)?;
    }
    let in_force = lives.in_force().await?;
    let touch = effect::touch(&content, &in_force.set);
    if !plan(Kind::Body, touch).is_empty() {
        return Err(ApiError::Refused(vec![reviewed(
            &in_force.set.bodies,
            &code,
        )]));
    }
    let today = lives.today(now).await?;
    effect::lawful(&content, &in_force.set, today).map_err(ApiError::Refused)?;
    let hash = lives.keep(&text).await?;
    let act = Act::Drafted {
        subjects: content.subjects,
        text: hash,
    };
    let mut life = lives.begin(&said, now, act).await?;
    // Each further act has a key of its own, so that a repeated request goes on where the first one stopped.
    let mut step = said.clone();
    step.key = Some("register:submit".into());
    if life.record_of("register:submit").is_none() {
        let upon = lives.base().await?;
        // Again: of two who sent changes of the same document at once, one may be decided by now. What is decided after this look is no
        // more what the submission says, so that publishing refuses it.
        if let Some(made_from) = &base {
            compose::made_from(&upon, &code, made_from, &text)?;
        }
        let command = drafts::submission(lives, &upon, &life, today).await?;
        life = lives
            .act(&life.id, &step, now, |_| Ok(command.clone()))
            .await?;
    }
    step.key = Some("register:publish".into());
    lives.decide_publication(&life.id, &step, now).await?;
    settle::now(lives, now).await;
    let life = lives.one(&life.id).await?;
    Ok(Json(show::whole(&life, today, state.zone)))
}

/// What goes the way of executing bodies, with their reviews.
fn reviewed(bodies: &[Document<Body>], code: &str) -> Refusal {
    let known = bodies.iter().any(|body| body.value.code.text == code);
    let message = match known {
        true => format!("机构 {code} 的名称、区域、性质、存续等被改动，不只是岗位与人员"),
        false => format!("机构 {code} 还不在册"),
    };
    Refusal::new(
        "needs_review",
        "text",
        message,
        "行使主体的设立与变动须经机构编制部门、法制部门审核：请起草（POST /api/v1/drafts）并送审",
    )
}

async fn on_day(
    state: &State,
    asked: Option<&str>,
    more: &[&str],
) -> Result<(std::collections::BTreeMap<String, String>, NaiveDate), ApiError> {
    let mut known = vec!["on"];
    known.extend(more);
    let asked = query::pairs(asked, &known)?;
    let on = match asked.get("on") {
        Some(text) => text
            .parse()
            .map_err(|_| ApiError::bad("on", "应为日期，如 2026-07-01"))?,
        None => state.lives.today((state.now)()).await?,
    };
    Ok((asked, on))
}

fn in_post(officer: &Officer, on: NaiveDate) -> bool {
    officer.from.is_none_or(|from| from <= on) && officer.until.is_none_or(|until| on <= until)
}

fn shown(officer: &Officer, on: NaiveDate) -> Value {
    let certificates: Vec<Value> = officer
        .certificates_on(on)
        .into_iter()
        .map(|(certificate, standing)| {
            json!({
                "no": certificate.no.text,
                "fields": certificate.fields,
                "from": certificate.from,
                "until": certificate.until,
                "standing": standing.code(),
            })
        })
        .collect();
    let stands_in = officer.stands_in.iter().map(|stand| {
        json!({
            "post": stand.post.text,
            "from": stand.from,
            "until": stand.until,
            "basis": stand.basis,
        })
    });
    json!({
        "id": officer.id.text,
        "posts": officer.all_posts().map(|post| post.text.clone()).collect::<Vec<_>>(),
        "rank": officer.rank,
        "from": officer.from,
        "until": officer.until,
        "in_post": in_post(officer, on),
        "certificates": certificates,
        "stands_in": stands_in.collect::<Vec<_>>(),
    })
}
