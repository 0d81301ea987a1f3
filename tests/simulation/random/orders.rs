//! Whatever the order of arrival, the same history comes to the same alerts.
//!
//! Records arrive under their own receipt times. What never went out (cancelled), was taken back (withdrawn) or waits for a
//! person (review) tells of the way there and may differ; all else must not. A declared source is judged only when
//! all is there: its alerts must not differ at all.

use std::collections::BTreeMap;

use mingjing_domain::alert::Status;
use mingjing_domain::event::CaseEvent;
use mingjing_testkit::script::{EngineRun, Input, Judge, Row, difference};
use proptest::prelude::*;
use proptest::sample::Index;

use super::duel::variant;
use super::history::{Action, Again, History, Step, history};
use super::{hold_with, inputs_of};

/// Longer than any limit of the definitions, in hours.
const LONG_AFTER: u16 = 2000;

/// What a history reads. All versions of a record get its earliest receipt: they are what the order is changed of.
fn events_of(steps: &[Step]) -> Vec<Input> {
    let mut inputs = inputs_of(steps);
    let receipts = inputs
        .iter()
        .filter_map(event)
        .fold(BTreeMap::new(), |mut earliest, event| {
            let receipt = earliest
                .entry(event.event_id.clone())
                .or_insert(event.received_at);
            *receipt = event.received_at.min(*receipt);
            earliest
        });
    for input in &mut inputs {
        if let Input::Event(event) = input {
            event.received_at = receipts[&event.event_id];
        }
    }
    inputs
}

fn event(input: &Input) -> Option<&CaseEvent<'static>> {
    match input {
        Input::Event(event) => Some(event),
        _ => None,
    }
}

fn alerts_after(inputs: &[Input]) -> Vec<Row> {
    let set = variant(0);
    let mut run = EngineRun::new(&set);
    for input in inputs {
        run.read(input, &set);
    }
    run.rows()
}

/// The alerts that must be there in every order: those of the import source, and of the others what stands in both.
/// A limit that speaks only while its stay is open speaks of what it saw, and is left out.
fn comparable(rows: &[Row], others: &[Row]) -> Vec<Row> {
    let is_told_by_the_way = |row: &&Row| {
        let other = others.iter().find(|other| other.names_the_same_alert(row));
        let in_review = |row: &Row| row.status == Status::Review;
        let never_stood = matches!(row.status, Status::Cancelled | Status::Withdrawn);
        never_stood
            || in_review(row)
            || other.is_some_and(in_review)
            || row.control_point == "publish"
    };
    rows.iter()
        .filter(|row| row.source == "c" || !is_told_by_the_way(row))
        .cloned()
        .collect()
}

/// Events stay in place of events, everything else where it was: ticks and completions keep their order.
fn shuffled(inputs: &[Input], draws: &[Index]) -> Vec<Input> {
    let is_event = |i: &usize| matches!(inputs[*i], Input::Event(_));
    let mut places: Vec<usize> = (0..inputs.len()).filter(is_event).collect();
    let mut shuffled = inputs.to_vec();
    for (draw, place) in (0..inputs.len()).filter(is_event).enumerate() {
        let drawn = draws[draw % draws.len()].index(places.len());
        shuffled[place] = inputs[places.swap_remove(drawn)].clone();
    }
    shuffled
}

/// Histories without what the order of arrival decides: two contents under one version.
fn without_conflicts() -> impl Strategy<Value = History> {
    history(1..50).prop_map(|mut history| {
        history.actions.retain(|action| {
            !matches!(
                action,
                Action::Again {
                    how: Again::Conflicting,
                    ..
                } | Action::Dispose { .. }
                    | Action::Order { .. }
                    | Action::Raise { .. }
                    | Action::DisposeAgain { .. }
                    | Action::Declare { .. }
                    | Action::Complete { .. }
            )
        });
        history.actions.extend([
            Action::Tick(LONG_AFTER),
            Action::Complete {
                source: 2,
                hours_ago: 0,
            },
        ]);
        history
    })
}

#[test]
fn any_order_of_arrival_comes_to_the_same_alerts() {
    let draws = proptest::collection::vec(any::<Index>(), 1..20);
    hold_with("orders", without_conflicts(), draws, |steps, draws| {
        let inputs = events_of(steps);
        let other = shuffled(&inputs, draws);
        let (here, there) = (alerts_after(&inputs), alerts_after(&other));
        match difference(
            &comparable(&here, &there),
            &comparable(&there, &here),
            chrono_tz::Asia::Shanghai,
        ) {
            None => Ok(()),
            Some(text) => {
                let order: Vec<&str> = other
                    .iter()
                    .filter_map(event)
                    .map(|e| &*e.event_id)
                    .collect();
                Err(format!(
                    "in another order of arrival ({}) other alerts stand:\n{text}",
                    order.join(" ")
                ))
            }
        }
    });
}
