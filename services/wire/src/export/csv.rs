//! CSV: a row an event. Amounts and attributes are JSON objects, as their names differ from source to source.

use std::collections::BTreeMap;
use std::io::{self, Write};

use chrono_tz::Tz;
use mingjing_domain::event::CaseEvent;

use super::{CaseWriter, Field, activity, fields, written};

/// Columns of their own, after the case's and the event's.
const COLUMNS: &[&str] = &[
    "event_id",
    "kind",
    "step",
    "prev_step",
    "data_version",
    "entered_at",
    "sent_at",
    "received_at",
    "case_kind",
    "channel",
    "item_code",
    "item_version",
    "org_code",
    "region_code",
    "actor",
    "actor_role",
    "result_code",
    "legal_basis",
    "discretion_act",
    "discretion_tier",
    "corrects",
    "parent_case_no",
    "special_kind",
    "special_basis",
    "special_granted",
    "special_approver_rank",
    "special_planned_end",
];

/// Writes rows in UTF-8 with a heading.
pub struct CsvWriter<W: Write> {
    out: csv::Writer<W>,
    zone: Tz,
    begun: bool,
}

impl<W: Write> CsvWriter<W> {
    /// A table whose instants are shown in `zone`.
    pub fn new(out: W, zone: Tz) -> Self {
        Self {
            out: csv::Writer::from_writer(out),
            zone,
            begun: false,
        }
    }

    fn begin(&mut self) -> io::Result<()> {
        if !self.begun {
            self.begun = true;
            let own = ["source", "case_no", "activity", "occurred_at"];
            let heads = own.iter().chain(COLUMNS).chain(&["amounts", "attributes"]);
            self.out.write_record(heads)?;
        }
        Ok(())
    }

    fn text(&self, field: &Field) -> String {
        match field {
            Field::Text(text) => text.clone(),
            Field::Int(number) => number.to_string(),
            Field::Float(number) => number.to_string(),
            Field::Truth(truth) => truth.to_string(),
            Field::Instant(at) => written(*at, self.zone),
        }
    }
}

impl<W: Write> CaseWriter for CsvWriter<W> {
    fn case(&mut self, events: &[CaseEvent<'_>]) -> io::Result<()> {
        self.begin()?;
        for event in events {
            let fields: BTreeMap<String, Field> = fields(event).into_iter().collect();
            let mut row = vec![
                event.source.to_string(),
                event.case_no.to_string(),
                activity(event),
                written(event.occurred_at, self.zone),
            ];
            row.extend(
                COLUMNS
                    .iter()
                    .map(|name| fields.get(*name).map(|f| self.text(f)).unwrap_or_default()),
            );
            row.push(serde_json::to_string(&event.data.amounts)?);
            row.push(serde_json::to_string(&event.data.attributes)?);
            self.out.write_record(&row)?;
        }
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        self.begin()?;
        self.out.flush()
    }
}
