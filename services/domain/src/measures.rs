//! 办件量数: what statistics count of one case, as the engine concluded it.
//!
//! They lie in the case's fact, so that a number in a bulletin and a card rest on the same reading of the same history: what was
//! corrected or taken back counts for neither.

use serde::{Deserialize, Serialize};

use crate::definitions::PowerType;
use crate::event::EventKind;
use crate::limit::Unit;
use crate::time::Timestamp;

/// Results that deny what was applied for, or find that nothing is to be done: 结果否定 (rule P8's own list).
pub const NEGATIVE_RESULTS: &[&str] = &["refused", "no_penalty"];

/// 办理渠道: codes and names. The values of GB/T 39046-2020 A.5 办理形式, with self-service terminals apart from windows. What else a source
/// says is kept as it says it.
pub const CHANNELS: &[(&str, &str)] = &[
    ("window", "窗口"),
    ("online", "网上"),
    ("mobile", "移动端"),
    ("self_service", "自助终端"),
    ("mail", "邮寄"),
    ("other", "其他"),
];

/// What statistics count of one case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CaseMeasures {
    /// 权力类型 of its item by the list it is judged by; none: the item is not in the list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub power_type: Option<PowerType>,
    /// 办件类型 as the source says it: `instant` 即办件, `promise` 承诺件 …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case_kind: Option<String>,
    /// 办理渠道 as the source says it, like those of [`CHANNELS`]: by which the application came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// 办理科室: the office of the step in which it was decided or closed, else of the last one it was in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub office: Option<String>,
    /// 经办人: who decided or closed it, else who acted last; an officer's id in the department.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handler: Option<String>,
    /// 收件: when the application came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received_at: Option<Timestamp>,
    /// 决定: when it was first decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<Timestamp>,
    /// 送达: when the decision was delivered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivered_at: Option<Timestamp>,
    /// How it ended: `closed`, or what ended it without a decision ([`EventKind::ENDED_OTHERWISE`]); none: it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ending: Option<EventKind>,
    /// When it ended so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// 结果 of the latest decision, else of the closing; the source's code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
    /// The limit of the whole case; none: its item has none, or it has not begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<LimitMeasure>,
    /// 挂起: time in which a special procedure ran, from its beginning to its end or the case's, in milliseconds; stretches that overlap
    /// count once. What still runs is not in it.
    #[serde(skip_serializing_if = "is_zero_u64")]
    pub suspended_ms: u64,
    /// How many special procedures that stop the clock were begun.
    #[serde(skip_serializing_if = "is_zero_u32")]
    pub suspensions: u32,
    /// How many extensions were granted.
    #[serde(skip_serializing_if = "is_zero_u32")]
    pub extensions: u32,
    /// 补正告知: how many.
    #[serde(skip_serializing_if = "is_zero_u32")]
    pub supplements: u32,
    /// 事后补录: events that were there to be read later than one working day after they happened (rule Q1's default; sources that are
    /// declared as back-fills have none).
    #[serde(skip_serializing_if = "is_zero_u32")]
    pub events_late: u32,
    /// 重报: events that were sent anew with a greater data version.
    #[serde(skip_serializing_if = "is_zero_u32")]
    pub events_resent: u32,
    /// 时间倒序: acts that lie before what must precede them (acceptance before application, decision before acceptance, a step's end
    /// before its start), or that were there to be read before they happened.
    #[serde(skip_serializing_if = "is_zero_u32")]
    pub events_reversed: u32,
}

/// The limit of a whole case: how long it was, and how much of it was used.
///
/// All three counts are in [`Self::unit`] by the legal clock, time that stood still left out: the least limit of that unit under which the
/// instant would have been in time. So a case done on the day it began used none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitMeasure {
    /// Working days, calendar days or minutes. Limits in months are counted in calendar days, hours in minutes.
    pub unit: MeasureUnit,
    /// When its clock began.
    pub started_at: Timestamp,
    /// 法定时限 with what was added to it; none: the law sets none.
    pub statutory: Option<u32>,
    /// 承诺时限 with what was added to it; none: nothing was promised.
    pub promised: Option<u32>,
    /// 用时; none: it is not done.
    pub used: Option<u32>,
    /// When the law's limit ends; none: the law sets none, or time stands still.
    pub statutory_due_at: Option<Timestamp>,
    /// When the promised limit ends; none: nothing was promised, or time stands still.
    pub promised_due_at: Option<Timestamp>,
    /// When what it asks for was done.
    pub done_at: Option<Timestamp>,
    /// When the duty fell away without that.
    pub fell_at: Option<Timestamp>,
}

/// What a limit's counts are in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum MeasureUnit {
    /// 工作日.
    #[serde(rename = "wd")]
    WorkingDays,
    /// 自然日.
    #[serde(rename = "cd")]
    CalendarDays,
    /// 分钟.
    #[serde(rename = "min")]
    Minutes,
}

impl MeasureUnit {
    /// What a limit of `unit` is counted in.
    pub const fn of(unit: Unit) -> Self {
        match unit {
            Unit::WorkingDays => MeasureUnit::WorkingDays,
            Unit::CalendarDays | Unit::CalendarDaysRolled | Unit::Months | Unit::MonthsRolled => {
                MeasureUnit::CalendarDays
            }
            Unit::Hours | Unit::Minutes => MeasureUnit::Minutes,
        }
    }

    /// The unit of limits that are counted so.
    pub const fn unit(self) -> Unit {
        match self {
            MeasureUnit::WorkingDays => Unit::WorkingDays,
            MeasureUnit::CalendarDays => Unit::CalendarDays,
            MeasureUnit::Minutes => Unit::Minutes,
        }
    }

    /// The code used in records.
    pub const fn code(self) -> &'static str {
        self.unit().suffix()
    }

    /// The unit with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "wd" => Some(MeasureUnit::WorkingDays),
            "cd" => Some(MeasureUnit::CalendarDays),
            "min" => Some(MeasureUnit::Minutes),
            _ => None,
        }
    }
}

impl CaseMeasures {
    /// Whether there is nothing to count.
    pub fn is_empty(&self) -> bool {
        *self == CaseMeasures::default()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_zero_u64(n: &u64) -> bool {
    *n == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_zero_u32(n: &u32) -> bool {
    *n == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_from_before_channels_were_told_reads_and_is_written_as_before() {
        let before = r#"{"case_kind":"promise","suspensions":1}"#;
        let read: CaseMeasures = serde_json::from_str(before).unwrap();
        assert_eq!(read.channel, None);
        assert_eq!(serde_json::to_string(&read).unwrap(), before);
    }
}
