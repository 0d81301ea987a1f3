//! `shadow_passes`, `shadow_tallies`, `shadow_differences`: what drafts would allege, pass by pass.
//!
//! A pass is written rows first and itself last; whoever reads takes the last pass that is there and its rows. Which earlier passes keep
//! their rows is decided here: the one before the last, for those who began to read it.

use mingjing_domain::Timestamp;

use crate::batch::{Block, block};
use crate::store::within;
use crate::table::{Millis, Table, table};
use crate::{Error, Horizon, Store};

table! {
    /// One pass.
    ShadowPassRow in "shadow_passes" {
        /// The draft's id.
        draft: String,
        /// SHA-256 of its text.
        text: String,
        /// Cases that began at this instant or later.
        since: Millis,
        /// Judged as of this instant.
        judged_at: Millis,
        /// The day from which the draft counts as in force, like `2026-11-27`.
        in_force_from: String,
        /// SHA-256 of the set in force.
        compared_with: String,
        /// The version of the set with the draft in it.
        definitions: String,
        /// The engine that judged.
        engine: String,
        /// The log it rests on.
        log_id: String,
        /// Its partitions.
        log_partitions: Vec<u16>,
        /// Of each the offset before which everything was known.
        log_offsets: Vec<u64>,
        /// Cases judged.
        cases: u64,
        /// Their events.
        events: u64,
        /// Cases that began before the shadow.
        cases_left_out: u64,
        /// Conditions that the draft could not judge.
        unjudged: u64,
        /// By the draft alone.
        raised: u64,
        /// By what is in force alone.
        withdrawn: u64,
        /// By both, otherwise.
        changed: u64,
        /// By both alike.
        same: u64,
        /// How many differences are listed.
        listed: u64,
        /// Why nothing was judged; empty: the pass is whole.
        problem: String,
        /// In milliseconds.
        took_ms: u64,
        /// `judged_at`.
        version: u64,
    }
}

table! {
    /// What a pass counted at one control point for one body.
    ShadowTallyRow in "shadow_tallies" {
        /// See [`ShadowPassRow::draft`].
        draft: String,
        /// See [`ShadowPassRow::text`].
        text: String,
        /// See [`ShadowPassRow::since`].
        since: Millis,
        /// See [`ShadowPassRow::judged_at`].
        judged_at: Millis,
        /// 监察点.
        control_point: String,
        /// Its name by the draft.
        name: String,
        /// The body that answers; empty: none is known.
        org: String,
        /// By the draft alone.
        raised: u64,
        /// By what is in force alone.
        withdrawn: u64,
        /// By both, otherwise.
        changed: u64,
        /// By both alike.
        same: u64,
        /// `judged_at`.
        version: u64,
    }
}

table! {
    /// One alert that the draft would raise, lose or change.
    ShadowDifferenceRow in "shadow_differences" {
        /// See [`ShadowPassRow::draft`].
        draft: String,
        /// See [`ShadowPassRow::text`].
        text: String,
        /// See [`ShadowPassRow::since`].
        since: Millis,
        /// See [`ShadowPassRow::judged_at`].
        judged_at: Millis,
        /// 监察点.
        control_point: String,
        /// `raised`, `withdrawn` or `changed`.
        difference: String,
        /// The body that answers; empty: none is known.
        org: String,
        /// The source.
        source: String,
        /// The case.
        case_no: String,
        /// Empty: the whole case.
        step: String,
        /// From 1.
        visit: u16,
        /// The id that the alert has, or would have.
        alert_id: String,
        /// By what is in force: an alert record as JSON, or empty.
        was: String,
        /// By the draft: an alert record as JSON, or empty.
        would: String,
        /// `judged_at`.
        version: u64,
    }
}

/// A shadow: of which draft, of which of its texts, since when.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ShadowId {
    /// The draft's id.
    pub draft: String,
    /// SHA-256 of its text.
    pub text: String,
    /// Cases that began at this instant or later.
    pub since: Timestamp,
}

/// Which differences of a pass are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DifferenceFilter {
    /// Only of this control point.
    pub control_point: Option<String>,
    /// Only of this body.
    pub org: Option<String>,
    /// At most so many of each kind at each control point.
    pub most: u64,
}

impl ShadowPassRow {
    /// The shadow it is of.
    pub fn shadow(&self) -> ShadowId {
        ShadowId {
            draft: self.draft.clone(),
            text: self.text.clone(),
            since: self.since.into(),
        }
    }

    /// What it knew.
    pub fn horizon(&self) -> Horizon {
        let offsets = self.log_offsets.iter().copied();
        Horizon {
            log_id: self.log_id.clone(),
            positions: self.log_partitions.iter().copied().zip(offsets).collect(),
        }
    }
}

/// Rows in one insert: of the largest, alerts with their accounts, that is some ten megabytes.
const INSERT_ROWS: usize = 2_000;

/// The last passes: of each shadow the last whole one, and where a later one failed, that one, too.
const LAST: &str = "WHERE ({draft:String} = '' OR draft = {draft:String}) \
     ORDER BY draft, text, since, judged_at DESC LIMIT 1 BY draft, text, since, problem = ''";
const OF_PASS: &str = "WHERE draft = {draft:String} AND text = {text:String} AND since = fromUnixTimestamp64Milli({since:Int64}, 'UTC')";

impl Store {
    /// Writes what belongs to a pass, not yet the pass: nobody reads it before [`Store::end_shadow_pass`].
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn put_shadow_rows(
        &self,
        tallies: &[ShadowTallyRow],
        differences: &[ShadowDifferenceRow],
    ) -> Result<(), Error> {
        let tallies = tallies.chunks(INSERT_ROWS).map(|rows| block(rows.iter()));
        let differences = differences
            .chunks(INSERT_ROWS)
            .map(|rows| block(rows.iter()));
        let blocks: Vec<Block> = tallies.chain(differences).flatten().collect();
        for block in blocks {
            self.insert_once(&block).await?;
        }
        Ok(())
    }

    /// Writes a pass whose rows are there, or one that judged nothing.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn end_shadow_pass(&self, pass: &ShadowPassRow) -> Result<(), Error> {
        match block(std::iter::once(pass)) {
            Some(block) => self.insert_once(&block).await,
            None => Ok(()),
        }
    }

    /// Takes away the rows of passes before this instant, and of those that were never ended.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn forget_shadow_rows(
        &self,
        shadow: &ShadowId,
        before: Timestamp,
    ) -> Result<(), Error> {
        for table in [ShadowTallyRow::TABLE, ShadowDifferenceRow::TABLE] {
            let sql = format!(
                "DELETE FROM {table} {OF_PASS} AND judged_at < fromUnixTimestamp64Milli({{before:Int64}}, 'UTC')"
            );
            let query = self
                .of_shadow(&sql, shadow)
                .param("before", before.millis());
            let attempted = "forgetting earlier passes of a shadow";
            within(self.timeouts().insert, attempted, query.execute()).await?;
        }
        Ok(())
    }

    /// Of each shadow of a draft, or of every draft, the last whole pass, and the last that failed; newest first within a shadow.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn last_shadow_passes(
        &self,
        draft: Option<&str>,
    ) -> Result<Vec<ShadowPassRow>, Error> {
        let sql = format!(
            "SELECT {} FROM shadow_passes FINAL {LAST}",
            ShadowPassRow::select_list()
        );
        let query = self
            .client()
            .query_raw(&sql)
            .param("draft", draft.unwrap_or_default());
        self.fetch("reading passes of shadows", query).await
    }

    /// As of when a shadow was last judged whole.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn shadow_judged_at(&self, shadow: &ShadowId) -> Result<Option<Timestamp>, Error> {
        let sql = format!(
            "SELECT toUnixTimestamp64Milli(judged_at) FROM shadow_passes FINAL {OF_PASS} AND problem = '' \
             ORDER BY judged_at DESC LIMIT 1"
        );
        let query = self.of_shadow(&sql, shadow);
        let rows: Vec<i64> = self.fetch("asking when a shadow was judged", query).await?;
        Ok(rows.first().copied().map(Timestamp::from_millis))
    }

    /// What a pass counted, by control point and body.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn shadow_tallies(&self, pass: &ShadowPassRow) -> Result<Vec<ShadowTallyRow>, Error> {
        let sql = format!(
            "SELECT {} FROM shadow_tallies FINAL {OF_PASS} AND judged_at = fromUnixTimestamp64Milli({{at:Int64}}, 'UTC') \
             ORDER BY control_point, org",
            ShadowTallyRow::select_list()
        );
        let query = self
            .of_shadow(&sql, &pass.shadow())
            .param("at", pass.judged_at.0);
        self.fetch("reading what a shadow counted", query).await
    }

    /// What differs by a pass, by control point, kind and case.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn shadow_differences(
        &self,
        pass: &ShadowPassRow,
        filter: &DifferenceFilter,
    ) -> Result<Vec<ShadowDifferenceRow>, Error> {
        let sql = format!(
            "SELECT {} FROM shadow_differences FINAL {OF_PASS} AND judged_at = fromUnixTimestamp64Milli({{at:Int64}}, 'UTC') \
             AND ({{any_point:UInt8}} OR control_point = {{point:String}}) AND ({{any_org:UInt8}} OR org = {{org:String}}) \
             ORDER BY control_point, difference, source, case_no, step, visit LIMIT {{most:UInt64}} BY control_point, difference",
            ShadowDifferenceRow::select_list()
        );
        let query = self
            .of_shadow(&sql, &pass.shadow())
            .param("at", pass.judged_at.0)
            .param("any_point", u8::from(filter.control_point.is_none()))
            .param("point", filter.control_point.as_deref().unwrap_or_default())
            .param("any_org", u8::from(filter.org.is_none()))
            .param("org", filter.org.as_deref().unwrap_or_default())
            .param("most", filter.most);
        self.fetch("reading what a shadow finds otherwise", query)
            .await
    }

    fn of_shadow(&self, sql: &str, shadow: &ShadowId) -> clickhouse::query::Query {
        self.by_key(sql)
            .param("draft", &shadow.draft)
            .param("text", &shadow.text)
            .param("since", shadow.since.millis())
    }
}
