//! 履职 F: duties that were not done (不作为), approval hidden in a filing, what reviews changed, how cases end without a
//! result, and what only shows over many cases: results of reviews and lawsuits, leads that nobody took up, cancelled items that nobody
//! looks after (domain study 11.14).

use super::{Basis, Exception, FindingKind, Parameter, Rule, Tier};
use crate::alert::Level;

/// Rules of this family.
pub(super) const RULES: &[Rule] = &[F1, F2, F3, F4, F5, F6, F7, F8];

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

const F6: Rule = Rule {
    id: "F6",
    name: "纠错率、败诉率",
    name_en: "Rates of correction and of lawsuits lost",
    checks: "一个机关近十二个月审结的复议、诉讼中，原行政行为被撤销、变更、确认违法、责令重作的比例；当月有改变的才提示，基数不足的不计。",
    tier: Tier::Inspection,
    finding: FindingKind::Review,
    level: Level::Review,
    legal_basis: &[Basis::own("纠错率、败诉率反映执法质量（11.14）")],
    parameters: &[
        Parameter {
            name: "share",
            meaning: "纠错率或者败诉率",
            default: "20%",
            unit: "比例",
            source: "D",
        },
        Parameter {
            name: "base",
            meaning: "审结件数的最小基数（全平台一个值）",
            default: "10",
            unit: "件",
            source: "D（7 第10行：基数小的不计比例）",
        },
    ],
    evidence: &["复议、诉讼各自的审结件数、被改变件数和比例", "被改变的办件"],
    message: "",
    remedy: "请分析被改变的原因，提出改进执法办案的措施。",
    exceptions: &[
        Exception {
            text: "维持、驳回、申请人撤回的，计入审结，不计为改变",
            source: "11.14",
        },
        Exception {
            text: "审结件数不足基数的，不计比例",
            source: "7 第10行",
        },
    ],
};

const F7: Rule = Rule {
    id: "F7",
    name: "移送线索未处理",
    name_en: "Transferred lead not taken up",
    checks: "办件移送给平台内的其他机关后，受移送机关是否在期限内立案、受理或者作出其他处理：在原办件中、在载明原办件编号的办件中，或者在同一当事人的办件中。",
    tier: Tier::Inspection,
    finding: FindingKind::Review,
    level: Level::Review,
    legal_basis: &[Basis::own("移送的线索须有处理（11.14）")],
    parameters: &[Parameter {
        name: "within",
        meaning: "自移送之日起处理的期限（全平台一个值）",
        default: "30cd",
        unit: "日",
        source: "D（11.14 未定期限）",
    }],
    evidence: &["移送的记录和移送机关", "期限届满时受移送机关没有处理的记录"],
    message: "",
    remedy: "请核实移送材料是否收到；收到的立即决定是否立案、受理并告知移送机关，没有收到的通知移送机关。",
    exceptions: &[
        Exception {
            text: "受移送机关依法不予受理、退回或者再行移送的，视为已处理",
            source: "11.14",
        },
        Exception {
            text: "受移送机关不在平台之内（公安、司法机关等）的，不判断",
            source: "领域规则",
        },
    ],
};

const F8: Rule = Rule {
    id: "F8",
    name: "取消后监管缺位",
    name_en: "Cancelled item not supervised afterwards",
    checks: "已取消的事项，自取消或者最近一件事后监管的办件起，超过期限没有其承担事后监管的事项的任何办件。",
    tier: Tier::Inspection,
    finding: FindingKind::Review,
    level: Level::Review,
    legal_basis: &[Basis::own("已取消的事项须有事后监管（11.14）")],
    parameters: &[
        Parameter {
            name: "within",
            meaning: "至少一次事后监管的间隔（全平台一个值）",
            default: "180cd",
            unit: "日",
            source: "D",
        },
        Parameter {
            name: "items",
            meaning: "承担事后监管的事项编码，对已取消的事项逐项设置",
            default: "无",
            unit: "事项编码",
            source: "11.14",
        },
    ],
    evidence: &["事项的取消日期", "承担事后监管的事项及其最近一件办件"],
    message: "",
    remedy: "请核实是否落实事后监管；监管方式调整的，更新承担事后监管的事项。",
    exceptions: &[Exception {
        text: "没有以规则设置指明承担事后监管的事项的，不判断",
        source: "领域规则",
    }],
};
