//! Scripts about the way through the flowchart and conditions: P1, P2, Q3, CEL.

use mingjing_testkit::script::check;

use crate::charts::chart;

const STEPS: &str = "\
steps:
  - {code: accept, name: 受理, first: true, required: true, next: [review, survey], done_by: [accepted]}
  - {code: review, name: 审查, required: true, next: [decide], parallel_with: [survey]}
  - {code: survey, name: 勘验, next: [decide]}
  - {code: decide, name: 决定, required: true, next: [deliver], done_by: [decided]}
  - {code: deliver, name: 送达, next: [], done_by: [delivered]}
  - {code: consult, name: 会商, next: [], repeatable: true}
control_points:
  - {id: not-here, name: 跳步, check: not_in_flowchart}
  - {id: too-soon, name: 抢步, check: started_too_soon}
  - {id: left-out, name: 漏项, check: {required_step: {}}}
";

#[test]
fn a_case_that_follows_its_flowchart_raises_nothing() {
    check(
        &chart(STEPS),
        "
item XK-1
2026-07-01 09:00  accepted
2026-07-01 10:00  step_start:review
2026-07-01 11:00  step_start:survey     # parallel
2026-07-02 10:00  step_end:survey
2026-07-02 11:00  step_end:review
2026-07-02 12:00  step_start:decide
2026-07-02 13:00  decided
2026-07-02 14:00  delivered
2026-07-02 15:00  closed
tick 2026-07-10 00:00
expect nothing
",
    );
}

#[test]
fn unknown_skipped_and_hurried_steps_are_told_apart() {
    check(
        &chart(STEPS),
        "
item XK-1
case unknown
2026-07-01 09:00  accepted
2026-07-01 10:00  step_end:tea
case skipped
2026-07-01 09:00  accepted
2026-07-01 10:00  step_end:decide
case hurried
2026-07-01 09:00  accepted
2026-07-01 10:00  step_start:review
2026-07-01 11:00  step_start:decide
2026-07-01 12:00  step_end:review
case not-first
2026-07-01 09:00  step_end:review
tick 2026-07-03 00:00
expect unknown/not-here@tea yellow pending breached 2026-07-01 10:00
expect skipped/not-here@decide yellow issued breached 2026-07-01 10:00
expect hurried/too-soon@decide yellow issued breached 2026-07-01 11:00
expect not-first/not-here@review yellow issued breached 2026-07-01 09:00
tick 2026-07-04 00:00
expect unknown/not-here@tea yellow issued breached 2026-07-01 10:00
expect skipped/not-here@decide yellow issued breached 2026-07-01 10:00
expect hurried/too-soon@decide yellow issued breached 2026-07-01 11:00
expect not-first/not-here@review yellow issued breached 2026-07-01 09:00
",
    );
}

#[test]
fn a_repeatable_step_may_be_entered_again_and_another_only_where_an_arrow_leads() {
    check(
        &chart(
            "\
steps:
  - {code: a, name: 一, next: [b], repeatable: true}
  - {code: b, name: 二, next: [c]}
  - {code: c, name: 三, next: [b]}
control_points:
  - {id: not-here, name: 跳步, check: not_in_flowchart}
",
        ),
        "
item XK-1
2026-07-01 09:00  step_end:a
2026-07-01 10:00  step_end:b
2026-07-01 11:00  step_end:a
2026-07-01 12:00  step_end:c
2026-07-01 13:00  step_end:b
2026-07-01 14:00  step_end:c
2026-07-01 15:00  step_end:c
tick 2026-07-03 00:00
expect not-here@c#3 yellow issued breached 2026-07-01 15:00
",
    );
}

#[test]
fn a_hurried_step_is_taken_back_when_the_end_before_it_comes_later_but_within_the_delay() {
    check(
        &chart(STEPS),
        "
source s live allowance 24h
item XK-1
2026-07-01 09:00  accepted
2026-07-01 10:00  step_start:review
2026-07-01 12:00  step_start:decide
tick 2026-07-01 13:00
expect too-soon@decide yellow pending breached 2026-07-01 12:00
2026-07-01 11:00  step_end:review   received 2026-07-01 14:00
expect too-soon@decide yellow cancelled breached 2026-07-01 12:00
",
    );
}

#[test]
fn each_required_step_that_is_absent_at_the_closing_is_one_alert() {
    check(
        &chart(STEPS),
        "
item XK-1
case left-out
2026-07-01 09:00  accepted
2026-07-02 09:00  closed
2026-07-02 10:00  step_end:review         # afterwards does not count
case given-up
2026-07-01 09:00  accepted
2026-07-01 10:00  withdrawn
2026-07-02 09:00  closed
tick 2026-07-04 00:00
expect left-out/left-out@review yellow issued breached 2026-07-02 09:00
expect left-out/left-out@decide yellow issued breached 2026-07-02 09:00
",
    );
}

#[test]
fn a_required_step_may_be_excused_by_a_condition() {
    check(
        &chart(
            "\
attributes:
  - {name: waived, type: bool, default: false}
steps:
  - {code: hear, name: 听证}
control_points:
  - {id: no-hearing, name: 应听证未听证, level: red, check: {required_step: {steps: [hear], at: [decided], unless: case.waived}}}
",
        ),
        "
item XK-1
case must
2026-07-01 09:00  decided
case waived
2026-07-01 09:00  decided   set waived=true
case held
2026-07-01 08:00  step_end:hear
2026-07-01 09:00  decided
tick 2026-07-04 00:00
expect must/no-hearing@hear red issued breached 2026-07-01 09:00
",
    );
}

const ORDER: &str = "\
control_points:
  - {id: no-notice, name: 未告知即处罚, level: red, check: {requires_before: {event: [decided], before: [notice]}}}
  - {id: no-receipt, name: 每次缴款须先决定, check: {requires_before: {event: [paid], before: [decided], each: true}}}
  - {id: wrong-order, name: 先缴款后送达, check: {wrong_order: {first: [delivered], then: [paid]}}}
  - {id: both-ways, name: 两种救济, check: {not_together: {groups: [[review_result], [complaint, rated]]}}}
  - {id: after-closing, name: 办结后操作, check: {nothing_after: {after: [closed], except: [published, review_result]}}}
";

#[test]
fn order_is_judged_by_the_order_of_the_case_and_not_by_arrival() {
    check(
        &chart(ORDER),
        "
item XK-1
case right
2026-07-01 12:00  decided
2026-07-01 11:00  notice                    # arrives later, happened earlier
case same-instant
2026-07-01 09:00  decided  seq 2
2026-07-01 09:00  notice   seq 1
case wrong
2026-07-01 09:00  notice   seq 2
2026-07-01 09:00  decided  seq 1
tick 2026-07-03 00:00
expect right/no-notice red cancelled breached 2026-07-01 12:00
expect same-instant/no-notice red cancelled breached 2026-07-01 09:00
expect wrong/no-notice red issued breached 2026-07-01 09:00
",
    );
}

#[test]
fn every_occurrence_can_be_judged_by_itself() {
    check(
        &chart(ORDER),
        "
item XK-1
2026-07-01 08:00  notice
2026-07-01 09:00  paid
2026-07-01 10:00  paid
2026-07-01 11:00  decided
2026-07-01 12:00  paid
tick 2026-07-03 00:00
expect no-receipt yellow issued breached 2026-07-01 09:00
expect no-receipt#2 yellow issued breached 2026-07-01 10:00
",
    );
}

#[test]
fn wrong_order_two_ways_at_once_and_events_after_the_end_are_found() {
    check(
        &chart(ORDER),
        "
item XK-1
2026-07-01 08:00  notice
2026-07-01 09:00  decided
2026-07-01 10:00  paid
2026-07-01 11:00  delivered
2026-07-01 12:00  rated
2026-07-01 13:00  closed
2026-07-01 14:00  published
2026-07-01 15:00  review_result
2026-07-01 16:00  note
2026-07-01 17:00  note
tick 2026-07-03 00:00
expect wrong-order yellow issued breached 2026-07-01 11:00
expect both-ways yellow issued breached 2026-07-01 15:00
expect after-closing red issued breached 2026-07-01 16:00
",
    );
}

#[test]
fn times_that_run_backwards_are_for_review() {
    check(
        &chart("control_points:\n  - {id: backwards, name: 时间倒序, check: time_reversed}\n"),
        "
item XK-1
case decided-first
2026-07-01 09:00  decided
2026-07-01 10:00  accepted
case accepted-first
2026-07-01 09:00  accepted
2026-07-01 09:00  applied                   # the same instant is no reversal
case step
2026-07-02 10:00  step_start:a   seq 1
2026-07-02 09:00  step_end:a     seq 2
case atomic
2026-07-02 09:00  step_end:a     seq 1
2026-07-02 10:00  step_start:a   seq 2
tick 2026-07-05 00:00
expect decided-first/backwards review issued breached 2026-07-01 10:00
expect step/backwards review issued breached 2026-07-02 10:00
",
    );
}

const CONDITIONS: &str = "\
attributes:
  - {name: owed, type: amount}
  - {name: paid, type: amount, default: 0}
  - {name: procedure, type: text}
control_points:
  - {id: paid-up, name: 已缴仍催缴, level: red, check: {condition: {on: [notice], when: case.paid >= case.owed}}}
  - {id: over, name: 超额, check: {condition: {on: [paid], when: 'event.paid > 1000 && case.paid < event.paid', each: true}}}
  - {id: summary, name: 简易程序越界, check: {condition: {on: [decided], when: 'event.kind == \"decided\" && case.procedure == \"summary\" && event.owed > 20000'}}}
";

#[test]
fn a_free_condition_sees_the_event_and_the_case_before_it() {
    check(
        &chart(CONDITIONS),
        "
item XK-1
2026-07-01 09:00  notice                    # nothing is known of what is owed: not judged
2026-07-01 10:00  note     amount owed=2000
2026-07-01 11:00  notice   amount paid=2000 # not paid before it
2026-07-01 12:00  notice
2026-07-01 13:00  notice                    # once for the case
2026-07-01 14:00  paid     amount paid=1500
2026-07-01 15:00  paid     amount paid=3000
2026-07-01 16:00  paid     amount paid=3000
2026-07-01 17:00  note     set procedure=summary
2026-07-01 18:00  decided  amount owed=30000
tick 2026-07-05 00:00
expect paid-up red issued breached 2026-07-01 12:00
expect over#2 yellow issued breached 2026-07-01 15:00
expect summary yellow issued breached 2026-07-01 18:00
",
    );
}
