//! Carrying out what was decided: every publication is in force, and is told to be.
//!
//! Reads what was decided and what is in force, and puts in force what is missing. It remembers nothing and may run twice, and in
//! several processes at once: the set it arrives at follows from the records alone, the same files are the same set, and of those who
//! confirm one draft the journal lets one.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use chrono::NaiveDate;
use mingjing_domain::Timestamp;
use mingjing_domain::definitions::{DefinitionFile, DefinitionSet};
use mingjing_domain::life::{Actor, Command, Life, State, compose};

use super::decisions::Decision;
use super::said::Said;
use super::{ActivateError, Activated, DECISIONS, Lives, TRIES, failpoint};
use crate::ApiError;
use crate::metrics::Hindrance;

/// How often somebody looks who was not asked to: after a crash, and after a folder was published over drafts.
const EVERY: Duration = Duration::from_secs(15);

/// Looks now and then whether everything that was decided is in force, for as long as the process lives.
pub async fn settle(lives: Arc<Lives>, clock: Arc<dyn Fn() -> Timestamp + Send + Sync>) {
    loop {
        now(&lives, clock()).await;
        tokio::time::sleep(EVERY).await;
    }
}

/// Why what was published is not in force.
#[derive(Clone, Debug)]
pub(super) struct Stuck {
    /// Since when that is so, as far as this process knows.
    pub since: Timestamp,
    /// In words.
    pub why: String,
}

/// Looks now. What fails is tried again later, and is neither forgotten nor silent: the metrics ring, the draft says why.
pub(super) async fn now(lives: &Lives, now: Timestamp) {
    let _one_at_a_time = lives.settling.lock().await;
    let carried = carry_out(lives, now).await;
    let Err(error) = carried else {
        *lives.stuck.lock().unwrap_or_else(PoisonError::into_inner) = None;
        if let Some(metrics) = &lives.metrics {
            metrics.published(0, 0, None, None);
        }
        return;
    };
    let mut chain = Vec::new();
    let mut source: Option<&dyn std::error::Error> = Some(&error);
    while let Some(error) = source {
        chain.push(error.to_string());
        source = error.source();
    }
    let hindrance = match &error {
        ApiError::Problems(problems) => {
            chain.extend(problems.iter().take(3).map(ToString::to_string));
            Hindrance::Definitions
        }
        _ => Hindrance::Storage,
    };
    let chain = chain.join(": ");
    tracing::warn!(chain, "published definitions are not in force yet");
    {
        let mut stuck = lives.stuck.lock().unwrap_or_else(PoisonError::into_inner);
        let since = stuck.as_ref().map_or(now, |stuck| stuck.since);
        *stuck = Some(Stuck { since, why: chain });
    }
    tell(lives, now, hindrance).await;
}

impl Lives {
    /// Why the last attempt to put publications in force did not succeed.
    pub(super) fn stuck(&self) -> Option<Stuck> {
        let stuck = self.stuck.lock().unwrap_or_else(PoisonError::into_inner);
        stuck.clone()
    }
}

/// How many wait, how many of them past their day, and for how long the first has.
async fn tell(lives: &Lives, now: Timestamp, hindrance: Hindrance) {
    let Some(metrics) = &lives.metrics else {
        return;
    };
    let (waiting, today) = match (lives.all().await, lives.today(now).await) {
        (Ok(mut all), Ok(today)) => {
            all.retain(|life| matches!(life.state, State::Publishing { .. }));
            (all, today)
        }
        // Nobody knows what waits: that it cannot be known is told.
        _ => return metrics.unknown(hindrance),
    };
    let late = waiting.iter().filter(
        |life| matches!(life.state, State::Publishing { effective_from } if effective_from <= today),
    );
    let first = waiting.iter().filter_map(|life| life.decided_at).min();
    let waited = first.map(|first| now.millis().saturating_sub(first.millis()));
    metrics.published(waiting.len(), late.count(), waited, Some(hindrance));
}

async fn carry_out(lives: &Lives, now: Timestamp) -> Result<(), ApiError> {
    lives.decisions().await?;
    let decided = decided(lives).await?;
    if decided.is_empty() {
        return Ok(());
    }
    let pending = |life: &Life| matches!(life.state, State::Publishing { .. });
    if decided.iter().any(pending) {
        failpoint::pass("decided");
        failpoint::fail("held").map_err(|held| ApiError::Failed(held.into()))?;
    }
    let active = put_in_force(lives, &decided).await?;
    if decided.iter().any(pending) {
        failpoint::pass("activated");
    }
    let today = lives.today(now).await?;
    for life in decided.iter().filter(|life| pending(life)) {
        let said = Said {
            who: Actor::platform(),
            why: carried_out_on(life, today),
            key: Some("confirm".into()),
            about: String::new(),
        };
        let confirm = Command::Confirm {
            set: active.hash.clone(),
            version: active.version.clone(),
        };
        lives
            .act(&life.id, &said, now, |_| Ok(confirm.clone()))
            .await?;
        tracing::info!(draft = life.id, version = active.version, "published");
    }
    Ok(())
}

/// Puts in force what is, with every decided draft among it. A folder that is installed meanwhile is what it is put among then.
async fn put_in_force(lives: &Lives, decided: &[Life]) -> Result<Activated, ApiError> {
    for _ in 0..TRIES {
        let in_force = lives.in_force().await?;
        let files = with_all(lives, &in_force.files, decided).await?;
        let (set, _) = DefinitionSet::read(files.clone());
        let upon = in_force.hash.as_deref();
        if upon == Some(&*set.hash()) {
            return Ok(Activated {
                hash: set.hash(),
                version: set.version(),
            });
        }
        match lives.activator.activate(files, upon).await {
            Ok(active) => return Ok(active),
            Err(ActivateError::Moved) => {}
            Err(ActivateError::Problems(problems)) => return Err(ApiError::Problems(problems)),
            Err(error) => return Err(ApiError::Failed(Box::new(error))),
        }
    }
    Err(ApiError::Failed(
        "definitions are changed without an end".into(),
    ))
}

/// Why the platform says that a draft is in force. One that came late says so for ever: cases of the days between were judged by what was
/// in force then, as far as they were closed.
fn carried_out_on(life: &Life, today: NaiveDate) -> String {
    match life.state {
        State::Publishing { effective_from } if effective_from < today => {
            format!("按决定公布；原定 {effective_from} 生效，因故至 {today} 才投入使用")
        }
        _ => "按决定公布".into(),
    }
}

/// The files with every decided draft among them.
pub(super) async fn wanted(
    lives: &Lives,
    files: &[DefinitionFile],
) -> Result<Vec<DefinitionFile>, ApiError> {
    with_all(lives, files, &decided(lives).await?).await
}

/// The drafts whose publication was decided, in the order in which they were.
async fn decided(lives: &Lives) -> Result<Vec<Life>, ApiError> {
    let mut left = lives.all().await?;
    let mut decided = Vec::new();
    let decisions = lives.records::<Decision>(DECISIONS).await?;
    for decision in decisions.iter().filter_map(Decision::publication) {
        let at = left
            .iter()
            .position(|life| life.id == decision.draft && life.decided_at.is_some());
        decided.extend(at.map(|at| left.swap_remove(at)));
    }
    Ok(decided)
}

async fn with_all(
    lives: &Lives,
    files: &[DefinitionFile],
    decided: &[Life],
) -> Result<Vec<DefinitionFile>, ApiError> {
    let mut files = files.to_vec();
    for life in decided {
        let text = lives.text(&life.text).await?;
        files = compose(&files, life, &text);
    }
    Ok(files)
}
