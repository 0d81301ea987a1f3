//! A file as a stream of text: unpacked if it is gzip, turned into UTF-8 if it is not, its progress counted.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use encoding_rs::{Encoding, GB18030, UTF_8};
use encoding_rs_io::DecodeReaderBytesBuilder;
use flate2::bufread::MultiGzDecoder;

/// So much of the beginning decides what a file is.
const HEAD_BYTES: u64 = 1 << 20;
const BUFFER_BYTES: usize = 1 << 18;

/// What a file's beginning looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Looks {
    /// It begins with `<`.
    Xml,
    /// It begins with `{`.
    Json,
    /// Anything else that is text.
    Csv,
    /// A zip archive, as `.xlsx` files are.
    Zip,
    /// Nothing.
    Empty,
}

/// An opened file.
pub(super) struct Input {
    pub(super) text: Box<dyn BufRead + Send>,
    pub(super) looks: Looks,
    pub(super) progress: Arc<AtomicU64>,
    pub(super) bytes_total: u64,
}

impl Input {
    /// Opens `path`. `encoding` is what the mapping says of it, for CSV.
    pub(super) fn open(path: &Path, encoding: Option<&str>) -> io::Result<Self> {
        let file = File::open(path)?;
        let bytes_total = file.metadata()?.len();
        let progress = Arc::new(AtomicU64::new(0));
        let counted = Counted {
            file,
            read: Arc::clone(&progress),
        };
        let mut packed = BufReader::with_capacity(BUFFER_BYTES, counted);
        let mut bytes: Box<dyn BufRead + Send> = if packed.fill_buf()?.starts_with(&[0x1f, 0x8b]) {
            Box::new(BufReader::with_capacity(
                BUFFER_BYTES,
                MultiGzDecoder::new(packed),
            ))
        } else {
            Box::new(packed)
        };
        let mut head = Vec::new();
        // A damaged archive may fail here already; what it holds before that is still read, then the damage told.
        let damage = bytes.by_ref().take(HEAD_BYTES).read_to_end(&mut head).err();
        if let (true, Some(damage)) = (head.is_empty(), &damage) {
            return Err(io::Error::new(damage.kind(), damage.to_string()));
        }
        let looks = looks(&head);
        let encoding = match looks {
            Looks::Xml => declared(&head),
            Looks::Csv => encoding.and_then(label).or_else(|| guessed(&head)),
            Looks::Json | Looks::Zip | Looks::Empty => None,
        };
        let whole = Cursor::new(head).chain(Damaged(damage)).chain(bytes);
        let text: Box<dyn BufRead + Send> = match encoding {
            Some(encoding) if encoding != UTF_8 => {
                let decoded = DecodeReaderBytesBuilder::new()
                    .encoding(Some(encoding))
                    .build(whole);
                Box::new(BufReader::with_capacity(BUFFER_BYTES, decoded))
            }
            _ => Box::new(whole),
        };
        Ok(Self {
            text,
            looks,
            progress,
            bytes_total,
        })
    }
}

fn looks(head: &[u8]) -> Looks {
    let body = head
        .strip_prefix(b"\xEF\xBB\xBF")
        .unwrap_or(head)
        .trim_ascii_start();
    match body {
        [] => Looks::Empty,
        [b'P', b'K', 3, 4, ..] => Looks::Zip,
        [b'<', ..] => Looks::Xml,
        [b'{', ..] => Looks::Json,
        // UTF-16 with a mark: the decoder finds it; its first letter tells XML from CSV.
        [0xFF, 0xFE, b'<', ..] | [0xFE, 0xFF, 0, b'<', ..] => Looks::Xml,
        _ => Looks::Csv,
    }
}

fn label(label: &str) -> Option<&'static Encoding> {
    Encoding::for_label(label.as_bytes())
}

/// The encoding that an XML declaration names, or a UTF-16 mark shows.
fn declared(head: &[u8]) -> Option<&'static Encoding> {
    if let Some((encoding, _)) = Encoding::for_bom(head) {
        return Some(encoding);
    }
    let declaration = head.split(|b| *b == b'>').next()?;
    let declaration = std::str::from_utf8(declaration).ok()?;
    let (_, rest) = declaration.split_once("encoding")?;
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next()?;
    label(rest[quote.len_utf8()..].split(quote).next()?)
}

/// GB18030 where the beginning is not UTF-8: what Chinese spreadsheets save as "CSV".
fn guessed(head: &[u8]) -> Option<&'static Encoding> {
    if let Some((encoding, _)) = Encoding::for_bom(head) {
        return Some(encoding);
    }
    match std::str::from_utf8(head) {
        Ok(_) => None,
        // The beginning may end inside a character.
        Err(e) if e.error_len().is_none() => None,
        Err(_) => Some(GB18030),
    }
}

/// Tells a failure met while the beginning was looked at, when reading comes to its place.
struct Damaged(Option<io::Error>);

impl Read for Damaged {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

impl BufRead for Damaged {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.0.take().map_or(Ok(&[]), Err)
    }
    fn consume(&mut self, _: usize) {}
}

/// Counts the bytes taken from the file, packed ones if it is packed.
struct Counted {
    file: File,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read(buffer)?;
        self.read.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beginning_tells_what_a_file_is() {
        assert_eq!(looks(b"\xEF\xBB\xBF<?xml?>"), Looks::Xml);
        assert_eq!(looks(b"\n {\"id\":1}"), Looks::Json);
        assert_eq!(looks(b"a,b\n"), Looks::Csv);
        assert_eq!(looks(b"PK\x03\x04"), Looks::Zip);
        assert_eq!(looks(b" "), Looks::Empty);
        assert_eq!(
            declared(b"<?xml version='1.0' encoding = 'GB2312'?>").map(Encoding::name),
            Some("GBK")
        );
        assert_eq!(declared(b"<?xml version='1.0'?><a encoding='x'/>"), None);
        assert_eq!(guessed("受理".as_bytes()), None);
        assert_eq!(guessed(&"受理".as_bytes()[..4]), None);
        assert_eq!(guessed(b"\xCA\xDC\xC0\xED,1"), Some(GB18030));
    }
}
