//! Which power items were run.

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

impl Store {
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
