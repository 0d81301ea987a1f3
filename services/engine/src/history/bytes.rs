//! The bytes of a history: how a record lies there, written and read.
//!
//! ```text
//! head     marks u8   base instant i64   base sequence u64   party u32
//! record   length   flags u16   content u32   id
//!          occurred   sequence   received   [entered]   actor   profile   act   [version]   [party u32]   [told]   [came]   [extra]
//! ```
//! Numbers without a width are LEB128, signed ones in zigzag. Instants and sequence numbers are differences to the head's,
//! so that a record is read where it lies, without those before it. Reading answers none for bytes that are no record:
//! only a broken snapshot has such, and restoring looks at every record once.

use super::id::Id;

/// Bytes of the head.
pub(super) const HEAD: usize = 1 + 8 + 8 + 4;

pub(super) mod flag {
    /// Taken back by a `corrected` event.
    pub(crate) const VOID: u16 = 1;
    /// Its id is text, with its length.
    pub(crate) const TEXT_ID: u16 = 1 << 1;
    /// `occurred` is in seconds.
    pub(crate) const SECONDS: u16 = 1 << 2;
    pub(crate) const ENTERED: u16 = 1 << 3;
    /// It names the head's party.
    pub(crate) const PARTY: u16 = 1 << 4;
    /// It names another party.
    pub(crate) const OTHER_PARTY: u16 = 1 << 5;
    /// Its data version is not 1.
    pub(crate) const VERSION: u16 = 1 << 6;
    /// It takes another event back.
    pub(crate) const CORRECTS: u16 = 1 << 7;
    /// Its id came again under the same version with another content.
    pub(crate) const CONTESTED: u16 = 1 << 8;
    /// A greater version of its id is known: kept only to hold that one against it.
    pub(crate) const REPLACED: u16 = 1 << 9;
    /// It says when it was told itself: as the successor of a version with the same business time it has the times of that one.
    pub(crate) const TOLD: u16 = 1 << 10;
    /// It says when it came itself, where that is not when it was told.
    pub(crate) const CAME: u16 = 1 << 11;
}

/// What the records of one history have in common.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Head {
    /// Some record takes another back.
    pub(super) corrections: bool,
    /// Some record's id came with two contents.
    pub(super) contested: bool,
    /// Some record has been replaced by a newer version.
    pub(super) replaced: bool,
    /// Milliseconds since the epoch: when the first event that came occurred.
    pub(super) at_ms: i64,
    pub(super) seq: u64,
    /// Hash of the first party named; 0 where none was.
    pub(super) party: u32,
}

impl Head {
    pub(super) fn bytes(&self) -> [u8; HEAD] {
        let mut bytes = [0; HEAD];
        let marks = [self.corrections, self.contested, self.replaced];
        bytes[0] = marks
            .iter()
            .rev()
            .fold(0, |byte, mark| byte << 1 | u8::from(*mark));
        bytes[1..9].copy_from_slice(&self.at_ms.to_le_bytes());
        bytes[9..17].copy_from_slice(&self.seq.to_le_bytes());
        bytes[17..].copy_from_slice(&self.party.to_le_bytes());
        bytes
    }

    #[inline]
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let mut cursor = Cursor(bytes);
        let [marks] = cursor.array()?;
        Some(Head {
            corrections: marks & 1 != 0,
            contested: marks & 2 != 0,
            replaced: marks & 4 != 0,
            at_ms: i64::from_le_bytes(cursor.array()?),
            seq: u64::from_le_bytes(cursor.array()?),
            party: u32::from_le_bytes(cursor.array()?),
        })
    }
}

/// A record found, its id read and the rest not yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame<'h> {
    /// Where it begins.
    pub(super) at: usize,
    /// Where its flags are.
    pub(super) flags_at: usize,
    /// Where the next one begins.
    pub(super) next: usize,
    pub(super) flags: u16,
    pub(super) content: u32,
    pub(super) id: Id<'h>,
    body: Cursor<'h>,
}

impl<'h> Frame<'h> {
    #[inline]
    pub(super) fn read(bytes: &'h [u8], at: usize) -> Option<Self> {
        let mut cursor = Cursor(bytes.get(at..)?);
        let length = usize::try_from(cursor.number()?).ok()?;
        let flags_at = bytes.len() - cursor.0.len();
        let next = flags_at.checked_add(length)?;
        let mut body = Cursor(bytes.get(flags_at..next)?);
        let flags = u16::from_le_bytes(body.array()?);
        let content = u32::from_le_bytes(body.array()?);
        let id = if flags & flag::TEXT_ID == 0 {
            Id::Uuid(body.array()?)
        } else {
            let length = usize::try_from(body.number()?).ok()?;
            Id::Text(body.slice(length)?)
        };
        Some(Frame {
            at,
            flags_at,
            next,
            flags,
            content,
            id,
            body,
        })
    }

    #[inline]
    pub(super) fn has(&self, flag: u16) -> bool {
        self.flags & flag != 0
    }

    /// It is neither taken back nor replaced.
    #[inline]
    pub(super) fn counts(&self) -> bool {
        self.flags & (flag::VOID | flag::REPLACED) == 0
    }

    /// (occurred, in milliseconds; sequence).
    #[inline]
    pub(super) fn key(&self, head: &Head) -> Option<(i64, u64)> {
        let mut body = self.body;
        Fields::key(&mut body, self.flags, head)
    }

    #[inline]
    pub(super) fn fields(&self, head: &Head) -> Option<Fields<'h>> {
        let mut body = self.body;
        let (at_ms, seq) = Fields::key(&mut body, self.flags, head)?;
        Some(Fields {
            at_ms,
            seq,
            received_after_s: body.signed()?,
            entered_after_s: if self.has(flag::ENTERED) {
                Some(body.signed()?)
            } else {
                None
            },
            actor: body.number32()?,
            profile: body.number32()?,
            act: body.number32()?,
            version: if self.has(flag::VERSION) {
                body.number32()?
            } else {
                1
            },
            party: if self.has(flag::OTHER_PARTY) {
                u32::from_le_bytes(body.array()?)
            } else if self.has(flag::PARTY) {
                head.party
            } else {
                0
            },
            told_after_s: if self.has(flag::TOLD) {
                Some(body.signed()?)
            } else {
                None
            },
            came_after_s: if self.has(flag::CAME) {
                Some(body.signed()?)
            } else {
                None
            },
            extra: body.0,
        })
    }
}

/// What a record says beside its id and content.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'h> {
    pub(super) at_ms: i64,
    pub(super) seq: u64,
    pub(super) received_after_s: i64,
    pub(super) entered_after_s: Option<i64>,
    pub(super) actor: u32,
    pub(super) profile: u32,
    pub(super) act: u32,
    pub(super) version: u32,
    /// Hash of the party reference; 0 where none.
    pub(super) party: u32,
    /// When this version was told, where its receipt and entry are those of the one before.
    pub(super) told_after_s: Option<i64>,
    /// When this version was received, where it was told otherwise: its entry is what its department says.
    pub(super) came_after_s: Option<i64>,
    /// Empty where there is none. Written after the rest, by who has it.
    pub(super) extra: &'h [u8],
}

impl<'h> Fields<'h> {
    #[inline]
    fn key(body: &mut Cursor<'h>, flags: u16, head: &Head) -> Option<(i64, u64)> {
        let after = body.signed()?;
        let after_ms = if flags & flag::SECONDS != 0 {
            after.checked_mul(1000)?
        } else {
            after
        };
        let seq_after = body.signed()?;
        Some((
            head.at_ms.wrapping_add(after_ms),
            head.seq.wrapping_add_signed(seq_after),
        ))
    }

    /// Writes a record, after its length and before its extra. `flags` are those that the fields do not tell themselves.
    pub(super) fn write(
        &self,
        flags: u16,
        content: u32,
        id: &Id<'_>,
        head: &Head,
        out: &mut Vec<u8>,
    ) {
        let after_ms = self.at_ms.wrapping_sub(head.at_ms);
        let in_seconds = after_ms % 1000 == 0;
        let other_party = self.party != 0 && self.party != head.party;
        let set = |on: bool, flag: u16| if on { flag } else { 0 };
        let flags = flags
            | set(matches!(id, Id::Text(_)), flag::TEXT_ID)
            | set(in_seconds, flag::SECONDS)
            | set(self.entered_after_s.is_some(), flag::ENTERED)
            | set(self.party != 0 && !other_party, flag::PARTY)
            | set(other_party, flag::OTHER_PARTY)
            | set(self.version != 1, flag::VERSION)
            | set(self.told_after_s.is_some(), flag::TOLD)
            | set(self.came_after_s.is_some(), flag::CAME);
        out.extend_from_slice(&flags.to_le_bytes());
        out.extend_from_slice(&content.to_le_bytes());
        match id {
            Id::Uuid(bytes) => out.extend_from_slice(bytes),
            Id::Text(text) => {
                put(out, text.len() as u64);
                out.extend_from_slice(text);
            }
        }
        put_signed(
            out,
            if in_seconds {
                after_ms / 1000
            } else {
                after_ms
            },
        );
        put_signed(out, self.seq.wrapping_sub(head.seq) as i64);
        put_signed(out, self.received_after_s);
        if let Some(entered_after_s) = self.entered_after_s {
            put_signed(out, entered_after_s);
        }
        for number in [self.actor, self.profile, self.act] {
            put(out, number.into());
        }
        if self.version != 1 {
            put(out, self.version.into());
        }
        if other_party {
            out.extend_from_slice(&self.party.to_le_bytes());
        }
        for after_s in [self.told_after_s, self.came_after_s].into_iter().flatten() {
            put_signed(out, after_s);
        }
    }
}

pub(super) fn put(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn put_signed(out: &mut Vec<u8>, number: i64) {
    put(out, ((number << 1) ^ (number >> 63)) as u64);
}

#[derive(Clone, Copy, Debug)]
struct Cursor<'h>(&'h [u8]);

impl<'h> Cursor<'h> {
    #[inline]
    fn number(&mut self) -> Option<u64> {
        // Most numbers are below 128.
        if let [byte @ 0..0x80, rest @ ..] = self.0 {
            self.0 = rest;
            return Some(u64::from(*byte));
        }
        let (mut number, mut shift) = (0, 0);
        loop {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            number |= u64::from(byte & 0x7f).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return Some(number);
            }
            shift += 7;
        }
    }

    #[inline]
    fn number32(&mut self) -> Option<u32> {
        u32::try_from(self.number()?).ok()
    }

    #[inline]
    fn signed(&mut self) -> Option<i64> {
        let number = self.number()?;
        Some((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    #[inline]
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*array)
    }

    #[inline]
    fn slice(&mut self, length: usize) -> Option<&'h [u8]> {
        let (slice, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(slice)
    }
}
