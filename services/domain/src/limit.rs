//! A limit's budget: how much of which unit.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The unit a limit is counted in. It belongs to the limit, never to the system: 行政许可法 art. 82 counts
/// working days, 行政处罚法 art. 60 calendar days, 行政强制法 art. 19 hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// 工作日 `wd`.
    WorkingDays,
    /// 自然日 `cd`: the last day may be a rest day.
    CalendarDays,
    /// 自然日, rolled `cdr`: a last day that is a rest day moves to the next working day (民法典 art. 203).
    CalendarDaysRolled,
    /// 小时 `h`: elapsed hours, night and rest days included.
    Hours,
    /// 分钟 `min`: elapsed minutes.
    Minutes,
    /// 月 `mo`: to the same day number, or the month's last day where there is none.
    Months,
    /// 月, rolled `mor`, as for calendar days.
    MonthsRolled,
}

impl Unit {
    /// The suffix used in definitions and on the command line.
    pub const fn suffix(self) -> &'static str {
        match self {
            Unit::WorkingDays => "wd",
            Unit::CalendarDays => "cd",
            Unit::CalendarDaysRolled => "cdr",
            Unit::Hours => "h",
            Unit::Minutes => "min",
            Unit::Months => "mo",
            Unit::MonthsRolled => "mor",
        }
    }

    /// The Chinese word after a number.
    pub const fn name_zh(self) -> &'static str {
        match self {
            Unit::WorkingDays => "个工作日",
            Unit::CalendarDays | Unit::CalendarDaysRolled => "日",
            Unit::Hours => "小时",
            Unit::Minutes => "分钟",
            Unit::Months | Unit::MonthsRolled => "个月",
        }
    }

    /// Whole days (or months) by the legal clock, as against elapsed time.
    pub const fn counts_days(self) -> bool {
        !matches!(self, Unit::Hours | Unit::Minutes)
    }
}

/// So many units of time, written `10wd`, `90cd`, `30cdr`, `24h`, `30min`, `3mo`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Budget {
    /// How many, at most 100,000.
    pub count: u32,
    /// Of what.
    pub unit: Unit,
}

impl Budget {
    /// `count` of `unit`.
    pub const fn new(count: u32, unit: Unit) -> Self {
        Self { count, unit }
    }

    /// As an officer reads it: `10个工作日`.
    pub fn text_zh(self) -> String {
        format!("{}{}", self.count, self.unit.name_zh())
    }
}

impl fmt::Display for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.count, self.unit.suffix())
    }
}

/// Text that is not a budget.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a limit: {text:?}; write a whole number up to 100000 and a unit: \
     wd (working days), cd (calendar days), cdr (calendar days, rolled), h, min, mo, mor"
)]
pub struct BadBudget {
    /// The refused text.
    pub text: String,
}

impl FromStr for Budget {
    type Err = BadBudget;
    fn from_str(text: &str) -> Result<Self, BadBudget> {
        let bad = || BadBudget { text: text.into() };
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let count = text[..digits].parse().map_err(|_| bad())?;
        if count > 100_000 {
            return Err(bad());
        }
        let unit = match &text[digits..] {
            "wd" => Unit::WorkingDays,
            "cd" => Unit::CalendarDays,
            "cdr" => Unit::CalendarDaysRolled,
            "h" => Unit::Hours,
            "min" => Unit::Minutes,
            "mo" => Unit::Months,
            "mor" => Unit::MonthsRolled,
            _ => return Err(bad()),
        };
        Ok(Budget { count, unit })
    }
}

impl Serialize for Budget {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Budget {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
