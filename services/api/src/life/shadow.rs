//! 影子运行: putting a draft in shadow, which drafts are, and what was found of them.
//!
//! Who judges reads here which drafts are in shadow ([`Lives::in_shadow`]) and writes what it finds into ClickHouse; the answers are made
//! of both. What was found of a draft stays when its shadow is over.

use axum::Json;
use axum::extract::{Path, RawQuery, State as Here};
use chrono::NaiveDate;
use mingjing_domain::Timestamp;
use mingjing_domain::alert::AlertRecord;
use mingjing_domain::definitions::DefinitionSet;
use mingjing_domain::life::{Command, Life, as_if_in_force};
use mingjing_engine::Rules;
use mingjing_store::{DifferenceFilter, ShadowDifferenceRow, ShadowPassRow, ShadowTallyRow};
use serde_json::{Value, json};

use super::{Lives, show};
use crate::{ApiError, State, query, view};

/// Differences shown of each kind at each control point where nothing is said.
const SHOWN: u64 = 20;
/// And at most: as many as a pass lists.
const SHOWN_MAX: u64 = 200;

/// A draft in shadow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InShadow {
    /// Its id.
    pub draft: String,
    /// SHA-256 of its text.
    pub text: String,
    /// Cases that began at this instant or later.
    pub since: Timestamp,
    /// When it was put there.
    pub begun_at: Timestamp,
}

/// Both sets that a draft in shadow is judged by.
pub struct ShadowSets {
    /// The day from which it counts as in force.
    pub in_force_from: NaiveDate,
    /// What is in force.
    pub in_force: DefinitionSet,
    /// The same with the draft in it.
    pub with_draft: DefinitionSet,
}

impl Lives {
    /// The drafts that are in shadow now, by id.
    ///
    /// # Errors
    /// [`ApiError`] where the tables cannot be read.
    pub async fn in_shadow(&self) -> Result<Vec<InShadow>, ApiError> {
        let lives = self.all().await?.into_iter();
        let in_shadow = lives.filter_map(|life| {
            let shadow = life.shadow.as_ref()?;
            Some(InShadow {
                since: shadow.since,
                begun_at: shadow.at,
                draft: life.id,
                text: life.text,
            })
        });
        Ok(in_shadow.collect())
    }

    /// The sets it is judged by; none where the draft has another text or is in shadow no longer.
    ///
    /// # Errors
    /// [`ApiError`] where the tables cannot be read.
    pub async fn shadow_sets(&self, of: &InShadow) -> Result<Option<ShadowSets>, ApiError> {
        let life = self.one(&of.draft).await?;
        let since = life.shadow.as_ref().map(|shadow| shadow.since);
        if life.text != of.text || since != Some(of.since) {
            return Ok(None);
        }
        let (in_force, zone) = (self.in_force().await?, self.zone().await?);
        let text = self.text(&life.text).await?;
        let in_force_from = of.since.local_date(zone);
        let composed = tokio::task::spawn_blocking(move || {
            // Whether it still goes with what is in force is found by whoever compiles it.
            let (with_draft, _) = as_if_in_force(&in_force.files, &life, &text, in_force_from);
            ShadowSets {
                in_force_from,
                in_force: in_force.set.clone(),
                with_draft,
            }
        });
        let composed = composed.await;
        composed
            .map(Some)
            .map_err(|error| ApiError::Failed(Box::new(error)))
    }
}

/// Putting a draft in shadow, from now on where nothing is said. One that does not go with what is in force is refused.
pub(super) async fn command(
    lives: &Lives,
    life: &Life,
    since: Option<&str>,
    now: Timestamp,
) -> Result<Command, ApiError> {
    let zone = lives.zone().await?;
    let since = match since {
        Some(text) => instant("since", text, zone)?,
        None => now.floor_second(),
    };
    if since > now {
        return Err(ApiError::bad(
            "since",
            "起点尚未到来；影子运行自过去或者现在起",
        ));
    }
    sets_since(lives, life, since).await?;
    Ok(Command::BeginShadow { since })
}

/// Both sets that a draft is judged by, where cases can be judged by the one with it.
pub(super) async fn sets_since(
    lives: &Lives,
    life: &Life,
    since: Timestamp,
) -> Result<ShadowSets, ApiError> {
    let (in_force, zone) = (lives.in_force().await?, lives.zone().await?);
    let text = lives.text(&life.text).await?;
    let in_force_from = since.local_date(zone);
    let life = life.clone();
    let composed = tokio::task::spawn_blocking(move || {
        let (with_draft, problems) = as_if_in_force(&in_force.files, &life, &text, in_force_from);
        if !problems.is_empty() {
            return Err(problems);
        }
        Rules::compile(&with_draft)?;
        Ok(ShadowSets {
            in_force_from,
            in_force: in_force.set.clone(),
            with_draft,
        })
    });
    let composed = composed.await;
    let composed = composed.map_err(|error| ApiError::Failed(Box::new(error)))?;
    composed.map_err(ApiError::Problems)
}

/// An instant, or the beginning of a date.
pub(super) fn instant(field: &str, text: &str, zone: chrono_tz::Tz) -> Result<Timestamp, ApiError> {
    if let Ok(date) = text.parse::<NaiveDate>() {
        return Ok(Timestamp::start_of(date, zone));
    }
    Timestamp::parse(text).map_err(|_| {
        ApiError::bad(
            field,
            "应为日期或者 RFC 3339 时间，如 2026-11-01、2026-11-23T09:00:00+08:00",
        )
    })
}

/// `GET /api/v1/definitions/shadows`
pub async fn list(
    Here(state): Here<State>,
    RawQuery(asked): RawQuery,
) -> Result<Json<Value>, ApiError> {
    query::pairs(asked.as_deref(), &[])?;
    let today = state.lives.today((state.now)()).await?;
    let mut lives = state.lives.all().await?;
    lives.retain(|life| life.shadow.is_some());
    let passes = match lives.is_empty() {
        true => Vec::new(),
        false => state.store.last_shadow_passes(None).await?,
    };
    let shadows: Vec<Value> = lives
        .iter()
        .map(|life| {
            let (outcome, problem) = of_life(life, &passes);
            json!({
                "draft": show::brief(life, today, state.zone),
                "outcome": outcome.map(|pass| brief(pass, &state)),
                "problem": problem.map(|pass| told_problem(pass, &state)),
            })
        })
        .collect();
    Ok(Json(json!({ "shadows": shadows })))
}

/// `GET /api/v1/drafts/{id}/shadow?text=&control_point=&org=&limit=`
pub async fn one(
    Here(state): Here<State>,
    Path(id): Path<String>,
    RawQuery(asked): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let asked = query::pairs(asked.as_deref(), &["text", "control_point", "org", "limit"])?;
    let limit = match asked.get("limit") {
        None => SHOWN,
        Some(text) => text
            .parse()
            .ok()
            .filter(|n| (1..=SHOWN_MAX).contains(n))
            .ok_or_else(|| ApiError::bad("limit", format!("应为 1 至 {SHOWN_MAX} 的整数")))?,
    };
    let filter = DifferenceFilter {
        control_point: asked.get("control_point").cloned(),
        org: asked.get("org").cloned(),
        most: limit,
    };
    let life = state.lives.one(&id).await?;
    let today = state.lives.today((state.now)()).await?;
    let passes = state.store.last_shadow_passes(Some(&id)).await?;
    let (outcome, problem) = match asked.get("text") {
        None => of_life(&life, &passes),
        Some(text) => {
            let of_text = passes.iter().filter(|pass| pass.text.starts_with(text));
            (of_text.filter(whole).max_by_key(|p| p.judged_at), None)
        }
    };
    let earlier: Vec<Value> = passes
        .iter()
        .filter(whole)
        .filter(|pass| Some(*pass) != outcome)
        .map(|pass| brief(pass, &state))
        .collect();
    let told = match outcome {
        Some(pass) => shown(pass, &filter, &state).await?,
        None => Value::Null,
    };
    Ok(Json(json!({
        "draft": show::brief(&life, today, state.zone),
        "outcome": told,
        "problem": problem.map(|pass| told_problem(pass, &state)),
        "earlier": earlier,
    })))
}

fn whole(pass: &&ShadowPassRow) -> bool {
    pass.problem.is_empty()
}

/// What stands of a draft: of its present shadow, or where it is in none, of its last one; and why the last pass failed, where no
/// later one went through.
fn of_life<'p>(
    life: &Life,
    passes: &'p [ShadowPassRow],
) -> (Option<&'p ShadowPassRow>, Option<&'p ShadowPassRow>) {
    let of_draft = passes.iter().filter(|pass| pass.draft == life.id);
    let (mut outcome, mut problem) = (None::<&ShadowPassRow>, None::<&ShadowPassRow>);
    for pass in of_draft {
        let present = life.shadow.as_ref().is_none_or(|shadow| {
            pass.text == life.text && Timestamp::from(pass.since) == shadow.since
        });
        let slot = match pass.problem.is_empty() {
            true => &mut outcome,
            false => &mut problem,
        };
        if present && slot.is_none_or(|last| last.judged_at < pass.judged_at) {
            *slot = Some(pass);
        }
    }
    let newer = |problem: &&ShadowPassRow| {
        life.shadow.is_some() && outcome.is_none_or(|o| o.judged_at < problem.judged_at)
    };
    (outcome, problem.filter(newer))
}

fn told_problem(pass: &ShadowPassRow, state: &State) -> Value {
    json!({
        "at": Timestamp::from(pass.judged_at).to_rfc3339(state.zone),
        "message": pass.problem,
    })
}

/// A pass without what it listed.
fn brief(pass: &ShadowPassRow, state: &State) -> Value {
    let at = |at: mingjing_store::Millis| Timestamp::from(at).to_rfc3339(state.zone);
    let positions = pass.horizon().positions.into_iter();
    let positions: Vec<Value> = positions
        .map(|(partition, offset)| json!({ "partition": partition, "offset": offset }))
        .collect();
    json!({
        "text_sha256": pass.text,
        "since": at(pass.since),
        "judged_at": at(pass.judged_at),
        "in_force_from": pass.in_force_from,
        "compared_with": pass.compared_with,
        "definitions_version": pass.definitions,
        "engine_version": pass.engine,
        "horizon": { "log_id": pass.log_id, "positions": positions },
        "cases": pass.cases,
        "events": pass.events,
        "cases_left_out": pass.cases_left_out,
        "unjudged_conditions": pass.unjudged,
        "total": tally(pass.raised, pass.withdrawn, pass.changed, pass.same),
        "listed": pass.listed,
        "took_ms": pass.took_ms,
    })
}

fn tally(raised: u64, withdrawn: u64, changed: u64, same: u64) -> Value {
    json!({ "raised": raised, "withdrawn": withdrawn, "changed": changed, "same": same })
}

/// A pass with its tallies by control point and body, and with differences.
async fn shown(
    pass: &ShadowPassRow,
    filter: &DifferenceFilter,
    state: &State,
) -> Result<Value, ApiError> {
    let tallies = state.store.shadow_tallies(pass).await?;
    let differences = state.store.shadow_differences(pass, filter).await?;
    let mut told = brief(pass, state);
    let names = tallies.iter().map(|t| (&t.control_point, &t.name));
    let names: std::collections::BTreeMap<_, _> = names.collect();
    told["by_control_point"] = summed(&tallies, |t| &t.control_point)
        .into_iter()
        .map(|(point, sum)| json!({ "control_point": point, "name": names.get(&point), "tally": sum }))
        .collect();
    told["by_org"] = summed(&tallies, |t| &t.org)
        .into_iter()
        .map(|(org, sum)| json!({ "org": org, "tally": sum }))
        .collect();
    let cells = tallies.iter().map(|t| {
        json!({
            "control_point": t.control_point,
            "org": t.org,
            "tally": tally(t.raised, t.withdrawn, t.changed, t.same),
        })
    });
    told["by_control_point_and_org"] = cells.collect();
    let differences = differences.iter().map(|row| difference(row, state));
    told["differences"] = differences.collect::<Result<_, _>>()?;
    Ok(told)
}

fn summed(
    tallies: &[ShadowTallyRow],
    by: impl Fn(&ShadowTallyRow) -> &String,
) -> Vec<(String, Value)> {
    let mut sums = std::collections::BTreeMap::<String, [u64; 4]>::new();
    for row in tallies {
        let sum = sums.entry(by(row).clone()).or_default();
        let counts = [row.raised, row.withdrawn, row.changed, row.same];
        sum.iter_mut()
            .zip(counts)
            .for_each(|(all, one)| *all += one);
    }
    sums.into_iter()
        .map(|(name, [raised, withdrawn, changed, same])| {
            (name, tally(raised, withdrawn, changed, same))
        })
        .collect()
}

/// One difference: both alerts, each with its account day by day.
fn difference(row: &ShadowDifferenceRow, state: &State) -> Result<Value, ApiError> {
    let side = |text: &str| -> Result<Value, ApiError> {
        if text.is_empty() {
            return Ok(Value::Null);
        }
        let record: AlertRecord =
            serde_json::from_str(text).map_err(|error| ApiError::Failed(Box::new(error)))?;
        Ok(json!({
            "alert": view::json_in(&record, state.zone),
            "account": view::account(&record),
        }))
    };
    Ok(json!({
        "difference": row.difference,
        "control_point": row.control_point,
        "org": row.org,
        "source": row.source,
        "case_no": row.case_no,
        "step": row.step,
        "visit": row.visit,
        "alert_id": row.alert_id,
        "was": side(&row.was)?,
        "would": side(&row.would)?,
    }))
}
