//! A source: a department's system, and what it declares about itself.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::EventKind;
use crate::time::{HOUR_MS, Timestamp};

/// Which clock judges a source's cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SourceClock {
    /// The partition's clock (ticks).
    #[default]
    Live,
    /// A back-fill or an import: judged at the instant of its last `complete_until` record. Exempt from
    /// late-entry checks (counted), and notifies nobody.
    Declared,
}

/// What a source declares. Part of the log, so that judging stays a function of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The name events carry in `source`.
    pub id: String,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// 主管部门: the body that owns the system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org_code: Option<String>,
    /// Which clock judges its cases.
    #[serde(default)]
    pub clock: SourceClock,
    /// How long after an instant its events may still arrive, in hours, 0..=24. A rule of the field (徐州,
    /// domain study S4) allows 24 at most.
    #[serde(default = "delay_allowance_default")]
    pub delay_allowance_hours: u32,
    /// The longest silence that is normal for it, in minutes of office time (9:00 to 17:00 of working days; of more than a day,
    /// minutes of working days); beyond it the source is an incident.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rhythm_minutes: Option<u32>,
    /// Cases that began before are judged but never issued (存量).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub supervised_from: Option<Timestamp>,
    /// 行政区划: whose work calendar counts for its cases while no item is known of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Its events carry `sequence`, one number each, without gaps from this number on. A number that is missing keeps the source
    /// from being known complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numbered_from: Option<u64>,
    /// 代码对照: its own codes, where they differ from those of the definitions.
    #[serde(default, skip_serializing_if = "CodeMapping::is_empty")]
    pub mapping: CodeMapping,
    /// 格式所缺: what its format has no place for. Nobody is at fault for not saying it.
    #[serde(default, skip_serializing_if = "Lacks::is_empty")]
    pub lacks: Lacks,
    /// 报备时段: stretches that it announced, each with the paper that says so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub announced: Vec<Announced>,
}

/// 报备时段: a stretch of time in which a source does otherwise than it should, as it had announced; from `from` up to, not
/// including, `until`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Announced {
    /// What it does then.
    pub what: Announcement,
    /// Its first instant.
    #[schemars(with = "String")]
    pub from: Timestamp,
    /// The first instant after it.
    #[schemars(with = "String")]
    pub until: Timestamp,
    /// 报备文号: what the announcement is filed under; never empty.
    pub document: String,
}

/// What a source announces of a stretch of time. A changeover of systems is both: it is down, and then makes up for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Announcement {
    /// 停机: it sends nothing, and is not silent (Q7).
    Downtime,
    /// 补录: it types in what was done on paper while it was down; that is no back entry (Q2).
    BackEntry,
}

impl Announced {
    /// What keeps it from counting, as a field and a reason; none where it counts.
    pub fn problem(&self) -> Option<(&'static str, &'static str)> {
        if self.document.trim().is_empty() {
            return Some((
                "document",
                "what the announcement is filed under is missing",
            ));
        }
        (self.from >= self.until).then_some(("until", "it ends before it begins"))
    }
}

/// What a source's format has no place for, so that no case of it can show it: a control point that asks for it says nothing of
/// the source's cases, and the source is asked once, not a person for every case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Lacks {
    /// 不能表达的事件: kinds of event that it has no table or state for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<EventKind>,
    /// 不能表达的字段: fields as `missing_field` names them; `special.planned_end`, `special.granted`, `special.notice_no`, `special.approver`;
    /// `co_actors` (one officer only is told), `actor.number` (officers are told by name, so that the register does not know them);
    /// `fee` (what is charged is told as a sum alone), `inspection.plan` (neither the plan of an inspection nor a cause without one).
    /// `attachments` covers files of every kind. Of one kind of event alone with its code before, like `decided:actor.id`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
}

impl Lacks {
    /// Whether its format can say everything.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty() && self.fields.is_empty()
    }

    /// Whether it has no place for this kind of event.
    pub fn has_event(&self, kind: EventKind) -> bool {
        self.events.contains(&kind)
    }

    /// Whether it has no place for this field of this kind of event.
    pub fn has_field(&self, kind: EventKind, name: &str) -> bool {
        let covers = |field: &str| {
            field == name || (field == "attachments" && name.starts_with("attachments."))
        };
        self.fields.iter().any(|field| match field.split_once(':') {
            Some((of, field)) => of == kind.code() && covers(field),
            None => covers(field),
        })
    }
}

/// A source's own codes and what they are called in the definitions. A code that is not listed is taken as it is; a step
/// or special procedure that is called by its name in the flowchart in force is that one. What was sent
/// stays with the event: a mapping that is corrected later applies to what came before too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CodeMapping {
    /// 事项编码.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub items: BTreeMap<String, String>,
    /// 环节编码.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub steps: BTreeMap<String, String>,
    /// 特别程序种类.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub specials: BTreeMap<String, String>,
    /// 结果代码.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub results: BTreeMap<String, String>,
    /// 机构代码.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub orgs: BTreeMap<String, String>,
    /// 行政区划代码.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub regions: BTreeMap<String, String>,
}

impl CodeMapping {
    /// Whether no code has another name.
    pub fn is_empty(&self) -> bool {
        let CodeMapping {
            items,
            steps,
            specials,
            results,
            orgs,
            regions,
        } = self;
        [items, steps, specials, results, orgs, regions]
            .into_iter()
            .all(BTreeMap::is_empty)
    }
}

const fn delay_allowance_default() -> u32 {
    24
}

impl Source {
    /// A source with defaults that speaks under `id`.
    pub fn new(id: impl Into<String>, clock: SourceClock) -> Self {
        Self {
            id: id.into(),
            name: String::new(),
            org_code: None,
            clock,
            delay_allowance_hours: delay_allowance_default(),
            rhythm_minutes: None,
            supervised_from: None,
            region: None,
            numbered_from: None,
            mapping: CodeMapping::default(),
            lacks: Lacks::default(),
            announced: Vec::new(),
        }
    }

    /// The stretches in which it announced this.
    pub fn announced(&self, what: Announcement) -> impl Iterator<Item = (Timestamp, Timestamp)> {
        let mine = self.announced.iter().filter(move |a| a.what == what);
        mine.map(|a| (a.from, a.until))
    }

    /// The delay allowance in milliseconds.
    pub const fn delay_allowance_ms(&self) -> i64 {
        self.delay_allowance_hours as i64 * HOUR_MS
    }
}
