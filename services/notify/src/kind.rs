//! What happened to an alert, in the words by which routes choose.

use mingjing_domain::Timestamp;
use mingjing_domain::alert::{AlertRecord, Level};
use mingjing_domain::disposition::{Disposition, Order, Verdict};
use mingjing_domain::fact::{Cause, Change};
use serde::{Deserialize, Serialize};

/// A kind of change that somebody may want to be told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// 待发: alleged, and not out yet.
    Raised,
    /// 到期提醒: a reminder went out, before any limit has passed.
    Reminder,
    /// 发牌: a card went out.
    Issued,
    /// 待核: a person has to look at it.
    Review,
    /// 升级: it became graver.
    Escalated,
    /// 更新: its dates, its level or its completion changed.
    Revised,
    /// 结束.
    Ended,
    /// 恢复: what had ended is true again.
    Reopened,
    /// 撤销.
    Withdrawn,
    /// 取消: taken back before it went out.
    Cancelled,
    /// 暂缓发出.
    Held,
    /// 认定.
    Confirmed,
    /// 不予认定, of what had not gone out as a card.
    Dismissed,
    /// 申诉.
    Appealed,
    /// 申诉维持.
    Upheld,
    /// 申诉报上级.
    PassedUp,
    /// 申诉逾期未决: nobody has decided it by its day. No change of the alert: the day has passed.
    AppealOverdue,
    /// 申诉逾期报负责人: nor within a working day more.
    AppealOverdueLeader,
    /// 督办.
    Ordered,
    /// 反馈.
    Answered,
    /// 转办: an order, or what was passed on of it, was given on to a person.
    PassedOn,
    /// 回报, on what was passed on.
    Reported,
    /// 申请延期.
    ExtensionAsked,
    /// 延期.
    Extended,
    /// 不予延期.
    ExtensionRefused,
    /// 整改: something was put right upon an order.
    Rectified,
    /// 整改验收通过.
    RectificationAccepted,
    /// 退回整改.
    RectificationRejected,
    /// 督办办结.
    Closed,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 29] = [
        Kind::Raised,
        Kind::Reminder,
        Kind::Issued,
        Kind::Review,
        Kind::Escalated,
        Kind::Revised,
        Kind::Ended,
        Kind::Reopened,
        Kind::Withdrawn,
        Kind::Cancelled,
        Kind::Held,
        Kind::Confirmed,
        Kind::Dismissed,
        Kind::Appealed,
        Kind::Upheld,
        Kind::PassedUp,
        Kind::AppealOverdue,
        Kind::AppealOverdueLeader,
        Kind::Ordered,
        Kind::Answered,
        Kind::PassedOn,
        Kind::Reported,
        Kind::ExtensionAsked,
        Kind::Extended,
        Kind::ExtensionRefused,
        Kind::Rectified,
        Kind::RectificationAccepted,
        Kind::RectificationRejected,
        Kind::Closed,
    ];

    /// What a route is told of that does not say of what: everything that asks somebody for something, or takes that back. What
    /// is not out yet, or only changes a date, waits to be looked at; what is brought before whoever leads others is told where it is asked for.
    pub const USUAL: [Kind; 17] = [
        Kind::Reminder,
        Kind::Issued,
        Kind::Review,
        Kind::Escalated,
        Kind::Reopened,
        Kind::Withdrawn,
        Kind::Appealed,
        Kind::Upheld,
        Kind::PassedUp,
        Kind::AppealOverdue,
        Kind::Ordered,
        Kind::PassedOn,
        Kind::ExtensionAsked,
        Kind::Extended,
        Kind::ExtensionRefused,
        Kind::Rectified,
        Kind::RectificationRejected,
    ];

    /// The code used in configurations and messages.
    pub const fn code(self) -> &'static str {
        match self {
            Kind::Raised => "raised",
            Kind::Reminder => "reminder",
            Kind::Issued => "issued",
            Kind::Review => "review",
            Kind::Escalated => "escalated",
            Kind::Revised => "revised",
            Kind::Ended => "ended",
            Kind::Reopened => "reopened",
            Kind::Withdrawn => "withdrawn",
            Kind::Cancelled => "cancelled",
            Kind::Held => "held",
            Kind::Confirmed => "confirmed",
            Kind::Dismissed => "dismissed",
            Kind::Appealed => "appealed",
            Kind::Upheld => "upheld",
            Kind::PassedUp => "passed_up",
            Kind::AppealOverdue => "appeal_overdue",
            Kind::AppealOverdueLeader => "appeal_overdue_leader",
            Kind::Ordered => "ordered",
            Kind::Answered => "answered",
            Kind::PassedOn => "passed_on",
            Kind::Reported => "reported",
            Kind::ExtensionAsked => "extension_asked",
            Kind::Extended => "extended",
            Kind::ExtensionRefused => "extension_refused",
            Kind::Rectified => "rectified",
            Kind::RectificationAccepted => "rectification_accepted",
            Kind::RectificationRejected => "rectification_rejected",
            Kind::Closed => "closed",
        }
    }

    /// The field's term.
    pub const fn name_zh(self) -> &'static str {
        match self {
            Kind::Raised => "待发",
            Kind::Reminder => "到期提醒",
            Kind::Issued => "发牌",
            Kind::Review => "待核",
            Kind::Escalated => "升级",
            Kind::Revised => "更新",
            Kind::Ended => "结束",
            Kind::Reopened => "恢复",
            Kind::Withdrawn => "撤销",
            Kind::Cancelled => "取消",
            Kind::Held => "暂缓发出",
            Kind::Confirmed => "认定",
            Kind::Dismissed => "不予认定",
            Kind::Appealed => "申诉",
            Kind::Upheld => "申诉维持",
            Kind::PassedUp => "申诉报上级",
            Kind::AppealOverdue => "申诉逾期未决",
            Kind::AppealOverdueLeader => "申诉逾期未决报负责人",
            Kind::Ordered => "督办",
            Kind::Answered => "反馈",
            Kind::PassedOn => "督办转办",
            Kind::Reported => "转办回报",
            Kind::ExtensionAsked => "申请督办延期",
            Kind::Extended => "督办延期",
            Kind::ExtensionRefused => "不予督办延期",
            Kind::Rectified => "整改",
            Kind::RectificationAccepted => "整改验收通过",
            Kind::RectificationRejected => "退回整改",
            Kind::Closed => "督办办结",
        }
    }

    /// What a fact about an alert says happened. Where the alert's status changed, that is what happened, whoever did it; else it is
    /// what the person did whose command led to the fact.
    pub fn of(change: Change, cause: &Cause, alert: &AlertRecord) -> Self {
        match change {
            Change::Raised => Kind::Raised,
            Change::Issued => match alert.level {
                Level::Review => Kind::Review,
                Level::Notice => Kind::Reminder,
                Level::Yellow | Level::Red => Kind::Issued,
            },
            Change::SentToReview => Kind::Review,
            Change::Escalated => Kind::Escalated,
            Change::Ended => Kind::Ended,
            Change::Reopened => Kind::Reopened,
            Change::Withdrawn => Kind::Withdrawn,
            Change::Cancelled => Kind::Cancelled,
            // What follows from what somebody did is no second deed.
            Change::Revised => Kind::Revised,
            Change::Disposed => match (cause, &alert.disposition) {
                (Cause::Command { id }, Some(disposition)) => {
                    act_of(id, disposition).unwrap_or(Kind::Revised)
                }
                _ => Kind::Revised,
            },
        }
    }
}

/// What a command did, by the signature that it left.
fn act_of(command: &str, disposition: &Disposition) -> Option<Kind> {
    let by = |signed: &str| signed == command;
    if let Some(appeal) = &disposition.appeal {
        if let Some(outcome) = &appeal.outcome
            && by(&outcome.by.command)
        {
            return Some(match outcome.upheld {
                true => Kind::Upheld,
                false => Kind::Withdrawn,
            });
        }
        if appeal.passed_up.iter().any(|up| by(&up.by.command)) {
            return Some(Kind::PassedUp);
        }
        if by(&appeal.by.command) {
            return Some(Kind::Appealed);
        }
    }
    if let Some(found) = disposition.order.as_ref().and_then(|o| act_on(command, o)) {
        return Some(found);
    }
    if disposition.answers.iter().any(|a| by(&a.by.command)) {
        return Some(Kind::Answered);
    }
    let decision = disposition.decision.as_ref()?;
    by(&decision.by.command).then_some(match decision.verdict {
        Verdict::Held => Kind::Held,
        Verdict::Issued => Kind::Issued,
        Verdict::Confirmed => Kind::Confirmed,
        Verdict::Dismissed => Kind::Dismissed,
    })
}

fn act_on(command: &str, order: &Order) -> Option<Kind> {
    let by = |signed: &str| signed == command;
    if order.closed.as_ref().is_some_and(|c| by(&c.command)) {
        return Some(Kind::Closed);
    }
    if order.answers.iter().any(|a| by(&a.by.command)) {
        return Some(Kind::Answered);
    }
    if order.extended.iter().any(|e| by(&e.command)) {
        return Some(Kind::Extended);
    }
    for done in &order.rectifications {
        if by(&done.by.command) {
            return Some(Kind::Rectified);
        }
        match &done.checked {
            Some(check) if by(&check.by.command) => {
                return Some(match check.accepted {
                    true => Kind::RectificationAccepted,
                    false => Kind::RectificationRejected,
                });
            }
            _ => {}
        }
    }
    for asked in &order.extensions_asked {
        if by(&asked.by.command) {
            return Some(Kind::ExtensionAsked);
        }
        if asked.outcome.as_ref().is_some_and(|o| by(&o.by.command)) {
            return Some(Kind::ExtensionRefused);
        }
    }
    for leg in &order.passed_on {
        if by(&leg.by.command) {
            return Some(Kind::PassedOn);
        }
        if leg.reports.iter().any(|r| by(&r.by.command)) {
            return Some(Kind::Reported);
        }
    }
    by(&order.by.command).then_some(Kind::Ordered)
}

/// By when somebody has to do something about it, and what: the day a reader looks for.
pub(crate) fn term(kind: Kind, alert: &AlertRecord) -> Option<(&'static str, Timestamp)> {
    let disposition = alert.disposition.as_ref();
    let named = |name, at: Option<Timestamp>| at.map(|at| (name, at));
    match kind {
        Kind::Ordered | Kind::ExtensionAsked | Kind::Extended | Kind::ExtensionRefused => {
            let order = disposition.and_then(|d| d.order.as_ref());
            named("反馈期限", order.and_then(|order| order.due_at))
        }
        Kind::PassedOn => {
            let order = disposition.and_then(|d| d.order.as_ref());
            let last = order.and_then(|order| order.passed_on.last());
            named("回报期限", last.and_then(|leg| leg.due_at))
        }
        Kind::Appealed | Kind::PassedUp | Kind::AppealOverdue | Kind::AppealOverdueLeader => {
            let appeal = disposition.and_then(|d| d.appeal.as_ref());
            named("申诉办理期限", appeal.and_then(|appeal| appeal.due_at))
        }
        _ => named("期限", alert.due_at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::made::{alert, appealed, ordered};

    #[test]
    fn what_changed_the_status_is_told_before_what_a_person_did() {
        let clock = Cause::Clock;
        let by = |id: &str| Cause::Command { id: id.into() };
        let level = |level| AlertRecord {
            level,
            ..alert("a")
        };
        let cases = [
            (Change::Raised, &clock, level(Level::Red), Kind::Raised),
            (Change::Issued, &clock, level(Level::Red), Kind::Issued),
            (Change::Issued, &clock, level(Level::Notice), Kind::Reminder),
            (Change::Issued, &clock, level(Level::Review), Kind::Review),
            (
                Change::SentToReview,
                &clock,
                level(Level::Red),
                Kind::Review,
            ),
            (Change::Revised, &clock, level(Level::Red), Kind::Revised),
            // Of an alert that an appeal against it put off: the appeal was told already.
            (Change::Revised, &by("c-appeal"), appealed(), Kind::Revised),
            (Change::Disposed, &by("c-order"), ordered(), Kind::Ordered),
            (Change::Disposed, &by("c-answer"), ordered(), Kind::Answered),
            (Change::Disposed, &by("c-other"), ordered(), Kind::Revised),
            (
                Change::Disposed,
                &by("c-appeal"),
                appealed(),
                Kind::Appealed,
            ),
            (
                Change::Withdrawn,
                &by("c-appeal"),
                appealed(),
                Kind::Withdrawn,
            ),
        ];
        for (change, cause, alert, wanted) in cases {
            assert_eq!(
                Kind::of(change, cause, &alert),
                wanted,
                "{change:?} {cause:?}"
            );
        }
    }

    #[test]
    fn the_day_that_is_told_is_the_one_that_the_change_is_about() {
        assert_eq!(term(Kind::Issued, &ordered()).map(|t| t.0), Some("期限"));
        assert_eq!(
            term(Kind::Ordered, &ordered()).map(|t| t.0),
            Some("反馈期限")
        );
        assert_eq!(
            term(Kind::Appealed, &appealed()).map(|t| t.0),
            Some("申诉办理期限")
        );
        assert_eq!(term(Kind::Ordered, &alert("a")), None);
    }

    #[test]
    fn every_kind_reads_back_by_its_code() {
        for kind in Kind::ALL {
            let text = serde_json::to_string(&kind).unwrap();
            assert_eq!(text, format!("{:?}", kind.code()));
        }
    }
}
