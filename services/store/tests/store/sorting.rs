//! Alerts in other orders than that of their raising, and by how orders about them stand.

use mingjing_domain::Timestamp;
use mingjing_domain::alert::{AlertRecord, Level, Status};
use mingjing_domain::disposition::{Disposition, DispositionState};
use mingjing_store::{AlertFilter, AlertSort, Batch, OrderState, Sight, Store};

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

/// The same with an appeal that nobody has decided, and by when somebody has to.
fn appealing(mut disposition: Box<Disposition>, due: i64) -> Box<Disposition> {
    disposition.state = DispositionState::Appealed;
    if let Some(appeal) = disposition.appeal.as_mut() {
        appeal.due_at = Some(at(due));
        appeal.outcome = None;
    }
    disposition
}

/// Such an appeal alone.
fn appealed(due: i64) -> Option<Box<Disposition>> {
    let mut disposition = full_alert("any").disposition?;
    disposition.answers.clear();
    disposition.order = None;
    Some(appealing(disposition, due))
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

async fn put(store: &Store, alerts: &[AlertRecord], version: u64) {
    let mut batch = Batch::default();
    for alert in alerts {
        batch.alert(alert_row(alert.clone(), version));
    }
    write(store, &batch, &[]).await;
}

async fn filled() -> Store {
    let store = store().await;
    let all: Vec<AlertRecord> = samples().into_iter().map(|(_, alert)| alert).collect();
    put(&store, &all, 1).await;
    store
}

/// Alerts of which many are alike in what each order sorts by: six instants, two levels, every third with an open order, some of the others
/// with an open appeal; of two bodies in two regions.
fn alike() -> Vec<AlertRecord> {
    let made = |n: i64| {
        let mut alert = bare_alert(&format!("alike-{n:03}"));
        let of_two = |one: &str, other: &str| Some(if n % 2 == 0 { one } else { other }.to_owned());
        alert.level = [Level::Red, Level::Notice][usize::from(n % 4 < 2)];
        alert.raised_at = at(n % 6);
        alert.due_at = Some(at(100 + n % 3));
        alert.org_code = of_two("zjj", "rsj");
        alert.region_code = of_two("510502", "510503");
        if n % 3 == 0 {
            alert.breached_at = Some(at(n % 2));
            alert.disposition = ordered(100 + n % 3, false, false);
        } else if n % 5 < 2 {
            alert.disposition = appealed(n % 4);
        }
        alert
    };
    (0..90).map(made).collect()
}

/// What `alike` are sorted by, counted by hand: the lesser comes first.
fn place_of(sort: AlertSort, alert: &AlertRecord) -> i64 {
    let ms = |at: Timestamp| at.millis();
    match sort {
        AlertSort::Newest => -ms(alert.raised_at),
        // Whoever has an order has it due when the limit would be.
        AlertSort::Owed => alert.due_at.map_or(0, ms),
        AlertSort::Gravest => {
            let since = alert.breached_at.unwrap_or(alert.raised_at);
            let graver = alert.level == Level::Red;
            ms(since) - if graver { 1_000_000_000 } else { 0 }
        }
        AlertSort::Appeal => {
            let disposition = alert.disposition.as_ref();
            let open = disposition.filter(|d| d.state == DispositionState::Appealed);
            let due_at = open.and_then(|d| d.appeal.as_ref()?.due_at);
            due_at.map_or(i64::MAX, ms)
        }
    }
}

#[tokio::test]
async fn of_what_is_alike_every_order_shows_each_once_and_only_what_is_seen_while_some_change() {
    let everything = Sight::default();
    let narrowed = Sight {
        region_prefix: Some("510502".into()),
        body: Some("zjj".into()),
    };
    for sort in AlertSort::ALL {
        for sight in [&everything, &narrowed] {
            let store = store().await;
            let mut wanted = alike();
            put(&store, &wanted, 1).await;
            wanted.retain(|alert| sight.sees_alert(alert));
            wanted.sort_by_key(|alert| (place_of(sort, alert), alert.alert_id.clone()));
            let filter = AlertFilter {
                sort,
                sight: sight.clone(),
                ..AlertFilter::default()
            };
            let counted = store.alerts_counted(&filter).await.unwrap();
            assert_eq!(counted, wanted.len() as u64);
            let (mut found, mut cursor) = (Vec::<AlertRecord>::new(), None);
            for version in 2.. {
                let page = store.alerts(&filter, cursor.as_ref(), 7).await.unwrap();
                found.extend(page.alerts);
                let Some(next) = page.next else { break };
                cursor = Some(next.to_string().parse().unwrap());
                // Between two pages the one that was shown last changes, so that it would stand further ahead: nothing is shifted.
                let mut shown = found.last().unwrap().clone();
                shown.status = Status::Withdrawn;
                shown.raised_at = at(1_000);
                shown.breached_at = Some(at(-1_000));
                shown.disposition = ordered(-500, false, false).map(|all| appealing(all, -500));
                put(&store, &[shown], version).await;
            }
            assert_eq!(found, wanted, "{sort:?} {sight:?}");
        }
    }
}

#[tokio::test]
async fn rows_from_before_the_columns_are_sorted_by_them_too() {
    let config = crate::engine::config();
    let store = Store::connect(&config);
    store.migrate(Timestamp::from_millis(0)).await.unwrap();
    let client = clickhouse::Client::default()
        .with_url(&config.url)
        .with_database(&config.database);
    // As a database is that has only the migrations before.
    for text in [
        "ALTER TABLE alerts DROP COLUMN appeal_due_at SETTINGS mutations_sync = 1",
        "ALTER TABLE alerts DROP COLUMN owed_at SETTINGS mutations_sync = 1",
        "ALTER TABLE alerts DROP COLUMN order_due_at SETTINGS mutations_sync = 1",
        "ALTER TABLE alerts DROP COLUMN order_state SETTINGS mutations_sync = 1",
        "ALTER TABLE schema_migrations DELETE WHERE name IN ('0008_orders.sql', '0016_appeal_due.sql') SETTINGS mutations_sync = 1",
    ] {
        client.query_raw(text).execute().await.unwrap();
    }
    let all: Vec<AlertRecord> = samples().into_iter().map(|(_, alert)| alert).collect();
    put(&store, &all, 1).await;
    let waiting = |name: &str, due| AlertRecord {
        disposition: appealed(due),
        ..bare_alert(name)
    };
    put(&store, &[waiting("late", 9), waiting("early", 8)], 1).await;
    let applied = store.migrate(Timestamp::from_millis(1)).await.unwrap();
    let applied: Vec<&str> = applied.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(applied, ["0008_orders.sql", "0016_appeal_due.sql"]);
    let first = AlertFilter {
        sort: AlertSort::Appeal,
        ..AlertFilter::default()
    };
    let found = store.alerts(&first, None, 2).await.unwrap().alerts;
    let numbers: Vec<&str> = found.iter().map(|alert| alert.case_no.as_str()).collect();
    assert_eq!(numbers, ["early", "late"]);
    let filter = AlertFilter {
        sort: AlertSort::Owed,
        ..AlertFilter::default()
    };
    let owed = ["order-overdue", "ordered", "to-be-done", "late-card"];
    assert_eq!(names(&store, filter.clone()).await[..4], owed);
    // What is written now lies beside what was there, and both are written anew in the background.
    let mut answered = all[2].clone();
    answered.disposition = ordered(40, true, false);
    put(&store, &[answered], 2).await;
    let found = store.alerts(&filter, None, 10).await.unwrap().alerts;
    let numbers: Vec<&str> = found.iter().map(|alert| alert.case_no.as_str()).collect();
    assert_eq!(numbers[..3], ["order-overdue", "to-be-done", "late-card"]);
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
