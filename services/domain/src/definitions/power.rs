//! Power items: what may be done, by whom, on which basis, from when to when.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Name, Responsibility};

/// 权力类型: the ten categories of GB/T 39046 A.1.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum PowerType {
    /// 01 行政许可.
    Licence,
    /// 02 行政处罚.
    Penalty,
    /// 03 行政强制.
    Coercion,
    /// 04 行政征收.
    Levy,
    /// 05 行政给付.
    Payment,
    /// 06 行政检查.
    Inspection,
    /// 07 行政确认.
    Confirmation,
    /// 08 行政奖励.
    Reward,
    /// 09 行政裁决.
    Ruling,
    /// 10 其他.
    Other,
}

impl PowerType {
    /// Every one, in the order of the national classes 01 to 10.
    pub const ALL: [PowerType; 10] = [
        PowerType::Licence,
        PowerType::Penalty,
        PowerType::Coercion,
        PowerType::Levy,
        PowerType::Payment,
        PowerType::Inspection,
        PowerType::Confirmation,
        PowerType::Reward,
        PowerType::Ruling,
        PowerType::Other,
    ];

    /// The code used in definitions and records.
    pub const fn code(self) -> &'static str {
        match self {
            PowerType::Licence => "licence",
            PowerType::Penalty => "penalty",
            PowerType::Coercion => "coercion",
            PowerType::Levy => "levy",
            PowerType::Payment => "payment",
            PowerType::Inspection => "inspection",
            PowerType::Confirmation => "confirmation",
            PowerType::Reward => "reward",
            PowerType::Ruling => "ruling",
            PowerType::Other => "other",
        }
    }

    /// The one with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        PowerType::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// The field's term.
    pub const fn name_zh(self) -> &'static str {
        match self {
            PowerType::Licence => "行政许可",
            PowerType::Penalty => "行政处罚",
            PowerType::Coercion => "行政强制",
            PowerType::Levy => "行政征收",
            PowerType::Payment => "行政给付",
            PowerType::Inspection => "行政检查",
            PowerType::Confirmation => "行政确认",
            PowerType::Reward => "行政奖励",
            PowerType::Ruling => "行政裁决",
            PowerType::Other => "其他行政权力",
        }
    }
}

/// 行使层级: GB/T 39046 A.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PowerLevel {
    /// 国家.
    State,
    /// 省.
    Province,
    /// 市.
    City,
    /// 县.
    County,
    /// 乡.
    Township,
    /// 村.
    Village,
}

/// Where an item stands in its life.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PowerStatus {
    /// 在用.
    #[default]
    Active,
    /// 取消 from `effective_to`.
    Cancelled,
    /// 下放/划转 from `effective_to`.
    Transferred,
}

/// What the running cases of a cancelled or transferred item do (domain study 11.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunningCases {
    /// They are finished under the old item: no event of theirs is A2.
    #[default]
    Finish,
    /// They are terminated: only terminating, delivering, publishing and closing remain lawful.
    Terminate,
    /// They are handed over: what follows belongs to the receiver.
    HandOver,
}

/// 权力事项: an item of the power list.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PowerItem {
    /// 事项编码 (实施编码). Text; no meaning is read from it.
    pub code: Name,
    /// 基本编码: what the item is called in the list of the level above, by which both are compared. Absent: its own
    /// code.
    #[serde(default)]
    pub base_code: Option<Name>,
    /// 名称.
    pub name: String,
    /// English name.
    #[serde(default)]
    pub name_en: Option<String>,
    /// 权力类型.
    pub power_type: PowerType,
    /// 行使层级.
    pub level: PowerLevel,
    /// 行政区划.
    pub region: String,
    /// 行使主体: a body's code.
    pub executing_body: Name,
    /// Bodies that are entrusted with it, without limits.
    #[serde(default)]
    pub entrusted_bodies: Vec<Name>,
    /// Bodies that lawfully act in its stead, each on its ground and within its limits (domain study 11.7).
    #[serde(default)]
    pub acting_bodies: Vec<ActingBody>,
    /// 执法领域 that an officer's certificate must cover. Absent: any.
    #[serde(default)]
    pub enforcement_field: Option<String>,
    /// 裁量基准: its id.
    #[serde(default)]
    pub discretion: Option<Name>,
    /// 收费标准: its id. Absent: nothing may be charged (行政许可法 art. 58).
    #[serde(default)]
    pub fees: Option<Name>,
    /// 依据.
    pub legal_basis: Vec<String>,
    /// 监督方式.
    #[serde(default)]
    pub supervision_method: Option<String>,
    /// In the list from this day.
    #[schemars(with = "String")]
    pub effective_from: NaiveDate,
    /// In the list until this day, inclusive; needed when cancelled or transferred.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub effective_to: Option<NaiveDate>,
    /// Where it stands.
    #[serde(default)]
    pub status: PowerStatus,
    /// What running cases do once it has ended.
    #[serde(default)]
    pub running_cases: RunningCases,
    /// The receiver's item, when transferred.
    #[serde(default)]
    pub transferred_to: Option<Name>,
    /// 公开: whether the public list shows it. One that is kept out of it, for a trade secret, privacy, minors or informants (domain study 11.3),
    /// is supervised all the same, and an applicant who has the code of the slip is told of the own case.
    #[serde(default = "yes")]
    pub public: bool,
    /// 流程图: its id.
    pub flowchart: Name,
    /// 材料: what an applicant brings, or what the file must hold.
    #[serde(default)]
    pub materials: Vec<Material>,
    /// 责任清单: the duties that go with the power.
    #[serde(default)]
    pub responsibilities: Vec<Responsibility>,
}

/// A body that lawfully acts in the stead of an item's own.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActingBody {
    /// 机构代码.
    pub body: Name,
    /// On which ground.
    pub ground: ActingGround,
    /// 依据: the document.
    #[serde(default)]
    pub basis: Option<String>,
    /// Steps it may do. Absent: all.
    #[serde(default)]
    pub steps: Vec<Name>,
    /// Where, as in a body's `areas`. Absent: where the body itself may act.
    #[serde(default)]
    pub areas: Vec<String>,
    /// From this day.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub from: Option<NaiveDate>,
    /// Until this day, inclusive.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub until: Option<NaiveDate>,
}

/// Why another body than an item's own may act (domain study 11.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActingGround {
    /// 委托.
    Entrusted,
    /// 相对集中行政处罚权、行政许可权.
    Concentrated,
    /// 赋权乡镇（街道）.
    EmpoweredTownship,
    /// 一窗受理: it takes and hands out, and decides nothing.
    OneWindow,
    /// 指定管辖.
    Designated,
    /// 跨区域通办: its applicants come from anywhere.
    CrossRegion,
}

/// 材料.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Material {
    /// 名称.
    pub name: String,
    /// In which form it is asked for.
    pub form: MaterialForm,
    /// 必要: a case without it is incomplete.
    #[serde(default = "yes")]
    pub required: bool,
}

/// 材料形式.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MaterialForm {
    /// 原件.
    Original,
    /// 复印件.
    Copy,
    /// 电子件.
    Electronic,
    /// 共享获取: another body holds it, the applicant is not asked.
    Shared,
}

const fn yes() -> bool {
    true
}
