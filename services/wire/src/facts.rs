//! The records of `mj.facts`: one conclusion each, and where it was concluded.
//!
//! A partition's records are in the order of their positions. The last record of what was concluded together says so
//! ([`FactRecord::ends_batch`]): where the last record of a partition does not, its writer died half-way.
//!
//! Between them stand *fences*. Whoever takes a partition over writes one before anything else; its place gives the new owner's
//! epoch, so that no two owners ever have the same. What an earlier owner writes after a fence, because it was paused
//! and does not know yet that it lost the partition, counts for nobody: every reader asks [`Fences`].

use mingjing_domain::Timestamp;
use mingjing_domain::fact::Fact;
use serde::{Deserialize, Serialize, Serializer};

/// One record of `mj.facts`: one fact, and where it was concluded. Its key is the case's ([`key_of`]).
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct FactRecord {
    /// Where it was concluded.
    pub position: FactPosition,
    /// What was concluded.
    pub facts: Fact,
    /// The epoch of the owner that concluded it.
    #[serde(default)]
    pub epoch: u64,
    /// Whether this is the last record of a batch of the log: everything that follows from the log up to the end of that
    /// batch has then been published.
    #[serde(default)]
    pub ends_batch: bool,
}

/// A place in the order of conclusions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FactPosition {
    /// The offset in `mj.log` of the record that was being judged.
    pub offset: u64,
    /// The running number among the facts of that offset, from 0.
    pub n: u32,
}

impl FactRecord {
    /// Reads one record.
    ///
    /// # Errors
    /// When it is not one.
    pub fn parse(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(bytes)
    }

    /// The record's bytes. The same record gives the same bytes.
    pub fn encode(&self) -> Vec<u8> {
        self.encode_for(self.epoch)
    }

    /// The bytes of the record as an owner of this epoch says it.
    pub fn encode_for(&self, epoch: u64) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(FACT_BYTES);
        serde_json::to_writer(&mut bytes, &self.said(epoch)).expect("facts have only text keys");
        bytes
    }

    fn said(&self, epoch: u64) -> Said<'_> {
        Said {
            position: self.position,
            facts: &self.facts,
            epoch,
            ends_batch: self.ends_batch,
        }
    }
}

impl Serialize for FactRecord {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        self.said(self.epoch).serialize(s)
    }
}

/// Room that most facts fit into.
const FACT_BYTES: usize = 1024;

/// A [`FactRecord`] that is only written.
#[derive(Serialize)]
struct Said<'a> {
    position: FactPosition,
    facts: &'a Fact,
    epoch: u64,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    ends_batch: bool,
}

#[derive(Serialize, Deserialize)]
struct FenceRecord {
    fence: Fence,
}

#[derive(Serialize, Deserialize)]
struct Fence {
    /// When, by the clock of the new owner. For people.
    at: Timestamp,
}

const FENCE_BEGINS: &[u8] = b"{\"fence\"";

/// The bytes of a fence.
pub fn encode_fence(at: Timestamp) -> Vec<u8> {
    serde_json::to_vec(&FenceRecord {
        fence: Fence { at },
    })
    .expect("an instant is text")
}

/// The epoch of the owner whose fence lies at this offset of `mj.facts`.
pub const fn epoch_of_fence(offset: u64) -> u64 {
    offset + 1
}

/// What a record of `mj.facts` is to a reader.
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all that is read is a fact: a box each would cost more than the room"
)]
#[derive(Clone, Debug, PartialEq)]
pub enum Read {
    /// A fact that counts.
    Fact(FactRecord),
    /// Another owner begins here.
    Fence,
    /// A fact of an owner that had lost the partition: it counts for nobody.
    Stale,
}

/// Tells which facts of a partition count. Records are given in order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fences {
    epoch: u64,
}

impl Fences {
    /// To read on from a place where the owner had this epoch; 0 at the beginning, or where it is not known.
    pub const fn from_epoch(epoch: u64) -> Self {
        Self { epoch }
    }

    /// The epoch of the owner whose facts count now.
    pub const fn epoch(self) -> u64 {
        self.epoch
    }

    /// Reads the record at an offset.
    ///
    /// # Errors
    /// When it is neither a fact nor a fence.
    pub fn read(&mut self, offset: u64, bytes: &[u8]) -> Result<Read, serde_json::Error> {
        if bytes.starts_with(FENCE_BEGINS) {
            serde_json::from_slice::<FenceRecord>(bytes)?;
            self.epoch = epoch_of_fence(offset);
            return Ok(Read::Fence);
        }
        let fact = FactRecord::parse(bytes)?;
        if fact.epoch < self.epoch {
            return Ok(Read::Stale);
        }
        self.epoch = fact.epoch;
        Ok(Read::Fact(fact))
    }
}

/// The key of a case's records: source, a zero byte, case number.
pub fn case_key(source: &str, case_no: &str) -> Vec<u8> {
    [source.as_bytes(), case_no.as_bytes()].join(&0)
}

/// The key of a fact's record: its case's; of what belongs to no case its source, or nothing.
pub fn key_of(fact: &Fact) -> Vec<u8> {
    match fact {
        Fact::Alert { alert, .. } => case_key(&alert.source, &alert.case_no),
        Fact::Case { case, .. } => case_key(&case.source, &case.case_no),
        Fact::Decision {
            source, case_no, ..
        } => case_key(source, case_no),
        Fact::Refused {
            source, case_no, ..
        } => match (source, case_no) {
            (Some(source), Some(case_no)) => case_key(source, case_no),
            (source, _) => source.clone().unwrap_or_default().into_bytes(),
        },
        Fact::Source { source, .. } => source.clone().into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(n: u32, epoch: u64) -> FactRecord {
        FactRecord {
            position: FactPosition { offset: 7, n },
            facts: Fact::Refused {
                at: Timestamp::from_millis(0),
                reason: "malformed_json".into(),
                detail: "不是合法的 JSON".into(),
                source: Some("zjj".into()),
                case_no: None,
                event_id: None,
            },
            epoch,
            ends_batch: false,
        }
    }

    #[test]
    fn what_is_written_behind_a_fence_by_an_earlier_owner_counts_for_nobody() {
        let fence = encode_fence(Timestamp::from_millis(0));
        let (one, other) = (refusal(0, 1), refusal(1, 3));
        let records = [
            (fence.clone(), Read::Fence),
            (one.encode(), Read::Fact(one.clone())),
            (fence, Read::Fence),
            (one.encode(), Read::Stale),
            (other.encode(), Read::Fact(other.clone())),
            (one.encode(), Read::Stale),
        ];
        let mut fences = Fences::default();
        for (offset, (bytes, wanted)) in records.into_iter().enumerate() {
            assert_eq!(
                fences.read(offset as u64, &bytes).unwrap(),
                wanted,
                "{offset}"
            );
        }
        assert_eq!(fences.epoch(), 3);
        assert!(fences.read(6, b"{\"fence\":7}").is_err());
    }

    #[test]
    fn a_record_reads_back_and_only_the_last_of_a_batch_says_so() {
        let mut record = refusal(2, 5);
        let bytes = record.encode();
        assert_eq!(FactRecord::parse(&bytes).unwrap(), record);
        assert!(!String::from_utf8(bytes).unwrap().contains("ends_batch"));
        record.ends_batch = true;
        assert_eq!(FactRecord::parse(&record.encode()).unwrap(), record);
        assert_eq!(key_of(&record.facts), b"zjj");
        assert_eq!(case_key("zjj", "1"), b"zjj\x001");
    }
}
