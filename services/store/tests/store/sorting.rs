//! Alerts in other orders than that of their raising, and by how orders about them stand.

use mingjing_domain::alert::{AlertRecord, Level};
use mingjing_domain::disposition::Disposition;
use mingjing_store::{AlertFilter, AlertSort, Batch, OrderState, Store};

use crate::samples::*;

/// What people did: an order, whose answers and end are set.
fn ordered(due: i64, answered: bool, closed: bool) -> Option<Box<Disposition>> {
    let mut disposition = full_alert("any").disposition?;
    disposition.answers.clear();
    let order = disposition.order.as_mut()?;
    order.due_at = Some(at(due));
    if !answered {
        order.answers.clear();
    }
    if !closed {
        order.closed = None;
    }
    Some(disposition)
}

/// The same with more time asked for, and nobody has answered that.
fn asked(mut disposition: Box<Disposition>) -> Box<Disposition> {
    let order = disposition.order.as_mut();
    if let Some(asked) = order.and_then(|order| order.extensions_asked.last_mut()) {
        asked.outcome = None;
    }
    disposition
}

/// The same with something put right that nobody has checked.
fn put_right(mut disposition: Box<Disposition>) -> Box<Disposition> {
    let order = disposition.order.as_mut();
    if let Some(done) = order.and_then(|order| order.rectifications.last_mut()) {
        done.checked = None;
    }
    disposition
}

/// Each with its number in the order of what is owed first, and of what is gravest.
fn samples() -> Vec<(&'static str, AlertRecord)> {
    let made = |name: &'static str, level, change: &dyn Fn(&mut AlertRecord)| {
        let mut alert = bare_alert(name);
        alert.level = level;
        alert.raised_at = at(0);
        change(&mut alert);
        (name, alert)
    };
    vec![
        made("to-be-done", Level::Notice, &|a| a.due_at = Some(at(50))),
        made("late-card", Level::Red, &|a| {
            a.due_at = Some(at(-90));
            a.breached_at = Some(at(-80));
            a.answer_due_at = Some(at(60));
        }),
        made("ordered", Level::Yellow, &|a| {
            a.breached_at = Some(at(-70));
            a.answer_due_at = Some(at(10));
            a.disposition = ordered(40, false, false).map(asked);
        }),
        made("order-overdue", Level::Red, &|a| {
            a.breached_at = Some(at(-60));
            a.disposition = ordered(-10, false, false);
        }),
        made("order-answered", Level::Yellow, &|a| {
            a.breached_at = Some(at(-75));
            a.disposition = ordered(-20, true, false).map(put_right);
        }),
        made("order-closed", Level::Yellow, &|a| {
            a.breached_at = Some(at(-65));
            a.answer_due_at = Some(at(5));
            a.disposition = ordered(-30, true, true);
        }),
        made("nothing-due", Level::Review, &|_| ()),
    ]
}

async fn filled() -> Store {
    let store = store().await;
    let mut batch = Batch::default();
    for (_, alert) in samples() {
        batch.alert(alert_row(alert, 1));
    }
    write(&store, &batch, &[]).await;
    store
}

/// All that the filter asks for, page after page, by the names of the samples.
async fn names(store: &Store, filter: AlertFilter) -> Vec<&'static str> {
    let samples = samples();
    let (mut found, mut cursor) = (Vec::new(), None);
    loop {
        let page = store.alerts(&filter, cursor.as_ref(), 2).await.unwrap();
        found.extend(page.alerts);
        match page.next {
            Some(next) => cursor = Some(next.to_string().parse().unwrap()),
            None => break,
        }
    }
    let name_of = |alert: &AlertRecord| {
        let sample = samples.iter().find(|(_, sample)| sample == alert);
        sample.map_or("unknown", |(name, _)| *name)
    };
    found.iter().map(name_of).collect()
}

#[tokio::test]
async fn what_a_department_owes_first_comes_first() {
    let store = filled().await;
    let filter = AlertFilter {
        sort: AlertSort::Owed,
        ..AlertFilter::default()
    };
    let found = names(&store, filter).await;
    let owed = ["order-overdue", "ordered", "to-be-done", "late-card"];
    assert_eq!(found[..4], owed);
    // Of those that owe nothing the order is that of their ids, whichever it is.
    let mut rest = found[4..].to_vec();
    rest.sort_unstable();
    assert_eq!(rest, ["nothing-due", "order-answered", "order-closed"]);
}

#[tokio::test]
async fn the_gravest_comes_first_and_of_one_level_what_has_stood_longest() {
    let store = filled().await;
    let filter = AlertFilter {
        sort: AlertSort::Gravest,
        ..AlertFilter::default()
    };
    let found = names(&store, filter).await;
    let wanted = [
        "late-card",
        "order-overdue",
        "order-answered",
        "ordered",
        "order-closed",
        "nothing-due",
        "to-be-done",
    ];
    assert_eq!(found, wanted);
}

#[tokio::test]
async fn alerts_are_found_by_how_their_orders_stand_and_counted() {
    let store = filled().await;
    for (order, wanted) in [
        (OrderState::Unanswered, &["order-overdue", "ordered"][..]),
        (OrderState::Overdue(at(0)), &["order-overdue"][..]),
        (OrderState::Overdue(at(-10)), &[][..]),
        (OrderState::ExtensionAsked, &["ordered"][..]),
        (OrderState::Answered, &["order-answered"][..]),
        (OrderState::ToCheck, &["order-answered"][..]),
    ] {
        let filter = AlertFilter {
            order: Some(order),
            sort: AlertSort::Owed,
            ..AlertFilter::default()
        };
        let counted = store.alerts_counted(&filter).await.unwrap();
        assert_eq!(counted, wanted.len() as u64, "{order:?}");
        assert_eq!(names(&store, filter).await, wanted, "{order:?}");
    }
    let everything = AlertFilter::default();
    assert_eq!(store.alerts_counted(&everything).await.unwrap(), 7);
}
