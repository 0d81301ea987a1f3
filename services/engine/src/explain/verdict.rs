//! The words of verdicts: of those that allege nothing, and of alerts that nothing alleges any more.

use std::collections::BTreeMap;

use mingjing_domain::alert::{AlertRecord, Status};

use super::Verdict;
use super::walk::{local, step_name};
use crate::fold::Context;

/// A verdict that alleges nothing.
pub(super) fn quiet(outcome: &str, text: String) -> Verdict {
    Verdict {
        outcome: outcome.into(),
        text,
        step: String::new(),
        visit: 1,
        level: None,
        due_at: None,
        breached_at: None,
        completed_at: None,
        next_at: None,
        left: None,
        alert_id: None,
        status: None,
        values: BTreeMap::new(),
    }
}

pub(super) fn with_alert(verdict: &mut Verdict, alert: &AlertRecord) {
    verdict.alert_id = Some(alert.alert_id.clone());
    verdict.status = Some(alert.status);
}

/// What became of an alert that is not alleged any more.
pub(super) fn taken_back_zh(alert: &AlertRecord, context: &Context<'_>) -> String {
    let when = alert.withdrawn_at.or(alert.ended_at);
    let when = when
        .map(|at| format!("于 {} ", local(at, context)))
        .unwrap_or_default();
    let reason = alert
        .withdrawn_reason
        .as_deref()
        .or(alert.ended_reason.as_deref());
    let step = match alert.step.is_empty() {
        true => String::new(),
        false => {
            let symbol = context.codes.find(&alert.step).unwrap_or(0) as u16;
            format!("（{}第 {} 次）", step_name(symbol, context), alert.visit)
        }
    };
    if matches!(alert.status, Status::Pending | Status::Issued) {
        let (level, status) = (alert.level.name_zh(), alert.status.name_zh());
        return format!("此前的{level}{step}状态为“{status}”，尚待按现有情况重新判断。");
    }
    format!(
        "此前的{}{step}{when}转为“{}”：{}。",
        alert.level.name_zh(),
        alert.status.name_zh(),
        reason.unwrap_or("情形不存在")
    )
}

pub(super) fn listed(values: &BTreeMap<String, String>) -> String {
    let shown: Vec<String> = values.iter().map(|(k, v)| format!("{k} = {v}")).collect();
    shown.join("，")
}

/// A length of time in days, hours, minutes and seconds; two of them at most.
pub(super) fn span_zh(ms: i64) -> String {
    let seconds = ms / 1000;
    let parts = [
        (seconds / 86_400, "天"),
        (seconds / 3600 % 24, "小时"),
        (seconds / 60 % 60, "分钟"),
        (seconds % 60, "秒"),
    ];
    let shown: Vec<String> = parts
        .iter()
        .filter(|(n, _)| *n > 0)
        .take(2)
        .map(|(n, unit)| format!("{n} {unit}"))
        .collect();
    match shown.is_empty() {
        true => " 0 秒".into(),
        false => format!(" {}", shown.join(" ")),
    }
}
