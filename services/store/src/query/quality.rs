//! How rules fare: how often their alerts stand, end, are taken back or put to a person; and what people make of them.

use mingjing_domain::Timestamp;
use serde::{Deserialize, Serialize};

use super::Sight;
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
    /// Those that the platform took back by itself after they had gone out.
    pub withdrawn_by_platform: u64,
    /// Those that stand confirmed (认定), upheld on appeal or not.
    pub confirmed: u64,
    /// Those that stand dismissed or withdrawn on appeal for an objective cause (客观原因).
    pub dismissed_objective: u64,
    /// … because the data were wrong (数据问题).
    pub dismissed_data: u64,
    /// … because the rule was wrong (规则问题).
    pub dismissed_rule: u64,
    /// Those whose decision does not carry any more, because the facts changed.
    pub recheck: u64,
    /// Those about which the body ever appealed (申诉).
    pub appealed: u64,
    /// Those whose appeal is open (申诉中).
    pub appeal_open: u64,
    /// Those ever upheld on appeal (维持).
    pub upheld: u64,
    /// Those ever withdrawn on appeal (撤销).
    pub withdrawn_on_appeal: u64,
}

/// Where the conditions of whoever asks stand in [`QUALITY`].
const IN_SIGHT: &str = "'in sight'";

/// Points and rules become texts only where they are answered: as texts they made the joins of 100,000 alerts cost nearly twice as much
/// (301 ms of processor time, 176 ms as they lie).
const QUALITY: &str = "SELECT CAST(a.control_point, 'String') AS control_point, CAST(a.rule, 'String') AS rule, count() AS alerts, \
     countIf(h.was_issued) AS issued, countIf(a.status = 'ended') AS ended, countIf(h.was_withdrawn) AS withdrawn, \
     countIf(a.status = 'cancelled') AS cancelled, countIf(h.was_reviewed) AS reviewed, \
     countIf(a.status = 'review') AS in_review, countIf(h.was_reopened) AS reopened, \
     countIf(h.was_taken_back) AS withdrawn_by_platform, \
     countIf(a.disposition IN ('confirmed', 'upheld')) AS confirmed, \
     countIf(a.dismissed AND a.conclusion = 'objective') AS dismissed_objective, \
     countIf(a.dismissed AND a.conclusion = 'data') AS dismissed_data, \
     countIf(a.dismissed AND a.conclusion = 'rule') AS dismissed_rule, \
     countIf(a.disposition = 'recheck') AS recheck, \
     countIf(d.was_appealed) AS appealed, countIf(a.disposition = 'appealed') AS appeal_open, \
     countIf(d.was_upheld) AS upheld, countIf(d.was_withdrawn) AS withdrawn_on_appeal \
     FROM (SELECT alert_id, control_point, rule, status, \
           disposition, conclusion, disposition IN ('dismissed', 'withdrawn_on_appeal') AS dismissed \
           FROM alerts FINAL WHERE raised_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') \
           AND raised_at < fromUnixTimestamp64Milli({to:Int64}, 'UTC') AND 'in sight') AS a \
     INNER JOIN (SELECT alert_id, max(status = 'issued') AS was_issued, max(status = 'withdrawn') AS was_withdrawn, \
           max(status = 'withdrawn' AND cause != 'command') AS was_taken_back, \
           max(status = 'review') AS was_reviewed, max(change = 'reopened') AS was_reopened \
           FROM alert_history FINAL GROUP BY alert_id) AS h ON a.alert_id = h.alert_id \
     LEFT JOIN (SELECT alert_id, max(act = 'appeal') AS was_appealed, max(act = 'uphold') AS was_upheld, \
           max(act = 'withdraw') AS was_withdrawn FROM decisions FINAL WHERE refused = '' GROUP BY alert_id) AS d \
           ON a.alert_id = d.alert_id \
     GROUP BY a.control_point, a.rule ORDER BY control_point, rule";

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
        self.rule_quality_in(from, to, &Sight::default()).await
    }

    /// The same of the alerts that somebody sees.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn rule_quality_in(
        &self,
        from: Timestamp,
        to: Timestamp,
        sight: &Sight,
    ) -> Result<Vec<RuleQuality>, Error> {
        let conditions = match sight.is_everything() {
            true => "1".to_owned(),
            false => sight.on_alerts().join(" AND "),
        };
        let sql = QUALITY.replace(IN_SIGHT, &conditions);
        let query = sight
            .bind(self.client().query_raw(&sql))
            .param("from", from.millis())
            .param("to", to.millis());
        self.fetch("counting what became of alerts", query).await
    }
}
