//! The mapping file: how the entries of a foreign log become case events.
//!
//! YAML, unknown keys refused, all problems of a file told at once. A whole example:
//!
#![doc = "```yaml"]
#![doc = include_str!("../../tests/fixtures/mapping.yaml")]
#![doc = "```"]
//!
//! **Names.** `from` and `attr` name an attribute of the event and, where the event has none, of the case;
//! `case:` before a name means the case's alone. In CSV a name is a column, in NDJSON a path like
//! `data.step`. **Texts.** A text rule is a bare constant, `{const: …}`, or `{from, map, slug, default}`:
//! what is not in `map` becomes `default`, else its slug where `slug` is set, else the entry is refused.
//! **CSV.** With `events`, one row is one event; without, one row is one case and its times are `case_events`.
//! **Order.** `source_seq` is the order in the document, from 1. **Ids.** `event_id`, or derived:
//! `<case_no>/<n>` for the n-th entry of its case (from 1, skipped ones counted), `<case_no>/<attribute>` for
//! a case event.
//!
//! This module owns the grammar; its neighbours check it and work by it.

mod yaml;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::plan::{Plan, Shape};

/// 映射文件 · A mapping file: how the entries of a foreign log become case events.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// 来源标识 · The source id that the events will carry.
    pub source: String,
    /// 时区 · IANA name of the zone of times without offset, and of dates: `Asia/Shanghai`.
    #[serde(default)]
    pub time_zone: Option<String>,
    /// 视为空的值 · Values that mean "nothing here". Empty text always does.
    #[serde(default)]
    pub absent: Vec<String>,
    /// CSV 格式 · How a CSV file is written.
    #[serde(default)]
    pub csv: CsvFormat,
    /// 办件编号 · The case number.
    pub case_no: TextRule,
    /// 事件编号 · The event's id, unique within the source; derived where there is none.
    #[serde(default)]
    pub event_id: Option<TextRule>,
    /// 数据版本 · The number that a re-sent entry counts up; 1 where there is none.
    #[serde(default)]
    pub data_version: Option<VersionRule>,
    /// 次序 · An attribute with a whole number that tells which of a case's entries of one instant comes first, instead of the
    /// order in the document.
    #[serde(default)]
    pub order: Option<String>,
    /// 事项编码 · The power item.
    #[serde(default)]
    pub item: Option<TextRule>,
    /// 承办机构 · The executing body.
    #[serde(default)]
    pub org_code: Option<TextRule>,
    /// 行政区划 · The region.
    #[serde(default)]
    pub region_code: Option<TextRule>,
    /// 办件类型 · `instant`, `promise`, `other`.
    #[serde(default)]
    pub case_kind: Option<TextRule>,
    /// 办理渠道 · `window`, `online`, `mobile`, `self_service`, `mail`, `other`.
    #[serde(default)]
    pub channel: Option<TextRule>,
    /// 当事人（已脱敏的键） · The party, as a keyed hash or another pseudonym; never a name or number.
    #[serde(default)]
    pub party_ref: Option<TextRule>,
    /// 当事人类型 · The kind of party.
    #[serde(default)]
    pub party_kind: Option<TextRule>,
    /// 密级 · The secrecy mark; an entry with any but `none` is refused.
    #[serde(default)]
    pub secrecy: Option<TextRule>,
    /// 发生时间 · When it happened.
    #[serde(default)]
    pub occurred_at: Option<TimeRule>,
    /// 录入时间 · When it was typed in.
    #[serde(default)]
    pub entered_at: Option<TimeRule>,
    /// 发送时间 · When it was sent.
    #[serde(default)]
    pub sent_at: Option<TimeRule>,
    /// 经办人 · Who acted, unless the event's rule says otherwise.
    #[serde(default)]
    pub actor: Option<ActorRule>,
    /// 金额 · Amounts of every event that has them, by name.
    #[serde(default)]
    pub amounts: BTreeMap<String, AmountRule>,
    /// 属性 · Attributes of every event that has them, by name.
    #[serde(default)]
    pub attributes: BTreeMap<String, AttributeRule>,
    /// 办件属性 · Attributes of the case, attached to its earliest event.
    #[serde(default)]
    pub case_attributes: BTreeMap<String, AttributeRule>,
    /// 事件规则 · Rules tried in order for each entry; the first that fits.
    #[serde(default)]
    pub events: Vec<EventRule>,
    /// 无适用规则时 · What to do with an entry that no rule fits.
    #[serde(default)]
    pub unmapped: Unmapped,
    /// 办件属性所代表的事件 · Attributes of a case that stand for an event.
    #[serde(default)]
    pub case_events: Vec<CaseEventRule>,
}

/// CSV 格式 · How a CSV file is written.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CsvFormat {
    /// 分隔符 · The delimiter, one ASCII character; a comma where it is not given.
    #[serde(default)]
    pub delimiter: Option<char>,
    /// 编码 · The encoding, like `gb18030`; UTF-8, or GB18030 where the text is not UTF-8, if not given.
    #[serde(default)]
    pub encoding: Option<String>,
}

/// 无适用规则时 · What to do with an entry that no rule of `events` fits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unmapped {
    /// 报错 · Refuse it and say so.
    #[default]
    Refuse,
    /// 记录 · Take it as an event of kind `note`.
    Note,
    /// 略过 · Leave it out and count it.
    Skip,
}

/// 事件规则 · What one kind of entry becomes.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EventRule {
    /// 条件 · When the rule fits: one condition, or several that must all hold; always where there is none.
    #[serde(default)]
    pub when: Option<OneOrMany<Condition>>,
    /// 略过 · Leave such entries out and count them.
    #[serde(default)]
    pub skip: bool,
    /// 事件类型 · What happened: a code of the event kinds, like `step_end`.
    #[serde(default)]
    pub kind: Option<TextRule>,
    /// 环节 · The step's code.
    #[serde(default)]
    pub step: Option<TextRule>,
    /// 发生时间 · When it happened, instead of the file's rule.
    #[serde(default)]
    pub occurred_at: Option<TimeRule>,
    /// 经办人 · Who acted.
    #[serde(default)]
    pub actor: Option<ActorRule>,
    /// 金额 · Amounts besides the file's.
    #[serde(default)]
    pub amounts: BTreeMap<String, AmountRule>,
    /// 属性 · Attributes besides the file's.
    #[serde(default)]
    pub attributes: BTreeMap<String, AttributeRule>,
    /// 结果 · The result's code.
    #[serde(default)]
    pub result: Option<TextRule>,
    /// 理由 · The reason.
    #[serde(default)]
    pub reason: Option<TextRule>,
    /// 依据 · The legal basis.
    #[serde(default)]
    pub legal_basis: Option<TextRule>,
    /// 特别程序 · The special procedure or extension.
    #[serde(default)]
    pub special: Option<SpecialRule>,
}

/// 办件属性所代表的事件 · An attribute of the case, holding an instant, that stands for an event.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseEventRule {
    /// 属性 · The attribute that holds the instant; no event where it is absent.
    pub from: String,
    /// 时间格式 · As in `occurred_at`.
    #[serde(default)]
    pub format: Option<String>,
    /// 条件 · Further conditions.
    #[serde(default)]
    pub when: Option<OneOrMany<Condition>>,
    /// 事件类型 · What happened.
    pub kind: TextRule,
    /// 环节 · The step's code.
    #[serde(default)]
    pub step: Option<TextRule>,
    /// 经办人 · Who acted.
    #[serde(default)]
    pub actor: Option<ActorRule>,
    /// 金额 · Amounts, by name.
    #[serde(default)]
    pub amounts: BTreeMap<String, AmountRule>,
    /// 属性 · Attributes, by name.
    #[serde(default)]
    pub attributes: BTreeMap<String, AttributeRule>,
    /// 结果 · The result's code.
    #[serde(default)]
    pub result: Option<TextRule>,
}

/// 条件 · A condition on one attribute; all that is given must hold. A missing attribute is equal to nothing.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// 属性 · The attribute.
    pub attr: String,
    /// 等于 · It is this text.
    #[serde(default)]
    pub is: Option<Scalar>,
    /// 属于 · It is one of these.
    #[serde(default, rename = "in")]
    pub one_of: Option<Vec<Scalar>>,
    /// 不等于 · It is none of these.
    #[serde(default)]
    pub not: Option<OneOrMany<Scalar>>,
    /// 是否存在 · It is there, or is not.
    #[serde(default)]
    pub present: Option<bool>,
}

/// 文本规则 · Where a text comes from: a constant, or an attribute with a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextRule(pub TextSpec);

/// 文本规则 · `{const}` or `{from, map, slug, default}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TextSpec {
    /// 常量 · This text always.
    #[serde(default, rename = "const")]
    pub constant: Option<Scalar>,
    /// 来自属性 · The attribute's text.
    #[serde(default)]
    pub from: Option<String>,
    /// 对照表 · From the attribute's text to ours.
    #[serde(default)]
    pub map: Option<BTreeMap<String, Scalar>>,
    /// 转为代码 · Text not in `map` as lower-case letters and digits joined by hyphens: `Create Fine` → `create-fine`.
    #[serde(default)]
    pub slug: bool,
    /// 缺省值 · Where the attribute is absent, or its text not in `map`.
    #[serde(default)]
    pub default: Option<Scalar>,
}

/// 时间规则 · Where an instant comes from.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TimeRule {
    /// 来自属性 · The attribute.
    pub from: String,
    /// 格式 · `rfc3339`, a pattern like `%Y-%m-%d %H:%M:%S`, or nothing: RFC 3339 and the usual forms of local time.
    #[serde(default)]
    pub format: Option<String>,
    /// 缺省值 · RFC 3339, where the attribute is absent: for logs without times.
    #[serde(default)]
    pub default: Option<String>,
}

/// 数据版本 · Where the version of an entry comes from.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VersionRule {
    /// 来自属性 · The attribute; 1 where it is absent.
    pub from: String,
    /// 依据 · What the attribute holds.
    #[serde(default)]
    pub by: VersionKind,
}

/// 版本依据 · What tells that an entry was sent again with other content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VersionKind {
    /// A whole number from 1.
    #[default]
    Number,
    /// The instant of its last change; the version is its second since 1970.
    Instant,
}

/// 经办人 · Who acted; nobody where `id` is absent.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActorRule {
    /// 经办人编号 · The officer's id.
    pub id: TextRule,
    /// 角色 · The role acted in.
    #[serde(default)]
    pub role: Option<TextRule>,
    /// 执法证号 · Number of the certificate.
    #[serde(default)]
    pub cert_no: Option<TextRule>,
}

/// 特别程序 · A special procedure or extension; none where `kind` is absent.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SpecialRule {
    /// 种类 · Its kind.
    pub kind: TextRule,
    /// 依据 · Its basis.
    #[serde(default)]
    pub basis: Option<TextRule>,
    /// 计划结束时间 · Its planned end.
    #[serde(default)]
    pub planned_end: Option<TimeRule>,
    /// 批准延长 · What an extension grants, like `10wd`; its number alone where `granted_unit` tells the unit.
    #[serde(default)]
    pub granted: Option<TextRule>,
    /// 时限单位 · The unit of `granted`: `wd`, `cd`, `h`, `min`, `mo`.
    #[serde(default)]
    pub granted_unit: Option<TextRule>,
    /// 批准人 · Who approved.
    #[serde(default)]
    pub approver: Option<TextRule>,
    /// 批准人级别 · The approver's rank.
    #[serde(default)]
    pub approver_rank: Option<TextRule>,
}

/// 金额 · Decimal text to whole minor units, exactly.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AmountRule {
    /// 来自属性 · The attribute.
    pub from: String,
    /// 倍数 · Minor units in one unit of the text: 100 for yuan, 1 for fen.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 1_000_000))]
    pub scale: u32,
}

const fn one() -> u32 {
    1
}

/// 属性 · A further attribute.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AttributeRule {
    /// 来自属性 · The attribute.
    pub from: String,
    /// 类型 · What it becomes; what the log says it is where it is not given (CSV: text).
    #[serde(default, rename = "type")]
    pub kind: AttributeKind,
    /// 时间格式 · For `instant` and `date`, as in `occurred_at`.
    #[serde(default)]
    pub format: Option<String>,
}

/// 类型 · What an attribute becomes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AttributeKind {
    /// As the log says.
    #[default]
    Auto,
    /// Text.
    Text,
    /// A whole number.
    Int,
    /// A number with a fraction; never money.
    Float,
    /// True or false.
    Bool,
    /// An instant, as RFC 3339 text in the mapping's zone.
    Instant,
    /// A date in the mapping's zone, as `YYYY-MM-DD`.
    Date,
}

/// A text, number or truth value of YAML, as text. Numbers with leading zeros want quotes.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scalar(pub String);

/// 一个或多个 · One value, or a list of them.
#[derive(Clone, Debug, PartialEq, JsonSchema)]
#[schemars(untagged)]
pub enum OneOrMany<T> {
    /// One.
    One(T),
    /// Several.
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    /// All of them.
    pub fn as_slice(&self) -> &[T] {
        match self {
            OneOrMany::One(one) => std::slice::from_ref(one),
            OneOrMany::Many(many) => many,
        }
    }
}

/// Text that is not a mapping: where, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the mapping is not usable:\n  {}", .problems.join("\n  "))]
pub struct MappingError {
    /// Every problem found, each with its place.
    pub problems: Vec<String>,
}

impl Mapping {
    /// Reads a mapping and checks it whole.
    ///
    /// # Errors
    /// All problems at once; where the YAML itself cannot be read, the first with line and column.
    pub fn from_yaml(text: &str) -> Result<Self, MappingError> {
        let options = serde_saphyr::options! { with_snippet: false };
        let mapping: Self =
            serde_saphyr::from_str_with_options(text, options).map_err(|e| MappingError {
                problems: vec![e.to_string()],
            })?;
        Plan::new(&mapping, Shape::Traces)?;
        Ok(mapping)
    }

    /// The JSON Schema of mapping files, as checked in at `schemas/mapping.v1.json`.
    pub fn json_schema() -> serde_json::Value {
        crate::schema::document::<Mapping>("mapping.v1.json")
    }
}
