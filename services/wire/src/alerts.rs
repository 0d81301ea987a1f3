//! Alerts and facts as NDJSON: one JSON object a line, keys in the order of the types, instants with the
//! offset of a zone.
//!
//! The domain prints instants in UTC. Where people read them, they stand in the calendar's zone: the same
//! instants, another offset. They are found by their keys, which by rule of the house end in `_at`.

use std::io::{self, BufRead, Write};

use chrono_tz::Tz;
use mingjing_domain::Timestamp;
use mingjing_domain::alert::AlertRecord;
use mingjing_domain::fact::Fact;
use serde::{Serialize, de::DeserializeOwned};

use crate::refusal::{Position, Refusal};
use crate::{cloudevents::json_text, cloudevents::read_typed};

/// One alert as a line without its end, instants in `tz`.
pub fn write_alert(alert: &AlertRecord, tz: Tz) -> String {
    line(alert, tz)
}

/// One fact as a line without its end, instants in `tz`.
pub fn write_fact(fact: &Fact, tz: Tz) -> String {
    line(fact, tz)
}

/// Writes every alert, one a line.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_alerts<'a>(
    alerts: impl IntoIterator<Item = &'a AlertRecord>,
    tz: Tz,
    mut out: impl Write,
) -> io::Result<()> {
    alerts
        .into_iter()
        .try_for_each(|alert| writeln!(out, "{}", write_alert(alert, tz)))
}

/// Writes every fact, one a line.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_facts<'a>(
    facts: impl IntoIterator<Item = &'a Fact>,
    tz: Tz,
    mut out: impl Write,
) -> io::Result<()> {
    facts
        .into_iter()
        .try_for_each(|fact| writeln!(out, "{}", write_fact(fact, tz)))
}

/// Reads one alert.
///
/// # Errors
/// A refusal with the place within `line`.
pub fn parse_alert(line: &[u8]) -> Result<AlertRecord, Refusal> {
    read_typed(json_text(line)?, "", Position::START)
}

/// Reads one fact.
///
/// # Errors
/// A refusal with the place within `line`.
pub fn parse_fact(line: &[u8]) -> Result<Fact, Refusal> {
    read_typed(json_text(line)?, "", Position::START)
}

/// Why a file of alerts or facts cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file cannot be read.
    #[error("cannot read line {line}")]
    Io {
        /// From 1.
        line: u32,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A line is no alert or fact.
    #[error("{0}")]
    Line(Refusal),
}

/// Reads alerts, one a line; blank lines are read over.
pub fn read_alerts(input: impl BufRead) -> impl Iterator<Item = Result<AlertRecord, ReadError>> {
    lines(input)
}

/// Reads facts, one a line; blank lines are read over.
pub fn read_facts(input: impl BufRead) -> impl Iterator<Item = Result<Fact, ReadError>> {
    lines(input)
}

fn lines<T: DeserializeOwned>(input: impl BufRead) -> impl Iterator<Item = Result<T, ReadError>> {
    input.split(b'\n').zip(1u32..).filter_map(|(bytes, line)| {
        let bytes = match bytes {
            Ok(bytes) => bytes,
            Err(source) => return Some(Err(ReadError::Io { line, source })),
        };
        if bytes.trim_ascii().is_empty() {
            return None;
        }
        let start = Position { line, column: 1 };
        let read = json_text(&bytes)
            .map_err(|refusal| refusal.counted_from(start))
            .and_then(|text| read_typed(text, "", start));
        Some(read.map_err(ReadError::Line))
    })
}

fn line<T: Serialize>(value: &T, tz: Tz) -> String {
    let json = serde_json::to_string(value).expect("records are text, numbers and instants");
    if tz == Tz::UTC {
        json
    } else {
        in_zone(&json, tz)
    }
}

/// The same JSON with its instants in `tz`.
///
/// Works on the text, which keeps the order of keys. That is exact: a `"` within a JSON string is always
/// escaped, and after a string that is a value comes no colon, so `":"` can only stand between a key and
/// its text value.
fn in_zone(json: &str, tz: Tz) -> String {
    const BETWEEN: &str = "\":\"";
    let mut out = String::with_capacity(json.len() + 64);
    let mut rest = json;
    while let Some(at) = rest.find(BETWEEN) {
        let (before, after) = rest.split_at(at + BETWEEN.len());
        out.push_str(before);
        rest = after;
        let key = &before[..at];
        let key = &key[key.rfind('"').map_or(0, |quote| quote + 1)..];
        if !names_an_instant(key) {
            continue;
        }
        let Some(end) = rest.find('"') else { break };
        if let Ok(instant) = Timestamp::parse(&rest[..end]) {
            out.push_str(&instant.to_rfc3339(tz));
            rest = &rest[end..];
        }
    }
    out.push_str(rest);
    out
}

fn names_an_instant(key: &str) -> bool {
    key.ends_with("_at") || key == "at" || key == "complete_until"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_moved_to_the_zone_and_nothing_else_is_touched() {
        let json = r#"{"due_at":"2026-11-23T01:30:00+00:00","message":"\"due_at\":\"2026-11-23T01:30:00+00:00\"","note":"2026-11-23T01:30:00+00:00","ended_at":null,"e":[{"from_at":"2026-11-23T01:30:00.250+00:00"}],"x_at":"no","at":"1970-01-01T00:00:00+00:00"}"#;
        assert_eq!(
            in_zone(json, Tz::Asia__Shanghai),
            r#"{"due_at":"2026-11-23T09:30:00+08:00","message":"\"due_at\":\"2026-11-23T01:30:00+00:00\"","note":"2026-11-23T01:30:00+00:00","ended_at":null,"e":[{"from_at":"2026-11-23T09:30:00.250+08:00"}],"x_at":"no","at":"1970-01-01T08:00:00+08:00"}"#
        );
    }
}
