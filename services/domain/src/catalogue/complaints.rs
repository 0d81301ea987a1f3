//! 投诉与评价 C1–C4.

use super::{Basis, Exception, FindingKind, Parameter, Rule, Tier};
use crate::alert::Level;

/// Rules of this family.
pub(super) const RULES: &[Rule] = &[C1, C2, C3, C4];

const C1: Rule = Rule {
    id: "C1",
    name: "投诉超时",
    name_en: "Complaint handled late",
    checks: "投诉到受理、到答复的时间与期限比较，逐件判断：受理、答复记录以 attributes.about 写明所针对的投诉的记录编号；没有写明而同一办件有几件待办的，提请核实。",
    tier: Tier::Stream,
    finding: FindingKind::Fault,
    level: Level::Yellow,
    legal_basis: &[Basis::policy(
        "十堰市电子监察规定（十政办发〔2010〕169号，资料 S10）：投诉的受理和答复时限",
    )],
    parameters: &[
        Parameter {
            name: "accept",
            meaning: "受理期限",
            default: "5wd",
            unit: "工作日",
            source: "S14",
        },
        Parameter {
            name: "answer",
            meaning: "答复期限",
            default: "10wd",
            unit: "工作日",
            source: "S10",
        },
    ],
    evidence: &["投诉记录", "期限逐日说明"],
    message: "",
    remedy: "请立即受理并书面答复投诉人，答复情况报送平台。",
    exceptions: &[
        Exception {
            text: "匿名投诉不需书面答复（标明 anonymous）",
            source: "S14",
        },
        Exception {
            text: "投诉人撤回投诉（报送答复并标明 outcome 为 withdrawn，或者更正该投诉记录）",
            source: "D",
        },
        Exception {
            text: "不予受理并已告知投诉人的，视为已受理处理",
            source: "S14",
        },
    ],
};

const C2: Rule = Rule {
    id: "C2",
    name: "差评未整改",
    name_en: "Bad rating not put right",
    checks: "差评（不满意、非常不满意）到回访、到整改的时间与期限比较，逐件判断：回访、整改记录以 attributes.about 写明所针对的评价的记录编号；没有写明而同一办件有几件待办的，提请核实。",
    tier: Tier::Stream,
    finding: FindingKind::Fault,
    level: Level::Yellow,
    legal_basis: &[Basis::policy(
        "国务院办公厅关于建立政务服务“好差评”制度的意见（国办发〔2019〕51号，资料 S53）：差评回访整改",
    )],
    parameters: &[
        Parameter {
            name: "call_back",
            meaning: "回访期限",
            default: "5wd",
            unit: "工作日",
            source: "S53（一地 5 个工作日）",
        },
        Parameter {
            name: "rectify",
            meaning: "整改期限",
            default: "15wd",
            unit: "工作日",
            source: "S53（一地 15 个工作日，另一地 5 个工作日）",
        },
    ],
    evidence: &["评价记录", "期限逐日说明"],
    message: "",
    remedy: "请回访评价人、查明原因并整改，整改情况报送平台。",
    exceptions: &[
        Exception {
            text: "经复核认定为误评或者恶意评价，包括同一设备短时间内的大量评价（更正该评价记录）",
            source: "S53、11.13",
        },
        Exception {
            text: "评价人改评为满意（以更高的数据版本重新报送该评价，或者另报评价并标明 rating_changed）",
            source: "S53",
        },
    ],
};

const C3: Rule = Rule {
    id: "C3",
    name: "重复投诉",
    name_en: "Repeated complaints",
    checks: "同一事项、同一单位、同类内容的投诉，连续若干日内的人数；没有事项的按单位和内容计；内容未报的，是否同类提请核实。",
    tier: Tier::Inspection,
    finding: FindingKind::Review,
    level: Level::Review,
    legal_basis: &[Basis::own("同一事项、同一单位的重复投诉（3.2）")],
    parameters: &[
        Parameter {
            name: "count",
            meaning: "投诉的人数",
            default: "3",
            unit: "人",
            source: "D",
        },
        Parameter {
            name: "within",
            meaning: "连续计算的日数（全平台一个值）",
            default: "30cd",
            unit: "日",
            source: "D",
        },
    ],
    evidence: &["各件投诉"],
    message: "",
    remedy: "请复核是否存在普遍性问题，并研究改进。",
    exceptions: &[Exception {
        text: "同一人就同一事由重复提交的计为一件",
        source: "D",
    }],
};

const C4: Rule = Rule {
    id: "C4",
    name: "投诉与数据矛盾",
    name_en: "Complaint contradicts the record",
    checks: "投诉反映“未办理”，而办件记录为已办结。",
    tier: Tier::Stream,
    finding: FindingKind::Review,
    level: Level::Review,
    legal_basis: &[Basis::policy(
        "衢州市、浙江省电子监察做法：以电话回访申请人核实办件数据（资料 S19）",
    )],
    parameters: &[Parameter {
        name: "topic",
        meaning: "反映未办理的投诉类别，条件中写作 parameter.topic",
        default: "not_handled",
        unit: "类别代码",
        source: "S19",
    }],
    evidence: &["投诉记录", "办结记录"],
    message: "{when}收到反映未办理的投诉，而办件已有{before}。",
    remedy: "请电话核实申请人是否实际办结、是否收到结果，并上传核实记录。",
    exceptions: &[Exception {
        text: "投诉所指不是未办理（另一事项、服务态度等）",
        source: "D",
    }],
};
