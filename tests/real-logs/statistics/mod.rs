//! The dictionary of statistics on the real logs: as rows against the slow computation, as cells against rows, and numbers that follow
//! from a log alone.
//!
//! Statistics count cases that are received, closed and under a limit, which the definitions beside say of no log: they are there for its
//! verdicts. So each log has a flowchart and a mapping for statistics too (`statistics/` in its folder), by which its own first and last
//! acts are receipt and closing. Everything else is as in the other tests: the log goes through the reader and the engine, and what the
//! engine published goes as the archive's rows into the real ClickHouse.

mod counted;
#[path = "../../../services/store/tests/store/statistics/held.rs"]
mod held;
mod judged;
#[path = "../../common/lived.rs"]
mod lived;
#[path = "../../../services/store/tests/store/statistics/slow/mod.rs"]
mod slow;
#[path = "../../../services/store/tests/store/statistics/world.rs"]
mod world;

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use mingjing_domain::Timestamp;
use mingjing_store::Store;
use mingjing_store::metrics::{Asked, CellsMade, Dimension, Filter, METRICS, Over, metric};

use crate::{RealLog, data_of, engine, fines, messages, permits, receipt};
use counted::Number;
use world::World;

/// Long after the last of the logs, so that no period runs.
const AFTERWARDS: &str = "2026-11-20T15:37:12+08:00";

/// A log as statistics are tried on it.
struct Trial {
    log: &'static RealLog,
    /// Of so many cases one is taken, by a digest of its number: the slow computation looks at every alert for every case.
    one_in: u32,
    numbers: fn(&Path, u32) -> Result<Vec<Number>>,
}

const TRIALS: [Trial; 4] = [
    Trial {
        log: &fines::LOG,
        one_in: 8,
        numbers: counted::of_fines,
    },
    Trial {
        log: &permits::LOG,
        one_in: 1,
        numbers: counted::of_permits,
    },
    Trial {
        log: &receipt::LOG,
        one_in: 1,
        numbers: counted::of_receipts,
    },
    Trial {
        log: &messages::LOG,
        one_in: 1,
        numbers: counted::of_messages,
    },
];

#[tokio::test]
async fn every_metric_of_the_real_logs_is_what_slow_reading_cells_and_the_logs_themselves_say()
-> Result<()> {
    let mut all: Option<World> = None;
    let mut numbers = Vec::new();
    for trial in &TRIALS {
        let Some(data) = data_of(trial.log)? else {
            return Ok(());
        };
        if trial.one_in > 1 {
            let (name, one_in) = (trial.log.name, trial.one_in);
            writeln!(
                std::io::stderr(),
                "statistics of {name}: one case in {one_in}"
            )?;
        }
        let world = judged::world(trial.log, &data, trial.one_in)
            .with_context(|| format!("judge {}", trial.log.name))?;
        let of_log = (trial.numbers)(&data, trial.one_in);
        numbers.extend(of_log.with_context(|| format!("count {}", trial.log.name))?);
        all = Some(match all {
            None => world,
            Some(before) => together(before, world),
        });
    }
    let world = all.context("no logs")?;
    ensure!(world.cases.len() > 9_000, "{} cases", world.cases.len());
    let store = Store::connect(&engine::config());
    store.migrate(Timestamp::from_millis(0)).await?;
    world.write(&store).await;

    let but_month = Dimension::ALL
        .into_iter()
        .filter(|by| *by != Dimension::Month);
    let but_month: Vec<Dimension> = but_month.collect();
    for (period, zone, by) in [
        ("2011", counted::AMSTERDAM, &but_month[..]),
        ("2012-Q1", counted::AMSTERDAM, &[Dimension::Month]),
        // When the fines were all judged.
        ("2013-06", counted::AMSTERDAM, &[Dimension::Rule]),
        ("2018-11", counted::SHANGHAI, &[Dimension::Org]),
    ] {
        let asked = held::asked(period, zone, AFTERWARDS, &world);
        held::held_against_the_slow(&store, &world, &asked, by).await;
    }

    by_cells(&store, &world).await?;
    let mut wrong = Vec::new();
    for number in &numbers {
        wrong.extend(disagreement(&store, &world, number).await?);
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

/// The same from cells, and cells made from nothing find the same.
async fn by_cells(store: &Store, world: &World) -> Result<()> {
    let now = Timestamp::parse(AFTERWARDS)?;
    let made = store.make_cells(counted::AMSTERDAM, now).await?;
    assert_eq!(made, Some(CellsMade::FromNothing));
    for (period, by) in [
        ("2011", None),
        ("2011", Some(Dimension::Month)),
        ("2011", Some(Dimension::Org)),
        ("2012-Q1", Some(Dimension::PowerType)),
        ("2006", Some(Dimension::Region)),
    ] {
        let asked = Asked {
            by,
            metrics: (METRICS.iter().copied())
                .filter(|metric| metric.over == Over::Cases)
                .collect(),
            ..held::asked(period, counted::AMSTERDAM, AFTERWARDS, world)
        };
        held::cells_say_what_rows_say(store, &asked, "real logs").await;
    }
    let checked = store.check_cells(counted::AMSTERDAM, now).await?;
    assert_eq!(checked.differing, Some(0));
    Ok(())
}

/// Two logs in one archive; a body that both have is one.
fn together(mut one: World, other: World) -> World {
    one.cases.extend(other.cases);
    one.alerts.extend(other.alerts);
    one.decisions.extend(other.decisions);
    one.events.extend(other.events);
    one.samples.extend(other.samples);
    one.known.items.extend(other.known.items);
    for body in other.known.bodies {
        if !one.known.bodies.contains(&body) {
            one.known.bodies.push(body);
        }
    }
    one
}

/// What the dictionary says otherwise than the log.
async fn disagreement(store: &Store, world: &World, number: &Number) -> Result<Option<String>> {
    let metric = metric(number.metric).with_context(|| format!("no metric {}", number.metric))?;
    let asked = Asked {
        metrics: vec![metric],
        filter: Filter {
            item_code: Some(number.item.into()),
            key: number.step.map(|step| (Dimension::Step, step.to_owned())),
            ..Filter::default()
        },
        compare: false,
        ..held::asked(
            number.period,
            number.zone,
            number.now.unwrap_or(AFTERWARDS),
            world,
        )
    };
    let answer = store.statistics(&asked).await?;
    let told = answer.total[metric.id];
    let agrees = held::same(told.value, Some(number.value), metric)
        && number.base.is_none_or(|base| told.base == Some(base));
    Ok((!agrees).then(|| {
        format!(
            "{} of {} in {}: {told:?}, by the log {} of {:?}",
            number.metric, number.item, number.period, number.value, number.base
        )
    }))
}
