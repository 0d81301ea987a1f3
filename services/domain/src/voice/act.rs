//! What is done about a complaint or rating, and when it cannot be.

use super::{Kind, State, Voice};
use crate::event::EventKind;

/// What somebody does about one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// 受理.
    Accept,
    /// 不予受理, with word to whoever complained.
    Refuse,
    /// 转办 to another body.
    Transfer,
    /// 答复.
    Answer,
    /// 回访.
    CallBack,
    /// 差评整改.
    Rectify,
    /// 复核: whether a bad rating, or one of many of a device, stands, or was mistaken or malicious.
    Review,
    /// 撤回, by whoever complained.
    Withdraw,
}

impl Act {
    /// All of them, in the order of work.
    pub const ALL: [Act; 8] = [
        Act::Accept,
        Act::Refuse,
        Act::Transfer,
        Act::Answer,
        Act::CallBack,
        Act::Rectify,
        Act::Review,
        Act::Withdraw,
    ];

    /// The code used in addresses and answers.
    pub const fn code(self) -> &'static str {
        match self {
            Act::Accept => "accept",
            Act::Refuse => "refuse",
            Act::Transfer => "transfer",
            Act::Answer => "answer",
            Act::CallBack => "call_back",
            Act::Rectify => "rectify",
            Act::Review => "review",
            Act::Withdraw => "withdraw",
        }
    }

    /// The field's own word.
    pub const fn name_zh(self) -> &'static str {
        match self {
            Act::Accept => "受理",
            Act::Refuse => "不予受理",
            Act::Transfer => "转办",
            Act::Answer => "答复",
            Act::CallBack => "回访",
            Act::Rectify => "整改",
            Act::Review => "复核",
            Act::Withdraw => "撤回",
        }
    }

    /// The act with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Act::ALL.into_iter().find(|act| act.code() == code)
    }

    /// The kind of event that says it. A refusal and a withdrawal answer the complaint: nothing is owed after either. What was mistaken or
    /// malicious is taken back, so that no rule counts it (C2's lawful exception).
    pub const fn said_by(self, outcome: Option<Outcome>) -> EventKind {
        match (self, outcome) {
            (Act::Accept, _) => EventKind::ComplaintAccepted,
            (Act::Refuse | Act::Answer | Act::Withdraw, _) => EventKind::ComplaintAnswered,
            (Act::CallBack, _) => EventKind::CalledBack,
            (Act::Rectify, _) => EventKind::Rectified,
            (Act::Review, Some(Outcome::Mistaken | Outcome::Malicious)) => EventKind::Corrected,
            (Act::Review | Act::Transfer, _) => EventKind::Note,
        }
    }

    /// Why it cannot be done about this one as it stands, in Chinese; none where it can.
    pub fn refused(self, voice: &Voice<'_>) -> Option<String> {
        let stands = |why: &str| Some(format!("该件{}，{why}", voice.state.name_zh()));
        let of_complaints = matches!(
            self,
            Act::Accept | Act::Refuse | Act::Answer | Act::Withdraw
        );
        if of_complaints && voice.kind == Kind::Rating {
            return Some(format!("{}只用于投诉", self.name_zh()));
        }
        if self == Act::Rectify && !voice.is_bad() {
            return Some("整改只用于差评（不满意、非常不满意）".into());
        }
        if self == Act::Review && !voice.is_bad() && voice.state != State::ToReview {
            return Some("复核只用于差评（不满意、非常不满意）和待复核的集中评价".into());
        }
        match (self, voice.state) {
            (Act::Accept | Act::Refuse, State::Received)
            | (Act::Answer | Act::Withdraw, State::Received | State::Accepted)
            | (Act::Rectify, State::ToRectify)
            | (Act::Review, State::ToReview | State::ToRectify | State::Rectified) => None,
            // Its term runs whoever reviews it when.
            (Act::Rectify, State::ToReview) if voice.rectified_at.is_none() => None,
            (Act::CallBack, State::ToReview) if voice.is_bad() => None,
            (Act::Transfer, state) if state.is_open() => None,
            (
                Act::CallBack,
                State::Accepted | State::Answered | State::ToRectify | State::Rectified,
            ) => None,
            (Act::Accept | Act::Refuse, _) => stands("只有待受理的可以受理或者不予受理"),
            (Act::Answer | Act::Withdraw, _) => stands("不再需要答复"),
            (Act::Rectify, _) => stands("没有待整改的差评"),
            (Act::Review, _) => stands("已经复核"),
            (Act::Transfer, _) => stands("已经办结，不再转办"),
            (Act::CallBack, _) => stands("没有需要回访的事由"),
        }
    }
}

/// What came out of an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A complaint that is not accepted.
    Refused,
    /// A complaint that was taken back by whoever made it.
    Withdrawn,
    /// A rating that stands.
    Stands,
    /// One that was given by mistake.
    Mistaken,
    /// One that was given in bad faith.
    Malicious,
}

impl Outcome {
    /// What a review comes to.
    pub const OF_REVIEW: [Outcome; 3] = [Outcome::Stands, Outcome::Mistaken, Outcome::Malicious];

    /// The code kept in the event.
    pub const fn code(self) -> &'static str {
        match self {
            Outcome::Refused => "refused",
            Outcome::Withdrawn => "withdrawn",
            Outcome::Stands => "stands",
            Outcome::Mistaken => "mistaken",
            Outcome::Malicious => "malicious",
        }
    }

    /// The field's own word.
    pub const fn name_zh(self) -> &'static str {
        match self {
            Outcome::Refused => "不予受理",
            Outcome::Withdrawn => "投诉人撤回",
            Outcome::Stands => "评价成立",
            Outcome::Mistaken => "误评",
            Outcome::Malicious => "恶意评价",
        }
    }

    /// The outcome with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        let all = [Outcome::Refused, Outcome::Withdrawn];
        all.into_iter()
            .chain(Outcome::OF_REVIEW)
            .find(|outcome| outcome.code() == code)
    }
}
