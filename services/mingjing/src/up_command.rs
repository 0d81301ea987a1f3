//! `mingjing up`: every part in one process, and its ClickHouse child; the log is the embedded one if no other is set.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use async_trait::async_trait;
use mingjing_api::Readiness;
use mingjing_domain::Timestamp;
use mingjing_domain::life::Installing;
use mingjing_log::{Log, Offset, Partition, Table, Topic};
use mingjing_supervise::Clock;
use mingjing_wire::LogRecord;
use mingjing_wire::query_code::QueryKeys;

use crate::clickhouse;
use crate::clock_ahead;
use crate::demo::{self, DEMO_SEED, DEMO_SPEED, DEMO_WATERMARK, DemoClock, DemoConfig, Timeline};
use crate::log_port::OpenLog;
use crate::platform::{AllOf, DeliveredTopics, Platform};
use crate::settings::Settings;
use crate::telemetry;

/// From which the codes on a demo's slips are derived; everybody may know it.
const DEMO_QUERY_KEY: &str = "mingjing-demonstration-query-key-1";

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
    let log = OpenLog::open(&settings).await?;
    let (store, child) = clickhouse::open(&settings, &registry).await?;
    let demo = if args.demo {
        Some(Demo::open(&settings, &args, &*log.log).await?)
    } else {
        None
    };
    let clock: Arc<dyn Clock> = match &demo {
        Some(demo) => Arc::new(Paced(demo.clock.clone())),
        None => clock_ahead::machine_clock(&environment)?,
    };

    // A demo changes its definitions before everybody's eyes, and has nobody who reviews.
    let installing = match demo.is_some() {
        true => Installing::Always,
        false => settings.installing,
    };
    let mut settings = Settings {
        installing,
        ..settings
    };
    if demo.is_some() {
        // Its list comes by folder, and its slips are nobody's.
        settings.portal_items = mingjing_api::Listed::InForce;
        if settings.query_keys.is_empty() {
            settings.query_keys = QueryKeys::new([("1", DEMO_QUERY_KEY)])?;
        }
    }
    let table = log.table.clone();
    let mut platform = Platform::new(settings, log, registry, clock);
    let supervision = platform.supervise()?;
    let archive = platform.archive(&store)?;
    let intake = platform.intake()?;
    let topics = Arc::new(DeliveredTopics(intake.clone()));
    let mut readiness: Vec<Arc<dyn Readiness>> = vec![supervision, archive, topics];
    readiness.extend(platform.notify()?);
    let readiness = AllOf(readiness);
    let watermark = demo.is_some().then_some(DEMO_WATERMARK);
    let api = platform.api(&store, Arc::new(readiness), watermark)?;
    let inspections = platform.inspect(&store)?;
    let routes = mingjing_intake::router(intake.clone());
    let routes = routes.merge(api).merge(inspections);
    platform.serve(listener, routes);
    println!("listening on http://{address}");
    if let Some(demo) = demo {
        demo.start(address, table, &mut platform);
    }
    let ended = platform.run(Some(intake)).await;
    if let Some(child) = child {
        child.stop().await;
    }
    ended
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

    fn start(self, address: SocketAddr, table: Arc<dyn Table>, platform: &mut Platform) {
        let settings = &platform.settings;
        let mut stopped = platform.stopping();
        let config = DemoConfig {
            base_url: format!("http://{}", reachable(address)),
            admin_key: settings.admin_key.as_ref().map(|k| k.0.clone()),
            clock: self.clock,
            timeline: self.timeline,
            resume_from: self.resume_from,
            table,
        };
        platform.spawn("demo", async move {
            let shutdown = async move {
                let _ = stopped.wait_for(|s| *s).await;
            };
            demo::run(config, shutdown).await
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
