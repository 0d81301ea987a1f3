//! How rules fare: how often their alerts stand, end, are taken back or put to a person.

use mingjing_domain::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Error, Store};

/// What became of the alerts of one control point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, clickhouse::Row)]
pub struct RuleQuality {
    /// 监察点.
    pub control_point: String,
    /// The kind of rule, like `T3`.
    pub rule: String,
    /// All its alerts.
    pub alerts: u64,
    /// Those that went out at some time.
    pub issued: u64,
    /// Those that ended: true, and the duty was done or fell away.
    pub ended: u64,
    /// Those that went out and were taken back at some time, whatever they are now.
    pub withdrawn: u64,
    /// Those taken back before anybody was told.
    pub cancelled: u64,
    /// Those that were a person's to decide at some time.
    pub reviewed: u64,
    /// Those that wait for a person now.
    pub in_review: u64,
    /// Those that were true again after they had ended or been taken back.
    pub reopened: u64,
}

const QUALITY: &str = "SELECT a.control_point AS control_point, a.rule AS rule, count() AS alerts, \
     countIf(h.was_issued) AS issued, countIf(a.status = 'ended') AS ended, countIf(h.was_withdrawn) AS withdrawn, \
     countIf(a.status = 'cancelled') AS cancelled, countIf(h.was_reviewed) AS reviewed, \
     countIf(a.status = 'review') AS in_review, countIf(h.was_reopened) AS reopened \
     FROM (SELECT alert_id, CAST(control_point, 'String') AS control_point, CAST(rule, 'String') AS rule, status \
           FROM alerts FINAL WHERE raised_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') \
           AND raised_at < fromUnixTimestamp64Milli({to:Int64}, 'UTC')) AS a \
     INNER JOIN (SELECT alert_id, max(status = 'issued') AS was_issued, max(status = 'withdrawn') AS was_withdrawn, \
           max(status = 'review') AS was_reviewed, max(change = 'reopened') AS was_reopened \
           FROM alert_history FINAL GROUP BY alert_id) AS h ON a.alert_id = h.alert_id \
     GROUP BY control_point, rule ORDER BY control_point, rule";

impl Store {
    /// What became of the alerts raised from an instant up to, not including, another, by control point.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn rule_quality(
        &self,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<RuleQuality>, Error> {
        let query = self
            .client()
            .query_raw(QUALITY)
            .param("from", from.millis())
            .param("to", to.millis());
        self.fetch("counting what became of alerts", query).await
    }
}
