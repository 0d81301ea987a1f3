//! Deadlines: tables of dates worked out from the notices and the law's own rules, and the shape of the account.

use chrono::NaiveDate;
use mingjing_domain::Timestamp;
use mingjing_domain::calendar::{CalendarDefinition, WorkCalendar, china};
use mingjing_domain::deadline::{
    Extension, Ledger, Suspension, account, deadline, earliest, first_late_instant, is_late,
    last_reminder, used_share_instant,
};
use mingjing_domain::limit::Budget;

fn cn() -> WorkCalendar {
    WorkCalendar::compile(china(), None).expect("the built-in calendar is sound")
}

fn plain(zone: &str) -> WorkCalendar {
    WorkCalendar::compile(&CalendarDefinition::plain("plain", zone), None)
        .expect("a plain calendar is sound")
}

fn budget(text: &str) -> Budget {
    text.parse().expect(text)
}

/// A date is its first instant in the calendar's zone, or an instant with offset.
fn at(cal: &WorkCalendar, text: &str) -> Timestamp {
    match text.parse::<NaiveDate>() {
        Ok(date) => Timestamp::start_of(date, cal.tz()),
        Err(_) => Timestamp::parse(text).expect(text),
    }
}

fn shown(cal: &WorkCalendar, at: Timestamp) -> String {
    at.to_rfc3339(cal.tz())
}

/// Due date and the rest of due instant, from a script like `2026-02-12 10wd`, with `-A..B` for a suspension
/// from A to B and `+10wd` for an extension.
fn due(cal: &WorkCalendar, script: &str) -> String {
    with_ledger(cal, script, |start, limit, ledger| {
        let found = deadline(cal, start, limit, ledger);
        let explained = account(cal, start, limit, ledger);
        assert_eq!(explained.due_at, found.due_at, "account of {script}");
        assert_eq!(
            explained.provisional, found.provisional,
            "account of {script}"
        );
        let mark = if found.provisional { "?" } else { "" };
        let text = shown(cal, found.due_at);
        assert_eq!(text[..10], found.due_date.to_string(), "date of {script}");
        format!(
            "{}{mark}",
            text.strip_suffix("T23:59:59+08:00").unwrap_or(&text)
        )
    })
}

fn with_ledger<T>(
    cal: &WorkCalendar,
    script: &str,
    then: impl FnOnce(Timestamp, Budget, &Ledger<'_>) -> T,
) -> T {
    let mut words = script.split_whitespace();
    let (start, limit) = (words.next().expect(script), words.next().expect(script));
    let (mut suspensions, mut extensions) = (Vec::new(), Vec::new());
    for word in words {
        if let Some(more) = word.strip_prefix('+') {
            extensions.push(Extension {
                budget: budget(more),
                label: "",
            });
        } else {
            let (from, to) = word
                .strip_prefix('-')
                .and_then(|w| w.split_once(".."))
                .expect(script);
            suspensions.push(Suspension {
                from: at(cal, from),
                to: at(cal, to),
                label: "鉴定",
            });
        }
    }
    let ledger = Ledger {
        suspensions: &suspensions,
        extensions: &extensions,
    };
    then(at(cal, start), budget(limit), &ledger)
}

fn check(cal: &WorkCalendar, table: &[(&str, &str)]) {
    for (script, expected) in table {
        assert_eq!(due(cal, script), *expected, "{script}");
    }
}

#[test]
fn working_days_are_counted_by_the_adjusted_calendar() {
    check(
        &cn(),
        &[
            ("2015-08-28 5wd", "2015-09-07"),
            ("2015-09-28 20wd", "2015-10-30"),
            ("2018-10-15 7wd", "2018-10-24"),
            ("2018-10-15 10wd", "2018-10-29"),
            ("2018-12-28 5wd", "2019-01-07"),
            ("2019-04-25 20wd", "2019-05-24"),
            ("2020-01-20 20wd", "2020-02-25"),
            ("2021-09-17 5wd", "2021-09-26"),
            ("2022-01-27 5wd", "2022-02-08"),
            ("2023-09-27 5wd", "2023-10-10"),
            ("2024-02-08 20wd", "2024-03-13"),
            ("2024-09-13 5wd", "2024-09-23"),
            ("2025-01-24 10wd", "2025-02-13"),
            ("2025-09-26 5wd", "2025-10-10"),
            ("2026-02-12 10wd", "2026-03-04"),
            ("2026-02-13 20wd", "2026-03-19"),
            ("2026-04-29 5wd", "2026-05-09"),
            ("2026-09-18 20wd", "2026-10-22"),
            ("2026-02-12T23:59:59+08:00 10wd", "2026-03-04"),
            ("2026-02-12T16:00:00Z 10wd", "2026-03-05"),
            ("2026-02-12 0wd", "2026-02-12"),
        ],
    );
}

#[test]
fn an_amended_calendar_moves_the_deadline() {
    let version = |name| WorkCalendar::compile(china(), Some(name)).unwrap();
    check(&version("2020.1"), &[("2020-01-20 20wd", "2020-02-21")]);
    check(&version("2020.2"), &[("2020-01-20 20wd", "2020-02-25")]);
}

#[test]
fn calendar_days_and_months_roll_only_where_the_limit_says_so() {
    check(
        &cn(),
        &[
            ("2026-07-01 90cd", "2026-09-29"),
            ("2026-07-01 90cdr", "2026-09-29"),
            ("2026-01-20 30cd", "2026-02-19"),
            ("2026-01-20 30cdr", "2026-02-24"),
            ("2025-11-03 60cd", "2026-01-02"),
            ("2025-11-03 60cdr", "2026-01-04"),
            ("2026-01-25 20cd", "2026-02-14"),
            ("2026-01-25 20cdr", "2026-02-14"),
            ("2026-01-31 1mo", "2026-02-28"),
            ("2024-01-31 1mo", "2024-02-29"),
            ("2026-01-15 3mo", "2026-04-15"),
            ("2025-11-15 3mo", "2026-02-15"),
            ("2025-11-15 3mor", "2026-02-24"),
        ],
    );
}

#[test]
fn neither_the_day_of_suspension_nor_the_day_of_resumption_counts() {
    check(
        &cn(),
        &[
            // 2026-03-02 is a Monday: 3, 4, 5, 6, 9 without suspension.
            ("2026-03-02 5wd", "2026-03-09"),
            ("2026-03-02 5wd -2026-03-04..2026-03-05", "2026-03-11"),
            (
                "2026-03-02 5wd -2026-03-04T17:59:00+08:00..2026-03-05T08:00:00+08:00",
                "2026-03-11",
            ),
            ("2026-03-02 5wd -2026-03-04..2026-03-04", "2026-03-10"),
            // Over a weekend only its working days are lost; overlaps are lost once.
            ("2026-03-02 5wd -2026-03-06..2026-03-09", "2026-03-11"),
            (
                "2026-03-02 5wd -2026-03-06..2026-03-09 -2026-03-05..2026-03-07 -2026-03-06..2026-03-06",
                "2026-03-12",
            ),
            // The second begins in the days the first one made necessary.
            ("2026-03-02 5wd -2026-03-10..2026-03-10", "2026-03-09"),
            (
                "2026-03-02 5wd -2026-03-04..2026-03-05 -2026-03-10..2026-03-10",
                "2026-03-12",
            ),
            // Before the limit began, on its first day, after it ended: nothing.
            (
                "2026-03-02 5wd -2026-02-01..2026-03-02 -2026-03-10..2026-05-01",
                "2026-03-09",
            ),
            ("2026-03-02 5wd -2026-03-05..2026-03-04", "2026-03-09"),
            ("2026-03-02 30cd -2026-03-10..2026-03-19", "2026-04-11"),
            // Rolled from the last day that is reached, suspended or not after it.
            ("2026-03-02 30cdr -2026-03-10..2026-03-19", "2026-04-13"),
            (
                "2026-03-02 30cdr -2026-03-10..2026-03-19 -2026-04-13..2026-04-13",
                "2026-04-13",
            ),
            ("2026-01-31 1mo -2026-02-10..2026-02-12", "2026-03-03"),
            (
                "2026-01-15 1mo -2026-01-20..2026-01-25 -2026-02-17..2026-02-18",
                "2026-02-23",
            ),
        ],
    );
}

#[test]
fn extensions_add_up_or_count_on_from_the_last_day_before_rolling() {
    check(
        &cn(),
        &[
            ("2026-02-12 10wd +10wd", "2026-03-18"),
            ("2026-02-12 20wd", "2026-03-18"),
            ("2026-07-01 60cd +30cd", "2026-09-29"),
            ("2026-01-31 1mo +1mo", "2026-03-31"),
            // 30 calendar days end on 2026-02-19, in the feast; ten working days from there, not from the 24th.
            ("2026-01-20 30cdr +10wd", "2026-03-06"),
            ("2026-01-20 25cd +5cdr", "2026-02-24"),
            ("2026-03-02 5wd +24h", "2026-03-10"),
            ("2026-03-02T10:00:00+08:00 24h +2wd", "2026-03-05"),
            ("2026-03-02 5wd +3cd +2wd", "2026-03-16"),
        ],
    );
}

#[test]
fn hours_run_through_nights_and_rest_days_to_the_second() {
    check(
        &cn(),
        &[
            ("2026-02-14T10:30:15+08:00 24h", "2026-02-15T10:30:15+08:00"),
            (
                "2026-02-14T10:30:15.900+08:00 24h",
                "2026-02-15T10:30:15+08:00",
            ),
            (
                "2026-02-14T10:30:00+08:00 30min",
                "2026-02-14T11:00:00+08:00",
            ),
            (
                "2026-02-14T10:30:00+08:00 24h +90min",
                "2026-02-15T12:00:00+08:00",
            ),
            (
                "2026-02-14T10:00:00+08:00 5h -2026-02-14T12:00:00+08:00..2026-02-14T13:00:00+08:00",
                "2026-02-14T16:00:00+08:00",
            ),
            // Suspended exactly when the time is up: it was up.
            (
                "2026-02-14T10:00:00+08:00 5h -2026-02-14T15:00:00+08:00..2026-02-15T15:00:00+08:00",
                "2026-02-14T15:00:00+08:00",
            ),
            (
                "2026-02-14T10:00:00+08:00 5h -2026-02-14T14:59:59+08:00..2026-02-15T15:00:00+08:00",
                "2026-02-15T15:00:01+08:00",
            ),
            (
                "2026-02-14T10:00:00+08:00 5h -2026-02-14T09:00:00+08:00..2026-02-14T11:00:00+08:00",
                "2026-02-14T16:00:00+08:00",
            ),
            ("2030-02-14T10:00:00+08:00 24h", "2030-02-15T10:00:00+08:00"),
        ],
    );
}

#[test]
fn days_follow_local_dates_when_the_clocks_are_changed() {
    let rome = plain("Europe/Rome");
    check(
        &rome,
        &[
            // Clocks forward on 2007-03-25, back on 2007-10-28.
            (
                "2007-03-09T00:00:00+01:00 60cd",
                "2007-05-08T23:59:59+02:00",
            ),
            (
                "2007-03-09T23:59:59+01:00 60cd",
                "2007-05-08T23:59:59+02:00",
            ),
            (
                "2007-09-01T00:00:00+02:00 60cd",
                "2007-10-31T23:59:59+01:00",
            ),
            ("2007-03-24T12:00:00+01:00 24h", "2007-03-25T13:00:00+02:00"),
        ],
    );
    let start = at(&rome, "2007-03-09T18:00:00+01:00");
    let allowed = earliest(&rome, start, budget("60cd"), &Ledger::default());
    assert_eq!(shown(&rome, allowed), "2007-05-08T00:00:00+02:00");
    // Midnights that happen twice (Havana) or never (São Paulo, until 2018; Apia had no 2011-12-30).
    check(
        &plain("America/Havana"),
        &[("2025-11-01T12:00:00-04:00 1cd", "2025-11-02T23:59:59-05:00")],
    );
    check(
        &plain("America/Sao_Paulo"),
        &[("2018-11-01T12:00:00-03:00 2cd", "2018-11-03T23:59:59-03:00")],
    );
    check(
        &plain("America/Sao_Paulo"),
        &[("2018-02-16T12:00:00-02:00 1cd", "2018-02-17T23:59:59-03:00")],
    );
    check(
        &plain("Pacific/Apia"),
        &[("2011-12-28T12:00:00-10:00 1cd", "2011-12-29T23:59:59-10:00")],
    );
}

#[test]
fn a_deadline_that_depends_on_an_unpublished_year_is_provisional() {
    check(
        &cn(),
        &[
            ("2026-12-21 8wd", "2026-12-31"),
            ("2026-12-21 9wd", "2027-01-01?"),
            ("2010-12-28 2wd", "2010-12-30?"),
            ("2010-12-31 2wd", "2011-01-05"),
            ("2026-12-01 60cd", "2027-01-30"),
            ("2026-12-01 60cdr", "2027-02-01?"),
            ("2026-12-01 20wd +30cd", "2027-01-28"),
            ("2026-12-01 24h", "2026-12-02T00:00:00+08:00"),
        ],
    );
    check(&plain("Asia/Shanghai"), &[("2026-12-21 9wd", "2027-01-01")]);
}

#[test]
fn an_act_in_the_last_second_is_in_time_and_one_in_the_next_is_late() {
    let due_at = Timestamp::parse("2026-03-04T23:59:59+08:00").unwrap();
    let act = |text| is_late(Timestamp::parse(text).unwrap(), due_at);
    assert!(!act("2026-03-04T23:59:59.999+08:00"));
    assert!(act("2026-03-05T00:00:00+08:00"));
    assert_eq!(
        first_late_instant(due_at),
        Timestamp::parse("2026-03-05T00:00:00+08:00").unwrap()
    );
}

#[test]
fn an_at_least_limit_allows_its_last_day() {
    let cal = cn();
    for (script, expected) in [
        ("2026-03-02T18:00:00+08:00 7cd", "2026-03-09T00:00:00+08:00"),
        ("2026-03-02T18:00:00+08:00 7wd", "2026-03-11T00:00:00+08:00"),
        ("2026-03-02T18:00:00+08:00 24h", "2026-03-03T18:00:00+08:00"),
        (
            "2026-03-02T18:00:00+08:00 7cd -2026-03-04..2026-03-05",
            "2026-03-11T00:00:00+08:00",
        ),
    ] {
        let found = with_ledger(&cal, script, |start, limit, ledger| {
            earliest(&cal, start, limit, ledger)
        });
        assert_eq!(shown(&cal, found), expected, "{script}");
    }
}

#[test]
fn reminders_begin_with_a_day_or_so_long_before_the_due_instant() {
    let cal = cn();
    let end = deadline(
        &cal,
        at(&cal, "2026-02-12"),
        budget("10wd"),
        &Ledger::default(),
    );
    for (before, expected) in [
        ("1wd", "2026-03-03T00:00:00+08:00"),
        ("2wd", "2026-03-02T00:00:00+08:00"),
        ("3wd", "2026-02-28T00:00:00+08:00"),
        ("3cd", "2026-03-01T00:00:00+08:00"),
        ("1mo", "2026-02-04T00:00:00+08:00"),
        ("24h", "2026-03-03T23:59:59+08:00"),
        ("30min", "2026-03-04T23:29:59+08:00"),
    ] {
        assert_eq!(
            shown(&cal, last_reminder(&cal, &end, budget(before))),
            expected,
            "{before}"
        );
    }
}

#[test]
fn a_share_of_the_budget_is_used_when_the_day_that_reaches_it_begins() {
    let cal = cn();
    for (script, percent, expected) in [
        (
            "2026-03-02T18:00:00+08:00 10wd",
            90,
            "2026-03-13T00:00:00+08:00",
        ),
        (
            "2026-03-02T18:00:00+08:00 10wd",
            91,
            "2026-03-16T00:00:00+08:00",
        ),
        (
            "2026-03-02T18:00:00+08:00 5wd +5wd",
            90,
            "2026-03-13T00:00:00+08:00",
        ),
        (
            "2026-03-02T18:00:00+08:00 10wd -2026-03-10..2026-03-10",
            90,
            "2026-03-16T00:00:00+08:00",
        ),
        (
            "2026-03-02T18:00:00+08:00 1wd",
            90,
            "2026-03-03T00:00:00+08:00",
        ),
        (
            "2026-03-02T18:00:00+08:00 1mo",
            50,
            "2026-03-18T00:00:00+08:00",
        ),
        (
            "2026-03-02T18:00:00+08:00 10h",
            90,
            "2026-03-03T03:00:00+08:00",
        ),
        (
            "2026-03-02T18:00:00+08:00 10wd",
            0,
            "2026-03-02T18:00:00+08:00",
        ),
        (
            "2026-03-02T18:00:00+08:00 10h",
            255,
            "2026-03-03T04:00:00+08:00",
        ),
        (
            "2026-03-02T00:00:00+08:00 1wd +1cd",
            50,
            "2026-03-03T11:59:59+08:00",
        ),
    ] {
        let found = with_ledger(&cal, script, |start, limit, ledger| {
            let end = deadline(&cal, start, limit, ledger);
            used_share_instant(&cal, start, &end, percent, limit, ledger)
        });
        assert_eq!(shown(&cal, found), expected, "{script} {percent} %");
    }
}

#[test]
fn the_account_says_what_became_of_every_day() {
    let cal = cn();
    let script = "2026-02-12T09:00:00+08:00 5wd -2026-02-24..2026-02-25";
    let text = with_ledger(&cal, script, |start, limit, ledger| {
        account(&cal, start, limit, ledger).text_zh()
    });
    assert_eq!(
        text,
        "自 2026-02-12T09:00:00+08:00 起，时限 5个工作日；日历 cn 2026.1
2026-02-12 周四 开始当日不计
2026-02-13 周五 计入 第1日
2026-02-14 周六 调休上班计入 第2日
2026-02-15 周日 节假日不计 春节
2026-02-16 周一 节假日不计 春节
2026-02-17 周二 节假日不计 春节
2026-02-18 周三 节假日不计 春节
2026-02-19 周四 节假日不计 春节
2026-02-20 周五 节假日不计 春节
2026-02-21 周六 节假日不计 春节
2026-02-22 周日 节假日不计 春节
2026-02-23 周一 节假日不计 春节
2026-02-24 周二 挂起不计 鉴定
2026-02-25 周三 挂起不计 鉴定
2026-02-26 周四 计入 第3日
2026-02-27 周五 计入 第4日
2026-02-28 周六 调休上班计入 第5日
到期 2026-02-28T23:59:59+08:00
"
    );
}

#[test]
fn the_account_shows_rolling_and_elapsed_stretches() {
    let cal = cn();
    let text = |script| {
        with_ledger(&cal, script, |start, limit, ledger| {
            account(&cal, start, limit, ledger).text_en()
        })
    };
    assert_eq!(
        text("2026-12-28 4cdr +1cdr"),
        "from 2026-12-28T00:00:00+08:00, limit 4cdr, extended by 1cdr; calendar cn 2026.1
2026-12-28 Mon start day, not counted
2026-12-29 Tue counted, day 1
2026-12-30 Wed counted, day 2
2026-12-31 Thu counted, day 3
2027-01-01 Fri counted, day 4
2027-01-02 Sat counted, day 5
2027-01-03 Sun rolled on
2027-01-04 Mon rolled on
due 2027-01-04T23:59:59+08:00 (provisional: the holidays of a year are not published yet)
"
    );
    assert_eq!(
        text("2026-03-02T10:00:00+08:00 5h -2026-03-02T12:00:00+08:00..2026-03-02T13:30:00+08:00"),
        "from 2026-03-02T10:00:00+08:00, limit 5h; calendar cn 2026.1
2026-03-02T10:00:00+08:00 – 2026-03-02T12:00:00+08:00 elapsed, 2h so far
2026-03-02T12:00:00+08:00 – 2026-03-02T13:30:00+08:00 not counted: suspended 鉴定
2026-03-02T13:30:00+08:00 – 2026-03-02T16:30:00+08:00 elapsed, 5h so far
due 2026-03-02T16:30:00+08:00
"
    );
}

#[test]
fn an_account_survives_being_written_and_read() {
    let cal = cn();
    for script in [
        "2026-02-12 10wd +5cd -2026-02-24..2026-02-25",
        "2026-02-12 24h",
        "2026-02-12 100000mo",
    ] {
        let written = with_ledger(&cal, script, |start, limit, ledger| {
            account(&cal, start, limit, ledger)
        });
        let json = serde_json::to_string(&written).unwrap();
        assert_eq!(
            serde_json::from_str::<mingjing_domain::deadline::Account>(&json).unwrap(),
            written,
            "{script}"
        );
    }
}

#[test]
fn counts_and_instants_of_any_size_are_held_at_the_ends() {
    let cal = cn();
    let open = Suspension {
        from: at(&cal, "2026-03-04"),
        to: Timestamp::MAX,
        label: "",
    };
    let ledger = Ledger {
        suspensions: &[open],
        extensions: &[],
    };
    for unit in ["wd", "cd", "cdr", "mo", "mor"] {
        let limit = budget(&format!("5{unit}"));
        let held = deadline(&cal, at(&cal, "2026-03-02"), limit, &ledger);
        assert_eq!(held.due_date.to_string(), "9999-12-30", "{unit}");
        assert_eq!(
            account(&cal, at(&cal, "2026-03-02"), limit, &ledger).due_at,
            held.due_at,
            "{unit}"
        );
    }
    for start in [Timestamp::MIN, Timestamp::MAX, at(&cal, "2026-03-02")] {
        for unit in ["wd", "cd", "cdr", "h", "min", "mo", "mor"] {
            let limit = budget(&format!("100000{unit}"));
            let plenty = [Extension {
                budget: limit,
                label: "",
            }; 40];
            let ledger = Ledger {
                suspensions: &[open],
                extensions: &plenty,
            };
            let end = deadline(&cal, start, limit, &Ledger::default());
            assert_eq!(
                account(&cal, start, limit, &Ledger::default()).due_at,
                end.due_at,
                "{unit}"
            );
            let more = deadline(&cal, start, limit, &ledger);
            assert!(more.due_at >= end.due_at, "{unit}");
            assert_eq!(
                account(&cal, start, limit, &ledger).due_at,
                more.due_at,
                "{unit}"
            );
            last_reminder(&cal, &end, limit);
            used_share_instant(&cal, start, &end, 90, limit, &ledger);
        }
    }
    check(
        &cal,
        &[
            ("2026-03-02 100000wd", "2409-07-02?"),
            ("2026-03-02 100000cd", "2299-12-16"),
        ],
    );
}
