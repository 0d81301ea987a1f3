//! Random histories: the engine against the slow evaluator after every input, across restarts, upgrades and any order of
//! arrival.
//!
//! A failure prints the smallest script that proptest found, and the seed. `PROPTEST_CASES` sets how many histories are
//! tried, `PROPTEST_RNG_SEED` which ones.

mod coverage;
mod duel;
mod explained;
mod history;
mod orders;
mod recovery;

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use history::{History, Step};
use mingjing_testkit::script::{Input, Line, parse};
use proptest::strategy::{Just, Strategy};
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestRunner};

/// Histories tried where `PROPTEST_CASES` says nothing: as many as keep the whole binary well under a minute.
const CASES: u32 = 300;

/// Tries random histories. The first that fails is made as small as it goes by leaving out lines (they name the events
/// they are about, so that leaving out one does not change the meaning of another), and printed.
fn hold(
    what: &str,
    histories: impl Strategy<Value = History>,
    check: impl Fn(&[Step]) -> Result<(), String>,
) {
    hold_with(what, histories, Just(()), |steps, ()| check(steps));
}

/// As [`hold`], with something drawn for every history that stays the same while it is made smaller.
fn hold_with<T: std::fmt::Debug>(
    what: &str,
    histories: impl Strategy<Value = History>,
    drawn: impl Strategy<Value = T>,
    check: impl Fn(&[Step], &T) -> Result<(), String>,
) {
    let mut config = Config {
        failure_persistence: None,
        max_shrink_iters: 0,
        ..Config::default()
    };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = CASES;
    }
    if let RngSeed::Random = config.rng_seed {
        config.rng_seed = RngSeed::Fixed(fresh_seed());
    }
    if let RngSeed::Fixed(seed) = config.rng_seed {
        println!(
            "{what}: {} histories; the same again with PROPTEST_RNG_SEED={seed}",
            config.cases
        );
    }
    // Panics of the first failing history are printed; those of smaller ones only say that it still fails.
    let found = RefCell::new(None);
    let outcome = TestRunner::new(config).run(&(histories, drawn), |(history, drawn)| {
        let fails = |steps: &[Step]| {
            let outcome = catch_unwind(AssertUnwindSafe(|| check(steps, &drawn)));
            outcome
                .unwrap_or_else(|_| Err("it panicked (see above)".into()))
                .err()
        };
        let steps = history.steps();
        match fails(&steps) {
            None => Ok(()),
            Some(_) => {
                found.replace(Some(smallest(steps, fails)));
                Err(TestCaseError::fail("see below"))
            }
        }
    });
    if outcome.is_err() {
        panic!("{}", found.take().unwrap_or_default());
    }
}

/// Leaves out steps, in ever smaller runs, as long as what is left still fails; answers with that failure.
fn smallest(mut steps: Vec<Step>, fails: impl Fn(&[Step]) -> Option<String>) -> String {
    let mut why = fails(&steps).unwrap_or_else(|| "it fails only sometimes".into());
    let mut run = steps.len() / 2;
    while run > 0 {
        let mut at = 1; // the first step declares the sources
        while at < steps.len() {
            let mut fewer = steps.clone();
            fewer.drain(at..(at + run).min(steps.len()));
            match fails(&fewer) {
                Some(failure) => (steps, why) = (fewer, failure),
                None => at += run,
            }
        }
        run /= 2;
    }
    let left: String = steps.iter().map(|step| format!("{step}\n")).collect();
    format!("{why}\nthe smallest history found:\n{left}")
}

/// What a history reads, as far as it is written in lines.
fn inputs_of(steps: &[Step]) -> Vec<Input> {
    let mut inputs = Vec::new();
    for step in steps {
        let Step::Lines(lines) = step else { continue };
        let (_, parsed) = parse(lines).expect("a written history");
        inputs.extend(parsed.into_iter().filter_map(|(_, line)| match line {
            Line::Input(input) => Some(input),
            Line::Expect(_) | Line::Answered(_) | Line::Inspect(..) | Line::Told(_) => None,
        }));
    }
    inputs
}

/// A number that differs from run to run; the standard library's hash keys are drawn from the system.
fn fresh_seed() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(0)
}
