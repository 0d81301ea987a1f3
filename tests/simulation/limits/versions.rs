//! Scripts about which version of a flowchart judges a case.

use mingjing_testkit::script::check;

use crate::charts::chart;

/// Version 2 is in force from 2026-07-03 and allows two working days instead of ten.
fn two_versions() -> String {
    let limit = |budget: &str| {
        format!(
            "limits:
  - {{id: decision, name: 办结, kind: case, from: [accepted], to: [decided], statutory: {budget}}}
control_points:
  - {{id: late, name: 超期, check: {{overdue: {{limit: decision}}}}}}
"
        )
    };
    let second = crate::charts::FLOWCHART
        .replace("version: '1'", "version: '2'")
        .replace("2015-07-01", "2026-07-03");
    format!("{}---\n{second}{}", chart(&limit("10wd")), limit("2wd"))
}

#[test]
fn the_first_acceptance_decides_the_flowchart_even_before_the_item_is_named() {
    check(
        &two_versions(),
        "
2026-07-02 09:00  accepted
item XK-1
2026-07-03 09:00  note
2026-07-03 10:00  accepted
tick 2026-07-10 00:00
expect nothing
tick 2026-07-18 00:00
expect late red issued due 2026-07-16 breached 2026-07-17
",
    );
}

#[test]
fn the_flowchart_in_force_on_the_day_of_acceptance_judges() {
    check(
        &two_versions(),
        "
item XK-1
case old
2026-07-02 23:59  accepted
case new
2026-07-03 00:00  accepted
case applied-before
2026-07-01 09:00  applied
2026-07-03 09:00  accepted
tick 2026-07-10 00:00
expect new/late red issued due 2026-07-07 breached 2026-07-08
expect applied-before/late red issued due 2026-07-07 breached 2026-07-08
",
    );
}
