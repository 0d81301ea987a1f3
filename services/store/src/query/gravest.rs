//! 每件只列最重的一条: lists show of each case its gravest alert, and how many others it stands for.
//!
//! Of the alerts that a filter asks for and that somebody sees: what is narrowed away neither pushes another aside nor is counted. Of
//! these, what still stands goes before what does not, so that a card that was withdrawn or has ended never stands before one that has
//! to be worked; then the graver level; of one level what was raised last. What is about no case (a source, a body, an item, an officer, a
//! party) is listed alert by alert.
//!
//! Which they are is found over everything that fits and before a page is cut, in columns that are read anyhow for filtering and sorting, so
//! that the pages of one list are cut from the same rows.

use std::collections::BTreeMap;

use clickhouse::Row;
use mingjing_domain::alert::AlertRecord;
use serde::Deserialize;

use super::sight::all_of;
use super::sort::RANK_SQL;
use super::{AlertFilter, Among};
use crate::{Error, Store};

/// [`AlertRecord::subject_kind`] of what is about a case.
const CASE: &str = "case";
/// What one row of a list stands for: a case, or else the alert itself.
const ROW_SQL: &str = "source, case_no, if(subject_kind = 'case', '', alert_id)";
/// What still stands goes before what does not.
const STANDS_SQL: &str = "status NOT IN ('pending', 'issued', 'review')";

/// That an alert is the gravest of its case among those that fit, as SQL.
pub(super) fn condition(fitting: &[String]) -> String {
    format!(
        "alert_id IN (SELECT alert_id FROM alerts FINAL {} \
         ORDER BY {STANDS_SQL}, {RANK_SQL}, raised_at DESC, alert_id LIMIT 1 BY {ROW_SQL})",
        all_of(fitting)
    )
}

#[derive(Row, Deserialize)]
struct Behind {
    source: String,
    case_no: String,
    others: u64,
}

#[derive(Row, Deserialize)]
struct Counted {
    rows: u64,
}

impl Store {
    /// How many rows a list has that shows of each case the gravest of the alerts asked for.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn alert_rows_counted(&self, filter: &AlertFilter) -> Result<u64, Error> {
        let sql = format!(
            "SELECT uniqExact({ROW_SQL}) AS rows FROM alerts FINAL {}",
            all_of(&filter.fitting())
        );
        let query = filter.bind(self.client().query_raw(&sql));
        let counted: Vec<Counted> = self.fetch("counting cases with alerts", query).await?;
        Ok(counted.first().map_or(0, |row| row.rows))
    }

    /// Of each of these alerts, how many others of its case the filter asks for.
    pub(super) async fn alerts_behind(
        &self,
        filter: &AlertFilter,
        shown: &[AlertRecord],
    ) -> Result<Vec<u64>, Error> {
        let of_cases = || shown.iter().filter(|alert| alert.subject_kind == CASE);
        let ids = || of_cases().map(|alert| alert.alert_id.as_str());
        // A page holds no more than a statement does; of more nothing would be told.
        let (Some(these), Some(others)) = (Among::these(ids()), Among::others(ids())) else {
            return Ok(vec![0; shown.len()]);
        };
        let mut behind: BTreeMap<(String, String), u64> = BTreeMap::new();
        if of_cases().next().is_some() {
            let mut conditions = filter.fitting();
            conditions.extend([
                "subject_kind = 'case'".to_owned(),
                // By their ids, which are the table's key: numbers of cases are departments' texts, and no address holds a page of them.
                format!(
                    "(source, case_no) IN (SELECT source, case_no FROM alerts WHERE {})",
                    these.condition()
                ),
                others.condition(),
            ]);
            let sql = format!(
                "SELECT source, case_no, count() AS others FROM alerts FINAL {} GROUP BY source, case_no",
                all_of(&conditions)
            );
            let query = filter.bind(self.client().query_raw(&sql));
            let rows: Vec<Behind> = self.fetch("counting a case's other alerts", query).await?;
            behind = rows
                .into_iter()
                .map(|row| ((row.source, row.case_no), row.others))
                .collect();
        }
        let of = |alert: &AlertRecord| {
            let key = (alert.source.clone(), alert.case_no.clone());
            let found = (alert.subject_kind == CASE).then(|| behind.get(&key));
            found.flatten().copied().unwrap_or_default()
        };
        Ok(shown.iter().map(of).collect())
    }
}
