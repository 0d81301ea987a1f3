use mingjing_domain::alert::{Evidence, Level};
use mingjing_domain::disposition::Instance;

use super::*;
use crate::made::{alert, at, brought, known, route};
use crate::quiet::Hours;

fn planner(routes: Vec<Route>) -> Planner {
    let config = Config {
        console: None,
        hours: Hours::USUAL,
        waiting_max: 100,
        dead_max: 100,
        age_max_ms: i64::MAX,
        channels: BTreeMap::new(),
        routes,
    };
    Planner::new(Arc::new(config), Vec::new())
}

fn notice(alert: &AlertRecord, offset: u64) -> Notice<'_> {
    Notice {
        partition: Partition(0),
        offset,
        kind: Kind::Issued,
        revision: 1,
        alert,
    }
}

/// So many seconds into a Friday's office hours.
fn friday(second: i64) -> Timestamp {
    at("2026-11-27T10:00:00+08:00").plus_millis(second * 1000)
}

#[test]
fn a_change_is_told_once_on_every_route_and_to_every_address_and_always_by_the_same_id() {
    let mail = Route {
        to: vec!["a@x".into(), "b@x".into()],
        ..route("mail")
    };
    let other = Route {
        when: crate::config::When {
            levels: vec![Level::Yellow],
            ..route("yellow").when
        },
        ..route("yellow")
    };
    let alert = alert("a");
    let take = || {
        let mut planner = planner(vec![route("oa"), mail.clone(), other.clone()]);
        planner
            .take(&notice(&alert, 7), &known(), friday(0))
            .deliveries
    };
    let sent = take();
    let to: Vec<Option<&str>> = sent.iter().map(|d| d.to.as_deref()).collect();
    assert_eq!(to, [None, Some("a@x"), Some("b@x")]);
    let ids: BTreeSet<&str> = sent.iter().map(|d| d.id.as_str()).collect();
    assert_eq!(ids.len(), 3);
    assert_eq!(take(), sent);
}

#[test]
fn more_than_so_many_within_the_window_become_one_message_at_its_end() {
    let mut planner = planner(vec![route("oa")]);
    let mut sent = 0;
    for n in 0..10 {
        let alert = alert(&format!("a{n}"));
        let now = friday(i64::try_from(n).unwrap());
        sent += planner
            .take(&notice(&alert, n), &known(), now)
            .deliveries
            .len();
    }
    assert_eq!(sent, 3);
    // The fourth came at second 3 and opened the digest, which is due ten minutes later.
    assert_eq!(planner.due_at(), Some(friday(603)));
    assert!(planner.close_due(friday(602)).is_empty());
    let closed = planner.close_due(friday(603));
    let [(key, messages)] = &closed[..] else {
        panic!("{closed:?}")
    };
    assert_eq!(key, &("oa".to_owned(), Why::Storm));
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].message.data["count"], 7);
    // The window has passed: the next one goes by itself.
    let next = alert("next");
    let planned = planner.take(&notice(&next, 11), &known(), friday(604));
    assert_eq!(planned.deliveries.len(), 1);
}

#[test]
fn what_can_wait_waits_for_offices_to_open_and_red_cards_may_pass() {
    let quiet = Route {
        quiet: true,
        urgent: [Level::Red].into_iter().collect(),
        ..route("oa")
    };
    let mut planner = planner(vec![quiet]);
    let night = at("2026-11-27T22:00:00+08:00");
    let yellow = AlertRecord {
        level: Level::Yellow,
        ..alert("yellow")
    };
    assert!(
        planner
            .take(&notice(&yellow, 1), &known(), night)
            .deliveries
            .is_empty()
    );
    let red = alert("red");
    assert_eq!(
        planner
            .take(&notice(&red, 2), &known(), night)
            .deliveries
            .len(),
        1
    );
    let monday = at("2026-11-30T08:30:00+08:00");
    assert_eq!(planner.due_at(), Some(monday));
    let closed = planner.close_due(monday);
    // It was alone, so it is told as it would have been.
    assert_eq!(closed[0].1[0].message.kind, "alert.issued");
}

#[test]
fn a_digest_that_was_written_down_counts_nothing_twice() {
    let mut first = planner(vec![Route {
        quiet: true,
        ..route("oa")
    }]);
    let night = at("2026-11-27T22:00:00+08:00");
    let alerts: Vec<AlertRecord> = (0..4).map(|n| alert(&format!("a{n}"))).collect();
    for (n, alert) in (0..3).zip(&alerts) {
        first.take(&notice(alert, n), &known(), night);
    }
    let key = ("oa".to_owned(), Why::Quiet);
    let text = serde_json::to_string(first.digest(&key).unwrap()).unwrap();
    // Killed before the position was written: the same facts are read again, and one more.
    let kept: Digest = serde_json::from_str(&text).unwrap();
    let mut again = Planner::new(first.config.clone(), vec![kept]);
    for (n, alert) in (0..4).zip(&alerts) {
        again.take(&notice(alert, n), &known(), night.plus_millis(1000));
    }
    let digest = again.digest(&key).unwrap();
    assert_eq!((digest.count, digest.opened_at), (4, night));
}

#[test]
fn a_digest_of_a_route_that_is_gone_leads_to_no_message() {
    let alert = alert("a");
    let mut with = planner(vec![Route {
        quiet: true,
        ..route("gone")
    }]);
    with.take(
        &notice(&alert, 1),
        &known(),
        at("2026-11-27T22:00:00+08:00"),
    );
    let kept = with.digest(&("gone".to_owned(), Why::Quiet)).cloned();
    let mut without = Planner::new(planner(vec![]).config, kept.into_iter().collect());
    let closed = without.close_due(at("2026-12-01T22:00:00+08:00"));
    assert_eq!(closed.len(), 1);
    assert!(closed[0].1.is_empty());
}

/// 逐级升级: with each rung that is reached its own instance hears of the order, and those of earlier rungs again.
#[test]
fn each_rung_of_an_unanswered_order_is_told_to_its_instance_by_its_route() {
    let of = |id: &str, instance, region: &str| Route {
        when: crate::config::When {
            before: vec![instance],
            regions: vec![region.into()],
            ..route(id).when
        },
        ..route(id)
    };
    let mut planner = planner(vec![
        of("county", Instance::Supervision, "510502"),
        of("city", Instance::SupervisionAbove, "510500"),
        of("other", Instance::Supervision, "510500"),
    ]);
    let mut order = brought();
    let mut told = |order: &AlertRecord, kind, offset| {
        let notice = Notice {
            kind,
            ..notice(order, offset)
        };
        let planned = planner.take(&notice, &known(), friday(0));
        let sent = planned.deliveries.into_iter();
        sent.map(|d| (d.route, d.message.data["brought_before"].clone()))
            .collect::<Vec<_>>()
    };
    let by = |route: &str, before: &str| (route.to_owned(), serde_json::json!(before));
    assert_eq!(
        told(&order, Kind::Issued, 1),
        [by("county", "本级监察机关")]
    );
    if let [Evidence::Escalation { rungs }] = &mut order.evidence[..] {
        rungs[1].reached = true;
    }
    let both = "本级监察机关、上级监察机关";
    assert_eq!(
        told(&order, Kind::Escalated, 2),
        [by("county", both), by("city", both)]
    );
}
