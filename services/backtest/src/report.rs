//! What was found, as it is printed and stored.

use std::collections::BTreeMap;

use mingjing_domain::Timestamp;
use serde::Serialize;

use crate::judge::{Example, Judges, Moves, Tally, Verdicts};
use crate::span::{Counts, Span};

/// What is said of one control point.
#[derive(Clone, Debug, Default, Serialize)]
pub struct OfPoint {
    /// Its name, where the draft has it.
    pub name: String,
    /// The kind of its rule, like `T3`.
    pub rule: String,
    /// All its alerts.
    pub tally: Tally,
    /// Those of them that stand at another level.
    pub level_changed: u64,
    /// The first of each kind of difference.
    pub examples: Vec<Example>,
}

/// What is said of one power item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct OfItem {
    /// All its alerts.
    pub tally: Tally,
    /// Those of them that stand at another level.
    pub level_changed: u64,
}

/// Alerts that stand at another level by the draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LevelChange {
    /// The code of the level as it is.
    pub was: String,
    /// And by the draft.
    pub would: String,
    /// How many.
    pub alerts: u64,
}

/// What is said of one control point and one body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cell {
    /// 监察点.
    pub control_point: String,
    /// The body that answers; empty: none is known.
    pub org: String,
    /// Their alerts.
    pub tally: Tally,
}

/// The whole finding. Instants are UTC in JSON, as facts are.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Cases that began at this instant or later …
    pub from: Timestamp,
    /// … and before this one, judged as of it.
    pub to: Timestamp,
    /// The version of the draft definitions.
    pub draft: String,
    /// Their calendars.
    pub draft_calendars: String,
    /// The definitions compared with; none: the alerts as published.
    pub against: Option<String>,
    /// Cases judged.
    pub cases: u64,
    /// Their events.
    pub events: u64,
    /// Cases in which something happened in the span, and which had begun before it.
    pub cases_left_out: u64,
    /// Conditions that the draft could not judge for want of a value.
    pub unjudged_conditions: u64,
    /// Every alert.
    pub total: Tally,
    /// By control point.
    pub by_control_point: BTreeMap<String, OfPoint>,
    /// By body.
    pub by_org: BTreeMap<String, Tally>,
    /// By power item; empty: none is known.
    pub by_item: BTreeMap<String, OfItem>,
    /// What becomes of levels.
    pub level_changes: Vec<LevelChange>,
    /// By control point and body.
    pub by_control_point_and_org: Vec<Cell>,
    /// How long it took.
    pub seconds: f64,
}

impl Report {
    pub(crate) fn new(span: Span, judges: &Judges, verdicts: Verdicts, counts: Counts) -> Self {
        let mut report = Report {
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
            total: Tally::default(),
            by_control_point: BTreeMap::new(),
            by_org: BTreeMap::new(),
            by_item: BTreeMap::new(),
            level_changes: Vec::new(),
            by_control_point_and_org: Vec::new(),
            seconds: 0.0,
        };
        let mut moves = Moves::new();
        for (control_point, at_point) in verdicts.by_point {
            let mut of_point = OfPoint {
                name: at_point.name,
                rule: at_point.rule,
                tally: Tally::default(),
                level_changed: at_point.moves.values().sum(),
                examples: at_point.examples.into_examples().collect(),
            };
            for (levels, alerts) in at_point.moves {
                *moves.entry(levels).or_default() += alerts;
            }
            for (org, tally) in at_point.by_org {
                of_point.tally.add(tally);
                report.total.add(tally);
                report.by_org.entry(org.clone()).or_default().add(tally);
                let control_point = control_point.clone();
                report.by_control_point_and_org.push(Cell {
                    control_point,
                    org,
                    tally,
                });
            }
            report.by_control_point.insert(control_point, of_point);
        }
        let by_item = verdicts.by_item.into_iter();
        report.by_item = by_item
            .map(|(item, of)| {
                let of_item = OfItem {
                    tally: of.tally,
                    level_changed: of.level_changed,
                };
                (item, of_item)
            })
            .collect();
        let moves = moves.into_iter();
        report.level_changes = moves
            .map(|((was, would), alerts)| LevelChange { was, would, alerts })
            .collect();
        report
    }
}
