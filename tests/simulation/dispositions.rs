//! What people do about alerts: what is applied, what is refused and why; and what stands of a decision when the facts change.

use mingjing_domain::alert::{AlertRecord, Status};
use mingjing_domain::disposition::Conclusion;
use mingjing_testkit::script::check;

use crate::charts::chart;

/// Yellow on 9 July, red on 16 July, where nothing is decided.
pub fn decision() -> String {
    chart(
        "\
limits:
  - {id: decision, name: 办结时限, kind: case, from: [accepted], to: [decided], promised: 5wd, statutory: 10wd}
control_points:
  - {id: late, name: 超期, check: {overdue: {limit: decision}}}
",
    )
}

/// A card that went out on 10 July at midnight.
const OUT: &str = "
source s live allowance 6h
item XK-1
2026-07-01 09:00  accepted
tick 2026-07-10 00:00
expect late yellow issued due 2026-07-08 breached 2026-07-09
";

pub fn after(what: &str) -> Vec<AlertRecord> {
    check(&decision(), &format!("{OUT}{what}"))
}

pub fn only(alerts: &[AlertRecord]) -> &AlertRecord {
    let [alert] = alerts else {
        panic!("one alert, not {alerts:?}")
    };
    alert
}

#[test]
fn a_card_is_confirmed_once_and_the_second_who_tries_is_told() {
    let alerts = after(
        "
dispose late confirm by li 2026-07-10 09:00
answered applied
expect late yellow issued due 2026-07-08 breached 2026-07-09 is confirmed
dispose late confirm by wang 2026-07-10 09:01
answered already_decided
dispose late dismiss objective by wang 2026-07-10 09:02
answered already_decided
expect late yellow issued due 2026-07-08 breached 2026-07-09 is confirmed
",
    );
    let disposition = only(&alerts)
        .disposition
        .as_ref()
        .expect("somebody decided");
    assert_eq!(disposition.conclusion(), Some(Conclusion::Subjective));
    assert_eq!(disposition.confirmed_by, ["li"]);
}

#[test]
fn a_dismissed_card_is_withdrawn_with_its_conclusion_and_says_what_the_platform_alone_says() {
    let alerts = after(
        "
dispose late dismiss subjective by li 2026-07-10 09:00
answered contradiction
expect late yellow issued due 2026-07-08 breached 2026-07-09
dispose late dismiss objective by li 2026-07-10 09:01
answered applied
expect late yellow withdrawn due 2026-07-08 breached 2026-07-09 is dismissed
2026-07-13 09:00  decided
expect late yellow withdrawn due 2026-07-08 breached 2026-07-09 done 2026-07-13 09:00 is dismissed
dispose late confirm by li 2026-07-13 10:00
answered not_standing
",
    );
    let alert = only(&alerts);
    assert_eq!(
        alert.withdrawn_reason.as_deref(),
        Some("不予认定（客观原因）：处置")
    );
    assert_eq!(alert.automatic_status(), Status::Issued);
    assert_eq!(alert.automatic().withdrawn_reason, None);
    // A command from before causes were asked for is decided as it was.
    let decision = alert.disposition.as_ref().and_then(|d| d.decision.as_ref());
    let decision = decision.expect("somebody decided");
    assert_eq!(decision.conclusion_zh(), "客观原因");
    assert!(decision.cause.is_none() && decision.evidence.is_empty());
}

#[test]
fn what_a_late_entry_put_into_doubt_is_decided_either_way() {
    let doubted = format!(
        "{OUT}2026-07-08 17:00  decided   received 2026-07-10 09:00
expect late yellow review due 2026-07-08 breached 2026-07-09
"
    );
    check(
        &decision(),
        &format!(
            "{doubted}
dispose late confirm by li 2026-07-11 09:00
answered applied
expect late yellow issued due 2026-07-08 breached 2026-07-09 is confirmed
tick 2026-08-01 00:00
expect late yellow issued due 2026-07-08 breached 2026-07-09 is confirmed
"
        ),
    );
    check(
        &decision(),
        &format!(
            "{doubted}
dispose late dismiss data by li 2026-07-11 09:00
expect late yellow withdrawn due 2026-07-08 breached 2026-07-09 is dismissed
tick 2026-08-01 00:00
expect late yellow withdrawn due 2026-07-08 breached 2026-07-09 is dismissed
"
        ),
    );
}

#[test]
fn a_dismissal_of_a_doubt_falls_when_the_late_entry_is_taken_back() {
    after(
        "
2026-07-08 17:00  decided   id d  received 2026-07-10 09:00
dispose late dismiss data by li 2026-07-10 10:00
expect late yellow withdrawn due 2026-07-08 breached 2026-07-09 is dismissed
tick 2026-07-11 00:00
2026-07-11 09:00  corrected  corrects d  received 2026-07-11 09:00
expect late yellow review due 2026-07-08 breached 2026-07-09 is recheck
dispose late confirm by wang 2026-07-11 10:00
expect late yellow issued due 2026-07-08 breached 2026-07-09 is confirmed
",
    );
}

#[test]
fn a_late_entry_after_the_confirmation_is_for_a_person_again() {
    let alerts = after(
        "
dispose late confirm by li 2026-07-10 09:00
2026-07-08 17:00  decided   id d  received 2026-07-10 10:00
expect late yellow review due 2026-07-08 breached 2026-07-09 is recheck
dispose late confirm by li 2026-07-10 09:30
answered applied
expect late yellow issued due 2026-07-08 breached 2026-07-09 is confirmed
",
    );
    assert_eq!(only(&alerts).automatic_status(), Status::Review);
}

#[test]
fn a_confirmed_card_that_a_calendar_makes_wrong_is_not_withdrawn_without_a_person() {
    let storm = "
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
";
    let alerts = after(&format!(
        "
dispose late confirm by li 2026-07-10 09:00
{storm}
expect late yellow review due 2026-07-08 breached 2026-07-09 is recheck
dispose late dismiss data by wang 2026-07-10 10:00
expect late yellow withdrawn due 2026-07-08 breached 2026-07-09 is dismissed
"
    ));
    assert_eq!(only(&alerts).automatic_status(), Status::Withdrawn);
    // What was dismissed stays so: both say the same.
    after(&format!(
        "
dispose late dismiss rule by li 2026-07-10 09:00
{storm}
expect late yellow withdrawn due 2026-07-08 breached 2026-07-09 is dismissed
tick 2026-07-14 00:00
expect late yellow pending due 2026-07-13 breached 2026-07-14 is recheck
tick 2026-07-14 06:00
expect late yellow review due 2026-07-13 breached 2026-07-14 is recheck
"
    ));
}

#[test]
fn a_graver_card_goes_out_and_waits_for_a_decision_of_its_own() {
    after(
        "
dispose late confirm by li 2026-07-10 09:00
tick 2026-07-16 06:00
expect late red issued due 2026-07-15 breached 2026-07-16 is recheck
dispose late confirm by li 2026-07-16 09:00
expect late red issued due 2026-07-15 breached 2026-07-16 is confirmed
",
    );
    // A dismissal of the yellow card is none of the red one; but a person has to see what was dismissed.
    after(
        "
dispose late dismiss objective by li 2026-07-10 09:00
tick 2026-07-16 06:00
expect late red review due 2026-07-15 breached 2026-07-16 is recheck
",
    );
}

#[test]
fn an_appeal_is_decided_by_nobody_who_has_a_part_in_it() {
    let alerts = after(
        "
dispose late confirm by li 2026-07-10 09:00
dispose late uphold by wang 2026-07-10 10:00
answered no_appeal
dispose late appeal by zjj-zhang 2026-07-17 17:00 proof 00
answered applied
expect late yellow issued due 2026-07-08 breached 2026-07-09 is appealed
dispose late appeal by zjj-zhang 2026-07-17 17:01
answered appeal_open
dispose late dismiss objective by wang 2026-07-17 17:02
answered appeal_open
dispose late withdraw objective by li 2026-07-18 09:00
answered own_decision
dispose late uphold by zjj-zhang 2026-07-18 09:00
answered own_decision
dispose late pass_up by wang 2026-07-18 10:00 to 510000-sft
answered applied
dispose late uphold by wang 2026-07-18 11:00
answered own_decision
expect late yellow issued due 2026-07-08 breached 2026-07-09 is appealed
dispose late withdraw objective by chen 2026-07-20 09:00 cause system_failure proof 0e
answered applied
expect late yellow withdrawn due 2026-07-08 breached 2026-07-09 is withdrawn_on_appeal
",
    );
    let disposition = only(&alerts)
        .disposition
        .as_ref()
        .expect("somebody decided");
    let appeal = disposition.appeal.as_ref().expect("somebody appealed");
    assert_eq!(appeal.evidence, ["00"]);
    let decision = disposition.decision.as_ref().expect("it was decided");
    assert_eq!(decision.conclusion_zh(), "客观原因（网络、系统故障）");
    assert_eq!(decision.evidence, ["0e"]);
    assert_eq!(appeal.passed_up.len(), 1);
    assert!(!appeal.outcome.as_ref().expect("it was decided").upheld);
}

#[test]
fn an_appeal_is_in_time_until_five_working_days_after_the_confirmation() {
    // Confirmed on Friday the 10th: the fifth working day after is Friday the 17th, to its last second.
    let confirmed = "dispose late confirm by li 2026-07-10 09:00\n";
    for (appealed, answer) in [
        ("2026-07-17 23:59:59", "applied"),
        ("2026-07-18 00:00:00", "too_late"),
    ] {
        after(&format!(
            "{confirmed}dispose late appeal by zjj-zhang {appealed}\nanswered {answer}\n"
        ));
    }
    let alerts = after(&format!(
        "{confirmed}dispose late appeal by zjj-zhang 2026-07-13 09:00\nanswered applied\n"
    ));
    let disposition = only(&alerts)
        .disposition
        .as_ref()
        .expect("somebody appealed");
    let due_at = disposition.appeal.as_ref().and_then(|a| a.due_at);
    let until = due_at.map(|at| at.to_rfc3339(chrono_tz::Asia::Shanghai));
    assert_eq!(until.as_deref(), Some("2026-07-27T23:59:59+08:00"));
}

#[test]
fn what_was_upheld_on_appeal_is_final_until_the_facts_change() {
    after(
        "
dispose late confirm by li 2026-07-10 09:00
dispose late appeal by zjj-zhang 2026-07-13 09:00
dispose late uphold by chen 2026-07-14 09:00
expect late yellow issued due 2026-07-08 breached 2026-07-09 is upheld
dispose late appeal by zjj-zhang 2026-07-14 10:00
answered already_appealed
2026-07-08 17:00  decided  id d  received 2026-07-14 11:00
expect late yellow review due 2026-07-08 breached 2026-07-09 is recheck
",
    );
}

#[test]
fn what_is_pending_is_held_or_sent_out() {
    let pending = "
source s live allowance 24h
item XK-1
2026-07-01 09:00  accepted
tick 2026-07-09 06:00
expect late yellow pending due 2026-07-08 breached 2026-07-09
";
    check(
        &decision(),
        &format!(
            "{pending}
dispose late confirm by li 2026-07-09 09:00
answered not_out
dispose late hold by li 2026-07-09 09:00
answered applied
tick 2026-07-13 00:00
expect late yellow pending due 2026-07-08 breached 2026-07-09 is held
dispose late issue by li 2026-07-13 09:00
expect late yellow issued due 2026-07-08 breached 2026-07-09 is issued
dispose late hold by li 2026-07-13 10:00
answered not_pending
"
        ),
    );
    // Held, and in time after all: nobody was told, so it is cancelled.
    check(
        &decision(),
        &format!(
            "{pending}
dispose late hold by li 2026-07-09 09:00
tick 2026-07-10 06:00
2026-07-08 17:00  decided  received 2026-07-09 10:00
expect late yellow cancelled due 2026-07-08 breached 2026-07-09 is held
"
        ),
    );
    // Sent out before its time: what comes within the allowance takes it back by itself.
    check(
        &decision(),
        &format!(
            "{pending}
dispose late issue by li 2026-07-09 09:00
expect late yellow issued due 2026-07-08 breached 2026-07-09 is issued
2026-07-08 17:00  decided  received 2026-07-09 10:00
expect late yellow withdrawn due 2026-07-08 breached 2026-07-09 is issued
"
        ),
    );
}

#[test]
fn an_order_is_answered_with_evidence_put_off_and_closed() {
    let alerts = after(
        "
dispose late answer by zjj-zhang 2026-07-10 08:00 why 正在补办
answered applied
dispose late extend by li 2026-07-10 08:30 until 2026-07-20 18:00
answered no_order
dispose late order by li 2026-07-10 09:00 to zjj
answered applied
dispose late order by wang 2026-07-10 09:30 to zjj
answered order_open
dispose late close by li 2026-07-10 10:00
answered not_answered
dispose late extend by li 2026-07-13 09:00 until 2026-07-17 12:00
answered not_later
dispose late extend by li 2026-07-13 09:00 until 2026-07-20 18:00
answered applied
dispose late answer by zjj-zhang 2026-07-14 09:00 proof 0f
answered applied
dispose late close by li 2026-07-15 09:00
answered applied
expect late yellow issued due 2026-07-08 breached 2026-07-09 is open
",
    );
    let disposition = only(&alerts)
        .disposition
        .as_ref()
        .expect("somebody ordered");
    let order = disposition.order.as_ref().expect("an order");
    assert_eq!(order.answers[0].evidence, ["0f"]);
    assert!(order.closed.is_some());
    // A card asks for an answer by itself, and what came before the order answers the card.
    assert_eq!(disposition.answers[0].by.reason, "正在补办");
    assert_eq!((order.answers.len(), disposition.answers.len()), (1, 1));
}

#[test]
fn a_command_is_applied_once_under_its_key_and_an_earlier_one_is_too_late() {
    after(
        "
dispose late confirm by li 2026-07-10 09:00 key k1
answered applied
dispose late confirm by li 2026-07-10 09:05 key k1
answered applied
dispose late order by li 2026-07-10 09:05 key k1
answered key_reused
dispose late order by li 2026-07-10 08:59
answered overtaken
dispose late confirm by wang 2026-07-10 09:10 key k2
answered already_decided
dispose elsewhere confirm by li 2026-07-10 09:10
answered no_such_alert
expect late yellow issued due 2026-07-08 breached 2026-07-09 is confirmed
",
    );
}

#[test]
fn a_reminder_is_no_fault_to_be_confirmed() {
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
dispose late confirm by li 2026-07-14 09:00
answered reminder
dispose late answer by zjj-zhang 2026-07-14 09:30
answered no_order
expect late notice issued due 2026-07-15
",
    );
}

#[test]
fn what_an_inspection_found_is_decided_like_any_other_alert() {
    check(
        "kind: body\ncode: zjj\nname: 住房和城乡建设局\nregion: '510500'\n",
        "
tick 2026-11-02 00:00
command org zjj found Q2 2026-11-01 yellow 2026-11-02 00:00
dispose :zjj/inspection/Q2@2026-11-01 dismiss data by li 2026-11-02 09:00
answered applied
expect :zjj/inspection/Q2@2026-11-01 yellow withdrawn is dismissed
command org zjj found Q2 2026-11-01 yellow 2026-11-03 00:00
expect :zjj/inspection/Q2@2026-11-01 yellow withdrawn is dismissed
command org zjj found Q2 2026-11-01 red 2026-11-04 00:00
expect :zjj/inspection/Q2@2026-11-01 red review is recheck
",
    );
}
