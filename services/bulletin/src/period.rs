//! Periods that bulletins are made for: a month, a quarter, half a year, a year.

use mingjing_domain::period::{Period, PeriodKind};

/// Whether bulletins are made for it: a stretch of days has neither a bulletin nor a period that it compares with.
pub fn is_periodic(period: Period) -> bool {
    period.kind() != PeriodKind::Days
}

/// What kind of bulletin it makes, 月度.
pub fn kind_zh(period: Period) -> &'static str {
    match period.kind() {
        PeriodKind::Month => "月度",
        PeriodKind::Quarter => "季度",
        PeriodKind::Half => "半年度",
        PeriodKind::Year => "年度",
        PeriodKind::Days => "时段",
    }
}

/// What the period after it is called in demands, 下月.
pub(crate) fn next_zh(period: Period) -> &'static str {
    match period.kind() {
        PeriodKind::Month => "下月",
        PeriodKind::Quarter => "下季度",
        PeriodKind::Half => "下一个半年",
        PeriodKind::Year => "明年",
        PeriodKind::Days => "今后",
    }
}

/// As text in formats.
pub(crate) mod text {
    use mingjing_domain::period::Period;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(period: &Period, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(period)
    }

    pub(crate) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<Period, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
