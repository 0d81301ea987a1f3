//! Where a bench runs: a folder that is removed afterwards, a log of its own, and processes of this program on it.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use chrono_tz::Tz;
use mingjing_store::Store;
use mingjing_supervise::Clock;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use super::stopwatch::process_seconds;
use crate::log_port::OpenLog;
use crate::platform::{AllOf, Platform};
use crate::settings::Settings;

/// How long anything may take that must come.
pub const PATIENCE: Duration = Duration::from_secs(300);

/// What all parts of one bench are told.
pub struct Site {
    folder: tempfile::TempDir,
    environment: Vec<(String, String)>,
    /// Whether several processes can share its log.
    pub shared: bool,
}

impl Site {
    /// A new log: embedded in a folder below `within`, or in a cluster under a name that no other log has.
    pub fn new(
        within: Option<&Path>,
        brokers: Option<&str>,
        partitions: u16,
    ) -> anyhow::Result<Self> {
        let mut builder = tempfile::Builder::new();
        let folder = match within {
            Some(within) => builder.prefix("mingjing-bench-").tempdir_in(within),
            None => builder.prefix("mingjing-bench-").tempdir(),
        };
        let folder = folder.context("make a folder for the bench")?;
        let name = folder.path().file_name().unwrap_or_default();
        let snapshots = folder.path().join("snapshots");
        let own = [
            ("DATA", text(folder.path())?),
            ("PARTITIONS", partitions.to_string()),
            ("LOG__FILTER", "warn".into()),
            ("KAFKA__BROKERS", brokers.unwrap_or_default().into()),
            ("KAFKA__PREFIX", format!("{}.", name.to_string_lossy())),
            ("KAFKA__REPLICATION", "1".into()),
            ("SUPERVISE__SNAPSHOTS", text(&snapshots)?),
        ];
        let own = own.into_iter();
        let environment = own.map(|(k, v)| (format!("MINGJING__{k}"), v));
        Ok(Self {
            environment: environment.collect(),
            shared: brokers.is_some(),
            folder,
        })
    }

    pub fn settings(&self) -> anyhow::Result<Settings> {
        Settings::load(None, &self.environment)
    }

    pub async fn open_log(&self) -> anyhow::Result<OpenLog> {
        OpenLog::open(&self.settings()?).await
    }

    /// The folder, which is removed afterwards.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where an embedded ClickHouse for it may lie.
    pub fn clickhouse_folder(&self) -> PathBuf {
        self.folder.path().join("clickhouse")
    }

    /// Sets what those started from now on are told.
    pub fn set(&mut self, key: &str, value: &str) {
        let set = (format!("MINGJING__{key}"), value.to_owned());
        self.environment.push(set);
    }

    /// Starts a process of this program and waits until it listens. On one core only, where one is named.
    pub async fn start(&self, role: &str, core: Option<usize>) -> anyhow::Result<Process> {
        let errors = self.folder.path().join(format!("{role}.stderr"));
        let settings = self.folder.path().join("empty.toml");
        std::fs::write(&settings, "")?;
        let file = std::fs::File::options()
            .create(true)
            .append(true)
            .open(&errors)?;
        let program = std::env::current_exe()?;
        let mut command = match core {
            None => Command::new(program),
            Some(core) => {
                let mut command = Command::new("taskset");
                command.args(["-c", &core.to_string()]).arg(program);
                command
            }
        };
        for (key, _) in std::env::vars().filter(|(key, _)| key.starts_with("MINGJING__")) {
            command.env_remove(key);
        }
        let mut child = command
            .arg(role)
            .args(["--listen", "127.0.0.1:0", "--config"])
            .arg(settings)
            .envs(self.environment.iter().cloned())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(file)
            .kill_on_drop(true)
            .spawn()
            .context("start a process")?;
        let output = child.stdout.take().context("stdout is piped")?;
        let mut lines = BufReader::new(output).lines();
        while let Some(line) = lines.next_line().await? {
            if let Some(url) = line.strip_prefix("listening on ") {
                return Ok(Process {
                    url: url.to_owned(),
                    client: reqwest::Client::new(),
                    part: Part::Child {
                        child: Box::new(child),
                        errors,
                        _lines: lines,
                    },
                });
            }
        }
        let said = std::fs::read_to_string(&errors).unwrap_or_default();
        anyhow::bail!("`mingjing {role}` does not start:\n{said}")
    }

    /// Supervises within this process, for a log that only one process can hold.
    pub async fn supervise_here(&self, log: &OpenLog) -> anyhow::Result<Process> {
        let clock = Arc::new(mingjing_supervise::System);
        let registry = prometheus::Registry::new();
        let mut platform = Platform::new(self.settings()?, log.clone(), registry, clock);
        let readiness = platform.supervise()?;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let router = platform.operations(readiness, None);
        platform.serve(listener, router);
        Ok(Process::here(url, platform))
    }

    /// Takes definitions and serves the console's API within this process, of what lies in a ClickHouse, by this clock and zone. Nothing is
    /// supervised nor archived, so that the log need not be the one that the archive is of.
    pub async fn serve_here(
        &self,
        log: &OpenLog,
        store: &Store,
        clock: Arc<dyn Clock>,
        zone: Tz,
    ) -> anyhow::Result<Process> {
        let settings = Settings {
            time_zone: zone,
            ..self.settings()?
        };
        let registry = prometheus::Registry::new();
        let mut platform = Platform::new(settings, log.clone(), registry, clock);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let routes = mingjing_intake::router(platform.intake()?);
        let api = platform.api(store, Arc::new(AllOf(Vec::new())), None)?;
        platform.serve(listener, routes.merge(api));
        Ok(Process::here(url, platform))
    }
}

fn text(path: &Path) -> anyhow::Result<String> {
    let text = path.to_str().context("the folder's path is not UTF-8")?;
    Ok(text.to_owned())
}

/// A running part of the platform. Killed when dropped.
pub struct Process {
    pub url: String,
    /// Made once: making one reads the machine's certificates.
    client: reqwest::Client,
    part: Part,
}

enum Part {
    Child {
        child: Box<Child>,
        errors: PathBuf,
        /// Kept open: the process writes to it.
        _lines: Lines<BufReader<ChildStdout>>,
    },
    /// In this process, as long as this is held.
    Here { _platform: Box<Platform> },
}

impl Process {
    fn here(url: String, platform: Platform) -> Self {
        Process {
            url,
            client: reqwest::Client::new(),
            part: Part::Here {
                _platform: Box::new(platform),
            },
        }
    }

    /// Seconds it has computed.
    pub fn seconds(&self) -> f64 {
        let pid = match &self.part {
            Part::Child { child, .. } => child.id(),
            Part::Here { .. } => Some(std::process::id()),
        };
        pid.and_then(process_seconds).unwrap_or(0.0)
    }

    /// What it answers, good or bad.
    pub async fn get(&self, path: &str) -> anyhow::Result<String> {
        let request = self.client.get(format!("{}{path}", self.url));
        let answer = request.send().await;
        let answer = answer.with_context(|| format!("GET {path}: {}", self.said()))?;
        Ok(answer.text().await?)
    }

    /// All values together of a metric whose line begins like this.
    pub async fn metric(&self, begins: &str) -> anyhow::Result<f64> {
        let text = self.get("/metrics").await?;
        let lines = text.lines().filter(|line| line.starts_with(begins));
        let values = lines.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok());
        Ok(values.sum())
    }

    /// What it has complained of.
    fn said(&self) -> String {
        match &self.part {
            Part::Child { errors, .. } => std::fs::read_to_string(errors).unwrap_or_default(),
            Part::Here { .. } => String::new(),
        }
    }

    /// Ends it at once and waits for that.
    pub async fn kill(self) -> anyhow::Result<()> {
        if let Part::Child { mut child, .. } = self.part {
            child.kill().await?;
        }
        Ok(())
    }
}

/// Asks again and again until it is so.
pub async fn until<F>(
    what: &str,
    every: Duration,
    mut is_so: impl FnMut() -> F,
) -> anyhow::Result<()>
where
    F: Future<Output = anyhow::Result<bool>>,
{
    let began = Instant::now();
    while !is_so().await? {
        ensure!(
            began.elapsed() < PATIENCE,
            "{what}: not within {PATIENCE:?}"
        );
        tokio::time::sleep(every).await;
    }
    Ok(())
}
