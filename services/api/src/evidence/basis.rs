//! What an alert's check read beside the case: the discretion standard, the fees, the inspection plans, the register.

use std::collections::BTreeSet;

use mingjing_domain::definitions::{
    Body, Certificate, ControlPoint, DefinitionSet, Officer, PointKind, PowerItem,
};
use mingjing_domain::event::CaseEvent;
use serde_json::{Value, json};

/// What a check reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reads {
    Discretion,
    Fees,
    Plans,
    Register,
}

/// What of a set the check of one control point read, for one case.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Basis {
    /// The discretion standard, by id.
    pub(super) discretion: Option<String>,
    /// The fee standard, by id.
    pub(super) fees: Option<String>,
    /// Whose inspection plans, by code.
    pub(super) plans_of: BTreeSet<String>,
    /// Whose register, by code.
    pub(super) registers_of: BTreeSet<String>,
}

/// Who is named in a case: ids and certificates.
#[derive(Debug, Default)]
pub(super) struct Persons<'e> {
    ids: BTreeSet<&'e str>,
    certificates: BTreeSet<&'e str>,
    /// The bodies that events name, in the source's own codes.
    bodies: BTreeSet<&'e str>,
}

impl<'e> Persons<'e> {
    /// Everybody whom these events name.
    pub(super) fn of(events: impl Iterator<Item = &'e CaseEvent<'static>>) -> Self {
        let mut persons = Self::default();
        for event in events {
            let data = &event.data;
            for actor in data.actor.iter().chain(&data.co_actors) {
                persons.ids.insert(&actor.id);
                persons.certificates.extend(actor.cert_no.as_deref());
            }
            let special = data.special.as_ref();
            persons
                .ids
                .extend(special.and_then(|s| s.approver.as_deref()));
            let collection = data.collection.as_ref();
            persons.ids.extend(collection.map(|c| &*c.collector));
            persons.bodies.extend(data.org_code.as_deref());
        }
        persons
    }

    fn has(&self, officer: &Officer) -> bool {
        let holds = |c: Certificate| self.certificates.contains(c.no.text.as_str());
        self.ids.contains(officer.id.text.as_str()) || officer.all_certificates().any(holds)
    }
}

/// What the check of a control point read of a set.
pub(super) fn basis(
    set: &DefinitionSet,
    control_point: &str,
    flowcharts: &[&str],
    item: Option<&str>,
    source: &str,
    persons: &Persons<'_>,
) -> Basis {
    let charts = set.flowcharts.iter().map(|f| &f.value);
    let charts = charts.filter(|f| flowcharts.contains(&f.id.text.as_str()));
    let general = set.general_points.iter();
    let points = charts
        .flat_map(|f| &f.control_points)
        .chain(general.flat_map(|g| &g.value.control_points));
    let reads: BTreeSet<Reads> = points
        .filter(|point| point.id.text == control_point)
        .filter_map(reads)
        .collect();
    let mut items = set.items.iter().map(|i| &i.value);
    let item = items.find(|i| Some(i.code.text.as_str()) == item);
    let bodies = || bodies(set, item, source, persons);
    let mut basis = Basis::default();
    for what in reads {
        match what {
            Reads::Discretion => {
                let id = item.and_then(|i| i.discretion.as_ref());
                basis.discretion = id.map(|id| id.text.clone());
            }
            Reads::Fees => {
                let id = item.and_then(|i| i.fees.as_ref());
                basis.fees = id.map(|id| id.text.clone());
            }
            Reads::Plans => basis.plans_of = bodies(),
            Reads::Register => {
                basis.registers_of = bodies();
                // Who shows a certificate is looked for everywhere.
                let all = set.bodies.iter().map(|b| &b.value);
                let holders = all.filter(|body| {
                    let mut officers = body.offices.iter().flat_map(|o| &o.officers);
                    officers.any(|o| {
                        let holds =
                            |c: Certificate| persons.certificates.contains(c.no.text.as_str());
                        o.all_certificates().any(holds)
                    })
                });
                let holders = holders.map(|body| body.code.text.clone());
                basis.registers_of.extend(holders);
            }
        }
    }
    basis
}

fn reads(point: &ControlPoint) -> Option<Reads> {
    match point.check {
        PointKind::DiscretionAmount { .. }
        | PointKind::DiscretionTier { .. }
        | PointKind::DiscretionChanged => Some(Reads::Discretion),
        PointKind::Fee { .. } => Some(Reads::Fees),
        PointKind::UnplannedInspection { .. } => Some(Reads::Plans),
        PointKind::WrongBody
        | PointKind::TooFewOfficers { .. }
        | PointKind::Certificate { .. }
        | PointKind::ApproverRank { .. }
        | PointKind::NotAssigned { .. }
        | PointKind::Collector { .. } => Some(Reads::Register),
        _ => None,
    }
}

/// The bodies whose officers may act in the case: those that events name, the item's own, and those that act in its stead.
fn bodies(
    set: &DefinitionSet,
    item: Option<&PowerItem>,
    source: &str,
    persons: &Persons<'_>,
) -> BTreeSet<String> {
    let mut sources = set.sources.iter().map(|s| &s.value);
    let mapping = sources.find(|s| s.id == source).map(|s| &s.mapping.orgs);
    let ours = |sent: &&str| {
        let mapped = mapping.and_then(|orgs| orgs.get(*sent));
        mapped.cloned().unwrap_or_else(|| (*sent).to_owned())
    };
    let mut bodies: BTreeSet<String> = persons.bodies.iter().map(ours).collect();
    if let Some(item) = item {
        bodies.insert(item.executing_body.text.clone());
        bodies.extend(item.entrusted_bodies.iter().map(|b| b.text.clone()));
        bodies.extend(item.acting_bodies.iter().map(|a| a.body.text.clone()));
    }
    bodies
}

/// What a body's register says of the persons of a case, and nothing of anybody else: how many they are is told.
pub(super) fn extract(body: &Body, persons: &Persons<'_>) -> Value {
    let all = body.offices.iter().flat_map(|o| &o.officers).count();
    let offices = body.offices.iter().filter_map(|office| {
        let named = office.officers.iter().filter(|o| persons.has(o));
        let officers: Vec<Value> = named.map(officer).collect();
        (!officers.is_empty())
            .then(|| json!({ "code": office.code.text, "name": office.name, "officers": officers }))
    });
    let posts = body.posts.iter().map(|post| {
        json!({
            "code": post.code.text,
            "name": post.name,
            "steps": post.steps.iter().map(|s| &s.text).collect::<Vec<_>>(),
            "rank": post.rank,
        })
    });
    json!({
        "kind": "body",
        "code": body.code.text,
        "name": body.name,
        "region": body.region,
        "areas": body.areas,
        "nature": body.nature,
        "entrusted_by": body.entrusted_by.iter().map(|b| &b.text).collect::<Vec<_>>(),
        "since": body.since,
        "until": body.until,
        "register_from": body.register_from,
        "posts": posts.collect::<Vec<_>>(),
        "offices": offices.collect::<Vec<_>>(),
        "officers_in_register": all,
    })
}

fn officer(officer: &Officer) -> Value {
    let certificates = officer
        .all_certificates()
        .map(|c| json!({ "no": c.no.text, "fields": c.fields, "from": c.from, "until": c.until }));
    let stands_in = officer
        .stands_in
        .iter()
        .map(|s| json!({ "post": s.post.text, "from": s.from, "until": s.until }));
    json!({
        "id": officer.id.text,
        "posts": officer.all_posts().map(|p| &p.text).collect::<Vec<_>>(),
        "rank": officer.rank,
        "from": officer.from,
        "until": officer.until,
        "certificates": certificates.collect::<Vec<_>>(),
        "stands_in": stands_in.collect::<Vec<_>>(),
    })
}
