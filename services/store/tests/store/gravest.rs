//! Of each case its gravest alert, and how many others it stands for.

use std::collections::{BTreeMap, BTreeSet};

use mingjing_domain::alert::{AlertRecord, Level, Status};
use mingjing_domain::ids::alert_id;
use mingjing_store::{AlertCursor, AlertFilter, AlertSort, Among, Batch, Sight, Store};

use crate::samples::*;

const LEVELS: [Level; 4] = [Level::Notice, Level::Review, Level::Yellow, Level::Red];

fn made(case_no: &str, point: &str, level: Level, status: Status, raised: i64) -> AlertRecord {
    let mut alert = bare_alert(case_no);
    alert.alert_id = alert_id("s", case_no, point, "", 1);
    alert.control_point = point.into();
    alert.level = level;
    alert.status = status;
    alert.raised_at = at(raised);
    alert
}

async fn put(store: &Store, alerts: &[AlertRecord]) {
    let mut batch = Batch::default();
    for alert in alerts {
        batch.alert(alert_row(alert.clone(), 1));
    }
    write(store, &batch, &[]).await;
}

fn tops() -> AlertFilter {
    AlertFilter {
        top_of_case: true,
        ..AlertFilter::default()
    }
}

/// Each row as its case, its control point and how many others it stands for, the newest first.
async fn listed(store: &Store, filter: &AlertFilter) -> Vec<String> {
    let page = store.alerts(filter, None, 100).await.unwrap();
    assert_eq!(page.alerts.len(), page.others.len());
    let rows = page.alerts.iter().zip(&page.others);
    rows.map(|(alert, others)| format!("{}/{}+{others}", alert.case_no, alert.control_point))
        .collect()
}

#[tokio::test]
async fn a_case_is_one_row_its_gravest_and_what_is_about_no_case_is_listed_alert_by_alert() {
    use Level::{Notice, Red, Review, Yellow};
    use Status::{Ended, Issued, Pending, Withdrawn};
    let store = store().await;
    let about = |kind: &str, mut alert: AlertRecord| {
        alert.subject_kind = kind.into();
        alert
    };
    let mut elsewhere = made("three", "red", Red, Issued, 90);
    elsewhere.source = "other".into();
    elsewhere.alert_id = alert_id("other", "three", "red", "", 1);
    put(
        &store,
        &[
            made("three", "notice", Notice, Issued, 3),
            made("three", "red", Red, Pending, 1),
            made("three", "yellow", Yellow, Issued, 2),
            made("alike", "first", Yellow, Issued, 11),
            made("alike", "second", Yellow, Issued, 12),
            made("alike", "unclear", Review, Status::Review, 13),
            made("over", "red", Red, Withdrawn, 22),
            made("over", "late", Red, Ended, 23),
            made("over", "stands", Notice, Issued, 21),
            made("gone", "yellow", Yellow, Withdrawn, 31),
            about("org", made("three", "org-a", Yellow, Issued, 41)),
            about("org", made("three", "org-b", Red, Issued, 42)),
            about("source", made("", "silence", Red, Issued, 51)),
            elsewhere,
        ],
    )
    .await;
    let all = [
        "three/red+0",
        "/silence+0",
        "three/org-b+0",
        "three/org-a+0",
        "gone/yellow+0",
        "over/stands+2",
        "alike/second+2",
        "three/red+2",
    ];
    assert_eq!(listed(&store, &tops()).await, all);
    // What does not fit neither stands before another nor is counted.
    let open = AlertFilter {
        open_only: true,
        ..tops()
    };
    let still: Vec<&str> = all
        .iter()
        .filter(|row| !row.starts_with("gone"))
        .map(|row| match *row {
            "over/stands+2" => "over/stands+0",
            row => row,
        })
        .collect();
    assert_eq!(listed(&store, &open).await, still);
    let level = |level| AlertFilter {
        level: vec![level],
        case_no: Some("three".into()),
        ..tops()
    };
    assert_eq!(
        listed(&store, &level(Yellow)).await,
        ["three/org-a+0", "three/yellow+0"]
    );
    let among = AlertFilter {
        among: Among::others([alert_id("s", "three", "red", "", 1).as_str()]),
        source: Some("s".into()),
        case_no: Some("three".into()),
        ..tops()
    };
    assert_eq!(
        listed(&store, &among).await,
        ["three/org-b+0", "three/org-a+0", "three/yellow+1"]
    );
    // Counts are of all alerts, and of the rows where those are asked for.
    assert_eq!(store.alerts_counted(&tops()).await.unwrap(), 14);
    assert_eq!(store.alert_rows_counted(&tops()).await.unwrap(), 8);
    // Where all are shown nobody asks what stands behind whom.
    let whole = AlertFilter::default();
    let page = store.alerts(&whole, None, 100).await.unwrap();
    assert_eq!((page.alerts.len(), page.others.len()), (14, 0));
}

#[tokio::test]
async fn what_somebody_does_not_see_is_neither_the_gravest_nor_one_of_the_others() {
    let store = store().await;
    let of = |body: &str, region: &str, mut alert: AlertRecord| {
        alert.responsible_org = Some(body.into());
        alert.region_code = Some(region.into());
        alert
    };
    let [notice, yellow, red] = [Level::Notice, Level::Yellow, Level::Red]
        .map(|level| made("c", level.code(), level, Status::Issued, 1));
    put(
        &store,
        &[
            of("zjj", "510502", notice),
            of("zjj", "510502", yellow),
            of("rsj", "510500", red),
        ],
    )
    .await;
    assert_eq!(listed(&store, &tops()).await, ["c/red+2"]);
    for (body, region) in [(Some("zjj"), None), (None, Some("510502"))] {
        let sight = Sight {
            body: body.map(str::to_owned),
            region_prefix: region.map(str::to_owned),
        };
        let filter = AlertFilter { sight, ..tops() };
        assert_eq!(listed(&store, &filter).await, ["c/yellow+1"]);
        assert_eq!(store.alerts_counted(&filter).await.unwrap(), 2);
        assert_eq!(store.alert_rows_counted(&filter).await.unwrap(), 1);
    }
}

/// As plainly as it can be said.
fn gravest_of(alerts: &[AlertRecord]) -> BTreeMap<String, (AlertRecord, u64)> {
    let mut cases: BTreeMap<String, Vec<AlertRecord>> = BTreeMap::new();
    for alert in alerts {
        let of = cases.entry(alert.case_no.clone()).or_default();
        of.push(alert.clone());
    }
    let rank = |alert: &AlertRecord| {
        let over = !matches!(
            alert.status,
            Status::Pending | Status::Issued | Status::Review
        );
        let level = LEVELS.iter().position(|level| *level == alert.level);
        let id = alert.alert_id.clone();
        (over, std::cmp::Reverse((level, alert.raised_at)), id)
    };
    let first = |mut of: Vec<AlertRecord>| {
        of.sort_by_key(rank);
        let others = of.len() as u64 - 1;
        (of.swap_remove(0), others)
    };
    cases
        .into_iter()
        .map(|(case_no, of)| (case_no, first(of)))
        .collect()
}

#[tokio::test]
async fn pages_of_every_order_and_an_export_hold_each_case_once() {
    let store = store().await;
    let statuses = [Status::Issued, Status::Ended, Status::Pending];
    let alerts: Vec<AlertRecord> = (0..900_usize)
        .map(|n| {
            // Mixed so that each case has one to five, of any level, some alike in everything but their ids.
            let case_no = format!("c-{}", (n * n + n / 7) % 311);
            let [level, status] = [n / 3 % 4, n / 5 % 3];
            let point = format!("p-{n}");
            made(
                &case_no,
                &point,
                LEVELS[level],
                statuses[status],
                (n % 40) as i64,
            )
        })
        .collect();
    put(&store, &alerts).await;
    let wanted = gravest_of(&alerts);
    assert!(wanted.len() > 100 && wanted.values().any(|(_, others)| *others > 2));
    let asked: BTreeMap<String, u64> = wanted
        .values()
        .map(|(alert, others)| (alert.alert_id.clone(), *others))
        .collect();
    for sort in AlertSort::ALL {
        let filter = AlertFilter { sort, ..tops() };
        let (mut found, mut cursor) = (BTreeMap::new(), None::<AlertCursor>);
        loop {
            let page = store.alerts(&filter, cursor.as_ref(), 37).await.unwrap();
            for (alert, others) in page.alerts.iter().zip(page.others) {
                let twice = found.insert(alert.alert_id.clone(), others);
                assert_eq!(twice, None, "{sort:?} {}", alert.case_no);
            }
            match page.next {
                Some(next) => cursor = Some(next),
                None => break,
            }
        }
        assert_eq!(found, asked, "{sort:?}");
    }
    let rows = store.alert_rows_counted(&tops()).await.unwrap();
    assert_eq!(rows, asked.len() as u64);
    let mut exported = store.alerts_export_in_brief(&tops()).unwrap();
    let mut found = BTreeSet::new();
    while let Some(alert) = exported.next().await.unwrap() {
        assert!(found.insert(alert.alert_id));
    }
    let wanted: BTreeSet<String> = asked.into_keys().collect();
    assert_eq!(found, wanted);
}
