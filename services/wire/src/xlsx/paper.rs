//! A workbook as it is written: the few parts that spreadsheet programs need (ECMA-376), cells with their text inside.

use super::cells::Cell;
use super::letters;
use super::package::{Packed, pack, packed};

pub(super) const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
pub(super) const HEADER: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
/// Rows for which a column's choices are offered.
const CHOICE_ROWS: u32 = 10_000;

/// How a column's cells look; the places are those of `cellXfs` below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Plain = 0,
    Heading = 1,
    Text = 2,
    Date = 3,
    Money = 4,
}

/// One sheet.
#[derive(Clone, Debug)]
pub(super) struct Paper {
    title: String,
    columns: Vec<(Style, u32, Vec<&'static str>)>,
    rows: String,
    next: u32,
}

impl Paper {
    pub(super) fn new(title: &str) -> Self {
        Self {
            title: title.into(),
            columns: Vec::new(),
            rows: String::new(),
            next: 1,
        }
    }

    /// Adds a column: its style, its width in characters, what may be chosen.
    pub(super) fn column(&mut self, style: Style, width: u32, choices: Vec<&'static str>) {
        self.columns.push((style, width, choices));
    }

    pub(super) fn heading(&mut self, texts: Vec<String>) {
        let cells = texts
            .into_iter()
            .map(|text| Some(Cell::Text(text)))
            .collect();
        self.cells(cells, Some(Style::Heading));
    }

    pub(super) fn row(&mut self, cells: Vec<Option<Cell>>) {
        self.cells(cells, None);
    }

    fn cells(&mut self, cells: Vec<Option<Cell>>, style: Option<Style>) {
        let number = self.next;
        self.next += 1;
        self.rows += &format!("<row r=\"{number}\">");
        for (column, cell) in (0u32..).zip(cells) {
            let Some(cell) = cell else {
                continue;
            };
            let own = self
                .columns
                .get(column as usize)
                .map_or(Style::Plain, |c| c.0);
            let style = style.unwrap_or(own) as u8;
            let place = letters(column);
            self.rows += &match cell {
                Cell::Text(text) => format!(
                    "<c r=\"{place}{number}\" s=\"{style}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{}</t></is></c>",
                    escaped(&text)
                ),
                Cell::Number(value) => {
                    format!("<c r=\"{place}{number}\" s=\"{style}\"><v>{value}</v></c>")
                }
                Cell::Date(day) => {
                    // Days since 30 December 1899: right for all after February 1900.
                    let days = chrono::Datelike::num_days_from_ce(&day) - 693_594;
                    format!("<c r=\"{place}{number}\" s=\"{style}\"><v>{days}</v></c>")
                }
            };
        }
        self.rows += "</row>";
    }

    fn part(&self) -> String {
        let mut columns = String::new();
        let mut choices = Vec::new();
        for (at, (style, width, words)) in (0u32..).zip(&self.columns) {
            let number = at + 1;
            columns += &format!(
                "<col min=\"{number}\" max=\"{number}\" width=\"{width}\" style=\"{}\" customWidth=\"1\"/>",
                *style as u8
            );
            if !words.is_empty() {
                let letters = letters(at);
                choices.push(format!(
                    "<dataValidation type=\"list\" allowBlank=\"1\" sqref=\"{letters}2:{letters}{CHOICE_ROWS}\"><formula1>\"{}\"</formula1></dataValidation>",
                    escaped(&words.join(","))
                ));
            }
        }
        let offered = if choices.is_empty() {
            String::new()
        } else {
            format!(
                "<dataValidations count=\"{}\">{}</dataValidations>",
                choices.len(),
                choices.concat()
            )
        };
        format!(
            "{HEADER}<worksheet xmlns=\"{MAIN}\"><sheetViews><sheetView workbookViewId=\"0\"><pane ySplit=\"1\" topLeftCell=\"A2\" \
             activePane=\"bottomLeft\" state=\"frozen\"/></sheetView></sheetViews><cols>{columns}</cols><sheetData>{}</sheetData>{offered}</worksheet>",
            self.rows
        )
    }
}

/// Packs sheets into a workbook.
///
/// # Errors
/// It is larger than the format holds.
pub(super) fn workbook(papers: &[Paper]) -> std::io::Result<Vec<u8>> {
    let titles: Vec<&str> = papers.iter().map(|paper| paper.title.as_str()).collect();
    let sheets = papers.iter().map(|paper| packed(&paper.part()));
    bound(&titles, sheets.collect::<std::io::Result<_>>()?)
}

/// Puts packed sheets into a workbook, each under its title.
///
/// # Errors
/// It is larger than the format holds.
pub(super) fn bound(titles: &[&str], sheets: Vec<Packed>) -> std::io::Result<Vec<u8>> {
    let mut kinds = String::new();
    let mut tabs = String::new();
    let mut relations =
        format!("<Relationship Id=\"styles\" Type=\"{RELATIONS}/styles\" Target=\"styles.xml\"/>");
    let mut named = Vec::new();
    for (number, (title, sheet)) in (1..).zip(titles.iter().zip(sheets)) {
        let part = format!("worksheets/sheet{number}.xml");
        kinds += &format!(
            "<Override PartName=\"/xl/{part}\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>"
        );
        tabs += &format!(
            "<sheet name=\"{}\" sheetId=\"{number}\" r:id=\"sheet{number}\"/>",
            escaped(title)
        );
        relations += &format!(
            "<Relationship Id=\"sheet{number}\" Type=\"{RELATIONS}/worksheet\" Target=\"{part}\"/>"
        );
        named.push((format!("xl/{part}"), sheet));
    }
    let parts = [
        (
            "[Content_Types].xml".to_owned(),
            format!(
                "{HEADER}<Types xmlns=\"{PACKAGE}/content-types\"><Default Extension=\"rels\" \
                 ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/>\
                 <Override PartName=\"/xl/workbook.xml\" \
                 ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/><Override PartName=\"/xl/styles.xml\" \
                 ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml\"/>{kinds}</Types>"
            ),
        ),
        (
            "_rels/.rels".to_owned(),
            format!(
                "{HEADER}<Relationships xmlns=\"{PACKAGE}/relationships\"><Relationship Id=\"workbook\" Type=\"{RELATIONS}/officeDocument\" \
                 Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml".to_owned(),
            format!(
                "{HEADER}<workbook xmlns=\"{MAIN}\" xmlns:r=\"{RELATIONS}\"><sheets>{tabs}</sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels".to_owned(),
            format!(
                "{HEADER}<Relationships xmlns=\"{PACKAGE}/relationships\">{relations}</Relationships>"
            ),
        ),
        ("xl/styles.xml".to_owned(), styles()),
    ];
    let mut all = Vec::new();
    for (name, text) in parts {
        all.push((name, packed(&text)?));
    }
    all.extend(named);
    pack(&all)
}

/// Fonts, fills and the five styles.
fn styles() -> String {
    format!(
        "{HEADER}<styleSheet xmlns=\"{MAIN}\"><numFmts count=\"1\"><numFmt numFmtId=\"164\" formatCode=\"yyyy\\-mm\\-dd\"/></numFmts>\
         <fonts count=\"2\"><font><sz val=\"11\"/><name val=\"宋体\"/></font><font><b/><sz val=\"11\"/><name val=\"宋体\"/></font></fonts>\
         <fills count=\"3\"><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill>\
         <fill><patternFill patternType=\"solid\"><fgColor rgb=\"FFDDE7F0\"/></patternFill></fill></fills>\
         <borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>\
         <cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs><cellXfs count=\"5\">\
         <xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>\
         <xf numFmtId=\"49\" fontId=\"1\" fillId=\"2\" borderId=\"0\" xfId=\"0\" applyFont=\"1\" applyFill=\"1\"/>\
         <xf numFmtId=\"49\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\" applyAlignment=\"1\"><alignment wrapText=\"1\"/></xf>\
         <xf numFmtId=\"164\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>\
         <xf numFmtId=\"2\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/></cellXfs>\
         <cellStyles count=\"1\"><cellStyle name=\"Normal\" xfId=\"0\" builtinId=\"0\"/></cellStyles></styleSheet>"
    )
}

/// Text for XML, and what spreadsheets would take for a character (`_x0041_`) told apart from it.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let looks_coded = |rest: &str| {
        rest.get(..2) == Some("_x")
            && rest
                .get(2..6)
                .is_some_and(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()))
            && rest.get(6..7) == Some("_")
    };
    for (at, c) in text.char_indices() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '_' if looks_coded(&text[at..]) => out.push_str("_x005F_"),
            c if (c.is_control() && !matches!(c, '\n' | '\t'))
                || matches!(c, '\u{fffe}' | '\u{ffff}') =>
            {
                out.push_str(&format!("_x{:04X}_", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out
}
