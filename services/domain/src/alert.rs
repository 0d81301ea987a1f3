//! The alert record: what is alleged of a case, in the shape every export uses.
//!
//! ```text
//!            raised                 issued
//!   (none) ────────▶ pending ──────────────▶ issued ──ended──▶ ended
//!                       │                     │  ▲                │
//!                       │ it was not so       │  └──reopened──────┘
//!                       ▼                     ├──it was not so────▶ withdrawn
//!                   cancelled                 └──only by late entry▶ review 待核
//! ```
//! `ended` means it was true and the duty fell away or was done; `withdrawn` means it should not have been.
//! An alert is never deleted. What people decide about it lies above this life, and the life goes on beneath: see
//! [`crate::disposition`].

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::command::{InspectedRow, Window};
use crate::deadline::Account;
use crate::disposition::{BroughtBefore, Disposition, EscalationRung};
use crate::time::Timestamp;

/// How grave an alert is. Ordered: a later one is graver.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// 待核: for a person to look at; no fault is alleged.
    Review,
    /// 提醒.
    Notice,
    /// 黄牌.
    Yellow,
    /// 红牌.
    Red,
}

impl Level {
    /// The code used in records and definitions.
    pub const fn code(self) -> &'static str {
        match self {
            Level::Review => "review",
            Level::Notice => "notice",
            Level::Yellow => "yellow",
            Level::Red => "red",
        }
    }

    /// The field's term.
    pub const fn name_zh(self) -> &'static str {
        match self {
            Level::Review => "待核",
            Level::Notice => "提醒",
            Level::Yellow => "黄牌",
            Level::Red => "红牌",
        }
    }
}

/// Where an alert stands in its life.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// 待发: true as far as known, but its source may still speak.
    Pending,
    /// 已发.
    Issued,
    /// It was true; the duty was done or fell away.
    Ended,
    /// 撤销: it should not have been.
    Withdrawn,
    /// 取消: withdrawn before issue.
    Cancelled,
    /// 待核: a person decides (on time only by later entry, or a point that people confirm).
    Review,
}

impl Status {
    /// The code used in records.
    pub const fn code(self) -> &'static str {
        match self {
            Status::Pending => "pending",
            Status::Issued => "issued",
            Status::Ended => "ended",
            Status::Withdrawn => "withdrawn",
            Status::Cancelled => "cancelled",
            Status::Review => "review",
        }
    }

    /// The field's term.
    pub const fn name_zh(self) -> &'static str {
        match self {
            Status::Pending => "待发",
            Status::Issued => "已发",
            Status::Ended => "已结束",
            Status::Withdrawn => "已撤销",
            Status::Cancelled => "已取消",
            Status::Review => "待核",
        }
    }
}

/// One piece of what an alert stands on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Evidence {
    /// An event the department sent.
    Event {
        /// Its id within the source.
        event_id: String,
        /// Its code, like `step_end`.
        event_type: String,
        /// 环节, where it has one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        step: Option<String>,
        /// Business time.
        #[schemars(with = "String")]
        occurred_at: Timestamp,
        /// When it reached the platform.
        #[schemars(with = "String")]
        received_at: Timestamp,
        /// What it has to do with the alert, for people.
        note: String,
    },
    /// The day-by-day account of the deadline.
    Deadline {
        /// What was counted and what was not, and why.
        account: Account,
    },
    /// A condition that held, with the values it saw.
    Condition {
        /// The expression as published.
        expression: String,
        /// What each name in it stood for.
        values: std::collections::BTreeMap<String, String>,
    },
    /// What a periodic inspection found, over many cases.
    Inspection {
        /// The command that brought it: its id.
        command: String,
        /// What was inspected.
        window: Window,
        /// As of when it was known.
        #[schemars(with = "String")]
        known_at: Timestamp,
        /// The figures by name.
        figures: std::collections::BTreeMap<String, String>,
        /// The thresholds they were held against, by their names in the catalogue.
        parameters: std::collections::BTreeMap<String, String>,
        /// How many records it rests on.
        total: u64,
        /// The first of them.
        rows: Vec<InspectedRow>,
    },
    /// 逐级升级: the ladder of an order that is not answered, where the site has one. An order without one has no such entry.
    Escalation {
        /// Its rungs, as the settings have them.
        rungs: Vec<EscalationRung>,
    },
    /// Something else a reader must know, like a silent source.
    Note {
        /// For people.
        text: String,
    },
}

/// One alert as exported: one JSON object a line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AlertRecord {
    /// Derived from (source, case, control point, step, visit); see [`crate::ids::alert_id`].
    pub alert_id: String,
    /// `case`; of a periodic inspection also `source`, `org`, `item`, `officer`, `party`.
    pub subject_kind: String,
    /// The source; empty for a subject that is no source's.
    pub source: String,
    /// 办件编号; of another subject its key, see [`crate::command::SubjectKind`].
    pub case_no: String,
    /// 事项编码.
    pub item_code: Option<String>,
    /// 承办机构 the events named.
    pub org_code: Option<String>,
    /// 行政区划.
    pub region_code: Option<String>,
    /// Who answers: the body.
    pub responsible_org: Option<String>,
    /// Who answers: the office of the step; where the flowchart names none, the one where the register has who acted on that day.
    pub responsible_office: Option<String>,
    /// Who answers: the officer.
    pub responsible_actor: Option<String>,
    /// 监察点: its id in the definitions.
    pub control_point: String,
    /// The kind of rule, like `T3`.
    pub rule: String,
    /// 环节, empty where the alert is about the whole case; of a periodic inspection its window, like `2026-10`.
    pub step: String,
    /// Which stay in the step, from 1.
    pub visit: u16,
    /// How grave.
    pub level: Level,
    /// Where it stands.
    pub status: Status,
    /// The last second in time, where the alert is about a limit.
    #[schemars(with = "Option<String>")]
    pub due_at: Option<Timestamp>,
    /// The instant it became true; none for a reminder.
    #[schemars(with = "Option<String>")]
    pub breached_at: Option<Timestamp>,
    /// When the platform first alleged it.
    #[schemars(with = "String")]
    pub raised_at: Timestamp,
    /// When it went out.
    #[schemars(with = "Option<String>")]
    pub issued_at: Option<Timestamp>,
    /// When the late thing was done after all.
    #[schemars(with = "Option<String>")]
    pub completed_at: Option<Timestamp>,
    /// When it ended.
    #[schemars(with = "Option<String>")]
    pub ended_at: Option<Timestamp>,
    /// Why it ended.
    pub ended_reason: Option<String>,
    /// When it was withdrawn or cancelled.
    #[schemars(with = "Option<String>")]
    pub withdrawn_at: Option<Timestamp>,
    /// Why it was withdrawn or cancelled.
    pub withdrawn_reason: Option<String>,
    /// Whether the limit is statutory (法定); none where the alert is not about a limit.
    pub statutory: Option<bool>,
    /// 依据.
    pub legal_basis: Option<String>,
    /// The limit as published, like `20wd`.
    pub limit: Option<String>,
    /// When the department's answer is due.
    #[schemars(with = "Option<String>")]
    pub answer_due_at: Option<Timestamp>,
    /// The definitions it was judged by.
    pub definitions_version: String,
    /// The calendar it was judged by.
    pub calendar_version: String,
    /// The engine that judged.
    pub engine_version: String,
    /// For people, Chinese.
    pub message: String,
    /// What it stands on.
    pub evidence: Vec<Evidence>,
    /// 处置: what people did about it; absent where nobody did anything. Status and dates are with it; what the platform alone says
    /// stands in it ([`AlertRecord::automatic`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disposition: Option<Box<Disposition>>,
}

impl AlertRecord {
    /// 逐级升级: the ladder that it tells; empty where it tells none.
    pub fn ladder(&self) -> &[EscalationRung] {
        let found = self.evidence.iter().find_map(|one| match one {
            Evidence::Escalation { rungs } => Some(rungs.as_slice()),
            _ => None,
        });
        found.unwrap_or_default()
    }

    /// Before whom it was brought so far, in the order of the ladder.
    pub fn brought_before(&self) -> impl Iterator<Item = &BroughtBefore> {
        let reached = self.ladder().iter().filter(|rung| rung.reached);
        reached.flat_map(|rung| &rung.before)
    }
}
