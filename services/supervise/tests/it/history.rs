//! Random small histories: a few cases of two sources over some weeks, with everything that departments do wrong.

use bytes::Bytes;
use mingjing_domain::Timestamp;
use mingjing_domain::definitions::DefinitionFile;
use mingjing_domain::event::{CaseData, CaseEvent, EventKind, Special};
use mingjing_domain::ids::{Partition, Slot};
use mingjing_domain::source::{Source, SourceClock};
use mingjing_domain::text::Text;
use mingjing_domain::time::HOUR_MS;
use mingjing_wire::cloudevents::{encode_complete_until, encode_source};
use mingjing_wire::encode_event;

use crate::world::{at, chart};

/// One thing that happens.
pub enum Step {
    /// A record comes into a partition.
    Record(Partition, Bytes),
    /// A record comes into all partitions.
    Everywhere(Bytes),
    /// The owner's clock is moved.
    Clock(Timestamp),
    /// Definitions are published.
    Publish(DefinitionFile),
}

/// The definitions that histories use.
pub fn definitions() -> Vec<DefinitionFile> {
    ["5wd", "3wd", "8wd"].map(chart).into()
}

pub fn begin() -> Timestamp {
    at("2026-07-01 09:00")
}

/// The step that follows, given the steps so far were made from the same numbers.
pub struct History {
    random: Random,
    partitions: u16,
    now: Timestamp,
    cases: u64,
    number: u64,
    sent: Vec<(Partition, Bytes)>,
}

impl History {
    pub fn new(seed: u64, partitions: u16) -> Self {
        Self {
            random: Random::new(seed),
            partitions,
            now: begin(),
            cases: 2,
            number: 0,
            sent: Vec::new(),
        }
    }

    fn event(&mut self) -> Step {
        if self.random.below(6) == 0 {
            self.cases += 1;
        }
        let case = self.cases - self.random.below(self.cases.min(8));
        // Every fourth case is of a declared source.
        let source = if case.is_multiple_of(4) {
            "import"
        } else {
            "live"
        };
        let kinds = [
            EventKind::Accepted,
            EventKind::Accepted,
            EventKind::StepStart,
            EventKind::Suspend,
            EventKind::Resume,
            EventKind::Decided,
            EventKind::Delivered,
            EventKind::Withdrawn,
            EventKind::Corrected,
        ];
        let kind = kinds[self.random.below(kinds.len() as u64) as usize];
        let ago_ms = (self.random.below(96) as i64 - 24).max(0) * HOUR_MS;
        let text = |text: String| Text::from(text);
        self.number += 1;
        let mut data = CaseData {
            item_code: Some(Text::from("XK-1")),
            ..CaseData::default()
        };
        match kind {
            EventKind::StepStart => data.step_code = Some(Text::from("review")),
            EventKind::Suspend => {
                let planned_end = Some(self.now.plus_millis(72 * HOUR_MS));
                data.special = Some(Special {
                    kind: Text::from("hearing"),
                    planned_end,
                    ..Special::default()
                });
            }
            EventKind::Corrected => {
                data.corrects = Some(text(format!("e{}", 1 + self.random.below(self.number))))
            }
            _ => {}
        }
        let event = CaseEvent {
            event_id: text(format!("e{}", self.number)),
            source: Text::from(source),
            source_seq: self.number,
            data_version: 1,
            kind,
            occurred_at: self.now.plus_millis(-ago_ms),
            entered_at: None,
            sent_at: None,
            received_at: self.now,
            case_no: text(format!("c{case}")),
            data,
        };
        let partition = Slot::of(source, &event.case_no).partition(self.partitions);
        let bytes = Bytes::from(encode_event(&event));
        self.sent.push((partition, bytes.clone()));
        Step::Record(partition, bytes)
    }

    fn garbage(&mut self) -> Step {
        let partition = Partition(self.random.below(self.partitions.into()) as u16);
        let length = self.random.below(60);
        let bytes: Vec<u8> = (0..length).map(|_| self.random.below(256) as u8).collect();
        Step::Record(partition, bytes.into())
    }
}

impl Iterator for History {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        Some(match self.random.below(40) {
            0..20 => self.event(),
            20..31 => {
                self.now = self
                    .now
                    .plus_millis(HOUR_MS * (1 + self.random.below(30) as i64));
                Step::Clock(self.now)
            }
            31 | 32 if !self.sent.is_empty() => {
                let again = self.random.below(self.sent.len() as u64) as usize;
                let (partition, bytes) = self.sent[again].clone();
                Step::Record(partition, bytes)
            }
            33 => self.garbage(),
            34 | 35 => Step::Everywhere(encode_complete_until("import", self.now).into()),
            36 => Step::Everywhere(encode_complete_until("live", self.now).into()),
            37 => {
                let mut source = Source::new("import", SourceClock::Declared);
                source.delay_allowance_hours = self.random.below(24) as u32;
                Step::Everywhere(encode_source(&source).into())
            }
            38 => {
                let mut source = Source::new("live", SourceClock::Live);
                source.delay_allowance_hours = self.random.below(24) as u32;
                Step::Everywhere(encode_source(&source).into())
            }
            _ => {
                let all = definitions();
                Step::Publish(all[self.random.below(all.len() as u64) as usize].clone())
            }
        })
    }
}

/// xorshift64: enough to choose, and to choose the same again from a seed.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A seed from `MINGJING_SEED`, else from the clock; printed, so that a failure can be repeated.
    pub fn seed() -> u64 {
        let given = std::env::var("MINGJING_SEED")
            .ok()
            .and_then(|s| s.parse().ok());
        let seed = given.unwrap_or_else(|| {
            let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
            now.expect("after 1970").as_micros() as u64
        });
        eprintln!("MINGJING_SEED={seed}");
        seed
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}
