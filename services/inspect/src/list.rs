//! Which inspections there are, how often each runs, and its words.

use mingjing_domain::time::HOUR_MS;
use mingjing_store::Inspection;

/// How long a window is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Every {
    /// A civil day.
    Day,
    /// A civil month.
    Month,
}

/// One inspection as it is run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    /// Its text.
    pub inspection: Inspection,
    /// Its windows.
    pub every: Every,
    /// How long after a window's end it is inspected first, in milliseconds: as long as events may be under way.
    pub grace_ms: i64,
    /// How many of the last windows are inspected again every day.
    pub again: usize,
    /// The parameter of the catalogue that its measure is held against; none: `least`.
    pub parameter: Option<&'static str>,
    /// What its measure is held against where no parameter says.
    pub least: f64,
    /// A finding was true when it was found, and what comes later ends it rather than taking it back; until then its window is inspected
    /// again every day, however long ago it is.
    pub curable: bool,
    /// What happened, with figures in braces.
    pub words: &'static str,
}

const DAY: Plan = Plan {
    inspection: Inspection::BackEntry,
    every: Every::Day,
    grace_ms: 24 * HOUR_MS,
    again: 3,
    parameter: Some("count"),
    least: 1.0,
    curable: false,
    words: "",
};

const MONTH: Plan = Plan {
    every: Every::Month,
    again: 2,
    ..DAY
};

/// Every inspection in SQL. Q7 looks at the present and is beside them (`silence`).
pub const PLANS: &[Plan] = &[
    Plan {
        inspection: Inspection::BackEntry,
        // What is looked at is when things were typed in; that is known soon.
        grace_ms: HOUR_MS,
        words: "{org}于 {hour} 起的一小时内集中补录 {count} 件此前已经办理的办件（其中 {quick} 件全部环节在短时间内录完），最早的行为发生在 {oldest}。",
        ..DAY
    },
    Plan {
        inspection: Inspection::OutsideHours,
        words: "经办人 {actor} 当日在非工作时间（休息日，或者夜间 {night}）办理 {off_hours} 个环节，一分钟内最多办理 {minute} 个（当日共 {day} 个）。",
        ..DAY
    },
    Plan {
        inspection: Inspection::InAndOut,
        parameter: None,
        words: "同一当事人、同一事项的首件 {first} 于 {ended} {how}，本件于 {begun} 另立，相隔 {days} 日。首件的期限：{due}；应当按首件的期限办理本件；届满仍未决定的，平台另立预警。",
        ..DAY
    },
    Plan {
        inspection: Inspection::FirstClock,
        parameter: None,
        words: "同一当事人、同一事项的首件 {first} 的{clock}时限于 {first_due} 届满，本件于 {begun} 另立，{then}仍未作出决定；按首件的期限，本件已经超期{stopped}。",
        ..DAY
    },
    Plan {
        inspection: Inspection::NoParty,
        parameter: None,
        words: "{org}的事项 {item} 本月新立的 {count} 件没有报送当事人，而其间及此前有 {ended} 件未经决定而终结，无法比对是否为撤件重报，请补报当事人。",
        ..MONTH
    },
    Plan {
        inspection: Inspection::SentLate,
        // When something came is known at once.
        grace_ms: HOUR_MS,
        words: "来源“{source}”当日送达的记录中有 {count} 条（涉及 {cases} 件办件）自录入起超过其申报的延迟（{delay} 小时）才送达，最长 {longest}。",
        ..DAY
    },
    Plan {
        inspection: Inspection::ControlTotals,
        // No source may declare a longer delay than a day; what it says of a day may come some days later.
        again: 7,
        curable: true,
        words: "来源“{source}”申报当日产生事件 {made} 条，平台收到 {taken} 条，{differ}，其申报的延迟已过。差额所在：{where}。",
        ..DAY
    },
    Plan {
        inspection: Inspection::NoCases,
        words: "{org}的事项 {item} 本月没有任何办件；此前十二个月中有 {active} 个月有办件，共 {before} 件，最近一件在 {last}。",
        ..MONTH
    },
    Plan {
        inspection: Inspection::SelectiveSpeed,
        words: "经办人 {actor} 近半年办理同一申请人（代理人）的 {count} 件，受理至办结的中位数为 {hours} 小时；其办理的其他同类办件 {peers} 件，中位数为 {peer_hours} 小时。",
        ..MONTH
    },
    Plan {
        inspection: Inspection::DueDay,
        parameter: Some("share"),
        words: "{org}的事项 {item} 本月办结 {closed} 件，其中 {on_the_day} 件（{share}%）在到期当日办结。",
        ..MONTH
    },
    Plan {
        inspection: Inspection::NoDocument,
        parameter: Some("share"),
        words: "{org}的事项 {item} 本月办结 {closed} 件，其中 {bare} 件（{share}%）办结时没有结果文书，而此前半年的同类办件大多附有文书。",
        ..MONTH
    },
    Plan {
        inspection: Inspection::UnequalFines,
        parameter: Some("share"),
        words: "本件罚款 {fine} 元，同一违法行为（{act}）、同一档次（{tier}）、同一地区近一年的 {peers} 件的中位数为 {middle} 元（十分位 {low} 元至 {high} 元），偏离 {share}%，决定中未说明理由。",
        ..MONTH
    },
    Plan {
        inspection: Inspection::FinedTwice,
        parameter: None,
        least: 2.0,
        words: "同一当事人（{party}）于 {day} 的{act}被罚款 {count} 次；{evidence}。",
        ..MONTH
    },
    Plan {
        inspection: Inspection::Treasury,
        again: 3,
        parameter: Some("over"),
        words: "{org}本月办件记录缴纳罚款 {paid} 元（本月决定罚款 {decided} 元），{booked}；扣除月末跨月入账的合理差异后仍相差 {gap} 元。",
        ..MONTH
    },
    Plan {
        inspection: Inspection::GrowthOfFines,
        parameter: Some("share"),
        words: "{org}本月罚款 {count} 件、{fines} 元，上年同月为 {last_count} 件、{last_fines} 元，件数或者金额增长 {share}%。",
        ..MONTH
    },
    Plan {
        inspection: Inspection::RepeatedComplaints,
        words: "{org}的事项 {item} 在 {days} 日内有 {count} 人投诉{what}，共 {all} 件次。",
        ..MONTH
    },
    Plan {
        inspection: Inspection::InspectedOften,
        words: "{org}一年内对同一对象（{party}）检查 {count} 次，超过规定的频次上限。",
        ..MONTH
    },
    Plan {
        inspection: Inspection::OneHand,
        parameter: Some("share"),
        words: "经办人 {actor} 近三个月决定事项 {item} 的 {count} 件，占全部 {all} 件的 {share}%；此前一年该事项由 {officers_before} 人决定。",
        ..MONTH
    },
    Plan {
        inspection: Inspection::OutOfOrder,
        parameter: None,
        words: "数量有限的事项 {item}：本件先于 {count} 件更早受理（最早 {first}）而仍在等候的办件作出准予决定。",
        ..MONTH
    },
    Plan {
        inspection: Inspection::Overturned,
        parameter: Some("share"),
        words: "{org}近十二个月复议审结 {reviews} 件，其中被撤销、变更、确认违法等 {changed} 件（纠错率 {changed_share}）；诉讼审结 {suits} 件，其中败诉 {losses} 件（败诉率 {lost_share}）。",
        ..MONTH
    },
    Plan {
        inspection: Inspection::NotTakenUp,
        parameter: None,
        words: "{at} 移送{org}的办件（事项 {item}），移送之日起 {days} 日内没有立案、受理、不予受理、退回或者其他处理的记录。",
        ..MONTH
    },
    Plan {
        inspection: Inspection::NotSupervised,
        parameter: None,
        words: "{org}的事项 {item} 已于 {ended} 止取消，应当由事项 {by} 承担事后监管，{days} 日内没有任何办件；{last}。",
        ..MONTH
    },
];

#[cfg(test)]
mod tests {
    use mingjing_domain::catalogue::{Tier, rule};

    use super::*;

    #[test]
    fn every_text_is_run_under_a_rule_of_the_catalogue_with_its_parameter() {
        for inspection in Inspection::ALL {
            let plan = PLANS.iter().find(|plan| plan.inspection == *inspection);
            let plan = plan.unwrap_or_else(|| panic!("{inspection:?} is never run"));
            let rule = rule(inspection.rule()).expect("a rule of the catalogue");
            assert!(
                matches!(rule.tier, Tier::Inspection | Tier::Import),
                "{}",
                rule.id
            );
            assert!(plan.words.ends_with('。'), "{}", rule.id);
            if let Some(name) = plan.parameter {
                let known = rule.parameters.iter().any(|p| p.name == name);
                assert!(known, "{} has no parameter {name}", rule.id);
            }
        }
    }
}
