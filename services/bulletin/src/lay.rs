//! A document as a sheet of paper: numbers lose their links, sections get their numbers.

use chrono::NaiveDate;
use mingjing_papers::{Annex, Bar, Block, Column, Foot, Sheet};

use crate::document::{Document, Edition, Part, Span, Table};
use crate::numbers::ordinal;

/// What a bulletin has besides its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// 发文机关标志.
    pub head: String,
    /// 署名.
    pub signed: String,
    /// 成文日期: when it was signed; of a draft when it was drafted.
    pub on: NaiveDate,
    /// 印发机关; empty: there is no foot.
    pub printed_by: String,
    /// What stands across every page: 草稿, 演示数据; none in earnest.
    pub mark: Option<String>,
}

/// Lays an edition out.
pub fn sheet(document: &Document, edition: Edition, head: &Head) -> Sheet {
    let document = document.edition(edition);
    let mut body = Vec::new();
    let opening = text(&document.opening);
    if !opening.is_empty() {
        body.push(Block::paragraph(opening));
    }
    for (n, section) in document.sections.iter().enumerate() {
        let heading = format!("{}、{}", ordinal(n), section.heading);
        body.push(Block::heading(heading));
        body.extend(blocks(&section.parts));
    }
    if !document.closing.is_empty() {
        body.push(Block::paragraph(&document.closing));
    }
    let annexes = document.annexes.iter().map(|annex| Annex {
        title: annex.title.clone(),
        body: blocks(&annex.parts).collect(),
    });
    let foot = (!head.printed_by.is_empty()).then(|| Foot {
        copies: document.copies.clone(),
        by: head.printed_by.clone(),
        on: head.on,
    });
    Sheet {
        head: head.head.clone(),
        title: document.title.clone(),
        to: document.to.clone(),
        body,
        signed: head.signed.clone(),
        on: head.on,
        mark: head.mark.clone(),
        annexes: annexes.collect(),
        foot,
    }
    .cleaned()
}

fn blocks(parts: &[Part]) -> impl Iterator<Item = Block> {
    parts.iter().flat_map(|part| match part {
        Part::Heading { text } => vec![Block::subheading(text)],
        Part::Paragraph { spans, .. } => vec![Block::paragraph(text(spans))],
        Part::Note { text } => vec![Block::note(text)],
        Part::Table { table } => vec![Block::caption(&table.title), laid(table)],
        Part::Chart { chart } => vec![
            Block::caption(&chart.title),
            Block::Bars {
                bars: chart
                    .bars
                    .iter()
                    .map(|(label, thousandths, number)| Bar {
                        label: label.clone(),
                        thousandths: *thousandths,
                        number: number.text.clone(),
                    })
                    .collect(),
            },
        ],
    })
}

fn laid(table: &Table) -> Block {
    let columns = table.columns.iter();
    let cells = |row: &Vec<Span>| row.iter().map(|span| span.text.clone()).collect();
    Block::Table {
        columns: columns
            .map(|(name, share)| Column::new(name, *share))
            .collect(),
        rows: table.rows.iter().map(cells).collect(),
    }
}

fn text(spans: &[Span]) -> String {
    spans.iter().map(|span| span.text.as_str()).collect()
}
