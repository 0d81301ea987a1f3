//! 同因事件: alerts that come of one cause, worked as one.
//!
//! When a source is silent, was fed late, or a rule was wrong, dozens of alerts come of it. Every alert keeps its own record and its own
//! decision; an incident says what they have in common, what was said about it, what was done to all of them by one act, and how it was
//! concluded (design decision 15).
//!
//! ```text
//!  opened ─▶ open ─add, remove, state, set span─▶ open ─close─▶ closed
//!              │ ▲
//!        begin │ │ every member answered, or halted
//!              ▼ │
//!            under way (one act upon all at a time)
//! ```
//! It is a journal of records, and what it is follows from them in their order ([`Incident::of`]). An act upon all is begun once and
//! worked in pieces: what became of each member is a record, too, so whoever goes on after a crash does what is left and nothing twice.
//! That an alert lies in one open incident at most is kept by whoever writes (`api`), since no journal knows the others.

mod cause;
mod refusal;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::alert::Level;
use crate::disposition::{Conclusion, Disposal};
use crate::life::Actor;

pub use cause::{Cause, CauseKind};
pub use refusal::Refused;

/// So many alerts lie in an incident at most (our own bound: what one person can answer for with one act).
pub const MEMBERS_MAX: usize = 5_000;
/// So many are added or removed at once at most; as many as can be chosen in the console.
pub const CHANGED_MAX: usize = 500;
/// Acts that can be done upon all: those that make sense with the same reason for each.
pub const ACTS_UPON_ALL: [&str; 7] = [
    "hold", "issue", "confirm", "dismiss", "order", "answer", "close",
];

/// What an incident was opened with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// What it is called.
    pub title: String,
    /// The cause, with what it is about.
    pub cause: Cause,
    /// Since when the cause was there, where that is known.
    pub from: Option<Timestamp>,
    /// Until when; none: it still is, or nobody knows.
    pub until: Option<Timestamp>,
    /// 机构代码 of the body that owns the cause.
    pub body: String,
    /// 行政区划代码 of that body as it was then: who sees the incident hangs on it.
    pub region: String,
}

/// An alert in an incident, with what is needed to tell who sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The alert.
    pub alert: String,
    /// The source.
    pub source: String,
    /// 办件编号.
    pub case_no: String,
    /// The kind of rule.
    pub rule: String,
    /// How grave it was when it was added.
    pub level: Level,
    /// 行政区划.
    pub region: Option<String>,
    /// 承办机构.
    pub body: Option<String>,
    /// 责任机构.
    pub responsible: Option<String>,
}

/// How far whoever began an act sees: members beyond it are left. Empty parts are everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    /// A region whose code begins so.
    pub region_prefix: Option<String>,
    /// What this body handles or answers for.
    pub body: Option<String>,
}

impl Reach {
    /// Whether a member lies in it.
    pub fn holds(&self, member: &Member) -> bool {
        let region = self.region_prefix.as_ref().is_none_or(|prefix| {
            let region = member.region.as_deref();
            region.is_some_and(|code| code.starts_with(prefix.as_str()))
        });
        let body = self.body.as_ref().is_none_or(|body| {
            member.body.as_ref() == Some(body) || member.responsible.as_ref() == Some(body)
        });
        region && body
    }
}

/// What became of an act upon one member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Outcome {
    /// It was applied.
    Applied,
    /// It was not.
    Refused {
        /// The code of why.
        reason: String,
        /// Why, Chinese.
        message: String,
    },
}

/// What was written down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Act {
    /// 立为同因事件.
    Opened(Head),
    /// 并入.
    Added {
        /// Which.
        members: Vec<Member>,
    },
    /// 移出.
    Removed {
        /// Which, by their ids.
        alerts: Vec<String>,
    },
    /// 情况说明: the record's why is what was stated.
    Stated {
        /// SHA-256 of the files that prove it, 64 hexadecimal digits each.
        evidence: Vec<String>,
    },
    /// 起止时间: since when and until when the cause was there.
    Spanned {
        /// Since when.
        from: Option<Timestamp>,
        /// Until when.
        until: Option<Timestamp>,
    },
    /// An act upon all is begun.
    Begun {
        /// Which. An order that names nobody goes to each alert's own body.
        disposal: Disposal,
        /// How far it goes.
        reach: Reach,
    },
    /// What became of it with some members.
    Worked {
        /// The number of the record that began it.
        begun: usize,
        /// By alert.
        results: BTreeMap<String, Outcome>,
    },
    /// 中止: what is left of the act under way is not done.
    Halted,
    /// 结论.
    Closed {
        /// What it comes down to.
        conclusion: Conclusion,
    },
    /// Nothing: it takes a number, so that whoever meant to write under it decides again.
    Fenced,
}

/// One record of an incident's journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// When.
    pub at: Timestamp,
    /// Who wrote it.
    pub who: Actor,
    /// Why; of a statement what was stated.
    pub why: String,
    /// The client's key.
    pub key: String,
    /// What.
    pub what: Act,
}

/// A member and the record that added it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Joined<'r> {
    /// The alert.
    pub member: &'r Member,
    /// Who added it, when and why.
    pub by: &'r Record,
}

/// How an act upon all stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Some members are left.
    UnderWay,
    /// Each member was answered.
    Done,
    /// It was halted before.
    Halted,
}

impl Progress {
    /// The code used in answers.
    pub const fn code(self) -> &'static str {
        match self {
            Progress::UnderWay => "under_way",
            Progress::Done => "done",
            Progress::Halted => "halted",
        }
    }
}

/// An act upon all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run<'r> {
    /// The number of the record that began it.
    pub number: usize,
    /// That record.
    pub begun: &'r Record,
    /// What is done.
    pub disposal: &'r Disposal,
    /// The members that it is meant for.
    pub targets: BTreeSet<&'r str>,
    /// How many lie beyond its reach and are left.
    pub outside: usize,
    /// How many it had been done to before.
    pub before: usize,
    /// What became of it, by alert.
    pub results: BTreeMap<&'r str, &'r Outcome>,
    /// The record that halted it.
    pub halted: Option<&'r Record>,
}

impl<'r> Run<'r> {
    /// Members that were not answered; what was removed meanwhile is left alone.
    pub fn left(&self, members: &BTreeMap<&'r str, Joined<'r>>) -> Vec<&'r str> {
        let waits = |alert: &&&str| !self.results.contains_key(**alert);
        let here = |alert: &&&str| members.contains_key(**alert);
        let targets = self.targets.iter();
        targets.filter(waits).filter(here).copied().collect()
    }

    /// How it stands.
    pub fn progress(&self, members: &BTreeMap<&'r str, Joined<'r>>) -> Progress {
        if self.left(members).is_empty() {
            Progress::Done
        } else if self.halted.is_some() {
            Progress::Halted
        } else {
            Progress::UnderWay
        }
    }
}

/// An incident as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incident<'r> {
    /// The record that opened it.
    pub opened: &'r Record,
    /// What it was opened with.
    pub head: &'r Head,
    /// Since when the cause was there, as it was said last.
    pub from: Option<Timestamp>,
    /// Until when, as it was said last.
    pub until: Option<Timestamp>,
    /// What lies in it, by alert.
    pub members: BTreeMap<&'r str, Joined<'r>>,
    /// The acts upon all, in order.
    pub runs: Vec<Run<'r>>,
    /// What is told of its course: every record but those that only keep count, in order.
    pub course: Vec<&'r Record>,
    /// The record that closed it.
    pub closed: Option<(&'r Record, Conclusion)>,
}

impl<'r> Incident<'r> {
    /// That of a journal; none of one that does not begin with an opening.
    pub fn of(records: &'r [Record]) -> Option<Self> {
        let (opened, later) = records.split_first()?;
        let Act::Opened(head) = &opened.what else {
            return None;
        };
        let mut incident = Incident {
            opened,
            head,
            from: head.from,
            until: head.until,
            members: BTreeMap::new(),
            runs: Vec::new(),
            course: vec![opened],
            closed: None,
        };
        let mut done_last = BTreeMap::new();
        for (number, record) in (1..).zip(later) {
            incident.apply(number, record, &mut done_last);
        }
        Some(incident)
    }

    /// `done_last`: the act upon all that was applied to each alert last.
    fn apply(
        &mut self,
        number: usize,
        record: &'r Record,
        done_last: &mut BTreeMap<&'r str, &'static str>,
    ) {
        match &record.what {
            Act::Opened(_) | Act::Fenced => return,
            Act::Added { members } => {
                for member in members {
                    let joined = Joined { member, by: record };
                    self.members.entry(&member.alert).or_insert(joined);
                }
            }
            Act::Removed { alerts } => {
                for alert in alerts {
                    self.members.remove(alert.as_str());
                }
            }
            Act::Stated { .. } => {}
            Act::Spanned { from, until } => (self.from, self.until) = (*from, *until),
            Act::Begun { disposal, reach } => {
                let run = self.begun(number, record, disposal, reach, done_last);
                self.runs.push(run);
            }
            Act::Worked { begun, results } => {
                if let Some(run) = self.runs.iter_mut().find(|run| run.number == *begun) {
                    for (alert, outcome) in results {
                        run.results.entry(alert).or_insert(outcome);
                        if *outcome == Outcome::Applied {
                            done_last.insert(alert, run.disposal.code());
                        }
                    }
                }
                return;
            }
            Act::Halted => {
                if let Some(run) = self.runs.last_mut() {
                    run.halted = Some(record);
                }
            }
            Act::Closed { conclusion } => self.closed = Some((record, *conclusion)),
        }
        self.course.push(record);
    }

    /// An act is meant for every member in its reach, but for those to whom the same was done last: given again, it is for those that came
    /// since, and for those that others had to leave.
    fn begun(
        &self,
        number: usize,
        record: &'r Record,
        disposal: &'r Disposal,
        reach: &Reach,
        done_last: &BTreeMap<&'r str, &'static str>,
    ) -> Run<'r> {
        let (mut targets, mut outside, mut before) = (BTreeSet::new(), 0, 0);
        for (alert, joined) in &self.members {
            if !reach.holds(joined.member) {
                outside += 1;
            } else if done_last.get(alert) == Some(&disposal.code()) {
                before += 1;
            } else {
                targets.insert(*alert);
            }
        }
        Run {
            number,
            begun: record,
            disposal,
            targets,
            outside,
            before,
            results: BTreeMap::new(),
            halted: None,
        }
    }

    /// The act upon all that is under way.
    pub fn under_way(&self) -> Option<&Run<'r>> {
        let last = self.runs.last();
        last.filter(|run| run.progress(&self.members) == Progress::UnderWay)
    }

    /// Why something cannot be done as it stands; none where it can.
    pub fn refused(&self, act: &Act) -> Option<Refused> {
        if self.closed.is_some() {
            return Some(Refused::Closed);
        }
        let running = self.under_way().is_some();
        match act {
            Act::Opened(_) => Some(Refused::Opened),
            Act::Added { members } => {
                let new = |member: &&Member| !self.members.contains_key(member.alert.as_str());
                let all = self.members.len() + members.iter().filter(new).count();
                (all > MEMBERS_MAX).then_some(Refused::TooMany)
            }
            Act::Removed { alerts } => {
                let here = |alert: &String| self.members.contains_key(alert.as_str());
                (!alerts.iter().all(here)).then_some(Refused::NotIn)
            }
            Act::Begun { .. } if running => Some(Refused::UnderWay),
            Act::Begun { disposal, reach } => self.cannot_begin(disposal, reach),
            Act::Closed { .. } => running.then_some(Refused::UnderWay),
            Act::Halted => (!running).then_some(Refused::NothingUnderWay),
            Act::Stated { .. } | Act::Spanned { .. } | Act::Worked { .. } | Act::Fenced => None,
        }
    }

    fn cannot_begin(&self, disposal: &Disposal, reach: &Reach) -> Option<Refused> {
        if !ACTS_UPON_ALL.contains(&disposal.code()) {
            return Some(Refused::NotForMany);
        }
        let mut members = self.members.values();
        let some = members.any(|joined| reach.holds(joined.member));
        (!some).then_some(Refused::NobodyInReach)
    }
}

#[cfg(test)]
mod tests;
