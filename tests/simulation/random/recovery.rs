//! A partition that dies: what the next owner does from a snapshot, the published facts and the log.

use mingjing_domain::Timestamp;
use mingjing_domain::alert::Status;
use mingjing_domain::definitions::DefinitionSet;
use mingjing_domain::fact::{Cause, Fact};
use mingjing_engine::Engine;
use mingjing_testkit::script::{EngineRun, Input, Judge, Row, compiled, difference};
use proptest::prelude::*;
use proptest::sample::Index;

use super::duel::variant;
use super::history::history;
use super::{hold_with, inputs_of};

/// An undisturbed run, with what a crash leaves behind at every point.
struct Undisturbed {
    set: DefinitionSet,
    inputs: Vec<Input>,
    /// Before input `i`, and at the end: the snapshot, and how many facts there were.
    points: Vec<(Vec<u8>, usize)>,
    facts: Vec<Fact>,
    engine: Engine,
}

impl Undisturbed {
    fn run(inputs: Vec<Input>) -> Self {
        let set = variant(0);
        let mut run = EngineRun::new(&set);
        let mut points = Vec::new();
        for input in &inputs {
            points.push((run.engine.snapshot(), run.facts.len()));
            run.read(input, &set);
        }
        points.push((run.engine.snapshot(), run.facts.len()));
        Self {
            set,
            inputs,
            points,
            facts: run.facts,
            engine: run.engine,
        }
    }

    fn restored(&self, point: usize) -> EngineRun {
        let engine =
            Engine::restore(compiled(&self.set), &self.points[point].0).expect("its own snapshot");
        EngineRun {
            engine,
            facts: Vec::new(),
        }
    }
}

#[test]
fn reading_the_log_on_from_any_snapshot_writes_the_same_facts_again() {
    hold_with("replay", history(1..60), any::<Index>(), |steps, drawn| {
        let whole = Undisturbed::run(inputs_of(steps));
        let point = drawn.index(whole.inputs.len());
        let mut again = whole.restored(point);
        for input in &whole.inputs[point..] {
            again.read(input, &whole.set);
        }
        let expected = &whole.facts[whole.points[point].1..];
        for (fact, was) in again.facts.iter().zip(expected) {
            if fact != was {
                return Err(format!(
                    "from before input {point} the facts differ: there was\n{was:?}\nand is\n{fact:?}"
                ));
            }
        }
        match again.facts.len() == expected.len() {
            true => Ok(()),
            false => Err(format!(
                "from before input {point} {} facts, not {}",
                again.facts.len(),
                expected.len()
            )),
        }
    });
}

/// The next owner may be another version of the engine: it does not judge again what was judged and published, it reads
/// that stretch of the log without judging, takes the facts for what they are, and judges once.
#[test]
fn folding_published_facts_and_judging_again_writes_only_what_is_missing() {
    hold_with(
        "fold",
        history(1..60),
        (any::<Index>(), any::<Index>()),
        |steps, (at, published)| {
            let whole = Undisturbed::run(inputs_of(steps));
            let point = at.index(whole.inputs.len() + 1);
            let lost = whole.points[point].1;
            let published = lost + published.index(whole.facts.len() - lost + 1);
            let mut next = whole.restored(point);
            for fact in &whole.facts[lost..published] {
                next.engine.fold_fact(fact);
            }
            for input in &whole.inputs[point..] {
                next.note(input, &whole.set);
            }
            next.engine.rejudge(&Cause::Clock, &mut next.facts);
            let set = whole.set;
            if published == whole.facts.len() && !next.facts.is_empty() {
                return Err(format!("all was published, and yet: {:?}", next.facts));
            }
            // What an import's cases still owe is said at its next completion.
            let mut whole = EngineRun {
                engine: whole.engine,
                facts: Vec::new(),
            };
            let complete = Input::CompleteUntil("c".into(), Timestamp::MIN);
            for run in [&mut whole, &mut next] {
                run.read(&complete, &set);
            }
            let (here, there) = (alone(&next), alone(&whole));
            match difference(
                &standing(&there, &here),
                &standing(&here, &there),
                chrono_tz::Asia::Shanghai,
            ) {
                None => Ok(()),
                Some(text) => Err(format!(
                    "from before input {point}, {published} facts published:\n{text}"
                )),
            }
        },
    );
}

/// The alerts as the platform alone has them. What people did about one that the next owner never raised is refused: nobody had been told of
/// it.
fn alone(run: &EngineRun) -> Vec<Row> {
    let automatic = run
        .engine
        .alerts()
        .map(|alert| Row::from(&alert.automatic()));
    // What is owed upon an order and what is raised by hand follow from what people did.
    let mut rows: Vec<Row> = automatic
        .filter(|row| !row.control_point.starts_with("disposition/"))
        .collect();
    rows.sort();
    rows
}

/// What stands in both views, without how far it has got: what was raised and taken back before anybody was told did not
/// happen for the next owner, and neither did what had gone out in between. A limit that speaks only while its stay is
/// open speaks of what it saw, and is left out.
fn standing(rows: &[Row], others: &[Row]) -> Vec<Row> {
    let taken_back = |row: &Row| {
        matches!(
            row.status,
            Status::Cancelled | Status::Withdrawn | Status::Review
        )
    };
    let there = |row: &Row| others.iter().find(|other| other.names_the_same_alert(row));
    let stands = |row: &&Row| {
        !taken_back(row) && !there(row).is_some_and(taken_back) && row.control_point != "publish"
    };
    rows.iter()
        .filter(stands)
        .map(|row| Row {
            status: Status::Pending,
            ..row.clone()
        })
        .collect()
}
