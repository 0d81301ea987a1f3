//! `mingjing bench engine`: what judging costs on one core, as a ratio to reading the same bytes.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use mingjing_domain::Timestamp;
use mingjing_domain::event::CaseData;
use mingjing_domain::text::Text;
use mingjing_engine::{Engine, Input, Rules};
use mingjing_wire::parse_event;
use serde::{Deserialize, Serialize};

use super::corpus;
use super::measured::median;
use super::stopwatch::Stopwatch;
use crate::allocator;

/// What is judged.
#[derive(Debug, clap::Args)]
pub struct EngineArgs {
    /// NDJSON of case events; a made-up city where nothing is said.
    #[arg(long, value_name = "FILE")]
    corpus: Option<PathBuf>,
    /// How many open cases to weigh.
    #[arg(long, default_value_t = 1_000_000)]
    open_cases: u32,
    /// One JSON object instead of text.
    #[arg(long)]
    json: bool,
}

/// Interleaved runs of both sides; the medians are reported.
const RUNS: usize = 5;
/// Cases of the made-up corpus.
const CASES: u32 = 30_000;

#[derive(Serialize)]
struct Report {
    events: usize,
    bytes: usize,
    parse_only_per_s: f64,
    engine_per_s: f64,
    ratio: f64,
    ratio_min: f64,
    ratio_max: f64,
    cases: usize,
    cases_with_alerts: f64,
    control_points: usize,
    open_cases: u32,
    bytes_per_open_case: f64,
}

/// Runs the command.
pub fn run(args: &EngineArgs) -> anyhow::Result<()> {
    let report = engine(args.corpus.as_deref(), args.open_cases)?;
    if args.json {
        println!("{}", serde_json::to_string(&report)?);
        return Ok(());
    }
    println!(
        "events               {:>12} ({} bytes)",
        report.events, report.bytes
    );
    println!(
        "typed parse alone    {:>12.0} events/s",
        report.parse_only_per_s
    );
    println!(
        "bytes to facts       {:>12.0} events/s",
        report.engine_per_s
    );
    println!(
        "ratio                {:>12.3} ({:.3} to {:.3} over {RUNS} interleaved runs)",
        report.ratio, report.ratio_min, report.ratio_max
    );
    println!(
        "cases with alerts    {:>11.1}% of {}, {} control points",
        report.cases_with_alerts * 100.0,
        report.cases,
        report.control_points
    );
    println!(
        "memory               {:>12.0} bytes per open case ({} cases of 8 events, 3 armed limits)",
        report.bytes_per_open_case, report.open_cases
    );
    Ok(())
}

fn engine(corpus: Option<&std::path::Path>, open_cases: u32) -> anyhow::Result<Report> {
    let rules = corpus::rules()?;
    let text = match corpus {
        Some(path) => std::fs::read(path)
            .with_context(|| format!("cannot read the corpus {}", path.display()))?,
        None => corpus::city(CASES),
    };
    let lines: Vec<&[u8]> = text
        .split(|b| *b == b'\n')
        .filter(|line| !line.is_empty())
        .collect();
    anyhow::ensure!(!lines.is_empty(), "the corpus is empty");

    let (mut parse, mut judge) = (Vec::new(), Vec::new());
    let mut outcome = Outcome::default();
    for _ in 0..RUNS {
        parse.push(parse_only(&lines)?);
        let (seconds, seen) = bytes_to_facts(&lines, &rules)?;
        judge.push(seconds);
        outcome = seen;
    }
    let mut ratios: Vec<f64> = parse.iter().zip(&judge).map(|(p, j)| p / j).collect();
    ratios.sort_by(f64::total_cmp);
    Ok(Report {
        events: lines.len(),
        bytes: text.len(),
        parse_only_per_s: lines.len() as f64 / median(&mut parse),
        engine_per_s: lines.len() as f64 / median(&mut judge),
        ratio: ratios[RUNS / 2],
        ratio_min: ratios[0],
        ratio_max: ratios[RUNS - 1],
        cases: outcome.cases,
        cases_with_alerts: outcome.with_alerts as f64 / outcome.cases.max(1) as f64,
        control_points: 13,
        open_cases,
        bytes_per_open_case: weigh(&rules, open_cases)?,
    })
}

/// What a plain typed reader of the same events looks like.
#[derive(Deserialize)]
struct Plain<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    source: Text<'a>,
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    subject: Text<'a>,
    time: Timestamp,
    #[serde(borrow)]
    data: CaseData<'a>,
}

fn parse_only(lines: &[&[u8]]) -> anyhow::Result<f64> {
    let watch = Stopwatch::start();
    let mut seen = 0usize;
    for line in lines {
        let event: Plain<'_> = serde_json::from_slice(line)?;
        seen += event.id.len() + event.source.len() + event.kind.len() + event.subject.len();
        seen += event.time.millis() as usize & 1;
        seen += usize::from(event.data.actor.is_some());
    }
    std::hint::black_box(seen);
    Ok(watch.seconds())
}

#[derive(Default)]
struct Outcome {
    cases: usize,
    with_alerts: usize,
}

fn bytes_to_facts(lines: &[&[u8]], rules: &Arc<Rules>) -> anyhow::Result<(f64, Outcome)> {
    let watch = Stopwatch::start();
    let mut engine = Engine::new(rules.clone());
    let mut facts = Vec::new();
    let mut next_tick = Timestamp::MIN;
    for line in lines {
        // Bytes are read as the platform's own log holds them: stamped when received.
        let event =
            parse_event(line, Timestamp::MIN).map_err(|r| anyhow::anyhow!("{}", r.message_en()))?;
        if event.occurred_at >= next_tick {
            engine.handle(Input::Tick(event.occurred_at), &mut facts);
            next_tick = event.occurred_at.plus_millis(60_000);
        }
        engine.handle(Input::Event(&event), &mut facts);
        if facts.len() > 4096 {
            std::hint::black_box(&facts);
            facts.clear();
        }
    }
    let seconds = watch.seconds();
    let mut with_alerts: Vec<&str> = engine.alerts().map(|a| a.case_no.as_str()).collect();
    with_alerts.dedup();
    Ok((
        seconds,
        Outcome {
            cases: engine.case_count(),
            with_alerts: with_alerts.len(),
        },
    ))
}

/// Live bytes per open case: allocator statistics over cases of 8 events and 3 armed limits, history included.
fn weigh(rules: &Arc<Rules>, cases: u32) -> anyhow::Result<f64> {
    let before = allocator::start_counting();
    let mut engine = Engine::new(rules.clone());
    let mut facts = Vec::new();
    let mut line = Vec::new();
    for case in 0..cases {
        for event in 0..8 {
            line.clear();
            corpus::open_case_event(case, event, &mut line);
            let event = parse_event(&line, Timestamp::MIN)
                .map_err(|r| anyhow::anyhow!("{}", r.message_en()))?;
            engine.handle(Input::Event(&event), &mut facts);
        }
    }
    facts = Vec::new();
    drop(line);
    let live = allocator::live_bytes() - before;
    allocator::stop_counting();
    anyhow::ensure!(engine.case_count() == cases as usize && facts.is_empty());
    Ok(live as f64 / f64::from(cases))
}
