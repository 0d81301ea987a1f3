//! P1–P8: the way through the flowchart, notice, hearing, review, and what is decided.

use super::super::{Basis, Exception, FindingKind, Parameter, Rule, Tier};
use crate::alert::Level;
use crate::definitions::PowerType;
use crate::event::EventKind;

const UNKNOWN_NAME: Exception = Exception {
    text: "来源所报的环节名称、代码不能识别的，先作数据查询，两个工作日内登记代码对照的不预警",
    source: "11.13",
};

pub(super) const P1: Rule = Rule {
    id: "P1",
    name: "漏项跳步",
    name_en: "Step skipped",
    checks: "实际走向与现行流程图比较：进入流程图没有的环节或走向，或者办结时缺少必经环节。",
    tier: Tier::Stream,
    finding: FindingKind::Fault,
    level: Level::Yellow,
    legal_basis: &[
        Basis::of_steps(
            "行政处罚法第五十四条",
            &[PowerType::Penalty],
            &[EventKind::Filed],
        ),
        Basis::of_steps(
            "行政处罚法第五十七条",
            &[PowerType::Penalty],
            &[EventKind::CollectiveDiscussion],
        ),
        Basis::of_steps(
            "行政处罚法第五十八条",
            &[PowerType::Penalty],
            &[EventKind::LegalReview],
        ),
        Basis::of_steps(
            "行政处罚法第六十一条",
            &[PowerType::Penalty],
            &[EventKind::Delivered],
        ),
        Basis::of_steps(
            "行政处罚法第六十二条",
            &[PowerType::Penalty],
            &[EventKind::Notice],
        ),
        Basis::of_steps(
            "行政处罚法第六十三条",
            &[PowerType::Penalty],
            &[EventKind::Hearing],
        ),
        Basis::of_steps(
            "行政许可法第三十二条",
            &[PowerType::Licence],
            &[EventKind::Accepted],
        ),
        Basis::of_steps(
            "行政许可法第四十四条",
            &[PowerType::Licence],
            &[EventKind::Delivered],
        ),
    ],
    parameters: &[Parameter {
        name: "steps",
        meaning: "必经环节；不写即流程图标明的全部",
        default: "必经",
        unit: "环节",
        source: "S23",
    }],
    evidence: &["缺少或不合走向的环节", "触发的记录", "适用的流程图版本"],
    message: "",
    remedy: "请补办所缺环节或者说明依据；确已办理而未录入的，请补报记录及其文书。",
    exceptions: &[
        Exception {
            text: "撤回、作废、退件、移送、终止、并案、不予受理等终结的办件不查必经环节",
            source: "11.7",
        },
        Exception {
            text: "流程图声明的除外条件成立（如免于集体讨论）",
            source: "11.7",
        },
        UNKNOWN_NAME,
    ],
};

pub(super) const P2: Rule = Rule {
    id: "P2",
    name: "次序颠倒",
    name_en: "Wrong order",
    checks: "环节开始与上一环节结束比较；先行为与后行为的先后比较。",
    tier: Tier::Stream,
    finding: FindingKind::Fault,
    level: Level::Yellow,
    legal_basis: &[Basis::policy(
        "徐州市行政权力网上公开透明运行规定：按流程图的次序办理（资料 S4）；地方电子监察规定（资料 S16）",
    )],
    parameters: &[],
    evidence: &["先后两个环节的时间", "适用的流程图版本"],
    message: "",
    remedy: "请核对两个环节的实际时间；次序确有颠倒的，请说明原因并纠正程序。",
    exceptions: &[
        Exception {
            text: "流程图允许并行的环节",
            source: "S4",
        },
        Exception {
            text: "可重复进入的环节",
            source: "S4",
        },
        UNKNOWN_NAME,
    ],
};

pub(super) const P3: Rule = Rule {
    id: "P3",
    name: "未告知即处罚",
    name_en: "Penalty without notice",
    checks: "作出处罚决定之前有无事先告知；决定时间与当事人陈述申辩期限比较。",
    tier: Tier::Stream,
    finding: FindingKind::Fault,
    level: Level::Red,
    legal_basis: &[
        Basis::read_for("行政处罚法第四十四条", &[PowerType::Penalty]),
        Basis::read_for("行政处罚法第六十二条", &[PowerType::Penalty]),
    ],
    parameters: &[Parameter {
        name: "at_least",
        meaning: "陈述申辩期限（地方规定或者告知书载明），届满之次日起方可决定",
        default: "3wd",
        unit: "工作日",
        source: "D",
    }],
    evidence: &["决定", "此前最近一次告知", "例外情形的取值"],
    message: "",
    remedy: "未告知或者陈述申辩期限未满，不得作出处罚决定；请撤销或者重新作出决定，并报送告知文书。",
    exceptions: &[
        Exception {
            text: "当事人书面放弃陈述申辩；书面材料在决定之后才报送的，转待核",
            source: "11.7",
        },
        Exception {
            text: "不予处罚、撤销案件等否定性决定不需告知",
            source: "11.7",
        },
        Exception {
            text: "当场处罚的告知可以口头在先、同日作出",
            source: "处罚法 51–53",
        },
    ],
};

pub(super) const P4: Rule = Rule {
    id: "P4",
    name: "应听证未听证",
    name_en: "Hearing owed and not held",
    checks: "当事人依法申请听证，且决定的处罚属于应当听证的种类，决定之前有无听证。",
    tier: Tier::Stream,
    finding: FindingKind::Fault,
    level: Level::Red,
    legal_basis: &[
        Basis::read_for("行政处罚法第六十三条", &[PowerType::Penalty]),
        Basis::read_for("行政许可法第七十二条第（八）项", &[PowerType::Licence]),
    ],
    parameters: &[Parameter {
        name: "amount",
        meaning: "较大数额罚款的标准，按本地规定设定，条件中写作 parameter.amount",
        default: "按地方规定",
        unit: "元",
        source: "处罚法 63",
    }],
    evidence: &["听证申请", "决定及其种类、金额", "例外情形的取值"],
    message: "{when}作出“{what}”，此前当事人已申请听证，未见举行听证的记录。",
    remedy: "请说明未组织听证的依据；属于应当听证的，应当依法组织听证后重新作出决定。",
    exceptions: &[
        Exception {
            text: "当事人撤回听证申请或者书面放弃；书面材料在决定之后才报送的，转待核",
            source: "11.7",
        },
        Exception {
            text: "逾期申请依法不予组织",
            source: "处罚法 64",
        },
        Exception {
            text: "最终决定的种类和数额不属于应当听证的范围",
            source: "处罚法 63",
        },
        Exception {
            text: "当事人无正当理由不出席或者中途退出，听证终止",
            source: "处罚法 64",
        },
    ],
};

pub(super) const P5: Rule = Rule {
    id: "P5",
    name: "调查人主持听证",
    name_en: "Investigator chairs the hearing",
    checks: "听证主持人与本案任一调查环节的经办人、协办人比较。",
    tier: Tier::Stream,
    finding: FindingKind::Fault,
    level: Level::Red,
    legal_basis: &[
        Basis::read_for("行政处罚法第六十四条第（四）项", &[PowerType::Penalty]),
        Basis::read_for(
            "行政许可法第四十八条第一款第（三）项",
            &[PowerType::Licence],
        ),
    ],
    parameters: &[],
    evidence: &["听证记录及其主持人", "该人员参与调查的记录"],
    message: "{when}“{what}”的主持人，同时是本案{before}的调查人员。",
    remedy: "请更换非本案调查人员主持并重新组织听证；主持人登记有误的，请更正记录。",
    exceptions: &[],
};

pub(super) const P6: Rule = Rule {
    id: "P6",
    name: "应法制审核未审核",
    name_en: "Legal review missing or not passed",
    checks: "属于法制审核范围的案件，决定之前有无法制审核，最近一次审核是否通过。",
    tier: Tier::Stream,
    finding: FindingKind::Fault,
    level: Level::Red,
    legal_basis: &[Basis::read_for(
        "行政处罚法第五十八条",
        &[PowerType::Penalty],
    )],
    parameters: &[Parameter {
        name: "with_result",
        meaning: "视为通过的审核结果",
        default: "passed",
        unit: "结果代码",
        source: "处罚法 58",
    }],
    evidence: &[
        "决定",
        "此前最近一次法制审核及其结果",
        "属于审核范围的依据（条件取值）",
    ],
    message: "",
    remedy: "未经法制审核或者审核未通过，不得作出决定；请补正程序并报送审核意见。",
    exceptions: &[
        Exception {
            text: "不属于法制审核范围的案件（适用条件不成立）",
            source: "处罚法 58",
        },
        Exception {
            text: "不予处罚、撤销案件等否定性决定",
            source: "11.7",
        },
        Exception {
            text: "审核记录未载结果的，不视为未通过，另按缺字段处理",
            source: "D",
        },
    ],
};

pub(super) const P7: Rule = Rule {
    id: "P7",
    name: "否定决定无理由依据",
    name_en: "Negative result without reason or basis",
    checks: "不予受理、不予许可等否定性结果的记录有无理由、有无依据；无理由的为黄牌，无依据的为红牌，分设两个监察点。",
    tier: Tier::Stream,
    finding: FindingKind::Fault,
    level: Level::Yellow,
    legal_basis: &[
        Basis::read_for("行政许可法第三十八条", &[PowerType::Licence]),
        Basis::read_for("行政许可法第七十二条第（七）项", &[PowerType::Licence]),
    ],
    parameters: &[],
    evidence: &["否定性结果的记录", "所缺内容"],
    message: "",
    remedy: "请补报理由和依据，并书面告知申请人理由及救济途径。",
    exceptions: &[
        Exception {
            text: "申请人自行撤回，不是行政机关的否定性决定",
            source: "11.13",
        },
        Exception {
            text: "更正记录补齐理由、依据的，按更正后的记录判断",
            source: "11.7",
        },
    ],
};

pub(super) const P8: Rule = Rule {
    id: "P8",
    name: "否定性决定",
    name_en: "Negative decision",
    checks: "结果属于不予受理、不予许可、不予立案、不予处罚、撤案等。",
    tier: Tier::Stream,
    finding: FindingKind::Review,
    level: Level::Review,
    legal_basis: &[Basis::policy(
        "行政权力依法规范公开运行平台培训材料：否定性结果提请复核（资料 S57）",
    )],
    parameters: &[Parameter {
        name: "when",
        meaning: "哪些结果属于否定性结果",
        default: "event.result_code in ['refused', 'no_penalty']",
        unit: "条件",
        source: "S57",
    }],
    evidence: &["否定性结果的记录及其结果代码"],
    message: "{when}“{what}”为否定性结果，提请复核。",
    remedy: "本提示不认定过错；复核人请查阅理由和依据，结论为“属实、有据”即可结束。",
    exceptions: &[],
};
