//! Calendars that change while cases run: the amendments of 2015, 2019 and 2020, a region's own days, a year without a notice.

use mingjing_domain::calendar::china;
use mingjing_testkit::script::check;

use crate::charts::chart;

fn limit(budget: &str) -> String {
    chart(&format!(
        "\
limits:
  - {{id: decision, name: 办结时限, kind: case, from: [accepted], to: [decided], statutory: {budget}}}
control_points:
  - {{id: late, name: 超期, check: {{overdue: {{limit: decision, levels: [{{level: red, at: statutory}}]}}}}}}
"
    ))
}

/// An activation of the built-in calendar as it stood with this version.
fn as_of(version: &str) -> String {
    let mut calendar = china().clone();
    let place = calendar.versions.iter().position(|v| v.version == version);
    calendar
        .versions
        .truncate(place.expect("a version of the built-in calendar") + 1);
    let mut json =
        serde_json::to_value(&calendar).expect("a calendar is text, numbers, lists and maps");
    json["kind"] = "calendar".into();
    // `kind` is looked for at the beginning of a line.
    let object = json.as_object().expect("a calendar is a map");
    let lines = object
        .iter()
        .map(|(key, value)| format!("| {key}: {value}\n"));
    format!("activate calendar.yaml\n{}", lines.collect::<String>())
}

#[test]
fn the_amendment_of_2015_moves_limits_over_the_days_of_september() {
    let (before, after) = (as_of("2015.1"), as_of("2015.2"));
    check(
        &limit("5wd"),
        &format!(
            "
{before}item XK-1
2015-08-28 10:00  accepted
tick 2015-09-06 00:00
expect late red issued due 2015-09-04 breached 2015-09-05
{after}expect late red withdrawn due 2015-09-04 breached 2015-09-05
tick 2015-09-09 00:00
expect late red issued due 2015-09-07 breached 2015-09-08
"
        ),
    );
}

#[test]
fn the_amendment_of_2019_moves_limits_over_the_first_of_may() {
    let (before, after) = (as_of("2019.1"), as_of("2019.2"));
    check(
        &limit("3wd"),
        &format!(
            "
{before}item XK-1
2019-04-29 10:00  accepted
tick 2019-05-05 00:00
expect late red issued due 2019-05-03 breached 2019-05-04
{after}expect late red withdrawn due 2019-05-03 breached 2019-05-04
2019-05-06 16:00  decided
tick 2019-06-01 00:00
expect late red withdrawn due 2019-05-03 breached 2019-05-04
"
        ),
    );
}

#[test]
fn the_amendment_of_2020_moves_limits_over_the_lengthened_feast() {
    let (before, after) = (as_of("2020.1"), as_of("2020.2"));
    check(
        &limit("20wd"),
        &format!(
            "
{before}item XK-1
2020-01-20 10:00  accepted
tick 2020-02-23 00:00
expect late red issued due 2020-02-21 breached 2020-02-22
{after}expect late red withdrawn due 2020-02-21 breached 2020-02-22
tick 2020-02-27 00:00
expect late red issued due 2020-02-25 breached 2020-02-26
"
        ),
    );
}

#[test]
fn local_days_lie_over_the_national_calendar_and_go_with_it() {
    // 2020-02-03 to 02-09 put off by a notice of the city; Saturday 02-22 worked instead.
    check(
        &limit("5wd"),
        "
item XK-1
case first
2020-01-20 10:00  accepted
tick 2020-02-06 00:00
expect first/late red issued due 2020-02-04 breached 2020-02-05
activate calendar.yaml
| kind: calendar
| id: cn
| name: 泸州市工作日历
| time_zone: Asia/Shanghai
| extends: cn
| versions:
|   - version: 2020.泸州.1
|     published_at: 2020-02-01T18:00:00+08:00
|     basis: 市应急指挥部关于延迟复工的公告
|     local:
|       off: [{from: 2020-02-03, to: 2020-02-09, name: 延迟复工}]
|       work: [2020-02-22]
expect first/late red withdrawn due 2020-02-04 breached 2020-02-05
tick 2020-02-13 00:00
expect first/late red issued due 2020-02-11 breached 2020-02-12
case later
2020-02-17 10:00  accepted
tick 2020-03-01 00:00
expect first/late red issued due 2020-02-11 breached 2020-02-12
expect later/late red issued due 2020-02-22 breached 2020-02-23
",
    );
}

#[test]
fn a_year_without_a_notice_is_counted_by_weekends_and_judged_anew_when_the_notice_is_out() {
    check(
        &limit("10wd"),
        "
item XK-1
2026-12-25 10:00  accepted
tick 2027-01-10 00:00
expect late red issued due 2027-01-08 breached 2027-01-09
activate calendar.yaml
| kind: calendar
| id: cn
| name: 中国工作日历
| time_zone: Asia/Shanghai
| extends: cn
| versions:
|   - version: 2027.1
|     published_at: 2026-12-30T00:00:00+08:00
|     basis: 测试用的通知
|     years:
|       2027:
|         off: [{from: 2027-01-01, to: 2027-01-03, name: 元旦}]
expect late red withdrawn due 2027-01-08 breached 2027-01-09
tick 2027-01-13 00:00
expect late red issued due 2027-01-11 breached 2027-01-12
",
    );
}
