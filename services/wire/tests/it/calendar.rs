//! The yearly notices as published, held against the built-in calendar; and what a list of days may not say.

use chrono::NaiveDate;
use mingjing_domain::calendar::{
    CalendarDefinition, CalendarVersion, WorkCalendar, YearPlan, china,
};
use mingjing_wire::calendar::{DayFormat, read_year};

/// (year, the built-in version that this notice made, its lines)
const NOTICES: [(i32, &str, &str); 4] = [
    (
        2019,
        "2019.1",
        "经国务院批准，现将2019年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下。
一、元旦：2018年12月30日至2019年1月1日放假调休，共3天。2018年12月29日（星期六）上班。
二、春节：2月4日至10日放假调休，共7天。2月2日（星期六）、2月3日（星期日）上班。
三、清明节：4月5日放假，与周末连休。
四、劳动节：5月1日放假。
五、端午节：6月7日放假，与周末连休。
六、中秋节：9月13日放假，与周末连休。
七、国庆节：10月1日至7日放假调休，共7天。9月29日（星期日）、10月12日（星期六）上班。
节假日期间，各地区、各部门要妥善安排好值班和安全、保卫等工作。",
    ),
    (
        2023,
        "2023.1",
        "一、元旦：2022年12月31日至2023年1月2日放假调休，共3天。
二、春节：1月21日至27日放假调休，共7天。1月28日（星期六）、1月29日（星期日）上班。
三、清明节：4月5日放假，共1天。
四、劳动节：4月29日至5月3日放假调休，共5天。4月23日（星期日）、5月6日（星期六）上班。
五、端午节：6月22日至24日放假调休，共3天。6月25日（星期日）上班。
六、中秋节、国庆节：9月29日至10月6日放假调休，共8天。10月7日（星期六）、10月8日（星期日）上班。",
    ),
    (
        2024,
        "2024.1",
        "一、元旦：1月1日放假，与周末连休。
二、春节：2月10日至17日放假调休，共8天。2月4日（星期日）、2月18日（星期日）上班。鼓励各单位结合带薪年休假等制度落实，安排职工在除夕（2月9日）休息。
三、清明节：4月4日至6日放假调休，共3天。4月7日（星期日）上班。
四、劳动节：5月1日至5日放假调休，共5天。4月28日（星期日）、5月11日（星期六）上班。
五、端午节：6月10日放假，与周末连休。
六、中秋节：9月15日至17日放假调休，共3天。9月14日（星期六）上班。
七、国庆节：10月1日至7日放假调休，共7天。9月29日（星期日）、10月12日（星期六）上班。",
    ),
    (
        2026,
        "2026.1",
        "一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。三、清明节：4月4日（周六）至6日（周一）放假，共3天。四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。五、端午节：6月19日（周五）至21日（周日）放假，共3天。六、中秋节：9月25日（周五）至27日（周日）放假，共3天。七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。",
    ),
];

/// The built-in calendar up to `version`, with this plan in the place of that version's.
fn with_plan(version: &str, year: i32, plan: YearPlan) -> WorkCalendar {
    let place = china().versions.iter().position(|v| v.version == version);
    let mut versions = china().versions[..=place.expect("a built-in version")].to_vec();
    let last = versions.last_mut().expect("not empty");
    *last = CalendarVersion {
        years: [(year, plan)].into(),
        ..last.clone()
    };
    let definition = CalendarDefinition {
        versions,
        ..china().clone()
    };
    WorkCalendar::compile(&definition, None).expect("a sound calendar")
}

fn assert_same_days(ours: &WorkCalendar, theirs: &WorkCalendar, year: i32) {
    let first = NaiveDate::from_ymd_opt(year - 1, 12, 1).expect("a date");
    for day in first.iter_days().take(31 + 366 + 31) {
        assert_eq!(ours.is_working(day), theirs.is_working(day), "{day}");
    }
}

#[test]
fn the_notices_as_published_make_the_built_in_calendar() {
    for (year, version, text) in NOTICES {
        // The advice of 2024 to let people rest on New Year's Eve is no day off.
        let plan = read_year(DayFormat::Notice, &without_advice(text), year)
            .unwrap_or_else(|problems| panic!("{year}: {problems:?}"));
        let built_in = WorkCalendar::compile(china(), Some(version)).expect("a built-in version");
        assert_same_days(&with_plan(version, year, plan), &built_in, year);
    }
}

fn without_advice(text: &str) -> String {
    match text.split_once("鼓励各单位") {
        None => text.to_owned(),
        Some((before, after)) => {
            let rest = after.split_once('。').map_or("", |(_, rest)| rest);
            format!("{before}{rest}")
        }
    }
}

#[test]
fn a_sentence_that_is_no_arrangement_is_told_not_taken() {
    let text = NOTICES[2].2;
    let problems = read_year(DayFormat::Notice, text, 2024).unwrap_err();
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].line, 2);
    assert!(
        problems[0].message.contains("neither 放假 nor 上班"),
        "{}",
        problems[0]
    );
}

#[test]
fn a_notice_of_another_year_or_with_a_slip_is_refused_with_its_line() {
    let refused = |text: &str, year| {
        let problems = read_year(DayFormat::Notice, text, year).unwrap_err();
        problems
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\n")
    };
    let other_year = refused(NOTICES[3].2, 2025);
    assert!(
        other_year.contains("is it the notice of another year?"),
        "{other_year}"
    );
    let count = refused("一、元旦：1月1日至3日放假，共4天。", 2026);
    assert!(
        count.contains("line 1") && count.contains("The days are 3, it says 共4天"),
        "{count}"
    );
    let no_day = refused("\n二、春节：2月30日放假。", 2026);
    assert!(
        no_day.contains("line 2") && no_day.contains("2026年2月30日 is no day"),
        "{no_day}"
    );
    let numerals = refused("二、一、：", 2026);
    assert!(numerals.contains("no holiday in it"), "{numerals}");
    let nothing = refused("关于放假的通知", 2026);
    assert!(nothing.contains("no holiday in it"), "{nothing}");
}

#[test]
fn a_table_and_a_feed_say_the_same_as_the_notice() {
    let notice = read_year(DayFormat::Notice, NOTICES[3].2, 2026).unwrap();
    let table = "节日,放假首日,放假末日,上班日\n\
        元旦,2026-01-01,2026-01-03,2026-01-04\n\
        春节,2026-02-15,2026-02-23,2026-02-14 2026-02-28\n\
        清明节,2026-04-04,2026-04-06,\n\
        劳动节,2026-05-01,2026-05-05,2026-05-09\n\
        端午节,2026-06-19,2026-06-21,\n\
        中秋节,2026-09-25,2026-09-27,\n\
        国庆节,2026-10-01,2026-10-07,2026-09-20、2026-10-10\n";
    assert_eq!(read_year(DayFormat::Table, table, 2026).unwrap(), notice);
    let mut feed = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\n".to_owned();
    for run in &notice.off {
        let end = run.to.succ_opt().unwrap();
        feed += &event(run.from, end, &format!("{}（休）", run.name), "");
    }
    for day in &notice.work {
        feed += &event(
            *day,
            day.succ_opt().unwrap(),
            "补",
            "X-APPLE-SPECIAL-DAY:ALTERNATE-WORKDAY\r\n",
        );
    }
    feed += &event(
        "2027-01-01".parse().unwrap(),
        "2027-01-02".parse().unwrap(),
        "元旦（休）",
        "",
    );
    feed += "END:VCALENDAR\r\n";
    let next_year = read_year(DayFormat::Ical, &feed, 2026).unwrap();
    // A feed goes on into the next year; what lies next to this one is kept for the calendar to judge.
    assert_eq!(next_year.off.len(), notice.off.len() + 1);
    assert_eq!(next_year.work, notice.work);
    assert_eq!(&next_year.off[..notice.off.len()], &notice.off[..]);
}

fn event(from: NaiveDate, end: NaiveDate, summary: &str, more: &str) -> String {
    format!(
        "BEGIN:VEVENT\r\nUID:{from}\r\nDTSTAMP:20251104T000000Z\r\nDTSTART;VALUE=DATE:{}\r\nDTEND;VALUE=DATE:{}\r\nSUMMARY:{summary}\r\n{more}END:VEVENT\r\n",
        from.format("%Y%m%d"),
        end.format("%Y%m%d")
    )
}

#[test]
fn tables_and_feeds_that_leave_something_open_are_refused_with_their_line() {
    let refused = |format, text: &str| {
        let problems = read_year(format, text, 2027).unwrap_err();
        problems
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\n")
    };
    let column = refused(DayFormat::Table, "节日,首日\n元旦,2027-01-01\n");
    assert!(
        column.contains("no column 放假首日, 放假末日, 上班日"),
        "{column}"
    );
    let date = refused(
        DayFormat::Table,
        "name,from,to,work\n元旦,2027-01-01,1月3日,\n",
    );
    assert!(
        date.contains("line 2") && date.contains("not a date: \"1月3日\""),
        "{date}"
    );
    let back = refused(
        DayFormat::Table,
        "name,from,to,work\n元旦,2027-01-03,2027-01-01,\n",
    );
    assert!(back.contains("is before"), "{back}");
    let open = format!(
        "BEGIN:VCALENDAR\r\n{}END:VCALENDAR\r\n",
        event(
            "2027-02-06".parse().unwrap(),
            "2027-02-07".parse().unwrap(),
            "春节",
            ""
        )
    );
    let open = refused(DayFormat::Ical, &open);
    assert!(
        open.contains("line 2") && open.contains("neither 休 nor 班"),
        "{open}"
    );
    assert!(refused(DayFormat::Ical, "hello").contains("not an iCalendar file"));
}

proptest::proptest! {
    #[test]
    fn no_text_whatever_ends_a_reader(text in "\\PC{0,200}", year in 1900..3000) {
        for format in [DayFormat::Notice, DayFormat::Table, DayFormat::Ical] {
            let _ = read_year(format, &text, year);
        }
    }

    #[test]
    fn no_notice_however_garbled_ends_the_reader(text in "[一二、：0-9年月日至（）周六放假上班共天。\\n]{0,80}", year in 2020..2030) {
        let _ = read_year(DayFormat::Notice, &text, year);
    }
}
