//! The program under test: `mingjing up` on a data folder, and the commands an operator gives beside it.

#[path = "../real-logs/place.rs"]
pub mod place;

use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use reqwest::Client;
use serde_json::{Value, json};

use crate::alerts::{self, Alerts};

/// How long anything may take that must come.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// One life of `mingjing up`. Killed on drop.
pub struct Platform {
    process: Child,
    /// Made once: making one reads the machine's certificates. It keeps no connection, for the other end may die.
    client: Client,
    /// Absent where it died before it listened.
    url: Option<String>,
    errors: PathBuf,
    /// Kept open: the process writes to it.
    _output: BufReader<ChildStdout>,
    stopped_engine: Option<u32>,
}

impl Platform {
    /// Starts it and waits until it listens or is dead.
    pub fn start(data: &Path, environment: &[(&str, &str)]) -> Result<Self> {
        let arguments = [OsStr::new("up"), OsStr::new("--data"), data.as_os_str()];
        Self::with(&arguments, data.join("stderr.txt"), environment)
    }

    /// Starts one role of a cluster; what it says on stderr goes into a file of its own.
    pub fn role(
        role: &str,
        settings: &Path,
        errors: PathBuf,
        environment: &[(&str, &str)],
    ) -> Result<Self> {
        let arguments = [
            OsStr::new(role),
            OsStr::new("--config"),
            settings.as_os_str(),
        ];
        let role = Self::with(&arguments, errors, environment)?;
        ensure!(role.url.is_some(), "it does not start:\n{}", role.errors());
        Ok(role)
    }

    fn with(arguments: &[&OsStr], errors: PathBuf, environment: &[(&str, &str)]) -> Result<Self> {
        let mut process = Command::new(place::program()?)
            .args(arguments)
            .args(["--listen", "127.0.0.1:0"])
            .env("MINGJING__LOG__FILTER", "warn")
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            // A file, so that all is there once the process is gone.
            .stderr(File::create(&errors)?)
            .spawn()
            .context("start mingjing")?;
        let mut output = BufReader::new(process.stdout.take().context("stdout is piped")?);
        let mut line = String::new();
        let url = loop {
            line.clear();
            if output.read_line(&mut line)? == 0 {
                break None;
            }
            if let Some(url) = line.trim().strip_prefix("listening on ") {
                break Some(url.to_owned());
            }
        };
        Ok(Self {
            process,
            client: client()?,
            url,
            errors,
            _output: output,
            stopped_engine: None,
        })
    }

    /// Starts it where nothing may go wrong.
    pub fn up(data: &Path) -> Result<Self> {
        let platform = Self::start(data, &[])?;
        ensure!(
            platform.url.is_some(),
            "it does not start:\n{}",
            platform.errors()
        );
        Ok(platform)
    }

    /// Where it listens; none if it is dead already.
    pub fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }

    /// What it has written on stderr in this life.
    pub fn errors(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.errors).unwrap_or_default()).into_owned()
    }

    /// `STOP` it where it is, or let it go on with `CONT`.
    pub fn signal(&self, name: &str) -> Result<()> {
        signal(self.process.id(), name)
    }

    /// `kill -9`.
    pub fn kill(&mut self) -> Result<()> {
        Ok(self.process.kill()?)
    }

    /// Whether it ends within this time.
    pub async fn ended_within(&mut self, most: Duration) -> Result<bool> {
        let began = Instant::now();
        while self.process.try_wait()?.is_none() {
            if began.elapsed() >= most {
                return Ok(false);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(true)
    }

    /// Waits for its end.
    pub async fn ended(&mut self) -> Result<ExitStatus> {
        let began = Instant::now();
        loop {
            if let Some(status) = self.process.try_wait()? {
                return Ok(status);
            }
            ensure!(
                began.elapsed() < PATIENCE,
                "it does not die:\n{}",
                self.errors()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Ends it in order, as an operator does; errs where it had ended before.
    pub async fn stop(mut self) -> Result<()> {
        ensure!(
            self.process.try_wait()?.is_none(),
            "it ended by itself:\n{}",
            self.errors()
        );
        signal(self.process.id(), "TERM")?;
        let status = self.ended().await?;
        ensure!(
            status.success(),
            "it ended badly: {status}\n{}",
            self.errors()
        );
        // Nothing that runs by itself may hold up the end: an inspection in a long question, say.
        let held_up = "did not end in time";
        ensure!(!self.errors().contains(held_up), "{}", self.errors());
        Ok(())
    }

    /// Signals its ClickHouse: `KILL`, `STOP`. What was stopped goes on with [`Platform::resume_engine`] or on drop.
    pub fn signal_engine(&mut self, name: &str) -> Result<()> {
        let own = self.process.id();
        let pid = engine_of(own)?.with_context(|| format!("{own} has no ClickHouse child"))?;
        signal(pid, name)?;
        if name == "STOP" {
            self.stopped_engine = Some(pid);
        }
        Ok(())
    }

    /// `kill -9` of the platform and of its stopped ClickHouse, which so never goes on.
    pub fn kill_with_stopped_engine(&mut self) -> Result<()> {
        let engine = self.stopped_engine.take().context("it was stopped")?;
        self.kill()?;
        signal(engine, "KILL")
    }

    pub fn resume_engine(&mut self) -> Result<()> {
        self.stopped_engine
            .take()
            .map_or(Ok(()), |pid| signal(pid, "CONT"))
    }

    /// Every alert of a source.
    pub async fn alerts(&self, source: &str) -> Result<Alerts> {
        alerts::read(
            &self
                .get(&format!("/api/v1/alerts/export?source={source}"))
                .await?,
        )
    }

    pub async fn get(&self, path: &str) -> Result<String> {
        let (status, text) = self.answer(path).await?;
        ensure!((200..300).contains(&status), "GET {path}: {status}: {text}");
        Ok(text)
    }

    /// What it answers, good or bad.
    pub async fn answer(&self, path: &str) -> Result<(u16, String)> {
        let url = self.url().context("it is up")?;
        let answer = self.client.get(format!("{url}{path}")).send().await;
        let answer = answer.with_context(|| format!("GET {path}"))?;
        Ok((answer.status().as_u16(), answer.text().await?))
    }

    /// All values of a metric, over its labels, together.
    pub async fn metric(&self, name: &str) -> Result<u64> {
        let text = self.get("/metrics").await?;
        let values = text.lines().filter_map(|line| {
            let rest = line.strip_prefix(name)?;
            let told = rest.starts_with(['{', ' ']);
            told.then(|| rest.rsplit(' ').next()?.parse::<f64>().ok())?
        });
        Ok(values.sum::<f64>() as u64)
    }

    /// Waits until a metric is as it should be. Levels only: what is awaited stays until it is seen.
    pub async fn until_metric(&self, name: &str, wanted: impl Fn(u64) -> bool) -> Result<u64> {
        let began = Instant::now();
        loop {
            let found = self.metric(name).await?;
            if wanted(found) {
                return Ok(found);
            }
            ensure!(
                began.elapsed() < PATIENCE,
                "{name} stays {found}:\n{}",
                self.errors()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until it says that it is ready, or that it is not. Answers what it said.
    pub async fn until_ready(&self, wanted: bool) -> Result<Value> {
        let began = Instant::now();
        loop {
            let (status, text) = self.answer("/readyz").await?;
            let said: Value = serde_json::from_str(&text).with_context(|| text.clone())?;
            let ready = said["ready"].as_bool();
            ensure!(
                ready == Some(status == 200) && (status == 200 || status == 503),
                "/readyz: {status}: {text}"
            );
            if ready == Some(wanted) {
                return Ok(said);
            }
            ensure!(began.elapsed() < PATIENCE, "/readyz stays {text}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Publishes definitions and registers a declared source. Answers its key.
    pub async fn register(&self, source: &str, definitions: &Path) -> Result<String> {
        let mut files = Vec::new();
        for entry in std::fs::read_dir(definitions)? {
            let path = entry?.path();
            let name = path
                .file_name()
                .context("a listed file has a name")?
                .to_string_lossy()
                .into_owned();
            files.push(json!({"name": format!("{source}/{name}"), "text": std::fs::read_to_string(&path)?}));
        }
        let who = json!({"person": "e2e"});
        let folder = json!({"files": files, "who": who, "why": format!("试验来源 {source}")});
        self.post("/v1/definitions", folder).await?;
        let answer = self
            .post("/v1/sources", json!({"id": source, "clock": "declared"}))
            .await?;
        let key = answer["key"].as_str();
        Ok(key
            .with_context(|| format!("a new source gets a key: {answer}"))?
            .to_owned())
    }

    async fn post(&self, path: &str, body: Value) -> Result<Value> {
        let url = self.url().context("it is up")?;
        let answer = self
            .client
            .post(format!("{url}{path}"))
            .json(&body)
            .send()
            .await?;
        let status = answer.status();
        let text = answer.text().await?;
        ensure!(status.is_success(), "POST {path}: {status}: {text}");
        Ok(serde_json::from_str(&text)?)
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        let _ = self.resume_engine();
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn signal(pid: u32, name: &str) -> Result<()> {
    let done = Command::new("kill")
        .args([format!("-{name}"), pid.to_string()])
        .status()?;
    ensure!(done.success(), "kill -{name} {pid}");
    Ok(())
}

/// The child of a process that runs `mingjing clickhouse`.
fn engine_of(parent: u32) -> Result<Option<u32>> {
    for entry in std::fs::read_dir("/proc")? {
        let path = entry?.path();
        // A process may be gone by now.
        let Ok(status) = std::fs::read_to_string(path.join("status")) else {
            continue;
        };
        let of_parent = status.lines().any(|l| {
            l.strip_prefix("PPid:")
                .is_some_and(|p| p.trim() == parent.to_string())
        });
        let Ok(command) = std::fs::read(path.join("cmdline")) else {
            continue;
        };
        if of_parent && String::from_utf8_lossy(&command).contains("\0clickhouse\0") {
            return Ok(path
                .file_name()
                .and_then(|n| n.to_str())
                .and_then(|n| n.parse().ok()));
        }
    }
    Ok(None)
}

/// `mingjing clickhouse` alone, on the data folder of a platform: of one that has ended, or that was told where to find it.
/// Killed on drop.
pub struct Engine {
    _process: tokio::process::Child,
    client: Client,
    url: String,
}

fn client() -> Result<Client> {
    Ok(Client::builder().pool_max_idle_per_host(0).build()?)
}

impl Engine {
    /// Starts it on any port and waits until it listens.
    pub async fn start(data: &Path) -> Result<Self> {
        Self::start_at("127.0.0.1:0", data).await
    }

    /// Starts it at this address and waits until it listens.
    pub async fn start_at(listen: &str, data: &Path) -> Result<Self> {
        let mut process = tokio::process::Command::new(place::program()?)
            .args(["clickhouse", "--listen", listen, "--data"])
            .arg(data.join("clickhouse"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("start mingjing clickhouse")?;
        let mut line = String::new();
        let output = process.stdout.take().context("stdout is piped")?;
        let mut output = tokio::io::BufReader::new(output);
        let read = tokio::io::AsyncBufReadExt::read_line(&mut output, &mut line);
        tokio::time::timeout(PATIENCE, read)
            .await
            .context("the engine does not start")??;
        let address = line.trim().strip_prefix("listening ");
        let address = address.with_context(|| format!("the engine says {line:?}"))?;
        Ok(Self {
            client: client()?,
            url: format!("http://{address}/?database=mingjing"),
            _process: process,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> &str {
        self.url.split("/?").next().unwrap_or_default()
    }

    /// The answer to a query, as lines of columns between tabs.
    pub async fn ask(&self, sql: &str) -> Result<String> {
        let request = self.client.post(&self.url).body(sql.to_owned());
        let answer = request.send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        ensure!(status.is_success(), "{sql}: {status}: {text}");
        Ok(text)
    }
}

/// A log and what it is judged by.
#[derive(Clone, Copy)]
pub struct Log<'a> {
    pub file: &'a Path,
    pub definitions: &'a Path,
    pub mapping: Option<&'a Path>,
}

/// What `mingjing replay` alleges.
pub async fn replay(log: Log<'_>) -> Result<Alerts> {
    let scratch = tempfile::tempdir()?;
    let out = scratch.path().join("alerts.ndjson");
    let rest = ["--alerts".as_ref(), out.as_os_str()];
    run("replay", log, &rest, PATIENCE * 2).await?;
    alerts::read(&std::fs::read_to_string(&out)?)
}

/// `mingjing import` into a platform; answers what it said.
pub async fn import(log: Log<'_>, platform: &Platform) -> Result<String> {
    let url = platform.url().context("it is up")?;
    let said = import_to(log, url, url, PATIENCE * 2).await;
    said.with_context(|| format!("the platform says:\n{}", platform.errors()))
}

/// The same where intake and the API are processes apart.
pub async fn import_to(log: Log<'_>, intake: &str, api: &str, most: Duration) -> Result<String> {
    let rest = ["--to", intake, "--api", api].map(OsStr::new);
    run("import", log, &rest, most).await
}

async fn run(command: &str, log: Log<'_>, rest: &[&OsStr], most: Duration) -> Result<String> {
    let mut process = tokio::process::Command::new(place::program()?);
    process
        .arg(command)
        .arg(log.file)
        .arg("--definitions")
        .arg(log.definitions)
        .kill_on_drop(true);
    if let Some(mapping) = log.mapping {
        process.arg("--mapping").arg(mapping);
    }
    let done = tokio::time::timeout(most, process.args(rest).output()).await;
    let Ok(output) = done else {
        bail!("mingjing {command} does not end")
    };
    let output = output?;
    let (said, errors) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    ensure!(
        output.status.success(),
        "mingjing {command}: {}\n{said}{errors}",
        output.status
    );
    Ok(said.into_owned())
}
