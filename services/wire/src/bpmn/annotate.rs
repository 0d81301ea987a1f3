//! A definition's present contents in the drawing it came from, of which nothing is lost.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::datum::Datum;
use crate::xml::{Element, Node};

use super::derive::{Drawn, DrawnStep};
use super::names::one_line;
use super::read::Model;
use super::{BPMN, ExportError, MINGJING, extension};

/// A drawing with what definitions say, and the flowcharts that it does not fit.
pub(super) struct Annotated {
    pub(super) root: Element,
    /// By flowchart: in what it differs.
    pub(super) misfits: Vec<(String, Vec<String>)>,
}

/// What is put into an element of the drawing.
#[derive(Default)]
struct Change {
    name: Option<String>,
    extension: Option<Element>,
}

pub(super) fn annotate(
    model: &Model,
    drawn: &[Drawn<'_>],
    flowcharts: &[Datum],
) -> Result<Annotated, ExportError> {
    let mut changes = BTreeMap::new();
    let mut misfits = Vec::new();
    for chart in flowcharts {
        let id = chart.scalar_of("id").unwrap_or_default();
        let found = drawn.iter().find(|d| d.id == id);
        let found = found.or((drawn.len() == 1 && flowcharts.len() == 1).then(|| &drawn[0]));
        let Some(drawn) = found else {
            misfits.push((
                id,
                vec!["图中没有此流程 (the drawing has no such process)".into()],
            ));
            continue;
        };
        let reasons = misfit(chart, drawn);
        if reasons.is_empty() {
            note_changes(chart, drawn, &mut changes)?;
        } else {
            misfits.push((id, reasons));
        }
    }
    let mut root = model.root.clone();
    let declared = root.attribute(&format!("xmlns:{}", extension::PREFIX));
    if declared.is_some_and(|namespace| namespace != MINGJING) {
        return Err(ExportError::Unwritable {
            what: format!(
                "the prefix {}, which the drawing uses for something else",
                extension::PREFIX
            ),
        });
    }
    root.set(&format!("xmlns:{}", extension::PREFIX), MINGJING);
    apply(&mut root, &mut changes);
    Ok(Annotated { root, misfits })
}

/// In what a definition's steps and ways differ from its drawing.
fn misfit(chart: &Datum, drawn: &Drawn<'_>) -> Vec<String> {
    let steps = chart.get("steps").map(Datum::items).unwrap_or_default();
    let codes: BTreeSet<String> = steps.iter().filter_map(|s| s.scalar_of("code")).collect();
    let there: BTreeSet<String> = drawn.steps.iter().map(|s| s.code.clone()).collect();
    let mut reasons = Vec::new();
    for code in codes.difference(&there) {
        reasons.push(format!("环节 {code} 不在图中 (the step is not drawn)"));
    }
    for code in there.difference(&codes) {
        reasons.push(format!(
            "图中的环节 {code} 不在定义中 (the drawn step is not defined)"
        ));
    }
    let explicit = steps
        .iter()
        .any(|s| s.get("first") == Some(&Datum::Bool(true)));
    let pairs = parallel(steps);
    for (at, step) in steps.iter().enumerate() {
        let code = step.scalar_of("code").unwrap_or_default();
        let Some(known) = drawn.steps.iter().find(|s| s.code == code) else {
            continue;
        };
        let next = texts(step.get("next"));
        if unrestricted(step) {
        } else if next != known.next.iter().cloned().collect() {
            reasons.push(format!(
                "环节 {code} 的后续环节与图不同 (its successors differ: {} / {})",
                next.iter().cloned().collect::<Vec<_>>().join(", "),
                known.next.join(", ")
            ));
        }
        for other in &known.parallel_with {
            if !pairs.contains(&(code.clone(), other.clone())) {
                reasons.push(format!(
                    "图中 {code} 与 {other} 可同时办理，定义中不可 (drawn as parallel only)"
                ));
            }
        }
        let first = step.get("first") == Some(&Datum::Bool(true)) || (!explicit && at == 0);
        if first != known.first {
            reasons.push(format!(
                "环节 {code} 是否为首环节与图不同 (first step or not differs)"
            ));
        }
    }
    reasons
}

/// Absent successors: any step may follow.
pub(super) fn unrestricted(step: &Datum) -> bool {
    matches!(step.get("next"), None | Some(Datum::Null))
}

pub(super) fn texts(list: Option<&Datum>) -> BTreeSet<String> {
    let items = list.map(Datum::items).unwrap_or_default();
    let texts = items.iter().filter_map(|item| match item {
        Datum::Text(text) => Some(text.clone()),
        Datum::Int(number) => Some(number.to_string()),
        _ => None,
    });
    texts.collect()
}

/// Which steps may run at the same time; mutual, whichever of the two says it.
pub(super) fn parallel(steps: &[Datum]) -> BTreeSet<(String, String)> {
    let mut pairs = BTreeSet::new();
    for step in steps {
        let code = step.scalar_of("code").unwrap_or_default();
        for other in texts(step.get("parallel_with")) {
            pairs.insert((code.clone(), other.clone()));
            pairs.insert((other, code.clone()));
        }
    }
    pairs
}

fn note_changes(
    chart: &Datum,
    drawn: &Drawn<'_>,
    changes: &mut BTreeMap<String, Change>,
) -> Result<(), ExportError> {
    let (whole, mut by_step) = parted(chart);
    let steps = chart.get("steps").map(Datum::items).unwrap_or_default();
    for step in steps {
        let code = step.scalar_of("code").unwrap_or_default();
        let Some(known) = drawn.steps.iter().find(|s| s.code == code) else {
            continue;
        };
        let limits = by_step.remove(&code).unwrap_or_default();
        let node = &drawn.process.nodes[known.node];
        let name = step.text_of("name").map(str::to_owned);
        changes.insert(
            node.id.clone(),
            Change {
                name: name.filter(|name| one_line(name) != known.name),
                extension: Some(extension::element("step", &undrawn(step, known, limits))?),
            },
        );
    }
    let name = chart.text_of("name").map(str::to_owned);
    changes.insert(
        drawn.process.id.clone(),
        Change {
            name: name.filter(|name| one_line(name) != drawn.name),
            extension: Some(extension::element("flowchart", &whole)?),
        },
    );
    for (lane, code) in drawn.process.lanes.iter().zip(&drawn.offices) {
        if let Some(code) = code {
            let office = Datum::Map(vec![("code".into(), Datum::text(code))]);
            let change = Change {
                name: None,
                extension: Some(extension::element("office", &office)?),
            };
            changes.insert(lane.id.clone(), change);
        }
    }
    Ok(())
}

/// A flowchart without its steps, and the limits that belong to a step.
pub(super) fn parted(chart: &Datum) -> (Datum, BTreeMap<String, Vec<Datum>>) {
    let mut whole = chart.clone();
    whole.take("name");
    let steps = whole.take("steps").unwrap_or_default();
    let codes: BTreeSet<String> = steps
        .items()
        .iter()
        .filter_map(|s| s.scalar_of("code"))
        .collect();
    let mut by_step: BTreeMap<String, Vec<Datum>> = BTreeMap::new();
    if let Some(Datum::List(limits)) = whole.take("limits") {
        let mut others = Vec::new();
        for mut limit in limits {
            let step = limit.scalar_of("step").filter(|step| codes.contains(step));
            match step {
                Some(step) if limit.text_of("kind") == Some("step") => {
                    limit.take("kind");
                    limit.take("step");
                    by_step.entry(step).or_default().push(limit);
                }
                _ => others.push(limit),
            }
        }
        if !others.is_empty() {
            whole.set("limits", Datum::List(others));
        }
    }
    (whole, by_step)
}

/// What of a step its drawing does not say.
pub(super) fn undrawn(step: &Datum, drawn: &DrawnStep, limits: Vec<Datum>) -> Datum {
    let mut rest = step.clone();
    let free = unrestricted(step);
    for name in ["name", "next", "first"] {
        rest.take(name);
    }
    for (name, there) in [
        ("requirement", &drawn.requirement),
        ("office", &drawn.office),
    ] {
        match (rest.text_of(name), there) {
            (Some(said), Some(there)) if said == there => {
                rest.take(name);
            }
            (None, Some(_)) => rest.set(name, Datum::Null),
            _ => {}
        }
    }
    if drawn.repeatable {
        rest.take("repeatable");
    }
    if let Some(Datum::List(with)) = rest.take("parallel_with") {
        let more =
            |d: &Datum| !matches!(d, Datum::Text(code) if drawn.parallel_with.contains(code));
        let more: Vec<Datum> = with.into_iter().filter(more).collect();
        if !more.is_empty() {
            rest.set("parallel_with", Datum::List(more));
        }
    }
    if free {
        rest.set("unrestricted", Datum::Bool(true));
    }
    if !limits.is_empty() {
        rest.set("time_limits", Datum::List(limits));
    }
    rest
}

fn apply(element: &mut Element, changes: &mut BTreeMap<String, Change>) {
    if &*element.namespace == BPMN
        && let Some(change) = element.attribute("id").and_then(|id| changes.remove(id))
    {
        if let Some(name) = change.name {
            element.set("name", name);
        }
        if let Some(extension) = change.extension {
            put(element, extension);
        }
    }
    for child in element.elements_mut() {
        apply(child, changes);
    }
}

/// Puts an element below `extensionElements`, in the place of an earlier one of its name.
fn put(element: &mut Element, extension: Element) {
    let there = element
        .elements_mut()
        .find(|e| e.is(BPMN, "extensionElements"));
    if let Some(extensions) = there {
        let local = extension.local().to_owned();
        let old = extensions.elements_mut().find(|e| e.is(MINGJING, &local));
        match old {
            Some(old) => *old = extension,
            None => extensions.push(extension),
        }
        return;
    }
    let namespace: Arc<str> = element.namespace.clone();
    let name = match element.name.split_once(':') {
        Some((prefix, _)) => format!("{prefix}:extensionElements"),
        None => "extensionElements".into(),
    };
    // The schema has them after the documentation and before all else.
    let after = element
        .children
        .iter()
        .rposition(|node| matches!(node, Node::Element(e) if e.is(BPMN, "documentation")));
    let extensions = Element::new(name, &namespace).holding(extension);
    let at = after.map_or(0, |at| at + 1);
    element.children.insert(at, Node::Element(extensions));
}
