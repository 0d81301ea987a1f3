//! The cells of one sheet, as they come: where each stands, what it holds, what is merged.

use quick_xml::events::BytesStart;

use super::book::{Book, Piece, Unreadable, attribute, events};
use super::page::{Area, COLUMNS_MAX, Grid, ROWS_MAX, Value};

/// About what a cell takes beside its text, in bytes.
const CELL_BYTES: usize = 64;

/// Reads the part of a sheet.
pub(super) fn grid(book: &mut Book<'_>, text: &str) -> Result<Grid, Unreadable> {
    let mut reading = Cells {
        book,
        grid: Grid::default(),
        at: (0, 0),
        next: (0, 0),
        kind: String::new(),
        style: 0,
        value: String::new(),
        inside: Inside::Nothing,
        filled: false,
    };
    events(text, &mut |piece| reading.take(piece))?;
    Ok(reading.grid)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Nothing,
    Value,
    Formula,
    Aloud,
}

struct Cells<'r, 'b> {
    book: &'r mut Book<'b>,
    grid: Grid,
    at: (u32, u32),
    /// Where a cell or row without a name of its own stands.
    next: (u32, u32),
    kind: String,
    style: usize,
    value: String,
    inside: Inside,
    /// The cell said a value.
    filled: bool,
}

impl Cells<'_, '_> {
    fn take(&mut self, piece: Piece<'_>) -> Result<(), Unreadable> {
        match piece {
            Piece::Open(tag) => self.open(tag),
            Piece::Text(text) => {
                if self.inside == Inside::Value {
                    self.value.push_str(text);
                }
                Ok(())
            }
            Piece::Close(name) => {
                match name {
                    "c" => self.close()?,
                    "row" => self.next = (self.next.0.saturating_add(1), 0),
                    "v" | "t" | "f" | "rPh" => self.inside = Inside::Nothing,
                    _ => {}
                }
                Ok(())
            }
        }
    }

    fn open(&mut self, tag: &BytesStart<'_>) -> Result<(), Unreadable> {
        match tag.local_name().as_ref() {
            "row" => {
                let row = attribute(tag, "r").and_then(|r| r.parse::<u32>().ok());
                let row = row.and_then(|r| r.checked_sub(1)).unwrap_or(self.next.0);
                self.next = (row, 0);
            }
            "c" => {
                self.at = attribute(tag, "r")
                    .and_then(|name| place(&name))
                    .unwrap_or(self.next);
                self.next = (self.at.0, self.at.1.saturating_add(1));
                self.kind = attribute(tag, "t").unwrap_or_default();
                self.style = attribute(tag, "s")
                    .and_then(|s| s.parse().ok())
                    .unwrap_or(0);
                self.value.clear();
                self.filled = false;
            }
            "v" => {
                self.inside = Inside::Value;
                self.filled = true;
            }
            "t" if self.kind == "inlineStr" && self.inside != Inside::Aloud => {
                self.inside = Inside::Value;
                self.filled = true;
            }
            "rPh" => self.inside = Inside::Aloud,
            "f" => {
                self.inside = Inside::Formula;
                self.bounded(self.at)?;
                self.book.package.spend(CELL_BYTES)?;
                self.grid.formulas.insert(self.at);
            }
            "mergeCell" => {
                let area = attribute(tag, "ref").unwrap_or_default();
                if let Some((from, to)) = area.split_once(':')
                    && let (Some(from), Some(to)) = (place(from), place(to))
                {
                    self.merge((from, to))?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn bounded(&self, at: (u32, u32)) -> Result<(), Unreadable> {
        if at.0 >= ROWS_MAX || at.1 >= COLUMNS_MAX {
            return Err(Unreadable::Beyond(at.0, at.1));
        }
        Ok(())
    }

    /// Areas are kept by column, so that a cell finds its own among many.
    fn merge(&mut self, area: Area) -> Result<(), Unreadable> {
        let ((_, left), (_, right)) = area;
        let columns = (right.min(COLUMNS_MAX) + 1).saturating_sub(left) as usize;
        self.book.package.spend(columns * CELL_BYTES)?;
        self.grid.merge(area);
        Ok(())
    }

    fn close(&mut self) -> Result<(), Unreadable> {
        if !self.filled {
            return Ok(());
        }
        let value = self.book.value(&self.kind, self.style, &self.value);
        let blank = match &value {
            Value::Empty => true,
            Value::Text(text) => text.trim().is_empty(),
            _ => false,
        };
        if blank {
            return Ok(());
        }
        if self.bounded(self.at).is_err() {
            self.grid.beyond.get_or_insert(self.at);
            return Ok(());
        }
        let text = match &value {
            Value::Text(text) | Value::Error(text) => text.len(),
            _ => 0,
        };
        self.book.package.spend(CELL_BYTES + text)?;
        self.grid.cells.insert(self.at, value);
        Ok(())
    }
}

/// Row and column, from 0, of a cell's name like `B7`.
fn place(name: &str) -> Option<(u32, u32)> {
    let letters = name.bytes().take_while(u8::is_ascii_alphabetic).count();
    if letters == 0 || letters > 3 {
        return None;
    }
    let column = name.bytes().take(letters);
    let column = column.fold(0u32, |sum, b| {
        sum * 26 + u32::from(b.to_ascii_uppercase() - b'A') + 1
    });
    let row: u32 = name[letters..].parse().ok()?;
    Some((row.checked_sub(1)?, column - 1))
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn cell_names_are_read() {
        assert_eq!(place("B7"), Some((6, 1)));
        assert_eq!(place("AA1"), Some((0, 26)));
        for bad in ["7", "B", "B0", "ABCD1", "甲1", ""] {
            assert_eq!(place(bad), None, "{bad}");
        }
    }
}
