//! What alerts of one incident come of.

use serde::{Deserialize, Serialize};

/// A cause, with what it is about. What is empty is not said.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Cause {
    /// 断报: a source said nothing.
    SourceDown {
        /// The source.
        source: String,
    },
    /// 迟报补录: a source was fed late, or in bulk.
    SourceLate {
        /// The source.
        source: String,
    },
    /// 定义或者规则有误.
    Fault {
        /// The kind of rule, like `T3`.
        rule: String,
        /// 监察点; empty: whichever.
        #[serde(default)]
        control_point: String,
        /// The definitions that it was judged by; empty: whichever.
        #[serde(default)]
        definitions_version: String,
    },
    /// 一事多警: one case, several findings.
    Matter {
        /// The source.
        source: String,
        /// 办件编号.
        case_no: String,
    },
    /// 其他.
    Other {},
}

/// A cause without what it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CauseKind {
    /// 断报.
    SourceDown,
    /// 迟报补录.
    SourceLate,
    /// 定义或者规则有误.
    Fault,
    /// 一事多警.
    Matter,
    /// 其他.
    Other,
}

impl CauseKind {
    /// All of them.
    pub const ALL: [CauseKind; 5] = [
        CauseKind::SourceDown,
        CauseKind::SourceLate,
        CauseKind::Fault,
        CauseKind::Matter,
        CauseKind::Other,
    ];

    /// The code used in requests and answers.
    pub const fn code(self) -> &'static str {
        match self {
            CauseKind::SourceDown => "source_down",
            CauseKind::SourceLate => "source_late",
            CauseKind::Fault => "fault",
            CauseKind::Matter => "matter",
            CauseKind::Other => "other",
        }
    }

    /// The field's term.
    pub const fn name_zh(self) -> &'static str {
        match self {
            CauseKind::SourceDown => "断报",
            CauseKind::SourceLate => "迟报补录",
            CauseKind::Fault => "定义或者规则有误",
            CauseKind::Matter => "一事多警",
            CauseKind::Other => "其他",
        }
    }

    /// The kind with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

impl Cause {
    /// Its kind.
    pub const fn kind(&self) -> CauseKind {
        match self {
            Cause::SourceDown { .. } => CauseKind::SourceDown,
            Cause::SourceLate { .. } => CauseKind::SourceLate,
            Cause::Fault { .. } => CauseKind::Fault,
            Cause::Matter { .. } => CauseKind::Matter,
            Cause::Other {} => CauseKind::Other,
        }
    }

    /// The source that it is about, where it is about one.
    pub fn source(&self) -> Option<&str> {
        match self {
            Cause::SourceDown { source }
            | Cause::SourceLate { source }
            | Cause::Matter { source, .. } => Some(source),
            Cause::Fault { .. } | Cause::Other {} => None,
        }
    }
}
