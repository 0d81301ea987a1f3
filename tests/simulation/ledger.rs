//! Scripts about what is entered around the edges of a limit: after it fell away, while it is stopped, against the order of
//! time. Each was found as a disagreement with the slow evaluator.
//!
//! July 2026 has no holidays; 2026-07-01 is a Wednesday.

use mingjing_testkit::script::check;

use crate::charts::chart;

/// Five working days promised, ten by law, from acceptance to decision; reminder two working days before.
fn decision() -> String {
    chart(
        "\
special_procedures:
  - {kind: hearing, name: 听证, effect: suspend}
  - {kind: extension, name: 延长审批, effect: extend, maximum: 10wd}
limits:
  - {id: decision, name: 办结时限, kind: case, from: [accepted], to: [decided], promised: 5wd, statutory: 10wd}
  - {id: delivery, name: 送达, kind: stage, from: [decided], to: [delivered], statutory: 5wd, falls_away_on: [unpublished], falls_away_when: 'case.waived', extended_by: [extension]}
attributes:
  - {name: waived, type: bool, default: false}
control_points:
  - id: late
    name: 办结超期
    check: {overdue: {limit: decision, levels: [{level: notice, at: 2wd before}, {level: yellow, at: promised}, {level: red, at: statutory}]}}
  - {id: near, name: 临期, check: {overdue: {limit: decision, levels: [{level: notice, at: 60%}]}}}
  - {id: delivery-late, name: 送达超时, check: {overdue: {limit: delivery}}}
",
    )
}

#[test]
fn what_is_entered_after_a_duty_fell_away_changes_nothing_of_it() {
    check(
        &decision(),
        "
item XK-1
2026-07-01 09:00  accepted
tick 2026-07-06 09:00
expect late notice issued due 2026-07-08
expect near notice issued
2026-07-06 10:00  withdrawn attach request
2026-07-06 11:00  suspend special hearing until 2026-07-20 00:00
expect late notice ended due 2026-07-08
expect near notice ended
",
    );
}

#[test]
fn a_duty_done_though_it_had_fallen_is_judged_with_all_that_was_entered_before() {
    check(
        &decision(),
        "
item XK-1
2026-07-01 09:00  accepted
2026-07-01 10:00  decided
2026-07-02 09:00  note set waived=true
2026-07-03 09:00  suspend special hearing
2026-07-07 09:00  resume special hearing
2026-07-08 09:00  extend special extension granted 2wd
2026-07-14 09:00  delivered             # five days without the three of the hearing, and two more: until the 15th
tick 2026-07-31 00:00
expect nothing
",
    );
    check(
        &decision(),
        "
item XK-1
2026-07-01 09:00  accepted
2026-07-01 10:00  decided
2026-07-02 09:00  note set waived=true
2026-07-03 09:00  suspend special hearing
2026-07-07 09:00  resume special hearing
2026-07-16 09:00  delivered
tick 2026-07-31 00:00
expect delivery-late red issued due 2026-07-13 breached 2026-07-14 done 2026-07-16 09:00
",
    );
}

#[test]
fn a_limit_that_is_stopped_without_an_end_reminds_of_nothing() {
    check(
        &decision(),
        "
item XK-1
2026-07-01 09:00  accepted
2026-07-07 09:00  suspend special hearing
tick 2026-07-31 00:00
expect nothing
2026-07-31 09:00  resume special hearing
tick 2026-08-03 00:00
expect late notice issued due 2026-08-04
expect near notice issued
",
    );
}

#[test]
fn a_suspension_that_was_to_end_before_it_began_counts_nothing() {
    check(
        &decision(),
        "
item XK-1
2026-07-01 09:00  accepted
2026-07-03 09:00  suspend special hearing until 2026-07-02 09:00
tick 2026-07-06 00:00
expect late notice issued due 2026-07-08
expect near notice issued
",
    );
}

#[test]
fn what_is_accepted_while_a_supplement_is_awaited_is_in_time() {
    check(
        &chart(
            "\
limits:
  - {id: accept, name: 受理, kind: stage, from: [applied], to: [accepted, not_accepted], statutory: 5wd, supplement_rebases: true}
control_points:
  - {id: accept-late, name: 受理超时, check: {overdue: {limit: accept}}}
",
        ),
        "
item XK-1
2026-07-01 09:00  applied
2026-07-03 09:00  supplement_notice
2026-07-20 09:00  accepted
tick 2026-07-31 00:00
expect nothing
",
    );
}

#[test]
fn a_doubt_about_a_present_state_is_not_decided_by_its_end() {
    check(
        &chart(
            "\
limits:
  - {id: publish, name: 公示, kind: stage, from: [decided], to: [published], statutory: 3wd, judged: while_open}
control_points:
  - {id: unpublished, name: 未公示, check: {overdue: {limit: publish}}}
",
        ),
        "
source s live allowance 6h
item XK-1
2026-07-01 09:00  decided  id d1
tick 2026-07-08 09:00
expect unpublished red issued due 2026-07-06 breached 2026-07-07
2026-07-08 09:00  corrected corrects d1      # later than the delay allows
expect unpublished red review due 2026-07-06 breached 2026-07-07
2026-07-20 09:00  decided  id d2
2026-07-21 09:00  published
expect unpublished red review due 2026-07-06 breached 2026-07-07
",
    );
}
