//! What the papers of each occasion say, from the record of an alert.

use mingjing_domain::alert::AlertRecord;
use serde_json::{Value, json};

use super::*;
use crate::{Block, Given, Occasion, Site};

const ZONE: Tz = chrono_tz::Asia::Shanghai;

pub(super) fn at(text: &str) -> Timestamp {
    Timestamp::parse(&format!("{text}+08:00")).unwrap()
}

fn site() -> Site {
    let given = Given {
        body: "泸州市司法局".into(),
        mark: "泸司监".into(),
        ..Given::default()
    };
    Site::new(&given).unwrap()
}

fn signed(command: &str, on: &str, reason: &str) -> Value {
    json!({ "person": "zhang-007", "body": "sfj", "office": "监督科", "at": format!("{on}+08:00"), "reason": reason, "command": command })
}

/// An order of the tenth, about a permit that is five days late.
fn alert(change: impl FnOnce(&mut Value)) -> AlertRecord {
    let mut record = json!({
        "alert_id": "0123456789abcdef", "subject_kind": "case", "source": "zjj", "case_no": "SG-2026-0007", "item_code": "510500-XK-1",
        "org_code": "510500-zjj", "region_code": "510500", "responsible_org": "510500-zjj", "responsible_office": "sp", "responsible_actor": "li",
        "control_point": "review-late", "rule": "T3", "step": "review", "visit": 1, "level": "red", "status": "issued",
        "due_at": "2026-11-03T23:59:59+08:00", "breached_at": "2026-11-04T00:00:00+08:00", "raised_at": "2026-11-04T00:00:01+08:00",
        "issued_at": "2026-11-04T09:00:00+08:00", "completed_at": null, "ended_at": null, "ended_reason": null, "withdrawn_at": null,
        "withdrawn_reason": null, "statutory": true, "legal_basis": "《行政许可法》第四十二条", "limit": "3wd",
        "answer_due_at": "2026-11-11T23:59:59+08:00", "definitions_version": "d-1", "calendar_version": "cn@2026", "engine_version": "1",
        "message": "审查环节超过法定时限",
    });
    record["evidence"] = json!([
            { "kind": "deadline", "account": {
                "start_at": "2026-10-29T10:00:00+08:00", "limit": "3wd", "due_at": "2026-11-03T23:59:59+08:00", "provisional": false,
                "calendar": "cn", "calendar_version": "2026", "time_zone": "Asia/Shanghai", "days": [
                    { "from": "2026-10-29", "to": "2026-10-29", "verdict": "start_day_not_counted", "counted_total": 0 },
                    { "from": "2026-10-30", "to": "2026-10-30", "verdict": "counted", "counted_total": 1 },
                    { "from": "2026-10-31", "to": "2026-11-01", "verdict": "rest_day", "counted_total": 1 },
                    { "from": "2026-11-02", "to": "2026-11-03", "verdict": "counted", "counted_total": 3 }] } }]);
    record["disposition"] = json!({
        "state": "confirmed",
        "decision": {
            "verdict": "confirmed", "conclusion": "subjective", "by": signed("c-confirm", "2026-11-09T10:00:00", "无客观原因"),
            "on_appeal": false, "was_pending": false, "basis": { "alleged": true, "doubted": false, "level": "red", "due_at": null, "breached_at": null },
            "issued_at": null, "answer_due_at": null },
        "recheck_reason": null, "appeal": null,
        "order": { "by": signed("c-order", "2026-11-10T10:00:00", "立即办结并说明原因"), "nth": 1, "to": "510500-zjj",
            "due_at": "2026-11-17T23:59:59+08:00", "extended": [], "must_rectify": true, "answers": [], "closed": null },
        "confirmed_by": ["zhang-007"],
        "automatic": { "status": "issued", "issued_at": null, "answer_due_at": null, "withdrawn_at": null, "withdrawn_reason": null },
        "last": ["2026-11-10T10:00:00+08:00", "c-order"],
    });
    change(&mut record);
    serde_json::from_value(record).unwrap()
}

/// The text of a paper of the alert as of an instant, a block a line; none where there is no such occasion.
fn said(kind: &str, alert: &AlertRecord, now: &str) -> Option<String> {
    let site = site();
    let sheet = compose(&Facts {
        kind: site.kind(kind).unwrap(),
        issuer: site.issuer(None),
        alert,
        names: Named {
            to: "市住房和城乡建设局".into(),
            body: "市住房和城乡建设局".into(),
            responsible: "市住房和城乡建设局".into(),
            office: "行政审批科".into(),
            item: "施工许可".into(),
            step: "审查".into(),
            point: "审查超时".into(),
            source: "住建审批系统".into(),
        },
        recommended: None,
        appeal_until: Some(at("2026-11-16T23:59:59")),
        hashed: vec![Hashed {
            what: "事件 受理".into(),
            sha256: "ab".repeat(32),
        }],
        made_at: at(now),
        zone: ZONE,
        mark: None,
    })?;
    let mut out = format!("{}\n{}\n{}：\n", sheet.head, sheet.title, sheet.to);
    for block in &sheet.body {
        match block {
            Block::Heading { text }
            | Block::Subheading { text }
            | Block::Caption { text }
            | Block::Paragraph { text }
            | Block::Note { text } => {
                out.push_str(text);
                out.push('\n');
            }
            Block::Table { rows, .. } => {
                for row in rows {
                    out.push_str(&row.join("|"));
                    out.push('\n');
                }
            }
            // A paper about an alert has no charts.
            Block::Bars { .. } => {}
        }
    }
    Some(out)
}

#[test]
fn an_order_says_what_why_until_when_and_how_it_is_appealed() {
    let text = said("order", &alert(|_| {}), "2026-11-10T11:00:00").unwrap();
    for part in [
        "泸州市司法局\n督办通知书\n市住房和城乡建设局：",
        "督办事由：立即办结并说明原因。",
        "一、基本情况",
        "权力事项|施工许可（510500-XK-1）",
        "应办截止|2026年11月3日",
        "二、依据\n《行政许可法》第四十二条。\n法定时限：3个工作日。",
        "三、期限的逐日计算",
        "2026年10月29日|周四|开始当日不计||",
        "2026年11月1日|周日|休息日不计||",
        "2026年11月3日|周二|计入|第3日|",
        "四、办理要求",
        "请于2026年11月17日前（含当日）通过平台反馈办理结果",
        "本件须整改",
        "五、权利告知\n对该预警有异议的，可于2026年11月16日前（含当日）通过平台提出申诉",
        "六、证据\n事件 受理|abab",
    ] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
    assert!(
        !text.contains("zhang-007") && !text.contains("|li"),
        "a person is named:\n{text}"
    );
}

#[test]
fn a_paper_is_made_where_its_occasion_was_and_rests_on_that_decision() {
    let now = at("2026-11-10T11:00:00");
    let occasions = |alert: &AlertRecord| -> Vec<Occasion> {
        happened(alert, now)
            .into_iter()
            .map(|(one, _)| one)
            .collect()
    };
    let plain = alert(|record| record["disposition"] = Value::Null);
    assert_eq!(occasions(&plain), [Occasion::Issued]);
    let pending = alert(|record| {
        record["disposition"] = Value::Null;
        record["status"] = json!("pending");
        record["issued_at"] = Value::Null;
    });
    assert_eq!(occasions(&pending), []);
    assert_eq!(said("notice", &pending, "2026-11-10T11:00:00"), None);
    assert_eq!(said("order", &plain, "2026-11-10T11:00:00"), None);
    let ordered = alert(|_| {});
    assert_eq!(
        occasions(&ordered),
        [Occasion::Issued, Occasion::Ordered, Occasion::Confirmed]
    );
    assert_eq!(
        basis(&ordered, Occasion::Ordered, now).as_deref(),
        Some("c-order")
    );
    // A second order is another paper, and so is a card that grew graver.
    let again = alert(|record| record["disposition"]["order"]["by"]["command"] = json!("c-2"));
    assert_ne!(
        basis(&again, Occasion::Ordered, now),
        basis(&ordered, Occasion::Ordered, now)
    );
    let yellow = alert(|record| record["level"] = json!("yellow"));
    assert_ne!(
        basis(&yellow, Occasion::Issued, now),
        basis(&ordered, Occasion::Issued, now)
    );
}

#[test]
fn what_was_not_mended_in_time_or_not_well_is_decided_upon() {
    let late = alert(|_| {});
    assert_eq!(said("decision", &late, "2026-11-17T12:00:00"), None);
    let text = said("decision", &late, "2026-11-18T09:00:00").unwrap();
    assert!(
        text.contains("要求于2026年11月17日前反馈，逾期未反馈"),
        "{text}"
    );
    assert!(text.contains("申诉期限已于2026年11月16日届满"), "{text}");
    let rejected = alert(|record| {
        record["disposition"]["order"]["answers"] =
            json!([{ "by": signed("c-a", "2026-11-12T09:00:00", "已办"), "evidence": [] }]);
        record["disposition"]["order"]["rectifications"] = json!([{
            "by": signed("c-r", "2026-11-13T09:00:00", "已整改"), "evidence": ["cd"],
            "checked": { "by": signed("c-k", "2026-11-14T09:00:00", "未见制度"), "accepted": false },
        }]);
    });
    let text = said("decision", &rejected, "2026-11-15T09:00:00").unwrap();
    assert!(text.contains("验收意见：未见制度。"), "{text}");
}

#[test]
fn an_appeal_is_answered_and_what_was_withdrawn_is_corrected() {
    let decided = alert(|record| {
        record["status"] = json!("withdrawn");
        record["withdrawn_at"] = json!("2026-11-16T09:00:00+08:00");
        record["withdrawn_reason"] = json!("申诉成立");
        record["disposition"]["state"] = json!("withdrawn_on_appeal");
        record["disposition"]["decision"]["verdict"] = json!("dismissed");
        record["disposition"]["decision"]["by"] = signed("c-w", "2026-11-16T09:00:00", "系统停机");
        record["disposition"]["decision"]["conclusion"] = json!("objective");
        record["disposition"]["decision"]["cause"] = json!("system_failure");
        record["disposition"]["decision"]["evidence"] = json!(["cd".repeat(32)]);
        record["disposition"]["appeal"] = json!({
            "by": signed("c-ap", "2026-11-12T09:00:00", "停机公告在案"), "evidence": [], "due_at": null, "passed_up": [],
            "outcome": { "upheld": false, "by": signed("c-w", "2026-11-16T09:00:00", "系统停机") },
        });
    });
    let text = said("appeal", &decided, "2026-11-16T10:00:00").unwrap();
    for part in [
        "于2026年11月12日提出申诉",
        "申诉理由：停机公告在案。",
        "决定（撤销）",
        "决定理由：系统停机。",
        "结论：客观原因（网络、系统故障），附证明材料1份。",
        "客观原因证明材料|cdcd",
    ] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
    assert!(!text.contains("权利告知"));
    let text = said("correction", &decided, "2026-11-16T10:00:00").unwrap();
    assert!(
        text.contains("已于2026年11月16日9时00分撤销") && text.contains("撤销理由：系统停机。"),
        "{text}"
    );
    assert!(
        text.contains("结论：客观原因（网络、系统故障），附证明材料1份。"),
        "{text}"
    );
    assert_eq!(said("notice", &decided, "2026-11-16T10:00:00"), None);
}

#[test]
fn a_long_account_is_told_by_its_ranges_and_a_long_reason_is_cut() {
    let long = alert(|record| {
        record["evidence"][0]["account"]["days"] = json!([
            { "from": "2026-01-01", "to": "2026-12-01", "verdict": "suspended", "counted_total": 0, "note": "听证" }]);
        record["disposition"]["order"]["by"]["reason"] = json!("长".repeat(5_000));
    });
    let text = said("order", &long, "2026-11-10T11:00:00").unwrap();
    assert!(
        text.contains("2026年1月1日至2026年12月1日||挂起不计||听证"),
        "{text}"
    );
    assert!(text.contains("（下略，全文载于平台）"));
    assert!(text.chars().count() < 4_000);
}
