//! Single alerts, cases and counts.

use mingjing_domain::alert::{Level, Status};
use mingjing_domain::fact::{Cause, Change};
use mingjing_store::{
    AlertFilter, Batch, CaseFilter, CasesAsked, HistoryEntry, LevelCount, OrgCount, RegionCount,
    Sight,
};

use crate::samples::*;

#[tokio::test]
async fn an_alert_comes_with_its_history_and_an_unknown_one_does_not() {
    let store = store().await;
    let mut alert = full_alert("2026-0001");
    alert.status = Status::Issued;
    let cause = Cause::Event {
        event_id: "e-1".into(),
    };
    let mut batch = Batch::default();
    batch.alert(alert_row(alert.clone(), 1));
    batch.alert_change(change_row(&alert, Change::Issued, &Cause::Clock, 2));
    batch.alert_change(change_row(&alert, Change::Raised, &cause, 1));
    write(&store, &batch, &[]).await;

    let view = store.alert(&alert.alert_id).await.unwrap().unwrap();
    assert_eq!(view.alert, alert);
    let changes: Vec<_> = view
        .history
        .iter()
        .map(|h: &HistoryEntry| (h.revision, h.change, h.cause.clone()))
        .collect();
    assert_eq!(
        changes,
        [
            (1, Change::Raised, cause),
            (2, Change::Issued, Cause::Clock)
        ]
    );
    assert_eq!(store.alert("no such").await.unwrap(), None);
}

#[tokio::test]
async fn a_case_comes_with_its_events_in_order_its_alerts_and_their_changes() {
    let store = store().await;
    let (case, alert) = (full_case("2026-0001"), full_alert("2026-0001"));
    let (first, second) = (
        bare_event("e-0", "2026-0001"),
        full_event("e-1", "2026-0001"),
    );
    let mut again = second.clone();
    again.received_at = at(500);
    let mut batch = Batch::default();
    batch.case(case_row(case.clone(), 1));
    // Sent anew with a greater data version: that one counts.
    let mut superseded = second.clone();
    superseded.data_version = 2;
    batch.event(event_row(&second, 10));
    batch.event(event_row(&superseded, 15));
    batch.event(event_row(&first, 11));
    // Sent twice: the first receipt counts.
    batch.event(event_row(&again, 12));
    batch.event(event_row(&full_event("e-9", "2026-0009"), 13));
    batch.alert(alert_row(alert.clone(), 1));
    batch.alert(alert_row(full_alert("2026-0009"), 1));
    batch.alert_change(change_row(&alert, Change::Raised, &Cause::Clock, 1));
    write(&store, &batch, &[]).await;
    let mut later = Batch::default();
    later.event(event_row(&again, 14));
    write(&store, &later, &[]).await;

    let view = store.case("泸州住建", "2026-0001").await.unwrap().unwrap();
    assert_eq!(view.case, Some(case));
    assert_eq!(view.events, [first, second]);
    assert_eq!(view.alerts.len(), 1);
    assert_eq!(view.alerts[0].alert, alert);
    assert_eq!(view.alerts[0].history.len(), 1);
    assert_eq!(store.case("泸州住建", "2026-0002").await.unwrap(), None);
    let unjudged = store.case("泸州住建", "2026-0009").await.unwrap().unwrap();
    assert_eq!(
        (unjudged.case, unjudged.events.len(), unjudged.alerts.len()),
        (None, 1, 1)
    );
}

#[tokio::test]
async fn counts_are_of_the_present_state() {
    let store = store().await;
    let (full, bare) = (full_alert("1"), bare_alert("2"));
    for (version, status) in [(1, Status::Pending), (2, Status::Issued)] {
        let mut issued = bare.clone();
        issued.status = status;
        let mut batch = Batch::default();
        batch.alert(alert_row(full.clone(), version));
        batch.alert(alert_row(issued, version));
        batch.case(case_row(full_case("1"), version));
        batch.case(case_row(bare_case("2"), version));
        write(&store, &batch, &[]).await;
    }
    let counts = store.counts(at(0)).await.unwrap();
    assert_eq!((counts.cases, counts.cases_open), (2, 1));
    assert_eq!(
        counts.alerts,
        [
            LevelCount {
                level: Level::Red,
                status: Status::Withdrawn,
                alerts: 1
            },
            LevelCount {
                level: Level::Review,
                status: Status::Issued,
                alerts: 1
            },
        ]
    );
    assert_eq!(
        counts.by_org,
        [OrgCount {
            org_code: None,
            level: Level::Review,
            alerts: 1
        }]
    );
    assert_eq!(
        counts.by_region,
        [RegionCount {
            region_code: None,
            level: Level::Review,
            alerts: 1
        }]
    );
}

#[tokio::test]
async fn what_the_last_hour_brought_is_counted_as_far_as_each_sees() {
    let store = store().await;
    let mut batch = Batch::default();
    // When it came and was closed, in seconds, and whose it is. What has come or been closed after the instant is not of its hour.
    for (n, seconds, body) in [
        (1, -3601, "zjj"),
        (2, -3599, "zjj"),
        (3, -1, "rsj"),
        (4, 0, "zjj"),
        (5, 1, "zjj"),
    ] {
        let number = n.to_string();
        let mut case = bare_case(&number);
        case.org_code = Some(body.to_owned());
        case.closed_at = Some(at(seconds));
        batch.case(case_row(case, 1));
        let mut event = bare_event(&number, &number);
        event.received_at = at(seconds);
        event.data.org_code = Some(body.to_owned().into());
        batch.event(event_row(&event, n));
    }
    write(&store, &batch, &[]).await;
    // Archived once more, in a part of its own.
    let mut again = Batch::default();
    let mut event = bare_event("3", "3");
    event.received_at = at(-1);
    event.data.org_code = Some("rsj".to_owned().into());
    again.event(event_row(&event, 3));
    write(&store, &again, &[]).await;
    let tallies = store.tallies(at(0)).await.unwrap();
    for (body, wanted) in [(None, 3), (Some("zjj"), 2), (Some("sfj"), 0)] {
        let counts = tallies.counts(&Sight {
            region_prefix: None,
            body: body.map(str::to_owned),
        });
        let found = (counts.received_hour, counts.closed_hour);
        assert_eq!(found, (wanted, wanted), "{body:?}");
    }
}

#[tokio::test]
async fn what_each_sees_is_counted_as_their_lists_are() {
    let store = store().await;
    let mut batch = Batch::default();
    let (regions, bodies) = (["510502", "510503001000", "5106"], ["zjj", "rsj", "sfj"]);
    let of = |all: [&str; 3], n: u32| {
        let place = (n % 4) as usize;
        all.get(place).map(|code| (*code).to_owned())
    };
    for n in 0..240 {
        let number = format!("{n}");
        let mut alert = bare_alert(&number);
        alert.level = [Level::Red, Level::Yellow, Level::Review][n as usize % 3];
        alert.status = [Status::Issued, Status::Ended, Status::Pending][n as usize / 7 % 3];
        alert.region_code = of(regions, n);
        alert.org_code = of(bodies, n / 4);
        alert.responsible_org = of(bodies, n / 16);
        let mut case = bare_case(&number);
        case.region_code = of(regions, n);
        case.org_code = of(bodies, n / 4);
        case.closed_at = (n % 5 == 0).then(|| at(1));
        batch.alert(alert_row(alert, 1));
        batch.case(case_row(case, 1));
    }
    write(&store, &batch, &[]).await;
    let text = |code: &str| Some(code.to_owned());
    let tallies = store.tallies(at(0)).await.unwrap();
    for (region_prefix, body) in [
        (None, None),
        (text("5105"), None),
        (text("510502"), text("zjj")),
        (None, text("rsj")),
        (text("51"), text("nobody")),
    ] {
        let sight = Sight {
            region_prefix,
            body,
        };
        let counts = tallies.counts(&sight);
        assert_eq!(counts, store.counts_in(&sight, at(0)).await.unwrap());
        let mut counted = 0;
        for LevelCount {
            level,
            status,
            alerts,
        } in &counts.alerts
        {
            let filter = AlertFilter {
                level: vec![*level],
                status: vec![*status],
                sight: sight.clone(),
                ..AlertFilter::default()
            };
            assert_eq!(store.alerts_counted(&filter).await.unwrap(), *alerts);
            counted += alerts;
        }
        let seen = async |filter: AlertFilter| {
            let filter = AlertFilter {
                sight: sight.clone(),
                ..filter
            };
            store.alerts_counted(&filter).await.unwrap()
        };
        assert_eq!(counted, seen(AlertFilter::default()).await, "{sight:?}");
        let standing = AlertFilter {
            open_only: true,
            ..AlertFilter::default()
        };
        let by_org: u64 = counts.by_org.iter().map(|count| count.alerts).sum();
        let by_region: u64 = counts.by_region.iter().map(|count| count.alerts).sum();
        assert_eq!(by_region, by_org, "{sight:?}");
        assert_eq!(by_org, seen(standing).await, "{sight:?}");
        let cases = |open| CaseFilter {
            sight: sight.clone(),
            open,
            ..CaseFilter::default()
        };
        for (open, wanted) in [(None, counts.cases), (Some(true), counts.cases_open)] {
            let page = store.cases(&cases(open), None, 1000).await.unwrap();
            assert_eq!(page.cases.len() as u64, wanted, "{sight:?} {open:?}");
        }
    }
}

#[tokio::test]
async fn events_come_by_whole_cases_page_after_page() {
    let store = store().await;
    let mut batch = Batch::default();
    let mut events = Vec::new();
    for (offset, (id, case_no)) in (20..).zip([("a", "1"), ("b", "2"), ("c", "2"), ("d", "3")]) {
        let event = bare_event(id, case_no);
        batch.event(event_row(&event, offset));
        events.push(event);
    }
    let mut superseded = events[1].clone();
    superseded.data_version += 1;
    superseded.received_at = at(9);
    batch.event(event_row(&superseded, 30));
    write(&store, &batch, &[]).await;

    let source = events[0].source.to_string();
    let of = |source| CasesAsked {
        source,
        ..CasesAsked::default()
    };
    let page = store
        .events_of_cases(of(Some(&source)), None, 2)
        .await
        .unwrap();
    assert_eq!(page, [events[0].clone(), superseded, events[2].clone()]);
    let next = store
        .events_of_cases(of(None), Some((&source, "2")), 2)
        .await
        .unwrap();
    assert_eq!(next, [events[3].clone()]);
    let end = store
        .events_of_cases(of(None), Some((&source, "3")), 2)
        .await
        .unwrap();
    assert_eq!(end, []);
    let other = store
        .events_of_cases(of(Some("nobody")), None, 2)
        .await
        .unwrap();
    assert_eq!(other, []);
}

#[tokio::test]
async fn codes_that_cases_bear_are_counted_once_a_case() {
    let store = store().await;
    let mut batch = Batch::default();
    for case_no in ["1", "2"] {
        batch.case(case_row(full_case(case_no), 1));
    }
    // In a step twice it bears the step once; without an item it says nothing of items.
    let mut again = full_case("3");
    again.visits.push(again.visits[0].clone());
    again.org_code = None;
    batch.case(case_row(again, 1));
    batch.case(case_row(bare_case("4"), 1));
    write(&store, &batch, &[]).await;
    let found = store.codes_borne(at(-30), at(30)).await.unwrap();
    let found: Vec<_> = found
        .iter()
        .map(|b| (&*b.source, &*b.item_code, &*b.what, &*b.code, b.cases))
        .collect();
    let (source, item) = ("泸州住建", "51-施工许可-0001");
    assert_eq!(
        found,
        [
            (source, item, "orgs", "510500-住建局", 2),
            (source, item, "steps", "受理", 3),
            (source, item, "steps", "审查", 3),
        ]
    );
    // They were closed a second before the span.
    assert_eq!(store.codes_borne(at(0), at(30)).await.unwrap(), []);
}
