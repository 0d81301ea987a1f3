//! Why something is not done with a draft.

use super::{Command, State};

/// Why something is not done: what, where, and what to do instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}；{remedy}")]
pub struct Refusal {
    /// For programs: `wrong_state`, `not_your_turn`, `same_person` …
    pub reason: &'static str,
    /// The field of the request it is about.
    pub field: &'static str,
    /// What is not possible and why, in Chinese.
    pub message: String,
    /// What to do, in Chinese.
    pub remedy: String,
}

impl Refusal {
    /// A refusal.
    pub fn new(
        reason: &'static str,
        field: &'static str,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            reason,
            field,
            message: message.into(),
            remedy: remedy.into(),
        }
    }
}

/// Something that cannot be done where the draft stands.
pub(super) fn wrong_state(state: &State, command: &Command) -> Refusal {
    let wanted = match command {
        Command::Revise { .. } => "修改",
        Command::Submit { .. } => "送审",
        Command::Review { .. } => "审核",
        Command::Publish { .. } => "公布",
        Command::Confirm { .. } => "确认生效",
        Command::Notice { .. } => "登记公示",
        Command::Retire { .. } => "废止",
        Command::Withdraw => "撤回",
        Command::BeginShadow { .. } => "影子运行",
        Command::EndShadow => "结束影子运行",
    };
    let remedy = match state {
        State::Drafting => "草案还没有送审，请先送审（submit）",
        State::InReview { .. } => "审核还没有完成；需要改动时请先修改（revise），各审核重新进行",
        State::Returned { .. } => "草案已被退回，请按意见修改（revise）后重新送审",
        State::Approved => "审核已全部通过，可以公布（publish）",
        State::Publishing { .. } => "正在公布，平台会自行完成，请稍后再看",
        State::Published { .. } | State::Retired { .. } => {
            "已公布的版本不得改动；需要改变时请另起新版本的草案"
        }
        State::Withdrawn => "草案已撤回，请另起一份",
    };
    Refusal::new(
        "wrong_state",
        "",
        format!("处于“{}”的草案不能{wanted}", state.name_zh()),
        remedy,
    )
}
