//! What alerts have in common, and alerts by their ids.

use mingjing_domain::alert::{AlertRecord, Level, Status};
use mingjing_domain::ids::derived_id;
use mingjing_store::{AlertFilter, Among, Batch, CauseFilter, IDS_MAX, Sight, Store};

use crate::samples::*;

const HOUR: i64 = 3600;

fn alert(case_no: &str, change: impl FnOnce(&mut AlertRecord)) -> AlertRecord {
    let mut alert = bare_alert(case_no);
    alert.subject_kind = "case".into();
    alert.source = "office".into();
    alert.rule = "T3".into();
    alert.level = Level::Red;
    alert.status = Status::Issued;
    alert.raised_at = at(0);
    alert.region_code = Some("510502".into());
    alert.org_code = Some("qu-a".into());
    change(&mut alert);
    alert
}

async fn of(alerts: Vec<AlertRecord>) -> Store {
    let store = store().await;
    let mut batch = Batch::default();
    for (version, alert) in (1..).zip(alerts) {
        batch.alert(alert_row(alert, version));
    }
    write(&store, &batch, &[]).await;
    store
}

fn cases(alerts: &[AlertRecord]) -> Vec<&str> {
    alerts.iter().map(|alert| alert.case_no.as_str()).collect()
}

#[tokio::test]
async fn alerts_of_a_cause_still_stand_and_their_matter_was_in_its_stretch() {
    let store = of(vec![
        alert("breached", |a| a.breached_at = Some(at(-2 * HOUR))),
        alert("due", |a| a.due_at = Some(at(-HOUR))),
        alert("raised", |_| {}),
        alert("after", |a| a.breached_at = Some(at(HOUR))),
        alert("over", |a| a.status = Status::Ended),
        alert("another", |a| a.source = "other".into()),
        alert("elsewhere", |a| a.region_code = Some("510503".into())),
        alert("another-rule", |a| a.rule = "P1".into()),
    ])
    .await;
    let filter = CauseFilter {
        source: Some("office".into()),
        from: Some(at(-3 * HOUR)),
        until: Some(at(HOUR)),
        sight: Sight {
            region_prefix: Some("510502".into()),
            body: None,
        },
        ..CauseFilter::default()
    };
    let found = store.alerts_of_cause(&filter, 10).await.unwrap();
    assert_eq!(cases(&found)[..2], ["breached", "due"]);
    let mut rest = cases(&found[2..]);
    rest.sort_unstable();
    assert_eq!(rest, ["another-rule", "raised"]);
    assert!(found.iter().all(|alert| alert.evidence.is_empty()));
    let first = store.alerts_of_cause(&filter, 1).await.unwrap();
    assert_eq!(cases(&first), ["breached"]);
    let of_rule = CauseFilter {
        rule: Some("P1".into()),
        raised_from: Some(at(0)),
        raised_before: Some(at(1)),
        ..filter
    };
    let found = store.alerts_of_cause(&of_rule, 10).await.unwrap();
    assert_eq!(cases(&found), ["another-rule"]);
}

#[tokio::test]
async fn points_are_counted_by_day_and_cases_by_what_stands_about_them() {
    let on = |case_no: &str, point: &str, days: i64, status| {
        let point = point.to_owned();
        alert(case_no, move |a| {
            a.alert_id = derived_id(&[a.case_no.as_str(), point.as_str()]);
            a.control_point = point;
            a.raised_at = at(days * 24 * HOUR);
            a.status = status;
        })
    };
    let store = of(vec![
        on("c", "late", 0, Status::Issued),
        on("c", "later", 0, Status::Review),
        on("c", "latest", 0, Status::Pending),
        on("c", "ended", 0, Status::Ended),
        on("dd", "late", 0, Status::Ended),
        on("eee", "late", -1, Status::Issued),
        on("ffff", "late", -9, Status::Issued),
    ])
    .await;
    let everything = Sight::default();
    let daily = store.alerts_by_day(at(-3 * 24 * HOUR), "Asia/Shanghai", &everything);
    let daily: Vec<_> = daily
        .await
        .unwrap()
        .into_iter()
        .filter(|one| one.control_point == "late")
        .map(|one| (one.day, one.alerts, one.standing))
        .collect();
    assert_eq!(
        daily,
        [
            ("2026-11-22".to_owned(), 1, 1),
            ("2026-11-23".to_owned(), 2, 1)
        ]
    );
    let crowded = store.crowded_cases(3, &everything, 5).await.unwrap();
    let crowded: Vec<_> = crowded
        .iter()
        .map(|one| (one.case_no.as_str(), one.alerts))
        .collect();
    assert_eq!(crowded, [("c", 3)]);
    assert!(
        store
            .crowded_cases(4, &everything, 5)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn what_was_found_of_sources_comes_with_its_window() {
    let source = |rule: &str, status| {
        let rule = rule.to_owned();
        alert(&format!("of-{rule}"), move |a| {
            a.evidence = full_alert("any").evidence;
            a.subject_kind = "source".into();
            a.rule = rule;
            a.status = status;
        })
    };
    let store = of(vec![
        source("Q7", Status::Ended),
        source("Q14", Status::Withdrawn),
        source("Q6", Status::Issued),
        alert("case", |a| a.rule = "Q7".into()),
    ])
    .await;
    let found = store
        .findings_of_sources(&["Q7", "Q14"], at(-1), &Sight::default(), 10)
        .await
        .unwrap();
    assert_eq!(cases(&found), ["of-Q7"]);
    assert!(!found[0].evidence.is_empty());
    let everything = Sight::default();
    let later = store.findings_of_sources(&["Q7"], at(1), &everything, 10);
    assert_eq!(later.await.unwrap(), []);
}

#[tokio::test]
async fn thousands_are_asked_for_by_their_ids_or_left_out_by_them() {
    let store = of(vec![
        alert("a", |_| {}),
        alert("b", |a| a.org_code = Some("qu-b".into())),
        alert("c", |a| a.status = Status::Ended),
    ])
    .await;
    let page = store
        .alerts(&AlertFilter::default(), None, 10)
        .await
        .unwrap();
    let id = |case_no: &str| {
        let found = page.alerts.iter().find(|alert| alert.case_no == case_no);
        found.unwrap().alert_id.clone()
    };
    // As many as there may be in one statement.
    let mut ids: Vec<String> = (3..IDS_MAX).map(|n| format!("{n:032x}")).collect();
    ids.extend([id("a"), id("c")]);
    let these = AlertFilter {
        among: Among::these(ids.iter().map(String::as_str)),
        ..AlertFilter::default()
    };
    assert_eq!(store.alerts_counted(&these).await.unwrap(), 2);
    let open = AlertFilter {
        open_only: true,
        ..these
    };
    let placed = store.alerts_placed(&open).await.unwrap();
    let placed: Vec<_> = placed
        .iter()
        .map(|one| {
            (
                one.alert_id.clone(),
                one.source.as_str(),
                one.org_code.as_str(),
            )
        })
        .collect();
    assert_eq!(placed, [(id("a"), "office", "qu-a")]);
    let others = AlertFilter {
        among: Among::others(ids.iter().map(String::as_str)),
        ..AlertFilter::default()
    };
    let found = store.alerts(&others, None, 10).await.unwrap();
    assert_eq!(cases(&found.alerts), ["b"]);
    let places = store
        .alerts_by_place(&AlertFilter::default())
        .await
        .unwrap();
    let places: Vec<_> = places
        .iter()
        .map(|one| (one.org_code.as_str(), one.alerts))
        .collect();
    assert_eq!(places, [("qu-a", 2), ("qu-b", 1)]);
}
