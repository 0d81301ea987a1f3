//! Sources and their keys: in the Table port, and in every partition of the log.
//!
//! | table | key | value |
//! |---|---|---|
//! | `sources` | the source's id | the domain's `Source` as JSON |
//! | `source_keys` | the key's id | source, salt, hash, when it was made and when it ends; what became of keys, see `rotation` |
//! | `source_topics` | the source's id | the id that the cluster gave its topic when it was last read |
//! | `source_numbers` | the source's id, `/` and a process | which numbers of its sequence were taken, see `numbers` |
//!
//! A source that the definitions declare is declared there and nowhere else; it has no entry in `sources`, and its keys are given
//! like anybody's. Nothing is remembered here: each request asks the table, which is a look into memory or a small read, so that a rotated key
//! ends at once, whichever process rotated it.

mod rotation;

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use mingjing_domain::Timestamp;
use mingjing_domain::source::{Announced, Source};
use mingjing_log::{Log, Table};
use mingjing_wire::cloudevents::{ATTRIBUTE_BYTES_MAX, encode_source};
use mingjing_wire::refusal::Words;
use mingjing_wire::{ReasonCode, Refusal};
use tokio::sync::Mutex;

use crate::append;
use crate::keys::KeyRecord;
use crate::publish::{PublishError, Publisher};

use rotation::Noted;
pub use rotation::{Done, Former, Given, KeyShown, Rotation, What};

const SOURCES: &str = "sources";
const KEYS: &str = "source_keys";
const TOPICS: &str = "source_topics";

/// Who speaks in ticks and activations; no department's name.
const PLATFORM: &str = "mingjing";

/// Domain study S4: at most 24 hours between an event and its record.
const DELAY_HOURS_MAX: u32 = 24;

/// Why something about a source was not done.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The declaration cannot be taken, or there is no such source.
    #[error("{0}")]
    Refused(Box<Refusal>),
    /// The table or the log failed.
    #[error("{attempted}")]
    Log {
        /// What was to be done.
        attempted: &'static str,
        /// What the table or the log says.
        #[source]
        source: mingjing_log::Error,
    },
    /// The definitions cannot be read.
    #[error("reading the sources of the definitions")]
    Definitions(#[source] PublishError),
    /// A table holds something that is none of ours.
    #[error("the table {table} holds an entry that cannot be read")]
    Entry {
        /// The table.
        table: &'static str,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// The machine has no random numbers to give.
    #[error("a key cannot be made")]
    Random(#[source] getrandom::Error),
    /// What is done with a source's keys is written down without an end.
    #[error("too many change the keys of a source at once")]
    Crowded,
}

/// What a declaration led to.
#[derive(Clone, PartialEq, Eq)]
pub struct Declared {
    /// Whether the source is new.
    pub created: bool,
    /// The key of a source that had none; told this once.
    pub key: Option<String>,
}

/// The registered sources.
pub struct Sources {
    table: Arc<dyn Table>,
    log: Arc<dyn Log>,
    publisher: Arc<dyn Publisher>,
    /// One change at a time, so that every partition has the declarations in the same order.
    changing: Mutex<()>,
    noted: Noted,
}

impl Sources {
    /// Those of a table, and of what the definitions in force declare.
    pub fn new(table: Arc<dyn Table>, log: Arc<dyn Log>, publisher: Arc<dyn Publisher>) -> Self {
        Self {
            table,
            log,
            publisher,
            changing: Mutex::new(()),
            noted: Noted::default(),
        }
    }

    /// The source with this id.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn get(&self, id: &str) -> Result<Option<Source>, SourceError> {
        if id.is_empty() || id.len() > ATTRIBUTE_BYTES_MAX {
            return Ok(None);
        }
        match self.defined().await?.get(id) {
            Some(source) => Ok(Some(source.clone())),
            None => self.entry(SOURCES, id).await,
        }
    }

    /// The sources that the definitions in force declare.
    async fn defined(&self) -> Result<Arc<BTreeMap<String, Source>>, SourceError> {
        let defined = self.publisher.sources().await;
        defined.map_err(SourceError::Definitions)
    }

    /// Every source: those of the definitions, and those registered beside them.
    async fn all(&self) -> Result<BTreeMap<String, Source>, SourceError> {
        let registered: Vec<(String, Source)> = self.scan(SOURCES).await?;
        let registered = registered.into_iter().map(|(_, s)| (s.id.clone(), s));
        let mut all: BTreeMap<String, Source> = registered.collect();
        let defined = self.defined().await?;
        all.extend(defined.iter().map(|(id, s)| (id.clone(), s.clone())));
        Ok(all)
    }

    /// All sources by id, each with the number of its keys that work.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn list(&self, now: Timestamp) -> Result<Vec<(Source, usize)>, SourceError> {
        let keys: Vec<(String, KeyRecord)> = self.scan(KEYS).await?;
        let sources = self.all().await?;
        let counted = sources.into_values().map(|source| {
            let number = keys
                .iter()
                .filter(|(_, key)| key.source == source.id && key.works_at(now))
                .count();
            (source, number)
        });
        Ok(counted.collect())
    }

    /// The ids of all sources.
    pub(crate) async fn ids(&self) -> Result<Vec<String>, SourceError> {
        Ok(self.all().await?.into_keys().collect())
    }

    /// The id of the source's topic that was remembered.
    pub(crate) async fn topic_seen(&self, source: &str) -> Result<Option<u128>, SourceError> {
        // As text: JSON has no numbers of that size that everyone reads.
        let known: Option<String> = self.entry(TOPICS, source).await?;
        Ok(known.and_then(|text| u128::from_str_radix(&text, 16).ok()))
    }

    /// Remembers the id of the source's topic.
    pub(crate) async fn see_topic(&self, source: &str, topic_id: u128) -> Result<(), SourceError> {
        if self.topic_seen(source).await? == Some(topic_id) {
            return Ok(());
        }
        let key = Bytes::from(source.to_owned());
        self.put(TOPICS, key, &format!("{topic_id:032x}")).await
    }

    /// Registers a source or changes it: into every partition first, then into the table. May be repeated. A source
    /// without a key that works gets one; `from` is the address that asked.
    ///
    /// # Errors
    /// [`SourceError::Refused`] with the field; otherwise it may be done in part and should be repeated.
    pub async fn declare(
        &self,
        source: &Source,
        from: &str,
        now: Timestamp,
    ) -> Result<Declared, SourceError> {
        check(source).map_err(|refusal| SourceError::Refused(Box::new(refusal)))?;
        let _one_at_a_time = self.changing.lock().await;
        if let Some(defined) = self.defined().await?.get(&source.id) {
            if defined != source {
                let refusal =
                    Refusal::bad_value(ReasonCode::DeclaredInDefinitions, "id", &source.id);
                return Err(SourceError::Refused(Box::new(refusal)));
            }
            let key = self.first_key(&source.id, from, now).await?;
            return Ok(Declared {
                created: false,
                key,
            });
        }
        let created = self.get(&source.id).await?.is_none();
        let key = Bytes::from(source.id.clone());
        append::everywhere(&*self.log, key.clone(), encode_source(source).into())
            .await
            .map_err(|source| failed("declaring a source in the log", source))?;
        self.put(SOURCES, key, source).await?;
        let key = self.first_key(&source.id, from, now).await?;
        tracing::info!(source = source.id, created, "source declared");
        Ok(Declared { created, key })
    }

    async fn put(
        &self,
        table: &'static str,
        key: Bytes,
        value: &impl serde::Serialize,
    ) -> Result<(), SourceError> {
        let value = serde_json::to_vec(value).expect("text, numbers and instants only");
        let put = self.table.put(table, key, Some(value.into())).await;
        put.map_err(|source| failed("writing a table of sources", source))
    }

    async fn entry<T: serde::de::DeserializeOwned>(
        &self,
        table: &'static str,
        key: &str,
    ) -> Result<Option<T>, SourceError> {
        let found = self.table.get(table, key.as_bytes()).await;
        let found = found.map_err(|source| failed("reading a table of sources", source))?;
        found.map(|bytes| read(table, &bytes)).transpose()
    }

    async fn scan<T: serde::de::DeserializeOwned>(
        &self,
        table: &'static str,
    ) -> Result<Vec<(String, T)>, SourceError> {
        let found = self.table.scan(table).await;
        let found = found.map_err(|source| failed("reading a table of sources", source))?;
        let entries = found.into_iter().map(|(key, bytes)| {
            Ok((
                String::from_utf8_lossy(&key).into_owned(),
                read(table, &bytes)?,
            ))
        });
        entries.collect()
    }
}

fn read<T: serde::de::DeserializeOwned>(
    table: &'static str,
    bytes: &[u8],
) -> Result<T, SourceError> {
    serde_json::from_slice(bytes).map_err(|source| SourceError::Entry { table, source })
}

fn failed(attempted: &'static str, source: mingjing_log::Error) -> SourceError {
    SourceError::Log { attempted, source }
}

/// Refuses declarations that events could not be held against.
fn check(source: &Source) -> Result<(), Refusal> {
    let id = &source.id;
    if id.is_empty() {
        return Err(Refusal::missing("id"));
    }
    let unusable = id.len() > ATTRIBUTE_BYTES_MAX
        || id.contains(|c: char| c.is_whitespace() || c.is_control())
        || id == PLATFORM;
    if unusable {
        return Err(Refusal::bad_value(ReasonCode::WrongType, "id", id).help(
            format!("up to {ATTRIBUTE_BYTES_MAX} bytes without spaces, as events carry it in `source`; not `{PLATFORM}`"),
            format!("最多 {ATTRIBUTE_BYTES_MAX} 字节、不含空格，与事件的 source 一致；不得为 `{PLATFORM}`"),
        ));
    }
    if source.delay_allowance_hours > DELAY_HOURS_MAX {
        let hours = source.delay_allowance_hours;
        let detail = Words::new(format!("{hours} hours"), format!("{hours} 小时"));
        return Err(Refusal::new(ReasonCode::OutOfRange, detail)
            .field("delay_allowance_hours")
            .help("at most 24 hours", "最多 24 小时"));
    }
    if source.rhythm_minutes == Some(0) {
        let detail = Words::new("0 minutes", "0 分钟");
        return Err(Refusal::new(ReasonCode::OutOfRange, detail)
            .field("rhythm_minutes")
            .help(
                "leave it out for a source without a rhythm",
                "没有固定节奏的来源请省略该字段",
            ));
    }
    if let Some((field, why)) = source.announced.iter().find_map(Announced::problem) {
        let field = format!("announced.{field}");
        return Err(
            Refusal::bad_value(ReasonCode::OutOfRange, &field, why).help(
                "an announced stretch ends after it begins and names the paper it is filed under",
                "报备时段的止期须晚于起期，并载明报备文号",
            ),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use mingjing_domain::source::{Announcement, SourceClock};

    use super::*;

    #[test]
    fn a_declaration_that_events_could_not_be_held_against_is_refused() {
        let field = |change: fn(&mut Source)| {
            let mut source = Source::new("zjj", SourceClock::Live);
            change(&mut source);
            check(&source).err().and_then(|refusal| refusal.field)
        };
        assert_eq!(field(|_| ()), None);
        assert_eq!(
            field(|s| s.id = "https://zjj.luzhou.gov.cn/住建".into()),
            None
        );
        for change in [
            (|s: &mut Source| s.id.clear()) as fn(&mut Source),
            |s| s.id = "a b".into(),
            |s| s.id = "mingjing".into(),
            |s| s.id = "x".repeat(257),
        ] {
            assert_eq!(field(change).as_deref(), Some("id"));
        }
        assert_eq!(
            field(|s| s.delay_allowance_hours = 25).as_deref(),
            Some("delay_allowance_hours")
        );
        assert_eq!(
            field(|s| s.rhythm_minutes = Some(0)).as_deref(),
            Some("rhythm_minutes")
        );
        for (until, document, wrong) in [
            (2000, "市数〔2026〕9号", None),
            (1000, "9", Some("announced.until")),
            (2000, " ", Some("announced.document")),
        ] {
            let mut source = Source::new("zjj", SourceClock::Live);
            source.announced.push(Announced {
                what: Announcement::Downtime,
                from: Timestamp::from_millis(1000),
                until: Timestamp::from_millis(until),
                document: document.into(),
            });
            let refused = check(&source).err().and_then(|refusal| refusal.field);
            assert_eq!(refused.as_deref(), wrong);
        }
    }
}
