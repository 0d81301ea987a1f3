//! The audit trail: who did or looked at what, when, from where, and what was answered. `/api/v1/audit` is for auditors.
//!
//! | table | key | value |
//! |---|---|---|
//! | `audit` | `<day>/<process>/<n>` | the `n`-th block of a process's day: entries, and the SHA-256 of the block before it |
//! | `audit_days` | `<day>/<process>` | that there is such a journal |
//!
//! What is asked is answered once its entry is durable; many at once are one block. A block is created and never changed, and names the
//! one before it: what is taken out or rewritten later breaks the chain, which reading tells. A write that fails leaves its journal for a
//! fresh one, since it may have been made after all.

mod asked;

use std::sync::Arc;

use bytes::Bytes;
use chrono::NaiveDate;
use chrono_tz::Tz;
use mingjing_domain::Timestamp;
use mingjing_log::{Journals, Table};
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot};

use super::secret::{digest, random};
use super::{Denied, encoded, entry};
use crate::ApiError;

pub(crate) use asked::{export, list};

const BLOCKS: &str = "audit";
const DAYS: &str = "audit_days";
/// Entries of one block.
const BLOCK_MAX: usize = 200;
/// Entries that may wait to be written; beyond it nobody is let in.
const WAITING_MAX: usize = 1_024;
/// So much of an address is kept.
const PATH_CHARS_MAX: usize = 500;

/// Who did or looked at what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    /// When it was asked.
    pub at: Timestamp,
    /// The account, or `administrator_key`.
    pub account: String,
    /// 人员编号.
    pub person: String,
    /// From which address.
    pub from: String,
    /// The method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// The status that was answered.
    pub status: u16,
}

#[derive(Debug, Serialize, Deserialize)]
struct Block {
    before: String,
    entries: Vec<Entry>,
}

struct Waiting {
    entry: Entry,
    written: Option<oneshot::Sender<bool>>,
}

/// Where entries go.
pub(super) struct Audit {
    incoming: mpsc::Sender<Waiting>,
    journals: Journals,
    table: Arc<dyn Table>,
}

impl Audit {
    /// The trail of a table, and the task that writes it, whose days are a zone's.
    pub(super) fn begin(
        table: Arc<dyn Table>,
        zone: Tz,
    ) -> (Self, impl Future<Output = ()> + Send + use<>) {
        let (incoming, waiting) = mpsc::channel(WAITING_MAX);
        let journals = Journals::new(table.clone(), BLOCKS);
        let work = keep(journals.clone(), table.clone(), zone, waiting);
        let audit = Self {
            incoming,
            journals,
            table,
        };
        (audit, work)
    }

    /// Writes an entry; answers when it is durable.
    pub(super) async fn write(&self, entry: Entry) -> Result<(), ApiError> {
        let (written, told) = oneshot::channel();
        let waiting = Waiting {
            entry,
            written: Some(written),
        };
        if self.incoming.try_send(waiting).is_err() {
            return Err(ApiError::Access(Denied::Busy));
        }
        match told.await {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(ApiError::Access(Denied::Unrecorded)),
        }
    }

    /// Hands an entry over without waiting: how long an attempt in vain takes must not tell whether there is such an account.
    pub(super) fn note(&self, entry: Entry) {
        let waiting = Waiting {
            entry,
            written: None,
        };
        if self.incoming.try_send(waiting).is_err() {
            tracing::warn!("an attempt to sign in was not written into the audit trail");
        }
    }

    /// What was written of a day.
    async fn of_day(&self, day: NaiveDate) -> Result<Day, ApiError> {
        let prefix = format!("{day}/");
        let mut told = Day::default();
        for (key, _) in self.table.scan(DAYS).await? {
            let journal = String::from_utf8_lossy(&key).into_owned();
            if !journal.starts_with(&prefix) {
                continue;
            }
            let blocks = self.journals.read(&journal).await?;
            let (found, whole) = unchained(&blocks)?;
            told.journals += 1;
            told.blocks += blocks.len();
            told.entries.extend(found);
            if !whole {
                told.broken.push(journal);
            }
        }
        let entries = &mut told.entries;
        entries.sort_by(|a, b| (a.at, &a.account, &a.path).cmp(&(b.at, &b.account, &b.path)));
        Ok(told)
    }
}

/// What was written of a day.
#[derive(Debug, Default)]
struct Day {
    /// In the order of time.
    entries: Vec<Entry>,
    /// The journals, of which each process has its own.
    journals: usize,
    /// Their blocks: each names the one before it by its hash.
    blocks: usize,
    /// The journals in which one does not.
    broken: Vec<String>,
}

/// The entries of a journal's blocks, and whether each names the one before it.
fn unchained(blocks: &[Bytes]) -> Result<(Vec<Entry>, bool), ApiError> {
    let (mut entries, mut whole, mut before) = (Vec::new(), true, String::new());
    for bytes in blocks {
        let block: Block = entry(bytes, BLOCKS)?;
        whole &= block.before == before;
        before = hash(bytes);
        entries.extend(block.entries);
    }
    Ok((entries, whole))
}

fn hash(block: &Bytes) -> String {
    digest(&String::from_utf8_lossy(block))
}

/// The journal that is written to.
struct Journal {
    day: NaiveDate,
    name: String,
    blocks: usize,
    last: String,
}

/// Writes what comes, many at once as one block.
async fn keep(
    journals: Journals,
    table: Arc<dyn Table>,
    zone: Tz,
    mut incoming: mpsc::Receiver<Waiting>,
) {
    let mut journal: Option<Journal> = None;
    while let Some(first) = incoming.recv().await {
        let day = first.entry.at.local_date(zone);
        let mut waiting = vec![first];
        while waiting.len() < BLOCK_MAX
            && let Ok(more) = incoming.try_recv()
        {
            waiting.push(more);
        }
        let (entries, told): (Vec<Entry>, Vec<_>) =
            waiting.into_iter().map(|w| (w.entry, w.written)).unzip();
        let current = journal.take().filter(|journal| journal.day == day);
        let written = add(&journals, &*table, current, day, entries).await;
        let is_written = written.is_ok();
        match written {
            Ok(now) => journal = Some(now),
            Err(error) => tracing::error!(%error, "the audit trail cannot be written"),
        }
        for told in told.into_iter().flatten() {
            // Whoever asked may have gone.
            let _ = told.send(is_written);
        }
    }
}

/// Adds a block; answers the journal after it.
async fn add(
    journals: &Journals,
    table: &dyn Table,
    current: Option<Journal>,
    day: NaiveDate,
    entries: Vec<Entry>,
) -> Result<Journal, ApiError> {
    let journal = match current {
        Some(journal) => journal,
        None => {
            let name = format!("{day}/{}", random::<8>().map_err(super::failed)?);
            let key = Bytes::from(name.clone());
            table
                .put(DAYS, key, Some(Bytes::from_static(b"{}")))
                .await?;
            Journal {
                day,
                name,
                blocks: 0,
                last: String::new(),
            }
        }
    };
    let block = Block {
        before: journal.last.clone(),
        entries,
    };
    let value = Bytes::from(encoded(&block)?);
    let last = hash(&value);
    match journals.add(&journal.name, journal.blocks, value).await? {
        true => Ok(Journal {
            blocks: journal.blocks + 1,
            last,
            ..journal
        }),
        false => Err(ApiError::Failed(
            "somebody else writes this audit journal".into(),
        )),
    }
}

/// Path and query, cut.
pub(super) fn told_path(uri: &axum::http::Uri) -> String {
    let text = uri.path_and_query().map_or(uri.path(), |all| all.as_str());
    text.chars().take(PATH_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use mingjing_log::embedded::EmbeddedLog;

    fn entry_of(account: &str, at: i64) -> Entry {
        Entry {
            at: Timestamp::from_millis(at),
            account: account.into(),
            person: "p".into(),
            from: "10.0.0.7".into(),
            method: "GET".into(),
            path: "/api/v1/alerts".into(),
            status: 200,
        }
    }

    #[tokio::test]
    async fn what_was_written_is_read_by_day_and_a_break_in_the_chain_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let log = Arc::new(EmbeddedLog::open(folder.path(), 1).await.unwrap());
        let zone = chrono_tz::Asia::Shanghai;
        let (audit, work) = Audit::begin(log.clone(), zone);
        tokio::spawn(work);
        let at = 1_795_000_000_000;
        for (account, later) in [("li", 0), ("wang", 1), ("li", 2)] {
            audit.write(entry_of(account, at + later)).await.unwrap();
        }
        let tomorrow = at + 24 * 3_600_000;
        audit.write(entry_of("zhao", tomorrow)).await.unwrap();
        let day = Timestamp::from_millis(at).local_date(zone);
        let told = audit.of_day(day).await.unwrap();
        let accounts: Vec<&str> = told.entries.iter().map(|e| e.account.as_str()).collect();
        assert_eq!(accounts, ["li", "wang", "li"]);
        assert_eq!(told.broken, Vec::<String>::new());
        assert_eq!((told.journals, told.blocks), (1, 3));

        let table: Arc<dyn Table> = log;
        let key = table.scan(DAYS).await.unwrap();
        let journal = key
            .iter()
            .map(|(key, _)| String::from_utf8_lossy(key).into_owned())
            .find(|name| name.starts_with(&day.to_string()))
            .unwrap();
        let blocks = Journals::new(table, BLOCKS).read(&journal).await.unwrap();
        assert!(unchained(&blocks).unwrap().1);
        assert!(!unchained(&blocks[1..]).unwrap().1, "the first is gone");
        let swapped = [blocks[1].clone(), blocks[0].clone(), blocks[2].clone()];
        assert!(!unchained(&swapped).unwrap().1, "two were swapped");
    }
}
