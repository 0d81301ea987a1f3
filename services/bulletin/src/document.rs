//! A bulletin as it reads: sections of text, in which numbers carry their queries, and annexes. It is what is edited and frozen, so its fields are a format.

use chrono::NaiveDate;
use mingjing_domain::bulletin::Kind;
use serde::{Deserialize, Serialize};

/// For whom it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Edition {
    /// 内部版, to bodies and leadership.
    Internal,
    /// 公开版: no case numbers, nothing that is pending.
    Public,
}

impl Edition {
    /// Both.
    pub const ALL: [Edition; 2] = [Edition::Internal, Edition::Public];

    /// The code used in requests and answers.
    pub const fn code(self) -> &'static str {
        match self {
            Edition::Internal => "internal",
            Edition::Public => "public",
        }
    }
}

/// Which section it is, in the standard order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SectionId {
    /// 总体情况.
    Overall,
    /// 分权力类别情况.
    PowerTypes,
    /// 部门和县（区）情况.
    Bodies,
    /// 预警情况.
    Alerts,
    /// 督办、反馈和申诉情况.
    Orders,
    /// 零办件和低办件单位.
    ZeroVolume,
    /// 投诉和评价情况.
    Voices,
    /// 典型问题.
    Problems,
    /// 数据质量.
    Data,
    /// 下一步工作要求.
    Demands,
    /// 更正事项, of a correction alone.
    Corrections,
}

/// A stretch of text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// What it says.
    pub text: String,
    /// Where its number comes from, see [`crate::Query`]; none of words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// Whether it is for the internal edition alone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub internal: bool,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// 表题.
    pub title: String,
    /// Heads, with each column's share of the width.
    pub columns: Vec<(String, u8)>,
    /// Rows, each with a cell a column.
    pub rows: Vec<Vec<Span>>,
}

/// Bars.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chart {
    /// 图题.
    pub title: String,
    /// What the bars are counted in.
    pub unit: String,
    /// What each bar is of, how long it is in thousandths of the longest, and its number.
    pub bars: Vec<(String, u16, Span)>,
}

/// A part of a section or annex.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "part", rename_all = "snake_case", deny_unknown_fields)]
pub enum Part {
    /// A heading of the second level, with its number.
    Heading {
        /// Like （一）市级部门.
        text: String,
    },
    /// A paragraph.
    Paragraph {
        /// Its text.
        spans: Vec<Span>,
        /// Whether it is for the internal edition alone.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        internal: bool,
    },
    /// A table.
    Table {
        /// It.
        table: Table,
    },
    /// A chart.
    Chart {
        /// It.
        chart: Chart,
    },
    /// Small print.
    Note {
        /// It.
        text: String,
    },
}

/// A section.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Which.
    pub id: SectionId,
    /// Its heading, without number.
    pub heading: String,
    /// What stands in it.
    pub parts: Vec<Part>,
}

/// An annex.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Annex {
    /// Its title.
    pub title: String,
    /// What stands in it.
    pub parts: Vec<Part>,
}

/// A bulletin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// What kind of paper.
    pub kind: Kind,
    /// 标题.
    pub title: String,
    /// 主送, without the colon; empty: to nobody in particular.
    pub to: String,
    /// 抄送, without the word; empty: nobody.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub copies: String,
    /// What is said before the first section.
    pub opening: Vec<Span>,
    /// The sections in their order; an empty one is left out when it is printed.
    pub sections: Vec<Section>,
    /// What is said after the last; empty: nothing.
    pub closing: String,
    /// The annexes.
    pub annexes: Vec<Annex>,
    /// The day it was drafted.
    pub drafted_on: NaiveDate,
    /// The bodies that it names for a fault, by code and name: who is heard before it is signed.
    pub named: Vec<(String, String)>,
}

impl Span {
    /// Words.
    pub fn words(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            query: None,
            internal: false,
        }
    }

    /// A number with its query's id.
    pub fn figure(text: impl Into<String>, query: String) -> Self {
        Self {
            query: Some(query),
            ..Self::words(text)
        }
    }
}

impl Part {
    /// A paragraph for both editions.
    pub fn paragraph(spans: Vec<Span>) -> Self {
        Part::Paragraph {
            spans,
            internal: false,
        }
    }

    /// A paragraph for the internal edition alone.
    pub fn internal(spans: Vec<Span>) -> Self {
        Part::Paragraph {
            spans,
            internal: true,
        }
    }

    /// Small print.
    pub fn note(text: impl Into<String>) -> Self {
        Part::Note { text: text.into() }
    }

    fn of(&self, edition: Edition) -> Option<Self> {
        match self {
            Part::Paragraph { internal: true, .. } if edition == Edition::Public => None,
            Part::Paragraph { spans, internal } => {
                let spans = of_edition(spans, edition);
                (!spans.is_empty()).then_some(Part::Paragraph {
                    spans,
                    internal: *internal,
                })
            }
            other => Some(other.clone()),
        }
    }
}

impl Document {
    /// What of it stands in an edition.
    pub fn edition(&self, edition: Edition) -> Self {
        let parts = |parts: &[Part]| -> Vec<Part> {
            parts.iter().filter_map(|part| part.of(edition)).collect()
        };
        let sections = self.sections.iter().map(|section| Section {
            parts: parts(&section.parts),
            ..section.clone()
        });
        let annexes = self.annexes.iter().map(|annex| Annex {
            parts: parts(&annex.parts),
            ..annex.clone()
        });
        Self {
            opening: of_edition(&self.opening, edition),
            sections: sections.filter(|s| !s.parts.is_empty()).collect(),
            annexes: annexes.filter(|a| !a.parts.is_empty()).collect(),
            ..self.clone()
        }
    }

    /// Every stretch of text in it, in order.
    pub fn spans(&self) -> impl Iterator<Item = &Span> {
        let sections = self.sections.iter().flat_map(|section| &section.parts);
        let annexes = self.annexes.iter().flat_map(|annex| &annex.parts);
        let parts = sections.chain(annexes).flat_map(|part| -> Vec<&Span> {
            match part {
                Part::Paragraph { spans, .. } => spans.iter().collect(),
                Part::Table { table } => table.rows.iter().flatten().collect(),
                Part::Chart { chart } => chart.bars.iter().map(|bar| &bar.2).collect(),
                Part::Heading { .. } | Part::Note { .. } => Vec::new(),
            }
        });
        self.opening.iter().chain(parts)
    }
}

fn of_edition(spans: &[Span], edition: Edition) -> Vec<Span> {
    let shown = spans
        .iter()
        .filter(|span| edition == Edition::Internal || !span.internal);
    shown.cloned().collect()
}
