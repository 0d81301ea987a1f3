//! What the archive would hold of a life that an engine has judged: the last word on every case and alert, and the decisions.
//!
//! Taken in by the tests of the dictionary on real logs and by those on the demo's city, each with the store's `world` beside it.

use std::collections::BTreeMap;

use mingjing_domain::definitions::DefinitionSet;
use mingjing_domain::event::CaseEvent;
use mingjing_domain::fact::Fact;
use mingjing_store::metrics::{Known, KnownBody, KnownItem};

use super::world::World;

/// The world of these facts. `events` are those that statistics count by themselves, complaints and ratings and what answers them.
pub fn world(facts: Vec<Fact>, events: Vec<CaseEvent<'static>>, set: &DefinitionSet) -> World {
    let (mut cases, mut alerts) = (BTreeMap::new(), BTreeMap::new());
    let mut decisions = Vec::new();
    for fact in facts {
        match fact {
            Fact::Case { case, .. } => {
                _ = cases.insert((case.source.clone(), case.case_no.clone()), *case);
            }
            Fact::Alert { alert, .. } => _ = alerts.insert(alert.alert_id.clone(), *alert),
            Fact::Decision { .. } => decisions.push(fact),
            Fact::Refused { .. } | Fact::Source { .. } => {}
        }
    }
    World {
        cases: cases.into_values().collect(),
        alerts: alerts.into_values().collect(),
        decisions,
        events: known_events(events),
        samples: Vec::new(),
        known: known(set),
    }
}

/// Of an event that was sent several times the highest version, and of one version the first.
fn known_events(events: Vec<CaseEvent<'static>>) -> Vec<CaseEvent<'static>> {
    let mut known: BTreeMap<(String, String), CaseEvent<'static>> = BTreeMap::new();
    for event in events {
        let key = (event.source.to_string(), event.event_id.to_string());
        if known
            .get(&key)
            .is_none_or(|had| had.data_version < event.data_version)
        {
            known.insert(key, event);
        }
    }
    known.into_values().collect()
}

/// What the definitions say.
fn known(set: &DefinitionSet) -> Known {
    let item = |item: &mingjing_domain::definitions::PowerItem| KnownItem {
        code: item.code.text.clone(),
        org_code: item.executing_body.text.clone(),
        region_code: item.region.clone(),
        power_type: item.power_type.code().to_owned(),
    };
    let body = |body: &mingjing_domain::definitions::Body| KnownBody {
        code: body.code.text.clone(),
        region_code: body.region.clone(),
    };
    Known {
        items: set.items.iter().map(|one| item(&one.value)).collect(),
        bodies: set.bodies.iter().map(|one| body(&one.value)).collect(),
    }
}
