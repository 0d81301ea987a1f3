//! What a backtest found, as it is printed.

use std::collections::BTreeMap;

use mingjing_domain::Timestamp;
use serde::Serialize;

use super::judge::{Judges, OfPoint, Tally, Verdicts};
use super::span::{Counts, Span};

/// The whole finding. Instants are UTC in JSON, as facts are.
#[derive(Debug, Serialize)]
pub struct Report {
    pub from: Timestamp,
    pub to: Timestamp,
    pub draft: String,
    pub draft_calendars: String,
    /// The definitions compared with; none: the alerts as published.
    pub against: Option<String>,
    pub cases: u64,
    pub events: u64,
    /// Begun outside the span.
    pub cases_left_out: u64,
    /// Conditions that the draft could not judge for want of a value.
    pub unjudged_conditions: u64,
    pub total: Tally,
    pub by_control_point: BTreeMap<String, OfPoint>,
    pub by_org: BTreeMap<String, Tally>,
    pub seconds: f64,
}

impl Report {
    pub fn new(span: Span, judges: &Judges, verdicts: Verdicts, counts: Counts) -> Self {
        let mut total = Tally::default();
        for of in verdicts.by_point.values() {
            total.raised += of.tally.raised;
            total.withdrawn += of.tally.withdrawn;
            total.changed += of.tally.changed;
            total.same += of.tally.same;
        }
        Report {
            from: span.from,
            to: span.to,
            draft: judges.draft.definitions_version().into(),
            draft_calendars: judges.draft.calendar_versions().into(),
            against: judges
                .against
                .as_ref()
                .map(|rules| rules.definitions_version().to_owned()),
            cases: counts.cases,
            events: counts.events,
            cases_left_out: counts.cases_left_out,
            unjudged_conditions: verdicts.unjudged,
            total,
            by_control_point: verdicts.by_point,
            by_org: verdicts.by_org,
            seconds: 0.0,
        }
    }
}
