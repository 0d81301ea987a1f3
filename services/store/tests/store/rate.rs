//! How fast batches go in. Run it for the figures: `cargo test --release -p mingjing-store rate -- --ignored --nocapture`.

use std::time::Instant;

use mingjing_domain::alert::Level;
use mingjing_store::{AlertFilter, Batch, Store};

use crate::samples::*;

const ROWS: u64 = 50_000;
const ROUNDS: u64 = 10;

#[tokio::test]
#[ignore = "a measurement, not a check"]
async fn rate_of_events_and_alerts() {
    let store = store().await;
    let mut events = 0.0;
    let mut alerts = 0.0;
    for round in 0..ROUNDS {
        let mut batch = Batch::default();
        for n in round * ROWS..(round + 1) * ROWS {
            batch.event(event_row(
                &full_event(&format!("e-{n}"), &format!("c-{}", n / 8)),
                n,
            ));
        }
        let begun = Instant::now();
        write(&store, &batch, &[]).await;
        events += begun.elapsed().as_secs_f64();
        let mut batch = Batch::default();
        for n in round * ROWS..(round + 1) * ROWS {
            batch.alert(alert_row(full_alert(&format!("c-{n}")), n));
        }
        let begun = Instant::now();
        write(&store, &batch, &[]).await;
        alerts += begun.elapsed().as_secs_f64();
    }
    let rate = |seconds: f64| (ROWS * ROUNDS) as f64 / seconds;
    println!(
        "events {:.0} rows/s, alerts {:.0} rows/s, blocks of {ROWS}",
        rate(events),
        rate(alerts)
    );
    let mut small = Vec::new();
    for n in 0..50 {
        let mut batch = Batch::default();
        batch.alert(alert_row(full_alert(&format!("small-{n}")), n));
        let begun = Instant::now();
        write(&store, &batch, &[]).await;
        small.push(begun.elapsed());
    }
    small.sort();
    println!(
        "one alert: median {:?}, 98th of 100 {:?}",
        small[25], small[48]
    );
    reading(&store).await;
}

/// Half a million alerts and events, as they lie after ten large and fifty small inserts.
async fn reading(store: &Store) {
    let open_red = AlertFilter {
        open_only: true,
        level: vec![Level::Red],
        ..AlertFilter::default()
    };
    let id = full_alert("c-77777").alert_id;
    for _ in 0..2 {
        let begun = Instant::now();
        assert!(store.alert(&id).await.unwrap().is_some());
        println!("one alert and its history: {:?}", begun.elapsed());
        let begun = Instant::now();
        assert!(store.case("泸州住建", "c-777").await.unwrap().is_some());
        println!("one case with its timeline: {:?}", begun.elapsed());
        let begun = Instant::now();
        assert_eq!(
            store
                .alerts(&AlertFilter::default(), None, 50)
                .await
                .unwrap()
                .alerts
                .len(),
            50
        );
        println!("a page of 50 of all: {:?}", begun.elapsed());
        let begun = Instant::now();
        store.alerts(&open_red, None, 50).await.unwrap();
        println!("a page of open red ones: {:?}", begun.elapsed());
        let begun = Instant::now();
        store.counts(at(0)).await.unwrap();
        println!("counts: {:?}", begun.elapsed());
    }
    let begun = Instant::now();
    let mut stream = store.alerts_export(&AlertFilter::default()).unwrap();
    let mut count = 0;
    while stream.next().await.unwrap().is_some() {
        count += 1;
    }
    println!("export of {count}: {:?}", begun.elapsed());
}
