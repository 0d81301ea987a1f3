//! The platform on a real Kafka, in several processes: what they share, and that those who die and freeze change no alert.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use mingjing_testkit::kafka::Broker;

use crate::alerts::{Alerts, ensure_equal};
use crate::clickhouse_away::free_address;
use crate::corpus::{self, Dice};
use crate::platform::{Engine, PATIENCE, Platform};
use crate::rows;
use crate::sender::{Sender, Sent};

/// Processes that supervise beside the platform's own part.
const SUPERVISORS: usize = 2;
const KILLS: usize = 5;
/// Longer than a member may be silent before the group gives its partitions to others.
const FROZEN: Duration = Duration::from_secs(14);
/// How long the group may take to give a new member its share: it waits for those who are dead first.
const SHARED: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn supervisors_that_die_and_freeze_change_no_alert() -> Result<()> {
    let seed = corpus::seed()?;
    let expected = corpus::undisturbed().await?;
    let broker = tokio::task::spawn_blocking(Broker::start).await??;
    let folder = tempfile::tempdir()?;
    let site = Site::new(folder.path(), &broker, "")?;
    let platform = Platform::start(folder.path(), &site.environment())?;
    let sender = Sender::register(&platform).await?;
    let mut run = Run {
        share: sender.requests() / (2 * KILLS + 3),
        dice: Dice::new(seed),
        sender,
        platform,
    };
    let lived = async {
        let mut crew = vec![site.start("supervise")?, site.start("supervise")?];
        for _ in 0..KILLS {
            let victim = run.dice.below(SUPERVISORS as u64) as usize;
            owns(&crew[victim]).await?;
            run.feed().await?;
            crew[victim].kill()?;
            run.feed().await?;
            crew[victim] = site.start("supervise")?;
        }
        let frozen = run.dice.below(SUPERVISORS as u64) as usize;
        owns(&crew[frozen]).await?;
        run.feed().await?;
        crew[frozen].signal("STOP")?;
        run.feed().await?;
        // The one place where time itself is the matter: others get what a silent member held.
        tokio::time::sleep(FROZEN).await;
        run.feed().await?;
        crew[frozen].signal("CONT")?;
        let found = corpus::finish(&run.platform).await?;
        ensure_equal("with supervisors that died and froze", expected, &found)?;
        for supervisor in crew {
            supervisor.stop().await?;
        }
        Ok::<_, anyhow::Error>(())
    };
    lived.await.with_context(|| format!("seed {seed}"))?;
    run.platform.stop().await?;
    let what = format!("with supervisors that died and froze, seed {seed}");
    rows::ensure_each_once_but_ticks_refused(&what, folder.path()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_role_in_a_process_of_its_own_raises_the_same_alerts() -> Result<()> {
    let expected = corpus::undisturbed().await?;
    let broker = tokio::task::spawn_blocking(Broker::start).await??;
    let folder = tempfile::tempdir()?;
    let address = free_address()?;
    let engine = Engine::start_at(&address, folder.path()).await?;
    let site = Site::new(folder.path(), &broker, &format!("http://{address}"))?;
    // Whoever comes first makes the topics.
    let intake = site.start("intake")?;
    let mut roles = Vec::new();
    for role in ["supervise", "supervise", "archive", "archive", "api"] {
        roles.push(site.start(role)?);
    }
    let mut sender = Sender::register(&intake).await?;
    sender.send_all(intake.url().context("it is up")?).await?;
    let api = roles.last().context("the last one is the api")?;
    let found = until_equal(api, expected).await?;
    ensure_equal("with every role apart", expected, &found)?;
    for role in &roles {
        role.until_ready(true).await?;
    }
    roles.push(intake);
    for role in roles {
        role.stop().await?;
    }
    drop(engine);
    rows::ensure_each_once("with every role apart", folder.path()).await
}

/// Waits until the alerts are as expected; answers what they were at last.
pub async fn until_equal(api: &Platform, expected: &Alerts) -> Result<Alerts> {
    let began = Instant::now();
    loop {
        let found = api.alerts(corpus::SOURCE).await?;
        if ensure_equal("so far", expected, &found).is_ok() || began.elapsed() > PATIENCE {
            return Ok(found);
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Waits until a process supervises some partition: its death is the death of an owner then.
async fn owns(supervisor: &Platform) -> Result<()> {
    let began = Instant::now();
    loop {
        let metrics = supervisor.get("/metrics").await?;
        if metrics.contains("mingjing_supervise_lag_records{") {
            return Ok(());
        }
        ensure!(
            began.elapsed() < SHARED,
            "it gets no partition:\n{}",
            supervisor.errors()
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

struct Run {
    dice: Dice,
    sender: Sender,
    platform: Platform,
    share: usize,
}

impl Run {
    async fn feed(&mut self) -> Result<()> {
        let url = self.platform.url().context("it is up")?;
        let sent = self.sender.feed(url, self.share, &mut self.dice).await?;
        ensure!(
            sent == Sent::Answered,
            "intake ended:\n{}",
            self.platform.errors()
        );
        Ok(())
    }
}

/// What all processes of the cluster are told.
pub struct Site {
    folder: PathBuf,
    brokers: String,
    snapshots: String,
    clickhouse: String,
    /// How many processes were started.
    started: std::cell::Cell<usize>,
}

impl Site {
    pub fn new(folder: &Path, broker: &Broker, clickhouse: &str) -> Result<Self> {
        std::fs::write(folder.join("site.toml"), "")?;
        let snapshots = folder.join("shared-snapshots");
        Ok(Self {
            folder: folder.to_owned(),
            brokers: broker.address(),
            snapshots: snapshots.to_str().context("a path in UTF-8")?.to_owned(),
            clickhouse: clickhouse.to_owned(),
            started: std::cell::Cell::default(),
        })
    }

    /// Starts a role.
    pub fn start(&self, role: &str) -> Result<Platform> {
        self.start_with(role, &[])
    }

    /// Starts a role that is told more.
    pub fn start_with(&self, role: &str, more: &[(&str, &str)]) -> Result<Platform> {
        let number = self.started.replace(self.started.get() + 1);
        let errors = self.folder.join(format!("{role}-{number}.txt"));
        let settings = self.folder.join("site.toml");
        let mut environment = self.environment();
        environment.extend(more);
        Platform::role(role, &settings, errors, &environment)
    }

    /// What every process is told.
    pub fn environment(&self) -> Vec<(&str, &str)> {
        vec![
            ("MINGJING__KAFKA__BROKERS", &self.brokers),
            ("MINGJING__KAFKA__REPLICATION", "1"),
            ("MINGJING__CLICKHOUSE__URL", &self.clickhouse),
            ("MINGJING__PARTITIONS", "6"),
            ("MINGJING__SUPERVISE__SNAPSHOTS", &self.snapshots),
            ("MINGJING__SUPERVISE__SNAPSHOT_RECORDS", "50"),
            ("MINGJING__SUPERVISE__TICK_EVERY", "200ms"),
        ]
    }
}
