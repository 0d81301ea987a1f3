//! 台账: what was done about a body or an officer beyond an alert's own course, and what came of it.
//!
//! The platform punishes nobody. What follows from a fault that was made out is done by people: somebody is talked to (约谈), a body is
//! told what to put right (监察建议), a lead goes to discipline inspection (移送线索), a leader writes what is to be done about an alert
//! or about a passage of a bulletin (批示). It is written down here with what was demanded until when, and later with its result (domain study 11.12).
//!
//! An entry is a journal of records: entered, ordered upon, its result, or that it was entered in error. What it is follows from them in their order,
//! and of an instruction about an alert from whether the order upon it was closed, which lies with the alert;
//! whether it is overdue follows from the day on which that is asked. Nothing is changed and nothing removed.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::calendar::WorkCalendar;
use crate::life::Actor;

/// So many alerts, and so many cases, an entry names at most.
pub const LINKED_MAX: usize = 20;
/// So many people were there at most.
pub const PRESENT_MAX: usize = 30;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// 约谈.
    Interview,
    /// 监察建议.
    Recommendation,
    /// 移送线索, to discipline inspection.
    Clue,
    /// 批示, of a leader about an alert or a passage of a bulletin: an order follows from it.
    Instruction,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 4] = [
        Kind::Interview,
        Kind::Recommendation,
        Kind::Clue,
        Kind::Instruction,
    ];

    /// The code used in requests and answers.
    pub const fn code(self) -> &'static str {
        match self {
            Kind::Interview => "interview",
            Kind::Recommendation => "recommendation",
            Kind::Clue => "clue",
            Kind::Instruction => "instruction",
        }
    }

    /// The field's term.
    pub const fn name_zh(self) -> &'static str {
        match self {
            Kind::Interview => "约谈",
            Kind::Recommendation => "监察建议",
            Kind::Clue => "移送线索",
            Kind::Instruction => "批示",
        }
    }

    /// The kind with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Kind::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Whether whom it is about must not learn of it.
    pub const fn is_confidential(self) -> bool {
        matches!(self, Kind::Clue)
    }

    /// Whether departments do not see it: of a leader's words they learn by the order that follows from them.
    pub const fn is_internal(self) -> bool {
        matches!(self, Kind::Clue | Kind::Instruction)
    }

    /// Whether it demands something until a day. What becomes of a lead is for whoever takes it, and a leader's words are the demand.
    pub const fn demands(self) -> bool {
        matches!(self, Kind::Interview | Kind::Recommendation)
    }
}

/// A case that an entry names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkedCase {
    /// The source.
    pub source: String,
    /// The number within the source.
    pub case_no: String,
}

/// A passage of a bulletin 通报 that was published: a leader writes on the paper, and not on an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Passage {
    /// The bulletin's id.
    pub bulletin: String,
    /// The passage as it stands there.
    pub text: String,
}

/// What was entered; the facts are the record's reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// What was done.
    pub kind: Kind,
    /// 机构代码 of the body that it concerns.
    pub body: String,
    /// 行政区划代码 of that body as it was then: who sees the entry hangs on it.
    pub region: String,
    /// 人员编号 of the officer that it concerns; empty: the body itself.
    pub officer: String,
    /// The day on which it was done.
    pub on: NaiveDate,
    /// 文号; empty where no paper was issued.
    pub document_no: String,
    /// To whom a lead was handed over; empty for what is no lead.
    pub handed_to: String,
    /// 依据; empty where none was given.
    pub legal_basis: String,
    /// Who was there.
    pub present: Vec<String>,
    /// What is demanded; empty where nothing is.
    pub demand: String,
    /// The day until which it is demanded.
    pub due: Option<NaiveDate>,
    /// Alerts by their ids; an instruction has one, or a passage. An order has no id beside its alert's.
    pub alerts: Vec<String>,
    /// Cases.
    pub cases: Vec<LinkedCase>,
    /// Of an instruction: the passage of a bulletin that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passage: Option<Passage>,
}

/// What came of it; in words it is the record's reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The day of it.
    pub on: NaiveDate,
    /// By whom: the body that put something right, or that decided upon the lead.
    pub by: String,
    /// SHA-256 of the files that prove it, 64 hexadecimal digits each.
    pub evidence: Vec<String>,
}

/// 交办: an order upon an instruction, as it is about to be put into the log. Whether it came there and was applied is told by the command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ordered {
    /// The command's id.
    pub command: String,
    /// To which body.
    pub to: String,
    /// When its answer is due; none: by the usual term.
    pub due_at: Option<Timestamp>,
}

/// 交办 upon an instruction about a passage: an order without an alert, with an owner and a day. The ledger itself holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assigned {
    /// 机构代码 of the owner.
    pub to: String,
    /// The day until which its result is asked for.
    pub due: NaiveDate,
}

/// What was written down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Act {
    /// It was entered.
    Entered(Box<Entry>),
    /// An order is to be given upon it.
    Ordered(Ordered),
    /// An order was given upon it that is about no alert; what who gave it has to say is the record's reason.
    Assigned(Assigned),
    /// Its result.
    Resulted(Outcome),
    /// It was entered in error; why says how.
    Voided,
}

/// One record of an entry's journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// When.
    pub at: Timestamp,
    /// Who wrote it.
    pub who: Actor,
    /// The facts; of a result what it is, of an error what was wrong.
    pub why: String,
    /// The client's key.
    pub key: String,
    /// What.
    pub what: Act,
}

/// How an entry stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// 待办结: there is no result, and it is not due or has no day.
    Open,
    /// 逾期: there is no result, and the last day is over.
    Overdue,
    /// 已办结.
    Closed,
    /// 作废.
    Void,
}

impl Standing {
    /// All of them.
    pub const ALL: [Standing; 4] = [
        Standing::Open,
        Standing::Overdue,
        Standing::Closed,
        Standing::Void,
    ];

    /// The code used in requests and answers.
    pub const fn code(self) -> &'static str {
        match self {
            Standing::Open => "open",
            Standing::Overdue => "overdue",
            Standing::Closed => "closed",
            Standing::Void => "void",
        }
    }

    /// The standing with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Standing::ALL.into_iter().find(|one| one.code() == code)
    }
}

/// An entry with what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matter<'r> {
    /// The record that entered it.
    pub entered: &'r Record,
    /// What was entered.
    pub entry: &'r Entry,
    /// The orders that were to be given upon it, in order; all but the last were refused, or never came into the log.
    pub orders: Vec<(&'r Record, &'r Ordered)>,
    /// The order that was given upon it and is about no alert.
    pub assigned: Option<(&'r Record, &'r Assigned)>,
    /// The record of its result.
    pub result: Option<(&'r Record, &'r Outcome)>,
    /// The record that says it was entered in error.
    pub voided: Option<&'r Record>,
    /// 办结督办: the day on which the order upon an instruction about an alert was closed. It lies with the alert and not in the journal, so that who
    /// knows it says it here.
    pub order_closed: Option<NaiveDate>,
}

impl<'r> Matter<'r> {
    /// That of a journal; none of one that does not begin with an entry.
    pub fn of(records: &'r [Record]) -> Option<Self> {
        let (entered, later) = records.split_first()?;
        let Act::Entered(entry) = &entered.what else {
            return None;
        };
        let mut matter = Matter {
            entered,
            entry,
            orders: Vec::new(),
            assigned: None,
            result: None,
            voided: None,
            order_closed: None,
        };
        for record in later {
            match &record.what {
                Act::Ordered(ordered) => matter.orders.push((record, ordered)),
                Act::Assigned(assigned) => matter.assigned = Some((record, assigned)),
                Act::Resulted(outcome) => matter.result = Some((record, outcome)),
                Act::Voided => matter.voided = Some(record),
                Act::Entered(_) => {}
            }
        }
        Some(matter)
    }

    /// The last day on which what is demanded is in time: a day that is not worked hands over to the next one that is, as with the terms
    /// of cases.
    pub fn last_day(&self, calendar: &WorkCalendar) -> Option<NaiveDate> {
        let assigned = self.assigned.map(|(_, assigned)| assigned.due);
        let due = assigned.or(self.entry.due)?;
        Some(match calendar.is_working(due) {
            true => due,
            false => calendar.add_working_days(due, 1),
        })
    }

    /// The day on which what was asked for was done: that of its result, else of the closing of the order upon it.
    pub fn done_on(&self) -> Option<NaiveDate> {
        let result = self.result.map(|(_, outcome)| outcome.on);
        result.or(self.order_closed)
    }

    /// The command of the order upon it, while nobody entered a result and it was not entered in error: with the order's closing it is done.
    pub fn done_by(&self) -> Option<&'r str> {
        let waits = self.voided.is_none() && self.result.is_none();
        let (_, ordered) = self.orders.last().filter(|_| waits)?;
        Some(&ordered.command)
    }

    /// How it stands on a day.
    pub fn standing(&self, today: NaiveDate, calendar: &WorkCalendar) -> Standing {
        if self.voided.is_some() {
            return Standing::Void;
        }
        if self.done_on().is_some() {
            return Standing::Closed;
        }
        match self.last_day(calendar) {
            Some(last) if last < today => Standing::Overdue,
            _ => Standing::Open,
        }
    }

    /// Working days after today up to and with the last one; negative where it is over. None of what has no day or waits for nothing.
    pub fn working_days_left(&self, today: NaiveDate, calendar: &WorkCalendar) -> Option<i64> {
        let waits = self.voided.is_none() && self.done_on().is_none();
        let last = self.last_day(calendar).filter(|_| waits)?;
        Some(calendar.working_days_between(today, last))
    }

    /// Whether it was done after its last day.
    pub fn late(&self, calendar: &WorkCalendar) -> bool {
        let (done, last) = (self.done_on(), self.last_day(calendar));
        done.zip(last).is_some_and(|(done, last)| last < done)
    }

    /// Why something cannot be done as it stands, in Chinese; none where it can.
    pub fn refused(&self, act: &Act) -> Option<&'static str> {
        if self.voided.is_some() {
            return Some("该条台账已经作废");
        }
        match act {
            Act::Entered(_) => Some("该条台账已经登记"),
            Act::Ordered(_) if self.entry.kind != Kind::Instruction => {
                Some("只有领导批示可以交办督办")
            }
            Act::Assigned(_) if self.entry.passage.is_none() => {
                Some("只有针对通报的批示直接交办；针对预警的批示请在该预警上督办")
            }
            Act::Assigned(_) if self.assigned.is_some() => Some("该批示已经交办"),
            Act::Ordered(_) | Act::Assigned(_) if self.result.is_some() => {
                Some("该条台账已经登记结果")
            }
            Act::Resulted(_) if self.result.is_some() => Some("该条台账已经登记结果"),
            Act::Resulted(outcome) if outcome.on < self.entry.on => {
                Some("结果的日期早于该事项本身的日期")
            }
            Act::Ordered(_) | Act::Assigned(_) | Act::Resulted(_) | Act::Voided => None,
        }
    }
}

#[cfg(test)]
mod tests;
