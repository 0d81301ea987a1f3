//! The cases that a sample is drawn from.

use mingjing_domain::Timestamp;
use mingjing_domain::voice::SOURCE;
use serde::Deserialize;

use super::Sight;
use super::sight::all_of;
use crate::{Error, Store};

/// Which cases may be drawn: closed in a stretch of time. Complaints about no case are none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PopulationFilter {
    /// Closed at this instant or later.
    pub from: Timestamp,
    /// And before this one.
    pub until: Timestamp,
    /// Of a region whose code begins so, and of one body.
    pub of: Sight,
    /// Of this item.
    pub item_code: Option<String>,
}

/// A case that may be drawn.
#[derive(Clone, Debug, PartialEq, Eq, clickhouse::Row, Deserialize)]
pub struct PopulationRow {
    /// The source.
    pub source: String,
    /// The number.
    pub case_no: String,
    /// The item; empty: none is known.
    pub item_code: String,
    /// The body; empty: none is known.
    pub org_code: String,
}

impl Store {
    /// The cases that may be drawn, in order of source and number; of more than `most` one more, and no others.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn population(
        &self,
        filter: &PopulationFilter,
        most: u64,
    ) -> Result<Vec<PopulationRow>, Error> {
        let mut conditions = filter.of.on_cases();
        conditions.extend([
            "closed_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')",
            "closed_at < fromUnixTimestamp64Milli({until:Int64}, 'UTC')",
            "source != {voices:String}",
        ]);
        if filter.item_code.is_some() {
            conditions.push("item_code = {item_code:String}");
        }
        let sql = format!(
            "SELECT CAST(source, 'String') AS source, case_no, \
             ifNull(CAST(item_code, 'Nullable(String)'), '') AS item_code, \
             ifNull(CAST(org_code, 'Nullable(String)'), '') AS org_code \
             FROM (SELECT * FROM cases FINAL {}) ORDER BY source, case_no LIMIT {{most:UInt64}}",
            all_of(&conditions)
        );
        let query = filter.of.bind(self.client().query_raw(&sql));
        let mut query = query
            .param("from", filter.from.millis())
            .param("until", filter.until.millis())
            .param("voices", SOURCE)
            .param("most", most + 1);
        if let Some(item) = &filter.item_code {
            query = query.param("item_code", item.as_str());
        }
        self.fetch("reading the cases to draw from", query).await
    }
}
