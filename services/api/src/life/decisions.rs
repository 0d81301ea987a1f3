//! The one journal of everything that changes the set in force: decisions to publish, and folders that were installed. Whoever adds to
//! it adds upon what it holds, so that of two who change the set at once the second knows of the first.

use mingjing_domain::Timestamp;
use mingjing_domain::life::{Installation, Life, Record};
use serde::{Deserialize, Serialize};

use super::said::Said;
use super::{DECISIONS, Lives, TRIES, draft_journal, drafts, encoded};
use crate::ApiError;

/// An entry of the journal.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Decision {
    Publication(Publication),
    Installation { installed: Installation },
}

/// A decision to publish. It counts where the draft's journal went on with it, and then for good: where the draft was changed
/// meanwhile, it never does.
#[derive(Serialize, Deserialize)]
pub(super) struct Publication {
    pub(super) draft: String,
    /// How many records the draft had.
    known: usize,
    record: Record,
}

impl Decision {
    pub(super) fn publication(&self) -> Option<&Publication> {
        match self {
            Decision::Publication(publication) => Some(publication),
            Decision::Installation { .. } => None,
        }
    }

    pub(super) fn installation(&self) -> Option<&Installation> {
        match self {
            Decision::Publication(_) => None,
            Decision::Installation { installed } => Some(installed),
        }
    }
}

impl Lives {
    /// Decides that a draft is published. Of several who decide at once, through any number of processes, each decides upon what the
    /// one before it makes of the set.
    pub(super) async fn decide_publication(
        &self,
        id: &str,
        said: &Said,
        now: Timestamp,
    ) -> Result<Life, ApiError> {
        for _ in 0..TRIES {
            // First, so that a decision which comes after this one's look at things takes its number.
            let decisions = self.decisions().await?;
            let life = self.one(id).await?;
            if said
                .key
                .as_deref()
                .is_some_and(|key| life.record_of(key).is_some())
            {
                return Ok(life);
            }
            let base = self.base().await?;
            let calendar = self.calendar().await?;
            let day = now.local_date(calendar.tz());
            let command = drafts::publication(self, &base, &life, day).await?;
            let act = life
                .decide(command, &said.who, day, self.days, &calendar)
                .map_err(|refusal| ApiError::Refused(vec![refusal]))?;
            let decision = Decision::Publication(Publication {
                draft: id.to_owned(),
                known: life.records.len(),
                record: said.record(now, day, act),
            });
            let value = encoded(&decision).into();
            if self.journals.add(DECISIONS, decisions, value).await? {
                self.decisions().await?;
                let life = self.one(id).await?;
                if life.decided_at.is_some() {
                    return Ok(life);
                }
                // The draft was changed between the look at it and the decision: look again.
            }
        }
        Err(ApiError::Failed("decisions are made without an end".into()))
    }

    /// Carries every decision into its draft's journal, unless the draft was changed before. Answers how many entries there are.
    pub(super) async fn decisions(&self) -> Result<usize, ApiError> {
        let decisions: Vec<Decision> = self.records(DECISIONS).await?;
        for decision in decisions.iter().filter_map(Decision::publication) {
            let value = encoded(&decision.record).into();
            let journal = draft_journal(&decision.draft);
            self.journals.add(&journal, decision.known, value).await?;
        }
        Ok(decisions.len())
    }
}
