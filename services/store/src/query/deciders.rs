//! Who decides what: what the decisions that stand come down to, by the person who made them; who took back what somebody else had confirmed;
//! and what nobody has concluded yet (domain study 1.6 and 11.13: withdrawals and objective causes are looked at by who made them).

use mingjing_domain::Timestamp;
use serde::{Deserialize, Serialize};

use super::Sight;
use crate::{Error, Store};

/// Rows of each kind that are read at most.
const ROWS_MAX: u32 = 5000;

/// The decisions of one person about one body's alerts that stand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clickhouse::Row)]
pub struct Decided {
    /// Who decided.
    pub person: String,
    /// The body the person acted for.
    pub acting_for: String,
    /// Whose alerts: the body that answers for them, else the one that handles the case; empty where neither is known.
    pub body: String,
    /// 认定.
    pub confirmed: u64,
    /// 申诉维持.
    pub upheld: u64,
    /// 不予认定, 客观原因.
    pub dismissed_objective: u64,
    /// 不予认定, 数据问题.
    pub dismissed_data: u64,
    /// 不予认定, 规则问题.
    pub dismissed_rule: u64,
    /// 申诉撤销, 客观原因.
    pub withdrawn_objective: u64,
    /// 申诉撤销, 数据问题.
    pub withdrawn_data: u64,
    /// 申诉撤销, 规则问题.
    pub withdrawn_rule: u64,
}

impl Decided {
    /// All that was concluded.
    pub fn concluded(&self) -> u64 {
        self.confirmed + self.upheld + self.dismissed() + self.withdrawn()
    }

    /// Concluded to have an objective cause.
    pub fn objective(&self) -> u64 {
        self.dismissed_objective + self.withdrawn_objective
    }

    /// 不予认定.
    pub fn dismissed(&self) -> u64 {
        self.dismissed_objective + self.dismissed_data + self.dismissed_rule
    }

    /// 申诉撤销.
    pub fn withdrawn(&self) -> u64 {
        self.withdrawn_objective + self.withdrawn_data + self.withdrawn_rule
    }

    /// The same with the numbers of another row.
    pub fn add(&mut self, other: &Decided) {
        self.confirmed += other.confirmed;
        self.upheld += other.upheld;
        self.dismissed_objective += other.dismissed_objective;
        self.dismissed_data += other.dismissed_data;
        self.dismissed_rule += other.dismissed_rule;
        self.withdrawn_objective += other.withdrawn_objective;
        self.withdrawn_data += other.withdrawn_data;
        self.withdrawn_rule += other.withdrawn_rule;
    }
}

/// What one person took back on appeal that another had confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, clickhouse::Row)]
pub struct TakenBack {
    /// Who withdrew.
    pub person: String,
    /// Who had confirmed; empty where nobody had: the card itself was appealed.
    pub confirmed_by: String,
    /// Alerts.
    pub alerts: u64,
}

/// What nobody has concluded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clickhouse::Row)]
pub struct Unconcluded {
    /// Cards that are out and that no conclusion carries.
    pub open: u64,
    /// Cards under appeal, concluded before or not.
    pub appealed: u64,
}

/// Where the conditions of whoever asks stand in the statements.
const IN_SIGHT: &str = "'in sight'";

/// Of the alerts that went out in the period, or were raised in it and never went out: the cohort of the statistics of alerts.
macro_rules! cohort {
    () => {
        "FROM alerts FINAL WHERE ifNull(issued_at, raised_at) >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') \
         AND ifNull(issued_at, raised_at) < fromUnixTimestamp64Milli({to:Int64}, 'UTC') AND 'in sight'"
    };
}

const DECIDED: &str = concat!(
    "SELECT person, max(decider_body) AS acting_for, CAST(owner, 'String') AS body, \
     countIf(conclusion = 'subjective' AND NOT on_appeal) AS confirmed, countIf(conclusion = 'subjective' AND on_appeal) AS upheld, \
     countIf(conclusion = 'objective' AND NOT on_appeal) AS dismissed_objective, countIf(conclusion = 'data' AND NOT on_appeal) AS dismissed_data, \
     countIf(conclusion = 'rule' AND NOT on_appeal) AS dismissed_rule, \
     countIf(conclusion = 'objective' AND on_appeal) AS withdrawn_objective, countIf(conclusion = 'data' AND on_appeal) AS withdrawn_data, \
     countIf(conclusion = 'rule' AND on_appeal) AS withdrawn_rule \
     FROM (SELECT JSONExtractString(handling, 'decision', 'by', 'person') AS person, \
           JSONExtractString(handling, 'decision', 'by', 'body') AS decider_body, \
           JSONExtractBool(handling, 'decision', 'on_appeal') AS on_appeal, conclusion, \
           ifNull(responsible_org, ifNull(org_code, '')) AS owner ",
    cohort!(),
    " AND conclusion != '') GROUP BY person, owner ORDER BY person, owner LIMIT {rows:UInt32}"
);

const TAKEN_BACK: &str = concat!(
    "SELECT person, confirmer AS confirmed_by, count() AS alerts \
     FROM (SELECT person, arrayJoin(if(empty(confirmers), [''], confirmers)) AS confirmer \
           FROM (SELECT JSONExtractString(handling, 'decision', 'by', 'person') AS person, \
                 JSONExtract(handling, 'confirmed_by', 'Array(String)') AS confirmers ",
    cohort!(),
    " AND disposition = 'withdrawn_on_appeal')) GROUP BY person, confirmer ORDER BY alerts DESC, person, confirmer LIMIT {rows:UInt32}"
);

/// A notice is never confirmed.
const UNCONCLUDED: &str = concat!(
    "SELECT countIf(conclusion = '') AS open, countIf(disposition = 'appealed') AS appealed ",
    cohort!(),
    " AND issued_at IS NOT NULL AND level != 'notice' AND status NOT IN ('withdrawn', 'cancelled')"
);

/// Who decided what about the alerts of a period.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deciders {
    /// By person and body, in the order of both.
    pub decided: Vec<Decided>,
    /// Most first.
    pub taken_back: Vec<TakenBack>,
    /// What is left.
    pub unconcluded: Unconcluded,
}

impl Store {
    /// Who decided what about the alerts that went out, or were raised without going out, from an instant up to, not including, another, of
    /// those that somebody sees. A decision that the facts have left counts as none.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`].
    pub async fn deciders_in(
        &self,
        from: Timestamp,
        to: Timestamp,
        sight: &Sight,
    ) -> Result<Deciders, Error> {
        let conditions = match sight.is_everything() {
            true => "1".to_owned(),
            false => sight.on_alerts().join(" AND "),
        };
        let asked = |sql: &str| {
            let query = self.client().query_raw(&sql.replace(IN_SIGHT, &conditions));
            let query = sight.bind(query).param("from", from.millis());
            query.param("to", to.millis())
        };
        let few = |sql: &str| asked(sql).param("rows", ROWS_MAX);
        let attempted = "counting who decided what";
        let unconcluded: Vec<Unconcluded> = self.fetch(attempted, asked(UNCONCLUDED)).await?;
        Ok(Deciders {
            decided: self.fetch(attempted, few(DECIDED)).await?,
            taken_back: self.fetch(attempted, few(TAKEN_BACK)).await?,
            unconcluded: unconcluded.first().copied().unwrap_or_default(),
        })
    }
}
