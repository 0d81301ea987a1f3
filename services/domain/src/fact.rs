//! `Fact`: what the engine concluded. Facts have a total order per partition and derived ids.

use serde::{Deserialize, Serialize};

use crate::alert::AlertRecord;
use crate::disposition::{Conclusion, Refused};
use crate::measures::CaseMeasures;
use crate::time::Timestamp;

/// Why an alert changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Cause {
    /// An event of the case arrived.
    Event {
        /// Its id.
        event_id: String,
    },
    /// Time passed.
    Clock,
    /// The source said it is complete up to an instant.
    SourceComplete,
    /// The work calendar was amended.
    CalendarChange {
        /// The calendar version now in force.
        version: String,
    },
    /// Definitions were published.
    DefinitionsChange {
        /// The definitions version now in force.
        version: String,
    },
    /// A command was given: by an inspection or a person.
    Command {
        /// Its id.
        id: String,
    },
    /// The engine was upgraded.
    EngineChange {
        /// The engine version now running.
        version: String,
    },
}

/// What became of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// First alleged, as pending.
    Raised,
    /// Went out.
    Issued,
    /// Its level rose; or the order it is about came to be brought before somebody higher.
    Escalated,
    /// Its level, dates or completion changed without changing its status.
    Revised,
    /// It was true and is over.
    Ended,
    /// What had ended is true again.
    Reopened,
    /// It should not have been.
    Withdrawn,
    /// It should not have been, and nobody was told yet.
    Cancelled,
    /// A person must decide.
    SentToReview,
    /// A person did something about it that leaves its status.
    Disposed,
}

/// A step visit as known now: one stay of one case in one step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepVisit {
    /// 环节.
    pub step: String,
    /// From 1.
    pub visit: u16,
    /// When it began (an atomic step: when it ended).
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// When it is or was due, where the step has a limit.
    pub due_at: Option<Timestamp>,
    /// 承办机构 (office of the step).
    pub office: Option<String>,
    /// 经办人.
    pub actor: Option<String>,
}

/// A case as known now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseRecord {
    /// The source.
    pub source: String,
    /// 办件编号.
    pub case_no: String,
    /// 事项编码.
    pub item_code: Option<String>,
    /// 承办机构.
    pub org_code: Option<String>,
    /// 行政区划.
    pub region_code: Option<String>,
    /// The flowchart it is judged by, `id@version`; none for an item that is not in the list.
    pub flowchart: Option<String>,
    /// Its first event; none while all its events are taken back.
    pub opened_at: Option<Timestamp>,
    /// 受理.
    pub accepted_at: Option<Timestamp>,
    /// 办结.
    pub closed_at: Option<Timestamp>,
    /// The deadline of the whole case, where it has one.
    pub due_at: Option<Timestamp>,
    /// How many events are known.
    pub events: u32,
    /// The step it is in, or was last in.
    pub step: Option<String>,
    /// Stays in steps, in order of entry.
    pub visits: Vec<StepVisit>,
    /// What statistics count of it. Facts of before have none.
    #[serde(default, skip_serializing_if = "CaseMeasures::is_empty")]
    pub measures: CaseMeasures,
}

/// One conclusion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// An alert changed; the record is its whole new state.
    Alert {
        /// What became of it.
        change: Change,
        /// Why.
        cause: Cause,
        /// The partition's clock when it was concluded.
        at: Timestamp,
        /// How many times this alert has changed, from 1. With the alert's id it names the fact.
        revision: u32,
        /// The alert's new state, whole.
        alert: Box<AlertRecord>,
    },
    /// A case changed; the record is its whole new state.
    Case {
        /// The partition's clock when it was concluded.
        at: Timestamp,
        /// The case's new state, whole.
        case: Box<CaseRecord>,
    },
    /// A log record could not be used.
    Refused {
        /// The partition's clock when it was met.
        at: Timestamp,
        /// A reason code, like `unreadable`.
        reason: String,
        /// What was wrong and what to do, for people.
        detail: String,
        /// The source, where it could be read.
        source: Option<String>,
        /// The case, where it could be read.
        case_no: Option<String>,
        /// The event id, where it could be read.
        event_id: Option<String>,
    },
    /// A person's command about an alert was applied or refused. What it changed stands in the alert's own fact before.
    Decision {
        /// The partition's clock when it was decided.
        at: Timestamp,
        /// The command's id.
        command: String,
        /// What the command said, as a digest.
        digest: String,
        /// The alert.
        alert_id: String,
        /// The source of the alert's subject.
        source: String,
        /// The alert's case number, or its subject's key.
        case_no: String,
        /// The code of the act.
        act: String,
        /// The conclusion that the act comes to, where it comes to one.
        conclusion: Option<Conclusion>,
        /// Why it was not applied; none where it was.
        refused: Option<Refused>,
    },
    /// What is known of a source in this partition.
    Source {
        /// The partition's clock when it was concluded.
        at: Timestamp,
        /// The source.
        source: String,
        /// Complete up to here, as it last declared.
        complete_until: Option<Timestamp>,
        /// Its latest event's receipt.
        last_received_at: Option<Timestamp>,
        /// How many of its events this partition has taken.
        events: u64,
    },
}
