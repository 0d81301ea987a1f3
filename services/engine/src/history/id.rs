//! Event ids as kept: a UUID in lower case as its 16 bytes, any other id as its text.

use std::cmp::Ordering;
use std::fmt::Write;

/// Longest id kept. Intake refuses longer ones; what comes another way is cut here all the same.
const BYTES_MAX: usize = 32_767;

/// An event id, packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Id<'h> {
    Uuid([u8; 16]),
    /// UTF-8, checked only where it is shown: ids are compared far more often.
    Text(&'h [u8]),
}

impl<'h> Id<'h> {
    /// Packs an id.
    pub(crate) fn of(text: &'h str) -> Self {
        match uuid_bytes(text) {
            Some(bytes) => Id::Uuid(bytes),
            None => Id::Text(cut(text).as_bytes()),
        }
    }

    /// The id as the department wrote it.
    pub(crate) fn text(&self) -> String {
        match self {
            Id::Uuid(bytes) => uuid_text(bytes),
            Id::Text(text) => String::from_utf8_lossy(text).into_owned(),
        }
    }

    /// Order as texts: the last resort in the order of a case's events.
    pub(crate) fn cmp_as_text(&self, other: &Id<'_>) -> Ordering {
        match (self, other) {
            // In lower case, and with the hyphens at the same places, bytes and text sort alike.
            (Id::Uuid(a), Id::Uuid(b)) => a.cmp(b),
            (Id::Text(a), Id::Text(b)) => (*a).cmp(b),
            _ => self.text().cmp(&other.text()),
        }
    }
}

fn cut(text: &str) -> &str {
    let mut end = text.len().min(BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

fn uuid_bytes(id: &str) -> Option<[u8; 16]> {
    let b = id.as_bytes();
    if b.len() != 36 || [8, 13, 18, 23].iter().any(|at| b[*at] != b'-') {
        return None;
    }
    let mut out = [0; 16];
    let mut digits = b.iter().filter(|c| **c != b'-');
    for byte in &mut out {
        let mut nibble = || match *digits.next()? {
            c @ b'0'..=b'9' => Some(c - b'0'),
            c @ b'a'..=b'f' => Some(c - b'a' + 10),
            _ => None,
        };
        *byte = nibble()? << 4 | nibble()?;
    }
    Some(out)
}

fn uuid_text(bytes: &[u8; 16]) -> String {
    let mut text = String::with_capacity(36);
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        write!(text, "{byte:02x}").expect("writing to a String cannot fail");
    }
    text
}
