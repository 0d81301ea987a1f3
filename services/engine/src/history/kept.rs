//! What rules on persons and money, and statistics, read of an event. It is kept among the attributes, under names of our own that begin
//! with `#`, so that a snapshot needs no other format for it.

use mingjing_domain::event::CaseData;

use super::extra::Sent;
use crate::symbols::Symbols;

/// One thing that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    /// The actor's certificate.
    Certificate,
    /// A further officer; once for each.
    CoActor,
    /// The certificate of the further officer before it.
    CoCertificate,
    /// 违法行为.
    Act,
    /// 裁量档次.
    Tier,
    /// When the act was done, in milliseconds since the epoch.
    ActedAt,
    /// 收费项目.
    Fee,
    /// 计费数量, in thousandths.
    Quantity,
    /// 减免理由.
    ReliefGround,
    /// 收缴方.
    Collector,
    /// 当场收缴的情形.
    CollectionGround,
    /// 指定管辖、跨区域通办.
    Jurisdiction,
    /// Its document.
    JurisdictionDocument,
    /// 检查计划编号.
    InspectionPlan,
    /// 无需计划的事由.
    InspectionCause,
    /// 批准人.
    Approver,
    /// 批准人级别 as told.
    ApproverRank,
    /// 办理渠道.
    Channel,
}

const NAMES: [&str; 18] = [
    "#cert",
    "#co",
    "#co_cert",
    "#act",
    "#tier",
    "#acted_at",
    "#fee",
    "#quantity",
    "#relief_ground",
    "#collector",
    "#collection_ground",
    "#jurisdiction",
    "#jurisdiction_document",
    "#plan",
    "#cause",
    "#approver",
    "#approver_rank",
    "#channel",
];

/// The codes of the names.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct KeptCodes([u16; NAMES.len()]);

impl KeptCodes {
    /// Takes codes for the names, after those that a snapshot brought.
    pub(crate) fn intern(codes: &mut Symbols) -> Self {
        KeptCodes(NAMES.map(|name| codes.intern_code(name)))
    }

    pub(crate) fn of(&self, kept: Kept) -> u16 {
        self.0[kept as usize]
    }

    /// Adds what an event says of it.
    pub(crate) fn put<'e>(&self, data: &'e CaseData<'_>, out: &mut Vec<(u16, Sent<'e>)>) {
        let mut text = |kept: Kept, value: Option<&'e str>| {
            if let Some(value) = value.filter(|v| !v.is_empty()) {
                out.push((self.of(kept), Sent::Text(value)));
            }
        };
        let actor = data.actor.as_ref();
        text(Kept::Certificate, actor.and_then(|a| a.cert_no.as_deref()));
        for other in &data.co_actors {
            text(Kept::CoActor, Some(&other.id));
            if !other.id.is_empty() {
                text(Kept::CoCertificate, other.cert_no.as_deref());
            }
        }
        text(Kept::Act, data.discretion_act.as_deref());
        text(Kept::Tier, data.discretion_tier.as_deref());
        text(Kept::Channel, data.channel.as_deref());
        if let Some(fee) = &data.fee {
            text(Kept::Fee, Some(&fee.code));
            text(Kept::ReliefGround, fee.relief_ground.as_deref());
        }
        if let Some(collection) = &data.collection {
            text(Kept::Collector, Some(&collection.collector));
            text(Kept::CollectionGround, collection.ground.as_deref());
        }
        if let Some(jurisdiction) = &data.jurisdiction {
            text(Kept::Jurisdiction, Some(&jurisdiction.ground));
            text(Kept::JurisdictionDocument, jurisdiction.document.as_deref());
        }
        if let Some(inspection) = &data.inspection {
            text(Kept::InspectionPlan, inspection.plan_no.as_deref());
            text(Kept::InspectionCause, inspection.cause.as_deref());
        }
        if let Some(special) = &data.special {
            text(Kept::Approver, special.approver.as_deref());
            text(Kept::ApproverRank, special.approver_rank.as_deref());
        }
        if let Some(at) = data.act_at {
            out.push((self.of(Kept::ActedAt), Sent::Int(at.millis())));
        }
        if let Some(quantity) = data.fee.as_ref().and_then(|f| f.quantity) {
            out.push((self.of(Kept::Quantity), Sent::Int(quantity.thousandths)));
        }
    }

    /// Whether an event says anything of it, beside its special procedure.
    pub(crate) fn any(data: &CaseData<'_>) -> bool {
        !data.co_actors.is_empty()
            || data.actor.as_ref().is_some_and(|a| a.cert_no.is_some())
            || data.discretion_act.is_some()
            || data.discretion_tier.is_some()
            || data.channel.is_some()
            || data.act_at.is_some()
            || data.fee.is_some()
            || data.collection.is_some()
            || data.jurisdiction.is_some()
            || data.inspection.is_some()
    }
}
