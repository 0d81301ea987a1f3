//! `/api/v1/cases/{source}/{case_no}/explain`: why a case stands as it does, for any instant and state of knowledge.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, RawQuery, State as Here};
use mingjing_domain::Timestamp;
use mingjing_domain::command::INSPECTION_POINT;
use mingjing_domain::disposition::{MANUAL_POINT, ORDER_POINT};
use mingjing_engine::Rules;
use mingjing_engine::explain::{
    Asked, CaseLog, Entry, Explanation, InForce, Known, Said, View, explain,
};
use mingjing_store::{AlertView, CaseLogView, Control};
use serde_json::{Value, json};

use crate::cases::in_sight;
use crate::definitions::hash_in_force;
use crate::people::gate::Caller;
use crate::{ApiError, State, view};

/// `GET /api/v1/cases/{source}/{case_no}/explain?at=&as_known_at=`
pub(crate) async fn case(
    Here(state): Here<State>,
    caller: Caller,
    Path((source, case_no)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let asked = asked(query.as_deref().unwrap_or_default(), (state.now)())?;
    let sight = caller.sight();
    let found = state.store.case(&source, &case_no).await?;
    let seen = found.as_ref().is_some_and(|found| in_sight(&sight, found));
    if !(seen || sight.is_everything()) {
        return Err(unknown(&source, &case_no));
    }
    let loaded = Loaded::read(&state, &source, &case_no).await?;
    let explanation = loaded.explain(asked).await?;
    let published = match found {
        Some(found) => published(&found.alerts, &explanation, asked),
        None => Vec::new(),
    };
    let agrees = (explanation.view == View::Course).then(|| agrees(&explanation, &published));
    let mut answer = view::json_in(&explanation, state.zone);
    answer["published"] = view::json_in(&published, state.zone);
    answer["agrees"] = json!(agrees);
    Ok(Json(answer))
}

fn unknown(source: &str, case_no: &str) -> ApiError {
    ApiError::NotFound {
        what: format!("办件 {source}/{case_no}"),
    }
}

fn pairs(query: &str) -> Result<Vec<(String, String)>, ApiError> {
    serde_urlencoded::from_str(query).map_err(|e| ApiError::bad("query", e.to_string()))
}

/// Nothing said: as of now, by all that is known. Only a state of knowledge: as of then.
fn asked(query: &str, now: Timestamp) -> Result<Asked, ApiError> {
    let (mut at, mut known) = (None, None);
    for (field, value) in pairs(query)? {
        let slot = match field.as_str() {
            "at" => &mut at,
            "as_known_at" => &mut known,
            other => {
                return Err(ApiError::bad(
                    other,
                    "没有这个参数；可用的是 at、as_known_at",
                ));
            }
        };
        if value.is_empty() {
            continue;
        }
        let instant = Timestamp::parse(&value).map_err(|_| {
            ApiError::bad(&field, "应为 RFC 3339 时间，如 2026-11-23T09:00:00+08:00")
        })?;
        *slot = Some(instant);
    }
    Ok(Asked {
        at: at.or(known).unwrap_or(now),
        known: known.map_or(Known::Everything, Known::Until),
    })
}

/// What is archived of a case's log, with the definitions that were in force in it.
pub(crate) struct Loaded {
    source: String,
    case_no: String,
    log: CaseLogView,
    sets: Arc<Sets>,
}

impl Loaded {
    /// Reads it.
    pub(crate) async fn read(state: &State, source: &str, case_no: &str) -> Result<Self, ApiError> {
        let unknown = || unknown(source, case_no);
        let log = state.store.case_log(source, case_no).await?;
        let log = log.ok_or_else(unknown)?;
        Ok(Self {
            source: source.to_owned(),
            case_no: case_no.to_owned(),
            sets: Arc::new(sets_of(state, &log).await?),
            log,
        })
    }

    pub(crate) fn log(&self) -> &CaseLogView {
        &self.log
    }

    /// Explains the case.
    pub(crate) async fn explain(&self, asked: Asked) -> Result<Explanation, ApiError> {
        let (source, case_no) = (self.source.clone(), self.case_no.clone());
        let (log, sets) = (self.log.clone(), self.sets.clone());
        let told = tokio::task::spawn_blocking(move || {
            let entries = entries(log, &sets);
            explain(&CaseLog::new(&source, &case_no, entries), &asked)
        });
        match told.await {
            Ok(Some(explanation)) => Ok(explanation),
            Ok(None) => Err(ApiError::NotFound {
                what: "所问时点平台尚未收到该办件的任何事件".into(),
            }),
            Err(error) => Err(ApiError::Failed(Box::new(error))),
        }
    }
}

/// The sets that were in force in a log, by hash; where it does not say, the one in force now.
struct Sets {
    by_hash: BTreeMap<String, Arc<Rules>>,
    assumed: Option<String>,
}

async fn sets_of(state: &State, log: &CaseLogView) -> Result<Sets, ApiError> {
    let mut sets = Sets {
        by_hash: BTreeMap::new(),
        assumed: None,
    };
    let mut wanted: Vec<String> = log
        .controls
        .iter()
        .filter_map(|c| match &c.control {
            Control::Activated { hash, .. } => Some(hash.clone()),
            _ => None,
        })
        .collect();
    if wanted.is_empty()
        && let Some(hash) = hash_in_force(state.definitions.table()).await?
    {
        sets.assumed = Some(hash.clone());
        wanted.push(hash);
    }
    for hash in wanted {
        if sets.by_hash.contains_key(&hash) {
            continue;
        }
        match state.definitions.rules(&hash).await? {
            Some(rules) => {
                sets.by_hash.insert(hash, rules);
            }
            None => {
                return Err(ApiError::NotFound {
                    what: format!("定义 {hash}"),
                });
            }
        }
    }
    Ok(sets)
}

fn entries(log: CaseLogView, sets: &Sets) -> Vec<Entry<'static>> {
    let mut entries = Vec::with_capacity(log.events.len() + log.controls.len() + 1);
    let set = |hash: &str, recorded: bool| {
        let rules = sets.by_hash.get(hash)?.clone();
        Some(Said::Activated(InForce {
            hash: hash.to_owned(),
            rules,
            recorded,
        }))
    };
    if let Some(said) = sets.assumed.as_deref().and_then(|hash| set(hash, false)) {
        entries.push(Entry {
            offset: 0,
            clock_at: None,
            said,
        });
    }
    let mut in_force = None;
    for placed in log.controls {
        let said = match placed.control {
            // The same again changes nothing, for the partition's owner neither.
            Control::Activated { hash, .. } if in_force.as_ref() == Some(&hash) => continue,
            Control::Activated { hash, .. } => {
                let said = set(&hash, true);
                in_force = Some(hash);
                match said {
                    Some(said) => said,
                    None => continue,
                }
            }
            Control::Declared(source) => Said::Declared(source),
            Control::CompleteUntil { until, .. } => Said::CompleteUntil(until),
        };
        entries.push(Entry {
            offset: placed.offset,
            clock_at: placed.clock_at,
            said,
        });
    }
    entries.extend(log.events.into_iter().map(|placed| Entry {
        offset: placed.offset,
        clock_at: placed.clock_at,
        said: Said::Event(Box::new(placed.event)),
    }));
    entries
}

/// An alert as it was published by the instant asked for.
#[derive(serde::Serialize)]
struct Published {
    alert_id: String,
    control_point: String,
    revision: u32,
    changed_at: Timestamp,
    level: mingjing_domain::alert::Level,
    status: mingjing_domain::alert::Status,
    /// As the platform alone has it: what people decided is no matter of the case's history.
    automatic: mingjing_domain::alert::Status,
    due_at: Option<Timestamp>,
    breached_at: Option<Timestamp>,
    completed_at: Option<Timestamp>,
}

fn published(alerts: &[AlertView], explanation: &Explanation, asked: Asked) -> Vec<Published> {
    let until = explanation.as_known_at.unwrap_or(asked.at);
    alerts
        .iter()
        // What an inspection found rests on other cases too, what is owed upon an order on what people did, and what
        // was raised by hand on nothing but a person's word; their own evidence explains them.
        .filter(|alert| {
            let point = &alert.alert.control_point;
            !point.starts_with(INSPECTION_POINT) && point != ORDER_POINT && point != MANUAL_POINT
        })
        .filter_map(|alert| {
            let last = alert.history.iter().rev().find(|h| h.at <= until)?;
            Some(Published {
                alert_id: alert.alert.alert_id.clone(),
                control_point: alert.alert.control_point.clone(),
                revision: last.revision,
                changed_at: last.at,
                level: last.level,
                status: last.status,
                automatic: last.automatic,
                due_at: last.due_at,
                breached_at: last.breached_at,
                completed_at: last.completed_at,
            })
        })
        .collect()
}

/// Whether what was published is what the engine concludes from the same log.
fn agrees(explanation: &Explanation, published: &[Published]) -> bool {
    let same = |p: &Published| {
        explanation.alerts.iter().any(|a| {
            a.alert_id == p.alert_id
                && (a.level, a.status) == (p.level, p.automatic)
                && (a.due_at, a.breached_at, a.completed_at)
                    == (p.due_at, p.breached_at, p.completed_at)
        })
    };
    published.len() == explanation.alerts.len() && published.iter().all(same)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_known_then_is_asked_as_of_then() {
        let at = |s: i64| Timestamp::from_millis(s * 1000);
        let asked = |query| asked(query, at(100)).unwrap();
        let everything = Asked {
            at: at(100),
            known: Known::Everything,
        };
        assert_eq!(asked(""), everything);
        assert_eq!(asked("at=&as_known_at="), everything);
        let then = asked("as_known_at=1970-01-01T00:00:50Z");
        assert_eq!((then.at, then.known), (at(50), Known::Until(at(50))));
        let back = asked("at=1970-01-01T00:00:30Z");
        assert_eq!((back.at, back.known), (at(30), Known::Everything));
        assert!(super::asked("at=gestern", at(0)).is_err());
        assert!(super::asked("when=now", at(0)).is_err());
    }
}
