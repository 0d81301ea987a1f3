//! `mingjing bench backtest`: how fast draft definitions run over the past in ClickHouse.
//!
//! The city's events are archived and never judged; then they are backtested as an operator does, so that every alert is one that
//! would be raised. The other side, in the same run: the same rows read case by case and not judged.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use mingjing_backtest::{CasesOfPast, Judges, Span, backtest};
use mingjing_domain::Timestamp;
use mingjing_store::Store;
use serde::Serialize;
use tokio::sync::watch;

use super::backlog::Backlog;
use super::corpus;
use super::end_to_end::start_clickhouse;
use super::measured::{Measured, load_before, number, tell};
use super::probe::ClickHouse;
use super::site::{Site, until};
use super::stopwatch::load_average;

/// What is backtested.
#[derive(Debug, clap::Args)]
pub struct BacktestBenchArgs {
    /// Cases in ClickHouse, of eight events each.
    #[arg(long, default_value_t = 125_000)]
    cases: u32,
    /// Threads that judge; as many as there are cores where nothing is said.
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// Interleaved runs of both sides; medians are told.
    #[arg(long, default_value_t = 3)]
    runs: u16,
    /// The folder for temporary data; the system's where nothing is said.
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
    /// One JSON object instead of text.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report {
    events: u64,
    threads: usize,
    load_average_before: Option<f64>,
    would_raise: u64,
    backtest_events_per_s: Measured,
    read_only_events_per_s: Measured,
    ratio: Measured,
    seconds: Measured,
}

/// Runs the command.
pub async fn run(args: BacktestBenchArgs) -> anyhow::Result<()> {
    ensure!(
        args.runs > 0 && args.cases > 0,
        "at least one run of one case"
    );
    let load_average_before = load_average();
    let threads = match args.threads {
        Some(threads) => threads.max(1),
        None => std::thread::available_parallelism().map_or(1, usize::from),
    };
    let site = Site::new(args.folder.as_deref(), None, 1)?;
    let backlog = Backlog::of(args.cases, 1)?;
    let child = start_clickhouse(&site).await?;
    let store = archived(&site, &backlog, &child.url()).await?;
    let span = Span {
        from: Timestamp::from_millis(0),
        // Long after the last of the city's limits.
        to: Timestamp::parse("2030-01-01T00:00:00Z")?,
    };
    let judges = Arc::new(Judges {
        draft: corpus::rules()?,
        against: None,
        sources: Vec::new(),
        judged_at: span.to,
        examples: 3,
        records: false,
    });
    let (mut judged, mut read, mut seconds, mut would_raise) =
        (Vec::new(), Vec::new(), Vec::new(), 0);
    for run in 1..=args.runs {
        let began = Instant::now();
        let report = backtest(&store, &span.into(), judges.clone(), threads, &|_| {}).await?;
        ensure!(
            report.events == backlog.events && report.total.raised > 0,
            "{} of {} events were judged, {} alerts would be raised",
            report.events,
            backlog.events,
            report.total.raised
        );
        would_raise = report.total.raised;
        let took = began.elapsed().as_secs_f64();
        seconds.push(took);
        judged.push(backlog.events as f64 / took);
        let began = Instant::now();
        let mut cases = CasesOfPast::open(&store, &span.into(), true)?;
        while cases.next_batch().await?.is_some() {}
        read.push(backlog.events as f64 / began.elapsed().as_secs_f64());
        eprintln!("run {run} of {}", args.runs);
    }
    child.stop().await;
    let report = Report {
        events: backlog.events,
        threads,
        load_average_before,
        would_raise,
        ratio: Measured::of(judged.iter().zip(&read).map(|(own, its)| own / its)),
        backtest_events_per_s: Measured::of(judged),
        read_only_events_per_s: Measured::of(read),
        seconds: Measured::of(seconds),
    };
    tell(&report, args.json, said)
}

/// The backlog in a ClickHouse.
async fn archived(site: &Site, backlog: &Backlog, url: &str) -> anyhow::Result<Store> {
    let log = site.open_log().await?;
    backlog.write(&*log.log).await?;
    let clickhouse = ClickHouse::new(url.to_owned(), "bench_backtest".to_owned());
    let store = Store::connect(&mingjing_store::Config {
        database: clickhouse.database.clone(),
        ..mingjing_store::Config::local(url)
    });
    store.migrate(Timestamp::from_millis(0)).await?;
    let metrics = Arc::new(mingjing_archive::Metrics::new(&prometheus::Registry::new())?);
    let (stop, stopping) = watch::channel(false);
    let config = mingjing_archive::Config::default();
    let clock = Arc::new(|| mingjing_supervise::Clock::now(&mingjing_supervise::System));
    let archive = mingjing_archive::run(
        log.log.clone(),
        store.clone(),
        config,
        metrics,
        clock,
        None,
        stopping,
    );
    let archive = tokio::spawn(archive);
    until("all rows", Duration::from_millis(50), || async {
        Ok(clickhouse.count("events").await? >= backlog.events)
    })
    .await?;
    stop.send_replace(true);
    archive.await.context("the archive panicked")??;
    Ok(store)
}

fn said(report: &Report) -> (String, Vec<(String, String)>) {
    let rows = vec![
        (
            "events of the past".to_owned(),
            number(report.events as f64),
        ),
        (
            "alerts that would be raised".to_owned(),
            number(report.would_raise as f64),
        ),
        (
            format!("read, judged by {} threads and compared", report.threads),
            report.backtest_events_per_s.told("events/s"),
        ),
        ("the same in all".into(), report.seconds.told("s")),
        (
            "read case by case and not judged".into(),
            report.read_only_events_per_s.told("events/s"),
        ),
        ("ratio".into(), report.ratio.told("times")),
    ];
    let load = load_before(report.load_average_before);
    (format!("backtest over ClickHouse, {load}"), rows)
}
