//! What dashboards ask.

use chrono_tz::Tz;
use mingjing_domain::Timestamp;
use mingjing_store::Sight;
use mingjing_store::metrics::{Asked, Dimension, Filter, Known, METRICS, Metric, Over};

use super::engine::Side;

/// What the console's board shows first of cases (`dashboards/console/src/statistics/columns.ts`).
const BOARD: [&str; 7] = [
    "received",
    "closed",
    "open",
    "on_time_rate",
    "overdue_rate",
    "median_total_days",
    "alert_rate",
];

/// A question, and what was measured of it.
pub struct Question {
    pub name: &'static str,
    pub asked: Asked,
    /// Out of cells.
    pub cells: Side,
    /// Of rows.
    pub rows: Side,
}

/// Every question, before it was asked.
pub fn questions(now: Timestamp, zone: Tz) -> Vec<Question> {
    let metrics = METRICS.iter().copied();
    let board: Vec<&'static Metric> = metrics
        .clone()
        .filter(|metric| BOARD.contains(&metric.id))
        .collect();
    let all: Vec<&'static Metric> = metrics
        .clone()
        .filter(|metric| metric.over == Over::Cases)
        .collect();
    let of_steps: Vec<&'static Metric> = metrics
        .filter(|metric| metric.over == Over::Steps)
        .collect();
    let asked = |period: &str, by: Option<Dimension>, metrics: &[&'static Metric]| Asked {
        period: period.parse().expect("a period that is written here"),
        zone,
        now,
        by,
        metrics: metrics.to_vec(),
        filter: Filter::default(),
        sight: Sight::default(),
        compare: true,
        min_base: 5,
        limit: 1000,
        known: Known::default(),
    };
    let question = |name: &'static str, asked: Asked| Question {
        name,
        asked,
        cells: Side::default(),
        rows: Side::default(),
    };
    let of_one_body = Asked {
        filter: Filter {
            org: Some("org-7".to_owned()),
            ..Filter::default()
        },
        ..asked("2026-11", None, &all)
    };
    let seen_in_part = Asked {
        sight: Sight {
            region_prefix: Some("510502".to_owned()),
            body: None,
        },
        ..asked("2026-11", Some(Dimension::Org), &board)
    };
    vec![
        question("this month", asked("2026-11", None, &board)),
        question(
            "this month by body",
            asked("2026-11", Some(Dimension::Org), &board),
        ),
        question(
            "this month by region",
            asked("2026-11", Some(Dimension::Region), &board),
        ),
        question("every metric of the month", asked("2026-10", None, &all)),
        question("every metric of one body's month", of_one_body),
        question("one region's bodies", seen_in_part),
        question(
            "the month's steps",
            asked("2026-10", Some(Dimension::Step), &of_steps),
        ),
        question(
            "steps of the month by body",
            asked("2026-10", Some(Dimension::Org), &of_steps),
        ),
        question(
            "the year's steps",
            asked("2026", Some(Dimension::Step), &of_steps),
        ),
        question(
            "the year by month",
            asked("2026", Some(Dimension::Month), &board),
        ),
        question(
            "the year by body",
            asked("2026", Some(Dimension::Org), &board),
        ),
        question(
            "the year by kind of power",
            asked("2026", Some(Dimension::PowerType), &board),
        ),
    ]
}
