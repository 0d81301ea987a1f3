//! What was written into the table goes on into ClickHouse, and leaves the table when it is durable there.
//!
//! ClickHouse may be away: entries wait in the table, up to a bound beyond which nothing is answered. A kill between the insert and the removal,
//! and two processes that carry the same block, write the same rows once more, which changes nothing. Each process carries its own blocks at
//! once; those of others only when they have waited for long: then whoever wrote them is gone.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use chrono::{Days, NaiveDate};
use chrono_tz::Tz;
use futures::TryStreamExt;
use mingjing_domain::Timestamp;
use mingjing_log::{Journals, Table};
use mingjing_store::{AuditRow, Store};
use prometheus::IntGauge;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{BLOCKS, DAYS, WAITING, chain};
use crate::ApiError;

/// How often is looked whether something waits.
const EVERY: Duration = Duration::from_secs(5);
/// How often what was written before there was this table is looked for, and what is beyond its retention is taken away.
const HOUSEKEEPING_EVERY_MS: i64 = 60 * 60_000;
/// What somebody else wrote is carried when it has waited for so long.
const OTHERS_AFTER_MS: i64 = 60_000;
/// In a trail that is in use nobody asks anything for so long at most; beyond it the clock is doubted.
const GAP_DAYS_MAX: i64 = 30;
/// An insert is closed when it has so many rows; one block more or less.
const INSERT_ROWS: usize = 2_000;
/// Blocks that are read before others of the process have their turn.
const BLOCKS_AT_ONCE: usize = 1_000;
/// Removals that are under way at a time.
const REMOVALS: usize = 64;

/// Carries entries.
pub(super) struct Carrier {
    pub table: Arc<dyn Table>,
    pub store: Store,
    /// Whose journals are our own.
    pub process: String,
    pub zone: Tz,
    /// Days that entries are kept, before today.
    pub keep_days: u32,
    pub clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    /// Blocks that were waiting when somebody looked last.
    pub waiting: AtomicUsize,
    /// Entries of them.
    pub entries_waiting: IntGauge,
}

/// Whose blocks are carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    /// Our own, and what has waited for long.
    Due,
    /// Everybody's: somebody is going to read them.
    All,
}

/// A block that waits.
struct Waiting {
    key: Bytes,
    rows: Vec<AuditRow>,
}

impl Carrier {
    /// Carries for as long as the process lives.
    pub(super) async fn run(self: Arc<Self>) {
        let mut kept_house_at = Timestamp::MIN;
        loop {
            // Tried again: what is not carried lies in the table.
            if let Err(error) = self.carry(Whose::Due).await {
                tracing::error!(?error, "audit entries wait for ClickHouse");
            }
            let now = (self.clock)();
            if now.millis() >= kept_house_at.millis().saturating_add(HOUSEKEEPING_EVERY_MS) {
                match self.keep_house(now).await {
                    Ok(()) => kept_house_at = now,
                    Err(error) => tracing::warn!(?error, "the audit trail is not in order yet"),
                }
            }
            tokio::time::sleep(EVERY).await;
        }
    }

    /// Sees to it that whatever was written before now can be read in ClickHouse.
    pub(super) async fn settle(&self) -> Result<(), ApiError> {
        self.former((self.clock)()).await?;
        self.carry(Whose::All).await
    }

    async fn carry(&self, whose: Whose) -> Result<(), ApiError> {
        let found = self.table.scan(WAITING).await?;
        let mut waiting = found.len();
        self.waiting.store(waiting, Ordering::Relaxed);
        let mut entries = 0;
        for some in found.chunks(BLOCKS_AT_ONCE) {
            entries += some.iter().map(|(_, value)| entries_of(value)).sum::<i64>();
            tokio::task::yield_now().await;
        }
        self.entries_waiting.set(entries);
        let now = (self.clock)();
        // Our own first: those of others are read only to see how long they have waited.
        let (own, others): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|(key, _)| self.is_own(key));
        let mut blocks = own.into_iter().chain(others).peekable();
        while blocks.peek().is_some() {
            let (mut rows, mut keys, mut read_now) = (Vec::new(), Vec::new(), 0);
            while rows.len() < INSERT_ROWS
                && read_now < BLOCKS_AT_ONCE
                && let Some((key, value)) = blocks.next()
            {
                read_now += 1;
                let block = read(key, &value);
                let due = block.filter(|block| whose == Whose::All || self.is_due(block, now));
                if let Some(block) = due {
                    rows.extend(block.rows);
                    keys.push(block.key);
                }
            }
            let (carried, carried_entries) = (keys.len(), rows.len());
            self.store.put_audit(&rows).await?;
            let removals = keys
                .into_iter()
                .map(|key| Ok::<_, mingjing_log::Error>(self.table.put(WAITING, key, None)));
            futures::stream::iter(removals)
                .try_buffer_unordered(REMOVALS)
                .try_collect::<Vec<()>>()
                .await?;
            waiting -= carried;
            self.waiting.store(waiting, Ordering::Relaxed);
            entries = entries.saturating_sub(i64::try_from(carried_entries).unwrap_or(i64::MAX));
            self.entries_waiting.set(entries);
            // A hundred thousand may have waited, and this is not all that the process does.
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    /// Whether a block is of a journal of this process.
    fn is_own(&self, key: &[u8]) -> bool {
        let mut parts = key.splitn(2, |byte| *byte == b'/');
        let name = parts.nth(1);
        name.is_some_and(|name| name.starts_with(self.process.as_bytes()))
    }

    fn is_due(&self, block: &Waiting, now: Timestamp) -> bool {
        let own = self.is_own(&block.key);
        let written = block.rows.last().map_or(0, |row| row.at.0);
        own || now.millis().saturating_sub(written) >= OTHERS_AFTER_MS
    }

    async fn keep_house(&self, now: Timestamp) -> Result<(), ApiError> {
        self.former(now).await?;
        let today = now.local_date(self.zone);
        let kept = today.checked_sub_days(Days::new(self.keep_days.into()));
        let Some(first) = kept else {
            return Ok(());
        };
        let before = first.to_string();
        if !self.store.has_audit_before(&before).await? {
            return Ok(());
        }
        let days = self.store.audit_days().await?;
        if let Some(last) = before_a_gap(&days, first, today) {
            tracing::error!(%today, %last, "nothing is taken out of the audit trail: for long nobody asked anything after its last day, so that the clock may be ahead");
            return Ok(());
        }
        self.store.forget_audit(&before).await?;
        Ok(())
    }

    /// What versions before wrote: journals of the table `audit`, named by `audit_days`. They are written into ClickHouse, and no longer named
    /// when their day is long over: until then a process of such a version may go on writing.
    async fn former(&self, now: Timestamp) -> Result<(), ApiError> {
        let named = self.table.scan(DAYS).await?;
        if named.is_empty() {
            return Ok(());
        }
        let journals = Journals::new(self.table.clone(), BLOCKS);
        let today = now.local_date(self.zone);
        for (key, _) in named {
            let journal = String::from_utf8_lossy(&key).into_owned();
            let blocks = journals.read(&journal).await?;
            let mut rows = Vec::new();
            for (number, bytes) in blocks.iter().enumerate() {
                let number = u32::try_from(number).unwrap_or(u32::MAX);
                rows.extend(rows_of(&journal, number, bytes).into_iter().flatten());
                if rows.len() >= INSERT_ROWS {
                    self.store.put_audit(&std::mem::take(&mut rows)).await?;
                }
            }
            self.store.put_audit(&rows).await?;
            if is_over(&journal, today) {
                self.table.put(DAYS, key, None).await?;
            }
        }
        Ok(())
    }
}

/// The day after which there is nothing for longer than a trail has a gap, among what is kept and up to today: a clock that is far ahead would
/// take everything away. What was written by such a clock, by this process or by one before, stands after the gap and closes none.
fn before_a_gap(days: &[String], first: NaiveDate, today: NaiveDate) -> Option<NaiveDate> {
    let days = days.iter().filter_map(|day| day.parse::<NaiveDate>().ok());
    let mut days: Vec<NaiveDate> = days.filter(|day| *day < today).collect();
    days.push(today);
    days.sort_unstable();
    let mut pairs = days.iter().zip(days.iter().skip(1));
    let gap = pairs.find(|(day, next)| {
        let apart = (**next - **day).num_days();
        **next > first && apart > GAP_DAYS_MAX
    });
    gap.map(|(day, _)| *day)
}

/// Whether nobody writes into a journal any more: the day after its own is over, too.
fn is_over(journal: &str, today: NaiveDate) -> bool {
    let day = journal.split('/').next().unwrap_or_default();
    let day = day.parse::<NaiveDate>().ok();
    day.is_some_and(|day| (today - day).num_days() >= 2)
}

/// How many entries a block has; one that cannot be read counts as one: it waits for somebody to look at it.
fn entries_of(value: &[u8]) -> i64 {
    #[derive(Deserialize)]
    struct Counted {
        entries: Vec<IgnoredAny>,
    }
    let counted = serde_json::from_slice::<Counted>(value).ok();
    counted.map_or(1, |block| {
        i64::try_from(block.entries.len()).unwrap_or(i64::MAX)
    })
}

/// The rows of a block. One that cannot be read is told, stays where it is, and keeps no other from being carried.
fn rows_of(journal: &str, number: u32, value: &Bytes) -> Option<Vec<AuditRow>> {
    let rows = chain::rows(journal, number, value);
    if let Err(error) = &rows {
        tracing::error!(
            journal,
            number,
            ?error,
            "a block of the audit trail cannot be read"
        );
    }
    rows.ok()
}

/// A block of the table, if it is one.
fn read(key: Bytes, value: &Bytes) -> Option<Waiting> {
    let text = String::from_utf8_lossy(&key).into_owned();
    let named = text
        .rsplit_once('/')
        .and_then(|(journal, number)| Some((journal.to_owned(), number.parse::<u32>().ok()?)));
    let Some((journal, number)) = named else {
        tracing::error!(key = text, "an entry of table {WAITING} names no block");
        return None;
    };
    let rows = rows_of(&journal, number, value)?;
    Some(Waiting { key, rows })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_keeps_no_other_block_from_being_carried() {
        let entry = r#"{"at":"2026-11-27T01:02:03.004+00:00","account":"li","person":"","from":"","method":"GET","path":"/","status":200}"#;
        let whole = Bytes::from(format!(r#"{{"before":"","entries":[{entry}]}}"#));
        let torn = Bytes::from_static(b"{");
        let rows = |value: &Bytes| rows_of("2026-11-27/a", 0, value).map(|rows| rows.len());
        assert_eq!((rows(&whole), rows(&torn)), (Some(1), None));
        let two = format!(r#"{{"before":"ab","entries":[{entry},{entry}]}}"#);
        let entries = [
            entries_of(two.as_bytes()),
            entries_of(&whole),
            entries_of(&torn),
        ];
        assert_eq!(entries, [2, 1, 1]);
    }

    #[test]
    fn retention_doubts_a_clock_that_is_far_ahead() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let whole: Vec<String> = day("2026-01-01")
            .iter_days()
            .take_while(|on| *on <= day("2026-11-29"))
            .map(|on| on.to_string())
            .collect();
        let (first, today) = (day("2026-05-29"), day("2026-11-29"));
        assert_eq!(before_a_gap(&whole, first, today), None);
        assert_eq!(before_a_gap(&whole, first, day("2026-12-29")), None);
        // Also where it wrote entries itself already, and the first of what it would keep is one of them.
        let ahead = [whole.clone(), vec!["2036-01-01".into()]].concat();
        for days in [&whole, &ahead] {
            let doubted = before_a_gap(days, day("2035-07-03"), day("2036-01-02"));
            assert_eq!(doubted, Some(day("2026-11-29")));
            assert_eq!(before_a_gap(days, first, today), None);
        }
        // A gap that lies beyond retention is none any more.
        let old = [vec!["2025-01-01".into()], whole].concat();
        assert_eq!(before_a_gap(&old, first, today), None);
    }

    #[test]
    fn a_journal_is_over_when_the_next_day_is() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert!(!is_over("2026-11-28/a", day("2026-11-28")));
        assert!(!is_over("2026-11-28/a", day("2026-11-29")));
        assert!(is_over("2026-11-28/a", day("2026-11-30")));
        assert!(!is_over("nothing", day("2026-11-30")));
    }
}
