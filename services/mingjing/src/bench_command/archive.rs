//! `mingjing bench archive`: how fast the archive brings a log into ClickHouse.
//!
//! A log holds the city's events and nothing else; the archive runs until its watermarks stand at the end. The other side, on the
//! same ClickHouse in the same run: the server copies the rows that have come into an empty table of the same kind, as
//! fast as it can by itself.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use mingjing_store::Store;
use serde::Serialize;
use tokio::sync::watch;

use super::backlog::Backlog;
use super::end_to_end::start_clickhouse;
use super::measured::{Measured, load_before, number, tell};
use super::probe::ClickHouse;
use super::site::{Site, until};
use super::stopwatch::load_average;

/// What is archived.
#[derive(Debug, clap::Args)]
pub struct ArchiveArgs {
    /// Cases in the log, of eight events each.
    #[arg(long, default_value_t = 30_000)]
    cases: u32,
    /// Partitions of the log.
    #[arg(long, default_value_t = 2)]
    partitions: u16,
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
    rows: u64,
    load_average_before: Option<f64>,
    archive_rows_per_s: Measured,
    server_rows_per_s: Measured,
    ratio: Measured,
}

/// Runs the command.
pub async fn run(args: ArchiveArgs) -> anyhow::Result<()> {
    ensure!(
        (1..=64).contains(&args.partitions) && args.runs > 0 && args.cases > 0,
        "1 to 64 partitions, and at least one run of one case"
    );
    let load_average_before = load_average();
    let site = Site::new(args.folder.as_deref(), None, args.partitions)?;
    let backlog = Backlog::of(args.cases, args.partitions)?;
    let log = site.open_log().await?;
    backlog.write(&*log.log).await?;
    let child = start_clickhouse(&site).await?;
    let (mut archived, mut copied) = (Vec::new(), Vec::new());
    for run in 1..=args.runs {
        let clickhouse = ClickHouse::new(child.url(), format!("bench_{run}"));
        let store = Store::connect(&mingjing_store::Config {
            database: clickhouse.database.clone(),
            ..mingjing_store::Config::local(child.url())
        });
        store
            .migrate(mingjing_domain::Timestamp::from_millis(0))
            .await?;
        let registry = prometheus::Registry::new();
        let metrics = Arc::new(mingjing_archive::Metrics::new(&registry)?);
        let (stop, stopping) = watch::channel(false);
        let config = mingjing_archive::Config::default();
        let began = Instant::now();
        let clock = Arc::new(|| mingjing_supervise::Clock::now(&mingjing_supervise::System));
        let archive = mingjing_archive::run(
            log.log.clone(),
            store,
            config,
            metrics,
            clock,
            None,
            stopping,
        );
        let archive = tokio::spawn(archive);
        until("all rows", Duration::from_millis(10), || async {
            Ok(clickhouse.count("events").await? >= backlog.events)
        })
        .await?;
        let rate = |began: Instant| backlog.events as f64 / began.elapsed().as_secs_f64();
        archived.push(rate(began));
        stop.send_replace(true);
        archive.await.context("the archive panicked")??;
        clickhouse.ask("CREATE TABLE copied AS events").await?;
        let began = Instant::now();
        clickhouse
            .ask("INSERT INTO copied SELECT * FROM events")
            .await?;
        copied.push(rate(began));
        ensure!(
            clickhouse.count("copied").await? == backlog.events,
            "the server has not copied every row"
        );
        eprintln!("run {run} of {}", args.runs);
    }
    child.stop().await;
    let report = Report {
        rows: backlog.events,
        load_average_before,
        ratio: Measured::of(archived.iter().zip(&copied).map(|(own, its)| own / its)),
        archive_rows_per_s: Measured::of(archived),
        server_rows_per_s: Measured::of(copied),
    };
    tell(&report, args.json, said)
}

fn said(report: &Report) -> (String, Vec<(String, String)>) {
    let rows = vec![
        ("events in the log".to_owned(), number(report.rows as f64)),
        (
            "read, decoded, in ClickHouse and durable".into(),
            report.archive_rows_per_s.told("rows/s"),
        ),
        (
            "copied by the server itself".into(),
            report.server_rows_per_s.told("rows/s"),
        ),
        ("ratio".into(), report.ratio.told("times")),
    ];
    let load = load_before(report.load_average_before);
    (format!("archive into ClickHouse, {load}"), rows)
}
