//! `GET /api/v1/incidents/counts`: alerts counted by cause. Members of one incident count as one; whatever lies in none counts by itself.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::{RawQuery, State as Here};
use mingjing_domain::incident::{CauseKind, Incident, Record};
use mingjing_store::{AlertFilter, Among, IDS_MAX, PlaceCount, Placed, Sight};
use serde_json::{Value, json};

use super::everything;
use crate::people::gate::Caller;
use crate::query::{flag, instant, pairs};
use crate::{ApiError, State};

/// The handler: of what still stands, or of everything with `open=false`; raised from an instant up to another.
pub(super) async fn counts(
    Here(state): Here<State>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, ApiError> {
    let mut asked = pairs(query.as_deref(), &["open", "raised_from", "raised_before"])?;
    asked.retain(|_, value| !value.is_empty());
    let given = |name: &str| asked.get(name);
    let open = given("open").map_or(Ok(true), |value| flag("open", value))?;
    let at = |name: &str| given(name).map(|value| instant(name, value)).transpose();
    let filter = AlertFilter {
        open_only: open,
        raised_from: at("raised_from")?,
        raised_before: at("raised_before")?,
        sight: caller.sight(),
        ..AlertFilter::default()
    };
    let all = everything(&state).await?;
    let (lies_in, causes) = memberships(&all);
    let ids: Vec<&str> = lies_in.keys().copied().collect();
    let mut placed = Vec::new();
    for some in ids.chunks(IDS_MAX) {
        let among = Among::these(some.iter().copied());
        let filter = AlertFilter {
            among,
            ..filter.clone()
        };
        placed.extend(state.store.alerts_placed(&filter).await?);
    }
    let places = state.store.alerts_by_place(&filter).await?;
    let told = tally(&places, &placed, &lies_in, &causes);
    Ok(Json(told.json(&filter.sight)))
}

type LiesIn<'i> = BTreeMap<&'i str, &'i str>;

/// In which incident each alert lies, where in several the one that it came into last, and what each incident's cause is.
fn memberships(all: &BTreeMap<String, Vec<Record>>) -> (LiesIn<'_>, BTreeMap<&str, CauseKind>) {
    let mut lies_in = BTreeMap::new();
    let mut causes = BTreeMap::new();
    for (id, records) in all {
        let Some(incident) = Incident::of(records) else {
            continue;
        };
        causes.insert(id.as_str(), incident.head.cause.kind());
        for (alert, joined) in incident.members {
            let here = (joined.by.at, id.as_str());
            let last = lies_in.entry(alert).or_insert(here);
            *last = (*last).max(here);
        }
    }
    let lies_in = lies_in.into_iter();
    (
        lies_in.map(|(alert, (_, id))| (alert, id)).collect(),
        causes,
    )
}

/// How many there are, and of how many causes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Count {
    alerts: u64,
    /// Of those, in incidents.
    inside: u64,
    incidents: BTreeSet<String>,
}

impl Count {
    fn json(&self) -> Value {
        let single = self.alerts.saturating_sub(self.inside);
        let incidents = self.incidents.len() as u64;
        json!({
            "alerts": self.alerts,
            "in_incidents": self.inside,
            "incidents": incidents,
            "causes": single + incidents,
        })
    }

    fn add(&mut self, incident: &str) {
        self.inside += 1;
        self.incidents.insert(incident.to_owned());
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Tally {
    all: Count,
    by_source: BTreeMap<String, Count>,
    by_org: BTreeMap<String, Count>,
    by_cause: BTreeMap<CauseKind, Count>,
}

fn tally(
    places: &[PlaceCount],
    placed: &[Placed],
    lies_in: &LiesIn<'_>,
    causes: &BTreeMap<&str, CauseKind>,
) -> Tally {
    let mut tally = Tally::default();
    for place in places {
        tally.all.alerts += place.alerts;
        let (source, org) = (place.source.clone(), place.org_code.clone());
        tally.by_source.entry(source).or_default().alerts += place.alerts;
        tally.by_org.entry(org).or_default().alerts += place.alerts;
    }
    for alert in placed {
        let Some(incident) = lies_in.get(alert.alert_id.as_str()) else {
            continue;
        };
        tally.all.add(incident);
        let source = tally.by_source.entry(alert.source.clone());
        source.or_default().add(incident);
        tally
            .by_org
            .entry(alert.org_code.clone())
            .or_default()
            .add(incident);
        if let Some(kind) = causes.get(incident) {
            let of_kind = tally.by_cause.entry(*kind).or_default();
            of_kind.alerts += 1;
            of_kind.add(incident);
        }
    }
    tally
}

impl Tally {
    fn json(&self, sight: &Sight) -> Value {
        let by = |name: &str, counts: &BTreeMap<String, Count>| -> Vec<Value> {
            let told = counts.iter().map(|(code, count)| {
                let mut told = count.json();
                told[name] = json!((!code.is_empty()).then_some(code));
                told
            });
            told.collect()
        };
        let by_cause = self.by_cause.iter().map(|(kind, count)| {
            json!({
                "cause": kind.code(), "cause_zh": kind.name_zh(),
                "alerts": count.alerts, "incidents": count.incidents.len(),
            })
        });
        let mut told = self.all.json();
        told["everything"] = json!(sight.is_everything());
        told["by_cause"] = by_cause.collect();
        told["by_source"] = json!(by("source", &self.by_source));
        told["by_org"] = json!(by("org_code", &self.by_org));
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_of_one_incident_count_as_one_cause() {
        let place = |source: &str, org: &str, alerts| PlaceCount {
            source: source.into(),
            org_code: org.into(),
            alerts,
        };
        let alert = |id: &str, source: &str, org: &str| Placed {
            alert_id: id.into(),
            source: source.into(),
            org_code: org.into(),
        };
        let lies_in = BTreeMap::from([("a", "i"), ("b", "i"), ("c", "i"), ("d", "j")]);
        let causes = BTreeMap::from([("i", CauseKind::SourceDown), ("j", CauseKind::Fault)]);
        // `c` stands no more, so the store tells nothing of it.
        let placed = [
            alert("a", "s", "x"),
            alert("b", "s", "y"),
            alert("d", "s", "y"),
        ];
        let told = tally(
            &[place("s", "x", 4), place("s", "y", 2)],
            &placed,
            &lies_in,
            &causes,
        );
        let told = told.json(&Sight::default());
        assert_eq!(told["alerts"], 6);
        assert_eq!(told["in_incidents"], 3);
        assert_eq!(told["incidents"], 2);
        assert_eq!(
            told["causes"], 5,
            "three by themselves, and two incidents: {told:#}"
        );
        let bodies: Vec<Value> = told["by_org"]
            .as_array()
            .unwrap()
            .iter()
            .map(|of| json!([of["org_code"], of["alerts"], of["incidents"], of["causes"]]))
            .collect();
        assert_eq!(bodies, [json!(["x", 4, 1, 4]), json!(["y", 2, 2, 2])]);
        assert_eq!(told["by_cause"][0]["cause"], "source_down");
        assert_eq!(told["by_cause"][0]["alerts"], 2);
    }
}
