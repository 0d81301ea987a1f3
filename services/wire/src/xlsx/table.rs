//! A workbook of one sheet with many rows of text, packed as its rows come: memory holds what is packed, a tenth of what is written.

use std::io;

use super::letters;
use super::package::{Packed, Packing};
use super::paper::{HEADER, MAIN, Style, bound, escaped};

/// A sheet has no more rows, its heading included (ECMA-376: 2²⁰).
pub const ROWS_MAX: u32 = 1 << 20;
/// A cell holds no more characters; what is longer is cut and ends with an ellipsis.
const CELL_CHARS_MAX: usize = 32_000;

/// A heading and the column's width in characters.
pub type Head<'a> = (&'a str, u32);

/// What a cell holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'t> {
    /// A text.
    Text(&'t str),
    /// A number.
    Number(f64),
}

/// A workbook of several such sheets, each under its title. Titles differ, have at most 31 characters and none of `: \ / ? * [ ]`.
///
/// # Errors
/// It is larger than the format holds.
pub fn tables(sheets: Vec<(String, Table)>) -> io::Result<Vec<u8>> {
    let (titles, tables): (Vec<String>, Vec<Table>) = sheets.into_iter().unzip();
    let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
    let parts = tables.into_iter().map(Table::part);
    bound(&titles, parts.collect::<io::Result<_>>()?)
}

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
        let texts = heads.iter().map(|(text, _)| Cell::Text(text));
        table.put(texts, Style::Heading)?;
        Ok(table)
    }

    /// Adds a row; empty cells are left out.
    ///
    /// # Errors
    /// There is no row left, or it cannot be packed.
    pub fn row<'t>(&mut self, cells: impl IntoIterator<Item = &'t str>) -> io::Result<()> {
        self.put(cells.into_iter().map(Cell::Text), Style::Plain)
    }

    /// Adds a row of texts and numbers; empty texts are left out.
    ///
    /// # Errors
    /// As [`Table::row`].
    pub fn cells<'t>(&mut self, cells: impl IntoIterator<Item = Cell<'t>>) -> io::Result<()> {
        self.put(cells, Style::Plain)
    }

    /// Rows so far, the heading included.
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// Ends the sheet and packs the workbook.
    ///
    /// # Errors
    /// It is larger than the format holds.
    pub fn finish(self, title: &str) -> io::Result<Vec<u8>> {
        bound(&[title], vec![self.part()?])
    }

    fn part(mut self) -> io::Result<Packed> {
        let last = letters(self.columns.saturating_sub(1));
        let rows = self.rows;
        self.sheet.write(&format!(
            "</sheetData><autoFilter ref=\"A1:{last}{rows}\"/></worksheet>"
        ))?;
        self.sheet.finish()
    }

    fn put<'t>(
        &mut self,
        cells: impl IntoIterator<Item = Cell<'t>>,
        style: Style,
    ) -> io::Result<()> {
        if self.rows >= ROWS_MAX {
            return Err(io::Error::other("a sheet holds no more rows"));
        }
        self.rows += 1;
        let (number, style) = (self.rows, style as u8);
        let mut row = format!("<row r=\"{number}\">");
        for (column, cell) in (0u32..).zip(cells) {
            let place = letters(column);
            let text = match cell {
                Cell::Text("") => continue,
                Cell::Text(text) => escaped(&cut(text)),
                // Neither infinite nor no number: the format has no such cells.
                Cell::Number(value) if value.is_finite() => {
                    row += &format!("<c r=\"{place}{number}\" s=\"{style}\"><v>{value}</v></c>");
                    continue;
                }
                Cell::Number(_) => continue,
            };
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
    fn several_tables_are_sheets_of_one_workbook_and_numbers_are_numbers() {
        let table = |number: f64| {
            let mut table = Table::new(&[("名称", 9), ("数", 9)]).expect("begun");
            let cells = [Cell::Text("甲"), Cell::Number(number)];
            table.cells(cells).expect("written");
            table
                .cells([Cell::Text(""), Cell::Number(f64::NAN)])
                .expect("written");
            table
        };
        let sheets = vec![
            ("一".to_owned(), table(0.974)),
            ("二".to_owned(), table(3.0)),
        ];
        let bytes = tables(sheets).expect("packed");
        let mut book = Book::open(&bytes).expect("a workbook");
        for (place, title, number) in [(0, "一", 0.974), (1, "二", 3.0)] {
            let (found, part) = book.sheets[place].clone();
            assert_eq!(found, title);
            let grid = book.grid(&part).expect("its cells");
            assert_eq!(grid.cells.get(&(1, 1)), Some(&Value::Number(number)));
            assert_eq!(grid.cells.get(&(2, 1)), None);
        }
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
