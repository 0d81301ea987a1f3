//! What definitions leave out on purpose or by oversight, so that some control point cannot judge: no problem, but told.

use std::collections::BTreeSet;

use mingjing_domain::definitions::{
    ControlPoint, DefinitionSet, Document, PointKind, PowerItem, Problem,
};

/// What a check needs to know beside the events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Needs {
    Register,
    Discretion,
    Plans,
}

/// Every item whose control points ask for a register, a standard or a plan that nobody has published. Cases of it are not
/// judged by those points; the engine counts them.
pub fn notes(set: &DefinitionSet) -> Vec<Problem> {
    let general: Vec<&ControlPoint> = set
        .general_points
        .iter()
        .flat_map(|g| &g.value.control_points)
        .collect();
    let mut notes = Vec::new();
    for item in &set.items {
        let charts = set
            .flowcharts
            .iter()
            .filter(|f| f.value.id == item.value.flowchart);
        let own = charts.flat_map(|f| &f.value.control_points);
        let points = own.chain(general.iter().copied());
        let needed: BTreeSet<(Needs, &'static str)> = points
            .filter_map(|p| Some((needs(&p.check)?, p.check.own_rule()?)))
            .collect();
        for (need, missing) in missing(set, item) {
            let rules: Vec<&str> = needed
                .iter()
                .filter(|(n, _)| *n == need)
                .map(|(_, rule)| *rule)
                .collect();
            if missing && !rules.is_empty() {
                let message = format!(
                    "{}; not judged: {}",
                    what(need, &item.value),
                    rules.join(", ")
                );
                notes.push(item.problem(item.value.code.line, message));
            }
        }
    }
    notes
}

fn needs(check: &PointKind) -> Option<Needs> {
    match check {
        PointKind::TooFewOfficers {
            qualified: true, ..
        }
        | PointKind::Certificate { .. }
        | PointKind::ApproverRank { .. }
        | PointKind::NotAssigned { .. } => Some(Needs::Register),
        PointKind::DiscretionAmount { .. } | PointKind::DiscretionTier { .. } => {
            Some(Needs::Discretion)
        }
        PointKind::UnplannedInspection { .. } => Some(Needs::Plans),
        _ => None,
    }
}

fn missing(set: &DefinitionSet, item: &Document<PowerItem>) -> [(Needs, bool); 3] {
    let body = &item.value.executing_body;
    let has_register = set
        .bodies
        .iter()
        .any(|b| b.value.code == *body && b.value.register_from.is_some());
    let has_plan = set.inspection_plans.iter().any(|p| p.value.body == *body);
    [
        (Needs::Register, !has_register),
        (Needs::Discretion, item.value.discretion.is_none()),
        (Needs::Plans, !has_plan),
    ]
}

fn what(need: Needs, item: &PowerItem) -> String {
    let (code, body) = (&item.code.text, &item.executing_body.text);
    match need {
        Needs::Register => {
            format!(
                "the body {body:?} of item {code:?} keeps no register of officers (`register_from`)"
            )
        }
        Needs::Discretion => format!("item {code:?} has no `discretion`"),
        Needs::Plans => format!("the body {body:?} of item {code:?} has no inspection plan"),
    }
}
