//! The package that a workbook is: a ZIP archive, as far as spreadsheet programs use it.
//!
//! Stored and deflated parts; no encryption, no archives beyond 4 GiB. Unpacking counts what comes out, whatever the headers
//! promise, and what readers make of it is counted with it.

use std::collections::BTreeMap;
use std::io::{Read, Write};

use flate2::{Compression, Crc, read::DeflateDecoder, write::DeflateEncoder};

/// Unpacked, with its cells written out, a workbook may be no larger; a province's whole power list is below 20 MiB unpacked.
pub(super) const UNPACKED_MAX: u64 = 128 * 1024 * 1024;
const PARTS_MAX: usize = 4_000;

const LOCAL: u32 = 0x0403_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
/// 1 January 2000: no clock is read, and the same definitions are the same bytes.
const DAY: u16 = (20 << 9) | (1 << 5) | 1;

/// Why a package cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    /// No archive at all, or a damaged one.
    Damaged(&'static str),
    /// It holds more than is unpacked.
    TooLarge,
}

/// Parts by name.
pub(super) struct Package<'b> {
    bytes: &'b [u8],
    parts: BTreeMap<String, Part>,
    left: u64,
}

#[derive(Clone, Copy)]
struct Part {
    method: u16,
    crc: u32,
    packed: usize,
    header: usize,
}

fn number<const N: usize>(bytes: &[u8], at: usize) -> Option<u64> {
    let found = bytes.get(at..at.checked_add(N)?)?;
    Some(
        found
            .iter()
            .rev()
            .fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
    )
}

fn short(bytes: &[u8], at: usize) -> Option<usize> {
    number::<2>(bytes, at).map(|n| n as usize)
}

fn long(bytes: &[u8], at: usize) -> Option<usize> {
    number::<4>(bytes, at).map(|n| n as usize)
}

impl<'b> Package<'b> {
    /// Opens an archive by its directory.
    pub(super) fn open(bytes: &'b [u8]) -> Result<Self, Broken> {
        let damaged = || Broken::Damaged("its directory is damaged");
        let tail = bytes.len().saturating_sub(22 + 65_535);
        let end = (tail..bytes.len().saturating_sub(21)).rev();
        let end = end
            .into_iter()
            .find(|at| long(bytes, *at) == Some(END as usize));
        let end = end.ok_or(Broken::Damaged("it is no ZIP archive, or cut short"))?;
        let count = short(bytes, end + 10).ok_or_else(damaged)?;
        let mut at = long(bytes, end + 16).ok_or_else(damaged)?;
        if count > PARTS_MAX {
            return Err(Broken::TooLarge);
        }
        let mut parts = BTreeMap::new();
        for _ in 0..count {
            if long(bytes, at) != Some(CENTRAL as usize) {
                return Err(damaged());
            }
            let field = |offset: usize, wide: bool| {
                let at = at.checked_add(offset)?;
                if wide {
                    long(bytes, at)
                } else {
                    short(bytes, at)
                }
            };
            let read = || {
                Some((
                    field(8, false)?,
                    field(10, false)?,
                    field(16, true)?,
                    field(20, true)?,
                    field(42, true)?,
                    (field(28, false)?, field(30, false)?, field(32, false)?),
                ))
            };
            let (flags, method, crc, packed, header, (name, extra, comment)) =
                read().ok_or_else(damaged)?;
            if flags & 1 != 0 {
                return Err(Broken::Damaged("it is encrypted"));
            }
            let text = bytes.get(at + 46..at + 46 + name).ok_or_else(damaged)?;
            let text = String::from_utf8_lossy(text)
                .trim_start_matches('/')
                .to_lowercase();
            parts.insert(
                text,
                Part {
                    method: method as u16,
                    crc: crc as u32,
                    packed,
                    header,
                },
            );
            at += 46 + name + extra + comment;
        }
        Ok(Self {
            bytes,
            parts,
            left: UNPACKED_MAX,
        })
    }

    /// Counts what is made of the parts: a text that many cells share is small only while it is packed.
    pub(super) fn spend(&mut self, bytes: usize) -> Result<(), Broken> {
        let left = self.left.checked_sub(bytes as u64);
        self.left = left.ok_or(Broken::TooLarge)?;
        Ok(())
    }

    /// A part's content; none where there is no such part.
    pub(super) fn read(&mut self, name: &str) -> Result<Option<Vec<u8>>, Broken> {
        let Some(part) = self
            .parts
            .get(&name.trim_start_matches('/').to_lowercase())
            .copied()
        else {
            return Ok(None);
        };
        let damaged = || Broken::Damaged("one of its parts is damaged");
        if long(self.bytes, part.header) != Some(LOCAL as usize) {
            return Err(damaged());
        }
        let name = short(self.bytes, part.header + 26).ok_or_else(damaged)?;
        let extra = short(self.bytes, part.header + 28).ok_or_else(damaged)?;
        let from = part.header + 30 + name + extra;
        let packed = from
            .checked_add(part.packed)
            .and_then(|to| self.bytes.get(from..to));
        let packed = packed.ok_or_else(damaged)?;
        let mut content = Vec::new();
        let read = match part.method {
            0 => packed.take(self.left + 1).read_to_end(&mut content),
            8 => DeflateDecoder::new(packed)
                .take(self.left + 1)
                .read_to_end(&mut content),
            _ => return Err(Broken::Damaged("it is packed in an unusual way")),
        };
        read.map_err(|_| damaged())?;
        self.spend(content.len())?;
        let mut crc = Crc::new();
        crc.update(&content);
        if crc.sum() != part.crc {
            return Err(damaged());
        }
        Ok(Some(content))
    }
}

/// A part that is packed as it is written.
pub(super) struct Packing {
    packer: DeflateEncoder<Vec<u8>>,
    crc: Crc,
    length: usize,
}

/// A part that is packed.
pub(super) struct Packed {
    content: Vec<u8>,
    crc: u32,
    length: usize,
}

impl Packing {
    pub(super) fn new() -> Self {
        Self {
            packer: DeflateEncoder::new(Vec::new(), Compression::default()),
            crc: Crc::new(),
            length: 0,
        }
    }

    pub(super) fn write(&mut self, text: &str) -> std::io::Result<()> {
        self.crc.update(text.as_bytes());
        self.length += text.len();
        self.packer.write_all(text.as_bytes())
    }

    pub(super) fn finish(self) -> std::io::Result<Packed> {
        Ok(Packed {
            content: self.packer.finish()?,
            crc: self.crc.sum(),
            length: self.length,
        })
    }
}

/// Packs a part that is there as a whole.
pub(super) fn packed(text: &str) -> std::io::Result<Packed> {
    let mut packing = Packing::new();
    packing.write(text)?;
    packing.finish()
}

/// Puts parts into one archive, in this order.
///
/// # Errors
/// A part or the whole is larger than the format holds.
pub(super) fn pack(parts: &[(String, Packed)]) -> std::io::Result<Vec<u8>> {
    let mut out = Vec::new();
    let mut directory = Vec::new();
    let small = |length: usize| {
        u32::try_from(length)
            .map_err(|_| std::io::Error::other("the workbook would be larger than 4 GiB"))
    };
    for (name, part) in parts {
        // What both headers say: version, flags (UTF-8 names), method, time, day, checksum, lengths.
        let mut common = Vec::new();
        for short in [20, 1 << 11, 8, 0, DAY] {
            common.extend(u16::to_le_bytes(short));
        }
        for long in [part.crc, small(part.content.len())?, small(part.length)?] {
            common.extend(long.to_le_bytes());
        }
        common.extend((name.len() as u16).to_le_bytes());
        common.extend([0, 0]);
        directory.extend(CENTRAL.to_le_bytes());
        directory.extend(20u16.to_le_bytes());
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend(small(out.len())?.to_le_bytes());
        directory.extend(name.as_bytes());
        out.extend(LOCAL.to_le_bytes());
        out.extend(&common);
        out.extend(name.as_bytes());
        out.extend(&part.content);
    }
    let at = small(out.len())?;
    let count = (parts.len() as u16).to_le_bytes();
    let length = small(directory.len())?;
    out.extend(directory);
    out.extend(END.to_le_bytes());
    out.extend([0; 4]);
    out.extend(count);
    out.extend(count);
    out.extend(length.to_le_bytes());
    out.extend(at.to_le_bytes());
    out.extend([0; 2]);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_unpacked_and_damage_is_seen() {
        let part = |text: &str| packed(text).expect("packed");
        let text = "甲".repeat(100);
        let parts = [
            ("a.xml".to_owned(), part(&text)),
            ("B/c.xml".to_owned(), part("")),
        ];
        let mut bytes = pack(&parts).expect("packed");
        let mut package = Package::open(&bytes).expect("an archive");
        assert_eq!(
            package.read("A.xml").expect("whole"),
            Some(text.into_bytes())
        );
        assert_eq!(package.read("/b/C.xml").expect("whole"), Some(Vec::new()));
        assert_eq!(package.read("d.xml").expect("none"), None);
        bytes[40] ^= 1;
        let mut package = Package::open(&bytes).expect("an archive");
        assert!(matches!(package.read("a.xml"), Err(Broken::Damaged(_))));
        assert!(Package::open(b"PK").is_err());
        let large = "0".repeat(UNPACKED_MAX as usize + 1);
        let bomb = pack(&[("a".into(), part(&large))]).expect("packed");
        assert!(bomb.len() < 1 << 20);
        let mut package = Package::open(&bomb).expect("an archive");
        assert_eq!(package.read("a").err(), Some(Broken::TooLarge));
    }
}
