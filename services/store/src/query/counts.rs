//! Counts for the board.
//!
//! All is counted at once, by where it belongs, and what somebody sees is added up from that: however many look, each as far as they
//! see, ClickHouse is asked once.

use std::collections::BTreeMap;

use clickhouse::Row;
use mingjing_domain::Timestamp;
use mingjing_domain::alert::{Level, Status};
use mingjing_domain::time::HOUR_MS;
use serde::Deserialize;

use super::Sight;
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
    /// The same alerts by region and level.
    pub by_region: Vec<RegionCount>,
    /// Records that came within the last hour, each version once.
    pub received_hour: u64,
    /// Cases closed within the last hour.
    pub closed_hour: u64,
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

/// Standing alerts of one region and level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegionCount {
    /// 行政区划; none where the events named none.
    pub region_code: Option<String>,
    /// The level.
    pub level: Level,
    /// How many.
    pub alerts: u64,
}

#[derive(Row, Deserialize)]
struct AlertTallyRow {
    region_code: Option<String>,
    org_code: Option<String>,
    responsible_org: Option<String>,
    level: String,
    status: String,
    alerts: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct AlertTally {
    region_code: Option<String>,
    org_code: Option<String>,
    responsible_org: Option<String>,
    level: Level,
    status: Status,
    alerts: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Row, Deserialize)]
struct CaseTally {
    region_code: Option<String>,
    org_code: Option<String>,
    open: u64,
    closed: u64,
    cases: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Row, Deserialize)]
struct ReceivedTally {
    region_code: Option<String>,
    org_code: Option<String>,
    records: u64,
}

/// How many there are now, by where they belong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tallies {
    alerts: Vec<AlertTally>,
    cases: Vec<CaseTally>,
    received: Vec<ReceivedTally>,
}

/// What still stands.
const STANDING: [Status; 3] = [Status::Pending, Status::Issued, Status::Review];

const ALERTS: &str = "SELECT region_code, org_code, responsible_org, level, status, count() AS alerts FROM alerts FINAL \
     GROUP BY region_code, org_code, responsible_org, level, status";

const CASES: &str = "SELECT region_code, org_code, countIf(opened_at IS NOT NULL AND closed_at IS NULL) AS open, \
     countIf(closed_at > fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND closed_at <= fromUnixTimestamp64Milli({now:Int64}, 'UTC')) AS closed, \
     count() AS cases \
     FROM cases FINAL GROUP BY region_code, org_code";

/// Without FINAL, so that only the parts of that hour are read; a record that lies in two of them counts once all the same. A record belongs where
/// it says itself: one that names no body is counted for those who see every body.
const RECEIVED: &str = "SELECT region_code, org_code, uniqExact(source, case_no, event_id, data_version) AS records FROM events \
     WHERE received_at > fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND received_at <= fromUnixTimestamp64Milli({now:Int64}, 'UTC') \
     GROUP BY region_code, org_code";

impl Tallies {
    /// What of it somebody sees.
    pub fn counts(&self, sight: &Sight) -> Counts {
        let seen = self.alerts.iter().filter(|tally| {
            let bodies = [tally.org_code.as_deref(), tally.responsible_org.as_deref()];
            sight.sees(tally.region_code.as_deref(), &bodies)
        });
        let mut by_level = BTreeMap::new();
        let mut by_org = BTreeMap::new();
        let mut by_region = BTreeMap::new();
        for tally in seen {
            let AlertTally { level, status, .. } = *tally;
            let key = (level.code(), status.code());
            let (.., alerts) = by_level.entry(key).or_insert((level, status, 0));
            *alerts += tally.alerts;
            if STANDING.contains(&status) {
                // Those without a body come last.
                let key = (tally.org_code.is_none(), &tally.org_code, level.code());
                let (_, alerts) = by_org.entry(key).or_insert((level, 0));
                *alerts += tally.alerts;
                let key = (
                    tally.region_code.is_none(),
                    &tally.region_code,
                    level.code(),
                );
                let (_, alerts) = by_region.entry(key).or_insert((level, 0));
                *alerts += tally.alerts;
            }
        }
        let cases = self
            .cases
            .iter()
            .filter(|tally| sight.sees(tally.region_code.as_deref(), &[tally.org_code.as_deref()]));
        let (mut cases_open, mut closed_hour, mut all) = (0, 0, 0);
        for tally in cases {
            cases_open += tally.open;
            closed_hour += tally.closed;
            all += tally.cases;
        }
        let received = self
            .received
            .iter()
            .filter(|tally| sight.sees(tally.region_code.as_deref(), &[tally.org_code.as_deref()]));
        Counts {
            alerts: by_level
                .into_values()
                .map(|(level, status, alerts)| LevelCount {
                    level,
                    status,
                    alerts,
                })
                .collect(),
            by_org: by_org
                .into_iter()
                .map(|((_, org_code, _), (level, alerts))| OrgCount {
                    org_code: org_code.clone(),
                    level,
                    alerts,
                })
                .collect(),
            by_region: by_region
                .into_iter()
                .map(|((_, region_code, _), (level, alerts))| RegionCount {
                    region_code: region_code.clone(),
                    level,
                    alerts,
                })
                .collect(),
            received_hour: received.map(|tally| tally.records).sum(),
            closed_hour,
            cases_open,
            cases: all,
        }
    }
}

impl Store {
    /// Counts of everything, at an instant that ends the hour of which it tells.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`], [`Error::Damaged`].
    pub async fn counts(&self, now: Timestamp) -> Result<Counts, Error> {
        self.counts_in(&Sight::default(), now).await
    }

    /// Counts for the board, of what somebody sees.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`], [`Error::Damaged`].
    pub async fn counts_in(&self, sight: &Sight, now: Timestamp) -> Result<Counts, Error> {
        Ok(self.tallies(now).await?.counts(sight))
    }

    /// What there is now, to be counted as far as each sees.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`], [`Error::Damaged`].
    pub async fn tallies(&self, now: Timestamp) -> Result<Tallies, Error> {
        let attempted = "counting alerts and cases";
        let of_hour = |sql| {
            let from = now.plus_millis(-HOUR_MS).millis();
            let query = self.client().query_raw(sql).param("from", from);
            query.param("now", now.millis())
        };
        let alerts: Vec<AlertTallyRow> = self
            .fetch(attempted, self.client().query_raw(ALERTS))
            .await?;
        let cases = self.fetch(attempted, of_hour(CASES)).await?;
        let received = self.fetch(attempted, of_hour(RECEIVED)).await?;
        let table = AlertRow::TABLE;
        let tally = |row: AlertTallyRow| {
            Ok(AlertTally {
                level: from_code(table, "level", &row.level)?,
                status: from_code(table, "status", &row.status)?,
                region_code: row.region_code,
                org_code: row.org_code,
                responsible_org: row.responsible_org,
                alerts: row.alerts,
            })
        };
        Ok(Tallies {
            alerts: alerts
                .into_iter()
                .map(tally)
                .collect::<Result<_, Error>>()?,
            cases,
            received,
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
