//! The numbers of a source's records: which were taken, and which are missing.
//!
//! A source that says from which number on it numbers its records without gaps is held to it. What was taken is kept as runs of numbers
//! in the table `source_numbers`, an entry for each process that took some, so that processes side by side never overwrite each
//! other: what is known is all of them together. An entry is written before the records it tells of are answered for (or their
//! offset is committed); should that fail, they come again and are counted then.
//!
//! A gap is a number missing below the greatest taken. While there is one, the source is not known to be complete: its "complete
//! until" is refused, and alerts about what was not done wait for the end of its delay allowance. Numbers that come late close it.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use mingjing_domain::Timestamp;
use mingjing_domain::numbers::{Gap, Taken};
use mingjing_domain::source::Source;
use mingjing_log::Table;
use tokio::sync::Mutex;

use crate::SourceError;
use crate::keys;

const TABLE: &str = "source_numbers";

/// How a source's numbers stand.
#[derive(Default)]
pub(crate) struct Standing {
    /// Its gaps.
    pub gaps: Vec<Gap>,
    /// Numbers missing in all of them.
    pub missing: u64,
    /// Gaps that were not there before.
    pub opened: usize,
    /// Gaps that are there no more.
    pub closed: usize,
}

/// What was taken of every source that numbers its records.
pub(crate) struct Registry {
    table: Arc<dyn Table>,
    /// Names this process's entries.
    process: String,
    /// By source: what this process knows. Held while its entry is written.
    known: Mutex<BTreeMap<String, Taken>>,
}

impl Registry {
    pub fn new(table: Arc<dyn Table>) -> Self {
        Self {
            table,
            // Without random numbers two processes might share an entry; a start of its own tells them apart as well.
            process: keys::random::<8>().unwrap_or_else(|_| format!("{:x}", std::process::id())),
            known: Mutex::default(),
        }
    }

    /// What was taken of a source by all processes; none where it does not number its records.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn taken(&self, source: &Source) -> Result<Option<Taken>, SourceError> {
        if source.numbered_from.is_none() {
            return Ok(None);
        }
        let mut known = self.known.lock().await;
        let taken = known.entry(source.id.clone()).or_default();
        self.read(&source.id, taken).await?;
        Ok(Some(taken.clone()))
    }

    /// Records taken numbers, durably; none where the source does not number its records.
    ///
    /// # Errors
    /// When the table cannot be read or written.
    pub async fn record(
        &self,
        source: &Source,
        numbers: impl Iterator<Item = u64>,
        now: Timestamp,
    ) -> Result<Option<Standing>, SourceError> {
        let Some(first) = source.numbered_from else {
            return Ok(None);
        };
        let mut known = self.known.lock().await;
        let taken = known.entry(source.id.clone()).or_default();
        let before = taken.gaps.clone();
        let others = self.read(&source.id, taken).await?;
        numbers.for_each(|number| taken.add(number));
        taken.reckon(first, now);
        let value = serde_json::to_vec(&*taken).expect("numbers and instants only");
        self.put(self.key(&source.id), Some(value.into())).await?;
        // What they held lies in ours now. Whoever still works writes his own again with his next record.
        for key in others {
            self.put(key, None).await?;
        }
        let covers = |outer: &Gap, inner: &Gap| outer.from <= inner.to && inner.from <= outer.to;
        let none_of = |gaps: &[Gap], gap: &Gap| !gaps.iter().any(|other| covers(other, gap));
        Ok(Some(Standing {
            missing: taken.gaps.iter().map(|gap| gap.to - gap.from + 1).sum(),
            opened: taken.gaps.iter().filter(|g| none_of(&before, g)).count(),
            closed: before.iter().filter(|g| none_of(&taken.gaps, g)).count(),
            gaps: taken.gaps.clone(),
        }))
    }

    /// Adds what other processes took; answers with the keys of their entries.
    async fn read(&self, source: &str, taken: &mut Taken) -> Result<Vec<Bytes>, SourceError> {
        let entries = self.table.scan(TABLE).await;
        let entries = entries.map_err(|source| SourceError::Log {
            attempted: "reading the numbers of a source",
            source,
        })?;
        let own = self.key(source);
        let prefix = format!("{source}/");
        let mut others = Vec::new();
        for (key, value) in entries {
            let process = key.strip_prefix(prefix.as_bytes());
            // Ids may hold slashes; a process's name does not.
            if process.is_none_or(|process| process.contains(&b'/')) {
                continue;
            }
            let entry: Taken =
                serde_json::from_slice(&value).map_err(|source| SourceError::Entry {
                    table: TABLE,
                    source,
                })?;
            taken.add_all(&entry);
            if key != own {
                others.push(key);
            }
        }
        Ok(others)
    }

    fn key(&self, source: &str) -> Bytes {
        format!("{source}/{}", self.process).into()
    }

    async fn put(&self, key: Bytes, value: Option<Bytes>) -> Result<(), SourceError> {
        let put = self.table.put(TABLE, key, value).await;
        put.map_err(|source| SourceError::Log {
            attempted: "recording the numbers of a source",
            source,
        })
    }
}
