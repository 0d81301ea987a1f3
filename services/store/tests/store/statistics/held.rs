//! Numbers of the dictionary held against the slow computation, and cells against rows.
//!
//! Other tests take this file in too, with `slow` and `world` beside it: those on real logs and on the demo's city.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use mingjing_domain::Timestamp;
use mingjing_domain::period::Period;
use mingjing_store::metrics::{Asked, Dimension, Filter, METRICS, Metric, Over, Unit, Value};
use mingjing_store::{Sight, Store};

use super::slow::{self, Span, Sum, Thing};
use super::world::World;

/// Every metric of a period, of all that there is, compared with the period before and last year's.
pub fn asked(period: &str, zone: Tz, now: &str, world: &World) -> Asked {
    Asked {
        period: period.parse().expect("a period"),
        zone,
        now: Timestamp::parse(now).expect("an instant"),
        by: None,
        metrics: METRICS.clone(),
        filter: Filter::default(),
        sight: Sight::default(),
        compare: true,
        min_base: 0,
        limit: 1000,
        known: world.known.clone(),
    }
}

/// The questions that cells answer are of cases; theirs and the rows' answers are one, to the last digit.
pub async fn cells_say_what_rows_say(store: &Store, asked: &Asked, what: &str) {
    let told = format!("{what}: {asked:?}");
    let cells = store.cells_answer(asked).await.expect("the engine answers");
    assert!(cells, "not asked of cells: {told}");
    let cells = store.statistics(asked).await.expect("the engine answers");
    let rows = store
        .statistics_by_row(asked)
        .await
        .expect("the engine answers");
    assert_eq!(cells, rows, "{told}");
}

pub fn span(period: Period, zone: Tz, now: Timestamp) -> Span {
    let until = period.until(zone);
    Span {
        from: period.from(zone),
        until,
        at: until.min(now),
    }
}

pub fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * (1.0 + a.abs().max(b.abs()))
}

/// Type 7 of Hyndman and Fan: between the two that it lies between.
pub fn quantile(of: &[f64], level: f64) -> Option<f64> {
    let mut sorted = of.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = level * (sorted.len().checked_sub(1)? as f64);
    let (low, part) = (place.floor() as usize, place.fract());
    let next = sorted.get(low + 1).copied().unwrap_or(sorted[low]);
    Some(sorted[low] + (next - sorted[low]) * part)
}

pub fn is_quantile(metric: &Metric) -> Option<f64> {
    match metric.id {
        id if id.starts_with("median_") => Some(0.5),
        id if id.starts_with("p90_") => Some(0.9),
        _ => None,
    }
}

/// The value that a sum comes to, as an answer rounds it.
fn value_of(metric: &Metric, sum: &Sum) -> Option<f64> {
    let value = match is_quantile(metric) {
        Some(level) => quantile(&sum.of, level)?,
        None if metric.unit == Unit::Count => sum.numerator,
        None if sum.denominator > 0.0 => sum.numerator / sum.denominator,
        None => return None,
    };
    Some(match metric.unit {
        Unit::Days | Unit::Hours => (value * 10.0).round() / 10.0,
        _ => value,
    })
}

pub fn same(a: Option<f64>, b: Option<f64>, metric: &Metric) -> bool {
    // What is rounded may fall to the other side where it lies in the middle.
    let slack = match metric.unit {
        Unit::Days | Unit::Hours => 0.100_001,
        _ => 0.0,
    };
    match (a, b) {
        (Some(a), Some(b)) => near(a, b) || (a - b).abs() < slack,
        (a, b) => a.is_none() == b.is_none(),
    }
}

/// One number against the slow ones of the period, the one before and last year.
fn check(metric: &Metric, value: &Value, sums: [&Sum; 3], what: &str) {
    let [now, previous, last_year] = sums;
    let told = format!("{} {what}: {value:?}\nslow {now:?}", metric.id);
    assert!(same(value.value, value_of(metric, now), metric), "{told}");
    if is_quantile(metric).is_none() {
        assert!(
            value.numerator.is_some_and(|n| near(n, now.numerator)),
            "{told}"
        );
    }
    if let Some(denominator) = value.denominator {
        assert!(near(denominator, now.denominator), "{told}");
    }
    assert_eq!(value.base.is_some(), metric.unit != Unit::Count, "{told}");
    assert!(value.base.is_none_or(|base| near(base, now.base)), "{told}");
    for (was, slow) in [(value.previous, previous), (value.last_year, last_year)] {
        let was = was.expect("both were asked for");
        assert!(
            same(was.value, value_of(metric, slow), metric),
            "{told}\nearlier {was:?} {slow:?}"
        );
        assert!(was.base.is_none_or(|base| near(base, slow.base)), "{told}");
    }
}

/// Everything of one kind by the key of a dimension.
fn by_key<'t, 'w>(things: &'t [Thing<'w>], by: Dimension) -> BTreeMap<String, Vec<&'t Thing<'w>>> {
    let mut all: BTreeMap<String, Vec<&Thing<'_>>> = BTreeMap::new();
    for thing in things {
        let key = thing.keys.0.get(&by).cloned().unwrap_or_default();
        // Of no region that is asked for, counties are told apart.
        let key = match by {
            Dimension::Region => key.chars().take(6).collect(),
            _ => key,
        };
        all.entry(key).or_default().push(thing);
    }
    all
}

/// The three stretches that a metric is told of.
pub struct Spans {
    pub now: Span,
    pub previous: Span,
    pub last_year: Span,
}

impl Spans {
    pub fn of(asked: &Asked) -> Self {
        let span = |period| span(period, asked.zone, asked.now);
        Self {
            now: span(asked.period),
            previous: span(asked.period.previous()),
            last_year: span(asked.period.last_year()),
        }
    }

    pub fn check<'t>(&self, metric: &Metric, value: &Value, things: &[&'t Thing<'t>], what: &str) {
        let of = |span: &Span| slow::sum(metric.id, things.iter().copied(), span);
        let (now, previous, last_year) = (of(&self.now), of(&self.previous), of(&self.last_year));
        check(metric, value, [&now, &previous, &last_year], what);
    }
}

/// Asks for all metrics in total and by every one of the dimensions, and holds each number against the slow computation.
pub async fn held_against_the_slow(
    store: &Store,
    world: &World,
    total: &Asked,
    dimensions: &[Dimension],
) {
    let period = total.period.to_string();
    let spans = Spans::of(total);
    let things: BTreeMap<Over, Vec<Thing<'_>>> = Over::ALL
        .iter()
        .map(|over| (*over, slow::things(world, *over)))
        .collect();
    let answer = store.statistics(total).await.expect("the engine answers");
    for metric in METRICS.iter() {
        let things = &things[&metric.over];
        let all: Vec<&Thing<'_>> = things.iter().collect();
        spans.check(metric, &answer.total[metric.id], &all, &period);
    }
    for by in dimensions.iter().copied() {
        let answer = store
            .statistics(&Asked {
                by: Some(by),
                ..total.clone()
            })
            .await
            .expect("the engine answers");
        for metric in METRICS.iter() {
            let things = &things[&metric.over];
            let all: Vec<&Thing<'_>> = things.iter().collect();
            let what = format!("{period} by {}", by.code());
            spans.check(metric, &answer.total[metric.id], &all, &what);
            if !metric.over.dimensions().contains(&by) {
                assert!(
                    answer
                        .rows
                        .iter()
                        .all(|row| !row.values.contains_key(metric.id))
                );
                continue;
            }
            if by == Dimension::Month {
                for row in &answer.rows {
                    let month = Asked {
                        period: row.key.parse().expect("a month"),
                        ..total.clone()
                    };
                    let spans = Spans::of(&month);
                    spans.check(
                        metric,
                        &row.values[metric.id],
                        &all,
                        &format!("{what} {}", row.key),
                    );
                }
                assert_eq!(answer.rows.len(), total.period.months().len());
                continue;
            }
            for (key, things) in by_key(things, by) {
                let what = format!("{what} {key:?}");
                let row = answer.rows.iter().find(|row| row.key == key);
                match row {
                    Some(row) => spans.check(metric, &row.values[metric.id], &things, &what),
                    // No row is nothing to count.
                    None => {
                        let sum = slow::sum(metric.id, things.iter().copied(), &spans.now);
                        assert!(
                            sum.numerator == 0.0 && sum.base == 0.0,
                            "{} {what}: {sum:?}",
                            metric.id
                        );
                    }
                }
            }
        }
    }
}
