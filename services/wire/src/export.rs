//! Cases for process-mining tools: XES (IEEE 1849), OCEL 2.0 (JSON and XML) and CSV.
//!
//! A writer takes one case after the other and holds none of them; only OCEL's objects, which stand in it once each, are kept
//! until the end. Free text (reasons) and references to parties stay in the platform: what is exported is codes, instants, amounts
//! and the attributes that sources declare.

mod csv;
mod ocel;
mod outgoing;
mod xes;

use std::io;

use chrono_tz::Tz;
use mingjing_domain::Timestamp;
use mingjing_domain::event::{CaseEvent, EventKind, Value};

pub use csv::CsvWriter;
pub use ocel::{OcelWriter, OcelXmlWriter};
pub use outgoing::{Selection, outgoing};
pub use xes::XesWriter;

/// What takes cases.
pub trait CaseWriter {
    /// Writes a case: its events in the order in which they are judged, all of one source and number.
    ///
    /// # Errors
    /// The output cannot be written.
    fn case(&mut self, events: &[CaseEvent<'_>]) -> io::Result<()>;

    /// Writes what comes last.
    ///
    /// # Errors
    /// The output cannot be written.
    fn finish(&mut self) -> io::Result<()>;
}

/// A typed value of an event.
#[derive(Clone, Debug, PartialEq)]
enum Field {
    Text(String),
    Int(i64),
    Float(f64),
    Truth(bool),
    Instant(Timestamp),
}

/// What was done: the step of a step's events, else the field's own term for the kind.
fn activity(event: &CaseEvent<'_>) -> String {
    match (&event.data.step_code, event.kind) {
        (Some(step), EventKind::StepStart | EventKind::StepEnd) => step.to_string(),
        _ => event.kind.name_zh().to_owned(),
    }
}

/// Everything of an event that leaves the platform, by name.
fn fields(event: &CaseEvent<'_>) -> Vec<(String, Field)> {
    let data = &event.data;
    let mut fields = vec![
        (
            "event_id".to_owned(),
            Field::Text(event.event_id.to_string()),
        ),
        ("kind".to_owned(), Field::Text(event.kind.code().to_owned())),
        (
            "data_version".to_owned(),
            Field::Int(event.data_version.into()),
        ),
    ];
    let mut put = |name: &str, field: Field| fields.push((name.to_owned(), field));
    for (name, at) in [("entered_at", event.entered_at), ("sent_at", event.sent_at)] {
        if let Some(at) = at {
            put(name, Field::Instant(at));
        }
    }
    put("received_at", Field::Instant(event.received_at));
    let actor = data.actor.as_ref();
    let special = data.special.as_ref();
    for (name, text) in [
        ("step", &data.step_code),
        ("prev_step", &data.prev_step_code),
        ("case_kind", &data.case_kind),
        ("channel", &data.channel),
        ("item_code", &data.item_code),
        ("item_version", &data.item_version),
        ("org_code", &data.org_code),
        ("region_code", &data.region_code),
        ("result_code", &data.result_code),
        ("legal_basis", &data.legal_basis),
        ("discretion_act", &data.discretion_act),
        ("discretion_tier", &data.discretion_tier),
        ("corrects", &data.corrects),
        ("parent_case_no", &data.parent_case_no),
    ] {
        if let Some(text) = text {
            put(name, Field::Text(text.to_string()));
        }
    }
    if let Some(actor) = actor {
        put("actor", Field::Text(actor.id.to_string()));
        if let Some(role) = &actor.role {
            put("actor_role", Field::Text(role.to_string()));
        }
    }
    if let Some(special) = special {
        put("special_kind", Field::Text(special.kind.to_string()));
        for (name, text) in [
            ("special_basis", &special.basis),
            ("special_granted", &special.granted),
            ("special_approver_rank", &special.approver_rank),
        ] {
            if let Some(text) = text {
                put(name, Field::Text(text.to_string()));
            }
        }
        if let Some(at) = special.planned_end {
            put("special_planned_end", Field::Instant(at));
        }
    }
    for (name, fen) in &data.amounts {
        put(&format!("amount:{name}"), Field::Int(*fen));
    }
    for (name, value) in &data.attributes {
        let field = match value {
            Value::Bool(truth) => Field::Truth(*truth),
            Value::Int(number) => Field::Int(*number),
            Value::Float(number) => Field::Float(*number),
            Value::Text(text) => Field::Text(text.to_string()),
        };
        put(&format!("attribute:{name}"), field);
    }
    fields
}

fn written(at: Timestamp, zone: Tz) -> String {
    at.to_rfc3339(zone)
}
