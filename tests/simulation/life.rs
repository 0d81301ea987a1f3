//! Scripts about the life of alerts: pending, issued, ended, withdrawn, cancelled, review; and what came late, twice, wrong or
//! out of order.

use mingjing_testkit::script::check;

use crate::charts::chart;

fn decision() -> String {
    chart(
        "\
limits:
  - {id: decision, name: 办结时限, kind: case, from: [accepted], to: [decided], promised: 5wd, statutory: 10wd}
control_points:
  - {id: late, name: 超期, check: {overdue: {limit: decision}}}
",
    )
}

#[test]
fn a_feed_that_is_down_over_the_due_time_and_then_delivers_in_time_events_issues_no_card() {
    check(
        &decision(),
        "
source s live allowance 6h
item XK-1
2026-07-01 09:00  accepted
tick 2026-07-09 05:59:59
expect late yellow pending due 2026-07-08 breached 2026-07-09
2026-07-08 17:00  decided   received 2026-07-09 05:59:59
expect late yellow cancelled due 2026-07-08 breached 2026-07-09
tick 2026-08-01 00:00
expect late yellow cancelled due 2026-07-08 breached 2026-07-09
",
    );
}

#[test]
fn a_card_goes_out_as_soon_as_its_source_is_known_complete() {
    check(
        &decision(),
        "
source s live allowance 24h
item XK-1
2026-07-01 09:00  accepted
tick 2026-07-09 00:00
complete_until 2026-07-08 23:59:59
expect late yellow pending due 2026-07-08 breached 2026-07-09
complete_until 2026-07-09 00:00
expect late yellow issued due 2026-07-08 breached 2026-07-09
",
    );
}

#[test]
fn a_decision_entered_later_than_the_delay_allows_does_not_erase_the_card() {
    check(
        &decision(),
        "
source s live allowance 6h
item XK-1
2026-07-01 09:00  accepted
tick 2026-07-10 00:00
expect late yellow issued due 2026-07-08 breached 2026-07-09
2026-07-08 17:00  decided   received 2026-07-10 09:00
expect late yellow review due 2026-07-08 breached 2026-07-09
tick 2026-08-01 00:00
expect late yellow review due 2026-07-08 breached 2026-07-09
",
    );
    check(
        &decision(),
        "
source s live allowance 24h
item XK-1
2026-07-01 09:00  accepted
tick 2026-07-09 00:00
complete_until 2026-07-09 00:00
expect late yellow issued due 2026-07-08 breached 2026-07-09
2026-07-08 17:00  decided   received 2026-07-09 09:00     # within a day of its business time, though the source had said it was complete
expect late yellow withdrawn due 2026-07-08 breached 2026-07-09
",
    );
    check(
        &decision(),
        "
source s live allowance 24h
item XK-1
2026-07-01 09:00  accepted
tick 2026-07-10 00:00
2026-07-08 17:00  decided   entered 2026-07-10 08:00 received 2026-07-09 09:00   # received in time, by a clock that is wrong; entered too late
expect late yellow review due 2026-07-08 breached 2026-07-09
",
    );
}

#[test]
fn a_red_card_does_not_shrink_by_a_late_entry_either() {
    let chart = chart(
        "\
limits:
  - {id: decision, name: 办结时限, kind: case, from: [accepted], to: [decided], promised: 5wd, statutory: 10wd}
control_points:
  - {id: late, name: 超期, check: {overdue: {limit: decision, levels: [{level: notice, at: 2wd before}, {level: yellow, at: promised}, {level: red, at: statutory}]}}}
",
    );
    for decided in ["2026-07-10 09:00", "2026-07-07 09:00"] {
        check(
            &chart,
            &format!(
                "
source s live allowance 6h
item XK-1
2026-07-01 09:00  accepted
tick 2026-07-17 00:00
expect late red issued due 2026-07-15 breached 2026-07-16
{decided}  decided   received 2026-07-17 09:00
expect late red review due 2026-07-15 breached 2026-07-16
tick 2026-08-01 00:00
expect late red review due 2026-07-15 breached 2026-07-16
"
            ),
        );
    }
}

#[test]
fn a_calendar_amendment_withdraws_the_card_it_made_wrong() {
    check(
        &decision(),
        "
item XK-1
2026-07-01 09:00  accepted
tick 2026-07-10 00:00
expect late yellow issued due 2026-07-08 breached 2026-07-09
activate calendar.yaml
| kind: calendar
| id: cn
| name: 有一天台风假
| time_zone: Asia/Shanghai
| versions:
|   - version: '2026.2'
|     published_at: 2026-07-07T12:00:00+08:00
|     basis: 关于台风停工的通知
|     years:
|       2026:
|         off: [{from: 2026-07-07, to: 2026-07-09, name: 台风}]
expect late yellow withdrawn due 2026-07-08 breached 2026-07-09
tick 2026-07-15 00:00
expect late yellow issued due 2026-07-13 breached 2026-07-14
",
    );
}

#[test]
fn a_control_point_that_is_taken_away_takes_its_cards_back() {
    check(
        "",
        "
activate flow.yaml
| kind: body
| code: zjj
| name: 住建局
| region: '510500'
| ---
| kind: item
| code: XK-1
| name: 施工许可
| power_type: licence
| level: city
| region: '510500'
| executing_body: zjj
| legal_basis: [建筑法]
| effective_from: 2015-07-01
| flowchart: licence
| ---
| kind: flowchart
| id: licence
| version: '1'
| name: 流程
| effective_from: 2015-07-01
activate points.yaml
| kind: general_points
| id: general
| version: '1'
| control_points:
|   - {id: no-party, name: 无当事人, check: {missing_field: {fields: [party_ref]}}}
item XK-1
2026-07-01 09:00  accepted
tick 2026-07-03 00:00
expect no-party review issued breached 2026-07-01 09:00
activate points.yaml
| kind: general_points
| id: general
| version: '2'
| control_points: []
expect no-party review withdrawn breached 2026-07-01 09:00
",
    );
}

#[test]
fn cases_from_before_supervision_are_judged_but_never_issued() {
    check(
        &decision(),
        "
source s live allowance 24h supervised_from 2026-07-02
item XK-1
case old
2026-07-01 23:59:59  accepted
case new
2026-07-02 00:00  accepted
tick 2026-08-01 00:00
expect old/late red pending due 2026-07-15 breached 2026-07-16
expect new/late red issued due 2026-07-16 breached 2026-07-17
",
    );
}

#[test]
fn a_point_that_people_confirm_goes_to_review() {
    check(
        &chart(
            "control_points:\n  - {id: negative, name: 否定性决定, confirm: true, level: review, check: {condition: {on: [decided], when: 'event.result_code == \"denied\"'}}}\n",
        ),
        "
item XK-1
2026-07-01 09:00  decided result denied
tick 2026-07-01 10:00
expect negative review pending breached 2026-07-01 09:00
tick 2026-07-02 09:00
expect negative review review breached 2026-07-01 09:00
",
    );
}

#[test]
fn what_waited_for_a_person_still_does_when_a_late_entry_that_put_it_in_doubt_is_taken_back() {
    check(
        &chart(""),
        "
activate points.yaml
| kind: general_points
| id: general
| version: '1'
| control_points:
|   - {id: no-party, name: 无当事人, confirm: true, level: yellow, check: {missing_field: {fields: [party_ref]}}}
item XK-1
2026-07-01 09:00  accepted  id a
tick 2026-07-03 00:00
expect no-party yellow review breached 2026-07-01 09:00
2026-07-01 09:00  accepted  id a v 2 party p1 received 2026-07-03 09:00
expect no-party yellow review breached 2026-07-01 09:00
2026-07-01 09:00  accepted  id a v 3 received 2026-07-03 10:00
expect no-party yellow review breached 2026-07-01 09:00
activate points.yaml
| kind: general_points
| id: general
| version: '2'
| control_points:
|   - {id: no-party, name: 无当事人, level: yellow, check: {missing_field: {fields: [party_ref]}}}
expect no-party yellow review breached 2026-07-01 09:00
",
    );
}

#[test]
fn events_that_are_sent_twice_again_or_in_any_order_judge_alike() {
    let wanted = "
tick 2026-07-20 00:00
expect late yellow issued due 2026-07-08 breached 2026-07-09 done 2026-07-13 09:00
";
    let orders = [
        "2026-07-01 09:00 accepted id a\n2026-07-13 09:00 decided id b\n",
        "2026-07-13 09:00 decided id b\n2026-07-01 09:00 accepted id a\n",
        "2026-07-01 09:00 accepted id a seq 1\n2026-07-01 09:00 accepted id a seq 1\n2026-07-13 09:00 decided id b\n",
        "2026-06-01 09:00 accepted id a received 2026-07-01 09:00\n2026-07-01 09:00 accepted id a v 2\n2026-07-13 09:00 decided id b\n",
        "2026-07-01 09:00 accepted id a v 2\n2026-06-01 09:00 accepted id a received 2026-07-01 09:00\n2026-07-13 09:00 decided id b\n",
    ];
    for order in orders {
        check(&decision(), &format!("item XK-1\n{order}{wanted}"));
    }
}

#[test]
fn a_correction_takes_an_event_back_whenever_it_arrives() {
    check(
        &decision(),
        "
source s live allowance 24h
item XK-1
2026-07-01 09:00  accepted
2026-07-08 16:00  decided     id wrong
tick 2026-07-09 08:00
expect nothing
2026-07-09 08:30  corrected   corrects wrong
expect late yellow pending due 2026-07-08 breached 2026-07-09
tick 2026-07-11 00:00
expect late yellow issued due 2026-07-08 breached 2026-07-09
2026-07-13 09:00  decided
expect late yellow issued due 2026-07-08 breached 2026-07-09 done 2026-07-13 09:00
",
    );
    check(
        &decision(),
        "
item XK-1
2026-07-01 09:00  corrected   corrects wrong      # the correction comes first
2026-07-01 09:00  accepted    id wrong
tick 2026-08-01 00:00
expect nothing
",
    );
}

#[test]
fn a_reminder_that_had_ended_is_open_again_when_the_decision_is_taken_back() {
    check(
        &chart(
            "\
limits:
  - {id: decision, name: 办结时限, kind: case, from: [accepted], to: [decided], statutory: 10wd}
control_points:
  - {id: late, name: 超期, check: {overdue: {limit: decision, levels: [{level: notice, at: 2wd before}, {level: red, at: statutory}]}}}
",
        ),
        "
item XK-1
2026-07-01 09:00  accepted
tick 2026-07-14 00:00
2026-07-14 09:00  decided    id wrong
expect late notice ended due 2026-07-15
2026-07-14 10:00  corrected  corrects wrong
expect late notice issued due 2026-07-15
",
    );
}

#[test]
fn a_declared_source_is_judged_when_it_says_that_it_is_complete_and_not_before() {
    check(
        &decision(),
        "
source import declared
item XK-1
2026-07-01 09:00  accepted
tick 2027-01-01 00:00
expect nothing
complete_until 2026-07-10 00:00
expect late yellow issued due 2026-07-08 breached 2026-07-09
2026-07-08 09:00  decided  received 2027-01-01 00:00
expect late yellow issued due 2026-07-08 breached 2026-07-09
complete_until 2026-07-10 00:00
expect late yellow withdrawn due 2026-07-08 breached 2026-07-09
",
    );
}

#[test]
fn an_instant_case_that_is_over_at_once_raises_nothing() {
    check(
        &decision(),
        "
item XK-1
2026-07-01 09:00  accepted  by li case_kind instant
2026-07-01 09:00  decided   by li
2026-07-01 09:00  closed    by li
tick 2026-08-01 00:00
expect nothing
",
    );
}

#[test]
fn sources_have_clocks_cases_and_completeness_of_their_own() {
    check(
        &decision(),
        "
item XK-1
source a live allowance 24h
2026-07-01 09:00  accepted
source b live allowance 24h
2026-07-02 09:00  accepted
tick 2026-07-10 00:00
source a
complete_until 2026-07-10 00:00
expect late yellow issued due 2026-07-08 breached 2026-07-09
source b
expect late yellow pending due 2026-07-09 breached 2026-07-10
",
    );
}
