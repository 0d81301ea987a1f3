//! From figures to a document, a section a file.

mod alerts;
mod annexes;
mod bodies;
mod clause;
mod demands;
mod edit;
mod orders;
mod overall;
mod power_types;
mod problems;
mod truth;
mod voices;
mod zero;

use std::collections::BTreeMap;

use chrono::NaiveDate;

use mingjing_domain::bulletin::Kind;

use crate::document::{Document, Part, Section, SectionId, Span, Table};
use crate::figures::{Dates, Figures, Row};
use crate::numbers::day;
use crate::rank::places;

pub(crate) use clause::{Clause, Whose, joined, sentence, tidy, words};
pub use edit::{BadEdit, rewritten};

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// What kind of paper; a correction is composed by [`crate::correct`].
    pub kind: Kind,
    /// 主送, without the colon.
    pub to: String,
    /// 抄送, without the word; empty: nobody.
    pub copies: String,
    /// The day on which it is drafted.
    pub on: NaiveDate,
    /// What demands name.
    pub dates: Dates,
}

/// Composes a bulletin or report. Its sections stand in the standard order (domain study 1.9); one with nothing to say is left out.
pub fn compose(figures: &Figures, asked: &Asked) -> Document {
    let label = figures.period.label();
    let scope = &figures.scope.name;
    let sections = [
        (SectionId::Overall, "总体情况", overall::parts(figures)),
        (
            SectionId::PowerTypes,
            "分权力类别情况",
            power_types::parts(figures),
        ),
        (SectionId::Bodies, "", bodies::parts(figures)),
        (SectionId::Alerts, "预警情况", alerts::parts(figures)),
        (
            SectionId::Orders,
            "督办、反馈和申诉情况",
            orders::parts(figures),
        ),
        (
            SectionId::ZeroVolume,
            "零办件和低办件单位",
            zero::parts(figures),
        ),
        (SectionId::Voices, "投诉和评价情况", voices::parts(figures)),
        (SectionId::Problems, "典型问题", problems::parts(figures)),
        (SectionId::Data, "数据质量情况", truth::parts(figures)),
        (
            SectionId::Demands,
            match asked.kind {
                Kind::Report => "下一步工作打算",
                _ => "下一步工作要求",
            },
            demands::parts(figures, asked),
        ),
    ];
    let parts_zh = format!("部门和{}情况", figures.scope.parts);
    let sections = sections
        .into_iter()
        .filter(|(_, _, parts)| !parts.is_empty())
        .map(|(id, heading, parts)| Section {
            id,
            heading: match heading {
                "" => parts_zh.clone(),
                heading => heading.to_owned(),
            },
            parts: parts.into_iter().map(tidied).collect(),
        });
    let what = "行政权力依法规范公开运行";
    let as_of = instant_day(&figures.as_of);
    let (title, opening, closing) = match asked.kind {
        Kind::Report => (
            format!("关于{label}{scope}{what}情况的报告"),
            format!("现将{label}{scope}{what}情况报告如下（数据截至{as_of}）："),
            "特此报告。".to_owned(),
        ),
        _ => (
            format!("关于{label}{scope}{what}电子监察和行政效能情况的通报"),
            format!("现将{label}{scope}{what}电子监察和行政效能情况通报如下（数据截至{as_of}）："),
            String::new(),
        ),
    };
    let mut document = Document {
        kind: asked.kind,
        title,
        to: asked.to.clone(),
        copies: asked.copies.clone(),
        opening: vec![Span::words(opening)],
        sections: sections.collect(),
        closing,
        annexes: annexes::annexes(figures),
        drafted_on: asked.on,
        named: problems::named(figures),
    };
    let definitions = annexes::definitions(figures, &document);
    document.annexes.push(definitions);
    document
}

fn tidied(part: Part) -> Part {
    match part {
        Part::Paragraph { spans, internal } => Part::Paragraph {
            spans: tidy(spans),
            internal,
        },
        other => other,
    }
}

/// Paragraphs that say something.
pub(crate) fn said(paragraphs: impl IntoIterator<Item = Clause>) -> Vec<Part> {
    let said = paragraphs.into_iter().filter(|spans| !spans.is_empty());
    said.map(Part::paragraph).collect()
}

/// The day of an instant with its offset, as papers write it.
pub(crate) fn instant_day(instant: &str) -> String {
    let date: Option<NaiveDate> = instant.get(..10).and_then(|date| date.parse().ok());
    date.map_or_else(|| instant.to_owned(), day)
}

/// A column of a table over bodies, counties or classes: its head, its width, its metric.
pub(crate) type Column = (&'static str, u8, &'static str);

/// A table with a row each, in their order.
pub(crate) fn table(
    figures: &Figures,
    title: &str,
    by: &'static str,
    first: &str,
    rows: &[Row],
    columns: &[Column],
) -> Table {
    // What no row has a number of is no column.
    let known = |metric: &str| rows.iter().any(|row| row.values.contains_key(metric));
    let columns: Vec<&Column> = columns.iter().filter(|c| known(c.2)).collect();
    let heads = std::iter::once((first.to_owned(), 7)).chain(
        columns
            .iter()
            .map(|(head, share, _)| ((*head).into(), *share)),
    );
    let rows = rows.iter().map(|row| {
        let whose = Whose::one(figures, by, &row.key, &row.values);
        let cells = columns.iter().map(|(_, _, metric)| whose.cell(metric));
        std::iter::once(Span::words(&row.name))
            .chain(cells)
            .collect()
    });
    Table {
        title: title.to_owned(),
        columns: heads.collect(),
        rows: rows.collect(),
    }
}

/// Rows with a last column of their places among their like.
pub(crate) fn with_places(figures: &Figures, mut table: Table, rows: &[Row]) -> Table {
    let places: BTreeMap<_, _> = places(figures, rows);
    table.columns.push(("同类排名".to_owned(), 4));
    for (cells, row) in table.rows.iter_mut().zip(rows) {
        let place = places.get(row.key.as_str());
        let text = place.map_or("不排名".to_owned(), |place| {
            format!("{}/{}", place.rank, place.among)
        });
        cells.push(Span::words(text));
    }
    table
}

/// Names in a row, so many at most and then 等.
pub(crate) fn names<'n>(names: impl IntoIterator<Item = &'n str>, most: usize) -> String {
    let all: Vec<&str> = names.into_iter().collect();
    let shown = all[..all.len().min(most)].join("、");
    match all.len() > most {
        true => format!("{shown}等{}个单位", all.len()),
        false => shown,
    }
}
