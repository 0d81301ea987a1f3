//! `mingjing bench engine`: what judging costs on one core, as a ratio to reading the same bytes.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use mingjing_domain::Timestamp;
use mingjing_domain::definitions::DefinitionSet;
use mingjing_domain::event::CaseData;
use mingjing_domain::text::Text;
use mingjing_engine::{Engine, Input, Rules};
use mingjing_wire::parse_event;
use serde::{Deserialize, Serialize};

use super::corpus;
use super::measured::median;
use super::stopwatch::Stopwatch;
use crate::allocator;
use crate::definitions_command::Refused;
use crate::demo::{self, DEMO_SEED, Got};

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
/// Cities like the demo's, each with dice of its own and judged by itself.
const CITIES: u64 = 8;
/// When their lives begin: 2026-10-14 09:30 in Luzhou.
const CITY_BEGINS: Timestamp = Timestamp::from_millis(1_791_941_400_000);

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
    /// The same of cities like the demo's, by all its definitions.
    cities: Cities,
}

#[derive(Serialize)]
struct Cities {
    events: usize,
    parse_only_per_s: f64,
    engine_per_s: f64,
    ratio: f64,
    ratio_min: f64,
    ratio_max: f64,
    cases_with_alerts: f64,
    flowcharts: usize,
    /// Of the flowcharts and of the general points.
    control_points: usize,
    /// Rules of the catalogue that the points name, beside those of limits.
    rules: usize,
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
    let cities = &report.cities;
    println!(
        "all shipped rules    {:>12.0} events/s, typed parse alone {:.0}",
        cities.engine_per_s, cities.parse_only_per_s
    );
    println!(
        "ratio                {:>12.3} ({:.3} to {:.3}; {} events of {CITIES} cities like the demo's)",
        cities.ratio, cities.ratio_min, cities.ratio_max, cities.events
    );
    println!(
        "cases with alerts    {:>11.1}%, {} control points of {} rules and of limits in {} flowcharts and general points",
        cities.cases_with_alerts * 100.0,
        cities.control_points,
        cities.rules,
        cities.flowcharts
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
    // Bytes are read as the platform's own log holds them: stamped when received.
    let city: Vec<Got> = text
        .split(|b| *b == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| Got::Event(Timestamp::MIN, line.to_vec()))
        .collect();
    anyhow::ensure!(!city.is_empty(), "the corpus is empty");
    let measured = measure(std::slice::from_ref(&city), &rules)?;
    Ok(Report {
        events: measured.events,
        bytes: text.len(),
        parse_only_per_s: measured.parse_only_per_s,
        engine_per_s: measured.engine_per_s,
        ratio: measured.ratios[RUNS / 2],
        ratio_min: measured.ratios[0],
        ratio_max: measured.ratios[RUNS - 1],
        cases: measured.outcome.cases,
        cases_with_alerts: measured.outcome.share(),
        control_points: points(&corpus::set()?),
        open_cases,
        bytes_per_open_case: weigh(&rules, open_cases)?,
        cities: cities()?,
    })
}

fn points(set: &DefinitionSet) -> usize {
    let of_flowcharts = set.flowcharts.iter().map(|f| f.value.control_points.len());
    let general = set.general_points.iter();
    of_flowcharts.sum::<usize>() + general.map(|g| g.value.control_points.len()).sum::<usize>()
}

/// Cities like the demo's, judged by everything that is shipped: all points, bodies, officers, settings.
fn cities() -> anyhow::Result<Cities> {
    let pasts: Vec<_> = (0..CITIES)
        .map(|nth| demo::past(DEMO_SEED + nth, CITY_BEGINS))
        .collect();
    let definitions = pasts.first().map(|past| past.0.clone());
    let (set, problems) = DefinitionSet::read(definitions.unwrap_or_default());
    let rules = match Rules::compile(&set) {
        Ok(rules) if problems.is_empty() => Arc::new(rules),
        Ok(_) => return Err(Refused(problems).into()),
        Err(more) => return Err(Refused(more).into()),
    };
    let pasts: Vec<Vec<Got>> = pasts.into_iter().map(|(_, got)| got).collect();
    let measured = measure(&pasts, &rules)?;
    Ok(Cities {
        events: measured.events,
        parse_only_per_s: measured.parse_only_per_s,
        engine_per_s: measured.engine_per_s,
        ratio: measured.ratios[RUNS / 2],
        ratio_min: measured.ratios[0],
        ratio_max: measured.ratios[RUNS - 1],
        cases_with_alerts: measured.outcome.share(),
        flowcharts: set.flowcharts.len(),
        control_points: points(&set),
        rules: named_rules(&set),
    })
}

/// How many rules the points name; those of limits go by their levels and are not counted.
fn named_rules(set: &DefinitionSet) -> usize {
    let of_flowcharts = set.flowcharts.iter().map(|f| &f.value.control_points);
    let general = set.general_points.iter().map(|g| &g.value.control_points);
    let points = of_flowcharts.chain(general).flatten();
    let named = points.filter_map(|p| match &p.rule {
        Some(rule) => Some(rule.text.as_str()),
        None => p.check.own_rule(),
    });
    named.collect::<BTreeSet<_>>().len()
}

/// Both sides of the ratio, interleaved.
struct Both {
    events: usize,
    parse_only_per_s: f64,
    engine_per_s: f64,
    /// Sorted; one a run.
    ratios: Vec<f64>,
    outcome: Outcome,
}

fn measure(cities: &[Vec<Got>], rules: &Arc<Rules>) -> anyhow::Result<Both> {
    let (mut parse, mut judge) = (Vec::new(), Vec::new());
    let mut outcome = Outcome::default();
    let is_event = |got: &&Got| matches!(got, Got::Event(..));
    let events = cities.iter().flatten().filter(is_event).count();
    for _ in 0..RUNS {
        outcome = Outcome::default();
        parse.push(parse_only(cities)?);
        let mut seconds = 0.0;
        for city in cities {
            let (took, seen) = bytes_to_facts(city, rules)?;
            seconds += took;
            outcome.cases += seen.cases;
            outcome.with_alerts += seen.with_alerts;
        }
        judge.push(seconds);
    }
    let mut ratios: Vec<f64> = parse.iter().zip(&judge).map(|(p, j)| p / j).collect();
    ratios.sort_by(f64::total_cmp);
    Ok(Both {
        events,
        parse_only_per_s: events as f64 / median(&mut parse),
        engine_per_s: events as f64 / median(&mut judge),
        ratios,
        outcome,
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

fn parse_only(cities: &[Vec<Got>]) -> anyhow::Result<f64> {
    let watch = Stopwatch::start();
    let mut seen = 0usize;
    for got in cities.iter().flatten() {
        let Got::Event(_, line) = got else {
            continue;
        };
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

impl Outcome {
    fn share(&self) -> f64 {
        self.with_alerts as f64 / self.cases.max(1) as f64
    }
}

fn bytes_to_facts(city: &[Got], rules: &Arc<Rules>) -> anyhow::Result<(f64, Outcome)> {
    let watch = Stopwatch::start();
    let mut engine = Engine::new(rules.clone());
    let mut facts = Vec::new();
    let mut next_tick = Timestamp::MIN;
    for got in city {
        let (received_at, line) = match got {
            Got::Event(received_at, line) => (*received_at, line),
            Got::CompleteUntil(source, until) => {
                let (source, until) = (*source, *until);
                engine.handle(Input::CompleteUntil { source, until }, &mut facts);
                continue;
            }
        };
        let event =
            parse_event(line, received_at).map_err(|r| anyhow::anyhow!("{}", r.message_en()))?;
        let now = event.occurred_at.max(received_at);
        if now >= next_tick {
            engine.handle(Input::Tick(now), &mut facts);
            next_tick = now.plus_millis(60_000);
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
