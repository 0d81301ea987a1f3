//! Carrying out what was decided: every publication is in force, and is told to be.
//!
//! Reads what was decided and what is in force, and puts in force what is missing. It remembers nothing and may run twice, and in
//! several processes at once: the set it arrives at follows from the records alone, the same files are the same set, and of those who
//! confirm one draft the journal lets one.

use std::sync::Arc;
use std::time::Duration;

use mingjing_domain::Timestamp;
use mingjing_domain::definitions::{DefinitionFile, DefinitionSet};
use mingjing_domain::life::{Actor, Command, Life, State, compose};

use super::said::Said;
use super::{ActivateError, Activated, DECISIONS, Decision, Lives, failpoint};
use crate::ApiError;

/// How often somebody looks who was not asked to: after a crash, and after a folder was published over drafts.
const EVERY: Duration = Duration::from_secs(15);

/// Looks now and then whether everything that was decided is in force, for as long as the process lives.
pub async fn settle(lives: Arc<Lives>, clock: Arc<dyn Fn() -> Timestamp + Send + Sync>) {
    loop {
        now(&lives, clock()).await;
        tokio::time::sleep(EVERY).await;
    }
}

/// Looks now. What fails is tried again later.
pub(super) async fn now(lives: &Lives, now: Timestamp) {
    let _one_at_a_time = lives.settling.lock().await;
    if let Err(error) = carry_out(lives, now).await {
        let mut chain = Vec::new();
        let mut source: Option<&dyn std::error::Error> = Some(&error);
        while let Some(error) = source {
            chain.push(error.to_string());
            source = error.source();
        }
        tracing::warn!(
            chain = chain.join(": "),
            "published definitions are not in force yet"
        );
    }
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
    }
    let in_force = lives.in_force().await?;
    let files = with_all(lives, &in_force.files, &decided).await?;
    let (set, _) = DefinitionSet::read(files.clone());
    let active = match in_force.hash.as_deref() == Some(&*set.hash()) {
        true => Activated {
            hash: set.hash(),
            version: set.version(),
        },
        false => match lives.activator.activate(files).await {
            Ok(active) => active,
            Err(ActivateError::Problems(problems)) => return Err(ApiError::Problems(problems)),
            Err(error) => return Err(ApiError::Failed(Box::new(error))),
        },
    };
    if decided.iter().any(pending) {
        failpoint::pass("activated");
    }
    for life in decided.iter().filter(|life| pending(life)) {
        let said = Said {
            who: Actor::platform(),
            why: "按决定公布".into(),
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
    for decision in lives.records::<Decision>(DECISIONS).await? {
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
