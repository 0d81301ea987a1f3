//! The keys of one source: which there are, a further one, the end of one.

use mingjing_domain::Timestamp;
use mingjing_wire::refusal::Words;
use mingjing_wire::{ReasonCode, Refusal};
use serde::Serialize;

use super::{KEYS, SourceError, Sources, failed};
use crate::keys::KeyRecord;

/// Keys of one source at a time: one in use, one that takes its place, and some that were lost on the way.
const KEYS_MAX: usize = 5;

/// A key as it is told to those who keep it: never its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyShown {
    /// What stands in its text after `mjk_`.
    pub id: String,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Sources {
    /// The keys of a source, the oldest first.
    ///
    /// # Errors
    /// [`SourceError::Refused`] if there is no such source; otherwise when the tables cannot be read.
    pub async fn keys(&self, source: &str) -> Result<Vec<KeyShown>, SourceError> {
        self.known(source).await?;
        let keys: Vec<(String, KeyRecord)> = self.scan(KEYS).await?;
        let of_source = keys.into_iter().filter(|(_, key)| key.source == source);
        let mut keys: Vec<KeyShown> = of_source
            .map(|(id, key)| KeyShown {
                id,
                created_at: key.created_at,
            })
            .collect();
        keys.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
        Ok(keys)
    }

    /// One more key beside the earlier ones, so that a department takes it up without a gap.
    ///
    /// # Errors
    /// [`SourceError::Refused`] if there is no such source, or if it has enough of them; otherwise as [`Sources::rotate`].
    pub async fn add_key(&self, source: &str, now: Timestamp) -> Result<String, SourceError> {
        let _one_at_a_time = self.changing.lock().await;
        if self.keys(source).await?.len() >= KEYS_MAX {
            let detail = Words::new(format!("{KEYS_MAX} keys"), format!("{KEYS_MAX} 个密钥"));
            let refusal = Refusal::new(ReasonCode::OutOfRange, detail).help(
                "retire a key that nobody uses any more",
                "请先停用不再使用的密钥",
            );
            return Err(SourceError::Refused(Box::new(refusal)));
        }
        let key = self.issue(source, now).await?;
        tracing::info!(source, "key added");
        Ok(key)
    }

    /// Ends one key; answers whether the source had it. Whoever still uses it is refused from then on.
    ///
    /// # Errors
    /// As [`Sources::rotate`].
    pub async fn retire(&self, source: &str, key: &str) -> Result<bool, SourceError> {
        let _one_at_a_time = self.changing.lock().await;
        if self.keys(source).await?.iter().all(|found| found.id != key) {
            return Ok(false);
        }
        let removed = self.table.put(KEYS, key.to_owned().into(), None).await;
        removed.map_err(|error| failed("ending a key", error))?;
        tracing::info!(source, "key retired");
        Ok(true)
    }

    async fn known(&self, source: &str) -> Result<(), SourceError> {
        match self.get(source).await? {
            Some(_) => Ok(()),
            None => {
                let refusal = Refusal::bad_value(ReasonCode::UnknownSource, "source", source);
                Err(SourceError::Refused(Box::new(refusal)))
            }
        }
    }
}
