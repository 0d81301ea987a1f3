//! What an alert on persons, plans and money says: who or how much, and what the register or the standard has instead.

use mingjing_domain::definitions::Rank;

use super::super::Surroundings;
use crate::fold::{DECIDED, Fault, Finding, Measure, Span};
use crate::history::{Event, Kept};
use crate::rules::{AuthorityCheck, Check};

/// What is wrong, without when and where.
pub(super) fn sentence(check: &Check, finding: &Finding, around: &Surroundings<'_>) -> String {
    let context = around.context;
    let event = context.history.event(finding.event);
    let (fault, who) = Fault::of_detail(finding.detail);
    let text = |kept| context.kept_text(&event, kept).unwrap_or("未报");
    let latest = |kept| context.latest_kept_text(&event, kept).unwrap_or("未报");
    let crew = context.crew(&event);
    let person = || crew.get(who).map_or("未报", |p| p.id);
    let names = || crew.iter().map(|p| p.id).collect::<Vec<_>>().join("、");
    let (needed, whom) = match check {
        Check::Authority(AuthorityCheck::TooFewOfficers {
            at_least,
            qualified,
            ..
        }) => (
            *at_least,
            if *qualified {
                "执法人员"
            } else {
                "工作人员"
            },
        ),
        _ => (2, "执法人员"),
    };
    match fault {
        Fault::TooFew => format!(
            "只有 {} 名{whom}（{}），应不少于 {needed} 名。",
            crew.len(),
            names()
        ),
        Fault::NobodyNamed
            if matches!(check, Check::Authority(AuthorityCheck::NotAssigned { .. })) =>
        {
            "记录未载经办人，请先补报。".into()
        }
        Fault::NobodyNamed => {
            format!("记录未载执法人员，应不少于 {needed} 名，请先补报实际参加的执法人员。")
        }
        Fault::TooFewQualified => format!(
            "记录的执法人员（{}）中，具备执法资格的不足 {needed} 名。",
            names()
        ),
        Fault::MaybeTooFew => format!(
            "记录的执法人员（{}）中有人不在人员名册，具备执法资格的不足 {needed} 名，请先核对名册。",
            names()
        ),
        Fault::UnknownOfficer => format!(
            "人员 {} 不在本单位人员名册，请先核对名册或人员编号。",
            in_question(check, &event, around, person())
        ),
        Fault::NotInPost => format!(
            "人员 {} 当日已不在岗或尚未到岗。",
            in_question(check, &event, around, person())
        ),
        Fault::NoCertificate => format!("人员 {} 没有执法证件。", person()),
        Fault::Expired => format!("人员 {} 的执法证件当日不在有效期内。", person()),
        Fault::OtherField => {
            let item = context.power_item(context.item(finding.event));
            let field = item.and_then(|i| i.enforcement_field.as_deref());
            format!(
                "人员 {} 的执法证件不含本事项的执法领域（{}）。",
                person(),
                field.unwrap_or("未定")
            )
        }
        Fault::OtherNumber => format!("人员 {} 报送的执法证号与人员名册不符，请先核对。", person()),
        Fault::NoApprover => "未报批准人及其级别，请先补报批准文书。".into(),
        Fault::UnknownRank => format!(
            "批准人级别“{}”不能识别，请先核对并更正。",
            text(Kept::ApproverRank)
        ),
        Fault::RankTooLow => {
            let needed = context.needed_rank(&event).map_or("未定", |r| r.name_zh());
            format!(
                "批准人（{}，{}）级别不足，应由{needed}批准。",
                text(Kept::Approver),
                rank_zh(text(Kept::ApproverRank)),
            )
        }
        Fault::OtherPost => format!(
            "经办人 {} 的岗位不含本环节，也没有代岗记录。",
            context.texts.text(event.actor)
        ),
        Fault::NoPlan => "没有检查计划，也未报无需计划的事由。".into(),
        Fault::UnknownPlan => format!(
            "检查计划 {} 未见公布，请先核对编号或补充计划。",
            latest(Kept::InspectionPlan)
        ),
        Fault::PlanOtherItem => format!("检查计划 {} 不含本事项。", latest(Kept::InspectionPlan)),
        Fault::PlanOtherBody => {
            format!("检查计划 {} 不属于本单位。", latest(Kept::InspectionPlan))
        }
        Fault::PlanOtherRegion => {
            format!("检查计划 {} 不含本区域。", latest(Kept::InspectionPlan))
        }
        Fault::PlanOtherTime => {
            format!(
                "检查日期不在检查计划 {} 的期间之内。",
                latest(Kept::InspectionPlan)
            )
        }
        Fault::UnmappedBody => format!(
            "机构代码 {} 不在定义之内，来源的代码对照中也没有，请先核对并补充对照。",
            context.texts.text(context.profile(&event).org)
        ),
        Fault::OtherBody | Fault::BeyondItsSteps | Fault::OutsideItsArea => {
            wrong_body(fault, &event, around)
        }
        Fault::AboveTier | Fault::BelowTier | Fault::Mitigated => {
            discretion(fault, check, &event, around)
        }
        Fault::TierNotFiled => format!(
            "违法行为 {} 的裁量档次 {} 不在已备案的裁量基准之内。",
            latest(Kept::Act),
            latest(Kept::Tier)
        ),
        Fault::TierNotInForce => format!(
            "违法行为 {} 的裁量档次 {} 在违法行为发生之日和作出决定之日均不生效。",
            latest(Kept::Act),
            latest(Kept::Tier)
        ),
        Fault::NoTier => "作出罚款决定而未报违法行为或裁量档次，请先补报。".into(),
        Fault::TierChanged => format!("裁量档次变更为 {}，未说明理由。", text(Kept::Tier)),
        Fault::NoFees => "本事项没有收费标准，不得收费。".into(),
        Fault::FeeNotListed => format!("收费项目 {} 不在现行收费标准之内。", text(Kept::Fee)),
        Fault::NoFeeCode => "收取费用而未报收费项目，请先补报。".into(),
        Fault::AboveStandard | Fault::BelowStandard => fee(fault, &event, around),
        Fault::ReliefWithoutGround => "减免费用未报减免理由。".into(),
        Fault::ReliefOtherGround => format!(
            "减免理由“{}”不在规定的减免情形之内。",
            text(Kept::ReliefGround)
        ),
        Fault::CollectorIsDecider => format!(
            "作出处罚决定的机关或人员（{}）自行收缴罚款，未报当场收缴的法定情形。",
            text(Kept::Collector)
        ),
        Fault::NoCollector => format!(
            "未报收缴方，缴款由作出处罚决定的人员（{}）录入，请补报收缴方并核实罚缴是否分离。",
            context.texts.text(event.actor)
        ),
        Fault::AboveInAll => fees_in_all(&event, around),
        Fault::FineTooLargeForTheSpot => {
            format!("{} 当场收缴的罚款超过一百元。", text(Kept::Collector))
        }
        Fault::OtherCollectionGround => format!(
            "{} 当场收缴罚款，所报情形“{}”不是法定情形。",
            text(Kept::Collector),
            text(Kept::CollectionGround)
        ),
    }
}

/// Who is meant: the approver, or one of the officers.
fn in_question<'a>(
    check: &Check,
    event: &Event<'a>,
    around: &Surroundings<'a>,
    otherwise: &'a str,
) -> &'a str {
    match check {
        Check::Authority(AuthorityCheck::ApproverRank { .. }) => around
            .context
            .kept_text(event, Kept::Approver)
            .unwrap_or("未报"),
        _ => otherwise,
    }
}

fn rank_zh(code: &str) -> &str {
    Rank::from_code(code).map_or(code, |r| r.name_zh())
}

fn wrong_body(fault: Fault, event: &Event<'_>, around: &Surroundings<'_>) -> String {
    let context = around.context;
    let profile = context.profile(event);
    let org = context.texts.text(profile.org);
    let region = context.texts.option(profile.region).unwrap_or("未报");
    let what = match fault {
        Fault::BeyondItsSteps => "只获准办理其他环节",
        Fault::OutsideItsArea => "超出管辖区域",
        _ => "不是本事项的法定、受托或其他合法行使主体",
    };
    format!("办理机构 {org}（区划 {region}）{what}。")
}

fn discretion(fault: Fault, check: &Check, event: &Event<'_>, around: &Surroundings<'_>) -> String {
    let context = around.context;
    let name = match check {
        Check::Authority(AuthorityCheck::DiscretionAmount { amount }) => amount.as_str(),
        _ => DECIDED,
    };
    let decided = context.amount(event, name).unwrap_or(0);
    let (tier, span) = match context.measure(event) {
        Some(Measure { tier, span, table }) => (
            format!("{}@{}“{}”", table.id, table.version, tier.name),
            span.map(span_zh).unwrap_or_default(),
        ),
        None => Default::default(),
    };
    let what = match fault {
        Fault::AboveTier => "高于",
        _ => "低于",
    };
    let mut text = format!(
        "决定金额 {} 元{what}裁量基准{tier}的幅度（{span}）。",
        yuan(i128::from(decided), 1)
    );
    if fault == Fault::Mitigated {
        text.push_str("已经集体讨论，请核实减轻或不予处罚的依据。");
    }
    text
}

fn fee(fault: Fault, event: &Event<'_>, around: &Surroundings<'_>) -> String {
    let context = around.context;
    let code = context.kept_text(event, Kept::Fee).unwrap_or_default();
    let of = |name: &str| context.amount(event, name).unwrap_or(0);
    let charged = match of("receivable") {
        0 => of("paid"),
        receivable => receivable.max(of("paid")),
    };
    let standard = context
        .fee_item(event, code)
        .and_then(|item| context.standard_span(event, &item.standard))
        .map(span_zh)
        .unwrap_or_default();
    let what = match fault {
        Fault::AboveStandard => "高于",
        _ => "低于",
    };
    format!(
        "收费项目 {code} 收取 {} 元，{what}标准（{standard}）。",
        yuan(i128::from(charged), 1)
    )
}

fn fees_in_all(event: &Event<'_>, around: &Surroundings<'_>) -> String {
    let context = around.context;
    let code = context.kept_text(event, Kept::Fee).unwrap_or_default();
    let item = context.fee_item(event, code);
    let all = item.and_then(|item| context.paid_in_all(event, code, &item.standard));
    let (paid, standard) = all.map_or((0, String::new()), |(paid, span)| (paid, span_zh(span)));
    format!(
        "收费项目 {code} 在本办件中累计收取 {} 元，高于标准（{standard}）。",
        yuan(i128::from(paid), 1)
    )
}

fn span_zh(span: Span) -> String {
    let (from, to) = (yuan(span.from, 1_000_000), yuan(span.to, 1_000_000));
    match from == to {
        true => format!("{from} 元"),
        false => format!("{from} 元至 {to} 元"),
    }
}

/// Money in yuan, from so many parts of a fen, cut to the fen.
fn yuan(parts: i128, parts_per_fen: i128) -> String {
    let fen = parts / parts_per_fen;
    let sign = if fen < 0 { "-" } else { "" };
    let fen = fen.abs();
    match fen % 100 {
        0 => format!("{sign}{}", fen / 100),
        rest => format!("{sign}{}.{rest:02}", fen / 100),
    }
}
