//! OCEL 2.0 in XML. The standard has types and objects before the events, and they are known only behind them: so the events
//! wait in a file that the caller lends, and memory holds the objects alone.

use std::io::{self, Read, Seek, SeekFrom, Write};

use chrono_tz::Tz;
use mingjing_domain::event::CaseEvent;

use super::super::{CaseWriter, Field, written};
use super::Log;
use crate::xml::escape;

/// Writes an object-centric log in XML.
pub struct OcelXmlWriter<W, S> {
    out: W,
    waiting: S,
    zone: Tz,
    log: Log,
}

impl<W: Write, S: Read + Write + Seek> OcelXmlWriter<W, S> {
    /// A log whose instants are shown in `zone`; `waiting` is empty and keeps the events until the end.
    pub fn new(out: W, waiting: S, zone: Tz) -> Self {
        Self {
            out,
            waiting,
            zone,
            log: Log::default(),
        }
    }
}

/// `<tag name="value" …`, without its end.
fn open(text: &mut String, indent: &str, tag: &str, attributes: &[(&str, &str)]) {
    text.push_str(indent);
    text.push('<');
    text.push_str(tag);
    for (name, value) in attributes {
        text.push(' ');
        text.push_str(name);
        text.push_str("=\"");
        escape(value, true, text);
        text.push('"');
    }
}

fn element(text: &mut String, indent: &str, tag: &str, attributes: &[(&str, &str)], value: &str) {
    open(text, indent, tag, attributes);
    text.push('>');
    escape(value, false, text);
    text.push_str("</");
    text.push_str(tag);
    text.push_str(">\n");
}

fn related<'r>(text: &mut String, objects: impl Iterator<Item = (&'r String, &'static str)>) {
    text.push_str("      <objects>\n");
    for (id, qualifier) in objects {
        let attributes = [("object-id", id.as_str()), ("qualifier", qualifier)];
        open(text, "        ", "relationship", &attributes);
        text.push_str("/>\n");
    }
    text.push_str("      </objects>\n");
}

/// `<object-types>` or `<event-types>`.
fn types<'t, A: Iterator<Item = (&'t str, &'t str)>>(
    text: &mut String,
    tag: &str,
    types: impl Iterator<Item = (&'t str, A)>,
) {
    text.push_str(&format!("  <{tag}s>\n"));
    for (name, attributes) in types {
        open(text, "    ", tag, &[("name", name)]);
        text.push_str(">\n      <attributes>\n");
        for (name, kind) in attributes {
            open(
                text,
                "        ",
                "attribute",
                &[("name", name), ("type", kind)],
            );
            text.push_str("/>\n");
        }
        text.push_str(&format!("      </attributes>\n    </{tag}>\n"));
    }
    text.push_str(&format!("  </{tag}s>\n"));
}

impl<W: Write, S: Read + Write + Seek> CaseWriter for OcelXmlWriter<W, S> {
    fn case(&mut self, events: &[CaseEvent<'_>]) -> io::Result<()> {
        let Some(first) = events.first() else {
            return Ok(());
        };
        let since = written(first.occurred_at, self.zone);
        let case = self.log.case(events, first, &since);
        let mut text = String::new();
        for event in events {
            let of_log = self.log.event(event, &case);
            let time = written(event.occurred_at, self.zone);
            let attributes = [
                ("id", of_log.id.as_str()),
                ("type", of_log.of_type.as_str()),
                ("time", time.as_str()),
            ];
            open(&mut text, "    ", "event", &attributes);
            text.push_str(">\n      <attributes>\n");
            for (name, field) in &of_log.attributes {
                let value = match field {
                    Field::Text(text) => text.clone(),
                    Field::Int(number) => number.to_string(),
                    Field::Float(number) => format!("{number:?}"),
                    Field::Truth(truth) => truth.to_string(),
                    Field::Instant(at) => written(*at, self.zone),
                };
                element(
                    &mut text,
                    "        ",
                    "attribute",
                    &[("name", name)],
                    &value,
                );
            }
            text.push_str("      </attributes>\n");
            related(&mut text, of_log.related.iter().map(|(id, q)| (id, *q)));
            text.push_str("    </event>\n");
        }
        self.waiting.write_all(text.as_bytes())
    }

    fn finish(&mut self) -> io::Result<()> {
        let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<log>\n".to_owned();
        let kinds = self.log.kinds();
        let of_objects = kinds.iter().map(|(name, attributes)| {
            let attributes = attributes.iter();
            (*name, attributes.map(|attribute| (*attribute, "string")))
        });
        types(&mut text, "object-type", of_objects);
        let of_events = self.log.types.iter().map(|(name, attributes)| {
            let attributes = attributes.iter();
            (
                name.as_str(),
                attributes.map(|(name, kind)| (name.as_str(), *kind)),
            )
        });
        types(&mut text, "event-type", of_events);
        text.push_str("  <objects>\n");
        self.out.write_all(text.as_bytes())?;
        for (id, object) in &self.log.objects {
            text.clear();
            open(
                &mut text,
                "    ",
                "object",
                &[("id", id), ("type", object.kind)],
            );
            text.push_str(">\n      <attributes>\n");
            for (name, (value, since)) in &object.attributes {
                let attributes = [("name", *name), ("time", since.as_str())];
                element(&mut text, "        ", "attribute", &attributes, value);
            }
            text.push_str("      </attributes>\n");
            related(&mut text, object.related.iter().map(|(id, q)| (id, *q)));
            text.push_str("    </object>\n");
            self.out.write_all(text.as_bytes())?;
        }
        self.out.write_all(b"  </objects>\n  <events>\n")?;
        self.waiting.flush()?;
        self.waiting.seek(SeekFrom::Start(0))?;
        io::copy(&mut self.waiting, &mut self.out)?;
        self.out.write_all(b"  </events>\n</log>\n")?;
        self.out.flush()
    }
}
