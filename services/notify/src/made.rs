//! Alerts and routes for tests.

use std::collections::BTreeSet;
use std::sync::Arc;

use mingjing_domain::Timestamp;
use mingjing_domain::alert::{AlertRecord, Evidence, Level, Status};
use mingjing_domain::calendar::{WorkCalendar, built_in};
use mingjing_domain::disposition::{
    Answer, Appeal, Automatic, BroughtBefore, Disposition, DispositionState, EscalationRung,
    Instance, Order, Signature,
};

use crate::config::{DigestAfter, Route, When};
use crate::kind::Kind;
use crate::site::Known;
use crate::words::Field;

pub(crate) fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("a test writes instants")
}

pub(crate) fn alert(id: &str) -> AlertRecord {
    AlertRecord {
        alert_id: id.into(),
        subject_kind: "case".into(),
        source: "zjj".into(),
        case_no: "2026-0001".into(),
        item_code: Some("510500-0117-1".into()),
        org_code: Some("zjj".into()),
        region_code: Some("510502".into()),
        responsible_org: Some("zjj".into()),
        responsible_office: Some("审批科".into()),
        responsible_actor: Some("o-17".into()),
        control_point: "decision-late".into(),
        rule: "T2".into(),
        step: String::new(),
        visit: 1,
        level: Level::Red,
        status: Status::Issued,
        due_at: Some(at("2026-11-27T23:59:59+08:00")),
        breached_at: Some(at("2026-11-28T00:00:00+08:00")),
        raised_at: at("2026-11-28T00:00:00+08:00"),
        issued_at: Some(at("2026-11-28T00:00:00+08:00")),
        completed_at: None,
        ended_at: None,
        ended_reason: None,
        withdrawn_at: None,
        withdrawn_reason: None,
        statutory: Some(true),
        legal_basis: Some("《中华人民共和国行政许可法》第四十二条".into()),
        limit: Some("20wd".into()),
        answer_due_at: None,
        definitions_version: "d1".into(),
        calendar_version: "c1".into(),
        engine_version: "5".into(),
        message: "张某的申请超期未决定".into(),
        evidence: Vec::new(),
        disposition: None,
    }
}

fn signature(command: &str) -> Signature {
    Signature {
        person: "li".into(),
        body: "sfj".into(),
        office: "执法监督科".into(),
        at: at("2026-11-28T09:00:00+08:00"),
        reason: "请说明张某一案超期原因".into(),
        command: command.into(),
    }
}

fn disposed(order: Option<Order>, appeal: Option<Appeal>) -> AlertRecord {
    let plain = alert("a");
    let disposition = Disposition {
        state: DispositionState::Open,
        decision: None,
        recheck_reason: None,
        appeal,
        order,
        answers: Vec::new(),
        confirmed_by: Vec::new(),
        automatic: Automatic::of(&plain),
        last: (at("2026-11-28T09:00:00+08:00"), "c".into()),
    };
    AlertRecord {
        disposition: Some(Box::new(disposition)),
        ..plain
    }
}

pub(crate) fn ordered() -> AlertRecord {
    let order = Order {
        by: signature("c-order"),
        nth: 1,
        to: "zjj".into(),
        due_at: Some(at("2026-12-05T23:59:59+08:00")),
        extended: Vec::new(),
        extensions_asked: Vec::new(),
        passed_on: Vec::new(),
        answers: vec![Answer {
            by: signature("c-answer"),
            evidence: Vec::new(),
        }],
        must_rectify: false,
        rectifications: Vec::new(),
        closed: None,
    };
    disposed(Some(order), None)
}

pub(crate) fn appealed() -> AlertRecord {
    let appeal = Appeal {
        by: signature("c-appeal"),
        evidence: Vec::new(),
        due_at: Some(at("2026-12-12T23:59:59+08:00")),
        passed_up: Vec::new(),
        outcome: None,
    };
    disposed(None, Some(appeal))
}

/// The alert about an order of a county that was not answered, brought before the county's supervision; the city's is next.
pub(crate) fn brought() -> AlertRecord {
    let rung = |due: &str, reached, instance, region: &str| EscalationRung {
        due: due.into(),
        at: Some(at("2026-11-28T00:00:00+08:00")),
        reached,
        level: None,
        before: vec![BroughtBefore {
            instance,
            region: Some(region.into()),
        }],
    };
    let rungs = vec![
        rung("late", true, Instance::Supervision, "510502"),
        rung("5wd", false, Instance::SupervisionAbove, "510500"),
    ];
    AlertRecord {
        control_point: "disposition/T15".into(),
        rule: "T15".into(),
        evidence: vec![Evidence::Escalation { rungs }],
        ..alert("o")
    }
}

pub(crate) fn route(id: &str) -> Route {
    Route {
        id: id.into(),
        channel: "oa".into(),
        to: Vec::new(),
        when: When {
            levels: Vec::new(),
            regions: Vec::new(),
            before: Vec::new(),
            bodies: Vec::new(),
            offices: Vec::new(),
            items: Vec::new(),
            rules: Vec::new(),
            control_points: Vec::new(),
            changes: Kind::USUAL.into_iter().collect(),
            bulletins: BTreeSet::new(),
        },
        show: Field::USUAL.into_iter().collect(),
        quiet: false,
        urgent: BTreeSet::new(),
        digest: DigestAfter {
            more_than: 3,
            within_ms: 600_000,
        },
    }
}

pub(crate) fn known() -> Known {
    let calendar = built_in("cn").expect("the national calendar is built in");
    let names = |pairs: &[(&str, &str)]| {
        let pairs = pairs
            .iter()
            .map(|(code, name)| ((*code).to_owned(), (*name).to_owned()));
        pairs.collect()
    };
    Known {
        items: names(&[("510500-0117-1", "建筑工程施工许可")]),
        bodies: names(&[("zjj", "市住房城乡建设局")]),
        regions_of_bodies: names(&[("zjj", "510500"), ("lz-sfj", "510500")]),
        regions: names(&[("510502", "江阳区")]),
        declared: BTreeSet::new(),
        calendar: Arc::new(WorkCalendar::compile(calendar, None).expect("it compiles")),
    }
}
