//! A platform that dies twenty times while it is fed alleges what one alleges that never died.
//!
//! Each death is proven to be where it should be: by what the process prints last, by a level that stays until it is killed
//! (an insert that ClickHouse has not answered, a body that intake has asked for), or by a request that got no answer.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::alerts::ensure_equal;
use crate::corpus::{self, Dice};
use crate::platform::{PATIENCE, Platform};
use crate::rows;
use crate::sender::{Sender, Sent};

const SIGABRT: i32 = 6;
const SIGKILL: i32 = 9;
/// Inserts that ClickHouse was given and has not answered.
const INSERTS_WAITING: &str = "mingjing_archive_inserts_waiting";

/// Rows that ClickHouse took in this life.
const ROWS: &str = "mingjing_archive_rows_total";

/// How a life of the platform ends.
#[derive(Clone, Copy, Debug)]
enum Death {
    /// `kill -9` at any moment while events are being sent.
    AnyMoment,
    /// `kill -9` while intake has half of a request.
    InsideIntake,
    /// Supervision aborts at this point.
    Supervising(&'static str),
    /// The archive aborts when ClickHouse has taken an insert into this table: its round is in this table and in those
    /// before it, in no later one, and its watermark is not written.
    BetweenInserts(&'static str),
    /// `kill -9` of the platform and of ClickHouse while an insert waits for its answer.
    InsideInsert,
    /// ClickHouse is killed, and after some more events the platform.
    EngineKilled,
    /// ClickHouse answers nothing, the platform is killed while an insert waits for it, and ClickHouse goes on.
    EngineStuck,
}

/// Twenty.
const DEATHS: [Death; 20] = {
    use Death::*;
    [
        AnyMoment,
        AnyMoment,
        AnyMoment,
        InsideIntake,
        InsideIntake,
        Supervising("after-read"),
        Supervising("tick"),
        Supervising("tick"),
        Supervising("before-publish"),
        Supervising("publish"),
        Supervising("publish"),
        Supervising("after-publish"),
        Supervising("snapshot-temp-written"),
        Supervising("snapshot-renamed"),
        BetweenInserts("events"),
        BetweenInserts("alert_history"),
        BetweenInserts("cases"),
        InsideInsert,
        EngineKilled,
        EngineStuck,
    ]
};

#[tokio::test(flavor = "multi_thread")]
async fn twenty_kills_lose_no_alert_and_double_none() -> Result<()> {
    let seed = corpus::seed()?;
    let expected = corpus::undisturbed().await?;
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
            run.sender.acknowledged
        );
    }
    let what = format!("after twenty kills, seed {seed}");
    let platform = Platform::up(data)?;
    let found = corpus::finish(&platform, &platform).await?;
    ensure_equal(&what, expected, &found)?;
    platform.stop().await?;
    rows::ensure_each_once(&what, data).await
}

fn shuffled(dice: &mut Dice) -> Vec<Death> {
    let mut deaths = DEATHS.to_vec();
    for at in (1..deaths.len()).rev() {
        deaths.swap(at, dice.below(at as u64 + 1) as usize);
    }
    deaths
}

/// One sender over all lives of a platform.
struct Run {
    dice: Dice,
    sender: Sender,
    /// Requests of one life. A few are left over for a life that must wait longer for its death.
    share: usize,
}

impl Run {
    async fn begin(data: &Path, seed: u64) -> Result<Self> {
        let platform = Platform::up(data)?;
        let sender = Sender::register(&platform).await?;
        Ok(Self {
            dice: Dice::new(seed),
            share: sender.requests() / (DEATHS.len() + 4),
            sender,
        })
    }

    /// Starts the platform, feeds its share of the log, sees it die as it should.
    async fn live_and_die(&mut self, data: &Path, death: Death) -> Result<()> {
        let count = 1 + self.dice.below(3);
        let mut environment = vec![
            ("MINGJING__SUPERVISE__TICK_EVERY", "200ms"),
            ("MINGJING__SUPERVISE__SNAPSHOT_RECORDS", "20"),
            // So that a batch of facts takes several appends, and any kill may fall between two.
            ("MINGJING__SUPERVISE__APPEND_RECORDS", "2"),
        ];
        let at_point;
        match death {
            Death::Supervising(point) => {
                at_point = format!("{point}:{count}");
                environment.push(("MINGJING_FAIL_AT", &at_point));
            }
            Death::BetweenInserts(table) => {
                at_point = format!("{table}:1");
                environment.push(("MINGJING_ARCHIVE_FAIL_AT", &at_point));
            }
            _ => {}
        }
        let mut platform = Platform::start(data, &environment)?;
        match death {
            Death::Supervising(_) | Death::BetweenInserts(_) => {
                self.feed_until_dead(&mut platform).await?;
            }
            Death::AnyMoment => self.kill_at_any_moment(&mut platform).await?,
            Death::InsideIntake => {
                let before = self.dice.below(self.share as u64) as usize;
                self.feed(&platform, before).await?;
                let url = platform.url().context("it is up")?;
                let half_sent = self.sender.begin_a_request(url).await?;
                platform.kill()?;
                drop(half_sent);
            }
            Death::InsideInsert | Death::EngineStuck => {
                let before = 1 + self.dice.below(self.share as u64 / 2) as usize;
                self.feed(&platform, before).await?;
                // The archive has got through its start by now, so what waits next is an insert.
                platform.until_metric(ROWS, |rows| rows > 0).await?;
                platform.signal_engine("STOP")?;
                self.feed(&platform, self.share - before).await?;
                platform.until_metric(INSERTS_WAITING, |n| n > 0).await?;
                match death {
                    Death::InsideInsert => platform.kill_with_stopped_engine()?,
                    _ => platform.kill()?,
                }
            }
            Death::EngineKilled => {
                let before = 1 + self.dice.below(self.share as u64 / 2) as usize;
                self.feed(&platform, before).await?;
                platform.signal_engine("KILL")?;
                self.feed(&platform, self.share - before).await?;
                platform.kill()?;
            }
        }
        let status = platform.ended().await?;
        let (errors, signal) = (platform.errors(), status.signal());
        let (wanted, said) = match death {
            Death::Supervising(point) => (SIGABRT, format!("aborting at {point}\n")),
            Death::BetweenInserts(table) => {
                (SIGABRT, format!("aborting after an insert into {table}\n"))
            }
            _ => (SIGKILL, String::new()),
        };
        ensure!(
            signal == Some(wanted) && errors.contains(&said),
            "it died otherwise: {status}\n{errors}"
        );
        Ok(())
    }

    /// Sends so many requests more to one that must outlive them.
    async fn feed(&mut self, platform: &Platform, requests: usize) -> Result<()> {
        let url = platform.url().context("it died at its start")?;
        let sent = self.sender.feed(url, requests, &mut self.dice).await?;
        ensure!(
            sent == Sent::Answered,
            "it died early, {sent:?}:\n{}",
            platform.errors()
        );
        Ok(())
    }

    /// Feeds one share, and more where what should be its death has not come by then.
    async fn feed_until_dead(&mut self, platform: &mut Platform) -> Result<()> {
        let began = Instant::now();
        while let Some(url) = platform.url().map(str::to_owned) {
            let sent = self.sender.feed(&url, self.share, &mut self.dice).await?;
            if sent != Sent::Answered || platform.ended_within(Duration::from_secs(3)).await? {
                return Ok(());
            }
            ensure!(
                began.elapsed() < PATIENCE,
                "it does not die:\n{}",
                platform.errors()
            );
        }
        Ok(())
    }

    /// Kills it at a moment of the dice while request follows request.
    async fn kill_at_any_moment(&mut self, platform: &mut Platform) -> Result<()> {
        let before = self.dice.below(self.share as u64) as usize;
        self.feed(platform, before).await?;
        let moment = Duration::from_micros(self.dice.below(8_000));
        let url = platform.url().context("it is up")?.to_owned();
        let kill = async {
            tokio::time::sleep(moment).await;
            platform.kill()
        };
        let feed = self
            .sender
            .feed_to_the_end(&url, self.share - before, &mut self.dice);
        let (sent, killed) = tokio::join!(feed, kill);
        killed?;
        println!("killed {moment:?} after its last pause: {:?}", sent?);
        Ok(())
    }
}
