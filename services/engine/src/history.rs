//! A case's known history, kept small: a city's open cases live in memory.

use mingjing_domain::Timestamp;
use mingjing_domain::event::EventKind;

use crate::condition::Attr;
use crate::symbols::Symbol;

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
}

/// Absent `entered_at`.
const NOT_ENTERED: i32 = i32::MIN;

/// One known event. Field order and widths keep it at 64 bytes; see `bytes_per_open_case` in the bench.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) occurred_at: Timestamp,
    pub(crate) source_seq: u64,
    pub(crate) extra: Option<Box<Extra>>,
    /// Where its id begins in the history's id bytes.
    id_at: u32,
    id_len: u16,
    pub(crate) data_version: u32,
    received_after_s: i32,
    entered_after_s: i32,
    /// First bytes of the content's hash: two contents under one id and version are a conflict.
    pub(crate) content: u32,
    /// Hash of the party reference; 0 where none.
    pub(crate) party: u32,
    pub(crate) actor: Symbol,
    pub(crate) profile: u32,
    pub(crate) step: u16,
    pub(crate) result: u16,
    pub(crate) present: u16,
    pub(crate) kind: EventKind,
    /// Taken back by a `corrected` event.
    pub(crate) void: bool,
}

/// What few events carry.
#[derive(Clone, Debug, Default)]
pub(crate) struct Extra {
    /// Amounts and attributes by the code of their name, as sent.
    pub(crate) attributes: Vec<(u16, Attr)>,
    pub(crate) special: Option<SpecialEntry>,
    /// The event id that this one corrects.
    pub(crate) corrects: Option<Box<str>>,
}

/// A special procedure as entered.
#[derive(Clone, Debug)]
pub(crate) struct SpecialEntry {
    /// Its code; 0 where none was named.
    pub(crate) kind: u16,
    pub(crate) planned_end: Option<Timestamp>,
    pub(crate) granted: Option<mingjing_domain::limit::Budget>,
}

/// What an incoming event becomes before it has a place.
pub(crate) struct NewEvent<'a> {
    pub(crate) id: &'a str,
    pub(crate) occurred_at: Timestamp,
    pub(crate) received_at: Timestamp,
    pub(crate) entered_at: Option<Timestamp>,
    pub(crate) source_seq: u64,
    pub(crate) data_version: u32,
    pub(crate) content: u32,
    pub(crate) party: u32,
    pub(crate) actor: Symbol,
    pub(crate) profile: u32,
    pub(crate) step: u16,
    pub(crate) result: u16,
    pub(crate) present: u16,
    pub(crate) kind: EventKind,
    pub(crate) extra: Option<Box<Extra>>,
}

/// What became of an arriving event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// It is the last in order: what is folded stays true.
    Appended,
    /// It changed what lay before: fold anew.
    Changed,
    /// Known already; nothing changed.
    Duplicate,
    /// Its id and version are known with another content; the first stays.
    Conflict,
}

/// The known events of one case, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    events: Vec<Event>,
    ids: Vec<u8>,
    /// The first id that was sent twice with different contents under one version.
    pub(crate) conflict: Option<Box<str>>,
    /// How many events are void.
    voids: u16,
}

impl History {
    /// Every event that counts, in order, with its place.
    pub(crate) fn known(&self) -> impl DoubleEndedIterator<Item = (usize, &Event)> {
        self.events.iter().enumerate().filter(|(_, e)| !e.void)
    }

    /// Every event, void ones too, in order.
    pub(crate) fn all(&self) -> &[Event] {
        &self.events
    }

    /// The event at a place.
    pub(crate) fn event(&self, place: usize) -> &Event {
        &self.events[place]
    }

    /// How many events count.
    pub(crate) fn len(&self) -> usize {
        self.events.len() - usize::from(self.voids)
    }

    /// The first event that counts.
    pub(crate) fn first(&self) -> Option<&Event> {
        self.known().next().map(|(_, e)| e)
    }

    /// An event's id.
    pub(crate) fn id(&self, event: &Event) -> String {
        let bytes = &self.ids[event.id_at as usize..][..usize::from(event.id_len & !UUID)];
        if event.id_len & UUID != 0 {
            return uuid_text(bytes);
        }
        String::from_utf8_lossy(bytes).into_owned()
    }

    /// Takes an event in.
    pub(crate) fn take(&mut self, mut new: NewEvent<'_>) -> (Arrival, Option<Timestamp>) {
        let packed = pack_id(new.id);
        let known = self.events.iter().position(|e| self.has_id(e, &packed));
        let mut replaced_occurred_at = None;
        if let Some(place) = known {
            let old = &self.events[place];
            if new.data_version < old.data_version {
                return (Arrival::Duplicate, None);
            }
            if new.data_version == old.data_version {
                if new.content == old.content {
                    return (Arrival::Duplicate, None);
                }
                self.conflict.get_or_insert_with(|| new.id.into());
                return (Arrival::Conflict, None);
            }
            replaced_occurred_at = Some(old.occurred_at);
            // Sending a record anew does not make its entry late: the first receipt and entry count.
            if old.occurred_at == new.occurred_at {
                new.received_at = new.received_at.min(old.received_at());
                new.entered_at = match (new.entered_at, old.entered_at()) {
                    (Some(a), Some(b)) => Some(a.min(b)),
                    (a, b) => a.or(b),
                };
            }
            if self.conflict.as_deref() == Some(new.id) {
                self.conflict = None;
            }
            self.events.remove(place);
        }
        let appended = self.insert(new, &packed);
        let voids_changed = self.mark_voids();
        let arrival = if appended && known.is_none() && !voids_changed {
            Arrival::Appended
        } else {
            Arrival::Changed
        };
        (arrival, replaced_occurred_at)
    }

    fn insert(&mut self, new: NewEvent<'_>, packed: &PackedId<'_>) -> bool {
        let (bytes, id_len) = packed.bytes();
        let place = self
            .events
            .iter()
            .rposition(|e| {
                (e.occurred_at, e.source_seq) < (new.occurred_at, new.source_seq)
                    || ((e.occurred_at, e.source_seq) == (new.occurred_at, new.source_seq)
                        && self.id(e).as_str() < new.id)
            })
            .map_or(0, |p| p + 1);
        let id_at = self.ids.len() as u32;
        reserve_tightly(&mut self.ids, bytes.len());
        self.ids.extend_from_slice(bytes);
        if self.events.len() == self.events.capacity() {
            self.events.reserve_exact((self.events.len() / 2).max(4));
        }
        let appended = place == self.events.len();
        self.events.insert(
            place,
            Event {
                occurred_at: new.occurred_at,
                source_seq: new.source_seq,
                extra: new.extra,
                id_at,
                id_len,
                data_version: new.data_version,
                received_after_s: seconds_after(new.occurred_at, new.received_at),
                entered_after_s: new
                    .entered_at
                    .map_or(NOT_ENTERED, |t| seconds_after(new.occurred_at, t)),
                content: new.content,
                party: new.party,
                actor: new.actor,
                profile: new.profile,
                step: new.step,
                result: new.result,
                present: new.present,
                kind: new.kind,
                void: false,
            },
        );
        appended
    }

    /// Marks what corrections take back; says whether anything changed.
    fn mark_voids(&mut self) -> bool {
        let corrected: Vec<Vec<u8>> = self
            .events
            .iter()
            .filter_map(|e| e.extra.as_ref()?.corrects.as_deref())
            .map(|id| pack_id(id).bytes().0.to_vec())
            .collect();
        if corrected.is_empty() && self.voids == 0 {
            return false;
        }
        let (mut changed, mut voids) = (false, 0);
        for place in 0..self.events.len() {
            let void = corrected
                .iter()
                .any(|id| *id == self.id_bytes(&self.events[place]));
            changed |= void != self.events[place].void;
            voids += u16::from(void);
            self.events[place].void = void;
        }
        self.voids = voids;
        changed
    }

    fn id_bytes(&self, event: &Event) -> &[u8] {
        &self.ids[event.id_at as usize..][..usize::from(event.id_len & !UUID)]
    }

    fn has_id(&self, event: &Event, packed: &PackedId<'_>) -> bool {
        let (bytes, id_len) = packed.bytes();
        event.id_len == id_len && self.id_bytes(event) == bytes
    }

    /// The event with this id, void or not.
    pub(crate) fn by_id(&self, id: &str) -> Option<&Event> {
        let packed = pack_id(id);
        self.events.iter().find(|e| self.has_id(e, &packed))
    }
}

impl Event {
    /// When it reached the platform, to the second.
    pub(crate) fn received_at(&self) -> Timestamp {
        self.occurred_at
            .floor_second()
            .plus_millis(i64::from(self.received_after_s) * 1000)
    }

    /// When it was typed in, to the second.
    pub(crate) fn entered_at(&self) -> Option<Timestamp> {
        (self.entered_after_s != NOT_ENTERED).then(|| {
            self.occurred_at
                .floor_second()
                .plus_millis(i64::from(self.entered_after_s) * 1000)
        })
    }

    pub(crate) fn special(&self) -> Option<&SpecialEntry> {
        self.extra.as_ref()?.special.as_ref()
    }
}

fn seconds_after(base: Timestamp, t: Timestamp) -> i32 {
    let seconds = (t.floor_second().millis() - base.floor_second().millis()) / 1000;
    seconds.clamp(i64::from(i32::MIN + 1), i64::from(i32::MAX)) as i32
}

/// Marks an id kept as the 16 bytes of a UUID in lower case.
const UUID: u16 = 1 << 15;

enum PackedId<'a> {
    Uuid([u8; 16]),
    Text(&'a [u8]),
}

impl PackedId<'_> {
    fn bytes(&self) -> (&[u8], u16) {
        match self {
            PackedId::Uuid(bytes) => (bytes, 16 | UUID),
            // Intake refuses ids longer than this; cut here all the same.
            PackedId::Text(text) => {
                let len = text.len().min(usize::from(UUID - 1));
                (&text[..len], len as u16)
            }
        }
    }
}

fn pack_id(id: &str) -> PackedId<'_> {
    uuid_bytes(id).map_or(PackedId::Text(id.as_bytes()), PackedId::Uuid)
}

fn uuid_bytes(id: &str) -> Option<[u8; 16]> {
    let b = id.as_bytes();
    if b.len() != 36 || [8, 13, 18, 23].iter().any(|at| b[*at] != b'-') {
        return None;
    }
    let mut out = [0; 16];
    let mut digits = b.iter().filter(|c| **c != b'-');
    for byte in &mut out {
        let mut nibble = || {
            let c = *digits.next()?;
            match c {
                b'0'..=b'9' => Some(c - b'0'),
                b'a'..=b'f' => Some(c - b'a' + 10),
                _ => None,
            }
        };
        *byte = nibble()? << 4 | nibble()?;
    }
    Some(out)
}

fn uuid_text(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(36);
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        write!(text, "{byte:02x}").expect("writing to a String cannot fail");
    }
    text
}

/// Grows by half instead of doubling: most cases hold few events.
fn reserve_tightly(bytes: &mut Vec<u8>, more: usize) {
    if bytes.capacity() - bytes.len() < more {
        bytes.reserve_exact(more.max(bytes.len() / 2));
    }
}
