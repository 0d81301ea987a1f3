//! Commands: what somebody decided about a subject, put into the log of the subject's partition.
//!
//! The platform's own periodic inspections speak this way ([`Act::Found`], [`Act::NotFound`], [`Act::Over`]), and people who work an
//! alert ([`Act::Dispose`]) or raise one ([`Act::Raise`]). A command is never taken back: a later one about the same thing counts instead. Later is by
//! `(at, id)`, which two processes that ran the same inspection order alike, whichever of them reaches the log first. What people
//! ask for is decided where the command lies in the log, applied or refused; one that was given before another that is applied is refused.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::alert::Level;
use crate::disposition::{Disposal, ManualAlert, manual_id};
use crate::ids::{Slot, alert_id, derived_id};
use crate::time::Timestamp;

/// What the control points of periodic inspections begin with: `inspection/Q2`. No definition can name one, since names hold no
/// slash.
pub const INSPECTION_POINT: &str = "inspection/";

/// What something is about.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    /// 办件: source and case number.
    Case,
    /// 来源系统: the source; the key is empty.
    Source,
    /// 机构: the key is its code.
    Org,
    /// 事项: the key is its code, behind a body's and a slash where it is one body's.
    Item,
    /// 岗位: the key is the officer's post, `body/officer` or `body/officer/item`.
    Officer,
    /// 当事人: the key is the body, a slash and the keyed hash made at intake.
    Party,
}

impl SubjectKind {
    /// The code used in records.
    pub const fn code(self) -> &'static str {
        match self {
            SubjectKind::Case => "case",
            SubjectKind::Source => "source",
            SubjectKind::Org => "org",
            SubjectKind::Item => "item",
            SubjectKind::Officer => "officer",
            SubjectKind::Party => "party",
        }
    }

    /// The kind with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        use SubjectKind::{Case, Item, Officer, Org, Party, Source};
        [Case, Source, Org, Item, Officer, Party]
            .into_iter()
            .find(|kind| kind.code() == code)
    }
}

/// Whom or what a command is about; it lies in this subject's partition.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// What it is.
    pub kind: SubjectKind,
    /// The source; empty where it is no source's.
    pub source: String,
    /// What it is within the source: see [`SubjectKind`].
    pub key: String,
}

impl Subject {
    /// Its fixed slot; a case's is the one of its events.
    pub fn slot(&self) -> Slot {
        Slot::of(&self.source, &self.key)
    }
}

/// Who commands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", deny_unknown_fields)]
pub enum Author {
    /// A periodic inspection of the platform.
    Inspection {
        /// The process or the person at the command line that ran it: `mingjing`, or a user's name.
        run_by: String,
    },
    /// A person.
    Person {
        /// The account.
        id: String,
        /// The body the person acted for.
        #[serde(default)]
        body: String,
        /// The office the person acted for.
        office: String,
    },
}

/// A stretch of civil time that an inspection is about: from `from` up to, not including, `until`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// What it is called: `2026-10`, `2026-11-26`, or the instant at which a silence began.
    pub label: String,
    /// Its first instant.
    #[schemars(with = "String")]
    pub from: Timestamp,
    /// The first instant after it.
    #[schemars(with = "String")]
    pub until: Timestamp,
}

/// A record that a finding rests on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InspectedRow {
    /// The source.
    pub source: String,
    /// 办件编号; empty where the row is no case's.
    pub case_no: String,
    /// The event; empty where the row is about the whole case.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub event_id: String,
    /// The instant that matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub at: Option<Timestamp>,
    /// Where the event lies: partition and offset in `mj.log`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<(u16, u64)>,
    /// What matters about it, Chinese.
    pub note: String,
}

/// What an inspection found of a subject in a window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// The rule of the catalogue.
    pub rule: String,
    /// The window.
    pub window: Window,
    /// How grave; `review` alleges no fault.
    pub level: Level,
    /// The instant it became true, where there is one.
    #[serde(default)]
    pub breached_at: Option<Timestamp>,
    /// 事项编码.
    #[serde(default)]
    pub item_code: Option<String>,
    /// 承办机构.
    #[serde(default)]
    pub org_code: Option<String>,
    /// 行政区划.
    #[serde(default)]
    pub region_code: Option<String>,
    /// The officer.
    #[serde(default)]
    pub actor: Option<String>,
    /// 依据.
    #[serde(default)]
    pub legal_basis: Option<String>,
    /// What happened, figures, window, what to do: Chinese.
    pub message: String,
    /// The figures by name.
    pub figures: BTreeMap<String, String>,
    /// The thresholds it was held against, by their names in the catalogue.
    pub parameters: BTreeMap<String, String>,
    /// The rule settings that set some of them, `id@version`.
    #[serde(default)]
    pub settings: Vec<String>,
    /// How many records it rests on; `rows` holds the first of them.
    pub total: u64,
    /// Records that it rests on.
    pub rows: Vec<InspectedRow>,
}

/// What is commanded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    /// An inspection found this.
    Found {
        /// What.
        finding: Box<Finding>,
    },
    /// The same inspection of the same window finds it no more: it should not have been.
    NotFound {
        /// The rule of the catalogue.
        rule: String,
        /// The label of the window.
        window: String,
    },
    /// It was true and is over.
    Over {
        /// What.
        finding: Box<Finding>,
        /// Since when.
        over_at: Timestamp,
    },
    /// A person does something about an alert.
    Dispose {
        /// The alert; the command's subject is the alert's.
        alert_id: String,
        /// What.
        disposal: Disposal,
    },
    /// A person raises an alert about the subject that no rule found.
    Raise {
        /// What is alleged.
        alert: Box<ManualAlert>,
    },
}

impl Act {
    /// The rule of the catalogue and the label of the window that an inspection speaks about.
    pub fn about(&self) -> Option<(&str, &str)> {
        match self {
            Act::Found { finding } | Act::Over { finding, .. } => {
                Some((&finding.rule, &finding.window.label))
            }
            Act::NotFound { rule, window } => Some((rule, window)),
            Act::Dispose { .. } | Act::Raise { .. } => None,
        }
    }

    /// The code used in records.
    pub const fn code(&self) -> &'static str {
        match self {
            Act::Found { .. } => "found",
            Act::NotFound { .. } => "not_found",
            Act::Over { .. } => "over",
            Act::Dispose { disposal, .. } => disposal.code(),
            Act::Raise { .. } => "raise",
        }
    }
}

/// A command: who, when, why, about whom, what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Command {
    /// Derived from the rest ([`Command::new`]); a person's from the key that the client chose, so that asking twice is once.
    pub id: String,
    /// Who.
    pub by: Author,
    /// As of when: what was known then was decided on.
    pub at: Timestamp,
    /// Why, Chinese.
    pub reason: String,
    /// About whom.
    pub subject: Subject,
    /// What.
    pub what: Act,
}

impl Command {
    /// A command with the id that follows from what it says.
    pub fn new(by: Author, at: Timestamp, reason: String, subject: Subject, what: Act) -> Self {
        let content = serde_json::to_string(&(&by, at, &reason, &subject, &what))
            .expect("a command is text, numbers and instants");
        let id = derived_id(&["command", &content]);
        Self {
            id,
            by,
            at,
            reason,
            subject,
            what,
        }
    }

    /// A person's command under the key that the client chose: said again under it, by the same person about the same alert, it is the
    /// same command, whenever it is said.
    pub fn keyed(
        key: &str,
        by: Author,
        at: Timestamp,
        reason: String,
        subject: Subject,
        what: Act,
    ) -> Self {
        let command = Self::new(by, at, reason, subject, what);
        let person = match &command.by {
            Author::Inspection { run_by } => run_by,
            Author::Person { id, .. } => id,
        };
        Self {
            id: Self::keyed_id(key, person, &command.alert_id()),
            ..command
        }
    }

    /// The id of what a person says about an alert under a key.
    pub fn keyed_id(key: &str, person: &str, alert_id: &str) -> String {
        derived_id(&["command", "key", person, alert_id, key])
    }

    /// What it says apart from when, as a digest: two commands of one id that differ in it are no repetition of each other.
    pub fn digest(&self) -> String {
        let content = serde_json::to_string(&(&self.by, &self.reason, &self.subject, &self.what))
            .expect("a command is text, numbers and instants");
        derived_id(&["said", &content])
    }

    /// The alert it is about.
    pub fn alert_id(&self) -> String {
        match (&self.what, self.what.about()) {
            (Act::Dispose { alert_id, .. }, _) => alert_id.clone(),
            (Act::Raise { alert }, _) => manual_id(&self.subject, &alert.label),
            (_, about) => {
                let (rule, window) = about.unwrap_or_default();
                finding_id(&self.subject, rule, window)
            }
        }
    }

    /// Whether it counts in place of another about the same alert.
    pub fn is_later_than(&self, other: &Command) -> bool {
        (self.at, &self.id) > (other.at, &other.id)
    }
}

/// The control point under which an inspection's findings stand.
pub fn inspection_point(rule: &str) -> String {
    format!("{INSPECTION_POINT}{rule}")
}

/// The id of the alert about what an inspection by `rule` found of a subject in the window of this label. A case's is told from
/// its other alerts by the control point; what is no case's also by its kind.
pub fn finding_id(subject: &Subject, rule: &str, window: &str) -> String {
    let point = match subject.kind {
        SubjectKind::Case => inspection_point(rule),
        other => format!("{}/{}", inspection_point(rule), other.code()),
    };
    alert_id(&subject.source, &subject.key, &point, window, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(at: i64, reason: &str) -> Command {
        let subject = Subject {
            kind: SubjectKind::Org,
            source: String::new(),
            key: "zjj".into(),
        };
        let by = Author::Inspection {
            run_by: "mingjing".into(),
        };
        let what = Act::NotFound {
            rule: "Q6".into(),
            window: "2026-10".into(),
        };
        Command::new(by, Timestamp::from_millis(at), reason.into(), subject, what)
    }

    #[test]
    fn ids_follow_from_what_is_said_and_never_change() {
        assert_eq!(command(1, "x"), command(1, "x"));
        assert_ne!(command(1, "x").id, command(1, "y").id);
        assert_eq!(command(1, "x").alert_id(), command(2, "y").alert_id());
        let json = serde_json::to_string(&command(1, "x")).unwrap();
        assert_eq!(
            serde_json::from_str::<Command>(&json).unwrap(),
            command(1, "x")
        );
    }

    #[test]
    fn under_one_key_the_same_person_says_one_thing_about_an_alert_whenever_it_is_said() {
        let said = |person: &str, at, key: &str, conclusion| {
            let by = Author::Person {
                id: person.into(),
                body: "510500-sfj".into(),
                office: "执法监督科".into(),
            };
            let what = Act::Dispose {
                alert_id: "a1".into(),
                disposal: Disposal::Dismiss {
                    conclusion,
                    cause: None,
                    evidence: Vec::new(),
                },
            };
            let subject = command(1, "x").subject;
            Command::keyed(
                key,
                by,
                Timestamp::from_millis(at),
                "x".into(),
                subject,
                what,
            )
        };
        use crate::disposition::Conclusion::{Data, Rule};
        let first = said("li", 1, "k", Data);
        let again = said("li", 9, "k", Data);
        assert_eq!((&again.id, again.digest()), (&first.id, first.digest()));
        assert_eq!(said("li", 1, "k", Rule).id, first.id);
        assert_ne!(said("li", 1, "k", Rule).digest(), first.digest());
        assert_ne!(said("wang", 1, "k", Data).id, first.id);
        assert_ne!(said("li", 1, "l", Data).id, first.id);
        let json = serde_json::to_string(&first).unwrap();
        assert_eq!(serde_json::from_str::<Command>(&json).unwrap(), first);
    }

    #[test]
    fn a_case_lies_where_its_events_lie() {
        let subject = Subject {
            kind: SubjectKind::Case,
            source: "zjj".into(),
            key: "2026-0001".into(),
        };
        assert_eq!(subject.slot(), Slot(110));
        let other = Subject {
            kind: SubjectKind::Org,
            ..subject.clone()
        };
        assert_ne!(
            finding_id(&subject, "Q2", "2026-10"),
            finding_id(&other, "Q2", "2026-10")
        );
    }
}
