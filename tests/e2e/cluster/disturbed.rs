//! Everything that can go wrong in a cluster, one upon the other, while events are sent and real logs are imported.
//!
//! ```text
//! 20 kills of processes that supervise, half of them before the group has settled after the one before
//!          a process that archives is killed now and then
//!          ClickHouse is away for two minutes; the broker is killed and comes back
//! at last  a process that supervises is paused past its session and goes on
//! ```

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tokio::task::block_in_place;

use super::bucket::Bucket;
use super::site::{PARTITIONS, SESSION, Site};
use crate::alerts::{Alerts, ensure_equal};
use crate::corpus::{self, Dice};
use crate::real::RealLog;
use crate::rows;
use crate::sender::{Sender, Sent};

/// How often a process that supervises is killed.
const KILLS: usize = 20;
/// After so many of them …
const IMPORT_AFTER: [usize; 2] = [2, 11];
const AWAY_AFTER: usize = 4;
const BROKER_AFTER: usize = 8;
const ARCHIVE_EVERY: usize = 5;
/// How long ClickHouse stays away.
const AWAY: Duration = Duration::from_secs(120);
/// How long the broker is dead before it is started again.
const BROKER_DEAD: Duration = Duration::from_secs(3);

#[tokio::test(flavor = "multi_thread")]
async fn two_supervisors_and_all_that_can_go_wrong_change_no_alert() -> Result<()> {
    disturbed(2, None).await
}

#[tokio::test(flavor = "multi_thread")]
async fn three_supervisors_with_snapshots_in_s3_and_all_that_can_go_wrong_change_no_alert()
-> Result<()> {
    disturbed(3, Some(Bucket::serve().await?)).await
}

async fn disturbed(supervisors: usize, bucket: Option<Bucket>) -> Result<()> {
    let seed = corpus::seed()?;
    let what = format!("with {supervisors} supervisors disturbed, seed {seed}");
    let expected = corpus::undisturbed().await?;
    let real = RealLog::there().await?;
    let mut run = Run::begin(supervisors, bucket, seed).await?;
    let lived = run.live(real, expected, &what).await;
    lived.with_context(|| what.clone())?;
    let bucket = run.site.bucket.take();
    let folder = run.site.close().await.with_context(|| what.clone())?;
    if let Some(bucket) = bucket {
        bucket.ensure_kept(PARTITIONS)?;
    }
    rows::ensure_each_once_but_ticks_refused(&what, folder.path()).await
}

struct Run {
    site: Site,
    sender: Sender,
    dice: Dice,
    /// Requests between two troubles.
    share: usize,
    /// When ClickHouse went away.
    away: Option<Instant>,
}

impl Run {
    async fn begin(supervisors: usize, bucket: Option<Bucket>, seed: u64) -> Result<Self> {
        let site = Site::open(supervisors, bucket).await?;
        let sender = Sender::register(&site.intake).await?;
        Ok(Self {
            share: sender.requests().div_ceil(KILLS + 3),
            site,
            sender,
            dice: Dice::new(seed),
            away: None,
        })
    }

    async fn live(&mut self, real: Vec<RealLog>, expected: &Alerts, what: &str) -> Result<()> {
        let mut real = real.into_iter();
        let mut imports = Vec::new();
        for kill in 0..KILLS {
            self.kill_a_supervisor().await?;
            if IMPORT_AFTER.contains(&kill)
                && let Some(log) = real.next()
            {
                imports.push(log.import_beside(&self.site.intake, &self.site.api)?);
            }
            if kill == AWAY_AFTER {
                self.site.kill_engine();
                self.away = Some(Instant::now());
            }
            if kill == BROKER_AFTER {
                self.restart_the_broker().await?;
            }
            if kill % ARCHIVE_EVERY == 0 {
                let victim = self.dice.below(2) as usize;
                self.site.replace_archive(victim)?;
            }
            self.let_clickhouse_come_back(false).await?;
        }
        self.freeze_a_supervisor().await?;
        self.let_clickhouse_come_back(true).await?;
        let found = corpus::finish(&self.site.intake, &self.site.api).await?;
        ensure_equal(what, expected, &found)?;
        for import in imports {
            import.await??.ensure_equal(&self.site.api, what).await?;
        }
        Ok(())
    }

    /// A share of the log; every request of it is taken, whatever else goes on.
    async fn feed(&mut self) -> Result<()> {
        let url = self.site.intake.url().context("it is up")?;
        let sent = self.sender.feed(url, self.share, &mut self.dice).await?;
        ensure!(
            sent == Sent::Answered,
            "intake ended:\n{}",
            self.site.intake.errors()
        );
        Ok(())
    }

    /// One time in two the group has settled before, so that an owner dies; else the one before is still coming back.
    async fn kill_a_supervisor(&mut self) -> Result<()> {
        let victim = self.dice.below(self.site.supervisors.len() as u64) as usize;
        if self.dice.one_in(2) {
            self.site.owns(victim).await?;
        }
        self.feed().await?;
        self.site.kill_supervisor(victim)?;
        self.site.start_supervisor(victim)
    }

    async fn freeze_a_supervisor(&mut self) -> Result<()> {
        let victim = self.dice.below(self.site.supervisors.len() as u64) as usize;
        self.site.owns(victim).await?;
        self.feed().await?;
        self.site.supervisors[victim].signal("STOP")?;
        self.feed().await?;
        // The one place where time itself is the matter: others get what a silent member held.
        tokio::time::sleep(SESSION * 3).await;
        self.feed().await?;
        self.site.supervisors[victim].signal("CONT")
    }

    /// Requests that come meanwhile are answered when it is back.
    async fn restart_the_broker(&mut self) -> Result<()> {
        block_in_place(|| self.site.broker.kill())?;
        let url = self.site.intake.url().context("it is up")?;
        let feed = self.sender.feed(url, self.share, &mut self.dice);
        let broker = &mut self.site.broker;
        let restart = async {
            tokio::time::sleep(BROKER_DEAD).await;
            Ok::<_, anyhow::Error>(block_in_place(|| broker.restart())?)
        };
        let (sent, restarted) = tokio::join!(feed, restart);
        restarted?;
        ensure!(
            sent? == Sent::Answered,
            "intake ended with the broker:\n{}",
            self.site.intake.errors()
        );
        Ok(())
    }

    /// When its time is over, or by waiting for that.
    async fn let_clickhouse_come_back(&mut self, wait: bool) -> Result<()> {
        let Some(left) = self.away.map(|since| AWAY.saturating_sub(since.elapsed())) else {
            return Ok(());
        };
        if wait {
            tokio::time::sleep(left).await;
        } else if !left.is_zero() {
            return Ok(());
        }
        self.away = None;
        self.site.start_engine().await
    }
}
