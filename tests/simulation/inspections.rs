//! What inspections found: whatever the order of commands, the one that was decided last counts; and a case's own judgement
//! leaves it alone.

use mingjing_domain::alert::Evidence;
use mingjing_testkit::script::check;

const NOTHING_WATCHED: &str = "kind: body\ncode: zjj\nname: 住房和城乡建设局\nregion: '510500'\n";

#[test]
fn a_finding_goes_out_once_and_ends_when_it_is_over() {
    let alerts = check(
        NOTHING_WATCHED,
        "\
tick 2026-11-02 00:00
command org zjj found Q2 2026-11-01 yellow 2026-11-02 00:00
expect :zjj/inspection/Q2@2026-11-01 yellow issued
command org zjj found Q2 2026-11-01 yellow 2026-11-03 00:00
expect :zjj/inspection/Q2@2026-11-01 yellow issued
command org zjj over Q2 2026-11-01 yellow 2026-11-04 00:00
expect :zjj/inspection/Q2@2026-11-01 yellow ended
",
    );
    let [alert] = &alerts[..] else {
        panic!("one alert, not {alerts:?}")
    };
    assert_eq!((&*alert.subject_kind, &*alert.rule), ("org", "Q2"));
    assert!(
        matches!(&alert.evidence[0], Evidence::Inspection { window, .. } if window.label == "2026-11-01")
    );
}

#[test]
fn what_was_decided_earlier_and_arrives_later_changes_nothing() {
    check(
        NOTHING_WATCHED,
        "\
command org zjj found D4 2026-10 review 2026-11-02 00:00
expect :zjj/inspection/D4@2026-10 review review
command org zjj not_found D4 2026-10 review 2026-11-05 00:00
expect :zjj/inspection/D4@2026-10 review withdrawn
command org zjj found D4 2026-10 review 2026-11-03 00:00
expect :zjj/inspection/D4@2026-10 review withdrawn
command org zjj found D4 2026-10 review 2026-11-06 00:00
expect :zjj/inspection/D4@2026-10 review review
command org zjj not_found D4 2026-09 review 2026-11-06 00:00
expect :zjj/inspection/D4@2026-10 review review
",
    );
}

#[test]
fn judging_a_case_leaves_what_an_inspection_found_of_it() {
    check(
        NOTHING_WATCHED,
        "\
case 7
2026-10-02 09:00 accepted
command case 7 found T17 2026-10 yellow 2026-11-02 00:00
expect 7/inspection/T17@2026-10 yellow issued
2026-10-03 09:00 closed
tick 2026-11-03 00:00
expect 7/inspection/T17@2026-10 yellow issued
command case 7 found T17 2026-10 red 2026-11-04 00:00
expect 7/inspection/T17@2026-10 red issued
",
    );
}
