//! The ClickHouse that `mingjing up` works with: one that is set, or a child process of its own, and what is counted of the child.
//!
//! It may be away at any time, and nothing ends over that: the child is started again for ever, the archive tries again,
//! reads answer 503.

use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use mingjing_clickhouse_embedded::child::{Child, Spec, State};
use mingjing_store::Store;
use mingjing_supervise::Clock as _;
use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;
use prometheus::{IntCounter, IntGauge, Registry};
use tokio::sync::watch;

use crate::settings::Settings;

/// How long a start waits for the database to be brought up to date.
const MIGRATION_WAIT: Duration = Duration::from_secs(60);
/// How often ClickHouse is asked whether it is there …
const ASK_EVERY: Duration = Duration::from_secs(2);
/// … and how long it may take to say so.
const ANSWER_WAIT: Duration = Duration::from_secs(5);

/// Starts it where it is ours, and brings its database up to date.
pub async fn open(
    settings: &Settings,
    registry: &Registry,
) -> anyhow::Result<(Store, Option<Child>)> {
    let (url, child) = match &settings.clickhouse_url {
        Some(url) => (url.clone(), None),
        None => {
            let child = start(settings).await?;
            registry.register(Box::new(Seen::of(&child)?))?;
            tracing::info!(url = child.url(), "the embedded ClickHouse listens");
            (child.url(), Some(child))
        }
    };
    let store = Store::connect(&mingjing_store::Config {
        url,
        database: settings.clickhouse_database.clone(),
        user: settings.clickhouse_user.clone(),
        password: mingjing_store::Password(settings.clickhouse_password.0.clone()),
    });
    // One that is away or takes its time is the archive's to wait for, which does the same once more; departments
    // must not wait with it.
    let migrating = store.migrate(mingjing_supervise::System.now());
    match tokio::time::timeout(MIGRATION_WAIT, migrating).await {
        Ok(Ok(_)) => {}
        Ok(Err(error)) if error.passes() => {
            tracing::warn!(%error, "ClickHouse is away, starting without it");
        }
        Ok(Err(error)) => return Err(error).context("the database cannot be brought up to date"),
        Err(_) => tracing::warn!("ClickHouse does not answer, starting without it"),
    }
    watch(&store, registry)?;
    Ok((store, child))
}

/// Asks it from time to time for as long as the process lives: who waits for it may have nothing to ask.
fn watch(store: &Store, registry: &Registry) -> anyhow::Result<()> {
    let answers = IntGauge::new(
        "mingjing_clickhouse_answers",
        "1 while ClickHouse answers this process, 0 while it does not.",
    )?;
    registry.register(Box::new(answers.clone()))?;
    let store = store.clone();
    tokio::spawn(async move {
        loop {
            let asked = tokio::time::timeout(ANSWER_WAIT, store.ping()).await;
            answers.set(i64::from(matches!(asked, Ok(Ok(())))));
            tokio::time::sleep(ASK_EVERY).await;
        }
    });
    Ok(())
}

/// Starts the embedded one in the data folder, and changes nothing of what is in it.
pub async fn start(settings: &Settings) -> anyhow::Result<Child> {
    let folder = settings.data.join("clickhouse");
    let program = std::env::current_exe().context("where is this program?")?;
    let arguments = [
        "clickhouse".into(),
        "--data".into(),
        folder.into_os_string(),
    ];
    let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
    Child::start(Spec::new(program, arguments, any_port))
        .await
        .context("the embedded ClickHouse did not start (`mingjing clickhouse` tells more)")
}

/// The child as it is when somebody looks: no task that could lag behind it.
struct Seen {
    state: watch::Receiver<State>,
    restarts_seen: Box<dyn Fn() -> u64 + Send + Sync>,
    running: IntGauge,
    restarts: IntCounter,
    /// Two may look at once, and a counter can only be added to.
    counting: Mutex<()>,
}

impl Seen {
    fn of(child: &Child) -> prometheus::Result<Self> {
        Ok(Self {
            state: child.state(),
            restarts_seen: Box::new(child.restarts_seen()),
            running: IntGauge::new(
                "mingjing_clickhouse_running",
                "1 while the embedded ClickHouse runs, 0 while it is dead and started again.",
            )?,
            restarts: IntCounter::new(
                "mingjing_clickhouse_restarts_total",
                "How often the embedded ClickHouse was started again, tries that failed among them.",
            )?,
            counting: Mutex::new(()),
        })
    }
}

impl Collector for Seen {
    fn desc(&self) -> Vec<&Desc> {
        [self.running.desc(), self.restarts.desc()].concat()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let running = matches!(*self.state.borrow(), State::Running { .. });
        self.running.set(i64::from(running));
        let _counting = self.counting.lock().unwrap_or_else(PoisonError::into_inner);
        let counted = self.restarts.get();
        self.restarts
            .inc_by((self.restarts_seen)().saturating_sub(counted));
        [self.running.collect(), self.restarts.collect()].concat()
    }
}
