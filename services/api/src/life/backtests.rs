//! 回测: what a draft would have alleged of the past, asked for by whoever drafts or reviews it.
//!
//! A run belongs to the text that the draft had when it began. It is carried out in the background, one at a time in a process, and what it
//! found stays with the draft: who approves sees whether the text that is approved was tried. Nothing live is touched.

mod found;
mod record;
mod run;
#[cfg(test)]
mod run_tests;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State as Here};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono_tz::Tz;
use mingjing_domain::Timestamp;
use mingjing_domain::life::{Life, Refusal, State as LifeState};
use serde::Deserialize;
use serde_json::{Value, json};

use super::said::{self, Said, SaidFields};
use super::{Lives, officers, shadow, show};
use crate::operator::Operator;
use crate::people::account::subtree;
use crate::people::gate::Caller;
use crate::{ApiError, State, query};
use record::{Beat, Begun, End, Record, Run};

pub use found::{
    BacktestAsked, BacktestError, BacktestExample, BacktestFound, BacktestItem,
    BacktestLevelChange, BacktestPoint, BacktestProgress, BacktestStands, BacktestTally,
    Backtester,
};
pub use run::Backtests;

/// Runs of one draft: each is kept for ever.
const RUNS_MAX: usize = 50;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    from: Option<String>,
    to: Option<String>,
    region: Option<String>,
}

/// Nothing beside who and why.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NothingMore {}

/// Of what a run is asked.
struct Span {
    from: Timestamp,
    to: Timestamp,
    region: Option<String>,
}

impl Asked {
    fn span(self, now: Timestamp, zone: Tz) -> Result<Span, ApiError> {
        let from = self
            .from
            .ok_or_else(|| ApiError::bad("from", "请写明自何日起的办件，如 2026-01-01"))?;
        let from = shadow::instant("from", &from, zone)?;
        let to = match &self.to {
            Some(to) => shadow::instant("to", to, zone)?,
            None => now.floor_second(),
        };
        if to > now {
            return Err(ApiError::bad(
                "to",
                "终点尚未到来；只能回测已经过去的期间，默认至现在",
            ));
        }
        if from >= to {
            return Err(ApiError::bad("from", "起点应当早于终点"));
        }
        let region = self.region.filter(|code| !code.is_empty());
        if region
            .as_deref()
            .is_some_and(|code| subtree(code).is_none())
        {
            return Err(ApiError::bad(
                "region",
                "应为 2、4、6、9 或者 12 位行政区划代码，如 510500",
            ));
        }
        Ok(Span { from, to, region })
    }
}

/// `POST /api/v1/drafts/{id}/backtests`: begins one; 202, as it is carried out afterwards.
pub(crate) async fn begin(
    Here(state): Here<State>,
    Path(id): Path<String>,
    _: Operator,
    caller: Caller,
    body: Bytes,
) -> Result<Response, ApiError> {
    let (fields, asked): (SaidFields, Asked) = said::read(&body)?;
    let said = fields.by(&caller)?.said("")?;
    let (lives, now) = (&*state.lives, (state.now)());
    let life = lives.one(&id).await?;
    officers::works_on(&caller, life.kind)?;
    let runs = lives.backtests(&id).await?;
    let under_key = |run: &Run| run.begun.key.is_some() && run.begun.key == said.key;
    if !runs.iter().any(under_key) {
        let span = asked.span(now, lives.zone().await?)?;
        begun(&state, &life, &said, span, now).await?;
    }
    let told = told(&state, &life, None).await?;
    Ok((StatusCode::ACCEPTED, Json(told)).into_response())
}

/// Begins a run of a draft.
async fn begun(
    state: &State,
    life: &Life,
    said: &Said,
    span: Span,
    now: Timestamp,
) -> Result<(), ApiError> {
    let lives = &*state.lives;
    open(life)?;
    let sets = shadow::sets_since(lives, life, span.from).await?;
    let seat = state.backtests.seat(&life.id).map_err(|draft| {
        refused(
            "busy",
            format!("草案 {draft} 正在回测，一次只回测一份"),
            "请等它结束，或者先取消它",
        )
    })?;
    let runs = lives.backtests(&life.id).await?;
    if let Some(last) = runs.last()
        && standing(state, &life.id, last).await?.is_some()
    {
        return Err(refused(
            "busy",
            "这份草案正在回测".into(),
            "请等它结束，或者先取消它",
        ));
    }
    let begun = Begun {
        at: now,
        who: said.who.clone(),
        why: said.why.clone(),
        key: said.key.clone(),
        text: life.text.clone(),
        from: span.from,
        to: span.to,
        region: span.region.clone(),
        compared_with: sets.in_force.hash(),
        heard_at: state.backtests.now(),
    };
    let known = runs.len();
    let records = lives
        .add(
            &run::journal(&life.id),
            |records: &[Record]| match Run::all(records).len() {
                now if now != known => Err(refused(
                    "busy",
                    "这份草案刚刚由他人开始回测".into(),
                    "请重新查看草案",
                )),
                RUNS_MAX.. => Err(refused(
                    "too_many",
                    format!("这份草案已经回测 {RUNS_MAX} 次，不再增加"),
                    "请查看已有的结果，或者另起一份草案",
                )),
                _ => Ok(Some(Record::Begun(begun.clone()))),
            },
        )
        .await?;
    let asked = BacktestAsked {
        from: span.from,
        to: span.to,
        region_prefix: span.region.as_deref().and_then(subtree).map(str::to_owned),
        in_force: sets.in_force,
        with_draft: sets.with_draft,
    };
    let seat = seat.numbered(Run::all(&records).len());
    let (lives, here) = (state.lives.clone(), state.backtests.clone());
    tokio::spawn(seat.carry_out(lives, here, state.now.clone(), asked));
    Ok(())
}

/// `POST /api/v1/drafts/{id}/backtests/cancel`: ends the one that runs.
pub(crate) async fn cancel(
    Here(state): Here<State>,
    Path(id): Path<String>,
    _: Operator,
    caller: Caller,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let (fields, NothingMore {}) = said::read(&body)?;
    let said: Said = fields.by(&caller)?.said("")?;
    let lives = &*state.lives;
    let life = lives.one(&id).await?;
    officers::works_on(&caller, life.kind)?;
    let runs = lives.backtests(&id).await?;
    let mut running = None;
    if let Some(last) = runs.last()
        && standing(&state, &id, last).await?.is_some()
    {
        running = Some(last.number);
    }
    let Some(running) = running else {
        return Err(refused(
            "not_running",
            "这份草案没有正在进行的回测".into(),
            "无需取消",
        ));
    };
    let end = End::Cancelled {
        who: said.who,
        why: said.why,
    };
    lives
        .end_backtest(&id, running, (state.now)(), &end)
        .await?;
    state.backtests.stop(&id, running);
    told(&state, &life, None).await.map(Json)
}

/// `GET /api/v1/drafts/{id}/backtests?run=`
pub(crate) async fn list(
    Here(state): Here<State>,
    Path(id): Path<String>,
    RawQuery(asked): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let asked = query::pairs(asked.as_deref(), &["run"])?;
    let run = asked.get("run").map(|text| {
        let number = text.parse().ok();
        number.ok_or_else(|| ApiError::bad("run", "应为第几次回测，从 1 起"))
    });
    let run: Option<usize> = run.transpose()?;
    let life = state.lives.one(&id).await?;
    told(&state, &life, run).await.map(Json)
}

/// What is told of a draft beside itself: the run that tells most about its text, without what it found.
pub(super) async fn of_draft(lives: &Lives, life: &Life, zone: Tz) -> Result<Value, ApiError> {
    let runs = lives.backtests(&life.id).await?;
    let telling = Run::telling(&runs, &life.text);
    Ok(telling.map_or(Value::Null, |run| brief(run, None, life, zone)))
}

/// Every run, newest first, and what one of them found: the one asked for, else the one that tells most.
async fn told(state: &State, life: &Life, asked: Option<usize>) -> Result<Value, ApiError> {
    let lives = &*state.lives;
    let runs = lives.backtests(&life.id).await?;
    let shown =
        match asked {
            None => Run::telling(&runs, &life.text),
            Some(number) => Some(runs.iter().find(|run| run.number == number).ok_or_else(
                || ApiError::NotFound {
                    what: format!("草案 {} 的第 {number} 次回测", life.id),
                },
            )?),
        };
    let mut listed = Vec::new();
    for run in runs.iter().rev() {
        let running = standing(state, &life.id, run).await?;
        listed.push(brief(run, running, life, state.zone));
    }
    let found = match shown {
        Some(run) => lives.found(&life.id, run.number).await?,
        None => None,
    };
    let today = lives.today((state.now)()).await?;
    Ok(json!({
        "draft": show::brief(life, today, state.zone),
        "runs": listed,
        "shown": shown.map(|run| run.number),
        "found": found.map(|found| found.shown(state.zone)),
    }))
}

/// How far a run has come, where it runs.
async fn standing(
    state: &State,
    draft: &str,
    run: &Run,
) -> Result<Option<BacktestProgress>, ApiError> {
    if run.ended.is_some() {
        return Ok(None);
    }
    if let Some(progress) = state.backtests.here(draft, run.number) {
        return Ok(Some(progress));
    }
    let heard: Option<Beat> = state.lives.heard(draft, run.number).await?;
    let runs = run.runs(heard, state.backtests.now());
    Ok(runs.then(|| heard.map(|beat| beat.progress).unwrap_or_default()))
}

/// A run without what it found.
fn brief(run: &Run, running: Option<BacktestProgress>, life: &Life, zone: Tz) -> Value {
    let at = |at: Timestamp| at.to_rfc3339(zone);
    let begun = &run.begun;
    let mut told = json!({
        "run": run.number,
        "begun_at": at(begun.at),
        "who": show::actor(&begun.who),
        "why": begun.why,
        "text_sha256": begun.text,
        "of_present_text": begun.text == life.text,
        "from": at(begun.from),
        "to": at(begun.to),
        "region": begun.region,
        "compared_with": begun.compared_with,
        "ended_at": run.ended.as_ref().map(|(ended, _)| at(*ended)),
    });
    let more = match (&run.ended, running) {
        (Some((_, End::Done { cases, total })), _) => {
            json!({ "state": "done", "cases": cases, "total": total })
        }
        (Some((_, End::Failed { problem })), _) => {
            json!({ "state": "failed", "problem": problem })
        }
        (Some((_, End::Cancelled { who, why })), _) => {
            json!({ "state": "cancelled", "cancelled_by": show::actor(who), "cancelled_why": why })
        }
        (None, Some(progress)) => json!({ "state": "running", "progress": progress }),
        (None, None) => json!({
            "state": "cut_off",
            "problem": "运行它的进程已经停止，没有得出结果；请重新回测",
        }),
    };
    if let (Some(all), Value::Object(more)) = (told.as_object_mut(), more) {
        all.extend(more);
    }
    told
}

/// Refuses a draft whose text will not become law any more.
fn open(life: &Life) -> Result<(), ApiError> {
    match life.state {
        LifeState::Drafting
        | LifeState::InReview { .. }
        | LifeState::Returned { .. }
        | LifeState::Approved => Ok(()),
        _ => Err(refused(
            "wrong_state",
            format!("草案现在是{}，不再回测", life.state.name_zh()),
            "公布之前的草案才能回测；请查看此前的结果",
        )),
    }
}

fn refused(reason: &'static str, message: String, remedy: &'static str) -> ApiError {
    ApiError::Refused(vec![Refusal::new(reason, "", message, remedy)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_lies_in_the_past_and_begins_before_it_ends() {
        let zone = chrono_tz::Asia::Shanghai;
        let now = Timestamp::parse("2026-11-28T12:00:00+08:00").unwrap();
        let span = |from: &str, to: &str, region: &str| {
            let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
            let asked = Asked {
                from: given(from),
                to: given(to),
                region: Some(region.to_owned()),
            };
            asked.span(now, zone)
        };
        let whole = span("2026-01-01", "", "").unwrap();
        assert_eq!(
            whole.from,
            Timestamp::parse("2026-01-01T00:00:00+08:00").unwrap()
        );
        assert_eq!((whole.to, whole.region), (now, None));
        let part = span("2026-01-01", "2026-02-01", "510502").unwrap();
        assert_eq!(part.region.as_deref(), Some("510502"));
        for (from, to, region, field) in [
            ("", "", "", "from"),
            ("gestern", "", "", "from"),
            ("2026-02-01", "2026-02-01", "", "from"),
            ("2026-01-01", "2026-11-29", "", "to"),
            ("2026-01-01", "", "5105021", "region"),
        ] {
            match span(from, to, region) {
                Err(ApiError::BadRequest { field: told, .. }) => {
                    assert_eq!(told, field, "{from} {to} {region}");
                }
                _ => panic!("{from} {to} {region} was taken"),
            }
        }
    }
}
