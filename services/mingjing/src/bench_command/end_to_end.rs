//! `mingjing bench end-to-end`: a running platform, from the sender's request on.
//!
//! A department's system sends whole cases of eight events, ten cases a request, over HTTP; of a hundred cases four raise an alert at one of
//! their events. First as fast as the platform answers, which gives the rate that the whole chain holds: all events in ClickHouse. Then at
//! half of that rate and at that rate, paced by a clock: a request that has to wait for the ones before it has waited since
//! its own time.
//!
//! Latencies are from the instant at which a request should begin to its answer (all is durable then), to the alert on the live stream, and to
//! the alert in ClickHouse's table, looked for every 20 ms by its case.
//!
//! The other side, in the same run against the same ClickHouse: no alert can be there sooner than the archive's batch interval allows, which
//! is measured against the median insert into the table of alerts.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use mingjing_clickhouse_embedded::child::{Child, Spec};
use mingjing_domain::source::{Source, SourceClock};
use mingjing_supervise::Clock as _;
use serde::Serialize;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::corpus;
use super::measured::{load_before, number, tell};
use super::probe::{Awaited, ClickHouse, Latency, follow_live};
use super::site::{Process, Site, until};
use super::stopwatch::load_average;
use crate::demo::client::Client;

/// Cases of one request; each is eight events.
const CASES: u32 = 10;
const EVENTS: u64 = 8 * CASES as u64;
/// Requests that are on their way at once: as many as intake works on at once for one source.
const SENDERS: usize = 4;

/// What runs and how long.
#[derive(Debug, clap::Args)]
pub struct EndToEndArgs {
    /// Brokers of a Kafka cluster, in which topics of a new prefix are made and stay. With them every role is a
    /// process of its own; without, `mingjing up` runs on the embedded log.
    #[arg(long, value_name = "HOST:PORT,…")]
    brokers: Option<String>,
    /// A ClickHouse server, in which a new database is made and removed again; without it the embedded engine is started.
    #[arg(long, value_name = "URL")]
    clickhouse: Option<String>,
    /// Partitions of the log.
    #[arg(long, default_value_t = 2)]
    partitions: u16,
    /// How long each of the three parts lasts, in seconds.
    #[arg(long, default_value_t = 12.0)]
    seconds: f64,
    /// The folder for temporary data; the system's where nothing is said. On a disk, or durability costs nothing.
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
    /// One JSON object instead of text.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report {
    log: &'static str,
    clickhouse: &'static str,
    load_average_before: Option<f64>,
    events_sent: u64,
    events_archived: u64,
    /// What the whole chain holds, until all is in ClickHouse.
    throughput_events_per_s: f64,
    /// What intake alone answered in the same part.
    accepted_events_per_s: f64,
    /// Of intake, supervision, archive and API; not of the broker, nor of ClickHouse.
    platform_cpu_s_per_million_events: f64,
    half: Phase,
    full: Phase,
    batch_interval_ms: f64,
    /// Into the table of alerts, at half load.
    insert_p50_ms: f64,
    /// `half.archive.p99_ms` to the batch interval and two such inserts.
    ratio: f64,
}

/// A part of the run.
#[derive(Clone, Copy, Serialize)]
struct Phase {
    offered_events_per_s: f64,
    events: u64,
    answer: Latency,
    live: Latency,
    archive: Latency,
    /// Alerts that the live stream did not show: its reader was too slow and was told to load anew.
    live_missed: usize,
}

/// Runs the command.
pub async fn run(args: EndToEndArgs) -> anyhow::Result<()> {
    ensure!(
        (1..=64).contains(&args.partitions) && args.seconds > 0.0,
        "1 to 64 partitions, and some seconds"
    );
    let load_average_before = load_average();
    let mut site = Site::new(
        args.folder.as_deref(),
        args.brokers.as_deref(),
        args.partitions,
    )?;
    let child = match args.clickhouse {
        Some(_) => None,
        None => Some(start_clickhouse(&site).await?),
    };
    let clickhouse = ClickHouse::new(
        match (&args.clickhouse, &child) {
            (Some(url), _) => url.clone(),
            (None, child) => child.as_ref().map(Child::url).unwrap_or_default(),
        },
        format!("mingjing_bench_{}", std::process::id()),
    );
    site.set("CLICKHOUSE__URL", &clickhouse.url);
    site.set("CLICKHOUSE__DATABASE", &clickhouse.database);
    site.set("INTAKE__EVENTS_PER_SECOND", "10000000");
    let roles: &[&str] = match site.shared {
        true => &["intake", "supervise", "archive", "api"],
        false => &["up"],
    };
    let mut processes = Vec::new();
    for role in roles {
        processes.push(site.start(role, None).await?);
    }
    let measured = measure(&args, &clickhouse, &processes).await;
    for process in processes {
        process.kill().await?;
    }
    match child {
        // Its folder goes with the site.
        Some(child) => child.stop().await,
        None => {
            let drop = format!("DROP DATABASE IF EXISTS {}", clickhouse.database);
            clickhouse.ask_server(&drop).await?;
        }
    }
    let report = Report {
        log: if site.shared { "kafka" } else { "embedded" },
        clickhouse: if args.clickhouse.is_some() {
            "server"
        } else {
            "embedded"
        },
        load_average_before,
        ..measured?
    };
    tell(&report, args.json, said)
}

/// The embedded ClickHouse, as a process of its own.
pub async fn start_clickhouse(site: &Site) -> anyhow::Result<Child> {
    let arguments = [
        "clickhouse".into(),
        "--data".into(),
        site.clickhouse_folder().into_os_string(),
    ];
    let any_port = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    let spec = Spec::new(std::env::current_exe()?, arguments, any_port);
    let child = Child::start(spec).await;
    child.context("the embedded ClickHouse did not start (`mingjing clickhouse` tells more)")
}

async fn measure(
    args: &EndToEndArgs,
    clickhouse: &ClickHouse,
    processes: &[Process],
) -> anyhow::Result<Report> {
    // In the order of the roles; `up` is all of them.
    let (intake, archive) = (&processes[0], &processes[processes.len() / 2]);
    let api = processes.last().context("there is a process")?;
    let sender = Arc::new(Sender::register(&intake.url).await?);
    let watching = async {
        tokio::try_join!(
            follow_live(&api.url, &sender.live),
            clickhouse.follow(&sender.archive)
        )
    };
    let working = async {
        eprintln!("warming up");
        sender.as_fast_as_answered(0.1 * args.seconds).await?;
        sender.settle(clickhouse).await?;
        eprintln!("as fast as it is answered");
        let computed = || processes.iter().map(Process::seconds).sum::<f64>();
        let (cpu, before, began) = (computed(), sender.sent(), Instant::now());
        sender.as_fast_as_answered(args.seconds).await?;
        let (events, answered) = (sender.sent() - before, began.elapsed());
        sender.settle(clickhouse).await?;
        let (throughput, cpu) = (
            events as f64 / began.elapsed().as_secs_f64(),
            computed() - cpu,
        );
        eprintln!("at half of {} events/s", number(throughput));
        let inserts = Histogram::of(archive).await?;
        let half = sender
            .paced(throughput / 2.0, args.seconds, clickhouse)
            .await?;
        let inserts = Histogram::of(archive).await?.since(&inserts);
        eprintln!("at {} events/s", number(throughput));
        let full = sender.paced(throughput, args.seconds, clickhouse).await?;
        let interval = mingjing_archive::Config::default().linger.as_secs_f64() * 1e3;
        let insert = inserts.median_ms();
        Ok(Report {
            log: "",
            clickhouse: "",
            load_average_before: None,
            events_sent: sender.sent(),
            events_archived: clickhouse.count("events").await?,
            throughput_events_per_s: throughput,
            accepted_events_per_s: events as f64 / answered.as_secs_f64(),
            platform_cpu_s_per_million_events: cpu / (events as f64 / 1e6),
            half,
            full,
            batch_interval_ms: interval,
            insert_p50_ms: insert,
            ratio: half.archive.p99_ms / (interval + 2.0 * insert),
        })
    };
    tokio::select! {
        report = working => report,
        ended = watching => ended.and_then(|_| anyhow::bail!("the watching ended")),
    }
}

/// A department's system.
struct Sender {
    client: Client,
    key: String,
    next_case: AtomicU32,
    requests: AtomicUsize,
    live: Awaited,
    archive: Awaited,
}

impl Sender {
    async fn register(url: &str) -> anyhow::Result<Self> {
        let client = Client::new(url, None)?;
        client.publish(&[corpus::definitions()]).await?;
        let mut source = Source::new(corpus::SOURCE, SourceClock::Live);
        source.delay_allowance_hours = 0;
        let key = client
            .declare(&source)
            .await?
            .context("a new source has a key")?;
        Ok(Self {
            client,
            key,
            next_case: AtomicU32::new(0),
            requests: AtomicUsize::new(0),
            live: Awaited::default(),
            archive: Awaited::default(),
        })
    }

    /// Events that were answered for.
    fn sent(&self) -> u64 {
        self.requests.load(Ordering::Relaxed) as u64 * EVENTS
    }

    /// One request that should begin now. Answers how long it took, in milliseconds.
    async fn request(&self, since: Instant) -> anyhow::Result<f64> {
        let first = self.next_case.fetch_add(CASES, Ordering::Relaxed);
        let now = mingjing_supervise::System.now();
        let mut lines = Vec::new();
        for case in first..first + CASES {
            let (case_no, raises) = corpus::case_now(case, now, &mut lines);
            if raises {
                self.live.expect(&case_no, since);
                self.archive.expect(&case_no, since);
            }
        }
        let sent = self.client.send(&self.key, &lines).await?;
        ensure!(
            sent.refused.is_empty() && !sent.key_refused,
            "intake refuses: {}",
            sent.refused.first().cloned().unwrap_or_default()
        );
        self.requests.fetch_add(1, Ordering::Relaxed);
        Ok(since.elapsed().as_secs_f64() * 1e3)
    }

    async fn as_fast_as_answered(self: &Arc<Self>, seconds: f64) -> anyhow::Result<()> {
        let until = Instant::now() + Duration::from_secs_f64(seconds);
        let mut senders = JoinSet::new();
        for _ in 0..SENDERS {
            let sender = Arc::clone(self);
            senders.spawn(async move {
                // At least one, however short it is.
                loop {
                    sender.request(Instant::now()).await?;
                    if Instant::now() >= until {
                        return anyhow::Ok(());
                    }
                }
            });
        }
        senders.join_all().await.into_iter().collect()
    }

    /// Waits until ClickHouse has every event and every alert, and forgets what was measured.
    async fn settle(&self, clickhouse: &ClickHouse) -> anyhow::Result<()> {
        let wait = Duration::from_millis(50);
        until("all events in ClickHouse", wait, || async {
            Ok(self.archive.waiting() == 0 && clickhouse.count("events").await? >= self.sent())
        })
        .await?;
        self.live.take();
        self.archive.take();
        Ok(())
    }

    /// Sends by the clock, whatever becomes of the requests before.
    async fn paced(
        self: &Arc<Self>,
        events_per_s: f64,
        seconds: f64,
        clickhouse: &ClickHouse,
    ) -> anyhow::Result<Phase> {
        let before = self.sent();
        let every = Duration::from_secs_f64(EVENTS as f64 / events_per_s);
        // However slow the machine: without an alert there is nothing to time.
        let least = corpus::ROUND.div_ceil(CASES);
        let requests = ((seconds / every.as_secs_f64()).ceil() as u32).max(least);
        let (began, room) = (Instant::now(), Arc::new(Semaphore::new(SENDERS)));
        let mut running = JoinSet::new();
        for request in 0..requests {
            let at = began + every * request;
            tokio::time::sleep_until(at.into()).await;
            let room = Arc::clone(&room).acquire_owned().await?;
            let sender = Arc::clone(self);
            running.spawn(async move {
                let took = sender.request(at).await;
                drop(room);
                took
            });
        }
        let answers = running.join_all().await;
        let answers: Vec<f64> = answers.into_iter().collect::<anyhow::Result<_>>()?;
        let wait = Duration::from_millis(50);
        until("all alerts in ClickHouse", wait, || async {
            Ok(self.archive.waiting() == 0)
        })
        .await?;
        let (archive, _) = self.archive.take();
        let (live, live_missed) = self.live.take();
        self.settle(clickhouse).await?;
        Ok(Phase {
            offered_events_per_s: events_per_s,
            events: self.sent() - before,
            answer: Latency::of(answers),
            live,
            archive,
            live_missed,
        })
    }
}

/// The archive's inserts into the table of alerts, by how long they took: seconds, and how many took no longer.
struct Histogram(Vec<(f64, f64)>);

impl Histogram {
    async fn of(archive: &Process) -> anyhow::Result<Self> {
        let begins = r#"mingjing_archive_insert_seconds_bucket{table="alerts",le=""#;
        let text = archive.get("/metrics").await?;
        let buckets = text.lines().filter_map(|line| {
            let (bound, count) = line.strip_prefix(begins)?.split_once("\"} ")?;
            Some((
                bound.replace("+Inf", "inf").parse().ok()?,
                count.parse().ok()?,
            ))
        });
        Ok(Histogram(buckets.collect()))
    }

    fn since(&self, before: &Histogram) -> Self {
        let earlier = |at: usize| before.0.get(at).map_or(0.0, |(_, count)| *count);
        let buckets = self.0.iter().enumerate();
        Histogram(
            buckets
                .map(|(at, (bound, count))| (*bound, count - earlier(at)))
                .collect(),
        )
    }

    /// Between two bounds as if they were spread evenly; 0 where there are none.
    fn median_ms(&self) -> f64 {
        let half = self.0.last().map_or(0.0, |(_, count)| count / 2.0);
        let (mut low, mut below) = (0.0, 0.0);
        for (bound, count) in &self.0 {
            if *count >= half && *count > below {
                let high = if bound.is_finite() { *bound } else { low };
                return 1e3 * (low + (high - low) * (half - below) / (count - below));
            }
            (low, below) = (*bound, *count);
        }
        0.0
    }
}

fn said(report: &Report) -> (String, Vec<(String, String)>) {
    let mut rows = vec![
        (
            "throughput, until all is in ClickHouse".to_owned(),
            format!("{} events/s", number(report.throughput_events_per_s)),
        ),
        (
            "answered by intake in that part".into(),
            format!("{} events/s", number(report.accepted_events_per_s)),
        ),
        (
            "computed by the platform".into(),
            format!(
                "{} s per million events",
                number(report.platform_cpu_s_per_million_events)
            ),
        ),
    ];
    for (load, phase) in [("half", &report.half), ("full", &report.full)] {
        rows.push((
            format!("at {load} load"),
            format!(
                "{} events/s, {} events",
                number(phase.offered_events_per_s),
                number(phase.events as f64)
            ),
        ));
        rows.push(("  request to durable answer".into(), phase.answer.told()));
        rows.push((
            "  request to alert on the live stream".into(),
            phase.live.told(),
        ));
        rows.push((
            "  request to alert in ClickHouse".into(),
            phase.archive.told(),
        ));
    }
    rows.push((
        "archive's batch interval, median insert of alerts".into(),
        format!(
            "{:.0} ms, {:.0} ms",
            report.batch_interval_ms, report.insert_p50_ms
        ),
    ));
    rows.push((
        "p99 at half load, to interval and two inserts".into(),
        format!("{} times", number(report.ratio)),
    ));
    let title = format!(
        "end to end, {} log, {} ClickHouse, {}",
        report.log,
        report.clickhouse,
        load_before(report.load_average_before)
    );
    (title, rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_a_histogram_lies_in_its_bucket() {
        let before = Histogram(vec![(0.01, 100.0), (0.1, 100.0), (f64::INFINITY, 100.0)]);
        let after = Histogram(vec![(0.01, 101.0), (0.1, 105.0), (f64::INFINITY, 106.0)]);
        let since = after.since(&before);
        assert_eq!(since.0, [(0.01, 1.0), (0.1, 5.0), (f64::INFINITY, 6.0)]);
        assert_eq!(since.median_ms().round(), 55.0);
        assert_eq!(Histogram(Vec::new()).median_ms(), 0.0);
    }
}
