//! `mingjing up`: every part in one process, and its ClickHouse child, on the embedded adapters.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use async_trait::async_trait;
use futures::future::BoxFuture;
use mingjing_api::{Check, Readiness};
use mingjing_domain::Timestamp;
use mingjing_domain::definitions::DefinitionFile;
use mingjing_intake::{PublishError, Published, Publisher};
use mingjing_log::embedded::EmbeddedLog;
use mingjing_log::{Alone, Log, Offset, Partition, Table, Topic};
use mingjing_store::Store;
use mingjing_supervise::{Clock, Ports, Status};
use mingjing_wire::LogRecord;
use object_store::local::LocalFileSystem;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::assets::ASSETS;
use crate::clickhouse;
use crate::demo::{self, DEMO_SEED, DEMO_SPEED, DEMO_WATERMARK, DemoClock, DemoConfig, Timeline};
use crate::settings::Settings;
use crate::telemetry;

/// Runs everything on this machine.
#[derive(Debug, clap::Args)]
pub struct UpArgs {
    /// The data folder; goes before the setting `data`.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Where to listen; goes before the setting `listen`. Port 0 takes a free one.
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
    /// A settings file (TOML).
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Supervise a made-up city. Everything shown of it bears 演示数据.
    #[arg(long)]
    demo: bool,
    /// How fast the demo's clock runs once its past is over.
    #[arg(long, value_name = "N", requires = "demo", default_value_t = DEMO_SPEED)]
    speed: f64,
    /// The demo's dice.
    #[arg(long, value_name = "N", requires = "demo", default_value_t = DEMO_SEED)]
    seed: u64,
}

/// How long running requests and tasks may take to end.
const GRACE: Duration = Duration::from_secs(10);
/// A partition that has not come round for so long is not ready.
const ROUND_MAX: Duration = Duration::from_secs(15);

/// Runs until a signal stops it.
pub async fn run(args: UpArgs) -> anyhow::Result<()> {
    let environment: Vec<(String, String)> = std::env::vars().collect();
    let mut settings = Settings::load(args.config.as_deref(), &environment)?;
    if let Some(data) = &args.data {
        settings.data.clone_from(data);
    }
    if let Some(listen) = args.listen {
        settings.listen = listen;
    }
    telemetry::start(&settings.log_filter, settings.log_json)?;
    std::fs::create_dir_all(&settings.data)
        .with_context(|| format!("cannot make the data folder {}", settings.data.display()))?;
    // Bound first: an address that is taken is told before anything is started.
    let listener = tokio::net::TcpListener::bind(settings.listen)
        .await
        .with_context(|| format!("cannot listen on {}", settings.listen))?;
    let address = listener.local_addr()?;

    let registry = prometheus::Registry::new();
    let log = Arc::new(open_log(&settings).await?);
    let (store, child) = clickhouse::open(&settings, &registry).await?;
    let (stop, stopped) = watch::channel(false);
    let mut tasks: JoinSet<(&'static str, anyhow::Result<()>)> = JoinSet::new();

    let demo = if args.demo {
        Some(Demo::open(&settings, &args, &*log).await?)
    } else {
        None
    };
    let clock: Arc<dyn Clock> = match &demo {
        Some(demo) => Arc::new(Paced(demo.clock.clone())),
        None => Arc::new(mingjing_supervise::System),
    };
    let now: Arc<dyn Fn() -> Timestamp + Send + Sync> = {
        let clock = clock.clone();
        Arc::new(move || clock.now())
    };

    let status = supervise(&settings, &log, clock, &registry, &stopped, &mut tasks)?;
    archive(&store, &log, &registry, &stopped, &mut tasks)?;
    let intake = intake(&settings, &log, now.clone(), &registry)?;
    let api = api(
        &settings,
        &store,
        &log,
        now,
        &registry,
        status,
        demo.is_some(),
        &mut tasks,
    );
    let router = mingjing_intake::router(intake.clone()).merge(api);

    let mut closing = stopped.clone();
    tasks.spawn(async move {
        let server = axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>());
        // Live readers never end by themselves: what has not ended within the grace is cut.
        let served = tokio::select! {
            served = server.with_graceful_shutdown(async move { let _ = closing.wait_for(|s| *s).await; }) => served,
            () = grace(stopped.clone()) => Ok(()),
        };
        ("http", served.context("serving HTTP"))
    });
    println!("listening on http://{address}");
    if let Some(demo) = demo {
        demo.start(address, &settings, stop.subscribe(), &mut tasks);
    }

    let ended = until_stopped(&mut tasks).await;
    tracing::info!("stopping");
    intake.stop().await;
    let _ = stop.send(true);
    let drained = tokio::time::timeout(GRACE * 2, async {
        while let Some(task) = tasks.join_next().await {
            report(task);
        }
    });
    if drained.await.is_err() {
        tracing::warn!(
            "some tasks did not end in time and were cut off; nothing acknowledged is lost"
        );
        tasks.abort_all();
    }
    if let Some(child) = child {
        child.stop().await;
    }
    ended
}

/// Waits for a signal, or for a task to end that should not.
async fn until_stopped(
    tasks: &mut JoinSet<(&'static str, anyhow::Result<()>)>,
) -> anyhow::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt()).context("watch for SIGINT")?;
    let mut terminate = signal(SignalKind::terminate()).context("watch for SIGTERM")?;
    loop {
        tokio::select! {
            _ = interrupt.recv() => return Ok(()),
            _ = terminate.recv() => return Ok(()),
            Some(task) = tasks.join_next() => match task {
                // The demo's end is not the platform's.
                Ok(("demo", Ok(()))) => {}
                Ok((name, done)) => {
                    return done.and_then(|()| anyhow::bail!("it ended")).with_context(|| format!("{name} stopped"));
                }
                Err(error) => return Err(error).context("a part of the platform panicked"),
            },
        }
    }
}

fn report(task: Result<(&'static str, anyhow::Result<()>), tokio::task::JoinError>) {
    match task {
        Ok((_, Ok(()))) => {}
        Ok((name, Err(error))) => {
            tracing::error!(task = name, error = format!("{error:#}"), "ended badly")
        }
        Err(error) => tracing::error!(%error, "a task was lost"),
    }
}

/// Some time after stopping began.
async fn grace(mut stopped: watch::Receiver<bool>) {
    let _ = stopped.wait_for(|s| *s).await;
    tokio::time::sleep(GRACE).await;
}

async fn open_log(settings: &Settings) -> anyhow::Result<EmbeddedLog> {
    let folder = settings.data.join("log");
    EmbeddedLog::open(&folder, settings.partitions)
        .await
        .with_context(|| format!("cannot open the log in {}", folder.display()))
}

fn supervise(
    settings: &Settings,
    log: &Arc<EmbeddedLog>,
    clock: Arc<dyn Clock>,
    registry: &prometheus::Registry,
    stopped: &watch::Receiver<bool>,
    tasks: &mut JoinSet<(&'static str, anyhow::Result<()>)>,
) -> anyhow::Result<Status> {
    let folder = settings.data.join("snapshots");
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot make the snapshot folder {}", folder.display()))?;
    let snapshots = LocalFileSystem::new_with_prefix(&folder)
        .with_context(|| format!("cannot use the snapshot folder {}", folder.display()))?
        .with_fsync(true);
    let config = mingjing_supervise::Config {
        tick_every: settings.tick_every,
        snapshot_every: settings.snapshot_every,
        snapshot_records: settings.snapshot_records,
        append_records: settings.append_records as usize,
        ..mingjing_supervise::Config::default()
    };
    let ports = Ports {
        log: log.clone(),
        table: log.clone(),
        snapshots: Arc::new(snapshots),
        clock,
    };
    let metrics = Arc::new(mingjing_supervise::Metrics::new(registry)?);
    let status = Status::new();
    let work = mingjing_supervise::run(
        ports,
        config,
        metrics,
        status.clone(),
        Box::new(Alone::with(&**log)),
        stopped.clone(),
    );
    tasks.spawn(async move { ("supervise", work.await.context("supervision")) });
    Ok(status)
}

fn archive(
    store: &Store,
    log: &Arc<EmbeddedLog>,
    registry: &prometheus::Registry,
    stopped: &watch::Receiver<bool>,
    tasks: &mut JoinSet<(&'static str, anyhow::Result<()>)>,
) -> anyhow::Result<()> {
    let metrics = Arc::new(mingjing_archive::Metrics::new(registry)?);
    let work = mingjing_archive::run(
        log.clone(),
        store.clone(),
        mingjing_archive::Config::default(),
        metrics,
        stopped.clone(),
    );
    tasks.spawn(async move { ("archive", work.await.context("archiving")) });
    Ok(())
}

fn intake(
    settings: &Settings,
    log: &Arc<EmbeddedLog>,
    now: mingjing_intake::Clock,
    registry: &prometheus::Registry,
) -> anyhow::Result<Arc<mingjing_intake::Intake>> {
    let config = mingjing_intake::Config {
        admin_key: settings
            .admin_key
            .as_ref()
            .map(|k| mingjing_intake::AdminKey::new(&k.0)),
        body_bytes_max: settings.body_mib_max as usize * 1024 * 1024,
        events_per_second: settings.events_per_second,
        ..mingjing_intake::Config::default()
    };
    let parts = mingjing_intake::Parts {
        log: log.clone(),
        table: log.clone(),
        publisher: Arc::new(Definitions { log: log.clone() }),
        clock: now,
    };
    Ok(mingjing_intake::Intake::new(parts, config, registry)?)
}

#[allow(clippy::too_many_arguments)]
fn api(
    settings: &Settings,
    store: &Store,
    log: &Arc<EmbeddedLog>,
    now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    registry: &prometheus::Registry,
    status: Status,
    demo: bool,
    tasks: &mut JoinSet<(&'static str, anyhow::Result<()>)>,
) -> axum::Router {
    let (hub, feeding) = mingjing_api::follow(log.clone(), 4096);
    let (names, naming) = mingjing_api::names(log.clone());
    // Both follow for as long as the process lives and are cut at its end.
    tokio::spawn(feeding);
    tokio::spawn(naming);
    let _ = tasks;
    mingjing_api::router(mingjing_api::State {
        store: store.clone(),
        hub,
        names,
        registry: registry.clone(),
        readiness: Arc::new(Partitions(status)),
        now,
        zone: settings.time_zone,
        watermark: demo.then_some(DEMO_WATERMARK),
        assets: ASSETS,
    })
}

struct Partitions(Status);

impl Readiness for Partitions {
    fn checks(&self) -> BoxFuture<'_, Vec<Check>> {
        Box::pin(async {
            let unready = self.0.unready(ROUND_MAX);
            vec![Check {
                name: "supervision".into(),
                ready: unready.is_empty(),
                detail: if unready.is_empty() {
                    "every partition follows its log".into()
                } else {
                    unready.join("; ")
                },
            }]
        })
    }
}

/// Publishes definitions beside those of other folders: a set is told from another by its first folder.
struct Definitions {
    log: Arc<EmbeddedLog>,
}

#[async_trait]
impl Publisher for Definitions {
    async fn publish(&self, files: Vec<DefinitionFile>) -> Result<Published, PublishError> {
        let table: &dyn Table = &*self.log;
        let storage = |e: mingjing_supervise::Error| PublishError::Storage(Box::new(e));
        let mut all = mingjing_supervise::files_in_force(table)
            .await
            .map_err(storage)?;
        let set_of = |name: &str| name.split_once('/').map_or("", |(set, _)| set).to_owned();
        let replaced: Vec<String> = files.iter().map(|f| set_of(&f.name)).collect();
        all.retain(|file| !replaced.contains(&set_of(&file.name)));
        all.extend(files);
        let active = mingjing_supervise::publish_definitions(table, &*self.log, all).await;
        match active {
            Ok(active) => Ok(Published {
                hash: active.hash,
                version: active.version,
            }),
            Err(mingjing_supervise::PublishError::Problems(problems)) => {
                Err(PublishError::Problems(problems))
            }
            Err(error) => Err(PublishError::Storage(Box::new(error))),
        }
    }
}

/// The demo's clock as supervision's.
struct Paced(Arc<DemoClock>);

#[async_trait]
impl Clock for Paced {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    async fn until(&self, at: Timestamp) {
        self.0.until(at).await;
    }

    fn speed(&self) -> f64 {
        self.0.speed()
    }
}

struct Demo {
    clock: Arc<DemoClock>,
    timeline: Timeline,
    resume_from: Option<Timestamp>,
}

impl Demo {
    async fn open(settings: &Settings, args: &UpArgs, log: &dyn Log) -> anyhow::Result<Self> {
        let real_now = mingjing_supervise::System.now();
        let timeline = Timeline::open(&settings.data, args.seed, real_now)?;
        let resume_from = greatest_tick(log).await?;
        let clock = DemoClock::new(timeline.origin(), resume_from, real_now, args.speed);
        Ok(Self {
            clock: Arc::new(clock),
            timeline,
            resume_from,
        })
    }

    fn start(
        self,
        address: SocketAddr,
        settings: &Settings,
        mut stopped: watch::Receiver<bool>,
        tasks: &mut JoinSet<(&'static str, anyhow::Result<()>)>,
    ) {
        let config = DemoConfig {
            base_url: format!("http://{}", reachable(address)),
            admin_key: settings.admin_key.as_ref().map(|k| k.0.clone()),
            clock: self.clock,
            timeline: self.timeline,
            resume_from: self.resume_from,
        };
        tasks.spawn(async move {
            let shutdown = async move {
                let _ = stopped.wait_for(|s| *s).await;
            };
            ("demo", demo::run(config, shutdown).await)
        });
    }
}

/// An address to reach a listener by: one that listens everywhere is reached here.
fn reachable(address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        SocketAddr::from(([127, 0, 0, 1], address.port()))
    } else {
        address
    }
}

/// The greatest tick that the log kept, over all partitions; none in a new log.
async fn greatest_tick(log: &dyn Log) -> anyhow::Result<Option<Timestamp>> {
    let mut greatest = None;
    for partition in (0..log.partitions()).map(Partition) {
        greatest = greatest.max(last_tick(log, partition).await?);
    }
    Ok(greatest)
}

/// Looks from the end backwards: an owner ticks at least every second.
async fn last_tick(log: &dyn Log, partition: Partition) -> anyhow::Result<Option<Timestamp>> {
    const STEP: u64 = 4_000;
    let bounds = log.bounds(Topic::Events, partition).await?;
    let mut end = bounds.end;
    while end > bounds.start {
        let from = Offset(end.0.saturating_sub(STEP)).max(bounds.start);
        let mut at = from;
        let mut found = None;
        while at < end {
            let batch = log
                .read(Topic::Events, partition, at, STEP as usize, 8 << 20, None)
                .await?;
            let Some(last) = batch.records.last() else {
                break;
            };
            at = last.offset.next();
            for record in &batch.records {
                if let Ok(LogRecord::Tick { at, .. }) =
                    LogRecord::parse(&record.value, Timestamp::MIN)
                {
                    found = found.max(Some(at));
                }
            }
        }
        if found.is_some() {
            return Ok(found);
        }
        end = from;
    }
    Ok(None)
}
