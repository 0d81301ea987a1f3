//! Domain values to write and to find again: one with everything set, one with nothing that may be absent.

use mingjing_domain::Timestamp;
use mingjing_domain::alert::{AlertRecord, Evidence, Level, Status};
use mingjing_domain::definitions::PowerType;
use mingjing_domain::disposition::{
    Answer, Appeal, AppealOutcome, Automatic, Basis, Check, Conclusion, Decision, Disposition,
    DispositionState, ExtensionAsked, ExtensionOutcome, ObjectiveCause, Order, PassedOn, PassedUp,
    Rectification, Signature, Verdict,
};
use mingjing_domain::event::{Actor, CaseData, CaseEvent, EventKind, Value};
use mingjing_domain::fact::{CaseRecord, Cause, Change, StepVisit};
use mingjing_domain::ids::alert_id;
use mingjing_domain::measures::{CaseMeasures, LimitMeasure, MeasureUnit};
use mingjing_store::{
    AlertHistoryRow, AlertRow, Backoff, Batch, CaseRow, EventRow, Place, Store, Watermark,
};
use tokio::sync::watch;

/// 2026-11-23T09:30:00.123+08:00, moved by so many seconds.
pub fn at(seconds: i64) -> Timestamp {
    Timestamp::parse("2026-11-23T09:30:00.123+08:00")
        .unwrap()
        .plus_millis(seconds * 1000)
}

pub fn place(fact_offset: u64) -> Place {
    Place {
        log_id: format!("{:032x}", 0xabc),
        partition: 7,
        offset: fact_offset / 2,
        n: 3,
        fact_offset,
    }
}

/// An alert with every field set, in Chinese where people write.
pub fn full_alert(case_no: &str) -> AlertRecord {
    let text = |s: &str| Some(s.to_owned());
    AlertRecord {
        alert_id: alert_id("泸州住建", case_no, "许可-决定超期", "审查", 2),
        subject_kind: "case".into(),
        source: "泸州住建".into(),
        case_no: case_no.into(),
        item_code: text("51-施工许可-0001"),
        org_code: text("510500-住建局"),
        region_code: text("510502"),
        responsible_org: text("510500-住建局"),
        responsible_office: text("行政审批科"),
        responsible_actor: text("officer-7"),
        control_point: "许可-决定超期".into(),
        rule: "T3".into(),
        step: "审查".into(),
        visit: 2,
        level: Level::Red,
        status: Status::Withdrawn,
        due_at: Some(at(1)),
        breached_at: Some(at(2)),
        raised_at: at(3),
        issued_at: Some(at(4)),
        completed_at: Some(at(5)),
        ended_at: Some(at(6)),
        ended_reason: text("职责已消失 'quoted' \\ \t\n"),
        withdrawn_at: Some(at(7)),
        withdrawn_reason: text("日历调整"),
        statutory: Some(true),
        legal_basis: text("行政许可法第四十二条"),
        limit: text("20wd"),
        answer_due_at: Some(at(8)),
        definitions_version: "2026.3".into(),
        calendar_version: "cn-2026-2".into(),
        engine_version: "1.0.0".into(),
        message: "超过法定期限 1 个工作日，证据见附 🈁".into(),
        evidence: vec![
            Evidence::Event {
                event_id: "e-1".into(),
                event_type: "accepted".into(),
                step: text("受理"),
                occurred_at: at(-100),
                received_at: at(-90),
                note: "受理之日不计".into(),
            },
            Evidence::Note {
                text: "来源静默".into(),
            },
        ],
        disposition: Some(Box::new(full_disposition())),
    }
}

/// As a page of a list has it: without its evidence.
pub fn in_list(mut alert: AlertRecord) -> AlertRecord {
    alert.evidence.clear();
    alert
}

fn full_disposition() -> Disposition {
    let by = |person: &str, ms| Signature {
        person: person.into(),
        body: "510500-sfj".into(),
        office: "执法监督科".into(),
        at: at(ms),
        reason: "系统故障 'quoted' \\ \t\n".into(),
        command: format!("c-{ms}"),
    };
    Disposition {
        state: DispositionState::WithdrawnOnAppeal,
        decision: Some(Decision {
            verdict: Verdict::Dismissed,
            conclusion: Some(Conclusion::Objective),
            cause: Some(ObjectiveCause::SystemFailure),
            evidence: vec!["0e".repeat(32)],
            by: by("chen", 12),
            on_appeal: true,
            was_pending: false,
            basis: Basis {
                alleged: true,
                doubted: false,
                level: Level::Red,
                due_at: Some(at(1)),
                breached_at: Some(at(2)),
            },
            issued_at: Some(at(4)),
            answer_due_at: Some(at(8)),
        }),
        recheck_reason: None,
        appeal: Some(Appeal {
            by: by("zhang", 10),
            evidence: vec!["0f".repeat(32)],
            due_at: Some(at(20)),
            passed_up: vec![PassedUp {
                by: by("wang", 11),
                to: "510000-sft".into(),
            }],
            outcome: Some(AppealOutcome {
                upheld: false,
                by: by("chen", 12),
            }),
        }),
        order: Some(Order {
            by: by("li", 9),
            nth: 2,
            to: "510500-住建局".into(),
            due_at: Some(at(30)),
            extended: vec![by("li", 10)],
            extensions_asked: vec![ExtensionAsked {
                by: by("zhang", 9),
                until: at(40),
                outcome: Some(ExtensionOutcome {
                    by: by("li", 10),
                    until: Some(at(30)),
                }),
            }],
            passed_on: vec![PassedOn {
                by: by("zhang", 9),
                nth: 1,
                under: None,
                to: "zhou".into(),
                due_at: Some(at(20)),
                reports: Vec::new(),
                replaced: false,
            }],
            answers: vec![Answer {
                by: by("zhang", 11),
                evidence: Vec::new(),
            }],
            must_rectify: true,
            rectifications: vec![Rectification {
                by: by("zhang", 11),
                evidence: vec!["0f".repeat(32)],
                checked: Some(Check {
                    by: by("li", 12),
                    accepted: true,
                }),
            }],
            closed: Some(by("li", 12)),
        }),
        answers: vec![Answer {
            by: by("zhang", 8),
            evidence: vec!["0f".repeat(32)],
        }],
        confirmed_by: vec!["li".into()],
        automatic: Automatic {
            status: Status::Issued,
            issued_at: Some(at(4)),
            answer_due_at: Some(at(8)),
            withdrawn_at: None,
            withdrawn_reason: None,
        },
        last: (at(12), "c-12".into()),
    }
}

/// An alert with nothing that may be absent.
pub fn bare_alert(case_no: &str) -> AlertRecord {
    AlertRecord {
        alert_id: alert_id("s", case_no, "p", "", 1),
        subject_kind: "case".into(),
        source: "s".into(),
        case_no: case_no.into(),
        item_code: None,
        org_code: None,
        region_code: None,
        responsible_org: None,
        responsible_office: None,
        responsible_actor: None,
        control_point: "p".into(),
        rule: "A1".into(),
        step: String::new(),
        visit: 1,
        level: Level::Review,
        status: Status::Pending,
        due_at: None,
        breached_at: None,
        raised_at: Timestamp::from_millis(-1),
        issued_at: None,
        completed_at: None,
        ended_at: None,
        ended_reason: None,
        withdrawn_at: None,
        withdrawn_reason: None,
        statutory: None,
        legal_basis: None,
        limit: None,
        answer_due_at: None,
        definitions_version: String::new(),
        calendar_version: String::new(),
        engine_version: String::new(),
        message: String::new(),
        evidence: Vec::new(),
        disposition: None,
    }
}

pub fn full_event(event_id: &str, case_no: &str) -> CaseEvent<'static> {
    let data = CaseData {
        data_version: Some(3),
        entered_at: Some(at(-5)),
        sent_at: Some(at(-4)),
        item_code: Some("51-施工许可-0001".into()),
        org_code: Some("510500-住建局".into()),
        region_code: Some("510502".into()),
        step_code: Some("审查".into()),
        actor: Some(Actor {
            id: "officer-7".into(),
            role: Some("reviewer".into()),
            cert_no: None,
        }),
        result_code: Some("同意".into()),
        amounts: [("decided".into(), 2_000_000), ("paid".into(), -1)].into(),
        attributes: [
            ("面积".into(), Value::Float(12.0)),
            ("层数".into(), Value::Int(3)),
            ("备注".into(), Value::Text("“引号”".to_owned().into())),
        ]
        .into(),
        ..CaseData::default()
    };
    CaseEvent {
        event_id: event_id.to_owned().into(),
        source: "泸州住建".into(),
        source_seq: u64::MAX,
        data_version: 3,
        kind: EventKind::StepEnd,
        occurred_at: at(-10),
        entered_at: Some(at(-5)),
        sent_at: Some(at(-4)),
        received_at: at(-3),
        case_no: case_no.to_owned().into(),
        data,
    }
}

pub fn bare_event(event_id: &str, case_no: &str) -> CaseEvent<'static> {
    CaseEvent {
        event_id: event_id.to_owned().into(),
        source: "泸州住建".into(),
        source_seq: 0,
        data_version: 1,
        kind: EventKind::Applied,
        occurred_at: Timestamp::from_millis(-62_135_596_800_000),
        entered_at: None,
        sent_at: None,
        received_at: Timestamp::from_millis(0),
        case_no: case_no.to_owned().into(),
        data: CaseData::default(),
    }
}

pub fn full_case(case_no: &str) -> CaseRecord {
    let text = |s: &str| Some(s.to_owned());
    CaseRecord {
        source: "泸州住建".into(),
        case_no: case_no.into(),
        item_code: text("51-施工许可-0001"),
        org_code: text("510500-住建局"),
        region_code: text("510502"),
        flowchart: text("施工许可@3"),
        opened_at: Some(at(-20)),
        accepted_at: Some(at(-19)),
        closed_at: Some(at(-1)),
        due_at: Some(at(100)),
        events: 9,
        step: text("审查"),
        visits: vec![
            StepVisit {
                step: "受理".into(),
                visit: 1,
                started_at: at(-20),
                ended_at: Some(at(-19)),
                due_at: Some(at(-18)),
                office: text("窗口"),
                actor: text("officer-1"),
            },
            StepVisit {
                step: "审查".into(),
                visit: 2,
                started_at: at(-18),
                ended_at: None,
                due_at: None,
                office: None,
                actor: None,
            },
        ],
        measures: CaseMeasures {
            power_type: Some(PowerType::Licence),
            case_kind: text("promise"),
            channel: text("self_service"),
            office: text("窗口"),
            handler: text("officer-1"),
            received_at: Some(at(-20)),
            decided_at: Some(at(-2)),
            delivered_at: Some(at(0)),
            ending: Some(EventKind::Closed),
            ended_at: Some(at(-1)),
            result: text("granted"),
            limit: Some(LimitMeasure {
                unit: MeasureUnit::WorkingDays,
                started_at: at(-19),
                statutory: Some(20),
                promised: Some(7),
                used: Some(5),
                statutory_due_at: Some(at(100)),
                promised_due_at: Some(at(50)),
                done_at: Some(at(-2)),
                fell_at: Some(at(-1)),
            }),
            suspended_ms: 86_400_000,
            suspensions: 1,
            extensions: 2,
            supplements: 3,
            events_late: 4,
            events_resent: 5,
            events_reversed: 6,
        },
    }
}

pub fn bare_case(case_no: &str) -> CaseRecord {
    CaseRecord {
        source: "s".into(),
        case_no: case_no.into(),
        item_code: None,
        org_code: None,
        region_code: None,
        flowchart: None,
        opened_at: Some(at(0)),
        accepted_at: None,
        closed_at: None,
        due_at: None,
        events: 0,
        step: None,
        visits: Vec::new(),
        measures: CaseMeasures::default(),
    }
}

pub fn alert_row(alert: AlertRecord, version: u64) -> AlertRow {
    AlertRow::new(alert, 1, at(9), &place(version))
}

pub fn case_row(case: CaseRecord, version: u64) -> CaseRow {
    CaseRow::new(case, at(9), &place(version))
}

pub fn event_row(event: &CaseEvent<'_>, offset: u64) -> EventRow {
    EventRow::new(event, &place(0).log_id, 7, offset, Some(at(0)))
}

pub fn change_row(
    alert: &AlertRecord,
    change: Change,
    cause: &Cause,
    revision: u32,
) -> AlertHistoryRow {
    AlertHistoryRow::new(
        alert,
        change,
        cause,
        revision,
        at(i64::from(revision)),
        &place(u64::from(revision)),
    )
}

/// Writes a batch without anybody who could stop it.
pub async fn write(store: &Store, batch: &Batch, watermarks: &[Watermark]) {
    let (_go_on, stop) = watch::channel(false);
    store
        .insert_batch(batch, watermarks, Backoff::default(), &stop, &())
        .await
        .unwrap();
}

/// A store on a fresh, migrated database.
pub async fn store() -> Store {
    let store = Store::connect(&crate::engine::config());
    store.migrate(Timestamp::from_millis(0)).await.unwrap();
    store
}
