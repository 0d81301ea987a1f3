//! Sheets as DOCX, near GB/T 9704-2012: the fonts are named as the standard has them, and whoever opens the file has them or others in their place.
//! Texts are put in as texts, which the library escapes.

mod rest;

use std::io::Cursor;

use docx_rs::{
    AlignmentType, BorderType, DocGrid, Docx, Footer, Header, LineSpacing, LineSpacingType,
    PageMargin, PageNum, Paragraph, ParagraphBorder, ParagraphBorderPosition, ParagraphBorders,
    Run, RunFonts, Shading, SpecialIndentType, Table, TableCell, TableCellMargins, TableLayoutType,
    TableRow, VAlignType, WidthType,
};

use crate::sheet::{Block, Column, Sheet, Stamp, day_zh};

/// A millimetre in twentieths of a point, the unit of lengths here.
const MM: f64 = 1440.0 / 25.4;
/// The width of the type area, 156 mm.
const WIDTH: usize = 8_844;
/// 28.9 pt: 22 lines in 225 mm.
const LINE: i32 = 578;
/// Two blank lines, less what a line has above its characters.
const TWO_LINES: u32 = 1_026;
/// 28 characters of 16 pt are 448 pt and the type area has 442.2: each stands closer by 0.25 pt.
const CLOSER: i32 = -5;
/// Sizes in half points: 3号, 2号, small 4号, and what tables and notes are set in.
const TEXT: usize = 32;
const TITLE: usize = 44;
const PAGE: usize = 28;
const CELL: usize = 24;
const DIGEST: usize = 16;
const NOTE: usize = 21;
const RED: &str = "D7000F";

/// Why a sheet could not be written.
#[derive(Debug, thiserror::Error)]
#[error("writing the document")]
pub struct WriteError(#[source] Box<dyn std::error::Error + Send + Sync>);

/// Writes a sheet under its stamp.
///
/// # Errors
/// [`WriteError`], which is a fault of ours.
pub fn write(sheet: &Sheet, stamp: Stamp<'_>) -> Result<Vec<u8>, WriteError> {
    let at = format!("{}T00:00:00Z", sheet.on);
    let mut docx = Docx::new()
        .page_size(mm(210.0) as u32, mm(297.0) as u32)
        .page_margin(
            PageMargin::new()
                .top(mm(37.0))
                .bottom(mm(35.0))
                .left(mm(28.0))
                .right(mm(26.0))
                .header(mm(15.0))
                // The number stands 7 mm under the type area.
                .footer(mm(22.0)),
        )
        .default_fonts(fonts("仿宋"))
        .default_size(TEXT)
        .created_at(&at)
        .updated_at(&at)
        .footer(Footer::new().add_paragraph(page_number(AlignmentType::Right)))
        .even_footer(Footer::new().add_paragraph(page_number(AlignmentType::Left)));
    if let Some(mark) = &sheet.mark {
        let marked = || {
            let run = Run::new().add_text(mark).size(CELL).color("999999");
            Header::new().add_paragraph(Paragraph::new().align(AlignmentType::Center).add_run(run))
        };
        docx = docx.header(marked()).even_header(marked());
    }
    docx = head(docx, sheet, stamp.number);
    for one in &sheet.body {
        docx = block(docx, one);
    }
    let mut docx = signed(rest::named(docx, &sheet.annexes), sheet);
    // Lines are as high as they say, in tables too.
    docx.document = docx.document.doc_grid(DocGrid::with_empty());
    if !stamp.digest.is_empty() {
        let digest = format!("内容摘要（SHA-256）：{}", stamp.digest);
        let spaced = LineSpacing::new().before(480);
        docx = docx.add_paragraph(
            Paragraph::new()
                .line_spacing(spaced)
                .add_run(run(&digest, "仿宋", DIGEST)),
        );
    }
    docx = rest::annexes(docx, &sheet.annexes);
    if let Some(foot) = &sheet.foot {
        docx = rest::foot(docx, foot);
    }
    let mut parts = docx.build();
    parts.document = with_heads_repeated(&parts.document);
    let mut bytes = Cursor::new(Vec::new());
    let packed = parts.pack(&mut bytes);
    packed.map_err(|error| WriteError(Box::new(error)))?;
    Ok(bytes.into_inner())
}

fn block(docx: Docx, block: &Block) -> Docx {
    match block {
        Block::Heading { text } => docx.add_paragraph(indented(text, "黑体").keep_next(true)),
        Block::Subheading { text } => docx.add_paragraph(indented(text, "楷体").keep_next(true)),
        Block::Paragraph { text } => docx.add_paragraph(indented(text, "仿宋")),
        Block::Table { columns, rows } => docx.add_table(table(columns, rows)),
        Block::Bars { bars } => docx.add_table(rest::bars(bars)),
        Block::Caption { text } => docx.add_paragraph(
            Paragraph::new()
                .align(AlignmentType::Center)
                .line_spacing(LineSpacing::new().before(200).after(100))
                .keep_next(true)
                .add_run(run(text, "黑体", CELL)),
        ),
        Block::Note { text } => docx.add_paragraph(
            Paragraph::new()
                .line_spacing(LineSpacing::new().before(100).after(100))
                .add_run(run(text, "仿宋", NOTE)),
        ),
    }
}

/// Head, number, line, title, addressee.
fn head(docx: Docx, sheet: &Sheet, number: &str) -> Docx {
    let rule = ParagraphBorder::new(ParagraphBorderPosition::Bottom)
        .val(BorderType::Single)
        .size(12)
        .space(5)
        .color(RED);
    let mut numbered = line(number, "仿宋", TEXT)
        .align(AlignmentType::Center)
        .keep_next(true);
    numbered.property = numbered
        .property
        .set_borders(ParagraphBorders::with_empty().set(rule));
    let title = Paragraph::new()
        .align(AlignmentType::Center)
        .line_spacing(LineSpacing::new().before(TWO_LINES).after(LINE as u32))
        .add_run(run(&sheet.title, "方正小标宋简体", TITLE));
    let size = head_size(&sheet.head);
    let name = Paragraph::new()
        .align(AlignmentType::Center)
        .line_spacing(
            exactly(10 * size as i32)
                .before(mm(35.0) as u32)
                .after(TWO_LINES),
        )
        .add_run(run(&sheet.head, "方正小标宋简体", size).color(RED));
    let docx = docx
        .add_paragraph(name)
        .add_paragraph(numbered)
        .add_paragraph(title);
    match sheet.to.is_empty() {
        true => docx,
        false => docx.add_paragraph(line(&format!("{}：", sheet.to), "仿宋", TEXT)),
    }
}

/// 40 pt, or as large as fits a line of 442 pt.
fn head_size(name: &str) -> usize {
    let chars = name.chars().count().max(1);
    (2 * 442 / chars).clamp(20, 80)
}

/// 署名 and 成文日期 (7.3.5.1): the date four blanks from the right, or as many as the name over its middle needs.
fn signed(docx: Docx, sheet: &Sheet) -> Docx {
    let on = day_zh(sheet.on);
    let (name, date) = (half_blanks(&sheet.signed), half_blanks(&on));
    let to_date = (name - date).div_euclid(2).max(8);
    let to_name = (to_date - (name - date).div_euclid(2)).max(0);
    let right = |text: &str, halves: i32| {
        line(text, "仿宋", TEXT).align(AlignmentType::Right).indent(
            None,
            None,
            Some(halves * 160),
            None,
        )
    };
    docx.add_paragraph(line("", "仿宋", TEXT).keep_next(true))
        .add_paragraph(line("", "仿宋", TEXT).keep_next(true))
        .add_paragraph(right(&sheet.signed, to_name).keep_next(true))
        .add_paragraph(right(&on, to_date))
}

/// The width of a text in halves of a character; a line has 56.
fn half_blanks(text: &str) -> i32 {
    let width = |c: char| if c.is_ascii() { 1 } else { 2 };
    text.chars().take(28).map(width).sum()
}

fn table(columns: &[Column], rows: &[Vec<String>]) -> Table {
    let shares: usize = columns.iter().map(|column| usize::from(column.share)).sum();
    let widths: Vec<usize> = columns
        .iter()
        .map(|column| WIDTH * usize::from(column.share) / shares.max(1))
        .collect();
    let cell = |text: &str, width: usize, size: usize, font: &str| {
        TableCell::new()
            .width(width, WidthType::Dxa)
            .vertical_align(VAlignType::Center)
            .add_paragraph(Paragraph::new().add_run(run(text, font, size)))
    };
    let mut written = Vec::with_capacity(rows.len() + 1);
    if columns.iter().any(|column| !column.name.is_empty()) {
        let cells = columns.iter().zip(&widths).map(|(column, width)| {
            cell(&column.name, *width, CELL, "黑体").shading(Shading::new().fill("F2F2F2"))
        });
        written.push(TableRow::new(cells.collect()));
    }
    for row in rows {
        let cells = row.iter().zip(columns).zip(&widths);
        let cells = cells.map(|((text, column), width)| {
            let size = if column.digest { DIGEST } else { CELL };
            cell(text, *width, size, "仿宋")
        });
        written.push(TableRow::new(cells.collect()).cant_split());
    }
    Table::new(written)
        .set_grid(widths)
        .width(WIDTH, WidthType::Dxa)
        .layout(TableLayoutType::Fixed)
        .margins(TableCellMargins::new().margin(60, 90, 60, 90))
}

/// What the library writes for a row of heads, and what repeats it on every page, which the library has no word for. Neither comes from a text: those
/// are escaped.
const HEADS: &str = "<w:trPr />";
const HEADS_REPEATED: &str = "<w:trPr><w:cantSplit /><w:tblHeader /></w:trPr>";

fn with_heads_repeated(document: &[u8]) -> Vec<u8> {
    let document = String::from_utf8_lossy(document);
    document.replace(HEADS, HEADS_REPEATED).into_bytes()
}

/// A line of the text.
fn line(text: &str, font: &str, size: usize) -> Paragraph {
    Paragraph::new()
        .line_spacing(exactly(LINE))
        .add_run(run(text, font, size))
}

/// A paragraph of the text, indented by two characters.
fn indented(text: &str, font: &str) -> Paragraph {
    let two = SpecialIndentType::FirstLine(640);
    line(text, font, TEXT)
        .indent(None, Some(two), None, None)
        .align(AlignmentType::Both)
}

fn exactly(twentieths: i32) -> LineSpacing {
    LineSpacing::new()
        .line_rule(LineSpacingType::Exact)
        .line(twentieths)
}

fn run(text: &str, font: &str, size: usize) -> Run {
    let run = Run::new().add_text(text).size(size).fonts(fonts(font));
    match size {
        TEXT => run.character_spacing(CLOSER),
        _ => run,
    }
}

fn fonts(east_asia: &str) -> RunFonts {
    RunFonts::new()
        .east_asia(east_asia)
        .ascii(east_asia)
        .hi_ansi(east_asia)
}

/// — 1 —, one blank from the edge (GB/T 9704-2012, 7.5).
fn page_number(side: AlignmentType) -> Paragraph {
    let dash = |text: &str| run(text, "宋体", PAGE);
    let (left, right) = match side {
        AlignmentType::Left => (Some(280), None),
        _ => (None, Some(280)),
    };
    Paragraph::new()
        .align(side)
        .indent(left, None, right, None)
        .add_run(dash("— "))
        .add_page_num(PageNum::new())
        .add_run(dash(" —"))
}

fn mm(length: f64) -> i32 {
    (length * MM).round() as i32
}
