//! What lies in an incident: alerts as they stand now, and of alerts in which incident they lie.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::{Path, RawQuery, State as Here};
use mingjing_domain::alert::AlertRecord;
use mingjing_domain::incident::{Incident, Member};
use mingjing_store::{AlertFilter, Among, IDS_MAX, Sight};
use serde_json::{Value, json};

use super::asked::{is_id, limit};
use super::{claims, everything, of, reach_of, records, show};
use crate::people::gate::Caller;
use crate::query::pairs;
use crate::{ApiError, State, view};

/// Members on a page.
const PAGE: usize = 100;
/// Alerts that are asked about at once at most: an address holds no more.
const MARKS_MAX: usize = 200;

/// An alert as a member.
pub(super) fn member(alert: &AlertRecord) -> Member {
    Member {
        alert: alert.alert_id.clone(),
        source: alert.source.clone(),
        case_no: alert.case_no.clone(),
        rule: alert.rule.clone(),
        level: alert.level,
        region: alert.region_code.clone(),
        body: alert.org_code.clone(),
        responsible: alert.responsible_org.clone(),
    }
}

/// Alerts that there are and that somebody sees, in the order they were named; one that is not is told.
pub(super) async fn known(
    state: &State,
    sight: &Sight,
    alerts: &[String],
) -> Result<Vec<AlertRecord>, ApiError> {
    let mut found = read(state, alerts, sight).await?;
    let mut known = Vec::new();
    for alert in alerts {
        known.push(found.remove(alert).ok_or_else(|| ApiError::NotFound {
            what: format!("预警 {alert}"),
        })?);
    }
    Ok(known)
}

/// Alerts as they stand, by id: as they were told last, else as they are archived. No more than may be chosen at once.
pub(super) async fn read(
    state: &State,
    alerts: &[String],
    sight: &Sight,
) -> Result<BTreeMap<String, AlertRecord>, ApiError> {
    if alerts.is_empty() {
        return Ok(BTreeMap::new());
    }
    let filter = AlertFilter {
        among: Among::these(alerts.iter().map(String::as_str)),
        sight: sight.clone(),
        ..AlertFilter::default()
    };
    let page = state
        .store
        .alerts(&filter, None, alerts.len() as u32)
        .await?;
    let archived = page.alerts.into_iter();
    let mut found: BTreeMap<String, AlertRecord> = archived
        .map(|alert| (alert.alert_id.clone(), alert))
        .collect();
    for id in alerts {
        if let Some(told) = state.hub.alert(id).filter(|alert| sight.sees_alert(alert)) {
            found.insert(id.clone(), AlertRecord::clone(&told));
        }
    }
    Ok(found)
}

/// `GET /api/v1/incidents/{id}/members`: the alerts of it that somebody sees, as they stand now, with what the last act upon all did to each.
pub(super) async fn list(
    Here(state): Here<State>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let mut asked = pairs(query.as_deref(), &["cursor", "limit"])?;
    asked.retain(|_, value| !value.is_empty());
    let most = limit(asked.remove("limit"), PAGE, PAGE)?;
    let after = asked.remove("cursor");
    let sight = caller.sight();
    let records = records(&state, &id, &sight).await?;
    let incident = of(&records)?;
    let reach = reach_of(&sight);
    let seen = incident.members.iter().filter(|(alert, joined)| {
        let beyond = after.as_ref().is_none_or(|after| **alert > after.as_str());
        beyond && reach.holds(joined.member)
    });
    let mut page: Vec<_> = seen.take(most + 1).collect();
    let more = page.len() > most;
    page.truncate(most);
    let next = page.last().filter(|_| more).map(|(alert, _)| **alert);
    let ids: Vec<String> = page.iter().map(|(alert, _)| (**alert).to_owned()).collect();
    let alerts = read(&state, &ids, &sight).await?;
    let run = incident.runs.last();
    let told = page.iter().map(|(alert, joined)| {
        let alert: &str = alert;
        let outcome = run.and_then(|run| run.results.get(alert));
        json!({
            "alert_id": alert,
            "case_no": joined.member.case_no,
            "rule": joined.member.rule,
            "added_at": joined.by.at.to_rfc3339(state.zone),
            "added_by": show::person(&joined.by.who),
            "why": joined.by.why,
            "outcome": outcome.map(|outcome| show::outcome(outcome)),
            "alert": alerts.get(alert).map(|alert| view::brief(alert, state.zone)),
        })
    });
    let told: Vec<Value> = told.collect();
    Ok(Json(json!({ "members": told, "next": next })))
}

/// `GET /api/v1/incidents/marks?alerts=a,b`: of each alert that lies, or last lay, in an incident: in which.
pub(super) async fn marks(
    Here(state): Here<State>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let mut asked = pairs(query.as_deref(), &["alerts"])?;
    let listed = asked.remove("alerts").unwrap_or_default();
    let ids = listed.split(',').filter(|id| !id.is_empty());
    let ids: Vec<String> = ids.map(str::to_owned).collect();
    if ids.len() > MARKS_MAX || !ids.iter().all(|id| is_id(id)) {
        let detail = format!("应为预警编号，逗号分隔，最多 {MARKS_MAX} 条");
        return Err(ApiError::bad("alerts", detail));
    }
    let (found, read) = claims::lie_in(&state, &ids).await?;
    let reach = reach_of(&caller.sight());
    let mut marks = serde_json::Map::new();
    for (alert, id) in found {
        let records = read.get(&id).map_or(&[][..], Vec::as_slice);
        let Some(incident) = Incident::of(records) else {
            continue;
        };
        let member = incident.members.get(alert.as_str());
        if member.is_some_and(|joined| reach.holds(joined.member)) {
            marks.insert(alert, show::mark(&id, &incident));
        }
    }
    Ok(Json(json!({ "marks": marks })))
}

/// Which alerts a list that asks for an incident means: those of one, those of any that is open, those of none.
pub(crate) async fn among(state: &State, sight: &Sight, wanted: &str) -> Result<Among, ApiError> {
    let mut ids = BTreeSet::new();
    if matches!(wanted, "any" | "none") {
        for records in everything(state).await?.values() {
            let open = Incident::of(records).filter(|incident| incident.closed.is_none());
            let members = open.iter().flat_map(|incident| incident.members.keys());
            ids.extend(members.map(|id| (*id).to_owned()));
        }
    } else {
        let records = records(state, wanted, sight).await?;
        ids.extend(of(&records)?.members.keys().map(|id| (*id).to_owned()));
    }
    let ids = ids.iter().map(String::as_str);
    let among = match wanted {
        "none" => Among::others(ids),
        _ => Among::these(ids),
    };
    among.ok_or_else(|| {
        let detail = format!(
            "未结的同因事件共有超过 {IDS_MAX} 条预警，请指定一个同因事件，或者先对已查清的作出结论"
        );
        ApiError::bad("incident", detail)
    })
}
