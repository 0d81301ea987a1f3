//! What foresight stands on, read back from the tables.

use mingjing_domain::event::EventKind;
use mingjing_domain::fact::{CaseRecord, StepVisit};
use mingjing_domain::foresight::{PastCase, PastVisit};
use mingjing_domain::measures::{CaseMeasures, LimitMeasure, MeasureUnit};
use mingjing_store::{Batch, CaseFilter, Sight, Store};

use crate::samples::*;

const DAY: i64 = 86_400;

/// A case of this item that began so many days before or after `at(0)`, due ten and twenty days later; it runs.
fn running(case_no: &str, item: &str, began: i64) -> CaseRecord {
    let day = |n: i64| at((began + n) * DAY);
    let visit = |step: &str, visit, from, to: Option<i64>| StepVisit {
        step: step.into(),
        visit,
        started_at: day(from),
        ended_at: to.map(day),
        due_at: None,
        office: (step != "intake").then(|| "office".into()),
        actor: Some("officer-1".into()),
    };
    CaseRecord {
        item_code: Some(item.into()),
        org_code: Some("org".into()),
        region_code: Some("510502".into()),
        opened_at: Some(day(0)),
        step: Some("review".into()),
        visits: vec![
            visit("intake", 1, 0, Some(1)),
            visit("review", 1, 1, Some(2)),
            visit("review", 2, 3, Some(4)),
            visit("review", 3, 5, None),
        ],
        measures: CaseMeasures {
            limit: Some(LimitMeasure {
                unit: MeasureUnit::WorkingDays,
                started_at: day(0),
                statutory: Some(20),
                promised: Some(10),
                used: None,
                statutory_due_at: Some(day(20)),
                promised_due_at: Some(day(10)),
                done_at: None,
                fell_at: None,
            }),
            ..CaseMeasures::default()
        },
        ..bare_case(case_no)
    }
}

fn changed(mut case: CaseRecord, change: impl Fn(&mut CaseMeasures)) -> CaseRecord {
    change(&mut case.measures);
    case
}

fn limited(case: CaseRecord, change: impl Fn(&mut LimitMeasure)) -> CaseRecord {
    changed(case, |measures| {
        if let Some(limit) = &mut measures.limit {
            change(limit);
        }
    })
}

async fn put(store: &Store, cases: &[CaseRecord]) {
    let mut batch = Batch::default();
    cases
        .iter()
        .for_each(|case| batch.case(case_row(case.clone(), 1)));
    write(store, &batch, &[]).await;
}

#[tokio::test]
async fn history_is_of_the_items_asked_for_and_ends_as_the_dictionary_says() {
    let store = store().await;
    let days = |n: i64| at(n * DAY);
    put(
        &store,
        &[
            running("open", "a", 0),
            limited(running("done", "a", 1), |l| l.done_at = Some(days(7))),
            limited(running("fell", "a", 2), |l| l.fell_at = Some(days(8))),
            changed(running("ended", "a", 3), |m| {
                m.ending = Some(EventKind::Closed);
                m.ended_at = Some(days(9));
            }),
            // What was done counts, whatever was ended later.
            changed(
                limited(running("both", "a", 4), |l| l.done_at = Some(days(5))),
                |m| m.ended_at = Some(days(9)),
            ),
            running("other", "b", 0),
            // None of these is like another: stopped, without a limit, too old, not begun yet, another item.
            changed(running("stopped", "a", 0), |m| m.suspensions = 1),
            changed(running("stood", "a", 0), |m| m.suspended_ms = 5),
            changed(running("unlimited", "a", 0), |m| m.limit = None),
            running("old", "a", -100),
            running("later", "a", 50),
            running("not asked", "c", 0),
        ],
    )
    .await;
    let found = store.past_cases(&["a", "b", "none"], days(-50), days(20));
    let found = found.await.unwrap();
    assert_eq!(found.keys().collect::<Vec<_>>(), ["a", "b"]);
    let mut ends: Vec<_> = found["a"].iter().map(|case| case.ended_at).collect();
    ends.sort();
    let wanted = [None, Some(5), Some(7), Some(8), Some(9)];
    assert_eq!(ends, wanted.map(|day| day.map(days)));
    let visit = |step: &str, visit, from, to| PastVisit {
        step: step.into(),
        visit,
        office: if step == "intake" { "" } else { "office" }.into(),
        started_at: days(from),
        ended_at: Some(days(to)),
    };
    let other = PastCase {
        org: "org".into(),
        started_at: days(0),
        ended_at: None,
        visits: vec![
            visit("intake", 1, 0, 1),
            visit("review", 1, 1, 2),
            // The third stay in a step is of no kind.
            visit("review", 2, 3, 4),
        ],
    };
    assert_eq!(found["b"], [other]);
    assert!(
        store
            .past_cases(&[], days(-50), days(20))
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn what_falls_due_next_comes_first_and_what_is_over_or_past_not_at_all() {
    let store = store().await;
    let days = |n: i64| at(n * DAY);
    put(
        &store,
        &[
            running("by promise", "a", 0),
            // Its promise is past: its next end is the law's.
            running("by law", "a", -9),
            limited(running("no promise", "b", -10), |l| {
                l.promised_due_at = None
            }),
            running("past", "a", -30),
            limited(running("done", "a", 0), |l| l.done_at = Some(days(1))),
            limited(running("fell", "a", 0), |l| l.fell_at = Some(days(1))),
            changed(running("ended", "a", 0), |m| m.ended_at = Some(days(1))),
            limited(running("stands still", "a", 0), |l| {
                l.promised_due_at = None;
                l.statutory_due_at = None;
            }),
        ],
    )
    .await;
    let listed = async |filter: CaseFilter| {
        let found = store.falling_due(&filter, days(6)).await.unwrap();
        assert!(!found.more);
        let numbers = found.cases.into_iter().map(|case| case.case_no);
        numbers.collect::<Vec<_>>()
    };
    let all = listed(CaseFilter::default()).await;
    // Due on the days 10 (the law), 10 (the promise), 11 (the law).
    assert_eq!(all, ["by promise", "no promise", "by law"]);
    let of_item = CaseFilter {
        item_code: Some("b".into()),
        ..CaseFilter::default()
    };
    assert_eq!(listed(of_item).await, ["no promise"]);
    let elsewhere = CaseFilter {
        sight: Sight {
            region_prefix: Some("510503".into()),
            body: None,
        },
        ..CaseFilter::default()
    };
    assert_eq!(listed(elsewhere).await, Vec::<String>::new());
}
