//! P9–P18: supplements, how a case ends, what stands after it, what was paid, when it was executed.

use super::super::{Basis, Exception, FindingKind, Parameter, Rule, Tier};
use crate::alert::Level;
use crate::definitions::PowerType;

pub(super) const P9: Rule = Rule {
    id: "P9",
    name: "多次补正",
    name_en: "Supplement asked more than once",
    checks: "受理之前的补正告知次数；第二次起只计此前未要求过的新内容。",
    tier: Tier::Stream,
    finding: FindingKind::Fault,
    level: Level::Yellow,
    legal_basis: &[
        Basis::read_for(
            "行政许可法第三十二条第一款第（四）项",
            &[PowerType::Licence],
        ),
        Basis::read_for("行政许可法第七十二条第（四）项", &[PowerType::Licence]),
    ],
    parameters: &[Parameter {
        name: "more_than",
        meaning: "合法的次数",
        default: "1",
        unit: "次",
        source: "许可法 32(4)",
    }],
    evidence: &["首次补正告知", "再次补正告知及其新要求的内容"],
    message: "",
    remedy: "应当一次告知需要补正的全部内容；请说明再次要求的原因，不得因此延误受理。",
    exceptions: &[
        Exception {
            text: "再次告知只重申此前已要求的内容，没有新的要求",
            source: "11.7",
        },
        Exception {
            text: "未报补正清单的，不能认定为新要求，只提请复核",
            source: "D",
        },
    ],
};

pub(super) const P10: Rule = Rule {
    id: "P10",
    name: "无故退件作废",
    name_en: "Returned or voided without reason",
    checks: "退件、作废、终止的记录有无理由；申请人撤回有无申请人的文书。",
    tier: Tier::Stream,
    finding: FindingKind::Fault,
    level: Level::Yellow,
    legal_basis: &[Basis::policy(
        "山东省电子监察交换表：退件、作废须填理由（资料 S47）",
    )],
    parameters: &[],
    evidence: &["退件、作废、撤回的记录", "所缺内容"],
    message: "",
    remedy: "请补报退件、作废的理由；属于申请人撤回的，请报送申请人签署的撤回申请。",
    exceptions: &[
        Exception {
            text: "申请人撤回并附有其文书",
            source: "11.13",
        },
        Exception {
            text: "更正记录补齐理由或者文书的",
            source: "11.7",
        },
    ],
};

pub(super) const P11: Rule = Rule {
    id: "P11",
    name: "办结后修改",
    name_en: "Changed after closing",
    checks: "办结之后是否又发生办理行为或者更正，或者以更高的数据版本重新报送了关键内容不同的记录。",
    tier: Tier::Stream,
    finding: FindingKind::Fault,
    level: Level::Red,
    legal_basis: &[Basis::policy(
        "山东省电子监察交换表：办结后的变更须另记数据版本（资料 S47）",
    )],
    parameters: &[],
    evidence: &[
        "办结记录",
        "办结之后的行为，或者重新报送的时间和不一致的内容",
    ],
    message: "",
    remedy: "请说明办结后修改的原因和批准依据；需要纠正的，请按撤销、重新作出决定的程序办理。",
    exceptions: &[
        Exception {
            text: "笔误等文字更正（标明 clerical）",
            source: "11.7",
        },
        Exception {
            text: "重新报送只补充了原来没有报送的内容",
            source: "D",
        },
        Exception {
            text: "复议、诉讼后重新作出决定",
            source: "11.7",
        },
        Exception {
            text: "评价、投诉、公示、送达、执行等办结后的正常行为",
            source: "S47",
        },
    ],
};

pub(super) const P12: Rule = Rule {
    id: "P12",
    name: "未公示",
    name_en: "Not published",
    checks: "决定作出之后到公示的时间与行业规定的期限比较，到期没有公示；已以 T9 监察公示期限的流程图不另设。",
    tier: Tier::Stream,
    finding: FindingKind::Fault,
    level: Level::Yellow,
    legal_basis: &[
        Basis::read_for("行政许可法第四十条", &[PowerType::Licence]),
        Basis::read_for("行政处罚法第四十八条", &[PowerType::Penalty]),
    ],
    parameters: &[Parameter {
        name: "statutory",
        meaning: "公示期限，按行业设定：许可、处罚为 7wd，其他执法决定为 20wd",
        default: "7wd",
        unit: "工作日",
        source: "S54",
    }],
    evidence: &["决定的记录", "期限逐日说明"],
    message: "",
    remedy: "请在政务公开平台补充公示，并报送公示记录；依法不予公开的，请登记不公开的依据。",
    exceptions: &[
        Exception {
            text: "依法不予公开（登记了不公开的依据）",
            source: "11.8",
        },
        Exception {
            text: "不予许可等否定性决定",
            source: "许可法 40",
        },
        Exception {
            text: "公示之前决定被复议、诉讼改变，或者撤回公示",
            source: "处罚法 48",
        },
        Exception {
            text: "办件未作决定即终结",
            source: "11.7",
        },
    ],
};

pub(super) const P13: Rule = Rule {
    id: "P13",
    name: "决定未附依据证据",
    name_en: "Decision without basis or evidence",
    checks: "决定的记录有无依据；必备的文书、证据材料有无上传。",
    tier: Tier::Stream,
    finding: FindingKind::Fault,
    level: Level::Red,
    legal_basis: &[Basis::policy(
        "行政权力依法规范公开运行平台培训材料：决定应附依据和证据（资料 S57）",
    )],
    parameters: &[Parameter {
        name: "fields",
        meaning: "必备的内容：依据为红牌，附件为黄牌，分设监察点",
        default: "legal_basis",
        unit: "字段",
        source: "S57",
    }],
    evidence: &["决定或者办结的记录", "所缺的依据或者材料"],
    message: "",
    remedy: "请补报依据和材料；没有依据的决定应当撤销或者改正。",
    exceptions: &[
        Exception {
            text: "材料已由本案更早的记录上传",
            source: "D",
        },
        Exception {
            text: "办结前补齐的，按办结时判断",
            source: "D",
        },
        Exception {
            text: "否定性决定不需要的材料，由适用条件排除",
            source: "11.7",
        },
    ],
};

pub(super) const P14: Rule = Rule {
    id: "P14",
    name: "执行与决定不一致",
    name_en: "Execution differs from the decision",
    checks: "办结时，最近一次决定（含复议、诉讼结果）的金额与各次缴款之和比较；缴款有无票据。",
    tier: Tier::Stream,
    finding: FindingKind::Fault,
    level: Level::Red,
    legal_basis: &[
        Basis::read_for("行政处罚法第六十七条", &[PowerType::Penalty]),
        Basis::read_for("行政处罚法第七十二条", &[PowerType::Penalty]),
    ],
    parameters: &[],
    evidence: &[
        "载明应缴金额的决定",
        "各次缴款之和、减免和加处金额",
        "办结记录",
    ],
    message: "",
    remedy: "请核对决定、票据与国库入账；确有差额的，请补充执行或者报送分期、减免、变更的文书。",
    exceptions: &[
        Exception {
            text: "分期缴纳，合计与决定一致",
            source: "11.7",
        },
        Exception {
            text: "加处罚款、滞纳金",
            source: "11.7",
        },
        Exception {
            text: "执行协议、依法减免",
            source: "11.7",
        },
        Exception {
            text: "复议、诉讼变更金额，以变更后为准；撤销而未载金额的，不作比较",
            source: "11.7",
        },
        Exception {
            text: "已依法申请人民法院强制执行",
            source: "处罚法 72",
        },
        Exception {
            text: "终结执行、移送等终结的办件",
            source: "11.7",
        },
    ],
};

pub(super) const P15: Rule = Rule {
    id: "P15",
    name: "简易程序越界",
    name_en: "Simple procedure beyond its limit",
    checks: "适用简易程序的罚款金额与当事人类型对应的上限比较。",
    tier: Tier::Stream,
    finding: FindingKind::Fault,
    level: Level::Red,
    legal_basis: &[Basis::read_for(
        "行政处罚法第五十一条",
        &[PowerType::Penalty],
    )],
    parameters: &[
        Parameter {
            name: "citizen",
            meaning: "公民的上限，条件中写作 parameter.citizen",
            default: "200",
            unit: "元",
            source: "处罚法 51",
        },
        Parameter {
            name: "legal_person",
            meaning: "法人或者其他组织的上限，条件中写作 parameter.legal_person",
            default: "3000",
            unit: "元",
            source: "处罚法 51",
        },
    ],
    evidence: &["处罚决定及其金额", "当事人类型", "触发条件的取值"],
    message: "{when}以简易程序作出“{what}”，罚款金额超过当事人类型对应的上限。",
    remedy: "请改用普通程序办理，或者说明法律另有规定的依据。",
    exceptions: &[
        Exception {
            text: "警告等没有罚款的当场处罚",
            source: "处罚法 51",
        },
        Exception {
            text: "法律对当场处罚的数额另有规定的，按该规定设定上限",
            source: "处罚法 51",
        },
        Exception {
            text: "当事人类型未报的，按法人或者其他组织的上限判断：超过该上限的，对谁都是越界",
            source: "处罚法 51",
        },
    ],
};

pub(super) const P16: Rule = Rule {
    id: "P16",
    name: "未按受理先后",
    name_en: "Not in order of acceptance",
    checks: "数量有限的许可事项，条件相同的申请人，后受理的先决定。",
    tier: Tier::Inspection,
    finding: FindingKind::Fault,
    level: Level::Yellow,
    legal_basis: &[Basis::read_for(
        "行政许可法第五十七条",
        &[PowerType::Licence],
    )],
    parameters: &[],
    evidence: &["先受理、后决定的办件", "后受理、先决定的办件"],
    message: "",
    remedy: "请说明未按受理先后作出决定的依据。",
    exceptions: &[
        Exception {
            text: "条件、标准并不相同",
            source: "许可法 57",
        },
        Exception {
            text: "先受理的办件因补正、特别程序停止计时",
            source: "11.6",
        },
        Exception {
            text: "法律、行政法规另有规定",
            source: "许可法 57",
        },
    ],
};

pub(super) const P17: Rule = Rule {
    id: "P17",
    name: "决定后长期未办结",
    name_en: "Decided and never closed",
    checks: "办件作出决定之后，在规定时间内既没有办理行为，也没有办结；届时一并提请核实办结时应查的必经环节和金额。",
    tier: Tier::Stream,
    finding: FindingKind::Review,
    level: Level::Review,
    legal_basis: &[Basis::own("决定之后应当办结归档（3.2）")],
    parameters: &[Parameter {
        name: "within",
        meaning: "没有办理行为的时间，从最后一次办理行为起算，特别程序的时间不计入",
        default: "30wd",
        unit: "时长",
        source: "D（平台自定）",
    }],
    evidence: &["最后一次办理行为", "此后的办结记录"],
    message: "",
    remedy: "已经办结的，请报送办结记录并归档；尚在执行、复议诉讼或者分期履行的，请报送有关记录。",
    exceptions: &[
        Exception {
            text: "还有送达、公示、缴款等期限未了结的，由该期限的监察点提示；期限了结后仍未办结的，自了结时提示",
            source: "11.7",
        },
        Exception {
            text: "特别程序中止期间不计时",
            source: "2.7",
        },
        Exception {
            text: "因复议、诉讼、分期履行等依法不能办结的，由监察点的除外情形写明",
            source: "11.7",
        },
        Exception {
            text: "来源的格式没有办结记录的，不作此项判断，只提请核实必经环节和金额",
            source: "设计决定 4",
        },
    ],
};

pub(super) const P18: Rule = Rule {
    id: "P18",
    name: "夜间、节假日强制执行",
    name_en: "Executed at night or on a holiday",
    checks: "行政强制执行的实施时间是否在夜间或者法定节假日。夜间自起时（含）至止时（不含），强制法未规定时刻，由平台自定、各地可以另设；元旦、劳动节、国庆节按日期认定，春节、清明、端午、中秋以工作日历所列为准，通知放假的其他日子列为待核，一般的休息日不算；只报日期、没有时刻的（零时整）不判断夜间。报有开始时间的一并判断：开始即在夜间、节假日的按违反认定；起止都在白天、前后不足二十四小时而大部分时间属于夜间的，列为待核。",
    tier: Tier::Stream,
    finding: FindingKind::Fault,
    level: Level::Red,
    legal_basis: &[Basis::read_for(
        "行政强制法第四十三条",
        &[PowerType::Coercion],
    )],
    parameters: &[
        Parameter {
            name: "night_from",
            meaning: "夜间起于",
            default: "22:00",
            unit: "时刻",
            source: "D（强制法 43 未规定时刻）",
        },
        Parameter {
            name: "night_until",
            meaning: "夜间止于",
            default: "6:00",
            unit: "时刻",
            source: "D（强制法 43 未规定时刻）",
        },
    ],
    evidence: &["实施的起止记录及其时间", "当日在工作日历中的性质"],
    message: "",
    remedy: "请立即停止实施；情况紧急的，补报载明紧急情况的材料，由监督机构核定。",
    exceptions: &[
        Exception {
            text: "情况紧急，实施的记录、据以实施的决定或者此前七十二小时内的记录附有载明紧急情况的材料（由监察点的 emergency 指定材料种类）；更早或者此后才报送的，转待核",
            source: "强制法 43",
        },
        Exception {
            text: "查封、扣押、冻结等行政强制措施不是强制执行",
            source: "强制法 43",
        },
    ],
};
