//! The audit trail: who did or looked at what, when, from where, and what was answered. `/api/v1/audit` is for auditors.
//!
//! | table | key | value |
//! |---|---|---|
//! | `audit_waiting` | `<day>/<process>/<n>` | the `n`-th block of a process's journal of a day, until ClickHouse has it (`carry.rs`) |
//! | `audit`, `audit_days` | | blocks of versions before, which lay there for good; what is named in `audit_days` is not in ClickHouse yet |
//!
//! What is asked is answered once its entry is durable in the table; many at once are one block. A block names the one before it: what is taken
//! out or rewritten later breaks the chain, which reading tells (`chain.rs`). A write that fails leaves its journal for a fresh one, since it
//! may have been made after all. ClickHouse keeps the entries, and is where they are read: whoever reads first carries what waits.

mod asked;
mod carry;
mod chain;
mod walked;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use chrono::NaiveDate;
use chrono_tz::Tz;
use mingjing_domain::Timestamp;
use mingjing_log::Table;
use mingjing_store::Store;
use prometheus::IntGauge;
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinError;

use super::secret::random;
use super::{Denied, encoded};
use crate::ApiError;
use carry::Carrier;
use chain::{Block, Chains};
use walked::Walked;

pub(crate) use asked::{export, list};

/// Blocks that ClickHouse does not have yet.
const WAITING: &str = "audit_waiting";
/// Journals of versions before.
const BLOCKS: &str = "audit";
const DAYS: &str = "audit_days";
/// Entries of one block.
const BLOCK_MAX: usize = 200;
/// Entries that may wait to be written; beyond it nobody is let in.
const WAITING_MAX: usize = 1_024;
/// Blocks that may wait for ClickHouse, of all processes; beyond it nothing is answered. Some 300 bytes each in the memory of each process: two
/// days of a busy city.
const BLOCKS_WAITING_MAX: usize = 100_000;
/// So much of an address is kept.
const PATH_CHARS_MAX: usize = 500;
/// Digits of a block's number in its key: keys sort as numbers do.
const DIGITS: usize = 8;

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

struct Waiting {
    entry: Entry,
    written: Option<oneshot::Sender<bool>>,
}

/// Where a trail lies.
pub(super) struct Place {
    /// Where entries are written first.
    pub table: Arc<dyn Table>,
    /// Where they are kept.
    pub store: Store,
    /// In whose days.
    pub zone: Tz,
    /// Days that they are kept.
    pub keep_days: u32,
    /// The machine's.
    pub clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    /// Told how many entries ClickHouse does not have yet.
    pub entries_waiting: IntGauge,
}

/// Where entries go.
pub(super) struct Audit {
    incoming: mpsc::Sender<Waiting>,
    carrier: Arc<Carrier>,
    walked: Walked,
}

impl Audit {
    /// The trail of a place, and the task that writes and carries it.
    ///
    /// # Errors
    /// When the machine has no random numbers.
    pub(super) fn begin(
        place: Place,
    ) -> Result<(Self, impl Future<Output = ()> + Send + use<>), getrandom::Error> {
        let (incoming, waiting) = mpsc::channel(WAITING_MAX);
        let process = random::<8>()?;
        let table = place.table.clone();
        let zone = place.zone;
        let carrier = Arc::new(Carrier {
            table: place.table,
            store: place.store,
            process: process.clone(),
            zone,
            keep_days: place.keep_days,
            clock: place.clock,
            waiting: AtomicUsize::new(0),
            entries_waiting: place.entries_waiting,
        });
        let carrying = carrier.clone().run();
        let work = async move {
            tokio::join!(keep(table, process, zone, waiting), carrying);
        };
        let audit = Self {
            incoming,
            carrier,
            walked: Walked::default(),
        };
        Ok((audit, work))
    }

    /// Writes an entry; answers when it is durable.
    pub(super) async fn write(&self, entry: Entry) -> Result<(), ApiError> {
        if self.carrier.waiting.load(Ordering::Relaxed) >= BLOCKS_WAITING_MAX {
            return Err(ApiError::Access(Denied::Unrecorded));
        }
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

    /// Runs a request and writes what it came to, also where whoever asked goes away meanwhile: a connection that is closed takes its requests
    /// with it, and what was changed by then would have no entry. So it is a task of its own.
    pub(super) async fn recorded(
        self: Arc<Self>,
        entry: Entry,
        run: impl Future<Output = Response> + Send + 'static,
    ) -> Response {
        let task = async move {
            let answer = run.await;
            self.answered(entry, answer).await
        };
        match tokio::spawn(task).await.map_err(JoinError::try_into_panic) {
            Ok(answer) => answer,
            // As if it had been no task of its own.
            Err(Ok(panic)) => std::panic::resume_unwind(panic),
            Err(Err(_)) => ApiError::Access(Denied::Unrecorded).into_response(),
        }
    }

    /// Writes what a request came to; answers that, or that it cannot be written.
    pub(super) async fn answered(&self, mut entry: Entry, answer: Response) -> Response {
        entry.status = answer.status().as_u16();
        match self.write(entry).await {
            Ok(()) => answer,
            Err(error) => error.into_response(),
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

    /// Whether the chains of some days are whole, the last one included, and since when that is known of all of it: a run whose rows are
    /// what they were is not walked again (`walked.rs`).
    async fn chains(
        &self,
        from: NaiveDate,
        until: NaiveDate,
    ) -> Result<(Chains, Timestamp), ApiError> {
        let store = &self.carrier.store;
        let now = (self.carrier.clock)();
        let (from, until) = (from.to_string(), until.to_string());
        let (mut runs, mut since) = (Vec::new(), now);
        for run in store.audit_runs(&from, &until).await? {
            if let Some((at, known)) = self.walked.known(&run, now) {
                since = since.min(at);
                runs.push((run.journal, known));
                continue;
            }
            let rows = store.audit_run(&run).await?;
            let as_told = rows.len() as u64 == run.rows;
            // What was taken out in between is missing in the chain.
            let Some(walked) = chain::walk(rows)? else {
                continue;
            };
            runs.push((run.journal.clone(), walked.clone()));
            // What was added in between belongs to another print.
            if as_told {
                self.walked.keep(&run, now, walked);
            }
        }
        Ok((Chains::of(runs), since))
    }
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
    table: Arc<dyn Table>,
    process: String,
    zone: Tz,
    mut incoming: mpsc::Receiver<Waiting>,
) {
    let mut journal: Option<Journal> = None;
    let mut journals = 0_usize;
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
        let current = current.unwrap_or_else(|| {
            journals += 1;
            Journal {
                day,
                name: format!("{day}/{process}-{journals}"),
                blocks: 0,
                last: String::new(),
            }
        });
        let written = add(&*table, current, entries).await;
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

/// Adds a block; answers the journal after it. Nobody else writes journals of this process, so that no key is written twice.
async fn add(
    table: &dyn Table,
    journal: Journal,
    entries: Vec<Entry>,
) -> Result<Journal, ApiError> {
    let block = Block {
        before: journal.last,
        entries,
    };
    let value = Bytes::from(encoded(&block)?);
    let last = chain::hash(&value);
    let key = Bytes::from(format!("{}/{:0DIGITS$}", journal.name, journal.blocks));
    table.put(WAITING, key, Some(value)).await?;
    Ok(Journal {
        day: journal.day,
        name: journal.name,
        blocks: journal.blocks + 1,
        last,
    })
}

/// Path and query, cut.
pub(super) fn told_path(uri: &axum::http::Uri) -> String {
    let text = uri.path_and_query().map_or(uri.path(), |all| all.as_str());
    text.chars().take(PATH_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::http::StatusCode;
    use mingjing_log::embedded::EmbeddedLog;
    use tokio::sync::Notify;

    use super::*;

    pub(super) fn entry_by(account: &str, at: i64) -> Entry {
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

    /// A trail whose ClickHouse is away.
    fn trail(table: Arc<dyn Table>, at: i64) -> Audit {
        let away = mingjing_store::Config::local("http://127.0.0.1:1");
        let place = Place {
            table,
            store: Store::connect(&away),
            zone: chrono_tz::Asia::Shanghai,
            keep_days: 200,
            clock: Arc::new(move || Timestamp::from_millis(at)),
            entries_waiting: IntGauge::new("waiting", "Entries.").unwrap(),
        };
        let (audit, work) = Audit::begin(place).unwrap();
        tokio::spawn(work);
        audit
    }

    #[tokio::test]
    async fn what_was_answered_is_in_the_table_as_whole_chains_while_clickhouse_is_away() {
        let folder = tempfile::tempdir().unwrap();
        let table: Arc<dyn Table> = Arc::new(EmbeddedLog::open(folder.path(), 1).await.unwrap());
        let at = 1_795_000_000_000;
        // Two processes over one table.
        let (one, other) = (trail(table.clone(), at), trail(table.clone(), at));
        for (account, later) in [("li", 0), ("wang", 1), ("li", 2)] {
            one.write(entry_by(account, at + later)).await.unwrap();
        }
        other.write(entry_by("zhao", at)).await.unwrap();
        let tomorrow = at + 24 * 3_600_000;
        one.write(entry_by("zhao", tomorrow)).await.unwrap();

        let mut rows = Vec::new();
        for (key, value) in table.scan(WAITING).await.unwrap() {
            let key = String::from_utf8_lossy(&key).into_owned();
            let (journal, number) = key.rsplit_once('/').unwrap();
            rows.extend(chain::rows(journal, number.parse().unwrap(), &value).unwrap());
        }
        let chains = chain::tests::chains_in(&rows, 1_024);
        assert_eq!((chains.journals, chains.blocks), (3, 5));
        assert_eq!(chains.broken, Vec::<String>::new());
        let day = Timestamp::from_millis(at).local_date(chrono_tz::Asia::Shanghai);
        let of_day = rows.iter().filter(|row| row.day == day.to_string());
        assert_eq!(of_day.count(), 4);
        // Nothing is read while what was written cannot be, and nothing has gone.
        assert!(one.carrier.settle().await.is_err());
        assert_eq!(table.scan(WAITING).await.unwrap().len(), 5);
        assert_eq!(one.carrier.entries_waiting.get(), 5);

        one.carrier
            .waiting
            .store(BLOCKS_WAITING_MAX, Ordering::Relaxed);
        let refused = one.write(entry_by("li", at)).await;
        assert!(
            matches!(refused, Err(ApiError::Access(Denied::Unrecorded))),
            "{refused:?}"
        );
    }

    /// Of what is under way when its connection is dropped.
    #[tokio::test]
    async fn who_goes_away_midway_leaves_an_entry_of_what_was_done() {
        let folder = tempfile::tempdir().unwrap();
        let table: Arc<dyn Table> = Arc::new(EmbeddedLog::open(folder.path(), 1).await.unwrap());
        let at = 1_795_000_000_000;
        let audit = Arc::new(trail(table.clone(), at));
        let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (begins, goes_on) = (begun.clone(), go_on.clone());
        let handler = async move {
            begins.notify_one();
            goes_on.notified().await;
            StatusCode::CREATED.into_response()
        };
        let connection = tokio::spawn(audit.clone().recorded(entry_by("li", at), handler));
        begun.notified().await;
        connection.abort();
        assert!(connection.await.unwrap_err().is_cancelled());
        assert!(table.scan(WAITING).await.unwrap().is_empty());
        go_on.notify_one();
        let written = async {
            loop {
                if let Some((_, block)) = table.scan(WAITING).await.unwrap().pop() {
                    return block;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let block = tokio::time::timeout(Duration::from_secs(20), written).await;
        let block = String::from_utf8_lossy(&block.unwrap()).into_owned();
        assert!(block.contains(r#""status":201"#), "{block}");
    }

    async fn panics() -> Response {
        panic!("of the handler")
    }

    #[tokio::test]
    #[should_panic(expected = "of the handler")]
    async fn a_panic_goes_on_to_the_connection() {
        let folder = tempfile::tempdir().unwrap();
        let table: Arc<dyn Table> = Arc::new(EmbeddedLog::open(folder.path(), 1).await.unwrap());
        let audit = Arc::new(trail(table, 0));
        audit.recorded(entry_by("li", 0), panics()).await;
    }
}
