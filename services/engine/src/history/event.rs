//! A history as it is read: events in order, each decoded where it lies.

use mingjing_domain::Timestamp;
use mingjing_domain::event::EventKind;

use super::bytes::{Frame, HEAD, Head, flag};
use super::{Act, Extra, Id, SpecialEntry, WHOLE};
use crate::symbols::Symbol;

/// One known event. Its place orders it within its history and finds it again, until the history changes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Event<'h> {
    pub(crate) place: u32,
    pub(crate) occurred_at: Timestamp,
    pub(crate) source_seq: u64,
    pub(crate) kind: EventKind,
    /// Code of the step it named; 0 where none.
    pub(crate) step: u16,
    pub(crate) result: u16,
    /// Bits of [`super::present`].
    pub(crate) present: u16,
    pub(crate) actor: Symbol,
    pub(crate) profile: u32,
    /// Hash of the party reference; 0 where none.
    pub(crate) party: u32,
    /// Its data version.
    pub(crate) version: u32,
    id: Id<'h>,
    received_after_s: i64,
    entered_after_s: Option<i64>,
    came_after_s: i64,
    extra: &'h [u8],
}

impl<'h> Event<'h> {
    /// Its id within the source.
    pub(crate) fn id(&self) -> String {
        self.id.text()
    }

    /// Whether it is a version of the same record.
    pub(crate) fn is_of_record(&self, other: &Event<'_>) -> bool {
        self.id == other.id
    }

    /// When it reached the platform, to the second.
    pub(crate) fn received_at(&self) -> Timestamp {
        seconds_later(self.occurred_at, self.received_after_s)
    }

    /// When this version of it reached the platform, to the second; where an older engine kept only when it was told, that.
    pub(crate) fn came_at(&self) -> Timestamp {
        seconds_later(self.occurred_at, self.came_after_s)
    }

    /// When it was typed in, to the second.
    pub(crate) fn entered_at(&self) -> Option<Timestamp> {
        Some(seconds_later(self.occurred_at, self.entered_after_s?))
    }

    /// When it was there to be read, to the second: typed in, or received. An entry that is said to be later than the receipt
    /// is that of a record sent again, or of a clock that is wrong.
    pub(crate) fn known_at(&self) -> Timestamp {
        let received_at = self.received_at();
        self.entered_at()
            .map_or(received_at, |entered_at| entered_at.min(received_at))
    }

    /// What few events carry.
    pub(crate) fn extra(&self) -> Option<Extra<'h>> {
        (!self.extra.is_empty()).then(|| Extra::read(self.extra).expect(WHOLE))
    }

    pub(crate) fn special(&self) -> Option<SpecialEntry> {
        self.extra()?.special
    }
}

/// One version of a record.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Version<'h> {
    pub(crate) number: u32,
    /// When it was entered, or where nobody said so received; to the second.
    pub(crate) told_at: Timestamp,
    pub(crate) event: Event<'h>,
}

/// Whole seconds from one instant to another, both cut to the second.
pub(super) fn seconds_after(base: Timestamp, at: Timestamp) -> i64 {
    at.floor_second()
        .millis()
        .saturating_sub(base.floor_second().millis())
        / 1000
}

pub(super) fn seconds_later(base: Timestamp, seconds: i64) -> Timestamp {
    base.floor_second()
        .plus_millis(seconds.saturating_mul(1000))
}

/// A history with the acts that it refers to.
#[derive(Clone, Copy)]
pub(crate) struct Reading<'h> {
    pub(super) bytes: &'h [u8],
    pub(super) head: Head,
    acts: &'h [Act],
    /// By code: the code of the step that is called so; empty: nothing is called by its name.
    named: &'h [u16],
}

impl<'h> Reading<'h> {
    pub(super) fn new(bytes: &'h [u8], acts: &'h [Act]) -> Self {
        Reading {
            bytes,
            head: Head::read(bytes).unwrap_or_default(),
            acts,
            named: &[],
        }
    }

    /// The same, with steps that are called by their names under their codes. What comes after the table is no name.
    pub(crate) fn with_names(self, named: &'h [u16]) -> Self {
        Reading { named, ..self }
    }

    /// Every event that counts, in order.
    pub(crate) fn known(&self) -> impl Iterator<Item = Event<'h>> + use<'h> {
        let reading = *self;
        frames(self.bytes)
            .filter(|f| f.counts())
            .map(move |f| reading.decode(&f))
    }

    /// Every event that counts and lies before a place.
    pub(crate) fn before(&self, place: u32) -> impl Iterator<Item = Event<'h>> + use<'h> {
        self.known().take_while(move |e| e.place < place)
    }

    /// Every event that counts up to a place and with it.
    pub(crate) fn up_to(&self, place: u32) -> impl Iterator<Item = Event<'h>> + use<'h> {
        self.known().take_while(move |e| e.place <= place)
    }

    /// The event at a place.
    pub(crate) fn event(&self, place: u32) -> Event<'h> {
        self.decode(&Frame::read(self.bytes, place as usize).expect(WHOLE))
    }

    /// The first event that counts.
    pub(crate) fn first(&self) -> Option<Event<'h>> {
        self.known().next()
    }

    /// How many events count.
    pub(crate) fn len(&self) -> usize {
        frames(self.bytes).filter(Frame::counts).count()
    }

    /// The event with this id, whether it counts or not.
    pub(crate) fn by_id(&self, id: &str) -> Option<Event<'h>> {
        let id = Id::of(id);
        frames(self.bytes)
            .find(|f| f.id == id && !f.has(flag::REPLACED))
            .map(|f| self.decode(&f))
    }

    /// The first event that counts whose id came with two contents.
    pub(crate) fn contested(&self) -> Option<Event<'h>> {
        if !self.head.contested {
            return None;
        }
        let contested = |f: &Frame<'_>| f.has(flag::CONTESTED) && f.counts();
        frames(self.bytes).find(contested).map(|f| self.decode(&f))
    }

    /// Whether any record has been replaced by a newer version.
    pub(crate) fn holds_replaced(&self) -> bool {
        self.head.replaced
    }

    /// The records of which several versions are known, each with its versions in order; the last of them counts.
    pub(crate) fn replaced(&self) -> Vec<Vec<Version<'h>>> {
        if !self.head.replaced {
            return Vec::new();
        }
        let mut found = Vec::new();
        for counts in frames(self.bytes).filter(Frame::counts) {
            let same = frames(self.bytes).filter(|f| f.id == counts.id);
            let mut versions: Vec<Version<'h>> = same.map(|f| self.version(&f)).collect();
            versions.sort_by_key(|version| version.number);
            if versions.len() > 1 {
                found.push(versions);
            }
        }
        found
    }

    /// Every version of an event's record, itself among them.
    pub(crate) fn versions_of(&self, event: &Event<'_>) -> Vec<Event<'h>> {
        let same = frames(self.bytes).filter(|f| f.id == event.id);
        same.map(|f| self.decode(&f)).collect()
    }

    /// Whether any record takes another back.
    pub(crate) fn holds_corrections(&self) -> bool {
        self.head.corrections
    }

    /// Every version that takes an event's record back, of the records that do so now.
    pub(crate) fn corrections_of(&self, event: &Event<'_>) -> Vec<Event<'h>> {
        if !self.head.corrections {
            return Vec::new();
        }
        let takes_back = |correction: &Event<'_>| {
            let corrects = correction.extra().and_then(|extra| extra.corrects);
            corrects.is_some_and(|id| Id::of(id) == event.id)
        };
        let mut found = Vec::new();
        let stands = |f: &Frame<'_>| f.has(flag::CORRECTS) && !f.has(flag::REPLACED);
        for frame in frames(self.bytes).filter(stands) {
            let correction = self.decode(&frame);
            if takes_back(&correction) {
                found.extend(self.versions_of(&correction));
            }
        }
        found.retain(takes_back);
        found
    }

    fn version(&self, frame: &Frame<'h>) -> Version<'h> {
        let fields = frame.fields(&self.head).expect(WHOLE);
        let event = self.decode(frame);
        let own = fields.told_after_s;
        let told_at = own.map_or_else(
            || event.entered_at().unwrap_or_else(|| event.received_at()),
            |after| seconds_later(event.occurred_at, after),
        );
        Version {
            number: fields.version,
            told_at,
            event,
        }
    }

    #[inline]
    pub(super) fn decode(&self, frame: &Frame<'h>) -> Event<'h> {
        let fields = frame.fields(&self.head).expect(WHOLE);
        let act = self.acts[fields.act as usize];
        Event {
            place: frame.at as u32,
            occurred_at: Timestamp::from_millis(fields.at_ms),
            source_seq: fields.seq,
            kind: act.kind,
            step: self
                .named
                .get(usize::from(act.step))
                .copied()
                .unwrap_or(act.step),
            result: act.result,
            present: act.present,
            actor: fields.actor,
            profile: fields.profile,
            party: fields.party,
            version: fields.version,
            id: frame.id,
            received_after_s: fields.received_after_s,
            entered_after_s: fields.entered_after_s,
            came_after_s: fields
                .came_after_s
                .or(fields.told_after_s)
                .unwrap_or(fields.received_after_s),
            extra: fields.extra,
        }
    }
}

/// Every record, in order.
pub(super) fn frames(bytes: &[u8]) -> impl Iterator<Item = Frame<'_>> {
    let mut at = HEAD;
    std::iter::from_fn(move || {
        if at >= bytes.len() {
            return None;
        }
        let frame = Frame::read(bytes, at).expect(WHOLE);
        at = frame.next;
        Some(frame)
    })
}
