//! Random histories reach every control point: one that never speaks is held against nothing.

use std::collections::BTreeSet;

use mingjing_domain::alert::{Level, Status};
use mingjing_domain::definitions::DefinitionSet;
use mingjing_domain::disposition::{Disposal, DispositionState, ORDER_POINT, RefusedBecause};
use mingjing_domain::fact::Fact;
use mingjing_testkit::script::{EngineRun, Judge};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngSeed, TestRunner};

use super::duel::variant;
use super::history::{History, history, voiced};
use super::inputs_of;

/// Points whose conditions random histories hardly ever meet; scripts show them.
const RARE: [&str; 5] = [
    "complained",
    "cooling",
    "cooling-li",
    "procedure",
    "vanished",
];

/// Points about complaints and ratings, that need words which only threads of these have.
const OF_VOICES: [&str; 3] = [
    "voice-contradicts",
    "voice-not-called-back",
    "voice-not-rectified",
];

/// Drawn by one seed, so that the answer is the same at every run.
const HISTORIES: usize = 6000;

#[test]
fn every_control_point_of_the_random_definitions_speaks_in_some_history() {
    let set = variant(0);
    let charts = set.flowcharts.iter().flat_map(|f| &f.value.control_points);
    let general = set.general_points.iter();
    let mut silent: BTreeSet<&str> = charts
        .chain(general.flat_map(|g| &g.value.control_points))
        .map(|point| &*point.id.text)
        .collect();
    silent.retain(|point| !RARE.contains(point) && !OF_VOICES.contains(point));
    all_speak(silent, &set, history(30..70));
}

#[test]
fn every_control_point_of_complaints_and_ratings_speaks_in_some_history_with_a_thread_of_them() {
    all_speak(OF_VOICES.into(), &variant(0), voiced(30..70));
}

/// Draws histories until each of these points has spoken.
fn all_speak(
    mut silent: BTreeSet<&str>,
    set: &DefinitionSet,
    histories: impl Strategy<Value = History>,
) {
    let mut runner = TestRunner::new(Config {
        rng_seed: RngSeed::Fixed(7),
        ..Config::default()
    });
    for _ in 0..HISTORIES {
        if silent.is_empty() {
            return;
        }
        let drawn = histories.new_tree(&mut runner).expect("a history");
        let mut run = EngineRun::new(set);
        for input in inputs_of(&drawn.current().steps()) {
            run.read(&input, set);
        }
        for row in run.rows() {
            silent.remove(row.control_point.as_str());
        }
    }
    assert!(
        silent.is_empty(),
        "control points that never spoke: {silent:?}"
    );
}

#[test]
fn unanswered_orders_are_told_at_every_level_and_end_in_every_way_in_some_history() {
    let set = variant(0);
    let mut not_seen: BTreeSet<(Level, Status)> = [
        (Level::Notice, Status::Issued),
        (Level::Notice, Status::Ended),
        (Level::Yellow, Status::Issued),
        (Level::Yellow, Status::Ended),
        (Level::Yellow, Status::Withdrawn),
        (Level::Red, Status::Issued),
    ]
    .into();
    let mut runner = TestRunner::new(Config {
        rng_seed: RngSeed::Fixed(7),
        ..Config::default()
    });
    // Long enough that an order is reminded of and then answered.
    let histories = history(70..140);
    for _ in 0..HISTORIES {
        if not_seen.is_empty() {
            return;
        }
        let drawn = histories.new_tree(&mut runner).expect("a history");
        let mut run = EngineRun::new(&set);
        for input in inputs_of(&drawn.current().steps()) {
            run.read(&input, &set);
        }
        for fact in &run.facts {
            if let Fact::Alert { alert, .. } = fact
                && alert.control_point == ORDER_POINT
            {
                not_seen.remove(&(alert.level, alert.status));
            }
        }
    }
    assert!(not_seen.is_empty(), "never told: {not_seen:?}");
}

#[test]
fn everything_that_people_do_is_applied_and_refused_for_every_reason_in_some_history() {
    let set = variant(0);
    let mut not_applied: BTreeSet<&str> = Disposal::CODES.into_iter().collect();
    let mut not_refused: BTreeSet<RefusedBecause> = RefusedBecause::ALL.into_iter().collect();
    let mut not_reached: BTreeSet<DispositionState> = DispositionState::ALL.into_iter().collect();
    let mut runner = TestRunner::new(Config {
        rng_seed: RngSeed::Fixed(7),
        ..Config::default()
    });
    let histories = history(30..70);
    for _ in 0..HISTORIES {
        if not_applied.is_empty() && not_refused.is_empty() && not_reached.is_empty() {
            return;
        }
        let drawn = histories.new_tree(&mut runner).expect("a history");
        let mut run = EngineRun::new(&set);
        for input in inputs_of(&drawn.current().steps()) {
            run.read(&input, &set);
        }
        for fact in &run.facts {
            match fact {
                Fact::Decision { act, refused, .. } => match refused {
                    Some(refused) => drop(not_refused.remove(&refused.reason)),
                    None => drop(not_applied.remove(act.as_str())),
                },
                Fact::Alert { alert, .. } => {
                    if let Some(disposition) = &alert.disposition {
                        not_reached.remove(&disposition.state);
                    }
                }
                _ => {}
            }
        }
    }
    panic!(
        "never applied: {not_applied:?}; never refused: {not_refused:?}; never so: {not_reached:?}"
    );
}
