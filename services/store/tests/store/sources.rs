//! How sources stand.

use mingjing_domain::event::{CaseEvent, EventKind, Special};
use mingjing_store::{Batch, DayTotals, RejectRow, TotalsRow};

use crate::samples::*;

fn made(version: u32, offset: u64, lines: &[(&str, &str, u64)]) -> Vec<TotalsRow> {
    let line = |(item, kind, events): &(&str, &str, u64)| {
        ((*item).to_owned(), (*kind).to_owned(), *events)
    };
    let totals = DayTotals {
        source: "s".into(),
        day: "2026-11-23".into(),
        data_version: version,
        lines: lines.iter().map(line).collect(),
    };
    TotalsRow::of(totals, "abc", 3, offset)
}

fn taken(id: &str, item: &str, kind: EventKind, seconds: i64) -> CaseEvent<'static> {
    let mut event = bare_event(id, "c");
    event.source = "s".into();
    event.kind = kind;
    event.occurred_at = at(seconds);
    event.data.item_code = Some(item.to_owned().into());
    event
}

#[tokio::test]
async fn control_totals_are_held_against_what_was_taken_each_event_once() {
    let store = store().await;
    let mut batch = Batch::default();
    batch.totals(made(1, 1, &[("4451", "accepted", 9)]));
    batch.totals(made(
        2,
        5,
        &[("4451", "accepted", 2), ("4451", "decided", 1)],
    ));
    batch.totals(made(1, 7, &[("4451", "accepted", 8)]));
    let accepted = taken("a", "4451", EventKind::Accepted, 0);
    let mut again = accepted.clone();
    again.source_seq += 1;
    let mut newer = accepted.clone();
    newer.data_version = 2;
    batch.event(event_row(&accepted, 10));
    batch.event(event_row(&again, 11));
    batch.event(event_row(&newer, 12));
    batch.event(event_row(&taken("b", "4451", EventKind::Note, 0), 13));
    // Before midnight in Luzhou: the day before, of which nothing was said.
    batch.event(event_row(
        &taken("d", "4451", EventKind::Accepted, -12 * 3600),
        14,
    ));
    write(&store, &batch, &[]).await;

    let found = store
        .control_totals("s", "2026-11-01", "2026-11-30", "Asia/Shanghai")
        .await
        .unwrap();
    let found: Vec<_> = found
        .iter()
        .map(|t| {
            (
                t.day.as_str(),
                t.item_code.as_str(),
                t.kind.as_str(),
                t.made,
                t.taken,
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            ("2026-11-23", "4451", "accepted", 2, 2),
            ("2026-11-23", "4451", "decided", 1, 0),
            ("2026-11-23", "4451", "note", 0, 1),
        ]
    );
    let other = store.control_totals("t", "2026-11-01", "2026-11-30", "Asia/Shanghai");
    assert_eq!(other.await.unwrap(), []);
}

#[tokio::test]
async fn the_codes_of_a_source_are_counted_as_they_were_sent() {
    let store = store().await;
    let mut batch = Batch::default();
    let mut later = taken("b", "4451", EventKind::Accepted, 0);
    later.received_at = at(60);
    batch.event(event_row(&taken("a", "4451", EventKind::Accepted, 0), 1));
    batch.event(event_row(&later, 2));
    let mut review = taken("c", "4452", EventKind::Suspend, 0);
    review.data.special = Some(Special {
        kind: "专家评审".into(),
        ..Special::default()
    });
    batch.event(event_row(&review, 3));
    write(&store, &batch, &[]).await;
    let found = store.codes_sent("s").await.unwrap();
    let specials = found.iter().filter(|c| c.what == "specials");
    let specials: Vec<_> = specials.map(|c| (c.code.as_str(), c.events)).collect();
    assert_eq!(specials, [("专家评审", 1)]);
    let items: Vec<_> = found
        .iter()
        .filter(|c| c.what == "items")
        .map(|c| (c.code.as_str(), c.events, c.last_at.floor_second()))
        .collect();
    assert_eq!(
        items,
        [
            ("4451", 2, at(60).floor_second()),
            ("4452", 1, found[0].first_at.floor_second())
        ]
    );
    assert!(store.rejects_by_reason("s").await.unwrap().is_empty());
    assert!(store.sources_health().await.unwrap().is_empty());
}

#[tokio::test]
async fn what_was_refused_is_told_by_reason_with_the_place_of_the_last() {
    let store = store().await;
    let mut batch = Batch::default();
    // What was refused, when, in which case and event as far as these could be read.
    for (offset, (reason, seconds, case_no, event_id)) in (1..).zip([
        ("wrong_type", 10, Some("c-1"), Some("e-1")),
        ("wrong_type", 30, Some("c-2"), None),
        ("wrong_type", 20, Some("c-3"), Some("e-3")),
        ("malformed_json", 40, None, None),
    ]) {
        let detail = format!("第 {offset} 条");
        batch.reject(RejectRow {
            source: Some("s".into()),
            case_no: case_no.map(str::to_owned),
            event_id: event_id.map(str::to_owned),
            ..RejectRow::met(reason, detail, at(seconds), "mj.rejects", "abc", 0, offset)
        });
    }
    write(&store, &batch, &[]).await;
    let found = store.rejects_by_reason("s").await.unwrap();
    let found: Vec<_> = found
        .iter()
        .map(|of| {
            (
                of.reason.as_str(),
                of.items,
                of.last_detail.as_str(),
                of.last_case_no.as_deref(),
                of.last_event_id.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            ("wrong_type", 3, "第 2 条", Some("c-2"), None),
            ("malformed_json", 1, "第 4 条", None, None),
        ]
    );
}
