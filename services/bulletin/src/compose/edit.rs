//! A draft that somebody edited: words may change, numbers may not.
//!
//! A number in the text is a span with its query. An editor may leave it out, move it or put it elsewhere, but a span that names a query says what the draft
//! said of that query, or the edit is refused: whoever opens the number sees the same one. Numbers typed as words have no query, and are counted.

use std::collections::{BTreeMap, BTreeSet};

use crate::document::{Document, Part, Section, SectionId, Span};

/// No text is longer.
const TEXT_CHARS_MAX: usize = 4_000;
/// No section has more parts.
const PARTS_MAX: usize = 200;

/// Why an edited draft is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadEdit {
    /// A number is another than the draft's.
    #[error("“{said}”带有数据链接，但数据为“{found}”；请改回，或者按文字输入（不带链接）")]
    Number {
        /// What the edit says.
        said: String,
        /// What the figures say; more than one where the draft says it in several ways.
        found: String,
    },
    /// A link goes to what the draft does not ask.
    #[error("“{0}”所带的数据链接不是本通报的数据")]
    Unknown(String),
    /// A section is there twice, or in another place.
    #[error("章节应当按标准顺序排列且不重复")]
    Order,
    /// Too long.
    #[error("{0}")]
    TooLong(String),
    /// There is nothing left.
    #[error("通报没有内容")]
    Empty,
}

/// An edited draft as it is kept: sections, title, addressee and who has copies are the editor's; kind, annexes, day and who is named are the draft's.
///
/// # Errors
/// As [`BadEdit`] says.
pub fn rewritten(draft: &Document, edited: Document) -> Result<Document, BadEdit> {
    let mut said: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for span in draft.spans() {
        if let Some(query) = &span.query {
            said.entry(query).or_default().insert(&span.text);
        }
    }
    let ids: Vec<SectionId> = edited.sections.iter().map(|section| section.id).collect();
    if !ids.is_sorted_by(|a, b| a < b) {
        return Err(BadEdit::Order);
    }
    if edited.sections.is_empty() || edited.title.trim().is_empty() {
        return Err(BadEdit::Empty);
    }
    for section in &edited.sections {
        bounded(section)?;
    }
    let short = [&edited.title, &edited.to, &edited.copies, &edited.closing];
    if short.iter().any(|text| text.chars().count() > 200) {
        return Err(BadEdit::TooLong(
            "标题、主送、抄送和结尾各不超过200字".to_owned(),
        ));
    }
    for span in edited.spans() {
        let Some(query) = &span.query else {
            continue;
        };
        let Some(texts) = said.get(query.as_str()) else {
            return Err(BadEdit::Unknown(span.text.clone()));
        };
        if !texts.contains(span.text.as_str()) {
            return Err(BadEdit::Number {
                said: span.text.clone(),
                found: texts.iter().copied().collect::<Vec<_>>().join("、"),
            });
        }
    }
    Ok(Document {
        kind: draft.kind,
        annexes: draft.annexes.clone(),
        drafted_on: draft.drafted_on,
        named: draft.named.clone(),
        ..edited
    })
}

fn bounded(section: &Section) -> Result<(), BadEdit> {
    let long = |span: &Span| span.text.chars().count() > TEXT_CHARS_MAX;
    if section.parts.len() > PARTS_MAX {
        return Err(BadEdit::TooLong(format!(
            "“{}”不超过{PARTS_MAX}段",
            section.heading
        )));
    }
    for part in &section.parts {
        let too_long = match part {
            Part::Paragraph { spans, .. } => spans.len() > PARTS_MAX || spans.iter().any(long),
            Part::Heading { text } | Part::Note { text } => text.chars().count() > TEXT_CHARS_MAX,
            Part::Table { table } => {
                let wide = table
                    .rows
                    .iter()
                    .any(|row| row.len() != table.columns.len());
                wide || table.rows.len() > PARTS_MAX || table.rows.iter().flatten().any(long)
            }
            Part::Chart { .. } => false,
        };
        if too_long {
            return Err(BadEdit::TooLong(format!(
                "“{}”中有超过{TEXT_CHARS_MAX}字的段落，或者行列不齐的表格",
                section.heading
            )));
        }
    }
    Ok(())
}
