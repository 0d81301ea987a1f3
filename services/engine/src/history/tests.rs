//! The packed history held against a plain list that follows the same rules.

use mingjing_domain::Timestamp;
use mingjing_domain::event::EventKind;
use mingjing_domain::limit::{Budget, Unit};
use proptest::collection::vec;
use proptest::prelude::*;

use super::{Act, Arrival, Bounds, Extra, History, NewEvent, Sent, SpecialEntry};

const ACTS: [Act; 3] = [
    Act {
        kind: EventKind::Applied,
        step: 0,
        result: 0,
        present: 0,
    },
    Act {
        kind: EventKind::StepEnd,
        step: 7,
        result: 65_535,
        present: 3,
    },
    Act {
        kind: EventKind::Corrected,
        step: 0,
        result: 1,
        present: 1,
    },
];
const BOUNDS: Bounds = Bounds {
    codes: 65_536,
    texts: 200_000,
    profiles: 300,
    acts: 3,
};

/// What was told of an event, as a department would.
#[derive(Clone, Debug, PartialEq)]
struct Told {
    id: String,
    at: Timestamp,
    received_at: Timestamp,
    entered_at: Option<Timestamp>,
    seq: u64,
    version: u32,
    content: u32,
    party: u32,
    actor: u32,
    profile: u32,
    act: u32,
    attribute: Option<(u16, String)>,
    special: Option<SpecialEntry>,
    corrects: Option<String>,
}

impl Told {
    fn sent(&self) -> NewEvent<'_> {
        NewEvent {
            id: &self.id,
            occurred_at: self.at,
            received_at: self.received_at,
            entered_at: self.entered_at,
            source_seq: self.seq,
            data_version: self.version,
            content: self.content,
            content_numbered: self.content,
            party: self.party,
            actor: self.actor,
            profile: self.profile,
            act: self.act,
            extra: self.extra(),
        }
    }

    fn extra(&self) -> Option<Extra<'_>> {
        let attributes: Vec<_> = self
            .attribute
            .iter()
            .map(|(name, text)| (*name, Sent::Text(text)))
            .collect();
        let (special, corrects) = (self.special.clone(), self.corrects.as_deref());
        let any = !attributes.is_empty() || special.is_some() || corrects.is_some();
        any.then_some(Extra {
            attributes,
            special,
            corrects,
        })
    }

    fn key(&self) -> (Timestamp, u64, &str) {
        (self.at, self.seq, &self.id)
    }
}

/// The rules of a history, on a plain list.
#[derive(Default)]
struct Plain {
    events: Vec<Told>,
    /// Versions that a greater one has replaced, or that came after it.
    replaced: Vec<Told>,
    contested: Vec<String>,
}

impl Plain {
    fn take(&mut self, told: &Told) -> &'static str {
        let mut told = told.clone();
        let known = self.events.iter().position(|e| e.id == told.id);
        let void_before = self.void();
        if let Some(place) = known {
            let old = &self.events[place];
            if told.version < old.version {
                let is_this = |e: &Told| (&e.id, e.version) == (&told.id, told.version);
                if self.replaced.iter().any(is_this) {
                    return "duplicate";
                }
                if old.at == told.at {
                    let old = &mut self.events[place];
                    old.received_at = old.received_at.min(told.received_at);
                    old.entered_at = old.entered_at.into_iter().chain(told.entered_at).min();
                }
                self.replaced.push(told);
                return "changed";
            }
            let same = told.version == old.version && told.content == old.content;
            if same && told.seq >= old.seq {
                return "duplicate";
            }
            if same {
                (told.received_at, told.entered_at) = (old.received_at, old.entered_at);
                self.events[place] = told;
                self.events.sort_by(|a, b| a.key().cmp(&b.key()));
                return "changed";
            }
            if told.version == old.version {
                self.contested.push(told.id);
                return "conflict";
            }
            let replaced = self.replaced.iter().chain([old]);
            for known in replaced.filter(|e| (&e.id, e.at) == (&told.id, told.at)) {
                told.received_at = told.received_at.min(known.received_at);
                told.entered_at = told.entered_at.into_iter().chain(known.entered_at).min();
            }
            self.contested.retain(|id| *id != told.id);
            let old = self.events.remove(place);
            self.replaced.push(old);
        }
        let mut all = self.events.iter().chain(&self.replaced);
        let last = all.all(|e| e.key() < told.key());
        let id = told.id.clone();
        self.events.push(told);
        self.events.sort_by(|a, b| a.key().cmp(&b.key()));
        let mut void_after = self.void();
        let is_void = void_after.contains(&id);
        void_after.retain(|other| *other != id);
        if last && known.is_none() && !is_void && void_after == void_before {
            "appended"
        } else {
            "changed"
        }
    }

    fn void(&self) -> Vec<String> {
        let corrected = |e: &&Told| {
            self.events
                .iter()
                .any(|c| c.corrects.as_ref() == Some(&e.id))
        };
        self.events
            .iter()
            .filter(corrected)
            .map(|e| e.id.clone())
            .collect()
    }

    fn known(&self) -> Vec<&Told> {
        let void = self.void();
        self.events
            .iter()
            .filter(|e| !void.contains(&e.id))
            .collect()
    }
}

fn agree(history: &History, plain: &Plain) -> Result<(), TestCaseError> {
    let reading = history.read(&ACTS);
    let known = plain.known();
    prop_assert_eq!(reading.len(), known.len());
    let mut before = 0;
    for (event, told) in reading.known().zip(&known) {
        prop_assert!(event.place > before);
        before = event.place;
        prop_assert_eq!(event.id(), told.id.clone());
        prop_assert_eq!((event.occurred_at, event.source_seq), (told.at, told.seq));
        prop_assert_eq!(event.received_at(), told.received_at.floor_second());
        prop_assert_eq!(
            event.entered_at(),
            told.entered_at.map(Timestamp::floor_second)
        );
        prop_assert_eq!(
            (event.actor, event.profile, event.party),
            (told.actor, told.profile, told.party)
        );
        let act = ACTS[told.act as usize];
        prop_assert_eq!(
            (event.kind, event.step, event.result, event.present),
            (act.kind, act.step, act.result, act.present)
        );
        prop_assert_eq!(event.extra(), told.extra());
        prop_assert_eq!(reading.event(event.place).id(), told.id.clone());
        prop_assert_eq!(reading.by_id(&told.id).map(|e| e.place), Some(event.place));
    }
    let mut versions: Vec<(String, Vec<u32>)> = Vec::new();
    for told in &known {
        let older = plain.replaced.iter().filter(|e| e.id == told.id);
        let mut all: Vec<u32> = older.map(|e| e.version).chain([told.version]).collect();
        all.sort_unstable();
        if all.len() > 1 {
            versions.push((told.id.clone(), all));
        }
    }
    let read = reading.replaced();
    let read = read.iter().map(|versions| {
        let numbers = versions.iter().map(|v| v.number).collect::<Vec<_>>();
        (versions[0].event.id(), numbers)
    });
    prop_assert_eq!(read.collect::<Vec<_>>(), versions);
    let contested = known.iter().find(|told| plain.contested.contains(&told.id));
    prop_assert_eq!(
        reading.contested().map(|e| e.id()),
        contested.map(|told| told.id.clone())
    );
    Ok(())
}

const IDS: [&str; 7] = [
    "0000002a-1d2c-4a5b-8c7d-000000000001",
    "0000002a-1d2c-4a5b-8c7d-00000000000f",
    "0000002A-1D2C-4A5B-8C7D-00000000000F",
    "0000002a-1d2c-4a5b-8c7d-00000000000",
    "0",
    "受理-1",
    "z",
];

fn id() -> impl Strategy<Value = String> {
    prop_oneof![9 => prop::sample::select(&IDS[..]).prop_map(str::to_owned), 1 => ".{1,40}"]
}

/// Whole seconds mostly, as departments send; any instant at times.
fn instant() -> impl Strategy<Value = Timestamp> {
    let day = 1_790_000_000_000_i64;
    prop_oneof![
        8 => (0..200_000_i64).prop_map(move |s| day + s * 1000),
        2 => (0..9_000_000_i64).prop_map(move |ms| day + ms),
        1 => any::<i64>().prop_map(|ms| ms / 2),
    ]
    .prop_map(Timestamp::from_millis)
}

fn told() -> impl Strategy<Value = Told> {
    let text = (id(), instant(), instant(), prop::option::of(instant()));
    let numbers = (
        prop_oneof![0..4_u64, any::<u64>()],
        prop_oneof![4 => Just(1_u32), 2 => 0..4_u32, 1 => 20_260_701..20_260_703_u32],
        0..3_u32,
        0..3_u32,
        0..200_000_u32,
        0..300_u32,
        0..3_u32,
    );
    let special = (
        0..9_u16,
        prop::option::of(instant()),
        prop::option::of(1..99_u32),
    )
        .prop_map(|(kind, planned_end, granted)| SpecialEntry {
            kind,
            planned_end,
            granted: granted.map(|count| Budget::new(count, Unit::WorkingDays)),
        });
    let extra = (
        prop::option::weighted(0.3, (any::<u16>(), ".{0,200}")),
        prop::option::weighted(0.1, special),
        prop::option::weighted(0.2, id()),
    );
    (text, numbers, extra).prop_map(|((id, at, received_at, entered_at), numbers, extra)| {
        let (seq, version, content, party, actor, profile, act) = numbers;
        let (attribute, special, corrects) = extra;
        Told {
            id,
            at,
            received_at,
            entered_at,
            seq,
            version,
            content,
            party,
            actor,
            profile,
            act,
            attribute,
            special,
            corrects,
        }
    })
}

proptest! {
    #[test]
    fn what_is_packed_reads_back_after_every_arrival(arrivals in vec(told(), 1..24)) {
        let (mut history, mut plain, mut scratch) = (History::default(), Plain::default(), Vec::new());
        for told in &arrivals {
            let arrival = match history.take(told.sent(), &mut scratch) {
                Arrival::Appended { place } => {
                    prop_assert_eq!(history.read(&ACTS).event(place).id(), told.id.clone());
                    "appended"
                }
                Arrival::Changed { .. } => "changed",
                Arrival::Duplicate => "duplicate",
                Arrival::Conflict => "conflict",
            };
            prop_assert_eq!(arrival, plain.take(told));
            agree(&history, &plain)?;
        }
        prop_assert_eq!(History::restore(history.bytes(), BOUNDS), Some(history));
    }

    #[test]
    fn events_of_different_ids_read_the_same_in_any_order_of_arrival(
        arrivals in vec(told(), 1..12).prop_map(|mut told| {
            told.sort_by(|a, b| a.id.cmp(&b.id));
            told.dedup_by(|a, b| a.id == b.id);
            told
        }).prop_flat_map(|told| (Just(told.clone()), Just(told).prop_shuffle())),
    ) {
        let read = |arrivals: &[Told]| {
            let (mut history, mut scratch) = (History::default(), Vec::new());
            for told in arrivals {
                history.take(told.sent(), &mut scratch);
            }
            let shown = |e: super::Event<'_>| {
                format!("{} {:?} {:?} {:?} {}", e.id(), e.occurred_at, e.received_at(), e.extra(), e.party)
            };
            history.read(&ACTS).known().map(shown).collect::<Vec<_>>()
        };
        prop_assert_eq!(read(&arrivals.0), read(&arrivals.1));
    }

    #[test]
    fn bytes_that_are_no_history_are_refused_or_read_without_panic(
        arrivals in vec(told(), 1..6),
        cut in any::<prop::sample::Index>(),
        flip in any::<(prop::sample::Index, u8)>(),
    ) {
        let (mut history, mut scratch) = (History::default(), Vec::new());
        for told in &arrivals {
            history.take(told.sent(), &mut scratch);
        }
        let mut bytes = history.bytes().to_vec();
        let place = flip.0.index(bytes.len());
        bytes[place] ^= flip.1;
        for bytes in [&bytes[..], &bytes[..cut.index(bytes.len())]] {
            if let Some(read) = History::restore(bytes, BOUNDS) {
                for event in read.read(&ACTS).known() {
                    let read = format!("{event:?} {:?} {:?}", event.extra(), event.received_at());
                    prop_assert!(!read.is_empty());
                }
            }
        }
    }
}

#[test]
fn an_id_is_16_bytes_as_a_uuid_and_keeps_its_letters_otherwise() {
    let bytes_of = |id: &str| {
        let (mut history, mut scratch) = (History::default(), Vec::new());
        let told = Told {
            id: id.into(),
            at: Timestamp::from_millis(0),
            received_at: Timestamp::from_millis(0),
            entered_at: None,
            seq: 0,
            version: 1,
            content: 0,
            party: 0,
            actor: 0,
            profile: 0,
            act: 0,
            attribute: None,
            special: None,
            corrects: None,
        };
        history.take(told.sent(), &mut scratch);
        assert_eq!(history.read(&ACTS).first().unwrap().id(), id);
        history.bytes().len()
    };
    let uuid = bytes_of("0000002a-1d2c-4a5b-8c7d-00000000000f");
    assert_eq!(
        bytes_of("0000002A-1D2C-4A5B-8C7D-00000000000F"),
        uuid - 16 + 37
    );
    assert_eq!(bytes_of("1"), uuid - 16 + 2);
}
