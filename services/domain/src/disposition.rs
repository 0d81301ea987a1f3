//! Dispositions 处置: what people decide about alerts, as parts of a command and of the alert's record.
//!
//! ```text
//!  hold ─▶ held ─issue─▶ issued ─▶ confirmed ─appeal─▶ 申诉中 ─uphold──▶ confirmed
//!                          │  ▲                          │ ▲─┘pass_up
//!                          ▼  └──(the facts changed)     └─withdraw─▶ dismissed
//!                      dismissed ──▶ 待核 again
//! ```
//! An alert's life goes on beneath: [`Automatic`] is what the platform alone would say, and a decision names the state it was made on
//! ([`Basis`]). What stands of a decision follows from comparing both; it is never dropped silently and never
//! outlives the facts it was made on.

mod cause;
mod escalation;
mod manual;
mod order;
mod record;
mod refusal;
mod unanswered;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::limit::{Budget, Unit};
use crate::time::Timestamp;

pub use cause::ObjectiveCause;
pub use escalation::{BroughtBefore, Escalation, EscalationRung, Instance, Rung, RungDue};
pub use manual::{MANUAL_POINT, MANUAL_RULE, ManualAlert, manual_id, manual_label};
pub use order::{Answer, Check, ExtensionAsked, ExtensionOutcome, Order, PassedOn, Rectification};
pub use record::{
    Appeal, AppealOutcome, Automatic, Basis, Decision, Disposition, DispositionState, PassedUp,
    Signature, Verdict,
};
pub use refusal::{Refused, RefusedBecause};
pub use unanswered::{ORDER_POINT, order_step};

/// 申诉期: an appeal is made within so long of the card or its confirmation (a default, domain study 11.10).
pub const APPEAL_WITHIN: Budget = Budget::new(5, Unit::WorkingDays);
/// 申诉办理期: an appeal is decided within so long (a default, domain study 11.10).
pub const APPEAL_DECIDED_WITHIN: Budget = Budget::new(10, Unit::WorkingDays);
/// 督办反馈期: an order is answered within so long where it names no day (a default, domain study 1.5).
pub const ORDER_ANSWERED_WITHIN: Budget = Budget::new(5, Unit::WorkingDays);
/// An order is reminded of so long before its answer is due (a default, domain study 1.5).
pub const ORDER_REMINDED_BEFORE: Budget = Budget::new(1, Unit::WorkingDays);
/// An order that is unanswered so long after its answer was due is graver (our own default: as long again as the term).
pub const ORDER_GRAVER_AFTER: Budget = Budget::new(5, Unit::WorkingDays);

/// 结论: what an alert comes down to (domain study 7, 18). Only the first counts in scores.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Conclusion {
    /// 主观责任.
    Subjective,
    /// 客观原因.
    Objective,
    /// 数据问题.
    Data,
    /// 规则问题.
    Rule,
}

impl Conclusion {
    /// All of them.
    pub const ALL: [Conclusion; 4] = [
        Conclusion::Subjective,
        Conclusion::Objective,
        Conclusion::Data,
        Conclusion::Rule,
    ];

    /// The code used in records.
    pub const fn code(self) -> &'static str {
        match self {
            Conclusion::Subjective => "subjective",
            Conclusion::Objective => "objective",
            Conclusion::Data => "data",
            Conclusion::Rule => "rule",
        }
    }

    /// The field's term.
    pub const fn name_zh(self) -> &'static str {
        match self {
            Conclusion::Subjective => "主观责任",
            Conclusion::Objective => "客观原因",
            Conclusion::Data => "数据问题",
            Conclusion::Rule => "规则问题",
        }
    }

    /// The conclusion with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

/// What a person does about an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Disposal {
    /// 暂缓发出: keeps what is pending from going out.
    Hold,
    /// 发出: sends out what is pending, held or 待核.
    Issue,
    /// 认定: it was a fault, 主观责任.
    Confirm,
    /// 不予认定.
    Dismiss {
        /// Why not: anything but 主观责任.
        conclusion: Conclusion,
        /// Which objective cause; none for another conclusion, and in what was said before there was a list of them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cause: Option<ObjectiveCause>,
        /// SHA-256 of the files that prove the cause, 64 hexadecimal digits each.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        evidence: Vec<String>,
    },
    /// 申诉.
    Appeal {
        /// SHA-256 of the files that prove it, 64 hexadecimal digits each.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        evidence: Vec<String>,
    },
    /// 维持, upon an appeal.
    Uphold,
    /// 撤销, upon an appeal.
    Withdraw {
        /// Why: anything but 主观责任.
        conclusion: Conclusion,
        /// Which objective cause; none for another conclusion, and in what was said before there was a list of them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cause: Option<ObjectiveCause>,
        /// SHA-256 of the files that prove the cause, 64 hexadecimal digits each.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        evidence: Vec<String>,
    },
    /// 报上级, upon an appeal.
    PassUp {
        /// To which body.
        to: String,
    },
    /// 督办.
    Order {
        /// To whom: a body's code.
        to: String,
        /// Until when it is to be answered; none: the default.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due_at: Option<Timestamp>,
        /// 须整改: whether something has to be put right, and that be proved, before it is closed.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        rectify: bool,
    },
    /// 反馈, to the open order, else to the card itself.
    Answer {
        /// SHA-256 of the files that prove it, 64 hexadecimal digits each.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        evidence: Vec<String>,
    },
    /// 转办, of an order or of what was passed on of it, within the department.
    PassOn {
        /// To whom: a person.
        to: String,
        /// Until when it is to be reported on; none: until the day of what is passed on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due_at: Option<Timestamp>,
    },
    /// 回报, of what was passed on, to who passed it on.
    Report {
        /// SHA-256 of the files that prove it, 64 hexadecimal digits each.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        evidence: Vec<String>,
    },
    /// 申请延期, of an order's answer.
    AskExtension {
        /// Until when.
        due_at: Timestamp,
    },
    /// 延期, of an order's answer: grants what was asked for, or puts it off unasked.
    Extend {
        /// Until when.
        due_at: Timestamp,
    },
    /// 不予延期, upon a request.
    RefuseExtension,
    /// 整改: something was put right upon an order that was answered.
    Rectify {
        /// SHA-256 of the files that prove it, 64 hexadecimal digits each.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        evidence: Vec<String>,
    },
    /// 验收通过, of what was put right.
    AcceptRectification,
    /// 退回整改: what was put right does not do.
    RejectRectification,
    /// 办结, of an order that was answered.
    Close,
}

impl Disposal {
    /// The codes of all acts, as they stand in addresses.
    pub const CODES: [&'static str; 19] = [
        "hold",
        "issue",
        "confirm",
        "dismiss",
        "appeal",
        "uphold",
        "withdraw",
        "pass_up",
        "order",
        "answer",
        "pass_on",
        "report",
        "ask_extension",
        "extend",
        "refuse_extension",
        "rectify",
        "accept_rectification",
        "reject_rectification",
        "close",
    ];

    /// The code used in records.
    pub const fn code(&self) -> &'static str {
        match self {
            Disposal::Hold => "hold",
            Disposal::Issue => "issue",
            Disposal::Confirm => "confirm",
            Disposal::Dismiss { .. } => "dismiss",
            Disposal::Appeal { .. } => "appeal",
            Disposal::Uphold => "uphold",
            Disposal::Withdraw { .. } => "withdraw",
            Disposal::PassUp { .. } => "pass_up",
            Disposal::Order { .. } => "order",
            Disposal::Answer { .. } => "answer",
            Disposal::PassOn { .. } => "pass_on",
            Disposal::Report { .. } => "report",
            Disposal::AskExtension { .. } => "ask_extension",
            Disposal::Extend { .. } => "extend",
            Disposal::RefuseExtension => "refuse_extension",
            Disposal::Rectify { .. } => "rectify",
            Disposal::AcceptRectification => "accept_rectification",
            Disposal::RejectRectification => "reject_rectification",
            Disposal::Close => "close",
        }
    }

    /// The conclusion it comes to, where it comes to one.
    pub const fn conclusion(&self) -> Option<Conclusion> {
        match self {
            Disposal::Confirm | Disposal::Uphold => Some(Conclusion::Subjective),
            Disposal::Dismiss { conclusion, .. } | Disposal::Withdraw { conclusion, .. } => {
                Some(*conclusion)
            }
            _ => None,
        }
    }
}
