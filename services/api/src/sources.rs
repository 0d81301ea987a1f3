//! `/api/v1/sources`: how complete each source is, and what of its data has to be mended.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State as Here};
use mingjing_domain::Timestamp;
use mingjing_domain::definitions::DefinitionSet;
use mingjing_domain::numbers::{Gap, Taken};
use mingjing_domain::source::Source;
use mingjing_domain::time::HOUR_MS;
use mingjing_engine::{Rules, unanswerable};
use mingjing_store::{ControlTotal, SentCode, Sight, SourceHealth};
use mingjing_wire::ReasonCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::definitions::{files_of, hash_in_force};
use crate::names::{NameTables, SOURCES};
use crate::people::gate::Caller;
use crate::{ApiError, State, view};

/// The table of taken numbers, by source and process (`intake::numbers`).
const NUMBERS: &str = "source_numbers";

/// Days of control totals shown where nothing is said.
const DAYS: u64 = 31;
const DAYS_MAX: u64 = 3660;
const DAY_MS: i64 = 24 * HOUR_MS;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// Only how far the partitions are.
    #[serde(default)]
    brief: bool,
    /// How many days of control totals, back from today.
    days: Option<u64>,
}

/// `GET /api/v1/sources`
pub(crate) async fn list(
    Here(state): Here<State>,
    caller: Caller,
) -> Result<Json<Value>, ApiError> {
    let sight = caller.sight();
    let mut health: BTreeMap<String, Vec<SourceHealth>> = BTreeMap::new();
    for of in state.store.sources_health().await? {
        health.entry(of.source.clone()).or_default().push(of);
    }
    let declared = declared(&state).await?;
    let ids: BTreeSet<&String> = health.keys().chain(declared.keys()).collect();
    let mut sources = Vec::new();
    for id in ids {
        let source = declared.get(id);
        if !in_sight(&sight, source) {
            continue;
        }
        let of = health.get(id).map_or(&[][..], Vec::as_slice);
        let gaps = gaps(&state, source).await?;
        let mut told = standing(id, of, state.partitions);
        told["name"] = json!(source.map(|s| &s.name));
        told["clock"] = json!(source.map(|s| s.clock));
        told["org_code"] = json!(source.map(|s| &s.org_code));
        told["gaps"] = json!(gaps.len());
        sources.push(told);
    }
    Ok(Json(view::json_in(
        &json!({ "sources": sources }),
        state.zone,
    )))
}

/// `GET /api/v1/sources/{source}`: up to where all partitions know a source complete, and what keeps it from being so. A partition that
/// has not spoken yet may still allege something, so without all of them there is no such instant.
pub(crate) async fn one(
    Here(state): Here<State>,
    caller: Caller,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Json<Value>, ApiError> {
    let health = state.store.source_health(&id).await?;
    let mut told = standing(&id, &health, state.partitions);
    told["partitions"] = json!(health);
    let sight = caller.sight();
    let source = match asked.brief && sight.is_everything() {
        true => None,
        false => declared(&state).await?.remove(&id),
    };
    let unheard = health.is_empty() && source.is_none();
    if unheard || !in_sight(&sight, source.as_ref()) {
        return Err(ApiError::NotFound {
            what: format!("来源 {id}"),
        });
    }
    if asked.brief {
        return Ok(Json(view::json_in(&told, state.zone)));
    }
    let gaps = gaps(&state, source.as_ref()).await?;
    told["missing_numbers"] = json!(gaps.iter().map(|g| g.to - g.from + 1).sum::<u64>());
    told["gaps"] = gaps
        .iter()
        .map(|gap| json!({ "from": gap.from, "to": gap.to, "noticed_at": gap.since }))
        .collect();
    told["control_totals"] = totals(&state, &id, asked.days.unwrap_or(DAYS)).await?;
    let sent = state.store.codes_sent(&id).await?;
    let names = state.names.current();
    let set = set_in_force(&state).await?;
    let unmapped = unmapped(&sent, source.as_ref(), &names, &set);
    told["unmapped_codes"] = unmapped
        .map(|code| {
            json!({
                "what": code.what, "code": code.code, "events": code.events,
                "first_at": code.first_at, "last_at": code.last_at,
            })
        })
        .collect();
    let rejects = state.store.rejects_by_reason(&id).await?;
    told["rejects"] = rejects
        .iter()
        .map(|of| {
            let reason = ReasonCode::ALL.iter().find(|r| r.code() == of.reason);
            let (title, help) = (reason.map(|r| r.title()), reason.map(|r| r.help()));
            json!({
                "reason": of.reason, "items": of.items, "last_at": of.last_at,
                "last_detail": of.last_detail,
                "last_case_no": of.last_case_no, "last_event_id": of.last_event_id,
                "title_en": title.map(|words| words.0), "title_zh": title.map(|words| words.1),
                "help_en": help.map(|words| words.0), "help_zh": help.map(|words| words.1),
            })
        })
        .collect();
    let unanswerable = source.as_ref().map(|of| unanswerable(&set, of));
    told["unanswerable"] = json!(unanswerable.unwrap_or_default());
    told["declared"] = json!(source);
    Ok(Json(view::json_in(&told, state.zone)))
}

/// Whether somebody sees a source: by its region, and by the body that owns it.
fn in_sight(sight: &Sight, source: Option<&Source>) -> bool {
    let seen = |of: &Source| sight.sees(of.region.as_deref(), &[of.org_code.as_deref()]);
    sight.is_everything() || source.is_some_and(seen)
}

/// What all partitions together know of a source.
fn standing(id: &str, health: &[SourceHealth], partitions: u16) -> Value {
    let all = health.len() == usize::from(partitions);
    let complete = health.iter().map(|of| of.complete_until).min().flatten();
    let last = health.iter().filter_map(|of| of.last_received_at).max();
    json!({
        "source": id,
        "complete_until": complete.filter(|_| all),
        "last_received_at": last,
        "events": health.iter().map(|of| of.events).sum::<u64>(),
    })
}

/// Every source that is declared: in the definitions in force, else where it was registered.
pub(crate) async fn declared(state: &State) -> Result<BTreeMap<String, Source>, ApiError> {
    let table = state.definitions.table();
    let registered = table.scan(SOURCES).await.map_err(unavailable)?;
    let registered = registered
        .iter()
        .filter_map(|(_, entry)| serde_json::from_slice::<Source>(entry).ok());
    let mut sources: BTreeMap<String, Source> = registered
        .map(|source| (source.id.clone(), source))
        .collect();
    if let Some(rules) = rules(state).await? {
        let defined = rules.sources().iter();
        sources.extend(defined.map(|source| (source.id.clone(), source.clone())));
    }
    Ok(sources)
}

async fn rules(state: &State) -> Result<Option<Arc<Rules>>, ApiError> {
    match hash_in_force(state.definitions.table()).await? {
        Some(hash) => Ok(state.definitions.rules(&hash).await?),
        None => Ok(None),
    }
}

/// The definitions in force as they were written; none before any were published.
async fn set_in_force(state: &State) -> Result<DefinitionSet, ApiError> {
    let table = state.definitions.table();
    let files = match hash_in_force(table).await? {
        Some(hash) => files_of(table, &hash).await?,
        None => None,
    };
    // They were published, so they can be read.
    Ok(DefinitionSet::read(files.unwrap_or_default()).0)
}

/// The gaps in the numbers of a source's records.
async fn gaps(state: &State, source: Option<&Source>) -> Result<Vec<Gap>, ApiError> {
    let numbered = source.and_then(|source| Some((&source.id, source.numbered_from?)));
    let Some((id, first)) = numbered else {
        return Ok(Vec::new());
    };
    let entries = state.definitions.table().scan(NUMBERS).await;
    let prefix = format!("{id}/");
    let mut taken = Taken::default();
    for (key, entry) in entries.map_err(unavailable)? {
        let process = key.strip_prefix(prefix.as_bytes());
        if process.is_some_and(|process| !process.contains(&b'/'))
            && let Ok(of) = serde_json::from_slice::<Taken>(&entry)
        {
            taken.add_all(&of);
        }
    }
    taken.reckon(first, (state.now)());
    Ok(taken.gaps)
}

fn unavailable(error: mingjing_log::Error) -> ApiError {
    ApiError::Definitions(error.into())
}

/// 对账: by day, item and type what the source says it has made and what was taken.
async fn totals(state: &State, id: &str, days: u64) -> Result<Value, ApiError> {
    let now = (state.now)();
    let back = i64::try_from(days.min(DAYS_MAX)).unwrap_or_default() * DAY_MS;
    let day = |at: Timestamp| at.local_date(state.zone).to_string();
    let (from, to) = (day(now.plus_millis(-back)), day(now));
    let store = &state.store;
    let totals = store
        .control_totals(id, &from, &to, state.zone.name())
        .await?;
    let mut by_day: BTreeMap<&str, Vec<&ControlTotal>> = BTreeMap::new();
    for total in &totals {
        by_day.entry(&total.day).or_default().push(total);
    }
    let day = |(day, totals): (&str, Vec<&ControlTotal>)| {
        let differing: Vec<Value> = totals
            .iter()
            .filter(|t| t.made != t.taken)
            .map(|t| {
                json!({
                    "item_code": t.item_code, "type": t.kind, "made": t.made, "taken": t.taken,
                    "which_way": if t.made > t.taken { "platform_has_fewer" } else { "platform_has_more" },
                })
            })
            .collect();
        json!({
            "day": day,
            "made": totals.iter().map(|t| t.made).sum::<u64>(),
            "taken": totals.iter().map(|t| t.taken).sum::<u64>(),
            "differences": differing,
        })
    };
    Ok(by_day.into_iter().rev().map(day).collect())
}

/// The codes that lead to nothing: neither listed in the source's mapping nor known to the definitions. What the definitions have no list
/// of (results, regions) is asked of sources that map it.
fn unmapped<'a>(
    sent: &'a [SentCode],
    source: Option<&'a Source>,
    names: &'a NameTables,
    set: &'a DefinitionSet,
) -> impl Iterator<Item = &'a SentCode> {
    let nothing = BTreeMap::new();
    // A step may be called by its code, or by its name.
    let steps: BTreeSet<&String> = names
        .flowchart_steps
        .values()
        .flat_map(|s| s.iter().flat_map(|(code, name)| [code, name]))
        .collect();
    let charts = set.flowcharts.iter().map(|f| &f.value);
    let specials: BTreeSet<&str> = charts
        .flat_map(|f| &f.special_procedures)
        .flat_map(|s| [s.kind.text.as_str(), s.name.as_str()])
        .collect();
    sent.iter().filter(move |code| {
        let mapping = source.map(|source| &source.mapping);
        let mapped = mapping.map_or(&nothing, |mapping| match code.what.as_str() {
            "items" => &mapping.items,
            "steps" => &mapping.steps,
            "specials" => &mapping.specials,
            "results" => &mapping.results,
            "orgs" => &mapping.orgs,
            _ => &mapping.regions,
        });
        let known = match code.what.as_str() {
            "items" => names.items.contains_key(&code.code),
            "steps" => steps.contains(&code.code),
            "specials" => specials.contains(code.code.as_str()),
            "orgs" => names.orgs.contains_key(&code.code),
            _ => mapped.is_empty() || mapped.values().any(|ours| *ours == code.code),
        };
        !known && !mapped.contains_key(&code.code)
    })
}

#[cfg(test)]
mod tests {
    use mingjing_domain::definitions::DefinitionFile;
    use mingjing_domain::source::SourceClock;

    use super::*;

    #[test]
    fn a_code_is_unmapped_that_neither_the_source_nor_the_definitions_know() {
        let code = |what: &str, code: &str| SentCode {
            what: what.into(),
            code: code.into(),
            events: 1,
            first_at: Timestamp::from_millis(0),
            last_at: Timestamp::from_millis(0),
        };
        let sent = [
            code("items", "XK-1"),
            code("items", "4451"),
            code("items", "4452"),
            code("steps", "SL"),
            code("specials", "专家评审"),
            code("specials", "技术评审"),
            code("results", "01"),
            code("regions", "510599"),
        ];
        let mut source = Source::new("s", SourceClock::Live);
        source.mapping.items.insert("4451".into(), "XK-1".into());
        source.mapping.regions.insert("1".into(), "510500".into());
        let mut names = NameTables::default();
        names.items.insert("XK-1".into(), "施工许可".into());
        let chart = "kind: flowchart\nid: f\nversion: '1'\nname: f\neffective_from: 2020-01-01\nspecial_procedures:\n  - {kind: e, name: 专家评审, effect: suspend}\n";
        let (set, problems) = DefinitionSet::read(vec![DefinitionFile {
            name: "f.yaml".into(),
            text: chart.into(),
        }]);
        assert!(problems.is_empty(), "{problems:?}");
        let found: Vec<&str> = unmapped(&sent, Some(&source), &names, &set)
            .map(|code| code.code.as_str())
            .collect();
        assert_eq!(found, ["4452", "SL", "技术评审", "510599"]);
    }
}
