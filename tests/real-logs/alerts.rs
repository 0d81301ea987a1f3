//! Alerts as far as two sets of them are compared, read from the exported records or put together here.

use std::fmt;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use mingjing_domain::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

/// The fields by which two alert sets are equal. Instants are cut to the second, as departments' clocks are
/// judged. Ordered by what it is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct Alert {
    pub control_point: String,
    pub case_no: String,
    pub step: String,
    pub visit: u32,
    pub level: String,
    pub status: String,
    #[serde(deserialize_with = "to_the_second")]
    pub due_at: Option<Timestamp>,
    #[serde(deserialize_with = "to_the_second")]
    pub breached_at: Option<Timestamp>,
    #[serde(deserialize_with = "to_the_second")]
    pub completed_at: Option<Timestamp>,
}

/// Every key that an exported alert has, whatever its value.
const KEYS: &str = "alert_id subject_kind source case_no item_code org_code region_code responsible_org \
     responsible_office responsible_actor control_point rule step visit level status due_at breached_at raised_at \
     issued_at completed_at ended_at ended_reason withdrawn_at withdrawn_reason statutory legal_basis limit \
     answer_due_at definitions_version calendar_version engine_version message evidence";

/// An allegation about the case as a whole, issued; change fields from there.
pub fn issued(control_point: &str, case_no: &str, level: &str) -> Alert {
    Alert {
        control_point: control_point.into(),
        case_no: case_no.into(),
        step: String::new(),
        visit: 1,
        level: level.into(),
        status: "issued".into(),
        due_at: None,
        breached_at: None,
        completed_at: None,
    }
}

impl Alert {
    /// The same about a limit: broken at this instant, its last second in time the one before.
    pub fn past(self, breached_at: Timestamp) -> Self {
        Alert {
            due_at: Some(breached_at.plus_millis(-1000)),
            breached_at: Some(breached_at),
            ..self
        }
    }
}

/// Reads exported records, one a line.
pub fn read(file: &Path) -> Result<Vec<Alert>> {
    let text = std::fs::read_to_string(file).with_context(|| format!("read {}", file.display()))?;
    let mut alerts = Vec::new();
    for (index, line) in text.lines().enumerate() {
        alerts.push(
            parse(line).with_context(|| format!("alert record in line {}: {line}", index + 1))?,
        );
    }
    Ok(alerts)
}

fn parse(line: &str) -> Result<Alert> {
    let record: Map<String, Value> = serde_json::from_str(line)?;
    let absent: Vec<&str> = KEYS
        .split_whitespace()
        .filter(|key| !record.contains_key(*key))
        .collect();
    ensure!(
        absent.is_empty(),
        "keys that every record must have are absent: {absent:?}"
    );
    ensure!(
        record["subject_kind"] == "case",
        "these logs raise alerts about cases only"
    );
    Ok(serde_json::from_value(Value::Object(record))?)
}

fn to_the_second<'de, D: serde::Deserializer<'de>>(d: D) -> Result<Option<Timestamp>, D::Error> {
    Ok(Option::<Timestamp>::deserialize(d)?.map(Timestamp::floor_second))
}

impl fmt::Display for Alert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = |t: Option<Timestamp>| t.map_or("-".to_owned(), |t| t.to_string());
        write!(
            f,
            "{} {} step={} visit={} {} {} due={} breached={} completed={}",
            self.control_point,
            self.case_no,
            if self.step.is_empty() {
                "-"
            } else {
                &self.step
            },
            self.visit,
            self.level,
            self.status,
            at(self.due_at),
            at(self.breached_at),
            at(self.completed_at)
        )
    }
}
