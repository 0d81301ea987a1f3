//! What follows a text: 附件 with their charts, and 版记.

use docx_rs::{
    AlignmentType, Docx, LineSpacing, Paragraph, Shading, Table, TableBorder, TableBorderPosition,
    TableBorders, TableCell, TableCellMargins, TableLayoutType, TableRow, VAlignType, WidthType,
};

use super::{CELL, LINE, TEXT, TITLE, WIDTH, block, line, run};
use crate::sheet::{Annex, Bar, Foot, day_zh};

/// What a bar of full length has of the width, and what stands at either side of it, in twentieths of a point; the bars' part is as many columns.
const LABEL: usize = 2_900;
const UNIT: usize = 100;
const UNITS: usize = 44;
const NUMBER: usize = WIDTH - LABEL - UNIT * UNITS;
/// Bars are grey: a bulletin is printed black, and red is for its head alone (7.1).
const GREY: &str = "7F7F7F";
/// 4号, in which 版记 is set.
const FOOT: usize = 28;

/// 附件说明 (7.3.4): a blank line below the text, each name under the other.
pub(super) fn named(docx: Docx, annexes: &[Annex]) -> Docx {
    if annexes.is_empty() {
        return docx;
    }
    let mut docx = docx.add_paragraph(line("", "仿宋", TEXT));
    for (n, annex) in annexes.iter().enumerate() {
        let (text, left) = match (n, annexes.len()) {
            (_, 1) => (format!("附件：{}", annex.title), 640),
            (0, _) => (format!("附件：1. {}", annex.title), 640),
            (n, _) => (format!("{}. {}", n + 1, annex.title), 640 + 3 * 320),
        };
        docx = docx.add_paragraph(line(&text, "仿宋", TEXT).indent(Some(left), None, None, None));
    }
    docx
}

/// Each annex on pages of its own: its number at the top, its title on the third line (7.3.4).
pub(super) fn annexes(mut docx: Docx, annexes: &[Annex]) -> Docx {
    for (n, annex) in annexes.iter().enumerate() {
        let number = match annexes.len() {
            1 => "附件".to_owned(),
            _ => format!("附件{}", n + 1),
        };
        let title = Paragraph::new()
            .align(AlignmentType::Center)
            .line_spacing(
                LineSpacing::new()
                    .before(LINE as u32)
                    .after(LINE as u32 / 2),
            )
            .add_run(run(&annex.title, "方正小标宋简体", TITLE));
        docx = docx
            .add_paragraph(line(&number, "黑体", TEXT).page_break_before(true))
            .add_paragraph(title);
        for one in &annex.body {
            docx = block(docx, one);
        }
    }
    docx
}

/// Bars as shaded cells: a row has as many columns as its bar is long.
pub(super) fn bars(bars: &[Bar]) -> Table {
    let cell = |text: &str, width: usize, side: AlignmentType| {
        TableCell::new()
            .width(width, WidthType::Dxa)
            .vertical_align(VAlignType::Center)
            .add_paragraph(
                Paragraph::new()
                    .align(side)
                    .add_run(run(text, "仿宋", CELL)),
            )
    };
    let span = |units: usize| {
        TableCell::new()
            .width(units * UNIT, WidthType::Dxa)
            .grid_span(units)
            .add_paragraph(Paragraph::new().add_run(run("", "仿宋", CELL)))
    };
    let rows = bars.iter().map(|bar| {
        let length = usize::from(bar.thousandths) * UNITS;
        // What is not nothing is seen.
        let units = match length {
            0 => 0,
            length => length.div_ceil(1000).min(UNITS),
        };
        let mut cells = vec![cell(&bar.label, LABEL, AlignmentType::Right)];
        if units > 0 {
            cells.push(span(units).shading(Shading::new().fill(GREY)));
        }
        let number = cell(
            &bar.number,
            NUMBER + (UNITS - units) * UNIT,
            AlignmentType::Left,
        );
        cells.push(number.grid_span(1 + UNITS - units));
        TableRow::new(cells).cant_split()
    });
    let grid = [vec![LABEL], vec![UNIT; UNITS], vec![NUMBER]].concat();
    // White lines part the bars from one another.
    let between = TableBorder::new(TableBorderPosition::InsideH)
        .size(36)
        .color("FFFFFF");
    Table::new(rows.collect())
        .set_borders(TableBorders::with_empty().set(between))
        .set_grid(grid)
        .width(WIDTH, WidthType::Dxa)
        .layout(TableLayoutType::Fixed)
        .margins(TableCellMargins::new().margin(50, 90, 50, 90))
}

/// 版记 (7.4): lines of 0.35 mm above and below, of 0.25 mm between.
pub(super) fn foot(docx: Docx, foot: &Foot) -> Docx {
    let (thick, thin) = (8, 6);
    let line_at = |position, size| TableBorder::new(position).size(size).color("000000");
    let borders = TableBorders::with_empty()
        .set(line_at(TableBorderPosition::Top, thick))
        .set(line_at(TableBorderPosition::Bottom, thick))
        .set(line_at(TableBorderPosition::InsideH, thin));
    let cell = |text: &str, width: usize, side: AlignmentType| {
        let blank = Some(280);
        TableCell::new().width(width, WidthType::Dxa).add_paragraph(
            Paragraph::new()
                .align(side)
                .indent(blank, None, blank, None)
                .add_run(run(text, "仿宋", FOOT)),
        )
    };
    let (left, right) = (WIDTH / 2, WIDTH - WIDTH / 2);
    let mut rows = Vec::new();
    if !foot.copies.is_empty() {
        let text = format!("抄送：{}。", foot.copies);
        let copies = cell(&text, WIDTH, AlignmentType::Left).grid_span(2);
        rows.push(TableRow::new(vec![copies]).cant_split());
    }
    let printed = format!("{}印发", day_zh(foot.on));
    let cells = vec![
        cell(&foot.by, left, AlignmentType::Left),
        cell(&printed, right, AlignmentType::Right),
    ];
    rows.push(TableRow::new(cells).cant_split());
    let table = Table::new(rows)
        .set_grid(vec![left, right])
        .width(WIDTH, WidthType::Dxa)
        .layout(TableLayoutType::Fixed)
        .set_borders(borders);
    docx.add_paragraph(line("", "仿宋", TEXT)).add_table(table)
}
