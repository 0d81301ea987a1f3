//! `/api/v1/samples`: a random sample of closed cases is drawn, each case is checked, and what was found is told.
//!
//! A sampling is a journal (`domain::sampling`); this reads the population from the archive, draws, and adds records. Nobody chooses a case:
//! the seed is the platform's own random number, or one that was settled outside before (a lottery drawn in public, say) and is
//! recorded with the reason. Whoever doubts a draw has it drawn again: with the same population it is the same sample.
//!
//! A department does not see what was drawn of its cases before it is told.
//!
//! What was found goes on into statistics (`carry`), which show no more than this does.

mod asked;
mod carry;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use axum::body::Bytes;
use axum::extract::{Path, State as Here};
use axum::routing::{get, post};
use axum::{Json, Router};
use mingjing_domain::Timestamp;
use mingjing_domain::ids::derived_id;
use mingjing_domain::life::Refusal;
use mingjing_domain::sampling::{
    Act, CASES_MAX, Draw, Member, Plan, Record, Sampling, Strata, draw,
};
use mingjing_log::Journals;
use mingjing_store::{PopulationFilter, PopulationRow, Sight};
use serde_json::{Value, json};

use crate::life::said::{Said, SaidFields, read};
use crate::people::gate::Caller;
use crate::{ApiError, Operator, State, view};
use asked::{Done, Drawing};

pub use carry::{SamplesWritten, carry};

/// The journals' table.
const SAMPLES: &str = "samples";
/// Of more cases nothing is drawn: the stretch has to be shorter.
const POPULATION_MAX: u64 = 500_000;
/// Somebody else may add a record meanwhile; so often it is tried.
const TRIES: usize = 8;

/// The routes.
pub(crate) fn routes() -> Router<State> {
    Router::new()
        .route("/api/v1/samples", get(list).post(begin))
        .route("/api/v1/samples/{id}", get(one))
        .route("/api/v1/samples/{id}/redraw", get(redraw))
        .route("/api/v1/samples/{id}/{act}", post(act))
}

fn journals(state: &State) -> Journals {
    Journals::new(state.definitions.shared_table(), SAMPLES)
}

fn decoded(records: &[Bytes]) -> Result<Vec<Record>, ApiError> {
    let read = |bytes: &Bytes| {
        serde_json::from_slice(bytes).map_err(|error| {
            ApiError::Failed(format!("an entry of table {SAMPLES}: {error}").into())
        })
    };
    records.iter().map(read).collect()
}

/// Whether somebody sees a sampling: one of their region, and nobody that sees one body alone.
fn in_sight(sight: &Sight, plan: &Plan) -> bool {
    let region = match &sight.region_prefix {
        Some(prefix) => plan.region.starts_with(prefix.as_str()),
        None => true,
    };
    region && sight.body.is_none()
}

async fn records(state: &State, id: &str, sight: &Sight) -> Result<Vec<Record>, ApiError> {
    let records = decoded(&journals(state).read(id).await?)?;
    let seen = Sampling::of(&records).is_some_and(|sampling| in_sight(sight, sampling.plan));
    match seen {
        true => Ok(records),
        false => Err(ApiError::NotFound {
            what: format!("抽查 {id}"),
        }),
    }
}

/// `GET /api/v1/samples`: every sampling, the last first.
async fn list(Here(state): Here<State>, caller: Caller) -> Result<Json<Value>, ApiError> {
    let sight = caller.sight();
    let mut found = Vec::new();
    for (id, records) in journals(&state).read_all().await? {
        let records = decoded(&records)?;
        let sampling = Sampling::of(&records);
        if let Some(sampling) = sampling.filter(|sampling| in_sight(&sight, sampling.plan)) {
            found.push((sampling.drawn.at, brief(&id, &sampling, &state)));
        }
    }
    found.sort_by_key(|(at, _)| Reverse(*at));
    let found: Vec<Value> = found.into_iter().map(|(_, told)| told).collect();
    Ok(Json(json!({ "samples": found })))
}

fn brief(id: &str, sampling: &Sampling<'_>, state: &State) -> Value {
    let plan = sampling.plan;
    let instant = |at: Timestamp| at.to_rfc3339(state.zone);
    json!({
        "id": id,
        "title": plan.title,
        "from": instant(plan.from),
        "until": instant(plan.until),
        "region": plan.region,
        "org_code": plan.body,
        "item_code": plan.item,
        "strata": plan.strata.code(),
        "per_stratum": plan.per_stratum,
        "checks": plan.checks,
        "drawn_at": instant(sampling.drawn.at),
        "drawn_by": sampling.drawn.who.person,
        "why": sampling.drawn.why,
        "population": sampling.draw.population,
        "tally": sampling.tally(),
        "closed_at": sampling.closed.map(|record| instant(record.at)),
        "result": sampling.closed.map(|record| &record.why),
    })
}

fn whole(id: &str, sampling: &Sampling<'_>, state: &State) -> Value {
    let mut whole = brief(id, sampling, state);
    let draw = sampling.draw;
    let case = |member: &Member| {
        let found = sampling
            .found
            .get(&(member.source.as_str(), member.case_no.as_str()));
        let found = found.map(|(record, finding)| {
            json!({
                "verdicts": finding.verdicts,
                "evidence": finding.evidence,
                "text": record.why,
                "by": record.who.person,
                "at": record.at.to_rfc3339(state.zone),
            })
        });
        json!({ "source": member.source, "case_no": member.case_no, "stratum": member.stratum, "finding": found })
    };
    whole["seed"] = json!(sampling.plan.seed);
    whole["population_hash"] = json!(draw.population_hash);
    whole["strata_drawn"] = view::json_in(&draw.strata, state.zone);
    whole["cases"] = draw.cases.iter().map(case).collect();
    whole
}

/// `GET /api/v1/samples/{id}`
async fn one(
    Here(state): Here<State>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let records = records(&state, &id, &caller.sight()).await?;
    shown(&id, &records, &state)
}

fn shown(id: &str, records: &[Record], state: &State) -> Result<Json<Value>, ApiError> {
    let sampling = Sampling::of(records);
    let sampling = sampling.ok_or_else(|| ApiError::Failed("a sampling without a draw".into()))?;
    Ok(Json(whole(id, &sampling, state)))
}

/// `GET /api/v1/samples/{id}/redraw`: the draw once more, from the archive as it is now.
async fn redraw(
    Here(state): Here<State>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let records = records(&state, &id, &caller.sight()).await?;
    let sampling = Sampling::of(&records);
    let sampling = sampling.ok_or_else(|| ApiError::Failed("a sampling without a draw".into()))?;
    let again = drawn(&state, sampling.plan).await?;
    Ok(Json(json!({
        "population_hash": again.population_hash,
        "population": again.population,
        "same_population": again.population_hash == sampling.draw.population_hash,
        "same_sample": again.cases == sampling.draw.cases,
    })))
}

/// Draws by a plan from the archive as it is.
async fn drawn(state: &State, plan: &Plan) -> Result<Draw, ApiError> {
    let given = |text: &String| (!text.is_empty()).then(|| text.clone());
    let filter = PopulationFilter {
        from: plan.from,
        until: plan.until,
        of: Sight {
            region_prefix: given(&plan.region),
            body: given(&plan.body),
        },
        item_code: given(&plan.item),
    };
    let rows = state.store.population(&filter, POPULATION_MAX).await?;
    if rows.len() as u64 > POPULATION_MAX {
        return Err(ApiError::bad(
            "from",
            format!("办件超过 {POPULATION_MAX} 件，请缩短时段或者限定区划、机构、事项"),
        ));
    }
    let in_force = state.definitions.in_force().await?;
    let power_type = |code: &str| {
        let mut items = in_force.set.items.iter().map(|item| &item.value);
        let item = items.find(|item| item.code.text == code);
        item.map_or(String::new(), |item| item.power_type.name_zh().to_owned())
    };
    let types: BTreeMap<String, String> = match plan.strata {
        Strata::PowerType => rows
            .iter()
            .map(|row| row.item_code.as_str())
            .collect::<BTreeSet<&str>>()
            .into_iter()
            .map(|code| (code.to_owned(), power_type(code)))
            .collect(),
        _ => BTreeMap::new(),
    };
    let member = |row: PopulationRow| Member {
        stratum: match plan.strata {
            Strata::Whole => String::new(),
            Strata::PowerType => types.get(&row.item_code).cloned().unwrap_or_default(),
            Strata::Item => row.item_code,
            Strata::Body => row.org_code,
        },
        source: row.source,
        case_no: row.case_no,
    };
    let members: Vec<Member> = rows.into_iter().map(member).collect();
    Ok(draw(&plan.seed, &members, plan.per_stratum))
}

/// `POST /api/v1/samples`
async fn begin(
    Here(state): Here<State>,
    _: Operator,
    caller: Caller,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let (fields, drawing): (SaidFields, Drawing) = read(&body)?;
    let said = fields.by(&caller)?.said("sample")?;
    let key = key_of(&said)?;
    let plan = drawing.plan(&caller.sight())?;
    let id = derived_id(&["sampling", &said.who.person, &key])[..12].to_owned();
    let journals = journals(&state);
    let before = decoded(&journals.read(&id).await?)?;
    if let Some(sampling) = Sampling::of(&before) {
        let seed = sampling.plan.seed.clone();
        if *sampling.plan != (Plan { seed, ..plan }) {
            return Err(ApiError::Refused(vec![Refusal::new(
                "key_reused",
                "key",
                "同一 key 之前提交过不同的内容",
                "内容不同的请求请换一个 key",
            )]));
        }
        return shown(&id, &before, &state);
    }
    let draw = drawn(&state, &plan).await?;
    if draw.cases.is_empty() || draw.cases.len() > CASES_MAX {
        return Err(ApiError::Refused(vec![Refusal::new(
            "no_sample",
            "",
            match draw.cases.len() {
                0 => "该时段没有符合条件的已办结办件".to_owned(),
                n => format!("将抽取 {n} 件，超过一次抽查的上限 {CASES_MAX} 件"),
            },
            "请调整时段、范围或者每层件数",
        )]));
    }
    let record = record(&state, &said, key, Act::Drawn { plan, draw });
    let written = journals.add(&id, 0, encoded(&record)?).await;
    // Also where no answer came: it may have been written after all.
    state.samples.tell();
    written?;
    // Of two who sent the same at once, one was first.
    shown(&id, &decoded(&journals.read(&id).await?)?, &state)
}

/// `POST /api/v1/samples/{id}/{act}`: `find` a case as it was checked; `close`.
async fn act(
    Here(state): Here<State>,
    Path((id, act)): Path<(String, String)>,
    _: Operator,
    caller: Caller,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let (fields, done): (SaidFields, Done) = read(&body)?;
    let said = fields.by(&caller)?.said(&act)?;
    let key = key_of(&said)?;
    let act = done.act(&act)?;
    let journals = journals(&state);
    for _ in 0..TRIES {
        let mut records = records(&state, &id, &caller.sight()).await?;
        if records
            .iter()
            .any(|r| r.key == key && r.who == said.who && r.act == act)
        {
            return shown(&id, &records, &state);
        }
        let sampling = Sampling::of(&records);
        if let Some(why) = sampling.and_then(|sampling| sampling.refused(&act)) {
            return Err(ApiError::Refused(vec![Refusal::new(
                "wrong_state",
                "",
                why,
                "请核对抽查的办理状态和填写的内容",
            )]));
        }
        let record = record(&state, &said, key.clone(), act.clone());
        let written = journals.add(&id, records.len(), encoded(&record)?).await;
        state.samples.tell();
        if written? {
            records.push(record);
            return shown(&id, &records, &state);
        }
    }
    Err(ApiError::Failed(
        "a sampling is written to without an end".into(),
    ))
}

fn record(state: &State, said: &Said, key: String, act: Act) -> Record {
    Record {
        at: (state.now)(),
        who: said.who.clone(),
        why: said.why.clone(),
        key,
        act,
    }
}

fn encoded(record: &Record) -> Result<Bytes, ApiError> {
    let bytes = serde_json::to_vec(record);
    let bytes = bytes.map_err(|error| ApiError::Failed(Box::new(error)))?;
    Ok(bytes.into())
}

fn key_of(said: &Said) -> Result<String, ApiError> {
    said.key.clone().ok_or_else(|| {
        ApiError::bad(
            "key",
            "请给出客户端自定的键：未收到答复时以同一键重发，只算一次",
        )
    })
}
