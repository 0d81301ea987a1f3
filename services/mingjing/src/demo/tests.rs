//! The demo's city judged by the engine alone, for starts on every day of the week and around holidays: what a newcomer sees
//! does not depend on the date.

mod amending;
mod statistics;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use mingjing_domain::Timestamp;
use mingjing_domain::alert::{Level, Status};
use mingjing_domain::definitions::DefinitionSet;
use mingjing_domain::fact::{CaseRecord, Cause, Change, Fact};
use mingjing_domain::time::DAY_MS;
use mingjing_engine::{Engine, Input, Rules};
use mingjing_wire::cloudevents::{encode_event, read_event};

use super::city::SYSTEMS;
use super::clock::PAST_DAYS;
use super::feed::Feed;
use super::plan::Plan;
use super::{DEMO_SEED, days};

/// Ten minutes between two ticks.
const TICK_MS: i64 = 600_000;

/// First starts: every day of a week at different hours, before, in and after every kind of holiday, and in a year
/// whose calendar is not known.
const STARTS: [&str; 21] = [
    "2026-11-16T00:05:00+08:00",
    "2026-11-17T08:00:00+08:00",
    "2026-11-18T12:30:00+08:00",
    "2026-11-19T09:00:00+08:00",
    "2026-11-20T18:00:00+08:00",
    "2026-11-21T15:00:00+08:00",
    "2026-11-22T23:50:00+08:00",
    "2026-11-23T14:20:00+08:00",
    "2026-01-02T10:00:00+08:00",
    "2026-02-14T10:00:00+08:00",
    "2026-02-20T20:00:00+08:00",
    "2026-02-24T08:30:00+08:00",
    "2026-03-08T08:30:00+08:00",
    "2026-03-27T08:30:00+08:00",
    "2026-05-03T11:00:00+08:00",
    "2026-05-30T11:00:00+08:00",
    "2026-06-20T11:00:00+08:00",
    "2026-10-04T11:00:00+08:00",
    "2026-10-09T09:10:00+08:00",
    "2026-10-31T21:00:00+08:00",
    "2027-02-06T07:00:00+08:00",
];

/// What stands when the hurry is over.
#[derive(Debug, Default)]
struct Board {
    cases: usize,
    open: usize,
    alerted: usize,
    standing: BTreeMap<(Level, Status), usize>,
    by_point: BTreeMap<(String, Level, Status), usize>,
    withdrawn_by_calendar: BTreeSet<String>,
    unjudged: u64,
}

impl Board {
    fn standing(&self, level: Level) -> usize {
        self.standing
            .get(&(level, Status::Issued))
            .copied()
            .unwrap_or(0)
    }

    fn share(&self) -> f64 {
        self.alerted as f64 / self.cases as f64
    }
}

fn rules(plan: &Plan, amended: bool) -> Arc<Rules> {
    let (set, problems) = DefinitionSet::read(plan.definitions(amended));
    assert_eq!(problems, []);
    Arc::new(Rules::compile(&set).unwrap_or_else(|problems| panic!("{problems:?}")))
}

/// The city's life until `end`, event by event and tick by tick, as a live platform would read it.
fn lived(seed: u64, origin: Timestamp, end: Timestamp) -> (Engine, Vec<Fact>) {
    let plan = Plan::new(seed, origin);
    let mut amended = Some((plan.amendment().at, rules(&plan, true)));
    let mut engine = Engine::new(rules(&plan, false));
    let mut facts = Vec::new();
    let mut feed = Feed::new(plan, origin, origin);
    let mut now = origin;
    while now < end {
        now = now.plus_millis(TICK_MS).min(end);
        for (source, due) in feed.take_due(now) {
            for dispatch in &due.dispatches {
                assert!(dispatch.at <= now && dispatch.event.occurred_at <= dispatch.at);
                engine.handle(Input::Event(&dispatch.event), &mut facts);
            }
            if let Some(until) = due.complete_until {
                engine.handle(Input::CompleteUntil { source, until }, &mut facts);
            }
        }
        if let Some((_, rules)) = amended.take_if(|(at, _)| *at <= now) {
            engine.handle(Input::Activated(rules), &mut facts);
        }
        engine.handle(Input::Tick(now), &mut facts);
    }
    engine.flush_cases(&mut facts);
    (engine, facts)
}

/// When the life of a city began that was first started then.
fn origin_of(start: Timestamp) -> Timestamp {
    start.plus_millis(-PAST_DAYS * DAY_MS)
}

fn board(seed: u64, start: Timestamp) -> Board {
    let (engine, facts) = lived(seed, origin_of(start), start);
    let mut board = Board {
        cases: engine.case_count(),
        unjudged: engine.unjudged_conditions(),
        ..Board::default()
    };
    let mut cases: BTreeMap<&str, &CaseRecord> = BTreeMap::new();
    for fact in &facts {
        match fact {
            Fact::Case { case, .. } => {
                cases.insert(&case.case_no, case);
            }
            Fact::Alert {
                change: Change::Withdrawn,
                cause: Cause::CalendarChange { .. },
                alert,
                ..
                // A reminder may go too; what is shown off is a card.
            } if alert.level >= Level::Yellow && alert.issued_at.is_some() => {
                board.withdrawn_by_calendar.insert(alert.case_no.clone());
            }
            _ => {}
        }
    }
    board.open = cases
        .values()
        .filter(|case| case.closed_at.is_none())
        .count();
    let mut alerted = BTreeSet::new();
    for alert in engine.alerts() {
        *board
            .standing
            .entry((alert.level, alert.status))
            .or_default() += 1;
        *board
            .by_point
            .entry((alert.control_point.clone(), alert.level, alert.status))
            .or_default() += 1;
        if !matches!(alert.status, Status::Cancelled | Status::Pending) {
            // What is only for a person to look at alleges nothing.
            if alert.level != Level::Review {
                alerted.insert(&alert.case_no);
            }
        }
    }
    board.alerted = alerted.len();
    board
}

#[test]
fn whenever_it_is_started_the_board_shows_cases_reminders_cards_and_a_withdrawal() {
    let mut findings = Vec::new();
    for start in STARTS {
        let at = Timestamp::parse(start).unwrap();
        let board = board(DEMO_SEED, at);
        println!(
            "{start} {}: {} cases, {} open, {} notices, {} yellow, {} red, {} withdrawn, {:.1} % alerted, {} unjudged",
            days::day(at).format("%a"),
            board.cases,
            board.open,
            board.standing(Level::Notice),
            board.standing(Level::Yellow),
            board.standing(Level::Red),
            board.withdrawn_by_calendar.len(),
            board.share() * 100.0,
            board.unjudged,
        );
        for (point, count) in &board.by_point {
            println!("    {point:?} {count}");
        }
        let holds = [
            ("150 to 400 open cases", (150..=400).contains(&board.open)),
            ("3 reminders", board.standing(Level::Notice) >= 3),
            ("3 yellow cards", board.standing(Level::Yellow) >= 3),
            ("2 red cards", board.standing(Level::Red) >= 2),
            (
                "a withdrawal by the calendar",
                !board.withdrawn_by_calendar.is_empty(),
            ),
            (
                "faults and reminders on 1 to 3 % of cases",
                (0.01..=0.03).contains(&board.share()),
            ),
            ("every condition judged", board.unjudged == 0),
        ];
        findings.extend(
            holds
                .iter()
                .filter(|(_, holds)| !holds)
                .map(|(what, _)| format!("{start}: not {what}")),
        );
    }
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

#[test]
fn another_seed_is_another_city_and_as_lively() {
    let start = Timestamp::parse(STARTS[3]).unwrap();
    for seed in [1, 2, 3] {
        let board = board(seed, start);
        assert!(board.standing(Level::Notice) >= 3, "{seed}: {board:?}");
        assert!(
            board.standing(Level::Yellow) >= 3 && board.standing(Level::Red) >= 2,
            "{seed}: {board:?}"
        );
        assert!(
            !board.withdrawn_by_calendar.is_empty() && board.share() <= 0.04,
            "{seed}: {board:?}"
        );
    }
}

#[test]
fn faultless_cases_are_clean_and_every_fault_shows_as_what_it_is() {
    let start = Timestamp::parse(STARTS[3]).unwrap();
    // A whole turn of faults, and time for the last of them to come to light.
    let end = start.plus_millis(175 * DAY_MS);
    let origin = origin_of(start);
    let (engine, _) = lived(DEMO_SEED, origin, end);
    let plan = Plan::new(DEMO_SEED, origin);
    let mut faulty = BTreeSet::new();
    let mut date = days::day(origin);
    while date <= days::day(end) {
        faulty.extend(plan.faulty(date));
        date = days::plus(date, 1);
    }
    let unjust: Vec<_> = engine
        .alerts()
        // A negative result is looked at by a person, and is no fault.
        .filter(|alert| alert.status != Status::Cancelled && alert.rule != "P8")
        .filter(|alert| !faulty.contains(&alert.case_no))
        .map(|alert| {
            (
                &alert.case_no,
                &alert.control_point,
                alert.level,
                alert.status,
            )
        })
        .collect();
    assert!(unjust.is_empty(), "{unjust:#?}");
    let points: BTreeSet<&str> = engine
        .alerts()
        .map(|alert| alert.control_point.as_str())
        .collect();
    for point in [
        "decision-late",
        "publication-late",
        "special-overdue",
        "fee",
        "wrong-body",
        "one-hand",
        "off-list",
        "late-entry",
        "time-reversed",
        "conflict",
        "no-notice",
        "defence-cut",
        "no-legal-review",
        "fine-out-of-range",
        "two-officers",
        "certificate",
        "tier-not-filed",
        "tier-changed",
        "sent-again",
        "not-called-back",
        "term-late",
        "no-approval",
        "clear-decision-late",
        "no-result",
        "publicity-cut",
        "above-standard",
        "acceptance-late",
        "unserved",
        "service-late",
        "off-standard",
        "relief-unapproved",
        "self-checked",
        "one-registrar",
        "paid-otherwise",
        "unplanned",
        "follow-up-late",
        "filing-refused",
        "unchecked",
        "not-told",
        "no-hearing",
        "beyond-summary",
        "hand-in-late",
        "no-urge",
        "reminder-cut",
        "unexamined",
        "post",
        "approver-rank",
        "two-checkers",
        "collector",
    ] {
        assert!(points.contains(point), "{point}: {points:?}");
    }
}

#[test]
fn after_a_restart_the_same_records_are_sent_whatever_was_told_before() {
    let start = Timestamp::parse(STARTS[0]).unwrap();
    let origin = origin_of(start);
    let new = || Plan::new(DEMO_SEED, origin);
    let from = origin.plus_millis(20 * DAY_MS);
    let collect = |feed: &mut Feed, from: Timestamp, step_ms: i64| {
        let mut sent = Vec::new();
        let mut now = from;
        while now < start {
            now = now.plus_millis(step_ms).min(start);
            sent.extend(
                feed.take_due(now)
                    .into_values()
                    .flat_map(|due| due.dispatches),
            );
        }
        sent.retain(|dispatch| dispatch.at >= from);
        sent.sort_by(|a, b| (a.at, &*a.event.event_id).cmp(&(b.at, &*b.event.event_id)));
        sent
    };
    let whole = collect(&mut Feed::new(new(), origin, origin), origin, 3 * TICK_MS);
    let resumed = collect(&mut Feed::new(new(), origin, from), from, 7 * TICK_MS);
    let tail: Vec<_> = whole
        .into_iter()
        .filter(|dispatch| dispatch.at >= from)
        .collect();
    assert!(resumed.len() > 500);
    assert!(resumed == tail);
    let ids: BTreeSet<(&str, u32)> = resumed
        .iter()
        .map(|dispatch| (&*dispatch.event.event_id, dispatch.event.data_version))
        .collect();
    assert_eq!(ids.len(), resumed.len(), "every version of a record once");
}

#[test]
fn every_record_is_read_by_the_platform_as_it_was_meant_and_its_officer_is_in_the_definitions() {
    let start = Timestamp::parse(STARTS[5]).unwrap();
    let origin = origin_of(start);
    let plan = Plan::new(DEMO_SEED, origin);
    let (set, _) = DefinitionSet::read(plan.definitions(false));
    let bodies: BTreeMap<&str, BTreeSet<&str>> = set
        .bodies
        .iter()
        .map(|body| {
            let officers = body
                .value
                .offices
                .iter()
                .flat_map(|office| &office.officers);
            (
                &*body.value.code.text,
                officers.map(|officer| &*officer.id.text).collect(),
            )
        })
        .collect();
    let mut feed = Feed::new(plan, origin, origin);
    let mut count = 0;
    for dispatch in feed
        .take_due(start)
        .into_values()
        .flat_map(|due| due.dispatches)
    {
        let read = read_event(&encode_event(&dispatch.event), dispatch.at)
            .unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(read.event, dispatch.event);
        let (body, actor) = (
            dispatch.event.data.org_code.unwrap(),
            dispatch.event.data.actor.unwrap(),
        );
        assert!(
            bodies[&*body].contains(&*actor.id),
            "{} is not an officer of {}",
            actor.id,
            body
        );
        count += 1;
    }
    assert!(count > 3000, "{count}");
}

#[test]
fn the_definitions_declare_every_source_that_speaks_and_no_other() {
    let plan = Plan::new(DEMO_SEED, origin_of(Timestamp::parse(STARTS[0]).unwrap()));
    let (set, _) = DefinitionSet::read(plan.definitions(false));
    let declared: BTreeSet<&str> = set.sources.iter().map(|s| s.value.id.as_str()).collect();
    assert_eq!(declared, BTreeSet::from(SYSTEMS));
    // What is watched in every case is watched in theirs.
    for points in &set.general_points {
        let of: BTreeSet<&str> = points.value.sources.iter().map(String::as_str).collect();
        assert_eq!(of, declared);
    }
}

#[test]
fn the_silent_source_says_nothing_for_a_day_and_a_half_and_then_everything() {
    let start = Timestamp::parse(STARTS[3]).unwrap();
    let origin = origin_of(start);
    let mut feed = Feed::new(Plan::new(DEMO_SEED, origin), origin, origin);
    feed.take_due(start.plus_millis(-36 * 3_600_000 - 1));
    let silent = feed.take_due(start);
    assert_eq!(
        silent.keys().copied().collect::<Vec<_>>(),
        [
            "cgj-road",
            "lz-platform",
            "mzj-relief",
            "scjg-case",
            "zjj-permit",
            "zrzy-land"
        ]
    );
    let back = feed.take_due(start.plus_millis(6 * 3_600_000));
    let due = &back["rsj-injury"];
    assert!(!due.dispatches.is_empty() && due.complete_until.is_some());
    assert!(due.dispatches.iter().any(|d| d.event.occurred_at < start));
}
