//! Sorts out one request: what is to be appended, in which order, and what is refused. Pure.

use std::collections::BTreeMap;

use axum::http::HeaderMap;
use bytes::Bytes;
use mingjing_domain::Timestamp;
use mingjing_domain::ids::Slot;
use mingjing_domain::source::Source;
use mingjing_log::{Partition, Record};
use mingjing_wire::cloudevents::{
    ATTRIBUTE_BYTES_MAX, COMPLETE_UNTIL, CloudEvent, Limits, Mode, read_binary,
};
use mingjing_wire::facts::case_key;
use mingjing_wire::refusal::Words;
use mingjing_wire::{IncomingEvent, LogRecord, ReasonCode, Refusal, read_request};
use serde::Deserialize;

use crate::Config;
use crate::answer::{Item, Outcome};
use crate::check::{Context, check, secret};
use crate::excerpt::Excerpts;
use crate::personal::Masked;
use crate::secrecy;

/// A request, received whole.
pub(crate) struct Incoming {
    /// Its headers: content type, and in binary mode the event's attributes.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
    /// The source whose key came with it.
    pub speaker: Source,
    /// When it was received.
    pub received_at: Timestamp,
}

/// One thing to write before the next.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Events, each to its partition.
    Events(Vec<(Partition, Record)>),
    /// The source is complete up to here: to every partition.
    Complete(Timestamp),
}

/// What is kept of a refused item besides its refusal.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Kept {
    /// The item's place in the request, from 0.
    pub index: usize,
    /// The case, where it could be read.
    pub case_no: Option<String>,
    /// The beginning of what was sent, where it may be kept.
    pub excerpt: Option<String>,
}

/// A request sorted out.
#[derive(Debug, Default)]
pub(crate) struct Sorted {
    /// What to write.
    pub steps: Vec<Step>,
    /// Each item's outcome, should the writing succeed.
    pub items: Vec<Item>,
    /// Of the refused ones, in their order.
    pub kept: Vec<Kept>,
    /// Numbers masked.
    pub masked: Masked,
}

/// A request that was refused whole.
#[derive(Debug)]
pub(crate) struct Whole {
    /// Why.
    pub refusal: Refusal,
    /// The beginning of what was sent, where it may be kept.
    pub excerpt: Option<String>,
}

/// Sorts a request out.
///
/// # Errors
/// A refusal of the whole.
pub(crate) fn sort(
    incoming: &Incoming,
    config: &Config,
    partitions: u16,
) -> Result<Sorted, Box<Whole>> {
    let Incoming {
        headers,
        body,
        speaker,
        received_at,
    } = incoming;
    let limits = Limits {
        event_bytes_max: config.event_bytes_max,
        events_max: config.events_max,
    };
    let mut sorter = Sorter {
        headers,
        context: Context {
            speaker,
            received_at: *received_at,
            config,
        },
        partitions,
        binary: false,
        excerpts: Excerpts::of(body),
        seen: BTreeMap::new(),
        sorted: Sorted::default(),
    };
    match read_request(fields(headers), body, *received_at, limits) {
        Ok(received) => {
            sorter.binary = received.mode == Mode::Binary;
            for (item, place) in received.items.into_iter().zip(received.places) {
                sorter.item(item, &body[place]);
            }
            Ok(sorter.sorted)
        }
        Err(refusal) => {
            let refusal = sorter.graver(refusal, body);
            let excerpt = sorter.excerpt(&refusal, body);
            Err(Box::new(Whole { refusal, excerpt }))
        }
    }
}

struct Sorter<'a> {
    headers: &'a HeaderMap,
    context: Context<'a>,
    partitions: u16,
    binary: bool,
    excerpts: Excerpts<'a>,
    /// The records of this request by event id and data version.
    seen: BTreeMap<(String, u32), Bytes>,
    sorted: Sorted,
}

impl Sorter<'_> {
    fn item(&mut self, item: Result<IncomingEvent, Refusal>, raw: &[u8]) {
        let decided = match item {
            Ok(event) => self.event(event),
            Err(refusal) if refusal.reason == ReasonCode::UnknownType => self
                .completion(raw)
                .unwrap_or_else(|| declined(refusal, None)),
            Err(refusal) => declined(refusal, None),
        };
        let item = match decided {
            Ok(item) => item,
            Err(declined) => self.refused(*declined, raw),
        };
        self.sorted.items.push(item);
    }

    fn refused(&mut self, declined: Declined, raw: &[u8]) -> Item {
        let case_no = declined.case_no;
        let refusal = self.graver(declined.refusal, raw);
        let kept = Kept {
            index: self.sorted.items.len(),
            case_no: match refusal.reason {
                ReasonCode::Secret => None,
                _ => case_no.or_else(|| self.case_no(raw)),
            },
            excerpt: self.excerpt(&refusal, raw),
        };
        self.sorted.kept.push(kept);
        Item {
            id: refusal.event_id.clone().map(String::from),
            outcome: Outcome::Refused(Box::new(refusal)),
        }
    }

    fn event(&mut self, mut incoming: IncomingEvent) -> Decided {
        let id = incoming.event.event_id.to_string();
        let masked = check(&mut incoming, &self.context).map_err(|mut refusal| {
            refusal.event_id = Some(id.as_str().into());
            refusal.source = Some((*incoming.event.source).into());
            Box::new(Declined {
                refusal,
                case_no: Some(incoming.event.case_no.to_string()),
            })
        })?;
        self.sorted.masked.add(masked);
        let event = &incoming.event;
        let value = Bytes::from(incoming.encode());
        let name = (id.clone(), event.data_version);
        if self
            .seen
            .get(&name)
            .is_some_and(|earlier| *earlier == value)
        {
            return Ok(Item {
                id: Some(id),
                outcome: Outcome::DuplicateOk,
            });
        }
        self.seen.entry(name).or_insert_with(|| value.clone());
        let partition = Slot::of(&event.source, &event.case_no).partition(self.partitions);
        let record = Record {
            key: case_key(&event.source, &event.case_no).into(),
            value,
        };
        match self.sorted.steps.last_mut() {
            Some(Step::Events(records)) => records.push((partition, record)),
            _ => self
                .sorted
                .steps
                .push(Step::Events(vec![(partition, record)])),
        }
        Ok(Item {
            id: Some(id),
            outcome: Outcome::Accepted,
        })
    }

    /// "Complete until", if this item is one.
    fn completion(&mut self, raw: &[u8]) -> Option<Decided> {
        let envelope = match self.binary {
            true => read_binary(fields(self.headers), raw).ok()?,
            false => CloudEvent::from_json(raw).ok()?,
        };
        if envelope.kind != COMPLETE_UNTIL {
            return None;
        }
        let until = self.until(&envelope).map_err(|mut refusal| {
            // A place in our own rendering of it would only mislead.
            refusal.at = None;
            refusal.event_id = Some(envelope.id.as_str().into());
            refusal.source = Some(envelope.source.as_str().into());
            Box::new(Declined {
                refusal,
                case_no: None,
            })
        });
        Some(until.map(|until| {
            self.sorted.steps.push(Step::Complete(until));
            Item {
                id: Some(envelope.id),
                outcome: Outcome::Accepted,
            }
        }))
    }

    fn until(&self, envelope: &CloudEvent) -> Result<Timestamp, Refusal> {
        self.context.speaks_for(&envelope.source)?;
        let until = match LogRecord::parse(&envelope.to_json(), self.context.received_at)? {
            LogRecord::CompleteUntil { until, .. } => until,
            other => unreachable!("the type was looked at: {other:?}"),
        };
        self.context.completion(until)?;
        match self.sorted.kept.first() {
            None => Ok(until),
            Some(earlier) => {
                let index = earlier.index;
                let detail = Words::new(
                    format!("item {index} was refused"),
                    format!("第 {index} 项被拒绝"),
                );
                Err(Refusal::new(ReasonCode::EarlierRefused, detail))
            }
        }
    }

    /// What is wrong with a secret item beside its being secret is not told: nothing of it is.
    fn graver(&self, refusal: Refusal, raw: &[u8]) -> Refusal {
        let header = self.headers.get("ce-secrecy");
        let header = header.map(|value| value.to_str().unwrap_or("?"));
        let marked =
            header.is_some_and(|value| secrecy::is_mark("secrecy", value)) || secrecy::marked(raw);
        if refusal.reason == ReasonCode::Secret || !marked {
            return refusal;
        }
        let mut graver = secret();
        graver.event_id = refusal.event_id;
        graver.source = refusal.source;
        graver
    }

    fn excerpt(&mut self, refusal: &Refusal, raw: &[u8]) -> Option<String> {
        if refusal.reason == ReasonCode::Secret {
            return None;
        }
        self.excerpts.take(raw)
    }

    /// The case number of what could not be read as an event, if that much can be read.
    fn case_no(&self, raw: &[u8]) -> Option<String> {
        #[derive(Deserialize)]
        struct Peek {
            subject: String,
        }
        let found = match self.binary {
            true => read_binary(fields(self.headers), raw).ok()?.subject?,
            false => serde_json::from_slice::<Peek>(raw).ok()?.subject,
        };
        let fits = !found.is_empty() && found.len() <= ATTRIBUTE_BYTES_MAX;
        (fits && !found.chars().any(char::is_control)).then_some(found)
    }
}

/// An item taken, or declined.
type Decided = Result<Item, Box<Declined>>;

/// An item's refusal and its case, where that is known already.
struct Declined {
    refusal: Refusal,
    case_no: Option<String>,
}

fn declined(refusal: Refusal, case_no: Option<String>) -> Decided {
    Err(Box::new(Declined { refusal, case_no }))
}

fn fields(headers: &HeaderMap) -> impl Iterator<Item = (&str, &[u8])> {
    headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_bytes()))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use mingjing_domain::source::SourceClock;
    use serde_json::{Value, json};

    use super::*;

    const NOW: &str = "2026-11-23T09:30:00+08:00";

    fn sorted(lines: &[Value]) -> Sorted {
        let body: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let mut headers = HeaderMap::new();
        headers.insert(
            "content-type",
            HeaderValue::from_static("application/x-ndjson"),
        );
        let incoming = Incoming {
            headers,
            body: body.into(),
            speaker: Source::new("zjj", SourceClock::Live),
            received_at: Timestamp::parse(NOW).unwrap(),
        };
        sort(&incoming, &Config::default(), 4).unwrap()
    }

    fn event(id: &str) -> Value {
        json!({"specversion": "1.0", "type": "cn.mingjing.case.note.v1", "source": "zjj", "id": id,
               "subject": "c", "time": NOW, "data": {}})
    }

    fn complete(until: &str) -> Value {
        json!({"specversion": "1.0", "type": COMPLETE_UNTIL, "source": "zjj", "id": "done", "data": {"until": until}})
    }

    fn reasons(sorted: &Sorted) -> Vec<&'static str> {
        let outcome = |item: &Item| match &item.outcome {
            Outcome::Accepted => "accepted",
            Outcome::DuplicateOk => "duplicate-ok",
            Outcome::Refused(refusal) => refusal.reason.code(),
        };
        sorted.items.iter().map(outcome).collect()
    }

    #[test]
    fn a_completion_comes_after_the_events_before_it() {
        let sorted = sorted(&[event("1"), event("2"), complete(NOW), event("3")]);
        let shape = sorted.steps.iter().map(|step| match step {
            Step::Events(records) => records.len(),
            Step::Complete(_) => 0,
        });
        assert_eq!(shape.collect::<Vec<_>>(), [2, 0, 1]);
    }

    #[test]
    fn a_source_is_not_complete_after_a_refused_item_nor_in_the_future_nor_for_another() {
        let mut bad = event("2");
        bad["data"] = 5.into();
        assert_eq!(
            reasons(&sorted(&[bad, complete(NOW)])),
            ["wrong_type", "earlier_refused"]
        );
        assert_eq!(
            reasons(&sorted(&[complete("2026-11-23T09:31:00+08:00")])),
            ["accepted"]
        );
        assert_eq!(
            reasons(&sorted(&[complete("2026-11-23T09:31:00.001+08:00")])),
            ["impossible_date"]
        );
        assert_eq!(reasons(&sorted(&[complete("soon")])), ["impossible_date"]);
        let mut other = complete(NOW);
        other["source"] = "rsj".into();
        assert_eq!(reasons(&sorted(&[other])), ["wrong_source"]);
        let mut tick = complete(NOW);
        tick["type"] = "cn.mingjing.tick.v1".into();
        assert_eq!(reasons(&sorted(&[tick])), ["unknown_type"]);
    }

    #[test]
    fn the_very_same_event_twice_is_written_once_and_a_changed_one_again() {
        let mut changed = event("1");
        changed["data"]["reason"] = "x".into();
        let sorted = sorted(&[event("1"), event("1"), changed]);
        assert_eq!(reasons(&sorted), ["accepted", "duplicate-ok", "accepted"]);
        assert!(matches!(&sorted.steps[..], [Step::Events(records)] if records.len() == 2));
    }

    #[test]
    fn a_secret_item_that_is_broken_too_is_secret_and_nothing_of_it_is_kept() {
        let mut secret = event("1");
        secret["data"] = json!({"secrecy": "机密", "org_code": 7, "reason": "绝不外传"});
        let sorted = sorted(&[secret, json!(5)]);
        assert_eq!(reasons(&sorted), ["secret", "not_cloudevent"]);
        assert!(
            sorted
                .kept
                .iter()
                .all(|kept| kept.excerpt.is_none() && kept.case_no.is_none())
        );
    }

    #[test]
    fn of_a_refused_item_the_case_and_the_beginning_are_kept() {
        let mut bad = event("1");
        bad["data"]["reason"] = "电话13912345678".into();
        bad["data"]["org_code"] = 7.into();
        let sorted = sorted(&[bad]);
        let kept = &sorted.kept[0];
        assert_eq!(kept.case_no.as_deref(), Some("c"));
        assert!(kept.excerpt.as_deref().unwrap().contains("电话***"));
    }
}
