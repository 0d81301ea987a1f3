//! Without a log: what is told when, to whom, and what is remembered of it.

use std::collections::BTreeSet;

use mingjing_domain::disposition::PassedUp;

use super::*;
use crate::config::{Route, When};
use crate::made::{appealed, at, known, route};
use crate::quiet::Hours;

fn config(routes: Vec<Route>) -> Config {
    Config {
        console: None,
        hours: Hours::USUAL,
        waiting_max: 100,
        dead_max: 100,
        age_max_ms: 3 * 86_400_000,
        channels: BTreeMap::new(),
        routes,
    }
}

fn asks(id: &str, kind: Kind, regions: &[&str]) -> Route {
    Route {
        when: When {
            changes: BTreeSet::from([kind]),
            regions: regions.iter().map(|region| (*region).to_owned()).collect(),
            ..route(id).when
        },
        ..route(id)
    }
}

fn waiting(alert: AlertRecord, revision: u32) -> Waiting {
    let change = Change {
        offset: 1,
        kind: Kind::Appealed,
        revision,
        at: at("2026-11-28T09:00:00+08:00"),
        alert: Box::new(alert),
    };
    Waiting::of(Partition(0), &change).expect("an appeal that waits")
}

/// The same, passed up to a body, with its term anew.
fn passed_up(to: &str, due_at: &str) -> AlertRecord {
    let mut alert = appealed();
    if let Some(disposition) = alert.disposition.as_mut()
        && let Some(appeal) = disposition.appeal.as_mut()
    {
        appeal.passed_up.push(PassedUp {
            by: appeal.by.clone(),
            to: to.into(),
        });
        appeal.due_at = Some(at(due_at));
    }
    alert
}

fn told(planned: &Planned) -> Vec<(&str, &str)> {
    let sent = planned.deliveries.iter();
    sent.map(|d| (d.route.as_str(), d.message.kind.as_str()))
        .collect()
}

#[test]
fn those_who_decide_are_told_when_the_day_has_passed_and_their_leader_a_working_day_later() {
    let config = config(vec![
        asks("deciders", Kind::AppealOverdue, &[]),
        asks("leader", Kind::AppealOverdueLeader, &[]),
        // What a route is told of that does not say of what.
        route("usual"),
    ]);
    // Its day is Saturday, 12 December; the working day after it is Monday.
    let mut open = waiting(appealed(), 2);
    assert!(!open.is_due(at("2026-12-12T23:59:59+08:00")));
    for (now, wanted, next_at) in [
        (
            "2026-12-13T00:00:00+08:00",
            &[
                ("deciders", "alert.appeal_overdue"),
                ("usual", "alert.appeal_overdue"),
            ][..],
            Some("2026-12-15T00:00:00+08:00"),
        ),
        (
            "2026-12-14T23:59:59+08:00",
            &[][..],
            Some("2026-12-15T00:00:00+08:00"),
        ),
        (
            "2026-12-15T00:00:00+08:00",
            &[("leader", "alert.appeal_overdue_leader")][..],
            None,
        ),
        ("2026-12-16T00:00:00+08:00", &[][..], None),
    ] {
        let planned = plan(&config, &open, &known(), at(now));
        assert_eq!(told(&planned), wanted, "{now}");
        assert_eq!(planned.after.next_at, next_at.map(at), "{now}");
        // Read again it is the same messages, under the same ids.
        let again = plan(&config, &open, &known(), at(now));
        assert_eq!(again.deliveries, planned.deliveries);
        open = planned.after;
    }
    let title = |kind| {
        let show = route("r").show;
        words::item(kind, &appealed(), &show, &known(), None)
    };
    let said = title(Kind::AppealOverdue);
    assert_eq!(said.title, "【红牌】申诉逾期未决：建筑工程施工许可");
    let day = |line: &&String| line.starts_with("申诉办理期限：2026-12-12");
    assert_eq!(said.lines.iter().filter(day).count(), 1);
    assert!(!format!("{said:?}").contains("张某"), "{said:?}");
}

#[test]
fn an_office_is_reminded_of_what_it_has_to_decide_and_of_nothing_else() {
    let routes = || {
        vec![
            asks("county", Kind::AppealOverdue, &["510502"]),
            // As areas may be written, and yet not those below it.
            asks("city", Kind::AppealOverdue, &["5105"]),
            asks("everywhere", Kind::AppealOverdue, &[]),
        ]
    };
    let mut town = appealed();
    town.region_code = Some("510502001".into());
    let late = "2026-12-12T23:59:59+08:00";
    for (alert, wanted) in [
        (appealed(), ["county", "everywhere"]),
        (town, ["county", "everywhere"]),
        (passed_up("lz-sfj", late), ["city", "everywhere"]),
        // Of a body that is on no list here is known only that it is above.
        (passed_up("510500-unknown", late), ["city", "everywhere"]),
    ] {
        let now = at("2026-12-13T00:00:00+08:00");
        let planned = plan(&config(routes()), &waiting(alert, 2), &known(), now);
        let on: Vec<&str> = told(&planned).iter().map(|(route, _)| *route).collect();
        assert_eq!(on, wanted);
    }
    // Who is told before whom an order is brought is not told of appeals.
    let before = Route {
        when: When {
            before: vec![mingjing_domain::disposition::Instance::Supervision],
            ..asks("before", Kind::AppealOverdue, &[]).when
        },
        ..route("before")
    };
    let now = at("2026-12-13T00:00:00+08:00");
    let planned = plan(
        &config(vec![before]),
        &waiting(appealed(), 2),
        &known(),
        now,
    );
    assert!(told(&planned).is_empty());
    assert_eq!(planned.passed_over, ["no_route"]);
}

#[test]
fn what_is_quiet_waits_for_offices_to_open_and_what_is_long_past_is_told_to_nobody() {
    let quiet = Route {
        quiet: true,
        ..asks("quiet", Kind::AppealOverdue, &[])
    };
    let config = config(vec![quiet]);
    let night = plan(
        &config,
        &waiting(appealed(), 2),
        &known(),
        at("2026-12-13T00:00:00+08:00"),
    );
    assert!(told(&night).is_empty());
    assert!(night.passed_over.is_empty());
    let opens_at = at("2026-12-14T08:30:00+08:00");
    assert_eq!(night.after.next_at, Some(opens_at));
    let morning = plan(&config, &night.after, &known(), opens_at);
    assert_eq!(told(&morning), [("quiet", "alert.appeal_overdue")]);
    let leader_at = at("2026-12-15T00:00:00+08:00");
    assert_eq!(morning.after.next_at, Some(leader_at));
    let noon = at("2026-12-14T12:00:00+08:00");
    assert!(told(&plan(&config, &morning.after, &known(), noon)).is_empty());

    let late = at("2026-12-20T00:00:00+08:00");
    let planned = plan(&config, &waiting(appealed(), 2), &known(), late);
    assert_eq!(planned.passed_over, ["too_old", "too_old"]);
    assert_eq!(planned.after.next_at, None);
}

#[test]
fn passed_up_it_is_another_matter_and_decided_or_taken_back_none() {
    let first = config(vec![asks("deciders", Kind::AppealOverdue, &[])]);
    let now = at("2026-12-13T00:00:00+08:00");
    let reminded = plan(&first, &waiting(appealed(), 2), &known(), now).after;
    let same = waiting(appealed(), 3).after(&reminded);
    assert_eq!(
        (&same.told, same.next_at),
        (&reminded.told, reminded.next_at)
    );
    let up = waiting(passed_up("lz-sfj", "2026-12-28T23:59:59+08:00"), 4).after(&reminded);
    assert!(up.told.is_empty());
    assert_eq!(up.next_at, Some(at("2026-12-29T00:00:00+08:00")));

    let json = serde_json::to_vec(&reminded).unwrap();
    assert_eq!(serde_json::from_slice::<Waiting>(&json).unwrap(), reminded);
    assert!(open(&appealed()).is_some());
    let withdrawn = AlertRecord {
        status: Status::Withdrawn,
        ..appealed()
    };
    assert!(open(&withdrawn).is_none());
    assert!(open(&crate::made::ordered()).is_none());
}
