//! Sorts out one request, or one record of a topic: what is to be appended, in which order, and what is refused. Pure.
//!
//! # When a source is complete
//!
//! "Complete until" is taken when nothing before it was refused since it was last complete: an event that is missing
//! must never become an alert. Before it means in the same request, or in the same topic; a topic's sender sees no answers, so there the
//! number of what was not taken is carried on, and the declaration has to show that its sender knows of it (`data.not_taken`).

mod complete;
mod incoming;
mod sorted;

use std::collections::BTreeMap;

use bytes::Bytes;
use mingjing_domain::ids::Slot;
use mingjing_domain::numbers::Taken;
use mingjing_log::{Partition, Record};
use mingjing_wire::cloudevents::{ATTRIBUTE_BYTES_MAX, CloudEvent, Limits, Mode, read_binary};
use mingjing_wire::facts::case_key;
use mingjing_wire::{IncomingEvent, ReasonCode, Refusal, read_request};
use serde::Deserialize;

use crate::Config;
use crate::answer::{Item, Outcome};
use crate::check::{Context, check, secret};
use crate::excerpt::Excerpts;
use crate::secrecy;

pub(crate) use incoming::{Completing, Incoming, Origin, Place};
pub(crate) use sorted::{Kept, Sorted, Step, Whole};

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
        numbers,
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
        numbers: numbers.clone(),
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
    /// The numbers taken so far, of a source that numbers its records.
    numbers: Option<Taken>,
    sorted: Sorted,
}

impl Sorter<'_> {
    fn item(&mut self, item: Result<IncomingEvent, Refusal>, raw: &[u8]) {
        let completion = match &item {
            Err(refusal) if refusal.reason == ReasonCode::UnknownType => self.control(raw),
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
        if let Some(taken) = &mut self.numbers {
            let number = incoming.event.source_seq;
            if number == 0 {
                let refusal = Refusal::missing("sequence").help(
                    "this source numbers its records: send the number of each in the attribute `sequence`",
                    "该来源声明其记录连续编号：请在属性 sequence 中填写每条记录的序号",
                );
                return declined(refusal, Some(incoming.event.case_no.to_string()));
            }
            taken.add(number);
            self.sorted.numbers.push(number);
        }
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
        self.append(partition, record);
        Ok(Item {
            id: Some(id),
            outcome: Outcome::Accepted,
        })
    }

    fn append(&mut self, partition: Partition, record: Record) {
        match self.sorted.steps.last_mut() {
            Some(Step::Events(records)) => records.push((partition, record)),
            _ => self
                .sorted
                .steps
                .push(Step::Events(vec![(partition, record)])),
        }
    }

    fn binary(&self, raw: &[u8]) -> Option<CloudEvent> {
        let Incoming {
            binding, headers, ..
        } = self.incoming;
        read_binary(*binding, fields(headers), raw).ok()
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
mod tests;
