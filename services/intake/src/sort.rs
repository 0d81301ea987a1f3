//! Sorts out one request, or one record of a topic: what is to be appended, in which order, and what is refused. Pure.
//!
//! # When a source is complete
//!
//! "Complete until" is taken when nothing before it was refused since it was last complete: an event that is missing
//! must never become an alert. Before it means in the same request, or in the same topic; a topic's sender sees no answers, so there the
//! number of what was not taken is carried on, and the declaration has to show that its sender knows of it (`data.not_taken`).

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use mingjing_domain::Timestamp;
use mingjing_domain::ids::Slot;
use mingjing_domain::source::Source;
use mingjing_log::{Partition, Record};
use mingjing_wire::cloudevents::{
    ATTRIBUTE_BYTES_MAX, Binding, COMPLETE_UNTIL, CloudEvent, Completion, Limits, Mode, read_binary,
};
use mingjing_wire::facts::case_key;
use mingjing_wire::refusal::Words;
use mingjing_wire::{IncomingEvent, ReasonCode, Refusal, read_request};
use serde::Deserialize;

use crate::Config;
use crate::answer::{Item, Outcome};
use crate::check::{Context, check, secret};
use crate::excerpt::Excerpts;
use crate::personal::Masked;
use crate::secrecy;

/// A request or a record, received whole.
pub(crate) struct Incoming {
    /// What carried it.
    pub binding: Binding,
    /// Its headers: content type, and in binary mode the event's attributes.
    pub headers: Vec<(String, Bytes)>,
    /// Its body.
    pub body: Bytes,
    /// The source whose key came with it, or whose topic it lies in.
    pub speaker: Arc<Source>,
    /// When it was received.
    pub received_at: Timestamp,
    /// Where it came from.
    pub origin: Origin,
    /// Whether the source may be said to be complete.
    pub completing: Completing,
}

/// Where something came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A request.
    Request,
    /// A record of a topic.
    Topic(Place),
}

/// The place of a record in a source's topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The topic's name.
    pub topic: Arc<str>,
    /// The id that the cluster gave it.
    pub topic_id: u128,
    /// The partition.
    pub partition: i32,
    /// The offset.
    pub offset: i64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place {
            topic,
            partition,
            offset,
            ..
        } = self;
        write!(f, "{topic} partition {partition} offset {offset}")
    }
}

/// Whether the source may be said to be complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Completing {
    /// Where its sender knows of all that was not taken.
    After {
        /// Items before this request or record that were not taken since the source was last complete.
        not_taken: u64,
    },
    /// Not in a request: events on their way through this topic would come after it.
    Elsewhere(String),
    /// Not in a topic of so many partitions, for nothing is before anything there.
    Unordered(usize),
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

/// A request or a record sorted out.
#[derive(Debug)]
pub(crate) struct Sorted {
    /// Where it came from.
    pub origin: Origin,
    /// When it was received.
    pub received_at: Timestamp,
    /// What to write.
    pub steps: Vec<Step>,
    /// Each item's outcome, should the writing succeed.
    pub items: Vec<Item>,
    /// Of the refused ones, in their order.
    pub kept: Vec<Kept>,
    /// Numbers masked.
    pub masked: Masked,
    /// Items not taken since the source was last complete: those before, and those in here.
    pub not_taken: u64,
}

impl Sorted {
    fn nothing(origin: Origin, received_at: Timestamp, not_taken: u64) -> Self {
        Self {
            origin,
            received_at,
            steps: Vec::new(),
            items: Vec::new(),
            kept: Vec::new(),
            masked: Masked::default(),
            not_taken,
        }
    }

    /// Something that was refused whole, as one item.
    pub fn refused(whole: Whole, origin: Origin, received_at: Timestamp) -> Self {
        let Whole { refusal, excerpt } = whole;
        let mut sorted = Self::nothing(origin, received_at, 1);
        sorted.items.push(Item {
            id: refusal.event_id.clone().map(String::from),
            outcome: Outcome::Refused(Box::new(refusal)),
        });
        sorted.kept.push(Kept {
            excerpt,
            ..Kept::default()
        });
        sorted
    }

    /// Whether a source is said to be complete.
    pub fn completes(&self) -> bool {
        self.steps
            .iter()
            .any(|step| matches!(step, Step::Complete(_)))
    }
}

/// A request or a record that was refused whole.
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
        binding,
        headers,
        body,
        speaker,
        received_at,
        origin,
        completing,
    } = incoming;
    let not_taken = match completing {
        Completing::After { not_taken } => *not_taken,
        Completing::Elsewhere(_) | Completing::Unordered(_) => 0,
    };
    let limits = Limits {
        event_bytes_max: config.event_bytes_max,
        events_max: config.events_max,
    };
    let mut sorter = Sorter {
        incoming,
        context: Context {
            speaker,
            received_at: *received_at,
            config,
        },
        partitions,
        binary: false,
        excerpts: Excerpts::of(body),
        seen: BTreeMap::new(),
        sorted: Sorted::nothing(origin.clone(), *received_at, not_taken),
    };
    match read_request(*binding, fields(headers), body, *received_at, limits) {
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
    incoming: &'a Incoming,
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
        let completion = match &item {
            Err(refusal) if refusal.reason == ReasonCode::UnknownType => self.completion(raw),
            _ => None,
        };
        // A declaration that is refused is no event that is missing.
        let counts = u64::from(completion.is_none());
        let decided = match (completion, item) {
            (Some(decided), _) => decided,
            (None, Ok(event)) => self.event(event),
            (None, Err(refusal)) => declined(refusal, None),
        };
        let item = match decided {
            Ok(item) => item,
            Err(declined) => {
                self.sorted.not_taken += counts;
                self.refused(*declined, raw)
            }
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

    fn binary(&self, raw: &[u8]) -> Option<CloudEvent> {
        let Incoming {
            binding, headers, ..
        } = self.incoming;
        read_binary(*binding, fields(headers), raw).ok()
    }

    /// "Complete until", if this item is one.
    fn completion(&mut self, raw: &[u8]) -> Option<Decided> {
        let envelope = match self.binary {
            true => self.binary(raw)?,
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
            self.sorted.not_taken = 0;
            self.sorted.steps.push(Step::Complete(until));
            Item {
                id: Some(envelope.id),
                outcome: Outcome::Accepted,
            }
        }))
    }

    fn until(&self, envelope: &CloudEvent) -> Result<Timestamp, Refusal> {
        self.context.speaks_for(&envelope.source)?;
        let Completion { until, not_taken } = Completion::of(envelope)?;
        self.context.completion(until)?;
        let missing = self.sorted.not_taken;
        match &self.incoming.completing {
            Completing::Elsewhere(topic) => {
                let detail = Words::new(
                    format!("a request, while events come through the topic {topic}"),
                    format!("通过请求声明，而事件经主题 {topic} 送达"),
                );
                Err(Refusal::new(ReasonCode::SaidElsewhere, detail))
            }
            Completing::Unordered(partitions) => {
                let detail = Words::new(
                    format!("{partitions} partitions"),
                    format!("{partitions} 个分区"),
                );
                Err(Refusal::new(ReasonCode::SeveralPartitions, detail))
            }
            Completing::After { .. } if missing == 0 || missing == not_taken => Ok(until),
            Completing::After { .. } => {
                let detail = Words::new(
                    format!("{missing} items before it that were not taken"),
                    format!("此前有 {missing} 项未被收下"),
                );
                let refusal = Refusal::new(ReasonCode::EarlierRefused, detail);
                Err(refusal.help(
                    format!("correct and send them again; then say it once more, with data.not_taken = {missing}"),
                    format!("请改正并重新发送；然后再次声明，并填写 data.not_taken = {missing}"),
                ))
            }
        }
    }

    /// What is wrong with a secret item beside its being secret is not told: nothing of it is.
    fn graver(&self, refusal: Refusal, raw: &[u8]) -> Refusal {
        let name = format!("{}secrecy", self.incoming.binding.prefix());
        let mut headers = self.incoming.headers.iter();
        let header = headers.find(|(found, _)| found.eq_ignore_ascii_case(&name));
        let header = header.map(|(_, value)| std::str::from_utf8(value).unwrap_or("?"));
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
            true => self.binary(raw)?.subject?,
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

fn fields(headers: &[(String, Bytes)]) -> impl Iterator<Item = (&str, &[u8])> {
    headers
        .iter()
        .map(|(name, value)| (name.as_str(), &value[..]))
}

#[cfg(test)]
mod tests {
    use mingjing_domain::source::SourceClock;
    use serde_json::{Value, json};

    use super::*;

    const NOW: &str = "2026-11-23T09:30:00+08:00";

    fn sorted(lines: &[Value]) -> Sorted {
        let body: String = lines.iter().map(|line| format!("{line}\n")).collect();
        sort(&request(body), &Config::default(), 4).unwrap()
    }

    fn request(body: String) -> Incoming {
        let content_type = Bytes::from_static(b"application/x-ndjson");
        Incoming {
            binding: Binding::Http,
            headers: vec![("content-type".into(), content_type)],
            body: body.into(),
            speaker: Arc::new(Source::new("zjj", SourceClock::Live)),
            received_at: Timestamp::parse(NOW).unwrap(),
            origin: Origin::Request,
            completing: Completing::After { not_taken: 0 },
        }
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
    fn who_knows_what_was_not_taken_may_say_that_the_source_is_complete() {
        let sorted = |completing: Completing, lines: &[Value]| {
            let body: String = lines.iter().map(|line| format!("{line}\n")).collect();
            let incoming = Incoming {
                completing,
                ..request(body)
            };
            let sorted = sort(&incoming, &Config::default(), 4).unwrap();
            (reasons(&sorted), sorted.not_taken)
        };
        let after = |not_taken| Completing::After { not_taken };
        let knowing = |not_taken: u64| {
            let mut complete = complete(NOW);
            complete["data"]["not_taken"] = not_taken.into();
            complete
        };
        let bad = json!(5);
        assert_eq!(
            sorted(
                after(2),
                &[bad.clone(), complete(NOW), knowing(2), knowing(4)]
            ),
            (
                vec![
                    "not_cloudevent",
                    "earlier_refused",
                    "earlier_refused",
                    "earlier_refused"
                ],
                3
            )
        );
        // Known of once, it is behind; said once more, as a producer's second try does, it is true still.
        assert_eq!(
            sorted(after(2), &[knowing(2), complete(NOW), knowing(2), bad]),
            (
                vec!["accepted", "accepted", "accepted", "not_cloudevent"],
                1
            )
        );
        for (never, reason) in [
            (Completing::Elsewhere("in.zjj".into()), "said_elsewhere"),
            (Completing::Unordered(3), "several_partitions"),
        ] {
            assert_eq!(
                sorted(never, &[event("1"), complete(NOW)]),
                (vec!["accepted", reason], 0)
            );
        }
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
    fn a_secrecy_mark_in_a_records_header_is_one() {
        let header = |name: &str, value: &'static str| (name.to_owned(), Bytes::from(value));
        for body in ["{}", "{\"reason\": \"绝不外传"] {
            let incoming = Incoming {
                binding: Binding::Kafka,
                headers: vec![
                    header("content-type", "application/json"),
                    header("ce_specversion", "1.0"),
                    header("ce_type", "cn.mingjing.case.note.v1"),
                    header("ce_source", "zjj"),
                    header("ce_id", "1"),
                    header("ce_subject", "c"),
                    header("ce_time", NOW),
                    header("CE_Secrecy", "机密"),
                ],
                ..request(body.to_owned())
            };
            let sorted = sort(&incoming, &Config::default(), 4).unwrap();
            assert_eq!(reasons(&sorted), ["secret"], "{body}");
            assert!(sorted.kept[0].excerpt.is_none());
        }
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
