//! `/api/v1/drafts`: drafting, review, publication, retirement.

use std::collections::BTreeMap;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State as Here};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use mingjing_domain::definitions::{DefinitionFile, DefinitionSet};
use mingjing_domain::life::{
    Act, Command, Content, Kind, Life, Refusal, Role, Verdict, changes, compose, document_of,
    documents, effect, plan,
};
use mingjing_engine::Rules;
use serde::Deserialize;
use serde_json::{Value, json};

use super::said::{self, SaidFields};
use super::{Lives, backtests, officers, settle, shadow, show};
use crate::definitions::InForce;
use crate::operator::Operator;
use crate::people::account::Role as AccountRole;
use crate::people::gate::Caller;
use crate::{ApiError, Denied, State, error, query};

/// Told to those who may not know what it says of officers.
const HINDERED: &str = "在用的定义与待公布的定义合在一起有问题，详情由监察、法制、机构编制部门查看";

/// The fields that acts take.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    text: Option<String>,
    role: Option<String>,
    verdict: Option<Verdict>,
    opinion: Option<String>,
    answers: Option<BTreeMap<String, String>>,
    place: Option<String>,
    on: Option<NaiveDate>,
    from: Option<NaiveDate>,
    since: Option<String>,
}

impl Asked {
    /// What tells this from another request without a key.
    fn about(&self) -> &str {
        self.text.as_deref().unwrap_or_default()
    }

    /// Refuses fields that the act does not take: whoever sends them means something else.
    fn takes(&self, act: &str, fields: &[&str]) -> Result<(), ApiError> {
        let given = [
            ("text", self.text.is_some()),
            ("role", self.role.is_some()),
            ("verdict", self.verdict.is_some()),
            ("opinion", self.opinion.is_some()),
            ("answers", self.answers.is_some()),
            ("place", self.place.is_some()),
            ("on", self.on.is_some()),
            ("from", self.from.is_some()),
            ("since", self.since.is_some()),
        ];
        let foreign = given
            .into_iter()
            .find(|(field, given)| *given && !fields.contains(field));
        match foreign {
            Some((field, _)) => {
                let known = match fields {
                    [] => "who、why、key".to_owned(),
                    fields => format!("who、why、key、{}", fields.join("、")),
                };
                Err(ApiError::bad(
                    field,
                    format!("{act} 不用这个字段；可用的是 {known}"),
                ))
            }
            None => Ok(()),
        }
    }

    fn role(&self) -> Result<Role, ApiError> {
        let roles = || Role::ALL.map(|role| role.to_string()).join("、");
        let Some(text) = &self.role else {
            return Err(ApiError::bad(
                "role",
                format!("请写明以哪个角色审核：{}", roles()),
            ));
        };
        let role = Role::from_code(text);
        role.ok_or_else(|| ApiError::bad("role", format!("没有角色 {text}；可用的是 {}", roles())))
    }
}

/// `GET /api/v1/drafts?kind=&state=&overdue=`
pub async fn list(
    Here(state): Here<State>,
    RawQuery(asked): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let asked = query::pairs(asked.as_deref(), &["kind", "state", "overdue"])?;
    let kind = asked.get("kind").map(|code| kind_of(code)).transpose()?;
    let today = state.lives.today((state.now)()).await?;
    let mut lives = state.lives.all().await?;
    lives.retain(|life| {
        kind.is_none_or(|kind| life.kind == kind)
            && asked
                .get("state")
                .is_none_or(|wanted| life.state.code() == *wanted)
            && asked
                .get("overdue")
                .is_none_or(|wanted| life.is_overdue(today) == (wanted == "true"))
    });
    lives.sort_by(|a, b| (b.drafted_at, &b.id).cmp(&(a.drafted_at, &a.id)));
    let drafts: Vec<Value> = lives
        .iter()
        .map(|life| show::brief(life, today, state.zone))
        .collect();
    Ok(Json(json!({ "drafts": drafts })))
}

/// `GET /api/v1/drafts/{id}`
pub(crate) async fn one(
    Here(state): Here<State>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<Response, ApiError> {
    let life = state.lives.one(&id).await?;
    let shown = shown(&state, &life, &caller).await?;
    let officers = officers::for_caller(&caller, life.kind);
    Ok((officers::marked(officers), Json(shown)).into_response())
}

/// `GET /api/v1/drafts/{id}/text`: a body's without its officers, but for those who may read the register.
pub(crate) async fn text(
    Here(state): Here<State>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<Response, ApiError> {
    let life = state.lives.one(&id).await?;
    let officers = officers::for_caller(&caller, life.kind);
    let text = officers::text(officers, &state.lives.text(&life.text).await?)?;
    let yaml = [(header::CONTENT_TYPE, "application/yaml; charset=utf-8")];
    Ok((officers::marked(officers), yaml, text).into_response())
}

/// `GET /api/v1/drafts/{id}/check`: what would keep it from being sent to its reviewers now, each with its line; nothing is recorded.
pub(crate) async fn check(
    Here(state): Here<State>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<Response, ApiError> {
    let lives = &*state.lives;
    let life = lives.one(&id).await?;
    officers::works_on(&caller, life.kind)?;
    let today = lives.today((state.now)()).await?;
    let (mut problems, mut refusals) = (Vec::new(), Vec::new());
    match submission(lives, &*lives.base().await?, &life, today).await {
        Ok(_) => {}
        Err(ApiError::Problems(found)) => problems = found,
        Err(ApiError::Refused(found)) => refusals = found,
        Err(other) => return Err(other),
    }
    let told = Json(json!({
        "problems": problems.iter().map(error::problem).collect::<Vec<_>>(),
        "refusals": refusals.iter().map(error::refusal).collect::<Vec<_>>(),
    }));
    let officers = officers::for_caller(&caller, life.kind);
    Ok((officers::marked(officers), told).into_response())
}

/// `POST /api/v1/drafts`
pub(crate) async fn draft(
    Here(state): Here<State>,
    _: Operator,
    caller: Caller,
    body: Bytes,
) -> Result<Response, ApiError> {
    let (fields, asked): (SaidFields, Asked) = said::read(&body)?;
    asked.takes("起草", &["text"])?;
    let said = fields.by(&caller)?.said(asked.about())?;
    let (text, content) = content(&asked)?;
    officers::works_on(&caller, content.kind)?;
    let hash = state.lives.keep(text).await?;
    let drafted = Act::Drafted {
        subjects: content.subjects,
        text: hash,
    };
    let life = state.lives.begin(&said, (state.now)(), drafted).await?;
    let shown = shown(&state, &life, &caller).await?;
    Ok((StatusCode::CREATED, Json(shown)).into_response())
}

/// `POST /api/v1/drafts/{id}/{act}`: revise, submit, review, approve, publish, notice, retire, withdraw, shadow, end_shadow.
pub(crate) async fn act(
    here: Here<State>,
    Path((id, act)): Path<(String, String)>,
    _: Operator,
    caller: Caller,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    done(here, id, act, &caller, body).await
}

/// `POST /api/v1/drafts/{id}/shadow`, beside which stands what the shadow found.
pub(crate) async fn shadow(
    here: Here<State>,
    Path(id): Path<String>,
    _: Operator,
    caller: Caller,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    done(here, id, "shadow".into(), &caller, body).await
}

async fn done(
    Here(state): Here<State>,
    id: String,
    act: String,
    caller: &Caller,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let (fields, asked): (SaidFields, Asked) = said::read(&body)?;
    let said = fields.by(caller)?.said(asked.about())?;
    let now = (state.now)();
    let lives = &*state.lives;
    let life = lives.one(&id).await?;
    officers::works_on(caller, life.kind)?;
    let given = |field: &'static str| ApiError::bad(field, "缺少这个字段");
    let fields: &[&str] = match act.as_str() {
        "revise" => &["text"],
        "submit" | "publish" | "withdraw" | "end_shadow" => &[],
        "review" => &["role", "verdict", "opinion", "answers"],
        "approve" => &["verdict", "opinion"],
        "notice" => &["place", "on"],
        "retire" => &["from"],
        "shadow" => &["since"],
        _ => {
            return Err(ApiError::NotFound {
                what: format!(
                    "操作 {act}；可用的是 revise、submit、review、approve、publish、notice、retire、withdraw、shadow、end_shadow"
                ),
            });
        }
    };
    asked.takes(&act, fields)?;
    // What was done under this key is not looked into again: what then was lawful may not be so now.
    if let Some(key) = &said.key
        && life.record_of(key).is_some()
    {
        return shown(&state, &life, caller).await.map(Json);
    }
    if act == "publish" {
        lives.decide_publication(&id, &said, now).await?;
        settle::now(lives, now).await;
        let life = lives.one(&id).await?;
        return shown(&state, &life, caller).await.map(Json);
    }
    let command = match act.as_str() {
        "revise" => {
            let (text, content) = content(&asked)?;
            officers::works_on(caller, content.kind)?;
            Command::Revise {
                subjects: content.subjects,
                text: lives.keep(text).await?,
            }
        }
        "submit" => {
            let (base, today) = (lives.base().await?, lives.today(now).await?);
            submission(lives, &base, &life, today).await?
        }
        "review" | "approve" => Command::Review {
            role: match act.as_str() {
                "approve" => Role::Government,
                _ => own_role(asked.role()?, caller)?,
            },
            verdict: match act.as_str() {
                "approve" => asked.verdict.unwrap_or(Verdict::Agree),
                _ => asked.verdict.ok_or_else(|| {
                    ApiError::bad("verdict", "请写明结论：agree（同意）或者 object（不同意）")
                })?,
            },
            opinion: asked.opinion.clone().unwrap_or_default(),
            answers: asked.answers.clone().unwrap_or_default(),
        },
        "notice" => Command::Notice {
            place: asked.place.clone().ok_or_else(|| given("place"))?,
            on: asked.on.ok_or_else(|| given("on"))?,
        },
        "retire" => {
            let from = asked.from.ok_or_else(|| given("from"))?;
            let in_force = lives.in_force().await?;
            effect::retirement(&life.subjects, &in_force.set, from)
                .map_err(|refusal| ApiError::Refused(vec![refusal]))?;
            Command::Retire { from }
        }
        "shadow" => shadow::command(lives, &life, asked.since.as_deref(), now).await?,
        "end_shadow" => Command::EndShadow,
        _ => Command::Withdraw,
    };
    let life = lives
        .act(&id, &said, now, unless_changed(&life.text, command))
        .await?;
    shown(&state, &life, caller).await.map(Json)
}

/// The role that somebody reviews in, where that is theirs. Where accounts are off people are taken at their word.
fn own_role(role: Role, caller: &Caller) -> Result<Role, ApiError> {
    let Caller::Person(person) = caller else {
        return Ok(role);
    };
    let needed = match role {
        Role::Affairs => AccountRole::GovernmentServices,
        Role::Staffing => AccountRole::Establishment,
        Role::Legal => AccountRole::Legal,
        Role::Supervision => AccountRole::Supervision,
        Role::Government => AccountRole::Leadership,
    };
    match person.account.rights.roles.contains(&needed) {
        true => Ok(role),
        false => Err(ApiError::Access(Denied::NotYours)),
    }
}

/// A command that was prepared upon a text is refused upon another.
pub(super) fn unless_changed(
    text: &str,
    command: Command,
) -> impl Fn(&Life) -> Result<Command, ApiError> {
    move |life: &Life| match life.text == text {
        true => Ok(command.clone()),
        false => Err(ApiError::Refused(vec![Refusal::new(
            "changed",
            "",
            "草案刚刚被他人修改",
            "请重新查看草案之后再操作",
        )])),
    }
}

fn content(asked: &Asked) -> Result<(&str, Content), ApiError> {
    let Some(text) = &asked.text else {
        return Err(ApiError::bad("text", "缺少草案文本：定义的 YAML"));
    };
    let content = Content::read("text", text).map_err(ApiError::Problems)?;
    Ok((text, content))
}

pub(super) fn kind_of(code: &str) -> Result<Kind, ApiError> {
    Kind::from_code(code).ok_or_else(|| {
        let known: Vec<&str> = Kind::ALL.iter().map(|kind| kind.code()).collect();
        ApiError::bad(
            "kind",
            format!("没有 {code} 这一类；可用的是 {}", known.join("、")),
        )
    })
}

/// What sending a draft to its reviewers says of it, upon a set. One that could not be published is not worth their time.
pub(super) async fn submission(
    lives: &Lives,
    base: &InForce,
    life: &Life,
    today: NaiveDate,
) -> Result<Command, ApiError> {
    let text = lives.text(&life.text).await?;
    let content = Content::read("text", &text).map_err(ApiError::Problems)?;
    effect::lawful(&content, &base.set, today).map_err(ApiError::Refused)?;
    usable(base, life, &text).await?;
    Ok(Command::Submit {
        plan: plan(content.kind, effect::touch(&content, &base.set)),
        questions: effect::questions(&content, &base.set),
        changes: told(&base.files, &text),
    })
}

/// The decision to publish, where that works on this day: reviews take their time, and other drafts are published meanwhile.
pub(super) async fn publication(
    lives: &Lives,
    in_force: &InForce,
    life: &Life,
    today: NaiveDate,
) -> Result<Command, ApiError> {
    let text = lives.text(&life.text).await?;
    let content = Content::read("text", &text).map_err(ApiError::Problems)?;
    // A draft in the wrong state is told that, not what its publication would do.
    if !matches!(life.state, mingjing_domain::life::State::Approved) {
        return Ok(Command::Publish {
            effective_from: today,
        });
    }
    let effective_from =
        effect::lawful(&content, &in_force.set, today).map_err(ApiError::Refused)?;
    let now = told(&in_force.files, &text);
    // The same changes in another order are the same.
    let missing = |of: &[String], from: &[String]| -> Vec<String> {
        let missing = of.iter().filter(|change| !from.contains(change));
        missing.cloned().collect()
    };
    let (gone, come) = (missing(&life.changes, &now), missing(&now, &life.changes));
    if !gone.is_empty() || !come.is_empty() {
        let list = |lines: &[String]| match lines {
            [] => "无".to_owned(),
            lines => lines.join("；"),
        };
        return Err(ApiError::Refused(vec![Refusal::new(
            "stale",
            "text",
            format!(
                "送审之后在用的定义已经改变，现在公布会改变的不是审核过的内容。多出：{}；少了：{}",
                list(&come),
                list(&gone)
            ),
            "请以在用的文本为基础修改草案（revise），重新送审",
        )]));
    }
    usable(in_force, life, &text).await?;
    Ok(Command::Publish { effective_from })
}

/// Whether the set would work with the draft in it.
async fn usable(in_force: &InForce, life: &Life, text: &str) -> Result<(), ApiError> {
    works(compose(&in_force.files, life, text)).await
}

/// Whether files make a set that cases can be judged by.
pub(super) async fn works(files: Vec<DefinitionFile>) -> Result<(), ApiError> {
    let compiled = tokio::task::spawn_blocking(move || compiled(files)).await;
    let compiled = compiled.map_err(|error| ApiError::Failed(Box::new(error)))?;
    compiled.map_err(ApiError::Problems)
}

fn compiled(files: Vec<DefinitionFile>) -> Result<(), Vec<mingjing_domain::definitions::Problem>> {
    let (set, problems) = DefinitionSet::read(files);
    match problems.is_empty() {
        true => Rules::compile(&set).map(drop),
        false => Err(problems),
    }
}

/// What a text changes, in words: each document against what it follows or takes the place of.
pub(super) fn told(files: &[DefinitionFile], text: &str) -> Vec<String> {
    let mut told = Vec::new();
    let drafted = documents(text);
    for (subject, new) in &drafted {
        let before = latest(files, subject).and_then(|old| document_of(files, &old));
        let about = match drafted.len() {
            1 => String::new(),
            _ => format!("{subject}："),
        };
        match before {
            None => told.push(format!("{about}新设{subject}")),
            Some(old) => {
                let differing = changes(old, new).into_iter();
                told.extend(differing.map(|change| format!("{about}{change}")));
            }
        }
    }
    told
}

/// The version that a subject follows: the last one of its id to begin before it; of a kind without versions the one that is there.
pub(super) fn latest(
    files: &[DefinitionFile],
    subject: &mingjing_domain::life::Subject,
) -> Option<mingjing_domain::life::Subject> {
    let named = files.iter().filter(|file| file.text.contains(&subject.id));
    named
        .flat_map(|file| documents(&file.text))
        .map(|(old, _)| old)
        .filter(|old| (old.kind, &old.id) == (subject.kind, &subject.id))
        .filter(|old| !subject.kind.has_versions() || old.version != subject.version)
        .max_by_key(|old| old.effective_from)
}

/// A draft with what it would change now, where it is not yet published.
pub(super) async fn shown(state: &State, life: &Life, caller: &Caller) -> Result<Value, ApiError> {
    let lives = &state.lives;
    let today = lives.today((state.now)()).await?;
    let officers = officers::for_caller(caller, life.kind);
    let mut life = life.clone();
    if life.decided_at.is_none() && life.changes.is_empty() {
        let text = lives.text(&life.text).await?;
        let in_force = lives.in_force().await?;
        life.changes = told(&in_force.files, &text);
    }
    let mut shown = show::whole(&officers::life(officers, &life), today, state.zone);
    shown["backtest"] = backtests::of_draft(lives, &life, state.zone).await?;
    let publishing = matches!(life.state, mingjing_domain::life::State::Publishing { .. });
    if let Some(stuck) = lives.stuck().filter(|_| publishing) {
        let since = stuck.since.to_rfc3339(state.zone);
        // What hinders may lie in the register, whichever draft is asked for.
        let why = match caller.reads_register() {
            true => stuck.why.as_str(),
            false => HINDERED,
        };
        shown["hindered"] = json!({ "since": since, "why": why });
    }
    Ok(shown)
}
