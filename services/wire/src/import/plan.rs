//! `Plan`: a mapping that has been checked and made ready to work by.
//!
//! Every name has its slot, every format is parsed, every code known: [`super::check`] makes plans, and
//! what remains for the run are problems of the data.

use std::collections::HashMap;

use chrono_tz::Tz;
use mingjing_domain::Timestamp;
use mingjing_domain::event::EventKind;

use super::convert::TimeFormat;
use super::mapping::{AttributeKind, Unmapped, VersionKind};
use super::row::Names;

/// How the log holds its cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A case holds its events (XES): `case:` names the case's own attributes.
    Traces,
    /// One entry after the other (CSV, NDJSON): a name is a column or path as it stands.
    Rows,
}

/// Where a value is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ref {
    pub(super) slot: usize,
    /// In the case alone, even where the event has an attribute of the name.
    pub(super) case_only: bool,
}

#[derive(Clone, Debug)]
pub(super) enum TextPlan {
    Constant(String),
    Attribute {
        from: Ref,
        map: Option<HashMap<String, String>>,
        slug: bool,
        default: Option<String>,
    },
}

#[derive(Clone, Debug)]
pub(super) struct TimePlan {
    pub(super) from: Ref,
    pub(super) format: TimeFormat,
    pub(super) default: Option<Timestamp>,
}

#[derive(Clone, Debug)]
pub(super) struct VersionPlan {
    pub(super) from: Ref,
    pub(super) by: VersionKind,
}

#[derive(Clone, Debug)]
pub(super) struct ActorPlan {
    pub(super) id: TextPlan,
    pub(super) role: Option<TextPlan>,
    pub(super) cert_no: Option<TextPlan>,
}

#[derive(Clone, Debug)]
pub(super) struct SpecialPlan {
    pub(super) kind: TextPlan,
    pub(super) basis: Option<TextPlan>,
    pub(super) planned_end: Option<TimePlan>,
    pub(super) granted: Option<TextPlan>,
    pub(super) granted_unit: Option<TextPlan>,
    pub(super) approver: Option<TextPlan>,
    pub(super) approver_rank: Option<TextPlan>,
}

#[derive(Clone, Debug)]
pub(super) struct AmountPlan {
    pub(super) name: String,
    pub(super) from: Ref,
    pub(super) scale: u32,
}

#[derive(Clone, Debug)]
pub(super) struct AttributePlan {
    pub(super) name: String,
    pub(super) from: Ref,
    pub(super) kind: AttributeKind,
    pub(super) format: TimeFormat,
}

#[derive(Clone, Debug)]
pub(super) enum Test {
    Is(Vec<String>),
    Not(Vec<String>),
    Present(bool),
}

#[derive(Clone, Debug)]
pub(super) struct ConditionPlan {
    pub(super) attr: String,
    pub(super) from: Ref,
    pub(super) test: Test,
}

/// What an entry carries, whether by the file's rules or by one rule's own.
#[derive(Clone, Debug, Default)]
pub(super) struct Carried {
    pub(super) actor: Option<ActorPlan>,
    pub(super) amounts: Vec<AmountPlan>,
    pub(super) attributes: Vec<AttributePlan>,
    pub(super) result: Option<TextPlan>,
    pub(super) reason: Option<TextPlan>,
    pub(super) legal_basis: Option<TextPlan>,
    pub(super) special: Option<SpecialPlan>,
}

#[derive(Clone, Debug)]
pub(super) enum KindPlan {
    Constant(EventKind),
    Text(TextPlan),
}

#[derive(Clone, Debug)]
pub(super) struct RulePlan {
    pub(super) when: Vec<ConditionPlan>,
    /// None: such entries are left out.
    pub(super) kind: Option<KindPlan>,
    pub(super) step: Option<TextPlan>,
    pub(super) occurred_at: Option<TimePlan>,
    pub(super) carried: Carried,
}

#[derive(Clone, Debug)]
pub(super) struct CaseRulePlan {
    pub(super) attr: String,
    pub(super) rule: RulePlan,
}

/// The whole mapping, ready.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) source: String,
    pub(super) zone: Option<Tz>,
    pub(super) absent: Vec<String>,
    pub(super) names: Names,
    pub(super) case_no: TextPlan,
    pub(super) event_id: Option<TextPlan>,
    pub(super) data_version: Option<VersionPlan>,
    pub(super) order: Option<Ref>,
    pub(super) item: Option<TextPlan>,
    pub(super) org_code: Option<TextPlan>,
    pub(super) region_code: Option<TextPlan>,
    pub(super) case_kind: Option<TextPlan>,
    pub(super) channel: Option<TextPlan>,
    pub(super) party_ref: Option<TextPlan>,
    pub(super) party_kind: Option<TextPlan>,
    pub(super) secrecy: Option<TextPlan>,
    pub(super) occurred_at: Option<TimePlan>,
    pub(super) entered_at: Option<TimePlan>,
    pub(super) sent_at: Option<TimePlan>,
    pub(super) carried: Carried,
    pub(super) case_attributes: Vec<AttributePlan>,
    pub(super) rules: Vec<RulePlan>,
    pub(super) unmapped: Unmapped,
    pub(super) case_rules: Vec<CaseRulePlan>,
}

impl Plan {
    /// The plan of a log that needs none, because its lines are events already.
    pub(super) fn none() -> Self {
        Plan {
            source: String::new(),
            zone: None,
            absent: Vec::new(),
            names: Names::default(),
            case_no: TextPlan::Constant(String::new()),
            event_id: None,
            data_version: None,
            order: None,
            item: None,
            org_code: None,
            region_code: None,
            case_kind: None,
            channel: None,
            party_ref: None,
            party_kind: None,
            secrecy: None,
            occurred_at: None,
            entered_at: None,
            sent_at: None,
            carried: Carried::default(),
            case_attributes: Vec::new(),
            rules: Vec::new(),
            unmapped: Unmapped::Refuse,
            case_rules: Vec::new(),
        }
    }
}
