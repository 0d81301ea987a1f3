//! `mingjing bench timers`: many limits falling due in the same second, as they do at the start of a working day.
//!
//! Cases were accepted at the same instant, so that their limits fall due together. One tick fires them all: the alerts are concluded,
//! encoded and appended to a log until they are durable. The other side: encoding and appending the same facts, already concluded.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::ensure;
use mingjing_domain::fact::Fact;
use mingjing_engine::{Engine, Input};
use mingjing_log::{Log, Partition, Record, Topic};
use mingjing_wire::facts::{FactPosition, FactRecord, key_of};
use mingjing_wire::parse_event;
use serde::Serialize;

use super::backlog::append_all;
use super::corpus;
use super::measured::{Measured, load_before, number, tell};
use super::site::Site;
use super::stopwatch::load_average;

/// How many limits there are.
#[derive(Debug, clap::Args)]
pub struct TimersArgs {
    /// Cases whose limits fall due in the same second.
    #[arg(long, default_value_t = 200_000)]
    cases: u32,
    /// Interleaved runs of both sides; medians are told.
    #[arg(long, default_value_t = 3)]
    runs: u16,
    /// The folder for temporary data; the system's where nothing is said. On a disk, or durability costs nothing.
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
    /// One JSON object instead of text.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report {
    cases: u32,
    alerts: usize,
    facts: usize,
    load_average_before: Option<f64>,
    fire_s: Measured,
    fire_and_publish_s: Measured,
    publish_only_s: Measured,
    ratio: Measured,
}

/// Runs the command.
pub async fn run(args: TimersArgs) -> anyhow::Result<()> {
    ensure!(
        args.runs > 0 && args.cases > 0,
        "at least one run of one case"
    );
    let load_average_before = load_average();
    let (mut fire, mut both, mut only) = (Vec::new(), Vec::new(), Vec::new());
    let (mut alerts, mut count) = (0, 0);
    for run in 1..=args.runs {
        let mut engine = waiting(args.cases)?;
        let due = engine.next_due();
        let due = due.ok_or_else(|| anyhow::anyhow!("nothing falls due"))?;
        let (site, mut facts) = (Site::new(args.folder.as_deref(), None, 1)?, Vec::new());
        let log = site.open_log().await?;
        let began = Instant::now();
        engine.handle(Input::Tick(due.plus_millis(1000)), &mut facts);
        engine.flush_cases(&mut facts);
        fire.push(began.elapsed().as_secs_f64());
        let records = encode(&facts);
        append_all(&*log.log, Topic::Facts, Partition(0), &records).await?;
        both.push(began.elapsed().as_secs_f64());
        drop(records);
        only.push(publish(&*log.log, &facts).await?);
        let is_alert = |fact: &&Fact| matches!(fact, Fact::Alert { .. });
        (alerts, count) = (facts.iter().filter(is_alert).count(), facts.len());
        ensure!(
            alerts >= args.cases as usize,
            "only {alerts} alerts of {} cases",
            args.cases
        );
        facts.clear();
        engine.handle(Input::Tick(due.plus_millis(1001)), &mut facts);
        ensure!(facts.is_empty(), "a limit has fired twice");
        eprintln!("run {run} of {}", args.runs);
    }
    let report = Report {
        cases: args.cases,
        alerts,
        facts: count,
        load_average_before,
        ratio: Measured::of(both.iter().zip(&only).map(|(both, only)| both / only)),
        fire_s: Measured::of(fire),
        fire_and_publish_s: Measured::of(both),
        publish_only_s: Measured::of(only),
    };
    tell(&report, args.json, said)
}

/// An engine with cases that were accepted at one instant.
fn waiting(cases: u32) -> anyhow::Result<Engine> {
    let mut engine = Engine::new(corpus::rules()?);
    let (mut facts, mut line) = (Vec::new(), Vec::new());
    for case in 0..cases {
        for nth in 0..2 {
            line.clear();
            corpus::waiting_case_event(case, nth, &mut line);
            let event = parse_event(&line, mingjing_domain::Timestamp::MIN)
                .map_err(|r| anyhow::anyhow!("{}", r.message_en()))?;
            engine.handle(Input::Event(&event), &mut facts);
        }
    }
    engine.flush_cases(&mut facts);
    Ok(engine)
}

async fn publish(log: &dyn Log, facts: &[Fact]) -> anyhow::Result<f64> {
    let began = Instant::now();
    append_all(log, Topic::Facts, Partition(0), &encode(facts)).await?;
    Ok(began.elapsed().as_secs_f64())
}

fn encode(facts: &[Fact]) -> Vec<Record> {
    let records = facts.iter().zip(0..).map(|(fact, n)| {
        let record = FactRecord {
            position: FactPosition { offset: 0, n },
            facts: fact.clone(),
            epoch: 1,
            ends_batch: false,
        };
        Record {
            key: key_of(fact).into(),
            value: record.encode().into(),
        }
    });
    records.collect()
}

fn said(report: &Report) -> (String, Vec<(String, String)>) {
    let rows = vec![
        (
            "falling due in the same second".to_owned(),
            format!(
                "{} cases: {} alerts, {} facts",
                number(f64::from(report.cases)),
                number(report.alerts as f64),
                number(report.facts as f64)
            ),
        ),
        ("fired, in memory".into(), report.fire_s.told("s")),
        (
            "fired, encoded and durable".into(),
            report.fire_and_publish_s.told("s"),
        ),
        (
            "the same facts only encoded and made durable".into(),
            report.publish_only_s.told("s"),
        ),
        ("ratio".into(), report.ratio.told("times")),
    ];
    let load = load_before(report.load_average_before);
    (format!("limits falling due together, {load}"), rows)
}
