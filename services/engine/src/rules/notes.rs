//! What definitions leave out on purpose or by oversight, or a source's format has no place for, so that some control point cannot
//! judge: no problem, but told.

use std::collections::BTreeSet;

use mingjing_domain::definitions::{
    Anchor, ControlPoint, DefinitionSet, Document, Limit, Name, PointKind, PowerItem, Problem,
};
use mingjing_domain::event::EventKind;
use mingjing_domain::source::{Lacks, Source};

/// What a check needs to know beside the events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Needs {
    Register,
    Discretion,
    Plans,
}

/// Every item whose control points ask for a register, a standard or a plan that nobody has published. Cases of it are not
/// judged by those points; the engine counts them. And every source with the points that ask for what its format cannot say: a question
/// to who keeps the source, once, and to nobody for a case.
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
    for source in &set.sources {
        let silent = unanswerable(set, &source.value);
        if !silent.is_empty() {
            let silent: Vec<String> = silent.into_iter().collect();
            let message = format!(
                "the format of source {:?} lacks what these control points ask for, which say nothing of its cases: {}; ask its keeper to \
                 send it",
                source.value.id,
                silent.join(", ")
            );
            notes.push(source.problem(0, message));
        }
    }
    notes
}

/// The control points that ask for what a source's format has no place for, wholly or in part, as `flowchart/point`.
pub fn unanswerable(set: &DefinitionSet, source: &Source) -> BTreeSet<String> {
    let lacks = &source.lacks;
    let mut silent = BTreeSet::new();
    if lacks.is_empty() {
        return silent;
    }
    let charts = set.flowcharts.iter().map(|f| &f.value);
    for chart in charts {
        let needs_step = |steps: &[Name]| {
            let asked = |s: &&mingjing_domain::definitions::Step| match steps.is_empty() {
                true => s.required,
                false => steps.iter().any(|name| name.text == s.code.text),
            };
            let mut asked = chart.steps.iter().filter(asked);
            asked.any(|s| {
                !s.done_by.is_empty() && s.done_by.iter().all(|kind| lacks.has_event(*kind))
            })
        };
        for point in &chart.control_points {
            let step = match &point.check {
                PointKind::RequiredStep { steps, .. } => needs_step(steps),
                _ => false,
            };
            if step || asks_for(point, &chart.limits, lacks) {
                silent.insert(format!("{}/{}", chart.id.text, point.id.text));
            }
        }
    }
    let general = set.general_points.iter().map(|g| &g.value);
    let general = general.filter(|g| g.sources.is_empty() || g.sources.contains(&source.id));
    for points in general {
        for point in &points.control_points {
            if asks_for(point, &points.limits, lacks) {
                silent.insert(format!("{}/{}", points.id.text, point.id.text));
            }
        }
    }
    silent
}

fn asks_for(point: &ControlPoint, limits: &[Limit], lacks: &Lacks) -> bool {
    let all = |anchors: &[Anchor]| {
        let mut plain = anchors.iter().filter(|a| a.step.is_none()).peekable();
        let lacked = |a: &Anchor| a.kind.is_some_and(|kind| lacks.has_event(kind));
        plain.peek().is_some() && plain.all(lacked)
    };
    let any_kind = |on: &[Anchor], field: &str| {
        lacks.fields.iter().any(|f| f == field)
            || on
                .iter()
                .filter_map(|a| a.kind)
                .any(|kind| lacks.has_field(kind, field))
    };
    match &point.check {
        PointKind::Overdue { limit, .. } => {
            let mut limits = limits.iter().filter(|l| l.id.text == limit.text);
            limits.any(|l| all(&l.to))
        }
        PointKind::RequiresBefore { before, .. } => all(before),
        PointKind::Unclosed { .. } => lacks.has_event(EventKind::Closed),
        PointKind::MissingField { on, fields } => {
            let lacked = |field: &Name| {
                let kinds = on.iter().filter_map(|a| a.kind);
                let mut kinds = kinds.filter(|kind| !lacks.has_event(*kind));
                kinds.any(|kind| lacks.has_field(kind, &field.text))
                    || (on.is_empty() && lacks.fields.contains(&field.text))
            };
            fields.iter().any(lacked)
        }
        PointKind::UnfoundedSuspension { notice } => {
            let lacked = |field| lacks.has_field(EventKind::Suspend, field);
            let granted = lacks.has_field(EventKind::Extend, "special.granted");
            granted || lacked("special.planned_end") || (*notice && lacked("special.notice_no"))
        }
        PointKind::ApproverRank { .. } => lacks.has_field(EventKind::Extend, "special.approver"),
        PointKind::TooFewOfficers { on, .. } => any_kind(on, "co_actors"),
        PointKind::Certificate { on, .. } | PointKind::NotAssigned { on, .. } => {
            any_kind(on, "actor.number")
        }
        PointKind::UnplannedInspection { on } => any_kind(on, "inspection.plan"),
        PointKind::DiscretionTier { on } => any_kind(on, "discretion_tier"),
        PointKind::Fee { on } => any_kind(on, "fee"),
        _ => false,
    }
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
