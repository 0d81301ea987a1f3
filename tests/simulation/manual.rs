//! Alerts that people raise by hand: worked like any other, and taken back by people alone.

use mingjing_domain::alert::AlertRecord;
use mingjing_testkit::script::check;

use crate::dispositions::decision;

/// A case that is in time, and of which somebody says that something else is wrong.
const RAISED: &str = "
source s live allowance 6h
item XK-1
2026-07-01 09:00  accepted  org zjj
tick 2026-07-06 00:00
expect nothing
raise case 1 m1 yellow by li 2026-07-06 09:00 key k1 why 现场检查超出计划
answered applied
expect 1/disposition/manual@m1 yellow issued
";

fn after(what: &str) -> Vec<AlertRecord> {
    check(&decision(), &format!("{RAISED}{what}"))
}

#[test]
fn what_is_raised_by_hand_says_who_raised_it_why_and_by_which_article() {
    let alerts = after("says 1/disposition/manual@m1 现场检查超出计划\n");
    let [alert] = &*alerts else {
        panic!("one alert, not {alerts:?}")
    };
    assert!(alert.message.contains("（li）"), "{}", alert.message);
    assert_eq!(alert.legal_basis.as_deref(), Some("本市规定"));
    assert_eq!(alert.item_code.as_deref(), Some("XK-1"));
    assert_eq!(alert.org_code.as_deref(), Some("zjj"));
    assert_eq!(alert.responsible_org.as_deref(), Some("zjj"));
    assert!(alert.answer_due_at.is_some() && alert.issued_at.is_some());
}

#[test]
fn nothing_that_the_platform_learns_takes_it_back() {
    after(
        "
2026-07-08 17:00  decided  received 2026-07-08 18:00
tick 2026-08-31 00:00
2026-07-02 09:00  withdrawn  received 2026-08-31 09:00
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
expect 1/disposition/manual@m1 yellow issued
",
    );
}

#[test]
fn people_work_it_like_any_other() {
    after(
        "
dispose 1/disposition/manual@m1 order by li 2026-07-06 10:00 to zjj until 2026-07-07 12:00
answered applied
tick 2026-07-07 12:00:01
expect 1/disposition/manual@m1 yellow issued is open
expect 1/disposition/T15@disposition/manual@m1 yellow issued due 2026-07-07 12:00 breached 2026-07-07 12:00:01
dispose 1/disposition/manual@m1 answer by zjj-zhang 2026-07-08 09:00
answered applied
dispose 1/disposition/manual@m1 confirm by li 2026-07-08 10:00
answered applied
dispose 1/disposition/manual@m1 appeal by zjj-zhang 2026-07-09 09:00
answered applied
dispose 1/disposition/manual@m1 withdraw objective by li 2026-07-10 09:00
answered own_decision
dispose 1/disposition/manual@m1 withdraw objective by chen 2026-07-10 09:00
answered applied
expect 1/disposition/manual@m1 yellow withdrawn is withdrawn_on_appeal
expect 1/disposition/T15@disposition/manual@m1 yellow withdrawn due 2026-07-07 12:00 breached 2026-07-07 12:00:01 done 2026-07-08 09:00
",
    );
}

#[test]
fn it_is_raised_once_under_its_key_and_only_about_what_there_is() {
    after(
        "
raise case 1 m1 yellow by li 2026-07-06 09:05 key k1 why 现场检查超出计划
answered applied
raise case 1 m1 red by li 2026-07-06 09:05 key k1 why 现场检查超出计划
answered key_reused
raise case 1 m1 yellow by wang 2026-07-06 09:05 key k1 why 现场检查超出计划
answered key_reused
raise case 99 m1 yellow by li 2026-07-06 09:10
answered no_such_subject
raise org nobody m1 yellow by li 2026-07-06 09:10
answered no_such_subject
raise officer zjj/zhang m1 yellow by li 2026-07-06 09:10
answered no_such_subject
raise org zjj m2 notice by li 2026-07-06 09:10
answered applied
expect 1/disposition/manual@m1 yellow issued
expect :zjj/disposition/manual@m2 notice issued
",
    );
}
