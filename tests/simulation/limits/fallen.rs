//! Scripts about duties that fall away, and about deadlines that a case carries itself.

use mingjing_testkit::script::check;

use super::decision;
use crate::charts::chart;

#[test]
fn a_duty_falls_away_for_good_upon_withdrawal() {
    check(
        &decision(),
        "
item XK-1
2026-07-01 09:00  accepted
tick 2026-07-10 00:00
expect late yellow issued due 2026-07-08 breached 2026-07-09
2026-07-10 09:00  withdrawn attach request
expect late yellow ended due 2026-07-08 breached 2026-07-09
2026-07-24 09:00  decided                    # is not judged any more
tick 2026-07-31 00:00
expect late yellow ended due 2026-07-08 breached 2026-07-09
",
    );
}

#[test]
fn a_duty_falls_away_while_a_condition_holds_but_what_is_done_later_is_judged() {
    let chart = chart(
        "\
attributes:
  - {name: owed, type: amount}
  - {name: paid, type: amount, default: 0}
limits:
  - {id: send, name: 送达处罚决定, kind: stage, from: [decided], to: [delivered], statutory: 7wd, falls_away_when: case.paid >= case.owed}
control_points:
  - {id: send-late, name: 送达超时, check: {overdue: {limit: send}}}
",
    );
    check(
        &chart,
        "
item XK-1
2026-07-01 09:00  decided  amount owed=2000
tick 2026-07-15 00:00
expect send-late red issued due 2026-07-10 breached 2026-07-11
2026-07-15 09:00  paid     amount paid=2000
expect send-late red ended due 2026-07-10 breached 2026-07-11
2026-07-16 09:00  delivered
expect send-late red issued due 2026-07-10 breached 2026-07-11 done 2026-07-16 09:00
",
    );
    check(
        &chart,
        "
item XK-1
2026-07-01 09:00  decided  amount owed=2000 amount paid=2000
tick 2026-07-15 00:00
expect nothing
",
    );
}

#[test]
fn a_case_or_an_event_may_carry_its_own_deadline() {
    check(
        &chart(
            "\
attributes:
  - {name: deadline, type: instant}
  - {name: due, type: instant}
limits:
  - {id: own, name: 自带期限, kind: case, to: [closed], own_deadline: case.deadline}
  - {id: letter, name: 函件期限, kind: event, to: [step_end], own_deadline: event.due}
control_points:
  - {id: own-late, name: 逾期, check: {overdue: {limit: own}}}
  - {id: letter-late, name: 函件逾期, check: {overdue: {limit: letter}}}
",
        ),
        "
item XK-1
2026-07-06 09:00  note           set deadline=2026-07-03T10:00:00+08:00
2026-07-07 09:00  step_end:a     set due=2026-07-07T00:00:00+08:00
2026-07-08 09:00  step_end:a     set due=2026-07-07T00:00:00+08:00
2026-07-08 10:00  step_end:a
tick 2026-07-10 00:00
expect own-late red issued due 2026-07-03 breached 2026-07-04
expect letter-late@a#2 red issued due 2026-07-07 breached 2026-07-08 done 2026-07-08 09:00
2026-07-10 09:00  note           set deadline=2026-07-31T10:00:00+08:00
expect own-late red review due 2026-07-03 breached 2026-07-04
expect letter-late@a#2 red issued due 2026-07-07 breached 2026-07-08 done 2026-07-08 09:00
",
    );
}
