//! `mingjing bench drain`: how fast supervision works off a backlog.
//!
//! The backlog lies in the log before anybody supervises, and its first record names definitions that the table does not
//! have. So the processes start, take their partitions, read that record and wait. The clock starts when the
//! definitions are about to be published and stops when every event is judged and the facts of the last one are durable, as the processes
//! themselves count it. Starting, joining a group and opening connections are not in it; the first fetch of each partition, some
//! megabytes, may be.
//!
//! The other sides, on the same bytes in the same run: the same log read to its end by the same reader with nothing done, and the engine
//! alone on one core. No supervision can be faster than the smaller of the first and the second times the cores.

use std::path::PathBuf;
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use anyhow::ensure;
use futures::future::try_join_all;
use mingjing_domain::Timestamp;
use mingjing_engine::{Engine, Input};
use mingjing_log::Topic;
use mingjing_wire::LogRecord;
use serde::Serialize;

use super::backlog::{self, Backlog};
use super::corpus;
use super::measured::{Measured, load_before, number, tell};
use super::site::{Process, Site, until};
use super::stopwatch::{Stopwatch, load_average, machine_seconds};
use crate::log_port::OpenLog;

/// What is drained and by whom.
#[derive(Debug, clap::Args)]
pub struct DrainArgs {
    /// Brokers of a Kafka cluster, in which topics of a new prefix are made and emptied again. Without it the log is
    /// embedded, and one process drains it.
    #[arg(long, value_name = "HOST:PORT,…")]
    brokers: Option<String>,
    /// How many processes drain it: each of these numbers in turn, and one on a log of one partition for comparison.
    #[arg(long, value_name = "N,…", value_delimiter = ',', default_value = "1")]
    processes: Vec<u16>,
    /// Partitions of the log.
    #[arg(long, default_value_t = 2)]
    partitions: u16,
    /// Cases of the backlog, of eight events each.
    #[arg(long, default_value_t = 20_000)]
    cases: u32,
    /// Interleaved runs of all sides; medians are told.
    #[arg(long, default_value_t = 3)]
    runs: u16,
    /// Each process has one core, as a machine of one core would be: what one more adds is told then. The broker has what is left.
    #[arg(long, requires = "brokers")]
    core_each: bool,
    /// The folder for temporary data; the system's where nothing is said. On a disk, or durability costs nothing.
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
    /// One JSON object instead of text.
    #[arg(long)]
    json: bool,
}

/// So many processes on so many partitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Shape {
    processes: u16,
    partitions: u16,
}

impl Shape {
    fn told(self) -> String {
        let many =
            |n: u16, one: &str, more: &str| format!("{n} {}", if n == 1 { one } else { more });
        format!(
            "{} on {}",
            many(self.processes, "process", "processes"),
            many(self.partitions, "partition", "partitions")
        )
    }
}

#[derive(Serialize)]
struct Report {
    log: &'static str,
    events: u64,
    records: u64,
    bytes: u64,
    runs: u16,
    cores: usize,
    load_average_before: Option<f64>,
    raw_events_per_s: Measured,
    engine_events_per_s: Measured,
    drains: Vec<Drain>,
    /// Of the first shape with all partitions.
    ratio: Measured,
    /// The most processes against one, on the same partitions.
    factor_of_processes: Option<Measured>,
    /// The most processes with all partitions against one process with one partition.
    factor_of_scale: Option<Measured>,
}

#[derive(Serialize)]
struct Drain {
    processes: u16,
    partitions: u16,
    events_per_s: Measured,
    /// To the smaller of the raw read and the engine on every core that can work.
    ratio: Measured,
    cpu_s_per_million_events: Measured,
    machine_busy_cores: Measured,
}

/// One run of a shape.
#[derive(Clone, Copy)]
struct Ran {
    events_per_s: f64,
    cpu_s_per_million: f64,
    busy_cores: f64,
}

/// Runs the command.
pub async fn run(args: DrainArgs) -> anyhow::Result<()> {
    let shapes = shapes(&args)?;
    let cores = cores();
    let load_average_before = load_average();
    eprintln!("making a backlog of {} events", args.cases * 8);
    let whole = Backlog::of(args.cases, args.partitions)?;
    let single = Backlog::of(args.cases, 1)?;
    let (mut raw, mut engine) = (Vec::new(), Vec::new());
    let mut ran: Vec<Vec<Ran>> = vec![Vec::new(); shapes.len()];
    for run in 1..=args.runs {
        engine.push(engine_alone(&whole)?);
        for (shape, ran) in shapes.iter().zip(&mut ran) {
            let backlog = match shape.partitions == args.partitions {
                true => &whole,
                false => &single,
            };
            let (drained, read) = drain(&args, *shape, backlog).await?;
            eprintln!(
                "run {run} of {}: {}: {} events/s; only read: {} events/s",
                args.runs,
                shape.told(),
                number(drained.events_per_s),
                number(read),
            );
            ran.push(drained);
            if shape.partitions == args.partitions {
                raw.push(read);
            }
        }
    }
    let (raw, engine) = (Measured::of(raw), Measured::of(engine));
    let drains: Vec<Drain> = shapes
        .iter()
        .zip(&ran)
        .map(|(shape, ran)| {
            let able = cores.min(usize::from(shape.partitions)) as f64;
            let limit = raw.median.min(engine.median * able);
            Drain {
                processes: shape.processes,
                partitions: shape.partitions,
                events_per_s: Measured::of(ran.iter().map(|r| r.events_per_s)),
                ratio: Measured::of(ran.iter().map(|r| r.events_per_s / limit)),
                cpu_s_per_million_events: Measured::of(ran.iter().map(|r| r.cpu_s_per_million)),
                machine_busy_cores: Measured::of(ran.iter().map(|r| r.busy_cores)),
            }
        })
        .collect();
    let all_partitions = |d: &&Drain| d.partitions == args.partitions;
    let most = args.processes.iter().max();
    let place = |processes: Option<&u16>, partitions: u16| {
        shapes
            .iter()
            .position(|s| Some(&s.processes) == processes && s.partitions == partitions)
    };
    let factor = |of: Option<usize>, to: Option<usize>| {
        let (of, to) = of.zip(to).filter(|(of, to)| of != to)?;
        let pairs = ran[of].iter().zip(&ran[to]);
        Some(Measured::of(
            pairs.map(|(of, to)| of.events_per_s / to.events_per_s),
        ))
    };
    let report = Report {
        log: if args.brokers.is_some() {
            "kafka"
        } else {
            "embedded"
        },
        events: whole.events,
        records: whole.records.iter().map(|r| r.len() as u64).sum(),
        bytes: whole.bytes,
        runs: args.runs,
        cores,
        load_average_before,
        ratio: drains
            .iter()
            .find(all_partitions)
            .map_or(Measured::of([0.0]), |d| d.ratio),
        factor_of_processes: factor(
            place(most, args.partitions),
            place(Some(&1), args.partitions),
        ),
        factor_of_scale: factor(place(most, args.partitions), place(Some(&1), 1)),
        raw_events_per_s: raw,
        engine_events_per_s: engine,
        drains,
    };
    tell(&report, args.json, said)
}

fn shapes(args: &DrainArgs) -> anyhow::Result<Vec<Shape>> {
    ensure!(
        args.runs > 0 && args.cases > 0,
        "at least one run of one case"
    );
    ensure!(
        (1..=64).contains(&args.partitions),
        "1 to 64 partitions, not {}",
        args.partitions
    );
    let most = args.processes.iter().copied().max().unwrap_or(1);
    ensure!(
        most == 1 || args.brokers.is_some(),
        "only one process can hold an embedded log: name a cluster with --brokers"
    );
    for processes in &args.processes {
        ensure!(
            *processes > 0 && args.partitions.is_multiple_of(*processes),
            "{} partitions cannot be shared evenly by {processes} processes",
            args.partitions
        );
    }
    let mut shapes: Vec<Shape> = args
        .processes
        .iter()
        .map(|processes| Shape {
            processes: *processes,
            partitions: args.partitions,
        })
        .collect();
    if most > 1 {
        shapes.push(Shape {
            processes: 1,
            partitions: 1,
        });
    }
    shapes.sort();
    shapes.dedup();
    Ok(shapes)
}

fn cores() -> usize {
    available_parallelism().map_or(1, usize::from)
}

/// Events a second: drained, and only read.
async fn drain(args: &DrainArgs, shape: Shape, backlog: &Backlog) -> anyhow::Result<(Ran, f64)> {
    let brokers = args.brokers.as_deref();
    let site = Site::new(args.folder.as_deref(), brokers, shape.partitions)?;
    let log = site.open_log().await?;
    backlog.write(&*log.log).await?;
    let mut processes = Vec::new();
    for number in 0..usize::from(shape.processes) {
        let core = args.core_each.then_some(number % cores());
        processes.push(match site.shared {
            true => site.start("supervise", core).await?,
            false => site.supervise_here(&log).await?,
        });
    }
    let ran = measure(shape, backlog, &processes, &log).await?;
    for process in processes {
        process.kill().await?;
    }
    let began = Instant::now();
    let (records, _) = backlog::read_all(&*log.log, Topic::Events).await?;
    let seconds = began.elapsed().as_secs_f64();
    ensure!(
        records >= backlog.events,
        "only {records} records were read again"
    );
    if site.shared {
        backlog::empty(&*log.log).await?;
    }
    Ok((ran, backlog.events as f64 / seconds))
}

async fn measure(
    shape: Shape,
    backlog: &Backlog,
    processes: &[Process],
    log: &OpenLog,
) -> anyhow::Result<Ran> {
    let share = usize::from(shape.partitions / shape.processes);
    until(
        "partitions at the start",
        Duration::from_millis(100),
        || async {
            let waiting = try_join_all(processes.iter().map(|p| p.get("/readyz"))).await?;
            let each = |text: &String| text.matches("lacks the definitions").count() == share;
            Ok(waiting.iter().all(each))
        },
    )
    .await?;
    let computed = |processes: &[Process]| processes.iter().map(Process::seconds).sum::<f64>();
    let (cpu, busy, began) = (computed(processes), machine_seconds(), Instant::now());
    Backlog::release(&*log.table, &*log.log).await?;
    until(
        "the end of the backlog",
        Duration::from_millis(20),
        || async {
            let judged = processes
                .iter()
                .map(|p| p.metric(r#"mingjing_supervise_records_total{kind="event"}"#));
            let judged: f64 = try_join_all(judged).await?.iter().sum();
            Ok(judged >= backlog.events as f64)
        },
    )
    .await?;
    let seconds = began.elapsed().as_secs_f64();
    let busy = machine_seconds()
        .zip(busy)
        .map_or(0.0, |(now, then)| now - then);
    Ok(Ran {
        events_per_s: backlog.events as f64 / seconds,
        cpu_s_per_million: (computed(processes) - cpu) / (backlog.events as f64 / 1e6),
        busy_cores: busy / seconds,
    })
}

/// Events a second from the log's bytes to facts in memory, on one core.
fn engine_alone(backlog: &Backlog) -> anyhow::Result<f64> {
    let rules = corpus::rules()?;
    let watch = Stopwatch::start();
    let mut facts = Vec::new();
    for records in &backlog.records {
        let mut engine = Engine::new(rules.clone());
        for record in records {
            let record = LogRecord::parse(&record.value, Timestamp::MIN);
            let record = record.map_err(|r| anyhow::anyhow!("{}", r.message_en()))?;
            match &record {
                LogRecord::Event(event) => engine.handle(Input::Event(event), &mut facts),
                LogRecord::Tick { at, .. } => engine.handle(Input::Tick(*at), &mut facts),
                LogRecord::SourceDeclared(source) => {
                    engine.handle(Input::Declared(source), &mut facts);
                }
                LogRecord::CompleteUntil { .. }
                | LogRecord::Command(_)
                | LogRecord::SourceTotals { .. }
                | LogRecord::DefinitionsActivated { .. } => {}
            }
            if facts.len() > 4096 {
                std::hint::black_box(&facts);
                facts.clear();
            }
        }
    }
    Ok(backlog.events as f64 / watch.seconds())
}

fn said(report: &Report) -> (String, Vec<(String, String)>) {
    let unit = "events/s";
    let mut rows = vec![
        (
            "backlog".to_owned(),
            format!(
                "{} events in {} records, {} MB",
                number(report.events as f64),
                number(report.records as f64),
                number(report.bytes as f64 / 1e6)
            ),
        ),
        (
            "only read, nothing done".into(),
            report.raw_events_per_s.told(unit),
        ),
        (
            "engine alone, one core".into(),
            report.engine_events_per_s.told(unit),
        ),
    ];
    for drain in &report.drains {
        let shape = Shape {
            processes: drain.processes,
            partitions: drain.partitions,
        };
        rows.push((
            format!("judged and durable, {}", shape.told()),
            drain.events_per_s.told(unit),
        ));
        rows.push(("  to the smaller limit".into(), drain.ratio.told("times")));
        rows.push((
            "  computed by supervision".into(),
            drain.cpu_s_per_million_events.told("s per million events"),
        ));
        rows.push((
            format!("  busy of {} cores, all processes", report.cores),
            drain.machine_busy_cores.told("cores"),
        ));
    }
    for (what, factor) in [
        (
            "more processes, same partitions",
            &report.factor_of_processes,
        ),
        (
            "more processes and partitions, against one on one",
            &report.factor_of_scale,
        ),
    ] {
        if let Some(factor) = factor {
            rows.push((what.into(), factor.told("times")));
        }
    }
    let title = format!(
        "drain of a backlog, {} log, {} runs, {}",
        report.log,
        report.runs,
        load_before(report.load_average_before)
    );
    (title, rows)
}
