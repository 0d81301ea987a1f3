//! The register: bodies, their offices, posts and officers, with dates. Who may act, where, on which step, with which
//! certificate.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Name, OfficePhone};

/// 行政主体: a body that holds power.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// 机构代码.
    pub code: Name,
    /// 名称.
    pub name: String,
    /// English name.
    #[serde(default)]
    pub name_en: Option<String>,
    /// 行政区划 it belongs to (GB/T 2260).
    pub region: String,
    /// 公开电话, shown to the public.
    #[serde(default)]
    pub phone: Option<OfficePhone>,
    /// 办公地址, shown to the public.
    #[serde(default)]
    pub address: Option<String>,
    /// Region codes it may act in; a code covers those that begin with it up to its trailing zeros
    /// (`510500` covers `510502`). Absent: its own region.
    #[serde(default)]
    pub areas: Vec<String>,
    /// 实施主体性质.
    #[serde(default)]
    pub nature: BodyNature,
    /// 垂直管理: it is led by the department above it and not by its region's government. It is compared with no body of the region.
    #[serde(default)]
    pub vertical: bool,
    /// 委托机关, by code; needed where the body is an entrusted one.
    #[serde(default)]
    pub entrusted_by: Vec<Name>,
    /// 设立: it exists from this day.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub since: Option<NaiveDate>,
    /// 撤销: it exists until this day, inclusive.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub until: Option<NaiveDate>,
    /// 名册: the register of posts and officers is complete from this day. Absent: there is none, and whatever
    /// asks who somebody is cannot be judged for this body.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub register_from: Option<NaiveDate>,
    /// 岗位. Where there are any, every officer's post is one of them.
    #[serde(default)]
    pub posts: Vec<Post>,
    /// 内设机构.
    #[serde(default)]
    pub offices: Vec<Office>,
}

/// 实施主体性质: GB/T 39046 A.3.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BodyNature {
    /// 1 法定机关.
    #[default]
    Statutory,
    /// 2 授权组织.
    Authorised,
    /// 3 受委托组织: it acts in the name of whoever entrusted it.
    Entrusted,
}

/// 岗位: what its holder may do.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Post {
    /// Its code, unique within the body; officers name it.
    pub code: Name,
    /// 名称.
    #[serde(default)]
    pub name: Option<String>,
    /// Steps its holder may do: `step` in every flowchart, `flowchart/step` in one.
    pub steps: Vec<Name>,
    /// 级别 that goes with the post.
    #[serde(default)]
    pub rank: Option<Rank>,
}

/// 批准人级别. Ordered: a later one is higher.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Rank {
    /// 工作人员.
    Officer,
    /// 内设机构负责人.
    OfficeHead,
    /// 本行政机关负责人 (行政许可法 art. 42; 行政强制法 art. 25).
    AuthorityHead,
    /// 本级人民政府负责人 (行政许可法 art. 42).
    GovernmentHead,
}

impl Rank {
    /// Every rank, from the lowest.
    pub const ALL: [Rank; 4] = [
        Rank::Officer,
        Rank::OfficeHead,
        Rank::AuthorityHead,
        Rank::GovernmentHead,
    ];

    /// The code used in definitions and events.
    pub const fn code(self) -> &'static str {
        match self {
            Rank::Officer => "officer",
            Rank::OfficeHead => "office_head",
            Rank::AuthorityHead => "authority_head",
            Rank::GovernmentHead => "government_head",
        }
    }

    /// The field's term.
    pub const fn name_zh(self) -> &'static str {
        match self {
            Rank::Officer => "工作人员",
            Rank::OfficeHead => "内设机构负责人",
            Rank::AuthorityHead => "本行政机关负责人",
            Rank::GovernmentHead => "本级人民政府负责人",
        }
    }

    /// The rank with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rank| rank.code() == code)
    }
}

/// 承办机构: an office of a body.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Office {
    /// Its code, unique within the body.
    pub code: Name,
    /// 名称.
    pub name: String,
    /// 公开电话, shown to the public. Absent: the body's.
    #[serde(default)]
    pub phone: Option<OfficePhone>,
    /// 人员.
    #[serde(default)]
    pub officers: Vec<Officer>,
}

/// An officer over some time, by id: no personal data is needed here. One person who leaves and returns, or changes
/// office, stands here once for each time.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Officer {
    /// 编号.
    pub id: Name,
    /// 岗位.
    #[serde(default)]
    pub post: Option<Name>,
    /// Further posts held at the same time.
    #[serde(default)]
    pub posts: Vec<Name>,
    /// 级别.
    #[serde(default)]
    pub rank: Option<Rank>,
    /// 执法证号.
    #[serde(default)]
    pub cert_no: Option<Name>,
    /// The certificate's fields of enforcement (执法领域). Empty: any.
    #[serde(default)]
    pub cert_fields: Vec<String>,
    /// In post from this day.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub from: Option<NaiveDate>,
    /// In post until this day, inclusive.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub until: Option<NaiveDate>,
    /// The certificate is valid from this day.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub cert_from: Option<NaiveDate>,
    /// The certificate is valid until this day, inclusive.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub cert_until: Option<NaiveDate>,
    /// Further certificates: earlier and later ones, or of another field.
    #[serde(default)]
    pub certificates: Vec<Certificate>,
    /// 代岗、主持工作: posts held in another's stead, lawfully.
    #[serde(default)]
    pub stands_in: Vec<StandIn>,
}

impl Officer {
    /// Every certificate, that of the officer's own fields first.
    pub fn all_certificates(&self) -> impl Iterator<Item = Certificate> + '_ {
        let own = self.cert_no.as_ref().map(|no| Certificate {
            no: no.clone(),
            fields: self.cert_fields.clone(),
            from: self.cert_from,
            until: self.cert_until,
        });
        own.into_iter().chain(self.certificates.iter().cloned())
    }

    /// Every post of the officer's own, by code.
    pub fn all_posts(&self) -> impl Iterator<Item = &Name> {
        self.post.iter().chain(&self.posts)
    }
}

/// 执法证.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// 证号.
    pub no: Name,
    /// 执法领域. Empty: any.
    #[serde(default)]
    pub fields: Vec<String>,
    /// Valid from this day.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub from: Option<NaiveDate>,
    /// Valid until this day, inclusive.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub until: Option<NaiveDate>,
}

/// A post held in another's stead for some time.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StandIn {
    /// 岗位.
    pub post: Name,
    /// From this day.
    #[schemars(with = "String")]
    pub from: NaiveDate,
    /// Until this day, inclusive.
    #[schemars(with = "String")]
    pub until: NaiveDate,
    /// 依据: the decision that says so.
    pub basis: String,
}
