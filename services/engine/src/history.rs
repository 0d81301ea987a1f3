//! A case's known history: of each event id its greatest version, in order, in one run of bytes. A city's open cases
//! live in memory, and nearly all of what they take is this.
//!
//! What repeats over cases is kept once, outside ([`Act`], profiles, officers), and stands here as a number.

mod bytes;
mod event;
mod extra;
mod gone;
mod id;
mod kept;
mod knowledge;
#[cfg(test)]
mod tests;

use mingjing_domain::Timestamp;
use mingjing_domain::event::EventKind;

use crate::symbols::Symbol;
use bytes::{Fields, Frame, HEAD, Head, flag, put};

pub(crate) use event::{Event, Reading};
pub(crate) use extra::{Extra, Sent, SpecialEntry};
pub(crate) use id::Id;
pub(crate) use kept::{Kept, KeptCodes};

/// What of an event's optional fields was there, for checks on missing fields.
pub(crate) mod present {
    pub(crate) const ACTOR: u16 = 1;
    pub(crate) const CERT: u16 = 1 << 1;
    pub(crate) const RESULT: u16 = 1 << 2;
    pub(crate) const REASON: u16 = 1 << 3;
    pub(crate) const BASIS: u16 = 1 << 4;
    pub(crate) const PARTY: u16 = 1 << 5;
    pub(crate) const ITEM: u16 = 1 << 6;
    pub(crate) const ORG: u16 = 1 << 7;
    pub(crate) const REGION: u16 = 1 << 8;
    pub(crate) const ATTACHMENT: u16 = 1 << 9;
    pub(crate) const STEP: u16 = 1 << 10;
    pub(crate) const CASE_KIND: u16 = 1 << 11;
    pub(crate) const TIER: u16 = 1 << 12;
    /// Taken by an engine that keeps what rules on persons, money and files read. Events of older snapshots lack it.
    pub(crate) const WHOLE: u16 = 1 << 13;
    pub(crate) const PARENT: u16 = 1 << 14;
    /// The party was told of a special procedure in writing.
    pub(crate) const NOTICE: u16 = 1 << 15;
}

/// The names under which an event's extra keeps the kinds of its files begin so.
pub(crate) const FILE: &str = "#file:";

/// Kind, step, result and which fields were there, as one event had them; shared by the many events that have the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Act {
    pub(crate) kind: EventKind,
    /// Code of the step it named; 0 where none.
    pub(crate) step: u16,
    pub(crate) result: u16,
    /// Bits of [`present`].
    pub(crate) present: u16,
}

/// What an incoming event becomes before it has a place.
#[derive(Clone, Debug)]
pub(crate) struct NewEvent<'a> {
    pub(crate) id: &'a str,
    pub(crate) occurred_at: Timestamp,
    pub(crate) received_at: Timestamp,
    pub(crate) entered_at: Option<Timestamp>,
    pub(crate) source_seq: u64,
    pub(crate) data_version: u32,
    /// First bytes of the content's hash: two contents under one id and version are a conflict.
    pub(crate) content: u32,
    /// The same, as engines before the third took it: with the sequence. Histories of older snapshots hold it.
    pub(crate) content_numbered: u32,
    /// Hash of the party reference; 0 where none.
    pub(crate) party: u32,
    pub(crate) actor: Symbol,
    pub(crate) profile: u32,
    /// The number of its [`Act`].
    pub(crate) act: u32,
    pub(crate) extra: Option<Extra<'a>>,
}

/// What became of an arriving event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// It is the last in order: what is folded stays true.
    Appended {
        /// Where it lies.
        place: u32,
    },
    /// It changed what lay before: fold anew.
    Changed {
        /// When the version that it replaces had occurred.
        replaced_at: Option<Timestamp>,
    },
    /// Known already; nothing changed.
    Duplicate,
    /// Its id and version are known with another content; the first stays.
    Conflict,
}

/// The known events of one case, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct History {
    /// Empty before the first event.
    bytes: Box<[u8]>,
}

/// How large the tables are that a history refers to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) codes: usize,
    pub(crate) texts: usize,
    pub(crate) profiles: usize,
    pub(crate) acts: usize,
}

const WHOLE: &str =
    "a history holds whole records: it writes them, and looks at every one it restores";

impl History {
    /// The history as it is read, with the acts that it refers to.
    pub(crate) fn read<'h>(&'h self, acts: &'h [Act]) -> Reading<'h> {
        Reading::new(&self.bytes, acts)
    }

    /// Its bytes, for a snapshot.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// A history as it was. None where the bytes are not one, or refer to what is not there.
    pub(crate) fn restore(bytes: &[u8], bounds: Bounds) -> Option<Self> {
        let history = History {
            bytes: bytes.into(),
        };
        if bytes.is_empty() {
            return Some(history);
        }
        let head = Head::read(bytes)?;
        let mut at = HEAD;
        while at < bytes.len() {
            let frame = Frame::read(bytes, at)?;
            at = frame.next;
            let fields = frame.fields(&head)?;
            let known = (fields.actor as usize) < bounds.texts
                && (fields.profile as usize) < bounds.profiles
                && (fields.act as usize) < bounds.acts;
            let extra = if fields.extra.is_empty() {
                Extra::default()
            } else {
                Extra::read(fields.extra)?
            };
            let named = extra.special.iter().map(|s| s.kind);
            let mut named = named.chain(extra.attributes.iter().map(|(name, _)| *name));
            if !known || !named.all(|code| usize::from(code) < bounds.codes) {
                return None;
            }
        }
        Some(history)
    }

    /// Takes an event in. `scratch` is room to write in.
    pub(crate) fn take(&mut self, mut new: NewEvent<'_>, scratch: &mut Vec<u8>) -> Arrival {
        let id = Id::of(new.id);
        if self.bytes.is_empty() {
            let (at_ms, seq, party) = (new.occurred_at.millis(), new.source_seq, new.party);
            self.bytes = Head {
                at_ms,
                seq,
                party,
                ..Head::default()
            }
            .bytes()
            .into();
        }
        let (mut place, known) = self.find(&id, &new);
        let (mut replaced_at, mut told) = (None, Told::default());
        if let Some(old) = known.map(|place| self.read_raw(place)) {
            if new.data_version < old.version {
                return self.older(&id, &new, place, scratch);
            }
            if new.data_version == old.version {
                if new.content != old.content && new.content_numbered != old.content {
                    return self.contest(old);
                }
                if new.source_seq >= old.seq {
                    return Arrival::Duplicate;
                }
                return self.number_anew(&old, new, &id, scratch);
            }
            replaced_at = Some(Timestamp::from_millis(old.at_ms));
            // Sending a record anew does not make its entry late: the first receipt and entry count.
            if let Some(known) = self.earliest_times(&id, new.occurred_at) {
                let own = (new.received_at, new.entered_at);
                told = Told::of(own);
                (new.received_at, new.entered_at) = earliest(own, known);
            }
            self.set_flags(
                old.flags_at,
                old.flags & !(flag::CONTESTED | flag::VOID) | flag::REPLACED,
            );
            let contested = self.frames().any(|f| f.has(flag::CONTESTED));
            self.set_head(Head {
                contested,
                replaced: true,
                ..self.head()
            });
            place = self.find(&id, &new).0;
        }
        let appended = place == self.bytes.len();
        self.insert(place, &new, &id, (told, 0), scratch);
        let voids_changed = self.mark_voids();
        if appended && known.is_none() && !voids_changed {
            return Arrival::Appended {
                place: place as u32,
            };
        }
        Arrival::Changed { replaced_at }
    }

    /// A version came after a greater one of its id: it is kept, so that what is known does not hang on who came first.
    fn older(
        &mut self,
        id: &Id<'_>,
        new: &NewEvent<'_>,
        place: usize,
        scratch: &mut Vec<u8>,
    ) -> Arrival {
        let head = self.head();
        let is_this =
            |f: Frame<'_>| f.id == *id && f.fields(&head).expect(WHOLE).version == new.data_version;
        if self.frames().any(is_this) {
            return Arrival::Duplicate;
        }
        self.insert(place, new, id, (Told::default(), flag::REPLACED), scratch);
        self.set_head(Head {
            replaced: true,
            ..self.head()
        });
        self.keep_earliest_times(id, scratch);
        Arrival::Changed { replaced_at: None }
    }

    /// The earliest receipt and entry of the versions of an id with one business time; `None` where there are none.
    fn earliest_times(&self, id: &Id<'_>, occurred_at: Timestamp) -> Option<Times> {
        let of_id = self.frames().filter(|f| f.id == *id);
        let versions = of_id.map(|f| self.read_raw(f.at));
        let same_time = versions.filter(|v| v.at_ms == occurred_at.millis());
        same_time
            .map(|v| (v.received_at(), v.entered_at()))
            .reduce(earliest)
    }

    /// Gives the version that counts the earliest times of all that have its business time.
    fn keep_earliest_times(&mut self, id: &Id<'_>, record: &mut Vec<u8>) {
        let stands = |f: &Frame<'_>| f.id == *id && !f.has(flag::REPLACED);
        let Some(frame) = self.frames().find(stands) else {
            return;
        };
        let old = self.read_raw(frame.at);
        let own = (old.received_at(), old.entered_at());
        let times = self.earliest_times(id, old.occurred_at());
        let Some(times) = times.filter(|times| *times != own) else {
            return;
        };
        let told = match old.told() {
            Told { at: None, .. } => Told::of(own),
            told => told,
        };
        let head = self.head();
        let after_s = |at: Timestamp| event::seconds_after(old.occurred_at(), at);
        let fields = Fields {
            received_after_s: after_s(times.0),
            entered_after_s: times.1.map(after_s),
            told_after_s: told.at.map(after_s),
            came_after_s: told.came_at.map(after_s),
            ..frame.fields(&head).expect(WHOLE)
        };
        let marks = flag::VOID | flag::CORRECTS | flag::CONTESTED | flag::REPLACED;
        record.clear();
        fields.write(frame.flags & marks, frame.content, id, &head, record);
        record.extend_from_slice(fields.extra);
        lead_with_length(record);
        self.splice(old.at..old.next, record);
    }

    /// A known record came again under a smaller number: the smallest orders it, whichever came first.
    fn number_anew(
        &mut self,
        old: &Old,
        mut new: NewEvent<'_>,
        id: &Id<'_>,
        scratch: &mut Vec<u8>,
    ) -> Arrival {
        new.received_at = old.received_at();
        new.entered_at = old.entered_at();
        let told = old.told();
        self.splice(old.at..old.next, &[]);
        let place = self.find(id, &new).0;
        self.insert(place, &new, id, (told, 0), scratch);
        let contested = old.flags & flag::CONTESTED;
        let frame = Frame::read(&self.bytes, place).expect(WHOLE);
        let (flags_at, flags) = (frame.flags_at, frame.flags | contested);
        self.set_flags(flags_at, flags);
        self.mark_voids();
        Arrival::Changed { replaced_at: None }
    }

    /// A known id and version came again with another content.
    fn contest(&mut self, old: Old) -> Arrival {
        self.set_head(Head {
            contested: true,
            ..self.head()
        });
        self.set_flags(old.flags_at, old.flags | flag::CONTESTED);
        Arrival::Conflict
    }

    /// Where an event belongs, and where its id lies already.
    fn find(&self, id: &Id<'_>, new: &NewEvent<'_>) -> (usize, Option<usize>) {
        let key = (new.occurred_at.millis(), new.source_seq);
        let head = self.head();
        let (mut place, mut known) = (None, None);
        for frame in self.frames() {
            if frame.id == *id && !frame.has(flag::REPLACED) {
                known = Some(frame.at);
            }
            if place.is_none() {
                let order = frame.key(&head).expect(WHOLE).cmp(&key);
                if order.then_with(|| frame.id.cmp_as_text(id)).is_ge() {
                    place = Some(frame.at);
                }
            }
        }
        (place.unwrap_or(self.bytes.len()), known)
    }

    fn insert(
        &mut self,
        place: usize,
        new: &NewEvent<'_>,
        id: &Id<'_>,
        (told, flags): (Told, u16),
        record: &mut Vec<u8>,
    ) {
        let mut head = self.head();
        let corrects = new.extra.as_ref().is_some_and(|e| e.corrects.is_some());
        let corrects = corrects && flags & flag::REPLACED == 0;
        if (head.party == 0 && new.party != 0) || (corrects && !head.corrections) {
            head.party = if head.party == 0 {
                new.party
            } else {
                head.party
            };
            head.corrections |= corrects;
            self.set_head(head);
        }
        let flags = flags | if corrects { flag::CORRECTS } else { 0 };
        record.clear();
        let after_s = |at: Timestamp| event::seconds_after(new.occurred_at, at);
        let fields = Fields {
            told_after_s: told.at.map(after_s),
            came_after_s: told.came_at.map(after_s),
            ..new.fields()
        };
        fields.write(flags, new.content, id, &head, record);
        if let Some(extra) = &new.extra {
            extra.write(record);
        }
        lead_with_length(record);
        self.splice(place..place, record);
    }

    /// Marks what corrections take back; says whether anything changed.
    fn mark_voids(&mut self) -> bool {
        let head = self.head();
        if !head.corrections {
            return false;
        }
        let standing = || self.frames().filter(|f| !f.has(flag::REPLACED));
        let correcting = standing().filter(|f| f.has(flag::CORRECTS));
        let corrected: Vec<Id<'_>> = correcting
            .filter_map(|f| Extra::read(f.fields(&head).expect(WHOLE).extra)?.corrects)
            .map(Id::of)
            .collect();
        let mut changed: Vec<(usize, u16)> = Vec::new();
        for frame in standing() {
            let void = corrected.contains(&frame.id);
            if void != frame.has(flag::VOID) {
                changed.push((frame.flags_at, frame.flags ^ flag::VOID));
            }
        }
        self.set_head(Head {
            corrections: !corrected.is_empty(),
            ..head
        });
        for (at, flags) in &changed {
            self.set_flags(*at, *flags);
        }
        !changed.is_empty()
    }

    fn head(&self) -> Head {
        Head::read(&self.bytes).expect(WHOLE)
    }

    fn set_head(&mut self, head: Head) {
        self.bytes[..HEAD].copy_from_slice(&head.bytes());
    }

    fn frames(&self) -> impl Iterator<Item = Frame<'_>> {
        event::frames(&self.bytes)
    }

    fn read_raw(&self, place: usize) -> Old {
        let frame = Frame::read(&self.bytes, place).expect(WHOLE);
        let fields = frame.fields(&self.head()).expect(WHOLE);
        Old {
            at: frame.at,
            next: frame.next,
            flags_at: frame.flags_at,
            flags: frame.flags,
            content: frame.content,
            version: fields.version,
            at_ms: fields.at_ms,
            seq: fields.seq,
            received_after_s: fields.received_after_s,
            entered_after_s: fields.entered_after_s,
            told_after_s: fields.told_after_s,
            came_after_s: fields.came_after_s,
        }
    }

    fn set_flags(&mut self, at: usize, flags: u16) {
        self.bytes[at..at + 2].copy_from_slice(&flags.to_le_bytes());
    }

    /// Puts `new` in the place of a range, taking no more room than is needed.
    fn splice(&mut self, range: std::ops::Range<usize>, new: &[u8]) {
        let mut bytes = std::mem::take(&mut self.bytes).into_vec();
        bytes.reserve_exact(new.len());
        if range.start == bytes.len() {
            bytes.extend_from_slice(new);
        } else {
            bytes.splice(range, new.iter().copied());
        }
        self.bytes = bytes.into_boxed_slice();
    }
}

/// When a version was received, and when it was typed in, where its source says so.
type Times = (Timestamp, Option<Timestamp>);

/// The earlier of two receipts, and of two entries.
fn earliest(a: Times, b: Times) -> Times {
    (a.0.min(b.0), a.1.into_iter().chain(b.1).min())
}

/// Puts the length of a record before it.
fn lead_with_length(record: &mut Vec<u8>) {
    let length = record.len();
    put(record, length as u64);
    record.rotate_left(length);
}

/// A known record of an id that came again.
struct Old {
    at: usize,
    next: usize,
    flags_at: usize,
    flags: u16,
    content: u32,
    version: u32,
    at_ms: i64,
    seq: u64,
    received_after_s: i64,
    entered_after_s: Option<i64>,
    told_after_s: Option<i64>,
    came_after_s: Option<i64>,
}

/// When a version was told itself, where its receipt and entry are those of the one before.
#[derive(Clone, Copy, Debug, Default)]
struct Told {
    /// When it was entered, or where nobody said so received.
    at: Option<Timestamp>,
    /// When it was received, where it was entered at another time.
    came_at: Option<Timestamp>,
}

impl Told {
    /// By its own times.
    fn of((received_at, entered_at): Times) -> Self {
        Told {
            at: Some(entered_at.unwrap_or(received_at)),
            came_at: entered_at.map(|_| received_at),
        }
    }
}

impl Old {
    fn occurred_at(&self) -> Timestamp {
        Timestamp::from_millis(self.at_ms)
    }

    fn received_at(&self) -> Timestamp {
        event::seconds_later(Timestamp::from_millis(self.at_ms), self.received_after_s)
    }

    fn entered_at(&self) -> Option<Timestamp> {
        let after = self.entered_after_s?;
        Some(event::seconds_later(
            Timestamp::from_millis(self.at_ms),
            after,
        ))
    }
}

impl Old {
    /// When it was told itself, where its times are those of the version before.
    fn told(&self) -> Told {
        let base = Timestamp::from_millis(self.at_ms);
        let later = |after_s| event::seconds_later(base, after_s);
        Told {
            at: self.told_after_s.map(later),
            came_at: self.came_after_s.map(later),
        }
    }
}

impl NewEvent<'_> {
    fn fields(&self) -> Fields<'_> {
        let after = |at| event::seconds_after(self.occurred_at, at);
        Fields {
            at_ms: self.occurred_at.millis(),
            seq: self.source_seq,
            received_after_s: after(self.received_at),
            entered_after_s: self.entered_at.map(after),
            actor: self.actor,
            profile: self.profile,
            act: self.act,
            version: self.data_version,
            party: self.party,
            told_after_s: None,
            came_after_s: None,
            extra: &[],
        }
    }
}
