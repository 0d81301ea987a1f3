//! 目录对应 G: each place's list and flowcharts against the provincial base (domain study 11.14), as
//! [`crate::definitions::differences`] holds them against each other.

use super::{Basis, Exception, FindingKind, Rule, Tier};
use crate::alert::Level;

/// Rules of this family.
pub(super) const RULES: &[Rule] = &[G1, G2, G3, G4, G5];

const G1: Rule = Rule {
    id: "G1",
    name: "缺少事项",
    name_en: "Item missing",
    checks: "上级目录赋予本级的在用事项，在本区划的权力清单中是否列入。",
    tier: Tier::Import,
    finding: FindingKind::Review,
    level: Level::Review,
    legal_basis: &[Basis::own("各地清单与省级基本目录一致（11.14）")],
    parameters: &[],
    evidence: &["上级目录的事项", "缺少该事项的区划"],
    message: "",
    remedy: "请核对是否应当承接；应当承接的，按程序列入清单并公布。",
    exceptions: &[
        Exception {
            text: "上级目录中其他层级行使的事项不比较",
            source: "11.14",
        },
        Exception {
            text: "依法不由本地行使的，登记依据",
            source: "D",
        },
    ],
};

const G2: Rule = Rule {
    id: "G2",
    name: "多出事项",
    name_en: "Item not in the base",
    checks: "本地清单的事项在上级目录是否存在；同名而编码不同的一并提示。",
    tier: Tier::Import,
    finding: FindingKind::Review,
    level: Level::Review,
    legal_basis: &[Basis::own("各地清单与省级基本目录一致（11.14）")],
    parameters: &[],
    evidence: &["本地事项及其设定依据"],
    message: "",
    remedy: "请核对设定依据；没有法定依据的应当取消，名称相同的应当核对编码，防止变相设立。",
    exceptions: &[Exception {
        text: "地方性法规、规章依法设定的事项",
        source: "11.14",
    }],
};

const G3: Rule = Rule {
    id: "G3",
    name: "时限不一",
    name_en: "Other limit",
    checks: "同一事项的时限与上级目录比较：法定时限不同，或者承诺时限更长。",
    tier: Tier::Import,
    finding: FindingKind::Review,
    level: Level::Review,
    legal_basis: &[Basis::own("各地清单与省级基本目录一致（11.14）")],
    parameters: &[],
    evidence: &["本地时限", "上级目录的时限"],
    message: "",
    remedy: "请按上级目录修订时限，或者登记不同的依据。",
    exceptions: &[Exception {
        text: "承诺时限短于上级目录",
        source: "优化营商环境条例 36",
    }],
};

const G4: Rule = Rule {
    id: "G4",
    name: "环节不一",
    name_en: "Other steps",
    checks: "同一事项流程图的必经环节与上级目录比较。",
    tier: Tier::Import,
    finding: FindingKind::Review,
    level: Level::Review,
    legal_basis: &[Basis::own("各地清单与省级基本目录一致（11.14）")],
    parameters: &[],
    evidence: &["本地流程图的环节", "上级目录的环节"],
    message: "",
    remedy: "请按上级目录修订流程图；不得增设环节和条件。",
    exceptions: &[
        Exception {
            text: "环节编码不同而名称相同的视为同一环节",
            source: "D",
        },
        Exception {
            text: "不要求申请人办理的非必经环节",
            source: "D",
        },
    ],
};

const G5: Rule = Rule {
    id: "G5",
    name: "类别不一或已取消",
    name_en: "Other category or cancelled",
    checks: "同一事项的类别与上级目录比较；上级目录已取消、下放的事项在本地是否仍然有效。",
    tier: Tier::Import,
    finding: FindingKind::Review,
    level: Level::Review,
    legal_basis: &[Basis::own("各地清单与省级基本目录一致（11.14）")],
    parameters: &[],
    evidence: &["本地事项", "上级目录的事项"],
    message: "",
    remedy: "请核对类别；已取消的事项不得以其他类别继续行使。",
    exceptions: &[Exception {
        text: "下放后由本级承接的事项另有编码",
        source: "11.5",
    }],
};
