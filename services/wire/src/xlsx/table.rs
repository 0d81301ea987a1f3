//! A workbook of one sheet with many rows of text, packed as its rows come: memory holds what is packed, a tenth of what is written.

use std::io;

use super::letters;
use super::package::Packing;
use super::paper::{HEADER, MAIN, Style, bound, escaped};

/// A sheet has no more rows, its heading included (ECMA-376: 2²⁰).
pub const ROWS_MAX: u32 = 1 << 20;
/// A cell holds no more characters; what is longer is cut and ends with an ellipsis.
const CELL_CHARS_MAX: usize = 32_000;

/// A heading and the column's width in characters.
pub type Head<'a> = (&'a str, u32);

/// The sheet as far as it is written.
pub struct Table {
    sheet: Packing,
    columns: u32,
    rows: u32,
}

impl Table {
    /// Begins with its headings, which stay in sight.
    ///
    /// # Errors
    /// What was written cannot be packed.
    pub fn new(heads: &[Head<'_>]) -> io::Result<Self> {
        let mut columns = String::new();
        for (number, (_, width)) in (1u32..).zip(heads) {
            columns += &format!(
                "<col min=\"{number}\" max=\"{number}\" width=\"{width}\" customWidth=\"1\"/>"
            );
        }
        let mut table = Self {
            sheet: Packing::new(),
            columns: u32::try_from(heads.len()).map_err(io::Error::other)?,
            rows: 0,
        };
        table.sheet.write(&format!(
            "{HEADER}<worksheet xmlns=\"{MAIN}\"><sheetViews><sheetView workbookViewId=\"0\"><pane ySplit=\"1\" topLeftCell=\"A2\" \
             activePane=\"bottomLeft\" state=\"frozen\"/></sheetView></sheetViews><cols>{columns}</cols><sheetData>"
        ))?;
        table.cells(heads.iter().map(|(text, _)| *text), Style::Heading)?;
        Ok(table)
    }

    /// Adds a row; empty cells are left out.
    ///
    /// # Errors
    /// There is no row left, or it cannot be packed.
    pub fn row<'t>(&mut self, cells: impl IntoIterator<Item = &'t str>) -> io::Result<()> {
        self.cells(cells, Style::Plain)
    }

    /// Rows so far, the heading included.
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// Ends the sheet and packs the workbook.
    ///
    /// # Errors
    /// It is larger than the format holds.
    pub fn finish(mut self, title: &str) -> io::Result<Vec<u8>> {
        let last = letters(self.columns.saturating_sub(1));
        let rows = self.rows;
        self.sheet.write(&format!(
            "</sheetData><autoFilter ref=\"A1:{last}{rows}\"/></worksheet>"
        ))?;
        bound(&[title], vec![self.sheet.finish()?])
    }

    fn cells<'t>(
        &mut self,
        cells: impl IntoIterator<Item = &'t str>,
        style: Style,
    ) -> io::Result<()> {
        if self.rows >= ROWS_MAX {
            return Err(io::Error::other("a sheet holds no more rows"));
        }
        self.rows += 1;
        let (number, style) = (self.rows, style as u8);
        let mut row = format!("<row r=\"{number}\">");
        for (column, text) in (0u32..).zip(cells) {
            if text.is_empty() {
                continue;
            }
            let (place, text) = (letters(column), escaped(&cut(text)));
            row += &format!(
                "<c r=\"{place}{number}\" s=\"{style}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{text}</t></is></c>"
            );
        }
        row += "</row>";
        self.sheet.write(&row)
    }
}

fn cut(text: &str) -> std::borrow::Cow<'_, str> {
    match text.char_indices().nth(CELL_CHARS_MAX) {
        Some((at, _)) => format!("{}…", &text[..at]).into(),
        None => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::book::Book;
    use super::super::page::Value;
    use super::*;

    #[test]
    fn a_table_is_read_back_as_it_was_written() {
        let mut table = Table::new(&[("编号", 20), ("内容", 40)]).expect("begun");
        let long = "长".repeat(CELL_CHARS_MAX + 1);
        for row in [
            ["=1+1", "<a href=\"x\">&'"],
            ["", "_x0041_\n第二行"],
            ["3", &long],
        ] {
            table.row(row).expect("written");
        }
        assert_eq!(table.rows(), 4);
        let bytes = table.finish("预警").expect("packed");
        let mut book = Book::open(&bytes).expect("a workbook");
        let (title, part) = book.sheets[0].clone();
        assert_eq!(title, "预警");
        let grid = book.grid(&part).expect("its cells");
        let text = |row, column| match grid.cells.get(&(row, column)) {
            Some(Value::Text(text)) => text.as_str(),
            None => "",
            other => panic!("{other:?}"),
        };
        assert_eq!((text(0, 0), text(0, 1)), ("编号", "内容"));
        // What looks like a formula is text.
        assert_eq!((text(1, 0), text(1, 1)), ("=1+1", "<a href=\"x\">&'"));
        assert_eq!((text(2, 0), text(2, 1)), ("", "_x0041_\n第二行"));
        assert!(grid.formulas.is_empty());
        assert_eq!(text(3, 1).chars().count(), CELL_CHARS_MAX + 1);
        assert!(text(3, 1).ends_with('…'));
    }

    #[test]
    fn the_same_rows_are_the_same_bytes() {
        let made = || {
            let mut table = Table::new(&[("a", 9)]).expect("begun");
            table.row(["b"]).expect("written");
            table.finish("t").expect("packed")
        };
        assert_eq!(made(), made());
    }
}
