//! Scripts about what stops and lengthens a limit: special procedures, extensions, supplements.

use mingjing_testkit::script::check;

use super::decision;
use crate::charts::chart;

#[test]
fn a_suspension_stops_the_clock_until_it_is_resumed_or_was_planned_to_end() {
    check(
        &decision(),
        "
item XK-1
2026-07-01 09:00  accepted
2026-07-03 09:00  suspend  special hearing until 2026-07-08 18:00
tick 2026-07-09 08:00                 # 2nd counted; 3rd to 8th are not; 9, 10, 13, 14 are
expect nothing
tick 2026-07-16 00:00
expect late yellow issued due 2026-07-14 breached 2026-07-15
2026-07-16 09:00  resume  special hearing
expect late yellow issued due 2026-07-14 breached 2026-07-15
",
    );
    check(
        &decision(),
        "
item XK-1
2026-07-01 09:00  accepted
2026-07-03 09:00  suspend  special hearing until 2026-07-08 18:00
2026-07-06 09:00  resume                # earlier than planned: 2, 7, 8, 9, 10
tick 2026-07-12 00:00
expect late yellow issued due 2026-07-10 breached 2026-07-11
",
    );
}

#[test]
fn a_suspension_without_an_end_stops_the_limit_and_one_with_a_maximum_does_not() {
    check(
        &decision(),
        "
item XK-1
2026-07-01 09:00  accepted
2026-07-02 09:00  suspend  special hearing
tick 2026-12-31 00:00
expect nothing
",
    );
    check(
        &decision(),
        "
item XK-1
2026-07-01 09:00  accepted
2026-07-02 09:00  suspend  special appraisal until 2026-12-01 00:00    # five working days at most: to the 9th
tick 2026-07-18 00:00
expect late yellow issued due 2026-07-16 breached 2026-07-17
",
    );
}

#[test]
fn only_listed_procedures_stop_a_limit() {
    check(
        &decision(),
        "
item XK-1
2026-07-01 09:00  accepted
2026-07-02 09:00  suspend  special coffee
tick 2026-07-10 00:00
expect late yellow issued due 2026-07-08 breached 2026-07-09
",
    );
}

#[test]
fn an_extension_lengthens_once_no_more_than_its_maximum_and_only_in_time() {
    check(
        &decision(),
        "
item XK-1
2026-07-01 09:00  accepted
2026-07-02 09:00  extend  special extension granted 30wd       # ten: promised 5 + 10, law 10 + 10
2026-07-03 09:00  extend  special extension granted 5wd        # once only
tick 2026-07-24 00:00
expect late yellow issued due 2026-07-22 breached 2026-07-23
tick 2026-07-31 00:00
expect late red issued due 2026-07-29 breached 2026-07-30
",
    );
    check(
        &decision(),
        "
item XK-1
2026-07-01 09:00  accepted
2026-07-16 09:00  extend  special extension granted 10wd       # the law's ten days ended yesterday
tick 2026-07-18 00:00
expect late red issued due 2026-07-15 breached 2026-07-16
",
    );
}

#[test]
fn a_special_procedure_past_its_plan_is_an_alert_of_its_own() {
    check(
        &chart(
            "\
special_procedures:
  - {kind: hearing, name: 听证, effect: suspend}
control_points:
  - {id: special-late, name: 特别程序超期, check: {special_overdue: {}}}
",
        ),
        "
item XK-1
2026-07-01 09:00  suspend  special hearing                              # without an end there is nothing to be late for
2026-07-02 09:00  suspend  special hearing until 2026-07-03 10:00
2026-07-03 23:00  resume   special hearing                              # the same day
2026-07-06 09:00  suspend  special hearing until 2026-07-07 10:00
tick 2026-07-10 00:00
expect special-late@hearing#3 red issued due 2026-07-07 breached 2026-07-08
2026-07-10 09:00  decided
expect special-late@hearing#3 red ended due 2026-07-07 breached 2026-07-08
",
    );
}

#[test]
fn a_supplement_before_acceptance_starts_the_limit_anew_and_one_after_it_does_not() {
    let chart = chart(
        "\
limits:
  - {id: accept, name: 受理, kind: stage, from: [applied], to: [accepted, not_accepted], statutory: 5wd, supplement_rebases: true}
  - {id: decision, name: 办结, kind: case, from: [applied], to: [decided], statutory: 10wd, supplement_rebases: true}
control_points:
  - {id: accept-late, name: 受理超时, check: {overdue: {limit: accept}}}
  - {id: late, name: 办结超期, check: {overdue: {limit: decision}}}
",
    );
    check(
        &chart,
        "
item XK-1
2026-07-01 09:00  applied
2026-07-03 09:00  supplement_notice
tick 2026-07-20 00:00                  # stopped: the applicant has to bring something
expect nothing
2026-07-20 09:00  supplement_done
tick 2026-07-29 00:00
expect accept-late red issued due 2026-07-27 breached 2026-07-28
2026-07-29 08:00  accepted
2026-07-29 09:00  supplement_notice    # after acceptance it stops nothing
tick 2026-08-05 00:00
expect accept-late red issued due 2026-07-27 breached 2026-07-28 done 2026-07-29 08:00
expect late red issued due 2026-08-03 breached 2026-08-04
",
    );
    check(
        &chart,
        "
item XK-1
2026-07-01 09:00  applied
2026-07-09 09:00  supplement_notice    # the five days were over the evening before
tick 2026-07-10 00:00
expect accept-late red issued due 2026-07-08 breached 2026-07-09
",
    );
}
