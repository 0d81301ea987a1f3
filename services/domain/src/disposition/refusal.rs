//! Why a command about an alert was not applied.

use serde::{Deserialize, Serialize};

/// Which rule it came up against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusedBecause {
    /// The partition knows no such alert.
    NoSuchAlert,
    /// The same key came with another content.
    KeyReused,
    /// A command that was given later has been applied.
    Overtaken,
    /// Only what is pending can be held.
    NotPending,
    /// It has not gone out.
    NotOut,
    /// It is out already.
    AlreadyOut,
    /// The same question is decided; only an appeal changes that.
    AlreadyDecided,
    /// It does not stand any more.
    NotStanding,
    /// A reminder alleges no fault.
    Reminder,
    /// 主观责任 is a confirmation and no ground for dismissing.
    Contradiction,
    /// An appeal has to be decided first.
    AppealOpen,
    /// There is no appeal to decide.
    NoAppeal,
    /// The decision that stands was made upon an appeal.
    AlreadyAppealed,
    /// The time for it is over.
    TooLate,
    /// The same person has a part in what is to be decided.
    OwnDecision,
    /// An order is open already.
    OrderOpen,
    /// There is no open order.
    NoOrder,
    /// The order was not answered.
    NotAnswered,
    /// The new day is not later than the old one.
    NotLater,
}

impl RefusedBecause {
    /// All of them.
    pub const ALL: [RefusedBecause; 19] = [
        RefusedBecause::NoSuchAlert,
        RefusedBecause::KeyReused,
        RefusedBecause::Overtaken,
        RefusedBecause::NotPending,
        RefusedBecause::NotOut,
        RefusedBecause::AlreadyOut,
        RefusedBecause::AlreadyDecided,
        RefusedBecause::NotStanding,
        RefusedBecause::Reminder,
        RefusedBecause::Contradiction,
        RefusedBecause::AppealOpen,
        RefusedBecause::NoAppeal,
        RefusedBecause::AlreadyAppealed,
        RefusedBecause::TooLate,
        RefusedBecause::OwnDecision,
        RefusedBecause::OrderOpen,
        RefusedBecause::NoOrder,
        RefusedBecause::NotAnswered,
        RefusedBecause::NotLater,
    ];

    /// The code used in records and answers.
    pub const fn code(self) -> &'static str {
        match self {
            RefusedBecause::NoSuchAlert => "no_such_alert",
            RefusedBecause::KeyReused => "key_reused",
            RefusedBecause::Overtaken => "overtaken",
            RefusedBecause::NotPending => "not_pending",
            RefusedBecause::NotOut => "not_out",
            RefusedBecause::AlreadyOut => "already_out",
            RefusedBecause::AlreadyDecided => "already_decided",
            RefusedBecause::NotStanding => "not_standing",
            RefusedBecause::Reminder => "reminder",
            RefusedBecause::Contradiction => "contradiction",
            RefusedBecause::AppealOpen => "appeal_open",
            RefusedBecause::NoAppeal => "no_appeal",
            RefusedBecause::AlreadyAppealed => "already_appealed",
            RefusedBecause::TooLate => "too_late",
            RefusedBecause::OwnDecision => "own_decision",
            RefusedBecause::OrderOpen => "order_open",
            RefusedBecause::NoOrder => "no_order",
            RefusedBecause::NotAnswered => "not_answered",
            RefusedBecause::NotLater => "not_later",
        }
    }

    /// The reason with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    /// What to do instead, for people.
    pub const fn remedy_zh(self) -> &'static str {
        match self {
            RefusedBecause::NoSuchAlert => "请核对预警编号",
            RefusedBecause::KeyReused => "请换一个 key；原 key 的结果可以用原内容再查",
            RefusedBecause::Overtaken => "请重新查看该预警，按最新情况再作决定",
            RefusedBecause::NotPending => "已发出的预警可以认定、不予认定或者督办",
            RefusedBecause::NotOut => "待发的预警可以先发出（issue）或者暂缓（hold）",
            RefusedBecause::AlreadyOut => "已发出的预警可以认定、不予认定或者督办",
            RefusedBecause::AlreadyDecided => "不服认定的，由责任单位申诉",
            RefusedBecause::NotStanding => "该预警已撤销或者取消，无须再作处置",
            RefusedBecause::Reminder => "提醒不是过错，办结后自动结束，无须认定",
            RefusedBecause::Contradiction => "属于主观责任的，请作认定（confirm）",
            RefusedBecause::AppealOpen => "请先对申诉作出决定：维持、撤销或者报上级",
            RefusedBecause::NoAppeal => "没有待决的申诉；直接处置请用认定或者不予认定",
            RefusedBecause::AlreadyAppealed => "申诉决定为最终处理；情形有变的，平台会转为待核",
            RefusedBecause::TooLate => {
                "期限已过；确有新情况的，可向监察机关书面反映，由其依职权处理"
            }
            RefusedBecause::OwnDecision => "请由未参与认定、申诉或者转报的人员决定",
            RefusedBecause::OrderOpen => "请先办结已有的督办，或者予以延期",
            RefusedBecause::NoOrder => "请先发出督办；已发出的黄牌、红牌可以直接反馈",
            RefusedBecause::NotAnswered => "请待责任单位反馈之后再办结",
            RefusedBecause::NotLater => "延期应晚于原定反馈时间",
        }
    }
}

/// Why a command was not applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refused {
    /// Which rule.
    pub reason: RefusedBecause,
    /// What stands against it, Chinese.
    pub message: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_what_is_written() {
        for reason in RefusedBecause::ALL {
            let written = serde_json::to_value(reason).unwrap();
            assert_eq!(written, reason.code());
            assert_eq!(RefusedBecause::from_code(reason.code()), Some(reason));
        }
    }
}
