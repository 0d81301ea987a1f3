//! `mingjing replay`: a log judged offline, as a declared source, up to an instant.
//!
//! Pure judging over a file: what comes out is what the running platform would allege of the same events.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use mingjing_domain::Timestamp;
use mingjing_domain::alert::{AlertRecord, Level, Status};
use mingjing_domain::fact::Fact;
use mingjing_domain::source::{Source, SourceClock};
use mingjing_engine::{Engine, Input, Rules};
use mingjing_wire::alerts;
use mingjing_wire::import::{self, LogReader, Mapping};

use crate::definitions_command;
use crate::exchange_folder::{self, FolderArgs};
use crate::progress;

/// Judges a log offline and writes what would be alleged.
#[derive(Debug, clap::Args)]
pub struct ReplayArgs {
    /// The log: XES, CSV or NDJSON of CloudEvents, plain or gzip; with --preset a folder of tables.
    log: PathBuf,
    /// The folder of definitions to judge by.
    #[arg(long, value_name = "DIR")]
    definitions: PathBuf,
    /// How the log's attributes become events (XES, CSV).
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    #[command(flatten)]
    folder: FolderArgs,
    /// Judge as of this instant, RFC 3339; the log's last event where nothing is said.
    #[arg(long, value_name = "INSTANT")]
    until: Option<String>,
    /// Write the final alerts here, one JSON object a line.
    #[arg(long, value_name = "OUT")]
    alerts: Option<PathBuf>,
    /// Write every fact here, one JSON object a line.
    #[arg(long, value_name = "OUT")]
    facts: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: &ReplayArgs) -> anyhow::Result<()> {
    let until = args
        .until
        .as_deref()
        .map(|text| Timestamp::parse(text).context("--until"))
        .transpose()?;
    let (mut set, _) = definitions_command::load(&args.definitions)?;
    let lacks = args.folder.lacks()?;
    for source in &mut set.sources {
        // What the definitions say of a live source does not make a log of the past live.
        source.value.clock = SourceClock::Declared;
        if args.folder.source.as_ref() == Some(&source.value.id) && source.value.lacks != lacks {
            eprintln!(
                "the definitions declare {} as lacking other things than its tables lack; they count: see `lacks` of the preset",
                source.value.id
            );
        }
    }
    let rules = Rules::compile(&set)
        .map_err(|problems| anyhow::anyhow!("{} problems in the definitions", problems.len()))?;
    let rules = Arc::new(rules);
    let mut reader = open_log(&args.log, args.mapping.as_deref(), &args.folder)?;

    let mut engine = Engine::new(rules.clone());
    let mut facts = Vec::new();
    let mut sources: BTreeSet<String> = BTreeSet::new();
    let (mut last, mut later, mut problems) = (None, 0u64, 0u64);
    let bar = progress::bytes(reader.bytes_total(), "reading");
    while let Some(next) = reader.next() {
        bar.set_position(reader.bytes_read());
        let event = match next {
            Ok(event) => event,
            Err(problem) => {
                problems += 1;
                if problems <= SHOWN_PROBLEMS {
                    bar.suspend(|| eprintln!("{}: {problem}", args.log.display()));
                }
                continue;
            }
        };
        if until.is_some_and(|until| event.occurred_at > until) {
            later += 1;
            continue;
        }
        last = last.max(Some(event.occurred_at));
        if !sources.contains(&*event.source) {
            let mut source = Source::new(event.source.to_string(), SourceClock::Declared);
            source.lacks.clone_from(&lacks);
            engine.handle(Input::Declared(&source), &mut facts);
            sources.insert(event.source.to_string());
        }
        engine.handle(Input::Event(&event), &mut facts);
    }
    bar.finish_and_clear();
    if problems > SHOWN_PROBLEMS {
        eprintln!(
            "… and {} more problems like these",
            problems - SHOWN_PROBLEMS
        );
    }
    let Some(until) = until.or(last) else {
        anyhow::bail!("{} holds no event that could be read", args.log.display());
    };
    for source in &sources {
        engine.handle(Input::CompleteUntil { source, until }, &mut facts);
    }
    engine.flush_cases(&mut facts);

    if let Some(path) = &args.alerts {
        write_alerts(path, &engine, &rules)?;
    }
    if let Some(path) = &args.facts {
        write_facts(path, &facts)?;
    }
    summary(&engine, &reader, until, later, &rules);
    unknown_names(&mut engine);
    Ok(())
}

/// Problems shown one by one; the rest are counted.
const SHOWN_PROBLEMS: u64 = 20;

/// Opens a log with its mapping, or a folder of exchange tables.
pub fn open_log(
    log: &Path,
    mapping: Option<&Path>,
    folder: &FolderArgs,
) -> anyhow::Result<LogReader> {
    match &folder.preset {
        Some(preset) => exchange_folder::open(log, folder, preset),
        None => open(log, mapping),
    }
}

/// Opens a log with its mapping.
pub fn open(log: &Path, mapping: Option<&Path>) -> anyhow::Result<LogReader> {
    let mapping = match mapping {
        None => None,
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("cannot read the mapping {}", path.display()))?;
            let mapping = Mapping::from_yaml(&text)
                .map_err(|e| anyhow::anyhow!("{}: {e}", path.display()))?;
            Some(mapping)
        }
    };
    import::open(log, mapping.as_ref())
        .with_context(|| format!("cannot open the log {}", log.display()))
}

fn create(path: &Path) -> anyhow::Result<BufWriter<File>> {
    let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(BufWriter::new(file))
}

fn write_alerts(path: &Path, engine: &Engine, rules: &Rules) -> anyhow::Result<()> {
    let mut out = create(path)?;
    let mut records: Vec<&AlertRecord> = engine.alerts().collect();
    records.sort_by(|a, b| {
        let key = |r: &AlertRecord| {
            (
                r.source.clone(),
                r.case_no.clone(),
                r.control_point.clone(),
                r.step.clone(),
                r.visit,
            )
        };
        key(a).cmp(&key(b))
    });
    for record in records {
        let line = alerts::write_alert(record, zone_of(record, rules));
        writeln!(out, "{}", line.trim_end())
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    out.flush()
        .with_context(|| format!("cannot write {}", path.display()))
}

/// The zone of the calendar that an alert was judged by.
fn zone_of(record: &AlertRecord, rules: &Rules) -> chrono_tz::Tz {
    let id = record
        .calendar_version
        .split(' ')
        .next()
        .unwrap_or_default();
    rules
        .calendar(id)
        .map_or(chrono_tz::Asia::Shanghai, |calendar| calendar.tz())
}

fn write_facts(path: &Path, facts: &[Fact]) -> anyhow::Result<()> {
    let mut out = create(path)?;
    for fact in facts {
        serde_json::to_writer(&mut out, fact)?;
        out.write_all(b"\n")?;
    }
    out.flush()
        .with_context(|| format!("cannot write {}", path.display()))
}

/// What the source calls by names that the flowchart in force does not have.
fn unknown_names(engine: &mut Engine) {
    let unknown = engine.unknown_names();
    if unknown.is_empty() {
        return;
    }
    let events: u64 = unknown.iter().map(|of| of.events).sum();
    println!(
        "unknown_name: {events} events name steps or special procedures that their flowchart does not have, neither as a code nor \
         as the name of one alone; write them under `mapping` of the source's definition, or correct the flowchart:"
    );
    for of in unknown {
        println!(
            "  source {} mapping.{}: {:?} in {}: {} events",
            of.source, of.what, of.said, of.flowchart, of.events
        );
    }
}

/// By control point: how many of each level and status.
fn summary(engine: &Engine, reader: &LogReader, until: Timestamp, later: u64, rules: &Rules) {
    let read = reader.counts();
    println!(
        "{} cases, {} events, judged as of {until} by definitions {}",
        engine.case_count(),
        engine.counts().events,
        rules.definitions_version(),
    );
    let mut by_point: BTreeMap<(&str, Level, Status), u64> = BTreeMap::new();
    for alert in engine.alerts() {
        *by_point
            .entry((&alert.control_point, alert.level, alert.status))
            .or_default() += 1;
    }
    let width = by_point
        .keys()
        .map(|(id, ..)| id.len())
        .max()
        .unwrap_or(0)
        .max(13);
    println!("{:width$}  level   status      alerts", "control point");
    for ((id, level, status), count) in &by_point {
        println!(
            "{id:width$}  {:<7} {:<9} {count:>8}",
            level.code(),
            status.code()
        );
    }
    let counted = |what: &str, count: u64| {
        if count > 0 {
            println!("{what}: {count}");
        }
    };
    counted("events after --until, not judged", later);
    for (why, count) in &read.skipped {
        counted(&format!("left out: {why}"), *count);
    }
    for (reason, count) in &read.problems {
        counted(&format!("refused: {}", reason.code()), *count);
    }
    counted("known already (duplicates)", engine.counts().duplicates);
    counted(
        "same id, other content (the first is kept)",
        engine.counts().conflicts,
    );
    counted(
        "conditions without a value to judge by",
        engine.unjudged_conditions(),
    );
}
