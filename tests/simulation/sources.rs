//! What a source declares: codes of its own, its delay, from when it is supervised; the numbers that its records carry.

use mingjing_testkit::script::check;

use crate::charts::{chart, general};

const LATE: &str = "\
steps:
  - {code: accept, name: 受理, first: true, next: [review], done_by: [accepted]}
  - {code: review, name: 审查}
limits:
  - {id: decision, name: 办结时限, kind: case, from: [accepted], to: [decided], statutory: 5wd}
control_points:
  - {id: late, name: 超期, check: {overdue: {limit: decision, levels: [{level: red, at: statutory}]}}}
  - {id: other-way, name: 未按流程, check: not_in_flowchart}
";

fn declaring(source: &str, rest: &str) -> String {
    format!("{}---\nkind: source\nid: s\n{source}", rest)
}

#[test]
fn a_sources_own_codes_are_judged_as_ours() {
    let source = "mapping: {items: {'4451': XK-1}, steps: {SL: accept, SC: review}}\n";
    check(
        &declaring(source, &chart(LATE)),
        "
item 4451
2026-07-01 09:00  step_start:SL
2026-07-01 10:00  accepted
2026-07-01 11:00  step_start:SC
tick 2026-07-20 00:00
expect late red issued due 2026-07-08 breached 2026-07-09
",
    );
    // Without the mapping the item is nobody's and there is no flowchart to hold the case against.
    check(
        &chart(LATE),
        "
item 4451
2026-07-01 10:00  accepted
tick 2026-07-20 00:00
expect nothing
",
    );
}

#[test]
fn a_mapping_that_is_corrected_applies_to_what_came_before() {
    let activate = |steps: &str| {
        format!(
            "activate source.yaml\n| kind: source\n| id: s\n| mapping: {{items: {{'4451': XK-1}}, steps: {{{steps}}}}}\n"
        )
    };
    let (first, corrected) = (activate("SL: accept"), activate("SL: accept, SC: review"));
    check(
        &chart(LATE),
        &format!(
            "
{first}item 4451
2026-07-01 09:00  step_start:SL
2026-07-01 10:00  accepted
2026-07-01 11:00  step_start:SC
tick 2026-07-03 23:59:59
expect other-way@SC yellow pending breached 2026-07-01 11:00
{corrected}expect other-way@SC yellow cancelled breached 2026-07-01 11:00
tick 2026-07-10 00:00
expect late red issued due 2026-07-08 breached 2026-07-09
expect other-way@SC yellow cancelled breached 2026-07-01 11:00
"
        ),
    );
}

#[test]
fn an_unmapped_item_is_a_question_for_two_working_days_and_then_off_the_list() {
    let points = "  - {id: a1, name: 清单外, rule: A1, check: {off_list: {}}}\n";
    let source = "mapping: {items: {'4451': XK-1}}\n";
    check(
        &declaring(source, &general(points)),
        "
case mapped
item 4451
2026-07-01 10:00  accepted
case unmapped
item 4452
2026-07-01 10:00  accepted
tick 2026-07-03 23:59:59
expect unmapped/a1 red pending breached 2026-07-01 10:00
tick 2026-07-04 00:00
expect unmapped/a1 red issued breached 2026-07-01 10:00
",
    );
}

#[test]
fn a_body_that_nobody_mapped_is_a_question_first_and_another_body_is_not() {
    let points = "  - {id: a3, name: 主体, rule: A3, check: wrong_body}\n";
    let source = "mapping: {orgs: {'0071': zjj}}\ndelay_allowance_hours: 0\n";
    let other_body =
        "---\nkind: body\ncode: gaj\nname: 公安局\nregion: '510500'\n---\nkind: source\n";
    check(
        &declaring(source, &general(points)).replace("---\nkind: source\n", other_body),
        "
item XK-1
case ours
2026-07-01 10:00  accepted org 0071
case unmapped
2026-07-01 10:00  accepted org 0099
case other
2026-07-01 10:00  accepted org gaj
tick 2026-07-01 10:00:01
expect other/a3 red issued breached 2026-07-01 10:00
expect unmapped/a3 red pending breached 2026-07-01 10:00
tick 2026-07-04 00:00
expect other/a3 red issued breached 2026-07-01 10:00
expect unmapped/a3 red issued breached 2026-07-01 10:00
",
    );
}

#[test]
fn what_the_definitions_declare_a_record_cannot_change() {
    // The record says that nothing may be late; the definitions say a day.
    check(
        &declaring("delay_allowance_hours: 24\n", &chart(LATE)),
        "
source s live allowance 0h
item XK-1
2026-07-01 10:00  accepted
tick 2026-07-09 23:59:59
expect late red pending due 2026-07-08 breached 2026-07-09
tick 2026-07-10 00:00
expect late red issued due 2026-07-08 breached 2026-07-09
",
    );
}

#[test]
fn a_card_waits_for_the_declared_delay_to_the_second() {
    check(
        &declaring("delay_allowance_hours: 6\n", &chart(LATE)),
        "
item XK-1
2026-07-01 10:00  accepted
tick 2026-07-09 05:59:59
expect late red pending due 2026-07-08 breached 2026-07-09
tick 2026-07-09 06:00:00
expect late red issued due 2026-07-08 breached 2026-07-09
",
    );
    // In time, and come within the delay: never a card. A second later it was one already, and a person decides.
    for (received, card) in [("05:59:59", false), ("06:00:01", true)] {
        let expected = match card {
            true => "expect late red review due 2026-07-08 breached 2026-07-09",
            false => "expect late red cancelled due 2026-07-08 breached 2026-07-09",
        };
        check(
            &declaring("delay_allowance_hours: 6\n", &chart(LATE)),
            &format!(
                "
item XK-1
2026-07-01 10:00  accepted
tick 2026-07-09 {received}
2026-07-08 16:00  decided received 2026-07-09 {received}
{expected}
"
            ),
        );
    }
}

#[test]
fn cases_begun_before_supervision_are_judged_and_not_issued() {
    check(
        &declaring("supervised_from: 2026-07-01T10:00:00+08:00\n", &chart(LATE)),
        "
item XK-1
case before
2026-07-01 09:59:59  accepted
case after
2026-07-01 10:00:00  accepted
tick 2026-07-20 00:00
expect after/late red issued due 2026-07-08 breached 2026-07-09
expect before/late red pending due 2026-07-08 breached 2026-07-09
",
    );
}

#[test]
fn the_same_record_under_another_number_is_the_same_record() {
    let points = "  - {id: q5, name: 冲突, rule: Q5, check: conflict}\n";
    check(
        &general(points),
        "
item XK-1
2026-07-01 10:00  accepted id e1 seq 7
2026-07-01 10:00  accepted id e1 seq 9 received 2026-07-02 10:00
2026-07-01 10:00  accepted id e1 seq 3 received 2026-07-03 10:00
tick 2026-07-20 00:00
expect nothing
",
    );
}

#[test]
fn the_smallest_number_of_a_record_orders_it_whichever_came_first() {
    let entered = |seq: u64| format!("2026-07-01 10:00  step_start:accept id e1 seq {seq}\n");
    for (first, second) in [(9, 2), (2, 9)] {
        check(
            &chart(LATE),
            &format!(
                "
source s live allowance 24h
item XK-1
2026-07-01 10:00  step_start:review id e2 seq 5
expect other-way@review yellow pending breached 2026-07-01 10:00
{}{}tick 2026-07-20 00:00
expect other-way@review yellow cancelled breached 2026-07-01 10:00
",
                entered(first),
                entered(second),
            ),
        );
    }
}

const NAMED: &str = "\
steps:
  - {code: accept, name: 受理, first: true, required: true, next: [review], done_by: [accepted]}
  - {code: review, name: 资料审查, required: true, next: [decide]}
  - {code: decide, name: 审批决定, required: true, next: [deliver], done_by: [decided]}
  - {code: deliver, name: 送达, required: true, done_by: [delivered]}
special_procedures:
  - {kind: expert-review, name: 专家评审, effect: suspend, maximum: 10wd}
  - {kind: hearing-1, name: 听证, effect: suspend, maximum: 10wd}
  - {kind: hearing-2, name: 听证, effect: suspend, maximum: 10wd}
limits:
  - {id: decision, name: 办结时限, kind: case, from: [accepted], to: [decided], statutory: 5wd}
  - {id: delivery, name: 送达期限, kind: stage, from: [decided], to: [delivered], statutory: 2wd}
control_points:
  - {id: late, name: 超期, check: {overdue: {limit: decision, levels: [{level: red, at: statutory}]}}}
  - {id: undelivered, name: 送达超期, check: {overdue: {limit: delivery, levels: [{level: yellow, at: statutory}]}}}
  - {id: other-way, name: 未按流程, check: not_in_flowchart}
  - {id: missing, name: 缺环节, check: {required_step: {}}}
  - {id: unfounded, name: 无据中止, check: {unfounded_suspension: {}}}
  - {id: unsigned, name: 缺经办人, check: {missing_field: {on: [accepted, decided], fields: [actor.id]}}}
  - {id: untold, name: 未告知, check: {requires_before: {event: [decided], before: [notice]}}}
";

const TOLD_BY_NAME: &str = "
item XK-1
2026-07-01 09:00  accepted by a
2026-07-01 09:00  step_start:受理 by a
2026-07-01 09:00  step_end:受理 by a
2026-07-02 09:00  step_start:资料审查 by b
2026-07-03 09:00  suspend special 专家评审
2026-07-08 09:00  resume special 专家评审
2026-07-09 09:00  step_end:资料审查 by b
2026-07-09 09:00  step_start:审批决定 by c
2026-07-09 10:00  step_end:审批决定 by c
2026-07-09 11:00  decided
2026-07-09 11:00  closed
tick 2026-09-01 00:00
";

#[test]
fn a_source_may_call_steps_and_special_procedures_by_their_names_in_the_flowchart() {
    // Nothing is late: the expert review stopped the limit. What the format has no place for is nobody's fault.
    let lacks =
        "lacks: {events: [delivered, notice], fields: [special.notice_no, 'decided:actor.id']}\n";
    check(
        &declaring(lacks, &chart(NAMED)),
        &format!("{TOLD_BY_NAME}expect nothing\n"),
    );
    // Who could say it and did not is told.
    check(
        &chart(NAMED),
        &format!(
            "{TOLD_BY_NAME}
expect missing@deliver yellow issued breached 2026-07-09 11:00
expect undelivered yellow issued due 2026-07-13 breached 2026-07-14
expect unfounded yellow issued breached 2026-07-03 09:00
expect unsigned review issued breached 2026-07-09 11:00
expect untold yellow issued breached 2026-07-09 11:00
"
        ),
    );
}

#[test]
fn a_name_of_two_is_nobodys_and_a_mapping_goes_before_names() {
    let suspended = |kind: &str| {
        format!(
            "
item XK-1
2026-07-01 09:00  accepted by a
2026-07-02 09:00  suspend special {kind} notice 1
2026-07-09 09:00  resume special {kind}
2026-07-13 09:00  decided by c
2026-07-13 10:00  delivered
tick 2026-07-14 00:00
"
        )
    };
    let chart = chart(&NAMED[..NAMED.find("  - {id: undelivered").expect("there")])
        + "  - {id: unfounded, name: 无据中止, check: {unfounded_suspension: {}}}\n";
    check(
        &chart,
        &format!(
            "{}
expect late red issued due 2026-07-08 breached 2026-07-09 done 2026-07-13 09:00
expect unfounded yellow issued breached 2026-07-02 09:00
",
            suspended("听证")
        ),
    );
    check(
        &declaring("mapping: {specials: {听证: hearing-2}}\n", &chart),
        &format!("{}\nexpect nothing\n", suspended("听证")),
    );
}

#[test]
fn a_step_told_by_its_end_and_by_its_milestone_is_one_visit() {
    let points = "  - {id: other-way, name: 未按流程, check: not_in_flowchart}\n";
    let chart = chart(&NAMED[..NAMED.find("  - {id: late").expect("there")]) + points;
    check(
        &chart,
        "
item XK-1
2026-07-01 09:00  step_start:accept
2026-07-01 10:00  accepted
2026-07-01 10:30  step_end:accept
2026-07-02 09:00  step_end:review
2026-07-03 09:00  step_end:decide
2026-07-03 10:00  decided
tick 2026-07-04 00:00
expect nothing
2026-07-04 10:00  decided
tick 2026-07-06 00:00
expect other-way@decide#2 yellow issued breached 2026-07-04 10:00
",
    );
}
