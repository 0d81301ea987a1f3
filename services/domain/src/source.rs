//! A source: a department's system, and what it declares about itself.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
    /// The longest silence that is normal for it, in minutes; beyond it the source is an incident.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rhythm_minutes: Option<u32>,
    /// Cases that began before are judged but never issued (存量).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub supervised_from: Option<Timestamp>,
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
        }
    }

    /// The delay allowance in milliseconds.
    pub const fn delay_allowance_ms(&self) -> i64 {
        self.delay_allowance_hours as i64 * HOUR_MS
    }
}
