//! Q7 断流: a source that has said nothing for longer than the rhythm it declared. One incident a source and silence; it is over when the source
//! speaks again.
//!
//! What counts is working time where the source has a working calendar: a weekend is no silence. A source without a rhythm, and a
//! back-fill, are never silent.

use std::collections::BTreeMap;

use chrono::{Days, NaiveTime};
use chrono_tz::Asia::Shanghai;
use mingjing_domain::Timestamp;
use mingjing_domain::alert::AlertRecord;
use mingjing_domain::alert::Evidence;
use mingjing_domain::calendar::WorkCalendar;
use mingjing_domain::catalogue::Rule;
use mingjing_domain::command::{
    Act, Author, Command, Finding, InspectedRow, Subject, SubjectKind, Window,
};
use mingjing_domain::source::{Source, SourceClock};
use mingjing_store::LastSaid;

use crate::pass::{Known, Said};
use crate::settings::in_force;

/// What has to be said: silences that began, and those that are over.
pub fn look(
    rule: &Rule,
    heard: &[LastSaid],
    standing: &[AlertRecord],
    known: &Known<'_>,
) -> Vec<Said> {
    let mut said = Vec::new();
    for source in known.sources {
        let Some(last) = heard.iter().find(|h| h.source == source.id) else {
            continue;
        };
        for alert in standing
            .iter()
            .filter(|a| a.source == source.id && a.step != label(last.at()))
        {
            said.extend(over(alert, last.at(), rule, known));
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

/// The rhythm that is exceeded, in minutes.
fn silent_since(source: &Source, last: Timestamp, known: &Known<'_>) -> Option<u32> {
    let rhythm = source.rhythm_minutes?;
    let silent = working_minutes(last, known.at, known.calendar);
    (source.clock == SourceClock::Live && silent > i64::from(rhythm)).then_some(rhythm)
}

/// Minutes of working days between two instants, at most so many days of them that any rhythm is exceeded.
fn working_minutes(from: Timestamp, until: Timestamp, calendar: &WorkCalendar) -> i64 {
    const DAYS_MAX: u64 = 370;
    let mut minutes = 0;
    let first = from.local_date(Shanghai);
    for n in 0..DAYS_MAX {
        let day = first + Days::new(n);
        let begin = Timestamp::from_local(day.and_time(NaiveTime::MIN), Shanghai).max(from);
        if begin >= until {
            break;
        }
        if calendar.is_working(day) {
            let end = Timestamp::start_of(day + Days::new(1), Shanghai).min(until);
            minutes += (end.millis() - begin.millis()).max(0) / 60_000;
        }
    }
    minutes
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
        legal_basis: None,
        message: format!(
            "【{}】来源“{name}”自 {shown} 后没有报送任何数据，已超过其声明的节奏（{rhythm} 分钟，按工作日计）。{}在此期间的期限预警待其恢复后再行判断。",
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
fn over(alert: &AlertRecord, spoke: Timestamp, rule: &Rule, known: &Known<'_>) -> Option<Said> {
    let (window, figures, parameters, total, rows) =
        alert.evidence.iter().find_map(|e| match e {
            Evidence::Inspection {
                window,
                figures,
                parameters,
                total,
                rows,
                ..
            } => Some((window, figures, parameters, total, rows)),
            _ => None,
        })?;
    let finding = Box::new(Finding {
        rule: rule.id.into(),
        window: window.clone(),
        level: alert.level,
        breached_at: alert.breached_at,
        item_code: None,
        org_code: alert.org_code.clone(),
        region_code: alert.region_code.clone(),
        actor: None,
        legal_basis: None,
        message: alert.message.clone(),
        figures: figures.clone(),
        parameters: parameters.clone(),
        settings: Vec::new(),
        total: *total,
        rows: rows.clone(),
    });
    let subject = Subject {
        kind: SubjectKind::Source,
        source: alert.source.clone(),
        key: String::new(),
    };
    let what = Act::Over {
        finding,
        over_at: spoke,
    };
    let reason = "来源已恢复报送".to_owned();
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
    fn a_weekend_is_no_silence() {
        let calendar = calendar();
        let friday = at("2026-10-16T17:30");
        assert_eq!(
            working_minutes(friday, at("2026-10-18T12:00"), &calendar),
            390
        );
        assert_eq!(
            working_minutes(friday, at("2026-10-19T01:00"), &calendar),
            450
        );
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
