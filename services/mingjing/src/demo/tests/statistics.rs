//! The dictionary's numbers of the demo's city: its past as the engine judges it, as the archive's rows in the real ClickHouse, held
//! against the slow computation, and cells against rows.

#[path = "../../../../store/tests/store/engine.rs"]
mod engine;
#[path = "../../../../store/tests/store/statistics/held.rs"]
mod held;
#[path = "../../../../../tests/common/lived.rs"]
mod lived;
#[path = "../../../../store/tests/store/statistics/slow/mod.rs"]
mod slow;
#[path = "../../../../store/tests/store/statistics/world.rs"]
mod world;

use chrono_tz::Asia::Shanghai;
use mingjing_domain::Timestamp;
use mingjing_domain::definitions::DefinitionSet;
use mingjing_store::Store;
use mingjing_store::metrics::{Asked, CellsMade, Dimension, METRICS, Over};

use super::{STARTS, origin_of};
use crate::demo::DEMO_SEED;
use crate::demo::feed::Feed;
use crate::demo::plan::Plan;
use world::World;

/// When is asked: no period runs any more.
const AFTERWARDS: &str = "2027-01-05T15:37:12+08:00";

/// The city on the day of its first start, as the archive has it.
fn city() -> World {
    let start = Timestamp::parse(STARTS[3]).unwrap();
    let origin = origin_of(start);
    let (_, facts) = super::lived(DEMO_SEED, origin, start);
    let plan = Plan::new(DEMO_SEED, origin);
    let (set, _) = DefinitionSet::read(plan.definitions(true));
    let due = Feed::new(plan, origin, origin).take_due(start);
    let dispatches = due.into_values().flat_map(|due| due.dispatches);
    let events = dispatches.map(|dispatch| dispatch.event).collect();
    lived::world(facts, events, &set)
}

#[tokio::test]
async fn every_metric_of_the_city_is_what_the_slow_computation_says_by_rows_and_by_cells() {
    let city = city();
    let store = Store::connect(&engine::config());
    store.migrate(Timestamp::from_millis(0)).await.unwrap();
    city.write(&store).await;
    for (period, by) in [
        ("2026-11", &Dimension::ALL[..]),
        ("2026-Q4", &[Dimension::Org, Dimension::Month]),
    ] {
        let asked = held::asked(period, Shanghai, AFTERWARDS, &city);
        held::held_against_the_slow(&store, &city, &asked, by).await;
    }

    let now = Timestamp::parse(AFTERWARDS).unwrap();
    let made = store.make_cells(Shanghai, now).await.unwrap();
    assert_eq!(made, Some(CellsMade::FromNothing));
    let asked = |period: &str, by| Asked {
        by,
        metrics: (METRICS.iter().copied())
            .filter(|metric| metric.over == Over::Cases)
            .collect(),
        ..held::asked(period, Shanghai, AFTERWARDS, &city)
    };
    for (period, by) in [
        ("2026-11", None),
        ("2026-10", Some(Dimension::Region)),
        ("2026-Q4", Some(Dimension::PowerType)),
        ("2026", Some(Dimension::Month)),
    ] {
        held::cells_say_what_rows_say(&store, &asked(period, by), "the city").await;
    }

    // Of a city that nothing happens in everything would agree.
    let total = held::asked("2026-Q4", Shanghai, AFTERWARDS, &city);
    let total = store.statistics(&total).await.unwrap().total;
    for id in [
        "received",
        "closed",
        "on_time_rate",
        "median_total_days",
        "p90_step_hours",
        "alerts_issued",
        "ratings",
        "online_rate",
    ] {
        let value = total[id].value;
        assert!(value.is_some_and(|value| value > 0.0), "{id}: {value:?}");
    }
}
