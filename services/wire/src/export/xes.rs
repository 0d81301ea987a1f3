//! XES, IEEE 1849: a trace a case.

use std::io::{self, Write};

use chrono_tz::Tz;
use mingjing_domain::event::{CaseEvent, EventKind};

use crate::xml::escape;

use super::{CaseWriter, Field, activity, fields, written};

/// Writes an XES log. The document's order of traces is that in which they come; instants are in one zone.
pub struct XesWriter<W> {
    out: W,
    zone: Tz,
    begun: bool,
}

const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849.2016" xes.features="" xmlns="http://www.xes-standard.org/">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
  <extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
  <extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
  <global scope="trace">
    <string key="concept:name" value=""/>
  </global>
  <global scope="event">
    <string key="concept:name" value=""/>
    <date key="time:timestamp" value="1970-01-01T00:00:00.000+00:00"/>
    <string key="lifecycle:transition" value="complete"/>
  </global>
  <classifier name="Activity" keys="concept:name"/>
  <classifier name="Activity and lifecycle" keys="concept:name lifecycle:transition"/>
"#;

impl<W: Write> XesWriter<W> {
    /// A log whose instants are shown in `zone`.
    pub fn new(out: W, zone: Tz) -> Self {
        Self {
            out,
            zone,
            begun: false,
        }
    }

    fn begin(&mut self) -> io::Result<()> {
        if !self.begun {
            self.begun = true;
            self.out.write_all(HEAD.as_bytes())?;
        }
        Ok(())
    }

    fn attribute(&mut self, indent: &str, name: &str, field: &Field) -> io::Result<()> {
        let (tag, value) = match field {
            Field::Text(text) => ("string", text.clone()),
            Field::Int(number) => ("int", number.to_string()),
            Field::Float(number) => ("float", format!("{number:?}")),
            Field::Truth(truth) => ("boolean", truth.to_string()),
            Field::Instant(at) => ("date", written(*at, self.zone)),
        };
        let mut line = format!("{indent}<{tag} key=\"");
        escape(name, true, &mut line);
        line.push_str("\" value=\"");
        escape(&value, true, &mut line);
        line.push_str("\"/>\n");
        self.out.write_all(line.as_bytes())
    }
}

impl<W: Write> CaseWriter for XesWriter<W> {
    fn case(&mut self, events: &[CaseEvent<'_>]) -> io::Result<()> {
        self.begin()?;
        let Some(first) = events.first() else {
            return Ok(());
        };
        self.out.write_all(b"  <trace>\n")?;
        self.attribute(
            "    ",
            "concept:name",
            &Field::Text(first.case_no.to_string()),
        )?;
        self.attribute("    ", "source", &Field::Text(first.source.to_string()))?;
        for event in events {
            self.out.write_all(b"    <event>\n")?;
            let transition = match event.kind {
                EventKind::StepStart => "start",
                EventKind::Suspend => "suspend",
                EventKind::Resume => "resume",
                _ => "complete",
            };
            let mut standard = vec![
                ("concept:name", Field::Text(activity(event))),
                ("time:timestamp", Field::Instant(event.occurred_at)),
                ("lifecycle:transition", Field::Text(transition.into())),
            ];
            if let Some(actor) = &event.data.actor {
                standard.push(("org:resource", Field::Text(actor.id.to_string())));
                if let Some(role) = &actor.role {
                    standard.push(("org:role", Field::Text(role.to_string())));
                }
            }
            if let Some(body) = &event.data.org_code {
                standard.push(("org:group", Field::Text(body.to_string())));
            }
            for (name, field) in &standard {
                self.attribute("      ", name, field)?;
            }
            for (name, field) in fields(event) {
                self.attribute("      ", &name, &field)?;
            }
            self.out.write_all(b"    </event>\n")?;
        }
        self.out.write_all(b"  </trace>\n")
    }

    fn finish(&mut self) -> io::Result<()> {
        self.begin()?;
        self.out.write_all(b"</log>\n")?;
        self.out.flush()
    }
}
