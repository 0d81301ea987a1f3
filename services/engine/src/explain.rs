//! Why a case stands as it does, for any instant and any state of knowledge.
//!
//! It is no second opinion: the case's own part of the log is read again by the engine ([`CaseLog`]), and what is told is
//! taken from the same walk and the same allegations that alerts come from. What a kind of check means is told by its
//! control point's own words and by the evidence of its alert, so that a new kind needs nothing here.
//!
//! Two views. **Course**: the log is read in its order up to what was known, as its owner read it; the alerts are those that
//! had been published by then. **Hindsight**: of what is known, only what had happened by the instant asked counts, and it is
//! judged once as of that instant; that is how the case really stood then, as far as is known, and not what had been published.

mod case_log;
mod lacking;
mod limits;
mod points;
mod text;
mod verdict;
mod walk;

use std::collections::BTreeMap;

use mingjing_domain::Timestamp;
use mingjing_domain::alert::{AlertRecord, Level, Status};
use mingjing_domain::deadline::Account;
use mingjing_domain::fact::{Cause, Change, Fact};
use mingjing_domain::source::SourceClock;
use serde::{Deserialize, Serialize};

use crate::ENGINE_VERSION;
use crate::allege::allege;
use crate::partition::Question;

pub use case_log::{CaseLog, Entry, InForce, Known, Said};
pub use text::text_zh;

/// What is asked of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The instant for which the case is explained.
    pub at: Timestamp,
    /// What may be known.
    pub known: Known,
}

/// How the log was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum View {
    /// As its owner read it: the alerts are those published by then.
    Course,
    /// As it stood at an earlier instant by what became known later: the alerts are those that should have been.
    Hindsight,
}

/// The whole explanation of one case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// The source.
    pub source: String,
    /// 办件编号.
    pub case_no: String,
    /// The instant asked for.
    pub at: Timestamp,
    /// What was received later is left out; none: all that is known.
    pub as_known_at: Option<Timestamp>,
    /// How the log was read.
    pub view: View,
    /// The engine that explains.
    pub engine_version: String,
    /// What it is judged by.
    pub definitions: DefinitionsUsed,
    /// What is known of time and of the source.
    pub known: SourceKnown,
    /// What the case says of itself, by declared attribute.
    pub attributes: BTreeMap<String, String>,
    /// Its events in the order in which they are judged, those not known (yet) among them.
    pub events: Vec<EventStory>,
    /// Its limits, each with its day-by-day account.
    pub limits: Vec<LimitStory>,
    /// Every control point that applies, and why it speaks or does not.
    pub points: Vec<PointStory>,
    /// The alerts, of any status.
    pub alerts: Vec<AlertRecord>,
    /// How they came about, in order.
    pub changes: Vec<AlertChange>,
    /// What else a reader must know.
    pub notes: Vec<String>,
}

/// The definitions that a case is judged by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefinitionsUsed {
    /// Their version, as alerts carry it.
    pub version: String,
    /// SHA-256 of the whole set; none where the log does not say.
    pub hash: Option<String>,
    /// Since when this log has them, by its clock.
    pub activated_at: Option<Timestamp>,
    /// The position of that record.
    pub activated_offset: Option<u64>,
    /// `id@version` of the flowchart; none for an item that is not in the list.
    pub flowchart: Option<String>,
    /// Which event decided on the version, and how.
    pub chosen_by: Option<String>,
    /// The work calendar, like `cn 2026.1`.
    pub calendar: String,
    /// Since when this log has this version of the calendar, by its clock.
    pub calendar_since_at: Option<Timestamp>,
    /// The zone of the calendar's dates.
    pub time_zone: String,
}

/// What is known of time and of the source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceKnown {
    /// The clock by which it is judged; none before it has one.
    pub clock_at: Option<Timestamp>,
    /// Everything up to here has come, says the source.
    pub complete_until: Option<Timestamp>,
    /// So long after an instant its events may still arrive.
    pub delay_allowance_hours: u32,
    /// A back-fill or an import.
    pub declared: bool,
    /// Cases begun before are judged and not issued.
    pub supervised_from_at: Option<Timestamp>,
}

/// One event and what it changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventStory {
    /// Its id within the source.
    pub event_id: String,
    /// Of records with the same id the greatest counts.
    pub data_version: u32,
    /// The code of its kind.
    pub kind: String,
    /// The field's term.
    pub kind_zh: String,
    /// 环节, by its published name.
    pub step: Option<String>,
    /// 经办人.
    pub actor: Option<String>,
    /// 发生时间.
    pub occurred_at: Timestamp,
    /// 录入时间.
    pub entered_at: Option<Timestamp>,
    /// 发送时间.
    pub sent_at: Option<Timestamp>,
    /// 接收时间.
    pub received_at: Timestamp,
    /// Its position in the log.
    pub log_offset: u64,
    /// Whether it was known in the state of knowledge asked for.
    pub known: bool,
    /// Whether it is part of the history that is judged.
    pub counts: bool,
    /// Why it does not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What it changed.
    pub effects: Vec<Effect>,
}

/// One thing that an event changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// A code, like `limit_begun`.
    pub what: String,
    /// For people.
    pub text: String,
}

/// One run of one limit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LimitStory {
    /// Its published name.
    pub limit: String,
    /// The control points that watch it.
    pub control_points: Vec<String>,
    /// 环节; empty for the whole case.
    pub step: String,
    /// Which stay, from 1.
    pub visit: u16,
    /// `open`, `done`, `fell_away`, `stopped`.
    pub state: String,
    /// When it began; none where the case itself carries the deadline.
    pub started_at: Option<Timestamp>,
    /// When it was done.
    pub done_at: Option<Timestamp>,
    /// When the duty fell away.
    pub fell_away_at: Option<Timestamp>,
    /// Each measure it has: promised, statutory, and so on.
    pub measures: Vec<Measure>,
}

/// One measure of a limit, with its account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measure {
    /// `promised`, `statutory`, `at_least`, `own_deadline`, `planned_end`.
    pub basis: String,
    /// For people.
    pub basis_zh: String,
    /// As published, like `20wd`.
    pub limit: Option<String>,
    /// The last second in time (`at_least`: the earliest); none while time stands still.
    pub due_at: Option<Timestamp>,
    /// Day by day; none where the case carries the date itself.
    pub account: Option<Account>,
}

/// A control point and what it says of the case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PointStory {
    /// Its id in the definitions.
    pub control_point: String,
    /// Its published name.
    pub name: String,
    /// The kind of rule, where the definitions name it.
    pub rule: Option<String>,
    /// 依据.
    pub legal_basis: Option<String>,
    /// How many events of the case it looked at; none for one that lives on instants.
    pub looked_at: Option<u32>,
    /// What it says, never empty.
    pub verdicts: Vec<Verdict>,
}

/// What a control point says of one thing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// `alleged`, `not_begun`, `in_time`, `fell_away`, `stopped`, `not_due`, `not_found`, `condition_false`, `not_judged`,
    /// `not_asked` (the source's format lacks what it asks for), `excepted`, `no_occasion`, `taken_back`.
    pub outcome: String,
    /// For people.
    pub text: String,
    /// 环节; empty for the whole case.
    pub step: String,
    /// Which stay, from 1.
    pub visit: u16,
    /// How grave, where something is alleged.
    pub level: Option<Level>,
    /// The last second in time.
    pub due_at: Option<Timestamp>,
    /// The instant it became true.
    pub breached_at: Option<Timestamp>,
    /// When the late thing was done after all.
    pub completed_at: Option<Timestamp>,
    /// When it may speak next, where nothing more happens.
    pub next_at: Option<Timestamp>,
    /// How much time was left when it was done.
    pub left: Option<String>,
    /// The alert, where there is one.
    pub alert_id: Option<String>,
    /// Its status.
    pub status: Option<Status>,
    /// What a condition saw.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, String>,
}

/// One change of one alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertChange {
    /// The alert.
    pub alert_id: String,
    /// The control point.
    pub control_point: String,
    /// How many times it had changed, from 1.
    pub revision: u32,
    /// What became of it.
    pub change: Change,
    /// Why.
    pub cause: Cause,
    /// By the partition's clock.
    pub at: Timestamp,
    /// Its level since.
    pub level: Level,
    /// Its status since.
    pub status: Status,
}

/// Explains a case; none where nothing of it is known in that state of knowledge.
pub fn explain(log: &CaseLog<'_>, asked: &Asked) -> Option<Explanation> {
    let mut read = case_log::read(log, asked);
    let notes = read.notes;
    let facts = read.facts;
    let in_force = read.in_force;
    let view = read.view;
    let found = read.engine.ask(log.source, log.case_no, |question| {
        told(log, asked, view, &question, in_force)
    });
    let mut explanation = found?;
    explanation.notes.extend(notes);
    explanation.changes = facts.iter().filter_map(change).collect();
    Some(explanation)
}

fn told(
    log: &CaseLog<'_>,
    asked: &Asked,
    view: View,
    question: &Question<'_>,
    in_force: Option<DefinitionsUsed>,
) -> Explanation {
    let walked = walk::walk(question);
    let mut allegations = Vec::new();
    if question.judged {
        allege(
            &walked.fold,
            &question.context,
            &question.knowledge,
            &mut allegations,
        );
    }
    let source = question.source;
    let known_at = |at: Timestamp| (at != Timestamp::MIN).then_some(at);
    let mut notes = Vec::new();
    if !question.judged {
        notes.push("来源为申报时钟且此后尚未声明数据完整：本办件在其下次声明完整时判断。".into());
    }
    notes.extend(lacking::declared_zh(source));
    notes.extend(lacking::unknown_zh(&question.context));
    if walked.fold.unjudged > 0 {
        let count = walked.fold.unjudged;
        notes.push(format!(
            "有 {count} 处条件或属性因缺少取值、取值类型不符而未能判断。"
        ));
    }
    Explanation {
        source: log.source.into(),
        case_no: log.case_no.into(),
        at: asked.at,
        as_known_at: match asked.known {
            Known::Until(at) => Some(at),
            Known::Everything | Known::Position(_) => None,
        },
        view,
        engine_version: ENGINE_VERSION.into(),
        definitions: walk::definitions(question, in_force),
        known: SourceKnown {
            clock_at: known_at(question.knowledge.clock),
            complete_until: known_at(question.knowledge.complete_until),
            delay_allowance_hours: source.delay_allowance_hours,
            declared: source.clock == SourceClock::Declared,
            supervised_from_at: source.supervised_from,
        },
        attributes: walk::attributes(&walked.fold, question),
        events: walk::events(log, asked, view, &walked, question),
        limits: limits::limits(&walked.fold, question),
        points: points::points(&walked, &allegations, question),
        alerts: question
            .alerts
            .iter()
            .map(|a| (*a.record).clone())
            .collect(),
        changes: Vec::new(),
        notes,
    }
}

fn change(fact: &Fact) -> Option<AlertChange> {
    let Fact::Alert {
        change,
        cause,
        at,
        revision,
        alert,
    } = fact
    else {
        return None;
    };
    Some(AlertChange {
        alert_id: alert.alert_id.clone(),
        control_point: alert.control_point.clone(),
        revision: *revision,
        change: *change,
        cause: cause.clone(),
        at: *at,
        level: alert.level,
        status: alert.status,
    })
}
