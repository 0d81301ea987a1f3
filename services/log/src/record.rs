//! What lies in a log and where: topics, offsets, records, the log's identity. No IO.

use std::fmt;
use std::str::FromStr;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// The most records one `append` takes. With [`MAX_APPEND_BYTES`] it keeps a call small enough to be
/// one record batch of Kafka, which is what makes a call whole or absent there.
pub const MAX_APPEND_RECORDS: usize = 10_000;

/// The most bytes, keys and values together, that one `append` takes.
pub const MAX_APPEND_BYTES: usize = 8 * 1024 * 1024;

/// The three logs. Each has the same number of partitions, and a case lies in the same partition of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Topic {
    /// `mj.log`: whatever changes a case: department events, console commands, activations, ticks.
    Events,
    /// `mj.facts`: what the engine concluded.
    Facts,
    /// `mj.rejects`: input that could not be read, each with its reason.
    Rejects,
}

impl Topic {
    /// Every topic.
    pub const ALL: [Topic; 3] = [Topic::Events, Topic::Facts, Topic::Rejects];

    /// The topic's fixed name, the same in every adapter.
    pub const fn name(self) -> &'static str {
        match self {
            Topic::Events => "mj.log",
            Topic::Facts => "mj.facts",
            Topic::Rejects => "mj.rejects",
        }
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A record's place in its partition: 0 for the first one ever, then one more for each.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Offset(pub u64);

impl Offset {
    /// Where a partition begins.
    pub const ZERO: Offset = Offset(0);

    /// The offset after this one.
    pub const fn next(self) -> Offset {
        self.plus(1)
    }

    /// The offset `records` further on.
    pub const fn plus(self, records: u64) -> Offset {
        Offset(self.0 + records)
    }
}

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a partition holds at this moment: the records from `start` up to, not including, `end`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// The oldest offset still there; moved only by retention.
    pub start: Offset,
    /// The offset the next record will get.
    pub end: Offset,
}

/// A record to be written. Key and value may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// What the record is about, as a rule source and case number. Ordering does not depend on it.
    pub key: Bytes,
    /// The encoded record.
    pub value: Bytes,
}

impl Record {
    /// Bytes of key and value together.
    pub fn size(&self) -> usize {
        self.key.len() + self.value.len()
    }
}

/// A record that was written, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRecord {
    /// Its place in the partition.
    pub offset: Offset,
    /// The key it was appended with.
    pub key: Bytes,
    /// The value it was appended with.
    pub value: Bytes,
}

/// What a read found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Records in the order of their offsets, without a gap, beginning at the offset asked for.
    pub records: Vec<StoredRecord>,
    /// The partition's end when the read was answered.
    pub end: Offset,
}

/// One incarnation of a log: 128 random bits drawn when it is created and kept with it.
///
/// An offset means something only together with the id of its log: a log that was lost and made anew counts
/// from 0 again, and a reader that took its offsets for the old ones would drop what looks "seen".
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LogId(pub u128);

impl fmt::Display for LogId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for LogId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogId({self})")
    }
}

impl From<LogId> for String {
    fn from(id: LogId) -> String {
        id.to_string()
    }
}

/// A text that is no log id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a log id: 32 hexadecimal digits are expected")]
pub struct InvalidLogId {
    text: String,
}

impl FromStr for LogId {
    type Err = InvalidLogId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidLogId {
            text: text.to_owned(),
        };
        if text.len() != 32 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(invalid());
        }
        u128::from_str_radix(text, 16)
            .map(LogId)
            .map_err(|_| invalid())
    }
}

impl TryFrom<String> for LogId {
    type Error = InvalidLogId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_id_reads_back_what_it_prints_and_nothing_else() {
        let id = LogId(0x00ff_0123);
        assert_eq!(id.to_string(), "00000000000000000000000000ff0123");
        assert_eq!(id.to_string().parse(), Ok(id));
        for text in [
            "",
            "ff",
            "+0000000000000000000000000ff0123",
            "00000000000000000000000000ff012g",
        ] {
            assert!(text.parse::<LogId>().is_err(), "{text:?}");
        }
    }
}
