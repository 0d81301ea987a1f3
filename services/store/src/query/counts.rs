//! Counts for the board.

use clickhouse::Row;
use mingjing_domain::alert::{Level, Status};
use serde::Deserialize;

use super::Sight;
use super::sight::all_of;
use crate::rows::{AlertRow, SourceHealth, SourceHealthRow, from_code};
use crate::table::Table;
use crate::{Error, Store};

/// How many there are now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Alerts by level and status; pairs without alerts are left out.
    pub alerts: Vec<LevelCount>,
    /// Alerts that still stand (pending, issued, review) by body and level.
    pub by_org: Vec<OrgCount>,
    /// Cases that are not closed.
    pub cases_open: u64,
    /// All cases.
    pub cases: u64,
}

/// Alerts of one level and status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LevelCount {
    /// The level.
    pub level: Level,
    /// The status.
    pub status: Status,
    /// How many.
    pub alerts: u64,
}

/// Standing alerts of one body and level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrgCount {
    /// The body that the events named; none where they named none.
    pub org_code: Option<String>,
    /// The level.
    pub level: Level,
    /// How many.
    pub alerts: u64,
}

#[derive(Row, Deserialize)]
struct LevelStatus {
    level: String,
    status: String,
    alerts: u64,
}

#[derive(Row, Deserialize)]
struct OrgLevel {
    org_code: Option<String>,
    level: String,
    alerts: u64,
}

#[derive(Row, Deserialize)]
struct Cases {
    open: u64,
    cases: u64,
}

/// What still stands.
const STANDING: &str = "status IN ('pending', 'issued', 'review')";

impl Store {
    /// Counts of everything.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`], [`Error::Damaged`].
    pub async fn counts(&self) -> Result<Counts, Error> {
        self.counts_in(&Sight::default()).await
    }

    /// Counts for the board, of what somebody sees.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`], [`Error::Damaged`].
    pub async fn counts_in(&self, sight: &Sight) -> Result<Counts, Error> {
        let attempted = "counting alerts and cases";
        let alerts = sight.on_alerts();
        let standing: Vec<&str> = [STANDING]
            .into_iter()
            .chain(alerts.iter().copied())
            .collect();
        let by_level = format!(
            "SELECT level, status, count() AS alerts FROM alerts FINAL {} \
             GROUP BY level, status ORDER BY level, status",
            all_of(&alerts)
        );
        let by_org = format!(
            "SELECT org_code, level, count() AS alerts FROM alerts FINAL {} \
             GROUP BY org_code, level ORDER BY org_code, level",
            all_of(&standing)
        );
        let cases = format!(
            "SELECT countIf(opened_at IS NOT NULL AND closed_at IS NULL) AS open, count() AS cases FROM cases FINAL {}",
            all_of(&sight.on_cases())
        );
        let asked = |sql: &str| sight.bind(self.client().query_raw(sql));
        let by_level: Vec<LevelStatus> = self.fetch(attempted, asked(&by_level)).await?;
        let by_org: Vec<OrgLevel> = self.fetch(attempted, asked(&by_org)).await?;
        let cases: Vec<Cases> = self.fetch(attempted, asked(&cases)).await?;
        let table = AlertRow::TABLE;
        let level_count = |row: LevelStatus| {
            Ok(LevelCount {
                level: from_code(table, "level", &row.level)?,
                status: from_code(table, "status", &row.status)?,
                alerts: row.alerts,
            })
        };
        let org_count = |row: OrgLevel| {
            Ok(OrgCount {
                level: from_code(table, "level", &row.level)?,
                org_code: row.org_code,
                alerts: row.alerts,
            })
        };
        Ok(Counts {
            alerts: by_level
                .into_iter()
                .map(level_count)
                .collect::<Result<_, Error>>()?,
            by_org: by_org
                .into_iter()
                .map(org_count)
                .collect::<Result<_, Error>>()?,
            cases_open: cases.first().map_or(0, |c| c.open),
            cases: cases.first().map_or(0, |c| c.cases),
        })
    }
}

impl Store {
    /// What each partition knows of a source, in partition order; empty where none has heard of it.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn source_health(&self, source: &str) -> Result<Vec<SourceHealth>, Error> {
        let sql = format!(
            "SELECT {} FROM source_health FINAL WHERE source = {{source:String}} ORDER BY log_partition",
            SourceHealthRow::select_list()
        );
        let query = self.client().query_raw(&sql).param("source", source);
        let rows: Vec<SourceHealthRow> = self.fetch("reading a source's health", query).await?;
        Ok(rows.into_iter().map(SourceHealth::from).collect())
    }
}
