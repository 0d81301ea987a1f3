//! A small town by chance: cases, alerts, decisions about them, complaints and ratings, with what is told seldom told and instants that
//! often fall upon each other.

use mingjing_domain::Timestamp;
use mingjing_domain::alert::{AlertRecord, Evidence, Level, Status};
use mingjing_domain::definitions::PowerType;
use mingjing_domain::disposition::{
    Answer, Appeal, Automatic, Basis, Conclusion, Decision, Disposition, DispositionState, Order,
    Refused, RefusedBecause, Signature, Verdict,
};
use mingjing_domain::event::{CaseData, CaseEvent, EventKind, Value};
use mingjing_domain::fact::{CaseRecord, Fact, StepVisit};
use mingjing_domain::life::Actor;
use mingjing_domain::measures::{LimitMeasure, MeasureUnit};
use mingjing_domain::sampling;
use mingjing_store::metrics::{Known, KnownBody, KnownItem};

use super::world::World;
use crate::samples::{bare_alert, bare_case, bare_event};

const DAY: i64 = 86_400_000;

/// Chance that a seed decides (splitmix64).
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }

    pub fn percent(&mut self, n: u64) -> bool {
        self.below(100) < n
    }

    pub fn one_of<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u64) as usize]
    }

    fn code(&mut self, of: &[&str]) -> Option<String> {
        let code = self.one_of(of);
        (!code.is_empty()).then(|| code.to_owned())
    }

    /// `at` moved by whole hours between two numbers of days, now and then to a midnight or its last second.
    fn near(&mut self, at: Timestamp, from: i64, to: i64) -> Timestamp {
        let hours = self.below(((to - from) * 24) as u64) as i64;
        let moved = at.plus_millis(from * DAY + hours * 3_600_000);
        let day = moved.local_date(chrono_tz::Asia::Shanghai);
        let midnight = Timestamp::start_of(day, chrono_tz::Asia::Shanghai);
        match self.below(6) {
            0 => midnight,
            1 => midnight.plus_millis(-1000),
            2 => midnight.plus_millis(-1),
            _ => moved.plus_millis(self.below(1000) as i64),
        }
    }

    fn maybe<T>(&mut self, percent: u64, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.percent(percent).then(|| make(self))
    }
}

impl World {
    /// A town of so many cases.
    pub fn by_chance(seed: u64, cases: usize) -> Self {
        let mut dice = Dice(seed);
        let cases: Vec<CaseRecord> = (0..cases).map(|n| case(&mut dice, n)).collect();
        let events = voices(&mut dice, &cases);
        let mut alerts: Vec<AlertRecord> = (0..cases.len())
            .map(|n| alert(&mut dice, n, &cases, &events))
            .collect();
        let decisions = decisions(&mut dice, &alerts);
        appeals(&mut alerts, &decisions);
        let samples = (0..8).map(|n| sample(&mut dice, n, &cases)).collect();
        let item = |code: &str, org: &str, region: &str, power_type: &str| KnownItem {
            code: code.into(),
            org_code: org.into(),
            region_code: region.into(),
            power_type: power_type.into(),
        };
        let body = |code: &str, region: &str| KnownBody {
            code: code.into(),
            region_code: region.into(),
        };
        let known = Known {
            items: vec![
                item("i1", "o1", "510502", "licence"),
                item("i2", "o1", "510502", "penalty"),
                item("i'3\\", "o2", "510503", "licence"),
                item("i4", "o3", "510500", "other"),
                item("i9", "o4", "510502", "licence"),
            ],
            bodies: vec![
                body("o1", "510502"),
                body("o2", "510503"),
                body("o3", "510500"),
                body("o4", "510502"),
                body("o5", "510502"),
            ],
        };
        Self {
            cases,
            alerts,
            decisions,
            events,
            samples,
            known,
        }
    }
}

/// A case by chance.
pub fn case(dice: &mut Dice, n: usize) -> CaseRecord {
    let source = match dice.below(12) {
        0 => "complaints",
        1..=5 => "s2",
        _ => "s1",
    };
    let base = Timestamp::parse("2026-10-15T10:00:00+08:00").unwrap();
    let year = if dice.percent(15) { -365 } else { 0 };
    let opened = dice.near(base.plus_millis(year * DAY), -60, 40);
    let mut case = CaseRecord {
        source: source.into(),
        case_no: format!("{n:04}"),
        item_code: dice.code(&["", "i1", "i2", "i'3\\", "i4"]),
        org_code: dice.code(&["", "o1", "o2", "o3"]),
        // One of them is no code: it is cut by characters.
        region_code: dice.code(&[
            "",
            "510502",
            "510503",
            "510500",
            "510502001",
            "a泸州市纳溪区",
        ]),
        opened_at: Some(opened),
        ..bare_case("")
    };
    if dice.percent(4) {
        // All that was told of it was taken back.
        case.opened_at = None;
        return case;
    }
    let measures = &mut case.measures;
    measures.received_at = dice.maybe(70, |d| d.near(opened, 0, 2));
    case.accepted_at = dice.maybe(70, |d| d.near(opened, -1, 6));
    measures.power_type = dice.maybe(80, |d| {
        d.one_of(&[PowerType::Licence, PowerType::Penalty, PowerType::Other])
    });
    measures.case_kind = dice.code(&["", "instant", "promise"]);
    measures.office = dice.code(&["", "f1", "f2"]);
    measures.handler = dice.code(&["", "p1", "p2", "p3"]);
    if dice.percent(70) {
        let kinds = [
            EventKind::Closed,
            EventKind::Closed,
            EventKind::Closed,
            EventKind::Closed,
            EventKind::Withdrawn,
            EventKind::Voided,
            EventKind::Returned,
            EventKind::Terminated,
            EventKind::NotAccepted,
        ];
        measures.ending = Some(dice.one_of(&kinds));
        measures.ended_at = Some(dice.near(opened, 0, 45));
        case.closed_at = measures
            .ended_at
            .filter(|_| measures.ending == Some(EventKind::Closed));
        measures.delivered_at = dice.maybe(50, |d| d.near(opened, 0, 55));
    }
    measures.result = dice.code(&["", "granted", "granted", "refused", "no_penalty"]);
    measures.limit = dice.maybe(75, |d| limit(d, opened));
    measures.suspended_ms = dice.maybe(30, |d| d.below(20) * 43_200_000).unwrap_or(0);
    measures.suspensions = u32::from(dice.percent(30));
    measures.extensions = u32::from(dice.percent(15));
    measures.supplements = u32::from(dice.percent(25));
    case.events = 1 + dice.below(9) as u32;
    // Without a roll of its own, so that all else stays as it was.
    let channels = [None, Some("window"), Some("online"), Some("kiosk-7")];
    let channel = channels[(n + case.events as usize) % channels.len()];
    measures.channel = channel.map(str::to_owned);
    measures.events_late = dice.below(2) as u32;
    measures.events_resent = dice.below(2) as u32;
    measures.events_reversed = u32::from(dice.percent(10));
    for visit in 0..dice.below(4) {
        let started_at = dice.near(opened, 0, 30);
        case.visits.push(StepVisit {
            step: dice.one_of(&["受理", "审查", "决定"]).into(),
            visit: visit as u16 + 1,
            started_at,
            ended_at: dice.maybe(75, |d| d.near(started_at, -1, 15)),
            due_at: dice.maybe(60, |d| d.near(started_at, 1, 12)),
            office: dice.code(&["", "f1", "f2"]),
            actor: dice.code(&["", "p1", "p2"]),
        });
    }
    case
}

fn limit(dice: &mut Dice, opened: Timestamp) -> LimitMeasure {
    let due = dice.near(opened, 5, 30).floor_second();
    let finish = [due, due.plus_millis(999), due.plus_millis(1000)];
    let at = |d: &mut Dice| match d.percent(20) {
        true => d.one_of(&finish),
        false => d.near(opened, 1, 40),
    };
    let done_at = dice.maybe(60, at);
    LimitMeasure {
        unit: dice.one_of(&[
            MeasureUnit::WorkingDays,
            MeasureUnit::CalendarDays,
            MeasureUnit::Minutes,
        ]),
        started_at: opened,
        statutory: dice.maybe(70, |d| d.below(40) as u32),
        promised: dice.maybe(60, |d| d.below(20) as u32),
        used: done_at.map(|_| dice.below(30) as u32),
        statutory_due_at: dice.maybe(65, |_| due),
        promised_due_at: dice.maybe(60, |d| d.near(opened, 3, 20).floor_second()),
        done_at,
        fell_at: dice.maybe(15, at),
    }
}

/// Complaints and ratings of some cases, with answers and what takes them back; no two at the same instant.
fn voices(dice: &mut Dice, cases: &[CaseRecord]) -> Vec<CaseEvent<'static>> {
    let mut events = Vec::new();
    for case in cases {
        let mut at = dice.near(case.opened_at.unwrap_or_default(), 0, 20);
        let mut openings: Vec<(EventKind, String)> = Vec::new();
        for n in 0..dice.below(6) {
            at = at.plus_millis(1 + dice.below(4) as i64 * 3_600_000);
            let own = if dice.percent(40) { "mingjing-" } else { "" };
            let mut event = CaseEvent {
                source: case.source.clone().into(),
                occurred_at: at,
                source_seq: n,
                ..bare_event(&format!("{own}{}-{n}", case.case_no), &case.case_no)
            };
            event.kind = dice.one_of(&[
                EventKind::Complaint,
                EventKind::Rated,
                EventKind::ComplaintAnswered,
                EventKind::Corrected,
                EventKind::Note,
            ]);
            match event.kind {
                EventKind::Complaint | EventKind::Rated => {
                    event.data.org_code = dice.code(&["", "o1", "o2"]).map(Into::into);
                    event.data.region_code = dice.code(&["", "510502", "510503"]).map(Into::into);
                    event.data.item_code = dice.code(&["", "i1", "i4"]).map(Into::into);
                    openings.push((event.kind, event.event_id.to_string()));
                }
                EventKind::ComplaintAnswered if dice.percent(50) => {
                    let complaint = openings
                        .iter()
                        .find(|(kind, _)| *kind == EventKind::Complaint);
                    if let Some((_, about)) = complaint {
                        set(&mut event.data, "about", Value::Text(about.clone().into()));
                    }
                }
                EventKind::Corrected => {
                    event.data.corrects = openings.last().map(|(_, id)| id.clone().into());
                }
                _ => {}
            }
            // Without rolls of their own, so that all else stays as it was: some are one of many of a device, where the platform says so, and
            // of some of these it says that they stand. What a source says of that is nothing.
            let nth = n + u64::from(case.events);
            if event.kind == EventKind::Rated && !nth.is_multiple_of(3) {
                set(&mut event.data, "burst", Value::Int(6));
            }
            if event.kind == EventKind::Note
                && nth.is_multiple_of(2)
                && let Some((EventKind::Rated, about)) = openings.last()
            {
                for (name, value) in [("about", about.as_str()), ("act", "review")] {
                    set(&mut event.data, name, Value::Text(value.to_owned().into()));
                }
                set(
                    &mut event.data,
                    "outcome",
                    Value::Text("stands".to_owned().into()),
                );
            }
            if event.kind == EventKind::Rated {
                event.data.result_code = dice
                    .code(&["", "1", "2", "3", " 4", "5", "9", "good"])
                    .map(Into::into);
                if dice.percent(50) {
                    set(
                        &mut event.data,
                        "satisfaction",
                        Value::Int(1 + dice.below(6) as i64),
                    );
                }
            }
            events.push(event);
        }
    }
    events
}

fn set(data: &mut CaseData<'static>, name: &'static str, value: Value<'static>) {
    data.attributes.insert(name.into(), value);
}

fn alert(
    dice: &mut Dice,
    n: usize,
    cases: &[CaseRecord],
    events: &[CaseEvent<'static>],
) -> AlertRecord {
    let case = &cases[dice.below(cases.len() as u64) as usize];
    let rule = dice.one_of(&["T3", "Q2", "C1", "C1"]);
    let about_case = rule != "Q2";
    let raised = dice.near(
        Timestamp::parse("2026-10-20T10:00:00+08:00").unwrap(),
        -50,
        30,
    );
    let status = dice.one_of(&[
        Status::Issued,
        Status::Issued,
        Status::Ended,
        Status::Withdrawn,
        Status::Review,
        Status::Pending,
        Status::Cancelled,
    ]);
    let mut alert = AlertRecord {
        alert_id: format!("{n:032x}"),
        subject_kind: if about_case { "case" } else { "org" }.into(),
        source: case.source.clone(),
        case_no: case.case_no.clone(),
        item_code: case.item_code.clone(),
        org_code: case.org_code.clone(),
        region_code: case.region_code.clone(),
        responsible_org: dice.code(&["", "o1", "o2", "o3"]),
        responsible_office: dice.code(&["", "f1"]),
        responsible_actor: dice.code(&["", "p1"]),
        rule: rule.into(),
        level: dice.one_of(&[Level::Review, Level::Notice, Level::Yellow, Level::Red]),
        status,
        raised_at: raised,
        issued_at: match status {
            Status::Pending | Status::Cancelled => None,
            _ => dice.maybe(90, |d| d.near(raised, 0, 3)),
        },
        ..bare_alert(&case.case_no)
    };
    let said = events
        .iter()
        .filter(|event| *event.case_no == *case.case_no && *event.source == *case.source);
    if rule == "C1" {
        alert.evidence = said
            .filter(|event| event.kind == EventKind::Complaint)
            .take(1)
            .map(|event| Evidence::Event {
                event_id: event.event_id.to_string(),
                event_type: "complaint".into(),
                step: None,
                occurred_at: event.occurred_at,
                received_at: event.received_at,
                note: String::new(),
            })
            .collect();
    }
    alert.disposition = dice.maybe(60, |d| Box::new(disposition(d, raised)));
    alert
}

fn by(at: Timestamp) -> Signature {
    Signature {
        person: "li".into(),
        body: "sfj".into(),
        office: String::new(),
        at,
        reason: "r".into(),
        command: "c".into(),
    }
}

fn disposition(dice: &mut Dice, raised: Timestamp) -> Disposition {
    let state = dice.one_of(&[
        DispositionState::Open,
        DispositionState::Confirmed,
        DispositionState::Appealed,
        DispositionState::Upheld,
        DispositionState::Dismissed,
        DispositionState::WithdrawnOnAppeal,
    ]);
    let conclusion = dice.maybe(70, |d| d.one_of(&Conclusion::ALL));
    Disposition {
        state,
        decision: Some(Decision {
            verdict: Verdict::Confirmed,
            conclusion,
            cause: None,
            evidence: Vec::new(),
            by: by(raised),
            on_appeal: false,
            was_pending: false,
            basis: Basis {
                alleged: true,
                doubted: false,
                level: Level::Red,
                due_at: None,
                breached_at: None,
            },
            issued_at: None,
            answer_due_at: None,
        }),
        recheck_reason: dice.maybe(20, |_| "变了".into()),
        appeal: None,
        order: dice.maybe(50, |d| {
            let due = d.near(raised, 1, 15).floor_second();
            let mut answers = Vec::new();
            if d.percent(60) {
                let at = match d.percent(30) {
                    true => due.plus_millis(d.one_of(&[0, 999, 1000])),
                    false => d.near(raised, 1, 20),
                };
                answers.push(Answer {
                    by: by(at),
                    evidence: Vec::new(),
                });
            }
            Order {
                by: by(raised),
                nth: 1,
                to: "o1".into(),
                due_at: (d.percent(90)).then_some(due),
                extended: Vec::new(),
                extensions_asked: Vec::new(),
                passed_on: Vec::new(),
                must_rectify: false,
                answers,
                rectifications: Vec::new(),
                closed: None,
            }
        }),
        answers: Vec::new(),
        confirmed_by: Vec::new(),
        automatic: Automatic {
            status: Status::Issued,
            issued_at: None,
            answer_due_at: None,
            withdrawn_at: None,
            withdrawn_reason: None,
        },
        last: (raised, "c".into()),
    }
}

/// Orders and appeals about some alerts, no two about one at the same instant.
fn decisions(dice: &mut Dice, alerts: &[AlertRecord]) -> Vec<Fact> {
    let mut all = Vec::new();
    for alert in alerts {
        let mut at = dice.near(alert.raised_at, 0, 5);
        for n in 0..dice.below(5) {
            at = at.plus_millis(1 + dice.below(100) as i64 * 3_600_000);
            all.push(Fact::Decision {
                at,
                command: format!("c{n}-{}", alert.alert_id),
                digest: "d".into(),
                alert_id: alert.alert_id.clone(),
                source: alert.source.clone(),
                case_no: alert.case_no.clone(),
                act: dice
                    .one_of(&["order", "appeal", "uphold", "withdraw", "confirm"])
                    .into(),
                conclusion: None,
                refused: dice.maybe(15, |_| Refused {
                    reason: RefusedBecause::AlreadyDecided,
                    message: String::new(),
                }),
            });
        }
    }
    all
}

/// By when the last appeal about an alert has to be decided, where somebody did anything about that one: the very second of its decision, the
/// one before, two weeks after it was made, the last second of the month, or no day. Without a roll of its own, so that all else stays as it was.
fn appeals(alerts: &mut [AlertRecord], decisions: &[Fact]) {
    let month_over = Timestamp::parse("2026-10-31T23:59:59+08:00").unwrap();
    for (n, alert) in alerts.iter_mut().enumerate() {
        let acts = decisions.iter().filter_map(|fact| match fact {
            Fact::Decision {
                at,
                alert_id,
                act,
                refused: None,
                ..
            } if *alert_id == alert.alert_id => Some((*at, act.as_str())),
            _ => None,
        });
        let mut last = None;
        for (at, act) in acts {
            last = match (act, last) {
                ("appeal", _) => Some((at, None)),
                ("uphold" | "withdraw", Some((made, None))) => Some((made, Some(at))),
                _ => last,
            };
        }
        let (Some((made, decided)), Some(disposition)) = (last, alert.disposition.as_mut()) else {
            continue;
        };
        let by_then = decided.unwrap_or(made).floor_second();
        let due_at = match n % 5 {
            0 => Some(by_then),
            1 => Some(by_then.plus_millis(-1000)),
            2 => Some(made.floor_second().plus_millis(14 * DAY)),
            3 => Some(month_over),
            _ => None,
        };
        disposition.appeal = Some(Appeal {
            by: by(made),
            evidence: Vec::new(),
            due_at,
            passed_up: Vec::new(),
            outcome: None,
        });
    }
}

/// A sample of some cases, now and then of one that the archive does not have; some checked, of those some again.
fn sample(dice: &mut Dice, n: usize, cases: &[CaseRecord]) -> (String, Vec<sampling::Record>) {
    use sampling::{Act, Finding, Member, Plan, Record, Strata, Verdict};
    let began = Timestamp::parse("2026-10-12T10:00:00+08:00").unwrap();
    let year = if dice.percent(20) { -365 } else { 0 };
    let mut at = dice.near(began.plus_millis(year * DAY), -40, 25);
    let mut members = Vec::new();
    for case in cases {
        if dice.percent(10) {
            members.push(Member {
                source: case.source.clone(),
                case_no: case.case_no.clone(),
                stratum: case.org_code.clone().unwrap_or_default(),
            });
        }
    }
    members.push(Member {
        source: "s9".into(),
        case_no: "gone".into(),
        stratum: String::new(),
    });
    let plan = Plan {
        title: "抽查".into(),
        from: at,
        until: at,
        region: dice.code(&["", "5105", "510502"]).unwrap_or_default(),
        body: String::new(),
        item: String::new(),
        strata: Strata::Body,
        per_stratum: 10,
        seed: n.to_string(),
        checks: ["材料", "送达", "期限"].map(str::to_owned).to_vec(),
    };
    let draw = sampling::draw(&plan.seed, &members, plan.per_stratum);
    let drawn = draw.cases.clone();
    let record = |at, act| Record {
        at,
        who: Actor::default(),
        why: String::new(),
        key: String::new(),
        act,
    };
    let mut journal = vec![record(at, Act::Drawn { plan, draw })];
    let again = dice.below(2);
    for _ in 0..=again {
        for case in &drawn {
            if dice.percent(40) {
                continue;
            }
            at = at.plus_millis(1 + dice.below(60) as i64 * 3_600_000);
            let verdicts = (0..3).map(|_| {
                dice.one_of(&[
                    Verdict::Pass,
                    Verdict::Pass,
                    Verdict::Fail,
                    Verdict::NotApplicable,
                ])
            });
            let finding = Finding {
                source: case.source.clone(),
                case_no: case.case_no.clone(),
                verdicts: verdicts.collect(),
                evidence: Vec::new(),
            };
            journal.push(record(at, Act::Found(finding)));
        }
    }
    if dice.percent(30) {
        journal.push(record(at, Act::Closed));
    }
    (format!("{n:012x}"), journal)
}
