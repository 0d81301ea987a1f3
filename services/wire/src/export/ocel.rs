//! OCEL 2.0 in JSON: cases, power items, bodies and officers as objects that events belong to.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use chrono_tz::Tz;
use mingjing_domain::event::CaseEvent;
use serde_json::{Value, json};

use super::{CaseWriter, Field, activity, fields, written};

/// Writes an object-centric log. Events go out as they come, objects and types at the end.
pub struct OcelWriter<W> {
    out: W,
    zone: Tz,
    events: u64,
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

impl<W: Write> OcelWriter<W> {
    /// A log whose instants are shown in `zone`.
    pub fn new(out: W, zone: Tz) -> Self {
        Self {
            out,
            zone,
            events: 0,
            objects: BTreeMap::new(),
            types: BTreeMap::new(),
        }
    }

    fn object(&mut self, kind: &'static str, id: &str) -> String {
        let whole = format!("{kind}:{id}");
        self.objects.entry(whole.clone()).or_default().kind = kind;
        whole
    }

    /// An attribute under its name; under its name and type where the name has another type already.
    fn attribute(&mut self, event_type: &str, name: String, field: Field) -> Value {
        let (kind, value) = match field {
            Field::Text(text) => ("string", json!(text)),
            Field::Int(number) => ("integer", json!(number)),
            Field::Float(number) => ("float", json!(number)),
            Field::Truth(truth) => ("boolean", json!(truth)),
            Field::Instant(at) => ("time", json!(written(at, self.zone))),
        };
        let known = self.types.entry(event_type.to_owned()).or_default();
        let name = match known.get(&name) {
            Some(other) if *other != kind => format!("{name}:{kind}"),
            _ => name,
        };
        known.insert(name.clone(), kind);
        json!({ "name": name, "value": value })
    }

    fn begin(&mut self) -> io::Result<()> {
        let before: &[u8] = if self.events == 0 {
            b"{\"events\":[\n"
        } else {
            b",\n"
        };
        self.out.write_all(before)
    }

    fn event(&mut self, event: &CaseEvent<'_>, case: &str) -> io::Result<()> {
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
        let event_type = activity(event);
        self.types.entry(event_type.clone()).or_default();
        let mut attributes = Vec::new();
        for (name, field) in fields(event) {
            attributes.push(self.attribute(&event_type, name, field));
        }
        let relationships = related
            .into_iter()
            .map(|(id, qualifier)| json!({ "objectId": id, "qualifier": qualifier }));
        let whole = json!({
            "id": format!("{}/{}/{}", event.source, event.case_no, event.event_id),
            "type": event_type,
            "time": written(event.occurred_at, self.zone),
            "attributes": attributes,
            "relationships": relationships.collect::<Vec<_>>(),
        });
        self.begin()?;
        self.events += 1;
        serde_json::to_writer(&mut self.out, &whole)?;
        Ok(())
    }

    fn relate(&mut self, from: &str, to: &str, qualifier: &'static str) {
        if let Some(object) = self.objects.get_mut(from) {
            object.related.insert((to.to_owned(), qualifier));
        }
    }

    fn kinds(&self) -> Value {
        let mut kinds: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for object in self.objects.values() {
            kinds
                .entry(object.kind)
                .or_default()
                .extend(object.attributes.keys());
        }
        let kind = |(name, attributes): (&str, BTreeSet<&str>)| {
            let attributes = attributes
                .into_iter()
                .map(|a| json!({ "name": a, "type": "string" }));
            json!({ "name": name, "attributes": attributes.collect::<Vec<_>>() })
        };
        kinds.into_iter().map(kind).collect()
    }
}

impl<W: Write> CaseWriter for OcelWriter<W> {
    fn case(&mut self, events: &[CaseEvent<'_>]) -> io::Result<()> {
        let Some(first) = events.first() else {
            return Ok(());
        };
        let case = self.object("case", &format!("{}/{}", first.source, first.case_no));
        let since = written(first.occurred_at, self.zone);
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
                    object
                        .attributes
                        .insert(name, (value.to_owned(), since.clone()));
                }
            }
        }
        for event in events {
            self.event(event, &case)?;
        }
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        if self.events == 0 {
            self.begin()?;
        }
        self.out.write_all(b"],\n\"objects\":[\n")?;
        for (at, (id, object)) in self.objects.iter().enumerate() {
            if at > 0 {
                self.out.write_all(b",\n")?;
            }
            let attributes = object.attributes.iter();
            let attributes = attributes.map(
                |(name, (value, since))| json!({ "name": name, "time": since, "value": value }),
            );
            let related = object
                .related
                .iter()
                .map(|(id, qualifier)| json!({ "objectId": id, "qualifier": qualifier }));
            let whole = json!({
                "id": id,
                "type": object.kind,
                "attributes": attributes.collect::<Vec<_>>(),
                "relationships": related.collect::<Vec<_>>(),
            });
            serde_json::to_writer(&mut self.out, &whole)?;
        }
        let event_types: Value = self
            .types
            .iter()
            .map(|(name, attributes)| {
                let attributes = attributes
                    .iter()
                    .map(|(name, kind)| json!({ "name": name, "type": kind }));
                json!({ "name": name, "attributes": attributes.collect::<Vec<_>>() })
            })
            .collect();
        write!(
            self.out,
            "],\n\"objectTypes\":{},\n\"eventTypes\":{event_types}}}\n",
            self.kinds()
        )?;
        self.out.flush()
    }
}
