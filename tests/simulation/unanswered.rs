//! What the alert about an unanswered order says, and that it outlives a restart.

use mingjing_domain::alert::{AlertRecord, Evidence};
use mingjing_domain::definitions::DefinitionFile;
use mingjing_domain::disposition::ORDER_POINT;
use mingjing_domain::fact::{Change, Fact};
use mingjing_engine::Engine;
use mingjing_testkit::script::{EngineRun, Judge, Line, check, compiled, definitions, parse};

use crate::charts::chart;

/// Yellow on 9 July, where nothing is decided.
fn decision() -> String {
    chart(
        "\
limits:
  - {id: decision, name: 办结时限, kind: case, from: [accepted], to: [decided], promised: 5wd}
control_points:
  - {id: late, name: 办结超期, check: {overdue: {limit: decision}}}
",
    )
}

const ORDERED: &str = "
source s live allowance 6h
item XK-1
2026-07-01 09:00  accepted
tick 2026-07-10 00:00
dispose late order by li 2026-07-10 09:00 to zjj why 请说明超期原因
";

const PARENT: &str = "expect late yellow issued due 2026-07-08 breached 2026-07-09 is open\n";

fn about_order(alerts: &[AlertRecord]) -> &AlertRecord {
    let found = alerts.iter().find(|a| a.control_point == ORDER_POINT);
    found.expect("an alert about the order")
}

#[test]
fn it_says_what_was_ordered_by_whom_until_when_and_how_late_it_is() {
    let said = "510500-sfj执法监督科（li）于2026-07-10 09:00:00就“办结超期”督办住房和城乡建设局：“请说明超期原因”，\
                应于2026-07-17 23:59:59前反馈";
    for (more, expected, message) in [
        (
            "tick 2026-07-16 00:00\n",
            "notice issued due 2026-07-17",
            format!(
                "督办反馈即将到期：{said}，尚未反馈。请在期限届满前反馈办理情况；确需延期的，请在届满前报请督办单位批准。"
            ),
        ),
        (
            "tick 2026-07-18 00:00\n",
            "yellow issued due 2026-07-17 breached 2026-07-18",
            format!(
                "督办未按期反馈：{said}，至今未反馈，已逾期，不足1个工作日。请立即反馈办理情况，并说明逾期原因。"
            ),
        ),
        (
            "tick 2026-07-25 00:00\n",
            "red issued due 2026-07-17 breached 2026-07-18",
            format!(
                "督办未按期反馈：{said}，至今未反馈，已逾期5个工作日。逾期满5个工作日，升为红牌。请立即反馈办理情况，并说明逾期原因。"
            ),
        ),
        (
            "dispose late answer by zjj-zhang 2026-07-21 10:00 why 已补办\n",
            "yellow ended due 2026-07-17 breached 2026-07-18 done 2026-07-21 10:00",
            format!(
                "督办未按期反馈：{said}，于2026-07-21 10:00:00反馈，已逾期2个工作日。请说明逾期原因。"
            ),
        ),
    ] {
        let script = format!("{ORDERED}{more}{PARENT}expect 1/disposition/T15@late {expected}\n");
        let alerts = check(&decision(), &script);
        let alert = about_order(&alerts);
        assert_eq!(alert.message, message);
        assert_eq!(alert.responsible_org.as_deref(), Some("zjj"));
        assert_eq!(alert.item_code.as_deref(), Some("XK-1"));
        let notes: Vec<&str> = alert
            .evidence
            .iter()
            .map(|evidence| match evidence {
                Evidence::Note { text } => text.as_str(),
                other => panic!("{other:?}"),
            })
            .collect();
        let parent = alerts.iter().find(|a| a.control_point == "late");
        let parent = &parent.expect("what was ordered about").alert_id;
        assert!(notes[0].contains(parent.as_str()), "{notes:?}");
        assert!(notes[1].contains("第1次督办"), "{notes:?}");
    }
}

/// The timer of an order lies in no case: a partition that goes on from its snapshot knows when to speak, and says the same once.
#[test]
fn a_restart_forgets_no_order_and_repeats_nothing() {
    let set = definitions(vec![DefinitionFile {
        name: "definitions.yaml".into(),
        text: decision(),
    }]);
    let mut run = EngineRun::new(&set);
    for (lines, level) in [
        (ORDERED, None),
        ("tick 2026-07-16 00:00\n", Some("notice")),
        ("tick 2026-07-18 00:00\n", Some("yellow")),
        ("tick 2026-07-20 00:00\n", Some("yellow")),
        ("tick 2026-07-25 00:00\n", Some("red")),
    ] {
        let (_, parsed) = parse(lines).expect("a script");
        for (_, line) in parsed {
            if let Line::Input(input) = line {
                run.read(&input, &set);
            }
        }
        let bytes = run.engine.snapshot();
        let next_due = run.engine.next_due();
        run.engine = Engine::restore(compiled(&set), &bytes).expect("its own snapshot");
        assert_eq!(run.engine.next_due(), next_due, "after\n{lines}");
        let records = run.records();
        let alert = records.iter().find(|a| a.control_point == ORDER_POINT);
        assert_eq!(alert.map(|a| a.level.code()), level, "after\n{lines}");
    }
    // As a reminder, as a yellow card, as a red one.
    let of_orders = run.facts.iter().filter(|fact| match fact {
        Fact::Alert { alert, .. } => alert.control_point == ORDER_POINT,
        _ => false,
    });
    assert_eq!(of_orders.count(), 3);
}

/// The site's ladder, beside the colours that an order has anyway.
const LADDER: &str = "\
---
kind: rule_settings
id: city
version: '1'
effective_from: 2026-01-01
where: {region: '510500'}
set:
  - {rule: T15, with: {escalate: 'late: supervision; 2wd: supervision_above, leadership; 10wd: department_supervisor'}}
";

/// What comes of these lines where the site has that ladder, through a restart after each; and every change of the alert about the order, as
/// grave as it then was, and before whom it was brought by then.
fn climbed(all: &[&str]) -> (EngineRun, Vec<(Change, &'static str, String)>) {
    let set = definitions(vec![DefinitionFile {
        name: "definitions.yaml".into(),
        text: format!("{}{LADDER}", decision()),
    }]);
    let mut run = EngineRun::new(&set);
    for lines in all {
        let (_, parsed) = parse(lines).expect("a script");
        for (_, line) in parsed {
            if let Line::Input(input) = line {
                run.read(&input, &set);
            }
        }
        let bytes = run.engine.snapshot();
        run.engine = Engine::restore(compiled(&set), &bytes).expect("its own snapshot");
    }
    let told = run
        .facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::Alert { change, alert, .. } if alert.control_point == ORDER_POINT => {
                let before = alert.brought_before().map(|told| {
                    let region = told.region.as_deref().unwrap_or_default();
                    format!("{}@{region}", told.instance.code())
                });
                let before: Vec<String> = before.collect();
                Some((*change, alert.level.code(), before.join(" ")))
            }
            _ => None,
        })
        .collect();
    (run, told)
}

/// 逐级升级: a rung that makes nothing graver is told as well, once, through restarts; and what was answered goes no higher.
#[test]
fn each_rung_that_is_reached_is_told_once_with_before_whom_it_is_brought() {
    let (run, told) = climbed(&[
        ORDERED,
        "tick 2026-07-16 00:00\n",
        "tick 2026-07-18 00:00\n",
        "tick 2026-07-20 00:00\n",
        "tick 2026-07-22 00:00\n",
        "tick 2026-07-25 00:00\n",
        "dispose late answer by zjj-zhang 2026-07-27 10:00\n",
    ]);
    let first = "supervision@510500".to_owned();
    let both = format!("{first} supervision_above@510000 leadership@510500");
    assert_eq!(
        told,
        [
            (Change::Issued, "notice", String::new()),
            (Change::Escalated, "yellow", first),
            (Change::Escalated, "yellow", both.clone()),
            (Change::Escalated, "red", both.clone()),
            (Change::Ended, "red", both),
        ]
    );

    let alerts = run.records();
    let alert = about_order(&alerts);
    assert!(
        alert
            .message
            .contains("升为红牌。已逐级报告本级监察机关、上级监察机关、本级政府分管领导。"),
        "{}",
        alert.message
    );
    let [_, second, last] = alert.ladder() else {
        panic!("{:?}", alert.ladder())
    };
    assert!(second.reached && second.at.is_some(), "{second:?}");
    assert!(!last.reached && last.at.is_none(), "{last:?}");
}

/// 申诉: while the card about the order is appealed it is brought before nobody new; turned down, the rungs that were still to come count
/// from the decision.
#[test]
fn an_appeal_against_the_card_about_an_order_holds_the_rungs_that_are_still_to_come() {
    let appealed = [
        ORDERED,
        "tick 2026-07-16 00:00\n",
        "tick 2026-07-18 00:00\n",
        "dispose 1/disposition/T15@late appeal by zjj-zhang 2026-07-20 10:00\n",
        "tick 2026-07-27 00:00\n",
    ];
    let (run, told) = climbed(&appealed);
    let first = "supervision@510500".to_owned();
    let mut wanted = vec![
        (Change::Issued, "notice", String::new()),
        (Change::Escalated, "yellow", first.clone()),
        (Change::Disposed, "yellow", first.clone()),
        (Change::Revised, "yellow", first.clone()),
    ];
    assert_eq!(told, wanted);
    let alerts = run.records();
    let [late, second, last] = about_order(&alerts).ladder() else {
        panic!("three rungs")
    };
    assert!(late.reached && late.at.is_some(), "{late:?}");
    for ahead in [second, last] {
        assert!(!ahead.reached && ahead.at.is_none(), "{ahead:?}");
    }

    let upheld = "dispose 1/disposition/T15@late uphold by chen 2026-07-27 10:00\n";
    let more = [
        upheld,
        "tick 2026-07-29 23:59:59\n",
        "tick 2026-07-30 00:00\n",
    ];
    let (_, told) = climbed(&[&appealed[..], &more[..]].concat());
    let both = format!("{first} supervision_above@510000 leadership@510500");
    wanted.extend([
        (Change::Disposed, "yellow", first.clone()),
        (Change::Revised, "yellow", first),
        (Change::Escalated, "yellow", both),
    ]);
    assert_eq!(told, wanted);
}

#[test]
fn what_is_no_ladder_is_refused_where_it_is_written() {
    let wrong = LADDER.replace("10wd: department_supervisor", "10wd: mayor");
    let set = definitions(vec![DefinitionFile {
        name: "definitions.yaml".into(),
        text: format!("{}{wrong}", decision()),
    }]);
    let problems = mingjing_engine::Rules::compile(&set).err().expect("nobody");
    let told = problems[0].to_string();
    assert!(
        told.contains("escalate") && told.contains("mayor"),
        "{told}"
    );
}
