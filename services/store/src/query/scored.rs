//! What scores count, row by row: the alerts that went out in a period, the cases that became late in it, the orders whose answer did not
//! come in time in it. What they come down to is said by the alerts; counting is the domain's.
//!
//! A score over a part of the rows would be wrong, so that no sight narrows them: who may see a score sees what it is made of. Whoever asks
//! on behalf of somebody names the body.

use std::collections::BTreeMap;

use clickhouse::query::Query;
use mingjing_domain::Timestamp;
use mingjing_domain::alert::{Level, Status};
use mingjing_domain::definitions::score_model::scorable::{ORDER_RULE, OVERDUE_RULES};
use mingjing_domain::disposition::{Conclusion, DispositionState, ORDER_POINT, order_step};
use mingjing_domain::ids::alert_id;
use mingjing_domain::score::{CountedAlert, CountedRow};
use mingjing_domain::voice::SOURCE;
use serde::Deserialize;

use crate::rows::from_code;
use crate::{Error, Store};

/// More rows than this no score is made of.
pub const SCORED_MAX: u64 = 200_000;

/// Which rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScoredAsked {
    /// The first instant of the period.
    pub from: Timestamp,
    /// The first after it.
    pub until: Timestamp,
    /// What is open at this instant is late if it is due before.
    pub now: Timestamp,
    /// Of this body alone: who answers for the alert, handles the case, owes the answer.
    pub org: Option<String>,
}

/// Whose a row is; what is not said is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Whose {
    /// 单位.
    pub org: String,
    /// 科室.
    pub office: String,
    /// 个人.
    pub officer: String,
}

/// All rows of a period.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scored {
    /// 预警 that went out in the period and still stand, yellow and red, with whose they are.
    pub alerts: Vec<(Whose, CountedAlert)>,
    /// 超期办件: cases whose first limit passed in the period before what it asks for was done.
    pub overdue_cases: Vec<(Whose, CountedRow)>,
    /// 督办 whose answer was due in the period and had not come by then.
    pub unanswered_orders: Vec<(Whose, CountedRow)>,
    /// Whether there are more rows than are read: nothing is to be made of these.
    pub too_many: bool,
}

#[derive(Clone, Debug, clickhouse::Row, Deserialize)]
struct AlertRead {
    alert_id: String,
    source: String,
    case_no: String,
    org: String,
    office: String,
    officer: String,
    level: String,
    rule: String,
    status: String,
    disposition: String,
    conclusion: String,
}

#[derive(Clone, Debug, clickhouse::Row, Deserialize)]
struct CaseRead {
    source: String,
    case_no: String,
    org: String,
    office: String,
    officer: String,
}

#[derive(Clone, Debug, clickhouse::Row, Deserialize)]
struct OrderRead {
    alert_id: String,
    source: String,
    case_no: String,
    control_point: String,
    subject_kind: String,
    step: String,
    visit: u16,
    nth: u16,
    org: String,
}

/// An alert's columns; it is whose it is of in statistics, too.
const ALERT: &str = "SELECT alert_id, CAST(source, 'String') AS source, case_no, \
     ifNull(CAST(ifNull(responsible_org, org_code), 'Nullable(String)'), '') AS org, \
     ifNull(CAST(responsible_office, 'Nullable(String)'), '') AS office, ifNull(responsible_actor, '') AS officer, \
     CAST(level, 'String') AS level, CAST(rule, 'String') AS rule, CAST(status, 'String') AS status, \
     CAST(disposition, 'String') AS disposition, CAST(conclusion, 'String') AS conclusion";

/// What was withdrawn, or never went out, is no row of a score.
const STANDS: &str = "status IN ('issued', 'ended', 'review') AND level IN ('yellow', 'red')";

/// The cases that became late in the period: the first of their limits that passed undone lies in it. Due is the last second in time; a
/// duty that fell away in time was not missed. `finished` is null while nothing of it is done.
const LATE: &str = "SELECT source, case_no, org_code, office, handler FROM (\
     SELECT *, intDiv(toUnixTimestamp64Milli(coalesce(limit_done_at, limit_fell_at, ended_at)), 1000) * 1000 AS finished, \
     arrayMap(due -> assumeNotNull(due), arrayFilter(due -> due IS NOT NULL AND due < ifNull(finished, {now:Int64}), \
     [toUnixTimestamp64Milli(statutory_due_at), toUnixTimestamp64Milli(promised_due_at)])) AS missed, \
     arrayReduce('min', missed) AS breach \
     FROM cases FINAL WHERE opened_at IS NOT NULL AND source != {voices:String}) \
     WHERE notEmpty(missed) AND breach >= {from:Int64} AND breach < {until:Int64}";

/// 督办 that were to be answered in the period and were not, or later.
const UNANSWERED: &str = "SELECT *, JSONExtractString(handling, 'order', 'to') AS owed_by, JSONExtractUInt(handling, 'order', 'nth') AS nth, \
     toUnixTimestamp64Milli(order_due_at) AS due, \
     toUnixTimestamp64Milli(parseDateTime64BestEffortOrNull(JSONExtractString(handling, 'order', 'answers', 1, 'by', 'at'), 3, 'UTC')) AS answered \
     FROM alerts FINAL WHERE order_state != ''";

impl Store {
    /// The rows that scores of a period are made of.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`], [`Error::Damaged`].
    pub async fn scored(&self, asked: &ScoredAsked) -> Result<Scored, Error> {
        let of_alerts = of_body(asked, "ifNull(responsible_org, org_code)");
        let in_period = "toUnixTimestamp64Milli(issued_at) >= {from:Int64} AND toUnixTimestamp64Milli(issued_at) < {until:Int64}";
        let alerts = format!(
            "{ALERT} FROM (SELECT * FROM alerts FINAL WHERE {STANDS} AND {in_period}{of_alerts}) \
             ORDER BY alert_id LIMIT {{most:UInt64}}"
        );
        let alerts: Vec<AlertRead> = self.read("alerts", &alerts, asked).await?;
        let late = format!("{LATE}{}", of_body(asked, "org_code"));
        let cases = format!(
            "SELECT CAST(source, 'String') AS source, case_no, ifNull(CAST(org_code, 'Nullable(String)'), '') AS org, \
             ifNull(CAST(office, 'Nullable(String)'), '') AS office, ifNull(handler, '') AS officer \
             FROM ({late}) ORDER BY source, case_no LIMIT {{most:UInt64}}"
        );
        let cases: Vec<CaseRead> = self.read("late cases", &cases, asked).await?;
        let of_cases = format!(
            "{ALERT} FROM (SELECT * FROM alerts FINAL WHERE {STANDS} AND subject_kind = 'case' AND rule IN {{rules:Array(String)}} \
             AND (source, case_no) IN (SELECT source, case_no FROM ({late}))) ORDER BY alert_id LIMIT {{most:UInt64}}"
        );
        let of_cases: Vec<AlertRead> = self.read("alerts of late cases", &of_cases, asked).await?;
        let to_body = of_body(asked, "owed_by");
        let due = "due >= {from:Int64} AND due < {until:Int64} AND due < {now:Int64} AND (answered IS NULL OR intDiv(answered, 1000) * 1000 > due)";
        let orders = format!(
            "SELECT alert_id, CAST(source, 'String') AS source, case_no, CAST(control_point, 'String') AS control_point, \
             CAST(subject_kind, 'String') AS subject_kind, CAST(step, 'String') AS step, visit, toUInt16(nth) AS nth, owed_by AS org \
             FROM ({UNANSWERED}) WHERE {due}{to_body} ORDER BY alert_id LIMIT {{most:UInt64}}"
        );
        let orders: Vec<OrderRead> = self.read("unanswered orders", &orders, asked).await?;
        let of_orders = format!(
            "{ALERT} FROM (SELECT * FROM alerts FINAL WHERE {STANDS} AND rule = {{order_rule:String}} \
             AND toUnixTimestamp64Milli(due_at) >= {{from:Int64}} AND toUnixTimestamp64Milli(due_at) < {{until:Int64}}) \
             ORDER BY alert_id LIMIT {{most:UInt64}}"
        );
        let of_orders: Vec<AlertRead> = self.read("alerts of orders", &of_orders, asked).await?;
        let counts = [
            alerts.len(),
            cases.len(),
            of_cases.len(),
            orders.len(),
            of_orders.len(),
        ];
        if counts.iter().any(|count| *count as u64 > SCORED_MAX) {
            return Ok(Scored {
                too_many: true,
                ..Scored::default()
            });
        }
        let all = |read: Vec<AlertRead>| -> Result<Vec<(Whose, CountedAlert)>, Error> {
            read.into_iter().map(AlertRead::counted).collect()
        };
        let of_cases = all(of_cases)?;
        let of_orders = all(of_orders)?.into_iter();
        let of_orders = of_orders.map(|(_, alert)| (alert.alert_id.clone(), alert));
        let of_orders: BTreeMap<String, CountedAlert> = of_orders.collect();
        Ok(Scored {
            alerts: all(alerts)?,
            overdue_cases: late_cases(cases, &of_cases),
            unanswered_orders: orders.into_iter().map(|o| o.row(&of_orders)).collect(),
            too_many: false,
        })
    }

    async fn read<T: clickhouse::RowOwned + clickhouse::RowRead>(
        &self,
        what: &str,
        sql: &str,
        asked: &ScoredAsked,
    ) -> Result<Vec<T>, Error> {
        let query = bind(self.client().query_raw(sql), asked);
        self.fetch(&format!("reading what scores count: {what}"), query)
            .await
    }
}

fn of_body(asked: &ScoredAsked, column: &str) -> String {
    match asked.org {
        Some(_) => format!(" AND {column} = {{org:String}}"),
        None => String::new(),
    }
}

fn bind(query: Query, asked: &ScoredAsked) -> Query {
    let query = query
        .param("from", asked.from.millis())
        .param("until", asked.until.millis())
        .param("now", asked.now.floor_second().millis())
        .param("voices", SOURCE)
        .param("rules", &OVERDUE_RULES[..])
        .param("order_rule", ORDER_RULE)
        .param("most", SCORED_MAX + 1);
    match &asked.org {
        Some(org) => query.param("org", org.as_str()),
        None => query,
    }
}

impl AlertRead {
    fn counted(self) -> Result<(Whose, CountedAlert), Error> {
        let level: Level = from_code("alerts", "level", &self.level)?;
        let status: Status = from_code("alerts", "status", &self.status)?;
        let conclusion = match self.conclusion.as_str() {
            "" => None,
            code => Some(from_code::<Conclusion>("alerts", "conclusion", code)?),
        };
        let whose = Whose {
            org: self.org,
            office: self.office,
            officer: self.officer,
        };
        let alert = CountedAlert {
            alert_id: self.alert_id,
            source: self.source,
            case_no: self.case_no,
            level,
            rule: self.rule,
            status,
            conclusion,
            appealed: self.disposition == DispositionState::Appealed.code(),
        };
        Ok((whose, alert))
    }
}

/// The cases with their alerts, which come in order of their ids.
fn late_cases(cases: Vec<CaseRead>, alerts: &[(Whose, CountedAlert)]) -> Vec<(Whose, CountedRow)> {
    let mut by_case: BTreeMap<(&str, &str), Vec<&(Whose, CountedAlert)>> = BTreeMap::new();
    for one in alerts {
        let case = (one.1.source.as_str(), one.1.case_no.as_str());
        by_case.entry(case).or_default().push(one);
    }
    let row = |case: CaseRead| {
        let mine = by_case.get(&(case.source.as_str(), case.case_no.as_str()));
        let mine = mine.cloned().unwrap_or_default();
        case.row(&mine)
    };
    cases.into_iter().map(row).collect()
}

impl CaseRead {
    /// With its alerts. The office and the officer are those that its alerts name, where they name any: who closed a case need not be who
    /// let it lie.
    fn row(self, mine: &[&(Whose, CountedAlert)]) -> (Whose, CountedRow) {
        let gravest = mine
            .iter()
            .max_by_key(|(_, alert)| (alert.standing(), alert.level));
        let named = gravest.map(|(whose, _)| whose);
        let or = |named: Option<&String>, own: String| {
            named
                .filter(|named| !named.is_empty())
                .cloned()
                .unwrap_or(own)
        };
        let whose = Whose {
            org: self.org,
            office: or(named.map(|whose| &whose.office), self.office),
            officer: or(named.map(|whose| &whose.officer), self.officer),
        };
        let row = CountedRow {
            id: format!("{}/{}", self.source, self.case_no),
            source: self.source,
            case_no: self.case_no,
            alerts: mine.iter().map(|(_, alert)| alert.clone()).collect(),
        };
        (whose, row)
    }
}

impl OrderRead {
    /// With the alert about it, which is named after it.
    fn row(self, alerts: &BTreeMap<String, CountedAlert>) -> (Whose, CountedRow) {
        let step = order_step(
            &self.control_point,
            &self.subject_kind,
            &self.step,
            self.visit,
        );
        let about = alert_id(&self.source, &self.case_no, ORDER_POINT, &step, self.nth);
        let whose = Whose {
            org: self.org,
            ..Whose::default()
        };
        let row = CountedRow {
            id: self.alert_id,
            source: self.source,
            case_no: self.case_no,
            alerts: alerts.get(&about).cloned().into_iter().collect(),
        };
        (whose, row)
    }
}

#[cfg(test)]
mod tests {
    use mingjing_domain::definitions::score_model::scorable::{BASES, METRICS, unfit};

    use crate::metrics::{METRICS as DICTIONARY, Unit, metric};

    #[test]
    fn what_models_may_score_is_in_the_dictionary() {
        for (ids, unit) in [(METRICS, Unit::Share), (BASES, Unit::Count)] {
            for (id, name) in ids {
                let entry = metric(id).unwrap_or_else(|| panic!("{id} is in no dictionary"));
                assert_eq!((entry.name, entry.unit), (*name, unit), "{id}");
            }
        }
        assert!(METRICS.iter().all(|(id, _)| unfit(id).is_none()));
    }

    #[test]
    fn every_other_metric_is_refused_with_a_reason() {
        for entry in DICTIONARY.iter() {
            let scored = METRICS.iter().any(|(id, _)| *id == entry.id);
            assert!(scored || unfit(entry.id).is_some(), "{}", entry.id);
        }
    }
}
