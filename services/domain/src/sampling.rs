//! 抽查: a random sample of cases, drawn so that anybody can draw it again, and what was found of each.
//!
//! Rankings are gamed and self-reports flatter (domain study 7, S40); what a supervisor looks at is therefore nobody's choice. A case's place in
//! the draw is a hash of the seed and the case: of each stratum those that come first are taken. So the draw hangs on the seed and the
//! population and on nothing else, neither on the order in which the population was read; [`population_hash`] says whether a
//! population is the same.
//!
//! A sampling is a journal of records: drawn, found, closed. What it is follows from them in their order.

mod standing;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::ids::derived_id;
use crate::life::Actor;

pub use standing::Standing;

/// So many cases of one stratum at most.
pub const PER_STRATUM_MAX: u32 = 100;
/// So many cases of one sampling at most: people look at each.
pub const CASES_MAX: usize = 1_000;
/// So many points are checked of each case at most.
pub const CHECKS_MAX: usize = 30;

/// By what cases are divided before they are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strata {
    /// Not at all.
    Whole,
    /// 权力类别: the category of the power item.
    PowerType,
    /// 事项.
    Item,
    /// 承办机构.
    Body,
}

impl Strata {
    /// All of them.
    pub const ALL: [Strata; 4] = [Strata::Whole, Strata::PowerType, Strata::Item, Strata::Body];

    /// The code used in requests and answers.
    pub const fn code(self) -> &'static str {
        match self {
            Strata::Whole => "whole",
            Strata::PowerType => "power_type",
            Strata::Item => "item",
            Strata::Body => "body",
        }
    }

    /// The division with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Strata::ALL.into_iter().find(|strata| strata.code() == code)
    }
}

/// What is drawn from, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// What it is called.
    pub title: String,
    /// Cases that were closed at this instant or later.
    pub from: Timestamp,
    /// And before this one.
    pub until: Timestamp,
    /// Of this region and those in it; empty: of all.
    pub region: String,
    /// Of this body; empty: of all.
    pub body: String,
    /// Of this item; empty: of all.
    pub item: String,
    /// By what they are divided.
    pub strata: Strata,
    /// So many of each stratum; all where there are no more.
    pub per_stratum: u32,
    /// The seed: whatever it is, it was there before the draw.
    pub seed: String,
    /// 检查要点: what is looked at in each case.
    pub checks: Vec<String>,
}

/// A case that may be drawn.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Member {
    /// The source.
    pub source: String,
    /// The number within the source.
    pub case_no: String,
    /// The stratum's key; empty where the case does not say.
    pub stratum: String,
}

/// How many there were of a stratum, and how many were drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stratum {
    /// Its key.
    pub key: String,
    /// Cases in it.
    pub population: u64,
    /// Cases drawn.
    pub drawn: u64,
}

/// What a draw came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draw {
    /// Of the population, see [`population_hash`].
    pub population_hash: String,
    /// Cases in it.
    pub population: u64,
    /// By key.
    pub strata: Vec<Stratum>,
    /// The cases drawn, by stratum and in the order of the draw.
    pub cases: Vec<Member>,
}

/// 128 bits of SHA-256 over the members in order, each with its stratum.
pub fn population_hash(members: &[Member]) -> String {
    let mut sorted: Vec<&Member> = members.iter().collect();
    sorted.sort_unstable();
    let parts = sorted
        .iter()
        .flat_map(|m| [m.source.as_str(), m.case_no.as_str(), m.stratum.as_str()]);
    let parts: Vec<&str> = std::iter::once("population").chain(parts).collect();
    derived_id(&parts)
}

/// Draws `per_stratum` of each stratum.
pub fn draw(seed: &str, members: &[Member], per_stratum: u32) -> Draw {
    let mut strata: BTreeMap<&str, Vec<(String, &Member)>> = BTreeMap::new();
    for member in members {
        let place = derived_id(&["drawn", seed, &member.source, &member.case_no]);
        let stratum = strata.entry(&member.stratum).or_default();
        stratum.push((place, member));
    }
    let (mut told, mut cases) = (Vec::new(), Vec::new());
    for (key, mut stratum) in strata {
        stratum.sort_unstable();
        let drawn = stratum.len().min(per_stratum as usize);
        told.push(Stratum {
            key: key.to_owned(),
            population: stratum.len() as u64,
            drawn: drawn as u64,
        });
        cases.extend(stratum[..drawn].iter().map(|(_, member)| (*member).clone()));
    }
    Draw {
        population_hash: population_hash(members),
        population: members.len() as u64,
        strata: told,
        cases,
    }
}

/// What was found of one point of one case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// 符合.
    Pass,
    /// 不符合.
    Fail,
    /// 不适用.
    NotApplicable,
}

impl Verdict {
    /// The code used in records and tables.
    pub const fn code(self) -> &'static str {
        match self {
            Verdict::Pass => "pass",
            Verdict::Fail => "fail",
            Verdict::NotApplicable => "not_applicable",
        }
    }
}

/// What was found of one case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The case's source.
    pub source: String,
    /// The case's number.
    pub case_no: String,
    /// By the plan's checks, one each.
    pub verdicts: Vec<Verdict>,
    /// SHA-256 of the files that prove it.
    pub evidence: Vec<String>,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Act {
    /// The sample was drawn.
    Drawn {
        /// How.
        plan: Plan,
        /// What came of it.
        draw: Draw,
    },
    /// A case was checked; of one that is checked again the last counts.
    Found(Finding),
    /// The sampling is over; why is its result in words.
    Closed,
}

/// One record of a sampling's journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub who: Actor,
    /// Why; of a finding what was seen, of the end the result.
    pub why: String,
    /// The client's key.
    pub key: String,
    /// What.
    pub act: Act,
}

/// A sampling as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sampling<'r> {
    /// The record that drew it.
    pub drawn: &'r Record,
    /// How.
    pub plan: &'r Plan,
    /// What came of it.
    pub draw: &'r Draw,
    /// By source and number, the last finding of each case with its record.
    pub found: BTreeMap<(&'r str, &'r str), (&'r Record, &'r Finding)>,
    /// The record that ended it.
    pub closed: Option<&'r Record>,
}

/// What a sampling comes to so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Cases drawn.
    pub cases: u64,
    /// Cases checked.
    pub checked: u64,
    /// Cases of which at least one point failed.
    pub failed: u64,
    /// By the plan's checks: how many failed it, and of how many it was asked.
    pub by_check: Vec<(u64, u64)>,
}

impl<'r> Sampling<'r> {
    /// That of a journal; none of one that does not begin with a draw.
    pub fn of(records: &'r [Record]) -> Option<Self> {
        let (drawn, later) = records.split_first()?;
        let Act::Drawn { plan, draw } = &drawn.act else {
            return None;
        };
        let mut sampling = Sampling {
            drawn,
            plan,
            draw,
            found: BTreeMap::new(),
            closed: None,
        };
        for record in later {
            match &record.act {
                Act::Found(finding) => {
                    let place = (finding.source.as_str(), finding.case_no.as_str());
                    sampling.found.insert(place, (record, finding));
                }
                Act::Closed => sampling.closed = Some(record),
                Act::Drawn { .. } => {}
            }
        }
        Some(sampling)
    }

    /// What it comes to so far.
    pub fn tally(&self) -> Tally {
        let mut tally = Tally {
            cases: self.draw.cases.len() as u64,
            checked: self.found.len() as u64,
            by_check: vec![(0, 0); self.plan.checks.len()],
            ..Tally::default()
        };
        for (_, finding) in self.found.values() {
            tally.failed += u64::from(finding.verdicts.contains(&Verdict::Fail));
            for (told, verdict) in tally.by_check.iter_mut().zip(&finding.verdicts) {
                told.0 += u64::from(*verdict == Verdict::Fail);
                told.1 += u64::from(*verdict != Verdict::NotApplicable);
            }
        }
        tally
    }

    /// Why something cannot be done as it stands, in Chinese; none where it can.
    pub fn refused(&self, act: &Act) -> Option<String> {
        if self.closed.is_some() {
            return Some("该次抽查已经办结".to_owned());
        }
        match act {
            Act::Drawn { .. } => Some("该次抽查已经抽取".to_owned()),
            Act::Found(finding) => self.refused_finding(finding),
            Act::Closed => {
                let left = self.draw.cases.len() - self.found.len();
                (left > 0).then(|| format!("还有 {left} 件没有检查"))
            }
        }
    }

    fn refused_finding(&self, finding: &Finding) -> Option<String> {
        let mut drawn = self.draw.cases.iter();
        let is_it = |m: &Member| m.source == finding.source && m.case_no == finding.case_no;
        if !drawn.any(is_it) {
            return Some(format!("办件 {} 不在抽取的样本中", finding.case_no));
        }
        let (told, asked) = (finding.verdicts.len(), self.plan.checks.len());
        (told != asked).then(|| format!("检查要点有 {asked} 项，填写了 {told} 项"))
    }
}

#[cfg(test)]
mod tests;
