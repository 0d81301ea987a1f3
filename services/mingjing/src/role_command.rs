//! `mingjing intake`, `supervise`, `archive`, `api`, `inspect`, `notify`: one part of the platform, as many processes of it as wanted.
//!
//! They share a log in a Kafka cluster and a ClickHouse server. Each answers `/healthz`, `/readyz` and `/metrics` where it listens,
//! and on SIGTERM ends what it has begun.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, ensure};

use crate::clickhouse;
use crate::log_port::OpenLog;
use crate::platform::{AllOf, DeliveredTopics, Platform};
use crate::settings::Settings;
use crate::telemetry;

/// How a role is started.
#[derive(Debug, clap::Args)]
pub struct RoleArgs {
    /// The settings file (TOML).
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
    /// Where to listen; goes before the setting `listen`. Port 0 takes a free one.
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
}

/// A part of the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Intake,
    Supervise,
    Archive,
    Api,
    Inspect,
    Notify,
}

/// Runs until a signal stops it.
pub async fn run(role: Role, args: RoleArgs) -> anyhow::Result<()> {
    let environment: Vec<(String, String)> = std::env::vars().collect();
    let mut settings = Settings::load(Some(&args.config), &environment)?;
    if let Some(listen) = args.listen {
        settings.listen = listen;
    }
    telemetry::start(&settings.log_filter, settings.log_json)?;
    ensure!(
        settings.kafka.is_some(),
        "one role alone needs a log that others can reach: set kafka.brokers, or run `mingjing up`"
    );
    let needs_store = matches!(role, Role::Archive | Role::Api | Role::Inspect);
    ensure!(
        !needs_store || settings.clickhouse_url.is_some(),
        "one role alone needs a ClickHouse that others can reach: set clickhouse.url, or run `mingjing up`"
    );
    if role == Role::Api {
        crate::evidence_key::check_place(&settings)?;
    }
    let listener = tokio::net::TcpListener::bind(settings.listen)
        .await
        .with_context(|| format!("cannot listen on {}", settings.listen))?;
    let address = listener.local_addr()?;
    let log = OpenLog::open(&settings).await?;
    let registry = prometheus::Registry::new();
    let store = match needs_store {
        true => Some(clickhouse::open(&settings, &registry).await?.0),
        false => None,
    };
    let mut platform = Platform::new(
        settings,
        log,
        registry,
        Arc::new(mingjing_supervise::System),
    );
    let nothing_more = Arc::new(AllOf(Vec::new()));
    let mut intake = None;
    let router = match (role, &store) {
        (Role::Intake, _) => {
            let taken = intake.insert(platform.intake()?).clone();
            mingjing_intake::router(taken.clone())
                .merge(platform.operations(Arc::new(DeliveredTopics(taken.clone())), None))
        }
        (Role::Archive, Some(store)) => {
            let readiness = platform.archive(store)?;
            platform.operations(readiness, Some(store.clone()))
        }
        (Role::Inspect, Some(store)) => {
            let inspections = platform.inspect(store)?;
            inspections.merge(platform.operations(nothing_more, Some(store.clone())))
        }
        (Role::Api, Some(store)) => platform.api(store, nothing_more, None)?,
        (Role::Notify, _) => {
            let notifying = platform.notify()?.context(
                "nobody is to be told: set notify.config to the file that says who is told of what",
            )?;
            let letters = platform.dead_letters();
            letters.merge(platform.operations(notifying, None))
        }
        (Role::Supervise | Role::Archive | Role::Api | Role::Inspect, _) => {
            let readiness = platform.supervise()?;
            platform.operations(readiness, None)
        }
    };
    platform.serve(listener, router);
    println!("listening on http://{address}");
    platform.run(intake).await
}
