//! The loop that looks which drafts are in shadow and judges those whose last pass is some time ago.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use chrono::NaiveDate;
use mingjing_domain::Timestamp;
use mingjing_domain::definitions::DefinitionSet;
use mingjing_log::{Log, Topic};
use mingjing_store::{Horizon, ShadowId, ShadowPassRow, Store};
use tokio::sync::{Mutex, watch};

use super::failpoint;
use super::metrics::Metrics;
use super::pass::{Found, judged, not_judged};
use crate::Error;

/// A draft in shadow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shadow {
    /// The draft's id.
    pub draft: String,
    /// SHA-256 of its text.
    pub text: String,
    /// Cases that began at this instant or later.
    pub since: Timestamp,
    /// When it was put there.
    pub begun_at: Timestamp,
}

/// Both sets that a draft in shadow is judged by.
#[derive(Clone)]
pub struct Sets {
    /// The day from which the draft counts as in force.
    pub in_force_from: NaiveDate,
    /// What is in force.
    pub in_force: Arc<DefinitionSet>,
    /// The same with the draft in it, as if it were.
    pub with_draft: Arc<DefinitionSet>,
}

/// Why drafts cannot be read.
pub type DraftsError = Box<dyn std::error::Error + Send + Sync>;

/// Where drafts are.
#[async_trait]
pub trait Drafts: Send + Sync {
    /// Those in shadow now. Asked often.
    ///
    /// # Errors
    /// Whatever keeps them from being read.
    async fn in_shadow(&self) -> Result<Vec<Shadow>, DraftsError>;

    /// What a shadow is judged by; none where it is over or another one by now. Asked when it is judged.
    ///
    /// # Errors
    /// Whatever keeps them from being read.
    async fn sets(&self, shadow: &Shadow) -> Result<Option<Sets>, DraftsError>;
}

/// What shadows work with.
pub struct Parts {
    /// The log whose archive is judged: asked for its id alone.
    pub log: Arc<dyn Log>,
    /// What is judged, and where it is written what was found.
    pub store: Store,
    /// The drafts.
    pub drafts: Arc<dyn Drafts>,
    /// The platform's clock.
    pub now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    /// What operators see.
    pub metrics: Arc<Metrics>,
}

/// How shadows run.
#[derive(Clone, Debug)]
pub struct Config {
    /// How often is looked whether something is due, in real time.
    pub look_every: Duration,
    /// How long after a pass the next one begins, in real time.
    pub every: Duration,
    /// More events than this are not judged in one pass.
    pub events_max: u64,
    /// Differences listed of each kind at each control point; all are counted.
    pub listed_max: usize,
    /// Threads that judge.
    pub threads: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            look_every: Duration::from_secs(10),
            every: Duration::from_secs(600),
            events_max: 2_000_000,
            listed_max: 200,
            threads: 1,
        }
    }
}

/// Judges by drafts until stopped, which cuts a pass off: nobody has seen anything of it. What fails is counted, told and tried again.
pub async fn run(shadows: Arc<Shadows>, mut stop: watch::Receiver<bool>) {
    loop {
        let looked = tokio::select! {
            looked = shadows.look() => looked,
            _ = stop.wait_for(|stop| *stop) => return,
        };
        if let Err(error) = looked {
            shadows.parts.metrics.failed();
            tracing::warn!(error = chain(&error), "shadows wait");
        }
        tokio::select! {
            () = tokio::time::sleep(shadows.config.look_every) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}

/// Runs shadows.
pub struct Shadows {
    parts: Parts,
    config: Config,
    /// What this process tried, by shadow; those that are over are forgotten.
    tried: Mutex<BTreeMap<ShadowId, Tried>>,
}

/// How it went with a shadow in this process.
#[derive(Clone, Debug)]
struct Tried {
    at: Instant,
    failures: u32,
    too_large: bool,
}

impl Shadows {
    /// Those of these parts.
    pub fn new(parts: Parts, config: Config) -> Self {
        Self {
            parts,
            config,
            tried: Mutex::default(),
        }
    }

    /// Judges by every draft whose turn it is.
    ///
    /// # Errors
    /// Where nothing could be judged at all; one shadow that fails does not keep the others from being judged.
    pub async fn look(&self) -> Result<(), Error> {
        let drafts = self.parts.drafts.in_shadow().await.map_err(Error::Drafts)?;
        let mut tried = self.tried.lock().await;
        tried.retain(|id, _| drafts.iter().any(|shadow| shadow.id() == *id));
        let mut passes = match drafts.is_empty() {
            true => Vec::new(),
            false => self.parts.store.last_shadow_passes(None).await?,
        };
        passes.retain(|pass| pass.problem.is_empty());
        let mut lag_ms = 0;
        for shadow in &drafts {
            let id = shadow.id();
            let now = (self.parts.now)();
            let mut last = last_pass(&passes, &id);
            if self.is_due(tried.get(&id), last, now) {
                let drafts = &self.parts.drafts;
                // One that is over, or another one by now, is told by the next look.
                let Some(sets) = drafts.sets(shadow).await.map_err(Error::Drafts)? else {
                    continue;
                };
                let outcome = self.pass(shadow, &sets, now).await;
                if outcome.is_ok() {
                    last = Some(now);
                }
                let before = tried.get(&id).map_or(0, |tried| tried.failures);
                let of = self.told(shadow, &sets, outcome, before, now).await;
                tried.insert(id, of);
            }
            let since = last.unwrap_or(shadow.begun_at);
            lag_ms = lag_ms.max((self.parts.now)().millis() - since.millis());
        }
        let failing = tried.values().map(|tried| tried.failures).max();
        let too_large = tried.values().filter(|tried| tried.too_large).count();
        self.parts
            .metrics
            .stand(drafts.len(), lag_ms, failing.unwrap_or(0), too_large);
        Ok(())
    }

    /// Whether it is time: neither this process tried lately, nor did another one judge by it.
    fn is_due(&self, tried: Option<&Tried>, last: Option<Timestamp>, now: Timestamp) -> bool {
        let every_ms = i64::try_from(self.config.every.as_millis()).unwrap_or(i64::MAX);
        let lately = last.is_some_and(|last| now.millis() - last.millis() < every_ms);
        !lately && tried.is_none_or(|tried| tried.at.elapsed() >= self.config.every)
    }

    /// Judges by one draft and writes what was found: its rows, then the pass.
    async fn pass(&self, shadow: &Shadow, sets: &Sets, now: Timestamp) -> Result<(), Error> {
        let began = Instant::now();
        let store = &self.parts.store;
        let horizon = self.horizon().await?;
        let found = judged(store, shadow, sets, horizon, now, &self.config).await?;
        let Found {
            mut pass,
            tallies,
            differences,
        } = found;
        let earlier = store.shadow_judged_at(&shadow.id()).await?;
        store.put_shadow_rows(&tallies, &differences).await?;
        failpoint::pass("rows");
        pass.took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        store.end_shadow_pass(&pass).await?;
        let rows = (tallies.len() + differences.len() + 1) as u64;
        self.parts
            .metrics
            .passed(began.elapsed(), pass.events, rows);
        // Whoever began to read the last pass may finish; what lies before it, and what was never ended, is nobody's.
        if let Some(before) = earlier {
            store.forget_shadow_rows(&shadow.id(), before).await?;
        }
        Ok(())
    }

    /// Counts and tells how a pass went; why one failed is kept for those who look at the draft.
    async fn told(
        &self,
        shadow: &Shadow,
        sets: &Sets,
        outcome: Result<(), Error>,
        failures: u32,
        now: Timestamp,
    ) -> Tried {
        let at = Instant::now();
        let Err(error) = outcome else {
            return Tried {
                at,
                failures: 0,
                too_large: false,
            };
        };
        self.parts.metrics.failed();
        let told = chain(&error);
        tracing::warn!(
            draft = shadow.draft,
            error = told,
            "a shadow was not judged"
        );
        let kept = not_judged(shadow, sets, now, problem_zh(&error, told));
        if let Err(error) = self.parts.store.end_shadow_pass(&kept).await {
            tracing::warn!(error = chain(&error), "and why it was not cannot be kept");
        }
        let too_large = matches!(error, Error::TooLarge { .. });
        Tried {
            at,
            failures: failures + 1,
            too_large,
        }
    }

    /// How far the archive has come.
    async fn horizon(&self) -> Result<Horizon, Error> {
        let log_id = self.parts.log.id().to_string();
        let marks = self.parts.store.watermarks().await?;
        let own = marks
            .into_iter()
            .filter(|mark| mark.log_id == log_id && mark.topic == Topic::Events.name());
        let positions = own.map(|mark| (mark.partition, mark.next_offset)).collect();
        Ok(Horizon { log_id, positions })
    }
}

impl Shadow {
    fn id(&self) -> ShadowId {
        ShadowId {
            draft: self.draft.clone(),
            text: self.text.clone(),
            since: self.since,
        }
    }
}

fn last_pass(passes: &[ShadowPassRow], id: &ShadowId) -> Option<Timestamp> {
    let of = passes.iter().find(|pass| pass.shadow() == *id);
    of.map(|pass| pass.judged_at.into())
}

/// What people read who look at the draft.
fn problem_zh(error: &Error, told: String) -> String {
    match error {
        Error::TooLarge { events, most } => format!(
            "起点以来的事件有 {events} 条，超过一次判断的上限 {most} 条（shadow.events_max）；请把起点设得晚些，或者由运维人员调高上限"
        ),
        Error::Definitions(problems) => {
            let first = problems
                .first()
                .map(ToString::to_string)
                .unwrap_or_default();
            format!(
                "草案与在用的定义合在一起有 {} 处问题，第一处：{first}",
                problems.len()
            )
        }
        Error::Store(_) | Error::Died(_) | Error::Drafts(_) => {
            format!("判断未能完成，平台会自动重试：{told}")
        }
    }
}

/// An error with what is underneath.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        source = inner.source();
    }
    text
}
