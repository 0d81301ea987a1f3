//! The parts of a workbook (ECMA-376, SpreadsheetML): which sheets there are, and what their cells hold.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use crate::xml::{self, Element};

use super::grid::grid;
use super::package::{Broken, Package};
use super::page::{Grid, Value};

/// Why a workbook or one of its sheets cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    Package(Broken),
    Part(String),
    /// Something stands beyond what is read, in this cell.
    Beyond(u32, u32),
}

impl From<Broken> for Unreadable {
    fn from(broken: Broken) -> Self {
        Unreadable::Package(broken)
    }
}

/// An open workbook.
pub(super) struct Book<'b> {
    pub(super) package: Package<'b>,
    /// Names and parts, in the order of the tabs.
    pub(super) sheets: Vec<(String, String)>,
    strings: Vec<String>,
    /// By style: whether numbers of it are dates.
    dates: Vec<bool>,
    first_day: NaiveDate,
}

impl<'b> Book<'b> {
    pub(super) fn open(bytes: &'b [u8]) -> Result<Self, Unreadable> {
        let mut package = Package::open(bytes)?;
        let roots = relations(&mut package, "_rels/.rels")?;
        let home = roots
            .values()
            .find(|(kind, _)| kind.ends_with("/officeDocument"));
        let home = home.map_or("xl/workbook.xml".to_owned(), |(_, target)| {
            target.trim_start_matches('/').to_owned()
        });
        let (folder, name) = home.rsplit_once('/').unwrap_or(("", &home));
        let relations = relations(&mut package, &format!("{folder}/_rels/{name}.rels"))?;
        let in_folder = |target: &str| match target.strip_prefix('/') {
            Some(absolute) => absolute.to_owned(),
            None => format!("{folder}/{target}"),
        };
        let by_kind = |kind: &str| {
            relations
                .values()
                .find(|(k, _)| k.ends_with(kind))
                .map(|(_, t)| in_folder(t))
        };
        let root = tree(&mut package, &home)?
            .ok_or_else(|| Unreadable::Part("it holds no workbook".into()))?;
        let mut sheets = Vec::new();
        for sheet in root
            .elements()
            .filter(|e| e.local() == "sheets")
            .flat_map(Element::elements)
        {
            let id = sheet
                .attributes
                .iter()
                .find(|(name, _)| name.ends_with(":id"));
            let target = id.and_then(|(_, id)| relations.get(id));
            if let (Some(name), Some((_, target))) = (sheet.attribute("name"), target) {
                sheets.push((name.to_owned(), in_folder(target)));
            }
        }
        let properties = root.elements().find(|e| e.local() == "workbookPr");
        let since_1904 = properties.and_then(|p| p.attribute("date1904"));
        let first_day = if matches!(since_1904, Some("1" | "true")) {
            NaiveDate::from_ymd_opt(1904, 1, 1)
        } else {
            // Day 60 is a 29 February 1900 that never was; counted from here, all after it are right.
            NaiveDate::from_ymd_opt(1899, 12, 30)
        };
        let strings = match by_kind("/sharedStrings") {
            Some(part) => strings(&mut package, &part)?,
            None => Vec::new(),
        };
        let dates = match by_kind("/styles") {
            Some(part) => tree(&mut package, &part)?
                .map(|root| dates(&root))
                .unwrap_or_default(),
            None => Vec::new(),
        };
        Ok(Self {
            package,
            sheets,
            strings,
            dates,
            first_day: first_day.unwrap_or_default(),
        })
    }

    /// What a sheet's cells hold.
    pub(super) fn grid(&mut self, part: &str) -> Result<Grid, Unreadable> {
        let text = self.text(part)?;
        grid(self, &text)
    }

    fn text(&mut self, part: &str) -> Result<String, Unreadable> {
        text(&mut self.package, part)?
            .ok_or_else(|| Unreadable::Part(format!("the part {part} is missing")))
    }

    pub(super) fn value(&self, kind: &str, style: usize, text: &str) -> Value {
        match kind {
            "s" => {
                let place: Option<usize> = text.trim().parse().ok();
                place
                    .and_then(|p| self.strings.get(p))
                    .map_or(Value::Empty, |s| Value::Text(s.clone()))
            }
            "str" | "inlineStr" | "d" => Value::Text(unescaped(text)),
            "b" => Value::Truth(matches!(text.trim(), "1" | "true")),
            "e" => Value::Error(text.chars().take(20).collect()),
            _ => match text.trim().parse::<f64>() {
                Ok(number) if number.is_finite() => {
                    if self.dates.get(style) == Some(&true) {
                        self.date(number)
                    } else {
                        Value::Number(number)
                    }
                }
                _ => Value::Text(text.to_owned()),
            },
        }
    }

    fn date(&self, number: f64) -> Value {
        let day = (0.0..300_000.0)
            .contains(&number)
            .then(|| Days::new(number.trunc() as u64));
        let day = day.and_then(|days| self.first_day.checked_add_days(days));
        match day {
            Some(day) => Value::Date(day, number.fract() != 0.0),
            None => Value::Number(number),
        }
    }
}

fn text(package: &mut Package<'_>, part: &str) -> Result<Option<String>, Unreadable> {
    let Some(bytes) = package.read(part)? else {
        return Ok(None);
    };
    let text = xml::decode(&bytes).map_err(|e| Unreadable::Part(e.what.en.into()))?;
    Ok(Some(text))
}

fn tree(package: &mut Package<'_>, part: &str) -> Result<Option<Element>, Unreadable> {
    match package.read(part)? {
        None => Ok(None),
        Some(bytes) => xml::parse(&bytes)
            .map(Some)
            .map_err(|e| Unreadable::Part(e.what.en.into())),
    }
}

/// Relations by id: kind and target.
fn relations(
    package: &mut Package<'_>,
    part: &str,
) -> Result<BTreeMap<String, (String, String)>, Unreadable> {
    let mut found = BTreeMap::new();
    if let Some(root) = tree(package, part.trim_start_matches('/'))? {
        for relation in root.elements() {
            let attribute = |name: &str| relation.attribute(name).unwrap_or_default().to_owned();
            found.insert(attribute("Id"), (attribute("Type"), attribute("Target")));
        }
    }
    Ok(found)
}

/// By style of cells, whether its number format shows days or times.
fn dates(root: &Element) -> Vec<bool> {
    let mut own = BTreeMap::new();
    let part = |name: &'static str| {
        root.elements()
            .filter(move |e| e.local() == name)
            .flat_map(Element::elements)
    };
    for format in part("numFmts") {
        if let (Some(id), Some(code)) =
            (format.attribute("numFmtId"), format.attribute("formatCode"))
        {
            own.insert(id.to_owned(), shows_time(code));
        }
    }
    let is_date = |id: &str| {
        own.get(id).copied().unwrap_or_else(|| {
            // The formats that every program brings along, the Chinese ones among them (ECMA-376 part 1, 18.8.30).
            matches!(id.parse().unwrap_or(0), 14..=22 | 27..=36 | 45..=47 | 50..=58)
        })
    };
    part("cellXfs")
        .map(|xf| is_date(xf.attribute("numFmtId").unwrap_or("0")))
        .collect()
}

/// Whether a number format shows years, days, hours or seconds, outside quotes and brackets.
fn shows_time(code: &str) -> bool {
    let (mut quoted, mut bracket, mut escaped) = (false, false, false);
    for c in code.chars() {
        if escaped {
            escaped = false;
            continue;
        }
        match c {
            '"' => quoted = !quoted,
            '\\' | '_' | '*' => escaped = true,
            '[' if !quoted => bracket = true,
            ']' if !quoted => bracket = false,
            'y' | 'Y' | 'd' | 'D' | 'h' | 'H' | 's' | 'S' if !quoted && !bracket => return true,
            _ => {}
        }
    }
    false
}

/// Text with `_x0041_` taken for a character, as spreadsheets write what XML cannot hold.
fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let code = from.get(2..6).filter(|hex| {
            from.get(6..7) == Some("_") && hex.bytes().all(|b| b.is_ascii_hexdigit())
        });
        let code = code
            .and_then(|hex| u32::from_str_radix(hex, 16).ok())
            .and_then(char::from_u32);
        match code {
            Some(c) => {
                out.push(c);
                rest = &from[7..];
            }
            None => {
                out.push_str("_x");
                rest = &from[2..];
            }
        }
    }
    out.push_str(rest);
    out
}

/// Reads a part piece by piece.
pub(super) fn events(
    text: &str,
    take: &mut dyn FnMut(Piece<'_>) -> Result<(), Unreadable>,
) -> Result<(), Unreadable> {
    let mut reader = Reader::from_str(text);
    let wrong = |what: &str| Unreadable::Part(what.chars().take(120).collect());
    let mut depth = 0usize;
    loop {
        match reader.read_event().map_err(|e| wrong(&e.to_string()))? {
            Event::Start(tag) => {
                depth += 1;
                take(Piece::Open(&tag))?;
            }
            Event::Empty(tag) => {
                take(Piece::Open(&tag))?;
                take(Piece::Close(tag.local_name().as_ref()))?;
            }
            Event::End(tag) => {
                depth = depth.saturating_sub(1);
                take(Piece::Close(tag.local_name().as_ref()))?;
            }
            Event::Text(text) => take(Piece::Text(&text.xml10_content()))?,
            Event::CData(text) => take(Piece::Text(&text.xml10_content()))?,
            Event::GeneralRef(reference) => {
                let character = reference
                    .resolve_char_ref()
                    .map_err(|e| wrong(&e.to_string()))?;
                let character = character.or_else(|| xml::predefined(&reference.xml10_content()));
                let character =
                    character.ok_or_else(|| wrong("an entity that XML does not have by itself"))?;
                take(Piece::Text(character.encode_utf8(&mut [0; 4])))?;
            }
            Event::DocType(_) => return Err(wrong("a document type declaration")),
            Event::Eof if depth > 0 => return Err(wrong("a part is cut short")),
            Event::Eof => return Ok(()),
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) => {}
        }
    }
}

pub(super) enum Piece<'p> {
    Open(&'p BytesStart<'p>),
    Text(&'p str),
    Close(&'p str),
}

pub(super) fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = tag
        .attributes()
        .with_checks(false)
        .flatten()
        .find(|a| a.key.as_ref() == name)?;
    found
        .normalized_value(XmlVersion::Explicit1_0)
        .ok()
        .map(|v| v.into_owned())
}

/// The shared strings; of rich text the runs, and not what only shows how it is read aloud.
fn strings(package: &mut Package<'_>, part: &str) -> Result<Vec<String>, Unreadable> {
    let Some(text) = text(package, part)? else {
        return Ok(Vec::new());
    };
    let mut strings = Vec::new();
    let (mut string, mut in_text, mut aloud) = (String::new(), false, false);
    events(&text, &mut |piece| {
        match piece {
            Piece::Open(tag) => match tag.local_name().as_ref() {
                "si" => string.clear(),
                "rPh" => aloud = true,
                "t" => in_text = !aloud,
                _ => {}
            },
            Piece::Text(text) if in_text => string.push_str(text),
            Piece::Text(_) => {}
            Piece::Close("si") => {
                package.spend(size_of::<String>())?;
                strings.push(unescaped(&string));
            }
            Piece::Close("t") => in_text = false,
            Piece::Close("rPh") => aloud = false,
            Piece::Close(_) => {}
        }
        Ok(())
    })?;
    Ok(strings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_formats_that_show_days_are_known() {
        for (code, want) in [
            ("yyyy\\-mm\\-dd", true),
            ("yyyy\"年\"m\"月\"d\"日\"", true),
            ("[$-804]d", true),
            ("h:mm", true),
            ("0.00", false),
            ("0\"days\"", false),
            ("[Red]0", false),
            ("General", false),
        ] {
            assert_eq!(shows_time(code), want, "{code}");
        }
    }

    #[test]
    fn escapes_are_read() {
        assert_eq!(unescaped("a_x000A_b_x00_x5F_"), "a\nb_x00_x5F_");
        assert_eq!(unescaped("_x005F_x0041_"), "_x0041_");
    }
}
