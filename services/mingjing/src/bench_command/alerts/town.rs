//! A made-up archive: alerts as they lie after ninety days in a town of sixty bodies, and the cases they are about.

use anyhow::Context as _;
use mingjing_domain::Timestamp;
use mingjing_domain::alert::AlertRecord;
use mingjing_domain::fact::CaseRecord;
use mingjing_domain::ids::alert_id;
use mingjing_store::{AlertRow, Backoff, Batch, CaseRow, Place, Store};
use serde_json::{Value, json};
use tokio::sync::watch;

/// 2026-03-02 01:00 UTC.
const BEGIN: i64 = 1_772_413_200_000;
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// Inserts that it comes in: as many parts, until they are merged.
const INSERTS: u32 = 10;

/// One of its bodies, of its regions and of its items, to ask for.
pub const BODY: &str = "510500-b07";
pub const REGION: &str = "510507";
pub const ITEM: &str = "XK-5";

/// Writes so many alerts, of as many cases, as the archive would.
pub async fn settle(store: &Store, alerts: u32) -> anyhow::Result<()> {
    let (_go_on, stop) = watch::channel(false);
    let at_once = alerts.div_ceil(INSERTS).max(1) as usize;
    let all: Vec<u32> = (0..alerts).collect();
    for (nth, some) in all.chunks(at_once).enumerate() {
        let mut batch = Batch::default();
        for n in some {
            let place = Place {
                log_id: "0".repeat(32),
                partition: 0,
                offset: u64::from(*n),
                n: 0,
                fact_offset: nth as u64 + 1,
            };
            let raised = raised_at(*n);
            batch.case(CaseRow::new(case(*n), raised, &place));
            batch.alert(AlertRow::new(alert(*n)?, 1, raised, &place));
        }
        let written = store.insert_batch(&batch, &[], Backoff::default(), &stop, &());
        written.await?;
    }
    Ok(())
}

/// A number that looks like any other, the same at every run.
fn mixed(n: u32, of: u64) -> u32 {
    let mut x = u64::from(n).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ of;
    x = (x ^ (x >> 31)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    u32::try_from(x >> 33).unwrap_or_default()
}

fn one_of<'a>(all: &[&'a str], n: u32, of: u64) -> &'a str {
    all[mixed(n, of) as usize % all.len()]
}

/// Within ninety days, to the second: some share theirs.
fn raised_at(n: u32) -> Timestamp {
    Timestamp::from_millis(BEGIN + i64::from(mixed(n, 1) % 7_776_000) * 1000)
}

pub fn case_no(n: u32) -> String {
    format!("5105002026{n:08}")
}

fn source(n: u32) -> String {
    format!("source-{:02}", n % 20)
}

fn body(n: u32) -> String {
    format!("510500-b{:02}", n % 60)
}

/// A body acts in one region; some share theirs.
fn region(n: u32) -> String {
    format!("5105{:02}", n % 60 % 40)
}

fn item(n: u32) -> String {
    format!("XK-{}", n % 90)
}

fn case(n: u32) -> CaseRecord {
    let opened = raised_at(n).plus_millis(-20 * DAY);
    CaseRecord {
        source: source(n),
        case_no: case_no(n),
        item_code: Some(item(n)),
        org_code: Some(body(n)),
        region_code: Some(region(n)),
        flowchart: Some("licence@1".into()),
        opened_at: Some(opened),
        accepted_at: Some(opened),
        closed_at: n.is_multiple_of(3).then(|| opened.plus_millis(30 * DAY)),
        due_at: Some(opened.plus_millis(20 * DAY)),
        events: 8,
        step: Some("review".into()),
        visits: Vec::new(),
        measures: mingjing_domain::measures::CaseMeasures::default(),
    }
}

fn alert(n: u32) -> anyhow::Result<AlertRecord> {
    let raised = raised_at(n);
    let after = |days: i64| raised.plus_millis(days * DAY);
    let level = one_of(
        &["review", "notice", "notice", "yellow", "yellow", "red"],
        n,
        3,
    );
    let standings = [
        "issued",
        "issued",
        "issued",
        "pending",
        "review",
        "ended",
        "ended",
        "ended",
        "withdrawn",
        "cancelled",
    ];
    let status = one_of(&standings, n, 4);
    let taken_back = matches!(status, "withdrawn" | "cancelled");
    let rule = ["T1", "T2", "T3", "T8", "A1", "F2", "Q7"][n as usize % 7];
    let point = format!("point-{:03}", n % 120);
    let card = matches!(level, "yellow" | "red");
    let told = |what: &str, note: &str| {
        json!({
            "kind": "event", "event_id": format!("{}-{what}", case_no(n)), "event_type": what, "step": "review",
            "occurred_at": after(-9), "received_at": after(-9), "note": note,
        })
    };
    let mut record = json!({
        "alert_id": alert_id(&source(n), &case_no(n), &point, "review", 1),
        "subject_kind": "case", "source": source(n), "case_no": case_no(n), "item_code": item(n),
        "org_code": body(n), "region_code": region(n), "responsible_org": body(n),
        "responsible_office": "行政审批科", "responsible_actor": format!("officer-{}", n % 400),
        "control_point": point, "rule": rule,
        "step": "review", "visit": 1, "level": level, "status": status,
        "due_at": (!n.is_multiple_of(5)).then(|| after(3)), "breached_at": card.then_some(raised), "raised_at": raised,
        "issued_at": (status != "pending").then_some(raised), "ended_at": (status == "ended").then(|| after(9)),
        "ended_reason": (status == "ended").then_some("已办结"),
        "withdrawn_at": taken_back.then(|| after(2)), "withdrawn_reason": taken_back.then_some("日历调整"),
        "statutory": true, "legal_basis": "行政许可法第四十二条", "limit": "20wd", "answer_due_at": card.then(|| after(7)),
        "definitions_version": "a1b2c3d4e5f6", "calendar_version": "cn-2026-2", "engine_version": "5",
        "message": format!("审查环节应于期限内办结，至今未办结，已超过法定期限 {} 个工作日", n % 30),
        "evidence": [
            told("accepted", "受理之日不计"), told("step_start", "自次日起算"),
            {"kind": "note", "text": "来源声明其间的记录已完整，未收到办结"},
        ],
    });
    if let Some(disposition) = disposition(n, level, raised) {
        record["disposition"] = disposition;
    }
    serde_json::from_value(record).context("a made-up alert")
}

/// Of ten alerts four were worked: one confirmed; one with an order unanswered, one answered, one closed.
fn disposition(n: u32, level: &str, raised: Timestamp) -> Option<Value> {
    let kind = mixed(n, 5) % 10;
    if kind > 3 {
        return None;
    }
    let ordered_at = raised.plus_millis(2 * DAY);
    let signed = |hours: i64| {
        json!({
            "person": "xt-01", "body": "510500-sfj", "office": "执法监督科", "at": ordered_at.plus_millis(hours * HOUR),
            "reason": "请说明超期原因，限期改正并书面反馈", "command": format!("bench-{n}-{hours}"),
        })
    };
    let order = (kind > 0).then(|| {
        let answers = if kind == 1 {
            json!([])
        } else {
            json!([{"by": signed(30), "evidence": []}])
        };
        json!({
            "by": signed(0), "to": body(n), "due_at": ordered_at.plus_millis(5 * DAY), "extended": [],
            "answers": answers, "closed": (kind == 3).then(|| signed(60)),
        })
    });
    let decision = (kind == 0).then(|| {
        json!({
            "verdict": "confirmed", "conclusion": "subjective", "by": signed(0), "on_appeal": false, "was_pending": false,
            "basis": {"alleged": true, "doubted": false, "level": level}, "issued_at": raised,
        })
    });
    let state = if kind == 0 { "confirmed" } else { "open" };
    Some(json!({
        "state": state, "decision": decision, "order": order,
        "confirmed_by": if kind == 0 { json!(["xt-01"]) } else { json!([]) },
        "automatic": {"status": "issued"}, "last": [ordered_at, format!("bench-{n}")],
    }))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_level_standing_body_and_region_is_there_and_the_questions_find_something() {
        let all: Vec<AlertRecord> = (0..5000).map(|n| alert(n).unwrap()).collect();
        let kinds =
            |of: &dyn Fn(&AlertRecord) -> String| all.iter().map(of).collect::<BTreeSet<_>>();
        let option = |text: &Option<String>| text.clone().unwrap_or_default();
        assert_eq!(kinds(&|a| a.level.code().into()).len(), 4);
        assert_eq!(kinds(&|a| a.status.code().into()).len(), 6);
        assert_eq!(kinds(&|a| a.alert_id.clone()).len(), 5000);
        let bodies = kinds(&|a| option(&a.org_code));
        assert!(bodies.len() == 60 && bodies.contains(BODY));
        let regions = kinds(&|a| option(&a.region_code));
        assert!(regions.len() == 40 && regions.contains(REGION));
        assert!(kinds(&|a| option(&a.item_code)).contains(ITEM));
        let orders = all
            .iter()
            .filter_map(|a| a.disposition.as_ref()?.order.as_ref());
        let standings: BTreeSet<_> = orders
            .map(|order| (order.answers.is_empty(), order.closed.is_none()))
            .collect();
        assert_eq!(standings.len(), 3);
    }
}
