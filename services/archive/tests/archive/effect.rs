//! Exactly-once effect.

use mingjing_domain::alert::Status;
use mingjing_store::{AlertFilter, Store};

use crate::proxy::{At, Cut, Proxy};
use crate::scenario::*;
use crate::{engine, process};

#[tokio::test]
async fn what_lies_in_the_log_lies_in_the_tables() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path()).await;
    fill(&log, 0..CASES).await;
    let store = Store::connect(&engine::config());
    let running = start(log.clone(), &store, config());
    running.until_level(&log, &store).await;

    let counts = store.counts(at(0)).await.unwrap();
    assert_eq!((counts.cases, counts.cases_open), (60, 0));
    let mut whole = store.alerts_export(&AlertFilter::default()).unwrap();
    let mut found = Vec::new();
    while let Some(alert) = whole.next().await.unwrap() {
        found.push(alert);
    }
    found.sort_by(|a, b| a.case_no.cmp(&b.case_no));
    let expected: Vec<_> = (0..CASES)
        .step_by(3)
        .map(|case| alert(case, Status::Ended))
        .collect();
    assert_eq!(found, expected);
    for case in 0..CASES {
        let view = store.case(SOURCE, &case_no(case)).await.unwrap().unwrap();
        let told = view.case.unwrap();
        assert_eq!(
            (told.events, told.visits.len(), view.events.len()),
            (3, 3, 3),
            "{case}"
        );
        let revisions: Vec<u32> = view
            .alerts
            .iter()
            .flat_map(|a| &a.history)
            .map(|h| h.revision)
            .collect();
        assert_eq!(
            revisions,
            if case % 3 == 0 { vec![1, 2, 3] } else { vec![] },
            "{case}"
        );
    }

    // What comes later comes too, and is counted.
    fill(&log, CASES..CASES + 1).await;
    running.until_level(&log, &store).await;
    assert!(store.case(SOURCE, &case_no(CASES)).await.unwrap().is_some());
    let text = prometheus::TextEncoder::new()
        .encode_to_string(&running.registry.gather())
        .unwrap();
    for wanted in [
        "mingjing_archive_rows_total{table=\"cases\"}",
        "mingjing_archive_records_total{topic=\"mj.log\"} 312",
        "mingjing_archive_refused_total{reason=\"malformed_json\",topic=\"mj.log\"} 7",
        "mingjing_archive_insert_seconds_count{table=\"watermarks\"}",
    ] {
        assert!(text.contains(wanted), "{wanted} in\n{text}");
    }
    assert_eq!(running.metrics.last_error(), None);
    running.stop().await;
}

/// Kills the archive (`kill -9`) before and after every kind of insert, twice each, over one log and one database.
#[tokio::test]
async fn killed_at_any_insert_it_loses_and_doubles_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path()).await;
    fill(&log, 0..CASES).await;
    let undisturbed = engine::config();
    let store = Store::connect(&undisturbed);
    let running = start(log.clone(), &store, config());
    running.until_level(&log, &store).await;
    running.stop().await;
    drop(log);
    let expected = contents(&undisturbed).await;
    assert!(expected.len() > 300, "{}", expected.len());

    let tables = [
        "events",
        "alert_history",
        "alerts",
        "cases",
        "source_health",
        "rejects",
        "watermarks",
    ];
    for table in tables {
        let disturbed = engine::config();
        for (n, cut) in [
            (1, Cut::Before),
            (1, Cut::After),
            (2, Cut::After),
            (2, Cut::Before),
        ] {
            let proxy = Proxy::start(engine::address(), Some(At { table, n, cut })).await;
            let mut archive = process::start(folder.path(), &disturbed, &proxy.url);
            tokio::select! {
                () = proxy.until_reached() => archive.kill().await.unwrap(),
                // Nothing is left to insert into this table.
                ended = archive.wait() => assert!(ended.unwrap().success()),
            }
            if n == 1 {
                assert!(*proxy.reached.borrow(), "no kill inside {table}");
                assert_ne!(
                    contents(&disturbed).await,
                    expected,
                    "{table} was whole before its end"
                );
            }
        }
        let mut archive = process::start(folder.path(), &disturbed, &disturbed.url);
        assert!(archive.wait().await.unwrap().success());
        assert_eq!(contents(&disturbed).await, expected, "{table}");
    }
}

/// The process aborts itself after its 1st, 2nd, 3rd … insert, each life going on where the last one died.
#[tokio::test]
async fn dying_after_every_insert_it_still_gets_everything_in_once() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path()).await;
    fill(&log, 0..CASES).await;
    let undisturbed = engine::config();
    let store = Store::connect(&undisturbed);
    let running = start(log.clone(), &store, config());
    running.until_level(&log, &store).await;
    running.stop().await;
    drop(log);
    let disturbed = engine::config();
    let mut deaths = 0;
    for inserts in 1.. {
        let mut archive = process::start_to_fail_at(folder.path(), &disturbed, inserts);
        if archive.wait().await.unwrap().success() {
            break;
        }
        deaths += 1;
    }
    assert!(deaths >= 3, "{deaths}");
    assert_eq!(contents(&disturbed).await, contents(&undisturbed).await);
}

/// The engine took the rows and its answer was lost: the same block goes there again.
#[tokio::test]
async fn an_answer_that_is_lost_doubles_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path()).await;
    fill(&log, 0..CASES).await;
    let disturbed = engine::config();
    let at = At {
        table: "alerts",
        n: 2,
        cut: Cut::After,
    };
    let proxy = Proxy::start(engine::address(), Some(at)).await;
    let store = Store::connect(&mingjing_store::Config {
        url: proxy.url.clone(),
        ..disturbed.clone()
    });
    let running = start(log.clone(), &store, config());
    running.until_level(&log, &store).await;
    assert!(*proxy.reached.borrow());
    assert!(
        running
            .metrics
            .last_error()
            .unwrap()
            .text
            .contains("alerts")
    );
    running.stop().await;

    let undisturbed = engine::config();
    let store = Store::connect(&undisturbed);
    let running = start(log.clone(), &store, config());
    running.until_level(&log, &store).await;
    running.stop().await;
    assert_eq!(contents(&disturbed).await, contents(&undisturbed).await);
}
