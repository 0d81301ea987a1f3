//! What stands in an alert's record once somebody has done something about it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Answer, Conclusion, ObjectiveCause, Order};
use crate::alert::{AlertRecord, Level, Status};
use crate::time::Timestamp;

/// Who did something, when and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// The account.
    pub person: String,
    /// The body the person acted for.
    pub body: String,
    /// The office the person acted for.
    pub office: String,
    /// When.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// Why, Chinese.
    pub reason: String,
    /// The command.
    pub command: String,
}

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// 暂缓发出.
    Held,
    /// 发出.
    Issued,
    /// 认定.
    Confirmed,
    /// 不予认定.
    Dismissed,
}

/// What the platform alleged when a person decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Basis {
    /// Whether it was alleged at all.
    pub alleged: bool,
    /// Whether a later entry had put it into doubt.
    pub doubted: bool,
    /// How grave.
    pub level: Level,
    /// The last second in time.
    #[schemars(with = "Option<String>")]
    pub due_at: Option<Timestamp>,
    /// The instant it became true.
    #[schemars(with = "Option<String>")]
    pub breached_at: Option<Timestamp>,
}

impl Basis {
    /// What an alert as the platform alone has it alleges.
    pub fn of(automatic: &AlertRecord) -> Self {
        Self {
            alleged: !matches!(automatic.status, Status::Withdrawn | Status::Cancelled),
            doubted: automatic.status == Status::Review && automatic.withdrawn_reason.is_some(),
            level: automatic.level,
            due_at: automatic.due_at,
            breached_at: automatic.breached_at,
        }
    }
}

/// A decision that counts, or counted until the facts changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// What.
    pub verdict: Verdict,
    /// What it comes down to.
    pub conclusion: Option<Conclusion>,
    /// Which objective cause, where it comes down to one; older records name none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<ObjectiveCause>,
    /// SHA-256 of the files that prove the cause.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
    /// Who, when, why.
    pub by: Signature,
    /// Whether it was made upon an appeal.
    pub on_appeal: bool,
    /// Whether the alert was still pending: nobody had been told, and its source could still speak.
    pub was_pending: bool,
    /// What it was made on.
    pub basis: Basis,
    /// When the alert went out, as of this decision.
    #[schemars(with = "Option<String>")]
    pub issued_at: Option<Timestamp>,
    /// When the department's answer is due, as of this decision.
    #[schemars(with = "Option<String>")]
    pub answer_due_at: Option<Timestamp>,
}

impl Decision {
    /// What it comes down to in words, with the objective cause it names: 客观原因（申请人原因）. Empty where it comes to no conclusion.
    pub fn conclusion_zh(&self) -> String {
        let conclusion = self.conclusion.map_or("", Conclusion::name_zh);
        match self.cause {
            Some(cause) => format!("{conclusion}（{}）", cause.name_zh()),
            None => conclusion.to_owned(),
        }
    }
}

/// 报上级: an appeal that was passed up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PassedUp {
    /// By whom, when, why.
    pub by: Signature,
    /// To which body.
    pub to: String,
}

/// What became of an appeal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AppealOutcome {
    /// 维持; else 撤销.
    pub upheld: bool,
    /// Who, when, why.
    pub by: Signature,
}

/// 申诉.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Appeal {
    /// Who, when, why.
    pub by: Signature,
    /// SHA-256 of the files that prove it.
    pub evidence: Vec<String>,
    /// When it has to be decided.
    #[schemars(with = "Option<String>")]
    pub due_at: Option<Timestamp>,
    /// How it was passed up, in order.
    pub passed_up: Vec<PassedUp>,
    /// None while it is open: 申诉中.
    pub outcome: Option<AppealOutcome>,
}

/// What the platform alone says: what people decided left aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Automatic {
    /// Where it would stand.
    pub status: Status,
    /// See [`AlertRecord::issued_at`].
    #[schemars(with = "Option<String>")]
    pub issued_at: Option<Timestamp>,
    /// See [`AlertRecord::answer_due_at`].
    #[schemars(with = "Option<String>")]
    pub answer_due_at: Option<Timestamp>,
    /// See [`AlertRecord::withdrawn_at`].
    #[schemars(with = "Option<String>")]
    pub withdrawn_at: Option<Timestamp>,
    /// See [`AlertRecord::withdrawn_reason`].
    pub withdrawn_reason: Option<String>,
}

impl Automatic {
    /// Those of an alert as the platform alone has it.
    pub fn of(record: &AlertRecord) -> Self {
        Self {
            status: record.status,
            issued_at: record.issued_at,
            answer_due_at: record.answer_due_at,
            withdrawn_at: record.withdrawn_at,
            withdrawn_reason: record.withdrawn_reason.clone(),
        }
    }
}

/// Where an alert stands with those who work it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum DispositionState {
    /// Nothing is decided; there is an order at most.
    Open,
    /// 暂缓发出.
    Held,
    /// 人工发出.
    Issued,
    /// 已认定.
    Confirmed,
    /// 申诉中.
    Appealed,
    /// 申诉维持.
    Upheld,
    /// 不予认定.
    Dismissed,
    /// 申诉撤销.
    WithdrawnOnAppeal,
    /// 情形有变，须重新认定.
    Recheck,
}

impl DispositionState {
    /// All of them.
    pub const ALL: [DispositionState; 9] = [
        DispositionState::Open,
        DispositionState::Held,
        DispositionState::Issued,
        DispositionState::Confirmed,
        DispositionState::Appealed,
        DispositionState::Upheld,
        DispositionState::Dismissed,
        DispositionState::WithdrawnOnAppeal,
        DispositionState::Recheck,
    ];

    /// The code used in records.
    pub const fn code(self) -> &'static str {
        match self {
            DispositionState::Open => "open",
            DispositionState::Held => "held",
            DispositionState::Issued => "issued",
            DispositionState::Confirmed => "confirmed",
            DispositionState::Appealed => "appealed",
            DispositionState::Upheld => "upheld",
            DispositionState::Dismissed => "dismissed",
            DispositionState::WithdrawnOnAppeal => "withdrawn_on_appeal",
            DispositionState::Recheck => "recheck",
        }
    }

    /// The field's term.
    pub const fn name_zh(self) -> &'static str {
        match self {
            DispositionState::Open => "待处置",
            DispositionState::Held => "暂缓发出",
            DispositionState::Issued => "人工发出",
            DispositionState::Confirmed => "已认定",
            DispositionState::Appealed => "申诉中",
            DispositionState::Upheld => "申诉维持",
            DispositionState::Dismissed => "不予认定",
            DispositionState::WithdrawnOnAppeal => "申诉撤销",
            DispositionState::Recheck => "情形有变，须重新认定",
        }
    }
}

/// What people did about an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Disposition {
    /// Where it stands with them.
    pub state: DispositionState,
    /// The last decision.
    pub decision: Option<Decision>,
    /// Why the last decision does not carry any more; none while it does.
    pub recheck_reason: Option<String>,
    /// The last appeal.
    pub appeal: Option<Appeal>,
    /// The last order.
    pub order: Option<Order>,
    /// What was answered to the card itself, in order: it asks for an answer without anybody ordering one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Answer>,
    /// Everybody who ever confirmed it: none of them decides an appeal.
    pub confirmed_by: Vec<String>,
    /// What the platform alone says.
    pub automatic: Automatic,
    /// The instant and the id of the last command that was applied. An earlier one is too late.
    #[schemars(with = "(String, String)")]
    pub last: (Timestamp, String),
}

impl Disposition {
    /// Whether an appeal waits to be decided.
    pub fn appeal_is_open(&self) -> bool {
        self.appeal.as_ref().is_some_and(|a| a.outcome.is_none())
    }

    /// The conclusion of a decision that carries.
    pub fn conclusion(&self) -> Option<Conclusion> {
        self.carrying()?.conclusion
    }

    /// Which objective cause that conclusion names; none for another conclusion, and in older records.
    pub fn cause(&self) -> Option<ObjectiveCause> {
        self.carrying()?.cause
    }

    fn carrying(&self) -> Option<&Decision> {
        let decision = self.decision.as_ref();
        decision.filter(|_| self.recheck_reason.is_none())
    }
}

impl AlertRecord {
    /// The alert as the platform alone has it, without what people did.
    pub fn automatic(&self) -> AlertRecord {
        let mut record = self.clone();
        let Some(disposition) = record.disposition.take() else {
            return record;
        };
        let Automatic {
            status,
            issued_at,
            answer_due_at,
            withdrawn_at,
            withdrawn_reason,
        } = disposition.automatic;
        AlertRecord {
            status,
            issued_at,
            answer_due_at,
            withdrawn_at,
            withdrawn_reason,
            ..record
        }
    }

    /// Where it would stand if people had done nothing.
    pub fn automatic_status(&self) -> Status {
        let disposition = self.disposition.as_ref();
        disposition.map_or(self.status, |d| d.automatic.status)
    }
}
