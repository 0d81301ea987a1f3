//! A site of several processes: a broker, a ClickHouse, and each role as often as wanted.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use mingjing_testkit::kafka::Broker;
use tempfile::TempDir;
use tokio::task::block_in_place;

use super::bucket::Bucket;
use crate::clickhouse_away::free_address;
use crate::platform::{Engine, Platform};

/// How long a member may be silent before the group gives its partitions to others. Short, for these die often.
pub const SESSION: Duration = Duration::from_secs(2);
pub const PARTITIONS: usize = 6;
/// How long the group may take to give a new member its share: it waits for those who are dead first.
const SHARED: Duration = Duration::from_secs(60);

/// All that runs.
pub struct Site {
    pub intake: Platform,
    pub api: Platform,
    pub supervisors: Vec<Platform>,
    pub archives: Vec<Platform>,
    pub broker: Broker,
    /// Where snapshots lie, if not in a folder.
    pub bucket: Option<Bucket>,
    engine: Option<Engine>,
    address: String,
    folder: TempDir,
    start: Start,
}

/// Starts processes, and what every one of them is told.
pub struct Start {
    folder: PathBuf,
    environment: Vec<(&'static str, String)>,
    /// How many processes were started.
    started: Cell<usize>,
}

impl Site {
    /// Starts everything, with so many processes that supervise and two that archive.
    pub async fn open(supervisors: usize, bucket: Option<Bucket>) -> Result<Self> {
        let broker = block_in_place(Broker::start)?;
        let folder = tempfile::tempdir()?;
        let address = free_address()?;
        let engine = Engine::start_at(&address, folder.path()).await?;
        let mut start = Start::new(folder.path(), &broker, &format!("http://{address}"))?;
        if let Some(bucket) = &bucket {
            start.environment.extend(bucket.settings());
        }
        // Whoever comes first makes the topics.
        let intake = start.role("intake")?;
        let several = |role: &str, count| -> Result<Vec<Platform>> {
            (0..count).map(|_| start.role(role)).collect()
        };
        let (supervisors, archives) = (several("supervise", supervisors)?, several("archive", 2)?);
        Ok(Self {
            api: start.role("api")?,
            intake,
            supervisors,
            archives,
            broker,
            bucket,
            engine: Some(engine),
            address,
            folder,
            start,
        })
    }

    /// Every process of ours.
    pub fn roles(&self) -> impl Iterator<Item = &Platform> {
        let single = [&self.intake, &self.api].into_iter();
        single.chain(&self.supervisors).chain(&self.archives)
    }

    /// One more process of a role.
    pub fn another(&self, role: &str) -> Result<Platform> {
        block_in_place(|| self.start.role(role))
    }

    /// `kill -9` of a process that supervises.
    pub fn kill_supervisor(&mut self, at: usize) -> Result<()> {
        self.supervisors[at].kill()
    }

    /// Another in its place.
    pub fn start_supervisor(&mut self, at: usize) -> Result<()> {
        self.supervisors[at] = block_in_place(|| self.start.role("supervise"))?;
        Ok(())
    }

    /// `kill -9` of a process that archives, and another in its place.
    pub fn replace_archive(&mut self, at: usize) -> Result<()> {
        self.archives[at].kill()?;
        self.archives[at] = block_in_place(|| self.start.role("archive"))?;
        Ok(())
    }

    /// Waits until a process supervises some partition: its death is the death of an owner then.
    pub async fn owns(&self, at: usize) -> Result<()> {
        let supervisor = &self.supervisors[at];
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
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// `kill -9` of ClickHouse.
    pub fn kill_engine(&mut self) {
        self.engine = None;
    }

    /// ClickHouse again, where it was.
    pub async fn start_engine(&mut self) -> Result<()> {
        self.engine = Some(Engine::start_at(&self.address, self.folder.path()).await?);
        Ok(())
    }

    /// Ends everything in order; errs where a process had ended by itself. Answers the folder with ClickHouse's data.
    pub async fn close(self) -> Result<TempDir> {
        let single = [self.intake, self.api].into_iter();
        for role in single.chain(self.supervisors).chain(self.archives) {
            role.stop().await?;
        }
        drop((self.engine, self.broker));
        Ok(self.folder)
    }
}

impl Start {
    /// For a site on this broker; no ClickHouse is named where the URL is empty.
    pub fn new(folder: &Path, broker: &Broker, clickhouse: &str) -> Result<Self> {
        std::fs::write(folder.join("site.toml"), "")?;
        let snapshots = folder.join("shared-snapshots");
        let snapshots = snapshots.to_str().context("a path in UTF-8")?;
        let key = folder.join("evidence-key.pk8");
        let key = key.to_str().context("a path in UTF-8")?;
        let environment = vec![
            ("MINGJING__KAFKA__BROKERS", broker.address()),
            ("MINGJING__KAFKA__REPLICATION", "1".to_owned()),
            (
                "MINGJING__KAFKA__SESSION",
                format!("{}ms", SESSION.as_millis()),
            ),
            ("MINGJING__CLICKHOUSE__URL", clickhouse.to_owned()),
            ("MINGJING__PARTITIONS", PARTITIONS.to_string()),
            ("MINGJING__SUPERVISE__SNAPSHOTS", snapshots.to_owned()),
            ("MINGJING__API__EVIDENCE_KEY", key.to_owned()),
            ("MINGJING__SUPERVISE__SNAPSHOT_RECORDS", "50".to_owned()),
            ("MINGJING__SUPERVISE__TICK_EVERY", "200ms".to_owned()),
        ];
        Ok(Self {
            folder: folder.to_owned(),
            environment,
            started: Cell::default(),
        })
    }

    /// Tells all that are started from now on something else.
    pub fn set(&mut self, name: &'static str, value: &str) {
        self.environment.push((name, value.to_owned()));
    }

    /// What every process is told.
    pub fn environment(&self) -> Vec<(&str, &str)> {
        let told = self.environment.iter();
        told.map(|(name, value)| (*name, value.as_str())).collect()
    }

    /// Starts a process of this role.
    pub fn role(&self, role: &str) -> Result<Platform> {
        self.role_with(role, &[])
    }

    /// Starts one that is told more.
    pub fn role_with(&self, role: &str, more: &[(&str, &str)]) -> Result<Platform> {
        let number = self.started.replace(self.started.get() + 1);
        let errors = self.folder.join(format!("{role}-{number}.txt"));
        let settings = self.folder.join("site.toml");
        let mut environment = self.environment();
        environment.extend(more);
        Platform::role(role, &settings, errors, &environment)
    }
}
