//! `audit_entries`: who did or looked at what. What a block is and how it hangs on the one before is the API's affair.

use clickhouse::Row as Wire;
use serde::Deserialize;

use crate::batch::{Block, block};
use crate::store::within;
use crate::table::{Millis, Table, table};
use crate::{Error, Store};

table! {
    /// One entry, in its block.
    AuditRow in "audit_entries" {
        /// Of its journal, like `2026-11-29`.
        day: String,
        /// Its journal.
        journal: String,
        /// Its block, from 0.
        block: u32,
        /// Its place in the block, from 0.
        place: u16,
        /// When it was asked.
        at: Millis,
        /// The account.
        account: String,
        /// 人员编号.
        person: String,
        /// From which address.
        sender: String,
        /// The method.
        method: String,
        /// Path and query.
        path: String,
        /// What was answered.
        status: u16,
        /// SHA-256 of the block before; empty: there is none.
        before: String,
        /// SHA-256 of its block.
        hash: String,
    }
}

/// What somebody did, by how it was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditKind {
    /// It was done.
    Changes,
    /// It was shown.
    Views,
    /// It was refused, or failed.
    Refused,
}

impl AuditKind {
    const fn code(self) -> &'static str {
        match self {
            AuditKind::Changes => "changes",
            AuditKind::Views => "views",
            AuditKind::Refused => "refused",
        }
    }
}

/// Which entries are asked for; what is not said asks for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// The first day, like `2026-11-29`.
    pub from: String,
    /// The last day.
    pub until: String,
    /// Of this account.
    pub account: Option<String>,
    /// Of this person.
    pub person: Option<String>,
    /// A part of path and query.
    pub path: Option<String>,
    /// How it was answered.
    pub kind: Option<AuditKind>,
}

/// Blocks of a run: what is walked at once where a journal's chain is.
const RUN_BLOCKS: u32 = 1_024;

/// A run of a journal's blocks, by what its rows are.
#[derive(Clone, Debug, PartialEq, Eq, Wire, Deserialize)]
pub struct AuditRun {
    /// The day of its rows.
    pub day: String,
    /// Their journal.
    pub journal: String,
    /// Which of the journal's runs, from 0.
    pub run: u32,
    /// How many rows there are.
    pub rows: u64,
    /// Over every field of every one of them: another one where any differs.
    pub print: u64,
}

const CHOSEN: &str = "FROM audit_entries FINAL WHERE day >= {from:String} AND day <= {until:String} \
     AND ({any_account:UInt8} OR account = {account:String}) AND ({any_person:UInt8} OR person = {person:String}) \
     AND ({path:String} = '' OR position(path, {path:String}) > 0) \
     AND multiIf({kind:String} = '', 1, {kind:String} = 'refused', status >= 400, \
         status < 400 AND (method IN ('GET', 'HEAD')) = ({kind:String} = 'views'))";

impl Store {
    /// Writes entries; durable when it answers. Writing them again changes nothing, and is never taken for done already: whoever writes them
    /// removes the only other copy next. Blocks have to be whole.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn put_audit(&self, rows: &[AuditRow]) -> Result<(), Error> {
        match block(rows.iter()) {
            Some(block) => {
                let block = Block {
                    token: None,
                    ..block
                };
                self.insert_once(&block).await
            }
            None => Ok(()),
        }
    }

    /// How many entries there are that were asked for.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn audit_count(&self, filter: &AuditFilter) -> Result<u64, Error> {
        let query = self.of_audit(&format!("SELECT count() {CHOSEN}"), filter);
        let counts: Vec<u64> = self.fetch("counting audit entries", query).await?;
        Ok(counts.first().copied().unwrap_or(0))
    }

    /// Those that were asked for, in the order of time or against it, after so many of them.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn audit_entries(
        &self,
        filter: &AuditFilter,
        newest_first: bool,
        after: u64,
        most: u64,
    ) -> Result<Vec<AuditRow>, Error> {
        let order = match newest_first {
            true => "at DESC, journal DESC, block DESC, place DESC",
            false => "at, journal, block, place",
        };
        let sql = format!(
            "SELECT {} {CHOSEN} ORDER BY {order} LIMIT {{most:UInt64}} OFFSET {{after:UInt64}}",
            AuditRow::select_list()
        );
        let query = self
            .of_audit(&sql, filter)
            .param("most", most)
            .param("after", after);
        self.fetch("reading audit entries", query).await
    }

    /// The runs of some days, in the order of day, journal and run: what they are without reading them.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn audit_runs(&self, from: &str, until: &str) -> Result<Vec<AuditRun>, Error> {
        let sql = "SELECT day, journal, toUInt32(intDiv(block, {blocks:UInt32})) AS run, count() AS rows, \
             sum(sipHash64(block, place, at, account, person, sender, method, path, status, before, hash)) AS print \
             FROM audit_entries FINAL WHERE day >= {from:String} AND day <= {until:String} \
             GROUP BY day, journal, run ORDER BY day, journal, run";
        let query = self
            .by_key(sql)
            .param("blocks", RUN_BLOCKS)
            .param("from", from)
            .param("until", until);
        self.fetch("reading the runs of the audit trail", query)
            .await
    }

    /// Every entry of a run, block by block.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn audit_run(&self, run: &AuditRun) -> Result<Vec<AuditRow>, Error> {
        let sql = format!(
            "SELECT {} FROM audit_entries FINAL WHERE day = {{day:String}} AND journal = {{journal:String}} \
             AND block >= {{first:UInt32}} AND block < {{end:UInt64}} ORDER BY block, place",
            AuditRow::select_list()
        );
        let first = run.run.saturating_mul(RUN_BLOCKS);
        let query = self
            .by_key(&sql)
            .param("day", &run.day)
            .param("journal", &run.journal)
            .param("first", first)
            .param("end", u64::from(first) + u64::from(RUN_BLOCKS));
        self.fetch("reading blocks of the audit trail", query).await
    }

    /// Whether there are entries of days before this one.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn has_audit_before(&self, day: &str) -> Result<bool, Error> {
        let sql = "SELECT count() FROM audit_entries WHERE day < {before:String}";
        let query = self.client().query_raw(sql).param("before", day);
        let attempted = "looking for audit entries beyond their retention";
        let counts: Vec<u64> = self.fetch(attempted, query).await?;
        Ok(counts != [0])
    }

    /// Every day that has entries, in order.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn audit_days(&self) -> Result<Vec<String>, Error> {
        let sql = "SELECT DISTINCT day FROM audit_entries ORDER BY day";
        self.fetch(
            "reading the days of the audit trail",
            self.client().query_raw(sql),
        )
        .await
    }

    /// Retention: takes away the days before this one. A deletion is work also where nothing is deleted: [`Store::has_audit_before`].
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn forget_audit(&self, before: &str) -> Result<(), Error> {
        let sql = "DELETE FROM audit_entries WHERE day < {before:String}";
        let query = self.client().query_raw(sql).param("before", before);
        let attempted = "forgetting audit entries beyond their retention";
        within(self.timeouts().insert, attempted, query.execute()).await
    }

    fn of_audit(&self, sql: &str, filter: &AuditFilter) -> clickhouse::query::Query {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        self.by_key(sql)
            .param("from", &filter.from)
            .param("until", &filter.until)
            .param("any_account", u8::from(filter.account.is_none()))
            .param("account", text(&filter.account))
            .param("any_person", u8::from(filter.person.is_none()))
            .param("person", text(&filter.person))
            .param("path", text(&filter.path))
            .param("kind", filter.kind.map_or("", AuditKind::code))
    }
}
