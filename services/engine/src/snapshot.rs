//! Snapshots: what cannot be computed again (histories, published alerts, clocks), and nothing else. What was
//! walked is walked anew, so that a snapshot outlives a change of definitions and of the engine.

use std::sync::Arc;

use mingjing_domain::Timestamp;
use mingjing_domain::alert::AlertRecord;
use mingjing_domain::event::EventKind;
use mingjing_domain::source::Source;
use serde::{Deserialize, Serialize};

use crate::ENGINE_VERSION;
use crate::condition::Attr;
use crate::fold::Profile;
use crate::history::{Event, Extra, History, NewEvent, SpecialEntry};
use crate::life::Published;
use crate::partition::{Case, Counts, Engine};
use crate::rules::Rules;

/// A snapshot that cannot be restored.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The bytes are not a snapshot, or one of a later format.
    #[error("the snapshot cannot be read")]
    Unreadable(#[source] postcard::Error),
    /// An alert or source inside it cannot be read.
    #[error("a record inside the snapshot cannot be read")]
    Record(#[source] serde_json::Error),
    /// It names something it does not hold.
    #[error("the snapshot refers to {what} that it does not hold")]
    Dangling {
        /// What is missing.
        what: &'static str,
    },
}

#[derive(Serialize, Deserialize)]
struct Image {
    engine_version: String,
    clock: i64,
    codes: Vec<String>,
    texts: Vec<String>,
    profiles: Vec<(u32, u32, u32, u32)>,
    sources: Vec<SourceImage>,
    cases: Vec<CaseImage>,
    counts: [u64; 6],
}

#[derive(Serialize, Deserialize)]
struct SourceImage {
    source: String,
    complete_until: i64,
    last_received_at: i64,
    events: u64,
}

#[derive(Serialize, Deserialize)]
struct CaseImage {
    source: u16,
    case_no: String,
    events: Vec<EventImage>,
    conflict: Option<String>,
    /// (revision, alleged, record as JSON).
    alerts: Vec<(u32, bool, String)>,
    waiting: bool,
    touched: bool,
}

#[derive(Serialize, Deserialize)]
struct EventImage {
    id: String,
    occurred_at: i64,
    received_at: i64,
    entered_at: Option<i64>,
    source_seq: u64,
    data_version: u32,
    content: u32,
    party: u32,
    actor: u32,
    profile: u32,
    step: u16,
    result: u16,
    present: u16,
    kind: u8,
    extra: Option<ExtraImage>,
}

#[derive(Serialize, Deserialize)]
struct ExtraImage {
    attributes: Vec<(u16, ValueImage)>,
    special: Option<(u16, Option<i64>, Option<String>)>,
    corrects: Option<String>,
}

#[derive(Serialize, Deserialize)]
enum ValueImage {
    Unknown,
    Int(i64),
    Float(f64),
    Bool(bool),
    Instant(i64),
    Text(String),
}

impl Engine {
    /// Everything needed to go on from here.
    pub fn snapshot(&self) -> Vec<u8> {
        let image = Image {
            engine_version: ENGINE_VERSION.into(),
            clock: self.clock.millis(),
            codes: self.codes.all().map(Into::into).collect(),
            texts: self.texts.all().map(Into::into).collect(),
            profiles: self
                .profiles
                .iter()
                .map(|p| (p.item, p.org, p.region, p.case_kind))
                .collect(),
            sources: self
                .sources
                .iter()
                .map(|s| SourceImage {
                    source: to_json(&s.source),
                    complete_until: s.complete_until.millis(),
                    last_received_at: s.last_received_at.millis(),
                    events: s.events,
                })
                .collect(),
            cases: self
                .cases
                .iter()
                .enumerate()
                .map(|(ix, c)| self.case_image(ix, c))
                .collect(),
            counts: {
                let c = self.counts;
                [
                    c.events,
                    c.duplicates,
                    c.conflicts,
                    c.walked_anew,
                    c.judged,
                    c.exempt_from_late_entry,
                ]
            },
        };
        postcard::to_stdvec(&image).expect("a snapshot has no value that postcard refuses")
    }

    fn case_image(&self, ix: usize, case: &Case) -> CaseImage {
        let source = &self.sources[usize::from(case.source)];
        CaseImage {
            source: case.source,
            case_no: (*case.case_no).into(),
            events: case
                .history
                .all()
                .iter()
                .map(|e| event_image(e, &case.history))
                .collect(),
            conflict: case.history.conflict.as_deref().map(Into::into),
            alerts: case
                .alerts
                .iter()
                .map(|a| (a.revision, a.alleged, to_json(&a.record)))
                .collect(),
            waiting: source.waiting.contains(&(ix as u32)),
            touched: case.touched,
        }
    }

    /// An engine as it was, under `rules`. Judges nothing: see [`Engine::rejudge`].
    pub fn restore(rules: Arc<Rules>, bytes: &[u8]) -> Result<Engine, SnapshotError> {
        let image: Image = postcard::from_bytes(bytes).map_err(SnapshotError::Unreadable)?;
        let mut engine = Engine::new(rules);
        engine.restore_image(image)?;
        Ok(engine)
    }

    /// The version of the engine that wrote a snapshot.
    pub fn version_of(bytes: &[u8]) -> Result<String, SnapshotError> {
        let (version, _) =
            postcard::take_from_bytes::<String>(bytes).map_err(SnapshotError::Unreadable)?;
        Ok(version)
    }

    fn restore_image(&mut self, image: Image) -> Result<(), SnapshotError> {
        self.clock = Timestamp::from_millis(image.clock);
        // Numbers are given anew: the rules now in force may have taken some already.
        let codes: Vec<u16> = image
            .codes
            .iter()
            .map(|c| self.codes.intern_code(c))
            .collect();
        let texts: Vec<u32> = image.texts.iter().map(|t| self.texts.intern(t)).collect();
        self.map_steps();
        let numbers = Numbers { codes, texts };
        let mut profiles = Vec::new();
        for (item, org, region, case_kind) in &image.profiles {
            profiles.push(self.profile(Profile {
                item: numbers.text(*item)?,
                org: numbers.text(*org)?,
                region: numbers.text(*region)?,
                case_kind: numbers.text(*case_kind)?,
            }));
        }
        let mut sources = Vec::new();
        for source in &image.sources {
            let declared: Source =
                serde_json::from_str(&source.source).map_err(SnapshotError::Record)?;
            let ix = self.source(&declared.id);
            let state = &mut self.sources[usize::from(ix)];
            state.source = declared;
            state.complete_until = Timestamp::from_millis(source.complete_until);
            state.last_received_at = Timestamp::from_millis(source.last_received_at);
            state.events = source.events;
            sources.push(ix);
        }
        for case in image.cases {
            let source = *sources
                .get(usize::from(case.source))
                .ok_or(SnapshotError::Dangling { what: "a source" })?;
            self.restore_case(source, case, &numbers, &profiles)?;
        }
        let [
            events,
            duplicates,
            conflicts,
            walked_anew,
            judged,
            exempt_from_late_entry,
        ] = image.counts;
        self.counts = Counts {
            events,
            duplicates,
            conflicts,
            walked_anew,
            judged,
            exempt_from_late_entry,
        };
        Ok(())
    }

    fn restore_case(
        &mut self,
        source: u16,
        image: CaseImage,
        numbers: &Numbers,
        profiles: &[u32],
    ) -> Result<(), SnapshotError> {
        let ix = self.case_or_new(source, &image.case_no);
        for event in &image.events {
            let new = new_event(event, numbers, profiles)?;
            self.cases[ix as usize].history.take(new);
        }
        let case = &mut self.cases[ix as usize];
        case.history.conflict = image.conflict.map(Into::into);
        for (revision, alleged, record) in image.alerts {
            let record: Box<AlertRecord> =
                serde_json::from_str(&record).map_err(SnapshotError::Record)?;
            case.alerts.push(Published {
                record,
                revision,
                alleged,
            });
        }
        if image.waiting {
            self.sources[usize::from(source)].waiting.push(ix);
        }
        if image.touched {
            self.touch(ix);
        }
        self.rearm(ix);
        Ok(())
    }
}

struct Numbers {
    codes: Vec<u16>,
    texts: Vec<u32>,
}

impl Numbers {
    fn code(&self, old: u16) -> Result<u16, SnapshotError> {
        self.codes
            .get(usize::from(old))
            .copied()
            .ok_or(SnapshotError::Dangling { what: "a code" })
    }

    fn text(&self, old: u32) -> Result<u32, SnapshotError> {
        self.texts
            .get(old as usize)
            .copied()
            .ok_or(SnapshotError::Dangling { what: "a text" })
    }
}

fn event_image(event: &Event, history: &History) -> EventImage {
    EventImage {
        id: history.id(event),
        occurred_at: event.occurred_at.millis(),
        received_at: event.received_at().millis(),
        entered_at: event.entered_at().map(Timestamp::millis),
        source_seq: event.source_seq,
        data_version: event.data_version,
        content: event.content,
        party: event.party,
        actor: event.actor,
        profile: event.profile,
        step: event.step,
        result: event.result,
        present: event.present,
        kind: event.kind as u8,
        extra: event.extra.as_ref().map(|extra| ExtraImage {
            attributes: extra
                .attributes
                .iter()
                .map(|(n, v)| (*n, value_image(v)))
                .collect(),
            special: extra.special.as_ref().map(|s| {
                (
                    s.kind,
                    s.planned_end.map(Timestamp::millis),
                    s.granted.map(|g| g.to_string()),
                )
            }),
            corrects: extra.corrects.as_deref().map(Into::into),
        }),
    }
}

fn new_event<'e>(
    event: &'e EventImage,
    numbers: &Numbers,
    profiles: &[u32],
) -> Result<NewEvent<'e>, SnapshotError> {
    let kind =
        EventKind::ALL
            .get(usize::from(event.kind))
            .copied()
            .ok_or(SnapshotError::Dangling {
                what: "an event kind",
            })?;
    let extra = match &event.extra {
        None => None,
        Some(extra) => {
            let mut attributes = Vec::new();
            for (name, value) in &extra.attributes {
                attributes.push((numbers.code(*name)?, value_of(value)));
            }
            let special = match &extra.special {
                None => None,
                Some((kind, planned_end, granted)) => Some(SpecialEntry {
                    kind: numbers.code(*kind)?,
                    planned_end: planned_end.map(Timestamp::from_millis),
                    granted: granted.as_deref().and_then(|g| g.parse().ok()),
                }),
            };
            let corrects = extra.corrects.as_deref().map(Into::into);
            Some(Box::new(Extra {
                attributes,
                special,
                corrects,
            }))
        }
    };
    Ok(NewEvent {
        id: &event.id,
        occurred_at: Timestamp::from_millis(event.occurred_at),
        received_at: Timestamp::from_millis(event.received_at),
        entered_at: event.entered_at.map(Timestamp::from_millis),
        source_seq: event.source_seq,
        data_version: event.data_version,
        content: event.content,
        party: event.party,
        actor: numbers.text(event.actor)?,
        profile: *profiles
            .get(event.profile as usize)
            .ok_or(SnapshotError::Dangling { what: "a profile" })?,
        step: numbers.code(event.step)?,
        result: numbers.code(event.result)?,
        present: event.present,
        kind,
        extra,
    })
}

fn value_image(value: &Attr) -> ValueImage {
    match value {
        Attr::Unknown => ValueImage::Unknown,
        Attr::Int(v) => ValueImage::Int(*v),
        Attr::Float(v) => ValueImage::Float(*v),
        Attr::Bool(v) => ValueImage::Bool(*v),
        Attr::Instant(v) => ValueImage::Instant(v.millis()),
        Attr::Text(v) => ValueImage::Text((**v).into()),
    }
}

fn value_of(value: &ValueImage) -> Attr {
    match value {
        ValueImage::Unknown => Attr::Unknown,
        ValueImage::Int(v) => Attr::Int(*v),
        ValueImage::Float(v) => Attr::Float(*v),
        ValueImage::Bool(v) => Attr::Bool(*v),
        ValueImage::Instant(v) => Attr::Instant(Timestamp::from_millis(*v)),
        ValueImage::Text(v) => Attr::Text(v.as_str().into()),
    }
}

fn to_json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("records have only text keys")
}
