//! Kills: a child process feeds the log and supervises it, and dies at every failpoint and at any moment. What the facts say in the
//! end is what an undisturbed run would have said.
//!
//! The child is this test binary again, running the ignored test `the_child_process` with its orders in the environment.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use bytes::Bytes;
use mingjing_domain::Timestamp;
use mingjing_log::{Partition, Topic};
use mingjing_supervise::{FAIL_AT, Failpoint};
use mingjing_wire::LogRecord;
use tempfile::TempDir;

use crate::history::{History, Random, Step, begin, definitions};
use crate::judged::{rules, verify};
use crate::property::alert_facts;
use crate::world::World;

const DIR: &str = "MINGJING_SUPERVISE_TEST_DIR";
const SEED: &str = "MINGJING_SUPERVISE_TEST_SEED";
const STEPS: &str = "MINGJING_SUPERVISE_TEST_STEPS";
const PARTITIONS: u16 = 2;
/// How long the history is at least: enough for every failpoint.
const STEPS_MIN: usize = 1200;
/// Each failpoint dies so often, at its first to third turn.
const DEATHS_EACH: u32 = 2;
const KILLS: u32 = 8;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_death_inside_every_step_and_at_any_moment_loses_nothing_and_says_nothing_twice() {
    let seed = Random::seed();
    let mut random = Random::new(seed);
    let dir = TempDir::new().expect("a folder");
    let mut deaths: Vec<Option<(Failpoint, u64)>> = Vec::new();
    for _ in 0..DEATHS_EACH {
        deaths.extend(Failpoint::ALL.map(|point| Some((point, 1 + random.below(3)))));
    }
    deaths.extend((0..KILLS).map(|_| None));
    for death in deaths {
        let context = format!("MINGJING_SEED={seed}, {death:?}");
        match death {
            Some((point, count)) => {
                let (printed, died) = run(
                    dir.path(),
                    seed,
                    &format!("{}:{count}", point.name()),
                    Life::Whole,
                );
                let aborted = format!("{FAIL_AT}: aborting at {}", point.name());
                assert!(
                    died && printed.contains(&aborted),
                    "{context}: it did not die there:\n{printed}"
                );
            }
            None => {
                let after = Duration::from_micros(random.below(100_000));
                let (printed, died) = run(dir.path(), seed, "", Life::KilledAfter(after));
                assert!(died, "{context}: it ended by itself:\n{printed}");
            }
        }
    }
    let (printed, died) = run(dir.path(), seed, "", Life::Whole);
    assert!(
        !died && printed.contains("all made"),
        "MINGJING_SEED={seed}: {printed}"
    );
    let world = World::open(dir.path(), PARTITIONS, begin()).await;
    verify(
        &world,
        &rules(&definitions()),
        &format!("MINGJING_SEED={seed}"),
    )
    .await;
    let alerts = alert_facts(&world).await;
    eprintln!(
        "{} deaths, {alerts} alert facts",
        Failpoint::ALL.len() as u32 * DEATHS_EACH + KILLS
    );
    assert!(
        alerts > 100,
        "the history is too tame: {alerts} alert facts"
    );
}

/// How long a child lives, if no failpoint ends it.
#[derive(Clone, Copy)]
enum Life {
    /// Until the history ends.
    Whole,
    /// Until the kill, however fast the machine is: its history has no end.
    KilledAfter(Duration),
}

/// Runs the child until it ends or dies. Answers what it printed, and whether it died.
fn run(dir: &Path, seed: u64, fail_at: &str, life: Life) -> (String, bool) {
    let mut command = Command::new(std::env::current_exe().expect("the test binary"));
    command.args([
        "--exact",
        "kills::the_child_process",
        "--ignored",
        "--nocapture",
    ]);
    command
        .env(DIR, dir)
        .env(SEED, seed.to_string())
        .env_remove(FAIL_AT);
    let steps = match life {
        Life::Whole => STEPS_MIN,
        Life::KilledAfter(_) => usize::MAX,
    };
    command.env(STEPS, steps.to_string());
    if !fail_at.is_empty() {
        command.env(FAIL_AT, fail_at);
    }
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the child starts");
    let errors = child.stderr.take().expect("piped");
    let errors = std::thread::spawn(move || std::io::read_to_string(errors).expect("text"));
    let mut printed = String::new();
    for line in BufReader::new(child.stdout.take().expect("piped")).lines() {
        let line = line.expect("text");
        if line == "began"
            && let Life::KilledAfter(after) = life
        {
            // Chance decides where the kill falls.
            std::thread::sleep(after);
            child.kill().expect("it is killed");
        }
        printed += &line;
        printed.push('\n');
    }
    let died = !child.wait().expect("it is gone").success();
    (
        printed + &errors.join().expect("its errors were read"),
        died,
    )
}

#[test]
#[ignore = "the child process of the other test, which gives it its orders"]
fn the_child_process() {
    let [dir, seed, steps] = [DIR, SEED, STEPS]
        .map(|name| std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set")));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(feed_and_supervise(
        Path::new(&dir),
        seed.parse().expect("a number"),
        steps.parse().expect("a number"),
    ));
}

/// Goes on with the history where the log ends.
async fn feed_and_supervise(dir: &Path, seed: u64, steps: usize) {
    let mut world = World::open(dir, PARTITIONS, begin()).await;
    let (made, ticked) = made_so_far(&world).await;
    if made == 0 {
        world.publish(definitions()[0].clone()).await;
    }
    world.clock.set(ticked);
    // Every fact is an append of its own, so that a batch may be torn anywhere.
    world.config.append_records = 1;
    world.start();
    println!("began");
    let mut random = Random::new(seed ^ made as u64);
    for (number, step) in History::new(seed, PARTITIONS)
        .take(steps)
        .enumerate()
        .skip(made)
    {
        let key = Bytes::from(format!("step {number}"));
        match step {
            Step::Record(partition, bytes) => drop(world.append_keyed(partition, key, bytes).await),
            Step::Everywhere(bytes) => {
                for partition in (0..PARTITIONS).map(Partition) {
                    world
                        .append_keyed(partition, key.clone(), bytes.clone())
                        .await;
                }
            }
            Step::Clock(now) => world.clock.set(now.max(ticked)),
            Step::Publish(file) => drop(world.publish(file).await),
        }
        if random.below(8) == 0 {
            world.settled().await;
        }
    }
    world.settled().await;
    world.stop().await;
    println!("all made");
}

/// How many steps are made, as far as they left records, and the latest tick.
async fn made_so_far(world: &World) -> (usize, Timestamp) {
    let (mut made, mut ticked) = (0, begin());
    for partition in (0..PARTITIONS).map(Partition) {
        for record in world.records(Topic::Events, partition).await {
            let number = std::str::from_utf8(&record.key)
                .ok()
                .and_then(|k| k.strip_prefix("step ")?.parse().ok());
            made = made.max(number.map_or(0, |n: usize| n + 1));
            if let Ok(LogRecord::Tick { at, .. }) = LogRecord::parse(&record.value, begin()) {
                ticked = ticked.max(at);
            }
        }
    }
    (made, ticked)
}
