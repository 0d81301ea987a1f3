//! 履职 F: duties that were not done (不作为), approval hidden in a filing, what reviews changed, how cases end without a
//! result (domain study 11.14).

use super::{Basis, Exception, FindingKind, Parameter, Rule, Tier};
use crate::alert::Level;

/// Rules of this family.
pub(super) const RULES: &[Rule] = &[F1, F2, F3, F4, F5];

const F1: Rule = Rule {
    id: "F1",
    name: "不作为",
    name_en: "Duty not done",
    checks: "责任清单载明的职责：触发情形出现后，应为的行为是否在期限内作出。",
    tier: Tier::Stream,
    finding: FindingKind::Fault,
    level: Level::Yellow,
    legal_basis: &[Basis::own("责任清单的职责须履行（11.14）")],
    parameters: &[Parameter {
        name: "within",
        meaning: "履行期限，由责任事项的应为情形设定",
        default: "按事项",
        unit: "时长",
        source: "11.14",
    }],
    evidence: &["触发情形", "期限逐日说明", "责任清单的职责与追责情形"],
    message: "",
    remedy: "请立即履行职责；依法不需履行的，请作出并报送不予处理的决定及理由。",
    exceptions: &[
        Exception {
            text: "依法不予立案、不予处理并说明理由，视为已履行",
            source: "11.14",
        },
        Exception {
            text: "移送、终止等使职责消灭",
            source: "11.7",
        },
    ],
};

const F2: Rule = Rule {
    id: "F2",
    name: "变相审批",
    name_en: "Approval hidden in a filing",
    checks: "备案事项被拒绝，或者当事人等待备案超过形式审查的时间。",
    tier: Tier::Stream,
    finding: FindingKind::Review,
    level: Level::Review,
    legal_basis: &[Basis::own("备案被拒绝或者久等疑为变相审批（11.14）")],
    parameters: &[],
    evidence: &["备案被拒绝或者超时的记录", "申请备案的记录"],
    message: "{when}备案事项发生“{what}”，备案不得以实质审查代替，提请复核是否变相审批。",
    remedy: "请复核拒绝或者等待的依据；属于形式不齐的应当一次告知，不得以备案之名行审批之实。",
    exceptions: &[
        Exception {
            text: "材料不齐，一次告知补正",
            source: "11.14",
        },
        Exception {
            text: "不属于本机关备案范围，告知有权机关",
            source: "许可法 32",
        },
    ],
};

const F3: Rule = Rule {
    id: "F3",
    name: "复议诉讼改变",
    name_en: "Changed by review or court",
    checks: "复议、诉讼结果为撤销、变更、确认违法或者责令重新作出。",
    tier: Tier::Stream,
    finding: FindingKind::Review,
    level: Level::Review,
    legal_basis: &[Basis::own("复议、诉讼结果反映决定质量（11.14）")],
    parameters: &[Parameter {
        name: "when",
        meaning: "哪些结果属于改变原决定",
        default: "event.result_code in ['annulled', 'revoked', 'changed', 'illegal', 'unlawful', 'redo']",
        unit: "条件",
        source: "11.14",
    }],
    evidence: &["复议、诉讼结果记录"],
    message: "{when}“{what}”改变了原行政行为，提请复核原因。",
    remedy: "本提示不认定过错；请分析被改变的原因，计入纠错率、败诉率，需要重新作出决定的按期作出。",
    exceptions: &[],
};

const F4: Rule = Rule {
    id: "F4",
    name: "临期终结",
    name_en: "Ended shortly before due",
    checks: "作废、退件、撤回、移送、终止、并案等使期限消灭的时间与到期时间比较，临近到期才终结的予以标示。",
    tier: Tier::Stream,
    finding: FindingKind::Review,
    level: Level::Review,
    legal_basis: &[Basis::own("临期终结的办件须核实（3.3，资料 S42 的漏洞）")],
    parameters: &[Parameter {
        name: "within",
        meaning: "临近到期的范围",
        default: "2wd before",
        unit: "时长或占比",
        source: "7 第19项",
    }],
    evidence: &["终结的记录", "原期限的逐日说明"],
    message: "",
    remedy: "请核实终结是否属实、有据；为避免超期而作废、退件的，恢复办件并按原期限计算。",
    exceptions: &[
        Exception {
            text: "按期办结的不标示",
            source: "D",
        },
        Exception {
            text: "申请人撤回并附有其文书，不在默认范围内",
            source: "11.13",
        },
    ],
};

const F5: Rule = Rule {
    id: "F5",
    name: "并案分案去向不明",
    name_en: "Merged or split without trace",
    checks: "并案、分案的记录有无所并入或者所分出的办件编号。",
    tier: Tier::Stream,
    finding: FindingKind::Data,
    level: Level::Yellow,
    legal_basis: &[Basis::own("并案、分案须有去向（11.14）")],
    parameters: &[],
    evidence: &["并案、分案的记录"],
    message: "",
    remedy: "请补报对应的办件编号，以便期限和职责接续计算。",
    exceptions: &[Exception {
        text: "更正记录补齐编号的",
        source: "11.7",
    }],
};
