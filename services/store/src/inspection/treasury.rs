//! `treasury_totals`: what the treasury took in of each body's fines, by month.

use mingjing_domain::Timestamp;

use crate::store::within;
use crate::table::{Millis, Table, table};
use crate::{Error, Store};

table! {
    /// A body's month.
    TreasuryRow in "treasury_totals" {
        /// See [`TreasuryTotal::org_code`].
        org_code: String,
        /// See [`TreasuryTotal::month`].
        month: String,
        /// See [`TreasuryTotal::collected`].
        collected: i64,
        /// See [`TreasuryTotal::refunded`].
        refunded: i64,
        /// See [`TreasuryTotal::in_transit`].
        in_transit: i64,
        /// See [`TreasuryTotal::note`].
        note: String,
        /// Of the file.
        digest: String,
        /// Who.
        imported_by: String,
        /// When.
        imported_at: Millis,
        /// The later counts.
        version: u64,
    }
}

/// What the treasury says of one body's month. Amounts in fen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreasuryTotal {
    /// 执收单位.
    pub org_code: String,
    /// Like `2026-10`.
    pub month: String,
    /// 入库.
    pub collected: i64,
    /// 退库.
    pub refunded: i64,
    /// 在途: collected by agents in the month and booked later.
    pub in_transit: i64,
    /// What it adds.
    pub note: String,
}

impl Store {
    /// Writes totals; of a body's month the later import counts.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn put_treasury_totals(
        &self,
        totals: &[TreasuryTotal],
        digest: &str,
        imported_by: &str,
        now: Timestamp,
    ) -> Result<(), Error> {
        for total in totals {
            let sql = format!(
                "INSERT INTO {} ({}) SELECT {{org:String}}, {{month:String}}, {{collected:Int64}}, {{refunded:Int64}}, {{in_transit:Int64}}, \
                 {{note:String}}, {{digest:String}}, {{by:String}}, fromUnixTimestamp64Milli({{now:Int64}}, 'UTC'), {{version:UInt64}}",
                TreasuryRow::TABLE,
                TreasuryRow::column_list()
            );
            let query = self
                .client()
                .query_raw(&sql)
                .param("org", &total.org_code)
                .param("month", &total.month)
                .param("collected", total.collected)
                .param("refunded", total.refunded)
                .param("in_transit", total.in_transit)
                .param("note", &total.note)
                .param("digest", digest)
                .param("by", imported_by)
                .param("now", now.millis())
                .param("version", u64::try_from(now.millis()).unwrap_or(0));
            within(
                self.timeouts().insert,
                "writing treasury totals",
                query.execute(),
            )
            .await?;
        }
        Ok(())
    }
}
