//! Attributes and names, and conditions over them.
//!
//! Conditions run through the `cel` crate on plain maps named `case` and `event`. A condition that asks for a
//! name nobody has given yet is not judged, and neither is one that cannot be evaluated: both count as not
//! holding.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use cel::{Context, Program, Value as Cel};
use mingjing_domain::Timestamp;
use mingjing_domain::definitions::{Attribute, AttributeType};
use mingjing_domain::event::{CaseEvent, Value};

use super::codes::lacks_field;
use super::history::Case;

/// The value of a name.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Known {
    Int(i64),
    Float(f64),
    Text(String),
    Bool(bool),
    Instant(Timestamp),
}

impl From<Known> for Cel {
    fn from(value: Known) -> Self {
        match value {
            Known::Int(v) => Cel::from(v),
            Known::Float(v) => Cel::from(v),
            Known::Text(v) => Cel::from(v),
            Known::Bool(v) => Cel::from(v),
            Known::Instant(v) => Cel::from(v.millis()),
        }
    }
}

/// What an event carries of an attribute, where it has the declared type.
pub(super) fn carried(event: &CaseEvent<'_>, attribute: &Attribute) -> Option<Known> {
    let name: &str = &attribute.name;
    let amount = || event.data.amounts.get(name).map(|v| Value::Int(*v));
    let party = || {
        let kind = event.data.party_kind.as_deref().filter(|k| !k.is_empty());
        kind.filter(|_| name == "party_kind")
            .map(|k| Value::Text(k.to_owned().into()))
    };
    let said = event.data.attributes.get(name).cloned();
    let value = said.or_else(amount).or_else(party)?;
    match (attribute.value_type, value) {
        (AttributeType::Amount | AttributeType::Int, Value::Int(v)) => Some(Known::Int(v)),
        (AttributeType::Float, Value::Float(v)) => Some(Known::Float(v)),
        (AttributeType::Float, Value::Int(v)) => Some(Known::Float(v as f64)),
        (AttributeType::Bool, Value::Bool(v)) => Some(Known::Bool(v)),
        (AttributeType::Text, Value::Text(v)) => Some(Known::Text(v.to_string())),
        (AttributeType::Instant, Value::Text(v)) => Timestamp::parse(&v).ok().map(Known::Instant),
        _ => None,
    }
}

fn default(attribute: &Attribute) -> Option<Known> {
    match (attribute.value_type, attribute.default.as_ref()?) {
        (AttributeType::Amount | AttributeType::Int, v) => v.as_i64().map(Known::Int),
        (AttributeType::Float, v) => v.as_f64().map(Known::Float),
        (AttributeType::Bool, v) => v.as_bool().map(Known::Bool),
        (AttributeType::Text, v) => v.as_str().map(|text| Known::Text(text.to_owned())),
        (AttributeType::Instant, v) => Timestamp::parse(v.as_str()?).ok().map(Known::Instant),
    }
}

/// An attribute's value after the first `count` events of the case.
pub(super) fn value_after(case: &Case<'_>, attribute: &Attribute, count: usize) -> Option<Known> {
    let latest = case.events[..count]
        .iter()
        .rev()
        .find_map(|event| carried(event, attribute));
    latest.or_else(|| default(attribute))
}

/// A condition, compiled, with the names it asks for.
pub(super) struct Condition {
    program: Program,
    /// Names like `case.amount` that it uses and never asks after with `has()`.
    needs: Vec<String>,
    /// Kinds of files that it asks for.
    files: Vec<String>,
    /// Those of the case.
    case_files: Vec<String>,
}

impl Condition {
    /// Panics where the text is no CEL: definitions of tests are complete.
    pub fn of(text: &str) -> Self {
        let program = Program::compile(text).unwrap_or_else(|e| panic!("{text}: {e}"));
        Self {
            program,
            needs: needed_names(text),
            files: files_asked_for(text, ".files."),
            case_files: files_asked_for(text, "case.files."),
        }
    }
}

/// Kinds behind `.files.` of something.
fn files_asked_for(text: &str, of: &str) -> Vec<String> {
    let behind = text.split(of).skip(1);
    let name = |rest: &str| -> String {
        let part = |c: &char| c.is_alphanumeric() || *c == '_';
        rest.chars().take_while(part).collect()
    };
    behind.map(name).collect()
}

/// Names behind `case.` and `event.`, but for those that `has(case.x)` asks after somewhere.
fn needed_names(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for scope in ["case.", "event."] {
        for (at, _) in text.match_indices(scope) {
            let is_whole_word =
                !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '.');
            let name: String = text[at + scope.len()..]
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            if is_whole_word {
                found.push(format!("{scope}{name}"));
            }
        }
    }
    // Files are only ever asked after.
    found.retain(|name| !text.contains(&format!("has({name})")) && !name.ends_with(".files"));
    found
}

/// Whether a condition over `case.*` holds after the first `count` events.
pub(super) fn case_holds(condition: &Condition, case: &Case<'_>, count: usize) -> bool {
    let files = Files {
        case: files_of(case, 0..count, condition),
        event: Vec::new(),
    };
    holds(
        condition,
        names_of_case(case, count, count),
        BTreeMap::new(),
        files,
    )
}

/// Whether a condition holds at an event: `event.*` are the values it carries, declared attributes in `case.*`
/// those before it.
pub(super) fn event_holds(condition: &Condition, case: &Case<'_>, index: usize) -> bool {
    holds(
        condition,
        names_of_case(case, index, index + 1),
        names_of_event(case, index),
        Files::at(case, index, condition),
    )
}

/// Whether a condition holds at an event, the event's own values being known of the case.
pub(super) fn holds_with_event(condition: &Condition, case: &Case<'_>, index: usize) -> bool {
    holds(
        condition,
        names_of_case(case, index + 1, index + 1),
        names_of_event(case, index),
        Files::at(case, index, condition),
    )
}

/// Whether a condition that asks for files of the case would hold at an event by what the case knows in the end, one of these files
/// having come after the event.
pub(super) fn holds_afterwards(condition: &Condition, case: &Case<'_>, index: usize) -> bool {
    let later = case.events[index + 1..].iter();
    let later = later.flat_map(|e| &e.data.attachments);
    let later: Vec<String> = later.map(|file| file.kind.to_string()).collect();
    let mut asked = condition.case_files.iter();
    let mut files = Files::at(case, index, condition);
    files.case.extend(later.iter().cloned());
    asked.any(|kind| later.contains(kind))
        && holds(
            condition,
            names_of_case(case, case.events.len(), index + 1),
            names_of_event(case, index),
            files,
        )
}

/// Declared attributes after `count` events, and what else is known of the case after `named` events.
fn names_of_case(case: &Case<'_>, count: usize, named: usize) -> BTreeMap<String, Known> {
    let mut names = BTreeMap::new();
    let events = &case.events[..named];
    let text = |text: &str| Known::Text(text.to_owned());
    let mut put = |name: &str, value: Option<Known>| {
        if let Some(value) = value {
            names.insert(name.to_owned(), value);
        }
    };
    put("begun_at", case.begun_at(named).map(Known::Instant));
    put(
        "case_kind",
        events
            .iter()
            .find_map(|e| e.data.case_kind.as_deref())
            .map(text),
    );
    put(
        "item_code",
        events
            .iter()
            .find_map(|e| e.data.item_code.as_deref())
            .map(text),
    );
    put(
        "org_code",
        events
            .iter()
            .rev()
            .find_map(|e| e.data.org_code.as_deref())
            .map(text),
    );
    put(
        "region_code",
        events
            .iter()
            .rev()
            .find_map(|e| e.data.region_code.as_deref())
            .map(text),
    );
    for attribute in &case.chart.attributes {
        put(&attribute.name, value_after(case, attribute, count));
    }
    names
}

fn names_of_event(case: &Case<'_>, index: usize) -> BTreeMap<String, Known> {
    let event = case.events[index];
    let mut names = BTreeMap::new();
    let text = |text: &str| Known::Text(text.to_owned());
    let mut put = |name: &str, value: Option<Known>| {
        if let Some(value) = value {
            names.insert(name.to_owned(), value);
        }
    };
    put("kind", Some(text(event.kind.code())));
    put("step", case.steps[index].map(text));
    put("actor", event.data.actor.as_ref().map(|a| text(&a.id)));
    put("result_code", event.data.result_code.as_deref().map(text));
    put("occurred_at", Some(Known::Instant(event.occurred_at)));
    put("org_code", event.data.org_code.as_deref().map(text));
    put("region_code", event.data.region_code.as_deref().map(text));
    let is_said = |said: &str| !said.is_empty();
    put(
        "reason",
        event
            .data
            .reason
            .as_deref()
            .filter(|r| is_said(r))
            .map(text),
    );
    let basis = event.data.legal_basis.as_deref();
    put("legal_basis", basis.filter(|b| is_said(b)).map(text));
    let attached = !event.data.attachments.is_empty();
    put("attachments", attached.then_some(Known::Bool(true)));
    for attribute in &case.chart.attributes {
        put(&attribute.name, carried(event, attribute));
    }
    names
}

/// Kinds of files that are there.
struct Files {
    case: Vec<String>,
    event: Vec<String>,
}

impl Files {
    /// Those of the case with an event, and of the event.
    fn at(case: &Case<'_>, index: usize, condition: &Condition) -> Self {
        Files {
            case: files_of(case, 0..index + 1, condition),
            event: files_of(case, index..index + 1, condition),
        }
    }
}

/// The kinds of files that events carry, and of those that the condition asks for the ones that the last event's source cannot send.
fn files_of(case: &Case<'_>, events: Range<usize>, condition: &Condition) -> Vec<String> {
    let last = events.end.checked_sub(1).map(|i| case.events[i].kind);
    let cannot = condition.files.iter().filter(|kind| {
        let field = format!("attachments.{kind}");
        last.is_some_and(|of| lacks_field(case.lacks, of, &field))
    });
    let carried = case.events[events.clone()].iter();
    let carried = carried.flat_map(|e| &e.data.attachments);
    let carried = carried.map(|file| file.kind.to_string());
    carried.chain(cannot.cloned()).collect()
}

fn holds(
    condition: &Condition,
    case: BTreeMap<String, Known>,
    event: BTreeMap<String, Known>,
    files: Files,
) -> bool {
    let known = |name: &String| match name.split_once('.') {
        Some(("case", name)) => case.contains_key(name),
        Some((_, name)) => event.contains_key(name),
        None => false,
    };
    if !condition.needs.iter().all(known) {
        return false;
    }
    let map = |names: BTreeMap<String, Known>, files: Vec<String>| -> HashMap<String, Cel> {
        let files: HashMap<String, Cel> =
            files.into_iter().map(|kind| (kind, true.into())).collect();
        let names = names.into_iter().map(|(name, value)| (name, value.into()));
        names
            .chain([("files".to_owned(), Cel::from(files))])
            .collect()
    };
    let mut context = Context::default();
    context.add_variable_from_value("case", map(case, files.case));
    context.add_variable_from_value("event", map(event, files.event));
    matches!(condition.program.execute(&context), Ok(Cel::Bool(true)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_needs_the_names_it_uses_but_not_those_it_only_asks_after() {
        let names = needed_names(
            "has(case.a) && case.a > 1 || event.kind == 'x' && has(event.c) && showcase.d && has(case.files.x)",
        );
        assert_eq!(names, ["event.kind"]);
    }
}
