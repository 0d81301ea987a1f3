//! iCalendar: one all-day event for each run of days, as public feeds of China's holidays have them.
//!
//! Whether a day is off or worked is told by `X-APPLE-SPECIAL-DAY`, or by 休 or 班 in the summary. An event that says neither is
//! refused: a festival's name alone does not say that its day is off.

use chrono::{Datelike, Days, NaiveDate};
use ical::IcalParser;
use ical::parser::Component as _;
use ical::parser::ical::component::IcalEvent;
use mingjing_domain::calendar::YearPlan;

use super::DayProblem;
use super::days::Gathered;

/// Months of the neighbouring years that a year's plan may reach into.
const NEAR: [(i32, u32); 2] = [(-1, 12), (1, 1)];

pub(super) fn read(text: &str, year: i32) -> Result<YearPlan, Vec<DayProblem>> {
    let mut found = Gathered::default();
    let mut calendars = Vec::new();
    for calendar in IcalParser::new(text.as_bytes()) {
        match calendar {
            Ok(calendar) => calendars.push(calendar),
            Err(error) => {
                found.problem(1, format!("not an iCalendar file: {error}"));
                return found.done("");
            }
        }
    }
    if calendars.is_empty() {
        found.problem(1, "not an iCalendar file: no BEGIN:VCALENDAR in it");
        return found.done("");
    }
    let mut events: Vec<(u32, Entry)> = Vec::new();
    let mut lines = event_lines(text);
    for event in calendars.iter().flat_map(|calendar| &calendar.events) {
        let line = lines.next().unwrap_or(1);
        match entry(event) {
            Ok(entry) if is_near(entry.from, year) || is_near(entry.to, year) => {
                events.push((line, entry));
            }
            Ok(_) => {}
            Err(message) => found.problem(line, message),
        }
    }
    events.sort_by_key(|(_, entry)| entry.from);
    for (line, entry) in events {
        match entry.off {
            Some(true) => found.off(&entry.name, entry.from, entry.to),
            Some(false) => {
                for day in entry.from.iter_days().take_while(|day| *day <= entry.to) {
                    found.work(day);
                }
            }
            None => found.problem(
                line,
                format!(
                    "{} on {}: neither 休 nor 班 in its summary, and no X-APPLE-SPECIAL-DAY; say which it is, or use a table",
                    entry.name, entry.from
                ),
            ),
        }
    }
    found.done(&format!("no event in or next to {year}"))
}

struct Entry {
    name: String,
    from: NaiveDate,
    to: NaiveDate,
    /// Off, worked, or not said.
    off: Option<bool>,
}

fn entry(event: &IcalEvent) -> Result<Entry, String> {
    let text = |name: &str| event.get_property(name)?.value.clone();
    let summary = text("SUMMARY").unwrap_or_default();
    let day = |name: &str| match text(name) {
        None => Ok(None),
        Some(value) => NaiveDate::parse_from_str(value.get(..8).unwrap_or(&value), "%Y%m%d")
            .map(Some)
            .map_err(|_| format!("{summary}: {name} {value:?} is no date; write it like 20270101")),
    };
    let from = day("DTSTART")?.ok_or_else(|| format!("{summary}: no DTSTART"))?;
    // The end of an all-day event is the first day after it.
    let to = match day("DTEND")?.and_then(|end| end.checked_sub_days(Days::new(1))) {
        Some(to) if to < from => return Err(format!("{summary}: DTEND is not after DTSTART")),
        to => to.unwrap_or(from),
    };
    let off = match text("X-APPLE-SPECIAL-DAY").as_deref() {
        Some("WORK-HOLIDAY") => Some(true),
        Some("ALTERNATE-WORKDAY") => Some(false),
        _ => match (summary.contains('休'), summary.contains('班')) {
            (true, false) => Some(true),
            (false, true) => Some(false),
            _ => None,
        },
    };
    Ok(Entry {
        name: holiday(&summary),
        from,
        to,
        off,
    })
}

/// The summary without what stands in brackets: 春节（休） is 春节.
fn holiday(summary: &str) -> String {
    let name = summary.split(['（', '(']).next().unwrap_or_default();
    name.trim().to_owned()
}

fn is_near(day: NaiveDate, year: i32) -> bool {
    day.year() == year
        || NEAR
            .iter()
            .any(|(years, month)| (day.year(), day.month()) == (year + years, *month))
}

/// The lines on which events begin.
fn event_lines(text: &str) -> impl Iterator<Item = u32> {
    (1u32..)
        .zip(text.lines())
        .filter(|(_, line)| line.trim() == "BEGIN:VEVENT")
        .map(|(number, _)| number)
}
