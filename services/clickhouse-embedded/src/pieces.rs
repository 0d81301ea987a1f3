//! Joins the pieces of a streamed result into one document.
//!
//! The engine makes each piece a whole document of its format, so streaming is only for formats whose documents can be
//! joined: those with nothing around the rows, and RowBinary with names, whose heading is taken off from the second
//! piece on. All other formats are read whole.

use bytes::Bytes;

/// Formats that are rows and nothing else.
const PLAIN: &[&str] = &[
    "RowBinary",
    "Native",
    "TabSeparated",
    "TSV",
    "TabSeparatedRaw",
    "TSVRaw",
    "CSV",
    "JSONEachRow",
    "JSONLines",
    "NDJSON",
    "JSONCompactEachRow",
];

/// How the pieces of one result are joined.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Joiner {
    /// How many lists of strings, one string a column, stand before the rows of each piece.
    heading_lists: usize,
    first: bool,
}

impl Joiner {
    /// `None` when the format must be read whole.
    pub fn new(format: &str) -> Option<Self> {
        let heading_lists = match format {
            _ if PLAIN.contains(&format) => 0,
            "RowBinaryWithNames" => 1,
            "RowBinaryWithNamesAndTypes" => 2,
            _ => return None,
        };
        Some(Self {
            heading_lists,
            first: true,
        })
    }

    /// The part of the next piece that belongs into the document. `None` when its heading cannot be read, which would
    /// be a change in the engine.
    pub fn join(&mut self, piece: Bytes) -> Option<Bytes> {
        if std::mem::take(&mut self.first) || self.heading_lists == 0 {
            return Some(piece);
        }
        let mut rest = &piece[..];
        let columns = varint(&mut rest)?;
        for _ in 0..columns.checked_mul(self.heading_lists)? {
            let length = varint(&mut rest)?;
            rest = rest.get(length..)?;
        }
        Some(piece.slice(piece.len() - rest.len()..))
    }
}

/// An unsigned LEB128 number, as RowBinary writes lengths.
fn varint(bytes: &mut &[u8]) -> Option<usize> {
    let mut value = 0;
    for shift in (0..usize::BITS).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= usize::from(byte & 0x7f).checked_shl(shift)?;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heading_of_later_pieces_is_taken_off() {
        let heading = b"\x02\x01a\x81\x00b\x05Int32\x06String";
        let piece = |rows: &[u8]| Bytes::from([heading, rows].concat());
        let mut joiner = Joiner::new("RowBinaryWithNamesAndTypes").unwrap();

        let first = joiner.join(piece(b"row 1")).unwrap();
        assert_eq!(first, piece(b"row 1"));
        assert_eq!(joiner.join(piece(b"row 2")).unwrap(), "row 2");
        assert_eq!(joiner.join(piece(b"")).unwrap(), "");
        assert_eq!(joiner.join(Bytes::from_static(b"\x02\x05a")), None);
    }

    #[test]
    fn formats_with_something_around_the_rows_are_not_joined() {
        for format in [
            "JSON",
            "CSVWithNames",
            "TabSeparatedWithNames",
            "Pretty",
            "Parquet",
            "Values",
            "rowbinary",
        ] {
            assert_eq!(Joiner::new(format), None, "{format}");
        }
    }
}
