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
    /// What was ordered is in other hands: it was passed on, or was never given to who speaks.
    NotAddressed,
    /// It would come back to who passes it on, or to somebody it came through.
    InCircle,
    /// What is passed on would be due later than what it hangs from.
    AfterParent,
    /// More time was asked for already, and nobody has decided.
    ExtensionAsked,
    /// Nobody asked for more time.
    NoExtensionAsked,
}

impl RefusedBecause {
    /// All of them.
    pub const ALL: [RefusedBecause; 24] = [
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
        RefusedBecause::NotAddressed,
        RefusedBecause::InCircle,
        RefusedBecause::AfterParent,
        RefusedBecause::ExtensionAsked,
        RefusedBecause::NoExtensionAsked,
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
            RefusedBecause::NotAddressed => "not_addressed",
            RefusedBecause::InCircle => "in_circle",
            RefusedBecause::AfterParent => "after_parent",
            RefusedBecause::ExtensionAsked => "extension_asked",
            RefusedBecause::NoExtensionAsked => "no_extension_asked",
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
            RefusedBecause::NotAddressed => {
                "承办人向转办人回报（report），由转办人汇总后反馈；转办人不在岗的，由本部门其他监督员再行转办后反馈"
            }
            RefusedBecause::InCircle => "请转办给尚未经手的承办人",
            RefusedBecause::AfterParent => "请把转办的期限定在督办反馈期限之内，或者先申请延期",
            RefusedBecause::ExtensionAsked => "请待督办单位对已提出的延期申请作出答复",
            RefusedBecause::NoExtensionAsked => "没有待答复的延期申请；主动延期请用延期（extend）",
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
