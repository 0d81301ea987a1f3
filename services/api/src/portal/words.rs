//! Codes in words, as the public reads them.

use serde::Serialize;

/// The same in Chinese and English.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Words {
    pub code: &'static str,
    pub zh: &'static str,
    pub en: &'static str,
}

/// Where a case stands, as its applicant sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Received,
    Supplement,
    NotAccepted,
    Handling,
    Paused,
    Decided,
    Delivered,
    Closed,
    Withdrawn,
    Voided,
    Returned,
    Transferred,
    Terminated,
    Merged,
}

impl Phase {
    /// Whether it is an end, which the closing of the file changes nothing of.
    pub(super) const fn ends_it(self) -> bool {
        use Phase::{Merged, NotAccepted, Returned, Terminated, Transferred, Voided, Withdrawn};
        matches!(
            self,
            NotAccepted | Withdrawn | Voided | Returned | Transferred | Terminated | Merged
        )
    }

    pub(super) const fn words(self) -> Words {
        let (code, zh, en) = match self {
            Phase::Received => (
                "received",
                "已收到申请，正在审查是否受理",
                "Received; whether it is accepted is being looked at",
            ),
            Phase::Supplement => (
                "supplement",
                "材料需要补正，请按补正通知办理；补正之前不计办理时间",
                "Something is missing: please bring what the notice asks for",
            ),
            Phase::NotAccepted => (
                "not_accepted",
                "不予受理，理由见书面通知；不服的，可以依法申请复议或者提起诉讼",
                "Not accepted; the written notice says why",
            ),
            Phase::Handling => ("handling", "已受理，正在办理", "Accepted and being handled"),
            Phase::Paused => (
                "paused",
                "已受理，办理时间依法暂停计算",
                "Accepted; by law time does not count at present",
            ),
            Phase::Decided => (
                "decided",
                "已作出决定，正在送达",
                "Decided; the decision is being delivered",
            ),
            Phase::Delivered => (
                "delivered",
                "决定已送达或者可以领取",
                "The decision was delivered or can be fetched",
            ),
            Phase::Closed => ("closed", "已办结", "Closed"),
            Phase::Withdrawn => ("withdrawn", "申请已撤回", "The application was withdrawn"),
            Phase::Voided => (
                "voided",
                "本件已作废，请向承办单位询问",
                "Void; please ask the office",
            ),
            Phase::Returned => ("returned", "申请已退回", "The application was returned"),
            Phase::Transferred => (
                "transferred",
                "已移送其他机关办理",
                "Handed over to another body",
            ),
            Phase::Terminated => ("terminated", "办理已终止", "The procedure was terminated"),
            Phase::Merged => ("merged", "已并入另一件办理", "Joined to another case"),
        };
        Words { code, zh, en }
    }
}

/// 超期原因: what a source may say to the public of a case that is late, in the attribute `overdue_reason` of any of its events. A
/// closed list: what somebody writes about a case may name people (优化营商环境条例 asks for the reasons, domain study 7).
const OVERDUE_REASONS: &[Words] = &[
    reason(
        "supplement",
        "等待申请人补充、修改材料",
        "waiting for documents of the applicant",
    ),
    reason(
        "expert",
        "检验、检测、检疫、鉴定或者专家评审尚未完成",
        "an examination or an expert's review is not finished",
    ),
    reason(
        "site",
        "现场踏勘、核查的条件尚不具备",
        "the site cannot be visited yet",
    ),
    reason(
        "other_body",
        "等待其他部门出具意见",
        "waiting for another body's opinion",
    ),
    reason(
        "hearing",
        "听证、公示尚未结束",
        "a hearing or a public notice is not over",
    ),
    reason("volume", "同期办件较多", "many cases at the same time"),
    reason("system", "信息系统发生故障", "a computer system failed"),
    reason("force_majeure", "不可抗力", "force majeure"),
    reason(
        "other",
        "其他原因，请向承办单位询问",
        "another reason; please ask the office",
    ),
];

const fn reason(code: &'static str, zh: &'static str, en: &'static str) -> Words {
    Words { code, zh, en }
}

/// The words of a reason that a source gave; for a code that there is not, that one was given.
pub(super) fn overdue_reason(code: &str) -> Words {
    let known = OVERDUE_REASONS.iter().find(|words| words.code == code);
    known.or(OVERDUE_REASONS.last()).copied().unwrap_or(reason(
        "other",
        "其他原因",
        "another reason",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_that_is_not_in_the_list_does_not_pass_through() {
        assert_eq!(overdue_reason("site").zh, "现场踏勘、核查的条件尚不具备");
        let free = overdue_reason("张三的材料不齐");
        assert_eq!(free.code, "other");
        let shown = serde_json::to_string(&free).expect("words are texts");
        assert!(!shown.contains("张三"), "{shown}");
    }
}
