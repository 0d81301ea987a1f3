//! `GET /api/v1/incidents/{id}/offered`: alerts that may come of an open incident's cause and lie in no incident. They are offered, never
//! added by themselves.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::{Path, State as Here};
use mingjing_domain::alert::AlertRecord;
use mingjing_domain::incident::{CHANGED_MAX, Cause, Incident};
use mingjing_store::{CauseFilter, Sight};
use serde_json::{Value, json};

use super::{claims, of, records};
use crate::people::gate::Caller;
use crate::{ApiError, State, view};

/// Alerts that are looked at: as many as lie in one incident, so that those that do leave something.
const LOOKED_AT: u64 = 6_000;

/// The handler.
pub(super) async fn list(
    Here(state): Here<State>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let sight = caller.sight();
    let records = records(&state, &id, &sight).await?;
    let incident = of(&records)?;
    let found = match filter(&incident, &sight) {
        Some(filter) => state.store.alerts_of_cause(&filter, LOOKED_AT).await?,
        None => Vec::new(),
    };
    let free = free(&state, found).await?;
    let alerts = free.iter().take(CHANGED_MAX);
    let alerts: Vec<Value> = alerts.map(|alert| view::brief(alert, state.zone)).collect();
    Ok(Json(json!({ "total": free.len(), "alerts": alerts })))
}

/// What of its cause is looked for; none where it is closed, or about nothing that could be looked for.
fn filter(incident: &Incident<'_>, sight: &Sight) -> Option<CauseFilter> {
    let of_cause = filter_of(&incident.head.cause, sight)?;
    incident.closed.is_none().then_some(CauseFilter {
        from: incident.from,
        until: incident.until,
        ..of_cause
    })
}

/// Alerts of a cause, whenever they were.
pub(super) fn filter_of(cause: &Cause, sight: &Sight) -> Option<CauseFilter> {
    let given = |text: &String| (!text.is_empty()).then(|| text.clone());
    let filter = CauseFilter {
        sight: sight.clone(),
        ..CauseFilter::default()
    };
    Some(match cause {
        Cause::SourceDown { source } | Cause::SourceLate { source } => CauseFilter {
            source: given(source),
            ..filter
        },
        Cause::Fault {
            rule,
            control_point,
            definitions_version,
        } => CauseFilter {
            rule: given(rule),
            control_point: given(control_point),
            definitions_version: given(definitions_version),
            ..filter
        },
        Cause::Matter { source, case_no } => CauseFilter {
            source: given(source),
            case_no: given(case_no),
            ..filter
        },
        Cause::Other {} => return None,
    })
}

/// Those that lie in no open incident.
pub(super) async fn free(
    state: &State,
    alerts: Vec<AlertRecord>,
) -> Result<Vec<AlertRecord>, ApiError> {
    let ids: Vec<String> = alerts.iter().map(|alert| alert.alert_id.clone()).collect();
    let (found, read) = claims::lie_in(state, &ids).await?;
    let open = |id: &String| {
        let records = read.get(id).map_or(&[][..], Vec::as_slice);
        Incident::of(records).is_some_and(|incident| incident.closed.is_none())
    };
    let open: BTreeSet<&String> = read.keys().filter(|id| open(id)).collect();
    let lies = |alert: &AlertRecord| {
        let incident = found.get(&alert.alert_id);
        incident.is_some_and(|incident| open.contains(incident))
    };
    Ok(alerts.into_iter().filter(|alert| !lies(alert)).collect())
}
