//! 流程.

use crate::metrics::measure::{Measure, within};
use crate::metrics::{Direction, Group, Metric, Over, Unit};

pub(super) const METRICS: &[Metric] = &[
    Metric {
        id: "negative_rate",
        name: "结果否定率",
        name_en: "Negative results",
        group: Group::Procedure,
        definition: "本期办结且报有结果的办件中，不予许可、不予处罚等否定结果的占比。",
        definition_en: "Of the cases closed in the period that tell a result, the share that was refused or found nothing to be done.",
        formula: "否定结果的办结数 ÷ 报有结果的办结数",
        base: "本期办结且报有结果的办件",
        unit: Unit::Share,
        direction: Direction::None,
        pitfalls: "依法作出的否定结果是正常的，不是过错；偏高或者偏低都只提示看一看。",
        pitfalls_en: "A lawful refusal is no fault; high or low, it only asks for a look.",
        over: Over::Cases,
        measure: Measure::Share {
            of: "has({negative:Array(String)}, came_to)",
            among: concat!("closing AND ", within!("ended"), " AND came_to != ''"),
        },
    },
    Metric {
        id: "supplement_rate",
        name: "补正率",
        name_en: "Asked to supplement",
        group: Group::Procedure,
        definition: "本期收件的办件中，告知过申请人补正材料的占比。",
        definition_en: "Of the cases received in the period, the share whose applicant was told to supplement something.",
        formula: "告知过补正的收件数 ÷ 收件数",
        base: "本期收件的办件",
        unit: Unit::Share,
        direction: Direction::Lower,
        pitfalls: "反映一次性告知和指南是否清楚；近期的件还可能被告知补正，最近一期偏低。",
        pitfalls_en: "Tells whether guides are clear; cases of late may still be told, so that the last period is low.",
        over: Over::Cases,
        measure: Measure::Share {
            of: "supplements > 0",
            among: within!("started"),
        },
    },
    Metric {
        id: "extension_rate",
        name: "延期率",
        name_en: "Extended",
        group: Group::Procedure,
        definition: "本期办结的办件中，经批准延长过期限的占比。",
        definition_en: "Of the cases closed in the period, the share whose limit was extended.",
        formula: "延长过期限的办结数 ÷ 办结数",
        base: "本期办结的办件",
        unit: Unit::Share,
        direction: Direction::Lower,
        pitfalls: "延期须有依据、批准和告知（T 类规则核查）；延期使按时办结率变高。",
        pitfalls_en: "An extension needs basis, approval and notice; it makes the on-time rate higher.",
        over: Over::Cases,
        measure: Measure::Share {
            of: "extensions > 0",
            among: concat!("closing AND ", within!("ended")),
        },
    },
];
