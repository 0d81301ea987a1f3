//! Paging through alerts.

use std::collections::BTreeSet;

use mingjing_domain::alert::{AlertRecord, Level, Status};
use mingjing_store::{AlertCursor, AlertFilter, Batch, Store};

use crate::samples::*;

/// Alerts of which several share an instant.
fn alerts(numbers: std::ops::Range<i64>) -> Vec<AlertRecord> {
    numbers
        .map(|n| {
            let mut alert = bare_alert(&format!("p-{n:05}"));
            alert.raised_at = at(n / 3);
            alert.level = [Level::Review, Level::Notice, Level::Yellow, Level::Red][n as usize % 4];
            alert
        })
        .collect()
}

async fn put(store: &Store, alerts: &[AlertRecord], version: u64) {
    let mut batch = Batch::default();
    alerts
        .iter()
        .for_each(|a| batch.alert(alert_row(a.clone(), version)));
    write(store, &batch, &[]).await;
}

/// The order of pages.
fn in_order(mut alerts: Vec<AlertRecord>) -> Vec<AlertRecord> {
    alerts.sort_by(|a, b| {
        b.raised_at
            .cmp(&a.raised_at)
            .then_with(|| a.alert_id.cmp(&b.alert_id))
    });
    alerts
}

#[tokio::test]
async fn pages_are_complete_and_stable_while_alerts_are_raised_and_changed() {
    let store = store().await;
    let before = alerts(0..500);
    put(&store, &before, 1).await;
    let (mut found, mut cursor, mut pages) = (Vec::new(), None::<AlertCursor>, 0);
    loop {
        let page = store
            .alerts(&AlertFilter::default(), cursor.as_ref(), 37)
            .await
            .unwrap();
        found.extend(page.alerts);
        pages += 1;
        // Meanwhile others are raised, later ones as it happens, and one that was already shown changes.
        put(&store, &alerts(500 + pages * 10..510 + pages * 10), 2).await;
        let mut changed = found[0].clone();
        changed.status = Status::Issued;
        put(&store, &[changed], 2 + pages as u64).await;
        match page.next {
            // The cursor goes through its text, as it does through the API.
            Some(next) => cursor = Some(next.to_string().parse().unwrap()),
            None => break,
        }
    }
    assert_eq!(pages, 14);
    assert_eq!(found, in_order(before));
}

#[tokio::test]
async fn a_last_page_that_is_full_has_no_next() {
    let store = store().await;
    put(&store, &alerts(0..10), 1).await;
    let page = store
        .alerts(&AlertFilter::default(), None, 10)
        .await
        .unwrap();
    assert_eq!((page.alerts.len(), page.next), (10, None));
    let page = store
        .alerts(&AlertFilter::default(), None, 9)
        .await
        .unwrap();
    assert!(page.next.is_some());
}

#[tokio::test]
async fn every_filter_finds_its_alerts_and_no_other() {
    let store = store().await;
    let (full, bare) = (full_alert("2026-0001"), bare_alert("2026-0002"));
    put(&store, &[full.clone(), bare.clone()], 1).await;
    let text = |s: &str| Some(s.to_owned());
    let any = AlertFilter::default;
    let only_full = [
        AlertFilter {
            status: vec![Status::Withdrawn, Status::Cancelled],
            ..any()
        },
        AlertFilter {
            level: vec![Level::Red],
            ..any()
        },
        AlertFilter {
            control_point: text("许可-决定超期"),
            ..any()
        },
        AlertFilter {
            rule: text("T3"),
            ..any()
        },
        AlertFilter {
            source: text("泸州住建"),
            ..any()
        },
        AlertFilter {
            org_code: text("510500-住建局"),
            ..any()
        },
        AlertFilter {
            region_prefix: text("5105"),
            ..any()
        },
        AlertFilter {
            item_code: text("51-施工许可-0001"),
            ..any()
        },
        AlertFilter {
            case_no: text("2026-0001"),
            ..any()
        },
        AlertFilter {
            raised_from: Some(full.raised_at),
            ..any()
        },
    ];
    let listed = in_list(full.clone());
    for filter in only_full {
        assert_eq!(
            store.alerts(&filter, None, 10).await.unwrap().alerts,
            std::slice::from_ref(&listed),
            "{filter:?}"
        );
    }
    let only_bare = [
        AlertFilter {
            open_only: true,
            ..any()
        },
        AlertFilter {
            raised_before: Some(full.raised_at),
            ..any()
        },
        AlertFilter {
            open_only: true,
            level: vec![Level::Review],
            source: text("s"),
            ..any()
        },
        AlertFilter {
            to_review: true,
            ..any()
        },
    ];
    for filter in only_bare {
        assert_eq!(
            store.alerts(&filter, None, 10).await.unwrap().alerts,
            std::slice::from_ref(&bare),
            "{filter:?}"
        );
    }
    let nobody = [
        AlertFilter {
            region_prefix: text("51'; DROP TABLE alerts; --"),
            ..any()
        },
        AlertFilter {
            case_no: text("\\' OR 1=1 {x:String} ? \t\n"),
            ..any()
        },
        AlertFilter {
            open_only: true,
            status: vec![Status::Withdrawn],
            ..any()
        },
    ];
    for filter in nobody {
        assert!(
            store
                .alerts(&filter, None, 10)
                .await
                .unwrap()
                .alerts
                .is_empty(),
            "{filter:?}"
        );
    }
}

#[tokio::test]
async fn an_export_holds_every_alert_once_as_it_stands() {
    let store = store().await;
    let mut all = alerts(0..2000);
    put(&store, &all, 1).await;
    for alert in &mut all[..700] {
        alert.status = Status::Ended;
    }
    put(&store, &all[..700], 2).await;
    let mut stream = store.alerts_export(&AlertFilter::default()).unwrap();
    let mut found = Vec::new();
    while let Some(alert) = stream.next().await.unwrap() {
        found.push(alert);
    }
    let ids: BTreeSet<&str> = found.iter().map(|a| a.alert_id.as_str()).collect();
    assert_eq!(ids.len(), found.len());
    assert_eq!(in_order(found), in_order(all));
}
