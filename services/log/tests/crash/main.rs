//! Kills and failing disks: a child process writes and says what was acknowledged, and this process looks at what is left.
//!
//! The child is this test binary again, running the ignored test `the_child_process` with its orders in the environment.

mod call;
mod child;
mod known;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use call::Random;
use known::Known;
use mingjing_log::embedded::{EmbeddedLog, Options};
use tempfile::TempDir;

const PARTITIONS: u16 = 3;
const TABLE: &str = "accounts";
/// Small, so that kills also hit the writing of files and their sorting.
const OPTIONS: Options = Options {
    memtable_bytes: 1 << 20,
    cache_bytes: 1 << 20,
};
const CHILD_DIR: &str = "MINGJING_LOG_TEST_DIR";
const CHILD_RUN: &str = "MINGJING_LOG_TEST_RUN";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kills_at_any_moment_lose_nothing_acknowledged_and_tear_no_call() {
    const KILLS: u64 = 30;
    let mut random = Random::from_clock();
    let began = Instant::now();
    let dir = TempDir::new().expect("a temporary folder");
    let mut known = Known::default();
    for run in 0..KILLS {
        let (from, up_to) = match random.below(4) {
            0 => (Moment::Start, 100_000),
            _ => (Moment::FirstAppend, 500_000),
        };
        let delay = Duration::from_micros(random.below(up_to));
        let printed = run_and_kill(dir.path(), run, from, delay);
        known.add(run, &printed);
        known.verify(dir.path(), random.seed, run).await;
    }
    eprintln!(
        "{KILLS} kills in {:.1} s: {} calls acknowledged, {} unacknowledged ones kept, {} puts, {} trims",
        began.elapsed().as_secs_f64(),
        known.calls.len(),
        known.unacknowledged,
        known.puts.len(),
        known.trims_acknowledged,
    );
    assert!(
        known.calls.len() > 1000,
        "the child hardly wrote: {}",
        known.calls.len()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kills_while_a_log_is_created_leave_none_or_a_whole_one() {
    const KILLS: u64 = 12;
    let mut random = Random::from_clock();
    let began = Instant::now();
    let dir = TempDir::new().expect("a temporary folder");
    drop(
        EmbeddedLog::open_with(dir.path(), PARTITIONS, OPTIONS)
            .await
            .expect("the log opens"),
    );
    let creation = began.elapsed().as_micros() as u64;
    for run in 0..KILLS {
        let dir = TempDir::new().expect("a temporary folder");
        let delay = Duration::from_micros(random.below(creation * 3 / 2));
        let mut known = Known::default();
        known.add(run, &run_and_kill(dir.path(), run, Moment::Start, delay));
        known.verify(dir.path(), random.seed, run).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_takes_no_more_fails_the_append_and_keeps_what_was_acknowledged() {
    let dir = TempDir::new().expect("a temporary folder");
    drop(
        EmbeddedLog::open_with(dir.path(), PARTITIONS, OPTIONS)
            .await
            .expect("the log opens"),
    );
    // No file may grow beyond 2 MiB (4,096 blocks of 512 bytes); the signal that would kill is ignored.
    let limited = [
        "sh",
        "-c",
        "trap '' XFSZ; ulimit -f 4096; exec \"$0\" \"$@\"",
    ];
    let mut child = start_child(dir.path(), "full", &limited);
    let output = child.stdout.take().expect("its output is piped");
    let lines: Vec<_> = BufReader::new(output)
        .lines()
        .map_while(Result::ok)
        .collect();
    assert!(
        child.wait().expect("it ended").success(),
        "the child failed: {lines:?}"
    );
    assert!(
        lines.iter().any(|l| l == "failed as it should"),
        "{:?}",
        lines.last()
    );

    let mut known = Known::default();
    known.add(0, &lines);
    assert!(!known.calls.is_empty());
    known.verify(dir.path(), 0, 0).await;
}

#[test]
#[ignore = "the child process of the other tests, which give it its orders"]
fn the_child_process() {
    let orders = (std::env::var(CHILD_DIR), std::env::var(CHILD_RUN));
    let (Ok(dir), Ok(run)) = orders else {
        panic!("{CHILD_DIR} and {CHILD_RUN} are not set")
    };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    match run.parse() {
        Ok(run) => runtime.block_on(child::write_until_killed(Path::new(&dir), run)),
        Err(_) => runtime.block_on(child::write_until_the_disk_is_full(Path::new(&dir))),
    }
}

fn start_child(dir: &Path, run: &str, launcher: &[&str]) -> Child {
    let this = std::env::current_exe().expect("the test binary");
    let mut command = match launcher {
        [] => Command::new(&this),
        [program, arguments @ ..] => {
            let mut command = Command::new(program);
            command.args(arguments).arg(&this);
            command
        }
    };
    command
        .args(["--exact", "the_child_process", "--ignored", "--nocapture"])
        .envs([(CHILD_DIR, dir.as_os_str()), (CHILD_RUN, run.as_ref())])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the child starts")
}

/// Lets the child write for a while, counted from its start or its first acknowledgement, and kills it with SIGKILL.
/// Answers what it printed.
fn run_and_kill(dir: &Path, run: u64, from: Moment, delay: Duration) -> Vec<String> {
    let mut child = start_child(dir, &run.to_string(), &[]);
    let output = BufReader::new(child.stdout.take().expect("its output is piped"));
    let (sender, lines) = std::sync::mpsc::channel();
    let reader = std::thread::spawn(move || {
        for line in output.lines() {
            sender
                .send(line.expect("its output is text"))
                .expect("someone listens");
        }
    });
    let mut printed = Vec::new();
    while from == Moment::FirstAppend
        && !printed
            .last()
            .is_some_and(|l: &String| l.starts_with("appended"))
    {
        printed.push(lines.recv().expect("the child writes until it is killed"));
    }
    std::thread::sleep(delay);
    child.kill().expect("it is killed");
    child.wait().expect("it is gone");
    printed.extend(lines);
    reader.join().expect("all its output was read");
    printed
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Moment {
    Start,
    FirstAppend,
}
