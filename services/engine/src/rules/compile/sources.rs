//! Sources: what they declare must be possible, and their codes must lead to something.

use std::collections::BTreeMap;

use mingjing_domain::definitions::{DefinitionSet, Problem};
use mingjing_domain::event::EventKind;
use mingjing_domain::source::Announced;

use crate::rules::{FILE_FIELD, Field};

/// Domain study S4: at most 24 hours between an event and its record.
const DELAY_HOURS_MAX: u32 = 24;

/// Adds every problem of the sources.
pub(super) fn check_sources(set: &DefinitionSet, problems: &mut Vec<Problem>) {
    let items: Vec<&str> = set.items.iter().map(|i| &*i.value.code.text).collect();
    let bodies: Vec<&str> = set.bodies.iter().map(|b| &*b.value.code.text).collect();
    let steps: Vec<&str> = set
        .flowcharts
        .iter()
        .flat_map(|f| f.value.steps.iter().map(|s| &*s.code.text))
        .collect();
    let specials: Vec<&str> = set
        .flowcharts
        .iter()
        .flat_map(|f| f.value.special_procedures.iter().map(|s| &*s.kind.text))
        .collect();
    for document in &set.sources {
        let source = &document.value;
        let mut problem = |message: String| problems.push(document.problem(0, message));
        if source.id.is_empty() || source.id.contains(|c: char| c.is_whitespace()) {
            problem(
                "a source needs an id without spaces, as its events carry it in `source`".into(),
            );
        }
        if source.delay_allowance_hours > DELAY_HOURS_MAX {
            problem(format!(
                "source {}: {} hours; at most {DELAY_HOURS_MAX}",
                source.id, source.delay_allowance_hours
            ));
        }
        if source.rhythm_minutes == Some(0) {
            problem(format!(
                "source {}: leave `rhythm_minutes` out for a source without a rhythm",
                source.id
            ));
        }
        for (field, why) in source.announced.iter().filter_map(Announced::problem) {
            problem(format!("source {}: announced.{field}: {why}", source.id));
        }
        let mapping = &source.mapping;
        let leads_nowhere: [(&str, &BTreeMap<String, String>, &[&str]); 4] = [
            ("items", &mapping.items, &items),
            ("steps", &mapping.steps, &steps),
            ("specials", &mapping.specials, &specials),
            ("orgs", &mapping.orgs, &bodies),
        ];
        for (what, codes, known) in leads_nowhere {
            for (theirs, ours) in codes {
                if !known.contains(&ours.as_str()) {
                    problem(format!(
                        "source {}: mapping.{what}: {theirs:?} leads to {ours:?}, which these definitions do not have",
                        source.id
                    ));
                }
            }
        }
        for field in &source.lacks.fields {
            if !may_be_lacked(field) {
                problem(format!(
                    "source {}: lacks.fields: {field:?} is no field; write one that `missing_field` knows, special.planned_end, \
                     special.granted, special.notice_no, special.approver, co_actors, actor.number, fee or inspection.plan, for one kind of event alone like decided:actor.id",
                    source.id
                ));
            }
        }
    }
}

/// Whether a format can lack this: a misspelt field would excuse nothing.
fn may_be_lacked(field: &str) -> bool {
    let (kind, name) = field.split_once(':').unzip();
    kind.is_none_or(|kind| EventKind::from_code(kind).is_some()) && is_field(name.unwrap_or(field))
}

fn is_field(name: &str) -> bool {
    const NOT_ASKED_BY_NAME: [&str; 8] = [
        "special.planned_end",
        "special.granted",
        "special.notice_no",
        "special.approver",
        "co_actors",
        "actor.number",
        "fee",
        "inspection.plan",
    ];
    let named = ["attributes.", "amounts.", FILE_FIELD];
    let is_named = |start: &str| name.len() > start.len() && name.starts_with(start);
    NOT_ASKED_BY_NAME.contains(&name)
        || Field::plain(name).is_some()
        || named.into_iter().any(is_named)
}
