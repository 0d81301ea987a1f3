//! A sheet: what stands on a paper, in order, and nothing of how it looks. It is what is kept of a paper, so its fields are a format.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// What stands on a paper, but for its number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sheet {
    /// 发文机关标志.
    pub head: String,
    /// 标题.
    pub title: String,
    /// 主送, without the colon; empty: to nobody in particular, like a bulletin.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub to: String,
    /// 正文.
    pub body: Vec<Block>,
    /// 署名.
    pub signed: String,
    /// 成文日期.
    pub on: NaiveDate,
    /// What stands across every page, like 演示数据; none in earnest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<String>,
    /// 附件, each on a page of its own; they are named before the signature.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub annexes: Vec<Annex>,
    /// 版记; none of a paper that goes to one alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub foot: Option<Foot>,
}

/// 附件.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Annex {
    /// 附件标题.
    pub title: String,
    /// What stands in it.
    pub body: Vec<Block>,
}

/// 版记: who has copies, who printed it and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Foot {
    /// 抄送机关, without the word and without a full stop; empty: nobody.
    pub copies: String,
    /// 印发机关.
    pub by: String,
    /// 印发日期.
    pub on: NaiveDate,
}

/// What is put on a sheet when it is issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp<'a> {
    /// 发文字号.
    pub number: &'a str,
    /// SHA-256 of the sheet as it is kept, by which a paper is held against the register; empty: none is printed.
    pub digest: &'a str,
}

/// A part of the body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "block", rename_all = "snake_case", deny_unknown_fields)]
pub enum Block {
    /// A heading of the first level, with its number.
    Heading {
        /// Like 一、基本情况.
        text: String,
    },
    /// A heading of the second level, with its number.
    Subheading {
        /// Like （一）部门。.
        text: String,
    },
    /// 表题 or 图题, over a table or bars.
    Caption {
        /// Without number.
        text: String,
    },
    /// Bars of a chart, one below the other.
    Bars {
        /// They.
        bars: Vec<Bar>,
    },
    /// A paragraph of the text.
    Paragraph {
        /// Without indent and line end.
        text: String,
    },
    /// A table, whose head is repeated on every page.
    Table {
        /// Its columns.
        columns: Vec<Column>,
        /// Its rows, each with a cell a column.
        rows: Vec<Vec<String>>,
    },
    /// Small print under the text or a table.
    Note {
        /// Without line end.
        text: String,
    },
}

/// A bar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bar {
    /// What it is of.
    pub label: String,
    /// How long it is, in thousandths of the longest.
    pub thousandths: u16,
    /// Its number.
    pub number: String,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its head; where all are empty there is no row of heads.
    pub name: String,
    /// Its share of the table's width, against those of the others.
    pub share: u8,
    /// Whether it holds digests: small, and broken anywhere.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub digest: bool,
}

impl Column {
    /// One of words.
    pub fn new(name: &str, share: u8) -> Self {
        Self {
            name: name.to_owned(),
            share,
            digest: false,
        }
    }

    /// One of digests.
    pub fn digest(name: &str, share: u8) -> Self {
        Self {
            digest: true,
            ..Self::new(name, share)
        }
    }
}

impl Block {
    /// A heading.
    pub fn heading(text: impl Into<String>) -> Self {
        Block::Heading { text: text.into() }
    }

    /// A heading of the second level.
    pub fn subheading(text: impl Into<String>) -> Self {
        Block::Subheading { text: text.into() }
    }

    /// What stands over a table or bars.
    pub fn caption(text: impl Into<String>) -> Self {
        Block::Caption { text: text.into() }
    }

    /// A paragraph.
    pub fn paragraph(text: impl Into<String>) -> Self {
        Block::Paragraph { text: text.into() }
    }

    /// Small print.
    pub fn note(text: impl Into<String>) -> Self {
        Block::Note { text: text.into() }
    }
}

impl Sheet {
    /// The sheet with every text as it may stand on paper; see [`plain`]. A paragraph that had several lines is several.
    pub fn cleaned(self) -> Self {
        let Self {
            head,
            title,
            to,
            body,
            signed,
            on,
            mark,
            annexes,
            foot,
        } = self;
        let annexes = annexes.into_iter().map(|annex| Annex {
            title: plain(&annex.title),
            body: cleaned(annex.body),
        });
        Self {
            head: plain(&head),
            title: plain(&title),
            to: plain(&to),
            body: cleaned(body),
            signed: plain(&signed),
            on,
            mark: mark.map(|mark| plain(&mark)),
            annexes: annexes.collect(),
            foot: foot.map(|foot| Foot {
                copies: plain(&foot.copies),
                by: plain(&foot.by),
                on: foot.on,
            }),
        }
    }
}

fn cleaned(body: Vec<Block>) -> Vec<Block> {
    let blocks = body.into_iter().flat_map(|block| match block {
        Block::Heading { text } => vec![Block::Heading { text: plain(&text) }],
        Block::Subheading { text } => vec![Block::Subheading { text: plain(&text) }],
        Block::Caption { text } => vec![Block::Caption { text: plain(&text) }],
        Block::Note { text } => vec![Block::Note { text: plain(&text) }],
        Block::Bars { bars } => {
            let bars = bars.into_iter().map(|bar| Bar {
                label: plain(&bar.label),
                thousandths: bar.thousandths.min(1000),
                number: plain(&bar.number),
            });
            vec![Block::Bars {
                bars: bars.collect(),
            }]
        }
        Block::Paragraph { text } => text
            .lines()
            .map(plain)
            .filter(|line| !line.is_empty())
            .map(|text| Block::Paragraph { text })
            .collect(),
        Block::Table { columns, rows } => {
            let width = columns.len();
            let row = |row: Vec<String>| {
                let mut row: Vec<String> = row.iter().map(|cell| plain(cell)).collect();
                row.resize(width, String::new());
                row
            };
            vec![Block::Table {
                columns: columns
                    .into_iter()
                    .map(|column| Column {
                        name: plain(&column.name),
                        share: column.share.max(1),
                        ..column
                    })
                    .collect(),
                rows: rows.into_iter().map(row).collect(),
            }]
        }
    });
    blocks.collect()
}

/// A text in one line without what is no writing: control characters, which XML cannot hold, and marks that turn the direction of what follows, by
/// which a text would be read otherwise than it is kept.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => out.push(' '),
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
            '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {}
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out.trim().to_owned()
}

/// A day as papers write it, 2026年11月28日.
pub(crate) fn day_zh(day: NaiveDate) -> String {
    use chrono::Datelike as _;
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_writing_does_not_come_onto_paper() {
        assert_eq!(plain(" 甲\u{0}\u{7}\u{202e}乙\n丙\u{feff} "), "甲乙 丙");
        assert_eq!(plain("〔2026〕𠮷"), "〔2026〕𠮷");
    }

    #[test]
    fn a_paragraph_of_several_lines_is_several_and_a_short_row_is_filled_up() {
        let sheet = Sheet {
            head: "某局".into(),
            title: "通知".into(),
            to: String::new(),
            body: vec![
                Block::paragraph("一\n\n二"),
                Block::Table {
                    columns: vec![Column::new("甲", 0), Column::new("乙", 2)],
                    rows: vec![vec!["1".into()]],
                },
            ],
            signed: "某局".into(),
            on: "2026-11-28".parse().unwrap(),
            mark: None,
            annexes: Vec::new(),
            foot: None,
        };
        let cleaned = sheet.cleaned();
        assert_eq!(
            cleaned.body[..2],
            [Block::paragraph("一"), Block::paragraph("二")]
        );
        let Block::Table { columns, rows } = &cleaned.body[2] else {
            panic!("{cleaned:?}");
        };
        assert_eq!((columns[0].share, rows[0].len()), (1, 2));
        assert_eq!(cleaned.clone().cleaned(), cleaned);
    }
}
