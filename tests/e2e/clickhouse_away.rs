//! ClickHouse dies, hangs and stays away inside a platform that lives on: departments notice nothing, readers are told, and
//! no alert is lost or doubled.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::alerts::ensure_equal;
use crate::corpus::{self, Dice};
use crate::platform::{Engine, Platform};
use crate::rows;
use crate::sender::{Sender, Sent};

const RUNNING: &str = "mingjing_clickhouse_running";
const RESTARTS: &str = "mingjing_clickhouse_restarts_total";
const INSERTS_WAITING: &str = "mingjing_archive_inserts_waiting";
const ROWS: &str = "mingjing_archive_rows_total";
/// Every kind of read that ClickHouse answers.
const READS: [&str; 6] = [
    "/api/v1/alerts",
    "/api/v1/alerts/export",
    "/api/v1/alerts/0000",
    "/api/v1/cases/e2e/c-1",
    "/api/v1/sources/e2e",
    "/api/v1/counts",
];
/// Kills in quick succession before it hangs and before it stays away.
const KILLS: usize = 3;
/// So many starts must fail while it is away.
const FAILED_STARTS: u64 = 2;

#[tokio::test(flavor = "multi_thread")]
async fn clickhouse_killed_hung_and_away_changes_no_alert_of_the_platform_that_lives_on()
-> Result<()> {
    let seed = corpus::seed()?;
    let expected = corpus::undisturbed().await?;
    let folder = tempfile::tempdir()?;
    let data = folder.path();
    let library = Library::linked(data)?;
    let link = library.link.to_str().context("a path in UTF-8")?;
    let environment = [
        (library.variable, link),
        ("MINGJING__SUPERVISE__TICK_EVERY", "200ms"),
    ];
    let platform = Platform::start(data, &environment)?;
    let mut run = Run::begin(platform, KILLS * 2 + 7, seed).await?;
    let lived = async {
        for _ in 0..KILLS {
            run.kill_it().await?;
        }
        run.hang_it().await?;
        run.keep_it_away(&library).await
    };
    lived.await.with_context(|| format!("seed {seed}"))?;
    ensure!(
        run.sender.put_off == 0,
        "intake put off {} requests",
        run.sender.put_off
    );

    let what = format!("while ClickHouse died and came back, seed {seed}");
    let found = corpus::finish(&run.platform, &run.platform).await?;
    ensure_equal(&what, expected, &found)?;
    run.platform.stop().await?;
    rows::ensure_each_once(&what, data).await
}

/// ClickHouse is a server of its own here, and comes later than the platform that is told of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_platform_that_starts_before_its_clickhouse_takes_events_and_catches_up() -> Result<()> {
    let expected = corpus::undisturbed().await?;
    let folder = tempfile::tempdir()?;
    let address = free_address()?;
    let url = format!("http://{address}");
    let platform = Platform::start(folder.path(), &[("MINGJING__CLICKHOUSE__URL", &url)])?;
    let mut run = Run::begin(platform, 2, corpus::seed()?).await?;
    run.feed().await?;
    run.is_told_to_be_away().await?;
    let engine = Engine::start_at(&address, folder.path()).await?;
    run.platform.until_ready(true).await?;
    run.feed().await?;
    let found = corpus::finish(&run.platform, &run.platform).await?;
    ensure_equal("where ClickHouse came later", expected, &found)?;
    run.platform.stop().await?;
    drop(engine);
    rows::ensure_each_once("where ClickHouse came later", folder.path()).await
}

/// An address that nobody listens on, below the ports that the system gives to whoever asks for any; another one each time.
pub fn free_address() -> Result<String> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let first = 20_000 + std::process::id() % 10_000 + 10 * NEXT.fetch_add(1, Ordering::Relaxed);
    (first..first + 10)
        .map(|port| format!("127.0.0.1:{port}"))
        .find(|address| std::net::TcpListener::bind(address).is_ok())
        .context("a free port")
}

struct Run {
    dice: Dice,
    sender: Sender,
    platform: Platform,
    share: usize,
}

impl Run {
    /// On a platform that is up, the log in so many shares.
    async fn begin(platform: Platform, shares: usize, seed: u64) -> Result<Self> {
        let sender = Sender::register(&platform).await?;
        Ok(Self {
            share: sender.requests() / shares,
            dice: Dice::new(seed),
            sender,
            platform,
        })
    }

    /// It is killed between two requests, which are answered like any.
    async fn kill_it(&mut self) -> Result<()> {
        let before = self.platform.metric(RESTARTS).await?;
        self.feed().await?;
        self.platform.signal_engine("KILL")?;
        self.feed().await?;
        self.platform
            .until_metric(RESTARTS, |now| now > before)
            .await?;
        self.platform.until_metric(RUNNING, |now| now == 1).await?;
        Ok(())
    }

    /// It is there and answers nothing: an insert waits for it, `/readyz` says so all the same, and it goes on.
    async fn hang_it(&mut self) -> Result<()> {
        self.feed().await?;
        // The archive has got through its start by now, so what waits next is an insert.
        self.platform.until_metric(ROWS, |rows| rows > 0).await?;
        self.platform.signal_engine("STOP")?;
        self.feed().await?;
        self.platform
            .until_metric(INSERTS_WAITING, |now| now > 0)
            .await?;
        self.is_told_to_be_away().await?;
        self.feed().await?;
        self.platform.resume_engine()?;
        self.platform.until_ready(true).await?;
        Ok(())
    }

    /// It is killed and cannot start, until it can.
    async fn keep_it_away(&mut self, library: &Library) -> Result<()> {
        library.remove()?;
        let before = self.platform.metric(RESTARTS).await?;
        self.platform.signal_engine("KILL")?;
        self.feed().await?;
        self.platform.until_metric(RUNNING, |now| now == 0).await?;
        let tried = |now| now >= before + FAILED_STARTS;
        self.platform.until_metric(RESTARTS, tried).await?;
        self.feed().await?;
        self.is_told_to_be_away().await?;
        for path in READS {
            let (status, text) = self.platform.answer(path).await?;
            let told: Value = serde_json::from_str(&text).with_context(|| text.clone())?;
            ensure!(
                status == 503 && told["reason"] == "store_unavailable",
                "GET {path} while ClickHouse is away: {status}: {text}"
            );
        }
        let (status, text) = self.platform.answer("/healthz").await?;
        ensure!(status == 200, "/healthz: {status}: {text}");
        self.feed().await?;
        library.put_back()?;
        self.platform.until_ready(true).await?;
        self.platform.until_metric(RUNNING, |now| now == 1).await?;
        Ok(())
    }

    async fn is_told_to_be_away(&self) -> Result<()> {
        let said = self.platform.until_ready(false).await?;
        let checks = said["checks"].as_array().context("checks")?;
        let is_ready = |name| {
            let check = checks.iter().find(|c| c["name"] == name);
            check.and_then(|c| c["ready"].as_bool())
        };
        ensure!(
            is_ready("clickhouse") == Some(false),
            "/readyz does not blame ClickHouse: {said}"
        );
        Ok(())
    }

    /// A share of the log; every request of it is taken.
    async fn feed(&mut self) -> Result<()> {
        let url = self.platform.url().context("it died at its start")?;
        let sent = self.sender.feed(url, self.share, &mut self.dice).await?;
        ensure!(
            sent == Sent::Answered,
            "it died with ClickHouse, {sent:?}:\n{}",
            self.platform.errors()
        );
        Ok(())
    }
}

/// Where ClickHouse's library is found, behind a link that can be taken away: then none can be started, while one that runs
/// goes on.
struct Library {
    variable: &'static str,
    real: PathBuf,
    link: PathBuf,
}

impl Library {
    fn linked(folder: &Path) -> Result<Self> {
        let named = |variable| std::env::var_os(variable).filter(|v: &OsString| !v.is_empty());
        let (variable, real) = match (named("MINGJING_LIBCHDB"), named("MINGJING_CACHE")) {
            (Some(file), _) => ("MINGJING_LIBCHDB", PathBuf::from(file)),
            (None, Some(cache)) => ("MINGJING_CACHE", PathBuf::from(cache)),
            (None, None) => {
                let home = named("HOME").context("HOME is set")?;
                (
                    "MINGJING_CACHE",
                    Path::new(&home).join(".cache").join("mingjing"),
                )
            }
        };
        let library = Self {
            variable,
            // A link to a relative path would lead elsewhere.
            real: real
                .canonicalize()
                .with_context(|| format!("the library at {}", real.display()))?,
            link: folder.join("library"),
        };
        library.put_back()?;
        Ok(library)
    }

    fn put_back(&self) -> Result<()> {
        std::os::unix::fs::symlink(&self.real, &self.link).context("link the library")
    }

    fn remove(&self) -> Result<()> {
        std::fs::remove_file(&self.link).context("take the library away")
    }
}
