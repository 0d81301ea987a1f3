//! A year's days off and make-up working days, as others write them: the text of the yearly notice, a table, iCalendar.
//!
//! All three lead to a [`YearPlan`]; whether it fits the years around it is the calendar's to say. What cannot be understood is
//! refused with its line: a public feed was wrong for days more than once (domain study 5.4), so nothing is guessed here, and a
//! person holds the result against the notice before it is published.

mod days;
mod ical;
mod notice;
mod table;

use std::fmt;

use mingjing_domain::calendar::YearPlan;

/// Something in a list of days that cannot be meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayProblem {
    /// The line, from 1.
    pub line: u32,
    /// What is wrong and what to do.
    pub message: String,
}

impl fmt::Display for DayProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for DayProblem {}

/// How a list of days is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayFormat {
    /// The notice of the State Council as published: `一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。`
    Notice,
    /// CSV with the columns 节日, 放假首日, 放假末日, 上班日 (or name, from, to, work).
    Table,
    /// iCalendar (RFC 5545) with an all-day event for each run of days, marked 休 or 班.
    Ical,
}

/// Reads the plan of `year`.
///
/// # Errors
/// Every problem found, by line.
pub fn read_year(format: DayFormat, text: &str, year: i32) -> Result<YearPlan, Vec<DayProblem>> {
    match format {
        DayFormat::Notice => notice::read(text, year),
        DayFormat::Table => table::read(text, year),
        DayFormat::Ical => ical::read(text, year),
    }
}
