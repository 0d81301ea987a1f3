//! What BPMN has no element for, in elements of our own namespace.
//!
//! A map is an element: scalars are its attributes, the rest its children. A list is an element whose children are all
//! `li`, or one `nil` where it is empty. Text that could be taken for a number or a truth is in quotes. Nothing here knows
//! what the entries mean, so whatever a definition may hold goes through.

use std::sync::Arc;

use crate::datum::Datum;
use crate::xml::{Element, Node};

use super::{ExportError, MINGJING};

/// The prefix that our elements get.
pub(super) const PREFIX: &str = "mingjing";

/// An element `mingjing:name` that holds a map.
pub(super) fn element(name: &str, map: &Datum) -> Result<Element, ExportError> {
    let namespace: Arc<str> = MINGJING.into();
    let mut element = Element::new(format!("{PREFIX}:{name}"), &namespace);
    fill(&mut element, map)?;
    Ok(element)
}

fn fill(element: &mut Element, datum: &Datum) -> Result<(), ExportError> {
    let namespace = element.namespace.clone();
    let child = |name: &str| Element::new(format!("{PREFIX}:{name}"), &namespace);
    if let Some(text) = datum.to_scalar() {
        element.children.push(Node::Text(text));
        return Ok(());
    }
    for item in datum.items() {
        let mut li = child("li");
        fill(&mut li, item)?;
        element.push(li);
    }
    if matches!(datum, Datum::List(items) if items.is_empty()) {
        element.push(child("nil"));
    }
    for (name, value) in datum.entries() {
        if !is_name(name) {
            return Err(ExportError::Unwritable {
                what: format!("the entry {name:?}"),
            });
        }
        match value.to_scalar() {
            Some(text) => element.attributes.push((name.clone(), text)),
            None => {
                let mut inner = child(name);
                fill(&mut inner, value)?;
                element.push(inner);
            }
        }
    }
    Ok(())
}

/// A name that can stand for an attribute and is none of the two that stand for lists.
fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    name.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && name.chars().all(plain)
        && !matches!(name, "li" | "nil" | "xmlns")
}

/// The map that an element of ours holds.
pub(super) fn map(element: &Element) -> Datum {
    let mut entries: Vec<(String, Datum)> = element
        .attributes
        .iter()
        .filter(|(name, _)| !name.contains(':') && name != "xmlns")
        .map(|(name, value)| (name.clone(), Datum::from_scalar(value)))
        .collect();
    for child in ours(element) {
        entries.push((child.local().to_owned(), read(child)));
    }
    Datum::Map(entries)
}

fn read(element: &Element) -> Datum {
    let mut children = ours(element).peekable();
    match children.peek().map(|child| child.local()) {
        Some("nil") => Datum::List(Vec::new()),
        Some("li") => Datum::List(children.filter(|c| c.local() == "li").map(read).collect()),
        Some(_) => map(element),
        None => {
            let text = element.text();
            let text = text.trim();
            if text.is_empty() {
                map(element)
            } else {
                Datum::from_scalar(text)
            }
        }
    }
}

fn ours(element: &Element) -> impl Iterator<Item = &Element> {
    element.elements().filter(|e| &*e.namespace == MINGJING)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_definition_holds_comes_back() {
        let yaml = "version: \"1\"\nrequired: true\nnext: []\nspecial: {}\nnone: null\nx: 1.5\n\
                    groups: [[a, b], [c], []]\nlevels: [{level: yellow, at: promised}, {}]\n\
                    text: \"a < b && \\\"c\\\"\\n d\"\ncheck: {overdue: {limit: decision}}\nblank: \" \"\n";
        let datum = Datum::from_yaml(yaml).expect("it is YAML");
        let element = element("flowchart", &datum).expect("it can be written");
        let written = crate::xml::write(
            &Element::new("a", &"".into())
                .with("xmlns:mingjing", MINGJING)
                .holding(element),
        );
        let again = crate::xml::parse(written.as_bytes()).expect("it is XML");
        let read = map(again.elements().next().expect("our element"));
        // Attributes come before children: order is no part of what a map says.
        assert_eq!(sorted(read), sorted(datum), "{written}");
        assert!(super::element("x", &Datum::Map(vec![("2015".into(), Datum::Null)])).is_err());
    }

    fn sorted(datum: Datum) -> Datum {
        match datum {
            Datum::Map(mut entries) => {
                entries.sort_by(|a, b| a.0.cmp(&b.0));
                Datum::Map(entries.into_iter().map(|(k, v)| (k, sorted(v))).collect())
            }
            Datum::List(items) => Datum::List(items.into_iter().map(sorted).collect()),
            other => other,
        }
    }
}
