//! Every metric once more, slow and plain: each thing is looked at by itself, and what it adds is added up. Nothing is shared with the SQL.

mod adds;

use std::collections::{BTreeMap, BTreeSet};

use mingjing_domain::Timestamp;
use mingjing_domain::alert::{AlertRecord, Evidence, Level, Status};
use mingjing_domain::disposition::{Conclusion, DispositionState};
use mingjing_domain::event::CaseEvent;
use mingjing_domain::fact::{CaseRecord, Fact, StepVisit};
use mingjing_domain::sampling::{self, Sampling, Verdict};
use mingjing_domain::voice::{self, Voice};
use mingjing_store::metrics::{Dimension, Over};

use super::world::World;

pub use adds::sum;

/// In which stretch of time.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    pub from: Timestamp,
    pub until: Timestamp,
    pub at: Timestamp,
}

impl Span {
    fn has(&self, at: Option<Timestamp>) -> bool {
        at.is_some_and(|at| self.from <= at && at < self.until)
    }
}

/// What a number is made of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sum {
    pub numerator: f64,
    pub denominator: f64,
    pub base: f64,
    /// What a median is of.
    pub of: Vec<f64>,
}

/// What a thing is told apart by.
#[derive(Clone, Debug, Default)]
pub struct Keys(pub BTreeMap<Dimension, String>);

/// Something that is counted.
pub struct Thing<'w> {
    pub keys: Keys,
    what: What<'w>,
}

enum What<'w> {
    Case {
        case: &'w CaseRecord,
        alerted: bool,
        rated: bool,
    },
    Stay(&'w StepVisit, Option<Timestamp>),
    Alert(&'w AlertRecord),
    Order {
        given: Timestamp,
        last: bool,
        alert: &'w AlertRecord,
    },
    Appeal {
        made: Timestamp,
        /// The first decision upon it that followed.
        decided: Option<(Timestamp, &'w str)>,
        last: bool,
        alert: &'w AlertRecord,
    },
    Voice {
        at: Timestamp,
        grade: Option<u8>,
        answered: Option<Timestamp>,
        late: bool,
        /// One of many of a device that nobody has reviewed.
        burst: bool,
    },
    Listed(Vec<&'w CaseRecord>),
    Sampled {
        drawn: Timestamp,
        checked: Option<Timestamp>,
        findings: u32,
    },
}

fn started(case: &CaseRecord) -> Option<Timestamp> {
    case.measures.received_at.or(case.opened_at)
}

/// The cases that there are: something is told of them, and they are more than a complaint about no case.
fn cases(world: &World) -> impl Iterator<Item = &CaseRecord> {
    let there = |case: &&CaseRecord| case.opened_at.is_some() && case.source != voice::SOURCE;
    world.cases.iter().filter(there)
}

fn keys_of_case(case: &CaseRecord) -> Keys {
    let measures = &case.measures;
    keys([
        (Dimension::Region, case.region_code.as_deref()),
        (Dimension::Org, case.org_code.as_deref()),
        (Dimension::Item, case.item_code.as_deref()),
        (Dimension::Office, measures.office.as_deref()),
        (Dimension::Handler, measures.handler.as_deref()),
        (Dimension::PowerType, measures.power_type.map(|p| p.code())),
        (Dimension::CaseKind, measures.case_kind.as_deref()),
        (Dimension::Channel, measures.channel.as_deref()),
    ])
}

fn keys<'a>(of: impl IntoIterator<Item = (Dimension, Option<&'a str>)>) -> Keys {
    let own = |(by, key): (Dimension, Option<&str>)| (by, key.unwrap_or_default().to_owned());
    Keys(of.into_iter().map(own).collect())
}

fn keys_of_alert(alert: &AlertRecord, world: &World) -> Keys {
    let case = world
        .cases
        .iter()
        .find(|case| case.source == alert.source && case.case_no == alert.case_no);
    let mut all = case.map(keys_of_case).unwrap_or_default();
    let org = alert
        .responsible_org
        .as_deref()
        .or(alert.org_code.as_deref());
    all.0.extend(
        keys([
            (Dimension::Region, alert.region_code.as_deref()),
            (Dimension::Org, org),
            (Dimension::Item, alert.item_code.as_deref()),
            (Dimension::Office, alert.responsible_office.as_deref()),
            (Dimension::Handler, alert.responsible_actor.as_deref()),
            (Dimension::Level, Some(alert.level.code())),
            (Dimension::Rule, Some(&alert.rule)),
        ])
        .0,
    );
    all
}

/// Issued at all, which what is for review only never is.
fn issued_at(alert: &AlertRecord) -> Option<Timestamp> {
    alert.issued_at.filter(|_| alert.level != Level::Review)
}

fn state(alert: &AlertRecord) -> Option<DispositionState> {
    alert.disposition.as_ref().map(|d| d.state)
}

fn valid(alert: &AlertRecord) -> bool {
    matches!(alert.status, Status::Issued | Status::Ended)
}

fn net(alert: &AlertRecord) -> bool {
    valid(alert) && state(alert) != Some(DispositionState::Appealed)
}

fn conclusion(alert: &AlertRecord) -> Option<Conclusion> {
    alert.disposition.as_ref().and_then(|d| d.conclusion())
}

/// Everything of one kind.
pub fn things(world: &World, over: Over) -> Vec<Thing<'_>> {
    match over {
        Over::Cases => cases(world).map(|case| of_case(case, world)).collect(),
        Over::Steps => cases(world).flat_map(stays).collect(),
        Over::Alerts => {
            let alert = |alert| Thing {
                keys: keys_of_alert(alert, world),
                what: What::Alert(alert),
            };
            world.alerts.iter().map(alert).collect()
        }
        Over::Orders => decided(world, "order", |alert, given, later| What::Order {
            given,
            last: later.iter().all(|(_, act)| *act != "order"),
            alert,
        }),
        Over::Appeals => decided(world, "appeal", |alert, made, later| What::Appeal {
            made,
            decided: later
                .iter()
                .copied()
                .find(|(_, act)| ["uphold", "withdraw"].contains(act)),
            last: later.iter().all(|(_, act)| *act != "appeal"),
            alert,
        }),
        Over::Complaints => spoken(world, voice::Kind::Complaint),
        Over::Ratings => spoken(world, voice::Kind::Rating),
        Over::Items => {
            let item = |item: &'_ mingjing_store::metrics::KnownItem| Thing {
                keys: keys([
                    (Dimension::Region, Some(&*item.region_code)),
                    (Dimension::Org, Some(&item.org_code)),
                    (Dimension::Item, Some(&item.code)),
                    (Dimension::PowerType, Some(&item.power_type)),
                ]),
                what: What::Listed(
                    cases(world)
                        .filter(|c| c.item_code.as_ref() == Some(&item.code))
                        .collect(),
                ),
            };
            world.known.items.iter().map(item).collect()
        }
        Over::Bodies => {
            let having: BTreeSet<&str> = world.known.items.iter().map(|i| &*i.org_code).collect();
            let bodies = world
                .known
                .bodies
                .iter()
                .filter(|b| having.contains(&*b.code));
            let body = |body: &'_ mingjing_store::metrics::KnownBody| Thing {
                keys: keys([
                    (Dimension::Region, Some(&*body.region_code)),
                    (Dimension::Org, Some(&body.code)),
                ]),
                what: What::Listed(
                    cases(world)
                        .filter(|c| c.org_code.as_ref() == Some(&body.code))
                        .collect(),
                ),
            };
            bodies.map(body).collect()
        }
        Over::Samples => {
            let samples = world.samples.iter();
            samples
                .flat_map(|(_, journal)| sampled(journal, world))
                .collect()
        }
    }
}

fn sampled<'w>(journal: &[sampling::Record], world: &'w World) -> Vec<Thing<'w>> {
    let sampling = Sampling::of(journal).expect("a sampling");
    let case = |member: &sampling::Member| {
        let same =
            |source: &str, case_no: &str| source == member.source && case_no == member.case_no;
        let case = world.cases.iter().find(|c| same(&c.source, &c.case_no));
        let first = journal.iter().find(|record| match &record.act {
            sampling::Act::Found(finding) => same(&finding.source, &finding.case_no),
            _ => false,
        });
        let last = (sampling.found).get(&(member.source.as_str(), member.case_no.as_str()));
        let failed = last.map_or(0, |(_, finding)| {
            let verdicts = finding.verdicts.iter();
            verdicts.filter(|one| **one == Verdict::Fail).count()
        });
        Thing {
            keys: case.map(keys_of_case).unwrap_or_default(),
            what: What::Sampled {
                drawn: sampling.drawn.at,
                checked: first.map(|record| record.at),
                findings: failed as u32,
            },
        }
    };
    sampling.draw.cases.iter().map(case).collect()
}

fn of_case<'w>(case: &'w CaseRecord, world: &'w World) -> Thing<'w> {
    let same = |source: &str, case_no: &str| case.source == source && case.case_no == case_no;
    let alerted = world.alerts.iter().any(|alert| {
        let here = same(&alert.source, &alert.case_no) && alert.subject_kind == "case";
        here && issued_at(alert).is_some() && net(alert)
    });
    let events = events_of(case, world);
    let uncounted = [voice::State::SetAside, voice::State::ToReview];
    let rated = voice::voices(&events)
        .iter()
        .any(|one| one.kind == voice::Kind::Rating && !uncounted.contains(&one.state));
    Thing {
        keys: keys_of_case(case),
        what: What::Case {
            case,
            alerted,
            rated,
        },
    }
}

fn stays(case: &CaseRecord) -> Vec<Thing<'_>> {
    case.visits.iter().map(|visit| stay(case, visit)).collect()
}

fn stay<'w>(case: &CaseRecord, visit: &'w StepVisit) -> Thing<'w> {
    let mut keys = keys_of_case(case);
    for (by, key) in [
        (Dimension::Step, Some(&visit.step)),
        (Dimension::Office, visit.office.as_ref()),
        (Dimension::Handler, visit.actor.as_ref()),
    ] {
        keys.0.insert(by, key.cloned().unwrap_or_default());
    }
    let ends = [visit.ended_at, case.measures.ended_at];
    Thing {
        keys,
        what: What::Stay(visit, ends.into_iter().flatten().min()),
    }
}

/// The decisions of an act that were applied, each with what was decided about the same alert afterwards, in order.
fn decided<'w>(
    world: &'w World,
    act: &str,
    what: impl Fn(&'w AlertRecord, Timestamp, &[(Timestamp, &'w str)]) -> What<'w>,
) -> Vec<Thing<'w>> {
    let mut all = Vec::new();
    for alert in &world.alerts {
        let mut acts: Vec<(Timestamp, &str)> = world
            .decisions
            .iter()
            .filter_map(|fact| match fact {
                Fact::Decision {
                    at,
                    alert_id,
                    act,
                    refused: None,
                    ..
                } if *alert_id == alert.alert_id => Some((*at, act.as_str())),
                _ => None,
            })
            .collect();
        acts.sort_unstable();
        for (n, (at, one)) in acts.iter().enumerate() {
            if *one == act {
                all.push(Thing {
                    keys: keys_of_alert(alert, world),
                    what: what(alert, *at, &acts[n + 1..]),
                });
            }
        }
    }
    all
}

fn events_of(case: &CaseRecord, world: &World) -> Vec<CaseEvent<'static>> {
    let mut events: Vec<CaseEvent<'static>> = world
        .events
        .iter()
        .filter(|event| *event.source == *case.source && *event.case_no == *case.case_no)
        .cloned()
        .collect();
    events.sort_by_key(|event| (event.occurred_at, event.source_seq));
    events
}

fn spoken(world: &World, kind: voice::Kind) -> Vec<Thing<'_>> {
    let mut all = Vec::new();
    for case in &world.cases {
        let events = events_of(case, world);
        for one in voice::voices(&events) {
            // Nothing but a correction takes one back here.
            let stands = ![voice::State::Withdrawn, voice::State::SetAside].contains(&one.state);
            if one.kind == kind && stands {
                all.push(of_voice(&one, case, world));
            }
        }
    }
    all
}

fn of_voice<'w>(one: &Voice<'_>, case: &CaseRecord, world: &World) -> Thing<'w> {
    let opening = one.opening;
    let at_platform = opening.event_id.starts_with(voice::EVENT_PREFIX);
    let belongs = |said: Option<&str>, of_case: Option<&String>| {
        let (said, of_case) = (said.map(str::to_owned), of_case.cloned());
        let both = if at_platform {
            [said, of_case]
        } else {
            [of_case, said]
        };
        both.into_iter().flatten().next().unwrap_or_default()
    };
    let mut keys = keys_of_case(case);
    let data = &opening.data;
    let item = case
        .item_code
        .clone()
        .or(data.item_code.as_deref().map(str::to_owned));
    keys.0.extend([
        (
            Dimension::Org,
            belongs(data.org_code.as_deref(), case.org_code.as_ref()),
        ),
        (
            Dimension::Region,
            belongs(data.region_code.as_deref(), case.region_code.as_ref()),
        ),
        (Dimension::Item, item.unwrap_or_default()),
    ]);
    let names = |evidence: &Evidence| matches!(evidence, Evidence::Event { event_id, .. } if *event_id == *opening.event_id);
    let late = world.alerts.iter().any(|alert| {
        let here = alert.source == case.source && alert.case_no == case.case_no;
        here && alert.rule == "C1" && valid(alert) && alert.evidence.iter().any(names)
    });
    Thing {
        keys,
        what: What::Voice {
            at: opening.occurred_at,
            grade: one.grade,
            answered: one.answered_at,
            late,
            burst: one.state == voice::State::ToReview,
        },
    }
}
