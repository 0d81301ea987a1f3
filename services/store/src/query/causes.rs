//! What alerts have in common: what incidents 同因事件 are proposed from, and what is offered to one that is open.

use mingjing_domain::Timestamp;
use mingjing_domain::alert::AlertRecord;
use serde::Deserialize;

use super::sight::all_of;
use super::{AlertFilter, Sight, given};
use crate::rows::AlertRow;
use crate::table::Table;
use crate::{Error, Store};

/// Alerts that still stand and may come of one cause. Every part narrows; an empty part asks for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CauseFilter {
    /// This source.
    pub source: Option<String>,
    /// This kind of rule.
    pub rule: Option<String>,
    /// This control point.
    pub control_point: Option<String>,
    /// Judged by these definitions.
    pub definitions_version: Option<String>,
    /// This case.
    pub case_no: Option<String>,
    /// Their instant (when it became true, else when it is due, else when it was raised) is this or later.
    pub from: Option<Timestamp>,
    /// Their instant is before this.
    pub until: Option<Timestamp>,
    /// Raised on this day or later, in the zone that the days are asked for in.
    pub raised_from: Option<Timestamp>,
    /// Raised before this.
    pub raised_before: Option<Timestamp>,
    /// How far whoever asks sees.
    pub sight: Sight,
}

/// When an alert's matter was: what a silence or a bulk feed is held against.
const INSTANT: &str = "coalesce(breached_at, due_at, raised_at)";

impl CauseFilter {
    fn conditions(&self) -> Vec<String> {
        let mut all: Vec<String> = self
            .sight
            .on_alerts()
            .into_iter()
            .map(String::from)
            .collect();
        all.push("status IN ('pending', 'issued', 'review')".to_owned());
        let texts = [
            ("source", &self.source),
            ("rule", &self.rule),
            ("control_point", &self.control_point),
            ("definitions_version", &self.definitions_version),
            ("case_no", &self.case_no),
        ];
        for (column, value) in texts {
            if value.is_some() {
                all.push(format!("{column} = {{{column}:String}}"));
            }
        }
        let instants = [
            (INSTANT, ">=", "from", self.from),
            (INSTANT, "<", "until", self.until),
            ("raised_at", ">=", "raised_from", self.raised_from),
            ("raised_at", "<", "raised_before", self.raised_before),
        ];
        for (what, how, name, value) in instants {
            if value.is_some() {
                all.push(format!(
                    "{what} {how} fromUnixTimestamp64Milli({{{name}:Int64}}, 'UTC')"
                ));
            }
        }
        all
    }
}

/// How many alerts a control point raised on a day.
#[derive(Clone, Debug, PartialEq, Eq, clickhouse::Row, Deserialize)]
pub struct Daily {
    /// The kind of rule.
    pub rule: String,
    /// The control point.
    pub control_point: String,
    /// The definitions that they were judged by.
    pub definitions_version: String,
    /// The local day, like `2026-11-26`.
    pub day: String,
    /// How many.
    pub alerts: u64,
    /// How many of them still stand.
    pub standing: u64,
}

/// A case with several alerts that still stand.
#[derive(Clone, Debug, PartialEq, Eq, clickhouse::Row, Deserialize)]
pub struct Crowded {
    /// The source.
    pub source: String,
    /// The number.
    pub case_no: String,
    /// How many.
    pub alerts: u64,
}

/// An alert with where it belongs.
#[derive(Clone, Debug, PartialEq, Eq, clickhouse::Row, Deserialize)]
pub struct Placed {
    /// The alert.
    pub alert_id: String,
    /// Its source; empty: none.
    pub source: String,
    /// The body that the events named; empty: none.
    pub org_code: String,
}

/// How many there are of one source and body.
#[derive(Clone, Debug, PartialEq, Eq, clickhouse::Row, Deserialize)]
pub struct PlaceCount {
    /// The source; empty: none.
    pub source: String,
    /// The body that the events named; empty: none.
    pub org_code: String,
    /// How many.
    pub alerts: u64,
}

const PLACE: &str =
    "CAST(source, 'String') AS source, ifNull(CAST(org_code, 'Nullable(String)'), '') AS org_code";

impl Store {
    /// Alerts that may come of one cause, without their evidence, those whose instant is first before others; `most` of them.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`], [`Error::Damaged`].
    pub async fn alerts_of_cause(
        &self,
        filter: &CauseFilter,
        most: u64,
    ) -> Result<Vec<AlertRecord>, Error> {
        let sql = format!(
            "SELECT {} FROM alerts FINAL {} ORDER BY {INSTANT}, alert_id LIMIT {{most:UInt64}}",
            AlertRow::select_list_in_brief(),
            all_of(&filter.conditions())
        );
        let texts = [
            ("source", &filter.source),
            ("rule", &filter.rule),
            ("control_point", &filter.control_point),
            ("definitions_version", &filter.definitions_version),
            ("case_no", &filter.case_no),
        ];
        let instants = [
            ("from", filter.from),
            ("until", filter.until),
            ("raised_from", filter.raised_from),
            ("raised_before", filter.raised_before),
        ];
        let query = filter.sight.bind(self.client().query_raw(&sql));
        let query = given::bind(query, texts, instants).param("most", most);
        let rows: Vec<AlertRow> = self.fetch("reading alerts of one cause", query).await?;
        rows.into_iter().map(AlertRecord::try_from).collect()
    }

    /// What inspections by these rules found of sources since an instant, with the evidence that names the window: the last first.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`], [`Error::Damaged`].
    pub async fn findings_of_sources(
        &self,
        rules: &[&str],
        since: Timestamp,
        sight: &Sight,
        most: u64,
    ) -> Result<Vec<AlertRecord>, Error> {
        let mut conditions = sight.on_alerts();
        conditions.extend([
            "subject_kind = 'source'",
            "rule IN {rules:Array(String)}",
            "status IN ('pending', 'issued', 'review', 'ended')",
            "raised_at >= fromUnixTimestamp64Milli({since:Int64}, 'UTC')",
        ]);
        let sql = format!(
            "SELECT {} FROM alerts FINAL {} ORDER BY raised_at DESC, alert_id LIMIT {{most:UInt64}}",
            AlertRow::select_list(),
            all_of(&conditions)
        );
        let query = sight.bind(self.client().query_raw(&sql));
        let query = query
            .param("rules", rules)
            .param("since", since.millis())
            .param("most", most);
        let rows: Vec<AlertRow> = self
            .fetch("reading what was found of sources", query)
            .await?;
        rows.into_iter().map(AlertRecord::try_from).collect()
    }

    /// How many alerts each control point raised on each day since an instant, by the definitions they were judged by.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn alerts_by_day(
        &self,
        since: Timestamp,
        zone: &str,
        sight: &Sight,
    ) -> Result<Vec<Daily>, Error> {
        let mut conditions = sight.on_alerts();
        conditions.push("raised_at >= fromUnixTimestamp64Milli({since:Int64}, 'UTC')");
        // A view of its own, so that the cast names are not taken for the columns of the conditions.
        let sql = format!(
            "SELECT CAST(rule, 'String') AS rule, CAST(control_point, 'String') AS control_point, \
             CAST(definitions_version, 'String') AS definitions_version, toString(toDate(raised_at, {{zone:String}})) AS day, \
             count() AS alerts, countIf(status IN ('pending', 'issued', 'review')) AS standing \
             FROM (SELECT rule, control_point, definitions_version, raised_at, status FROM alerts FINAL {}) \
             GROUP BY rule, control_point, definitions_version, day ORDER BY rule, control_point, definitions_version, day",
            all_of(&conditions)
        );
        let query = sight.bind(self.client().query_raw(&sql));
        let query = query.param("since", since.millis()).param("zone", zone);
        self.fetch("counting alerts by day", query).await
    }

    /// Cases with at least so many alerts that still stand, those with most first.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn crowded_cases(
        &self,
        least: u64,
        sight: &Sight,
        most: u64,
    ) -> Result<Vec<Crowded>, Error> {
        let mut conditions = sight.on_alerts();
        conditions.extend([
            "subject_kind = 'case'",
            "status IN ('pending', 'issued', 'review')",
        ]);
        let sql = format!(
            "SELECT CAST(source, 'String') AS source, case_no, count() AS alerts \
             FROM (SELECT source, case_no FROM alerts FINAL {}) GROUP BY source, case_no \
             HAVING alerts >= {{least:UInt64}} ORDER BY alerts DESC, source, case_no LIMIT {{most:UInt64}}",
            all_of(&conditions)
        );
        let query = sight.bind(self.client().query_raw(&sql));
        let query = query.param("least", least).param("most", most);
        self.fetch("looking for cases with several alerts", query)
            .await
    }

    /// Which of the alerts asked for there are, and where they belong.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn alerts_placed(&self, filter: &AlertFilter) -> Result<Vec<Placed>, Error> {
        let sql = format!(
            "SELECT alert_id, {PLACE} FROM (SELECT alert_id, source, org_code FROM alerts FINAL {})",
            all_of(&filter.conditions())
        );
        let query = filter.bind(self.client().query_raw(&sql));
        self.fetch("reading where alerts belong", query).await
    }

    /// How many alerts the filter asks for, by source and body.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn alerts_by_place(&self, filter: &AlertFilter) -> Result<Vec<PlaceCount>, Error> {
        let sql = format!(
            "SELECT {PLACE}, count() AS alerts FROM (SELECT source, org_code FROM alerts FINAL {}) \
             GROUP BY source, org_code ORDER BY source, org_code",
            all_of(&filter.conditions())
        );
        let query = filter.bind(self.client().query_raw(&sql));
        self.fetch("counting alerts by where they belong", query)
            .await
    }
}
