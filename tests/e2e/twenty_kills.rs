//! A platform that dies twenty times while it is fed alleges what one alleges that never died.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use reqwest::{Client, StatusCode};

use crate::alerts::ensure_equal;
use crate::corpus::{self, Dice};
use crate::platform::{self, Log, Platform};

const SIGABRT: i32 = 6;
const SIGKILL: i32 = 9;
/// Events of one request: small, so that a kill finds intake in the middle of many.
const BATCH: usize = 10;

/// How a life of the platform ends.
#[derive(Clone, Copy, Debug)]
enum Death {
    /// `kill -9` at any moment while events are being sent.
    AnyMoment,
    /// Supervision aborts at this point.
    Supervising(&'static str),
    /// The archive aborts after an insert.
    Archiving,
    /// ClickHouse is killed, and after some more events the platform.
    EngineKilled,
    /// ClickHouse answers nothing, and the platform is killed while it waits for it.
    EngineStuck,
}

/// Twenty. `publish` is missing: it takes more facts at once than this log gives; supervision's own tests die there.
const DEATHS: [Death; 20] = {
    use Death::*;
    [
        AnyMoment,
        AnyMoment,
        AnyMoment,
        AnyMoment,
        AnyMoment,
        AnyMoment,
        Supervising("after-read"),
        Supervising("tick"),
        Supervising("tick"),
        Supervising("before-publish"),
        Supervising("before-publish"),
        Supervising("after-publish"),
        Supervising("after-publish"),
        Supervising("snapshot-temp-written"),
        Supervising("snapshot-renamed"),
        Archiving,
        Archiving,
        Archiving,
        EngineKilled,
        EngineStuck,
    ]
};

#[tokio::test(flavor = "multi_thread")]
async fn twenty_kills_lose_no_alert_and_double_none() -> Result<()> {
    let seed = match std::env::var("MINGJING_TEST_SEED") {
        Ok(text) => text.parse().context("MINGJING_TEST_SEED is a number")?,
        Err(_) => {
            u64::from(std::process::id()) << 20
                | u64::from(std::time::UNIX_EPOCH.elapsed()?.subsec_micros())
        }
    };
    println!("MINGJING_TEST_SEED={seed} repeats these kills");
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("log.ndjson");
    corpus::write(&file)?;
    let definitions = corpus::definitions();
    let log = Log {
        file: &file,
        definitions: &definitions,
        mapping: None,
    };

    let undisturbed = tempfile::tempdir()?;
    let platform = Platform::up(undisturbed.path())?;
    platform::import(log, &platform).await?;
    let expected = platform.alerts(corpus::SOURCE).await?;
    drop(platform);
    ensure_equal("undisturbed", &platform::replay(log).await?, &expected)?;

    let disturbed = tempfile::tempdir()?;
    let data = disturbed.path();
    let mut run = Run::begin(data, seed).await?;
    for (number, death) in shuffled(&mut run.dice).into_iter().enumerate() {
        let began = Instant::now();
        let lived = run.live_and_die(data, death).await;
        lived.with_context(|| format!("kill {number}, {death:?}, seed {seed}"))?;
        println!(
            "kill {number}: {death:?} after {:?}, {} requests answered",
            began.elapsed(),
            run.acknowledged
        );
    }
    let platform = Platform::up(data)?;
    platform::import(log, &platform).await?;
    let found = platform.alerts(corpus::SOURCE).await?;
    ensure_equal(
        &format!("after twenty kills, seed {seed}"),
        &expected,
        &found,
    )
}

fn shuffled(dice: &mut Dice) -> Vec<Death> {
    let mut deaths = DEATHS.to_vec();
    for at in (1..deaths.len()).rev() {
        deaths.swap(at, dice.below(at as u64 + 1) as usize);
    }
    deaths
}

/// A sender that goes on where its answers ended, over all lives of a platform.
struct Run {
    dice: Dice,
    client: Client,
    key: String,
    requests: Vec<String>,
    /// Requests that were answered: what they held is durable.
    acknowledged: usize,
}

impl Run {
    async fn begin(data: &Path, seed: u64) -> Result<Self> {
        let platform = Platform::up(data)?;
        let key = platform
            .register(corpus::SOURCE, &corpus::definitions())
            .await?;
        let requests = corpus::events()
            .chunks(BATCH)
            .map(|events| events.join("\n"))
            .collect();
        let client = Client::builder().timeout(Duration::from_secs(30)).build()?;
        Ok(Self {
            dice: Dice::new(seed),
            client,
            key,
            requests,
            acknowledged: 0,
        })
    }

    /// Starts the platform, feeds its share of the log, sees it die as it should.
    async fn live_and_die(&mut self, data: &Path, death: Death) -> Result<()> {
        let count = (1 + self.dice.below(3)).to_string();
        let mut environment = vec![
            ("MINGJING__SUPERVISE__TICK_EVERY", "200ms"),
            ("MINGJING__SUPERVISE__SNAPSHOT_RECORDS", "20"),
        ];
        let at_point;
        match death {
            Death::Supervising(point) => {
                at_point = format!("{point}:{count}");
                environment.push(("MINGJING_FAIL_AT", &at_point));
            }
            Death::Archiving => environment.push(("MINGJING_ARCHIVE_FAIL_AT", &count)),
            Death::AnyMoment | Death::EngineKilled | Death::EngineStuck => {}
        }
        let mut platform = Platform::start(data, &environment)?;
        let share = self.requests.len() / DEATHS.len();
        match death {
            Death::Supervising(_) | Death::Archiving => {
                let _ = self.feed(&platform, share).await?;
            }
            Death::AnyMoment => {
                let before = self.dice.below(share as u64) as usize;
                ensure!(
                    self.feed(&platform, before).await?,
                    "it died early:\n{}",
                    platform.errors()
                );
                let moment = Duration::from_micros(self.dice.below(8_000));
                let url = platform.url().context("it is up")?.to_owned();
                let kill = async {
                    tokio::time::sleep(moment).await;
                    platform.kill()
                };
                let (fed, killed) = tokio::join!(self.feed_to(&url, share - before), kill);
                killed?;
                fed?;
            }
            Death::EngineKilled => {
                let before = 1 + self.dice.below(share as u64 / 2) as usize;
                ensure!(
                    self.feed(&platform, before).await?,
                    "it died early:\n{}",
                    platform.errors()
                );
                platform.signal_engine("KILL")?;
                ensure!(
                    self.feed(&platform, share - before).await?,
                    "it died with ClickHouse:\n{}",
                    platform.errors()
                );
                platform.kill()?;
            }
            Death::EngineStuck => {
                platform.signal_engine("STOP")?;
                ensure!(
                    self.feed(&platform, share).await?,
                    "it died with ClickHouse:\n{}",
                    platform.errors()
                );
                platform.kill()?;
            }
        }
        let status = platform.ended().await?;
        let (errors, signal) = (platform.errors(), status.signal());
        let (wanted, said) = match death {
            Death::Supervising(point) => (SIGABRT, format!("aborting at {point}\n")),
            Death::Archiving => (SIGABRT, "aborting after an insert into".to_owned()),
            Death::AnyMoment | Death::EngineKilled | Death::EngineStuck => (SIGKILL, String::new()),
        };
        ensure!(
            signal == Some(wanted) && errors.contains(&said),
            "it died otherwise: {status}\n{errors}"
        );
        Ok(())
    }

    /// Sends so many requests more. Answers whether the platform outlived them.
    async fn feed(&mut self, platform: &Platform, requests: usize) -> Result<bool> {
        match platform.url() {
            Some(url) => self.feed_to(url, requests).await,
            None => Ok(false),
        }
    }

    async fn feed_to(&mut self, url: &str, requests: usize) -> Result<bool> {
        // A sender who is not sure sends some again: that must change nothing.
        let again = self.dice.below(3) as usize;
        let (from, end) = (
            self.acknowledged.saturating_sub(again),
            self.acknowledged + requests,
        );
        for at in from..end.min(self.requests.len()) {
            if !self.send(url, at).await? {
                return Ok(false);
            }
            self.acknowledged = self.acknowledged.max(at + 1);
        }
        Ok(true)
    }

    /// Sends one request until it is answered or the platform is gone.
    async fn send(&self, url: &str, at: usize) -> Result<bool> {
        loop {
            let request = self
                .client
                .post(format!("{url}/v1/events"))
                .bearer_auth(&self.key);
            let request = request
                .header("content-type", "application/x-ndjson")
                .body(self.requests[at].clone());
            let Ok(answer) = request.send().await else {
                return Ok(false);
            };
            let status = answer.status();
            let Ok(text) = answer.text().await else {
                return Ok(false);
            };
            match status {
                StatusCode::OK => return Ok(true),
                StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
                _ => bail!("request {at}: {status}: {text}"),
            }
        }
    }
}
