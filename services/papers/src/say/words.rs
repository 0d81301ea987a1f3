//! The words of each occasion: how a paper opens, what it demands, how it is appealed.

use mingjing_domain::Timestamp;
use mingjing_domain::alert::Level;
use mingjing_domain::disposition::{Decision, Disposition, Signature, Verdict};

use super::occasions::basis;
use super::{Facts, ended, instant_zh};
use crate::sheet::{Block, day_zh};
use crate::site::Occasion;

/// How it opens; none where the alert has no such occasion.
pub(super) fn opening(facts: &Facts<'_>) -> Option<Vec<Block>> {
    let serves = facts.kind.serves;
    if serves != Occasion::Recommended {
        basis(facts.alert, serves, facts.made_at)?;
    }
    let done = facts.alert.disposition.as_deref();
    let about = about(facts);
    let level = level(facts);
    let said = |by: &Signature| ended(&by.reason);
    let on = |by: &Signature| on(by, facts);
    let paragraphs = match serves {
        Occasion::Issued => vec![format!(
            "经行政权力运行电子监察，{about}有以下情形，发出{level}预警。现予告知，请核实处理。"
        )],
        Occasion::Ordered => {
            let order = done?.order.as_ref()?;
            vec![
                format!("经行政权力运行电子监察，{about}有以下情形，发出{level}预警。现予督办。"),
                format!("督办事由：{}", said(&order.by)),
            ]
        }
        Occasion::Confirmed => {
            let decision = done?.decision.as_ref()?;
            let conclusion = decision.conclusion.map_or("", |c| c.name_zh());
            vec![
                format!(
                    "经行政权力运行电子监察并经核查，{about}有以下情形，于{}认定，认定结论为{conclusion}。现提出如下监督意见。",
                    on(&decision.by)
                ),
                format!("认定理由：{}", said(&decision.by)),
            ]
        }
        Occasion::Unmended => unmended(facts, done?)?,
        Occasion::Recommended => {
            let (record, entry) = facts.recommended?;
            vec![
                format!("经行政权力运行电子监察，{about}有以下情形。现提出监察建议。"),
                format!("所据事实：{}", ended(&record.why)),
                match entry.legal_basis.is_empty() {
                    true => String::new(),
                    false => format!("建议依据：{}", ended(&entry.legal_basis)),
                },
            ]
        }
        Occasion::AppealDecided => {
            let appeal = done?.appeal.as_ref()?;
            let outcome = appeal.outcome.as_ref()?;
            let (verb, effect) = match outcome.upheld {
                true => ("维持", "维持原认定，该预警继续有效"),
                false => ("撤销", "撤销该预警，不计入效能统计"),
            };
            let passed = match appeal.passed_up.is_empty() {
                true => "",
                false => "（经报上级办理）",
            };
            vec![
                format!(
                    "你单位对{about}的预警于{}提出申诉。经审查，申诉已办结{passed}。",
                    on(&appeal.by)
                ),
                format!("申诉理由：{}", said(&appeal.by)),
                format!("决定（{verb}）：{effect}。"),
                format!("决定理由：{}", said(&outcome.by)),
                concluded(decided(facts)),
            ]
        }
        Occasion::Withdrawn => {
            let at = facts.alert.withdrawn_at?;
            let why = facts.alert.withdrawn_reason.as_deref();
            let decided = decided(facts);
            let why = decided.map_or(why, |decision| Some(decision.by.reason.as_str()));
            vec![
                format!(
                    "此前对{about}发出的{level}预警，已于{}撤销，不计入效能统计。现予更正。",
                    instant_zh(at, facts.zone)
                ),
                match why {
                    Some(why) => format!("撤销理由：{}", ended(why)),
                    None => String::new(),
                },
                concluded(decided),
            ]
        }
    };
    let paragraphs = paragraphs.into_iter().filter(|text| !text.is_empty());
    Some(paragraphs.map(Block::paragraph).collect())
}

/// The decision by which it stands no more.
pub(super) fn decided<'a>(facts: &Facts<'a>) -> Option<&'a Decision> {
    let decision = facts.alert.disposition.as_deref()?.decision.as_ref();
    decision.filter(|decision| decision.verdict == Verdict::Dismissed)
}

/// What that decision comes down to; an objective cause with what proves it.
fn concluded(decision: Option<&Decision>) -> String {
    let Some(decision) = decision.filter(|decision| decision.conclusion.is_some()) else {
        return String::new();
    };
    let proof = match decision.evidence.len() {
        0 => String::new(),
        files => format!("，附证明材料{files}份"),
    };
    format!("结论：{}{proof}。", decision.conclusion_zh())
}

fn unmended(facts: &Facts<'_>, done: &Disposition) -> Option<Vec<String>> {
    let order = done.order.as_ref()?;
    let about = about(facts);
    let given = format!("本机关于{}就{about}作出督办", on(&order.by, facts));
    let check = order.rectifications.last().and_then(|r| r.checked.as_ref());
    let rejected = check.filter(|check| !check.accepted);
    Some(match (rejected, order.due_at) {
        (Some(check), _) => vec![
            format!("{given}。经验收，整改不符合要求。现作出如下决定。"),
            format!("验收意见：{}", ended(&check.by.reason)),
        ],
        (None, due) => {
            let due = due.map_or_else(String::new, |due| {
                format!("，要求于{}前反馈", instant_zh(due, facts.zone))
            });
            vec![
                format!("{given}{due}，逾期未反馈。现作出如下决定。"),
                format!("督办事由：{}", ended(&order.by.reason)),
            ]
        }
    })
}

fn on(by: &Signature, facts: &Facts<'_>) -> String {
    day_zh(by.at.local_date(facts.zone))
}

fn level(facts: &Facts<'_>) -> &'static str {
    match facts.alert.level {
        // A card that people still have to look at has no colour.
        Level::Review => "",
        level => level.name_zh(),
    }
}

/// Whose case it is about.
fn about(facts: &Facts<'_>) -> String {
    let alert = facts.alert;
    let body = [&facts.names.body, &facts.names.responsible];
    let body = body.into_iter().find(|name| !name.is_empty());
    let body = body.map_or("", String::as_str);
    match alert.subject_kind.as_str() {
        "case" => {}
        // Persons are told by the platform, to whoever may know them.
        "officer" => return format!("{body}有关工作人员的办理"),
        "party" => return format!("{body}办理的有关办件"),
        _ => return format!("{body}（{}）", alert.case_no),
    }
    match facts.names.item.is_empty() {
        true => format!("{body}办理的办件{}", alert.case_no),
        false => format!("{body}办理的“{}”办件{}", facts.names.item, alert.case_no),
    }
}

/// The heading over what is demanded.
pub(super) fn heading(occasion: Occasion) -> &'static str {
    match occasion {
        Occasion::Issued | Occasion::Ordered => "办理要求",
        Occasion::Confirmed => "监督意见",
        Occasion::Unmended => "决定事项",
        Occasion::Recommended => "建议事项",
        Occasion::AppealDecided | Occasion::Withdrawn => "后续事项",
    }
}

/// What is demanded and until when.
pub(super) fn demand(facts: &Facts<'_>) -> Vec<Block> {
    let done = facts.alert.disposition.as_deref();
    let order = done.and_then(|done| done.order.as_ref());
    let until = |due: Timestamp| instant_zh(due, facts.zone);
    let not_done = facts.alert.completed_at.is_none() && facts.alert.ended_at.is_none();
    let mut said = Vec::new();
    match facts.kind.serves {
        Occasion::Issued => {
            said.push(match facts.alert.answer_due_at {
                Some(due) => format!(
                    "请于{}前（含当日）通过平台反馈核实情况和处理结果。",
                    until(due)
                ),
                None => "请核实有关情况，及时处理。".to_owned(),
            });
            if not_done && facts.alert.due_at.is_some() {
                said.push("该办件尚未办结的，请依法及时办理。".to_owned());
            }
        }
        Occasion::Ordered => {
            if let Some(due) = order.and_then(|order| order.due_at) {
                said.push(format!(
                    "请于{}前（含当日）通过平台反馈办理结果，并附证明材料。",
                    until(due)
                ));
            }
            if order.is_some_and(|order| order.must_rectify) {
                said.push(
                    "本件须整改：整改完成后提交整改情况和证明材料，经本机关验收通过后办结。"
                        .to_owned(),
                );
            }
            said.push("逾期不反馈的，将对负有反馈责任的单位发出预警。".to_owned());
        }
        Occasion::Confirmed => {
            said.push("请自行纠正上述情形，分析原因，采取措施防止再次发生。".to_owned());
            if let Some(due) = order
                .filter(|order| order.closed.is_none())
                .and_then(|order| order.due_at)
            {
                said.push(format!(
                    "办理结果请于{}前（含当日）通过平台反馈。",
                    until(due)
                ));
            }
        }
        Occasion::Unmended => {
            said.push("责令立即纠正上述情形，并通过平台反馈纠正情况和证明材料。".to_owned());
            said.push("负有责任的人员依法应当追究责任的，由有权机关依照管理权限处理。".to_owned());
        }
        Occasion::Recommended => {
            if let Some((_, entry)) = facts.recommended {
                said.push(ended(&entry.demand));
                if let Some(due) = entry.due {
                    said.push(format!("请于{}前（含当日）书面反馈落实情况。", day_zh(due)));
                }
            }
        }
        Occasion::AppealDecided => {
            if done
                .and_then(|done| done.appeal.as_ref()?.outcome.as_ref())
                .is_some_and(|o| o.upheld)
                && let Some(due) = order
                    .filter(|order| order.closed.is_none())
                    .and_then(|order| order.due_at)
            {
                said.push(format!(
                    "督办事项请于{}前（含当日）通过平台反馈。",
                    until(due)
                ));
            }
            said.push("同一预警经申诉作出决定后，平台不再受理对同一事项的申诉。".to_owned());
        }
        Occasion::Withdrawn => {
            said.push("已经公布、通报或者计分的，以本通知书为准予以更正。".to_owned());
        }
    }
    said.retain(|text| !text.is_empty());
    said.into_iter().map(Block::paragraph).collect()
}

/// How it is appealed and until when.
pub(super) fn appeal(facts: &Facts<'_>) -> Vec<Block> {
    let appealed = facts.alert.disposition.as_deref();
    let appealed = appealed.and_then(|done| done.appeal.as_ref());
    let said = match (facts.kind.serves, appealed) {
        (Occasion::AppealDecided | Occasion::Withdrawn | Occasion::Recommended, _) => {
            return Vec::new();
        }
        (_, Some(appeal)) if appeal.outcome.is_none() => {
            "对该预警的申诉正在办理，办理期间该预警不计入效能统计。".to_owned()
        }
        (_, Some(_)) => "对该预警的申诉已经作出决定。".to_owned(),
        (_, None) => match facts.appeal_until {
            Some(until) if facts.made_at <= until => format!(
                "对该预警有异议的，可于{}前（含当日）通过平台提出申诉，写明理由并附证明材料；申诉由认定人员以外的人员办理。",
                instant_zh(until, facts.zone)
            ),
            Some(until) => format!(
                "对该预警的申诉期限已于{}届满。",
                instant_zh(until, facts.zone)
            ),
            None => "对该预警有异议的，可在规定期限内通过平台提出申诉，写明理由并附证明材料。"
                .to_owned(),
        },
    };
    vec![Block::paragraph(said)]
}
