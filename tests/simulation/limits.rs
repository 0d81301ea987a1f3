//! Scripts about limits: T1 to T5, T8 to T10.
//!
//! July 2026 has no holidays; 2026-07-01 is a Wednesday.

mod fallen;
mod stopped;
mod versions;

use mingjing_testkit::script::check;

use crate::charts::chart;

/// Five working days promised, ten by law, from acceptance to decision; reminder two working days before.
fn decision() -> String {
    chart(
        "\
special_procedures:
  - {kind: hearing, name: 听证, effect: suspend}
  - {kind: appraisal, name: 鉴定, effect: suspend, maximum: 5wd}
  - {kind: extension, name: 延长审批, effect: extend, maximum: 10wd}
limits:
  - {id: decision, name: 办结时限, kind: case, from: [accepted], to: [decided], promised: 5wd, statutory: 10wd}
control_points:
  - id: late
    name: 办结超期
    check: {overdue: {limit: decision, levels: [{level: notice, at: 2wd before}, {level: yellow, at: promised}, {level: red, at: statutory}]}}
",
    )
}

#[test]
fn a_case_is_reminded_of_then_yellow_past_its_promise_then_red_past_the_law() {
    check(
        &decision(),
        "
item XK-1
2026-07-01 09:00  accepted   by zhang
tick 2026-07-05 23:59:59
expect nothing
tick 2026-07-06 00:00
expect late notice issued due 2026-07-08
tick 2026-07-09 23:59:59            # overdue, but its source may still speak
expect late notice issued due 2026-07-08
tick 2026-07-10 00:00
expect late yellow issued due 2026-07-08 breached 2026-07-09
tick 2026-07-17 00:00
expect late red issued due 2026-07-15 breached 2026-07-16
2026-07-17 09:00  decided
expect late red issued due 2026-07-15 breached 2026-07-16 done 2026-07-17 09:00
",
    );
}

#[test]
fn a_reminder_ends_when_the_case_is_decided_in_time() {
    check(
        &decision(),
        "
item XK-1
2026-07-01 09:00  accepted
tick 2026-07-07 08:00
expect late notice issued due 2026-07-08
2026-07-08 23:59:59  decided
expect late notice ended due 2026-07-08
tick 2026-08-01 00:00
expect late notice ended due 2026-07-08
",
    );
}

#[test]
fn the_last_second_of_the_last_day_is_in_time_and_the_next_one_is_not() {
    for (time, rest) in [
        (
            "2026-07-15 23:59:59.999",
            "expect late yellow issued due 2026-07-08 breached 2026-07-09 done 2026-07-15 23:59:59.999",
        ),
        (
            "2026-07-16 00:00",
            "expect late red issued due 2026-07-15 breached 2026-07-16 done 2026-07-16",
        ),
    ] {
        check(
            &decision(),
            &format!(
                "source s declared\nitem XK-1\n2026-07-01 09:00 accepted\n{time} decided\ncomplete_until 2026-07-30 00:00\n{rest}\n"
            ),
        );
    }
}

#[test]
fn percent_of_the_budget_is_a_reminder_too() {
    check(
        &chart(
            "\
limits:
  - {id: decision, name: 办结时限, kind: case, from: [accepted], to: [decided], statutory: 10wd}
control_points:
  - {id: near, name: 临期, check: {overdue: {limit: decision, levels: [{level: notice, at: 90%}]}}}
",
        ),
        "
item XK-1
2026-07-01 09:00  accepted
tick 2026-07-13 23:59:59
expect nothing
tick 2026-07-14 00:00               # the morning of the ninth working day
expect near notice issued
2026-07-20 10:00  decided
expect near notice ended
",
    );
}

#[test]
fn every_stay_in_a_step_has_its_own_limit() {
    check(
        &chart(
            "\
steps:
  - {code: review, name: 审查, office: shen}
limits:
  - {id: review, name: 审查时限, kind: step, step: review, promised: 2wd}
control_points:
  - {id: step-late, name: 环节超时, check: {overdue: {limit: review}}}
",
        ),
        "
item XK-1
2026-07-01 09:00  step_start:review   by li
2026-07-03 09:00  step_end:review     by li
2026-07-06 09:00  step_start:review   by li
2026-07-06 10:00  step_start:review   by wang     # a second stay at the same time
2026-07-09 09:00  step_end:review     by li       # ends the older one
2026-07-09 10:00  step_end:review     by zhou     # ends the other
2026-07-09 11:00  step_end:review     by wu       # a stay of no length
tick 2026-07-20 00:00
expect step-late@review#2 yellow issued due 2026-07-08 breached 2026-07-09 done 2026-07-09 09:00
expect step-late@review#3 yellow issued due 2026-07-08 breached 2026-07-09 done 2026-07-09 10:00
",
    );
}

#[test]
fn a_step_is_done_by_an_event_that_names_no_step() {
    check(
        &chart(
            "\
steps:
  - {code: accept, name: 受理, done_by: [accepted, not_accepted]}
limits:
  - {id: accept, name: 受理时限, kind: step, step: accept, statutory: 1wd}
control_points:
  - {id: accept-late, name: 受理超时, rule: T7, check: {overdue: {limit: accept}}}
",
        ),
        "
item XK-1
2026-07-01 09:00  step_start:accept
2026-07-03 09:00  not_accepted
tick 2026-07-10 00:00
expect accept-late@accept yellow issued due 2026-07-02 breached 2026-07-03 done 2026-07-03 09:00
",
    );
}

const STAGES: &str = "\
limits:
  - {id: delivery, name: 送达, kind: stage, from: [decided], to: [delivered], statutory: 10wd}
  - {id: publication, name: 公示, kind: stage, from: [decided], to: [published], statutory: 7wd}
  - {id: exam, name: 审查阶段, kind: stage, from: ['step_start:review'], to: ['step_end:check'], promised: 3wd}
control_points:
  - {id: delivery-late, name: 送达超时, rule: T8, check: {overdue: {limit: delivery, levels: [{level: yellow, at: statutory}]}}}
  - {id: publication-late, name: 公示超时, rule: T9, check: {overdue: {limit: publication, levels: [{level: yellow, at: statutory}]}}}
  - {id: stage-late, name: 阶段超时, check: {overdue: {limit: exam}}}
";

#[test]
fn stages_run_from_any_event_to_any_other() {
    let chart = chart(&format!(
        "steps:\n  - {{code: review, name: 审查}}\n  - {{code: check, name: 核查}}\n{STAGES}"
    ));
    check(
        &chart,
        "
item XK-1
2026-07-01 09:00  step_start:review
2026-07-02 09:00  step_end:review
2026-07-03 09:00  step_start:check
2026-07-07 09:00  step_end:check
2026-07-07 10:00  decided
2026-07-14 10:00  delivered
tick 2026-08-01 00:00
expect publication-late yellow issued due 2026-07-16 breached 2026-07-17
expect stage-late yellow issued due 2026-07-06 breached 2026-07-07 done 2026-07-07 09:00
",
    );
}

#[test]
fn what_is_owed_may_come_before_what_starts_the_limit() {
    let chart = chart(&format!(
        "steps:\n  - {{code: review, name: 审查}}\n  - {{code: check, name: 核查}}\n{STAGES}"
    ));
    check(
        &chart,
        "
item XK-1
2026-07-01 09:00  published
2026-07-02 09:00  delivered
2026-07-03 09:00  decided
tick 2026-08-30 00:00
expect nothing
",
    );
}

#[test]
fn each_start_of_a_stage_has_its_own_stay() {
    check(
        &chart(
            "\
limits:
  - {id: answer, name: 投诉答复, kind: stage, from: [complaint], to: [note], occurrence: each, promised: 5wd}
control_points:
  - {id: answer-late, name: 答复超时, check: {overdue: {limit: answer}}}
",
        ),
        "
item XK-1
2026-07-01 09:00  complaint
2026-07-02 09:00  note
2026-07-03 09:00  complaint
2026-07-06 09:00  complaint
2026-07-13 09:00  note            # answers both
2026-07-14 09:00  complaint
tick 2026-07-15 00:00
expect answer-late#2 yellow issued due 2026-07-10 breached 2026-07-11 done 2026-07-13 09:00
tick 2026-07-23 00:00
expect answer-late#2 yellow issued due 2026-07-10 breached 2026-07-11 done 2026-07-13 09:00
expect answer-late#4 yellow issued due 2026-07-21 breached 2026-07-22
",
    );
}

#[test]
fn hours_run_through_the_night() {
    check(
        &chart(
            "\
limits:
  - {id: report, name: 补办批准, kind: stage, from: [executed], to: [decided], statutory: 24h}
control_points:
  - {id: report-late, name: 未在二十四小时内补办, check: {overdue: {limit: report}}}
",
        ),
        "
source s live allowance 0h
item XK-1
2026-07-03 18:30:10  executed
tick 2026-07-04 18:30:10
expect nothing
tick 2026-07-04 18:30:11
expect report-late red issued due 2026-07-04 18:30:10 breached 2026-07-04 18:30:11
2026-07-04 19:00  decided
expect report-late red issued due 2026-07-04 18:30:10 breached 2026-07-04 18:30:11 done 2026-07-04 19:00
",
    );
}

#[test]
fn some_limits_speak_only_when_the_thing_is_done_and_some_only_while_it_is_open() {
    let chart = |judged: &str| {
        chart(&format!(
            "\
limits:
  - {{id: appeal, name: 申诉, kind: stage, from: [delivered], to: [review_result], statutory: 5cd, judged: {judged}}}
control_points:
  - {{id: appeal-late, name: 逾期申诉, check: {{overdue: {{limit: appeal}}}}}}
"
        ))
    };
    check(
        &chart("when_done"),
        "
item XK-1
2026-07-01 09:00  delivered
tick 2026-07-31 00:00
expect nothing
2026-07-31 09:00  review_result
expect appeal-late red issued due 2026-07-06 breached 2026-07-07 done 2026-07-31 09:00
",
    );
    check(
        &chart("while_open"),
        "
item XK-1
case open
2026-07-01 09:00  delivered
tick 2026-07-31 00:00
case over
2026-07-01 09:00  delivered
expect open/appeal-late red issued due 2026-07-06 breached 2026-07-07
expect over/appeal-late red issued due 2026-07-06 breached 2026-07-07
2026-07-30 09:00  review_result
expect open/appeal-late red issued due 2026-07-06 breached 2026-07-07
expect over/appeal-late red ended due 2026-07-06 breached 2026-07-07
case done-at-first-sight
2026-07-30 09:00  review_result  seq 9
2026-07-01 09:00  delivered
expect open/appeal-late red issued due 2026-07-06 breached 2026-07-07
expect over/appeal-late red ended due 2026-07-06 breached 2026-07-07
",
    );
}

#[test]
fn some_things_must_wait() {
    check(
        &chart(
            "\
limits:
  - {id: notice, name: 陈述申辩期, kind: stage, from: [notice], to: [decided], at_least: 5wd}
control_points:
  - {id: too-early, name: 未满陈述申辩期, level: red, check: {too_early: {limit: notice}}}
",
        ),
        "
item XK-1
case early
2026-07-01 09:00  notice
2026-07-07 23:59:59  decided
case in-time
2026-07-01 09:00  notice
2026-07-08 00:00  decided           # on the fifth working day
tick 2026-07-10 00:00
expect early/too-early red issued due 2026-07-08 00:00 breached 2026-07-07 23:59:59
",
    );
}
