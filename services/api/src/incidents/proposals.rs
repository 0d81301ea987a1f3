//! `GET /api/v1/incidents/proposals`: what may come of one cause, looked for in the archive when somebody looks. Each says why and what it rests
//! on, and a person judges; nothing is opened by itself.
//!
//! Looked for are
//! - a source that inspections found silent (Q7) or fed late (Q15) or in bulk (Q2), or whose day does not agree with what it says it sent (Q14),
//!   with the alerts of that source in that stretch;
//! - a live source that has not said for longer than its delay allowance how far it is complete, with its alerts since;
//! - a control point that raised an unusual number of alerts on one day by one version of the definitions;
//! - a case with several findings.

mod find;

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::State as Here;
use mingjing_domain::Timestamp;
use mingjing_domain::alert::AlertRecord;
use mingjing_domain::ids::derived_id;
use mingjing_domain::incident::{CHANGED_MAX, Cause};
use mingjing_domain::time::HOUR_MS;
use mingjing_store::{CauseFilter, Sight};
use serde_json::{Value, json};

use super::offered::{filter_of, free};
use crate::people::gate::Caller;
use crate::sources::declared;
use crate::{ApiError, State, view};
use find::{Found, bursts, of_findings, stood_still};

const DAY_MS: i64 = 24 * HOUR_MS;
/// So far back is looked (our own choice: a month's bulletin and its month).
const LOOKED_BACK_DAYS: i64 = 28;
/// Rules of inspections whose findings about a source explain alerts of it.
const FEED_RULES: [&str; 4] = ["Q2", "Q7", "Q14", "Q15"];
/// Findings of inspections that are looked at.
const FINDINGS_MAX: u64 = 100;
/// Bursts, and cases with several findings, that are looked at.
const OF_A_KIND_MAX: usize = 20;
/// Proposals that are told.
const PROPOSALS_MAX: usize = 40;
/// Fewer alerts of one feed are no incident.
const FEED_LEAST: usize = 2;
/// Fewer findings of one case are no incident: two of them are the rule (a reminder and its card).
const MATTER_LEAST: u64 = 3;
/// Alerts of one proposal that are looked at.
const LOOKED_AT: u64 = 2_000;

/// The handler.
pub(super) async fn list(
    Here(state): Here<State>,
    caller: Caller,
) -> Result<Json<Value>, ApiError> {
    let sight = caller.sight();
    let mut told = Vec::new();
    let mut proposed = BTreeSet::new();
    for found in everything_found(&state, &sight).await? {
        if told.len() == PROPOSALS_MAX {
            break;
        }
        let alerts = state
            .store
            .alerts_of_cause(&found.filter, LOOKED_AT)
            .await?;
        let mut alerts = free(&state, alerts).await?;
        // What one proposal explains needs no second.
        alerts.retain(|alert| !proposed.contains(&alert.alert_id));
        if alerts.len() < found.least {
            continue;
        }
        proposed.extend(alerts.iter().map(|alert| alert.alert_id.clone()));
        told.push(shown(&found, &alerts, &state));
    }
    Ok(Json(json!({ "proposals": told })))
}

/// What was found, that which explains most first: a feed explains findings of a rule, and of a case.
async fn everything_found(state: &State, sight: &Sight) -> Result<Vec<Found>, ApiError> {
    let now = (state.now)();
    let since = now.plus_millis(-LOOKED_BACK_DAYS * DAY_MS);
    let store = &state.store;
    let mut all = Vec::new();
    let findings = store.findings_of_sources(&FEED_RULES, since, sight, FINDINGS_MAX);
    all.extend(of_findings(findings.await?, sight));
    let declared = declared(state).await?;
    let health = store.sources_health().await?;
    let names = state.names.current();
    all.extend(
        stood_still(&health, &declared, state.partitions, now)
            .into_iter()
            .filter(|found| !all.iter().any(|other: &Found| other.cause == found.cause))
            .collect::<Vec<Found>>(),
    );
    let before = since.plus_millis(-LOOKED_BACK_DAYS * DAY_MS);
    let daily = store.alerts_by_day(before, state.zone.name(), sight);
    let bursts = bursts(&daily.await?, since.local_date(state.zone), state.zone);
    all.extend(bursts.into_iter().take(OF_A_KIND_MAX));
    for crowded in store
        .crowded_cases(MATTER_LEAST, sight, OF_A_KIND_MAX as u64)
        .await?
    {
        all.push(Found {
            title: format!("办件 {} 多项发现", crowded.case_no),
            why: format!(
                "该办件有 {} 条未了结的预警，可能出自同一情形。",
                crowded.alerts
            ),
            from: None,
            until: None,
            rests_on: Vec::new(),
            filter: CauseFilter::default(),
            least: MATTER_LEAST as usize,
            cause: Cause::Matter {
                source: crowded.source,
                case_no: crowded.case_no,
            },
        });
    }
    for found in &mut all {
        let of_cause = filter_of(&found.cause, sight).unwrap_or_default();
        found.filter = CauseFilter {
            raised_from: found.filter.raised_from,
            raised_before: found.filter.raised_before,
            from: found.from,
            until: found.until,
            ..of_cause
        };
        if let Some(source) = found.cause.source()
            && found.title.is_empty()
        {
            let name = names.sources.get(source).map_or(source, String::as_str);
            found.title = format!("{name}{}", found.cause.kind().name_zh());
        }
    }
    Ok(all)
}

fn shown(found: &Found, alerts: &[AlertRecord], state: &State) -> Value {
    let instant = |at: Timestamp| at.to_rfc3339(state.zone);
    // Whose it is: that of most.
    let bodies = alerts.iter().filter_map(|alert| {
        let body = alert.responsible_org.as_ref().or(alert.org_code.as_ref());
        body.map(String::as_str)
    });
    let mut counted = BTreeMap::new();
    for body in bodies {
        *counted.entry(body).or_insert(0_usize) += 1;
    }
    let body = counted.into_iter().max_by_key(|(_, count)| *count);
    let key = json!([
        found.cause,
        found.from.map(Timestamp::millis),
        found.filter.raised_from.map(Timestamp::millis)
    ]);
    let brief = |alert: &AlertRecord| {
        json!({
            "alert_id": alert.alert_id,
            "source": alert.source,
            "case_no": alert.case_no,
            "subject_kind": alert.subject_kind,
            "rule": alert.rule,
            "level": alert.level.code(),
            "status": alert.status.code(),
            "org_code": alert.org_code,
            "instant": alert.breached_at.or(alert.due_at).unwrap_or(alert.raised_at).to_rfc3339(state.zone),
            "message": alert.message,
        })
    };
    json!({
        "id": derived_id(&["proposal", &key.to_string()])[..12],
        "cause": found.cause,
        "cause_zh": found.cause.kind().name_zh(),
        "title": found.title,
        "why": found.why,
        "from": found.from.map(instant),
        "until": found.until.map(instant),
        "org_code": body.map(|(body, _)| body),
        "rests_on": view::json_in(&found.rests_on, state.zone),
        "total": alerts.len(),
        "alerts": alerts.iter().take(CHANGED_MAX).map(brief).collect::<Vec<Value>>(),
    })
}
