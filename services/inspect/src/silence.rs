//! Q7 断流: a source that has said nothing for longer than the rhythm it declared. One incident a source and silence; it is over when the source
//! speaks again.
//!
//! What counts is working time: a weekend is no silence, and neither is a night. A rhythm of hours is exceeded by that much office time, a
//! longer one by working days, and in office hours, too. What it had announced as downtime counts for nothing. A source without a rhythm,
//! and a back-fill, are never silent.

use std::collections::BTreeMap;

use chrono::Days;
use chrono_tz::Asia::Shanghai;
use mingjing_domain::Timestamp;
use mingjing_domain::alert::AlertRecord;
use mingjing_domain::calendar::WorkCalendar;
use mingjing_domain::catalogue::Rule;
use mingjing_domain::command::{
    Act, Author, Command, Finding, InspectedRow, Subject, SubjectKind, Window,
};
use mingjing_domain::source::{Announcement, Source, SourceClock};
use mingjing_domain::time::HOUR_MS;
use mingjing_store::LastSaid;

use crate::pass::{Known, Said};
use crate::settings::in_force;
use crate::standing;

/// What has to be said: silences that began, and those that are over.
pub fn look(
    rule: &Rule,
    heard: &[LastSaid],
    standing: &[AlertRecord],
    known: &Known<'_>,
) -> Vec<Said> {
    let mut said = Vec::new();
    for source in known.sources {
        // Who has never spoken cannot fall silent.
        let spoke = |h: &&LastSaid| h.source == source.id && h.at().millis() > 0;
        let Some(last) = heard.iter().find(spoke) else {
            continue;
        };
        for alert in standing
            .iter()
            .filter(|a| a.source == source.id && a.step != label(last.at()))
        {
            said.extend(over(alert, last.at(), known));
        }
        let silent = silent_since(source, last.at(), known);
        let known_already = standing
            .iter()
            .any(|a| a.source == source.id && a.step == label(last.at()));
        if let Some(rhythm) = silent.filter(|_| !known_already) {
            said.extend(begun(source, last.at(), rhythm, rule, known));
        }
    }
    said
}

fn label(at: Timestamp) -> String {
    at.to_rfc3339(Shanghai)
}

/// When offices everywhere are open, in hours of the day: who sends by night only, or over lunch, declares a longer rhythm.
const OFFICE_HOURS: std::ops::Range<i64> = 9..17;
const OFFICE_DAY_MINUTES: i64 = (OFFICE_HOURS.end - OFFICE_HOURS.start) * 60;

/// The rhythm that is exceeded, in minutes.
fn silent_since(source: &Source, last: Timestamp, known: &Known<'_>) -> Option<u32> {
    let rhythm = source.rhythm_minutes?;
    let minutes = i64::from(rhythm);
    let down: Vec<_> = source.announced(Announcement::Downtime).collect();
    let working = |hours| minutes_of(hours, last, known.at, known.calendar, &down);
    let silent =
        working(0..24) > minutes && working(OFFICE_HOURS) > minutes.min(OFFICE_DAY_MINUTES);
    (source.clock == SourceClock::Live && silent).then_some(rhythm)
}

/// Minutes between two instants that lie within these hours of working days and in none of these stretches, at most so many days of them
/// that any rhythm is exceeded.
fn minutes_of(
    hours: std::ops::Range<i64>,
    from: Timestamp,
    until: Timestamp,
    calendar: &WorkCalendar,
    without: &[(Timestamp, Timestamp)],
) -> i64 {
    const DAYS_MAX: u64 = 370;
    let mut minutes = 0;
    let first = from.local_date(Shanghai);
    for n in 0..DAYS_MAX {
        let day = first + Days::new(n);
        let midnight = Timestamp::start_of(day, Shanghai);
        if midnight >= until {
            break;
        }
        if calendar.is_working(day) {
            let begin = midnight.plus_millis(hours.start * HOUR_MS).max(from);
            let end = midnight.plus_millis(hours.end * HOUR_MS).min(until);
            minutes += left_of(begin, end, without) / 60_000;
        }
    }
    minutes
}

/// Milliseconds between two instants that lie in none of these stretches, which may overlap.
fn left_of(begin: Timestamp, end: Timestamp, without: &[(Timestamp, Timestamp)]) -> i64 {
    let mut stretches = without.to_vec();
    stretches.sort();
    let (mut left, mut at) = (0, begin);
    for (from, until) in stretches {
        left += (from.min(end).millis() - at.millis()).max(0);
        at = at.max(until);
    }
    left + (end.millis() - at.millis()).max(0)
}

fn author(known: &Known<'_>) -> Author {
    Author::Inspection {
        run_by: known.run_by.to_owned(),
    }
}

fn begun(
    source: &Source,
    last: Timestamp,
    rhythm: u32,
    rule: &Rule,
    known: &Known<'_>,
) -> Option<Said> {
    let day = known.at.local_date(Shanghai);
    let body = known.set.bodies.iter().map(|d| &d.value);
    let region = source
        .org_code
        .as_ref()
        .and_then(|org| body.clone().find(|b| *b.code == **org))
        .map(|b| b.region.clone());
    let set = in_force(known.set, rule, day, None, region.as_deref());
    if set.off == Some(true) {
        return None;
    }
    let name = match source.name.is_empty() {
        true => source.id.as_str(),
        false => source.name.as_str(),
    };
    let shown = last
        .to_utc()
        .with_timezone(&Shanghai)
        .format("%Y-%m-%d %H:%M");
    let finding = Finding {
        rule: rule.id.into(),
        window: Window {
            label: label(last),
            from: last,
            until: last.plus_millis(i64::from(rhythm) * 60_000),
        },
        level: set.level,
        breached_at: None,
        item_code: None,
        org_code: source.org_code.clone(),
        region_code: region,
        actor: None,
        legal_basis: set.legal_basis,
        message: format!(
            "【{}】来源“{name}”自 {shown} 后没有报送任何数据，已超过其声明的节奏（{rhythm} 分钟，按工作日的办公时间计）。{}在其申报的延迟期内，因缺少记录而生的预警暂不发出。",
            rule.name, rule.remedy
        ),
        figures: BTreeMap::from([
            ("last".to_owned(), label(last)),
            ("rhythm".to_owned(), rhythm.to_string()),
        ]),
        parameters: BTreeMap::new(),
        settings: set.by,
        total: 1,
        rows: vec![InspectedRow {
            source: source.id.clone(),
            case_no: String::new(),
            event_id: String::new(),
            at: Some(last),
            position: None,
            note: "最后一次报送".into(),
        }],
    };
    let subject = Subject {
        kind: SubjectKind::Source,
        source: source.id.clone(),
        key: String::new(),
    };
    let what = Act::Found {
        finding: Box::new(finding),
    };
    let reason = format!("定期巡检（{} {}）", rule.id, rule.name);
    Some(Said {
        command: Command::new(author(known), known.at, reason, subject, what),
    })
}

/// The end of a silence: the same finding, over since the source spoke.
fn over(alert: &AlertRecord, spoke: Timestamp, known: &Known<'_>) -> Option<Said> {
    let what = Act::Over {
        finding: Box::new(standing::finding(alert)?),
        over_at: spoke,
    };
    let reason = "来源已恢复报送".to_owned();
    let subject = standing::subject(alert)?;
    Some(Said {
        command: Command::new(author(known), known.at, reason, subject, what),
    })
}

#[cfg(test)]
mod tests {
    use mingjing_domain::calendar::built_in;
    use mingjing_domain::catalogue;
    use mingjing_domain::definitions::DefinitionSet;

    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(&format!("{text}:00+08:00")).unwrap()
    }

    fn calendar() -> WorkCalendar {
        WorkCalendar::compile(built_in("cn").unwrap(), None).unwrap()
    }

    #[test]
    fn a_weekend_and_a_night_are_no_silence() {
        let calendar = calendar();
        let friday = at("2026-10-16T17:30");
        let all_day = |until| minutes_of(0..24, friday, at(until), &calendar, &[]);
        assert_eq!(all_day("2026-10-18T12:00"), 390);
        assert_eq!(all_day("2026-10-19T01:00"), 450);
        let office = |until| minutes_of(OFFICE_HOURS, friday, at(until), &calendar, &[]);
        assert_eq!(office("2026-10-19T01:00"), 0);
        assert_eq!(office("2026-10-19T10:30"), 90);
    }

    #[test]
    fn announced_stretches_are_left_out_once_however_they_overlap() {
        let (nine, five) = (at("2026-10-20T09:00"), at("2026-10-20T17:00"));
        let left = |without: &[(&str, &str)]| {
            let hour = |text: &str| at(&format!("2026-10-20T{text}"));
            let without: Vec<_> = without.iter().map(|(f, u)| (hour(f), hour(u))).collect();
            left_of(nine, five, &without) / HOUR_MS
        };
        assert_eq!(left(&[]), 8);
        assert_eq!(left(&[("10:00", "12:00"), ("11:00", "14:00")]), 4);
        assert_eq!(left(&[("12:00", "13:00"), ("07:00", "10:00")]), 6);
        assert_eq!(left(&[("07:00", "23:00"), ("10:00", "11:00")]), 0);
        assert_eq!(left(&[("18:00", "19:00"), ("07:00", "08:00")]), 8);
    }

    #[test]
    fn only_a_live_source_with_a_rhythm_can_be_silent() {
        let (calendar, set) = (calendar(), DefinitionSet::default());
        let known = Known {
            set: &set,
            calendar: &calendar,
            sources: &[],
            at: at("2026-10-21T12:00"),
            run_by: "test",
        };
        let mut source = Source::new("zjj", SourceClock::Live);
        let last = at("2026-10-20T12:00");
        assert_eq!(silent_since(&source, last, &known), None);
        source.rhythm_minutes = Some(60);
        assert_eq!(silent_since(&source, last, &known), Some(60));
        assert_eq!(silent_since(&source, at("2026-10-21T11:30"), &known), None);
        source.clock = SourceClock::Declared;
        assert_eq!(silent_since(&source, last, &known), None);
        assert!(catalogue::rule("Q7").is_some());
    }
}
