//! Keys of sources over time: given, kept beside a fresh one for a while, used, ended; and who did what with them.
//!
//! | table | key | value |
//! |---|---|---|
//! | `source_keys_used` | the key's id | when it was last used, to ten minutes |
//! | `source_key_acts` | `<source>/<n>` | the `n`-th thing that was done with the source's keys |
//!
//! A department cannot change its key everywhere at the same instant: of the earlier ones the newest may go on for some hours beside the
//! fresh one, and no other then opens anything; or one more is added, and the earlier are retired one by one. What is done with keys is
//! written down before it is done.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use mingjing_domain::Timestamp;
use mingjing_domain::source::Source;
use mingjing_domain::time::HOUR_MS;
use mingjing_log::Journals;
use mingjing_wire::refusal::Words;
use mingjing_wire::{ReasonCode, Refusal};
use serde::{Deserialize, Serialize};

use super::{KEYS, SourceError, Sources, failed, read};
use crate::keys::{self, KeyRecord, NewKey};

const USED: &str = "source_keys_used";
const ACTS: &str = "source_key_acts";
/// A use is written down this much after the one before at the earliest.
const USED_EVERY_MS: i64 = 10 * 60_000;
/// Keys of one source at a time: one in use, one that takes its place, and some that were lost on the way.
const KEYS_MAX: usize = 5;
/// So long a former key may go on: thirty days.
const KEEP_HOURS_MAX: u32 = 720;
/// Others who write at the same time: so often a record is added anew.
const TRIES: usize = 16;

/// How a fresh key is wanted.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rotation {
    /// So many hours the newest of the former keys goes on; 0: it ends at once.
    #[serde(default)]
    pub keep_hours: u32,
    /// When the fresh one ends by itself; none: when it is rotated or revoked.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
}

impl Rotation {
    fn check(&self, now: Timestamp) -> Result<(), Refusal> {
        if self.keep_hours > KEEP_HOURS_MAX {
            let hours = self.keep_hours;
            let detail = Words::new(format!("{hours} hours"), format!("{hours} 小时"));
            return Err(Refusal::new(ReasonCode::OutOfRange, detail)
                .field("keep_hours")
                .help(
                    format!("at most {KEEP_HOURS_MAX} hours"),
                    format!("最多 {KEEP_HOURS_MAX} 小时"),
                ));
        }
        if self.expires_at.is_some_and(|at| at <= now) {
            let detail = Words::new("an instant that is over", "已经过去的时刻");
            return Err(Refusal::new(ReasonCode::OutOfRange, detail)
                .field("expires_at")
                .help(
                    "later than now, or left out: then the key goes on until it is rotated or revoked",
                    "应晚于现在；省略则有效至更换或者吊销",
                ));
        }
        Ok(())
    }
}

/// A fresh key. Its text is told this once.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Given {
    /// Whose it is.
    pub source: String,
    /// What the department is given.
    pub key: String,
    /// By what it is called here.
    pub key_id: String,
    /// When it ends by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// The former key that goes on beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub former: Option<Former>,
}

/// A former key that goes on for a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Former {
    /// By what it is called here.
    pub key_id: String,
    /// How long.
    pub until: Timestamp,
}

/// A key as it is told to those who keep it: never its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyShown {
    /// By what it is called here: what stands in its text after `mjk_`.
    pub id: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// When somebody last came with it, to ten minutes.
    pub last_used_at: Option<Timestamp>,
    /// Whether it opens anything.
    pub works: bool,
}

/// What was done with keys of a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// When.
    pub at: Timestamp,
    /// From which address the administrator did it; empty where it is not known.
    pub from: String,
    /// By what the key is called.
    pub key_id: String,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// What may be done with a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum What {
    /// It was made.
    Made {
        /// It ends then by itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires_at: Option<Timestamp>,
    },
    /// A fresh one was made, and it goes on beside that until then.
    Kept {
        /// Until then.
        until: Timestamp,
    },
    /// It opens nothing any more.
    Ended,
}

/// When each key was last noted as used, in this process.
#[derive(Default)]
pub(super) struct Noted(Mutex<BTreeMap<String, Timestamp>>);

impl Noted {
    /// Whether a use is to be written down.
    fn due(&self, key: &str, now: Timestamp) -> bool {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = noted.get(key).copied();
        let due = last.is_none_or(|last| now.millis() - last.millis() >= USED_EVERY_MS);
        if due {
            noted.insert(key.to_owned(), now);
        }
        due
    }
}

impl Sources {
    /// A fresh key for a source; its earlier ones end, at once or the newest of them a while later.
    ///
    /// # Errors
    /// [`SourceError::Refused`] if there is no such source, or it is wanted in a way that cannot be.
    pub async fn rotate(
        &self,
        id: &str,
        asked: Rotation,
        from: &str,
        now: Timestamp,
    ) -> Result<Given, SourceError> {
        asked.check(now).map_err(refused)?;
        let _one_at_a_time = self.changing.lock().await;
        self.known(id).await?;
        let earlier = self.records(id).await?;
        let works = |(_, record): &(String, KeyRecord)| record.works_at(now);
        let kept = match asked.keep_hours {
            0 => None,
            _ => earlier.iter().position(works),
        };
        let fresh = self.issue(id, asked.expires_at, from, now).await?;
        let latest = now.plus_millis(i64::from(asked.keep_hours) * HOUR_MS);
        let mut former = None;
        for (place, (key_id, record)) in earlier.into_iter().enumerate() {
            if kept != Some(place) {
                self.end(id, &key_id, from, now).await?;
                continue;
            }
            let until = record.expires_at.map_or(latest, |at| at.min(latest));
            let mut going_on = record;
            going_on.expires_at = Some(until);
            self.write_down(id, &key_id, from, now, What::Kept { until })
                .await?;
            self.put(KEYS, key_id.clone().into(), &going_on).await?;
            former = Some(Former { key_id, until });
        }
        tracing::info!(source = id, key = fresh.id, "key rotated");
        Ok(Given {
            source: id.to_owned(),
            key: fresh.text,
            key_id: fresh.id,
            expires_at: asked.expires_at,
            former,
        })
    }

    /// One more key beside the earlier ones, so that a department takes it up without a gap.
    ///
    /// # Errors
    /// [`SourceError::Refused`] if there is no such source, or if it has enough of them.
    pub async fn add_key(
        &self,
        id: &str,
        from: &str,
        now: Timestamp,
    ) -> Result<String, SourceError> {
        let _one_at_a_time = self.changing.lock().await;
        self.known(id).await?;
        let keys = self.records(id).await?;
        let working = keys.iter().filter(|(_, key)| key.works_at(now));
        if working.count() >= KEYS_MAX {
            let detail = Words::new(format!("{KEYS_MAX} keys"), format!("{KEYS_MAX} 个密钥"));
            let refusal = Refusal::new(ReasonCode::OutOfRange, detail);
            return Err(refused(refusal.help(
                "retire a key that nobody uses any more",
                "请先停用不再使用的密钥",
            )));
        }
        let key = self.issue(id, None, from, now).await?;
        tracing::info!(source = id, key = key.id, "key added");
        Ok(key.text)
    }

    /// Ends one key at once; answers whether the source had it. Whoever still uses it is refused from then on.
    ///
    /// # Errors
    /// [`SourceError::Refused`] if there is no such source.
    pub async fn retire(
        &self,
        id: &str,
        key_id: &str,
        from: &str,
        now: Timestamp,
    ) -> Result<bool, SourceError> {
        let _one_at_a_time = self.changing.lock().await;
        self.known(id).await?;
        let keys = self.records(id).await?;
        if keys.iter().all(|(key, _)| key != key_id) {
            return Ok(false);
        }
        self.end(id, key_id, from, now).await?;
        tracing::info!(source = id, key = key_id, "key retired");
        Ok(true)
    }

    /// The keys of a source, the oldest first, and all that was done with them.
    ///
    /// # Errors
    /// [`SourceError::Refused`] if there is no such source.
    pub async fn keys_of(
        &self,
        id: &str,
        now: Timestamp,
    ) -> Result<(Vec<KeyShown>, Vec<Done>), SourceError> {
        self.known(id).await?;
        let mut shown = Vec::new();
        for (key_id, record) in self.records(id).await?.into_iter().rev() {
            shown.push(KeyShown {
                last_used_at: self.entry(USED, &key_id).await?,
                works: record.works_at(now),
                created_at: record.created_at,
                expires_at: record.expires_at,
                id: key_id,
            });
        }
        Ok((shown, self.done(id).await?))
    }

    /// The source that a key speaks for; none if the key opens nothing.
    pub(crate) async fn of_key(
        &self,
        key: &str,
        now: Timestamp,
    ) -> Result<Option<Source>, SourceError> {
        let Some((id, secret)) = keys::split(key) else {
            return Ok(None);
        };
        let record: Option<KeyRecord> = self.entry(KEYS, id).await?;
        let opens = |record: &KeyRecord| record.matches(secret) && record.works_at(now);
        let Some(record) = record.filter(opens) else {
            return Ok(None);
        };
        if self.noted.due(id, now)
            && let Err(error) = self.put(USED, id.to_owned().into(), &now).await
        {
            // Whoever has a good key is let in all the same.
            tracing::warn!(%error, key = id, "the use of a key was not written down");
        }
        self.get(&record.source).await
    }

    /// A key for a source that has none that works.
    pub(super) async fn first_key(
        &self,
        id: &str,
        from: &str,
        now: Timestamp,
    ) -> Result<Option<String>, SourceError> {
        let keys = self.records(id).await?;
        if keys.iter().any(|(_, key)| key.works_at(now)) {
            return Ok(None);
        }
        Ok(Some(self.issue(id, None, from, now).await?.text))
    }

    /// The records of a source's keys, the newest first.
    async fn records(&self, id: &str) -> Result<Vec<(String, KeyRecord)>, SourceError> {
        let mut keys: Vec<(String, KeyRecord)> = self.scan(KEYS).await?;
        keys.retain(|(_, record)| record.source == id);
        keys.sort_by(|(a, one), (b, other)| (other.created_at, b).cmp(&(one.created_at, a)));
        Ok(keys)
    }

    async fn known(&self, id: &str) -> Result<(), SourceError> {
        match self.get(id).await? {
            Some(_) => Ok(()),
            None => Err(refused(Refusal::bad_value(
                ReasonCode::UnknownSource,
                "id",
                id,
            ))),
        }
    }

    async fn issue(
        &self,
        source: &str,
        expires_at: Option<Timestamp>,
        from: &str,
        now: Timestamp,
    ) -> Result<NewKey, SourceError> {
        let key = NewKey::make(source, now, expires_at).map_err(SourceError::Random)?;
        self.write_down(source, &key.id, from, now, What::Made { expires_at })
            .await?;
        self.put(KEYS, key.id.clone().into(), &key.record).await?;
        Ok(key)
    }

    async fn end(
        &self,
        source: &str,
        key_id: &str,
        from: &str,
        now: Timestamp,
    ) -> Result<(), SourceError> {
        self.write_down(source, key_id, from, now, What::Ended)
            .await?;
        for table in [KEYS, USED] {
            let removed = self.table.put(table, key_id.to_owned().into(), None).await;
            removed.map_err(|source| failed("ending a key", source))?;
        }
        Ok(())
    }

    async fn write_down(
        &self,
        source: &str,
        key_id: &str,
        from: &str,
        at: Timestamp,
        what: What,
    ) -> Result<(), SourceError> {
        let done = Done {
            at,
            from: from.to_owned(),
            key_id: key_id.to_owned(),
            what,
        };
        let value = serde_json::to_vec(&done).expect("text and instants only");
        let journals = self.acts();
        for _ in 0..TRIES {
            let known = journals.read(source).await.map_err(unwritten)?.len();
            let added = journals.add(source, known, value.clone().into()).await;
            if added.map_err(unwritten)? {
                return Ok(());
            }
        }
        Err(SourceError::Crowded)
    }

    async fn done(&self, source: &str) -> Result<Vec<Done>, SourceError> {
        let records = self.acts().read(source).await.map_err(unwritten)?;
        let done = records.iter().map(|bytes| read(ACTS, bytes));
        done.collect()
    }

    fn acts(&self) -> Journals {
        Journals::new(self.table.clone(), ACTS)
    }
}

fn refused(refusal: Refusal) -> SourceError {
    SourceError::Refused(Box::new(refusal))
}

fn unwritten(source: mingjing_log::Error) -> SourceError {
    failed("writing down what is done with keys", source)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_millis(hours * HOUR_MS)
    }

    #[test]
    fn a_rotation_that_cannot_be_meant_is_refused_with_its_field() {
        let field = |asked: Rotation| asked.check(at(1)).err().and_then(|refusal| refusal.field);
        let asked = |keep_hours, expires_at| Rotation {
            keep_hours,
            expires_at,
        };
        assert_eq!(field(Rotation::default()), None);
        assert_eq!(field(asked(720, Some(at(2)))), None);
        assert_eq!(field(asked(721, None)).as_deref(), Some("keep_hours"));
        assert_eq!(field(asked(0, Some(at(1)))).as_deref(), Some("expires_at"));
    }

    #[test]
    fn a_use_is_written_down_every_ten_minutes_by_key() {
        let (noted, minute) = (Noted::default(), |m: i64| {
            Timestamp::from_millis(m * 60_000)
        });
        let due: Vec<bool> = [0, 1, 9, 10, 19, 20]
            .map(|m| noted.due("a", minute(m)))
            .to_vec();
        assert_eq!(due, [true, false, false, true, false, true]);
        assert!(noted.due("b", minute(20)));
    }
}
