//! `CaseEvent`: what a department said happened in a case.
//!
//! The fields are the union of the field's exchange formats (domain study 4.4). An event borrows from
//! the bytes it was read from; [`CaseEvent::into_owned`] keeps it longer.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de};

use crate::text::Text;
use crate::time::Timestamp;

mod outcome;
mod particulars;

pub use outcome::OVERTURNED;
pub use particulars::{Collection, Fee, Inspection, Jurisdiction, Quantity};

macro_rules! event_kinds {
    ($($variant:ident $code:literal $zh:literal $doc:literal;)*) => {
        /// What happened. Codes are the last part of the CloudEvents type
        /// `cn.mingjing.case.<code>.v1`. Snapshots keep a kind by its place in the list: new ones go to the end.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum EventKind { $(#[doc = $doc] $variant,)* }

        impl EventKind {
            /// Every kind, in declaration order; `kind as usize` is its place here.
            pub const ALL: &'static [EventKind] = &[$(EventKind::$variant,)*];

            /// The code used in event types, definitions and mappings.
            pub const fn code(self) -> &'static str {
                match self { $(EventKind::$variant => $code,)* }
            }

            /// The field's own Chinese term.
            pub const fn name_zh(self) -> &'static str {
                match self { $(EventKind::$variant => $zh,)* }
            }

            /// The kind with this code.
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(EventKind::$variant),)* _ => None }
            }
        }
    };
}

event_kinds! {
    Applied "applied" "申请" "Application received.";
    SupplementNotice "supplement_notice" "补正告知" "The applicant was told what is missing.";
    SupplementDone "supplement_done" "补正完成" "The missing material came in.";
    Accepted "accepted" "受理" "The case was accepted; most limits start here.";
    NotAccepted "not_accepted" "不予受理" "Acceptance was refused.";
    Filed "filed" "立案" "A penalty case was filed.";
    StepStart "step_start" "环节开始" "A step began.";
    StepEnd "step_end" "环节办结" "A step ended; an atomic step has this event alone.";
    Suspend "suspend" "特别程序开始" "A special procedure began: time stops where the law says so.";
    Resume "resume" "特别程序结束" "The special procedure ended.";
    Extend "extend" "延期" "The limit was extended.";
    Notice "notice" "告知" "The party was told of the proposed decision.";
    HearingNotice "hearing_notice" "听证通知" "Notice of a hearing.";
    Hearing "hearing" "听证" "A hearing was held.";
    LegalReview "legal_review" "法制审核" "Legal review.";
    CollectiveDiscussion "collective_discussion" "集体讨论" "Collective discussion by the heads.";
    Decided "decided" "决定" "The decision was made.";
    Delivered "delivered" "送达" "The decision was delivered.";
    Published "published" "公示" "The decision was published.";
    Unpublished "unpublished" "撤回公示" "A publication ended.";
    Paid "paid" "缴款" "Money was paid.";
    Executed "executed" "执行" "The decision was executed.";
    Withdrawn "withdrawn" "撤回申请" "The applicant withdrew.";
    Voided "voided" "作废" "The case was voided.";
    Returned "returned" "退件" "The case was returned.";
    Transferred "transferred" "移送" "The case went to another body.";
    Terminated "terminated" "终止" "The procedure was terminated.";
    Merged "merged" "并案" "The case was joined to another.";
    Split "split" "分案" "The case was divided.";
    ReviewResult "review_result" "复议诉讼结果" "A review body or court decided.";
    Closed "closed" "办结" "The case was closed.";
    Corrected "corrected" "更正" "An earlier event is corrected or taken back (see `corrects`).";
    Rated "rated" "评价" "The applicant rated the service.";
    Complaint "complaint" "投诉" "A complaint about the case.";
    Note "note" "记录" "Something the source records that no rule needs.";
    HearingRequested "hearing_requested" "申请听证" "The party asked for a hearing.";
    ComplaintAccepted "complaint_accepted" "投诉受理" "A complaint about the case was accepted, or its sender told why it is not.";
    ComplaintAnswered "complaint_answered" "投诉答复" "A complaint about the case was answered.";
    CalledBack "called_back" "回访" "Who rated or complained was called back.";
    Rectified "rectified" "整改" "What was found wrong was put right.";
}

/// Who acted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Actor<'a> {
    /// 经办人编号: the officer's id in the department.
    #[serde(borrow)]
    #[schemars(with = "String")]
    pub id: Text<'a>,
    /// 角色: the role acted in, like `handler`, `reviewer`, `approver`.
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    #[schemars(with = "Option<String>")]
    pub role: Option<Text<'a>>,
    /// 执法证号: number of the law-enforcement certificate.
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    #[schemars(with = "Option<String>")]
    pub cert_no: Option<Text<'a>>,
}

/// A special procedure or an extension, as the department declares it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Special<'a> {
    /// 种类: one of the flowchart's closed list, like `hearing` or `extension`.
    #[serde(borrow)]
    #[schemars(with = "String")]
    pub kind: Text<'a>,
    /// 依据: the article relied on.
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    #[schemars(with = "Option<String>")]
    pub basis: Option<Text<'a>>,
    /// 计划结束时间. Only planned time is credited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub planned_end: Option<Timestamp>,
    /// How much an extension grants, like `10wd`; units as in [`crate::limit::Budget`].
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    #[schemars(with = "Option<String>")]
    pub granted: Option<Text<'a>>,
    /// 批准人.
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    #[schemars(with = "Option<String>")]
    pub approver: Option<Text<'a>>,
    /// 批准人级别, like `authority_head` or `government_head`.
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    #[schemars(with = "Option<String>")]
    pub approver_rank: Option<Text<'a>>,
    /// 告知文书号.
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    #[schemars(with = "Option<String>")]
    pub notice_no: Option<Text<'a>>,
    /// 告知时间.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub notice_at: Option<Timestamp>,
}

/// Evidence material held by the department; only its hash comes here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Attachment<'a> {
    /// 材料种类.
    #[serde(borrow)]
    #[schemars(with = "String")]
    pub kind: Text<'a>,
    /// SHA-256 of the file, 64 hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    #[schemars(with = "Option<String>")]
    pub sha256: Option<Text<'a>>,
    /// When it was uploaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub uploaded_at: Option<Timestamp>,
}

/// A further attribute of a case or an event, typed by what the source sent.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Value<'a> {
    /// True or false.
    Bool(bool),
    /// A whole number; money is in minor units (fen, cents).
    Int(i64),
    /// A number with a fraction. Never money.
    Float(f64),
    /// Text; instants travel as RFC 3339 text.
    Text(#[schemars(with = "String")] Text<'a>),
}

/// By hand, because serde's untagged reading copies every value first, and its errors name neither the
/// type that was found nor the one that was wanted.
impl<'de: 'a, 'a> Deserialize<'de> for Value<'a> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Value<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text, a number, true or false")
            }
            fn visit_bool<E: de::Error>(self, v: bool) -> Result<Value<'de>, E> {
                Ok(Value::Bool(v))
            }
            fn visit_i64<E: de::Error>(self, v: i64) -> Result<Value<'de>, E> {
                Ok(Value::Int(v))
            }
            fn visit_u64<E: de::Error>(self, v: u64) -> Result<Value<'de>, E> {
                i64::try_from(v).map(Value::Int).map_err(|_| {
                    E::invalid_value(de::Unexpected::Unsigned(v), &"a whole number below 2^63")
                })
            }
            fn visit_f64<E: de::Error>(self, v: f64) -> Result<Value<'de>, E> {
                Ok(Value::Float(v))
            }
            fn visit_borrowed_str<E: de::Error>(self, v: &'de str) -> Result<Value<'de>, E> {
                Ok(Value::Text(Text::from(v)))
            }
            fn visit_str<E: de::Error>(self, v: &str) -> Result<Value<'de>, E> {
                Ok(Value::Text(Text::from(v.to_owned())))
            }
            fn visit_string<E: de::Error>(self, v: String) -> Result<Value<'de>, E> {
                Ok(Value::Text(Text::from(v)))
            }
        }
        d.deserialize_any(Visitor)
    }
}

/// What a department says happened in one case.
///
/// Four times: `occurred_at` (business), `entered_at` (typed in), `sent_at`, `received_at`.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseEvent<'a> {
    /// Unique within the source.
    pub event_id: Text<'a>,
    /// The registered system that speaks.
    pub source: Text<'a>,
    /// Order within the source; settles same-instant ties within a case.
    pub source_seq: u64,
    /// 数据版本: a re-sent record carries a greater one and replaces the earlier.
    pub data_version: u32,
    /// What happened.
    pub kind: EventKind,
    /// 发生时间: business time.
    pub occurred_at: Timestamp,
    /// 录入时间: typed into the department's system.
    pub entered_at: Option<Timestamp>,
    /// 发送时间.
    pub sent_at: Option<Timestamp>,
    /// 接收时间: stamped by intake, never by the department.
    pub received_at: Timestamp,
    /// 办件编号.
    pub case_no: Text<'a>,
    /// All else the department said.
    pub data: CaseData<'a>,
}

/// The body of an event (`data` of the CloudEvent): everything optional, as departments' systems differ.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseData<'a> {
    /// 数据版本; absent means 1. A re-sent record carries a greater one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_version: Option<u32>,
    /// 录入时间, RFC 3339 with offset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub entered_at: Option<Timestamp>,
    /// 发送时间, RFC 3339 with offset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub sent_at: Option<Timestamp>,
    /// 并案 / 联办: the case this one belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    #[schemars(with = "Option<String>")]
    pub parent_case_no: Option<Text<'a>>,
    /// 办件类型: `instant` 即办件, `promise` 承诺件, `other`.
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    #[schemars(with = "Option<String>")]
    pub case_kind: Option<Text<'a>>,
    /// 办理渠道, by which the application came: `window` 窗口, `online` 网上, `mobile` 移动端, `self_service` 自助终端, `mail` 邮寄,
    /// `other`; said of the application, the acceptance or the filing. See [`crate::measures::CHANNELS`].
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    #[schemars(with = "Option<String>")]
    pub channel: Option<Text<'a>>,
    /// 事项编码 (实施编码).
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    #[schemars(with = "Option<String>")]
    pub item_code: Option<Text<'a>>,
    /// 事项版本.
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    #[schemars(with = "Option<String>")]
    pub item_version: Option<Text<'a>>,
    /// 承办机构.
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    #[schemars(with = "Option<String>")]
    pub org_code: Option<Text<'a>>,
    /// 行政区划.
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    #[schemars(with = "Option<String>")]
    pub region_code: Option<Text<'a>>,
    /// 环节.
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    #[schemars(with = "Option<String>")]
    pub step_code: Option<Text<'a>>,
    /// 上一环节, as the department's system believes.
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    #[schemars(with = "Option<String>")]
    pub prev_step_code: Option<Text<'a>>,
    /// 经办人.
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    pub actor: Option<Actor<'a>>,
    /// 协办人.
    #[serde(default, skip_serializing_if = "Vec::is_empty", borrow)]
    pub co_actors: Vec<Actor<'a>>,
    /// 当事人: a keyed hash; never a name or an identity number.
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    #[schemars(with = "Option<String>")]
    pub party_ref: Option<Text<'a>>,
    /// 当事人类型.
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    #[schemars(with = "Option<String>")]
    pub party_kind: Option<Text<'a>>,
    /// 结果.
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    #[schemars(with = "Option<String>")]
    pub result_code: Option<Text<'a>>,
    /// 理由.
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    #[schemars(with = "Option<String>")]
    pub reason: Option<Text<'a>>,
    /// 依据.
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    #[schemars(with = "Option<String>")]
    pub legal_basis: Option<Text<'a>>,
    /// 金额, by name (`decided`, `receivable`, `paid`, `relief` …), in minor units (fen).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", borrow)]
    #[schemars(with = "BTreeMap<String, i64>")]
    pub amounts: BTreeMap<Text<'a>, i64>,
    /// 违法行为.
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    #[schemars(with = "Option<String>")]
    pub discretion_act: Option<Text<'a>>,
    /// 裁量档次.
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    #[schemars(with = "Option<String>")]
    pub discretion_tier: Option<Text<'a>>,
    /// 违法行为发生时间, RFC 3339 with offset: the discretion standard of that day applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub act_at: Option<Timestamp>,
    /// 收费. Boxed, as the following: few events carry them, and every event is moved about.
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    pub fee: Option<Box<Fee<'a>>>,
    /// 收缴.
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    pub collection: Option<Box<Collection<'a>>>,
    /// 指定管辖、跨区域通办.
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    pub jurisdiction: Option<Box<Jurisdiction<'a>>>,
    /// 检查计划或事由.
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    pub inspection: Option<Box<Inspection<'a>>>,
    /// 证据材料.
    #[serde(default, skip_serializing_if = "Vec::is_empty", borrow)]
    pub attachments: Vec<Attachment<'a>>,
    /// 特别程序或延期.
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    pub special: Option<Special<'a>>,
    /// For `corrected`: the id of the event that is taken back. Its replacement, if any, is sent as an
    /// event of its own.
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    #[schemars(with = "Option<String>")]
    pub corrects: Option<Text<'a>>,
    /// 密级. Any value but `none` is refused at intake: secret items stay out of the platform.
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    #[schemars(with = "Option<String>")]
    pub secrecy: Option<Text<'a>>,
    /// Further attributes by name; rules see those that the flowchart declares.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", borrow)]
    #[schemars(with = "BTreeMap<String, Value<'static>>")]
    pub attributes: BTreeMap<Text<'a>, Value<'a>>,
}

fn own(text: Option<Text<'_>>) -> Option<Text<'static>> {
    text.map(Text::into_owned)
}

impl Actor<'_> {
    /// The same, owning its text.
    pub fn into_owned(self) -> Actor<'static> {
        Actor {
            id: self.id.into_owned(),
            role: own(self.role),
            cert_no: own(self.cert_no),
        }
    }
}

impl Special<'_> {
    /// The same, owning its text.
    pub fn into_owned(self) -> Special<'static> {
        Special {
            kind: self.kind.into_owned(),
            basis: own(self.basis),
            planned_end: self.planned_end,
            granted: own(self.granted),
            approver: own(self.approver),
            approver_rank: own(self.approver_rank),
            notice_no: own(self.notice_no),
            notice_at: self.notice_at,
        }
    }
}

impl Attachment<'_> {
    /// The same, owning its text.
    pub fn into_owned(self) -> Attachment<'static> {
        Attachment {
            kind: self.kind.into_owned(),
            sha256: own(self.sha256),
            uploaded_at: self.uploaded_at,
        }
    }
}

impl Value<'_> {
    /// The same, owning its text.
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Value::Bool(v) => Value::Bool(v),
            Value::Int(v) => Value::Int(v),
            Value::Float(v) => Value::Float(v),
            Value::Text(v) => Value::Text(v.into_owned()),
        }
    }
}

impl CaseData<'_> {
    /// The same, owning its text.
    pub fn into_owned(self) -> CaseData<'static> {
        CaseData {
            data_version: self.data_version,
            entered_at: self.entered_at,
            sent_at: self.sent_at,
            parent_case_no: own(self.parent_case_no),
            case_kind: own(self.case_kind),
            channel: own(self.channel),
            item_code: own(self.item_code),
            item_version: own(self.item_version),
            org_code: own(self.org_code),
            region_code: own(self.region_code),
            step_code: own(self.step_code),
            prev_step_code: own(self.prev_step_code),
            actor: self.actor.map(Actor::into_owned),
            co_actors: self.co_actors.into_iter().map(Actor::into_owned).collect(),
            party_ref: own(self.party_ref),
            party_kind: own(self.party_kind),
            result_code: own(self.result_code),
            reason: own(self.reason),
            legal_basis: own(self.legal_basis),
            amounts: self
                .amounts
                .into_iter()
                .map(|(k, v)| (k.into_owned(), v))
                .collect(),
            discretion_act: own(self.discretion_act),
            discretion_tier: own(self.discretion_tier),
            act_at: self.act_at,
            fee: self.fee.map(|fee| Box::new(fee.into_owned())),
            collection: self.collection.map(|c| Box::new(c.into_owned())),
            jurisdiction: self.jurisdiction.map(|j| Box::new(j.into_owned())),
            inspection: self.inspection.map(|i| Box::new(i.into_owned())),
            attachments: self
                .attachments
                .into_iter()
                .map(Attachment::into_owned)
                .collect(),
            special: self.special.map(Special::into_owned),
            corrects: own(self.corrects),
            secrecy: own(self.secrecy),
            attributes: self
                .attributes
                .into_iter()
                .map(|(k, v)| (k.into_owned(), v.into_owned()))
                .collect(),
        }
    }
}

impl CaseEvent<'_> {
    /// The same, owning its text.
    pub fn into_owned(self) -> CaseEvent<'static> {
        CaseEvent {
            event_id: self.event_id.into_owned(),
            source: self.source.into_owned(),
            source_seq: self.source_seq,
            data_version: self.data_version,
            kind: self.kind,
            occurred_at: self.occurred_at,
            entered_at: self.entered_at,
            sent_at: self.sent_at,
            received_at: self.received_at,
            case_no: self.case_no.into_owned(),
            data: self.data.into_owned(),
        }
    }
}
