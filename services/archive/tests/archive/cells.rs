//! Cells of statistics are kept beside the archive.

use std::sync::Arc;
use std::time::Duration;

use mingjing_archive::{Config, Heads, PlatformClock};
use mingjing_store::metrics::{Asked, Dimension, Filter, Known, METRICS, Over};
use mingjing_store::{Sight, Store};

use crate::engine;
use crate::scenario::*;

const ZONE: chrono_tz::Tz = chrono_tz::Asia::Shanghai;

fn asked() -> Asked {
    let of_cases = METRICS.iter().filter(|metric| metric.over == Over::Cases);
    Asked {
        period: "2026-11".parse().unwrap(),
        zone: ZONE,
        now: at(7200),
        by: Some(Dimension::Org),
        metrics: of_cases.copied().collect(),
        filter: Filter::default(),
        sight: Sight::default(),
        compare: true,
        min_base: 0,
        limit: 100,
        known: Known::default(),
    }
}

#[tokio::test]
async fn statistics_are_read_from_cells_that_follow_the_archive() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path()).await;
    fill(&log, 0..CASES).await;
    let store = Store::connect(&engine::config());
    let config = Config {
        cells_every: Duration::from_millis(20),
        ..config()
    };
    let clock: PlatformClock = Arc::new(|| at(3600));
    let heads = Heads {
        table: log.clone(),
        zone: ZONE,
    };
    let running = start_with(log.clone(), &store, config, clock, Some(heads));
    running.until_level(&log, &store).await;
    while !store.cells_answer(&asked()).await.unwrap() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for more in 0..3 {
        fill(&log, CASES + more..CASES + more + 1).await;
        running.until_level(&log, &store).await;
        let cells = store.statistics(&asked()).await.unwrap();
        let rows = store.statistics_by_row(&asked()).await.unwrap();
        assert_eq!(cells, rows, "{more}");
        let received = cells.total["received"].value;
        assert_eq!(received, Some(f64::from(CASES + more + 1)));
    }
    let told = || {
        prometheus::TextEncoder::new()
            .encode_to_string(&running.registry.gather())
            .unwrap()
    };
    while !told().contains("mingjing_archive_cell_passes_total{kind=\"changes\"}") {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let told = told();
    for wanted in [
        "mingjing_archive_cell_passes_total{kind=\"from_nothing\"}",
        "mingjing_archive_cells_differing 0",
        "mingjing_archive_cells_failing 0",
    ] {
        assert!(told.contains(wanted), "{wanted} in\n{told}");
    }
    running.stop().await;
}
