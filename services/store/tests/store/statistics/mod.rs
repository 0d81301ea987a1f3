//! Statistics against the real engine: every metric held against the slow computation, and numbers against their rows.

mod by_hand;
mod cells;
mod dictionary;
mod slow;
pub mod world;

use std::collections::BTreeMap;

use mingjing_domain::Timestamp;
use mingjing_domain::period::Period;
use mingjing_store::metrics::{
    Answer, Asked, Dimension, Filter, METRICS, Metric, Over, Part, Record, Unit, Value,
};
use mingjing_store::{Sight, Store};

use crate::samples::store;
use slow::{Span, Sum, Thing};
use world::World;

const ZONE: chrono_tz::Tz = chrono_tz::Asia::Shanghai;

pub fn asked(period: &str, now: &str, world: &World) -> Asked {
    Asked {
        period: period.parse().unwrap(),
        zone: ZONE,
        now: Timestamp::parse(now).unwrap(),
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

fn span(period: Period, now: Timestamp) -> Span {
    let until = period.until(ZONE);
    Span {
        from: period.from(ZONE),
        until,
        at: until.min(now),
    }
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * (1.0 + a.abs().max(b.abs()))
}

/// Type 7 of Hyndman and Fan: between the two that it lies between.
fn quantile(of: &[f64], level: f64) -> Option<f64> {
    let mut sorted = of.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = level * (sorted.len().checked_sub(1)? as f64);
    let (low, part) = (place.floor() as usize, place.fract());
    let next = sorted.get(low + 1).copied().unwrap_or(sorted[low]);
    Some(sorted[low] + (next - sorted[low]) * part)
}

fn is_quantile(metric: &Metric) -> Option<f64> {
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

fn same(a: Option<f64>, b: Option<f64>, metric: &Metric) -> bool {
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
        let was = was.unwrap();
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

struct Spans {
    now: Span,
    previous: Span,
    last_year: Span,
}

impl Spans {
    fn of(period: Period, now: Timestamp) -> Self {
        Self {
            now: span(period, now),
            previous: span(period.previous(), now),
            last_year: span(period.last_year(), now),
        }
    }

    fn check<'t>(&self, metric: &Metric, value: &Value, things: &[&'t Thing<'t>], what: &str) {
        let of = |span: &Span| slow::sum(metric.id, things.iter().copied(), span);
        let (now, previous, last_year) = (of(&self.now), of(&self.previous), of(&self.last_year));
        check(metric, value, [&now, &previous, &last_year], what);
    }
}

#[tokio::test]
async fn every_metric_is_what_the_slow_computation_says_in_total_and_by_every_dimension() {
    let store = store().await;
    let world = World::by_chance(1, 400);
    world.write(&store).await;
    for (period, now, by) in [
        ("2026-10", "2026-12-10T09:00:00+08:00", &Dimension::ALL[..]),
        (
            "2026-Q4",
            "2027-01-01T00:00:00+08:00",
            &[Dimension::Org, Dimension::Month],
        ),
        ("2026-10-05..2026-10-20", "2026-12-10T09:00:00+08:00", &[]),
    ] {
        held_against_the_slow(&store, &world, (period, now), by).await;
    }
}

async fn held_against_the_slow(
    store: &Store,
    world: &World,
    (period, now): (&str, &str),
    dimensions: &[Dimension],
) {
    let total = asked(period, now, world);
    let spans = Spans::of(total.period, total.now);
    let things: BTreeMap<Over, Vec<Thing<'_>>> = Over::ALL
        .iter()
        .map(|over| (*over, slow::things(world, *over)))
        .collect();
    let answer = store.statistics(&total).await.unwrap();
    for metric in METRICS.iter() {
        let things = &things[&metric.over];
        let all: Vec<&Thing<'_>> = things.iter().collect();
        spans.check(metric, &answer.total[metric.id], &all, period);
    }
    for by in dimensions.iter().copied() {
        let answer = store
            .statistics(&Asked {
                by: Some(by),
                ..total.clone()
            })
            .await
            .unwrap();
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
                    let spans = Spans::of(row.key.parse().unwrap(), total.now);
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

/// All rows behind a part, page by page.
async fn opened(store: &Store, metric: &'static Metric, part: Part, asked: &Asked) -> Vec<Record> {
    let mut all = Vec::new();
    let mut after = None;
    loop {
        let page = store
            .statistics_rows(metric, part, asked, after.as_ref(), 97)
            .await
            .unwrap();
        all.extend(page.records);
        after = page.next;
        if after.is_none() {
            return all;
        }
        after = after.map(|cursor| cursor.to_string().parse().unwrap());
    }
}

#[tokio::test]
async fn the_rows_behind_every_number_add_up_to_it() {
    let store = store().await;
    let world = World::by_chance(3, 300);
    world.write(&store).await;
    let total = asked("2026-10", "2026-12-10T09:00:00+08:00", &world);
    let key = Some((Dimension::Org, "o1".to_owned()));
    let of_body = Asked {
        filter: Filter {
            key,
            ..Filter::default()
        },
        ..total.clone()
    };
    for asked in [total, of_body] {
        let answer = store.statistics(&asked).await.unwrap();
        for metric in METRICS.iter() {
            let value = answer.total[metric.id];
            let counted = opened(&store, metric, Part::Numerator, &asked).await;
            let of = opened(&store, metric, Part::Base, &asked).await;
            let sum = |rows: &[Record]| rows.iter().map(|row| row.amount).sum::<f64>();
            let told = format!("{} {value:?}: {} of {}", metric.id, counted.len(), of.len());
            match is_quantile(metric) {
                Some(level) => {
                    let amounts: Vec<f64> = of.iter().map(|row| row.amount).collect();
                    let median = quantile(&amounts, level);
                    assert!(same(value.value, median, metric), "{told} {median:?}");
                    assert_eq!(value.base, Some(of.len() as f64), "{told}");
                }
                None => {
                    assert!(
                        value.numerator.is_some_and(|n| near(n, sum(&counted))),
                        "{told}"
                    );
                    assert!(value.base.is_none_or(|base| near(base, sum(&of))), "{told}");
                }
            }
            let mut keys: Vec<_> = of.iter().map(|r| (&r.source, &r.case_no, &r.sub)).collect();
            assert!(keys.is_sorted(), "{told}");
            keys.dedup();
            assert_eq!(keys.len(), of.len(), "{told}");
            let alerts = matches!(metric.over, Over::Alerts | Over::Orders | Over::Appeals);
            assert!(
                of.iter().all(|row| row.alert_id.is_empty() != alerts),
                "{told}"
            );
        }
    }
}

#[tokio::test]
async fn whoever_sees_a_part_counts_and_opens_that_part_alone() {
    let store = store().await;
    let world = World::by_chance(4, 300);
    world.write(&store).await;
    let all = asked("2026-10", "2026-12-10T09:00:00+08:00", &world);
    let district = Sight {
        region_prefix: Some("510502".into()),
        body: None,
    };
    let body = Sight {
        body: Some("o1".into()),
        ..district.clone()
    };
    let spans = Spans::of(all.period, all.now);
    for sight in [district, body] {
        let seen = Asked {
            sight: sight.clone(),
            ..all.clone()
        };
        let sees = |thing: &&Thing<'_>| {
            let key = |by| thing.keys.0.get(&by).map(String::as_str);
            sight.sees(key(Dimension::Region), &[key(Dimension::Org)])
        };
        let answer: Answer = store.statistics(&seen).await.unwrap();
        for metric in METRICS.iter() {
            let things = slow::things(&world, metric.over);
            let things: Vec<&Thing<'_>> = things.iter().filter(sees).collect();
            spans.check(
                metric,
                &answer.total[metric.id],
                &things,
                &format!("{sight:?}"),
            );
            for part in [Part::Numerator, Part::Base] {
                for row in opened(&store, metric, part, &seen).await {
                    assert!(
                        row.region_code.starts_with("510502"),
                        "{} {row:?}",
                        metric.id
                    );
                    assert!(
                        sight
                            .body
                            .as_deref()
                            .is_none_or(|body| row.org_code == body),
                        "{} {row:?}",
                        metric.id
                    );
                }
            }
        }
    }
}

#[tokio::test]
async fn what_is_asked_for_is_counted_and_nothing_else() {
    let store = store().await;
    let world = World::by_chance(5, 300);
    world.write(&store).await;
    let all = asked("2026-10", "2026-12-10T09:00:00+08:00", &world);
    let spans = Spans::of(all.period, all.now);
    let text = |text: &str| Some(text.to_owned());
    for (filter, by, wanted) in [
        (
            Filter {
                region_prefix: text("510502"),
                ..Filter::default()
            },
            Dimension::Region,
            "510502",
        ),
        (
            Filter {
                org: text("o2"),
                ..Filter::default()
            },
            Dimension::Org,
            "o2",
        ),
        (
            Filter {
                item_code: text("i'3\\"),
                ..Filter::default()
            },
            Dimension::Item,
            "i'3\\",
        ),
        (
            Filter {
                power_type: text("penalty"),
                ..Filter::default()
            },
            Dimension::PowerType,
            "penalty",
        ),
        (
            Filter {
                case_kind: text("promise"),
                ..Filter::default()
            },
            Dimension::CaseKind,
            "promise",
        ),
        (
            Filter {
                key: Some((Dimension::Org, String::new())),
                ..Filter::default()
            },
            Dimension::Org,
            "",
        ),
        (
            Filter {
                key: Some((Dimension::Level, "red".into())),
                ..Filter::default()
            },
            Dimension::Level,
            "red",
        ),
    ] {
        let told = format!("{filter:?}");
        let answer = store
            .statistics(&Asked {
                filter,
                ..all.clone()
            })
            .await
            .unwrap();
        for metric in METRICS.iter().filter(|m| m.over.dimensions().contains(&by)) {
            let things = slow::things(&world, metric.over);
            let fits = |thing: &&Thing<'_>| {
                let key = thing.keys.0.get(&by).map_or("", String::as_str);
                if by == Dimension::Region {
                    key.starts_with(wanted)
                } else {
                    key == wanted
                }
            };
            let things: Vec<&Thing<'_>> = things.iter().filter(fits).collect();
            spans.check(metric, &answer.total[metric.id], &things, &told);
        }
    }
}

#[tokio::test]
async fn a_running_period_is_compared_with_as_much_of_those_before() {
    let store = store().await;
    let world = World::by_chance(6, 300);
    world.write(&store).await;
    let asked = asked("2026-10", "2026-10-18T12:00:00+08:00", &world);
    let answer = store.statistics(&asked).await.unwrap();
    assert!(answer.running);
    let part = |from: &str, until: &str| {
        let [from, until] = [from, until].map(|at| Timestamp::parse(at).unwrap());
        Span {
            from,
            until,
            at: until,
        }
    };
    let spans = Spans {
        now: Span {
            at: asked.now,
            ..span(asked.period, asked.now)
        },
        previous: part("2026-09-01T00:00:00+08:00", "2026-09-18T12:00:00+08:00"),
        last_year: part("2025-10-01T00:00:00+08:00", "2025-10-18T12:00:00+08:00"),
    };
    for metric in METRICS.iter() {
        let things = slow::things(&world, metric.over);
        let things: Vec<&Thing<'_>> = things.iter().collect();
        spans.check(metric, &answer.total[metric.id], &things, "running");
    }
}
