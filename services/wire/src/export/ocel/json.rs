//! OCEL 2.0 in JSON. Events go out as they come, objects and types at the end.

use std::io::{self, Write};

use chrono_tz::Tz;
use mingjing_domain::event::CaseEvent;
use serde_json::{Value, json};

use super::super::{CaseWriter, Field, written};
use super::Log;

/// Writes an object-centric log in JSON.
pub struct OcelWriter<W> {
    out: W,
    zone: Tz,
    events: u64,
    log: Log,
}

impl<W: Write> OcelWriter<W> {
    /// A log whose instants are shown in `zone`.
    pub fn new(out: W, zone: Tz) -> Self {
        Self {
            out,
            zone,
            events: 0,
            log: Log::default(),
        }
    }

    fn begin(&mut self) -> io::Result<()> {
        let before: &[u8] = if self.events == 0 {
            b"{\"events\":[\n"
        } else {
            b",\n"
        };
        self.out.write_all(before)
    }

    fn value(&self, field: Field) -> Value {
        match field {
            Field::Text(text) => json!(text),
            Field::Int(number) => json!(number),
            Field::Float(number) => json!(number),
            Field::Truth(truth) => json!(truth),
            Field::Instant(at) => json!(written(at, self.zone)),
        }
    }

    fn event(&mut self, event: &CaseEvent<'_>, case: &str) -> io::Result<()> {
        let of_log = self.log.event(event, case);
        let attributes = of_log.attributes.into_iter();
        let attributes =
            attributes.map(|(name, field)| json!({ "name": name, "value": self.value(field) }));
        let relationships = of_log
            .related
            .into_iter()
            .map(|(id, qualifier)| json!({ "objectId": id, "qualifier": qualifier }));
        let whole = json!({
            "id": of_log.id,
            "type": of_log.of_type,
            "time": written(event.occurred_at, self.zone),
            "attributes": attributes.collect::<Vec<_>>(),
            "relationships": relationships.collect::<Vec<_>>(),
        });
        self.begin()?;
        self.events += 1;
        serde_json::to_writer(&mut self.out, &whole)?;
        Ok(())
    }
}

impl<W: Write> CaseWriter for OcelWriter<W> {
    fn case(&mut self, events: &[CaseEvent<'_>]) -> io::Result<()> {
        let Some(first) = events.first() else {
            return Ok(());
        };
        let since = written(first.occurred_at, self.zone);
        let case = self.log.case(events, first, &since);
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
        for (at, (id, object)) in self.log.objects.iter().enumerate() {
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
        let typed =
            |name: &str, attributes: Vec<Value>| json!({ "name": name, "attributes": attributes });
        let kinds = self.log.kinds().into_iter().map(|(name, attributes)| {
            let attributes = attributes.into_iter();
            let attributes = attributes.map(|a| json!({ "name": a, "type": "string" }));
            typed(name, attributes.collect())
        });
        let event_types = self.log.types.iter().map(|(name, attributes)| {
            let attributes = attributes.iter();
            let attributes = attributes.map(|(name, kind)| json!({ "name": name, "type": kind }));
            typed(name, attributes.collect())
        });
        write!(
            self.out,
            "],\n\"objectTypes\":{},\n\"eventTypes\":{}}}\n",
            kinds.collect::<Value>(),
            event_types.collect::<Value>()
        )?;
        self.out.flush()
    }
}
