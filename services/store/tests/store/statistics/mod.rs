//! Statistics against the real engine: every metric held against the slow computation, and numbers against their rows.

mod by_hand;
mod cells;
mod chance;
mod dictionary;
mod held;
mod slow;
pub mod world;

use mingjing_domain::Timestamp;
use mingjing_domain::sampling::{self, Sampling};
use mingjing_store::metrics::{
    Answer, Asked, Dimension, Filter, METRICS, Metric, Over, Part, Record,
};
use mingjing_store::{Sight, Store};

use crate::samples::store;
use held::{Spans, held_against_the_slow, is_quantile, near, quantile, same, span};
use slow::{Span, Thing};
use world::World;

const ZONE: chrono_tz::Tz = chrono_tz::Asia::Shanghai;

pub fn asked(period: &str, now: &str, world: &World) -> Asked {
    held::asked(period, ZONE, now, world)
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
        held_against_the_slow(&store, &world, &asked(period, now, &world), by).await;
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

/// Bodies see no samples, and who sees a region those that were drawn of it.
fn samples_seen(world: &World, sight: &Sight) -> Vec<(String, Vec<sampling::Record>)> {
    let prefix = sight.region_prefix.as_deref().unwrap_or_default();
    let seen = world.samples.iter().filter(|(_, journal)| {
        let sampling = Sampling::of(journal).unwrap();
        sight.body.is_none() && sampling.plan.region.starts_with(prefix)
    });
    let seen: Vec<_> = seen.cloned().collect();
    assert!(!world.samples.is_empty() && seen.len() < world.samples.len());
    seen
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
    let spans = Spans::of(&all);
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
        let world = World {
            samples: samples_seen(&world, &sight),
            ..World::by_chance(4, 300)
        };
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
    let spans = Spans::of(&all);
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
                channel: text("online"),
                ..Filter::default()
            },
            Dimension::Channel,
            "online",
        ),
        (
            Filter {
                key: Some((Dimension::Channel, String::new())),
                ..Filter::default()
            },
            Dimension::Channel,
            "",
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
            ..span(asked.period, ZONE, asked.now)
        },
        previous: part("2026-09-01T00:00:00+08:00", "2026-09-19T00:00:00+08:00"),
        last_year: part("2025-10-01T00:00:00+08:00", "2025-10-19T00:00:00+08:00"),
    };
    for metric in METRICS.iter() {
        let things = slow::things(&world, metric.over);
        let things: Vec<&Thing<'_>> = things.iter().collect();
        spans.check(metric, &answer.total[metric.id], &things, "running");
    }
}
