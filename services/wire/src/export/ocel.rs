//! OCEL 2.0: cases, power items, bodies and officers as objects that events belong to.
//!
//! What a log holds is worked out here, once; [`json`] and [`xml`] only write it.

mod json;
mod xml;

use std::collections::{BTreeMap, BTreeSet};

use mingjing_domain::event::CaseEvent;

use super::{Field, activity, fields};

pub use json::OcelWriter;
pub use xml::OcelXmlWriter;

/// The objects and types met so far; events are not kept.
#[derive(Default)]
struct Log {
    objects: BTreeMap<String, Object>,
    /// By event type: attributes and their types.
    types: BTreeMap<String, BTreeMap<String, &'static str>>,
}

#[derive(Default)]
struct Object {
    kind: &'static str,
    /// By name: the value, and since when.
    attributes: BTreeMap<&'static str, (String, String)>,
    related: BTreeSet<(String, &'static str)>,
}

/// An event as it is written.
struct Event {
    id: String,
    of_type: String,
    attributes: Vec<(String, Field)>,
    /// Objects, each with what it is to the event.
    related: Vec<(String, &'static str)>,
}

/// OCEL's name of a type.
fn type_of(field: &Field) -> &'static str {
    match field {
        Field::Text(_) => "string",
        Field::Int(_) => "integer",
        Field::Float(_) => "float",
        Field::Truth(_) => "boolean",
        Field::Instant(_) => "time",
    }
}

impl Log {
    fn object(&mut self, kind: &'static str, id: &str) -> String {
        let whole = format!("{kind}:{id}");
        self.objects.entry(whole.clone()).or_default().kind = kind;
        whole
    }

    /// A case with its own attributes, since its first event.
    fn case(&mut self, events: &[CaseEvent<'_>], first: &CaseEvent<'_>, since: &str) -> String {
        let case = self.object("case", &format!("{}/{}", first.source, first.case_no));
        let region = events.iter().find_map(|e| e.data.region_code.as_deref());
        let kind = events.iter().find_map(|e| e.data.case_kind.as_deref());
        if let Some(object) = self.objects.get_mut(&case) {
            let own = [
                ("source", Some(&*first.source)),
                ("case_no", Some(&*first.case_no)),
                ("region_code", region),
                ("case_kind", kind),
            ];
            for (name, value) in own {
                if let Some(value) = value {
                    let value = (value.to_owned(), since.to_owned());
                    object.attributes.insert(name, value);
                }
            }
        }
        case
    }

    fn event(&mut self, event: &CaseEvent<'_>, case: &str) -> Event {
        let mut related = vec![(case.to_owned(), "case")];
        let data = &event.data;
        if let Some(item) = &data.item_code {
            let item = self.object("item", item);
            self.relate(case, &item, "of");
            related.push((item, "item"));
        }
        if let Some(body) = &data.org_code {
            related.push((self.object("body", body), "body"));
        }
        if let Some(parent) = &data.parent_case_no {
            let parent = self.object("case", &format!("{}/{parent}", event.source));
            self.relate(case, &parent, "parent");
        }
        if let Some(actor) = &data.actor {
            related.push((self.object("officer", &actor.id), "actor"));
        }
        for actor in &data.co_actors {
            related.push((self.object("officer", &actor.id), "co_actor"));
        }
        let of_type = activity(event);
        self.types.entry(of_type.clone()).or_default();
        let attributes = fields(event)
            .into_iter()
            .map(|(name, field)| (self.named(&of_type, name, &field), field));
        Event {
            id: format!("{}/{}/{}", event.source, event.case_no, event.event_id),
            attributes: attributes.collect(),
            of_type,
            related,
        }
    }

    /// An attribute under its name; under its name and type where the name has another type already.
    fn named(&mut self, event_type: &str, name: String, field: &Field) -> String {
        let kind = type_of(field);
        let known = self.types.entry(event_type.to_owned()).or_default();
        let name = match known.get(&name) {
            Some(other) if *other != kind => format!("{name}:{kind}"),
            _ => name,
        };
        known.insert(name.clone(), kind);
        name
    }

    fn relate(&mut self, from: &str, to: &str, qualifier: &'static str) {
        if let Some(object) = self.objects.get_mut(from) {
            object.related.insert((to.to_owned(), qualifier));
        }
    }

    /// The types of objects, with the names of their attributes, which are all texts.
    fn kinds(&self) -> BTreeMap<&'static str, BTreeSet<&'static str>> {
        let mut kinds: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for object in self.objects.values() {
            let names = kinds.entry(object.kind).or_default();
            names.extend(object.attributes.keys());
        }
        kinds
    }
}
