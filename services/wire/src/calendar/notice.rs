//! The notice of the State Council, as it is published each year.
//!
//! ```text
//! 一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
//!     name    day 周 day       day        off          count   day       worked
//! ```
//! The weekday and the count that stand beside the days are held against them: so a notice of another year, or a slip of the
//! pen, is refused instead of taken.

use chrono::{Datelike, NaiveDate};
use mingjing_domain::calendar::YearPlan;

use super::DayProblem;
use super::days::Gathered;

const NUMERALS: &str = "一二三四五六七八九十";
/// From Monday.
const WEEKDAYS: [char; 7] = ['一', '二', '三', '四', '五', '六', '日'];
/// A holiday's name is not longer than this many characters; more means that the colon belongs to something else.
const LONGEST_NAME: usize = 16;

pub(super) fn read(text: &str, year: i32) -> Result<YearPlan, Vec<DayProblem>> {
    let mut found = Gathered::default();
    for paragraph in paragraphs(text) {
        for sentence in paragraph.text.split_inclusive('。') {
            let sentence = sentence.trim().trim_end_matches('。');
            if !sentence.contains('日') {
                continue;
            }
            if let Err(message) = sentence_into(&mut found, paragraph.name, sentence, year) {
                found.problem(
                    paragraph.line,
                    format!("{}：{sentence}。{message}", paragraph.name),
                );
            }
        }
    }
    found.done("no holiday in it; the notice's lines read like 一、元旦：1月1日至3日放假，共3天。")
}

/// One holiday's part of the notice.
struct Paragraph<'a> {
    line: u32,
    name: &'a str,
    text: &'a str,
}

/// The parts `一、元旦：…`, up to the next or the end of the line that ends the last.
fn paragraphs(text: &str) -> Vec<Paragraph<'_>> {
    let mut starts: Vec<(usize, usize, usize)> = Vec::new();
    for (at, mark) in text.match_indices('、') {
        let numeral = text[..at].chars().next_back();
        if !numeral.is_some_and(|c| NUMERALS.contains(c)) {
            continue;
        }
        let name_at = at + mark.len();
        let rest = &text[name_at..];
        let Some(colon) = rest.find(['：', ':']) else {
            continue;
        };
        let name = &rest[..colon];
        if name.chars().count() <= LONGEST_NAME && !name.contains(['。', '\n', '，']) {
            // Of several numerals before one colon the nearest begins the part.
            if starts.last().is_some_and(|(_, _, earlier)| *earlier > at) {
                starts.pop();
            }
            starts.push((at, name_at, name_at + colon));
        }
    }
    let ends = starts.iter().skip(1).map(|s| s.0).chain([text.len()]);
    std::iter::zip(&starts, ends)
        .map(|((_, name_at, colon), end)| {
            let body_at = colon + text[*colon..].chars().next().map_or(1, char::len_utf8);
            let body = &text[body_at..end];
            // What follows the last holiday in paragraphs of its own is advice about traffic and duty rosters.
            let body = match body.split_once('\n') {
                Some((line, _)) if end == text.len() => line,
                _ => body,
            };
            Paragraph {
                line: text[..*name_at].matches('\n').count() as u32 + 1,
                name: text[*name_at..*colon].trim(),
                text: body,
            }
        })
        .collect()
}

fn sentence_into(
    found: &mut Gathered,
    name: &str,
    sentence: &str,
    year: i32,
) -> Result<(), String> {
    let spans = spans(sentence, year)?;
    let off = ["放假", "补休", "调休"]
        .iter()
        .any(|word| sentence.contains(word));
    match (off, sentence.contains("上班")) {
        (true, false) => {
            if let Some(told) = told_count(sentence) {
                let counted: i64 = spans.iter().map(|(a, b)| (*b - *a).num_days() + 1).sum();
                if counted != told {
                    return Err(format!(" The days are {counted}, it says 共{told}天"));
                }
            }
            for (from, to) in spans {
                found.off(name, from, to);
            }
            Ok(())
        }
        (false, true) => {
            for (from, to) in spans {
                for day in from.iter_days().take_while(|day| *day <= to) {
                    found.work(day);
                }
            }
            Ok(())
        }
        (true, true) => Err(" It says 放假 and 上班 in one sentence; part them with 。".into()),
        (false, false) => Err(" It says neither 放假 nor 上班; write these days as a table".into()),
    }
}

/// The days named, alone or as `…至…`, first and last included.
fn spans(sentence: &str, year: i32) -> Result<Vec<(NaiveDate, NaiveDate)>, String> {
    let mut spans: Vec<(NaiveDate, NaiveDate)> = Vec::new();
    let mut known = Known { year, month: None };
    let mut rest = sentence;
    let mut to = false;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit() || c == '至' || c == '共') {
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix('至') {
            to = true;
            rest = after;
            continue;
        }
        if rest.starts_with('共') {
            break;
        }
        let Some((day, after)) = date(rest, &mut known)? else {
            // A number that is no date, like the 1 of 放假1天.
            rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
            continue;
        };
        rest = weekday_agrees(day, after)?;
        match spans.last_mut() {
            Some(span) if to => {
                if day < span.0 {
                    return Err(format!(" {day} is before {}", span.0));
                }
                span.1 = day;
            }
            _ => spans.push((day, day)),
        }
        to = false;
    }
    if spans.is_empty() {
        return Err(" No day can be read in it".into());
    }
    Ok(spans)
}

/// Year and month that a day without its own is meant in.
struct Known {
    year: i32,
    month: Option<u32>,
}

/// A date at the beginning: `2018年12月29日`, `12月29日` or `29日`; none where the number is something else.
fn date<'t>(text: &'t str, known: &mut Known) -> Result<Option<(NaiveDate, &'t str)>, String> {
    let mut rest = text;
    let mut parts = [None; 3];
    for (part, sign) in std::iter::zip(&mut parts, ['年', '月', '日']) {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if let Some(after) = rest[digits..].strip_prefix(sign) {
            *part = rest[..digits].parse::<u32>().ok();
            rest = after;
        }
    }
    let [year, month, Some(day)] = parts else {
        return Ok(None);
    };
    if let Some(year) = year {
        known.year = i32::try_from(year).map_err(|_| format!(" {year} is no year"))?;
    }
    known.month = month.or(known.month);
    let month = known
        .month
        .ok_or_else(|| format!(" The month of {day}日 is not said"))?;
    let date = NaiveDate::from_ymd_opt(known.year, month, day)
        .ok_or_else(|| format!(" {}年{month}月{day}日 is no day", known.year))?;
    Ok(Some((date, rest)))
}

/// What follows the bracket behind a day, if the weekday in it is the day's.
fn weekday_agrees(day: NaiveDate, rest: &str) -> Result<&str, String> {
    let Some(inside) = rest.strip_prefix(['（', '(']) else {
        return Ok(rest);
    };
    let Some((inside, after)) = inside.split_once(['）', ')']) else {
        return Err(" A bracket is not closed".into());
    };
    let sign = ["星期", "周"]
        .iter()
        .find_map(|word| inside.split_once(word))
        .and_then(|(_, after)| after.chars().next());
    let of_day = WEEKDAYS[day.weekday().num_days_from_monday() as usize];
    match sign {
        Some(sign) if sign != of_day && !(sign == '天' && of_day == '日') => Err(format!(
            " {day} is a 周{of_day}, it says 周{sign}: is it the notice of another year?"
        )),
        _ => Ok(after),
    }
}

/// The number in `共7天`.
fn told_count(sentence: &str) -> Option<i64> {
    let (_, after) = sentence.split_once('共')?;
    after.split_once('天')?.0.trim().parse().ok()
}
