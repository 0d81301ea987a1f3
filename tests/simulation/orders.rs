//! Orders as trees: passed on within the department, reported back, answered upward; and more time asked for, granted or refused.

use mingjing_domain::Timestamp;
use mingjing_domain::alert::AlertRecord;
use mingjing_domain::disposition::Order;

use crate::dispositions::{after, only};

fn order_of(alerts: &[AlertRecord]) -> &Order {
    let disposition = only(alerts).disposition.as_ref();
    let order = disposition.and_then(|d| d.order.as_ref());
    order.expect("something was ordered")
}

fn day(at: Option<Timestamp>) -> String {
    let at = at.expect("it has a day");
    at.to_rfc3339(chrono_tz::Asia::Shanghai)
}

#[test]
fn an_order_goes_down_to_who_handles_it_and_is_answered_by_who_passed_it_on() {
    let alerts = after(
        "
dispose late pass_on by zjj-sun 2026-07-10 08:00 to zjj-wang
answered no_order
dispose late order by li 2026-07-10 09:00 to zjj
dispose late report by zjj-wang 2026-07-10 09:30
answered not_addressed
dispose late pass_on by zjj-sun 2026-07-10 10:00 to zjj-wang until 2026-07-20 18:00
answered after_parent
dispose late pass_on by zjj-sun 2026-07-10 10:00 to zjj-wang until 2026-07-10 09:30
answered not_later
dispose late pass_on by zjj-sun 2026-07-10 10:00 to zjj-sun
answered in_circle
dispose late pass_on by zjj-sun 2026-07-10 10:00 to zjj-wang until 2026-07-15 18:00
answered applied
dispose late pass_on by zjj-wang 2026-07-10 11:00 to zjj-sun
answered in_circle
dispose late pass_on by zjj-wang 2026-07-10 11:00 to zjj-zhou until 2026-07-16 18:00
answered after_parent
dispose late pass_on by zjj-wang 2026-07-10 11:00 to zjj-zhou why 请核对受理登记
answered applied
dispose late answer by zjj-zhou 2026-07-13 09:00
answered not_addressed
dispose late report by zjj-zhou 2026-07-13 09:00 proof 0a why 登记晚了两日
answered applied
dispose late answer by zjj-wang 2026-07-13 10:00
answered not_addressed
dispose late report by zjj-wang 2026-07-13 10:00
answered applied
dispose late close by li 2026-07-13 11:00
answered not_answered
dispose late answer by zjj-sun 2026-07-14 09:00 proof 0f
answered applied
dispose late close by li 2026-07-15 09:00
answered applied
dispose late report by zjj-wang 2026-07-15 10:00
answered no_order
expect late yellow issued due 2026-07-08 breached 2026-07-09 is open
",
    );
    let order = order_of(&alerts);
    let [wang, zhou] = &*order.passed_on else {
        panic!("two legs, not {:?}", order.passed_on)
    };
    assert_eq!((wang.under, &*wang.to), (None, "zjj-wang"));
    assert_eq!((zhou.under, &*zhou.to), (Some(1), "zjj-zhou"));
    assert_eq!(day(wang.due_at), "2026-07-15T18:00:00+08:00");
    assert_eq!(zhou.due_at, wang.due_at);
    assert_eq!(zhou.reports[0].evidence, ["0a"]);
    assert_eq!(zhou.reports[0].by.reason, "登记晚了两日");
    assert_eq!((wang.reports.len(), order.answers.len()), (1, 1));
    assert_eq!(order.answers[0].by.person, "zjj-sun");
}

#[test]
fn an_overdue_order_can_still_be_passed_on_and_is_due_at_once() {
    let alerts = after(
        "
dispose late order by li 2026-07-10 09:00 to zjj until 2026-07-13 12:00
dispose late pass_on by zjj-sun 2026-07-14 09:00 to zjj-wang until 2026-07-15 18:00
answered after_parent
dispose late pass_on by zjj-sun 2026-07-14 09:00 to zjj-wang
answered applied
dispose late report by zjj-wang 2026-07-14 10:00
answered applied
",
    );
    let order = order_of(&alerts);
    assert_eq!(order.passed_on[0].due_at, order.due_at);
}

#[test]
fn whoever_takes_over_passes_on_anew_and_answers_then() {
    let alerts = after(
        "
dispose late order by li 2026-07-10 09:00 to zjj
dispose late pass_on by zjj-sun 2026-07-10 10:00 to zjj-wang until 2026-07-13 18:00
dispose late answer by zjj-deputy 2026-07-10 11:00
answered not_addressed
dispose late ask_extension by zjj-wang 2026-07-10 11:00 until 2026-07-24 18:00
answered not_addressed
dispose late pass_on by zjj-deputy 2026-07-13 09:00 to zjj-wang until 2026-07-15 18:00
answered applied
dispose late report by zjj-wang 2026-07-13 10:00
answered applied
dispose late answer by zjj-deputy 2026-07-14 09:00
answered applied
",
    );
    let [first, again] = &*order_of(&alerts).passed_on else {
        panic!("two legs, not {:?}", order_of(&alerts).passed_on)
    };
    assert!(first.replaced && first.reports.is_empty() && !again.replaced);
    assert_eq!(again.reports.len(), 1);
}

#[test]
fn more_time_is_asked_for_once_and_granted_or_refused_by_somebody_else() {
    let alerts = after(
        "
dispose late ask_extension by zjj-sun 2026-07-10 08:00 until 2026-07-24 18:00
answered no_order
dispose late order by li 2026-07-10 09:00 to zjj
dispose late refuse_extension by li 2026-07-13 09:00
answered no_extension_asked
dispose late ask_extension by zjj-sun 2026-07-13 09:00 until 2026-07-17 12:00
answered not_later
dispose late ask_extension by zjj-sun 2026-07-13 09:00 until 2026-07-24 18:00 why 档案在外地
answered applied
dispose late ask_extension by zjj-sun 2026-07-13 10:00 until 2026-07-25 18:00
answered extension_asked
dispose late extend by zjj-sun 2026-07-13 11:00 until 2026-07-22 18:00
answered own_decision
dispose late refuse_extension by zjj-sun 2026-07-13 11:00
answered own_decision
dispose late refuse_extension by li 2026-07-14 09:00 why 可先报扫描件
answered applied
dispose late ask_extension by zjj-sun 2026-07-15 09:00 until 2026-07-24 18:00
answered applied
dispose late extend by li 2026-07-16 09:00 until 2026-07-17 12:00
answered not_later
dispose late extend by li 2026-07-16 09:00 until 2026-07-22 18:00
answered applied
dispose late ask_extension by zjj-sun 2026-07-22 18:00:01 until 2026-07-24 18:00
answered too_late
",
    );
    let order = order_of(&alerts);
    let [refused, granted] = &*order.extensions_asked else {
        panic!("two requests, not {:?}", order.extensions_asked)
    };
    let outcome = refused.outcome.as_ref().expect("it was answered");
    assert_eq!((outcome.until, &*outcome.by.reason), (None, "可先报扫描件"));
    let outcome = granted.outcome.as_ref().expect("it was answered");
    assert_eq!(outcome.until, order.due_at);
    assert_eq!(day(order.due_at), "2026-07-22T18:00:00+08:00");
    assert_eq!(order.extended.len(), 1);
}
