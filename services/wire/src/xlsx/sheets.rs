//! The sheets and their columns.

use super::columns::{Column, Holds};

use Holds::{Choice, Date, Text, Texts, Truth, Yuan};

/// One sheet: definitions of a kind, or a list inside them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sheet {
    /// Its name.
    pub(super) title: &'static str,
    /// The kind of definition.
    pub(super) kind: &'static str,
    /// The lists one goes into, from the definition on; empty for definitions themselves.
    pub(super) path: &'static [&'static str],
    /// By what each level above is known: its columns here, and the entries there. The first are the definition's own identity.
    pub(super) above: &'static [&'static [Column]],
    pub(super) columns: &'static [Column],
    /// How many of the columns say which one it is among its kind.
    pub(super) identity: usize,
}

/// The last column: whatever no other holds.
pub(super) const REST: &str = "其他（JSON）";

/// The sheet that explains the others.
pub(super) const HELP: &str = "填写说明";

const POWER_TYPES: Holds = Choice(&[
    ("行政许可", "licence"),
    ("行政处罚", "penalty"),
    ("行政强制", "coercion"),
    ("行政征收", "levy"),
    ("行政给付", "payment"),
    ("行政检查", "inspection"),
    ("行政确认", "confirmation"),
    ("行政奖励", "reward"),
    ("行政裁决", "ruling"),
    ("其他行政权力", "other"),
]);

const LEVELS: Holds = Choice(&[
    ("国家", "state"),
    ("省级", "province"),
    ("市级", "city"),
    ("县级", "county"),
    ("乡级", "township"),
    ("村级", "village"),
]);

const STATES: Holds = Choice(&[
    ("在用", "active"),
    ("取消", "cancelled"),
    ("下放划转", "transferred"),
]);

const RUNNING: Holds = Choice(&[
    ("继续办结", "finish"),
    ("终止", "terminate"),
    ("移交", "hand_over"),
]);

const NATURES: Holds = Choice(&[
    ("法定机关", "statutory"),
    ("授权组织", "authorised"),
    ("受委托组织", "entrusted"),
]);

const RANKS: Holds = Choice(&[
    ("工作人员", "officer"),
    ("内设机构负责人", "office_head"),
    ("行政机关负责人", "authority_head"),
    ("人民政府负责人", "government_head"),
]);

const GROUNDS: Holds = Choice(&[
    ("委托", "entrusted"),
    ("相对集中", "concentrated"),
    ("赋权乡镇街道", "empowered_township"),
    ("一窗受理", "one_window"),
    ("指定管辖", "designated"),
    ("跨区域通办", "cross_region"),
]);

// Columns of several sheets.
const ITEM: Column = Column::new("事项编码", "code", Text, "实施编码，全库唯一").needed();
const BODY: Column = Column::new("机构代码", "code", Text, "全库唯一").needed();
const OFFICE: Column = Column::new("内设机构代码", "code", Text, "本机构内唯一").needed();
const ACT: Column = Column::new("违法行为代码", "code", Text, "本基准内唯一").needed();
const FEE: Column = Column::new("收费项目代码", "code", Text, "本标准内唯一").needed();
const TABLE: &[Column] = &[
    Column::new("基准编号", "id", Text, "全库唯一").needed(),
    VERSION,
];
const FEES: &[Column] = &[
    Column::new("标准编号", "id", Text, "全库唯一").needed(),
    VERSION,
];
const VERSION: Column = Column::new(
    "版本",
    "version",
    Text,
    "已发布的版本不得修改，修订请另起版本",
)
.needed();
const NAME_EN: Column = Column::new("英文名称", "name_en", Text, "");
const REGION: Column = Column::new("行政区划代码", "region", Text, "GB/T 2260，如 510500").needed();
const EFFECTIVE_FROM: Column = Column::new("生效日期", "effective_from", Date, "").needed();
const EFFECTIVE_TO: Column = Column::new("失效日期", "effective_to", Date, "含当日");
const FROM: Column = Column::new("起始日期", "from", Date, "含当日");
const UNTIL: Column = Column::new("截止日期", "until", Date, "含当日");

pub(super) const SHEETS: &[Sheet] = &[
    Sheet {
        title: "行政主体",
        kind: "body",
        path: &[],
        above: &[],
        identity: 1,
        columns: &[
            BODY,
            Column::new("机构名称", "name", Text, "全称").needed(),
            NAME_EN,
            REGION,
            Column::new("管辖区划代码", "areas", Texts, "不填则为本区划"),
            Column::new("主体性质", "nature", NATURES, "不填则为法定机关"),
            Column::new(
                "垂直管理",
                "vertical",
                Truth,
                "不填则不是；由上级部门领导的，不与本级部门比较排名",
            ),
            Column::new("委托机关代码", "entrusted_by", Texts, "受委托组织必填"),
            Column::new("设立日期", "since", Date, ""),
            Column::new("撤销日期", "until", Date, "含当日"),
            Column::new(
                "名册启用日期",
                "register_from",
                Date,
                "自该日起人员名册完整；不填则不据名册评判人员资格",
            ),
        ],
    },
    Sheet {
        title: "岗位",
        kind: "body",
        path: &["posts"],
        above: &[&[BODY]],
        identity: 1,
        columns: &[
            Column::new("岗位代码", "code", Text, "本机构内唯一").needed(),
            Column::new("岗位名称", "name", Text, "").needed(),
            Column::new("负责环节", "steps", Texts, "环节代码，或 流程图/环节"),
            Column::new("岗位级别", "rank", RANKS, ""),
        ],
    },
    Sheet {
        title: "内设机构",
        kind: "body",
        path: &["offices"],
        above: &[&[BODY]],
        identity: 1,
        columns: &[
            OFFICE,
            Column::new("内设机构名称", "name", Text, "").needed(),
        ],
    },
    Sheet {
        title: "人员",
        kind: "body",
        path: &["offices", "officers"],
        above: &[&[BODY], &[OFFICE]],
        identity: 0,
        columns: &[
            Column::new("人员编号", "id", Text, "编号，不填姓名和身份证号").needed(),
            Column::new("岗位", "post", Text, ""),
            Column::new("兼任岗位", "posts", Texts, ""),
            Column::new("职级", "rank", RANKS, ""),
            Column::new("任职起始", "from", Date, "含当日"),
            Column::new("任职截止", "until", Date, "含当日"),
            Column::new("执法证号", "cert_no", Text, ""),
            Column::new("执法领域", "cert_fields", Texts, "不填则为全部领域"),
            Column::new("证件起始", "cert_from", Date, "含当日"),
            Column::new("证件截止", "cert_until", Date, "含当日"),
        ],
    },
    Sheet {
        title: "权力事项",
        kind: "item",
        path: &[],
        above: &[],
        identity: 1,
        columns: &[
            ITEM,
            Column::new("事项名称", "name", Text, "与公布的权力清单一致").needed(),
            NAME_EN,
            Column::new("权力类型", "power_type", POWER_TYPES, "GB/T 39046 附录 A.1").needed(),
            Column::new("行使层级", "level", LEVELS, "GB/T 39046 附录 A.2").needed(),
            REGION,
            Column::new(
                "行使主体代码",
                "executing_body",
                Text,
                "行政主体表中的机构代码",
            )
            .needed(),
            Column::new("受托行使主体", "entrusted_bodies", Texts, "机构代码"),
            Column::new("设定依据", "legal_basis", Texts, "逐条填写法律法规及条款").needed(),
            Column::new("监督方式", "supervision_method", Text, ""),
            EFFECTIVE_FROM,
            Column::new("失效日期", "effective_to", Date, "含当日；取消或划转的必填"),
            Column::new("状态", "status", STATES, "不填则为在用"),
            Column::new(
                "在办件处理",
                "running_cases",
                RUNNING,
                "事项终止后在办件如何处理，不填则继续办结",
            ),
            Column::new("划转至事项", "transferred_to", Text, "承接事项的编码"),
            Column::new(
                "是否公开",
                "public",
                Truth,
                "不填则公开；不公开的不列入公开清单，申请人仍可凭查询码查询本人办件",
            ),
            Column::new("流程图", "flowchart", Text, "流程图的编号").needed(),
            Column::new("执法领域", "enforcement_field", Text, ""),
            Column::new("裁量基准", "discretion", Text, "裁量基准编号"),
            Column::new("收费标准", "fees", Text, "收费标准编号；不填则不得收费"),
        ],
    },
    Sheet {
        title: "依法代行",
        kind: "item",
        path: &["acting_bodies"],
        above: &[&[ITEM]],
        identity: 0,
        columns: &[
            Column::new("代行机构代码", "body", Text, "").needed(),
            Column::new("代行事由", "ground", GROUNDS, "").needed(),
            Column::new("代行环节", "steps", Texts, "一窗受理必填"),
            Column::new("代行区划", "areas", Texts, ""),
            FROM,
            UNTIL,
            Column::new("依据文件", "basis", Text, ""),
        ],
    },
    Sheet {
        title: "责任清单",
        kind: "item",
        path: &["responsibilities"],
        above: &[&[ITEM]],
        identity: 0,
        columns: &[
            Column::new("责任事项", "duty", Text, "").needed(),
            Column::new("责任依据", "basis", Text, ""),
            Column::new("责任主体代码", "body", Text, "不填则为办理该件的机构"),
            Column::new("追责情形", "accountability", Text, ""),
            Column::new(
                "应为编号",
                "expectation.id",
                Text,
                "本事项内唯一；填写后该项责任按办件监察，触发、应为、时限须同填",
            ),
            Column::new(
                "触发事件",
                "expectation.trigger",
                Texts,
                "事件类型或 step_end:环节，如 accepted",
            ),
            Column::new(
                "应为事件",
                "expectation.owed",
                Texts,
                "任一发生即为已履行，如 decided",
            ),
            Column::new(
                "履责时限",
                "expectation.within",
                Text,
                "如 5wd（工作日）、10cd（日历日）、24h",
            ),
            Column::new(
                "免除事件",
                "expectation.falls_away_on",
                Texts,
                "发生后不再应为；不填则按撤回、作废、退件等",
            ),
        ],
    },
    Sheet {
        title: "裁量基准",
        kind: "discretion",
        path: &[],
        above: &[],
        identity: 2,
        columns: &[
            TABLE[0],
            TABLE[1],
            Column::new("基准名称", "name", Text, "").needed(),
            EFFECTIVE_FROM,
            EFFECTIVE_TO,
            Column::new("制定依据", "legal_basis", Text, ""),
            Column::new("备案号", "filed_no", Text, ""),
            Column::new("备案日期", "filed_on", Date, ""),
        ],
    },
    Sheet {
        title: "违法行为",
        kind: "discretion",
        path: &["acts"],
        above: &[TABLE],
        identity: 1,
        columns: &[
            ACT,
            Column::new("违法行为名称", "name", Text, "").needed(),
            Column::new("处罚依据", "legal_basis", Text, ""),
        ],
    },
    Sheet {
        title: "裁量档次",
        kind: "discretion",
        path: &["acts", "tiers"],
        above: &[TABLE, &[ACT]],
        identity: 1,
        columns: &[
            Column::new("档次代码", "code", Text, "本行为内唯一").needed(),
            Column::new("档次名称", "name", Text, "如 从轻、一般、从重").needed(),
            Column::new("适用情形", "when", Text, ""),
            Column::new("罚款下限（元）", "range.from", Yuan, "与上限同填"),
            Column::new("罚款上限（元）", "range.to", Yuan, ""),
            Column::new("定额罚款（元）", "fixed", Yuan, "定额的填此列"),
            Column::new(
                "倍数基数",
                "ratio.of",
                Text,
                "按倍数或比例罚款的，填事件金额的名称",
            ),
            Column::new("倍数下限", "ratio.from", Text, "10 为十倍，5% 为百分之五"),
            Column::new("倍数上限", "ratio.to", Text, ""),
        ],
    },
    Sheet {
        title: "收费标准",
        kind: "fees",
        path: &[],
        above: &[],
        identity: 2,
        columns: &[
            FEES[0],
            FEES[1],
            Column::new("标准名称", "name", Text, "").needed(),
            EFFECTIVE_FROM,
            EFFECTIVE_TO,
        ],
    },
    Sheet {
        title: "收费项目",
        kind: "fees",
        path: &["items"],
        above: &[FEES],
        identity: 1,
        columns: &[
            FEE,
            Column::new("收费项目名称", "name", Text, "").needed(),
            Column::new("收费依据", "basis", Text, ""),
            Column::new("定额（元）", "standard.fixed", Yuan, ""),
            Column::new("下限（元）", "standard.range.from", Yuan, "与上限同填"),
            Column::new("上限（元）", "standard.range.to", Yuan, ""),
            Column::new("单价（元）", "standard.rate.fen", Yuan, "与计量单位同填"),
            Column::new("计量单位", "standard.rate.per", Text, "如 平方米"),
            Column::new("比例基数", "standard.ratio.of", Text, "事件金额的名称"),
            Column::new("比例下限", "standard.ratio.from", Text, ""),
            Column::new("比例上限", "standard.ratio.to", Text, ""),
        ],
    },
    Sheet {
        title: "减免情形",
        kind: "fees",
        path: &["items", "relief"],
        above: &[FEES, &[FEE]],
        identity: 0,
        columns: &[
            Column::new("减免事由", "ground", Text, "减免只能依所列事由").needed(),
            Column::new("减免依据", "basis", Text, ""),
        ],
    },
    Sheet {
        title: "检查计划",
        kind: "inspection_plan",
        path: &[],
        above: &[],
        identity: 1,
        columns: &[
            Column::new(
                "计划编号",
                "id",
                Text,
                "全库唯一；检查事件以此编号注明依据的计划",
            )
            .needed(),
            Column::new("计划名称", "name", Text, "").needed(),
            Column::new("检查机关代码", "body", Text, "行政主体表中的机构代码").needed(),
            Column::new("检查事项编码", "items", Texts, "权力事项表中的事项编码").needed(),
            Column::new(
                "检查区划代码",
                "regions",
                Texts,
                "不填则为检查机关的全部管辖区划",
            ),
            FROM.needed(),
            UNTIL.needed(),
        ],
    },
];
