//! 统计期间: the stretch of local days that a number is about: a month, quarter, half-year, year, or days from one to another.
//!
//! Pure. Which zone the days are of is an argument, and so is now.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, Days, Months, NaiveDate};
use chrono_tz::Tz;

use crate::Timestamp;

/// The most days that a stretch from one day to another may have: ten years.
pub const DAYS_MAX: i64 = 3660;

/// A stretch of local days. Written `2026`, `2026-H1`, `2026-Q3`, `2026-10` or `2026-10-01..2026-10-15`, both days included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    kind: PeriodKind,
    first: NaiveDate,
    last: NaiveDate,
}

/// What kind of stretch it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PeriodKind {
    /// 年.
    Year,
    /// 半年.
    Half,
    /// 季度.
    Quarter,
    /// 月.
    Month,
    /// From one day to another, both included.
    Days,
}

/// A text that is no period.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} 不是统计期间：应写作 2026（年）、2026-H1（半年）、2026-Q3（季度）、2026-10（月），\
     或 2026-10-01..2026-10-15（起止日，均含，不超过十年）"
)]
pub struct BadPeriod {
    text: String,
}

impl PeriodKind {
    /// How many months it has; none: it is counted in days.
    pub const fn months(self) -> Option<u32> {
        match self {
            PeriodKind::Year => Some(12),
            PeriodKind::Half => Some(6),
            PeriodKind::Quarter => Some(3),
            PeriodKind::Month => Some(1),
            PeriodKind::Days => None,
        }
    }
}

impl Period {
    /// The month of this number, from 1; none: there is no such month.
    pub fn month(year: i32, month: u32) -> Option<Self> {
        Self::of_months(PeriodKind::Month, year, month)
    }

    /// The quarter of this number, 1 to 4.
    pub fn quarter(year: i32, quarter: u32) -> Option<Self> {
        Self::of_months(PeriodKind::Quarter, year, numbered(quarter, 4)? * 3 + 1)
    }

    /// The half-year of this number, 1 or 2.
    pub fn half(year: i32, half: u32) -> Option<Self> {
        Self::of_months(PeriodKind::Half, year, numbered(half, 2)? * 6 + 1)
    }

    /// A year.
    pub fn year(year: i32) -> Option<Self> {
        Self::of_months(PeriodKind::Year, year, 1)
    }

    /// From one day to another, both included; none: the second lies before the first, or more than [`DAYS_MAX`] days.
    pub fn days(first: NaiveDate, last: NaiveDate) -> Option<Self> {
        let days = (last - first).num_days() + 1;
        ((1..=DAYS_MAX).contains(&days) && in_reach(first) && in_reach(last)).then_some(Self {
            kind: PeriodKind::Days,
            first,
            last,
        })
    }

    /// The month in which an instant lies.
    pub fn month_of(at: Timestamp, zone: Tz) -> Self {
        let day = at.local_date(zone);
        let first = day.with_day(1).unwrap_or(day);
        Self {
            kind: PeriodKind::Month,
            first,
            last: last_of(first, 1),
        }
    }

    fn of_months(kind: PeriodKind, year: i32, month: u32) -> Option<Self> {
        let first = NaiveDate::from_ymd_opt(year, month, 1).filter(|day| in_reach(*day))?;
        let last = last_of(first, kind.months()?);
        Some(Self { kind, first, last })
    }

    /// What kind of stretch it is.
    pub const fn kind(&self) -> PeriodKind {
        self.kind
    }

    /// Its first day.
    pub const fn first_day(&self) -> NaiveDate {
        self.first
    }

    /// Its last day.
    pub const fn last_day(&self) -> NaiveDate {
        self.last
    }

    /// Its first instant.
    pub fn from(&self, zone: Tz) -> Timestamp {
        Timestamp::start_of(self.first, zone)
    }

    /// The first instant after it.
    pub fn until(&self, zone: Tz) -> Timestamp {
        Timestamp::start_of(self.last + Days::new(1), zone)
    }

    /// Whether it is not over.
    pub fn running(&self, now: Timestamp, zone: Tz) -> bool {
        now < self.until(zone)
    }

    /// 上期: the stretch of the same kind and length before it.
    #[must_use]
    pub fn previous(&self) -> Self {
        match self.kind.months() {
            Some(months) => self.moved_back(months),
            None => {
                let days = (self.last - self.first).num_days() + 1;
                Self {
                    kind: self.kind,
                    first: self.first - chrono::Duration::days(days),
                    last: self.last - chrono::Duration::days(days),
                }
            }
        }
    }

    /// 上年同期: the same stretch of the year before. The 29th of February becomes the 28th.
    #[must_use]
    pub fn last_year(&self) -> Self {
        match self.kind.months() {
            Some(_) => self.moved_back(12),
            None => Self {
                kind: self.kind,
                first: self.first - Months::new(12),
                last: self.last - Months::new(12),
            },
        }
    }

    /// The months that it touches, cut to it; a stretch of days may begin and end with parts of months.
    pub fn months(&self) -> Vec<Self> {
        let mut all = Vec::new();
        let mut first = self.first;
        while first <= self.last {
            let begin = first.with_day(1).unwrap_or(first);
            let end = last_of(begin, 1);
            let last = end.min(self.last);
            let kind = match first == begin && last == end {
                true => PeriodKind::Month,
                false => PeriodKind::Days,
            };
            all.push(Self { kind, first, last });
            first = end + Days::new(1);
        }
        all
    }

    /// What people call it, like 2026年10月.
    pub fn label(&self) -> String {
        let (year, month) = (self.first.year(), self.first.month());
        match self.kind {
            PeriodKind::Year => format!("{year}年"),
            PeriodKind::Half => match month {
                1 => format!("{year}年上半年"),
                _ => format!("{year}年下半年"),
            },
            PeriodKind::Quarter => {
                let name = ["一", "二", "三", "四"][(month as usize - 1) / 3 % 4];
                format!("{year}年第{name}季度")
            }
            PeriodKind::Month => format!("{year}年{month}月"),
            PeriodKind::Days => {
                let (first, last) = (self.first, self.last);
                let of = |day: NaiveDate| format!("{}月{}日", day.month(), day.day());
                match (first == last, first.year() == last.year()) {
                    (true, _) => format!("{year}年{}", of(first)),
                    (false, true) => format!("{year}年{}至{}", of(first), of(last)),
                    (false, false) => {
                        format!("{year}年{}至{}年{}", of(first), last.year(), of(last))
                    }
                }
            }
        }
    }

    /// The same months earlier; only of what begins with a month.
    fn moved_back(&self, months: u32) -> Self {
        let first = self.first - Months::new(months);
        Self {
            kind: self.kind,
            first,
            last: last_of(first, self.kind.months().unwrap_or(1)),
        }
    }
}

/// As it is read.
impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month) = (self.first.year(), self.first.month());
        match self.kind {
            PeriodKind::Year => write!(f, "{year:04}"),
            PeriodKind::Half => write!(f, "{year:04}-H{}", month.div_ceil(6)),
            PeriodKind::Quarter => write!(f, "{year:04}-Q{}", month.div_ceil(3)),
            PeriodKind::Month => write!(f, "{year:04}-{month:02}"),
            PeriodKind::Days => write!(f, "{}..{}", self.first, self.last),
        }
    }
}

impl FromStr for Period {
    type Err = BadPeriod;

    fn from_str(text: &str) -> Result<Self, BadPeriod> {
        let read = || {
            if let Some((first, last)) = text.split_once("..") {
                return Period::days(day(first)?, day(last)?);
            }
            let Some((year, part)) = text.split_once('-') else {
                return Period::year(digits(text, 4)? as i32);
            };
            let year = digits(year, 4)? as i32;
            match part.split_at_checked(1)? {
                ("H", half) => Period::half(year, digits(half, 1)?),
                ("Q", quarter) => Period::quarter(year, digits(quarter, 1)?),
                _ => Period::month(year, digits(part, 2)?),
            }
        };
        read().ok_or_else(|| BadPeriod {
            text: text.chars().take(60).collect(),
        })
    }
}

/// Years of four digits, with room for the year before.
fn in_reach(day: NaiveDate) -> bool {
    (1900..=9990).contains(&day.year())
}

fn numbered(n: u32, most: u32) -> Option<u32> {
    (1..=most).contains(&n).then(|| n - 1)
}

fn last_of(first: NaiveDate, months: u32) -> NaiveDate {
    first + Months::new(months) - Days::new(1)
}

fn digits(text: &str, length: usize) -> Option<u32> {
    let digits = text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

fn day(text: &str) -> Option<NaiveDate> {
    // Written whole: chrono also reads days without their zeros, which would be a second way to write the same period.
    (text.len() == 10)
        .then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(text: &str) -> Period {
        text.parse().unwrap()
    }

    #[test]
    fn a_period_reads_and_has_a_name_a_beginning_and_those_before_it() {
        for (text, label, first, last, previous, last_year) in [
            ("2026", "2026年", "2026-01-01", "2026-12-31", "2025", "2025"),
            (
                "2026-H1",
                "2026年上半年",
                "2026-01-01",
                "2026-06-30",
                "2025-H2",
                "2025-H1",
            ),
            (
                "2026-H2",
                "2026年下半年",
                "2026-07-01",
                "2026-12-31",
                "2026-H1",
                "2025-H2",
            ),
            (
                "2026-Q1",
                "2026年第一季度",
                "2026-01-01",
                "2026-03-31",
                "2025-Q4",
                "2025-Q1",
            ),
            (
                "2026-Q3",
                "2026年第三季度",
                "2026-07-01",
                "2026-09-30",
                "2026-Q2",
                "2025-Q3",
            ),
            (
                "2026-01",
                "2026年1月",
                "2026-01-01",
                "2026-01-31",
                "2025-12",
                "2025-01",
            ),
            (
                "2024-02",
                "2024年2月",
                "2024-02-01",
                "2024-02-29",
                "2024-01",
                "2023-02",
            ),
            (
                "2026-10-01..2026-10-15",
                "2026年10月1日至10月15日",
                "2026-10-01",
                "2026-10-15",
                "2026-09-16..2026-09-30",
                "2025-10-01..2025-10-15",
            ),
            (
                "2024-02-29..2024-02-29",
                "2024年2月29日",
                "2024-02-29",
                "2024-02-29",
                "2024-02-28..2024-02-28",
                "2023-02-28..2023-02-28",
            ),
            (
                "2025-12-30..2026-01-02",
                "2025年12月30日至2026年1月2日",
                "2025-12-30",
                "2026-01-02",
                "2025-12-26..2025-12-29",
                "2024-12-30..2025-01-02",
            ),
        ] {
            let read = period(text);
            assert_eq!(read.to_string(), text);
            assert_eq!(read.label(), label, "{text}");
            assert_eq!(read.first_day().to_string(), first, "{text}");
            assert_eq!(read.last_day().to_string(), last, "{text}");
            assert_eq!(read.previous(), period(previous), "{text}");
            assert_eq!(read.last_year(), period(last_year), "{text}");
        }
    }

    #[test]
    fn what_is_no_period_is_refused_with_the_ways_to_write_one() {
        for text in [
            "",
            "26",
            "2026-",
            "2026-13",
            "2026-00",
            "2026-1",
            "2026-Q0",
            "2026-Q5",
            "2026-H3",
            "2026-h1",
            "2026-10-15..2026-10-01",
            "2026-02-30..2026-03-01",
            "2026-10-01",
            "2026-10-1..2026-10-2",
            "2000-01-01..2026-01-01",
            "0001",
            "9999",
            "二〇二六",
        ] {
            let refused = text.parse::<Period>().unwrap_err();
            assert!(refused.to_string().contains("2026-Q3"), "{text:?}");
        }
    }

    #[test]
    fn it_begins_and_ends_at_local_midnight_and_runs_until_then() {
        let zone = chrono_tz::Asia::Shanghai;
        let at = |text| Timestamp::parse(text).unwrap();
        let october = period("2026-10");
        assert_eq!(october.from(zone), at("2026-10-01T00:00:00+08:00"));
        assert_eq!(october.until(zone), at("2026-11-01T00:00:00+08:00"));
        assert!(october.running(at("2026-10-31T23:59:59.999+08:00"), zone));
        assert!(!october.running(at("2026-11-01T00:00:00+08:00"), zone));
        // Still October in Greenwich.
        assert_eq!(
            Period::month_of(at("2026-10-31T16:00:00+00:00"), zone),
            period("2026-11")
        );
    }

    #[test]
    fn its_months_are_whole_but_for_the_ends_of_a_stretch_of_days() {
        let of = |text| -> Vec<String> {
            let months = period(text).months();
            months.iter().map(ToString::to_string).collect()
        };
        assert_eq!(of("2026-Q1"), ["2026-01", "2026-02", "2026-03"]);
        assert_eq!(of("2026").len(), 12);
        assert_eq!(
            of("2026-01-15..2026-03-31"),
            ["2026-01-15..2026-01-31", "2026-02", "2026-03"]
        );
        assert_eq!(of("2026-10-02..2026-10-03"), ["2026-10-02..2026-10-03"]);
    }
}
