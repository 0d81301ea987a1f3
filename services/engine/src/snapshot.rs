//! Snapshots: what cannot be computed again (histories, published alerts, clocks), and nothing else. What was
//! walked is walked anew, so that a snapshot outlives a change of definitions and of the engine.
//!
//! Histories are kept as their bytes: the tables they refer to are restored with the same numbers, before any rules
//! take numbers of their own.

use std::sync::Arc;

use mingjing_domain::Timestamp;
use mingjing_domain::alert::AlertRecord;
use mingjing_domain::event::EventKind;
use mingjing_domain::source::Source;
use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};

use crate::ENGINE_VERSION;
use crate::dispose::{Answered, Handled};
use crate::fold::Profile;
use crate::history::{Act, Bounds, History};
use crate::life::Published;
use crate::partition::{Case, CaseIx, Counts, Engine, Known, order_is_alleged};
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
struct Image<'a> {
    engine_version: &'a str,
    clock: i64,
    #[serde(borrow)]
    codes: Vec<&'a str>,
    #[serde(borrow)]
    texts: Vec<&'a str>,
    /// Item, body, region, case kind.
    profiles: Vec<[u32; 4]>,
    /// Kind, step, result, fields present.
    acts: Vec<[u16; 4]>,
    sources: Vec<SourceImage>,
    #[serde(borrow)]
    cases: Vec<CaseImage<'a>>,
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
struct CaseImage<'a> {
    source: u16,
    case_no: &'a str,
    #[serde(borrow)]
    history: Bytes<'a>,
    /// (revision, alleged, record as JSON).
    alerts: Vec<(u32, bool, String)>,
    waiting: bool,
    touched: bool,
}

/// What came later, behind the image. A snapshot that ends before it holds none of it: those of older versions do, and those of
/// partitions about which no inspection found anything. Whether one was cut short its header tells.
#[derive(Default, Serialize, Deserialize)]
struct Tail {
    findings: Vec<FindingImage>,
}

/// A tail that also holds what people did begins with this instead of a count of findings. An engine that knows nothing of dispositions
/// takes it for more findings than there are bytes, and refuses the snapshot instead of forgetting them.
const WITH_DISPOSITIONS: u64 = u64::MAX;

/// The same where there are also alerts about unanswered orders, for engines that know nothing of those.
const WITH_ORDERS: u64 = u64::MAX - 1;

/// An alert about an unanswered order, or one that a person raised: revision, record as JSON.
type OwedImage = (u32, String);

/// What people did about one alert, by its id.
#[derive(Serialize, Deserialize)]
struct HandledImage {
    source: String,
    case_no: String,
    alert_id: String,
    /// The record as published, as JSON.
    said: Option<String>,
    /// Command, digest, refusal as JSON.
    answers: Vec<(String, String, Option<String>)>,
}

#[derive(Serialize, Deserialize)]
struct FindingImage {
    alert_id: String,
    /// As JSON.
    command: Option<String>,
    /// (revision, alleged, record as JSON).
    published: Option<(u32, bool, String)>,
}

/// Bytes as bytes: serde takes a slice for a list of numbers when it writes.
#[derive(Deserialize)]
struct Bytes<'a>(&'a [u8]);

impl Serialize for Bytes<'_> {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_bytes(self.0)
    }
}

impl Engine {
    /// Everything needed to go on from here.
    pub fn snapshot(&self) -> Vec<u8> {
        let waiting: FxHashSet<CaseIx> = self
            .sources
            .iter()
            .flat_map(|s| s.waiting.iter().copied())
            .collect();
        let image = Image {
            engine_version: ENGINE_VERSION,
            clock: self.clock.millis(),
            codes: self.codes.all().collect(),
            texts: self.texts.all().collect(),
            profiles: self.profiles.all().iter().map(profile_image).collect(),
            acts: self.acts.all().iter().map(act_image).collect(),
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
                .all()
                .map(|ix| case_image(&self.cases[ix], waiting.contains(&ix)))
                .collect(),
            counts: counts_image(self.counts),
        };
        let tail = Tail {
            findings: self.findings.iter().map(finding_image).collect(),
        };
        let (handled, owed) = (self.handled_images(), self.owed_images());
        let parts = (
            tail.findings.is_empty(),
            handled.is_empty(),
            owed.is_empty(),
        );
        let bytes = postcard::to_stdvec(&image);
        let bytes = bytes.and_then(|bytes| match parts {
            (true, true, true) => Ok(bytes),
            (false, true, true) => postcard::to_extend(&tail, bytes),
            (_, false, true) => postcard::to_extend(&(WITH_DISPOSITIONS, &tail, &handled), bytes),
            (_, _, false) => postcard::to_extend(&(WITH_ORDERS, &tail, &handled, &owed), bytes),
        });
        bytes.expect("a snapshot has no value that postcard refuses")
    }

    /// An engine as it was, under `rules`. Judges nothing: see [`Engine::rejudge`].
    pub fn restore(rules: Arc<Rules>, bytes: &[u8]) -> Result<Engine, SnapshotError> {
        let (image, rest) =
            postcard::take_from_bytes::<Image<'_>>(bytes).map_err(SnapshotError::Unreadable)?;
        let (tail, handled, owed) = read_tail(rest).map_err(SnapshotError::Unreadable)?;
        let mut engine = Engine::without_rules(rules.clone());
        let bounds = engine.restore_tables(&image)?;
        engine.install(rules);
        engine.restore_rest(image, bounds)?;
        for finding in tail.findings {
            engine.restore_finding(finding)?;
        }
        for owed in owed {
            engine.restore_owed(owed)?;
        }
        for handled in handled {
            engine.restore_handled(handled)?;
        }
        engine.rearm_orders();
        Ok(engine)
    }

    /// The version of the engine that wrote a snapshot.
    pub fn version_of(bytes: &[u8]) -> Result<String, SnapshotError> {
        let (version, _) =
            postcard::take_from_bytes::<String>(bytes).map_err(SnapshotError::Unreadable)?;
        Ok(version)
    }

    fn restore_tables(&mut self, image: &Image<'_>) -> Result<Bounds, SnapshotError> {
        let dangling = |what| SnapshotError::Dangling { what };
        for (table, texts) in [
            (&mut self.codes, &image.codes),
            (&mut self.texts, &image.texts),
        ] {
            for (number, text) in texts.iter().enumerate() {
                if table.intern(text) as usize != number {
                    return Err(dangling("a text"));
                }
            }
        }
        let bounds = Bounds {
            codes: image.codes.len(),
            texts: image.texts.len(),
            profiles: image.profiles.len(),
            acts: image.acts.len(),
        };
        for (number, symbols) in image.profiles.iter().enumerate() {
            let known = symbols
                .iter()
                .all(|symbol| (*symbol as usize) < bounds.texts);
            let [item, org, region, case_kind] = *symbols;
            let profile = Profile {
                item,
                org,
                region,
                case_kind,
            };
            if !known || self.profiles.number(profile) as usize != number {
                return Err(dangling("a profile"));
            }
        }
        for (number, [kind, step, result, present]) in image.acts.iter().copied().enumerate() {
            let kind = *EventKind::ALL
                .get(usize::from(kind))
                .ok_or(dangling("an event kind"))?;
            let known = [step, result]
                .iter()
                .all(|code| usize::from(*code) < bounds.codes);
            if !known
                || self.acts.number(Act {
                    kind,
                    step,
                    result,
                    present,
                }) as usize
                    != number
            {
                return Err(dangling("an act"));
            }
        }
        Ok(bounds)
    }

    fn restore_rest(&mut self, image: Image<'_>, bounds: Bounds) -> Result<(), SnapshotError> {
        self.clock = Timestamp::from_millis(image.clock);
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
            self.translate_anew(ix);
            sources.push(ix);
        }
        for case in image.cases {
            let source = *sources
                .get(usize::from(case.source))
                .ok_or(SnapshotError::Dangling { what: "a source" })?;
            self.restore_case(source, case, bounds)?;
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

    fn restore_finding(&mut self, image: FindingImage) -> Result<(), SnapshotError> {
        let command = image.command.map(|json| serde_json::from_str(&json));
        let published = image
            .published
            .map(|(revision, alleged, json)| {
                serde_json::from_str(&json).map(|record| Published {
                    record,
                    revision,
                    alleged,
                    handled: None,
                })
            })
            .transpose();
        let known = Known {
            command: command.transpose().map_err(SnapshotError::Record)?,
            published: published.map_err(SnapshotError::Record)?,
        };
        self.findings.insert(image.alert_id, known);
        Ok(())
    }

    fn handled_images(&self) -> Vec<HandledImage> {
        let of_cases = self.cases.iter().flat_map(|case| case.alerts.iter());
        let of_inspections = self.findings.values().filter_map(|f| f.published.as_ref());
        let all = of_cases.chain(of_inspections).chain(self.owed.values());
        all.filter_map(handled_image).collect()
    }

    fn owed_images(&self) -> Vec<OwedImage> {
        let all = self.owed.values();
        all.map(|p| (p.revision, to_json(&p.record))).collect()
    }

    fn restore_owed(&mut self, (revision, json): OwedImage) -> Result<(), SnapshotError> {
        let record: Box<AlertRecord> =
            serde_json::from_str(&json).map_err(SnapshotError::Record)?;
        let published = Published {
            alleged: order_is_alleged(&record),
            revision,
            handled: None,
            record,
        };
        let id = published.record.alert_id.clone();
        self.owed.insert(id, published);
        Ok(())
    }

    fn restore_handled(&mut self, image: HandledImage) -> Result<(), SnapshotError> {
        let said = image.said.map(|json| serde_json::from_str(&json));
        let said = said.transpose().map_err(SnapshotError::Record)?;
        let mut handled = Handled {
            said,
            answers: Vec::new(),
        };
        for (command, digest, refused) in image.answers {
            let refused = refused.map(|json| serde_json::from_str(&json));
            handled.answers.push(Answered {
                command,
                digest,
                refused: refused.transpose().map_err(SnapshotError::Record)?,
            });
        }
        let alert = self.published_mut(&image.source, &image.case_no, &image.alert_id);
        let alert = alert.ok_or(SnapshotError::Dangling { what: "an alert" })?;
        alert.handled = Some(Box::new(handled));
        Ok(())
    }

    fn restore_case(
        &mut self,
        source: u16,
        image: CaseImage<'_>,
        bounds: Bounds,
    ) -> Result<(), SnapshotError> {
        let ix = self.case_or_new(source, image.case_no);
        let case = &mut self.cases[ix];
        case.history = History::restore(image.history.0, bounds)
            .ok_or(SnapshotError::Dangling { what: "an event" })?;
        for (revision, alleged, record) in image.alerts {
            let record: Box<AlertRecord> =
                serde_json::from_str(&record).map_err(SnapshotError::Record)?;
            case.alerts.push(Published {
                record,
                revision,
                alleged,
                handled: None,
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

fn read_tail(rest: &[u8]) -> Result<(Tail, Vec<HandledImage>, Vec<OwedImage>), postcard::Error> {
    if rest.is_empty() {
        return Ok((Tail::default(), Vec::new(), Vec::new()));
    }
    match postcard::take_from_bytes::<u64>(rest)? {
        (WITH_ORDERS, rest) => postcard::from_bytes(rest),
        (WITH_DISPOSITIONS, rest) => {
            let (tail, handled) = postcard::from_bytes(rest)?;
            Ok((tail, handled, Vec::new()))
        }
        _ => Ok((postcard::from_bytes(rest)?, Vec::new(), Vec::new())),
    }
}

fn handled_image(published: &Published) -> Option<HandledImage> {
    let Handled { said, answers } = published.handled.as_deref()?;
    Some(HandledImage {
        source: published.record.source.clone(),
        case_no: published.record.case_no.clone(),
        alert_id: published.record.alert_id.clone(),
        said: said.as_ref().map(to_json),
        answers: answers
            .iter()
            .map(|answered| {
                let Answered {
                    command,
                    digest,
                    refused,
                } = answered.clone();
                (command, digest, refused.as_ref().map(to_json))
            })
            .collect(),
    })
}

fn finding_image((alert_id, known): (&String, &Known)) -> FindingImage {
    let Known { command, published } = known;
    FindingImage {
        alert_id: alert_id.clone(),
        command: command.as_ref().map(to_json),
        published: published
            .as_ref()
            .map(|p| (p.revision, p.alleged, to_json(&p.record))),
    }
}

fn case_image(case: &Case, waiting: bool) -> CaseImage<'_> {
    CaseImage {
        source: case.source,
        case_no: &case.case_no,
        history: Bytes(case.history.bytes()),
        alerts: case
            .alerts
            .iter()
            .map(|a| (a.revision, a.alleged, to_json(&a.record)))
            .collect(),
        waiting,
        touched: case.touched,
    }
}

fn profile_image(profile: &Profile) -> [u32; 4] {
    let Profile {
        item,
        org,
        region,
        case_kind,
    } = *profile;
    [item, org, region, case_kind]
}

fn act_image(act: &Act) -> [u16; 4] {
    let Act {
        kind,
        step,
        result,
        present,
    } = *act;
    [kind as u16, step, result, present]
}

fn counts_image(counts: Counts) -> [u64; 6] {
    let Counts {
        events,
        duplicates,
        conflicts,
        walked_anew,
        judged,
        exempt_from_late_entry,
    } = counts;
    [
        events,
        duplicates,
        conflicts,
        walked_anew,
        judged,
        exempt_from_late_entry,
    ]
}

fn to_json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("records have only text keys")
}
