//! 主体与人员 A1–A11: who may act, and with whom.

use super::{Basis, Exception, FindingKind, Parameter, Rule, Tier};
use crate::alert::Level;
use crate::definitions::PowerType::{Coercion, Licence, Penalty};

/// Rules of this family.
pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "A1",
        name: "清单外行权",
        name_en: "Power off the list",
        checks: "事项编码不在行为当日有效的权力清单之内；未识别的编码先向部门核对两个工作日。",
        tier: Tier::Stream,
        finding: FindingKind::Fault,
        level: Level::Red,
        legal_basis: &[],
        parameters: &[Parameter {
            name: "grace",
            meaning: "编码核对期限",
            default: "2wd",
            unit: "时长",
            source: "11.13",
        }],
        evidence: &["触发的记录", "当日有效的权力清单版本"],
        message: "",
        remedy: "请核对事项编码；确在清单之外的，立即停止办理并说明依据。",
        exceptions: &[
            Exception {
                text: "编码未及时对应、在核对期限内更正的",
                source: "11.13",
            },
            Exception {
                text: "涉密事项不进入平台",
                source: "11.3",
            },
        ],
    },
    Rule {
        id: "A2",
        name: "已取消事项",
        name_en: "Cancelled item",
        checks: "事项取消或者划转之后仍有行为，且不属于取消决定允许在办件继续的行为。",
        tier: Tier::Stream,
        finding: FindingKind::Fault,
        level: Level::Red,
        legal_basis: &[],
        parameters: &[],
        evidence: &["触发的记录", "取消或者划转的决定及其对在办件的处理"],
        message: "",
        remedy: "请立即停止办理；在办件按取消决定终止、移交或者办结。",
        exceptions: &[
            Exception {
                text: "取消前开始的办件，依取消决定继续办结、终止或者移交的",
                source: "11.5",
            },
            Exception {
                text: "终止、移送、送达、公示、办结等收尾行为",
                source: "11.5",
            },
        ],
    },
    Rule {
        id: "A3",
        name: "越权或主体不符",
        name_en: "Wrong body or outside its area",
        checks: "办理机构不是事项的行使主体，也没有合法的代为行使依据，或者超出其管辖区域、获准的环节。",
        tier: Tier::Stream,
        finding: FindingKind::Fault,
        level: Level::Red,
        legal_basis: &[
            Basis::read_for("行政许可法第七十四条", &[Licence]),
            Basis::unread("行政执法监督条例（违规异地执法）"),
        ],
        parameters: &[],
        evidence: &[
            "触发的记录",
            "事项的行使主体与代为行使的依据",
            "机构的管辖区域",
        ],
        message: "",
        remedy: "请停止办理并移送有管辖权的机关；确有委托、赋权、指定管辖等依据的，请补报文书号。",
        exceptions: &[
            Exception {
                text: "委托、相对集中行使、赋权乡镇（街道）、一窗受理",
                source: "11.7",
            },
            Exception {
                text: "经文书指定管辖、跨区域通办",
                source: "11.7",
            },
        ],
    },
    Rule {
        id: "A4",
        name: "执法人员不足两人",
        name_en: "Fewer than two officers",
        checks: "记录的执法人员去重后少于规定人数，或者其中具备执法资格的少于规定人数；名册中查不到的人员先核对两个工作日。",
        tier: Tier::Stream,
        finding: FindingKind::Fault,
        level: Level::Red,
        legal_basis: &[
            Basis::read_for("行政处罚法第四十二条", &[Penalty]),
            Basis::read_for("行政强制法第十八条", &[Coercion]),
            Basis::read_for("行政许可法第三十四条", &[Licence]),
        ],
        parameters: &[Parameter {
            name: "at_least",
            meaning: "最少人数",
            default: "2",
            unit: "人",
            source: "处罚法42、强制法18",
        }],
        evidence: &[
            "触发的记录及全部经办、协办人员",
            "人员名册中的在岗与证件期间",
        ],
        message: "",
        remedy: "请核对并补报实际参加的执法人员；确实不足的，该行为应当重新依法进行。",
        exceptions: &[
            Exception {
                text: "法律规定可以一人执法或者非现场执法的程序",
                source: "11.7",
            },
            Exception {
                text: "行使主体没有人员名册的，不判断资格，只计数",
                source: "领域规则",
            },
        ],
    },
    Rule {
        id: "A5",
        name: "证件无效",
        name_en: "Certificate invalid",
        checks: "执法人员没有执法证件，证件当日不在有效期，或者证件不含事项的执法领域；证号与名册不符的先核对两个工作日。",
        tier: Tier::Stream,
        finding: FindingKind::Fault,
        level: Level::Red,
        legal_basis: &[
            Basis::read_for("行政处罚法第四十二条", &[Penalty]),
            Basis::read_for("行政强制法第十八条", &[Coercion]),
        ],
        parameters: &[],
        evidence: &["触发的记录与人员", "名册中的证号、执法领域、有效期"],
        message: "",
        remedy: "请更换具备资格的执法人员，核对已作出行为的效力；名册有误的，请更正名册。",
        exceptions: &[
            Exception {
                text: "其他机关的执法人员联合执法，证件在其本机关名册内有效的",
                source: "11.7",
            },
            Exception {
                text: "行使主体没有人员名册的，不判断，只计数",
                source: "领域规则",
            },
        ],
    },
    Rule {
        id: "A6",
        name: "同一人受理与审批",
        name_en: "Same person accepts and approves",
        checks: "同一人既是首次受理人又是首次审批人。",
        tier: Tier::Stream,
        finding: FindingKind::Fault,
        level: Level::Yellow,
        legal_basis: &[Basis::unread("内部控制制度")],
        parameters: &[],
        evidence: &["受理记录", "审批记录"],
        message: "",
        remedy: "请由他人复核；岗位设置不符合分离要求的，请调整分工。",
        exceptions: &[Exception {
            text: "即办件",
            source: "11.13",
        }],
    },
    Rule {
        id: "A7",
        name: "延期批准人级别不符",
        name_en: "Approver of too low rank",
        checks: "延期或者特别程序的批准人级别低于规定级别；名册中的级别优先于报送的级别，未报批准人的先核对两个工作日。",
        tier: Tier::Stream,
        finding: FindingKind::Fault,
        level: Level::Red,
        legal_basis: &[
            Basis::read_for("行政许可法第四十二条", &[Licence]),
            Basis::read_for("行政强制法第二十五条", &[Coercion]),
        ],
        parameters: &[],
        evidence: &["延期或特别程序的记录", "批准人在名册中的级别", "规定的级别"],
        message: "",
        remedy: "请补办有权负责人的批准；未补办的，延期不成立。",
        exceptions: &[Exception {
            text: "依书面决定代行负责人职务、主持工作期间的批准",
            source: "领域规则",
        }],
    },
    Rule {
        id: "A8",
        name: "非本岗位人员办理",
        name_en: "Person not assigned to the post",
        checks: "经办人当日所在的岗位不含该环节，也没有代岗记录；名册中查不到的人员先核对两个工作日。",
        tier: Tier::Stream,
        finding: FindingKind::Fault,
        level: Level::Yellow,
        legal_basis: &[],
        parameters: &[],
        evidence: &["触发的记录与经办人", "名册中岗位与环节的对应及在岗期间"],
        message: "",
        remedy: "请说明由非本岗位人员办理的原因；调整岗位的，请更新名册。",
        exceptions: &[
            Exception {
                text: "有书面依据的代岗、顶岗",
                source: "领域规则",
            },
            Exception {
                text: "名册中没有任何岗位对应该环节的，不判断，只计数",
                source: "领域规则",
            },
        ],
    },
    Rule {
        id: "A9",
        name: "非工作时间集中办理",
        name_en: "Worked in bulk outside office hours",
        checks: "同一经办人在夜间、休息日或者一分钟之内集中办理大量环节。",
        tier: Tier::Inspection,
        finding: FindingKind::Review,
        level: Level::Review,
        legal_basis: &[],
        parameters: &[Parameter {
            name: "count",
            meaning: "集中办理的环节数",
            default: "20",
            unit: "个",
            source: "D",
        }],
        evidence: &["经办人与时段", "涉及的办件和环节"],
        message: "",
        remedy: "请说明集中办理的原因。",
        exceptions: &[Exception {
            text: "夜间巡查等依法在非工作时间办理的事项",
            source: "11.13",
        }],
    },
    Rule {
        id: "A10",
        name: "检查过频",
        name_en: "Inspected too often",
        checks: "同一对象在一年内被同一机关检查的次数超过规定的频次上限。",
        tier: Tier::Inspection,
        finding: FindingKind::Fault,
        level: Level::Yellow,
        legal_basis: &[Basis::unread(
            "行政执法监督条例；国务院办公厅关于严格规范涉企行政检查的意见",
        )],
        parameters: &[Parameter {
            name: "count",
            meaning: "一年内的次数上限",
            default: "2",
            unit: "次",
            source: "D（按事项设定）",
        }],
        evidence: &["检查对象（散列值）", "各次检查的办件"],
        message: "",
        remedy: "请说明检查的依据和必要性；合并或者减少检查。",
        exceptions: &[Exception {
            text: "投诉举报、转办交办、监测预警、整改复查、突发事件引起的检查",
            source: "11.14",
        }],
    },
    Rule {
        id: "A11",
        name: "无计划检查",
        name_en: "Inspection without plan",
        checks: "行政检查没有检查计划，或者超出计划的主体、事项、区域、期间，又没有无需计划的事由；查不到的计划编号先核对两个工作日。",
        tier: Tier::Stream,
        finding: FindingKind::Fault,
        level: Level::Yellow,
        legal_basis: &[Basis::unread(
            "行政执法监督条例；国务院办公厅关于严格规范涉企行政检查的意见",
        )],
        parameters: &[],
        evidence: &["检查记录", "检查计划及其范围和期间"],
        message: "",
        remedy: "请补报检查计划编号或者无需计划的事由；没有依据的，停止检查。",
        exceptions: &[
            Exception {
                text: "投诉举报、转办交办、监测预警、整改复查、突发事件引起的检查",
                source: "11.14",
            },
            Exception {
                text: "主体没有登记检查计划的，不判断，只计数",
                source: "领域规则",
            },
        ],
    },
];

/// Ids that definitions may name already, though their rows are still to be written.
pub(super) const TO_COME: &[&str] = &[];
