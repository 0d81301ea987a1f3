//! Scripts about authority, persons and the records themselves: A1, A2, A3, A6, Q1, Q4, Q5.

use mingjing_testkit::script::check;

use crate::charts::{BODY, FLOWCHART, ITEM, chart, general};

#[test]
fn an_item_that_is_not_in_the_list_is_a_query_for_two_working_days_and_then_red() {
    check(
        &general("  - {id: off-list, name: 清单外行权, check: {off_list: {}}}\n"),
        "
item XK-9
2026-07-03 09:00  accepted            # a Friday: the grace ends on Tuesday the 7th
tick 2026-07-07 23:59:59
expect off-list red pending breached 2026-07-03 09:00
tick 2026-07-08 00:00
expect off-list red issued breached 2026-07-03 09:00
",
    );
}

#[test]
fn the_power_list_has_a_first_day_and_a_case_that_names_its_item_late_is_asked_then() {
    check(
        &general("  - {id: off-list, name: 清单外行权, check: {off_list: {grace: 0wd}}}\n"),
        "
case before
item XK-1
2015-06-30 23:59  accepted
case on-the-day
2015-07-01 00:00  accepted
case named-late
item -
2026-07-01 09:00  accepted
2026-07-02 09:00  note     item XK-9
tick 2026-07-05 00:00
expect before/off-list red issued breached 2015-06-30 23:59
expect named-late/off-list red issued breached 2026-07-02 09:00
",
    );
}

#[test]
fn an_unknown_code_that_is_mapped_within_the_delay_is_cancelled() {
    check(
        &general("  - {id: off-list, name: 清单外行权, check: {off_list: {}}}\n"),
        "
item XK-9
2026-07-03 09:00  accepted
tick 2026-07-03 12:00
expect off-list red pending breached 2026-07-03 09:00
2026-07-03 09:00  accepted   id e1 v 2 item XK-1 received 2026-07-03 13:00
expect off-list red cancelled breached 2026-07-03 09:00
",
    );
}

#[test]
fn running_cases_of_a_cancelled_item_do_what_the_cancellation_says() {
    let ended = |running: &str| {
        let item = ITEM.replace(
            "flowchart: licence\n",
            &format!("flowchart: licence\nstatus: cancelled\neffective_to: 2026-07-10\nrunning_cases: {running}\n"),
        );
        format!(
            "{BODY}---\n{item}---\n{FLOWCHART}---\nkind: general_points\nid: general\nversion: '1'\ncontrol_points:\n  - {{id: ended, name: 已取消事项, check: cancelled_item}}\n"
        )
    };
    let script = "
item XK-1
case running
2026-07-10 23:59  accepted
2026-07-11 00:00  published
2026-07-13 09:00  decided
case new
2026-07-11 00:00  accepted
tick 2026-07-20 00:00
";
    check(
        &ended("finish"),
        &format!("{script}expect new/ended red issued breached 2026-07-11\n"),
    );
    for running in ["terminate", "hand_over"] {
        check(
            &ended(running),
            &format!(
                "{script}expect new/ended red issued breached 2026-07-11\nexpect running/ended red issued breached 2026-07-13 09:00\n"
            ),
        );
    }
}

#[test]
fn a_body_acts_on_its_own_items_or_entrusted_and_in_its_area() {
    check(
        &general("  - {id: wrong-body, name: 主体不符, check: wrong_body}\n"),
        "
item XK-1
case own
org zjj
2026-07-01 09:00  accepted   region 510500
2026-07-01 10:00  note       region 510521     # in the city
case entrusted
org jyq
2026-07-01 09:00  accepted   region 510502
case entrusted-elsewhere
2026-07-01 09:00  accepted   region 510503
case other
org gaj
2026-07-01 09:00  accepted
case silent
org -
2026-07-01 09:00  accepted   region 110000
tick 2026-07-05 00:00
expect entrusted-elsewhere/wrong-body red issued breached 2026-07-01 09:00
expect other/wrong-body red issued breached 2026-07-01 09:00
",
    );
}

#[test]
fn chongqing_does_not_reach_into_sichuan() {
    let body = BODY.replace("region: '510500'", "region: '500000'");
    check(
        &format!(
            "{body}---\n{ITEM}---\n{FLOWCHART}---\nkind: general_points\nid: general\nversion: '1'\ncontrol_points:\n  - {{id: wrong-body, name: 越权, check: wrong_body}}\n"
        ),
        "
item XK-1
org zjj
case inside
2026-07-01 09:00  accepted   region 500112
case outside
2026-07-01 09:00  accepted   region 510500
tick 2026-07-05 00:00
expect outside/wrong-body red issued breached 2026-07-01 09:00
",
    );
}

#[test]
fn one_person_must_not_accept_and_approve_except_in_instant_cases() {
    check(
        &chart(
            "\
control_points:
  - {id: same-person, name: 同一人受理与审批, check: {same_person: {one: [accepted], other: [decided], not_for_instant: true}}}
",
        ),
        "
item XK-1
case same
2026-07-01 09:00  accepted  by zhang
2026-07-02 09:00  decided   by zhang
case instant
2026-07-01 09:00  accepted  by zhang case_kind instant
2026-07-02 09:00  decided   by zhang
case a-later-decision
2026-07-01 09:00  accepted  by zhang
2026-07-02 09:00  decided   by li
2026-07-03 09:00  decided   by zhang
case nobody-named
2026-07-01 09:00  accepted
2026-07-02 09:00  decided
tick 2026-07-05 00:00
expect same/same-person yellow issued breached 2026-07-02 09:00
expect a-later-decision/same-person yellow issued breached 2026-07-03 09:00
",
    );
}

const LATE: &str = "  - {id: late-entry, name: 事后补录, check: {late_entry: {}}}\n";

#[test]
fn an_event_entered_more_than_a_working_day_later_is_a_late_entry() {
    check(
        &general(LATE),
        "
item XK-1
case in-time
2026-07-03 09:00  accepted  entered 2026-07-06 23:59:59 received 2026-07-07 12:00    # Friday to Monday; the technician's part does not count
case late
2026-07-02 09:00  applied
2026-07-03 09:00  accepted  entered 2026-07-07 00:00 received 2026-07-07 00:10
case not-entered
2026-07-03 09:00  accepted  received 2026-07-07 00:00
tick 2026-07-08 00:00
expect late/late-entry yellow issued breached 2026-07-03 09:00
expect not-entered/late-entry yellow issued breached 2026-07-03 09:00
",
    );
}

#[test]
fn a_record_that_is_sent_again_is_no_late_entry_and_a_declared_source_has_none() {
    check(
        &general(LATE),
        "
item XK-1
case again
2026-07-01 09:00  accepted  id a
2026-07-01 09:00  accepted  id a v 2 party p received 2026-07-20 09:00
tick 2026-07-21 00:00
expect nothing
source import declared
case imported
2020-07-01 09:00  accepted  received 2026-07-01 09:00
complete_until 2026-07-01 09:00
expect nothing
",
    );
}

#[test]
fn records_must_carry_what_the_standard_asks_for() {
    check(
        &chart(
            "\
attributes:
  - {name: grade, type: int}
control_points:
  - {id: incomplete, name: 缺字段, check: {missing_field: {on: [decided], fields: [actor.id, result_code, attributes.grade]}}}
  - {id: no-item, name: 无事项编码, check: {missing_field: {fields: [item_code]}}}
",
        ),
        "
case whole
item XK-1
2026-07-01 09:00  decided  by li result granted set grade=1
case partly
2026-07-01 08:00  note
2026-07-01 09:00  decided  by li result granted
item -
2026-07-01 10:00  note
tick 2026-07-05 00:00
expect partly/incomplete review issued breached 2026-07-01 09:00
expect partly/no-item review issued breached 2026-07-01 10:00
",
    );
}

#[test]
fn one_case_number_has_one_item_and_party_and_one_event_id_one_content() {
    check(
        &general("  - {id: conflict, name: 数据冲突, check: conflict}\n"),
        "
case party
item XK-1
2026-07-01 09:00  accepted  party a
2026-07-01 10:00  note      party b
case item
2026-07-01 09:00  accepted
item XK-2
2026-07-01 10:00  note
item XK-1
case content
2026-07-01 09:00  accepted  id x seq 1 by li
2026-07-01 09:00  accepted  id x seq 1 by li received 2026-07-01 11:00     # the same record again
2026-07-01 10:00  note      id y seq 2 by li
2026-07-01 10:00  note      id y seq 2 by wang
case mended
2026-07-01 10:00  note      id z seq 2 by li
2026-07-01 10:00  note      id z seq 2 by wang
2026-07-01 10:00  note      id z seq 2 by wang v 2
tick 2026-07-05 00:00
expect party/conflict review issued breached 2026-07-01 10:00
expect item/conflict review issued breached 2026-07-01 10:00
expect content/conflict review issued breached 2026-07-01 10:00
expect mended/conflict review cancelled breached 2026-07-01 10:00
",
    );
}

#[test]
fn a_data_version_may_be_a_date() {
    check(
        &general(
            "  - {id: conflict, name: 数据冲突, check: conflict}\n  - {id: no-party, name: 缺当事人, check: {missing_field: {fields: [party_ref]}}}\n",
        ),
        "
item XK-1
2026-07-01 09:00  accepted  id a v 20260702
2026-07-01 09:00  accepted  id a v 20260703 party p
tick 2026-07-05 00:00
expect no-party review cancelled breached 2026-07-01 09:00
",
    );
}

/// 责任科室: the office of the step; of a step without one the office of who acted, as the register has it on that day.
#[test]
fn the_office_that_answers_is_the_steps_and_else_the_one_of_who_acted_on_that_day() {
    let definitions = |office: &str| {
        format!(
            "kind: body
code: zjj
name: 住房和城乡建设局
region: '510500'
register_from: 2026-01-01
offices:
  - {{code: window, name: 窗口, officers: [{{id: li, from: 2026-01-01, until: 2026-06-30}}]}}
  - {{code: review, name: 审查科, officers: [{{id: li, from: 2026-07-01}}]}}
---
kind: body
code: jyq
name: 江阳区行政审批局
region: '510502'
---
{ITEM}---
{FLOWCHART}steps:
  - {{code: review, name: 审查{office}}}
control_points:
  - {{id: order, name: 未受理即审查, check: {{requires_before: {{event: ['step_end:review'], before: [accepted]}}}}}}
"
        )
    };
    let script = |at: &str, who: &str| {
        format!(
            "org zjj\nitem XK-1\n{at} 09:00  step_end:review  by {who}\ntick 2026-07-31 00:00\nexpect order yellow issued breached {at} 09:00\n"
        )
    };
    for (office, at, who, wanted) in [
        (", office: window", "2026-07-02", "li", Some("window")),
        ("", "2026-06-30", "li", Some("window")),
        ("", "2026-07-01", "li", Some("review")),
        ("", "2026-07-01", "wang", None),
    ] {
        let alerts = check(&definitions(office), &script(at, who));
        let found = alerts[0].responsible_office.as_deref();
        assert_eq!(found, wanted, "{office:?} {at} {who}");
    }
}
