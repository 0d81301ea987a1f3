//! Who reviews what (domain study 11.4), and how long each may take.
//!
//! Executing bodies: 机构编制 and 法制. The list and its changes: 政务服务管理 leads, 机构编制 and 法制 join, then the government
//! approves. Flowcharts and discretion: 法制; risk and control points: 监察. The responsibility list: 机构编制, then the government. For
//! fees and inspection plans, which the notice does not name, 法制 reviews as for discretion; for calendars and sources 政务服务管理.
//! A score model is the supervisor's own proposal, and 法制 reviews it after that.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Kind;

/// In whose name somebody reviews.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 政务服务管理部门.
    Affairs,
    /// 机构编制部门.
    Staffing,
    /// 法制部门 (today often 司法行政).
    Legal,
    /// 监察部门, or whoever supervises today.
    Supervision,
    /// 本级人民政府: approves.
    Government,
}

impl Role {
    /// Every role.
    pub const ALL: [Role; 5] = [
        Role::Affairs,
        Role::Staffing,
        Role::Legal,
        Role::Supervision,
        Role::Government,
    ];

    /// The word in requests.
    pub const fn code(self) -> &'static str {
        match self {
            Role::Affairs => "affairs",
            Role::Staffing => "staffing",
            Role::Legal => "legal",
            Role::Supervision => "supervision",
            Role::Government => "government",
        }
    }

    /// The field's term.
    pub const fn name_zh(self) -> &'static str {
        match self {
            Role::Affairs => "政务服务管理部门",
            Role::Staffing => "机构编制部门",
            Role::Legal => "法制部门",
            Role::Supervision => "监察部门",
            Role::Government => "本级人民政府",
        }
    }

    /// The role with this word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}（{}）", self.name_zh(), self.code())
    }
}

/// What a draft touches within its kind, by which its reviews differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Touch {
    /// Risk points or control points are other than in what is in force.
    pub points: bool,
    /// Nothing but the responsibility list is other than in what is in force.
    pub only_responsibilities: bool,
    /// Nothing but posts and officers is other: a register is kept, not reviewed.
    pub only_register: bool,
}

/// The reviews of a draft, stage after stage; the first role of the first stage leads and answers what is asked.
pub fn plan(kind: Kind, touch: Touch) -> Vec<Vec<Role>> {
    use Role::{Affairs, Government, Legal, Staffing, Supervision};
    match kind {
        Kind::Body if touch.only_register => vec![],
        Kind::Body => vec![vec![Staffing, Legal]],
        Kind::Item if touch.only_responsibilities => vec![vec![Staffing], vec![Government]],
        Kind::Item => vec![vec![Affairs, Staffing, Legal], vec![Government]],
        Kind::Flowchart if touch.points => vec![vec![Legal, Supervision]],
        Kind::Flowchart | Kind::Discretion | Kind::Fees | Kind::InspectionPlan => {
            vec![vec![Legal]]
        }
        Kind::GeneralPoints | Kind::RuleSettings => vec![vec![Supervision]],
        Kind::ScoreModel => vec![vec![Supervision], vec![Legal]],
        Kind::Calendar | Kind::Source => vec![vec![Affairs]],
    }
}

/// How many working days a stage may take. The day it opens is not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days {
    /// 审核. The notice of 2015 gave from 31 August to 20 September, 13 working days; 10 where a site says nothing.
    pub review: u32,
    /// 批准. 5 where a site says nothing.
    pub approval: u32,
}

impl Default for Days {
    fn default() -> Self {
        Self {
            review: 10,
            approval: 5,
        }
    }
}

impl Days {
    /// Those of a stage.
    pub fn of(self, stage: &[Role]) -> u32 {
        match stage {
            [Role::Government] => self.approval,
            _ => self.review,
        }
    }
}
