//! The day-by-day account of a deadline, as data and as text. It is made in `walk`.

use std::fmt::Write as _;

use chrono::{Datelike, NaiveDate, Weekday};
use chrono_tz::Tz;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::limit::Budget;
use crate::time::Timestamp;

/// Why a deadline is when it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Account {
    /// When the limit began.
    #[schemars(with = "String")]
    pub start_at: Timestamp,
    /// The limit, like `10wd`.
    pub limit: String,
    /// What was added to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extensions: Vec<AccountExtension>,
    /// The last second in time.
    #[schemars(with = "String")]
    pub due_at: Timestamp,
    /// It depends on a year whose holidays are not known yet.
    pub provisional: bool,
    /// The calendar's id.
    pub calendar: String,
    /// The calendar's version.
    pub calendar_version: String,
    /// The IANA time zone of the dates.
    pub time_zone: String,
    /// What was counted and what was not, in order.
    pub days: Vec<AccountRange>,
}

/// Budget added to a limit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AccountExtension {
    /// How much, like `10wd`.
    pub limit: String,
    /// By whom or why.
    pub label: String,
}

/// Consecutive days with one verdict, or a stretch of elapsed time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AccountRange {
    /// The first day.
    #[schemars(with = "String")]
    pub from: NaiveDate,
    /// The last day, included.
    #[schemars(with = "String")]
    pub to: NaiveDate,
    /// What became of them.
    pub verdict: Verdict,
    /// How many days are counted when the range is over; on the elapsed clock, how many seconds.
    pub counted_total: u64,
    /// The holiday's name or what the suspension was for; empty where there is nothing to say.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// On the elapsed clock: when the stretch begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub from_at: Option<Timestamp>,
    /// On the elapsed clock: the first instant after the stretch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub to_at: Option<Timestamp>,
}

/// What became of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The day the limit began: not counted (民法典 art. 201).
    StartDayNotCounted,
    /// Counted.
    Counted,
    /// Counted: a weekend day that is worked.
    MakeUpWorkingDay,
    /// Not counted: a weekend day.
    RestDay,
    /// Not counted: a holiday.
    Holiday,
    /// Not counted: suspended.
    Suspended,
    /// The last day was a rest day, so the limit moved on to the next working day (民法典 art. 203).
    Rolled,
    /// Elapsed time that counts.
    Elapsed,
}

impl Verdict {
    /// The code used in records.
    pub const fn code(self) -> &'static str {
        match self {
            Verdict::StartDayNotCounted => "start_day_not_counted",
            Verdict::Counted => "counted",
            Verdict::MakeUpWorkingDay => "make_up_working_day",
            Verdict::RestDay => "rest_day",
            Verdict::Holiday => "holiday",
            Verdict::Suspended => "suspended",
            Verdict::Rolled => "rolled",
            Verdict::Elapsed => "elapsed",
        }
    }

    /// In Chinese.
    pub const fn name_zh(self) -> &'static str {
        match self {
            Verdict::StartDayNotCounted => "开始当日不计",
            Verdict::Counted => "计入",
            Verdict::MakeUpWorkingDay => "调休上班计入",
            Verdict::RestDay => "休息日不计",
            Verdict::Holiday => "节假日不计",
            Verdict::Suspended => "挂起不计",
            Verdict::Rolled => "末日顺延",
            Verdict::Elapsed => "计时",
        }
    }

    /// In English.
    pub const fn name_en(self) -> &'static str {
        match self {
            Verdict::StartDayNotCounted => "start day, not counted",
            Verdict::Counted => "counted",
            Verdict::MakeUpWorkingDay => "counted: make-up working day",
            Verdict::RestDay => "not counted: rest day",
            Verdict::Holiday => "not counted: holiday",
            Verdict::Suspended => "not counted: suspended",
            Verdict::Rolled => "rolled on",
            Verdict::Elapsed => "elapsed",
        }
    }

    /// Whether the day counts.
    pub const fn counts(self) -> bool {
        matches!(self, Verdict::Counted | Verdict::MakeUpWorkingDay)
    }
}

/// One day of an account, or one stretch of elapsed time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct AccountDay<'a> {
    /// The day; of a stretch, the day it begins.
    pub date: NaiveDate,
    /// What became of it.
    pub verdict: Verdict,
    /// How many days are counted when it is over; on the elapsed clock, how many seconds.
    pub counted: u64,
    /// As in [`AccountRange`].
    pub note: &'a str,
    /// On the elapsed clock: when the stretch begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_at: Option<Timestamp>,
    /// On the elapsed clock: the first instant after the stretch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_at: Option<Timestamp>,
}

impl Account {
    /// Day by day; a stretch of elapsed time stays one piece.
    pub fn by_day(&self) -> impl Iterator<Item = AccountDay<'_>> {
        self.days.iter().flat_map(|range| {
            let last = if range.from_at.is_some() {
                range.from
            } else {
                range.to
            };
            range
                .from
                .iter_days()
                .take_while(move |date| *date <= last)
                .map(move |date| {
                    let to_come = if range.verdict.counts() {
                        range.to.signed_duration_since(date).num_days()
                    } else {
                        0
                    };
                    AccountDay {
                        date,
                        verdict: range.verdict,
                        counted: range.counted_total.saturating_sub(to_come.unsigned_abs()),
                        note: &range.note,
                        from_at: range.from_at,
                        to_at: range.to_at,
                    }
                })
        })
    }

    /// The account in Chinese, one line a day.
    pub fn text_zh(&self) -> String {
        let tz = self.tz();
        let limit = |text: &str| text.parse().map_or_else(|_| text.into(), Budget::text_zh);
        let mut text = format!(
            "自 {} 起，时限 {}",
            self.start_at.to_rfc3339(tz),
            limit(&self.limit)
        );
        for more in &self.extensions {
            let _ = write!(text, "，延长 {}", limit(&more.limit));
            if !more.label.is_empty() {
                let _ = write!(text, "（{}）", more.label);
            }
        }
        let _ = writeln!(text, "；日历 {} {}", self.calendar, self.calendar_version);
        for day in self.by_day() {
            let _ = writeln!(text, "{}", day.text_zh(tz));
        }
        let provisional = if self.provisional {
            "（暂定：有年份的节假日安排尚未公布）"
        } else {
            ""
        };
        let _ = writeln!(text, "到期 {}{provisional}", self.due_at.to_rfc3339(tz));
        text
    }

    /// The account in English, one line a day.
    pub fn text_en(&self) -> String {
        let tz = self.tz();
        let mut text = format!(
            "from {}, limit {}",
            self.start_at.to_rfc3339(tz),
            self.limit
        );
        for more in &self.extensions {
            let _ = write!(text, ", extended by {}", more.limit);
            if !more.label.is_empty() {
                let _ = write!(text, " ({})", more.label);
            }
        }
        let _ = writeln!(
            text,
            "; calendar {} {}",
            self.calendar, self.calendar_version
        );
        for day in self.by_day() {
            let _ = writeln!(text, "{}", day.text_en(tz));
        }
        let provisional = if self.provisional {
            " (provisional: the holidays of a year are not published yet)"
        } else {
            ""
        };
        let _ = writeln!(text, "due {}{provisional}", self.due_at.to_rfc3339(tz));
        text
    }

    /// The zone its dates are in. An account comes from a compiled calendar; one that was edited is shown in UTC.
    fn tz(&self) -> Tz {
        self.time_zone.parse().unwrap_or(Tz::UTC)
    }
}

impl AccountDay<'_> {
    /// Its line in Chinese, without line end.
    pub fn text_zh(&self, tz: Tz) -> String {
        let when = self.when(tz, weekday_zh);
        let counted = match self.verdict {
            Verdict::Counted | Verdict::MakeUpWorkingDay => format!(" 第{}日", self.counted),
            Verdict::Elapsed => format!(" 累计{}", duration(self.counted, ["小时", "分", "秒"])),
            _ => String::new(),
        };
        format!(
            "{when} {}{counted}{}",
            self.verdict.name_zh(),
            spaced(self.note)
        )
    }

    /// Its line in English, without line end.
    pub fn text_en(&self, tz: Tz) -> String {
        let when = self.when(tz, |date| date.format("%a").to_string());
        let counted = match self.verdict {
            Verdict::Counted | Verdict::MakeUpWorkingDay => format!(", day {}", self.counted),
            Verdict::Elapsed => format!(", {} so far", duration(self.counted, ["h", "min", "s"])),
            _ => String::new(),
        };
        format!(
            "{when} {}{counted}{}",
            self.verdict.name_en(),
            spaced(self.note)
        )
    }

    fn when(&self, tz: Tz, weekday: impl Fn(NaiveDate) -> String) -> String {
        match (self.from_at, self.to_at) {
            (Some(from), Some(to)) => format!("{} – {}", from.to_rfc3339(tz), to.to_rfc3339(tz)),
            _ => format!("{} {}", self.date, weekday(self.date)),
        }
    }
}

fn weekday_zh(date: NaiveDate) -> String {
    let name = match date.weekday() {
        Weekday::Mon => "周一",
        Weekday::Tue => "周二",
        Weekday::Wed => "周三",
        Weekday::Thu => "周四",
        Weekday::Fri => "周五",
        Weekday::Sat => "周六",
        Weekday::Sun => "周日",
    };
    name.into()
}

/// Seconds in hours, minutes and seconds, leaving out what is zero.
fn duration(seconds: u64, names: [&str; 3]) -> String {
    let parts = [seconds / 3600, seconds / 60 % 60, seconds % 60];
    let shown = parts.iter().zip(names).filter(|(n, _)| **n > 0);
    let text: String = shown.map(|(n, name)| format!("{n}{name}")).collect();
    if text.is_empty() {
        format!("0{}", names[2])
    } else {
        text
    }
}

fn spaced(note: &str) -> String {
    if note.is_empty() {
        String::new()
    } else {
        format!(" {note}")
    }
}
