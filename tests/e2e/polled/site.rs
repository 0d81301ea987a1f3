//! Where a polling test has everything: settings, state, the poll as a process.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::{SOURCE, UNTIL, definitions};
use crate::alerts::{self, Alerts};
use crate::front::{Front, TABLES};
use crate::platform::{PATIENCE, Platform, place};

/// Where everything of one test lies.
pub struct Site {
    folder: tempfile::TempDir,
    /// The database's.
    pub address: String,
    /// What is set besides, as lines of TOML by table.
    pub database: String,
    pub read: String,
    pub tables: String,
}

impl Site {
    pub fn new(front: &Front) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        std::fs::create_dir(folder.path().join("data"))?;
        Ok(Self {
            folder,
            address: front.address(),
            database: String::new(),
            read: "every = '100ms'\nrows = 7\nretry = '1s'\n".to_owned(),
            tables: String::new(),
        })
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub fn errors(&self) -> PathBuf {
        self.folder.path().join("poll.txt")
    }

    fn command(&self, platform: &Platform, key: &str, more: &[&str]) -> Result<Command> {
        let settings = self.folder.path().join("poll.toml");
        let state = self.folder.path().join("poll.json");
        let intake = platform.url().context("it is up")?;
        std::fs::write(
            &settings,
            format!(
                "source = '{SOURCE}'\npreset = 'national'\nintake = '{intake}'\nstate = '{}'\n[database]\n{}[read]\n{}{}",
                state.display(),
                self.database,
                self.read,
                self.tables
            ),
        )?;
        let mut command = Command::new(place::program()?);
        command
            .args(["poll", "--config"])
            .arg(&settings)
            .args(more)
            .env("MINGJING_POLL_DATABASE", &self.address)
            .env("MINGJING_POLL_KEY", key)
            .stdin(Stdio::null());
        Ok(command)
    }

    pub fn poll(&self, platform: &Platform, key: &str, more: &[&str]) -> Result<Child> {
        let errors = std::fs::File::create(self.errors())?;
        let mut command = self.command(platform, key, more)?;
        Ok(command.stdout(Stdio::piped()).stderr(errors).spawn()?)
    }

    pub fn once(&self, platform: &Platform, key: &str) -> Result<String> {
        self.run(platform, key, &["--once"])
    }

    pub fn run(&self, platform: &Platform, key: &str, more: &[&str]) -> Result<String> {
        let output = self.command(platform, key, more)?.output()?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        ensure!(output.status.success(), "mingjing poll: {said}{errors}");
        Ok(said)
    }

    /// What one round fails with.
    pub fn fails(&self, platform: &Platform, key: &str) -> Result<String> {
        let output = self.command(platform, key, &["--once"])?.output()?;
        ensure!(!output.status.success(), "it does not fail");
        Ok(String::from_utf8_lossy(&output.stderr).into_owned())
    }

    /// What is alleged of the tables as they are now.
    pub fn replay_of_dump(&self, front: &Front) -> Result<Alerts> {
        let (dump, out) = (
            self.folder.path().join("dump"),
            self.folder.path().join("alerts"),
        );
        std::fs::create_dir_all(&dump)?;
        for table in TABLES {
            front.dump(table, &dump.join(format!("{table}.csv")))?;
        }
        let arguments: Vec<OsString> = vec![
            "replay".into(),
            dump.into(),
            "--preset".into(),
            "national".into(),
            "--source".into(),
            SOURCE.into(),
            "--definitions".into(),
            definitions().into(),
            "--until".into(),
            UNTIL.into(),
            "--alerts".into(),
            out.clone().into(),
        ];
        let output = Command::new(place::program()?).args(arguments).output()?;
        ensure!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        alerts::read(&std::fs::read_to_string(out)?)
    }
}

/// A poll that goes on. Killed on drop.
pub struct Running {
    process: Child,
    url: String,
    errors: PathBuf,
}

impl Running {
    pub async fn start(site: &Site, platform: &Platform, key: &str) -> Result<Self> {
        let mut process = site.poll(platform, key, &["--listen", "127.0.0.1:0"])?;
        let output = process.stdout.take().context("stdout is piped")?;
        let mut line = String::new();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(output), &mut line)?;
        let url = line.trim().strip_prefix("listening on ").map(str::to_owned);
        let errors = site.errors();
        let url = url.with_context(|| std::fs::read_to_string(&errors).unwrap_or_default())?;
        Ok(Self {
            process,
            url,
            errors,
        })
    }

    pub fn errors(&self) -> String {
        let text = std::fs::read_to_string(&self.errors).unwrap_or_default();
        // Without the colours of a terminal.
        let mut plain = String::new();
        let mut parts = text.split('\u{1b}');
        plain.push_str(parts.next().unwrap_or_default());
        for part in parts {
            plain.push_str(part.split_once('m').map_or("", |(_, rest)| rest));
        }
        plain
    }

    /// All values of a metric together.
    pub async fn metric(&self, name: &str) -> Result<f64> {
        let text = reqwest::get(format!("{}/metrics", self.url))
            .await?
            .text()
            .await?;
        let values = text.lines().filter_map(|line| {
            let rest = line.strip_prefix(name)?;
            rest.starts_with(['{', ' '])
                .then(|| rest.rsplit(' ').next()?.parse::<f64>().ok())?
        });
        Ok(values.sum())
    }

    pub async fn until_metric(&self, name: &str, wanted: impl Fn(f64) -> bool) -> Result<f64> {
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

    pub async fn until_ready(&self) -> Result<()> {
        let began = Instant::now();
        while !reqwest::get(format!("{}/readyz", self.url))
            .await?
            .status()
            .is_success()
        {
            ensure!(
                began.elapsed() < PATIENCE,
                "it is not ready:\n{}",
                self.errors()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// Waits until it says that it is not ready, and why.
    pub async fn until_said(&self, what: &str) -> Result<()> {
        let began = Instant::now();
        loop {
            let answer = reqwest::get(format!("{}/readyz", self.url)).await?;
            let (status, text) = (answer.status().as_u16(), answer.text().await?);
            if status == 503 && text.contains(what) {
                return Ok(());
            }
            ensure!(began.elapsed() < PATIENCE, "/readyz stays {status}: {text}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
