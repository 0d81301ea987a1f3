//! The built-in work calendar against the yearly notices, and what a calendar file may not say.

use chrono::{Datelike, NaiveDate};
use mingjing_domain::Timestamp;
use mingjing_domain::calendar::{CalendarDefinition, DayKind, WorkCalendar, built_in, china};
use mingjing_domain::definitions::{DefinitionFile, DefinitionSet};

fn date(text: &str) -> NaiveDate {
    text.parse().expect("a date in a test")
}

fn cn(version: Option<&str>) -> WorkCalendar {
    WorkCalendar::compile(china(), version).expect("the built-in calendar is sound")
}

/// Working days of a calendar year, counted from two independent public transcriptions of the notices that
/// agree on every day.
const WORKING_DAYS: [(i32, i64); 12] = [
    (2015, 249),
    (2016, 250),
    (2017, 249),
    (2018, 250),
    (2019, 250),
    (2020, 249),
    (2021, 250),
    (2022, 249),
    (2023, 249),
    (2024, 251),
    (2025, 248),
    (2026, 248),
];

#[test]
fn each_year_has_as_many_working_days_as_its_notices_leave() {
    let calendar = cn(None);
    for (year, expected) in WORKING_DAYS {
        let eve = |year| NaiveDate::from_ymd_opt(year, 12, 31).unwrap();
        assert_eq!(
            calendar.working_days_between(eve(year - 1), eve(year)),
            expected,
            "{year}"
        );
    }
}

#[test]
fn weekdays_off_less_weekend_days_worked_are_the_statutory_holidays() {
    // 11 days until 2024, 13 from 2025 (全国年节及纪念日放假办法): those on weekends are made up for. Years whose notices
    // take days from a neighbour, or whose feasts share a day, are left out.
    let calendar = cn(None);
    for (year, expected) in [(2016, 11), (2021, 11), (2024, 11), (2025, 13), (2026, 13)] {
        let days = NaiveDate::from_ymd_opt(year, 1, 1)
            .unwrap()
            .iter_days()
            .take_while(|d| d.year() == year);
        let net: i32 = days
            .map(|day| match calendar.day(day) {
                DayKind::Holiday if day.weekday().num_days_from_monday() < 5 => 1,
                DayKind::MakeUp => -1,
                _ => 0,
            })
            .sum();
        assert_eq!(net, expected, "{year}");
    }
}

#[test]
fn a_day_is_what_the_notice_says() {
    let calendar = cn(None);
    let check = |day: &str, kind, name: Option<&str>| {
        assert_eq!(calendar.day(date(day)), kind, "{day}");
        assert_eq!(calendar.holiday_name(date(day)), name, "{day}");
    };
    check("2026-02-12", DayKind::Working, None);
    check("2026-02-14", DayKind::MakeUp, None);
    check("2026-02-15", DayKind::Holiday, Some("春节"));
    check("2026-02-23", DayKind::Holiday, Some("春节"));
    check("2026-03-01", DayKind::Rest, None);
    check("2018-12-29", DayKind::MakeUp, None);
    check("2018-12-31", DayKind::Holiday, Some("元旦"));
    check("2022-12-31", DayKind::Holiday, Some("元旦"));
    check("2011-12-31", DayKind::MakeUp, None);
    check("2015-06-22", DayKind::Holiday, Some("端午节"));
    check("2020-02-03", DayKind::Working, None);
    check("2030-01-01", DayKind::Working, None);
}

#[test]
fn the_feasts_of_the_moon_and_the_sun_are_told_from_the_rest_days_joined_to_them() {
    let calendar = cn(None);
    // With New Year, two days of May and three of October, thirteen; the Mid-Autumn Festival of 2025 lies in the week of National Day.
    for (year, expected) in [(2024, 0), (2025, 7), (2026, 7)] {
        let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
        let days = first.iter_days().take_while(|day| day.year() == year);
        let listed = days.filter(|day| calendar.is_statutory(*day));
        assert_eq!(listed.count(), expected, "{year}");
    }
    assert!(calendar.is_statutory(date("2026-02-16")));
    assert!(!calendar.is_statutory(date("2026-02-20")));
}

#[test]
fn a_version_holds_what_was_known_when_it_was_published() {
    let known = |text: &str| {
        let at = Timestamp::parse(text).unwrap();
        WorkCalendar::compile_as_known_at(china(), at).expect("the built-in calendar is sound")
    };
    // The notice for 2019, of 2018-12-06, made Saturday 2018-12-29 a working day.
    let (before, after) = (
        known("2018-12-05T23:59:59+08:00"),
        known("2018-12-06T00:00:00+08:00"),
    );
    assert_eq!((before.version(), after.version()), ("2018.1", "2019.1"));
    assert_eq!(before.day(date("2018-12-29")), DayKind::Rest);
    assert_eq!(after.day(date("2018-12-29")), DayKind::MakeUp);
    assert_eq!(before.day(date("2018-12-31")), DayKind::Working);
    assert!(before.covers(2018) && !before.covers(2019) && after.covers(2019));

    for (version, day, kind) in [
        ("2015.1", "2015-09-03", DayKind::Working),
        ("2015.2", "2015-09-03", DayKind::Holiday),
        ("2015.1", "2015-09-06", DayKind::Rest),
        ("2015.2", "2015-09-06", DayKind::MakeUp),
        ("2019.1", "2019-05-02", DayKind::Working),
        ("2019.2", "2019-05-02", DayKind::Holiday),
        ("2019.2", "2018-12-29", DayKind::MakeUp),
        ("2019.2", "2019-04-28", DayKind::MakeUp),
        ("2020.1", "2020-02-01", DayKind::MakeUp),
        ("2020.2", "2020-02-01", DayKind::Holiday),
        ("2020.1", "2020-01-31", DayKind::Working),
        ("2020.2", "2020-01-31", DayKind::Holiday),
    ] {
        assert_eq!(cn(Some(version)).day(date(day)), kind, "{version} {day}");
    }
    let nothing = known("2009-01-01T00:00:00+08:00");
    assert_eq!(nothing.version(), "none");
    assert!(!nothing.covers(2011));
}

#[test]
fn counting_agrees_with_walking_inside_outside_and_across_the_covered_years() {
    let sparse = CalendarDefinition {
        versions: vec![china().versions[3].clone()],
        ..china().clone()
    };
    let sunday_only = serde_saphyr::from_str::<CalendarDefinition>(
        "{id: s, name: s, time_zone: Asia/Shanghai, weekend: [sunday], plain: true}",
    )
    .unwrap();
    for definition in [
        china(),
        &sparse,
        &CalendarDefinition::plain("x", "UTC"),
        &sunday_only,
    ] {
        let calendar = WorkCalendar::compile(definition, None).unwrap();
        for start in [
            "2010-11-20",
            "2013-12-20",
            "2014-02-01",
            "2026-12-28",
            "1969-12-30",
            "2040-03-03",
        ] {
            let start = date(start);
            let (mut day, mut counted) = (start, 0);
            for _ in 0..900 {
                day = day.succ_opt().unwrap();
                counted += i64::from(calendar.is_working(day));
                assert_eq!(
                    calendar.working_days_between(start, day),
                    counted,
                    "{start} {day}"
                );
                assert_eq!(
                    calendar.working_days_between(day, start),
                    -counted,
                    "{day} {start}"
                );
                if calendar.is_working(day) {
                    assert_eq!(calendar.add_working_days(start, counted), day);
                    let back = counted - i64::from(!calendar.is_working(start));
                    if calendar.is_working(start) {
                        assert_eq!(calendar.add_working_days(day, -back), start);
                    }
                }
            }
        }
    }
}

#[test]
fn counts_beyond_every_year_are_held_at_the_end_of_the_years_that_can_be_written() {
    let calendar = cn(None);
    let end = date("9999-12-30");
    assert_eq!(calendar.add_working_days(date("2026-01-01"), i64::MAX), end);
    assert_eq!(calendar.add_working_days(NaiveDate::MAX, 1), end);
    assert_eq!(
        calendar.add_working_days(NaiveDate::MIN, i64::MIN),
        date("0000-01-02")
    );
    assert!(!calendar.covers(i32::MAX) && !calendar.covers(2027) && calendar.covers(2026));
}

#[test]
fn a_plain_calendar_knows_weekends_only_and_every_year() {
    let calendar =
        WorkCalendar::compile(&CalendarDefinition::plain("it", "Europe/Rome"), None).unwrap();
    assert_eq!((calendar.id(), calendar.version()), ("it", "plain"));
    assert!(calendar.covers(1999) && calendar.covers(3500));
    assert_eq!(calendar.day(date("2026-02-17")), DayKind::Working);
}

#[test]
fn a_definition_survives_being_written_and_read() {
    let text = serde_saphyr::to_string(china()).unwrap();
    assert_eq!(
        &serde_saphyr::from_str::<CalendarDefinition>(&text).unwrap(),
        china()
    );
    assert!(built_in("cn").is_some() && built_in("jp").is_none());
}

/// One calendar for the table below; `{}` is where a case puts its years.
const FRAME: &str = "
id: t
name: t
time_zone: Asia/Shanghai
versions:
  - {version: '1', published_at: 2025-11-01T00:00:00+08:00, basis: b, years: {2026: {off: [{from: 2026-01-01, to: 2026-01-03, name: 元旦}], work: [2026-01-04]}}}
  - {version: '2', published_at: 2026-11-01T00:00:00+08:00, basis: b, years: {}}
";

#[test]
fn what_a_calendar_cannot_mean_is_refused_with_its_place() {
    let check = |yaml: &str, path: &str, problem: &str| {
        let definition: CalendarDefinition = serde_saphyr::from_str(yaml).expect(yaml);
        let found = WorkCalendar::compile(&definition, None).expect_err(yaml);
        assert!(
            found
                .iter()
                .any(|p| p.path == path && p.problem.contains(problem)),
            "wanted {path}: …{problem}…, found {found:?}"
        );
    };
    let years = |years: &str| FRAME.replace("years: {}", &format!("years: {years}"));
    let plan = |plan: &str| years(&format!("{{2027: {{{plan}}}}}"));
    check(FRAME, "versions[2].years", "no year");
    check(
        &years("{20270: {}}"),
        "versions[2].years[20270]",
        "between 1900 and 2999",
    );
    check(
        &plan("off: [{from: 2027-01-03, to: 2027-01-01, name: x}]"),
        "versions[2].years[2027].off[x]",
        "before from",
    );
    check(
        &plan("off: [{from: 2026-11-30, to: 2027-01-01, name: x}]"),
        "versions[2].years[2027].off[x]",
        "not in 2027",
    );
    check(
        &plan(
            "off: [{from: 2027-01-01, to: 2027-01-03, name: x}, {from: 2027-01-03, to: 2027-01-04, name: y}]",
        ),
        "versions[2].years[2027].off[y]",
        "in the block x already",
    );
    check(
        &plan("work: [2027-01-04]"),
        "versions[2].years[2027].work",
        "no weekend day",
    );
    check(
        &plan("work: [2027-01-02, 2027-01-02]"),
        "versions[2].years[2027].work",
        "twice",
    );
    check(
        &plan("off: [{from: 2027-01-01, to: 2027-01-03, name: x}], work: [2027-01-02]"),
        "versions[2].years[2027].work",
        "a day off in the block x too",
    );
    check(
        &plan("off: [{from: 2027-01-01, to: 2027-01-03, name: x}], statutory: [2027-01-04]"),
        "versions[2].years[2027].statutory",
        "in no block",
    );
    check(
        &years(
            "{2027: {off: [{from: 2026-12-26, to: 2026-12-26, name: x}]}, 2026: {work: [2026-12-26]}}",
        ),
        "versions[2].years[2027]",
        "2026-12-26 is a day off in one of the plans 2027 and 2026",
    );
    let sound = plan("work: [2027-01-02]");
    check(
        &sound.replace("'2'", "'1'"),
        "versions",
        "two versions named 1",
    );
    check(
        &sound.replace("2026-11-01T", "2025-11-01T"),
        "versions[2].published_at",
        "not after",
    );
    check(
        &sound.replace("Asia/Shanghai", "Asia/Luzhou"),
        "time_zone",
        "no time zone",
    );
    check(
        &sound.replace("id: t", "plain: true\nid: t"),
        "plain",
        "no versions",
    );
    check(
        "{id: t, name: t, time_zone: UTC}",
        "versions",
        "plain: true",
    );
    check(
        "{id: t, name: t, time_zone: UTC, plain: true, weekend: [monday, tuesday, wednesday, thursday, friday, saturday, sunday]}",
        "weekend",
        "every day",
    );
    let definition: CalendarDefinition = serde_saphyr::from_str(&sound).unwrap();
    assert!(definition.problems().is_empty());
    let unknown = WorkCalendar::compile(&definition, Some("3")).expect_err("there is no version 3");
    assert_eq!(
        unknown[0].to_string(),
        "versions: calendar t has no version \"3\"; it has: 1, 2"
    );
    assert!(
        serde_saphyr::from_str::<CalendarDefinition>(
            &sound.replace("basis: b", "basis: b, base: c")
        )
        .is_err()
    );
}

fn calendar_of(yaml: &str) -> Result<WorkCalendar, Vec<String>> {
    let file = DefinitionFile {
        name: "calendars.yaml".into(),
        text: yaml.into(),
    };
    let (set, problems) = DefinitionSet::read(vec![file]);
    match set.calendars.last() {
        Some(last) if problems.is_empty() => WorkCalendar::compile(&last.value, None)
            .map_err(|found| found.iter().map(ToString::to_string).collect()),
        _ => Err(problems.iter().map(ToString::to_string).collect()),
    }
}

const PREFECTURE: &str = "\
kind: calendar
id: cn-5134
name: 凉山州工作日历
time_zone: Asia/Shanghai
extends: cn
versions:
  - version: 2026.凉山.1
    published_at: 2026-03-01T00:00:00+08:00
    basis: 州人民政府关于火把节放假的通知
    local:
      off: [{from: 2026-08-06, to: 2026-08-10, name: 火把节}]
      work: [2026-08-15]
";

#[test]
fn a_regions_calendar_adds_its_own_days_to_the_national_one() {
    let calendar = calendar_of(PREFECTURE).unwrap();
    assert_eq!(
        (calendar.id(), calendar.version()),
        ("cn-5134", "2026.凉山.1")
    );
    assert_eq!(calendar.holiday_name(date("2026-08-07")), Some("火把节"));
    assert_eq!(
        calendar.day(date("2026-08-08")),
        DayKind::Holiday,
        "a Saturday of the feast"
    );
    assert_eq!(calendar.day(date("2026-08-15")), DayKind::MakeUp);
    assert_eq!(calendar.holiday_name(date("2026-10-01")), Some("国庆节"));
    assert_eq!(
        calendar.known_until(date("2026-08-07")),
        Some(date("2026-12-31"))
    );
    // Four working days of August are off, one Saturday is worked.
    let (from, to) = (date("2026-07-31"), date("2026-08-31"));
    let national = cn(None).working_days_between(from, to);
    assert_eq!(calendar.working_days_between(from, to), national - 3 + 1);
}

#[test]
fn a_local_day_outdoes_the_national_plan_either_way() {
    let calendar = calendar_of(
        "\
kind: calendar
id: cn
name: 延迟复工
time_zone: Asia/Shanghai
extends: cn
versions:
  - version: local
    published_at: 2026-02-01T00:00:00+08:00
    basis: 测试
    local:
      off: [{from: 2026-02-27, to: 2026-02-28, name: 雪灾}]
      work: [2026-02-18, 2026-02-21]
",
    )
    .unwrap();
    assert_eq!(
        calendar.day(date("2026-02-28")),
        DayKind::Holiday,
        "a make-up day by the national notice"
    );
    assert_eq!(
        calendar.day(date("2026-02-18")),
        DayKind::Working,
        "a Wednesday of the feast"
    );
    assert_eq!(
        calendar.day(date("2026-02-21")),
        DayKind::MakeUp,
        "a Saturday of the feast"
    );
    assert_eq!(calendar.holiday_name(date("2026-02-18")), None);
}

#[test]
fn a_calendar_that_cannot_be_extended_is_told() {
    let refused = |yaml: &str| calendar_of(yaml).unwrap_err().join("\n");
    let unknown = refused(&PREFECTURE.replace("extends: cn", "extends: cnn"));
    assert!(
        unknown.contains("extends \"cnn\", which is not there"),
        "{unknown}"
    );
    let circle = format!(
        "{}---\n{}",
        PREFECTURE.replace("extends: cn", "extends: other"),
        PREFECTURE
            .replace("id: cn-5134", "id: other")
            .replace("extends: cn", "extends: cn-5134")
    );
    assert!(refused(&circle).contains("in a circle"));
    let zone = refused(&PREFECTURE.replace("Asia/Shanghai", "Asia/Urumqi"));
    assert!(zone.contains("another time zone"), "{zone}");
    let both = refused(&PREFECTURE.replace("work: [2026-08-15]", "work: [2026-08-06]"));
    assert!(
        both.contains("2026-08-06 is a day off and worked too"),
        "{both}"
    );
}
