//! Which power items were run, and what codes their cases bear.

use mingjing_domain::Timestamp;
use serde::Deserialize;

use crate::{Error, Store};

/// Cases of one item.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, clickhouse::Row)]
pub struct ItemRun {
    /// 事项编码.
    pub item_code: String,
    /// Cases that were begun or open in the window.
    pub cases: u64,
}

const RUN: &str = "SELECT CAST(assumeNotNull(item_code), 'String') AS item_code, count() AS cases FROM cases FINAL \
     WHERE item_code IS NOT NULL AND opened_at IS NOT NULL \
     AND opened_at < fromUnixTimestamp64Milli({to:Int64}, 'UTC') \
     AND (closed_at IS NULL OR closed_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')) \
     GROUP BY item_code ORDER BY item_code";

/// A code that cases of one item bear.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, clickhouse::Row)]
pub struct BorneCode {
    /// 来源系统.
    pub source: String,
    /// 事项编码.
    pub item_code: String,
    /// `orgs` or `steps`.
    pub what: String,
    /// The code.
    pub code: String,
    /// Cases that were begun or open in the window and bear it.
    pub cases: u64,
}

/// More kinds of codes than this are a broken source, which these tell well enough.
const BORNE: &str = "SELECT CAST(source, 'String') AS source, item AS item_code, pair.1 AS what, pair.2 AS code, count() AS cases FROM ( \
     SELECT source, CAST(assumeNotNull(item_code), 'String') AS item, arrayJoin(arrayConcat( \
       [('orgs', CAST(ifNull(org_code, ''), 'String'))], arrayMap(s -> ('steps', s), arrayDistinct(visits.step)))) AS pair \
     FROM cases FINAL WHERE item_code IS NOT NULL AND opened_at IS NOT NULL \
     AND opened_at < fromUnixTimestamp64Milli({to:Int64}, 'UTC') \
     AND (closed_at IS NULL OR closed_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC'))) \
     WHERE pair.2 != '' GROUP BY source, item, what, code ORDER BY source, item, what, code LIMIT 100000";

impl Store {
    /// The codes that cases bear which were begun or open from an instant up to, not including, another.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn codes_borne(
        &self,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<BorneCode>, Error> {
        let query = self
            .client()
            .query_raw(BORNE)
            .param("from", from.millis())
            .param("to", to.millis());
        self.fetch("reading the codes of cases", query).await
    }

    /// The items that had cases from an instant up to, not including, another.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn items_run(&self, from: Timestamp, to: Timestamp) -> Result<Vec<ItemRun>, Error> {
        let query = self
            .client()
            .query_raw(RUN)
            .param("from", from.millis())
            .param("to", to.millis());
        self.fetch("counting the cases of items", query).await
    }
}
